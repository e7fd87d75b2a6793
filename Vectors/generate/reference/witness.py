"""Protocol 5.29, "A witness": c2sp.org/tlog-witness, `add-checkpoint`. For tests: one log, its state in one file."""

from __future__ import annotations

import http.server
import json
import os
import pathlib
import threading
import time
from collections.abc import Callable

from .errors import ProtocolError
from .merkle import EMPTY, check_consistency
from .notes import MAXIMUM_NOTE, Checkpoint, NoteSigner, VerifierKey, decode_hash, decode_number, malformed

MAXIMUM_PATH = 63
MAXIMUM_BODY = 24 + 45 * MAXIMUM_PATH + 1 + MAXIMUM_NOTE
"""No longer body is one."""


def parse_request(body: bytes) -> tuple[int, list[bytes], Checkpoint]:
    """`old N`, hashes, an empty line, a checkpoint."""
    malformed(b"\n\n" in body, "a request's form")
    head, checkpoint = body.split(b"\n\n", 1)
    try:
        first, *lines = head.decode("ascii").split("\n")
    except UnicodeDecodeError as failure:
        raise ProtocolError("malformedLog", "a request's head") from failure
    malformed(first.startswith("old ") and len(lines) <= MAXIMUM_PATH, "a request's head")
    return decode_number(first[4:]), [decode_hash(line) for line in lines], Checkpoint.decode(checkpoint)


class Witness:
    def __init__(self, signer: NoteSigner, log: VerifierKey, state: pathlib.Path, clock: Callable[[], float]) -> None:
        self.signer, self.log, self.state, self.clock = signer, log, state, clock
        self.lock = threading.Lock()

    def last(self) -> tuple[int, bytes]:
        """Size and root of what it cosigned last."""
        if not self.state.exists():
            return 0, EMPTY
        kept = json.loads(self.state.read_text())
        return kept["size"], bytes.fromhex(kept["root"])

    def keep(self, size: int, root: bytes) -> None:
        """On disk, whole, before anything is answered."""
        new = self.state.with_suffix(".new")
        with open(new, "w") as file:
            json.dump({"size": size, "root": root.hex()}, file)
            file.flush()
            os.fsync(file.fileno())
        new.rename(self.state)
        folder = os.open(self.state.parent, os.O_RDONLY)
        os.fsync(folder)
        os.close(folder)

    def add_checkpoint(self, body: bytes) -> tuple[int, bytes]:
        """Status and answer, in the order of c2sp.org/tlog-witness."""
        try:
            old, path, checkpoint = parse_request(body)
        except ProtocolError as error:
            return 400, f"{error}\n".encode()
        if checkpoint.origin != self.log.name:
            return 404, b"unknown log\n"
        try:
            if checkpoint.note.time_of(self.log) is None:
                return 403, b"not signed by the log\n"
        except ProtocolError:
            return 403, b"the log's signature does not verify\n"
        if old > checkpoint.size:
            return 400, b"the old size is above the checkpoint's\n"
        with self.lock:
            size, root = self.last()
            if old != size:
                return 409, f"{size}\n".encode()
            try:
                check_consistency(size, root, checkpoint.size, checkpoint.root, path)
            except ProtocolError as error:
                return 422, f"{error}\n".encode()
            self.keep(checkpoint.size, checkpoint.root)
        return 200, self.signer.line(checkpoint.note.text, int(self.clock()))


def serve(witness: Witness, port: int = 0) -> http.server.ThreadingHTTPServer:
    """A server on this machine alone; `server_address` has its port."""

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            length = int(self.headers.get("Content-Length") or 0)
            if self.path != "/add-checkpoint" or not 0 <= length <= MAXIMUM_BODY:
                self.reply(404 if self.path != "/add-checkpoint" else 400, b"")
                return
            self.reply(*witness.add_checkpoint(self.rfile.read(length)))

        def reply(self, status: int, body: bytes) -> None:
            self.send_response(status)
            self.send_header("Content-Type", "text/x.tlog.size" if status == 409 else "text/plain")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    return http.server.ThreadingHTTPServer(("127.0.0.1", port), Handler)


def run(witness: Witness, port: int) -> None:
    server = serve(witness, port)
    print(f"witness {witness.signer.key.encode()} http://127.0.0.1:{server.server_address[1]}", flush=True)
    server.serve_forever()


def system_clock() -> float:
    return time.time()
