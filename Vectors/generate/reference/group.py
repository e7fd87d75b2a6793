"""Protocol 3, "Group and hashing": ristretto255, scalars modulo ℓ, hashing to both.

An element is its canonical encoding, 32 bytes. A scalar is an integer below ℓ; its encoding is 32 bytes, little-endian.
"""

from __future__ import annotations

import hashlib

import pysodium

from .errors import require
from .labels import Draw, decode_integer, encode_integer, system_draw

ORDER = 2**252 + 27742317777372353535851937790883648493
"""ℓ"""
FIELD_PRIME = 2**255 - 19
"""The prime of the field below ristretto255: encodings are integers below it (RFC 9496, 4.3.1)."""
IDENTITY = bytes(32)
D = -121665 * pow(121666, -1, FIELD_PRIME) % FIELD_PRIME
"""RFC 9496's D."""
SQRT_M1 = pow(2, (FIELD_PRIME - 1) // 4, FIELD_PRIME)
"""A square root of −1; which of the two, changes nothing here."""
GENERATOR = pysodium.crypto_scalarmult_ristretto255_base(encode_integer(1, 32))
"""B"""

CONTEXT_STRING = b"OPRFV1-" + b"\x01" + b"-ristretto255-SHA512"
HASH_TO_GROUP_DST = b"HashToGroup-" + CONTEXT_STRING
HASH_TO_SCALAR_DST = b"HashToScalar-" + CONTEXT_STRING
FILLER_DST = b"SealedMatch/1 filler ristretto255-SHA512"


# Elements


def is_canonical(encoding: bytes) -> bool:
    """Whether RFC 9496's DECODE succeeds.

    The first step, "the integer is below p and not negative", is done here: libsodium 1.0.18 ignores bit 255, by which
    every element would have a second encoding.
    """
    if len(encoding) != 32:
        return False
    value = decode_integer(encoding)
    return value < FIELD_PRIME and value % 2 == 0 and pysodium.crypto_core_ristretto255_is_valid_point(encoding)


def decode_element(encoding: bytes) -> bytes:
    """The element of an encoding; `invalidPoint` if it is not canonical."""
    require(len(encoding) == 32, "wrongLength")
    require(is_canonical(encoding), "invalidPoint")
    return encoding


def decode_element_but_identity(encoding: bytes) -> bytes:
    """As `decode_element`; `identityPoint` where the identity is forbidden."""
    element = decode_element(encoding)
    require(element != IDENTITY, "identityPoint")
    return element


def is_negative(value: int) -> bool:
    return value % 2 == 1


def absolute(value: int) -> int:
    return -value % FIELD_PRIME if is_negative(value) else value


def root_terms(s: int) -> tuple[int, int, int]:
    """u1, u2 and v of RFC 9496, 4.3.1."""
    ss = s * s % FIELD_PRIME
    u1, u2 = (1 - ss) % FIELD_PRIME, (1 + ss) % FIELD_PRIME
    return u1, u2, (-D * u1 * u1 - u2 * u2) % FIELD_PRIME


def inverse_root(s: int) -> int | None:
    """invsqrt of RFC 9496, 4.3.1; None if v · u2_sqr is zero or no square."""
    _, u2, v = root_terms(s)
    square = v * u2 * u2 % FIELD_PRIME
    r = pow(square, 3, FIELD_PRIME) * pow(square, 7 * (FIELD_PRIME - 5) // 8, FIELD_PRIME) % FIELD_PRIME
    for candidate in (r, r * SQRT_M1 % FIELD_PRIME):
        if candidate * candidate * square % FIELD_PRIME == 1:
            return absolute(candidate)
    return None


def element_root(element: bytes) -> bytes:
    """ "Root of an element": 32 bytes. `invalidPoint` for what is none."""
    root = inverse_root(decode_integer(decode_element(element)))
    require(root is not None, "invalidPoint")
    return encode_integer(root, 32)


def decode_by_root(encoding: bytes, root: bytes) -> bytes:
    """The element of an encoding, by its root: RFC 9496's DECODE without a power. `invalidPoint` if it is none, and if
    the root is not its root.
    """
    require(len(encoding) == len(root) == 32, "wrongLength")
    s, invsqrt = decode_integer(encoding), decode_integer(root)
    for value in (s, invsqrt):
        require(value < FIELD_PRIME and not is_negative(value), "invalidPoint")
    u1, u2, v = root_terms(s)
    require(invsqrt * invsqrt * v * u2 * u2 % FIELD_PRIME == 1, "invalidPoint")
    den_x = invsqrt * u2 % FIELD_PRIME
    den_y = invsqrt * den_x * v % FIELD_PRIME
    x = absolute(2 * s * den_x % FIELD_PRIME)
    y = u1 * den_y % FIELD_PRIME
    require(not is_negative(x * y % FIELD_PRIME) and y != 0, "invalidPoint")
    return encoding


def decode_by_root_but_identity(encoding: bytes, root: bytes) -> bytes:
    """As `decode_by_root`; an encoding of the identity is `identityPoint`, whatever the root is."""
    require(encoding != IDENTITY, "identityPoint")
    return decode_by_root(encoding, root)


def add(p: bytes, q: bytes) -> bytes:
    return pysodium.crypto_core_ristretto255_add(p, q)


def subtract(p: bytes, q: bytes) -> bytes:
    return pysodium.crypto_core_ristretto255_sub(p, q)


def multiply(scalar: int, p: bytes) -> bytes:
    """scalar·p. libsodium reports a result that is the identity as a failure, so that case is taken first."""
    scalar %= ORDER
    if scalar == 0 or p == IDENTITY:
        return IDENTITY
    return pysodium.crypto_scalarmult_ristretto255(encode_scalar(scalar), p)


def multiply_base(scalar: int) -> bytes:
    """scalar·B"""
    scalar %= ORDER
    if scalar == 0:
        return IDENTITY
    return pysodium.crypto_scalarmult_ristretto255_base(encode_scalar(scalar))


# Scalars


def encode_scalar(scalar: int) -> bytes:
    if not 0 <= scalar < ORDER:
        raise ValueError("not a reduced scalar")
    return encode_integer(scalar, 32)


def decode_scalar(encoding: bytes) -> int:
    """A scalar below ℓ, zero too; else `invalidScalar`."""
    require(len(encoding) == 32, "wrongLength")
    scalar = decode_integer(encoding)
    require(scalar < ORDER, "invalidScalar")
    return scalar


def decode_secret_scalar(encoding: bytes) -> int:
    """Secret scalars are not zero."""
    scalar = decode_scalar(encoding)
    require(scalar != 0, "invalidScalar")
    return scalar


def reduce_scalar(wide: bytes) -> int:
    """64 bytes, little-endian, modulo ℓ."""
    if len(wide) != 64:
        raise ValueError("64 bytes are reduced")
    return decode_integer(wide) % ORDER


def random_scalar(draw: Draw = system_draw) -> int:
    """A random scalar is 64 random bytes modulo ℓ, drawn again if it is zero."""
    while True:
        scalar = reduce_scalar(draw(64))
        if scalar != 0:
            return scalar


# Hashing


def expand_message_xmd(message: bytes, dst: bytes, length: int) -> bytes:
    """RFC 9380, 5.3.1, with SHA-512 (output of 64 bytes, blocks of 128)."""
    blocks = -(-length // 64)
    if blocks > 255 or length > 65535 or len(dst) > 255:
        raise ValueError("expand_message_xmd is not defined for this")
    dst_prime = dst + len(dst).to_bytes(1, "big")
    b_0 = hashlib.sha512(bytes(128) + message + length.to_bytes(2, "big") + b"\x00" + dst_prime).digest()
    b_i = hashlib.sha512(b_0 + b"\x01" + dst_prime).digest()
    output = b_i
    for i in range(2, blocks + 1):
        b_i = hashlib.sha512(bytes(x ^ y for x, y in zip(b_0, b_i)) + i.to_bytes(1, "big") + dst_prime).digest()
        output += b_i
    return output[:length]


def hash_to_group(message: bytes, dst: bytes = HASH_TO_GROUP_DST) -> bytes:
    """HashToGroup: expand_message_xmd to 64 bytes, then the one-way map of RFC 9496, 4.3.4."""
    return pysodium.crypto_core_ristretto255_from_hash(expand_message_xmd(message, dst, 64))


def hash_to_scalar(message: bytes, dst: bytes = HASH_TO_SCALAR_DST) -> int:
    """HashToScalar: 64 bytes, little-endian, modulo ℓ."""
    return reduce_scalar(expand_message_xmd(message, dst, 64))


def hash_key(table_id: bytes, y: bytes) -> bytes:
    """H(y) = HashToGroup(tableID ‖ y, DST "HashToGroup-" ‖ contextString)"""
    return hash_to_group(table_id + y)


def filler(filler_seed: bytes, i: int) -> bytes:
    """filler(i) = HashToGroup(fillerSeed ‖ i (8), DST "SealedMatch/1 filler ristretto255-SHA512")"""
    return hash_to_group(filler_seed + encode_integer(i, 8), FILLER_DST)


SUBSTITUTE = hash_to_group(b"SealedMatch/1 substitute")
"""P_sub = HashToGroup("SealedMatch/1 substitute", DST "HashToGroup-" ‖ contextString)"""
