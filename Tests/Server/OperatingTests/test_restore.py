"""An older copy of the collector's file is used again, and vouchers at the opener's place in it are erased: collector
and opener as processes of their own, with the commands of Docs/Operating.md for roles apart."""

from __future__ import annotations

import contextlib
import json
import re
import shutil
import subprocess
import tempfile
import unittest
from collections.abc import Iterator
from pathlib import Path

from support import PROGRAMS, LoginService, Plain, Sample, Uploader, ask, free_port, process, wait


class Restore(unittest.TestCase):
    def setUp(self) -> None:
        Sample.make()
        base = tempfile.TemporaryDirectory(prefix="sealedmatch-")
        self.addCleanup(base.cleanup)
        self.folder = Path(base.name)
        self.store, self.authority = self.folder / "collector.sqlite", self.folder / "authority.sqlite"
        self.token = self.folder / "admin.token"
        self.token.touch(0o600)
        self.token.write_text("a token of more than sixteen bytes")
        self.ports = {name: free_port() for name in ("front", "collector", "opener")}

    @contextlib.contextmanager
    def role(self, name: str, *options: str | Path) -> Iterator[None]:
        log = self.folder / f"{name}.log"
        command = [PROGRAMS / "sealedmatchd", name, "--database", self.store, "--set", "known.smset"]
        command += ["--admin", f"127.0.0.1:{self.ports[name]}", "--admin-token-file", self.token, *options]
        with process(command, log, cwd=Sample.folder) as running:

            def is_ready() -> bool:
                self.assertIsNone(running.poll(), log.read_text())
                with contextlib.suppress(OSError):
                    return ask(f"127.0.0.1:{self.ports[name]}", "/readyz")[0] == 200
                return False

            wait(f"the {name}", is_ready)
            yield
        self.assertEqual(running.returncode, 0, log.read_text())

    def collector(self) -> contextlib.AbstractContextManager[None]:
        return self.role("collector", "--listen", f"127.0.0.1:{self.ports['front']}", "--token-keys", "jwks.json")

    def opener(self, *options: str) -> contextlib.AbstractContextManager[None]:
        return self.role("opener", "--authority", self.authority, "--open-seconds", "1", *options)

    def upload(self, *accounts: str) -> None:
        for account in accounts:
            login = {"Authorization": f"Bearer {LoginService(Sample.folder / 'login.pem').token(account)}"}
            (self.folder / account).mkdir()
            with contextlib.closing(Plain("127.0.0.1", self.ports["front"], timeout=30)) as connection:
                self.assertEqual(Uploader(connection, login).upload(Sample.seal(account, self.folder / account)), 4)

    def operator(self, role: str, method: str, path: str, body: bytes = b"") -> bytes:
        with contextlib.closing(Plain("127.0.0.1", self.ports[role], timeout=30)) as connection:
            fields = {"Authorization": f"Bearer {self.token.read_text()}"}
            status, _, content = connection.ask(method, path, fields, body)
            self.assertEqual(status, 200, content)
            return content

    def erase(self, account: str) -> bytes:
        done = subprocess.run([PROGRAMS / "sealedmatch", "account-id", account], check=True, capture_output=True)
        [identifier] = re.findall(rb"[0-9a-f]{64}", done.stdout)
        return self.operator("collector", "DELETE", f"/v1/accounts/{identifier.decode()}")

    def opened(self) -> int:
        text = ask(f"127.0.0.1:{self.ports['opener']}", "/metrics")[1]
        return sum(int(value) for value in re.findall(r'opened_total\{outcome="opened"\} (\d+)', text))

    def test_an_older_copy_and_an_erasure_together(self) -> None:
        copy = self.folder / "copy.sqlite"
        with self.collector(), self.opener("--first-run"):
            self.upload("anna")
            wait("the first vouchers", lambda: self.opened() == 4)
            subprocess.run(["sqlite3", self.store, f".backup {copy}"], check=True)
            self.upload("bruno", "carla")
            wait("vouchers that the copy has not", lambda: self.opened() == 12)
        for path in self.folder.glob("collector.sqlite*"):
            path.unlink()
        shutil.copy(copy, self.store)
        with self.collector():
            # Others are now at the places that were read; what is at the last of them goes.
            self.upload("dora", "emil", "fritz")
            erased = self.erase("emil")
            self.assertEqual(len(json.loads(erased)["erased"]), 1)
            with self.opener():
                wait("all that is there", lambda: self.opened() >= 12)
                # Dora's and Fritz's, and Anna's once more; Emil's four are gone, and none of theirs is skipped.
                self.assertEqual(self.opened(), 12)
                self.assertTrue(json.loads(self.operator("opener", "POST", "/v1/erasures", erased))["openingsErased"])
                # It goes on.
                self.upload("greta")
                wait("what comes later", lambda: self.opened() == 16)
                self.assertEqual(ask(f"127.0.0.1:{self.ports['opener']}", "/readyz")[0], 200)
            # Once more, with an erasure alone.
            self.erase("greta")
            self.upload("hanna")
            with self.opener():
                wait("what came after an erasure", lambda: self.opened() == 4)
        log = (self.folder / "opener.log").read_text()
        self.assertEqual(log.count("an older copy was used again"), 1)


if __name__ == "__main__":
    unittest.main()
