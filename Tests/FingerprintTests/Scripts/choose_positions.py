#!/usr/bin/env python3
"""Choose the most stable bit positions of PDQ hashes, and measure what short keys of them find.

usage: choose_positions.py DIRECTORY... [--bits 48] [--crops 6] [--limit 0] [--positions 1,2,3]

Every JPEG, PNG and WebP picture below the directories is a source. A source counts with its whole picture and with up to
--crops non-overlapping crops of it. Sources are split into a design half and a held-out half; pictures of low quality and
near duplicates (PDQ distance <= 31 to an earlier picture) are dropped. On the design half the --bits positions whose bits
flip least often under the transforms are chosen; on the held-out half the table is measured. With --positions the given
positions are measured instead.

Needs: numpy, Pillow, pdqhash 0.2.8. Prints the positions and a table. Photographs without a data set, from Debian:
lomiri-wallpapers-16.04, lomiri-wallpapers-20.04, mate-backgrounds, ukui-wallpapers, gnome-backgrounds, sway-backgrounds
(apt-get download, dpkg -x), and from PyPI: scikit-image (its data folder).
"""

import argparse
import hashlib
import heapq
import io
import os
import sys

import numpy as np
import pdqhash
from PIL import Image, ImageEnhance, ImageFilter

PROBES = (1, 16, 64)


def jpeg(picture, quality):
    file = io.BytesIO()
    picture.save(file, "JPEG", quality=quality)
    return Image.open(io.BytesIO(file.getvalue())).convert("RGB")


def shrink(picture, side):
    width, height = picture.size
    if max(width, height) <= side:
        return picture
    scale = side / max(width, height)
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    return picture.resize(size, Image.Resampling.LANCZOS)


TRANSFORMS = {
    "JPEG 90": lambda p: jpeg(p, 90),
    "JPEG 50": lambda p: jpeg(p, 50),
    "512 px + JPEG 60": lambda p: jpeg(shrink(p, 512), 60),
    "half size + JPEG 70": lambda p: jpeg(p.resize((max(1, p.width // 2), max(1, p.height // 2)), Image.Resampling.LANCZOS), 70),
    "1600 px + JPEG 75": lambda p: jpeg(shrink(p, 1600), 75),
    "blur 2 px": lambda p: p.filter(ImageFilter.GaussianBlur(2)),
    "brightness +20 %": lambda p: ImageEnhance.Brightness(p).enhance(1.2),
}


def fingerprint(picture):
    """256 coefficients in the order of the bits, and the quality."""
    values, quality = pdqhash.compute_float(np.ascontiguousarray(np.asarray(picture)))
    return np.array(values[::-1], dtype=np.float32), quality


def bits(coefficients):
    return coefficients > np.sort(coefficients)[127]


def sources(directories):
    for directory in directories:
        for folder, _, names in sorted(os.walk(directory)):
            for name in sorted(names):
                if name.lower().endswith((".jpg", ".jpeg", ".png", ".webp")):
                    yield os.path.join(folder, name)


def pictures(path, crops):
    """The picture, at most 2,560 px, and crops of at least 480 px from a 3 x 2 grid of the file's own pixels."""
    try:
        whole = Image.open(path).convert("RGB")
    except Exception as error:
        print(f"skipped {os.path.basename(path)}: {error}", file=sys.stderr)
        return
    if min(whole.size) < 128:
        return
    yield shrink(whole, 2560)
    width, height = whole.width // 3, whole.height // 2
    if min(width, height) >= 480:
        for index in range(min(crops, 6)):
            x, y = index % 3 * width, index // 3 * height
            yield shrink(whole.crop((x, y, x + width, y + height)), 1280)


def probes(coefficients, positions, count):
    """Short keys as tuples of bits, by the algorithm of FingerprintProfile+Probes.swift."""
    median = np.sort(coefficients)[127]
    key = coefficients[positions] > median
    margins = np.abs(coefficients[positions] - median)
    order = sorted(range(len(positions)), key=lambda i: (margins[i], i))
    found = [key.tobytes()]
    heap = [(margins[order[0]], 1, np.float32(0), 0)]
    while len(found) < count and heap:
        total, ranks, before, last = heapq.heappop(heap)
        flipped = key.copy()
        for rank in range(last + 1):
            if ranks >> rank & 1:
                flipped[order[rank]] ^= True
        found.append(flipped.tobytes())
        following = last + 1
        if following < len(order):
            margin = margins[order[following]]
            heapq.heappush(heap, (before + margin, ranks ^ 1 << last | 1 << following, before, following))
            heapq.heappush(heap, (total + margin, ranks | 1 << following, total, following))
    return found


def collect(arguments):
    design, held_out, kept = [], [], []
    for path in sources(arguments.directories):
        half = design if hashlib.sha256(os.path.basename(path).encode()).digest()[0] & 1 else held_out
        for picture in pictures(path, arguments.crops):
            coefficients, quality = fingerprint(picture)
            original = bits(coefficients)
            if quality < 50 or any(np.count_nonzero(original ^ other) <= 31 for other in kept):
                continue
            kept.append(original)
            half.append((original, {name: fingerprint(change(picture))[0] for name, change in TRANSFORMS.items()}))
            if arguments.limit and len(kept) >= arguments.limit:
                return design, held_out
    return design, held_out


def choose(design, count):
    flips = np.zeros(256)
    for original, changed in design:
        for coefficients in changed.values():
            flips += bits(coefficients) ^ original
    rates = flips / (len(design) * len(TRANSFORMS))
    return sorted(int(i) for i in np.argsort(rates, kind="stable")[:count]), rates


def effective_bits(keys):
    """Degrees of freedom of the distances between unrelated keys: p (1 - p) / variance."""
    distances = np.array([np.count_nonzero(a ^ b) for i, a in enumerate(keys) for b in keys[:i]]) / keys[0].size
    p = distances.mean()
    return p * (1 - p) / distances.var(), distances.min() * keys[0].size, len(distances)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("directories", nargs="+", metavar="DIRECTORY")
    parser.add_argument("--bits", type=int, default=48)
    parser.add_argument("--crops", type=int, default=6)
    parser.add_argument("--limit", type=int, default=0, help="stop after this many pictures (0: all)")
    parser.add_argument("--positions", help="measure these instead of choosing")
    arguments = parser.parse_args()

    design, held_out = collect(arguments)
    print(f"{len(design)} design and {len(held_out)} held-out pictures")
    if arguments.positions:
        positions = [int(text) for text in arguments.positions.split(",")]
    else:
        positions, rates = choose(design, arguments.bits)
        print(f"flip rate, design: chosen {rates[positions].mean():.4f}, all {rates.mean():.4f}")
    print("positions:", ", ".join(str(position) for position in positions))

    print("| transform | PDQ <= 31 | whole hash | " + " | ".join(f"M = {count}" for count in PROBES) + " |")
    print("|---|---|---|" + "---|" * len(PROBES))
    for name in TRANSFORMS:
        near = exact = 0
        hits = [0] * len(PROBES)
        for original, changed in held_out:
            distance = np.count_nonzero(bits(changed[name]) ^ original)
            near += distance <= 31
            exact += distance == 0
            found = probes(changed[name], positions, max(PROBES))
            key = original[positions].tobytes()
            place = found.index(key) if key in found else len(found)
            for index, count in enumerate(PROBES):
                hits[index] += place < count
        cells = [near, exact] + hits
        print(f"| {name} | " + " | ".join(f"{cell / len(held_out):.2f}" for cell in cells) + " |")
    freedom, least, pairs = effective_bits([original[positions] for original, _ in held_out])
    print(f"effective bits {freedom:.1f} of {len(positions)}; least distance {least:.0f} over {pairs} unrelated pairs")


if __name__ == "__main__":
    main()
