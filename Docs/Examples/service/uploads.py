"""Uploads what `sealedmatch seal --upload FOLDER` left there: registrations first, then vouchers, many in one request.

For the example: a request that fails ends it. What a messenger does about retries is in Docs/Embedding.md.
"""

from __future__ import annotations

import http.client
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

REGISTRATION = "application/vnd.sealedmatch.registration"
VOUCHERS = "application/vnd.sealedmatch.vouchers"
# Most that one request may hold.
BATCH = 256


def registrations(data: bytes) -> Iterator[tuple[int, bytes]]:
    """Epoch and bytes of each: 106 bytes and a signature, whose length is in the last two of them
    (Docs/Protocol.md, 4.5).
    """
    while data:
        length = 106 + int.from_bytes(data[104:106], "little")
        yield int.from_bytes(data[4:8], "little"), data[:length]
        data = data[length:]


class Uploader:
    """One account's way to the collector.

    login: the header fields that say who sends.
    """

    def __init__(self, connection: http.client.HTTPConnection, login: dict[str, str]) -> None:
        self.connection = connection
        self.login = login

    def send(self, method: str, path: str, kind: str, body: bytes) -> dict[str, Any]:
        self.connection.request(method, path, body, self.login | {"Content-Type": kind})
        reply = self.connection.getresponse()
        answer: dict[str, Any] = json.load(reply)
        if reply.status not in (200, 201):
            raise SystemExit(f"{method} {path}: {reply.status}: {answer.get('detail', answer)}")
        return answer

    def upload(self, folder: Path) -> int:
        """Returns how many vouchers the collector has now. Files that it has are removed."""
        for file in sorted(folder.glob("*.registration")):
            for epoch, registration in registrations(file.read_bytes()):
                self.send("PUT", f"/v1/registrations/{epoch}", REGISTRATION, registration)
            file.unlink()
        files, stored = sorted(folder.glob("*.voucher")), 0
        for start in range(0, len(files), BATCH):
            batch = files[start : start + BATCH]
            answer = self.send("POST", "/v1/vouchers", VOUCHERS, b"".join(file.read_bytes() for file in batch))
            for file, outcome in zip(batch, answer["vouchers"], strict=True):
                if outcome["status"] == "refused":
                    raise SystemExit(f"{file}: {outcome['type']}: {outcome['detail']}")
                file.unlink()
                stored += 1
        return stored
