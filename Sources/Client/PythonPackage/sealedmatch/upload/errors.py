"""Why an upload ended. What was not acknowledged by then waits in the outbox; the next upload goes on with it."""

from __future__ import annotations


class UploadError(Exception):
    """The text says what failed, where, and what to do."""


class InsecureAddress(UploadError, ValueError):
    """Plain HTTP to another machine: whoever is between would read the token."""


class UntrustedServer(UploadError):
    """The server's certificate does not verify. It is not tried again: somebody may be between."""


class NotAuthenticated(UploadError):
    """The collector takes the token for nobody's, or for another account's, also after a new one was asked for."""


class Unavailable(UploadError):
    """The collector was not reached, or took nothing, until the last attempt. Try later."""

    def __init__(self, text: str, retry_after: float | None = None) -> None:
        super().__init__(text)
        #: Seconds that the collector asked to be left alone for, if it did.
        self.retry_after = retry_after


class BadReply(UploadError):
    """What came is no reply of a collector, or one that another attempt would bring again: a wrong address, a proxy
    between that refuses, another version.
    """


class Closed(UploadError):
    """The uploader was closed while it waited."""
