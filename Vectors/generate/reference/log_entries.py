"""Protocol 4.16, "Entries": what stands in the log."""

from __future__ import annotations

import re
from dataclasses import dataclass

import pysodium

from .errors import ProtocolError
from .labels import kdf
from .notes import decode_number, malformed, verify
from .parameters import MAXIMUM_ENTRIES, MAXIMUM_LIFETIME, MAXIMUM_SOURCES
from .set_file import SetFile

MAXIMUM_ENTRY = 8_192
MAXIMUM_CUSTODIANS = 16
SET = b"SealedMatch/1 set"
ERASURE = b"SealedMatch/1 erasure"
STATISTICS = b"SealedMatch/1 statistics"
REVOCATION = b"SealedMatch/1 revocation"
SOURCES = b"SealedMatch/1 sources"

# Of each kind the fields in their order: name, form, and how many lines. A number or 32 bytes.
NUMBER, BYTES32, BYTES64 = "number", "bytes32", "bytes64"
SIGNED = (("key", BYTES32, 1, 1), ("signature", BYTES64, 1, 1))
FIELDS: dict[bytes, tuple[tuple[str, str, int, int], ...]] = {
    SET: (
        ("root", BYTES32, 1, 1),
        ("version", NUMBER, 1, 1),
        ("issued", NUMBER, 1, 1),
        ("expires", NUMBER, 1, 1),
        ("entries", NUMBER, 1, 1),
        ("parameters", BYTES32, 1, 1),
        ("source", BYTES32, 1, MAXIMUM_SOURCES),
        ("custodians", NUMBER, 0, 1),
        ("custodian", BYTES32, 0, MAXIMUM_CUSTODIANS),
        ("statement", BYTES32, 1, 1),
    ),
    ERASURE: (("root", BYTES32, 1, 1), ("time", NUMBER, 1, 1), ("share", NUMBER, 1, 1), *SIGNED),
    STATISTICS: (
        ("root", BYTES32, 1, 1),
        ("epoch", NUMBER, 1, 1),
        ("accounts", NUMBER, 1, 1),
        ("vouchers", NUMBER, 1, 1),
        ("slots", NUMBER, 1, MAXIMUM_CUSTODIANS),
        ("reveals", NUMBER, 1, 1),
        ("decisions", NUMBER, 1, 1),
        ("notices", NUMBER, 1, 1),
        *SIGNED,
    ),
    REVOCATION: (("root", BYTES32, 1, 1), ("time", NUMBER, 1, 1), ("statement", BYTES32, 1, 1), *SIGNED),
    SOURCES: (("time", NUMBER, 1, 1), ("source", BYTES32, 1, MAXIMUM_SOURCES), ("statement", BYTES32, 1, 1)),
}

Values = dict[str, list[int] | list[bytes]]


@dataclass(frozen=True)
class LogEntry:
    kind: bytes
    values: dict[str, list]
    """of each field its lines"""

    def one(self, name: str) -> int | bytes:
        return self.values[name][0]

    @staticmethod
    def decode(data: bytes) -> LogEntry:
        malformed(len(data) <= MAXIMUM_ENTRY and data.endswith(b"\n"), "an entry's length or end")
        try:
            kind, *lines = data[:-1].decode("ascii").split("\n")
        except UnicodeDecodeError as failure:
            raise ProtocolError("malformedLog", "an entry is ASCII") from failure
        malformed(kind.encode() in FIELDS, "an entry of another kind")
        values: dict[str, list] = {}
        at = 0
        for name, form, least, most in FIELDS[kind.encode()]:
            found: list = []
            while at < len(lines) and lines[at].startswith(name + " "):
                found.append(value(lines[at][len(name) + 1 :], form))
                at += 1
                if most == 1:
                    break
            malformed(least <= len(found) <= most, f"lines of {name}")
            values[name] = found
        malformed(at == len(lines), "a line that does not belong there")
        entry = LogEntry(kind.encode(), values)
        entry.check()
        return entry

    def check(self) -> None:
        """What the lines do not say by their forms."""
        v = self.values
        if self.kind in (SET, SOURCES):
            malformed(all(a < b for a, b in zip(v["source"], v["source"][1:], strict=False)), "sources ascend")
        if self.kind == SET:
            version, issued, expires = v["version"][0], v["issued"][0], v["expires"][0]
            malformed(version <= issued < expires <= issued + MAXIMUM_LIFETIME, "version and dates")
            malformed(1 <= v["entries"][0] <= MAXIMUM_ENTRIES, "n")
            count = len(v["custodian"])
            malformed((not v["custodians"]) == (count == 0), "custodians without a threshold, or the reverse")
            malformed(count == 0 or 2 <= v["custodians"][0] <= count, "the threshold of custodians")
        if self.kind == ERASURE:
            malformed(v["share"][0] <= MAXIMUM_CUSTODIANS, "an erased share")
        if self.kind == STATISTICS:
            malformed(v["epoch"][0] < 1 << 32, "an epoch")

    def encode(self) -> bytes:
        lines = [self.kind.decode()]
        for name, *_ in FIELDS[self.kind]:
            for one in self.values[name]:
                lines.append(f"{name} {one if isinstance(one, int) else one.hex()}")
        return "\n".join(lines).encode() + b"\n"

    @property
    def is_signed(self) -> bool:
        return "signature" in self.values

    def verifies(self) -> bool:
        """Whether the signature, of all before its line, is the key's."""
        signed = self.encode().rsplit(b"signature ", 1)[0]
        return verify(self.one("key"), signed, self.one("signature"))

    def signed_by(self, seed: bytes) -> LogEntry:
        public, secret = pysodium.crypto_sign_seed_keypair(seed)
        draft = LogEntry(self.kind, self.values | {"key": [public], "signature": [bytes(64)]})
        signed = draft.encode().rsplit(b"signature ", 1)[0]
        return LogEntry(self.kind, draft.values | {"signature": [pysodium.crypto_sign_detached(signed, secret)]})


def value(text: str, form: str) -> int | bytes:
    if form == NUMBER:
        return decode_number(text)
    count = 64 if form == BYTES32 else 128
    malformed(re.fullmatch(r"[0-9a-f]{%d}" % count, text) is not None, "lowercase hexadecimal digits")
    return bytes.fromhex(text)


def parameters_digest(signed_part: bytes) -> bytes:
    """KDF("set parameters", bytes 160…255 ‖ 768…831 ‖ 864…875 + 8·max(0, H − 8) of the signed part)."""
    end = 876 + 8 * max(0, signed_part[183] - 8)
    return kdf(None, "set parameters", signed_part[160:256] + signed_part[768:832] + signed_part[864:end])


def set_beginning(set_file: SetFile) -> dict[str, list]:
    """What an entry's lines say that follow from the set."""
    header = set_file.header
    return {
        "root": [set_file.root],
        "version": [header.version],
        "issued": [header.issued_at],
        "expires": [header.expires_at],
        "entries": [header.entries],
        "parameters": [parameters_digest(set_file.signed_part)],
        "source": list(header.sources),
    }


def set_entry(set_file: SetFile, threshold: int, custodians: list[bytes], statement: bytes) -> LogEntry:
    terms = {"custodians": [threshold] if custodians else [], "custodian": custodians, "statement": [statement]}
    entry = LogEntry(SET, set_beginning(set_file) | terms)
    entry.check()
    return entry
