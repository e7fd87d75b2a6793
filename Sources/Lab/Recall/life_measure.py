"""Measures what life_cache.py made: recall of profile 2 and of PDQ ≤ 31, by maker and shape, or by copy.

usage: life_measure.py CACHE LIFE.json [--steps makers,large,light,enlarged,quartered]
"""

import argparse
import functools
import glob
import json
import os

import numpy as np

import life
import makers
import measure
import pdq
import pictures
import scheme

PROFILE = scheme.Profile.load()
META = scheme.Profile.load(os.path.join(measure.HERE, "profile-2-meta.json"))
# Clients that are tried: the profile, and what further hypotheses cost, in 1/256 of the spread. "thumbnail": a raster
# as thumbnail((512, 512)) gives it; "square": one as 512 x 512 gives it, which is the C++ tool's own shift.
SQUARE = (524, 1024, 0)
CLIENTS = {
    "profile 2": (PROFILE, {}),
    "profile 2 for the C++ tool": (META, {}),
    "thumbnail 26": (PROFILE, {"thumbnail": 26}),
    "thumbnail": (PROFILE, {"thumbnail": 0}),
    "square": (PROFILE, {"square": 0}),
    "both": (PROFILE, {"thumbnail": 0, "square": 0}),
}


def rows(cache, step):
    """Of each picture of quality, what is in its file."""
    for path in sorted(glob.glob(os.path.join(cache, f"{step}-*.npz"))):
        if path.endswith(".part.npz"):
            continue
        with np.load(path) as file:
            if "copies_title" in file:
                yield os.path.basename(path), {name: file[name] for name in file.files}


def thumbnail(width, height):
    """The sides that Pillow's thumbnail((512, 512)) gives."""
    if max(width, height) <= 512:
        return width, height
    if width >= height:
        low = max(1, int(512 * height / width))
        return 512, min((low, low + 1), key=lambda side: abs(width / height - 512 / side))
    return thumbnail(height, width)[::-1]


@functools.lru_cache(maxsize=4096)
def reduced(size):
    """16 x 256: PDQ's grid of `size` rows made of a raster, and its DCT."""
    return (pdq.COSINES @ (pdq.side("native", size) @ pdq.area(scheme.SIDE, size)).toarray()).astype(np.float32)


def as_thumbnail(raster, size):
    width, height = thumbnail(*map(int, size)) if max(size) > 512 else enlarged(*map(int, size))
    return (reduced(height) @ raster.astype(np.float32) @ reduced(width).T).reshape(256)


def enlarged(width, height):
    """Of a copy of at most 512 pixels: the original was larger, and its thumbnail has the copy's shape."""
    return thumbnail(width * 64, height * 64)


# And further tone curves, against high dynamic range: v * (1 + tone * (255 - v) / 1024). At -4 it is nearly v squared.
TONES = {
    "profile 2": {},
    "-2 at 51": {-2: 51},
    "-4 at 51": {-4: 51},
    "-4 at 26": {-4: 26},
    "-2 and -4 at 51": {-2: 51, -4: 51},
    "-2 and -4 at 26": {-2: 26, -4: 26},
    "-2 and -4 at 0": {-2: 0, -4: 0},
    "Reinhard undone, at 26": {"Reinhard": 26},
    "Hable undone, at 26": {"Hable": 26},
    "both undone, at 26": {"Reinhard": 26, "Hable": 26},
}


def undone(name):
    """256 grey levels: what a curve of life.LIGHT made of each, taken back."""
    grey = np.repeat(np.arange(256, dtype=np.uint8)[:, None], 3, 1)[None]
    light = life.linear(grey)[0, :, 0]
    if name == "Reinhard":
        bright = np.minimum(light / 1.25, 0.999)
        before = bright / (1 - bright)
    else:
        given = np.linspace(0, 4, 4001)
        before = np.interp(light, life.hable(given), given)
    scale = np.clip(before / 4, 0, 1)
    return 255 * np.where(scale <= 0.0031308, 12.92 * scale, 1.055 * scale ** (1 / 2.4) - 0.055)


class Copies:
    """All copies of a step: what lists may hold, and the client's margins under each kind of profile."""

    def __init__(self, found, lists):
        self.group, self.title, self.shape, self.quality = [], [], [], []
        self.listed = {name: [] for name in lists}
        sent, meta, rasters = [], [], []
        for name, row in found:
            for place, title in enumerate(row["copies_title"]):
                self.group.append(int(row["group"]))
                self.title.append(str(title))
                self.shape.append(name.split("-")[-1].split(".")[0])
                self.quality.append(int(row["copies_quality"][place]))
                for kind, get in lists.items():
                    self.listed[kind].append(get(row))
                sent.append(row["copies_native"][place])
                meta.append(row["copies_meta"][place])
                rasters.append((row["copies_raster"][place], row["copies_size"][place]))
        self.group, self.title, self.shape = map(np.array, (self.group, self.title, self.shape))
        self.quality = np.array(self.quality)
        self.listed = {name: np.array(values) for name, values in self.listed.items()}
        self.sent = {"native": scheme.centred(np.stack(sent)), "meta": scheme.centred(np.stack(meta))}
        self.unit = {kind: scheme.spread(values) for kind, values in self.sent.items()}
        self.rasters = rasters

    def margins(self, profile):
        columns = []
        for kind, shift, zoom, tone, _ in profile.hypotheses:
            if kind == "as sent":
                columns.append(self.sent[profile.scaling])
            else:
                columns.append(self.raster(shift, zoom, tone))
        return np.stack(columns, 1)[:, :, profile.positions]

    @functools.lru_cache(maxsize=None)
    def raster(self, shift, zoom, tone):
        values = [scheme.coefficients(raster, shift, zoom, tone) for raster, _ in self.rasters]
        return scheme.centred(np.stack(values))

    @functools.lru_cache(maxsize=None)
    def curve(self, name):
        levels = undone(name)
        values = [scheme.coefficients(levels[raster], 157, scheme.UNIT, 0) for raster, _ in self.rasters]
        return scheme.centred(np.stack(values).astype(np.float32))

    @functools.cached_property
    def small(self):
        return scheme.centred(np.stack([as_thumbnail(raster, size) for raster, size in self.rasters]))

    def keys(self, profile, further):
        """Probes of each copy, with further hypotheses at their penalties."""
        margins = self.margins(profile)
        costs = [hypothesis[4] for hypothesis in profile.hypotheses]
        for name, penalty in further.items():
            if name == "thumbnail":
                more = self.small
            elif name in ("Reinhard", "Hable"):
                more = self.curve(name)
            else:
                more = self.raster(*SQUARE) if name == "square" else self.raster(157, scheme.UNIT, name)
            margins = np.concatenate([margins, more[:, None, profile.positions]], 1)
            costs.append(penalty)
        found = []
        for low in range(0, len(margins), 2000):
            unit = self.unit[profile.scaling][low : low + 2000]
            keys, filled = scheme.many_probes(
                margins[low : low + 2000], unit, costs, profile.probes, profile.separation
            )
            found.append((keys, np.arange(profile.probes)[None] < filled[:, None]))
        return tuple(np.concatenate(column) for column in zip(*found))

    def hits(self, probes, kind, profile):
        keys, live = probes
        wanted = scheme.words(self.listed[kind][:, profile.positions])
        return ((keys == wanted[:, None]) & live).any(1) & (self.quality >= profile.probe_quality)

    def near(self, kind):
        return ((self.sent["native"] > 0) ^ self.listed[kind]).sum(1) <= 31


def rate(hit, near, group):
    """One cell of a table."""
    row = {"n": len(hit), "sources": len(set(group.tolist())), "pdq": float(near.mean()), "ours": float(hit.mean())}
    row["pdq_interval"] = measure.interval(near, group)
    row["ours_interval"] = measure.interval(hit, group)
    if near.any():
        row["ratio"] = row["ours"] / row["pdq"]
        row["ratio_interval"] = measure.interval(hit, group, near)
    return row


def by_maker(cache):
    found = list(rows(cache, "makers"))
    lists = {name: (lambda row, place=place: row["makers"][place]) for place, name in enumerate(makers.MAKERS)}
    checked = [(row["tool"] ^ row["makers"][1]).sum() for _, row in found if "tool" in row]
    result = {"tool": {"pictures": len(checked), "bits": int(sum(checked))}}
    for kind in ("turned", "palette"):
        special = [row for _, row in found if kind in row]
        far = [[int((a ^ b).sum()) for a, b in zip(row[kind], row["makers"])] for row in special]
        result[kind] = {"pictures": len(far)}
        result[kind] |= {name: sum(row[place] > 31 for row in far) for place, name in enumerate(makers.MAKERS)}
    for part in (0, 1):
        side = [(name, row) for name, row in found if pictures.half(int(row["group"]), "split") == part]
        copies = Copies(side, lists)
        # Bits of 256 in which the lists differ from the plain rule on the file, for each picture.
        differ = {
            name: np.array([(row["makers"][place] ^ row["native"]).sum() for _, row in side])
            for place, name in enumerate(makers.MAKERS)
        }
        clients = {name: (words[0], copies.keys(*words)) for name, words in CLIENTS.items()}
        plain = copies.title == "unchanged"
        table = []
        for maker in makers.MAKERS:
            near = copies.near(maker)
            for shape in ("all", *life.SHAPES):
                inside = np.ones(len(plain), bool)
                if shape != "all":
                    inside = copies.shape == str(list(life.SHAPES).index(shape))
                row = {"maker": maker, "shape": shape}
                if shape == "all":
                    row["differ"] = [float(differ[maker].mean()), int(differ[maker].max())]
                for kind, some in (("unchanged", inside & plain), ("sent", inside & ~plain)):
                    group = copies.group[some]
                    row[kind] = {"n": int(some.sum()), "pdq": float(near[some].mean())}
                    for name, (profile, probes) in clients.items():
                        hit = copies.hits(probes, maker, profile)[some]
                        row[kind][name] = [float(hit.mean()), *measure.interval(hit, group)]
                table.append(row)
        result["held out" if part else "design"] = {
            "pictures": len(side),
            "sources": len({int(row["group"]) for _, row in side}),
            "copies": len(plain),
            "table": table,
        }
    return result


LISTS = {"native": lambda row: row["native"], "meta": lambda row: row["meta"]}


def by_copy(cache, step):
    found = list(rows(cache, step))
    if step == "light":
        found = [(name, row) for name, row in found if pictures.half(int(row["group"]), "split")]
    copies = Copies(found, LISTS)
    native, meta = (
        copies.hits(copies.keys(profile, {}), kind, profile) for profile, kind in ((PROFILE, "native"), (META, "meta"))
    )
    distance = ((copies.sent["native"] > 0) ^ copies.listed["native"]).sum(1)
    table = []
    for title in dict.fromkeys(copies.title.tolist()):
        some = copies.title == title
        row = {"copy": title, "distance": float(np.median(distance[some]))}
        row |= rate(native[some], copies.near("native")[some], copies.group[some])
        row["meta"] = float(meta[some].mean())
        table.append(row)
    sizes = [int(row["size"][0]) * int(row["size"][1]) for _, row in found]
    return {
        "pictures": len(found),
        "sources": len({int(row["group"]) for _, row in found}),
        "pixels": [min(sizes), int(np.median(sizes)), max(sizes)],
        "table": table,
    }


def by_tone(cache):
    """What further tone curves give to copies of a high range, and cost those that messengers send."""
    result = {}
    for part in (0, 1):
        row = {}
        for step in ("light", "makers"):
            found = [(n, r) for n, r in rows(cache, step) if pictures.half(int(r["group"]), "split") == part]
            copies = Copies(found, LISTS)
            near = copies.near("native")
            row[step] = {"n": len(near), "sources": len(set(copies.group.tolist())), "pdq": float(near.mean())}
            for name, further in TONES.items():
                hit = copies.hits(copies.keys(PROFILE, further), "native", PROFILE)
                row[step][name] = [float(hit.mean()), *measure.interval(hit, copies.group)]
        result["held out" if part else "design"] = row
    return result


def rounded(value):
    if isinstance(value, float):
        return round(value, 4)
    if isinstance(value, dict):
        return {name: rounded(inner) for name, inner in value.items()}
    return [rounded(inner) for inner in value] if isinstance(value, list) else value


def written(results):
    """JSON with a line for each row of a table."""
    text = json.dumps(rounded(results), ensure_ascii=False)
    return text.replace('{"maker"', '\n{"maker"').replace('{"copy"', '\n{"copy"') + "\n"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("cache")
    parser.add_argument("results")
    parser.add_argument("--steps", default=",".join(life.JOBS))
    arguments = parser.parse_args()
    results = {}
    if os.path.exists(arguments.results):
        with open(arguments.results) as file:
            results = json.load(file)
    for step in arguments.steps.split(","):
        measure.log(step)
        results[step] = by_maker(arguments.cache) if step == "makers" else by_copy(arguments.cache, step)
        if step == "light":
            results["tones"] = by_tone(arguments.cache)
        with open(arguments.results + ".part", "w") as file:
            file.write(written(results))
        os.replace(arguments.results + ".part", arguments.results)


if __name__ == "__main__":
    main()
