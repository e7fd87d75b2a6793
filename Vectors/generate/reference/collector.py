"""Protocol 5.16 and 5.21: the collector, as an in-memory state machine. "Compare and insert in one transaction": no
threads here.

A refused request changes nothing. Replies depend on length, form, registration and amount only.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from .errors import ProtocolError, require
from .labels import blake2b_256
from .registration import Registration
from .resolution import Release, ResolutionRequest
from .set_file import SetHeader
from .sharing import commitment
from .voucher import Voucher

STORED = "stored"
ALREADY_STORED = "alreadyStored"


@dataclass
class StoredVoucher:
    """4.11: sequence, pseudonym, epoch, voucherID, digest, bytes or None once pruned."""

    sequence: int
    pseudonym: bytes
    epoch: int
    voucher_id: bytes
    digest: bytes
    data: bytes | None


@dataclass
class Counts:
    """5.21: what was asked for in one epoch, or in none."""

    releases: int = 0
    repeats: int = 0
    refusals: int = 0


@dataclass
class Collector:
    vouchers_per_epoch: int = 65_536
    epochs_per_account: int = 64
    sets: dict[bytes, SetHeader] | None = None  # by root; None if it does not know its sets
    expired_before: int = 0
    identities: dict[bytes, bytes] | None = None  # Ed25519 keys by account; None if it does not know them
    epochs: tuple[int, int] | None = None  # first and last that may be registered anew; None without a clock
    seed: bytes | None = None  # of the key that signs releases
    registrations: dict[tuple[bytes, int], Registration] = field(default_factory=dict)  # by account and epoch
    vouchers: dict[tuple[bytes, int, bytes], StoredVoucher] = field(default_factory=dict)
    next_sequence: int = 1
    released: dict[tuple[bytes, int], int] = field(default_factory=dict)  # numbers by pseudonym and epoch
    counts: dict[int | None, Counts] = field(default_factory=dict)

    def register(self, caller: bytes, data: bytes) -> str:
        registration = Registration.decode(data)
        # 1. "The registration names the caller's account [authenticationFailed]."
        require(registration.account == caller, "authenticationFailed")
        # 2. "If the collector knows identity keys: the registration's signature verifies under the account's"
        if self.identities is not None:
            registration.check_signature(self.identities.get(caller))
        # 3. "The epoch has not expired here [epochInPast]."
        require(registration.epoch >= self.expired_before, "epochInPast")
        # 4. "The account has a registration of this epoch: the same pseudonym and commitment are already stored, others
        # [commitmentConflict]. If the collector knows identity keys, and the stored signature does not verify, this one
        # takes its place; else the signature that came first stays."
        name = (registration.account, registration.epoch)
        if name in self.registrations:
            require(self.registrations[name].signed_part == registration.signed_part, "commitmentConflict")
            if not self._is_signed(self.registrations[name]):
                self.registrations[name] = registration
            return ALREADY_STORED
        # 5. "The pseudonym is another account's in this epoch: [pseudonymConflict]."
        taken = self.registered(registration.pseudonym, registration.epoch) is not None
        require(not taken, "pseudonymConflict")
        # 6. "If the collector has a clock: the epoch is the next one at most [epochTooFar], and of the 64 before the
        # running one at least [epochInPast]."
        if self.epochs is not None:
            require(registration.epoch <= self.epochs[1], "epochTooFar")
            require(registration.epoch >= self.epochs[0], "epochInPast")
        # "The account has at most 64 epochs [quotaExceeded]."
        epochs = sum(account == caller for account, _ in self.registrations)
        require(epochs < self.epochs_per_account, "quotaExceeded")
        self.registrations[name] = registration
        return STORED

    def _is_signed(self, registration: Registration) -> bool:
        """True also if the collector knows no identity keys."""
        if self.identities is None:
            return True
        try:
            registration.check_signature(self.identities.get(registration.account))
        except ProtocolError:
            return False
        return True

    def registered(self, pseudonym: bytes, epoch: int) -> Registration | None:
        """ "an account has exactly one pseudonym in an epoch, and a pseudonym exactly one account" """
        for registration in self.registrations.values():
            if (registration.pseudonym, registration.epoch) == (pseudonym, epoch):
                return registration
        return None

    def commitments(self) -> dict[tuple[bytes, int], bytes]:
        """What the authority is given: "of a pseudonym and epoch the commitment; neither an account nor a
        registration" """
        return {(r.pseudonym, r.epoch): r.commitment for r in self.registrations.values()}

    def store(self, caller: bytes, data: bytes) -> str:
        # 1. "It decodes [wrongLength, invalidMagic, parameterOutOfRange]."
        header = Voucher.decode(data).header
        # 2. "The epoch has not expired [epochInPast]."
        require(header.epoch >= self.expired_before, "epochInPast")
        # 3. "Its header's pseudonym is registered in this epoch [notRegistered], by the caller's account
        # [authenticationFailed]."
        registration = self.registered(header.pseudonym, header.epoch)
        require(registration is not None, "notRegistered")
        assert registration is not None
        require(registration.account == caller, "authenticationFailed")
        # 4. "The same voucherID is there: the same digest is already stored, another [voucherConflict]."
        name = (header.pseudonym, header.epoch, header.voucher_id)
        digest = blake2b_256(data)
        if name in self.vouchers:
            require(self.vouchers[name].digest == digest, "voucherConflict")
            return ALREADY_STORED
        # 5. "If the collector knows identity keys: the registration's signature verifies [invalidSignature]."
        require(self._is_signed(registration), "invalidSignature")
        # "If it knows its sets: the root is one of them [unknownSet] and M, k and P are that set's
        # [setMismatch]. N may be any."
        if self.sets is not None:
            require(header.root in self.sets, "unknownSet")
            parameters = self.sets[header.root].parameters
            require((header.probes, header.polynomials, header.payload_count) == parameters.sizes, "setMismatch")
        # 6. "At most 65,536 vouchers an account-epoch [quotaExceeded]. Stored."
        held = sum((pseudonym, epoch) == (header.pseudonym, header.epoch) for pseudonym, epoch, _ in self.vouchers)
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

    def resolve(self, data: bytes) -> Release:
        """5.21. The count is kept before anything is answered."""
        try:
            # 1. "It decodes [wrongLength, invalidMagic]. A request without a token is too short."
            request = ResolutionRequest.decode(data)
        except ProtocolError:
            self._count(None).refusals += 1
            raise
        try:
            # 2. "The epoch has not expired here [epochInPast]."
            require(request.epoch >= self.expired_before, "epochInPast")
            # 3. "The pseudonym is registered in this epoch [notRegistered]."
            registration = self.registered(request.pseudonym, request.epoch)
            require(registration is not None, "notRegistered")
            assert registration is not None
            # 4. "KDF(token, "commitment", pseudonym || epoch) is the registered commitment"
            made = commitment(request.token, request.pseudonym, request.epoch)
            require(made == registration.commitment, "tokenMismatch")
        except ProtocolError:
            # "counts as a refusal of the request's epoch, if an account is registered in it; others count together"
            known = any(epoch == request.epoch for _, epoch in self.registrations)
            self._count(request.epoch if known else None).refusals += 1
            raise
        # 5. "The first release of a registration takes the next number. Later ones keep the number and count as
        # repeats."
        name = (request.pseudonym, request.epoch)
        counts = self._count(request.epoch)
        if name in self.released:
            counts.repeats += 1
        else:
            self.released[name] = 1 + sum(one.releases for one in self.counts.values())
            counts.releases += 1
        # 6. "The release is signed."
        if self.seed is None:
            raise ValueError("this collector has no key")
        return Release.sign(self.seed, self.released[name], request.token, registration)

    def _count(self, epoch: int | None) -> Counts:
        return self.counts.setdefault(epoch, Counts())

    def reply(self, request: str, caller: bytes | None, data: bytes | None, epoch: int | None) -> str:
        """One request's reply by name, for a sequence of requests: an error's name if it is refused."""
        try:
            if request == "register" and caller is not None and data is not None:
                return self.register(caller, data)
            if request == "store" and caller is not None and data is not None:
                return self.store(caller, data)
            if request == "resolve" and data is not None:
                self.resolve(data)
                return "released"
            if request == "expire" and epoch is not None:
                self.expire(epoch)
                return "expired"
        except ProtocolError as refusal:
            return refusal.name
        raise ValueError(f"no such request: {request}")
