"""Protocol 4.8: the client state; the client directory's file `client` is account secret || client state."""

from __future__ import annotations

from dataclasses import dataclass

from .decoys import STATE_BYTES, DecoyState
from .distinctness import MAXIMUM_TAGS
from .errors import require
from .labels import decode_integer, encode_integer, words

MAGIC = b"SMC1"
HEADER_BYTES = 144


@dataclass(frozen=True)
class ClientState:
    epoch: int
    newest_version: int
    threshold: int
    polynomials: int
    decoys: DecoyState  # its c is the state's
    profile_digest: bytes
    tags: frozenset[int]

    def encode(self) -> bytes:
        return (
            MAGIC
            + encode_integer(self.epoch, 4)
            + encode_integer(self.newest_version, 8)
            + encode_integer(self.threshold, 2)
            + encode_integer(self.polynomials, 2)
            + encode_integer(self.decoys.c, 4)
            + encode_integer(len(self.tags), 4)
            + self.decoys.encode()
            + self.profile_digest
            + b"".join(encode_integer(word, 8) for word in sorted(self.tags))
        )

    @staticmethod
    def decode(data: bytes) -> ClientState:
        require(len(data) >= HEADER_BYTES, "wrongLength")
        require(data[0:4] == MAGIC, "invalidMagic")
        epoch, newest = decode_integer(data[4:8]), decode_integer(data[8:16])
        t, k = decode_integer(data[16:18]), decode_integer(data[18:20])
        c, count = decode_integer(data[20:24]), decode_integer(data[24:28])
        require(2 <= t <= 1024 and 4 <= k <= 256 and 4 <= c <= 16, "parameterOutOfRange")
        require(count <= MAXIMUM_TAGS, "parameterOutOfRange")
        require(len(data) == HEADER_BYTES + 8 * count, "wrongLength")
        decoys = DecoyState.decode(data[28 : 28 + STATE_BYTES])
        require(decoys.c == c, "parameterOutOfRange")  # 4.7: "another c than the reader runs"
        tags = words(data[HEADER_BYTES:])
        require(all(a < b for a, b in zip(tags, tags[1:])), "nonCanonical")  # "strictly ascending as words"
        return ClientState(epoch, newest, t, k, decoys, data[112:144], frozenset(tags))
