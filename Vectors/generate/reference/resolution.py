"""Protocol 4.13, 4.14 and 5.21: a request for a name, and a release."""

from __future__ import annotations

from dataclasses import dataclass

from .errors import require
from .keys import sign_message, source_public_key, verify_message
from .labels import decode_integer, encode_integer
from .registration import Registration
from .sharing import commitment

REQUEST_MAGIC = b"SMQ1"
REQUEST_BYTES = 72
RELEASE_MAGIC = b"SMN1"
RELEASE_LABEL = b"SealedMatch/1 release" + b"\0"


@dataclass(frozen=True)
class ResolutionRequest:
    epoch: int
    pseudonym: bytes
    token: bytes

    def encode(self) -> bytes:
        return REQUEST_MAGIC + encode_integer(self.epoch, 4) + self.pseudonym + self.token

    @staticmethod
    def decode(data: bytes) -> ResolutionRequest:
        require(len(data) == REQUEST_BYTES, "wrongLength")
        require(data[0:4] == REQUEST_MAGIC, "invalidMagic")
        return ResolutionRequest(decode_integer(data[4:8]), data[8:40], data[40:72])


@dataclass(frozen=True)
class Release:
    number: int
    token: bytes
    collector: bytes
    """its Ed25519 key"""
    registration: Registration
    signature: bytes = bytes(64)

    def before_signature(self) -> bytes:
        number = encode_integer(self.number, 8)
        return RELEASE_MAGIC + number + self.token + self.collector + self.registration.encode()

    def encode(self) -> bytes:
        return self.before_signature() + self.signature

    @staticmethod
    def decode(data: bytes) -> Release:
        require(len(data) >= 76, "wrongLength")
        require(data[0:4] == RELEASE_MAGIC, "invalidMagic")
        registration, signature = Registration.first(data[76:])
        require(len(signature) == 64, "wrongLength")
        return Release(decode_integer(data[4:12]), data[12:44], data[44:76], registration, signature)

    @staticmethod
    def sign(seed: bytes, number: int, token: bytes, registration: Registration) -> Release:
        made = Release(number, token, source_public_key(seed), registration)
        signature = sign_message(seed, RELEASE_LABEL + made.before_signature())
        return Release(made.number, made.token, made.collector, registration, signature)

    def verify(self, collector: bytes, identity: bytes | None = None) -> None:
        """4.14, "Verifying one". Step 1 is `decode`."""
        # 2. "Its key is the expected one, and the signature verifies [invalidSignature]."
        require(self.collector == collector, "invalidSignature")
        message = RELEASE_LABEL + self.before_signature()
        require(verify_message(collector, message, self.signature), "invalidSignature")
        # 3. "KDF(token, "commitment", pseudonym || epoch), both of the registration, is the registration's commitment"
        made = self.registration
        require(commitment(self.token, made.pseudonym, made.epoch) == made.commitment, "tokenMismatch")
        # 4. "Who knows the account's identity key verifies the registration's signature by it"
        if identity is not None:
            made.check_signature(identity)
