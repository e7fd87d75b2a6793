"""What the tests share: where things are, one sample for all, a service on a Unix socket, and connections to it."""

from __future__ import annotations

import contextlib
import http.client
import json
import os
import signal
import socket
import ssl
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[3]
OPERATING = ROOT / "Sources/Server/Operating"
EXAMPLE = ROOT / "Docs/Examples/service"
# Folders with programs: ours, and those of Debian packages that were unpacked and not installed (Makefile).
PROGRAMS = Path(os.environ["SEALEDMATCH_PROGRAMS"]).resolve()
PACKAGES = Path(os.environ["SEALEDMATCH_PACKAGES"]).resolve()
SECONDS = 180

sys.path.insert(0, str(EXAMPLE))

from tokens import LoginService  # noqa: E402
from uploads import Uploader  # noqa: E402

__all__ = ["LoginService", "Uploader"]


def wait(what: str, condition: Callable[[], Any]) -> None:
    end = time.monotonic() + SECONDS
    while not condition():
        if time.monotonic() > end:
            raise AssertionError(f"waited {SECONDS} seconds in vain for {what}")
        time.sleep(0.05)


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])


class Sample:
    """What `serve.py --check` made, once for all tests; the check itself is the first of them."""

    folder: Path
    output = ""
    status = -1

    @classmethod
    def make(cls) -> None:
        if cls.output:
            return
        cls.base = tempfile.TemporaryDirectory(prefix="sealedmatch-")
        cls.folder = Path(cls.base.name) / "sample"
        command = [
            sys.executable,
            "-B",
            EXAMPLE / "serve.py",
            "--check",
            "--programs",
            PROGRAMS,
            "--folder",
            cls.folder,
        ]
        done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        cls.output, cls.status = done.stdout, done.returncode

    @classmethod
    def seal(cls, account: str, folder: Path) -> Path:
        """Four vouchers and a registration of an account, in a folder of their own."""
        up = folder / "up"
        trust = ("--trust", "alice.key.pub", "bob.key.pub")
        pictures = sorted((cls.folder / "pictures").glob("other-*.jpg"))
        subprocess.run(
            [PROGRAMS / "sealedmatch", "seal", "--set", "known.smset", *trust, "--account", account]
            + ["--client", folder / "device", "--window", "0", "--upload", up, *pictures],
            cwd=cls.folder,
            check=True,
            stdout=subprocess.DEVNULL,
        )
        return up


@contextlib.contextmanager
def process(command: list[Any], log: Path, **more: Any) -> Iterator[subprocess.Popen[bytes]]:
    """A program until the block ends, by SIGTERM."""
    with open(log, "ab") as file:
        running = subprocess.Popen(command, stdout=file, stderr=file, **more)
    try:
        yield running
    finally:
        running.send_signal(signal.SIGTERM)
        running.wait(SECONDS)


@contextlib.contextmanager
def service(folder: Path, listen: str, *login: str, sets: Path | str = "known.smset") -> Iterator[str]:
    """`sealedmatchd all` with fresh stores in a folder. Yields the operator's address."""
    admin = f"127.0.0.1:{free_port()}"
    stores = ("--database", folder / "collector.sqlite", "--authority", folder / "authority.sqlite", "--first-run")
    options = ("--set", sets, "--cases", folder / "cases", "--list", "alice.key.pub=alice.txt")
    command = [PROGRAMS / "sealedmatchd", "all", "--listen", listen, "--admin", admin, *stores, *options, *login]
    with process(command, folder / "service.log", cwd=Sample.folder) as running:

        def is_ready() -> bool:
            assert running.poll() is None, (folder / "service.log").read_text()
            with contextlib.suppress(OSError):
                return ask(admin, "/readyz")[0] == 200
            return False

        wait("the service", is_ready)
        yield admin
    assert running.returncode == 0, (folder / "service.log").read_text()


def ask(address: str, path: str) -> tuple[int, str]:
    return call(address, "GET", path)


def call(address: str, method: str, path: str) -> tuple[int, str]:
    with contextlib.closing(http.client.HTTPConnection(address, timeout=30)) as connection:
        connection.request(method, path)
        reply = connection.getresponse()
        return reply.status, reply.read().decode()


class Plain(http.client.HTTPConnection):
    """To the front itself."""

    def ask(
        self, method: str, path: str, fields: dict[str, str] | None = None, body: bytes | None = None
    ) -> tuple[int, http.client.HTTPMessage, bytes]:
        self.request(method, path, body, fields or {})
        reply = self.getresponse()
        content = reply.read()
        if reply.will_close:
            self.close()
        return reply.status, reply.headers, content


class Secure(Plain, http.client.HTTPSConnection):
    """To a proxy on loopback, by the name in its certificate."""

    NAME = "collector.example.org"

    def __init__(self, port: int, certificate: Path) -> None:
        super().__init__(self.NAME, port, timeout=30, context=ssl.create_default_context(cafile=str(certificate)))
        self._create_connection = lambda address, *rest: socket.create_connection(("127.0.0.1", port), 30)

    @staticmethod
    def certificate(folder: Path) -> tuple[Path, Path]:
        key, certificate = folder / "server.key", folder / "server.pem"
        subprocess.run(
            ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2"]
            + ["-subj", f"/CN={Secure.NAME}", "-addext", f"subjectAltName=DNS:{Secure.NAME}"]
            + ["-keyout", key, "-out", certificate],
            check=True,
            stderr=subprocess.DEVNULL,
        )
        return certificate, key


def problem(content: bytes) -> dict[str, Any]:
    answer: dict[str, Any] = json.loads(content)
    assert set(answer) == {"type", "title", "status", "detail"}, answer
    return answer
