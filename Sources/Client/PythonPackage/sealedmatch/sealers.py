"""Sealers: for messengers that keep secret, state and vouchers in a store of their own."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ._library import Handle, call, ffi, handle_of, lib, seconds, sized, view
from .items import MediaItem, Video, sealing
from .sets import BlindedSet

if TYPE_CHECKING:
    from typing_extensions import Buffer


class AccountSecret(Handle):
    """The secret that an account's devices share over their own channel; in guarded memory. Closing wipes it."""

    def __init__(self, handle: Any) -> None:
        super().__init__(handle, lib.sealedmatch_secret_close)

    @classmethod
    def create(cls, known: BlindedSet, *, now: float | None = None) -> AccountSecret:
        """A new secret, for the epoch of `now`.

        :param known: the set that the account begins with: it tells whether the clock can be right.
        :raises SetError: SET_NOT_YET_ISSUED: more than a day before the set was issued.
        """
        handle = ffi.new("sealedmatch_secret *")
        call(lib.sealedmatch_secret_create, handle_of(known, BlindedSet, "known"), seconds(now), handle)
        return cls(handle)

    @classmethod
    def from_bytes(cls, exported: Buffer) -> AccountSecret:
        """From the 40 bytes of `export`. The caller wipes its copy."""
        handle = ffi.new("sealedmatch_secret *")
        data = view(exported, "exported")
        call(lib.sealedmatch_secret_import, data, len(data), handle)
        return cls(handle)

    def export(self) -> bytearray:
        """40 bytes, for storage or for another device, never in the clear. Overwrite them after use."""
        return sized(lib.sealedmatch_secret_export, self._handle, capacity=lib.SEALEDMATCH_SECRET_BYTES)

    def ratchet(self, *, now: float | None = None) -> None:
        """Goes to the epoch of `now`; earlier epochs' secrets are gone."""
        call(lib.sealedmatch_secret_ratchet, self._handle, seconds(now))

    @property
    def epoch(self) -> int:
        epoch = ffi.new("uint32_t *")
        call(lib.sealedmatch_secret_epoch, self._handle, epoch)
        return int(epoch[0])

    def commitment(self, known: BlindedSet, account: Buffer) -> bytes:
        """To the account's key of this epoch under the set's t, k and profile, for devices to compare. Public."""
        commitment = ffi.new("uint8_t[32]")
        call(
            lib.sealedmatch_secret_commitment,
            self._handle,
            handle_of(known, BlindedSet, "known"),
            view(account, "account", 32),
            commitment,
        )
        return bytes(ffi.buffer(commitment))


class Sealer(Handle):
    """Seals vouchers of one account on one device. After each: store `state`, then the voucher; send it later. One
    thread after another.
    """

    _seal = lib.sealedmatch_sealer_seal
    _seal_video = lib.sealedmatch_sealer_seal_video

    def __init__(
        self,
        known: BlindedSet,
        secret: AccountSecret,
        account: Buffer,
        *,
        state: Buffer | None = None,
        now: float | None = None,
    ) -> None:
        """:param state: what `state` was after the last voucher; `None` on the very first run. With older state a
        picture that was sent may count again.
        """
        if state is not None and len(memoryview(state)) == 0:
            # The library takes it for a first run; here it is more likely a store that has lost the state.
            raise ValueError("the state is empty; a first run has None")
        handle = ffi.new("sealedmatch_sealer *")
        saved = ffi.NULL if state is None else view(state, "state")
        call(
            lib.sealedmatch_sealer_open,
            handle_of(known, BlindedSet, "known"),
            handle_of(secret, AccountSecret, "secret"),
            view(account, "account", 32),
            saved,
            0 if state is None else len(saved),
            seconds(now),
            handle,
        )
        super().__init__(handle, lib.sealedmatch_sealer_close)
        self._voucher_bytes = known.info.voucher_bytes

    @property
    def registration(self) -> bytes:
        """What to register before a voucher of this epoch is sent; keep it as long as they wait."""
        registration = ffi.new("uint8_t[]", lib.SEALEDMATCH_REGISTRATION_BYTES)
        call(lib.sealedmatch_sealer_registration, self._handle, registration)
        return bytes(ffi.buffer(registration))

    def advance(self, *, now: float | None = None) -> bool:
        """Call it before sealing. True if a new epoch began: then store secret and state, and register."""
        is_new = ffi.new("int32_t *")
        call(lib.sealedmatch_sealer_advance, self._handle, seconds(now), is_new)
        return bool(is_new[0])

    def adopt(self, newer: BlindedSet) -> None:
        """Uses a newer set from now on. SET_MISMATCH: go on with the old one until the epoch ends."""
        call(lib.sealedmatch_sealer_adopt, self._handle, handle_of(newer, BlindedSet, "newer"))
        self._voucher_bytes = newer.info.voucher_bytes

    def merge(self, device_state: Buffer) -> None:
        """Takes in another device's state, so that what it sealed counts as sealed. SET_MISMATCH: that device has
        another t, k or profile in this epoch; try again in the next one.
        """
        data = view(device_state, "device_state")
        call(lib.sealedmatch_sealer_merge, self._handle, data, len(data))

    def seal(self, item: MediaItem | Video, note: Buffer = b"") -> bytes:
        """Seals one item, once, before it is encrypted. A retry sends the same bytes."""
        data = view(note, "note")
        seal, given = sealing(type(self), item)
        return bytes(sized(seal, self._handle, given, data, len(data), capacity=self._voucher_bytes))

    @property
    def state(self) -> bytearray:
        """As secret as the account secret."""
        return sized(lib.sealedmatch_sealer_state, self._handle, capacity=4096)

    @property
    def secret(self) -> bytearray:
        """The account secret as it is in the current epoch, 40 bytes. Overwrite them after use."""
        return sized(lib.sealedmatch_sealer_secret, self._handle, capacity=lib.SEALEDMATCH_SECRET_BYTES)
