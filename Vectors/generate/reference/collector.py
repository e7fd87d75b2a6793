"""Protocol 5.16: the collector, as an in-memory state machine. "Compare and insert in one transaction": no threads
here.

A refused request changes nothing. Replies depend on length, form, registration and amount only.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from .errors import ProtocolError, require
from .labels import blake2b_256
from .registration import Registration
from .set_file import SetHeader
from .voucher import Voucher

STORED = "stored"
ALREADY_STORED = "alreadyStored"


@dataclass
class StoredVoucher:
    """4.11: sequence, account, epoch, voucherID, digest, bytes or None once pruned."""

    sequence: int
    account: bytes
    epoch: int
    voucher_id: bytes
    digest: bytes
    data: bytes | None


@dataclass
class Collector:
    vouchers_per_epoch: int = 65_536
    epochs_per_account: int = 64
    sets: dict[bytes, SetHeader] | None = None  # by root; None if it does not know its sets
    expired_before: int = 0
    registrations: dict[tuple[bytes, int], bytes] = field(default_factory=dict)
    vouchers: dict[tuple[bytes, int, bytes], StoredVoucher] = field(default_factory=dict)
    next_sequence: int = 1

    def register(self, caller: bytes, data: bytes) -> str:
        registration = Registration.decode(data)
        # 1. "The registration names the caller's account [authenticationFailed]."
        require(registration.account == caller, "authenticationFailed")
        # 2. "The epoch has not expired here [epochInPast]."
        require(registration.epoch >= self.expired_before, "epochInPast")
        # 3. "The same commitment is there: already stored. Another: [commitmentConflict]."
        name = (registration.account, registration.epoch)
        if name in self.registrations:
            require(self.registrations[name] == registration.commitment, "commitmentConflict")
            return ALREADY_STORED
        # 4. "At most 64 epochs an account [quotaExceeded]."
        epochs = sum(account == caller for account, _ in self.registrations)
        require(epochs < self.epochs_per_account, "quotaExceeded")
        self.registrations[name] = registration.commitment
        return STORED

    def store(self, caller: bytes, data: bytes) -> str:
        # 1. "It decodes [wrongLength, invalidMagic, parameterOutOfRange]."
        header = Voucher.decode(data).header
        # 2. "Its header names the caller's account [authenticationFailed]."
        require(header.account == caller, "authenticationFailed")
        # 3. "The epoch has not expired [epochInPast] and is registered [notRegistered]."
        require(header.epoch >= self.expired_before, "epochInPast")
        require((header.account, header.epoch) in self.registrations, "notRegistered")
        # 4. "The same voucherID is there: the same digest is already stored, another [voucherConflict]."
        name = (header.account, header.epoch, header.voucher_id)
        digest = blake2b_256(data)
        if name in self.vouchers:
            require(self.vouchers[name].digest == digest, "voucherConflict")
            return ALREADY_STORED
        # 5. "If the collector knows its sets: the root is one of them [unknownSet] and slots, k and P are that set's
        # [setMismatch]."
        if self.sets is not None:
            require(header.root in self.sets, "unknownSet")
            parameters = self.sets[header.root].parameters
            require(
                (header.slots, header.polynomials, header.payload_count)
                == (parameters.slots, parameters.polynomials, parameters.payload_count),
                "setMismatch",
            )
        # 6. "At most 65,536 vouchers an account-epoch [quotaExceeded]. Stored."
        held = sum((account, epoch) == (header.account, header.epoch) for account, epoch, _ in self.vouchers)
        require(held < self.vouchers_per_epoch, "quotaExceeded")
        self.vouchers[name] = StoredVoucher(self.next_sequence, *name, digest, data)
        self.next_sequence += 1
        return STORED

    def page(self, after: int, count: int) -> list[StoredVoucher]:
        """The vouchers that still have their bytes, in the order of arrival."""
        held = [voucher for voucher in self.vouchers.values() if voucher.sequence > after and voucher.data is not None]
        return sorted(held, key=lambda voucher: voucher.sequence)[:count]

    def prune(self, sequences: Iterable[int]) -> None:
        """ "Pruning forgets a voucher's bytes and keeps its digest, so that replies stay the same." """
        chosen = set(sequences)
        for voucher in self.vouchers.values():
            if voucher.sequence in chosen:
                voucher.data = None

    def expire(self, before: int) -> None:
        """ "Expiry forgets whole epochs for good." """
        self.expired_before = max(self.expired_before, before)
        self.registrations = {
            name: value for name, value in self.registrations.items() if name[1] >= self.expired_before
        }
        self.vouchers = {name: value for name, value in self.vouchers.items() if name[1] >= self.expired_before}

    def reply(self, request: str, caller: bytes | None, data: bytes | None, epoch: int | None) -> str:
        """One request's reply by name, for a sequence of requests: an error's name if it is refused."""
        try:
            if request == "register" and caller is not None and data is not None:
                return self.register(caller, data)
            if request == "store" and caller is not None and data is not None:
                return self.store(caller, data)
            if request == "expire" and epoch is not None:
                self.expire(epoch)
                return "expired"
        except ProtocolError as refusal:
            return refusal.name
        raise ValueError(f"no such request: {request}")
