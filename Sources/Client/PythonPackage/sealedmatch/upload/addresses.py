"""Where a collector is."""

from __future__ import annotations

import http.client
import ipaddress
import socket
import ssl
from dataclasses import dataclass
from urllib.parse import SplitResult, urlsplit

from .errors import InsecureAddress


class _OverUnixSocket(http.client.HTTPConnection):
    def __init__(self, path: str, timeout: float) -> None:
        super().__init__("localhost", timeout=timeout)
        self._path = path

    def connect(self) -> None:
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.settimeout(self.timeout)
        self.sock.connect(self._path)


@dataclass(frozen=True)
class Address:
    """`https://HOST[:PORT][/PATH]`, `http://…` for this machine alone, or `unix:/PATH` of a socket."""

    text: str
    #: Before `/v1/…`.
    prefix: str
    _socket: str | None
    _url: SplitResult
    _tls: ssl.SSLContext | None

    @classmethod
    def of(cls, text: str, *, tls: ssl.SSLContext | None = None, allow_plain_http: bool = False) -> Address:
        """:param tls: what to verify the server by; the system's authorities unless given.

        :raises InsecureAddress: plain HTTP to another machine, unless it is allowed.
        :raises ValueError: no such address.
        """
        if text.startswith("unix:"):
            path = text.removeprefix("unix:")
            if not path.startswith("/"):
                raise ValueError(f"{text}: a socket's path begins with a slash: unix:/run/…")
            return cls(text, "", path, urlsplit(""), None)
        url = urlsplit(text)
        if url.scheme not in ("http", "https") or not url.hostname:
            raise ValueError(f"{text}: a collector's address is https://HOST…, or unix:/PATH")
        if url.username is not None or url.query or url.fragment:
            raise ValueError("a collector's address has no user, no query and no fragment")
        # An invalid port is a ValueError here, and not later.
        _ = url.port
        if url.scheme == "http" and not allow_plain_http and not _is_this_machine(url.hostname):
            raise InsecureAddress(
                f"{text}: the token would go over the network in the clear; use https://, or allow_plain_http where "
                "the network itself is encrypted"
            )
        if url.scheme == "https" and tls is None:
            tls = ssl.create_default_context()
        return cls(text, url.path.rstrip("/"), None, url, tls)

    def connection(self, timeout: float) -> http.client.HTTPConnection:
        """A new one; it connects with its first request."""
        if self._socket is not None:
            return _OverUnixSocket(self._socket, timeout)
        host = self._url.hostname
        assert host is not None
        if self._url.scheme == "http":
            return http.client.HTTPConnection(host, self._url.port, timeout=timeout)
        return http.client.HTTPSConnection(host, self._url.port, timeout=timeout, context=self._tls)


def _is_this_machine(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
