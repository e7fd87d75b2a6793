"""Protocol 1, "Conventions": integers, KDF and its labels, streams, AEAD, and the source of random bytes."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Iterator

import pysodium

from .errors import ProtocolError, require

Draw = Callable[[int], bytes]
"""draw(n) gives n random bytes. Vectors pass a deterministic one; real use is `system_draw`."""

WORD = 1 << 64

LABELS = frozenset(
    {
        "set root",
        "set parameters",
        "positions",
        "voucher transcript",
        "slot mask",
        "slot check",
        "epoch ratchet",
        "pseudonym",
        "polynomial key",
        "distinctness key",
        "distinctness tag",
        "shared words",
        "epoch key",
        "resolution",
        "commitment",
        "proof nonce",
        "profile",
        "entries digest",
        "entry support",
        "account name",
        "custodian run",
        "custodian transcript",
        "custodian record",
        "possession nonce",
        "evaluation request",
        "custodian proof",
        "custodian nonce",
        "proof commitment",
    }
)


def system_draw(count: int) -> bytes:
    """x drawn uniformly from the operating system's generator; its failure is `randomSourceFailed`."""
    try:
        return os.urandom(count)
    except (OSError, NotImplementedError) as failure:
        raise ProtocolError("randomSourceFailed", str(failure)) from failure


def encode_integer(value: int, size: int) -> bytes:
    """Unsigned, little-endian."""
    return value.to_bytes(size, "little")


def decode_integer(encoding: bytes) -> int:
    """Unsigned, little-endian."""
    return int.from_bytes(encoding, "little")


def words(encoding: bytes) -> list[int]:
    """Words: 64 bits, 8 bytes."""
    if len(encoding) % 8:
        raise ValueError("not a whole number of words")
    return [decode_integer(encoding[i : i + 8]) for i in range(0, len(encoding), 8)]


def blake2b_256(message: bytes) -> bytes:
    """The unlabelled, unkeyed hash: of a table (tableDigest) and of a whole voucher (the collector's digest)."""
    return hashlib.blake2b(message, digest_size=32).digest()


def kdf(key: bytes | None, label: str, fields: bytes) -> bytes:
    """KDF(key, label, fields) = BLAKE2b-256, keyed by key, of "SealedMatch/1 " ‖ label ‖ 0x00 ‖ fields.

    None is the specification's "none": key length 0, which differs from a key of zero bytes.
    """
    if label not in LABELS:
        raise ValueError(f"no such label: {label!r}")
    if key is not None and len(key) != 32:
        raise ValueError("a KDF key has 32 bytes or is None")
    message = b"SealedMatch/1 " + label.encode("ascii") + b"\x00" + fields
    return hashlib.blake2b(message, digest_size=32, key=key or b"").digest()


def word_stream(key: bytes) -> Iterator[int]:
    """wordStream(key): the ChaCha20 key stream under a zero nonce, block counter from 0, read as words."""
    blocks_at_once = 64
    counter = 0
    while True:
        zeros = bytes(64 * blocks_at_once)
        yield from words(pysodium.crypto_stream_chacha20_xor_ic(zeros, bytes(8), counter, key))
        counter += blocks_at_once


def stream(key: bytes, message: bytes) -> bytes:
    """stream(key, message): message ⊕ the XChaCha20 key stream of key under a 24-byte zero nonce."""
    return pysodium.crypto_stream_xchacha20_xor(message, bytes(24), key)


def aead(key: bytes, nonce: bytes, message: bytes, ad: bytes) -> bytes:
    """aead(key, nonce, message, AD): XChaCha20-Poly1305-IETF, nonce of 24 bytes, tag of 16 bytes at the end."""
    return pysodium.crypto_aead_xchacha20poly1305_ietf_encrypt(message, ad, nonce, key)


def aead_open(key: bytes, nonce: bytes, ciphertext: bytes, ad: bytes) -> bytes:
    """The message of an `aead` ciphertext: `wrongLength` if there is less than a tag, else `authenticationFailed`."""
    require(len(ciphertext) >= 16, "wrongLength")
    try:
        return pysodium.crypto_aead_xchacha20poly1305_ietf_decrypt(ciphertext, ad, nonce, key)
    except ValueError as failure:
        raise ProtocolError("authenticationFailed") from failure
