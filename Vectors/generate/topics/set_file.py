"""set-file/: Protocol 4.1, 4.2 and 5.15: set files, what a client refuses, signatures and secrets."""

from __future__ import annotations

import hashlib
from dataclasses import fields, replace
from typing import Any

from envelope import Topic, seeded
from files import file_case
from fixtures import EXPIRES, ISSUED, Fixture, small
from reference import group as g
from reference import set_file as sets
from reference.check_level import LEVEL_COUNT, STANDARD_LEVELS
from reference.keys import (
    SetSecrets,
    entries_digest,
    md5_key,
    perceptual_key,
    sha256_key,
    source_public_key,
    support_digest,
)
from reference.labels import encode_integer
from reference.parameters import CLOCK_SLACK, MAXIMUM_ENTRIES, MAXIMUM_LIFETIME, TrustPolicy
from reference.profile import GREATEST_STRENGTH, PROFILE_3, Hypothesis, Profile
from reference.set_file import SetFile, open_set
from reference.table import cells
from topics.entries import profile_fields
from topics.hash_to_group import with_top_bit

FILE = "small.smset"
NOW = ISSUED + 1_000
POLICY_FIELDS = {  # the names of Vectors/README.md
    "minimum_signatures": "minimumSignatures",
    "minimum_threshold": "minimumThreshold",
    "minimum_polynomials": "minimumPolynomials",
    "minimum_probes": "minimumProbes",
    "minimum_confirmed_sources": "minimumConfirmedSources",
    "minimum_entries": "minimumEntries",
    "minimum_separation": "minimumSeparation",
    "maximum_levels": "maximumCheckLevels",
    "maximum_cells": "maximumCells",
    "maximum_lifetime": "maximumLifetime",
    "allows_test_sets": "allowsTestSets",
}
LOWEST: dict[str, Any] = {name: 0 for name in POLICY_FIELDS} | {
    "minimum_signatures": 1,
    "minimum_confirmed_sources": 1,
    "maximum_levels": (255,) * LEVEL_COUNT,
    "maximum_cells": 30_000_000,
    "maximum_lifetime": MAXIMUM_LIFETIME,
    "allows_test_sets": False,
    "profiles": None,
}
"""No floors, and any profile: for cases that are not about them."""


def policy_fields(policy: TrustPolicy) -> dict[str, Any]:
    assert {field.name for field in fields(policy)} == {"sources", "profiles", *POLICY_FIELDS}
    return {
        "sources": [source.hex() for source in sorted(policy.sources)],
        "profiles": None if policy.profiles is None else [digest.hex() for digest in sorted(policy.profiles)],
    } | {
        name: list(value) if isinstance(value := getattr(policy, ours), tuple) else value
        for ours, name in POLICY_FIELDS.items()
    }


def opened_fields(opened: SetFile, policy: TrustPolicy) -> dict[str, Any]:
    header, p = opened.header, opened.parameters
    return {
        "root": opened.root.hex(),
        "version": header.version,
        "issuedAt": header.issued_at,
        "expiresAt": header.expires_at,
        "tableID": header.table_id.hex(),
        "positionSeed": header.position_seed.hex(),
        "publicKey": header.public_key.hex(),
        "entries": header.entries,
        "cells": header.cells,
        "tableDigest": header.table_digest.hex(),
        "supportDigest": header.support_digest.hex(),
        "threshold": p.threshold,
        "polynomials": p.polynomials,
        "checkLevels": list(p.levels),
        "payloadCount": p.payload_count,
        "minimumSources": p.minimum_sources,
        "separation": p.separation,
        "profile": profile_fields(p.profile),
        "sources": [source.hex() for source in header.sources],
        "signers": [source.hex() for source in opened.signers()],
        "confirmedSources": opened.confirmed_sources(policy.sources),
        "isTest": header.is_test,
    }


class OpenSetCases:
    def __init__(self, topic: Topic, fixture: Fixture) -> None:
        self.group = topic.group(
            "OpenSet",
            "Opening a set, in the order of its steps. `signers`: the keys of the sources that have signed, as "
            "the set orders them. `confirmedSources`: T + q − S.",
        )
        self.original = fixture.signed.encode()
        self.policy = TrustPolicy(sources=frozenset(fixture.sources), minimum_signatures=2, minimum_entries=10)
        self.lowest = TrustPolicy(sources=frozenset(fixture.sources), **LOWEST)

    def add(
        self,
        about: str,
        file: bytes | SetFile | None = None,
        *flags: str,
        policy: TrustPolicy | None = None,
        newest: int = 7,
        now: int = NOW,
        result: str = "valid",
    ) -> None:
        contents = self.original if file is None else file.encode() if isinstance(file, SetFile) else file
        pinned = policy or self.policy
        self.group.add(
            about,
            {
                "set": file_case(FILE, self.original, contents),
                "policy": policy_fields(pinned),
                "newestVersion": newest,
                "now": now,
            },
            lambda: opened_fields(open_set(contents, pinned, newest, now), pinned),
            *flags,
            result=result,
        )


def build() -> dict[str, Topic | bytes]:
    topic = Topic(
        "set-file",
        "Set files, what a client refuses and why, signatures, and a set's secrets.",
        {
            "TruncatedInput": "Shorter than it has to be.",
            "TrailingBytes": "Something follows.",
            "WrongMagic": "Another format or version.",
            "NonCanonicalPoint": "L is not what RFC 9496's DECODE takes.",
            "IdentityPoint": "L is the identity: α would be 0.",
            "NonCanonicalScalar": "α is not below ℓ.",
            "WrongSize": "n and m do not belong together, or are no sizes.",
            "OutOfRange": "A value next to the range of Protocol 2.",
            "BelowFloor": "Below a floor that the policy pins, or above a ceiling.",
            "Levels": "N_0 … N_11: in range, never falling, and below the pinned ceilings.",
            "OtherProfile": "A profile that the policy does not pin.",
            "UnderSigned": "Too few signatures that count.",
            "WrongSignature": "A signature that is there and does not verify, whoever it is by.",
            "WrongTable": "The table is not the one that was signed.",
            "Boundary": "The least or greatest value that is allowed.",
            "InvalidCells": "Cells are not checked when a set is opened: decoding copes with any.",
            "TopBit": "A canonical encoding but for bit 255, which libsodium 1.0.18 ignores.",
            "Malleable": "A signature that verifies for whoever does not check that S is below ℓ.",
            "SmallOrder": "A signature that satisfies the equation of RFC 8032 with a key or an R of small order.",
            "Confirmed": "T + q − S of the pinned sources, at least, have each entry on their own list.",
            "InventedSources": "A builder names sources that nobody knows, and may sign for them.",
            "Lifetime": "Version, issue and expiry bound each other.",
            "ReservedBytes": "A byte that has to be zero.",
            "TestSet": "The mark of test sets, which no policy takes unless it says so.",
        },
    )
    draw = seeded("set-file")
    fixture = small()
    signed = fixture.signed
    cases = OpenSetCases(topic, fixture)
    header_cases(cases, fixture)
    range_cases(cases, fixture)
    policy_cases(cases, fixture)
    signature_cases(cases, fixture)

    group = topic.group("SignSet", "A source's signature of a root.")
    for about, seed, root in (
        ("a source of the small set", fixture.seeds[fixture.sources[0]], signed.root),
        ("another root", fixture.seeds[fixture.sources[0]], draw(32)),
        ("another source", draw(32), signed.root),
        ("zero bytes", bytes(32), bytes(32)),
    ):
        group.add(
            about,
            {"seed": seed.hex(), "root": root.hex()},
            lambda: {"publicKey": source_public_key(seed).hex(), "signature": sets.sign(seed, root).hex()},
        )

    group = topic.group("DecodeSecrets", "A set's secrets, and that α is the one of L.")
    encoded = fixture.new.secrets.encode()
    public = signed.header.public_key

    def decode(about: str, encoding: bytes, *flags: str, key: bytes = public, result: str = "valid") -> None:
        def run() -> dict[str, Any]:
            s = SetSecrets.decode(encoding, key)
            return {
                "alpha": g.encode_scalar(s.alpha).hex(),
                "tableID": s.table_id.hex(),
                "positionSeed": s.position_seed.hex(),
                "fillerSeed": s.filler_seed.hex(),
                "entriesDigest": s.entries_digest.hex(),
            }

        group.add(about, {"bytes": encoding.hex(), "publicKey": key.hex()}, run, *flags, result=result)

    def with_alpha(alpha: int) -> bytes:
        return encoded[:84] + encode_integer(alpha, 32) + encoded[116:]

    decode("the small set's", encoded)
    decode("α = 1", with_alpha(1), "Boundary", key=g.GENERATOR)
    decode("α = ℓ − 1", with_alpha(g.ORDER - 1), "Boundary", key=g.multiply_base(g.ORDER - 1))
    decode("a byte too short", encoded[:-1], "TruncatedInput", result="wrongLength")
    decode("a byte too long", encoded + b"\x00", "TrailingBytes", result="wrongLength")
    decode("no bytes", b"", "TruncatedInput", result="wrongLength")
    decode("another magic", b"SMK2" + encoded[4:], "WrongMagic", result="invalidMagic")
    decode("α = 0", with_alpha(0), result="invalidScalar")
    decode("α = ℓ", with_alpha(g.ORDER), "NonCanonicalScalar", result="invalidScalar")
    decode("α + ℓ", with_alpha(fixture.new.secrets.alpha + g.ORDER), "NonCanonicalScalar", result="invalidScalar")
    decode("α is another set's", with_alpha(fixture.new.secrets.alpha + 1), result="setMismatch")

    group = topic.group("SupportDigest", "Fixes entries, supporters and filler seed in a set's header.")
    small_set, filler_seed = fixture.new.selection, fixture.new.secrets.filler_seed
    mixed = [perceptual_key(1), sha256_key(draw(32)), md5_key(draw(16))]
    for about, keys, masks, seed in (
        ("one entry of one source", [perceptual_key(1)], [1], bytes(32)),
        ("all kinds", mixed, [3, 0x8001, 0xFFFF], filler_seed),
        ("the same under another filler seed", mixed, [3, 0x8001, 0xFFFF], draw(32)),
        ("the same with another supporter", mixed, [3, 0x8001, 0x7FFF], filler_seed),
        ("the small set's", small_set.keys, small_set.supporters, filler_seed),
    ):
        group.add(
            about,
            {"keys": [y.hex() for y in keys], "supporters": list(masks), "fillerSeed": seed.hex()},
            lambda: {"digest": support_digest(keys, masks, seed).hex()},
        )

    group = topic.group("EntriesDigest", "Names the entries that a set's secrets belong to.")
    for about, keys in (
        ("no entries", []),
        ("one", [perceptual_key(1)]),
        ("all kinds", [perceptual_key(1), sha256_key(draw(32)), md5_key(draw(16))]),
        ("the small set's", fixture.new.selection.keys),
    ):
        group.add(about, {"keys": [y.hex() for y in keys]}, lambda: {"digest": entries_digest(keys).hex()})
    return {"set-file/set-file.json": topic, f"set-file/{FILE}": cases.original}


def header_cases(cases: OpenSetCases, fixture: Fixture) -> None:
    """Steps 1 to 3: lengths, and the fixed parts of the signed part."""
    add, part, header = cases.add, fixture.with_part, fixture.new.set_file.header
    original = cases.original
    add("the small set")
    add("no bytes", b"", "TruncatedInput", result="wrongLength")
    for length in (1, 100, 3_071, 3_072, 4_095, 4_096, len(original) - 32, len(original) - 1):
        add(f"cut to {length} bytes", original[:length], "TruncatedInput", result="wrongLength")
    add("a byte follows", original + b"\x00", "TrailingBytes", result="wrongLength")
    add("a cell follows", original + bytes(32), "TrailingBytes", result="wrongLength")
    add(
        "longer than the policy's ceiling of cells",
        policy=replace(cases.policy, maximum_cells=4_097),
        result="wrongLength",
    )
    add("just the policy's ceiling of cells", None, "Boundary", policy=replace(cases.policy, maximum_cells=4_098))
    add("the magic of the version before", part({7: b"1"}), "WrongMagic", result="invalidMagic")
    add("the magic of the next version", part({7: b"3"}), "WrongMagic", result="invalidMagic")
    add(
        "L with bit 255 set",
        part({80: with_top_bit(header.public_key)}),
        "NonCanonicalPoint",
        "TopBit",
        result="invalidPoint",
    )
    add("L is odd", part({80: bytes([header.public_key[0] | 1])}), "NonCanonicalPoint", result="invalidPoint")
    add(
        "L is no square",
        part({80: bytes.fromhex("26948d35ca62e643e26a83177332e6b6afeb9d08e4268b650f1f5bbd8d81d371")}),
        "NonCanonicalPoint",
        result="invalidPoint",
    )
    add("L is p", part({80: encode_integer(g.FIELD_PRIME, 32)}), "NonCanonicalPoint", result="invalidPoint")
    add("L is the identity", part({80: g.IDENTITY}), "IdentityPoint", result="identityPoint")
    add("n = 0", part({112: encode_integer(0, 8)}), "WrongSize", result="parameterOutOfRange")
    add("n takes a greater m", part({112: encode_integer(2_000, 8)}), "WrongSize", result="parameterOutOfRange")
    add("n = 2^27 + 1", part({112: encode_integer(MAXIMUM_ENTRIES + 1, 8)}), "WrongSize", result="parameterOutOfRange")
    add("n = 2^64 − 1", part({112: encode_integer(2**64 - 1, 8)}), "WrongSize", result="parameterOutOfRange")
    add(
        "n is the greatest for this m",
        part({112: encode_integer(max(n for n in range(1, 2_000) if cells(n) == 4_098), 8)}),
        "Boundary",
    )
    for m in (0, 3, 4_095, 4_097, 4_099, 4_101, 2**59 + 4_098, 2**64 - 1):
        add(f"m = {m}", part({120: encode_integer(m, 8)}), "WrongSize", result="parameterOutOfRange")
    m = cells(2_000)
    add(
        "n and m agree, and the table is shorter",
        part({112: encode_integer(2_000, 8), 120: encode_integer(m, 8)}),
        "WrongSize",
        result="wrongLength",
    )
    add(
        "n and m agree, and ask for as much as there may be",
        part({112: encode_integer(MAXIMUM_ENTRIES, 8), 120: encode_integer(cells(MAXIMUM_ENTRIES), 8)}),
        "WrongSize",
        policy=replace(cases.policy, maximum_cells=cells(MAXIMUM_ENTRIES)),
        result="wrongLength",
    )
    for offset in (164, 172, 173, 184 + 50, 255, 256 + 96, 600, 767, 768 + 56, 831, 876, 939, 940, 1_000, 3_071):
        for value in (2 if offset == 164 else 1, 128):
            add(f"byte {offset} is {value}", part({offset: bytes([value])}), "ReservedBytes", result="nonCanonical")


def range_cases(cases: OpenSetCases, fixture: Fixture) -> None:
    """Step 2: profile, parameters, sources."""
    header, p = fixture.new.set_file.header, fixture.new.set_file.parameters
    lowest = cases.lowest

    def profile(about: str, *flags: str, result: str = "valid", **changes: Any) -> None:
        changed = replace(p, profile=replace(p.profile, **changes))
        cases.add(f"profile: {about}", fixture.with_header(parameters=changed), *flags, policy=lowest, result=result)

    profile("id = 0", "Boundary", id=0)
    profile("id = 2^32 − 1", "Boundary", id=2**32 - 1)
    for name, ours in (("minimum_quality", "minimum quality"), ("probe_quality", "probe quality")):
        profile(f"{ours} = 0", "Boundary", **{name: 0})
        profile(f"{ours} = 100", "Boundary", **{name: 100})
        profile(f"{ours} = 101", "OutOfRange", **{name: 101}, result="unknownProfile")
    raster = p.profile.hypotheses[3]
    for count in (1, 8, 9, 16):
        profile(f"H = {count}", "Boundary", hypotheses=(p.profile.hypotheses[0], *[raster] * (count - 1)))
    profile("as sent twice", "Boundary", hypotheses=(Hypothesis(), Hypothesis()))
    profile("a hypothesis twice", "Boundary", hypotheses=(Hypothesis(), raster, raster))
    for count in (0, 17, 255):
        cases.add(
            f"profile: H = {count}",
            fixture.with_part({183: bytes([count]), 768: (raster.encode() * min(count, 8)).ljust(56, b"\x00")}),
            "OutOfRange",
            policy=lowest,
            result="unknownProfile",
        )
    cases.add(
        "profile: H is one less than there are",
        fixture.with_part({183: b"\x06"}),
        "ReservedBytes",
        policy=lowest,
        result="nonCanonical",
    )
    cases.add(
        "profile: H is one more than there are: as sent once more",
        fixture.with_part({183: b"\x08"}),
        "Boundary",
        policy=lowest,
    )
    profile("the first hypothesis is a raster", "OutOfRange", hypotheses=(raster,), result="unknownProfile")
    for name, least, greatest in (
        ("tone", -2, 2),
        ("shift", -2_048, 2_048),
        ("zoom", 1_000, 1_100),
        ("penalty", 0, 1_024),
    ):
        for value in (least, greatest):
            profile(f"{name} = {value}", "Boundary", hypotheses=(Hypothesis(), replace(raster, **{name: value})))
        for value in sorted({least - 1, greatest + 1} - {-1}):
            profile(
                f"{name} = {value}",
                "OutOfRange",
                hypotheses=(Hypothesis(), replace(raster, **{name: value})),
                result="unknownProfile",
            )
        profile(
            f"as sent with {name} = {greatest}",
            "OutOfRange",
            hypotheses=(Hypothesis(), replace(Hypothesis(), **{name: greatest})),
            result="unknownProfile",
        )
    profile(
        "shift = −32,768",
        "OutOfRange",
        hypotheses=(Hypothesis(), replace(raster, shift=-32_768)),
        result="unknownProfile",
    )
    profile(
        "penalty = 65,535",
        "OutOfRange",
        hypotheses=(Hypothesis(), replace(raster, penalty=65_535)),
        result="unknownProfile",
    )
    for kind, greatest in GREATEST_STRENGTH.items():
        curve = Hypothesis(kind, shift=157, penalty=51, strength=2)
        for comment, changed, result in (
            ("strength = 0", replace(curve, strength=0), "unknownProfile"),
            ("strength = 1", replace(curve, strength=1), "valid"),
            (f"strength = {greatest:,}", replace(curve, strength=greatest), "valid"),
            (f"strength = {greatest + 1:,}", replace(curve, strength=greatest + 1), "unknownProfile"),
            ("shift = 2,049", replace(curve, shift=2_049), "unknownProfile"),
            ("penalty = 1,025", replace(curve, penalty=1_025), "unknownProfile"),
            ("a tone", replace(curve, tone=1), "unknownProfile"),
        ):
            profile(
                f"kind = {kind}, {comment}",
                "Boundary" if result == "valid" else "OutOfRange",
                hypotheses=(Hypothesis(), changed),
                result=result,
            )
    profile("marks = 1", "Boundary", marks=1)
    for marks in (2, 255):
        profile(f"marks = {marks}", "OutOfRange", marks=marks, result="unknownProfile")
    cases.add("profile 3", fixture.with_header(parameters=replace(p, profile=PROFILE_3)), policy=lowest)
    cases.add(
        "profile: H = 9, and bytes where a tenth would be",
        fixture.with_part({183: b"\x09", 884: b"\x01"}),
        "ReservedBytes",
        policy=lowest,
        result="nonCanonical",
    )
    for kind in (5, 255):
        profile(
            f"kind = {kind}",
            "OutOfRange",
            hypotheses=(Hypothesis(), replace(raster, kind=kind)),
            result="unknownProfile",
        )
    profile("M = 1", "Boundary", probes=1)
    profile("M = 64", "Boundary", probes=64)
    profile("M = 0", "OutOfRange", probes=0, result="unknownProfile")
    profile("M = 65", "OutOfRange", probes=65, result="unknownProfile")
    profile("b = 64", "Boundary", positions=tuple(range(192, 256)))
    profile("b = 65", "OutOfRange", positions=tuple(range(191, 256)), result="unknownProfile")
    profile("b = 0, M = 1", "OutOfRange", positions=(), probes=1, result="unknownProfile")
    profile("b = 1, M = 2", "Boundary", positions=(255,), probes=2)
    profile("b = 1, M = 3", "OutOfRange", positions=(255,), probes=3, result="unknownProfile")
    profile("b = 4, M = 16", "Boundary", positions=(9, 8, 7, 6), probes=16)
    profile("b = 4, M = 17", "OutOfRange", positions=(9, 8, 7, 6), probes=17, result="unknownProfile")
    profile("b = 5, M = 33", "OutOfRange", positions=(9, 8, 7, 6, 5), probes=33, result="unknownProfile")
    profile(
        "a position twice",
        "OutOfRange",
        positions=(*p.profile.positions[:49], p.profile.positions[0]),
        result="unknownProfile",
    )
    profile("positions in another order", positions=tuple(reversed(p.profile.positions)))

    def parameter(about: str, *flags: str, result: str = "valid", **changes: Any) -> None:
        cases.add(about, fixture.with_header(parameters=replace(p, **changes)), *flags, policy=lowest, result=result)

    for symbol, name, least, greatest in (
        ("t", "threshold", 2, 1_024),
        ("k", "polynomials", 16, 1_024),
        ("P", "payload_count", 128, 16_384),
    ):
        parameter(f"{symbol} = {least}", "Boundary", result="valid", **{name: least})
        parameter(f"{symbol} = {greatest}", "Boundary", result="valid", **{name: greatest})
        parameter(f"{symbol} = {least - 1}", "OutOfRange", **{name: least - 1}, result="parameterOutOfRange")
        parameter(f"{symbol} = {greatest + 1}", "OutOfRange", **{name: greatest + 1}, result="parameterOutOfRange")
    for about, levels in (
        ("all 1", (1,) * LEVEL_COUNT),
        ("all 255", (255,) * LEVEL_COUNT),
        ("1 to 12", tuple(range(1, 13))),
        ("one step, at the end", (1,) * 11 + (255,)),
    ):
        parameter(f"levels: {about}", "Boundary", "Levels", levels=levels)
    for about, levels in (
        ("all 0", (0,) * LEVEL_COUNT),
        ("the first is 0", (0, *STANDARD_LEVELS[1:])),
        ("the second falls by one", (6, 5, *STANDARD_LEVELS[2:])),
        ("one in the middle falls", (*STANDARD_LEVELS[:6], 15, *STANDARD_LEVELS[7:])),
        ("the last falls by one", (*STANDARD_LEVELS[:11], 254)),
        ("the last is 0", (*STANDARD_LEVELS[:11], 0)),
    ):
        parameter(f"levels: {about}", "OutOfRange", "Levels", levels=levels, result="parameterOutOfRange")
    parameter("r = 0", "Boundary", separation=0)
    parameter("r = 16", "Boundary", separation=16)
    parameter("r = 17", "OutOfRange", separation=17, result="parameterOutOfRange")
    parameter("q = S", "Boundary", minimum_sources=3)
    parameter("q = 0", "OutOfRange", minimum_sources=0, result="parameterOutOfRange")
    parameter("q = S + 1", "OutOfRange", minimum_sources=4, result="parameterOutOfRange")

    # More sources than the small set has: their keys are made here.
    seeds = dict(fixture.seeds) | {
        source_public_key(seed): seed for seed in (hashlib.sha256(bytes([i])).digest() for i in range(14))
    }
    keys = sorted(seeds)
    with_all = replace(fixture, seeds=seeds)
    sixteen = TrustPolicy(sources=frozenset(keys), **LOWEST)
    cases.add("16 sources", with_all.with_header(sources=tuple(keys[:16])), "Boundary", policy=sixteen)
    # The hypotheses stand where a seventeenth would be.
    cases.add(
        "17 sources, as S says",
        with_all.with_part({166: bytes([17]), 256: b"".join(keys[:16])}),
        "OutOfRange",
        policy=sixteen,
        result="parameterOutOfRange",
    )
    cases.add(
        "255 sources, as S says",
        with_all.with_part({166: b"\xff"}),
        "OutOfRange",
        policy=sixteen,
        result="parameterOutOfRange",
    )
    cases.add(
        "no sources",
        with_all.with_part({166: b"\x00", 256: bytes(96)}),
        "OutOfRange",
        policy=sixteen,
        result="parameterOutOfRange",
    )
    cases.add(
        "one source, q = 1",
        with_all.with_header(sources=(keys[0],), parameters=replace(p, minimum_sources=1)),
        "Boundary",
        policy=sixteen,
    )
    first, second, third = fixture.sources
    cases.add("sources descend", fixture.with_part({256: second + first + third}), result="nonCanonical")
    cases.add("a source twice", fixture.with_part({256: first + first + third}), result="nonCanonical")


def profile_cases(cases: OpenSetCases, fixture: Fixture) -> None:
    """Step 4: which profiles are pinned. The policy pins profile 2."""
    p, policy = fixture.new.set_file.parameters, cases.policy
    last = p.profile.hypotheses[-1]
    other = replace(p.profile, hypotheses=(*p.profile.hypotheses[:-1], replace(last, penalty=last.penalty + 1)))

    def with_profile(profile: Profile) -> SetFile:
        return fixture.with_header(parameters=replace(p, profile=profile))

    def refused(about: str, profile: Profile, pinned: TrustPolicy = policy) -> None:
        cases.add(
            f"pinned profile: {about}", with_profile(profile), "OtherProfile", policy=pinned, result="unknownProfile"
        )

    refused("a penalty is greater by 1", other)
    refused("other positions", replace(p.profile, positions=(*p.profile.positions[:-1], 255)))
    refused("the same positions in another order", replace(p.profile, positions=(1, 0, *p.profile.positions[2:])))
    refused("one bit more", replace(p.profile, positions=(*p.profile.positions, 255)))
    refused("one hypothesis fewer", replace(p.profile, hypotheses=p.profile.hypotheses[:-1]))
    refused("marks are looked for", replace(p.profile, marks=1))
    refused("profile 3", PROFILE_3)
    refused("another id", replace(p.profile, id=3))
    refused("a higher minimum quality", replace(p.profile, minimum_quality=51))
    refused("a higher probe quality", replace(p.profile, probe_quality=41))
    refused("none is pinned", p.profile, replace(policy, profiles=frozenset()))
    refused("another one is pinned", p.profile, replace(policy, profiles=frozenset([other.digest()])))
    cases.add(
        "pinned profile: asked before signatures",
        replace(with_profile(other), signature_block=bytes(sets.SIGNATURES_COUNT)),
        "OtherProfile",
        "UnderSigned",
        result="unknownProfile",
    )
    cases.add(
        "pinned profile: M and r have no part in it",
        fixture.with_header(parameters=replace(p, separation=7, profile=replace(p.profile, probes=64))),
    )
    cases.add(
        "pinned profile: the other one is pinned too",
        with_profile(other),
        policy=replace(policy, profiles=frozenset([other.digest(), p.profile.digest()])),
    )
    cases.add(
        "pinned profile: profile 3 is pinned too, as while a deployment moves to it",
        with_profile(PROFILE_3),
        policy=replace(policy, profiles=frozenset([PROFILE_3.digest(), p.profile.digest()])),
    )
    cases.add("pinned profile: any will do", with_profile(other), policy=replace(policy, profiles=None))


def levels_pinned(cases: OpenSetCases, fixture: Fixture) -> None:
    """Step 4: M and each of the twelve levels are pinned; the policy has the defaults."""
    p, policy = fixture.new.set_file.parameters, cases.policy

    def with_parameters(**changes: Any) -> SetFile:
        return fixture.with_header(parameters=replace(p, **changes))

    for i in range(LEVEL_COUNT):
        # Ceilings are levels, so they do not fall.
        pinned = tuple(min(n, STANDARD_LEVELS[i] - 1) if j <= i else n for j, n in enumerate(STANDARD_LEVELS))
        cases.add(
            f"N_{i} is one above its ceiling",
            None,
            "BelowFloor",
            "Levels",
            policy=replace(policy, maximum_levels=pinned),
            result="belowFloor",
        )
    cases.add(
        "the set's N_0 is one greater than the pinned defaults",
        with_parameters(levels=(6, *STANDARD_LEVELS[1:])),
        "BelowFloor",
        "Levels",
        result="belowFloor",
    )
    cases.add("levels below the pinned ones", with_parameters(levels=(1,) * LEVEL_COUNT), "Levels")
    cases.add("M = 33, 32 are pinned", with_parameters(profile=replace(p.profile, probes=33)), "Boundary")
    few = with_parameters(profile=replace(p.profile, probes=31))
    cases.add("M = 31, 32 are pinned", few, "BelowFloor", result="belowFloor")
    plain = with_parameters(profile=replace(p.profile, probes=1), levels=(255,) * LEVEL_COUNT)
    cases.add("M = 1 and N = 255: nearly plain", plain, "BelowFloor", "Levels", result="belowFloor")


def policy_cases(cases: OpenSetCases, fixture: Fixture) -> None:
    """Steps 4, 6 and 7."""
    policy = cases.policy
    cases.add(
        "a policy that asks for no signature",
        policy=replace(policy, minimum_signatures=0),
        result="parameterOutOfRange",
    )
    cases.add(
        "a policy that asks for no confirmed support",
        policy=replace(policy, minimum_confirmed_sources=0),
        result="parameterOutOfRange",
    )
    marked = fixture.with_header(is_test=True)
    taking = replace(policy, allows_test_sets=True)
    cases.add("a set for tests", marked, "TestSet", result="testSet")
    cases.add("a set for tests, and a policy that takes them", marked, "TestSet", policy=taking)
    cases.add("no set for tests, and a policy that takes them", None, "TestSet", policy=taking)
    cases.add(
        "a set for tests, and a policy without a signature: the policy's fault is named first",
        marked,
        "TestSet",
        policy=replace(policy, minimum_signatures=0),
        result="parameterOutOfRange",
    )
    cases.add(
        "a set for tests below a floor: the mark is named first",
        marked,
        "TestSet",
        policy=replace(policy, minimum_threshold=31),
        result="testSet",
    )
    cases.add(
        "a policy that takes sets for tests asks for everything else",
        marked,
        "TestSet",
        policy=replace(taking, minimum_threshold=31),
        result="belowFloor",
    )
    n = fixture.new.set_file.header.entries
    for name, value in (
        ("minimum_threshold", 30),
        ("minimum_polynomials", 312),
        ("minimum_probes", 32),
        ("minimum_entries", n),
        ("minimum_separation", 6),
    ):
        cases.add(f"{POLICY_FIELDS[name]}: just met", None, "Boundary", policy=replace(policy, **{name: value}))
        cases.add(
            f"{POLICY_FIELDS[name]}: missed by one",
            None,
            "BelowFloor",
            policy=replace(policy, **{name: value + 1}),
            result="belowFloor",
        )
    levels_pinned(cases, fixture)
    cases.add(
        "the default floor of n",
        None,
        "BelowFloor",
        policy=TrustPolicy(sources=policy.sources, minimum_signatures=1),
        result="belowFloor",
    )
    profile_cases(cases, fixture)

    cases.add("an older version was used", newest=6)
    cases.add("no version was used", newest=0)
    cases.add("a newer version was used", newest=8, result="setRolledBack")
    cases.add("the last second", None, "Boundary", now=EXPIRES - 1)
    cases.add("the second of expiry", now=EXPIRES, result="setExpired")
    cases.add("long after expiry", now=EXPIRES * 2, result="setExpired")
    cases.add("a day before its issue", None, "Boundary", now=ISSUED - CLOCK_SLACK)
    cases.add(
        "a day and a second before its issue", None, "Lifetime", now=ISSUED - CLOCK_SLACK - 1, result="setNotYetIssued"
    )
    cases.add("a clock at 1970", None, "Lifetime", now=0, result="setNotYetIssued")
    cases.add("version 0", fixture.with_header(version=0), "Boundary", newest=0)
    lifetime_cases(cases, fixture)

    original = cases.original
    last = len(original) - 1
    for about, at in (
        ("the first cell", 4_096),
        ("the last byte", last),
        ("a cell in the middle", 4_096 + 32 * 2_000 + 7),
    ):
        cases.add(
            f"another bit in {about}",
            original[:at] + bytes([original[at] ^ 0x10]) + original[at + 1 :],
            "WrongTable",
            result="rootMismatch",
        )
    cases.add("another tableDigest", fixture.with_header(table_digest=bytes(32)), "WrongTable", result="rootMismatch")
    cases.add(
        "cells that are no elements, the digest is right",
        fixture.with_cells({0: b"\xff" * 32, 1: bytes(31) + b"\x80", 4_097: b"\x01" + bytes(31)}),
        "InvalidCells",
    )
    cases.add(
        "cells that are the identity, the digest is right",
        fixture.with_cells({5: g.IDENTITY, 1_400: g.IDENTITY}),
        "InvalidCells",
    )


def confirmed_cases(cases: OpenSetCases, fixture: Fixture) -> None:
    """Step 5: T + q − S of the pinned sources, at least, have each entry on their own list. Here S = 3 and q = 2."""
    sources, unsigned = fixture.sources, fixture.new.set_file
    parameters = unsigned.parameters

    def policy(floor: int, *pinned: bytes, signatures: int = 1) -> TrustPolicy:
        return replace(
            cases.policy,
            sources=frozenset(pinned or sources),
            minimum_signatures=signatures,
            minimum_confirmed_sources=floor,
        )

    def refused(about: str, file: SetFile | None, pinned: TrustPolicy, *flags: str) -> None:
        cases.add(about, file, "Confirmed", *flags, policy=pinned, result="supportNotConfirmed")

    cases.add("all three are pinned and signed: two confirm", None, "Confirmed", "Boundary", policy=policy(2))
    refused("all three are pinned and signed, three are to confirm: q is 2", None, policy(3))
    cases.add("two of three signed: one confirms", fixture.sign(unsigned, 0, 2), "Confirmed", policy=policy(1))
    refused("two of three signed, two are to confirm", fixture.sign(unsigned, 0, 2), policy(2, signatures=2))
    cases.add("two of three are pinned, all signed: one confirms", None, "Confirmed", policy=policy(1, *sources[:2]))
    refused("two of three are pinned, all signed, two are to confirm", None, policy(2, *sources[:2]))
    refused("one of three signed: none need confirm", fixture.sign(unsigned, 1), policy(1))
    refused("one of three is pinned, all signed: none need confirm", None, policy(1, sources[0]))
    cases.add(
        "one of three signed, two are asked for",
        fixture.sign(unsigned, 1),
        "UnderSigned",
        policy=policy(1, signatures=2),
        result="tooFewSignatures",
    )
    three = fixture.with_header(parameters=replace(parameters, minimum_sources=3))
    cases.add("q = 3, all signed: three confirm", three, "Confirmed", policy=policy(3))
    cases.add("q = 3, one of three signed: one confirms", fixture.sign(three, 1), "Confirmed", policy=policy(1))
    refused("q = 3, one of three signed, two are to confirm", fixture.sign(three, 1), policy(2))
    lone = fixture.with_header(parameters=replace(parameters, minimum_sources=1))
    cases.add("q = 1, all signed: one confirms", lone, "Confirmed", policy=policy(1))
    refused("q = 1, two of three signed: none need confirm", fixture.sign(lone, 0, 1), policy(1))
    refused("q = 1, all signed, two are to confirm", lone, policy(2))

    # Invented sources: their keys are the builder's, so they can sign as well.
    invented = {
        source_public_key(seed): seed for seed in (hashlib.sha256(b"invented %d" % i).digest() for i in range(15))
    }

    def with_invented(count: int, real: tuple[bytes, ...], q: int) -> SetFile:
        """Real sources, invented ones, and all their signatures."""
        ghosts = dict(list(invented.items())[:count])
        faked = replace(fixture, seeds=fixture.seeds | ghosts)
        return faked.with_header(
            sources=tuple(sorted((*real, *ghosts))), parameters=replace(parameters, minimum_sources=q)
        )

    def ghosts(about: str, file: SetFile, pinned: TrustPolicy, result: str = "supportNotConfirmed") -> None:
        cases.add(about, file, "Confirmed", "InventedSources", policy=pinned, result=result)

    two = policy(2, *sources[:2], signatures=2)
    ghosts("two real sources and one invented, q = 2", with_invented(1, sources[:2], 2), two)
    ghosts("two real sources and one invented, q = 3", with_invented(1, sources[:2], 3), two, "valid")
    ghosts("two real sources and fourteen invented, q = 2", with_invented(14, sources[:2], 2), two)
    ghosts(
        "two real sources and fourteen invented, q = 15: one real source need list an entry",
        with_invented(14, sources[:2], 15),
        two,
    )
    ghosts("two real sources and fourteen invented, q = 16", with_invented(14, sources[:2], 16), two, "valid")
    ghosts("one real source and fifteen invented, q = 15", with_invented(15, sources[:1], 15), policy(1, sources[0]))
    ghosts(
        "one real source and fifteen invented, q = 16",
        with_invented(15, sources[:1], 16),
        policy(1, sources[0]),
        "valid",
    )


def lifetime_cases(cases: OpenSetCases, fixture: Fixture) -> None:
    """Version and expiry are bounded: no set locks its clients for long."""
    header = fixture.with_header

    def refused(about: str, file: SetFile, now: int = NOW) -> None:
        cases.add(about, file, "Lifetime", newest=0, now=now, result="parameterOutOfRange")

    cases.add("the version is the date of issue", header(version=ISSUED), "Boundary", "Lifetime")
    refused("the version is the second after the date of issue", header(version=ISSUED + 1))
    refused("the version is 2^64 − 1", header(version=2**64 - 1))
    refused("version and expiry are as great as they can be", header(version=2**64 - 1, expires_at=2**64 - 1))
    cases.add("it lives for 400 days", header(expires_at=ISSUED + MAXIMUM_LIFETIME), "Boundary", "Lifetime")
    refused("it lives for 400 days and a second", header(expires_at=ISSUED + MAXIMUM_LIFETIME + 1))
    refused("it expires in the year 5,828,963", header(expires_at=183_944_000_000_000))
    refused("it expires when it is issued", header(expires_at=ISSUED))
    refused("it expires before it is issued", header(expires_at=ISSUED - 1))
    refused("it was issued in 1970", header(issued_at=7, expires_at=EXPIRES))
    cases.add(
        "it was issued in 1970, and lives for 400 days",
        header(version=0, issued_at=0, expires_at=MAXIMUM_LIFETIME),
        "Lifetime",
        newest=0,
        result="setExpired",
    )
    future = 2**63
    cases.add(
        "version and date are both far ahead",
        header(version=future, issued_at=future, expires_at=future + MAXIMUM_LIFETIME),
        "Lifetime",
        result="setNotYetIssued",
    )
    lifetime = EXPIRES - ISSUED
    pinned = replace(cases.policy, maximum_lifetime=lifetime)
    cases.add("the pinned lifetime: just met", None, "Boundary", "Lifetime", policy=pinned)
    cases.add(
        "the pinned lifetime: passed by a second",
        None,
        "BelowFloor",
        "Lifetime",
        policy=replace(pinned, maximum_lifetime=lifetime - 1),
        result="belowFloor",
    )
    cases.add(
        "a longer pinned lifetime than 400 days changes nothing",
        header(expires_at=ISSUED + MAXIMUM_LIFETIME + 1),
        "Lifetime",
        policy=replace(cases.policy, maximum_lifetime=2**40),
        result="parameterOutOfRange",
    )


def signature_cases(cases: OpenSetCases, fixture: Fixture) -> None:
    """Step 5."""
    sources, unsigned, policy = fixture.sources, fixture.new.set_file, cases.policy

    def block(changes: dict[int, bytes], of: SetFile | None = None) -> SetFile:
        base = of or fixture.signed
        new = bytearray(base.signature_block)
        for offset, data in changes.items():
            new[offset : offset + len(data)] = data
        return replace(base, signature_block=bytes(new))

    confirmed_cases(cases, fixture)
    cases.add("signed by nobody", unsigned, "UnderSigned", result="tooFewSignatures")
    cases.add("three are asked for, all three signed", None, "Boundary", policy=replace(policy, minimum_signatures=3))
    cases.add(
        "four are asked for",
        None,
        "UnderSigned",
        policy=replace(policy, minimum_signatures=4),
        result="tooFewSignatures",
    )
    one = replace(policy, minimum_signatures=1, minimum_confirmed_sources=1)
    stranger = source_public_key(hashlib.sha256(b"stranger").digest())
    cases.add(
        "a pinned source that the set does not name changes nothing",
        policy=replace(policy, sources=frozenset({*sources, stranger})),
    )
    cases.add(
        "a stranger is pinned beside one source: two of them must have signed",
        None,
        "UnderSigned",
        policy=replace(one, minimum_signatures=2, sources=frozenset({sources[0], stranger})),
        result="tooFewSignatures",
    )
    cases.add(
        "only strangers are pinned",
        None,
        "UnderSigned",
        policy=replace(one, sources=frozenset({stranger})),
        result="tooFewSignatures",
    )
    cases.add(
        "nobody is pinned", None, "UnderSigned", policy=replace(one, sources=frozenset()), result="tooFewSignatures"
    )

    good = fixture.signed.signature_block
    for place in range(3):
        cases.add(
            f"another bit in signature {place}",
            block({64 * place + 40: bytes([good[64 * place + 40] ^ 1])}),
            "WrongSignature",
            result="invalidSignature",
        )
    cases.add(
        "a bad signature of a source that is not pinned",
        block({128: bytes([good[128] ^ 1])}),
        "WrongSignature",
        policy=replace(policy, sources=frozenset(sources[:2])),
        result="invalidSignature",
    )
    cases.add(
        "one bit in a place without a signature",
        block({191: b"\x01"}, fixture.sign(unsigned, 0, 1)),
        "WrongSignature",
        result="invalidSignature",
    )
    cases.add(
        "two signatures have changed places",
        block({0: good[64:128] + good[:64]}),
        "WrongSignature",
        result="invalidSignature",
    )
    cases.add(
        "a signature in a place beyond the sources",
        block({192: good[:64]}),
        "WrongSignature",
        result="invalidSignature",
    )
    cases.add("one bit in the last place", block({1_023: b"\x80"}), "WrongSignature", result="invalidSignature")
    version = fixture.with_header(version=8)
    cases.add(
        "signatures of another version of the set",
        replace(version, signature_block=good),
        "WrongSignature",
        result="invalidSignature",
    )
    s = int.from_bytes(good[32:64], "little")
    cases.add(
        "S + ℓ", block({32: encode_integer(s + g.ORDER, 32)}), "WrongSignature", "Malleable", result="invalidSignature"
    )

    # A key of small order, the point (0, 1): S·B = R + h·A holds for any R = S·B.
    identity = b"\x01" + bytes(31)
    small_key = fixture.with_header(sources=tuple(sorted((*sources[:2], identity))))
    place = small_key.header.sources.index(identity)
    any_seed = hashlib.sha256(b"any seed").digest()
    forged = block(
        {64 * place: source_public_key(any_seed) + encode_integer(clamped(any_seed) % g.ORDER, 32)}, small_key
    )
    cases.add(
        "a source's key of small order",
        forged,
        "WrongSignature",
        "SmallOrder",
        policy=replace(policy, sources=frozenset(small_key.header.sources)),
        result="invalidSignature",
    )
    # R of small order, made with the key: S = h·a.
    seed = fixture.seeds[sources[0]]
    a = clamped(seed)
    h = (
        int.from_bytes(
            hashlib.sha512(identity + sources[0] + sets.signed_message(fixture.signed.root)).digest(), "little"
        )
        % g.ORDER
    )
    cases.add(
        "R of small order",
        block({0: identity + encode_integer(h * a % g.ORDER, 32)}),
        "WrongSignature",
        "SmallOrder",
        result="invalidSignature",
    )


def clamped(seed: bytes) -> int:
    """The secret scalar of an Ed25519 seed (RFC 8032, 5.1.5)."""
    half = bytearray(hashlib.sha512(seed).digest()[:32])
    half[0] &= 248
    half[31] = half[31] & 127 | 64
    return int.from_bytes(half, "little")
