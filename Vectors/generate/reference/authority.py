"""Sections 5.16-5.18 together: what a collector has stored is opened, and each account-epoch is tried."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from .collector import Collector
from .errors import ProtocolError
from .open import OpenedSet, Openings
from .reveal import AccountEpoch, Match
from .voucher import Voucher


@dataclass(frozen=True)
class AccountResult:
    pseudonym: bytes
    epoch: int
    result: str  # "valid", or the name of the error by which it stays sealed
    threshold: int
    openings: int
    matches: tuple[Match, ...]
    token: bytes = b""


def reveal_all(collector: Collector, sets: Iterable[OpenedSet]) -> list[AccountResult]:
    """Every registered account-epoch, by pseudonym and epoch, ascending: the authority knows no account."""
    opened = Openings()
    forms_of_root: dict[bytes, tuple[int, int]] = {}
    for set_ in sets:
        opened.add_set(set_)
        forms_of_root[set_.root] = (set_.header.parameters.threshold, set_.header.parameters.polynomials)
    for stored in collector.page(0, len(collector.vouchers)):
        if stored.data is not None:
            opened.add(Voucher.decode(stored.data))
    results = []
    for name, registered in sorted(collector.commitments().items()):
        state = AccountEpoch(*name)
        for opening in opened.by_name.get(name, []):
            state.record(forms_of_root[opening.header.root], [opening])
        count = sum(len(openings) for openings in state.openings.values())
        try:
            matches = state.try_reveal(registered, forced=True) or ()
        except ProtocolError as sealed:
            threshold = max((form[0] for form in state.openings), default=0)
            results.append(AccountResult(*name, sealed.name, threshold, count, ()))
            continue
        threshold = 0 if state.revealed is None else len(state.revealed.basis)
        token = b"" if state.revealed is None else state.revealed.token
        results.append(AccountResult(*name, "valid", threshold, count, matches, token))
    return results
