"""Protocol 5.29, "Watching": from the files that a log serves, and nothing else."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from . import group as g
from .errors import ProtocolError, require
from .log_entries import ERASURE, REVOCATION, SET, SOURCES, STATISTICS, LogEntry, set_entry
from .log_policy import LogPolicy
from .merkle import leaf_hash, root
from .notes import Checkpoint, malformed
from .set_file import SetFile
from .tiles import WIDTH, decode_bundle, encode_bundle, tile_path

Files = Callable[[str], bytes | None]


MAXIMUM_SIZE = 1 << 20


def read_entries(files: Files, size: int) -> list[bytes]:
    malformed(size <= MAXIMUM_SIZE, "more entries than are read")
    entries: list[bytes] = []
    while len(entries) < size:
        width = min(WIDTH, size - len(entries))
        bundle = files(tile_path(None, len(entries) // WIDTH, width))
        malformed(bundle is not None, "a bundle is missing")
        entries += decode_bundle(bundle, width)
    return entries


def tiles(entries: list[bytes]) -> dict[str, bytes]:
    """All files of a tree but the checkpoint."""
    made = {}
    for start in range(0, len(entries), WIDTH):
        part = entries[start : start + WIDTH]
        made[tile_path(None, start // WIDTH, len(part))] = encode_bundle(part)
    level, hashes = 0, [leaf_hash(entry) for entry in entries]
    while hashes:
        parts = [hashes[start : start + WIDTH] for start in range(0, len(hashes), WIDTH)]
        for index, part in enumerate(parts):
            made[tile_path(level, index, len(part))] = b"".join(part)
        level, hashes = level + 1, [root(part) for part in parts if len(part) == WIDTH]
    return made


@dataclass(frozen=True)
class Watched:
    checkpoint: Checkpoint
    entries: list[bytes]
    alarms: list[tuple[int, str]]
    without_file: set[bytes]
    """Sets whose file was not at hand."""


def watch(
    files: Files, policy: LogPolicy, last: Checkpoint | None, sets: list[SetFile], now: int, growth: float = 1.5
) -> Watched:
    note = files("checkpoint")
    malformed(note is not None, "no checkpoint")
    # 1. The checkpoint is one that clients take.
    checkpoint = Checkpoint.decode(note)
    policy.check(checkpoint, now)
    # 2. The tree of all entries has its root, and begins with the one that was seen last.
    entries = read_entries(files, checkpoint.size)
    leaves = [leaf_hash(entry) for entry in entries]
    require(root(leaves) == checkpoint.root, "inconsistentLog", "the entries are another tree's")
    if last is not None:
        require(last.origin == checkpoint.origin, "unknownLog")
        require(last.size <= checkpoint.size, "inconsistentLog", "the log has shrunk")
        require(root(leaves[: last.size]) == last.root, "inconsistentLog", "the log has forked")
    for path, contents in tiles(entries).items():
        require(files(path) == contents, "inconsistentLog", path)
    known = 0 if last is None else last.size
    found, without_file = look(entries, sets, growth)
    # Of new entries; of step 5 all that the files show.
    new = [(index, problem) for index, problem in found if index >= known or problem in OF_FILES]
    return Watched(checkpoint, entries, new, without_file)


OF_FILES = ("set", "unsigned", "custodians", "set file")


def look(entries: list[bytes], sets: list[SetFile], growth: float) -> tuple[list[tuple[int, str]], set[bytes]]:
    """Alarms, and the sets whose file is not at hand."""
    found: list[tuple[int, str]] = []
    without_file: set[bytes] = set()
    before: LogEntry | None = None
    told, of_log = ToldOfSets(), SetsOfLog()
    at_hand = {set_file.root: set_file for set_file in sets}
    for index, data in enumerate(entries):
        # 3. Every entry is well-formed, and its signature verifies.
        try:
            entry = LogEntry.decode(data)
        except ProtocolError:
            found.append((index, "form"))
            continue
        if entry.is_signed and not entry.verifies():
            found.append((index, "signature"))
        # 7. What is said of sets.
        if problem := told.add(entry):
            found.append((index, problem))
        # 4. One entry for a set, one set for a version, and versions do not fall.
        found += [(index, problem) for problem in of_log.add(entry)]
        if entry.kind != SET:
            continue
        # 6. n grows by no more than a factor.
        if before is not None and entry.one("entries") > growth * before.one("entries"):
            found.append((index, "growth"))
        before = entry
        # 5. Of a set at hand the entry is that of the file, sources signed it, and the shares are those of its key.
        set_file = at_hand.get(entry.one("root"))
        if set_file is None:
            without_file.add(entry.one("root"))
        elif problem := check_set(entry, set_file):
            found.append((index, problem))
    return found, without_file


class SetsOfLog:
    """5.29, "Watching", step 4, and of step 7 what is published once it was revoked."""

    def __init__(self) -> None:
        self.first: dict[bytes, bytes] = {}
        """Of each root the first entry."""
        self.roots: dict[int, bytes] = {}
        """Of each version the first root."""
        self.revoked: set[bytes] = set()

    def add(self, entry: LogEntry) -> list[str]:
        if entry.kind == REVOCATION:
            self.revoked.add(entry.one("root"))
        if entry.kind != SET:
            return []
        set_root, version = entry.one("root"), entry.one("version")
        is_older = version < max(self.roots, default=0)
        problems = {
            "terms": self.first.setdefault(set_root, entry.encode()) != entry.encode(),
            "version": self.roots.setdefault(version, set_root) != set_root,
            "older": is_older,
            "revoked": set_root in self.revoked,
        }
        return [problem for problem, is_so in problems.items() if is_so]


class ToldOfSets:
    """5.29, "Watching", step 7."""

    def __init__(self) -> None:
        self.custodians: dict[bytes, int] = {}
        self.counts: dict[tuple[bytes, int], list[list]] = {}

    def add(self, entry: LogEntry) -> str | None:
        if entry.kind == SOURCES:
            return None
        set_root = entry.one("root")
        if entry.kind == SET:
            self.custodians[set_root] = len(entry.values["custodian"])
            return None
        if set_root not in self.custodians:
            return "unknown set"
        custodians = self.custodians[set_root]
        if entry.kind == ERASURE:
            shares = range(1, custodians + 1) if custodians else [0]
            return None if entry.one("share") in shares else "share"
        if entry.kind == STATISTICS:
            if len(entry.values["slots"]) != max(1, custodians):
                return "slots"
            counted = [entry.values[name] for name in entry.values if name not in ("key", "signature")]
            first = self.counts.setdefault((set_root, entry.one("epoch")), counted)
            return None if first == counted else "counts"
        return None


def check_set(entry: LogEntry, set_file: SetFile) -> str | None:
    custodians = entry.values["custodian"]
    threshold = entry.one("custodians") if custodians else 0
    if set_entry(set_file, threshold, custodians, entry.one("statement")).encode() != entry.encode():
        return "set"
    try:
        if not set_file.signers():
            return "unsigned"
        if custodians and not are_shares(custodians, threshold, set_file.header.public_key):
            return "custodians"
    except ProtocolError:
        return "set file"
    return None


def are_shares(custodians: list[bytes], threshold: int, public_key: bytes) -> bool:
    """Whether L and all L_i are values of one polynomial of degree τ − 1: L is that of each run of τ neighbours."""
    points = [g.decode_element_but_identity(one) for one in custodians]
    for first in range(1, len(points) - threshold + 2):
        places = range(first, first + threshold)
        total = g.IDENTITY
        for i in places:
            weight = 1
            for j in places:
                if j != i:
                    weight = weight * j * pow(j - i, -1, g.ORDER) % g.ORDER
            total = g.add(total, g.multiply(weight, points[i - 1]))
        if total != public_key:
            return False
    return True
