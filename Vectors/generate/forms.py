"""How values are written in vectors (Vectors/README.md, "Form")."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np

from reference.case_file import KIND_NAMES
from reference.field import canonical
from reference.labels import encode_integer
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
    }


def payload(value: Payload) -> dict[str, Any]:
    return {
        "kind": KIND_NAMES[value.kind],
        "quality": value.quality,
        "fingerprint": value.fingerprint.hex(),
        "note": value.note.hex(),
    }


def share(x: int, z: Sequence[int]) -> dict[str, Any]:
    return {"x": element(x), "z": elements(z)}
