"""A log with witnesses, and the proof of the small set in it: what the cases of log/ change in one thing."""

from __future__ import annotations

from dataclasses import dataclass, replace

from envelope import seeded
from fixtures import ISSUED, small
from reference.log_entries import SOURCES, STATISTICS, LogEntry, set_entry
from reference.log_proof import LogProof
from reference.merkle import inclusion_path, leaf_hash, root
from reference.notes import COSIGNATURE, NOTE, NoteSigner, checkpoint_text

ORIGIN = "example.com/known-sets"
NOW = ISSUED + 100_000
MAXIMUM_AGE = 30 * 86_400


@dataclass(frozen=True)
class LogFixture:
    log: NoteSigner
    witnesses: tuple[NoteSigner, ...]
    entries: tuple[bytes, ...]
    """Of all entries; that of the small set is the third of five."""
    index: int = 2
    times: tuple[int | None, ...] = (NOW - 1_000, NOW - 2_000, NOW - 3_000)
    """When each witness cosigned; None if it did not."""

    @property
    def leaves(self) -> list[bytes]:
        return [leaf_hash(entry) for entry in self.entries]

    @property
    def text(self) -> bytes:
        return checkpoint_text(self.log.key.name, len(self.entries), root(self.leaves))

    def checkpoint(self, text: bytes | None = None) -> bytes:
        text = self.text if text is None else text
        lines = [self.log.line(text)]
        lines += [w.line(text, t) for w, t in zip(self.witnesses, self.times, strict=True) if t is not None]
        return text + b"\n" + b"".join(lines)

    def proof(self, checkpoint: bytes | None = None, index: int | None = None, entry: bytes | None = None) -> bytes:
        at = self.index if index is None else index
        extra = self.entries[at] if entry is None else entry
        return LogProof.text(
            extra, at, inclusion_path(self.leaves, at), self.checkpoint() if checkpoint is None else checkpoint
        )

    def changed(self, **changes: object) -> LogFixture:
        return replace(self, **changes)

    def policy(self, needed: str = "2", *more: str) -> bytes:
        lines = [f"log {self.log.key.encode()}"]
        lines += [f"witness w{i} {w.key.encode()}" for i, w in enumerate(self.witnesses)]
        lines += [f"group all-of-them {needed} w0 w1 w2", *more, "quorum all-of-them"]
        return ("\n".join(lines) + "\n").encode()


def fixture() -> LogFixture:
    draw = seeded("log")
    log = NoteSigner(ORIGIN, NOTE, draw(32))
    witnesses = tuple(NoteSigner(f"witness{i}.example/w", COSIGNATURE, draw(32)) for i in range(3))
    set_file = small().signed
    change = LogEntry(SOURCES, {"time": [ISSUED - 9], "source": list(set_file.header.sources), "statement": [draw(32)]})
    others = [draw(40) for _ in range(2)]
    counted = LogEntry(
        STATISTICS,
        {
            "root": [set_file.root],
            "epoch": [679],
            "accounts": [1_000],
            "vouchers": [123_456],
            "slots": [3_950_592, 3_950_592],
            "reveals": [1],
            "decisions": [1],
            "notices": [0],
        },
    ).signed_by(draw(32))
    entry = set_entry(set_file, 0, [], draw(32))
    entries = (change.encode(), others[0], entry.encode(), counted.encode(), others[1])
    return LogFixture(log, witnesses, entries)
