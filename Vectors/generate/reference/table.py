"""Protocol 5.1 to 5.3: "Positions", "Table", "Decode"."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import isqrt

from .errors import ProtocolError, require
from .group import IDENTITY, SUBSTITUTE, add, filler, hash_key, is_canonical, multiply, subtract
from .labels import kdf, words
from .parameters import MAXIMUM_ENTRIES

CELL_COUNT = 32
"""The bytes of a cell."""

Positions = tuple[int, int, int]


def positions(y: bytes, position_seed: bytes, m: int) -> Positions:
    """5.1, "Positions": h_1, h_2, h_3, one in each third of the table."""
    # 1. w = KDF(positionSeed, "positions", y), as words w_1…w_4.
    w = words(kdf(position_seed, "positions", y))
    # 2. h_i = (i − 1)·m/3 + ⌊w_i · (m/3) / 2^64⌋ for i = 1, 2, 3.
    third = m // 3
    h_1, h_2, h_3 = (i * third + (w[i] * third >> 64) for i in range(3))
    return h_1, h_2, h_3


def cube_root_up(value: int) -> int:
    """The least integer a with a³ ≥ value."""
    low, high = 0, 1 << (value.bit_length() // 3 + 1)
    while low < high:
        middle = (low + high) // 2
        if middle**3 >= value:
            high = middle
        else:
            low = middle + 1
    return low


def cells(n: int) -> int:
    """m, by "Table", step 1."""
    require(n >= 1, "parameterOutOfRange", "n")
    require(n <= MAXIMUM_ENTRIES, "tooManyEntries")
    # 1. m = 3·max(a, b, 1366), a the least integer with a³ ≥ 1000·n², b = ⌈0.41·n⌉ + ⌈√n⌉.
    a = cube_root_up(1000 * n * n)
    b = -(-41 * n // 100) + isqrt(n - 1) + 1
    return 3 * max(a, b, 1366)


def peel(touched: Sequence[Positions], m: int) -> list[list[tuple[int, int]]]:
    """Steps 2 and 3: the rounds, each with its entries' indices and their free cells. `peelingFailed`."""
    # 2. A cell's degree is the number of remaining entries that touch it; at first all entries remain.
    #    Beside the degree, the exclusive or of those entries' indices is kept: at degree 1 it is the entry.
    degree = [0] * m
    entry_at = [0] * m
    for entry, cells_of_entry in enumerate(touched):
        for cell in cells_of_entry:
            degree[cell] += 1
            entry_at[cell] ^= entry
    # 3. Peel in rounds. In a round, take every cell of degree 1 at the round's start;
    rounds: list[list[tuple[int, int]]] = []
    remaining = len(touched)
    single = [cell for cell in range(m) if degree[cell] == 1]
    while single:
        # the one entry that touches it leaves, and the cell is its free cell, or the lowest such cell if there are
        # several.
        free_cell: dict[int, int] = {}
        for cell in sorted(single):
            free_cell.setdefault(entry_at[cell], cell)
        # All entries of the round leave at once.
        changed: set[int] = set()
        for entry in free_cell:
            for cell in touched[entry]:
                degree[cell] -= 1
                entry_at[cell] ^= entry
                changed.add(cell)
        rounds.append(list(free_cell.items()))
        remaining -= len(free_cell)
        # Go on until a round is empty.
        single = [cell for cell in changed if degree[cell] == 1]
    # If an entry remains: peelingFailed.
    require(remaining == 0, "peelingFailed")
    return rounds


def table_of_values(
    keys: Sequence[bytes], values: Mapping[bytes, bytes], position_seed: bytes, filler_seed: bytes
) -> list[bytes]:
    """5.2, "Table", with given values V(y) in step 4, as an auditor runs it. The cells in order."""
    require(all(x < y for x, y in zip(keys, keys[1:])), "parameterOutOfRange", "keys are not distinct and ascending")
    # 1. m
    m = cells(len(keys))
    # 2. Compute the positions of every entry.
    touched = [positions(y, position_seed, m) for y in keys]
    # 3. Peel in rounds.
    rounds = peel(touched, m)
    # 4. Fill: T[i] = filler(i) for every cell i that is no entry's free cell, and T[free cell of y] = αH(y).
    table: list[bytes | None] = [None] * m
    for entries in rounds:
        for entry, free_cell in entries:
            table[free_cell] = values[keys[entry]]
    filled = [filler(filler_seed, i) if cell is None else cell for i, cell in enumerate(table)]
    # 5. From the last round to the first, for every entry of the round, in any order:
    #    T[free cell] ← T[free cell] − (the other two cells of the entry).
    for entries in reversed(rounds):
        for entry, free_cell in entries:
            for cell in touched[entry]:
                if cell != free_cell:
                    filled[free_cell] = subtract(filled[free_cell], filled[cell])
    return filled


def table(keys: Sequence[bytes], alpha: int, table_id: bytes, position_seed: bytes, filler_seed: bytes) -> list[bytes]:
    """5.2, "Table"."""
    cells(len(keys))  # `tooManyEntries` before any work
    values = {y: multiply(alpha, hash_key(table_id, y)) for y in keys}
    return table_of_values(keys, values, position_seed, filler_seed)


def decode_cells(three: Sequence[bytes], substitute: bytes = SUBSTITUTE) -> bytes:
    """5.3, "Decode", of the cells at h_1, h_2, h_3."""
    # 1. Replace each that is not canonical by P_sub.
    canonical = [is_canonical(cell) for cell in three]
    t = [cell if good else substitute for cell, good in zip(three, canonical, strict=True)]
    # 2. D = T[h_1] + T[h_2] + T[h_3].
    d = add(add(t[0], t[1]), t[2])
    # 3. If a cell was replaced, or D is the identity, the result is P_sub, else D.
    return d if all(canonical) and d != IDENTITY else substitute


def decode(cells_bytes: bytes, y: bytes, position_seed: bytes, substitute: bytes = SUBSTITUTE) -> bytes:
    """5.3, "Decode", of a table's 32·m bytes. Builders, auditors and key proofs pass the identity as `substitute`."""
    if len(cells_bytes) % CELL_COUNT:
        raise ProtocolError("wrongLength")
    # 1. Read the cells at h_1, h_2, h_3.
    h = positions(y, position_seed, len(cells_bytes) // CELL_COUNT)
    return decode_cells([cells_bytes[CELL_COUNT * i : CELL_COUNT * (i + 1)] for i in h], substitute)
