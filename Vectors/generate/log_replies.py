"""What a witness and a log's publisher do in the steps of a case (log/log.json), from its input alone."""

from __future__ import annotations

import hashlib
import pathlib
from typing import Any

from reference.errors import ProtocolError
from reference.log_policy import LogPolicy
from reference.log_publisher import CHECKPOINT, PENDING, Publisher
from reference.merkle import EMPTY
from reference.notes import COSIGNATURE, NOTE, NoteSigner, VerifierKey
from reference.witness import Witness

Case = dict[str, Any]


class MemoryWitness(Witness):
    """One whose state is here, and whose clock is set."""

    def __init__(self, signer: NoteSigner, log: VerifierKey) -> None:
        super().__init__(signer, log, pathlib.Path(), lambda: self.now)
        self.now = 0
        self.cosigned: tuple[int, bytes] = (0, EMPTY)

    def last(self) -> tuple[int, bytes]:
        return self.cosigned

    def keep(self, size: int, root: bytes) -> None:
        self.cosigned = (size, root)


def witness_replies(case: Case) -> dict[str, Any]:
    signer = NoteSigner(bytes.fromhex(case["name"]).decode(), COSIGNATURE, bytes.fromhex(case["seed"]))
    witness = MemoryWitness(signer, VerifierKey.decode(case["log"].encode()))
    replies = []
    for step in case["steps"]:
        witness.now = step["now"]
        status, body = witness.add_checkpoint(bytes.fromhex(step["body"]))
        # What a refusal says besides its status is for people.
        replies.append({"status": status, "body": body.hex() if status in (200, 409) else None})
    return {"replies": replies}


def answer_in(case: Case) -> tuple[int, bytes] | None:
    return None if case["status"] is None else (case["status"], bytes.fromhex(case["body"]))


def publish_replies(case: Case) -> dict[str, Any]:
    log = VerifierKey.decode(case["log"].encode())
    publisher = Publisher(log)
    policy = LogPolicy.decode(bytes.fromhex(case["policy"]), case["maximumAge"])
    witnesses = [VerifierKey.decode(key.encode()) for key in case["witnesses"]]
    replies = []
    for step in case["steps"]:
        reply: dict[str, Any] = {"size": None, "isPublished": None, "asked": None, "error": None}
        match step["do"]:
            case "add":
                try:
                    publisher.add(bytes.fromhex(step["entry"]))
                except ProtocolError as error:
                    reply["error"] = error.name
            case "put" if step["path"].startswith("queue/"):
                publisher.waiting.append(bytes.fromhex(step["contents"]))
            case "put":
                publisher.files[step["path"]] = bytes.fromhex(step["contents"])
            case "remove":
                del publisher.files[step["path"]]
            case "publish":
                asked: list[list[str]] = [[] for _ in witnesses]

                def post(place: int, body: bytes, step: Case = step, asked: list = asked) -> tuple[int, bytes] | None:
                    asked[place].append(body.hex())
                    answers = step["answers"][place]
                    return answer_in(answers[len(asked[place]) - 1]) if len(asked[place]) <= len(answers) else None

                signer = NoteSigner(log.name, NOTE, bytes.fromhex(step["seed"]))
                try:
                    done = publisher.publish(signer, policy, witnesses, step["now"], post)
                    reply |= {"size": done.size, "isPublished": done.is_published, "asked": asked}
                except ProtocolError as error:
                    assert not any(asked), "asked, and then refused"
                    reply["error"] = error.name
            case other:
                raise ValueError(other)
        replies.append(reply)
    files = publisher.files
    return {
        "replies": replies,
        "checkpoint": files[CHECKPOINT].hex() if CHECKPOINT in files else None,
        "pending": files[PENDING].hex() if PENDING in files else None,
        "tiles": [
            {"path": path, "digest": hashlib.sha256(data).hexdigest()}
            for path, data in sorted(files.items())
            if path not in (CHECKPOINT, PENDING)
        ],
    }
