"""The program `sealedmatch kit`: a request a line, an answer a line (Docs/Testing.md)."""

from __future__ import annotations

import contextlib
import json
import os
import selectors
import shutil
import subprocess
import tempfile
import threading
import time
import weakref
from typing import IO, Any, NoReturn

from ._answers import Answer
from .errors import KitError, KitProcessError

#: Of these messages.
_VERSION = 1
_LONGEST_REQUEST = 64 << 20
_LONGEST_ANSWER = 256 << 20
_CHUNK = 1 << 20
#: Seconds that the program has for its end, after its input's.
_SECONDS_TO_END = 10.0


def _path(tool: str | os.PathLike[str] | None) -> str:
    given = tool or os.environ.get("SEALEDMATCH_TOOL")
    found = shutil.which(given or "sealedmatch")
    if found is None:
        missing = f"{os.fspath(given)}: no such program" if given else "the program sealedmatch is not on PATH"
        raise KitProcessError(f"{missing}; install it (make install-tool), or name it by SEALEDMATCH_TOOL")
    return found


class Program:
    """One process. Calls of several threads come one after another."""

    def __init__(self, tool: str | os.PathLike[str] | None, patience: float) -> None:
        self._path = _path(tool)
        self._patience = patience
        self._lock = threading.Lock()
        self._count = 0
        self._broken: str | None = None
        # A file and no pipe: nobody has to read it while the program runs.
        self._complaints = tempfile.TemporaryFile()
        try:
            self._process = subprocess.Popen(
                [self._path, "kit"],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=self._complaints,
                bufsize=0,
            )
        except OSError as error:
            self._complaints.close()
            raise KitProcessError(f"{self._path}: cannot be started: {error}") from error
        self._input, self._output = _pipes(self._process)
        # Whatever becomes of this object: no process stays, and no zombie.
        self._killer = weakref.finalize(self, _kill, self._process, self._complaints)
        os.set_blocking(self._input.fileno(), False)
        hello = self.call("hello")
        if hello.number("kit") != _VERSION:
            self._fail(
                f"speaks version {hello.number('kit')} of the kit's messages, and this package version {_VERSION}; "
                "install both of the same release"
            )

    def call(self, name: str, /, **arguments: Any) -> Answer:
        """:raises KitError: the kit refuses.

        :raises KitProcessError: there is no answer.
        """
        with self._lock:
            if self._broken is not None:
                raise KitProcessError(self._broken)
            if not self._killer.alive:
                raise KitProcessError(f"{name}: this world is closed")
            number = self._count + 1
            # Whatever is no JSON is the caller's fault, and found before anything is sent.
            request = json.dumps({"id": number, "call": name, **arguments}, allow_nan=False).encode() + b"\n"
            if len(request) > _LONGEST_REQUEST:
                raise KitError(
                    name, "badRequest", f"the request has {len(request)} bytes; a line has at most {_LONGEST_REQUEST}"
                )
            self._count = number
            try:
                answer = self._exchanged(name, request)
            except BaseException:
                if self._broken is None:
                    # A signal, for example: the answer may still come, and would be taken for the next one.
                    self._broken = f"{self._path} kit was interrupted while it was asked for {name}"
                    self._killer()
                raise
            return self._understood(name, number, answer)

    def _exchanged(self, name: str, request: bytes) -> bytes:
        """Writes and reads at once: neither side waits for the other."""
        deadline = time.monotonic() + self._patience
        unsent = memoryview(request)
        answer = bytearray()
        with selectors.DefaultSelector() as selector:
            selector.register(self._input, selectors.EVENT_WRITE)
            selector.register(self._output, selectors.EVENT_READ)
            while True:
                ready = selector.select(max(0.0, deadline - time.monotonic()))
                if not ready:
                    self._fail(f"gave no answer to {name} within {self._patience:g} s")
                for key, _ in ready:
                    if key.fileobj is self._input:
                        try:
                            unsent = unsent[os.write(key.fd, unsent[:_CHUNK]) :]
                        except BrokenPipeError:
                            # How it ended shows at its output.
                            selector.unregister(self._input)
                            continue
                        if not unsent:
                            selector.unregister(self._input)
                        continue
                    data = os.read(key.fd, _CHUNK)
                    if not data:
                        # One that has closed its output is about to end.
                        with contextlib.suppress(subprocess.TimeoutExpired):
                            self._process.wait(1.0)
                        self._fail(f"ended while it was asked for {name}")
                    answer += data
                    if data.endswith(b"\n"):
                        if unsent:
                            self._fail(f"answered before it had read all of {name}")
                        return bytes(answer)
                    if len(answer) > _LONGEST_ANSWER:
                        self._fail(f"answered {name} with a line of more than {_LONGEST_ANSWER} bytes")

    def _understood(self, name: str, number: int, line: bytes) -> Answer:
        try:
            answer = json.loads(line)
        except (ValueError, RecursionError):
            answer = None
        match answer:
            case {"id": int(given), "test": True, "result": dict(result)} if given == number and len(answer) == 3:
                return Answer(name, result, self._fail)
            case {"id": int(given), "test": True, "error": error} if given == number and len(answer) == 3:
                raise Answer(name, {"error": error}, self._fail).error("error")
        self._fail(f"wrote what is no answer to {name}: {line[:200]!r}")

    def _fail(self, what: str) -> NoReturn:
        """The end of it: kills the program, so that the text can say how it ended, and what it complained of."""
        ended = self._process.poll()
        text = f"{self._path} kit {what}"
        if ended is not None:
            text += f" (exit code {ended})" if ended >= 0 else f" (signal {-ended})"
        self._process.kill()
        self._process.wait()
        self._broken = text + self._said()
        self._killer()
        raise KitProcessError(self._broken)

    def _said(self) -> str:
        size = self._complaints.seek(0, os.SEEK_END)
        self._complaints.seek(max(0, size - 4_000))
        said = self._complaints.read().decode(errors="replace").strip()
        return f"\nits standard error: {said}" if said else ""

    def close(self) -> None:
        """Ends the program by the end of its input. Closing twice is no error, nor is closing after a failure.

        :raises KitProcessError: it did not end, or not well.
        """
        with self._lock:
            if not self._killer.alive:
                return
            self._input.close()
            deadline = time.monotonic() + _SECONDS_TO_END
            try:
                # Nobody asked for what still comes; it would keep the program from ending.
                while time.monotonic() < deadline and self._ready(deadline):
                    if not os.read(self._output.fileno(), _CHUNK):
                        break
                ended = self._process.wait(max(0.0, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                self._fail(f"did not end within {_SECONDS_TO_END:g} s of its input")
            if ended != 0:
                self._fail("ended, and not well")
            self._killer()

    def _ready(self, deadline: float) -> bool:
        with selectors.DefaultSelector() as selector:
            selector.register(self._output, selectors.EVENT_READ)
            return bool(selector.select(max(0.0, deadline - time.monotonic())))


def _pipes(process: subprocess.Popen[bytes]) -> tuple[IO[bytes], IO[bytes]]:
    assert process.stdin is not None and process.stdout is not None
    return process.stdin, process.stdout


def _kill(process: subprocess.Popen[bytes], complaints: IO[bytes]) -> None:
    process.kill()
    process.wait()
    for stream in (process.stdin, process.stdout, complaints):
        if stream is not None:
            stream.close()
