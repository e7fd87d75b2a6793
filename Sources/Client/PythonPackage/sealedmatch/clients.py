"""Clients: an account's whole state in a directory. The usual way in."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from ._library import call, ffi, handle_of, lib, number, path_bytes, seconds, sized, view
from .items import MediaItem, Video, sealing
from .outboxes import DAY, HandleWithOutbox
from .sealers import AccountSecret
from .sets import BlindedSet

if TYPE_CHECKING:
    from typing_extensions import Buffer


class Client(HandleWithOutbox):
    """One account's secret, state and outbox on one device, in a directory that is locked until this is closed.

    Its methods may be called from any thread; they run one after another.
    """

    _next = lib.sealedmatch_client_next
    _acknowledge = lib.sealedmatch_client_acknowledge
    _refuse = lib.sealedmatch_client_refuse
    _seal = lib.sealedmatch_client_seal
    _seal_video = lib.sealedmatch_client_seal_video

    def __init__(
        self,
        directory: str | os.PathLike[str],
        known: BlindedSet,
        account: Buffer,
        *,
        secret: AccountSecret | None = None,
        window: int = DAY,
        now: float | None = None,
    ) -> None:
        """Opens the directory, or makes one with a new account secret, or with that of the account's other devices; its
        parent must exist. For a newer set, close the client and open it again.

        :param account: 32 bytes, by `account_of` of its name.
        :param secret: on another device's first run: the account's secret. It is copied. Then `merge` that device's
            state before anything is sealed. Later it must be the same secret.
        :param window: seconds over which vouchers are spread; 0 is for tests, and links vouchers to attachments.
        :raises MachineError: FILE_FAILED, if it is locked too; NOT_PRIVATE, if other users may write or read there.
        :raises SetError: SET_EXPIRED, SET_ROLLED_BACK; SET_NOT_YET_ISSUED, on a first run with a clock more than a day
            before the set was issued.
        :raises StateError: SET_MISMATCH: use the old set until the epoch ends. STATE_MISSING: the state is gone while
            other files say that it was there. COMMITMENT_CONFLICT: another secret than the directory's, or than this
            epoch's.
        """
        handle = ffi.new("sealedmatch_client *")
        # The null handle: none is given.
        shared = ffi.new("sealedmatch_secret *")[0] if secret is None else handle_of(secret, AccountSecret, "secret")
        call(
            lib.sealedmatch_client_open,
            path_bytes(directory),
            handle_of(known, BlindedSet, "known"),
            view(account, "account", 32),
            shared,
            number(window, 64, "window"),
            seconds(now),
            handle,
        )
        super().__init__(handle, lib.sealedmatch_client_close)

    def registrations(self) -> list[bytes]:
        """What to register with the collector before any voucher is sent, after opening and daily. Registering again is
        no error.
        """
        size = lib.SEALEDMATCH_REGISTRATION_BYTES
        together = bytes(sized(lib.sealedmatch_client_registrations, self._handle, capacity=4 * size))
        return [together[start : start + size] for start in range(0, len(together), size)]

    @property
    def commitment(self) -> bytes:
        """To the account's key of this epoch, for devices to compare: equal if they share the secret, and their sets
        have the same t, k and profile. Public.
        """
        commitment = ffi.new("uint8_t[32]")
        call(lib.sealedmatch_client_commitment, self._handle, commitment)
        return bytes(ffi.buffer(commitment))

    @property
    def secret(self) -> bytearray:
        """The account secret as it is in the current epoch, 40 bytes, for the account's other devices. Never in the
        clear; overwrite them after use.
        """
        return sized(lib.sealedmatch_client_secret, self._handle, capacity=lib.SEALEDMATCH_SECRET_BYTES)

    @property
    def state(self) -> bytearray:
        """This device's state, for the others to merge. As secret as the account secret."""
        return sized(lib.sealedmatch_client_state, self._handle, capacity=4096)

    def merge(self, device_state: Buffer) -> None:
        """Takes in another device's state, so that what it sealed counts as sealed; on disk when this returns.
        SET_MISMATCH: that device has another t, k or profile in this epoch; try again in the next one.
        """
        data = view(device_state, "device_state")
        call(lib.sealedmatch_client_merge, self._handle, data, len(data))

    def seal(self, item: MediaItem | Video, note: Buffer = b"", *, now: float | None = None) -> None:
        """Seals one item, once, before it is encrypted; its voucher is in the outbox, on disk, when this returns.

        :param note: bytes for the reviewer of a revealed match, at most `SetInfo.maximum_note_bytes`.
        """
        data = view(note, "note")
        seal, given = sealing(type(self), item)
        call(seal, self._handle, given, data, len(data), seconds(now))
