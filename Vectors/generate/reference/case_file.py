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
    name: str  # near, exact, notListed, noFingerprint
    distance: int | None = None
    listed: ListedEntry | None = None


def finding(payload: Payload, listed: Sequence[ListedEntry]) -> Finding:
    """5.18: "PDQ distance <= 31, exact hashes equal"."""
    if payload.kind == NONE:
        return Finding("noFingerprint")
    kind = "pdq" if payload.kind == VIDEO else KIND_NAMES[payload.kind]
    candidates = [entry for entry in listed if entry.kind == kind]
    if kind == "pdq":
        bits = int.from_bytes(payload.fingerprint, "big")
        distances = [((bits ^ int.from_bytes(entry.bytes, "big")).bit_count(), entry) for entry in candidates]
        nearest = min(distances, key=lambda pair: pair[0], default=None)
        if nearest is not None and nearest[0] <= NEAR:
            return Finding("near", *nearest)
    else:
        for entry in candidates:
            if entry.bytes == payload.fingerprint:
                return Finding("exact", None, entry)
    return Finding("notListed")


def case_file(account: bytes, epoch: int, t: int, matches: Sequence[Match], listed: Sequence[ListedEntry]) -> bytes:
    found = [finding(match.payload, listed) for match in matches]
    entries = {f.listed.key for f in found if f.listed is not None}
    on_list = sum(f.listed is not None for f in found)
    # "It warns when fewer than t matches, or fewer than t different entries, are on the list, and when an opening was
    # quarantined."
    warnings = []
    if on_list < t:
        warnings.append(f"Only {on_list} matches are on the list; the threshold is {t}.")
    if len(entries) < t:
        warnings.append(f"The matches name only {len(entries)} different entries; the threshold is {t}.")
    if any(match.opening.quarantined for match in matches):
        warnings.append("An opening was quarantined.")
    document: dict[str, Any] = {
        "format": "SealedMatch case file",
        "formatVersion": 1,
        "notice": NOTICE,
        "account": account.hex(),
        "epoch": epoch,
        "epochStart": epoch * EPOCH_SECONDS,
        "threshold": t,
        "setRoots": sorted({match.opening.header.root.hex() for match in matches}),
        "matchCount": len(matches),
        "listedMatchCount": on_list,
        "listedEntryCount": len(entries),
        "warnings": warnings,
        "matches": [match_entry(match, f) for match, f in zip(matches, found, strict=True)],
    }
    return (json.dumps(document, ensure_ascii=False, indent=2, sort_keys=True) + "\n").encode()


def match_entry(match: Match, found: Finding) -> dict[str, Any]:
    opening, payload = match.opening, match.payload
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
        "warnings": ["The opening was quarantined."] if opening.quarantined else [],
    }
    if found.distance is not None:  # "absent unless near"
        entry["distance"] = found.distance
    if found.listed is not None:  # "absent unless found"
        entry["label"] = found.listed.label
    return entry
