"""The fields of an answer of the kit, each with the type that Docs/Testing.md gives it."""

from __future__ import annotations

import base64
from collections.abc import Callable
from typing import Any, NoReturn

from .errors import KitError


class Answer:
    """A field that is not there, or of another type, is a failure of the program."""

    def __init__(self, call: str, fields: dict[str, Any], fail: Callable[[str], NoReturn]) -> None:
        self._call = call
        self._fields = fields
        self._fail = fail

    def _field(self, name: str, kind: type[Any], value: Any) -> Any:
        # A truth is an int in Python, and no number in JSON.
        if not isinstance(value, kind) or (kind is int and isinstance(value, bool)):
            self._fail(f'answered {self._call} with "{name}": {str(value)[:200]!r}')
        return value

    def _get(self, name: str, kind: type[Any]) -> Any:
        return self._field(name, kind, self._fields.get(name))

    def has(self, name: str) -> bool:
        """Whether it is there, and not null."""
        return self._fields.get(name) is not None

    def number(self, name: str) -> int:
        number: int = self._get(name, int)
        return number

    def optional(self, name: str) -> int | None:
        return self.number(name) if self.has(name) else None

    def text(self, name: str) -> str:
        text: str = self._get(name, str)
        return text

    def truth(self, name: str) -> bool:
        truth: bool = self._get(name, bool)
        return truth

    def data(self, name: str) -> bytes:
        return self._decoded(name, self.text(name))

    def digits(self, name: str) -> bytes:
        """Bytes in hexadecimal digits."""
        return self._unhexed(name, self.text(name))

    def texts(self, name: str) -> list[str]:
        return [self._field(name, str, element) for element in self._get(name, list)]

    def numbers(self, name: str) -> list[int]:
        return [self._field(name, int, element) for element in self._get(name, list)]

    def list_of_bytes(self, name: str) -> list[bytes]:
        return [self._decoded(name, text) for text in self.texts(name)]

    def list_of_digits(self, name: str) -> list[bytes]:
        return [self._unhexed(name, text) for text in self.texts(name)]

    def object(self, name: str) -> Answer:
        return Answer(self._call, self._get(name, dict), self._fail)

    def objects(self, name: str) -> list[Answer]:
        return [Answer(self._call, self._field(name, dict, element), self._fail) for element in self._get(name, list)]

    def error(self, name: str) -> KitError:
        error = self.object(name)
        return KitError(self._call, error.text("code"), error.text("message"), error.optional("number"))

    def outcomes(self, name: str) -> list[str | KitError]:
        """Texts, or errors in their place."""
        return [
            element if isinstance(element, str) else Answer(self._call, {name: element}, self._fail).error(name)
            for element in self._get(name, list)
        ]

    def _decoded(self, name: str, text: str) -> bytes:
        try:
            return base64.b64decode(text, validate=True)
        except ValueError:
            self._fail(f'answered {self._call} with "{name}", which is not base64: {text[:200]!r}')

    def _unhexed(self, name: str, text: str) -> bytes:
        try:
            return bytes.fromhex(text)
        except ValueError:
            self._fail(f'answered {self._call} with "{name}", which is not hexadecimal: {text[:200]!r}')
