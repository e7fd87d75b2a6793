"""Protocol 4.1, "Set file", and 5.15, "Opening a set"."""

from __future__ import annotations

import os
import stat
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pysodium

from .check_level import LEVEL_COUNT
from .errors import ProtocolError, require
from .group import decode_element_but_identity
from .labels import blake2b_256, decode_integer, encode_integer, kdf
from .parameters import CLOCK_SLACK, MAXIMUM_ENTRIES, MAXIMUM_LIFETIME, MAXIMUM_SOURCES, Parameters, TrustPolicy
from .profile import HYPOTHESIS_COUNT, MAXIMUM_HYPOTHESES, Hypothesis, Profile
from .table import CELL_COUNT, cells

MAGIC = b"SMSET002"
SIGNED_COUNT = 3_072
HYPOTHESES_AT = 768
SUPPORT_AT = 832
LEVELS_AT = 864
FURTHER_AT = 876
"""hypotheses from the ninth on"""
FIRST_HYPOTHESES = 8
RESERVED_AT = 940
SIGNATURES_COUNT = 1_024
SIGNATURE_COUNT = 64
HEAD_COUNT = SIGNED_COUNT + SIGNATURES_COUNT
"""What is before the table: 4,096 bytes."""
NO_SIGNATURE = bytes(SIGNATURE_COUNT)


@dataclass(frozen=True)
class SetHeader:
    """The signed part."""

    version: int
    issued_at: int
    expires_at: int
    table_id: bytes
    position_seed: bytes
    public_key: bytes
    """L"""
    entries: int
    """n"""
    cells: int
    """m"""
    table_digest: bytes
    support_digest: bytes
    parameters: Parameters
    sources: tuple[bytes, ...]
    """Ed25519 keys, strictly ascending as byte strings"""
    is_test: bool = False
    """the mark of test sets"""

    def encode(self) -> bytes:
        p, profile = self.parameters, self.parameters.profile
        hypotheses = [hypothesis.encode() for hypothesis in profile.hypotheses]
        part = (
            MAGIC
            + encode_integer(self.version, 8)
            + encode_integer(self.issued_at, 8)
            + encode_integer(self.expires_at, 8)
            + self.table_id
            + self.position_seed
            + self.public_key
            + encode_integer(self.entries, 8)
            + encode_integer(self.cells, 8)
            + self.table_digest
            + encode_integer(p.threshold, 2)
            + encode_integer(p.polynomials, 2)
            + bytes([self.is_test, p.minimum_sources, len(self.sources), p.separation])
            + encode_integer(p.payload_count, 4)
            + bytes(2)
            + bytes([profile.b, profile.probes])
            + encode_integer(profile.id, 4)
            + bytes([profile.marks, profile.minimum_quality, profile.probe_quality, len(profile.hypotheses)])
            + bytes(profile.positions).ljust(72, b"\x00")
            + b"".join(self.sources).ljust(HYPOTHESES_AT - 256, b"\x00")
            + b"".join(hypotheses[:FIRST_HYPOTHESES]).ljust(SUPPORT_AT - HYPOTHESES_AT, b"\x00")
            + self.support_digest
            + bytes(p.levels)
            + b"".join(hypotheses[FIRST_HYPOTHESES:])
        ).ljust(SIGNED_COUNT, b"\x00")
        if len(part) != SIGNED_COUNT:
            raise ValueError("a field has a wrong length")
        return part

    @staticmethod
    def decode(part: bytes) -> SetHeader:
        """Step 2 of "Opening a set": the signed part decodes."""
        require(len(part) == SIGNED_COUNT, "wrongLength")
        require(part[:8] == MAGIC, "invalidMagic")
        version, issued_at, expires_at = (decode_integer(part[at : at + 8]) for at in (8, 16, 24))
        require(version <= issued_at, "parameterOutOfRange", "the version is beyond the date of issue")
        require(0 < expires_at - issued_at <= MAXIMUM_LIFETIME, "parameterOutOfRange", "lifetime")
        public_key = decode_element_but_identity(part[80:112])
        n, m = decode_integer(part[112:120]), decode_integer(part[120:128])
        require(1 <= n <= MAXIMUM_ENTRIES and m == cells(n), "parameterOutOfRange", "n and m")
        b, source_count, hypothesis_count = part[174], part[166], part[183]
        require(part[164] <= 1 and not any(part[172:174]), "nonCanonical", "reserved bytes")
        # Where the padding begins is known only if b, S and H are in range; they are refused below if they are not.
        require(b > 64 or not any(part[184 + b : 256]), "nonCanonical", "padding of the positions")
        require(
            source_count > MAXIMUM_SOURCES or not any(part[256 + 32 * source_count : HYPOTHESES_AT]),
            "nonCanonical",
            "padding of the sources",
        )
        first = min(hypothesis_count, FIRST_HYPOTHESES)
        after_first = HYPOTHESES_AT + HYPOTHESIS_COUNT * first
        after_further = FURTHER_AT + HYPOTHESIS_COUNT * (hypothesis_count - first)
        require(
            hypothesis_count > MAXIMUM_HYPOTHESES
            or not any(part[after_first:SUPPORT_AT])
            and not any(part[after_further:RESERVED_AT]),
            "nonCanonical",
            "padding of the hypotheses",
        )
        require(not any(part[RESERVED_AT:]), "nonCanonical", "bytes after the hypotheses")
        require(b <= 64, "unknownProfile", "b")
        require(hypothesis_count <= MAXIMUM_HYPOTHESES, "unknownProfile", "H")
        profile = Profile(
            id=decode_integer(part[176:180]),
            minimum_quality=part[181],
            probe_quality=part[182],
            probes=part[175],
            positions=tuple(part[184 : 184 + b]),
            hypotheses=tuple(
                Hypothesis.decode(part[at : at + HYPOTHESIS_COUNT])
                for at in (
                    *range(HYPOTHESES_AT, after_first, HYPOTHESIS_COUNT),
                    *range(FURTHER_AT, after_further, HYPOTHESIS_COUNT),
                )
            ),
            marks=part[180],
        )
        parameters = Parameters(
            threshold=decode_integer(part[160:162]),
            polynomials=decode_integer(part[162:164]),
            levels=tuple(part[LEVELS_AT : LEVELS_AT + LEVEL_COUNT]),
            payload_count=decode_integer(part[168:172]),
            minimum_sources=part[165],
            separation=part[167],
            profile=profile,
        )
        parameters.check(source_count)
        sources = tuple(part[256 + 32 * i : 288 + 32 * i] for i in range(source_count))
        require(all(x < y for x, y in zip(sources, sources[1:])), "nonCanonical", "the sources do not ascend")
        return SetHeader(
            version=version,
            issued_at=issued_at,
            expires_at=expires_at,
            table_id=part[32:48],
            position_seed=part[48:80],
            public_key=public_key,
            entries=n,
            cells=m,
            table_digest=part[128:160],
            support_digest=part[SUPPORT_AT : SUPPORT_AT + 32],
            parameters=parameters,
            sources=sources,
            is_test=part[164] == 1,
        )


def root(signed_part: bytes) -> bytes:
    """Root = KDF(none, "set root", signed part): the set's name."""
    return kdf(None, "set root", signed_part)


def signed_message(set_root: bytes) -> bytes:
    """ "SealedMatch/1 set signature" ‖ 0x00 ‖ root (32)"""
    return b"SealedMatch/1 set signature" + b"\x00" + set_root


def sign(seed: bytes, set_root: bytes) -> bytes:
    """A source's Ed25519 signature (RFC 8032)."""
    _, secret = pysodium.crypto_sign_seed_keypair(seed)
    return pysodium.crypto_sign_detached(signed_message(set_root), secret)


def verify(source: bytes, set_root: bytes, signature: bytes) -> bool:
    """Verification is libsodium's: S ≥ ℓ, keys and R of small order are refused."""
    try:
        pysodium.crypto_sign_verify_detached(signature, signed_message(set_root), source)
    except ValueError:
        return False
    return True


@dataclass(frozen=True)
class SetFile:
    """signed part (3,072) ‖ signature block (1,024) ‖ table (32·m)"""

    signed_part: bytes
    signature_block: bytes
    table: bytes
    header: SetHeader

    @staticmethod
    def make(header: SetHeader, table: Sequence[bytes]) -> SetFile:
        """A set without signatures."""
        return SetFile(header.encode(), bytes(SIGNATURES_COUNT), b"".join(table), header)

    @staticmethod
    def decode(file: bytes) -> SetFile:
        """Steps 2 and 3 of "Opening a set": what makes these bytes a set file, signatures and table apart."""
        require(len(file) >= HEAD_COUNT, "wrongLength")
        # 2. The signed part decodes.
        header = SetHeader.decode(file[:SIGNED_COUNT])
        # 3. The length is 4,096 + 32·m.
        require(len(file) == HEAD_COUNT + CELL_COUNT * header.cells, "wrongLength")
        return SetFile(file[:SIGNED_COUNT], file[SIGNED_COUNT:HEAD_COUNT], file[HEAD_COUNT:], header)

    def encode(self) -> bytes:
        return self.signed_part + self.signature_block + self.table

    @property
    def root(self) -> bytes:
        return root(self.signed_part)

    @property
    def parameters(self) -> Parameters:
        return self.header.parameters

    def signature(self, place: int) -> bytes | None:
        """Place i is source i's signature or 64 zero bytes if there is none."""
        signature = self.signature_block[SIGNATURE_COUNT * place : SIGNATURE_COUNT * (place + 1)]
        return None if signature == NO_SIGNATURE else signature

    def signed_by(self, seed: bytes) -> SetFile:
        """The set with one signature more, whatever is in it: a source signs by `audit.sign`."""
        public, _ = pysodium.crypto_sign_seed_keypair(seed)
        require(public in self.header.sources, "parameterOutOfRange", "the set does not name this source")
        at = SIGNATURE_COUNT * self.header.sources.index(public)
        block = self.signature_block[:at] + sign(seed, self.root) + self.signature_block[at + SIGNATURE_COUNT :]
        return SetFile(self.signed_part, block, self.table, self.header)

    def signers(self) -> list[bytes]:
        """The sources that have signed. Every signature that is present verifies, else `invalidSignature`."""
        signers: list[bytes] = []
        for place in range(MAXIMUM_SOURCES):
            signature = self.signature(place)
            if signature is None:
                continue
            # A place beyond the sources has no key under which it could verify.
            require(place < len(self.header.sources), "invalidSignature", f"place {place} belongs to nobody")
            source = self.header.sources[place]
            require(verify(source, self.root, signature), "invalidSignature", f"place {place}")
            signers.append(source)
        return signers

    def confirmed_sources(self, pinned: frozenset[bytes]) -> int:
        """T + q − S: of the sources that were pinned and signed, so many at least have each entry on their list."""
        signed = sum(source in pinned for source in self.signers())
        return signed + self.parameters.minimum_sources - len(self.header.sources)

    def check_table(self) -> None:
        """BLAKE2b-256 of the table is tableDigest."""
        require(blake2b_256(self.table) == self.header.table_digest, "rootMismatch")


def open_set_file(path: Path, policy: TrustPolicy, newest_version: int, now: int) -> SetFile:
    """5.15, "Opening a set", of a file."""
    # 1. A regular file, not empty, at most 4,096 + 32·(pinned ceiling of m) bytes [fileFailed, wrongLength].
    try:
        with open(path, "rb") as file:
            status = os.fstat(file.fileno())
            require(stat.S_ISREG(status.st_mode), "fileFailed", "not a regular file")
            check_file_length(status.st_size, policy)
            contents = file.read()
    except OSError as failure:
        raise ProtocolError("fileFailed", str(failure)) from failure
    return open_set(contents, policy, newest_version, now)


def check_file_length(length: int, policy: TrustPolicy) -> None:
    require(0 < length <= HEAD_COUNT + CELL_COUNT * policy.maximum_cells, "wrongLength")


def open_set(file: bytes, policy: TrustPolicy, newest_version: int, now: int) -> SetFile:
    """5.15, "Opening a set", steps 1 to 7, in this order. Step 8 is `log_proof.check_set_proof`."""
    # 1. not empty, at most 4,096 + 32·(pinned ceiling of m) bytes [wrongLength].
    check_file_length(len(file), policy)
    # 2. The signed part decodes. 3. The length is 4,096 + 32·m [wrongLength].
    opened = SetFile.decode(file)
    header, p, profile = opened.header, opened.parameters, opened.parameters.profile
    # 4. The policy asks for at least one signature and one confirmed source [parameterOutOfRange]; the set is not
    #    marked as one for tests, unless the policy takes these [testSet]; the profile is one of those that it names
    #    [unknownProfile]; the floors, that of M among them, and the ceilings of each of the twelve levels and of the
    #    lifetime hold [belowFloor]; the ceiling of m held in step 1.
    require(policy.minimum_signatures >= 1, "parameterOutOfRange", "a policy without signatures")
    require(policy.minimum_confirmed_sources >= 1, "parameterOutOfRange", "a policy without confirmed support")
    require(policy.allows_test_sets or not header.is_test, "testSet", "a set for tests")
    require(policy.profiles is None or profile.digest() in policy.profiles, "unknownProfile", "not pinned")
    for name, value, floor in (
        ("t", p.threshold, policy.minimum_threshold),
        ("k", p.polynomials, policy.minimum_polynomials),
        ("M", profile.probes, policy.minimum_probes),
        ("n", header.entries, policy.minimum_entries),
        ("r", p.separation, policy.minimum_separation),
    ):
        require(value >= floor, "belowFloor", name)
    for i, (level, ceiling) in enumerate(zip(p.levels, policy.maximum_levels, strict=True)):
        require(level <= ceiling, "belowFloor", f"N_{i}")
    require(header.expires_at - header.issued_at <= policy.maximum_lifetime, "belowFloor", "lifetime")
    # 5. Every signature that is present verifies [invalidSignature]. T of them are by pinned sources: at least
    #    minimumSignatures [tooFewSignatures]; the confirmed support, T + q − S, is at its floor [supportNotConfirmed].
    pinned = sum(source in policy.sources for source in opened.signers())
    require(pinned >= policy.minimum_signatures, "tooFewSignatures")
    require(opened.confirmed_sources(policy.sources) >= policy.minimum_confirmed_sources, "supportNotConfirmed")
    # 6. version ≥ the newest version used [setRolledBack]; issuedAt ≤ now + a day [setNotYetIssued]; now < expiresAt
    #    [setExpired].
    require(header.version >= newest_version, "setRolledBack")
    require(header.issued_at <= now + CLOCK_SLACK, "setNotYetIssued")
    require(now < header.expires_at, "setExpired")
    # 7. BLAKE2b-256 of the table is tableDigest [rootMismatch].
    opened.check_table()
    return opened
