"""A client that pins a log: the set is taken with its proof alone, and each thing that is wrong has a code."""

from __future__ import annotations

import base64
import ctypes
import ctypes.util
import hashlib
import time
from dataclasses import replace

import pytest
from published import Published
from sealedmatch import BlindedSet, ErrorCode, LogPolicy, SealedMatchError, TrustPolicy

SODIUM = ctypes.CDLL(ctypes.util.find_library("sodium"))
STATEMENT = hashlib.sha256(b"what the set is for").digest()


class Signer:
    """A key of a log (kind 1) or of a witness (kind 4)."""

    def __init__(self, name: str, kind: int) -> None:
        public, secret = ctypes.create_string_buffer(32), ctypes.create_string_buffer(64)
        assert SODIUM.crypto_sign_ed25519_keypair(public, secret) == 0
        self.secret, kept = secret, bytes([kind]) + public.raw
        self.id = hashlib.sha256(name.encode() + b"\n" + kept).digest()[:4]
        self.name, self.vkey = name, f"{name}+{self.id.hex()}+{base64.b64encode(kept).decode()}"

    def line(self, message: bytes, before: bytes = b"") -> str:
        signature = ctypes.create_string_buffer(64)
        assert SODIUM.crypto_sign_ed25519_detached(signature, None, message, len(message), self.secret) == 0
        return f"— {self.name} {base64.b64encode(self.id + before + signature.raw).decode()}\n"

    def cosign(self, text: bytes, at: int) -> str:
        return self.line(b"cosignature/v1\ntime %d\n" % at + text, at.to_bytes(8, "big"))


class Log:
    """Of one entry, that of a set, as a publisher knows it from the set file."""

    def __init__(self, set_file: bytes, known: BlindedSet) -> None:
        info = known.info
        fixed = set_file[160:256] + set_file[768:832] + set_file[864:876]
        digest = hashlib.blake2b(b"SealedMatch/1 set parameters\0" + fixed, digest_size=32).digest()
        lines = ["SealedMatch/1 set", f"root {info.root.hex()}", f"version {info.version}"]
        lines += [f"issued {info.issued_at}", f"expires {info.expires_at}", f"entries {info.entries}"]
        lines += [f"parameters {digest.hex()}", *(f"source {key.hex()}" for key in info.sources)]
        self.entry = ("\n".join(lines) + f"\nstatement {STATEMENT.hex()}\n").encode()
        self.log, self.witness = Signer("log.example", 1), Signer("witness.example", 4)

    @property
    def policy(self) -> LogPolicy:
        return LogPolicy(f"log {self.log.vkey}\nwitness w {self.witness.vkey}\nquorum w\n", maximum_age=1_000)

    def proof(self, age: int = 0) -> bytes:
        root = hashlib.sha256(b"\0" + self.entry).digest()
        text = f"log.example\n1\n{base64.b64encode(root).decode()}\n".encode()
        head = f"c2sp.org/tlog-proof@v1\nextra {base64.b64encode(self.entry).decode()}\nindex 0\n\n".encode()
        lines = self.log.line(text) + self.witness.cosign(text, int(time.time()) - age)
        return head + text + b"\n" + lines.encode()


def code_of(published: Published, trust: TrustPolicy, proof: bytes | None) -> int:
    with pytest.raises(SealedMatchError) as refused:
        BlindedSet.open(published.file, trust, proof=proof)
    return refused.value.code


def test_set_is_taken_with_its_proof_alone(published: Published, known: BlindedSet) -> None:
    contents = published.file.read_bytes()
    log = Log(contents, known)
    trust = replace(published.trust, log=log.policy)
    with BlindedSet.open(published.file, trust, proof=log.proof()) as opened:
        logged = opened.info.logged
        assert logged is not None
        assert (logged.index, logged.log_size, logged.statement) == (0, 1, STATEMENT)
        assert (logged.custodians, logged.custodian_threshold) == (0, 0)
        assert logged.purpose(b"what the set is for") == "what the set is for"
        with pytest.raises(ValueError, match="not the statement"):
            logged.purpose(b"what another set is for")
    with BlindedSet.from_bytes(contents, trust, proof=log.proof()) as opened:
        assert opened.info.logged == logged
    assert known.info.logged is None
    assert code_of(published, trust, None) == ErrorCode.PROOF_MISSING
    assert code_of(published, trust, b"") == ErrorCode.MALFORMED_LOG
    assert code_of(published, trust, log.proof()[:-1]) == ErrorCode.MALFORMED_LOG
    assert code_of(published, trust, log.proof(age=1_002)) == ErrorCode.PROOF_TOO_OLD
    assert code_of(published, trust, Log(contents, known).proof()) == ErrorCode.UNKNOWN_LOG
    stranger = Log(contents, known)
    stranger.log = log.log
    assert code_of(published, trust, stranger.proof()) == ErrorCode.TOO_FEW_COSIGNATURES
    other = log.proof()
    log.entry = log.entry.replace(b"entries ", b"entries 1")
    assert code_of(published, trust, log.proof()) == ErrorCode.PROOF_OF_OTHER_SET
    broken = replace(trust, log=LogPolicy("quorum none\n"))
    assert code_of(published, broken, other) == ErrorCode.PARAMETER_OUT_OF_RANGE
