"""Makes the copies of life.py and keeps what measuring needs: one file for each picture.

usage: life_cache.py EXTRACTED CACHE STEP [--minutes N] [--most N] [--share I/N]

A STEP is one of life.JOBS. Can be interrupted and goes on where it stopped; progress is printed. A file
holds the original's hash, size and quality, for `makers` the hashes by all of MAKERS, and for each copy its
coefficients by both rules, its raster, size and quality.
"""

import argparse
import os
import tempfile
import time

import numpy as np
from PIL import Image

import cache
import life
import makers
import pdq


def one(root, program, step, group, load):
    picture = load()
    if picture is None:
        return {"quality": 0}
    content, picture = life.as_file(picture)
    luma = pdq.exact_luma(picture)
    native = pdq.grid(luma, "native")
    row = {"group": group, "size": picture.size, "quality": pdq.quality(native)}
    if row["quality"] < 50:
        return row
    row["native"] = pdq.bits(pdq.coefficients(native))
    row["meta"] = pdq.bits(pdq.coefficients(pdq.grid(luma, "meta")))
    if step == "makers":
        with tempfile.TemporaryDirectory() as place:
            path = os.path.join(place, "picture.jpg")
            with open(path, "wb") as file:
                file.write(content)
            row["makers"] = makers.hashes(root, path)
            # On every tenth: the tool itself, which is slow to start, and files that are not plain.
            if group % 10 == 0:
                row["tool"] = makers.tool(program, path)
                turned = Image.Exif()
                turned[0x0112] = 6
                picture.transpose(Image.Transpose.ROTATE_90).save(path, "JPEG", quality=92, exif=turned)
                row["turned"] = makers.hashes(root, path)
                path = os.path.join(place, "picture.png")
                picture.quantize(256).save(path)
                row["palette"] = makers.hashes(root, path)
    changes = life.COPIES[step](root)
    copies = [cache.copy(change(picture)) for change in changes.values()]
    row["copies_title"] = np.array(list(changes))
    row["copies_native"] = np.stack([copy[0] for copy in copies])
    row["copies_meta"] = np.stack([copy[1] for copy in copies])
    row["copies_raster"] = np.stack([copy[2] for copy in copies])
    row["copies_quality"] = np.array([copy[3] for copy in copies], dtype=np.uint8)
    row["copies_size"] = np.array([copy[4] for copy in copies], dtype=np.uint16)
    return row


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("extracted")
    parser.add_argument("cache")
    parser.add_argument("step", choices=life.JOBS)
    parser.add_argument("--minutes", type=float, default=1e9)
    parser.add_argument("--most", type=int, default=1 << 30, help="only the first so many pictures")
    parser.add_argument("--share", default="0/1", help="I/N: every N-th picture from the I-th on, for N processes")
    arguments = parser.parse_args()
    os.makedirs(arguments.cache, exist_ok=True)
    program = os.path.join(arguments.cache, "pdq-photo-hasher")
    if arguments.step == "makers":
        makers.build(arguments.extracted, program)
    end, begun, done = time.time() + 60 * arguments.minutes, time.time(), 0
    first, every = map(int, arguments.share.split("/"))
    jobs = list(life.JOBS[arguments.step](arguments.extracted))[: arguments.most][first::every]
    for place, (name, group, load) in enumerate(jobs, 1):
        path = os.path.join(arguments.cache, name + ".npz")
        if os.path.exists(path):
            continue
        if time.time() > end:
            return
        part = f"{path}.{os.getpid()}.part.npz"
        np.savez_compressed(part, **one(arguments.extracted, program, arguments.step, group, load))
        os.replace(part, path)
        done += 1
        if done % 10 == 0:
            minutes = (time.time() - begun) / 60
            print(
                time.strftime("%H:%M:%S"), arguments.step, f"{place} of {len(jobs)}, {minutes:.1f} minutes", flush=True
            )


if __name__ == "__main__":
    main()
