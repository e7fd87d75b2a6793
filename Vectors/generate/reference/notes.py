"""Protocol 4.16, "Notes": signed notes, verifier keys and checkpoints, as C2SP's documents have them."""

from __future__ import annotations

import base64
import hashlib
import re
from dataclasses import dataclass

import pysodium

from .errors import ProtocolError, require

MAXIMUM_NOTE = 131_072
MAXIMUM_SIGNATURES = 64
NOTE, COSIGNATURE = 1, 4
"""Kinds of keys: a log's, a witness'."""
SPACES = "\u0085\u00a0\u1680\u2028\u2029\u202f\u205f\u3000" + "".join(chr(0x2000 + i) for i in range(11))
"""Unicode's spaces beyond ASCII, whose own are control characters and the blank."""


def malformed(condition: bool, detail: str) -> None:
    require(condition, "malformedLog", detail)


def decode_base64(text: str) -> bytes:
    """One text for each byte string: padding, and unused bits are zero."""
    malformed(re.fullmatch(r"[A-Za-z0-9+/]*={0,2}", text) is not None and len(text) % 4 == 0, "base 64")
    value = base64.b64decode(text)
    malformed(base64.b64encode(value).decode() == text, "base 64 that is not canonical")
    return value


def encode_base64(value: bytes) -> str:
    return base64.b64encode(value).decode()


def decode_hash(text: str) -> bytes:
    value = decode_base64(text)
    malformed(len(value) == 32, "a hash of another length")
    return value


def decode_number(text: str) -> int:
    """Decimal, no leading zeros, below 2^63."""
    malformed(re.fullmatch(r"0|[1-9][0-9]{0,18}", text) is not None, "a number")
    malformed(int(text) < 1 << 63, "a number of 2^63 or more")
    return int(text)


def is_name(name: str) -> bool:
    return name != "" and not any(c <= " " or c == "+" or c in SPACES for c in name)


def verify(key: bytes, message: bytes, signature: bytes) -> bool:
    try:
        pysodium.crypto_sign_verify_detached(signature, message, key)
    except ValueError:
        return False
    return True


@dataclass(frozen=True)
class VerifierKey:
    name: str
    kind: int
    public_key: bytes

    @property
    def id(self) -> bytes:
        hashed = self.name.encode() + b"\n" + bytes([self.kind]) + self.public_key
        return hashlib.sha256(hashed).digest()[:4]

    def encode(self) -> str:
        return f"{self.name}+{self.id.hex()}+{encode_base64(bytes([self.kind]) + self.public_key)}"

    @staticmethod
    def decode(text: bytes) -> VerifierKey:
        """name+ID+base 64 of kind ‖ key."""
        try:
            parts = text.decode().split("+", 2)
        except UnicodeDecodeError as failure:
            raise ProtocolError("malformedLog", "a key's name") from failure
        malformed(len(parts) == 3 and is_name(parts[0]), "a key has three parts")
        malformed(re.fullmatch(r"[0-9a-f]{8}", parts[1]) is not None, "a key's ID")
        value = decode_base64(parts[2])
        malformed(len(value) == 33 and value[0] in (NOTE, COSIGNATURE), "a key of another kind")
        key = VerifierKey(parts[0], value[0], value[1:])
        malformed(key.id.hex() == parts[1], "another ID than the key's")
        return key


@dataclass(frozen=True)
class SignedNote:
    text: bytes
    signatures: tuple[tuple[str, bytes, bytes], ...]
    """name, key ID and signature of each line"""

    @staticmethod
    def decode(note: bytes) -> SignedNote:
        malformed(len(note) <= MAXIMUM_NOTE, "a note is too long")
        try:
            characters = note.decode()
        except UnicodeDecodeError as failure:
            raise ProtocolError("malformedLog", "a note is not UTF-8") from failure
        malformed(not any(c < " " and c != "\n" for c in characters), "a control character")
        at = note.rfind(b"\n\n")
        malformed(at >= 0 and note.endswith(b"\n"), "a note without an empty line")
        lines = note[at + 2 :].decode().split("\n")[:-1]
        malformed(1 <= len(lines) <= MAXIMUM_SIGNATURES, "no signature, or too many")
        signatures = []
        for line in lines:
            malformed(line.startswith("— ") and line.count(" ") >= 2, "a line of a signature")
            name, value = line[2:].split(" ", 1)
            decoded = decode_base64(value)
            malformed(is_name(name) and len(decoded) > 4, "a line of a signature")
            signatures.append((name, decoded[:4], decoded[4:]))
        return SignedNote(note[: at + 1], tuple(signatures))

    def time_of(self, key: VerifierKey) -> int | None:
        """When the key signed: a witness by its newest cosignature, a log at 0, None if it did not."""
        newest: int | None = None
        for name, id_, signature in self.signatures:
            if (name, id_) != (key.name, key.id):
                continue
            time, message = 0, self.text
            if key.kind == COSIGNATURE:
                require(len(signature) == 72, "invalidLogSignature")
                time, signature = int.from_bytes(signature[:8], "big"), signature[8:]
                message = cosigned(self.text, time)
            require(len(signature) == 64 and time < 1 << 63, "invalidLogSignature")
            require(verify(key.public_key, message, signature), "invalidLogSignature", name)
            newest = time if newest is None else max(newest, time)
        return newest


def cosigned(text: bytes, time: int) -> bytes:
    """What a witness signs (c2sp.org/tlog-cosignature)."""
    return b"cosignature/v1\ntime " + str(time).encode() + b"\n" + text


def signature_line(key: VerifierKey, signature: bytes) -> bytes:
    return f"— {key.name} {encode_base64(key.id + signature)}\n".encode()


class NoteSigner:
    """A key of either kind, with its seed."""

    def __init__(self, name: str, kind: int, seed: bytes) -> None:
        public, self._secret = pysodium.crypto_sign_seed_keypair(seed)
        self.key = VerifierKey(name, kind, public)

    def line(self, text: bytes, time: int = 0) -> bytes:
        """The line with its signature of a text; of a witness at a time."""
        if self.key.kind == NOTE:
            return signature_line(self.key, pysodium.crypto_sign_detached(text, self._secret))
        signature = pysodium.crypto_sign_detached(cosigned(text, time), self._secret)
        return signature_line(self.key, time.to_bytes(8, "big") + signature)


@dataclass(frozen=True)
class Checkpoint:
    origin: str
    size: int
    root: bytes
    note: SignedNote

    @staticmethod
    def decode(data: bytes) -> Checkpoint:
        return Checkpoint.of(SignedNote.decode(data))

    @staticmethod
    def of(note: SignedNote) -> Checkpoint:
        lines = note.text.decode().split("\n")[:-1]
        malformed(len(lines) >= 3 and all(lines), "a checkpoint has three lines or more, none of them empty")
        return Checkpoint(lines[0], decode_number(lines[1]), decode_hash(lines[2]), note)


def checkpoint_text(origin: str, size: int, root: bytes) -> bytes:
    return f"{origin}\n{size}\n{encode_base64(root)}\n".encode()
