"""The messenger's login at the collector: who proves to the homeserver who he is gets a token that the collector takes.

Matrix has a way for it (client-server API, "OpenID"): a client asks its homeserver for a token that says who it is, and
nothing else; this service asks the homeserver whose it is, and signs a JSON Web Token with that name. The collector
knows this service's public key. It never sees a Matrix token, and this service never sees a voucher.
"""

from __future__ import annotations

import asyncio
import base64
import json
import threading
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from nacl.signing import SigningKey  # Synapse's own dependency
from nio import AsyncClient, ErrorResponse

#: What tokens are for, and by whom; `sealedmatchd` is told both.
AUDIENCE = "sealedmatch"
ISSUER = "https://login.sealedmatch.example"
#: Short: a token is good until it expires.
SECONDS = 600


class LoginService:
    """`with LoginService(directory, homeserver, name) as login:` on loopback. A reverse proxy with TLS belongs before
    it.
    """

    def __init__(self, directory: Path, homeserver: str, server_name: str) -> None:
        directory.mkdir()
        self.key_set = directory / "jwks.json"
        self._homeserver = homeserver
        self._server_name = server_name
        # A real one keeps its key, where only it can read it.
        self._key = SigningKey.generate()
        public = {"kty": "OKP", "crv": "Ed25519", "x": _base64(bytes(self._key.verify_key))}
        self.key_set.write_text(json.dumps({"keys": [public]}))
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self.address = f"http://127.0.0.1:{self._server.server_port}"

    def __enter__(self) -> LoginService:
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *error: object) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        login = self

        class Handler(BaseHTTPRequestHandler):
            timeout = 30

            def do_POST(self) -> None:
                length = self.headers.get("Content-Length", "")
                body = self.rfile.read(int(length)) if length.isdigit() and int(length) <= 4_096 else b""
                name = login.name_of(body) if self.path == "/token" else None
                content = b"" if name is None else json.dumps({"token": login.token(name)}).encode()
                self.send_response(401 if name is None else 200)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)

            def log_message(self, format: str, *arguments: object) -> None:
                """Nobody needs a list of who logged in when."""

        return Handler

    def name_of(self, body: bytes) -> str | None:
        """Whose OpenID token it is, by the homeserver's word; None for nobody's.

        A token of another homeserver is nobody's: this service asks its own alone, wherever the token says it is from.
        """
        try:
            given = json.loads(body)
            token, server = given["access_token"], given["matrix_server_name"]
            if server != self._server_name or not isinstance(token, str):
                return None
            path = "/_matrix/federation/v1/openid/userinfo?" + urllib.parse.urlencode({"access_token": token})
            with urllib.request.urlopen(self._homeserver + path, timeout=30) as response:
                name = json.load(response)["sub"]
        except (ValueError, KeyError, TypeError, OSError):
            return None
        return name if isinstance(name, str) and name.endswith(f":{self._server_name}") else None

    def token(self, name: str) -> str:
        """A JSON Web Token, `alg` EdDSA (RFC 8037)."""
        claims = {"iss": ISSUER, "aud": AUDIENCE, "sub": name, "exp": int(time.time()) + SECONDS}
        signed = ".".join(_base64(json.dumps(part).encode()) for part in ({"alg": "EdDSA"}, claims))
        return f"{signed}.{_base64(self._key.sign(signed.encode()).signature)}"


def _base64(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()


def tokens(client: AsyncClient, login: str) -> Callable[[], str]:
    """What an `Uploader` asks for tokens: the client proves who it is, each time anew. To be called from a thread that
    is not the event loop's; an uploader's is none.
    """
    loop = asyncio.get_running_loop()

    def token() -> str:
        proof = asyncio.run_coroutine_threadsafe(client.get_openid_token(client.user_id), loop).result(60)
        if isinstance(proof, ErrorResponse):
            raise PermissionError(f"the homeserver gives no OpenID token: {proof.message}")
        body = json.dumps({"access_token": proof.access_token, "matrix_server_name": proof.matrix_server_name})
        request = urllib.request.Request(f"{login}/token", body.encode(), {"Content-Type": "application/json"})
        with urllib.request.urlopen(request, timeout=30) as response:
            answer: dict[str, Any] = json.load(response)
            return str(answer["token"])

    return token
