"""Which frames of a video are probed, and which one is its key: Docs/Protocol.md, 5.11, "Videos", for the harness.

A video is a stream of frames at 8 a second, each the picture made of its raster. The client keeps the F stillest
frames; a source
lists the stillest of the middle. Nothing here looks further than WINDOW frames to both sides, and at most F + 2·WINDOW
+ 2 frames are kept.
"""

from dataclasses import dataclass

import numpy as np

import pdq
import scheme

RATE = 8  # frames a second of the video's clock
WINDOW = 2  # frames before and after
F = 8  # frames that are probed
NEAR = 10  # two chosen frames differ in more bits of 256
EDGE = 0.2  # of the length at each end from which a source takes no key
COMPANIONS = 8  # hashes of a list line, the key's first
# A frame's PDQ is that of its raster's grid (hypothesis raster, shift 0, zoom 1,024, tone 0): the same for every size.
CELLS = (scheme.taps(0, scheme.UNIT)[0] / scheme.taps(0, scheme.UNIT)[1][:, None]).astype(np.float32)
AS_SENT = scheme.kernel(0, scheme.UNIT)


@dataclass(frozen=True)
class Frame:
    time: int  # ms
    bits: np.ndarray  # 256 of 0 and 1
    quality: int
    kept: object = None  # what the client needs of a chosen frame: its raster


@dataclass(frozen=True)
class Chosen:
    score: int  # the less, the stiller
    frame: Frame

    @property
    def order(self):
        return self.score, self.frame.time


def frame(raster, time):
    """Of 256 x 256 grey."""
    values = raster.astype(np.float32)
    coefficients = (AS_SENT @ values @ AS_SENT.T).reshape(256)
    return Frame(time, pdq.bits(coefficients).astype(np.uint8), pdq.quality(CELLS @ values @ CELLS.T), raster)


def distance(a, b):
    return int(np.count_nonzero(a.bits != b.bits))


class Chooser:
    """Takes frames one after another; `chosen` is valid at any time."""

    def __init__(self, count=F, quality=40, first=0, last=float("inf")):
        self.count, self.quality, self.first, self.last = count, quality, first, last
        self.window, self.steps = [], []  # the last 2·WINDOW + 1 frames and the distances between them
        self.scores = []  # of the last two scored frames: (score, frame)
        self.chosen = []

    def add(self, frame):
        if self.window:
            self.steps = (self.steps + [distance(self.window[-1], frame)])[-2 * WINDOW :]
        self.window = (self.window + [frame])[-(2 * WINDOW + 1) :]
        if len(self.window) == 2 * WINDOW + 1:
            self.score(Chosen(sum(self.steps), self.window[WINDOW]))

    def score(self, new):
        """A frame stands for itself if it is not less still than the one before, and stiller than the one after."""
        self.scores = (self.scores + [new])[-3:]
        if len(self.scores) >= 2:
            middle = self.scores[-2]
            before = self.scores[-3].score if len(self.scores) == 3 else None
            if middle.score < new.score and (before is None or middle.score <= before):
                self.offer(middle)

    def end(self):
        """The last scored frame has none after it."""
        if not self.scores and self.window:  # fewer than 2·WINDOW + 1 frames: the middle one
            self.offer(Chosen(0, self.window[len(self.window) // 2]))
        elif self.scores and (len(self.scores) == 1 or self.scores[-1].score <= self.scores[-2].score):
            self.offer(self.scores[-1])
        self.window, self.steps, self.scores = [], [], []
        return self.chosen

    def offer(self, new):
        if new.frame.quality < self.quality or not self.first <= new.frame.time <= self.last:
            return
        near = [old for old in self.chosen if distance(old.frame, new.frame) <= NEAR]
        if any(old.order < new.order for old in near):
            return
        kept = [old for old in self.chosen if all(old is not other for other in near)] + [new]
        self.chosen = sorted(kept, key=lambda chosen: chosen.order)[: self.count]


def chosen(frames, **options):
    chooser = Chooser(**options)
    for frame in frames:
        chooser.add(frame)
    return chooser.end()


def probes(lists, total=32):
    """From the probe lists of the chosen frames in their order: an equal part of the first of each, distinct."""
    part = total // max(len(lists), 1)
    found = []
    for keys in lists:
        found += [int(key) for key in keys[:part] if int(key) not in found]
    return found


def listed(frames, quality=50):
    """A source's line: the frames whose hashes it lists, the key's first; empty if no frame will do."""
    if not frames:
        return []
    start, length = frames[0].time, frames[-1].time - frames[0].time
    # Whole numbers, as 5.11 has it: n - 1 <= 5·i <= 4·(n - 1), when EDGE is 1/5.
    first, last = start + -(-length * round(100 * EDGE) // 100), start + length * round(100 * (1 - EDGE)) // 100
    key = chosen(frames, count=1, quality=quality, first=first, last=last) or chosen(frames, count=1, quality=quality)
    others = chosen(frames, quality=quality)
    return [c.frame for c in key] + [c.frame for c in others if key and c.frame.time != key[0].frame.time][
        : COMPANIONS - 1
    ]
