"""Protocol 5.22 to 5.27: what a custodian does with one step after another, and what it refuses."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from envelope import Recorder, Topic, seeded
from forms import word
from reference.coordinator import is_element
from reference.custodians import Plan, Record, Share, lagrange, seal, sealed_text
from reference.custody import BEGUN, COMMIT, EVALUATE, RESPOND, REVEAL, Policy, make_call
from reference.evaluation import request
from reference.group import ORDER, encode_scalar, hash_to_group, multiply, multiply_base
from reference.joint_proof import Prover, Session
from reference.key_generation import Party
from reference.keys import source_public_key
from step_replies import (
    Step,
    coordinator_replies,
    limit_replies,
    party_replies,
    run_replies,
    service_replies,
    taken_replies,
)
from topics.custodians import Parties, Proof, Recovery, Refresh, flipped, hexes, with_byte

NOTES = {
    "Again": "the same is asked again, or something else where an answer stands",
    "AnotherStep": "a step that the run or the session is not at",
    "Blamed": "a message that is at fault, and whose it is",
    "ChangedCommitment": "something else than was committed to, or taken before",
    "Replaced": "a run or a session takes the place of another one",
    "Erased": "after the share was erased",
    "OtherRun": "another record's, or another run's",
    "Counted": "what counts, and what does not",
    "Order": "two things are wrong, and one is named",
    "Boundary": "the last that is answered, and the first that is not",
    "Silent": "a party that does not answer",
    "Wrong": "a party that answers something else",
    "Later": "what was refused is answered at another time",
    "Seen": "another party's complaint",
    "GivenUp": "a run that an operator has given up",
    "AfterAll": "a run that was given up after it was confirmed, and all confirmations come",
    "Agreed": "what an operator has agreed to, and no more",
    "Stopped": "the operator has stopped it",
    "Once": "what is written once, and comes again",
    "Killed": "the state is on disk, and the journal's entry is not",
    "Cut": "the journal lacks entries at its end",
    "PutBack": "the state of before is put back",
}
NOW = 1_800_000_000


# Steps


def begin(plan: Plan, random: bytes = b"", new_keys: Sequence[bytes] = ()) -> Step:
    return {"do": "begin", "plan": plan.encode().hex(), "newKeys": hexes(new_keys), "random": random.hex()}


def deal(messages: Sequence[bytes], random: bytes = b"") -> Step:
    return {"do": "deal", "messages": hexes(messages), "random": random.hex()}


def confirm(messages: Sequence[bytes]) -> Step:
    return {"do": "confirm", "messages": hexes(messages)}


def complain(accused: int, message: bytes) -> Step:
    return {"do": "complain", "accused": accused, "message": message.hex()}


def see(complaint: bytes) -> Step:
    return {"do": "see", "complaint": complaint.hex()}


def give_up(plan: Plan) -> Step:
    return {"do": "giveUp", "plan": plan.encode().hex()}


def hand_over(messages: Sequence[bytes], random: bytes = b"") -> Step:
    return {"do": "handOver", "messages": hexes(messages), "random": random.hex()}


def finish(messages: Sequence[bytes]) -> Step:
    return {"do": "finish", "messages": hexes(messages)}


def finish_after_all(plan: Plan, messages: Sequence[bytes]) -> Step:
    return {"do": "finishAfterAll", "plan": plan.encode().hex(), "messages": hexes(messages)}


def recover(record: Record, first: Sequence[bytes], second: Sequence[bytes], handovers: Sequence[bytes]) -> Step:
    return {
        "do": "recover",
        "record": record.encode().hex(),
        "first": hexes(first),
        "second": hexes(second),
        "handovers": hexes(handovers),
    }


def bring(record: Record) -> Step:
    """The record that a run has made, in the place of its messages."""
    return {"do": "bring", "record": record.encode().hex(), "at": word(NOW)}


def evaluate(asked: bytes, random: bytes = b"") -> Step:
    return {"do": "evaluate", "request": asked.hex(), "random": random.hex()}


def commit(session: Session, random: bytes = b"") -> Step:
    return {"do": "commit", "session": session.encode().hex(), "random": random.hex()}


def reveal(messages: Sequence[bytes]) -> Step:
    return {"do": "reveal", "messages": hexes(messages)}


def respond(messages: Sequence[bytes]) -> Step:
    return {"do": "respond", "messages": hexes(messages)}


def erase(time: int) -> Step:
    return {"do": "erase", "time": word(time)}


# Cases


class Adding:
    """Adds cases to a group. What the author expects of each step stands behind it: "" an answer, "=" the answer that
    was given last, else an error, with the party after a colon.
    """

    def __init__(self, topic: Topic, group: str, comment: str, run: Callable[[dict[str, Any]], dict[str, Any]]) -> None:
        self.group, self.run = topic.group(group, comment), run

    def add(self, comment: str, fields: dict[str, Any], steps: Sequence[tuple[Step, str]], *flags: str) -> None:
        case = {**fields, "steps": [step for step, _ in steps]}

        def run() -> dict[str, Any]:
            output = self.run(case)
            last = None
            for place, ((step, expected), reply) in enumerate(zip(steps, output["replies"], strict=True)):
                got, said = described(reply)
                if got == "" and expected == "=":
                    got = "=" if said == last else "another answer than the last"
                if got != expected:
                    raise AssertionError(f"“{comment}”, step {place}, {step['do']}: expected {expected}, got {got}")
                last = said or last
            return output

        self.group.add(comment, case, run, *flags)


def described(reply: dict[str, Any] | str | None) -> tuple[str, str | None]:
    if reply is None or isinstance(reply, str):
        return reply or "", None
    error = reply["error"] or ""
    party = reply.get("party")
    said = reply["message"] if "message" in reply else reply["answer"]
    return (f"{error}:{party}" if party else error), said


def build() -> dict[str, Topic | bytes]:
    topic = Topic("steps", "What a custodian does, one step after another.", NOTES)
    two = Parties("2 of 3", 2, 3)
    party(topic, two)
    runs(topic, two)
    service(topic, two)
    limits(topic)
    taken(topic)
    coordinators(topic, two)
    return {"steps/steps.json": topic}


class Session2:
    """A session of parties 1 and 3, and another one."""

    def __init__(self, two: Parties) -> None:
        self.proof = Proof("2 of 3", two, (1, 3), 3)
        draw = seeded("steps: another session")
        self.next = replace(self.proof.session, attempt=draw(16))
        self.random = draw(32)
        provers = [Prover(two.shares[place], self.next) for place in (0, 2)]
        fresh = (self.random, draw(32))
        self.first = [prover.commit(lambda _, one=one: one) for prover, one in zip(provers, fresh, strict=True)]
        self.second = [prover.reveal(self.first) for prover in provers]


def party(topic: Topic, two: Parties) -> None:
    adding = Adding(
        topic,
        "Party",
        "Steps of party 1 of 3, unless it says otherwise. It has `share`, or nothing, and then is asked for each step.",
        party_replies,
    )

    def add(
        comment: str,
        steps: Sequence[tuple[Step, str]],
        *flags: str,
        place: int = 0,
        share: Share | None = two.shares[0],
    ) -> None:
        fields = {
            "seed": two.seeds[place].hex(),
            "tableID": two.plan.table_id.hex(),
            "share": share and share.encode().hex(),
        }
        adding.add(comment, fields, steps, *flags)

    proofs(add, two)
    key_generations(add, two)
    complaints_seen(add, two)
    given_up(add, two)
    after_all(add, two)
    after_all_of_two(add, two)
    recovered_beside(add, two)
    other_runs(add, two)
    erasures(add, two)


def proofs(add: Callable[..., None], two: Parties) -> None:
    both = Session2(two)
    proof, session = both.proof, both.proof.session
    random, first, second = proof.fresh[0], proof.first, proof.second
    began = (commit(session, random), "")
    revealed = (reveal(first), "")
    conflict, mismatch = "sessionConflict", "transcriptMismatch"
    add("three rounds", [began, revealed, (respond(second), "")])
    asked = [
        began,
        (commit(session), "="),
        revealed,
        (reveal(first), "="),
        (respond(second), ""),
        (respond(second), "="),
    ]
    add("three rounds, each asked again", asked, "Again")
    elsewhere = [flipped(second[0], 50), flipped(second[1], 50)]
    add(
        "answered, and asked with something else",
        [
            began,
            revealed,
            (respond(second), ""),
            *((respond(other), "=") for other in (elsewhere, first, second[:1], [])),
        ],
        "Again",
    )
    add(
        "committed again after it revealed",
        [began, revealed, (commit(session), conflict), (respond(second), "")],
        "Again",
    )
    done = [began, revealed, (respond(second), "")]
    add("committed again after it answered", [*done, (commit(session), conflict), (respond(second), "")], "Again")
    add("revealed again after it answered", [*done, (reveal(first), conflict)], "AnotherStep")
    none = [(reveal(first), conflict), (respond(second), conflict)]
    add("no session", none, "AnotherStep")
    add("answered before it reveals", [began, (respond(second), conflict), revealed], "AnotherStep")
    other_h = [first[0], flipped(first[1], 60)]
    own_h = [flipped(first[0], 60), first[1]]
    add(
        "another h of party 3 after it revealed",
        [began, revealed, (reveal(other_h), conflict), (reveal(first), ""), (respond(second), "")],
        "ChangedCommitment",
    )
    add("another h of its own after it revealed", [began, revealed, (reveal(own_h), conflict)], "ChangedCommitment")
    add("another h of its own", [began, (reveal(own_h), mismatch), revealed], "ChangedCommitment", "Blamed")
    add(
        "another h of party 3, which reveals the first one",
        [began, (reveal(other_h), ""), (respond(second), mismatch + ":3"), (reveal(first), conflict)],
        "ChangedCommitment",
        "Blamed",
    )
    blamed = [
        (reveal([first[0], flipped(first[1], 8)]), mismatch + ":3"),
        (reveal([first[0], with_byte(first[1], 4, 2)]), "parameterOutOfRange:3"),
        (reveal([first[0], first[1][:-1]]), "wrongLength:3"),
        (reveal([first[0], b"SMS2" + first[1][4:]]), "invalidMagic:3"),
        (reveal([first[0], with_byte(first[1], 5, 1)]), "nonCanonical:3"),
        (reveal([flipped(first[0], 8), flipped(first[1], 8)]), mismatch + ":1"),
        (reveal(first[:1]), "parameterOutOfRange"),
    ]
    add("commitments at fault, then the right ones", [began, *blamed, revealed], "Blamed")
    value = multiply_base(11)
    changed = [(at, second[1][:at] + value + second[1][at + 32 :]) for at in (40, 72, 104)]
    own = [second[0][:at] + value + second[0][at + 32 :] for at in (40, 72, 104)]
    add(
        "another R, T or Z, then the right ones: what is refused spends nothing",
        [
            began,
            revealed,
            *((respond([second[0], one]), mismatch + ":3") for _, one in changed),
            *((respond([one, second[1]]), mismatch + ":1") for one in own),
            (respond([second[0], with_byte(second[1], 71, 0xFF)]), "invalidPoint:3"),
            (respond([second[0], second[1][:40] + bytes(32) + second[1][72:]]), "identityPoint:3"),
            (respond(second[:1]), "parameterOutOfRange"),
            (respond(second), ""),
        ],
        "ChangedCommitment",
        "Blamed",
    )
    replaced = (commit(both.next, both.random), "")
    add(
        "another session takes the place of one that it committed in",
        [began, replaced, (reveal(first), mismatch + ":1"), (reveal(both.first), ""), (respond(both.second), "")],
        "Replaced",
    )
    add(
        "another session takes the place of one that it revealed in",
        [
            began,
            revealed,
            replaced,
            (respond(second), conflict),
            (reveal(both.first), ""),
            (respond(second), mismatch + ":1"),
        ],
        "Replaced",
    )
    anew = seeded("steps: anew")(32)
    add(
        "a session whose place was taken is a new one, with another nonce",
        [began, revealed, replaced, (commit(session, anew), ""), (commit(session), "="), (reveal(first), mismatch)],
        "Replaced",
    )
    other = Parties("another 2 of 3", 2, 3)
    strange = replace(session, record=other.record.name)
    add(
        "what is refused leaves a session as it was",
        [
            began,
            (commit(strange), "unknownSet"),
            (commit(replace(session, parties=(2, 3))), "parameterOutOfRange"),
            (commit(replace(session, parties=(1, 2, 3))), "parameterOutOfRange"),
            revealed,
            (respond(second), ""),
        ],
        "OtherRun",
    )
    plain = request(two.record, proof.c, 1, (1, 3), False).encode()
    nothing = [
        (commit(session), "unknownSet"),
        (reveal(first), "unknownSet"),
        (respond(second), "unknownSet"),
        (evaluate(plain), "unknownSet"),
        (erase(NOW), "unknownSet"),
    ]
    add("no share", nothing, "OtherRun", share=None)


def key_generations(add: Callable[..., None], two: Parties) -> None:
    """Of a party that has no share."""
    plan, first, second, third = two.plan, two.first, two.second, two.third
    random = two.begun[0]
    sealing = two.draws[0].drawn[len(random) :]
    began, dealt = (begin(plan, random), ""), (deal(first, sealing), "")
    confirmed, ended = (confirm(second), ""), (finish(third), "")
    conflict, mismatch = "sessionConflict", "transcriptMismatch"
    draw = seeded("steps: runs")
    twin = Party(two.seeds[2], plan).begin(draw)
    other_first = [first[0], first[1], twin]
    own_twin = Party(two.seeds[0], plan).begin(draw)

    def run(comment: str, steps: Sequence[tuple[Step, str]], *flags: str) -> None:
        add(comment, steps, *flags, share=None)

    asked = request(two.record, [hash_to_group(b"an element")], 1, (1, 2), False).encode()
    run("a key generation, and what its share gives", [began, dealt, confirmed, ended, (evaluate(asked), "")])
    again = [began, (begin(plan), "="), dealt, (deal(first), "="), confirmed, (confirm(second), "=")]
    run("a key generation, each step asked again", [*again, ended, (finish(third), "=")], "Again")
    run(
        "confirmed and ended, and asked with something else",
        [
            began,
            dealt,
            confirmed,
            (confirm(third), "="),
            (confirm([]), "="),
            ended,
            (finish(second), "="),
            (finish([]), "="),
        ],
        "Again",
    )
    once_more = replace(plan, attempt=draw(16))
    late: list[tuple[Step, str]] = [(begin(plan), conflict), (begin(once_more), conflict)]
    run(
        "begun again, and another key generation, at each step",
        [began, (begin(once_more), conflict), dealt, *late, confirmed, *late, ended, *late],
        "Again",
        "AnotherStep",
    )
    add("a key generation with a share", [(begin(plan), conflict)], "AnotherStep")
    run(
        "other messages of round 1 after it dealt",
        [began, dealt, (deal(other_first), conflict), (deal(first[:2]), conflict), (deal(first), ""), confirmed],
        "ChangedCommitment",
    )
    out_of_step = [
        (deal(first), conflict),
        (confirm(second), conflict),
        (finish(third), conflict),
        (hand_over(second), conflict),
        (complain(2, second[1]), conflict),
        (recover(two.record, first, second, []), conflict),
    ]
    run("no run", out_of_step, "AnotherStep")
    run("begun, and no step but the next", [began, *out_of_step[1:], dealt], "AnotherStep")
    run("dealt, and no step but the next", [began, dealt, *out_of_step[2:4], out_of_step[5], confirmed], "AnotherStep")
    run(
        "confirmed, and no step but the next",
        [began, dealt, confirmed, out_of_step[0], *out_of_step[3:], ended],
        "AnotherStep",
    )
    run(
        "ended, and no step any more",
        [began, dealt, confirmed, ended, *out_of_step[:2], *out_of_step[3:]],
        "AnotherStep",
    )
    strange = Parties("another 2 of 3", 2, 3).first
    run(
        "messages of round 1 at fault, then the right ones",
        [
            began,
            (deal([first[0], strange[1], first[2]]), mismatch + ":2"),
            (deal([first[0], flipped(first[1], 240), first[2]]), "invalidSignature:2"),
            (deal([first[0], first[1], two.changed(2, first[2], 168, encode_scalar(5))]), "proofRejected:3"),
            (deal([own_twin, first[1], first[2]]), mismatch),
            (deal(first[:2]), "parameterOutOfRange"),
            dealt,
        ],
        "Blamed",
    )
    wrong = encode_scalar((two.parties[1].dealt(1) + 1) % ORDER)
    sealed = seal(sealed_text(plan.run, 2, 1, wrong), first[0][40:72], draw)
    lie = two.changed(1, second[1], 72, sealed)
    own_second = two.changed(0, second[0], 72, second[0][72 : 72 + 113] + bytes([second[0][72 + 113] ^ 1]))
    refused = [
        (confirm([second[0], two.changed(1, second[1], 40, bytes(32)), second[2]]), mismatch + ":2"),
        (confirm([second[0], second[1], flipped(second[2], 90)]), "invalidSignature:3"),
        (confirm([own_second, second[1], second[2]]), mismatch),
        (confirm([second[0], lie, second[2]]), "shareRejected:2"),
        (confirm(second[:2]), "parameterOutOfRange"),
    ]
    run("messages of round 2 at fault, then the right ones", [began, dealt, *refused, confirmed], "Blamed")
    run(
        "confirmations at fault, then the right ones",
        [
            began,
            dealt,
            confirmed,
            (finish([third[0], third[1], two.changed(2, third[2], 104, multiply_base(9))]), mismatch + ":3"),
            (finish([third[0], flipped(third[1], 150), third[2]]), "invalidSignature:2"),
            (finish(third[:2]), "parameterOutOfRange"),
            ended,
        ],
        "Blamed",
    )
    run(
        "it complains, and never confirms",
        [
            began,
            dealt,
            (confirm([second[0], lie, second[2]]), "shareRejected:2"),
            (complain(2, lie), ""),
            (complain(2, second[1]), "="),
            (confirm(second), conflict),
            (deal(first), conflict),
            (begin(plan), conflict),
        ],
        "AnotherStep",
    )
    run(
        "it has nothing to complain of",
        [began, dealt, (complain(2, second[1]), "proofRejected"), (complain(3, second[2]), "proofRejected"), confirmed],
        "Blamed",
    )


def other_runs(add: Callable[..., None], two: Parties) -> None:
    conflict = "sessionConflict"
    fresh, lost = Refresh(two), Recovery(two)
    elements = [hash_to_group(b"one"), hash_to_group(b"another")]

    def asked(record: Record) -> Step:
        return evaluate(request(record, elements, 1, (1, 2), False).encode())

    began, dealt = steps_of(fresh, 0)
    both = Session2(two)
    new = fresh.shares[0].record
    begun_proof = (commit(both.proof.session, both.proof.fresh[0]), "")
    add(
        "a refresh: both shares until it ends, then the new one, and no session",
        [
            begun_proof,
            (began, ""),
            (dealt, ""),
            (confirm(fresh.second), ""),
            (asked(two.record), ""),
            (asked(new), "unknownSet"),
            (reveal(both.proof.first), ""),
            (finish(fresh.third), ""),
            (asked(two.record), "unknownSet"),
            (asked(new), ""),
            (reveal(both.proof.first), conflict),
            (respond(both.proof.second), conflict),
            (commit(both.proof.session), "unknownSet"),
            (finish(fresh.third), ""),
        ],
        "Replaced",
    )
    draw = seeded("steps: another refresh")
    other_plan = replace(fresh.plan, attempt=draw(16))
    recorder = Recorder(draw)
    other_first = [
        Party(seed, other_plan, share).begin(recorder) for seed, share in zip(two.seeds, two.shares, strict=True)
    ]
    count = len(recorder.drawn) // 3
    other = begin(other_plan, recorder.drawn[:count])
    add(
        "a refresh takes the place of one that was begun when that is given up, and not before",
        [
            (began, ""),
            (begin(other_plan), conflict),
            (begin(lost.plan), conflict),
            (give_up(fresh.plan), ""),
            (other, ""),
            (deal(fresh.first), "transcriptMismatch:1"),
        ],
        "Replaced",
        "GivenUp",
    )
    sealing = draw(64)
    add(
        "a refresh takes the place of one that has dealt when that is given up, and not before",
        [
            (began, ""),
            (dealt, ""),
            (begin(other_plan), conflict),
            (begin(lost.plan), conflict),
            (give_up(fresh.plan), ""),
            (other, ""),
            (deal(other_first, sealing), ""),
            (confirm(fresh.second), "transcriptMismatch:1"),
        ],
        "Replaced",
        "GivenUp",
    )
    again = begin(other_plan)
    add(
        "a refresh takes no place of one that is confirmed, and has not ended",
        [
            (began, ""),
            (dealt, ""),
            (confirm(fresh.second), ""),
            (again, conflict),
            (begin(lost.plan), conflict),
            (finish(fresh.third), ""),
            (again, "setMismatch"),
        ],
        "Replaced",
        "AnotherStep",
    )
    helps, helped = steps_of(lost, 0)
    masked = lost.draws[0].drawn[-32:]
    elsewhere = [flipped(one, 90) for one in lost.second]
    add(
        "a recovery, a dealer",
        [
            (helps, ""),
            (helped, ""),
            (confirm(lost.second), conflict),
            (hand_over([lost.second[0], flipped(lost.second[1], 90)]), "invalidSignature:3"),
            (hand_over(lost.second, masked), ""),
            (hand_over(lost.second), "="),
            (hand_over(elsewhere), "="),
            (deal(lost.first), conflict),
            (begin(lost.plan), conflict),
            (finish([]), conflict),
            (asked(two.record), ""),
            (began, ""),
        ],
        "Again",
        "AnotherStep",
    )
    record, rounds = two.record, (lost.first, lost.second)
    wrong = encode_scalar(7)
    sealed = seal(sealed_text(lost.plan.run, 3, 2, wrong), lost.first[1][40:72], seeded("steps: handed over"))
    lie = two.changed(2, lost.handovers[1], 72, sealed)
    add(
        "a recovery, the party whose share is lost",
        [
            (begin(lost.plan, lost.begun[1]), ""),
            (begin(lost.plan), "="),
            (deal(lost.first), conflict),
            (recover(record, *rounds, [lost.handovers[0], lie]), "shareRejected:3"),
            (recover(record, *rounds, lost.handovers[:1]), "parameterOutOfRange"),
            (recover(record, *rounds, lost.handovers), ""),
            (recover(record, *rounds, lost.handovers), "="),
            (recover(record, *rounds, [lost.handovers[0], lie]), "="),
            (evaluate(request(record, elements, 2, (1, 2), False).encode()), ""),
            (begin(lost.plan), conflict),
            (finish(two.third), conflict),
        ],
        "Again",
        "Blamed",
        place=1,
        share=None,
    )


class Complaints:
    """Of party 3, of a share that party 2 sealed to it in the key generation."""

    def __init__(self, two: Parties) -> None:
        draw = seeded("steps: complaints")
        wrong = encode_scalar((two.parties[1].dealt(3) + 1) % ORDER)
        sealed = seal(sealed_text(two.plan.run, 2, 3, wrong), two.first[2][40:72], draw)
        # Behind the share of party 1.
        self.lie = two.changed(1, two.second[1], 72 + 114, sealed)
        self.told = two.parties[2].complain(2, self.lie)
        self.false = two.parties[2].complain(2, two.second[1])
        self.of_this_party = two.parties[1].complain(1, two.second[0])


def complaints_seen(add: Callable[..., None], two: Parties) -> None:
    """ "Complaint seen" """
    plan, first, second, third = two.plan, two.first, two.second, two.third
    random = two.begun[0]
    began = (begin(plan, random), "")
    dealt = (deal(first, two.draws[0].drawn[len(random) :]), "")
    confirmed, ended = (confirm(second), ""), (finish(third), "")
    conflict, made = "sessionConflict", Complaints(two)
    told = made.told
    once_more = replace(plan, attempt=seeded("steps: once more")(16))
    wrong = encode_scalar((two.parties[1].dealt(1) + 1) % ORDER)
    sealed = seal(sealed_text(plan.run, 2, 1, wrong), first[0][40:72], seeded("steps: another lie"))
    lie = two.changed(1, second[1], 72, sealed)

    def run(comment: str, steps: Sequence[tuple[Step, str]], *flags: str) -> None:
        add(comment, steps, "Seen", *flags, share=None)

    nothing_more = [
        (confirm(second), conflict),
        (confirm([]), conflict),
        (deal(first), conflict),
        (begin(plan), conflict),
        (begin(once_more), conflict),
        (finish(third), conflict),
        (hand_over(second), conflict),
        (recover(two.record, first, second, []), conflict),
    ]
    again = [(see(told), "="), (complain(2, lie), "="), (complain(3, second[2]), "=")]
    run("it has dealt, and never confirms", [began, dealt, (see(told), ""), *nothing_more, *again], "AnotherStep")
    run("it has not dealt, and never does", [began, (see(told), ""), *nothing_more, *again], "AnotherStep")
    run(
        "another one, and none: it gives the first",
        [began, dealt, (see(told), ""), *((see(one), "=") for one in (made.false, told[:-1], b""))],
        "Again",
    )
    for comment, complaint in (
        ("the accuser is wrong", made.false),
        ("of this party, and its accuser is wrong", made.of_this_party),
    ):
        run(f"{comment}: the run is dead, too", [began, dealt, (see(complaint), ""), *nothing_more])
    elsewhere = Parties("another 2 of 3", 2, 3)
    refused = [
        (see(told[:-1]), "wrongLength"),
        (see(told + b"\0"), "wrongLength"),
        (see(b"SMP4" + told[4:]), "invalidMagic"),
        (see(with_byte(told, 6, 1)), "nonCanonical"),
        (see(with_byte(told, 5, 3)), "parameterOutOfRange"),
        (see(flipped(told, 20)), "transcriptMismatch"),
        (see(elsewhere.parties[2].complain(2, elsewhere.second[1])), "transcriptMismatch"),
        (see(flipped(told, 50)), "invalidSignature"),
        (see(flipped(told, len(told) - 40)), "invalidSignature"),
        (see(two.parties[2].complain(2, flipped(made.lie, 90))), "invalidSignature"),
    ]
    run("what proves nothing changes nothing", [began, *refused, dealt, *refused, confirmed], "Blamed")
    run("it has confirmed: it goes on", [began, dealt, confirmed, (see(told), conflict), ended], "AnotherStep")
    late: list[tuple[Step, str]] = [(see(told), conflict), (evaluate(asked_of(two.record)), "")]
    run("it has its share", [began, dealt, confirmed, ended, *late], "AnotherStep")
    run("no run", [(see(told), conflict), began, dealt, confirmed], "AnotherStep")
    run("it has complained itself", [began, dealt, (complain(2, lie), ""), (see(told), "="), (see(b""), "=")], "Again")
    fresh, lost, both = Refresh(two), Recovery(two), Session2(two)
    begun, dealing = steps_of(fresh, 0)
    of_refresh = fresh.parties[2].complain(2, fresh.second[1])
    other = replace(fresh.plan, attempt=seeded("steps: after a complaint")(16))
    add(
        "of a refresh: share and session are as they were, and another run may be begun",
        [
            (commit(both.proof.session, both.proof.fresh[0]), ""),
            (begun, ""),
            (dealing, ""),
            (see(told), "transcriptMismatch"),
            (see(of_refresh), ""),
            (confirm(fresh.second), conflict),
            (evaluate(asked_of(two.record)), ""),
            (reveal(both.proof.first), ""),
            (begin(fresh.plan), conflict),
            (begin(other, fresh.begun[0]), ""),
            (see(of_refresh), "transcriptMismatch"),
        ],
        "Seen",
        "Replaced",
    )
    helps, helped = steps_of(lost, 0)
    masked = lost.draws[0].drawn[-32:]
    of_recovery = lost.parties[2].complain(1, lost.second[0])
    add(
        "of a recovery, a dealer: it hands nothing over",
        [(helps, ""), (helped, ""), (see(of_recovery), ""), (hand_over(lost.second), conflict), (see(b""), "=")],
        "Seen",
    )
    add(
        "of a recovery, a dealer that has handed over: it gives that again",
        [
            (helps, ""),
            (helped, ""),
            (hand_over(lost.second, masked), ""),
            (see(of_recovery), conflict),
            (hand_over(lost.second), ""),
        ],
        "Seen",
        "AnotherStep",
    )
    add(
        "of a recovery, the party whose share is lost",
        [
            (begin(lost.plan, lost.begun[1]), ""),
            (see(of_recovery), ""),
            (recover(two.record, lost.first, lost.second, lost.handovers), conflict),
            (evaluate(asked_of(two.record, 2)), "unknownSet"),
        ],
        "Seen",
        place=1,
        share=None,
    )


def given_up(add: Callable[..., None], two: Parties) -> None:
    """ "Asked again": "each operator gives up the run" """
    plan, first, second, third = two.plan, two.first, two.second, two.third
    random = two.begun[0]
    began = (begin(plan, random), "")
    dealt = (deal(first, two.draws[0].drawn[len(random) :]), "")
    confirmed, ended = (confirm(second), ""), (finish(third), "")
    conflict, told = "sessionConflict", Complaints(two).told
    gives_up = (give_up(plan), "")
    other = replace(plan, attempt=seeded("steps: another plan")(16))
    nothing_more = [
        (begin(plan), conflict),
        (begin(other), conflict),
        (deal(first), conflict),
        (confirm(second), conflict),
        (complain(2, second[1]), conflict),
        (see(told), conflict),
        (finish(third), conflict),
        (recover(two.record, first, second, []), conflict),
        (give_up(plan), conflict),
    ]
    for comment, steps in (
        ("begun", [began]),
        ("dealt", [began, dealt]),
        ("confirmed", [began, dealt, confirmed]),
        ("dead by a complaint", [began, dealt, (see(told), "")]),
    ):
        add(f"{comment}, and given up", [*steps, gives_up, *nothing_more], "GivenUp", share=None)
    add(
        "given up where there is no such run",
        [
            (give_up(plan), conflict),
            began,
            (give_up(other), conflict),
            dealt,
            confirmed,
            ended,
            (give_up(plan), conflict),
        ],
        "GivenUp",
        "AnotherStep",
        share=None,
    )
    fresh, lost = Refresh(two), Recovery(two)
    begun, dealing = steps_of(fresh, 0)
    again = replace(fresh.plan, attempt=seeded("steps: another refresh after one")(16))
    add(
        "a refresh, confirmed and given up: the share from before is as it was, and another run may be begun",
        [
            (begun, ""),
            (dealing, ""),
            (confirm(fresh.second), ""),
            (give_up(fresh.plan), ""),
            (finish(fresh.third), conflict),
            (evaluate(asked_of(two.record)), ""),
            (begin(fresh.plan), conflict),
            (begin(again, fresh.begun[0]), ""),
            (finish(fresh.third), conflict),
        ],
        "GivenUp",
    )
    finishing = recover(two.record, lost.first, lost.second, lost.handovers)
    helps, _ = steps_of(lost, 0)
    add(
        "a recovery, given up: nothing is recovered, also where a share is",
        [(helps, ""), (give_up(lost.plan), ""), (finishing, conflict), (finish(third), conflict)],
        "GivenUp",
    )
    strange = Parties("another 2 of 3", 2, 3).record
    elsewhere = [recover(record, lost.first, lost.second, lost.handovers) for record in (fresh.record, strange)]
    for comment, share in (("lost", None), ("said to be lost, and is there", two.shares[1])):
        add(
            f"a recovery, given up by the party whose share is {comment}",
            [
                (begin(lost.plan, lost.begun[1]), ""),
                (give_up(lost.plan), ""),
                *((step, conflict) for step in (finishing, *elsewhere)),
                (give_up(lost.plan), conflict),
            ],
            "GivenUp",
            place=1,
            share=share,
        )
    add(
        "a recovery that has ended, and another record than its own",
        [
            (begin(lost.plan, lost.begun[1]), ""),
            (finishing, ""),
            *((step, conflict) for step in elsewhere),
            (finishing, ""),
        ],
        "Again",
        "OtherRun",
        place=1,
        share=None,
    )


class Refreshes:
    """Of one party: two refreshes from the key generation's record, and one from the first one's."""

    def __init__(self, two: Parties, place: int = 0) -> None:
        self.one = Refresh(two)
        self.next = Refresh(two, name="refresh, another one")
        self.third = Refresh(two, self.one.shares, "refresh, from the first one")
        self.place = place

    def begun(self, run: Refresh) -> list[tuple[Step, str]]:
        return [(steps_of(run, self.place)[0], "")]

    def dealt(self, run: Refresh) -> list[tuple[Step, str]]:
        return [*self.begun(run), (steps_of(run, self.place)[1], "")]

    def confirmed(self, run: Refresh) -> list[tuple[Step, str]]:
        return [*self.dealt(run), (confirm(run.second), "")]

    def given_up(self, run: Refresh) -> list[tuple[Step, str]]:
        return [*self.confirmed(run), (give_up(run.plan), "")]


def in_use(two: Parties, record: Record, *others: Record, party: int = 1) -> list[tuple[Step, str]]:
    """That the share of this record serves, and of the others none does."""
    return [
        (evaluate(asked_of(record, party)), ""),
        *((evaluate(asked_of(one, party)), "unknownSet") for one in others),
    ]


def after_all(add: Callable[..., None], two: Parties) -> None:
    """ "Finished after all" """
    conflict = "sessionConflict"
    runs, both = Refreshes(two), Session2(two)
    one, plan = runs.one, runs.one.plan
    all_of = finish_after_all(plan, one.third)
    old, new = two.record, one.record
    faulty = [
        (finish_after_all(plan, one.third[:2]), "parameterOutOfRange"),
        (finish_after_all(plan, []), "parameterOutOfRange"),
        (finish_after_all(plan, [one.third[0], flipped(one.third[1], 150), one.third[2]]), "invalidSignature:2"),
        (finish_after_all(plan, runs.next.third), "transcriptMismatch:1"),
        (
            finish_after_all(plan, [*one.third[:2], two.changed(2, one.third[2], 104, multiply_base(9))]),
            "transcriptMismatch:3",
        ),
    ]
    add(
        "a refresh: the share from before serves until all confirmations come, and then the new one, and no session",
        [
            (commit(both.proof.session, both.proof.fresh[0]), ""),
            *runs.given_up(one),
            *in_use(two, old, new),
            (reveal(both.proof.first), ""),
            *faulty,
            *in_use(two, old, new),
            (all_of, ""),
            *in_use(two, new, old),
            (respond(both.proof.second), conflict),
        ],
        "AfterAll",
        "Blamed",
    )
    late: list[tuple[Step, str]] = [
        (begin(plan), conflict),
        (deal(one.first), conflict),
        (confirm(one.second), conflict),
        (finish(one.third), conflict),
        (give_up(plan), conflict),
    ]
    add(
        "asked again, with the same and with something else",
        [*runs.given_up(one), *late, (all_of, ""), *((finish_after_all(plan, m), "=") for m in (one.third, [])), *late],
        "AfterAll",
        "Again",
    )
    none = (all_of, conflict)
    told = one.parties[2].complain(2, one.second[1])
    add("no run", [none], "AfterAll", "AnotherStep")
    for comment, steps in (
        ("begun", runs.begun(one)),
        ("dealt", runs.dealt(one)),
        ("dead by a complaint", [*runs.dealt(one), (see(told), "")]),
    ):
        add(
            f"a refresh, {comment}: nothing was kept, given up or not",
            [*steps, none, (give_up(plan), ""), none, *in_use(two, old, new)],
            "AfterAll",
            "AnotherStep",
        )
    add(
        "a refresh that is confirmed and not given up ends as any other",
        [*runs.confirmed(one), none, (finish(one.third), ""), (all_of, "=")],
        "AfterAll",
        "AnotherStep",
    )
    generated = begin(two.plan, two.begun[0])
    sealing = two.draws[0].drawn[len(two.begun[0]) :]
    whole = [(generated, ""), (deal(two.first, sealing), ""), (confirm(two.second), ""), (give_up(two.plan), "")]
    add(
        "a key generation",
        [
            *whole,
            (evaluate(asked_of(old)), "unknownSet"),
            (erase(NOW), "unknownSet"),
            (finish_after_all(two.plan, two.third), ""),
            (finish_after_all(two.plan, []), "="),
            *in_use(two, old),
            *runs.begun(one),
        ],
        "AfterAll",
        share=None,
    )
    gone = "keyErased"
    add(
        "erased: nothing is kept",
        [*runs.given_up(one), (erase(NOW), ""), (all_of, gone), (evaluate(asked_of(old)), gone)],
        "AfterAll",
        "Erased",
    )
    add(
        "erased after all: the statement is of the new record",
        [*runs.given_up(one), (all_of, ""), (erase(NOW), ""), (all_of, gone), (evaluate(asked_of(new)), gone)],
        "AfterAll",
        "Erased",
    )


def after_all_of_two(add: Callable[..., None], two: Parties) -> None:
    """ "Finished after all", where another run was begun after the one that was given up"""
    conflict, runs = "sessionConflict", Refreshes(two)
    one, other, third = runs.one, runs.next, runs.third
    old, new, newer = two.record, one.record, other.record
    all_of, all_of_other = finish_after_all(one.plan, one.third), finish_after_all(other.plan, other.third)

    def case(comment: str, *steps: tuple[Step, str], flags: Sequence[str] = ("AfterAll",)) -> None:
        add(comment, [*runs.given_up(one), *steps], *flags)

    case(
        "two given up: the first one's share, and then the second one's",
        *runs.given_up(other),
        (all_of, ""),
        *in_use(two, new, old, newer),
        (all_of_other, ""),
        *in_use(two, newer, old, new),
        (all_of, conflict),
        (all_of_other, ""),
    )
    case(
        "two given up: the second one's share, and the first one is forgotten",
        *runs.given_up(other),
        (all_of_other, ""),
        *in_use(two, newer, old, new),
        (all_of, conflict),
        (all_of_other, ""),
    )
    case(
        "two given up, and begun again",
        (begin(one.plan), conflict),
        *runs.given_up(other),
        (begin(one.plan), conflict),
        (begin(other.plan), conflict),
        flags=("AfterAll", "Again"),
    )
    case(
        "another refresh has ended: the one that was given up is forgotten",
        *runs.confirmed(other),
        (finish(other.third), ""),
        (all_of, conflict),
        *in_use(two, newer, old, new),
    )
    case(
        "another one is confirmed: it stays, and ends after it",
        *runs.confirmed(other),
        (all_of, ""),
        *in_use(two, new, old, newer),
        (confirm(other.second), ""),
        (finish(other.third), ""),
        *in_use(two, newer, old, new),
        (all_of, conflict),
    )
    case(
        "another one is confirmed: it stays, is given up, and ends after all",
        *runs.confirmed(other),
        (all_of, ""),
        (give_up(other.plan), ""),
        *in_use(two, new, old, newer),
        (all_of_other, ""),
        *in_use(two, newer, old, new),
    )
    for comment, steps in (("begun", runs.begun(other)), ("dealt", runs.dealt(other))):
        case(
            f"another one is {comment}: that is given up, and the next begins from the new share",
            *steps,
            (all_of, ""),
            (begin(other.plan), conflict),
            (deal(other.first), conflict),
            (confirm(other.second), conflict),
            (give_up(other.plan), conflict),
            (all_of_other, conflict),
            *runs.confirmed(third),
            (finish(third.third), ""),
            *in_use(two, third.record, old, new),
            (all_of, conflict),
        )
    told = other.parties[2].complain(2, other.second[1])
    case(
        "another one is dead by a complaint: that stays",
        *runs.dealt(other),
        (see(told), ""),
        (all_of, ""),
        (see(b""), ""),
    )
    lost = Recovery(two)
    helps, helped = steps_of(lost, 0)
    masked = lost.draws[0].drawn[-32:]
    case(
        "a dealer of a recovery from the record before: it hands nothing over any more",
        (helps, ""),
        (helped, ""),
        (all_of, ""),
        (hand_over(lost.second), conflict),
        *in_use(two, new, old),
    )
    case(
        "a dealer of a recovery from the record before, which has handed over: it gives that again",
        (helps, ""),
        (helped, ""),
        (hand_over(lost.second, masked), ""),
        (hand_over(lost.second), "="),
        (all_of, ""),
        (hand_over(lost.second), ""),
    )


def recovered_beside(add: Callable[..., None], two: Parties) -> None:
    """5.26, 4: of party 2, which has a share, or has confirmed one"""
    conflict, runs = "sessionConflict", Refreshes(two, 1)
    one, old = runs.one, two.record
    lost, later = Recovery(two), Recovery(two, one.shares, "recovery, after a refresh")
    recovered = recover(old, lost.first, lost.second, lost.handovers)
    forward = recover(one.record, later.first, later.second, later.handovers)
    begun, begun_later = (begin(lost.plan, lost.begun[1]), ""), (begin(later.plan, later.begun[1]), "")
    all_of = finish_after_all(one.plan, one.third)

    def case(comment: str, steps: Sequence[tuple[Step, str]], *flags: str, share: Share | None = two.shares[1]) -> None:
        add(comment, steps, *flags, place=1, share=share)

    case("a recovery of a share that is there", [begun, (recovered, ""), *in_use(two, old, party=2)], "Replaced")
    case(
        "a recovery of the share of the record that the one here was refreshed to",
        [begun_later, (forward, ""), *in_use(two, one.record, old, party=2)],
        "Replaced",
    )
    case(
        "a recovery of the share of the record that the one here is a refresh of",
        [begun, (recovered, "setMismatch"), *in_use(two, one.record, old, party=2)],
        "Replaced",
        share=one.shares[1],
    )
    other = runs.next
    case(
        "a recovery of the share of another refresh of the same record",
        [begun_later, (forward, "setMismatch"), *in_use(two, other.record, one.record, party=2)],
        "Replaced",
        share=other.shares[1],
    )
    case(
        "a recovery of the share that is there leaves a refresh that was given up; it ends after all",
        [
            *runs.given_up(one),
            begun,
            (recovered, ""),
            (recovered, "="),
            (all_of, ""),
            *in_use(two, one.record, old, party=2),
            (recovered, conflict),
        ],
        "AfterAll",
    )
    case(
        "a recovery of the share of a refresh that was given up: that is forgotten, and what was before it",
        [
            *runs.given_up(other),
            *runs.given_up(one),
            begun_later,
            (forward, ""),
            (all_of, "="),
            (finish_after_all(other.plan, other.third), conflict),
        ],
        "AfterAll",
    )
    case(
        "a recovery of the share of a refresh that was given up: what was given up after it stays",
        [
            *runs.given_up(one),
            *runs.given_up(other),
            begun_later,
            (forward, ""),
            (finish_after_all(other.plan, other.third), ""),
            *in_use(two, other.record, one.record, party=2),
        ],
        "AfterAll",
    )


def runs(topic: Topic, two: Parties) -> None:
    adding = Adding(
        topic,
        "Runs",
        "What carries runs on at party 1 of 3, unless it says otherwise, and its operator; and the journal after it. "
        "It has `share`, and in the journal the beginning of the run that made it, at time 0; or nothing.",
        run_replies,
    )
    plan, first, second, third = two.plan, two.first, two.second, two.third
    random = two.begun[0]
    fresh, lost, made = Refresh(two), Recovery(two), Complaints(two)
    conflict = "sessionConflict"

    def add(
        comment: str,
        steps: Sequence[tuple[Step, str]],
        *flags: str,
        place: int = 0,
        share: Share | None = None,
        kinds: Sequence[int],
    ) -> None:
        """`kinds` are those of the entries that are expected."""
        fields = {
            "seed": two.seeds[place].hex(),
            "tableID": plan.table_id.hex(),
            "share": share and share.encode().hex(),
        }
        adding.add(comment, fields, steps, *flags)
        entries = adding.group.tests[-1]["output"]["journal"]
        got = [int(entries[at + 8 : at + 10], 16) for at in range(0, len(entries), 432)]
        assert got == [BEGUN] * (share is not None) + list(kinds), (comment, got)

    def agree(of: Plan, new_keys: Sequence[bytes] = ()) -> tuple[Step, str]:
        return {"do": "agree", "plan": of.encode().hex(), "newKeys": hexes(new_keys)}, ""

    def carry(
        of: Plan,
        *rounds: Sequence[bytes] | None,
        base: Record | None = None,
        at: int = NOW,
        random: bytes = b"",
    ) -> Step:
        said = [None if one is None else hexes(one) for one in (*rounds, None, None, None)[:3]]
        return {
            "do": "run",
            "plan": of.encode().hex(),
            "base": base and base.encode().hex(),
            "first": said[0],
            "second": said[1],
            "third": said[2],
            "at": word(at),
            "random": random.hex(),
        }

    def operator(does: str) -> tuple[Step, str]:
        return {"do": does}, ""

    sealing = two.draws[0].drawn[len(random) :]
    begun, dealt = (carry(plan, random=random), ""), (carry(plan, first, random=sealing), "")
    confirmed, has_share = (carry(plan, first, second), ""), (carry(plan, first, second, third, at=NOW + 3), "")
    whole = [agree(plan), begun, dealt, confirmed, has_share]

    def later(after: int) -> Step:
        return carry(plan, first, second, third, at=NOW + after)

    add("a key generation", whole, kinds=[3, 4])
    add(
        "a key generation, each step asked again",
        [
            agree(plan),
            begun,
            (carry(plan), "="),
            dealt,
            (carry(plan, first), "="),
            confirmed,
            (carry(plan, first, second), "="),
            has_share,
            (later(4), "="),
            (later(5), "="),
            operator("restart"),
            (later(6), "="),
            (carry(plan), "="),
            (carry(plan, first), "="),
            (carry(plan, first, second), "="),
            (carry(plan, second, first, first), "="),
            (bring(two.record), "="),
        ],
        "Again",
        "Once",
        kinds=[3, 4],
    )
    add(
        "killed before the end is written down: it is, when the record is asked for again, and once",
        [*whole, operator("killed"), (later(9), ""), (later(10), "="), operator("restart"), (later(11), "=")],
        "Killed",
        "Once",
        kinds=[3, 4],
    )
    add(
        "killed before the end is written down, and asked for something else",
        [*whole, operator("killed"), (carry(plan, first, at=NOW + 9), ""), (carry(plan, at=NOW + 10), "=")],
        "Killed",
        kinds=[3, 4],
    )
    add(
        "killed before the beginning is written down: it is, when it is begun again, and once",
        [agree(plan), begun, operator("killed"), (carry(plan, at=NOW + 9), "="), (carry(plan, at=NOW + 10), "=")],
        "Killed",
        "Once",
        kinds=[3],
    )
    cut: Step = {"do": "cut", "entries": 1}
    damaged = (cut, "damagedJournal")
    add("the beginning's entry is missing, and it has dealt", [*whole[:3], damaged], "Cut", kinds=[])
    add("the beginning's entry is missing, and it has confirmed", [*whole[:4], damaged], "Cut", kinds=[])
    add(
        "both entries are missing, and it has its share", [*whole, ({**cut, "entries": 2}, damaged[1])], "Cut", kinds=[]
    )
    add(
        "the beginning's entry is missing, and it has seen a complaint: that came from elsewhere",
        [*whole[:2], ({"do": "see", "complaint": made.told.hex()}, ""), (cut, ""), (carry(plan, first), "=")],
        "Cut",
        "Seen",
        kinds=[],
    )
    add(
        "the beginning's entry is missing, and its operator gave the run up",
        [*whole[:2], (give_up(plan), ""), (cut, "")],
        "Cut",
        "GivenUp",
        kinds=[],
    )
    add("nobody agreed", [({**one, "random": ""}, "unknownSet") for one, _ in whole[1:]], kinds=[])
    stranger = replace(plan, keys=(source_public_key(bytes(32)), *plan.keys[1:]))
    add(
        "the plan does not name it",
        [
            (agree(stranger)[0], "parameterOutOfRange"),
            (carry(stranger), "unknownSet"),
            (carry(stranger, first), "unknownSet"),
        ],
        kinds=[],
    )
    add(
        "nothing was begun",
        [agree(plan), *((one, conflict) for one in (carry(plan, first), confirmed[0], later(3)))],
        "AnotherStep",
        kinds=[],
    )
    out_of_order = [(carry(plan, first, second), conflict), (later(1), conflict)]
    add("begun, and a round was left out", [agree(plan), begun, *out_of_order, dealt], "AnotherStep", kinds=[3])
    add("dealt, and a round was left out", [agree(plan), begun, dealt, out_of_order[1]], "AnotherStep", kinds=[3])
    faulty = [flipped(third[0], 150), *third[1:]]
    add(
        "what was refused is not written down",
        [*whole[:4], (carry(plan, first, second, faulty), "invalidSignature:1"), has_share],
        "Blamed",
        kinds=[3, 4],
    )
    refresh, dealing = steps_of(fresh, 0)
    refreshed = [
        agree(fresh.plan),
        (carry(fresh.plan, random=bytes.fromhex(refresh["random"])), ""),
        (carry(fresh.plan, fresh.first, random=bytes.fromhex(dealing["random"])), ""),
        (carry(fresh.plan, fresh.first, fresh.second), ""),
        (carry(fresh.plan, fresh.first, fresh.second, fresh.third), ""),
    ]
    add(
        "a key generation and a refresh: each has its end, and the older run is not the one that is there",
        [*whole, *refreshed, (refreshed[-1][0], "="), (later(9), "unknownSet"), (carry(plan), "unknownSet")],
        "Once",
        "OtherRun",
        kinds=[3, 4, 3, 4],
    )
    other = replace(fresh.plan, attempt=seeded("steps: not begun here")(16))
    add(
        "a run that is agreed to, and is not the one that is there: no record of another one, and no entry",
        [
            *refreshed,
            agree(other),
            *((carry(other, *fresh_rounds), conflict) for fresh_rounds in prefixes(fresh)),
        ],
        "OtherRun",
        share=two.shares[0],
        kinds=[3, 4],
    )
    under_way = [
        *refreshed[:4],
        agree(other),
        *((carry(other, *fresh_rounds), conflict) for fresh_rounds in prefixes(fresh)),
        (carry(other), conflict),
        refreshed[4],
    ]
    add(
        "another run than the one that is confirmed",
        under_way,
        "OtherRun",
        share=two.shares[0],
        kinds=[3, 4],
    )
    wrong = encode_scalar((two.parties[1].dealt(1) + 1) % ORDER)
    sealed = seal(sealed_text(plan.run, 2, 1, wrong), first[0][40:72], seeded("steps: a lie to party 1"))
    lie = [second[0], two.changed(1, second[1], 72, sealed), second[2]]
    add(
        "a wrong share: its complaint, whatever comes, and no end",
        [
            *whole[:3],
            (carry(plan, first, lie), ""),
            (carry(plan, first, lie), "="),
            (carry(plan, first, second), "="),
            (later(3), "="),
            operator("restart"),
            (carry(plan, first), "="),
            (carry(plan), conflict),
        ],
        "Again",
        "Once",
        kinds=[3],
    )
    add(
        "it sees a complaint, and gives it, whatever comes; and no end",
        [
            *whole[:3],
            ({"do": "see", "complaint": made.told.hex()}, ""),
            (carry(plan, first, second), "="),
            (later(3), "="),
            operator("restart"),
            (carry(plan, first), "="),
            (carry(plan), conflict),
        ],
        "Seen",
        "Once",
        kinds=[3],
    )
    add(
        "given up after it confirmed: no record, and no end, until all confirmations come",
        [
            *whole[:4],
            (give_up(plan), ""),
            *((carry(plan, *said), conflict) for said in ((), (first,), (first, second))),
            (carry(plan, first, second, faulty), "invalidSignature:1"),
            (later(3), ""),
            (later(4), "="),
            (carry(plan), "="),
        ],
        "GivenUp",
        "AfterAll",
        "Once",
        kinds=[3, 4],
    )
    add(
        "given up after it confirmed, and killed before the end is written down",
        [
            *whole[:4],
            (give_up(plan), ""),
            (later(3), ""),
            operator("killed"),
            (carry(plan, at=NOW + 9), "="),
            (later(10), "="),
        ],
        "AfterAll",
        "Killed",
        kinds=[3, 4],
    )
    add(
        "given up after it confirmed, and the journal has nothing of it: it does not start",
        [*whole[:4], (give_up(plan), ""), ({"do": "killed"}, "damagedJournal")],
        "AfterAll",
        "Killed",
        kinds=[],
    )
    carried_by_records(add, two, fresh, carry, agree)
    agreements(add, two, fresh, carry, agree)
    helps, helped = (bytes.fromhex(step["random"]) for step in steps_of(lost, 0))
    base = two.record
    add(
        "a recovery, a dealer: it has no end",
        [
            agree(lost.plan),
            (carry(lost.plan, base=base, random=helps), ""),
            (carry(lost.plan, lost.first, base=base, random=helped), ""),
            (carry(lost.plan, lost.first, lost.second, base=base, random=lost.draws[0].drawn[-32:]), ""),
            (carry(lost.plan, lost.first, lost.second, base=base), "="),
            (carry(lost.plan, lost.first, lost.second, lost.handovers, base=base), ""),
        ],
        share=two.shares[0],
        kinds=[3],
    )
    recovered = carry(lost.plan, lost.first, lost.second, lost.handovers, base=base)
    add(
        "a recovery, the party whose share is lost: it waits, and its end is written down once",
        [
            agree(lost.plan),
            (carry(lost.plan, base=base, random=lost.begun[1]), ""),
            (carry(lost.plan, lost.first, base=base), ""),
            (carry(lost.plan, lost.first, lost.second, base=base), ""),
            (recovered, ""),
            (recovered, "="),
            operator("killed"),
            ({**recovered, "at": word(NOW + 9)}, "="),
            (recovered, "="),
        ],
        "Killed",
        "Once",
        place=1,
        kinds=[3, 4],
    )
    erased: Step = {"do": "erase", "at": word(NOW + 5)}
    add(
        "erased: nothing is gone on with, and nothing written but that",
        [
            *whole,
            (erased, ""),
            ({"do": "erase", "at": word(NOW + 6)}, "="),
            (later(7), "keyErased"),
            (carry(plan), "keyErased"),
            operator("killed"),
            (later(8), "keyErased"),
            (carry(plan), conflict),
            ({"do": "erase", "at": word(NOW + 9)}, "="),
            ({"do": "erase", "at": word(NOW + 10)}, "="),
        ],
        "Erased",
        "Killed",
        "Once",
        kinds=[3, 4, 5],
    )


def carried_by_records(
    add: Callable[..., None], two: Parties, fresh: Refresh, carry: Callable[..., Step], agree: Callable[..., Any]
) -> None:
    """ "whoever has the record has all confirmations" """
    conflict, plan, record = "sessionConflict", fresh.plan, fresh.record
    refresh, dealing = (bytes.fromhex(step["random"]) for step in steps_of(fresh, 0))
    begun, dealt = (carry(plan, random=refresh), ""), (carry(plan, fresh.first, random=dealing), "")
    confirmed = (carry(plan, fresh.first, fresh.second), "")
    by_record = bring(record)
    signatures = list(record.signatures)
    signatures[1] = flipped(signatures[1], 3)
    forged = bring(replace(record, signatures=tuple(signatures)))
    other = Refresh(two, name="refresh, another one")
    told = fresh.parties[2].complain(2, fresh.second[1])

    def case(comment: str, steps: Sequence[tuple[Step, str]], *flags: str, kinds: Sequence[int]) -> None:
        add(comment, [agree(plan), *steps], *flags, share=two.shares[0], kinds=kinds)

    case(
        "the record ends a run that is confirmed",
        [begun, dealt, confirmed, (forged, "invalidSignature:2"), (by_record, ""), (by_record, "=")],
        "Again",
        "Blamed",
        kinds=[3, 4],
    )
    case(
        "the record ends a run that was given up after it was confirmed",
        [
            begun,
            dealt,
            confirmed,
            (give_up(plan), ""),
            (forged, "invalidSignature:2"),
            (by_record, ""),
            (by_record, "="),
            (confirmed[0], "="),
        ],
        "AfterAll",
        "Again",
        kinds=[3, 4],
    )
    case(
        "the record is nothing to who has not confirmed",
        [
            (by_record, conflict),
            begun,
            (by_record, conflict),
            dealt,
            (by_record, conflict),
            (give_up(plan), ""),
            (by_record, conflict),
        ],
        "AnotherStep",
        kinds=[3],
    )
    case(
        "the record is nothing to who has seen a complaint",
        [begun, dealt, ({"do": "see", "complaint": told.hex()}, ""), (by_record, "")],
        "Seen",
        kinds=[3],
    )
    of_other = bring(other.record)
    case(
        "the record of a run that is not here, nor agreed to",
        [begun, dealt, confirmed, (of_other, "unknownSet"), agree(other.plan), (of_other, conflict), (by_record, "")],
        "OtherRun",
        kinds=[3, 4],
    )
    case(
        "another run is begun after one that was given up: the record of either",
        [
            begun,
            dealt,
            confirmed,
            (give_up(plan), ""),
            agree(other.plan),
            *((carry(other.plan, random=bytes.fromhex(step["random"])), "") for step in steps_of(other, 0)[:1]),
            *(
                (carry(other.plan, other.first, random=bytes.fromhex(step["random"])), "")
                for step in steps_of(other, 0)[1:]
            ),
            (carry(other.plan, other.first, other.second), ""),
            (by_record, ""),
            (carry(plan), "="),
            (of_other, ""),
            (by_record, "unknownSet"),
        ],
        "AfterAll",
        kinds=[3, 3, 4, 4],
    )


def agreements(
    add: Callable[..., None], two: Parties, fresh: Refresh, carry: Callable[..., Step], agree: Callable[..., Any]
) -> None:
    """ "One plan of a table is agreed to at a time", and the switch"""
    conflict, none, plan = "sessionConflict", "unknownSet", fresh.plan
    other, lost = Refresh(two, name="refresh, another one"), Recovery(two)
    randoms = {run.plan.run: [bytes.fromhex(step["random"]) for step in steps_of(run, 0)] for run in (fresh, other)}

    def begun(run: Refresh) -> tuple[Step, str]:
        return carry(run.plan, random=randoms[run.plan.run][0]), ""

    def dealt(run: Refresh) -> tuple[Step, str]:
        return carry(run.plan, run.first, random=randoms[run.plan.run][1]), ""

    def case(
        comment: str, steps: Sequence[tuple[Step, str]], *flags: str, kinds: Sequence[int], place: int = 0
    ) -> None:
        add(comment, steps, *flags, share=two.shares[place], kinds=kinds, place=place)

    case(
        "an older agreement is none any more",
        [agree(plan), agree(other.plan), (carry(plan), none), begun(other), (carry(plan), none), agree(plan)],
        "Agreed",
        kinds=[3],
    )
    case(
        "an agreement is withdrawn",
        [agree(plan), (give_up(plan), ""), (carry(plan), none), (give_up(plan), conflict), agree(plan), begun(fresh)],
        "Agreed",
        kinds=[3],
    )
    case(
        "an agreement to another plan is not withdrawn",
        [agree(plan), (give_up(other.plan), conflict), begun(fresh)],
        "Agreed",
        kinds=[3],
    )
    case(
        "a run that is under way goes on without an agreement, and no other one is begun before it is given up",
        [
            agree(plan),
            begun(fresh),
            agree(other.plan),
            (carry(other.plan), conflict),
            (carry(plan), ""),
            dealt(fresh),
            (carry(other.plan), conflict),
            (carry(other.plan, other.first), conflict),
            (carry(plan, fresh.first), "="),
            (give_up(plan), ""),
            begun(other),
            (carry(plan, fresh.first), none),
            dealt(other),
        ],
        "Agreed",
        "GivenUp",
        kinds=[3, 3],
    )
    case(
        "a run that is given up is not agreed to any more, nor begun again when it is",
        [
            agree(plan),
            begun(fresh),
            (give_up(plan), ""),
            (carry(plan), conflict),
            (give_up(plan), conflict),
            agree(plan),
            (carry(plan), conflict),
        ],
        "Agreed",
        "GivenUp",
        kinds=[3],
    )
    case(
        "a recovery that is given up: whatever record is brought, nothing was recovered",
        [
            agree(lost.plan),
            (carry(lost.plan, base=two.record, random=lost.begun[1]), ""),
            (give_up(lost.plan), ""),
            *(
                (carry(lost.plan, lost.first, lost.second, lost.handovers, base=base), conflict)
                for base in (two.record, fresh.record, Parties("another 2 of 3", 2, 3).record)
            ),
        ],
        "GivenUp",
        kinds=[3],
        place=1,
    )
    stopped = "custodianStopped"
    stop, resume = ({"do": "stop"}, ""), ({"do": "resume"}, "")
    whole = [
        begun(fresh),
        dealt(fresh),
        (carry(plan, fresh.first, fresh.second), ""),
        (carry(plan, fresh.first, fresh.second, fresh.third), ""),
    ]
    case(
        "stopped, it says nothing in a run but that; then it goes on",
        [
            agree(plan),
            *(entry for step in whole for entry in (stop, ({**step[0], "random": ""}, stopped), resume, step)),
            stop,
            (carry(plan), stopped),
            (bring(fresh.record), stopped),
            (carry(other.plan), stopped),
        ],
        "Stopped",
        kinds=[3, 4],
    )


def prefixes(run: Refresh) -> list[tuple[Sequence[bytes], ...]]:
    """What is said after each round."""
    rounds = (run.first, run.second, run.third)
    return [rounds[:count] for count in (1, 2, 3)]


def asked_of(record: Record, party: int = 1) -> bytes:
    """A request to party 1, or another one."""
    return request(record, [hash_to_group(b"an element")], party, (1, 2), False).encode()


def steps_of(run: Refresh | Recovery, place: int) -> tuple[Step, Step]:
    """How a party begins a run, and deals."""
    begun = run.begun[place]
    dealt = run.draws[place].drawn[len(begun) :][: 32 * (len(run.plan.dealers) - 1)]
    return begin(run.plan, begun), deal(run.first, dealt)


def erasures(add: Callable[..., None], two: Parties) -> None:
    gone = "keyErased"
    fresh, lost, both = Refresh(two), Recovery(two), Session2(two)
    proof = both.proof
    asked = request(two.record, proof.c, 1, (1, 3), False).encode()
    other = request(fresh.shares[0].record, proof.c, 1, (1, 3), False).encode()
    refused: list[tuple[Step, str]] = [
        (evaluate(asked), gone),
        (evaluate(other), gone),
        (commit(proof.session), gone),
        (reveal(proof.first), gone),
        (respond(proof.second), gone),
        (begin(two.plan), gone),
        (begin(fresh.plan), gone),
        (begin(lost.plan), gone),
        (deal(fresh.first), gone),
        (confirm(fresh.second), gone),
        (complain(2, fresh.second[1]), gone),
        (see(Complaints(two).told), gone),
        (give_up(fresh.plan), gone),
        (finish(fresh.third), gone),
        (hand_over(lost.second), gone),
        (recover(two.record, lost.first, lost.second, lost.handovers), gone),
    ]
    add("erased, and asked for everything", [(erase(NOW), ""), *refused], "Erased")
    add(
        "erased, and erased again: the same statement",
        [(evaluate(asked), ""), (erase(NOW), ""), (erase(NOW), "="), (erase(NOW + 9), "="), (erase(0), "=")],
        "Erased",
        "Again",
    )
    begun = fresh.begun[0]
    sealing = fresh.draws[0].drawn[len(begun) :]
    under_way = [(begin(fresh.plan, begun), ""), (deal(fresh.first, sealing), "")]
    add("erased while a run is under way", [*under_way, (erase(NOW), ""), *refused], "Erased")
    add(
        "erased after it confirmed",
        [
            *under_way,
            (confirm(fresh.second), ""),
            (erase(NOW), ""),
            (confirm(fresh.second), gone),
            (finish(fresh.third), gone),
        ],
        "Erased",
    )
    begun_proof = (commit(proof.session, proof.fresh[0]), "")
    add(
        "erased while a session is under way",
        [begun_proof, (erase(NOW), ""), (commit(proof.session), gone), (reveal(proof.first), gone)],
        "Erased",
    )
    answered = [begun_proof, (reveal(proof.first), ""), (respond(proof.second), "")]
    add("erased after it answered", [*answered, (erase(NOW), ""), (respond(proof.second), gone)], "Erased")
    add(
        "of the party whose share is lost, also not recovered",
        [
            (erase(NOW), ""),
            (begin(lost.plan), gone),
            (recover(two.record, lost.first, lost.second, lost.handovers), gone),
        ],
        "Erased",
        place=1,
        share=two.shares[1],
    )


def service(topic: Topic, two: Parties) -> None:
    adding = Adding(
        topic,
        "Service",
        "Calls to party 1 of 3 and what its operator does, and the journal after it, which began with the run that "
        "made the share, at time 0.",
        service_replies,
    )
    draw = seeded("steps: service")
    seed, other_seed = draw(32), draw(32)
    key, table = source_public_key(two.seeds[0]), two.plan.table_id
    fields = {"seed": two.seeds[0].hex(), "share": two.shares[0].encode().hex()}
    both = Session2(two)
    proof = both.proof
    elements = [hash_to_group(draw(16)) for _ in range(3)]
    policy = Policy(table, NOW + 100, 1_000, 1_000, (source_public_key(seed),))

    def add(comment: str, steps: Sequence[tuple[Step, str]], *flags: str) -> None:
        adding.add(comment, fields, steps, *flags)

    def call(
        number: int, asked: bytes, at: int = NOW, by: bytes = seed, random: bytes = b"", expected: int | None = None
    ) -> Step:
        return {
            "do": "call",
            "call": expected or number,
            "message": make_call(by, number, key, at, asked).hex(),
            "at": word(at),
            "random": random.hex(),
        }

    def asked(count: int, proved: bool = False, record: Record = two.record) -> bytes:
        return request(record, elements[:count], 1, (1, 2), proved).encode()

    def evaluated(count: int, **more: Any) -> Step:
        return call(EVALUATE, asked(count), **more)

    def allow(**changes: Any) -> tuple[Step, str]:
        return {"do": "allow", "policy": replace(policy, **changes).encode().hex()}, ""

    def operator(does: str) -> tuple[Step, str]:
        return {"do": does}, ""

    def again(step: Step, at: int = NOW) -> Step:
        """The same bytes once more."""
        return {**step, "at": word(at), "random": ""}

    session = proof.session.encode()
    first, second = b"".join(proof.first), b"".join(proof.second)
    rounds = [
        call(COMMIT, session, random=proof.fresh[0]),
        call(REVEAL, session + first),
        call(RESPOND, session + second),
    ]
    every = [evaluated(1), call(COMMIT, session), *rounds[1:]]
    add("a request", [allow(), (evaluated(3), "")])
    add("a request with a proof", [allow(), (call(EVALUATE, asked(2, True), random=draw(32)), "")])
    add("a proof, which counts one", [allow(), *((one, "") for one in rounds)], "Counted")
    refused = "authenticationFailed"
    stranger = source_public_key(other_seed)
    add("no policy", [(one, "unknownSet") for one in every], "Counted")
    elsewhere = replace(policy, table_id=bytes(16)).encode().hex()
    add("a policy for another table", [({"do": "allow", "policy": elsewhere}, ""), (evaluated(1), "unknownSet")])
    add("another coordinator", [allow(coordinators=(stranger,)), *((one, refused) for one in every)], "Counted")
    add(
        "one of two coordinators",
        [
            allow(coordinators=(stranger, source_public_key(seed))),
            (evaluated(1), ""),
            (evaluated(2, by=other_seed), ""),
        ],
    )
    add(
        "a coordinator that is not in the policy any more",
        [allow(), (evaluated(1), ""), allow(coordinators=(stranger,)), (evaluated(1, at=NOW + 1), refused)],
    )
    until = NOW + 100
    add(
        "until the last second, and after it",
        [allow(), (evaluated(1, at=until), ""), (evaluated(1, at=until + 1), "setExpired")],
        "Boundary",
    )
    add(
        "a proof that was begun in time is not gone on with afterwards",
        [
            allow(),
            (rounds[0], ""),
            (call(REVEAL, session + first, at=until + 1), "setExpired"),
            (call(REVEAL, session + first, at=until), ""),
            (call(RESPOND, session + second, at=until + 1), "setExpired"),
            (call(COMMIT, both.next.encode(), at=until + 1), "setExpired"),
        ],
        "Boundary",
    )
    add(
        "stopped, and not any more",
        [
            allow(),
            operator("stop"),
            *((one, "custodianStopped") for one in every),
            operator("resume"),
            (evaluated(1), ""),
            *((one, "") for one in rounds[:2]),
            operator("stop"),
            (rounds[2], "custodianStopped"),
            operator("resume"),
            (rounds[2], ""),
        ],
        "Later",
        "Counted",
    )
    full = "quotaExceeded"
    add(
        "elements in all",
        [
            allow(slots=6),
            (evaluated(3), ""),
            (evaluated(2), ""),
            (evaluated(2, at=NOW + 1), full),
            (evaluated(1), ""),
            (evaluated(1, at=NOW + 1), full),
            (call(COMMIT, session), full),
            allow(slots=7),
            (rounds[0], ""),
            # What goes on with it counts nothing.
            *((one, "") for one in rounds[1:]),
            (evaluated(1, at=NOW + 1), full),
        ],
        "Boundary",
        "Counted",
        "Later",
    )
    add(
        "fewer elements than were counted",
        [allow(), (evaluated(3), ""), allow(slots=2), (evaluated(1), full)],
        "Counted",
    )
    add(
        "the same bytes come again: refused, and not counted; the same is asked anew: answered, and counted",
        [
            allow(),
            (evaluated(2), ""),
            (again(evaluated(2)), refused),
            (again(evaluated(2), NOW + 50), refused),
            (again(evaluated(2), NOW - 300), refused),
            (evaluated(2, at=NOW + 1), "="),
            (again(evaluated(2, at=NOW + 1), NOW + 100), refused),
            (call(EVALUATE, asked(2, True), random=draw(32)), ""),
            (again(evaluated(2), NOW + 100), refused),
        ],
        "Counted",
        "Again",
    )
    add(
        "the same request by two coordinators: two calls",
        [
            allow(coordinators=(stranger, source_public_key(seed))),
            (evaluated(2), ""),
            (evaluated(2, by=other_seed), "="),
            (again(evaluated(2, by=other_seed)), refused),
        ],
        "Again",
    )
    add(
        "each call of a proof comes again",
        [
            allow(),
            *(step for one in rounds for step in ((one, ""), (again(one), refused if one is rounds[0] else "="))),
        ],
        "Counted",
        "Again",
    )
    next_rounds = [
        call(COMMIT, both.next.encode(), random=both.random),
        call(REVEAL, both.next.encode() + b"".join(both.first)),
        call(RESPOND, both.next.encode() + b"".join(both.second)),
    ]
    conflict, mismatch = "sessionConflict", "transcriptMismatch"
    old_reveal, old_response = again(rounds[1]), again(rounds[2])
    add(
        "calls 3 and 4 come again, also after a start and when the clock was set back: they change nothing",
        [
            allow(until=NOW + 1_000),
            (rounds[0], ""),
            (rounds[1], ""),
            (old_reveal, "="),
            operator("restart"),
            (again(rounds[1], NOW + 300), "="),
            (again(rounds[1], NOW + 301), refused),
            (rounds[2], ""),
            (again(rounds[2], NOW + 300), "="),
            operator("restart"),
            (again(rounds[2], NOW - 300), "="),
            (old_reveal, conflict),
            (old_response, ""),
        ],
        "Counted",
        "Again",
        "Boundary",
    )
    add(
        "calls 3 and 4 of a session whose place was taken come again: they end nothing in the one at hand",
        [
            allow(),
            *((one, "") for one in rounds),
            (next_rounds[0], ""),
            (old_reveal, mismatch),
            (old_response, conflict),
            (next_rounds[1], ""),
            (old_reveal, mismatch),
            (old_response, mismatch),
            (next_rounds[2], ""),
            (old_reveal, mismatch),
        ],
        "Counted",
        "Again",
        "Replaced",
    )
    add(
        "calls 3 and 4 come too early, and then the same bytes again",
        [
            allow(),
            (rounds[1], conflict),
            (rounds[0], ""),
            (rounds[2], conflict),
            (old_reveal, ""),
            (old_response, ""),
        ],
        "Later",
        "Again",
    )
    none = allow(slots=0, rate=0)
    add(
        "calls 3 and 4 without a session and an element: nothing is kept of them",
        [none, (rounds[1], conflict), (rounds[2], conflict), allow(), *((one, "") for one in rounds)],
        "Counted",
        "Later",
    )
    late_commit = call(COMMIT, session, at=NOW + 1)
    add(
        "a session whose place was taken: neither the old call nor a new one brings it back",
        [
            allow(),
            (rounds[0], ""),
            (call(COMMIT, both.next.encode(), random=both.random), ""),
            (again(rounds[0]), refused),
            (late_commit, "sessionConflict"),
            (call(REVEAL, both.next.encode() + b"".join(both.first)), ""),
            operator("restart"),
            (late_commit, "sessionConflict"),
            (call(RESPOND, both.next.encode() + b"".join(both.second)), ""),
            (late_commit, "sessionConflict"),
        ],
        "Counted",
        "Replaced",
    )
    add(
        "started anew: the session at hand is gone on with, and what was asked before is not answered again",
        [
            allow(),
            (rounds[0], ""),
            (evaluated(1), ""),
            (evaluated(2, at=NOW + 5), ""),
            operator("restart"),
            (again(rounds[0], NOW + 5), refused),
            (again(evaluated(1), NOW + 5), refused),
            (again(evaluated(3, at=NOW + 4), NOW + 5), refused),
            (evaluated(3, at=NOW + 5), refused),
            (evaluated(3, at=NOW + 6), ""),
            (call(COMMIT, session, at=NOW + 6), ""),
            (call(REVEAL, session + first, at=NOW + 6), ""),
        ],
        "Boundary",
        "Again",
    )
    ahead = evaluated(2, at=NOW + 90)
    add(
        "the clock is set back, and it is started anew: what was counted is not taken again, nor anything as old",
        [
            allow(),
            (ahead, ""),
            (again(ahead, NOW + 40), refused),
            operator("restart"),
            (evaluated(1, at=NOW + 41), refused),
            (again(ahead, NOW + 41), refused),
            (again(ahead, NOW + 90), refused),
            (evaluated(1, at=NOW + 90), refused),
            (evaluated(1, at=NOW + 91), ""),
        ],
        "Boundary",
        "Again",
    )
    add(
        "the clock is set back, less is counted, and it is started anew",
        [
            allow(rate=1),
            (ahead, ""),
            (evaluated(1, at=NOW + 20), ""),
            operator("restart"),
            (again(ahead, NOW + 90), refused),
            (evaluated(1, at=NOW + 90), refused),
            (evaluated(1, at=NOW + 91), ""),
        ],
        "Again",
    )
    add(
        "the clock is set back after a proof was begun, and it is started anew",
        [
            allow(),
            (call(COMMIT, session, at=NOW + 90, random=proof.fresh[0]), ""),
            (again(rounds[1], NOW + 40), ""),
            operator("restart"),
            (evaluated(1, at=NOW + 90), refused),
            (call(COMMIT, session, at=NOW + 91), conflict),
            (evaluated(1, at=NOW + 91), ""),
        ],
        "Boundary",
    )
    damaged = "damagedJournal"

    def cut(entries: int) -> Step:
        return {"do": "cut", "entries": entries}

    add(
        "entries of requests are missing at the journal's end: nothing here knows of them",
        [
            allow(slots=3),
            (evaluated(3), ""),
            (evaluated(1, at=NOW + 1), full),
            (cut(1), ""),
            (evaluated(1, at=NOW + 1), ""),
        ],
        "Cut",
    )
    begun = (rounds[0], "")
    add("the journal is empty, and there is a share", [allow(), (cut(1), damaged)], "Cut")
    add("all entries are missing, also those of requests", [allow(), (evaluated(3), ""), (cut(2), damaged)], "Cut")
    add("the entry of the session at hand is missing", [allow(), begun, (cut(1), damaged)], "Cut")
    add(
        "the entry of the session at hand is there, and what came after it is missing",
        [allow(), begun, (evaluated(1), ""), (cut(1), ""), (rounds[1], "")],
        "Cut",
        "Boundary",
    )
    add(
        "the entry of a session that was answered is missing",
        [allow(), *((one, "") for one in rounds), (cut(1), damaged)],
        "Cut",
    )
    add(
        "the entry of an earlier session is missing, and so is that of the one at hand",
        [allow(), begun, (next_rounds[0], ""), (cut(2), damaged)],
        "Cut",
    )
    gone: Step = {"do": "erase", "at": word(NOW + 5)}
    add(
        "the entry of an erasure is missing: it is written again; and all are",
        [(gone, ""), (cut(1), ""), (gone, "="), (cut(2), damaged)],
        "Cut",
        "Erased",
    )
    back: Step = {"do": "putBack"}
    add("a share that was erased is put back", [(gone, ""), (back, "keyErased")], "PutBack", "Erased")
    add(
        "the state of before is put back: a session that was begun is not begun again, whose place was taken or not",
        [
            allow(),
            begun,
            (rounds[1], ""),
            (back, ""),
            (rounds[2], conflict),
            (call(COMMIT, session, at=NOW + 1), conflict),
            (call(COMMIT, both.next.encode(), at=NOW + 1, random=both.random), ""),
        ],
        "PutBack",
        "Counted",
    )
    add(
        "what was refused is answered when it comes again",
        [allow(slots=1), (evaluated(2), full), allow(), (evaluated(2), ""), (again(evaluated(2)), refused)],
        "Later",
        "Again",
    )
    add(
        "a call that comes again, or a session, and more elements than are left",
        [
            operator("stop"),
            allow(slots=3),
            operator("resume"),
            (evaluated(1), ""),
            (rounds[0], ""),
            (call(COMMIT, both.next.encode(), random=both.random), ""),
            (again(evaluated(1)), refused),
            (late_commit, "sessionConflict"),
            (evaluated(1, at=NOW + 1), full),
            allow(until=NOW - 1),
            (again(evaluated(1)), "setExpired"),
            operator("stop"),
            (again(evaluated(1)), "custodianStopped"),
        ],
        "Order",
    )
    add(
        "a session that is committed in twice counts twice",
        [allow(), (rounds[0], ""), (late_commit, "=")],
        "Counted",
        "Again",
    )
    add(
        "what the limits let pass has counted, whatever is wrong with it",
        [
            allow(),
            (rounds[0], ""),
            (rounds[1], ""),
            (late_commit, "sessionConflict"),
            (call(COMMIT, replace(proof.session, parties=(2, 3)).encode()), "parameterOutOfRange"),
            (call(EVALUATE, asked(3)[:136] + b"\xff" * 32 + asked(3)[168:]), "invalidPoint"),
            (call(EVALUATE, asked(2)[:-32] + bytes(32)), "invalidPoint"),
            (call(EVALUATE, asked(2)[:104] + bytes(32) + asked(2)[136:]), "identityPoint"),
        ],
        "Counted",
    )
    good = asked(2)
    add(
        "what has another form has not",
        [
            allow(),
            (call(EVALUATE, good[:-1]), "wrongLength"),
            (call(EVALUATE, good[:-64]), "wrongLength"),
            (call(EVALUATE, b"SMEA" + good[4:]), "invalidMagic"),
            (call(EVALUATE, with_byte(good, 7, 1)), "nonCanonical"),
            (call(EVALUATE, good[:40] + bytes(32) + good[72:]), "invalidScalar"),
            (call(COMMIT, session + b"\0"), "wrongLength"),
            (call(COMMIT, session[:-1]), "wrongLength"),
            (call(COMMIT, session[:56] + bytes(32)), "identityPoint"),
            (call(REVEAL, session + first + b"\0"), "wrongLength"),
            (call(RESPOND, session + second[:-1]), "wrongLength"),
        ],
        "Counted",
    )
    late = call(EVALUATE, good)
    late["at"] = word(NOW + 301)
    add(
        "what “Calls” refuses has not",
        [
            allow(),
            (call(COMMIT, good, expected=EVALUATE), refused),
            (late, refused),
            (
                {**call(EVALUATE, good), "message": flipped(make_call(seed, EVALUATE, key, NOW, good), 150).hex()},
                refused,
            ),
        ],
        "Counted",
    )
    add(
        "messages of another session or party, in a call for this one",
        [
            allow(),
            (rounds[0], ""),
            (call(REVEAL, session + b"".join(both.first)), "transcriptMismatch"),
            (call(REVEAL, session + proof.first[0] * 2), "parameterOutOfRange"),
            (call(REVEAL, session + first[:-2]), "wrongLength"),
            (rounds[1], ""),
            (call(RESPOND, session + b"".join(both.second)), "transcriptMismatch"),
            (rounds[2], ""),
        ],
        "OtherRun",
    )
    strange = Parties("another 2 of 3", 2, 3).record
    unknown = call(EVALUATE, asked(1, record=strange))
    add(
        "another record's",
        [
            allow(),
            (unknown, "unknownSet"),
            (call(COMMIT, replace(proof.session, record=strange.name).encode()), "unknownSet"),
        ],
        "OtherRun",
    )
    erased: Step = {"do": "erase", "at": word(NOW + 5)}
    add(
        "erased: one entry, and nothing is answered",
        [
            allow(),
            (evaluated(1), ""),
            (rounds[0], ""),
            (erased, ""),
            ({"do": "erase", "at": word(NOW + 6)}, "="),
            operator("restart"),
            *((one, "keyErased") for one in every),
            (unknown, "unknownSet"),
        ],
        "Erased",
        "Counted",
    )
    wrong_form = call(EVALUATE, asked(1, record=strange)[:-1])
    add(
        "what is looked at first",
        [
            operator("stop"),
            (call(EVALUATE, good[:-1], expected=COMMIT), refused),
            (wrong_form, "wrongLength"),
            (unknown, "unknownSet"),
            (evaluated(1), "custodianStopped"),
            operator("resume"),
            (evaluated(1), "unknownSet"),
            allow(coordinators=(stranger,), until=NOW - 1, slots=0, rate=0),
            (evaluated(1), refused),
            allow(until=NOW - 1, slots=0, rate=0),
            (evaluated(1), "setExpired"),
            allow(slots=0, rate=0),
            (call(EVALUATE, asked(1)[:-64] + bytes(64)), full),
        ],
        "Order",
    )


def limits(topic: Topic) -> None:
    adding = Adding(
        topic,
        "Limits",
        "5.23, “Answering”, steps 3 to 5: policies, and how many elements a coordinator asks for at which time.",
        limit_replies,
    )
    draw = seeded("steps: limits")
    seed, tables, keys = draw(32), (draw(16), draw(16)), (draw(32), draw(32), draw(32))
    policy = Policy(tables[0], NOW + 10**6, 10**9, 10, keys[:2])
    rate, full = "rateExceeded", "quotaExceeded"

    def add(comment: str, steps: Sequence[tuple[Step, str]], *flags: str) -> None:
        adding.add(comment, {"seed": seed.hex()}, steps, *flags)

    def allow(**changes: Any) -> tuple[Step, str]:
        return {"do": "allow", "policy": replace(policy, **changes).encode().hex()}, ""

    def ask(count: int, after: int, expected: str = "", table: int = 0, who: int = 0) -> tuple[Step, str]:
        step = {
            "do": "ask",
            "at": word(NOW + after),
            "tableID": tables[table].hex(),
            "coordinator": keys[who].hex(),
            "count": count,
        }
        return step, expected

    restart: tuple[Step, str] = ({"do": "restart"}, "")
    add(
        "a whole request at once, then ten a second",
        [
            allow(),
            ask(65_535, 0),
            ask(1, 0, rate),
            ask(11, 1, rate),
            ask(10, 1),
            ask(1, 1, rate),
            ask(20, 3),
            ask(5, 4),
            ask(15, 5),
            ask(1, 5, rate),
        ],
        "Boundary",
        "Later",
    )
    add(
        "after long enough as many as at first, and no more",
        [
            allow(),
            ask(65_535, 0),
            ask(65_535, 6_553, rate),
            ask(65_535, 6_554),
            ask(1, 6_554, rate),
            ask(65_535, 900_000),
        ],
        "Boundary",
        "Later",
    )
    add(
        "a minute's worth, if that is more",
        [allow(rate=2_000), ask(65_535, 0), ask(54_466, 0, rate), ask(54_465, 0), ask(1, 0, rate), ask(2_000, 1)],
        "Boundary",
        "Later",
    )
    least = [allow(rate=1_092), ask(65_535, 0), ask(1, 0, rate), restart]
    add(
        "the rate from which on a minute's worth is more",
        [*least, allow(rate=1_093), ask(65_535, 0), ask(45, 0), ask(1, 0, rate)],
        "Boundary",
    )
    most = 2**32 - 1
    add("the greatest rate", [allow(rate=most), *(ask(65_535, 0) for _ in range(40))], "Boundary")
    add(
        "rate 0",
        [allow(rate=0), ask(65_000, 0), ask(536, 100, rate), ask(535, 900_000), ask(1, 900_000, rate)],
        "Boundary",
    )
    add(
        "started anew: as at first",
        [allow(rate=0), ask(65_535, 0), ask(1, 0, rate), restart, ask(65_535, 0), ask(1, 0, rate)],
    )
    add(
        "what is refused takes nothing from the rate",
        [
            allow(rate=0, slots=100),
            ask(65_535, 0, full),
            ask(101, 0, full),
            allow(rate=0),
            ask(65_535, 0),
            ask(1, 0, rate),
        ],
        "Counted",
    )
    add(
        "too much at a time, refused again and again, is not put off by that",
        [allow(), ask(65_535, 0), *(ask(10, 0, rate) for _ in range(3)), ask(10, 1)],
        "Counted",
        "Later",
    )
    add(
        "another rate counts from when something was counted last",
        [
            allow(),
            ask(65_535, 0),
            allow(rate=100),
            ask(201, 2, rate),
            ask(200, 2),
            allow(rate=3),
            ask(4, 3, rate),
            ask(3, 3),
        ],
        "Counted",
    )
    add(
        "elements in all: below, at and above",
        [
            allow(slots=100),
            ask(99, 0),
            ask(2, 0, full),
            ask(1, 0),
            ask(1, 0, full),
            allow(slots=101),
            ask(1, 0),
            ask(1, 0, full),
        ],
        "Boundary",
        "Later",
    )
    add("none in all", [allow(slots=0), ask(1, 0, full)], "Boundary")
    add("the greatest number in all", [allow(slots=2**64 - 1), ask(65_535, 0)], "Boundary")
    add(
        "what was counted stays when it is started anew",
        [allow(slots=100), ask(60, 0), restart, ask(41, 0, full), ask(40, 0)],
    )
    add(
        "too many at a time and in all",
        [allow(slots=65_540), ask(65_535, 0), ask(6, 0, rate), ask(6, 1, full)],
        "Order",
    )
    add(
        "coordinators have their limits together, tables each its own",
        [
            allow(slots=70_000),
            allow(table_id=tables[1], slots=70_000),
            ask(60_000, 0),
            ask(60_000, 0, rate, who=1),
            ask(5_535, 0, who=1),
            ask(65_535, 0, table=1),
            ask(1, 0, rate, table=1),
            ask(4_466, 500, full, table=1),
            ask(4_465, 500, table=1),
            ask(4_465, 500),
        ],
        "Counted",
    )
    add(
        "who is no coordinator, and a table without a policy",
        [
            allow(),
            ask(1, 0, "authenticationFailed", who=2),
            ask(1, 0, "unknownSet", table=1),
            ask(1, 0),
        ],
    )
    last = policy.until - NOW
    add("until the last second", [allow(), ask(1, last), ask(1, last + 1, "setExpired")], "Boundary")
    add(
        "the greatest time",
        [
            allow(until=2**64 - 1),
            ask(1, 2**64 - 1 - NOW),
            allow(until=2**64 - 2),
            ask(1, 2**64 - 1 - NOW, "setExpired"),
        ],
        "Boundary",
    )


def taken(topic: Topic) -> None:
    group = topic.group(
        "Taken",
        "5.23, “Taken once”: which calls are taken, by what their signature is of, or a name for it.",
    )
    draw = seeded("steps: taken")
    names = [draw(32) for _ in range(5)]
    coordinators = [draw(32) for _ in range(2)]
    last = 2**64 - 1

    def add(
        comment: str,
        calls: Sequence[tuple[int, int, int, str]],
        *flags: str,
        start: int = NOW,
        most: int = 9,
        others: Sequence[int] = (),
    ) -> None:
        """Of each call its name, time and when it comes, and what is expected. Names of `others` are of calls of
        another coordinator."""
        case = {
            "start": word(start),
            "most": most,
            "calls": [
                {
                    "name": names[name].hex(),
                    "coordinator": coordinators[name in others].hex(),
                    "time": word(time),
                    "now": word(now),
                }
                for name, time, now, _ in calls
            ],
        }

        def run() -> dict[str, Any]:
            output = taken_replies(case)
            assert [reply or "" for reply in output["replies"]] == [expected for *_, expected in calls], comment
            return output

        group.add(comment, case, run, *flags)

    refused, many = "authenticationFailed", "rateExceeded"
    add(
        "from before the start, and of its second",
        [(0, NOW - 1, NOW, refused), (0, NOW, NOW, ""), (0, NOW, NOW, refused), (1, NOW + 300, NOW, "")],
        "Boundary",
    )
    add(
        "again as long as its time is one that “Calls” takes, and after it",
        [(0, NOW, NOW, ""), *((0, NOW, NOW + after, refused) for after in (0, 1, 299, 300, 301, 302, 10**6))],
        "Boundary",
        "Again",
    )
    add(
        "a clock that is set back brings nothing again that was forgotten, nor anything as old",
        [
            (0, NOW + 10, NOW + 10, ""),
            (1, NOW + 311, NOW + 311, ""),
            (0, NOW + 10, NOW + 20, refused),
            (2, NOW + 10, NOW + 20, refused),
            (2, NOW + 11, NOW + 20, ""),
            (1, NOW + 311, NOW + 20, refused),
        ],
        "Boundary",
        "Again",
    )
    add(
        "a clock that is set back, and nothing was forgotten",
        [(0, NOW + 310, NOW + 310, ""), (1, NOW, NOW + 10, ""), (0, NOW + 310, NOW + 10, refused)],
        "Again",
    )
    add(
        "as many as are kept, and one more; then some are forgotten",
        [
            (0, NOW, NOW, ""),
            (1, NOW, NOW, ""),
            (2, NOW + 1, NOW, ""),
            (3, NOW + 1, NOW, many),
            (0, NOW, NOW, refused),
            (3, NOW + 300, NOW + 300, many),
            (3, NOW + 301, NOW + 301, ""),
            (4, NOW + 301, NOW + 301, ""),
            (0, NOW + 301, NOW + 301, many),
        ],
        "Boundary",
        "Later",
        most=3,
    )
    add(
        "what found no room is not kept",
        [
            (0, NOW, NOW, ""),
            (1, NOW + 301, NOW, many),
            (1, NOW + 301, NOW + 301, ""),
            (1, NOW + 301, NOW + 301, refused),
        ],
        "Later",
        most=1,
    )
    add(
        "one coordinator's room is full, another one's is not",
        [
            (0, NOW, NOW, ""),
            (1, NOW, NOW, ""),
            (2, NOW, NOW, many),
            (3, NOW, NOW, ""),
            (3, NOW, NOW, refused),
            (2, NOW, NOW, many),
            (4, NOW + 1, NOW, ""),
            (2, NOW + 301, NOW + 301, ""),
            (3, NOW, NOW + 301, refused),
        ],
        "Boundary",
        "Later",
        most=2,
        others=(3, 4),
    )
    add(
        "the least and the greatest times",
        [(0, 0, 0, ""), (0, 0, 299, refused), (1, last, last, ""), (1, last, last, refused), (2, last - 1, last, "")],
        "Boundary",
        start=0,
    )


def coordinators(topic: Topic, two: Parties) -> None:
    group = topic.group(
        "Coordinator",
        "Evaluation, all steps: what parties answer, without and with a proof, and what the coordinator makes of it.",
    )
    draw = seeded("steps: coordinators")
    elements = [hash_to_group(draw(16)) for _ in range(2)]
    five = Parties("5 of 8", 5, 8)
    rejected = "proofRejected"

    def add(
        comment: str,
        order: Sequence[int],
        batches: Sequence[tuple[dict[int, str], str]],
        *flags: str,
        parties: Parties = two,
        points: Sequence[bytes] = elements,
    ) -> None:
        """Of each batch what parties answer besides "honest", two ways where it is another one with a proof; and the
        faults that are expected, and whether there is no result.
        """
        case = {
            "shares": [share.encode().hex() for share in parties.shares],
            "order": list(order),
            "batches": [
                {
                    "elements": hexes(points),
                    "answers": [
                        {"party": party, "plain": one.split("/")[0], "proved": one.split("/")[-1]}
                        for party, one in ((party, ways.get(party, "honest")) for party in parties.plan.parties)
                    ],
                }
                for ways, _ in batches
            ],
        }
        alpha = (
            sum(
                lagrange(i, parties.plan.parties[: parties.plan.threshold]) * parties.shares[i - 1].secret
                for i in parties.plan.parties[: parties.plan.threshold]
            )
            % ORDER
        )

        def run() -> dict[str, Any]:
            output = coordinator_replies(case)
            for (_, expected), reply in zip(batches, output["batches"], strict=True):
                said = [f"{fault['party']} {fault['error'] or fault['kind']}" for fault in reply["faults"]]
                got = ", ".join(said + ([reply["error"]] if reply["error"] else []))
                assert got == expected, (comment, got)
                if reply["products"]:
                    right = [multiply(alpha, point) if is_element(point) else bytes(32) for point in points]
                    assert reply["products"] == hexes(right), comment
            return output

        group.add(comment, case, run, *flags)

    all_three, few = (1, 2, 3), "tooFewCustodians"
    add("all are honest", all_three, [({}, ""), ({}, "")])
    add("in another order", (3, 1, 2), [({}, "")])
    add("five of eight", (8, 2, 3, 5, 7, 1, 4, 6), [({}, "")], parties=five)
    strange = [bytes(32), elements[0], b"\xff" * 32, elements[0], elements[1][:31] + b"\xff"]
    add("what is no element, the identity, and one twice", all_three, [({}, "")], points=strange)
    add(
        "nothing but what is no element: nobody is asked",
        all_three,
        [({1: "silent"}, "")],
        points=[bytes(32), b"\xff" * 32],
    )
    add("one is silent, and asked last from then on", all_three, [({1: "silent"}, "1 silent"), ({}, "")], "Silent")
    again = [({1: "silent"}, "1 silent"), ({2: "silent"}, "2 silent"), ({}, "")]
    add("one after the other is silent", all_three, again, "Silent")
    add("two are silent", all_three, [({1: "silent", 2: "silent"}, f"1 silent, 2 silent, {few}"), ({}, "")], "Silent")
    add(
        "all are silent",
        all_three,
        [(dict.fromkeys(all_three, "silent"), f"1 silent, 2 silent, {few}"), ({}, "")],
        "Silent",
    )
    turned = [
        ({1: "silent", 3: "silent"}, f"1 silent, 3 silent, {few}"),
        ({}, ""),
        ({2: "silent"}, "2 silent"),
        ({}, ""),
    ]
    add("two are silent at once, in another order", (3, 1, 2), turned, "Silent")
    for how, error in (("short", "wrongLength"), ("index", "transcriptMismatch"), ("digest", "transcriptMismatch")):
        add(f"an answer of another form: {how}", all_three, [({2: how}, f"2 {error}"), ({}, "")], "Wrong")
    for how, comment, error in (
        ("more", "another product", rejected),
        ("none", "a product that is no element", "invalidPoint"),
        ("identity", "a product that is the identity", "identityPoint"),
    ):
        add(
            f"{comment}, and the right ones with a proof",
            all_three,
            [({1: how + "/honest"}, f"1 {error}"), ({}, "")],
            "Wrong",
        )
    wrong_roots = (
        ("otherRoot", "another element's root"),
        ("doubledRoot", "the root of the double"),
        ("negatedRoot", "a root negated"),
        ("swappedRoots", "two roots exchanged"),
    )
    for how, comment in wrong_roots:
        add(f"the right products, and {comment}", all_three, [({2: how}, "2 invalidPoint"), ({}, "")], "Wrong")
    add(
        "one's product is another one, and one's root",
        all_three,
        [({1: "more", 2: "otherRoot"}, f"2 invalidPoint, 1 {rejected}, {few}")],
        "Wrong",
    )
    add(
        "a wrong root, by who would be silent when it is to be proved",
        all_three,
        [({1: "otherRoot/silent"}, "1 invalidPoint"), ({3: "negatedRoot"}, f"3 invalidPoint, {few}")],
        "Wrong",
    )
    add("two wrong roots at once", all_three, [({1: "otherRoot", 2: "none"}, f"1 invalidPoint, 2 invalidPoint, {few}")])
    add(
        "a wrong root beside one that is silent",
        all_three,
        [({1: "silent", 2: "swappedRoots"}, f"1 silent, 2 invalidPoint, {few}"), ({}, "")],
        "Wrong",
        "Silent",
    )
    add(
        "the identity as product, with its own root, and then another product",
        all_three,
        [({1: "identity"}, "1 identityPoint"), ({2: "more"}, f"2 {rejected}, {few}")],
        "Wrong",
    )
    add("another product, also with a proof", all_three, [({1: "more"}, f"1 {rejected}"), ({}, "")], "Wrong")
    add(
        "a product that is no element, also with a proof",
        all_three,
        [({2: "none"}, "2 invalidPoint"), ({}, "")],
        "Wrong",
    )
    add(
        "another product, and silent when it is to be proved",
        all_three,
        [({1: "more/silent"}, "1 silent"), ({}, "")],
        "Wrong",
        "Silent",
    )
    add(
        "who is honest is silent when it is to be proved",
        all_three,
        [({1: "more", 2: "honest/silent"}, f"1 {rejected}, 2 silent, {few}"), ({}, "")],
        "Wrong",
        "Silent",
    )
    add(
        "who takes the place is wrong, too",
        all_three,
        [({1: "more", 3: "more"}, f"1 {rejected}, 3 {rejected}, {few}"), ({}, few)],
        "Wrong",
    )
    add(
        "who takes the place is silent",
        all_three,
        [({1: "more", 3: "silent"}, f"1 {rejected}, 3 silent, {few}"), ({}, "")],
        "Wrong",
        "Silent",
    )
    add(
        "both of two are wrong",
        all_three,
        [({1: "more", 2: "more"}, f"1 {rejected}, 2 {rejected}, {few}"), ({}, few)],
        "Wrong",
    )
    add(
        "one is wrong at the second batch",
        all_three,
        [({}, ""), ({2: "more"}, f"2 {rejected}"), ({2: "more"}, "")],
        "Wrong",
    )
    liars = {2: "more", 5: "short", 7: "silent", 8: "none/honest"}
    add(
        "five of eight, and four that are not honest",
        range(1, 9),
        [
            ({2: "more", 5: "short", 7: "silent"}, f"5 wrongLength, 2 {rejected}, 7 silent"),
            (liars, f"8 invalidPoint, 7 silent, {few}"),
        ],
        "Wrong",
        "Silent",
        parties=five,
    )
    add(
        "five of eight, and too many that are not honest",
        range(1, 9),
        [(liars, f"5 wrongLength, 2 {rejected}, 7 silent, 8 invalidPoint, {few}")],
        "Wrong",
        "Silent",
        parties=five,
    )
