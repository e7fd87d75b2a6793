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


# Another process looks: in this one it would have to wait for the interpreter's lock, and see the moments at which it
# is handed over.
WATCH = """
import sys, time
from pathlib import Path
together = 0
for _ in range(100):
    time.sleep(0.003)
    together += all(Path(name).read_text().rpartition(")")[2].split()[0] == "R" for name in sys.argv[1:])
print(together / 100)
"""


def both_at_work(work: Callable[[], object]) -> float:
    """The share of moments at which two threads that do `work` all the time can both run: neither waits for the other.
    However few processors there are and however busy, the kernel knows.
    """
    stop = threading.Event()

    def loop() -> None:
        while not stop.is_set():
            work()

    threads = [threading.Thread(target=loop) for _ in range(2)]
    for thread in threads:
        thread.start()
    try:
        watched = [f"/proc/{os.getpid()}/task/{thread.native_id}/stat" for thread in threads]
        return float(
            subprocess.run(
                [sys.executable, "-c", WATCH, *watched], check=True, stdout=subprocess.PIPE, text=True
            ).stdout
        )
    finally:
        stop.set()
        for thread in threads:
            thread.join()


def test_two_threads_fingerprint_at_once() -> None:
    pixels = np.random.default_rng(1).integers(0, 256, (2000, 3000, 3), np.uint8)
    view = ffi.from_buffer("uint8_t[]", pixels)

    def fingerprint() -> None:
        item = ffi.new("sealedmatch_item *")
        assert lib.sealedmatch_item_picture(view, len(view), 3000, 2000, 9_000, lib.SEALEDMATCH_RGB8, item) == 0

    assert both_at_work(fingerprint) > 0.85


def test_two_threads_seal_at_once(known: BlindedSet) -> None:
    with sealedmatch.AccountSecret.create(known) as secret:
        sealers = threading.local()

        def seal_with_its_own_sealer() -> None:
            if not hasattr(sealers, "mine"):
                sealers.mine = sealedmatch.Sealer(known, secret, ACCOUNT)
            sealers.mine.seal(MediaItem.unreadable())

        assert both_at_work(seal_with_its_own_sealer) > 0.85
        # With one sealer they take turns. (A thread that was woken and has no processor yet counts as at work: hence
        # the least of some.)
        with sealedmatch.Sealer(known, secret, ACCOUNT) as shared:
            assert min(both_at_work(lambda: shared.seal(MediaItem.unreadable())) for _ in range(5)) < 0.8


def test_the_two_tests_above_can_fail(known: BlindedSet) -> None:
    """The same call, each thread with a sealer of its own, by a way that keeps the interpreter's lock."""

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
    with sealedmatch.AccountSecret.create(known) as secret:
        sealers = threading.local()

        def seal_without_letting_go() -> None:
            if not hasattr(sealers, "mine"):
                sealers.mine = sealedmatch.Sealer(known, secret, ACCOUNT)
            buffer = ctypes.create_string_buffer(known.info.voucher_bytes)
            assert (
                seal(
                    Sealer(sealers.mine._handle.id),
                    ctypes.byref(item),
                    None,
                    0,
                    buffer,
                    len(buffer),
                    ctypes.byref(ctypes.c_size_t()),
                )
                == 0
            )

        assert min(both_at_work(seal_without_letting_go) for _ in range(5)) < 0.5


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
    sent: list[bytes] = []
    names = {
        "pinned": published.sources,
        "set_file": published.file,
        "directory": tmp_path / "client",
        "account": ACCOUNT,
        "attachment": b"an attachment",
        "note": b"a note",
        "register": sent.append,
        "upload": sent.append,
    }
    exec(snippet, names)
    assert len(sent) >= 1 and len(sent[0]) == 106
    assert len(list((tmp_path / "client" / "outbox").glob("*.voucher"))) + len(sent) == 2
