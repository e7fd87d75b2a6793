"""Protocol 5.20: DLEQ proofs, RFC 9497's GenerateProof and VerifyProof (2.2).

k = α, A = the base point, B = L, C = the elements H(y_i), D = the values. A proof is 64 bytes, c ‖ s.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

from .errors import ProtocolError, require
from .group import (
    CONTEXT_STRING,
    IDENTITY,
    ORDER,
    add,
    decode_element_but_identity,
    decode_scalar,
    encode_scalar,
    hash_to_scalar,
    multiply,
    multiply_base,
    reduce_scalar,
)
from .labels import Draw, kdf, system_draw

PROOF_COUNT = 64
MAXIMUM_PAIRS = 65_535
"""ComputeComposites' index has two bytes, so one proof holds 1…65,535 pairs."""
SEED_DST = b"Seed-" + CONTEXT_STRING


def i2osp(value: int, size: int) -> bytes:
    return value.to_bytes(size, "big")


def with_length(data: bytes) -> bytes:
    """I2OSP(len(data), 2) || data"""
    return i2osp(len(data), 2) + data


def composite_weights(b: bytes, c: Sequence[bytes], d: Sequence[bytes]) -> list[int]:
    """The scalars d_i of RFC 9497's ComputeComposites."""
    seed = hashlib.sha512(with_length(b) + with_length(SEED_DST)).digest()
    return [
        hash_to_scalar(with_length(seed) + i2osp(i, 2) + with_length(c_i) + with_length(d_i) + b"Composite")
        for i, (c_i, d_i) in enumerate(zip(c, d, strict=True))
    ]


def linear_combination(weights: Sequence[int], elements: Sequence[bytes]) -> bytes:
    total = IDENTITY
    for weight, element in zip(weights, elements, strict=True):
        total = add(multiply(weight, element), total)
    return total


def challenge(b: bytes, m: bytes, z: bytes, t2: bytes, t3: bytes) -> int:
    """c of RFC 9497's GenerateProof and VerifyProof."""
    return hash_to_scalar(b"".join(map(with_length, (b, m, z, t2, t3))) + b"Challenge")


def check_pairs(c: Sequence[bytes], d: Sequence[bytes]) -> None:
    require(len(c) == len(d) and 1 <= len(c) <= MAXIMUM_PAIRS, "parameterOutOfRange", "pairs of one proof")


def proof_nonce(alpha: int, m: bytes, z: bytes, draw: Draw = system_draw) -> int:
    """The nonce r: two halves of 64 bytes, modulo ℓ; both under α, over i ‖ 32 fresh random bytes ‖ M ‖ Z."""
    fresh = draw(32)
    halves = [kdf(encode_scalar(alpha), "proof nonce", bytes([i]) + fresh + m + z) for i in (0, 1)]
    return reduce_scalar(b"".join(halves))


def generate_proof_with_nonce(r: int, k: int, b: bytes, m: bytes, z: bytes) -> bytes:
    """RFC 9497's GenerateProof after the composites: r is G.RandomScalar()."""
    t2 = multiply_base(r)
    t3 = multiply(r, m)
    c = challenge(b, m, z, t2, t3)
    s = (r - c * k) % ORDER
    return encode_scalar(c) + encode_scalar(s)


def composites_fast(k: int, b: bytes, c: Sequence[bytes], d: Sequence[bytes]) -> tuple[bytes, bytes]:
    """RFC 9497's ComputeCompositesFast: M, and Z = k·M."""
    m = linear_combination(composite_weights(b, c, d), c)
    return m, multiply(k, m)


def composites(b: bytes, c: Sequence[bytes], d: Sequence[bytes]) -> tuple[bytes, bytes]:
    """RFC 9497's ComputeComposites: M and Z, without k."""
    weights = composite_weights(b, c, d)
    return linear_combination(weights, c), linear_combination(weights, d)


def generate_proof(alpha: int, c: Sequence[bytes], d: Sequence[bytes], draw: Draw = system_draw) -> bytes:
    """RFC 9497's GenerateProof with the nonce of "proof nonce"."""
    check_pairs(c, d)
    b = multiply_base(alpha)
    m, z = composites_fast(alpha, b, c, d)
    return generate_proof_with_nonce(proof_nonce(alpha, m, z, draw), alpha, b, m, z)


def verify_proof(b: bytes, c: Sequence[bytes], d: Sequence[bytes], proof: bytes) -> None:
    """RFC 9497's VerifyProof. Errors: `identityPoint`, `invalidPoint`, `invalidScalar`, `proofRejected`."""
    check_pairs(c, d)
    # The verifier refuses the identity as L or in a pair, and scalars ≥ ℓ; zero is allowed.
    for element in (b, *c, *d):
        decode_element_but_identity(element)
    require(len(proof) == PROOF_COUNT, "wrongLength")
    c_scalar, s = decode_scalar(proof[:32]), decode_scalar(proof[32:])
    m, z = composites(b, c, d)
    t2 = add(multiply_base(s), multiply(c_scalar, b))
    t3 = add(multiply(s, m), multiply(c_scalar, z))
    if challenge(b, m, z, t2, t3) != c_scalar:
        raise ProtocolError("proofRejected")
