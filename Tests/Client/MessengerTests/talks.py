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
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from homeserver import Homeserver
from PIL import Image
from scenario import Reading, encrypted_room, logged_in
from sealedmatch import ErrorCode, SealedMatchError
from sealedmatch.testing import Account, KitError, World
from sealedmatch.upload import Retries, Uploader
from sealing import OnFailure, Sealing, SealingConfiguration
from sealing_client import SealingClient
from world_front import WorldFront

_people = itertools.count(1)
#: Nobody waits for a collector that is down on purpose.
AT_ONCE = Retries(attempts=2, first=0)


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


@dataclass
class Talk:
    world: World
    server: Homeserver
    account: Account
    client: SealingClient
    reading: Reading
    room: str
    uploader: Uploader
    reported: list[Exception]

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
        return (await self.sealing.deliver(self.uploader)).stored

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
        front = stack.enter_context(WorldFront(account))
        reported: list[Exception] = []
        uploader = stack.enter_context(
            Uploader(front.address, None, retries=AT_ONCE, report=lambda refusal: reported.append(refusal.error))
        )
        reading = await stack.enter_async_context(Reading(receiver))
        talk = Talk(world, server, account, sender, reading, room, uploader, reported)
        configuration = SealingConfiguration(
            set_file=directory / "known.smset", trust=world.trust, directory=directory / "sealing",
            account=account.id, on_failure=OnFailure.FAIL_CLOSED, report=talk.reported.append,
            clock=lambda: world.now,
        )  # fmt: skip
        sender.sealing = Sealing(replace(configuration, **changed))
        stack.push_async_callback(lambda: talk.sealing.close())
        yield talk
