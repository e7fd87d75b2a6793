"""Protocol 5.23, "Evaluation": a custodian that multiplies, and the coordinator that combines."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from .custodians import Reader, Record, Share, lagrange
from .dleq import MAXIMUM_PAIRS, generate_proof, linear_combination, verify_proof
from .errors import require
from .group import (
    GENERATOR,
    IDENTITY,
    ORDER,
    add,
    decode_by_root_but_identity,
    decode_element_but_identity,
    decode_secret_scalar,
    element_root,
    encode_scalar,
    multiply,
    random_scalar,
)
from .labels import Draw, decode_integer, encode_integer, kdf, system_draw

HALF = pow(2, -1, ORDER)


@dataclass(frozen=True)
class Request:
    record: bytes
    weight: int
    """w"""
    elements: tuple[bytes, ...]
    proved: bool = True
    roots: tuple[bytes, ...] = ()
    """of the elements; none if a proof is asked for"""

    def encode(self) -> bytes:
        head = b"SMEQ" + encode_integer(len(self.elements), 2) + bytes([self.proved, 0])
        return head + self.record + encode_scalar(self.weight) + b"".join(self.elements + self.roots)

    @staticmethod
    def decode(data: bytes) -> Request:
        asked = Request.decode_form(data)
        asked.check_elements()
        return asked

    def check_elements(self) -> None:
        if self.proved:
            for element in self.elements:
                decode_element_but_identity(element)
        else:
            check_roots(self.elements, self.roots)

    @staticmethod
    def decode_form(data: bytes) -> Request:
        """All but whether the elements are some, and the roots theirs."""
        reader = Reader(data)
        reader.magic(b"SMEQ")
        count = decode_integer(reader.take(2))
        proved, zero = reader.take(2)
        require(count >= 1, "parameterOutOfRange")
        require(proved <= 1 and zero == 0, "nonCanonical")
        require(len(data) == 72 + (32 if proved else 64) * count, "wrongLength")
        record, weight = reader.take(32), decode_secret_scalar(reader.take(32))
        elements = take_all(reader, count)
        return Request(record, weight, elements, proved == 1, () if proved else take_all(reader, count))

    @property
    def digest(self) -> bytes:
        """Of what stands before the roots."""
        return kdf(None, "evaluation request", self.encode()[: 72 + 32 * len(self.elements)])


@dataclass(frozen=True)
class Answer:
    party: int
    digest: bytes
    products: tuple[bytes, ...]
    proof: bytes
    """empty if none was asked for"""
    roots: tuple[bytes, ...] = ()
    """of the products; none if a proof was asked for"""

    def encode(self) -> bytes:
        head = b"SMEA" + bytes([self.party, 0, 0, 0]) + self.digest
        return head + b"".join(self.products + self.roots) + self.proof

    def check_roots(self) -> None:
        """4. What came with a proof was looked at by 3."""
        if not self.proof:
            check_roots(self.products, self.roots)

    @staticmethod
    def decode(data: bytes, request: Request) -> Answer:
        count = len(request.elements)
        require(len(data) == (104 + 32 * count if request.proved else 40 + 64 * count), "wrongLength")
        reader = Reader(data)
        reader.magic(b"SMEA")
        party = reader.index()
        reader.zeros(3)
        digest = reader.take(32)
        require(digest == request.digest, "transcriptMismatch")
        if not request.proved:
            products = take_all(reader, count)
            return Answer(party, digest, products, b"", take_all(reader, count))
        return Answer(party, digest, tuple(reader.points(count)), reader.take(64))


def take_all(reader: Reader, count: int) -> tuple[bytes, ...]:
    return tuple(reader.take(32) for _ in range(count))


def check_roots(elements: Sequence[bytes], roots: Sequence[bytes]) -> None:
    """ "An element that is none, or whose root is not its root [`invalidPoint`], the identity [`identityPoint`]" """
    for element, root in zip(elements, roots, strict=True):
        decode_by_root_but_identity(element, root)


def request(
    record: Record, elements: Sequence[bytes], party: int, parties: Sequence[int], proved: bool = True
) -> Request:
    """1."""
    require(IDENTITY not in elements, "identityPoint")
    require(1 <= len(elements) <= MAXIMUM_PAIRS, "parameterOutOfRange")
    check_parties(record, parties)
    require(party in parties, "parameterOutOfRange")
    weight = lagrange(party, parties) * HALF % ORDER
    return Request(record.name, weight, tuple(elements), proved, () if proved else roots_of(elements))


def roots_of(elements: Sequence[bytes]) -> tuple[bytes, ...]:
    return tuple(map(element_root, elements))


def check_parties(record: Record, parties: Sequence[int]) -> None:
    require(len(parties) == len(set(parties)) == record.plan.threshold, "parameterOutOfRange")
    require(set(parties) <= set(record.plan.parties), "parameterOutOfRange")


def evaluate(share: Share, asked: Request, draw: Draw = system_draw) -> Answer:
    """2."""
    require(asked.record == share.record.name, "unknownSet")
    k = asked.weight * share.secret % ORDER
    products = tuple(multiply(k, element) for element in asked.elements)
    if asked.proved:
        return Answer(share.party, asked.digest, products, generate_proof(k, asked.elements, products, draw))
    return Answer(share.party, asked.digest, products, b"", roots_of(products))


def verify_answer(record: Record, party: int, asked: Request, data: bytes) -> Answer:
    """3."""
    answer = Answer.decode(data, asked)
    require(answer.party == party, "transcriptMismatch")
    if asked.proved:
        key = multiply(asked.weight, record.share_key(party))
        verify_proof(key, asked.elements, answer.products, answer.proof)
    return answer


def combine(record: Record, answers: Sequence[tuple[Request, Answer]]) -> list[bytes]:
    """4., after what 3. says of answers for another w. What is none or has another's root: `invalidPoint`,
    `identityPoint`.
    """
    parties = [answer.party for _, answer in answers]
    check_parties(record, parties)
    elements = answers[0][0].elements
    require(all(asked.elements == elements for asked, _ in answers), "parameterOutOfRange")
    sums = [IDENTITY] * len(elements)
    for asked, answer in answers:
        answer.check_roots()
        factor = lagrange(answer.party, parties) * pow(2 * asked.weight, -1, ORDER) % ORDER
        sums = [add(total, multiply(factor, product)) for total, product in zip(sums, answer.products, strict=True)]
    return [add(total, total) for total in sums]


@dataclass(frozen=True)
class Mask:
    """d_1 … d_n, ρ and σ of 1."""

    weights: tuple[int, ...]
    factor: int
    shift: int

    @staticmethod
    def draw(count: int, draw: Draw = system_draw) -> Mask:
        weights = tuple(decode_integer(draw(16)) for _ in range(count))
        return Mask(weights, random_scalar(draw), random_scalar(draw))

    def combine(self, elements: Sequence[bytes], base: bytes) -> bytes:
        """ρ·Σ d_j·E_j + σ·base"""
        total = linear_combination(self.weights, elements)
        return add(multiply(self.factor, total), multiply(self.shift, base))


def masked(mask: Mask, elements: Sequence[bytes]) -> bytes:
    """1. E_0"""
    return mask.combine(elements, GENERATOR)


def accepts(mask: Mask, public_key: bytes, products: Sequence[bytes], product: bytes) -> bool:
    """4. P_0 = ρ·Σ d_j·P_j + σ·L"""
    return mask.combine(products, public_key) == product
