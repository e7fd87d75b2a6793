"""An exploration on the design part alone: what the decoder of decoder.py finds of what people put on pictures, beside
the probes of profile 2, for M = 32, 48, 64, 96. Prints, and writes the figures of Docs/RecallDrawn.md.

usage: explore_drawn.py EXTRACTED CACHE-DRAWN WORK RESULTS.json

Gates are fitted on one half of the design sources and measured on the other, and the other way round. WORK keeps what
was computed; an interrupted run goes on there.
"""

import argparse
import glob
import json
import os
import random
import time

import numpy as np

import cache
import decoder
import drawn
import measure
import pdq
import pictures
import pool
import scheme

COUNTS = (32, 48, 64, 96)
DESIGN = pictures.PARTS.index("design")
TONES = ("as it is", "cut", "tone", "vignette")
RUNS = {
    "everything": decoder.FAMILIES,
    "cuts, tones, vignettes": TONES,
    "the same and bands, corners, frames": TONES + ("band", "two bands", "corner", "frame"),
}
NOISE, PART, FLOOR = 0.05, 0.5, 7.0  # weighed on the design part, see Docs/RecallDrawn.md
FIELDS = ("margins", "scales", "family", "features")


def log(*text):
    print(time.strftime("%H:%M:%S"), *text, flush=True)


def save(path, values):
    np.savez(path + ".part.npz", **values)
    os.replace(path + ".part.npz", path)


def design(folder):
    """Copies of the design part, as arrays."""
    rows = {name: [] for name in ("sent", "raster", "clipped", "quality", "title", "listed", "group", "picture")}
    originals = []
    for path in sorted(glob.glob(os.path.join(folder, "*.npz"))):
        if path.endswith(".part.npz"):
            continue
        with np.load(path) as z:
            if pictures.part(int(z["group"])) != DESIGN or "copies_title" not in z:
                continue
            count = len(z["copies_title"])
            rows["sent"].append(z["copies_native"])
            rows["raster"].append(z["copies_raster"])
            rows["clipped"].append(z["copies_clipped"])
            rows["quality"].append(z["copies_quality"])
            rows["title"].append(z["copies_title"])
            rows["listed"].append(np.repeat(pdq.bits(z["native"])[None], count, 0))
            rows["group"].append(np.full(count, int(z["group"])))
            rows["picture"].append(np.full(count, len(originals)))
            originals.append(z["raster"])
    values = {name: np.concatenate(parts) for name, parts in rows.items()}
    values["originals"] = np.stack(originals)
    return values


def innocent(extracted, path, crops):
    """Random crops of the design sources, for false positives."""
    if not os.path.exists(path):
        rows, groups = [], []
        for number, group, package, name in pictures.sources():
            if pictures.part(group) != DESIGN:
                continue
            whole = pictures.load(extracted, package, name)
            if max(whole.size) > 2400:
                whole.thumbnail((2400, 2400), reducing_gap=2)
            lot = random.Random(f"pool {number}")
            for _ in range(max(6, min(crops, round(crops * whole.width * whole.height / 700_000)))):
                crop = pool.random_crop(whole, lot)
                native, _, raster, quality, _ = pool.features(crop)
                rows.append((native, raster, quality, cache.clipped(crop)))
                groups.append(group)
        names = ("sent", "raster", "quality", "clipped")
        save(path, {name: np.stack([row[i] for row in rows]) for i, name in enumerate(names)} | {"group": groups})
    with np.load(path) as z:
        values = {name: z[name] for name in z.files}
    good = values["quality"] >= 40
    return {name: value[good] for name, value in values.items()}


def prepared(path, machine, values, piece=300):
    """The hypotheses of all copies, their shares, and milliseconds of processor time a copy; kept in a file."""
    if not os.path.exists(path):
        begun, parts = time.process_time(), []
        for low in range(0, len(values["sent"]), piece):
            part = slice(low, low + piece)
            parts.append(machine().copies(values["sent"][part], values["raster"][part], values["clipped"][part]))
        copies = decoder.Copies.joined(parts)
        spent = 1000 * (time.process_time() - begun) / len(values["sent"])
        save(path, {n: getattr(copies, n) for n in FIELDS} | {"shares": machine().shares, "ms": spent})
    with np.load(path) as z:
        copies, shares, spent = decoder.Copies(*(z[n] for n in FIELDS)), z["shares"], float(z["ms"])
    units = scheme.spread(scheme.centred(values["sent"]))
    return decoder.noisy(copies, units, NOISE, PART), shares, spent


def some(copies, rows):
    return decoder.Copies(*(getattr(copies, n)[rows] for n in FIELDS))


def restricted(copies, shares, only):
    """The same with hypotheses of some families alone. Columns of a family are the same in all copies."""
    kept = np.isin(copies.family[0], [decoder.FAMILIES.index(family) for family in only])
    return decoder.Copies(*(getattr(copies, n)[:, kept] for n in FIELDS)), shares[kept]


def today(values, profile, count, separation=6):
    """Profile 2's probes: n x count keys, and how many there are."""
    margins = []
    for kind, shift, zoom, tone, _ in profile.hypotheses:
        c = (
            values["sent"]
            if kind == "as sent"
            else np.concatenate(
                [
                    scheme.coefficients(values["raster"][low : low + 500], shift, zoom, tone)
                    for low in range(0, len(values["sent"]), 500)
                ]
            )
        )
        margins.append(scheme.centred(c)[:, profile.positions])
    penalties = [hypothesis[4] for hypothesis in profile.hypotheses]
    unit = scheme.spread(scheme.centred(values["sent"]))
    return scheme.many_probes(np.stack(margins, 1), unit, penalties, count, separation)


def hits(keys, filled, listed, quality, positions, count, floor=40):
    """Whether the key is among the first `count` probes."""
    same = (keys == scheme.words(listed[:, positions])[:, None]) & (np.arange(keys.shape[1])[None] < filled[:, None])
    return same[:, :count].any(1) & (quality >= floor)


def rates(values, hit, near):
    return {
        title: {"n": int(s.sum()), "found": float(hit[s].mean()), "pdq": float(near[s].mean())}
        for title in np.unique(values["title"])
        for s in [values["title"] == title]
    }


def summary(values, hit, near):
    """Mean ratio and transforms reached, of those for which PDQ finds at least .8; and by kind."""
    kinds = {title: kind for kind, title, _ in drawn.CHANGES}
    goal = [t for t in np.unique(values["title"]) if near[values["title"] == t].mean() >= 0.8]
    ratio = {t: hit[values["title"] == t].mean() / near[values["title"] == t].mean() for t in goal}
    inside = np.isin(values["title"], goal)
    whole = measure.mean_ratio(values["title"][inside], values["group"][inside], hit[inside], near[inside])
    by_kind = {
        kind: float(np.mean([ratio[t] for t in goal if kinds[t] == kind]))
        for kind in drawn.KINDS
        if any(kinds[t] == kind for t in goal)
    }
    return whole | {
        "of": len(goal),
        "reached_95": int(sum(r >= 0.95 for r in ratio.values())),
        "reached_90": int(sum(r >= 0.9 for r in ratio.values())),
        "kinds": by_kind,
    }


def folds(values):
    return np.array([pictures.half(int(group), "cv") for group in values["group"]])


def crossed(copies, shares, values, near, positions, only, count, separation):
    """Probes with gates fitted on the other half of the design sources; and the gates."""
    copies, shares = restricted(copies, shares, only)
    fold = folds(values)
    keys = np.zeros((len(fold), count), dtype=np.uint64)
    filled = np.zeros(len(fold), dtype=np.int64)
    gates = []
    truth = values["listed"][:, positions]
    for side in (0, 1):
        train, test = np.flatnonzero((fold != side) & near), np.flatnonzero(fold == side)
        gate, loss = decoder.fit_gate(
            some(copies, train), shares, truth[train], np.ones(len(train)) * 1000 / len(train), FLOOR
        )
        gates.append(gate)
        log("gate", side, len(train), round(loss, 1))
        for low in range(0, len(test), 1000):
            rows = test[low : low + 1000]
            keys[rows], filled[rows] = decoder.probes(some(copies, rows), shares, gate, count, separation)
    return keys, filled, gates


def false_positives(keys, filled, listed, groups, bits):
    """Histogram of distances of probes (every fourth) and keys of other sources, and what it says of distance 0."""
    counts = np.zeros(65, dtype=np.int64)
    own = scheme.words(listed)
    for place in range(0, keys.shape[1], 4):
        rows = filled > place
        counts += measure.histogram(keys[rows, place], groups[rows], own, groups)
    return {
        "pairs": int(counts.sum()),
        "counts": [int(c) for c in counts[:20]],
        "least": int(np.flatnonzero(counts)[0]),
        "equal": measure.extrapolate(counts, bits),
        "adverse": measure.extrapolate(counts, bits, 40, 5),
        "distinct": float(filled.mean()),
    }


def keep(path, name, value):
    results = {}
    if os.path.exists(path):
        with open(path) as file:
            results = json.load(file)
    results[name] = value
    with open(path + ".part", "w") as file:
        json.dump(results, file, indent=1)
    os.replace(path + ".part", path)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("extracted")
    parser.add_argument("cache")
    parser.add_argument("work")
    parser.add_argument("results")
    parser.add_argument("--crops", type=int, default=40)
    arguments = parser.parse_args()
    os.makedirs(arguments.work, exist_ok=True)
    profile = scheme.Profile.load()
    positions = profile.positions
    values = design(arguments.cache)
    near = ((scheme.centred(values["sent"]) > 0) ^ values["listed"]).sum(1) <= 31
    log(len(values["sent"]), "copies of", len(set(values["group"].tolist())), "groups of design sources")
    weights, sums = scheme.taps(157, scheme.UNIT)
    taps = weights / sums[:, None]
    law, exponent = decoder.power_law(decoder.spectrum(taps @ values["originals"].astype(np.float64) @ taps.T))
    made = []

    def machine():
        if not made:
            made.append(decoder.Decoder(decoder.Prior(law), positions))
        return made[0]

    place = lambda name: os.path.join(arguments.work, name)
    copies, shares, _ = prepared(place("copies.npz"), machine, values)
    counts = {
        "copies": len(values["sent"]),
        "pictures": len(values["originals"]),
        "sources": len(set(values["group"].tolist())),
        "exponent": float(exponent),
        "hypotheses": int(copies.margins.shape[1]),
    }
    keep(arguments.results, "counts", counts)
    log(counts)

    def measured(name, keys, filled, spent):
        for count in COUNTS:
            hit = hits(keys, filled, values["listed"], values["quality"], positions, count)
            row = summary(values, hit, near) | {"rates": rates(values, hit, near), "ms": spent}
            keep(arguments.results, f"{name}, {count}", row)
            log(name, count, {k: v for k, v in row.items() if k != "rates"})

    begun = time.process_time()
    keys, filled = today(values, profile, max(COUNTS))
    measured("today", keys, filled, 1000 * (time.process_time() - begun) / len(keys))
    gates = None
    for name, only, separation in [(name, only, 6) for name, only in RUNS.items()] + [
        ("everything, at any distance", decoder.FAMILIES, 64)
    ]:
        begun = time.process_time()
        keys, filled, found = crossed(copies, shares, values, near, positions, only, max(COUNTS), separation)
        measured(name, keys, filled, 1000 * (time.process_time() - begun) / len(keys))
        if gates is None:
            gates = found
            keep(arguments.results, "gates", [gate.tolist() for gate in gates])
            del keys
            false(arguments, profile, positions, machine, gates, place)


def false(arguments, profile, positions, machine, gates, place):
    """Probes of innocent crops of the design sources against keys of other ones, each by the gate of the other half."""
    values = innocent(arguments.extracted, place("innocent.npz"), arguments.crops)
    copies, shares, spent = prepared(place("innocent-copies.npz"), machine, values)
    keep(arguments.results, "prepare_ms", spent)
    listed = pdq.bits(values["sent"])[:, positions]
    keys, filled = today(values, profile, max(COUNTS))
    fold = folds(values)
    ours = np.zeros((len(fold), max(COUNTS)), dtype=np.uint64)
    many = np.zeros(len(fold), dtype=np.int64)
    for side in (0, 1):
        rows = np.flatnonzero(fold == side)
        ours[rows], many[rows] = decoder.probes(some(copies, rows), shares, gates[side], max(COUNTS), 6)
    for name, probes, number in (("today", keys, filled), ("everything", ours, many)):
        for count in COUNTS:
            part = np.minimum(number, count)
            row = false_positives(probes[:, :count], part, listed, values["group"], len(positions))
            keep(arguments.results, f"false, {name}, {count}", row | {"pictures": len(fold)})
            log("false", name, count, row)


if __name__ == "__main__":
    main()
