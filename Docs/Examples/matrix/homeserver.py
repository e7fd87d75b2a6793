"""A Matrix homeserver (Synapse) on loopback, for the example and its test: SQLite, no TLS, no federation, no rate
limits. Not a way to run a real one.
"""

from __future__ import annotations

import ctypes
import hashlib
import hmac
import json
import secrets
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path
from types import TracebackType
from typing import Any

import yaml  # Synapse's own dependency

_UNLIMITED = {"per_second": 10_000, "burst_count": 10_000}


def end_with_parent() -> None:
    """In the server's process: a test that is killed leaves no server behind."""
    PR_SET_PDEATHSIG = 1
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


class Homeserver:
    """`with Homeserver(directory) as server:` everything it stores is below `server.directory`."""

    name = "sealedmatch.example"

    def __init__(self, directory: Path, start_seconds: float = 300) -> None:
        self.directory = directory
        self.port = free_port()
        self.address = f"http://127.0.0.1:{self.port}"
        self._start_seconds = start_seconds
        self._shared_secret = secrets.token_hex(16)
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def media_store(self) -> Path:
        return self.directory / "media"

    @property
    def database(self) -> Path:
        return self.directory / "homeserver.db"

    def _configuration(self) -> dict[str, Any]:
        return {
            "server_name": self.name,
            "listeners": [
                {
                    "port": self.port,
                    "bind_addresses": ["127.0.0.1"],
                    "type": "http",
                    "tls": False,
                    "resources": [{"names": ["client", "openid"]}],
                }
            ],
            "database": {"name": "sqlite3", "args": {"database": str(self.database)}},
            "media_store_path": str(self.media_store),
            "signing_key_path": str(self.directory / "signing.key"),
            "pid_file": str(self.directory / "pid"),
            "registration_shared_secret": self._shared_secret,
            "macaroon_secret_key": secrets.token_hex(16),
            "form_secret": secrets.token_hex(16),
            "report_stats": False,
            "trusted_key_servers": [],
            "encryption_enabled_by_default_for_room_type": "all",
            # Passwords of a test need no slow hash.
            "bcrypt_rounds": 4,
            "rc_message": _UNLIMITED,
            "rc_registration": _UNLIMITED,
            "rc_joins": {"local": _UNLIMITED, "remote": _UNLIMITED},
            "rc_invites": {"per_room": _UNLIMITED, "per_user": _UNLIMITED, "per_issuer": _UNLIMITED},
            "rc_login": {"address": _UNLIMITED, "account": _UNLIMITED, "failed_attempts": _UNLIMITED},
            "rc_media_create": _UNLIMITED,
            "rc_room_creation": _UNLIMITED,
        }

    def __enter__(self) -> Homeserver:
        self.directory.mkdir(parents=True, exist_ok=True)
        configuration = self.directory / "homeserver.yaml"
        configuration.write_text(yaml.safe_dump(self._configuration()))
        command = [sys.executable, "-m", "synapse.app.homeserver", "--config-path", str(configuration)]
        log = self.directory / "server.log"
        with log.open("wb") as output:
            subprocess.run([*command, "--generate-keys"], cwd=self.directory, stdout=output, stderr=output, check=True)
            self._process = subprocess.Popen(
                command, cwd=self.directory, stdout=output, stderr=output, preexec_fn=end_with_parent
            )
        try:
            self._wait_until_ready(log)
        except BaseException:
            self._stop()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stop()

    def _stop(self) -> None:
        if self._process is None:
            return
        self._process.terminate()
        try:
            self._process.wait(timeout=20)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._process = None

    def _wait_until_ready(self, log: Path) -> None:
        assert self._process is not None
        deadline = time.monotonic() + self._start_seconds
        while time.monotonic() < deadline:
            if self._process.poll() is not None:
                raise RuntimeError(f"the homeserver stopped at once:\n{log.read_text(errors='replace')[-4000:]}")
            try:
                self._request("/_matrix/client/versions")
                return
            except OSError:
                time.sleep(0.1)
        raise RuntimeError(
            f"the homeserver was not ready in {self._start_seconds} s:\n{log.read_text(errors='replace')[-4000:]}"
        )

    def _request(self, path: str, body: dict[str, Any] | None = None) -> dict[str, Any]:
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self.address + path, data, {"Content-Type": "application/json"})
        with urllib.request.urlopen(request, timeout=60) as response:
            answer: dict[str, Any] = json.load(response)
            return answer

    def register(self, user: str, password: str) -> str:
        """Registers a user by the shared secret; the result is the full user ID."""
        path = "/_synapse/admin/v1/register"
        nonce = self._request(path)["nonce"]
        mac = hmac.new(
            self._shared_secret.encode(), "\0".join([nonce, user, password, "notadmin"]).encode(), hashlib.sha1
        )
        body = {"nonce": nonce, "username": user, "password": password, "admin": False, "mac": mac.hexdigest()}
        user_id: str = self._request(path, body)["user_id"]
        return user_id
