"""Protocol 3, the keys y of entries, and 4.2, "Keys and secrets": key files and a set's secrets."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import pysodium

from .errors import ProtocolError, require
from .group import decode_secret_scalar, encode_scalar, multiply_base, random_scalar
from .labels import Draw, decode_integer, encode_integer, kdf, system_draw

PERCEPTUAL, SHA256, MD5 = 1, 2, 3
BITS_COUNT = {PERCEPTUAL: 8, SHA256: 32, MD5: 16}
"""The number of bytes after the kind."""


# Keys y. A key is its encoding, kind (1) ‖ bits; keys are ordered by kind, then by bits, first byte first, which is the
# order of their encodings as byte strings.


def perceptual_key(bits: int) -> bytes:
    """1 ‖ the bits that the profile names, as a word"""
    return bytes([PERCEPTUAL]) + encode_integer(bits, 8)


def sha256_key(digest: bytes) -> bytes:
    """2 ‖ SHA-256 of the file's bytes"""
    require(len(digest) == 32, "badHashLength")
    return bytes([SHA256]) + digest


def md5_key(digest: bytes) -> bytes:
    """3 ‖ MD5 of the file's bytes"""
    require(len(digest) == 16, "badHashLength")
    return bytes([MD5]) + digest


def decode_key(encoding: bytes) -> bytes:
    """A key of a known kind and of that kind's length."""
    require(len(encoding) >= 1, "wrongLength")
    require(encoding[0] in BITS_COUNT, "nonCanonical", "kind of a key")
    require(len(encoding) == 1 + BITS_COUNT[encoding[0]], "wrongLength")
    return encoding


def perceptual_bits(y: bytes) -> int:
    """The word of a perceptual key."""
    if y[0] != PERCEPTUAL:
        raise ValueError("not a perceptual key")
    return decode_integer(y[1:])


def fits(y: bytes, b: int) -> bool:
    """A perceptual key is zero from bit b on."""
    return y[0] != PERCEPTUAL or perceptual_bits(y) >> b == 0


def support_digest(keys: Iterable[bytes], supporters: Iterable[int], filler_seed: bytes) -> bytes:
    """KDF(fillerSeed, "entry support", y_1 ‖ supporters_1 (2) ‖ …): all auditors of a set see the same support."""
    fields = b"".join(y + encode_integer(mask, 2) for y, mask in zip(keys, supporters, strict=True))
    return kdf(filler_seed, "entry support", fields)


def entries_digest(keys: Sequence[bytes]) -> bytes:
    """KDF(none, "entries digest", y_1 ‖ … ‖ y_n)"""
    return kdf(None, "entries digest", b"".join(keys))


# Key files of a source: one line of text

SOURCE_SECRET_WORD = "sealedmatch-source-secret-1"
SOURCE_WORD = "sealedmatch-source-1"


def source_public_key(seed: bytes) -> bytes:
    """The Ed25519 key of a seed (RFC 8032)."""
    public, _ = pysodium.crypto_sign_seed_keypair(seed)
    return public


def sign_message(seed: bytes, message: bytes) -> bytes:
    """Ed25519 (RFC 8032) by the key of a 32-byte seed."""
    _, secret = pysodium.crypto_sign_seed_keypair(seed)
    return pysodium.crypto_sign_detached(message, secret)


def verify_message(public: bytes, message: bytes, signature: bytes) -> bool:
    """4.1, "Verification is libsodium's"."""
    try:
        pysodium.crypto_sign_verify_detached(signature, message, public)
    except ValueError:
        return False
    return True


def encode_source_secret(seed: bytes) -> str:
    return f"{SOURCE_SECRET_WORD} {seed.hex()}\n"


def encode_source_key(public: bytes) -> str:
    return f"{SOURCE_WORD} {public.hex()}\n"


def decode_key_file(text: str, word: str) -> bytes:
    """The 32 bytes of a key file whose first word is `word`, between blanks of any kind."""
    match = re.fullmatch(r"\ufeff?[ \t\r\n]*([a-z0-9-]+)[ \t\r\n]+([0-9a-fA-F]*)[ \t\r\n]*", text)
    if match is None or match[1] != word:
        raise ProtocolError("invalidMagic", f"not a {word} file")
    require(len(match[2]) == 64, "wrongLength")
    return bytes.fromhex(match[2])


# A set's secrets

SECRETS_MAGIC = b"SMK1"
SECRETS_COUNT = 148


@dataclass(frozen=True)
class SetSecrets:
    table_id: bytes
    position_seed: bytes
    filler_seed: bytes
    alpha: int
    entries_digest: bytes

    @staticmethod
    def draw(keys: Sequence[bytes], draw: Draw = system_draw) -> SetSecrets:
        """Drawn after the entries are fixed, anew for every table (5.2)."""
        return SetSecrets(draw(16), draw(32), draw(32), random_scalar(draw), entries_digest(keys))

    @property
    def public_key(self) -> bytes:
        """L = αB"""
        return multiply_base(self.alpha)

    def encode(self) -> bytes:
        return (
            SECRETS_MAGIC
            + self.table_id
            + self.position_seed
            + self.filler_seed
            + encode_scalar(self.alpha)
            + self.entries_digest
        )

    @staticmethod
    def decode(encoding: bytes, public_key: bytes | None = None) -> SetSecrets:
        """α is canonical and not zero, and L's where L is known: an authority rejects another (section 7)."""
        require(len(encoding) == SECRETS_COUNT, "wrongLength")
        require(encoding[:4] == SECRETS_MAGIC, "invalidMagic")
        secrets = SetSecrets(
            table_id=encoding[4:20],
            position_seed=encoding[20:52],
            filler_seed=encoding[52:84],
            alpha=decode_secret_scalar(encoding[84:116]),
            entries_digest=encoding[116:148],
        )
        require(public_key is None or secrets.public_key == public_key, "setMismatch", "α is not L's")
        return secrets
