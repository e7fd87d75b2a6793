"""What really matched, computed apart from the library: pdqhash's coefficients, and the probes of Docs/Protocol.md, 5.11, by the script that chose the profile's positions."""

from __future__ import annotations

import io
from collections.abc import Iterable

import numpy as np
from choose_positions import bits, fingerprint, probes
from PIL import Image

#: Profile 1.
POSITIONS = [
    0, 1, 2, 3, 4, 5, 6, 7, 12, 16, 17, 18, 19, 21, 22, 23, 24, 25, 32, 33, 34, 36, 38, 39,
    42, 48, 49, 50, 51, 52, 64, 65, 66, 69, 70, 80, 82, 89, 96, 99, 128, 130, 144, 160, 176, 177, 192, 208,
]  # fmt: skip
PROBES = 16
MINIMUM_QUALITY = 50


def listed_keys(pdq: Iterable[str]) -> set[bytes]:
    """The short keys of a list's hexadecimal PDQ hashes, as `probes` writes them."""
    keys = set()
    for digits in pdq:
        value = int(digits, 16)
        keys.add(np.array([bool(value >> position & 1) for position in POSITIONS]).tobytes())
    return keys


def pdq(content: bytes) -> str:
    coefficients, _ = fingerprint(Image.open(io.BytesIO(content)).convert("RGB"))
    return f"{sum(int(bit) << index for index, bit in enumerate(bits(coefficients))):064x}"


def matched(content: bytes, keys: set[bytes]) -> set[bytes]:
    """The listed keys that the picture's probes meet."""
    coefficients, quality = fingerprint(Image.open(io.BytesIO(content)).convert("RGB"))
    if quality < MINIMUM_QUALITY:
        return set()
    return keys & set(probes(coefficients, np.array(POSITIONS), PROBES))
