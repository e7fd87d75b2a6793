"""Protocol 5.11, "Variants": the hash of a mirrored or turned copy, from the hash alone."""

from __future__ import annotations

# transposed, across, down
VARIANTS = {
    "mirrored": (False, True, False),
    "upside-down": (False, False, True),
    "turned-180": (False, True, True),
    "transposed": (True, False, False),
    "turned-left": (True, False, True),
    "turned-right": (True, True, False),
    "antitransposed": (True, True, True),
}


def variant(hash_: bytes, name: str) -> bytes:
    transposed, across, down = VARIANTS[name]
    bits = int.from_bytes(hash_, "big")
    result = 0
    for place in range(256):
        i, j = divmod(place, 16)
        bit = bits >> (16 * j + i if transposed else place) & 1
        if across and j % 2 == 0:
            bit ^= 1
        if down and i % 2 == 0:
            bit ^= 1
        result |= bit << place
    return result.to_bytes(32, "big")
