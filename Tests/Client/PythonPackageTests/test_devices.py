"""Names of accounts, several devices of one account, lost states, wrong clocks, and what is refused for good."""

from __future__ import annotations

import hashlib
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from published import ACCOUNT, Published
from sealedmatch import DAY, AccountSecret, BlindedSet, Client, ErrorCode, MediaItem, SealedMatchError, account_of

ITEM = MediaItem.exact(hashlib.sha256(b"an attachment").digest())
EPOCH = 30 * DAY


def number(state: bytes) -> int:
    """How many vouchers of its epoch a device's state counts (Docs/Protocol.md, "Client state")."""
    return int.from_bytes(state[20:24], "little")


def code_of(function: Callable[[], Any]) -> int:
    with pytest.raises(SealedMatchError) as refused:
        function()
    return refused.value.code


def test_names_are_always_hashed() -> None:
    message = b"SealedMatch/1 account name\0bob"
    assert account_of("bob") == account_of(b"bob") == hashlib.blake2b(message, digest_size=32).digest()
    assert account_of(account_of("bob").hex()) != account_of("bob")
    assert account_of(account_of("bob")) != account_of("bob")
    assert len({account_of(name) for name in ("Zoë", "Zoe\u0308", "zoë", "Zoë ")}) == 4
    assert len(account_of(bytes(4_096))) == 32
    for name in ("", b"", b"n" * 4_097):
        assert code_of(lambda name=name: account_of(name)) == ErrorCode.WRONG_LENGTH
    with pytest.raises(TypeError):
        account_of(5)  # type: ignore[arg-type]


def test_a_second_device_shares_the_secret(known: BlindedSet, tmp_path: Path) -> None:
    with Client(tmp_path / "phone", known, ACCOUNT, window=0) as phone:
        with AccountSecret.from_bytes(phone.secret) as secret:
            desktop = Client(tmp_path / "desktop", known, ACCOUNT, secret=secret, window=0)
            # The secret was copied: closing its handle ends nothing.
        with desktop:
            assert desktop.commitment == phone.commitment == phone.registrations()[0][72:104]
            assert desktop.registrations() == phone.registrations()
            phone.seal(ITEM)
            assert len(phone.state) > len(desktop.state)
            assert (number(phone.state), number(desktop.state)) == (1, 0)
            desktop.merge(phone.state)
            assert number(desktop.state) == 1
            assert bytes(desktop.state[60:]) == bytes(phone.state[60:])
            assert code_of(lambda: desktop.merge(phone.state[:-1])) == ErrorCode.WRONG_LENGTH
        # On disk, and without the secret's being given again.
        with Client(tmp_path / "desktop", known, ACCOUNT, window=0) as desktop:
            assert bytes(desktop.state[60:]) == bytes(phone.state[60:])
        with AccountSecret.create(known) as stranger:
            assert (
                code_of(lambda: Client(tmp_path / "desktop", known, ACCOUNT, secret=stranger))
                == ErrorCode.COMMITMENT_CONFLICT
            )
        with pytest.raises(TypeError):
            Client(tmp_path / "third", known, ACCOUNT, secret=phone.secret)  # type: ignore[arg-type]


def test_a_lost_state_is_said_and_comes_back_by_the_secret(known: BlindedSet, tmp_path: Path) -> None:
    with Client(tmp_path / "c", known, ACCOUNT, window=0) as client:
        client.seal(ITEM)
        exported, commitment = client.secret, client.commitment
    (tmp_path / "c" / "client").unlink()
    assert code_of(lambda: Client(tmp_path / "c", known, ACCOUNT, window=0)) == ErrorCode.STATE_MISSING
    with AccountSecret.create(known) as fresh:
        assert (
            code_of(lambda: Client(tmp_path / "c", known, ACCOUNT, secret=fresh, window=0))
            == ErrorCode.COMMITMENT_CONFLICT
        )
    with AccountSecret.from_bytes(exported) as secret:
        with Client(tmp_path / "c", known, ACCOUNT, secret=secret, window=0) as client:
            assert client.commitment == commitment
            assert len(list(client.due())) == 1


def test_files_that_others_reach_are_refused(known: BlindedSet, tmp_path: Path) -> None:
    Client(tmp_path / "c", known, ACCOUNT).close()
    for name, mode in (("client", 0o666), ("client", 0o640), (".", 0o777)):
        path = tmp_path / "c" / name
        before = path.stat().st_mode
        path.chmod(mode)
        assert code_of(lambda: Client(tmp_path / "c", known, ACCOUNT)) == ErrorCode.NOT_PRIVATE
        path.chmod(before)
    Client(tmp_path / "c", known, ACCOUNT).close()


def test_wrong_clocks(known: BlindedSet, tmp_path: Path) -> None:
    now = known.info.issued_at + 60
    assert code_of(lambda: AccountSecret.create(known, now=0)) == ErrorCode.SET_NOT_YET_ISSUED
    assert code_of(lambda: Client(tmp_path / "c", known, ACCOUNT, now=0)) == ErrorCode.SET_NOT_YET_ISSUED
    # As soon as it is right, all is well; a clock 60 days ahead parks nothing.
    with Client(tmp_path / "c", known, ACCOUNT, now=now) as client:
        client.seal(ITEM, now=now + 60 * DAY)
        assert list(client.due(now)) == []
        assert len(list(client.due(now + DAY))) == 1
        assert client.registrations()[-1][4:8] == ((now + 60 * DAY) // EPOCH).to_bytes(4, "little")


def test_more_than_two_epochs_offline(published: Published, tmp_path: Path) -> None:
    file = published.build(tmp_path / "long.smset", "--expires-after-days", "400")
    with BlindedSet.open(file, published.trust) as known:
        now = known.info.issued_at + 60
        with Client(tmp_path / "c", known, ACCOUNT, window=0, now=now) as client:
            for _ in range(2):
                client.seal(ITEM, now=now)
        later = now + 5 * EPOCH
        with Client(tmp_path / "c", known, ACCOUNT, window=0, now=later) as client:
            first, current = (int.from_bytes(data[4:8], "little") for data in client.registrations())
            assert (first, current) == (now // EPOCH, later // EPOCH)
            taken, refused = client.due(later)
            assert taken.epoch == refused.epoch == first and taken.set_root == known.info.root
            client.acknowledge(taken)
            client.refuse(refused)
            client.refuse(refused)
            assert list(client.due(later)) == []
        (kept,) = (tmp_path / "c" / "outbox").glob("*.refused")
        assert kept.read_bytes() == refused.voucher
        with Client(tmp_path / "c", known, ACCOUNT, window=0, now=later) as client:
            assert len(client.registrations()) == 1


LOCKED = """
import ctypes, mmap, os, resource
from sealedmatch import AccountSecret, memory_is_locked

def can_lock():
    page = mmap.mmap(-1, 4096)
    address = ctypes.addressof(ctypes.c_char.from_buffer(page))
    return ctypes.CDLL(None).mlock(ctypes.c_void_p(address), ctypes.c_size_t(4096)) == 0

assert memory_is_locked()
exported = b"SMA1" + bytes(36)
could = can_lock()
first = AccountSecret.from_bytes(exported)
assert memory_is_locked() == could
resource.setrlimit(resource.RLIMIT_MEMLOCK, (0, 0))
if os.geteuid() == 0:
    # Root may lock beyond the limit.
    os.setgid(65534)
    os.setuid(65534)
assert not can_lock()
second = AccountSecret.from_bytes(exported)
assert not memory_is_locked()
# Nothing fails for that.
assert second.epoch == 0
"""


def test_memory_that_is_not_locked_is_said() -> None:
    said = subprocess.run([sys.executable, "-c", LOCKED], capture_output=True, text=True, check=False)
    assert said.returncode == 0, said.stderr
