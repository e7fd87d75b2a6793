"""A picture's file or a Pillow picture, to rows of red, green and blue as a viewer shows them."""

from __future__ import annotations

import io
from typing import Any

from . import _files

#: EXIF's orientation.
_ORIENTATION = 0x0112


class TooLargeError(ValueError):
    """More pixels than the limit: possibly a decompression bomb. Nothing was decompressed."""


def of_file(content: bytes, format: str, maximum_pixels: int) -> tuple[bytes, int, int]:
    """Rows of red, green and blue, width and height: upright, the first frame, with the pixels that are there.

    :raises Exception: anything; decoders do for damaged and hostile files.
    """
    from PIL import Image

    file = _files.prepared(content[: _files.MAXIMUM_FILE], format)
    if file.canvas is not None:
        _check(file.canvas, maximum_pixels)
    try:
        picture = _decoded(file.content, format, maximum_pixels)
    except TooLargeError:
        raise
    except Exception:
        # What a viewer shows of a file that is cut off.
        if format == "PNG":
            picture = _decoded(_files.repaired_png(file.content), format, maximum_pixels)
        elif format == "GIF":
            picture = _gif(_files.repaired_gif(file.content), maximum_pixels)
        else:
            raise
    if file.canvas is not None:
        canvas = Image.new("RGB", file.canvas)
        canvas.paste(_rgb(picture), file.offset)
        picture = canvas
    if format != "TIFF" and file.orientation != 1:
        picture = picture.transpose(_turn(file.orientation))
    rgb = _rgb(picture)
    return rgb.tobytes(), rgb.width, rgb.height


def of_pillow(picture: Any) -> tuple[bytes, int, int]:
    """Rows of red, green and blue, width and height, of a Pillow picture, turned by its EXIF orientation. Damaged EXIF
    turns nothing.

    :raises ValueError: its pixels cannot be decoded; Pillow reads them as late as here.
    """
    try:
        picture.load()
    except MemoryError:
        raise
    except Exception as error:
        raise ValueError(f"a picture that cannot be decoded: {error}") from error
    try:
        number = picture.getexif().get(_ORIENTATION, 1)
    except Exception:
        number = 1
    if number in range(2, 9):
        picture = picture.transpose(_turn(number))
    rgb = _rgb(picture)
    return rgb.tobytes(), rgb.width, rgb.height


def _check(size: tuple[int, int], maximum_pixels: int) -> None:
    if size[0] * size[1] > maximum_pixels:
        raise TooLargeError(f"a picture of {size[0]} × {size[1]} pixels")


def _decoded(content: bytes, format: str, maximum_pixels: int) -> Any:
    """A Pillow picture. AVIF, HEIF and TIFF come turned."""
    from PIL import Image, ImageOps

    if format == "HEIF":
        try:
            import pillow_heif
        except ImportError:
            raise ValueError("HEIC needs pillow-heif: pip install sealedmatch[pictures]") from None
        file = pillow_heif.open_heif(content, convert_hdr_to_8bit=True)
        _check(file.size, maximum_pixels)
        return file.to_pillow()
    # Pillow before 11.3 may have no AVIF.
    Image.init()
    if format not in Image.OPEN:
        raise ValueError(f"this Pillow does not read {format}")
    with Image.open(io.BytesIO(content), formats=[format]) as picture:
        _check(picture.size, maximum_pixels)
        picture.load()
        if format == "AVIF":
            return ImageOps.exif_transpose(picture)
        return picture.copy()


def _gif(frame: _files.GIFFrame, maximum_pixels: int) -> Any:
    from PIL import Image

    _check(frame.screen, maximum_pixels)
    screen = Image.new("P", frame.screen, frame.background)
    screen.paste(Image.frombytes("P", frame.size, frame.indices), frame.offset)
    screen.putpalette(frame.palette)
    return screen


def _turn(orientation: int) -> Any:
    """What Pillow has to do for a picture with EXIF's number."""
    from PIL.Image import Transpose

    return {
        2: Transpose.FLIP_LEFT_RIGHT, 3: Transpose.ROTATE_180, 4: Transpose.FLIP_TOP_BOTTOM, 5: Transpose.TRANSPOSE,
        6: Transpose.ROTATE_270, 7: Transpose.TRANSVERSE, 8: Transpose.ROTATE_90,
    }[orientation]  # fmt: skip


def _rgb(picture: Any) -> Any:
    from PIL import Image

    if picture.mode.startswith("I;16"):
        # Pillow clips these at 255; the upper byte is what viewers show. Bytes come in the order that the mode names.
        wide = picture.tobytes()
        picture = Image.frombytes("L", picture.size, wide[0::2] if picture.mode == "I;16B" else wide[1::2])
    return picture if picture.mode == "RGB" else picture.convert("RGB")
