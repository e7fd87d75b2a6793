"""Protocol 5.7: p_1 ... p_k over F_q, K_e, the token, the commitment, and shares; 5.6, the pseudonym."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from .field import Q, canonical, evaluate
from .labels import Draw, decode_integer, encode_integer, kdf, word_stream


@dataclass(frozen=True)
class Sharing:
    polynomials: tuple[tuple[int, ...], ...]  # p_1 ... p_k, constant term first
    epoch_key: bytes  # K_e
    token: bytes
    commitment: bytes


def pseudonym_of(s_e: bytes, account: bytes, epoch: int) -> bytes:
    """5.6, step 2: "pseudonym = KDF(s_e, "pseudonym", account || epoch)"."""
    return kdf(s_e, "pseudonym", account + encode_integer(epoch, 4))


def shared_words(constants: Iterable[int]) -> bytes:
    """Step 3, w: "KDF(0^32, "shared words", p_1(0) || ... || p_k(0))", "(4) ..., canonical"."""
    return kdf(bytes(32), "shared words", b"".join(canonical(value) for value in constants))


def epoch_key(constants: Iterable[int], pseudonym: bytes, epoch: int) -> bytes:
    """Step 3: "K_e = KDF(w, "epoch key", pseudonym || epoch)"."""
    return kdf(shared_words(constants), "epoch key", pseudonym + encode_integer(epoch, 4))


def resolution_token(k_e: bytes, pseudonym: bytes, epoch: int) -> bytes:
    """Step 3: "token = KDF(K_e, "resolution", pseudonym || epoch)"."""
    return kdf(k_e, "resolution", pseudonym + encode_integer(epoch, 4))


def commitment(token: bytes, pseudonym: bytes, epoch: int) -> bytes:
    """Step 3: "commitment = KDF(token, "commitment", pseudonym || epoch)"."""
    return kdf(token, "commitment", pseudonym + encode_integer(epoch, 4))


def polynomial_key(s_e: bytes, pseudonym: bytes, epoch: int, t: int, k: int, profile_digest: bytes) -> bytes:
    """Step 1: "KDF(s_e, "polynomial key", pseudonym || epoch || t || k || the digest of the set's profile)"."""
    numbers = encode_integer(epoch, 4) + encode_integer(t, 2) + encode_integer(k, 2)
    return kdf(s_e, "polynomial key", pseudonym + numbers + profile_digest)


def sharing(s_e: bytes, pseudonym: bytes, epoch: int, t: int, k: int, profile_digest: bytes) -> Sharing:
    # 1. "sigma = wordStream(KDF(s_e, "polynomial key", ...))"
    sigma = word_stream(polynomial_key(s_e, pseudonym, epoch, t, k, profile_digest))
    # 2. "Take sigma's bytes 4 at a time (each word as two, the lower half first), without the highest bit of the 32,
    #    dropping q: k t coefficients, p_1's first, each polynomial's constant term first."
    kept = (value for value in halves(sigma) if value != Q)
    polynomials = tuple(tuple(next(kept) for _ in range(t)) for _ in range(k))
    # 3.
    k_e = epoch_key((polynomial[0] for polynomial in polynomials), pseudonym, epoch)
    token = resolution_token(k_e, pseudonym, epoch)
    return Sharing(polynomials, k_e, token, commitment(token, pseudonym, epoch))


def halves(sigma: Iterator[int]) -> Iterator[int]:
    for word in sigma:
        yield word & 0x7FFF_FFFF
        yield word >> 32 & 0x7FFF_FFFF


def share(polynomials: Iterable[Iterable[int]], draw: Draw) -> tuple[int, tuple[int, ...]]:
    """Step 4: "x <-$ F_q without 0, z_j = p_j(x)". 5.13: "4 bytes without the highest bit of the 32, drawn again until
    it is in 1...q - 1"."""
    while True:
        x = decode_integer(draw(4)) & 0x7FFF_FFFF
        if 1 <= x < Q:
            return x, share_at(polynomials, x)


def share_at(polynomials: Iterable[Iterable[int]], x: int) -> tuple[int, ...]:
    return tuple(evaluate(tuple(polynomial), x) for polynomial in polynomials)
