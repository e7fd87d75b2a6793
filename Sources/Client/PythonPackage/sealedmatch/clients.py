"""Clients: an account's whole state in a directory. The usual way in."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from ._library import call, ffi, handle_of, lib, number, path_bytes, seconds, sized, view
from .items import MediaItem, Video, sealing
from .outboxes import DAY, HandleWithOutbox
from .sets import BlindedSet

if TYPE_CHECKING:
    from typing_extensions import Buffer


class Client(HandleWithOutbox):
    """One account's secret, state and outbox on one device, in a directory that is locked until this is closed.

    Its methods may be called from any thread; they run one after another.
    """

    _next = lib.sealedmatch_client_next
    _acknowledge = lib.sealedmatch_client_acknowledge
    _seal = lib.sealedmatch_client_seal
    _seal_video = lib.sealedmatch_client_seal_video

    def __init__(
        self,
        directory: str | os.PathLike[str],
        known: BlindedSet,
        account: Buffer,
        *,
        devices: int = 1,
        window: int = DAY,
        now: float | None = None,
    ) -> None:
        """Opens the directory, or makes one with a new account secret; its parent must exist. For a newer set, close
        the client and open it again.

        :param account: the messenger's 32-byte name of the account.
        :param devices: how many the account has, 1 to 16.
        :param window: seconds over which vouchers are spread; 0 is for tests, and links vouchers to attachments.
        :raises MachineError: FILE_FAILED, if it is locked too.
        :raises SetError: SET_EXPIRED, SET_ROLLED_BACK.
        :raises StateError: SET_MISMATCH: use the old set until the epoch ends.
        """
        handle = ffi.new("sealedmatch_client *")
        call(
            lib.sealedmatch_client_open, path_bytes(directory), handle_of(known, BlindedSet, "known"), view(account, "account", 32), number(devices, 32, "devices"),
            number(window, 64, "window"), seconds(now), handle,
        )  # fmt: skip
        super().__init__(handle, lib.sealedmatch_client_close)

    def registrations(self) -> list[bytes]:
        """What to register with the collector before any voucher is sent, after opening and daily. Registering again is
        no error.
        """
        size = lib.SEALEDMATCH_REGISTRATION_BYTES
        together = bytes(sized(lib.sealedmatch_client_registrations, self._handle, capacity=4 * size))
        return [together[start : start + size] for start in range(0, len(together), size)]

    def seal(self, item: MediaItem | Video, note: Buffer = b"", *, now: float | None = None) -> None:
        """Seals one item, once, before it is encrypted; its voucher is in the outbox, on disk, when this returns.

        :param note: bytes for the reviewer of a revealed match, at most `SetInfo.maximum_note_bytes`.
        """
        data = view(note, "note")
        seal, given = sealing(type(self), item)
        call(seal, self._handle, given, data, len(data), seconds(now))
