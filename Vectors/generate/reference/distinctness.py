"""Protocol 5.10: what of an item was probed in this epoch already."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from .errors import require
from .labels import decode_integer, encode_integer, kdf

MAXIMUM_TAGS = 2**20


def distinctness_key(s_e: bytes, pseudonym: bytes, epoch: int) -> bytes:
    return kdf(s_e, "distinctness key", pseudonym + encode_integer(epoch, 4))


def tag(key: bytes, y: bytes) -> int:
    """Section 1: "tag(y): the first 8 bytes, as a word"."""
    return decode_integer(kdf(key, "distinctness tag", y)[0:8])


def distinctness(
    key: bytes, keys: Sequence[bytes], own: bytes | None, video: bool, store: frozenset[int]
) -> tuple[list[bytes], frozenset[int]]:
    """Input: the keys that an item would probe, a picture's K_0 where it is none of them, whether it is a video, the
    store. Output: the keys that it does probe, and the new store.
    """
    noted = [*keys] if own is None else [*keys, own]
    # "storeFull beyond 2^20 tags, counted before repeats are taken out; then nothing is noted"
    require(len(store) + len(noted) <= MAXIMUM_TAGS, "storeFull")
    # 1. "tag(y) for each of these keys, under the epoch's distinctness key."
    tags = [tag(key, y) for y in noted]
    # 2. "A picture or a file is a repeat if one of the tags is in the store already: it probes nothing. A video probes
    #    the keys whose tags are not."
    if video:
        probed = [y for y, t in zip(keys, tags, strict=True) if t not in store]
    else:
        probed = [] if store.intersection(tags) else [*keys]
    # 3. "Put all tags into the store, also a repeat's."
    return probed, store | set(tags)


def merge(store: frozenset[int], other: Iterable[int]) -> frozenset[int]:
    """Merging, step 3: "the union of the tags"."""
    union = store | set(other)
    require(len(union) <= MAXIMUM_TAGS, "storeFull")
    return union
