"""Takes SealedMatch's signed requests, as a messenger would: an example (Docs/Reporting.md).

    receiver.py PORT KEY URL    KEY: the library's public key, 64 hexadecimal digits; URL: its address for others

It does nothing to anybody: `act` is where a messenger's own work goes. Needs libsodium, which SealedMatch needs, too,
and nothing that is not in Python.
"""

from __future__ import annotations

import ctypes
import ctypes.util
import http.server
import json
import sys
import time
from typing import Any

TOLERANCE = 300
MAXIMUM = 1 << 20
LABEL = b"SealedMatch request\0"


def sodium() -> ctypes.CDLL:
    """libsodium, ready."""
    library = ctypes.CDLL(ctypes.util.find_library("sodium") or "libsodium.so.23")
    if library.sodium_init() < 0:
        raise OSError("libsodium cannot be started")
    verify = library.crypto_sign_verify_detached
    verify.argtypes = [ctypes.c_char_p, ctypes.c_char_p, ctypes.c_ulonglong, ctypes.c_char_p]
    verify.restype = ctypes.c_int
    return library


SODIUM = sodium()


def verifies(signature: bytes, message: bytes, key: bytes) -> bool:
    """Ed25519. Lengths are looked at here: the library reads so many bytes."""
    if len(signature) != 64 or len(key) != 32:
        return False
    return bool(SODIUM.crypto_sign_verify_detached(signature, message, len(message), key) == 0)


class Refused(Exception):
    """Status, and a sentence."""


def check(fields: Any, body: bytes, key: bytes, url: str, now: float) -> dict[str, Any]:
    """The request, if it is from the case library, for us, and of now."""
    try:
        stamp = fields["SealedMatch-Time"]
        signature = bytes.fromhex(fields["SealedMatch-Signature"])
        if bytes.fromhex(fields["SealedMatch-Key"]) != key or not stamp.isascii() or not stamp.isdigit():
            raise Refused(403, "another key, or no time")
        if not verifies(signature, LABEL + stamp.encode() + b"\0" + body, key):
            raise Refused(403, "the signature does not verify")
    except (KeyError, TypeError, AttributeError, ValueError) as error:
        raise Refused(403, "the signature does not verify") from error
    if abs(now - int(stamp)) > TOLERANCE:
        raise Refused(403, "the time is not now")
    request = json.loads(body)
    if (request["format"], request["version"], request["to"]) != ("SealedMatch request", 1, url):
        raise Refused(403, "the request is for somebody else")
    if request["id"] != fields["Idempotency-Key"]:
        raise Refused(403, "another idempotency key")
    return dict(request)


def act(request: dict[str, Any]) -> dict[str, Any]:
    """What a messenger does once for each request. `request["request"]` gives the account's name at its collector."""
    if request["kind"] == "account":
        return {"status": "done", "account": {"identifier": f"account of {request['pseudonym'][:8]}"}}
    return {"status": "done", "reference": f"{request['kind']} 1", "said": "done"}


class Receiver(http.server.BaseHTTPRequestHandler):
    key: bytes
    url: str
    # A real one keeps this on its disk, before it acts, for as long as it takes requests of a case.
    answers: dict[str, dict[str, Any]] = {}

    def do_POST(self) -> None:
        try:
            count = int(self.headers.get("Content-Length", "0"))
            if not 0 < count <= MAXIMUM:
                raise Refused(413, "too long")
            request = check(self.headers, self.rfile.read(count), self.key, self.url, time.time())
            if request["id"] not in self.answers:
                self.answers[request["id"]] = {"id": request["id"], **act(request)}
            self.answer(200, self.answers[request["id"]])
        except Refused as refusal:
            self.answer(refusal.args[0], {"said": refusal.args[1]})

    def answer(self, status: int, answer: dict[str, Any]) -> None:
        body = json.dumps(answer).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *arguments: object) -> None:
        pass


def main() -> None:
    port, key, url = sys.argv[1:]
    Receiver.key, Receiver.url = bytes.fromhex(key), url
    with http.server.ThreadingHTTPServer(("127.0.0.1", int(port)), Receiver) as server:
        server.serve_forever()


if __name__ == "__main__":
    main()
