"""Protocol 5.23, "Evaluation": a custodian that multiplies, and the coordinator that combines."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from .custodians import Reader, Record, Share, lagrange
from .dleq import MAXIMUM_PAIRS, generate_proof, verify_proof
from .errors import require
from .group import IDENTITY, ORDER, add, decode_secret_scalar, encode_scalar, multiply
from .labels import Draw, decode_integer, encode_integer, kdf, system_draw


@dataclass(frozen=True)
class Request:
    record: bytes
    weight: int
    """w"""
    elements: tuple[bytes, ...]

    def encode(self) -> bytes:
        head = b"SMEQ" + encode_integer(len(self.elements), 4) + self.record + encode_scalar(self.weight)
        return head + b"".join(self.elements)

    @staticmethod
    def decode(data: bytes) -> Request:
        reader = Reader(data)
        reader.magic(b"SMEQ")
        count = decode_integer(reader.take(4))
        require(1 <= count <= MAXIMUM_PAIRS, "parameterOutOfRange")
        require(len(data) == 72 + 32 * count, "wrongLength")
        return Request(reader.take(32), decode_secret_scalar(reader.take(32)), tuple(reader.points(count)))

    @property
    def digest(self) -> bytes:
        return kdf(None, "evaluation request", self.encode())


@dataclass(frozen=True)
class Answer:
    party: int
    digest: bytes
    products: tuple[bytes, ...]
    proof: bytes

    def encode(self) -> bytes:
        return b"SMEA" + bytes([self.party, 0, 0, 0]) + self.digest + b"".join(self.products) + self.proof

    @staticmethod
    def decode(data: bytes, request: Request) -> Answer:
        require(len(data) == 104 + 32 * len(request.elements), "wrongLength")
        reader = Reader(data)
        reader.magic(b"SMEA")
        party = reader.index()
        reader.zeros(3)
        digest = reader.take(32)
        require(digest == request.digest, "transcriptMismatch")
        return Answer(party, digest, tuple(reader.points(len(request.elements))), reader.take(64))


def request(record: Record, elements: Sequence[bytes], party: int, parties: Sequence[int]) -> Request:
    """1."""
    require(IDENTITY not in elements, "identityPoint")
    require(1 <= len(elements) <= MAXIMUM_PAIRS, "parameterOutOfRange")
    check_parties(record, parties)
    require(party in parties, "parameterOutOfRange")
    return Request(record.name, lagrange(party, parties), tuple(elements))


def check_parties(record: Record, parties: Sequence[int]) -> None:
    require(len(parties) == len(set(parties)) == record.plan.threshold, "parameterOutOfRange")
    require(set(parties) <= set(record.plan.parties), "parameterOutOfRange")


def evaluate(share: Share, asked: Request, draw: Draw = system_draw) -> Answer:
    """2."""
    require(asked.record == share.record.name, "unknownSet")
    k = asked.weight * share.secret % ORDER
    products = tuple(multiply(k, element) for element in asked.elements)
    proof = generate_proof(k, asked.elements, products, draw)
    return Answer(share.party, asked.digest, products, proof)


def verify_answer(record: Record, party: int, asked: Request, data: bytes) -> Answer:
    """3."""
    answer = Answer.decode(data, asked)
    require(answer.party == party, "transcriptMismatch")
    key = multiply(asked.weight, record.share_key(party))
    verify_proof(key, asked.elements, answer.products, answer.proof)
    return answer


def combine(record: Record, answers: Sequence[tuple[Request, Answer]]) -> list[bytes]:
    """4., after what 3. says of answers for another w."""
    parties = [answer.party for _, answer in answers]
    check_parties(record, parties)
    elements = answers[0][0].elements
    require(all(asked.elements == elements for asked, _ in answers), "parameterOutOfRange")
    sums = [IDENTITY] * len(elements)
    for asked, answer in answers:
        factor = lagrange(answer.party, parties) * pow(asked.weight, -1, ORDER) % ORDER
        sums = [add(total, multiply(factor, product)) for total, product in zip(sums, answer.products, strict=True)]
    return sums
