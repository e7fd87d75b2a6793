"""What one account, or a client that breaks off, does to a front: over real sockets."""

from __future__ import annotations

import contextlib
import http.client
import json
import os
import re
import socket
import subprocess
import tempfile
import unittest
from pathlib import Path

from support import (
    PROGRAMS,
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

VOUCHERS = {"Content-Type": "application/vnd.sealedmatch.vouchers"}


class Front(unittest.TestCase):
    def setUp(self) -> None:
        Sample.make()
        base = tempfile.TemporaryDirectory(prefix="sealedmatch-")
        self.addCleanup(base.cleanup)
        self.folder = Path(base.name)
        self.port = free_port()
        self.listen = f"127.0.0.1:{self.port}"
        self.login = LoginService(Sample.folder / "login.pem")

    def bearer(self, account: str) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.login.token(account)}"}

    def connection(self) -> Plain:
        connection = Plain("127.0.0.1", self.port, timeout=30)
        self.addCleanup(connection.close)
        return connection

    def begin(self, account: str, count: int) -> socket.socket:
        """A request of which only the first byte of `count` comes."""
        fields = {"Host": "front"} | VOUCHERS | self.bearer(account) | {"Content-Length": str(count)}
        head = "".join(f"{name}: {value}\r\n" for name, value in fields.items())
        slow = socket.create_connection(("127.0.0.1", self.port), 30)
        self.addCleanup(slow.close)
        slow.sendall(f"POST /v1/vouchers HTTP/1.1\r\n{head}\r\nx".encode())
        return slow

    def metrics(self, admin: str) -> dict[str, float]:
        lines = [line for line in ask(admin, "/metrics")[1].splitlines() if not line.startswith("#")]
        return {name: float(value) for name, _, value in (line.rpartition(" ") for line in lines)}

    def test_a_slow_account_keeps_out_itself(self) -> None:
        up = Sample.seal("anna", self.folder)
        # The time for a body is no help here: it is longer than this test waits for an answer.
        options = ("--token-keys", "jwks.json", "--body-seconds", "3600")
        with service(self.folder, self.listen, *options), contextlib.ExitStack() as stack:
            slow = [stack.enter_context(self.begin("bruno", 1_123_000)) for _ in range(40)]
            self.assertEqual(Uploader(self.connection(), self.bearer("anna")).upload(up), 4)
            # Those that found no room are told when to try again, and none of them is kept waiting for a minute.
            reply = http.client.HTTPResponse(slow[-1])
            reply.begin()
            self.assertEqual((reply.status, problem(reply.read())["status"]), (503, 503))
            self.assertGreater(int(reply.headers["Retry-After"]), 0)

    def test_slow_accounts_together_give_way(self) -> None:
        """Eight accounts have all the room for bodies. Whoever comes with none of it gets some at the first try: the
        slowest of them is ended. What is sent quickly, beside all of them, is not."""
        up = Sample.seal("anna", self.folder)
        options = ("--token-keys", "jwks.json", "--body-seconds", "3600")
        with service(self.folder, self.listen, *options), contextlib.ExitStack() as stack:
            slow = [
                stack.enter_context(self.begin(f"slow{account}", 1 << 20)) for account in range(8) for _ in range(4)
            ]
            # Two more of each stand in line.
            line = [
                stack.enter_context(self.begin(f"slow{account}", 1 << 20)) for account in range(8) for _ in range(2)
            ]
            self.assertEqual(Uploader(self.connection(), self.bearer("anna")).upload(up), 4)
            (self.folder / "bert").mkdir()
            other = Sample.seal("bert", self.folder / "bert")
            self.assertEqual(Uploader(self.connection(), self.bearer("bert")).upload(other), 4)
            self.assertEqual(len(slow) + len(line), 48)

    def test_who_breaks_off_is_no_failure_of_the_server(self) -> None:
        with service(self.folder, self.listen, "--token-keys", "jwks.json") as admin:
            for _ in range(4):
                self.begin("anna", 10_000).close()
            left = 'sealedmatch_replies_total{status="499"}'
            wait("the broken requests", lambda: sum(self.replies(admin).values()) >= 4)
            self.assertEqual(self.replies(admin), {left: 4})
        log = (self.folder / "service.log").read_text()
        self.assertNotIn("request failed", log)

    def test_a_set_that_is_changed_is_not_given_out(self) -> None:
        names = ("replaced", "changed", "cut")
        for name in names:
            with self.subTest(name):
                self.give_changed(name)

    def give_changed(self, name: str) -> None:
        folder = self.folder / name
        folder.mkdir()
        path, whole = folder / "a.smset", (Sample.folder / "known.smset").read_bytes()
        path.write_bytes(whole)
        options = ("--token-keys", "jwks.json", "--secrets", str(Sample.folder / "secrets"))
        with service(folder, self.listen, *options, sets=path):
            place = self.connection().ask("GET", "/v1/sets/current")[1]["Location"]
            self.assertEqual(self.connection().ask("GET", place)[2], whole)
            if name == "replaced":
                (folder / "b.smset").write_bytes(b"another one")
                (folder / "b.smset").rename(path)
                # The file that was checked is open still.
                self.assertEqual(self.connection().ask("GET", place)[2], whole)
                self.assertEqual(self.connection().ask("GET", place, {"Range": "bytes=9-17"})[2], whole[9:18])
                return
            with path.open("r+b") as file:
                if name == "cut":
                    file.truncate(5_000)
                else:
                    file.seek(len(whole) - 1)
                    file.write(bytes([whole[-1] ^ 1]))
            for fields in ({}, {"Range": "bytes=9-17"}):
                status, headers, content = self.connection().ask("GET", place, fields)
                self.assertEqual((status, problem(content)["status"]), (503, 503))
                self.assertNotIn("ETag", headers)
                self.assertNotIn("immutable", headers.get("Cache-Control", ""))
                self.assertGreater(int(headers["Retry-After"]), 0)
        self.assertEqual((folder / "service.log").read_text().count("was changed in place"), 1)

    def test_a_set_that_is_damaged_or_that_nobody_signed_is_refused(self) -> None:
        whole = (Sample.folder / "known.smset").read_bytes()
        # The signed part, 1,024 bytes of signatures, the table (Docs/Protocol.md, 4.1).
        table = 4_096
        files = {
            "damaged": (whole[:-1] + bytes([whole[-1] ^ 1]), "not the one that the set's root names"),
            "unsigned": (whole[: table - 1_024] + bytes(1_024) + whole[table:], "nobody has signed"),
        }
        for name, (content, words) in files.items():
            (self.folder / f"{name}.smset").write_bytes(content)
            folder = self.folder / name
            folder.mkdir()
            with self.assertRaises(AssertionError) as caught:
                with service(folder, self.listen, "--token-keys", "jwks.json", sets=self.folder / f"{name}.smset"):
                    pass
            self.assertIn(words, str(caught.exception))

    def send(self, content: str) -> tuple[list[int], bytes]:
        """What comes back on a connection of its own until it ends: statuses, and the last body."""
        with socket.create_connection(("127.0.0.1", self.port), 30) as side:
            side.sendall(content.encode("latin1"))
            # Nothing comes after it: a connection that is kept ends, too.
            side.shutdown(socket.SHUT_WR)
            answer = b""
            while part := side.recv(65_536):
                answer += part
        statuses = [int(code) for code in re.findall(rb"HTTP/1\.1 (\d{3}) ", answer)]
        return statuses, answer.rpartition(b"\r\n\r\n")[2]

    def test_what_two_servers_might_read_in_two_ways_is_refused(self) -> None:
        current, host = "GET /v1/sets/current HTTP/1.1\r\n", "Host: front\r\n"
        fields = host + "".join(f"{name}: {value}\r\n" for name, value in (VOUCHERS | self.bearer("anna")).items())
        upload = f"POST /v1/vouchers HTTP/1.1\r\n{fields}"
        hidden = f"{current}{host}\r\n"
        chunked = f"{len(hidden):x}\r\n{hidden}\r\n0\r\n\r\n"
        expected = {
            hidden: 307,
            current.replace("1.1", "1.0") + f"{host}\r\n": 505,
            current.replace("1.1", "1.0") + "\r\n": 505,
            current.replace("1.1", "1.2") + f"{host}\r\n": 505,
            current.replace("1.1", "2.0") + f"{host}\r\n": 505,
            "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n": 400,
            f"{current}\r\n": 400,
            f"{current}{host}{host}\r\n": 400,
            f"{current}{host}Host: other\r\n\r\n": 400,
            f"{current}Host: front, other\r\n\r\n": 400,
            f"{current}Host: anna@front\r\n\r\n": 400,
            f"{current}Host: front/v1\r\n\r\n": 400,
            f"{current}Host: [::1]:8080\r\n\r\n": 307,
            current.replace(" /v1", " http://front/v1") + f"{host}\r\n": 400,
            current.replace(" /v1", " //front/v1") + f"{host}\r\n": 400,
            current.replace(" /v1", " v1") + f"{host}\r\n": 400,
            f"OPTIONS * HTTP/1.1\r\n{host}\r\n": 400,
            f"CONNECT front:80 HTTP/1.1\r\n{host}\r\n": 400,
            f"{current}{host}X: y\r\n z\r\n\r\n": 400,
            f"{current} {host}\r\n": 400,
            f"{current}{host}X y: z\r\n\r\n": 400,
            f"{current}{host}X: y\rz\r\n\r\n": 400,
            f"{current}{host}X: y\0z\r\n\r\n": 400,
            f"{current}{host}X: y\nZ: a\r\n\r\n": 400,
            f"{current}{host}X: {'y' * 40_000}\r\n\r\n": 431,
            f"{current}{host}" + "X: y\r\n" * 200 + "\r\n": 431,
        }
        for lines in (
            "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n",
            "Transfer-Encoding: chunked\r\nContent-Length: 5\r\n",
            "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n",
            "Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n",
            "Transfer-Encoding: xchunked\r\n",
            "Transfer-Encoding: gzip, chunked\r\n",
            "Transfer-Encoding: chunked, identity\r\n",
            "Transfer-Encoding : chunked\r\n",
            "Transfer-Encoding:\x0bchunked\r\n",
            "X: y\r\n Transfer-Encoding: chunked\r\n",
            "Content-Length: 5\r\nContent-Length: 5\r\n",
            "Content-Length: 5\r\nContent-Length: 6\r\n",
            "Content-Length: 5, 5\r\n",
            "Content-Length: +5\r\n",
            "Content-Length: -5\r\n",
            "Content-Length: 0x5\r\n",
            "Content-Length: 5 5\r\n",
            "Content-Length: 18446744073709551621\r\n",
        ):
            expected[f"{upload}{lines}\r\n{chunked}"] = 400
        # One coding, and no length: the front wants lengths.
        expected[f"{upload}Transfer-Encoding: chunked\r\n\r\n{chunked}"] = 411
        with service(self.folder, self.listen, "--token-keys", "jwks.json"):
            for content, status in expected.items():
                with self.subTest(content[:300]):
                    # What is hidden in a body is no request of its own.
                    statuses, body = self.send(content)
                    self.assertEqual(statuses, [status])
                    if status >= 400:
                        self.assertEqual(problem(body)["status"], status)
                        # It ends the connection, after the reply to what came before.
                        self.assertEqual(self.send(hidden + content + hidden)[0], [307, status])
        self.assertNotIn("error", (self.folder / "service.log").read_text())

    def test_files_that_others_can_change_are_refused(self) -> None:
        """What decides what is trusted is written by nobody else. Each is given as a copy, and named."""
        names = {"set": "known.smset", "token-keys": "jwks.json", "key": "alice.key.pub", "list": "alice.txt"}
        copies = {kind: self.folder / name for kind, name in names.items()}
        for kind, name in names.items():
            copies[kind].write_bytes((Sample.folder / name).read_bytes())
        copies["settings"] = self.folder / "settings.json"
        settings = {
            "listen": f"127.0.0.1:{free_port()}",
            "admin": f"127.0.0.1:{free_port()}",
            "database": str(self.folder / "collector.sqlite"),
            "authority": str(self.folder / "authority.sqlite"),
            "set": [str(copies["set"])],
            "token-keys": str(copies["token-keys"]),
            "secrets": str(Sample.folder / "secrets"),
            "cases": str(self.folder / "cases"),
            "list": [f"{copies['key']}={copies['list']}"],
        }
        copies["settings"].write_text(json.dumps(settings))
        for path in copies.values():
            path.chmod(0o644)
        copies["cases"] = self.folder / "cases"
        copies["cases"].mkdir()
        command = [PROGRAMS / "sealedmatchd", "all", "--settings", copies["settings"], "--first-run"]

        def said() -> str:
            for path in self.folder.glob("*.sqlite*"):
                path.unlink()
            done = subprocess.run(command, stderr=subprocess.PIPE, text=True, timeout=60)
            self.assertEqual(done.returncode, 1, done.stderr)
            return done.stderr

        for kind, path in copies.items():
            mode = path.stat().st_mode
            for other in (0o020, 0o002):
                path.chmod(mode | other)
                self.assertIn("[error 107]", said(), kind)
                self.assertIn(str(path), said(), kind)
            path.chmod(mode)
            if os.geteuid() == 0:
                os.chown(path, 65_534, 65_534)
                self.assertIn(f"{path}: it belongs to another user", said(), kind)
                os.chown(path, 0, 0)
        self.folder.chmod(0o777)
        self.assertIn("everybody can write there", said())
        self.folder.chmod(0o700)
        # With nothing of that it starts.
        with process(command, self.folder / "service.log") as running:

            def is_ready() -> bool:
                self.assertIsNone(running.poll(), (self.folder / "service.log").read_text())
                with contextlib.suppress(OSError):
                    return ask(settings["admin"], "/readyz")[0] == 200
                return False

            wait("the service", is_ready)
            # A proof may be replaced while it runs: it is looked at whenever it is given.
            root = self.root(str(settings["listen"]))
            proof = self.folder / f"{root}.proof"
            proof.write_bytes(b"a proof")
            port = int(str(settings["listen"]).partition(":")[2])
            for mode, status in ((0o644, 200), (0o666, 503), (0o664, 503), (0o644, 200)):
                proof.chmod(mode)
                with contextlib.closing(Plain("127.0.0.1", port, timeout=30)) as connection:
                    self.assertEqual(connection.ask("GET", f"/v1/sets/{root}.proof")[0], status)

    def root(self, listen: str) -> str:
        host, _, port = listen.partition(":")
        with contextlib.closing(Plain(host, int(port), timeout=30)) as connection:
            return str(json.loads(connection.ask("GET", "/v1/sets/current")[2])["root"])

    def test_what_expires_is_asked_for_in_one_way(self) -> None:
        token = self.folder / "admin.token"
        token.touch(0o600)
        token.write_text("a token of more than sixteen bytes")
        options = ("--token-keys", "jwks.json", "--admin-token-file", str(token))
        with service(self.folder, self.listen, *options) as admin:
            host, _, port = admin.partition(":")
            for query, expected in (
                ("", (200, False)),
                ("?openings=false", (200, False)),
                ("?openings=true", (200, True)),
                ("?openings=yes", (400, None)),
                ("?openings=", (400, None)),
                ("?opening=true", (400, None)),
                ("?openings=true&openings=false", (400, None)),
            ):
                connection = Plain(host, int(port), timeout=30)
                self.addCleanup(connection.close)
                fields = {"Authorization": f"Bearer {token.read_text()}"}
                status, _, content = connection.ask("POST", f"/v1/epochs/1/expire{query}", fields)
                self.assertEqual((status, json.loads(content).get("openings")), expected, query)

    def replies(self, admin: str) -> dict[str, float]:
        found = self.metrics(admin)
        return {name: value for name, value in found.items() if name.startswith("sealedmatch_replies_total")}


if __name__ == "__main__":
    unittest.main()
