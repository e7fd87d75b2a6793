"""Protocol 5.23, "Answering": what a running custodian does with calls, within its operator's policy."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from .custodian import COMPLAINED, CONFIRMED, DEALT, ENDED, HANDED_OVER, Custodian
from .custodians import RECOVERY, Plan, Record, Share
from .custody import (
    BEGUN,
    COMMIT,
    ENTRY_COUNT,
    ERASED,
    EVALUATE,
    EVALUATED,
    FINISHED,
    PROVED,
    REVEAL,
    Call,
    Journal,
    Policy,
    TakenCalls,
    open_call,
)
from .erasure import Erasure
from .errors import ProtocolError, require
from .evaluation import Request, evaluate
from .joint_proof import Session
from .keys import source_public_key
from .labels import Draw, system_draw

LEAST_BURST = 65_535
BURST_SECONDS = 60
SESSION_COUNT = 88


@dataclass(frozen=True)
class Said:
    """What was said in a run so far: of each round all messages, None while one is missing."""

    plan: Plan
    base: Record | None = None
    first: Sequence[bytes] | None = None
    second: Sequence[bytes] | None = None
    third: Sequence[bytes] | None = None
    """of a recovery what was handed over"""
    record: Record | None = None
    """that the run has made, in the place of all messages"""


class Service:
    def __init__(self, seed: bytes, custodian: Custodian | None = None) -> None:
        self.seed, self.custodian = seed, custodian
        self.first_share = None if custodian is None else custodian.share
        self.policies: dict[bytes, Policy] = {}
        self.is_stopped = False
        self.agreed: dict[bytes, tuple[Plan, list[bytes]]] = {}
        """Of each table the plan that the operator has agreed to, and new keys."""
        self.journal, self.written = Journal(totals={}), b""
        if custodian is not None and custodian.share is not None:
            plan = custodian.share.record.plan
            self.note(BEGUN, 0, plan.table_id, plan.run)
        self.restart(0)

    def restart(self, now: int) -> None:
        # "Journal", 5.
        if self.custodian is not None:
            self.check_state(self.custodian)
        # "Taken once"
        last = self.journal.last_asked
        self.taken = TakenCalls(now if last is None else max(now, last + 1))
        self.left: dict[bytes, tuple[int, int]] = {}
        """Of each table, how many elements were left when one was counted, and when that was."""

    def check_state(self, custodian: Custodian) -> None:
        share, run, prover = custodian.share, custodian.run, custodian.prover
        erasure = None if custodian.erasure is None else Erasure.decode(custodian.erasure)
        of_table = {(kind, table) for kind, table, _ in self.journal.steps}
        begun = [share.record.plan.table_id] if share is not None else []
        begun += [erasure.table_id] if erasure is not None else []
        if run is not None and custodian.at in (DEALT, CONFIRMED, HANDED_OVER, ENDED):
            begun.append(run.plan.table_id)
        begun += [kept.plan.table_id for kept in custodian.kept]
        require(all((BEGUN, table) in of_table for table in begun), "damagedJournal")
        if prover is not None:
            step = PROVED, prover.share.record.plan.table_id, prover.session.name
            require(step in self.journal.steps, "damagedJournal")
        require(share is None or (ERASED, share.record.plan.table_id) not in of_table, "keyErased")

    def cut(self, entries: int, now: int) -> None:
        """It ends, and is started without the last entries of its journal."""
        self.written = self.written[: len(self.written) - entries * ENTRY_COUNT]
        self.journal = Journal.read(self.written, source_public_key(self.seed))
        self.restart(now)

    def put_back(self, now: int) -> None:
        """It ends, and is started with the state that it had at first."""
        self.custodian = Custodian(self.seed, self.first_share)
        self.restart(now)

    def allow(self, policy: Policy) -> None:
        self.policies[policy.table_id] = policy

    # Limits

    def permitted(self, coordinator: bytes, table: bytes, now: int) -> Policy:
        """Step 3."""
        require(not self.is_stopped, "custodianStopped")
        require(table in self.policies, "unknownSet")
        policy = self.policies[table]
        require(coordinator in policy.coordinators, "authenticationFailed")
        require(now <= policy.until, "setExpired")
        return policy

    def admit(self, kind: int, coordinator: bytes, table: bytes, subject: bytes, count: int, now: int) -> None:
        """Steps 3 to 5, of something that came in no call."""
        self.count(self.permitted(coordinator, table, now), kind, coordinator, table, subject, count, now)

    def count(
        self, policy: Policy, kind: int, coordinator: bytes, table: bytes, subject: bytes, count: int, now: int
    ) -> None:
        """Steps 4 and 5."""
        # 4.
        most = max(BURST_SECONDS * policy.rate, LEAST_BURST)
        left, since = self.left.get(table, (most, now))
        there = min(most, left + policy.rate * (now - since))
        require(count <= there, "rateExceeded")
        # "Journal", 1.
        require((self.journal.totals or {}).get(table, 0) + count <= policy.slots, "quotaExceeded")
        self.left[table] = (there - count, now)
        # 5.
        self.note(kind, now, table, subject, coordinator, count)

    def note(self, kind: int, now: int, table: bytes, subject: bytes, asker: bytes = bytes(32), count: int = 0) -> None:
        self.written += self.journal.follow(self.seed, kind, now, table, subject, asker, count).encode()

    # Calls

    def holding(self, record: bytes) -> Share:
        """Step 2."""
        assert self.custodian is not None
        if self.custodian.erasure is not None:
            require(Erasure.decode(self.custodian.erasure).record == record, "unknownSet")
        share = self.custodian.holding()
        require(share.record.name == record, "unknownSet")
        return share

    def answer(self, call: int, message: bytes, now: int, draw: Draw = system_draw) -> bytes:
        # 1.
        opened = open_call(message, call, source_public_key(self.seed), now)
        return self.evaluate(opened, now, draw) if call == EVALUATE else self.prove(call, opened, now, draw)

    def evaluate(self, call: Call, now: int, draw: Draw) -> bytes:
        request = Request.decode_form(call.asked)
        # 2.
        share = self.holding(request.record)
        table = share.record.plan.table_id
        # 3.
        policy = self.permitted(call.coordinator, table, now)
        self.taken.check(call.signed, call.coordinator, call.time, now)
        self.count(policy, EVALUATED, call.coordinator, table, request.digest, len(request.elements), now)
        self.taken.keep(call.signed, call.coordinator, call.time)
        # 6.
        request.check_elements()
        return evaluate(share, request, draw).encode()

    def prove(self, round_: int, call: Call, now: int, draw: Draw) -> bytes:
        head, rest = call.asked[:SESSION_COUNT], call.asked[SESSION_COUNT:]
        session = Session.decode(head)
        count = 0 if round_ == COMMIT else len(session.parties)
        require(rest == b"" if count == 0 else len(rest) % count == 0, "wrongLength")
        length = len(rest) // count if count else 0
        messages = [rest[length * place : length * (place + 1)] for place in range(count)]
        # 2.
        table = self.holding(session.record).record.plan.table_id
        assert self.custodian is not None
        # 3.
        policy = self.permitted(call.coordinator, table, now)
        if round_ == COMMIT:
            self.taken.check(call.signed, call.coordinator, call.time, now)
            at_hand = self.custodian.prover is not None and self.custodian.prover.session == session
            require(at_hand or (PROVED, table, session.name) not in self.journal.steps, "sessionConflict")
            self.count(policy, PROVED, call.coordinator, table, session.name, 1, now)
            self.taken.keep(call.signed, call.coordinator, call.time)
        # 6.
        if round_ == COMMIT:
            return self.custodian.commit(head, draw)
        return self.custodian.reveal(messages) if round_ == REVEAL else self.custodian.respond(messages)

    # Runs

    def agree(self, plan: Plan, new_keys: Sequence[bytes]) -> None:
        """5.23, "Agreed to", but for the comparison of names."""
        # 1.
        plan.index(source_public_key(self.seed))
        # 2. "This one takes the place of an older one"
        self.agreed[plan.table_id] = (plan, list(new_keys))

    def give_up(self, plan: Plan) -> None:
        """What was agreed to is that no more, and the run that is under way is given up."""
        assert self.custodian is not None
        agreed = self.agreed.get(plan.table_id)
        was_agreed = agreed is not None and agreed[0] == plan
        if was_agreed:
            del self.agreed[plan.table_id]
        try:
            self.custodian.give_up(plan)
        except ProtocolError as error:
            if not was_agreed or error.name != "sessionConflict":
                raise

    def carry_on(self, said: Said, now: int, draw: Draw = system_draw) -> bytes | None:
        """ "Carried on": what the party says next, None while others have to speak."""
        assert self.custodian is not None
        custodian, plan = self.custodian, said.plan
        # 1.
        require(not self.is_stopped, "custodianStopped")
        agreed = self.agreed.get(plan.table_id)
        is_agreed = agreed is not None and agreed[0] == plan
        require(is_agreed or custodian.is_here(plan), "unknownSet")
        index = plan.index(source_public_key(self.seed))
        # 2.
        here = custodian.record_of(plan)
        if here is not None:
            self.note_once(FINISHED, now, plan.table_id, plan.run)
            return here.encode()
        third = said.third if said.record is None else said.record.confirmations()
        # 3.
        if plan in (run.plan for run in custodian.kept):
            require(third is not None, "sessionConflict")
            record = custodian.finish_after_all(plan, third)
            self.note_once(FINISHED, now, plan.table_id, plan.run)
            return record
        # 4.
        if said.first is None and said.record is None:
            self.journal.is_new(plan, None if custodian.run is None else custodian.run.plan.run)
            message = custodian.begin(plan, agreed[1] if is_agreed else [], draw)
            self.note_once(BEGUN, now, plan.table_id, plan.run)
            return message
        # 5.
        require(custodian.under_way().plan == plan, "sessionConflict")
        if custodian.at == COMPLAINED:
            return custodian.said
        # 6.
        if said.record is not None:
            require(plan.kind != RECOVERY, "sessionConflict")
            record = custodian.finish(third)
        elif index == plan.lost:
            if said.second is None or said.third is None or said.base is None:
                return None
            record = custodian.recover(said.base, said.first, said.second, said.third)
        elif said.second is None:
            return custodian.deal(said.first, draw)
        elif said.third is None:
            try:
                if plan.kind == RECOVERY:
                    return custodian.hand_over(said.second, draw)
                return custodian.confirm(said.second)
            except ProtocolError as error:
                if error.name != "shareRejected" or error.party is None:
                    raise
                return custodian.complain(error.party, said.second[plan.dealers.index(error.party)])
        elif plan.kind == RECOVERY:
            return None
        else:
            record = custodian.finish(said.third)
        # 7.
        self.note_once(FINISHED, now, plan.table_id, plan.run)
        return record

    def note_once(self, kind: int, now: int, table: bytes, subject: bytes) -> None:
        """ "Journal", step 1: of kinds 3, 4 and 5 one entry of one table and subject."""
        if (kind, table, subject) not in self.journal.steps:
            self.note(kind, now, table, subject)

    # Erasure

    def erase(self, now: int) -> bytes:
        """5.27"""
        assert self.custodian is not None
        statement = self.custodian.erase(now)
        said = Erasure.decode(statement)
        self.note_once(ERASED, now, said.table_id, said.record)
        return statement
