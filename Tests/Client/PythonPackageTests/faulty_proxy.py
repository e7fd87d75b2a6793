"""A proxy between an uploader and a service that cuts, loses, delays and repeats, request by request."""

from __future__ import annotations

import contextlib
import socket
import ssl
import struct
import threading
from collections.abc import Callable
from dataclasses import dataclass
from types import TracebackType


@dataclass(frozen=True)
class Fault:
    """What happens to one request; without arguments it passes."""

    #: Done before the request is forwarded.
    before: Callable[[], None] | None = None
    #: The part of the request that is forwarded before the connection breaks.
    request: float = 1.0
    #: How often it is forwarded, over a connection each; the client gets the last reply.
    times: int = 1
    #: Done when the request is forwarded, before its reply is waited for.
    sent: Callable[[], None] | None = None
    #: Done when the reply is there.
    after: Callable[[], None] | None = None
    #: The part of the reply that is passed on before the connection breaks.
    reply: float = 1.0
    #: Both directions in small pieces.
    is_slow: bool = False
    #: Nothing is answered, until the client has enough of it.
    is_silent: bool = False
    #: Instead of the server: status, header fields, body.
    answer: tuple[int, dict[str, str], bytes] | None = None


@dataclass(frozen=True)
class Seen:
    """A request, and the status of its reply; 0 if there was none."""

    method: str
    path: str
    fields: dict[str, str]
    body: bytes
    status: int


class FaultyProxy:
    """`with FaultyProxy(port, [Fault(reply=0)]) as proxy:` the first request has the first fault; later ones pass."""

    def __init__(self, server_port: int, faults: list[Fault] | None = None, tls: ssl.SSLContext | None = None) -> None:
        self._server_port = server_port
        self.faults = list(faults or [])
        self._tls = tls
        self._lock = threading.Lock()
        self._ending = threading.Event()
        self._threads: list[threading.Thread] = []
        self.seen: list[Seen] = []
        self.connections = 0

    def __enter__(self) -> FaultyProxy:
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self.address = f"{'https' if self._tls else 'http'}://127.0.0.1:{self.port}"
        self._start(self._accept)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._ending.set()
        # A connection wakes `accept`.
        with contextlib.suppress(OSError):
            socket.create_connection(("127.0.0.1", self.port)).close()
        self._listener.close()
        for thread in self._threads:
            thread.join(10)

    def _start(self, work: Callable[..., None], *arguments: object) -> None:
        thread = threading.Thread(target=work, args=arguments, daemon=True)
        self._threads.append(thread)
        thread.start()

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                # Closed meanwhile, before the thread came to wait.
                if self._ending.is_set():
                    return
                raise
            if self._ending.is_set():
                client.close()
                return
            self.connections += 1
            self._start(self._serve, client)

    def _serve(self, client: socket.socket) -> None:
        # A failed handshake, or a side that ended: the client's own view of it is what tests look at.
        with contextlib.suppress(OSError, EOFError):
            client.settimeout(0.2)
            if self._tls is not None:
                client = self._tls.wrap_socket(client, server_side=True)
            while message := _read(client, self._ending):
                if not self._pass(client, message):
                    break
        client.close()

    def _pass(self, client: socket.socket, message: bytes) -> bool:
        with self._lock:
            fault = self.faults.pop(0) if self.faults else Fault()
        if fault.before is not None:
            fault.before()
        if fault.is_silent:
            _read(client, self._ending)
            self._note(message, b"")
            return False
        reply = _answer(*fault.answer) if fault.answer is not None else self._forward(fault, message)
        self._note(message, reply)
        if fault.after is not None:
            fault.after()
        _send(client, reply[: int(len(reply) * fault.reply)], fault.is_slow)
        if not reply or fault.reply < 1.0:
            _abort(client)
            return False
        return b"connection: close" not in reply.split(b"\r\n\r\n", 1)[0].lower()

    def _forward(self, fault: Fault, message: bytes) -> bytes:
        reply = b""
        for _ in range(fault.times):
            with socket.create_connection(("127.0.0.1", self._server_port)) as server:
                server.settimeout(0.2)
                _send(server, message[: int(len(message) * fault.request)], fault.is_slow)
                if fault.sent is not None:
                    fault.sent()
                if fault.request < 1.0:
                    return b""
                try:
                    reply = _read(server, self._ending)
                except ConnectionError:
                    reply = b""
        return reply

    def _note(self, message: bytes, reply: bytes) -> None:
        head, _, body = message.partition(b"\r\n\r\n")
        first, *lines = head.decode("latin-1").split("\r\n")
        method, path, _ = first.split(" ")
        fields = dict(line.split(": ", 1) for line in lines)
        self.seen.append(Seen(method, path, fields, body, int(reply.split(b" ", 2)[1]) if reply else 0))

    def requests(self, method: str) -> list[Seen]:
        return [seen for seen in self.seen if seen.method == method]


def _read(side: socket.socket, ending: threading.Event) -> bytes:
    """One request or reply: its header, and as many bytes as it says; nothing if the side has ended."""
    content = b""
    wanted: int | None = None
    while wanted is None or len(content) < wanted:
        try:
            data = side.recv(1 << 16)
        except TimeoutError:
            if ending.is_set():
                return b""
            continue
        if not data:
            return b""
        content += data
        if wanted is None and b"\r\n\r\n" in content:
            head = content.split(b"\r\n\r\n", 1)[0]
            lengths = [
                int(line.split(b":")[1]) for line in head.split(b"\r\n") if line.lower().startswith(b"content-length:")
            ]
            # A reply 304 has the length of what it does not send; nobody here asks for one.
            wanted = len(head) + 4 + (lengths[0] if lengths else 0)
    return content


def _send(side: socket.socket, content: bytes, is_slow: bool) -> None:
    side.settimeout(10)
    step = max(1, len(content) // 50) if is_slow else max(1, len(content))
    for start in range(0, len(content), step):
        side.sendall(content[start : start + step])
        if is_slow:
            threading.Event().wait(0.005)
    side.settimeout(0.2)


def _answer(status: int, fields: dict[str, str], body: bytes) -> bytes:
    lines = [f"HTTP/1.1 {status} ", *(f"{name}: {value}" for name, value in fields.items())]
    if "Content-Length" not in fields:
        lines.append(f"Content-Length: {len(body)}")
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


def _abort(side: socket.socket) -> None:
    """The other end sees a broken connection, not a polite end."""
    with contextlib.suppress(OSError):
        side.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    side.close()
