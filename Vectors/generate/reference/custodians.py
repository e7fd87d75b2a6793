"""Protocol 4.15, "Custodians": plans, the frame of messages, sealed shares, records and shares."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

import pysodium

from .errors import ProtocolError, require
from .group import (
    IDENTITY,
    ORDER,
    add,
    decode_element_but_identity,
    decode_secret_scalar,
    encode_scalar,
    multiply,
    multiply_base,
)
from .keys import sign_message, verify_message
from .labels import Draw, decode_integer, encode_integer, kdf

KEY_GENERATION, REFRESH, RECOVERY = 1, 2, 3
MAXIMUM_PARTIES = 16
MESSAGE_LABEL = b"SealedMatch/1 custodian message" + b"\0"
FRAME_COUNT = 40
SIGNATURE_COUNT = 64
SEALED_COUNT = 114


class Reader:
    """Fields one after another; `wrongLength` where they end too early or too late."""

    def __init__(self, data: bytes) -> None:
        self.data, self.at = data, 0

    def take(self, count: int) -> bytes:
        require(len(self.data) - self.at >= count, "wrongLength")
        self.at += count
        return self.data[self.at - count : self.at]

    def magic(self, expected: bytes) -> None:
        require(self.take(4) == expected, "invalidMagic")

    def zeros(self, count: int) -> None:
        require(self.take(count) == bytes(count), "nonCanonical")

    def index(self) -> int:
        number = self.take(1)[0]
        require(1 <= number <= MAXIMUM_PARTIES, "parameterOutOfRange")
        return number

    def points(self, count: int) -> list[bytes]:
        return [decode_element_but_identity(self.take(32)) for _ in range(count)]

    def end(self) -> None:
        require(self.at == len(self.data), "wrongLength")


@dataclass(frozen=True)
class Plan:
    kind: int
    threshold: int
    table_id: bytes
    attempt: bytes
    base: bytes
    keys: tuple[bytes, ...]
    dealers: tuple[int, ...]
    lost: int = 0
    """p, of a recovery"""

    @property
    def count(self) -> int:
        """N"""
        return len(self.keys)

    @property
    def parties(self) -> range:
        return range(1, self.count + 1)

    @property
    def members(self) -> list[int]:
        """ "The members of a run are the dealers, and p." """
        return sorted({*self.dealers, self.lost} - {0})

    def key(self, party: int) -> bytes:
        return self.keys[party - 1]

    def index(self, key: bytes) -> int:
        require(key in self.keys, "parameterOutOfRange", "the plan does not name this key")
        return self.keys.index(key) + 1

    def commitments(self, party: int) -> int:
        """How many A a member's SMP1 has."""
        if party == self.lost:
            return 0
        return self.threshold if self.kind == KEY_GENERATION else self.threshold - 1

    def encode(self) -> bytes:
        mask = sum(1 << (dealer - 1) for dealer in self.dealers)
        return (
            b"SMP0"
            + bytes([self.kind, self.count, self.threshold, self.lost])
            + encode_integer(mask, 2)
            + bytes(2)
            + self.table_id
            + self.attempt
            + self.base
            + b"".join(self.keys)
        )

    @staticmethod
    def read(reader: Reader) -> Plan:
        reader.magic(b"SMP0")
        kind, count, threshold, lost = reader.take(4)
        mask = decode_integer(reader.take(2))
        reader.zeros(2)
        table_id, attempt, base = reader.take(16), reader.take(16), reader.take(32)
        require(kind in (KEY_GENERATION, REFRESH, RECOVERY), "parameterOutOfRange")
        require(count <= MAXIMUM_PARTIES, "parameterOutOfRange")
        keys = tuple(reader.take(32) for _ in range(count))
        require(2 <= threshold <= count, "parameterOutOfRange")
        require(len(set(keys)) == count, "parameterOutOfRange")
        require((base == bytes(32)) == (kind == KEY_GENERATION), "parameterOutOfRange")
        dealers = tuple(i + 1 for i in range(16) if mask >> i & 1)
        if kind == RECOVERY:
            require(1 <= lost <= count and lost not in dealers, "parameterOutOfRange")
            require(len(dealers) == threshold and dealers[-1] <= count, "parameterOutOfRange")
        else:
            require(lost == 0 and dealers == tuple(range(1, count + 1)), "parameterOutOfRange")
        return Plan(kind, threshold, table_id, attempt, base, keys, dealers, lost)

    @staticmethod
    def decode(data: bytes) -> Plan:
        reader = Reader(data)
        plan = Plan.read(reader)
        reader.end()
        return plan

    @property
    def run(self) -> bytes:
        return kdf(None, "custodian run", self.encode())


def frame(magic: bytes, party: int, name: bytes, body: bytes) -> bytes:
    """A message of a run, without its signature, or of a proof session."""
    return magic + bytes([party, 0, 0, 0]) + name + body


def read_frame(magic: bytes, data: bytes, count: int, name: bytes, party: int) -> Reader:
    """What follows the beginning of a message of `party`, `count` bytes."""
    require(len(data) == FRAME_COUNT + count, "wrongLength")
    reader = Reader(data)
    reader.magic(magic)
    index = reader.take(1)[0]
    reader.zeros(3)
    require(reader.take(32) == name, "transcriptMismatch")
    require(index == party, "parameterOutOfRange")
    return reader


def sign_frame(seed: bytes, magic: bytes, party: int, run: bytes, body: bytes) -> bytes:
    message = frame(magic, party, run, body)
    return message + sign_message(seed, MESSAGE_LABEL + message)


def open_frame(magic: bytes, data: bytes, body_count: int, plan: Plan, party: int) -> Reader:
    """What a message of `party` says, after all checks that are the same for each."""
    reader = read_frame(magic, data, body_count + SIGNATURE_COUNT, plan.run, party)
    message, signature = data[:-SIGNATURE_COUNT], data[-SIGNATURE_COUNT:]
    require(verify_message(plan.key(party), MESSAGE_LABEL + message, signature), "invalidSignature")
    return reader


def lagrange(party: int, parties: Sequence[int], at: int = 0) -> int:
    """λ_i of 5.23; with `at`, the coefficient for the value there."""
    above = below = 1
    for other in parties:
        if other != party:
            above = above * (at - other) % ORDER
            below = below * (party - other) % ORDER
    return above * pow(below, -1, ORDER) % ORDER


def public_value(commitments: Sequence[bytes], x: int) -> bytes:
    """Σ_k x^k·A_k"""
    total = IDENTITY
    for power, commitment in enumerate(commitments):
        total = add(total, multiply(pow(x, power, ORDER), commitment))
    return total


# Sealed shares


def box_nonce(once: bytes, receiver: bytes) -> bytes:
    return hashlib.blake2b(once + receiver, digest_size=24).digest()


def is_usable(x_public: bytes) -> bool:
    """X25519 of it, with 32 zero bytes as scalar, is not zero."""
    try:
        return pysodium.crypto_scalarmult_curve25519(bytes(32), x_public) != bytes(32)
    except ValueError:  # libsodium's own refusal of the zero result
        return False


def sealed_text(run: bytes, sender: int, receiver: int, share: bytes) -> bytes:
    return run + bytes([sender, receiver]) + share


def seal(text: bytes, receiver: bytes, draw: Draw) -> bytes:
    """E ‖ crypto_box(m, nonce, X, e)"""
    secret = draw(32)
    once = pysodium.crypto_scalarmult_curve25519_base(secret)
    return once + pysodium.crypto_box(text, box_nonce(once, receiver), receiver, secret)


def open_share(sealed: bytes, run: bytes, sender: int, receiver: int, secret: bytes) -> int:
    """The share inside; everything that may be wrong with it is `shareRejected`."""
    public = pysodium.crypto_scalarmult_curve25519_base(secret)
    try:
        text = pysodium.crypto_box_open(sealed[32:], box_nonce(sealed[:32], public), sealed[:32], secret)
    except ValueError as failure:
        raise ProtocolError("shareRejected", "it does not open") from failure
    require(len(text) == 66 and text[:34] == run + bytes([sender, receiver]), "shareRejected", "another place")
    try:
        return decode_secret_scalar(text[34:])
    except ProtocolError as failure:
        raise ProtocolError("shareRejected", "no scalar") from failure


# Records and shares


def confirmation_body(transcript: bytes, commitments: Sequence[bytes]) -> bytes:
    return transcript + b"".join(commitments)


@dataclass(frozen=True)
class Record:
    plan: Plan
    transcript: bytes
    commitments: tuple[bytes, ...]
    """C_0 … C_{τ−1}"""
    signatures: tuple[bytes, ...]

    @property
    def public_key(self) -> bytes:
        """L"""
        return self.commitments[0]

    def share_key(self, party: int) -> bytes:
        """L_i"""
        return public_value(self.commitments, party)

    @property
    def name(self) -> bytes:
        return kdf(None, "custodian record", self.plan.encode() + confirmation_body(self.transcript, self.commitments))

    def encode(self) -> bytes:
        body = confirmation_body(self.transcript, self.commitments)
        return b"SMCR" + self.plan.encode() + body + b"".join(self.signatures)

    def check(self) -> Record:
        """What decoding asks of it, besides the fields."""
        require(self.plan.kind != RECOVERY, "parameterOutOfRange")
        for party in self.plan.parties:
            require(self.share_key(party) != IDENTITY, "identityPoint")
        return self

    @staticmethod
    def decode(data: bytes) -> Record:
        reader = Reader(data)
        reader.magic(b"SMCR")
        plan = Plan.read(reader)
        transcript = reader.take(32)
        commitments = tuple(reader.points(plan.threshold))
        signatures = tuple(reader.take(64) for _ in plan.parties)
        reader.end()
        return Record(plan, transcript, commitments, signatures).check()

    def verify(self) -> None:
        """ "The N signatures of its SMP3 verify by the plan's keys." """
        body = confirmation_body(self.transcript, self.commitments)
        for party, signature in zip(self.plan.parties, self.signatures, strict=True):
            message = MESSAGE_LABEL + frame(b"SMP3", party, self.plan.run, body)
            require(verify_message(self.plan.key(party), message, signature), "invalidSignature", f"party {party}")

    def confirmations(self) -> list[bytes]:
        """The N SMP3: "whoever has the record has all confirmations" """
        body = confirmation_body(self.transcript, self.commitments)
        return [
            frame(b"SMP3", party, self.plan.run, body) + signature
            for party, signature in zip(self.plan.parties, self.signatures, strict=True)
        ]

    def check_set(self, table_id: bytes, public_key: bytes) -> None:
        """ "Where a set is at hand: tableID and L are the set's" """
        require((self.plan.table_id, self.public_key) == (table_id, public_key), "setMismatch")


@dataclass(frozen=True)
class Share:
    party: int
    secret: int
    """α_i"""
    record: Record

    def encode(self) -> bytes:
        return b"SMCS" + bytes([self.party, 0, 0, 0]) + encode_scalar(self.secret) + self.record.encode()

    @staticmethod
    def decode(data: bytes) -> Share:
        reader = Reader(data)
        reader.magic(b"SMCS")
        party = reader.index()
        reader.zeros(3)
        scalar = reader.take(32)
        record = Record.decode(data[40:])
        secret = decode_secret_scalar(scalar)
        require(party <= record.plan.count, "parameterOutOfRange")
        require(multiply_base(secret) == record.share_key(party), "setMismatch")
        return Share(party, secret, record)
