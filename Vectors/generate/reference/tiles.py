"""Protocol 5.29, "Tiles": c2sp.org/tlog-tiles."""

from __future__ import annotations

from .notes import malformed

WIDTH = 256


def tile_path(level: int | None, index: int, width: int) -> str:
    """Under the log's URL; of no level the entries'."""
    parts = []
    rest = index
    while True:
        parts.append(f"{rest % 1000:03}" if not parts else f"x{rest % 1000:03}")
        rest //= 1000
        if rest == 0:
            break
    name = "entries" if level is None else str(level)
    partial = "" if width == WIDTH else f".p/{width}"
    return f"tile/{name}/{'/'.join(reversed(parts))}{partial}"


def tile_widths(size: int) -> list[list[int]]:
    """Of each level the widths of its tiles, for a tree of a size."""
    levels = []
    while size > 0:
        full, rest = divmod(size, WIDTH)
        levels.append([WIDTH] * full + ([rest] if rest else []))
        size = full
    return levels


def decode_bundle(data: bytes, count: int) -> list[bytes]:
    entries = []
    at = 0
    for _ in range(count):
        malformed(len(data) - at >= 2, "a bundle that ends early")
        length = int.from_bytes(data[at : at + 2], "big")
        malformed(len(data) - at - 2 >= length, "a bundle that ends early")
        entries.append(data[at + 2 : at + 2 + length])
        at += 2 + length
    malformed(at == len(data), "bytes follow a bundle's entries")
    return entries


def encode_bundle(entries: list[bytes]) -> bytes:
    return b"".join(len(entry).to_bytes(2, "big") + entry for entry in entries)
