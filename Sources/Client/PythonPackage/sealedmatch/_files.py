"""Picture files before a decoder sees them: what the pixels need of a file, and how a viewer turns it.

The rule is Docs/Protocol.md, 5.11: what every viewer shows is a picture. Metadata never reaches Pillow, which would
refuse a picture for it; so it cannot hide one. The command line tool takes the same files for the same pictures.
"""

from __future__ import annotations

import re
import struct
import zlib
from collections.abc import Iterator
from typing import NamedTuple

#: What is behind is not looked at: the file ends there.
MAXIMUM_FILE = 512 << 20

_BMP_HEADERS = (12, 40, 52, 56, 64, 108, 124)
_HEVC_BRANDS = (b"heic", b"heix", b"hevc", b"hevx", b"heim", b"heis", b"hevm", b"hevs")


class DamagedError(ValueError):
    """No pixels can be had of this file."""


class File(NamedTuple):
    """What a decoder gets."""

    content: bytes
    #: EXIF's number, 1 to 8, of formats that carry EXIF's; the decoder's own turns come first.
    orientation: int = 1
    #: Size of a canvas, and where the picture lies on it; of an animation.
    canvas: tuple[int, int] | None = None
    offset: tuple[int, int] = (0, 0)


def kind(content: bytes) -> str | None:
    """A picture's format by its first bytes, with the name that Pillow has for it; None for other files."""
    if content.startswith(b"\xff\xd8\xff"):
        return "JPEG"
    if content.startswith(b"\x89PNG\r\n\x1a\n"):
        return "PNG"
    if content.startswith(b"RIFF") and content[8:12] == b"WEBP":
        return "WEBP"
    if content.startswith((b"GIF87a", b"GIF89a")):
        return "GIF"
    if content.startswith((b"II*\0", b"MM\0*", b"II+\0", b"MM\0+")):
        return "TIFF"
    # Two letters may begin a text; with the header's size they do not.
    if content.startswith(b"BM") and int.from_bytes(content[14:18].ljust(4, b"\xff"), "little") in _BMP_HEADERS:
        return "BMP"
    if content[4:8] == b"ftyp":
        return _boxed(content)
    return None


def _boxed(content: bytes) -> str | None:
    """Of a file in boxes, its brands decide: the first one, and where that says no more than "pictures", the others."""
    end = min(int.from_bytes(content[:4], "big"), len(content), 1_024)
    brands = [content[8:12]]
    if brands[0] in (b"mif1", b"msf1", b"miaf"):
        brands += [content[at : at + 4] for at in range(16, end - 3, 4)]
    for brand in brands:
        if brand in (b"avif", b"avis"):
            return "AVIF"
        if brand in _HEVC_BRANDS:
            return "HEIF"
    return "HEIF" if len(brands) > 1 else None


def prepared(content: bytes, format: str) -> File:
    """The file without what its pixels do not need.

    :raises DamagedError: there are no pixels.
    """
    prepare = {"JPEG": _jpeg, "PNG": _png, "WEBP": _webp, "GIF": _gif, "BMP": _bmp, "AVIF": _boxes, "HEIF": _boxes}
    return prepare[format](content) if format in prepare else File(content)


def orientation(exif: bytes) -> int:
    """EXIF's number, as browsers take it: tag 0x0112 of the first directory, one unsigned 16-bit number. Damaged
    metadata is no metadata.
    """
    exif = exif.removeprefix(b"Exif\0\0")
    order = {b"II": "<", b"MM": ">"}.get(exif[:2])
    try:
        if order is None or struct.unpack_from(order + "H", exif, 2)[0] != 42:
            return 1
        (directory,) = struct.unpack_from(order + "I", exif, 4)
        (entries,) = struct.unpack_from(order + "H", exif, directory)
        for entry in range(entries):
            tag, kind, count, value = struct.unpack_from(order + "HHIH", exif, directory + 2 + 12 * entry)
            if tag == 0x0112:
                return value if (kind, count) == (3, 1) and 1 <= value <= 8 else 1
    except struct.error:
        pass
    return 1


# A marker: 0xFF, any number of them, and a byte that is neither 0 nor one that stands alone.
_MARKER = re.compile(rb"\xff+([^\x00\x01\xd0-\xd8\xff])", re.DOTALL)
#: Baseline, extended and progressive, with Huffman or arithmetic coding.
_JPEG_PROCESSES = (0xC0, 0xC1, 0xC2, 0xC9, 0xCA)
_JPEG_SCANS = 500


def _jpeg(content: bytes) -> File:
    """Segments of pixels, an end, and of the others those that tell how colours are coded."""
    kept: list[bytes] = [b"\xff\xd8"]
    turned: int | None = None
    at, scans = 2, 0
    while marker := _MARKER.search(content, at):
        if scans:
            kept.append(content[at : marker.start()])
        at = marker.end()
        code = marker[1][0]
        end = at + int.from_bytes(content[at : at + 2], "big")
        if code == 0xD9 or end < at + 2 or end > len(content):
            # The end, or a segment that is cut off. The scans before it are what viewers show.
            at = len(content)
            break
        body = content[at + 2 : end]
        if code == 0xE1 and turned is None and body.startswith(b"Exif\0\0"):
            turned = orientation(body)
        if (
            0xC0 <= code <= 0xCF
            and code not in (0xC4, 0xC8, 0xCC)
            and (code not in _JPEG_PROCESSES or body[:1] != b"\x08")
        ):
            raise DamagedError("JPEG of a process that is not read")
        scans += code == 0xDA
        if scans > _JPEG_SCANS:
            raise DamagedError("JPEG with too many scans")
        is_color = (code == 0xE0 and body.startswith(b"JFIF\0") and len(body) >= 12) or (
            code == 0xEE and body.startswith(b"Adobe") and len(body) >= 12
        )
        if is_color or not (0xE0 <= code <= 0xEF or code == 0xFE):
            kept += [bytes((0xFF, code)), content[at:end]]
        at = end
    if scans:
        kept.append(content[at:])
    kept.append(b"\xff\xd9")
    return File(b"".join(kept), turned or 1)


def _png_chunks(content: bytes) -> Iterator[tuple[bytes, bytes]]:
    at = 8
    while at + 8 <= len(content):
        (length,) = struct.unpack_from(">I", content, at)
        yield content[at + 4 : at + 8], content[at + 8 : at + 8 + length]
        at += 12 + length


def _png(content: bytes) -> File:
    """Header, palette and pixels, with right checksums."""
    header = palette = b""
    data: list[bytes] = []
    closed = False
    turned: int | None = None
    for name, body in _png_chunks(content):
        if name == b"IHDR" and not header:
            header = body
        elif name == b"PLTE" and not palette and not data:
            palette = body
        elif name == b"IDAT" and not closed:
            data.append(body)
        elif name == b"IEND":
            break
        elif name == b"eXIf" and turned is None:
            turned = orientation(body)
        closed = closed or (bool(data) and name != b"IDAT")
    # Methods of compression and of filtering that there are not, and an unknown order of rows.
    if len(header) != 13 or not data or header[10:12] != b"\0\0" or header[12] > 1:
        raise DamagedError("PNG without pixels")
    return File(png(header, palette, b"".join(data)), turned or 1)


def png(header: bytes, palette: bytes, data: bytes) -> bytes:
    chunks = [(b"IHDR", header), (b"PLTE", palette), (b"IDAT", data), (b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))
        for name, body in chunks
        if body or name == b"IEND"
    )


def repaired_png(content: bytes) -> bytes:
    """A PNG whose rows are missing or damaged from somewhere on, made whole: the rest is zeros, which is black, or the
    palette's first colour.

    :param content: as `prepared` gives it.
    :raises DamagedError: not one row can be had.
    """
    chunks = dict(_png_chunks(content))
    header = chunks[b"IHDR"]
    width, height, depth, color, _, _, interlaced = struct.unpack(">IIBBBBB", header)
    bits = depth * {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}.get(color, 4)
    passes = [(0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2)]
    rows: list[tuple[int, int]] = []
    for x, y, across, down in passes if interlaced else [(0, 0, 1, 1)]:
        columns, lines = max(0, -(-(width - x) // across)), max(0, -(-(height - y) // down))
        if columns:
            rows.append((lines, 1 + (columns * bits + 7) // 8))
    whole = bytearray()
    stream = _Inflated(chunks[b"IDAT"])
    taken = 0
    try:
        for lines, length in rows:
            for _ in range(lines):
                row = stream.read(length)
                if len(row) < length or row[0] > 4:
                    raise EOFError
                whole += row
                taken += 1
    except (EOFError, zlib.error):
        pass
    if not taken:
        raise DamagedError("PNG without a row")
    whole += bytes(sum(lines * length for lines, length in rows) - len(whole))
    return png(header, chunks.get(b"PLTE", b""), zlib.compress(whole, 1))


class _Inflated:
    """Bytes of a zlib stream, as many at a time as are asked for: those before damage are all given."""

    def __init__(self, data: bytes) -> None:
        # Without the stream's checksum, which would be looked at behind the last row.
        self._inflate = zlib.decompressobj(-zlib.MAX_WBITS)
        self._data = memoryview(data)[2:]

    def read(self, count: int) -> bytes:
        result = b""
        while len(result) < count:
            pending = self._inflate.unconsumed_tail
            if not pending:
                pending, self._data = bytes(self._data[:16_384]), self._data[16_384:]
            before = len(result)
            result += self._inflate.decompress(pending, count - len(result))
            if len(result) == before and not self._inflate.unconsumed_tail and not self._data:
                break
        return result


def _webp_chunks(content: bytes, at: int) -> Iterator[tuple[bytes, bytes]]:
    while at + 8 <= len(content):
        size = int.from_bytes(content[at + 4 : at + 8], "little")
        yield content[at : at + 4], content[at + 8 : at + 8 + size]
        at += 8 + size + size % 2


def _webp(content: bytes) -> File:
    """The first frame as a file of its own."""
    frame: tuple[bytes, bytes] | None = None
    canvas: tuple[int, int] | None = None
    offset = (0, 0)
    turned: int | None = None

    def little(data: bytes) -> int:
        return int.from_bytes(data, "little")

    for name, body in _webp_chunks(content, 12):
        if name == b"VP8X" and len(body) >= 10 and body[0] & 2:
            canvas = (little(body[4:7]) + 1, little(body[7:10]) + 1)
        elif name == b"ANMF" and frame is None and len(body) >= 16:
            offset = (2 * little(body[0:3]), 2 * little(body[3:6]))
            frame = next((inner for inner in _webp_chunks(body, 16) if inner[0] in (b"VP8 ", b"VP8L")), None)
        elif name in (b"VP8 ", b"VP8L") and frame is None:
            frame = (name, body)
        elif name == b"EXIF" and turned is None:
            turned = orientation(body)
    if frame is None:
        raise DamagedError("WebP without a frame")
    name, body = frame
    chunk = name + struct.pack("<I", len(body)) + body + bytes(len(body) % 2)
    return File(b"RIFF" + struct.pack("<I", 4 + len(chunk)) + b"WEBP" + chunk, turned or 1, canvas, offset)


def _gif(content: bytes) -> File:
    """Screen, palette and the first frame."""
    if len(content) < 13:
        raise DamagedError("GIF without a screen")
    at = 13 + (3 * (2 << (content[10] & 7)) if content[10] & 0x80 else 0)
    screen = content[:at]
    transparent: int | None = None
    while at < len(content) and content[at] not in b"\x2c\x3b":
        if content[at] != 0x21:
            at += 1
            continue
        if content[at + 1 : at + 2] == b"\xf9" and at + 6 < len(content):
            transparent = content[at + 6] if content[at + 3] & 1 else None
        at += 2
        while at < len(content):
            length = content[at]
            at += 1 + length
            if not length:
                break
    if content[at : at + 1] != b"\x2c" or at + 11 > len(content):
        raise DamagedError("GIF without a frame")
    flags = content[at + 9]
    data = at + 10 + (3 * (2 << (flags & 7)) if flags & 0x80 else 0)
    if data >= len(content) or not 1 <= content[data] <= 8:
        raise DamagedError("GIF without pixel data")
    control = b"" if transparent is None else b"\x21\xf9\x04\x01\0\0" + bytes((transparent, 0))
    return File(screen + control + content[at:])


class GIFFrame(NamedTuple):
    """The first frame of a GIF, as far as its data goes."""

    screen: tuple[int, int]
    offset: tuple[int, int]
    size: tuple[int, int]
    #: 256 colours of three bytes; those that the file does not have are a ramp of grey.
    palette: bytes
    #: The index of what the frame leaves out.
    background: int
    #: Width × height indices, rows in the order of the picture.
    indices: bytes


def repaired_gif(content: bytes) -> GIFFrame:
    """A GIF whose data is cut off or damaged from somewhere on.

    :param content: as `prepared` gives it.
    :raises DamagedError: not one pixel can be had.
    """
    at = 13 + (3 * (2 << (content[10] & 7)) if content[10] & 0x80 else 0)
    colors = content[13:at]
    background = 0
    if content[at] == 0x21:
        background = content[at + 6]
        at += 8
    x, y, width, height, flags = struct.unpack_from("<HHHHB", content, at + 1)
    at += 10
    if flags & 0x80:
        colors = content[at : at + 3 * (2 << (flags & 7))]
        at += 3 * (2 << (flags & 7))
    if at >= len(content) or not 1 <= content[at] <= 8:
        raise DamagedError("GIF without pixel data")
    blocks = bytearray()
    minimum, at = content[at], at + 1
    while at < len(content) and content[at]:
        blocks += content[at + 1 : at + 1 + content[at]]
        at += 1 + content[at]
    indices = _lzw(blocks, minimum, width * height)
    if not indices:
        raise DamagedError("GIF without pixel data")
    indices += bytes((background,)) * (width * height - len(indices))
    if flags & 0x40:
        order = [row for first, step in ((0, 8), (4, 8), (2, 4), (1, 2)) for row in range(first, height, step)]
        lines = [b""] * height
        for line, row in enumerate(order):
            lines[row] = bytes(indices[line * width : line * width + width])
        indices = bytearray(b"".join(lines))
    ramp = bytes(value for value in range(256) for _ in range(3))
    screen_width, screen_height = struct.unpack_from("<HH", content, 6)
    return GIFFrame(
        (max(screen_width, x + width), max(screen_height, y + height)), (x, y), (width, height),
        colors + ramp[len(colors) :], background, bytes(indices),
    )  # fmt: skip


def _lzw(data: bytes | bytearray, minimum: int, count: int) -> bytearray:
    """Up to `count` indices: as many as there are before the data ends or a code means nothing."""
    clear = 1 << minimum
    start = [bytes((value,)) for value in range(clear)] + [b"", b""]
    strings = list(start)
    width = minimum + 1
    previous: bytes | None = None
    accumulated = bits = at = 0
    result = bytearray()
    while len(result) < count:
        while bits < width:
            if at == len(data):
                return result
            accumulated |= data[at] << bits
            bits += 8
            at += 1
        code = accumulated & ((1 << width) - 1)
        accumulated >>= width
        bits -= width
        if code == clear:
            strings, width, previous = list(start), minimum + 1, None
            continue
        if code == clear + 1 or code > len(strings) or (code == len(strings) and len(strings) == 4_096):
            return result
        if previous is None:
            if code > clear:
                return result
            previous = strings[code]
            result += previous
            continue
        string = strings[code] if code < len(strings) else previous + previous[:1]
        result += string
        if len(strings) < 4_096:
            strings.append(previous + string[:1])
            if len(strings) == 1 << width and width < 12:
                width += 1
        previous = string
    del result[count:]
    return result


def _bmp(content: bytes) -> File:
    """Rows that are missing are zeros."""
    old = content[14:18] == b"\x0c\0\0\0"
    try:
        (offset,) = struct.unpack_from("<I", content, 10)
        width, height = struct.unpack_from("<HH" if old else "<Ii", content, 18)
        (bits,) = struct.unpack_from("<H", content, 24 if old else 28)
        (compression,) = (0,) if old else struct.unpack_from("<I", content, 30)
    except struct.error:
        raise DamagedError("BMP without a header") from None
    needed = offset + (width * bits + 31) // 32 * 4 * abs(height)
    if compression in (0, 3) and offset < len(content) < needed <= MAXIMUM_FILE:
        content += bytes(needed - len(content))
    if compression == 3 and bits == 32 and len(content) >= 66:
        content = _plain(content, offset)
    return File(content)


def _plain(content: bytes, offset: int) -> bytes:
    """A BMP of four bytes a pixel that has its colours in another order, in the usual one. Pillow knows some orders."""
    places = [{0xFF: 0, 0xFF00: 1, 0xFF0000: 2, 0xFF000000: 3}.get(m) for m in struct.unpack_from("<III", content, 54)]
    if None in places or len(set(places)) < 3:
        raise DamagedError("BMP with other masks")
    pixels = content[offset:]
    pixels = pixels[: len(pixels) // 4 * 4]
    usual = bytearray(len(pixels))
    for place, channel in zip(places, (2, 1, 0), strict=True):
        usual[channel::4] = pixels[place::4]
    return content[:30] + bytes(4) + content[34:offset] + bytes(usual)


# An item's entry in a HEIF file: versions 2 and 3 have numbers of two and four bytes.
_METADATA_ITEM = re.compile(rb"(infe(?:\x02...(?:..)|\x03...(?:....))..)(?:Exif|mime)", re.DOTALL)


def _boxes(content: bytes) -> File:
    """Items of metadata under a name that no decoder knows."""
    head = content[: 1 << 20]
    return File(_METADATA_ITEM.sub(rb"\1skip", head) + content[len(head) :])
