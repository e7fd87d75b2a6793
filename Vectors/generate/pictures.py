"""The pictures of the vectors: made by integer arithmetic, written as PNG files without compression, so that every run
and every version of zlib makes the same bytes.

`known_pictures()` are on the lists of the small sets. Each has a changed copy, whose hash differs in some bits but
which
probes the original's key.
"""

from __future__ import annotations

import hashlib
import struct
import zlib
from dataclasses import dataclass, replace
from functools import cache, cached_property

import numpy as np

from reference import probes
from reference.keys import perceptual_key
from reference.pdq import Fingerprint, pdq_with_coefficients
from reference.profile import PROFILE_2
from reference.raster import raster

SEPARATION = 6
SMALL_PROBES = 8  # M of the small sets: a changed copy finds its original within so many probes


@dataclass(frozen=True)
class Picture:
    name: str
    width: int
    height: int
    channels: int  # 1 grey, 3 RGB
    pixels: bytes

    @property
    def format(self) -> str:
        return "grey" if self.channels == 1 else "rgb"

    @cached_property
    def _fingerprint(self) -> Fingerprint:
        return pdq_with_coefficients(self.pixels, self.width, self.height, self.channels)

    def fingerprint(self) -> Fingerprint:
        return self._fingerprint

    @cached_property
    def _raster(self) -> np.ndarray:
        return raster(self.pixels, self.width, self.height, self.channels)

    def sent(self) -> probes.Picture:
        """What a client keeps of it, at its own size."""
        return probes.Picture(self._fingerprint, self._raster)

    def pdq(self) -> bytes:
        """The 32-byte encoding of its hash."""
        return self.fingerprint().encoding()

    def png(self) -> bytes:
        line = self.width * self.channels
        raw = b"".join(b"\x00" + self.pixels[y * line : (y + 1) * line] for y in range(self.height))
        stored = b"".join(
            bytes([at + 65535 >= len(raw)]) + struct.pack("<HH", len(part), len(part) ^ 0xFFFF) + part
            for at in range(0, len(raw), 65535)
            for part in [raw[at : at + 65535]]
        )
        data = b"\x78\x01" + stored + struct.pack(">I", zlib.adler32(raw))
        header = struct.pack(">IIBBBBB", self.width, self.height, 8, 0 if self.channels == 1 else 2, 0, 0, 0)
        chunks = [(b"IHDR", header), (b"IDAT", data), (b"IEND", b"")]
        return b"\x89PNG\r\n\x1a\n" + b"".join(
            struct.pack(">I", len(c)) + n + c + struct.pack(">I", zlib.crc32(n + c)) for n, c in chunks
        )


def made(name: str, *channels: np.ndarray) -> Picture:
    """One array of integers, height x width, for each channel, cut to 0...255."""
    height, width = channels[0].shape
    values = np.stack(channels, axis=-1).clip(0, 255).astype(np.uint8)
    return Picture(name, width, height, len(channels), values.tobytes())


def places(width: int, height: int) -> tuple[np.ndarray, np.ndarray]:
    """x and y of every pixel."""
    y, x = np.mgrid[0:height, 0:width]
    return x.astype(np.int64), y.astype(np.int64)


def lattice(name: str, cells: int, width: int, height: int) -> np.ndarray:
    """Random values on a lattice of cells x cells, joined bilinearly in integers."""
    random = hashlib.shake_256(b"SealedMatch picture: " + name.encode()).digest((cells + 1) ** 2)
    corners = np.frombuffer(random, dtype=np.uint8).astype(np.int64).reshape(cells + 1, cells + 1)
    x, y = places(width, height)
    u, v = x * cells * 256 // width, y * cells * 256 // height
    i, j, a, b = u >> 8, v >> 8, u & 255, v & 255
    top = corners[j, i] * (256 - a) + corners[j, i + 1] * a
    bottom = corners[j + 1, i] * (256 - a) + corners[j + 1, i + 1] * a
    return (top * (256 - b) + bottom * b) >> 16


def textured(name: str, width: int, height: int, channels: int) -> Picture:
    coarse, fine = lattice(name + " coarse", 5, width, height), lattice(name + " fine", 11, width, height)
    tints = [lattice(f"{name} tint {channel}", 3, width, height) for channel in range(channels)]
    return made(name, *(128 + ((9 * coarse + 5 * fine + 2 * tint) // 16 - 128) * 3 // 2 for tint in tints))


def changed(original: Picture, name: str) -> Picture:
    """The first picture that differs from the original by a soft stain and flips at least one bit of the short key,
    while the original's key is among the first `SMALL_PROBES` of its probes."""
    key = perceptual_key(PROFILE_2.short_key(original.pdq()))
    small = replace(PROFILE_2, probes=SMALL_PROBES)
    pixels = np.frombuffer(original.pixels, dtype=np.uint8).astype(np.int64)
    pixels = pixels.reshape(original.height, original.width, original.channels)
    for attempt in range(16):
        stain = lattice(f"{name} stain {attempt}", 4, original.width, original.height) - 128
        for strength in range(1, 48, 2):
            copy = made(
                name, *(pixels[:, :, channel] + stain * strength // 128 for channel in range(original.channels))
            )
            keys = probes.probes(copy.sent(), small, SEPARATION)
            if key in keys[1:]:
                return copy
            if key not in keys:
                break  # it flips too many bits at once
    raise ValueError(f"{name}: no stain will do")


@cache
def known_pictures() -> tuple[Picture, ...]:
    """Eight pictures of quality >= 50 that lists hold."""
    return tuple(
        textured(f"known-{i}", *size)
        for i, size in enumerate(
            [(80, 50, 3), (48, 70, 1), (80, 80, 1), (64, 64, 1), (70, 40, 3), (60, 60, 1), (128, 50, 1), (50, 80, 1)], 1
        )
    )


@cache
def changed_pictures() -> tuple[Picture, ...]:
    """Place i is the changed copy of known picture i."""
    return tuple(changed(picture, f"{picture.name}-changed") for picture in known_pictures())


@cache
def unknown_pictures() -> tuple[Picture, ...]:
    """Four pictures of quality >= 50 that no list holds."""
    return tuple(
        textured(f"unknown-{i}", *size)
        for i, size in enumerate([(80, 60, 1), (70, 70, 1), (64, 64, 3), (60, 40, 1)], 1)
    )


@cache
def poor_pictures() -> tuple[Picture, ...]:
    """Flat, or of so little contrast that the quality is below 50."""
    x, _ = places(80, 60)
    return (
        made("flat", np.full((70, 70), 137)),
        made("gradient", 40 + x),
        made("faint", 118 + lattice("faint", 6, 80, 80) // 6),
    )


@cache
def borderline_pictures() -> tuple[Picture, ...]:
    """One texture at two contrasts, of quality 49 and exactly 50."""
    texture = lattice("borderline", 9, 80, 80) - 128
    found: dict[int, Picture] = {}
    for contrast in range(64, 512):
        picture = made("", 128 + texture * contrast // 512)
        quality = picture.fingerprint().quality
        if quality in (49, 50):
            found.setdefault(quality, replace(picture, name=f"quality-{quality}"))
        if quality >= 50:
            return found[49], found[50]
    raise ValueError("no such contrast")


@cache
def odd_pictures() -> tuple[Picture, ...]:
    """Sides at which something changes: below 5, 5, 64, and around multiples of 128, where the window grows."""
    noise = np.frombuffer(hashlib.shake_256(b"SealedMatch picture: noise").digest(130 * 40 * 3), dtype=np.uint8)
    checked_x, checked_y = places(96, 96)
    x, y = places(64, 64)
    return (
        textured("four-wide", 4, 90, 1),
        textured("four-high", 90, 4, 3),
        textured("five", 5, 5, 3),
        textured("five-wide", 5, 131, 1),
        textured("side-63", 63, 65, 1),
        textured("side-127", 127, 40, 1),
        textured("side-128", 40, 128, 1),
        textured("side-129", 129, 40, 1),
        textured("side-257", 257, 130, 1),
        textured("wide", 600, 20, 1),
        Picture("noise", 130, 40, 3, noise.tobytes()),
        made("checkerboard", 255 * ((checked_x // 12 + checked_y // 12) % 2)),
        made("black", np.zeros((64, 64), dtype=np.int64)),
        made("colours", x * 4, y * 4, 255 - (x + y) * 2),
    )


def letters(name: str, width: int, height: int, rows: int, columns: int, size: int, top: int, left: int) -> np.ndarray:
    """Where lines of made-up letters stand: 5 x 7 dots each, a dot being size x size pixels."""
    random = hashlib.shake_256(b"SealedMatch letters: " + name.encode()).digest(rows * columns * 35)
    dots = (np.frombuffer(random, dtype=np.uint8) < 140).reshape(rows, columns, 7, 5)
    page = np.zeros((rows, 9, columns, 6), dtype=bool)
    page[:, :7, :, :5] = dots.transpose(0, 2, 1, 3)
    page = page.reshape(rows * 9, columns * 6).repeat(size, axis=0).repeat(size, axis=1)
    page = page[: height - top, : width - left]
    found = np.zeros((height, width), dtype=bool)
    found[top : top + page.shape[0], left : left + page.shape[1]] = page
    return found


def outlined(base: np.ndarray, where: np.ndarray) -> np.ndarray:
    """White with a black edge, one pixel wide."""
    wide = np.pad(where, 1)
    edge = np.zeros_like(where)
    for a in (0, 1, 2):
        for b in (0, 1, 2):
            edge |= wide[a : a + where.shape[0], b : b + where.shape[1]]
    return np.where(where, 255, np.where(edge, 0, base))


@cache
def marked_pictures() -> tuple[Picture, ...]:
    """One texture with this and that put on it."""
    width, height = 192, 144
    coarse, fine = lattice("marked coarse", 5, width, height), lattice("marked fine", 23, width, height)
    base = (128 + ((11 * coarse + 5 * fine) // 16 - 128) * 5 // 4).clip(0, 255)
    x, y = places(width, height)

    solid = np.where(y >= 124, 24, base)
    solid[letters("solid", width, height, 1, 20, 1, 130, 16)] = 250
    glass, low_glass = np.where(y < 24, base * 3 // 8 + 16, base), np.where(y >= 116, base // 2 + 8, base)
    low_glass[letters("glass", width, height, 1, 18, 1, 126, 20)] = 255
    from_badge = (x - 168) ** 2 + (y - 24) ** 2
    badge = np.where(from_badge < 14**2, 255, base)
    badge = np.where((from_badge < 11**2) & (abs(x - 168) < 4), 0, badge)
    meme = outlined(base, letters("meme", width, height, 1, 13, 2, 6, 18))
    frame = np.where((x < 7) | (y < 7) | (x >= width - 7) | (y >= height - 7), 255, base)
    several = outlined(np.where(y >= 128, 240, badge), letters("several", width, height, 1, 5, 2, 84, 12))
    several = np.where((x >= 8) & (x < 40) & (y >= 8) & (y < 20), 0, several)
    return (
        made("marked-nothing", base),
        made("marked-strip", solid),
        made("marked-glass", glass),
        made("marked-low-glass", low_glass),
        made("marked-badge", badge),
        made("marked-letters", meme),
        made("marked-frame", frame),
        made("marked-several", several),
        made("marked-white", base * 9 // 4 - 40),
    )


@cache
def card_pictures() -> tuple[Picture, ...]:
    """Cards of little quality but for the letters on them: on a nearly flat ground, on two of a quality next to 40, and
    on one with a translucent strip."""
    width, height = 192, 144
    text = letters("card", width, height, 2, 28, 1, 62, 12)

    def written(name: str, count: int, contrast: int) -> Picture:
        ground = 200 + (lattice("card", count, width, height) - 128) * contrast // 512
        return made(name, np.where(text, 0, ground))

    _, y = places(width, height)
    faint = 150 + (lattice("card", 5, width, height) - 128) * 15 // 64
    glass = np.where(y >= 116, faint // 2 + 8, faint)
    glass[letters("glass", width, height, 1, 18, 1, 126, 20)] = 255
    return (
        written("card-letters", 5, 64),
        written("card-edge", 7, 160),
        written("card-other-edge", 8, 148),
        made("card-glass", glass),
    )


@cache
def all_pictures() -> dict[str, Picture]:
    every = known_pictures() + changed_pictures() + unknown_pictures() + poor_pictures()
    every += borderline_pictures() + odd_pictures() + marked_pictures() + card_pictures()
    return {picture.name: picture for picture in every}
