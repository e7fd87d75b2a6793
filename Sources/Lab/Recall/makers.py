"""PDQ hashers of other makes, as they are. Each takes the path of a JPEG file and returns the 256 bits, in our order.

threatexchange    Meta's package for trust and safety teams (PyPI; it calls pdqhash): the file that it ships is run
pdq-photo-hasher  Meta's C++ tool, built from the sources that pdqhash's source archive ships. It decodes JPEG by
                  another program; here it gets the same pixels as PPM
pdqhashing        Meta's Python (not on PyPI): its one difference, `thumbnail((512, 512))` of the file, and PDQ's rule
pdqhash (Rust)    the crate (no wheel has it): its reduction to 512 x 512, ported, and PDQ's rule
yume-pdq (Rust)   hashes 512 x 512 grey; its manual makes them with ffmpeg, whose real scaler is run here; PDQ's rule
threatengine      a hasher in Rust with a wheel (PyPI): run as it is
"""

import functools
import importlib.util
import os
import subprocess
import sys
import tempfile

import numpy as np
from PIL import Image

import pdq

MAKERS = ("threatexchange", "pdq-photo-hasher", "pdqhashing", "pdqhash (Rust)", "yume-pdq (Rust)", "threatengine")
SOURCES = ("bin/pdq-photo-hasher", "io/pdqio", "io/hashio", "common/pdqhashtypes", "common/pdqhamming")
SOURCES += ("common/pdqutils", "downscaling/downscaling", "hashing/pdqhashing", "hashing/torben")


def from_hex(text):
    value = int(text, 16)
    return np.array([value >> k & 1 for k in range(256)], dtype=bool)


def rule(picture):
    """PDQ's rule on an RGB picture as it is, without any reduction before."""
    return pdq.bits(pdq.coefficients(pdq.grid(pdq.exact_luma(picture), "native")))


@functools.cache
def module(path, name):
    spec = importlib.util.spec_from_file_location(name, path)
    found = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(found)
    return found


def threatexchange(root, path):
    place = os.path.join(root, "pypi-threatexchange/threatexchange/signal_type/pdq/pdq_hasher.py")
    return from_hex(module(place, "threatexchange_pdq_hasher").pdq_from_file(path)[0])


def build(root, program):
    """Meta's C++ tool, once. Another name until it is complete."""
    if os.path.exists(program):
        return
    place = os.path.join(root, "pypi-pdqhash/pdqhash-0.2.8")
    words = ["c++", "-O2", "-Dcimg_display=0", "-I", place, "-I", os.path.join(place, "ThreatExchange")]
    words += ["-I", os.path.join(place, "ThreatExchange/pdq/cpp"), "-o", program + ".part"]
    words += [os.path.join(place, "ThreatExchange/pdq/cpp", name + ".cpp") for name in SOURCES]
    subprocess.run(words + ["-lpthread"], check=True)
    os.replace(program + ".part", program)


def tool(program, path):
    with tempfile.TemporaryDirectory() as place:
        name = os.path.join(place, "picture.ppm")
        Image.open(path).convert("RGB").save(name)
        found = subprocess.run([program, name], check=True, capture_output=True, text=True).stdout
    return from_hex(found.split(",")[0])


def meta_rule(path):
    """What the tool does: 512 x 512 by the nearest pixel. Checked against the tool itself."""
    luma = pdq.exact_luma(Image.open(path).convert("RGB"))
    return pdq.bits(pdq.coefficients(pdq.grid(luma, "meta")))


def pdqhashing(path):
    """Pillow's thumbnail also lets the JPEG decoder reduce (by whole powers of two), as it does there."""
    picture = Image.open(path)
    picture.thumbnail((512, 512))
    return rule(picture.convert("RGB"))


def blocks(size, parts):
    """Edges of the runs of pixels that make one: from ceil(i * size / parts), in single precision."""
    ratio = np.float32(size) / np.float32(parts)
    low = np.arange(parts, dtype=np.float32) * ratio
    left = np.minimum(np.ceil(low).astype(int), size - 1)
    return left, np.clip(np.ceil(low + ratio).astype(int), left, size)


def rust_thumbnail(picture):
    """The `image` crate's thumbnail_exact to at most 512 x 512: whole means of blocks, for sides that do not grow."""
    pixels = np.asarray(picture, dtype=np.int64)
    height, width = min(512, picture.height), min(512, picture.width)
    sums = np.zeros((picture.height + 1, picture.width + 1, 3), dtype=np.int64)
    sums[1:, 1:] = pixels.cumsum(0).cumsum(1)
    (top, bottom), (left, right) = blocks(picture.height, height), blocks(picture.width, width)
    total = sums[bottom][:, right] - sums[top][:, right] - sums[bottom][:, left] + sums[top][:, left]
    count = ((bottom - top)[:, None] * (right - left)[None])[..., None]
    return Image.fromarray(((total + count // 2) // count).astype(np.uint8))


def pdqhash_rust(path):
    picture = Image.open(path).convert("RGB")
    return rule(rust_thumbnail(picture) if max(picture.size) > 512 else picture)


def yume(path):
    words = ["ffmpeg", "-v", "error", "-nostdin", "-threads", "1", "-i", path, "-vf", "scale=512:512"]
    words += ["-frames:v", "1", "-pix_fmt", "gray", "-f", "rawvideo", "-"]
    pixels = subprocess.run(words, check=True, capture_output=True).stdout
    luma = np.frombuffer(pixels, dtype=np.uint8).reshape(512, 512).astype(np.float32)
    return pdq.bits(pdq.coefficients(pdq.grid(luma, "native")))


def threatengine(root, path):
    place = os.path.join(root, "pypi-threatengine")
    if place not in sys.path:
        sys.path.insert(0, place)
    return from_hex(importlib.import_module("threatengine").pdq_hash_file(path)[0])


def hashes(root, path):
    """MAKERS x 256 bits of one file."""
    listed = (
        threatexchange(root, path),
        meta_rule(path),
        pdqhashing(path),
        pdqhash_rust(path),
        yume(path),
        threatengine(root, path),
    )
    return np.stack(listed)
