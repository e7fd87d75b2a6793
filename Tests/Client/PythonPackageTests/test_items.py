"""Pictures as Python programs have them: Pillow, numpy, buffers; and what is none."""

from __future__ import annotations

import hashlib
import io
import struct
import zlib
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pdqhash
import pytest
from numpy.typing import NDArray
from PIL import Image
from sealedmatch import EncodingError, ErrorCode, MediaItem, PictureError, SealedMatchError

Pixels = NDArray[np.uint8]


def noise(height: int = 150, width: int = 200, channels: int = 3, seed: int = 1) -> Pixels:
    """Detail of several scales, so that all of PDQ's bits are in play."""
    random = np.random.default_rng(seed)
    coarse = np.kron(random.integers(0, 256, (height // 10 + 1, width // 10 + 1, channels)), np.ones((10, 10, 1)))[
        :height, :width
    ]
    return (coarse * 0.7 + random.integers(0, 76, (height, width, channels))).astype(np.uint8)


def reference(pixels: Pixels) -> tuple[str, int]:
    bits, quality = pdqhash.compute(np.ascontiguousarray(pixels))
    return f"{int(''.join(str(int(bit)) for bit in bits), 2):064x}", int(quality)


def pdq(item: MediaItem) -> tuple[str, int]:
    digest, quality = item.pdq
    return digest.hex(), quality


@pytest.mark.parametrize("size", [(150, 200), (64, 64), (480, 641), (1083, 1921)])
def test_the_fingerprint_is_pdqhash_s(size: tuple[int, int]) -> None:
    pixels = noise(*size)
    assert pdq(MediaItem.picture(pixels)) == reference(pixels)


VIEWS: dict[str, Callable[[Pixels], Pixels]] = {
    "whole": lambda a: a,
    "part": lambda a: a[11:140, 21:180],
    "every other row": lambda a: a[::2],
    "every other column": lambda a: a[:, ::2],
    "upside down": lambda a: a[::-1],
    "mirrored": lambda a: a[:, ::-1],
    "blue first": lambda a: a[:, :, ::-1],
    "transposed": lambda a: a.transpose(1, 0, 2),
    "column-major": np.asfortranarray,
}


@pytest.mark.parametrize("view", VIEWS.values(), ids=VIEWS.keys())
def test_numpy_views_of_any_stride(view: Callable[[Pixels], Pixels]) -> None:
    pixels = view(noise())
    assert pdq(MediaItem.picture(pixels)) == reference(pixels)
    read_only = pixels.view()
    read_only.flags.writeable = False
    assert bytes(MediaItem.picture(read_only)) == bytes(MediaItem.picture(pixels))


def test_orders_of_channels() -> None:
    rgb = noise()
    alpha = np.full((*rgb.shape[:2], 1), 7, np.uint8)
    expected = reference(rgb)
    assert pdq(MediaItem.picture(np.concatenate([rgb, alpha], 2))) == expected
    assert pdq(MediaItem.picture(np.concatenate([rgb[:, :, ::-1], alpha], 2), "BGRA")) == expected
    gray = rgb[:, :, :1]
    assert pdq(MediaItem.picture(gray)) == pdq(MediaItem.picture(gray[:, :, 0])) == reference(np.repeat(gray, 3, 2))


def test_memoryviews_and_other_buffers() -> None:
    pixels = noise()
    expected = reference(pixels)
    flat = pixels.tobytes()
    for buffer in (flat, bytearray(flat), memoryview(flat)):
        assert pdq(MediaItem.picture(memoryview(buffer).cast("B", pixels.shape))) == expected
    # A buffer without a shape is no picture.
    with pytest.raises(ValueError, match="shape"):
        MediaItem.picture(flat)
    resizable = bytearray(flat)
    MediaItem.picture(memoryview(resizable).cast("B", pixels.shape))
    resizable.extend(b"the library keeps no pointer")


@pytest.mark.parametrize("mode", ["RGB", "RGBA", "L", "LA", "P", "1", "CMYK", "YCbCr", "RGBX"])
def test_pillow_pictures_of_each_mode(mode: str) -> None:
    picture = Image.fromarray(noise()).convert(mode)
    assert pdq(MediaItem.picture(picture)) == reference(np.asarray(picture.convert("RGB")))


def test_sixteen_bits_are_not_clipped() -> None:
    gray = noise()[:, :, 0]
    picture = Image.fromarray(gray.astype(np.uint16) * 257)
    assert picture.mode == "I;16"
    assert pdq(MediaItem.picture(picture)) == reference(np.repeat(gray[:, :, None], 3, 2))


def encoded(picture: Image.Image, kind: str, **options: object) -> bytes:
    out = io.BytesIO()
    picture.save(out, kind, **options)
    return out.getvalue()


def test_pictures_are_turned_upright() -> None:
    upright = Image.fromarray(noise())
    exif = Image.Exif()
    exif[0x0112] = 6  # the camera was turned: the viewer turns the picture by a quarter to the right
    lying = encoded(upright.transpose(Image.Transpose.ROTATE_90), "PNG", exif=exif)
    assert bytes(MediaItem.of_file(lying)) == bytes(MediaItem.picture(upright))
    assert bytes(MediaItem.picture(Image.open(io.BytesIO(lying)))) == bytes(MediaItem.picture(upright))


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "GIF", "BMP", "TIFF"])
def test_files_of_pictures(kind: str) -> None:
    content = encoded(Image.fromarray(noise()), kind)
    shown = np.asarray(Image.open(io.BytesIO(content)).convert("RGB"))
    assert pdq(MediaItem.of_file(content)) == reference(shown)
    assert (
        bytes(MediaItem.of_file(bytearray(content)))
        == bytes(MediaItem.of_file(memoryview(content)))
        == bytes(MediaItem.of_file(content))
    )


@pytest.mark.parametrize(
    "content", [b"", b"a text", b"%PDF-1.7\n", b"\x00" * 5000, b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n"]
)
def test_files_that_are_no_pictures_go_by_their_digest(content: bytes) -> None:
    assert bytes(MediaItem.of_file(content)) == bytes(MediaItem.exact(hashlib.sha256(content).digest()))


def png(width: int, height: int, data: bytes) -> bytes:
    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
        + chunk(b"IDAT", zlib.compress(data))
        + chunk(b"IEND", b"")
    )


def test_damaged_and_enormous_pictures_are_unreadable() -> None:
    unreadable = bytes(MediaItem.unreadable())
    jpeg = encoded(Image.fromarray(noise()), "JPEG")
    assert bytes(MediaItem.of_file(jpeg[: jpeg.index(b"\xff\xda")])) == unreadable
    # 40,000 × 40,000 pixels, 4.8 GB, in a file of a few bytes.
    assert bytes(MediaItem.of_file(png(40_000, 40_000, b""))) == unreadable
    # Under the limit of pixels, over PDQ's limit of a side.
    assert bytes(MediaItem.of_file(png(65_536, 2, (b"\x00" + bytes(3 * 65_536)) * 2))) == unreadable


def test_what_is_no_file() -> None:
    """A name is no file's bytes, and a number is not as many zero bytes."""
    for nonsense in (Path("picture.jpg"), "picture.jpg", 5, 0, None, [1, 2, 3], range(4), noise().tolist(), object()):
        with pytest.raises(TypeError):
            MediaItem.of_file(nonsense)  # type: ignore[arg-type]
    for refused in (5, [0] * 66_600, "item"):
        with pytest.raises(TypeError):
            MediaItem(refused)  # type: ignore[arg-type]


def test_damaged_metadata_of_pillow_pictures_turns_nothing() -> None:
    upright = Image.fromarray(noise())
    content = encoded(upright, "PNG", exif=b"Exif\0\0XXXXXXXXXXXX")
    assert bytes(MediaItem.picture(Image.open(io.BytesIO(content)))) == bytes(MediaItem.picture(upright))
    # Pixels that cannot be decoded are the caller's to know, as an error that says so.
    cut = encoded(upright, "PNG")[:2_000]
    with pytest.raises(ValueError, match="cannot be decoded"):
        MediaItem.picture(Image.open(io.BytesIO(cut)))


def test_hostile_files_never_raise() -> None:
    """Pictures with bytes changed at random: each gives an item."""
    random = np.random.default_rng(2)
    for kind in ("JPEG", "PNG", "WEBP", "GIF", "TIFF"):
        whole = np.frombuffer(encoded(Image.fromarray(noise(60, 80)), kind), np.uint8)
        for _ in range(60):
            content = whole.copy()
            places = random.integers(0, len(content), random.integers(1, 20))
            content[places] = random.integers(0, 256, len(places))
            assert len(bytes(MediaItem.of_file(content[: random.integers(1, len(content) + 1)].tobytes()))) == 66600


@pytest.mark.parametrize(
    ("picture", "error"),
    [
        (noise().astype(np.float32), TypeError),
        (noise().astype(np.uint16), TypeError),
        (noise().astype(np.int8), TypeError),
        (noise() > 7, TypeError),
        (noise()[0, 0], ValueError),
        (noise()[:, :, :2], ValueError),
        (noise(channels=5), ValueError),
        (noise()[None], ValueError),
        (noise().tolist(), TypeError),
        ("a picture", TypeError),
        (None, TypeError),
        (7, TypeError),
        (b"bytes", ValueError),
    ],
)
def test_what_is_no_picture(picture: object, error: type[Exception]) -> None:
    with pytest.raises(error):
        MediaItem.picture(picture)  # type: ignore[arg-type]


def test_sizes_beyond_the_limits() -> None:
    for shape in [(0, 5), (5, 0), (0, 0, 3), (65_536, 1), (1, 65_536)]:
        with pytest.raises(PictureError) as refused:
            MediaItem.picture(np.zeros(shape, np.uint8))
        assert refused.value.code == ErrorCode.BAD_DIMENSIONS
    # 2^32 and more rows in no memory: the number does not wrap around.
    with pytest.raises(PictureError):
        MediaItem.picture(np.broadcast_to(np.zeros(1, np.uint8), (1 << 33, 0)))
    # 2^28 pixels and a row, in one row's memory.
    wide = np.lib.stride_tricks.as_strided(np.zeros(65_535, np.uint8), (4_097, 65_535), (0, 1))
    with pytest.raises(PictureError) as refused:
        MediaItem.picture(wide)
    assert refused.value.code == ErrorCode.TOO_MANY_PIXELS


@pytest.mark.parametrize("order", ["RGBA", "L", "rgb", "BGR", "", 7])
def test_orders_that_do_not_fit(order: object) -> None:
    with pytest.raises((ValueError, TypeError)):
        MediaItem.picture(noise(), order)  # type: ignore[arg-type]
    with pytest.raises(TypeError):
        MediaItem.picture(Image.fromarray(noise()), "RGB")


def test_items_go_through_bytes() -> None:
    item = MediaItem.picture(noise())
    assert MediaItem(bytes(item)).pdq == item.pdq
    for length in (0, 1063, 1065):
        with pytest.raises(ValueError):
            MediaItem(bytes(length))
    with pytest.raises(EncodingError) as refused:
        _ = MediaItem(bytes(66600)).pdq
    assert refused.value.code == ErrorCode.INVALID_MAGIC
    for other in (MediaItem.unreadable(), MediaItem.exact(bytes(32))):
        with pytest.raises(SealedMatchError) as refused_kind:
            _ = other.pdq
        assert refused_kind.value.code == ErrorCode.BAD_ARGUMENT


@pytest.mark.parametrize("digest", [b"", bytes(31), bytes(33)])
def test_digests_have_32_bytes(digest: bytes) -> None:
    with pytest.raises(ValueError):
        MediaItem.exact(digest)
    for nonsense in (None, "0" * 32, 32, [0] * 32):
        with pytest.raises(TypeError):
            MediaItem.exact(nonsense)  # type: ignore[arg-type]
