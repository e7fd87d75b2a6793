"""Four people in an encrypted Matrix room send pictures; one of them sends more known pictures than the threshold. Run
it:

python scenario.py --tool sealedmatch --service sealedmatchd --pictures DIRECTORY
"""

from __future__ import annotations

import argparse
import asyncio
import base64
import contextlib
import dataclasses
import json
import logging
import random
import tempfile
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from homeserver import Homeserver
from login import LoginService, tokens
from nio import (
    AsyncClientConfig,
    JoinError,
    LoginError,
    MatrixRoom,
    MemoryDownloadResponse,
    RoomCreateError,
    RoomEncryptedMedia,
    SyncError,
)
from nio.crypto import decrypt_attachment
from parties import KnownSet, Photograph, Releases, Tool, photographs
from sealedmatch import DAY, account_of
from sealedmatch.upload import Delivery, Refusal, Uploader, fetch_set
from sealing import OnFailure, Sealing, SealingConfiguration
from sealing_client import SealingClient
from service import CollectorService

#: What the messenger does to a picture before it sends it: longest side and JPEG quality; None sends the file as it is.
RECOMPRESSIONS: list[tuple[int, int] | None] = [None, (1600, 85), (1280, 75), None, (800, 70), (512, 60)]


@dataclass
class Person:
    name: str
    #: What she sends, in this order. A picture that is there twice is sent twice.
    pictures: list[Photograph] = field(default_factory=list)

    @property
    def user_id(self) -> str:
        return f"@{self.name}:{Homeserver.name}"

    @property
    def account(self) -> bytes:
        """The account in registrations. Vouchers carry a pseudonym."""
        return account_of(self.user_id)


@dataclass(frozen=True)
class Sent:
    """One message, as only its sender knows it."""

    person: Person
    photograph: Photograph
    content: bytes = field(repr=False)
    event_id: str


@dataclass(frozen=True)
class Received:
    """One message, as a receiver has decrypted it."""

    sender: str
    url: str
    key: str
    hash: str
    iv: str
    content: bytes = field(repr=False)


async def logged_in(server: Homeserver, user_id: str, store: Path, address: str | None = None) -> SealingClient:
    store.mkdir(parents=True, exist_ok=True)
    client = SealingClient(
        address or server.address, user_id, store_path=str(store), config=AsyncClientConfig(encryption_enabled=True)
    )
    answer = await client.login("password")
    if isinstance(answer, LoginError):
        raise RuntimeError(answer.message)
    if client.should_upload_keys:
        await client.keys_upload()
    await synced(client)
    return client


async def synced(client: SealingClient) -> None:
    """One step of what a messenger does all the time: get events and keys, answer what was asked."""
    answer = await client.sync(timeout=0)
    if isinstance(answer, SyncError):
        raise RuntimeError(answer.message)
    await client.send_to_device_messages()
    if client.should_query_keys:
        await client.keys_query()


async def encrypted_room(clients: list[SealingClient]) -> str:
    """A room of all of them, whose devices know each other."""
    encryption = {"type": "m.room.encryption", "state_key": "", "content": {"algorithm": "m.megolm.v1.aes-sha2"}}
    created = await clients[0].room_create(
        invite=[client.user_id for client in clients[1:]], initial_state=[encryption]
    )
    if isinstance(created, RoomCreateError):
        raise RuntimeError(created.message)
    for client in clients[1:]:
        joined = await client.join(created.room_id)
        if isinstance(joined, JoinError):
            raise RuntimeError(joined.message)
    for client in clients:
        await synced(client)
        if not client.rooms[created.room_id].encrypted:
            raise RuntimeError("the room is not encrypted")
    room_id: str = created.room_id
    return room_id


class Reading:
    """A receiver's messenger at work: `async with Reading(client) as reading:` it synchronises all the time."""

    def __init__(self, client: SealingClient) -> None:
        self.client = client
        self._events: list[RoomEncryptedMedia] = []
        self._arrived = asyncio.Event()
        client.add_event_callback(self._note, RoomEncryptedMedia)

    def _note(self, room: MatrixRoom, event: RoomEncryptedMedia) -> None:
        self._events.append(event)
        self._arrived.set()

    async def __aenter__(self) -> Reading:
        self._task = asyncio.create_task(
            self.client.sync_forever(timeout=1000, sync_filter={"room": {"timeline": {"limit": 1000}}})
        )
        return self

    async def __aexit__(self, *error: Any) -> None:
        self._task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await self._task

    async def messages(self, event_ids: set[str], seconds: float = 60) -> dict[str, Received]:
        """Waits for these events, and downloads and decrypts the attachments of all that came."""
        async with asyncio.timeout(seconds):
            while not event_ids <= {event.event_id for event in self._events}:
                self._arrived.clear()
                await self._arrived.wait()
        messages: dict[str, Received] = {}
        for event in self._events:
            answer = await self.client.download(event.url)
            if not isinstance(answer, MemoryDownloadResponse):
                raise RuntimeError(f"{event.url}: {answer}")
            content = decrypt_attachment(answer.body, event.key["k"], event.hashes["sha256"], event.iv)
            messages[event.event_id] = Received(
                event.sender, event.url, event.key["k"], event.hashes["sha256"], event.iv, content
            )
        return messages


@dataclass
class Outcome:
    """Everything that the test looks at."""

    people: list[Person]
    sent: list[Sent]
    received: dict[str, Received]
    #: What each person's messenger uploaded.
    deliveries: dict[str, Delivery]
    #: By account, in hexadecimal: of those whose names were released.
    cases: dict[str, dict[str, Any]]
    threshold: int
    seconds: float


class Scenario:
    """The parties of one run under one directory, with the homeserver up."""

    def __init__(self, directory: Path, pictures: Path, tool: Tool, service: str) -> None:
        """:param service: the program `sealedmatchd`."""
        self.directory = directory
        self.tool = tool
        self._service = service
        self.server = Homeserver(directory / "homeserver")
        directory.mkdir()
        # 60 known pictures, 24 that are on nobody's list.
        chosen = photographs(pictures, directory / "pictures", 84, tool)
        random.Random(1).shuffle(chosen)
        self.known_pictures, self.other_pictures = chosen[:60], chosen[60:]
        self.known = KnownSet(directory / "set", tool, self.known_pictures)
        self.known.build()

    def __enter__(self) -> Scenario:
        self.server.__enter__()
        return self

    def __exit__(self, *error: Any) -> None:
        self.server.__exit__(*error)

    def people(self) -> list[Person]:
        known, other = self.known_pictures, self.other_pictures
        return [
            Person("anna", other[:12]),
            # One short of the threshold of 30, some of them twice.
            Person("bruno", known[:29] + other[12:18] + known[:6]),
            # The threshold, what chance openings cost, and more.
            Person("carla", known[10:58] + other[18:24]),
        ]

    def configuration(self, person: Person, on_failure: OnFailure = OnFailure.FAIL_CLOSED) -> SealingConfiguration:
        def report(error: Exception) -> None:
            raise AssertionError(f"{person.name}: nothing should have failed here") from error

        return SealingConfiguration(
            set_file=self.set_file(person), trust=self.known.trust,
            directory=self.directory / "clients" / person.name,
            account=person.account,
            on_failure=on_failure, report=report,
        )  # fmt: skip

    def set_file(self, person: Person) -> Path:
        """The set that a person's messenger has fetched."""
        return self.directory / "sets" / f"{person.name}.smset"

    @contextlib.asynccontextmanager
    async def messenger(self, person: Person, service: CollectorService) -> AsyncIterator[SealingClient]:
        """A person's messenger, with sealing in it."""
        self.server.register(person.name, "password")
        client = await logged_in(self.server, person.user_id, self.directory / "stores" / person.name)
        file = self.set_file(person)
        file.parent.mkdir(exist_ok=True)
        # Weekly, at random times: a set that others do not get, or no set, would show.
        await asyncio.to_thread(fetch_set, service.address, file, self.known.trust)
        client.sealing = Sealing(self.configuration(person))
        try:
            yield client
        finally:
            await client.sealing.close()
            await client.close()

    async def run(self) -> Outcome:
        started = time.monotonic()
        people = self.people()
        sent: list[Sent] = []
        deliveries: dict[str, Delivery] = {}
        async with contextlib.AsyncExitStack() as stack:
            login = LoginService(self.directory / "login", self.server.address, self.server.name)
            stack.enter_context(login)
            service = CollectorService(self._service, self.directory / "service", self.known, login.key_set)
            stack.enter_context(service)
            async with contextlib.AsyncExitStack() as messengers:
                senders = [await messengers.enter_async_context(self.messenger(person, service)) for person in people]
                reader = await messengers.enter_async_context(self.messenger(Person("rita"), service))
                room = await encrypted_room([*senders, reader])

                async def send_all(person: Person, client: SealingClient) -> None:
                    for number, photograph in enumerate(person.pictures):
                        recompression = RECOMPRESSIONS[number % len(RECOMPRESSIONS)]
                        content = photograph.jpeg if recompression is None else photograph.recompressed(*recompression)
                        event_id = await client.send_picture(room, content, name=photograph.name)
                        sent.append(Sent(person, photograph, content, event_id))

                async with Reading(reader) as reading:
                    await asyncio.gather(
                        *(send_all(person, client) for person, client in zip(people, senders, strict=True))
                    )
                    arrived = await reading.messages({message.event_id for message in sent})
                for person, client in zip(people, senders, strict=True):
                    deliveries[person.name] = await self.a_day_later(client, service, login)
            # Who has sent less than the threshold is not even tried.
            tried = sum(len(person.pictures) >= self.known.threshold for person in people)
            revealed = service.cases(len(sent), tried)
        # The collector releases the names of the revealed, and of nobody else.
        names = Releases(self.directory / "releases", service.database, self.tool).names(service.requests())
        cases = {names[pseudonym]: case for pseudonym, case in revealed.items()}
        seconds = time.monotonic() - started
        return Outcome(people, sent, arrived, deliveries, cases, self.known.threshold, seconds)

    async def a_day_later(self, client: SealingClient, service: CollectorService, login: LoginService) -> Delivery:
        """The outbox keeps vouchers for up to a day and gives them out in random order. A test does not wait: another
        clock does it.
        """
        assert client.sealing is not None
        await client.sealing.close()
        later = dataclasses.replace(client.sealing.configuration, clock=lambda: time.time() + DAY)
        client.sealing = Sealing(later)

        def report(refusal: Refusal) -> None:
            later.report(refusal.error)

        # A connection of its own, and with it a login of its own.
        with Uploader(service.address, tokens(client, login.address), report=report) as uploader:
            return await client.sealing.deliver(uploader)


def notes(case: dict[str, Any]) -> list[dict[str, str]]:
    """What the reviewer reads in a case file: the notes of the matches."""
    return [json.loads(base64.b64decode(match["note"])) for match in case["matches"]]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--tool", default="sealedmatch", help="the command line tool")
    parser.add_argument("--service", default="sealedmatchd", help="the program of the collector's service")
    parser.add_argument("--pictures", type=Path, required=True, help="a directory with some 15 large photographs")
    arguments = parser.parse_args()
    logging.getLogger("nio").setLevel(logging.ERROR)
    with (
        tempfile.TemporaryDirectory() as work,
        Scenario(Path(work) / "work", arguments.pictures, Tool(arguments.tool), arguments.service) as scenario,
    ):
        outcome = asyncio.run(scenario.run())
    known = {photograph.name for photograph in scenario.known_pictures}
    print(f"{'who':8}{'sent':>6}{'known':>7}{'vouchers':>10}{'revealed':>10}")
    for person in outcome.people:
        of_hers = [message for message in outcome.sent if message.person is person]
        case = outcome.cases.get(person.account.hex())
        different = len({message.photograph.name for message in of_hers} & known)
        print(
            f"{person.name:8}{len(of_hers):6}{different:7}{outcome.deliveries[person.name].stored:10}"
            f"{len(case['matches']) if case else 0:10}"
        )
    print(
        f"{len(outcome.received)} pictures arrived and were decrypted; threshold {outcome.threshold}; "
        f"{outcome.seconds:.0f} s"
    )


if __name__ == "__main__":
    main()
