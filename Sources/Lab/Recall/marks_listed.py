"""Measures what profile 3 finds of pictures that were listed with a mark, and what its rules about that do elsewhere.

usage: marks_listed.py CACHE-DRAWN EXTRACTED WORK RESULTS.json

WORK is marks_measure.py's, whose coefficients are used again; that script ran before, with --crops. Three rules
(Docs/Protocol.md, 5.11): the key of the picture as sent comes second ("Probes", step 5); a mark's hypothesis of too
little quality is left out ("Hypotheses of marks", step 3); a source also lists the hash without marks.
"""

import argparse
import os
import random

import numpy as np
from PIL import Image, ImageDraw

import drawn
import marks_measure
import pdq
import pictures
import profile3
import scheme

# Transforms whose copies are listed in place of the originals.
TITLES = (
    "badge, 4 % of the width",
    "badge, 7 % of the width",
    "badge, 12 % of the width",
    "platform's logo and name",
    "small logo",
    "caption, 8 % of the height",
    "letters below, 10 %",
    "subtitles, two lines of 5 %",
    "strip above, 8 %",
    "strip below, 8 %",
    "strip below, 5 %",
    "translucent strip below, 12 %",
    "translucent strip above, 8 %",
)
# Whether the picture's own key comes second, and whether poor hypotheses are left out.
RULES = {"neither": (False, False), "second": (True, False), "floor": (False, True), "both": (True, True)}
LOGO = "a site's logo, a box of 24 % x 9 %"
CARDS = 100
MOVED = 0.008  # what is shown of the change in a transform's recall
NOISE = 255 / 10 ** (42 / 20)  # 42 dB


class Readings:
    """Pictures under every hypothesis."""

    def __init__(self, path, values, profile):
        self.profile = profile
        self.margins, self.penalties, self.qualities, _ = marks_measure.prepared(path, values, profile)
        self.units = scheme.spread(scheme.centred(values["sent"]))
        self.quality = values["quality"]
        self.lists = marks_measure.lists(self.margins, len(profile.positions), profile.probes)
        self.own = self.lists[2]

    def priced(self, floor):
        return profile3.good(self.penalties, self.qualities, self.profile.probe_quality) if floor else self.penalties

    def probes(self, rule):
        """n x M keys; those that are none are 2^64 - 1."""
        second, floor = RULES[rule]
        own = self.own if second else None
        size = self.profile.probes, self.profile.separation
        keys, filled = marks_measure.merged(self.lists[:2], self.priced(floor), self.units, *size, own)
        live = (np.arange(keys.shape[1])[None] < filled[:, None]) & (self.quality >= self.profile.probe_quality)[
            :, None
        ]
        return np.where(live, keys, np.uint64(2**64 - 1))

    def without_marks(self):
        """The key without marks, and whether a source lists it: it is far enough, and good enough for a set."""
        place = (self.priced(True) * self.units[:, None]).argmin(1)
        rows = np.arange(len(place))
        columns = np.searchsorted(marks_measure.POSITIONS, self.profile.positions)
        keys = scheme.words(self.margins[rows, place][:, columns] > 0)
        far = np.bitwise_count(keys ^ self.own) > self.profile.separation
        return keys, far & (self.qualities[rows, place] >= self.profile.quality)


def has(keys, key):
    return (keys == key[:, None]).any(1)


def listed_with(copies, originals, titles, of):
    """A row for each of `titles`: copies are listed, and the same file is sent, or the original."""
    keys, line = copies.without_marks()
    probes = {rule: copies.probes(rule) for rule in ("neither", "both")}
    theirs = originals.probes("both")[of]
    for title, chosen in titles.items():
        rows = np.flatnonzero(chosen & (copies.quality >= copies.profile.quality))
        own, more = copies.own[rows], line[rows]
        found = {rule: has(probes[rule][rows], own) for rule in probes}
        original = has(theirs[rows], own)
        yield {
            "transform": title,
            "n": len(rows),
            "before": float(found["neither"].mean()),
            "second": float(found["both"].mean()),
            "lines": float((found["both"] | more & has(probes["both"][rows], keys[rows])).mean()),
            "second line": float(more.mean()),
            "another first": float((keys[rows] != own).mean()),
            "original": float(original.mean()),
            "original, lines": float((original | more & has(theirs[rows], keys[rows])).mean()),
        }


def stacked(rows):
    return {field: np.stack([row[i] for row in rows]) for i, field in enumerate(("sent", "raster", "quality"))}


def originals(folder, name):
    return stacked([(z["native"], z["raster"], int(z["quality"])) for z in marks_measure.files(folder, name)])


def features(picture):
    luma = pdq.luma(picture)
    grid = pdq.grid(luma, "native")
    return pdq.coefficients(grid), pdq.raster(luma), pdq.quality(grid)


def site(picture, lot, kit):
    """A site's logo: a box in a corner, its name in it, as sites put it on what they show."""
    changed = picture.copy()
    width, height = 0.24 * picture.width, 0.09 * picture.height
    x, y = drawn.corner(picture, lot, width, height)
    paper, ink = lot.choice((("white", "black"), ("black", "white"), ((200, 20, 40), "white")))
    ImageDraw.Draw(changed).rectangle((x, y, x + width, y + height), fill=paper)
    name = lot.choice(("pictures.example", "FUNNY SITE", "site.example/x"))
    drawn.write(changed, kit, (x + width / 2, y + height / 2), name, height * 0.6, width * 0.9, fill=ink)
    return changed


def with_logo(folder, extracted, name):
    """Of the pictures in `folder`, as the cache has their originals."""
    kit, rows, places = drawn.Kit(extracted), [], {number: place for number, _, *place in pictures.sources()}
    for z in marks_measure.files(folder, name):
        number = int(z["number"])
        whole = pictures.load(extracted, *places[number])
        # The cache's first round has the whole picture alone.
        picture = pictures.crop(number, whole, (0, 0, *whole.size))
        rows.append(features(site(picture, random.Random(f"logo {number}"), kit)))
    return stacked(rows)


def cards(extracted):
    """Cards with letters below on a ground of soft shades, two on each ground, and another picture of each ground."""
    kit, rows, grounds = drawn.Kit(extracted), ([], []), []
    write = dict((title, change) for _, title, change in drawn.CHANGES)["letters below, 10 %"]
    for number in range(CARDS):
        grain = np.random.default_rng(number)
        shades = Image.fromarray(grain.normal(0, 1, (5, 5)).astype(np.float32))
        shades = np.asarray(shades.resize((1000, 700), Image.Resampling.BICUBIC))
        ground = grain.uniform(100, 160) + grain.uniform(4, 14) * shades / np.abs(shades).std()

        def picture(grain=grain, ground=ground):
            noisy = np.rint(ground + grain.normal(0, NOISE, ground.shape)).clip(0, 255).astype(np.uint8)
            return Image.fromarray(noisy).convert("RGB")

        for which in range(2):
            rows[which].append(features(write(picture(), random.Random(f"card {number} {which}"), kit)))
        grounds.append(features(picture()))
    return stacked(rows[0]), stacked(rows[1]), stacked(grounds)


def of_cards(extracted, path, profile):
    """Of those grounds that no client looks for by themselves."""
    *two, grounds = cards(extracted)
    poor = np.flatnonzero(grounds["quality"] < profile.probe_quality)
    readings = [Readings(f"{path}{number}.npz", values, profile) for number, values in enumerate(two)]
    keys = scheme.words(pdq.bits(grounds["sent"])[:, profile.positions])
    sent = poor[np.all([values["quality"][poor] >= profile.probe_quality for values in two], 0)]
    result = {"grounds": len(poor), "sent": len(sent)}
    for rule in ("neither", "both"):
        probes = [one.probes(rule)[sent] for one in readings]
        shared = [len(np.intersect1d(a, b)) > 0 for a, b in zip(*probes)]
        found = [has(one, keys[sent]) for one in probes]
        result[rule] = {"found": int(np.sum(found)), "pairs": int(sum(shared))}
    return result


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name in ("cache", "extracted", "work", "results"):
        parser.add_argument(name)
    arguments = parser.parse_args()
    profile = profile3.Profile.load()

    def readings(name, values):
        return Readings(os.path.join(arguments.work, f"{name}.npz"), values, profile)

    values = marks_measure.seen(arguments.cache, "held out")
    copies = readings("held out", values)
    plain = readings("originals", originals(arguments.cache, "held out"))
    titles = {title: values["title"] == title for title in TITLES}
    rows = list(listed_with(copies, plain, titles, values["picture"]))
    every = np.arange(len(plain.own))
    logos = readings("logos", with_logo(arguments.cache, arguments.extracted, "held out"))
    rows[3:3] = listed_with(logos, plain, {LOGO: every >= 0}, every)
    (row,) = listed_with(plain, plain, {"nothing": every >= 0}, every)
    crops = readings("crops", marks_measure.innocent(arguments.extracted, os.path.join(arguments.work, "innocent.npz")))
    every = np.arange(len(crops.own))
    (natural,) = listed_with(crops, crops, {"nothing": every >= 0}, every)
    rules, hits = {}, {}
    for rule in RULES:
        hits[rule] = has(copies.probes(rule), scheme.words(values["listed"][:, np.sort(profile.positions)]))
        rules[rule] = marks_measure.summary(values, hits[rule]) | {"found": int(hits[rule].sum())}
    moved = marks_measure.table(values, {rule: hits[rule] for rule in ("neither", "both")})
    moved = [row for row in moved if abs(row["both"] - row["neither"]) > MOVED]
    poor = np.isfinite(copies.penalties) & (copies.qualities < profile.probe_quality)
    marks_measure.keep(
        arguments.results,
        "listed",
        {
            "rows": rows,
            "originals": row,
            "crops": natural,
            "unmarked": rules,
            "moved": [{name: row[name] for name in ("transform", "neither", "both")} for row in moved],
            "copies": len(values["sent"]),
            "poor": int(poor.any(1).sum()),
            "cards": of_cards(arguments.extracted, os.path.join(arguments.work, "cards"), profile),
        },
    )


if __name__ == "__main__":
    main()
