"""Protocol 5.16."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import item_sets
from envelope import Topic, seeded
from item_sets import EPOCH
from reference.collector import Collector
from reference.labels import encode_integer
from reference.registration import Registration
from reference.set_file import SetFile
from reference.voucher import Header

NOTES = {
    "Retry": "what is stored already is acknowledged again, whatever the amount",
    "OtherAccount": "a registration or header names another account than the caller's",
    "CommitmentConflict": "a second commitment for an epoch",
    "VoucherConflict": "the same voucherID with other bytes",
    "EpochInPast": "the epoch has expired",
    "NotRegistered": "a voucher before its registration",
    "Malformed": "it does not decode",
    "KnownSets": "the collector knows its sets: root, slots, k and P must fit",
    "Quota": "the amount that is allowed, and one more",
    "Order": "two reasons to refuse: the earlier step answers",
    "Expiry": "expiry forgets, and never goes back",
    "SameVoucherID": "another account, or another epoch, may use the same voucherID",
    "ContentIsNotSeen": "nothing inside a voucher is looked at",
}


def build() -> dict[str, Topic | bytes]:
    topic = Topic(
        "collector",
        "Sequences of requests to an empty collector, and its replies. Vouchers are random bytes behind a header.",
        NOTES,
    )
    sequences(topic)
    return {"collector/collector.json": topic}


ALICE, BOB = seeded("collector accounts")(64)[:32], seeded("collector accounts")(64)[32:]


def step(
    request: str, caller: bytes | None = None, data: bytes | None = None, epoch: int | None = None
) -> dict[str, Any]:
    return {
        "request": request,
        "caller": caller and caller.hex(),
        "bytes": None if data is None else data.hex(),
        "epoch": epoch,
    }


def register(
    account: bytes = ALICE, epoch: int = EPOCH, commitment: int = 1, caller: bytes | None = None
) -> dict[str, Any]:
    return step("register", caller or account, Registration(epoch, account, encode_integer(commitment, 32)).encode())


def header(set_file: SetFile | None = None, account: bytes = ALICE, epoch: int = EPOCH, voucher_id: int = 1) -> Header:
    root = bytes(32) if set_file is None else set_file.root
    slots, k, count = (5, 4, 128)
    if set_file is not None:
        slots, k, count = set_file.parameters.slots, set_file.parameters.polynomials, set_file.parameters.payload_count
    return Header(slots, k, count, epoch, encode_integer(voucher_id, 16), account, root)


def voucher(head: Header, content: int = 0) -> bytes:
    return head.encode() + bytes([content]) * (head.voucher_bytes - 96)


def store(data: bytes, caller: bytes = ALICE) -> dict[str, Any]:
    return step("store", caller, data)


def expire(epoch: int) -> dict[str, Any]:
    return step("expire", epoch=epoch)


def sequences(topic: Topic) -> None:
    group = topic.group("Requests", "Replies are stored, alreadyStored, expired (to expire), or the error.")
    small, second = item_sets.small_items(), item_sets.second_items()

    def add(
        comment: str,
        steps: list[tuple[dict[str, Any], str]],
        *flags: str,
        vouchers: int = 65_536,
        epochs: int = 64,
        sets: bool = False,
    ) -> None:
        known = {small.signed.root: small.signed.header, second.signed.root: second.signed.header} if sets else None

        def run() -> dict:
            collector = Collector(vouchers, epochs, known)
            replies = [
                collector.reply(
                    s["request"],
                    s["caller"] and bytes.fromhex(s["caller"]),
                    None if s["bytes"] is None else bytes.fromhex(s["bytes"]),
                    s["epoch"],
                )
                for s, _ in steps
            ]
            if replies != [expected for _, expected in steps]:
                raise AssertionError(f"{comment}: {replies}")
            return {"replies": replies}

        files = [item_sets.set_case(fixture) for fixture in (small, second)] if sets else None
        group.add(
            comment,
            {
                "policy": {"vouchersPerEpoch": vouchers, "epochsPerAccount": epochs, "sets": files},
                "steps": [s for s, _ in steps],
            },
            run,
            *flags,
        )

    one, two, three = (voucher(header(voucher_id=i)) for i in (1, 2, 3))
    ok, again = "stored", "alreadyStored"

    add("nothing", [])
    add(
        "a registration, its retry, another commitment, the first again",
        [(register(), ok), (register(), again), (register(commitment=2), "commitmentConflict"), (register(), again)],
        "Retry",
        "CommitmentConflict",
    )
    add(
        "registrations of two accounts and two epochs",
        [(register(), ok), (register(BOB), ok), (register(epoch=EPOCH + 1), ok), (register(epoch=0, commitment=9), ok)],
    )
    add("Bob registers for Alice", [(register(caller=BOB), "authenticationFailed"), (register(), ok)], "OtherAccount")
    good = bytes.fromhex(register()["bytes"])
    add(
        "malformed registrations change nothing",
        [
            (step("register", ALICE, good[:-1]), "wrongLength"),
            (step("register", ALICE, good + b"\0"), "wrongLength"),
            (step("register", ALICE, b""), "wrongLength"),
            (step("register", ALICE, b"SMR2" + good[4:]), "invalidMagic"),
            (register(), ok),
        ],
        "Malformed",
    )
    add(
        "two epochs an account: the third is too many, another account's is not",
        [
            (register(epoch=1), ok),
            (register(epoch=2), ok),
            (register(epoch=3), "quotaExceeded"),
            (register(BOB, epoch=3), ok),
            (register(epoch=1), again),
            (register(epoch=2, commitment=5), "commitmentConflict"),
        ],
        "Quota",
        "Retry",
        "Order",
        epochs=2,
    )
    add(
        "expiry makes room for an epoch",
        [
            (register(epoch=1), ok),
            (register(epoch=2), ok),
            (expire(2), "expired"),
            (register(epoch=1), "epochInPast"),
            (register(epoch=3), ok),
            (register(epoch=2), again),
            (register(epoch=4), "quotaExceeded"),
        ],
        "Expiry",
        "EpochInPast",
        "Quota",
        epochs=2,
    )
    add(
        "expiry does not go back",
        [(expire(10), "expired"), (expire(5), "expired"), (register(epoch=9), "epochInPast"), (register(epoch=10), ok)],
        "Expiry",
        "EpochInPast",
    )
    add(
        "an expired registration of another's account: the account comes first",
        [(expire(EPOCH + 1), "expired"), (register(caller=BOB), "authenticationFailed"), (register(), "epochInPast")],
        "Order",
    )

    add(
        "vouchers, a retry, other bytes under the same voucherID",
        [
            (register(), ok),
            (store(one), ok),
            (store(one), again),
            (store(voucher(header(voucher_id=1), 7)), "voucherConflict"),
            (store(two), ok),
            (store(one), again),
        ],
        "Retry",
        "VoucherConflict",
    )
    changed_epoch = voucher(header(epoch=EPOCH + 1, voucher_id=1))
    add(
        "the same voucherID of another account, and in another epoch",
        [
            (register(), ok),
            (register(BOB), ok),
            (register(epoch=EPOCH + 1), ok),
            (store(one), ok),
            (store(voucher(header(account=BOB, voucher_id=1)), BOB), ok),
            (store(changed_epoch), ok),
        ],
        "SameVoucherID",
    )
    add(
        "not registered, then registered",
        [(store(one), "notRegistered"), (register(), ok), (store(one), ok)],
        "NotRegistered",
    )
    add(
        "another epoch's registration is none",
        [(register(epoch=EPOCH + 1), ok), (store(one), "notRegistered")],
        "NotRegistered",
    )
    add("another account's registration is none", [(register(BOB), ok), (store(one), "notRegistered")], "NotRegistered")
    add(
        "Bob sends what names Alice",
        [(register(), ok), (register(BOB), ok), (store(one, BOB), "authenticationFailed"), (store(one), ok)],
        "OtherAccount",
    )
    too_few, too_many = replace(header(), slots=4), replace(header(), slots=81)
    add(
        "malformed vouchers change nothing",
        [
            (register(), ok),
            (store(one[:-1]), "wrongLength"),
            (store(one + b"\0"), "wrongLength"),
            (store(b""), "wrongLength"),
            (store(one[:96]), "wrongLength"),
            (store(b"SMV2" + one[4:]), "invalidMagic"),
            (store(voucher(too_few)), "parameterOutOfRange"),
            (store(voucher(too_many)), "parameterOutOfRange"),
            (store(voucher(replace(header(), polynomials=3))), "parameterOutOfRange"),
            (store(voucher(replace(header(), payload_count=127))), "parameterOutOfRange"),
            (store(one), ok),
        ],
        "Malformed",
    )
    add(
        "an expired epoch: its registration and vouchers are forgotten",
        [
            (register(), ok),
            (store(one), ok),
            (expire(EPOCH + 1), "expired"),
            (store(one), "epochInPast"),
            (store(two), "epochInPast"),
            (register(), "epochInPast"),
        ],
        "EpochInPast",
        "Expiry",
    )
    add(
        "expiry up to an epoch keeps that epoch",
        [(register(), ok), (store(one), ok), (expire(EPOCH), "expired"), (store(one), again), (register(), again)],
        "Expiry",
        "Retry",
    )
    add(
        "two vouchers an epoch: retries are answered, the third is refused, the next epoch is free",
        [
            (register(), ok),
            (register(epoch=EPOCH + 1), ok),
            (store(one), ok),
            (store(two), ok),
            (store(one), again),
            (store(three), "quotaExceeded"),
            (store(voucher(header(voucher_id=2), 9)), "voucherConflict"),
            (store(changed_epoch), ok),
        ],
        "Quota",
        "Retry",
        "Order",
        vouchers=2,
    )
    add("no vouchers allowed", [(register(), ok), (store(one), "quotaExceeded")], "Quota", vouchers=0)
    add(
        "the content is not looked at: all ones",
        [(register(), ok), (store(voucher(header(), 255)), ok), (store(voucher(header(voucher_id=2), 1)), ok)],
        "ContentIsNotSeen",
    )
    add(
        "reasons to refuse, one more each time",
        [
            (store(one[:-1], BOB), "wrongLength"),
            (expire(EPOCH), "expired"),
            (store(voucher(header(epoch=EPOCH - 1)), BOB), "authenticationFailed"),
            (store(voucher(header(epoch=EPOCH - 1))), "epochInPast"),
            (store(one), "notRegistered"),
            (register(), ok),
            (store(one), "quotaExceeded"),
        ],
        "Order",
        vouchers=0,
    )

    # With known sets.
    mine, newer = small.signed, second.signed
    fits = voucher(header(mine))
    add(
        "vouchers of both sets",
        [(register(), ok), (store(fits), ok), (store(voucher(header(newer, voucher_id=2))), ok), (store(fits), again)],
        "KnownSets",
        "Retry",
        sets=True,
    )
    add(
        "an unknown root",
        [(register(), ok), (store(voucher(replace(header(mine), root=bytes(32)))), "unknownSet"), (store(fits), ok)],
        "KnownSets",
        sets=True,
    )
    for comment, change in (
        ("a slot more", {"slots": 13}),
        ("a slot less", {"slots": 11}),
        ("k + 1", {"polynomials": 17}),
        ("P + 1", {"payload_count": 129}),
    ):
        add(
            f"{comment} than the set's",
            [(register(), ok), (store(voucher(replace(header(mine), **change))), "setMismatch"), (store(fits), ok)],
            "KnownSets",
            sets=True,
        )
    add(
        "a conflict comes before the set, the set before the amount",
        [
            (register(), ok),
            (store(fits), ok),
            (store(voucher(replace(header(mine), root=bytes(32)))), "voucherConflict"),
            (store(voucher(replace(header(mine, voucher_id=2), root=bytes(32)))), "unknownSet"),
            (store(voucher(replace(header(mine, voucher_id=2), slots=13))), "setMismatch"),
            (store(voucher(header(mine, voucher_id=2))), "quotaExceeded"),
        ],
        "KnownSets",
        "Order",
        sets=True,
        vouchers=1,
    )
