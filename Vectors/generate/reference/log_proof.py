"""Protocol 5.28, "A set's proof": c2sp.org/tlog-proof with the entry in the line `extra`."""

from __future__ import annotations

from dataclasses import dataclass

from .errors import ProtocolError, require
from .log_entries import SET, LogEntry, set_beginning
from .log_policy import LogPolicy
from .merkle import leaf_hash, root_of_path
from .notes import Checkpoint, decode_base64, decode_hash, decode_number, encode_base64, malformed
from .set_file import SetFile

MAXIMUM_PROOF = 163_840
MAXIMUM_PATH = 63
HEAD = "c2sp.org/tlog-proof@v1"


@dataclass(frozen=True)
class LogProof:
    extra: bytes
    index: int
    path: tuple[bytes, ...]
    checkpoint: Checkpoint

    @staticmethod
    def decode(data: bytes) -> LogProof:
        malformed(len(data) <= MAXIMUM_PROOF and b"\n\n" in data, "a proof's length, or no empty line")
        head, checkpoint = data.split(b"\n\n", 1)
        try:
            lines = head.decode("ascii").split("\n")
        except UnicodeDecodeError as failure:
            raise ProtocolError("malformedLog", "a proof's head is ASCII") from failure
        malformed(lines.pop(0) == HEAD, "not a proof")
        extra = b""
        if lines and lines[0].startswith("extra "):
            text = lines.pop(0)[6:]
            malformed(text != "", "an empty line extra")
            extra = decode_base64(text)
        malformed(bool(lines) and lines[0].startswith("index "), "no index")
        index = decode_number(lines.pop(0)[6:])
        malformed(len(lines) <= MAXIMUM_PATH, "too long a path")
        return LogProof(extra, index, tuple(decode_hash(line) for line in lines), Checkpoint.decode(checkpoint))

    @staticmethod
    def text(extra: bytes, index: int, path: list[bytes], checkpoint: bytes) -> bytes:
        lines = [HEAD, *([f"extra {encode_base64(extra)}"] if extra else []), f"index {index}"]
        lines += [encode_base64(hash_) for hash_ in path]
        return ("\n".join(lines) + "\n\n").encode() + checkpoint

    def check_inclusion(self, entry: bytes) -> None:
        root = root_of_path(leaf_hash(entry), self.index, self.checkpoint.size, self.path)
        require(root == self.checkpoint.root, "inconsistentLog", "the path leads to another root")


@dataclass(frozen=True)
class LoggedSet:
    index: int
    log_size: int
    threshold: int
    custodians: list[bytes]
    statement: bytes


def check_set_proof(set_file: SetFile, proof: bytes | None, policy: LogPolicy, now: int) -> LoggedSet:
    # 1. There is one [proofMissing], and it is well-formed [malformedLog].
    if proof is None:
        raise ProtocolError("proofMissing")
    parsed = LogProof.decode(proof)
    # 2. The entry begins with the lines of this set [proofOfOtherSet]; what follows is well-formed [malformedLog].
    lines = LogEntry(SET, set_beginning(set_file) | {"custodians": [], "custodian": [], "statement": []}).encode()
    require(parsed.extra.startswith(lines), "proofOfOtherSet")
    entry = LogEntry.decode(parsed.extra)
    # 3. Signatures, quorum and times.
    policy.check(parsed.checkpoint, now)
    # 4. The entry is in the tree [inconsistentLog].
    parsed.check_inclusion(parsed.extra)
    custodians = entry.values["custodian"]
    return LoggedSet(
        parsed.index,
        parsed.checkpoint.size,
        entry.one("custodians") if custodians else 0,
        custodians,
        entry.one("statement"),
    )
