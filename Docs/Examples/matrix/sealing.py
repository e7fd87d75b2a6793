"""Sealing for a messenger that runs on asyncio: what happens once for each attachment before it is encrypted, and what
happens to the vouchers afterwards.

Nothing here knows of Matrix. `sealing_client.py` puts it in front of matrix-nio's encryption.
"""

from __future__ import annotations

import asyncio
import enum
import itertools
import os
import sqlite3
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar, TypeVarTuple

from sealedmatch import DAY, BlindedSet, Client, ErrorCode, MediaItem, SealedMatchError, TrustPolicy, Waiting
from sealedmatch.upload import Delivery, Uploader

#: Docs/Protocol.md, section 2.
EPOCH = 30 * DAY
#: Items that are remembered as sealed: more than anybody sends before he presses "send again" for the first of them.
JOURNALED = 100_000

Arguments = TypeVarTuple("Arguments")
Result = TypeVar("Result")


class OnFailure(enum.Enum):
    """What becomes of an attachment that cannot be sealed: because the set file is missing, expired or corrupt, or the
    disk is full.
    """

    # : It is sent without a voucher, and the error is reported. A voucher is never made up for later: the plaintext is
    # gone by then.
    FAIL_OPEN = "fail-open"
    # : It is not sent; the user can try again. Whoever can keep a set from a client can keep its user from sending
    # pictures.
    FAIL_CLOSED = "fail-closed"


class NotSealed(Exception):
    """Fail-closed: the attachment was neither encrypted nor sent. `__cause__` is the reason."""


@dataclass(frozen=True)
class SealingConfiguration:
    set_file: Path
    #: Pinned in the program, not fetched beside the set.
    trust: TrustPolicy
    #: The account's secret, state and outbox on this device.
    directory: Path
    #: 32 bytes: `account_of` the messenger's name for it.
    account: bytes
    on_failure: OnFailure
    #: Gets every error, also when the messenger goes on: for a log or a warning, not for the user's contacts.
    report: Callable[[Exception], None]
    window: int = DAY
    clock: Callable[[], float] = time.time


class Sealing:
    """One account's sealing. `seal` before each attachment is encrypted, `deliver` now and then."""

    def __init__(self, configuration: SealingConfiguration) -> None:
        self.configuration = configuration
        self._known: BlindedSet | None = None
        self._client: Client | None = None
        #: Identity of the set file that was opened, or tried, last, and in which epoch.
        self._seen: object = None
        # One thread: sealing takes milliseconds in which the event loop goes on, because the library releases the
        # interpreter's lock.
        self._thread = ThreadPoolExecutor(1, "sealing")
        configuration.directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        journal = configuration.directory / "journal.sqlite"
        # It names messages.
        os.close(os.open(journal, os.O_RDWR | os.O_CREAT, 0o600))
        self._journal = sqlite3.connect(journal, check_same_thread=False, isolation_level=None)
        self._journal.execute(
            "CREATE TABLE IF NOT EXISTS sealed (number INTEGER PRIMARY KEY AUTOINCREMENT, item TEXT UNIQUE) STRICT"
        )

    async def seal(self, item: str, attachment: bytes, note: bytes) -> bool:
        """Makes one voucher for an attachment, however often it is called with the same item: a name that stays when
        the user presses "send again", such as Matrix' transaction ID.

        :returns: whether the attachment has a voucher. False only for FAIL_OPEN.
        :raises NotSealed: only for FAIL_CLOSED.
        """
        try:
            await self._run(self._seal, item, attachment, note)
            return True
        except (SealedMatchError, OSError, sqlite3.Error) as error:
            self.configuration.report(error)
            if self.configuration.on_failure is OnFailure.FAIL_CLOSED:
                raise NotSealed(str(error)) from error
            return False

    async def deliver(self, uploader: Uploader) -> Delivery:
        """Gives the collector what is due; call it at random times, a few times a day. Sealing goes on meanwhile.

        What the collector refuses or puts off is the uploader's to report; neither stands before others.

        :raises UploadError: the upload ended early; the next call goes on with the same bytes.
        """
        return await asyncio.to_thread(uploader.deliver, _Source(self))

    async def close(self) -> None:
        await self._run(self._close)
        self._thread.shutdown()

    def _call(self, work: Callable[[*Arguments], Result], *arguments: *Arguments) -> Result:
        """From another thread than the event loop's."""
        return self._thread.submit(work, *arguments).result()

    async def _run(self, work: Callable[[*Arguments], Result], *arguments: *Arguments) -> Result:
        return await asyncio.get_running_loop().run_in_executor(self._thread, work, *arguments)

    def _seal(self, item: str, attachment: bytes, note: bytes) -> None:
        now = int(self.configuration.clock())
        # The journal's row and the voucher come together or not at all: whoever reads the journal, too, is waited for
        # here, and not when the voucher is made. Only if the machine stops between the two, a second try makes a second
        # voucher: a repeat of the same picture, which does not count again.
        self._journal.execute("BEGIN EXCLUSIVE")
        try:
            added = self._journal.execute("INSERT OR IGNORE INTO sealed (item) VALUES (?)", (item,))
            if added.rowcount == 1:
                self._make_voucher(MediaItem.of_file(attachment), note, now)
                # By number: a clock that is wrong for a day must not forget what was sealed.
                self._journal.execute("DELETE FROM sealed WHERE number <= ?", ((added.lastrowid or 0) - JOURNALED,))
            self._journal.execute("COMMIT")
        except BaseException:
            if self._journal.in_transaction:
                self._journal.execute("ROLLBACK")
            raise

    def _make_voucher(self, media: MediaItem, note: bytes, now: int) -> None:
        client = self._open(now)
        try:
            client.seal(media, note, now=now)
        except SealedMatchError as error:
            if error.code != ErrorCode.SET_EXPIRED:
                raise
            # A newer set may be there. If not, the client stays open, so that what waits can be delivered.
            self._seen = None
            self._open(now).seal(media, note, now=now)

    def _registrations(self) -> list[bytes]:
        return self._open(int(self.configuration.clock())).registrations()

    def _waiting(self, seen: set[bytes]) -> list[Waiting]:
        """Some of what is due."""
        now = int(self.configuration.clock())
        due = self._open(now).due(now)
        return list(itertools.islice((waiting for waiting in due if waiting.entry not in seen), 64))

    def _acknowledge(self, voucher: Waiting) -> None:
        self._open(int(self.configuration.clock())).acknowledge(voucher)

    def _refuse(self, voucher: Waiting) -> None:
        self._open(int(self.configuration.clock())).refuse(voucher)

    def _open(self, now: int) -> Client:
        """The client under the newest good set. A set file that was replaced by a bad one does not end the use of the
        good one that is open.
        """
        # Tried again in a new epoch: what was SET_MISMATCH in the old one is not then.
        found = self._identity(), now // EPOCH
        if self._client is not None and found == self._seen:
            return self._client
        self._seen = found
        try:
            newer = BlindedSet.open(self.configuration.set_file, self.configuration.trust, now=now)
            self._use(newer, now)
        except SealedMatchError as error:
            if self._client is None and self._known is not None:
                # The newer set is not for this epoch (SET_MISMATCH), or older than the one in use.
                self._use(self._known, now)
            if self._client is None:
                raise
            self.configuration.report(error)
        assert self._client is not None
        return self._client

    def _use(self, known: BlindedSet, now: int) -> None:
        if self._client is not None:
            self._client.close()
            self._client = None
        configuration = self.configuration
        self._client = Client(
            configuration.directory / "client",
            known,
            configuration.account,
            window=configuration.window,
            now=now,
        )
        self._known = known

    def _identity(self) -> object:
        try:
            status = os.stat(self.configuration.set_file)
        except FileNotFoundError:
            return None
        return status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns

    def _close(self) -> None:
        if self._client is not None:
            self._client.close()
        if self._known is not None:
            self._known.close()
        self._client = self._known = None
        self._journal.close()


class _Source:
    """What an uploader's thread takes vouchers from: each step is one in the sealing thread, on whatever client is open
    there by then. A newer set that arrives during an upload does no harm.
    """

    def __init__(self, sealing: Sealing) -> None:
        self._sealing = sealing

    def registrations(self) -> list[bytes]:
        return self._sealing._call(self._sealing._registrations)

    def due(self, now: float | None = None) -> Iterator[Waiting]:
        seen: set[bytes] = set()
        while waiting := self._sealing._call(self._sealing._waiting, seen):
            seen.update(one.entry for one in waiting)
            yield from waiting

    def acknowledge(self, waiting: Waiting) -> None:
        self._sealing._call(self._sealing._acknowledge, waiting)

    def refuse(self, waiting: Waiting) -> None:
        self._sealing._call(self._sealing._refuse, waiting)
