"""Protocol 5.11, Probes: the M likeliest short keys of a picture, under several hypotheses about what happened to
it.
"""

from __future__ import annotations

import heapq
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from .keys import perceptual_key
from .marks import mark_hypotheses
from .pdq import Fingerprint, median_of, pdq_with_coefficients
from .profile import Profile
from .raster import hypothesis_coefficients, raster

SINGLE = np.float32


@dataclass(frozen=True)
class Picture:
    """What a client keeps of a picture until it is sealed."""

    fingerprint: Fingerprint
    """as sent"""
    raster: np.ndarray

    @staticmethod
    def of(pixels: bytes, width: int, height: int, channels: int) -> Picture:
        return Picture(pdq_with_coefficients(pixels, width, height, channels), raster(pixels, width, height, channels))


def likeliest_sets(margins: Sequence[np.float32], count: int) -> list[tuple[np.float32, tuple[int, ...]]]:
    """Step 3: the first `count` sums and sets of ranks in the order of (sum, sum of 2^rank); margins ascend by rank.

    Every set but {} and {0} has one parent: without its highest rank r if r - 1 is in it, else with r - 1 in place
    of r. A parent comes before its children (rounding is monotonic), so a heap yields the order.
    """

    def entry(ranks: tuple[int, ...]) -> tuple[np.float32, int, tuple[int, ...]]:
        # "The sum of a set of ranks is their costs added in order of rank, from 0."
        total = SINGLE(0)
        for rank in ranks:
            total = SINGLE(total + margins[rank])
        return total, sum(1 << rank for rank in ranks), ranks

    chosen: list[tuple[np.float32, tuple[int, ...]]] = [(SINGLE(0), ())]  # "the empty set first"
    heap = [entry((0,))]
    while heap and len(chosen) < count:
        total, _, ranks = heapq.heappop(heap)
        chosen.append((total, ranks))
        highest = ranks[-1]
        if highest + 1 < len(margins):
            heapq.heappush(heap, entry(ranks + (highest + 1,)))
            heapq.heappush(heap, entry(ranks[:-1] + (highest + 1,)))
    return chosen


def nearest_keys(key: int, costs: Sequence[np.float32], count: int) -> list[tuple[np.float32, int]]:
    """Step 3 on given costs, costs[i] that of bit i: `count` sums and short keys, the likeliest first."""
    # "Sort the indices 0...b - 1 by (|x_i|, i); an index's place is its rank."
    by_rank = sorted(range(len(costs)), key=lambda index: (costs[index], index))
    # "Order all sets by (sum, sum of 2^rank) and take the first M. Each gives a candidate: K_h with those bits
    # flipped."
    return [
        (total, key ^ sum(1 << by_rank[rank] for rank in ranks))
        for total, ranks in likeliest_sets([costs[index] for index in by_rank], count)
    ]


@dataclass(frozen=True)
class Reading:
    """A picture under a hypothesis."""

    penalty: int
    coefficients: np.ndarray
    median: np.float32
    quality: int
    """of a mark's hypothesis its own, else the fingerprint's"""

    def encoding(self) -> bytes:
        """Of its hash."""
        return sum(1 << i for i, value in enumerate(self.coefficients) if value > self.median).to_bytes(32, "big")


def all_hypotheses(picture: Picture, profile: Profile) -> list[Reading]:
    """ "The profile's H in order and, if it has marks, those that Hypotheses of marks gives behind them" """
    sent = picture.fingerprint
    found = [
        Reading(one.penalty, *hypothesis_coefficients(sent, picture.raster, one), sent.quality)
        for one in profile.hypotheses
    ]
    if profile.marks:
        for penalty, coefficients, quality in mark_hypotheses(
            picture.raster, profile.probe_quality, profile.minimum_quality
        ):
            found.append(Reading(penalty, coefficients, median_of(coefficients), quality))
    return found


def spread_of(sent: Fingerprint) -> np.float32:
    """Step 2: "The spread is the 128th smallest of the 256 values |c - m_0| of as sent." """
    return sorted(abs(SINGLE(c - sent.median)) for c in sent.coefficients)[127]


def offset_of(penalty: int, spread: np.float32) -> np.float32:
    """Step 2: "Hypothesis h has the offset u_h = (penalty * spread) / 256." """
    return SINGLE(SINGLE(SINGLE(penalty) * spread) / SINGLE(256))


def likeliest(picture: Picture, profile: Profile) -> Reading:
    """ "The hypothesis of the least (u_h, h)" """
    spread, found = spread_of(picture.fingerprint), all_hypotheses(picture, profile)
    return min(found, key=lambda one: offset_of(one.penalty, spread))  # of equals the first


def probed_hash(picture: Picture, profile: Profile) -> bytes:
    """Its encoding. "It is the hash of the hypothesis of the least (u_h, h) ... where there are no probes, too." """
    if picture.fingerprint.quality < profile.probe_quality:
        return picture.fingerprint.encoding()
    return likeliest(picture, profile).encoding()


def hash_without_marks(picture: Picture, profile: Profile, separation: int) -> tuple[bytes, int] | None:
    """What a source lists beside the hash, and its quality; None if the hash alone will do."""
    sent = picture.fingerprint
    if sent.quality < profile.probe_quality or separation == 0:
        return None
    one = likeliest(picture, profile)
    # "if the short keys of both differ in more than r bits"
    apart = profile.short_key(one.encoding()) ^ profile.short_key(sent.encoding())
    return (one.encoding(), one.quality) if apart.bit_count() > separation else None


def own_key(picture: Picture, profile: Profile, keys: Sequence[bytes]) -> bytes | None:
    """5.12, step 2: "of a picture that has probes also K_0 where it is none of them" """
    own = perceptual_key(profile.short_key(picture.fingerprint.encoding()))
    return own if keys and own not in keys else None


def probes(picture: Picture, profile: Profile, separation: int) -> list[bytes]:
    """Output: 1...M distinct keys, the likeliest first; "none if the fingerprint's quality is below the profile's probe
    quality"."""
    sent = picture.fingerprint
    if sent.quality < profile.probe_quality:
        return []
    spread = spread_of(sent)
    candidates: list[tuple[np.float32, int, int, int]] = []
    for h, one in enumerate(all_hypotheses(picture, profile)):
        # 1. "x_i = coefficient positions[i] - m_h. Key K_h has bit i = 1 if x_i > 0. A flip of bit i costs |x_i|."
        x = [SINGLE(one.coefficients[position] - one.median) for position in profile.positions]
        key = sum(1 << i for i, value in enumerate(x) if value > 0)
        # 2. The spread and the offset.
        offset = offset_of(one.penalty, spread)
        for place, (total, candidate) in enumerate(nearest_keys(key, [abs(value) for value in x], profile.probes)):
            candidates.append((SINGLE(offset + total), h, place, candidate))
    # 4. "Order all candidates by (cost, h, place in h's list)."
    in_order = [candidate for _, _, _, candidate in sorted(candidates)]
    # 5. "Go through them, with K_0 a second time right behind the first. Take a candidate unless it equals a probe
    # taken before or, where r > 0, differs from any probe taken before in more than r bits. Stop at M probes."
    in_order.insert(1, profile.short_key(sent.encoding()))
    taken: list[int] = []
    for candidate in in_order:
        apart = [(candidate ^ other).bit_count() for other in taken]
        if 0 not in apart and (separation == 0 or max(apart, default=0) <= separation):
            taken.append(candidate)
        if len(taken) == profile.probes:
            break
    return [perceptual_key(word) for word in taken]
