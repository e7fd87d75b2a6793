"""Protocol 4.12: the case file; the end of 5.18: fingerprints are compared with the plaintext list."""

from __future__ import annotations

import base64
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from .entries import ListedHash, key_of
from .parameters import EPOCH_SECONDS
from .payload import MD5, NONE, PDQ, SHA256, VIDEO, Payload
from .profile import Profile
from .reveal import Match

KIND_NAMES = {NONE: "none", PDQ: "pdq", SHA256: "sha256", MD5: "md5", VIDEO: "video"}
NEAR = 31
FAR = 64
NOTICE = (
    "What a modified client says about itself is not proof. This file shows openings of one account and epoch that "
    "lie on its committed polynomials; it is a reason for a person to look, not evidence that something was sent."
)


@dataclass(frozen=True)
class ListedEntry:
    """A hash of the list, and the entry that it is of."""

    kind: str  # pdq, also for those of videos; sha256, md5
    bytes: bytes
    label: str = ""
    sources: tuple[str, ...] = ()
    key: bytes = b""
    """what tells one entry from another"""


def listed_entries(lists: Sequence[tuple[str, Sequence[ListedHash]]], profile: Profile) -> list[ListedEntry]:
    """4.12: hashes of equal key are one entry, a video's line with all of its hashes. In the order of the lists, each
    (name of the source, hashes).
    """
    labels: dict[bytes, str] = {}
    sources: dict[bytes, set[str]] = {}
    hashes: dict[tuple[str, bytes, bytes], None] = {}
    for source, listed_hashes in lists:
        for listed in listed_hashes:
            key = key_of(listed, profile)
            labels.setdefault(key, f"{listed.kind} {listed.bytes.hex()}")
            sources.setdefault(key, set()).add(source)
            kind = "pdq" if listed.kind == "video" else listed.kind
            for data in (listed.bytes, *listed.companions):
                hashes[kind, data, key] = None
    return [ListedEntry(kind, data, labels[key], tuple(sorted(sources[key])), key) for kind, data, key in hashes]


@dataclass(frozen=True)
class Finding:
    name: str  # key, near, exact, notListed, noFingerprint
    distance: int | None = None
    listed: ListedEntry | None = None
    key_distance: int | None = None


def distance(a: bytes, b: bytes) -> int:
    return sum((x ^ y).bit_count() for x, y in zip(a, b, strict=True))


def finding(payload: Payload, listed: Sequence[ListedEntry], profile: Profile, r: int) -> Finding:
    """5.18, "Finding". `profile` and r are the set's."""
    if payload.kind == NONE:
        return Finding("noFingerprint")
    kind = "pdq" if payload.kind == VIDEO else KIND_NAMES[payload.kind]
    candidates = [entry for entry in listed if entry.kind == kind]
    if kind == "pdq":
        sent = key_of(ListedHash("pdq", payload.fingerprint), profile)
        every = [(distance(sent, e.key), distance(payload.fingerprint, e.bytes), e) for e in candidates]
        # 1. "the least by (bits between the keys, PDQ distance), the first of equals"
        reached = min((found for found in every if found[0] <= r), key=lambda found: found[:2], default=None)
        if reached is not None:
            return Finding("key", reached[1], reached[2], reached[0])
        # 2. "Else the nearest listed PDQ hash, companions of videos among them, if its distance is <= 31"
        nearest = min(every, key=lambda found: found[1], default=None)
        if nearest is not None and nearest[1] <= NEAR:
            return Finding("near", nearest[1], nearest[2])
    else:
        for entry in candidates:
            if entry.bytes == payload.fingerprint:
                return Finding("exact", None, entry)
    return Finding("notListed")


@dataclass(frozen=True)
class CaseList:
    """A plaintext list, as the file names it."""

    name: str
    source: bytes
    hashes: int


@dataclass(frozen=True)
class Comparison:
    """What matches are compared with: the lists, and profile and r of the sets."""

    lists: Sequence[CaseList]
    listed: Sequence[ListedEntry]
    profile: Profile
    r: int


def case_file(pseudonym: bytes, epoch: int, t: int, matches: Sequence[Match], by: Comparison) -> bytes:
    """Part 1, with all matches."""
    found = [finding(match.payload, by.listed, by.profile, by.r) for match in matches]
    entries = {f.listed.key for f in found if f.listed is not None}
    on_list = sum(f.listed is not None for f in found)
    warnings = []
    if on_list < t:
        warnings.append(f"Only {on_list} matches are on the list; the threshold is {t}.")
    if len(entries) < t:
        warnings.append(f"The matches name only {len(entries)} different entries; the threshold is {t}.")
    if any(match.opening.quarantined for match in matches):
        warnings.append("An opening was quarantined.")
    document: dict[str, Any] = {
        "format": "SealedMatch case file",
        "formatVersion": 3,
        "part": 1,
        "notice": NOTICE,
        "pseudonym": pseudonym.hex(),
        "epoch": epoch,
        "epochStart": epoch * EPOCH_SECONDS,
        "threshold": t,
        "setRoots": sorted({match.opening.header.root.hex() for match in matches}),
        "matchCount": len(matches),
        "listedMatchCount": on_list,
        "listedEntryCount": len(entries),
        "lists": [
            {"name": one.name, "source": one.source.hex(), "hashes": one.hashes, "poorLines": 0, "badLines": 0}
            for one in by.lists
        ],
        "warnings": warnings,
        "matches": [match_entry(match, f) for match, f in zip(matches, found, strict=True)],
    }
    return (json.dumps(document, ensure_ascii=False, indent=2, sort_keys=True) + "\n").encode()


WARNINGS = {
    "near": "No listed key is within reach of what was sent.",
    "notListed": "These lists do not explain this match.",
    "noFingerprint": "The client sent no fingerprint.",
}


def match_entry(match: Match, found: Finding) -> dict[str, Any]:
    opening, payload = match.opening, match.payload
    warnings = [WARNINGS[found.name]] if found.name in WARNINGS else []
    # "when a picture's match is key with a distance above 64"
    if found.name == "key" and payload.kind == PDQ and found.distance is not None and found.distance > FAR:
        warnings.append(f"The key is met, and the whole hash is {found.distance} bits off.")
    entry: dict[str, Any] = {
        "voucherID": opening.header.voucher_id.hex(),
        "slot": opening.slot,
        "setRoot": opening.header.root.hex(),
        "fingerprintKind": KIND_NAMES[payload.kind],
        "fingerprint": payload.fingerprint.hex(),
        "quality": payload.quality,
        "finding": found.name,
        "sources": [] if found.listed is None else list(found.listed.sources),
        "note": base64.b64encode(payload.note).decode("ascii"),
        "warnings": warnings + (["The opening was quarantined."] if opening.quarantined else []),
    }
    if found.distance is not None:  # "absent unless key or near"
        entry["distance"] = found.distance
    if found.key_distance is not None:  # "absent unless key"
        entry["keyDistance"] = found.key_distance
    if found.listed is not None:  # "absent unless found"
        entry["label"] = found.listed.label
        entry["key"] = found.listed.key.hex()
    return entry
