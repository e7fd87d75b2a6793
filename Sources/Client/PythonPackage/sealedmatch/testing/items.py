"""What accounts send and sources list, by name."""

from __future__ import annotations

import base64
import hashlib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from .._library import ffi, lib
from ..items import MediaItem, Video, _arguments
from ._answers import Answer

if TYPE_CHECKING:
    import PIL.Image
    from typing_extensions import Buffer

_FORMATS = {"gray8": ("L", 1), "rgb8": ("RGB", 3), "rgba8": ("RGBA", 4), "bgra8": ("BGRA", 4)}
#: A video's frame stands for a second; samples are taken every 125 milliseconds.
_SAMPLES = 8


@dataclass(frozen=True)
class Picture:
    """A picture's pixels, without gaps between the rows."""

    pixels: bytes = field(repr=False)
    width: int
    height: int
    #: "L", "RGB", "RGBA" or "BGRA".
    order: str

    @classmethod
    def of(cls, picture: Buffer | PIL.Image.Image, order: str | None = None) -> Picture:
        """From what `MediaItem.picture` takes."""
        data, size, width, height, _, format = _arguments(picture, order)
        orders = {
            lib.SEALEDMATCH_GRAY8: "L", lib.SEALEDMATCH_RGB8: "RGB",
            lib.SEALEDMATCH_RGBA8: "RGBA", lib.SEALEDMATCH_BGRA8: "BGRA",
        }  # fmt: skip
        return cls(bytes(ffi.buffer(data, size)), width, height, orders[format])

    @property
    def view(self) -> memoryview:
        """Of the shape (height, width) or (height, width, channels): for `MediaItem.picture`, or numpy."""
        channels = len(self.order)
        shape = [self.height, self.width] if channels == 1 else [self.height, self.width, channels]
        return memoryview(self.pixels).cast("B", shape)

    @classmethod
    def _answered(cls, answer: Answer) -> Picture:
        pixels, width, height = answer.data("pixels"), answer.number("width"), answer.number("height")
        order, channels = _FORMATS.get(answer.text("format"), ("", 0))
        if not (width > 0 and height > 0 and len(pixels) == width * height * channels):
            answer._fail(f"answered with a picture that is none: {width} × {height}, {len(pixels)} bytes")
        return cls(pixels, width, height, order)

    def _request(self) -> dict[str, Any]:
        format = next(name for name, (order, _) in _FORMATS.items() if order == self.order)
        pixels = base64.b64encode(self.pixels).decode()
        return {"pixels": pixels, "width": self.width, "height": self.height, "format": format}


@dataclass(frozen=True)
class Item:
    """An item of a world: what a messenger would have in hand."""

    name: str
    #: "file", "picture", "video" or "unreadable".
    kind: str
    #: A file's bytes.
    file: bytes | None = field(default=None, repr=False)
    #: Of a picture one, of a video what each second shows.
    pictures: tuple[Picture, ...] = ()

    @classmethod
    def _answered(cls, name: str, answer: Answer) -> Item:
        match answer.text("kind"):
            case "file":
                return cls(name, "file", answer.data("file"))
            case "picture":
                return cls(name, "picture", pictures=(Picture._answered(answer.object("picture")),))
            case "video":
                return cls(name, "video", pictures=tuple(map(Picture._answered, answer.objects("frames"))))
            case "unreadable":
                return cls(name, "unreadable")
            case other:
                answer._fail(f"answered with an item of an unknown kind, {other!r}")

    def media(self) -> MediaItem | Video:
        """For `Client.seal`, made by the library that you ship. Close a `Video` after use."""
        if self.file is not None:
            return MediaItem.exact(hashlib.sha256(self.file).digest())
        if self.kind == "picture":
            return MediaItem.picture(self.pictures[0].view, self.pictures[0].order)
        if self.kind == "video":
            video = Video()
            for picture in self.pictures:
                for _ in range(_SAMPLES):
                    video.sample(picture.view, picture.order)
            return video
        return MediaItem.unreadable()
