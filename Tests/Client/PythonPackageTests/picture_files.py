"""One table of picture files, of the kinds that phones, chats and hostile senders make, for the tests that compare the
tool with the Python package. Everything is computed, but `Data/jpeg_410.jpg`, which no encoder at hand makes.
"""

from __future__ import annotations

import ctypes
import io
import os
import re
import struct
import zlib
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pillow_heif
from numpy.typing import NDArray
from PIL import Image

Pixels = NDArray[np.uint8]
DATA = Path(__file__).parent / "Data"


def scene(width: int = 200, height: int = 150, seed: int = 1) -> Pixels:
    """Waves and edges, so that all of PDQ's bits are in play."""
    y, x = np.mgrid[0:height, 0:width].astype(float)
    random = np.random.default_rng(seed)
    rgb = np.zeros((height, width, 3))
    for _ in range(24):
        fx, fy, phase = random.uniform(-0.15, 0.15), random.uniform(-0.15, 0.15), random.uniform(0, 6.3)
        rgb += np.sin(fx * x + fy * y + phase)[:, :, None] * random.uniform(4, 40, 3)
    rgb += ((x // 40 + y // 30) % 2)[:, :, None] * 60
    return np.clip(rgb + 110, 0, 255).astype(np.uint8)


def saved(picture: Image.Image, kind: str, **options: object) -> bytes:
    out = io.BytesIO()
    picture.save(out, kind, **options)
    return out.getvalue()


def exif(number: int, order: str = ">") -> bytes:
    head = (b"MM\0*" if order == ">" else b"II*\0") + struct.pack(order + "I", 8)
    return head + struct.pack(order + "HHHIHHI", 1, 0x0112, 3, 1, number, 0, 0)


# JPEG


def segment(code: int, body: bytes) -> bytes:
    return struct.pack(">BBH", 0xFF, code, len(body) + 2) + body


def turbo(pixels: Pixels, subsampling: int, cmyk: bool = False, arithmetic: bool = False) -> bytes:
    """By libturbojpeg, for subsamplings and codings that Pillow does not write. 3: grey, 4: 4:4:0, 5: 4:1:1."""
    library = ctypes.CDLL("libturbojpeg.so.0")
    library.tjInitCompress.restype = ctypes.c_void_p
    handle = ctypes.c_void_p(library.tjInitCompress())
    out, count = ctypes.POINTER(ctypes.c_ubyte)(), ctypes.c_ulong()
    height, width = pixels.shape[:2]
    if arithmetic:
        os.environ["TJ_ARITHMETIC"] = "1"
    try:
        done = library.tjCompress2(
            handle, np.ascontiguousarray(pixels).ctypes.data_as(ctypes.c_void_p), width, 0, height, 11 if cmyk else 0,
            ctypes.byref(out), ctypes.byref(count), subsampling, 90, 0,
        )  # fmt: skip
    finally:
        os.environ.pop("TJ_ARITHMETIC", None)
    assert done == 0
    content = ctypes.string_at(out, count.value)
    library.tjFree(out)
    library.tjDestroy(handle)
    return content


def jpegs() -> Iterator[tuple[str, bytes]]:
    pixels = scene()
    color = Image.fromarray(pixels)
    base = saved(color, "JPEG", quality=90)
    progressive = saved(color, "JPEG", quality=90, progressive=True)
    for name, sampling in (("444", 0), ("422", 1), ("420", 2)):
        yield f"{name}.jpg", saved(color, "JPEG", quality=85, subsampling=sampling)
    for name, sampling in (("440", 4), ("411", 5), ("grey", 3)):
        yield f"{name}.jpg", turbo(pixels, sampling)
    yield "410.jpg", (DATA / "jpeg_410.jpg").read_bytes()
    inks = np.concatenate([255 - pixels, pixels[:, :, :1] // 3], 2)
    yield "cmyk.jpg", saved(Image.fromarray(inks, "CMYK"), "JPEG", quality=90)
    yield "ycck_420.jpg", turbo(inks, 2, cmyk=True)
    yield "ycck_410.jpg", turbo(inks, 5, cmyk=True)
    adobe = segment(0xEE, b"Adobe\0\x64\0\0\0\0\0")
    bare = b"\xff\xd8" + base[2 + 18 :]
    yield "without_jfif.jpg", bare
    yield "adobe_says_rgb.jpg", b"\xff\xd8" + adobe + bare[2:]
    yield "adobe_cut.jpg", base[:20] + segment(0xEE, b"Adobe\0") + base[20:]
    yield "jfif_cut.jpg", b"\xff\xd8" + segment(0xE0, b"JFIF\0") + bare[2:]
    yield "arithmetic.jpg", turbo(pixels, 2, arithmetic=True)
    yield "progressive.jpg", progressive
    yield "restarts.jpg", saved(color, "JPEG", quality=90, restart_marker_rows=1)
    for order in "<>":
        for number in range(10):
            turned = segment(0xE1, b"Exif\0\0" + exif(number, order))
            yield f"exif{number}{'le' if order == '<' else 'be'}.jpg", base[:20] + turned + base[20:]
    for name, damaged in (
        ("letters", b"Exif\0\0XXXXXXXXXXXX"), ("cut", b"Exif\0\0" + exif(6)[:16]), ("empty", b"Exif\0\0"),
        ("far", b"Exif\0\0MM\0*\xff\xff\xff\xff"),
        ("long", b"Exif\0\0" + exif(6).replace(b"\0\x03\0\0\0\1", b"\0\4\0\0\0\1")),
    ):  # fmt: skip
        yield f"exif_{name}.jpg", base[:20] + segment(0xE1, damaged) + base[20:]
    yield (
        "exif_twice.jpg",
        base[:20] + segment(0xE1, b"Exif\0\0" + exif(6)) + segment(0xE1, b"Exif\0\0" + exif(3)) + base[20:],
    )
    xmp = b'http://ns.adobe.com/xap/1.0/\0<x tiff:Orientation="6"/>'
    yield "xmp_orientation.jpg", base[:20] + segment(0xE1, xmp) + base[20:]
    yield "icc_damaged.jpg", base[:20] + segment(0xE2, b"ICC_PROFILE\0\7\1damaged") + base[20:]
    yield "mpf_damaged.jpg", base[:20] + segment(0xE2, b"MPF\0MM\0*damaged") + base[20:]
    yield "photoshop_damaged.jpg", base[:20] + segment(0xED, b"Photoshop 3.0\0" + b"8BIM\xff\xff\xff") + base[20:]
    yield "comment.jpg", base[:20] + segment(0xFE, bytes(60_000)) + base[20:]
    yield "junk_between.jpg", base[:20] + b"junk" + base[20:]
    yield "fill_bytes.jpg", base[:20] + b"\xff\xff\xff" + base[20:]
    yield "junk_before_end.jpg", base[:-2] + b"forty-seven bytes that are no part of it" + base[-2:]
    yield "junk_behind.jpg", base + b"\xff\xd8 and more" * 9
    yield "no_end.jpg", base[:-2]
    for name, content in (("baseline", base), ("progressive", progressive)):
        for percent in (99, 90, 75, 50, 25):
            yield f"{name}_{percent}.jpg", content[: len(content) * percent // 100]
    tables = [at.start() for at in re.finditer(b"\xff\xc4", progressive)]
    yield "cut_in_table.jpg", progressive[: tables[-1] + 10]
    yield "cut_behind_ff.jpg", base[: base.index(b"\xff\0", len(base) // 2) + 1]
    yield "head_alone.jpg", base[: base.index(b"\xff\xda")]
    damaged = bytearray(base)
    for at in range(len(base) // 2, len(base) - 2, 400):
        damaged[at] = 0x55
    yield "damaged_scan.jpg", bytes(damaged)
    frame = base.index(b"\xff\xc0")
    yield "twelve_bits.jpg", base[: frame + 4] + b"\x0c" + base[frame + 5 :]
    # A warning comes first, then the error that a table is missing.
    yield "table_missing.jpg", base[:20] + b"junk" + base[20:].replace(b"\xff\xdb", b"\xff\xfe")
    yield "lossless.jpg", base.replace(b"\xff\xc0", b"\xff\xc3", 1)
    yield "enormous.jpg", base[: frame + 5] + b"\xff\xdc\xff\xdc" + base[frame + 9 :]
    yield "start_alone.jpg", b"\xff\xd8\xff"


# PNG


def chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


SIGNATURE = b"\x89PNG\r\n\x1a\n"


def png_parts(content: bytes) -> list[tuple[bytes, bytes]]:
    parts, at = [], 8
    while at < len(content):
        (length,) = struct.unpack_from(">I", content, at)
        parts.append((content[at + 4 : at + 8], content[at + 8 : at + 8 + length]))
        at += 12 + length
    return parts


def png(parts: list[tuple[bytes, bytes]]) -> bytes:
    return SIGNATURE + b"".join(chunk(kind, body) for kind, body in parts)


def png_by_hand(pixels: NDArray[np.generic], depth: int, kind: int, interlaced: bool = False) -> bytes:
    height, width = pixels.shape[:2]
    passes = [(0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2)]
    rows = b"".join(
        b"\0" + row.tobytes()
        for x, y, dx, dy in (passes if interlaced else [(0, 0, 1, 1)])
        for row in pixels[y::dy, x::dx]
        if row.size
    )
    header = struct.pack(">IIBBBBB", width, height, depth, kind, 0, 0, int(interlaced))
    return png([(b"IHDR", header), (b"IDAT", zlib.compress(rows)), (b"IEND", b"")])


def pngs() -> Iterator[tuple[str, bytes]]:
    pixels = scene()
    color = Image.fromarray(pixels)
    base = saved(color, "PNG")
    palette = color.quantize(64)
    alpha = np.dstack([pixels, pixels[:, :, 0]])
    wide = pixels.astype(">u2") * 257
    yield "rgb.png", base
    yield "rgba.png", saved(Image.fromarray(alpha), "PNG")
    yield "grey.png", saved(color.convert("L"), "PNG")
    yield "grey_alpha.png", saved(Image.fromarray(alpha).convert("LA"), "PNG")
    yield "bilevel.png", saved(color.convert("1"), "PNG")
    yield "palette.png", saved(palette, "PNG")
    yield "palette_transparent.png", saved(palette, "PNG", transparency=3)
    yield "palette_4.png", saved(color.quantize(16), "PNG")
    yield "rgb_transparent.png", saved(color, "PNG", transparency=(0, 0, 0))
    yield "rgb_16.png", png_by_hand(wide, 16, 2)
    yield "grey_16.png", png_by_hand(wide[:, :, 0], 16, 0)
    yield "grey_alpha_16.png", png_by_hand(wide[:, :, :2], 16, 4)
    yield "rgba_16.png", png_by_hand(np.dstack([wide, wide[:, :, 0]]), 16, 6)
    yield "interlaced.png", png_by_hand(pixels, 8, 2, interlaced=True)
    yield "interlaced_grey_16.png", png_by_hand(wide[:, :, 0], 16, 0, interlaced=True)
    yield "animated.png", saved(color, "PNG", save_all=True, append_images=[Image.fromarray(scene(seed=2))])
    parts = png_parts(base)
    head, rest = parts[:1], parts[1:]
    for number in range(10):
        yield f"exif{number}.png", png([*head, (b"eXIf", exif(number)), *rest])
    yield "exif_behind.png", png([*parts[:-1], (b"eXIf", exif(8, "<")), parts[-1]])
    yield "exif_letters.png", png([*head, (b"eXIf", b"XXXXXXXXXXXX"), *rest])
    yield "exif_text.png", png([*head, (b"tEXt", b"Raw profile type exif\0\nexif\n 2\nxx"), *rest])
    yield "text_huge.png", png([*head, (b"zTXt", b"Comment\0\0" + zlib.compress(bytes(3 << 20))), *rest])
    yield "text_damaged.png", png([*head, (b"zTXt", b"Comment\0\0damaged"), (b"iTXt", b"\0"), (b"tEXt", b""), *rest])
    yield "profile_huge.png", png([*head, (b"iCCP", b"name\0\0" + zlib.compress(bytes(60 << 20))), *rest])
    yield "profile_damaged.png", png([*head, (b"iCCP", b"name\0\0damaged"), *rest])
    yield (
        "chunks_damaged.png",
        png(
            [
                *head,
                (b"gAMA", b""),
                (b"pHYs", b"\1"),
                (b"cHRM", b"x"),
                (b"sRGB", b""),
                (b"acTL", b""),
                (b"tIME", b"\0"),
                *rest,
            ]
        ),
    )
    yield (
        "text_between.png",
        png([*head, (b"IDAT", rest[0][1][:999]), (b"tEXt", b"a\0b"), (b"IDAT", rest[0][1][999:]), rest[-1]]),
    )
    pieces = [rest[0][1][at : at + 700] for at in range(0, len(rest[0][1]), 700)]
    yield "many_pieces.png", png([*head, *((b"IDAT", piece) for piece in pieces), rest[-1]])
    with_text = png([*head, (b"tEXt", b"Comment\0text"), *rest])
    for kind in (b"IHDR", b"tEXt", b"IDAT", b"IEND"):
        at = with_text.index(kind) - 4
        end = at + 8 + struct.unpack_from(">I", with_text, at)[0]
        yield f"crc_{kind.decode()}.png", with_text[:end] + b"\1\2\3\4" + with_text[end + 4 :]
    yield "adler.png", png([*head, (b"IDAT", rest[0][1][:-4] + b"\1\2\3\4"), rest[-1]])
    yield "no_end.png", base[:-12]
    yield "no_checksum.png", base[:-16]
    yield "junk_behind.png", base + b"junk" * 99
    yield "data_behind.png", png([*head, (b"IDAT", rest[0][1] + bytes(9_999)), rest[-1]])
    damaged = bytearray(rest[0][1])
    damaged[len(damaged) // 2] ^= 0x10
    yield "damaged_data.png", png([*head, (b"IDAT", bytes(damaged)), rest[-1]])
    for name, content in (
        ("rgb", base), ("palette", saved(palette, "PNG")), ("interlaced", png_by_hand(pixels, 8, 2, interlaced=True)),
        ("bilevel", saved(color.convert("1"), "PNG")), ("grey_16", png_by_hand(wide[:, :, 0], 16, 0)),
    ):  # fmt: skip
        for percent in (99, 75, 40, 10):
            yield f"{name}_{percent}.png", content[: len(content) * percent // 100]
    yield "head_alone.png", base[:33]
    yield (
        "enormous.png",
        png([(b"IHDR", struct.pack(">IIBBBBB", 40_000, 40_000, 8, 2, 0, 0, 0)), (b"IDAT", b""), rest[-1]]),
    )
    yield "method_unknown.png", png([(b"IHDR", head[0][1][:10] + b"\1" + head[0][1][11:]), *rest])
    yield "long_side.png", png_by_hand(np.zeros((2, 65_536), np.uint8), 8, 0)


# WebP


def riff(*chunks: tuple[bytes, bytes]) -> bytes:
    body = b"".join(name + struct.pack("<I", len(data)) + data + bytes(len(data) % 2) for name, data in chunks)
    return b"RIFF" + struct.pack("<I", 4 + len(body)) + b"WEBP" + body


def webps() -> Iterator[tuple[str, bytes]]:
    pixels = scene()
    color, other = Image.fromarray(pixels), Image.fromarray(scene(seed=2))
    alpha = Image.fromarray(np.dstack([pixels, pixels[:, :, 0]]))
    lossy = saved(color, "WEBP", quality=85)
    yield "lossy.webp", lossy
    yield "lossless.webp", saved(color, "WEBP", lossless=True)
    yield "lossy_alpha.webp", saved(alpha, "WEBP", quality=85, exact=True)
    yield "lossless_alpha.webp", saved(alpha, "WEBP", lossless=True, exact=True)
    animated = saved(color, "WEBP", save_all=True, append_images=[other, color], quality=85)
    yield "animated.webp", animated
    yield "animated_lossless.webp", saved(color, "WEBP", save_all=True, append_images=[other], lossless=True)
    yield "animated_cut.webp", animated[: len(animated) * 2 // 3]
    small = saved(Image.fromarray(scene(120, 90)), "WEBP", quality=85)[20:]
    frame = (
        b"\x14\0\0"
        + b"\x0a\0\0"
        + b"\x77\0\0"
        + b"\x59\0\0"
        + b"\x64\0\0\0"
        + b"VP8 "
        + struct.pack("<I", len(small))
        + small
    )
    header = b"\x02\0\0\0" + b"\xc7\0\0" + b"\x95\0\0"
    yield "animated_offset.webp", riff((b"VP8X", header), (b"ANIM", bytes(6)), (b"ANMF", frame))
    for number in (1, 3, 6, 7):
        yield f"exif{number}.webp", saved(color, "WEBP", quality=85, exif=b"Exif\0\0" + exif(number, "<"))
    yield "exif_letters.webp", saved(color, "WEBP", quality=85, exif=b"XXXXXXXXXXXX")
    yield "size_too_large.webp", lossy[:4] + b"\xff\xff\xff\x7f" + lossy[8:]
    yield "size_too_small.webp", lossy[:4] + b"\x20\0\0\0" + lossy[8:]
    yield "junk_behind.webp", lossy + b"junk" * 99
    yield "cut.webp", lossy[: len(lossy) // 2]
    yield "head_alone.webp", lossy[:12]


# GIF


def gifs() -> Iterator[tuple[str, bytes]]:
    pixels = scene()
    color, other = Image.fromarray(pixels).quantize(200), Image.fromarray(scene(seed=2)).quantize(200)
    still = saved(color, "GIF", interlace=0)
    interlaced = saved(color, "GIF", interlace=1)
    yield "still.gif", still
    yield "interlaced.gif", interlaced
    yield "colors_2.gif", saved(Image.fromarray(pixels).convert("1"), "GIF")
    yield "colors_16.gif", saved(Image.fromarray(pixels).quantize(16), "GIF")
    yield "grey.gif", saved(Image.fromarray(pixels).convert("L"), "GIF")
    animated = saved(color, "GIF", save_all=True, append_images=[other], duration=100, loop=0)
    yield "animated.gif", animated
    yield "animated_cut.gif", animated[: len(animated) - 4_000]
    yield "transparent.gif", saved(color, "GIF", transparency=5)
    yield "comment.gif", saved(color, "GIF", comment=b"c" * 900)
    body = still[13 + 768 :]
    assert body[0] == 0x2C
    larger = still[:6] + struct.pack("<HH", 260, 210) + still[10 : 13 + 768]
    moved = body[:1] + struct.pack("<HH", 30, 40) + body[5:]
    yield "offset.gif", larger + moved
    yield "offset_transparent.gif", larger + b"\x21\xf9\x04\x01\0\0\x09\0" + moved
    yield "leaves_the_screen.gif", still[: 13 + 768] + moved
    local = still[:10] + b"\0" + still[11:13] + body[:9] + b"\x87" + still[13 : 13 + 768] + body[10:]
    yield "local_palette.gif", local
    yield "no_palette.gif", still[:10] + b"\0" + still[11:13] + body
    yield "control_damaged.gif", still[: 13 + 768] + b"\x21\xf9\0" + b"\x21\xff\x01x\0" + body
    yield "junk_before_frame.gif", still[: 13 + 768] + b"junk\0" + body
    yield "no_end.gif", still[:-2]
    for name, content in (("still", still), ("interlaced", interlaced), ("local", local)):
        for percent in (95, 60, 30):
            yield f"{name}_{percent}.gif", content[: len(content) * percent // 100]
    yield "head_alone.gif", still[:13]
    yield "code_size.gif", still[: 13 + 768] + body[:10] + b"\x0b" + body[11:]
    yield "enormous.gif", still[:6] + b"\xff\xff\xff\xff" + still[10:]


# BMP


def bmp(header: int, bits: int, width: int, height: int, compression: int, extra: bytes, data: bytes) -> bytes:
    if header == 12:
        head = struct.pack("<IHHHH", 12, width, height, 1, bits)
    else:
        head = struct.pack("<IiiHHIIiiII", 40, width, height, 1, bits, compression, len(data), 0, 0, 0, 0)
    offset = 14 + len(head) + len(extra)
    return b"BM" + struct.pack("<IHHI", offset + len(data), 0, 0, offset) + head + extra + data


def bmps() -> Iterator[tuple[str, bytes]]:
    pixels = scene(199, 150)
    color = Image.fromarray(pixels)
    base = saved(color, "BMP")
    yield "rgb.bmp", base
    yield "rgba.bmp", saved(color.convert("RGBA"), "BMP")
    yield "palette.bmp", saved(color.quantize(200), "BMP")
    yield "grey.bmp", saved(color.convert("L"), "BMP")
    yield "bilevel.bmp", saved(color.convert("1"), "BMP")
    five = pixels.astype(np.uint16)
    rgb555 = (five[::-1, :, 0] >> 3) << 10 | (five[::-1, :, 1] >> 3) << 5 | five[::-1, :, 2] >> 3
    rgb565 = (five[::-1, :, 0] >> 3) << 11 | (five[::-1, :, 1] >> 2) << 5 | five[::-1, :, 2] >> 3
    pad = np.zeros((150, 1), np.uint16)
    yield "bits_16.bmp", bmp(40, 16, 199, 150, 0, b"", np.hstack([rgb555, pad]).astype("<u2").tobytes())
    masks = struct.pack("<III", 0xF800, 0x7E0, 0x1F)
    yield "masks_565.bmp", bmp(40, 16, 199, 150, 3, masks, np.hstack([rgb565, pad]).astype("<u2").tobytes())
    quad = np.dstack([pixels, pixels[:, :, :1] * 0])[::-1]
    yield "masks_rgb.bmp", bmp(40, 32, 199, 150, 3, struct.pack("<III", 0xFF, 0xFF00, 0xFF0000), quad.tobytes())
    yield "masks_odd.bmp", bmp(40, 32, 199, 150, 3, struct.pack("<III", 0x3FF, 0xFFC00, 0x3FF00000), quad.tobytes())
    rows = np.pad(pixels[:, :, ::-1].reshape(150, -1), ((0, 0), (0, 3)))
    yield "top_down.bmp", bmp(40, 24, 199, -150, 0, b"", rows.tobytes())
    yield "os2.bmp", bmp(12, 24, 199, 150, 0, b"", rows[::-1].tobytes())
    grey = pixels[::-1, :, 0] // 16 * 16
    ramp = b"".join(bytes((v, v, v, 0)) for v in range(256))
    packed = bytearray()
    for row in grey:
        at = 0
        while at < 199:
            run = 1
            while at + run < 199 and run < 255 and row[at + run] == row[at]:
                run += 1
            if run == 1 and at + 5 < 199:
                packed += bytes((0, 5)) + row[at : at + 5].tobytes() + b"\0"
                at += 5
            else:
                packed += bytes((run, row[at]))
                at += run
        packed += b"\0\0"
    yield "rle8.bmp", bmp(40, 8, 199, 150, 1, ramp, bytes(packed) + b"\0\1")
    yield "rle8_cut.bmp", bmp(40, 8, 199, 150, 1, ramp, bytes(packed[: len(packed) // 2]))
    nibbles = np.pad(grey // 16, ((0, 0), (0, 1)))
    four = b"".join(
        bytes((200, 0))
        if not row.any()
        else b"".join(bytes((2, int(a) << 4 | int(b))) for a, b in row.reshape(-1, 2)) + b"\0\0"
        for row in nibbles
    )
    yield (
        "rle4.bmp",
        bmp(
            40,
            4,
            199,
            150,
            2,
            ramp[::16][:0] + b"".join(bytes((v, v, v, 0)) for v in range(0, 256, 17)),
            four + b"\0\1",
        ),
    )
    for percent in (99, 60):
        yield f"cut_{percent}.bmp", base[: len(base) * percent // 100]
    yield "head_alone.bmp", base[:54]
    yield "enormous.bmp", base[:18] + struct.pack("<ii", 40_000, 40_000) + base[26:]


# TIFF


def tiffs() -> Iterator[tuple[str, bytes]]:
    pixels = scene()
    color = Image.fromarray(pixels)
    for compression in (None, "tiff_lzw", "tiff_adobe_deflate", "packbits"):
        yield f"rgb_{compression or 'raw'}.tiff", saved(color, "TIFF", compression=compression)
    yield "jpeg.tiff", saved(color, "TIFF", compression="jpeg")
    yield "grey.tiff", saved(color.convert("L"), "TIFF")
    yield "bilevel.tiff", saved(color.convert("1"), "TIFF")
    yield "fax.tiff", saved(color.convert("1"), "TIFF", compression="group4")
    yield "palette.tiff", saved(color.quantize(200), "TIFF")
    yield "rgba.tiff", saved(Image.fromarray(np.dstack([pixels, pixels[:, :, 0]])), "TIFF")
    yield "grey_16.tiff", saved(Image.fromarray(pixels[:, :, 0].astype(np.uint16) * 257), "TIFF")
    yield "cmyk.tiff", saved(color.convert("CMYK"), "TIFF")
    yield "big_endian.tiff", saved(color, "TIFF", big_tiff=True)
    for number in (1, 3, 6, 7):
        yield f"orientation{number}.tiff", saved(color, "TIFF", tiffinfo={274: number})
    yield "pages.tiff", saved(color, "TIFF", save_all=True, append_images=[Image.fromarray(scene(seed=2))])
    base = saved(color, "TIFF")
    yield "cut.tiff", base[: len(base) // 2]
    yield "head_alone.tiff", base[:8]


# AVIF and HEIC


def boxed() -> Iterator[tuple[str, bytes]]:
    pixels = scene()
    color, other = Image.fromarray(pixels), Image.fromarray(scene(seed=2))
    alpha = Image.fromarray(np.dstack([pixels, pixels[:, :, 0]]))
    for sampling in ("4:4:4", "4:2:2", "4:2:0", "4:0:0"):
        yield f"{sampling.replace(':', '')}.avif", saved(color, "AVIF", quality=90, subsampling=sampling)
    yield "alpha.avif", saved(alpha, "AVIF", quality=90)
    yield "animated.avif", saved(color, "AVIF", quality=90, save_all=True, append_images=[other])
    for number in range(1, 9):
        yield f"exif{number}.avif", saved(color, "AVIF", quality=90, exif=exif(number))
    turned = saved(color, "AVIF", quality=90, exif=exif(6))
    yield "exif_letters.avif", turned.replace(exif(6), b"X" * len(exif(6)))
    yield "exif_alone.avif", turned.replace(b"irot\x03", b"irot\x00")
    yield "cut.avif", turned[: len(turned) * 2 // 3]
    yield "head_alone.avif", turned[:40]
    for sampling in ("444", "420"):
        yield f"{sampling}.heic", heic(color, chroma=sampling)
    yield "alpha.heic", heic(alpha)
    yield "odd.heic", heic(Image.fromarray(scene(201, 151)))
    for number in (1, 3, 6, 8):
        picture = color.copy()
        picture.info["exif"] = b"Exif\0\0" + exif(number)
        yield f"exif{number}.heic", heic(picture)
    picture = color.copy()
    picture.info["exif"] = b"Exif\0\0" + exif(1)
    content = heic(picture)
    yield "exif_letters.heic", content.replace(exif(1), b"X" * len(exif(1)))
    yield "cut.heic", content[: len(content) * 2 // 3]
    yield "head_alone.heic", content[:40]


def heic(picture: Image.Image, chroma: str = "420") -> bytes:
    out = io.BytesIO()
    pillow_heif.from_pillow(picture).save(out, quality=90, chroma=chroma)
    return out.getvalue()


def others() -> Iterator[tuple[str, bytes]]:
    """Files that are no pictures, though they begin a little like some."""
    yield "empty", b""
    yield "text", b"a text"
    yield "bm_text", b"BM, no picture, but text that goes on for a while"
    yield "riff_text", b"RIFF0000WAVEfmt "
    yield "postscript", b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n"
    yield "two_bytes", b"\xff\xd8"


def table() -> dict[str, bytes]:
    makers = {
        "jpeg": jpegs,
        "png": pngs,
        "webp": webps,
        "gif": gifs,
        "bmp": bmps,
        "tiff": tiffs,
        "boxed": boxed,
        "other": others,
    }
    return {f"{kind}-{name}": content for kind, make in makers.items() for name, content in make()}
