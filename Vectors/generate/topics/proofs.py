"""proofs/: Protocol 5.20, DLEQ proofs, also over batches."""

from __future__ import annotations

import json
import pathlib

from envelope import Recorder, Topic, seeded
from reference import group as g
from reference.dleq import composites, composites_fast, generate_proof, generate_proof_with_nonce, verify_proof
from reference.labels import decode_integer, encode_integer

UPSTREAM = pathlib.Path(__file__).parents[2] / "hash-to-group" / "rfc9497-voprf-ristretto255-sha512.json"


def check_against_rfc9497() -> None:
    """RFC 9497's own vectors: before the reference makes vectors, it has to agree with these."""
    upstream = json.loads(UPSTREAM.read_text())

    def fields(text: str) -> list[bytes]:
        return [bytes.fromhex(part) for part in text.split(",")]

    [dst], [seed], [info], [secret], [public] = (
        fields(upstream[name]) for name in ("groupDST", "seed", "keyInfo", "skSm", "pkSm")
    )
    assert dst == g.HASH_TO_GROUP_DST
    # DeriveKeyPair, 3.2.1, with counter 0
    k = g.hash_to_scalar(seed + len(info).to_bytes(2, "big") + info + b"\x00", b"DeriveKeyPair" + g.CONTEXT_STRING)
    assert g.encode_scalar(k) == secret and g.multiply_base(k) == public
    assert upstream["vectors"]
    for case in upstream["vectors"]:
        blinds, c, d, inputs = (
            fields(case[name]) for name in ("Blind", "BlindedElement", "EvaluationElement", "Input")
        )
        for blind, element, evaluated, data in zip(blinds, c, d, inputs, strict=True):
            assert g.multiply(decode_integer(blind), g.hash_to_group(data)) == element
            assert g.multiply(k, element) == evaluated
        m, z = composites_fast(k, public, c, d)
        assert (m, z) == composites(public, c, d)
        [proof], [r] = fields(case["Proof"]["proof"]), fields(case["Proof"]["r"])
        assert generate_proof_with_nonce(decode_integer(r), k, public, m, z) == proof
        verify_proof(public, c, d, proof)


def build() -> dict[str, Topic | bytes]:
    check_against_rfc9497()
    topic = Topic(
        "proofs",
        "DLEQ proofs of RFC 9497 with the nonce of the label `proof nonce`. RFC 9497's own vectors are in "
        "hash-to-group/.",
        {
            "Batch": "More than one pair.",
            "TwoByteIndex": "More than 256 pairs: ComputeComposites' index needs both of its bytes.",
            "Cancelling": "Two values are wrong by amounts whose sum is the identity: only weights tell.",
            "ForgedProof": "Proof and statement do not belong together.",
            "IdentityPoint": "The identity proves nothing: 0 is a multiple of everything.",
            "NonCanonicalPoint": "RFC 9496's DECODE fails.",
            "NonCanonicalScalar": "c or s is not below ℓ.",
            "SecondEncoding": "A second encoding of something that would otherwise verify.",
        },
    )
    draw = seeded("proofs")
    alpha = g.random_scalar(draw)
    public = g.multiply_base(alpha)

    def elements(count: int) -> list[bytes]:
        return [g.hash_to_group(draw(24)) for _ in range(count)]

    group = topic.group("Prove", "GenerateProof with k = α: `random` is the 32 fresh bytes of the nonce.")

    def prove(about: str, key: int, c: list[bytes], *flags: str) -> None:
        recorder = Recorder(draw)
        d = [g.multiply(key, element) for element in c]
        proof = generate_proof(key, c, d, recorder)
        group.add(
            about,
            {"alpha": g.encode_scalar(key).hex(), "elements": [e.hex() for e in c], "random": recorder.drawn.hex()},
            lambda: {"publicKey": g.multiply_base(key).hex(), "evaluated": [e.hex() for e in d], "proof": proof.hex()},
            *flags,
        )

    prove("one pair", alpha, elements(1))
    prove("one pair, α = 1", 1, elements(1))
    prove("one pair, α = ℓ − 1", g.ORDER - 1, elements(1))
    prove("one pair, the element is B", alpha, [g.GENERATOR])
    prove("two pairs", alpha, elements(2), "Batch")
    prove("two equal pairs", alpha, elements(1) * 2, "Batch")
    prove("ten pairs", alpha, elements(10), "Batch")
    prove("300 pairs", alpha, elements(300), "Batch", "TwoByteIndex")

    group = topic.group("Verify", "VerifyProof.")

    def verify(
        about: str,
        c: list[bytes],
        d: list[bytes],
        proof: bytes,
        *flags: str,
        key: bytes = public,
        result: str = "valid",
    ) -> None:
        def run() -> dict[str, object]:
            verify_proof(key, c, d, proof)
            return {}

        group.add(
            about,
            {
                "publicKey": key.hex(),
                "elements": [e.hex() for e in c],
                "evaluated": [e.hex() for e in d],
                "proof": proof.hex(),
            },
            run,
            *flags,
            result=result,
        )

    def pairs(count: int) -> tuple[list[bytes], list[bytes], bytes]:
        c = elements(count)
        d = [g.multiply(alpha, element) for element in c]
        return c, d, generate_proof(alpha, c, d, draw)

    def flipped(data: bytes, byte: int) -> bytes:
        return data[:byte] + bytes([data[byte] ^ 1]) + data[byte + 1 :]

    c, d, proof = pairs(1)
    other = g.hash_to_group(draw(24))
    verify("one pair", c, d, proof)
    verify("the lowest bit of c is another", c, d, flipped(proof, 0), "ForgedProof", result="proofRejected")
    verify("the lowest bit of s is another", c, d, flipped(proof, 32), "ForgedProof", result="proofRejected")
    verify("c and s have changed places", c, d, proof[32:] + proof[:32], "ForgedProof", result="proofRejected")
    verify("c and s are zero: allowed scalars, no proof", c, d, bytes(64), "ForgedProof", result="proofRejected")
    verify("the value is another", c, [other], proof, "ForgedProof", result="proofRejected")
    verify("the element is another", [other], d, proof, "ForgedProof", result="proofRejected")
    verify("element and value have changed places", d, c, proof, "ForgedProof", result="proofRejected")
    verify("another public key", c, d, proof, "ForgedProof", key=g.multiply_base(alpha + 1), result="proofRejected")
    verify(
        "the public key's negative, and the value's",
        c,
        [g.subtract(g.IDENTITY, d[0])],
        proof,
        "ForgedProof",
        key=g.subtract(g.IDENTITY, public),
        result="proofRejected",
    )
    for name, at in (("c", 0), ("s", 32)):
        scalar = int.from_bytes(proof[at : at + 32], "little")
        verify(
            f"{name} + ℓ",
            c,
            d,
            proof[:at] + encode_integer(scalar + g.ORDER, 32) + proof[at + 32 :],
            "NonCanonicalScalar",
            "SecondEncoding",
            result="invalidScalar",
        )
        verify(
            f"{name} = ℓ",
            c,
            d,
            proof[:at] + encode_integer(g.ORDER, 32) + proof[at + 32 :],
            "NonCanonicalScalar",
            result="invalidScalar",
        )
    verify("the public key is the identity", c, d, proof, "IdentityPoint", key=g.IDENTITY, result="identityPoint")
    verify("the element is the identity", [g.IDENTITY], d, proof, "IdentityPoint", result="identityPoint")
    verify("the value is the identity", c, [g.IDENTITY], proof, "IdentityPoint", result="identityPoint")

    def top_bit(point: bytes) -> bytes:
        return point[:31] + bytes([point[31] | 0x80])

    verify(
        "the value's encoding with bit 255 set",
        c,
        [top_bit(d[0])],
        proof,
        "NonCanonicalPoint",
        "SecondEncoding",
        result="invalidPoint",
    )
    verify(
        "the element's encoding with bit 255 set",
        [top_bit(c[0])],
        d,
        proof,
        "NonCanonicalPoint",
        "SecondEncoding",
        result="invalidPoint",
    )
    verify(
        "the public key's encoding with bit 255 set",
        c,
        d,
        proof,
        "NonCanonicalPoint",
        "SecondEncoding",
        key=top_bit(public),
        result="invalidPoint",
    )
    verify("the value is no encoding", c, [b"\xff" * 32], proof, "NonCanonicalPoint", result="invalidPoint")

    c, d, proof = pairs(5)
    verify("five pairs", c, d, proof, "Batch")
    verify("the last pair is left out", c[:4], d[:4], proof, "Batch", "ForgedProof", result="proofRejected")
    verify(
        "two pairs have changed places",
        [c[1], c[0], *c[2:]],
        [d[1], d[0], *d[2:]],
        proof,
        "Batch",
        "ForgedProof",
        result="proofRejected",
    )
    verify(
        "two values have changed places", c, [d[1], d[0], *d[2:]], proof, "Batch", "ForgedProof", result="proofRejected"
    )
    verify("the last value is another", c, [*d[:4], other], proof, "Batch", "ForgedProof", result="proofRejected")
    verify(
        "the third value is the identity",
        c,
        [*d[:2], g.IDENTITY, *d[3:]],
        proof,
        "Batch",
        "IdentityPoint",
        result="identityPoint",
    )
    # A prover who knows α proves what it can of a false statement: D_1 + X, D_2 − X.
    wrong = [g.add(d[0], other), g.subtract(d[1], other), *d[2:]]
    verify(
        "two values are wrong by amounts that cancel",
        c,
        wrong,
        generate_proof(alpha, c, wrong, draw),
        "Batch",
        "Cancelling",
        "ForgedProof",
        result="proofRejected",
    )
    c, d, proof = pairs(300)
    verify("300 pairs", c, d, proof, "Batch", "TwoByteIndex")
    verify(
        "pairs 0 and 256 have changed places",
        [c[256], *c[1:256], c[0], *c[257:]],
        [d[256], *d[1:256], d[0], *d[257:]],
        proof,
        "Batch",
        "TwoByteIndex",
        result="proofRejected",
    )
    return {"proofs/proofs.json": topic}
