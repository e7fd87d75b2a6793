"""What stands on the other side of a proxy in these tests: a front that says what reached it, and a login service."""

from __future__ import annotations

import contextlib
import http.server
import json
import socketserver
import threading
from collections.abc import Iterator
from pathlib import Path


class Quiet(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *arguments: object) -> None:
        pass

    def address_string(self) -> str:
        return "socket"

    def answer(self, status: int, body: bytes = b"", **fields: str) -> None:
        self.send_response(status)
        for name, value in fields.items():
            self.send_header(name.replace("_", "-"), value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


class Echo(Quiet):
    """Answers with the fields that it got."""

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self.answer(200, json.dumps(sorted(self.headers.items())).encode())


class Sessions(Quiet):
    """Answers whose session a request has: that of the cookie `session=NAME`."""

    def do_GET(self) -> None:
        kind, _, name = self.headers.get("Cookie", "").partition("=")
        if kind == "session" and name:
            self.answer(200, X_Account=name)
        else:
            self.answer(401)


class UnixServer(socketserver.ThreadingMixIn, socketserver.UnixStreamServer):
    daemon_threads = True


class Server(http.server.ThreadingHTTPServer):
    daemon_threads = True


@contextlib.contextmanager
def running(server: socketserver.BaseServer) -> Iterator[None]:
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@contextlib.contextmanager
def echo(path: Path) -> Iterator[None]:
    with running(UnixServer(str(path), Echo)):
        yield
    path.unlink()


@contextlib.contextmanager
def sessions() -> Iterator[int]:
    server = Server(("127.0.0.1", 0), Sessions)
    with running(server):
        yield server.server_address[1]
