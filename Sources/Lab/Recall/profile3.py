"""Probes under profile 3, apart from the library's code: Docs/Protocol.md, 5.11, for many pictures at once.

Profile 2 asks what the listed hash would have been, had a picture another size, other edges or another tone curve.
Profile 3 also looks for what was put on it. Each of 64 x 64 cells has a score, linear in whole-numbered features:
how likely something was put there. Suspect cells that touch are a mark. A mark is hidden, and filled from what
surrounds it. A translucent strip at the upper or lower edge is undone. Fill and strip are further hypotheses, and the
clearer a mark is, the earlier come its probes.
"""

import json
import os

import numpy as np
import scipy.ndimage

import pdq
import scheme

HERE = os.path.dirname(os.path.abspath(__file__))
SIDE = 64
PERCENTILES = (2047, 3685, 4054)  # places among the 4,096 steps in order
COMPONENTS = 8
SWEEPS = 16
LEAST = 3  # cells of a component
MOST = 1999  # cells of a mask
Y, X = np.mgrid[0:SIDE, 0:SIDE]
DOWN, ACROSS = np.minimum(Y, SIDE - 1 - Y), np.minimum(X, SIDE - 1 - X)
INNER = (DOWN < 12) & (ACROSS < 20)
LOW = Y >= 46
PLACES = (
    DOWN < 1,
    ACROSS < 1,
    DOWN < 3,
    ACROSS < 3,
    DOWN < 7,
    ACROSS < 7,
    (DOWN < 3) & (ACROSS < 3),
    (DOWN < 7) & (ACROSS < 7),
    INNER,
    Y >= 50,
    Y >= 57,
    Y < 7,
)
LOGARITHM = np.rint(16 * np.log2(1 + np.arange(256))).astype(np.int64)


class Profile(scheme.Profile):
    def __init__(self, text):
        super().__init__(text)
        values = json.loads(text)
        self.strengths = [h.get("strength", 0) for h in values["hypotheses"]]
        self.weights = np.array(values["marks"]["weights"], dtype=np.int64)
        self.bias, self.shift = values["marks"]["bias"], values["marks"]["shift"]
        self.threshold = values["marks"]["threshold"]
        self.masks = values["marks"]["masks"]  # of each mask: which components, and its penalty
        self.strip = values["strip"]  # the least score, and the penalty, as of a mask

    @classmethod
    def load(cls, path=os.path.join(HERE, "profile-3.json")):
        with open(path) as file:
            return cls(file.read())


# Marks


def cells(rasters):
    """n x 256 x 256 -> the greatest step, the greatest, the least and the sum of each cell."""
    values = np.asarray(rasters).astype(np.int16)
    number = len(values)
    steps = np.zeros_like(values)
    steps[:, 1:] = np.abs(values[:, 1:] - values[:, :-1])
    steps[:, :, 1:] = np.maximum(steps[:, :, 1:], np.abs(values[:, :, 1:] - values[:, :, :-1]))

    def each(array, function):
        rows = function.reduce(array.reshape(number, SIDE, 4, 4 * SIDE), 2)
        return function.reduce(rows.reshape(number, SIDE, SIDE, 4), 3)

    return each(steps, np.maximum), each(values, np.maximum), each(values, np.minimum), each(values, np.add)


def box(values, radius):
    """Sums over the square about each cell, indices clamped into the grid."""
    wide = np.pad(values.astype(np.int64), ((0, 0), (radius, radius), (radius, radius)), mode="edge")
    wide = np.pad(wide.cumsum(1).cumsum(2), ((0, 0), (1, 0), (1, 0)))
    side = 2 * radius + 1
    return wide[:, side:, side:] - wide[:, :-side, side:] - wide[:, side:, :-side] + wide[:, :-side, :-side]


def features(steps, high, low):
    """n x 64 x 64 each, one after the other."""
    order = np.sort(steps.reshape(len(steps), -1), 1).astype(np.int64)
    half, tenth, hundredth = (LOGARITHM[order[:, place]][:, None, None] for place in PERCENTILES)
    logs = LOGARITHM[steps]
    yield logs
    yield logs - half
    yield logs - tenth
    yield logs - hundredth
    yield box(logs, 1) - 9 * tenth
    yield box(logs, 3) - 49 * tenth
    white, black = high >= 245, low <= 12
    maps = (
        high - low <= 3,
        high - low <= 8,
        white,
        black,
        white & black,
        steps >= 40,
        steps >= 90,
        10 * steps.astype(np.int64) > 7 * order[:, PERCENTILES[2]][:, None, None],
        low >= 250,
        high <= 5,
    )
    for flags in maps:
        yield flags.astype(np.int64)
        yield box(flags, 1)
        yield box(flags, 3)
        yield box(flags, 7)
        yield flags.sum(2, keepdims=True)
        yield flags.sum((1, 2), keepdims=True)
    for place in PLACES:
        yield place[None].astype(np.int64)
    yield INNER * (logs - hundredth)
    yield INNER * box(maps[5], 3)
    yield INNER * box(maps[0], 1)
    yield LOW * box(maps[4], 3)
    yield LOW * box(maps[2], 1)


def scores(steps, high, low, profile):
    """n x 64 x 64, in 1/256 nat."""
    total = np.full(steps.shape, profile.bias, dtype=np.int64)
    for weight, feature in zip(profile.weights, features(steps, high, low), strict=True):
        if weight:
            total += weight * feature
    return total >> profile.shift


def grown(masks):
    wide = np.pad(masks, ((0, 0), (1, 1), (1, 1)))
    return wide[:, 1:-1, 1:-1] | wide[:, :-2, 1:-1] | wide[:, 2:, 1:-1] | wide[:, 1:-1, :-2] | wide[:, 1:-1, 2:]


def components(score, threshold):
    """Of one picture: (weight, mask) of each mark, the clearest first."""
    labels, count = scipy.ndimage.label(score >= threshold, structure=np.ones((3, 3)))
    if not count:
        return []
    names = np.arange(1, count + 1)
    sizes = np.bincount(labels.ravel(), minlength=count + 1)[1:]
    weights = np.zeros(count + 1, dtype=np.int64)
    np.add.at(weights, labels.ravel(), (score - threshold).ravel())
    first = scipy.ndimage.minimum(np.arange(SIDE * SIDE).reshape(SIDE, SIDE), labels, names)
    order = sorted(np.flatnonzero(sizes >= LEAST), key=lambda i: (-weights[i + 1], first[i]))
    return [(int(weights[i + 1]), labels == i + 1) for i in order[:COMPONENTS]]


def masks(score, profile):
    """n x K x 64 x 64, and the weight of each (0: there is none)."""
    found = np.zeros((len(score), len(profile.masks), SIDE, SIDE), dtype=bool)
    weights = np.zeros((len(score), len(profile.masks)), dtype=np.int64)
    for number, one in enumerate(score):
        marks = components(one, profile.threshold)
        for place, kind in enumerate(profile.masks):
            part = marks[kind["first"] : kind["first"] + kind["count"]]
            if len(marks) >= kind["least"]:
                found[number, place] = np.any([mask for _, mask in part], 0)
                weights[number, place] = sum(weight for weight, _ in part)
    for place in range(len(profile.masks)):
        found[:, place] = grown(found[:, place])
    weights[found.sum((2, 3)) > MOST] = 0
    return found, weights


def logarithm(value):
    """log2 of a whole number from 1 on, in 1/256, straight between powers of two."""
    value = np.maximum(np.asarray(value, dtype=np.int64), 1)
    power = np.floor(np.log2(value)).astype(np.int64)
    return 256 * power + ((value << 8) >> power) - 256


def penalty_of(kind, weight):
    """In 1/256 of the spread: the clearer a mark is, the less."""
    return np.maximum(kind["penalty"] - (kind["slope"] * logarithm(weight) >> 8), kind["least penalty"])


def fill(sums, mask):
    """Grey levels in 1/256 of all cells, those of the mask filled. sums: of each cell, n x 64 x 64."""
    levels = [(16 * sums.astype(np.int64) * ~mask, (~mask).astype(np.int64))]
    while levels[-1][0].shape[1] > 1:
        values, known = levels[-1]
        side = values.shape[1] // 2
        total, count = (a.reshape(len(a), side, 2, side, 2).sum((2, 4)) for a in (values, known))
        mean = (2 * total + count) // np.maximum(2 * count, 1)
        levels.append((mean, (count > 0).astype(np.int64)))
    result = levels[-1][0]
    for values, known in levels[-2::-1]:
        result = np.where(known > 0, values, result.repeat(2, 1).repeat(2, 2))
    for _ in range(SWEEPS):
        for parity in (0, 1):
            wide = np.pad(result, ((0, 0), (1, 1), (1, 1)), mode="edge")
            mean = (wide[:, :-2, 1:-1] + wide[:, 2:, 1:-1] + wide[:, 1:-1, :-2] + wide[:, 1:-1, 2:] + 2) >> 2
            result = np.where(mask & ((Y + X) % 2 == parity), mean, result)
    return result


# A translucent strip

EDGES = np.arange(8, 53)


def strip(rasters):
    """The best strip of each raster: its score, side (1: below), edge, sums of the rows beside it, 256 / opacity."""
    best = [np.zeros(len(rasters), dtype=np.int64) for _ in range(6)]
    places = np.arange(len(rasters))
    for side in (0, 1):
        rows = (rasters if side == 0 else rasters[:, ::-1])[:, :64].astype(np.int64)
        total, square = rows.sum(2), (rows * rows).sum(2)
        outer, kept, score = rows[:, EDGES + 1], None, None
        sum_outer = total[:, EDGES + 1]
        spread_outer = 256 * square[:, EDGES + 1] - sum_outer**2
        for back in (2, 4):
            inner, sum_inner = rows[:, EDGES - back], total[:, EDGES - back]
            spread_inner = 256 * square[:, EDGES - back] - sum_inner**2
            product = (outer * inner).sum(2)
            joint = 256 * product - sum_outer * sum_inner
            fits = (spread_outer > 0) & (10 * joint > 2 * spread_outer) & (10 * joint < 8 * spread_outer)
            # joint / spread_outer is below 1, so this stays below 2^63.
            slope = (joint << 12) // np.maximum(spread_outer, 1)
            rest = np.maximum(spread_inner - ((slope * joint) >> 12), 0)
            apart = 256 * (square[:, EDGES + 1] + square[:, EDGES - back] - 2 * product)
            one = np.where(fits, 16 * apart // (rest + 4 * 65536), 0)
            score = one if score is None else np.minimum(score, one)
            if kept is None:
                kept = sum_inner, np.where(fits, 256 * spread_outer // np.maximum(joint, 1), 0)
        place = score.argmax(1)
        row = (
            score[places, place],
            np.full(len(rasters), side),
            EDGES[place],
            sum_outer[places, place],
            kept[0][places, place],
            kept[1][places, place],
        )
        better = row[0] > best[0]
        for old, new in zip(best, row):
            old[better] = new[better]
    return best


def undone(rasters, found):
    """Rasters without the strip, and the cells in which letters stood on it."""
    result = rasters.copy()
    odd = np.zeros(rasters.shape, dtype=bool)
    for number, (_, side, edge, outer, inner, factor) in enumerate(zip(*found)):
        rows, letters = (result[number], odd[number]) if side == 0 else (result[number, ::-1], odd[number, ::-1])
        values = (256 * outer + factor * (256 * rows[: edge - 1].astype(np.int64) - inner) + 32768) >> 16
        letters[: edge - 1] = (values < -24) | (values > 279)
        rows[: edge - 1] = values.clip(0, 255)
        rows[edge - 1 : edge + 1] = rows[edge + 1]
    return result, grown(odd.reshape(len(odd), SIDE, 4, SIDE, 4).any((2, 4)))


# Hypotheses

SHIFTS = (0, 315)


def matrix(shift):
    weights, sums = scheme.taps(shift, scheme.UNIT)
    return (weights / sums[:, None]).astype(np.float32)


def grids(rasters, shift):
    """The harness's quick way; exact_grid has the specification's."""
    return matrix(shift) @ np.asarray(rasters, dtype=np.float32) @ matrix(shift).T


def exact_grid(cells_of_raster, shift):
    weights, sums = scheme.taps(shift, scheme.UNIT)
    total = weights @ cells_of_raster.astype(np.int64) @ weights.T
    return (total / np.outer(sums, sums)).astype(np.float32)


def filled(rasters, sums, mask):
    """n x 2 x 64 x 64: grids of both shifts with the mask filled."""
    values = (fill(sums, mask) / 256).astype(np.float32)
    return np.stack([np.where(mask, values, grids(rasters, shift)) for shift in SHIFTS], 1)


def qualities(found):
    """Of grids, ... x 64 x 64."""
    flat = found.reshape(-1, SIDE, SIDE)
    return np.array([pdq.quality(one) for one in flat], dtype=np.int64).reshape(found.shape[:-2])


FAR = np.add.outer(*[(2 * np.arange(scheme.SIDE, dtype=np.int64) - 255) ** 2] * 2)


def changed(rasters, kind, strength):
    """Whole numbers V of the raster's size, and what divides them."""
    values = rasters.astype(np.int64)
    if kind == "vignette":
        return values * (1024 + (strength * FAR >> 17)), 1024
    if kind == "S curve":
        curve = np.arange(256, dtype=np.int64)
        return ((curve << 20) + strength * curve * (255 - curve) * (255 - 2 * curve))[rasters], 1 << 20
    if kind == "highlights":
        return 2 * values + strength * np.maximum(0, values - 225), 2
    raise ValueError(kind)


def fixed(sent, rasters, hypothesis, strength):
    kind, shift, zoom, tone, _ = hypothesis
    if kind == "as sent":
        return sent
    if kind == "raster":
        return scheme.coefficients(rasters, shift, zoom, tone)
    values, divisor = changed(rasters, kind, strength)
    return scheme.coefficients((values / divisor).astype(np.float32), shift, zoom, 0)


def hypotheses(sent, rasters, profile):
    """Coefficients (n x H x 256), penalties (n x H, infinite where there is no such hypothesis) and qualities (n x H,
    100 of the profile's own), in the order of the specification: the profile's own, the strip's two, and two of each
    mask.
    """
    values, penalties, own = [], [], []

    def add(there, grids_of, penalty):
        pair = np.zeros((len(sent), 2, 256), dtype=np.float32)
        quality = np.zeros((len(sent), 2), dtype=np.int64)
        if len(there):
            found = grids_of()
            pair[there], quality[there] = pdq.coefficients(found), qualities(found)
        for place in range(2):
            values.append(pair[:, place])
            penalties.append(penalty)
            own.append(quality[:, place])

    for hypothesis, strength in zip(profile.hypotheses, profile.strengths, strict=True):
        values.append(fixed(sent, rasters, hypothesis, strength))
        penalties.append(np.full(len(sent), hypothesis[4], dtype=np.float32))
        own.append(np.full(len(sent), 100))
    found = strip(rasters)
    there = np.flatnonzero(found[0] >= profile.strip["score"])

    def of_strip():
        clean, letters = undone(rasters[there], [column[there] for column in found])
        return filled(clean, cells(clean)[3], letters)

    clear = found[0] >= profile.strip["score"]
    add(there, of_strip, np.where(clear, penalty_of(profile.strip, found[0]), np.inf))
    steps, high, low, sums = cells(rasters)
    mask, weights = masks(scores(steps, high, low, profile), profile)
    for place, kind in enumerate(profile.masks):
        there = np.flatnonzero(weights[:, place])
        penalty = np.where(weights[:, place] > 0, penalty_of(kind, weights[:, place]), np.inf)
        add(there, lambda at=there, of=place: filled(rasters[at], sums[at], mask[at, of]), penalty)
    return np.stack(values, 1), np.stack(penalties, 1).astype(np.float32), np.stack(own, 1)


def good(penalties, quality, floor):
    """Penalties without the hypotheses that are too poor."""
    return np.where(quality >= floor, penalties, np.float32(np.inf))


def listable(penalties, quality, least):
    """Penalties of which those of a quality that no list has are at least 0."""
    return np.where(quality >= least, penalties, np.maximum(penalties, np.float32(0)))


def probes(sent, rasters, profile, count=None, separation=None):
    """n x count keys and how many there are."""
    count, separation = count or profile.probes, profile.separation if separation is None else separation
    values, penalties, quality = hypotheses(sent, rasters, profile)
    penalties = listable(good(penalties, quality, profile.probe_quality), quality, profile.quality)
    unit = scheme.spread(scheme.centred(sent))
    keys, costs = [], []
    for place in range(values.shape[1]):
        own, cost = scheme.lists(scheme.centred(values[:, place])[:, profile.positions], count)
        keys.append(own)
        costs.append(cost + penalties[:, place, None] * unit[:, None] / np.float32(256))
    as_sent = scheme.words(scheme.centred(sent)[:, profile.positions] > 0)
    return scheme.merge(np.concatenate(keys, 1), np.concatenate(costs, 1), count, separation, as_sent)


def exact_probes(sent, cells_of_raster, profile):
    """Of one picture, as the specification has it: whole-numbered grids, costs and sums in single precision."""
    raster = np.asarray(cells_of_raster)[None]
    values, penalties = [], []
    for hypothesis, strength in zip(profile.hypotheses, profile.strengths, strict=True):
        kind, shift, zoom, tone, penalty = hypothesis
        if kind == "as sent":
            values.append(sent)
        elif kind == "raster":
            values.append(scheme.exact_coefficients(raster[0], shift, zoom, tone))
        else:
            whole, divisor = changed(raster[0], kind, strength)
            weights, sums = scheme.taps(shift, zoom)
            grid = (weights @ whole @ weights.T) / (np.outer(sums, sums) * divisor)
            values.append(pdq.coefficients(grid.astype(np.float32)))
        penalties.append(penalty)

    def add(picture, sums, mask, penalty):
        levels = (fill(sums, mask) / 256).astype(np.float32)
        for shift in SHIFTS:
            grid = np.where(mask, levels, exact_grid(picture[0], shift))[0]
            quality = pdq.quality(grid)
            if quality >= profile.probe_quality:
                values.append(pdq.coefficients(grid))
                penalties.append(penalty if quality >= profile.quality else max(penalty, 0))

    found = strip(raster)
    if found[0][0] >= profile.strip["score"]:
        clean, letters = undone(raster, found)
        add(clean, cells(clean)[3], letters, int(penalty_of(profile.strip, found[0][0])))
    steps, high, low, sums = cells(raster)
    mask, weights = masks(scores(steps, high, low, profile), profile)
    for place in range(len(profile.masks)):
        if weights[0, place]:
            add(raster, sums, mask[:, place], int(penalty_of(profile.masks[place], weights[0, place])))
    unit = np.float32(scheme.spread(scheme.centred(sent)))
    candidates = []
    for number, (coefficients, penalty) in enumerate(zip(values, penalties, strict=True)):
        signed = scheme.centred(coefficients)[profile.positions]
        offset = np.float32(penalty) * unit / np.float32(256)
        key = sum(1 << i for i in range(len(signed)) if signed[i] > 0)
        for place, (total, flips) in enumerate(scheme.nearest(np.abs(signed), profile.probes)):
            candidates.append((offset + total, number, place, key ^ flips))
    # The picture's own key comes second, whatever it costs.
    in_order = [key for _, _, _, key in sorted(candidates)]
    in_order.insert(1, int(scheme.words(scheme.centred(sent)[profile.positions] > 0)))
    far = profile.separation or 64
    chosen = []
    for key in in_order:
        if key not in chosen and all((key ^ other).bit_count() <= far for other in chosen):
            chosen.append(key)
        if len(chosen) == profile.probes:
            break
    return chosen
