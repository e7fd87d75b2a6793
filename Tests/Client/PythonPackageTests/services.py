"""The collector's service as operators run it, in a process of its own, and what a messenger's login gives out."""

from __future__ import annotations

import base64
import ctypes
import json
import os
import signal
import socket
import sqlite3
import subprocess
import time
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import TracebackType
from typing import Any

import pysodium
from sealedmatch import account_of


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


#: A process ends with the thread that started it, as it asks for below; this one stays as long as the tests.
_starter = ThreadPoolExecutor(1, "starter")


def _end_with_parent() -> None:
    PR_SET_PDEATHSIG = 1
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


class Login:
    """Signs tokens; the service has the public key."""

    def __init__(self) -> None:
        self._public, self._secret = pysodium.crypto_sign_keypair()

    @property
    def key_set(self) -> str:
        return json.dumps({"keys": [{"kty": "OKP", "crv": "Ed25519", "kid": "one", "x": _base64(self._public)}]})

    def token(self, name: str, seconds: int = 600) -> str:
        parts = [{"alg": "EdDSA", "kid": "one"}, {"sub": name, "exp": int(time.time()) + seconds}]
        signed = ".".join(_base64(json.dumps(part).encode()) for part in parts)
        return f"{signed}.{_base64(pysodium.crypto_sign_detached(signed.encode(), self._secret))}"


def _base64(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()


class Service:
    """`with Service(directory, set_file) as service:` the role `collector`, on loopback."""

    def __init__(self, directory: Path, *sets: Path, options: tuple[str, ...] = (), listen: str | None = None) -> None:
        self.directory = directory
        self.sets = list(sets)
        self.login = Login()
        self.port = free_port()
        self.admin_port = free_port()
        self.listen = listen or f"127.0.0.1:{self.port}"
        self.address = listen or f"http://127.0.0.1:{self.port}"
        self.database = directory / "collector.sqlite"
        self._options = options
        self._process: subprocess.Popen[bytes] | None = None
        directory.mkdir(exist_ok=True)
        (directory / "jwks.json").write_text(self.login.key_set)
        self._admin_token = base64.b64encode(os.urandom(24)).decode()
        secret = directory / "admin.token"
        secret.touch(0o600)
        secret.write_text(self._admin_token)

    def __enter__(self) -> Service:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.kill()

    def start(self) -> None:
        log = self.directory / "service.log"
        with log.open("ab") as output:
            self._process = _starter.submit(
                subprocess.Popen,
                [
                    os.environ["SEALEDMATCH_SERVICE"], "collector",
                    "--listen", self.listen,
                    "--admin", f"127.0.0.1:{self.admin_port}", "--admin-token-file", self.directory / "admin.token",
                    "--token-keys", self.directory / "jwks.json",
                    "--database", self.database,
                    *(f"--set={file}" for file in self.sets),
                    *self._options,
                ],
                stdout=output, stderr=output, preexec_fn=_end_with_parent,
            ).result()  # fmt: skip
        deadline = time.monotonic() + 60
        while not (self._answers() and self._is_ready()):
            if self._process.poll() is not None or time.monotonic() > deadline:
                self.kill()
                raise RuntimeError(f"the service does not answer:\n{log.read_text(errors='replace')[-4000:]}")
            time.sleep(0.02)

    def _answers(self) -> bool:
        unix = self.listen.startswith("unix:")
        with socket.socket(socket.AF_UNIX if unix else socket.AF_INET) as probe:
            return probe.connect_ex(self.listen.removeprefix("unix:") if unix else ("127.0.0.1", self.port)) == 0

    def _is_ready(self) -> bool:
        try:
            self.admin("GET", "/healthz")
        except OSError:
            return False
        return True

    def kill(self) -> None:
        """By SIGKILL: nothing is written any more."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

    def restart(self) -> None:
        self.kill()
        self.start()

    def token(self, name: str, seconds: int = 600) -> str:
        return self.login.token(name, seconds)

    def admin(self, method: str, path: str) -> bytes:
        request = urllib.request.Request(
            f"http://127.0.0.1:{self.admin_port}{path}",
            method=method,
            headers={"Authorization": f"Bearer {self._admin_token}"},
        )
        with urllib.request.urlopen(request, timeout=60) as response:
            content: bytes = response.read()
            return content

    def erase(self, name: str) -> None:
        self.admin("DELETE", f"/v1/accounts/{account_of(name).hex()}")

    def rows(self, query: str) -> list[Any]:
        database = sqlite3.connect(f"file:{self.database}?mode=ro", uri=True)
        try:
            return database.execute(query).fetchall()
        finally:
            database.close()

    def write(self, statement: str) -> None:
        """By another process than the service's."""
        database = sqlite3.connect(self.database)
        try:
            with database:
                database.execute(statement)
        finally:
            database.close()

    def stored(self) -> list[str]:
        """The vouchers' IDs, in hexadecimal, in the order in which they came."""
        return [row[0].hex() for row in self.rows("SELECT voucherID FROM voucher ORDER BY sequence")]
