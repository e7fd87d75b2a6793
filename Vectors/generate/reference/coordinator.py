"""Protocol 5.23, "Evaluation": a coordinator with custodians of which some are silent and some lie."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

from .custodians import Record
from .errors import ProtocolError, require
from .evaluation import Answer, Mask, Request, accepts, combine, masked, request, verify_answer
from .group import IDENTITY, decode_element_but_identity
from .labels import Draw, system_draw

Ask = Callable[[int, Request], bytes | None]
"""What a party answers; None if it does not."""
SILENT, WRONG = "silent", "wrong"


@dataclass(frozen=True)
class Fault:
    party: int
    kind: str
    error: str | None


@dataclass
class Answers:
    """What was answered about a batch."""

    all: dict[int, tuple[Request, Answer]] = field(default_factory=dict)
    proved: set[int] = field(default_factory=set)
    silent: set[int] = field(default_factory=set)


class Coordinator:
    def __init__(self, record: Record, order: Sequence[int]) -> None:
        self.record, self.order = record, list(order)
        self.wrong: set[int] = set()
        self.faults: list[Fault] = []

    def evaluate(self, elements: Sequence[bytes], ask: Ask, draw: Draw = system_draw) -> list[bytes]:
        # 1. "takes out what is not canonical or is the identity: no product"
        valid = [element for element in elements if is_element(element)]
        found = iter(self.products(valid, ask, draw) if valid else [])
        return [next(found) if is_element(element) else IDENTITY for element in elements]

    def products(self, elements: Sequence[bytes], ask: Ask, draw: Draw) -> list[bytes]:
        mask = Mask.draw(len(elements), draw)
        batch = [*elements, masked(mask, elements)]
        answers = Answers()
        while True:
            chosen = self.choose(answers)
            missing = [party for party in chosen if party not in answers.all]
            if missing:
                asked = [request(self.record, batch, party, chosen, proved=False) for party in missing]
                self.gather(missing, asked, ask, answers)
                continue
            if answers.proved >= set(chosen):
                return combine(self.record, [answers.all[party] for party in chosen])[:-1]
            # 4.
            if not self.decoded(chosen, answers):
                continue
            *products, last = combine(self.record, [answers.all[party] for party in chosen])
            if accepts(mask, self.record.public_key, products, last):
                return products
            # 5. "Each party of I … is asked the same once more, with a proof."
            doubted = [party for party in chosen if party not in answers.proved]
            before = {party: answers.all.pop(party) for party in doubted}
            again = [replace(before[party][0], proved=True, roots=()) for party in doubted]
            self.gather(doubted, again, ask, answers, before)

    def choose(self, answers: Answers) -> list[int]:
        """1. "It chooses I" """
        willing = [party for party in self.order if party not in self.wrong | answers.silent]
        known = [party for party in willing if party in answers.all]
        chosen = (known + [party for party in willing if party not in answers.all])[: self.record.plan.threshold]
        require(len(chosen) == self.record.plan.threshold, "tooFewCustodians")
        return sorted(chosen)

    def gather(
        self,
        parties: Sequence[int],
        asked: Sequence[Request],
        ask: Ask,
        answers: Answers,
        before: dict[int, tuple[Request, Answer]] | None = None,
    ) -> None:
        """All are asked, then each is looked at."""
        for party, one, data in zip(
            parties, asked, [ask(p, r) for p, r in zip(parties, asked, strict=True)], strict=True
        ):
            if data is None:
                self.faults.append(Fault(party, SILENT, None))
                answers.silent.add(party)
                self.order.remove(party)
                self.order.append(party)
                continue
            try:
                answer = verify_answer(self.record, party, one, data)
                if before is not None:
                    # "Who has answered otherwise before … is wrong"
                    require(answer.products == before[party][1].products, "proofRejected")
            except ProtocolError as error:
                self.faults.append(Fault(party, WRONG, error.name))
                self.wrong.add(party)
                continue
            answers.all[party] = (one, answer)
            if before is not None:
                answers.proved.add(party)

    def decoded(self, parties: Sequence[int], answers: Answers) -> bool:
        """4. "Who has given a D_j that is none …, or a root that is not its own, is wrong" """
        before = len(self.wrong)
        for party in parties:
            try:
                answers.all[party][1].check_roots()
            except ProtocolError as error:
                self.faults.append(Fault(party, WRONG, error.name))
                self.wrong.add(party)
                del answers.all[party]
        return len(self.wrong) == before


def is_element(data: bytes) -> bool:
    try:
        decode_element_but_identity(data)
    except ProtocolError:
        return False
    return True
