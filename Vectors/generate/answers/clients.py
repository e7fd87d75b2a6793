"""sharing, check-level, client, voucher."""

from __future__ import annotations

import forms
from reference.account import account_of
from reference.check_level import check_level, check_levels, check_of
from reference.client_state import ClientState
from reference.decoder import decoder
from reference.distinctness import distinctness, distinctness_key
from reference.epochs import AccountSecret, client_epoch, first_epoch
from reference.errors import ProtocolError
from reference.field import Q, at_random, inverse, residue
from reference.group import decode_secret_scalar
from reference.open import OpenedSet, open_voucher
from reference.payload import Payload
from reference.registration import Registration
from reference.reveal import open_payload
from reference.seal import header_of, seal
from reference.sharing import pseudonym_of, share_at, sharing
from reference.voucher import Header, Voucher, slot_mask_and_check, transcript

from .case import Case, Output, element, replayed


def field(case: Case) -> Output:
    a, b = case.element("a"), case.element("b")
    return {
        "sum": forms.element((a + b) % Q),
        "difference": forms.element((a - b) % Q),
        "product": forms.element(a * b % Q),
        "inverse": None if a == 0 else forms.element(inverse(a)),
    }


def decode_field(case: Case) -> Output:
    return {"element": forms.element(residue(case.word("word")))}


def encode_field(case: Case) -> Output:
    return {"word": at_random(case.element("element"), case["coin"]).hex()}


def derive(case: Case) -> Output:
    form = case["threshold"], case["polynomials"], case.bytes("profileDigest")
    made = sharing(case.bytes("secret"), case.bytes("pseudonym"), case["epoch"], *form)
    xs = [element(text) for text in case["xs"]]
    return {
        "secrets": forms.elements(polynomial[0] for polynomial in made.polynomials),
        "epochKey": made.epoch_key.hex(),
        "token": made.token.hex(),
        "commitment": made.commitment.hex(),
        "shares": [forms.share(x, share_at(made.polynomials, x)) for x in xs],
    }


def decode_shares(case: Case) -> Output:
    shares, t = case.shares(), case["threshold"]
    found = decoder(t, case["polynomials"], shares)
    if found is None:
        raise ProtocolError("belowThreshold" if len(shares) < t else "notDecodable")
    return {"members": list(found.members), "secrets": forms.elements(found.constants)}


def decode_levels(case: Case) -> Output:
    levels = list(case.bytes("bytes"))
    check_levels(levels)
    return {"levels": levels}


def level_of_number(case: Case) -> Output:
    return {"level": check_level(case["number"], case["levels"])}


def check_of_word(case: Case) -> Output:
    return {"check": check_of(case.word("word"), case["level"])}


def check_of_slot(case: Case) -> Output:
    header = case.bytes("header")
    mask, check = slot_mask_and_check(
        case.bytes("slotKey"),
        case.bytes("tableID"),
        case.bytes("element"),
        transcript(header, case.bytes("body")),
        Header.decode(header).check_level,
    )
    return {"mask": mask.hex(), "check": check}


def account_name(case: Case) -> Output:
    return {"account": account_of(case.bytes("name")).hex()}


def epoch_of_first_run(case: Case) -> Output:
    return {"epoch": first_epoch(case.word("now"), case.word("issuedAt"))}


def epoch_of_client(case: Case) -> Output:
    return {"epoch": client_epoch(case.word("now"), case.word("expiresAt"), case["secretEpoch"], case["stateEpoch"])}


def pseudonym(case: Case) -> Output:
    return {"pseudonym": pseudonym_of(case.bytes("secret"), case.bytes("account"), case["epoch"]).hex()}


def decode_registration(case: Case) -> Output:
    registration = Registration.decode(case.bytes("bytes"))
    return {
        "account": registration.account.hex(),
        "epoch": registration.epoch,
        "pseudonym": registration.pseudonym.hex(),
        "commitment": registration.commitment.hex(),
        "signature": registration.signature.hex(),
    }


def verify_registration(case: Case) -> Output:
    Registration.decode(case.bytes("bytes")).check_signature(case.optional_bytes("key"))
    return {}


def decode_account_secret(case: Case) -> Output:
    secret = AccountSecret.decode(case.bytes("bytes"))
    return {"epoch": secret.epoch, "secret": secret.secret.hex()}


def ratchet(case: Case) -> Output:
    return {"bytes": AccountSecret.decode(case.bytes("bytes")).ratchet(case["epoch"]).encode().hex()}


def repeats(case: Case) -> Output:
    key = distinctness_key(case.bytes("secret"), case.bytes("pseudonym"), case["epoch"])
    store: frozenset[int] = frozenset()
    found = []
    for item in case.cases("items"):
        probed, store = distinctness(key, item.all_bytes("keys"), item.optional_bytes("asSent"), item["video"], store)
        found.append([y.hex() for y in probed])
    return {"probed": found, "tags": forms.words(sorted(store))}


def profile_digest(case: Case) -> Output:
    return {"digest": case.profile().digest().hex()}


def decode_client_state(case: Case) -> Output:
    return {"bytes": ClientState.decode(case.bytes("bytes")).encode().hex()}


def take_number(case: Case) -> Output:
    state = ClientState.decode(case.bytes("bytes"))
    return {"number": state.number, "bytes": state.after_a_voucher().encode().hex()}


def merge_states(case: Case) -> Output:
    own, other = (ClientState.decode(case.bytes(name)) for name in ("bytes", "other"))
    return {"bytes": own.merged(other).encode().hex()}


def seal_voucher(case: Case) -> Output:
    set_file, own, epoch = case.set(), case.bytes("pseudonym"), case["epoch"]
    parameters = set_file.parameters
    n = check_level(case["number"], parameters.levels)
    header = header_of(set_file, n, epoch, case.bytes("voucherID"), own)
    payload = Case(case["payload"], case.folder).payload().encode(parameters.payload_count)
    form = parameters.threshold, parameters.polynomials, parameters.profile.digest()
    secrets = sharing(case.bytes("secret"), own, epoch, *form)
    keys = case.all_bytes("keys")
    voucher = replayed(case.bytes("random"), lambda draw: seal(header, keys, payload, set_file, secrets, draw))
    return {"voucher": voucher.encode().hex()}


def decode_voucher(case: Case) -> Output:
    header = Voucher.decode(case.contents("voucher")).header
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


def openings_of_voucher(case: Case) -> Output:
    set_ = OpenedSet(case.set().header, decode_secret_scalar(case.bytes("alpha")))
    return {
        "openings": [
            {
                "slot": opening.slot,
                "rkey": opening.rkey.hex(),
                "share": None if opening.x == 0 else forms.share(opening.x, opening.z),
                "inner": opening.inner.hex(),
            }
            for opening in open_voucher(Voucher.decode(case.contents("voucher")), set_)
        ]
    }


def payload_of_inner(case: Case) -> Output:
    return forms.payload(open_payload(case.bytes("header"), case.bytes("inner"), case.bytes("epochKey")))


def encode_payload(case: Case) -> Output:
    return {"bytes": case.payload().encode(case["payloadCount"]).hex()}


def decode_payload(case: Case) -> Output:
    return forms.payload(Payload.decode(case.bytes("bytes")))


SHARING = {
    "Field": field,
    "DecodeField": decode_field,
    "EncodeField": encode_field,
    "Derive": derive,
    "Decode": decode_shares,
    "DecodeSteps": decode_shares,
}
CHECK_LEVEL = {
    "DecodeLevels": decode_levels,
    "CheckLevel": level_of_number,
    "CheckOfWord": check_of_word,
    "Check": check_of_slot,
}
CLIENT = {
    "AccountName": account_name,
    "FirstEpoch": epoch_of_first_run,
    "ClientEpoch": epoch_of_client,
    "Pseudonym": pseudonym,
    "DecodeRegistration": decode_registration,
    "VerifyRegistration": verify_registration,
    "DecodeAccountSecret": decode_account_secret,
    "Ratchet": ratchet,
    "Distinctness": repeats,
    "ProfileDigest": profile_digest,
    "DecodeClientState": decode_client_state,
    "TakeNumber": take_number,
    "MergeStates": merge_states,
}
VOUCHER = {
    "Seal": seal_voucher,
    "DecodeVoucher": decode_voucher,
    "Open": openings_of_voucher,
    "OpenPayload": payload_of_inner,
    "EncodePayload": encode_payload,
    "DecodePayload": decode_payload,
}
