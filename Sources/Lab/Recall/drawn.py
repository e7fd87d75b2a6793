"""What people and platforms put on pictures: strips, badges, stickers, frames, collages, filters, blurred boxes.

CHANGES lists (kind, title, change). A change takes an RGB picture, a seeded random.Random and a Kit, and returns an RGB
picture. All that is by lot comes from the random.Random. "8 %" is a part of the height for strips and of the width for
badges. A strip lies over the picture unless its title says "added".
"""

import functools
import io
import math
import os

import numpy as np
from PIL import Image, ImageDraw, ImageEnhance, ImageFilter, ImageFont, ImageOps

import transforms
from transforms import BICUBIC, BILINEAR, LANCZOS, code, crop_edges, fit, jpeg, scale

EMOJI = "😂😍🔥😭🙏👍🎉😎🤣❤💯🥳🚀🐶🌈🍕"
SAYINGS = (
    "WHEN YOU SEE IT",
    "nobody expected this",
    "me on Monday morning",
    "Wait for the end",
    "Share if you agree",
    "так и живём",
    "ΤΑ ΚΑΛΥΤΕΡΑ",
    "Follow for more",
)


class Kit:
    """Fonts of the packages in `root`, and other pictures for collages."""

    def __init__(self, root, companions=()):
        self.letters = os.path.join(root, "fonts-dejavu-core/usr/share/fonts/truetype/dejavu/DejaVuSans-Bold.ttf")
        self.emoji = os.path.join(root, "fonts-noto-color-emoji/usr/share/fonts/truetype/noto/NotoColorEmoji.ttf")
        self.companions = list(companions)


@functools.lru_cache(maxsize=256)
def font(path, size):
    return ImageFont.truetype(path, size)


def letters(kit, size):
    return font(kit.letters, max(6, size)) if kit.letters else ImageFont.load_default(max(6, size))


@functools.lru_cache(maxsize=64)
def face(path, character):
    """One emoji, cut out, with its transparency. The font has one size."""
    layer = Image.new("RGBA", (160, 160))
    ImageDraw.Draw(layer).text((10, 10), character, font=font(path, 109), embedded_color=True)
    box = layer.getbbox()
    if box is None:
        raise ValueError(f"the font has no {character}")
    return layer.crop(box)


def write(picture, kit, centre, text, size, width=None, **options):
    """One line of text about its middle, smaller where it would be wider than `width`."""
    draw = ImageDraw.Draw(picture, "RGBA")
    size = max(6, round(size))
    if width:
        length = draw.textlength(text, font=letters(kit, size))
        size = max(6, math.floor(size * min(1, width / length)))
    draw.text(centre, text, font=letters(kit, size), anchor="mm", **options)


def strip(picture, random, kit, part, places, paper, ink, opacity=255):
    """A strip of text over the picture, at the top, the bottom or both."""
    changed = picture.copy()
    draw = ImageDraw.Draw(changed, "RGBA")
    width, height = picture.size
    tall = round(height * part)
    for place in places:
        top = 0 if place == "top" else height - tall
        draw.rectangle((0, top, width - 1, top + tall - 1), fill=(*paper, opacity))
        write(changed, kit, (width / 2, top + tall / 2), random.choice(SAYINGS), tall * 0.6, width * 0.92, fill=ink)
    return changed


def strip_added(picture, random, kit, part, places):
    """White strips of text beside the picture: nothing of it is covered, but its frame grows."""
    tall = round(picture.height * part)
    changed = Image.new("RGB", (picture.width, picture.height + tall * len(places)), "white")
    changed.paste(picture, (0, tall if "top" in places else 0))
    for place in places:
        y = tall / 2 if place == "top" else changed.height - tall / 2
        write(changed, kit, (picture.width / 2, y), random.choice(SAYINGS), tall * 0.6, picture.width * 0.92, fill=0)
    return changed


def outlined(picture, random, kit, part, places):
    """White letters with a black rim and no strip, as memes have them."""
    changed = picture.copy()
    width, height = picture.size
    for place in places:
        y = height * (0.02 + part / 2 if place == "top" else 0.98 - part / 2)
        rim = max(1, round(height * part / 14))
        options = {"fill": "white", "stroke_fill": "black", "stroke_width": rim}
        write(changed, kit, (width / 2, y), random.choice(SAYINGS), height * part * 0.8, width * 0.9, **options)
    return changed


def subtitles(picture, random, kit):
    """Two lines of 5 % each above the lower edge."""
    changed = picture.copy()
    for y in (0.86, 0.92):
        place = (picture.width / 2, picture.height * y)
        options = {"fill": "white", "stroke_fill": "black", "stroke_width": max(1, picture.height // 300)}
        write(changed, kit, place, random.choice(SAYINGS), picture.height * 0.045, picture.width * 0.8, **options)
    return changed


def story(picture, random, kit):
    """A box of text of 60 % of the width and 8 % of the height, anywhere."""
    changed = picture.copy()
    width, height = 0.6 * picture.width, 0.08 * picture.height
    x, y = random.uniform(0.02, 0.38) * picture.width, random.uniform(0.05, 0.87) * picture.height
    draw = ImageDraw.Draw(changed, "RGBA")
    draw.rounded_rectangle((x, y, x + width, y + height), height * 0.25, fill=(0, 0, 0, 160))
    place = (x + width / 2, y + height / 2)
    write(changed, kit, place, random.choice(SAYINGS), height * 0.55, width * 0.9, fill="white")
    return changed


def paste_emoji(picture, random, kit, side, x, y):
    mark = face(kit.emoji, random.choice(EMOJI))
    mark = mark.resize((max(4, round(side)), max(4, round(side * mark.height / mark.width))), LANCZOS)
    picture.paste(mark, (round(x), round(y)), mark)


def emoji_row(picture, random, kit, part):
    """A row of emoji along the lower edge."""
    changed = picture.copy()
    side = picture.height * part
    for place in range(int(picture.width // (side * 1.2))):
        paste_emoji(changed, random, kit, side, place * side * 1.2 + side * 0.1, picture.height - side * 1.05)
    return changed


def emoji(picture, random, kit, part, count=1):
    """Emoji anywhere, each `part` of the area."""
    changed = picture.copy()
    side = min(math.sqrt(picture.width * picture.height * part), min(picture.size) - 2)
    for _ in range(count):
        x, y = random.uniform(0, picture.width - side), random.uniform(0, picture.height - side)
        paste_emoji(changed, random, kit, side, x, y)
    return changed


def corner(picture, random, width, height, margin=0.02):
    """Where a mark of this size lies in a corner by lot."""
    gap = margin * picture.width
    x = random.choice((gap, picture.width - width - gap))
    y = random.choice((gap, picture.height - height - gap))
    return x, y


def badge(picture, random, kit, part):
    """A round badge in a corner, a coloured disk with a letter."""
    changed = picture.copy()
    side = max(6, picture.width * part)
    x, y = corner(picture, random, side, side)
    colour = random.choice(((220, 30, 45), (30, 110, 220), (20, 20, 20), (250, 250, 250)))
    draw = ImageDraw.Draw(changed)
    draw.ellipse((x, y, x + side, y + side), fill=colour, outline="white", width=max(1, round(side / 16)))
    ink = "black" if colour[0] == 250 else "white"
    write(changed, kit, (x + side / 2, y + side / 2), random.choice("ABKMQRSX5"), side * 0.6, fill=ink)
    return changed


def platform(picture, random, kit):
    """A platform's logo and a name, half-transparent, in a corner."""
    changed = picture.copy()
    draw = ImageDraw.Draw(changed, "RGBA")
    side = max(8, picture.width * 0.045)
    name = f"@user{random.randint(100, 9999)}"
    size = max(6, round(side * 0.6))
    width = side * 1.3 + draw.textlength(name, font=letters(kit, size))
    x, y = corner(picture, random, width, side)
    draw.ellipse((x, y, x + side, y + side), fill=(255, 255, 255, 190))
    triangle = ((x + side * 0.38, y + side * 0.28), (x + side * 0.38, y + side * 0.72), (x + side * 0.75, y + side / 2))
    draw.polygon(triangle, fill=(20, 20, 20, 190))
    centre = (x + (side * 1.3 + width) / 2, y + side / 2)
    write(changed, kit, centre, name, size, fill=(255, 255, 255, 190), stroke_width=1, stroke_fill=(0, 0, 0, 120))
    return changed


def tiled(picture, random, kit, opacity):
    """One word again and again, aslant, over all of the picture."""
    side = round(math.hypot(*picture.size)) + 2
    layer = Image.new("RGBA", (side, side), (255, 255, 255, 0))
    draw = ImageDraw.Draw(layer)
    size = max(8, picture.width // 22)
    word = random.choice(("sample", "PREVIEW", "do not copy", "shop.example"))
    for row, y in enumerate(range(0, side, size * 4)):
        for x in range(-size * 4 * (row % 2), side, size * 8):
            draw.text((x, y), word, font=letters(kit, size), fill=(255, 255, 255, opacity))
    layer = layer.rotate(30, BILINEAR)
    left, top = (side - picture.width) // 2, (side - picture.height) // 2
    layer = layer.crop((left, top, left + picture.width, top + picture.height))
    return Image.alpha_composite(picture.convert("RGBA"), layer).convert("RGB")


def across(picture, random, kit):
    """One great half-transparent word over the middle, as sellers of pictures do."""
    changed = picture.copy()
    options = {"fill": (255, 255, 255, 110)}
    place = (picture.width / 2, picture.height / 2)
    write(
        changed, kit, place, random.choice(("stockphoto", "PROOF", "example.com")), 900, picture.width * 0.8, **options
    )
    return changed


def date(picture, random, kit):
    """A camera's orange date in the lower right corner."""
    changed = picture.copy()
    text = f"{random.randint(1, 28):02} {random.randint(1, 12):02} '{random.randint(0, 25):02}"
    place = (picture.width * 0.86, picture.height * 0.94)
    write(changed, kit, place, text, picture.height * 0.035, picture.width * 0.22, fill=(255, 140, 30))
    return changed


def news(picture, random, kit):
    """A channel's ticker, 12 % of the height near the lower edge, with a coloured box, and LIVE in a corner."""
    changed = picture.copy()
    draw = ImageDraw.Draw(changed, "RGBA")
    width, height = picture.size
    top, low = height * 0.84, height * 0.96
    draw.rectangle((0, top, width, low), fill=(240, 240, 240, 235))
    draw.rectangle((0, top, width * 0.16, low), fill=(170, 20, 30, 255))
    write(changed, kit, (width * 0.08, (top + low) / 2), "NEWS", height * 0.06, width * 0.14, fill="white")
    place = (width * 0.58, (top + low) / 2)
    write(changed, kit, place, random.choice(SAYINGS), height * 0.06, width * 0.8, fill=(20, 20, 20))
    draw.rectangle((width * 0.86, height * 0.04, width * 0.97, height * 0.09), fill=(200, 0, 0, 255))
    write(changed, kit, (width * 0.915, height * 0.065), "LIVE", height * 0.035, width * 0.1, fill="white")
    return changed


def ring(picture, random):
    """A red ring and an arrow to it, drawn by hand."""
    changed = picture.copy()
    draw = ImageDraw.Draw(changed)
    least = min(picture.size)
    x, y = random.uniform(0.25, 0.75) * picture.width, random.uniform(0.25, 0.75) * picture.height
    r, line = least * 0.13, max(2, round(least * 0.012))
    draw.ellipse((x - r, y - r * 0.8, x + r, y + r * 0.8), outline=(230, 20, 20), width=line)
    turn = random.uniform(0, 2 * math.pi)
    tip, end = (
        (x + r * 1.1 * math.cos(turn), y + r * math.sin(turn)),
        (x + 2 * r * math.cos(turn), y + 2 * r * math.sin(turn)),
    )
    draw.line((*tip, *end), fill=(230, 20, 20), width=line)
    for side in (-0.4, 0.4):
        head = (tip[0] + r * 0.35 * math.cos(turn + side), tip[1] + r * 0.35 * math.sin(turn + side))
        draw.line((*tip, *head), fill=(230, 20, 20), width=line)
    return changed


def scribble(picture, random):
    """A line by hand over a third of the picture."""
    changed = picture.copy()
    x, y = random.uniform(0.2, 0.5) * picture.width, random.uniform(0.2, 0.8) * picture.height
    points = [(x, y)]
    for _ in range(24):
        x += random.uniform(-0.03, 0.06) * picture.width
        y += random.uniform(-0.07, 0.07) * picture.height
        points.append((x, y))
    colour = random.choice(((255, 255, 255), (20, 20, 20), (250, 220, 30), (230, 30, 60)))
    ImageDraw.Draw(changed).line(points, fill=colour, width=max(2, min(picture.size) // 60), joint="curve")
    return changed


def polaroid(picture):
    edge = round(0.05 * picture.width)
    frame = Image.new("RGB", (picture.width + 2 * edge, picture.height + edge + 4 * edge), (247, 245, 240))
    frame.paste(picture, (edge, edge))
    return frame


def rounded(picture, part, paper):
    """Corners cut off in a quarter of a circle of `part` of the width."""
    mask = Image.new("L", picture.size)
    box = (0, 0, picture.width - 1, picture.height - 1)
    ImageDraw.Draw(mask).rounded_rectangle(box, picture.width * part, fill=255)
    changed = Image.new("RGB", picture.size, paper)
    changed.paste(picture, (0, 0), mask)
    return changed


def square(picture, paper):
    """In the middle of a square: white, or a blurred, enlarged copy of the picture itself."""
    side = max(picture.size)
    if paper is None:
        ground = ImageOps.fit(picture, (side, side), BILINEAR).filter(ImageFilter.GaussianBlur(side / 30))
    else:
        ground = Image.new("RGB", (side, side), paper)
    ground.paste(picture, ((side - picture.width) // 2, (side - picture.height) // 2))
    return ground


def chat(picture, random, kit, whole):
    """A chat on a telephone's screen with the picture in it; or the picture cut out of that by hand."""
    dark = random.random() < 0.5
    ground, bubble, ink = (
        ((12, 20, 26), (32, 44, 52), (230, 230, 230)) if dark else ((230, 221, 212), (255, 255, 255), (20, 20, 20))
    )
    screen = Image.new("RGB", (1080, 2340), ground)
    draw = ImageDraw.Draw(screen, "RGBA")
    shown = picture.resize((778, max(40, min(1500, round(778 * picture.height / picture.width)))), BILINEAR)
    left, top = random.choice((40, 262)), 520
    box = (left, top, left + shown.width, top + shown.height)
    draw.rounded_rectangle((left - 8, top - 8, box[2] + 8, box[3] + 8), 32, fill=bubble)
    mask = Image.new("L", shown.size)
    ImageDraw.Draw(mask).rounded_rectangle((0, 0, shown.width - 1, shown.height - 1), 24, fill=255)
    screen.paste(shown, (left, top), mask)
    hour = f"{random.randint(0, 23):02}:{random.randint(0, 59):02}"
    draw.rounded_rectangle((box[2] - 122, box[3] - 54, box[2] - 12, box[3] - 12), 20, fill=(0, 0, 0, 110))
    write(screen, kit, (box[2] - 67, box[3] - 33), hour, 28, fill="white")
    if not whole:
        cut = [box[0] - random.randint(0, 6), box[1] - random.randint(0, 6)]
        cut += [box[2] + random.randint(0, 6), box[3] + random.randint(0, 6)]
        return jpeg(screen.crop(cut), 90)
    draw.rectangle((0, 0, 1080, 210), fill=bubble)
    draw.ellipse((110, 90, 200, 180), fill=(120, 140, 160))
    write(screen, kit, (400, 135), "Alex", 48, fill=ink)
    for y in (270, 380, min(2000, box[3] + 60), min(2110, box[3] + 170)):
        x = random.choice((40, 420))
        draw.rounded_rectangle((x, y, x + 600, y + 90), 30, fill=bubble)
        write(screen, kit, (x + 300, y + 45), random.choice(SAYINGS), 36, 540, fill=ink)
    draw.rounded_rectangle((30, 2220, 1050, 2310), 44, fill=bubble)
    return jpeg(screen, 90)


def post(picture, random, kit):
    """A post in a feed: a header above, signs and a line of text below."""
    shown = picture.resize((1080, max(60, round(1080 * picture.height / picture.width))), BILINEAR)
    screen = Image.new("RGB", (1080, 130 + shown.height + 190), "white")
    screen.paste(shown, (0, 130))
    draw = ImageDraw.Draw(screen)
    draw.ellipse((30, 20, 120, 110), fill=(200, 120, 90))
    write(screen, kit, (330, 65), f"user{random.randint(100, 9999)}", 40, fill="black")
    for x in (40, 140, 240):
        draw.ellipse((x, 150 + shown.height, x + 60, 210 + shown.height), outline="black", width=5)
    write(screen, kit, (420, 270 + shown.height), random.choice(SAYINGS), 38, 780, fill="black")
    return jpeg(screen, 90)


def gallery(picture):
    """A telephone's screen, black, the picture as wide as it."""
    shown = scale(picture, 1080 / picture.width, BILINEAR)
    screen = Image.new("RGB", (1080, max(2340, shown.height)))
    screen.paste(shown, (0, (screen.height - shown.height) // 2))
    return jpeg(screen, 90)


def warp(picture, corners):
    """The picture's frame, filled with what lies between four corners (from the top left one, anticlockwise)."""
    w, h = picture.size
    rows, values = [], []
    for (x, y), (u, v) in zip(((0, 0), (0, h), (w, h), (w, 0)), corners):
        rows += [[x, y, 1, 0, 0, 0, -u * x, -u * y], [0, 0, 0, x, y, 1, -v * x, -v * y]]
        values += [u, v]
    return picture.transform(picture.size, Image.Transform.PERSPECTIVE, list(np.linalg.solve(rows, values)), BICUBIC)


def photographed(picture, random, rim):
    """A screen photographed by hand: a little aslant, with a moiré, a reflection, blur and noise. Without a rim it was
    cut out, each corner within 1.5 % of its place; with one, a dark rim of 3 to 6 % is left around it.
    """
    shown = fit(picture, 1200)
    if rim:
        shown = ImageOps.expand(shown, round(random.uniform(0.03, 0.06) * max(shown.size)), (18, 18, 20))
    w, h = shown.size
    far = 0.02 if rim else 0.015
    places = [
        (x + random.uniform(-far, far) * w, y + random.uniform(-far, far) * h)
        for x, y in ((0, 0), (0, h), (w, h), (w, 0))
    ]
    shown = warp(shown, places).filter(ImageFilter.GaussianBlur(0.8))
    pixels = np.asarray(shown, dtype=np.float32)
    y, x = np.mgrid[0:h, 0:w].astype(np.float32)
    turn, period = random.uniform(0, math.pi), random.uniform(3, 9)
    moire = 1 + 0.04 * np.sin(2 * math.pi * (x * math.cos(turn) + y * math.sin(turn)) / period)
    centre_x, centre_y = random.uniform(0, w), random.uniform(0, h)
    glow = 26 * np.exp(-((x - centre_x) ** 2 + (y - centre_y) ** 2) / (2 * (0.3 * max(w, h)) ** 2))
    grain = np.random.default_rng(random.getrandbits(32)).normal(0, 3, (h, w)).astype(np.float32)
    pixels = pixels * moire[..., None] * 0.95 + (glow + grain)[..., None]
    return jpeg(Image.fromarray(np.rint(pixels).clip(0, 255).astype(np.uint8)), 85)


def collage(picture, random, kit, below):
    """Two pictures of one size side by side, or one below the other, with a thin white line."""
    other = ImageOps.fit(random.choice(kit.companions), picture.size, BILINEAR)
    pair = [picture, other]
    random.shuffle(pair)
    w, h = picture.size
    gap = max(2, w // 100)
    page = Image.new("RGB", (w, 2 * h + gap) if below else (2 * w + gap, h), "white")
    page.paste(pair[0], (0, 0))
    page.paste(pair[1], (0, h + gap) if below else (w + gap, 0))
    return page


def inset(picture, random, kit, part):
    """Another picture in a corner, as in calls and reactions: `part` of the width."""
    changed = picture.copy()
    w, h = round(picture.width * part), round(picture.height * part)
    x, y = corner(picture, random, w, h)
    changed.paste(ImageOps.fit(random.choice(kit.companions), (w, h), BILINEAR), (round(x), round(y)))
    return changed


def turned(picture, random, degrees, cut):
    """Turned either way; black corners stay, or are cut off as viewers do (the shape stays)."""
    degrees *= random.choice((-1, 1))
    changed = picture.rotate(degrees, BICUBIC)
    if not cut:
        return changed
    w, h = picture.size
    c, s = math.cos(math.radians(abs(degrees))), math.sin(math.radians(abs(degrees)))
    part = min(w / (w * c + h * s), h / (w * s + h * c))
    x, y = w * (1 - part) / 2, h * (1 - part) / 2
    return changed.crop((math.ceil(x), math.ceil(y), math.floor(w - x), math.floor(h - y)))


def tinted(picture, red, green, blue):
    factors = (red, green, blue)
    return picture.point([min(255, round(v * factor)) for factor in factors for v in range(256)])


def sepia(picture):
    grey = picture.convert("L")
    return Image.merge(
        "RGB", [grey.point([min(255, round(v * factor)) for v in range(256)]) for factor in (1.07, 0.9, 0.7)]
    )


def curve(picture, low, high, bend=0.0):
    """Lifted blacks, lowered whites, and an S of strength `bend` between them."""
    t = np.arange(256) / 255
    t = t - bend * np.sin(2 * math.pi * t) / (2 * math.pi)
    return picture.point(np.rint(low + (high - low) * t).astype(int).tolist() * 3)


def vignette(picture, strength):
    w, h = picture.size
    y, x = np.mgrid[0:h, 0:w].astype(np.float32)
    far = ((2 * x / w - 1) ** 2 + (2 * y / h - 1) ** 2) / 2
    return Image.fromarray(np.rint(np.asarray(picture) * (1 - strength * far)[..., None]).astype(np.uint8))


def film(picture, random):
    """A filter of the kind that apps offer: S curve, faded, warm, vignette, grain."""
    changed = vignette(curve(tinted(picture, 1.06, 1, 0.9), 14, 244, 0.5), 0.35)
    grain = np.random.default_rng(random.getrandbits(32)).normal(0, 6, (picture.height, picture.width, 1))
    return Image.fromarray(np.rint(np.asarray(changed) + grain).clip(0, 255).astype(np.uint8))


def hidden(picture, random, kind, part, count):
    """Boxes over faces: blurred, of squares, or black bars. Each `part` of the area, in the upper two thirds."""
    changed = picture.copy()
    w, h = picture.size
    for _ in range(count):
        shape = 4.0 if kind == "bar" else 0.8
        wide = min(0.9 * w, math.sqrt(w * h * part * shape))
        tall = min(0.6 * h, wide / shape)
        x, y = (
            random.uniform(0.05 * w, max(0.05 * w, 0.95 * w - wide)),
            random.uniform(0.05 * h, max(0.05 * h, 0.7 * h - tall)),
        )
        box = (round(x), round(y), round(x + wide), round(y + tall))
        piece = changed.crop(box)
        if kind == "bar":
            piece = Image.new("RGB", piece.size)
            changed.paste(piece, box)
        elif kind == "squares":
            small = piece.resize((6, 8), Image.Resampling.BOX)
            changed.paste(small.resize(piece.size, Image.Resampling.NEAREST), box)
        else:
            mask = Image.new("L", piece.size)
            ImageDraw.Draw(mask).ellipse((0, 0, piece.width - 1, piece.height - 1), fill=255)
            changed.paste(piece.filter(ImageFilter.GaussianBlur(wide / 6)), box, mask)
    return changed


def heic(picture, quality):
    import pillow_heif

    file = io.BytesIO()
    pillow_heif.from_pillow(picture).save(file, quality=quality, enc_params={"preset": "ultrafast"})
    read = pillow_heif.read_heif(file.getvalue())
    return Image.frombytes(read.mode, read.size, read.data, "raw", read.mode, read.stride).convert("RGB")


BLACK, WHITE = (0, 0, 0), (255, 255, 255)
BOTH = ("top", "bottom")

CHANGES = [
    ("strips", "strip above, 8 %", lambda p, r, k: strip(p, r, k, 0.08, ["top"], WHITE, "black")),
    ("strips", "strip below, 8 %", lambda p, r, k: strip(p, r, k, 0.08, ["bottom"], BLACK, "white")),
    ("strips", "strip below, 5 %", lambda p, r, k: strip(p, r, k, 0.05, ["bottom"], WHITE, "black")),
    ("strips", "strip below, 15 %", lambda p, r, k: strip(p, r, k, 0.15, ["bottom"], WHITE, "black")),
    ("strips", "strips above and below, 8 % each", lambda p, r, k: strip(p, r, k, 0.08, BOTH, BLACK, "white")),
    ("strips", "translucent strip below, 12 %", lambda p, r, k: strip(p, r, k, 0.12, ["bottom"], BLACK, "white", 130)),
    ("strips", "translucent strip above, 8 %", lambda p, r, k: strip(p, r, k, 0.08, ["top"], WHITE, "black", 150)),
    ("strips", "news ticker, 12 %", news),
    ("strips", "row of emoji, 8 %", lambda p, r, k: emoji_row(p, r, k, 0.08)),
    (
        "strips",
        "strip below, 8 %, then WhatsApp",
        lambda p, r, k: transforms.whatsapp(strip(p, r, k, 0.08, ["bottom"], BLACK, "white")),
    ),
    ("strips", "strip added above, 15 %", lambda p, r, k: strip_added(p, r, k, 0.15, ["top"])),
    ("strips", "strip added below, 8 %", lambda p, r, k: strip_added(p, r, k, 0.08, ["bottom"])),
    ("text", "letters above and below, 10 % each", lambda p, r, k: outlined(p, r, k, 0.10, BOTH)),
    ("text", "letters below, 10 %", lambda p, r, k: outlined(p, r, k, 0.10, ["bottom"])),
    ("text", "subtitles, two lines of 5 %", subtitles),
    ("text", "box of text anywhere, 60 % x 8 %", story),
    ("text", "date in the corner", date),
    ("badges and watermarks", "badge, 4 % of the width", lambda p, r, k: badge(p, r, k, 0.04)),
    ("badges and watermarks", "badge, 7 % of the width", lambda p, r, k: badge(p, r, k, 0.07)),
    ("badges and watermarks", "badge, 12 % of the width", lambda p, r, k: badge(p, r, k, 0.12)),
    ("badges and watermarks", "platform's logo and name", platform),
    (
        "badges and watermarks",
        "platform's logo and name, then WhatsApp",
        lambda p, r, k: transforms.whatsapp(platform(p, r, k)),
    ),
    ("badges and watermarks", "watermark in tiles, faint", lambda p, r, k: tiled(p, r, k, 40)),
    ("badges and watermarks", "watermark in tiles, plain", lambda p, r, k: tiled(p, r, k, 90)),
    ("badges and watermarks", "great word across", across),
    ("stickers", "emoji, 1 % of the area", lambda p, r, k: emoji(p, r, k, 0.01)),
    ("stickers", "emoji, 3 % of the area", lambda p, r, k: emoji(p, r, k, 0.03)),
    ("stickers", "three emoji of 1 %", lambda p, r, k: emoji(p, r, k, 0.01, 3)),
    ("stickers", "red ring and arrow", lambda p, r, k: ring(p, r)),
    ("stickers", "scribble", lambda p, r, k: scribble(p, r)),
    ("stickers", "another picture in a corner, 20 %", lambda p, r, k: inset(p, r, k, 0.2)),
    ("borders", "white border 1 %", lambda p, r, k: transforms.border(p, 0.01, "white")),
    ("borders", "black border 3 %", lambda p, r, k: transforms.border(p, 0.03, "black")),
    ("borders", "white frame, wide below", lambda p, r, k: polaroid(p)),
    ("borders", "rounded corners, 3 % of the width", lambda p, r, k: rounded(p, 0.03, "white")),
    ("borders", "rounded corners, 8 % of the width", lambda p, r, k: rounded(p, 0.08, "black")),
    ("borders", "in a white square", lambda p, r, k: square(p, "white")),
    ("borders", "in a square of its own blur", lambda p, r, k: square(p, None)),
    ("screens", "chat, whole screen", lambda p, r, k: chat(p, r, k, True)),
    ("screens", "cut out of a chat", lambda p, r, k: chat(p, r, k, False)),
    ("screens", "post in a feed", post),
    ("screens", "gallery, whole screen", lambda p, r, k: gallery(p)),
    ("screens", "photographed screen, cut out", lambda p, r, k: photographed(p, r, False)),
    ("screens", "photographed screen with a rim", lambda p, r, k: photographed(p, r, True)),
    ("collages", "two side by side", lambda p, r, k: collage(p, r, k, False)),
    ("collages", "two, one below the other", lambda p, r, k: collage(p, r, k, True)),
    ("turned a little", "1 degree, cut to fit", lambda p, r, k: turned(p, r, 1, True)),
    ("turned a little", "2 degrees, cut to fit", lambda p, r, k: turned(p, r, 2, True)),
    ("turned a little", "3 degrees, cut to fit", lambda p, r, k: turned(p, r, 3, True)),
    ("turned a little", "2 degrees, black corners", lambda p, r, k: turned(p, r, 2, False)),
    ("filters", "warm", lambda p, r, k: tinted(p, 1.12, 1.02, 0.85)),
    ("filters", "cold", lambda p, r, k: tinted(p, 0.88, 1, 1.15)),
    ("filters", "vignette", lambda p, r, k: vignette(p, 0.5)),
    ("filters", "sepia", lambda p, r, k: sepia(p)),
    ("filters", "faded", lambda p, r, k: curve(p, 40, 225)),
    ("filters", "S curve", lambda p, r, k: curve(p, 0, 255, 0.8)),
    ("filters", "film filter", lambda p, r, k: film(p, r)),
    ("filters", "brightness +35 %", lambda p, r, k: ImageEnhance.Brightness(p).enhance(1.35)),
    ("filters", "brightness -40 %", lambda p, r, k: ImageEnhance.Brightness(p).enhance(0.6)),
    ("filters", "local contrast", lambda p, r, k: p.filter(ImageFilter.UnsharpMask(max(p.size) / 40, 60, 0))),
    ("hidden faces", "blurred oval, 4 % of the area", lambda p, r, k: hidden(p, r, "blur", 0.04, 1)),
    ("hidden faces", "three boxes of squares, 1.5 % each", lambda p, r, k: hidden(p, r, "squares", 0.015, 3)),
    ("hidden faces", "black bar, 1 % of the area", lambda p, r, k: hidden(p, r, "bar", 0.01, 1)),
    ("formats", "HEIC 50", lambda p, r, k: heic(p, 50)),
    ("formats", "HEIC 25, then JPEG 85", lambda p, r, k: jpeg(heic(p, 25), 85)),
    ("formats", "AVIF 30", lambda p, r, k: code(p, "AVIF", quality=30, speed=10)),
    # Known from the other table, measured on the same pictures for comparison.
    ("for comparison", "JPEG 75", lambda p, r, k: jpeg(p, 75)),
    ("for comparison", "resize 0.5, Lanczos", lambda p, r, k: scale(p, 0.5)),
    ("for comparison", "brightness +20 %", lambda p, r, k: ImageEnhance.Brightness(p).enhance(1.2)),
    ("for comparison", "caption, 8 % of the height", lambda p, r, k: transforms.text(p, 0.08)),
    ("for comparison", "small logo", lambda p, r, k: transforms.logo(p)),
    ("for comparison", "crop 0-2 % at each edge by lot", lambda p, r, k: crop_edges(p, 0.02, r)),
    ("for comparison", "the same, then WhatsApp", lambda p, r, k: transforms.whatsapp(crop_edges(p, 0.02, r))),
]
KINDS = list(dict.fromkeys(kind for kind, _, _ in CHANGES))


def changes(kit):
    """Title -> a function of picture and random.Random, as transforms.TRANSFORMS has them."""
    return {title: functools.partial(lambda change, p, r: change(p, r, kit), change) for _, title, change in CHANGES}
