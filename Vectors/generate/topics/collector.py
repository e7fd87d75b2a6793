"""Protocol 5.16 and 5.21."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import item_sets
from envelope import Topic, seeded
from item_sets import EPOCH
from reference.collector import Collector
from reference.keys import source_public_key
from reference.labels import encode_integer
from reference.profile import PROFILE_2, PROFILE_3
from reference.registration import Registration
from reference.resolution import ResolutionRequest
from reference.set_file import SetFile
from reference.sharing import commitment as commitment_of
from reference.sharing import sharing
from reference.voucher import Header

NOTES = {
    "Retry": "what is stored already is acknowledged again, whatever the amount",
    "OtherAccount": "a registration names another account than the caller's, or a header another's pseudonym",
    "CommitmentConflict": "a second pseudonym or commitment for an epoch",
    "TwoProfiles": "devices of one account on two profiles in one epoch have two commitments: the first one stays",
    "PseudonymConflict": "the pseudonym is another account's in this epoch",
    "Identity": "the collector knows identity keys: what they signed, and what they did not",
    "Epochs": "the collector has a clock: which epochs may be registered anew",
    "Resolve": "a name is asked for: with its token, and with anything else",
    "VoucherConflict": "the same voucherID with other bytes",
    "EpochInPast": "the epoch has expired",
    "NotRegistered": "a voucher before its registration",
    "Malformed": "it does not decode",
    "KnownSets": "the collector knows its sets: root, M, k and P must fit, N need not",
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
    account: bytes = ALICE,
    epoch: int = EPOCH,
    commitment: int = 1,
    caller: bytes | None = None,
    pseudonym: bytes | None = None,
    seed: bytes | None = None,
) -> dict[str, Any]:
    """The commitment is that of token_of(commitment)."""
    name = pseudonym or pseudonym_of(account, epoch)
    made = Registration(epoch, account, name, commitment_of(token_of(commitment), name, epoch))
    return step("register", caller or account, (made if seed is None else made.signed(seed)).encode())


def pseudonym_of(account: bytes, epoch: int) -> bytes:
    return seeded(f"collector pseudonym {account.hex()} {epoch}")(32)


def token_of(number: int) -> bytes:
    return encode_integer(number, 32)


def resolve(
    account: bytes = ALICE, epoch: int = EPOCH, token: int = 1, pseudonym: bytes | None = None
) -> dict[str, Any]:
    name = pseudonym or pseudonym_of(account, epoch)
    return step("resolve", None, ResolutionRequest(epoch, name, token_of(token)).encode())


def header(set_file: SetFile | None = None, account: bytes = ALICE, epoch: int = EPOCH, voucher_id: int = 1) -> Header:
    root = bytes(32) if set_file is None else set_file.root
    probes, k, count = (4, 16, 128) if set_file is None else set_file.parameters.sizes
    return Header(probes, 5, k, count, epoch, encode_integer(voucher_id, 16), pseudonym_of(account, epoch), root)


def voucher(head: Header, content: int = 0) -> bytes:
    return head.encode() + bytes([content]) * (head.voucher_bytes - 96)


def store(data: bytes, caller: bytes = ALICE) -> dict[str, Any]:
    return step("store", caller, data)


def expire(epoch: int) -> dict[str, Any]:
    return step("expire", epoch=epoch)


def sequences(topic: Topic) -> None:
    group = topic.group(
        "Requests",
        "Replies are stored, alreadyStored, expired (to expire), released (to resolve), or the error. `counts` are "
        "those of requests for names at the end, by epoch; null is no epoch. `epochs` are the first and the last that "
        "may be registered anew, null without a clock. The identity keys are known from the step `identitiesFrom` on, "
        "from 0.",
    )
    small, second = item_sets.small_items(), item_sets.second_items()

    def add(
        comment: str,
        steps: list[tuple[dict[str, Any], str]],
        *flags: str,
        vouchers: int = 65_536,
        epochs: int = 64,
        sets: bool = False,
        identities: dict[bytes, bytes] | None = None,
        identities_from: int = 0,
        open_epochs: tuple[int, int] | None = None,
    ) -> None:
        known = {small.signed.root: small.signed.header, second.signed.root: second.signed.header} if sets else None

        def run() -> dict:
            collector = Collector(vouchers, epochs, known, epochs=open_epochs, seed=bytes(32))
            replies = []
            for number, (s, _) in enumerate(steps):
                collector.identities = identities if number >= identities_from else None
                replies.append(
                    collector.reply(
                        s["request"],
                        s["caller"] and bytes.fromhex(s["caller"]),
                        None if s["bytes"] is None else bytes.fromhex(s["bytes"]),
                        s["epoch"],
                    )
                )
            if replies != [expected for _, expected in steps]:
                raise AssertionError(f"{comment}: {replies}")
            counts = [
                {"epoch": epoch, "releases": one.releases, "repeats": one.repeats, "refusals": one.refusals}
                for epoch, one in sorted(collector.counts.items(), key=lambda pair: -1 if pair[0] is None else pair[0])
            ]
            return {"replies": replies, "counts": counts}

        files = [item_sets.set_case(fixture) for fixture in (small, second)] if sets else None
        group.add(
            comment,
            {
                "policy": {
                    "vouchersPerEpoch": vouchers,
                    "epochsPerAccount": epochs,
                    "sets": files,
                    "identities": None
                    if identities is None
                    else [{"account": a.hex(), "key": k.hex()} for a, k in identities.items()],
                    "identitiesFrom": identities_from,
                    "epochs": open_epochs and list(open_epochs),
                },
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
    name = pseudonym_of(ALICE, EPOCH)
    devices = [sharing(bytes(32), name, EPOCH, 3, 16, profile.digest()) for profile in (PROFILE_2, PROFILE_3)]
    registrations = [
        step("register", ALICE, Registration(EPOCH, ALICE, name, made.commitment).encode()) for made in devices
    ]
    requests = [step("resolve", None, ResolutionRequest(EPOCH, name, made.token).encode()) for made in devices]
    add(
        "two devices with one secret on two profiles: the second is refused, its vouchers come under the first",
        [
            (registrations[0], ok),
            (registrations[1], "commitmentConflict"),
            (registrations[0], again),
            (store(one), ok),
            (requests[1], "tokenMismatch"),
            (requests[0], "released"),
        ],
        "CommitmentConflict",
        "TwoProfiles",
        "Resolve",
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
            (step("register", ALICE, b"SMR1" + good[4:]), "invalidMagic"),
            (step("register", ALICE, good[:104] + b"\x01\x20" + bytes(8_193)), "parameterOutOfRange"),
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
        "another pseudonym's registration is none",
        [(register(pseudonym=bytes(32)), ok), (store(one), "notRegistered")],
        "NotRegistered",
    )
    add(
        "a second pseudonym for an epoch, with the same token and with its own commitment",
        [
            (register(), ok),
            (register(pseudonym=bytes(32)), "commitmentConflict"),
            (register(pseudonym=bytes(32), commitment=2), "commitmentConflict"),
            (register(), again),
        ],
        "CommitmentConflict",
    )
    taken = pseudonym_of(ALICE, EPOCH)
    add(
        "Bob takes Alice's pseudonym; in another epoch it is free",
        [
            (register(), ok),
            (register(BOB, pseudonym=taken), "pseudonymConflict"),
            (register(BOB, pseudonym=taken, commitment=2), "pseudonymConflict"),
            (register(BOB, EPOCH + 1, pseudonym=taken), ok),
            (register(BOB), ok),
        ],
        "PseudonymConflict",
    )
    add(
        "a conflict of commitments comes before one of pseudonyms, that before the amount",
        [
            (register(), ok),
            (register(BOB), ok),
            (register(BOB, pseudonym=taken), "commitmentConflict"),
            (register(epoch=EPOCH + 1, pseudonym=taken), "quotaExceeded"),
            (expire(EPOCH + 1), "expired"),
            (register(epoch=EPOCH + 1), ok),
            (register(BOB, EPOCH + 2), ok),
            (register(epoch=EPOCH + 2, pseudonym=pseudonym_of(BOB, EPOCH + 2)), "pseudonymConflict"),
            (register(epoch=EPOCH + 2), "quotaExceeded"),
        ],
        "Order",
        "PseudonymConflict",
        epochs=1,
    )
    alices, bobs = seeded("collector identities")(64)[:32], seeded("collector identities")(64)[32:]
    keys = {ALICE: source_public_key(alices)}
    add(
        "identity keys are known",
        [
            (register(), "invalidSignature"),
            (register(seed=bobs), "invalidSignature"),
            (register(seed=alices), ok),
            (register(seed=alices), again),
            (register(), "invalidSignature"),
            (register(BOB, seed=bobs), "invalidSignature"),
        ],
        "Identity",
        identities=keys,
    )
    add(
        "the account comes before the signature, that before the epoch",
        [
            (expire(EPOCH + 1), "expired"),
            (register(caller=BOB), "authenticationFailed"),
            (register(), "invalidSignature"),
            (register(seed=alices), "epochInPast"),
        ],
        "Identity",
        "Order",
        identities=keys,
    )
    add(
        "no identity key is known: a signature is kept and not looked at",
        [(register(seed=bobs), ok), (register(), again), (register(seed=alices), again)],
        "Identity",
        "Retry",
    )

    add(
        "identity keys become known: vouchers wait for a signature that verifies, which then stays",
        [
            (register(seed=bobs), ok),
            (store(one), ok),
            (register(), "invalidSignature"),
            (store(two), "invalidSignature"),
            (store(one), again),
            (register(seed=alices), again),
            (store(two), ok),
            (register(seed=bobs), "invalidSignature"),
            (store(three), ok),
        ],
        "Identity",
        "Retry",
        identities=keys,
        identities_from=2,
    )
    add(
        "identity keys become known: no signature, another commitment that is signed, the first one signed",
        [
            (register(epoch=EPOCH + 1), ok),
            (register(), ok),
            (register(seed=alices, commitment=2), "commitmentConflict"),
            (store(one), "invalidSignature"),
            (register(seed=alices), again),
            (store(one), ok),
            (store(changed_epoch), "invalidSignature"),
        ],
        "Identity",
        "CommitmentConflict",
        identities=keys,
        identities_from=2,
    )
    add(
        "a signature comes before the set and the amount, a conflict before it",
        [
            (register(), ok),
            (store(one), ok),
            (store(two), "invalidSignature"),
            (store(voucher(header(voucher_id=1), 3)), "voucherConflict"),
            (register(seed=alices), again),
            (store(two), "quotaExceeded"),
        ],
        "Identity",
        "Order",
        identities=keys,
        identities_from=2,
        vouchers=1,
    )
    add(
        "a clock: the first and the last epoch that may be registered, and those beside them",
        [
            (register(epoch=0), "epochInPast"),
            (register(epoch=EPOCH - 65), "epochInPast"),
            (register(epoch=EPOCH - 64), ok),
            (register(epoch=EPOCH + 1), ok),
            (register(epoch=EPOCH + 2), "epochTooFar"),
            (register(epoch=2**32 - 1), "epochTooFar"),
            (register(epoch=EPOCH + 1), again),
        ],
        "Epochs",
        "Retry",
        open_epochs=(EPOCH - 64, EPOCH + 1),
    )
    add(
        "the clock comes before the amount",
        [
            (register(BOB), ok),
            (register(BOB, epoch=EPOCH + 1), "epochTooFar"),
            (register(BOB, epoch=EPOCH - 1), "epochInPast"),
            (register(BOB, epoch=EPOCH), again),
            (expire(EPOCH + 1), "expired"),
            (register(BOB, epoch=EPOCH), "epochInPast"),
            (register(BOB, epoch=EPOCH + 1), "epochTooFar"),
        ],
        "Epochs",
        "Order",
        epochs=1,
        open_epochs=(EPOCH, EPOCH),
    )

    # Names
    asked = bytes.fromhex(resolve()["bytes"])
    add(
        "a name against its token, and again",
        [(register(), ok), (resolve(), "released"), (resolve(), "released")],
        "Resolve",
        "Retry",
    )
    add(
        "without a token, with a byte too many, of another kind",
        [
            (register(), ok),
            (step("resolve", None, asked[:40]), "wrongLength"),
            (step("resolve", None, b""), "wrongLength"),
            (step("resolve", None, asked + b"\0"), "wrongLength"),
            (step("resolve", None, b"SMN1" + asked[4:]), "invalidMagic"),
        ],
        "Resolve",
        "Malformed",
    )
    add(
        "a token of zero bytes, made up, of another epoch, of another account",
        [
            (register(), ok),
            (register(epoch=EPOCH + 1, commitment=2), ok),
            (register(BOB, commitment=3), ok),
            (resolve(token=0), "tokenMismatch"),
            (resolve(token=99), "tokenMismatch"),
            (resolve(token=2), "tokenMismatch"),
            (resolve(token=3), "tokenMismatch"),
            (resolve(epoch=EPOCH + 1, token=1), "tokenMismatch"),
            (resolve(BOB, token=1), "tokenMismatch"),
            (resolve(BOB, token=3), "released"),
            (resolve(epoch=EPOCH + 1, token=2), "released"),
            (resolve(), "released"),
        ],
        "Resolve",
    )
    add(
        "pseudonyms that are not registered, in this epoch or at all",
        [
            (resolve(), "notRegistered"),
            (register(), ok),
            (resolve(BOB), "notRegistered"),
            (resolve(epoch=EPOCH + 1), "notRegistered"),
            (resolve(epoch=EPOCH + 1, pseudonym=pseudonym_of(ALICE, EPOCH)), "notRegistered"),
        ],
        "Resolve",
    )
    add(
        "two accounts with the same token: each has its own commitment",
        [(register(), ok), (register(BOB), ok), (resolve(), "released"), (resolve(BOB), "released")],
        "Resolve",
    )
    add(
        "after an expiry no name is released; counts stay, and numbers go on",
        [
            (register(), ok),
            (register(epoch=EPOCH + 1), ok),
            (resolve(), "released"),
            (resolve(token=5), "tokenMismatch"),
            (expire(EPOCH + 1), "expired"),
            (resolve(), "epochInPast"),
            (resolve(token=5), "epochInPast"),
            (resolve(epoch=EPOCH + 1), "released"),
        ],
        "Resolve",
        "Expiry",
    )
    add(
        "Bob sends what names Alice",
        [(register(), ok), (register(BOB), ok), (store(one, BOB), "authenticationFailed"), (store(one), ok)],
        "OtherAccount",
    )
    too_few, too_many = replace(header(), probes=0), replace(header(), probes=65)
    add(
        "malformed vouchers change nothing",
        [
            (register(), ok),
            (store(one[:-1]), "wrongLength"),
            (store(one + b"\0"), "wrongLength"),
            (store(b""), "wrongLength"),
            (store(one[:96]), "wrongLength"),
            (store(b"SMV1" + one[4:]), "invalidMagic"),
            (store(b"SMV3" + one[4:]), "invalidMagic"),
            (store(voucher(too_few)), "parameterOutOfRange"),
            (store(voucher(too_many)), "parameterOutOfRange"),
            (store(voucher(replace(header(), check_level=0))), "parameterOutOfRange"),
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
            (store(voucher(header(epoch=EPOCH - 1)), BOB), "epochInPast"),
            (store(one, BOB), "notRegistered"),
            (register(), ok),
            (store(one, BOB), "authenticationFailed"),
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
        ("a slot more", {"probes": 9}),
        ("a slot less", {"probes": 7}),
        ("k + 1", {"polynomials": 17}),
        ("P + 1", {"payload_count": 129}),
    ):
        add(
            f"{comment} than the set's",
            [(register(), ok), (store(voucher(replace(header(mine), **change))), "setMismatch"), (store(fits), ok)],
            "KnownSets",
            sets=True,
        )
    levels = [
        (store(voucher(replace(header(mine, voucher_id=number), check_level=level))), ok)
        for number, level in enumerate((1, 4, 6, 255))
    ]
    add("any N", [(register(), ok), *levels], "KnownSets", sets=True)
    add(
        "a conflict comes before the set, the set before the amount",
        [
            (register(), ok),
            (store(fits), ok),
            (store(voucher(replace(header(mine), root=bytes(32)))), "voucherConflict"),
            (store(voucher(replace(header(mine, voucher_id=2), root=bytes(32)))), "unknownSet"),
            (store(voucher(replace(header(mine, voucher_id=2), probes=9))), "setMismatch"),
            (store(voucher(header(mine, voucher_id=2))), "quotaExceeded"),
        ],
        "KnownSets",
        "Order",
        sets=True,
        vouchers=1,
    )
