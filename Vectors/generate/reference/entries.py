"""Protocol 5.4 and 5.5: "Entry selection" and "Entries apart"."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy

from .errors import ProtocolError, require
from .keys import PERCEPTUAL, md5_key, perceptual_bits, perceptual_key, sha256_key
from .parameters import MAXIMUM_SOURCES
from .profile import Profile

PDQ, SHA256, MD5, VIDEO = "pdq", "sha256", "md5", "video"
MAXIMUM_COMPANIONS = 7
RELATIVES = 16
MAXIMUM_LINE = 4_096
WEIGHT_NEIGHBOURS = 1_024
HASH_COUNT = {PDQ: 32, SHA256: 32, MD5: 16}


@dataclass(frozen=True)
class ListedHash:
    kind: str
    """pdq, sha256, md5; video: its key's PDQ hash"""
    bytes: bytes
    companions: tuple[bytes, ...] = ()


@dataclass(frozen=True)
class ParsedList:
    hashes: list[ListedHash]
    poor_lines: list[int]
    """PDQ lines of a quality below the profile's; lines are counted from 1"""
    bad_lines: list[int]


NO_TEXT = (
    (b"\xff\xfe", "UTF-16 text; save it as UTF-8"),
    (b"\xfe\xff", "UTF-16 text; save it as UTF-8"),
    (b"\x1f\x8b", "compressed by gzip; unpack it first"),
    (b"PK\x03\x04", "a ZIP file; unpack it first"),
    (b"\xfd7zXZ\x00", "compressed by xz; unpack it first"),
    (b"\x28\xb5\x2f\xfd", "compressed by zstd; unpack it first"),
    (b"BZh", "compressed by bzip2; unpack it first"),
)
"""First bytes of what is no list's text."""


def list_text(contents: bytes) -> str:
    """A list file's text. Bytes that are no UTF-8 stay, one character each, and are in no hash."""
    for first, what in NO_TEXT:
        require(not contents.startswith(first), "invalidMagic", what)
    require(b"\x00" not in contents[:2], "invalidMagic", "UTF-16 text; save it as UTF-8")
    # A byte order mark at the start of the text (EF BB BF) is skipped.
    return contents.removeprefix(b"\xef\xbb\xbf").decode("utf-8", errors="surrogateescape")


def parse_list(text: str, minimum_quality: int, skip_bad_lines: bool = False) -> ParsedList:
    """5.4, step 1. Unless the caller skips them, a bad line is an error that names its number."""
    parsed = ParsedList([], [], [])
    # Lines end with a line feed, a carriage return, or a carriage return and a line feed, which are one end;
    for number, line in enumerate(re.split(r"\r\n|\r|\n", text.removeprefix("\ufeff")), start=1):
        # fields apart by blanks, commas, colons or semicolons
        fields = [field for field in re.split(r"[ \t,:;]+", line) if field]
        try:
            # they have at most 4,096 bytes.
            count = len(line.encode(errors="surrogateescape"))
            require(count <= MAXIMUM_LINE, "wrongLength", "a line of more than 4,096 bytes")
            # Empty lines and lines whose first field begins with `#` are skipped,
            if not fields or fields[0].startswith("#"):
                continue
            entry, quality = parse_fields(fields)
        except ProtocolError as failure:
            # Another line is a bad one: an error unless the caller skips them.
            if not skip_bad_lines:
                raise ProtocolError(failure.name, f"line {number}: {failure.detail}") from failure
            parsed.bad_lines.append(number)
            continue
        # PDQ lines of a quality below the profile's are left out and reported.
        if quality is not None and quality < minimum_quality:
            parsed.poor_lines.append(number)
        else:
            parsed.hashes.append(entry)
    return parsed


def parse_fields(fields: Sequence[str]) -> tuple[ListedHash, int | None]:
    """One hash a line: 64 hex digits (PDQ), or `pdq`, `sha256`, `md5` and a hash; after a PDQ hash a quality may
    follow.
    """
    if fields[0].lower() == VIDEO:
        # `video` and one to eight PDQ hashes, the key's first, and nothing else
        require(1 <= len(fields) - 1 <= 1 + MAXIMUM_COMPANIONS, "badHashLength", "1 to 8 hashes")
        key, *companions = (parse_fields([PDQ, field])[0].bytes for field in fields[1:])
        return ListedHash(VIDEO, key, tuple(companions)), None
    kind = PDQ
    if fields[0].lower() in HASH_COUNT:
        kind, fields = fields[0].lower(), fields[1:]
    require(len(fields) >= 1, "badHashLength", "no hash")
    require(re.fullmatch(r"[0-9a-fA-F]+", fields[0]) is not None, "badHexadecimal", "not a hash")
    require(len(fields[0]) == 2 * HASH_COUNT[kind], "badHashLength", f"not a {kind} hash")
    # A further field that is a hash, 32 or 64 hex digits, makes the line a bad one; other further fields are ignored.
    for field in fields[1:]:
        is_hash = re.fullmatch(r"[0-9a-fA-F]{32}|[0-9a-fA-F]{64}", field) is not None
        require(not is_hash, "badHashLength", "a second hash on the line")
    quality = None
    # After a PDQ hash, a field of one to three digits is its quality.
    if kind == PDQ and len(fields) >= 2 and re.fullmatch(r"[0-9]{1,3}", fields[1]) is not None:
        quality = int(fields[1])
    return ListedHash(kind, bytes.fromhex(fields[0])), quality


def key_of(listed: ListedHash, profile: Profile) -> bytes:
    """Turn each hash into its key."""
    if listed.kind in (PDQ, VIDEO):
        return perceptual_key(profile.short_key(listed.bytes))
    return sha256_key(listed.bytes) if listed.kind == SHA256 else md5_key(listed.bytes)


@dataclass(frozen=True)
class Folded:
    key: bytes
    into: bytes
    distance: int


@dataclass(frozen=True)
class Selection:
    keys: list[bytes]
    supporters: list[int]
    """a mask for each key: bit s if source s lists it"""
    folded: list[Folded]


def select_entries(lists: Sequence[Iterable[ListedHash]], profile: Profile, q: int, r: int) -> Selection:
    """5.4, "Entry selection", steps 2 to 4; the lists in the order of the set's keys."""
    profile.check()
    require(1 <= len(lists) <= MAXIMUM_SOURCES, "parameterOutOfRange", "number of lists")
    require(1 <= q <= len(lists), "parameterOutOfRange", "q")
    require(0 <= r <= 16, "parameterOutOfRange", "r")
    masks: dict[bytes, int] = {}
    counts: dict[bytes, list[int]] = {}
    """of each key, how often each list that has it holds it"""
    for source, listed_hashes in enumerate(lists):
        # 2. Turn each hash into its key.
        listed_keys = [key_of(listed, profile) for listed in listed_hashes]
        require(len(listed_keys) < 2**32, "tooManyEntries", "a list")
        for y, count in Counter(listed_keys).items():
            counts.setdefault(y, []).append(count)
        # Keep each key once for each list.
        for y in set(listed_keys):
            masks[y] = masks.get(y, 0) | 1 << source
    # 3. Keep keys that at least q lists hold, ascending, each with its mask of sources.
    supported = sorted(y for y, mask in masks.items() if mask.bit_count() >= q)
    # 4. Fold keys of videos ("Videos apart"),
    perceptual = [y for y in supported if y[0] == PERCEPTUAL]
    shared = shared_companions(lists, profile, q)
    into = videos_apart(
        [perceptual_bits(y) for y in perceptual], [shared.get(y, frozenset()) for y in perceptual], profile.b, r
    )
    folded = [
        Folded(perceptual[i], perceptual[j], distance(perceptual_bits(perceptual[i]), perceptual_bits(perceptual[j])))
        for i, j in sorted(into.items())
    ]
    # then perceptual keys ("Entries apart"). The result is distinct and ascending.
    perceptual = [y for i, y in enumerate(perceptual) if i not in into]
    # c(y) is the greatest number c such that at least q lists hold y at least c times each.
    c = [sorted(counts[y], reverse=True)[q - 1] for y in perceptual]
    into = entries_apart([perceptual_bits(y) for y in perceptual], c, profile.b, r)
    folded += [
        Folded(perceptual[i], perceptual[j], distance(perceptual_bits(perceptual[i]), perceptual_bits(perceptual[j])))
        for i, j in sorted(into.items())
    ]
    gone = {fold.key for fold in folded}
    keys = [y for y in supported if y not in gone]
    return Selection(keys, [masks[y] for y in keys], folded)


def shared_companions(lists: Sequence[Iterable[ListedHash]], profile: Profile, q: int) -> dict[bytes, frozenset[int]]:
    """5.5, "Videos apart", step 1: for each key the short keys that at least q lists name beside it as companions."""
    named: Counter[tuple[bytes, int]] = Counter()
    for listed_hashes in lists:
        named.update(
            {
                (key_of(listed, profile), profile.short_key(companion))
                for listed in listed_hashes
                for companion in listed.companions
            }
        )
    shared: dict[bytes, set[int]] = {}
    for (y, companion), count in named.items():
        if count >= q and companion != perceptual_bits(y):
            shared.setdefault(y, set()).add(companion)
    return {y: frozenset(companions) for y, companions in shared.items()}


def videos_apart(keys: Sequence[int], companions: Sequence[frozenset[int]], b: int, r: int) -> dict[int, int]:
    """5.5, "Videos apart", steps 2 to 4: each index that is left out, and the index of the key that it folds into."""
    if r == 0:
        return {}

    # 2. "Two keys are of one video if one is within r of a companion of the other, and they are compared."
    related: dict[int, set[int]] = {}
    for mask in block_pair_masks(b, r):
        groups: dict[int, list[int]] = {}
        for index, key in enumerate(keys):
            groups.setdefault(grouped_by(key, mask), []).append(index)
        for i, named in enumerate(companions):
            for companion in named:
                # "A companion is compared with the first 16 keys of its group."
                for j in groups.get(grouped_by(companion, mask), [])[:RELATIVES]:
                    if j != i and distance(keys[j], companion) <= r:
                        related.setdefault(i, set()).add(j)
                        related.setdefault(j, set()).add(i)
    into: dict[int, int] = {}
    # 3. "Go through the keys that have companions, ascending."
    for i in range(len(keys)):
        if not companions[i]:
            continue
        # "Of the first 16 keys that are of one video with it, it folds into the first that …"
        for j in sorted(related.get(i, ()))[:RELATIVES]:
            if j not in into and (j < i or not companions[j]):
                into[i] = j
                break
    return into


def distance(x: int, y: int) -> int:
    return (x ^ y).bit_count()


def block_pair_masks(b: int, d: int) -> list[int]:
    """5.5, step 1, the masks within d."""
    # Divide bits 0…b − 1 into d + 2 blocks, block j from ⌊j·b/(d + 2)⌋ to ⌊(j + 1)·b/(d + 2)⌋ − 1.
    edges = [j * b // (d + 2) for j in range(d + 3)]
    blocks = [(1 << edges[j + 1]) - (1 << edges[j]) for j in range(d + 2)]
    # Two keys within d agree on at least two blocks. Take a mask for each pair of blocks (i, j), i < j, in
    # lexicographic order.
    return [blocks[i] | blocks[j] for i in range(d + 2) for j in range(i + 1, d + 2)]


def grouped_by(key: int, mask: int) -> int:
    """5.5: the upper 36 bits of (key ∧ mask)·0x9E3779B97F4A7C15 mod 2^64."""
    return (key & mask) * 0x9E3779B97F4A7C15 % 2**64 >> 28


def key_weights(keys: Sequence[int], counts: Sequence[int], b: int) -> list[int]:
    """5.5, step 2."""
    # The weight of a candidate y is c(y)·4^4 …
    weights = [256 * count for count in counts]
    masks = block_pair_masks(b, 4)
    for number, mask in enumerate(masks):
        # … For each mask within 4 the candidates are grouped; in a group, ascending, …
        groups: dict[int, list[int]] = {}
        for index, key in enumerate(keys):
            groups.setdefault(grouped_by(key, mask), []).append(index)
        for group in groups.values():
            for place, i in enumerate(group):
                # … each is compared with at most the next 1,024.
                for j in group[place + 1 : place + 1 + WEIGHT_NEIGHBOURS]:
                    # A pair counts under the first mask under which the two agree, if it is compared there.
                    difference = keys[i] ^ keys[j]
                    if (
                        difference & mask == 0
                        and difference.bit_count() <= 4
                        and all(difference & earlier for earlier in masks[:number])
                    ):
                        closeness = 4 ** (4 - difference.bit_count())
                        weights[i] += counts[j] * closeness
                        weights[j] += counts[i] * closeness
    return weights


def entries_apart(keys: Sequence[int], counts: Sequence[int], b: int, r: int) -> dict[int, int]:
    """5.5, "Entries apart", as the specification's "this implementation": each index that is left out, and the index
    of the key that it folds into. Indices are those of `keys`, the perceptual keys as words in the order of entries
    (as byte strings); counts are c(y)."""
    # r = 0 means no folding.
    if r == 0:
        return {}
    masks = block_pair_masks(b, r)
    kept: list[int] = []
    into: dict[int, int] = {}
    # 3. All keys are candidates, the most central first: by descending weight, equal ones ascending.
    weights = key_weights(keys, counts, b)
    candidates = sorted(range(len(keys)), key=lambda index: (-weights[index], index))
    while candidates:
        # 4. For each mask within r: group the remaining candidates …
        remaining = candidates
        dropped: set[int] = set()
        for mask in masks:
            groups: dict[int, list[int]] = {}
            for index in remaining:
                # … by the upper 36 bits of (key ∧ mask)·0x9E3779B97F4A7C15 mod 2^64.
                group = groups.setdefault(grouped_by(keys[index], mask), [])
                # In a group, in their order, a candidate within r of one that stays in the group is dropped.
                if any(distance(keys[index], keys[other]) <= r for other in group):
                    dropped.add(index)
                else:
                    group.append(index)
            remaining = [index for index in remaining if index not in dropped]
        # 5. Candidates that were dropped in no mask stay for good.
        kept = sorted(kept + remaining)
        kept_words = numpy.array([keys[index] for index in kept], dtype=numpy.uint64)
        # 6. Each dropped candidate folds into the kept key within r so far that is nearest, the lowest key of equals.
        left = []
        for index in candidates:
            if index not in dropped:
                continue
            distances = numpy.bitwise_count(kept_words ^ numpy.uint64(keys[index]))
            nearest = int(distances.argmin())  # the first of equals
            if distances[nearest] <= r:
                into[index] = kept[nearest]
            else:
                # Those that have none are the candidates of the next pass from step 4, until none is left.
                left.append(index)
        candidates = left
    return into


def pairs_within(keys: Sequence[int], b: int, r: int) -> set[tuple[int, int]]:
    """All pairs of indices i < j whose keys are within r bits of each other: two keys within r agree on two blocks."""
    pairs: set[tuple[int, int]] = set()
    for mask in block_pair_masks(b, r):
        groups: dict[int, list[int]] = {}
        for index, key in enumerate(keys):
            group = groups.setdefault(key & mask, [])
            pairs.update((other, index) for other in group if distance(key, keys[other]) <= r)
            group.append(index)
    return pairs
