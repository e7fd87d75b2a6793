"""Measures profile 3 on what people put on pictures, beside profile 2, and what it costs in false positives.

usage: marks_measure.py CACHE-DRAWN WORK RESULTS.json [--parts choice,held out] [--crops EXTRACTED] [--bounds]
       [--undrawn CACHE...]

WORK keeps the coefficients under every hypothesis; an interrupted run goes on there. For each part: the frontier over
b and M, and a table by transform for the profile. --undrawn: copies of the other table (cache.py without --drawn).
"""

import argparse
import glob
import json
import os
import random
import time

import numpy as np

import drawn
import measure
import pdq
import pictures
import pool
import profile3
import scheme

# b and M that are shown; profile 3's own must be among them.
FRONTIER = [(50, 32), (50, 64), (52, 48), (53, 64), (54, 96)]
WIDEST = 64
# What marks are learnt on: transforms that draw on a part of the picture, and how far grey levels must lie apart.
PARTLY = ("strips", "text", "badges and watermarks", "stickers")
NOT = ("added", "tiles", "across")
ALSO = ("rounded", "caption", "small logo", "black bar")
DIFFERENT = 12
POSITIONS = np.sort(measure.LOWEST[:WIDEST])
LEAST = 0.3  # transforms of which PDQ finds less are not measured: no number of probes finds them


def log(*text):
    print(time.strftime("%H:%M:%S"), *text, flush=True)


def shown(values):
    """A profile as text: one line for each hypothesis and mask."""

    def line(value):
        return json.dumps(value)

    def lines(listed):
        return "[\n" + ",\n".join(f"      {line(one)}" for one in listed) + "\n    ]"

    rows = []
    for name, value in values.items():
        if name == "hypotheses":
            rows.append(f'  "{name}": [\n' + ",\n".join(f"    {line(one)}" for one in value) + "\n  ]")
        elif name == "marks":
            inner = [f'    "{key}": {lines(v) if key == "masks" else line(v)}' for key, v in value.items()]
            rows.append('  "marks": {\n' + ",\n".join(inner) + "\n  }")
        else:
            rows.append(f'  "{name}": {line(value)}')
    return "{\n" + ",\n".join(rows) + "\n}\n"


def learnt(kind, title):
    return (kind in PARTLY and not any(word in title for word in NOT)) or title.startswith(ALSO)


def files(folder, name):
    """What cache.py keeps of each picture of one part, opened."""
    for path in sorted(glob.glob(os.path.join(folder, "*.npz"))):
        if not path.endswith(".part.npz"):
            with np.load(path) as z:
                if pictures.PARTS[pictures.part(int(z["group"]))] == name and "copies_title" in z:
                    yield z


def part(folder, name):
    """Copies of one part, as arrays; with their originals."""
    fields = ("sent", "raster", "quality", "title", "listed", "group", "picture")
    rows, originals = {field: [] for field in fields}, []
    for z in files(folder, name):
        count = len(z["copies_title"])
        for field, value in (
            ("sent", z["copies_native"]),
            ("raster", z["copies_raster"]),
            ("quality", z["copies_quality"]),
            ("title", z["copies_title"]),
            ("listed", np.repeat(pdq.bits(z["native"])[None], count, 0)),
            ("group", np.full(count, int(z["group"]))),
            ("picture", np.full(count, len(originals))),
        ):
            rows[field].append(value)
        originals.append(z["raster"])
    if not originals:
        raise SystemExit(f"no pictures of the part {name} in {folder}")
    values = {field: np.concatenate(parts) for field, parts in rows.items()}
    values["originals"] = np.stack(originals)
    values["near"] = ((scheme.centred(values["sent"]) > 0) ^ values["listed"]).sum(1) <= 31
    return values


def seen(folder, name):
    """Those copies of a part that are measured."""
    values = part(folder, name)
    values.pop("originals")
    rows = np.isin(values["title"], goal(values, LEAST))
    return {field: value[rows] for field, value in values.items()}


def prepared(path, values, profile, piece=100):
    """Margins at the 64 lowest frequencies, penalties and qualities of every hypothesis, and milliseconds a copy."""
    if not os.path.exists(path):
        begun, margins, penalties, qualities = time.process_time(), [], [], []
        for low in range(0, len(values["sent"]), piece):
            rows = slice(low, low + piece)
            found, costs, quality = profile3.hypotheses(values["sent"][rows], values["raster"][rows], profile)
            margins.append(scheme.centred(found)[:, :, POSITIONS])
            penalties.append(costs)
            qualities.append(quality)
            if low % 2000 == 0:
                log(os.path.basename(path), low, "of", len(values["sent"]))
        spent = 1000 * (time.process_time() - begun) / len(values["sent"])
        parts = {"margins": margins, "penalties": penalties, "qualities": qualities}
        kept = {name: np.concatenate(part) for name, part in parts.items()} | {"ms": spent}
        np.savez(path + ".part.npz", **kept)
        os.replace(path + ".part.npz", path)
    with np.load(path) as z:
        return z["margins"], z["penalties"], z["qualities"], float(z["ms"])


def lists(margins, bits, count, piece=1500):
    """Of every hypothesis the `count` likeliest keys and their costs, the likeliest first: n x H x count. And the keys
    of the pictures as they were sent.
    """
    columns = np.searchsorted(POSITIONS, np.sort(measure.LOWEST[:bits]))
    keys = np.zeros((*margins.shape[:2], count), dtype=np.uint64)
    costs = np.zeros(keys.shape, dtype=np.float32)
    for low in range(0, len(margins), piece):
        for place in range(margins.shape[1]):
            rows = slice(low, low + piece)
            k, c = scheme.lists(np.ascontiguousarray(margins[rows, place][:, columns]), count)
            order = np.argsort(c, 1, kind="stable")
            keys[rows, place] = np.take_along_axis(k, order, 1)
            costs[rows, place] = np.take_along_axis(c, order, 1)
    return keys, costs, scheme.words(margins[:, 0][:, columns] > 0)


def merged(listed, penalties, units, count, separation, own=None, piece=1500):
    """n x count keys, and how many there are. `own`: keys that come second."""
    keys, filled = [], []
    for low in range(0, len(units), piece):
        rows = slice(low, low + piece)
        number = len(units[rows])
        costs = listed[1][rows, :, :count] + (penalties[rows] * units[rows, None] / np.float32(256))[:, :, None]
        candidates = cheapest(listed[0][rows, :, :count].reshape(number, -1), costs.reshape(number, -1), 2 * count + 64)
        k, f = scheme.merge(*candidates, count, separation, None if own is None else own[rows])
        keys.append(k)
        filled.append(f)
    return np.concatenate(keys), np.concatenate(filled)


def cheapest(keys, costs, count):
    """The cheapest of many candidates, each key once. What lies behind these is hardly ever reached."""
    if keys.shape[1] > 2 * count:
        order = np.argpartition(costs, 2 * count - 1, axis=1)[:, : 2 * count]
        keys, costs = np.take_along_axis(keys, order, 1), np.take_along_axis(costs, order, 1)
    order = np.argsort(costs, 1, kind="stable")
    keys, costs = np.take_along_axis(keys, order, 1), np.take_along_axis(costs, order, 1)
    order = np.argsort(keys, 1, kind="stable")
    keys, costs = np.take_along_axis(keys, order, 1), np.take_along_axis(costs, order, 1)
    costs[:, 1:][keys[:, 1:] == keys[:, :-1]] = np.inf
    kept = np.argsort(costs, 1, kind="stable")[:, :count]
    return np.take_along_axis(keys, kept, 1), np.take_along_axis(costs, kept, 1)


def hits(keys, filled, values, bits, floor):
    own = scheme.words(values["listed"][:, np.sort(measure.LOWEST[:bits])])
    live = np.arange(keys.shape[1])[None] < filled[:, None]
    return ((keys == own[:, None]) & live).any(1) & (values["quality"] >= floor)


def goal(values, least=0.8):
    return [t for t in np.unique(values["title"]) if values["near"][values["title"] == t].mean() >= least]


def summary(values, hit):
    """Over the transforms for which PDQ ≤ 31 finds at least 80 %."""
    titles = goal(values)
    rows = np.isin(values["title"], titles)
    ratios = [hit[values["title"] == t].sum() / values["near"][values["title"] == t].sum() for t in titles]
    result = measure.mean_ratio(values["title"][rows], values["group"][rows], hit[rows], values["near"][rows])
    return result | {
        "of": len(titles),
        "reached_95": int(sum(ratio >= 0.95 for ratio in ratios)),
        "reached_90": int(sum(ratio >= 0.9 for ratio in ratios)),
    }


def table(values, columns):
    """A row for each transform: n, PDQ's part, and each column's, with the last one's interval of the ratio."""
    rows = []
    order = [title for _, title, _ in drawn.CHANGES]
    for title in sorted(np.unique(values["title"]), key=lambda t: order.index(t) if t in order else -1):
        rows_of = values["title"] == title
        row = {"transform": str(title), "n": int(rows_of.sum()), "pdq": float(values["near"][rows_of].mean())}
        for name, hit in columns.items():
            row[name] = float(hit[rows_of].mean())
        if values["near"][rows_of].any():
            last = list(columns.values())[-1]
            spread = measure.interval(last[rows_of], values["group"][rows_of], values["near"][rows_of])
            row["interval"] = spread
        rows.append(row)
    return rows


def innocent(extracted, path, most=40):
    """Random crops of the design sources, for false positives, as arrays."""
    if not os.path.exists(path):
        rows, groups = [], []
        for number, group, package, name in pictures.sources():
            if pictures.PARTS[pictures.part(group)] != "design":
                continue
            whole = pictures.load(extracted, package, name)
            if max(whole.size) > 2400:
                whole.thumbnail((2400, 2400), reducing_gap=2)
            lot = random.Random(f"pool {number}")
            for _ in range(max(6, min(most, round(most * whole.width * whole.height / 700_000)))):
                native, _, raster, quality, _ = pool.features(pool.random_crop(whole, lot))
                rows.append((native, raster, quality))
                groups.append(group)
        names = ("sent", "raster", "quality")
        kept = {name: np.stack([row[i] for row in rows]) for i, name in enumerate(names)} | {"group": groups}
        np.savez(path + ".part.npz", **kept)
        os.replace(path + ".part.npz", path)
    with np.load(path) as z:
        values = {name: z[name] for name in ("sent", "raster", "quality", "group")}
    good = values["quality"] >= scheme.Profile.load().probe_quality
    return {name: value[good] for name, value in values.items()}


def false_positives(keys, filled, values, bits):
    """Distances of probes (every fourth) and the keys of other sources."""
    own = scheme.words(pdq.bits(values["sent"])[:, np.sort(measure.LOWEST[:bits])])
    counts = np.zeros(65, dtype=np.int64)
    for place in range(0, keys.shape[1], 4):
        rows = np.flatnonzero(filled > place)
        counts += measure.histogram(keys[rows, place], values["group"][rows], own, values["group"])
    kept = {"counts": [int(count) for count in counts[:20]], "pairs": int(counts.sum())}
    return kept | {"distinct": float(filled.mean())}


def reading(counts, pairs, bits):
    """-log2 of the chance that a probe equals an unrelated key, from the pairs at distances 0 to 19: central, and
    adverse, from the five least distances with 40 pairs or more.
    """
    whole = np.zeros(65, dtype=np.int64)
    whole[: len(counts)] = counts
    whole[40] = pairs - whole.sum()
    return {
        "least": int(np.flatnonzero(whole)[0]),
        "within_6": int(whole[:7].sum()),
        "equal": measure.extrapolate(whole, bits),
        "adverse": measure.extrapolate(whole, bits, 40, 5),
    }


def bounds(values, profile, count):
    """What could be found if the cells that were changed were known: of the copies that PDQ ≤ 31 finds, the part that
    probes of the filled picture alone find, at any distance. Design part.
    """
    result = []
    for kind, title, _ in drawn.CHANGES:
        rows = np.flatnonzero((values["title"] == title) & values["near"])
        if not learnt(kind, title) or 2 * len(rows) < (values["title"] == title).sum():
            continue
        copies = values["raster"][rows]
        before = profile3.grids(values["originals"][values["picture"][rows]], 157)
        mask = profile3.grown(np.abs(profile3.grids(copies, 157) - before) > DIFFERENT)
        found = pdq.coefficients(profile3.filled(copies, profile3.cells(copies)[3], mask))
        listed = scheme.words(values["listed"][rows][:, profile.positions])
        hit = np.zeros(len(rows), dtype=bool)
        for shift in range(found.shape[1]):
            keys, _ = scheme.lists(scheme.centred(found[:, shift])[:, profile.positions], count // 2)
            hit |= (keys == listed[:, None]).any(1)
        result.append(
            {"transform": title, "n": len(rows), "cells": float(mask.sum((1, 2)).mean()), "found": hit.mean()}
        )
        log(result[-1])
    return result


def keep(path, name, value):
    results = {}
    if os.path.exists(path):
        with open(path) as file:
            results = json.load(file)
    results[name] = json.loads(json.dumps(value), parse_float=lambda text: round(float(text), 5))
    with open(path + ".part", "w") as file:
        json.dump(results, file, indent=1)
    os.replace(path + ".part", path)


def two(profile):
    """Which hypotheses of profile 3 are those of profile 2, and profile 2's penalties."""
    old = scheme.Profile.load()
    places = [next(i for i, h in enumerate(profile.hypotheses) if h[:4] == g[:4]) for g in old.hypotheses]
    return places, np.array([h[4] for h in old.hypotheses], dtype=np.float32)


def each(name, values, arguments, profile, frontier):
    """Yields (row, keys, how many there are) for every b, M and profile; first what is known of the hypotheses."""
    margins, penalties, quality, spent = prepared(os.path.join(arguments.work, f"{name}.npz"), values, profile)
    penalties = profile3.good(penalties, quality, profile.probe_quality)
    penalties = profile3.listable(penalties, quality, profile.quality)
    yield {"ms": spent, "hypotheses": int(margins.shape[1])}
    units = scheme.spread(scheme.centred(values["sent"]))
    places, old = two(profile)
    old = np.broadcast_to(old, (len(margins), len(places)))
    for bits in dict.fromkeys(bits for bits, _ in frontier):
        counts = [count for b, count in frontier if b == bits]
        keys, costs, sent = lists(margins, bits, max(counts))
        for count in counts:
            for title in ("profile 2", "profile 3"):
                kept, own, second = (places, old, None) if title == "profile 2" else (slice(None), penalties, sent)
                found = merged((keys[:, kept], costs[:, kept]), own, units, count, profile.separation, second)
                yield {"b": bits, "M": count, "hypotheses": title}, *found


def measured(name, values, arguments, profile, frontier):
    results = each(name, values, arguments, profile, frontier)
    result = next(results) | {
        "copies": len(values["sent"]),
        "pictures": len(np.unique(values["picture"])),
        "sources": len(np.unique(values["group"])),
        "frontier": [],
    }
    columns = {}
    for row, keys, filled in results:
        hit = hits(keys, filled, values, row["b"], profile.probe_quality)
        result["frontier"].append(row | summary(values, hit))
        log(name, result["frontier"][-1])
        if tuple(row.values()) in ((50, 32, "profile 2"), (len(profile.positions), profile.probes, "profile 3")):
            columns[row["hypotheses"]] = hit
    result["table"] = table(values, columns)
    keep(arguments.results, name, result)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("cache")
    parser.add_argument("work")
    parser.add_argument("results")
    parser.add_argument("--parts", default="choice,held out")
    parser.add_argument("--crops", metavar="EXTRACTED", help="also false positives of crops of the design part")
    parser.add_argument("--bounds", action="store_true", help="also what could be found on the design part")
    parser.add_argument("--undrawn", nargs="*", default=[])
    arguments = parser.parse_args()
    os.makedirs(arguments.work, exist_ok=True)
    profile = profile3.Profile.load()
    own = (len(profile.positions), profile.probes)
    if own not in FRONTIER:
        raise SystemExit(f"the profile's b and M, {own}, are not in FRONTIER")
    for name in filter(None, arguments.parts.split(",")):
        values = seen(arguments.cache, name)
        log(name, len(np.unique(values["picture"])), "pictures")
        measured(name, values, arguments, profile, FRONTIER)
    if arguments.crops:
        values = innocent(arguments.crops, os.path.join(arguments.work, "innocent.npz"))
        results = each("crops", values, arguments, profile, FRONTIER)
        next(results)
        false = []
        for row, keys, filled in results:
            false.append(row | false_positives(keys, filled, values, row["b"]))
            log(false[-1])
        keep(arguments.results, "crops", {"crops": len(values["sent"]), "false": false})
    if arguments.bounds:
        found = bounds(part(arguments.cache, "design"), profile, profile.probes)
        keep(arguments.results, "bounds", [row | {"found": float(row["found"])} for row in found])
    if arguments.undrawn:
        folders = [part(folder, "held out") for folder in arguments.undrawn]
        for number, folder in enumerate(folders):
            folder.pop("originals")
            folder["picture"] = folder["picture"] + 100_000 * number
        values = {field: np.concatenate([folder[field] for folder in folders]) for field in folders[0]}
        measured("undrawn", values, arguments, profile, [(50, 32), own] if own != (50, 32) else [own])


if __name__ == "__main__":
    main()
