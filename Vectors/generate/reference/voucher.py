"""Protocol 4.3: a voucher, `header (96) || body || slots`."""

from __future__ import annotations

from dataclasses import dataclass

from .check_level import check_of
from .errors import require
from .labels import decode_integer, encode_integer, kdf

MAGIC = b"SMV2"
HEADER_BYTES = 96
SLOT_BYTES = 65
MAXIMUM_VOUCHER_BYTES = 24_780


@dataclass(frozen=True)
class Header:
    probes: int  # M, the number of slots
    check_level: int  # N
    polynomials: int  # k
    payload_count: int  # P
    epoch: int
    voucher_id: bytes
    pseudonym: bytes
    root: bytes

    def encode(self) -> bytes:
        return (
            MAGIC
            + encode_integer(self.probes, 1)
            + encode_integer(self.check_level, 1)
            + encode_integer(self.polynomials, 2)
            + encode_integer(self.payload_count, 4)
            + encode_integer(self.epoch, 4)
            + self.voucher_id
            + self.pseudonym
            + self.root
        )

    @staticmethod
    def decode(data: bytes) -> Header:
        require(len(data) == HEADER_BYTES, "wrongLength")
        require(data[0:4] == MAGIC, "invalidMagic")
        header = Header(
            data[4],
            data[5],
            decode_integer(data[6:8]),
            decode_integer(data[8:12]),
            decode_integer(data[12:16]),
            data[16:32],
            data[32:64],
            data[64:96],
        )
        require(
            1 <= header.probes <= 64
            and 1 <= header.check_level
            and 16 <= header.polynomials <= 1024
            and 128 <= header.payload_count <= 16384,
            "parameterOutOfRange",
        )
        return header

    @property
    def inner_bytes(self) -> int:
        return 24 + self.payload_count + 16  # nonce, ciphertext, tag

    @property
    def share_bytes(self) -> int:
        return 4 + 4 * self.polynomials  # x, z_1 ... z_k

    @property
    def body_bytes(self) -> int:
        return self.share_bytes + self.inner_bytes

    @property
    def voucher_bytes(self) -> int:
        return HEADER_BYTES + self.body_bytes + SLOT_BYTES * self.probes


@dataclass(frozen=True)
class Slot:
    element: bytes  # Q: "is not checked to be an element before it is opened"
    wrapped: bytes
    check: int  # a byte; "whether a check is below N is not looked at"

    def encode(self) -> bytes:
        return self.element + self.wrapped + bytes([self.check])


@dataclass(frozen=True)
class Voucher:
    header: Header
    body: bytes
    slots: tuple[Slot, ...]

    def encode(self) -> bytes:
        return self.header.encode() + self.body + b"".join(slot.encode() for slot in self.slots)

    @staticmethod
    def decode(data: bytes) -> Voucher:
        """ "The length follows from the header. Any byte string of that length after a valid header is a voucher." """
        require(len(data) >= HEADER_BYTES, "wrongLength")
        header = Header.decode(data[:HEADER_BYTES])
        require(len(data) == header.voucher_bytes, "wrongLength")
        start = HEADER_BYTES + header.body_bytes
        slots = tuple(
            Slot(data[at : at + 32], data[at + 32 : at + 64], data[at + 64])
            for at in range(start, len(data), SLOT_BYTES)
        )
        return Voucher(header, data[HEADER_BYTES:start], slots)


def transcript(header: bytes, body: bytes) -> bytes:
    """Section 5.13: "transcript = KDF(none, "voucher transcript", header || body)"."""
    return kdf(None, "voucher transcript", header + body)


def slot_mask_and_check(s: bytes, table_id: bytes, q: bytes, transcript_: bytes, n: int) -> tuple[bytes, int]:
    """Section 5.13: "both KDFs over tableID || Q || transcript"; 5.9: "h the first 8 bytes", under N."""
    fields = table_id + q + transcript_
    h = decode_integer(kdf(s, "slot check", fields)[0:8])
    return kdf(s, "slot mask", fields), check_of(h, n)


def exclusive_or(a: bytes, b: bytes) -> bytes:
    return bytes(x ^ y for x, y in zip(a, b, strict=True))
