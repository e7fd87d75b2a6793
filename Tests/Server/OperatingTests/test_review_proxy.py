"""The review page on a Unix socket, behind nginx as it is shipped, over TLS: signing in, evidence, a step, limits."""

from __future__ import annotations

import contextlib
import os
import re
import sys
import tempfile
import unittest
import urllib.parse
from collections.abc import Iterator
from pathlib import Path

from support import OPERATING, PACKAGES, PROGRAMS, ROOT, Secure, free_port, process, wait

sys.path.insert(0, str(ROOT / "Docs/Examples/review"))

import sample as review  # noqa: E402

ORIGIN = f"https://{Secure.NAME}"
FORM = {"Content-Type": "application/x-www-form-urlencoded", "Origin": ORIGIN, "Sec-Fetch-Site": "same-origin"}


class ReviewProxy(unittest.TestCase):
    def setUp(self) -> None:
        base = tempfile.TemporaryDirectory(prefix="sealedmatch-")
        self.addCleanup(base.cleanup)
        self.folder = Path(base.name)
        self.port = free_port()
        self.certificate, self.key = Secure.certificate(self.folder)
        self.sample = review.Sample(PROGRAMS, self.folder / "sample")
        self.sample.found()
        self.sample.take_in(*review.cases()[:2])
        self.cookies: dict[str, str] = {}

    def configure(self) -> Path:
        text = (OPERATING / "nginx/sealedmatch-review.conf").read_text()
        for old, new in (
            ("    listen [::]:443 ssl http2;\n", ""),
            ("listen 443", f"listen 127.0.0.1:{self.port}"),
            ("/etc/ssl/review.example.org.pem", str(self.certificate)),
            ("/etc/ssl/private/review.example.org.key", str(self.key)),
            ("server_name review.example.org", f"server_name {Secure.NAME}"),
            ("/run/sealedmatch-review/page.sock", str(self.folder / "page.sock")),
        ):
            self.assertIn(old, text)
            text = text.replace(old, new)
        (self.folder / "site.conf").write_text(text)
        kinds = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
        temporary = "".join(f"    {kind}_temp_path {self.folder}/{kind};\n" for kind in kinds)
        # Root's workers would be another user's, who cannot enter this folder.
        user = "user root;\n" if os.geteuid() == 0 else ""
        main = self.folder / "nginx.conf"
        main.write_text(
            f"{user}daemon off;\nworker_processes 1;\npid {self.folder}/pid;\n"
            f"events {{}}\nhttp {{\n{temporary}    access_log {self.folder}/access.log;\n"
            f"    include {self.folder}/site.conf;\n}}\n"
        )
        return main

    @contextlib.contextmanager
    def running(self) -> Iterator[None]:
        more = ("--passwords", "passwords", "--origin", ORIGIN, "--proxy-address", "X-Real-IP")
        evidence = ("--evidence", str(ROOT / "Docs/Examples/review/evidence.py"))
        admin = ("--admin", f"unix:{self.folder}/admin.sock")
        page = self.sample.command(f"unix:{self.folder}/page.sock", *more, *evidence, *admin)
        nginx = [
            PACKAGES / "usr/sbin/nginx",
            "-p",
            self.folder,
            "-c",
            self.configure(),
            "-e",
            self.folder / "error.log",
        ]
        with (
            process(page, self.folder / "page.log", cwd=self.sample.folder) as first,
            process(nginx, self.folder / "nginx.log") as second,
        ):

            def is_up() -> bool:
                for one, log in ((first, "page.log"), (second, "nginx.log")):
                    assert one.poll() is None, (self.folder / log).read_text()
                with contextlib.suppress(OSError):
                    return self.ask("GET", "/sign-in")[0] == 200
                return False

            wait("the page", is_up)
            yield
        self.assertEqual(first.returncode, 0, (self.folder / "page.log").read_text())

    def ask(
        self, method: str, path: str, form: dict[str, str] | None = None, **fields: str
    ) -> tuple[int, dict[str, str], bytes]:
        cookies = {"Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items())}
        body = urllib.parse.urlencode(form).encode() if form is not None else None
        given = {name.replace("_", "-"): value for name, value in fields.items()}
        with contextlib.closing(Secure(self.port, self.certificate)) as connection:
            kind = FORM if body else {}
            status, found, content = connection.ask(method, path, cookies | kind | given, body)
        for field in found.get_all("Set-Cookie", []):
            self.assertRegex(field, r"^__Host-[a-z-]+=[0-9a-f]{64}; Path=/; HttpOnly; SameSite=Strict; Secure$")
            name, _, value = field.partition(";")[0].partition("=")
            self.cookies[name] = value
        return status, dict(found), content

    def link(self, path: str, words: str) -> str:
        status, _, content = self.ask("GET", path)
        self.assertEqual(status, 200)
        [found] = set(re.findall(rf'(?:href|src)="([^"]*{re.escape(words)}[^"]*)"', content.decode()))
        return str(found).replace("&amp;", "&")

    def token(self, path: str) -> str:
        found = re.search(rb'name="token" value="([0-9a-f]{64})"', self.ask("GET", path)[2])
        assert found
        return found[1].decode()

    def sign_in(self, name: str, password: str, **fields: str) -> tuple[int, str]:
        form = {"token": self.token("/sign-in"), "name": name, "password": password}
        status, _, content = self.ask("POST", "/sign-in", form, **fields)
        return status, content.decode()

    def test_a_person_at_work(self) -> None:
        with self.running():
            self.assertEqual(self.sign_in("rita", review.password("rita"))[0], 303)
            status, fields, _ = self.ask("GET", "/cases")
            self.assertEqual((status, fields["Cache-Control"]), (200, "no-store"))
            self.assertIn("max-age", fields["Strict-Transport-Security"])
            form = {"token": self.token("/cases/1"), "step": "view", "match": "1", "seen": "1"}
            self.assertEqual(self.ask("POST", "/cases/1/commit", form)[0], 409)
            dim = self.link("/cases/1/matches/1", "evidence=dim")
            picture = self.link(self.link(dim, "evidence=clear"), "/picture?")
            status, fields, content = self.ask("GET", picture, Sec_Fetch_Site="same-origin", Sec_Fetch_Dest="image")
            self.assertEqual((status, fields["Content-Type"], content[:4]), (200, "image/png", b"\x89PNG"))
            self.assertEqual(self.ask("POST", "/cases/1/commit", form, Origin="https://evil.example")[0], 403)
            self.assertEqual(self.ask("POST", "/cases/1/commit", form)[0], 303)
            self.assertEqual(self.ask("POST", "/cases/1/commit", form | {"why": "x" * 40_000})[0], 413)
            # No copy of the picture was left.
            self.assertEqual([path for path in (self.folder / "proxy").rglob("*") if path.is_file()], [])
            self.assertFalse((self.folder / "access.log").exists() and (self.folder / "access.log").read_text())

    def test_an_address_that_somebody_claims(self) -> None:
        """The proxy overwrites it: all these tries are of one address, and it waits."""
        with self.running():
            for number in range(15):
                lies = {"X_Real_IP": f"192.0.2.{number}", "X_Forwarded_For": "192.0.2.1", "SealedMatch_Proxy": "x"}
                status, text = self.sign_in("sam", "a wrong password", **lies)
                if status == 429:
                    break
            self.assertEqual(status, 429)
            self.assertIn("too many tries", text)
            self.assertGreaterEqual(number, 6)


if __name__ == "__main__":
    unittest.main()
