"""Protocol 5.11, Videos: which samples of a video are chosen, what a list says of it, and which keys it probes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from .pdq import Fingerprint, coefficients_of, median_of, quality_of
from .probes import Picture, probes
from .profile import RASTER, Hypothesis, Profile
from .raster import grid_of, raster

CHOSEN = 8
REACH = 2
"""samples before and after one that its score counts"""
NEAR = 10
"""two chosen samples differ in more bits of 256"""
SENT_QUALITY, LISTED_QUALITY = 40, 50
MIDDLE = Hypothesis(RASTER, 0, 0, 1_024, 0)


@dataclass(frozen=True)
class Choice:
    score: int
    index: int


def sample(pixels: bytes, width: int, height: int, channels: int) -> Picture:
    """A sample's raster, and its fingerprint from the raster alone."""
    cells = raster(pixels, width, height, channels)
    grid = grid_of(cells, MIDDLE)
    coefficients = coefficients_of(grid).reshape(-1)
    median = median_of(coefficients)
    bits = sum(1 << index for index, value in enumerate(coefficients) if value > median)
    return Picture(Fingerprint(bits, quality_of(grid), tuple(coefficients), median), cells)


def candidates(hashes: Sequence[int]) -> list[Choice]:
    """Steps 1 to 3."""
    count = len(hashes)
    if count < 2 * REACH + 1:
        return [Choice(0, count // 2)] if count else []
    distances = [(a ^ b).bit_count() for a, b in zip(hashes, hashes[1:], strict=False)]
    scores = {i: sum(distances[i - REACH : i + REACH]) for i in range(REACH, count - REACH)}
    # 3. "s_i <= s_(i-1) and s_i < s_(i+1), where these exist"
    return [Choice(s, i) for i, s in scores.items() if s <= scores.get(i - 1, s) and s < scores.get(i + 1, s + 1)]


def choose(
    hashes: Sequence[int],
    qualities: Sequence[int],
    count: int,
    least_quality: int,
    within: tuple[int, int] | None = None,
) -> list[Choice]:
    """Steps 4 and 5. `within`: the first and the last fifth of the length that may be chosen from."""
    chosen: list[Choice] = []
    for new in candidates(hashes):
        if qualities[new.index] < least_quality:
            continue
        if within is not None and not within[0] * (len(hashes) - 1) <= 5 * new.index <= within[1] * (len(hashes) - 1):
            continue
        near = [old for old in chosen if (hashes[old.index] ^ hashes[new.index]).bit_count() <= NEAR]
        if any((old.score, old.index) < (new.score, new.index) for old in near):
            continue
        kept = [old for old in chosen if old not in near] + [new]
        chosen = sorted(kept, key=lambda choice: (choice.score, choice.index))[:count]
    return chosen


def sent(hashes: Sequence[int], qualities: Sequence[int]) -> list[Choice]:
    """What a client probes."""
    return choose(hashes, qualities, CHOSEN, SENT_QUALITY)


def listed(hashes: Sequence[int], qualities: Sequence[int]) -> list[int]:
    """The samples of a list's line, the key's first; none if no sample will do."""
    key = choose(hashes, qualities, 1, LISTED_QUALITY, within=(1, 4)) or choose(hashes, qualities, 1, LISTED_QUALITY)
    if not key:
        return []
    others = [
        choice.index for choice in choose(hashes, qualities, CHOSEN, LISTED_QUALITY) if choice.index != key[0].index
    ]
    return [key[0].index, *others[: CHOSEN - 1]]


def video_probes(frames: Sequence[Picture], profile: Profile, separation: int) -> list[bytes]:
    """At most M distinct keys of the chosen frames, in order of rank."""
    frames = frames[: profile.probes]
    keys: dict[bytes, None] = {}
    for frame in frames:
        for key in probes(frame, profile, separation)[: profile.probes // len(frames)]:
            keys[key] = None  # "a key that was there before is left out"
    return list(keys)
