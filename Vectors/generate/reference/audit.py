"""Protocol 4.9, "Audit package", and 5.19, "Audit"."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from .dleq import MAXIMUM_PAIRS, PROOF_COUNT, generate_proof, verify_proof
from .entries import ListedHash, key_of, pairs_within
from .errors import ProtocolError, require
from .group import IDENTITY, decode_scalar, hash_key, multiply
from .keys import BITS_COUNT, PERCEPTUAL, SetSecrets, fits, perceptual_bits, source_public_key, support_digest
from .labels import Draw, blake2b_256, decode_integer, encode_integer, system_draw
from .parameters import MAXIMUM_ENTRIES
from .set_file import SetFile
from .table import decode, table_of_values

MAGIC = b"SMA-PKG1"

FINDINGS = (
    "forTests",  # the set is marked as one for tests
    "otherSet",  # the package's root is another set's
    "wrongCount",  # the package's numbers are not the set's
    "wrongDigest",  # the table has not the digest of the header
    "otherSupport",  # entries, supporters and filler seed are not those of the header's digest
    "unknownSource",  # an entry names a source that the set does not
    "underSupported",  # an entry has fewer than q supporters
    "strayBits",  # a perceptual key has bits that the profile does not name
    "unsorted",  # entries do not strictly ascend
    "notListed",  # an entry names a source whose list has not its key
    "tooNear",  # two perceptual keys are within r bits
    "tooDense",  # the work of looking for near keys is bounded, and the bound was reached; not by this auditor
    "notEvaluated",  # a proof fails
    "otherTable",  # the rebuilt table is another one
)


def proofs_for(n: int) -> int:
    """⌈n / 65,535⌉"""
    return -(-n // MAXIMUM_PAIRS)


def runs(count: int) -> list[range]:
    """Proof i is for the entries 65,535·i …"""
    return [range(start, min(start + MAXIMUM_PAIRS, count)) for start in range(0, count, MAXIMUM_PAIRS)]


@dataclass(frozen=True)
class AuditPackage:
    root: bytes
    filler_seed: bytes
    keys: tuple[bytes, ...]
    supporters: tuple[int, ...]
    proofs: tuple[bytes, ...]
    """c ‖ s each"""

    def encode(self) -> bytes:
        entries = b"".join(y + encode_integer(mask, 2) for y, mask in zip(self.keys, self.supporters, strict=True))
        return (
            MAGIC + self.root + self.filler_seed + encode_integer(len(self.keys), 8) + entries + b"".join(self.proofs)
        )

    @staticmethod
    def decode(encoding: bytes) -> AuditPackage:
        require(len(encoding) >= 80, "wrongLength")
        require(encoding[:8] == MAGIC, "invalidMagic")
        n = decode_integer(encoding[72:80])
        require(1 <= n <= MAXIMUM_ENTRIES, "parameterOutOfRange", "n")
        # The shortest entry has 11 bytes: what n asks for is bounded by what is there.
        require(len(encoding) >= 80 + 11 * n + PROOF_COUNT * proofs_for(n), "wrongLength")
        keys: list[bytes] = []
        supporters: list[int] = []
        at = 80
        for _ in range(n):
            require(at < len(encoding), "wrongLength")
            require(encoding[at] in BITS_COUNT, "nonCanonical", "kind of a key")
            end = at + 1 + BITS_COUNT[encoding[at]]
            require(end + 2 <= len(encoding), "wrongLength")
            keys.append(encoding[at:end])
            supporters.append(decode_integer(encoding[end : end + 2]))
            at = end + 2
        require(len(encoding) == at + PROOF_COUNT * proofs_for(n), "wrongLength")
        proofs = [encoding[start : start + PROOF_COUNT] for start in range(at, len(encoding), PROOF_COUNT)]
        for proof in proofs:
            decode_scalar(proof[:32])
            decode_scalar(proof[32:])
        return AuditPackage(encoding[8:40], encoding[40:72], tuple(keys), tuple(supporters), tuple(proofs))


def make_package(
    set_root: bytes, secrets: SetSecrets, keys: Sequence[bytes], supporters: Sequence[int], draw: Draw = system_draw
) -> AuditPackage:
    """The package of a set that was built from these entries."""
    elements = [hash_key(secrets.table_id, y) for y in keys]
    values = [multiply(secrets.alpha, element) for element in elements]
    proofs = [
        generate_proof(secrets.alpha, elements[run.start : run.stop], values[run.start : run.stop], draw)
        for run in runs(len(keys))
    ]
    return AuditPackage(set_root, secrets.filler_seed, tuple(keys), tuple(supporters), tuple(proofs))


@dataclass(frozen=True)
class Finding:
    name: str
    detail: str = ""

    def __post_init__(self) -> None:
        if self.name not in FINDINGS:
            raise ValueError(self.name)


@dataclass(frozen=True)
class AuditReport:
    root: bytes
    """of the set that was audited"""
    findings: list[Finding]
    confirmed: dict[bytes, int]
    """for each list given, by its source: how many entries that name the source are keys of the list"""

    @property
    def names(self) -> list[str]:
        """The distinct names, in the order in which they are first found."""
        return list(dict.fromkeys(finding.name for finding in self.findings))


def audit(set_file: SetFile, package: AuditPackage, lists: Mapping[bytes, Iterable[ListedHash]]) -> AuditReport:
    """5.19, "Audit". `lists` are sources' own lists, each under its source's key."""
    header, parameters = set_file.header, set_file.parameters
    b = parameters.profile.b
    findings: list[Finding] = []

    def find(name: str, detail: str = "") -> None:
        findings.append(Finding(name, detail))

    # 1. The package's root is the set's. Its numbers of keys and masks are n, of proofs ⌈n / 65,535⌉; else nothing more
    #    is looked at.
    if header.is_test:
        find("forTests")
    if package.root != set_file.root:
        find("otherSet")
    if not len(package.keys) == len(package.supporters) == header.entries or len(package.proofs) != proofs_for(
        header.entries
    ):
        find("wrongCount", f"{len(package.keys)} of {header.entries}")
        return AuditReport(set_file.root, findings, {})
    #    The table has its digest.
    if blake2b_256(set_file.table) != header.table_digest:
        find("wrongDigest")
    #    Its supportDigest is that of these keys, masks and fillerSeed.
    if support_digest(package.keys, package.supporters, package.filler_seed) != header.support_digest:
        find("otherSupport")
    # 2. Each entry, in order:
    for index, (y, mask) in enumerate(zip(package.keys, package.supporters, strict=True)):
        # it names no source that the set does not,
        if mask >> len(header.sources):
            find("unknownSource", y.hex())
        # has at least q supporters,
        if mask.bit_count() < parameters.minimum_sources:
            find("underSupported", y.hex())
        # its perceptual key is zero from bit b on,
        if not fits(y, b):
            find("strayBits", y.hex())
        # and it is greater than the one before.
        if index > 0 and not package.keys[index - 1] < y:
            find("unsorted", y.hex())
    # 3. For each list given: every entry that names that source is a key of the list; those that are, are counted.
    confirmed: dict[bytes, int] = {}
    for source, listed_hashes in lists.items():
        require(source in header.sources, "parameterOutOfRange", "a list of a source that the set does not name")
        place = header.sources.index(source)
        listed = {key_of(entry, parameters.profile) for entry in listed_hashes}
        count = 0
        for y, mask in zip(package.keys, package.supporters):
            if mask >> place & 1:
                if y in listed:
                    count += 1
                else:
                    find("notListed", y.hex())
        confirmed[source] = count
    # 4. Only if nothing was found so far: no two entries' perceptual keys are within r bits; r = 0 asks nothing.
    if not findings and parameters.separation > 0:
        perceptual = [perceptual_bits(y) for y in package.keys if y[0] == PERCEPTUAL]
        for i, j in sorted(pairs_within(perceptual, b, parameters.separation)):
            find("tooNear", f"{perceptual[i]:016x} {perceptual[j]:016x}")
    if findings:
        return AuditReport(set_file.root, findings, confirmed)
    # 5. Only if nothing was found in steps 1 to 4: D_i = decode(y_i) with the identity as substitute;
    values = [decode(set_file.table, y, header.position_seed, IDENTITY) for y in package.keys]
    elements = [hash_key(header.table_id, y) for y in package.keys]
    #    each proof verifies ("Key proofs") for (H(y_i), D_i) of its entries.
    for proof, run in zip(package.proofs, runs(len(package.keys)), strict=True):
        try:
            verify_proof(header.public_key, elements[run.start : run.stop], values[run.start : run.stop], proof)
        except ProtocolError as failure:
            find("notEvaluated", f"entries from {run.start}: {failure.name}")
    # 6. Only then, and whatever step 5 found: rebuild ("Table") from V(y_i) = D_i, positionSeed and fillerSeed: it
    #    peels, has m cells, and its digest is tableDigest.
    try:
        rebuilt = table_of_values(
            package.keys, dict(zip(package.keys, values, strict=True)), header.position_seed, package.filler_seed
        )
    except ProtocolError as failure:
        if failure.name != "peelingFailed":
            raise
        find("otherTable", "it does not peel")
    else:
        if len(rebuilt) != header.cells or blake2b_256(b"".join(rebuilt)) != header.table_digest:
            find("otherTable")
    return AuditReport(set_file.root, findings, confirmed)


def sign(set_file: SetFile, report: AuditReport, seed: bytes) -> SetFile:
    """The set with a source's signature. A source signs only what it has audited soundly, with its own list."""
    require(not report.findings, "notAudited", "the audit found something wrong")
    require(report.root == set_file.root, "notAudited", "the audit was of another set")
    public = source_public_key(seed)
    require(public in set_file.header.sources, "parameterOutOfRange", "the set does not name this source")
    require(public in report.confirmed, "notAudited", "the audit did not look at this source's own list")
    return set_file.signed_by(seed)
