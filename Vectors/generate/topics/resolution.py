"""Protocol 4.13, 4.14 and 5.21."""

from __future__ import annotations

from dataclasses import replace

from envelope import Topic, seeded
from reference.keys import sign_message, source_public_key
from reference.labels import encode_integer
from reference.profile import PROFILE_2
from reference.registration import LABEL, Registration
from reference.resolution import RELEASE_LABEL, Release, ResolutionRequest
from reference.sharing import commitment, pseudonym_of, sharing

NOTES = {
    "TruncatedInput": "too short",
    "TrailingBytes": "bytes follow",
    "WrongMagic": "another format or version",
    "NoToken": "a request that ends where the token should be",
    "OutOfRange": "a number outside the range that the specification gives",
    "OtherCollector": "signed by somebody else than is expected",
    "ForgedRelease": "one change in what was signed",
    "OtherToken": "properly signed, but the token does not open the commitment",
    "Identity": "the account's identity key is known",
    "LeastParameters": "the least of everything",
    "GreatestParameters": "the greatest of everything",
}


def build() -> dict[str, Topic | bytes]:
    topic = Topic("resolution", "What a name is asked for with, and what releases it.", NOTES)
    requests(topic)
    releases(topic)
    return {"resolution/resolution.json": topic}


def requests(topic: Topic) -> None:
    group = topic.group("DecodeRequest", "4.13.")
    draw = seeded("resolution requests")
    good = ResolutionRequest(679, draw(32), draw(32)).encode()

    def add(comment: str, data: bytes, *flags: str, result: str = "valid") -> None:
        def decode() -> dict:
            request = ResolutionRequest.decode(data)
            return {"epoch": request.epoch, "pseudonym": request.pseudonym.hex(), "token": request.token.hex()}

        group.add(comment, {"bytes": data.hex()}, decode, *flags, result=result)

    add("a request", good)
    add("all zero but the magic", good[:4] + bytes(68), "LeastParameters")
    add("the last epoch", good[:4] + b"\xff" * 4 + good[8:], "GreatestParameters")
    add("without a token", good[:40], "NoToken", result="wrongLength")
    add("half a token", good[:56], "NoToken", result="wrongLength")
    add("empty", b"", "TruncatedInput", result="wrongLength")
    add("the last byte is missing", good[:-1], "TruncatedInput", result="wrongLength")
    add("a byte follows", good + b"\0", "TrailingBytes", result="wrongLength")
    add("magic of another version", b"SMQ2" + good[4:], "WrongMagic", result="invalidMagic")


def releases(topic: Topic) -> None:
    draw = seeded("releases")
    seed, identity, secret, account = draw(32), draw(32), draw(32), draw(32)
    epoch = 679
    pseudonym = pseudonym_of(secret, account, epoch)
    shared = sharing(secret, pseudonym, epoch, 3, 4, PROFILE_2.digest())
    plain = Registration(epoch, account, pseudonym, shared.commitment)
    signed = plain.signed(identity)

    group = topic.group("SignRelease", "4.14: what the collector's key makes of a registration and its token.")
    for comment, number, registration, *flags in (
        ("a registration without a signature", 1, plain, "LeastParameters"),
        ("a registration with one", 2, signed),
        ("the last number", 2**64 - 1, signed, "GreatestParameters"),
    ):
        group.add(
            comment,
            {
                "seed": seed.hex(),
                "number": encode_integer(number, 8).hex(),
                "token": shared.token.hex(),
                "registration": registration.encode().hex(),
            },
            lambda number=number, registration=registration: {
                "release": Release.sign(seed, number, shared.token, registration).encode().hex()
            },
            *flags,
        )

    group = topic.group("VerifyRelease", "4.14, `Verifying one`; identity is the account's key, or null.")
    key, other = source_public_key(seed), source_public_key(draw(32))

    def add(
        comment: str,
        data: bytes,
        *flags: str,
        collector: bytes = key,
        known: bytes | None = None,
        result: str = "valid",
    ) -> None:
        def verify() -> dict:
            release = Release.decode(data)
            release.verify(collector, known)
            made = release.registration
            return {
                "number": encode_integer(release.number, 8).hex(),
                "account": made.account.hex(),
                "epoch": made.epoch,
                "pseudonym": made.pseudonym.hex(),
            }

        group.add(
            comment,
            {"release": data.hex(), "collector": collector.hex(), "identity": None if known is None else known.hex()},
            verify,
            *flags,
            result=result,
        )

    one = Release.sign(seed, 7, shared.token, signed)
    bare = Release.sign(seed, 8, shared.token, plain)
    good = one.encode()
    add("a release", good)
    add("of a registration without a signature", bare.encode())
    add("and the account's identity key", good, "Identity", known=source_public_key(identity))
    bad = "invalidSignature"
    add("another identity key", good, "Identity", known=other, result=bad)
    add("an identity key, and no signature", bare.encode(), "Identity", known=key, result=bad)
    add("another collector's", good, "OtherCollector", collector=other, result=bad)
    impostor = Release.sign(draw(32), 7, shared.token, signed)
    add("an impostor's, with his own key in it", impostor.encode(), "OtherCollector", result=bad)
    borrowed = replace(impostor, collector=key)
    add("an impostor's, with the collector's key in it", borrowed.encode(), "OtherCollector", result=bad)
    for comment, at in (
        ("number", 4),
        ("token", 12),
        ("epoch", 80),
        ("account", 84),
        ("pseudonym", 116),
        ("commitment", 148),
        ("registration's signature", 190),
        ("signature", len(good) - 1),
    ):
        changed = bytearray(good)
        changed[at] ^= 1
        add(f"another bit in the {comment}", bytes(changed), "ForgedRelease", result=bad)
    moved = Release(7, shared.token, key, plain, one.signature)
    add("the registration's signature taken out", moved.encode(), "ForgedRelease", result=bad)
    unlabelled = replace(one, signature=sign_message(seed, one.before_signature()))
    add("signed without the label", unlabelled.encode(), "ForgedRelease", result=bad)
    mislabelled = replace(one, signature=sign_message(seed, LABEL + one.before_signature()))
    add("signed under the label of registrations", mislabelled.encode(), "ForgedRelease", result=bad)
    mismatch = "tokenMismatch"
    add("a made-up token", Release.sign(seed, 7, draw(32), signed).encode(), "OtherToken", result=mismatch)
    add(
        "K_e in place of the token",
        Release.sign(seed, 7, shared.epoch_key, signed).encode(),
        "OtherToken",
        result=mismatch,
    )
    later = replace(signed, epoch=epoch + 1)
    add("another epoch", Release.sign(seed, 7, shared.token, later).encode(), "OtherToken", result=mismatch)
    stranger = replace(signed, pseudonym=draw(32))
    add("another pseudonym", Release.sign(seed, 7, shared.token, stranger).encode(), "OtherToken", result=mismatch)
    short = commitment(shared.token, pseudonym, epoch + 1)
    unlike = replace(signed, commitment=short)
    add(
        "a commitment of another epoch",
        Release.sign(seed, 7, shared.token, unlike).encode(),
        "OtherToken",
        result=mismatch,
    )
    add("empty", b"", "TruncatedInput", result="wrongLength")
    add("75 bytes", good[:75], "TruncatedInput", result="wrongLength")
    add("the registration is cut short", good[:150], "TruncatedInput", result="wrongLength")
    add("the last byte is missing", good[:-1], "TruncatedInput", result="wrongLength")
    add("a byte follows", good + b"\0", "TrailingBytes", result="wrongLength")
    add("magic of a request", b"SMQ1" + good[4:], "WrongMagic", result="invalidMagic")
    add("the registration's magic", good[:76] + b"SMR1" + good[80:], "WrongMagic", result="invalidMagic")
    long = good[:180] + b"\x01\x20" + bytes(8_193 + 64)
    add("a signature of 8,193 bytes in the registration", long, "OutOfRange", result="parameterOutOfRange")
    assert RELEASE_LABEL != LABEL
