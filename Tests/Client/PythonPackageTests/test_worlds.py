"""`sealedmatch.testing`: test worlds, with the package's own client and with the kit's devices."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from sealedmatch import (
    DAY,
    BlindedSet,
    EncodingError,
    ErrorCode,
    MediaItem,
    SealedMatchError,
    SetError,
    StateError,
    account_of,
)
from sealedmatch.testing import Device, Difference, KitError, SimulatedDevice, World

NAMES = ["a", "b", "c", "d", "e", "f"]
Make = Callable[..., World]


@pytest.fixture
def world(sealedmatch_world: Make) -> World:
    return sealedmatch_world(threshold=3, known=NAMES)


@pytest.fixture(params=["device", "simulated_device"])
def phone(request: pytest.FixtureRequest, world: World) -> Device | SimulatedDevice:
    found: Device | SimulatedDevice = getattr(world.account("alice"), request.param)()
    return found


def refused(function: Callable[[], Any]) -> KitError:
    with pytest.raises(KitError) as error:
        function()
    return error.value


# -- What both kinds of devices do


def test_what_is_revealed_and_why(world: World, phone: Device | SimulatedDevice) -> None:
    assert world.report("alice").reason in ("notRegistered", "nothingArrived")
    assert phone.send("a", "b").acknowledged == 2
    phone.send_others(3)
    report = world.report("alice")
    assert report.reason in ("belowThreshold", "notDecodable"), "which one depends on chance openings"
    assert (report.revealed, report.stored, report.waiting) == (None, 5, 0)
    assert "sealed" in report.explanation and report.account == "alice" and report.epoch == world.epoch
    assert report.matches == (2 if isinstance(phone, SimulatedDevice) else None)
    phone.seal("c", b"a note of my own")
    phone.seal("d")
    assert world.report("alice").waiting == 2 and world.revealed("alice") == set()
    assert phone.deliver() == dataclasses.replace(phone.deliver(), acknowledged=2)
    report = world.account("alice").report()
    assert report.matches == 4 and report.reason is None and report.revealed is not None
    assert {match.name: match.note for match in report.revealed} == {
        "a": b"a", "b": b"b", "c": b"a note of my own", "d": b"d",
    }  # fmt: skip
    identifiers = {voucher[16:32].hex() for voucher in phone.vouchers.acknowledged}
    assert len(identifiers) == 7 and {match.voucher_id for match in report.revealed} < identifiers
    (known,) = world.knowledge()
    assert (known.account, known.epoch, known.vouchers) == ("alice", world.epoch, 7)
    assert known.voucher_bytes == sum(map(len, phone.vouchers.acknowledged))
    assert known.pseudonym == phone.vouchers.acknowledged[0][32:64]


def test_a_retry_and_a_repeat_are_no_second_match(world: World, phone: Device | SimulatedDevice) -> None:
    phone.send("a", "b", "c")
    for _ in range(3):
        phone.resend()
        phone.send("a", "b", "c")
    assert world.revealed("alice") == set() and world.report("alice").stored == 12
    phone.send("d")
    assert world.revealed("alice") == {"a", "b", "c", "d"}


def test_an_epoch_ends(world: World, phone: Device | SimulatedDevice) -> None:
    first = world.epoch
    phone.send("a", "b", "c")
    world.advance_to_next_epoch()
    assert (world.epoch, world.now % (30 * DAY)) == (first + 1, 0)
    phone.send("d", "e", "f")
    assert world.revealed("alice") == world.revealed("alice", first) == set()
    phone.send("a")
    assert world.revealed("alice") == {"a", "d", "e", "f"} and world.revealed("alice", first) == set()


def test_a_window_spreads_vouchers(sealedmatch_world: Make) -> None:
    world = sealedmatch_world(threshold=2, known=NAMES, window=DAY)
    for phone in world.account("alice").device(), world.account("bob").simulated_device():
        sent = phone.send(*NAMES)
        assert sent.waiting + sent.acknowledged == 6 and sent.acknowledged < 6
        assert len(phone.vouchers.waiting) == sent.waiting == world.report(phone.account.name).waiting
    world.advance(days=1)
    for phone in world.account("alice").device(), world.account("bob").simulated_device():
        assert phone.deliver().waiting == 0
        assert world.revealed(phone.account.name) == set(NAMES)


def test_refusals_that_are_final(world: World, phone: Device | SimulatedDevice) -> None:
    world.collector.refuse_vouchers(ErrorCode.QUOTA_EXCEEDED)
    sent = phone.send("a", "b")
    assert (sent.acknowledged, sent.refused, sent.waiting) == (1, 1, 0)
    assert sent.failure is not None and (sent.failure.code, sent.failure.number) == ("quotaExceeded", 410)
    assert len(phone.vouchers.refused) == 1
    world.collector.refuse("pseudonymConflict")
    sent = phone.send("c")
    assert (sent.acknowledged, sent.refused) == (1, 0), "a registration that is refused holds nothing up"


def test_refusals_that_put_off_or_end_the_round(world: World, phone: Device | SimulatedDevice) -> None:
    world.collector.refuse(ErrorCode.EPOCH_TOO_FAR)
    sent = phone.send("a", "b")
    assert (sent.acknowledged, sent.refused, sent.waiting) == (0, 0, 2), "its vouchers wait: they are not registered"
    world.collector.refuse_vouchers(ErrorCode.UNKNOWN_SET, times=2)
    sent = phone.deliver()
    assert sent.waiting > 0 and sent.refused == 0
    world.collector.stop()
    before = world.collector.requests
    sent = phone.deliver()
    assert sent.acknowledged == 0 and sent.failure is not None and sent.failure.code == "fileFailed"
    assert world.collector.requests == before + 1, "the round is over"
    world.collector.start()
    while phone.deliver().waiting:
        pass
    assert world.report("alice").stored == 2


def test_sets_that_a_device_must_not_take(world: World, phone: Device | SimulatedDevice) -> None:
    phone.send("a")
    newer = world.publish([*NAMES, "a"], threshold=4)
    assert newer.version == 2 and newer.threshold == 4 and newer == world.distributed_set
    # In the kit's device the library's errors come as the kit's.
    code = lambda error: error.number if isinstance(error, KitError) else error.code  # noqa: E731
    for what, expected in (
        (2, ErrorCode.SET_MISMATCH),
        ("missing", ErrorCode.FILE_FAILED),
        ("corrupt", ErrorCode.ROOT_MISMATCH),
        ("truncated", ErrorCode.WRONG_LENGTH),
    ):
        world.distribute(what)  # type: ignore[arg-type]
        with pytest.raises((KitError, SealedMatchError)) as error:
            phone.fetch_set()
        assert code(error.value) == expected, what
        assert phone.send("b").acknowledged == 1, "it goes on with the set that it has"
    third = world.publish(["d", "e"])
    world.distribute("current")
    assert phone.fetch_set() == third.version == 3 and third.known == ("d", "e")
    world.distribute(1)
    with pytest.raises((KitError, SealedMatchError)) as error:
        phone.fetch_set()
    assert code(error.value) == ErrorCode.SET_ROLLED_BACK
    # a and b under the first set, d and e under the third: c is on no list any more.
    phone.send("c", "d", "e")
    assert world.revealed("alice") == {"a", "b", "d", "e"}


def test_another_threshold_comes_with_an_epoch(world: World) -> None:
    phone = world.account("alice").device()
    phone.send("a")
    world.publish(NAMES, threshold=4)
    with pytest.raises(StateError):
        phone.fetch_set()
    world.advance_to_next_epoch()
    assert phone.fetch_set() == 2
    phone.send("a", "b", "c", "d")
    assert world.revealed("alice") == set()
    phone.send("e")
    assert world.revealed("alice") == {"a", "b", "c", "d", "e"}


def test_a_device_starts_again_and_comes_back_from_a_backup(world: World, phone: Device | SimulatedDevice) -> None:
    phone.send("a", "b")
    phone.restart()
    phone.send("a", "b", "c")
    assert world.revealed("alice") == set()
    backup = phone.backup()
    phone.send("d")
    assert world.revealed("alice") == {"a", "b", "c", "d"}
    phone.restore(backup)  # type: ignore[arg-type]
    assert phone.send("e").acknowledged == 1
    assert world.revealed("alice") == {"a", "b", "c", "d", "e"}


def test_several_devices(world: World) -> None:
    for account, kind in ("alice", "device"), ("bob", "simulated_device"):
        phone, tablet = (getattr(world.account(account), kind)(name) for name in ("phone", "tablet"))
        assert getattr(world.account(account), kind)("tablet") is tablet
        phone.send("a", "b", "c")
        world.account(account).merge_devices()
        tablet.send("a", "b", "c")
        assert world.revealed(account) == set(), account
        tablet.send("d")
        assert world.revealed(account) == {"a", "b", "c", "d"}, account
    with pytest.raises(KitError, match="share a secret"):
        world.account("alice").simulated_device()


# -- Items


def test_items_of_all_kinds_match_what_the_sources_list(sealedmatch_world: Make) -> None:
    world = sealedmatch_world(threshold=2)
    random = np.random.default_rng(5)

    def picture(*channels: int) -> np.ndarray[Any, Any]:
        small = random.integers(0, 256, (8, 9, *channels), dtype=np.uint8)
        return np.repeat(np.repeat(small, 16, axis=0), 16, axis=1)

    world.add_file("file", b"%PDF-1.7")
    for order in "L", "RGB", "RGBA", "BGRA":
        world.add_picture(order, picture(*([] if order == "L" else [len(order)])), order)
    world.add_synthetic_picture("synthetic")
    world.add_copy("copy", "synthetic", quality=60)
    world.add_video("video", [picture(3), picture(3)])
    world.add_synthetic_video("film", seconds=2)
    world.add_unreadable("broken")
    listed = ["file", "L", "RGB", "RGBA", "BGRA", "synthetic", "video", "film"]
    world.publish(listed)
    alice, bob = world.account("alice").device(), world.account("bob").simulated_device()
    for phone in alice, bob:
        phone.send(*listed, "broken")
        phone.send_others(2)
        assert world.revealed(phone.account.name) == set(listed)
    # The copy is the listed picture: a second match of it is none, and a first one is.
    alice.send("copy")
    assert world.report("alice").matches == len(listed)
    carla = world.account("carla").device()
    carla.send("copy", "file", "film")
    revealed = world.report("carla").revealed
    assert revealed is not None and {match.note for match in revealed} == {b"copy", b"file", b"film"}


def test_what_a_messenger_has_in_hand(world: World) -> None:
    pixels = np.arange(12, dtype=np.uint8).reshape(2, 2, 3)
    world.add_picture("tiny", pixels)
    item = world.item("tiny")
    assert item.kind == "picture" and item.file is None and item.pictures[0].order == "RGB"
    assert np.array_equal(np.asarray(item.pictures[0].view), pixels)
    world.add_picture("grey", memoryview(bytes(range(6))).cast("B", (2, 3)))
    assert world.item("grey").pictures[0].view.tolist() == [[0, 1, 2], [3, 4, 5]]
    world.add_file("empty", b"")
    assert world.item("empty").file == b""
    file = world.item("a").file
    media = world.item("a").media()
    assert file is not None and isinstance(media, MediaItem) and bytes(media) == bytes(MediaItem.of_file(file))


def test_each_source_has_a_list_of_its_own(sealedmatch_world: Make) -> None:
    world = sealedmatch_world(threshold=2, sources=3)
    for name in NAMES:
        world.add_file(name, name.encode())
    published = world.publish(lists=[["a", "b", "c"], ["b", "c", "d"], ["e"]])
    assert set(published.known) == {"b", "c"}
    assert len(world.trust.sources) == world.trust.minimum_signatures == 3


# -- Clients of one's own


def test_a_client_of_ones_own(world: World, sealedmatch_world: Make) -> None:
    alice = world.account("alice")
    assert alice.id == account_of("alice")
    with pytest.raises(SetError) as error:
        BlindedSet.open(world.set_file(), dataclasses.replace(world.trust, allow_test_sets=False), now=world.now)
    assert error.value.code == ErrorCode.TEST_SET
    with BlindedSet.open(world.set_file(), world.trust, now=world.now) as known:
        assert known.info.is_test and known.info.root == world.distributed_set.root
    phone = alice.device()
    assert phone.known.info.threshold == 3
    phone.seal("a")
    (waiting,) = phone.client.due(phone.now)
    (outcome,) = alice.upload([waiting.voucher])
    assert isinstance(outcome, KitError) and outcome.code == "notRegistered" and outcome.number == 406
    assert alice.register(phone.client.registrations()) == ["stored"]
    (stranger,) = world.account("bob").upload([waiting.voucher])
    assert isinstance(stranger, KitError), "another account's voucher"
    assert alice.upload([waiting.voucher, waiting.voucher]) == ["stored", "alreadyStored"]
    short, again = alice.upload([b"no voucher", waiting.voucher])
    assert isinstance(short, KitError) and short.number == ErrorCode.WRONG_LENGTH and again == "alreadyStored"
    # Another world's set is none of this one's.
    other = sealedmatch_world(seed=2, known=NAMES)
    with pytest.raises(SetError) as error:
        BlindedSet.open(other.set_file(), world.trust, now=world.now)
    assert error.value.code == ErrorCode.TOO_FEW_SIGNATURES


def test_clocks_and_errors_of_ones_own_client(world: World) -> None:
    phone = world.account("alice").device()
    # A client never goes back an epoch, whatever the clock says.
    for offset, epoch in (0, world.epoch), (-40 * DAY, world.epoch), (40 * DAY, world.epoch + 1), (0, world.epoch + 1):
        phone.clock_offset = offset
        assert phone.send("a").acknowledged == 1 and phone.now == world.now + offset
        assert int.from_bytes(phone.vouchers.acknowledged[-1][12:16], "little") == epoch
    world.advance(days=301)
    with pytest.raises(SetError) as expired:
        phone.send("c")
    assert expired.value.code == ErrorCode.SET_EXPIRED
    with pytest.raises(EncodingError):
        phone.seal_media(MediaItem(b"\xff" * len(bytes(MediaItem.unreadable()))))


# -- The kit's devices alone


def test_faults(world: World) -> None:
    phone = world.account("alice").simulated_device()
    phone.faults(disk_full=True)
    assert refused(lambda: phone.send("a")).code == "fileFailed"
    phone.faults(disk_full=False, random_fails_after=0)
    assert refused(lambda: phone.send("a")).number == ErrorCode.RANDOM_SOURCE_FAILED
    phone.faults(random_fails_after=None, clock_offset=40 * DAY)
    assert phone.send("a").acknowledged == 1
    assert [known.epoch for known in world.knowledge()] == [world.epoch, world.epoch + 1]
    world.advance_to_next_epoch()
    phone.faults(clock_offset=0)
    world.network(next=["lost", "arrives", "answerLost", {"delayed": 60}])
    assert phone.send("b").failure is not None
    assert phone.deliver().failure is not None
    phone.send("c")
    assert world.report("alice").in_flight == 1
    world.advance(seconds=60)
    assert world.report("alice").in_flight == 0
    world.network()
    phone.deliver()
    assert world.report("alice").stored == 3, "the early one is of this epoch"
    world.authority_has_keys(False)
    bob = world.account("bob").simulated_device()
    bob.send(*NAMES)
    assert world.report("bob").reason == "keyMissing"
    world.authority_has_keys(True)
    assert world.revealed("bob") == set(NAMES)


def test_nothing_tells_a_match_from_outside(world: World) -> None:
    world.add_file("unknown", b"nobody lists it")
    world.add_synthetic_picture("picture")
    phone = world.account("alice").simulated_device()
    assert phone.differences("a", "unknown") == []
    kinds = phone.differences("a", "picture")
    assert all(isinstance(difference, Difference) for difference in kinds)
    assert {difference.what for difference in kinds} <= {"state bytes"}, kinds


def test_the_same_seed_gives_the_same_bytes(sealedmatch_world: Make) -> None:
    def bytes_of(seed: int) -> tuple[bytes, list[bytes]]:
        world = sealedmatch_world(seed=seed, threshold=3, chance=2, known=NAMES)
        phone = world.account("alice").simulated_device()
        phone.send("a", "b")
        return world.set_file().read_bytes(), phone.vouchers.acknowledged

    assert bytes_of(7) == bytes_of(7)
    assert bytes_of(7)[0] != bytes_of(8)[0]


def test_a_long_name_in_a_small_payload(sealedmatch_world: Make) -> None:
    name = "é" * 100
    world = sealedmatch_world(threshold=2, payload=128, known=["a", "b", name])
    for kind in "device", "simulated_device":
        phone = getattr(world.account(kind), kind)()
        phone.send("a", "b", name)
        assert world.revealed(kind) == {"a", "b", name}


def test_no_chance_openings(sealedmatch_world: Make) -> None:
    world = sealedmatch_world(threshold=3, chance=0, known=NAMES)
    phone = world.account("alice").simulated_device()
    phone.send("a", "b")
    report = world.report("alice")
    assert (report.openings, report.matches, report.needed_matches) == (2, 2, 3)
    phone.send("c")
    assert world.revealed("alice") == {"a", "b", "c"}


# -- Wrong uses


def test_wrong_uses_name_what_to_do(world: World, sealedmatch_world: Make) -> None:
    phone = world.account("alice").device()
    simulated = world.account("bob").simulated_device()
    for code, use in {
        "unknownItem": [lambda: phone.send("x"), lambda: simulated.send("x"), lambda: world.publish(["x"])],
        "unknownAccount": [lambda: world.revealed("nobody"), lambda: world.report("nobody")],
        "unknownBackup": [lambda: simulated.restore(1)],
        "clockBackwards": [lambda: world.advance(days=-1), lambda: world.advance_to(world.now - 1)],
        "nameTaken": [lambda: world.add_file("a", b""), lambda: world.add_unreadable("a")],
        "badRequest": [lambda: world.add_copy("y", "a", quality=101), lambda: world.collector.refuse("none")],
        "badValue": [lambda: world.add_copy("y", "a"), lambda: world.publish(lists=[["a"]])],
    }.items():
        for wrong in use:
            error = refused(wrong)
            assert (error.code, error.number) == (code, None) and len(error.message) > 10
            assert error.call in str(error) and error.code in str(error) and error.message in str(error)
    world.add_unreadable("broken")
    assert refused(lambda: world.publish(["broken"])).code == "poorQuality"
    for settings in ({"threshold": 1}, {"chance": 32}, {"sources": 17}, {"colour": "red"}, {"chance": "none"}):
        assert refused(lambda: sealedmatch_world(**settings)).call == "world"
    for wrong_type in (
        lambda: sealedmatch_world(known="abc"),
        lambda: world.publish("abc"),
        lambda: world.add_picture("z", "no picture"),  # type: ignore[arg-type]
    ):
        with pytest.raises(TypeError):
            wrong_type()
    with pytest.raises(KitError, match="64|67108864"):
        world.add_file("huge", bytes(49 << 20))
    phone.send("a", "b", "c", "d")
    assert world.revealed("alice") == {"a", "b", "c", "d"}, "nothing of it has changed the world"
