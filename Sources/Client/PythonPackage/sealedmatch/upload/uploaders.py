"""From an outbox to a collector."""

from __future__ import annotations

import logging
import ssl
import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from types import TracebackType
from typing import TYPE_CHECKING

from .addresses import Address
from .channels import Channel
from .notices import Notice, notices
from .refusals import Refusal
from .retries import Retries
from .rounds import MOST, Round
from .sources import Registering, Source

if TYPE_CHECKING:
    from typing_extensions import Buffer

_log = logging.getLogger("sealedmatch.upload")


@dataclass(frozen=True)
class Delivery:
    """What became of an upload that came to its end."""

    #: Vouchers that the collector has now, those that it had already included.
    stored: int
    #: Registrations likewise.
    registered: int
    #: What it will never take: vouchers of these are set aside.
    refused: tuple[Refusal, ...]
    #: What it does not take now.
    put_off: tuple[Refusal, ...]


class Uploader:
    """An account's connection to a collector, over which no attachment goes. It blocks.

    `deliver` may be called from any thread, one at a time; use another uploader for another account.
    """

    def __init__(
        self,
        collector: str,
        token: Callable[[], str] | None,
        *,
        tls: ssl.SSLContext | None = None,
        allow_plain_http: bool = False,
        timeout: float = 30.0,
        retries: Retries = Retries(),
        batch: int = MOST,
        report: Callable[[Refusal], None] | None = None,
    ) -> None:
        """Connects with the first request.

        :param collector: `https://HOST[:PORT][/PATH]`, or `unix:/PATH`; `http://` for this machine alone.
        :param token: gives the account's bearer token. It is asked for one at first, and again when the collector takes
            that one no longer. None: something else says who sends, such as a client certificate in `tls`.
        :param tls: what to verify the server by; the system's authorities unless given.
        :param allow_plain_http: takes `http://` to another machine. The token goes over the network in the clear.
        :param timeout: seconds without a byte, after which an attempt has failed.
        :param batch: vouchers of one request, at most: 1 to 256.
        :param report: gets what is refused or put off, when it is; a warning in the log unless given.
        :raises InsecureAddress, ValueError: the address.
        """
        if not 1 <= batch <= MOST:
            raise ValueError(f"batch: 1 to {MOST} vouchers")
        address = Address.of(collector, tls=tls, allow_plain_http=allow_plain_http)
        self._channel = Channel(address, token, timeout=timeout, retries=retries)
        self._report = report or (lambda refusal: _log.warning("%s", refusal))
        self._batch = batch
        self._delivering = threading.Lock()

    def __enter__(self) -> Uploader:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """From any thread: an upload under way ends with `Closed`, when its request has ended."""
        self._channel.stop()
        with self._delivering:
            self._channel.close()

    def deliver(
        self,
        source: Registering | Source,
        registrations: Iterable[Buffer] | None = None,
        *,
        now: float | None = None,
    ) -> Delivery:
        """Registers all that there is to register, and uploads what is due (Docs/Protocol.md, 5.14). A voucher is
        forgotten when the collector's reply says that it has it. Call it at random times, a few times a day.

        What is refused for good is set aside, what is put off waits for the next call; neither stands before others.

        :param registrations: for an `Outbox`; or signed ones (Docs/Embedding.md, "Vouchers to the collector").
        :raises UploadError: it ended before; what is not acknowledged waits. The next call goes on with it.
        :raises SealedMatchError: the outbox.
        :raises Exception: whatever the token's giver raises.
        """
        if registrations is None:
            known = getattr(source, "registrations", None)
            if known is None:
                raise TypeError("registrations: an outbox alone does not know what is to be registered first")
            registrations = known()
        with self._delivering:
            round = Round(self._channel, source, [bytes(one) for one in registrations], self._report, self._batch)
            try:
                round.run(now)
            finally:
                # A smaller size that the collector wanted holds for this uploader.
                self._batch = round.batch
        return Delivery(round.stored, round.registered, tuple(round.refused), tuple(round.put_off))

    def notices(self) -> tuple[Notice, ...]:
        """What the account is told about reveals (`GET /v1/notices`), of all its epochs. Ask once a day, whatever was
        sent, and show what is new.

        :raises UploadError: the network, or the collector.
        """
        with self._delivering:
            return notices(self._channel)
