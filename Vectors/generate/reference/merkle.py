"""Protocol 5.28, "The tree": RFC 6962, 2.1, over SHA-256."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

from .errors import require

EMPTY = hashlib.sha256().digest()
"""The root of the empty tree."""


def leaf_hash(entry: bytes) -> bytes:
    return hashlib.sha256(b"\x00" + entry).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    return hashlib.sha256(b"\x01" + left + right).digest()


def split(size: int) -> int:
    """The greatest power of two below a size of 2 or more: how many leaves are on the left."""
    return 1 << (size - 1).bit_length() - 1


def root(leaves: Sequence[bytes]) -> bytes:
    """Of the hashes of the leaves, by the definition."""
    if not leaves:
        return EMPTY
    if len(leaves) == 1:
        return leaves[0]
    k = split(len(leaves))
    return node_hash(root(leaves[:k]), root(leaves[k:]))


def inclusion_path(leaves: Sequence[bytes], index: int) -> list[bytes]:
    if len(leaves) == 1:
        return []
    k = split(len(leaves))
    if index < k:
        return [*inclusion_path(leaves[:k], index), root(leaves[k:])]
    return [*inclusion_path(leaves[k:], index - k), root(leaves[:k])]


def consistency_path(leaves: Sequence[bytes], old: int) -> list[bytes]:
    """From a tree of `old` leaves to that of all; none from the empty tree and from the same one."""

    def part(leaves: Sequence[bytes], old: int, is_whole: bool) -> list[bytes]:
        if old == len(leaves):
            return [] if is_whole else [root(leaves)]
        k = split(len(leaves))
        if old <= k:
            return [*part(leaves[:k], old, is_whole), root(leaves[k:])]
        return [*part(leaves[k:], old - k, False), root(leaves[:k])]

    return [] if old == 0 else part(leaves, old, True)


def root_of_path(leaf: bytes, index: int, size: int, path: Sequence[bytes]) -> bytes:
    """The root that a path leads to. Written from the definition: the leaf's place decides each hash's side."""
    require(0 <= index < size, "inconsistentLog", "the entry is not in the tree")
    rest = list(path)

    def climb(index: int, size: int) -> bytes:
        if size == 1:
            return leaf
        k = split(size)
        require(bool(rest), "inconsistentLog", "the path is too short")
        sibling = rest.pop()
        if index < k:
            return node_hash(climb(index, k), sibling)
        return node_hash(sibling, climb(index - k, size - k))

    result = climb(index, size)
    require(not rest, "inconsistentLog", "the path is too long")
    return result


def check_consistency(old_size: int, old_root: bytes, new_size: int, new_root: bytes, path: Sequence[bytes]) -> None:
    """That the new tree begins with the old one, from the definition of the path."""
    require(old_size <= new_size, "inconsistentLog", "the new tree is smaller")
    if old_size in (0, new_size):
        require(not path, "inconsistentLog", "a path where none is needed")
        require(old_size > 0 or old_root == EMPTY, "inconsistentLog", "the root of the empty tree")
        require(old_size < new_size or old_root == new_root, "inconsistentLog", "two roots of one size")
        return
    rest = list(path)

    def take() -> bytes:
        require(bool(rest), "inconsistentLog", "the path is too short")
        return rest.pop()

    def climb(old: int, size: int, is_whole: bool) -> tuple[bytes, bytes]:
        """The roots of the old part and of all of a subtree."""
        if old == size:
            known = old_root if is_whole else take()
            return known, known
        k = split(size)
        sibling = take()
        if old <= k:
            before, after = climb(old, k, is_whole)
            return before, node_hash(after, sibling)
        before, after = climb(old - k, size - k, False)
        return node_hash(sibling, before), node_hash(sibling, after)

    before, after = climb(old_size, new_size, True)
    require(not rest and before == old_root and after == new_root, "inconsistentLog", "the trees do not agree")
