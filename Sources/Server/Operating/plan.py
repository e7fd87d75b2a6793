#!/usr/bin/env python3
"""The planning table of Docs/Operating.md, from measured.json beside this file.

    plan.py            writes the tables of the document again; prints them where there is no copy of the sources
    plan.py --check    compares them with the document, and ends with 1 if they differ

measured.json has figures, each with how it came about; choices of an operator; and prices. Change them to your own.
"""

from __future__ import annotations

import json
import math
import re
import sys
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
DOCUMENT = HERE.parents[2] / "Docs/Operating.md" if len(HERE.parents) > 2 else None
DAY = 86_400
TITLES = {
    "requestsPerSecond": "requests of one voucher a second, stored in SQLite",
    "batchedPerSecond": "vouchers a second in requests of 32, stored in SQLite",
    "openedPerSecond": "vouchers opened a second",
    "intakeBytes": "bytes that a voucher takes in the intake",
    "openingsBytes": "bytes that a voucher takes among the openings",
    "jetstreamPerSecond": "vouchers a second through JetStream, three copies",
    "postgresqlPerSecond": "vouchers a second whose openings go into PostgreSQL",
}


def grouped(number: float) -> str:
    return f"{number:,.0f}"


def row(cells: list[str]) -> str:
    return "| " + " | ".join(cells) + " |"


def size(count: float) -> str:
    """Decimal units, two digits."""
    for unit in ("kB", "MB", "GB", "TB"):
        count /= 1000
        if count < 999.5:
            return f"{count:.2g} {unit}" if count < 99.5 else f"{count:.0f} {unit}"
    return f"{count / 1000:.2g} PB"


class Plan:
    def __init__(self, data: dict[str, Any]) -> None:
        self.figures, self.choices, self.prices = data["figures"], data["choices"], data["prices"]
        self.machine = data["machine"]
        if set(self.figures) != set(TITLES):
            raise SystemExit(f"figures have to be {', '.join(TITLES)}")

    def measured_table(self) -> str:
        lines = [row(["figure", "value", "on cores", "how"]), "|---|---|---|---|"]
        for name, title in TITLES.items():
            figure = self.figures[name]
            how = figure["how"] if figure["how"] == "measured" else f"**{figure['how']}**"
            lines.append(row([title, grouped(figure["value"]), str(figure.get("cores", "")), how]))
        return "\n".join(lines) + f"\n\nMachine: {self.machine}."

    def cores(self, name: str, wanted: float) -> int:
        """Cores for so many a second; in proportion, above what was measured."""
        figure = self.figures[name]
        return max(1, math.ceil(wanted / figure["value"] * figure["cores"]))

    def plan(self, vouchers: int) -> list[str]:
        choices = self.choices
        average = vouchers / DAY
        peak = average * choices["peak"]
        # One machine, as long as it bears twice the peak with every voucher in a request of its own.
        is_one = 2 * peak <= self.figures["requestsPerSecond"]["value"]
        cores = self.cores("requestsPerSecond", peak)
        # What waits for the opener is worked off during the day: twice the average is enough.
        cores += self.cores("openedPerSecond", 2 * average)
        copies = 1 if is_one else choices["replicas"]
        openings = 1 if is_one else choices["openingsCopies"]
        if not is_one:
            cores += self.cores("jetstreamPerSecond", peak) + openings * self.cores("postgresqlPerSecond", 2 * average)
        intake = vouchers * self.figures["intakeBytes"]["value"] * choices["intakeDays"] * copies
        opened = vouchers * self.figures["openingsBytes"]["value"] * choices["openingsDays"] * openings
        bits = peak * (choices["voucherBytes"] + choices["headerBytes"]) * 8
        money = cores * self.prices["coreMonth"] + (intake + opened) / 1e12 * self.prices["terabyteMonth"]
        return [
            f"10^{round(math.log10(vouchers))}",
            f"{peak:,.1f}" if peak < 10 else grouped(peak),
            "one process, SQLite" if is_one else "fronts, JetStream, openers, PostgreSQL",
            grouped(cores),
            size(intake),
            size(opened),
            f"{bits / 1e6:,.1f}" if bits < 1e7 else grouped(bits / 1e6),
            grouped(float(f"{money:.2g}")),
        ]

    def plan_table(self) -> str:
        head = ["vouchers a day", "a second, at the peak", "form", "cores", "intake", "openings", "Mbit/s in"]
        lines = [row([*head, f"{self.prices['currency']} a month"]), "|---|---|---|---|---|---|---|---|"]
        return "\n".join(lines + [row(self.plan(10**power)) for power in range(4, 11)])


def main() -> None:
    plan = Plan(json.loads((HERE / "measured.json").read_text()))
    tables = (("measured", plan.measured_table()), ("plan", plan.plan_table()))
    if DOCUMENT is None or not DOCUMENT.exists():
        if "--check" in sys.argv[1:]:
            raise SystemExit("there is no document to compare with: this is no copy of the sources")
        print("\n\n".join(table for _, table in tables))
        return
    text = DOCUMENT.read_text()
    new = text
    for name, table in tables:
        place = re.compile(rf"(<!-- table {name} -->\n).*?(\n<!-- end -->)", re.S)
        if not place.search(new):
            raise SystemExit(f"{DOCUMENT.name} has no place for the table {name}")
        new = place.sub(lambda found, table=table: f"{found[1]}\n{table}\n{found[2]}", new)
    if "--check" in sys.argv[1:]:
        if new != text:
            raise SystemExit(f"{DOCUMENT.name}: the tables are not those of measured.json: run plan.py")
        print("plan: the tables are those of measured.json")
    else:
        DOCUMENT.write_text(new)


if __name__ == "__main__":
    main()
