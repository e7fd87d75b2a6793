"""Protocol 5.11, Probes: the M likeliest short keys of a picture."""

from __future__ import annotations

import heapq
from collections.abc import Sequence

import numpy as np

from .keys import perceptual_key
from .pdq import Fingerprint
from .profile import Profile

SINGLE = np.float32


def likeliest_sets(margins: Sequence[np.float32], count: int) -> list[tuple[int, ...]]:
    """Step 3: the first `count` sets of ranks in the order of (sum, sum of 2^rank); margins ascend by rank.

    Every set but {} and {0} has one parent: without its highest rank r if r - 1 is in it, else with r - 1 in place
    of r. A parent comes before its children (rounding is monotonic), so a heap yields the order.
    """
    def entry(ranks: tuple[int, ...]) -> tuple[np.float32, int, tuple[int, ...]]:
        # 2. "The sum of a set of ranks is their margins added in order of rank, from 0."
        total = SINGLE(0)
        for rank in ranks:
            total = SINGLE(total + margins[rank])
        return total, sum(1 << rank for rank in ranks), ranks

    chosen: list[tuple[int, ...]] = [()]  # "the empty set first"
    heap = [entry((0,))]
    while heap and len(chosen) < count:
        _, _, ranks = heapq.heappop(heap)
        chosen.append(ranks)
        highest = ranks[-1]
        if highest + 1 < len(margins):
            heapq.heappush(heap, entry(ranks + (highest + 1,)))
            heapq.heappush(heap, entry(ranks[:-1] + (highest + 1,)))
    return chosen


def nearest_keys(key: int, margins: Sequence[np.float32], count: int) -> list[int]:
    """Steps 1-3 on given margins, margins[i] that of bit i: `count` short keys, the likeliest first."""
    # 1. "Sort the indices 0...b - 1 by (margin, index)" ; "an index's place is its rank".
    by_rank = sorted(range(len(margins)), key=lambda index: (margins[index], index))
    # 2, 3. "Order all sets by (sum, sum of 2^rank) and take the first M."
    sets = likeliest_sets([margins[index] for index in by_rank], count)
    # 3. "Each gives the short key with those bits flipped."
    return [key ^ sum(1 << by_rank[rank] for rank in ranks) for ranks in sets]


def probes(fingerprint: Fingerprint, profile: Profile) -> list[bytes]:
    """Output: M distinct keys, the likeliest first; "a fingerprint whose quality is at least the profile's (else
    there are no probes)"."""
    if fingerprint.quality < profile.minimum_quality:
        return []
    # 1. "the margin of index i is |coefficient positions[i] - median|"
    margins = [abs(SINGLE(fingerprint.coefficients[position] - fingerprint.median)) for position in profile.positions]
    key = profile.short_key(fingerprint.encoding())
    return [perceptual_key(word) for word in nearest_keys(key, margins, profile.probes)]
