"""Protocol 6, "Error codes": one exception, named as the specification names the error."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

CODES: dict[str, int] = {
    # the machine
    "sodiumUnavailable": 101,
    "randomSourceFailed": 102,
    "outOfMemory": 103,
    "primitiveFailed": 104,
    "fileFailed": 105,
    "interrupted": 106,
    "notPrivate": 107,
    # encodings
    "wrongLength": 201,
    "invalidPoint": 202,
    "identityPoint": 203,
    "invalidScalar": 204,
    "invalidMagic": 206,
    "nonCanonical": 207,
    "parameterOutOfRange": 208,
    "authenticationFailed": 209,
    # sets
    "belowFloor": 301,
    "tooFewSignatures": 302,
    "invalidSignature": 303,
    "rootMismatch": 304,
    "setExpired": 305,
    "setRolledBack": 306,
    "unknownProfile": 307,
    "tooManyEntries": 308,
    "peelingFailed": 309,
    "setNotYetIssued": 310,
    "supportNotConfirmed": 311,
    "testSet": 312,
    "proofMissing": 313,
    "proofOfOtherSet": 314,
    "unknownLog": 315,
    "invalidLogSignature": 316,
    "tooFewCosignatures": 317,
    "proofTooOld": 318,
    "inconsistentLog": 319,
    "malformedLog": 320,
    # client
    "epochInPast": 401,
    "epochTooFar": 402,
    "payloadTooLong": 403,
    "setMismatch": 404,
    "storeFull": 405,
    # collector
    "notRegistered": 406,
    "commitmentConflict": 407,
    "voucherConflict": 408,
    "unknownSet": 409,
    "quotaExceeded": 410,
    # the client
    "stateMissing": 411,
    # proofs
    "proofRejected": 501,
    "notAudited": 502,
    # reveal
    "belowThreshold": 601,
    "notDecodable": 602,
    "commitmentMismatch": 603,
    # custodians
    "shareRejected": 611,
    "transcriptMismatch": 612,
    "tooFewCustodians": 613,
    "sessionConflict": 614,
    "keyErased": 615,
    "custodianStopped": 616,
    "damagedJournal": 617,
    "rateExceeded": 618,
    "roleRefused": 621,
    "stepRefused": 622,
    "policyRefused": 623,
    "alreadyReviewed": 624,
    "unknownCase": 625,
    "brokenChain": 626,
    "damagedStore": 703,
    "lostVouchers": 704,
    "pseudonymConflict": 705,
    "tokenMismatch": 706,
    # fingerprints
    "badDimensions": 1,
    "tooManyPixels": 2,
    "rowTooShort": 3,
    "bufferTooShort": 4,
    "badHexadecimal": 5,
    "badHashLength": 6,
    "badProfile": 7,
}


class ProtocolError(Exception):
    """An error of section 6. `name` is the specification's name, `detail` is for people only, `party` the custodian at
    fault, where the specification names one."""

    def __init__(self, name: str, detail: str = "") -> None:
        if name not in CODES:
            raise ValueError(f"section 6 has no error {name!r}")
        super().__init__(f"{name} ({CODES[name]})" + (f": {detail}" if detail else ""))
        self.name = name
        self.detail = detail
        self.party: int | None = None

    @property
    def code(self) -> int:
        return CODES[self.name]


def require(condition: bool, name: str, detail: str = "") -> None:
    """Ends the algorithm with the error unless the condition holds."""
    if not condition:
        raise ProtocolError(name, detail)


@contextmanager
def blaming(party: int) -> Iterator[None]:
    """What is refused inside is the fault of this party."""
    try:
        yield
    except ProtocolError as error:
        error.party = party
        raise
