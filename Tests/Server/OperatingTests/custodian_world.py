"""Custodians as processes, each behind a relay that records what it says, and can lie or be silent for it."""

from __future__ import annotations

import contextlib
import ctypes
import ctypes.util
import http.client
import os
import re
import shutil
import signal
import socket
import socketserver
import sqlite3
import subprocess
import sys
import tempfile
import threading
import unittest
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler
from pathlib import Path

from support import PROGRAMS, ROOT, Sample, wait

DOCUMENT = (ROOT / "Docs/Operating.md").read_text()
Change = Callable[[str, bytes], bytes]
Lie = int | Callable[[bytes], bytes]


class UnixConnection(http.client.HTTPConnection):
    def __init__(self, path: Path) -> None:
        super().__init__("custodian", timeout=60)
        self.path = path

    def connect(self) -> None:
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(60)
        self.sock.connect(str(self.path))


class Relay(socketserver.ThreadingUnixStreamServer):
    """Between a coordinator and a custodian's socket."""

    daemon_threads = True

    def __init__(self, front: Path, back: Path) -> None:
        self.back = back
        self.change: Change = lambda path, answer: answer
        self.calls: list[tuple[str, bytes]] = []
        self.answers: list[tuple[str, bytes]] = []
        super().__init__(str(front), Handler)
        threading.Thread(target=self.serve_forever, daemon=True).start()

    def bring(self, path: str, body: bytes) -> tuple[int, bytes]:
        """What the custodian answers."""
        connection = UnixConnection(self.back)
        try:
            connection.request("POST", path, body, {"Content-Type": "application/octet-stream"})
            reply = connection.getresponse()
            return reply.status, reply.read()
        finally:
            connection.close()

    def handle_error(self, request: object, client_address: object) -> None:
        # Whoever asked was killed.
        if not isinstance(sys.exc_info()[1], ConnectionError):
            super().handle_error(request, client_address)  # type: ignore[arg-type]


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Relay

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.calls.append((self.path, body))
        try:
            status, answer = self.server.bring(self.path, body)
        except (OSError, http.client.HTTPException):
            self.close_connection = True
            return
        if status == 200:
            self.server.answers.append((self.path, answer))
            answer = self.server.change(self.path, answer)
        with contextlib.suppress(OSError):
            self.send_response(status)
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

    def address_string(self) -> str:
        return "custodian"

    def log_message(self, *arguments: object) -> None:
        pass


class World:
    """The folder of an authority, its sources and custodians. Commands are those of the document."""

    def __init__(self, folder: Path, parties: int = 3) -> None:
        self.folder = folder
        self.parties = range(1, parties + 1)
        self.variables: dict[str, str] = {}
        self.running: dict[int, subprocess.Popen[bytes]] = {}
        self.relays: dict[int, Relay] = {}
        for name in ("alice.key", "alice.key.pub", "alice.txt", "bob.key", "bob.key.pub", "bob.txt"):
            shutil.copy(Sample.folder / name, folder)
        os.symlink(Sample.folder / "pictures", folder / "pictures")
        self.tool("keygen", "coordinator.key")
        for party in self.parties:
            self.typed("init", party)

    def close(self) -> None:
        for relay in self.relays.values():
            relay.shutdown()
            relay.server_close()
        for party in list(self.running):
            self.kill(party)

    def tool(self, *arguments: str) -> str:
        """Runs the tool; what it says if it ended well."""
        done = self.tried(*arguments)
        assert done.returncode == 0, done.stdout
        return done.stdout

    def tried(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [PROGRAMS / "sealedmatch", *arguments],
            cwd=self.folder,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def block(self, name: str, party: int = 1) -> str:
        found = re.search(rf"<!-- custodians {name} -->\n\n((?:    .*\n)+)", DOCUMENT)
        assert found, f"the document has no commands {name}"
        text = re.sub(r"^    ", "", found[1], flags=re.M)
        return text if party == 1 else text.replace("custodian-1", f"custodian-{party}")

    def typed(self, name: str, party: int = 1, change: Callable[[str], str] = lambda text: text) -> str:
        """The commands of a block of the document, up to one that does not end by itself."""
        script = change(self.block(name, party)).split("sealedmatchd custodian")[0]
        done = subprocess.run(
            ["bash", "-euo", "pipefail", "-c", "umask 077\n" + script],
            cwd=self.folder,
            env={"PATH": f"{PROGRAMS}:/usr/sbin:/usr/bin:/sbin:/bin", **self.variables},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        assert done.returncode == 0, done.stdout
        return done.stdout

    def plan(self) -> None:
        """A plan of a new key, which all operators agree to."""
        (self.folder / "key.plan").unlink(missing_ok=True)
        shutil.rmtree(self.folder / "messages", ignore_errors=True)
        said = self.typed("plan")
        self.variables["NAME"] = re.findall(r"^name  (\w+)$", said, re.M)[0]
        self.variables["TABLE"] = re.findall(r"^table (\w+)$", said, re.M)[0]
        self.agree("key.plan", self.variables["NAME"])

    def planned(self, *arguments: str) -> str:
        """A plan by arguments of `authority plan`, which all operators agree to; its table."""
        said = self.tool("authority", "plan", *arguments)
        plan = arguments[arguments.index("-o") + 1]
        self.agree(plan, re.findall(r"^name  (\w+)$", said, re.M)[0])
        return str(re.findall(r"^table (\w+)$", said, re.M)[0])

    def agree(self, plan: str, name: str, *more: str) -> None:
        for party in self.parties:
            self.tool("authority", "agree", f"custodian-{party}", plan, name, *more)

    def keys(self) -> list[str]:
        return [f"custodian-{party}/custodian.key.pub" for party in self.parties]

    def signed(self, party: int, said: bytes) -> bytes:
        """A message that a party signs, whatever it says."""
        sodium = ctypes.CDLL(ctypes.util.find_library("sodium") or "libsodium.so.23")
        assert sodium.sodium_init() >= 0
        seed = bytes.fromhex((self.folder / f"custodian-{party}/custodian.key").read_text().split()[1])
        public, secret, signature = (ctypes.create_string_buffer(count) for count in (32, 64, 64))
        text = b"SealedMatch/1 custodian message\0" + said
        assert sodium.crypto_sign_seed_keypair(public, secret, seed) == 0
        assert sodium.crypto_sign_detached(signature, None, text, ctypes.c_ulonglong(len(text)), secret) == 0
        return said + signature.raw

    def lie(self, party: int, message: bytes, change: Lie) -> bytes:
        """A message of a party with one bit of it changed, or all that is before the signature, properly signed."""
        said = bytearray(message[:-64])
        if callable(change):
            return self.signed(party, change(bytes(said)))
        said[change] ^= 1
        return self.signed(party, bytes(said))

    def lies(self, party: int, magic: bytes, place: Lie) -> None:
        """From now on a party lies in a round, over HTTP."""

        def change(path: str, answer: bytes) -> bytes:
            return self.lie(party, answer, place) if answer[:4] == magic else answer

        self.relays[party].change = change

    def honest(self) -> None:
        for relay in self.relays.values():
            relay.change = lambda path, answer: answer

    def openings(self, name: str, *first: int) -> list[tuple[bytes, int, bytes]]:
        """All that opens, by an authority that begins, which asks these custodians first."""
        ways = [way for _, way in sorted((party not in first, party) for party in self.parties)]
        self.tool(
            *("open", "--database", "collector.sqlite", "--authority", name, "--set", "known.smset", "--first-run"),
            *self.ways(*ways),
        )
        return self.opened(name)

    def opened(self, name: str) -> list[tuple[bytes, int, bytes]]:
        """What an authority's file says."""
        with contextlib.closing(sqlite3.connect(self.folder / name)) as database:
            query = (
                "SELECT voucherID, slot, rkey FROM opening JOIN voucher ON voucher.id = opening.voucher ORDER BY 1, 2"
            )
            return list(database.execute(query))

    def allow(self) -> None:
        for party in self.parties:
            self.typed("allow", party)

    def start(self, party: int) -> None:
        """The service, as the document starts it, behind a relay."""
        command = self.block("allow", party).split("\n")[-2].split()
        front = self.folder / f"custodian-{party}/socket"
        back = self.folder / f"custodian-{party}/service"
        command[command.index(f"unix:custodian-{party}/socket")] = f"unix:custodian-{party}/service"
        if party not in self.relays:
            self.relays[party] = Relay(front, back)
        with open(self.folder / f"custodian-{party}.log", "ab") as log:
            process = subprocess.Popen([PROGRAMS / command[0], *command[1:]], cwd=self.folder, stdout=log, stderr=log)
        self.running[party] = process

        def listens() -> bool:
            assert process.poll() is None, (self.folder / f"custodian-{party}.log").read_text()
            with contextlib.suppress(OSError), socket.socket(socket.AF_UNIX) as connection:
                connection.connect(str(back))
                return True
            return False

        wait("a custodian", listens)

    def kill(self, party: int, number: signal.Signals = signal.SIGKILL) -> int:
        process = self.running.pop(party)
        process.send_signal(number)
        return process.wait(60)

    def ways(self, *parties: int) -> list[str]:
        return ["--coordinator-key", "coordinator.key", "--custodian"] + [
            f"custodian-{party}/custodian.key.pub=unix:custodian-{party}/socket" for party in parties or self.parties
        ]

    def sign(self) -> None:
        for name, other in (("alice", "bob"), ("bob", "alice")):
            self.tool(
                *("set", "sign", "known.smset", "--key", f"{name}.key", "--list", f"{name}.key.pub={name}.txt"),
                *("--package", "known.smset.audit", "--known", f"{other}.key.pub"),
            )

    def seal(self, account: str) -> int:
        """An account seals pictures that both lists hold, and a collector takes them."""
        pictures = sorted(str(path) for path in (self.folder / "pictures").glob("listed-*.jpg"))
        self.tool(
            *("seal", "--set", "known.smset", "--trust", "alice.key.pub", "bob.key.pub", "--account", account),
            *("--client", f"device-{account}", "--window", "0", "--upload", f"up-{account}", *pictures),
        )
        self.tool("collect", "--database", "collector.sqlite", "--account", account, f"up-{account}")
        return len(pictures)

    def open(self, *more: str) -> str:
        return self.tool(
            *("open", "--database", "collector.sqlite", "--authority", "authority.sqlite", "--set", "known.smset"),
            *more,
            *self.ways(),
        )

    def revealed(self) -> int:
        self.tool(
            *("reveal", "--database", "collector.sqlite", "--authority", "authority.sqlite", "--set", "known.smset"),
            *("--list", "alice.key.pub=alice.txt", "--cases", "cases"),
        )
        return len(list((self.folder / "cases").glob("*.json")))


def world(test: unittest.TestCase, parties: int = 3) -> World:
    """A world in a folder of its own, which ends with the test."""
    Sample.make()
    folder = tempfile.TemporaryDirectory(prefix="sealedmatch-")
    test.addCleanup(folder.cleanup)
    made = World(Path(folder.name), parties)
    test.addCleanup(made.close)
    return made
