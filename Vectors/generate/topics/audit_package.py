"""audit-package/: Protocol 4.9, 4.10, 5.19 and 5.20: audit packages, audits, key proofs."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from envelope import Recorder, Topic, seeded
from files import file_case
from fixtures import Fixture, flipped, small
from reference import group as g
from reference.audit import AuditPackage, audit, make_package
from reference.dleq import generate_proof
from reference.entries import PDQ, ListedHash, key_of
from reference.key_proof import KeyProof, prove, verify
from reference.keys import perceptual_bits, perceptual_key, sha256_key, support_digest
from reference.labels import Draw, encode_integer
from reference.set_file import SetFile
from reference.table import positions
from topics.entries import listed
from topics.hash_to_group import with_top_bit

SET_FILE, PACKAGE_FILE = "../set-file/small.smset", "small.smpkg"


def build() -> dict[str, Topic | bytes]:
    topic = Topic(
        "audit-package",
        "Audit packages, what an audit finds, and proofs about single keys.",
        {
            "TruncatedInput": "Shorter than it has to be.",
            "TrailingBytes": "Something follows.",
            "WrongMagic": "Another format or version.",
            "NonCanonicalPoint": "V is not what RFC 9496's DECODE takes.",
            "NonCanonicalScalar": "c or s is not below ℓ.",
            "IdentityPoint": "V is the identity.",
            "ForgedProof": "Proof and statement do not belong together.",
            "OtherTable": "A proof or a set of another table.",
            "KeysTooNear": "Two perceptual keys within r bits.",
            "Sound": "Nothing is found.",
            "HiddenEntry": "A builder puts an entry that no source listed into a cell that should be a filler.",
            "Unconfirmed": "An audit without lists checks everything but the sources' support.",
            "Member": "The key is in the set.",
            "NonMember": "The key is not in the set: decode(y) is something else than αH(y).",
            "SecondEncoding": "A second encoding of something that would otherwise verify.",
            "StrayBits": "A second name for a key that no client can probe.",
            "OtherSupport": "Auditors of one set are shown different entries or supporters.",
            "ManyNames": "What is wrong shows twice: in the proof and in the rebuilt table.",
        },
    )
    draw = seeded("audit-package")
    fixture = small()
    decode_cases(topic, fixture)
    AuditCases(topic, fixture, draw).add_all()
    key_proof_cases(topic, fixture, draw)
    return {"audit-package/audit-package.json": topic, f"audit-package/{PACKAGE_FILE}": fixture.new.package.encode()}


def set_case(fixture: Fixture, changed: SetFile | bytes | None = None) -> dict[str, Any]:
    contents = changed.encode() if isinstance(changed, SetFile) else changed
    return file_case(SET_FILE, fixture.signed.encode(), contents)


def package_case(fixture: Fixture, changed: AuditPackage | bytes | None = None) -> dict[str, Any]:
    contents = changed.encode() if isinstance(changed, AuditPackage) else changed
    return file_case(PACKAGE_FILE, fixture.new.package.encode(), contents)


def decode_cases(topic: Topic, fixture: Fixture) -> None:
    group = topic.group("DecodePackage", "An audit package's fields.")
    package = fixture.new.package
    original = package.encode()

    def decode(about: str, encoding: bytes, *flags: str, result: str = "valid") -> None:
        def run() -> dict[str, Any]:
            p = AuditPackage.decode(encoding)
            return {
                "root": p.root.hex(),
                "fillerSeed": p.filler_seed.hex(),
                "keys": [y.hex() for y in p.keys],
                "supporters": list(p.supporters),
                "proofs": [proof.hex() for proof in p.proofs],
            }

        group.add(about, {"package": package_case(fixture, encoding)}, run, *flags, result=result)

    decode("the small set's", original)
    decode("one entry", replace(package, keys=package.keys[:1], supporters=package.supporters[:1]).encode())
    decode(
        "supporters and order are not checked here",
        replace(package, keys=package.keys[::-1], supporters=(0xFFFF, 0, *package.supporters[2:])).encode(),
    )
    decode("no bytes", b"", "TruncatedInput", result="wrongLength")
    for length in (1, 79, 80, len(original) - 64, len(original) - 1):
        decode(f"cut to {length} bytes", original[:length], "TruncatedInput", result="wrongLength")
    decode("a byte follows", original + b"\x00", "TrailingBytes", result="wrongLength")
    decode("a proof follows", original + package.proofs[0], "TrailingBytes", result="wrongLength")
    decode("another magic", original[:7] + b"2" + original[8:], "WrongMagic", result="invalidMagic")
    n = len(package.keys)
    decode(
        "n is one less than there are", original[:72] + encode_integer(n - 1, 8) + original[80:], result="wrongLength"
    )
    decode(
        "n = 2^27, and the bytes end early",
        original[:72] + encode_integer(2**27, 8) + original[80:],
        result="wrongLength",
    )
    for name, at in (("c", len(original) - 64), ("s", len(original) - 32)):
        decode(
            f"{name} of the proof is ℓ",
            original[:at] + encode_integer(g.ORDER, 32) + original[at + 32 :],
            "NonCanonicalScalar",
            result="invalidScalar",
        )
    decode("kind 0", original[:80] + b"\x00" + original[81:], result="nonCanonical")
    decode("the last entry's kind is 4", replace_kind(package), result="nonCanonical")


def replace_kind(package: AuditPackage) -> bytes:
    """The last entry under kind 4. Its length is then unknown."""
    encoding = package.encode()
    at = len(encoding) - 64 * len(package.proofs) - 2 - len(package.keys[-1])
    return encoding[:at] + b"\x04" + encoding[at + 1 :]


class AuditCases:
    def __init__(self, topic: Topic, fixture: Fixture, draw: Draw) -> None:
        self.group = topic.group(
            "Audit",
            "Names of findings in the order in which they are first found. `confirmed`: for each list, in the "
            "order given, how many entries that name its source are keys of it.",
        )
        self.fixture, self.draw = fixture, draw
        self.new, self.package, self.secrets = fixture.new, fixture.new.package, fixture.new.secrets

    def add(
        self,
        about: str,
        names: list[str],
        *flags: str,
        set_file: SetFile | None = None,
        package: AuditPackage | None = None,
        lists: dict[bytes, list[ListedHash]] | None = None,
        keep_support: bool = False,
    ) -> None:
        audited = set_file or self.fixture.signed
        if package is not None and not keep_support:
            # The builder commits to the package that it hands out: what is wrong is the package's matter alone.
            support = support_digest(package.keys, package.supporters, package.filler_seed)
            header = replace(audited.header, support_digest=support)
            committed = self.fixture.sign(replace(audited, header=header, signed_part=header.encode()))
            package = replace(package, root=committed.root) if package.root == audited.root else package
            audited = committed
        with_package = package or replace(self.package, root=audited.root)
        given = {} if lists is None else lists

        def run() -> dict[str, Any]:
            report = audit(audited, with_package, given)
            if report.names != names:
                raise AssertionError(f"{about}: {report.names}")
            return {
                "findings": report.names,
                "confirmed": [report.confirmed[s] for s in given if s in report.confirmed],
            }

        self.group.add(
            about,
            {
                "set": set_case(self.fixture, audited),
                "package": package_case(self.fixture, with_package),
                "lists": [
                    {"source": source.hex(), "hashes": [listed(entry) for entry in given[source]]} for source in given
                ],
            },
            run,
            *flags,
        )

    def proven(self, keys: tuple[bytes, ...], supporters: tuple[int, ...]) -> AuditPackage:
        """A package of these entries in this order, with a proof that verifies for their true values."""
        return make_package(self.package.root, self.secrets, keys, supporters, self.draw)

    def add_all(self) -> None:
        self.sound_cases()
        self.package_cases()
        self.list_cases()
        self.table_cases()

    def sound_cases(self) -> None:
        self.add("all lists", [], "Sound", lists=self.fixture.lists)
        backwards = {source: self.fixture.lists[source] for source in reversed(self.fixture.sources)}
        self.add("all lists, the last source's first", [], "Sound", lists=backwards)
        self.add("no lists", [], "Sound", "Unconfirmed")
        for source in self.fixture.sources:
            self.add("one list", [], "Sound", lists={source: self.fixture.lists[source]})
        self.add("without signatures: they are no part of an audit", [], "Sound", set_file=self.new.set_file)
        self.add("a fresh proof", [], "Sound", package=self.proven(self.package.keys, self.package.supporters))
        reversed_lists = {source: list(reversed(self.fixture.lists[source])) for source in self.fixture.sources[:1]}
        self.add("lists in another order", [], "Sound", lists=reversed_lists)

    def package_cases(self) -> None:
        """Steps 1 and 2."""
        keys, masks = self.package.keys, self.package.supporters
        self.add("a set for tests", ["forTests"], set_file=self.fixture.with_header(is_test=True))
        self.add(
            "a set for tests, and another's package",
            ["forTests", "otherSet"],
            set_file=self.fixture.with_header(is_test=True),
            package=replace(self.package, root=self.draw(32)),
            keep_support=True,
        )
        self.add("another root", ["otherSet"], package=replace(self.package, root=self.draw(32)))
        self.add(
            "the root of the same set with another version",
            ["otherSet"],
            package=self.package,
            set_file=self.fixture.with_header(version=8),
            keep_support=True,
        )
        self.add("the last entry is left out", ["wrongCount"], package=self.proven(keys[:-1], masks[:-1]))
        more = tuple(sorted({*keys, sha256_key(bytes(32))}))
        with_more = {y: mask for y, mask in zip(keys, masks)} | {sha256_key(bytes(32)): 7}
        self.add("an entry too many", ["wrongCount"], package=self.proven(more, tuple(with_more[y] for y in more)))
        self.add(
            "two entries have changed places",
            ["unsorted"],
            package=self.proven((keys[1], keys[0], *keys[2:]), (masks[1], masks[0], *masks[2:])),
        )
        exact = next(i for i, y in enumerate(keys) if y[0] == 2)
        doubled = (*keys[:exact], keys[exact + 1], *keys[exact + 1 :])
        short = tuple(y[:8] + bytes([y[8] | 0x80]) if i == 0 else y for i, y in enumerate(keys))
        order = sorted(range(len(short)), key=lambda i: short[i])
        self.add(
            "a perceptual key has its highest bit set, which the profile does not name",
            ["strayBits"],
            "StrayBits",
            package=self.proven(tuple(short[i] for i in order), tuple(masks[i] for i in order)),
        )
        twice = (keys[0], keys[0], *keys[2:])
        self.add(
            "a perceptual key twice",
            ["unsorted"],
            package=self.proven(twice, (masks[0], masks[0], *masks[2:])),
        )
        self.add(
            "an exact hash twice",
            ["unsorted"],
            package=self.proven(doubled, (*masks[:exact], masks[exact + 1], *masks[exact + 1 :])),
        )
        one = next(i for i, mask in enumerate(masks) if mask == 0b111)

        def masked(mask: int) -> AuditPackage:
            return replace(self.package, supporters=(*masks[:one], mask, *masks[one + 1 :]))

        self.add("three sources become two", [], "Sound", package=masked(0b011))
        self.add(
            "three sources become two, which is not what the header fixes: another auditor was shown three",
            ["otherSupport"],
            "OtherSupport",
            package=masked(0b011),
            keep_support=True,
        )
        other_key = next(i for i, y in enumerate(keys) if y[0] == 2 and i + 1 < len(keys))
        changed = keys[other_key][:-1] + bytes([keys[other_key][-1] ^ 1])
        self.add(
            "another key, which is not what the header fixes",
            ["otherSupport"],
            "OtherSupport",
            package=self.proven((*keys[:other_key], changed, *keys[other_key + 1 :]), masks),
            keep_support=True,
        )
        self.add(
            "another filler seed, which is not what the header fixes",
            ["otherSupport"],
            "OtherSupport",
            package=replace(self.package, filler_seed=self.draw(32)),
            keep_support=True,
        )
        two = next(i for i, mask in enumerate(masks) if mask.bit_count() == 2)
        self.add(
            "an entry changes one supporter for another, which is not what the header fixes",
            ["otherSupport"],
            "OtherSupport",
            package=replace(
                self.package,
                supporters=(*masks[:two], 0b111 ^ 1 << (masks[two].bit_length() - 1), *masks[two + 1 :]),
            ),
            keep_support=True,
        )
        self.add("one supporter", ["underSupported"], package=masked(0b010))
        self.add("no supporter", ["underSupported"], package=masked(0))
        self.add("a fourth source", ["unknownSource"], package=masked(0b1111))
        self.add("a sixteenth source", ["unknownSource"], package=masked(0b1000_0000_0000_0111))

    def list_cases(self) -> None:
        """Steps 3 and 4: lists, then near keys, of which nothing is said if something else is wrong."""
        keys, masks = self.package.keys, self.package.supporters
        parameters = self.fixture.new.set_file.parameters
        self.add(
            "r = 7, and two entries are 7 bits apart",
            ["tooNear"],
            "KeysTooNear",
            set_file=self.fixture.with_header(parameters=replace(parameters, separation=7)),
        )
        self.add(
            "the same, and a list has not what names it: near keys are not looked for",
            ["notListed"],
            set_file=self.fixture.with_header(parameters=replace(parameters, separation=7)),
            lists={self.fixture.sources[0]: []},
        )
        lists, profile = self.fixture.lists, parameters.profile
        for place, source in enumerate(self.fixture.sources):
            missing = next(y for y, mask in zip(keys, masks) if mask >> place & 1)
            self.add(
                f"source {place}'s list has not the first key that it supports",
                ["notListed"],
                lists={source: [entry for entry in lists[source] if key_of(entry, profile) != missing]},
            )
        self.add("an empty list", ["notListed"], lists={self.fixture.sources[1]: []})
        place, y = next((place, y) for place in range(3) for y, mask in zip(keys, masks) if not mask >> place & 1)
        mask_of = dict(zip(keys, masks)) | {y: 0b111}
        self.add(
            "an entry names a source that does not list it",
            ["notListed"],
            package=replace(self.package, supporters=tuple(mask_of[key] for key in keys)),
            lists={self.fixture.sources[place]: lists[self.fixture.sources[place]]},
        )
        self.add(
            "the same without that source's list",
            [],
            "Sound",
            "Unconfirmed",
            package=replace(self.package, supporters=tuple(mask_of[key] for key in keys)),
            lists={source: lists[source] for i, source in enumerate(self.fixture.sources) if i != place},
        )
        near = [
            ListedHash(PDQ, entry.bytes[:31] + bytes([entry.bytes[31] ^ 1])) if entry.kind == PDQ else entry
            for entry in lists[self.fixture.sources[0]]
        ]
        self.add("the list has keys that are one bit away", ["notListed"], lists={self.fixture.sources[0]: near})
        unused = [
            ListedHash(PDQ, bytes([entry.bytes[0] ^ 0x80]) + entry.bytes[1:]) if entry.kind == PDQ else entry
            for entry in lists[self.fixture.sources[0]]
        ]
        self.add("the list has other hashes of the same keys", [], "Sound", lists={self.fixture.sources[0]: unused})

    def table_cases(self) -> None:
        """Step 1's digest, steps 5 and 6."""
        header, table = self.new.set_file.header, self.new.set_file.table
        touched = {h for y in self.package.keys for h in positions(y, header.position_seed, header.cells)}
        fillers = {
            i for i in range(header.cells) if table[32 * i : 32 * i + 32] == g.filler(self.secrets.filler_seed, i)
        }
        untouched = min(set(range(header.cells)) - touched)
        free, touched_filler = min(set(range(header.cells)) - fillers), min(touched & fillers)
        other = g.hash_to_group(self.draw(16))

        digest_kept = replace(self.fixture.signed, table=table[: 32 * free] + other + table[32 * free + 32 :])
        self.add("a cell is another, and the digest is not made right", ["wrongDigest"], set_file=digest_kept)
        self.add(
            "a filler that no entry touches is another",
            ["otherTable"],
            set_file=self.fixture.with_cells({untouched: other}),
        )
        self.add(
            "a filler that an entry touches is another",
            ["notEvaluated", "otherTable"],
            "ManyNames",
            set_file=self.fixture.with_cells({touched_filler: other}),
        )
        self.add("an entry's free cell is another", ["notEvaluated"], set_file=self.fixture.with_cells({free: other}))
        self.add(
            "an entry's free cell is no element",
            ["notEvaluated", "otherTable"],
            "ManyNames",
            set_file=self.fixture.with_cells({free: b"\xff" * 32}),
        )
        self.add(
            "an untouched filler's bit 255 is set",
            ["otherTable"],
            set_file=self.fixture.with_cells({untouched: with_top_bit(table[32 * untouched : 32 * untouched + 32])}),
        )
        # A hidden entry: the cell at one of its positions that no listed entry touches takes the value that makes it
        # match.
        hidden = next(
            y
            for y in map(perceptual_key, range(1, 10_000))
            if not touched & set(positions(y, header.position_seed, header.cells))
        )
        h_1, h_2, h_3 = positions(hidden, header.position_seed, header.cells)
        rest = g.add(table[32 * h_2 : 32 * h_2 + 32], table[32 * h_3 : 32 * h_3 + 32])
        value = g.multiply(self.secrets.alpha, g.hash_key(self.secrets.table_id, hidden))
        with_hidden = self.fixture.with_cells({h_1: g.subtract(value, rest)})
        assert verify(with_hidden, prove(with_hidden, self.secrets, hidden, self.draw))
        self.add("an entry that is in no list", ["otherTable"], "HiddenEntry", set_file=with_hidden)

        proof = self.package.proofs[0]
        for name, at in (("c", 0), ("s", 32)):
            self.add(
                f"another {name} in the proof",
                ["notEvaluated"],
                package=replace(self.package, proofs=(proof[:at] + bytes([proof[at] ^ 1]) + proof[at + 1 :],)),
            )
        self.add("a proof of zeros", ["notEvaluated"], package=replace(self.package, proofs=(bytes(64),)))
        elements = [g.hash_key(self.secrets.table_id, y) for y in self.package.keys]
        another = self.secrets.alpha + 1
        self.add(
            "a proof for another α",
            ["notEvaluated"],
            package=replace(
                self.package,
                proofs=(generate_proof(another, elements, [g.multiply(another, e) for e in elements], self.draw),),
            ),
        )
        self.add(
            "L is another", ["notEvaluated"], set_file=self.fixture.with_header(public_key=g.multiply_base(another))
        )
        self.add("another fillerSeed", ["otherTable"], package=replace(self.package, filler_seed=self.draw(32)))
        self.add(
            "another positionSeed",
            ["notEvaluated", "otherTable"],
            "ManyNames",
            set_file=self.fixture.with_header(position_seed=self.draw(32)),
        )
        self.add("another tableID", ["notEvaluated"], set_file=self.fixture.with_header(table_id=self.draw(16)))


def key_proof_cases(topic: Topic, fixture: Fixture, draw: Draw) -> None:
    signed, secrets = fixture.signed, fixture.new.secrets
    keys = fixture.new.selection.keys
    by_kind = {kind: next(y for y in keys if y[0] == kind) for kind in (1, 2, 3)}
    folded = fixture.new.selection.folded[0].key

    group = topic.group("ProveKey", "Prove, and whether the key is a member.")
    proofs: dict[bytes, KeyProof] = {}
    subjects = [(f"an entry of kind {kind}", y, "Member") for kind, y in by_kind.items()]
    subjects += [
        ("a key that was folded into another", folded, "NonMember"),
        ("an entry with another bit", perceptual_key(flipped(perceptual_bits(by_kind[1]), 20)), "NonMember"),
        ("a SHA-256 that is not listed", sha256_key(draw(32)), "NonMember"),
        ("an MD5 that is not listed", b"\x03" + draw(16), "NonMember"),
        ("no bit set", perceptual_key(0), "NonMember"),
        ("all 50 bits set", perceptual_key(2**50 - 1), "NonMember"),
    ]
    for about, y, flag in subjects:
        recorder = Recorder(draw)
        proofs[y] = prove(signed, secrets, y, recorder)
        member = verify(signed, proofs[y])
        assert member == (flag == "Member")
        group.add(
            about,
            {
                "set": set_case(fixture),
                "secrets": secrets.encode().hex(),
                "key": y.hex(),
                "random": recorder.drawn.hex(),
            },
            lambda: {"proof": proofs[y].encode().hex(), "isMember": member},
            flag,
        )

    group = topic.group("VerifyKey", "Verify.")

    def verify_case(
        about: str, proof: bytes, *flags: str, set_file: SetFile | None = None, result: str = "valid"
    ) -> None:
        def run() -> dict[str, Any]:
            decoded = KeyProof.decode(proof)
            return {"key": decoded.y.hex(), "isMember": verify(set_file or signed, decoded)}

        group.add(about, {"set": set_case(fixture, set_file), "proof": proof.hex()}, run, *flags, result=result)

    for about, y, flag in subjects:
        verify_case(about, proofs[y].encode(), flag)
    good = proofs[by_kind[1]]
    other = proofs[by_kind[2]]
    encoding = good.encode()

    def patched(at: int, new: bytes, of: bytes = encoding) -> bytes:
        return of[:at] + new + of[at + len(new) :]

    verify_case(
        "the key is another entry",
        replace(good, y=next(y for y in keys if y[0] == 1 and y != good.y)).encode(),
        "ForgedProof",
        result="proofRejected",
    )
    verify_case(
        "one bit of the key is another",
        replace(good, y=perceptual_key(flipped(perceptual_bits(good.y), 20))).encode(),
        "ForgedProof",
        result="proofRejected",
    )
    verify_case(
        "V is another entry's", replace(good, value=other.value).encode(), "ForgedProof", result="proofRejected"
    )
    verify_case(
        "V is what the table decodes to for another key, a wrong claim of membership",
        replace(proofs[perceptual_key(0)], value=good.value).encode(),
        "ForgedProof",
        result="proofRejected",
    )
    verify_case(
        "the proof of another key", replace(good, proof=other.proof).encode(), "ForgedProof", result="proofRejected"
    )
    elsewhere = replace(secrets, table_id=draw(16))
    element = g.hash_key(elsewhere.table_id, good.y)
    value = g.multiply(secrets.alpha, element)
    foreign = replace(good, value=value, proof=generate_proof(secrets.alpha, [element], [value], draw))
    verify_case(
        "a proof under the same α for a table of another tableID",
        foreign.encode(),
        "ForgedProof",
        "OtherTable",
        result="proofRejected",
    )
    verify_case("another c", patched(105, bytes([encoding[105] ^ 1])), "ForgedProof", result="proofRejected")
    verify_case("another s", patched(137, bytes([encoding[137] ^ 1])), "ForgedProof", result="proofRejected")
    verify_case("c and s are zero", patched(105, bytes(64)), "ForgedProof", result="proofRejected")
    verify_case("c is ℓ", patched(105, encode_integer(g.ORDER, 32)), "NonCanonicalScalar", result="invalidScalar")
    verify_case("s is ℓ", patched(137, encode_integer(g.ORDER, 32)), "NonCanonicalScalar", result="invalidScalar")
    for name, at in (("c", 105), ("s", 137)):
        scalar = int.from_bytes(encoding[at : at + 32], "little")
        verify_case(
            f"{name} + ℓ",
            patched(at, encode_integer(scalar + g.ORDER, 32)),
            "NonCanonicalScalar",
            "SecondEncoding",
            result="invalidScalar",
        )
    verify_case(
        "V with bit 255 set",
        patched(73, with_top_bit(good.value)),
        "NonCanonicalPoint",
        "SecondEncoding",
        result="invalidPoint",
    )
    verify_case("V is no element", patched(73, b"\xff" * 32), "NonCanonicalPoint", result="invalidPoint")
    verify_case("V is the identity", patched(73, g.IDENTITY), "IdentityPoint", result="identityPoint")
    verify_case("the root of another set", patched(8, draw(32)), "OtherTable", result="unknownSet")
    verify_case("another magic", patched(7, b"2"), "WrongMagic", result="invalidMagic")
    verify_case("kind 0", patched(40, b"\x00"), result="nonCanonical")
    verify_case("kind 4", patched(40, b"\x04"), result="nonCanonical")
    verify_case("a bit behind a perceptual key", patched(49, b"\x01"), "SecondEncoding", result="nonCanonical")
    verify_case(
        "the last bit behind an MD5",
        patched(72, b"\x80", proofs[by_kind[3]].encode()),
        "SecondEncoding",
        result="nonCanonical",
    )
    verify_case("no bytes", b"", "TruncatedInput", result="wrongLength")
    verify_case("a byte too short", encoding[:-1], "TruncatedInput", result="wrongLength")
    verify_case("a byte follows", encoding + b"\x00", "TrailingBytes", result="wrongLength")
    table = bytearray(signed.table)
    table[-1] ^= 1
    verify_case(
        "the table has another digest",
        encoding,
        "OtherTable",
        set_file=replace(signed, table=bytes(table)),
        result="rootMismatch",
    )
    unlisted = fixture.with_cells({positions(good.y, secrets.position_seed, signed.header.cells)[0]: g.GENERATOR})
    verify_case(
        "a set of the same α in which a cell of the key is another: not a member",
        replace(good, root=unlisted.root).encode(),
        "NonMember",
        set_file=unlisted,
    )
    garbage = fixture.with_cells({positions(good.y, secrets.position_seed, signed.header.cells)[1]: b"\xff" * 32})
    verify_case(
        "a set of the same α in which a cell of the key is no element: not a member",
        replace(good, root=garbage.root).encode(),
        "NonMember",
        set_file=garbage,
    )
