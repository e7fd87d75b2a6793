"""The small set that the cases of set files, audits and key proofs share, with its lists and keys."""

from __future__ import annotations

import functools
from dataclasses import dataclass, replace
from typing import Any

from envelope import seeded
from reference import set_file as sets
from reference.audit import AuditPackage
from reference.building import NewSet, build_set
from reference.entries import MD5, PDQ, SHA256, ListedHash
from reference.keys import source_public_key
from reference.labels import Draw, blake2b_256
from reference.parameters import Parameters
from reference.profile import PROFILE_2, Profile
from reference.set_file import SetFile

ISSUED, EXPIRES = 1_760_000_000, 1_790_000_000


def pdq_with(key: int, draw: Draw, profile: Profile = PROFILE_2) -> bytes:
    """A PDQ hash whose short key is `key`; its other bits are random."""
    bits = int.from_bytes(draw(32), "big")
    for i, position in enumerate(profile.positions):
        bits = bits & ~(1 << position) | (key >> i & 1) << position
    return bits.to_bytes(32, "big")


def flipped(key: int, *bits: int) -> int:
    for bit in bits:
        key ^= 1 << bit
    return key


@dataclass(frozen=True)
class Fixture:
    new: NewSet
    seeds: dict[bytes, bytes]
    """each source's Ed25519 seed, under its public key"""
    lists: dict[bytes, list[ListedHash]]

    @property
    def sources(self) -> tuple[bytes, ...]:
        return self.new.set_file.header.sources

    @property
    def signed(self) -> SetFile:
        """Signed by all sources."""
        return self.sign(self.new.set_file)

    def sign(self, set_file: SetFile, *places: int) -> SetFile:
        """The set without its signatures, then signed by the sources of these places, or by all."""
        header = set_file.header
        block = bytearray(sets.SIGNATURES_COUNT)
        for place, source in enumerate(header.sources):
            if source in self.seeds and (not places or place in places):
                block[64 * place : 64 * place + 64] = sets.sign(self.seeds[source], set_file.root)
        return replace(set_file, signature_block=bytes(block))

    def with_header(self, **changes: Any) -> SetFile:
        """The set with another header, signed anew."""
        header = replace(self.new.set_file.header, **changes)
        return self.sign(replace(self.new.set_file, header=header, signed_part=header.encode()))

    def with_part(self, changes: dict[int, bytes]) -> bytes:
        """The file with other bytes in the signed part, signed anew: what no encoder makes."""
        part = bytearray(self.new.set_file.signed_part)
        for offset, new in changes.items():
            part[offset : offset + len(new)] = new
        if len(part) != sets.SIGNED_COUNT:
            raise ValueError("the signed part has another length")
        root = sets.root(bytes(part))
        block = bytearray(sets.SIGNATURES_COUNT)
        for place in range(16):
            seed = self.seeds.get(bytes(part[256 + 32 * place : 288 + 32 * place]))
            if seed is not None:
                block[64 * place : 64 * place + 64] = sets.sign(seed, root)
        return bytes(part) + bytes(block) + self.new.set_file.table

    def with_cells(self, changes: dict[int, bytes]) -> SetFile:
        """The set with other cells; the digest is made right and all sources sign anew."""
        table = bytearray(self.new.set_file.table)
        for index, cell in changes.items():
            table[32 * index : 32 * index + 32] = cell
        header = replace(self.new.set_file.header, table_digest=blake2b_256(bytes(table)))
        return self.sign(replace(self.new.set_file, header=header, signed_part=header.encode(), table=bytes(table)))

    def package_for(self, set_file: SetFile, **changes: Any) -> AuditPackage:
        """The package with the root of this set and other changes."""
        return replace(self.new.package, root=set_file.root, **changes)


@functools.cache
def small() -> Fixture:
    """Three sources, q = 2: 42 perceptual keys, one of which folds into another, two that are 7 bits apart, and hashes
    of files.
    """
    draw = seeded("small set")
    seeds = {source_public_key(seed): seed for seed in (draw(32) for _ in range(3))}
    sources = sorted(seeds)
    words = [int.from_bytes(draw(6), "little") for _ in range(40)]
    words.append(flipped(words[0], 1, 8, 15, 22, 29, 36, 43))  # 7 bits apart: stays
    words.append(flipped(words[1], 3, 11, 19, 27, 35))  # 5 bits apart: one of the two folds
    hashes = [ListedHash(PDQ, pdq_with(word, draw)) for word in words]
    hashes += [ListedHash(SHA256, draw(32)) for _ in range(4)] + [ListedHash(MD5, draw(16)) for _ in range(3)]
    lists: dict[bytes, list[ListedHash]] = {source: [] for source in sources}
    for i, entry in enumerate(hashes):
        # Most entries have two sources, every fourth has three, every ninth has one and does not enter the set.
        for place, source in enumerate(sources):
            if (i % 4 == 3 or place != i % 3) and not (i % 9 == 8 and place != (i + 1) % 3) or i in (0, 1, 40, 41):
                lists[source].append(entry)
    return Fixture(build_set(lists, Parameters(), 7, ISSUED, EXPIRES, draw), seeds, lists)
