"""A minimal reader of PNG pictures for the command line and the vectors: 8 bits a channel, no palette, not interlaced.

The specification begins at pixels (5.11); this is only the way to them.
"""

from __future__ import annotations

import struct
import zlib
from dataclasses import dataclass

from .errors import ProtocolError, require

SIGNATURE = b"\x89PNG\r\n\x1a\n"
CHANNELS = {0: 1, 2: 3, 4: 2, 6: 4}  # grey, RGB, grey and alpha, RGBA
MAXIMUM_PIXELS = 2**28


@dataclass(frozen=True)
class Pixels:
    """Rows from the top without gaps; channels 1 (grey), 3 (RGB) or 4 (RGBA)."""

    width: int
    height: int
    channels: int
    data: bytes


def paeth(a: int, b: int, c: int) -> int:
    distances = abs(b - c), abs(a - c), abs(a + b - 2 * c)
    return (a, b, c)[distances.index(min(distances))]


def unfilter(kind: int, row: bytearray, above: bytes, step: int) -> None:
    for i in range(len(row)):
        left = row[i - step] if i >= step else 0
        corner = above[i - step] if i >= step else 0
        predicted = (0, left, above[i], (left + above[i]) // 2, paeth(left, above[i], corner))[kind]
        row[i] = (row[i] + predicted) & 255


def read_png(file: bytes) -> Pixels:
    require(file[:8] == SIGNATURE, "invalidMagic", "not a PNG file")
    width = height = colour = 0  # width is 0 until IHDR was read
    compressed = b""
    at = 8
    while at + 12 <= len(file):
        length, name = struct.unpack(">I4s", file[at : at + 8])
        content = file[at + 8 : at + 8 + length]
        require(len(file) >= at + 12 + length, "wrongLength")
        require(
            struct.unpack(">I", file[at + 8 + length : at + 12 + length])[0] == zlib.crc32(name + content),
            "nonCanonical",
            "checksum of a PNG chunk",
        )
        if name == b"IHDR":
            require(length == 13, "wrongLength")
            width, height, depth, colour, _, _, interlace = struct.unpack(">IIBBBBB", content)
            require(
                depth == 8 and colour in CHANNELS and interlace == 0, "badDimensions", "a PNG that is not read here"
            )
            require(0 < width and 0 < height, "badDimensions")
            require(width * height <= MAXIMUM_PIXELS, "tooManyPixels")
        elif name == b"IDAT":
            compressed += content
        elif name == b"IEND":
            break
        at += 12 + length
    require(width > 0, "wrongLength", "a PNG without IHDR")
    channels = CHANNELS[colour]
    line = width * channels
    inflater = zlib.decompressobj()
    try:
        raw = inflater.decompress(compressed, (line + 1) * height + 1)
    except zlib.error as failure:
        raise ProtocolError("nonCanonical", str(failure)) from failure
    require(len(raw) == (line + 1) * height, "wrongLength", "a PNG's pixels")
    rows, above = [], bytes(line)
    for y in range(height):
        kind, row = raw[y * (line + 1)], bytearray(raw[y * (line + 1) + 1 : (y + 1) * (line + 1)])
        require(kind <= 4, "nonCanonical", "filter of a PNG row")
        if kind:
            unfilter(kind, row, above, channels)
        above = bytes(row)
        rows.append(above)
    data = b"".join(rows)
    if channels == 2:  # alpha is ignored
        return Pixels(width, height, 1, data[::2])
    return Pixels(width, height, channels, data)
