"""The reverse proxies as they are shipped, before the real service on a Unix socket: only paths and ports are put in
the place of those of a real machine.
"""

from __future__ import annotations

import contextlib
import json
import os
import re
import ssl
import subprocess
import tempfile
import time
import unittest
from collections.abc import Iterator
from pathlib import Path

import stand_ins
from support import (
    OPERATING,
    PACKAGES,
    LoginService,
    Sample,
    Secure,
    Uploader,
    free_port,
    process,
    problem,
    service,
    wait,
)

FORGED = {
    "SealedMatch-Account": "bruno",
    "SealedMatch-Proxy": "a secret of sixteen bytes",
    "X-Forwarded-For": "1.2.3.4",
}
VOUCHERS = {"Content-Type": "application/vnd.sealedmatch.vouchers"}


def put(text: str, **places: object) -> str:
    """Puts a test's places in the place of a machine's; each has to be there."""
    for old, new in places.items():
        old = old.replace("__", "/").replace("_dot_", ".")
        assert old in text, f"{old} is not in the file any more"
        text = text.replace(old, str(new))
    return text


class ProxyCase(unittest.TestCase):
    """The folder, the certificate, and what holds of every proxy."""

    def setUp(self) -> None:
        Sample.make()
        self.base = tempfile.TemporaryDirectory(prefix="sealedmatch-")
        self.addCleanup(self.base.cleanup)
        self.folder = Path(self.base.name)
        self.socket = self.folder / "front.sock"
        self.port = free_port()
        self.certificate, self.key = Secure.certificate(self.folder)
        self.listen = f"unix:{self.socket}"
        self.login = LoginService(Sample.folder / "login.pem")

    def connection(self) -> Secure:
        connection = Secure(self.port, self.certificate)
        self.addCleanup(connection.close)
        return connection

    def bearer(self, account: str) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.login.token(account)}"}

    def is_up(self) -> bool:
        with contextlib.suppress(OSError):
            self.connection().ask("GET", "/")
            return True
        return False

    def check_upload(self, login: dict[str, str]) -> None:
        """An account's vouchers arrive, whatever fields are forged; without a login none does."""
        up = Sample.seal("anna", self.folder)
        vouchers = b"".join(file.read_bytes() for file in up.glob("*.voucher"))
        for fields in (FORGED, FORGED | {"Authorization": "Bearer x"}):
            status, _, content = self.connection().ask("POST", "/v1/vouchers", VOUCHERS | fields, vouchers)
            self.assertEqual((status, problem(content)["status"]), (401, 401))
        self.assertEqual(Uploader(self.connection(), login | FORGED).upload(up), 4)

    def check_refused(self, login: dict[str, str]) -> None:
        """While the front is away, uploads are answered by 503, with a time after which to try again."""
        status, headers, content = self.connection().ask("POST", "/v1/vouchers", login | VOUCHERS, b"x")
        self.assertEqual((status, problem(content)["status"]), (503, 503))
        self.assertEqual(headers["Content-Type"], "application/problem+json")
        self.assertEqual(headers["Retry-After"], "5")

    def check_logs(self) -> None:
        """Nobody can be found in a log of the proxy or of the service."""
        logs = [path for path in self.folder.iterdir() if path.suffix == ".log"]
        self.assertGreaterEqual(len(logs), self.logs)
        for log in logs:
            for word in ("anna", "bruno", "127.0.0.1,", "client:", "/v1/", "remote_"):
                self.assertNotIn(word, log.read_text(), log.name)

    logs = 2

    def check_limits(self, login: dict[str, str]) -> None:
        """What is too long is refused before its body comes; nothing else of the service can be reached."""
        connection = self.connection()
        connection.putrequest("POST", "/v1/vouchers")
        for name, value in (login | VOUCHERS | {"Content-Length": str(3 << 20)}).items():
            connection.putheader(name, value)
        connection.endheaders()
        connection.send(b"x" * (3 << 20)) if self.needs_body else None
        reply = connection.getresponse()
        self.assertEqual(reply.status, 413)
        connection.close()
        for path in ("/metrics", "/readyz", "/healthz", "/v1/accounts/" + "0" * 64, "/v1/epochs/1/expire", "/"):
            for method in ("GET", "DELETE", "POST"):
                self.assertEqual(self.connection().ask(method, path, login)[0], 404, path)

    needs_body = False

    def check_sets(self) -> None:
        """The set, its parts, and that it is there already."""
        whole = (Sample.folder / "known.smset").read_bytes()
        connection = self.connection()
        status, headers, _ = connection.ask("GET", "/v1/sets/current")
        self.assertEqual(status, 307)
        path = headers["Location"]
        status, headers, content = connection.ask("GET", path)
        self.assertEqual((status, content == whole), (200, True))
        tag = headers["ETag"]
        self.assertEqual(connection.ask("GET", path)[2], whole)
        status, headers, content = connection.ask("GET", path, {"Range": "bytes=1000-1999"})
        self.assertEqual((status, content), (206, whole[1000:2000]))
        self.assertEqual(connection.ask("GET", path, {"If-None-Match": tag})[0], 304)
        status, headers, content = connection.ask("GET", path, {"Range": f"bytes={len(whole)}-"})
        self.assertEqual((status, headers["Content-Range"]), (416, f"bytes */{len(whole)}"))
        self.assertEqual(problem(content)["status"], 416)
        status, headers, content = connection.ask("HEAD", path)
        self.assertEqual((status, headers["Content-Length"], content), (200, str(len(whole)), b""))
        self.set_path, self.set = path, whole

    def check_requests(self, login: dict[str, str]) -> None:
        """A request that two servers might read in two ways hides no other one from the proxy: each connection gets
        one reply, and the front's own connection, which others use next, is where it was."""
        hidden = "GET /v1/notices HTTP/1.1\r\nHost: front\r\n\r\n"
        fields = "".join(f"{name}: {value}\r\n" for name, value in (login | VOUCHERS).items())
        chunked = f"{len(hidden):x}\r\n{hidden}\r\n0\r\n\r\n"
        for lines in (
            "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n",
            "Transfer-Encoding: chunked\r\nContent-Length: 5\r\n",
            "Transfer-Encoding: xchunked\r\nContent-Length: 5\r\n",
            "Transfer-Encoding : chunked\r\nContent-Length: 5\r\n",
            "Transfer-Encoding: chunked, identity\r\n",
            "Content-Length: 5\r\nContent-Length: 6\r\n",
            "Content-Length: 5\r\nX: y\r\n Transfer-Encoding: chunked\r\n",
            "Host: other\r\nContent-Length: 5\r\n",
        ):
            connection = self.connection()
            connection.connect()
            head = f"POST /v1/vouchers HTTP/1.1\r\nHost: {Secure.NAME}\r\nConnection: close\r\n{fields}{lines}\r\n"
            answer = b""
            with contextlib.suppress(ssl.SSLError, ConnectionError):
                connection.sock.sendall(head.encode() + chunked.encode())
                while part := connection.sock.recv(65_536):
                    answer += part
            statuses = [int(code) for code in re.findall(rb"HTTP/1\.[01] (\d{3}) ", answer)]
            self.assertEqual(len(statuses), 1, (lines, answer))
            # Caddy makes one line of a folded one, and reads the body by its length.
            self.assertIn(statuses[0], (200, 400, 411, 501), (lines, answer))
            self.assertEqual(self.connection().ask("GET", "/v1/sets/current")[0], 307, lines)
        # Until the proxy's limit of an address is far away again.
        time.sleep(5)

    def check_fields(self, login: dict[str, str]) -> list[list[str]]:
        """What the front would see of forged fields, with a stand-in in its place."""
        fields = login | VOUCHERS | FORGED | {"sealedmatch-ACCOUNT": "carla"}
        status, _, content = self.connection().ask("POST", "/v1/vouchers", fields, b"body")
        self.assertEqual(status, 200)
        seen: list[list[str]] = json.loads(content)
        for name, value in seen:
            self.assertNotIn(value, FORGED.values())
            self.assertNotEqual(value, "carla")
            self.assertNotEqual(name.lower(), "sealedmatch-proxy")
            self.assertNotIn("127.0.0.1", value)
        return seen


class NginxCase(ProxyCase):
    """Debian's nginx, unpacked."""

    def configure(self, name: str, **places: object) -> Path:
        snippets = self.folder / "snippets"
        snippets.mkdir(exist_ok=True)
        for part in ("common", "server"):
            text = (OPERATING / f"nginx/sealedmatch-{part}.conf").read_text()
            if part == "common":
                text = put(text, __run__sealedmatch__front_dot_sock=self.socket)
                text = put(text, __var__lib__nginx__sealedmatch=self.folder / "cache")
            (snippets / f"sealedmatch-{part}.conf").write_text(text)
        text = (OPERATING / f"nginx/sealedmatch-{name}.conf").read_text()
        text = text.replace("    listen [::]:443 ssl http2;\n", "")
        text = text.replace("listen 443", f"listen 127.0.0.1:{self.port}")
        text = put(text, __etc__ssl__collector_dot_example_dot_org_dot_pem=self.certificate, **places)
        text = put(text, __etc__ssl__private__collector_dot_example_dot_org_dot_key=self.key)
        (self.folder / "site.conf").write_text(text)
        temporary = "".join(
            f"    {kind}_temp_path {self.folder}/{kind};\n"
            for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
        )
        # Root's workers would be another user's, who cannot enter this folder.
        user = "user root;\n" if os.geteuid() == 0 else ""
        main = self.folder / "nginx.conf"
        main.write_text(
            f"{user}daemon off;\nworker_processes 1;\npid {self.folder}/pid;\nerror_log {self.folder}/error.log info;\n"
            f"events {{}}\nhttp {{\n{temporary}    access_log {self.folder}/access.log;\n"
            f"    include {self.folder}/site.conf;\n}}\n"
        )
        return main

    @contextlib.contextmanager
    def nginx(self, name: str, **places: object) -> Iterator[None]:
        program = PACKAGES / "usr/sbin/nginx"
        main = self.configure(name, **places)
        command = [program, "-p", self.folder, "-c", main, "-e", self.folder / "error.log"]
        with process(command, self.folder / "nginx.log") as running:
            wait("nginx", lambda: running.poll() is not None or self.is_up())
            self.assertIsNone(running.poll(), (self.folder / "nginx.log").read_text())
            yield

    logs = 3

    def check_cache(self) -> None:
        """The set comes from the cache, also while the front is away; uploads are answered by 503."""
        status, headers, content = self.connection().ask("GET", self.set_path)
        self.assertEqual((status, content == self.set, headers["X-Cache"]), (200, True, "HIT"))
        status, headers, content = self.connection().ask("GET", self.set_path, {"Range": "bytes=5-9"})
        self.assertEqual((status, content, headers["X-Cache"]), (206, self.set[5:10], "HIT"))

    def check_away(self, login: dict[str, str]) -> None:
        self.check_refused(login)
        self.check_cache()


class NginxFolders(unittest.TestCase):
    def test_the_cache_is_where_the_package_has_a_folder(self) -> None:
        """nginx makes the last folder of a path alone; beside it are those that the package itself puts there."""
        built = subprocess.run([PACKAGES / "usr/sbin/nginx", "-V"], capture_output=True, text=True, check=True).stderr
        beside = re.search(r"--http-proxy-temp-path=(\S+)", built)
        text = (OPERATING / "nginx/sealedmatch-common.conf").read_text()
        cache = re.search(r"^proxy_cache_path (\S+)", text, re.MULTILINE)
        assert beside and cache
        self.assertEqual(Path(cache[1]).parent, Path(beside[1]).parent)


class NginxTokens(NginxCase):
    def test_service(self) -> None:
        login = self.bearer("anna")
        with self.nginx("tokens"):
            with service(self.folder, self.listen, "--token-keys", "jwks.json"):
                self.check_upload(login)
                self.check_limits(login)
                self.check_requests(login)
                self.check_sets()
                self.check_cache()
            self.check_away(login)
            self.socket.unlink(missing_ok=True)
            with stand_ins.echo(self.socket):
                seen = dict(self.check_fields(login | {"Cookie": "session=anna"}))
        self.assertEqual(seen["Authorization"], login["Authorization"])
        self.assertEqual(set(seen), {"Host", "Content-Type", "Content-Length", "Authorization"})
        self.check_logs()


class NginxSession(NginxCase):
    def test_service(self) -> None:
        login = {"Cookie": "session=anna"}
        with stand_ins.sessions() as port, self.nginx("session", **{"127.0.0.1:8090": f"127.0.0.1:{port}"}):
            with service(self.folder, self.listen, "--proxy-account", "SealedMatch-Account"):
                self.check_upload(login)
                self.check_limits(login)
                self.check_requests(login)
                self.check_sets()
                self.check_cache()
            self.check_away(login)
            self.socket.unlink(missing_ok=True)
            with stand_ins.echo(self.socket):
                seen = dict(self.check_fields(login | {"Authorization": "Bearer x"}))
        self.assertEqual(seen["SealedMatch-Account"], "anna")
        self.assertEqual(set(seen), {"Host", "Content-Type", "Content-Length", "SealedMatch-Account"})
        self.check_logs()


class Caddy(ProxyCase):
    """Debian's Caddy, unpacked. It reads a body before it knows that it is too long."""

    needs_body = True

    def test_service(self) -> None:
        text = (OPERATING / "caddy/Caddyfile").read_text()
        text = text.replace("unix//run/sealedmatch/front.sock", f"unix/{self.socket}")
        own = f"https://collector.example.org:{self.port} {{\n\tbind 127.0.0.1\n\ttls {self.certificate} {self.key}\n"
        text = put(
            text, **{"collector.example.org {\n": own, "\tadmin off\n": "\tadmin off\n\tauto_https disable_redirects\n"}
        )
        (self.folder / "Caddyfile").write_text(text)
        program = [PACKAGES / "usr/bin/caddy", "run", "--config", self.folder / "Caddyfile", "--adapter", "caddyfile"]
        login = self.bearer("anna")
        home = os.environ | {"HOME": str(self.folder), "XDG_DATA_HOME": str(self.folder)}
        with process(program, self.folder / "caddy.log", env=home) as running:
            wait("Caddy", lambda: running.poll() is not None or self.is_up())
            self.assertIsNone(running.poll(), (self.folder / "caddy.log").read_text())
            with service(self.folder, self.listen, "--token-keys", "jwks.json"):
                self.check_upload(login)
                self.check_limits(login)
                self.check_requests(login)
                self.check_sets()
            self.check_refused(login)
            self.socket.unlink(missing_ok=True)
            with stand_ins.echo(self.socket):
                self.check_fields(login)
        self.check_logs()


if __name__ == "__main__":
    unittest.main()
