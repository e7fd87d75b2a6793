"""Retries, and a set that is missing, expired or corrupt."""

from __future__ import annotations

import asyncio
import contextlib
import dataclasses
import itertools
import shutil
import sqlite3
import time
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest
from breaking_proxy import Break, BreakingProxy
from nio import AsyncClient
from nio.crypto import decrypt_attachment
from scenario import Person, Reading, Scenario, encrypted_room
from sealedmatch import DAY, ErrorCode, SealedMatchError, Waiting
from sealing import EPOCH, NotSealed, OnFailure, PutOff, Refused, Sealing, SealingConfiguration
from sealing_client import SealingClient

_people = itertools.count(1)


@dataclasses.dataclass
class Conversation:
    """Two people in an encrypted room, one of whom sends."""

    scenario: Scenario
    sender: Person
    client: SealingClient
    reading: Reading
    room: str

    async def vouchers(self) -> list[bytes]:
        """What the sender's outbox gives out a day later, once."""
        vouchers: list[bytes] = []

        class Catching:
            async def register(self, registration: bytes) -> None: ...

            async def store(self, voucher: Waiting) -> None:
                vouchers.append(voucher.voucher)

        sealing = self.client.sealing
        assert sealing is not None
        now = sealing.configuration.clock
        sealing.configuration = dataclasses.replace(sealing.configuration, clock=lambda: now() + DAY)
        while await sealing.deliver(Catching()):
            pass
        sealing.configuration = dataclasses.replace(sealing.configuration, clock=now)
        return vouchers

    @property
    def stored_media(self) -> int:
        return sum(1 for path in self.scenario.server.media_store.rglob("*") if path.is_file())


@contextlib.asynccontextmanager
async def conversation(
    scenario: Scenario,
    address: str | None = None,
    change: Callable[[SealingConfiguration], SealingConfiguration] = lambda configuration: configuration,
) -> AsyncIterator[Conversation]:
    sender, receiver = Person(f"sender{next(_people)}"), Person(f"receiver{next(_people)}")
    async with asyncio.timeout(120), contextlib.AsyncExitStack() as stack:
        client = await stack.enter_async_context(
            scenario.messenger(sender, address, change(scenario.configuration(sender)))
        )
        reader = await stack.enter_async_context(scenario.messenger(receiver))
        room = await encrypted_room([client, reader])
        reading = await stack.enter_async_context(Reading(reader))
        yield Conversation(scenario, sender, client, reading, room)


@pytest.mark.parametrize("where", list(Break))
def test_a_retry_of_an_upload_seals_once(scenario: Scenario, where: Break) -> None:
    picture = scenario.known_pictures[0].jpeg

    async def run() -> None:
        async with BreakingProxy(scenario.server.port, [where]) as proxy, conversation(scenario, proxy.address) as talk:
            before = talk.stored_media
            event = await talk.client.send_picture(talk.room, picture, name="picture.jpg")
            assert (proxy.uploads, proxy.broken) == (2, 1)
            # The server got the file once or twice; that is what a retry means.
            assert talk.stored_media - before == (2 if where is Break.BEFORE_THE_ANSWER else 1)
            assert (await talk.reading.messages({event}))[event].content == picture
            assert len(await talk.vouchers()) == 1

    asyncio.run(run())


def test_an_upload_by_itself_is_sealed_once_however_often_nio_asks_for_the_data(
    scenario: Scenario, tmp_path: Path
) -> None:
    """nio's own interface, as programs use it that know nothing of items: an open file, and no name for it."""
    picture = scenario.known_pictures[0].jpeg
    (tmp_path / "picture.jpg").write_bytes(picture)

    async def run() -> None:
        breaks = [Break.WHILE_SENDING, Break.BEFORE_THE_ANSWER, Break.WHILE_SENDING]
        async with BreakingProxy(scenario.server.port, breaks) as proxy, conversation(scenario, proxy.address) as talk:
            with (tmp_path / "picture.jpg").open("rb") as file:
                response, key = await talk.client.upload(file, encrypt=True, filesize=len(picture))
            assert proxy.uploads == 4
            downloaded = await talk.reading.client.download(response.content_uri)
            assert decrypt_attachment(downloaded.body, key["key"]["k"], key["hashes"]["sha256"], key["iv"]) == picture
            assert len(await talk.vouchers()) == 1
            # A thumbnail, or anything else that is no item of its own.
            await AsyncClient.upload(talk.client, lambda got_429, got_timeouts: b"a thumbnail", encrypt=True)
            assert await talk.vouchers() == []

    asyncio.run(run())


def test_sending_again_seals_once_for_each_message(scenario: Scenario) -> None:
    picture = scenario.known_pictures[0].jpeg

    async def run() -> None:
        async with conversation(scenario) as talk:
            first = await talk.client.send_picture(talk.room, picture, name="picture.jpg", transaction="one")
            again = await talk.client.send_picture(talk.room, picture, name="picture.jpg", transaction="one")
            assert first == again
            # The next run of the program, too.
            assert talk.client.sealing is not None
            configuration = talk.client.sealing.configuration
            await talk.client.sealing.close()
            talk.client.sealing = Sealing(configuration)
            await talk.client.send_picture(talk.room, picture, name="picture.jpg", transaction="one")
            # Another message with the same picture is another item. It gets its voucher, which counts as a repeat.
            other = await talk.client.send_picture(talk.room, picture, name="picture.jpg", transaction="two")
            assert other != first
            assert len(await talk.vouchers()) == 2

    asyncio.run(run())


def test_many_at_once(scenario: Scenario) -> None:
    """Concurrent sends of one account: one voucher each, and one for those of the same transaction."""
    pictures = [photograph.jpeg for photograph in scenario.known_pictures[:6]]

    async def run() -> None:
        async with conversation(scenario) as talk:
            sends = [
                talk.client.send_picture(talk.room, picture, name="p.jpg", transaction=f"t{index}")
                for index, picture in enumerate(pictures)
            ]
            twice = talk.client.send_picture(talk.room, pictures[0], name="p.jpg", transaction="t0")
            events = await asyncio.gather(*sends, twice)
            assert events[0] == events[-1] and len(set(events)) == len(pictures)
            assert {message.content for message in (await talk.reading.messages(set(events))).values()} == set(pictures)
            assert len(await talk.vouchers()) == len(pictures)

    asyncio.run(run())


def missing(scenario: Scenario, file: Path) -> ErrorCode:
    return ErrorCode.FILE_FAILED


def expired(scenario: Scenario, file: Path) -> ErrorCode:
    # The test's clock is two days ahead.
    scenario.known.build(file, expires_after_days=1)
    return ErrorCode.SET_EXPIRED


def corrupt(scenario: Scenario, file: Path) -> ErrorCode:
    content = bytearray(scenario.known.file.read_bytes())
    content[4096 + 1000] ^= 1
    file.write_bytes(content)
    return ErrorCode.ROOT_MISMATCH


def truncated(scenario: Scenario, file: Path) -> ErrorCode:
    file.write_bytes(scenario.known.file.read_bytes()[:-32])
    return ErrorCode.WRONG_LENGTH


@pytest.mark.parametrize("policy", list(OnFailure))
@pytest.mark.parametrize("spoil", [missing, expired, corrupt, truncated])
def test_a_bad_set(
    scenario: Scenario, tmp_path: Path, spoil: Callable[[Scenario, Path], ErrorCode], policy: OnFailure
) -> None:
    picture, another = (photograph.jpeg for photograph in scenario.known_pictures[:2])
    file = tmp_path / "bad.smset"
    code = spoil(scenario, file)
    reported: list[Exception] = []

    def change(configuration: SealingConfiguration) -> SealingConfiguration:
        return dataclasses.replace(
            configuration,
            set_file=file,
            on_failure=policy,
            report=reported.append,
            clock=lambda: time.time() + 2 * DAY,
        )

    async def run() -> None:
        async with conversation(scenario, change=change) as talk:
            before = talk.stored_media
            events: list[str] = []
            if policy is OnFailure.FAIL_OPEN:
                events.append(await talk.client.send_picture(talk.room, picture, name="picture.jpg"))
                assert talk.stored_media == before + 1
            else:
                with pytest.raises(NotSealed) as refused:
                    await talk.client.send_picture(talk.room, picture, name="picture.jpg", transaction="again")
                assert isinstance(refused.value.__cause__, SealedMatchError) and refused.value.__cause__.code == code
                assert talk.stored_media == before
            assert [error.code for error in reported if isinstance(error, SealedMatchError)] == [code]
            # A good set arrives. What could not be sent is sent; what was sent without a voucher stays so.
            shutil.copyfile(scenario.known.file, tmp_path / "new")
            (tmp_path / "new").rename(file)
            events.append(await talk.client.send_picture(talk.room, another, name="picture.jpg", transaction="again"))
            contents = [message.content for message in (await talk.reading.messages(set(events))).values()]
            assert contents == ([picture, another] if policy is OnFailure.FAIL_OPEN else [another])
            assert len(reported) == 1
            assert len(await talk.vouchers()) == 1

    asyncio.run(run())


def test_a_newer_set_is_used_and_a_bad_one_is_not(scenario: Scenario, tmp_path: Path) -> None:
    pictures = [photograph.jpeg for photograph in scenario.known_pictures[:3]]
    file = tmp_path / "known.smset"
    shutil.copyfile(scenario.known.file, file)
    newer = scenario.known.build(tmp_path / "newer.smset", version=2)
    reported: list[Exception] = []

    def change(configuration: SealingConfiguration) -> SealingConfiguration:
        return dataclasses.replace(configuration, set_file=file, report=reported.append)

    async def run() -> None:
        async with conversation(scenario, change=change) as talk:
            await talk.client.send_picture(talk.room, pictures[0], name="picture.jpg")
            newer.rename(file)
            await talk.client.send_picture(talk.room, pictures[1], name="picture.jpg")
            assert reported == []
            # Somebody replaces it by an older one: it is reported, and the newer one stays in use.
            shutil.copyfile(scenario.known.file, tmp_path / "old")
            (tmp_path / "old").rename(file)
            await talk.client.send_picture(talk.room, pictures[2], name="picture.jpg")
            assert [error.code for error in reported if isinstance(error, SealedMatchError)] == [
                ErrorCode.SET_ROLLED_BACK
            ]
            vouchers = await talk.vouchers()
            assert len(vouchers) == 3
            roots = [voucher[64:96] for voucher in vouchers]
            assert sorted(roots.count(root) for root in set(roots)) == [1, 2]

    asyncio.run(run())


def test_another_threshold_waits_for_the_next_epoch(scenario: Scenario, tmp_path: Path) -> None:
    picture = scenario.known_pictures[0].jpeg
    file = tmp_path / "known.smset"
    shutil.copyfile(scenario.known.file, file)
    other = scenario.known.build(tmp_path / "other.smset", version=2, threshold=31)
    reported: list[Exception] = []
    later = [0.0]

    def change(configuration: SealingConfiguration) -> SealingConfiguration:
        return dataclasses.replace(
            configuration, set_file=file, report=reported.append, clock=lambda: time.time() + later[0]
        )

    async def run() -> None:
        async with conversation(scenario, change=change) as talk:
            await talk.client.send_picture(talk.room, picture, name="picture.jpg")
            other.rename(file)
            await talk.client.send_picture(talk.room, picture, name="picture.jpg")
            assert [error.code for error in reported if isinstance(error, SealedMatchError)] == [ErrorCode.SET_MISMATCH]
            later[0] = 30 * DAY
            await talk.client.send_picture(talk.room, picture, name="picture.jpg")
            assert len(reported) == 1
            vouchers = await talk.vouchers()
            roots_by_epoch = {(int.from_bytes(voucher[12:16], "little"), voucher[64:96]) for voucher in vouchers}
            assert len(vouchers) == 3 and len(roots_by_epoch) == 2 and len({root for _, root in roots_by_epoch}) == 2

    asyncio.run(run())


def test_a_set_that_expires_while_the_messenger_runs(scenario: Scenario) -> None:
    picture = scenario.known_pictures[0].jpeg
    now = [0.0]

    def change(configuration: SealingConfiguration) -> SealingConfiguration:
        clock = configuration.clock
        return dataclasses.replace(configuration, clock=lambda: clock() + now[0], report=lambda error: None)

    async def run() -> None:
        async with conversation(scenario, change=change) as talk:
            await talk.client.send_picture(talk.room, picture, name="picture.jpg")
            now[0] = 91 * DAY
            with pytest.raises(NotSealed) as refused:
                await talk.client.send_picture(talk.room, picture, name="picture.jpg")
            assert (
                isinstance(refused.value.__cause__, SealedMatchError)
                and refused.value.__cause__.code == ErrorCode.SET_EXPIRED
            )
            # What was sealed before goes out all the same.
            assert len(await talk.vouchers()) == 1

    asyncio.run(run())


def test_what_is_refused_for_good_does_not_hold_up_the_others(scenario: Scenario) -> None:
    reported: list[Exception] = []

    class Choosy:
        def __init__(self) -> None:
            self.asked: list[bytes] = []

        async def register(self, registration: bytes) -> None:
            raise Refused("another commitment was first")

        async def store(self, voucher: Waiting) -> None:
            self.asked.append(voucher.voucher)
            if len(self.asked) == 1:
                raise Refused("the epoch is over")

    async def run() -> None:
        async with conversation(
            scenario, change=lambda it: dataclasses.replace(it, report=reported.append, window=0)
        ) as talk:
            for known in scenario.known_pictures[:3]:
                await talk.client.send_picture(talk.room, known.jpeg, name="picture.jpg")
            collector = Choosy()
            assert talk.client.sealing is not None
            assert await talk.client.sealing.deliver(collector) == 2
            assert len(set(collector.asked)) == 3 and len(reported) == 2
            # Set aside: it is not asked for again, and its bytes are not lost.
            assert await talk.client.sealing.deliver(Choosy()) == 0
            outbox = talk.client.sealing.configuration.directory / "client" / "outbox"
            (kept,) = outbox.glob("*.refused")
            assert kept.read_bytes() == collector.asked[0]

    asyncio.run(run())


def test_what_is_put_off_does_not_hold_up_the_others(scenario: Scenario) -> None:
    """An epoch that the collector cannot register now, and a set that it does not know yet."""

    class Choosy:
        def __init__(self, epoch: int | None, *, knows_the_set: bool = True) -> None:
            self.epoch = epoch
            self.knows_the_set = knows_the_set
            self.asked: list[int] = []

        async def register(self, registration: bytes) -> None:
            if int.from_bytes(registration[4:8], "little") == self.epoch:
                raise PutOff("too many epochs")

        async def store(self, voucher: Waiting) -> None:
            self.asked.append(voucher.epoch)
            if not self.knows_the_set:
                raise PutOff("the set is not known")

    async def run() -> None:
        async with conversation(
            scenario, change=lambda it: dataclasses.replace(it, report=lambda error: None, window=0)
        ) as talk:
            sealing = talk.client.sealing
            assert sealing is not None
            now = sealing.configuration.clock
            await talk.client.send_picture(talk.room, scenario.known_pictures[0].jpeg, name="picture.jpg")
            sealing.configuration = dataclasses.replace(sealing.configuration, clock=lambda: now() + EPOCH)
            for known in scenario.known_pictures[1:3]:
                await talk.client.send_picture(talk.room, known.jpeg, name="picture.jpg")
            first = int(now()) // EPOCH
            collector = Choosy(first)
            assert await sealing.deliver(collector) == 2 and first not in collector.asked
            ignorant = Choosy(None, knows_the_set=False)
            # One question a set, not one a voucher.
            assert await sealing.deliver(ignorant) == 0 and len(ignorant.asked) == 1
            # Nothing was lost by it.
            assert await sealing.deliver(Choosy(None)) == 1
            assert await sealing.deliver(Choosy(None)) == 0

    asyncio.run(run())


def test_a_journal_that_another_process_reads_delays_only_one_item(scenario: Scenario) -> None:
    async def run() -> None:
        async with conversation(scenario, change=lambda it: dataclasses.replace(it, report=lambda error: None)) as talk:
            sealing = talk.client.sealing
            assert sealing is not None
            journal = sealing.configuration.directory / "journal.sqlite"
            assert journal.stat().st_mode & 0o077 == 0
            with contextlib.closing(sqlite3.connect(journal, isolation_level=None)) as reader:
                reader.execute("BEGIN")
                reader.execute("SELECT * FROM sealed").fetchall()
                with pytest.raises(NotSealed):
                    await talk.client.send_picture(talk.room, scenario.known_pictures[0].jpeg, name="picture.jpg")
                reader.execute("COMMIT")
            await talk.client.send_picture(talk.room, scenario.known_pictures[1].jpeg, name="picture.jpg")

    asyncio.run(run())


def test_what_is_no_picture_gets_a_voucher_of_the_same_size(scenario: Scenario) -> None:
    """A document, an empty file and a damaged picture: nobody can tell which attachments were pictures."""
    damaged = scenario.known_pictures[0].jpeg[:5000]

    async def run() -> None:
        async with conversation(scenario) as talk:
            for content in (b"%PDF-1.7 nothing to see", b"", damaged, scenario.known_pictures[0].jpeg):
                await talk.client.send_picture(talk.room, content, name="file")
            vouchers = await talk.vouchers()
            assert len(vouchers) == 4 and len({len(voucher) for voucher in vouchers}) == 1

    asyncio.run(run())
