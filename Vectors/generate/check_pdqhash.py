"""Compares reference/pdq.py with PyPI's `pdqhash` 0.2.8 (pip install pdqhash==0.2.8; it is needed for nothing else):
hash and quality must be equal, for the pictures of the vectors and for random ones. `python check_pdqhash.py [COUNT]`
"""

from __future__ import annotations

import sys

import numpy as np
import pdqhash
import pictures
from reference.pdq import Fingerprint, pdq_with_coefficients


def same(array: np.ndarray, found: Fingerprint) -> bool:
    bits, quality = pdqhash.compute(np.ascontiguousarray(array))
    return int("".join(map(str, bits)), 2) == found.bits and quality == found.quality


def random_picture(random: np.random.Generator, trial: int) -> np.ndarray:
    """Noise, or a slope with rectangles on it; sides from 1 to 1,500 pixels."""
    low, high = (1, 12) if trial % 17 == 0 else (500, 1500) if trial % 29 == 0 else (5, 400)
    width, height = (64, 64) if trial % 10 == 0 else map(int, random.integers(low, high, 2))
    if trial % 4 == 0:
        return random.integers(0, 256, (height, width, 3), dtype=np.uint8)
    y, x = np.mgrid[0:height, 0:width]
    picture = np.stack(
        [128 + 100 * np.sin(x * random.uniform(0, 30) / width + y * random.uniform(0, 30) / height)] * 3, axis=-1
    )
    for _ in range(trial % 4 * 3):
        (left, right), (top, bottom) = (
            np.sort(random.integers(0, width + 1, 2)),
            np.sort(random.integers(0, height + 1, 2)),
        )
        picture[top:bottom, left:right] = random.integers(0, 256, 3)
    return (picture + random.normal(0, trial % 5, picture.shape)).clip(0, 255).astype(np.uint8)


def main() -> None:
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 200
    random = np.random.default_rng(1)
    different = []
    for picture in pictures.all_pictures().values():
        array = np.frombuffer(picture.pixels, dtype=np.uint8).reshape(picture.height, picture.width, picture.channels)
        if not same(array if picture.channels == 3 else np.repeat(array, 3, axis=2), picture.fingerprint()):
            different.append(picture.name)
    for trial in range(count):
        array = random_picture(random, trial)
        height, width, _ = array.shape
        if not same(array, pdq_with_coefficients(array.tobytes(), width, height, 3)):
            different.append(f"random {trial}, {width} x {height}")
    print(f"{len(pictures.all_pictures())} + {count} pictures, different: {', '.join(different) or 'none'}")
    sys.exit(1 if different else 0)


if __name__ == "__main__":
    main()
