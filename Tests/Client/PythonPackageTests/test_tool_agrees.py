"""The command line tool, which makes the lists, and the Python package, which seals, see the same picture in a file."""

from __future__ import annotations

import io
import os
import subprocess
from pathlib import Path

import picture_files
import pytest
from PIL import Image
from sealedmatch import MediaItem

FILES = picture_files.table()
#: Files that begin like a picture and give no pixels: what is said about them is in the tool's exit code.
WITHOUT_PIXELS = {
    "jpeg-table_missing.jpg", "png-method_unknown.png", "gif-code_size.gif",
    "jpeg-head_alone.jpg", "jpeg-twelve_bits.jpg", "jpeg-lossless.jpg", "jpeg-enormous.jpg", "jpeg-start_alone.jpg",
    "png-head_alone.png", "png-enormous.png", "png-long_side.png", "webp-cut.webp", "webp-head_alone.webp",
    "gif-head_alone.gif", "gif-enormous.gif", "bmp-masks_odd.bmp", "bmp-rle8_cut.bmp", "bmp-head_alone.bmp",
    "bmp-enormous.bmp", "tiff-cut.tiff", "tiff-head_alone.tiff", "boxed-cut.avif", "boxed-head_alone.avif",
    "boxed-cut.heic", "boxed-head_alone.heic",
}  # fmt: skip


def tool(*files: Path | str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([os.environ["SEALEDMATCH_TOOL"], "fingerprint", *files], capture_output=True, text=True)


def package(content: bytes) -> str:
    """The line that a list would have."""
    item = MediaItem.of_file(content)
    if bytes(item) == bytes(MediaItem.unreadable()):
        return "unreadable"
    try:
        digest, quality = item.pdq
    except Exception:
        return "another file"
    return f"pdq {digest.hex()},{quality}"


def line(printed: subprocess.CompletedProcess[str]) -> str:
    found = next((line for line in printed.stdout.splitlines() if not line.startswith("#")), "")
    if printed.returncode == 65:
        return "unreadable"
    return "another file" if found.startswith("sha256 ") else found


@pytest.mark.parametrize("name", FILES)
def test_one_line(name: str, tmp_path: Path) -> None:
    file = tmp_path / name
    file.write_bytes(FILES[name])
    printed = tool(file)
    assert line(printed) == package(FILES[name]), printed.stderr
    if name in WITHOUT_PIXELS:
        assert line(printed) == "unreadable"
    else:
        assert line(printed).startswith("another file" if name.startswith("other-") else "pdq "), printed.stderr


@pytest.mark.parametrize("name", ["marked-glass.png", "marked-frame.png", "marked-nothing.png", "card-letters.png"])
def test_without_marks(name: str) -> None:
    """For profile 3 the picture's hash comes first as ever; what was below a mark may come behind it."""
    file = Path(__file__).resolve().parents[3] / "Vectors" / "fingerprint" / name
    first, *others = (line for line in tool("--profile", "3", file).stdout.splitlines() if not line.startswith("#"))
    assert first == package(file.read_bytes()) == line(tool(file))
    assert [other.rpartition(",")[2] for other in others] == ["without-marks"] * (name == "marked-glass.png")


def test_the_table_names_what_it_has() -> None:
    assert set(FILES) > WITHOUT_PIXELS
    assert len(FILES) > 250


@pytest.mark.parametrize(
    ("changed", "base"),
    [
        ("png-crc_IHDR.png", "png-rgb.png"), ("png-crc_IDAT.png", "png-rgb.png"), ("png-adler.png", "png-rgb.png"),
        ("png-no_end.png", "png-rgb.png"), ("png-no_checksum.png", "png-rgb.png"), ("png-animated.png", "png-rgb.png"),
        ("png-exif_letters.png", "png-rgb.png"), ("png-text_huge.png", "png-rgb.png"),
        ("png-many_pieces.png", "png-rgb.png"),
        ("png-profile_damaged.png", "png-rgb.png"), ("png-chunks_damaged.png", "png-rgb.png"),
        ("jpeg-no_end.jpg", "jpeg-exif1be.jpg"), ("jpeg-exif_letters.jpg", "jpeg-exif1be.jpg"),
        ("jpeg-junk_before_end.jpg", "jpeg-exif1be.jpg"), ("jpeg-junk_between.jpg", "jpeg-exif1be.jpg"),
        ("jpeg-adobe_cut.jpg", "jpeg-exif1be.jpg"), ("jpeg-xmp_orientation.jpg", "jpeg-exif1be.jpg"),
        ("jpeg-exif9be.jpg", "jpeg-exif1be.jpg"), ("jpeg-exif_twice.jpg", "jpeg-exif6be.jpg"),
        ("webp-size_too_large.webp", "webp-lossy.webp"),
        ("gif-animated_cut.gif", "gif-animated.gif"), ("gif-control_damaged.gif", "gif-still.gif"),
        ("gif-interlaced.gif", "gif-still.gif"), ("gif-no_end.gif", "gif-still.gif"),
        ("bmp-top_down.bmp", "bmp-rgb.bmp"), ("bmp-masks_rgb.bmp", "bmp-rgb.bmp"),
        ("tiff-pages.tiff", "tiff-rgb_raw.tiff"),
        ("boxed-exif_letters.avif", "boxed-exif6.avif"), ("boxed-exif_alone.avif", "boxed-exif1.avif"),
        ("boxed-exif_letters.heic", "boxed-exif1.heic"),
    ],
)  # fmt: skip
def test_what_does_not_change_the_picture(changed: str, base: str) -> None:
    assert package(FILES[changed]) == package(FILES[base]) != "unreadable"


@pytest.mark.parametrize(
    "kind",
    [
        "jpeg-exif{}be.jpg",
        "jpeg-exif{}le.jpg",
        "png-exif{}.png",
        "webp-exif{}.webp",
        "tiff-orientation{}.tiff",
        "boxed-exif{}.avif",
    ],
)
def test_upright_and_as_stored(kind: str, tmp_path: Path) -> None:
    """The picture as a viewer shows it comes first; what other tools' lists hold comes second, with a mark."""
    stored = package(FILES[kind.format(1)])
    for number in (3, 6, 7):
        name = kind.format(number)
        (tmp_path / name).write_bytes(FILES[name])
        lines = [line for line in tool(tmp_path / name).stdout.splitlines() if not line.startswith("#")]
        assert lines == [package(FILES[name]), f"{stored},as-stored"]
        assert lines[0] != stored
    (tmp_path / "upright").write_bytes(FILES[kind.format(1)])
    assert tool(tmp_path / "upright").stdout.splitlines()[1:] == [stored]


def test_first_frames() -> None:
    """Of an animation, the frame that a viewer shows first; others may be missing."""
    for animated in ("webp-animated_lossless.webp", "gif-animated.gif", "boxed-animated.avif"):
        content = FILES[animated]
        with Image.open(io.BytesIO(content)) as picture:
            picture.seek(0)
            digest, quality = MediaItem.picture(picture.convert("RGB")).pdq
        assert package(content) == f"pdq {digest.hex()},{quality}"
    assert package(FILES["webp-animated_cut.webp"]) == package(FILES["webp-animated.webp"]) != "unreadable"


def test_upright_is_what_pillow_shows() -> None:
    pixels = picture_files.scene()
    turned = Image.fromarray(pixels).transpose(Image.Transpose.ROTATE_270)
    content = picture_files.saved(Image.fromarray(pixels), "PNG", exif=b"Exif\0\0" + picture_files.exif(6))
    digest, quality = MediaItem.picture(turned).pdq
    assert package(content) == f"pdq {digest.hex()},{quality}"
