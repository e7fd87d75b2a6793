"""kdf/: Protocol 1, labels, streams, ciphers."""

from __future__ import annotations

from itertools import islice
from typing import Any

from envelope import Topic, seeded
from reference.labels import LABELS, aead, aead_open, encode_integer, kdf, stream, word_stream

FIELDS = {  # label: (unkeyed, number of bytes in its fields)
    "set root": (True, 3_072),
    "set parameters": (True, 172),
    "positions": (False, 9),
    "voucher transcript": (True, 96 + 44 + 4 * 16 + 128),
    "slot mask": (False, 80),
    "slot check": (False, 80),
    "epoch ratchet": (False, 4),
    "pseudonym": (False, 36),
    "polynomial key": (False, 72),
    "distinctness key": (False, 36),
    "distinctness tag": (False, 9),
    "shared words": (False, 64),
    "epoch key": (False, 36),
    "resolution": (False, 36),
    "commitment": (False, 36),
    "proof nonce": (False, 97),
    "profile": (True, 55),
    "entries digest": (True, 18),
    "entry support": (False, 21),
    "account name": (True, 18),
    "custodian run": (True, 140),
    "custodian transcript": (True, 129),
    "custodian record": (True, 204),
    "possession nonce": (False, 130),
    "evaluation request": (True, 104),
    "custodian proof": (True, 88),
    "custodian nonce": (False, 65),
    "proof commitment": (True, 129),
}


def build() -> dict[str, Topic | bytes]:
    topic = Topic(
        "kdf",
        "The labelled hash, key streams and ciphers.",
        {
            "Unkeyed": "No key is a key of length 0, and not a key of zero bytes.",
            "LabelSeparation": "Same key and fields under another label.",
            "BlockBoundary": "Around the blocks of 128 bytes of BLAKE2b or of 64 bytes of ChaCha20.",
            "ForgedCiphertext": "One change in what the tag covers.",
            "TruncatedInput": "Shorter than it has to be.",
        },
    )
    draw = seeded("kdf")

    group = topic.group(
        "KDF", 'BLAKE2b-256, keyed by key, of "SealedMatch/1 " ‖ label ‖ 0x00 ‖ fields; `message` is the fields.'
    )

    def add(about: str, label: str, key: bytes | None, message: bytes, *flags: str) -> None:
        group.add(
            about,
            {"label": label, "key": None if key is None else key.hex(), "message": message.hex()},
            lambda: {"output": kdf(key, label, message).hex()},
            *flags,
        )

    assert FIELDS.keys() == LABELS
    for label, (unkeyed, count) in FIELDS.items():
        add(
            f"the label `{label}`", label, None if unkeyed else draw(32), draw(count), *(["Unkeyed"] if unkeyed else [])
        )
    zeros, message = bytes(32), draw(36)
    add("`shared words` under its key of 32 zero bytes", "shared words", zeros, draw(312 * 4))
    add("no fields, no key", "entries digest", None, b"", "Unkeyed")
    add("no fields, a key of zero bytes", "entries digest", zeros, b"", "Unkeyed")
    for label in ("polynomial key", "distinctness key", "epoch key", "commitment"):
        add(f"the same key and fields under `{label}`", label, zeros, message, "LabelSeparation")
    prefix = len("SealedMatch/1 entries digest") + 1
    for count in (127, 128, 129, 256, 257):
        add(f"{count} bytes with the label", "entries digest", None, draw(count - prefix), "Unkeyed", "BlockBoundary")

    group = topic.group("WordStream", "The ChaCha20 key stream under a zero nonce from counter 0, as words.")
    for about, key, count, flags in (
        ("no word", zeros, 0, ()),
        ("the zero key", zeros, 8, ()),
        ("one word", draw(32), 1, ()),
        ("one block and a word", draw(32), 9, ("BlockBoundary",)),
        ("many blocks", draw(32), 700, ("BlockBoundary",)),
    ):
        group.add(
            about,
            {"key": key.hex(), "count": count},
            lambda: {"words": [encode_integer(w, 8).hex() for w in islice(word_stream(key), count)]},
            *flags,
        )

    group = topic.group("Stream", "message ⊕ the XChaCha20 key stream under a zero nonce.")
    for count in (0, 1, 63, 64, 65, 236, 2_316):
        key, message = draw(32), draw(count)
        group.add(
            f"{count} bytes",
            {"key": key.hex(), "message": message.hex()},
            lambda: {"output": stream(key, message).hex()},
            *(["BlockBoundary"] if count in (63, 64, 65) else []),
        )
    group.add(
        "the key stream itself, the zero key",
        {"key": zeros.hex(), "message": bytes(128).hex()},
        lambda: {"output": stream(zeros, bytes(128)).hex()},
    )

    def seal_input(key: bytes, nonce: bytes, message: bytes, ad: bytes) -> dict[str, Any]:
        return {"key": key.hex(), "nonce": nonce.hex(), "message": message.hex(), "ad": ad.hex()}

    group = topic.group("SealAEAD", "XChaCha20-Poly1305-IETF; the tag is at the end.")
    key, nonce, message, ad = draw(32), draw(24), draw(128), draw(96)
    for about, plain, additional in (
        ("a payload under a header", message, ad),
        ("no message", b"", ad),
        ("no additional data", message, b""),
        ("neither", b"", b""),
        ("1,024 bytes", draw(1_024), ad),
        ("a partial block", draw(77), ad),
    ):
        group.add(
            about,
            seal_input(key, nonce, plain, additional),
            lambda: {"output": aead(key, nonce, plain, additional).hex()},
        )

    group = topic.group("OpenAEAD", "The message, or nothing.")
    sealed = aead(key, nonce, message, ad)

    def opened(
        about: str,
        *flags: str,
        key: bytes = key,
        nonce: bytes = nonce,
        sealed: bytes = sealed,
        ad: bytes = ad,
        result: str = "authenticationFailed",
    ) -> None:
        group.add(
            about,
            {"key": key.hex(), "nonce": nonce.hex(), "ciphertext": sealed.hex(), "ad": ad.hex()},
            lambda: {"message": aead_open(key, nonce, sealed, ad).hex()},
            *flags,
            result=result,
        )

    def flipped(data: bytes, at: int) -> bytes:
        return data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :]

    opened("what was sealed", result="valid")
    opened("an empty message", sealed=aead(key, nonce, b"", ad), result="valid")
    opened("no additional data", sealed=aead(key, nonce, message, b""), ad=b"", result="valid")
    opened("another bit in the ciphertext", "ForgedCiphertext", sealed=flipped(sealed, 0))
    opened("another bit in the tag", "ForgedCiphertext", sealed=flipped(sealed, len(sealed) - 1))
    opened("another bit in the additional data", "ForgedCiphertext", ad=flipped(ad, 95))
    opened("another bit in the nonce", "ForgedCiphertext", nonce=flipped(nonce, 23))
    opened("another key", "ForgedCiphertext", key=flipped(key, 31))
    opened("additional data left out", "ForgedCiphertext", ad=b"")
    opened("a byte too short", "TruncatedInput", sealed=sealed[:-1])
    opened("only a tag", "TruncatedInput", sealed=sealed[-16:])
    opened("15 bytes: less than a tag", "TruncatedInput", sealed=sealed[:15], result="wrongLength")
    opened("no bytes", "TruncatedInput", sealed=b"", result="wrongLength")
    return {"kdf/kdf.json": topic}
