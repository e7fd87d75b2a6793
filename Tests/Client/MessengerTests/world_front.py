"""A collector's front, as in Docs/openapi.yaml, before a test world's collector: for refusals that the real service
gives only when something is wrong with it.
"""

from __future__ import annotations

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from sealedmatch import ErrorCode
from sealedmatch.testing import Account, KitError

#: Statuses of registrations that are refused.
_STATUSES = {
    ErrorCode.AUTHENTICATION_FAILED: 403, ErrorCode.INVALID_SIGNATURE: 403, ErrorCode.COMMITMENT_CONFLICT: 409,
    ErrorCode.EPOCH_IN_PAST: 422, ErrorCode.EPOCH_TOO_FAR: 422, ErrorCode.QUOTA_EXCEEDED: 422,
    ErrorCode.FILE_FAILED: 503,
}  # fmt: skip
#: Bytes of a voucher of the kit's sets, all of which have the default form.
_VOUCHER = 4_492


class WorldFront:
    """`with WorldFront(account) as front:` whoever comes is this account."""

    def __init__(self, account: Account) -> None:
        self.account = account
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self.address = f"http://127.0.0.1:{self._server.server_port}"

    def __enter__(self) -> WorldFront:
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *error: object) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        front = self

        class Handler(BaseHTTPRequestHandler):
            def do_PUT(self) -> None:
                (outcome,) = front.account.register([self._body()])
                if isinstance(outcome, KitError):
                    self._problem(outcome)
                else:
                    self._answer(201 if outcome == "stored" else 200, {"status": outcome})

            def do_POST(self) -> None:
                body = self._body()
                vouchers = [body[start : start + _VOUCHER] for start in range(0, len(body), _VOUCHER)]
                outcomes = front.account.upload(vouchers)
                for outcome in outcomes:
                    if isinstance(outcome, KitError) and outcome.number == ErrorCode.FILE_FAILED:
                        return self._problem(outcome)
                self._answer(200, {"vouchers": [_outcome(outcome) for outcome in outcomes]})

            def _body(self) -> bytes:
                return self.rfile.read(int(self.headers["Content-Length"]))

            def _problem(self, error: KitError) -> None:
                status = _STATUSES[error.number]
                self._answer(status, {"type": _type(error), "title": "", "status": status, "detail": str(error)})

            def _answer(self, status: int, content: dict[str, Any]) -> None:
                text = json.dumps(content).encode()
                self.send_response(status)
                self.send_header("Content-Length", str(len(text)))
                self.end_headers()
                self.wfile.write(text)

            def log_message(self, format: str, *arguments: object) -> None:
                pass

        return Handler


def _type(error: KitError) -> str:
    return f"urn:sealedmatch:error:{error.number}"


def _outcome(outcome: str | KitError) -> dict[str, str]:
    if isinstance(outcome, KitError):
        return {"status": "refused", "type": _type(outcome), "detail": str(outcome)}
    return {"status": outcome}
