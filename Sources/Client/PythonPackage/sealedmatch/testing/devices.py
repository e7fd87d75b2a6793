"""Devices with the client that a messenger ships."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import TYPE_CHECKING

from ..clients import Client
from ..errors import ErrorCode
from ..items import MediaItem, Video
from ..outboxes import Waiting
from ..sealers import AccountSecret
from ..sets import BlindedSet
from .errors import KitError
from .reports import Round, Vouchers

if TYPE_CHECKING:
    from typing_extensions import Buffer

    from .accounts import Account

_PSEUDONYM_CONFLICT = 705
# Docs/Protocol.md, 5.14, step 5.
_FINAL = {
    ErrorCode.WRONG_LENGTH, ErrorCode.INVALID_MAGIC, ErrorCode.PARAMETER_OUT_OF_RANGE,
    ErrorCode.AUTHENTICATION_FAILED, ErrorCode.SET_MISMATCH, ErrorCode.EPOCH_IN_PAST, ErrorCode.VOUCHER_CONFLICT,
    ErrorCode.QUOTA_EXCEEDED,
}  # fmt: skip
_FINAL_UNLESS_PUT_OFF = {ErrorCode.NOT_REGISTERED, ErrorCode.INVALID_SIGNATURE}
_REGISTRATION_PUT_OFF = {ErrorCode.QUOTA_EXCEEDED, ErrorCode.EPOCH_TOO_FAR}
_REGISTRATION_FINAL = {
    ErrorCode.EPOCH_IN_PAST, ErrorCode.COMMITMENT_CONFLICT, _PSEUDONYM_CONFLICT, ErrorCode.INVALID_SIGNATURE,
}  # fmt: skip


class Device:
    """A `Client` in a directory of its own, with the world's set, trust and clock; its outbox goes to the kit's
    collector. Calls of it are the client's: errors are `SealedMatchError`s. `Account.device` gives it.
    """

    def __init__(self, account: Account, name: str) -> None:
        self.account = account
        self.name = name
        #: Seconds that its clock is ahead of the world's.
        self.clock_offset = 0
        #: The client's.
        self.directory: Path = account._directory()
        self._acknowledged: list[bytes] = []
        self._refused: list[bytes] = []
        self._known = self._fetched(0)
        try:
            others = account._own_devices
            if others:
                exported = others[0].client.secret
                with AccountSecret.from_bytes(exported) as secret:
                    exported[:] = bytes(len(exported))
                    self._client = self._opened(self._known, secret)
            else:
                self._client = self._opened(self._known)
        except BaseException:
            self._known.close()
            raise

    def _fetched(self, last_version: int) -> BlindedSet:
        world = self.account.world
        return BlindedSet.open(world.set_file(), world.trust, last_version=last_version, now=self.now)

    def _opened(self, known: BlindedSet, secret: AccountSecret | None = None) -> Client:
        return Client(
            self.directory, known, self.account.id, secret=secret, window=self.account.world.window, now=self.now
        )

    def _close(self) -> None:
        self._client.close()
        self._known.close()

    @property
    def now(self) -> int:
        """What its clock shows."""
        return max(0, self.account.world.now + self.clock_offset)

    @property
    def client(self) -> Client:
        """The client itself, another one after `fetch_set`, `restart` and `restore`. Give it `now=device.now`."""
        return self._client

    @property
    def known(self) -> BlindedSet:
        """The set that it seals under."""
        return self._known

    def send(self, *names: str) -> Round:
        """Seals items by name, and makes a round to the collector. If a later item fails, earlier ones are sealed."""
        for name in names:
            self.seal(name)
        return self.deliver()

    def send_others(self, count: int) -> Round:
        """The same with files that no list holds and no other test item is."""
        for _ in range(count):
            number = self.account.world._number()
            self.seal_media(MediaItem.exact(number.to_bytes(32, "big")), f"other {number}".encode())
        return self.deliver()

    def seal(self, name: str, note: Buffer | None = None) -> None:
        """Seals an item; its voucher waits in the outbox.

        :param note: for the reviewer of a revealed match; the item's name by default, so much of it as there is room.
        """
        media = self.account.world.item(name).media()
        if note is None:
            note = name.encode()[: self._known.info.maximum_note_bytes]
        try:
            self.seal_media(media, note)
        finally:
            if isinstance(media, Video):
                media.close()

    def seal_media(self, media: MediaItem | Video, note: Buffer = b"") -> None:
        """Seals anything, as `Client.seal`."""
        self._client.seal(media, note, now=self.now)

    def deliver(self) -> Round:
        """One round to the collector: registrations, then what is due. (Docs/Protocol.md, 5.14, steps 4 and 5)"""
        failure: KitError | None = None
        put_off_epochs: set[int] = set()
        acknowledged = refused = 0
        ended = False
        for registration in self._client.registrations():
            (outcome,) = self.account.register([registration])
            if isinstance(outcome, KitError):
                failure = outcome
                if outcome.number in _REGISTRATION_PUT_OFF:
                    put_off_epochs.add(int.from_bytes(registration[4:8], "little"))
                elif outcome.number not in _REGISTRATION_FINAL:
                    ended = True
                    break
        put_off_sets: set[bytes] = set()
        for waiting in [] if ended else self._client.due(self.now):
            if waiting.set_root in put_off_sets:
                continue
            (outcome,) = self.account.upload([waiting.voucher])
            if isinstance(outcome, str):
                self._client.acknowledge(waiting)
                self._acknowledged.append(waiting.voucher)
                acknowledged += 1
                continue
            failure = outcome
            is_put_off = waiting.epoch in put_off_epochs
            if outcome.number in _FINAL or (outcome.number in _FINAL_UNLESS_PUT_OFF and not is_put_off):
                self._client.refuse(waiting)
                self._refused.append(waiting.voucher)
                refused += 1
            elif outcome.number == ErrorCode.UNKNOWN_SET:
                put_off_sets.add(waiting.set_root)
            elif not is_put_off:
                break
        return Round(acknowledged, self.waiting, refused, failure)

    def resend(self) -> None:
        """Sends once more what the collector has acknowledged, as a client does that never saw the answer. Refusals of
        these are no failures: the client would never hear them.
        """
        for voucher in self._acknowledged:
            self.account.upload([voucher])

    def _outbox(self) -> list[Waiting]:
        # Until the last release time that there can be.
        return list(self._client.due(self.now + self.account.world.window))

    @property
    def waiting(self) -> int:
        """How many vouchers wait in its outbox."""
        return len(self._outbox())

    @property
    def vouchers(self) -> Vouchers:
        """What it has sealed, and still knows."""
        waiting = [entry.voucher for entry in self._outbox()]
        return Vouchers(waiting, list(self._acknowledged), list(self._refused))

    def fetch_set(self) -> int:
        """Takes the set that is distributed now, and goes on with it. If it must not, it goes on with the one it has.

        :returns: the set's version.
        :raises KitError: the set is missing.
        :raises SealedMatchError: what is wrong with the set.
        """
        newer = self._fetched(self._known.info.version)
        old = self._known
        self._client.close()
        try:
            self._client = self._opened(newer)
        except BaseException:
            newer.close()
            self._client = self._opened(old)
            raise
        self._known = newer
        old.close()
        return newer.info.version

    def restart(self) -> None:
        """The client is closed and opened again."""
        self._client.close()
        self._client = self._opened(self._known)

    def backup(self) -> Path:
        """A copy of the client's directory; `restore` brings the device back to it."""
        copy = self.account._directory()
        self._client.close()
        shutil.copytree(self.directory, copy)
        self._client = self._opened(self._known)
        return copy

    def restore(self, backup: Path) -> None:
        self._client.close()
        shutil.rmtree(self.directory)
        shutil.copytree(backup, self.directory)
        self._client = self._opened(self._known)
