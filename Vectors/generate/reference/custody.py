"""Protocol 4.15, 5.23 and 4.2: what a custodian's service is asked, allowed and writes down, and a set's seeds."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from .custodians import KEY_GENERATION, MESSAGE_LABEL, Plan, Reader
from .errors import ProtocolError, require
from .keys import sign_message, source_public_key, verify_message
from .labels import decode_integer, encode_integer

EVALUATE, COMMIT, REVEAL, RESPOND = 1, 2, 3, 4
CALL_COUNT = 144
TOLERANCE = 300
MAXIMUM_TAKEN = 1 << 18

EVALUATED, PROVED, BEGUN, FINISHED, ERASED = 1, 2, 3, 4, 5
ENTRY_COUNT = 216

POLICY_TITLE = "sealedmatch-custodian-policy-1"
MAXIMUM_COORDINATORS = 16
SEEDS_COUNT = 116


# Calls


def signed_of_call(head: bytes, body: bytes) -> bytes:
    return MESSAGE_LABEL + head + hashlib.sha256(body).digest()


def make_call(seed: bytes, call: int, custodian: bytes, time: int, body: bytes) -> bytes:
    """ "Calls", step 1"""
    head = b"SMPA" + bytes([call, 0, 0, 0]) + encode_integer(time, 8) + source_public_key(seed) + custodian
    return head + sign_message(seed, signed_of_call(head, body)) + body


@dataclass(frozen=True)
class Call:
    """What was checked of a call."""

    time: int
    coordinator: bytes
    asked: bytes
    signed: bytes
    """What the signature is of. Calls with the same are the same call."""


def open_call(data: bytes, call: int, custodian: bytes, now: int) -> Call:
    """ "Calls", steps 2 and 3: who asks, and for what"""
    reader = Reader(data)
    reader.magic(b"SMPA")
    kind = reader.take(1)[0]
    reader.zeros(3)
    time = decode_integer(reader.take(8))
    coordinator, receiver, signature = reader.take(32), reader.take(32), reader.take(64)
    body = data[reader.at :]
    refused = "authenticationFailed"
    require((kind, receiver) == (call, custodian), refused)
    require(abs(time - now) <= TOLERANCE, refused)
    signed = signed_of_call(data[:80], body)
    require(verify_message(coordinator, signed, signature), refused)
    return Call(time, coordinator, body, signed)


class TakenCalls:
    """ "Taken once": the calls that a custodian has counted lately."""

    def __init__(self, earliest: int, most: int = MAXIMUM_TAKEN) -> None:
        self.earliest, self.most = earliest, most
        self.kept: dict[bytes, tuple[int, bytes]] = {}
        """Of each call its time, and whose it is."""

    def check(self, signed: bytes, coordinator: bytes, time: int, now: int) -> None:
        # 1. "It is forgotten when its time is more than 300 seconds past"
        for one, (its_time, _) in list(self.kept.items()):
            if its_time + TOLERANCE < now:
                del self.kept[one]
                self.earliest = max(self.earliest, its_time + 1)
        # 2.
        require(time >= self.earliest and signed not in self.kept, "authenticationFailed")
        # 3.
        of_it = sum(whose == coordinator for _, whose in self.kept.values())
        require(of_it < self.most, "rateExceeded")

    def keep(self, signed: bytes, coordinator: bytes, time: int) -> None:
        self.kept[signed] = time, coordinator


# The journal


@dataclass(frozen=True)
class Entry:
    kind: int
    number: int
    time: int
    table_id: bytes
    subject: bytes
    asker: bytes
    count: int
    total: int
    previous: bytes
    signature: bytes = bytes(64)

    def before_signature(self) -> bytes:
        return (
            b"SMPJ"
            + bytes([self.kind, 0, 0, 0])
            + encode_integer(self.number, 8)
            + encode_integer(self.time, 8)
            + self.table_id
            + self.subject
            + self.asker
            + encode_integer(self.count, 8)
            + encode_integer(self.total, 8)
            + self.previous
        )

    def encode(self) -> bytes:
        return self.before_signature() + self.signature

    @property
    def digest(self) -> bytes:
        return hashlib.sha256(self.encode()).digest()

    def sign(self, seed: bytes) -> Entry:
        return replace(self, signature=sign_message(seed, MESSAGE_LABEL + self.before_signature()))

    def verifies(self, key: bytes) -> bool:
        return verify_message(key, MESSAGE_LABEL + self.before_signature(), self.signature)

    @staticmethod
    def decode(data: bytes) -> Entry:
        reader = Reader(data)
        reader.magic(b"SMPJ")
        kind = reader.take(1)[0]
        require(EVALUATED <= kind <= ERASED, "nonCanonical")
        reader.zeros(3)
        number, time = decode_integer(reader.take(8)), decode_integer(reader.take(8))
        table_id, subject, asker = reader.take(16), reader.take(32), reader.take(32)
        count, total = decode_integer(reader.take(8)), decode_integer(reader.take(8))
        entry = Entry(kind, number, time, table_id, subject, asker, count, total, reader.take(32), reader.take(64))
        reader.end()
        require(kind <= PROVED or (asker, count) == (bytes(32), 0), "nonCanonical")
        return entry


@dataclass
class Journal:
    """What a journal says: entries, the digest of the last, the elements of each table; kind, table and subject of all
    entries but those of requests."""

    count: int = 0
    last: bytes = bytes(32)
    totals: dict[bytes, int] | None = None
    steps: tuple[tuple[int, bytes, bytes], ...] = ()
    last_asked: int | None = None
    """The latest time of an entry of kind 1 or 2."""

    def follow(
        self, seed: bytes, kind: int, time: int, table: bytes, subject: bytes, asker: bytes, count: int
    ) -> Entry:
        """ "Journal", step 1: the entry behind all others"""
        total = (self.totals or {}).get(table, 0) + count
        require(total < 1 << 64, "quotaExceeded")
        entry = Entry(kind, self.count, time, table, subject, asker, count, total, self.last).sign(seed)
        self.take(entry)
        return entry

    def take(self, entry: Entry) -> None:
        self.count += 1
        self.last = entry.digest
        self.totals = {**(self.totals or {}), entry.table_id: entry.total}
        if entry.kind <= PROVED:
            self.last_asked = max(entry.time, self.last_asked or 0)
        if entry.kind != EVALUATED:
            self.steps += ((entry.kind, entry.table_id, entry.subject),)

    def is_new(self, plan: Plan, current: bytes | None) -> bool:
        """ "Begun once": whether the run is a new one, or the one that the state is at."""
        here = [(kind, subject) for kind, table, subject in self.steps if table == plan.table_id]
        # 1. "No entry of the plan's table has kind 5"
        require(all(kind != ERASED for kind, _ in here), "keyErased")
        # 2.
        if plan.run == current:
            return False
        # 3. "Else no entry of kind 3 is of this run; and for a plan of kind 1, none of kind 3 is of its table"
        begun = [subject for kind, subject in here if kind == BEGUN]
        require(plan.run not in begun, "sessionConflict")
        require(plan.kind != KEY_GENERATION or not begun, "sessionConflict")
        return True

    @staticmethod
    def read(data: bytes, key: bytes) -> Journal:
        """ "Journal", steps 2 to 4"""
        journal = Journal(totals={})
        for piece in whole(data):
            try:
                entry = Entry.decode(piece)
            except ProtocolError as error:
                raise ProtocolError("damagedJournal", str(error)) from error
            require(entry.number == journal.count, "damagedJournal")
            require(entry.previous == journal.last, "damagedJournal")
            require(entry.total == journal.totals.get(entry.table_id, 0) + entry.count, "damagedJournal")
            require(entry.verifies(key), "damagedJournal")
            journal.take(entry)
        return journal


def whole(data: bytes) -> Iterator[bytes]:
    """Whole entries; an end that is none is being written."""
    for at in range(0, len(data) - ENTRY_COUNT + 1, ENTRY_COUNT):
        yield data[at : at + ENTRY_COUNT]


# The policy


@dataclass(frozen=True)
class Policy:
    table_id: bytes
    until: int
    slots: int
    rate: int
    coordinators: tuple[bytes, ...]

    def encode(self) -> bytes:
        lines = [
            POLICY_TITLE,
            f"table {self.table_id.hex()}",
            f"until {self.until}",
            f"slots {self.slots}",
            f"rate {self.rate}",
            *(f"coordinator {key.hex()}" for key in self.coordinators),
        ]
        return "".join(line + "\n" for line in lines).encode()

    @staticmethod
    def decode(data: bytes) -> Policy:
        """ "Policy of a custodian" """
        require(data.startswith(POLICY_TITLE.encode() + b"\n"), "invalidMagic")
        number = rb"(0|[1-9][0-9]*)"
        form = rb"%s\ntable ([0-9a-f]{32})\nuntil %s\nslots %s\nrate %s\n((?:coordinator [0-9a-f]{64}\n)*)" % (
            POLICY_TITLE.encode(),
            number,
            number,
            number,
        )
        found = re.fullmatch(form, data)
        require(found is not None, "nonCanonical")
        until, slots, rate = (int(found[place]) for place in (2, 3, 4))
        require(until < 1 << 64 and slots < 1 << 64 and rate < 1 << 32, "nonCanonical")
        keys = tuple(bytes.fromhex(line.split()[1].decode()) for line in found[5].splitlines())
        require(1 <= len(keys) <= MAXIMUM_COORDINATORS, "parameterOutOfRange")
        return Policy(bytes.fromhex(found[1].decode()), until, slots, rate, keys)


# Seeds of a set whose α is divided


@dataclass(frozen=True)
class Seeds:
    table_id: bytes
    position_seed: bytes
    filler_seed: bytes
    entries_digest: bytes

    def encode(self) -> bytes:
        return b"SMK2" + self.table_id + self.position_seed + self.filler_seed + self.entries_digest

    @staticmethod
    def decode(data: bytes) -> Seeds:
        reader = Reader(data)
        reader.magic(b"SMK2")
        seeds = Seeds(reader.take(16), reader.take(32), reader.take(32), reader.take(32))
        reader.end()
        return seeds
