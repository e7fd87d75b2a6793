"""How values are written in vectors (Vectors/README.md, "Form")."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np

from reference import marks as marks_of
from reference.case_file import KIND_NAMES
from reference.field import canonical
from reference.labels import blake2b_256, encode_integer
from reference.marks import Cells, Mark
from reference.payload import Payload
from reference.profile import Profile

KINDS = {name: kind for kind, name in KIND_NAMES.items()}


def word(value: int) -> str:
    return encode_integer(value, 8).hex()


def words(values: Iterable[int]) -> list[str]:
    return [word(value) for value in values]


def element(value: int) -> str:
    """Of F_q, canonical."""
    return canonical(value).hex()


def elements(values: Iterable[int]) -> list[str]:
    return [element(value) for value in values]


def float32(value: np.float32) -> str:
    return np.float32(value).astype("<f4").tobytes().hex()


def profile(value: Profile) -> dict[str, Any]:
    return {
        "id": value.id,
        "minimumQuality": value.minimum_quality,
        "probeQuality": value.probe_quality,
        "probes": value.probes,
        "positions": list(value.positions),
        "hypotheses": [hypothesis.encode().hex() for hypothesis in value.hypotheses],
        "marks": value.marks,
    }


def cells(found: Cells) -> str:
    """BLAKE2b-256 of s, hi, lo and C of each cell, row by row: 1, 1, 1 and 2 bytes."""
    order = zip(*(part.reshape(-1).tolist() for part in (found.step, found.high, found.low, found.total)), strict=True)
    return blake2b_256(b"".join(bytes(one[:3]) + encode_integer(one[3], 2) for one in order)).hex()


def cell_rows(mask: np.ndarray) -> list[str]:
    """Row i as a word, whose bit j is cell (i, j)."""
    return words(sum(1 << j for j, member in enumerate(row) if member) for row in mask.tolist())


def mark(found: Mark) -> dict[str, Any]:
    """The mask, BLAKE2b-256 of its levels in row order, 4 bytes each; of each hypothesis its coefficients' digest and
    its quality."""
    return {
        "penalty": found.penalty,
        "rows": cell_rows(found.mask),
        "fill": blake2b_256(found.levels[found.mask].astype("<u4").tobytes()).hex(),
        "coefficients": [blake2b_256(one.astype("<f4").tobytes()).hex() for one in found.coefficients],
        "qualities": found.qualities,
    }


def patched(scores: dict[str, Any]) -> np.ndarray:
    """z of each cell: rectangles of one score each, a later one on an earlier one."""
    z = np.full((64, 64), scores["elsewhere"], dtype=np.int64)
    for one in scores["patches"]:
        z[one["row"] : one["row"] + one["height"], one["column"] : one["column"] + one["width"]] = one["score"]
    return z


def masks(z: np.ndarray) -> list[dict[str, Any]]:
    return [
        {"mask": one.number, "weight": one.weight, "penalty": one.penalty, "rows": cell_rows(one.cells)}
        for one in marks_of.masks(z)
    ]


def marks(picture_raster: np.ndarray) -> dict[str, Any]:
    """What is found on a picture."""
    own, found = marks_of.cells(picture_raster), marks_of.strip(picture_raster)
    z = marks_of.scores(own)
    result: dict[str, Any] = {
        "cells": cells(own),
        "scores": blake2b_256(z.astype("<i8").tobytes()).hex(),
        "leastScore": int(z.min()),
        "greatestScore": int(z.max()),
        "scoresOfDiagonal": z.diagonal()[::8].tolist(),
        "strip": None,
        "masks": [
            {
                "mask": one.number,
                "weight": one.weight,
                **mark(marks_of.mark(picture_raster, own.total, one.cells, one.penalty)),
            }
            for one in marks_of.masks(z)
        ],
    }
    if found is not None:
        clean, _ = marks_of.undone(picture_raster, found)
        result["strip"] = {
            "score": found.score,
            "side": found.side,
            "edge": found.edge,
            "outer": found.outer,
            "inner": found.inner,
            "factor": found.factor,
            "raster": blake2b_256(clean.tobytes()).hex(),
            **mark(marks_of.of_strip(picture_raster, found)),
        }
    return result


def payload(value: Payload) -> dict[str, Any]:
    return {
        "kind": KIND_NAMES[value.kind],
        "quality": value.quality,
        "fingerprint": value.fingerprint.hex(),
        "note": value.note.hex(),
    }


def share(x: int, z: Sequence[int]) -> dict[str, Any]:
    return {"x": element(x), "z": elements(z)}
