"""What a collector does not take."""

from __future__ import annotations

import re
from dataclasses import dataclass

from ..errors import SealedMatchError


@dataclass(frozen=True)
class Refusal:
    """A registration or a voucher that the collector refused, and what became of it (Docs/Protocol.md, 5.14)."""

    #: Of the collector; its `code` is one of Docs/Protocol.md, section 6.
    error: SealedMatchError
    epoch: int
    #: Of the voucher, in hexadecimal; None for a registration, and for a whole set that is put off.
    voucher_id: str | None
    #: Will never be taken: the voucher is set aside. Otherwise it waits for the next time.
    is_final: bool

    def __str__(self) -> str:
        what = "the registration" if self.voucher_id is None else f"voucher {self.voucher_id}"
        if self.voucher_id is None and self.error.code == 409:
            what = "a set's vouchers"
        then = "put off until the next upload"
        if self.is_final:
            then = "refused for good" if self.voucher_id is None else "set aside (.refused in the outbox)"
        return f"{what} of epoch {self.epoch}: {self.error}; {then}"

    @staticmethod
    def code_of(kind: object) -> int | None:
        """The code in a problem's type, `urn:sealedmatch:error:NNN`."""
        match = re.fullmatch(r"urn:sealedmatch:error:([0-9]{3})", kind) if isinstance(kind, str) else None
        return int(match[1]) if match else None
