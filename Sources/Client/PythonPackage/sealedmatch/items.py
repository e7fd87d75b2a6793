"""Media items: fingerprints of what is about to be sent."""

from __future__ import annotations

import hashlib
import logging
import sys
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from . import _files, _pictures
from ._library import Handle, call, ffi, lib, view
from .errors import PictureError

if TYPE_CHECKING:
    import PIL.Image
    from typing_extensions import Buffer

_log = logging.getLogger("sealedmatch")

_CHANNELS = {"L": 1, "RGB": 3, "RGBA": 4, "BGRA": 4}


class MediaItem:
    """A media item as far as a voucher is concerned. As private as the picture."""

    __slots__ = ("_item",)

    #: `of_file` treats larger pictures as unreadable: 100 million pixels take 400 MB while they are decoded. The
    #: command line tool has the same limit.
    maximum_pixels = 100_000_000

    def __init__(self, encoded: Buffer) -> None:
        """From `bytes(item)`, for example of a sandboxed process that decodes pictures. What is not an item is found
        when it is sealed.
        """
        self._item = ffi.new("sealedmatch_item *")
        ffi.memmove(
            self._item, view(encoded, "an item", ffi.sizeof("sealedmatch_item")), ffi.sizeof("sealedmatch_item")
        )

    def __bytes__(self) -> bytes:
        return bytes(ffi.buffer(self._item))

    @classmethod
    def _empty(cls) -> MediaItem:
        return cls(bytes(ffi.sizeof("sealedmatch_item")))

    @classmethod
    def picture(cls, picture: Buffer | PIL.Image.Image, order: str | None = None) -> MediaItem:
        """A picture's PDQ fingerprint, of its pixels as the user sees them: a Pillow picture is turned upright by its
        EXIF orientation. Damaged EXIF turns nothing.

        :param picture: a `PIL.Image.Image`, a numpy array, or any buffer (`memoryview.cast`) of unsigned bytes with the
        shape (height, width) or
            (height, width, channels). One that is not contiguous, such as a part of an array, is copied.
        :param order: what the channels are: "L", "RGB", "RGBA" or "BGRA"; without it 1, 3 and 4 channels are the first
        three. Alpha is ignored.
        """
        item = cls._empty()
        call(lib.sealedmatch_item_picture, *_arguments(picture, order), item._item)
        return item

    @classmethod
    def exact(cls, sha256: Buffer) -> MediaItem:
        """Media without a perceptual hash, by SHA-256 of the file's bytes before encryption."""
        item = cls._empty()
        call(lib.sealedmatch_item_exact, view(sha256, "sha256", 32), item._item)
        return item

    @classmethod
    def unreadable(cls) -> MediaItem:
        """Media that could not be decoded. It gets a voucher like any other, which cannot match."""
        item = cls._empty()
        call(lib.sealedmatch_item_unreadable, item._item)
        return item

    @classmethod
    def of_file(cls, data: Buffer) -> MediaItem:
        """What a messenger has in hand: a file's bytes, not its name. A picture by its pixels, another file by its
        SHA-256.

        What every viewer shows is a picture (Docs/Protocol.md, 5.11): upright, the first frame, with the pixels that
        are there; damaged metadata turns nothing and hides nothing. JPEG, PNG, WebP, GIF, AVIF, HEIC, BMP and TIFF are
        told by their first bytes. One of these that gives no pixels, or has more than `maximum_pixels`, is unreadable,
        never another file. Videos are other files here: see `Video`.

        Needs Pillow 10.3, for AVIF 11.3, and pillow-heif for HEIC (`pip install sealedmatch[pictures]`). A messenger
        that decodes pictures in a sandbox does so there, and uses `picture`.

        :raises TypeError: `data` is no bytes-like object.
        """
        content = bytes(ffi.buffer(view(data, "a file's bytes")))
        format = _files.kind(content)
        if format is None:
            return cls.exact(hashlib.sha256(content).digest())
        try:
            pixels, width, height = _pictures.of_file(content, format, cls.maximum_pixels)
        except ImportError as error:
            # Without Pillow no picture at all can be read: that is the program's fault, not the file's.
            raise ImportError(
                "of_file needs Pillow: pip install sealedmatch[pictures], or decode and use picture"
            ) from (error)
        except Exception:
            # Protocol 5.12, step 2, and section 8, "Quiet failures": no attachment goes without a voucher. Damaged and
            # hostile pictures make decoders raise anything.
            _log.info("a picture could not be decoded; it gets a voucher that cannot match", exc_info=True)
            return cls.unreadable()
        try:
            item = cls._empty()
            call(lib.sealedmatch_item_picture, *_pixel_arguments(pixels, width, height, "RGB"), item._item)
            return item
        except PictureError:
            # A side beyond PDQ's limit.
            return cls.unreadable()

    @property
    def pdq(self) -> tuple[bytes, int]:
        """A picture's hash (32 bytes, as PDQ's tools print them) and quality, 0 to 100. BAD_ARGUMENT for an item that
        is no picture.
        """
        digest = ffi.new("uint8_t[32]")
        quality = ffi.new("uint32_t *")
        call(lib.sealedmatch_item_pdq, self._item, digest, quality)
        return bytes(ffi.buffer(digest)), quality[0]


class Video(Handle):
    """A video while its samples are taken: up to 8 of them are kept, chosen by what they show (Docs/Protocol.md, 5.11).
    At most 1 MB, however long it is. As private as the video.

    Give `seal` of a client or a sealer this instead of a `MediaItem`, then close it.
    """

    def __init__(self) -> None:
        handle = ffi.new("sealedmatch_video *")
        call(lib.sealedmatch_video_open, handle)
        super().__init__(handle, lib.sealedmatch_video_close)

    def sample(self, picture: Buffer | PIL.Image.Image, order: str | None = None) -> None:
        """The next sample: what the video shows at 0, 125, 250, … milliseconds, upright, as `MediaItem.picture` takes
        it; what is shown longer is given again.
        """
        call(lib.sealedmatch_video_sample, self._handle, *_arguments(picture, order))


def sealing(holder: type[Any], item: Any) -> tuple[Callable[..., int], Any]:
    """The C function with which `holder` seals an item of this kind, and what to give it."""
    if isinstance(item, MediaItem):
        return holder._seal, item._item
    if isinstance(item, Video):
        return holder._seal_video, item._handle
    raise TypeError(f"an item must be a MediaItem or a Video, not {type(item).__name__}")


def _arguments(picture: Buffer | PIL.Image.Image, order: str | None) -> tuple[Any, ...]:
    image = sys.modules.get("PIL.Image")
    if image is not None and isinstance(picture, image.Image):
        if order is not None:
            raise TypeError("a Pillow picture knows its order of channels")
        return _pixel_arguments(*_pictures.of_pillow(picture), "RGB")
    try:
        data = memoryview(picture)  # type: ignore[arg-type]
    except TypeError:
        raise TypeError(
            f"a picture is a PIL.Image.Image, a numpy array or another buffer, not {type(picture).__name__}"
        ) from None
    if data.format not in ("B", "c"):
        raise TypeError(f"pixels are unsigned bytes, not {data.format!r}")
    shape = data.shape or ()
    channels = shape[2] if len(shape) == 3 else 1
    if len(shape) not in (2, 3):
        raise ValueError("pixels have the shape (height, width) or (height, width, channels)")
    if order is None:
        order = {1: "L", 3: "RGB", 4: "RGBA"}.get(channels)
    if order not in _CHANNELS or _CHANNELS[order] != channels:
        raise ValueError(f"{channels} channels do not fit the order {order}")
    return _pixel_arguments(data if data.c_contiguous else data.tobytes(), shape[1], shape[0], order)


def _pixel_arguments(pixels: Buffer, width: int, height: int, order: str) -> tuple[Any, ...]:
    """Pixels, their number of bytes, width, height, bytes in a row, format."""
    if not (0 < width < 1 << 32 and 0 < height < 1 << 32):
        # Beyond the type of the C argument; the library has the real limits.
        width = height = 0
    data = view(pixels, "pixels")
    formats = {
        "L": lib.SEALEDMATCH_GRAY8,
        "RGB": lib.SEALEDMATCH_RGB8,
        "RGBA": lib.SEALEDMATCH_RGBA8,
        "BGRA": lib.SEALEDMATCH_BGRA8,
    }
    return data, len(data), width, height, width * _CHANNELS[order], formats[order]
