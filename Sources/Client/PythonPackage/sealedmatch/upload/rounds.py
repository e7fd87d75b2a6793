"""One round of an outbox: registrations, then what is due (Docs/Protocol.md, 5.14, steps 4 and 5)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import islice

from ..errors import ErrorCode, error_for
from ..outboxes import Waiting
from .channels import Channel, Reply
from .errors import BadReply, NotAuthenticated, Unavailable
from .refusals import Refusal
from .sources import Source

#: Vouchers of one request.
MOST = 256

_STORED = {"stored", "alreadyStored"}
#: The number of `pseudonymConflict`, which no client's own call gives.
_PSEUDONYM_CONFLICT = 705
#: Of a voucher, with 200 to 299, the codes of a damaged one.
_FINAL = {
    ErrorCode.SET_MISMATCH, ErrorCode.EPOCH_IN_PAST, ErrorCode.VOUCHER_CONFLICT, ErrorCode.QUOTA_EXCEEDED,
    ErrorCode.NOT_REGISTERED, ErrorCode.INVALID_SIGNATURE,
}  # fmt: skip
_PUT_OFF_REGISTRATION = {ErrorCode.QUOTA_EXCEEDED, ErrorCode.EPOCH_TOO_FAR}
_FINAL_REGISTRATION = {
    ErrorCode.EPOCH_IN_PAST, ErrorCode.COMMITMENT_CONFLICT, ErrorCode.INVALID_SIGNATURE, _PSEUDONYM_CONFLICT,
}  # fmt: skip


class Round:
    """Its counts are those until now, also when it ended early."""

    def __init__(
        self,
        channel: Channel,
        source: Source,
        registrations: list[bytes],
        report: Callable[[Refusal], None],
        batch: int,
    ) -> None:
        self._channel = channel
        self._source = source
        #: By epoch: bytes 4 to 7 of a registration.
        self._registrations = {int.from_bytes(one[4:8], "little"): one for one in registrations}
        self._report = report
        self.batch = batch
        self.stored = 0
        self.registered = 0
        self.refused: list[Refusal] = []
        self.put_off: list[Refusal] = []
        self._put_off_epochs: set[int] = set()
        self._put_off_sets: set[bytes] = set()
        #: Epochs that the collector has registered; and those that were registered again.
        self._accepted: set[int] = set()
        self._again: set[int] = set()

    def run(self, now: float | None) -> None:
        for epoch in self._registrations:
            self._register(epoch)
        due = iter(self._source.due(now))
        pending: list[Waiting] = []
        while pending := self._offered(pending, due):
            batch, rest = pending[: self.batch], pending[self.batch :]
            pending = self._send(batch) + rest

    def _offered(self, pending: list[Waiting], due: Iterator[Waiting]) -> list[Waiting]:
        """A batch, or more, of what is not put off."""
        pending = [waiting for waiting in pending if self._is_offered(waiting)]
        others = (waiting for waiting in due if self._is_offered(waiting))
        return pending + list(islice(others, max(0, self.batch - len(pending))))

    def _is_offered(self, waiting: Waiting) -> bool:
        return waiting.epoch not in self._put_off_epochs and waiting.set_root not in self._put_off_sets

    def _register(self, epoch: int) -> None:
        reply = self._channel.call(
            "PUT",
            f"/v1/registrations/{epoch}",
            {"Content-Type": "application/vnd.sealedmatch.registration"},
            self._registrations[epoch],
        )
        if reply.status in (200, 201):
            if reply.content.get("status") not in _STORED:
                raise BadReply(f"{self._channel.address.text}: registration: the reply does not say that it is stored")
            self.registered += 1
            self._accepted.add(epoch)
            return
        code = reply.code
        if code == ErrorCode.AUTHENTICATION_FAILED:
            raise NotAuthenticated(
                f"{self._channel.address.text}: the token is of another account than the client: {reply.detail}; log "
                "in as the client's account, or look whether both sides name it alike"
            )
        if code in _PUT_OFF_REGISTRATION:
            self._put_off_epochs.add(epoch)
            self._note(code, reply.detail, epoch, None, is_final=False)
        elif code in _FINAL_REGISTRATION:
            # Its vouchers are offered all the same; the collector answers for each of them.
            self._note(code, reply.detail, epoch, None, is_final=True)
        else:
            raise self._channel.unexpected(reply, "registration")

    def _send(self, batch: list[Waiting]) -> list[Waiting]:
        """Uploads some vouchers; the result is what is to be sent again."""
        reply = self._channel.call(
            "POST",
            "/v1/vouchers",
            {"Content-Type": "application/vnd.sealedmatch.vouchers"},
            b"".join(waiting.voucher for waiting in batch),
        )
        if reply.status == 413 and len(batch) > 1:
            self.batch = len(batch) // 2
            return batch
        if reply.status != 200:
            raise self._channel.unexpected(reply, f"{len(batch)} vouchers")
        outcomes = self._outcomes(reply, len(batch))
        # Behind what the collector takes for no voucher it cannot know where the next one begins.
        again = batch[len(outcomes) :]
        #: Epochs that the collector has forgotten since it registered them.
        forgotten: set[int] = set()
        failed: str | None = None
        for waiting, (code, detail) in zip(batch, outcomes, strict=False):
            if code is None:
                self._source.acknowledge(waiting)
                self.stored += 1
            elif code == ErrorCode.NOT_REGISTERED and waiting.epoch in self._accepted - self._again:
                forgotten.add(waiting.epoch)
                again.append(waiting)
            elif code == ErrorCode.UNKNOWN_SET:
                if waiting.set_root not in self._put_off_sets:
                    self._put_off_sets.add(waiting.set_root)
                    self._note(code, detail, waiting.epoch, None, is_final=False)
            elif code in _FINAL or 200 <= code < 300:
                self._source.refuse(waiting)
                self._note(code, detail, waiting.epoch, waiting.voucher_id, is_final=True)
            else:
                failed = str(error_for(code, detail))
        if failed is not None:
            raise Unavailable(f"{self._channel.address.text}: a voucher: {failed}; nothing is lost: try later")
        self._again |= forgotten
        for epoch in sorted(forgotten):
            self._register(epoch)
        return again

    def _outcomes(self, reply: Reply, count: int) -> list[tuple[int | None, str]]:
        """Of each voucher None, or the code of a refusal; with its reason.

        :raises BadReply: they are no outcomes of so many vouchers. Then none is acknowledged.
        """
        given = reply.content.get("vouchers")
        outcomes: list[tuple[int | None, str]] = []
        for one in given if isinstance(given, list) else []:
            status = one.get("status") if isinstance(one, dict) else None
            code = Refusal.code_of(one.get("type")) if status == "refused" else None
            if status not in _STORED and code is None:
                raise BadReply(f"{self._channel.address.text}: vouchers: the reply has an outcome that is none")
            outcomes.append((code, str(one.get("detail", "no reason is given"))[:500] if code is not None else ""))
        ended_early = outcomes and outcomes[-1][0] is not None and 200 <= outcomes[-1][0] < 300
        if len(outcomes) != count and not (0 < len(outcomes) < count and ended_early):
            raise BadReply(
                f"{self._channel.address.text}: vouchers: the reply has {len(outcomes)} outcomes for {count} vouchers"
            )
        return outcomes

    def _note(self, code: int, detail: str, epoch: int, voucher_id: str | None, *, is_final: bool) -> None:
        refusal = Refusal(error_for(code, detail), epoch, voucher_id, is_final)
        (self.refused if is_final else self.put_off).append(refusal)
        self._report(refusal)
