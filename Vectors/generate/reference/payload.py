"""Protocol 4.4: the payload, P bytes, padded: the plaintext of inner."""

from __future__ import annotations

from dataclasses import dataclass

from .errors import require
from .labels import decode_integer, encode_integer

NONE, PDQ, SHA256, MD5, VIDEO = 0, 1, 2, 3, 4
FINGERPRINT_BYTES = {NONE: 0, PDQ: 32, SHA256: 32, MD5: 16, VIDEO: 32}
HEADER_BYTES = 36


@dataclass(frozen=True)
class Payload:
    kind: int
    quality: int
    fingerprint: bytes  # without the zeros that pad it
    note: bytes

    def encode(self, count: int) -> bytes:
        require(len(self.note) <= count - HEADER_BYTES, "payloadTooLong")  # "at most P - 36 bytes"
        require(
            self.kind in FINGERPRINT_BYTES and len(self.fingerprint) == FINGERPRINT_BYTES[self.kind],
            "parameterOutOfRange",
        )
        require(0 <= self.quality <= (100 if self.kind in (PDQ, VIDEO) else 0), "parameterOutOfRange")
        data = (
            bytes([self.kind, self.quality])
            + encode_integer(len(self.note), 2)
            + self.fingerprint.ljust(32, b"\0")
            + self.note
        )
        return data.ljust(count, b"\0")

    @staticmethod
    def decode(data: bytes) -> Payload:
        require(len(data) >= HEADER_BYTES, "wrongLength")
        kind, quality, count = data[0], data[1], decode_integer(data[2:4])
        require(kind in FINGERPRINT_BYTES, "nonCanonical")
        require(count <= len(data) - HEADER_BYTES, "wrongLength")
        size = FINGERPRINT_BYTES[kind]
        require(not any(data[4 + size : HEADER_BYTES]) and not any(data[HEADER_BYTES + count :]), "nonCanonical")
        return Payload(kind, quality, data[4 : 4 + size], data[HEADER_BYTES : HEADER_BYTES + count])
