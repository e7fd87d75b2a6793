"""Protocol 5.29: what witnesses answer, and what a log publishes. For topics/log.py."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from envelope import Topic, seeded
from fixtures import ISSUED
from log_fixture import MAXIMUM_AGE, NOW, ORIGIN, LogFixture
from log_replies import MemoryWitness, publish_replies, witness_replies
from reference.errors import ProtocolError
from reference.log_entries import REVOCATION, SOURCES, LogEntry
from reference.log_monitor import tiles as tiles_of
from reference.log_policy import LogPolicy
from reference.log_publisher import Publisher
from reference.merkle import EMPTY, consistency_path, leaf_hash, root
from reference.notes import (
    COSIGNATURE,
    MAXIMUM_NOTE,
    NOTE,
    Checkpoint,
    NoteSigner,
    SignedNote,
    checkpoint_text,
    encode_base64,
    signature_line,
)

Expected = tuple[dict[str, Any], str]
"""A step, and what its author expects of it."""


def body_of(old: int | str, path: Sequence[bytes], checkpoint: bytes) -> bytes:
    """What a witness is asked."""
    return "".join(f"{line}\n" for line in (f"old {old}", *map(encode_base64, path), "")).encode() + checkpoint


def witnesses(topic: Topic, made: LogFixture) -> None:
    group = topic.group(
        "Witness",
        "A witness that has cosigned nothing of this log, asked one thing after another (`add-checkpoint`): status, "
        "and body of 200 and 409.",
    )
    draw = seeded("log: witnesses")
    log, seed, name = made.log, draw(32), "witness.example/one"
    leaves = [leaf_hash(draw(20)) for _ in range(70)]
    other = [*leaves[:3], leaf_hash(draw(20)), *leaves[4:]]
    signer = NoteSigner(name, COSIGNATURE, seed)

    def add(comment: str, steps: Sequence[tuple[bytes, str]], *flags: str) -> None:
        case = {
            "name": name.encode().hex(),
            "seed": seed.hex(),
            "log": log.key.encode(),
            "steps": [{"body": body.hex(), "now": NOW + place} for place, (body, _) in enumerate(steps)],
        }

        def run() -> dict[str, Any]:
            output = witness_replies(case)
            for place, ((body, expected), reply) in enumerate(zip(steps, output["replies"], strict=True)):
                known = bytes.fromhex(reply["body"] or "")
                got = f"{reply['status']}" + (f" {known.decode().strip()}" if reply["status"] == 409 else "")
                assert got == expected, (comment, place, expected, got)
                if reply["status"] == 200:
                    # The line is this witness' cosignature of what was asked.
                    text = SignedNote.decode(body.split(b"\n\n", 1)[1]).text
                    assert known == signer.line(text, NOW + place), comment
            return output

        group.add(comment, case, run, *flags)

    def signed(text: bytes, by: NoteSigner = log) -> bytes:
        return text + b"\n" + by.line(text)

    def of(size: int, tree: Sequence[bytes] = leaves) -> bytes:
        return signed(checkpoint_text(ORIGIN, size, root(tree[:size])))

    def asks(old: int, size: int, tree: Sequence[bytes] = leaves) -> bytes:
        path = consistency_path(tree[:size], old) if old < size else []
        return body_of(old, path, of(size, tree))

    good, first = "200", (asks(0, 3), "200")
    split, forked = "SplitView", "Forked"
    add("its first checkpoint of the log, and from there on", [first, (asks(3, 5), good), (asks(5, 70), good)], "First")
    add(
        "its first checkpoint is of the empty tree",
        [(asks(0, 0), good), (asks(0, 0), good), first],
        "First",
        "Boundary",
    )
    add("its first checkpoint, of one entry", [(asks(0, 1), good), (asks(1, 2), good)], "First", "Boundary")
    add("a log that is old already", [(asks(0, 70), good), (asks(70, 70), good)], "First")
    add("the same checkpoint again: a newer cosignature", [first, (asks(3, 3), good), (asks(3, 3), good)], "Boundary")
    # Its form
    whole, bad = asks(3, 5), "400"
    path = consistency_path(leaves[:5], 3)
    line = encode_base64(path[0]).encode()
    checkpoint = of(5)
    for comment, body, flag in (
        ("nothing", b"", "TruncatedInput"),
        ("a checkpoint alone", checkpoint, "TruncatedInput"),
        ("no empty line before the checkpoint", whole.replace(b"\n\n", b"\n", 1), "TruncatedInput"),
        ("no checkpoint", whole[: whole.index(b"\n\n") + 2], "TruncatedInput"),
        ("the last line does not end", whole[:-1], "TruncatedInput"),
        ("no signature", body_of(3, path, made.text + b"\n"), "TruncatedInput"),
        ("bytes follow", whole + b"\n", "TrailingBytes"),
        ("an empty line before the old size", b"\n" + whole, "TrailingBytes"),
        ("another word", whole.replace(b"old", b"new", 1), "OutOfRange"),
        ("no number", whole.replace(b"old 3", b"old ", 1), "TruncatedInput"),
        ("a zero before the old size", body_of("03", path, checkpoint), "SecondEncoding"),
        ("a sign before the old size", body_of("+3", path, checkpoint), "SecondEncoding"),
        ("two blanks before the old size", body_of(" 3", path, checkpoint), "SecondEncoding"),
        ("a blank after the old size", body_of("3 ", path, checkpoint), "TrailingBytes"),
        ("an old size of 2^63", body_of(1 << 63, path, checkpoint), "OutOfRange"),
        ("an old size of 2^64 + 3", body_of((1 << 64) + 3, path, checkpoint), "OutOfRange"),
        ("a carriage return", whole.replace(b"old 3\n", b"old 3\r\n", 1), "HostileText"),
        ("no ASCII in the path", whole.replace(line, b"\xff" + line[1:], 1), "HostileText"),
        ("a hash of 31 bytes", whole.replace(line, encode_base64(bytes(31)).encode(), 1), "OutOfRange"),
        ("a hash of 33 bytes", whole.replace(line, encode_base64(bytes(33)).encode(), 1), "OutOfRange"),
        ("a hash without padding", whole.replace(line, line[:-1], 1), "SecondEncoding"),
        ("a checkpoint of two lines", body_of(3, path, signed(f"{ORIGIN}\n5\n".encode())), "TruncatedInput"),
        ("64 hashes", body_of(3, [path[0]] * 64, checkpoint), "OutOfRange"),
    ):
        # What is malformed changes nothing: the right one is taken afterwards.
        add(f"malformed: {comment}", [first, (body, bad), (whole, good)], flag)
    add("63 hashes, which are no path", [first, (body_of(3, [path[0]] * 63, checkpoint), "422")], "Boundary")
    text = checkpoint_text(ORIGIN, 5, root(leaves[:5]))
    rest = MAXIMUM_NOTE - len(signed(text)) - 1
    add(
        "the longest note, and one that is a byte longer",
        [first, (body_of(3, path, signed(text + b"x" * (rest + 1) + b"\n")), bad)]
        + [(body_of(3, path, signed(text + b"x" * rest + b"\n")), good)],
        "Boundary",
    )
    # Whose it is
    elsewhere = "example.com/another"
    renamed = NoteSigner(elsewhere, NOTE, seeded("log")(32))
    unknown = checkpoint_text(elsewhere, 5, root(leaves[:5]))
    for comment, note in (
        ("another log's", signed(unknown, NoteSigner(elsewhere, NOTE, draw(32)))),
        ("the log's key under another origin", signed(unknown, renamed)),
        ("another origin, signed by this log", signed(unknown)),
        ("a name that begins with the log's", signed(checkpoint_text(ORIGIN + "/2", 5, root(leaves[:5])))),
    ):
        add(f"{comment}: unknown", [first, (body_of(3, path, note), "404"), (whole, good)], "OtherLog")
    namesake = NoteSigner(ORIGIN, NOTE, draw(32))
    forged = signature_line(log.key, bytes(64))
    for comment, note, flag in (
        ("by another key under the log's name", signed(text, namesake), "UnknownKey"),
        ("by a witness alone", text + b"\n" + made.witnesses[0].line(text, NOW), "UnknownKey"),
        ("of another text", text + b"\n" + log.line(text + b"x\n"), "ForgedSignature"),
        ("of 64 zero bytes", text + b"\n" + forged, "ForgedSignature"),
        ("of 63 bytes", text + b"\n" + signature_line(log.key, bytes(63)), "ForgedSignature"),
        ("right, and a second one that is not", signed(text) + forged, "ForgedSignature"),
    ):
        add(f"a signature {comment}", [first, (body_of(3, path, note), "403"), (whole, good)], flag)
    beside = signed(text) + namesake.line(text) + made.witnesses[0].line(b"another\n", NOW)
    add("signatures of others beside the log's, also bad ones", [first, (body_of(3, path, beside), good)], "UnknownKey")
    add("an extension line", [(body_of(0, [], signed(text + b"more\n")), good)])
    # From which size
    known = "409"
    wrong = "WrongSize"
    add("an older size than it cosigned last", [first, (asks(2, 5), f"{known} 3"), (asks(0, 5), f"{known} 3")], wrong)
    add("a newer size than it cosigned last", [first, (asks(4, 5), f"{known} 3"), (asks(5, 5), f"{known} 3")], wrong)
    add("it has cosigned nothing", [(asks(3, 5), f"{known} 0"), (asks(5, 5), f"{known} 0"), (asks(0, 5), good)], wrong)
    add(
        "it says the size, and is asked from there",
        [(asks(0, 5), good), (asks(0, 9), f"{known} 5"), (asks(5, 9), good)],
    )
    add("a smaller tree than it cosigned last", [(asks(0, 5), good), (asks(3, 3), f"{known} 5")], wrong)
    add(
        "an old size above the checkpoint's",
        [first, (body_of(6, [], checkpoint), bad), (body_of(4, [], of(3)), bad), (body_of(3, [], of(2)), bad)],
        wrong,
    )
    # Whether it begins with what it cosigned last
    apart = "422"
    add("the same size, another root", [(asks(0, 5), good), (asks(5, 5, other), apart), (asks(5, 9), good)], split)
    add("the same size, the same root, and a path", [first, (body_of(3, path, of(3)), apart)], "TrailingBytes")
    add("another tree, which has grown", [(asks(0, 5), good), (asks(5, 9, other), apart), (asks(5, 9), good)], forked)
    add(
        "what it refused it has not seen: the tree that it knows goes on",
        [(asks(0, 5), good), (asks(5, 9, other), apart), (asks(9, 20, other), f"{known} 5"), (asks(5, 5), good)],
        forked,
    )
    for comment, hashes in (
        ("none", []),
        ("a hash is missing", path[:-1]),
        ("a hash too many", [*path, leaves[0]]),
        ("a hash is another", [leaves[0], *path[1:]]),
        ("in another order", path[::-1]),
        ("from another size", consistency_path(leaves[:5], 2)),
    ):
        add(f"the path: {comment}", [first, (body_of(3, hashes, checkpoint), apart), (whole, good)], "OneWay")
    add("the path is right for another tree of this size", [first, (asks(3, 5, other), good)], "Boundary")
    add(
        "from nothing, and a path",
        [(body_of(0, path, checkpoint), apart), (asks(0, 5), good)],
        "First",
        "TrailingBytes",
    )
    strange = signed(checkpoint_text(ORIGIN, 0, root(leaves[:1])))
    add("an empty tree with another root", [(body_of(0, [], strange), apart), (asks(0, 0), good)], "First", forked)
    add("from the empty tree on, whichever it was", [(asks(0, 0), good), (asks(0, 5, other), good)], "First")
    # What is looked at first
    both = body_of(6, [], signed(unknown, renamed)[:-1])
    add("malformed, and another log's", [first, (both, bad)], "Order")
    add("another log's, and an old size above the checkpoint's", [(body_of(6, [], signed(unknown)), "404")], "Order")
    unsigned = text + b"\n" + namesake.line(text)
    add("not signed by the log, and an old size above the checkpoint's", [(body_of(6, [], unsigned), "403")], "Order")
    add("not signed by the log, and another size than it knows", [first, (body_of(2, [], unsigned), "403")], "Order")
    add(
        "an old size above the checkpoint's, which it does not know",
        [first, (body_of(9, [], checkpoint), bad)],
        "Order",
    )
    add("another size than it knows, and no path", [first, (body_of(2, [], checkpoint), f"{known} 3")], "Order")


Answer = tuple[int, bytes] | None


class Log:
    """Steps of a log, and witnesses that answer as a case says."""

    def __init__(self, made: LogFixture, seed: bytes) -> None:
        self.made, self.seed = made, seed
        self.publisher = Publisher(made.log.key)
        self.keys = [one.key for one in made.witnesses]
        self.witnesses = [MemoryWitness(one, made.log.key) for one in made.witnesses]
        self.steps: list[Expected] = []
        self.policy = made.policy()

    def add(self, *entries: bytes, expected: str = "") -> Log:
        for entry in entries:
            # What is refused the case's own run says.
            with contextlib.suppress(ProtocolError):
                self.publisher.add(entry)
            self.steps.append(({"do": "add", "entry": entry.hex()}, expected))
        return self

    def put(self, path: str, contents: bytes) -> Log:
        if path.startswith("queue/"):
            self.publisher.waiting.append(contents)
        else:
            self.publisher.files[path] = contents
        self.steps.append(({"do": "put", "path": path, "contents": contents.hex()}, ""))
        return self

    def remove(self, path: str) -> Log:
        del self.publisher.files[path]
        self.steps.append(({"do": "remove", "path": path}, ""))
        return self

    def publish(
        self,
        expected: str,
        *ways: Callable[[MemoryWitness, bytes], Answer] | None,
        now: int = NOW,
        clock: int | None = None,
        seed: bytes | None = None,
    ) -> Log:
        """`ways` say how the witnesses answer: as they should, unless one is given; None is silence."""
        answers: list[list[dict[str, Any]]] = [[] for _ in self.keys]

        def post(place: int, body: bytes) -> Answer:
            witness = self.witnesses[place]
            witness.now = now if clock is None else clock
            way = ways[place] if place < len(ways) else honest
            reply = None if way is None else way(witness, body)
            status, said = (None, b"") if reply is None else reply
            answers[place].append({"status": status, "body": said.hex()})
            return reply

        by = self.seed if seed is None else seed
        policy = LogPolicy.decode(self.policy, MAXIMUM_AGE)
        # What is refused the case's own run says.
        with contextlib.suppress(ProtocolError):
            self.publisher.publish(NoteSigner(ORIGIN, NOTE, by), policy, self.keys, now, post)
        self.steps.append(({"do": "publish", "seed": by.hex(), "now": now, "answers": answers}, expected))
        return self


def honest(witness: MemoryWitness, body: bytes) -> Answer:
    return witness.add_checkpoint(body)


def publishing(topic: Topic, made: LogFixture) -> None:
    group = topic.group(
        "Publish",
        "Publishing of a log whose folder is empty: what its operator adds and asks for, what witnesses are asked and "
        "answer, and all files that are served afterwards. `put` and `remove` are what happens to the disk meanwhile.",
    )
    draw = seeded("log: publishing")
    seed = seeded("log")(32)
    change = LogEntry.decode(made.entries[0])
    entries = [
        replace(change, values=change.values | {"time": [ISSUED + place], "source": [draw(32)]}).encode()
        for place in range(9)
    ]

    def log() -> Log:
        return Log(made, seed)

    def three() -> Log:
        return log().add(*entries[:3]).publish("published 3: 0 0 0")

    def add(comment: str, one: Log, *flags: str, has: Sequence[str] = ()) -> None:
        """Of each publication it is expected whether it is done, of how many entries, and from which sizes witnesses
        were asked; `has` are the files besides tiles.
        """
        case = {
            "log": made.log.key.encode(),
            "policy": one.policy.hex(),
            "maximumAge": MAXIMUM_AGE,
            "witnesses": [key.encode() for key in one.keys],
            "steps": [step for step, _ in one.steps],
        }

        def run() -> dict[str, Any]:
            output = publish_replies(case)
            for place, ((step, expected), reply) in enumerate(zip(one.steps, output["replies"], strict=True)):
                got = said(reply) if step["do"] == "publish" else reply["error"] or ""
                assert got == expected, (comment, place, expected, got)
            names = [name for name in ("checkpoint", "pending") if output[name] is not None]
            assert names == list(has or ["checkpoint"]), (comment, names)
            return output

        group.add(comment, case, run, *flags)

    add("three entries", three())
    add("three entries, then two more", three().add(*entries[3:5]).publish("published 5: 3 3 3"))
    add(
        "one at a time",
        log().add(entries[0]).publish("published 1: 0 0 0").add(entries[1]).publish("published 2: 1 1 1"),
    )
    empty = log().publish("published 0: 0 0 0")
    add("no entries", empty.add(entries[0]).publish("published 1: 0 0 0"), "Boundary")
    later = NOW + 86_400
    add("nothing new: cosignatures are renewed", three().publish("published 3: 3 3 3", now=later))
    # The quorum, and what is pending
    pending = ["checkpoint", "pending"]
    few = three().add(entries[3]).publish("pending 4: 3 3 3", None, None)
    add("no quorum: the old checkpoint stays, the new one is pending", few, "UnderWitnessed", has=pending)
    add(
        "no quorum at first: nothing is published",
        log().publish("pending 0: 0 0 0", None, None),
        "UnderWitnessed",
        has=["pending"],
    )
    add("two of three: it has its quorum", three().add(entries[3]).publish("published 4: 3 3 3", None), "Boundary")
    add(
        "while one is pending, no other is signed: it goes on with it, and then with what was added",
        three()
        .add(entries[3])
        .publish("pending 4: 3 3 3", None, None)
        .add(entries[4], entries[5])
        .publish("pending 4: 3 3 3+4", None, None, now=later)
        .publish("published 4: 3 3 3+4", now=later + 1)
        .publish("published 6: 4 4 4", now=later + 2),
        "Later",
    )
    age = MAXIMUM_AGE
    add(
        "cosignatures too old to count: it stays pending",
        three().publish("pending 3: 3 3 3", now=NOW + age + 1, clock=NOW).publish("published 3: 3 3 3", now=later),
        "Stale",
    )
    add("as old as is allowed", three().publish("published 3: 3 3 3", now=NOW + age, clock=NOW), "Boundary")
    # What witnesses answer
    behind = three().add(entries[3]).publish("published 4: 3 3 3", None).add(entries[4])
    add(
        "one was not there the last time: it says which size it knows",
        behind.publish("published 5: 0+3 4 4"),
        "WrongSize",
    )
    add(
        "one knows nothing any more",
        three().add(entries[3]).publish("published 4: 3 3+0 3", honest, forgetting, honest),
        "WrongSize",
    )
    for comment, said_ in (
        ("the same size again", b"3\n"),
        ("another size each time", b"2\n"),
    ):
        add(
            f"it answers 409 twice, {comment}: it has not cosigned",
            three().add(entries[3]).publish(f"published 4: 3+{said_[:1].decode()} 3 3", answering(409, said_)),
            "WrongSize",
        )
    for comment, said_, flag in (
        ("more than the log has", b"5\n", "OutOfRange"),
        ("no line feed", b"3", "TruncatedInput"),
        ("nothing", b"", "TruncatedInput"),
        ("a line feed alone", b"\n", "TruncatedInput"),
        ("a zero before it", b"03\n", "SecondEncoding"),
        ("a sign before it", b"+3\n", "SecondEncoding"),
        ("below 0", b"-1\n", "OutOfRange"),
        ("two lines", b"3\n3\n", "TrailingBytes"),
        ("a blank behind it", b"3 \n", "TrailingBytes"),
        ("2^63", b"9223372036854775808\n", "OutOfRange"),
        ("2^64 + 3", b"18446744073709551619\n", "OutOfRange"),
    ):
        add(
            f"it says 409 and no size of the log, {comment}: it is not asked again, and has not cosigned",
            three().add(entries[3]).publish("published 4: 3 3 3", answering(409, said_)),
            flag,
        )
    add(
        "one knows as many as the log has now",
        three()
        .add(entries[3])
        .publish("pending 4: 3 3 3", honest, None, None)
        .publish("published 4: 3+4 3 3", now=later),
        "Boundary",
    )
    for status in (201, 204, 302, 400, 403, 404, 422, 500):
        add(
            f"status {status}: it has not cosigned, whatever else it says",
            three().publish("published 3: 3 3 3", with_status(status), now=later),
            "Refused",
        )
    stranger = NoteSigner("witness0.example/w", COSIGNATURE, draw(32))
    outsider = NoteSigner("stranger.example", COSIGNATURE, draw(32))
    bad: tuple[tuple[str, Callable[[NoteSigner, bytes], bytes], str], ...] = (
        ("nothing", lambda _, text: b"", "TruncatedInput"),
        ("its line does not end", lambda one, text: one.line(text, NOW)[:-1], "TruncatedInput"),
        ("a line follows that is none", lambda one, text: one.line(text, NOW) + b"more\n", "TrailingBytes"),
        ("an empty line before it", lambda one, text: b"\n" + one.line(text, NOW), "TrailingBytes"),
        ("of another text", lambda one, text: one.line(text + b"x\n", NOW), "ForgedSignature"),
        ("by another key of its name", lambda _, text: stranger.line(text, NOW), "UnknownKey"),
        ("by somebody else", lambda _, text: outsider.line(text, NOW), "UnknownKey"),
        ("of 64 bytes", lambda one, text: signature_line(one.key, bytes(64)), "OtherKind"),
        ("a right one and a bad one", lambda one, text: one.line(text, NOW) + one.line(b"x\n", NOW), "ForgedSignature"),
    )
    for comment, line_of, flag in bad:
        add(
            f"no cosignature of its: {comment}",
            three().publish("published 3: 3 3 3", cosigning(line_of), now=later),
            flag,
        )
    add(
        "no cosignature of two: no quorum",
        three().publish("pending 3: 3 3 3", *(cosigning(bad[4][1]) for _ in range(2)), now=later),
        "ForgedSignature",
        has=pending,
    )
    add(
        "two cosignatures, and somebody else's: its newest alone is kept",
        three().publish(
            "published 3: 3 3 3",
            cosigning(lambda one, text: one.line(text, NOW + 5) + outsider.line(text, NOW) + one.line(text, NOW + 9)),
            cosigning(lambda one, text: one.line(text, NOW + 9) + one.line(text, NOW + 5)),
            now=later,
        ),
        "UnknownKey",
    )
    # Entries of sets
    of_set = LogEntry.decode(made.entries[2])
    version, refused = of_set.one("version"), "inconsistentLog"

    def one(step: int = 0, **changes: Any) -> bytes:
        """The entry of another set, `step` versions later."""
        values = {"version": [version + step], "root": [bytes([step]) * 32]}
        return replace(of_set, values=of_set.values | values | {name: [new] for name, new in changes.items()}).encode()

    def waits(*behind: bytes) -> Log:
        return log().add(one(), one(2), *behind)

    def done(size: int) -> str:
        return f"published {size}: 0 0 0"

    add("two sets, and one of them again", waits(one(2)).publish(done(3)), "Boundary")
    other = {
        "a set with another statement": one(statement=draw(32)),
        "a set whose version another one has": one(2, root=draw(32)),
        "the first version once more, of another set": one(root=draw(32)),
        "an older version": one(1),
        "a set once more, behind a newer one": one(),
    }
    for comment, entry in other.items():
        waiting = waits().add(entry, expected=refused)
        add(f"{comment}, behind what waits: it is not taken", waiting.add(one(3)).publish(done(3)), "Unfit")
        published = waits().publish(done(2)).add(entry, expected=refused).add(one(3)).publish("published 3: 2 2 2")
        add(f"{comment}, behind what is published: it is not taken", published, "Unfit")
        pending_ = waits().publish("pending 2: 0 0 0", None, None).add(entry, expected=refused)
        add(f"{comment}, behind what is pending: it is not taken", pending_.publish("published 2: 0 0 0+2"), "Unfit")
        there = waits().publish(done(2)).put("queue/2", entry).publish(refused)
        add(f"{comment}, that waits already: nothing is signed", there, "Unfit")
    old = made.changed(entries=(one(), one(statement=draw(32)), one(1), one(1, root=draw(32))))
    there = log().put("checkpoint", old.checkpoint())
    for path, data in sorted(tiles_of(list(old.entries)).items()):
        there = there.put(path, data)
    add(
        "such entries were published once: it goes on",
        there.add(one(2)).publish("published 5: 4+0 4+0 4+0"),
        "Boundary",
    )
    gone = LogEntry(REVOCATION, {"root": [bytes([2]) * 32], "time": [ISSUED], "statement": [draw(32)]})
    revoked = waits(gone.signed_by(draw(32)).encode())
    add(
        "a set that was revoked: it is not taken again", revoked.add(one(2), expected=refused).publish(done(3)), "Unfit"
    )
    # Killed
    written = three()
    tiles = {path: data for path, data in log().add(*entries[:4]).publish("").publisher.files.items() if "tile" in path}
    for path in sorted(set(tiles) - set(written.publisher.files)):
        written = written.put(path, tiles[path])
    add("killed before it signed: it goes on", written.add(entries[3]).publish("published 4: 3 3 3"), "Killed")
    signed = few.publisher.files["pending"]
    back = three().put("pending", three().publisher.files["checkpoint"])
    add(
        "killed before what is published was no longer pending",
        back.add(entries[3]).publish("published 3: 3 3 3").publish("published 4: 3 3 3"),
        "Killed",
    )
    again = three()
    for path in sorted(set(tiles) - set(again.publisher.files)):
        again = again.put(path, tiles[path])
    add(
        "killed after it signed, before anybody was asked: what is pending is asked for",
        again.put("pending", signed).add(entries[4]).publish("published 4: 3 3 3").publish("published 5: 4 4 4"),
        "Killed",
    )
    # A log that does not agree with itself
    apart, malformed = "inconsistentLog", "malformedLog"
    bundle, tile = "tile/entries/000.p/3", "tile/0/000.p/3"

    def refused(comment: str, one: Log, error: str, *flags: str, has: Sequence[str] = ()) -> None:
        add(comment, one.publish(error), *flags, has=has)

    def ready() -> Log:
        return three().add(entries[3])

    good = three().publisher.files
    turned = log().add(entries[1], entries[0], entries[2]).publish("").publisher.files
    refused("an entry is another: nothing is signed", ready().put(bundle, turned[bundle]), apart, "Forked")
    refused("a bundle is missing: nothing is signed", ready().remove(bundle), malformed, "TruncatedInput")
    refused("a bundle that ends early", ready().put(bundle, good[bundle][:-1]), malformed, "TruncatedInput")
    refused("a byte follows a bundle", ready().put(bundle, good[bundle] + b"\0"), malformed, "TrailingBytes")
    refused("another checkpoint of the log", ready().put("checkpoint", turned["checkpoint"]), apart, "Forked")
    refused("a checkpoint that is none", ready().put("checkpoint", b"?"), malformed, "TruncatedInput")
    elsewhere = made.changed(log=NoteSigner("example.org/other", NOTE, draw(32)), entries=tuple(entries[:3]))
    refused("another log's checkpoint", ready().put("checkpoint", elsewhere.checkpoint()), apart, "OtherLog")
    text = checkpoint_text(ORIGIN, 3, root([leaf_hash(entry) for entry in entries[:3]]))
    unsigned = text + b"\n" + made.witnesses[0].line(text, NOW)
    refused("a checkpoint that the log has not signed", ready().put("checkpoint", unsigned), apart, "OtherLog")
    forged = text + b"\n" + made.log.line(b"another\n")
    bad_signature = "invalidLogSignature"
    refused(
        "a checkpoint whose signature does not verify",
        ready().put("checkpoint", forged),
        bad_signature,
        "ForgedSignature",
    )
    for comment, note, error, flag in (
        ("of another tree", pending_of(made, text=turned["checkpoint"].split(b"\n\n")[0] + b"\n"), apart, "Forked"),
        ("of fewer entries than are published", pending_of(made, entries[:2]), apart, "Rewritten"),
        ("that says more than the log would sign", pending_of(made, text=text + b"more\n"), apart, "TrailingBytes"),
        ("that is another log's", elsewhere.checkpoint(), apart, "OtherLog"),
        ("that the log has not signed", unsigned, apart, "OtherLog"),
        ("whose signature does not verify", forged, bad_signature, "ForgedSignature"),
        ("that is none", b"?", malformed, "TruncatedInput"),
        ("whose entries are missing", pending_of(made, entries[:4]), malformed, "TruncatedInput"),
    ):
        refused(f"something is pending {comment}", ready().put("pending", note), error, flag, has=pending)
    add("a hash of the tree is another", three().put(tile, good[tile][:-1] + b"\0").publish(apart), "OtherTiles")
    add(
        "a hash of the tree is another, and nobody reads it any more",
        three().put(tile, b"?").add(entries[3]).publish("published 4: 3 3 3"),
        "OtherTiles",
    )
    add(
        "a tile of hashes is missing: it is made again",
        three().remove(tile).publish("published 3: 3 3 3"),
        "OtherTiles",
    )
    refused_key = three().add(entries[3]).publish("unknownLog", seed=draw(32))
    add("another key than the log's", refused_key, "OtherLog")
    many = [
        replace(change, values=change.values | {"time": [ISSUED + 9 + place], "source": [draw(32)]}).encode()
        for place in range(257)
    ]
    wide = log().add(*many[:255]).publish("published 255: 0 0 0").add(many[255]).publish("published 256: 255 255 255")
    add("a full tile, and one entry more", wide.add(many[256]).publish("published 257: 256 256 256"), "Boundary")


def said(reply: dict[str, Any]) -> str:
    """What became of a publication, and from which sizes each witness was asked."""
    if reply["error"]:
        return reply["error"]
    sizes = ["+".join(bytes.fromhex(body).split()[1].decode() for body in asked) for asked in reply["asked"]]
    return f"{'published' if reply['isPublished'] else 'pending'} {reply['size']}: {' '.join(sizes)}"


def pending_of(made: LogFixture, entries: Sequence[bytes] = (), text: bytes | None = None) -> bytes:
    """What the log has signed."""
    text = text or checkpoint_text(ORIGIN, len(entries), root([leaf_hash(entry) for entry in entries]))
    return text + b"\n" + made.log.line(text)


def answering(status: int, body: bytes) -> Callable[[MemoryWitness, bytes], Answer]:
    return lambda witness, asked: (status, body)


def with_status(status: int) -> Callable[[MemoryWitness, bytes], Answer]:
    """What it should answer, and another status."""
    return lambda witness, asked: (status, witness.add_checkpoint(asked)[1])


def cosigning(line_of: Callable[[NoteSigner, bytes], bytes]) -> Callable[[MemoryWitness, bytes], Answer]:
    """Its answer of a checkpoint's text."""

    def answer(witness: MemoryWitness, asked: bytes) -> Answer:
        text = Checkpoint.decode(asked.split(b"\n\n", 1)[1]).note.text
        return 200, line_of(witness.signer, text)

    return answer


def forgetting(witness: MemoryWitness, body: bytes) -> Answer:
    """Its state is lost."""
    if not body.startswith(b"old 0\n"):
        witness.cosigned = (0, EMPTY)
    return witness.add_checkpoint(body)
