#!/usr/bin/env python3
"""Hashes by PyPI's pdqhash, to compare the Swift implementation with.

usage: pdq_reference.py synthetic            prints Data/synthetic.json: pictures made by a formula, and their hashes
       pdq_reference.py pictures DIRECTORY   prints one JSON object a line for each picture below DIRECTORY

Needs: numpy, Pillow, pdqhash 0.2.8. Run it again only if the list of synthetic pictures changes.
"""

import json
import os
import sys
import zlib

import numpy as np
import pdqhash
from PIL import Image

SIZES = [
    (1, 1),
    (2, 1),
    (1, 2),
    (4, 4),
    (4, 300),
    (300, 4),
    (5, 5),
    (5, 300),
    (300, 5),
    (63, 64),
    (64, 64),
    (65, 63),
    (127, 128),
    (128, 128),
    (128, 127),
    (129, 130),
    (130, 129),
    (255, 256),
    (256, 257),
    (257, 255),
    (384, 385),
    (385, 384),
    (512, 512),
    (640, 480),
    (641, 479),
    (600, 1001),
    (1000, 641),
    (1920, 1080),
    (1083, 1921),
    (3001, 2003),
    (65535, 5),
    (5, 65535),
]


def synthetic(kind, width, height):
    """The formulas of SyntheticPicture.swift. Whole numbers modulo 2^32 throughout."""
    y, x = np.mgrid[0:height, 0:width].astype(np.uint32)
    channels = []
    for c in range(3):
        c32 = np.uint32(c)
        if kind == "flat":
            value = np.full((height, width), (200, 13, 77)[c], dtype=np.uint32)
        elif kind == "ramp":
            value = (x * np.uint32(7), x * y, x * np.uint32(255) // np.uint32(width))[c] + y * np.uint32(3) * c32
        elif kind == "waves":
            # Triangular waves: 510 steps a period.
            a = x * np.uint32(510 * (c + 2)) // np.uint32(width) + y * np.uint32(510 * (4 - c)) // np.uint32(height)
            a = a % np.uint32(510)
            value = np.where(a > 255, np.uint32(510) - a, a)
        else:
            value = x * np.uint32(374761393) + y * np.uint32(668265263) + c32 * np.uint32(2246822519) + np.uint32(12345)
            value = (value ^ (value >> np.uint32(13))) * np.uint32(1274126177)
            value = value >> np.uint32(16)
        channels.append((value & np.uint32(255)).astype(np.uint8))
    return np.stack(channels, axis=-1)


def reference(pixels):
    bits, quality = pdqhash.compute(pixels)
    result = {"hash": "%064x" % int("".join(str(int(bit)) for bit in bits), 2), "quality": int(quality)}
    if min(pixels.shape[:2]) >= 5:
        # pdqhash leaves the coefficients of smaller pictures undefined.
        coefficients = pdqhash.compute_float(pixels)[0][::-1].astype("<f4")
        result["coefficients"] = zlib.crc32(coefficients.tobytes())
    return result


def main():
    with np.errstate(over="ignore"):
        if sys.argv[1:] == ["synthetic"]:
            rows = []
            for width, height in SIZES:
                for kind in ("flat", "ramp", "waves", "noise"):
                    row = {"kind": kind, "width": width, "height": height}
                    row.update(reference(np.ascontiguousarray(synthetic(kind, width, height))))
                    rows.append("  " + json.dumps(row))
            print("[\n" + ",\n".join(rows) + "\n]")
        elif len(sys.argv) == 3 and sys.argv[1] == "pictures":
            for folder, _, names in sorted(os.walk(sys.argv[2])):
                for name in sorted(names):
                    if not name.lower().endswith((".jpg", ".jpeg", ".png", ".webp")):
                        continue
                    path = os.path.join(folder, name)
                    if os.path.islink(path):
                        continue
                    try:
                        pixels = np.ascontiguousarray(np.asarray(Image.open(path).convert("RGB")))
                    except Exception as error:
                        print(f"skipped {name}: {error}", file=sys.stderr)
                        continue
                    row = {"path": path, "width": pixels.shape[1], "height": pixels.shape[0]}
                    row["pixels"] = zlib.crc32(pixels.tobytes())
                    row.update(reference(pixels))
                    print(json.dumps(row), flush=True)
        else:
            sys.exit(__doc__)


if __name__ == "__main__":
    main()
