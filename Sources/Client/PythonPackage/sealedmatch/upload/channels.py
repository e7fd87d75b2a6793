"""A connection to a collector, with attempts."""

from __future__ import annotations

import http.client
import json
import re
import ssl
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import TracebackType
from typing import Any, TypeVar

from .addresses import Address
from .errors import BadReply, Closed, NotAuthenticated, Unavailable, UntrustedServer, UploadError
from .refusals import Refusal
from .retries import Retries, asked_for

#: Longest reply that is read, in bytes; the longest that a collector writes is a tenth of it.
_LONGEST_REPLY = 1 << 20
#: "Too early", "too many", "timed out", and all that is the server's own fault.
_PASSING = {408, 425, 429}

Result = TypeVar("Result")


@dataclass(frozen=True)
class Reply:
    status: int
    headers: http.client.HTTPMessage
    body: bytes

    @property
    def content(self) -> dict[str, Any]:
        """The JSON object that the body is; an empty one if it is none."""
        try:
            content = json.loads(self.body)
        except (ValueError, RecursionError):
            return {}
        return content if isinstance(content, dict) else {}

    @property
    def code(self) -> int | None:
        """The protocol's error code, where the body is a problem with one (RFC 9457)."""
        return Refusal.code_of(self.content.get("type"))

    @property
    def detail(self) -> str:
        """What the problem says; at most a line of it."""
        detail = self.content.get("detail")
        return detail[:500] if isinstance(detail, str) else "no reason is given"


class Passing(Exception):
    """It may pass: another attempt."""

    def __init__(self, text: str, asked: float | None = None) -> None:
        super().__init__(text)
        self.asked = asked


class Channel:
    """One connection, kept open between requests; of one thread at a time, but for `stop`.

    What it sends may all be sent again: after a lost reply the same request goes out once more.
    """

    def __init__(
        self, address: Address, token: Callable[[], str] | None, *, timeout: float = 30.0, retries: Retries
    ) -> None:
        self.address = address
        self._new_token = token
        self._token: str | None = None
        self._timeout = timeout
        self._retries = retries
        self._connection: http.client.HTTPConnection | None = None
        self._stopped = threading.Event()

    def __enter__(self) -> Channel:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def stop(self) -> None:
        """Ends what waits for its next attempt. From any thread."""
        self._stopped.set()

    def call(
        self, method: str, path: str, headers: Mapping[str, str] | None = None, body: bytes | None = None
    ) -> Reply:
        """A request whose reply is neither passing nor 401: for these there are other attempts, and another token.

        :raises UploadError: what `attempts` raises; NotAuthenticated. What gives tokens may raise anything.
        """
        renewed = False
        while True:
            fields = {**(headers or {}), **self._authorization()}
            reply = self.attempts(lambda: self._read(self.open(method, path, fields, body)))
            if reply.status != 401:
                return reply
            if renewed or self._new_token is None:
                raise NotAuthenticated(
                    f"{self.address.text}: the token is not good: {reply.detail}; log in again"
                    if self._new_token is not None
                    else f"{self.address.text}: a token is needed: {reply.detail}"
                )
            renewed, self._token = True, None

    def attempts(self, operation: Callable[[], Result]) -> Result:
        """Does something with this connection until it comes to an end.

        :raises Unavailable: network errors and `Passing`, after the last attempt.
        :raises UntrustedServer: at once.
        """
        failures = 0
        while True:
            asked: float | None = None
            cause: Exception
            try:
                return operation()
            except ssl.SSLCertVerificationError as error:
                self.close()
                raise UntrustedServer(
                    f"{self.address.text}: the server's certificate is not good: {error.verify_message}; give the "
                    "authority that signed it, or look who answers there"
                ) from error
            except (OSError, http.client.HTTPException) as error:
                self.close()
                text, cause = f"{type(error).__name__}: {error}", error
            except Passing as error:
                text, asked, cause = str(error), error.asked, error
            failures += 1
            pause = self._retries.pause(failures, asked)
            if pause is None:
                raise Unavailable(
                    f"{self.address.text}: {text}; {failures} attempts failed, nothing is lost: try later", asked
                ) from cause
            if self._stopped.wait(pause):
                raise Closed(f"{self.address.text}: closed after {failures} attempts; nothing is lost")

    def open(
        self, method: str, path: str, headers: Mapping[str, str], body: bytes | None = None
    ) -> http.client.HTTPResponse:
        """One attempt, whose reply the caller reads to its end, or else closes this.

        :raises OSError, http.client.HTTPException: the network.
        :raises Passing: the server asks for another attempt.
        """
        if self._stopped.is_set():
            raise Closed(f"{self.address.text}: closed; nothing is lost")
        response = self._answered(method, self.address.prefix + path, headers, body)
        if response.status in _PASSING or response.status >= 500:
            reply = self._read(response)
            raise Passing(f"status {reply.status}: {reply.detail}", asked_for(reply.headers.get("Retry-After")))
        return response

    def _answered(
        self, method: str, path: str, headers: Mapping[str, str], body: bytes | None
    ) -> http.client.HTTPResponse:
        was_open = self._connection is not None and self._connection.sock is not None
        try:
            return self._ask(method, path, headers, body)
        except ConnectionError:
            self.close()
            # A server ends connections on which nothing comes; that is no failure.
            if not was_open:
                raise
        return self._ask(method, path, headers, body)

    def _ask(self, method: str, path: str, headers: Mapping[str, str], body: bytes | None) -> http.client.HTTPResponse:
        if self._connection is None:
            self._connection = self.address.connection(self._timeout)
        try:
            self._connection.request(method, path, body, dict(headers))
        except (BrokenPipeError, ConnectionResetError):
            # The server has answered before it had everything, and ended: the answer may be there.
            if self._connection.sock is None:
                raise
        return self._connection.getresponse()

    def _authorization(self) -> dict[str, str]:
        if self._new_token is None:
            return {}
        if self._token is None:
            self._token = _checked(self._new_token())
        return {"Authorization": f"Bearer {self._token}"}

    def _read(self, response: http.client.HTTPResponse) -> Reply:
        body = response.read(_LONGEST_REPLY + 1)
        if len(body) > _LONGEST_REPLY:
            self.close()
            raise BadReply(f"{self.address.text}: a reply of more than {_LONGEST_REPLY} bytes is no collector's")
        if response.length:
            raise http.client.IncompleteRead(body, response.length)
        return Reply(response.status, response.headers, body)

    def unexpected(self, reply: Reply, what: str) -> UploadError:
        """For a status that nobody here waits for."""
        advice = {
            400: "the collector does not understand it; are client and collector of the same version?",
            403: "the collector does not allow it",
            404: "nothing is there; is it the collector's address?",
            413: "a proxy before the collector takes less than one request; raise its limit",
            415: "the collector knows other media types; are both of the same version?",
        }.get(reply.status, "that is no reply of a collector; is it its address, and nobody's between?")
        if 300 <= reply.status < 400:
            advice = f"redirections are not followed; use {reply.headers.get('Location', 'the address it leads to')}"
        return BadReply(f"{self.address.text}: {what}: status {reply.status}: {reply.detail}; {advice}")


def _checked(token: str) -> str:
    # RFC 6750, 2.1. It is not in the text: it is as good as a password.
    if not re.fullmatch(r"[A-Za-z0-9\-._~+/]+=*", token):
        raise NotAuthenticated("what was given as a token is none: it has letters, digits and -._~+/ alone")
    return token
