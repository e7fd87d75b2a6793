"""What a test asks of a world, and what a device says of its round to the collector."""

from __future__ import annotations

from dataclasses import dataclass, field

from ._answers import Answer
from .errors import KitError


@dataclass(frozen=True)
class Round:
    """A device's round to the collector: what came of it."""

    #: Vouchers that the collector has acknowledged in this round.
    acknowledged: int
    #: That still wait in the outbox.
    waiting: int
    #: That the collector refused in this round and will never take; they were set aside.
    refused: int
    #: Why the round ended early, or put something off; None if it did not.
    failure: KitError | None

    @classmethod
    def _answered(cls, answer: Answer) -> Round:
        failure = answer.error("failure") if answer.has("failure") else None
        return cls(answer.number("acknowledged"), answer.number("waiting"), answer.number("refused"), failure)


@dataclass(frozen=True)
class Vouchers:
    """A device's vouchers, as they are sent."""

    waiting: list[bytes] = field(repr=False)
    acknowledged: list[bytes] = field(repr=False)
    refused: list[bytes] = field(repr=False)


@dataclass(frozen=True)
class Revealed:
    """A match that is open."""

    #: The item's name; of an item that the world does not know, its note, or its fingerprint in hexadecimal digits.
    name: str
    #: What the client gave the reviewer.
    note: bytes
    #: The voucher's random name in hexadecimal, as `Waiting.voucher_id`.
    voucher_id: str


@dataclass(frozen=True)
class Report:
    """What would be revealed of an account in an epoch now, and why not yet. No party of a deployment knows it all."""

    account: str
    epoch: int
    #: Vouchers on the account's devices.
    waiting: int
    #: Requests on their way.
    in_flight: int
    #: Vouchers at the collector.
    stored: int
    #: Vouchers of which a slot opened and counts.
    opened_vouchers: int
    #: Openings that count: matches, and those by chance.
    openings: int
    #: Openings that are matches. None for an account with a client of your own, until it is revealed: the world has
    #: not its secret.
    matches: int | None
    #: From so many matches on the account is revealed, if no more chance openings come. None where `matches` is.
    needed_matches: int | None
    #: The matches that are open; None while everything is sealed.
    revealed: tuple[Revealed, ...] | None
    #: Why everything is sealed, for example "belowThreshold"; None if it is not.
    reason: str | None
    #: The same in one sentence.
    explanation: str

    @classmethod
    def _answered(cls, answer: Answer, waiting: int) -> Report:
        revealed = None
        if answer.has("revealed"):
            revealed = tuple(
                Revealed(match.text("name"), match.data("note"), match.digits("voucher").hex())
                for match in answer.objects("revealed")
            )
        return cls(
            account=answer.text("account"), epoch=answer.number("epoch"), waiting=answer.number("waiting") + waiting,
            in_flight=answer.number("inFlight"), stored=answer.number("stored"),
            opened_vouchers=answer.number("openedVouchers"), openings=answer.number("openings"),
            matches=answer.optional("matches"), needed_matches=answer.optional("neededMatches"), revealed=revealed,
            reason=answer.text("reason") if answer.has("reason") else None, explanation=answer.text("explanation"),
        )  # fmt: skip


@dataclass(frozen=True)
class Knowledge:
    """What the collector knows of an account in an epoch: nothing of what is inside vouchers."""

    #: None if the world has no account of this ID.
    account: str | None
    epoch: int
    #: The account's name in this epoch, which vouchers carry.
    pseudonym: bytes
    vouchers: int
    #: Of all these vouchers together.
    voucher_bytes: int

    @classmethod
    def _answered(cls, answer: Answer) -> Knowledge:
        return cls(
            account=answer.text("account") if answer.has("account") else None, epoch=answer.number("epoch"),
            pseudonym=answer.digits("pseudonym"), vouchers=answer.number("vouchers"),
            voucher_bytes=answer.number("bytes"),
        )  # fmt: skip


@dataclass(frozen=True)
class Difference:
    """By what two items could be told apart from outside."""

    what: str
    first: str
    second: str

    @classmethod
    def _answered(cls, answer: Answer) -> Difference:
        return cls(answer.text("what"), answer.text("first"), answer.text("second"))
