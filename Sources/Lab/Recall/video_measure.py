"""Measures the choice of frames of videos.py against vPDQ's rule, frames by the clock, and all frames.

usage: video_measure.py CACHE RESULTS.json [--half 0|1]        (0 design, 1 held out; the report takes 1)
       video_measure.py CACHE ADDED.json --added               (those found later, of both halves)

The known video is the original; a copy is found if one of its 32 probes is the original's key. Bounds: *clock*, F
frames at even
times against one of those of the original, next to the middle; *all*, 32 probes of every frame of quality 40.
"""

import argparse
import json
import os

import numpy as np

import measure
import scheme
import video_sources
import videos
from video_cache import ENCODED, PARTS

PROFILE = scheme.Profile.load()
PENALTIES = [hypothesis[4] for hypothesis in PROFILE.hypotheses]
RNG = np.random.default_rng(1)
EXPECTED = ("letterbox", "mirrored")  # of which no failure counts
COLUMNS = ("vpdq80", "vpdq50", "ours", "all", "clock", "same key", "key within 6", "vpdq80, 8/s")
LONG = ("film", "animation", "montage")


class Copy:
    """One copy: its frames, short keys and probe lists, `line` the frames that a source lists, `chosen` those that a
    client probes.
    """

    def __init__(self, title, bits, quality, keys, probes):
        self.title, self.bits, self.quality, self.keys, self.lists = title, bits, quality, keys, probes
        self.frames = [
            videos.Frame(1000 * place // videos.RATE, row, int(q), place)
            for place, (row, q) in enumerate(zip(bits, quality))
        ]
        self.line = [frame.kept for frame in videos.listed(self.frames)]
        self.chosen = [c.frame.kept for c in videos.chosen(self.frames)]
        self.probes = videos.probes([self.lists[place] for place in self.chosen])

    @property
    def key(self):
        return int(self.keys[self.line[0]]) if self.line else None

    def clock(self):
        places = sorted({int((i + 0.5) * len(self.keys) / videos.F) for i in range(videos.F)})
        return videos.probes([self.lists[place] for place in places if self.quality[place] >= PROFILE.probe_quality])


def load(cache, side=None, listed=None):
    """(video, [original, copy, ...]) of each cached video of a half, or of both."""
    for video in video_sources.videos() if listed is None else listed:
        path = os.path.join(cache, video.name + ".npz")
        if (side is not None and video.held_out != side) or not os.path.exists(path):
            continue
        with np.load(path) as file:
            columns = {key: file[key] for key in file.files}
        margins = columns["margins"]
        probes = np.concatenate(
            [
                scheme.many_probes(
                    margins[at : at + 1000], columns["spread"][at : at + 1000], PENALTIES, 32, PROFILE.separation
                )[0]
                for at in range(0, len(margins), 1000)
            ]
        )
        rows = np.unpackbits(columns["bits"], axis=1), columns["quality"], scheme.words(margins[:, 0] > 0), probes
        ends = np.cumsum(columns["counts"])
        yield (
            video,
            [
                Copy(str(title), *(row[end - count : end] for row in rows))
                for title, count, end in zip(columns["titles"], columns["counts"], ends)
            ],
        )


def vpdq(known, query, every=videos.RATE):
    """The part of the query's frames, of every so many, that are near one of the known's; None if one has none of
    quality 50.
    """
    a, b = (c.bits[::every][c.quality[::every] >= 50] for c in (known, query))
    if not len(a) or not len(b):
        return None
    return float(((b[:, None] != a[None]).sum(-1).min(1) <= 31).mean())


def interval(values, groups):
    low, high = measure.interval(np.array(values, dtype=float), np.array(groups))
    return [float(low), float(high)]


def recall(data):
    rows, per = [], {}
    for video, (known, *copies) in data:
        if known.key is None:
            continue
        for copy in copies:
            part = vpdq(known, copy) or 0
            usable = copy.lists[copy.quality >= PROFILE.probe_quality]
            middle = int(known.keys[int((videos.F // 2 + 0.5) * len(known.keys) / videos.F)])
            per.setdefault(copy.title, []).append(
                (
                    video.group,
                    part >= 0.8,
                    part >= 0.5,
                    known.key in copy.probes,
                    bool((usable == np.uint64(known.key)).any()),
                    middle in copy.clock(),
                    copy.key == known.key,
                    copy.key is not None and (copy.key ^ known.key).bit_count() <= 6,
                    (vpdq(known, copy, 1) or 0) >= 0.8,
                )
            )
    for title in list(PARTS) + list(ENCODED):
        if title in per:
            groups, *columns = zip(*per[title])
            row = {"transform": title, "n": len(groups)}
            for name, values in zip(COLUMNS, columns):
                row[name], row[name + " interval"] = float(np.mean(values)), interval(values, groups)
            rows.append(row)
    core = [row for title, found in per.items() if title not in EXPECTED for row in found]
    total = {name: float(np.mean([row[1 + place] for row in core])) for place, name in enumerate(COLUMNS)} | {
        "n": len(core)
    }
    for name, inside in (
        ("in phase", [t for t in ENCODED if "trim" not in t]),
        ("worst phase or cut", list(PARTS) + [t for t in ENCODED if "trim" in t]),
    ):
        some = [row for title, found in per.items() if title in inside and title not in EXPECTED for row in found]
        total[name] = (
            {
                "n": len(some),
                **{column: float(np.mean([row[1 + place] for row in some])) for place, column in enumerate(COLUMNS)},
            }
            if some
            else None
        )
    total["ours interval"] = interval([row[3] for row in core], [row[0] for row in core])
    return {
        "rows": rows,
        "total": total,
        "videos": len({id(known) for _, (known, *_) in data}),
        "groups": len({video.group for video, _ in data}),
    }


def mirrored(data):
    """Mirrored copies, if a source lists the mirrored hash of the key, too (Protocol 5.11, "Variants")."""
    found, groups = [], []
    for video, (known, *copies) in data:
        for copy in copies:
            if copy.title == "mirrored" and known.line:
                derived = measure.turned(known.bits[known.line[0]][None], "mirrored")[:, PROFILE.positions]
                found.append(int(scheme.words(derived == 1)[0]) in copy.probes)
                groups.append(video.group)
    return {"n": len(found), "found": int(sum(found)), "interval": interval(found, groups) if found else None}


def related(a, b):
    """A montage and its clips, and videos of one group, share frames."""
    return a.group == b.group or bool({part[:2] for part in a.parts} & {part[:2] for part in b.parts})


def unrelated(data):
    """All probes of every video against the keys of unrelated ones; distances of chosen frames to these keys."""
    hits, pairs, frames, nearest = 0, 0, np.zeros(51, dtype=int), []
    for video, (known, *_) in data:
        for other, (listed, *_) in data:
            if related(video, other) or listed.key is None:
                continue
            pairs += 1
            hits += listed.key in known.probes
            own = np.array([known.keys[place] for place in known.chosen], dtype=np.uint64)
            distances = np.bitwise_count(own ^ np.uint64(listed.key))
            frames += np.bincount(distances, minlength=51)
            if len(distances) and distances.min() <= 8:
                nearest.append([video.name, other.name, int(distances.min())])
    return {"pairs": pairs, "hits": int(hits), "frames": frames.tolist(), "near": nearest[:40]}


def intros(data):
    """The worst shared title: the same still card, 3 s, before every video of 10 s or more. Pairs that open each
    other's slot.
    """
    plain = [(video, copies[0]) for video, copies in data if len(copies[0].keys) >= 10 * videos.RATE]
    result = {"videos": len(plain)}
    if len(plain) < 2:
        return result
    card = next(copy for _, copy in plain if copy.line)
    place, count = card.line[0], 3 * videos.RATE

    def before(copy):
        join = lambda name: np.concatenate(
            [np.repeat(getattr(card, name)[place : place + 1], count, 0), getattr(copy, name)]
        )
        return Copy("intro", join("bits"), join("quality"), join("keys"), join("lists"))

    longer = [(video, before(copy)) for video, copy in plain[1:]]
    for name in ("middle", "anywhere"):
        keys = [
            copy.key if name == "middle" else int(copy.keys[copy.chosen[0]]) if copy.chosen else None
            for _, copy in longer
        ]
        hits = [
            key in copy.probes
            for (video, copy) in longer
            for (other, _), key in zip(longer, keys)
            if not related(video, other) and key is not None
        ]
        own = [key in copy.probes for (_, copy), key in zip(longer, keys) if key is not None]
        result[name] = {"pairs": len(hits), "hits": int(sum(hits)), "own": int(sum(own))}
    return result


def opened(copy, keys):
    return len(set(copy.probes) & keys)


def keep(lines, reach):
    """(key, hashes), the most central keys first (profile-2.md, "Which key stays"): a line stays if its key is not
    within `reach` of a kept line's hashes, nor a kept key of its own.
    """

    def weight(key):
        distances = [(key ^ other).bit_count() for other, _ in lines]
        return sum(4 ** (4 - distance) for distance in distances if distance <= 4)

    kept = []
    for key, hashes in sorted(lines, key=lambda line: (-weight(line[0]), line[0])):
        if not any((key ^ other).bit_count() <= reach for _, found in kept for other in found) and not any(
            (other ^ found).bit_count() <= reach for other, _ in kept for found in hashes
        ):
            kept.append((key, hashes))
    return {key for key, _ in kept}


def double(data):
    """How many copies open two slots: (a) every video listed once, (b) copies listed too, (c) with companions."""
    groups = {}
    for video, copies in data:
        groups.setdefault(video.group, (video, copies))
    once = list(groups.values())
    keys = keep([(copies[0].key, [copies[0].key]) for _, copies in once if copies[0].key is not None], 6)
    sent = [copy for _, copies in once for copy in copies[1:] if copy.title not in EXPECTED]
    result = {
        "once": {
            "listed": len(keys),
            "sent": len(sent),
            "found": sum(opened(c, keys) > 0 for c in sent),
            "double": sum(opened(c, keys) > 1 for c in sent),
        }
    }
    lines, sent, apart, family = [], [], 0, 0
    for video, copies in once:
        members = [copies[0]] + [c for c in copies[1:] if c.title not in EXPECTED]
        lot = np.random.default_rng(int.from_bytes(video_sources.digest(video.name)[:4], "big")).permutation(
            len(members)
        )
        inside = [members[i] for i in lot[: len(members) // 2] if members[i].line]
        sent += [members[i] for i in lot[len(members) // 2 :]]
        lines += [(c.key, [int(c.keys[place]) for place in c.line]) for c in inside]
        for i, a in enumerate(inside):
            apart += sum((a.key ^ b.key).bit_count() > 6 for b in inside[:i])
            family += i
    result["families"] = {
        "listed": len(lines),
        "sent": len(sent),
        "pairs of keys": family,
        "apart by more than 6": apart,
    }
    plain = [(key, [key]) for key, _ in lines]
    for name, kept in [("keys only, 6", keep(plain, 6))] + [(f"companions, {d}", keep(lines, d)) for d in (6, 8, 10)]:
        result["families"][name] = {
            "kept": len(kept),
            "found": sum(opened(c, kept) > 0 for c in sent),
            "double": sum(opened(c, kept) > 1 for c in sent),
        }
    return result


def added(cache):
    """The videos found later: each alone, films, and all that last 3 s or more."""
    data = list(load(cache, None, video_sources.added()))
    enough = [pair for pair in data if len(pair[1][0].keys) >= 3 * videos.RATE]
    films = [pair for pair in enough if pair[0].kind == "film"]
    each = []
    for video, copies in data:
        row = {"name": video.group, "kind": video.kind, "seconds": len(copies[0].keys) / videos.RATE}
        row["key"] = copies[0].key is not None
        each.append(row | (recall([(video, copies)])["total"] if row["key"] else {}))
    found = {"all": recall(enough), "films": recall(films), "each": each, "unrelated": unrelated(data)}
    # What is so few has no interval for a row.
    found["all"]["rows"] = [
        {name: value for name, value in row.items() if not name.endswith("interval")} for row in found["all"]["rows"]
    ]
    del found["films"]["rows"], found["unrelated"]["frames"]
    return found


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("cache")
    parser.add_argument("results")
    parser.add_argument("--half", type=int, default=1)
    parser.add_argument("--added", action="store_true")
    arguments = parser.parse_args()
    if arguments.added:
        found = added(arguments.cache)
        with open(arguments.results + ".part", "w") as file:
            json.dump(found, file, indent=1)
        os.replace(arguments.results + ".part", arguments.results)
        return
    data = list(load(arguments.cache, arguments.half))
    long = [pair for pair in data if pair[0].kind in LONG]
    results = {
        "half": arguments.half,
        "long": recall(long),
        "kinds": {
            kind: recall([pair for pair in data if pair[0].kind == kind])["total"]
            for kind in LONG + ("generated",)
            if any(pair[0].kind == kind for pair in data)
        },
    }
    short = [pair for pair in data if pair[0].kind == "generated"]
    if short:
        results["short"] = recall(short)
    results["double"], results["unrelated"] = double(long), unrelated(data)
    results["intros"] = intros(long)
    results["mirrored"] = mirrored(data)
    results["withoutKey"] = [video.name for video, (known, *_) in data if known.key is None]
    with open(arguments.results, "w") as file:
        json.dump(results, file, indent=1)


if __name__ == "__main__":
    main()
