"""hash-to-group, kdf, proofs."""

from __future__ import annotations

from itertools import islice

import forms
from reference import group as g
from reference.dleq import generate_proof, verify_proof
from reference.labels import aead, aead_open, kdf, stream, word_stream

from .case import Case, Output, replayed


def hash_to_group(case: Case) -> Output:
    return {"point": g.hash_to_group(case.bytes("message"), case.bytes("dst")).hex()}


def hash_to_scalar(case: Case) -> Output:
    return {"scalar": g.encode_scalar(g.hash_to_scalar(case.bytes("message"), case.bytes("dst"))).hex()}


def element_of_key(case: Case) -> Output:
    return {"point": g.hash_key(case.bytes("tableID"), case.bytes("key")).hex()}


def filler(case: Case) -> Output:
    return {"point": g.filler(case.bytes("fillerSeed"), case["index"]).hex()}


def decode_point(case: Case) -> Output:
    return {"isIdentity": g.decode_element(case.bytes("encoding")) == g.IDENTITY}


def root(case: Case) -> Output:
    return {"root": g.element_root(case.bytes("encoding")).hex()}


def decode_by_root(case: Case) -> Output:
    return {"isIdentity": g.decode_by_root(case.bytes("encoding"), case.bytes("root")) == g.IDENTITY}


def decode_public_scalar(case: Case) -> Output:
    g.decode_scalar(case.bytes("encoding"))
    return {}


def decode_secret_scalar(case: Case) -> Output:
    g.decode_secret_scalar(case.bytes("encoding"))
    return {}


def labelled_hash(case: Case) -> Output:
    return {"output": kdf(case.optional_bytes("key"), case["label"], case.bytes("message")).hex()}


def words_of_stream(case: Case) -> Output:
    return {"words": forms.words(islice(word_stream(case.bytes("key")), case["count"]))}


def stream_xor(case: Case) -> Output:
    return {"output": stream(case.bytes("key"), case.bytes("message")).hex()}


def seal_aead(case: Case) -> Output:
    key, nonce, message, ad = (case.bytes(name) for name in ("key", "nonce", "message", "ad"))
    return {"output": aead(key, nonce, message, ad).hex()}


def open_aead(case: Case) -> Output:
    key, nonce, ciphertext, ad = (case.bytes(name) for name in ("key", "nonce", "ciphertext", "ad"))
    return {"message": aead_open(key, nonce, ciphertext, ad).hex()}


def prove(case: Case) -> Output:
    alpha, c = g.decode_secret_scalar(case.bytes("alpha")), case.all_bytes("elements")
    d = [g.multiply(alpha, element) for element in c]
    proof = replayed(case.bytes("random"), lambda draw: generate_proof(alpha, c, d, draw))
    return {"publicKey": g.multiply_base(alpha).hex(), "evaluated": [e.hex() for e in d], "proof": proof.hex()}


def verify(case: Case) -> Output:
    verify_proof(case.bytes("publicKey"), case.all_bytes("elements"), case.all_bytes("evaluated"), case.bytes("proof"))
    return {}


HASH_TO_GROUP = {
    "HashToGroup": hash_to_group,
    "HashToScalar": hash_to_scalar,
    "Element": element_of_key,
    "Filler": filler,
    "DecodePoint": decode_point,
    "Root": root,
    "DecodeByRoot": decode_by_root,
    "DecodePublicScalar": decode_public_scalar,
    "DecodeSecretScalar": decode_secret_scalar,
}
KDF = {
    "KDF": labelled_hash,
    "WordStream": words_of_stream,
    "Stream": stream_xor,
    "SealAEAD": seal_aead,
    "OpenAEAD": open_aead,
}
PROOFS = {"Prove": prove, "Verify": verify}
