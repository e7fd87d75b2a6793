"""Measures what attackers can do: escape with known pictures, meet keys with harmless ones, and pass second looks.

usage: attack_measure.py EXTRACTED CACHE-DRAWN WORK ATTACKS.json [--minutes N] [--pictures N]

EXTRACTED and CACHE-DRAWN are run.py's. Keeps one file for each held-out picture in WORK, so it can be interrupted and
goes on where it stopped. About half an hour on one core. ATTACKS.json is written at the end, of all files that are
there; with --minutes it may be of fewer pictures than there are, and says so.
"""

import argparse
import glob
import hashlib
import json
import os
import random
import time

import numpy as np
from PIL import ImageEnhance, ImageFilter

import attack
import drawn
import pdq
import pictures
import scheme
import second
import transforms

KEPT = 0.99  # of the copies whose key is met, this part passes a second look: that sets its threshold
HELD, CHOICE = 2, 1
LONGEST = 640  # pixels of the pictures that are changed: a change of 64 x 64 cells hardly depends on it
LISTS = (10_000, 1_000_000)
SHOWN = ("thumbnail", "dHash", "edge map")  # second looks that attackers are tried against
FAR = 64  # bits of PDQ: a match by key that is further off is warned of in case files (Docs/Protocol.md, 4.12)
BY_LOT = ("key", "PDQ", "PDQ and thumbnail")  # tried with a target by lot, too
# What a doctored picture has to meet -> second looks, and thresholds other than those by copies.
MEETS = {
    "key": ((), {}),
    "PDQ": (("PDQ",), {}),
    **{f"PDQ and {look}": (("PDQ", look), {}) for look in SHOWN},
    "all": (("PDQ",) + SHOWN, {}),
    "PDQ and like thumbnail": (("PDQ", "thumbnail"), {"thumbnail": 0.95}),
    "PDQ and equal thumbnail": (("PDQ", "thumbnail"), {"thumbnail": 0.99}),
}


def log(*text):
    print(time.strftime("%H:%M:%S"), *text, flush=True)


def write(path, value, **options):
    """A whole file or none, and a line end."""
    with open(path + ".part", "w") as file:
        json.dump(value, file, **options)
        file.write("\n")
    os.replace(path + ".part", path)


# Copies as people make them: what a second look keeps


def found(file, profile):
    """Of each copy whether the probes find the listed key."""
    sent, rasters = file["copies_native"], file["copies_raster"]
    margins = [
        scheme.centred(sent if kind == "as sent" else scheme.coefficients(rasters, shift, zoom, tone))
        for kind, shift, zoom, tone, _ in profile.hypotheses
    ]
    margins = np.stack(margins, 1)[..., profile.positions]
    penalties = [hypothesis[4] for hypothesis in profile.hypotheses]
    units = scheme.spread(scheme.centred(sent))
    keys, filled = scheme.many_probes(margins, units, penalties, profile.probes, profile.separation)
    key = scheme.words(pdq.bits(file["native"])[profile.positions])
    hit = (keys == key) & (np.arange(profile.probes)[None] < filled[:, None])
    return hit.any(1) & (file["copies_quality"] >= profile.probe_quality)


def originals(cache):
    """(path, number, group, what the file holds) of each picture that a list takes."""
    for path in sorted(glob.glob(os.path.join(cache, "*.npz"))):
        if path.endswith(".part.npz"):
            continue
        with np.load(path) as file:
            if "copies_title" in file:
                yield path, int(file["number"]), int(file["group"]), file


def pairs(cache, profile):
    """Thresholds by the copies of the choice part, and what they keep of the held-out part's; how many unrelated
    pictures pass.
    """
    rows, listed = [], []
    for _, _, group, file in originals(cache):
        part = pictures.part(group)
        if part not in (CHOICE, HELD):
            continue
        hit, bits = found(file, profile), pdq.bits(file["native"])
        looks = second.looks(file["raster"])
        near = second.compare(second.looks(file["copies_raster"]), looks)
        near["PDQ"] = (pdq.bits(file["copies_native"]) ^ bits).sum(1)
        for place in np.flatnonzero(hit):
            rows.append((part, str(file["copies_title"][place]), {name: float(near[name][place]) for name in near}))
        if part == HELD:
            listed.append((group, {**looks, "PDQ": bits.reshape(16, 16)}))
    result = {"thresholds": {}, "furthest": {}, "copies": {}, "kept": {}, "by transform": {}, "unrelated": {}}
    for name, _, nearer in second.CHECKS:
        values = np.array([near[name] for part, _, near in rows if part == CHOICE])
        share = 1 - KEPT if nearer else KEPT
        result["thresholds"][name] = float(np.quantile(values, share, method="lower" if nearer else "higher"))
        worst = [near[name] for *_, near in rows]
        result["furthest"][name] = min(worst) if nearer else max(worst)
    result["far"] = sum(near["PDQ"] > FAR for *_, near in rows)
    limits = result["thresholds"]
    held = [(title, near) for part, title, near in rows if part == HELD]
    result["copies"] = {"choice": len(rows) - len(held), "held out": len(held)}
    kinds = {title: kind for kind, title, _ in drawn.CHANGES}
    for name, _, nearer in second.CHECKS:
        passed = [(title, bool(second.passes(name, near[name], limits[name]))) for title, near in held]
        result["kept"][name] = float(np.mean([good for _, good in passed]))
        for title in dict.fromkeys(kinds):
            of_it = [good for t, good in passed if t == title]
            if of_it:
                row = result["by transform"].setdefault(title, {"kind": kinds[title], "n": len(of_it)})
                row[name] = float(np.mean(of_it))
        groups, values = np.array([group for group, _ in listed]), []
        every = np.stack([look[name] for _, look in listed])
        for place, group in enumerate(groups):
            near = second.compare({name: every[place]}, {name: every[:place]})[name]
            values += near[groups[:place] != group].tolist()
        result["unrelated"][name] = {
            "pairs": len(values),
            "pass": float(np.mean([second.passes(name, value, limits[name]) for value in values])),
            "nearest": max(values) if nearer else min(values),
        }
    return result


# Edits that need no knowledge


def noise(picture, strength, seed):
    lot = np.random.default_rng(seed.getrandbits(64)).normal(0, strength, np.asarray(picture).shape)
    return transforms.Image.fromarray(np.rint(np.asarray(picture) + lot).clip(0, 255).astype(np.uint8))


# family -> (whether the frame stays, what the strength is, strengths, change)
EDITS = {
    "noise": (True, "deviation, grey levels", (5, 10, 20, 40, 80), noise),
    "JPEG": (True, "quality", (40, 20, 10, 5), lambda p, s, r: transforms.jpeg(p, s)),
    "blur": (True, "pixels", (1, 2, 4, 8, 16), lambda p, s, r: p.filter(ImageFilter.GaussianBlur(s))),
    "brighter": (True, "factor", (1.1, 1.2, 1.35, 1.5), lambda p, s, r: ImageEnhance.Brightness(p).enhance(s)),
    "gamma": (True, "power", (0.9, 0.8, 0.65, 0.5, 0.35), lambda p, s, r: transforms.gamma(p, s)),
    "caption": (True, "part of the height", (0.05, 0.08, 0.12, 0.2), lambda p, s, r: transforms.text(p, s)),
    "crop": (
        False,
        "part of the side, at most, at each edge by lot",
        (0.01, 0.02, 0.03, 0.05, 0.1),
        lambda p, s, r: transforms.crop_edges(p, s, r),
    ),
    "turn": (False, "degrees, cut to fit", (0.5, 1, 2, 4), lambda p, s, r: drawn.turned(p, r, s, True)),
    "border": (
        False,
        "part of the longest side",
        (0.005, 0.01, 0.02),
        lambda p, s, r: transforms.border(p, s, "white"),
    ),
    "mirror": (False, "", (1,), lambda p, s, r: transforms.ImageOps.mirror(p)),
}


def edits(number, picture, own, profile):
    """Each edit, saved as JPEG 75: whether it escapes PDQ ≤ 31, and profile 2."""
    rows = []
    for family, (aligned, _, strengths, change) in EDITS.items():
        for strength in strengths:
            changed = change(picture, strength, random.Random(f"{number} {family} {strength}"))
            state = attack.State(transforms.jpeg(changed, 75))
            row = {"family": family, "strength": strength}
            if aligned:
                row["psnr"] = attack.psnr(picture, changed)
            row["PDQ"] = bool((state.bits != own.bits).sum() > attack.NEAR)
            row["ours"] = own.key not in state.probes(profile)
            rows.append(row)
    return rows


def escapes(subject, own, profile):
    """The least changes found by which the picture escapes PDQ ≤ 31, and profile 2."""
    away, _ = attack.reach(
        subject, [attack.escape_near(subject)], lambda state: (state.bits != own.bits).sum() > attack.NEAR
    )
    wants = attack.escape_probes(subject, profile)
    key, _ = attack.reach(subject, [wants], lambda state: own.key not in state.probes(profile)) if wants else (None, 0)
    return {"PDQ": away, "ours": key}


# Harmless pictures that meet a key


def dear_key(subject, targets, profile):
    """How dear each target's key is: the square of the change, but for margins."""
    cost = ((subject.start.sent - subject.start.median) / subject.reach)[profile.positions] ** 2
    own = subject.start.bits[profile.positions]
    return (targets[:, profile.positions] != own) @ cost


def dear_hash(subject, targets, profile):
    """How dear each target's hash is, within PDQ's 31 and with its key."""
    result = dear_key(subject, targets, profile)
    for row, bits in enumerate(targets):
        dear = attack.wrong(subject, bits)
        dear[profile.positions] = 0
        asked = attack.near_bits(subject, attack.Bare(bits), profile).indices
        result[row] += (dear[asked] ** 2).sum()
    return result


def model_keys(count):
    """Keys of a list that nobody has: independent fair bits, which real keys are not quite. And their tens of bits."""
    keys = np.random.default_rng(20261128).integers(0, 2**50, count, dtype=np.uint64)
    return keys, [(keys >> np.uint64(low) & np.uint64(1023)).astype(np.int64) for low in range(0, 50, 10)]


def nearest_key(subject, model, profile):
    cost = ((subject.start.sent - subject.start.median) / subject.reach)[profile.positions] ** 2
    own = subject.start.bits[profile.positions]
    keys, tens = model
    total = np.zeros(len(keys))
    for place, part in enumerate(tens):
        bits = np.arange(1024)[:, None] >> np.arange(10)[None] & 1
        sums = (bits != own[10 * place : 10 * place + 10]) @ cost[10 * place : 10 * place + 10]
        total += sums[part]
    return int(keys[np.argmin(total)])


def meets(subject, target, profile, limits, checks, keys):
    """The least change found by which the picture meets the target's key, and passes these checks."""
    wants = [attack.key_bits(subject, target, profile)]
    if "PDQ" in checks:
        wants.append(attack.near_bits(subject, target, profile))
    for name in checks:
        if name == "dHash":
            wants.append(attack.Lines(subject, target.looks[name], round(limits[name])))
        elif name != "PDQ":
            least = limits[name] + 0.05 * (1 - limits[name])
            wants.append(attack.Likeness(subject, target.looks[name], least, name == "edge map"))

    def met(state):
        if target.key not in state.probes(profile):
            return False
        near = second.compare(
            {name: state.looks[name] for name in checks}, {name: target.looks[name] for name in checks}
        )
        # PDQ's own rule is asked for, which is stricter than the threshold by copies.
        return all(
            second.passes(name, near[name], min(attack.NEAR, limits[name]) if name == "PDQ" else limits[name])
            for name in checks
        )

    row, changed = attack.reach(subject, wants, met)
    if row is None:
        return None
    state = attack.State(changed)
    if target.looks:
        row["looks"] = {
            name: round(float(value), 3) for name, value in second.compare(state.looks, target.looks).items()
        }
    row["slots"] = len(set(state.probes(profile)) & keys)
    return row


def apart(first, keys, separation):
    """Keys of a set that has `first`: those that stay differ in more than `separation` bits (Docs/Protocol.md, 5.5)."""
    kept = [first]
    for key in sorted(keys):
        if all((key ^ other).bit_count() > separation for other in kept):
            kept.append(key)
    return set(kept)


def names():
    """Every row of `collisions`."""
    for size in LISTS:
        yield f"key, nearest of {size} model keys"
    for name in MEETS:
        yield f"{name}, nearest"
        if name in BY_LOT:
            yield f"{name}, by lot"


def collisions(number, group, subject, others, profile, limits, models, known):
    """One row for each (what is checked, whose key) that is not known yet."""
    mine = [target for other, target in others if other != group]
    table = np.array([target.bits for target in mine])
    keys = {target.key for target in mine}
    dear = {False: dear_key(subject, table, profile), True: dear_hash(subject, table, profile)}
    result = dict(known)
    for name in names():
        if name in result:
            continue
        title, choice = name.split(", ")
        if "model" in choice:
            key = nearest_key(subject, models[int(choice.split()[2])], profile)
            result[name] = meets(subject, attack.Bare.of(key, profile), profile, limits, (), {key})
            continue
        checks, stricter = MEETS[title]
        place = pictures.lot(f"target {number}", len(mine)) if choice == "by lot" else np.argmin(dear[bool(checks)])
        target = mine[int(place)]
        entries = apart(target.key, keys, profile.separation)
        result[name] = meets(subject, target, profile, {**limits, **stricter}, checks, entries)
    return result


# All together


def quantiles(values):
    return [round(float(v), 4) for v in np.percentile(values, [5, 25, 50, 75, 95])] if len(values) else []


def summed(rows, limits):
    """Of the rows of one attack: how often it succeeded, and what it cost."""
    good = [row for row in rows if row]
    result = {"n": len(rows), "success": len(good) / len(rows)}
    for name in ("psnr", "ssim", "greatest", "seconds"):
        result[name] = quantiles([row[name] for row in good])
    result["curve"] = sorted((round(row["psnr"], 1) for row in good), reverse=True)
    looked = [row["looks"] for row in good if row.get("looks")]
    if looked:
        result["looks"] = {
            name: {
                "pass": float(np.mean([bool(second.passes(name, look[name], limits[name])) for look in looked])),
                "median": float(np.median([look[name] for look in looked])),
                "nearest": float((max if nearer else min)(look[name] for look in looked)),
            }
            for name, _, nearer in second.CHECKS
        }
    if good and "slots" in good[0]:
        result["slots"] = max(row["slots"] for row in good)
    return result


def summary(files, looks):
    limits = looks["thresholds"]
    result = {"pictures": len(files), "second": looks, "edits": [], "escape": {}, "meet": {}}
    result["targets"] = files[0]["targets"]
    result["groups"] = len({file["group"] for file in files})
    for place, first in enumerate(files[0]["edits"]):
        rows = [file["edits"][place] for file in files]
        row = {name: first[name] for name in ("family", "strength")}
        row |= {rule: float(np.mean([r[rule] for r in rows])) for rule in ("PDQ", "ours")}
        if "psnr" in first:
            row["psnr"] = round(float(np.median([r["psnr"] for r in rows])), 2)
        result["edits"].append(row)
    for rule in files[0]["escape"]:
        result["escape"][rule] = summed([file["escape"][rule] for file in files], limits)
    for name in names():
        result["meet"][name] = summed([file["meet"][name] for file in files], limits)
    return result


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("extracted")
    parser.add_argument("cache")
    parser.add_argument("work")
    parser.add_argument("results")
    parser.add_argument("--minutes", type=float, default=1e9)
    parser.add_argument("--pictures", type=int, default=1 << 30)
    arguments = parser.parse_args()
    os.makedirs(arguments.work, exist_ok=True)
    end, profile = time.time() + 60 * arguments.minutes, scheme.Profile.load()
    place = os.path.join(arguments.work, "pairs.json")
    if not os.path.exists(place):
        log("copies of the choice and held-out parts")
        write(place, pairs(arguments.cache, profile))
    with open(place) as file:
        looks = json.load(file)
    log("thresholds", looks["thresholds"])
    others, wanted = [], {}
    for _, number, group, file in originals(arguments.cache):
        others.append((group, attack.Target(pdq.bits(file["native"]), file["raster"], profile)))
        if pictures.part(group) == HELD:
            wanted[number] = group
    models = {size: model_keys(size) for size in LISTS}
    sources = [source for source in pictures.sources() if source[0] in wanted]
    sources.sort(key=lambda source: hashlib.sha256(f"order {source[0]}".encode()).digest())
    sources = sources[: arguments.pictures]
    for done, (number, group, package, path) in enumerate(sources, 1):
        name = os.path.join(arguments.work, f"{number}.json")
        row = {"number": number, "group": group, "targets": len(others), "meet": {}}
        if os.path.exists(name):
            with open(name) as file:
                row = json.load(file)
            if all(title in row["meet"] for title in names()):
                continue
        if time.time() > end:
            break
        whole = pictures.load(arguments.extracted, package, path)
        picture = transforms.fit(pictures.crop(number, whole, pictures.boxes(number, whole)[0]), LONGEST)
        subject = attack.Subject(picture)
        own = attack.Target(subject.start.bits, subject.start.raster, profile)
        if "escape" not in row:
            row["edits"] = edits(number, picture, own, profile)
            row["escape"] = escapes(subject, own, profile)
        row["meet"] = collisions(number, group, subject, others, profile, looks["thresholds"], models, row["meet"])
        write(name, row)
        key = row["meet"]["key, nearest"]
        log(f"{done} of {len(sources)}", "escape", row["escape"]["ours"], "meet", key and key["psnr"])
    files = []
    for number, *_ in sources:
        name = os.path.join(arguments.work, f"{number}.json")
        if os.path.exists(name):
            with open(name) as file:
                row = json.load(file)
            if all(title in row["meet"] for title in names()):
                files.append(row)
    if files:
        write(arguments.results, summary(files, looks), indent=1)
        log(f"{len(files)} of {len(sources)} pictures in", arguments.results)


if __name__ == "__main__":
    main()
