"""Many unrelated pictures, without transforms, for the false positives.

usage: pool.py EXTRACTED POOL.npz [--crops 60]

natural: random crops of every source, of any size and place. tail: pictures that are not photographs (clip art, charts,
screenshots, star maps, cartoon figures on black, objects on white, pages of text, gradients), which may match too much.
"""

import argparse
import glob
import os
import random

import numpy as np
from PIL import Image, ImageDraw

import pdq
import pictures

TAIL = {
    "clip art": "openclipart-png/usr/share/openclipart/png/**/*.png",
    "charts": "python-s*-doc/usr/share/doc/*/html/_images/*.png",
    "screenshots": "kstars-data/usr/share/doc/HTML/en/**/*.png",
    "star maps and nebulae": "stellarium-data/usr/share/stellarium/nebulae/default/*.png",
    "constellation art": "stellarium-data/usr/share/stellarium/skycultures/**/*.png",
    "objects on white": "tuxpaint-stamps-default/usr/share/tuxpaint/stamps/**/*.png",
    "themes": "desktop-base/usr/share/desktop-base/**/*.png",
}


def features(picture):
    luma = pdq.exact_luma(picture)
    native = pdq.grid(luma, "native")
    return (
        pdq.coefficients(native),
        pdq.coefficients(pdq.grid(luma, "meta")),
        pdq.raster(luma),
        pdq.quality(native),
        luma.shape[::-1],
    )


def random_crop(picture, lot):
    """Any place, any shape from 3:4 to 16:9, a longest side of 300 to 1,200 pixels."""
    width, height = picture.size
    part = lot.uniform(0.18, 1) ** 0.5
    shape = lot.choice((3 / 4, 1, 4 / 3, 3 / 2, 16 / 9))
    w = min(width, part * width, part * height * shape)
    h = min(height, w / shape)
    x, y = lot.uniform(0, width - w), lot.uniform(0, height - h)
    side = min(lot.randint(300, 1200), max(w, h))
    factor = side / max(w, h)
    return picture.resize(
        (max(5, round(w * factor)), max(5, round(h * factor))),
        Image.Resampling.BILINEAR,
        (x, y, x + w, y + h),
        reducing_gap=2,
    )


def on_white(path):
    picture = Image.open(path)
    if picture.mode in ("RGBA", "LA", "P", "PA"):
        picture = picture.convert("RGBA")
        page = Image.new("RGBA", picture.size, "white")
        picture = Image.alpha_composite(page, picture)
    return picture.convert("RGB")


def text_page(lot):
    page = Image.new("RGB", (lot.randint(500, 900), lot.randint(600, 1200)), "white")
    draw = ImageDraw.Draw(page)
    size, y = lot.randint(14, 40), 30
    while y < page.height - 60:
        words = " ".join("".join(lot.choice("etaoinshrdlu") for _ in range(lot.randint(2, 9))) for _ in range(12))
        if lot.random() > 0.12:
            draw.text((30, y), words[: int(page.width * 1.7 / size)], fill="black", font_size=size)
        y += int(size * 1.5)
    return page


def gradient(lot):
    a, b = [np.array([lot.randint(0, 255) for _ in range(3)]) for _ in range(2)]
    x, y = np.meshgrid(np.linspace(0, 1, 640), np.linspace(0, 1, 480))
    turn = lot.uniform(0, 6.28)
    t = np.clip(0.5 + (x - 0.5) * np.cos(turn) + (y - 0.5) * np.sin(turn), 0, 1)[..., None]
    return Image.fromarray((a * t + b * (1 - t)).astype(np.uint8))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("extracted")
    parser.add_argument("output")
    parser.add_argument("--crops", type=int, default=60)
    parser.add_argument("--tail", type=int, default=700, help="at most so many of a kind")
    arguments = parser.parse_args()
    rows, kinds, groups = [], [], []
    for number, group, package, path in pictures.sources():
        picture = pictures.load(arguments.extracted, package, path)
        if max(picture.size) > 2400:
            picture.thumbnail((2400, 2400), reducing_gap=2)
        lot = random.Random(f"pool {number}")
        count = max(6, min(arguments.crops, round(arguments.crops * picture.width * picture.height / 700_000)))
        for _ in range(count):
            rows.append(features(random_crop(picture, lot)))
            kinds.append("natural")
            groups.append(group)
    for kind, pattern in TAIL.items():
        paths = sorted(glob.glob(os.path.join(arguments.extracted, pattern), recursive=True))
        random.Random(kind).shuffle(paths)
        found = 0
        for path in paths:
            try:
                picture = on_white(path)
            except (OSError, ValueError) as error:
                print("skipped", os.path.basename(path), error)
                continue
            if min(picture.size) < 150:
                continue
            if max(picture.size) > 1200:
                picture.thumbnail((1200, 1200))
            rows.append(features(picture))
            kinds.append(kind)
            groups.append(10_000 + len(groups))
            found += 1
            if found >= arguments.tail:
                break
    lot = random.Random("made")
    for kind, make in (("pages of text", text_page), ("gradients", gradient)):
        for _ in range(200):
            rows.append(features(make(lot)))
            kinds.append(kind)
            groups.append(10_000 + len(groups))
    np.savez(
        arguments.output,
        native=np.stack([r[0] for r in rows]),
        meta=np.stack([r[1] for r in rows]),
        raster=np.stack([r[2] for r in rows]),
        quality=np.array([r[3] for r in rows], dtype=np.uint8),
        size=np.array([r[4] for r in rows], dtype=np.uint16),
        kind=np.array(kinds),
        group=np.array(groups),
    )
    print(len(rows), "pictures")


if __name__ == "__main__":
    main()
