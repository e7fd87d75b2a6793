"""Measures false positives of profile 3 in the large pool of Docs/Recall.md, beside profile 2.

usage: marks_pool.py POOL.npz EXTRACTED CACHE-DRAWN WORK RESULTS.json

POOL.npz is pool.py's; WORK is marks_measure.py's, which ran before. Profile 3 hides what it takes for marks, so two
pictures that differ by letters alone may meet. So it is also asked which hypothesis a probe comes from, and which kinds
of pictures that are no photographs meet.
"""

import argparse
import os
import random

import numpy as np

import drawn
import folding
import marks_measure
import measure
import pdq
import pictures
import pool
import profile3
import scheme

# Whose hypotheses, b and M.
ROWS = [
    ("profile 2", 50, 32),
    ("profile 3", 50, 32),
    ("profile 3", 50, 64),
    ("profile 2", 53, 64),
    ("profile 3", 53, 64),
    ("profile 3", 54, 64),
    ("profile 3", 54, 96),
    ("profile 3", 55, 64),
    ("profile 3", 56, 64),
    ("profile 3", 58, 64),
    ("profile 3", 60, 64),
]
AGAIN = [ROWS[0], ("profile 3", 53, 64), ("profile 3", 56, 64), ("profile 3", 58, 64)]
KEYS = (50, 53, 54, 55, 56, 58, 60)
SHORT = (20, 24, 28, 32)  # bits of keys that strangers hit often enough to be counted
NEAREST = 16  # distances below it are counted
STEP = 4  # every fourth probe is compared with all keys
STEPS = (1, 2, 4, 8, 16)
WITHIN = (6, 8, 10)
DRAWS = 1000
AIM = 1e-6
ENTRIES = 1e6
NONE = np.uint64(2**64 - 1)
# Where a probe comes from: a mark's hypothesis or a strip's; another one of a picture that has such probes; or a
# picture that has none.
ORIGINS = ("marks", "beside", "without")
RNG = np.random.default_rng(20261129)


def keys_of(sent, bits):
    return scheme.words(pdq.bits(sent)[:, np.sort(measure.LOWEST[:bits])])


class Near:
    """Pairs of a probe and a key at each distance, by the two sources; and how many pairs there are."""

    def __init__(self, probes, sources, keys, sources_of_keys, size):
        """probes: words, with NONE where there is none; sources: of each row."""
        self.counts = np.zeros(size * size * NEAREST, dtype=np.int64)
        asked = np.zeros(size, dtype=np.int64)
        for column in probes.T:
            rows = np.flatnonzero(column != NONE)
            asked += np.bincount(sources[rows], minlength=size)
            places = [np.zeros(0, dtype=np.int64)]
            for low in range(0, len(rows), 32):
                part = rows[low : low + 32]
                distance = np.bitwise_count(column[part, None] ^ keys[None])
                i, j = np.divmod(np.flatnonzero(distance < NEAREST), len(keys))
                places.append((sources[part[i]] * size + sources_of_keys[j]) * NEAREST + distance[i, j])
            self.counts += np.bincount(np.concatenate(places), minlength=len(self.counts))
        self.counts = self.counts.reshape(size, size, NEAREST)
        self.counts[np.arange(size), np.arange(size)] = 0
        self.pairs = np.outer(asked, np.bincount(sources_of_keys, minlength=size))
        np.fill_diagonal(self.pairs, 0)

    def weighted(self, weights):
        """Each source counts `weights` times."""
        rest = np.tensordot(weights, self.counts, 1)
        return np.tensordot(weights, rest, 1), int(weights @ self.pairs @ weights)


def equal(probes, sources, keys, sources_of_keys, size):
    """Pairs of a probe and an equal key of another source, by the two sources."""
    order = np.argsort(keys, kind="stable")
    low, high = (np.searchsorted(keys[order], probes.ravel(), side) for side in ("left", "right"))
    found = np.zeros((size, size), dtype=np.int64)
    for at in np.flatnonzero(high > low):
        others = sources_of_keys[order[low[at] : high[at]]]
        np.add.at(found[sources[at // probes.shape[1]]], others, 1)
    np.fill_diagonal(found, 0)
    return found


def read(near, bits, draws):
    """As marks_measure.reading, with intervals over sources; and the readings of the draws."""
    counts, pairs = near.weighted(np.ones(len(near.pairs), dtype=np.int64))
    result = marks_measure.reading(counts, pairs, bits) | {"pairs": pairs, "counts": counts.tolist()}
    readings = [marks_measure.reading(*near.weighted(weights), bits) for weights in draws]
    for name in ("equal", "adverse"):
        result[f"{name}_interval"] = folding.percentiles([row[name] for row in readings])
    return result, readings


def rates(readings, count, name):
    """False positives of a picture."""
    return np.array([count * ENTRIES * 2 ** -row[name] for row in readings])


def marked(keys, lists, costs, own, first):
    """Which probes come from a mark or a strip: those whose cheapest hypothesis is `first` or a later one. The
    picture's own key does not; it is a probe in any case.
    """
    result = np.zeros(keys.shape, dtype=bool)
    for row, chosen in enumerate(keys):
        prices = costs[row].ravel()
        # Backwards, so that of equal keys the cheapest stays.
        order = np.argsort(prices, kind="stable")[np.isfinite(prices).sum() - 1 :: -1]
        cheapest = dict(zip(lists[row].ravel()[order].tolist(), (order // lists.shape[2]).tolist(), strict=True))
        result[row] = [cheapest.get(key, 0) >= first for key in chosen.tolist()]
    return result & (keys != own[:, None])


def from_pool(path, least):
    """The pool's pictures of probe quality, and how many of each kind there are in all."""
    with np.load(path) as z:
        good = z["quality"] >= least
        names = {"sent": "native", "raster": "raster", "quality": "quality", "kind": "kind", "group": "group"}
        kinds = {str(kind): int(count) for kind, count in zip(*np.unique(z["kind"], return_counts=True), strict=True)}
        return {name: z[field][good] for name, field in names.items()}, kinds


def other_crops(extracted, least):
    """The crops at other places that folding.py takes, too."""
    rows = []
    for group, crop in folding.crops_elsewhere(extracted):
        native, _, raster, quality, _ = pool.features(crop)
        if quality >= least:
            rows.append((native, raster, quality, "natural", group))
    names = ("sent", "raster", "quality", "kind", "group")
    return {name: np.array(column) for name, column in zip(names, zip(*rows, strict=True), strict=True)}


class Pictures:
    """Pictures of probe quality, under every hypothesis."""

    def __init__(self, values, work, profile):
        self.profile = profile
        self.sent, self.kind, self.group = values["sent"], values["kind"], values["group"]
        self.margins, penalties, self.qualities, _ = marks_measure.prepared(work, values, profile)
        self.penalties = profile3.good(penalties, self.qualities, profile.probe_quality)
        self.units = scheme.spread(scheme.centred(self.sent))
        self.places, self.old = marks_measure.two(profile)
        self.natural = np.flatnonzero(self.kind == "natural")
        self.names, self.source = np.unique(self.group[self.natural], return_inverse=True)
        self.kept = {}
        size = len(self.names)
        self.draws = [np.bincount(RNG.integers(0, size, size), minlength=size) for _ in range(DRAWS)]

    def lists(self, bits, count):
        if self.kept.get("of") != (bits, count):
            self.kept = {"of": (bits, count), "lists": marks_measure.lists(self.margins, bits, count)}
        return self.kept["lists"]

    def probes(self, title, bits, count, most=None):
        """n x M words, NONE where there is none."""
        keys, costs, own = self.lists(bits, most or count)
        penalties, second = self.penalties, own
        if title == "profile 2":
            keys, costs, second = keys[:, self.places], costs[:, self.places], None
            penalties = np.broadcast_to(self.old, keys.shape[:2])
        words = np.full((len(keys), count), NONE)
        for low in range(0, len(keys), 1000):
            rows = slice(low, low + 1000)
            prices = costs[rows, :, :count] + (penalties[rows] * self.units[rows, None] / np.float32(256))[:, :, None]
            prices = prices.reshape(len(prices), -1)
            candidates = keys[rows, :, :count].reshape(prices.shape)
            own_of = None if second is None else second[rows]
            words[rows] = self.merged(candidates, prices, count, own_of)
        return words

    def merged(self, keys, prices, count, own):
        """As scheme.merge of all. Few pictures need more than the first candidates."""
        order = np.argsort(prices, 1, kind="stable")[:, : 4 * count]
        first = np.take_along_axis(keys, order, 1), np.take_along_axis(prices, order, 1)
        size = count, self.profile.separation
        found, filled = scheme.merge(*first, *size, own)
        more = np.flatnonzero(filled < count)
        found[more], filled[more] = scheme.merge(keys[more], prices[more], *size, None if own is None else own[more])
        return np.where(np.arange(count)[None] < filled[:, None], found, NONE)

    def near(self, probes, bits, listed=None):
        """Probes of photographs among these, and keys of those of `listed`."""
        listed = listed or self
        sources = np.searchsorted(listed.names, self.group[self.natural])
        keys = keys_of(listed.sent[listed.natural], bits)
        return Near(probes[self.natural], sources, keys, listed.source, len(listed.names))

    def equal(self, probes, rows, keys, others):
        """How many (picture, key) are equal."""
        return measure.equal(probes[rows], self.group[rows], keys[others], self.group[others])

    def marked(self, probes, bits, count):
        keys, costs, own = self.lists(bits, count)
        costs = costs[:, :, :count] + (self.penalties * self.units[:, None] / np.float32(256))[:, :, None]
        return marked(probes, keys[:, :, :count], costs, own, len(self.profile.hypotheses))

    def without_marks(self):
        """The key without marks, and whether a source lists it: marks_listed.Readings.without_marks."""
        place = (self.penalties * self.units[:, None]).argmin(1)
        rows = np.arange(len(place))
        columns = np.searchsorted(marks_measure.POSITIONS, self.profile.positions)
        keys = scheme.words(self.margins[rows, place][:, columns] > 0)
        far = np.bitwise_count(keys ^ keys_of(self.sent, len(columns))) > self.profile.separation
        return keys, far & (self.qualities[rows, place] >= self.profile.quality)


def frontier(crops, rows):
    """A row for each of `rows`, the first of which is profile 2: the others' rates are also given against it."""
    result, first = [], None
    for title, bits, count in rows:
        most = max(m for _, b, m in rows if b == bits)
        near = crops.near(crops.probes(title, bits, count, most)[:, ::STEP], bits)
        row, readings = read(near, bits, crops.draws)
        row = {"hypotheses": title, "b": bits, "M": count} | row
        row["sources_within_6"] = int((near.counts[:, :, :7].sum(2) > 0).sum())
        first = first or (count, readings)
        for name in ("equal", "adverse"):
            mine, theirs = rates(readings, count, name), rates(first[1], first[0], name)
            row[f"{name}_times_interval"] = folding.percentiles(mine / theirs)
            row[f"{name}_meets"] = float((mine <= AIM).mean())
        # Marks were learnt on the design part: the rest alone.
        rest = np.array([pictures.part(int(name)) != 0 for name in crops.names], dtype=np.int64)
        row["rest"] = marks_measure.reading(*near.weighted(rest), bits)
        result.append(row)
        marks_measure.log({name: row[name] for name in ("hypotheses", "b", "M", "least", "equal", "adverse")})
    return result


def steps(crops, title, bits, count, probes):
    """The readings, if every probe is counted, every second ... A picture's probes are near each other: the more are
    counted, the fewer pairs of pictures make the least distances with pairs enough.
    """
    for step in STEPS:
        near = crops.near(probes[:, ::step], bits)
        counts, pairs = near.weighted(np.ones(len(near.pairs), dtype=np.int64))
        row = {"hypotheses": title, "b": bits, "M": count, "step": step}
        yield row | marks_measure.reading(counts, pairs, bits)
        marks_measure.log("step", title, step)


def within(near, bits, draws):
    """Keys within a few bits of a probe, and how many times as many as of ideal bits."""

    def times(weights, d):
        counts, pairs = near.weighted(weights)
        return counts[: d + 1].sum() / pairs / sum(measure.ideal(bits, i) for i in range(d + 1))

    every = np.ones(len(near.pairs), dtype=np.int64)
    counts, pairs = near.weighted(every)
    rows = [
        {
            "d": d,
            "pairs": int(counts[: d + 1].sum()),
            "times": float(times(every, d)),
            "interval": folding.percentiles([times(weights, d) for weights in draws]),
        }
        for d in WITHIN
    ]
    return {"pairs": pairs, "within": rows}


def origins(sent, listed, bits, count):
    """Of photographs: all probes by where they come from, and profile 2's with as many bits and probes."""
    probes = sent.probes("profile 3", bits, count)
    marks = sent.marked(probes, bits, count) & (probes != NONE)
    some = marks.any(1)[:, None]
    chosen = dict(zip(ORIGINS, (marks, ~marks & some, ~marks & ~some), strict=True))
    found = {name: np.where(part, probes, NONE) for name, part in chosen.items()}
    found |= {"profile 3": probes, "profile 2": sent.probes("profile 2", bits, count)}
    rows = {}
    for name, words in found.items():
        live = words[sent.natural] != NONE
        rows[name] = {"probes": int(live.sum()), "pictures": int(live.any(1).sum())}
        rows[name] |= within(sent.near(words, bits, listed), bits, listed.draws)
        marks_measure.log("origin", name, rows[name])
    return rows


def short(crops, bits):
    """Chance hits on the lowest few bits, all probes: hits are counted, and compared with ideal bits."""
    result, keys = {"b": bits}, keys_of(crops.sent[crops.natural], bits)
    size = len(crops.names)
    listed = np.bincount(crops.source, minlength=size)
    for title, count in (("profile 2", 32), ("profile 3", 64)):
        probes = crops.probes(title, bits, count, 64)
        parts = {title: probes}
        if title == "profile 3":
            parts["marks"] = np.where(crops.marked(probes, bits, count), probes, NONE)
        for name, part in parts.items():
            hits = equal(part[crops.natural], crops.source, keys, crops.source, size)
            asked = np.bincount(crops.source, (part[crops.natural] != NONE).sum(1), minlength=size)
            pairs = np.outer(asked, listed)
            np.fill_diagonal(pairs, 0)
            shares = [(weights @ hits @ weights) / (weights @ pairs @ weights) for weights in crops.draws]
            result[name] = {
                "hits": int(hits.sum()),
                "times": float(hits.sum() / pairs.sum() * 2**bits),
                "interval": folding.percentiles(np.array(shares) * 2**bits),
            }
    marks_measure.log("short", result)
    return result


def tail(crops, kinds, found, marks):
    """Each kind of pictures: who hits whom. found: the probes of the two profiles."""
    own = {"profile 2": keys_of(crops.sent, 50), "profile 3": keys_of(crops.sent, len(crops.profile.positions))}
    second, listed = crops.without_marks()
    result = []
    for kind in sorted(kinds):
        rows, others = np.flatnonzero(crops.kind == kind), np.flatnonzero((crops.kind != kind))
        others = np.setdiff1d(others, crops.natural)
        live = found["profile 3"][rows] != NONE
        row = {"kind": kind, "all": kinds[kind], "probed": len(rows)}
        row |= {"pairs": len(rows) * (len(rows) - 1), "others": len(others)}
        row |= {"probes": int(live.sum()), "probes_marks": int((marks[rows] & live).sum())}
        row |= {"marked": int((marks[rows] & live).any(1).sum()), "lines": int(listed[rows].sum())}
        for title, probes in found.items():
            counts = measure.histogram(own[title][rows], crops.group[rows])
            bits = {"profile 2": 50, "profile 3": len(crops.profile.positions)}[title]
            row[title] = {
                "freedom": measure.freedom(counts, bits),
                "equal keys": int(counts[0]),
                "within": crops.equal(probes, rows, own[title], rows),
                "natural": crops.equal(probes, rows, own[title], crops.natural),
                "others": crops.equal(probes, rows, own[title], others),
            }
        by_marks = np.where(marks, found["profile 3"], NONE)
        row["marks"] = {
            "within": crops.equal(by_marks, rows, own["profile 3"], rows),
            "natural": crops.equal(by_marks, rows, own["profile 3"], crops.natural),
            "others": crops.equal(by_marks, rows, own["profile 3"], others),
        }
        lines = rows[listed[rows]]
        row["second"] = {
            "within": crops.equal(found["profile 3"], rows, second, lines),
            "natural": crops.equal(found["profile 3"], rows, second, crops.natural[listed[crops.natural]]),
        }
        result.append(row)
        marks_measure.log("tail", row)
    return result


def knee(copies, values, profile):
    """What more bits cost in recall: held out, as marks_measure.py's frontier. b and M were not chosen by it."""
    for title, bits, count in ROWS:
        words = copies.probes(title, bits, count)
        hit = marks_measure.hits(words, np.full(len(words), count), values, bits, profile.probe_quality)
        yield {"hypotheses": title, "b": bits, "M": count} | marks_measure.summary(values, hit)
        marks_measure.log("knee", title, bits, count)


def drawn_on(values):
    """Which copies have something drawn on them."""
    return np.isin(values["title"], [title for kind, title, _ in drawn.CHANGES if marks_measure.learnt(kind, title)])


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name in ("pool", "extracted", "cache", "work", "results"):
        parser.add_argument(name)
    arguments = parser.parse_args()
    profile = profile3.Profile.load()
    own = len(profile.positions), profile.probes
    values, kinds = from_pool(arguments.pool, profile.probe_quality)
    crops = Pictures(values, os.path.join(arguments.work, "pool.npz"), profile)
    bits, groups = pdq.bits(crops.sent[crops.natural]), crops.group[crops.natural]
    result = {
        "crops": len(groups),
        "sources": len(crops.names),
        "keys": [measure.entropy(bits, groups, np.sort(measure.LOWEST[:b])) for b in KEYS],
        "frontier": frontier(crops, ROWS),
    }
    found = {"profile 2": crops.probes("profile 2", 50, 32), "profile 3": crops.probes("profile 3", *own)}
    marks = crops.marked(found["profile 3"], *own)
    result["steps"] = [
        *steps(crops, "profile 2", 50, 32, found["profile 2"]),
        *steps(crops, "profile 3", *own, found["profile 3"]),
    ]
    result["tail"] = tail(crops, kinds, found, marks)
    result["origins"] = origins(crops, crops, *own)
    result["short"] = [short(crops, b) for b in SHORT]
    values = marks_measure.seen(arguments.cache, "held out")
    shown = np.where(drawn_on(values) & (values["quality"] >= profile.probe_quality), "natural", "other")
    copies = Pictures(values | {"kind": shown}, os.path.join(arguments.work, "held out.npz"), profile)
    result["knee"] = list(knee(copies, values, profile))
    result["drawn"] = origins(copies, crops, *own) | {"copies": len(copies.natural), "sources": len(copies.names)}
    values = other_crops(arguments.extracted, profile.probe_quality)
    again = Pictures(values, os.path.join(arguments.work, "again.npz"), profile)
    result["again"] = {"crops": len(again.sent), "frontier": frontier(again, AGAIN)}
    marks_measure.keep(arguments.results, "pool", result)


if __name__ == "__main__":
    main()
