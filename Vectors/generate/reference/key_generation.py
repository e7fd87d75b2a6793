"""Protocol 5.22, "Key generation": one party of it, and the judge of complaints. Refresh and recovery (5.25, 5.26) have
the same rounds, with a polynomial that is zero at p."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pysodium

from .custodians import (
    KEY_GENERATION,
    MAXIMUM_PARTIES,
    MESSAGE_LABEL,
    SEALED_COUNT,
    Plan,
    Reader,
    Record,
    Share,
    confirmation_body,
    is_usable,
    lagrange,
    open_frame,
    open_share,
    public_value,
    seal,
    sealed_text,
    sign_frame,
)
from .errors import ProtocolError, blaming, require
from .group import (
    IDENTITY,
    ORDER,
    add,
    decode_scalar,
    encode_scalar,
    hash_to_scalar,
    multiply,
    multiply_base,
    random_scalar,
    reduce_scalar,
)
from .keys import sign_message, source_public_key, verify_message
from .labels import Draw, kdf, system_draw

POSSESSION_DST = b"SealedMatch/1 possession ristretto255-SHA512"


@dataclass(frozen=True)
class First:
    """A checked SMP1."""

    party: int
    x_public: bytes
    commitments: tuple[bytes, ...]
    data: bytes


@dataclass(frozen=True)
class Second:
    """An SMP2 whose frame is checked."""

    party: int
    transcript: bytes
    shares: dict[int, bytes]
    data: bytes


# Proofs of possession


def statement(party: int, run: bytes, x_public: bytes, a_0: bytes) -> bytes:
    return bytes([party]) + run + x_public + a_0


def prove_possession(secret: int, said: bytes, draw: Draw) -> bytes:
    fresh = draw(32)
    halves = [kdf(encode_scalar(secret), "possession nonce", bytes([half]) + fresh + said) for half in (0, 1)]
    r = reduce_scalar(b"".join(halves))
    c = hash_to_scalar(said + multiply_base(r), POSSESSION_DST)
    return encode_scalar(c) + encode_scalar((r - c * secret) % ORDER)


def verify_possession(proof: bytes, said: bytes, a_0: bytes) -> None:
    c, s = decode_scalar(proof[:32]), decode_scalar(proof[32:])
    r = add(multiply_base(s), multiply(c, a_0))
    require(hash_to_scalar(said + r, POSSESSION_DST) == c, "proofRejected")


# Messages


def first_body_count(plan: Plan, party: int) -> int:
    return 32 + 32 * plan.commitments(party) + (64 if plan.kind == KEY_GENERATION else 0)


def check_first(data: bytes, plan: Plan, party: int) -> First:
    """Step 3, for one message."""
    reader = open_frame(b"SMP1", data, first_body_count(plan, party), plan, party)
    x_public = reader.take(32)
    require(is_usable(x_public), "invalidPoint")
    commitments = tuple(reader.points(plan.commitments(party)))
    if plan.kind == KEY_GENERATION:
        verify_possession(reader.take(64), statement(party, plan.run, x_public, commitments[0]), commitments[0])
    return First(party, x_public, commitments, data)


def check_firsts(messages: Sequence[bytes], plan: Plan) -> list[First]:
    require(len(messages) == len(plan.members), "parameterOutOfRange")
    firsts = []
    for party, data in zip(plan.members, messages, strict=True):
        with blaming(party):
            firsts.append(check_first(data, plan, party))
    return firsts


def second_body_count(plan: Plan) -> int:
    return 32 + SEALED_COUNT * (len(plan.dealers) - 1)


def open_second(data: bytes, plan: Plan, party: int) -> Second:
    reader = open_frame(b"SMP2", data, second_body_count(plan), plan, party)
    transcript = reader.take(32)
    shares = {dealer: reader.take(SEALED_COUNT) for dealer in plan.dealers if dealer != party}
    return Second(party, transcript, shares, data)


def transcript_1(plan: Plan, firsts: Sequence[First]) -> bytes:
    return kdf(None, "custodian transcript", plan.run + b"\x01" + b"".join(one.data for one in firsts))


def transcript_2(plan: Plan, before: bytes, seconds: Sequence[Second]) -> bytes:
    return kdf(None, "custodian transcript", plan.run + b"\x02" + before + b"".join(one.data for one in seconds))


def check_seconds(messages: Sequence[bytes], plan: Plan, before: bytes) -> list[Second]:
    """Step 4, "check each as above, and that its transcript_1 is the party's own"."""
    require(len(messages) == len(plan.dealers), "parameterOutOfRange")
    seconds = []
    for party, data in zip(plan.dealers, messages, strict=True):
        with blaming(party):
            second = open_second(data, plan, party)
            require(second.transcript == before, "transcriptMismatch")
        seconds.append(second)
    return seconds


def argument(plan: Plan, party: int) -> tuple[int, int]:
    """Where a dealer's coefficients are evaluated for a party, and the factor before: x and 1 in a key generation, else
    x − p and x − p."""
    shifted = (party - plan.lost) % ORDER
    return (shifted, 1) if plan.kind == KEY_GENERATION else (shifted, shifted)


def check_share(second: Second, plan: Plan, receiver: int, committed: First, secret: bytes) -> int:
    """Step 4, for the share that is sealed to `receiver`."""
    share = open_share(second.shares[receiver], plan.run, second.party, receiver, secret)
    x, factor = argument(plan, receiver)
    expected = multiply(factor, public_value(committed.commitments, x))
    require(multiply_base(share) == expected, "shareRejected")
    return share


class Party:
    """A party in one run. `base` is its share before a refresh or recovery; `new_keys` are those that its operator
    names as new."""

    def __init__(self, seed: bytes, plan: Plan, base: Share | None = None, new_keys: Sequence[bytes] = ()) -> None:
        self.seed, self.plan, self.base = seed, plan, base
        # 1. "A party finds its own key in the plan; that place is its index i."
        self.index = plan.index(source_public_key(seed))
        require(self.index in plan.members, "parameterOutOfRange")
        if plan.kind == KEY_GENERATION:
            require(base is None, "sessionConflict")
        elif self.index != plan.lost:
            # 5.25, 1.
            require(base is not None, "unknownSet")
            record = base.record
            require(record.name == plan.base and record.plan.table_id == plan.table_id, "setMismatch")
            require((record.plan.count, record.plan.threshold) == (plan.count, plan.threshold), "setMismatch")
            require(base.party == self.index, "setMismatch")
            for old, new in zip(record.plan.keys, plan.keys, strict=True):
                require(old == new or new in new_keys, "setMismatch")

    def begin(self, draw: Draw = system_draw) -> bytes:
        """2. Round 1."""
        plan = self.plan
        self.coefficients = [random_scalar(draw) for _ in range(plan.commitments(self.index))]
        self.secret = draw(32)
        x_public = pysodium.crypto_scalarmult_curve25519_base(self.secret)
        commitments = [multiply_base(a) for a in self.coefficients]
        body = x_public + b"".join(commitments)
        if plan.kind == KEY_GENERATION:
            said = statement(self.index, plan.run, x_public, commitments[0])
            body += prove_possession(self.coefficients[0], said, draw)
        self.first = sign_frame(self.seed, b"SMP1", self.index, plan.run, body)
        return self.first

    def dealt(self, receiver: int) -> int:
        """f(j)"""
        x, factor = argument(self.plan, receiver)
        return factor * sum(a * pow(x, power, ORDER) for power, a in enumerate(self.coefficients)) % ORDER

    def deal(self, messages: Sequence[bytes], draw: Draw = system_draw) -> bytes:
        """3. Round 2."""
        plan = self.plan
        self.firsts = check_firsts(messages, plan)
        require(self.first in messages, "transcriptMismatch")
        # 5.26, 2. "p sends X alone."
        require(self.index in plan.dealers, "sessionConflict")
        self.before = transcript_1(plan, self.firsts)
        body = self.before
        for one in self.firsts:
            if one.party in plan.dealers and one.party != self.index:
                text = sealed_text(plan.run, self.index, one.party, encode_scalar(self.dealt(one.party)))
                body += seal(text, one.x_public, draw)
        self.second = sign_frame(self.seed, b"SMP2", self.index, plan.run, body)
        return self.second

    def collect(self, messages: Sequence[bytes]) -> int:
        """4. The sum of all shares that are this party's; all messages of round 2 are checked."""
        plan = self.plan
        seconds = check_seconds(messages, plan, self.before)
        require(self.second in messages, "transcriptMismatch")
        self.transcript = transcript_2(plan, self.before, seconds)
        total = self.dealt(self.index)
        committed = {one.party: one for one in self.firsts}
        for second in seconds:
            if second.party != self.index:
                with blaming(second.party):
                    total += check_share(second, plan, self.index, committed[second.party], self.secret)
        return total % ORDER

    def confirm(self, messages: Sequence[bytes]) -> bytes:
        """4. Round 3, of a key generation or a refresh."""
        plan = self.plan
        total = self.collect(messages)
        sums = [IDENTITY] * plan.commitments(self.index)
        for one in self.firsts:
            sums = [add(a, b) for a, b in zip(sums, one.commitments, strict=True)]
        if self.base is not None:
            before = self.base.record.commitments
            sums = [before[0]] + [add(a, b) for a, b in zip(before[1:], sums, strict=True)]
            total = (self.base.secret + total) % ORDER
        self.commitments = tuple(sums)
        require(IDENTITY not in self.commitments, "identityPoint")
        for party in plan.parties:
            require(public_value(self.commitments, party) != IDENTITY, "identityPoint")
        require(multiply_base(total) == public_value(self.commitments, self.index), "setMismatch")
        self.share = total
        self.third = sign_frame(
            self.seed, b"SMP3", self.index, plan.run, confirmation_body(self.transcript, self.commitments)
        )
        return self.third

    def finish(self, confirmations: Sequence[bytes]) -> Share:
        """5."""
        plan = self.plan
        require(len(confirmations) == plan.count, "parameterOutOfRange")
        body = confirmation_body(self.transcript, self.commitments)
        signatures = []
        for party, data in zip(plan.parties, confirmations, strict=True):
            with blaming(party):
                reader = open_frame(b"SMP3", data, len(body), plan, party)
                transcript = reader.take(32)
                commitments = reader.points(plan.threshold)
                require((transcript, tuple(commitments)) == (self.transcript, self.commitments), "transcriptMismatch")
            signatures.append(data[-64:])
        record = Record(plan, self.transcript, self.commitments, tuple(signatures)).check()
        return Share(self.index, self.share, record)

    def hand_over(self, messages: Sequence[bytes], draw: Draw = system_draw) -> bytes:
        """5.26, 3."""
        plan = self.plan
        masked = (self.base.secret + self.collect(messages)) % ORDER
        receiver = next(one for one in self.firsts if one.party == plan.lost)
        text = sealed_text(plan.run, self.index, plan.lost, encode_scalar(masked))
        body = self.transcript + seal(text, receiver.x_public, draw)
        return sign_frame(self.seed, b"SMP4", self.index, plan.run, body)

    def recover(
        self, base: Record, first: Sequence[bytes], second: Sequence[bytes], handovers: Sequence[bytes]
    ) -> Share:
        """5.26, 4."""
        plan = self.plan
        base.verify()
        require(base.name == plan.base and base.plan.table_id == plan.table_id, "setMismatch")
        require((base.plan.count, base.plan.threshold) == (plan.count, plan.threshold), "setMismatch")
        firsts = check_firsts(first, plan)
        require(self.first in first, "transcriptMismatch")
        before = transcript_1(plan, firsts)
        transcript = transcript_2(plan, before, check_seconds(second, plan, before))
        require(len(handovers) == len(plan.dealers), "parameterOutOfRange")
        secret = 0
        for dealer, data in zip(plan.dealers, handovers, strict=True):
            with blaming(dealer):
                reader = open_frame(b"SMP4", data, 32 + SEALED_COUNT, plan, dealer)
                require(reader.take(32) == transcript, "transcriptMismatch")
                masked = open_share(reader.take(SEALED_COUNT), plan.run, dealer, self.index, self.secret)
                expected = base.share_key(dealer)
                x, factor = argument(plan, dealer)
                for one in firsts:
                    if one.party != plan.lost:
                        expected = add(expected, multiply(factor, public_value(one.commitments, x)))
                require(multiply_base(masked) == expected, "shareRejected")
            secret += lagrange(dealer, plan.dealers, self.index) * masked
        secret %= ORDER
        require(multiply_base(secret) == base.share_key(self.index), "setMismatch")
        return Share(self.index, secret, base)

    def complain(self, accused: int, second: bytes) -> bytes:
        """SMP5"""
        committed = {one.party: one for one in self.firsts}
        message = (
            b"SMP5"
            + bytes([self.index, accused, 0, 0])
            + self.plan.run
            + self.secret
            + committed[self.index].data
            + committed[accused].data
            + second
        )
        return message + sign_message(self.seed, MESSAGE_LABEL + message)


def judge(data: bytes, plan: Plan) -> int:
    """5.22, "Complaint": who is wrong."""
    reader = Reader(data)
    reader.magic(b"SMP5")
    accuser, accused = reader.index(), reader.index()
    reader.zeros(2)
    require(accuser != accused and {accuser, accused} <= set(plan.dealers), "parameterOutOfRange")
    require(reader.take(32) == plan.run, "transcriptMismatch")
    secret = reader.take(32)
    own = reader.take(104 + first_body_count(plan, accuser))
    theirs = reader.take(104 + first_body_count(plan, accused))
    dealt = reader.take(104 + second_body_count(plan))
    signature = reader.take(64)
    reader.end()
    # 1. "The signature is the accuser's. The three messages are of this run, of accuser and accused, and signed."
    require(verify_message(plan.key(accuser), MESSAGE_LABEL + data[:-64], signature), "invalidSignature")
    first, committed = check_first(own, plan, accuser), check_first(theirs, plan, accused)
    second = open_second(dealt, plan, accused)
    # 2. "If X25519(x, 9) is not the accuser's X, the accuser is wrong."
    if pysodium.crypto_scalarmult_curve25519_base(secret) != first.x_public:
        return accuser
    # 3.
    try:
        check_share(second, plan, accuser, committed, secret)
    except ProtocolError as error:
        if error.name != "shareRejected":
            raise
        return accused
    return accuser


def equivocation(plan: Plan, messages: Sequence[bytes]) -> int:
    """5.22, "Equivocation": who said two things."""
    senders = []
    for data in messages:
        require(len(data) >= 104, "wrongLength")
        party = data[4]
        require(1 <= party <= MAXIMUM_PARTIES and party in plan.members, "parameterOutOfRange")
        require(data[:4] in (b"SMP1", b"SMP2", b"SMP3", b"SMP4"), "invalidMagic")
        open_frame(data[:4], data, len(data) - 104, plan, party)
        senders.append((data[:4], party))
    first, second = messages
    require(senders[0] == senders[1] and first != second, "proofRejected")
    return senders[0][1]
