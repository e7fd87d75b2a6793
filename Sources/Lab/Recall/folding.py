"""Strangers that fold: entries of different pictures whose short keys happen to lie within r bits of each other.

usage: folding.py EXTRACTED POOL.npz FEATURES-DRAWN.npz WORK.npz FOLDING.json

POOL.npz is pool.py's. WORK.npz keeps the whole pictures' hashes and copies of crops that have near strangers, and
WORK.npz.crops.npz as many crops again; an interrupted run makes a file again. FOLDING.json has what folding_report.py
writes into Docs/Recall.md.
"""

import argparse
import json
import math
import os
import random

import numpy as np
import scipy.sparse

import measure
import pdq
import pictures
import pool
import profile3
import scheme
import transforms

LIMITS = {50: 12, 53: 13, 54: 13, 58: 15, 64: 18}  # of b: how far pairs are kept
PROFILES = {50: "profile 2", 53: "profile 3"}
SEPARATIONS = (6, 4, 2, 0)
SIZES = (10**5, 10**6, 10**7)
COPIES = ("JPEG 75", "WhatsApp: 1600 px, JPEG 80", "resize 0.5, Lanczos", "brightness +20 %", "crop 1 %", "blur 1 px")
DRAWS = 300
FLOORS = (50, 80, 100)  # of the quality of a listed hash
NEAR = 7  # strangers within so many bits lend their copies, for few lie within 6
RNG = np.random.default_rng(20261129)


def keys_of(sent, bits):
    return scheme.words(pdq.bits(sent)[:, np.sort(measure.LOWEST[:bits])])


def close(keys, groups, limit):
    """Pairs i < j of different sources within `limit`: two columns of rows, and their distances."""
    found = []
    for low in range(0, len(keys), 400):
        distance = np.bitwise_count(keys[low : low + 400, None] ^ keys[None])
        i, j = np.nonzero(distance <= limit)
        one = (i + low < j) & (groups[i + low] != groups[j])
        found.append(np.stack([i[one] + low, j[one], distance[i[one], j[one]]], 1))
    return np.concatenate(found)


class Pool:
    """Pairs of keys of b bits, and what a bootstrap over sources makes of them."""

    def __init__(self, keys, groups, bits, limit):
        self.keys, self.bits, self.limit = keys, bits, limit
        self.names, self.group = np.unique(groups, return_inverse=True)
        self.near = close(keys, groups, limit)
        self.size = np.bincount(self.group)
        width = len(self.names)
        self.draws = [np.bincount(RNG.integers(0, width, width), minlength=width) for _ in range(DRAWS)]
        self.histogram = self.weighted(np.ones(width, dtype=int))
        self.drawn = [self.weighted(weights) for weights in self.draws]

    def weighted(self, weights):
        """Pairs at each distance, and all pairs; each source counts `weights` times."""
        i, j, d = self.near.T
        one, w = self.size * weights, weights[self.group]
        pairs = (one.sum() ** 2 - (one**2).sum()) / 2
        return np.bincount(d, w[i] * w[j], minlength=self.limit + 1), pairs

    def unevenness(self, r):
        """Squared variation of the keys' rates of strangers within r, from triples of three sources, and its 95 %."""
        i, j, _ = self.near[self.near[:, 2] <= r].T
        mine, others = np.concatenate([i, j]), self.group[np.concatenate([j, i])]
        shape = (len(self.keys), len(self.names))
        table = scipy.sparse.csr_matrix((np.ones(len(mine)), (mine, others)), shape)
        squares = table.multiply(table).tocsr()

        def of(w):
            size, own = self.size * w, w[self.group]
            rest = size.sum() - size
            mean = (own @ (table @ w)) / (size * rest).sum()
            both = (table @ w) ** 2 - squares @ (w**2)
            triples = (size * (rest**2 - ((size**2).sum() - size**2))).sum()
            return (own @ both) / triples / mean**2 - 1 if mean else math.nan

        drawn = [of(w) for w in self.draws]
        return {"value": float(of(np.ones(shape[1]))), "interval": percentiles(drawn)}


def percentiles(values):
    return [float(x) for x in np.nanpercentile(values, [2.5, 97.5])]


def line(counts, pairs, bits, least, take):
    """log2 of observed to ideal, a straight line over distance as in measure.extrapolate: at 0, and its slope."""
    points = [(d, math.log2(c / (measure.ideal(bits, d) * pairs)), c) for d, c in enumerate(counts) if c >= least][
        :take
    ]
    if len(points) < 3:
        return None
    d, ratio, weight = (np.array(column, dtype=float) for column in zip(*points))
    slope, at_zero = np.polyfit(d, ratio, 1, w=np.sqrt(weight))
    return at_zero, slope


def within(counts, pairs, bits, r, least=20, take=7):
    """The chance that two strangers lie within r, by the straight line."""
    found = line(counts, pairs, bits, least, take)
    if found is None:
        return math.nan
    return float(sum(measure.ideal(bits, d) * 2 ** (found[0] + found[1] * d) for d in range(r + 1)))


def rates(source, r):
    """The chance that two strangers lie within r: counted, and by straight lines. Intervals: 95 %, over sources."""
    counts, pairs = source.histogram
    i, j, _ = source.near[source.near[:, 2] <= r].T
    return {
        "b": source.bits,
        "r": r,
        "pairs": int(counts[: r + 1].sum()),
        "sources": len(np.unique(source.group[np.concatenate([i, j])])),
        "counted": float(counts[: r + 1].sum() / pairs),
        "counted_interval": percentiles([c[: r + 1].sum() / p for c, p in source.drawn]),
        "central": within(counts, pairs, source.bits, r),
        "central_interval": percentiles([within(c, p, source.bits, r) for c, p in source.drawn]),
        "adverse": within(counts, pairs, source.bits, r, 5, 5),
    }


def apart(source, bits):
    """The least and the middle distance of the whole hashes of strangers within 6 bits, of 256."""
    i, j, _ = source.near[source.near[:, 2] <= 6].T
    distances = np.sort((bits[i] ^ bits[j]).sum(1))
    return [int(distances[0]), int(distances[len(distances) // 2])]


def floors(source, quality):
    """Strangers within 6 bits if listed hashes must have a greater quality."""
    i, j, _ = source.near[source.near[:, 2] <= 6].T
    result = []
    for least in FLOORS:
        kept = quality >= least
        size = np.bincount(source.group[kept], minlength=len(source.names))
        pairs = int((size.sum() ** 2 - (size**2).sum()) // 2)
        near = int((kept[i] & kept[j]).sum())
        result.append({"floor": least, "kept": float(kept.mean()), "pairs": near, "counted": near / pairs})
    return result


# Folding


def masks(bits, r):
    """5.5, "Entries apart", step 1."""
    edges = [j * bits // (r + 2) for j in range(r + 3)]
    blocks = [(1 << edges[j + 1]) - (1 << edges[j]) for j in range(r + 2)]
    return [blocks[i] | blocks[j] for i in range(r + 2) for j in range(i + 1, r + 2)]


def fold(keys, pairs, bits, r):
    """Which keys stay, by the builder's passes over the strangers' pairs within r; and which had a stranger."""
    near = pairs[pairs[:, 2] <= r]
    weight = np.full(len(keys), 256.0)
    for i, j, d in near[near[:, 2] <= 4]:
        weight[i] += 4.0 ** (4 - d)
        weight[j] += 4.0 ** (4 - d)
    rank = np.empty(len(keys), dtype=np.int64)
    rank[np.lexsort((keys.byteswap(), -weight))] = np.arange(len(keys))
    any_near = np.zeros(len(keys), dtype=bool)
    any_near[near[:, :2].ravel()] = True
    first = np.where(rank[near[:, 0]] < rank[near[:, 1]], near[:, 0], near[:, 1])
    second = near[:, 0] + near[:, 1] - first
    order = np.lexsort((rank[first], rank[second]))
    first, second = first[order], second[order]
    apart = keys[first] ^ keys[second]
    stays = np.zeros(len(keys), dtype=bool)
    candidates = np.ones(len(keys), dtype=bool)
    while candidates.any():
        left = candidates.copy()
        for mask in masks(bits, r):
            for at in np.flatnonzero((apart & np.uint64(mask) == 0) & left[first] & left[second]):
                # In the order of the second: whether the first still stays is known by then.
                if left[first[at]]:
                    left[second[at]] = False
        stays |= left
        covered = np.zeros(len(keys), dtype=bool)
        covered[second[stays[first]]] = True
        covered[first[stays[second]]] = True
        candidates &= ~left & ~covered
    return stays, any_near


def even(strangers):
    """Share with a stranger, and share that is dropped, if strangers were spread evenly: a random graph."""
    return 1 - math.exp(-strangers), 1 - math.log1p(strangers) / strangers


def uneven(strangers, squared, size=200_000):
    """The same if keys' rates follow a gamma law of that squared variation; dropped in a random order."""
    lot = np.random.default_rng(20261129)
    some = 1 - (1 + strangers * squared) ** (-1 / squared)
    weight = lot.gamma(1 / squared, squared, size)
    ends = np.searchsorted(np.cumsum(weight) / weight.sum(), lot.random((lot.poisson(size * strangers / 2), 2)))
    ends = ends[ends[:, 0] != ends[:, 1]]
    ends = np.sort(ends, 1)
    ends = ends[np.argsort(ends[:, 1], kind="stable")]
    stays = np.ones(size, dtype=bool)
    for a, b in ends.tolist():
        if stays[a]:
            stays[b] = False
    return some, float(1 - stays.mean())


def unevenly(results):
    """b = 50, counted, with the squared variation that was measured within 6 bits."""
    six = next(row for row in results["rates"] if (row["b"], row["r"]) == (50, 6))
    squared = next(row for row in results["curve"] if row["r"] == 6)["unevenness"]["value"]
    return [{"entries": n} | dict(zip(("some", "dropped"), uneven(n * six["counted"], squared))) for n in SIZES]


def curve(source):
    """Strangers, share with one, share dropped by the builder: of the pool's crops at wider and wider r."""
    counts, _ = source.histogram
    result = []
    for r in range(source.limit + 1):
        within_r = counts[: r + 1].sum()
        if within_r >= 20:
            stays, some = fold(source.keys, source.near, source.bits, r)
            result.append(
                {
                    "r": r,
                    "strangers": float(2 * within_r / len(stays)),
                    "some": float(some.mean()),
                    "dropped": float(1 - stays.mean()),
                    "unevenness": source.unevenness(r),
                }
            )
    return result


def dropped(strangers, rows):
    """Share that is dropped at so many strangers, between the points of a curve; beyond its ends as at the ends."""
    if strangers <= 0:
        return 0.0
    x = [math.log(row["strangers"]) for row in rows]
    kept = [-math.log(1 - row["dropped"]) / math.log1p(row["strangers"]) for row in rows]
    return 1 - (1 + strangers) ** -float(np.interp(math.log(strangers), x, kept))


# Whole pictures, and copies of crops that have strangers


def crops_of(picture, most=60):
    """How many crops pool.py takes of a source."""
    return max(6, min(most, round(most * picture.width * picture.height / 700_000)))


def rendered(extracted, path, wanted, sent):
    """Whole pictures of all sources, and copies of the wanted rows of the pool, as features."""
    if os.path.exists(path):
        return
    whole, copies, first = [], [], 0
    for number, group, package, name in pictures.sources():
        picture = pictures.load(extracted, package, name)
        if max(picture.size) > 2400:
            picture.thumbnail((2400, 2400), reducing_gap=2)
        native, _, _, quality, _ = pool.features(transforms.fit(picture, 1600))
        whole.append((native, quality, group))
        count = crops_of(picture)
        here = [row - first for row in wanted if first <= row < first + count]
        lot = random.Random(f"pool {number}")
        for place in range(max(here, default=-1) + 1):
            crop = pool.random_crop(picture, lot)
            if place not in here:
                continue
            again = pdq.bits(pdq.coefficients(pdq.grid(pdq.exact_luma(crop), "native")))
            if (again ^ pdq.bits(sent[first + place])).any():
                raise SystemExit(f"crop {place} of source {number} is another one than the pool's")
            for title in COPIES:
                copy = transforms.TRANSFORMS[title](crop, random.Random(f"{number} {place} {title}"))
                luma = pdq.luma(copy)
                grid = pdq.grid(luma, "native")
                row = (first + place, title, pdq.coefficients(grid), pdq.raster(luma), pdq.quality(grid))
                copies.append(row)
        first += count
    if first != len(sent):
        raise SystemExit(f"the pool has {len(sent)} crops of sources, and {first} are expected")
    values = {f"whole_{name}": np.array(column) for name, column in zip(("sent", "quality", "group"), zip(*whole))}
    names = ("row", "title", "sent", "raster", "quality")
    values |= {f"copy_{name}": np.array(column) for name, column in zip(names, zip(*copies))}
    np.savez(path + ".part.npz", **values)
    os.replace(path + ".part.npz", path)


def against(whole, crops):
    """Pairs of whole pictures, and how often they lie at most so far apart in proportion to crops."""
    counts, pairs = whole.histogram
    others, other_pairs = crops.histogram
    result = {"b": whole.bits, "pictures": len(whole.keys), "pairs": int(pairs), "near": []}
    result |= {"least": int(np.flatnonzero(counts)[0]), "six": rates(whole, 6)}
    for d in range(crops.limit - 3, crops.limit + 1):
        ratio = lambda c, p, d=d: (c[: d + 1].sum() / p) / (others[: d + 1].sum() / other_pairs)
        drawn = [ratio(c, p) for c, p in whole.drawn]
        row = {"distance": d, "pairs": int(counts[: d + 1].sum()), "times": float(ratio(counts, pairs))}
        result["near"].append(row | {"interval": percentiles(drawn)})
    return result


def crops_elsewhere(extracted):
    """As many crops again of each source, at other places: the source's group, and a crop."""
    for number, group, package, name in pictures.sources():
        picture = pictures.load(extracted, package, name)
        if max(picture.size) > 2400:
            picture.thumbnail((2400, 2400), reducing_gap=2)
        lot = random.Random(f"other {number}")
        for _ in range(crops_of(picture)):
            yield group, pool.random_crop(picture, lot)


def other_crops(extracted, path):
    """Crops at other places; only what their keys need."""
    if os.path.exists(path):
        return
    rows = []
    for group, crop in crops_elsewhere(extracted):
        grid = pdq.grid(pdq.exact_luma(crop), "native")
        rows.append((pdq.coefficients(grid), pdq.quality(grid), group))
    names = ("sent", "quality", "group")
    np.savez(path + ".part.npz", **{name: np.array(column) for name, column in zip(names, zip(*rows))})
    os.replace(path + ".part.npz", path)


def probes_of(values, bits):
    sent, rasters = values["copy_sent"], values["copy_raster"]
    if PROFILES[bits] == "profile 3":
        parts = [
            profile3.probes(sent[a : a + 100], rasters[a : a + 100], profile3.Profile.load()) for a in pieces(sent)
        ]
        return np.concatenate([keys for keys, _ in parts]), np.concatenate([filled for _, filled in parts])
    profile = scheme.Profile.load()
    margins = [
        scheme.centred(sent if kind == "as sent" else scheme.coefficients(rasters, shift, zoom, tone))
        for kind, shift, zoom, tone, _ in profile.hypotheses
    ]
    return scheme.many_probes(
        np.stack(margins, 1)[:, :, profile.positions],
        scheme.spread(scheme.centred(sent)),
        [hypothesis[4] for hypothesis in profile.hypotheses],
        profile.probes,
        profile.separation,
    )


def pieces(values, size=100):
    return range(0, len(values), size)


def by_stranger(source, values, rows, bits):
    """Copies of a crop that has a stranger at each distance: how many hit its own key, and how many the stranger's."""
    probes, filled = probes_of(values, bits)
    probes = np.where(np.arange(probes.shape[1])[None] < filled[:, None], probes, np.uint64(2**64 - 1))
    good = values["copy_quality"] >= scheme.Profile.load().probe_quality
    copies = {}
    for place in range(len(probes)):
        copies.setdefault(int(values["copy_row"][place]), []).append(place)
    result = []
    for distance in range(NEAR + 1):
        row = {"distance": distance, "pairs": 0, "copies": 0, "own": 0, "stranger": 0}
        for i, j, _ in source.near[source.near[:, 2] == distance]:
            row["pairs"] += 1
            for mine, other in ((i, j), (j, i)):
                for place in copies.get(int(rows[mine]), ()):
                    row["copies"] += 1
                    row["own"] += int(good[place] and source.keys[mine] in probes[place])
                    row["stranger"] += int(good[place] and source.keys[other] in probes[place])
        result.append(row)
    return result


def by_separation(path):
    """Profile 2 on what people put on pictures, held out, with probes within r bits: mean of found / found by PDQ."""
    with np.load(path) as z:
        data = measure.Data({name: z[name] for name in z.files}, 2, "native", pictures.part)
    profile, near = scheme.Profile.load(), data.distance <= 31
    titles = [title for title in np.unique(data.title) if near[data.title == title].mean() >= 0.8]
    part = np.flatnonzero(np.isin(data.title, titles))
    result = []
    for r in (64, 6, 4, 2):
        hit = data.found(part, profile, separation=r)
        of = [(hit & (data.title[part] == title)).sum() / near[data.title == title].sum() for title in titles]
        result.append({"r": r, "mean_ratio": float(np.mean(of)), "transforms": len(titles)})
    return result


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("extracted")
    parser.add_argument("pool")
    parser.add_argument("features")
    parser.add_argument("work")
    parser.add_argument("results")
    arguments = parser.parse_args()
    least = scheme.Profile.load().quality
    with np.load(arguments.pool) as z:
        natural = z["kind"] == "natural"
        crops = {name: z["native" if name == "sent" else name][natural] for name in ("sent", "quality", "group")}
    place = arguments.work + ".crops.npz"
    other_crops(arguments.extracted, place)
    rows = np.flatnonzero(crops["quality"] >= least)
    near = {b: Pool(keys_of(crops["sent"][rows], b), crops["group"][rows], b, NEAR) for b in PROFILES}
    wanted = np.unique(np.concatenate([source.near[:, :2].ravel() for source in near.values()]))
    rendered(arguments.extracted, arguments.work, set(rows[wanted].tolist()), crops["sent"])
    with np.load(arguments.work) as z:
        values = {name: z[name] for name in z.files}
    with np.load(place) as z:
        crops = {name: np.concatenate([crops[name], z[name]]) for name in crops}
    crops = {name: column[crops["quality"] >= least] for name, column in crops.items()}
    sources = {b: Pool(keys_of(crops["sent"], b), crops["group"], b, LIMITS[b]) for b in LIMITS}
    listed = values["whole_quality"] >= least
    whole = {
        b: Pool(keys_of(values["whole_sent"][listed], b), values["whole_group"][listed], b, b // 2) for b in PROFILES
    }
    results = {
        "crops": len(crops["sent"]),
        "sources": len(np.unique(crops["group"])),
        "pairs": int(sources[50].histogram[1]),
        "rates": [
            rates(source, r)
            for b, source in sources.items()
            for r in (SEPARATIONS if b in PROFILES else SEPARATIONS[:1])
        ],
        "histograms": {b: [int(count) for count in source.histogram[0]] for b, source in sources.items()},
        "hashes": apart(sources[50], pdq.bits(crops["sent"])),
        "floors": floors(sources[50], crops["quality"]),
        "curve": curve(sources[50]),
        "whole": [against(whole[b], sources[b]) for b in PROFILES],
        "copies": {b: by_stranger(near[b], values, rows, b) for b in PROFILES},
    }
    results["probes"] = by_separation(arguments.features)
    results["uneven"] = unevenly(results)
    with open(arguments.results + ".part", "w") as file:
        json.dump(results, file, indent=1)
    os.replace(arguments.results + ".part", arguments.results)


if __name__ == "__main__":
    main()
