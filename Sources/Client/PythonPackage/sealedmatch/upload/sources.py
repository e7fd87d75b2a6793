"""What vouchers come from."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Protocol

from ..outboxes import Waiting


class Source(Protocol):
    """What gives vouchers out: an `Outbox`, or a `Client`, or what a messenger has around them."""

    def due(self, now: float | None = None) -> Iterable[Waiting]: ...

    def acknowledge(self, waiting: Waiting) -> None: ...

    def refuse(self, waiting: Waiting) -> None: ...


class Registering(Source, Protocol):
    """A source that knows its registrations: a `Client`."""

    def registrations(self) -> Sequence[bytes]: ...
