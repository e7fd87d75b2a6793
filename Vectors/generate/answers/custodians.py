"""custodians."""

from __future__ import annotations

from reference.custodians import KEY_GENERATION, RECOVERY, REFRESH, Plan, Record, Share
from reference.evaluation import Answer, Request, combine, evaluate, request, verify_answer
from reference.group import encode_scalar
from reference.key_generation import Party, judge
from reference.labels import Draw

from .case import Case, Output, replayed

KINDS = {KEY_GENERATION: "keyGeneration", REFRESH: "refresh", RECOVERY: "recovery"}


def hexes(values: object) -> list[str]:
    return [value.hex() for value in values]  # type: ignore[attr-defined]


def decode_plan(case: Case) -> Output:
    plan = Plan.decode(case.bytes("plan"))
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


def party_of(case: Case) -> Party:
    base = case.optional_bytes("base")
    return Party(case.bytes("seed"), Plan.decode(case.bytes("plan")), None if base is None else Share.decode(base))


def begin(case: Case) -> Output:
    return {"message": replayed(case.bytes("random"), party_of(case).begin).hex()}


def begun_and_dealt(case: Case) -> tuple[Party, bytes]:
    party = party_of(case)

    def steps(draw: Draw) -> bytes:
        party.begin(draw)
        return party.deal(case.all_bytes("first"), draw)

    return party, replayed(case.bytes("random"), steps)


def deal(case: Case) -> Output:
    return {"message": begun_and_dealt(case)[1].hex()}


def confirm(case: Case) -> Output:
    return {"message": begun_and_dealt(case)[0].confirm(case.all_bytes("second")).hex()}


def finish(case: Case) -> Output:
    party = begun_and_dealt(case)[0]
    party.confirm(case.all_bytes("second"))
    return {"share": party.finish(case.all_bytes("third")).encode().hex()}


def judge_complaint(case: Case) -> Output:
    return {"party": judge(case.bytes("complaint"), Plan.decode(case.bytes("plan")))}


def verify_record(case: Case) -> Output:
    record = Record.decode(case.bytes("record"))
    record.verify()
    return {
        "name": record.name.hex(),
        "publicKey": record.public_key.hex(),
        "shareKeys": hexes(record.share_key(party) for party in record.plan.parties),
    }


def decode_share(case: Case) -> Output:
    share = Share.decode(case.bytes("share"))
    return {"party": share.party, "share": encode_scalar(share.secret).hex(), "record": share.record.name.hex()}


def ask(case: Case) -> Output:
    record = Record.decode(case.bytes("record"))
    return {"request": request(record, case.all_bytes("elements"), case["party"], case["parties"]).encode().hex()}


def evaluate_request(case: Case) -> Output:
    share = Share.decode(case.bytes("share"))
    asked = Request.decode(case.bytes("request"))
    return {"answer": replayed(case.bytes("random"), lambda draw: evaluate(share, asked, draw)).encode().hex()}


def verify(case: Case) -> Output:
    record, asked = Record.decode(case.bytes("record")), Request.decode(case.bytes("request"))
    return {"products": hexes(verify_answer(record, case["party"], asked, case.bytes("answer")).products)}


def combine_answers(case: Case) -> Output:
    pairs = []
    for one in case.cases("answers"):
        asked = Request.decode(one.bytes("request"))
        pairs.append((asked, Answer.decode(one.bytes("answer"), asked)))
    return {"products": hexes(combine(Record.decode(case.bytes("record")), pairs))}


CUSTODIANS = {
    "DecodePlan": decode_plan,
    "Begin": begin,
    "Deal": deal,
    "Confirm": confirm,
    "Finish": finish,
    "JudgeComplaint": judge_complaint,
    "VerifyRecord": verify_record,
    "DecodeShare": decode_share,
    "Request": ask,
    "Evaluate": evaluate_request,
    "VerifyAnswer": verify,
    "Combine": combine_answers,
}
