#!/usr/bin/env python3
"""Prints Data/pictures.json: tiny picture files of many kinds, and the RGB that Pillow's convert("RGB") makes of them.

usage: make_pictures.py > Tests/Tool/SealedMatchPicturesTests/Data/pictures.json

Needs: numpy, Pillow. The pictures are made by a formula.
"""

import base64
import io
import json
import struct
import zlib

import numpy as np
from PIL import Image

WIDTH, HEIGHT = 21, 18


def chunk(kind, data):
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png(depth, kind, rows, extra=b""):
    """A PNG file by hand, for what Pillow does not write. Rows are bytes without filter."""
    header = struct.pack(">IIBBBBB", WIDTH, HEIGHT, depth, kind, 0, 0, 0)
    data = zlib.compress(b"".join(b"\0" + row for row in rows))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + extra + chunk(b"IDAT", data) + chunk(b"IEND", b"")


def interlaced(rgb):
    """The same with Adam7 interlacing, RGB."""
    passes = [(0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2)]
    data = b""
    for x, y, dx, dy in passes:
        for row in rgb[y::dy, x::dx]:
            if len(row):
                data += b"\0" + row.tobytes()
    header = struct.pack(">IIBBBBB", WIDTH, HEIGHT, 8, 2, 0, 0, 1)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(data)) + chunk(b"IEND", b"")


def saved(picture, kind, **options):
    file = io.BytesIO()
    picture.save(file, kind, **options)
    return file.getvalue()


def files():
    y, x = np.mgrid[0:HEIGHT, 0:WIDTH]
    rgb = np.stack([(x * 12) % 256, (y * 14) % 256, (x * y * 3) % 256], axis=-1).astype(np.uint8)
    alpha = ((x + y) * 7 % 256).astype(np.uint8)
    alpha[0:4, 0:4] = 0
    color = Image.fromarray(rgb, "RGB")
    rgba = Image.fromarray(np.dstack([rgb, alpha]), "RGBA")
    grey = color.convert("L")
    wide = (rgb.astype(np.uint32) * 257 + 37) % 65536
    palette = color.quantize(16)

    yield "png-rgb", saved(color, "PNG")
    yield "png-rgba", saved(rgba, "PNG")
    yield "png-grey", saved(grey, "PNG")
    yield "png-grey-alpha", saved(rgba.convert("LA"), "PNG")
    yield "png-bilevel", saved(color.convert("1"), "PNG")
    yield "png-palette", saved(palette, "PNG")
    yield "png-palette-transparent", saved(palette, "PNG", transparency=3)
    yield "png-rgb-transparent", saved(color, "PNG", transparency=(0, 0, 0))
    for depth, levels in ((2, 4), (4, 16)):
        packed = []
        for row in np.asarray(grey) // (256 // levels):
            text = "".join(format(int(v), f"0{depth}b") for v in row)
            text += "0" * (-len(text) % 8)
            packed.append(bytes(int(text[i : i + 8], 2) for i in range(0, len(text), 8)))
        yield f"png-grey-{depth}", png(depth, 0, packed)
    yield "png-rgb-16", png(16, 2, [row.astype(">u2").tobytes() for row in wide])
    yield (
        "png-rgba-16",
        png(
            16, 6, [np.dstack([wide, alpha.astype(np.uint32) * 257])[i].astype(">u2").tobytes() for i in range(HEIGHT)]
        ),
    )
    yield (
        "png-grey-alpha-16",
        png(
            16,
            4,
            [
                np.dstack([wide[:, :, 0], alpha.astype(np.uint32) * 257])[i].astype(">u2").tobytes()
                for i in range(HEIGHT)
            ],
        ),
    )
    yield "png-gamma", png(8, 2, [row.tobytes() for row in rgb], chunk(b"gAMA", struct.pack(">I", 100000)))
    yield (
        "png-text",
        png(8, 2, [row.tobytes() for row in rgb], chunk(b"zTXt", b"Comment\0\0" + zlib.compress(b"a" * 100000))),
    )
    yield "png-interlaced", interlaced(rgb)
    for name, sampling in (("444", 0), ("422", 1), ("420", 2)):
        yield f"jpeg-{name}", saved(color, "JPEG", quality=80, subsampling=sampling)
    yield "jpeg-progressive", saved(color, "JPEG", quality=80, progressive=True)
    yield "jpeg-grey", saved(grey, "JPEG", quality=80)
    yield "jpeg-cmyk", saved(color.convert("CMYK"), "JPEG", quality=90)
    yield "webp-lossy", saved(color, "WEBP", quality=80)
    yield "webp-lossless", saved(color, "WEBP", lossless=True)
    yield "webp-lossy-alpha", saved(rgba, "WEBP", quality=80, exact=True)
    yield "webp-lossless-alpha", saved(rgba, "WEBP", lossless=True, exact=True)
    yield "webp-animated", saved(color, "WEBP", save_all=True, append_images=[grey.convert("RGB")], lossless=True)


def main():
    rows = []
    for name, data in files():
        pixels = Image.open(io.BytesIO(data)).convert("RGB")
        row = {"name": name, "width": pixels.width, "height": pixels.height}
        row["file"] = base64.b64encode(data).decode()
        row["rgb"] = base64.b64encode(pixels.tobytes()).decode()
        rows.append("  " + json.dumps(row))
    print("[\n" + ",\n".join(rows) + "\n]")


if __name__ == "__main__":
    main()
