"""Protocol 5.24, "Joint proofs": a party of a session, and the coordinator."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from .custodians import MAXIMUM_PARTIES, Reader, Record, Share, frame, lagrange, read_frame
from .dleq import challenge, check_pairs, composites
from .errors import blaming, require
from .evaluation import check_parties
from .group import (
    IDENTITY,
    ORDER,
    add,
    decode_element_but_identity,
    decode_scalar,
    encode_scalar,
    multiply,
    multiply_base,
    reduce_scalar,
)
from .labels import Draw, decode_integer, encode_integer, kdf, system_draw

REVEAL_COUNT = 96


@dataclass(frozen=True)
class Session:
    record: bytes
    attempt: bytes
    parties: tuple[int, ...]
    composite: bytes
    """M"""

    def encode(self) -> bytes:
        mask = sum(1 << (party - 1) for party in self.parties)
        return b"SMPS" + self.record + self.attempt + encode_integer(mask, 2) + bytes(2) + self.composite

    @staticmethod
    def decode(data: bytes) -> Session:
        reader = Reader(data)
        reader.magic(b"SMPS")
        record, attempt = reader.take(32), reader.take(16)
        mask = decode_integer(reader.take(2))
        reader.zeros(2)
        (composite,) = reader.points(1)
        reader.end()
        parties = tuple(i + 1 for i in range(MAXIMUM_PARTIES) if mask >> i & 1)
        return Session(record, attempt, parties, composite)

    def check(self, record: Record) -> None:
        require(self.record == record.name, "unknownSet")
        check_parties(record, self.parties)

    @property
    def name(self) -> bytes:
        return kdf(None, "custodian proof", self.encode())


@dataclass(frozen=True)
class Reveal:
    r: bytes
    t: bytes
    z: bytes

    def encode(self) -> bytes:
        return self.r + self.t + self.z

    @staticmethod
    def decode(data: bytes) -> Reveal:
        return Reveal(*(decode_element_but_identity(data[at : at + 32]) for at in (0, 32, 64)))

    def commitment(self, party: int, session: Session) -> bytes:
        return kdf(None, "proof commitment", session.name + bytes([party]) + self.encode())


def bodies(magic: bytes, messages: Sequence[bytes], count: int, session: Session) -> list[bytes]:
    """The bodies of all messages of a round."""
    require(len(messages) == len(session.parties), "parameterOutOfRange")
    found = []
    for party, data in zip(session.parties, messages, strict=True):
        with blaming(party):
            found.append(read_frame(magic, data, count, session.name, party).take(count))
    return found


def check_reveals(messages: Sequence[bytes], committed: Sequence[bytes], session: Session) -> list[Reveal]:
    """3. "each is checked against its h [`transcriptMismatch`]" """
    reveals = []
    found = bodies(b"SMS2", messages, REVEAL_COUNT, session)
    for party, body, h in zip(session.parties, found, committed, strict=True):
        with blaming(party):
            reveal = Reveal.decode(body)
            require(reveal.commitment(party, session) == h, "transcriptMismatch")
        reveals.append(reveal)
    return reveals


def total(reveals: Sequence[Reveal]) -> Reveal:
    r = t = z = IDENTITY
    for one in reveals:
        r, t, z = add(r, one.r), add(t, one.t), add(z, one.z)
    return Reveal(r, t, z)


def joint_challenge(reveals: Sequence[Reveal], record: Record, session: Session) -> int:
    summed = total(reveals)
    return challenge(record.public_key, session.composite, summed.z, summed.r, summed.t)


class Prover:
    """A party in one session."""

    def __init__(self, share: Share, session: Session) -> None:
        self.share, self.session = share, session
        session.check(share.record)
        require(share.party in session.parties, "parameterOutOfRange")
        self.weighted = lagrange(share.party, session.parties) * share.secret % ORDER

    def commit(self, draw: Draw = system_draw) -> bytes:
        """1."""
        fields = draw(32) + self.session.name + bytes([self.share.party])
        secret = encode_scalar(self.share.secret)
        self.r = reduce_scalar(b"".join(kdf(secret, "custodian nonce", bytes([half]) + fields) for half in (0, 1)))
        m = self.session.composite
        self.revealed = Reveal(multiply_base(self.r), multiply(self.r, m), multiply(self.weighted, m))
        h = self.revealed.commitment(self.share.party, self.session)
        self.commitment = frame(b"SMS1", self.share.party, self.session.name, h)
        return self.commitment

    def reveal(self, commitments: Sequence[bytes]) -> bytes:
        """2."""
        committed = bodies(b"SMS1", commitments, 32, self.session)
        require(self.commitment in commitments, "transcriptMismatch")
        self.committed = committed
        return self.revealed_message

    @property
    def revealed_message(self) -> bytes:
        return frame(b"SMS2", self.share.party, self.session.name, self.revealed.encode())

    def respond(self, reveals: Sequence[bytes]) -> bytes:
        """3."""
        checked = check_reveals(reveals, self.committed, self.session)
        c = joint_challenge(checked, self.share.record, self.session)
        s = (self.r - c * self.weighted) % ORDER
        return frame(b"SMS3", self.share.party, self.session.name, encode_scalar(s))


def session_of(
    record: Record, c: Sequence[bytes], d: Sequence[bytes], parties: Sequence[int], attempt: bytes
) -> Session:
    """What the coordinator makes."""
    check_parties(record, parties)
    for element in (*c, *d):
        decode_element_but_identity(element)
    check_pairs(c, d)
    m, _ = composites(record.public_key, c, d)
    return Session(record.name, attempt, tuple(sorted(parties)), m)


def finish(
    record: Record,
    session: Session,
    c: Sequence[bytes],
    d: Sequence[bytes],
    commitments: Sequence[bytes],
    reveals: Sequence[bytes],
    responses: Sequence[bytes],
) -> bytes:
    """4. The proof, c ‖ s."""
    checked = check_reveals(reveals, bodies(b"SMS1", commitments, 32, session), session)
    answers = bodies(b"SMS3", responses, 32, session)
    number = joint_challenge(checked, record, session)
    sum_ = 0
    for party, body, one in zip(session.parties, answers, checked, strict=True):
        with blaming(party):
            s = decode_scalar(body)
            weight = number * lagrange(party, session.parties) % ORDER
            r = add(multiply_base(s), multiply(weight, record.share_key(party)))
            t = add(multiply(s, session.composite), multiply(number, one.z))
            require((r, t) == (one.r, one.t), "proofRejected")
        sum_ += s
    require(total(checked).z == composites(record.public_key, c, d)[1], "proofRejected")
    return encode_scalar(number) + encode_scalar(sum_ % ORDER)
