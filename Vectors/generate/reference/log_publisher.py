"""Protocol 5.29, "Publishing": a log that signs what stands in its folder, and asks witnesses."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from .errors import ProtocolError, require
from .log_entries import LogEntry
from .log_monitor import SetsOfLog, read_entries, tiles
from .log_policy import LogPolicy
from .merkle import consistency_path, leaf_hash, root
from .notes import Checkpoint, NoteSigner, SignedNote, VerifierKey, checkpoint_text, decode_number, encode_base64

CHECKPOINT, PENDING = "checkpoint", "pending"

Post = Callable[[int, bytes], tuple[int, bytes] | None]
"""Which witness is asked, by its place, and with what: status and body; None if it does not answer."""


@dataclass(frozen=True)
class Published:
    size: int
    is_published: bool


class Publisher:
    """`files` are what is served, by their paths; `waiting` are entries behind them."""

    def __init__(self, log: VerifierKey) -> None:
        self.log = log
        self.files: dict[str, bytes] = {}
        self.waiting: list[bytes] = []

    def add(self, entry: bytes) -> None:
        there = [one for name in (CHECKPOINT, PENDING) if (one := self.signed(name)) is not None]
        entries = read_entries(self.files.get, max((one.size for one in there), default=0)) + self.waiting
        check_sets([*entries, entry], len(entries))
        self.waiting.append(entry)

    def signed(self, name: str) -> Checkpoint | None:
        if name not in self.files:
            return None
        checkpoint = Checkpoint.decode(self.files[name])
        own = checkpoint.origin == self.log.name and checkpoint.note.time_of(self.log) is not None
        require(own, "inconsistentLog", "a checkpoint that is not this log's")
        return checkpoint

    def publish(
        self, signer: NoteSigner, policy: LogPolicy, witnesses: Sequence[VerifierKey], now: int, post: Post
    ) -> Published:
        require(signer.key == self.log, "unknownLog", "another key than the log's")
        # 1. "The log reads all its entries, and computes the tree"
        published, pending = self.signed(CHECKPOINT), self.signed(PENDING)
        there = [one for one in (published, pending) if one is not None]
        entries = read_entries(self.files.get, max((one.size for one in there), default=0))
        leaves = [leaf_hash(entry) for entry in entries]
        for one in there:
            require(root(leaves[: one.size]) == one.root, "inconsistentLog", "the entries are another tree's")
        if pending is None:
            entries += self.waiting
            check_sets(entries, len(entries) - len(self.waiting))
            leaves = [leaf_hash(entry) for entry in entries]
        text = checkpoint_text(self.log.name, len(entries), root(leaves))
        require(pending is None or pending.note.text == text, "inconsistentLog", "another checkpoint is pending")
        # 2. "none that is there is changed"
        for path, data in tiles(entries).items():
            require(self.files.setdefault(path, data) == data, "inconsistentLog", path)
        # 3. "written durably as `pending` before anybody sees it"
        note = text + b"\n" + signer.line(text)
        if pending is None:
            self.files[PENDING] = note
            self.waiting = []
        # 4. "Each witness is asked"
        asked = Asked(leaves, note, text, published)
        lines = [asked.cosignature(place, key, post) for place, key in enumerate(witnesses)]
        # 5. "With the quorum, the checkpoint and all valid cosignatures become `checkpoint`"
        cosigned = note + b"".join(lines)
        try:
            policy.check(Checkpoint.decode(cosigned), now)
        except ProtocolError:
            return Published(len(entries), False)
        self.files[CHECKPOINT] = cosigned
        del self.files[PENDING]
        return Published(len(entries), True)


def check_sets(entries: Sequence[bytes], first: int) -> None:
    """ "Publishing", step 1: a new entry of a set is none that "Watching" would find fault with for ever."""
    of_log = SetsOfLog()
    for index, data in enumerate(entries):
        try:
            problems = of_log.add(LogEntry.decode(data))
        except ProtocolError:
            continue
        require(index < first or not problems, "inconsistentLog", " ".join(problems))


@dataclass(frozen=True)
class Asked:
    """What witnesses are asked."""

    leaves: list[bytes]
    note: bytes
    text: bytes
    published: Checkpoint | None

    def body(self, old: int) -> bytes:
        path = consistency_path(self.leaves, old) if old < len(self.leaves) else []
        lines = [f"old {old}", *(encode_base64(hash_) for hash_ in path)]
        return ("\n".join(lines) + "\n\n").encode() + self.note

    def cosignature(self, place: int, key: VerifierKey, post: Post) -> bytes:
        """The line of a witness' cosignature, or nothing."""
        try:
            return self.line(key, lambda old: post(place, self.body(old)))
        except ProtocolError:
            return b""

    def line(self, key: VerifierKey, ask: Callable[[int], tuple[int, bytes] | None]) -> bytes:
        knows = self.published is not None and self.published.note.time_of(key) is not None
        reply = ask(self.published.size if knows else 0)
        if reply is not None and reply[0] == 409:
            # "with another size (409) the log asks once more from that"
            size = decode_number(reply[1].removesuffix(b"\n").decode("latin-1"))
            require(reply[1].endswith(b"\n") and size <= len(self.leaves), "inconsistentLog")
            reply = ask(size)
        if reply is None or reply[0] != 200:
            return b""
        answer = SignedNote.decode(self.text + b"\n" + reply[1])
        newest = answer.time_of(key)
        for line, (name, id_, signature) in zip(reply[1].splitlines(True), answer.signatures, strict=True):
            if (name, id_) == (key.name, key.id) and int.from_bytes(signature[:8], "big") == newest:
                return line
        return b""
