"""A cluster whose servers want TLS and to know who comes: JetStream with certificates and a user's credentials, and
PostgreSQL with a password. Real servers on loopback; what does not fit is refused, and said."""

from __future__ import annotations

import base64
import contextlib
import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import unittest
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from support import (
    PROGRAMS,
    ROOT,
    LoginService,
    Plain,
    Sample,
    Uploader,
    ask,
    free_port,
    problem,
    process,
    service,
    wait,
)

sys.path.insert(0, str(ROOT / "Tests/Server/ServiceSimulation"))

from processes import PostgreSQL, Program, listens  # noqa: E402

JWKS = ("--token-keys", "jwks.json")
NATS = Path(os.environ["SEALEDMATCH_NATS_SERVER"])


def openssl(*arguments: str | Path) -> bytes:
    return subprocess.run(["openssl", *arguments], check=True, capture_output=True).stdout


class Authority:
    """Signs certificates, each in a folder of one user's."""

    def __init__(self, folder: Path, name: str) -> None:
        self.folder, self.name = folder, name
        self.certificate = folder / f"{name}.pem"
        openssl(
            *("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2"),
            *("-subj", f"/CN={name}", "-keyout", folder / f"{name}.key", "-out", self.certificate),
        )

    def sign(self, name: str, names: str) -> tuple[Path, Path]:
        key, certificate = self.folder / f"{self.name}-{name}.key", self.folder / f"{self.name}-{name}.pem"
        openssl(
            *("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2"),
            *("-CA", self.certificate, "-CAkey", self.folder / f"{self.name}.key", "-subj", f"/CN={name}"),
            *("-addext", f"subjectAltName={names}", "-addext", "basicConstraints=CA:FALSE"),
            *("-keyout", key, "-out", certificate),
        )
        key.chmod(0o600)
        return certificate, key


class NKey:
    """A key pair as NATS writes it: base 32 of a prefix, the key and a CRC-16 (XMODEM)."""

    PREFIXES = {"operator": 14 << 3, "account": 0, "user": 20 << 3}

    def __init__(self, kind: str, folder: Path) -> None:
        self._path = folder / f"{kind}-{time.monotonic_ns()}.pem"
        openssl("genpkey", "-algorithm", "ed25519", "-out", self._path)
        prefix = self.PREFIXES[kind]
        # The last 32 bytes of both forms are the key (RFC 8410).
        self.public = self._text(
            bytes([prefix]), openssl("pkey", "-in", self._path, "-pubout", "-outform", "DER")[-32:]
        )
        seed = 18 << 3
        self.seed = self._text(
            bytes([seed | prefix >> 5, (prefix & 31) << 3]), openssl("pkey", "-in", self._path, "-outform", "DER")[-32:]
        )

    @staticmethod
    def _text(prefix: bytes, key: bytes) -> str:
        crc = 0
        for byte in prefix + key:
            crc ^= byte << 8
            for _ in range(8):
                crc = (crc << 1 ^ (0x1021 if crc & 0x8000 else 0)) & 0xFFFF
        return base64.b32encode(prefix + key + crc.to_bytes(2, "little")).rstrip(b"=").decode()

    def token(self, subject: str, name: str, kind: str, nats: dict[str, object]) -> str:
        claims = {"jti": name, "iat": int(time.time()), "iss": self.public, "sub": subject, "name": name}
        claims["nats"] = {**nats, "type": kind, "version": 2}
        parts = [{"typ": "JWT", "alg": "ed25519-nkey"}, claims]
        signed = ".".join(base64.urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=").decode() for part in parts)
        with tempfile.NamedTemporaryFile() as file:
            file.write(signed.encode())
            file.flush()
            signature = openssl("pkeyutl", "-sign", "-inkey", self._path, "-rawin", "-in", file.name)
        return f"{signed}.{base64.urlsafe_b64encode(signature).rstrip(b'=').decode()}"


class ClusterTests(unittest.TestCase):
    @classmethod
    def setUpClass(cls) -> None:
        Sample.make()
        base = tempfile.TemporaryDirectory(prefix="smtls-", dir="/tmp")
        cls.addClassCleanup(base.cleanup)
        cls.folder = Path(base.name)
        cls.folder.chmod(0o755)
        cls.ours, cls.other = Authority(cls.folder, "ours"), Authority(cls.folder, "other")
        cls.server = cls.ours.sign("server", "IP:127.0.0.1,DNS:localhost")
        cls.elsewhere = cls.ours.sign("elsewhere", "DNS:elsewhere.example.org")
        cls.client = cls.ours.sign("client", "DNS:client")
        cls.keys = cls.folder / "data.keys"
        cls.keys.touch(0o600)
        cls.keys.write_bytes(os.urandom(32))
        cls._make_users()

    @classmethod
    def _make_users(cls) -> None:
        operator = NKey("operator", cls.folder)
        account, system = NKey("account", cls.folder), NKey("account", cls.folder)
        everything = {"subs": -1, "data": -1, "payload": -1}
        limits = dict.fromkeys(("subs", "data", "payload", "imports", "exports", "conn", "leaf"), -1)
        storage = {"mem_storage": -1, "disk_storage": -1, "streams": -1, "consumer": -1, "wildcards": True}
        tokens = {
            "operator": operator.token(operator.public, "ours", "operator", {}),
            "account": operator.token(account.public, "messenger", "account", {"limits": limits | storage}),
            "system": operator.token(system.public, "system", "account", {"limits": limits}),
        }
        cls.credentials = {}
        for name, signer in (("ours", account), ("strangers", NKey("account", cls.folder))):
            user = NKey("user", cls.folder)
            token = signer.token(user.public, name, "user", everything)
            path = cls.folder / f"{name}.creds"
            path.touch(0o600)
            path.write_text(
                f"-----BEGIN NATS USER JWT-----\n{token}\n------END NATS USER JWT------\n\n"
                f"-----BEGIN USER NKEY SEED-----\n{user.seed}\n------END USER NKEY SEED------\n"
            )
            cls.credentials[name] = path
        cls.users = (
            f"operator: {tokens['operator']}\nsystem_account: {system.public}\nresolver: MEMORY\nresolver_preload: {{\n"
            f"  {account.public}: {tokens['account']}\n  {system.public}: {tokens['system']}\n}}\n"
        )

    maxDiff = None

    @contextlib.contextmanager
    def nats(self, certificate: tuple[Path, Path] | None, users: str = "") -> Iterator[str]:
        with tempfile.TemporaryDirectory(dir=self.folder) as text:
            home, port = Path(text), free_port()
            tls = (
                f'tls {{ cert_file: "{certificate[0]}", key_file: "{certificate[1]}", '
                f'ca_file: "{self.ours.certificate}", verify: true }}\n'
                if certificate
                else ""
            )
            (home / "server.conf").write_text(
                f'host: 127.0.0.1\nport: {port}\njetstream {{ store_dir: "{home}/store" }}\n{tls}{users}'
            )
            with process([NATS, "-c", home / "server.conf"], home / "nats.log") as running:
                wait("the NATS server", lambda: running.poll() is not None or listens(port))
                self.assertIsNone(running.poll(), (home / "nats.log").read_text())
                yield f"127.0.0.1:{port}"

    def collector(self, database: str, *options: str | Path) -> str:
        """The first run of a collector: what it says if it ends with an error, else nothing once it is ready."""
        admin = f"127.0.0.1:{free_port()}"
        log = self.folder / f"collector-{time.monotonic_ns()}.log"
        command = [PROGRAMS / "sealedmatchd", "collector", "--database", database, "--deployment", "tls"]
        command += ["--nats-replicas", "1", "--set", "known.smset", "--token-keys", "jwks.json", "--first-run"]
        command += ["--listen", f"127.0.0.1:{free_port()}", "--admin", admin, *options]
        return self.outcome(command, admin, log)

    def outcome(self, command: list[object], admin: str, log: Path) -> str:
        with process(command, log, cwd=Sample.folder) as running:

            def has_decided() -> bool:
                if running.poll() is not None:
                    return True
                with contextlib.suppress(OSError):
                    return ask(admin, "/readyz")[0] == 200
                return False

            wait(f"what {log.name} says", has_decided)
            failed = running.poll() is not None
        if failed:
            self.assertNotEqual(running.returncode, 0)
        return log.read_text() if failed else ""

    def test_jetstream_with_certificates_and_credentials(self) -> None:
        authority = ("--nats-ca", self.ours.certificate)
        own = ("--nats-certificate", self.client[0], "--nats-key", self.client[1])
        user = ("--nats-credentials", self.credentials["ours"])
        stranger = ("--nats-credentials", self.credentials["strangers"])
        wrong = ("--nats-ca", self.other.certificate)
        with self.nats(self.server, self.users) as address:
            self.assertEqual(self.collector(f"tls://{address}", *authority, *own, *user), "")
            self.assertEqual(self.collector(f"nats://{address}", *authority, *own, *user), "")
            refused = {
                "the NATS servers do not know these credentials": [(*authority, *own, *stranger), (*authority, *own)],
                "no TLS with the NATS servers": [(*wrong, *own, *user)],
                "no TLS with the NATS servers|no NATS server answers": [(*authority, *user)],
                "a certificate and its key are given together": [(*authority, *user, *own[:2])],
            }
            cases = [(words, options) for words, all_options in refused.items() for options in all_options]
            with ThreadPoolExecutor() as pool:
                said = pool.map(lambda case: self.collector(f"tls://{address}", *case[1]), cases)
                for (words, _), text in zip(cases, said):
                    self.assertRegex(text, words)

    def test_jetstream_server_of_another_name(self) -> None:
        authority = ("--nats-ca", self.ours.certificate)
        own = ("--nats-certificate", self.client[0], "--nats-key", self.client[1])
        with self.nats(self.elsewhere) as address:
            self.assertIn("no TLS with the NATS servers", self.collector(f"tls://{address}", *authority, *own))

    def test_jetstream_is_never_spoken_to_in_clear(self) -> None:
        with self.nats(None) as address:
            self.assertEqual(self.collector(f"nats://{address}"), "")
            said = self.collector(f"nats://{address}", "--nats-ca", self.ours.certificate)
            self.assertIn("the NATS servers have no TLS, and it is asked for", said)

    def test_key_that_others_can_read(self) -> None:
        key = self.folder / "open.key"
        key.write_bytes(self.client[1].read_bytes())
        key.chmod(0o644)
        said = self.collector("tls://127.0.0.1:1", "--nats-certificate", self.client[0], "--nats-key", key)
        self.assertIn("nats-key", said)
        self.assertIn("open.key", said)

    @contextlib.contextmanager
    def running(self, role: str, *options: str | Path) -> Iterator[tuple[str, Path]]:
        """A role, once it is ready: its operator's address, and its log."""
        admin = f"127.0.0.1:{free_port()}"
        log = self.folder / f"{role}-{time.monotonic_ns()}.log"
        command = [PROGRAMS / "sealedmatchd", role, "--deployment", "away", "--set", "known.smset", "--admin", admin]
        with process([*command, *options], log, cwd=Sample.folder) as running:

            def is_ready() -> bool:
                self.assertIsNone(running.poll(), log.read_text())
                with contextlib.suppress(OSError):
                    return ask(admin, "/readyz")[0] == 200
                return False

            wait(f"the {role}", is_ready)
            yield admin, log
        self.assertEqual(running.returncode, 0, log.read_text())

    def problems(self, admin: str) -> dict[str, str]:
        status, text = ask(admin, "/readyz")
        answer = json.loads(text)
        self.assertEqual((status, answer["ready"]), (503, False) if answer["problems"] else (200, True))
        found: dict[str, str] = answer["problems"]
        return found

    def test_servers_that_are_away(self) -> None:
        """Each role says which server is away, and that it is there again, though nobody asks it for anything."""
        base = tempfile.TemporaryDirectory(prefix="smaway-", dir="/tmp")
        self.addCleanup(base.cleanup)
        Path(base.name).chmod(0o755)
        home, port = Path(base.name) / "pg", free_port()
        home.mkdir()
        postgresql = PostgreSQL(home)
        postgresql.program.start()
        self.addCleanup(postgresql.program.kill)
        postgresql.program.wait_until_ready()
        self.assertEqual(postgresql.psql("CREATE DATABASE openings", "postgres").returncode, 0)
        streams = self.server_program(port)
        streams.start()
        self.addCleanup(streams.kill)
        streams.wait_until_ready()
        queue = ("--database", f"nats://127.0.0.1:{port}", "--nats-replicas", "1")
        store = ("--authority", postgresql.address, "--data-keys", self.keys)
        cases = ("--cases", self.folder / "away", "--list", "alice.key.pub=alice.txt")
        with contextlib.ExitStack() as stack:
            roles = [
                stack.enter_context(self.running(role, *queue, *options))
                for role, options in {
                    "collector": ("--first-run", "--listen", f"127.0.0.1:{free_port()}", *JWKS),
                    # Its own work would not notice for an hour.
                    "opener": ("--first-run", "--open-seconds", "3600", *store),
                    "reveal": ("--reveal-seconds", "3600", *store, *cases),
                }.items()
            ]
            (front, log), (opener, _), (reveal, _) = roles
            for program, part, those in (
                (streams, "JetStream", (front, opener, reveal)),
                (postgresql.program, "PostgreSQL", (opener, reveal)),
            ):
                program.kill()
                for admin in those:
                    wait(f"{admin} to miss {part}", lambda admin=admin: part in self.problems(admin))
                self.assertEqual(part in self.problems(front), front in those)
                self.assertIn(f'sealedmatch_ready{{part="{part}"}} 0', ask(those[0], "/metrics")[1])
                program.start()
                program.wait_until_ready()
                for admin in those:
                    wait(f"{admin} to find {part}", lambda admin=admin: not self.problems(admin))
            self.assertEqual(log.read_text().count("JetStream: works again"), 1)

    def server_program(self, port: int, most: str = "1GB") -> Program:
        home = Path(tempfile.mkdtemp(dir=self.folder))
        (home / "server.conf").write_text(
            f'host: 127.0.0.1\nport: {port}\njetstream {{ store_dir: "{home}/store", max_file_store: {most} }}\n'
        )
        command = [str(NATS), "-c", str(home / "server.conf")]
        return Program("nats", lambda: command, home / "nats.log", lambda: listens(port))

    def test_a_full_queue_is_said_once(self) -> None:
        port, listen = free_port(), free_port()
        streams = self.server_program(port, "64KB")
        streams.start()
        self.addCleanup(streams.kill)
        streams.wait_until_ready()
        up = Sample.seal("anna", Path(tempfile.mkdtemp(dir=self.folder)))
        body = b"".join(path.read_bytes() for path in sorted(up.glob("*.voucher")))
        bearer = {"Authorization": f"Bearer {LoginService(Sample.folder / 'login.pem').token('anna')}"}
        options = ("--first-run", "--listen", f"127.0.0.1:{listen}", *JWKS, "--nats-replicas", "1")
        with self.running("collector", "--database", f"nats://127.0.0.1:{port}", *options) as (admin, log):
            connection = Plain("127.0.0.1", listen, timeout=60)
            self.addCleanup(connection.close)
            self.assertEqual(Uploader(connection, bearer).upload(up), 4)
            fields = bearer | {"Content-Type": "application/vnd.sealedmatch.vouchers"}
            refused = 0
            for _ in range(64):
                status, headers, content = connection.ask("POST", "/v1/vouchers", fields, body)
                if status != 200:
                    self.assertEqual((status, problem(content)["type"]), (503, "urn:sealedmatch:error:105"))
                    self.assertIn("full", problem(content)["detail"])
                    self.assertGreater(int(headers["Retry-After"]), 0)
                    refused += 1
            self.assertGreater(refused, 8)
            wait("the readiness", lambda: "full" in self.problems(admin).get("JetStream", ""))
            lines = [line for line in log.read_text().splitlines() if "insufficient" in line or "maximum" in line]
            self.assertTrue(lines, log.read_text())
            # One in 30 seconds, however slow this machine is.
            self.assertLess(len(lines), refused / 2)
            with socket.create_connection(("127.0.0.1", port), 30) as operator:
                operator.sendall(b"CONNECT {}\r\nPUB $JS.API.STREAM.PURGE.away_vouchers 0\r\n\r\nPING\r\n")
                answer = b""
                while b"PONG" not in answer:
                    answer += operator.recv(4096)
            wait("room", lambda: connection.ask("POST", "/v1/vouchers", fields, body)[0] == 200)
            wait("the readiness", lambda: not self.problems(admin))

    @contextlib.contextmanager
    def postgresql(self, certificate: tuple[Path, Path], password: str) -> Iterator[int]:
        """A server that takes nobody over TCP without TLS and a password. Yields its port."""
        home, port = Path(tempfile.mkdtemp(prefix="smpg-", dir="/tmp")), free_port()
        home.chmod(0o755)
        (home / "pg").mkdir()
        files = home / "pg"
        server = PostgreSQL(
            files,
            *("listen_addresses=127.0.0.1", f"port={port}", "ssl=on", f"ssl_cert_file={files}/server.pem"),
            *(f"ssl_key_file={files}/server.key", f"hba_file={files}/hba.conf"),
        )
        server.write(files / "server.pem", certificate[0].read_text())
        server.write(files / "server.key", certificate[1].read_text())
        server.write(
            files / "hba.conf",
            "local all all trust\nhostssl all all 127.0.0.1/32 scram-sha-256\nhost all all 127.0.0.1/32 reject\n",
        )
        server.port = port
        server.program.start()
        try:
            server.program.wait_until_ready()
            for text in (f"ALTER USER sealedmatch PASSWORD '{password}'", "CREATE DATABASE openings"):
                made = server.psql(text, "postgres")
                self.assertEqual(made.returncode, 0, made.stderr)
            yield port
        finally:
            server.program.kill()
            shutil.rmtree(home)

    def opener(self, authority: str) -> str:
        """The first run of an opener: what it says if it ends with an error, else nothing once it is ready."""
        admin, log = f"127.0.0.1:{free_port()}", self.folder / f"opener-{time.monotonic_ns()}.log"
        with tempfile.TemporaryDirectory(dir=self.folder) as folder, service(Path(folder), f"unix:{folder}/f", *JWKS):
            command = [PROGRAMS / "sealedmatchd", "opener", "--database", f"{folder}/collector.sqlite"]
            command += ["--set", "known.smset", "--deployment", "tls", "--data-keys", self.keys, "--first-run"]
            return self.outcome([*command, "--authority", authority, "--admin", admin], admin, log)

    def test_postgresql_with_certificates_and_a_password(self) -> None:
        password = "correct horse"
        passwords = {name: self.folder / name for name in ("pgpass", "pgpass.wrong")}
        for name, path in passwords.items():
            path.touch(0o600)
            path.write_text(f"*:*:*:*:{password if name == 'pgpass' else 'battery staple'}\n")

        def address(port: int, host: str, authority: Path, passfile: str, mode: str = "verify-full") -> str:
            return (
                f"postgresql://sealedmatch@{host}:{port}/openings?sslmode={mode}&sslrootcert={authority}"
                f"&passfile={passwords[passfile]}"
            )

        ours, other = self.ours.certificate, self.other.certificate
        with self.postgresql(self.server, password) as port:
            self.assertEqual(self.opener(address(port, "127.0.0.1", ours, "pgpass")), "")
            right = address(port, "127.0.0.1", ours, "pgpass")
            wrong = {
                address(port, "127.0.0.1", other, "pgpass"): "certificate verify failed",
                address(port, "127.0.0.1", ours, "pgpass.wrong"): "password authentication failed",
                address(port, "127.0.0.1", ours, "pgpass", "disable"): "pg_hba.conf",
                address(free_port(), "127.0.0.1", ours, "pgpass"): "Connection refused",
                f"{right}&nonsense=1".replace("@", ":correct%20horse@"): 'invalid URI query parameter: "nonsense"',
                right.replace("@", ":correct%20horse%zz@"): "invalid percent-encoded token",
            }
            with ThreadPoolExecutor() as pool:
                for reason, said in zip(wrong.values(), pool.map(self.opener, wrong), strict=True):
                    self.assertIn("the PostgreSQL store: ", said)
                    self.assertIn(reason, said)
                    for secret in ("battery staple", password, "correct%20horse", *wrong):
                        self.assertNotIn(secret, said)
        with self.postgresql(self.elsewhere, password) as port:
            self.assertIn("the PostgreSQL store: ", self.opener(address(port, "127.0.0.1", ours, "pgpass")))


if __name__ == "__main__":
    unittest.main()
