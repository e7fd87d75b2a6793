"""The sets that the cases of vouchers, the collector and end-to-end share, with the pictures and files on their
lists.
"""

from __future__ import annotations

import functools
import hashlib
from dataclasses import replace

from envelope import seeded
from files import file_case
from fixtures import EXPIRES, ISSUED, Fixture
from pictures import SMALL_PROBES, known_pictures
from reference.building import build_set
from reference.entries import MD5, PDQ, SHA256, ListedHash
from reference.keys import source_public_key
from reference.open import OpenedSet
from reference.parameters import Parameters
from reference.profile import PROFILE_2
from reference.set_file import SetFile

EPOCH = 679
SMALL_PARAMETERS = Parameters(
    threshold=3,
    polynomials=16,
    payload_count=128,
    minimum_sources=2,
    separation=6,
    profile=replace(PROFILE_2, probes=SMALL_PROBES),
)
LISTED_FILES = tuple(f"listed file {i}".encode() for i in range(40))
"""What is in files that the lists hold by SHA-256: two of them in the small sets, all in the default set."""


def digest_of_file(i: int) -> bytes:
    return hashlib.sha256(LISTED_FILES[i]).digest()


@functools.cache
def seeds() -> dict[bytes, bytes]:
    draw = seeded("sources of items")
    return {source_public_key(seed): seed for seed in (draw(32) for _ in range(3))}


def lists(files: int) -> dict[bytes, list[ListedHash]]:
    """Every hash is on two lists of three, the first on all; one that only one source lists is in no set."""
    hashes = [ListedHash(PDQ, picture.pdq()) for picture in known_pictures()]
    hashes += [ListedHash(SHA256, digest_of_file(i)) for i in range(files)]
    hashes.append(ListedHash(MD5, hashlib.md5(b"listed by MD5").digest()))
    sources = sorted(seeds())
    result: dict[bytes, list[ListedHash]] = {source: [] for source in sources}
    for i, entry in enumerate(hashes):
        for place, source in enumerate(sources):
            if place != i % 3 or i == 0:
                result[source].append(entry)
    result[sources[0]].append(ListedHash(SHA256, hashlib.sha256(b"listed by one source only").digest()))
    return result


def made(name: str, parameters: Parameters, version: int, files: int) -> Fixture:
    return Fixture(build_set(lists(files), parameters, version, ISSUED, EXPIRES, seeded(name)), seeds(), lists(files))


@functools.cache
def small_items() -> Fixture:
    """11 entries, t = 3, k = 16, P = 128, M = 8, the default levels."""
    return made("small set of items", SMALL_PARAMETERS, 7, 2)


@functools.cache
def second_items() -> Fixture:
    """The same entries and parameters in the next version: another table under other secrets."""
    return made("second set of items", SMALL_PARAMETERS, 8, 2)


@functools.cache
def default_items() -> Fixture:
    """49 entries and the default parameters."""
    return made("default set of items", Parameters(), 1, 40)


FILES = {"small-items.smset": small_items, "second-items.smset": second_items, "default-items.smset": default_items}


def set_files() -> dict[str, bytes]:
    """Paths below Vectors/."""
    return {f"voucher/{name}": fixture().signed.encode() for name, fixture in FILES.items()}


def set_case(fixture: Fixture, changed: SetFile | None = None, folder: str = "../voucher/") -> dict:
    """A case's `set`: the fixture's file, or what it becomes by a change (signed anew)."""
    name = next(name for name, maker in FILES.items() if maker() is fixture)
    original = fixture.signed.encode()
    return file_case(folder + name, original, original if changed is None else changed.encode())


def opened(set_file: SetFile, fixture: Fixture) -> OpenedSet:
    return OpenedSet(set_file.header, fixture.new.secrets.alpha)
