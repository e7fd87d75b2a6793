"""The tables of Vectors/marks.json as Docs/Protocol.md, 5.11, prints them: `python Vectors/generate` puts them there,
`--check` compares."""

from __future__ import annotations

from reference.marks import TABLES

BEGIN, END = "<!-- tables of marks: begin -->\n", "<!-- tables of marks: end -->\n"
FIRST, MAPS, OF_MAP, PLACES = 6, 10, 6, 12


def line(name: str, values: list[int]) -> str:
    return "    " + f"{name:<14}" + "".join(f"{value:>10}" for value in values)


def text() -> str:
    weights = iter(TABLES["weights"])

    def some(count: int) -> list[int]:
        return [next(weights) for _ in range(count)]

    lines = [line("first six", some(FIRST))]
    lines += [line(f"map {number}", some(OF_MAP)) for number in range(MAPS)]
    lines += [line(f"places {at}…{at + 5}", some(6)) for at in range(0, PLACES, 6)]
    lines += [line("products", list(weights))]
    lines += [line("bias, shift, T", [TABLES["bias"], TABLES["shift"], TABLES["threshold"]]), ""]
    names = ("first", "count", "least", "penalty", "slope", "leastPenalty")
    lines += ["    " + f"{'mask':<10}" + "".join(f"{name:>14}" for name in names)]
    for number, mask in enumerate(TABLES["masks"]):
        lines.append("    " + f"{number:<10}" + "".join(f"{mask[name]:>14}" for name in names))
    strip = TABLES["strip"]
    lines += [
        "",
        f"    strip     from score {strip['score']} on; penalty {strip['penalty']}, slope {strip['slope']},",
    ]
    lines[-1] += f" leastPenalty {strip['leastPenalty']}"
    return "\n" + "\n".join(lines) + "\n\n"


def in_document(document: str) -> str:
    before, _, rest = document.partition(BEGIN)
    _, _, after = rest.partition(END)
    if not after:
        raise SystemExit("Docs/Protocol.md has no place for the tables of marks")
    return before + BEGIN + text() + END + after
