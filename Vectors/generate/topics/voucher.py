"""Protocol 4.3, 4.4, 5.12, 5.13 and 5.17."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import forms
import item_sets
import pictures
from envelope import Recorder, Topic, seeded
from fixtures import Fixture
from item_sets import EPOCH, digest_of_file, set_case, small_items
from reference.group import FIELD_PRIME, IDENTITY, ORDER, multiply, multiply_base, random_scalar
from reference.keys import md5_key, sha256_key
from reference.labels import Draw, aead, decode_integer, encode_integer, stream
from reference.open import Opening, open_voucher
from reference.parameters import Parameters
from reference.payload import MD5, NONE, PDQ, SHA256, VIDEO, Payload
from reference.probes import probes
from reference.reveal import open_payload
from reference.seal import seal, slot_of
from reference.set_file import SetFile
from reference.sharing import Sharing, sharing
from reference.table import positions
from reference.voucher import Header, Slot, Voucher, transcript

NOTES = {
    "Match": "a key of the set is probed",
    "NoMatch": "keys that are not in the set",
    "NoKeys": "fillers only: a repeat, a poor picture, an unreadable item",
    "Decoys": "cover slots that open under keys of their own",
    "LeastParameters": "the least of everything",
    "GreatestParameters": "the greatest of everything",
    "DrawnAgain": "a draw is refused and made again: x = 0 or x >= p, a scalar that is zero, an index beyond "
    "the greatest multiple",
    "InvalidCell": "a cell that is no element: decode(y) is P_sub, the voucher is like any other",
    "IdentityDecoding": "cells that sum to the identity: decode(y) is P_sub",
    "TruncatedInput": "too short",
    "TrailingBytes": "bytes follow",
    "WrongMagic": "another format or version",
    "OutOfRange": "a number outside the range that the specification gives",
    "AnyBytes": "after a valid header any bytes of the right length are a voucher",
    "TamperedHeader": "the transcript covers the header: no slot opens",
    "TamperedBody": "the transcript covers the body: no slot opens, decoys neither",
    "TamperedSlot": "this slot does not open, the others do",
    "NonCanonicalPoint": "a second encoding of a point that would open",
    "IdentityPoint": "Q is the identity, and the slot is made for S' = identity",
    "Excess": "more than c + 1 openings: the first c + 1 in slot order count",
    "UncheckedWords": "words from p on and x = 0 open like others; they are dropped at the reveal",
    "WrongSet": "a voucher that is not of this set's sizes, though its slots would open",
    "WrongKey": "another alpha or another K_e",
    "Padding": "the payload is not zero where it must be",
    "AnyQuality": "readers take any quality",
    "NoteEdge": "a note of the greatest length, or one byte more",
}


def build() -> dict[str, Topic | bytes]:
    topic = Topic("voucher", "Vouchers: sealing with all randomness given, encodings, opening, payloads.", NOTES)
    sealing(topic)
    decoding(topic)
    opening(topic)
    inner_payloads(topic)
    payload_encodings(topic)
    return {"voucher/voucher.json": topic, **item_sets.set_files()}


# Seal

SECRET, PSEUDONYM = seeded("voucher secret")(32), seeded("voucher pseudonym")(32)
NOTE = Payload(NONE, 0, b"", b"")


def sharing_for(parameters: Parameters, epoch: int = EPOCH) -> Sharing:
    return sharing(SECRET, PSEUDONYM, epoch, parameters.threshold, parameters.polynomials)


def header_for(set_file: SetFile, voucher_id: bytes, epoch: int = EPOCH) -> Header:
    parameters = set_file.parameters
    return Header(
        parameters.slots, parameters.polynomials, parameters.payload_count, epoch, voucher_id, PSEUDONYM, set_file.root
    )


def with_inserted(draw: Draw, inserted: Mapping[int, Sequence[bytes]]) -> Draw:
    """The draws of `draw`, but before draw number i those that are given for it: they are what is refused."""
    waiting = {number: list(values) for number, values in inserted.items()}
    made = 0

    def next_draw(n: int) -> bytes:
        nonlocal made
        if waiting.get(made):
            value = waiting[made].pop(0)
            if len(value) != n:
                raise AssertionError("an inserted draw has the wrong length")
            return value
        made += 1
        return draw(n)

    return next_draw


def probe_keys(name: str, set_file: SetFile) -> list[bytes]:
    return probes(pictures.all_pictures()[name].sent(), set_file.parameters.profile, set_file.parameters.separation)


def pdq_payload(name: str, note: bytes = b"") -> Payload:
    found = pictures.all_pictures()[name].fingerprint()
    return Payload(PDQ, found.quality, found.encoding(), note)


def sealing(topic: Topic) -> None:
    group = topic.group(
        "Seal", "5.13 with its draws from x on; the keys are the item's, at most M, in the order of probing."
    )
    fixture = small_items()

    def add(
        comment: str,
        keys: Sequence[bytes],
        d: int,
        payload: Payload,
        *flags: str,
        fixture: Fixture = fixture,
        set_file: SetFile | None = None,
        epoch: int = EPOCH,
        inserted: Mapping[int, Sequence[bytes]] | None = None,
    ) -> None:
        changed = set_file
        set_file = fixture.signed if set_file is None else set_file
        draw = seeded(f"seal {comment}")
        voucher_id = draw(16)
        recorder = Recorder(with_inserted(draw, inserted or {}))
        voucher = seal(
            header_for(set_file, voucher_id, epoch),
            keys,
            d,
            payload.encode(set_file.parameters.payload_count),
            set_file,
            sharing_for(set_file.parameters, epoch),
            recorder,
        )
        group.add(
            comment,
            {
                "set": set_case(fixture, changed, ""),
                "secret": SECRET.hex(),
                "pseudonym": PSEUDONYM.hex(),
                "epoch": epoch,
                "keys": [y.hex() for y in keys],
                "decoys": d,
                "payload": forms.payload(payload),
                "voucherID": voucher_id.hex(),
                "random": recorder.drawn.hex(),
            },
            lambda: {"voucher": voucher.encode().hex()},
            *flags,
        )

    small = fixture.signed
    listed, unlisted = sha256_key(digest_of_file(0)), sha256_key(bytes(32))
    file = Payload(SHA256, 0, digest_of_file(0), b"")
    add(
        "a changed copy of a listed picture, two decoys",
        probe_keys("known-1-changed", small),
        2,
        pdq_payload("known-1-changed", b"a note"),
        "Match",
        "Decoys",
    )
    add(
        "a picture that nobody lists, no decoys", probe_keys("unknown-1", small), 0, pdq_payload("unknown-1"), "NoMatch"
    )
    add("a listed file, four decoys: all cover slots open", [listed], 4, file, "Match", "Decoys")
    add("a file that nobody lists", [unlisted], 1, Payload(SHA256, 0, bytes(32), b""), "NoMatch", "Decoys")
    add("a listed MD5 (the client of the specification never probes one)", [md5_key(bytes(16))], 0, NOTE, "NoMatch")
    add("no keys, one decoy: a repeat", [], 1, pdq_payload("known-1-changed"), "NoKeys", "Decoys")
    add("no keys, no decoys: an unreadable item", [], 0, NOTE, "NoKeys")
    add("the greatest note", [listed], 0, Payload(SHA256, 0, digest_of_file(0), b"n" * 92), "Match", "NoteEdge")
    add("epoch 0", [listed], 0, file, "Match", epoch=0)
    add("epoch 2^32 - 1", [listed], 0, file, "Match", epoch=2**32 - 1)

    default = item_sets.default_items()
    add(
        "default parameters: a listed picture, three decoys",
        probe_keys("known-2-changed", default.signed),
        3,
        pdq_payload("known-2-changed", "what the messenger adds".encode()),
        "Match",
        "Decoys",
        fixture=default,
    )

    p, zero = 2**64 - 59, bytes(64)
    add(
        "x is drawn again: 0, p, 2^64 - 1",
        [listed],
        1,
        file,
        "DrawnAgain",
        inserted={0: [bytes(8), encode_integer(p, 8), b"\xff" * 8]},
    )
    order, wide = encode_integer(ORDER, 64), encode_integer(ORDER * ((2**512 - 1) // ORDER), 64)
    # Draws: x, rkey, nonce, then four for each of 8 probe slots (stand-in key, beta, gamma, stand-in S).
    add(
        "scalars are drawn again: zero, the order, its greatest multiple",
        [listed],
        1,
        file,
        "DrawnAgain",
        inserted={4: [zero], 5: [order], 8: [wide, zero], 3 + 32: [zero, order]},
    )
    # 8 probe slots, four cover slots of three draws each, then the shuffle: i = 11, 10, ... 1.
    shuffle = 3 + 32 + 12
    limit = {i: 2**64 - 2**64 % (i + 1) for i in range(1, 12)}
    add(
        "indices are drawn again, at the greatest multiple and at 2^64 - 1",
        [listed],
        1,
        file,
        "DrawnAgain",
        inserted={
            shuffle: [encode_integer(limit[11], 8)],
            shuffle + 1: [b"\xff" * 8, encode_integer(limit[10], 8)],
            shuffle + 9: [b"\xff" * 8],
        },
    )

    three = positions(unlisted, small.header.position_seed, small.header.cells)
    add(
        "a cell of the key is no element",
        [unlisted],
        1,
        Payload(SHA256, 0, bytes(32), b""),
        "InvalidCell",
        set_file=fixture.with_cells({three[1]: b"\xff" * 32}),
    )
    element = small.table[32 * three[0] : 32 * three[0] + 32]
    second = encode_integer(decode_integer(element) | 1 << 255, 32)
    add(
        "a cell of the key is a second encoding of its element: bit 255",
        [unlisted],
        1,
        Payload(SHA256, 0, bytes(32), b""),
        "InvalidCell",
        set_file=fixture.with_cells({three[0]: second}),
    )
    add(
        "the cells of the key are the identity",
        [unlisted],
        1,
        Payload(SHA256, 0, bytes(32), b""),
        "IdentityDecoding",
        set_file=fixture.with_cells({cell: IDENTITY for cell in three}),
    )
    b, two_b = multiply_base(1), multiply_base(ORDER - 2)
    add(
        "the cells of the key sum to the identity: B, B, -2B",
        [unlisted],
        1,
        Payload(SHA256, 0, bytes(32), b""),
        "IdentityDecoding",
        set_file=fixture.with_cells({three[0]: b, three[1]: b, three[2]: two_b}),
    )

    least = Parameters(
        2,
        4,
        4,
        128,
        1,
        0,
        replace(
            small.parameters.profile,
            probes=1,
            minimum_quality=0,
            probe_quality=0,
            hypotheses=small.parameters.profile.hypotheses[:1],
        ),
    )
    add(
        "the least parameters: M = 1",
        [listed],
        2,
        file,
        "Match",
        "Decoys",
        "LeastParameters",
        set_file=fixture.with_header(parameters=least),
    )
    greatest = Parameters(
        1024,
        256,
        16,
        16384,
        3,
        16,
        replace(small.parameters.profile, probes=64, minimum_quality=100, probe_quality=100),
    )
    add(
        "the greatest parameters: 80 slots, 24,336 bytes",
        probe_keys("known-3-changed", with_probes(small, 64)),
        16,
        pdq_payload("known-3-changed", b"m" * (16384 - 36)),
        "Match",
        "Decoys",
        "GreatestParameters",
        set_file=fixture.with_header(parameters=greatest),
    )


def with_probes(set_file: SetFile, count: int) -> SetFile:
    parameters = set_file.parameters
    profile = replace(parameters.profile, probes=count)
    return replace(set_file, header=replace(set_file.header, parameters=replace(parameters, profile=profile)))


# Encodings


def sealed(keys: Sequence[bytes], d: int, payload: Payload, name: str, fixture: Fixture | None = None) -> Voucher:
    set_file = (fixture or small_items()).signed
    draw = seeded(name)
    return seal(
        header_for(set_file, draw(16)),
        keys,
        d,
        payload.encode(set_file.parameters.payload_count),
        set_file,
        sharing_for(set_file.parameters),
        draw,
    )


def decoding(topic: Topic) -> None:
    group = topic.group("DecodeVoucher", "A voucher's header; nothing behind it is looked at but its length.")

    def add(comment: str, data: bytes, *flags: str, result: str = "valid") -> None:
        def decode() -> dict:
            header = Voucher.decode(data).header
            return {
                "slots": header.slots,
                "polynomials": header.polynomials,
                "payloadCount": header.payload_count,
                "epoch": header.epoch,
                "voucherID": header.voucher_id.hex(),
                "pseudonym": header.pseudonym.hex(),
                "root": header.root.hex(),
            }

        group.add(comment, {"voucher": data.hex()}, decode, *flags, result=result)

    good = sealed([sha256_key(digest_of_file(0))], 1, NOTE, "a voucher to decode").encode()
    draw = seeded("voucher bytes")
    add("a voucher", good)
    least = Header(5, 4, 128, 0, bytes(16), bytes(32), bytes(32))
    add("the least: 664 bytes", least.encode() + draw(least.voucher_bytes - 96), "LeastParameters", "AnyBytes")
    greatest = Header(80, 256, 16384, 2**32 - 1, b"\xff" * 16, b"\xff" * 32, b"\xff" * 32)
    add(
        "the greatest: 24,336 bytes",
        greatest.encode() + draw(greatest.voucher_bytes - 96),
        "GreatestParameters",
        "AnyBytes",
    )
    add("all ones after the header: no Q is an element", good[:96] + b"\xff" * (len(good) - 96), "AnyBytes")
    add("empty", b"", "TruncatedInput", result="wrongLength")
    add("95 bytes", good[:95], "TruncatedInput", result="wrongLength")
    add("the header alone", good[:96], "TruncatedInput", result="wrongLength")
    add("the last byte is missing", good[:-1], "TruncatedInput", result="wrongLength")
    add("a byte follows", good + b"\0", "TrailingBytes", result="wrongLength")
    add("a slot follows", good + good[-72:], "TrailingBytes", result="wrongLength")
    add("magic of another version", b"SMV2" + good[4:], "WrongMagic", result="invalidMagic")
    for comment, change in (
        ("4 slots", {"slots": 4}),
        ("81 slots", {"slots": 81}),
        ("k = 3", {"polynomials": 3}),
        ("k = 257", {"polynomials": 257}),
        ("P = 127", {"payload_count": 127}),
        ("P = 16,385", {"payload_count": 16385}),
    ):
        header = replace(Voucher.decode(good).header, **change)
        add(
            comment + ", of the length that follows",
            header.encode() + bytes(header.voucher_bytes - 96),
            "OutOfRange",
            result="parameterOutOfRange",
        )


# Open


@dataclass(frozen=True)
class Crafted:
    """A voucher as no client makes it: chosen words and slots."""

    set_file: SetFile
    header: Header
    plain: bytes  # x || z_1...z_k || inner
    rkey: bytes

    @staticmethod
    def new(set_file: SetFile, draw: Draw, words: bytes | None = None, header: Header | None = None) -> Crafted:
        header = header or header_for(set_file, draw(16))
        count = 8 + 8 * header.polynomials
        plain = (words or draw(count)) + draw(header.inner_bytes)
        return Crafted(set_file, header, plain, draw(32))

    @property
    def body(self) -> bytes:
        return stream(self.rkey, self.plain)

    def opening_slot(self, draw: Draw, key: bytes | None = None) -> Slot:
        gamma = random_scalar(draw)
        return self.slot(multiply_base(gamma), multiply_base_of(self.set_file, gamma), key or self.rkey)

    def slot(self, q: bytes, s: bytes, key: bytes) -> Slot:
        return slot_of(key, s, q, self.set_file.header.table_id, transcript(self.header.encode(), self.body))

    def closed_slot(self, draw: Draw) -> Slot:
        return self.slot(multiply_base(random_scalar(draw)), draw(32), self.rkey)

    def voucher(self, slots: Sequence[Slot]) -> Voucher:
        return Voucher(self.header, self.body, tuple(slots))


def multiply_base_of(set_file: SetFile, gamma: int) -> bytes:
    return multiply(gamma, set_file.header.public_key)  # gamma L


def opening_form(opening: Opening) -> dict:
    return {"slot": opening.slot, "words": forms.words(opening.words), "inner": opening.inner.hex()}


def opening(topic: Topic) -> None:
    group = topic.group("Open", "The openings that count, and those in excess, both in slot order.")
    fixture = small_items()
    small = fixture.signed

    def add(comment: str, voucher: Voucher, count: int, excess: int, *flags: str, fixture: Fixture = fixture) -> None:
        set_file, alpha = fixture.signed, fixture.new.secrets.alpha

        def open_it() -> dict:
            counted, beyond = open_voucher(voucher, item_sets.opened(set_file, fixture))
            if (len(counted), len(beyond)) != (count, excess):
                raise AssertionError(f"{comment}: {len(counted)} openings and {len(beyond)} in excess")
            return {"openings": [opening_form(o) for o in counted], "excess": [opening_form(o) for o in beyond]}

        group.add(
            comment,
            {
                "set": set_case(fixture, None, ""),
                "alpha": encode_integer(alpha, 32).hex(),
                "voucher": voucher.encode().hex(),
            },
            open_it,
            *flags,
        )

    listed = sha256_key(digest_of_file(0))
    match = sealed(probe_keys("known-1-changed", small), 2, pdq_payload("known-1-changed", b"a note"), "open a match")
    add("a match and two decoys", match, 3, 0, "Match", "Decoys")
    add("a match alone", sealed([listed], 0, NOTE, "open a match alone"), 1, 0, "Match")
    add("a match and four decoys: c + 1", sealed([listed], 4, NOTE, "open five"), 5, 0, "Match", "Decoys")
    add("no match, no decoys", sealed(probe_keys("unknown-2", small), 0, NOTE, "open nothing"), 0, 0, "NoMatch")
    add(
        "no match, three decoys",
        sealed(probe_keys("unknown-2", small), 3, NOTE, "open decoys"),
        3,
        0,
        "NoMatch",
        "Decoys",
    )
    add(
        "a repeat: no keys, one decoy", sealed([], 1, pdq_payload("known-1"), "open a repeat"), 1, 0, "NoKeys", "Decoys"
    )
    default = item_sets.default_items()
    add(
        "default parameters, a match and a decoy",
        sealed([listed], 1, NOTE, "open default", default),
        2,
        0,
        "Match",
        "Decoys",
        fixture=default,
    )

    data = match.encode()
    start = 96 + match.header.body_bytes
    opens = [o.slot for o in open_voucher(match, item_sets.opened(small, fixture))[0]]

    def tampered(offset: int, bit: int = 1) -> Voucher:
        return Voucher.decode(data[:offset] + bytes([data[offset] ^ bit]) + data[offset + 1 :])

    add("epoch changed", tampered(12), 0, 0, "TamperedHeader")
    add("voucherID changed", tampered(16), 0, 0, "TamperedHeader")
    add("pseudonym changed", tampered(63, 128), 0, 0, "TamperedHeader")
    add("first byte of the body changed", tampered(96), 0, 0, "TamperedBody")
    add("last byte of the body changed", tampered(start - 1, 128), 0, 0, "TamperedBody")
    first = start + 72 * opens[0]
    add("Q of an opening slot changed", tampered(first, 2), 2, 0, "TamperedSlot")
    add("check of an opening slot changed in its last bit", tampered(first + 71, 128), 2, 0, "TamperedSlot")
    add("wrapped of an opening slot changed: it opens, to other words", tampered(first + 32), 3, 0, "TamperedSlot")
    swapped = list(match.slots)
    swapped[0], swapped[-1] = swapped[-1], swapped[0]
    add("two slots exchanged: a slot's place is not bound", replace(match, slots=tuple(swapped)), 3, 0, "TamperedSlot")

    draw = seeded("crafted vouchers")
    crafted = Crafted.new(small, draw)
    closed = [crafted.closed_slot(draw) for _ in range(12)]
    good = crafted.opening_slot(draw)

    def with_slots(*slots: Slot) -> Voucher:
        return crafted.voucher([*slots, *closed[len(slots) :]])

    gamma = random_scalar(draw)
    q, s = multiply_base(gamma), multiply_base_of(small, gamma)
    add("two slots that open, the base of the next cases", with_slots(good, crafted.slot(q, s, crafted.rkey)), 2, 0)
    high = encode_integer(decode_integer(q) | 1 << 255, 32)
    add(
        "Q with bit 255, made for the S of Q",
        with_slots(good, crafted.slot(high, s, crafted.rkey)),
        1,
        0,
        "NonCanonicalPoint",
    )
    negative = encode_integer(FIELD_PRIME - decode_integer(q), 32)
    add(
        "Q negated as a field element, made for the S of Q",
        with_slots(good, crafted.slot(negative, s, crafted.rkey)),
        1,
        0,
        "NonCanonicalPoint",
    )
    add(
        "Q = 0, made for S' = identity",
        with_slots(good, crafted.slot(IDENTITY, IDENTITY, crafted.rkey)),
        1,
        0,
        "IdentityPoint",
    )
    add(
        "Q = p, a second encoding of the identity",
        with_slots(good, crafted.slot(encode_integer(FIELD_PRIME, 32), IDENTITY, crafted.rkey)),
        1,
        0,
        "NonCanonicalPoint",
        "IdentityPoint",
    )
    add(
        "Q = 1, no element",
        with_slots(good, crafted.slot(encode_integer(1, 32), s, crafted.rkey)),
        1,
        0,
        "NonCanonicalPoint",
    )
    add("Q = 0xFF...", with_slots(good, crafted.slot(b"\xff" * 32, s, crafted.rkey)), 1, 0, "NonCanonicalPoint")
    add("the same slot twice", with_slots(good, good), 2, 0)
    every = [crafted.opening_slot(draw) for _ in range(12)]
    add("all twelve slots open to the same body: seven in excess", crafted.voucher(every), 5, 7, "Excess")
    add("the last six open: one in excess", crafted.voucher(closed[:6] + every[6:]), 5, 1, "Excess")
    others = [crafted.opening_slot(draw, draw(32)) for _ in range(6)]
    add("six decoys: one in excess", crafted.voucher(closed[:6] + others), 5, 1, "Excess", "Decoys")

    p, k = 2**64 - 59, small.parameters.polynomials
    for comment, values in (
        ("x = 0", [0] + [1] * k),
        ("x = p", [p] + [1] * k),
        ("z_16 = 2^64 - 1", [1] * k + [2**64 - 1]),
    ):
        odd = Crafted.new(small, draw, b"".join(encode_integer(value, 8) for value in values))
        add(
            comment,
            odd.voucher([odd.opening_slot(draw), *(odd.closed_slot(draw) for _ in range(11))]),
            1,
            0,
            "UncheckedWords",
        )

    for comment, change, slots in (
        ("a slot more than the set's", {"slots": 13}, 13),
        ("a slot less", {"slots": 11}, 11),
        ("k = 15", {"polynomials": 15}, 12),
        ("P = 129", {"payload_count": 129}, 12),
    ):
        header = replace(header_for(small, draw(16)), **change)
        other = Crafted.new(small, draw, header=header)
        add(comment, other.voucher([other.opening_slot(draw) for _ in range(slots)]), 0, 0, "WrongSet")
    other = Crafted.new(
        small, draw, header=replace(header_for(small, draw(16)), root=item_sets.second_items().signed.root)
    )
    add(
        "the root of another set, slots made for this one",
        other.voucher([other.opening_slot(draw) for _ in range(12)]),
        0,
        0,
        "WrongSet",
    )
    second = item_sets.second_items()
    add(
        "sealed under this set, its header then says the next version",
        replace(match, header=replace(match.header, root=second.signed.root)),
        0,
        0,
        "TamperedHeader",
        fixture=second,
    )


# Payloads


def inner_payloads(topic: Topic) -> None:
    group = topic.group(
        "OpenPayload", "inner = nonce ‖ ciphertext ‖ tag under K_e, with the header as associated data."
    )
    set_file = small_items().signed
    draw = seeded("inner")
    header = header_for(set_file, draw(16)).encode()
    key = sharing_for(set_file.parameters).epoch_key

    def inner(payload: bytes, header: bytes = header) -> bytes:
        nonce = draw(24)
        return nonce + aead(key, nonce, payload, header)

    def add(
        comment: str, data: bytes, *flags: str, header: bytes = header, key: bytes = key, result: str = "valid"
    ) -> None:
        group.add(
            comment,
            {"header": header.hex(), "inner": data.hex(), "epochKey": key.hex()},
            lambda: forms.payload(open_payload(header, data, key)),
            *flags,
            result=result,
        )

    payload = Payload(SHA256, 0, digest_of_file(0), b"a note").encode(128)
    good = inner(payload)
    add("a payload", good)
    add("another K_e", good, "WrongKey", key=draw(32), result="authenticationFailed")
    add(
        "another header: one bit of the voucherID",
        good,
        "TamperedHeader",
        header=header[:16] + bytes([header[16] ^ 1]) + header[17:],
        result="authenticationFailed",
    )
    add("nonce changed", bytes([good[0] ^ 1]) + good[1:], "TamperedBody", result="authenticationFailed")
    add(
        "ciphertext changed",
        good[:24] + bytes([good[24] ^ 1]) + good[25:],
        "TamperedBody",
        result="authenticationFailed",
    )
    add("tag changed", good[:-1] + bytes([good[-1] ^ 128]), "TamperedBody", result="authenticationFailed")
    add("the last byte is missing", good[:-1], "TruncatedInput", result="authenticationFailed")
    add("less than nonce and tag", good[:39], "TruncatedInput", result="authenticationFailed")
    add("nothing", b"", "TruncatedInput", result="authenticationFailed")
    add(
        "it opens, but is a byte shorter than the header's P",
        inner(payload[:-1]),
        "TruncatedInput",
        result="authenticationFailed",
    )
    add(
        "it opens, but is a byte longer than the header's P",
        inner(payload + b"\0"),
        "TruncatedInput",
        result="authenticationFailed",
    )
    add("it opens, but the padding is not zero", inner(payload[:-1] + b"\1"), "Padding", result="nonCanonical")
    add("it opens, but there is no such kind", inner(b"\5" + payload[1:]), "OutOfRange", result="nonCanonical")


def payload_encodings(topic: Topic) -> None:
    draw = seeded("payloads")
    pdq, sha, md5 = draw(32), draw(32), draw(16)
    group = topic.group("EncodePayload", "4.4, padded to P.")

    def encode(comment: str, payload: Payload, count: int, *flags: str, result: str = "valid") -> None:
        group.add(
            comment,
            {**forms.payload(payload), "payloadCount": count},
            lambda: {"bytes": payload.encode(count).hex()},
            *flags,
            result=result,
        )

    encode("PDQ with a note", Payload(PDQ, 87, pdq, b"a note"), 128)
    encode("PDQ, quality 0, no note", Payload(PDQ, 0, pdq, b""), 128)
    encode("PDQ, quality 100", Payload(PDQ, 100, pdq, b""), 128)
    encode("SHA-256", Payload(SHA256, 0, sha, "Grüße".encode()), 256)
    encode("MD5: zeros after 16 bytes", Payload(MD5, 0, md5, b"n"), 128)
    encode("none", NOTE, 128, "LeastParameters")
    encode("a note of zero bytes only", Payload(NONE, 0, b"", bytes(5)), 128)
    encode("the greatest note, P = 128", Payload(PDQ, 1, pdq, b"n" * 92), 128, "NoteEdge")
    encode("one byte more", Payload(PDQ, 1, pdq, b"n" * 93), 128, "NoteEdge", result="payloadTooLong")
    encode("the greatest note, P = 1,024", Payload(SHA256, 0, sha, b"n" * 988), 1024, "NoteEdge")
    encode("one byte more, P = 1,024", Payload(SHA256, 0, sha, b"n" * 989), 1024, "NoteEdge", result="payloadTooLong")
    encode("a video, by its best-ranked frame", Payload(VIDEO, 93, pdq, b"a note"), 128)

    group = topic.group("DecodePayload", "4.4, strictly.")

    def decode(comment: str, data: bytes, *flags: str, result: str = "valid") -> None:
        group.add(comment, {"bytes": data.hex()}, lambda: forms.payload(Payload.decode(data)), *flags, result=result)

    good = Payload(PDQ, 87, pdq, b"a note").encode(128)
    decode("PDQ with a note", good)
    decode("SHA-256, the greatest note", Payload(SHA256, 0, sha, b"n" * 92).encode(128), "NoteEdge")
    decode("MD5", Payload(MD5, 0, md5, b"").encode(128))
    decode("none", NOTE.encode(128))
    decode("a quality of 255", good[:1] + b"\xff" + good[2:], "AnyQuality")
    sha_payload = Payload(SHA256, 0, sha, b"").encode(128)
    decode("SHA-256 with a quality", sha_payload[:1] + b"\x07" + sha_payload[2:], "AnyQuality")
    decode("35 bytes: no room for a note", good[:35], "NoteEdge", result="wrongLength")
    decode("36 bytes: room for an empty note", good[:2] + b"\0\0" + good[4:36], "NoteEdge")
    decode("a video", b"\4" + good[1:])
    decode("kind 5", b"\5" + good[1:], "OutOfRange", result="nonCanonical")
    decode(
        "a note longer than there is room",
        good[:2] + encode_integer(93, 2) + good[4:],
        "NoteEdge",
        result="wrongLength",
    )
    decode("a note of 65,535 bytes", good[:2] + b"\xff\xff" + good[4:], "NoteEdge", result="wrongLength")
    decode("the last byte of the padding is not zero", good[:-1] + b"\1", "Padding", result="nonCanonical")
    decode("the byte after the note is not zero", good[:42] + b"\1" + good[43:], "Padding", result="nonCanonical")
    md5_payload = Payload(MD5, 0, md5, b"").encode(128)
    decode("MD5 with a 17th byte", md5_payload[:20] + b"\1" + md5_payload[21:], "Padding", result="nonCanonical")
    none = NOTE.encode(128)
    decode("none with a fingerprint", none[:4] + b"\1" + none[5:], "Padding", result="nonCanonical")
