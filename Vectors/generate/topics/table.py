"""table/: Protocol 5.1 to 5.3, "Positions", "Table", "Decode"."""

from __future__ import annotations

from envelope import Topic, seeded
from reference import group as g
from reference import table as t
from reference.keys import md5_key, perceptual_key, sha256_key
from reference.labels import Draw, blake2b_256, encode_integer
from reference.parameters import MAXIMUM_ENTRIES


def colliding_keys(position_seed: bytes, m: int) -> tuple[bytes, bytes]:
    """Two keys that share all three cells, by a birthday search: such a table never peels."""
    seen: dict[t.Positions, bytes] = {}
    word = 0
    while True:
        y = perceptual_key(word)
        h = t.positions(y, position_seed, m)
        if h in seen:
            return seen[h], y
        seen[h] = y
        word += 1


def keys_of_all_kinds(draw: Draw, perceptual: int, sha256: int, md5: int) -> list[bytes]:
    keys = {perceptual_key(int.from_bytes(draw(6), "little")) for _ in range(perceptual)}
    keys |= {sha256_key(draw(32)) for _ in range(sha256)} | {md5_key(draw(16)) for _ in range(md5)}
    return sorted(keys)


def build() -> dict[str, Topic | bytes]:
    topic = Topic(
        "table",
        "Sizes, positions, building and decoding of tables.",
        {
            "BlockEdge": "n where another term of the maximum takes over, or where a whole number is reached.",
            "SharedCells": "Two keys share all three cells: no order of peeling removes them.",
            "TooManyEntries": "More than 2^27 entries.",
            "LargeTable": "w·(m/3) has more than 64 bits.",
            "SeveralFreeCells": "An entry has several cells of degree 1: the lowest is its free cell.",
            "NotCanonical": "A cell that is no canonical encoding is replaced by P_sub, and so is the result.",
            "TopBit": "A canonical encoding but for bit 255, which libsodium 1.0.18 ignores.",
            "Identity": "The sum, or a cell, is the identity.",
        },
    )
    draw = seeded("table")

    group = topic.group("Cells", "Table, step 1: m from n.")
    edge = {n for n in range(1, 20_000) for term in [t.cells(n)] if term != t.cells(n + 1) and (t.cells(n) == 4_098)}
    crossing = next(
        n
        for n in range(2_000, 10**6)
        if t.cells(n) == 3 * (-(-41 * n // 100) + t.isqrt(n - 1) + 1) and t.cube_root_up(1000 * n * n) < t.cells(n) // 3
    )
    edges = sorted(edge | {n + 1 for n in edge} | {crossing - 1, crossing, crossing + 1})
    for n in edges:
        group.add(f"{n} entries", {"n": n}, lambda: {"m": t.cells(n)}, "BlockEdge")
    for n in (
        1,
        2,
        100,
        1_000,
        2_000,
        2_197,
        8_000,
        8_001,
        9_999,
        10_000,
        10_001,
        100_000,
        1_000_000,
        1_000_001,
        8_000_000,
        20_000_000,
        MAXIMUM_ENTRIES - 1,
        MAXIMUM_ENTRIES,
    ):
        group.add(f"{n} entries", {"n": n}, lambda: {"m": t.cells(n)})
    group.add(
        "one entry too many",
        {"n": MAXIMUM_ENTRIES + 1},
        lambda: {"m": t.cells(MAXIMUM_ENTRIES + 1)},
        "TooManyEntries",
        result="tooManyEntries",
    )

    group = topic.group("Positions", "One cell in each third of the table.")
    seed = draw(32)
    y = keys_of_all_kinds(draw, 3, 2, 2)
    for key in y:
        group.add(
            "m is the least",
            {"key": key.hex(), "positionSeed": seed.hex(), "m": 4_098},
            lambda: {"positions": list(t.positions(key, seed, 4_098))},
        )
    for m in (4_101, t.cells(10_000), t.cells(1_000_000), t.cells(MAXIMUM_ENTRIES)):
        for key in (y[0], y[-1]):
            group.add(
                f"m = {m}",
                {"key": key.hex(), "positionSeed": seed.hex(), "m": m},
                lambda: {"positions": list(t.positions(key, seed, m))},
                *(["LargeTable"] if m > 10**6 else []),
            )
    group.add(
        "a seed of zero bytes is a key and not unkeyed",
        {"key": y[0].hex(), "positionSeed": bytes(32).hex(), "m": 4_098},
        lambda: {"positions": list(t.positions(y[0], bytes(32), 4_098))},
    )

    group = topic.group("Build", "Table: deterministic from keys and secrets.")

    def build_table(
        about: str,
        keys: list[bytes],
        shown: int,
        *flags: str,
        position_seed: bytes | None = None,
        alpha: int | None = None,
        result: str = "valid",
    ) -> None:
        secret = alpha or g.random_scalar(draw)
        table_id, positions_of, fillers = draw(16), position_seed or draw(32), draw(32)
        m = t.cells(len(keys))
        touched = sorted({h for key in keys[:shown] for h in t.positions(key, positions_of, m)} | {0, m - 1})

        def run() -> dict[str, object]:
            cells = t.table(keys, secret, table_id, positions_of, fillers)
            for key in keys:  # every entry decodes to what it should
                if t.decode(b"".join(cells), key, positions_of) != g.multiply(secret, g.hash_key(table_id, key)):
                    raise AssertionError("an entry does not decode")
            return {
                "m": len(cells),
                "publicKey": g.multiply_base(secret).hex(),
                "tableDigest": blake2b_256(b"".join(cells)).hex(),
                "cells": [{"index": i, "cell": cells[i].hex()} for i in touched],
            }

        group.add(
            about,
            {
                "keys": [key.hex() for key in keys],
                "alpha": g.encode_scalar(secret).hex(),
                "tableID": table_id.hex(),
                "positionSeed": positions_of.hex(),
                "fillerSeed": fillers.hex(),
                "shown": touched,
            },
            run,
            *flags,
            result=result,
        )

    build_table("one perceptual key", keys_of_all_kinds(draw, 1, 0, 0), 1, "SeveralFreeCells")
    build_table("one SHA-256 key, α = 1", keys_of_all_kinds(draw, 0, 1, 0), 1, "SeveralFreeCells", alpha=1)
    build_table("two keys", keys_of_all_kinds(draw, 1, 0, 1), 2, "SeveralFreeCells")
    build_table("keys of all kinds", keys_of_all_kinds(draw, 40, 10, 10), 5)
    build_table("as many keys as the least table holds", keys_of_all_kinds(draw, max(edge), 0, 0), 5)
    build_table("more than the least table", keys_of_all_kinds(draw, 2_500, 0, 0), 5)
    seed = draw(32)
    pair = colliding_keys(seed, 4_098)
    build_table(
        "two keys with the same three cells", sorted(pair), 2, "SharedCells", position_seed=seed, result="peelingFailed"
    )
    build_table(
        "two keys with the same three cells among others",
        sorted({*pair, *keys_of_all_kinds(draw, 30, 5, 5)}),
        2,
        "SharedCells",
        position_seed=seed,
        result="peelingFailed",
    )
    build_table("only one of the two", sorted({pair[0], *keys_of_all_kinds(draw, 30, 5, 5)}), 2, position_seed=seed)

    group = topic.group("Decode", "Decode with P_sub, and with the identity in its place as builders and auditors do.")

    def decode(
        about: str, cells: list[bytes], *flags: str, positions: tuple[int, int, int] = (5, 1_400, 4_097)
    ) -> None:
        group.add(
            about,
            {"m": 4_098, "positions": list(positions), "cells": [cell.hex() for cell in cells]},
            lambda: {"point": t.decode_cells(cells).hex(), "pointForBuilders": t.decode_cells(cells, g.IDENTITY).hex()},
            *flags,
        )

    a, b, c = (g.hash_to_group(draw(8)) for _ in range(3))
    minus_ab = g.subtract(g.IDENTITY, g.add(a, b))
    top_bit = a[:31] + bytes([a[31] | 0x80])
    bad = {
        "bit 255 set": (top_bit, "TopBit"),
        "all bits set": (b"\xff" * 32, None),
        "odd": (b"\x01" + bytes(31), None),
        "p, for zero": (encode_integer(g.FIELD_PRIME, 32), None),
        "no square": (bytes.fromhex("26948d35ca62e643e26a83177332e6b6afeb9d08e4268b650f1f5bbd8d81d371"), None),
    }
    decode("three elements", [a, b, c])
    decode("three elements, the first cells of each third", [a, b, c], positions=(0, 1_366, 2_732))
    decode("three elements, the last cells of each third", [a, b, c], positions=(1_365, 2_731, 4_097))
    decode("equal elements", [a, a, a])
    decode("one cell is the identity", [a, g.IDENTITY, c], "Identity")
    decode("all cells are the identity", [g.IDENTITY] * 3, "Identity")
    decode("the sum is the identity", [a, b, minus_ab], "Identity")
    decode("a cell is P_sub", [g.SUBSTITUTE, b, c])
    decode("the sum is P_sub", [a, b, g.add(minus_ab, g.SUBSTITUTE)])
    for why, (cell, flag) in bad.items():
        for place in range(3):
            cells = [a, b, c]
            cells[place] = cell
            decode(f"cell {place + 1}: {why}", cells, "NotCanonical", *([flag] if flag else []))
    decode("two cells: all bits set", [b"\xff" * 32, b, b"\xff" * 32], "NotCanonical")
    decode("three cells: all bits set", [b"\xff" * 32] * 3, "NotCanonical")
    decode(
        "a replaced cell, and a sum with P_sub that is the identity",
        [b"\xff" * 32, b, g.subtract(g.IDENTITY, g.add(b, g.SUBSTITUTE))],
        "NotCanonical",
        "Identity",
    )
    return {"table/table.json": topic}
