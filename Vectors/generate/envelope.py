"""The form of a vector file (Vectors/README.md, "Form"): groups, cases, numbering, and randomness that is the same in
every run.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from typing import Any

from reference.errors import ProtocolError


def seeded(name: str) -> Callable[[int], bytes]:
    """A draw(n) that gives the same bytes for the same name: SHAKE-256 of the name, read on. For vectors only."""
    position = 0
    cache = b""

    def draw(n: int) -> bytes:
        nonlocal position, cache
        if len(cache) < position + n:
            cache = hashlib.shake_256(b"SealedMatch vectors: " + name.encode()).digest(2 * (position + n))
        position += n
        return cache[position - n : position]

    return draw


class Recorder:
    """A draw(n) that remembers what was drawn: the `random` of a case."""

    def __init__(self, draw: Callable[[int], bytes]) -> None:
        self._draw = draw
        self.drawn = b""

    def __call__(self, n: int) -> bytes:
        bytes_ = self._draw(n)
        self.drawn += bytes_
        return bytes_


class Group:
    def __init__(self, topic: "Topic", kind: str, comment: str) -> None:
        self.topic, self.kind, self.comment = topic, kind, comment
        self.tests: list[dict[str, Any]] = []

    def add(
        self,
        comment: str,
        input: dict[str, Any],
        operation: Callable[[], dict[str, Any]],
        *flags: str,
        result: str = "valid",
    ) -> None:
        """Runs the operation of the reference and records what it gave. `result` is what the author of the case
        expects; anything else is an error here.
        """
        for flag in flags:
            if flag not in self.topic.notes:
                raise ValueError(f"{self.topic.name}: flag {flag} is not in notes")
        output: dict[str, Any] | None = None
        got = "valid"
        try:
            output = operation()
        except ProtocolError as error:
            got = error.name
        if got != result:
            raise AssertionError(
                f"{self.topic.name}, {self.kind}, “{comment}”: expected {result}, the reference says {got}"
            )
        case: dict[str, Any] = {
            "tcId": self.topic.next_id(),
            "comment": comment,
            "flags": list(flags),
            "result": result,
            "input": input,
        }
        if output is not None:
            case["output"] = output
        self.tests.append(case)


class Topic:
    def __init__(self, name: str, comment: str, notes: dict[str, str]) -> None:
        self.name, self.comment, self.notes = name, comment, notes
        self.groups: list[Group] = []
        self._last = 0

    def next_id(self) -> int:
        self._last += 1
        return self._last

    def group(self, kind: str, comment: str) -> Group:
        group = Group(self, kind, comment)
        self.groups.append(group)
        return group

    def encoded(self) -> bytes:
        used = {flag for group in self.groups for test in group.tests for flag in test["flags"]}
        if used != set(self.notes):
            raise ValueError(f"{self.name}: flags without a case: {sorted(set(self.notes) - used)}")
        document = {
            "protocol": "SealedMatch/1",
            "topic": self.name,
            "schema": f"../schemas/{self.name}.schema.json",
            "comment": self.comment,
            "notes": self.notes,
            "numberOfTests": self._last,
            "testGroups": [{"type": g.kind, "comment": g.comment, "tests": g.tests} for g in self.groups],
        }
        return (json.dumps(document, indent=2, ensure_ascii=False) + "\n").encode()
