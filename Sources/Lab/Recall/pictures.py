"""The natural pictures: sources of sources.tsv and crops of them, in two halves or three parts by source."""

import hashlib
import io
import os

from PIL import Image

HERE = os.path.dirname(os.path.abspath(__file__))
Image.MAX_IMAGE_PIXELS = None
SIDES = (480, 600, 640, 720, 800, 960, 1024, 1080, 1200, 1280, 1600)


def sources():
    """(number, group, package, path) of each source. Pictures of one group show the same thing: they stay in one
    half.
    """
    with open(os.path.join(HERE, "sources.tsv")) as file:
        for line in file:
            if not line.startswith("#"):
                number, group, package, path = line.rstrip("\n").split("\t")
                yield int(number), int(group), package, path


def half(group, name):
    """0 design, 1 held out."""
    return hashlib.sha256(f"{name} {group}".encode()).digest()[0] & 1


PARTS = ("design", "choice", "held out")


def part(group):
    """0 design, 1 choice, 2 held out. The held-out half of half(group, "split") stays what it was; the design half is
    cut in two by the next bit of the same digest.
    """
    digest = hashlib.sha256(f"split {group}".encode()).digest()[0]
    return 2 if digest & 1 else digest >> 1 & 1


def lot(text, count):
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:8], "big") % count


def load(root, package, path):
    path, _, offset = path.partition("@")
    path = os.path.join(root, package, path)
    if offset:
        with open(path, "rb") as file:
            file.seek(int(offset))
            picture = Image.open(io.BytesIO(file.read(8_000_000)))
            return picture.convert("RGB")
    return Image.open(path).convert("RGB")


def cells(width, height):
    """Crops as boxes: the whole, and grids whose cells keep at least some 380 pixels."""
    pixels = width * height
    grids = [(1, 1)]
    if pixels >= 600_000:
        grids.append((2, 2))
    if pixels >= 5_500_000:
        grids += [(3, 3), (5, 4)]
    elif pixels >= 1_800_000:
        grids.append((4, 3))
    for columns, rows in grids:
        if height > width:
            columns, rows = rows, columns
        for row in range(rows):
            for column in range(columns):
                yield (
                    width * column // columns,
                    height * row // rows,
                    width * (column + 1) // columns,
                    height * (row + 1) // rows,
                )


def crop(number, picture, box):
    """One crop, reduced to a longest side taken by lot; the whole to at most 1,600 or 1,000. None if it is too
    small.
    """
    part = picture.crop(box)
    longest = max(part.size)
    if box == (0, 0) + picture.size:
        side = min(longest, 1600 if number % 4 == 0 else 1000)
    else:
        # Half of the crops have a usual size, half any size from 450 to 1,600.
        possible = [side for side in SIDES if side <= longest] or [longest]
        side = possible[lot(f"{number} {box}", len(possible))]
        if lot(f"any {number} {box}", 2):
            side = min(longest, 450 + lot(f"size {number} {box}", 1151))
    if side < longest:
        factor = side / longest
        part = part.resize(
            (round(part.width * factor), round(part.height * factor)), Image.Resampling.LANCZOS, reducing_gap=3
        )
    return part if min(part.size) >= 200 else None


def boxes(number, picture):
    """The whole first, then crops in a fixed random order."""
    listed = list(cells(*picture.size))
    return listed[:1] + sorted(listed[1:], key=lambda box: hashlib.sha256(f"{number} {box}".encode()).digest())
