"""table, entries, set-file, audit-package."""

from __future__ import annotations

from reference import group as g
from reference import key_proof
from reference import set_file as set_files
from reference import table as t
from reference.audit import AuditPackage, audit
from reference.entries import VIDEO, ListedHash, parse_list, select_entries
from reference.keys import SetSecrets, entries_digest, source_public_key, support_digest
from reference.labels import blake2b_256
from reference.parameters import TrustPolicy
from topics.set_file import POLICY_FIELDS, opened_fields

from .case import Case, Output, listed, replayed


def cells(case: Case) -> Output:
    return {"m": t.cells(case["n"])}


def positions(case: Case) -> Output:
    return {"positions": list(t.positions(case.bytes("key"), case.bytes("positionSeed"), case["m"]))}


def build(case: Case) -> Output:
    alpha = g.decode_secret_scalar(case.bytes("alpha"))
    made = t.table(
        case.all_bytes("keys"), alpha, case.bytes("tableID"), case.bytes("positionSeed"), case.bytes("fillerSeed")
    )
    return {
        "m": len(made),
        "publicKey": g.multiply_base(alpha).hex(),
        "tableDigest": blake2b_256(b"".join(made)).hex(),
        "cells": [{"index": index, "cell": made[index].hex()} for index in case["shown"]],
    }


def decode(case: Case) -> Output:
    three = case.all_bytes("cells")
    return {"point": t.decode_cells(three).hex(), "pointForBuilders": t.decode_cells(three, g.IDENTITY).hex()}


def parse(case: Case) -> Output:
    parsed = parse_list(case["text"], case["minimumQuality"], skip_bad_lines=True)

    def form(one: ListedHash) -> Output:
        companions = {"companions": [hash_.hex() for hash_ in one.companions]} if one.kind == VIDEO else {}
        return {"kind": one.kind, "bytes": one.bytes.hex(), **companions}

    return {
        "hashes": [form(one) for one in parsed.hashes],
        "poorLines": parsed.poor_lines,
        "badLines": parsed.bad_lines,
    }


def select(case: Case) -> Output:
    lists = [listed(hashes) for hashes in case["lists"]]
    chosen = select_entries(lists, case.profile(), case["minimumSources"], case["separation"])
    return {
        "keys": [y.hex() for y in chosen.keys],
        "supporters": chosen.supporters,
        "folded": [{"key": f.key.hex(), "into": f.into.hex(), "distance": f.distance} for f in chosen.folded],
    }


def open_set(case: Case) -> Output:
    fields = Case(case["policy"], case.folder)
    profiles = None if fields["profiles"] is None else frozenset(fields.all_bytes("profiles"))
    others = {ours: fields[name] for ours, name in POLICY_FIELDS.items()}
    policy = TrustPolicy(
        sources=frozenset(fields.all_bytes("sources")),
        profiles=profiles,
        **{name: tuple(value) if isinstance(value, list) else value for name, value in others.items()},
    )
    return opened_fields(set_files.open_set(case.file("set"), policy, case["newestVersion"], case["now"]), policy)


def sign_set(case: Case) -> Output:
    seed = case.bytes("seed")
    return {"publicKey": source_public_key(seed).hex(), "signature": set_files.sign(seed, case.bytes("root")).hex()}


def decode_secrets(case: Case) -> Output:
    secrets = SetSecrets.decode(case.bytes("bytes"), case.bytes("publicKey"))
    return {
        "alpha": g.encode_scalar(secrets.alpha).hex(),
        "tableID": secrets.table_id.hex(),
        "positionSeed": secrets.position_seed.hex(),
        "fillerSeed": secrets.filler_seed.hex(),
        "entriesDigest": secrets.entries_digest.hex(),
    }


def digest_of_support(case: Case) -> Output:
    return {"digest": support_digest(case.all_bytes("keys"), case["supporters"], case.bytes("fillerSeed")).hex()}


def digest_of_entries(case: Case) -> Output:
    return {"digest": entries_digest(case.all_bytes("keys")).hex()}


def decode_package(case: Case) -> Output:
    package = AuditPackage.decode(case.file("package"))
    return {
        "root": package.root.hex(),
        "fillerSeed": package.filler_seed.hex(),
        "keys": [y.hex() for y in package.keys],
        "supporters": list(package.supporters),
        "proofs": [proof.hex() for proof in package.proofs],
    }


def audit_set(case: Case) -> Output:
    lists = {one.bytes("source"): one.hashes("hashes") for one in case.cases("lists")}
    report = audit(case.set(), AuditPackage.decode(case.file("package")), lists)
    return {
        "findings": report.names,
        "confirmed": [report.confirmed[source] for source in lists if source in report.confirmed],
    }


def prove_key(case: Case) -> Output:
    set_file, secrets = case.set(), SetSecrets.decode(case.contents("secrets"))
    proof = replayed(case.bytes("random"), lambda draw: key_proof.prove(set_file, secrets, case.bytes("key"), draw))
    return {"proof": proof.encode().hex(), "isMember": key_proof.verify(set_file, proof)}


def verify_key(case: Case) -> Output:
    proof = key_proof.KeyProof.decode(case.bytes("proof"))
    return {"key": proof.y.hex(), "isMember": key_proof.verify(case.set(), proof)}


TABLE = {"Cells": cells, "Positions": positions, "Build": build, "Decode": decode}
ENTRIES = {"ParseList": parse, "Select": select}
SET_FILE = {
    "OpenSet": open_set,
    "SignSet": sign_set,
    "DecodeSecrets": decode_secrets,
    "SupportDigest": digest_of_support,
    "EntriesDigest": digest_of_entries,
}
AUDIT_PACKAGE = {"DecodePackage": decode_package, "Audit": audit_set, "ProveKey": prove_key, "VerifyKey": verify_key}
