#!/usr/bin/python3 -I
"""An evidence command for the sample: it reads a note, and draws a picture for one that begins with `item `. It knows
no other one, and then writes nothing: the evidence is not held. A real one asks the messenger's own store.
"""

import hashlib
import struct
import sys
import zlib

SIZE = 360


def png(seed: bytes) -> bytes:
    """A landscape of two colours, of nobody and nothing."""
    sky, ground, horizon = seed[0:3], seed[3:6], SIZE // 3 + seed[6] % (SIZE // 3)
    rows = bytearray()
    for y in range(SIZE):
        rows.append(0)
        for x in range(SIZE):
            hill = horizon + ((x - SIZE // 2) ** 2 // (6 * SIZE)) + (x // 40 % 2) * 6
            light = 255 if (x // 60 + y // 60) % 2 else 225
            rows += bytes(part * light // 255 for part in (sky if y < hill else ground))

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", SIZE, SIZE, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(bytes(rows))) + chunk(b"IEND", b"")
    )


note = sys.stdin.buffer.read()
if note.startswith(b"item "):
    sys.stdout.buffer.write(png(hashlib.sha256(note).digest()))
