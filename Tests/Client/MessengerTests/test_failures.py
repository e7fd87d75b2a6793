"""What a messenger must get right: retries, sets that are missing, expired or corrupt, a collector that refuses. Each
test sends through a real homeserver, and asks the test world what arrived and what would be revealed.
"""

from __future__ import annotations

import asyncio
import contextlib
import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest
from breaking_proxy import Break, BreakingProxy
from homeserver import Homeserver
from nio import AsyncClient
from nio.crypto import decrypt_attachment
from sealedmatch import DAY, ErrorCode, SealedMatchError
from sealedmatch.testing import KitError, World, WorldFactory
from sealedmatch.upload import Unavailable
from sealing import NotSealed, OnFailure, Sealing
from talks import add_photographs, asynchronous, conversation, fetch, photograph


@pytest.fixture
def world(sealedmatch_world: WorldFactory) -> World:
    """With t = 3, and photographs a to h, all but h listed."""
    world = sealedmatch_world(threshold=3)
    add_photographs(world, "abcdefgh")
    world.publish(list("abcdefg"))
    return world


@asynchronous
async def test_the_threshold(server: Homeserver, world: World, tmp_path: Path) -> None:
    """Docs/Testing.md's test, through the whole messenger."""
    async with conversation(server, world, tmp_path) as talk:
        await talk.send("a", "b", "h")
        assert await talk.revealed() == ""
        await talk.send("a", "b", "h")
        assert await talk.revealed() == "", "the same pictures are no more matches"
        await talk.send("c", "d")
        assert await talk.revealed() == "abcd"
        world.advance_to_next_epoch()
        await talk.send("e", "f", "g")
        assert await talk.revealed() == ""
        assert talk.reported == []


@pytest.mark.parametrize("where", list(Break))
@asynchronous
async def test_a_retry_of_an_upload_seals_once(server: Homeserver, world: World, tmp_path: Path, where: Break) -> None:
    async with (
        BreakingProxy(server.port, [where]) as proxy,
        conversation(server, world, tmp_path, proxy.address) as talk,
    ):
        before = talk.stored_media
        event = await talk.send("a")
        assert (proxy.uploads, proxy.broken) == (2, 1)
        # The server got the file once or twice; that is what a retry means.
        assert talk.stored_media - before == (2 if where is Break.BEFORE_THE_ANSWER else 1)
        assert await talk.contents(event) == [photograph("a")]
        assert await talk.stored() == 1


@asynchronous
async def test_an_upload_by_itself_is_sealed_once_however_often_nio_asks_for_the_data(
    server: Homeserver, world: World, tmp_path: Path
) -> None:
    """nio's own interface, as programs use it that know nothing of items: an open file, and no name for it."""
    picture = photograph("a")
    (tmp_path / "picture.jpg").write_bytes(picture)
    breaks = [Break.WHILE_SENDING, Break.BEFORE_THE_ANSWER, Break.WHILE_SENDING]
    async with (
        BreakingProxy(server.port, breaks) as proxy,
        conversation(server, world, tmp_path, proxy.address) as talk,
    ):
        with (tmp_path / "picture.jpg").open("rb") as file:
            response, key = await talk.client.upload(file, encrypt=True, filesize=len(picture))
        assert proxy.uploads == 4
        downloaded = await talk.reading.client.download(response.content_uri)
        assert decrypt_attachment(downloaded.body, key["key"]["k"], key["hashes"]["sha256"], key["iv"]) == picture
        assert await talk.stored() == 1
        # A thumbnail, or anything else that is no item of its own.
        await AsyncClient.upload(talk.client, lambda got_429, got_timeouts: b"a thumbnail", encrypt=True)
        assert await talk.stored() == 1


@asynchronous
async def test_sending_again_seals_once_for_each_message(server: Homeserver, world: World, tmp_path: Path) -> None:
    async with conversation(server, world, tmp_path) as talk:
        first = await talk.send("a", transaction="one")
        assert await talk.send("a", transaction="one") == first
        # The next run of the program, too.
        configuration = talk.sealing.configuration
        await talk.sealing.close()
        talk.client.sealing = Sealing(configuration)
        await talk.send("a", transaction="one")
        assert await talk.stored() == 1
        # Another message with the same picture is another item. It gets its voucher, which counts as a repeat.
        assert await talk.send("a", transaction="two") != first
        assert await talk.stored() == 2
        await talk.send("b", "c")
        assert await talk.revealed() == ""


@asynchronous
async def test_many_at_once(server: Homeserver, world: World, tmp_path: Path) -> None:
    """Concurrent sends of one account: one voucher each, and one for those of the same transaction."""
    async with conversation(server, world, tmp_path) as talk:
        names = ["a", "b", "c", "d", "e", "f", "a"]
        events = await asyncio.gather(*(talk.send(name, transaction=f"transaction {name}") for name in names))
        assert events[0] == events[-1] and len(set(events)) == 6
        assert set(await talk.contents(*events)) == {photograph(name) for name in names}
        assert await talk.stored() == 6 and await talk.revealed() == "abcdef"


def expire(world: World) -> None:
    world.advance(days=301)


@pytest.mark.parametrize("policy", list(OnFailure))
@pytest.mark.parametrize(
    ("spoil", "code"),
    [
        (lambda world: world.distribute("missing"), ErrorCode.FILE_FAILED),
        (lambda world: world.distribute("corrupt"), ErrorCode.ROOT_MISMATCH),
        (lambda world: world.distribute("truncated"), ErrorCode.WRONG_LENGTH),
        (expire, ErrorCode.SET_EXPIRED),
    ],
    ids=["missing", "corrupt", "truncated", "expired"],
)
@asynchronous
async def test_a_bad_set(
    server: Homeserver, world: World, tmp_path: Path, spoil: Callable[[World], None], code: ErrorCode,
    policy: OnFailure,
) -> None:  # fmt: skip
    spoil(world)
    async with conversation(server, world, tmp_path, on_failure=policy) as talk:
        before = talk.stored_media
        events = []
        if policy is OnFailure.FAIL_OPEN:
            events = [await talk.send("a")]
            assert talk.stored_media == before + 1
        else:
            with pytest.raises(NotSealed) as refused:
                await talk.send("a", transaction="again")
            assert isinstance(refused.value.__cause__, SealedMatchError) and refused.value.__cause__.code == code
            assert talk.stored_media == before
        assert talk.codes == [code]
        # A good set arrives. What could not be sent is sent; what was sent without a voucher stays so.
        world.distribute("current")
        world.publish(list("abcdefg"))
        fetch(world, tmp_path / "known.smset")
        events.append(await talk.send("b", transaction="again"))
        expected = ["a", "b"] if policy is OnFailure.FAIL_OPEN else ["b"]
        assert await talk.contents(*events) == [photograph(name) for name in expected]
        assert talk.codes == [code] and await talk.stored() == 1


@asynchronous
async def test_a_newer_set_is_used_and_a_bad_one_is_not(server: Homeserver, world: World, tmp_path: Path) -> None:
    async with conversation(server, world, tmp_path) as talk:
        await talk.send("a", "b")
        world.publish(list("cdh"))
        fetch(world, tmp_path / "known.smset")
        await talk.send("c")
        assert talk.reported == []
        # Somebody replaces it by an older one: it is reported, and the newer one stays in use.
        world.distribute(1)
        fetch(world, tmp_path / "known.smset")
        await talk.send("h")
        assert talk.codes == [ErrorCode.SET_ROLLED_BACK]
        # Only the second set lists h.
        assert await talk.revealed() == "abch"


@asynchronous
async def test_another_threshold_waits_for_the_next_epoch(server: Homeserver, world: World, tmp_path: Path) -> None:
    async with conversation(server, world, tmp_path) as talk:
        await talk.send("a", "b", "c")
        world.publish(list("abcdefg"), threshold=4)
        fetch(world, tmp_path / "known.smset")
        await talk.send("d")
        assert talk.codes == [ErrorCode.SET_MISMATCH]
        assert await talk.revealed() == "abcd", "the old t holds until the epoch ends"
        world.advance_to_next_epoch()
        await talk.send("a", "b", "c", "d")
        assert await talk.revealed() == ""
        await talk.send("e")
        assert await talk.revealed() == "abcde" and len(talk.reported) == 1


@asynchronous
async def test_a_set_that_expires_while_the_messenger_runs(server: Homeserver, world: World, tmp_path: Path) -> None:
    async with conversation(server, world, tmp_path) as talk:
        epoch = world.epoch
        await talk.send("a")
        expire(world)
        with pytest.raises(NotSealed) as refused:
            await talk.send("b")
        assert isinstance(refused.value.__cause__, SealedMatchError)
        assert refused.value.__cause__.code == ErrorCode.SET_EXPIRED
        # What was sealed before goes out all the same.
        assert await talk.deliver() == 1
        assert world.report(talk.account.name, epoch).stored == 1


@asynchronous
async def test_what_is_refused_for_good_does_not_hold_up_the_others(
    server: Homeserver, world: World, tmp_path: Path
) -> None:
    async with conversation(server, world, tmp_path) as talk:
        await talk.send("a", "b", "c")
        world.collector.refuse_vouchers(ErrorCode.EPOCH_IN_PAST)
        assert await talk.deliver() == 2 and len(talk.reported) == 1
        # Set aside: it is not asked for again, and its bytes are not lost.
        requests = world.collector.requests
        assert await talk.deliver() == 0 and world.collector.requests == requests + 1, "the registration alone"
        (kept,) = (tmp_path / "sealing" / "client" / "outbox").glob("*.refused")
        assert talk.account.upload([kept.read_bytes()]) == ["stored"]
        # A registration that is refused for good holds nothing up either: the collector answers for each voucher.
        world.collector.refuse(ErrorCode.COMMITMENT_CONFLICT)
        await talk.send("d")
        assert await talk.deliver() == 1 and len(talk.reported) == 2


@asynchronous
async def test_what_is_put_off_does_not_hold_up_the_others(server: Homeserver, world: World, tmp_path: Path) -> None:
    """An epoch that the collector cannot register now, and a set that it does not know yet."""
    async with conversation(server, world, tmp_path) as talk:
        first = world.epoch
        await talk.send("a")
        world.advance_to_next_epoch()
        await talk.send("b", "c")
        world.collector.refuse(ErrorCode.EPOCH_TOO_FAR)
        world.advance(days=1)
        assert (await talk.sealing.deliver(talk.uploader)).stored == 2
        assert [known.epoch for known in world.knowledge()] == [first + 1], "nothing of the first epoch was offered"
        await talk.send("d", "e")
        world.advance(days=1)
        world.collector.refuse_vouchers(ErrorCode.UNKNOWN_SET, times=3)
        assert (await talk.sealing.deliver(talk.uploader)).stored == 0
        put_off = [ErrorCode.EPOCH_TOO_FAR, ErrorCode.UNKNOWN_SET]
        assert talk.codes == put_off, "once for the epoch, once for the set"
        # Nothing was lost by it.
        assert await talk.deliver() == 3 and await talk.deliver() == 0
        assert [world.report(talk.account.name, epoch).stored for epoch in (first, first + 1)] == [1, 4]


@asynchronous
async def test_a_collector_that_is_down(server: Homeserver, world: World, tmp_path: Path) -> None:
    async with conversation(server, world, tmp_path) as talk:
        await talk.send("a", "b")
        world.collector.stop()
        with pytest.raises(Unavailable, match="fileFailed.*nothing is lost"):
            await talk.deliver()
        world.collector.start()
        assert await talk.deliver() == 2


@asynchronous
async def test_the_collector_takes_no_voucher_for_another_account(
    server: Homeserver, world: World, tmp_path: Path
) -> None:
    async with conversation(server, world, tmp_path) as talk:
        await talk.send("a")
        world.advance(days=1)
        client = talk.sealing._open(world.now)
        registrations, (waiting,) = client.registrations(), list(client.due(world.now))
        stranger = world.account("@eve:example.org")
        for outcome in stranger.register(registrations) + stranger.upload([waiting.voucher]):
            assert isinstance(outcome, KitError) and outcome.number is not None
        assert world.knowledge() == [] and await talk.stored() == 1


@asynchronous
async def test_a_journal_that_another_process_reads_delays_only_one_item(
    server: Homeserver, world: World, tmp_path: Path
) -> None:
    async with conversation(server, world, tmp_path) as talk:
        journal = tmp_path / "sealing" / "journal.sqlite"
        assert journal.stat().st_mode & 0o077 == 0
        with contextlib.closing(sqlite3.connect(journal, isolation_level=None)) as reader:
            reader.execute("BEGIN")
            reader.execute("SELECT * FROM sealed").fetchall()
            with pytest.raises(NotSealed):
                await talk.send("a")
            reader.execute("COMMIT")
        await talk.send("b")
        assert await talk.stored() == 1, "what was not sent has no voucher"


@asynchronous
async def test_what_is_no_picture_gets_a_voucher_of_the_same_size(
    server: Homeserver, world: World, tmp_path: Path
) -> None:
    """A document, an empty file and a damaged picture: nobody can tell which attachments were pictures."""
    async with conversation(server, world, tmp_path, window=DAY) as talk:
        for content in (b"%PDF-1.7 nothing to see", b"", photograph("a")[:5_000], photograph("a")):
            await talk.client.send_picture(talk.room, content, name="file")
        await talk.deliver()
        (known,) = world.knowledge()
        assert known.vouchers == 4
        client = talk.sealing._open(world.now)
        assert known.voucher_bytes == 4 * talk.sealing._known.info.voucher_bytes and client.unreadable == 0
