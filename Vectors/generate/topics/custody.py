"""Protocol 4.15, 4.2, 5.23 and 5.27: what a custodian's service is asked, writes down and is allowed; seeds of sets."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from envelope import Topic, seeded
from forms import word
from reference.custodians import KEY_GENERATION, MESSAGE_LABEL, RECOVERY, REFRESH, Plan
from reference.custody import (
    BEGUN,
    COMMIT,
    ERASED,
    EVALUATE,
    EVALUATED,
    FINISHED,
    PROVED,
    RESPOND,
    REVEAL,
    Entry,
    Journal,
    Policy,
    Seeds,
    make_call,
    open_call,
    signed_of_call,
)
from reference.keys import sign_message, source_public_key
from topics.custodians import NOTES as OF_CUSTODIANS
from topics.custodians import flipped, framing, with_byte

NOTES = {
    **{
        flag: OF_CUSTODIANS[flag]
        for flag in (
            "TruncatedInput",
            "TrailingBytes",
            "WrongMagic",
            "ReservedBytes",
            "OutOfRange",
            "ForgedMessage",
            "LeastParameters",
            "GreatestParameters",
        )
    },
    "OtherCall": "properly signed, for another call, custodian or time",
    "OtherParty": "by or for another party",
    "BrokenChain": "properly signed, and not what follows from the entries before",
    "BegunBefore": "a run, a table or a key of which the journal says that it has been",
    "NotAsWritten": "another text of the same meaning, or of none",
}


def build() -> dict[str, Topic | bytes]:
    topic = Topic("custody", "What a custodian's service is asked, writes down and is allowed.", NOTES)
    draw = seeded("custodians: calls and journals")
    coordinator, custodian, other = draw(32), draw(32), draw(32)
    calls(topic, coordinator, source_public_key(custodian), other)
    journal(topic, custodian, source_public_key(coordinator), other)
    begun_once(topic, custodian, source_public_key(coordinator))
    policies(topic, draw)
    seeds(topic, draw)
    return {"custody/custody.json": topic}


def calls(topic: Topic, seed: bytes, custodian: bytes, other: bytes) -> None:
    now, body = 1_800_000_000, b"what is asked"
    group = topic.group("MakeCall", "Calls, step 1.")
    for comment, call, time, asked, *flags in (
        ("evaluate", EVALUATE, now, body),
        ("commit", COMMIT, now, body),
        ("reveal", REVEAL, now, body),
        ("respond, of nothing, at 0", RESPOND, 0, b"", "LeastParameters"),
        ("at 2^64 − 1", EVALUATE, 2**64 - 1, bytes(range(256)), "GreatestParameters"),
    ):
        case = {
            "call": call,
            "custodian": custodian.hex(),
            "time": word(time),
            "seed": seed.hex(),
            "asked": asked.hex(),
        }
        group.add(
            comment,
            case,
            lambda call=call, time=time, asked=asked: {"message": make_call(seed, call, custodian, time, asked).hex()},
            *flags,
        )

    group = topic.group("OpenCall", "Calls, steps 2 and 3.")

    def add(
        comment: str,
        data: bytes,
        *flags: str,
        call: int = EVALUATE,
        to: bytes = custodian,
        at: int = now,
        result: str = "valid",
    ) -> None:
        def run() -> dict[str, Any]:
            opened = open_call(data, call, to, at)
            return {"coordinator": opened.coordinator.hex(), "asked": opened.asked.hex()}

        case = {"message": data.hex(), "call": call, "custodian": to.hex(), "now": word(at)}
        group.add(comment, case, run, *flags, result=result)

    good = make_call(seed, EVALUATE, custodian, now, body)
    add("evaluate", good)
    for comment, call in (("commit", COMMIT), ("reveal", REVEAL), ("respond", RESPOND)):
        add(comment, make_call(seed, call, custodian, now, body), call=call)
    add("of nothing", make_call(seed, EVALUATE, custodian, now, b""), "LeastParameters")
    add("300 seconds late", good, "GreatestParameters", at=now + 300)
    add("300 seconds early", good, "GreatestParameters", at=now - 300)
    add("empty", b"", "TruncatedInput", result="wrongLength")
    add("143 bytes", good[:143], "TruncatedInput", result="wrongLength")
    add("another magic", resigned(seed, b"SMPS" + good[4:80], body), "WrongMagic", result="invalidMagic")
    add("a reserved byte", resigned(seed, with_byte(good[:80], 6, 1), body), "ReservedBytes", result="nonCanonical")
    refused = "authenticationFailed"
    add("asked for as another call", good, "OtherCall", call=COMMIT, result=refused)
    add("no call", make_call(seed, 5, custodian, now, body), "OtherCall", result=refused)
    add("to another custodian", good, "OtherParty", to=source_public_key(other), result=refused)
    add("301 seconds late", good, "OtherCall", at=now + 301, result=refused)
    add("301 seconds early", good, "OtherCall", at=now - 301, result=refused)
    bits = (("the time", 8), ("the coordinator's key", 20), ("the signature", 90), ("what is asked", 150))
    for comment, place in bits:
        add(f"another bit in {comment}", flipped(good, place), "ForgedMessage", result=refused)
    add("a byte follows what is asked", good + b"\0", "ForgedMessage", result=refused)
    forged = make_call(other, EVALUATE, custodian, now, body)
    as_coordinator = forged[:16] + source_public_key(seed) + forged[48:]
    add("by another key than it names", as_coordinator, "ForgedMessage", result=refused)


def resigned(seed: bytes, head: bytes, body: bytes) -> bytes:
    """Whatever the head says, the signature covers it."""
    return head + sign_message(seed, signed_of_call(head, body)) + body


def journal(topic: Topic, seed: bytes, asker: bytes, other: bytes) -> None:
    draw = seeded("custodians: a journal")
    tables, zero, now = (draw(16), draw(16)), bytes(32), 1_800_000_000
    key = source_public_key(seed)
    steps = [
        (BEGUN, now, tables[0], draw(32), zero, 0),
        (FINISHED, now + 1, tables[0], draw(32), zero, 0),
        (EVALUATED, now + 2, tables[0], draw(32), asker, 1_000),
        (PROVED, now + 2, tables[0], draw(32), asker, 1),
        (EVALUATED, now + 1, tables[1], draw(32), asker, 65_535),
        (EVALUATED, now + 9, tables[0], draw(32), asker, 7),
        (ERASED, now + 10, tables[0], draw(32), zero, 0),
    ]
    kept = Journal(totals={})
    group = topic.group("MakeEntry", "Journal, step 1.")
    entries = []
    for step in steps:
        before = (kept.count, kept.last, kept.totals[step[2]] if step[2] in kept.totals else 0)
        entry = kept.follow(seed, *step)
        entries.append(entry)
        group.add(
            f"entry {before[0]}",
            {
                "kind": entry.kind,
                "number": word(entry.number),
                "time": word(entry.time),
                "tableID": entry.table_id.hex(),
                "subject": entry.subject.hex(),
                "asker": entry.asker.hex(),
                "count": word(entry.count),
                "total": word(entry.total),
                "previous": before[1].hex(),
                "seed": seed.hex(),
            },
            lambda entry=entry: {"entry": entry.encode().hex()},
        )

    group = topic.group("ReadJournal", "Journal, steps 2 to 4.")

    def add(comment: str, data: bytes, *flags: str, by: bytes = key, result: str = "valid") -> None:
        def run() -> dict[str, Any]:
            found = Journal.read(data, by)
            totals = [{"tableID": table.hex(), "total": word(found.totals[table])} for table in sorted(found.totals)]
            return {"count": word(found.count), "last": found.last.hex(), "totals": totals}

        group.add(comment, {"journal": data.hex(), "key": by.hex()}, run, *flags, result=result)

    pieces = [entry.encode() for entry in entries]
    good = b"".join(pieces)
    add("seven entries", good)
    add("none", b"", "LeastParameters")
    add("one", pieces[0])
    add("an entry of which 215 bytes are written", good[:-1], "TruncatedInput")
    damaged = "damagedJournal"
    add("of another key", good, "OtherParty", by=source_public_key(other), result=damaged)

    def changed(comment: str, place: int, entry: Entry, flag: str = "BrokenChain") -> None:
        """One entry is another one, properly signed, and last: nothing after it can be wrong because of it."""
        add(comment, b"".join(pieces[:place]) + entry.sign(seed).encode(), flag, result=damaged)

    last = entries[5]
    changed("another number", 5, replace(last, number=6))
    changed("a number for the second time", 5, replace(last, number=4))
    changed("a chain that begins anew", 5, replace(last, previous=zero))
    changed("a link to the entry before the one before", 5, replace(last, previous=entries[3].digest))
    changed("a sum too small", 5, replace(last, total=last.total - 1))
    changed("a sum too great", 5, replace(last, total=last.total + 1))
    changed("the sum of another table", 5, replace(last, total=65_542))
    changed("a first entry that follows one", 0, replace(entries[0], previous=draw(32)))
    changed("a first entry of number 1", 0, replace(entries[0], number=1))
    wrapped = replace(last, count=2**64 - 1_001, total=0)
    changed("a sum that does not fit", 5, wrapped, "OutOfRange")
    changed("kind 0", 5, replace(last, kind=0), "OutOfRange")
    changed("kind 6", 5, replace(last, kind=6), "OutOfRange")
    changed("an erasure that somebody asked for", 6, replace(entries[6], asker=asker), "OutOfRange")
    changed("an erasure that counts", 6, replace(entries[6], count=1, total=entries[6].total + 1), "OutOfRange")
    before = good[: 6 * 216]
    head = entries[6].before_signature()
    for comment, other_head, flag in (
        ("another magic", b"SMPS" + head[4:], "WrongMagic"),
        ("a reserved byte", with_byte(head, 6, 1), "ReservedBytes"),
    ):
        add(comment, before + other_head + sign_message(seed, MESSAGE_LABEL + other_head), flag, result=damaged)
    for comment, at in (("time", 16), ("subject", 50), ("signature", 160)):
        add(f"another bit in the last entry's {comment}", flipped(good, 6 * 216 + at), "ForgedMessage", result=damaged)


def begun_once(topic: Topic, seed: bytes, asker: bytes) -> None:
    """A custodian that is party 1 of three, and what it is asked to begin after what its journal says."""
    draw = seeded("custodians: begun once")
    key = source_public_key(seed)
    made = Plan(KEY_GENERATION, 2, draw(16), draw(16), bytes(32), (key, draw(32), draw(32)), (1, 2, 3))
    other_table = replace(made, table_id=draw(16))
    record, once_more = draw(32), replace(made, attempt=draw(16))
    refresh = replace(made, kind=REFRESH, attempt=draw(16), base=record)
    recovery = replace(made, kind=RECOVERY, attempt=draw(16), base=record, dealers=(1, 3), lost=2)
    group = topic.group("BeginOnce", "5.23, “Begun once”. `current` is the run that the state is at.")

    def add(
        comment: str,
        plan: Plan,
        *flags: str,
        after: tuple[tuple[int, Plan], ...] = (),
        current: Plan | None = None,
        result: str = "valid",
    ) -> None:
        kept = Journal(totals={})
        data = b""
        for kind, of in after:
            subject = record if kind == ERASED else draw(32) if kind <= PROVED else of.run
            who, count = (asker, 9) if kind <= PROVED else (bytes(32), 0)
            data += kept.follow(seed, kind, 1_800_000_000, of.table_id, subject, who, count).encode()
        case = {
            "journal": data.hex(),
            "key": key.hex(),
            "plan": plan.encode().hex(),
            "current": current.run.hex() if current else None,
        }
        here = current.run if current else None
        group.add(comment, case, lambda: {"isNew": kept.is_new(plan, here)}, *flags, result=result)

    begun, ended = (BEGUN, made), (FINISHED, made)
    of_others = ((BEGUN, other_table), (FINISHED, other_table), (EVALUATED, other_table), (ERASED, other_table))
    add("the first run", made, "LeastParameters")
    add("asked again", made, after=(begun,), current=made)
    add("killed before the entry", made, current=made)
    add("asked again, after its end", made, after=(begun, ended), current=made)
    add("another table's runs", made, after=of_others)
    add("a refresh", refresh, after=(begun, ended), current=made)
    add("a refresh, asked again", refresh, after=(begun, ended, (BEGUN, refresh)), current=refresh)
    add("a refresh, killed before the entry", refresh, after=(begun, ended), current=refresh)
    add("a recovery after a refresh", recovery, after=(begun, ended, (BEGUN, refresh)), current=refresh)
    add("a recovery, the state is gone", recovery, after=(begun, ended))
    add("a recovery to a new custodian", replace(recovery, dealers=(2, 3), lost=1))
    refused = "sessionConflict"
    served = (begun, ended, (EVALUATED, made), (PROVED, made))
    for comment, plan, after, current in (
        ("the same one, its state is gone", made, (begun,), None),
        ("the same one, after a refresh", made, (*served, (BEGUN, refresh)), refresh),
        ("a refresh for the second time", refresh, (begun, (BEGUN, refresh), (BEGUN, recovery)), recovery),
        ("a recovery for the second time", recovery, (begun, (BEGUN, recovery), (BEGUN, refresh)), refresh),
        ("a recovery, the state is gone, asked again", recovery, (begun, (BEGUN, recovery)), None),
        ("its table's second key generation", once_more, (begun,), made),
        ("its table's second key generation, the state is gone", once_more, (begun,), None),
        ("a key generation where one was refreshed", once_more, ((BEGUN, refresh),), None),
    ):
        add(comment, plan, "BegunBefore", after=after, current=current, result=refused)
    for comment, plan, current in (
        ("a key generation after an erasure", once_more, made),
        ("a recovery after an erasure", recovery, None),
        ("the run that the state is at, after an erasure", made, made),
    ):
        add(comment, plan, "BegunBefore", after=(begun, ended, (ERASED, made)), current=current, result="keyErased")


def policies(topic: Topic, draw: Callable[[int], bytes]) -> None:
    group = topic.group("DecodePolicy", "4.15, “Policy of a custodian”.")
    notes = "nonCanonical"

    def add(comment: str, data: bytes, *flags: str, result: str = "valid") -> None:
        def run() -> dict[str, Any]:
            policy = Policy.decode(data)
            assert policy.encode() == data
            return {
                "tableID": policy.table_id.hex(),
                "until": word(policy.until),
                "slots": word(policy.slots),
                "rate": policy.rate,
                "coordinators": [key.hex() for key in policy.coordinators],
            }

        group.add(comment, {"policy": data.hex()}, run, *flags, result=result)

    table, keys = draw(16), tuple(draw(32) for _ in range(17))
    policy = Policy(table, 1_800_000_000, 50_000_000, 20_000, keys[:2])
    good = policy.encode()
    add("two coordinators", good)
    add("the least", Policy(table, 0, 0, 0, keys[:1]).encode(), "LeastParameters")
    most = Policy(table, 2**64 - 1, 2**64 - 1, 2**32 - 1, keys[:16])
    add("the greatest", most.encode(), "GreatestParameters")
    add("no coordinator", replace(policy, coordinators=()).encode(), "OutOfRange", result="parameterOutOfRange")
    add("17 coordinators", replace(policy, coordinators=keys).encode(), "OutOfRange", result="parameterOutOfRange")
    add("empty", b"", "WrongMagic", result="invalidMagic")
    add("another version", good.replace(b"policy-1", b"policy-2"), "WrongMagic", result="invalidMagic")
    for comment, old, new in (
        ("a number with a zero before it", b"until 1", b"until 01"),
        ("a number with a sign", b"slots 5", b"slots +5"),
        ("a number that does not fit", b"until 1800000000", b"until 18446744073709551616"),
        ("a rate that does not fit", b"rate 20000", b"rate 4294967296"),
        ("two blanks", b"rate 2", b"rate  2"),
        ("a blank at the end of a line", b"20000\n", b"20000 \n"),
        ("a carriage return", b"20000\n", b"20000\r\n"),
        ("an empty line", b"20000\n", b"20000\n\n"),
        ("a line is missing", b"rate 20000\n", b""),
        ("a line twice", b"rate 20000\n", b"rate 20000\nrate 20000\n"),
        ("lines exchanged", b"slots 50000000\nrate 20000\n", b"rate 20000\nslots 50000000\n"),
        ("an unknown line", b"rate 20000\n", b"rate 20000\nnote 1\n"),
        ("upper case digits", table.hex().encode(), table.hex().upper().encode()),
        ("a table of 15 bytes", table.hex().encode(), table[:15].hex().encode()),
        ("a key of 31 bytes", keys[1].hex().encode(), keys[1][:31].hex().encode()),
        ("a key of 33 bytes", keys[1].hex().encode(), keys[1].hex().encode() + b"00"),
        ("no line feed at the end", keys[1].hex().encode() + b"\n", keys[1].hex().encode()),
        ("no UTF-8", b"rate 20000", b"rate 2000\xff"),
    ):
        assert good.count(old) == 1 and table.hex() != table.hex().upper()
        add(comment, good.replace(old, new), "NotAsWritten", result=notes)


def seeds(topic: Topic, draw: Callable[[int], bytes]) -> None:
    group = topic.group("DecodeSeeds", "4.2, seeds of a set whose α is divided.")

    def add(comment: str, data: bytes, *flags: str, result: str = "valid") -> None:
        def run() -> dict[str, Any]:
            found = Seeds.decode(data)
            assert found.encode() == data
            return {
                "tableID": found.table_id.hex(),
                "positionSeed": found.position_seed.hex(),
                "fillerSeed": found.filler_seed.hex(),
                "entriesDigest": found.entries_digest.hex(),
            }

        group.add(comment, {"seeds": data.hex()}, run, *flags, result=result)

    good = Seeds(draw(16), draw(32), draw(32), draw(32)).encode()
    add("of a set", good)
    framing(add, good, b"SMK1")
