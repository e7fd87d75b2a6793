"""A deployment in processes: two fronts, openers, a revealer, on SQLite files or on a cluster."""

from __future__ import annotations

import base64
import json
import os
import secrets
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from pathlib import Path

import pysodium
from processes import JetStream, PostgreSQL, Program, free_port, listens
from sealedmatch import BlindedSet, TrustPolicy

THRESHOLD = 3


class Login:
    """Signs tokens; the fronts have the public key."""

    def __init__(self, key_set: Path) -> None:
        public, self._secret = pysodium.crypto_sign_keypair()
        key_set.write_text(json.dumps({"keys": [{"kty": "OKP", "crv": "Ed25519", "x": _base64(public)}]}))

    def token(self, name: str) -> str:
        parts = [{"alg": "EdDSA"}, {"sub": name, "exp": int(time.time()) + 86_400}]
        signed = ".".join(_base64(json.dumps(part).encode()) for part in parts)
        return f"{signed}.{_base64(pysodium.crypto_sign_detached(signed.encode(), self._secret))}"


def _base64(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()


class Deployment:
    def __init__(self, directory: Path, service: str, tool: str, nats: str | None) -> None:
        self.directory = directory
        self._service = service
        self.known = [secrets.token_bytes(32) for _ in range(1_200)]
        self._make_set(tool)
        self.login = Login(directory / "jwks.json")
        self.cases = directory / "cases"
        self.ports = [free_port(), free_port()]
        self._admin_ports: dict[str, int] = {}
        self.cluster: list[Program] = []
        self.postgres: PostgreSQL | None = None
        database, authority, extra = str(directory / "collector.sqlite"), str(directory / "authority.sqlite"), []
        openers = 1
        if nats is not None:
            streams = JetStream(directory, nats)
            # Another user has to reach it.
            home = Path(tempfile.mkdtemp(prefix="smsim-", dir="/tmp"))
            (home / "pg").mkdir()
            home.chmod(0o755)
            self.postgres = PostgreSQL(home / "pg")
            self.cluster = [*streams.programs, self.postgres.program]
            database, authority, openers = streams.address, self.postgres.address, 2
            keys = directory / "data.keys"
            keys.touch(0o600)
            keys.write_bytes(secrets.token_bytes(32))
            extra = ["--deployment", "simulation", "--data-keys", str(keys)]
        self._extra = extra
        common = ["--set", str(self.set_file), "--database", database, "--log-level", "notice"]
        front = [
            "--token-keys", str(directory / "jwks.json"), "--burst", "1000000", "--vouchers-per-second", "1000000",
        ]  # fmt: skip
        authority_options = ["--authority", authority]
        self.fronts = [
            self._role(f"front{number}", ["collector", *common, *front, "--listen", f"127.0.0.1:{port}"], port)
            for number, port in enumerate(self.ports)
        ]
        self.openers = [
            self._role(f"opener{number}", ["opener", *common, *authority_options, "--open-seconds", "1"])
            for number in range(openers)
        ]
        lists = ["--list", f"{directory}/a.key.pub={directory}/known.txt"]
        self.revealers = [
            self._role(
                "reveal",
                ["reveal", *common, *authority_options, "--cases", str(self.cases), "--reveal-seconds", "1", *lists],
            )
        ]

    @property
    def set_file(self) -> Path:
        return self.directory / "known.smset"

    def _make_set(self, tool: str) -> None:
        def run(*arguments: str) -> None:
            subprocess.run([tool, *arguments], cwd=self.directory, check=True, stdout=subprocess.DEVNULL)

        (self.directory / "known.txt").write_text("".join(f"sha256 {known.hex()}\n" for known in self.known))
        for name in "ab":
            run("keygen", f"{name}.key")
        sources = [f"{name}.key.pub=known.txt" for name in "ab"]
        run(
            "set", "build", "--source", sources[0], "--source", sources[1], "--threshold", str(THRESHOLD),
            "-o", "known.smset",
        )  # fmt: skip
        for name, other in ("ab", "ba"):
            run(
                "set", "sign", "known.smset", "--key", f"{name}.key", "--package", "known.smset.audit",
                "--list", f"{name}.key.pub=known.txt", "--known", f"{other}.key.pub",
            )  # fmt: skip
        keys = []
        for name in "ab":
            digits = [word for word in (self.directory / f"{name}.key.pub").read_text().split() if len(word) == 64]
            keys.append(bytes.fromhex(digits[0]))
        self.trust = TrustPolicy(keys, 2, minimum_threshold=THRESHOLD)

    def opened_set(self) -> BlindedSet:
        return BlindedSet.open(self.set_file, self.trust)

    def _role(self, name: str, arguments: list[str], port: int | None = None) -> Program:
        admin = free_port()
        self._admin_ports[name] = admin
        is_first = [name in ("opener0", "front0")]

        def command() -> list[str]:
            first = ["--first-run"] if is_first[0] and (name == "opener0" or self.postgres is not None) else []
            return [self._service, *arguments, *self._extra_of(arguments[0]), *first, "--admin", f"127.0.0.1:{admin}"]

        program = Program(
            name, command, self.directory / f"{name}.log", lambda: self.is_ready(name) and (not port or listens(port))
        )
        self._forget_first = getattr(self, "_forget_first", [])
        self._forget_first.append(is_first)
        return program

    def _extra_of(self, role: str) -> list[str]:
        return self._extra[:2] if role == "collector" else self._extra

    def is_ready(self, name: str) -> bool:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self._admin_ports[name]}/readyz", timeout=5) as reply:
                return reply.status == 200
        except (OSError, urllib.error.URLError):
            return False

    def start(self) -> None:
        for program in self.cluster:
            program.start()
        for program in self.cluster:
            program.wait_until_ready()
        if self.postgres is not None:
            made = self.postgres.psql("CREATE DATABASE openings", "postgres")
            if made.returncode != 0:
                raise RuntimeError(made.stderr)
        for program in [self.fronts[0], self.openers[0], self.fronts[1], *self.openers[1:], *self.revealers]:
            self._start_patiently(program)
        for first in self._forget_first:
            first[0] = False

    def _start_patiently(self, program: Program) -> None:
        # A cluster takes some time to choose its leaders.
        for attempt in range(10):
            program.start()
            try:
                program.wait_until_ready()
                return
            except RuntimeError:
                if attempt == 9 or not self.cluster:
                    raise
                program.kill()
                time.sleep(1)

    @property
    def killable(self) -> list[Program]:
        return [*self.fronts, *self.openers, *self.revealers, *self.cluster]

    def supervise(self) -> None:
        for program in self.killable:
            program.supervise(may_end=bool(self.cluster) and program not in self.cluster)

    def wait_until_ready(self) -> None:
        for program in [*self.cluster, *self.fronts, *self.openers, *self.revealers]:
            program.wait_until_ready(may_end=bool(self.cluster) and program not in self.cluster)

    def end(self) -> None:
        for program in [*self.fronts, *self.openers, *self.revealers]:
            code = program.end()
            if code != 0:
                print(f"{program.name} ended with {code}", file=sys.stderr)
                raise SystemExit(1)
        for program in self.cluster:
            program.kill()

    def kill(self) -> None:
        for program in self.killable:
            program.kill()


def cases(directory: Path) -> dict[tuple[str, int], list[dict[str, object]]]:
    """All matches of each pseudonym and epoch, of all parts of its case."""
    found: dict[tuple[str, int], list[dict[str, object]]] = {}
    for name in sorted(os.listdir(directory)) if directory.exists() else []:
        if name.endswith(".json"):
            content = json.loads((directory / name).read_text())
            found.setdefault((content["pseudonym"], content["epoch"]), []).extend(content["matches"])
    return found
