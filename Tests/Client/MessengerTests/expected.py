"""What really matched, computed apart from the library: by the independent implementation in Vectors/generate, and
pdqhash.
"""

from __future__ import annotations

import io
from collections.abc import Iterable

import numpy as np
import pdqhash
from PIL import Image
from reference.keys import perceptual_key
from reference.parameters import Parameters
from reference.probes import Picture, probes
from reference.profile import PROFILE_2


def listed_keys(pdq: Iterable[str]) -> set[bytes]:
    """The perceptual keys of a list's hexadecimal PDQ hashes."""
    return {perceptual_key(PROFILE_2.short_key(bytes.fromhex(digits))) for digits in pdq}


def pdq(content: bytes) -> str:
    bits, _ = pdqhash.compute(np.asarray(Image.open(io.BytesIO(content)).convert("RGB")))
    return f"{int(''.join(str(bit) for bit in bits), 2):064x}"


def matched(content: bytes, keys: set[bytes]) -> set[bytes]:
    """The listed keys that the picture's probes meet."""
    picture = Image.open(io.BytesIO(content)).convert("RGB")
    return keys & set(
        probes(Picture.of(picture.tobytes(), picture.width, picture.height, 3), PROFILE_2, Parameters().separation)
    )
