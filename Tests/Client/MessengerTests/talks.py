"""Two people in an encrypted room of a real homeserver, one of whom sends; sources, collector and authority are a test
world's (Docs/Testing.md). The messenger is the example, the library the one that is shipped.
"""

from __future__ import annotations

import asyncio
import contextlib
import functools
import io
import itertools
import random
from collections.abc import AsyncIterator, Callable, Coroutine
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from homeserver import Homeserver
from PIL import Image
from scenario import Reading, encrypted_room, logged_in
from sealedmatch import ErrorCode, SealedMatchError, Waiting
from sealedmatch.testing import Account, KitError, World
from sealing import OnFailure, PutOff, Refused, Sealing, SealingConfiguration
from sealing_client import SealingClient

_people = itertools.count(1)


def photograph(name: str) -> bytes:
    """A JPEG file, another one for each name; large enough for its upload to break in the middle."""
    draw, size = random.Random(name), (512, 448)
    shapes = Image.frombytes("RGB", (9, 8), draw.randbytes(3 * 9 * 8)).resize(size, Image.Resampling.BICUBIC)
    grain = Image.frombytes("RGB", size, draw.randbytes(3 * size[0] * size[1]))
    file = io.BytesIO()
    Image.blend(shapes, grain, 0.1).save(file, "JPEG", quality=90)
    return file.getvalue()


def add_photographs(world: World, names: str) -> None:
    for name in names:
        world.add_picture(name, Image.open(io.BytesIO(photograph(name))))


def asynchronous(test: Callable[..., Coroutine[Any, Any, None]]) -> Callable[..., None]:
    @functools.wraps(test)
    def run(*arguments: Any, **named: Any) -> None:
        asyncio.run(test(*arguments, **named))

    return run


class WorldCollector:
    """The messenger's server in front of the kit's collector: it knows who asks, and what each answer means for a
    client (Docs/Protocol.md, 5.14, step 5).
    """

    def __init__(self, account: Account) -> None:
        self.account = account

    async def register(self, registration: bytes) -> None:
        self._sort(self.account.register([registration]), {ErrorCode.QUOTA_EXCEEDED, ErrorCode.EPOCH_TOO_FAR})

    async def store(self, voucher: Waiting) -> None:
        self._sort(self.account.upload([voucher.voucher]), {ErrorCode.UNKNOWN_SET})

    def _sort(self, outcomes: list[str | KitError], put_off: set[ErrorCode]) -> None:
        (outcome,) = outcomes
        if isinstance(outcome, KitError):
            if outcome.number == ErrorCode.FILE_FAILED:
                raise OSError(str(outcome))
            raise (PutOff if outcome.number in put_off else Refused)(str(outcome))


@dataclass
class Talk:
    world: World
    server: Homeserver
    account: Account
    client: SealingClient
    reading: Reading
    room: str
    reported: list[Exception] = field(default_factory=list)

    @property
    def sealing(self) -> Sealing:
        assert self.client.sealing is not None
        return self.client.sealing

    async def send(self, *names: str, transaction: str | None = None) -> str:
        """Sends photographs by name; the result is the last one's event."""
        event = ""
        for name in names:
            event = await self.client.send_picture(
                self.room, photograph(name), name="picture.jpg", transaction=transaction
            )
        return event

    async def deliver(self) -> int:
        """A day later all that was sealed is due; the result is how much the collector took."""
        self.world.advance(days=1)
        total = 0
        while taken := await self.sealing.deliver(WorldCollector(self.account)):
            total += taken
        return total

    async def stored(self) -> int:
        await self.deliver()
        return self.world.report(self.account.name).stored

    async def revealed(self) -> str:
        """The names of what is revealed, a letter each."""
        await self.deliver()
        return "".join(sorted(self.world.revealed(self.account.name)))

    @property
    def codes(self) -> list[int]:
        """What the messenger was told of, of the library."""
        return [error.code for error in self.reported if isinstance(error, SealedMatchError)]

    @property
    def stored_media(self) -> int:
        return sum(1 for path in self.server.media_store.rglob("*") if path.is_file())

    async def contents(self, *events: str) -> list[bytes]:
        """What the receiver has decrypted."""
        return [message.content for message in (await self.reading.messages(set(events))).values()]


def fetch(world: World, file: Path) -> None:
    """The messenger's own download of what is distributed: whole, by a rename. Nothing if it is missing."""
    try:
        world.set_file().rename(file)
    except KitError as error:
        if error.number != ErrorCode.FILE_FAILED:
            raise


@contextlib.asynccontextmanager
async def conversation(
    server: Homeserver, world: World, directory: Path, address: str | None = None, **changed: Any
) -> AsyncIterator[Talk]:
    """:param changed: fields of the sender's `SealingConfiguration`."""
    fetch(world, directory / "known.smset")
    async with asyncio.timeout(120), contextlib.AsyncExitStack() as stack:

        async def messenger(name: str, address: str | None) -> SealingClient:
            user = server.register(name, "password")
            client = await logged_in(server, user, directory / name, address)
            stack.push_async_callback(client.close)
            return client

        sender = await messenger(f"sender{next(_people)}", address)
        receiver = await messenger(f"receiver{next(_people)}", None)
        account = world.account(sender.user_id)
        room = await encrypted_room([sender, receiver])
        talk = Talk(world, server, account, sender, await stack.enter_async_context(Reading(receiver)), room)
        configuration = SealingConfiguration(
            set_file=directory / "known.smset", trust=world.trust, directory=directory / "sealing",
            account=account.id, on_failure=OnFailure.FAIL_CLOSED, report=talk.reported.append,
            clock=lambda: world.now,
        )  # fmt: skip
        sender.sealing = Sealing(replace(configuration, **changed))
        stack.push_async_callback(lambda: talk.sealing.close())
        yield talk
