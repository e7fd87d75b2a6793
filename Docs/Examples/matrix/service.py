"""The collector's service and the authority's, as operators run them: `sealedmatchd`, here all of it in one process.

A real collector and a real authority are two parties: the roles `collector`, and `opener` and `reveal`, of the same
program.
"""

from __future__ import annotations

import json
import re
import signal
import subprocess
import time
import urllib.request
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Any

from homeserver import end_with_parent, free_port
from login import AUDIENCE, ISSUER
from parties import KnownSet


class CollectorService:
    """`with CollectorService(program, directory, known, keys) as service:` clients reach it at `service.address`.

    :param keys: the public keys of the login's tokens.
    """

    def __init__(self, program: str, directory: Path, known: KnownSet, keys: Path) -> None:
        self.directory = directory
        self.database = directory / "collector.sqlite"
        self.log = directory / "service.log"
        self.authority = directory / "authority"
        self.cases_folder = self.authority / "cases"
        self._program = program
        self._known = known
        self._keys = keys
        self._port, self._admin_port = free_port(), free_port()
        #: TLS is the business of a reverse proxy before it.
        self.address = f"http://127.0.0.1:{self._port}"
        self._process: subprocess.Popen[bytes] | None = None
        directory.mkdir()
        self.authority.mkdir(mode=0o700)

    def __enter__(self) -> CollectorService:
        self._start("--first-run")
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def _start(self, *options: str) -> None:
        with self.log.open("ab") as output:
            self._process = subprocess.Popen(
                [
                    self._program, "all",
                    "--listen", f"127.0.0.1:{self._port}", "--admin", f"127.0.0.1:{self._admin_port}",
                    "--token-keys", self._keys, "--token-issuer", ISSUER, "--token-audience", AUDIENCE,
                    "--database", self.database, "--authority", self.authority / "authority.sqlite",
                    "--cases", self.cases_folder, "--list", self._known.list_option,
                    *(f"--set={version}" for version in self._known.versions),
                    # It looks for accounts to reveal when it starts, and then this often.
                    "--open-seconds", "1", "--reveal-seconds", "3600",
                    *options,
                ],
                stdout=output, stderr=output, preexec_fn=end_with_parent,
            )  # fmt: skip
        self._wait_for("an answer", lambda: self.sums() is not None)

    def stop(self) -> None:
        """Ends it as an operator does: what is under way is done to its end."""
        if self._process is None:
            return
        self._process.send_signal(signal.SIGTERM)
        try:
            self._process.wait(60)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
            raise RuntimeError(f"the service did not end:\n{self._complaints()}") from None
        finally:
            self._process = None

    def sums(self) -> dict[str, float] | None:
        """What the operator's monitoring sees: numbers over all accounts. None if the service does not answer."""
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self._admin_port}/metrics", timeout=30) as response:
                text = response.read().decode()
        except OSError:
            return None
        return {name: float(number) for name, number in re.findall(r"^(\w\S*) ([0-9.]+)$", text, re.MULTILINE)}

    def cases(self, vouchers: int, tried: int) -> dict[str, dict[str, Any]]:
        """Cases by pseudonym, in hexadecimal, after so many vouchers were opened and so many accounts tried. The
        service is started anew for it: then it reveals at once. It has ended when this returns.
        """
        self._wait_for("openings", lambda: (self.sums() or {}).get(_OPENED) == vouchers)
        self.stop()
        self._start()
        self._wait_for("reveals", lambda: (self.sums() or {}).get(_TRIED) == tried)
        self.stop()
        return {case["pseudonym"]: case for case in map(_read, self.cases_folder.glob("*.json"))}

    def requests(self) -> list[Path]:
        """What the collector releases names against; it goes there by itself, apart from the cases."""
        return sorted(self.cases_folder.glob("*.request"))

    def _wait_for(self, what: str, condition: Callable[[], bool], seconds: float = 120) -> None:
        deadline = time.monotonic() + seconds
        while not condition():
            assert self._process is not None
            if self._process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(f"the service has come to no {what}; {self.sums()}\n{self._complaints()}")
            time.sleep(0.1)

    def _complaints(self) -> str:
        return self.log.read_text(errors="replace")[-4_000:]


_OPENED = 'sealedmatch_opened_total{outcome="opened"}'
_TRIED = "sealedmatch_reveal_tries_total"


def _read(path: Path) -> dict[str, Any]:
    case: dict[str, Any] = json.loads(path.read_text())
    return case
