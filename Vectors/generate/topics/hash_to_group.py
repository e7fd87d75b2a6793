"""hash-to-group/: Protocol 3, "Group and hashing"."""

from __future__ import annotations

from envelope import Topic, seeded
from reference import group as g
from reference.keys import md5_key, perceptual_key, sha256_key
from reference.labels import encode_integer

# RFC 9496, A.2.
INVALID_ENCODINGS = {
    "the integer is not below p": """
        00ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff
        ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f
        f3ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f
        edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f""",
    "the field element is negative": """
        0100000000000000000000000000000000000000000000000000000000000000
        01ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f
        ed57ffd8c914fb201471d1c3d245ce3c746fcbe63a3679d51b6a516ebebe0e20
        c34c4e1826e5d403b78e246e88aa051c36ccf0aafebffe137d148a2bf9104562
        c940e5a4404157cfb1628b108db051a8d439e1a421394ec4ebccb9ec92a8ac78
        47cfc5497c53dc8e61c91d17fd626ffb1c49e2bca94eed052281b510b1117a24
        f1c6165d33367351b0da8f6e4511010c68174a03b6581212c71c0e1d026c3c72
        87260f7a2f12495118360f02c26a470f450dadf34a413d21042b43b9d93e1309""",
    "x² is no square": """
        26948d35ca62e643e26a83177332e6b6afeb9d08e4268b650f1f5bbd8d81d371
        4eac077a713c57b4f4397629a4145982c661f48044dd3f96427d40b147d9742f
        de6a7b00deadc788eb6b6c8d20c0ae96c2f2019078fa604fee5b87d6e989ad7b
        bcab477be20861e01e4a0e295284146a510150d9817763caf1a6f4b422d67042
        2a292df7e32cababbd9de088d1d1abec9fc0440f637ed2fba145094dc14bea08
        f4a9e534fc0d216c44b218fa0c42d99635a0127ee2e53c712f70609649fdff22
        8268436f8c4126196cf64b3c7ddbda90746a378625f9813dd9b8457077256731
        2810e5cbc2cc4d4eece54f61c6f69758e289aa7ab440b3cbeaa21995c2f4232b""",
    "xy is negative": """
        3eb858e78f5a7254d8c9731174a94f76755fd3941c0ac93735c07ba14579630e
        a45fdc55c76448c049a1ab33f17023edfb2be3581e9c7aade8a6125215e04220
        d483fe813c6ba647ebbfd3ec41adca1c6130c2beeee9d9bf065c8d151c5f396e
        8a2e1d30050198c65a54483123960ccc38aef6848e1ec8f5f780e8523769ba32
        32888462f8b486c68ad7dd9610be5192bbeaf3b443951ac1a8118419d9fa097b
        227142501b9d4355ccba290404bde41575b037693cef1f438c47f8fbf35d1165
        5c37cc491da847cfeb9281d407efc41e15144c876e0170b499a96a22ed31e01e
        445425117cb8c90edcbc7c1cc0e74f747f2c1efa5630a967c64f287792a48a4b""",
    "s = −1, y would be 0": "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
}


SMALL_ROOTS = {
    8: "74f2fdc616d5bc769f00cc50d6e848da235b14a61e4ba00da1ce5c79f44e1744",
    14: "d675aa2546264d51ed1fda0d1eaf02596c233e96e6304aeaad9dc2431e90281e",
}
"""Elements whose roots are so small that root + p is below 2^255. The powers of x in v · u2_sqr · root² = 1 end with
x^4, x being s²; its solutions were found by factoring modulo p.
"""


def with_top_bit(encoding: bytes) -> bytes:
    return encoding[:31] + bytes([encoding[31] | 0x80])


def build() -> dict[str, Topic | bytes]:
    topic = Topic(
        "hash-to-group",
        "Hashing to elements and scalars of ristretto255, and what is no canonical encoding of one.",
        {
            "Substitute": "The point is P_sub of Protocol 5.3.",
            "NonCanonicalPoint": "RFC 9496's DECODE fails.",
            "NonCanonicalScalar": "Not below ℓ.",
            "RFC9496": "The encoding is listed in RFC 9496, A.1 or A.2.",
            "WrongRoot": "A number that is not the root of the element.",
            "NonCanonicalRoot": "A number whose square is that of the root: not below p, or negative.",
            "TopBit": "An element's encoding with bit 255 set. libsodium 1.0.18 takes it for the element; RFC "
            "9496's DECODE fails, since the integer is not below p.",
            "Identity": "32 zero bytes are canonical: the identity. Whether it is allowed is decided elsewhere.",
            "Zero": "Zero is a scalar, and no secret one.",
        },
    )
    draw = seeded("hash-to-group")

    group = topic.group("HashToGroup", "HashToGroup of RFC 9497 for OPRF(ristretto255, SHA-512).")
    messages = [
        ("no bytes", b""),
        ("one zero byte", b"\x00"),
        ("three letters", b"abc"),
        ("127 bytes", draw(127)),
        ("128 bytes, a block of SHA-512", draw(128)),
        ("300 bytes", draw(300)),
    ]
    dsts = [
        ("the DST of H", g.HASH_TO_GROUP_DST),
        ("the DST of fillers", g.FILLER_DST),
        ("a DST of 255 bytes", draw(255)),
    ]
    for about_dst, dst in dsts:
        for about, message in messages:
            group.add(
                f"{about}, {about_dst}",
                {"dst": dst.hex(), "message": message.hex()},
                lambda: {"point": g.hash_to_group(message, dst).hex()},
            )
    message = b"SealedMatch/1 substitute"
    group.add(
        "P_sub",
        {"dst": g.HASH_TO_GROUP_DST.hex(), "message": message.hex()},
        lambda: {"point": g.SUBSTITUTE.hex()},
        "Substitute",
    )

    group = topic.group("HashToScalar", "HashToScalar of RFC 9497: 64 bytes, little-endian, modulo ℓ.")
    for about, message in messages:
        group.add(
            about,
            {"dst": g.HASH_TO_SCALAR_DST.hex(), "message": message.hex()},
            lambda: {"scalar": g.encode_scalar(g.hash_to_scalar(message)).hex()},
        )

    group = topic.group("Element", "H(y) = HashToGroup(tableID ‖ y).")
    table_id = draw(16)
    for about, id_, y in [
        ("perceptual", table_id, perceptual_key(int.from_bytes(draw(6), "little"))),
        ("perceptual, no bit set", table_id, perceptual_key(0)),
        ("perceptual, all 64 bits set", table_id, perceptual_key(2**64 - 1)),
        ("SHA-256", table_id, sha256_key(draw(32))),
        ("MD5", table_id, md5_key(draw(16))),
        ("another table", draw(16), perceptual_key(0)),
    ]:
        group.add(about, {"tableID": id_.hex(), "key": y.hex()}, lambda: {"point": g.hash_key(id_, y).hex()})

    group = topic.group("Filler", "filler(i) = HashToGroup(fillerSeed ‖ i (8)) under a DST of its own.")
    seed = draw(32)
    for index in (0, 1, 255, 256, 4_097, 2**32, 2**53 - 1):
        group.add(
            f"cell {index}", {"fillerSeed": seed.hex(), "index": index}, lambda: {"point": g.filler(seed, index).hex()}
        )
    group.add(
        "another seed", {"fillerSeed": bytes(32).hex(), "index": 0}, lambda: {"point": g.filler(bytes(32), 0).hex()}
    )

    group = topic.group("DecodePoint", "Canonical is what RFC 9496's DECODE takes.")

    def decode(about: str, encoding: bytes, *flags: str, result: str = "valid") -> None:
        group.add(
            about,
            {"encoding": encoding.hex()},
            lambda: {"isIdentity": g.decode_element(encoding) == g.IDENTITY},
            *flags,
            result=result,
        )

    decode("the identity", g.IDENTITY, "RFC9496", "Identity")
    for n in range(1, 16):
        decode(f"{n}·B", g.multiply_base(n), "RFC9496")
    for i in range(4):
        decode("a random element", g.multiply_base(g.random_scalar(draw)))
    decode("P_sub", g.SUBSTITUTE, "Substitute")
    for why, encodings in INVALID_ENCODINGS.items():
        for digits in encodings.split():
            decode(why, bytes.fromhex(digits), "RFC9496", "NonCanonicalPoint", result="invalidPoint")
    decode(
        "the identity with bit 255 set", with_top_bit(g.IDENTITY), "NonCanonicalPoint", "TopBit", result="invalidPoint"
    )
    decode("B with bit 255 set", with_top_bit(g.GENERATOR), "NonCanonicalPoint", "TopBit", result="invalidPoint")
    decode(
        "2·B with bit 255 set", with_top_bit(g.multiply_base(2)), "NonCanonicalPoint", "TopBit", result="invalidPoint"
    )
    decode("the identity as p", encode_integer(g.FIELD_PRIME, 32), "NonCanonicalPoint", result="invalidPoint")
    negative = g.FIELD_PRIME - int.from_bytes(g.GENERATOR, "little")
    decode(
        "the negative of B's field element", encode_integer(negative, 32), "NonCanonicalPoint", result="invalidPoint"
    )
    decode("all bits set", b"\xff" * 32, "NonCanonicalPoint", result="invalidPoint")

    roots(topic)

    scalars = [("1", 1), ("2^252", 2**252), ("ℓ − 1", g.ORDER - 1), ("a random scalar", g.random_scalar(draw))]
    too_great = [
        ("ℓ", g.ORDER),
        ("ℓ + 1", g.ORDER + 1),
        ("2^253", 2**253),
        ("1 with bit 255 set", 2**255 + 1),
        ("2^256 − 1", 2**256 - 1),
    ]

    def decode_scalars(kind: str, comment: str, decode_one: object, zero_result: str) -> None:
        group = topic.group(kind, comment)

        def run(encoding: bytes) -> dict[str, object]:
            decode_one(encoding)  # type: ignore[operator]
            return {}

        zero = bytes(32)
        group.add("0", {"encoding": zero.hex()}, lambda: run(zero), "Zero", result=zero_result)
        for about, value in scalars:
            group.add(about, {"encoding": encode_integer(value, 32).hex()}, lambda: run(encode_integer(value, 32)))
        for about, value in too_great:
            group.add(
                about,
                {"encoding": encode_integer(value, 32).hex()},
                lambda: run(encode_integer(value, 32)),
                "NonCanonicalScalar",
                result="invalidScalar",
            )

    decode_scalars("DecodePublicScalar", "Scalars of proofs: below ℓ.", g.decode_scalar, "valid")
    decode_scalars("DecodeSecretScalar", "α, β, γ: below ℓ and not zero.", g.decode_secret_scalar, "invalidScalar")
    return {"hash-to-group/hash-to-group.json": topic}


def roots(topic: Topic) -> None:
    draw = seeded("roots of elements")
    hashed = [g.hash_key(draw(16), sha256_key(draw(32))) for _ in range(4)]
    group = topic.group("Root", "The root of an element. What is no element has none.")

    def root(about: str, encoding: bytes, *flags: str, result: str = "valid") -> None:
        case = {"encoding": encoding.hex()}
        group.add(about, case, lambda: {"root": g.element_root(encoding).hex()}, *flags, result=result)

    root("the identity", g.IDENTITY, "RFC9496", "Identity")
    for n in range(1, 16):
        root(f"{n}·B", g.multiply_base(n), "RFC9496")
    for element in hashed:
        root("H of a key", element)
    root("P_sub", g.SUBSTITUTE, "Substitute")
    for number, digits in SMALL_ROOTS.items():
        root(f"the root is {number}", bytes.fromhex(digits))
    for why, encodings in INVALID_ENCODINGS.items():
        for digits in encodings.split():
            root(why, bytes.fromhex(digits), "RFC9496", "NonCanonicalPoint", result="invalidPoint")
    root("B with bit 255 set", with_top_bit(g.GENERATOR), "NonCanonicalPoint", "TopBit", result="invalidPoint")
    root("the identity as p", encode_integer(g.FIELD_PRIME, 32), "NonCanonicalPoint", result="invalidPoint")

    group = topic.group("DecodeByRoot", "Decoding an encoding by its root, which is checked.")

    def decode(about: str, encoding: bytes, given: bytes, *flags: str, result: str = "valid") -> None:
        group.add(
            about,
            {"encoding": encoding.hex(), "root": given.hex()},
            lambda: {"isIdentity": g.decode_by_root(encoding, given) == g.IDENTITY},
            *flags,
            result=result,
        )

    small = bytes.fromhex(SMALL_ROOTS[8])
    elements = [("B", g.GENERATOR), ("2·B", g.multiply_base(2)), ("15·B", g.multiply_base(15))]
    elements += [("H of a key", element) for element in hashed] + [("the root is 8", small)]
    decode("the identity", g.IDENTITY, g.element_root(g.IDENTITY), "Identity")
    for about, element in elements:
        decode(about, element, g.element_root(element))
    p = g.FIELD_PRIME
    for about, element in [("the identity", g.IDENTITY), ("B", g.GENERATOR), ("H of a key", hashed[0])]:
        right = g.element_root(element)
        for kind, number in [
            ("the root negated", p - int.from_bytes(right, "little")),
            ("the root + p", p + int.from_bytes(right, "little")),
            ("the root, bit 255 set", int.from_bytes(with_top_bit(right), "little")),
        ]:
            given = encode_integer(number, 32)
            decode(f"{about}, {kind}", element, given, "NonCanonicalRoot", result="invalidPoint")
        doubled = g.add(element, g.GENERATOR) if element == g.IDENTITY else g.add(element, element)
        for kind, given in [
            ("zero", bytes(32)),
            ("one", encode_integer(1, 32)),
            ("two", encode_integer(2, 32)),
            ("the encoding itself", element),
            ("another element's root", g.element_root(hashed[1])),
            ("a near element's root", g.element_root(doubled)),
            ("another bit in the root", bytes([right[0] ^ 2]) + right[1:]),
            ("all bits set", b"\xff" * 32),
        ]:
            decode(f"{about}, {kind}", element, given, "WrongRoot", result="invalidPoint")
    decode("8 + p, below 2^255", small, encode_integer(8 + p, 32), "NonCanonicalRoot", result="invalidPoint")
    # What is no element, with a number that has the square of a root.
    for why in ("the field element is negative", "xy is negative", "s = −1, y would be 0"):
        for digits in INVALID_ENCODINGS[why].split():
            number = g.inverse_root(int.from_bytes(bytes.fromhex(digits), "little"))
            if number is not None:
                given = encode_integer(number, 32)
                decode(why, bytes.fromhex(digits), given, "NonCanonicalPoint", result="invalidPoint")
    for about, encoding, given in [
        ("B with bit 255 set", with_top_bit(g.GENERATOR), g.GENERATOR),
        ("the identity as p", encode_integer(p, 32), g.IDENTITY),
        (
            "the negative of B's field element",
            encode_integer(p - int.from_bytes(g.GENERATOR, "little"), 32),
            g.GENERATOR,
        ),
        ("x² is no square", bytes.fromhex(INVALID_ENCODINGS["x² is no square"].split()[0]), g.GENERATOR),
    ]:
        decode(about, encoding, g.element_root(given), "NonCanonicalPoint", result="invalidPoint")
