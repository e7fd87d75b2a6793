"""log/: Protocol 4.16, 5.28 and 5.29: notes, checkpoints, proofs, policies and entries of the log, and what a watcher
finds in it."""

from __future__ import annotations

import base64
import json
import pathlib
from dataclasses import replace
from typing import Any

import pysodium
from envelope import Topic, seeded
from files import file_case
from fixtures import ISSUED, small
from log_fixture import MAXIMUM_AGE, NOW, ORIGIN, LogFixture, fixture
from log_parties import publishing, witnesses
from reference import group as g
from reference.log_entries import ERASURE, REVOCATION, LogEntry, set_entry
from reference.log_monitor import look, watch
from reference.log_monitor import tiles as tiles_of
from reference.log_policy import LogPolicy
from reference.log_proof import LogProof, check_set_proof
from reference.merkle import (
    EMPTY,
    check_consistency,
    consistency_path,
    inclusion_path,
    leaf_hash,
    root,
    root_of_path,
)
from reference.notes import (
    COSIGNATURE,
    NOTE,
    Checkpoint,
    NoteSigner,
    SignedNote,
    VerifierKey,
    checkpoint_text,
    encode_base64,
    signature_line,
)
from reference.profile import PROFILE_3
from reference.set_file import SetFile
from reference.tiles import decode_bundle, tile_path

FILE = "small.head"
UPSTREAM = pathlib.Path(__file__).parents[2] / "log" / "upstream.json"
MALFORMED = "malformedLog"


def note_fields(note: SignedNote) -> dict[str, Any]:
    return {
        "text": note.text.hex(),
        "signatures": [
            {"name": name.encode().hex(), "id": id_.hex(), "signature": signature.hex()}
            for name, id_, signature in note.signatures
        ],
    }


def alarm_fields(entries: list[bytes], set_file: SetFile | None, growth: int) -> dict[str, Any]:
    found, without_file = look(entries, [] if set_file is None else [set_file], growth)
    return {"alarms": sorted({index for index, _ in found}), "withoutFile": len(without_file)}


def checkpoint_fields(data: bytes, keys: list[str]) -> dict[str, Any]:
    checkpoint = Checkpoint.decode(data)
    known = [VerifierKey.decode(key.encode()) for key in keys]
    return {
        "origin": checkpoint.origin.encode().hex(),
        "size": checkpoint.size,
        "root": checkpoint.root.hex(),
        "times": [checkpoint.note.time_of(key) for key in known],
    }


def proof_fields(proof: LogProof) -> dict[str, Any]:
    return {
        "extra": proof.extra.hex(),
        "index": proof.index,
        "path": [hash_.hex() for hash_ in proof.path],
        "size": proof.checkpoint.size,
    }


def entry_fields(data: bytes) -> dict[str, Any]:
    entry = LogEntry.decode(data)
    if entry.encode() != data:
        raise AssertionError("encoded again an entry differs")
    return {"kind": entry.kind.decode(), "verifies": entry.verifies() if entry.is_signed else None}


def policy_fields(policy: LogPolicy) -> dict[str, Any]:
    return {
        "logs": [key.encode() for key in policy.logs],
        "witnesses": [key.encode() for key in policy.witnesses.values()],
    }


def logged_fields(set_file: SetFile, proof: bytes | None, policy: bytes, maximum_age: int, now: int) -> dict[str, Any]:
    logged = check_set_proof(set_file, proof, LogPolicy.decode(policy, maximum_age), now)
    return {
        "index": logged.index,
        "logSize": logged.log_size,
        "threshold": logged.threshold,
        "custodians": [custodian.hex() for custodian in logged.custodians],
        "statement": logged.statement.hex(),
    }


def build() -> dict[str, Topic | bytes]:
    topic = Topic(
        "log",
        "The witnessed log: notes, keys, checkpoints, proofs, policies, entries, and what a client refuses.",
        {
            "TruncatedInput": "Something is missing at the end.",
            "TrailingBytes": "Something follows.",
            "SecondEncoding": "Another text of the same: it has one.",
            "Boundary": "The least or greatest that is allowed.",
            "OutOfRange": "One beyond what is allowed.",
            "HostileText": "No UTF-8, control characters, or spaces that only Unicode knows.",
            "UnknownKey": "A key that nobody named: its signatures mean nothing.",
            "ForgedSignature": "A signature of a known key that does not verify: the whole note is refused.",
            "OtherKind": "A key or a signature of another kind than is expected.",
            "Forked": "A tree that is not the one that the path or the other root belongs to.",
            "SplitView": "A checkpoint of the same size and another root.",
            "Unfit": "A set's entry that the log does not take: it would be an alarm for ever.",
            "NoProof": "A client with a log policy, and no proof.",
            "OtherSet": "A proof of another set, or an entry that says what the set does not.",
            "OtherLog": "A log that is not pinned.",
            "UnderWitnessed": "Fewer cosignatures than the quorum.",
            "Stale": "Enough cosignatures, too few of them at a time that counts.",
            "Custodians": "A set whose key several hold.",
            "Alarm": "An entry that is in writing and strange: people must look at it.",
            "OneWay": "A path that is right for another place or size.",
            "Rewritten": "A log that begins otherwise than it was seen to begin.",
            "OtherTiles": "Tiles of hashes that are not those of the entries.",
            "Order": "Two things are wrong, and one is named.",
            "First": "The first checkpoint of a log that a witness cosigns.",
            "WrongSize": "Another size than the witness cosigned last.",
            "Refused": "A witness that does not cosign.",
            "Later": "What had no quorum has one later.",
            "Killed": "A log that was killed, and goes on.",
        },
    )
    made = fixture()
    notes(topic, made)
    keys(topic, made)
    checkpoints(topic, made)
    trees(topic)
    policies(topic, made)
    entries(topic, made)
    proofs(topic, made)
    set_proofs(topic, made)
    tiles(topic)
    watching(topic, made)
    served = watches(topic, made)
    witnesses(topic, made)
    publishing(topic, made)
    upstream()
    return {"log/log.json": topic, f"log/{FILE}": small().signed.encode()[:4096], **served}


def notes(topic: Topic, made: LogFixture) -> None:
    group = topic.group("DecodeNote", "A signed note's form: text, and of each signature name, key ID and bytes.")

    def add(about: str, data: bytes, *flags: str, result: str = "valid") -> None:
        group.add(about, {"note": data.hex()}, lambda: note_fields(SignedNote.decode(data)), *flags, result=result)

    text = b"If you think cryptography is the answer to your problem,\n\nthen you don't know what your problem is.\n"
    signer = NoteSigner("example.com/Stra\u00dfe", NOTE, seeded("note")(32))
    line = signer.line(text)
    good = text + b"\n" + line
    add("an empty line in the text, a name beyond ASCII", good)
    add("the shortest text, an empty line", b"\n\n" + line, "Boundary")
    add("the text ends in an empty line", b"a\n\n\n" + line, "Boundary")
    many = b"".join(NoteSigner(f"k{i}", NOTE, seeded(f"k{i}")(32)).line(b"a\n") for i in range(65))
    lines = many.splitlines(keepends=True)
    add("64 signatures", b"a\n\n" + b"".join(lines[:64]), "Boundary")
    add("65 signatures", b"a\n\n" + many, "OutOfRange", result=MALFORMED)
    add("the same signature twice", b"a\n\n" + lines[0] + lines[0])
    long = signature_line(signer.key, b"x" * 5_000)
    add("a signature of 5,000 bytes", text + b"\n" + long, "Boundary")
    for about, data in (
        ("empty", b""),
        ("no signature", text + b"\n"),
        ("no empty line", text + line),
        ("the last line does not end", good[:-1]),
        ("cut inside a name", good[: len(text) + 12]),
    ):
        add(about, data, "TruncatedInput", result=MALFORMED)
    add("an empty line at the end", good + b"\n", "TrailingBytes", result=MALFORMED)
    add("a text at the end", good + b"more\n", "TrailingBytes", result=MALFORMED)
    add("a blank after the signature", good[:-1] + b" \n", "TrailingBytes", result=MALFORMED)
    add("two blanks before the signature", good.replace(b"e ", b"e  ", 99), "SecondEncoding", result=MALFORMED)
    value = line.split(b" ")[2].strip()
    for about, other in (
        ("without padding", value.rstrip(b"=")),
        ("with more padding", value + b"===="),
        ("with bits that are not used", value[:-2] + bytes([value[-2] + 1]) + value[-1:]),
        ("in the alphabet for URLs", value.replace(b"+", b"-").replace(b"/", b"_")),
        ("with padding in it", value[:8] + b"====" + value[12:]),
    ):
        add(f"base 64 {about}", good.replace(value, other), "SecondEncoding", result=MALFORMED)
    add("a signature of 6 bytes, in whole groups", b"a\n\n\xe2\x80\x94 k AAAAAAAA\n", "Boundary")
    lone = b"a\n\n\xe2\x80\x94 k AAAAAAAAA===\n"
    add("base 64 with one digit behind whole groups", lone, "SecondEncoding", result=MALFORMED)
    add("a signature of 4 bytes, which are the ID", b"a\n\n\xe2\x80\x94 k AAAAAA==\n", "Boundary", result=MALFORMED)
    add("a signature of 1 byte", b"a\n\n\xe2\x80\x94 k AAAAAAA=\n", "Boundary")
    add("a hyphen for the dash", good.replace("— ".encode(), b"- "), "SecondEncoding", result=MALFORMED)
    add("no name", good.replace(signer.key.name.encode(), b""), "TruncatedInput", result=MALFORMED)
    add("a plus sign in the name", good.replace(b"example.com", b"example+com"), "OutOfRange", result=MALFORMED)
    add("a carriage return", good.replace(b"\n", b"\r\n"), "HostileText", result=MALFORMED)
    add("a tabulator in the text", b"a\tb\n\n" + line, "HostileText", result=MALFORMED)
    add("a zero byte in the text", b"a\x00b\n\n" + line, "HostileText", result=MALFORMED)
    for about, bad in (
        ("a continuation byte alone", b"\x80"),
        ("a lead byte at the end", b"\xc3"),
        ("two bytes for one", b"\xc0\xaf"),
        ("three bytes for two", b"\xe0\x9f\xbf"),
        ("a surrogate", b"\xed\xa0\x80"),
        ("four bytes for three", b"\xf0\x8f\xbf\xbf"),
        ("beyond U+10FFFF", b"\xf4\x90\x80\x80"),
        ("a byte of no form", b"\xff"),
    ):
        add(f"no UTF-8: {about}", b"a" + bad + b"\n\n" + line, "HostileText", result=MALFORMED)
    add("the greatest character", b"a\xf4\x8f\xbf\xbf\xed\x9f\xbf\xee\x80\x80\n\n" + line, "Boundary")
    for space in "\u0085\u00a0\u1680\u2000\u200a\u2028\u2029\u202f\u205f\u3000":
        name = f"a{space}b".encode()
        add(
            f"U+{ord(space):04X} in the name",
            b"a\n\n\xe2\x80\x94 " + name + b" AAAAAAA=\n",
            "HostileText",
            result=MALFORMED,
        )
    add("U+200B in the name, which is no space", "a\n\n— a\u200bb AAAAAAA=\n".encode(), "Boundary")
    add("U+180E in the name, which is no space", "a\n\n— a\u180eb AAAAAAA=\n".encode(), "Boundary")


def keys(topic: Topic, made: LogFixture) -> None:
    group = topic.group("DecodeKey", "A verifier key: name, kind and Ed25519 key. `key` is its text's bytes.")

    def add(about: str, text: bytes, *flags: str, result: str = "valid") -> None:
        def run() -> dict[str, Any]:
            key = VerifierKey.decode(text)
            return {"name": key.name.encode().hex(), "kind": key.kind, "publicKey": key.public_key.hex()}

        group.add(about, {"key": text.hex()}, run, *flags, result=result)

    good = made.log.key.encode().encode()
    add("a log's", good)
    add("a witness'", made.witnesses[0].key.encode().encode())
    add("the example of c2sp.org/signed-note", b"example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k")
    name, id_, value = good.split(b"+", 2)
    other = made.witnesses[0].key.id.hex().encode()
    add("another ID", b"+".join((name, other, value)), "ForgedSignature", result=MALFORMED)
    add("the ID in capitals", b"+".join((name, id_.upper(), value)), "SecondEncoding", result=MALFORMED)
    for kind in (0, 2, 5, 6, 255):
        key = VerifierKey(ORIGIN, kind, made.log.key.public_key)
        add(f"of kind {kind}", key.encode().encode(), "OtherKind", result=MALFORMED)
    short = VerifierKey(ORIGIN, NOTE, bytes(31))
    add("31 bytes", short.encode().encode(), "OutOfRange", result=MALFORMED)
    add("33 bytes", VerifierKey(ORIGIN, NOTE, bytes(33)).encode().encode(), "OutOfRange", result=MALFORMED)
    add("no name", VerifierKey("", NOTE, bytes(32)).encode().encode(), "OutOfRange", result=MALFORMED)
    add("a blank in the name", VerifierKey("a b", NOTE, bytes(32)).encode().encode(), "HostileText", result=MALFORMED)
    for cut in (0, len(name), len(name) + 5, len(name) + 10, len(good) - 1):
        add(f"its first {cut} bytes", good[:cut], "TruncatedInput", result=MALFORMED)
    add("a byte follows", good + b"A", "TrailingBytes", result=MALFORMED)
    add("no UTF-8", b"\xff" + good, "HostileText", result=MALFORMED)


def checkpoints(topic: Topic, made: LogFixture) -> None:
    group = topic.group(
        "VerifyCheckpoint",
        "A checkpoint's origin, size and root; for each of `keys` null if it did not sign, else the time of its newest "
        "cosignature, 0 for a log's signature.",
    )

    def add(about: str, data: bytes, *flags: str, keys: list[str] | None = None, result: str = "valid") -> None:
        known = [made.log.key.encode(), made.witnesses[0].key.encode()] if keys is None else keys
        group.add(
            about,
            {"checkpoint": data.hex(), "keys": known},
            lambda: checkpoint_fields(data, known),
            *flags,
            result=result,
        )

    good = made.checkpoint()
    text, log, witness = made.text, made.log, made.witnesses[0]
    add("signed by the log and cosigned", good)
    add("only by the log", text + b"\n" + log.line(text))
    add("nobody is known", good, "UnknownKey", keys=[])
    add("two cosignatures: the newer counts", good + witness.line(text, NOW - 5) + witness.line(text, NOW - 7_000))
    stranger = NoteSigner("stranger.example", COSIGNATURE, seeded("stranger")(32))
    add("a stranger's bad signature", good + signature_line(stranger.key, bytes(72)), "UnknownKey")
    same_name = NoteSigner(witness.key.name, COSIGNATURE, seeded("same name")(32))
    add("another key of the witness' name", good + same_name.line(text, NOW), "UnknownKey")
    bad = "invalidLogSignature"
    forged = text + b"\n" + log.line(made.text + b"x\n") + witness.line(text, NOW)
    add("the log signed another text", forged, "ForgedSignature", result=bad)
    add(
        "the witness cosigned another text",
        text + b"\n" + log.line(text) + witness.line(b"x\n", NOW),
        "ForgedSignature",
        result=bad,
    )
    add("a second cosignature that is bad", good + witness.line(b"x\n", NOW), "ForgedSignature", result=bad)
    stamped = witness.line(text, NOW)
    raw = bytearray(base64.b64decode(stamped.split(b" ")[2]))
    raw[11] ^= 1
    add(
        "another time than was cosigned",
        text + b"\n" + signature_line(witness.key, bytes(raw[4:])),
        "ForgedSignature",
        result=bad,
    )
    add(
        "the witness signed as a log does",
        text + b"\n" + signature_line(witness.key, bytes(8) + bytes(64)),
        "ForgedSignature",
        result=bad,
    )
    add("a signature of 63 bytes", text + b"\n" + signature_line(log.key, bytes(63)), "OtherKind", result=bad)
    add("a cosignature of 64 bytes", text + b"\n" + signature_line(witness.key, bytes(64)), "OtherKind", result=bad)
    late = (1 << 63).to_bytes(8, "big") + bytes(64)
    add("a time of 2^63", text + b"\n" + signature_line(witness.key, late), "OutOfRange", result=bad)
    _, secret = pysodium.crypto_sign_seed_keypair(seeded("log")(32))
    signature = pysodium.crypto_sign_detached(text, secret)
    order = 2**252 + 27742317777372353535851937790883648493
    s = int.from_bytes(signature[32:], "little") + order
    add(
        "S is not below the group's order",
        text + b"\n" + signature_line(log.key, signature[:32] + s.to_bytes(32, "little")),
        "ForgedSignature",
        result=bad,
    )

    def bare(changed: bytes) -> bytes:
        return changed + b"\n" + log.line(changed)

    root_line = encode_base64(root(made.leaves))
    add("an extension line", bare(text + b"extension\n"))
    add("size 0", bare(checkpoint_text(ORIGIN, 0, EMPTY)), "Boundary")
    add("size 2^63 \u2212 1", bare(checkpoint_text(ORIGIN, 2**63 - 1, EMPTY)), "Boundary")
    for about, changed, flag in (
        ("size 2^63", checkpoint_text(ORIGIN, 2**63, EMPTY), "OutOfRange"),
        ("size 2^64 + 5", checkpoint_text(ORIGIN, 2**64 + 5, EMPTY), "OutOfRange"),
        ("a size with a zero before it", f"{ORIGIN}\n05\n{root_line}\n".encode(), "SecondEncoding"),
        ("a size with a sign", f"{ORIGIN}\n+5\n{root_line}\n".encode(), "SecondEncoding"),
        ("no size", f"{ORIGIN}\n\n{root_line}\n".encode(), "TruncatedInput"),
        ("no origin", f"\n5\n{root_line}\n".encode(), "TruncatedInput"),
        ("no root", f"{ORIGIN}\n5\n".encode(), "TruncatedInput"),
        ("a root of 31 bytes", f"{ORIGIN}\n5\n{encode_base64(bytes(31))}\n".encode(), "OutOfRange"),
        ("a root of 33 bytes", f"{ORIGIN}\n5\n{encode_base64(bytes(33))}\n".encode(), "OutOfRange"),
        ("a root without padding", f"{ORIGIN}\n5\n{root_line[:-1]}\n".encode(), "SecondEncoding"),
        ("an empty extension line", text + b"\nextension\n", "OutOfRange"),
    ):
        add(about, bare(changed), flag, result=MALFORMED)


def trees(topic: Topic) -> None:
    draw = seeded("trees")
    leaves = [leaf_hash(draw(i)) for i in range(70)]
    group = topic.group("Inclusion", "The root that a leaf hash and its path lead to (RFC 6962, 2.1.1).")

    def add(
        about: str, leaf: bytes, index: int, size: int, path: list[bytes], *flags: str, result: str = "valid"
    ) -> None:
        group.add(
            about,
            {"leaf": leaf.hex(), "index": index, "size": size, "path": [hash_.hex() for hash_ in path]},
            lambda: {"root": root_of_path(leaf, index, size, path).hex()},
            *flags,
            result=result,
        )

    for size in (1, 2, 3, 4, 5, 7, 8, 9, 16, 33, 64, 65, 70):
        for index in sorted({0, 1, size // 2, size - 2, size - 1} & set(range(size))):
            path = inclusion_path(leaves[:size], index)
            assert root_of_path(leaves[index], index, size, path) == root(leaves[:size])
            add(f"leaf {index} of {size}", leaves[index], index, size, path)
    path = inclusion_path(leaves[:7], 5)
    bad = "inconsistentLog"
    add("a hash is missing", leaves[5], 5, 7, path[:-1], "TruncatedInput", result=bad)
    add("a hash too many", leaves[5], 5, 7, [*path, leaves[0]], "TrailingBytes", result=bad)
    add("the leaf after the last", leaves[5], 7, 7, path, "OutOfRange", result=bad)
    add("an empty tree", leaves[5], 0, 0, [], "OutOfRange", result=bad)
    add("the greatest tree, its first leaf", leaves[0], 0, 2**63 - 1, leaves[:63], "Boundary")
    add("the greatest tree, its last leaf", leaves[0], 2**63 - 2, 2**63 - 1, leaves[:62], "Boundary")
    add("the path of another place: another root", leaves[5], 4, 7, path, "OneWay")
    add("the path of a smaller tree", leaves[5], 5, 64, path, "OneWay", result=bad)

    group = topic.group("Consistency", "That a tree begins with another (RFC 6962, 2.1.2).")

    def both(
        about: str,
        old: int,
        old_root: bytes,
        new: int,
        new_root: bytes,
        path: list[bytes],
        *flags: str,
        result: str = "valid",
    ) -> None:
        def run() -> dict[str, Any]:
            check_consistency(old, old_root, new, new_root, path)
            return {}

        group.add(
            about,
            {
                "oldSize": old,
                "oldRoot": old_root.hex(),
                "newSize": new,
                "newRoot": new_root.hex(),
                "path": [hash_.hex() for hash_ in path],
            },
            run,
            *flags,
            result=result,
        )

    roots = [root(leaves[:size]) for size in range(71)]
    for old, new in (
        (0, 0),
        (0, 1),
        (0, 9),
        (1, 1),
        (1, 2),
        (1, 8),
        (2, 3),
        (3, 4),
        (3, 7),
        (4, 7),
        (6, 7),
        (6, 8),
        (7, 8),
        (8, 9),
        (16, 33),
        (32, 33),
        (33, 64),
        (63, 64),
        (64, 65),
        (64, 70),
        (65, 70),
        (69, 70),
        (70, 70),
    ):
        path = consistency_path(leaves[:new], old)
        both(f"{old} to {new}", old, roots[old], new, roots[new], path)
    path = consistency_path(leaves[:7], 3)
    both("a hash is missing", 3, roots[3], 7, roots[7], path[:-1], "TruncatedInput", result=bad)
    both("a hash too many", 3, roots[3], 7, roots[7], [*path, leaves[0]], "TrailingBytes", result=bad)
    both("no path", 3, roots[3], 7, roots[7], [], "TruncatedInput", result=bad)
    both("backwards", 7, roots[7], 3, roots[3], path, "OneWay", result=bad)
    both("another old root", 3, roots[4], 7, roots[7], path, "Forked", result=bad)
    both("another new root", 3, roots[3], 7, roots[8], path, "Forked", result=bad)
    both("two roots of one size", 7, roots[7], 7, roots[6], [], "SplitView", result=bad)
    both("the same tree, and a path", 7, roots[7], 7, roots[7], path, "TrailingBytes", result=bad)
    both("from nothing, and a path", 0, EMPTY, 7, roots[7], path, "TrailingBytes", result=bad)
    both("from nothing, with another root", 0, roots[1], 7, roots[7], [], "Forked", result=bad)
    forked = [*leaves[:2], leaf_hash(b"another"), *leaves[3:7]]
    both(
        "a leaf of the old tree is another",
        3,
        roots[3],
        7,
        root(forked),
        consistency_path(forked, 3),
        "Forked",
        result=bad,
    )
    both(
        "a power of two, its own root before the path",
        4,
        roots[4],
        7,
        roots[7],
        [roots[4], *consistency_path(leaves[:7], 4)],
        "TrailingBytes",
        result=bad,
    )


def policies(topic: Topic, made: LogFixture) -> None:
    group = topic.group("DecodePolicy", "A log policy: the texts of its keys. `policy` is the file's bytes.")

    def add(about: str, text: bytes, *flags: str, age: int = MAXIMUM_AGE, result: str = "valid") -> None:
        group.add(
            about,
            {"policy": text.hex(), "maximumAge": age},
            lambda: policy_fields(LogPolicy.decode(text, age)),
            *flags,
            result=result,
        )

    good = made.policy()
    add("two of three", good)
    add("any", made.policy("any"))
    add("all", made.policy("all"))
    add(
        "blanks, comments, URLs",
        b"# a policy\n\n \t \n"
        + good.replace(b" ", b" \t ").replace(
            made.log.key.encode().encode(), made.log.key.encode().encode() + b" https://example.com/log"
        ),
    )
    log, one = f"log {made.log.key.encode()}\n", f"witness w {made.witnesses[0].key.encode()}\n"
    add("one witness", (log + one + "quorum w\n").encode())
    add("a name beyond ASCII, of octets", log.encode() + one.encode().replace(b" w ", b" \xff ") + b"quorum \xff\n")
    add("the least age", good, "Boundary", age=1)
    nested = made.policy("2", "group outer 1 all-of-them").replace(b"quorum all-of-them", b"quorum outer")
    add("a group in a group", nested)
    add("the quorum before the log", (one + "quorum w\n" + log).encode())
    outside = "parameterOutOfRange"
    add("no witnesses needed", (log + one + "quorum none\n").encode(), "UnderWitnessed", result=outside)
    add("no log", (one + "quorum w\n").encode(), "OtherLog", result=outside)
    add("an age of 0", good, "OutOfRange", age=0, result=outside)
    for about, text, flag in (
        ("empty", b"", "TruncatedInput"),
        ("no quorum", (log + one).encode(), "TruncatedInput"),
        ("the last line does not end", good[:-1], "TruncatedInput"),
        ("two quorums", good + b"quorum w0\n", "TrailingBytes"),
        ("a quorum that is not defined", (log + one + "quorum x\n").encode(), "OutOfRange"),
        ("a quorum before its witness", (log + "quorum w\n" + one).encode(), "OutOfRange"),
        ("a line of another kind", good + b"mirror x\n", "OtherKind"),
        ("a log's key of a witness", (log.replace("log ", "witness x ") + one + "quorum w\n").encode(), "OtherKind"),
        ("a witness' key of a log", (log + one + one.replace("witness w", "log") + "quorum w\n").encode(), "OtherKind"),
        ("a log twice", (log + log + one + "quorum w\n").encode(), "SecondEncoding"),
        ("a witness' key twice", (log + one + one.replace(" w ", " v ") + "quorum w\n").encode(), "SecondEncoding"),
        ("a name twice", made.policy("2", "group w0 1 all-of-them"), "SecondEncoding"),
        ("a member twice", made.policy("2").replace(b"w0 w1 w2", b"w0 w1 w1"), "SecondEncoding"),
        ("a member of two groups", made.policy("2", "group other any w0"), "SecondEncoding"),
        ("a member that is not defined", made.policy("2").replace(b"w0 w1 w2", b"w0 w1 w3"), "OutOfRange"),
        ("a member none", made.policy("2").replace(b"w0 w1 w2", b"w0 w1 none"), "OutOfRange"),
        ("a witness none", (log + one.replace(" w ", " none ") + "quorum none\n").encode(), "OutOfRange"),
        ("none of the members needed", made.policy("0"), "OutOfRange"),
        ("more than all needed", made.policy("4"), "OutOfRange"),
        ("a number with a zero before it", made.policy("02"), "SecondEncoding"),
        ("a group without members", (log + one + "group g any\nquorum w\n").encode(), "TruncatedInput"),
        ("a log's line with three values", good.replace(b"\nwitness w0", b" a b\nwitness w0"), "TrailingBytes"),
        ("a quorum's line with two values", good[:-1] + b" w0\n", "TrailingBytes"),
        ("a carriage return", good.replace(b"\n", b"\r\n"), "HostileText"),
        ("a byte 7F", good.replace(b"quorum", b"\x7fquorum"), "HostileText"),
        ("an ID that is not the key's", good.replace(b"+", b"+0", 1), "ForgedSignature"),
    ):
        add(about, text, flag, result=MALFORMED)
    many = "".join(
        f"witness n{i} {NoteSigner('n', COSIGNATURE, seeded(f'node {i}')(32)).key.encode()}\n" for i in range(65)
    ).splitlines(keepends=True)
    add("64 witnesses", (log + "".join(many[:64]) + "quorum n0\n").encode(), "Boundary")
    add("65 witnesses", (log + "".join(many) + "quorum n0\n").encode(), "OutOfRange", result=MALFORMED)
    logs = "".join(f"log {NoteSigner('n', NOTE, seeded(f'log {i}')(32)).key.encode()}\n" for i in range(33)).splitlines(
        keepends=True
    )
    add("32 logs", ("".join(logs[:32]) + one + "quorum w\n").encode(), "Boundary")
    add("33 logs", ("".join(logs) + one + "quorum w\n").encode(), "OutOfRange", result=MALFORMED)


def custodians(count: int) -> list[bytes]:
    return [g.multiply_base(i + 5) for i in range(count)]


def entries(topic: Topic, made: LogFixture) -> None:
    group = topic.group(
        "DecodeEntry",
        "An entry's kind, and of a signed one whether its signature is its key's. Encoded again it is the same.",
    )

    def add(about: str, data: bytes, *flags: str, result: str = "valid") -> None:
        group.add(about, {"entry": data.hex()}, lambda: entry_fields(data), *flags, result=result)

    draw = seeded("log entries")
    set_file = small().signed
    statement, seed = draw(32), draw(32)
    plain = set_entry(set_file, 0, [], statement).encode()
    shared = set_entry(set_file, 2, custodians(3), statement).encode()
    erasure = LogEntry(ERASURE, {"root": [set_file.root], "time": [ISSUED], "share": [2]}).signed_by(seed)
    revocation = LogEntry(REVOCATION, {"root": [set_file.root], "time": [ISSUED], "statement": [statement]}).signed_by(
        seed
    )
    change, counted = made.entries[0], made.entries[3]
    add("a set of one authority", plain)
    add("a set of 2 of 3 custodians", shared, "Custodians")
    add("a set of 16 of 16 custodians", set_entry(set_file, 16, custodians(16), statement).encode(), "Boundary")
    add("a share is erased", erasure.encode())
    add("statistics", counted)
    add("a revocation", revocation.encode())
    add("a change of sources", change)
    forged = erasure.encode().replace(b"share 2", b"share 1")
    add("a signature of another share", forged, "ForgedSignature")
    add(
        "a signature by another key",
        revocation.encode().replace(revocation.one("key").hex().encode(), statement.hex().encode()),
        "ForgedSignature",
    )

    def bad(about: str, data: bytes, flag: str) -> None:
        add(about, data, flag, result=MALFORMED)

    for name, data in (
        ("set", shared),
        ("erasure", erasure.encode()),
        ("statistics", counted),
        ("revocation", revocation.encode()),
        ("change", change),
    ):
        lines = data.splitlines(keepends=True)
        bad(f"{name}: without its first line", b"".join(lines[1:]), "TruncatedInput")
        bad(f"{name}: without its second line", b"".join([lines[0], *lines[2:]]), "TruncatedInput")
        bad(f"{name}: without its last line", b"".join(lines[:-1]), "TruncatedInput")
        bad(f"{name}: the last line does not end", data[:-1], "TruncatedInput")
        bad(f"{name}: a line follows", data + b"note x\n", "TrailingBytes")
        bad(f"{name}: its last line twice", data + lines[-1], "TrailingBytes")
        bad(f"{name}: an empty line", data.replace(b"\n", b"\n\n", 1), "SecondEncoding")
        bad(f"{name}: two lines change places", b"".join([lines[0], lines[2], lines[1], *lines[3:]]), "SecondEncoding")
        bad(f"{name}: carriage returns", data.replace(b"\n", b"\r\n"), "HostileText")
        bad(f"{name}: two blanks", data.replace(b" ", b"  ", 2), "SecondEncoding")
    bad("empty", b"", "TruncatedInput")
    bad("another kind", plain.replace(b"/1 set", b"/1 sets"), "OtherKind")
    bad("another protocol", plain.replace(b"/1 set", b"/2 set"), "OtherKind")
    bad("capitals", plain.replace(statement.hex().encode(), statement.hex().upper().encode()), "SecondEncoding")
    bad("a statement of 31 bytes", plain[:-3] + b"\n", "OutOfRange")
    bad("a number with a zero before it", plain.replace(b"version 7", b"version 07"), "SecondEncoding")
    bad("a number of 2^63", plain.replace(b"version 7", b"version 9223372036854775808"), "OutOfRange")
    bad("a version beyond the date of issue", plain.replace(b"version 7", b"version %d" % (ISSUED + 1)), "OutOfRange")
    bad("expired before it was issued", plain.replace(b"issued %d" % ISSUED, b"issued 1890000000"), "OutOfRange")
    n = set_file.header.entries
    bad("no entries", plain.replace(b"entries %d" % n, b"entries 0"), "OutOfRange")
    add("the most entries", plain.replace(b"entries %d" % n, b"entries %d" % (1 << 27)), "Boundary")
    bad(
        "more entries than a set can have",
        plain.replace(b"entries %d" % n, b"entries %d" % ((1 << 27) + 1)),
        "OutOfRange",
    )
    sources = [b"source " + source.hex().encode() + b"\n" for source in set_file.header.sources]
    bad("sources that do not ascend", plain.replace(b"".join(sources), b"".join(reversed(sources))), "SecondEncoding")
    bad("a source twice", plain.replace(sources[0], sources[0] * 2), "SecondEncoding")
    bad("no source", plain.replace(b"".join(sources), b""), "OutOfRange")
    seventeen = b"".join(b"source %064x\n" % (i + 1) for i in range(17))
    add("16 sources", plain.replace(b"".join(sources), seventeen[: 16 * 72]), "Boundary")
    bad("17 sources", plain.replace(b"".join(sources), seventeen), "OutOfRange")
    bad("a threshold of 1", shared.replace(b"custodians 2", b"custodians 1"), "OutOfRange")
    bad("a threshold beyond the custodians", shared.replace(b"custodians 2", b"custodians 4"), "OutOfRange")
    bad("custodians without a threshold", shared.replace(b"custodians 2\n", b""), "TruncatedInput")
    bad("a threshold without custodians", plain.replace(b"statement", b"custodians 2\nstatement"), "OutOfRange")
    bad(
        "a threshold of 0 without custodians", plain.replace(b"statement", b"custodians 0\nstatement"), "SecondEncoding"
    )
    three = b"".join(b"custodian " + one.hex().encode() + b"\n" for one in custodians(3))
    bad(
        "17 custodians",
        shared.replace(three, b"".join(b"custodian " + one.hex().encode() + b"\n" for one in custodians(17))),
        "OutOfRange",
    )
    bad("an erased share 17", erasure.encode().replace(b"share 2", b"share 17"), "OutOfRange")
    bad("an epoch of 2^32", counted.replace(b"epoch 679", b"epoch 4294967296"), "OutOfRange")
    slots = b"slots 3950592\n"
    bad("no count of slots", counted.replace(slots, b""), "OutOfRange")
    add("16 counts of slots", counted.replace(slots + slots, slots * 16), "Boundary", "ForgedSignature")
    bad("17 counts of slots", counted.replace(slots + slots, slots * 17), "OutOfRange")


def proofs(topic: Topic, made: LogFixture) -> None:
    group = topic.group("DecodeProof", "A proof's form, its checkpoint's too; nothing of it is checked.")

    def add(about: str, data: bytes, *flags: str, result: str = "valid") -> None:
        group.add(about, {"proof": data.hex()}, lambda: proof_fields(LogProof.decode(data)), *flags, result=result)

    good = made.proof()
    head, checkpoint = good.split(b"\n\n", 1)
    lines = head.split(b"\n")
    add("of the third of five entries", good)
    add("without extra data", b"\n".join([lines[0], *lines[2:]]) + b"\n\n" + checkpoint)
    add("a tree of one entry: no path", LogProof.text(b"x", 0, [], checkpoint), "Boundary")
    add("63 hashes", LogProof.text(b"", 0, [bytes(32)] * 63, checkpoint), "Boundary")
    add("64 hashes", LogProof.text(b"", 0, [bytes(32)] * 64, checkpoint), "OutOfRange", result=MALFORMED)
    add("the greatest index", LogProof.text(b"", 2**63 - 1, [], checkpoint), "Boundary")
    add("an index of 2^63", LogProof.text(b"", 2**63, [], checkpoint), "OutOfRange", result=MALFORMED)

    def bad(about: str, data: bytes, flag: str) -> None:
        add(about, data, flag, result=MALFORMED)

    bad("empty", b"", "TruncatedInput")
    bad("the checkpoint is missing", head + b"\n\n", "TruncatedInput")
    bad("cut in the path", head[:-10], "TruncatedInput")
    bad("no empty line before the checkpoint", head + b"\n" + checkpoint, "TruncatedInput")
    bad("two empty lines before the checkpoint", head + b"\n\n\n" + checkpoint, "SecondEncoding")
    bad("another version", good.replace(b"proof@v1", b"proof@v2"), "OtherKind")
    bad("the first line is missing", good.split(b"\n", 1)[1], "TruncatedInput")
    bad("no index", good.replace(lines[2] + b"\n", b""), "TruncatedInput")
    bad(
        "the index before the extra data",
        b"\n".join([lines[0], lines[2], lines[1], *lines[3:]]) + b"\n\n" + checkpoint,
        "SecondEncoding",
    )
    bad("the index twice", good.replace(lines[2], lines[2] + b"\n" + lines[2]), "TrailingBytes")
    bad("an empty extra line", good.replace(lines[1], b"extra "), "SecondEncoding")
    bad("an index with a zero before it", good.replace(b"index 2", b"index 02"), "SecondEncoding")
    bad("a negative index", good.replace(b"index 2", b"index -2"), "OutOfRange")
    bad("a hash of 31 bytes", good.replace(lines[3], encode_base64(bytes(31)).encode()), "OutOfRange")
    bad(
        "a hash with unused bits",
        good.replace(lines[3], lines[3][:-2] + bytes([lines[3][-2] + 1]) + b"="),
        "SecondEncoding",
    )
    bad("carriage returns", good.replace(b"\n", b"\r\n"), "HostileText")
    bad("no UTF-8 in the extra data's line", good.replace(b"extra ", b"extra \xff"), "HostileText")
    bad("an empty line at the end", good + b"\n", "TrailingBytes")


def set_proofs(topic: Topic, made: LogFixture) -> None:
    group = topic.group(
        "CheckSetProof",
        "A set's proof, under a policy: `set` is a file that begins as the set's does (a table is not looked at).",
    )
    fixture_ = small()
    original = fixture_.signed.encode()[:4096]

    def add(
        about: str,
        proof: bytes | None,
        *flags: str,
        policy: bytes | None = None,
        now: int = NOW,
        age: int = MAXIMUM_AGE,
        set_file: SetFile | None = None,
        result: str = "valid",
    ) -> None:
        text = made.policy() if policy is None else policy
        about_set = fixture_.signed if set_file is None else set_file
        group.add(
            about,
            {
                "set": file_case(FILE, original, about_set.encode()[:4096]),
                "proof": None if proof is None else proof.hex(),
                "policy": text.hex(),
                "maximumAge": age,
                "now": now,
            },
            lambda: logged_fields(about_set, proof, text, age, now),
            *flags,
            result=result,
        )

    good = made.proof()
    add("three witnesses of three, two are needed", good)
    add("all are needed", good, policy=made.policy("all"))
    two = made.changed(times=(NOW - 1_000, None, NOW - 3_000))
    add("just the quorum", two.proof(), "Boundary")
    alone = made.changed(entries=(made.entries[2],), index=0)
    add("the only entry of a log", alone.proof(), "Boundary")
    draw = seeded("set proofs")
    shared = set_entry(fixture_.signed, 2, custodians(3), draw(32)).encode()
    with_custodians = made.changed(entries=(*made.entries[:2], shared, *made.entries[3:]))
    add("2 of 3 custodians", with_custodians.proof(), "Custodians")

    twelve = replace(fixture_.signed.header.parameters, profile=PROFILE_3)
    further = fixture_.with_header(parameters=twelve)
    of_twelve = set_entry(further, 0, [], draw(32)).encode()
    with_twelve = made.changed(entries=(*made.entries[:2], of_twelve, *made.entries[3:]))
    add("a set of profile 3, which has twelve hypotheses", with_twelve.proof(), set_file=further)
    *first, last = PROFILE_3.hypotheses
    dearer = replace(PROFILE_3, hypotheses=(*first, replace(last, penalty=last.penalty + 1)))
    add(
        "its entry, and a set whose twelfth hypothesis is another",
        with_twelve.proof(),
        "OtherSet",
        set_file=fixture_.with_header(parameters=replace(twelve, profile=dearer)),
        result="proofOfOtherSet",
    )

    add("no proof", None, "NoProof", result="proofMissing")
    add("an empty proof", b"", "TruncatedInput", result=MALFORMED)
    add("cut short", good[:-40], "TruncatedInput", result=MALFORMED)
    extra = good.split(b"\n", 2)
    add("no entry in it", extra[0] + b"\n" + extra[2], "OtherSet", result="proofOfOtherSet")
    other = "proofOfOtherSet"
    add("of the statistics' entry", made.proof(index=3), "OtherSet", result=other)
    older = fixture_.with_header(version=6)
    add("of another version of the set", good, "OtherSet", set_file=older, result=other)
    for name, was, is_ in (
        ("root", fixture_.signed.root.hex(), bytes(32).hex()),
        ("version", "version 7\n", "version 6\n"),
        ("date of issue", f"issued {ISSUED}\n", f"issued {ISSUED - 1}\n"),
        ("expiry", "expires 1790000000", "expires 1789999999"),
        ("n", f"entries {fixture_.signed.header.entries}\n", "entries 1\n"),
        ("parameters", made.entries[2].decode().split("parameters ")[1][:64], bytes(32).hex()),
    ):
        entry = made.entries[2].replace(was.encode(), is_.encode())
        assert entry != made.entries[2]
        lying = made.changed(entries=(*made.entries[:2], entry, *made.entries[3:]))
        add(f"an entry with another {name}", lying.proof(), "OtherSet", result=other)
    source = b"source " + fixture_.sources[0].hex().encode() + b"\n"
    lying = made.changed(entries=(*made.entries[:2], made.entries[2].replace(source, b""), *made.entries[3:]))
    add("an entry that leaves a source out", lying.proof(), "OtherSet", result=other)
    long = made.changed(entries=(*made.entries[:2], made.entries[2] + b"note x\n", *made.entries[3:]))
    add("an entry with a line more", long.proof(), "TrailingBytes", result=MALFORMED)
    few = shared.replace(b"custodians 2", b"custodians 9")
    bad_terms = made.changed(entries=(*made.entries[:2], few, *made.entries[3:]))
    add("an entry with a threshold beyond its custodians", bad_terms.proof(), "Custodians", result=MALFORMED)

    stranger = NoteSigner("example.org/other", NOTE, draw(32))
    elsewhere = made.changed(log=stranger)
    add("another log, properly cosigned", elsewhere.proof(), "OtherLog", result="unknownLog")
    namesake = made.changed(log=NoteSigner(ORIGIN, NOTE, draw(32)))
    add("another key under the log's name", namesake.proof(), "OtherLog", result="unknownLog")
    text = made.text
    unsigned = text + b"\n" + b"".join(w.line(text, NOW) for w in made.witnesses)
    add("cosigned, and not signed by the log", made.proof(unsigned), "OtherLog", result="unknownLog")
    renamed = checkpoint_text("example.com/other", 5, root(made.leaves))
    add("the log's key under another origin", made.proof(made.checkpoint(renamed)), "OtherLog", result="unknownLog")
    bad = "invalidLogSignature"
    forged = text + b"\n" + made.log.line(b"other\n") + b"".join(w.line(text, NOW) for w in made.witnesses)
    add("the log's signature is of another text", made.proof(forged), "ForgedSignature", result=bad)
    lines = made.checkpoint() + made.witnesses[1].line(b"other\n", NOW)
    add("a fourth cosignature does not verify", made.proof(lines), "ForgedSignature", result=bad)
    few_ = "tooFewCosignatures"
    one = made.changed(times=(NOW, None, None))
    add("one witness, two are needed", one.proof(), "UnderWitnessed", result=few_)
    add("no witness", made.changed(times=(None, None, None)).proof(), "UnderWitnessed", result=few_)
    again = text + b"\n" + made.log.line(text) + made.witnesses[0].line(text, NOW) * 3
    add("one witness three times", made.proof(again), "UnderWitnessed", result=few_)
    strangers = tuple(NoteSigner(w.key.name, COSIGNATURE, draw(32)) for w in made.witnesses)
    add(
        "strangers under the witnesses' names", made.changed(witnesses=strangers).proof(), "UnderWitnessed", result=few_
    )
    as_log = tuple(
        NoteSigner(w.key.name, NOTE, seeded("log")(128)[32 * (i + 1) :][:32]) for i, w in enumerate(made.witnesses)
    )
    assert as_log[0].key.public_key == made.witnesses[0].key.public_key
    add("the witnesses' keys sign as logs do", made.changed(witnesses=as_log).proof(), "OtherKind", result=few_)
    late = "proofTooOld"
    times = (NOW - MAXIMUM_AGE, NOW - MAXIMUM_AGE, NOW - MAXIMUM_AGE)
    add("as old as is allowed", made.changed(times=times).proof(), "Boundary")
    stale = (NOW - MAXIMUM_AGE - 1, NOW - MAXIMUM_AGE - 1, NOW)
    add("two of three a second too old", made.changed(times=stale).proof(), "Stale", result=late)
    ahead = (NOW + 86_400, NOW + 86_400, None)
    add("a day ahead of the clock", made.changed(times=ahead).proof(), "Boundary")
    beyond = (NOW + 86_401, NOW, NOW + 86_401)
    add("two of three more than a day ahead", made.changed(times=beyond).proof(), "Stale", result=late)
    add("far ahead", made.changed(times=(2**63 - 1, 2**63 - 1, 2**63 - 1)).proof(), "Stale", result=late)
    add("the clock is at 0", good, "Stale", now=0, result=late)
    refreshed = made.changed(times=stale)
    add(
        "old cosignatures, and newer ones of the same checkpoint",
        refreshed.proof(refreshed.checkpoint() + b"".join(w.line(text, NOW) for w in made.witnesses[:2])),
    )
    bad = "inconsistentLog"
    forked = made.changed(entries=(*made.entries[:2], b"another entry", *made.entries[3:]))
    add("a forked log: cosigned, and the entry is not in it", forked.proof(entry=made.entries[2]), "Forked", result=bad)
    add("another place", good.replace(b"index 2", b"index 3"), "OneWay", result=bad)
    add("beyond the tree", good.replace(b"index 2", b"index 5"), "OutOfRange", result=bad)
    hashes = inclusion_path(made.leaves, 2)
    short = LogProof.text(made.entries[2], 2, hashes[:-1], made.checkpoint())
    add("a hash is missing", short, "TruncatedInput", result=bad)
    add(
        "a hash too many",
        LogProof.text(made.entries[2], 2, [*hashes, bytes(32)], made.checkpoint()),
        "TrailingBytes",
        result=bad,
    )
    moved = set_entry(fixture_.signed, 0, [], draw(32)).encode()
    add("another statement than the log's entry", made.proof(entry=moved), "Forked", result=bad)
    split = replace(made, entries=(*made.entries[:4], b"for you alone"))
    add(
        "a split view that the witnesses did not cosign",
        split.proof(
            split.text + b"\n" + split.log.line(split.text) + b"".join(w.line(made.text, NOW) for w in made.witnesses)
        ),
        "SplitView",
        result="invalidLogSignature",
    )


def tiles(topic: Topic) -> None:
    group = topic.group("TilePath", "Where a tile is, under the log's URL; level null is the entries'.")
    for level, index, width in (
        (0, 0, 256),
        (0, 0, 1),
        (0, 0, 255),
        (1, 5, 17),
        (0, 999, 256),
        (0, 1000, 256),
        (0, 1234067, 256),
        (63, 0, 3),
        (2, 1_000_000_000, 8),
        (None, 0, 256),
        (None, 1234067, 9),
    ):
        group.add(
            f"level {level}, tile {index}, {width} wide",
            {"level": level, "index": index, "width": width},
            lambda: {"path": tile_path(level, index, width)},
        )
    group = topic.group("DecodeBundle", "Entries of a bundle, which has `count` of them.")

    def add(about: str, data: bytes, count: int, *flags: str, result: str = "valid") -> None:
        group.add(
            about,
            {"bundle": data.hex(), "count": count},
            lambda: {"entries": [entry.hex() for entry in decode_bundle(data, count)]},
            *flags,
            result=result,
        )

    two = b"\x00\x03abc\x00\x00"
    add("two entries, one of them empty", two, 2)
    add("one less than there are", two, 1, "TrailingBytes", result=MALFORMED)
    add("one more than there are", two, 3, "TruncatedInput", result=MALFORMED)
    add("cut in an entry", two[:4], 1, "TruncatedInput", result=MALFORMED)
    add("cut in a length", b"\x00", 1, "TruncatedInput", result=MALFORMED)
    add("none", b"", 0, "Boundary")


def watching(topic: Topic, made: LogFixture) -> None:
    group = topic.group(
        "Alarms",
        "Watching, steps 3 to 7: the places of the entries with an alarm. `set` is a set file that is at hand, or "
        "null; n may grow by `growth`.",
    )
    fixture_ = small()
    original = fixture_.signed.encode()
    draw = seeded("log: watching")
    statement, seed = draw(32), draw(32)

    def add(about: str, entries: list[bytes], *flags: str, set_file: SetFile | None = None, growth: int = 2) -> None:
        at_hand = None if set_file is None else file_case("../set-file/small.smset", original, set_file.encode())
        assert bool(alarm_fields(entries, set_file, growth)["alarms"]) == ("Alarm" in flags)
        group.add(
            about,
            {"entries": [entry.hex() for entry in entries], "set": at_hand, "growth": growth},
            lambda: alarm_fields(entries, set_file, growth),
            *flags,
        )

    def bad(about: str, entries: list[bytes], **more: Any) -> None:
        add(about, entries, "Alarm", **more)

    def published(custodians_: int = 0, **changes: Any) -> bytes:
        """An entry of another set than the one at hand: it says so by its root."""
        entry = set_entry(fixture_.signed, 2 if custodians_ else 0, custodians(custodians_), statement)
        return replace(entry, values=entry.values | {name: [new] for name, new in changes.items()}).encode()

    def signed(kind: bytes, values: dict[str, list]) -> bytes:
        return LogEntry(kind, values).signed_by(seed).encode()

    root_ = fixture_.signed.root
    version, n = fixture_.signed.header.version, fixture_.signed.header.entries
    one, three = published(), published(3)
    erased = {share: signed(ERASURE, {"root": [root_], "time": [ISSUED], "share": [share]}) for share in (0, 1, 3, 4)}
    revoked = signed(REVOCATION, {"root": [root_], "time": [ISSUED], "statement": [statement]})
    counts = LogEntry.decode(made.entries[3]).values

    def counted(slots: list[int], by: bytes = seed, **changes: int) -> bytes:
        values = counts | {"slots": slots} | {name: [new] for name, new in changes.items()}
        return LogEntry(made_kind, values).signed_by(by).encode()

    made_kind = LogEntry.decode(made.entries[3]).kind
    add("an empty log", [], "Boundary")
    add("a set of one authority, and all that is said of it", [made.entries[0], one, counted([9]), erased[0], revoked])
    add("a set of custodians, and all that is said of it", [three, counted([9, 8, 7]), erased[1], erased[3], revoked])
    # Step 3
    bad("no entry", [made.entries[1], one])
    bad("an empty entry between two", [one, b"", one])
    forged = revoked.replace(revoked[-130:-1], revoked[-130:-65] + revoked[-130:-66] + b"0")
    bad("a signature that does not verify", [one, forged])
    # Step 4
    new = draw(32)
    add("the same set again", [one, one])
    bad("the same set with another statement", [one, published(statement=draw(32))])
    bad("the same set with custodians", [one, three])
    others = set_entry(fixture_.signed, 2, custodians(4)[1:], statement).encode()
    bad("the same set with other custodians' shares", [three, others])
    bad("the same set with another threshold", [three, published(3, custodians=3)])
    bad("the same set with other dates", [one, published(expires=fixture_.signed.header.expires_at - 1)])
    bad("the same set with other terms, and with those from before", [one, three, one])
    add("a version more", [one, published(root=new, version=version + 1)])
    bad("two sets of one version", [one, published(root=new)])
    bad("a version less", [one, published(root=new, version=version - 1)])
    bad("three sets of one version", [one, published(root=new), published(root=draw(32))])
    between = [one, published(root=new, version=version + 1), one]
    bad("an older set once more", between)
    newer = [draw(32) for _ in range(3)]
    second = published(root=new, version=version + 1)
    bad(
        "another set of a version, behind an older one that comes again",
        [*between, published(root=newer[0], version=version + 1)],
    )
    bad("another set of the first version, behind a newer one", [one, second, published(root=newer[0])])
    bad(
        "another set of a version, with others between",
        [one, second, published(root=newer[1], version=version + 2), published(root=newer[0], version=version + 1)],
    )
    bad(
        "an older set, behind one that is older still",
        [one, published(root=newer[1], version=version + 3), second, published(root=newer[2], version=version + 2)],
    )
    add("the same set again, behind the same set", [one, second, second, published(root=newer[1], version=version + 2)])
    # Step 6
    add("twice as many entries", [one, published(root=new, version=version + 1, entries=2 * n)], "Boundary")
    bad("more than twice as many", [one, published(root=new, version=version + 1, entries=2 * n + 1)])
    add("more than twice as many, of three", [one, published(root=new, version=8, entries=2 * n + 1)], growth=3)
    add("fewer entries", [one, published(root=new, version=version + 1, entries=1)])
    # Step 5
    at_hand = fixture_.signed
    add("the set is at hand", [one], set_file=at_hand)
    for name, change in (
        ("version", {"version": version - 1}),
        ("n", {"entries": n + 1}),
        ("parameters", {"parameters": bytes(32)}),
        ("expiry", {"expires": fixture_.signed.header.expires_at - 1}),
    ):
        bad(f"the set is at hand, and has another {name}", [published(**change)], set_file=at_hand)
    add("signed by one source", [one], set_file=fixture_.sign(fixture_.new.set_file, 1))
    unsigned = replace(fixture_.new.set_file, signature_block=bytes(len(at_hand.signature_block)))
    bad("signed by no source", [one], set_file=unsigned)
    alpha = fixture_.new.secrets.alpha
    for threshold, count in ((2, 3), (3, 3), (3, 5)):
        polynomial = [alpha, *(g.random_scalar(draw) for _ in range(threshold - 1))]
        shares = [
            g.multiply_base(sum(a * i**power for power, a in enumerate(polynomial)) % g.ORDER)
            for i in range(1, count + 1)
        ]
        about = f"{threshold} of {count} custodians"
        add(about, [set_entry(at_hand, threshold, shares, statement).encode()], "Custodians", set_file=at_hand)
        for place in range(count):
            wrong = [*shares[:place], g.add(shares[place], g.multiply_base(1)), *shares[place + 1 :]]
            bad(
                f"{about}, the share of party {place + 1} is another",
                [set_entry(at_hand, threshold, wrong, statement).encode()],
                set_file=at_hand,
            )
    turned = set_entry(at_hand, 2, [shares[1], shares[0], *shares[2:]], statement).encode()
    bad("two shares change places", [turned], set_file=at_hand)
    # Step 7
    for about, entry in (("an erasure", erased[0]), ("statistics", counted([9])), ("a revocation", revoked)):
        bad(f"{about} before its set", [entry, one])
    bad("a share is erased of one authority's set", [one, erased[1]])
    bad("the whole key is erased of custodians' set", [three, erased[0]])
    bad("a share that the set has not", [three, erased[4]])
    bad("a count for each of two custodians, of three", [three, counted([9, 8])])
    bad("two counts of one authority", [one, counted([9, 8])])
    add("statistics twice", [one, counted([9]), counted([9])])
    add("statistics by another key", [one, counted([9]), counted([9], by=draw(32))])
    add("statistics of another epoch", [one, counted([9]), counted([8], epoch=680, vouchers=4)])
    bad("statistics with another count of slots", [three, counted([9, 8, 7]), counted([9, 8, 6])])
    for name in ("accounts", "vouchers", "reveals", "decisions", "notices"):
        changed = counted([9], by=draw(32), **{name: counts[name][0] + 1})
        bad(f"statistics with another number of {name}", [one, counted([9]), changed])
    bad("a revoked set is published", [one, revoked, one])
    add("another set after a revocation", [one, revoked, published(root=new, version=version + 1)])


def watch_fields(
    files: dict[str, bytes],
    policy: LogPolicy,
    last: bytes | None,
    now: int,
    set_file: SetFile | None,
    growth: int,
) -> dict[str, Any]:
    seen = None if last is None else Checkpoint.decode(last)
    found = watch(files.get, policy, seen, [] if set_file is None else [set_file], now, growth)
    return {
        "size": found.checkpoint.size,
        "newEntries": found.checkpoint.size - (seen.size if seen else 0),
        "alarms": sorted({index for index, _ in found.alarms}),
        "withoutFile": len(found.without_file),
    }


def served(made: LogFixture) -> dict[str, bytes]:
    """All files of a log's folder."""
    return {"checkpoint": made.checkpoint(), **tiles_of(list(made.entries))}


def watches(topic: Topic, made: LogFixture) -> dict[str, bytes]:
    """The files of the logs that are watched."""
    group = topic.group(
        "Watch",
        "Watching, of a log's folder: `files` are what is there, `last` is the checkpoint that was seen last, or null.",
    )
    fixture_ = small()
    draw = seeded("log: watches")
    # A log with a full tile, and a second level.
    change = LogEntry.decode(made.entries[0])
    long = made.changed(
        entries=tuple(
            replace(change, values=change.values | {"time": [ISSUED + i], "source": [draw(32)]}).encode()
            for i in range(257)
        )
    )
    folders = {"served": served(made), "served-257": served(long)}

    def add(
        about: str,
        files: dict[str, bytes],
        *flags: str,
        folder: str = "served",
        last: bytes | None = None,
        policy: bytes | None = None,
        now: int = NOW,
        set_file: SetFile | None = None,
        alarms_: list[int] | None = None,
        result: str = "valid",
    ) -> None:
        base = folders[folder]
        contents = [
            {
                "path": path,
                "contents": file_case(f"{folder}/{path}", base[path], data) if path in base else data.hex(),
            }
            for path, data in sorted(files.items())
        ]
        text = made.policy() if policy is None else policy
        whole = fixture_.signed.encode()
        case = {
            "files": contents,
            "policy": text.hex(),
            "maximumAge": MAXIMUM_AGE,
            "last": None if last is None else last.hex(),
            "now": now,
            "set": None if set_file is None else file_case("../set-file/small.smset", whole, set_file.encode()),
            "growth": 2,
        }

        def run() -> dict[str, Any]:
            found = watch_fields(files, LogPolicy.decode(text, MAXIMUM_AGE), last, now, set_file, 2)
            assert alarms_ is None or found["alarms"] == alarms_, (about, found)
            return found

        group.add(about, case, run, *flags, result=result)

    def up_to(of: LogFixture, size: int) -> LogFixture:
        return of.changed(entries=of.entries[:size])

    def with_entry(place: int, entry: bytes) -> LogFixture:
        return made.changed(entries=(*made.entries[:place], entry, *made.entries[place + 1 :]))

    good = folders["served"]
    strange = [1, 3, 4]
    add("five entries, of which two are none, and a count too many", good, "Alarm", alarms_=strange)
    add("and the set is at hand", good, set_file=fixture_.signed, alarms_=strange)
    unsigned = replace(fixture_.new.set_file, signature_block=bytes(len(fixture_.signed.signature_block)))
    add("and the set is at hand, which nobody signed", good, "Alarm", set_file=unsigned, alarms_=[1, 2, 3, 4])
    add("nothing new", good, "Boundary", last=made.checkpoint(), alarms_=[])
    add(
        "three entries were seen: what is strange in them is not said again",
        good,
        last=up_to(made, 3).checkpoint(),
        alarms_=[3, 4],
    )
    all_seen = made.checkpoint()
    add(
        "all was seen, and the set is at hand now, which nobody signed",
        good,
        "Alarm",
        last=all_seen,
        set_file=unsigned,
        alarms_=[2],
    )
    add("all was seen, and the set is at hand now", good, last=all_seen, set_file=fixture_.signed, alarms_=[])
    of_set = LogEntry.decode(made.entries[2])
    version = of_set.one("version")

    def of_version(one: int, root: bytes) -> bytes:
        return replace(of_set, values=of_set.values | {"version": [version + one], "root": [root]}).encode()

    lie = set_entry(fixture_.signed, 2, custodians(3), draw(32)).encode()
    strangers = made.changed(entries=(made.entries[0], lie))
    add("three custodians who hold nothing, and no file", served(strangers), alarms_=[])
    add(
        "three custodians who hold nothing: seen without the file, which is at hand now",
        served(strangers),
        "Alarm",
        last=strangers.checkpoint(),
        set_file=fixture_.signed,
        alarms_=[1],
    )
    roots = [draw(32) for _ in range(3)]
    first, second, third = of_version(0, roots[0]), of_version(1, roots[1]), of_version(1, roots[2])
    again = made.changed(entries=(first, second, first, third, of_version(0, roots[2]), of_version(2, roots[2])))
    for seen in range(5):
        add(
            f"two sets of a version, with an older one between: {seen} entries were seen",
            served(again),
            "Alarm",
            last=up_to(again, seen).checkpoint() if seen else None,
            alarms_=[place for place in (2, 3, 4, 5) if place >= seen],
        )
    add("an empty log was seen", good, "Boundary", last=up_to(made, 0).checkpoint(), alarms_=strange)
    add("an empty log", served(up_to(made, 0)), "Boundary", alarms_=[])
    older = {**served(up_to(made, 3)), **good}
    add("narrower tiles and other files beside", {**older, "pending": b"", "tile/0/001": b"?"}, alarms_=strange)
    wide = folders["served-257"]
    add("257 entries", wide, folder="served-257", alarms_=[])
    for size in (1, 255, 256, 257):
        add(
            f"257 entries, {size} were seen", wide, folder="served-257", last=up_to(long, size).checkpoint(), alarms_=[]
        )

    # Step 1
    def changed(checkpoint: bytes) -> dict[str, bytes]:
        return {**good, "checkpoint": checkpoint}

    text = made.text
    add("no checkpoint", tiles_of(list(made.entries)), "TruncatedInput", result=MALFORMED)
    add("an empty checkpoint", changed(b""), "TruncatedInput", result=MALFORMED)
    add("a checkpoint without signatures", changed(text), "TruncatedInput", result=MALFORMED)
    add("a blank at its end", changed(made.checkpoint() + b" "), "TrailingBytes", result=MALFORMED)
    unknown = "unknownLog"
    elsewhere = made.changed(log=NoteSigner("example.org/other", NOTE, draw(32)))
    add("another log's folder", served(elsewhere), "OtherLog", result=unknown)
    add("a policy for another log", good, "OtherLog", policy=elsewhere.policy(), result=unknown)
    namesake = made.changed(log=NoteSigner(ORIGIN, NOTE, draw(32)))
    add("another key under the log's name", served(namesake), "OtherLog", result=unknown)
    cosigned_ = b"".join(w.line(text, NOW) for w in made.witnesses)
    add("cosigned, and not signed by the log", changed(text + b"\n" + cosigned_), "OtherLog", result=unknown)
    renamed = checkpoint_text("example.com/other", 5, root(made.leaves))
    add("the log's key under another origin", changed(made.checkpoint(renamed)), "OtherLog", result=unknown)
    forged = "invalidLogSignature"
    lines = made.checkpoint()
    lied = text + b"\n" + made.log.line(b"other\n") + cosigned_
    add("the log's signature is of another text", changed(lied), "ForgedSignature", result=forged)
    bad_line = lines + made.witnesses[1].line(b"other\n", NOW)
    add("a fourth cosignature does not verify", changed(bad_line), "ForgedSignature", result=forged)
    few = "tooFewCosignatures"
    add("one witness, two are needed", served(made.changed(times=(NOW, None, None))), "UnderWitnessed", result=few)
    add("two witnesses, two are needed", served(made.changed(times=(NOW, None, NOW))), "Boundary", alarms_=strange)
    add(
        "two witnesses, all are needed",
        served(made.changed(times=(NOW, None, NOW))),
        "UnderWitnessed",
        policy=made.policy("all"),
        result=few,
    )
    late = "proofTooOld"
    old = NOW - MAXIMUM_AGE
    add("as old as is allowed", served(made.changed(times=(old, old, None))), "Boundary", alarms_=strange)
    add("one of two a second too old", served(made.changed(times=(old - 1, old, None))), "Stale", result=late)
    ahead = NOW + 86_400
    add("a day ahead of the clock", served(made.changed(times=(ahead, ahead, None))), "Boundary", alarms_=strange)
    add("one of two more than a day ahead", served(made.changed(times=(ahead + 1, NOW, None))), "Stale", result=late)

    # Step 2
    bundle = "tile/entries/000.p/5"

    def without(path: str, files: dict[str, bytes] = good) -> dict[str, bytes]:
        return {name: data for name, data in files.items() if name != path}

    add("no bundle", without(bundle), "TruncatedInput", result=MALFORMED)
    add(
        "a bundle under a wider one's name",
        {**without(bundle), "tile/entries/000": good[bundle]},
        "OtherTiles",
        result=MALFORMED,
    )
    add("a bundle that ends early", {**good, bundle: good[bundle][:-1]}, "TruncatedInput", result=MALFORMED)
    add("a byte follows a bundle", {**good, bundle: good[bundle] + b"\0"}, "TrailingBytes", result=MALFORMED)
    add(
        "the first of two bundles is missing",
        without("tile/entries/000", wide),
        "TruncatedInput",
        folder="served-257",
        result=MALFORMED,
    )
    great = made.checkpoint(checkpoint_text(ORIGIN, 2**20 + 1, root(made.leaves)))
    add("more entries than are read", changed(great), "OutOfRange", result=MALFORMED)
    apart = "inconsistentLog"
    other = with_entry(2, fixture_.with_header(version=6).root)
    mixed = {**served(other), "checkpoint": made.checkpoint()}
    add("another entry than the checkpoint's, and its tiles", mixed, "Forked", result=apart)
    add("another checkpoint than the entries'", changed(other.checkpoint()), "Forked", result=apart)
    swapped = [made.entries[1], made.entries[0], *made.entries[2:]]
    add("two entries change places", {**good, **tiles_of(swapped)}, "Forked", result=apart)
    smaller = {**good, "checkpoint": up_to(made, 4).checkpoint(), "tile/entries/000.p/4": good[bundle]}
    add("a bundle of five entries as one of four", smaller, "TrailingBytes", result=MALFORMED)
    seen = made.checkpoint()
    rewritten = "Rewritten"
    add(
        "an entry that was seen is another, all else is in order",
        served(other),
        rewritten,
        last=up_to(made, 3).checkpoint(),
        result=apart,
    )
    add(
        "an entry that was not seen is another",
        served(with_entry(3, made.entries[0])),
        last=up_to(made, 3).checkpoint(),
        alarms_=[4],
    )
    add("another tree of the size that was seen", served(other), "SplitView", last=seen, result=apart)
    add(
        "it has grown from another tree of the size that was seen",
        good,
        rewritten,
        last=up_to(other, 4).checkpoint(),
        result=apart,
    )
    add("fewer entries than were seen", served(up_to(made, 4)), rewritten, last=seen, result=apart)
    add("none any more", served(up_to(made, 0)), rewritten, last=seen, result=apart)
    add("the checkpoint that was seen is another log's", good, "OtherLog", last=elsewhere.checkpoint(), result=unknown)
    seen_first = long.changed(entries=(long.entries[1], *long.entries[1:256])).checkpoint()
    add(
        "the first of 256 entries that were seen is another",
        wide,
        rewritten,
        folder="served-257",
        last=seen_first,
        result=apart,
    )
    tile = "tile/0/000.p/5"
    add("no tile of hashes", without(tile), "OtherTiles", result=apart)
    add("a hash is another", {**good, tile: good[tile][:-1] + b"\0"}, "OtherTiles", result=apart)
    add("a hash is missing", {**good, tile: good[tile][:-32]}, "OtherTiles", result=apart)
    add("a hash more", {**good, tile: good[tile] + bytes(32)}, "OtherTiles", result=apart)
    moved = {**without(tile), "tile/0/000": good[tile]}
    add("a tile under a wider one's name", moved, "OtherTiles", result=apart)
    for path in ("tile/0/000", "tile/0/001.p/1", "tile/1/000.p/1"):
        add(f"257 entries, no {path}", without(path, wide), "OtherTiles", folder="served-257", result=apart)
        bad = {**wide, path: flip_last(wide[path])}
        add(f"257 entries, {path} is another", bad, "OtherTiles", folder="served-257", result=apart)

    # What is looked at first.
    add(
        "no log of the policy, too few cosignatures",
        served(elsewhere.changed(times=(None, None, None))),
        "Order",
        result=unknown,
    )
    add(
        "too few cosignatures, and no bundle",
        {**without(bundle), "checkpoint": made.changed(times=(NOW, None, None)).checkpoint()},
        "Order",
        result=few,
    )
    add(
        "cosignatures too old, and the entries are others",
        {**served(other), "checkpoint": made.changed(times=(old - 1, old, None)).checkpoint()},
        "Order",
        result=late,
    )
    add(
        "the entries are others, and the log was seen otherwise",
        mixed,
        "Order",
        last=elsewhere.checkpoint(),
        result=apart,
    )
    add("no bundle, and another log was seen", without(bundle), "Order", last=elsewhere.checkpoint(), result=MALFORMED)
    add(
        "another log was seen, and no tile is there",
        without(tile),
        "Order",
        last=elsewhere.checkpoint(),
        result=unknown,
    )
    return {f"log/{folder}/{path}": data for folder, files in folders.items() for path, data in files.items()}


def flip_last(data: bytes) -> bytes:
    return data[:-1] + bytes([data[-1] ^ 1])


def upstream() -> None:
    """The reference agrees with logs that others run: it accepts their notes, and comes to their roots."""
    data = json.loads(UPSTREAM.read_text())
    for one in data["checkpoints"]:
        fields = checkpoint_fields(one["note"].encode(), one["keys"])
        assert fields["times"] == one["times"] and fields["origin"] == one["origin"].encode().hex(), one["source"]
    for one in data["proofs"]:
        proof = LogProof.decode(one["proof"].encode())
        proof.check_inclusion(one["entry"].encode())
        assert proof.checkpoint.note.time_of(VerifierKey.decode(one["key"].encode())) == 0
    for one in data["consistency"]:
        before, after = (Checkpoint.decode(one[name].encode()) for name in ("old", "new"))
        path = [base64.b64decode(line) for line in one["path"]]
        check_consistency(before.size, before.root, after.size, after.root, path)
    for one in data["notes"]:
        note = SignedNote.decode(one["note"].encode())
        assert note.time_of(VerifierKey.decode(one["key"].encode())) == 0
