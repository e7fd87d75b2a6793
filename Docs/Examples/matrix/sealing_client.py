"""matrix-nio with SealedMatch in front of its attachment encryption: the whole integration is `upload`."""

from __future__ import annotations

import hashlib
import inspect
import io
import json
import uuid
from typing import Any

from nio import AsyncClient, RoomSendError, UploadError
from nio.crypto.async_attachments import async_generator_from_data
from sealing import Sealing


class SendingFailed(Exception):
    """The homeserver refused."""


class SealingClient(AsyncClient):
    """An `AsyncClient` that seals each attachment once before it encrypts it."""

    #: `None`: an account that does not take part, or a receiver.
    sealing: Sealing | None = None
    #: What a homeserver takes by default; the plaintext of an upload is held in memory.
    maximum_attachment = 50 << 20

    async def upload(
        self, data_provider: Any, content_type: str = "application/octet-stream", filename: str | None = None,
        encrypt: bool = False,
        monitor: Any = None, filesize: int | None = None, *, item: str | None = None, note: bytes = b"",
    ) -> tuple[Any, dict[str, Any] | None]:  # fmt: skip
        """As nio's, with `encrypt` sealing first. A thumbnail is no item of its own: upload it by
        `AsyncClient.upload(client, …)`.

        :param item: names the attachment, so that sending it again does not seal it again; without it each call is a
        new item.
        :param note: what the reviewer of a revealed match gets.
        :raises NotSealed: for a fail-closed messenger that cannot seal; then nothing was sent.
        """
        if encrypt and self.sealing is not None:
            plaintext = await self._read(data_provider)
            await self.sealing.seal(item or uuid.uuid4().hex, plaintext, note)

            # nio asks its provider again for each retry: the same bytes, sealed once, above.
            def data_provider(got_429: int, got_timeouts: int) -> bytes:
                return plaintext

            # AES-CTR does not change the length.
            filesize = len(plaintext)
        answer: tuple[Any, dict[str, Any] | None] = await super().upload(
            data_provider, content_type, filename, encrypt, monitor, filesize
        )
        return answer

    async def _read(self, data_provider: Any) -> bytes:
        data = data_provider(0, 0) if callable(data_provider) else data_provider
        if inspect.isawaitable(data):
            data = await data
        content = io.BytesIO()
        async for chunk in async_generator_from_data(data, 1 << 16):
            content.write(chunk)
            if content.tell() > self.maximum_attachment:
                raise ValueError(f"the attachment has more than {self.maximum_attachment} bytes")
        return content.getvalue()

    async def send_picture(
        self, room_id: str, picture: bytes, *, name: str, mimetype: str = "image/jpeg", transaction: str | None = None
    ) -> str:
        """Sends a picture into an encrypted room; the result is the event's ID.

        :param transaction: pass the same one to send the same message again: the homeserver shows it once, and it is
        sealed once.
        """
        transaction = transaction or uuid.uuid4().hex
        digest = hashlib.sha256(picture).hexdigest()
        # Opened for a match only, and only above the threshold: then it tells the reviewer which message, and whether a
        # file is the one that was sent.
        note = json.dumps({"transaction": transaction, "sha256": digest}, separators=(",", ":")).encode()
        response, key = await self.upload(
            lambda got_429, got_timeouts: picture, encrypt=True, item=transaction, note=note
        )
        if isinstance(response, UploadError):
            raise SendingFailed(response.message)
        file = {"url": response.content_uri, **(key or {})}
        content = {
            "msgtype": "m.image",
            "body": name,
            "info": {"mimetype": mimetype, "size": len(picture)},
            "file": file,
        }
        # A real messenger verifies devices.
        sent = await self.room_send(
            room_id, "m.room.message", content, tx_id=transaction, ignore_unverified_devices=True
        )
        if isinstance(sent, RoomSendError):
            raise SendingFailed(sent.message)
        event_id: str = sent.event_id
        return event_id
