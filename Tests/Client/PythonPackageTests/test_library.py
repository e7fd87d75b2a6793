"""Errors, threads, fork, and the wheel itself."""

from __future__ import annotations

import ctypes
import os
import re
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import sealedmatch
from published import ACCOUNT, Published
from sealedmatch import BlindedSet, Client, ErrorCode, MediaItem, SealedMatchError
from sealedmatch._library import ffi, lib
from sealedmatch.errors import error_for
from services import Service

HEADER = Path(__file__).resolve().parents[3] / "Sources" / "Client" / "CSealedMatch" / "include" / "sealedmatch.h"
README = Path(__file__).resolve().parents[3] / "Sources" / "Client" / "PythonPackage" / "README.md"


def test_codes_are_the_header_s() -> None:
    found = {
        name: int(value)
        for name, value in re.findall(r"^\s+SEALEDMATCH_([A-Z_]+) = (\d+)", HEADER.read_text(), re.MULTILINE)
    }
    formats = {"GRAY8", "RGB8", "RGBA8", "BGRA8"}
    assert found.pop("OK") == 0
    assert {code.name: code.value for code in ErrorCode} == {
        name: value for name, value in found.items() if name not in formats
    }


def test_every_code_has_a_text_and_a_name() -> None:
    texts = set()
    for code in ErrorCode:
        text = ffi.string(lib.sealedmatch_error_text(code)).decode()
        error = error_for(code, text)
        assert error.code is code and error.name == code.name and str(error) == f"{code.name} ({code.value}): {text}"
        texts.add(text)
    assert len(texts) == len(ErrorCode)


def test_codes_of_a_newer_library_are_errors_too() -> None:
    error = error_for(399, "something new")
    assert isinstance(error, sealedmatch.SetError) and error.code == 399 and error.name == "CODE_399"
    assert type(error_for(950, "something new")) is SealedMatchError


def test_every_function_of_the_header_is_there() -> None:
    names = set(re.findall(r"\b(sealedmatch_\w+)\(", re.sub(r"/\*.*?\*/", "", HEADER.read_text(), flags=re.DOTALL)))
    assert len(names) >= 35
    for name in names:
        assert getattr(lib, name) is not None


def test_the_wheel_carries_its_library() -> None:
    """The library in use is the wheel's own, by the memory map of this process."""
    package = Path(sealedmatch.__file__).parent
    mapped = {
        line.split(maxsplit=5)[5].strip()
        for line in Path("/proc/self/maps").read_text().splitlines()
        if "libsealedmatch" in line
    }
    assert mapped == {str((package / "libsealedmatch.so.4").resolve())}
    assert (package / "py.typed").exists()


def lets_others_run(work: Callable[[], object]) -> bool:
    """Whether another thread runs while this one is in `work`: exactly if `work` gives the interpreter's lock away.

    The interpreter never takes the lock from a thread here. So the other thread, which is woken and waits for it, gets
    it from nobody but `work`. How soon it then runs is the system's affair: `work` is done until it has, at most 500
    times.
    """
    gate = threading.Lock()
    gate.acquire()
    ran: list[bool] = []

    def wait() -> None:
        with gate:
            ran.append(True)

    other = threading.Thread(target=wait)
    interval = sys.getswitchinterval()
    sys.setswitchinterval(3_600)
    try:
        other.start()
        gate.release()
        for _ in range(500):
            work()
            if ran:
                return True
        return False
    finally:
        sys.setswitchinterval(interval)
        other.join()


def test_others_run_during_a_fingerprint() -> None:
    pixels = np.random.default_rng(1).integers(0, 256, (200, 300, 3), np.uint8)
    view = ffi.from_buffer("uint8_t[]", pixels)

    def fingerprint() -> None:
        item = ffi.new("sealedmatch_item *")
        assert lib.sealedmatch_item_picture(view, len(view), 300, 200, 900, lib.SEALEDMATCH_RGB8, item) == 0

    assert lets_others_run(fingerprint)


def test_others_run_while_a_voucher_is_sealed(known: BlindedSet) -> None:
    with sealedmatch.AccountSecret.create(known) as secret, sealedmatch.Sealer(known, secret, ACCOUNT) as sealer:
        assert lets_others_run(lambda: sealer.seal(MediaItem.unreadable()))


def test_the_two_tests_above_can_fail(known: BlindedSet) -> None:
    """The same call, by a way that keeps the interpreter's lock."""

    class Sealer(ctypes.Structure):
        _fields_ = [("id", ctypes.c_uint64)]

    class Item(ctypes.Structure):
        _fields_ = [("bytes", ctypes.c_uint8 * 66600)]

    keeping = ctypes.PyDLL(str(Path(sealedmatch.__file__).parent / "libsealedmatch.so.4"))
    seal = keeping.sealedmatch_sealer_seal
    seal.argtypes = [
        Sealer,
        ctypes.POINTER(Item),
        ctypes.c_char_p,
        ctypes.c_size_t,
        ctypes.c_char_p,
        ctypes.c_size_t,
        ctypes.POINTER(ctypes.c_size_t),
    ]
    item = Item.from_buffer_copy(bytes(MediaItem.unreadable()))
    with sealedmatch.AccountSecret.create(known) as secret, sealedmatch.Sealer(known, secret, ACCOUNT) as sealer:
        handle, voucher, written = Sealer(sealer._handle.id), ctypes.create_string_buffer(8_192), ctypes.c_size_t()

        def seal_without_letting_go() -> None:
            assert seal(handle, ctypes.byref(item), None, 0, voucher, len(voucher), ctypes.byref(written)) == 0

        assert known.info.voucher_bytes <= len(voucher)
        assert not lets_others_run(seal_without_letting_go)


def test_one_client_serves_many_threads(client: Client) -> None:
    errors: list[Exception] = []

    def work() -> None:
        try:
            for _ in range(10):
                client.seal(MediaItem.unreadable(), b"note")
                client.registrations()
                list(client.due())
        except Exception as error:
            errors.append(error)

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []
    assert len(list(client.due(time.time() + 2 * sealedmatch.DAY))) == 80


def test_closing_while_others_seal(known: BlindedSet, tmp_path: Path) -> None:
    client = Client(tmp_path / "c", known, ACCOUNT)
    outcomes: list[str] = []

    def work() -> None:
        while True:
            try:
                client.seal(MediaItem.unreadable())
            except SealedMatchError as error:
                outcomes.append(error.name)
                return

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    time.sleep(0.05)
    client.close()
    for thread in threads:
        thread.join()
    assert outcomes == ["BAD_HANDLE"] * 4


CHILD = """
import os, sys, warnings
from pathlib import Path
from sealedmatch import BlindedSet, Client, MediaItem, TrustPolicy
warnings.simplefilter("ignore")
file, directory, *sources = sys.argv[1:]
known = BlindedSet.open(file, TrustPolicy([bytes.fromhex(source) for source in sources], 2))
client = Client(directory, known, bytes(32))
child = os.fork()
if child == 0:
    try:
        client.seal(MediaItem.unreadable())
    except RuntimeError:
        client.close()
        del client, known
        sys.exit(7)
    sys.exit(0)
_, status = os.waitpid(child, 0)
assert os.waitstatus_to_exitcode(status) == 7, status
client.seal(MediaItem.unreadable())
try:
    Client(directory, known, bytes(32))
except Exception as error:
    print(error.name)
"""


def test_after_fork_the_parent_goes_on_alone(published: Published, tmp_path: Path) -> None:
    arguments = [str(published.file), str(tmp_path / "c"), *(source.hex() for source in published.sources)]
    done = subprocess.run([sys.executable, "-c", CHILD, *arguments], capture_output=True, text=True)
    # The directory is still locked: the child did not unlock it.
    assert (done.returncode, done.stdout.strip()) == (0, "FILE_FAILED"), done.stderr


def test_the_readme_s_snippet_runs(published: Published, tmp_path: Path) -> None:
    (snippet,) = re.findall(r"```python\n(.*?)```", README.read_text(), re.DOTALL)
    assert "https://collector.example.org" in snippet
    with Service(tmp_path / "service", published.file) as service:
        names = {
            "pinned": published.sources,
            "set_file": published.file,
            "directory": tmp_path / "client",
            "attachment": b"an attachment",
            "note": b"a note",
            "token": lambda: service.token("@alice:example.org"),
        }
        exec(snippet.replace("https://collector.example.org", service.address), names)
        assert service.rows("SELECT count(*) FROM registration") == [(1,)]
        # When a voucher is due is drawn.
        waiting = list((tmp_path / "client" / "outbox").glob("*.voucher"))
        assert len(waiting) + len(service.stored()) == 1
