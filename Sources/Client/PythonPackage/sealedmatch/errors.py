"""What can go wrong, by the numbers of Docs/Protocol.md, section 6; they are the same in every language."""

from __future__ import annotations

import enum


class ErrorCode(enum.IntEnum):
    """The header's `enum sealedmatch_code`; a test compares the two."""

    BAD_DIMENSIONS = 1
    TOO_MANY_PIXELS = 2
    ROW_TOO_SHORT = 3
    BUFFER_TOO_SHORT = 4
    BAD_HEXADECIMAL = 5
    BAD_HASH_LENGTH = 6
    BAD_PROFILE = 7

    SODIUM_UNAVAILABLE = 101
    RANDOM_SOURCE_FAILED = 102
    OUT_OF_MEMORY = 103
    PRIMITIVE_FAILED = 104
    FILE_FAILED = 105
    INTERRUPTED = 106
    NOT_PRIVATE = 107

    WRONG_LENGTH = 201
    INVALID_POINT = 202
    IDENTITY_POINT = 203
    INVALID_SCALAR = 204
    INVALID_MAGIC = 206
    NON_CANONICAL = 207
    PARAMETER_OUT_OF_RANGE = 208
    AUTHENTICATION_FAILED = 209

    BELOW_FLOOR = 301
    TOO_FEW_SIGNATURES = 302
    INVALID_SIGNATURE = 303
    ROOT_MISMATCH = 304
    SET_EXPIRED = 305
    SET_ROLLED_BACK = 306
    UNKNOWN_PROFILE = 307
    TOO_MANY_ENTRIES = 308
    PEELING_FAILED = 309
    SET_NOT_YET_ISSUED = 310
    SUPPORT_NOT_CONFIRMED = 311
    TEST_SET = 312
    PROOF_MISSING = 313
    PROOF_OF_OTHER_SET = 314
    UNKNOWN_LOG = 315
    INVALID_LOG_SIGNATURE = 316
    TOO_FEW_COSIGNATURES = 317
    PROOF_TOO_OLD = 318
    INCONSISTENT_LOG = 319
    MALFORMED_LOG = 320

    EPOCH_IN_PAST = 401
    EPOCH_TOO_FAR = 402
    PAYLOAD_TOO_LONG = 403
    SET_MISMATCH = 404
    STORE_FULL = 405
    NOT_REGISTERED = 406
    COMMITMENT_CONFLICT = 407
    VOUCHER_CONFLICT = 408
    UNKNOWN_SET = 409
    QUOTA_EXCEEDED = 410
    STATE_MISSING = 411

    PROOF_REJECTED = 501
    NOT_AUDITED = 502
    BELOW_THRESHOLD = 601
    NOT_DECODABLE = 602
    COMMITMENT_MISMATCH = 603

    BAD_ARGUMENT = 801
    BAD_HANDLE = 802
    BUFFER_TOO_SMALL = 803
    TOO_MANY_HANDLES = 804
    WRONG_ABI = 805


class SealedMatchError(Exception):
    """An error of the library. After it nothing has changed, unless the method says otherwise. None depends on whether
    something matched.
    """

    def __init__(self, code: int, text: str) -> None:
        super().__init__(code, text)
        #: One of `ErrorCode`, or a plain number that only a newer library knows.
        self.code: int = next((known for known in ErrorCode if known == code), code)
        self.text = text

    @property
    def name(self) -> str:
        """For example `SET_EXPIRED`."""
        return self.code.name if isinstance(self.code, ErrorCode) else f"CODE_{self.code}"

    def __str__(self) -> str:
        return f"{self.name} ({int(self.code)}): {self.text}"


class PictureError(SealedMatchError):
    """Codes 1 to 99: size, stride and buffer of a picture do not fit."""


class MachineError(SealedMatchError):
    """Codes 101 to 199: files, memory, random numbers."""


class EncodingError(SealedMatchError):
    """Codes 201 to 299: bytes that are not what they should be."""


class SetError(SealedMatchError):
    """Codes 301 to 399: a set that this messenger must not use: expired, too old, too few signatures, below a floor."""


class StateError(SealedMatchError):
    """Codes 401 to 499: epoch, payload, outbox."""


class UsageError(SealedMatchError):
    """Codes 801 to 899: a closed handle, a number out of range, too many handles."""


_FAMILIES: dict[int, type[SealedMatchError]] = {
    0: PictureError, 1: MachineError, 2: EncodingError, 3: SetError, 4: StateError, 8: UsageError,
}  # fmt: skip


def error_for(code: int, text: str) -> SealedMatchError:
    return _FAMILIES.get(code // 100, SealedMatchError)(code, text)
