"""Protocol 5.27, "Erasure": a party's statement that its share is gone."""

from __future__ import annotations

from dataclasses import dataclass

from .custodians import MESSAGE_LABEL, Reader, Record, Share
from .errors import require
from .keys import sign_message, verify_message
from .labels import decode_integer, encode_integer


@dataclass(frozen=True)
class Erasure:
    party: int
    table_id: bytes
    record: bytes
    time: int
    signature: bytes = bytes(64)

    def before_signature(self) -> bytes:
        head = b"SMPE" + bytes([self.party, 0, 0, 0])
        return head + self.table_id + self.record + encode_integer(self.time, 8)

    def encode(self) -> bytes:
        return self.before_signature() + self.signature

    @staticmethod
    def sign(seed: bytes, share: Share, time: int) -> Erasure:
        made = Erasure(share.party, share.record.plan.table_id, share.record.name, time)
        signature = sign_message(seed, MESSAGE_LABEL + made.before_signature())
        return Erasure(made.party, made.table_id, made.record, time, signature)

    @staticmethod
    def decode(data: bytes) -> Erasure:
        require(len(data) == 128, "wrongLength")
        reader = Reader(data)
        reader.magic(b"SMPE")
        party = reader.index()
        reader.zeros(3)
        table_id, record, time = reader.take(16), reader.take(32), decode_integer(reader.take(8))
        return Erasure(party, table_id, record, time, reader.take(64))

    def verify(self, record: Record) -> None:
        """ "Verifying a statement" """
        require((self.record, self.table_id) == (record.name, record.plan.table_id), "unknownSet")
        require(self.party <= record.plan.count, "parameterOutOfRange")
        message = MESSAGE_LABEL + self.before_signature()
        require(verify_message(record.plan.key(self.party), message, self.signature), "invalidSignature")
