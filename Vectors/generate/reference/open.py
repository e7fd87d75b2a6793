"""Protocol 5.17, "Open": from vouchers to openings; 4.11, what an authority keeps of them."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import cached_property

from .errors import require
from .field import residues
from .group import IDENTITY, is_canonical, multiply, multiply_base
from .labels import stream
from .set_file import SetHeader, root
from .voucher import Header, Voucher, exclusive_or, slot_mask_and_check, transcript

MAXIMUM_OPENINGS = 24_576
MAXIMUM_QUARANTINED = 4_096


@dataclass(frozen=True)
class Opening:
    """4.11: (header, slot, rkey') and the voucher's body, which all openings of the voucher share."""

    header: Header
    slot: int
    rkey: bytes  # rkey'
    body: bytes
    quarantined: bool = False

    @cached_property
    def plain(self) -> bytes:
        """ "Its plain body is stream(rkey', body): x || z_1...z_k || inner." """
        return stream(self.rkey, self.body)

    @cached_property
    def words(self) -> tuple[int, ...]:
        """x, z_1 ... z_k, "read as residues, whatever they are"."""
        return residues(self.plain[: self.header.share_bytes])

    @property
    def x(self) -> int:
        return self.words[0]

    @property
    def z(self) -> tuple[int, ...]:
        return self.words[1:]

    @property
    def inner(self) -> bytes:
        return self.plain[self.header.share_bytes :]


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


def open_voucher(voucher: Voucher, set_: OpenedSet) -> list[Opening]:
    """5.17. Output: the openings, in slot order."""
    header, parameters = voucher.header, set_.header.parameters
    # "one whose M, k or P is not its set's opens nothing. Any N is taken"
    if header.root != set_.root or (header.probes, header.polynomials, header.payload_count) != parameters.sizes:
        return []
    transcript_ = transcript(header.encode(), voucher.body)
    openings: list[Opening] = []
    for index, slot in enumerate(voucher.slots):
        # 1. "S' = alpha Q for every slot. Where Q is not canonical or is the identity, the slot does not open."
        if not is_canonical(slot.element) or slot.element == IDENTITY:
            continue
        s = multiply(set_.alpha, slot.element)
        # 2. "If the slot's check is the check of S' under the header's N, the slot opens: rkey' = wrapped XOR mask"
        mask, check = slot_mask_and_check(s, set_.header.table_id, slot.element, transcript_, header.check_level)
        if check == slot.check:
            openings.append(Opening(header, index, exclusive_or(slot.wrapped, mask), voucher.body))
    return openings


@dataclass
class Openings:
    """An authority's openings by account and epoch, and the vouchers that wait for their set's key."""

    sets: dict[bytes, OpenedSet] = field(default_factory=dict)
    by_name: dict[tuple[bytes, int], list[Opening]] = field(default_factory=dict)
    recorded: set[tuple[bytes, int, bytes]] = field(default_factory=set)
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
        openings = open_voucher(voucher, set_)
        # 3. "A voucher is recorded once, by pseudonym, epoch and voucherID"
        name = (voucher.header.pseudonym, voucher.header.epoch)
        if not openings or (*name, voucher.header.voucher_id) in self.recorded:
            return
        self.recorded.add((*name, voucher.header.voucher_id))
        kept = self.by_name.setdefault(name, [])
        for opening in openings:
            # "The first 24,576 openings of an account-epoch count; more are quarantined, and of these 4,096 are kept."
            if sum(not other.quarantined for other in kept) >= MAXIMUM_OPENINGS:
                opening = replace(opening, quarantined=True)
                if sum(other.quarantined for other in kept) >= MAXIMUM_QUARANTINED:
                    continue
            kept.append(opening)
