"""Who gets a token for the collector: whoever the homeserver vouches for, and nobody else."""

from __future__ import annotations

import asyncio
import base64
import json
import urllib.error
import urllib.request
from pathlib import Path

import pytest
from homeserver import Homeserver
from login import AUDIENCE, ISSUER, LoginService, tokens
from nio.responses import GetOpenIDTokenResponse
from scenario import logged_in
from sealing_client import SealingClient
from talks import asynchronous


def claims(token: str) -> dict[str, object]:
    body = token.split(".")[1]
    found: dict[str, object] = json.loads(base64.urlsafe_b64decode(body + "=" * (-len(body) % 4)))
    return found


def answer(login: LoginService, path: str, body: bytes) -> int:
    try:
        with urllib.request.urlopen(urllib.request.Request(login.address + path, body), timeout=60) as response:
            return int(response.status)
    except urllib.error.HTTPError as error:
        return error.code


@asynchronous
async def test_the_homeserver_vouches(server: Homeserver, tmp_path: Path) -> None:
    user = server.register("lena", "password")
    client: SealingClient = await logged_in(server, user, tmp_path / "store")
    with LoginService(tmp_path / "login", server.address, server.name) as login:
        try:
            token = await asyncio.to_thread(tokens(client, login.address))
            assert {name: claims(token)[name] for name in ("iss", "aud", "sub")} == {
                "iss": ISSUER, "aud": AUDIENCE, "sub": user,
            }  # fmt: skip
            proof = await client.get_openid_token(user)
            assert isinstance(proof, GetOpenIDTokenResponse)
            good = {"access_token": proof.access_token, "matrix_server_name": server.name}

            async def status(given: object, path: str = "/token") -> int:
                return await asyncio.to_thread(answer, login, path, json.dumps(given).encode())

            assert await status(good) == 200
            for bad in (
                {**good, "access_token": proof.access_token + "x"},
                {**good, "access_token": ""},
                {**good, "access_token": None},
                # The messenger's own token is no proof for another service.
                {**good, "access_token": client.access_token},
                # Another homeserver is not asked, and its word is not taken.
                {**good, "matrix_server_name": "elsewhere.example"},
                {**good, "access_token": "x" * 5_000},
                {}, [], None, "token",
            ):  # fmt: skip
                assert await status(bad) == 401, bad
            assert await status(good, "/") == 401
        finally:
            await client.close()
    # A login that is gone is no silent end.
    with pytest.raises(urllib.error.URLError):
        await asyncio.to_thread(answer, login, "/token", b"{}")
