"""custody."""

from __future__ import annotations

from forms import word
from reference.custodians import Plan
from reference.custody import Entry, Journal, Policy, Seeds, make_call, open_call

from .case import Case, Output


def call(case: Case) -> Output:
    message = make_call(
        case.bytes("seed"), case["call"], case.bytes("custodian"), case.word("time"), case.bytes("asked")
    )
    return {"message": message.hex()}


def opened_call(case: Case) -> Output:
    call = open_call(case.bytes("message"), case["call"], case.bytes("custodian"), case.word("now"))
    return {"coordinator": call.coordinator.hex(), "asked": call.asked.hex()}


def entry(case: Case) -> Output:
    made = Entry(
        case["kind"],
        case.word("number"),
        case.word("time"),
        case.bytes("tableID"),
        case.bytes("subject"),
        case.bytes("asker"),
        case.word("count"),
        case.word("total"),
        case.bytes("previous"),
    )
    return {"entry": made.sign(case.bytes("seed")).encode().hex()}


def journal(case: Case) -> Output:
    found = Journal.read(case.bytes("journal"), case.bytes("key"))
    totals = found.totals or {}
    return {
        "count": word(found.count),
        "last": found.last.hex(),
        "totals": [{"tableID": table.hex(), "total": word(totals[table])} for table in sorted(totals)],
    }


def begun_once(case: Case) -> Output:
    found = Journal.read(case.bytes("journal"), case.bytes("key"))
    return {"isNew": found.is_new(Plan.decode(case.bytes("plan")), case.optional_bytes("current"))}


def policy(case: Case) -> Output:
    found = Policy.decode(case.bytes("policy"))
    return {
        "tableID": found.table_id.hex(),
        "until": word(found.until),
        "slots": word(found.slots),
        "rate": found.rate,
        "coordinators": [key.hex() for key in found.coordinators],
    }


def seeds(case: Case) -> Output:
    found = Seeds.decode(case.bytes("seeds"))
    return {
        "tableID": found.table_id.hex(),
        "positionSeed": found.position_seed.hex(),
        "fillerSeed": found.filler_seed.hex(),
        "entriesDigest": found.entries_digest.hex(),
    }


CUSTODY = {
    "MakeCall": call,
    "OpenCall": opened_call,
    "MakeEntry": entry,
    "ReadJournal": journal,
    "BeginOnce": begun_once,
    "DecodePolicy": policy,
    "DecodeSeeds": seeds,
}
