"""Protocol 4.8: the client state; the client directory's file `client` is account secret || client state."""

from __future__ import annotations

from dataclasses import dataclass, replace

from .distinctness import MAXIMUM_TAGS
from .distinctness import merge as merge_tags
from .errors import require
from .labels import decode_integer, encode_integer, words

MAGIC = b"SMC2"
HEADER_BYTES = 60
MAXIMUM_NUMBER = 2**32 - 1


@dataclass(frozen=True)
class ClientState:
    epoch: int
    newest_version: int
    threshold: int
    polynomials: int
    number: int  # "vouchers that this device sealed in this epoch"
    profile_digest: bytes
    tags: frozenset[int]

    def encode(self) -> bytes:
        return (
            MAGIC
            + encode_integer(self.epoch, 4)
            + encode_integer(self.newest_version, 8)
            + encode_integer(self.threshold, 2)
            + encode_integer(self.polynomials, 2)
            + encode_integer(self.number, 4)
            + encode_integer(len(self.tags), 4)
            + self.profile_digest
            + b"".join(encode_integer(word, 8) for word in sorted(self.tags))
        )

    @staticmethod
    def decode(data: bytes) -> ClientState:
        require(len(data) >= HEADER_BYTES, "wrongLength")
        require(data[0:4] == MAGIC, "invalidMagic")
        epoch, newest = decode_integer(data[4:8]), decode_integer(data[8:16])
        t, k = decode_integer(data[16:18]), decode_integer(data[18:20])
        number, count = decode_integer(data[20:24]), decode_integer(data[24:28])
        require(2 <= t <= 1024 and 16 <= k <= 1024, "parameterOutOfRange")
        require(count <= MAXIMUM_TAGS, "parameterOutOfRange")
        require(len(data) == HEADER_BYTES + 8 * count, "wrongLength")
        tags = words(data[HEADER_BYTES:])
        require(all(a < b for a, b in zip(tags, tags[1:])), "nonCanonical")  # "strictly ascending as words"
        return ClientState(epoch, newest, t, k, number, data[28:60], frozenset(tags))

    @property
    def form(self) -> tuple[int, int, bytes]:
        """5.6, step 5: what changes "at an epoch's start only", and fixes the epoch's polynomials (5.7)."""
        return self.threshold, self.polynomials, self.profile_digest

    def after_a_voucher(self) -> ClientState:
        """5.12, step 4: "the state's number, which grows by one"; 4.8: "at most 2^32 - 1, where it stays"."""
        return replace(self, number=min(self.number + 1, MAXIMUM_NUMBER))

    def merged(self, other: ClientState) -> ClientState:
        """5.10, "Merging"."""
        # 1. "A state of another epoch is ignored, whatever its t, k and profile are."
        if other.epoch != self.epoch:
            return self
        # 2. "One of this epoch with another t, k or digest of a profile is refused"
        require(other.form == self.form, "setMismatch")
        # 3. "the union of the tags, and the greater of the numbers"
        return replace(self, number=max(self.number, other.number), tags=merge_tags(self.tags, other.tags))
