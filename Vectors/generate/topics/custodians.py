"""Protocol 4.15, 5.22 and 5.23."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from envelope import Recorder, Topic, seeded
from files import file_case
from fixtures import small
from forms import word
from reference.custodians import (
    KEY_GENERATION,
    MESSAGE_LABEL,
    RECOVERY,
    REFRESH,
    Plan,
    Record,
    Share,
    frame,
    lagrange,
    seal,
    sealed_text,
)
from reference.erasure import Erasure
from reference.errors import ProtocolError
from reference.evaluation import (
    Answer,
    Mask,
    Request,
    accepts,
    combine,
    evaluate,
    masked,
    request,
    verify_answer,
)
from reference.group import (
    FIELD_PRIME,
    IDENTITY,
    ORDER,
    element_root,
    encode_scalar,
    hash_to_group,
    inverse_root,
    multiply,
    multiply_base,
    subtract,
)
from reference.group import add as add_points
from reference.key_generation import Party, equivocation, judge, prove_possession, statement
from reference.dleq import verify_proof
from reference.joint_proof import Prover, Session, session_of
from reference.joint_proof import finish as finish_proof
from reference.keys import sign_message, source_public_key
from reference.labels import decode_integer, encode_integer
from reference.set_file import SetFile
from topics.hash_to_group import INVALID_ENCODINGS, SMALL_ROOTS

NOTES = {
    "TruncatedInput": "too short",
    "TrailingBytes": "bytes follow",
    "WrongMagic": "another format or version",
    "ReservedBytes": "a byte that is zero is not",
    "OutOfRange": "a number outside the range that the specification gives",
    "InvalidPoint": "not canonical, or the identity where it is forbidden",
    "WrongRoot": "a root that is not that of its element",
    "InvalidScalar": "at least ℓ, or zero where it is forbidden",
    "ForgedMessage": "one change in what was signed",
    "OtherRun": "properly signed, of another run",
    "OtherParty": "properly signed, by another party than it is given for",
    "RogueKey": "a commitment that is chosen after the others', without its discrete logarithm",
    "WrongShare": "properly signed and sealed, and no share of the sender's polynomial",
    "Equivocation": "the parties were given different messages",
    "LeastParameters": "the least of everything",
    "GreatestParameters": "the greatest of everything",
    "FalseComplaint": "the accuser is wrong",
    "WrongProduct": "a product or a proof that is not by the share",
    "Subsets": "another choice of τ parties",
    "OtherPairs": "pairs that are not by the key",
    "ChangedCommitment": "something else than was committed to",
    "OtherSet": "properly signed, of another table or key than the set's",
    "Reweighed": "answers that were asked for among other parties",
}
KINDS = {KEY_GENERATION: "keyGeneration", REFRESH: "refresh", RECOVERY: "recovery"}


class Parties:
    """N parties that carry out a whole key generation; what each draws is kept."""

    def __init__(self, name: str, threshold: int, count: int) -> None:
        draw = seeded(f"custodians: {name}")
        self.seeds = [draw(32) for _ in range(count)]
        keys = tuple(map(source_public_key, self.seeds))
        self.plan = Plan(KEY_GENERATION, threshold, draw(16), draw(16), bytes(32), keys, tuple(range(1, count + 1)))
        self.draws = [Recorder(draw) for _ in range(count)]
        self.parties = [Party(seed, self.plan) for seed in self.seeds]
        self.first = [party.begin(draw) for party, draw in zip(self.parties, self.draws, strict=True)]
        self.begun = [recorder.drawn for recorder in self.draws]
        self.second = [party.deal(self.first, draw) for party, draw in zip(self.parties, self.draws, strict=True)]
        self.third = [party.confirm(self.second) for party in self.parties]
        self.shares = [party.finish(self.third) for party in self.parties]
        self.record = self.shares[0].record

    def signed(self, place: int, message: bytes) -> bytes:
        """A message of any content, properly signed by a party."""
        return message + sign_message(self.seeds[place], MESSAGE_LABEL + message)

    def changed(self, place: int, message: bytes, at: int, value: bytes) -> bytes:
        """The message with other bytes at a place, signed anew."""
        body = message[:-64]
        return self.signed(place, body[:at] + value + body[at + len(value) :])


def build() -> dict[str, Topic | bytes]:
    topic = Topic("custodians", "A key that is shared: its generation, and what is evaluated with it.", NOTES)
    two = Parties("2 of 3", 2, 3)
    five = Parties("5 of 8", 5, 8)
    other = Parties("another 2 of 3", 2, 3)
    plans(topic, two)
    fresh = Refresh(two)
    lost = Recovery(two)
    begin(topic, two, five, fresh, lost)
    deal(topic, two, five, other, fresh, lost)
    confirm(topic, two, five, fresh)
    finish(topic, two, five, fresh)
    hand_over(topic, two, lost)
    recover(topic, two, lost, other)
    complaints(topic, two)
    equivocations(topic, two, other)
    records(topic, two, five)
    records_of_sets(topic, two)
    shares(topic, two, other)
    evaluations(topic, two, five, other)
    joint_proofs(topic, two, five, other)
    erasures(topic, two, other)
    return {"custodians/custodians.json": topic}


def hexes(values: Sequence[bytes]) -> list[str]:
    return [value.hex() for value in values]


def with_byte(data: bytes, at: int, value: int) -> bytes:
    return data[:at] + bytes([value]) + data[at + 1 :]


def flipped(data: bytes, at: int) -> bytes:
    return with_byte(data, at, data[at] ^ 1)


def negated(encoding: bytes) -> bytes:
    """Of a field element. Of an element it is no encoding."""
    return encode_integer(FIELD_PRIME - decode_integer(encoding), 32)


class RootPlaces:
    """An encoding of n elements behind a head, and of their roots behind these."""

    def __init__(self, head: int, count: int, data: bytes) -> None:
        self.head, self.count, self.data = head, count, data

    def element(self, place: int) -> bytes:
        at = self.head + 32 * place
        return self.data[at : at + 32]

    def root(self, place: int) -> bytes:
        return self.element(self.count + place)

    def changed(self, element: tuple[int, bytes] | None = None, *roots: tuple[int, bytes]) -> bytes:
        """With another element in a place, and other roots."""
        places = [] if element is None else [element]
        data = self.data
        for place, value in places + [(self.count + place, value) for place, value in roots]:
            at = self.head + 32 * place
            data = data[:at] + value + data[at + 32 :]
        return data

    def wrong_roots(self) -> list[tuple[str, bytes]]:
        """With one wrong root, or with two."""
        right, last = decode_integer(self.root(0)), self.count - 1
        return [
            ("another bit in a root", self.changed(None, (0, flipped(self.root(0), 8)))),
            ("another bit in the last root", self.changed(None, (last, flipped(self.root(last), 8)))),
            ("another element's root", self.changed(None, (0, self.root(1)))),
            ("two roots exchanged", self.changed(None, (0, self.root(1)), (1, self.root(0)))),
            ("the root of the double", self.changed(None, (0, element_root(multiply(2, self.element(0)))))),
            ("a root negated", self.changed(None, (0, negated(self.root(0))))),
            ("a root + p", self.changed(None, (0, encode_integer(FIELD_PRIME + right, 32)))),
            ("a root, bit 255 set", self.changed(None, (0, with_byte(self.root(0), 31, self.root(0)[31] | 0x80)))),
            ("a root of zero", self.changed(None, (0, bytes(32)))),
            ("the element itself for its root", self.changed(None, (0, self.element(0)))),
        ]


def framing(add: Callable[..., None], good: bytes, other_magic: bytes) -> None:
    """What is wrong with any encoding that has a fixed length."""
    add("empty", b"", "TruncatedInput", result="wrongLength")
    add("the last byte is missing", good[:-1], "TruncatedInput", result="wrongLength")
    add("a byte follows", good + b"\0", "TrailingBytes", result="wrongLength")
    add("another magic", other_magic + good[4:], "WrongMagic", result="invalidMagic")


def plans(topic: Topic, two: Parties) -> None:
    group = topic.group("DecodePlan", "4.15, plans, of each kind.")

    def add(comment: str, data: bytes, *flags: str, result: str = "valid") -> None:
        def decode() -> dict[str, Any]:
            plan = Plan.decode(data)
            return {
                "kind": KINDS[plan.kind],
                "threshold": plan.threshold,
                "tableID": plan.table_id.hex(),
                "base": plan.base.hex(),
                "keys": hexes(plan.keys),
                "dealers": list(plan.dealers),
                "lost": plan.lost or None,
                "run": plan.run.hex(),
            }

        group.add(comment, {"plan": data.hex()}, decode, *flags, result=result)

    plan = two.plan
    draw = seeded("custodians: plans")
    base = draw(32)
    refresh = replace(plan, kind=REFRESH, base=base)
    recovery = replace(plan, kind=RECOVERY, base=base, dealers=(1, 3), lost=2)
    sixteen = replace(plan, threshold=16, keys=tuple(draw(32) for _ in range(16)), dealers=tuple(range(1, 17)))
    good = plan.encode()
    add("a key generation, 2 of 3", good)
    add("2 of 2", replace(plan, keys=plan.keys[:2], dealers=(1, 2)).encode(), "LeastParameters")
    add("16 of 16", sixteen.encode(), "GreatestParameters")
    add("a refresh", refresh.encode())
    add("a recovery of party 2 by 1 and 3", recovery.encode())
    framing(add, good, b"SMP9")
    add("a reserved byte", with_byte(good, 10, 1), "ReservedBytes", result="nonCanonical")

    def bad(comment: str, data: bytes) -> None:
        add(comment, data, "OutOfRange", result="parameterOutOfRange")

    bad("kind 0", with_byte(good, 4, 0))
    bad("kind 4", with_byte(refresh.encode(), 4, 4))
    bad("τ = 1", with_byte(good, 6, 1))
    bad("τ above N", with_byte(good, 6, 4))
    bad("one party", replace(plan, keys=plan.keys[:1], dealers=(1,)).encode())
    bad("17 parties", replace(sixteen, keys=(*sixteen.keys, draw(32))).encode())
    bad("one key twice", replace(plan, keys=(plan.keys[0], plan.keys[1], plan.keys[0])).encode())
    bad("a key generation with a base", replace(plan, base=base).encode())
    bad("a refresh without", replace(refresh, base=bytes(32)).encode())
    bad("a key generation of a lost party", replace(plan, lost=2).encode())
    bad("not all deal in a key generation", replace(plan, dealers=(1, 3)).encode())
    bad("not all deal in a refresh", replace(refresh, dealers=(1, 3)).encode())
    bad("a dealer that is no party", replace(plan, dealers=(1, 2, 3, 4)).encode())
    bad("a recovery without a lost party", replace(recovery, lost=0).encode())
    bad("a lost party that is none", replace(recovery, lost=4).encode())
    bad("a lost party that deals", replace(recovery, dealers=(1, 2)).encode())
    bad("more than τ deal in a recovery", replace(recovery, threshold=2, dealers=(1, 2, 3), lost=2).encode())
    bad("fewer than τ", replace(recovery, dealers=(1,)).encode())


def inputs(
    parties: Parties,
    place: int,
    random: bytes,
    plan: Plan | None = None,
    base: Share | None = None,
    new_keys: Sequence[bytes] = (),
) -> dict[str, Any]:
    return {
        "seed": parties.seeds[place].hex(),
        "plan": (plan or parties.plan).encode().hex(),
        "base": base and base.encode().hex(),
        "newKeys": hexes(new_keys),
        "random": random.hex(),
    }


def replayed(random: bytes) -> Callable[[int], bytes]:
    at = 0

    def draw(count: int) -> bytes:
        nonlocal at
        at += count
        assert at <= len(random)
        return random[at - count : at]

    return draw


def told(party: Party, random: bytes, *rounds: Sequence[bytes]) -> tuple[Party, Callable[[int], bytes]]:
    """A party that has begun and was given all messages of these rounds, and its draws after that."""
    draw = replayed(random)
    party.begin(draw)
    if rounds:
        party.deal(rounds[0], draw)
    if rounds[1:]:
        party.confirm(rounds[1])
    return party, draw


class Refresh:
    """A whole refresh of a key, from the shares of the key generation or others."""

    def __init__(self, parties: Parties, shares: Sequence[Share] | None = None, name: str = "refresh") -> None:
        draw = seeded(f"custodians: {name}")
        before = parties.shares if shares is None else shares
        self.plan = replace(parties.plan, kind=REFRESH, attempt=draw(16), base=before[0].record.name)
        self.draws = [Recorder(draw) for _ in parties.seeds]
        self.parties = [Party(seed, self.plan, share) for seed, share in zip(parties.seeds, before, strict=True)]
        self.first = [party.begin(draw) for party, draw in zip(self.parties, self.draws, strict=True)]
        self.begun = [recorder.drawn for recorder in self.draws]
        self.second = [party.deal(self.first, draw) for party, draw in zip(self.parties, self.draws, strict=True)]
        self.third = [party.confirm(self.second) for party in self.parties]
        self.shares = [party.finish(self.third) for party in self.parties]
        self.record = self.shares[0].record
        assert self.record.public_key == parties.record.public_key


class Recovery:
    """A whole recovery of party 2's share, of the key generation or another one, by parties 1 and 3."""

    def __init__(self, parties: Parties, shares: Sequence[Share] | None = None, name: str = "recovery") -> None:
        draw = seeded(f"custodians: {name}")
        before = parties.shares if shares is None else shares
        base = before[0].record
        self.plan = replace(parties.plan, kind=RECOVERY, attempt=draw(16), base=base.name, dealers=(1, 3), lost=2)
        self.draws = [Recorder(draw) for _ in parties.seeds]
        there = [before[0], None, before[2]]
        self.parties = [Party(seed, self.plan, share) for seed, share in zip(parties.seeds, there, strict=True)]
        self.first = [party.begin(draw) for party, draw in zip(self.parties, self.draws, strict=True)]
        self.begun = [recorder.drawn for recorder in self.draws]
        self.second = [self.parties[place].deal(self.first, self.draws[place]) for place in (0, 2)]
        self.handovers = [self.parties[place].hand_over(self.second, self.draws[place]) for place in (0, 2)]
        share = self.parties[1].recover(base, self.first, self.second, self.handovers)
        assert share == before[1]


def begin(topic: Topic, two: Parties, five: Parties, fresh: Refresh, lost: Recovery) -> None:
    group = topic.group("Begin", "Key generation, steps 1 and 2.")
    for comment, parties, place in (
        ("party 1 of 3", two, 0),
        ("party 2 of 3", two, 1),
        ("party 8 of 8", five, 7),
    ):
        group.add(
            comment,
            inputs(parties, place, parties.begun[place]),
            lambda parties=parties, place=place: {
                "message": Party(parties.seeds[place], parties.plan).begin(replayed(parties.begun[place])).hex()
            },
        )

    def again(
        comment: str,
        plan: Plan,
        random: bytes,
        *flags: str,
        place: int = 0,
        base: Share | None = two.shares[0],
        new_keys: Sequence[bytes] = (),
        result: str = "valid",
    ) -> None:
        group.add(
            comment,
            inputs(two, place, random, plan, base, new_keys),
            lambda: {"message": Party(two.seeds[place], plan, base, new_keys).begin(replayed(random)).hex()},
            *flags,
            result=result,
        )

    again("a refresh, party 1", fresh.plan, fresh.begun[0])
    again("a recovery, party 1 deals", lost.plan, lost.begun[0])
    again("a recovery, party 2's share is lost", lost.plan, lost.begun[1], place=1, base=None)
    other_base = replace(fresh.plan, base=bytes([1]) * 32)
    again("a refresh from another record", other_base, b"", "OtherRun", result="setMismatch")
    again("a refresh with another τ", replace(fresh.plan, threshold=3), b"", "OtherRun", result="setMismatch")
    keys = two.plan.keys
    swapped = replace(fresh.plan, keys=(keys[1], keys[0], keys[2]))
    again("a refresh with another index", swapped, b"", "OtherParty", new_keys=keys, result="setMismatch")
    new = five.plan.keys[0]
    renewed = replace(fresh.plan, keys=(*keys[:2], new))
    again("a refresh with a key that nobody named", renewed, b"", "OtherParty", result="setMismatch")
    again("a refresh with a key that is named", renewed, fresh.begun[0], new_keys=[new])
    stolen = replace(lost.plan, keys=(keys[0], new, keys[2]))
    again("a recovery to a key that nobody named", stolen, b"", "OtherParty", result="setMismatch")
    again("a refresh without a share", fresh.plan, b"", "OtherParty", base=None, result="unknownSet")
    again("a generation of a key that is there", two.plan, b"", "OtherRun", result="sessionConflict")
    bystander = inputs(
        five, 3, b"", replace(five.plan, kind=RECOVERY, base=bytes([1]) * 32, dealers=(1, 2, 3, 5, 6), lost=7)
    )
    group.add(
        "a party that has no part in a recovery",
        bystander,
        lambda: {"message": Party(five.seeds[3], Plan.decode(bytes.fromhex(bystander["plan"]))).begin().hex()},
        "OtherParty",
        result="parameterOutOfRange",
    )
    stranger = {**inputs(two, 0, b""), "seed": five.seeds[0].hex()}
    group.add(
        "a key that the plan does not name",
        stranger,
        lambda: {"message": Party(five.seeds[0], two.plan).begin().hex()},
        "OtherParty",
        result="parameterOutOfRange",
    )


def deal(topic: Topic, two: Parties, five: Parties, other: Parties, fresh: Refresh, lost: Recovery) -> None:
    group = topic.group("Deal", "Key generation, step 3: all messages of round 1 are given to one party.")

    def add(
        comment: str, first: Sequence[bytes], *flags: str, parties: Parties = two, place: int = 0, result: str = "valid"
    ) -> None:
        # What is refused draws nothing for its own round 2.
        random = parties.draws[place].drawn if result == "valid" else parties.begun[place]

        def run() -> dict[str, Any]:
            party, draw = told(Party(parties.seeds[place], parties.plan), random)
            return {"message": party.deal(first, draw).hex()}

        group.add(comment, {**inputs(parties, place, random), "first": hexes(first)}, run, *flags, result=result)

    good = two.first
    add("party 1 of 3", good)
    add("party 3 of 3", good, place=2)
    add("party 4 of 8", five.first, parties=five, place=3)

    def again(comment: str, run: Refresh | Recovery, place: int, first: Sequence[bytes], result: str = "valid") -> None:
        base = two.shares[place]
        dealt = len(run.begun[place]) + 32 * (len(run.plan.dealers) - 1)
        random = run.draws[place].drawn[:dealt] if result == "valid" else run.begun[place]

        def steps() -> dict[str, Any]:
            party, draw = told(Party(two.seeds[place], run.plan, base), random)
            return {"message": party.deal(first, draw).hex()}

        case = {**inputs(two, place, random, run.plan, base), "first": hexes(first)}
        group.add(comment, case, steps, *([] if result == "valid" else ["OutOfRange"]), result=result)

    again("a refresh, party 2", fresh, 1, fresh.first)
    again("a recovery, party 1", lost, 0, lost.first)
    again("a recovery, party 3", lost, 2, lost.first)
    again("a recovery without p's message", lost, 0, [lost.first[0], lost.first[2]], "parameterOutOfRange")
    long = two.signed(1, fresh.first[1][:-64] + bytes(32))
    again("a refresh with a commitment too many", fresh, 0, [fresh.first[0], long, fresh.first[2]], "wrongLength")
    add("two messages", good[:2], "TruncatedInput", result="parameterOutOfRange")
    add("four messages", [*good, good[2]], "TrailingBytes", result="parameterOutOfRange")

    def second(comment: str, message: bytes, *flags: str, result: str) -> None:
        add(comment, [good[0], message, good[2]], *flags, result=result)

    framing(second, good[1], b"SMP2")
    second("a reserved byte", two.changed(1, good[1], 5, b"\1"), "ReservedBytes", result="nonCanonical")
    second("of another run", other.first[1], "OtherRun", result="transcriptMismatch")
    second(
        "the run changed, signed anew",
        two.changed(1, good[1], 8, other.plan.run),
        "OtherRun",
        result="transcriptMismatch",
    )
    second("party 3's, as party 2's", good[2], "OtherParty", result="parameterOutOfRange")
    second("party 3's with party 2's index", with_byte(good[2], 4, 2), "OtherParty", result="invalidSignature")
    for comment, at in (("X", 40), ("A_0", 72), ("A_1", 104), ("c", 136), ("s", 168), ("the signature", 240)):
        second(f"another bit in {comment}", flipped(good[1], at), "ForgedMessage", result="invalidSignature")
    unlabelled = good[1][:-64] + sign_message(two.seeds[1], good[1][:-64])
    second("signed without the label", unlabelled, "ForgedMessage", result="invalidSignature")
    second("X is zero", two.changed(1, good[1], 40, bytes(32)), "InvalidPoint", result="invalidPoint")
    low = (325606250916557431795983626356110631294008115727848805560023387167927233504).to_bytes(32, "little")
    second("X of order 8", two.changed(1, good[1], 40, low), "InvalidPoint", result="invalidPoint")
    second("A_0 is no element", two.changed(1, good[1], 72, b"\xff" * 32), "InvalidPoint", result="invalidPoint")
    second("A_0 is the identity", two.changed(1, good[1], 72, bytes(32)), "InvalidPoint", result="identityPoint")
    second("A_1 is the identity", two.changed(1, good[1], 104, bytes(32)), "InvalidPoint", result="identityPoint")
    second(
        "c is ℓ", two.changed(1, good[1], 136, ORDER.to_bytes(32, "little")), "InvalidScalar", result="invalidScalar"
    )
    second(
        "s is ℓ", two.changed(1, good[1], 168, ORDER.to_bytes(32, "little")), "InvalidScalar", result="invalidScalar"
    )
    # Each thing that the proof of possession binds.
    for comment, at in (("X", 40), ("A_0", 72)):
        value = two.first[2][at : at + 32]
        changed = two.changed(1, good[1], at, value)
        second(f"another {comment}, signed anew", changed, "ForgedMessage", result="proofRejected")
    wanted = multiply_base(7)
    rogue = subtract(subtract(wanted, good[0][72:104]), good[2][72:104])
    second("A_0 so that L is 7·B", two.changed(1, good[1], 72, rogue), "RogueKey", result="proofRejected")
    proof = good[2][136:200]
    copied = two.changed(1, two.changed(1, good[1], 72, good[2][72:104]), 136, proof)
    second("party 3's A_0 with its proof", copied, "RogueKey", result="proofRejected")
    for comment, said in (
        ("another index", statement(3, two.plan.run, good[1][40:72], good[1][72:104])),
        ("another run", statement(2, other.plan.run, good[1][40:72], good[1][72:104])),
        ("another X", statement(2, two.plan.run, good[2][40:72], good[1][72:104])),
    ):
        proof = prove_possession(two.parties[1].coefficients[0], said, seeded(comment))
        second(f"a proof for {comment}", two.changed(1, good[1], 136, proof), "RogueKey", result="proofRejected")
    mine = Party(two.seeds[0], two.plan).begin(seeded("custodians: begun twice"))
    add("party 1's own is another one", [mine, *good[1:]], "Equivocation", result="transcriptMismatch")


def confirm(topic: Topic, two: Parties, five: Parties, fresh: Refresh) -> None:
    group = topic.group("Confirm", "Key generation, step 4: all messages of round 2 are given to one party.")

    def add(
        comment: str,
        messages: Sequence[bytes],
        *flags: str,
        parties: Parties = two,
        place: int = 0,
        result: str = "valid",
    ) -> None:
        random = parties.draws[place].drawn

        def run() -> dict[str, Any]:
            party, _ = told(Party(parties.seeds[place], parties.plan), random, parties.first)
            return {"message": party.confirm(messages).hex()}

        case = {**inputs(parties, place, random), "first": hexes(parties.first), "second": hexes(messages)}
        group.add(comment, case, run, *flags, result=result)

    good = two.second
    add("party 1 of 3", good)
    add("party 2 of 3", good, place=1)
    add("party 8 of 8", five.second, parties=five, place=7)
    add("two messages", good[:2], "TruncatedInput", result="parameterOutOfRange")

    def second(comment: str, message: bytes, *flags: str, result: str) -> None:
        add(comment, [good[0], message, good[2]], *flags, result=result)

    framing(second, good[1], b"SMP1")
    second("a reserved byte", two.changed(1, good[1], 6, b"\1"), "ReservedBytes", result="nonCanonical")
    twin = Parties("2 of 3", 2, 3)
    again = replace(two.plan, attempt=bytes(16))
    second(
        "of another attempt",
        two.changed(1, good[1], 8, again.run),
        "OtherRun",
        result="transcriptMismatch",
    )
    assert twin.second == good
    second("party 3's, as party 2's", good[2], "OtherParty", result="parameterOutOfRange")
    for comment, at in (("transcript_1", 40), ("the share", 80), ("another's share", 200), ("the signature", 310)):
        second(f"another bit in {comment}", flipped(good[1], at), "ForgedMessage", result="invalidSignature")
    second(
        "another transcript_1, signed anew",
        two.changed(1, good[1], 40, bytes(32)),
        "Equivocation",
        result="transcriptMismatch",
    )
    changed = two.changed(1, good[1], 200, b"\1\2")
    second("another's share, which this party cannot see", changed, "Equivocation", result="valid")
    for comment, sealed in cheats(two, 0):
        second(comment, two.changed(1, good[1], 72, sealed), "WrongShare", result="shareRejected")

    def again(comment: str, messages: Sequence[bytes], *flags: str, result: str = "valid") -> None:
        random, base = fresh.draws[0].drawn, two.shares[0]

        def steps() -> dict[str, Any]:
            party, _ = told(Party(two.seeds[0], fresh.plan, base), random, fresh.first)
            return {"message": party.confirm(messages).hex()}

        case = {
            **inputs(two, 0, random, fresh.plan, base),
            "first": hexes(fresh.first),
            "second": hexes(messages),
        }
        group.add(comment, case, steps, *flags, result=result)

    again("a refresh, party 1", fresh.second)
    # As in a key generation, with a coefficient more: the key would change.
    shifted = encode_scalar((fresh.parties[1].dealt(1) + 5) % ORDER)
    sealed = seal(sealed_text(fresh.plan.run, 2, 1, shifted), fresh.first[0][40:72], seeded("custodians: shifted"))
    changes = two.changed(1, fresh.second[1], 72, sealed)
    again(
        "a refresh: a polynomial that is not zero at 0",
        [fresh.second[0], changes, fresh.second[2]],
        "WrongShare",
        result="shareRejected",
    )
    mine = flipped(good[0], 80)[:-64]
    add("party 1's own is another one", [two.signed(0, mine), *good[1:]], "Equivocation", result="transcriptMismatch")


def cheats(two: Parties, receiver: int) -> list[tuple[str, bytes]]:
    """What party 2 may seal to a party in place of its share: everything but that is made right again."""
    plan = two.plan
    x_public = two.first[receiver][40:72]
    right = encode_scalar(two.parties[1].dealt(receiver + 1))
    wrong = encode_scalar(two.parties[1].dealt(receiver + 1) + 1)

    def sealed(text: bytes, to: bytes = x_public) -> bytes:
        return seal(text, to, seeded("custodians: cheats"))

    index = receiver + 1
    return [
        ("a share that is one more", sealed(sealed_text(plan.run, 2, index, wrong))),
        ("a share that is zero", sealed(sealed_text(plan.run, 2, index, bytes(32)))),
        ("a share of ℓ and more", sealed(sealed_text(plan.run, 2, index, (ORDER + 1).to_bytes(32, "little")))),
        ("the share of another run", sealed(sealed_text(bytes(32), 2, index, right))),
        ("the share as another's", sealed(sealed_text(plan.run, 5, index, right))),
        ("the share for another", sealed(sealed_text(plan.run, 2, 5, right))),
        ("sealed to another", sealed(sealed_text(plan.run, 2, index, right), two.first[1][40:72])),
        ("another bit in what is sealed", flipped(sealed(sealed_text(plan.run, 2, index, right)), 100)),
    ]


def finish(topic: Topic, two: Parties, five: Parties, fresh: Refresh) -> None:
    group = topic.group("Finish", "Key generation, step 5: all confirmations are given to one party.")

    def add(
        comment: str,
        messages: Sequence[bytes],
        *flags: str,
        parties: Parties = two,
        place: int = 0,
        result: str = "valid",
    ) -> None:
        random = parties.draws[place].drawn

        def run() -> dict[str, Any]:
            party, _ = told(Party(parties.seeds[place], parties.plan), random, parties.first, parties.second)
            return {"share": party.finish(messages).encode().hex()}

        case = {
            **inputs(parties, place, random),
            "first": hexes(parties.first),
            "second": hexes(parties.second),
            "third": hexes(messages),
        }
        group.add(comment, case, run, *flags, result=result)

    good = two.third
    add("party 1 of 3", good)
    add("party 2 of 3", good, place=1)
    add("party 8 of 8", five.third, parties=five, place=7)
    random, base = fresh.draws[2].drawn, two.shares[2]
    group.add(
        "a refresh, party 3",
        {
            **inputs(two, 2, random, fresh.plan, base),
            "first": hexes(fresh.first),
            "second": hexes(fresh.second),
            "third": hexes(fresh.third),
        },
        lambda: {"share": fresh.shares[2].encode().hex()},
    )
    add("two confirmations", good[:2], "TruncatedInput", result="parameterOutOfRange")

    def second(comment: str, message: bytes, *flags: str, result: str) -> None:
        add(comment, [good[0], message, good[2]], *flags, result=result)

    framing(second, good[1], b"SMP2")
    second("a reserved byte", two.changed(1, good[1], 7, b"\1"), "ReservedBytes", result="nonCanonical")
    second("of another run", two.changed(1, good[1], 8, bytes(32)), "OtherRun", result="transcriptMismatch")
    second("party 3's, as party 2's", good[2], "OtherParty", result="parameterOutOfRange")
    for comment, at in (("transcript_2", 40), ("C_0", 72), ("C_1", 104), ("the signature", 150)):
        second(f"another bit in {comment}", flipped(good[1], at), "ForgedMessage", result="invalidSignature")
    for comment, at in (("transcript_2", 40), ("C_0", 72), ("C_1", 104)):
        changed = two.changed(1, good[1], at, multiply_base(9))
        second(f"another {comment}, signed anew", changed, "Equivocation", result="transcriptMismatch")
    second("C_1 is the identity", two.changed(1, good[1], 104, bytes(32)), "InvalidPoint", result="identityPoint")


def hand_over(topic: Topic, two: Parties, lost: Recovery) -> None:
    group = topic.group("HandOver", "Recovery, step 3: all messages of round 2 are given to dealer 1.")

    def add(comment: str, messages: Sequence[bytes], *flags: str, place: int = 0, result: str = "valid") -> None:
        base = two.shares[place]
        random = lost.draws[place].drawn if result == "valid" else lost.draws[place].drawn[:-32]

        def steps() -> dict[str, Any]:
            party, draw = told(Party(two.seeds[place], lost.plan, base), random, lost.first)
            return {"message": party.hand_over(messages, draw).hex()}

        case = {
            **inputs(two, place, random, lost.plan, base),
            "first": hexes(lost.first),
            "second": hexes(messages),
        }
        group.add(comment, case, steps, *flags, result=result)

    good = lost.second
    add("party 1", good)
    add("party 3", good, place=2)
    add("one message", good[:1], "TruncatedInput", result="parameterOutOfRange")
    framing(
        lambda comment, data, *flags, result: add(comment, [good[0], data], *flags, result=result), good[1], b"SMP4"
    )
    add("of another run", [good[0], two.changed(2, good[1], 8, bytes(32))], "OtherRun", result="transcriptMismatch")
    add("another bit", [good[0], flipped(good[1], 100)], "ForgedMessage", result="invalidSignature")
    wrong = encode_scalar((lost.parties[2].dealt(1) + 1) % ORDER)
    sealed = seal(sealed_text(lost.plan.run, 3, 1, wrong), lost.first[0][40:72], seeded("custodians: handed"))
    add(
        "a share that is one more", [good[0], two.changed(2, good[1], 72, sealed)], "WrongShare", result="shareRejected"
    )


def recover(topic: Topic, two: Parties, lost: Recovery, other: Parties) -> None:
    group = topic.group("Recover", "Recovery, step 4: party 2's share, handed over by 1 and 3.")

    def add(
        comment: str,
        handovers: Sequence[bytes],
        *flags: str,
        first: Sequence[bytes] = lost.first,
        second: Sequence[bytes] = lost.second,
        record: Record = two.record,
        result: str = "valid",
    ) -> None:
        random = lost.begun[1]

        def steps() -> dict[str, Any]:
            party = Party(two.seeds[1], lost.plan)
            party.begin(replayed(random))
            return {"share": party.recover(record, first, second, handovers).encode().hex()}

        case = {
            **inputs(two, 1, random, lost.plan),
            "record": record.encode().hex(),
            "first": hexes(first),
            "second": hexes(second),
            "handovers": hexes(handovers),
        }
        group.add(comment, case, steps, *flags, result=result)

    good = lost.handovers
    add("party 2", good)
    add("one message", good[:1], "TruncatedInput", result="parameterOutOfRange")

    def second(comment: str, data: bytes, *flags: str, result: str) -> None:
        add(comment, [good[0], data], *flags, result=result)

    framing(second, good[1], b"SMP3")
    second("a reserved byte", two.changed(2, good[1], 6, b"\1"), "ReservedBytes", result="nonCanonical")
    second("of another run", two.changed(2, good[1], 8, bytes(32)), "OtherRun", result="transcriptMismatch")
    second("another transcript_2", two.changed(2, good[1], 40, bytes(32)), "Equivocation", result="transcriptMismatch")
    second("another dealer's", good[0], "OtherParty", result="parameterOutOfRange")
    second("another bit", flipped(good[1], 100), "ForgedMessage", result="invalidSignature")
    plan = lost.plan
    right = (two.shares[2].secret + sum(lost.parties[place].dealt(3) for place in (0, 2))) % ORDER
    for comment, sender, receiver, value in (
        ("a value that is one more", 3, 2, right + 1),
        ("the dealer's share, unmasked", 3, 2, two.shares[2].secret),
        ("zero", 3, 2, 0),
        ("the value as another's", 1, 2, right),
        ("the value for another", 3, 1, right),
    ):
        text = sealed_text(plan.run, sender, receiver, encode_scalar(value % ORDER))
        sealed = seal(text, lost.first[1][40:72], seeded("custodians: handed over"))
        second(comment, two.changed(2, good[1], 72, sealed), "WrongShare", result="shareRejected")
    add("another record", good, "OtherRun", record=other.record, result="setMismatch")
    unsigned = replace(two.record, signatures=(two.record.signatures[1], *two.record.signatures[1:]))
    add("a record that party 1 did not sign", good, "ForgedMessage", record=unsigned, result="invalidSignature")
    add("a message of round 1 is missing", good, "TruncatedInput", first=lost.first[:2], result="parameterOutOfRange")
    own = Party(two.seeds[1], plan).begin(seeded("custodians: lost, begun twice"))
    add(
        "party 2's own is another one",
        good,
        "Equivocation",
        first=[lost.first[0], own, lost.first[2]],
        result="transcriptMismatch",
    )
    add(
        "another bit in round 2",
        good,
        "ForgedMessage",
        second=[lost.second[0], flipped(lost.second[1], 90)],
        result="invalidSignature",
    )


def erasures(topic: Topic, two: Parties, other: Parties) -> None:
    group = topic.group("Erase", "Erasure, step 1.")
    for comment, place, time, *flags in (
        ("party 1", 0, 1_800_000_000),
        ("at 0", 1, 0, "LeastParameters"),
        ("at 2^64 − 1", 2, 2**64 - 1, "GreatestParameters"),
    ):
        share = two.shares[place]
        case = {"share": share.encode().hex(), "seed": two.seeds[place].hex(), "time": word(time)}
        group.add(
            comment,
            case,
            lambda share=share, place=place, time=time: {
                "statement": Erasure.sign(two.seeds[place], share, time).encode().hex()
            },
            *flags,
        )

    group = topic.group("VerifyErasure", "Erasure, “Verifying a statement”.")

    def add(comment: str, data: bytes, *flags: str, record: Record = two.record, result: str = "valid") -> None:
        def verify() -> dict[str, Any]:
            erasure = Erasure.decode(data)
            erasure.verify(record)
            return {"party": erasure.party, "time": word(erasure.time)}

        group.add(comment, {"statement": data.hex(), "record": record.encode().hex()}, verify, *flags, result=result)

    good = Erasure.sign(two.seeds[1], two.shares[1], 1_800_000_000).encode()
    add("party 2", good)
    framing(add, good, b"SMP3")
    add("a reserved byte", two.changed(1, good, 5, b"\1"), "ReservedBytes", result="nonCanonical")
    add("party 0", two.changed(1, good, 4, b"\0"), "OutOfRange", result="parameterOutOfRange")
    add("party 4 of 3", two.changed(1, good, 4, b"\4"), "OutOfRange", result="parameterOutOfRange")
    add("as party 3's", two.changed(1, good, 4, b"\3"), "OtherParty", result="invalidSignature")
    add("another record's", good, "OtherRun", record=other.record, result="unknownSet")
    add("another table", two.changed(1, good, 8, bytes(16)), "OtherRun", result="unknownSet")
    for comment, at in (("time", 57), ("signature", 100)):
        add(f"another bit in the {comment}", flipped(good, at), "ForgedMessage", result="invalidSignature")


def complaints(topic: Topic, two: Parties) -> None:
    group = topic.group("JudgeComplaint", "5.22, “Complaint”: of party 3 against party 2.")

    def add(comment: str, data: bytes, *flags: str, result: str = "valid") -> None:
        case = {"plan": two.plan.encode().hex(), "complaint": data.hex()}
        group.add(comment, case, lambda: {"party": judge(data, two.plan)}, *flags, result=result)

    accuser = two.parties[2]
    true = accuser.complain(2, two.second[1])
    made: bytes = b""
    for comment, sealed in cheats(two, 2):
        dealt = two.changed(1, two.second[1], 72 + 114, sealed)
        made = accuser.complain(2, dealt)
        add(comment, made, "WrongShare")
    add("the share is right", true, "FalseComplaint")
    swapped = made[:40] + bytes([made[40] ^ 8]) + made[41:]
    add("another secret than X's", two.signed(2, swapped[:-64]), "FalseComplaint")
    framing(add, made, b"SMP4")
    add("a reserved byte", two.changed(2, made, 6, b"\1"), "ReservedBytes", result="nonCanonical")
    add("of another run", two.changed(2, made, 8, bytes(32)), "OtherRun", result="transcriptMismatch")
    add("the accuser accuses itself", two.changed(2, made, 5, b"\3"), "OutOfRange", result="parameterOutOfRange")
    add("an accuser that is no party", two.changed(2, made, 4, b"\4"), "OutOfRange", result="parameterOutOfRange")
    add("signed by another", two.signed(0, made[:-64]), "OtherParty", result="invalidSignature")
    at = 72
    for comment, count in (("own SMP1", 264), ("accused's SMP1", 264), ("accused's SMP2", 364)):
        changed = two.changed(2, made, at + count - 1, bytes([made[at + count - 1] ^ 1]))
        add(f"the {comment} is not signed by its party", changed, "ForgedMessage", result="invalidSignature")
        at += count
    party_1 = two.changed(2, made, 72 + 264, two.first[0])
    add("party 1's SMP1 for party 2's", party_1, "OtherParty", result="parameterOutOfRange")


def equivocations(topic: Topic, two: Parties, other: Parties) -> None:
    group = topic.group("JudgeEquivocation", "5.22, “Equivocation”.")

    def add(comment: str, one: bytes, another: bytes, *flags: str, result: str = "valid") -> None:
        group.add(
            comment,
            {"plan": two.plan.encode().hex(), "messages": [one.hex(), another.hex()]},
            lambda: {"party": equivocation(two.plan, [one, another])},
            *flags,
            result=result,
        )

    first = two.first[1]
    again = Party(two.seeds[1], two.plan).begin(seeded("custodians: twice"))
    add("two of round 1", first, again, "Equivocation")
    for comment, good in (("2", two.second[1]), ("3", two.third[1])):
        add(f"two of round {comment}", good, two.changed(1, good, 50, b"\0\1"), "Equivocation")
    add("one of them is nonsense, signed", first, two.signed(1, first[:40]), "Equivocation")
    add("the same", first, first, "FalseComplaint", result="proofRejected")
    add("of two rounds", first, two.second[1], "FalseComplaint", result="proofRejected")
    add("of two parties", first, two.first[2], "FalseComplaint", result="proofRejected")
    add("one is not signed", first, flipped(again, 100), "ForgedMessage", result="invalidSignature")
    add("one is of another run", first, other.first[1], "OtherRun", result="transcriptMismatch")
    add("one is an erasure statement", first, b"SMPE" + again[4:], "WrongMagic", result="invalidMagic")
    add("one has a reserved byte", first, two.changed(1, again, 5, b"\1"), "ReservedBytes", result="nonCanonical")
    add("one is of party 4", first, two.changed(1, again, 4, b"\4"), "OutOfRange", result="parameterOutOfRange")
    add("one has 103 bytes", first, again[:103], "TruncatedInput", result="wrongLength")


def records(topic: Topic, two: Parties, five: Parties) -> None:
    group = topic.group("VerifyRecord", "4.15 and 5.22, “Verifying a record”.")

    def add(comment: str, data: bytes, *flags: str, result: str = "valid") -> None:
        def verify() -> dict[str, Any]:
            record = Record.decode(data)
            record.verify()
            return {
                "name": record.name.hex(),
                "publicKey": record.public_key.hex(),
                "shareKeys": hexes([record.share_key(party) for party in record.plan.parties]),
            }

        group.add(comment, {"record": data.hex()}, verify, *flags, result=result)

    record = two.record
    good = record.encode()
    add("2 of 3", good)
    add("5 of 8", five.record.encode())
    framing(add, good, b"SMCS")
    add("another magic in the plan", good[:4] + b"SMP1" + good[8:], "WrongMagic", result="invalidMagic")
    add("a plan out of range", with_byte(good, 10, 1), "OutOfRange", result="parameterOutOfRange")
    for comment, at in (("the plan's tableID", 16), ("transcript_2", 180), ("a signature", len(good) - 10)):
        add(f"another bit in {comment}", flipped(good, at), "ForgedMessage", result="invalidSignature")
    for comment, changed in (
        ("another C_0", replace(record, commitments=(multiply_base(5), record.commitments[1]))),
        ("another C_1", replace(record, commitments=(record.commitments[0], multiply_base(5)))),
        ("two signatures exchanged", replace(record, signatures=(*record.signatures[1::-1], record.signatures[2]))),
        ("two parties exchanged", replace(record, plan=replace(two.plan, keys=two.plan.keys[::-1]))),
    ):
        add(comment, changed.encode(), "ForgedMessage", result="invalidSignature")
    at = 4 + len(two.plan.encode()) + 32
    add("C_0 is the identity", good[:at] + bytes(32) + good[at + 32 :], "InvalidPoint", result="identityPoint")
    add("C_1 is no element", good[: at + 32] + b"\xff" * 32 + good[at + 64 :], "InvalidPoint", result="invalidPoint")
    a = two.parties[0].share
    zero = (multiply_base(ORDER - 3 * a % ORDER), multiply_base(a))
    signed = tuple(
        sign_message(seed, MESSAGE_LABEL + frame(b"SMP3", party, two.plan.run, record.transcript + b"".join(zero)))
        for party, seed in zip(two.plan.parties, two.seeds, strict=True)
    )
    add(
        "L_3 is the identity",
        replace(record, commitments=zero, signatures=signed).encode(),
        "InvalidPoint",
        result="identityPoint",
    )
    recovery = replace(two.plan, kind=RECOVERY, base=bytes([1]) * 32, dealers=(1, 3), lost=2)
    add("of a recovery", replace(record, plan=recovery).encode(), "OutOfRange", result="parameterOutOfRange")


def records_of_sets(topic: Topic, two: Parties) -> None:
    group = topic.group("RecordOfSet", "5.22, “Verifying a record”, where a set is at hand.")
    fixture = small()
    original = fixture.signed.encode()
    header = fixture.signed.header

    def signed(plan: Plan, commitments: tuple[bytes, ...]) -> Record:
        """What no run has made, and all parties have signed."""
        body = two.record.transcript + b"".join(commitments)
        signatures = tuple(
            sign_message(seed, MESSAGE_LABEL + frame(b"SMP3", party, plan.run, body))
            for party, seed in zip(plan.parties, two.seeds, strict=True)
        )
        return Record(plan, two.record.transcript, commitments, signatures)

    def add(comment: str, record: Record, *flags: str, set_file: SetFile | None = None, result: str = "valid") -> None:
        about = fixture.signed if set_file is None else set_file

        def run() -> dict[str, Any]:
            record.verify()
            record.check_set(about.header.table_id, about.header.public_key)
            return {}

        case = file_case("../set-file/small.smset", original, about.encode())
        group.add(comment, {"record": record.encode().hex(), "set": case}, run, *flags, result=result)

    plan = replace(two.plan, table_id=header.table_id)
    one = two.record.commitments[1]
    good = signed(plan, (header.public_key, one))
    add("the set's", good)
    add("a refresh of it", signed(replace(plan, kind=REFRESH, base=bytes([1]) * 32), (header.public_key, one)))
    wrong = "setMismatch"
    add("another table", signed(two.plan, (header.public_key, one)), "OtherSet", result=wrong)
    other_key = signed(plan, (two.record.commitments[0], one))
    add("another key", other_key, "OtherSet", result=wrong)
    negative = multiply(ORDER - 1, header.public_key)
    add("the key's negative", signed(plan, (negative, one)), "OtherSet", result=wrong)
    add("another set's table", good, "OtherSet", set_file=fixture.with_header(table_id=two.plan.table_id), result=wrong)
    forged = replace(good, signatures=two.record.signatures)
    add("the set's, and not signed", forged, "ForgedMessage", result="invalidSignature")


def shares(topic: Topic, two: Parties, other: Parties) -> None:
    group = topic.group("DecodeShare", "4.15, what a custodian keeps.")

    def add(comment: str, data: bytes, *flags: str, result: str = "valid") -> None:
        def decode() -> dict[str, Any]:
            share = Share.decode(data)
            return {"party": share.party, "share": encode_scalar(share.secret).hex(), "record": share.record.name.hex()}

        group.add(comment, {"share": data.hex()}, decode, *flags, result=result)

    good = two.shares[1].encode()
    add("party 2's", good)
    framing(add, good, b"SMCR")
    add("a reserved byte", with_byte(good, 5, 1), "ReservedBytes", result="nonCanonical")
    add("party 0", with_byte(good, 4, 0), "OutOfRange", result="parameterOutOfRange")
    add("party 4 of 3", with_byte(good, 4, 4), "OutOfRange", result="parameterOutOfRange")
    add("party 3's index", with_byte(good, 4, 3), "OtherParty", result="setMismatch")
    add("zero", good[:8] + bytes(32) + good[40:], "InvalidScalar", result="invalidScalar")
    add("ℓ", good[:8] + ORDER.to_bytes(32, "little") + good[40:], "InvalidScalar", result="invalidScalar")
    add("another key's record", good[:40] + other.record.encode(), "OtherRun", result="setMismatch")


def evaluations(topic: Topic, two: Parties, five: Parties, other: Parties) -> None:
    draw = seeded("custodians: elements")
    elements = [hash_to_group(draw(16)) for _ in range(4)]

    group = topic.group("Request", "Evaluation, step 1.")

    def ask(
        comment: str,
        points: Sequence[bytes],
        party: int,
        among: Sequence[int],
        *flags: str,
        parties: Parties = two,
        proved: bool = True,
        result: str = "valid",
    ) -> None:
        case = {
            "record": parties.record.encode().hex(),
            "elements": hexes(points),
            "party": party,
            "parties": list(among),
            "proved": proved,
        }
        group.add(
            comment,
            case,
            lambda: {"request": request(parties.record, points, party, among, proved).encode().hex()},
            *flags,
            result=result,
        )

    for among in ((1, 2), (1, 3), (2, 3), (3, 1)):
        for party in among:
            ask(f"party {party} of {among}", elements[:1], party, among, "Subsets")
    ask("party 5 of 8", elements, 5, (2, 3, 5, 7, 8), "Subsets", parties=five)
    ask("without a proof", elements, 2, (1, 2), proved=False)
    out = "parameterOutOfRange"
    ask("no element", [], 1, (1, 2), "OutOfRange", result=out)
    ask("the identity", [elements[0], bytes(32)], 1, (1, 2), "InvalidPoint", result="identityPoint")
    ask("one party", elements[:1], 1, (1,), "OutOfRange", result=out)
    ask("three parties for τ = 2", elements[:1], 1, (1, 2, 3), "OutOfRange", result=out)
    ask("one party twice", elements[:1], 1, (1, 1), "OutOfRange", result=out)
    ask("party 4 of 3", elements[:1], 1, (1, 4), "OutOfRange", result=out)
    ask("a party that is not asked", elements[:1], 3, (1, 2), "OutOfRange", result=out)

    group = topic.group("Evaluate", "Evaluation, step 2.")

    def answer(
        comment: str, data: bytes, *flags: str, parties: Parties = two, place: int = 0, result: str = "valid"
    ) -> None:
        unproved = len(data) > 6 and data[6] == 0
        fresh = b"" if unproved else seeded(f"custodians: {comment}")(32)
        share = parties.shares[place]

        def run() -> dict[str, Any]:
            return {"answer": evaluate(share, Request.decode(data), replayed(fresh)).encode().hex()}

        case = {"share": share.encode().hex(), "request": data.hex(), "random": fresh.hex()}
        group.add(comment, case, run, *flags, result=result)

    asked = [request(two.record, elements, party, (1, 2)) for party in (1, 2)]
    good = asked[0].encode()
    answer("party 1 of 3", good)
    answer("party 2 of 3", asked[1].encode(), place=1)
    answer("one element", request(two.record, elements[:1], 1, (1, 3)).encode(), "LeastParameters")
    answer("party 8 of 8", request(five.record, elements, 8, (2, 3, 5, 7, 8)).encode(), parties=five, place=7)
    answer("a weight of three", replace(asked[0], weight=3).encode())
    answer("λ_i as weight", replace(asked[0], weight=lagrange(1, (1, 2))).encode())
    answer("the weight of another party", asked[1].encode())
    framing(answer, good, b"SMEA")
    answer("no element", replace(asked[0], elements=()).encode(), "OutOfRange", result=out)
    answer("a proof that is 2", with_byte(good, 6, 2), "ReservedBytes", result="nonCanonical")
    answer("a reserved byte", with_byte(good, 7, 1), "ReservedBytes", result="nonCanonical")
    bare = RootPlaces(72, len(elements), request(two.record, elements, 1, (1, 2), proved=False).encode())
    answer("without a proof", bare.data)
    with_small = [bytes.fromhex(digits) for digits in SMALL_ROOTS.values()]
    least = RootPlaces(72, 2, request(two.record, with_small, 1, (1, 2), proved=False).encode())
    answer("without a proof, elements with small roots", least.data)
    none, no_proof = b"\xff" * 32, "without a proof, "
    point, identity = "invalidPoint", "identityPoint"
    answer(no_proof + "no element among them", bare.changed((0, none)), "InvalidPoint", result=point)
    negative = bytes.fromhex(INVALID_ENCODINGS["xy is negative"].split()[0])
    its_root = encode_integer(inverse_root(decode_integer(negative)) or 0, 32)
    answer(
        no_proof + "no element, whose number has the square of a root",
        bare.changed((0, negative), (0, its_root)),
        "InvalidPoint",
        result=point,
    )
    odd = bare.changed((0, negated(elements[0])))
    answer(no_proof + "an element negated, with its root", odd, "InvalidPoint", result=point)
    answer(no_proof + "the identity", bare.changed((1, IDENTITY)), "InvalidPoint", result=identity)
    with_root = bare.changed((1, IDENTITY), (1, element_root(IDENTITY)))
    answer(no_proof + "the identity, with its root", with_root, "InvalidPoint", result=identity)
    with_zero = bare.changed((1, IDENTITY), (1, IDENTITY))
    answer(no_proof + "the identity, with a root of zero", with_zero, "InvalidPoint", result=identity)
    for comment, data in bare.wrong_roots():
        answer(no_proof + comment, data, "WrongRoot", result=point)
    eight_and_p = least.changed(None, (0, encode_integer(8 + FIELD_PRIME, 32)))
    answer(no_proof + "a root of 8 + p, below 2^255", eight_and_p, "WrongRoot", result=point)
    first_root = bare.changed((1, IDENTITY), (0, bare.root(1)))
    answer(no_proof + "a wrong root, and then the identity", first_root, "WrongRoot", result=point)
    then_root = bare.changed((1, IDENTITY), (2, bare.root(0)))
    answer(no_proof + "the identity, and then a wrong root", then_root, "InvalidPoint", result=identity)
    answer(no_proof + "no roots", bare.data[:200], "TruncatedInput", result="wrongLength")
    answer(no_proof + "one root is missing", bare.data[:-32], "TruncatedInput", result="wrongLength")
    answer(no_proof + "a root more", bare.data + bare.root(0), "TrailingBytes", result="wrongLength")
    answer("with a proof, and roots", good + bare.data[200:], "TrailingBytes", result="wrongLength")
    answer("another record's", request(other.record, elements, 1, (1, 2)).encode(), "OtherRun", result="unknownSet")
    answer("a weight of zero", good[:40] + bytes(32) + good[72:], "InvalidScalar", result="invalidScalar")
    ell = ORDER.to_bytes(32, "little")
    answer("a weight of ℓ", good[:40] + ell + good[72:], "InvalidScalar", result="invalidScalar")
    answer("no element among them", good[:72] + b"\xff" * 32 + good[104:], "InvalidPoint", result="invalidPoint")
    answer("bit 255", with_byte(good, 103, good[103] | 0x80), "InvalidPoint", result="invalidPoint")
    answer("the identity", good[:104] + bytes(32) + good[136:], "InvalidPoint", result="identityPoint")

    group = topic.group("VerifyAnswer", "Evaluation, step 3: an answer to a request of party 1.")
    fresh = seeded("custodians: answers")
    answers = [evaluate(share, one, fresh) for share, one in zip(two.shares[:2], asked, strict=True)]

    def verify(
        comment: str,
        data: bytes,
        *flags: str,
        party: int = 1,
        to: Request = asked[0],
        parties: Parties = two,
        result: str = "valid",
    ) -> None:
        case = {
            "record": parties.record.encode().hex(),
            "party": party,
            "request": to.encode().hex(),
            "answer": data.hex(),
        }

        def run() -> dict[str, Any]:
            verified = verify_answer(parties.record, party, to, data)
            return {"products": hexes(verified.products), "roots": hexes(verified.roots)}

        group.add(comment, case, run, *flags, result=result)

    first = answers[0]
    good = first.encode()
    verify("party 1 of 3", good)
    plain = request(two.record, elements, 1, (1, 2), proved=False)
    plainly = evaluate(two.shares[0], plain, fresh).encode()
    verify("without a proof", plainly, to=plain)
    verify("without a proof, no element: not looked at", plainly[:40] + b"\xff" * 32 + plainly[72:], to=plain)
    verify("without a proof, no root: not looked at", plainly[:-32] + b"\xff" * 32, to=plain)
    verify("without a proof, no roots", plainly[:168], "TruncatedInput", to=plain, result="wrongLength")
    verify("with a proof, and roots", good[:-64] + plainly[168:] + good[-64:], "TrailingBytes", result="wrongLength")
    pair = replace(asked[0], elements=asked[0].elements[:2])
    pair_plain = replace(plain, elements=plain.elements[:2], roots=plain.roots[:2])
    proved_pair = evaluate(two.shares[0], pair, fresh).encode()
    verify("two elements, without a proof", evaluate(two.shares[0], pair_plain, fresh).encode(), to=pair_plain)
    verify(
        "with a proof, which is as long as two roots",
        proved_pair,
        "OtherRun",
        to=pair_plain,
        result="transcriptMismatch",
    )
    verify("a proof that was not asked for", plainly + good[-64:], "TrailingBytes", to=plain, result="wrongLength")
    verify("no proof, which was asked for", good[:-64], "TruncatedInput", result="wrongLength")
    unlike = plainly[:8] + first.digest + plainly[40:]
    verify("as if to the request with a proof", unlike, "OtherRun", to=plain, result="transcriptMismatch")
    verify("party 2 of 3", answers[1].encode(), party=2, to=asked[1])
    eighth = request(five.record, elements, 8, (2, 3, 5, 7, 8))
    verify("party 8 of 8", evaluate(five.shares[7], eighth, fresh).encode(), party=8, to=eighth, parties=five)
    framing(verify, good, b"SMEQ")
    verify("a reserved byte", with_byte(good, 6, 1), "ReservedBytes", result="nonCanonical")
    verify("party 0", with_byte(good, 4, 0), "OutOfRange", result=out)
    verify("party 2's index", with_byte(good, 4, 2), "OtherParty", result="transcriptMismatch")
    verify("of another request", flipped(good, 8), "OtherRun", result="transcriptMismatch")
    weighed = evaluate(two.shares[0], replace(asked[0], weight=3), fresh)
    verify("to another weight", weighed.encode(), "OtherRun", result="transcriptMismatch")
    wrong = "proofRejected"
    verify(
        "by another weight, as if to this request",
        replace(weighed, digest=first.digest).encode(),
        "WrongProduct",
        result=wrong,
    )
    verify(
        "by party 2's share, as party 1's",
        replace(evaluate(two.shares[1], asked[0], fresh), party=1).encode(),
        "WrongProduct",
        result=wrong,
    )
    one_more = (multiply(2, first.products[0]), *first.products[1:])
    verify("a product that is twice as much", replace(first, products=one_more).encode(), "WrongProduct", result=wrong)
    exchanged = (first.products[1], first.products[0], *first.products[2:])
    verify("two products exchanged", replace(first, products=exchanged).encode(), "WrongProduct", result=wrong)
    verify("another bit in c", flipped(good, len(good) - 64), "WrongProduct", result=wrong)
    verify("another bit in s", flipped(good, len(good) - 32), "WrongProduct", result=wrong)
    verify("c is ℓ", good[:-64] + ell + good[-32:], "InvalidScalar", result="invalidScalar")
    verify("s is ℓ", good[:-32] + ell, "InvalidScalar", result="invalidScalar")
    verify("a product is no element", good[:40] + b"\xff" * 32 + good[72:], "InvalidPoint", result="invalidPoint")
    verify("a product is the identity", good[:40] + bytes(32) + good[72:], "InvalidPoint", result="identityPoint")

    group = topic.group("Mask", "Evaluation, step 1: E_0.")
    random = Recorder(seeded("custodians: mask"))
    mask = Mask.draw(len(elements), random)
    for comment, points, values in (
        ("four elements", elements, mask),
        ("one element", elements[:1], replace(mask, weights=mask.weights[:1])),
    ):
        drawn = random.drawn[: 16 * len(points)] + random.drawn[-128:]
        group.add(
            comment,
            {"elements": hexes(points), "random": drawn.hex()},
            lambda points=points, values=values: {"masked": masked(values, points).hex()},
        )

    group = topic.group("AcceptProducts", "Evaluation, step 4: whether products are by L's key.")
    alpha = sum(lagrange(i, (1, 2)) * two.shares[i - 1].secret for i in (1, 2)) % ORDER
    right = [multiply(alpha, element) for element in elements]
    probe = multiply(alpha, masked(mask, elements))

    def accept(comment: str, products: Sequence[bytes], product: bytes, *flags: str) -> None:
        case = {
            "elements": hexes(elements),
            "publicKey": two.record.public_key.hex(),
            "products": hexes(products),
            "product": product.hex(),
            "random": random.drawn.hex(),
        }
        group.add(comment, case, lambda: {"accepted": accepts(mask, two.record.public_key, products, product)}, *flags)

    error = multiply_base(3)
    accept("right", right, probe)
    accept("one is wrong", [add_points(right[0], error), *right[1:]], probe, "WrongProduct")
    accept("two are exchanged", [right[1], right[0], *right[2:]], probe, "WrongProduct")
    two_wrong = [add_points(right[0], error), subtract(right[1], error), *right[2:]]
    accept("two errors that cancel in a sum", two_wrong, probe, "WrongProduct")
    accept("one is the identity", [bytes(32), *right[1:]], probe, "WrongProduct")
    accept("the product of E_0 is wrong", right, add_points(probe, error), "WrongProduct")
    accept("all are by another key", [multiply(5, one) for one in right], multiply(5, probe), "WrongProduct")

    group = topic.group("Combine", "Evaluation, step 4.")

    def together(
        comment: str,
        pairs: Sequence[tuple[Request, Answer]],
        *flags: str,
        parties: Parties = two,
        result: str = "valid",
    ) -> None:
        case = {
            "record": parties.record.encode().hex(),
            "answers": [{"request": a.encode().hex(), "answer": b.encode().hex()} for a, b in pairs],
        }
        group.add(comment, case, lambda: {"products": hexes(combine(parties.record, pairs))}, *flags, result=result)

    def answered(parties: Parties, among: Sequence[int], asked_among: Sequence[int] | None = None) -> list:
        pairs = []
        for party in among:
            chosen = asked_among if asked_among and party in asked_among else among
            one = request(parties.record, elements, party, chosen)
            pairs.append((one, evaluate(parties.shares[party - 1], one, fresh)))
        return pairs

    products = None
    for among in ((1, 2), (1, 3), (2, 3)):
        pairs = answered(two, among)
        together(f"parties {among[0]} and {among[1]}", pairs, "Subsets")
        products = products or combine(two.record, pairs)
        assert combine(two.record, pairs) == products
    together("parties 1 and 3; 1 was asked beside 2", answered(two, (1, 3), (1, 2)), "Reweighed")

    def unproved(party: int, among: Sequence[int], weight: int | None = None) -> tuple[Request, Answer]:
        one = request(two.record, elements, party, among, proved=False)
        one = one if weight is None else replace(one, weight=weight)
        return one, evaluate(two.shares[party - 1], one, fresh)

    bare_pairs = [unproved(party, (1, 2)) for party in (1, 2)]
    together("parties 1 and 2, without proofs", bare_pairs)
    together("parties 1 and 3, without proofs; 1 was asked beside 2", [bare_pairs[0], unproved(3, (1, 3))], "Reweighed")
    together("parties 1 and 2, one with a proof", [bare_pairs[0], answered(two, (1, 2))[1]])
    together("parties 1 and 2, asked with weights of 5", [unproved(party, (1, 2), 5) for party in (1, 2)], "Reweighed")
    whole = [unproved(party, (1, 2), lagrange(party, (1, 2))) for party in (1, 2)]
    together("parties 1 and 2, asked with λ_i", whole, "Reweighed")
    for pairs in (bare_pairs, whole):
        assert combine(two.record, pairs) == products

    def spoilt(comment: str, data: bytes, *flags: str, result: str = "invalidPoint", place: int = 0) -> None:
        pairs = list(bare_pairs)
        pairs[place] = (pairs[place][0], Answer.decode(data, pairs[place][0]))
        together(no_proof + comment, pairs, *flags, result=result)

    places = RootPlaces(40, len(elements), bare_pairs[0][1].encode())
    for comment, data in places.wrong_roots():
        spoilt(comment, data, "WrongRoot")
    of_second = RootPlaces(40, len(elements), bare_pairs[1][1].encode())
    spoilt("a wrong root of party 2's", of_second.changed(None, (3, of_second.root(2))), "WrongRoot", place=1)
    spoilt("the double, with the root of the product", places.changed((0, multiply(2, places.element(0)))), "WrongRoot")
    spoilt("no element among them", places.changed((1, none)), "InvalidPoint")
    spoilt("an element negated", places.changed((0, negated(places.element(0)))), "InvalidPoint")
    spoilt("the identity", places.changed((1, IDENTITY)), "InvalidPoint", result=identity)
    with_root = places.changed((1, IDENTITY), (1, element_root(IDENTITY)))
    spoilt("the identity, with its root", with_root, "InvalidPoint", result=identity)
    together("five of eight", answered(five, (1, 3, 4, 6, 8)), "Subsets", parties=five)
    together("another five", answered(five, (2, 3, 5, 7, 8)), "Subsets", parties=five)
    pairs = answered(two, (1, 2))
    together("one answer", pairs[:1], "OutOfRange", result=out)
    together("one answer twice", [pairs[0], pairs[0]], "OutOfRange", result=out)
    short = request(two.record, elements[:3], 2, (1, 2))
    unlike = [pairs[0], (short, evaluate(two.shares[1], short, fresh))]
    together("about other elements", unlike, "OutOfRange", result=out)


class Proof:
    """A whole joint proof."""

    def __init__(self, name: str, parties: Parties, among: tuple[int, ...], count: int) -> None:
        draw = seeded(f"custodians: proof {name}")
        self.parties, self.record, self.among = parties, parties.record, among
        self.c = [hash_to_group(draw(16)) for _ in range(count)]
        alpha = sum(lagrange(i, among) * parties.shares[i - 1].secret for i in among) % ORDER
        self.d = [multiply(alpha, element) for element in self.c]
        self.attempt = draw(16)
        self.session = session_of(self.record, self.c, self.d, among, self.attempt)
        self.fresh = [draw(32) for _ in among]
        self.provers = [Prover(parties.shares[i - 1], self.session) for i in among]
        self.first = [
            prover.commit(lambda _, fresh=fresh: fresh) for prover, fresh in zip(self.provers, self.fresh, strict=True)
        ]
        self.second = [prover.reveal(self.first) for prover in self.provers]
        self.third = [prover.respond(self.second) for prover in self.provers]

    def prover(self, place: int) -> Prover:
        """A party that has committed."""
        prover = Prover(self.parties.shares[self.among[place] - 1], self.session)
        prover.commit(lambda _: self.fresh[place])
        return prover

    def inputs(self, place: int) -> dict[str, Any]:
        return {
            "share": self.parties.shares[self.among[place] - 1].encode().hex(),
            "session": self.session.encode().hex(),
            "random": self.fresh[place].hex(),
        }


def joint_proofs(topic: Topic, two: Parties, five: Parties, other: Parties) -> None:
    small = Proof("2 of 3", two, (1, 3), 3)
    large = Proof("5 of 8", five, (2, 3, 5, 7, 8), 2)
    out = "parameterOutOfRange"

    group = topic.group("DecodeSession", "4.15, proof sessions.")

    def decode(comment: str, data: bytes, *flags: str, result: str = "valid") -> None:
        def run() -> dict[str, Any]:
            session = Session.decode(data)
            return {
                "record": session.record.hex(),
                "attempt": session.attempt.hex(),
                "parties": list(session.parties),
                "composite": session.composite.hex(),
                "name": session.name.hex(),
            }

        group.add(comment, {"session": data.hex()}, run, *flags, result=result)

    good = small.session.encode()
    decode("parties 1 and 3", good)
    decode("five of eight", large.session.encode())
    framing(decode, good, b"SMP0")
    decode("a reserved byte", with_byte(good, 55, 1), "ReservedBytes", result="nonCanonical")
    decode("M is no element", good[:56] + b"\xff" * 32, "InvalidPoint", result="invalidPoint")
    decode("M is the identity", good[:56] + bytes(32), "InvalidPoint", result="identityPoint")

    group = topic.group("ProofSession", "Joint proofs: what the coordinator makes.")

    def ask(
        comment: str,
        c: Sequence[bytes],
        d: Sequence[bytes],
        among: Sequence[int],
        *flags: str,
        proof: Proof = small,
        result: str = "valid",
    ) -> None:
        case = {
            "record": proof.record.encode().hex(),
            "elements": hexes(c),
            "evaluated": hexes(d),
            "parties": list(among),
            "attempt": proof.attempt.hex(),
        }
        group.add(
            comment,
            case,
            lambda: {"session": session_of(proof.record, c, d, among, proof.attempt).encode().hex()},
            *flags,
            result=result,
        )

    ask("parties 1 and 3", small.c, small.d, (1, 3))
    ask("parties 3 and 1", small.c, small.d, (3, 1), "Subsets")
    ask("five of eight", large.c, large.d, large.among, proof=large)
    ask("no pair", [], [], (1, 3), "OutOfRange", result=out)
    ask("one party", small.c, small.d, (1,), "OutOfRange", result=out)
    ask("party 4 of 3", small.c, small.d, (1, 4), "OutOfRange", result=out)
    ask(
        "an element is the identity",
        [small.c[0], bytes(32)],
        small.d[:2],
        (1, 3),
        "InvalidPoint",
        result="identityPoint",
    )
    ask("a value is the identity", small.c[:2], [small.d[0], bytes(32)], (1, 3), "InvalidPoint", result="identityPoint")

    group = topic.group("Commit", "Joint proofs, step 1.")

    def commit(comment: str, share: Share, data: bytes, *flags: str, result: str = "valid") -> None:
        fresh = small.fresh[0]

        def run() -> dict[str, Any]:
            return {"message": Prover(share, Session.decode(data)).commit(lambda _: fresh).hex()}

        case = {"share": share.encode().hex(), "session": data.hex(), "random": fresh.hex()}
        group.add(comment, case, run, *flags, result=result)

    commit("party 1 of 1 and 3", two.shares[0], good)
    commit("party 3 of 1 and 3", two.shares[2], good)
    commit("party 8 of 8", five.shares[7], large.session.encode())
    commit("a party that has no part", two.shares[1], good, "OtherParty", result=out)
    commit("another record's share", other.shares[0], good, "OtherRun", result="unknownSet")
    for comment, mask in (("one party", 1), ("three parties", 7), ("party 4 of 3", 9)):
        commit(comment, two.shares[0], with_byte(good, 52, mask), "OutOfRange", result=out)

    group = topic.group("Reveal", "Joint proofs, step 2.")

    def reveal(
        comment: str,
        messages: Sequence[bytes],
        *flags: str,
        proof: Proof = small,
        place: int = 0,
        result: str = "valid",
    ) -> None:
        def run() -> dict[str, Any]:
            return {"message": proof.prover(place).reveal(messages).hex()}

        group.add(comment, {**proof.inputs(place), "commitments": hexes(messages)}, run, *flags, result=result)

    reveal("party 1 of 1 and 3", small.first)
    reveal("party 3 of 1 and 3", small.first, place=1)
    reveal("party 8 of 8", large.first, proof=large, place=4)
    reveal("one message", small.first[:1], "TruncatedInput", result=out)

    def second_commitment(comment: str, data: bytes, *flags: str, result: str) -> None:
        reveal(comment, [small.first[0], data], *flags, result=result)

    framing(second_commitment, small.first[1], b"SMS2")
    second_commitment("a reserved byte", with_byte(small.first[1], 7, 1), "ReservedBytes", result="nonCanonical")
    second_commitment("of another session", flipped(small.first[1], 8), "OtherRun", result="transcriptMismatch")
    second_commitment("another party's index", with_byte(small.first[1], 4, 2), "OtherParty", result=out)
    reveal(
        "party 1's own is another one",
        [flipped(small.first[0], 50), small.first[1]],
        "ChangedCommitment",
        result="transcriptMismatch",
    )

    group = topic.group("Respond", "Joint proofs, step 3.")

    def respond(
        comment: str,
        messages: Sequence[bytes],
        *flags: str,
        proof: Proof = small,
        place: int = 0,
        first: Sequence[bytes] | None = None,
        result: str = "valid",
    ) -> None:
        commitments = first or proof.first

        def run() -> dict[str, Any]:
            prover = proof.prover(place)
            prover.reveal(commitments)
            return {"message": prover.respond(messages).hex()}

        case = {**proof.inputs(place), "commitments": hexes(commitments), "reveals": hexes(messages)}
        group.add(comment, case, run, *flags, result=result)

    respond("party 1 of 1 and 3", small.second)
    respond("party 3 of 1 and 3", small.second, place=1)
    respond("party 8 of 8", large.second, proof=large, place=4)
    respond("one message", small.second[:1], "TruncatedInput", result=out)

    def second_reveal(comment: str, data: bytes, *flags: str, result: str) -> None:
        respond(comment, [small.second[0], data], *flags, result=result)

    wanted = small.second[1]
    framing(second_reveal, wanted, b"SMS1")
    second_reveal("a reserved byte", with_byte(wanted, 6, 1), "ReservedBytes", result="nonCanonical")
    second_reveal("of another session", flipped(wanted, 8), "OtherRun", result="transcriptMismatch")
    second_reveal("another party's index", with_byte(wanted, 4, 2), "OtherParty", result=out)
    value = multiply_base(11)
    for comment, at in (("R", 40), ("T", 72), ("Z", 104)):
        for what, bytes_, result in (
            (f"another {comment}", value, "transcriptMismatch"),
            (f"{comment} is the identity", bytes(32), "identityPoint"),
            (f"{comment} is no element", b"\xff" * 32, "invalidPoint"),
        ):
            flag = "ChangedCommitment" if bytes_ == value else "InvalidPoint"
            second_reveal(what, wanted[:at] + bytes_ + wanted[at + 32 :], flag, result=result)
    exchanged = wanted[:40] + wanted[72:104] + wanted[40:72] + wanted[104:]
    second_reveal("R and T exchanged", exchanged, "ChangedCommitment", result="transcriptMismatch")

    group = topic.group("JointProof", "Joint proofs, step 4.")

    def together(
        comment: str,
        first: Sequence[bytes],
        second: Sequence[bytes],
        third: Sequence[bytes],
        *flags: str,
        proof: Proof = small,
        d: Sequence[bytes] | None = None,
        result: str = "valid",
    ) -> None:
        values = proof.d if d is None else d

        def run() -> dict[str, Any]:
            made = finish_proof(proof.record, proof.session, proof.c, values, first, second, third)
            verify_proof(proof.record.public_key, proof.c, values, made)
            return {"proof": made.hex()}

        case = {
            "record": proof.record.encode().hex(),
            "elements": hexes(proof.c),
            "evaluated": hexes(values),
            "parties": list(proof.among),
            "attempt": proof.attempt.hex(),
            "commitments": hexes(first),
            "reveals": hexes(second),
            "responses": hexes(third),
        }
        group.add(comment, case, run, *flags, result=result)

    together("parties 1 and 3", small.first, small.second, small.third)
    together("five of eight", large.first, large.second, large.third, proof=large)
    together("one answer", small.first, small.second, small.third[:1], "TruncatedInput", result=out)

    def third(comment: str, data: bytes, *flags: str, result: str) -> None:
        together(comment, small.first, small.second, [small.third[0], data], *flags, result=result)

    answered = small.third[1]
    framing(third, answered, b"SMS2")
    third("a reserved byte", with_byte(answered, 5, 1), "ReservedBytes", result="nonCanonical")
    third("of another session", flipped(answered, 8), "OtherRun", result="transcriptMismatch")
    third("another party's index", with_byte(answered, 4, 2), "OtherParty", result=out)
    third("s is ℓ", answered[:40] + ORDER.to_bytes(32, "little"), "InvalidScalar", result="invalidScalar")
    wrong = "proofRejected"
    third("another bit in s", flipped(answered, 45), "WrongProduct", result=wrong)
    third("party 1's s", answered[:40] + small.third[0][40:], "WrongProduct", result=wrong)
    # Two answers that are wrong, whose sum is right: each is looked at before it is summed.
    moved = [
        data[:40] + encode_scalar((int.from_bytes(data[40:], "little") + by) % ORDER)
        for data, by in zip(small.third, (1, -1), strict=True)
    ]
    together("two wrong answers with the right sum", small.first, small.second, moved, "WrongProduct", result=wrong)
    unlike = [small.second[0], wanted[:104] + value + wanted[136:]]
    together(
        "another Z than committed to",
        small.first,
        unlike,
        small.third,
        "ChangedCommitment",
        result="transcriptMismatch",
    )
    # Party 3 says what fits together, by another share than its own.
    liar = Proof("2 of 3", two, (1, 3), 3)
    liar.provers[1].weighted += 1
    m = small.session.composite
    liar.provers[1].commit(lambda _: small.fresh[1])
    assert liar.provers[1].revealed.z == multiply(liar.provers[1].weighted, m)
    first = [small.first[0], liar.provers[1].commitment]
    provers = [small.prover(0), liar.provers[1]]
    second = [prover.reveal(first) for prover in provers]
    lied = [prover.respond(second) for prover in provers]
    together("party 3's share is another one, all along", first, second, lied, "WrongProduct", result=wrong)
    other_d = [*small.d[:2], multiply(2, small.d[2])]
    changed = session_of(small.record, small.c, other_d, small.among, small.attempt)
    bad = Proof("2 of 3", two, (1, 3), 3)
    bad.session, bad.d = changed, other_d
    bad.provers = [Prover(two.shares[i - 1], changed) for i in bad.among]
    first = [prover.commit(lambda _, fresh=fresh: fresh) for prover, fresh in zip(bad.provers, bad.fresh, strict=True)]
    second = [prover.reveal(first) for prover in bad.provers]
    answers = [prover.respond(second) for prover in bad.provers]
    together("a value that is not by the key", first, second, answers, "OtherPairs", proof=bad, d=other_d, result=wrong)
    blames(topic, small, bad, (liar, lied))


def blames(topic: Topic, small: Proof, bad: Proof, lied: tuple[Proof, list[bytes]]) -> None:
    """`bad` has a value that is not by the key, `lied` another share all along."""
    group = topic.group("Blame", "Joint proofs, step 4: what is wrong, and the party that is named, or nobody.")

    def add(
        comment: str,
        party: int | None,
        error: str | None,
        *flags: str,
        first: Sequence[bytes] = small.first,
        second: Sequence[bytes] = small.second,
        third: Sequence[bytes] = small.third,
        proof: Proof = small,
    ) -> None:
        case = {
            "record": proof.record.encode().hex(),
            "elements": hexes(proof.c),
            "evaluated": hexes(proof.d),
            "parties": list(proof.among),
            "attempt": proof.attempt.hex(),
            "commitments": hexes(first),
            "reveals": hexes(second),
            "responses": hexes(third),
        }

        def run() -> dict[str, Any]:
            found = blame_fields(proof.record, proof.session, (proof.c, proof.d), (first, second, third))
            assert (found["party"], found["error"]) == (party, error), (comment, found)
            return found

        group.add(comment, case, run, *flags)

    def changed(messages: Sequence[bytes], place: int, at: int, value: bytes | None = None) -> list[bytes]:
        message = messages[place]
        other = flipped(message, at) if value is None else message[:at] + value + message[at + len(value) :]
        return [other if i == place else one for i, one in enumerate(messages)]

    wrong, mismatch = "proofRejected", "transcriptMismatch"
    add("nothing is wrong", None, None)
    for place, party in enumerate(small.among):
        add(f"party {party}'s answer", party, wrong, "WrongProduct", third=changed(small.third, place, 45))
        for comment, at in (("R", 40), ("T", 72), ("Z", 104)):
            second = changed(small.second, place, at, multiply_base(11))
            add(f"party {party}'s {comment}", party, mismatch, "ChangedCommitment", second=second)
        add(f"party {party}'s h", party, mismatch, "ChangedCommitment", first=changed(small.first, place, 50))
    both = [flipped(one, 45) for one in small.third]
    add("both answers: the first is named", 1, wrong, "WrongProduct", third=both)
    moved = [
        data[:40] + encode_scalar((int.from_bytes(data[40:], "little") + by) % ORDER)
        for data, by in zip(small.third, (1, -1), strict=True)
    ]
    add("two wrong answers with the right sum", 1, wrong, "WrongProduct", third=moved)
    liar, answers = lied
    first = [small.first[0], liar.provers[1].commitment]
    second = [small.second[0], liar.provers[1].revealed_message]
    add(
        "party 3's share is another one, all along", 3, wrong, "WrongProduct", first=first, second=second, third=answers
    )
    rounds = [[prover.commitment for prover in bad.provers], [prover.revealed_message for prover in bad.provers]]
    last = [prover.respond(rounds[1]) for prover in bad.provers]
    add(
        "a value that is not by the key",
        None,
        wrong,
        "OtherPairs",
        first=rounds[0],
        second=rounds[1],
        third=last,
        proof=bad,
    )
    add(
        "a value that is not by the key, and party 3's answer",
        3,
        wrong,
        "OtherPairs",
        first=rounds[0],
        second=rounds[1],
        third=changed(last, 1, 45),
        proof=bad,
    )
    ell = ORDER.to_bytes(32, "little")
    add("party 3's s is ℓ", 3, "invalidScalar", "InvalidScalar", third=changed(small.third, 1, 40, ell))
    add(
        "party 3's R is the identity",
        3,
        "identityPoint",
        "InvalidPoint",
        second=changed(small.second, 1, 40, bytes(32)),
    )
    for name, messages in (("first", small.first), ("second", small.second), ("third", small.third)):
        other = changed(messages, 1, 8)
        add(f"party 3's message of the {name} round is of another session", 3, mismatch, "OtherRun", **{name: other})
        add(
            f"a message of the {name} round is missing",
            None,
            "parameterOutOfRange",
            "OutOfRange",
            **{name: messages[:1]},
        )
    add(
        "party 1's answer and party 3's h: rounds are looked at in their order",
        3,
        mismatch,
        "ChangedCommitment",
        first=changed(small.first, 1, 50),
        third=changed(small.third, 0, 45),
    )


def blame_fields(
    record: Record,
    session: Session,
    pairs: tuple[Sequence[bytes], Sequence[bytes]],
    rounds: tuple[Sequence[bytes], Sequence[bytes], Sequence[bytes]],
) -> dict[str, Any]:
    try:
        return {"proof": finish_proof(record, session, *pairs, *rounds).hex(), "error": None, "party": None}
    except ProtocolError as error:
        return {"proof": None, "error": error.name, "party": error.party}
