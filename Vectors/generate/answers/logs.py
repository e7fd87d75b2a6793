"""log."""

from __future__ import annotations

from log_replies import publish_replies, witness_replies
from reference.log_policy import LogPolicy
from reference.log_proof import LogProof
from reference.merkle import check_consistency, root_of_path
from reference.notes import SignedNote, VerifierKey
from reference.set_file import HEAD_COUNT, SIGNED_COUNT, SetFile, SetHeader
from reference.tiles import decode_bundle, tile_path
from topics.log import (
    alarm_fields,
    checkpoint_fields,
    entry_fields,
    logged_fields,
    note_fields,
    policy_fields,
    proof_fields,
    watch_fields,
)

from .case import Case, Output


def decode_note(case: Case) -> Output:
    return note_fields(SignedNote.decode(case.bytes("note")))


def decode_key(case: Case) -> Output:
    key = VerifierKey.decode(case.bytes("key"))
    return {"name": key.name.encode().hex(), "kind": key.kind, "publicKey": key.public_key.hex()}


def verify_checkpoint(case: Case) -> Output:
    return checkpoint_fields(case.bytes("checkpoint"), case["keys"])


def inclusion(case: Case) -> Output:
    return {"root": root_of_path(case.bytes("leaf"), case["index"], case["size"], case.all_bytes("path")).hex()}


def consistency(case: Case) -> Output:
    check_consistency(
        case["oldSize"], case.bytes("oldRoot"), case["newSize"], case.bytes("newRoot"), case.all_bytes("path")
    )
    return {}


def decode_policy(case: Case) -> Output:
    return policy_fields(LogPolicy.decode(case.bytes("policy"), case["maximumAge"]))


def decode_entry(case: Case) -> Output:
    return entry_fields(case.bytes("entry"))


def decode_proof(case: Case) -> Output:
    return proof_fields(LogProof.decode(case.bytes("proof")))


def check_set_proof(case: Case) -> Output:
    head = case.file("set")
    part = head[:SIGNED_COUNT]
    set_file = SetFile(part, head[SIGNED_COUNT:HEAD_COUNT], b"", SetHeader.decode(part))
    return logged_fields(set_file, case.optional_bytes("proof"), case.bytes("policy"), case["maximumAge"], case["now"])


def path_of_tile(case: Case) -> Output:
    return {"path": tile_path(case["level"], case["index"], case["width"])}


def bundle(case: Case) -> Output:
    return {"entries": [entry.hex() for entry in decode_bundle(case.bytes("bundle"), case["count"])]}


def alarms(case: Case) -> Output:
    set_file = None if case["set"] is None else case.set()
    return alarm_fields(case.all_bytes("entries"), set_file, case["growth"])


def watched(case: Case) -> Output:
    files = {one["path"]: one.contents("contents") for one in case.cases("files")}
    policy = LogPolicy.decode(case.bytes("policy"), case["maximumAge"])
    set_file = None if case["set"] is None else case.set()
    return watch_fields(files, policy, case.optional_bytes("last"), case["now"], set_file, case["growth"])


def witness(case: Case) -> Output:
    return witness_replies(case.fields)


def publish(case: Case) -> Output:
    return publish_replies(case.fields)


LOG = {
    "DecodeNote": decode_note,
    "DecodeKey": decode_key,
    "VerifyCheckpoint": verify_checkpoint,
    "Inclusion": inclusion,
    "Consistency": consistency,
    "DecodePolicy": decode_policy,
    "DecodeEntry": decode_entry,
    "DecodeProof": decode_proof,
    "CheckSetProof": check_set_proof,
    "TilePath": path_of_tile,
    "DecodeBundle": bundle,
    "Alarms": alarms,
    "Watch": watched,
    "Witness": witness,
    "Publish": publish,
}
