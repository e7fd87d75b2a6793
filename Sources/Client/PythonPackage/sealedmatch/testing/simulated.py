"""The kit's own devices."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING, Any

from ._answers import Answer
from .reports import Difference, Round, Vouchers

if TYPE_CHECKING:
    from typing_extensions import Buffer

    from .accounts import Account

_KEEP = object()


class SimulatedDevice:
    """A device of the kit: the real sealer, with a disk, a clock and a random source that a test can break. The same
    seed and the same calls give the same vouchers.
    """

    def __init__(self, account: Account, name: str) -> None:
        self.account = account
        self.name = name
        self._call("device")

    def _call(self, call: str, /, **arguments: Any) -> Answer:
        return self.account.world._call(call, account=self.account.name, device=self.name, **arguments)

    def send(self, *names: str) -> Round:
        """Seals items by name, and makes a round to the collector. If a later item fails, earlier ones are sealed."""
        return Round._answered(self._call("send", items=list(names)))

    def send_others(self, count: int) -> Round:
        """The same with files that no list holds and no other test item is."""
        return Round._answered(self._call("send", others=count))

    def seal(self, name: str, note: Buffer | None = None) -> None:
        """Seals an item; its voucher waits in the outbox.

        :param note: for the reviewer of a revealed match; the item's name by default.
        """
        given = {} if note is None else {"note": base64.b64encode(note).decode()}
        self._call("seal", item=name, **given)

    def deliver(self) -> Round:
        """One round to the collector: registrations, then what is due."""
        return Round._answered(self._call("deliver"))

    def resend(self) -> None:
        """Sends once more what the collector has acknowledged, as a client does that never saw the answer."""
        self._call("resend")

    @property
    def vouchers(self) -> Vouchers:
        """What it has sealed."""
        answer = self._call("vouchers")
        return Vouchers(*map(answer.list_of_bytes, ("waiting", "acknowledged", "refused")))

    def fetch_set(self) -> int:
        """Takes the set that is distributed now, and goes on with it. If it must not, it goes on with the one it has.

        :returns: the set's version.
        """
        return self._call("fetch").number("set")

    def restart(self) -> None:
        """Starts again from what is on its disk."""
        self._call("restart")

    def backup(self) -> int:
        """A copy of everything that it keeps; `restore` brings the device back to it."""
        return self._call("backup").number("backup")

    def restore(self, backup: int) -> None:
        self._call("restore", backup=backup)

    def faults(
        self,
        *,
        disk_full: bool | None = None,
        clock_offset: int | None = None,
        random_fails_after: int | None | object = _KEEP,
    ) -> None:
        """What is not given stays as it is.

        :param clock_offset: seconds that its clock is ahead of the world's.
        :param random_fails_after: so many draws from now on still work; None mends it.
        """
        given: dict[str, Any] = {"diskFull": disk_full, "clockOffset": clock_offset}
        given = {name: value for name, value in given.items() if value is not None}
        if random_fails_after is not _KEEP:
            given["randomFailsAfter"] = random_fails_after
        self._call("faults", **given)

    def differences(self, first: str, second: str) -> list[Difference]:
        """By what an observer could tell two items apart that it seals now: sizes, draws, stored bytes, answers.
        Nothing changes.
        """
        answer = self._call("differences", first=first, second=second)
        return [Difference._answered(difference) for difference in answer.objects("differences")]
