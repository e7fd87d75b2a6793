"""custodians."""

from __future__ import annotations

from reference.custodians import KEY_GENERATION, RECOVERY, REFRESH, Plan, Record, Share
from reference.erasure import Erasure
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
from reference.group import encode_scalar
from reference.joint_proof import Prover, Session, session_of
from reference.joint_proof import finish as finish_proof
from reference.key_generation import Party, equivocation, judge
from reference.labels import Draw, encode_integer

from topics.custodians import blame_fields

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
    share = None if base is None else Share.decode(base)
    return Party(case.bytes("seed"), Plan.decode(case.bytes("plan")), share, case.all_bytes("newKeys"))


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


def hand_over(case: Case) -> Output:
    party = party_of(case)

    def steps(draw: Draw) -> bytes:
        party.begin(draw)
        party.deal(case.all_bytes("first"), draw)
        return party.hand_over(case.all_bytes("second"), draw)

    return {"message": replayed(case.bytes("random"), steps).hex()}


def recover(case: Case) -> Output:
    party = party_of(case)
    replayed(case.bytes("random"), party.begin)
    messages = [case.all_bytes(name) for name in ("first", "second", "handovers")]
    return {"share": party.recover(Record.decode(case.bytes("record")), *messages).encode().hex()}


def erase(case: Case) -> Output:
    share = Share.decode(case.bytes("share"))
    return {"statement": Erasure.sign(case.bytes("seed"), share, case.word("time")).encode().hex()}


def verify_erasure(case: Case) -> Output:
    erasure = Erasure.decode(case.bytes("statement"))
    erasure.verify(Record.decode(case.bytes("record")))
    return {"party": erasure.party, "time": encode_integer(erasure.time, 8).hex()}


def judge_complaint(case: Case) -> Output:
    return {"party": judge(case.bytes("complaint"), Plan.decode(case.bytes("plan")))}


def judge_equivocation(case: Case) -> Output:
    return {"party": equivocation(Plan.decode(case.bytes("plan")), case.all_bytes("messages"))}


def verify_record(case: Case) -> Output:
    record = Record.decode(case.bytes("record"))
    record.verify()
    return {
        "name": record.name.hex(),
        "publicKey": record.public_key.hex(),
        "shareKeys": hexes(record.share_key(party) for party in record.plan.parties),
    }


def record_of_set(case: Case) -> Output:
    record, header = Record.decode(case.bytes("record")), case.set().header
    record.verify()
    record.check_set(header.table_id, header.public_key)
    return {}


def decode_share(case: Case) -> Output:
    share = Share.decode(case.bytes("share"))
    return {"party": share.party, "share": encode_scalar(share.secret).hex(), "record": share.record.name.hex()}


def ask(case: Case) -> Output:
    record = Record.decode(case.bytes("record"))
    made = request(record, case.all_bytes("elements"), case["party"], case["parties"], case["proved"])
    return {"request": made.encode().hex()}


def evaluate_request(case: Case) -> Output:
    share = Share.decode(case.bytes("share"))
    asked = Request.decode(case.bytes("request"))
    return {"answer": replayed(case.bytes("random"), lambda draw: evaluate(share, asked, draw)).encode().hex()}


def verify(case: Case) -> Output:
    record, asked = Record.decode(case.bytes("record")), Request.decode(case.bytes("request"))
    answer = verify_answer(record, case["party"], asked, case.bytes("answer"))
    return {"products": hexes(answer.products), "roots": hexes(answer.roots)}


def combine_answers(case: Case) -> Output:
    pairs = []
    for one in case.cases("answers"):
        asked = Request.decode(one.bytes("request"))
        pairs.append((asked, Answer.decode(one.bytes("answer"), asked)))
    return {"products": hexes(combine(Record.decode(case.bytes("record")), pairs))}


def mask(case: Case) -> Mask:
    return replayed(case.bytes("random"), lambda draw: Mask.draw(len(case["elements"]), draw))


def mask_elements(case: Case) -> Output:
    return {"masked": masked(mask(case), case.all_bytes("elements")).hex()}


def accept_products(case: Case) -> Output:
    products = case.all_bytes("products")
    return {"accepted": accepts(mask(case), case.bytes("publicKey"), products, case.bytes("product"))}


def decode_session(case: Case) -> Output:
    session = Session.decode(case.bytes("session"))
    return {
        "record": session.record.hex(),
        "attempt": session.attempt.hex(),
        "parties": list(session.parties),
        "composite": session.composite.hex(),
        "name": session.name.hex(),
    }


def session_asked(case: Case) -> tuple[Record, Session]:
    record = Record.decode(case.bytes("record"))
    pairs = case.all_bytes("elements"), case.all_bytes("evaluated")
    return record, session_of(record, *pairs, case["parties"], case.bytes("attempt"))


def proof_session(case: Case) -> Output:
    return {"session": session_asked(case)[1].encode().hex()}


def prover(case: Case) -> Prover:
    return Prover(Share.decode(case.bytes("share")), Session.decode(case.bytes("session")))


def commit(case: Case) -> Output:
    return {"message": replayed(case.bytes("random"), prover(case).commit).hex()}


def reveal(case: Case) -> Output:
    party = prover(case)
    replayed(case.bytes("random"), party.commit)
    return {"message": party.reveal(case.all_bytes("commitments")).hex()}


def respond(case: Case) -> Output:
    party = prover(case)
    replayed(case.bytes("random"), party.commit)
    party.reveal(case.all_bytes("commitments"))
    return {"message": party.respond(case.all_bytes("reveals")).hex()}


def joint_proof(case: Case) -> Output:
    record, session = session_asked(case)
    messages = [case.all_bytes(name) for name in ("commitments", "reveals", "responses")]
    pairs = case.all_bytes("elements"), case.all_bytes("evaluated")
    return {"proof": finish_proof(record, session, *pairs, *messages).hex()}


def blame(case: Case) -> Output:
    record, session = session_asked(case)
    pairs = case.all_bytes("elements"), case.all_bytes("evaluated")
    rounds = case.all_bytes("commitments"), case.all_bytes("reveals"), case.all_bytes("responses")
    return blame_fields(record, session, pairs, rounds)


CUSTODIANS = {
    "DecodePlan": decode_plan,
    "Begin": begin,
    "Deal": deal,
    "Confirm": confirm,
    "Finish": finish,
    "HandOver": hand_over,
    "Recover": recover,
    "Erase": erase,
    "VerifyErasure": verify_erasure,
    "JudgeComplaint": judge_complaint,
    "JudgeEquivocation": judge_equivocation,
    "VerifyRecord": verify_record,
    "RecordOfSet": record_of_set,
    "DecodeShare": decode_share,
    "Request": ask,
    "Evaluate": evaluate_request,
    "VerifyAnswer": verify,
    "Combine": combine_answers,
    "Mask": mask_elements,
    "AcceptProducts": accept_products,
    "DecodeSession": decode_session,
    "ProofSession": proof_session,
    "Commit": commit,
    "Reveal": reveal,
    "Respond": respond,
    "JointProof": joint_proof,
    "Blame": blame,
}
