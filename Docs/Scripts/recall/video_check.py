"""Checks videos.py against a literal reading of video.md on random walks of hashes, and what it promises of memory and short videos.

usage: video_check.py
"""

import numpy as np

import videos


def walk(random, count):
    """Hashes that change by 0 to 40 bits a frame, with still stretches and cuts, and some frames of poor quality."""
    bits, frames = (random.random(256) < .5).astype(np.uint8), []
    for place in range(count):
        bits = bits.copy()
        if random.random() < .03:
            bits = (random.random(256) < .5).astype(np.uint8)
        flips = random.integers(0, 256, random.integers(0, 41) if random.random() < .6 else random.integers(0, 4))
        bits[flips] ^= 1
        frames.append(videos.Frame(125 * place, bits, int(random.integers(20, 101)), place))
    return frames


def literal(frames, count, quality):
    n, d = len(frames), lambda i, j: int((frames[i].bits != frames[j].bits).sum())
    if n < 5:
        candidates = {n // 2: 0} if n else {}
    else:
        s = {k: d(k - 2, k - 1) + d(k - 1, k) + d(k, k + 1) + d(k + 1, k + 2) for k in range(2, n - 2)}
        candidates = {k: s[k] for k in s if s[k] <= s.get(k - 1, s[k]) and s[k] < s.get(k + 1, s[k] + 1)}
    chosen = []
    for k, score in sorted(candidates.items()):
        if frames[k].quality < quality:
            continue
        near = [other for other in chosen if d(other[1], k) <= videos.NEAR]
        if any(other < (score, k) for other in near):
            continue
        chosen = sorted([other for other in chosen if other not in near] + [(score, k)])[:count]
    return [k for _, k in chosen]


def main():
    random, compared = np.random.default_rng(5), 0
    for count in [0, 1, 2, 3, 4, 5, 6, 7] * 20 + [20, 60, 200] * 40:
        frames = walk(random, count)
        for number, quality in ((1, 50), (8, 40)):
            got = [c.frame.kept for c in videos.chosen(frames, count=number, quality=quality)]
            assert got == literal(frames, number, quality), (count, got)
            compared += 1
    chooser = videos.Chooser()
    for frame in walk(random, 5000):
        chooser.add(frame)
        kept = {id(f) for f in chooser.window} | {id(c.frame) for c in chooser.scores} | {id(c.frame) for c in chooser.chosen}
        assert len(kept) <= videos.F + 2 * videos.WINDOW + 2
    black = [videos.frame(np.zeros((256, 256), dtype=np.uint8), 125 * place) for place in range(40)]
    assert videos.chosen(black) == [] and videos.listed(black) == [] and videos.probes([]) == []
    print(f"{compared} choices agree with the literal reading; never more than {videos.F + 2 * videos.WINDOW + 2} frames kept; black has no key")


if __name__ == "__main__":
    main()
