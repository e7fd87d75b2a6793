"""Lists to set to vouchers to reveal to findings: 5.4, 5.2, 5.12, 5.16, 5.17 and 5.18 in a row."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import item_sets
import pictures
from envelope import Topic, seeded
from fixtures import Fixture
from item_sets import EPOCH, digest_of_file
from reference.authority import reveal_all
from reference.case_file import ListedEntry, finding, listed_entries
from reference.collector import Collector
from reference.epochs import AccountSecret
from reference.keys import sha256_key
from reference.payload import NONE, SHA256, Payload
from reference.profile import PROFILE_2
from reference.registration import Registration
from reference.seal import Item, Sealer, header_of, seal, seal_item, state_at_epoch_start
from reference.set_file import SetFile

NOTES = {
    "WorkedExample": "the example of the specification's readers: two accounts, one above the threshold",
    "Default": "the default parameters",
    "Repeats": "the same items again and again do not count",
    "Epochs": "t - 1 matches in each of two epochs open neither",
    "WrongCommitment": "the registered commitment is not that of the vouchers",
    "OtherSet": "vouchers of a set whose key is not here wait",
    "Retry": "a voucher that is sent twice is one voucher",
    "OtherAccount": "what another sends under an account's pseudonym is refused",
    "TamperedVoucher": "a voucher that was changed on its way opens by chance alone",
    "ModifiedClient": "a client that says what it likes: matches that are not on the list, or name nothing",
    "TwoProfiles": "two devices of an account on two profiles in one epoch: what they send does not add up",
    "Threshold": "t matches without a chance opening, and one less",
}


def build() -> dict[str, Topic | bytes]:
    topic = Topic("end-to-end", "From lists to what a reveal finds; everything that is sent is in the case.", NOTES)
    runs(topic)
    return {"end-to-end/end-to-end.json": topic}


class Device:
    """A device of an account: its only one, unless `linked` makes another."""

    def __init__(self, name: str, fixture: Fixture, epoch: int = EPOCH) -> None:
        self.draw = seeded(f"end-to-end {name}")
        self.account, secret = self.draw(32), AccountSecret.first(epoch, self.draw)
        set_file = fixture.signed
        self.sealer = Sealer(set_file, self.account, secret, state_at_epoch_start(set_file, epoch))
        self.sent: list[dict[str, Any]] = []

    def linked(self, name: str, set_file: SetFile) -> Device:
        """Another device of the account, with its secret, that begins with another set."""
        device = Device.__new__(Device)
        device.draw, device.account, device.sent = seeded(f"end-to-end {name}"), self.account, []
        secret = self.sealer.secret
        device.sealer = Sealer(set_file, self.account, secret, state_at_epoch_start(set_file, secret.epoch))
        return device

    def send(self, request: str, data: bytes, caller: bytes | None = None) -> bytes:
        self.sent.append({"request": request, "caller": (caller or self.account).hex(), "bytes": data.hex()})
        return data

    def register(self) -> Device:
        self.send("register", self.sealer.registration().encode())
        return self

    def item(self, item: Item, note: bytes = b"") -> bytes:
        voucher, state = seal_item(item, note, self.sealer, self.draw)
        self.sealer = replace(self.sealer, state=state)
        return voucher.encode()

    def picture(self, name: str, note: bytes = b"") -> Device:
        self.send("store", self.item(Item(picture=pictures.all_pictures()[name].sent()), note))
        return self

    def file(self, contents: bytes, note: bytes = b"") -> Device:
        self.send("store", self.item(Item(sha256=hashlib.sha256(contents).digest()), note))
        return self

    def unreadable(self) -> Device:
        self.send("store", self.item(Item()))
        return self

    def next_epoch(self, fixture: Fixture) -> Device:
        secret = self.sealer.secret.ratchet(self.sealer.secret.epoch + 1)
        state = state_at_epoch_start(fixture.signed, secret.epoch, self.sealer.state.newest_version)
        self.sealer = Sealer(fixture.signed, self.account, secret, state)
        return self.register()

    def modified(
        self, keys: Sequence[bytes], payload: Payload, n: int = 255, pseudonym: bytes = b"", caller: bytes | None = None
    ) -> Device:
        """What a modified client seals: keys, payload, N and pseudonym of its choice."""
        set_file, epoch = self.sealer.set_file, self.sealer.secret.epoch
        header = header_of(set_file, n, epoch, self.draw(16), pseudonym or self.sealer.pseudonym)
        padded = payload.encode(header.payload_count)
        self.send("store", seal(header, keys, padded, set_file, self.sealer.sharing(), self.draw).encode(), caller)
        return self


def hashes(fixture: Fixture) -> list[ListedEntry]:
    return listed_entries([(source.hex(), fixture.lists[source]) for source in sorted(fixture.lists)], PROFILE_2)


def runs(topic: Topic) -> None:
    group = topic.group(
        "EndToEnd",
        "Registered pseudonyms ascending, then epochs; matches in the order of arrival and slot; the token, where "
        "there is one.",
    )
    small = item_sets.small_items()

    def add(
        comment: str,
        sent: list[dict[str, Any]],
        expected: list[tuple[str, int]],
        *flags: str,
        fixture: Fixture = small,
        changed: SetFile | None = None,
    ) -> None:
        set_file = changed or fixture.signed

        def run() -> dict:
            collector = Collector()
            for request in sent:
                collector.reply(
                    request["request"], bytes.fromhex(request["caller"]), bytes.fromhex(request["bytes"]), None
                )
            separation = set_file.header.parameters.separation
            accounts = []
            for found in reveal_all(collector, [item_sets.opened(set_file, fixture)]):
                if found.openings == 0:
                    raise AssertionError(f"{comment}: an account without openings; whether it is listed is not said")
                matches = []
                for match in found.matches:
                    what = finding(match.payload, hashes(fixture), PROFILE_2, separation)
                    matches.append(
                        {
                            "voucherID": match.opening.header.voucher_id.hex(),
                            "slot": match.opening.slot,
                            "finding": what.name,
                            "distance": what.distance,
                            "keyDistance": what.key_distance,
                            "fingerprint": match.payload.fingerprint.hex(),
                            "note": match.payload.note.hex(),
                        }
                    )
                accounts.append(
                    {
                        "pseudonym": found.pseudonym.hex(),
                        "epoch": found.epoch,
                        "result": found.result,
                        "matches": matches,
                        "token": found.token.hex() or None,
                    }
                )
            got = sorted((account["result"], len(account["matches"])) for account in accounts)
            if got != sorted(expected):
                raise AssertionError(f"{comment}: {got}")
            return {"accounts": accounts}

        lists = [
            {
                "source": source.hex(),
                "hashes": [{"kind": entry.kind, "bytes": entry.bytes.hex()} for entry in fixture.lists[source]],
            }
            for source in sorted(fixture.lists)
        ]
        group.add(
            comment,
            {
                "set": item_sets.set_case(fixture, changed),
                "secrets": fixture.new.secrets.encode().hex(),
                "lists": lists,
                "requests": sent,
            },
            run,
            *flags,
        )

    above, below = Device("above", small).register(), Device("below", small).register()
    for i in range(1, 7):
        above.picture(f"known-{i}-changed", f"item {i}".encode())
    above.picture("unknown-1").picture("flat").file(item_sets.LISTED_FILES[0], b"a file").file(
        b"nobody lists this"
    ).unreadable()
    below.picture("known-1-changed").picture("unknown-2").picture("unknown-3").file(item_sets.LISTED_FILES[1]).picture(
        "quality-49"
    )
    together = [
        request for pair in zip(above.sent, below.sent + [None] * len(above.sent)) for request in pair if request
    ]
    add(
        "two accounts: seven of eleven items match, and two of five",
        together,
        [("valid", 7), ("notDecodable", 0)],
        "WorkedExample",
    )

    default = item_sets.default_items()
    busy = Device("default", default).register()
    for i in range(36):
        busy.file(item_sets.LISTED_FILES[i])
    busy.picture("known-7-changed")
    add(
        "default parameters: 36 files and a picture, all listed", busy.sent, [("valid", 37)], "Default", fixture=default
    )

    repeating = Device("repeats", small).register()
    for _ in range(4):
        repeating.picture("known-1-changed").picture("known-2").picture("known-1")
    add("two pictures, four times each: two matches", repeating.sent, [("notDecodable", 0)], "Repeats")

    twice = Device("epochs", small).register().picture("known-1").picture("known-2").picture("unknown-1")
    twice.next_epoch(small).picture("known-3").picture("known-4").picture("unknown-1").picture("unknown-2")
    add("two matches in each of two epochs", twice.sent, [("notDecodable", 0), ("notDecodable", 0)], "Epochs")

    wrong = Device("wrong commitment", small)
    wrong.send("register", Registration(EPOCH, wrong.account, wrong.sealer.pseudonym, wrong.draw(32)).encode())
    for i in range(1, 9):
        wrong.picture(f"known-{i}")
    add("eight matches, but the commitment is another", wrong.sent, [("commitmentMismatch", 0)], "WrongCommitment")

    second = item_sets.second_items()
    waiting = Device("other set", small).register()
    for i in range(1, 9):
        waiting.picture(f"known-{i}")
        if i == 2:
            waiting.sealer = replace(waiting.sealer, set_file=second.signed)
    newer = waiting.sent
    add("two vouchers under the old set, six under the new: by the old key", newer, [("notDecodable", 0)], "OtherSet")
    add("the same vouchers by the new key", newer, [("valid", 6)], "OtherSet", fixture=second)

    hostile = Device("retries and forgeries", small).register()
    stranger = Device("stranger", small).register()
    for i in range(1, 7):
        hostile.picture(f"known-{i}")
    again = [dict(request) for request in hostile.sent]
    for i in (3, 5):  # on their way: a bit of a body, and a bit of Q in a slot
        data = bytearray.fromhex(hostile.sent[i]["bytes"])
        data[100 if i == 3 else len(data) - 65 * 8] ^= 1
        hostile.sent[i]["bytes"] = data.hex()
    forged = Device("forged", small)
    digest = digest_of_file(0)
    # It carries the account's pseudonym, the stranger sends it.
    forged.modified(
        [sha256_key(digest)], Payload(SHA256, 0, digest, b""), 255, hostile.sealer.pseudonym, stranger.account
    )
    stranger.picture("known-8").picture("unknown-4")
    # Retries of what was changed on its way are conflicts; the others are stored already.
    sent = hostile.sent + again + forged.sent + stranger.sent
    add(
        "retries, vouchers changed on their way, and another's under the account's pseudonym",
        sent,
        [("valid", 5), ("notDecodable", 0)],
        "Retry",
        "TamperedVoucher",
        "OtherAccount",
    )

    exact = Device("exactly t", small).register()
    almost = Device("t - 1", small).register()
    for i in range(3):
        exact.modified([sha256_key(digest_of_file(i % 2))], Payload(SHA256, 0, digest_of_file(i % 2), b""))
    for i in range(2):
        almost.modified([sha256_key(digest_of_file(i))], Payload(SHA256, 0, digest_of_file(i), b""))
    add(
        "t matches without chance openings (two of them of one file, by a modified client of N = 255), and t - 1",
        exact.sent + almost.sent,
        [("valid", 3), ("belowThreshold", 0)],
        "Threshold",
        "ModifiedClient",
    )

    lying = Device("modified client", small).register()
    for i in range(2):
        lying.modified([sha256_key(digest_of_file(i))], Payload(SHA256, 0, bytes([i]) * 32, b"not what was probed"), 1)
    for _ in range(2):
        lying.modified([sha256_key(digest_of_file(0))], Payload(NONE, 0, b"", b"nothing"))
    lying.picture("known-3-changed")
    add("matches whose fingerprints are not listed, or that have none", lying.sent, [("valid", 5)], "ModifiedClient")

    # The set's next version has the same table, and the same profile under another id: all keys are the same.
    profile = replace(small.signed.parameters.profile, id=77)
    moved = small.with_header(version=8, parameters=replace(small.signed.parameters, profile=profile))
    phone = Device("phone", small).register()
    tablet = phone.linked("tablet", moved).register()
    for i in range(1, 7):
        phone.picture(f"known-{i}")
        tablet.picture(f"known-{i}")
    both = phone.sent + tablet.sent
    add("two devices on two profiles, six matches each: by the first's set", both, [("valid", 6)], "TwoProfiles")
    add(
        "the same vouchers by the second's set: its registration was refused",
        both,
        [("commitmentMismatch", 0)],
        "TwoProfiles",
        changed=moved,
    )
    add(
        "the second device registers first",
        tablet.sent + phone.sent,
        [("valid", 6)],
        "TwoProfiles",
        changed=moved,
    )
