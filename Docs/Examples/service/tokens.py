"""Tokens as a messenger's login service signs them: JSON Web Tokens with `alg` EdDSA (RFC 7519, RFC 8037).

The key is made, and tokens are signed, by the program `openssl`. A login service uses a library of its language.
"""

from __future__ import annotations

import base64
import json
import subprocess
import tempfile
import time
from pathlib import Path


def base64url(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def run(*command: str | Path, text: bytes = b"") -> bytes:
    return subprocess.run(command, input=text, stdout=subprocess.PIPE, check=True).stdout


class LoginService:
    """The key of a login service, in a file that its owner alone can read."""

    NAME = "example-1"

    def __init__(self, path: Path) -> None:
        self.path = path
        if not path.exists():
            run("openssl", "genpkey", "-algorithm", "ed25519", "-out", path)
            path.chmod(0o600)

    def key_set(self) -> str:
        """The JSON Web Key Set for `--token-keys`: the public key alone."""
        # The last 32 bytes of a SubjectPublicKeyInfo of Ed25519 are the key (RFC 8410).
        public = run("openssl", "pkey", "-in", self.path, "-pubout", "-outform", "DER")[-32:]
        key = {"kty": "OKP", "crv": "Ed25519", "kid": self.NAME, "use": "sig", "alg": "EdDSA", "x": base64url(public)}
        return json.dumps({"keys": [key]}, indent=2) + "\n"

    def token(self, account: str, seconds: int = 300) -> str:
        """A token that names the account, for some minutes."""
        header = {"alg": "EdDSA", "kid": self.NAME, "typ": "JWT"}
        claims = {"sub": account, "exp": int(time.time()) + seconds}
        signed = ".".join(base64url(json.dumps(part).encode()) for part in (header, claims))
        with tempfile.NamedTemporaryFile() as file:
            file.write(signed.encode())
            file.flush()
            # Ed25519 signs in one go, so openssl wants a file, not a stream.
            signature = run("openssl", "pkeyutl", "-sign", "-inkey", self.path, "-rawin", "-in", file.name)
        return f"{signed}.{base64url(signature)}"
