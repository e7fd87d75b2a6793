"""Protocol 5.22 to 5.27: what a custodian keeps of one table, and which step it takes when."""

from __future__ import annotations

from collections.abc import Sequence

from .custodians import KEY_GENERATION, RECOVERY, Plan, Record, Share
from .erasure import Erasure
from .errors import require
from .evaluation import Request, evaluate
from .joint_proof import Prover, Session, bodies
from .key_generation import Party, judge
from .labels import Draw, system_draw

BEGUN, DEALT, CONFIRMED, HANDED_OVER, COMPLAINED, ENDED, GIVEN_UP = range(1, 8)
"""Where a run is."""
COMMITTED, REVEALED, ANSWERED = range(1, 4)
"""Where a proof session is."""


class Custodian:
    """Each function is one step. What it returns leaves the machine; what is refused changes nothing."""

    def __init__(self, seed: bytes, share: Share | None = None) -> None:
        self.seed, self.share = seed, share
        self.erasure: bytes | None = None
        self.run: Party | None = None
        self.at = 0
        self.given: list[bytes] = []
        """The messages of round 1 that were taken."""
        self.said = b""
        self.kept: list[Party] = []
        """Runs that were given up after this party had confirmed, in their order."""
        self.prover: Prover | None = None
        self.proved = 0

    def holding(self) -> Share:
        """ "The record is one whose share it holds [`unknownSet`; `keyErased` once it is erased]" """
        require(self.erasure is None, "keyErased")
        require(self.share is not None, "unknownSet")
        return self.share

    # Runs

    def under_way(self) -> Party:
        require(self.erasure is None, "keyErased")
        require(self.run is not None, "sessionConflict")
        return self.run

    def says(self, run: Party, at: int, message: bytes) -> bytes:
        self.run, self.at, self.said = run, at, message
        return message

    def begin(self, plan: Plan, new_keys: Sequence[bytes] = (), draw: Draw = system_draw) -> bytes:
        require(self.erasure is None, "keyErased")
        if self.run is not None:
            # "Asked again": "of round 1 until it has dealt"
            if self.run.plan == plan:
                require(self.at == BEGUN, "sessionConflict")
                return self.said
            # "A run takes the place of another one of its table that is over"
            require(self.at not in (BEGUN, DEALT, CONFIRMED), "sessionConflict")
            require(plan.kind != KEY_GENERATION, "sessionConflict")
        require(plan not in (run.plan for run in self.kept), "sessionConflict")
        run = Party(self.seed, plan, self.share, new_keys)
        return self.says(run, BEGUN, run.begin(draw))

    def deal(self, messages: Sequence[bytes], draw: Draw = system_draw) -> bytes:
        run = self.under_way()
        if self.at == DEALT:
            # "no other messages of round 1 are taken any more [`sessionConflict`]"
            require(list(messages) == self.given, "sessionConflict")
            return self.said
        require(self.at == BEGUN, "sessionConflict")
        message = run.deal(messages, draw)
        self.given = list(messages)
        return self.says(run, DEALT, message)

    def confirm(self, messages: Sequence[bytes]) -> bytes:
        run = self.under_way()
        if self.at == CONFIRMED:
            return self.said
        require(self.at == DEALT and run.plan.kind != RECOVERY, "sessionConflict")
        return self.says(run, CONFIRMED, run.confirm(messages))

    def complain(self, accused: int, message: bytes) -> bytes:
        run = self.under_way()
        if self.at == COMPLAINED:
            return self.said
        require(self.at == DEALT, "sessionConflict")
        complaint = run.complain(accused, message)
        require(judge(complaint, run.plan) == accused, "proofRejected")
        return self.says(run, COMPLAINED, complaint)

    def see(self, complaint: bytes) -> bytes:
        """5.22, "Complaint seen"."""
        run = self.under_way()
        if self.at == COMPLAINED:
            return self.said
        # 1.
        require(self.at in (BEGUN, DEALT), "sessionConflict")
        # 2.
        judge(complaint, run.plan)
        # 3.
        return self.says(run, COMPLAINED, complaint)

    def give_up(self, plan: Plan) -> None:
        """5.22, "Giving up"."""
        run = self.under_way()
        # 1.
        require(run.plan == plan and self.at not in (ENDED, GIVEN_UP), "sessionConflict")
        # 2.
        if self.at == CONFIRMED:
            self.kept.append(run)
        self.says(run, GIVEN_UP, b"")

    def finish_after_all(self, plan: Plan, messages: Sequence[bytes]) -> bytes:
        """5.22, "Finished after all": the record."""
        require(self.erasure is None, "keyErased")
        # 1.
        if self.share is not None and self.share.record.plan == plan:
            return self.share.record.encode()
        kept = next((run for run in self.kept if run.plan == plan), None)
        require(kept is not None, "sessionConflict")
        # 2.
        share = kept.finish(messages)
        # 3.
        self.in_use(share)
        if self.at in (BEGUN, DEALT):
            self.at, self.said = GIVEN_UP, b""
        return share.record.encode()

    def in_use(self, share: Share) -> None:
        """ "what was given up before is forgotten, and what was given up after it stays" """
        plans = [run.plan for run in self.kept]
        if share.record.plan in plans:
            self.kept = self.kept[plans.index(share.record.plan) + 1 :]
        self.share, self.prover = share, None

    def hand_over(self, messages: Sequence[bytes], draw: Draw = system_draw) -> bytes:
        run = self.under_way()
        if self.at == HANDED_OVER:
            return self.said
        require(self.at == DEALT and run.plan.kind == RECOVERY, "sessionConflict")
        return self.says(run, HANDED_OVER, run.hand_over(messages, draw))

    def finish(self, messages: Sequence[bytes]) -> bytes:
        """The record."""
        run = self.under_way()
        if self.at == ENDED:
            require(run.plan.kind != RECOVERY, "sessionConflict")
            return self.holding().record.encode()
        require(self.at == CONFIRMED, "sessionConflict")
        share = run.finish(messages)
        # 5.25, 3. "With the record of the new shares the old share is gone, in the same write", and all that was given
        # up before this run.
        self.kept = []
        return self.has(run, share)

    def recover(
        self, record: Record, first: Sequence[bytes], second: Sequence[bytes], handovers: Sequence[bytes]
    ) -> bytes:
        """The record."""
        run = self.under_way()
        if self.at == ENDED:
            require(run.plan.kind == RECOVERY, "sessionConflict")
            require(record.name == run.plan.base == self.holding().record.name, "sessionConflict")
            return self.holding().record.encode()
        require(self.at == BEGUN and run.index == run.plan.lost, "sessionConflict")
        share = run.recover(record, first, second, handovers)
        # 5.26, 4. "its record is the base, or the one that the base is a refresh of"
        if self.share is not None:
            require(self.share.record.name in (record.name, record.plan.base), "setMismatch")
            # "all of them where none of them made the base": a state that was put back
            if self.share.record.name != record.name and record.plan not in [kept.plan for kept in self.kept]:
                self.kept = []
        return self.has(run, share)

    def has(self, run: Party, share: Share) -> bytes:
        self.in_use(share)
        self.says(run, ENDED, b"")
        return share.record.encode()

    def record_of(self, plan: Plan) -> Record | None:
        """The record that this run has given this party, if its share is in use here."""
        if self.share is None:
            return None
        record = self.share.record
        recovered = self.run is not None and self.run.plan == plan and self.at == ENDED and record.name == plan.base
        return record if record.plan == plan or (recovered and plan.kind == RECOVERY) else None

    def is_here(self, plan: Plan) -> bool:
        """Whether it is the run at hand, or one that was given up, or gave the share."""
        at_hand = self.run is not None and self.run.plan == plan
        return at_hand or plan in (run.plan for run in self.kept) or self.record_of(plan) is not None

    # Evaluation and proofs

    def evaluate(self, request: bytes, draw: Draw = system_draw) -> bytes:
        asked = Request.decode(request)
        return evaluate(self.holding(), asked, draw).encode()

    def session(self) -> Prover:
        self.holding()
        require(self.prover is not None, "sessionConflict")
        return self.prover

    def commit(self, session: bytes, draw: Draw = system_draw) -> bytes:
        """5.24, 1."""
        asked = Session.decode(session)
        prover = Prover(self.holding(), asked)
        if self.prover is not None and self.prover.session == asked:
            # "In a session that it has revealed or answered in, a party does not commit again"
            require(self.proved == COMMITTED, "sessionConflict")
            return self.prover.commitment
        message = prover.commit(draw)
        # "another one takes the place of what was there, and its r is gone"
        self.prover, self.proved = prover, COMMITTED
        return message

    def reveal(self, messages: Sequence[bytes]) -> bytes:
        """5.24, 2."""
        prover = self.session()
        if self.proved == COMMITTED:
            message = prover.reveal(messages)
            self.proved = REVEALED
            return message
        # "Other h are not taken any more for this r [`sessionConflict`]"
        h = bodies(b"SMS1", messages, 32, prover.session)
        require(self.proved == REVEALED and h == prover.committed, "sessionConflict")
        return prover.revealed_message

    def respond(self, messages: Sequence[bytes]) -> bytes:
        """5.24, 3."""
        prover = self.session()
        if self.proved == REVEALED:
            self.answer = prover.respond(messages)
            self.proved = ANSWERED
            # "r is gone from there before s_i leaves"
            del prover.r
        # "Asked again, the party gives the same answer, whatever it is asked with."
        require(self.proved == ANSWERED, "sessionConflict")
        return self.answer

    # Erasure

    def erase(self, time: int) -> bytes:
        """5.27."""
        if self.erasure is None:
            self.erasure = Erasure.sign(self.seed, self.holding(), time).encode()
            self.share = self.run = self.prover = None
            self.kept = []
        return self.erasure
