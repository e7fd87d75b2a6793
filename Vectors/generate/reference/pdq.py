"""Protocol 5.11: PDQ with coefficients.

"All real arithmetic is IEEE single precision, without fused multiply-add, in the order stated." Every numpy
operation below has float32 operands and rounds once; numpy does not fuse separate operations.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cache

import numpy as np

from .errors import ProtocolError

MAXIMUM_SIDE = 65_535
MAXIMUM_PIXELS = 2**28
GRID = 64
SIDE = 16
SINGLE = np.float32


@dataclass(frozen=True)
class Fingerprint:
    bits: int  # bit 16i + j of the hash is bit 16i + j of this integer
    quality: int
    coefficients: tuple[np.float32, ...]  # 256, index 16i + j
    median: np.float32

    def encoding(self) -> bytes:
        """32 bytes: "bits 255...248 in byte 0, the higher bit in the higher place"."""
        return self.bits.to_bytes(32, "big")


@cache
def dct_matrix() -> np.ndarray:
    """Step 7: D[i][k] = single(f * cos(pi (i + 1)(2k + 1)/128)), f = single(sqrt(2/64)), i < 16, k < 64."""
    f = float(SINGLE(math.sqrt(2 / 64)))
    return np.array(
        [
            [SINGLE(f * math.cos(math.pi * (i + 1) * (2 * kappa + 1) / 128)) for kappa in range(GRID)]
            for i in range(SIDE)
        ],
        dtype=SINGLE,
    )


def luma(pixels: bytes, width: int, height: int, channels: int) -> np.ndarray:
    """Step 2: (299 R + 587 G + 114 B) / 1000, an exact integer, then one rounding division. Alpha is ignored."""
    array = np.frombuffer(pixels, dtype=np.uint8).reshape(height, width, channels).astype(np.int32)
    if channels == 1:  # "Grey v is R = G = B = v."
        weighted = array[:, :, 0] * 1000
    else:
        weighted = array[:, :, 0] * 299 + array[:, :, 1] * 587 + array[:, :, 2] * 114
    return weighted.astype(SINGLE) / SINGLE(1000)


def mean_along_columns(values: np.ndarray) -> np.ndarray:
    """Step 4 for lines that are columns: all lines at once, one running sum for each."""
    count = values.shape[0]
    window = -(-count // 128)  # omega = ceil(N/128)
    after = window // 2
    before = window - 1 - after
    result = np.empty_like(values)
    total = np.zeros(values.shape[1], dtype=SINGLE)
    for entering in range(min(after, count)):
        total = total + values[entering]
    for o in range(count):
        entering, leaving = o + after, o - before - 1
        if entering < count:  # "add the value that enters,
            total = total + values[entering]
        if leaving >= 0:  # then subtract the one that leaves;
            total = total - values[leaving]
        number = min(entering, count - 1) - max(leaving + 1, 0) + 1
        result[o] = total / SINGLE(number)  # divide by the number of values"
    return result


def mean_along_rows(values: np.ndarray) -> np.ndarray:
    return np.ascontiguousarray(mean_along_columns(np.ascontiguousarray(values.T)).T)


def grid_of(values: np.ndarray) -> np.ndarray:
    height, width = values.shape
    # 3. "A 64 x 64 picture is not blurred: its luma is the grid; go to step 6."
    if (height, width) == (GRID, GRID):
        return values
    # 4. "Blur: means along rows, along columns, along rows, along columns."
    for _ in range(2):
        values = mean_along_columns(mean_along_rows(values))
    # 5. "row i, column j is the blurred value at row floor((2i + 1) height/128), column floor((2j + 1) width/128)"
    rows = [(2 * i + 1) * height // 128 for i in range(GRID)]
    columns = [(2 * j + 1) * width // 128 for j in range(GRID)]
    return values[np.ix_(rows, columns)]


def quality_of(grid: np.ndarray) -> int:
    """Step 6: "over all neighbours in the grid, below and to the right, sum |trunc((a - b) 100/255)|; divide by 90,
    rounding down; at most 100"."""
    total = 0
    for difference in (grid[:-1, :] - grid[1:, :], grid[:, :-1] - grid[:, 1:]):
        scaled = difference * SINGLE(100) / SINGLE(255)
        total += int(np.abs(np.trunc(scaled)).astype(np.int64).sum())
    return min(100, total // 90)


def coefficients_of(grid: np.ndarray) -> np.ndarray:
    """Step 7: "D A D^T, A the grid; D A first; sums over k upwards from 0"."""
    d = dct_matrix()
    product = np.zeros((SIDE, GRID), dtype=SINGLE)
    for kappa in range(GRID):
        product = product + d[:, kappa, None] * grid[kappa, None, :]
    result = np.zeros((SIDE, SIDE), dtype=SINGLE)
    for kappa in range(GRID):
        result = result + product[:, kappa, None] * d[None, :, kappa]
    return result


def median_of(coefficients: np.ndarray) -> np.float32:
    """Step 8: "the 128th smallest of the 256"."""
    return np.sort(coefficients)[127]


def check_shape(pixels: bytes, width: int, height: int, channels: int) -> None:
    if not (1 <= width <= MAXIMUM_SIDE and 1 <= height <= MAXIMUM_SIDE) or channels not in (1, 3, 4):
        raise ProtocolError("badDimensions")
    if width * height > MAXIMUM_PIXELS:
        raise ProtocolError("tooManyPixels")
    if len(pixels) != width * height * channels:
        raise ProtocolError("bufferTooShort" if len(pixels) < width * height * channels else "badDimensions")


def pdq_with_coefficients(pixels: bytes, width: int, height: int, channels: int) -> Fingerprint:
    """Input: 8-bit pixels, rows from the top without gaps, 1 (grey), 3 (RGB) or 4 (RGBA) bytes each."""
    check_shape(pixels, width, height, channels)
    # 1. "If a side is below 5 pixels: hash, quality and coefficients are all zero."
    if width < 5 or height < 5:
        return Fingerprint(0, 0, (SINGLE(0),) * 256, SINGLE(0))
    grid = grid_of(luma(pixels, width, height, channels))
    quality = quality_of(grid)
    coefficients = coefficients_of(grid).reshape(-1)
    # 8. "Bit 16i + j of the hash is 1 if coefficient (i, j) is greater than the median."
    median = median_of(coefficients)
    bits = sum(1 << index for index in range(256) if coefficients[index] > median)
    return Fingerprint(bits, quality, tuple(coefficients), median)
