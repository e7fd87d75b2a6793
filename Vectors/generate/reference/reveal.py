"""Protocol 5.18, "Reveal": which openings are matches."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from .decoder import Decoded, decoder, on_polynomials, polynomials_through
from .errors import ProtocolError, require
from .labels import aead_open
from .open import Opening
from .payload import Payload
from .sharing import commitment, epoch_key, resolution_token
from .voucher import Header

ROUNDS = 8
Decode = Callable[[int, int, Sequence[tuple[int, Sequence[int]]]], Decoded | None]


@dataclass(frozen=True)
class Match:
    opening: Opening
    payload: Payload


@dataclass(frozen=True)
class Revealed:
    """ "K_e and t openings that fix the polynomials are kept; later openings are tested by step 6." """

    epoch_key: bytes
    token: bytes
    polynomials: tuple[tuple[int, ...], ...]
    basis: tuple[Opening, ...]
    matches: tuple[Match, ...]


def open_payload(header: bytes, inner: bytes, k_e: bytes) -> Payload:
    """inner = nonce || aead(K_e, nonce, payload, AD = header) (5.13, step 3)."""
    require(len(inner) == Header.decode(header).inner_bytes, "authenticationFailed")
    return Payload.decode(aead_open(k_e, inner[:24], inner[24:], header))


def is_share(opening: Opening) -> bool:
    """Step 1: "Words are read as residues, whatever they are. Drop those with x = 0." """
    return opening.x != 0


def matches_among(
    openings: Sequence[Opening], pseudonym: bytes, epoch: int, k_e: bytes, polynomials: Sequence[Sequence[int]]
) -> tuple[Match, ...]:
    """Step 6, also for what comes after a reveal: "of all openings of this pseudonym, epoch and form, quarantined ones
    too, matches are those whose inner opens under K_e with their own header as AD, whose payload decodes, and whose
    share lies on the polynomials. Two slots of a voucher with the same x are one match." """
    matches: list[Match] = []
    counted: set[tuple[bytes, int]] = set()
    for opening in openings:
        if (opening.header.pseudonym, opening.header.epoch) != (pseudonym, epoch):
            continue
        if opening.header.polynomials != len(polynomials):
            continue
        if not is_share(opening) or (opening.header.voucher_id, opening.x) in counted:
            continue
        if not on_polynomials((opening.x, opening.z), polynomials):
            continue
        try:
            payload = open_payload(opening.header.encode(), opening.inner, k_e)
        except ProtocolError:  # it is no match, whatever the reason
            continue
        counted.add((opening.header.voucher_id, opening.x))
        matches.append(Match(opening, payload))
    return tuple(matches)


def enough(matches: Sequence[Match], t: int) -> bool:
    """Step 7: "Matches must have at least t voucherIDs and t values of x"."""
    return (
        len({match.opening.header.voucher_id for match in matches}) >= t
        and len({match.opening.x for match in matches}) >= t
    )


def reveal(
    openings: Sequence[Opening],
    pseudonym: bytes,
    epoch: int,
    t: int,
    k: int,
    registered: bytes | None,
    decode: Decode = decoder,
) -> Revealed:
    """Input: the openings of an account-epoch of one form (t, k), the registered commitment."""
    if registered is None:
        raise ProtocolError("notRegistered")
    # 1. "Take openings that are not quarantined, of this pseudonym, epoch and form, and make their plain bodies. Drop
    #    those with x = 0."
    taken = [
        opening
        for opening in openings
        if not opening.quarantined
        and opening.header.pseudonym == pseudonym
        and opening.header.epoch == epoch
        and opening.header.polynomials == k
        and is_share(opening)
    ]
    # 2. "Of equal x, keep the first."
    first: dict[int, Opening] = {}
    for opening in taken:
        first.setdefault(opening.x, opening)
    remaining = list(first.values())
    usable = len(remaining)
    foreign = False
    for _ in range(ROUNDS):
        # 3. "Run the decoder. If it finds nothing, stop."
        shares = [(opening.x, opening.z) for opening in remaining]
        found = decode(t, k, shares)
        if found is None:
            break
        members = [remaining[index] for index in found.members]
        # 4. "K_e and the token from the values at 0. If the token's commitment is the registered one, go to step 6."
        k_e = epoch_key(found.constants, pseudonym, epoch)
        token = resolution_token(k_e, pseudonym, epoch)
        if commitment(token, pseudonym, epoch) == registered:
            # 6. "With the polynomials through the first t members"
            basis = members[:t]
            polynomials = polynomials_through(t, [(opening.x, opening.z) for opening in basis])
            matches = matches_among(openings, pseudonym, epoch, k_e, polynomials)
            # 7.
            require(enough(matches, t), "belowThreshold")
            return Revealed(k_e, token, tuple(tuple(p) for p in polynomials), tuple(basis), matches)
        # 5. "If it has just t shares, nothing was checked: stop. Else it is a foreign codeword: take its shares off and
        #    go to step 3, which runs at most eight times in all."
        if len(members) == t:
            break
        foreign = True
        taken_off = set(found.members)
        remaining = [opening for index, opening in enumerate(remaining) if index not in taken_off]
    # "After step 3 or 5 has stopped: commitmentMismatch if a foreign codeword was found, else belowThreshold for fewer
    # than t usable openings, else notDecodable."
    if foreign:
        raise ProtocolError("commitmentMismatch")
    raise ProtocolError("belowThreshold" if usable < t else "notDecodable")


VERDICTS = ("commitmentMismatch", "notDecodable", "belowThreshold")
"""of several forms' verdicts the first of these"""


@dataclass
class AccountEpoch:
    """What an authority keeps of one account-epoch between tries (4.11): its openings by form, the first commitment
    used, K_e once revealed, and C' of each form."""

    pseudonym: bytes
    epoch: int
    openings: dict[tuple[int, int], list[Opening]] = field(default_factory=dict)
    first_commitment: bytes | None = None
    revealed: Revealed | None = None
    revealed_form: tuple[int, int] | None = None
    tried: dict[tuple[int, int], int] = field(default_factory=dict)

    def record(self, form: tuple[int, int], openings: Sequence[Opening]) -> None:
        self.openings.setdefault(form, []).extend(openings)

    def count(self, form: tuple[int, int]) -> int:
        """ "C is the number of the form's openings that are not quarantined" """
        return sum(not opening.quarantined for opening in self.openings[form])

    def vouchers(self, form: tuple[int, int]) -> int:
        """ "V the number of vouchers that have one of these" """
        return len({opening.header.voucher_id for opening in self.openings[form] if not opening.quarantined})

    def is_due(self, form: tuple[int, int]) -> bool:
        """ "A form is tried when V >= t and C > C'" """
        return self.vouchers(form) >= form[0] and self.count(form) > self.tried.get(form, 0)

    def try_reveal(self, registered: bytes | None, forced: bool = False) -> tuple[Match, ...] | None:
        """Output: the matches, or None if no form was tried; the forms' verdict if none reveals."""
        if registered is None:
            raise ProtocolError("notRegistered")
        # "An account-epoch without openings is belowThreshold if it is registered, and nothing is kept of it."
        if not self.openings:
            raise ProtocolError("belowThreshold")
        # "commitmentConflict if the commitment is not the one first used here"
        if self.first_commitment is None:
            self.first_commitment = registered
        require(registered == self.first_commitment, "commitmentConflict")
        if self.revealed is not None and self.revealed_form is not None:
            # "Later openings of the form are tested by step 6 alone"
            every = self.openings[self.revealed_form]
            return matches_among(every, self.pseudonym, self.epoch, self.revealed.epoch_key, self.revealed.polynomials)
        verdicts: list[str] = []
        # "Each form apart, the one with the greatest C first; of equal C the lesser t, then the lesser k."
        for form in sorted(self.openings, key=lambda form: (-self.count(form), form)):
            if not forced and not self.is_due(form):
                continue
            # "A try sets C' = C if it ends in a verdict, forced or not"
            self.tried[form] = self.count(form)
            try:
                self.revealed = reveal(self.openings[form], self.pseudonym, self.epoch, *form, registered)
            except ProtocolError as error:
                verdicts.append(error.name)
                continue
            self.revealed_form = form
            return self.revealed.matches
        if verdicts:
            raise ProtocolError(min(verdicts, key=VERDICTS.index))
        return None
