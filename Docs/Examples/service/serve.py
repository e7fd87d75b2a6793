#!/usr/bin/env python3
"""The whole service on this machine, with a sample: `make serve`.

Makes two sources, a set that both sign, a login service and three accounts; starts `sealedmatchd all` on loopback; has
the accounts seal and upload; waits for the one case file that there has to be; and says what to look at. Ctrl-C ends
it.

    serve.py --programs FOLDER [--folder FOLDER] [--check]

With --check it ends by itself: the service is stopped and started again, an account is erased, and the exit code is 0
if everything was as it has to be.
"""

from __future__ import annotations

import argparse
import contextlib
import hashlib
import http.client
import json
import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tokens import LoginService
from uploads import Uploader

# Of the sample's 36 pictures that both lists hold and 4 others; a set's threshold is 30 by default.
ACCOUNTS = {"anna": (0, 4), "bruno": (20, 4), "carla": (36, 4)}
REVEALED = "carla"
SECONDS = 120


def account_id(name: str) -> str:
    """Docs/Protocol.md, 4.7."""
    return hashlib.blake2b(b"SealedMatch/1 account name\0" + name.encode(), digest_size=32).hexdigest()


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])


class Example:
    def __init__(self, programs: Path, folder: Path, listen: str, admin: str) -> None:
        self.tool, self.daemon = programs / "sealedmatch", programs / "sealedmatchd"
        self.folder, self.listen, self.admin = folder, listen, admin
        self.login = LoginService(folder / "login.pem")
        self.token = secrets.token_hex(32)

    def run(self, *arguments: str | Path) -> None:
        """The tool, in the folder; what it says is shown if it fails."""
        done = subprocess.run(
            [self.tool, *arguments], cwd=self.folder, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
        )
        if done.returncode != 0:
            sys.stdout.buffer.write(done.stdout)
            raise SystemExit(f"sealedmatch {arguments[0]} ended with {done.returncode}")

    def make_set(self) -> None:
        """Two sources, and a set that both have audited and signed; as README's section "Operate it" does it."""
        names = ("alice", "bob")
        self.run("sample", ".")
        for name in names:
            self.run("keygen", f"{name}.key")
        lists = {name: f"{name}.key.pub={name}.txt" for name in names}
        sources = [part for text in lists.values() for part in ("--source", text)]
        self.run("set", "build", *sources, "-o", "known.smset")
        for name, other in (names, names[::-1]):
            own = ("--key", f"{name}.key", "--list", lists[name])
            self.run(
                "set", "sign", "known.smset", *own, "--package", "known.smset.audit", "--known", f"{other}.key.pub"
            )

    def write_settings(self) -> None:
        (self.folder / "jwks.json").write_text(self.login.key_set())
        token = self.folder / "admin.token"
        token.touch(0o600)
        token.write_text(self.token + "\n")
        settings = {
            "listen": self.listen,
            "admin": self.admin,
            "admin-token-file": "admin.token",
            "token-keys": "jwks.json",
            "database": "collector.sqlite",
            "authority": "authority.sqlite",
            "set": ["known.smset"],
            "cases": "cases",
            "list": ["alice.key.pub=alice.txt", "bob.key.pub=bob.txt"],
            "open-seconds": 1,
            "reveal-seconds": 2,
        }
        (self.folder / "settings.json").write_text(json.dumps(settings, indent=2) + "\n")

    @contextlib.contextmanager
    def service(self, *arguments: str) -> Iterator[subprocess.Popen[bytes]]:
        """`sealedmatchd all`, until the block ends; then it has to end well."""
        with open(self.folder / "service.log", "ab") as log:
            # A session of its own: Ctrl-C is for us, and we pass it on.
            process = subprocess.Popen(
                [self.daemon, "all", "--settings", "settings.json", *arguments],
                cwd=self.folder,
                stderr=log,
                start_new_session=True,
            )
        try:
            self.wait("the service to be ready", lambda: self.is_ready(process))
            yield process
        finally:
            process.send_signal(signal.SIGTERM)
            if process.wait(SECONDS) != 0:
                raise SystemExit(f"sealedmatchd ended with {process.returncode}; see {self.folder}/service.log")

    def is_ready(self, process: subprocess.Popen[bytes]) -> bool:
        if process.poll() is not None:
            sys.stdout.write((self.folder / "service.log").read_text())
            raise SystemExit(f"sealedmatchd ended with {process.returncode}")
        try:
            return bool(self.ask("GET", "/readyz")["ready"])
        except urllib.error.URLError:
            return False

    def ask(self, method: str, path: str, body: bytes | None = None) -> Any:
        """A call of the operator's port."""
        fields = {"Authorization": f"Bearer {self.token}"}
        request = urllib.request.Request(f"http://{self.admin}{path}", body, method=method, headers=fields)
        with urllib.request.urlopen(request, timeout=30) as reply:
            return json.load(reply) if "json" in reply.headers["Content-Type"] else reply.read().decode()

    @staticmethod
    def wait(what: str, condition: Any) -> None:
        end = time.monotonic() + SECONDS
        while not condition():
            if time.monotonic() > end:
                raise SystemExit(f"waited {SECONDS} seconds in vain for {what}")
            time.sleep(0.1)

    def counted(self, label: str) -> int:
        """One number of /metrics."""
        values = [line.split()[-1] for line in self.ask("GET", "/metrics").splitlines() if line.startswith(label + " ")]
        return int(values[0]) if values else 0

    def send(self) -> dict[str, str]:
        """Each account's device seals and uploads. Returns accounts by pseudonym, which the service does not know."""
        pseudonyms, total = {}, 0
        for part in ("devices", "uploads"):
            (self.folder / part).mkdir()
        pictures = self.folder / "pictures"
        for name, (listed, others) in ACCOUNTS.items():
            chosen = sorted(pictures.glob("listed-*.jpg"))[:listed] + sorted(pictures.glob("other-*.jpg"))[:others]
            device, up = f"devices/{name}", self.folder / "uploads" / name
            trust = ("--trust", "alice.key.pub", "bob.key.pub")
            account = ("--account", name, "--client", device, "--window", "0")
            self.run("seal", "--set", "known.smset", *trust, *account, "--upload", up, *chosen)
            [registration] = up.glob("*.registration")
            pseudonyms[registration.read_bytes()[40:72].hex()] = name
            login = {"Authorization": f"Bearer {self.login.token(name)}"}
            with contextlib.closing(http.client.HTTPConnection(self.listen, timeout=30)) as connection:
                stored = Uploader(connection, login).upload(up)
            if stored != listed + others:
                raise SystemExit(f"{name}: {stored} vouchers are stored, not {listed + others}")
            total += stored
            print(f"{name:6} sent {stored} vouchers; {listed} of her or his pictures are in the lists")
        self.wait("vouchers to be opened", lambda: self.counted('sealedmatch_opened_total{outcome="opened"}') == total)
        return pseudonyms

    def cases(self) -> list[str]:
        return sorted(path.name.split("-")[0] for path in (self.folder / "cases").glob("*.json"))

    def reveal(self, pseudonyms: dict[str, str]) -> None:
        """Waits for the case file; there has to be one, of the account above the threshold."""
        self.wait("a case file", self.cases)
        revealed = [pseudonyms.get(case, "nobody") for case in self.cases()]
        if revealed != [REVEALED]:
            raise SystemExit(f"case files are of {revealed}, and should be of {REVEALED} alone")
        print("one case file: of the pseudonym of the account that was above the threshold")

    def show(self) -> None:
        folder, token = self.folder, f'"Authorization: Bearer $(cat {self.folder}/admin.token)"'
        identifier = f"$(printf 'SealedMatch/1 account name\\0%s' {REVEALED} | b2sum -l 256 | cut -c 1-64)"
        print(
            f"""
The service runs. Look at:

  uploads         http://{self.listen}/v1/…           Docs/openapi.yaml has the calls
  the newest set  curl -sL http://{self.listen}/v1/sets/current -o set.smset
  ready?          curl -s http://{self.admin}/readyz
  metrics         curl -s http://{self.admin}/metrics
  case files      ls {folder}/cases
  log             cat {folder}/service.log
  settings        cat {folder}/settings.json
  erase {REVEALED}     curl -s -X DELETE -H {token} \\
                      http://{self.admin}/v1/accounts/{identifier}

Docs/Operating.md says how this is run in earnest. Ctrl-C ends it; the files stay until the next `make serve`."""
        )

    def check_restart(self) -> None:
        """Nothing is opened or revealed again, over some rounds of both."""
        time.sleep(4)
        again = [self.counted(f'sealedmatch_opened_total{{outcome="{name}"}}') for name in ("opened", "damaged")]
        if again != [0, 0] or len(self.cases()) != 1:
            raise SystemExit(f"after a restart: {again} vouchers opened again, cases {self.cases()}")
        print("restarted: nothing was opened or revealed again")

    def told(self, account: str) -> list[dict[str, Any]]:
        """What an account's client is told."""
        fields = {"Authorization": f"Bearer {self.login.token(account)}"}
        request = urllib.request.Request(f"http://{self.listen}/v1/notices", headers=fields)
        with urllib.request.urlopen(request, timeout=30) as reply:
            notices: list[dict[str, Any]] = json.load(reply)["notices"]
            return notices

    def check_notice(self) -> None:
        """The account that was revealed is told, and nobody else; a request that was made up tells nobody."""
        [case] = (self.folder / "cases").glob("*.json")
        [root] = json.loads(case.read_text())["setRoots"]
        request = case.with_suffix(".request").read_bytes()
        path = f"/v1/notices?set={root}&kind=notConfirmed"
        try:
            self.ask("POST", path, request[:40] + bytes(32))
            raise SystemExit("a notice was taken without the token that a reveal gives")
        except urllib.error.HTTPError as error:
            if error.code != 403:
                raise
        replies = [self.ask("POST", path, request)["status"] for _ in range(2)]
        told = {name: [(one["set"], one["kind"]) for one in self.told(name)] for name in ACCOUNTS}
        expected = {name: [(root, "notConfirmed")] if name == REVEALED else [] for name in ACCOUNTS}
        if replies != ["stored", "alreadyStored"] or told != expected:
            raise SystemExit(f"notices: {replies}, {told}")
        print("told: the account that was revealed, and no other")

    def check_erasure(self) -> None:
        path = f"/v1/accounts/{account_id(REVEALED)}"
        right, self.token = self.token, "0" * 64
        try:
            self.ask("DELETE", path)
            raise SystemExit("a wrong operator's token was taken")
        except urllib.error.HTTPError as error:
            if error.code != 401:
                raise
        self.token = right
        erased = self.ask("DELETE", path)
        if len(erased["erased"]) != 1 or not erased["openingsErased"]:
            raise SystemExit(f"the erasure says: {erased}")
        if self.ask("DELETE", path)["erased"]:
            raise SystemExit("an account was erased twice")
        if self.told(REVEALED):
            raise SystemExit("an erased account's notices stayed")
        print("erased: once, and with the right token alone")


def serve(example: Example, is_check: bool) -> None:
    example.make_set()
    example.write_settings()
    print(f"two sources have signed a set; files are in {example.folder}")
    try:
        with example.service("--first-run") as process:
            example.reveal(example.send())
            if not is_check:
                example.show()
                sys.stdout.flush()
                process.wait()
    except KeyboardInterrupt:
        if is_check:
            raise
        print("\nended")
        return
    if not is_check:
        raise SystemExit("the service ended by itself")
    with example.service():
        example.check_restart()
        example.check_notice()
        example.check_erasure()
    print("serve: all as it has to be")


def fresh(folder: Path) -> None:
    """An empty folder; what an earlier run left there goes."""
    mark = folder / ".sealedmatch-serve"
    if folder.exists():
        # What we did not make, we do not remove.
        if not mark.exists():
            raise SystemExit(f"{folder}: there is something else; give a folder that does not exist yet")
        shutil.rmtree(folder)
    folder.mkdir(parents=True)
    mark.touch()


def main() -> None:
    parser = argparse.ArgumentParser(description="The service on this machine, with a sample.")
    parser.add_argument("--programs", type=Path, required=True, help="the folder of sealedmatch and sealedmatchd")
    parser.add_argument("--folder", type=Path, help="where its files go; what is there is removed")
    parser.add_argument("--check", action="store_true", help="end by itself: 0 if all is as it has to be")
    parser.add_argument("--listen", default="127.0.0.1:8080")
    parser.add_argument("--admin", default="127.0.0.1:8081")
    arguments = parser.parse_args()
    programs = arguments.programs.resolve()
    # However we are ended, the service ends, too.
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.default_int_handler)
    os.umask(0o077)
    ports = (arguments.listen, arguments.admin)
    if arguments.check:
        ports = (f"127.0.0.1:{free_port()}", f"127.0.0.1:{free_port()}")
    if arguments.check and arguments.folder is None:
        with tempfile.TemporaryDirectory() as folder:
            serve(Example(programs, Path(folder), *ports), True)
        return
    if arguments.folder is None:
        parser.error("--folder is needed, or --check")
    fresh(arguments.folder.resolve())
    serve(Example(programs, arguments.folder.resolve(), *ports), arguments.check)


if __name__ == "__main__":
    main()
