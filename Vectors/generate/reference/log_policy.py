"""Protocol 5.28, "The policy": c2sp.org/tlog-policy with a greatest age."""

from __future__ import annotations

from dataclasses import dataclass

from .errors import require
from .notes import COSIGNATURE, NOTE, Checkpoint, VerifierKey, decode_number, malformed
from .parameters import CLOCK_SLACK

MAXIMUM_POLICY = 65_536
MAXIMUM_LOGS = 32
MAXIMUM_NODES = 64


@dataclass(frozen=True)
class Group:
    needed: int
    members: tuple[bytes, ...]


@dataclass(frozen=True)
class LogPolicy:
    logs: tuple[VerifierKey, ...]
    witnesses: dict[bytes, VerifierKey]
    """by their names in the policy"""
    groups: dict[bytes, Group]
    quorum: bytes
    maximum_age: int

    @staticmethod
    def decode(text: bytes, maximum_age: int) -> LogPolicy:
        malformed(len(text) <= MAXIMUM_POLICY, "a policy is too long")
        malformed(all(b in b"\t\n" or 0x20 <= b and b != 0x7F for b in text), "a control character")
        malformed(text == b"" or text.endswith(b"\n"), "the last line does not end")
        logs: list[VerifierKey] = []
        witnesses: dict[bytes, VerifierKey] = {}
        groups: dict[bytes, Group] = {}
        taken: set[bytes] = set()
        quorums: list[bytes] = []

        def known(name: bytes) -> bytes:
            malformed(name in witnesses or name in groups, "a name that is not defined before")
            return name

        def new(name: bytes) -> bytes:
            malformed(name != b"none" and name not in witnesses and name not in groups, "a name that is taken")
            malformed(len(witnesses) + len(groups) < MAXIMUM_NODES, "too many witnesses and groups")
            return name

        for line in text.split(b"\n"):
            words = line.replace(b"\t", b" ").split(b" ")
            words = [word for word in words if word]
            if not words or words[0].startswith(b"#"):
                continue
            kind, *rest = words
            if kind == b"log":
                malformed(len(rest) in (1, 2) and len(logs) < MAXIMUM_LOGS, "a log's line")
                key = VerifierKey.decode(rest[0])
                malformed(key.kind == NOTE, "a log's key of another kind")
                malformed(all(key.public_key != other.public_key for other in logs), "a log's key twice")
                logs.append(key)
            elif kind == b"witness":
                malformed(len(rest) in (2, 3), "a witness' line")
                key = VerifierKey.decode(rest[1])
                malformed(key.kind == COSIGNATURE, "a witness' key of another kind")
                others = witnesses.values()
                malformed(all(key.public_key != other.public_key for other in others), "a witness' key twice")
                witnesses[new(rest[0])] = key
            elif kind == b"group":
                malformed(len(rest) >= 3, "a group's line")
                members = tuple(known(name) for name in rest[2:])
                malformed(len(set(members)) == len(members) and not taken & set(members), "a member twice")
                taken.update(members)
                if rest[1] in (b"any", b"all"):
                    needed = 1 if rest[1] == b"any" else len(members)
                else:
                    needed = decode_number(rest[1].decode("latin-1"))
                malformed(1 <= needed <= len(members), "a group's number")
                groups[new(rest[0])] = Group(needed, members)
            else:
                malformed(kind == b"quorum" and len(rest) == 1 and not quorums, "a line of another kind")
                quorums.append(rest[0] if rest[0] == b"none" else known(rest[0]))
        malformed(len(quorums) == 1, "no quorum")
        require(
            bool(logs) and quorums[0] != b"none" and maximum_age > 0,
            "parameterOutOfRange",
            "a log policy needs a log, a quorum of witnesses, and an age above 0",
        )
        return LogPolicy(tuple(logs), witnesses, groups, quorums[0], maximum_age)

    def holds(self, cosigned: set[bytes], name: bytes | None = None) -> bool:
        """Whether the quorum holds, if these witnesses have cosigned."""
        name = self.quorum if name is None else name
        if name in self.witnesses:
            return name in cosigned
        group = self.groups[name]
        return sum(self.holds(cosigned, member) for member in group.members) >= group.needed

    def check_log(self, checkpoint: Checkpoint) -> None:
        """A pinned log of this origin has signed [unknownLog]; its signatures verify [invalidLogSignature]."""
        logs = [log for log in self.logs if log.name == checkpoint.origin]
        times = [checkpoint.note.time_of(log) for log in logs]
        require(any(time is not None for time in times), "unknownLog", checkpoint.origin)

    def check(self, checkpoint: Checkpoint, now: int) -> None:
        self.check_log(checkpoint)
        times = {name: checkpoint.note.time_of(key) for name, key in self.witnesses.items()}
        present = {name: time for name, time in times.items() if time is not None}
        require(self.holds(set(present)), "tooFewCosignatures")
        fresh = {name for name, time in present.items() if now - self.maximum_age <= time <= now + CLOCK_SLACK}
        require(self.holds(fresh), "proofTooOld")
