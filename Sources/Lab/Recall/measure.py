"""Measures the profiles on the held-out half: recall, false positives, the frontier, separation, dihedral keys.

usage: measure.py FEATURES.npz POOL-FEATURES.npz RESULTS.json
       measure.py FEATURES-DRAWN.npz - DRAWN.json --steps drawn     (what people put on pictures, in three parts)
"""

import argparse
import json
import math
import os
import time

import numpy as np

import drawn
import features
import pdq
import pictures
import scheme
import transforms

HERE = os.path.dirname(os.path.abspath(__file__))
OLD = [
    0,
    1,
    2,
    3,
    4,
    5,
    6,
    7,
    12,
    16,
    17,
    18,
    19,
    21,
    22,
    23,
    24,
    25,
    32,
    33,
    34,
    36,
    38,
    39,
    42,
    48,
    49,
    50,
    51,
    52,
    64,
    65,
    66,
    69,
    70,
    80,
    82,
    89,
    96,
    99,
    128,
    130,
    144,
    160,
    176,
    177,
    192,
    208,
]
LOWEST = np.array(
    [k for _, k in sorted(((i + 1) ** 2 + (j + 1) ** 2, 16 * i + j) for i in range(16) for j in range(16))]
)
RNG = np.random.default_rng(20261122)


def log(*text):
    print(time.strftime("%H:%M:%S"), *text, flush=True)


def halved(group):
    return pictures.half(group, "split")


class Data:
    """Copies of one half (0 design, 1 held out), or of one part by another split, with the list's hash under one
    rule.
    """

    def __init__(self, values, half, rule, split=halved):
        halves = np.array([split(int(group)) for group in values["group"]])
        self.rows = (
            np.flatnonzero(halves[values["picture"]] == half) if half is not None else np.arange(len(values["picture"]))
        )
        picture = values["picture"][self.rows]
        self.title = values["title"][self.rows]
        self.group = values["group"][picture]
        self.picture = picture
        self.listed = pdq.bits(values["native" if rule == "native" else "meta"])[picture]
        self.values, self.rule = values, rule
        sent = values["as_sent" if rule == "native" else "as_sent_meta"][self.rows]
        self.sent = scheme.centred(sent)
        self.unit = scheme.spread(self.sent)
        self.distance = ((self.sent > 0) ^ self.listed).sum(1)
        self.quality = values["copy_quality"][self.rows]
        # A picture that is in two cache folders counts once.
        self.pictures = len({os.path.basename(str(values["files"][row])) for row in set(picture.tolist())})
        self.groups = len(set(self.group.tolist()))

    def margins(self, part, profile, positions):
        """part (indices into rows) x H x b"""
        result = []
        for kind, shift, zoom, tone, _ in profile.hypotheses:
            if kind == "as sent":
                values = self.sent[part]
            else:
                values = scheme.centred(
                    self.values["rasters"][self.rows[part], features.HYPOTHESES.index((shift, zoom, tone))]
                )
            result.append(values[:, positions])
        return np.stack(result, 1)

    def probes(self, part, profile, positions, count, separation):
        penalties = [hypothesis[4] for hypothesis in profile.hypotheses]
        return scheme.many_probes(self.margins(part, profile, positions), self.unit[part], penalties, count, separation)

    def found(self, part, profile, positions=None, count=None, separation=None, listed=None):
        positions = profile.positions if positions is None else positions
        count = count or profile.probes
        separation = profile.separation if separation is None else separation
        listed = self.listed if listed is None else listed
        result = []
        for low in range(0, len(part), 4000):
            piece = part[low : low + 4000]
            keys, filled = self.probes(piece, profile, positions, count, separation)
            hit = (keys == scheme.words(listed[piece][:, positions])[:, None]) & (
                np.arange(count)[None] < filled[:, None]
            )
            result.append(hit.any(1) & (self.quality[piece] >= profile.probe_quality))
        return np.concatenate(result)


def plain(count):
    """Today's scheme: the picture as sent, bits flipped in order of margin."""
    text = {
        "id": 1,
        "scaling": "native",
        "probes": count,
        "separation": 64,
        "minimumQuality": 50,
        "probeQuality": 50,
        "positions": OLD,
        "hypotheses": [{"kind": "as sent", "penalty": 0}],
    }
    return scheme.Profile(json.dumps(text))


def interval(values, groups, other=None, samples=1000):
    """95 % interval of mean(values) or mean(values)/mean(other): a bootstrap over source groups."""
    _, place = np.unique(groups, return_inverse=True)
    total = np.bincount(place, values.astype(float))
    under = np.bincount(place, None if other is None else other.astype(float), minlength=len(total))
    draws = RNG.integers(0, len(total), (samples, len(total)))
    top, bottom = total[draws].sum(1), under[draws].sum(1)
    ratio = top[bottom > 0] / bottom[bottom > 0]
    return [float(x) for x in np.percentile(ratio, [2.5, 97.5])]


def recall(data, profile):
    part = np.arange(len(data.rows))
    ours = data.found(part, profile)
    old = data.found(part, plain(16), np.array(OLD), 16, 64) if data.rule == "native" else None
    near, exact = data.distance <= 31, data.distance == 0
    table = []
    for number, title in enumerate(features.TITLES):
        s = data.title == number
        if not s.any():
            continue
        row = {
            "transform": title,
            "n": int(s.sum()),
            "sources": len(set(data.group[s].tolist())),
            "distance": float(data.distance[s].mean()),
            "pdq": float(near[s].mean()),
            "exact": float(exact[s].mean()),
            "ours": float(ours[s].mean()),
            "ours_interval": interval(ours[s], data.group[s]),
            "pdq_interval": interval(near[s], data.group[s]),
        }
        if near[s].any():
            row["ratio"] = row["ours"] / row["pdq"]
            row["ratio_interval"] = interval(ours[s], data.group[s], near[s])
        if old is not None:
            row["old"] = float(old[s].mean())
        table.append(row)
    return table


def summary(table):
    goal = [row for row in table if row["pdq"] >= 0.8]
    return {
        "transforms": len(goal),
        "reached": sum(row["ratio"] >= 0.95 for row in goal),
        "mean_ratio": float(np.mean([row["ratio"] for row in goal])),
        "old_mean_ratio": float(np.mean([row["old"] / row["pdq"] for row in goal])) if "old" in goal[0] else None,
        "old_reached": sum(row["old"] / row["pdq"] >= 0.95 for row in goal) if "old" in goal[0] else None,
        "below": [row["transform"] for row in goal if row["ratio"] < 0.95],
    }


# What people put on pictures


def mean_ratio(title, groups, hit, near, samples=1000):
    """Mean over transforms of found / found by PDQ, and its 95 % interval: a bootstrap over source groups."""
    _, group = np.unique(groups, return_inverse=True)
    _, kind = np.unique(title, return_inverse=True)
    shape = (group.max() + 1, kind.max() + 1)
    ours, theirs = np.zeros(shape), np.zeros(shape)
    np.add.at(ours, (group, kind), hit)
    np.add.at(theirs, (group, kind), near)
    draws = RNG.integers(0, shape[0], (samples, shape[0]))
    weights = np.stack([np.bincount(draw, minlength=shape[0]) for draw in draws])
    drawn_ratio = ((weights @ ours) / np.maximum(weights @ theirs, 1)).mean(1)
    return {
        "mean_ratio": float((ours.sum(0) / theirs.sum(0)).mean()),
        "interval": [float(x) for x in np.percentile(drawn_ratio, [2.5, 97.5])],
    }


def drawn_tables(values, profile):
    """For each part of the sources: counts, the table, and a summary by kind of what is drawn."""
    result = {}
    kinds = {title: kind for kind, title, _ in drawn.CHANGES}
    for part, name in enumerate(pictures.PARTS):
        data = Data(values, part, "native", pictures.part)
        table = recall(data, profile)
        for row in table:
            row["kind"] = kinds[row["transform"]]
        hit = data.found(np.arange(len(data.rows)), profile)
        near = data.distance <= 31
        summaries = []
        for kind in drawn.KINDS:
            rows = [row for row in table if row["kind"] == kind]
            goal = [row for row in rows if row["pdq"] >= 0.8]
            summary_of = {"kind": kind, "transforms": len(rows), "goal": len(goal)}
            if goal:
                part_of = np.isin(data.title, [features.TITLES.index(row["transform"]) for row in goal])
                summary_of |= {
                    "reached_95": sum(row["ratio"] >= 0.95 for row in goal),
                    "reached_90": sum(row["ratio"] >= 0.9 for row in goal),
                } | mean_ratio(data.title[part_of], data.group[part_of], hit[part_of], near[part_of])
            summaries.append(summary_of)
        result[name] = {
            "pictures": data.pictures,
            "sources": data.groups,
            "copies": len(data.rows),
            "recall": table,
            "kinds": summaries,
        }
        log(name, summaries)
    return result


# False positives


def histogram(a, groups_a, b=None, groups_b=None):
    """Distances of all pairs of keys of different groups."""
    same = b is None
    if same:
        b, groups_b = a, groups_a
    counts = np.zeros(66, dtype=np.int64)
    for low in range(0, len(a), 400):
        distance = np.bitwise_count(a[low : low + 400, None] ^ b[None])
        distance[groups_a[low : low + 400, None] == groups_b[None]] = 65
        counts += np.bincount(distance.ravel(), minlength=66)
    return counts[:65] // (2 if same else 1)


def ideal(bits, distance):
    return math.comb(bits, distance) / 2**bits


def extrapolate(counts, bits, least=20, take=7):
    """-log2 of the chance that two unrelated keys are equal: log2(observed / binomial) over the `take` least distances
    with at
    least `least` pairs, a straight line (weights: root of the count), read at distance 0."""
    pairs = counts.sum()
    points = [
        (d, math.log2(counts[d] / (ideal(bits, d) * pairs)), counts[d]) for d in range(bits // 2) if counts[d] >= least
    ][:take]
    d, ratio, weight = (np.array(column, dtype=float) for column in zip(*points))
    _, at_zero = np.polyfit(d, ratio, 1, w=np.sqrt(weight))
    return float(bits - at_zero)


def adverse(counts, bits):
    """The same from the rarest neighbours that were seen at all often: some pairs of very simple pictures decide it."""
    return extrapolate(counts, bits, 5, 5)


def freedom(counts, bits):
    """Degrees of freedom of the distances of unrelated keys; None for too few."""
    if counts.sum() < 100:
        return None
    mean = (counts * np.arange(65)).sum() / counts.sum()
    variance = (counts * np.arange(65) ** 2).sum() / counts.sum() - mean**2
    return float(mean / bits * (1 - mean / bits) * bits * bits / variance)


def entropy(bits, groups, positions, samples=30):
    keys = scheme.words(bits[:, positions])
    counts = histogram(keys, groups)
    b = len(positions)
    drawn = []
    names = np.unique(groups)
    per = {name: np.flatnonzero(groups == name) for name in names}
    for _ in range(samples):
        # Bootstrap over sources; a smaller sample of crops of each keeps it quick.
        chosen = RNG.choice(names, len(names))
        rows = np.concatenate([RNG.choice(per[name], min(10, len(per[name])), replace=False) for name in chosen])
        drawn.append(extrapolate(histogram(keys[rows], groups[rows]), b, 5))
    return {
        "bits": b,
        "pairs": int(counts.sum()),
        "freedom": freedom(counts, b),
        "least": int(np.flatnonzero(counts)[0]),
        "counts": [int(c) for c in counts[:20]],
        "equal": extrapolate(counts, b),
        "adverse": adverse(counts, b),
        "interval": [float(x) for x in np.percentile(drawn, [2.5, 97.5])],
    }


def equal(probes, groups, listed, groups_listed):
    """How many (probe, key) are equal, of different groups."""
    order = np.argsort(listed, kind="stable")
    ordered = listed[order]
    low, high = (np.searchsorted(ordered, probes.ravel(), side) for side in ("left", "right"))
    clients = np.repeat(np.arange(len(probes)), probes.shape[1])
    hit = high > low
    return sum(
        int((groups_listed[order[a:z]] != groups[client]).sum())
        for client, a, z in zip(clients[hit], low[hit], high[hit])
    )


def pool_margins(pool, rows, profile, positions):
    result = []
    for kind, shift, zoom, tone, _ in profile.hypotheses:
        if kind == "as sent":
            values = pool["native" if profile.scaling == "native" else "meta"][rows]
        else:
            values = pool["rasters"][rows, features.HYPOTHESES.index((shift, zoom, tone))]
        result.append(scheme.centred(values)[:, positions])
    return np.stack(result, 1)


def false_positives(pool, profile):
    rule = "native" if profile.scaling == "native" else "meta"
    good = pool["quality"] >= profile.probe_quality
    bits = pdq.bits(pool[rule])
    groups, kinds = pool["group"], pool["kind"]
    natural = np.flatnonzero(good & (kinds == "natural"))
    result = {"natural": len(natural), "entropy": []}
    for b in (40, 44, 48, 50, 52, 56, 60, 64):
        result["entropy"].append(entropy(bits[natural], groups[natural], np.sort(LOWEST[:b])))
        log("entropy", b, round(result["entropy"][-1]["equal"], 2))
    result["floors"] = []
    for floor in (50, 80, 100):
        rows = natural[pool["quality"][natural] >= floor]
        for b in (50, 52):
            counts = histogram(scheme.words(bits[rows][:, np.sort(LOWEST[:b])]), groups[rows])
            result["floors"].append(
                {
                    "floor": floor,
                    "bits": b,
                    "kept": len(rows) / int((kinds == "natural").sum()),
                    "equal": extrapolate(counts, b),
                    "adverse": adverse(counts, b),
                }
            )
    # Probes of every natural picture against every key of another source.
    keys = scheme.words(bits[:, profile.positions])
    penalties = [hypothesis[4] for hypothesis in profile.hypotheses]
    unit = scheme.spread(scheme.centred(pool[rule]))
    probes = {}
    for kind in np.unique(kinds):
        rows = np.flatnonzero(good & (kinds == kind))
        parts = [
            scheme.many_probes(
                pool_margins(pool, rows[low : low + 3000], profile, profile.positions),
                unit[rows[low : low + 3000]],
                penalties,
                profile.probes,
                profile.separation,
            )[0]
            for low in range(0, len(rows), 3000)
        ]
        if parts:
            probes[kind] = (rows, np.concatenate(parts))
    rows, lists = probes["natural"]
    counts = sum(
        histogram(lists[:, probe], groups[rows], keys[natural], groups[natural])
        for probe in range(0, profile.probes, 4)
    )
    result["probe_counts"] = [int(c) for c in counts[:20]]
    result["probe_pairs"] = int(counts.sum())
    result["probe_equal"] = extrapolate(counts, len(profile.positions))
    result["probe_adverse"] = extrapolate(counts, len(profile.positions), 40, 5)
    log("probes", result["probe_equal"])
    # Shorter keys, where chance hits can be counted: all 32 probes, exact equality.
    result["short"] = []
    for b in (16, 18, 20, 22, 24, 26, 28, 30, 32):
        positions = np.sort(LOWEST[:b])
        sub = natural[::2]
        short = [
            scheme.many_probes(
                pool_margins(pool, sub[low : low + 3000], profile, positions),
                unit[sub[low : low + 3000]],
                penalties,
                profile.probes,
                6,
            )[0]
            for low in range(0, len(sub), 3000)
        ]
        short = np.concatenate(short)
        hits = equal(short, groups[sub], scheme.words(bits[sub][:, positions]), groups[sub])
        same = sum(int(c) ** 2 for c in np.unique(groups[sub], return_counts=True)[1])
        pairs = len(sub) ** 2 - same
        result["short"].append(
            {"bits": b, "hits": hits, "pairs": pairs, "rate": hits / pairs, "ideal": profile.probes / 2**b}
        )
    result["tail"] = []
    for kind, (rows, lists) in probes.items():
        in_kind = equal(lists, groups[rows], keys[rows], groups[rows])
        with_natural = equal(lists, groups[rows], keys[natural], groups[natural])
        counts = histogram(keys[rows], groups[rows])
        result["tail"].append(
            {
                "kind": str(kind),
                "all": int((kinds == kind).sum()),
                "probed": len(rows),
                "freedom": freedom(counts, len(profile.positions)),
                "pairs_within": int(len(rows) * (len(rows) - 1)),
                "hits_within": int(in_kind),
                "pairs_natural": int(len(rows) * len(natural)),
                "hits_natural": int(with_natural),
            }
        )
        log("tail", result["tail"][-1])
    return result


def frontier(data, profile, table):
    goal = [features.TITLES.index(row["transform"]) for row in table if row["pdq"] >= 0.8]
    part = np.flatnonzero(np.isin(data.title, goal))[::2]
    near = data.distance[part] <= 31
    result = []
    for b in (40, 44, 48, 50, 52, 56, 64):
        for count in (1, 8, 16, 32, 64):
            hit = data.found(part, profile, np.sort(LOWEST[:b]), count, 6 if count <= 32 else 7)
            ratios = [hit[data.title[part] == g].mean() / near[data.title[part] == g].mean() for g in goal]
            result.append(
                {
                    "bits": b,
                    "probes": count,
                    "mean_ratio": float(np.mean(ratios)),
                    "reached": int(sum(r >= 0.95 for r in ratios)),
                    "of": len(goal),
                }
            )
        log("frontier", result[-1])
    return result


def ablation(data, profile, table):
    goal = [features.TITLES.index(row["transform"]) for row in table if row["pdq"] >= 0.8]
    part = np.flatnonzero(np.isin(data.title, goal))
    near = data.distance[part] <= 31
    result = []
    for name, chosen in (
        ("as sent only", profile.hypotheses[:1]),
        ("+ other sizes", profile.hypotheses[:-4]),
        ("+ cut edges", profile.hypotheses[:-2]),
        ("+ tone curves (the profile)", profile.hypotheses),
    ):
        limited = scheme.Profile.__new__(scheme.Profile)
        limited.__dict__.update(profile.__dict__, hypotheses=chosen)
        for separation in (6, 64) if chosen is profile.hypotheses else (6,):
            hit = data.found(part, limited, separation=separation)
            ratios = [hit[data.title[part] == g].mean() / near[data.title[part] == g].mean() for g in goal]
            result.append(
                {
                    "name": name + ("" if separation == 6 else ", probes at any distance"),
                    "mean_ratio": float(np.mean(ratios)),
                    "reached": int(sum(r >= 0.95 for r in ratios)),
                }
            )
            log("ablation", result[-1])
    return result


# One slot for one picture


def fold(keys, separation, central=False):
    """Keeps a key unless one within `separation` stays already: in ascending order, or the most central first, by the
    sum over all
    listed hashes within 4 of 4^(4 - distance), that is by multiplicity and near neighbours. Both are results that 5.5
    accepts."""
    different, counts = np.unique(keys, return_counts=True)
    if separation == 0:
        return different
    if central:
        distance = np.bitwise_count(different[:, None] ^ different[None]).astype(int)
        near = np.where(distance <= 4, 4 ** np.maximum(4 - distance, 0), 0)
        different = different[np.argsort(-(near @ counts), kind="stable")]
    kept = np.zeros(0, dtype=np.uint64)
    for key in different:
        if not len(kept) or np.bitwise_count(kept ^ key).min() > separation:
            kept = np.append(kept, key)
    return kept


def families(data, profile, table):
    """A list that holds, for each held-out picture, its original and half of its copies as entries; the other copies
    are sent.
    """
    goal = [features.TITLES.index(row["transform"]) for row in table if row["pdq"] >= 0.8]
    inside = np.flatnonzero(np.isin(data.title, goal) & (data.quality >= profile.probe_quality))
    lot = np.array([pictures.lot(f"family {data.picture[i]} {data.title[i]}", 2) for i in inside])
    entries, sent = inside[lot == 0], inside[lot == 1]
    # A third of the pictures are enough, and make the list a mixture of families and gaps.
    few = data.picture % 3 == 0
    entries, sent = entries[few[entries]], sent[few[sent]]
    positions = profile.positions
    keys = np.concatenate(
        [scheme.words((data.sent[entries] > 0)[:, positions]), scheme.words(data.listed[entries][:, positions])]
    )
    result = {"entries": len(keys), "different": len(np.unique(keys)), "sent": len(sent), "rows": []}
    for separation, central, limits in (
        (0, False, (64, 6)),
        (2, False, (64, 6)),
        (4, False, (64, 6)),
        (6, False, (64, 6)),
        (6, True, (6,)),
    ):
        kept = np.sort(fold(keys, separation, central))
        for limit in limits:
            probes, filled = data.probes(sent, profile, positions, profile.probes, limit)
            opened = np.zeros(len(sent), dtype=int)
            for column in range(profile.probes):
                place = np.searchsorted(kept, probes[:, column])
                opened += (
                    (place < len(kept))
                    & (kept[np.minimum(place, len(kept) - 1)] == probes[:, column])
                    & (column < filled)
                )
            spread = 0
            for column in range(profile.probes):
                spread = np.maximum(
                    spread,
                    np.where(
                        np.arange(profile.probes)[None] < filled[:, None],
                        np.bitwise_count(probes ^ probes[:, column : column + 1]),
                        0,
                    ).max(1),
                )
            result["rows"].append(
                {
                    "separation": separation,
                    "central": central,
                    "probe_limit": limit,
                    "kept": len(kept),
                    "found": float((opened > 0).mean()),
                    "several": int((opened > 1).sum()),
                    "several_of_found": float((opened > 1).sum() / max(1, (opened > 0).sum())),
                    "greatest_distance": int(spread.max()),
                    "distance_above_6": float((spread > 6).mean()),
                    "filled": float(filled.mean()),
                    "short": int((filled < profile.probes).sum()),
                }
            )
            log("families", result["rows"][-1])
    return result


# Dihedral keys


def turned(listed, kind):
    """The 256 bits of a mirrored or turned picture, from the bits alone: the sign of odd frequencies changes."""
    square = listed.reshape(-1, 16, 16)
    odd = np.arange(16) % 2 == 0  # index 0 is frequency 1
    if kind == "mirrored":
        return (square ^ odd[None, None, :]).reshape(-1, 256)
    # Anticlockwise by 90 degrees: transpose, then upside down.
    return (square.transpose(0, 2, 1) ^ odd[None, :, None]).reshape(-1, 256)


def dihedral(data, profile):
    result = []
    for title in transforms.DIHEDRAL:
        part = np.flatnonzero(data.title == features.TITLES.index(title))
        derived = data.listed.copy()
        derived[part] = turned(data.listed[part], title)
        hit = data.found(part, profile, listed=derived)
        distance = ((data.sent[part] > 0) ^ derived[part]).sum(1)
        result.append(
            {
                "transform": title,
                "n": len(part),
                "pdq": float((distance <= 31).mean()),
                "distance": float(distance.mean()),
                "ours": float(hit.mean()),
                "interval": interval(hit, data.group[part]),
            }
        )
        log("dihedral", result[-1])
    return result


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("features")
    parser.add_argument("pool")
    parser.add_argument("results")
    parser.add_argument("--steps", default="recall,meta,false,frontier,ablation,families,dihedral")
    arguments = parser.parse_args()
    results = {}
    if os.path.exists(arguments.results):
        with open(arguments.results) as file:
            results = json.load(file)
    with np.load(arguments.features) as file:
        values = {name: file[name] for name in file.files}
    profile = scheme.Profile.load()
    meta = scheme.Profile.load(os.path.join(HERE, "profile-2-meta.json"))

    def keep(name, value):
        results[name] = value
        with open(arguments.results, "w") as file:
            json.dump(results, file, indent=1)

    held = None if arguments.steps == "drawn" else Data(values, 1, "native")
    for step in arguments.steps.split(","):
        log(step)
        if step == "drawn":
            keep("drawn", drawn_tables(values, profile))
        elif step == "recall":
            keep("counts", {"pictures": held.pictures, "groups": held.groups, "copies": len(held.rows)})
            keep("recall", recall(held, profile))
            keep("summary", summary(results["recall"]))
            design = Data(values, 0, "native")
            keep("counts_design", {"pictures": design.pictures, "groups": design.groups, "copies": len(design.rows)})
            keep("summary_design", summary(recall(design, profile)))
            log(results["summary"], results["summary_design"])
        elif step == "meta":
            data = Data(values, 1, "meta")
            keep("recall_meta", recall(data, meta))
            keep("summary_meta", summary(results["recall_meta"]))
            # Each profile on the other kind of list.
            crossed = Data(values, 1, "native")
            crossed.listed = data.listed
            crossed.distance = ((crossed.sent > 0) ^ crossed.listed).sum(1)
            keep("summary_crossed", summary(recall(crossed, profile)))
            log(results["summary_meta"], results["summary_crossed"])
        elif step == "false":
            with np.load(arguments.pool) as file:
                pool = {name: file[name] for name in file.files}
            keep("false", false_positives(pool, profile))
        elif step == "frontier":
            keep("frontier", frontier(held, profile, results["recall"]))
        elif step == "ablation":
            keep("ablation", ablation(held, profile, results["recall"]))
        elif step == "families":
            keep("families", families(held, profile, results["recall"]))
        elif step == "dihedral":
            keep("dihedral", dihedral(held, profile))


if __name__ == "__main__":
    main()
