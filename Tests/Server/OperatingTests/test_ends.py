"""How the service ends, and what it does not begin with."""

from __future__ import annotations

import socket
import subprocess
import tempfile
import unittest
from pathlib import Path

from support import PROGRAMS, LoginService, Sample, free_port, service


class Ends(unittest.TestCase):
    def setUp(self) -> None:
        Sample.make()
        base = tempfile.TemporaryDirectory(prefix="sealedmatch-")
        self.addCleanup(base.cleanup)
        self.folder = Path(base.name)
        self.token = LoginService(Sample.folder / "login.pem").token("anna")

    def test_half_sent_body(self) -> None:
        """A body that never comes keeps no process from ending well: this one would be waited for a day."""
        port = free_port()
        head = (
            f"POST /v1/vouchers HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {self.token}\r\n"
            "Content-Type: application/vnd.sealedmatch.vouchers\r\nContent-Length: 4000\r\n\r\n"
        )
        login = ("--token-keys", Sample.folder / "jwks.json", "--body-seconds", "86400")
        with socket.socket() as sender:
            with service(self.folder, f"127.0.0.1:{port}", *login):
                sender.connect(("127.0.0.1", port))
                sender.sendall(head.encode() + bytes(2000))
                # Once another request on the same server was answered, this one is being read.
                with socket.create_connection(("127.0.0.1", port)) as other:
                    other.sendall(b"GET /v1/sets/current HTTP/1.1\r\nHost: localhost\r\n\r\n")
                    self.assertTrue(other.recv(1))
            # It has ended with 0, and the sender holds its connection until here.
            sender.settimeout(30)
            self.assertIn(sender.recv(1), (b"", b"H"))

    def refused(self, *arguments: object) -> str:
        done = subprocess.run(
            [PROGRAMS / "sealedmatchd", *arguments], cwd=Sample.folder, stderr=subprocess.PIPE, text=True, timeout=60
        )
        self.assertNotEqual(done.returncode, 0)
        return done.stderr

    def test_no_role(self) -> None:
        self.assertIn("SUBCOMMANDS", self.refused())

    def test_no_list(self) -> None:
        stores = ("--database", self.folder / "collector.sqlite", "--authority", self.folder / "authority.sqlite")
        admin = ("--admin", f"127.0.0.1:{free_port()}", "--listen", f"127.0.0.1:{free_port()}")
        login = ("--token-keys", "jwks.json", "--set", "known.smset", "--cases", self.folder / "cases")
        command = ("all", *stores, "--first-run", *admin, *login)
        self.assertIn("KEY.pub=LIST is needed", self.refused(*command))
        file = self.folder / "settings.json"
        file.write_text('{"list": []}')
        self.assertIn("KEY.pub=LIST is needed", self.refused(*command, "--settings", file))
        both = ("--without-lists", "--list", "alice.key.pub=alice.txt")
        self.assertIn("without-lists: there are lists", self.refused(*command, *both))

    def test_first_run_leaves_nothing_behind(self) -> None:
        """A first run that a wrong setting ends can be given again: a store would be in its way."""
        made = self.folder / "made"
        made.mkdir()
        (self.folder / "empty").mkdir()
        [secrets] = (Sample.folder / "secrets").glob("*.secrets")
        given = {
            "--database": made / "collector.sqlite", "--authority": made / "authority.sqlite",
            "--cases": self.folder / "cases", "--set": "known.smset", "--list": "alice.key.pub=alice.txt",
            "--token-keys": "jwks.json", "--listen": f"127.0.0.1:{free_port()}",
            "--admin": f"127.0.0.1:{free_port()}",
        }  # fmt: skip
        for name, value in (
            ("--secrets", self.folder / "empty"), ("--list", "alice.key.pub=known.smset"), ("--cases", secrets),
            ("--reveal-seconds", "0"), ("--open-seconds", "0"),
        ):  # fmt: skip
            options = [word for pair in (given | {name: value}).items() for word in pair]
            with self.subTest(name):
                self.refused("all", "--first-run", *options)
                self.assertEqual(list(made.iterdir()), [])


if __name__ == "__main__":
    unittest.main()
