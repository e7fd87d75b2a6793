"""Computes, once, what all later steps need: for each picture the hashes that lists may hold, for each copy its
coefficients.

usage: cache.py EXTRACTED CACHE [--minutes N]

Goes through the pictures in a fixed random order and saves one file for each source picture and crop, so that it can be
interrupted and goes on where it stopped. A file holds: the original's hash by pdqhash (float coefficients), by Meta's
rule, its
quality, its size; for each transform the copy's coefficients by both rules, its raster (256 x 256 means, see
pdq.raster), its size
and its quality.
"""

import argparse
import hashlib
import os
import random
import sys
import time

import numpy as np
import pdqhash

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


def jobs(root):
    """Every (number, group, package, path), crops in one shuffled order of sources and rounds."""
    listed = list(pictures.sources())
    listed.sort(key=lambda source: hashlib.sha256(f"order {source[0]}".encode()).digest())
    return listed


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("extracted")
    parser.add_argument("cache")
    parser.add_argument("--minutes", type=float, default=1e9)
    parser.add_argument("--transforms", type=int, default=18, help="of each picture")
    parser.add_argument("--added", action="store_true", help="the transforms of ADDED instead")
    parser.add_argument(
        "--rounds", default="2,6,12,40", help="crops of each source done in the first round, the second, ..."
    )
    arguments = parser.parse_args()
    os.makedirs(arguments.cache, exist_ok=True)
    end = time.time() + 60 * arguments.minutes
    done = 0
    for limit in [int(part) for part in arguments.rounds.split(",")]:
        for number, group, package, path in jobs(arguments.extracted):
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
                    titles = list(changes)
                    # Each picture gets some transforms by lot: time goes into more pictures.
                    titles = random.Random(f"{number} {box}").sample(titles, min(len(titles), arguments.transforms))
                    for title in titles:
                        seed = random.Random(f"{number} {box} {title}")
                        copies.append(copy(changes[title](picture, seed)))
                    row["copies_title"] = np.array(titles)
                    row["copies_native"] = np.stack([c[0] for c in copies])
                    row["copies_meta"] = np.stack([c[1] for c in copies])
                    row["copies_raster"] = np.stack([c[2] for c in copies])
                    row["copies_quality"] = np.array([c[3] for c in copies], dtype=np.uint8)
                    row["copies_size"] = np.array([c[4] for c in copies], dtype=np.uint16)
                np.savez(name + ".part.npz", **row)
                os.replace(name + ".part.npz", name)
                done += 1
                if done % 50 == 0:
                    print(time.strftime("%H:%M:%S"), "round", limit, "done", done, flush=True)
            mark = "all" if len(parts) <= limit else str(limit)
            open(os.path.join(arguments.cache, f"{number}.{mark}"), "w").close()


if __name__ == "__main__":
    main()
