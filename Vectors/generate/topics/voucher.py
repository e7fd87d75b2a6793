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
from reference.check_level import check_level
from reference.field import Q
from reference.group import FIELD_PRIME, IDENTITY, ORDER, multiply, multiply_base, random_scalar
from reference.keys import md5_key, sha256_key
from reference.labels import Draw, aead, decode_integer, encode_integer, stream
from reference.open import Opening, open_voucher
from reference.parameters import Parameters
from reference.payload import MD5, NONE, PDQ, SHA256, VIDEO, Payload
from reference.probes import probes
from reference.reveal import open_payload
from reference.seal import header_of, seal, slot_of
from reference.set_file import SetFile
from reference.sharing import Sharing, sharing
from reference.table import positions
from reference.voucher import Header, Slot, Voucher, transcript

NOTES = {
    "Match": "a key of the set is probed",
    "NoMatch": "keys that are not in the set",
    "NoKeys": "fillers only: a repeat, a poor picture, an unreadable item",
    "Chance": "slots without a match that open, with probability 1/N",
    "Level": "N is that of the voucher's number",
    "AnyLevel": "an N that is not the set's opens like any other",
    "LeastParameters": "the least of everything",
    "GreatestParameters": "the greatest of everything",
    "DrawnAgain": "a draw is refused and made again: x = 0 or x = q, a scalar that is zero, an index beyond "
    "the greatest multiple",
    "Coins": "words are z or z + q, by their coins",
    "InvalidCell": "a cell that is no element: decode(y) is P_sub, the voucher is like any other",
    "IdentityDecoding": "cells that sum to the identity: decode(y) is P_sub",
    "TruncatedInput": "too short",
    "TrailingBytes": "bytes follow",
    "WrongMagic": "another format or version",
    "OutOfRange": "a number outside the range that the specification gives",
    "AnyBytes": "after a valid header any bytes of the right length are a voucher",
    "TamperedHeader": "the transcript covers the header: what opens opens by chance",
    "TamperedBody": "the transcript covers the body: what opens opens by chance, the match as well",
    "TamperedSlot": "this slot does not open, the others do",
    "GreatCheck": "a check of N or more opens nothing",
    "NonCanonicalPoint": "a second encoding of a point that would open",
    "IdentityPoint": "Q is the identity, and the slot is made for S' = identity",
    "EverySlot": "as many openings as slots",
    "UncheckedWords": "words from q on are residues; x = 0 opens like others, and is dropped at the reveal",
    "WrongSet": "a voucher that is not of this set's sizes, though its slots would open",
    "WrongKey": "another alpha or another K_e",
    "Padding": "the payload is not zero where it must be",
    "AnyQuality": "readers take any quality",
    "NoteEdge": "a note of the greatest length, or one byte more",
}
RARE = 2**31
"""A number whose N is 255 under the default levels: hardly any slot opens by chance."""


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
    digest = parameters.profile.digest()
    return sharing(SECRET, PSEUDONYM, epoch, parameters.threshold, parameters.polynomials, digest)


def header_for(set_file: SetFile, voucher_id: bytes, number: int = 0, epoch: int = EPOCH) -> Header:
    return header_of(set_file, check_level(number, set_file.parameters.levels), epoch, voucher_id, PSEUDONYM)


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


def with_replaced(draw: Draw, replaced: Mapping[int, bytes]) -> Draw:
    """The draws of `draw`, but another value for draw number i."""
    made = 0

    def next_draw(n: int) -> bytes:
        nonlocal made
        made += 1
        value = draw(n)
        return replaced.get(made - 1, value)

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
        number: int,
        payload: Payload,
        *flags: str,
        fixture: Fixture = fixture,
        set_file: SetFile | None = None,
        epoch: int = EPOCH,
        inserted: Mapping[int, Sequence[bytes]] | None = None,
        replaced: Mapping[int, bytes] | None = None,
    ) -> None:
        changed = set_file
        set_file = fixture.signed if set_file is None else set_file
        draw = seeded(f"seal {comment}")
        voucher_id = draw(16)
        recorder = Recorder(with_inserted(with_replaced(draw, replaced or {}), inserted or {}))
        voucher = seal(
            header_for(set_file, voucher_id, number, epoch),
            keys,
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
                "number": number,
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
        "a changed copy of a listed picture, the first voucher",
        probe_keys("known-1-changed", small),
        0,
        pdq_payload("known-1-changed", b"a note"),
        "Match",
        "Level",
    )
    add("a picture that nobody lists", probe_keys("unknown-1", small), 1, pdq_payload("unknown-1"), "NoMatch")
    for number in (31, 32, 511, 512, 16_384, 2**32 - 1):
        add(f"a listed file, {number} vouchers before it", [listed], number, file, "Match", "Level")
    add("a file that nobody lists", [unlisted], 2, Payload(SHA256, 0, bytes(32), b""), "NoMatch")
    add("a listed MD5 (the client of the specification never probes one)", [md5_key(bytes(16))], 0, NOTE, "NoMatch")
    add("no keys: a repeat", [], 3, pdq_payload("known-1-changed"), "NoKeys")
    add("no keys: an unreadable item", [], 4, NOTE, "NoKeys")
    add("the greatest note", [listed], 0, Payload(SHA256, 0, digest_of_file(0), b"n" * 92), "Match", "NoteEdge")
    add("epoch 0", [listed], 0, file, "Match", epoch=0)
    add("epoch 2^32 - 1", [listed], 0, file, "Match", epoch=2**32 - 1)

    default = item_sets.default_items()
    add(
        "default parameters: a listed picture",
        probe_keys("known-2-changed", default.signed),
        0,
        pdq_payload("known-2-changed", "what the messenger adds".encode()),
        "Match",
        fixture=default,
    )

    zero = bytes(64)
    add(
        "x is drawn again: 0, q, 2^31, 2^32 - 1: the highest bit does not count",
        [listed],
        1,
        file,
        "DrawnAgain",
        inserted={0: [bytes(4), encode_integer(Q, 4), encode_integer(2**31, 4), b"\xff" * 4]},
    )
    order, wide = encode_integer(ORDER, 64), encode_integer(ORDER * ((2**512 - 1) // ORDER), 64)
    for comment, coins in (("no word has q added", b"\x00" * 3), ("every word has", b"\xff" * 3)):
        add(comment, [listed], 1, file, "Coins", replaced={1: coins})
    add("x = 1", [listed], 1, file, "Coins", replaced={0: encode_integer(2**31 + 1, 4)})
    add("x = q - 1", [listed], 1, file, "Coins", replaced={0: encode_integer(Q - 1, 4)})
    # Draws: x, coins, rkey, nonce, then four for each of 8 slots (stand-in key, beta, gamma, stand-in S).
    add(
        "scalars are drawn again: zero, the order, its greatest multiple",
        [listed],
        1,
        file,
        "DrawnAgain",
        inserted={5: [zero], 6: [order], 9: [wide, zero], 4 + 30: [zero, order]},
    )
    # After 8 slots the shuffle: i = 7, 6, ... 1. 2^64 is a multiple of 8, 4 and 2.
    shuffle = 4 + 32
    limit = {i: 2**64 - 2**64 % (i + 1) for i in range(1, 8)}
    add(
        "indices are drawn again, at the greatest multiple and at 2^64 - 1",
        [listed],
        1,
        file,
        "DrawnAgain",
        inserted={
            shuffle + 1: [encode_integer(limit[6], 8)],
            shuffle + 2: [b"\xff" * 8, encode_integer(limit[5], 8)],
            shuffle + 5: [b"\xff" * 8],
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
        16,
        (1,) * 12,
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
        "the least parameters: M = 1, N = 1",
        [listed],
        0,
        file,
        "Match",
        "LeastParameters",
        set_file=fixture.with_header(parameters=least),
    )
    greatest = Parameters(
        1024,
        1024,
        (255,) * 12,
        16384,
        3,
        16,
        replace(small.parameters.profile, probes=64, minimum_quality=100, probe_quality=100),
    )
    add(
        "the greatest parameters: 64 slots, 24,780 bytes",
        probe_keys("known-3-changed", with_probes(small, 64)),
        2**32 - 1,
        pdq_payload("known-3-changed", b"m" * (16384 - 36)),
        "Match",
        "GreatestParameters",
        set_file=fixture.with_header(parameters=greatest),
    )


def with_probes(set_file: SetFile, count: int) -> SetFile:
    parameters = set_file.parameters
    profile = replace(parameters.profile, probes=count)
    return replace(set_file, header=replace(set_file.header, parameters=replace(parameters, profile=profile)))


# Encodings


def sealed(keys: Sequence[bytes], number: int, payload: Payload, name: str, fixture: Fixture | None = None) -> Voucher:
    set_file = (fixture or small_items()).signed
    draw = seeded(name)
    return seal(
        header_for(set_file, draw(16), number),
        keys,
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
                "probes": header.probes,
                "checkLevel": header.check_level,
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
    least = Header(1, 1, 16, 128, 0, bytes(16), bytes(32), bytes(32))
    add("the least: 397 bytes", least.encode() + draw(least.voucher_bytes - 96), "LeastParameters", "AnyBytes")
    greatest = Header(64, 255, 1024, 16384, 2**32 - 1, b"\xff" * 16, b"\xff" * 32, b"\xff" * 32)
    add(
        "the greatest: 24,780 bytes",
        greatest.encode() + draw(greatest.voucher_bytes - 96),
        "GreatestParameters",
        "AnyBytes",
    )
    assert (least.voucher_bytes, greatest.voucher_bytes) == (397, 24_780)
    add(
        "all ones after the header: no Q is an element, every check is above N",
        good[:96] + b"\xff" * (len(good) - 96),
        "AnyBytes",
    )
    add("empty", b"", "TruncatedInput", result="wrongLength")
    add("95 bytes", good[:95], "TruncatedInput", result="wrongLength")
    add("the header alone", good[:96], "TruncatedInput", result="wrongLength")
    add("the last byte is missing", good[:-1], "TruncatedInput", result="wrongLength")
    add("a byte follows", good + b"\0", "TrailingBytes", result="wrongLength")
    add("a slot follows", good + good[-65:], "TrailingBytes", result="wrongLength")
    add("magic of the version before", b"SMV1" + good[4:], "WrongMagic", result="invalidMagic")
    before = b"SMV1" + encode_integer(12, 2) + good[6:96] + bytes(48 + 8 * 16 + 128 + 72 * 12)
    add("a voucher of the version before", before, "WrongMagic", result="invalidMagic")
    add("magic of the next version", b"SMV3" + good[4:], "WrongMagic", result="invalidMagic")
    for comment, change in (
        ("M = 0", {"probes": 0}),
        ("M = 65", {"probes": 65}),
        ("M = 255", {"probes": 255}),
        ("N = 0", {"check_level": 0}),
        ("k = 15", {"polynomials": 15}),
        ("k = 1,025", {"polynomials": 1025}),
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
        plain = (words or draw(header.share_bytes)) + draw(header.inner_bytes)
        return Crafted(set_file, header, plain, draw(32))

    @property
    def body(self) -> bytes:
        return stream(self.rkey, self.plain)

    def opening_slot(self, draw: Draw, key: bytes | None = None) -> Slot:
        gamma = random_scalar(draw)
        return self.slot(multiply_base(gamma), multiply_base_of(self.set_file, gamma), key or self.rkey)

    def slot(self, q: bytes, s: bytes, key: bytes) -> Slot:
        table_id, transcript_ = self.set_file.header.table_id, transcript(self.header.encode(), self.body)
        return slot_of(key, s, q, table_id, transcript_, self.header.check_level)

    def closed_slot(self, draw: Draw) -> Slot:
        return self.slot(multiply_base(random_scalar(draw)), draw(32), self.rkey)

    def voucher(self, slots: Sequence[Slot]) -> Voucher:
        return Voucher(self.header, self.body, tuple(slots))


def multiply_base_of(set_file: SetFile, gamma: int) -> bytes:
    return multiply(gamma, set_file.header.public_key)  # gamma L


def opening_form(opening: Opening) -> dict:
    return {
        "slot": opening.slot,
        "rkey": opening.rkey.hex(),
        "share": None if opening.x == 0 else forms.share(opening.x, opening.z),
        "inner": opening.inner.hex(),
    }


def opening(topic: Topic) -> None:
    group = topic.group(
        "Open", "The openings in slot order; `share` and `inner` are those of the plain body, the share null if x = 0."
    )
    fixture = small_items()
    small = fixture.signed

    def add(comment: str, voucher: Voucher, count: int, *flags: str, fixture: Fixture = fixture) -> None:
        set_file, alpha = fixture.signed, fixture.new.secrets.alpha

        def open_it() -> dict:
            openings = open_voucher(voucher, item_sets.opened(set_file, fixture))
            if len(openings) != count:
                raise AssertionError(f"{comment}: {len(openings)} openings")
            return {"openings": [opening_form(o) for o in openings]}

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

    def with_openings(count: int, name: str, keys: Sequence[bytes], payload: Payload, number: int = 0) -> Voucher:
        """Of vouchers under several seeds the first that opens so often."""
        for i in range(100):
            voucher = sealed(keys, number, payload, f"{name} {i}")
            if len(open_voucher(voucher, item_sets.opened(small, fixture))) == count:
                return voucher
        raise AssertionError(name)

    listed = sha256_key(digest_of_file(0))
    note = pdq_payload("known-1-changed", b"a note")
    match = with_openings(3, "open a match", probe_keys("known-1-changed", small), note)
    add("a match, and two by chance", match, 3, "Match", "Chance")
    add("a match alone, N = 255", with_openings(1, "open a match alone", [listed], NOTE, RARE), 1, "Match")
    add("a match alone, N = 5", with_openings(1, "open a match, N = 5", [listed], NOTE), 1, "Match")
    unlisted = probe_keys("unknown-2", small)
    add("no match, nothing opens", with_openings(0, "open nothing", unlisted, NOTE), 0, "NoMatch")
    add("no match, four by chance", with_openings(4, "open by chance", unlisted, NOTE), 4, "NoMatch", "Chance")
    repeat = with_openings(2, "open a repeat", [], pdq_payload("known-1"))
    add("a repeat: no keys, two by chance", repeat, 2, "NoKeys", "Chance")
    for number, count in ((32, 2), (512, 1), (4_096, 0)):
        name = f"open number {number}"
        add(f"number {number}, no match", with_openings(count, name, [], NOTE, number), count, "NoKeys", "Level")
    default = item_sets.default_items()
    voucher = sealed([listed], 0, NOTE, "open default", default)
    count = len(open_voucher(voucher, item_sets.opened(default.signed, default)))
    add(f"default parameters, a match and {count - 1} by chance", voucher, count, "Match", "Chance", fixture=default)

    # On the way: a match under N = 255, then one under N = 5, which is changed until something opens.
    rare = with_openings(1, "open a tampered match", [listed], NOTE, RARE)

    def tampered(offset: int, bit: int = 1, of: Voucher = rare) -> Voucher:
        data = of.encode()
        return Voucher.decode(data[:offset] + bytes([data[offset] ^ bit]) + data[offset + 1 :])

    start = 96 + rare.header.body_bytes
    add("epoch changed", tampered(12), 0, "TamperedHeader")
    add("voucherID changed", tampered(16), 0, "TamperedHeader")
    add("pseudonym changed", tampered(63, 128), 0, "TamperedHeader")
    add("N changed to 127", tampered(5, 128), 0, "TamperedHeader")
    add("first byte of the body changed", tampered(96), 0, "TamperedBody")
    add("last byte of the body changed", tampered(start - 1, 128), 0, "TamperedBody")
    opens = open_voucher(match, item_sets.opened(small, fixture))[0].slot
    for bit in (1, 2, 4):
        changed = tampered(96, bit, match)
        count = len(open_voucher(changed, item_sets.opened(small, fixture)))
        add(f"N = 5, bit {bit} of the body changed: {count} by chance", changed, count, "TamperedBody", "Chance")
    first = start + 65 * opens
    add("Q of an opening slot changed", tampered(first, 2, match), 2, "TamperedSlot")
    for bit in (1, 2, 4):
        add(f"bit {bit} of an opening slot's check changed", tampered(first + 64, bit, match), 2, "TamperedSlot")
    for bit in (8, 128):
        add(f"{bit} added to an opening slot's check", tampered(first + 64, bit, match), 2, "GreatCheck")
    add(
        "wrapped of an opening slot changed: it opens, to another key",
        tampered(first + 32, 1, match),
        3,
        "TamperedSlot",
    )
    swapped = list(match.slots)
    swapped[0], swapped[-1] = swapped[-1], swapped[0]
    add("two slots exchanged: a slot's place is not bound", replace(match, slots=tuple(swapped)), 3, "TamperedSlot")

    draw = seeded("crafted vouchers")
    m = small.parameters.profile.probes
    crafted = Crafted.new(small, draw, header=header_for(small, draw(16), RARE))
    closed = [crafted.closed_slot(draw) for _ in range(m)]
    good = crafted.opening_slot(draw)

    def with_slots(*slots: Slot) -> Voucher:
        return crafted.voucher([*slots, *closed[len(slots) :]])

    gamma = random_scalar(draw)
    q, s = multiply_base(gamma), multiply_base_of(small, gamma)
    add("two slots that open, the base of the next cases", with_slots(good, crafted.slot(q, s, crafted.rkey)), 2)
    high = encode_integer(decode_integer(q) | 1 << 255, 32)
    negative = encode_integer(FIELD_PRIME - decode_integer(q), 32)
    for comment, element, key, *flags in (
        ("Q with bit 255, made for the S of Q", high, s, "NonCanonicalPoint"),
        ("Q negated as a field element, made for the S of Q", negative, s, "NonCanonicalPoint"),
        ("Q = 0, made for S' = identity", IDENTITY, IDENTITY, "IdentityPoint"),
        (
            "Q = p, a second encoding of the identity",
            encode_integer(FIELD_PRIME, 32),
            IDENTITY,
            "NonCanonicalPoint",
            "IdentityPoint",
        ),
        ("Q = 1, no element", encode_integer(1, 32), s, "NonCanonicalPoint"),
        ("Q = 0xFF...", b"\xff" * 32, s, "NonCanonicalPoint"),
    ):
        add(comment, with_slots(good, crafted.slot(element, key, crafted.rkey)), 1, *flags)
    add("the same slot twice", with_slots(good, good), 2)
    add("a check of 255, N = 255", with_slots(good, replace(good, check=255)), 1, "GreatCheck")
    every = [crafted.opening_slot(draw) for _ in range(m)]
    add("all slots open to the same body", crafted.voucher(every), m, "EverySlot")
    others = [crafted.opening_slot(draw, draw(32)) for _ in range(m)]
    add("all slots open, each to another body", crafted.voucher(others), m, "EverySlot")
    one = Crafted.new(small, draw, header=replace(header_for(small, draw(16)), check_level=1))
    closed_ones = [one.closed_slot(draw) for _ in range(m)]
    add("N = 1: all slots open, whatever they are", one.voucher(closed_ones), m, "AnyLevel", "EverySlot", "Chance")
    great = one.voucher([replace(slot, check=1) for slot in closed_ones])
    add("N = 1, all checks are 1", great, 0, "AnyLevel", "GreatCheck")
    for n in (2, 4, 100, 254):
        other = Crafted.new(small, draw, header=replace(header_for(small, draw(16)), check_level=n))
        voucher = other.voucher([other.opening_slot(draw) for _ in range(m)])
        add(f"N = {n}, which is no level of the set", voucher, m, "AnyLevel", "EverySlot")
        beyond = other.voucher([replace(slot, check=slot.check + n & 255) for slot in voucher.slots])
        count = sum(a.check == b.check for a, b in zip(voucher.slots, beyond.slots))
        assert count == 0
        if n < 128:
            add(f"N = {n}, all checks are greater by N", beyond, 0, "AnyLevel", "GreatCheck")

    k = small.parameters.polynomials
    for comment, values in (
        ("x = 0", [0] + [1] * k),
        ("x = q: zero", [Q] + [1] * k),
        ("x = 2^32 - 2: zero", [2**32 - 2] + [1] * k),
        ("x = q + 1: 1", [Q + 1] + [1] * k),
        ("x = 2^32 - 1: 1", [2**32 - 1] + [1] * k),
        ("z_1 … z_16 = q, q + 1, 2^32 - 1, …", [5, Q, Q + 1, 2**32 - 1, 2**32 - 2, Q - 1] + [0] * (k - 5)),
    ):
        odd = Crafted.new(
            small,
            draw,
            b"".join(encode_integer(value, 4) for value in values),
            header=header_for(small, draw(16), RARE),
        )
        slots = [odd.opening_slot(draw), *(odd.closed_slot(draw) for _ in range(m - 1))]
        add(comment, odd.voucher(slots), 1, "UncheckedWords")

    for comment, change in (
        ("a slot more than the set's", {"probes": m + 1}),
        ("a slot less", {"probes": m - 1}),
        ("k = 17", {"polynomials": 17}),
        ("P = 129", {"payload_count": 129}),
    ):
        header = replace(header_for(small, draw(16)), **change)
        other = Crafted.new(small, draw, header=header)
        add(comment, other.voucher([other.opening_slot(draw) for _ in range(header.probes)]), 0, "WrongSet")
    other = Crafted.new(
        small, draw, header=replace(header_for(small, draw(16)), root=item_sets.second_items().signed.root)
    )
    add(
        "the root of another set, slots made for this one",
        other.voucher([other.opening_slot(draw) for _ in range(m)]),
        0,
        "WrongSet",
    )
    second = item_sets.second_items()
    add(
        "sealed under this set, its header then says the next version",
        replace(rare, header=replace(rare.header, root=second.signed.root)),
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
