"""Sets, clients, sealers and outboxes; hostile arguments at each."""

from __future__ import annotations

import dataclasses
import gc
import hashlib
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from published import ACCOUNT, LIST, Published
from sealedmatch import (
    DAY,
    AccountSecret,
    BlindedSet,
    Client,
    EncodingError,
    ErrorCode,
    MachineError,
    MediaItem,
    Outbox,
    SealedMatchError,
    Sealer,
    SetError,
    StateError,
    TrustPolicy,
    UsageError,
)

ITEM = MediaItem.exact(hashlib.sha256(b"an attachment").digest())
EPOCH = 30 * DAY
NOW = int(time.time())
LATER = NOW + 2 * DAY
# Docs/Protocol.md, section 2.
LEVELS = [5, 6, 6, 7, 8, 16, 28, 36, 80, 160, 255, 255]


def code_of(function: Callable[[], Any]) -> int:
    with pytest.raises(SealedMatchError) as refused:
        function()
    return refused.value.code


# -- Sets


def test_a_set_says_what_it_is(published: Published, known: BlindedSet) -> None:
    info = known.info
    assert (
        info.entries == len(LIST)
        and info.threshold == 30
        and 1 < info.version == info.issued_at
        and info.voucher_bytes == 4492
        and info.maximum_note_bytes == 988
        and (info.polynomials, info.probes, info.check_levels) == (312, 32, bytes(LEVELS))
    )
    assert set(info.sources) == set(info.signed_by) == set(published.sources)
    assert info.confirmed_sources == 2
    assert info.issued_at <= time.time() < info.expires_at
    assert info.root.hex() in published.run("set", "inspect", published.file)
    with BlindedSet.from_bytes(published.file.read_bytes(), published.trust) as same:
        assert same.info == info


def test_a_set_of_profile_3(published: Published, tmp_path: Path) -> None:
    file = published.build(tmp_path / "next.smset", "--profile", "3")
    assert code_of(lambda: BlindedSet.open(file, published.trust)) == ErrorCode.UNKNOWN_PROFILE
    with BlindedSet.open(file, dataclasses.replace(published.trust, profiles=(2, 3))) as opened:
        assert (opened.info.profile, opened.info.probes, opened.info.key_bits) == (3, 64, 53)


def test_sets_that_must_not_be_used(published: Published, tmp_path: Path) -> None:
    good, trust = published.file.read_bytes(), published.trust

    def changed(place: int) -> bytes:
        content = bytearray(good)
        content[place] ^= 1
        return bytes(content)

    def opening(content: bytes, policy: TrustPolicy = trust, **options: Any) -> int:
        return code_of(lambda: BlindedSet.from_bytes(content, policy, **options))

    assert opening(b"") == ErrorCode.WRONG_LENGTH
    assert opening(good[:-1]) == opening(good + b"\0") == ErrorCode.WRONG_LENGTH
    assert opening(changed(0)) == ErrorCode.INVALID_MAGIC
    assert opening(changed(4_096)) == ErrorCode.ROOT_MISMATCH
    # The penalty of the fourth hypothesis: another profile, whatever else is wrong with the file.
    assert opening(changed(798)) == ErrorCode.UNKNOWN_PROFILE
    assert opening(good, dataclasses.replace(trust, profiles=(3,))) == ErrorCode.UNKNOWN_PROFILE
    BlindedSet.from_bytes(good, dataclasses.replace(trust, profiles=(3, 2))).close()
    for profiles in ((1,), (2, 4)):
        with pytest.raises(ValueError, match="not known"):
            BlindedSet.from_bytes(good, dataclasses.replace(trust, profiles=profiles))
    assert opening(good, dataclasses.replace(trust, profiles=())) == ErrorCode.BAD_ARGUMENT
    assert opening(changed(3_073)) == ErrorCode.INVALID_SIGNATURE
    assert opening(good, now=NOW + 91 * DAY) == ErrorCode.SET_EXPIRED
    assert opening(good, last_version=int(NOW) + DAY) == ErrorCode.SET_ROLLED_BACK
    assert opening(good, dataclasses.replace(trust, sources=trust.sources[:1])) == ErrorCode.TOO_FEW_SIGNATURES
    assert opening(good, dataclasses.replace(trust, minimum_signatures=3)) == ErrorCode.TOO_FEW_SIGNATURES
    for policy in (dataclasses.replace(trust, minimum_signatures=0), dataclasses.replace(trust, sources=[])):
        with pytest.raises(ValueError, match="at least"):
            BlindedSet.from_bytes(good, policy)
    for field, value in [
        ("minimum_threshold", 31),
        ("minimum_entries", 1_201),
        ("minimum_separation", 7),
        ("minimum_polynomials", 313),
        ("minimum_probes", 33),
        ("maximum_check_levels", bytes([4, *LEVELS[1:]])),
        ("maximum_check_levels", bytes([*LEVELS[:10], 254, 254])),
    ]:
        assert opening(good, dataclasses.replace(trust, **{field: value})) == ErrorCode.BELOW_FLOOR, field
    for levels in (bytes(LEVELS), bytearray(LEVELS), b"\xff" * 12):
        with BlindedSet.from_bytes(good, dataclasses.replace(trust, maximum_check_levels=levels)) as pinned:
            assert pinned.info.check_levels == bytes(LEVELS)
    BlindedSet.from_bytes(good, dataclasses.replace(trust, maximum_lifetime=90 * DAY)).close()
    assert opening(good, dataclasses.replace(trust, maximum_lifetime=90 * DAY - 1)) == ErrorCode.BELOW_FLOOR
    confirmed = dataclasses.replace(trust, minimum_confirmed_sources=3)
    assert opening(good, confirmed) == ErrorCode.SUPPORT_NOT_CONFIRMED
    one = dataclasses.replace(trust, sources=trust.sources[:1], minimum_signatures=1)
    assert opening(good, one) == ErrorCode.SUPPORT_NOT_CONFIRMED
    assert opening(good, dataclasses.replace(one, minimum_confirmed_sources=0)) == ErrorCode.PARAMETER_OUT_OF_RANGE
    with BlindedSet.from_bytes(good, dataclasses.replace(one, minimum_confirmed_sources=1)) as lonely:
        assert lonely.info.confirmed_sources == 1
    assert opening(good, now=NOW - 2 * DAY) == ErrorCode.SET_NOT_YET_ISSUED
    assert opening(good, dataclasses.replace(trust, maximum_cells=4_097)) in (
        ErrorCode.BELOW_FLOOR,
        ErrorCode.WRONG_LENGTH,
    )
    assert code_of(lambda: BlindedSet.open(tmp_path / "nothing", trust)) == ErrorCode.FILE_FAILED
    assert code_of(lambda: BlindedSet.open(tmp_path, trust)) == ErrorCode.FILE_FAILED
    with pytest.raises(SetError, match="SET_EXPIRED \\(305\\): "):
        BlindedSet.open(published.file, trust, now=NOW + 91 * DAY)


@pytest.mark.parametrize(
    ("change", "error"),
    [
        ({"sources": [bytes(31)]}, ValueError),
        ({"sources": ["x" * 32]}, TypeError),
        ({"sources": [None]}, TypeError),
        ({"sources": []}, ValueError),
        ({"sources": [bytes(32)] * 1_025}, SealedMatchError),
        ({"minimum_signatures": -1}, ValueError),
        ({"minimum_signatures": 1 << 32}, ValueError),
        ({"minimum_signatures": 1.5}, TypeError),
        ({"minimum_threshold": 1 << 32}, ValueError),
        ({"maximum_cells": 1 << 64}, ValueError),
        ({"minimum_probes": -1}, ValueError),
        ({"maximum_check_levels": bytes([1] * 11)}, ValueError),
        ({"maximum_check_levels": bytes([1] * 13)}, ValueError),
        ({"maximum_check_levels": "5" * 12}, TypeError),
        ({"maximum_check_levels": LEVELS}, TypeError),
        ({"maximum_check_levels": bytes(12)}, SealedMatchError),
        ({"maximum_check_levels": bytes([9, *[8] * 11])}, SealedMatchError),
    ],
)
def test_policies_that_are_none(published: Published, change: dict[str, Any], error: type[Exception]) -> None:
    with pytest.raises(error):
        BlindedSet.open(published.file, dataclasses.replace(published.trust, **change))


@pytest.mark.parametrize("now", [-1, float("nan"), float("inf"), 1e30, 1 << 64])
def test_clocks_that_are_none(published: Published, known: BlindedSet, client: Client, now: float) -> None:
    for function in (
        lambda: BlindedSet.open(published.file, published.trust, now=now),
        lambda: client.seal(ITEM, now=now),
        lambda: list(client.due(now)),
    ):
        with pytest.raises(ValueError):
            function()


@pytest.mark.parametrize("now", [1 << 62, (1 << 63) - 1024])
def test_clocks_far_away(published: Published, client: Client, now: int) -> None:
    assert code_of(lambda: BlindedSet.open(published.file, published.trust, now=now)) == ErrorCode.SET_EXPIRED
    assert code_of(lambda: client.seal(ITEM, now=now)) == ErrorCode.SET_EXPIRED


# -- Clients


def test_a_client_seals_and_gives_out(client: Client, known: BlindedSet) -> None:
    notes = [b"", b"a note", bytearray(b"another"), memoryview(b"a third")[2:], bytes(known.info.maximum_note_bytes)]
    for note in notes:
        client.seal(ITEM, note)
    (registration,) = client.registrations()
    assert len(registration) == 106 and registration[:4] == b"SMR2" and registration[8:40] == ACCOUNT
    waiting = list(client.due(LATER))
    assert len(waiting) == len(notes) and client.unreadable == 0
    assert {len(entry.voucher) for entry in waiting} == {known.info.voucher_bytes}
    assert len({entry.voucher_id for entry in waiting}) == len(notes)
    assert all(
        entry.voucher[32:64] == registration[40:72] and entry.voucher[64:96] == known.info.root for entry in waiting
    )
    # A retry gets the same bytes; what is acknowledged is gone, and again is no error.
    assert list(client.due(LATER)) == waiting
    for entry in client.due(LATER):
        client.acknowledge(entry)
    client.acknowledge(waiting[0])
    assert list(client.due(LATER)) == []


def test_nothing_is_due_at_once(client: Client) -> None:
    """With the window of a day none of five vouchers is due within a second but by a chance of 6 in 100,000."""
    for _ in range(5):
        client.seal(ITEM)
    assert list(client.due(time.time())) == []


def test_the_collector_takes_what_it_gives(client: Client, published: Published, tmp_path: Path) -> None:
    for _ in range(3):
        client.seal(ITEM, b"note")
    upload = tmp_path / "upload"
    upload.mkdir()
    (upload / "1.registration").write_bytes(client.registrations()[0])
    for entry in client.due(LATER):
        (upload / f"{entry.voucher_id}.voucher").write_bytes(entry.voucher)
    said = published.run(
        "collect",
        "--database",
        tmp_path / "collector.sqlite",
        "--account-id",
        ACCOUNT.hex(),
        "--set",
        published.file,
        "--",
        upload,
    )
    assert "vouchers stored 3," in said and "refused 0" in said


def test_a_client_is_locked_and_goes_on(known: BlindedSet, tmp_path: Path) -> None:
    with Client(tmp_path / "c", known, ACCOUNT) as client:
        client.seal(ITEM)
        first = client.registrations()
        assert code_of(lambda: Client(tmp_path / "c", known, ACCOUNT)) == ErrorCode.FILE_FAILED
    with Client(tmp_path / "c", known, ACCOUNT) as client:
        assert client.registrations() == first and len(list(client.due(LATER))) == 1


def test_closing(known: BlindedSet, published: Published, tmp_path: Path) -> None:
    client = Client(tmp_path / "c", known, ACCOUNT)
    assert not client.closed
    client.close()
    client.close()
    assert client.closed
    for use in (client.registrations, lambda: client.seal(ITEM), lambda: list(client.due())):
        with pytest.raises(UsageError) as refused:
            use()
        assert refused.value.name == "BAD_HANDLE"
    # Without close(), when nobody refers to it any more.
    client = Client(tmp_path / "c", known, ACCOUNT)
    del client
    gc.collect()
    with Client(tmp_path / "c", known, ACCOUNT):
        pass
    # A set that is closed goes on in its clients.
    other = BlindedSet.open(published.file, published.trust)
    with Client(tmp_path / "d", other, ACCOUNT) as client:
        other.close()
        client.seal(ITEM)
        assert code_of(lambda: Client(tmp_path / "e", other, ACCOUNT)) == ErrorCode.BAD_HANDLE


def test_an_error_in_a_with_block_is_not_swallowed(known: BlindedSet, tmp_path: Path) -> None:
    with pytest.raises(KeyError), Client(tmp_path / "c", known, ACCOUNT):
        raise KeyError


@pytest.mark.parametrize(
    ("options", "error"),
    [
        ({"account": bytes(31)}, ValueError),
        ({"account": bytes(33)}, ValueError),
        ({"account": "carol"}, TypeError),
        ({"account": None}, TypeError),
        ({"account": 32}, TypeError),
        ({"devices": 2}, TypeError),
        ({"window": -1}, ValueError),
        ({"window": 1 << 64}, ValueError),
        ({"window": 0.5}, TypeError),
        ({"known": None}, TypeError),
        ({"known": b"known.smset"}, TypeError),
        ({"directory": None}, TypeError),
        ({"directory": 7}, TypeError),
        ({"directory": "nul\0byte"}, ValueError),
        ({"directory": ""}, SealedMatchError),
        ({"directory": "/nonexistent/parent/client"}, MachineError),
        ({"directory": "/dev/null"}, MachineError),
        ({"directory": "x" * 5_000}, SealedMatchError),
        ({"directory": "not-utf-8-\udcff"}, SealedMatchError),
    ],
)
def test_hostile_arguments_of_clients(
    known: BlindedSet, tmp_path: Path, options: dict[str, Any], error: type[Exception]
) -> None:
    arguments = {"directory": tmp_path / "c", "known": known, "account": ACCOUNT, **options}
    with pytest.raises(error):
        Client(**arguments)
    with Client(tmp_path / "c", known, ACCOUNT) as client:
        client.seal(ITEM)


@pytest.mark.parametrize(
    ("item", "note", "error"),
    [
        (None, b"", TypeError),
        (bytes(ITEM), b"", TypeError),
        (ITEM, "text", TypeError),
        (ITEM, None, TypeError),
        (ITEM, [1, 2], TypeError),
        (ITEM, memoryview(bytes(20))[::2], TypeError),
        (ITEM, bytes(989), StateError),
        (ITEM, bytes(1 << 24), StateError),
        (MediaItem(bytes(66600)), b"", EncodingError),
        (MediaItem(b"\xff" * 66600), b"", EncodingError),
        (MediaItem(bytes(ITEM)[:900] + b"\xff" * 65_700), b"", EncodingError),
    ],
)
def test_hostile_arguments_of_seal(client: Client, item: Any, note: Any, error: type[Exception]) -> None:
    with pytest.raises(error):
        client.seal(item, note)
    assert list(client.due(LATER)) == []
    client.seal(ITEM)
    assert len(list(client.due(LATER))) == 1


def test_damaged_files(known: BlindedSet, tmp_path: Path) -> None:
    with Client(tmp_path / "c", known, ACCOUNT) as client:
        for _ in range(3):
            client.seal(ITEM)
        victim = sorted((tmp_path / "c" / "outbox").glob("*.voucher"))[0]
        victim.write_bytes(b"not a voucher")
        assert len(list(client.due(LATER))) == 2 and client.unreadable == 1
    state = tmp_path / "c" / "client"
    content = state.read_bytes()
    state.write_bytes(content[:20])
    assert code_of(lambda: Client(tmp_path / "c", known, ACCOUNT)) == ErrorCode.WRONG_LENGTH
    state.write_bytes(b"\xff" * len(content))
    with pytest.raises(EncodingError):
        Client(tmp_path / "c", known, ACCOUNT)
    state.write_bytes(content)
    with Client(tmp_path / "c", known, ACCOUNT) as client:
        client.seal(ITEM)


def test_a_new_epoch_has_a_new_registration(published: Published, known: BlindedSet, tmp_path: Path) -> None:
    with Client(tmp_path / "c", known, ACCOUNT, now=NOW) as client:
        client.seal(ITEM, now=NOW)
        client.seal(ITEM, now=NOW + EPOCH)
        registrations = client.registrations()
        assert len(registrations) == 2 and registrations[0][40:72] != registrations[1][40:72]
        assert registrations[0][72:] != registrations[1][72:]
        epochs = {int.from_bytes(entry.voucher[12:16], "little") for entry in client.due(NOW + EPOCH + DAY)}
        assert epochs == {NOW // EPOCH, NOW // EPOCH + 1}


# -- Secrets and sealers


def test_a_sealer_s_state_is_the_messenger_s(known: BlindedSet, tmp_path: Path) -> None:
    with AccountSecret.create(known, now=NOW) as secret, Outbox(tmp_path / "outbox") as outbox:
        assert secret.epoch == NOW // EPOCH
        exported = secret.export()
        assert isinstance(exported, bytearray) and len(exported) == 40
        with Sealer(known, secret, ACCOUNT, now=NOW) as sealer:
            voucher = sealer.seal(ITEM, b"note")
            state, kept = sealer.state, sealer.secret
            assert sealer.registration[72:104] == secret.commitment(known, ACCOUNT)
            assert kept == exported
        with AccountSecret.from_bytes(kept) as again, Sealer(known, again, ACCOUNT, state=state, now=NOW) as sealer:
            sealer.merge(state)
            assert len(sealer.state) == len(state)
            assert not sealer.advance(now=NOW)
            assert sealer.advance(now=NOW + EPOCH)
            assert sealer.secret != kept
        outbox.put(voucher, now=NOW)
        (entry,) = outbox.due(NOW + DAY)
        assert entry.voucher == voucher
        outbox.acknowledge(entry)
        assert list(outbox.due(NOW + DAY)) == []
        for nonsense in (b"", voucher[:-1], voucher + b"\0", bytes(len(voucher))):
            with pytest.raises(EncodingError):
                outbox.put(nonsense)


def test_two_devices_of_an_account_register_the_same(known: BlindedSet) -> None:
    with AccountSecret.create(known) as one:
        exported = one.export()
        with (
            AccountSecret.from_bytes(exported) as other,
            Sealer(known, one, ACCOUNT) as phone,
            Sealer(known, other, ACCOUNT) as desktop,
        ):
            assert phone.registration == desktop.registration
            phone.seal(ITEM)
            before = len(desktop.state)
            desktop.merge(phone.state)
            assert len(desktop.state) == before + 8


def test_states_of_another_threshold_or_profile_do_not_merge(known: BlindedSet) -> None:
    with AccountSecret.create(known) as secret, Sealer(known, secret, ACCOUNT) as phone:
        phone.seal(ITEM)
        before = bytes(phone.state)
        for place in (16, 18, 28):  # t, k, the profile's digest (Docs/Protocol.md, 4.8)
            other = bytearray(before)
            other[place] ^= 1
            assert code_of(lambda other=other: phone.merge(other)) == ErrorCode.SET_MISMATCH
            other[4] ^= 1  # another epoch
            phone.merge(other)
            assert bytes(phone.state) == before


def test_newer_sets_are_adopted(published: Published, tmp_path: Path) -> None:
    first_file = published.build(tmp_path / "first.smset", "--version", "1")
    newer_file = published.build(tmp_path / "newer.smset", "--version", "2")
    other_file = published.build(tmp_path / "other.smset", "--version", "3", "--threshold", "31")
    with (
        BlindedSet.open(first_file, published.trust) as first,
        BlindedSet.open(newer_file, published.trust) as newer,
        BlindedSet.open(other_file, published.trust) as other,
        AccountSecret.create(first) as secret,
        Sealer(first, secret, ACCOUNT) as sealer,
    ):
        sealer.adopt(newer)
        assert sealer.seal(ITEM)[64:96] == newer.info.root
        assert code_of(lambda: sealer.adopt(first)) == ErrorCode.SET_ROLLED_BACK
        assert code_of(lambda: sealer.adopt(other)) == ErrorCode.SET_MISMATCH
        assert len(sealer.seal(ITEM)) == 4492


def test_hostile_arguments_of_secrets_and_sealers(known: BlindedSet) -> None:
    for nonsense in (b"", bytes(39), bytes(40), bytes(41), bytes(100_000)):
        with pytest.raises(EncodingError):
            AccountSecret.from_bytes(nonsense)
    with AccountSecret.create(known, now=NOW) as secret:
        assert code_of(lambda: secret.ratchet(now=NOW - 2 * EPOCH)) == ErrorCode.EPOCH_IN_PAST
        assert code_of(lambda: secret.ratchet(now=NOW + 65 * EPOCH)) == ErrorCode.EPOCH_TOO_FAR
        with pytest.raises(ValueError):
            Sealer(known, secret, ACCOUNT, state=b"")
        for state in (b"x", bytes(60), bytes(1 << 20)):
            with pytest.raises(SealedMatchError):
                Sealer(known, secret, ACCOUNT, state=state)
        for wrong in (None, known, b"secret"):
            with pytest.raises(TypeError):
                Sealer(known, wrong, ACCOUNT)  # type: ignore[arg-type]
        with Sealer(known, secret, ACCOUNT, now=NOW) as sealer:
            state = sealer.state
            for nonsense in (b"", bytes(len(state)), state + b"\0"):
                with pytest.raises(EncodingError):
                    sealer.merge(nonsense)
            assert code_of(lambda: sealer.advance(now=NOW + 200 * EPOCH)) == ErrorCode.SET_EXPIRED
            assert sealer.state == state
    with pytest.raises(SealedMatchError):
        secret.export()


def test_secrets_are_in_no_repr(known: BlindedSet) -> None:
    with AccountSecret.create(known) as secret, Sealer(known, secret, ACCOUNT) as sealer:
        for shown in (repr(secret), str(secret), repr(sealer), repr(ITEM)):
            assert bytes(secret.export())[8:].hex() not in shown and "object at" in shown
