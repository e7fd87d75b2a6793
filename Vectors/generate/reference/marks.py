"""Protocol 5.11, "Cells" to "Translucent strip": what was put on a picture is found, and undone or filled.

Whole-number arithmetic up to the division of "Coefficients of a hypothesis". Python's own integers hold what the
specification says fits 64 bits.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from .pdq import GRID, SINGLE, coefficients_of, quality_of
from .profile import RASTER, Hypothesis
from .raster import SIDE, grid_of

TABLES = json.loads((Path(__file__).resolve().parents[2] / "marks.json").read_text())
"""Vectors/marks.json"""
LOGARITHM = np.array(TABLES["logarithm"], dtype=np.int64)
"""L"""
PERCENTILES = (2_048, 3_686, 4_055)
"""e50, e90, e99 are so manieth smallest of the steps"""
SHIFTS = (0, 315)
LEAST_CELLS = 3
"""of a component"""
MOST_COMPONENTS = 8
TOO_MANY_CELLS = 2_000
"""of a mask"""
SWEEPS = 16
EDGES = range(8, 53)
BACKS = (2, 4)


# Cells


@dataclass(frozen=True)
class Cells:
    """Each 64 × 64."""

    step: np.ndarray
    """s"""
    high: np.ndarray
    low: np.ndarray
    total: np.ndarray
    """C"""


def cells(raster: np.ndarray) -> Cells:
    """ "Cells" """
    a = raster.astype(np.int64)
    # 1. t(k, l) = max(|A(k, l) − A(k − 1, l)|, |A(k, l) − A(k, l − 1)|); a term that would leave the raster is 0.
    above = np.abs(np.diff(a, axis=0, prepend=a[:1]))
    left = np.abs(np.diff(a, axis=1, prepend=a[:, :1]))
    t = np.maximum(above, left)

    def blocks(values: np.ndarray) -> np.ndarray:
        """64 × 64 × 16"""
        return values.reshape(GRID, 4, GRID, 4).transpose(0, 2, 1, 3).reshape(GRID, GRID, 16)

    # 2. s, hi, lo and C.
    own = blocks(a)
    return Cells(blocks(t).max(axis=2), own.max(axis=2), own.min(axis=2), own.sum(axis=2))


# Score of marks


def box(values: np.ndarray, radius: int) -> np.ndarray:
    """The sum over the (2ρ + 1)² cells about each, indices clamped into 0…63."""
    places = np.arange(GRID)
    rows = sum(values[np.clip(places + d, 0, GRID - 1), :] for d in range(-radius, radius + 1))
    return sum(rows[:, np.clip(places + d, 0, GRID - 1)] for d in range(-radius, radius + 1))


def features(found: Cells) -> Iterator[np.ndarray]:
    """The 83 features in order, each 64 × 64."""
    s, hi, lo = found.step, found.high, found.low
    everywhere = np.ones((GRID, GRID), dtype=np.int64)
    # 1, 2. ℓ = L[s]; e50, e90, e99; p = L[e].
    logs = LOGARITHM[s]
    in_order = np.sort(s, axis=None)
    e50, e90, e99 = (int(in_order[place - 1]) for place in PERCENTILES)
    p50, p90, p99 = (int(LOGARITHM[e]) for e in (e50, e90, e99))
    yield logs
    yield logs - p50
    yield logs - p90
    yield logs - p99
    yield box(logs, 1) - 9 * p90
    yield box(logs, 3) - 49 * p90
    # 3. The maps.
    maps = [
        one.astype(np.int64)
        for one in (
            hi - lo <= 3,
            hi - lo <= 8,
            hi >= 245,
            lo <= 12,
            (hi >= 245) & (lo <= 12),
            s >= 40,
            s >= 90,
            10 * s > 7 * e99,
            lo >= 250,
            hi <= 5,
        )
    ]
    for one in maps:
        yield one
        for radius in (1, 3, 7):
            yield box(one, radius)
        yield everywhere * one.sum(axis=1)[:, None]
        yield everywhere * one.sum()
    # 5. The places.
    i, j = np.indices((GRID, GRID))
    dy, dx = np.minimum(i, 63 - i), np.minimum(j, 63 - j)
    inner = (dy < 12) & (dx < 20)
    for place in (
        dy < 1,
        dx < 1,
        dy < 3,
        dx < 3,
        dy < 7,
        dx < 7,
        (dy < 3) & (dx < 3),
        (dy < 7) & (dx < 7),
        inner,
        i >= 50,
        i >= 57,
        i < 7,
    ):
        yield place.astype(np.int64)
    low = i >= 46
    yield inner * (logs - p99)
    yield inner * box(maps[5], 3)
    yield inner * box(maps[0], 1)
    yield low * box(maps[4], 3)
    yield low * box(maps[2], 1)


def scores(found: Cells) -> np.ndarray:
    """ "Score of marks": z"""
    z = np.full((GRID, GRID), TABLES["bias"], dtype=np.int64)
    for weight, feature in zip(TABLES["weights"], features(found), strict=True):
        z += weight * feature
    return z >> TABLES["shift"]  # "rounding down"


# Masks


@dataclass(frozen=True)
class Mask:
    number: int
    """0…4"""
    weight: int
    """W"""
    cells: np.ndarray
    """64 × 64, true or false; grown"""

    @property
    def penalty(self) -> int:
        return penalty(TABLES["masks"][self.number], self.weight)


def components(z: np.ndarray) -> list[tuple[int, list[tuple[int, int]]]]:
    """Steps 1 and 2: W and the cells of those that count, the heaviest first."""
    # 1. "A cell is suspect if z >= T."
    threshold = TABLES["threshold"]
    waiting = {(int(i), int(j)) for i, j in np.argwhere(z >= threshold)}
    found = []
    while waiting:
        part = [waiting.pop()]
        for i, j in part:  # grows while it is gone through
            near = {(i + a, j + b) for a in (-1, 0, 1) for b in (-1, 0, 1)} & waiting
            waiting -= near
            part.extend(near)
        if len(part) >= LEAST_CELLS:
            found.append((sum(int(z[place]) - threshold for place in part), sorted(part)))
    # 2. "By W, the greatest first, then by their first cell in row order. The first 8 count."
    return sorted(found, key=lambda one: (-one[0], one[1][0]))[:MOST_COMPONENTS]


def grown(mask: np.ndarray) -> np.ndarray:
    result = mask.copy()
    result[1:] |= mask[:-1]
    result[:-1] |= mask[1:]
    result[:, 1:] |= mask[:, :-1]
    result[:, :-1] |= mask[:, 1:]
    return result


def masks(z: np.ndarray) -> list[Mask]:
    """ "Masks": those that give hypotheses."""
    marks, result = components(z), []
    for number, kind in enumerate(TABLES["masks"]):
        part = marks[kind["first"] : kind["first"] + kind["count"]]
        if len(marks) < kind["least"]:
            continue
        covered = np.zeros((GRID, GRID), dtype=bool)
        for _, places in part:
            covered[tuple(np.array(places).T)] = True
        mask = Mask(number, sum(weight for weight, _ in part), grown(covered))
        if mask.weight > 0 and mask.cells.sum() < TOO_MANY_CELLS:
            result.append(mask)
    return result


def logarithm(w: int) -> int:
    """λ"""
    e = w.bit_length() - 1
    return 256 * e + 256 * w // 2**e - 256


def penalty(kind: dict[str, int], w: int) -> int:
    return max(kind["leastPenalty"], kind["penalty"] - kind["slope"] * logarithm(w) // 256)


# Fill


def fill(totals: np.ndarray, mask: np.ndarray) -> np.ndarray:
    """ "Fill": F, and 16·C outside the mask."""
    # 1. "v = 16·C on cells outside the mask, known; inside unknown."
    levels = [(np.where(mask, 0, 16 * totals), ~mask)]
    # 2. Down.
    while len(levels[-1][0]) > 1:
        values, known = levels[-1]
        half = len(values) // 2
        n = known.reshape(half, 2, half, 2).sum(axis=(1, 3))
        total = values.reshape(half, 2, half, 2).sum(axis=(1, 3))
        levels.append((np.where(n > 0, (2 * total + n) // np.maximum(2 * n, 1), 0), n > 0))
    # 3. Up.
    v = levels[-1][0]
    for values, known in reversed(levels[:-1]):
        v = np.where(known, values, np.kron(v, np.ones((2, 2), dtype=np.int64)))
    # 4. The sweeps.
    i, j = np.indices(mask.shape)
    places = np.arange(GRID)
    before, after = np.maximum(places - 1, 0), np.minimum(places + 1, GRID - 1)
    for _ in range(SWEEPS):
        for parity in (0, 1):
            around = v[before, :] + v[after, :] + v[:, before] + v[:, after]
            v = np.where(mask & ((i + j) % 2 == parity), (around + 2) >> 2, v)
    return v


# Translucent strip


@dataclass(frozen=True)
class Strip:
    score: int
    side: int
    """0: above, 1: below"""
    edge: int
    """e"""
    outer: int
    """Σo"""
    inner: int
    """Σn of back 2"""
    factor: int
    """a"""

    @property
    def penalty(self) -> int:
        return penalty(TABLES["strip"], self.score)


def fit(o: np.ndarray, n: np.ndarray) -> tuple[int, int]:
    """Steps 2 and 3 for one pair of rows: the score and a. (0, 0) without a fit."""
    sum_o, sum_n = int(o.sum()), int(n.sum())
    vo = 256 * int(o @ o) - sum_o**2
    vi = 256 * int(n @ n) - sum_n**2
    cv = 256 * int(o @ n) - sum_o * sum_n
    if not (vo > 0 and 2 * vo < 10 * cv < 8 * vo):
        return 0, 0
    slope = 4_096 * cv // vo
    rest = max(0, vi - slope * cv // 4_096)
    apart = 256 * int((o - n) @ (o - n))
    return 16 * apart // (rest + 262_144), 256 * vo // cv


def strip(raster: np.ndarray) -> Strip | None:
    """Steps 1 to 4."""
    best: Strip | None = None
    for side in (0, 1):
        rows = (raster if side == 0 else raster[::-1])[: EDGES[-1] + 2].astype(np.int64)
        for e in EDGES:
            fits = [fit(rows[e + 1], rows[e - back]) for back in BACKS]
            score = min(score for score, _ in fits)
            if score >= TABLES["strip"]["score"] and (best is None or score > best.score):
                best = Strip(score, side, e, int(rows[e + 1].sum()), int(rows[e - BACKS[0]].sum()), fits[0][1])
    return best


def undone(raster: np.ndarray, found: Strip) -> tuple[np.ndarray, np.ndarray]:
    """Steps 5 and 6: A′, and the mask of the letters on the strip."""
    w = (raster if found.side == 0 else raster[::-1]).astype(np.int64)
    x = (256 * found.outer + found.factor * (256 * w[: found.edge - 1] - found.inner) + 32_768) >> 16
    odd = np.zeros((SIDE, SIDE), dtype=bool)
    odd[: found.edge - 1] = (x < -24) | (x > 279)
    clean = w.copy()
    clean[: found.edge - 1] = x.clip(0, 255)
    clean[found.edge - 1] = clean[found.edge] = w[found.edge + 1]
    if found.side == 1:
        clean, odd = clean[::-1], odd[::-1]
    letters = odd.reshape(GRID, 4, GRID, 4).any(axis=(1, 3))
    return np.ascontiguousarray(clean).astype(np.uint8), grown(letters)


# Hypotheses


def filled_grids(raster: np.ndarray, mask: np.ndarray, levels: np.ndarray) -> list[np.ndarray]:
    """Step 2: G for each shift, F / 256 on the mask."""
    grids = [grid_of(raster, Hypothesis(RASTER, 0, shift, 1_024, 0)) for shift in SHIFTS]
    return [np.where(mask, (levels / 256).astype(SINGLE), grid) for grid in grids]


@dataclass(frozen=True)
class Mark:
    """What the two hypotheses of a strip or of a mask are made from."""

    penalty: int
    mask: np.ndarray
    levels: np.ndarray
    """F on the mask"""
    grids: list[np.ndarray]
    """G for shift 0 and 315"""

    @property
    def coefficients(self) -> list[np.ndarray]:
        return [coefficients_of(grid).reshape(-1) for grid in self.grids]

    @property
    def qualities(self) -> list[int]:
        return [quality_of(grid) for grid in self.grids]


def mark(raster: np.ndarray, totals: np.ndarray, mask: np.ndarray, cost: int) -> Mark:
    levels = fill(totals, mask)
    return Mark(cost, mask, levels, filled_grids(raster, mask, levels))


def of_strip(raster: np.ndarray, found: Strip) -> Mark:
    clean, letters = undone(raster, found)
    return mark(clean, cells(clean).total, letters, found.penalty)


def mark_hypotheses(raster: np.ndarray, probe_quality: int, minimum_quality: int) -> list[tuple[int, np.ndarray, int]]:
    """Penalty, coefficients and quality of each, in order: the strip's, then each mask's."""
    found, own = strip(raster), cells(raster)
    marks = [] if found is None else [of_strip(raster, found)]
    marks += [mark(raster, own.total, one.cells, one.penalty) for one in masks(scores(own))]
    # 3. "A hypothesis is left out if its quality is below the profile's probe quality."
    # 5. "Below the profile's minimum quality it is at least 0."
    return [
        (one.penalty if quality >= minimum_quality else max(0, one.penalty), coefficients, quality)
        for one in marks
        for coefficients, quality in zip(one.coefficients, one.qualities, strict=True)
        if quality >= probe_quality
    ]
