"""Protocol 5.9, "Check level": how short a voucher's checks are, and the check of S."""

from __future__ import annotations

from collections.abc import Sequence

from .errors import require

LEVEL_COUNT = 12
STANDARD_LEVELS = (5, 6, 6, 7, 8, 16, 28, 36, 80, 160, 255, 255)
"""Section 2: the default N_0 ... N_11."""


def check_levels(levels: Sequence[int]) -> None:
    """Section 2: "1...255, never less than the one before"."""
    if len(levels) != LEVEL_COUNT:
        raise ValueError("there are twelve levels")
    require(all(1 <= level <= 255 for level in levels), "parameterOutOfRange", "a level")
    require(all(a <= b for a, b in zip(levels, levels[1:])), "parameterOutOfRange", "a level below the one before it")


def check_level(v: int, levels: Sequence[int]) -> int:
    """Input: the number v of a voucher in its device's epoch, from 0; the set's levels. Output: N."""
    # 1. "i is the bit length of floor(min(v, 65,535)/32)"
    i = (min(v, 65_535) // 32).bit_length()
    # 2. "N = N_i."
    return levels[i]


def check_of(h: int, n: int) -> int:
    """ "Check of S under N, one byte, 0...N - 1: floor(N h/2^64)" """
    return n * h >> 64
