"""What messengers and people do to a picture. Each takes an RGB picture and a seeded random.Random, and returns an RGB
picture.

Settings of messengers are those of their public source code or of common measurement, rounded; they change with
versions.
"""

import io

from PIL import Image, ImageDraw, ImageEnhance, ImageFilter, ImageOps

LANCZOS, BICUBIC, BILINEAR = Image.Resampling.LANCZOS, Image.Resampling.BICUBIC, Image.Resampling.BILINEAR
NEAREST, BOX = Image.Resampling.NEAREST, Image.Resampling.BOX


def code(picture, kind, **options):
    file = io.BytesIO()
    picture.save(file, kind, **options)
    return Image.open(io.BytesIO(file.getvalue())).convert("RGB")


def jpeg(picture, quality):
    return code(picture, "JPEG", quality=quality)


def fit(picture, longest, kernel=LANCZOS):
    if max(picture.size) <= longest:
        return picture
    return scale(picture, longest / max(picture.size), kernel)


def scale(picture, factor, kernel=LANCZOS):
    return picture.resize((max(5, round(picture.width * factor)), max(5, round(picture.height * factor))), kernel)


def crop(picture, part):
    """Removes `part` of each side in all: a half at either edge."""
    x, y = picture.width * part / 2, picture.height * part / 2
    return picture.crop((round(x), round(y), round(picture.width - x), round(picture.height - y)))


def crop_corner(picture, part, random):
    """Removes `part` of each side, at edges taken by lot."""
    x, y = round(picture.width * part), round(picture.height * part)
    left, top = random.choice((0, x)), random.choice((0, y))
    return picture.crop((left, top, picture.width - x + left, picture.height - y + top))


def crop_edges(picture, part, random):
    """As by hand: a part of the side between nothing and `part` at each edge."""
    w, h = picture.size
    left, top, right, bottom = (random.uniform(0, part) for _ in range(4))
    return picture.crop((round(left * w), round(top * h), round(w - right * w), round(h - bottom * h)))


def border(picture, part, colour):
    return ImageOps.expand(picture, round(part * max(picture.size)), colour)


def screenshot(picture, random):
    """Shown 1,080 pixels wide, cut out by hand to within two pixels, saved as JPEG."""
    shown = scale(picture, 1080 / picture.width, BILINEAR)
    cut = (
        random.randint(0, 2),
        random.randint(0, 2),
        shown.width - random.randint(0, 2),
        shown.height - random.randint(0, 2),
    )
    return jpeg(shown.crop(cut), 90)


def bars(picture):
    """A full telephone screen: the picture between black bars."""
    shown = scale(picture, 720 / picture.width, BILINEAR)
    screen = Image.new("RGB", (720, max(shown.height, 1280)))
    screen.paste(shown, (0, (screen.height - shown.height) // 2))
    return screen


def text(picture, part):
    """A caption over the lower edge, `part` of the height."""
    changed = picture.copy()
    draw = ImageDraw.Draw(changed)
    size = max(8, round(picture.height * part * 0.8))
    draw.text(
        (picture.width * 0.08, picture.height * (0.97 - part)),
        "WHEN YOU SEE IT",
        fill="white",
        stroke_fill="black",
        stroke_width=max(1, size // 12),
        font_size=size,
    )
    return changed


def sticker(picture, part, random):
    """A yellow face that covers `part` of the area."""
    changed = picture.copy()
    side = round((picture.width * picture.height * part * 4 / 3.14159) ** 0.5)
    side = min(side, picture.width - 2, picture.height - 2)
    x, y = random.randint(0, picture.width - side - 1), random.randint(0, picture.height - side - 1)
    draw = ImageDraw.Draw(changed)
    draw.ellipse((x, y, x + side, y + side), fill=(255, 204, 51), outline=(160, 110, 10))
    for left in (0.28, 0.62):
        draw.ellipse((x + side * left, y + side * 0.3, x + side * (left + 0.1), y + side * 0.45), fill=(60, 40, 10))
    draw.arc(
        (x + side * 0.25, y + side * 0.3, x + side * 0.75, y + side * 0.8),
        20,
        160,
        fill=(60, 40, 10),
        width=max(1, side // 20),
    )
    return changed


def logo(picture):
    """A half-transparent mark in the lower right corner."""
    layer = Image.new("RGBA", picture.size)
    size = max(8, picture.height // 22)
    ImageDraw.Draw(layer).text(
        (picture.width * 0.78, picture.height * 0.93), "© sample", fill=(255, 255, 255, 150), font_size=size
    )
    return Image.alpha_composite(picture.convert("RGBA"), layer).convert("RGB")


def gamma(picture, power):
    return picture.point([round(255 * (v / 255) ** power) for v in range(256)] * 3)


def noise(picture, random):
    grain = Image.effect_noise(picture.size, 16).convert("RGB")
    return Image.blend(picture, grain, 0.12)


def whatsapp(picture):
    return jpeg(fit(picture, 1600, BILINEAR), 80)


def telegram(picture):
    return jpeg(fit(picture, 1280, BILINEAR), 87)


def signal(picture):
    return jpeg(fit(picture, 1600, BILINEAR), 70)


TRANSFORMS = {
    "JPEG 95": lambda p, r: jpeg(p, 95),
    "JPEG 85": lambda p, r: jpeg(p, 85),
    "JPEG 75": lambda p, r: jpeg(p, 75),
    "JPEG 40": lambda p, r: jpeg(p, 40),
    "JPEG 20": lambda p, r: jpeg(p, 20),
    "WebP 60": lambda p, r: code(p, "WEBP", quality=60, method=0),
    "AVIF 50": lambda p, r: code(p, "AVIF", quality=50, speed=10),
    "Signal standard: 1600 px, JPEG 70": lambda p, r: signal(p),
    "Signal, little memory: 768 px, JPEG 70": lambda p, r: jpeg(fit(p, 768, BILINEAR), 70),
    "WhatsApp: 1600 px, JPEG 80": lambda p, r: whatsapp(p),
    "Telegram and Element X: 1280 px, JPEG 87": lambda p, r: telegram(p),
    "Matrix thumbnail: 800 px, JPEG 75": lambda p, r: jpeg(fit(p, 800, BICUBIC), 75),
    "512 px, JPEG 60": lambda p, r: jpeg(fit(p, 512), 60),
    "resize 0.25, Lanczos": lambda p, r: scale(p, 0.25),
    "resize 0.5, Lanczos": lambda p, r: scale(p, 0.5),
    "resize 0.5, nearest": lambda p, r: scale(p, 0.5, NEAREST),
    "resize 0.5, JPEG 70": lambda p, r: jpeg(scale(p, 0.5), 70),
    "resize 0.75, bicubic": lambda p, r: scale(p, 0.75, BICUBIC),
    "resize 1.3, bicubic": lambda p, r: scale(p, 1.3, BICUBIC),
    "resize 2, bilinear": lambda p, r: scale(p, 2, BILINEAR),
    "screenshot, cut out, JPEG 90": screenshot,
    "screenshot with bars": lambda p, r: bars(p),
    "brightness +20 %": lambda p, r: ImageEnhance.Brightness(p).enhance(1.2),
    "brightness -20 %": lambda p, r: ImageEnhance.Brightness(p).enhance(0.8),
    "contrast +20 %": lambda p, r: ImageEnhance.Contrast(p).enhance(1.2),
    "contrast -20 %": lambda p, r: ImageEnhance.Contrast(p).enhance(0.8),
    "saturation +50 %": lambda p, r: ImageEnhance.Color(p).enhance(1.5),
    "gamma 0.8": lambda p, r: gamma(p, 0.8),
    "grey": lambda p, r: p.convert("L").convert("RGB"),
    "blur 1 px": lambda p, r: p.filter(ImageFilter.GaussianBlur(1)),
    "blur 2 px": lambda p, r: p.filter(ImageFilter.GaussianBlur(2)),
    "sharpen": lambda p, r: p.filter(ImageFilter.UnsharpMask(2, 120, 2)),
    "noise": noise,
    "caption, 8 % of the height": lambda p, r: text(p, 0.08),
    "sticker, 2 % of the area": lambda p, r: sticker(p, 0.02, r),
    "small logo": lambda p, r: logo(p),
    "crop 1 %": lambda p, r: crop(p, 0.01),
    "crop 2 %": lambda p, r: crop(p, 0.02),
    "crop 5 %, one corner": lambda p, r: crop_corner(p, 0.05, r),
    "white border 2 %": lambda p, r: border(p, 0.02, "white"),
    "rotated 1 degree": lambda p, r: p.rotate(1, BICUBIC),
    "mirrored": lambda p, r: ImageOps.mirror(p),
    "turned by 90 degrees": lambda p, r: p.transpose(Image.Transpose.ROTATE_90),
    "WhatsApp, Telegram, Signal in turn": lambda p, r: signal(telegram(whatsapp(p))),
    "WhatsApp 3 times": lambda p, r: whatsapp(whatsapp(whatsapp(p))),
    "screenshot, 800 px, JPEG 60, WhatsApp": lambda p, r: whatsapp(jpeg(fit(screenshot(p, r), 800, BILINEAR), 60)),
}
# Done to each picture, in a pass of its own.
ADDED = {
    "crop 0-2 % at each edge by lot": lambda p, r: crop_edges(p, 0.02, r),
    "the same, then WhatsApp": lambda p, r: whatsapp(crop_edges(p, 0.02, r)),
    "brightness +10 %": lambda p, r: ImageEnhance.Brightness(p).enhance(1.1),
}
# Measured for themselves: PDQ's own match cannot find them without dihedral hashes.
DIHEDRAL = ("mirrored", "turned by 90 degrees")
