"""Protocol 4.5, 4.6, 4.8, 5.6 and 5.10."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import forms
from envelope import Topic, seeded
from reference.account import account_of
from reference.client_state import ClientState
from reference.distinctness import distinctness, distinctness_key
from reference.epochs import AccountSecret, client_epoch, first_epoch
from reference.keys import perceptual_key, sha256_key, sign_message, source_public_key
from reference.labels import encode_integer
from reference.profile import PROFILE_2, PROFILE_3, Hypothesis, Profile
from reference.registration import MAXIMUM_SIGNATURE_BYTES, Registration
from reference.resolution import RELEASE_LABEL
from reference.sharing import pseudonym_of

NOTES = {
    "TruncatedInput": "too short",
    "TrailingBytes": "bytes follow",
    "WrongMagic": "another format or version",
    "NameOfDigits": "no name is taken for an account's bytes",
    "NameAsBytes": "names are byte strings: nothing is folded or trimmed",
    "ForgedSignature": "not the account's signature of this registration",
    "OutOfRange": "a number outside the range that the specification gives",
    "LeastParameters": "the least of everything",
    "GreatestParameters": "the greatest of everything",
    "ClockBehind": "a clock that is behind must not begin an account: the ratchet would never reach the present",
    "EpochStep": "steps of 0, 1, 64 and 65 epochs, and back",
    "HandedOver": "a secret that another device hands over, and this device's clock",
    "Expired": "a clock at or past the set's expiry",
    "Video": "a video probes the keys that were not probed before",
    "OwnKey": "K_0 of a marked picture is none of its probes: it is compared and noted all the same",
    "NearDuplicates": "a repeat notes all its tags: what is near a repeat is a repeat",
    "NoKeys": "an item without keys is never a repeat",
    "TagsNotAscending": "one store has one encoding",
    "NumberEdge": "the number of vouchers stays at 2^32 - 1",
    "OtherEpoch": "another epoch's state is ignored, whatever its t, k and profile are",
    "OtherForm": "another t, k or profile in the same epoch: these devices have not the same polynomials",
}


def build() -> dict[str, Topic | bytes]:
    topic = Topic(
        "client",
        "Names of accounts, what a client keeps and registers, its ratchet, and which items are repeats.",
        NOTES,
    )
    names(topic)
    pseudonyms(topic)
    registrations(topic)
    secrets(topic)
    first_epochs(topic)
    client_epochs(topic)
    ratchets(topic)
    repeats(topic)
    digests(topic)
    states(topic)
    numbers(topic)
    merges(topic)
    return {"client/client.json": topic}


def names(topic: Topic) -> None:
    group = topic.group("AccountName", "4.7: a name's bytes, and the account in registrations.")

    def add(comment: str, name: bytes, *flags: str, result: str = "valid") -> None:
        group.add(comment, {"name": name.hex()}, lambda: {"account": account_of(name).hex()}, *flags, result=result)

    add("bob", b"bob")
    add("64 hexadecimal digits are a name like any other", account_of(b"bob").hex().encode(), "NameOfDigits")
    add("the 32 bytes of another account are a name, too", account_of(b"bob"), "NameOfDigits")
    add("another letter case is another name", b"Bob", "NameAsBytes")
    add("composed", "Zoë".encode(), "NameAsBytes")
    add("decomposed: another name", "Zoe\u0308".encode(), "NameAsBytes")
    add("a blank after it", b"bob ", "NameAsBytes")
    add("no text, a byte of zero", b"\0", "LeastParameters")
    add("4,096 bytes", b"n" * 4_096, "GreatestParameters")
    add("the empty name", b"", "TruncatedInput", result="wrongLength")
    add("4,097 bytes", b"n" * 4_097, "TrailingBytes", result="wrongLength")


def pseudonyms(topic: Topic) -> None:
    group = topic.group("Pseudonym", "5.6, step 2: an account's name in one epoch.")
    draw = seeded("pseudonyms")
    secret, account = draw(32), draw(32)

    def add(comment: str, secret: bytes, account: bytes, epoch: int, *flags: str) -> None:
        group.add(
            comment,
            {"secret": secret.hex(), "account": account.hex(), "epoch": epoch},
            lambda: {"pseudonym": pseudonym_of(secret, account, epoch).hex()},
            *flags,
        )

    add("an account", secret, account, 679)
    add("the same in the next epoch, were the secret the same", secret, account, 680)
    add("another account with the same secret", secret, draw(32), 679)
    add("another secret", draw(32), account, 679)
    add("epoch 0", secret, account, 0, "LeastParameters")
    add("the last epoch", secret, account, 2**32 - 1, "GreatestParameters")


def registrations(topic: Topic) -> None:
    group = topic.group("DecodeRegistration", "4.5.")
    draw = seeded("registrations")
    made = Registration(679, draw(32), draw(32), draw(32))
    good, seed = made.encode(), draw(32)
    signed = made.signed(seed).encode()

    def add(comment: str, data: bytes, *flags: str, result: str = "valid") -> None:
        def decode() -> dict:
            registration = Registration.decode(data)
            return {
                "account": registration.account.hex(),
                "epoch": registration.epoch,
                "pseudonym": registration.pseudonym.hex(),
                "commitment": registration.commitment.hex(),
                "signature": registration.signature.hex(),
            }

        group.add(comment, {"bytes": data.hex()}, decode, *flags, result=result)

    most = MAXIMUM_SIGNATURE_BYTES
    add("a registration", good)
    add("with a signature", signed)
    add("the last epoch", replace(made, epoch=2**32 - 1).encode(), "GreatestParameters")
    add(
        "all zero but the magic: any account, pseudonym and commitment will do",
        Registration(0, bytes(32), bytes(32), bytes(32)).encode(),
        "LeastParameters",
    )
    add("a signature of one byte", replace(made, signature=b"\x01").encode(), "LeastParameters")
    add("a signature of 8,192 bytes", replace(made, signature=bytes(most)).encode(), "GreatestParameters")
    too_long = replace(made, signature=bytes(most + 1)).encode()
    add("a signature of 8,193 bytes", too_long, "OutOfRange", result="parameterOutOfRange")
    add("the last byte is missing", good[:-1], "TruncatedInput", result="wrongLength")
    add("the signature's last byte is missing", signed[:-1], "TruncatedInput", result="wrongLength")
    add("empty", b"", "TruncatedInput", result="wrongLength")
    add("a byte follows", good + b"\0", "TrailingBytes", result="wrongLength")
    add("a byte follows the signature", signed + b"\0", "TrailingBytes", result="wrongLength")
    add("magic of another version", b"SMR1" + good[4:], "WrongMagic", result="invalidMagic")
    add(
        "the 72 bytes of version 1",
        b"SMR1" + good[4:72],
        "TruncatedInput",
        result="wrongLength",
    )

    group = topic.group("VerifyRegistration", "4.5: by an Ed25519 identity key, or none that is known.")
    key, other = source_public_key(seed), source_public_key(draw(32))

    def check(comment: str, data: bytes, key: bytes | None, *flags: str, result: str = "valid") -> None:
        def verify() -> dict:
            Registration.decode(data).check_signature(key)
            return {}

        group.add(
            comment, {"bytes": data.hex(), "key": None if key is None else key.hex()}, verify, *flags, result=result
        )

    bad = "invalidSignature"
    check("its own key", signed, key)
    check("another key", signed, other, "ForgedSignature", result=bad)
    check("no key is known", signed, None, "ForgedSignature", result=bad)
    check("no signature", good, key, "ForgedSignature", result=bad)
    for name, change in (
        ("epoch", {"epoch": 680}),
        ("account", {"account": bytes(32)}),
        ("pseudonym", {"pseudonym": bytes(32)}),
        ("commitment", {"commitment": bytes(32)}),
    ):
        changed = replace(made.signed(seed), **change).encode()
        check(f"another {name} than was signed", changed, key, "ForgedSignature", result=bad)
    short = replace(made, signature=made.signed(seed).signature[:63]).encode()
    check("63 bytes of it", short, key, "ForgedSignature", result=bad)
    bare = replace(made, signature=sign_message(seed, made.signed_part)).encode()
    check("a signature without the label", bare, key, "ForgedSignature", result=bad)
    release = replace(made, signature=sign_message(seed, RELEASE_LABEL + made.signed_part)).encode()
    check("under the label of releases", release, key, "ForgedSignature", result=bad)


def secrets(topic: Topic) -> None:
    group = topic.group("DecodeAccountSecret", "4.6.")
    good = AccountSecret(679, seeded("account secrets")(32)).encode()

    def add(comment: str, data: bytes, *flags: str, result: str = "valid") -> None:
        def decode() -> dict:
            secret = AccountSecret.decode(data)
            return {"epoch": secret.epoch, "secret": secret.secret.hex()}

        group.add(comment, {"bytes": data.hex()}, decode, *flags, result=result)

    add("an account secret", good)
    add("the last epoch", AccountSecret(2**32 - 1, good[8:]).encode(), "GreatestParameters")
    add("the last byte is missing", good[:-1], "TruncatedInput", result="wrongLength")
    add("a byte follows", good + b"\0", "TrailingBytes", result="wrongLength")
    add("magic of a registration", b"SMR2" + good[4:], "WrongMagic", result="invalidMagic")


def first_epochs(topic: Topic) -> None:
    group = topic.group("FirstEpoch", "5.6, step 1: the clock of a first run, and when the set was issued.")
    issued = 1_760_000_000

    def add(comment: str, now: int, issued_at: int, *flags: str, result: str = "valid") -> None:
        group.add(
            comment,
            {"now": encode_integer(now, 8).hex(), "issuedAt": encode_integer(issued_at, 8).hex()},
            lambda: {"epoch": first_epoch(now, issued_at)},
            *flags,
            result=result,
        )

    add("when the set was issued", issued, issued)
    add("years later", issued + 10**9, issued)
    add("a day before", issued - 86_400, issued, "ClockBehind")
    add("a day and a second before", issued - 86_401, issued, "ClockBehind", result="setNotYetIssued")
    add("a clock at 1970", 0, issued, "ClockBehind", result="setNotYetIssued")
    add("a set of 1970", 0, 86_400, "LeastParameters")
    add("a set of 1970, and a second", 0, 86_401, "ClockBehind", result="setNotYetIssued")
    add("the last epoch", 2**32 * 2_592_000 - 1, issued, "GreatestParameters")
    add("past the last epoch", 2**32 * 2_592_000, issued, "OutOfRange", result="parameterOutOfRange")
    add("the last second that can be written", 2**64 - 1, 2**64 - 1, "OutOfRange", result="parameterOutOfRange")


def client_epochs(topic: Topic) -> None:
    group = topic.group("ClientEpoch", "5.6, steps 3 and 6: the epoch that a client is in.")
    month = 2_592_000
    now, end = 679 * month + 5, 692 * month

    def add(
        comment: str, secret: int, state: int | None, *flags: str, now: int = now, end: int = end, result: str = "valid"
    ) -> None:
        group.add(
            comment,
            {
                "now": encode_integer(now, 8).hex(),
                "expiresAt": encode_integer(end, 8).hex(),
                "secretEpoch": secret,
                "stateEpoch": state,
            },
            lambda: {"epoch": client_epoch(now, end, secret, state)},
            *flags,
            result=result,
        )

    add("a first run", 679, None)
    add("the same epoch", 679, 679)
    add("the clock has gone on", 677, 677)
    add("64 epochs", 615, 615, "EpochStep")
    add("65 epochs", 614, 614, "EpochStep", result="epochTooFar")
    add("the state is later than the secret", 679, 681)
    add("the state is 65 epochs later than the secret", 679, 744, "EpochStep", result="epochTooFar")
    add("a clock that went back: the later epoch goes on", 690, 690, "HandedOver")
    add("a secret of the next epoch, on a first run", 680, None, "HandedOver")
    add("a secret of the next epoch", 680, 679, "HandedOver")
    add("a secret two epochs ahead, on a first run", 681, None, "HandedOver", result="epochTooFar")
    add("a secret two epochs ahead", 681, 679, "HandedOver", result="epochTooFar")
    add("a secret two epochs ahead of the clock, where the state is", 681, 681, "HandedOver")
    add("one epoch ahead of a state that is ahead of the clock", 682, 681, "HandedOver", result="epochTooFar")
    add("a clock at 1970, and a secret of the present", 679, None, "HandedOver", now=0, result="epochTooFar")
    add("a clock at 1970, and a state and a secret of the present", 679, 679, now=0)
    add("the last second of the set", 679, 679, "Expired", end=now + 1)
    add("when the set expires", 679, 679, "Expired", end=now, result="setExpired")
    add("past it", 679, 679, "Expired", end=now - 1, result="setExpired")
    add("epoch 0", 0, None, "LeastParameters", now=0)
    last = 2**32 * month
    add("the last epoch", 2**32 - 1, None, "GreatestParameters", now=last - 1, end=last)
    add("past the last epoch", 2**32 - 1, None, "OutOfRange", now=last, end=last + 1, result="parameterOutOfRange")


def ratchets(topic: Topic) -> None:
    group = topic.group("Ratchet", "An account secret and the epoch to which it is taken.")
    secret = seeded("ratchet")(32)

    def add(comment: str, start: int, target: int, *flags: str, result: str = "valid") -> None:
        data = AccountSecret(start, secret).encode()
        group.add(
            comment,
            {"bytes": data.hex(), "epoch": target},
            lambda: {"bytes": AccountSecret.decode(data).ratchet(target).encode().hex()},
            *flags,
            result=result,
        )

    add("the same epoch", 679, 679, "EpochStep")
    add("the next", 679, 680, "EpochStep")
    add("two at once: as one after the other", 679, 681)
    add("64", 679, 743, "EpochStep")
    add("65", 679, 744, "EpochStep", result="epochTooFar")
    add("back", 679, 678, "EpochStep", result="epochInPast")
    add("from epoch 0", 0, 1, "LeastParameters")
    add("to the last epoch", 2**32 - 2, 2**32 - 1, "GreatestParameters")


def repeats(topic: Topic) -> None:
    group = topic.group("Distinctness", "Items by their keys, one after the other from an empty store.")
    draw = seeded("distinctness")

    def add(
        comment: str,
        items: list[list[bytes]],
        *flags: str,
        videos: Sequence[int] = (),
        own: dict[int, bytes] | None = None,
        probes: Sequence[int] | None = None,
    ) -> None:
        """own: K_0 of items where it is none of their keys. probes: which items probe anything."""
        as_sent = own or {}
        secret, pseudonym, epoch = draw(32), draw(32), 679
        key = distinctness_key(secret, pseudonym, epoch)
        store: frozenset[int] = frozenset()
        found = []
        for index, item in enumerate(items):
            probed, store = distinctness(key, item, as_sent.get(index), index in videos, store)
            found.append([y.hex() for y in probed])
        assert probes is None or [index for index, keys in enumerate(found) if keys] == list(probes), comment
        group.add(
            comment,
            {
                "secret": secret.hex(),
                "pseudonym": pseudonym.hex(),
                "epoch": epoch,
                "items": [
                    {
                        "video": index in videos,
                        "keys": [y.hex() for y in item],
                        "asSent": as_sent[index].hex() if index in as_sent else None,
                    }
                    for index, item in enumerate(items)
                ],
            },
            lambda: {"probed": found, "tags": forms.words(sorted(store))},
            *flags,
        )

    a, b, c, d, e = (perceptual_key(int.from_bytes(draw(6), "little")) for _ in range(5))
    file = sha256_key(draw(32))
    add("nothing yet", [])
    add("three different items", [[a, b], [c, d], [file]])
    add("the same item again", [[a, b], [a, b]])
    add("one key in common", [[a, b], [b, c]])
    add("near duplicates chain: the third is near the second only", [[a, b], [b, c], [c, d], [e]], "NearDuplicates")
    add("items without keys", [[], [], [a], []], "NoKeys")
    add("a file twice", [[file], [file]])
    add("a file whose SHA-256 begins like a perceptual key is another key", [[a], [sha256_key(a[1:] + bytes(24))]])
    add(
        "a video leaves out what was probed, a picture after it is a repeat", [[a, b], [b, c], [c]], "Video", videos=[1]
    )
    add("a video again, with two new keys", [[a, b, c], [c, d, a, e], [d, e]], "Video", videos=[0, 1, 2])
    add("a video without keys", [[], [a]], "Video", "NoKeys", videos=[0, 1])
    add("K_0 is noted: a copy that probes it is a repeat", [[a, b], [c, d]], "OwnKey", own={0: c}, probes=[0])
    add("K_0 is compared: after a copy that probes it, a repeat", [[c, d], [a, b]], "OwnKey", own={1: c}, probes=[0])
    add("two items that have K_0 alone in common", [[a], [b], [d]], "OwnKey", own={0: c, 1: c, 2: e}, probes=[0, 2])
    add("a repeat's K_0 is noted, too", [[a], [a, b], [c]], "OwnKey", "NearDuplicates", own={1: c}, probes=[0])
    add("the same item again", [[a], [a]], "OwnKey", own={0: b, 1: b}, probes=[0])
    add("K_0 of an item is no key that it probes", [[a], [d]], "OwnKey", own={0: b, 1: e}, probes=[0, 1])
    add("a video leaves out a key that is K_0 of a picture", [[a], [b, c]], "OwnKey", "Video", videos=[1], own={0: b})
    add("sixteen keys an item", [[perceptual_key(16 * i + j) for j in range(16)] for i in range(3)])


def digests(topic: Topic) -> None:
    group = topic.group("ProfileDigest", "The profile in the client state. The number of probes is not in it.")

    def add(comment: str, profile: Profile, *flags: str) -> None:
        group.add(comment, {"profile": forms.profile(profile)}, lambda: {"digest": profile.digest().hex()}, *flags)

    add("profile 2", PROFILE_2)
    add("profile 2 with M = 64: the same digest", replace(PROFILE_2, probes=64))
    add("profile 3", PROFILE_3)
    add("profile 3 with M = 32: the same digest", replace(PROFILE_3, probes=32))
    add("profile 3 without marks", replace(PROFILE_3, marks=0))
    add("profile 2 with marks", replace(PROFILE_2, marks=1))
    add("H = 16", replace(PROFILE_2, hypotheses=(Hypothesis(),) * 16), "GreatestParameters")
    for h in range(7, 10):
        changed = replace(PROFILE_3.hypotheses[h], strength=1)
        add(f"strength 1, kind {changed.kind}", replace(PROFILE_2, hypotheses=(Hypothesis(), changed)))
    add("another id", replace(PROFILE_2, id=2**32 - 1), "GreatestParameters")
    add("another minimum quality", replace(PROFILE_2, minimum_quality=51))
    add("another probe quality", replace(PROFILE_2, probe_quality=41))
    add("as sent only", replace(PROFILE_2, hypotheses=PROFILE_2.hypotheses[:1]))
    add(
        "two hypotheses exchanged",
        replace(PROFILE_2, hypotheses=(*PROFILE_2.hypotheses[:5], *PROFILE_2.hypotheses[:4:-1])),
    )
    for field, value in (
        ("tone", 2),
        ("tone", -2),
        ("shift", 2_048),
        ("shift", -2_048),
        ("zoom", 1_000),
        ("zoom", 1_100),
        ("penalty", 1_024),
    ):
        changed = replace(PROFILE_2.hypotheses[3], **{field: value})
        add(
            f"{field} = {value}",
            replace(PROFILE_2, hypotheses=(*PROFILE_2.hypotheses[:3], changed)),
            "GreatestParameters",
        )
    add("two positions exchanged", replace(PROFILE_2, positions=(1, 0) + PROFILE_2.positions[2:]))
    add("b = 64", replace(PROFILE_2, positions=tuple(range(64))), "GreatestParameters")
    add("b = 1", Profile(0, 0, 0, 1, (255,)), "LeastParameters")


def base_state() -> ClientState:
    draw = seeded("client states")
    tags = frozenset(int.from_bytes(draw(8), "little") for _ in range(5))
    return ClientState(679, 7, 30, 312, 120, PROFILE_2.digest(), tags)


def states(topic: Topic) -> None:
    group = topic.group("DecodeClientState", "4.8, decoded and encoded again.")
    base = base_state()

    def add(comment: str, data: bytes, *flags: str, result: str = "valid") -> None:
        group.add(
            comment,
            {"bytes": data.hex()},
            lambda: {"bytes": ClientState.decode(data).encode().hex()},
            *flags,
            result=result,
        )

    good = base.encode()

    def changed(offset: int, value: int, size: int) -> bytes:
        return good[:offset] + encode_integer(value, size) + good[offset + size :]

    add("five tags", good)
    add("no tags", replace(base, tags=frozenset()).encode(), "LeastParameters")
    add("the least of everything", ClientState(0, 0, 2, 16, 0, bytes(32), frozenset([0])).encode(), "LeastParameters")
    add(
        "the greatest of everything",
        ClientState(2**32 - 1, 2**64 - 1, 1024, 1024, 2**32 - 1, b"\xff" * 32, frozenset([0, 2**64 - 1])).encode(),
        "GreatestParameters",
        "NumberEdge",
    )
    add("ascending as words, not as byte strings", replace(base, tags=frozenset([0x0100, 0xFF])).encode())
    add("59 bytes", good[:59], "TruncatedInput", result="wrongLength")
    add("empty", b"", "TruncatedInput", result="wrongLength")
    add("a tag is missing", good[:-8], "TruncatedInput", result="wrongLength")
    add("a tag more than it says", good + b"\xff" * 8, "TrailingBytes", result="wrongLength")
    add("a byte follows", good + b"\0", "TrailingBytes", result="wrongLength")
    add("magic of the version before", b"SMC1" + good[4:], "WrongMagic", result="invalidMagic")
    before = b"SMC1" + good[4:20] + encode_integer(6, 4) + encode_integer(0, 4) + b"SMD1" + bytes(80) + good[28:60]
    add("a state of the version before", before, "WrongMagic", result="invalidMagic")
    add("magic of the next version", b"SMC3" + good[4:], "WrongMagic", result="invalidMagic")
    for comment, offset, value, size in (
        ("t = 1", 16, 1, 2),
        ("t = 1,025", 16, 1025, 2),
        ("k = 15", 18, 15, 2),
        ("k = 1,025", 18, 1025, 2),
        ("2^20 + 1 tags, which are not there", 24, 2**20 + 1, 4),
    ):
        add(comment, changed(offset, value, size), "OutOfRange", result="parameterOutOfRange")
    tags = sorted(base.tags)
    add(
        "two tags exchanged",
        good[:60] + b"".join(encode_integer(tag, 8) for tag in [tags[1], tags[0], *tags[2:]]),
        "TagsNotAscending",
        result="nonCanonical",
    )
    add(
        "a tag twice",
        good[:60] + b"".join(encode_integer(tag, 8) for tag in [tags[0], tags[0], *tags[2:]]),
        "TagsNotAscending",
        result="nonCanonical",
    )


def numbers(topic: Topic) -> None:
    group = topic.group("TakeNumber", "5.12, step 4: the number of one voucher, and the state after it.")
    base = replace(base_state(), tags=frozenset())
    for number in (0, 31, 65_535, 2**31 - 1, 2**32 - 2, 2**32 - 1):
        state = replace(base, number=number)
        group.add(
            f"{number} vouchers before it",
            {"bytes": state.encode().hex()},
            lambda: {"number": state.number, "bytes": state.after_a_voucher().encode().hex()},
            *(["NumberEdge"] if number >= 2**32 - 2 else []),
        )


def merges(topic: Topic) -> None:
    group = topic.group(
        "MergeStates", "5.10, `Merging`: a device's state, and what it is after it took in another device's."
    )
    base = replace(base_state(), number=120, tags=frozenset(range(3)))

    def add(comment: str, other: ClientState, *flags: str, own: ClientState = base, result: str = "valid") -> None:
        group.add(
            comment,
            {"bytes": own.encode().hex(), "other": other.encode().hex()},
            lambda: {"bytes": own.merged(other).encode().hex()},
            *flags,
            result=result,
        )

    add("the same state", base)
    add("a greater number, other tags", replace(base, number=121, tags=frozenset([2, 7, 2**63])))
    add("a lesser number, other tags", replace(base, number=119, tags=frozenset([7])))
    add("a device that sealed nothing", replace(base, number=0, tags=frozenset()))
    add("into a device that sealed nothing", base, own=replace(base, number=0, tags=frozenset()))
    add("the greatest number", replace(base, number=2**32 - 1), "NumberEdge")
    for epoch in (678, 680):
        other = replace(base, epoch=epoch, number=500, tags=frozenset([9]))
        add(f"of epoch {epoch}", other, "OtherEpoch")
        other = replace(other, threshold=31, polynomials=313, profile_digest=PROFILE_3.digest())
        add(f"of epoch {epoch}, with another t, k and profile", other, "OtherEpoch")
    add("another set version", replace(base, newest_version=base.newest_version + 1, number=121))
    one_bit = bytes([base.profile_digest[0] ^ 1]) + base.profile_digest[1:]
    for comment, changes in (
        ("another t", {"threshold": 31}),
        ("another k", {"polynomials": 624}),
        ("profile 3", {"profile_digest": PROFILE_3.digest()}),
        ("a profile's digest that differs in one bit", {"profile_digest": one_bit}),
        ("profile 3, a device that sealed nothing", {"profile_digest": PROFILE_3.digest(), "number": 0}),
    ):
        add(comment, replace(base, **changes), "OtherForm", result="setMismatch")
