"""Protocol 4.5: a registration, 106 bytes and the signature's."""

from __future__ import annotations

from dataclasses import dataclass, replace

from .errors import require
from .keys import sign_message, verify_message
from .labels import decode_integer, encode_integer

MAGIC = b"SMR2"
FIXED_BYTES = 106
SIGNED_BYTES = 104
MAXIMUM_SIGNATURE_BYTES = 8_192
MAXIMUM_BYTES = FIXED_BYTES + MAXIMUM_SIGNATURE_BYTES
LABEL = b"SealedMatch/1 registration" + b"\0"


@dataclass(frozen=True)
class Registration:
    epoch: int
    account: bytes
    pseudonym: bytes
    commitment: bytes
    signature: bytes = b""

    @property
    def signed_part(self) -> bytes:
        return MAGIC + encode_integer(self.epoch, 4) + self.account + self.pseudonym + self.commitment

    @property
    def message(self) -> bytes:
        """What the account's identity key signs."""
        return LABEL + self.signed_part

    def encode(self) -> bytes:
        return self.signed_part + encode_integer(len(self.signature), 2) + self.signature

    @staticmethod
    def first(data: bytes) -> tuple[Registration, bytes]:
        """The first of several back to back, and what follows it."""
        require(len(data) >= FIXED_BYTES, "wrongLength")
        require(data[0:4] == MAGIC, "invalidMagic")
        n = decode_integer(data[104:106])
        require(n <= MAXIMUM_SIGNATURE_BYTES, "parameterOutOfRange")
        end = FIXED_BYTES + n
        require(len(data) >= end, "wrongLength")
        registration = Registration(
            decode_integer(data[4:8]), data[8:40], data[40:72], data[72:104], data[FIXED_BYTES:end]
        )
        return registration, data[end:]

    @staticmethod
    def decode(data: bytes) -> Registration:
        registration, rest = Registration.first(data)
        require(not rest, "wrongLength")
        return registration

    def signed(self, seed: bytes) -> Registration:
        """By the built-in kind of identity key, Ed25519."""
        return replace(self, signature=sign_message(seed, self.message))

    def check_signature(self, key: bytes | None) -> None:
        """ "the registration's signature verifies under the account's [invalidSignature, also if there is none, or no
        key]" """
        require(key is not None and len(self.signature) == 64, "invalidSignature")
        assert key is not None
        require(verify_message(key, self.message, self.signature), "invalidSignature")
