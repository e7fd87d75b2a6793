"""The input of a case (Vectors/README.md, "Form")."""

from __future__ import annotations

import pathlib
from collections.abc import Callable
from typing import Any, TypeVar

import forms
from files import apply_file_case
from reference.entries import ListedHash
from reference.field import Q
from reference.labels import Draw, decode_integer
from reference.payload import Payload
from reference.profile import Hypothesis, Profile
from reference.set_file import SetFile

Output = dict[str, Any]
Result = TypeVar("Result")


class Case:
    """What an operation is given: the fields of `input`, and the folder to which names of files are relative."""

    def __init__(self, fields: dict[str, Any], folder: pathlib.Path) -> None:
        self.fields, self.folder = fields, folder

    def __getitem__(self, name: str) -> Any:
        return self.fields[name]

    def cases(self, name: str) -> list[Case]:
        """The objects of a list, with the same readers."""
        return [Case(fields, self.folder) for fields in self[name]]

    def bytes(self, name: str) -> bytes:
        return bytes.fromhex(self[name])

    def optional_bytes(self, name: str) -> bytes | None:
        return None if self[name] is None else self.bytes(name)

    def all_bytes(self, name: str) -> list[bytes]:
        return [bytes.fromhex(text) for text in self[name]]

    def word(self, name: str) -> int:
        return decode_integer(self.bytes(name))

    def element(self, name: str) -> int:
        return element(self[name])

    def file(self, name: str) -> bytes:
        """The bytes of a file, with what the case changes in it."""
        case = self[name]
        return apply_file_case(case, (self.folder / case["file"]).read_bytes())

    def contents(self, name: str) -> bytes:
        """A byte string, written out or in a file."""
        return self.file(name) if isinstance(self[name], dict) else self.bytes(name)

    def set(self) -> SetFile:
        return SetFile.decode(self.file("set"))

    def hashes(self, name: str) -> list[ListedHash]:
        return listed(self[name])

    def profile(self) -> Profile:
        fields = self["profile"]
        return Profile(
            fields["id"],
            fields["minimumQuality"],
            fields["probeQuality"],
            fields["probes"],
            tuple(fields["positions"]),
            tuple(Hypothesis.decode(bytes.fromhex(encoding)) for encoding in fields["hypotheses"]),
            fields["marks"],
        )

    def payload(self) -> Payload:
        return Payload(forms.KINDS[self["kind"]], self["quality"], self.bytes("fingerprint"), self.bytes("note"))

    def shares(self) -> list[tuple[int, list[int]]]:
        return [(element(share["x"]), [element(z) for z in share["z"]]) for share in self["shares"]]


def element(text: str) -> int:
    """Of F_q, written canonically."""
    value = decode_integer(bytes.fromhex(text))
    if value >= Q:
        raise ValueError(f"no element of F_q: {text}")
    return value


def listed(hashes: list[dict[str, Any]]) -> list[ListedHash]:
    return [
        ListedHash(
            one["kind"],
            bytes.fromhex(one["bytes"]),
            tuple(bytes.fromhex(companion) for companion in one.get("companions", [])),
        )
        for one in hashes
    ]


def replayed(random: bytes, operation: Callable[[Draw], Result]) -> Result:
    """What `operation(draw)` gives. It draws a case's `random`, all of it and no more."""
    at = 0

    def draw(n: int) -> bytes:
        nonlocal at
        if at + n > len(random):
            raise ValueError("more is drawn than `random` holds")
        at += n
        return random[at - n : at]

    result = operation(draw)
    if at != len(random):
        raise ValueError(f"{len(random) - at} bytes of `random` are left over")
    return result
