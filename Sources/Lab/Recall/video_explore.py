"""Weighs other rules on the design half: what video.md's table of alternatives comes from.

usage: video_explore.py CACHE

Each rule orders the frames by a score; local minima stand for themselves; the source takes the best of the middle, the
client the F
best. Printed: found of all copies that should be, of the trimmed ones, and how often a listed copy has the original's
key.
"""

import sys

import numpy as np

import video_measure
import videos

FIXED = (np.random.default_rng(7).random(256) < 0.5).astype(np.uint8)  # a hash to be near to
NEVER = 10**6


def stillness(bits, window):
    steps = (bits[1:] != bits[:-1]).sum(1)
    sums = (
        np.convolve(steps, np.ones(2 * window, dtype=int), "valid")
        if len(steps) >= 2 * window
        else np.zeros(0, dtype=int)
    )
    return (
        np.concatenate([np.full(window, NEVER), sums, np.full(len(bits) - window - len(sums), NEVER)])
        if len(sums)
        else np.zeros(len(bits), dtype=int)
    )


def near_fixed(bits):
    return (bits != FIXED).sum(1).astype(int)


def motion(bits):
    """After a cut: the frame two after the greatest step."""
    steps = np.concatenate([[0, 0], (bits[1:] != bits[:-1]).sum(1)])[: len(bits)]
    return -steps.astype(int)


def choose(score, copy, count, quality, near, first=0, last=None, every=1, reach=1):
    last = len(score) if last is None else last
    minima = [
        k
        for k in range(len(score))
        if min(score[max(0, k - reach) : k], default=NEVER)
        >= score[k]
        < min(score[k + 1 : k + 1 + reach], default=NEVER + 1)
    ]
    found = []
    for k in sorted(minima, key=lambda k: (score[k], k)):
        place = k * every
        if (
            score[k] < NEVER
            and copy.quality[place] >= quality
            and first <= k < last
            and all((copy.bits[place] != copy.bits[other]).sum() > near for other in found)
        ):
            found.append(place)
            if len(found) == count:
                break
    return found


def weigh(data, score, count=8, near=10, edge=videos.EDGE, every=1, reach=1, source=None):
    """(found, found of the trimmed, same key) as parts."""
    found, trimmed, same, stride = [], [], [], every
    for _, copies in data:

        def key(copy):
            rule, every = source or (score, stride)
            values = rule(copy.bits[::every])
            n = len(values)
            places = choose(
                values, copy, 1, 50, near, int(np.ceil(edge * n)), int((1 - edge) * n) + 1, every, reach
            ) or choose(values, copy, 1, 50, near, every=every, reach=reach)
            return copy.keys[places[0]] if places else None

        known = key(copies[0])
        if known is None:
            continue
        for copy in copies[1:]:
            if copy.title in video_measure.EXPECTED:
                continue
            places = choose(score(copy.bits[::every]), copy, count, 40, near, every=every, reach=reach)
            hit = int(known) in videos.probes([copy.lists[place] for place in places])
            found.append(hit)
            same.append(key(copy) == known)
            if "trim" in copy.title:
                trimmed.append(hit)
    return [float(np.mean(column)) for column in (found, trimmed, same)]


def main():
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    data = [pair for pair in video_measure.load(sys.argv[1], 0) if pair[0].kind in video_measure.LONG]
    print(len(data), "videos")

    def line(name, score, **options):
        print(
            f"| {name} | " + " | ".join(f"{100 * value:.1f}" for value in weigh(data, score, **options)) + " |",
            flush=True,
        )

    two = lambda bits: stillness(bits, 2)
    for count in (1, 2, 4, 8, 16, 32):
        line(f"stillness, 2 frames each side, {count} × {32 // count} probes", two, count=count)
    for window in (1, 3, 4, 6):
        line(f"stillness, {window} each side", lambda bits: stillness(bits, window))
    for window in (1, 2, 4):
        line(f"4 frames/s, stillness, {window} each side", lambda bits: stillness(bits, window), every=2)
    line("2 frames/s, stillness, 1 each side", lambda bits: stillness(bits, 1), every=4)
    line("1 frame/s, stillness, 1 each side", lambda bits: stillness(bits, 1), every=8)
    for reach in (2, 4, 8, 16, 24):
        line(f"least within {reach} frames", two, reach=reach)
        line(f"least within {reach} frames, 1 each side", lambda bits: stillness(bits, 1), reach=reach)
        line(f"least within {reach} frames, 16 frames × 2 probes", two, reach=reach, count=16)
    for near in (0, 20, 31):
        line(f"chosen frames differ in more than {near} bits", two, near=near)
    for every, rate in ((2, 4), (4, 2), (8, 1)):
        line(
            f"the source has {rate} frames/s (stillness, 1 each side), the client 8",
            two,
            source=(lambda bits: stillness(bits, 1), every),
        )
    for edge in (0, 0.1, 0.3, 0.4):
        line(f"key not in the first and last {100 * edge:.0f} %", two, edge=edge)
    line("nearest to a fixed hash", near_fixed)
    line("nearest to a fixed hash + stillness", lambda bits: np.minimum(near_fixed(bits) + two(bits), NEVER))
    line("after the greatest steps (cuts)", motion)


if __name__ == "__main__":
    main()
