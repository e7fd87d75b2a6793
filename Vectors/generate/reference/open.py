"""Protocol 5.17, "Open": from vouchers to openings; 4.11, what an authority keeps of them."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from .errors import require
from .group import IDENTITY, is_canonical, multiply, multiply_base
from .labels import stream, words
from .set_file import SetHeader, root
from .voucher import Header, Voucher, exclusive_or, slot_mask_and_check, transcript

MAXIMUM_OPENINGS = 16_384
MAXIMUM_QUARANTINED = 4_096


@dataclass(frozen=True)
class Opening:
    """4.11: (header, slot, x || z_1...z_k, inner)."""

    header: Header
    slot: int
    words: tuple[int, ...]  # x, z_1 ... z_k; any words, "not checked here"
    inner: bytes
    quarantined: bool = False

    @property
    def x(self) -> int:
        return self.words[0]

    @property
    def z(self) -> tuple[int, ...]:
        return self.words[1:]


@dataclass(frozen=True)
class OpenedSet:
    """A set whose alpha is here."""

    header: SetHeader
    alpha: int

    def __post_init__(self) -> None:
        # Section 7: an authority rejects "alpha that is not L's".
        require(multiply_base(self.alpha) == self.header.public_key, "setMismatch", "alpha is not L's")

    @property
    def root(self) -> bytes:
        return root(self.header.encode())


def open_voucher(voucher: Voucher, set_: OpenedSet) -> tuple[list[Opening], list[Opening]]:
    """5.17. Output: the openings that count, and those in excess, which are quarantined."""
    header, parameters = voucher.header, set_.header.parameters
    # "one whose slots, k or P are not its set's opens nothing"
    if header.root != set_.root or (
        (header.slots, header.polynomials, header.payload_count)
        != (parameters.slots, parameters.polynomials, parameters.payload_count)
    ):
        return [], []
    transcript_ = transcript(header.encode(), voucher.body)
    openings: list[Opening] = []
    for index, slot in enumerate(voucher.slots):
        # 1. "S' = alpha Q for every slot. Where Q is not canonical or is the identity, the slot does not open."
        if not is_canonical(slot.element) or slot.element == IDENTITY:
            continue
        s = multiply(set_.alpha, slot.element)
        # 2. "Recompute check under S'. If it is equal, rkey' = wrapped XOR mask,
        mask, check = slot_mask_and_check(s, set_.header.table_id, slot.element, transcript_)
        if check == slot.check:
            # and stream(rkey', body) is the plain body of an opening."
            plain = stream(exclusive_or(slot.wrapped, mask), voucher.body)
            end = 8 + 8 * header.polynomials
            openings.append(Opening(header, index, tuple(words(plain[:end])), plain[end:]))
    # 3. "The first c + 1 openings of a voucher, in slot order, count; more are quarantined."
    counted = parameters.cover_slots + 1
    return openings[:counted], [replace(opening, quarantined=True) for opening in openings[counted:]]


@dataclass
class Openings:
    """An authority's openings by account and epoch, and the vouchers that wait for their set's key."""

    sets: dict[bytes, OpenedSet] = field(default_factory=dict)
    by_name: dict[tuple[bytes, int], list[Opening]] = field(default_factory=dict)
    seen: dict[tuple[bytes, int], int] = field(default_factory=dict)  # all that there were, kept or not
    waiting: list[Voucher] = field(default_factory=list)

    def add_set(self, set_: OpenedSet) -> None:
        """ "A voucher of an unknown root waits for its key." """
        self.sets[set_.root] = set_
        waiting, self.waiting = self.waiting, []
        for voucher in waiting:
            self.add(voucher)

    def add(self, voucher: Voucher) -> None:
        set_ = self.sets.get(voucher.header.root)
        if set_ is None:
            self.waiting.append(voucher)
            return
        name = (voucher.header.pseudonym, voucher.header.epoch)
        kept = self.by_name.setdefault(name, [])
        counted, excess = open_voucher(voucher, set_)
        for opening in counted + excess:
            # 3. "An opening is recorded once, by pseudonym, epoch, voucherID and slot."
            if any(
                (other.header.voucher_id, other.slot) == (voucher.header.voucher_id, opening.slot) for other in kept
            ):
                continue
            self.seen[name] = self.seen.get(name, 0) + 1
            # "So are those beyond 16,384 of an account-epoch; of quarantined ones 4,096 are kept."
            if not opening.quarantined and sum(not other.quarantined for other in kept) >= MAXIMUM_OPENINGS:
                opening = replace(opening, quarantined=True)
            if opening.quarantined and sum(other.quarantined for other in kept) >= MAXIMUM_QUARANTINED:
                continue
            kept.append(opening)
