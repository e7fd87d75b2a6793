"""Vouchers that wait on disk until they are due, in a random order."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from ._library import Handle, call, ffi, lib, number, path_bytes, seconds, view

if TYPE_CHECKING:
    from typing_extensions import Buffer

DAY = 86_400


@dataclass(frozen=True)
class Waiting:
    """A voucher that is due. Send it over a connection that carries no attachment, and acknowledge it when the
    collector has it; a retry sends the same bytes.
    """

    voucher: bytes = field(repr=False)
    #: Names it in the outbox, in the program's next run too.
    entry: bytes

    @property
    def voucher_id(self) -> str:
        """Its random name, in hexadecimal: bytes 16 to 31 of the header (Docs/Protocol.md, 4.3)."""
        return self.voucher[16:32].hex()

    @property
    def epoch(self) -> int:
        """Of the registration that the collector must have first: bytes 12 to 15 of the header."""
        return int.from_bytes(self.voucher[12:16], "little")

    @property
    def set_root(self) -> bytes:
        """The set that it was sealed under: bytes 64 to 95 of the header."""
        return self.voucher[64:96]


class HandleWithOutbox(Handle):
    """What `Client` and `Outbox` share. Damaged files in the directory are passed over; `unreadable` counts them."""

    _next: Callable[..., int]
    _acknowledge: Callable[..., int]
    _refuse: Callable[..., int]
    #: Files that the last complete `due` passed over because they are no vouchers.
    unreadable = 0

    def due(self, now: float | None = None) -> Iterator[Waiting]:
        """Vouchers whose time has come, in the order of their random release times. Each may be acknowledged while this
        runs.
        """
        at = seconds(now)
        buffer = ffi.new("uint8_t[]", lib.SEALEDMATCH_VOUCHER_BYTES_MAXIMUM)
        count, unreadable = ffi.new("size_t *"), ffi.new("size_t *")
        previous: Any = ffi.NULL
        passed_over = 0
        while True:
            entry = ffi.new("sealedmatch_entry *")
            call(self._next, self._handle, previous, at, entry, buffer, len(buffer), count, unreadable)
            passed_over += unreadable[0]
            if count[0] == 0:
                self.unreadable = passed_over
                return
            yield Waiting(bytes(ffi.buffer(buffer, count[0])), bytes(ffi.buffer(entry)))
            previous = entry

    def acknowledge(self, waiting: Waiting) -> None:
        """Forgets a voucher that the collector has acknowledged. One that is gone already is no error."""
        call(self._acknowledge, self._handle, _entry(waiting))

    def refuse(self, waiting: Waiting) -> None:
        """Sets aside a voucher that the collector will never take, so that it stands before nobody. It is never due
        again; its file stays, with `.refused` behind its name. One that is gone already is no error.
        """
        call(self._refuse, self._handle, _entry(waiting))


def _entry(waiting: Waiting) -> Any:
    size = ffi.sizeof("sealedmatch_entry")
    entry = ffi.new("sealedmatch_entry *")
    ffi.memmove(entry, view(waiting.entry, "entry", size), size)
    return entry


class Outbox(HandleWithOutbox):
    """For the vouchers of a `Sealer`. The directory is locked until this is closed."""

    _next = lib.sealedmatch_outbox_next
    _acknowledge = lib.sealedmatch_outbox_acknowledge
    _refuse = lib.sealedmatch_outbox_refuse

    def __init__(self, directory: str | os.PathLike[str], *, window: int = DAY) -> None:
        """:param window: seconds over which vouchers are spread; 0 is for tests, and links vouchers to attachments."""
        handle = ffi.new("sealedmatch_outbox *")
        call(lib.sealedmatch_outbox_open, path_bytes(directory), number(window, 64, "window"), handle)
        super().__init__(handle, lib.sealedmatch_outbox_close)

    def put(self, voucher: Buffer, *, now: float | None = None) -> None:
        """On disk when this returns."""
        data = view(voucher, "voucher")
        call(lib.sealedmatch_outbox_put, self._handle, data, len(data), seconds(now))
