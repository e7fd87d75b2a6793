"""Protocol 5.11, "Raster" and "Coefficients of a hypothesis": whole-number arithmetic up to one division."""

from __future__ import annotations

from functools import cache

import numpy as np

from .pdq import GRID, SINGLE, Fingerprint, check_shape, coefficients_of, median_of
from .profile import AS_SENT, HIGHLIGHTS, RASTER, S_CURVE, VIGNETTE, Hypothesis

SIDE = 256
RASTER_COUNT = SIDE * SIDE
REACH = 1_915


def whole_luma(pixels: bytes, width: int, height: int, channels: int) -> np.ndarray:
    """Step 1: ⌊(19,595·R + 38,470·G + 7,471·B + 32,768) / 65,536⌋. Alpha is ignored. Grey v is v."""
    array = np.frombuffer(pixels, dtype=np.uint8).reshape(height, width, channels).astype(np.int64)
    if channels == 1:
        return array[:, :, 0]
    return (19_595 * array[:, :, 0] + 38_470 * array[:, :, 1] + 7_471 * array[:, :, 2] + 32_768) >> 16


def parts(values: np.ndarray) -> np.ndarray:
    """Steps 2 and 3 along the first axis: for each k the sum of values, weighted with o(k, ·).

    With N lines and sum(t) the values in [0, t], t in 1/256 of a line, part k is sum((k + 1)·N) − sum(k·N)."""
    lines = len(values)
    ends = np.arange(SIDE + 1) * lines
    before = np.concatenate([np.zeros((1, values.shape[1]), dtype=np.int64), np.cumsum(values, axis=0)])
    inside = np.concatenate([values, np.zeros((1, values.shape[1]), dtype=np.int64)])
    sums = SIDE * before[ends // SIDE] + (ends % SIDE)[:, None] * inside[ends // SIDE]
    return np.diff(sums, axis=0)


def raster(pixels: bytes, width: int, height: int, channels: int) -> np.ndarray:
    """Output: A, 256 × 256 bytes."""
    check_shape(pixels, width, height, channels)
    # 3. S(k, l) = Σ over y, x of o(k, y)·o'(l, x)·luma(y, x)
    total = parts(np.ascontiguousarray(parts(whole_luma(pixels, width, height, channels)).T)).T
    # 4. A(k, l) = ⌊(2·S(k, l) + W·H) / (2·W·H)⌋
    return ((2 * total + width * height) // (2 * width * height)).astype(np.uint8)


@cache
def weights(shift: int, zoom: int) -> np.ndarray:
    """Steps 2 and 3: row i holds ω_i of the 256 cells."""
    rows = np.zeros((GRID, SIDE), dtype=np.int64)
    for i in range(GRID):
        centre = 131_072 + shift + (2 * i - 63) * 2 * zoom
        for k in range(-64, SIDE + 64):  # "for each whole k, also those below 0 and above 255"
            w = REACH - abs(512 * (2 * k + 1) - centre)
            if w > 0:
                rows[i, min(max(k, 0), SIDE - 1)] += w
    return rows


@cache
def taps(shift: int, zoom: int) -> tuple[np.ndarray, np.ndarray]:
    """Of each row of `weights` the cells that have one, and these; cells without weight make the rows equally long."""
    rows = weights(shift, zoom)
    longest = (rows > 0).sum(axis=1).max()
    cell = np.argsort(-rows, axis=1, kind="stable")[:, :longest]
    return cell, np.take_along_axis(rows, cell, axis=1)


def changed(cells: np.ndarray, hypothesis: Hypothesis) -> tuple[np.ndarray, int]:
    """Step 1: V and f."""
    a = cells.astype(np.int64)
    s = hypothesis.strength
    if hypothesis.kind == RASTER:
        return (a, 1) if hypothesis.tone == 0 else (a * (1_024 + hypothesis.tone * (255 - a)), 1_024)
    if hypothesis.kind == VIGNETTE:
        k = np.arange(SIDE, dtype=np.int64)
        from_middle = (2 * k[:, None] - 255) ** 2 + (2 * k[None, :] - 255) ** 2
        return a * (1_024 + s * from_middle // 131_072), 1_024
    if hypothesis.kind == S_CURVE:
        return 1_048_576 * a + s * a * (255 - a) * (255 - 2 * a), 1_048_576
    if hypothesis.kind == HIGHLIGHTS:
        return 2 * a + s * np.maximum(0, a - 225), 2
    raise ValueError(f"no raster has kind {hypothesis.kind}")


def grid_of(cells: np.ndarray, hypothesis: Hypothesis) -> np.ndarray:
    """Steps 1 to 4."""
    v, f = changed(cells, hypothesis)
    zoom = hypothesis.zoom if hypothesis.kind == RASTER else 1_024
    # The same weights for rows and columns; those that are not zero are few.
    cell, weight = taps(hypothesis.shift, zoom)
    down = (weight[:, :, None] * v[cell]).sum(axis=1)
    above = (weight[:, :, None] * down.T[cell]).sum(axis=1).T
    sums = weight.sum(axis=1)
    below = sums[:, None] * sums[None, :] * f
    return (above.astype(np.float64) / below.astype(np.float64)).astype(SINGLE)


def hypothesis_coefficients(
    fingerprint: Fingerprint, cells: np.ndarray, hypothesis: Hypothesis
) -> tuple[np.ndarray, np.float32]:
    """The 256 coefficients, and their median."""
    if hypothesis.kind == AS_SENT:
        return np.array(fingerprint.coefficients, dtype=SINGLE), fingerprint.median
    # 5. Step 7 of "PDQ with coefficients", with G as the grid.
    coefficients = coefficients_of(grid_of(cells, hypothesis)).reshape(-1)
    return coefficients, median_of(coefficients)
