"""Protocol 5.9: from a voucher's number to N, and the check of S."""

from __future__ import annotations

from envelope import Topic, seeded
from reference.check_level import LEVEL_COUNT, STANDARD_LEVELS, check_level, check_levels, check_of
from reference.group import multiply_base
from reference.labels import encode_integer
from reference.voucher import Header, slot_mask_and_check, transcript

NOTES = {
    "Boundary": "where the level changes, or the check does",
    "Standard": "the default levels",
    "GreatestParameters": "the greatest of everything",
    "LeastParameters": "the least of everything",
    "OutOfRange": "a level 0, or one below the one before it",
}


def build() -> dict[str, Topic | bytes]:
    topic = Topic("check-level", "How short a voucher's checks are, and what they are.", NOTES)
    levels(topic)
    numbers(topic)
    words(topic)
    checks(topic)
    return {"check-level/check-level.json": topic}


def levels(topic: Topic) -> None:
    group = topic.group("DecodeLevels", "The twelve bytes of a set's levels.")

    def add(comment: str, values: tuple[int, ...], *flags: str, result: str = "valid") -> None:
        def decode() -> dict:
            check_levels(values)
            return {"levels": list(values)}

        group.add(comment, {"bytes": bytes(values).hex()}, decode, *flags, result=result)

    add("the default", STANDARD_LEVELS, "Standard")
    add("all 1", (1,) * LEVEL_COUNT, "LeastParameters")
    add("all 255", (255,) * LEVEL_COUNT, "GreatestParameters")
    add("1 to 12", tuple(range(1, 13)))
    add("one step, at the end", (1,) * 11 + (255,))
    bad = "parameterOutOfRange"
    add("all 0", (0,) * LEVEL_COUNT, "OutOfRange", result=bad)
    add("the first is 0", (0, *STANDARD_LEVELS[1:]), "OutOfRange", result=bad)
    add("the last is 0", (*STANDARD_LEVELS[:11], 0), "OutOfRange", result=bad)
    for i in range(1, LEVEL_COUNT):
        values = (7,) * i + (6,) + (255,) * (11 - i)
        add(f"N_{i} is one below N_{i - 1}", values, "OutOfRange", result=bad)
    add("the last falls", (*STANDARD_LEVELS[:11], 254), "OutOfRange", result=bad)


def numbers(topic: Topic) -> None:
    group = topic.group("CheckLevel", "The number v of a voucher in its device's epoch, from 0, and its N.")

    def add(v: int, levels: tuple[int, ...], *flags: str) -> None:
        group.add(f"v = {v}", {"levels": list(levels), "number": v}, lambda: {"level": check_level(v, levels)}, *flags)

    edges = [2**power + step for power in range(5, 17) for step in (-1, 0)]
    for levels, flag in ((tuple(range(1, 13)), ()), (STANDARD_LEVELS, ("Standard",))):
        add(0, levels, "LeastParameters", *flag)
        add(1, levels, *flag)
        for v in edges:
            add(v, levels, "Boundary", *flag)
        for v in (2**31 - 1, 2**31, 2**32 - 1):
            add(v, levels, "GreatestParameters", *flag)


def words(topic: Topic) -> None:
    group = topic.group("CheckOfWord", "floor(N h/2^64): h is the word that the KDF gives.")

    def add(h: int, n: int, *flags: str) -> None:
        group.add(
            f"N = {n}, h = {h}",
            {"word": encode_integer(h, 8).hex(), "level": n},
            lambda: {"check": check_of(h, n)},
            *flags,
        )

    for n in (1, 2, 3, 5, 6, 7, 8, 128, 254, 255):
        add(0, n, "LeastParameters")
        add(2**64 - 1, n, "GreatestParameters")
        for check in sorted({1, n // 2, n - 1} - {0}):
            first = -(-check * 2**64 // n)  # the least h of this check
            if first < 2**64:
                add(first, n, "Boundary")
                add(first - 1, n, "Boundary")


def checks(topic: Topic) -> None:
    group = topic.group(
        "Check", "Mask and check of a slot: `slotKey` is S, `element` Q; N is the header's. The body is any bytes here."
    )
    draw = seeded("checks")
    for n in (1, 2, 5, 6, 7, 8, 16, 28, 36, 80, 160, 255):
        header = Header(32, n, 16, 128, 679, draw(16), draw(32), draw(32)).encode()
        body, table_id, s = draw(44 + 64 + 128), draw(16), draw(32)
        q = multiply_base(n)

        def run() -> dict:
            mask, check = slot_mask_and_check(s, table_id, q, transcript(header, body), n)
            return {"mask": mask.hex(), "check": check}

        group.add(
            f"N = {n}",
            {
                "tableID": table_id.hex(),
                "header": header.hex(),
                "body": body.hex(),
                "slotKey": s.hex(),
                "element": q.hex(),
            },
            run,
        )
