"""collector, resolution, reveal, end-to-end."""

from __future__ import annotations

import forms
from reference.authority import reveal_all
from reference.cases import Event, check_chain
from reference.case_file import ListedEntry, finding, listed_entries
from reference.collector import Collector
from reference.entries import ListedHash, key_of
from reference.errors import ProtocolError
from reference.keys import SetSecrets
from reference.labels import encode_integer
from reference.open import OpenedSet, Opening
from reference.profile import PROFILE_2
from reference.registration import Registration
from reference.resolution import Release, ResolutionRequest
from reference.reveal import AccountEpoch, reveal
from reference.set_file import SetFile
from reference.voucher import Header

from .case import Case, Output


def requests(case: Case) -> Output:
    policy = Case(case["policy"], case.folder)
    known = None
    if policy["sets"] is not None:
        sets = [SetFile.decode(Case({"set": one}, case.folder).file("set")) for one in policy["sets"]]
        known = {set_.root: set_.header for set_ in sets}
    identities = None
    if policy["identities"] is not None:
        identities = {one.bytes("account"): one.bytes("key") for one in policy.cases("identities")}
    epochs = None if policy["epochs"] is None else tuple(policy["epochs"])
    # Releases need a key; a case says nothing of their bytes.
    collector = Collector(policy["vouchersPerEpoch"], policy["epochsPerAccount"], known, epochs=epochs, seed=bytes(32))
    replies = []
    for number, step in enumerate(case.cases("steps")):
        collector.identities = identities if number >= policy["identitiesFrom"] else None
        data = None if step["bytes"] is None else step.contents("bytes")
        replies.append(collector.reply(step["request"], step.optional_bytes("caller"), data, step["epoch"]))
    counts = sorted(collector.counts.items(), key=lambda pair: -1 if pair[0] is None else pair[0])
    return {
        "replies": replies,
        "counts": [
            {"epoch": epoch, "releases": one.releases, "repeats": one.repeats, "refusals": one.refusals}
            for epoch, one in counts
        ],
    }


def decode_request(case: Case) -> Output:
    request = ResolutionRequest.decode(case.bytes("bytes"))
    return {"epoch": request.epoch, "pseudonym": request.pseudonym.hex(), "token": request.token.hex()}


def sign_release(case: Case) -> Output:
    registration = Registration.decode(case.bytes("registration"))
    release = Release.sign(case.bytes("seed"), case.word("number"), case.bytes("token"), registration)
    return {"release": release.encode().hex()}


def verify_release(case: Case) -> Output:
    release = Release.decode(case.bytes("release"))
    release.verify(case.bytes("collector"), case.optional_bytes("identity"))
    registration = release.registration
    return {
        "number": encode_integer(release.number, 8).hex(),
        "account": registration.account.hex(),
        "epoch": registration.epoch,
        "pseudonym": registration.pseudonym.hex(),
    }


def openings(case: Case, name: str) -> list[Opening]:
    return [
        Opening(
            Header.decode(one.bytes("header")), one["slot"], one.bytes("rkey"), one.bytes("body"), one["quarantined"]
        )
        for one in case.cases(name)
    ]


def reveal_account(case: Case) -> Output:
    found = reveal(
        openings(case, "openings"),
        case.bytes("pseudonym"),
        case["epoch"],
        case["threshold"],
        case["polynomials"],
        case.optional_bytes("commitment"),
    )
    return {
        "epochKey": found.epoch_key.hex(),
        "token": found.token.hex(),
        "matches": [
            {
                "voucherID": match.opening.header.voucher_id.hex(),
                "slot": match.opening.slot,
                "setRoot": match.opening.header.root.hex(),
                **forms.payload(match.payload),
                "quarantined": match.opening.quarantined,
            }
            for match in found.matches
        ],
    }


def tries(case: Case) -> Output:
    state = AccountEpoch(case.bytes("pseudonym"), case["epoch"])
    results = []
    for step in case.cases("steps"):
        if "record" in step.fields:
            for opening in openings(step, "record"):
                state.record((step["threshold"], opening.header.polynomials), [opening])
            continue
        try:
            found = state.try_reveal(step.optional_bytes("commitment"), step["forced"])
        except ProtocolError as sealed:
            results.append({"verdict": sealed.name, "matches": []})
            continue
        matches = [match.opening.header.voucher_id.hex() for match in found or ()]
        results.append({"verdict": "notDue" if found is None else "revealed", "matches": matches})
    return {"tries": results}


def compare(case: Case) -> Output:
    hashes = case.hashes("listed")
    keys = [key_of(one, PROFILE_2) for one in hashes]
    entries = [
        # The place of the first hash of the same entry is its name.
        ListedEntry("pdq" if one.kind == "video" else one.kind, data, str(keys.index(key)), key=key)
        for one, key in zip(hashes, keys, strict=True)
        for data in (one.bytes, *one.companions)
    ]
    found = finding(case.payload(), entries, PROFILE_2, case["separation"])
    return {
        "finding": found.name,
        "distance": found.distance,
        "keyDistance": found.key_distance,
        "index": None if found.listed is None else int(found.listed.label),
    }


def end_to_end(case: Case) -> Output:
    set_file, secrets = case.set(), SetSecrets.decode(case.contents("secrets"))
    parameters = set_file.parameters
    lists: list[tuple[str, list[ListedHash]]] = [(one["source"], one.hashes("hashes")) for one in case.cases("lists")]
    listed = listed_entries(lists, parameters.profile)
    collector = Collector()
    for request in case.cases("requests"):
        collector.reply(request["request"], request.bytes("caller"), request.contents("bytes"), None)
    accounts = []
    for found in reveal_all(collector, [OpenedSet(set_file.header, secrets.alpha)]):
        matches = []
        for match in found.matches:
            what = finding(match.payload, listed, parameters.profile, parameters.separation)
            matches.append(
                {
                    "voucherID": match.opening.header.voucher_id.hex(),
                    "slot": match.opening.slot,
                    "finding": what.name,
                    "distance": what.distance,
                    "keyDistance": what.key_distance,
                    "fingerprint": match.payload.fingerprint.hex(),
                    "note": match.payload.note.hex(),
                }
            )
        accounts.append(
            {
                "pseudonym": found.pseudonym.hex(),
                "epoch": found.epoch,
                "result": found.result,
                "token": found.token.hex() or None,
                "matches": matches,
            }
        )
    return {"accounts": accounts}


COLLECTOR = {"Requests": requests}
RESOLUTION = {"DecodeRequest": decode_request, "SignRelease": sign_release, "VerifyRelease": verify_release}
REVEAL = {"Reveal": reveal_account, "Tries": tries, "Compare": compare}
END_TO_END = {"EndToEnd": end_to_end}


def check_cases(case: Case) -> Output:
    kept = None if case["kept"] is None else (case["kept"]["number"], bytes.fromhex(case["kept"]["hash"]))
    events = (Event.decode(line) for line in case["lines"])
    (number, end), library = check_chain(events, case.optional_bytes("key"), kept)
    return {
        "number": number,
        "hash": end.hex(),
        "cases": [
            {
                "number": one,
                "state": found.state,
                "outcome": found.outcome,
                "round": found.round,
                "matches": len(found.matches),
                "listed": found.listed,
                "viewed": sum(bool(people) for people in found.viewed.values()),
            }
            for one, found in sorted(library.cases.items())
        ],
    }


CASES = {"CheckChain": check_cases}
