"""Test worlds: a whole deployment for a test."""

from __future__ import annotations

import base64
import contextlib
import os
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Literal, Protocol, Self, TypedDict, Unpack

from ..sets import TrustPolicy
from ._answers import Answer
from ._program import Program
from .accounts import Account
from .collectors import Collector
from .devices import Device
from .items import Item, Picture
from .reports import Knowledge, Report
from .sets import TestSet

if TYPE_CHECKING:
    import PIL.Image
    from typing_extensions import Buffer

DAY = 86_400

#: What happens to a request: `{"delayed": seconds}`, or one of the words.
Fate = Literal["arrives", "lost", "answerLost", "repeated"] | Mapping[Literal["delayed"], int]


class Settings(TypedDict, total=False):
    """What a world begins with. What is left out is as Docs/Testing.md says."""

    #: The same seed and the same calls give the same bytes, of all that the kit seals.
    seed: int
    #: t, 2 to 1,024 (30).
    threshold: int
    #: k
    polynomials: int
    #: M
    probes: int
    #: Bytes of a voucher for fingerprint and note.
    payload: int
    #: Openings by chance: "specified", as in production, or so many in every voucher of a simulated device. With 0
    #: exactly t matches reveal.
    chance: Literal["specified"] | int
    #: How many sources there are (2).
    sources: int
    #: The clock, in seconds since 1970.
    start: int
    #: Seconds over which devices spread their vouchers (0).
    window: int
    #: Seconds from a set's issue to its expiry.
    lifetime: int
    #: Each name makes a file that the first set holds.
    known: Sequence[str]


class World:
    """Sources that sign sets, accounts with devices, a collector and an authority, in a program of its own.

        with World(threshold=3, known=["a", "b", "c", "d"]) as world:
            world.account("alice").device().send("a", "b")
            assert world.revealed("alice") == set()

    With pytest take the fixture `sealedmatch_world`, which closes it. Not for several threads at a time, but for those
    of an executor one after another.
    """

    def __init__(
        self, *, tool: str | os.PathLike[str] | None = None, patience: float = 300, **settings: Unpack[Settings]
    ) -> None:
        """:param tool: the program `sealedmatch`; without it SEALEDMATCH_TOOL names it, or it is on PATH.

        :param patience: seconds after which a call without an answer is a failure.
        :param settings: those of `Settings`.
        :raises KitError: a setting is out of range.
        :raises KitProcessError: the program is not there, or is another release's.
        """
        known = settings.get("known", ())
        if isinstance(known, str):
            raise TypeError("known is a list of names, and not one text")
        #: Seconds over which devices spread their vouchers.
        self.window = settings.get("window", 0)
        self._stack = contextlib.ExitStack()
        self._accounts: dict[str, Account] = {}
        self._numbers = 0
        self._trust: TrustPolicy | None = None
        self._program = Program(tool, patience)
        self._stack.callback(self._program.close)
        try:
            begun = self._call("world", **{**settings, "known": list(known)})
            self._clock(begun)
            # Last in, first out: no file goes as long as a client is open.
            self._directory = Path(self._stack.enter_context(tempfile.TemporaryDirectory(prefix="sealedmatch-")))
            self._stack.callback(self._close_devices)
        except BaseException:
            self._stack.close()
            raise
        #: The collector, which can refuse.
        self.collector = Collector(self)

    def close(self) -> None:
        """Ends clients and program, and removes their files. Closing twice is no error.

        :raises KitProcessError: the program did not end well.
        """
        self._stack.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _close_devices(self) -> None:
        for account in self._accounts.values():
            for device in account._own_devices:
                device._close()

    def _call(self, call: str, /, **arguments: Any) -> Answer:
        return self._program.call(call, **arguments)

    def _number(self) -> int:
        """Another one each time."""
        self._numbers += 1
        return self._numbers

    # -- Clock

    def _clock(self, answer: Answer) -> None:
        #: Seconds since 1970. It moves only forward.
        self.now = answer.number("now")
        #: e, the epoch of this moment.
        self.epoch = answer.number("epoch")

    def advance(self, *, days: int = 0, seconds: int = 0) -> None:
        """Moves the clock forward. Requests whose time has come arrive. Devices do nothing by themselves.

        :raises KitError: clockBackwards.
        """
        self._clock(self._call("advance", seconds=days * DAY + seconds))

    def advance_to(self, moment: int) -> None:
        """To a moment, in seconds since 1970."""
        self._clock(self._call("advance", to=moment))

    def advance_to_next_epoch(self) -> None:
        """To the first second of the next epoch."""
        self._clock(self._call("advance", nextEpoch=True))

    # -- Items

    def add_file(self, name: str, content: Buffer) -> None:
        """A file without a perceptual hash, by its bytes.

        :raises KitError: nameTaken, as with all these.
        """
        self._call("item", name=name, file=base64.b64encode(content).decode())

    def add_picture(self, name: str, picture: Buffer | PIL.Image.Image, order: str | None = None) -> None:
        """A picture, by what `MediaItem.picture` takes."""
        self._call("item", name=name, picture=Picture.of(picture, order)._request())

    def add_synthetic_picture(self, name: str) -> None:
        """A picture of good quality, unlike others."""
        self._call("item", name=name, synthetic=True)

    def add_copy(self, name: str, original: str, *, quality: int = 75) -> None:
        """A picture as a codec gives it back that loses detail.

        :param quality: 1 to 100, as JPEG's.
        """
        self._call("item", name=name, copyOf=original, quality=quality)

    def add_video(self, name: str, frames: Sequence[Buffer | PIL.Image.Image], order: str | None = None) -> None:
        """A video that shows each of these pictures for a second."""
        self._call("item", name=name, frames=[Picture.of(frame, order)._request() for frame in frames])

    def add_synthetic_video(self, name: str, seconds: int) -> None:
        """A video of synthetic pictures, 1 to 100."""
        self._call("item", name=name, syntheticFrames=seconds)

    def add_unreadable(self, name: str) -> None:
        """Media that cannot be decoded. It gets a voucher like any other, which cannot match."""
        self._call("item", name=name, unreadable=True)

    def item(self, name: str) -> Item:
        """What a messenger would have in hand.

        :raises KitError: unknownItem.
        """
        return Item._answered(name, self._call("media", name=name))

    # -- Sets

    @property
    def trust(self) -> TrustPolicy:
        """What a client of this world pins: its sources, all of which must sign, test sets, and no floor."""
        if self._trust is None:
            answer = self._call("trust")
            self._trust = TrustPolicy(
                sources=answer.list_of_digits("sources"), minimum_signatures=answer.number("minimumSignatures"),
                minimum_threshold=answer.number("minimumThreshold"),
                minimum_polynomials=answer.number("minimumPolynomials"),
                minimum_probes=answer.number("minimumProbes"),
                maximum_check_levels=bytes(answer.numbers("maximumCheckLevels")),
                minimum_confirmed_sources=answer.number("minimumConfirmedSources"),
                minimum_separation=answer.number("minimumSeparation"),
                minimum_entries=answer.number("minimumEntries"), allow_test_sets=answer.truth("allowTestSets"),
            )  # fmt: skip
        return self._trust

    def publish(
        self,
        known: Sequence[str] | None = None,
        *,
        lists: Sequence[Sequence[str]] | None = None,
        threshold: int | None = None,
        polynomials: int | None = None,
    ) -> TestSet:
        """Publishes a set; devices go on with theirs until `fetch_set`.

        :param known: names of items that all sources list; or
        :param lists: a list for each source: the set has what enough of them name.
        :raises KitError: unknownItem; poorQuality for an item that no list can hold.
        """
        if isinstance(known, str):
            raise TypeError("known is a list of names, and not one text")
        given: dict[str, Any] = {
            "known": None if known is None else list(known), "threshold": threshold, "polynomials": polynomials,
            "lists": None if lists is None else [list(names) for names in lists],
        }  # fmt: skip
        answer = self._call("publish", **{name: value for name, value in given.items() if value is not None})
        return TestSet._answered(answer)

    @property
    def distributed_set(self) -> TestSet:
        """The set that is distributed; of a damaged one, what it was.

        :raises KitError: fileFailed: it is missing.
        """
        return TestSet._answered(self._call("set"))

    def set_file(self) -> Path:
        """A file with what clients get that fetch a set now, for a `BlindedSet.open` of your own.

        :raises KitError: fileFailed: it is missing.
        """
        file = self._directory / f"{self._number()}.smset"
        file.write_bytes(self._call("set").data("file"))
        return file

    def distribute(self, what: Literal["current", "missing", "corrupt", "truncated"] | int) -> None:
        """What clients get from now on that fetch a set: the newest one, none, a damaged one, or a version."""
        self._call("distribute", what=what)

    # -- Accounts

    def account(self, name: str) -> Account:
        """The account of this name; it begins when it is asked for the first time."""
        if name not in self._accounts:
            self._accounts[name] = Account(self, name)
        return self._accounts[name]

    # -- Faults

    def network(
        self,
        *,
        next: Sequence[Fate] = (),
        lost: float = 0,
        answers_lost: float = 0,
        repeated: float = 0,
        delayed: float = 0,
        longest_delay: int = 3_600,
        reorders: bool = False,
    ) -> None:
        """What happens to requests of simulated devices from now on; what is not given does not happen.

        :param next: of the next requests, one after another.
        :param lost: the share of the others that never arrive, 0 to 1; so are the next three.
        :param longest_delay: in seconds; each delay is uniform up to it.
        :param reorders: a round's requests leave in a random order.
        """
        self._call(
            "network", next=[fate if isinstance(fate, str) else dict(fate) for fate in next], lost=lost,
            answersLost=answers_lost, repeated=repeated, delayed=delayed, longestDelay=longest_delay,
            reorders=reorders,
        )  # fmt: skip

    def authority_has_keys(self, has: bool) -> None:
        """Without the sets' keys the authority opens nothing."""
        self._call("authority", keys=has)

    # -- Questions

    def revealed(self, account: str, epoch: int | None = None) -> set[str]:
        """The names of the items that are revealed of an account; none while everything is sealed.

        :param epoch: the running one, unless told.
        :raises KitError: unknownAccount.
        """
        given = {} if epoch is None else {"epoch": epoch}
        return set(self._call("revealed", account=account, **given).texts("items"))

    def report(self, account: str, epoch: int | None = None) -> Report:
        """What would be revealed of an account now, and why not yet.

        :param epoch: the running one, unless told.
        :raises KitError: unknownAccount.
        """
        given = {} if epoch is None else {"epoch": epoch}
        answer = self._call("report", account=account, **given)
        known = self._accounts.get(account)
        own: list[Device] = [] if known is None else known._own_devices
        return Report._answered(answer, sum(device.waiting for device in own))

    def knowledge(self) -> list[Knowledge]:
        """What the collector knows."""
        return [Knowledge._answered(known) for known in self._call("knowledge").objects("accounts")]


class WorldFactory(Protocol):
    """The type of the fixture `sealedmatch_world`."""

    def __call__(self, **settings: Unpack[Settings]) -> World: ...
