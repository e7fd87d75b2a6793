"""Protocol 4.5: a registration, 72 bytes."""

from __future__ import annotations

from dataclasses import dataclass

from .errors import require
from .labels import decode_integer, encode_integer

MAGIC = b"SMR1"
BYTES = 72


@dataclass(frozen=True)
class Registration:
    epoch: int
    account: bytes
    commitment: bytes

    def encode(self) -> bytes:
        return MAGIC + encode_integer(self.epoch, 4) + self.account + self.commitment

    @staticmethod
    def decode(data: bytes) -> Registration:
        require(len(data) == BYTES, "wrongLength")
        require(data[0:4] == MAGIC, "invalidMagic")
        return Registration(decode_integer(data[4:8]), data[8:40], data[40:72])
