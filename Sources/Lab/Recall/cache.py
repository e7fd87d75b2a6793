"""Computes, once, what all later steps need: for each picture the hashes that lists may hold, for each copy its
coefficients.

usage: cache.py EXTRACTED CACHE [--minutes N] [--added | --drawn] [--share I/N]

Goes through the pictures in a fixed random order and saves one file for each source picture and crop, so that it can be
interrupted and goes on where it stopped. A file holds: the original's hash by pdqhash (float coefficients), by Meta's
rule, its
quality, its size; for each transform the copy's coefficients by both rules, its raster (256 x 256 means, see
pdq.raster), its size
and its quality. With --drawn (drawn.py) also which part of each of 64 x 64 cells is white or black, weighed as luma is.
"""

import argparse
import hashlib
import os
import random
import sys
import time

import numpy as np
import pdqhash

import drawn
import pdq
import pictures
import transforms


def original(picture):
    values, quality = pdqhash.compute_float(np.ascontiguousarray(np.asarray(picture)))
    luma = pdq.exact_luma(picture)
    return {
        "native": np.array(values[::-1], dtype=np.float32),
        "quality": quality,
        "size": picture.size,
        "meta": pdq.coefficients(pdq.grid(luma, "meta")),
        "raster": pdq.raster(luma),
    }


def copy(picture):
    luma = pdq.luma(picture)
    native = pdq.grid(luma, "native")
    return (
        pdq.coefficients(native),
        pdq.coefficients(pdq.grid(luma, "meta")),
        pdq.raster(luma),
        pdq.quality(native),
        luma.shape[::-1],
    )


def clipped(picture):
    """Two maps of 64 x 64, in 1/255: the part of each cell where a channel is at its upper, or lower, end."""
    pixels = np.asarray(picture)
    weights = np.array([0.299, 0.587, 0.114], dtype=np.float32)
    maps = []
    for end in (pixels >= 252, pixels <= 2):
        part = end.astype(np.float32) @ weights
        rows = pdq.area(part.shape[0], 64).astype(np.float32) @ part
        maps.append((pdq.area(part.shape[1], 64).astype(np.float32) @ rows.T).T)
    return np.rint(255 * np.stack(maps)).astype(np.uint8)


def jobs(share=(0, 1), most=None):
    """Every (number, group, package, path), crops in one shuffled order of sources and rounds."""
    listed = list(pictures.sources())
    listed.sort(key=lambda source: hashlib.sha256(f"order {source[0]}".encode()).digest())
    return listed[share[0] : most : share[1]]


def companions(root):
    """Part -> (group, picture) of six of its sources, for collages: the parts stay apart."""
    found = {part: [] for part in range(len(pictures.PARTS))}
    for number, group, package, path in jobs():
        part = found[pictures.part(group)]
        if len(part) < 6:
            part.append((group, transforms.fit(pictures.load(root, package, path), 800)))
    return found


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("extracted")
    parser.add_argument("cache")
    parser.add_argument("--minutes", type=float, default=1e9)
    parser.add_argument("--transforms", type=int, default=18, help="of each picture")
    parser.add_argument("--added", action="store_true", help="the transforms of ADDED instead")
    parser.add_argument("--drawn", action="store_true", help="those of drawn.py instead, all of them to each picture")
    parser.add_argument("--share", default="0/1", help="I/N: every N-th source from the I-th on, for N processes")
    parser.add_argument("--sources", type=int, default=1 << 30, help="only the first so many in the fixed order")
    parser.add_argument("--parts", default="0,1,2", help="0 design, 1 choice, 2 held out")
    parser.add_argument(
        "--rounds", default="2,6,12,40", help="crops of each source done in the first round, the second, ..."
    )
    arguments = parser.parse_args()
    os.makedirs(arguments.cache, exist_ok=True)
    end = time.time() + 60 * arguments.minutes
    done, begun = 0, time.time()
    others = companions(arguments.extracted) if arguments.drawn else None
    share = tuple(map(int, arguments.share.split("/")))
    sources = [s for s in jobs(share, arguments.sources) if str(pictures.part(s[1])) in arguments.parts.split(",")]
    for limit in [int(part) for part in arguments.rounds.split(",")]:
        for place, (number, group, package, path) in enumerate(sources, 1):
            if os.path.exists(os.path.join(arguments.cache, f"{number}.all")):
                continue
            if limit > 1 and os.path.exists(os.path.join(arguments.cache, f"{number}.{limit}")):
                continue
            whole = pictures.load(arguments.extracted, package, path)
            parts = pictures.boxes(number, whole)
            for box in parts[:limit]:
                name = os.path.join(arguments.cache, f"{number}-{'-'.join(map(str, box))}.npz")
                if os.path.exists(name):
                    continue
                picture = pictures.crop(number, whole, box)
                if picture is None:
                    continue
                if time.time() > end:
                    return
                row = original(picture)
                row["group"], row["number"] = group, number
                if row["quality"] >= 50:
                    copies = []
                    changes = transforms.ADDED if arguments.added else transforms.TRANSFORMS
                    if arguments.drawn:
                        own = [other for g, other in others[pictures.part(group)] if g != group]
                        changes = drawn.changes(drawn.Kit(arguments.extracted, own))
                    titles = list(changes)
                    count = len(titles) if arguments.drawn else min(len(titles), arguments.transforms)
                    # Each picture gets some transforms by lot: time goes into more pictures.
                    titles = random.Random(f"{number} {box}").sample(titles, count)
                    for title in titles:
                        seed = random.Random(f"{number} {box} {title}")
                        changed = changes[title](picture, seed)
                        copies.append(copy(changed) + ((clipped(changed),) if arguments.drawn else ()))
                    row["copies_title"] = np.array(titles)
                    row["copies_native"] = np.stack([c[0] for c in copies])
                    row["copies_meta"] = np.stack([c[1] for c in copies])
                    row["copies_raster"] = np.stack([c[2] for c in copies])
                    row["copies_quality"] = np.array([c[3] for c in copies], dtype=np.uint8)
                    row["copies_size"] = np.array([c[4] for c in copies], dtype=np.uint16)
                    if arguments.drawn:
                        row["copies_clipped"] = np.stack([c[5] for c in copies])
                np.savez(name + ".part.npz", **row)
                os.replace(name + ".part.npz", name)
                done += 1
                if done % (10 if arguments.drawn else 50) == 0:
                    minutes = (time.time() - begun) / 60
                    where = f"source {place} of {len(sources)}, {minutes:.1f} minutes"
                    print(time.strftime("%H:%M:%S"), "round", limit, "done", done, where, flush=True)
            mark = "all" if len(parts) <= limit else str(limit)
            open(os.path.join(arguments.cache, f"{number}.{mark}"), "w").close()


if __name__ == "__main__":
    main()
