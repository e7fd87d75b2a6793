"""What one account, or a client that breaks off, does to a front: over real sockets."""

from __future__ import annotations

import contextlib
import http.client
import socket
import tempfile
import unittest
from pathlib import Path

from support import LoginService, Sample, Uploader, ask, free_port, problem, service, wait

VOUCHERS = {"Content-Type": "application/vnd.sealedmatch.vouchers"}


class Plain(http.client.HTTPConnection):
    """To the front itself."""

    def ask(
        self, method: str, path: str, fields: dict[str, str] | None = None, body: bytes | None = None
    ) -> tuple[int, http.client.HTTPMessage, bytes]:
        self.request(method, path, body, fields or {})
        reply = self.getresponse()
        content = reply.read()
        if reply.will_close:
            self.close()
        return reply.status, reply.headers, content


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

    def test_who_breaks_off_is_no_failure_of_the_server(self) -> None:
        with service(self.folder, self.listen, "--token-keys", "jwks.json") as admin:
            for _ in range(4):
                self.begin("anna", 10_000).close()
            left = 'sealedmatch_replies_total{status="499"}'
            wait("the broken requests", lambda: sum(self.replies(admin).values()) >= 4)
            self.assertEqual(self.replies(admin), {left: 4})
        log = (self.folder / "service.log").read_text()
        self.assertNotIn("request failed", log)

    def replies(self, admin: str) -> dict[str, float]:
        found = self.metrics(admin)
        return {name: value for name, value in found.items() if name.startswith("sealedmatch_replies_total")}


if __name__ == "__main__":
    unittest.main()
