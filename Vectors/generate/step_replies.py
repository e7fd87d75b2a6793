"""What is replied to the steps of a case (steps/steps.json), from its input alone."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from envelope import seeded
from forms import word
from reference.coordinator import Coordinator
from reference.custodian import Custodian
from reference.custodian_service import Said, Service
from reference.custodians import Plan, Record, Share
from reference.custody import EVALUATED, Policy, TakenCalls
from reference.errors import ProtocolError
from reference.evaluation import Request
from reference.evaluation import evaluate as evaluate_request
from reference.group import add as add_points
from reference.group import GENERATOR, IDENTITY, element_root, multiply, multiply_base
from reference.labels import Draw, decode_integer
from topics.custodians import flipped, hexes, negated, with_byte

Step = dict[str, Any]
ROUNDS = ("first", "second", "third")


def exactly(random: str, step: Callable[[Draw], bytes | None]) -> bytes | None:
    """A step that draws all of these bytes."""
    left = bytes.fromhex(random)

    def draw(count: int) -> bytes:
        nonlocal left
        if count > len(left):
            raise ValueError("more is drawn than `random` holds")
        drawn, left = left[:count], left[count:]
        return drawn

    try:
        return step(draw)
    finally:
        # What is refused draws nothing.
        if left:
            raise ValueError(f"{len(left)} bytes of `random` are left over")


def take_step(custodian: Custodian, step: Step) -> bytes | None:
    def data(name: str) -> bytes:
        return bytes.fromhex(step[name])

    def all_data(name: str) -> list[bytes]:
        return [bytes.fromhex(text) for text in step[name]]

    match step["do"]:
        case "begin":
            plan = Plan.decode(data("plan"))
            return exactly(step["random"], lambda draw: custodian.begin(plan, all_data("newKeys"), draw))
        case "deal":
            return exactly(step["random"], lambda draw: custodian.deal(all_data("messages"), draw))
        case "confirm":
            return custodian.confirm(all_data("messages"))
        case "complain":
            return custodian.complain(step["accused"], data("message"))
        case "see":
            return custodian.see(data("complaint"))
        case "giveUp":
            custodian.give_up(Plan.decode(data("plan")))
            return None
        case "handOver":
            return exactly(step["random"], lambda draw: custodian.hand_over(all_data("messages"), draw))
        case "finish":
            return custodian.finish(all_data("messages"))
        case "finishAfterAll":
            return custodian.finish_after_all(Plan.decode(data("plan")), all_data("messages"))
        case "recover":
            rounds = [all_data(name) for name in ("first", "second", "handovers")]
            return custodian.recover(Record.decode(data("record")), *rounds)
        case "evaluate":
            return exactly(step["random"], lambda draw: custodian.evaluate(data("request"), draw))
        case "commit":
            return exactly(step["random"], lambda draw: custodian.commit(data("session"), draw))
        case "reveal":
            return custodian.reveal(all_data("messages"))
        case "respond":
            return custodian.respond(all_data("messages"))
        case "erase":
            return custodian.erase(decode_integer(data("time")))
    raise ValueError(step["do"])


def party_replies(case: dict[str, Any]) -> dict[str, Any]:
    share = None if case["share"] is None else Share.decode(bytes.fromhex(case["share"]))
    custodian = Custodian(bytes.fromhex(case["seed"]), share)
    replies: list[dict[str, Any]] = []
    for step in case["steps"]:
        try:
            message = take_step(custodian, step)
            replies.append({"message": None if message is None else message.hex(), "error": None, "party": None})
        except ProtocolError as error:
            replies.append({"message": None, "error": error.name, "party": error.party})
    return {"replies": replies}


class Serving:
    """A custodian's service, and what its clock says: the time of the last step that has one."""

    def __init__(self, service: Service) -> None:
        self.service, self.now = service, 0

    def take(self, step: Step) -> bytes | None:
        if "at" in step:
            self.now = decode_integer(bytes.fromhex(step["at"]))
        return serve(self.service, step, self.now)


def serve(service: Service, step: Step, now: int) -> bytes | None:
    match step["do"]:
        case "call":
            message = bytes.fromhex(step["message"])
            return exactly(step["random"], lambda draw: service.answer(step["call"], message, now, draw))
        case "erase":
            return service.erase(now)
        case "ask":
            table = bytes.fromhex(step["tableID"])
            service.admit(EVALUATED, bytes.fromhex(step["coordinator"]), table, bytes(32), step["count"], now)
        case "allow":
            service.allow(Policy.decode(bytes.fromhex(step["policy"])))
        case "stop":
            service.is_stopped = True
        case "resume":
            service.is_stopped = False
        case "restart":
            service.restart(now)
        case "killed":
            service.cut(1, now)
        case "putBack":
            service.put_back(now)
        case "cut":
            service.cut(step["entries"], now)
        case "agree":
            service.agree(Plan.decode(bytes.fromhex(step["plan"])), [bytes.fromhex(key) for key in step["newKeys"]])
        case "run":
            return exactly(step["random"], lambda draw: service.carry_on(said_so_far(step), now, draw))
        case "bring":
            record = Record.decode(bytes.fromhex(step["record"]))
            return service.carry_on(Said(record.plan, record=record), now)
        case "giveUp":
            service.give_up(Plan.decode(bytes.fromhex(step["plan"])))
        case "see":
            assert service.custodian is not None
            return take_step(service.custodian, step)
        case other:
            raise ValueError(other)
    return None


def said_so_far(step: Step) -> Said:
    rounds = [None if step[name] is None else [bytes.fromhex(text) for text in step[name]] for name in ROUNDS]
    base = None if step["base"] is None else Record.decode(bytes.fromhex(step["base"]))
    return Said(Plan.decode(bytes.fromhex(step["plan"])), base, *rounds)


def run_replies(case: dict[str, Any]) -> dict[str, Any]:
    seed = bytes.fromhex(case["seed"])
    share = None if case["share"] is None else Share.decode(bytes.fromhex(case["share"]))
    service = Service(seed, Custodian(seed, share))
    serving = Serving(service)
    replies: list[dict[str, Any]] = []
    for step in case["steps"]:
        try:
            message = serving.take(step)
            replies.append({"message": None if message is None else message.hex(), "error": None, "party": None})
        except ProtocolError as error:
            replies.append({"message": None, "error": error.name, "party": error.party})
    return {"replies": replies, "journal": service.written.hex()}


def service_replies(case: dict[str, Any]) -> dict[str, Any]:
    seed = bytes.fromhex(case["seed"])
    service = Service(seed, Custodian(seed, Share.decode(bytes.fromhex(case["share"]))))
    serving = Serving(service)
    replies: list[dict[str, Any]] = []
    for step in case["steps"]:
        try:
            answer = serving.take(step)
            replies.append({"answer": None if answer is None else answer.hex(), "error": None})
        except ProtocolError as error:
            replies.append({"answer": None, "error": error.name})
    return {"replies": replies, "journal": service.written.hex()}


def limit_replies(case: dict[str, Any]) -> dict[str, Any]:
    service = Service(bytes.fromhex(case["seed"]))
    serving = Serving(service)
    replies: list[str | None] = []
    for step in case["steps"]:
        try:
            serving.take(step)
            replies.append(None)
        except ProtocolError as error:
            replies.append(error.name)
    totals = service.journal.totals or {}
    return {
        "replies": replies,
        "totals": [{"tableID": table.hex(), "total": word(totals[table])} for table in sorted(totals)],
    }


def taken_replies(case: dict[str, Any]) -> dict[str, Any]:
    taken = TakenCalls(decode_integer(bytes.fromhex(case["start"])), case["most"])
    replies: list[str | None] = []
    for call in case["calls"]:
        name, coordinator, time, now = (bytes.fromhex(call[field]) for field in ("name", "coordinator", "time", "now"))
        try:
            taken.check(name, coordinator, decode_integer(time), decode_integer(now))
            taken.keep(name, coordinator, decode_integer(time))
            replies.append(None)
        except ProtocolError as error:
            replies.append(error.name)
    return {"replies": replies}


def answered(share: Share, asked: Request, how: str, fresh: Draw) -> bytes | None:
    """What a party answers that is as `how` says."""
    answer = evaluate_request(share, asked, fresh)
    first, *rest = answer.products
    data = answer.encode()

    def product(value: bytes, root: bytes) -> bytes:
        roots = (root, *answer.roots[1:]) if answer.roots else ()
        return replace(answer, products=(value, *rest), roots=roots).encode()

    def roots(*values: bytes) -> bytes:
        """Other roots of the first products, where there are some."""
        roots = (*values, *answer.roots[len(values) :]) if answer.roots else ()
        return replace(answer, roots=roots).encode()

    match how:
        case "honest":
            return data
        case "silent":
            return None
        case "more":
            more = add_points(first, multiply_base(1))
            return product(more, element_root(more))
        case "none":
            return product(b"\xff" * 32, bytes(32))
        case "identity":
            return product(IDENTITY, element_root(IDENTITY))
        case "otherRoot":
            return roots(element_root(GENERATOR))
        case "doubledRoot":
            return roots(element_root(multiply(2, first)))
        case "negatedRoot":
            return roots(negated(element_root(first)))
        case "swappedRoots":
            return roots(*map(element_root, (rest[0], first)))
        case "short":
            return data[:-1]
        case "index":
            return with_byte(data, 4, share.party % 16 + 1)
        case "digest":
            return flipped(data, 8)
    raise ValueError(how)


def coordinator_replies(case: dict[str, Any]) -> dict[str, Any]:
    shares = {share.party: share for share in (Share.decode(bytes.fromhex(text)) for text in case["shares"])}
    coordinator = Coordinator(shares[1].record, case["order"])
    draw = seeded("steps: a coordinator, whose draws change nothing in what is seen")
    batches = []
    for batch in case["batches"]:
        ways = {way["party"]: way for way in batch["answers"]}
        asked = {party: {"party": party, "plain": 0, "proved": 0} for party in sorted(shares)}

        def ask(party: int, one: Request, ways: dict = ways, asked: dict = asked) -> bytes | None:
            kind = "proved" if one.proved else "plain"
            asked[party][kind] += 1
            return answered(shares[party], one, ways[party][kind], draw)

        coordinator.faults = []
        products, error = None, None
        try:
            products = hexes(coordinator.evaluate([bytes.fromhex(text) for text in batch["elements"]], ask, draw))
        except ProtocolError as failure:
            error = failure.name
        batches.append(
            {
                "products": products,
                "error": error,
                "faults": [{"party": f.party, "kind": f.kind, "error": f.error} for f in coordinator.faults],
                "asked": list(asked.values()),
            }
        )
    return {"batches": batches}
