"""The short key and its probes: Docs/Protocol.md, 5.11, for many pictures at once.

The list side knows 256 bits. A short key is b of them. The client has the picture: it computes PDQ's coefficients under
several
hypotheses about what happened to the picture (other size, cut edges, another tone curve), orders for each hypothesis
the likeliest
patterns of flipped bits by their margins, and merges the lists.
"""

import functools
import heapq
import json
import os

import numpy as np

import pdq

SIDE = 256  # of the raster
UNIT = 1024  # of a raster cell
REACH = 1915  # half-width of the triangle, in 1/1024 of a raster cell; with the cells' own width it has PDQ's variance


class Profile:
    def __init__(self, text):
        values = json.loads(text)
        self.id = values["id"]
        self.positions = np.array(values["positions"])
        self.probes = values["probes"]
        self.separation = values["separation"]
        self.quality = values["minimumQuality"]  # of a listed hash
        self.probe_quality = values[
            "probeQuality"
        ]  # of a picture that is sent: copies are a little poorer than their originals
        self.scaling = values["scaling"]
        # (kind, shift, zoom, tone, penalty in 1/256 of the spread)
        self.hypotheses = [
            (h["kind"], h.get("shift", 0), h.get("zoom", UNIT), h.get("tone", 0), h["penalty"])
            for h in values["hypotheses"]
        ]

    @classmethod
    def load(cls, path=os.path.join(os.path.dirname(os.path.abspath(__file__)), "profile-2.json")):
        with open(path) as file:
            return cls(file.read())


def raster(luma):
    """256 x 256 exact area means of whole-numbered luma, rounded half up: whole numbers only."""
    height, width = luma.shape
    rows = overlaps(height) @ luma.astype(np.int64)
    total = (overlaps(width) @ rows.T).T
    area = height * width
    return ((2 * total + area) // (2 * area)).astype(np.uint8)


def overlaps(size):
    """How much of each pixel, in 1/256, lies in each of 256 equal parts of the side."""
    edges = np.arange(SIDE + 1) * size
    pixels = np.arange(size) * SIDE
    low = np.maximum(edges[:-1, None], pixels[None])
    high = np.minimum(edges[1:, None], pixels[None] + SIDE)
    return np.maximum(high - low, 0)


@functools.lru_cache(maxsize=None)
def taps(shift, zoom):
    """64 x 256 whole weights of a triangle about each sample place, and their sums."""
    weights = np.zeros((64, SIDE), dtype=np.int64)
    for i in range(64):
        place = SIDE * UNIT // 2 + shift + (2 * i - 63) * 2 * zoom
        first = (place - REACH) // UNIT - 1
        for cell in range(first, first + 7):
            weight = REACH - abs((2 * cell + 1) * UNIT // 2 - place)
            if weight > 0:
                weights[i, min(max(cell, 0), SIDE - 1)] += weight
    return weights, weights.sum(1)


@functools.lru_cache(maxsize=None)
def kernel(shift, zoom):
    weights, sums = taps(shift, zoom)
    return (pdq.COSINES @ (weights / sums[:, None])).astype(np.float32)


def coefficients(rasters, shift, zoom, tone):
    """The harness's quick way for many rasters (... x 256 x 256): DCT and triangle as one 16 x 256 matrix."""
    values = np.asarray(rasters, dtype=np.float32)
    if tone:
        values = values * (UNIT + tone * (255 - values)) / UNIT
    k = kernel(shift, zoom)
    result = k @ values @ k.T
    return result.reshape(result.shape[:-2] + (256,))


def exact_coefficients(cells, shift, zoom, tone):
    """As 5.11 has it: a whole-numbered grid, one division, then the DCT."""
    values = cells.astype(np.int64)
    if tone:
        values = values * (UNIT + tone * (255 - values))
    weights, sums = taps(shift, zoom)
    total = weights @ values @ weights.T
    grid = (total / (np.outer(sums, sums) * (UNIT if tone else 1))).astype(np.float32)
    return pdq.coefficients(grid)


def centred(values):
    return values - pdq.median(values)


def spread(values):
    """Median of the absolute margins: the 128th smallest of the 256."""
    return np.partition(np.abs(values), 127, axis=-1)[..., 127]


def nearest(margins, count):
    """The first `count` sets of flipped bits by (sum of margins in order of rank, sum of 2^rank), as (sum, bits);
    single precision.
    """
    margins = [np.float32(margin) for margin in margins]
    order = sorted(range(len(margins)), key=lambda i: (margins[i], i))
    found = [(np.float32(0), 0)]
    heap = [(margins[order[0]], 1, np.float32(0), 0)]  # sum, ranks, sum without the last rank, last rank
    while len(found) < count and heap:
        total, ranks, before, last = heapq.heappop(heap)
        found.append((total, sum(1 << order[rank] for rank in range(last + 1) if ranks >> rank & 1)))
        if last + 1 < len(order):
            step = margins[order[last + 1]]
            heapq.heappush(heap, (before + step, ranks ^ (1 << last) | 1 << (last + 1), before, last + 1))
            heapq.heappush(heap, (total + step, ranks | 1 << (last + 1), total, last + 1))
    return found


def probes(margins, unit, profile):
    """Probes of one picture: `margins` (hypotheses x b, signed, about the median), `unit` the spread of "as sent"."""
    candidates = []
    for number, (signed, hypothesis) in enumerate(zip(margins, profile.hypotheses)):
        offset = np.float32(hypothesis[4]) * np.float32(unit) / np.float32(256)
        key = sum(1 << i for i in range(len(signed)) if signed[i] > 0)
        for place, (total, flips) in enumerate(nearest(np.abs(signed), profile.probes)):
            candidates.append((offset + total, number, place, key ^ flips))
    chosen = []
    for _, _, _, key in sorted(candidates):
        if key not in chosen and all((key ^ other).bit_count() <= profile.separation for other in chosen):
            chosen.append(key)
        if len(chosen) == profile.probes:
            break
    return chosen


# The same for many pictures at once.


@functools.lru_cache(maxsize=None)
def patterns(count):
    """Sets of ranks that can be among the `count` cheapest: those that no more than `count` sets undercut for
    certain.
    """

    def below(ranks, limit):
        seen, stack = {ranks}, [ranks]
        while stack:
            a = stack.pop()
            for i, rank in enumerate(a):
                floor = a[i - 1] if i else -1
                if rank - 1 > floor:
                    b = a[:i] + (rank - 1,) + a[i + 1 :]
                elif i == 0:
                    b = a[1:]
                else:
                    continue
                if b not in seen:
                    seen.add(b)
                    stack.append(b)
                    if len(seen) > limit:
                        return limit + 1
        return len(seen)

    found, stack, seen = [()], [()], {()}
    while stack:
        a = stack.pop()
        steps = [a[:i] + (a[i] + 1,) + a[i + 1 :] for i in range(len(a)) if i + 1 == len(a) or a[i] + 1 < a[i + 1]]
        if not a or a[0] > 0:
            steps.append((0,) + a)
        for b in steps:
            if b not in seen and below(b, count) <= count:
                seen.add(b)
                stack.append(b)
                found.append(b)
    table = np.zeros((len(found), max(max(ranks, default=0) for ranks in found) + 1), dtype=np.float32)
    for row, ranks in enumerate(found):
        table[row, list(ranks)] = 1
    return table


def words(bits):
    return (bits.astype(np.uint64) << np.arange(bits.shape[-1], dtype=np.uint64)).sum(-1, dtype=np.uint64)


def lists(signed, count):
    """n x b signed margins -> n x count keys and costs, in no order."""
    table = patterns(count)
    ranks = min(table.shape[1], signed.shape[1])
    table = table[table[:, ranks:].sum(1) == 0][:, :ranks]
    costs = np.abs(signed)
    order = np.argsort(costs, axis=1, kind="stable")[:, :ranks]
    totals = np.take_along_axis(costs, order, 1) @ table.T
    if count < totals.shape[1]:
        kept = np.argpartition(totals, count - 1, axis=1)[:, :count]
    else:
        kept = np.broadcast_to(np.arange(totals.shape[1]), totals.shape)
    flags = np.uint64(1) << order.astype(np.uint64)
    chosen = table[kept].astype(bool)
    masks = np.zeros(kept.shape, dtype=np.uint64)
    for rank in range(ranks):
        masks ^= np.where(chosen[:, :, rank], flags[:, rank : rank + 1], np.uint64(0))
    return words(signed > 0)[:, None] ^ masks, np.take_along_axis(totals, kept, 1)


def merge(keys, costs, count, separation, own=None):
    """n x C keys and costs -> n x count keys in order of cost, and how many of them are filled. `own`: n keys that come
    second whatever they cost.
    """
    order = np.argsort(costs, axis=1, kind="stable")
    keys, costs = np.take_along_axis(keys, order, 1), np.take_along_axis(costs, order, 1)
    if own is not None:
        keys = np.concatenate([keys[:, :1], own[:, None], keys[:, 1:]], 1)
        costs = np.concatenate([costs[:, :1], np.zeros((len(own), 1), dtype=costs.dtype), costs[:, 1:]], 1)
    real = np.isfinite(costs)
    number = len(keys)
    found = np.zeros((number, count), dtype=np.uint64)
    filled = np.zeros(number, dtype=np.int64)
    places = np.arange(count)
    for column in range(keys.shape[1]):
        key = keys[:, column]
        distance = np.bitwise_count(found ^ key[:, None]).astype(np.int64)
        live = places[None] < filled[:, None]
        good = real[:, column] & (~live | ((distance > 0) & (distance <= separation))).all(1) & (filled < count)
        rows = np.flatnonzero(good)
        found[rows, filled[rows]] = key[rows]
        filled[rows] += 1
    return found, filled


def many_probes(margins, units, penalties, count, separation):
    """n x H x b signed margins -> n x count keys."""
    keys, costs = [], []
    for number, penalty in enumerate(penalties):
        k, c = lists(margins[:, number], count)
        keys.append(k)
        costs.append(c + (np.float32(penalty) * units[:, None] / np.float32(256)))
    return merge(np.concatenate(keys, 1), np.concatenate(costs, 1), count, separation)
