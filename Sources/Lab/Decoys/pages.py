#!/usr/bin/env python3
"""Puts the figures of Sources/Lab/Decoys/decoys.jsonl into the documents: tables between `<!-- table NAME -->` and
`<!-- end -->`, and the plots Docs/decoys.svg and Docs/reveal.svg. Standard library only; `make decoys` runs it.

usage: pages.py [--check]     with --check nothing is written, and a page that is not as printed is an error
"""

import json
import math
import pathlib
import re
import sys

TOP = pathlib.Path(__file__).resolve().parents[3]
DOCUMENTS = ["README.md", "Docs/Decoys.md", "Docs/Security.md", "Docs/Embedding.md"]
VOLUMES = [30, 100, 300, 1000, 3000]
OTHERS = [0, 10, 30, 100, 300, 1000, 3000]
SCENARIOS = {
    "row": ("in a row", "#b3261e"),
    "burst": ("burst", "#c77700"),
    "scattered": ("scattered", "#1b6ca8"),
    "late": ("late", "#4a7a1f"),
    "other": ("every other voucher", "#7b3fa0"),
    "known10": ("suspected vouchers", "#555555"),
}


class Figures:
    """The lines of decoys.jsonl, by name."""

    def __init__(self, path):
        rows = [json.loads(line) for line in path.read_text().splitlines()]
        self.rows = {row["name"]: row for row in rows}

    def value(self, name):
        return self.rows[name]["value"]

    def cell(self, name):
        """An advantage with its standard error, as in `.390 ± .003`."""
        row = self.rows[name]
        places = 3 if row["error"] < 0.0095 else 2
        return f"{decimal(row['value'], places)} ± {decimal(max(row['error'], 0.001), places)}"


def decimal(value, places=2):
    text = f"{value:.{places}f}"
    return re.sub(r"^(-?)0\.", r"\1.", text)


def table(head, rows):
    lines = ["| " + " | ".join(head) + " |", "|" + "---|" * len(head)]
    return lines + ["| " + " | ".join(row) + " |" for row in rows]


def thousands(n):
    return f"{n:,}"


def by_scenario(figures, prefix, scenarios, volumes=VOLUMES):
    head = ["vouchers", *(SCENARIOS[s][0] for s in scenarios)]
    return table(head, [[thousands(n), *(figures.cell(f"{prefix}{s}.{n}") for s in scenarios)] for n in volumes])


def other_cells():
    """What is judged beside the basic tables: words, and the name of the cell."""
    return [
        ("100 vouchers, two rows of five", "tworows.100"),
        ("300 vouchers, two rows of five", "tworows.300"),
        ("100 vouchers, ten of thirty suspected ones", "known30.100"),
        ("300 vouchers, ten of thirty suspected ones", "known30.300"),
        *((f"{thousands(n)} vouchers, one suspected voucher", f"1.known1.{n}") for n in VOLUMES),
        *(
            (f"{n} vouchers, {m} matches, {s}", f"{m}.{s}.{n}")
            for m, s, n in [
                (3, "scattered", 30),
                (3, "scattered", 100),
                (3, "scattered", 300),
                (3, "late", 30),
                (3, "late", 100),
                (3, "late", 300),
                (20, "scattered", 30),
                (20, "scattered", 100),
                (20, "scattered", 300),
                (20, "late", 100),
                (20, "late", 300),
                (29, "scattered", 300),
                (29, "late", 300),
            ]
        ),
    ]


def others(figures):
    return table(["what", "advantage"], [[what, figures.cell(f"check.{name}")] for what, name in other_cells()])


def price(figures):
    rows = []
    for n in [*VOLUMES, 10000, 65536]:
        whole = [thousands(round(figures.value(f"check.price.{kind}.{n}"))) for kind in ("mean", "p99", "beyond")]
        rows.append([thousands(n), *whole])
    return table(["vouchers", "chance openings, mean", "99th percentile", "matches beyond t"], rows)


def reveal(figures):
    rows = [
        [thousands(n), *(f"{figures.value(f'reveal.{kind}.{n}'):.0f}" for kind in ("middle", "p99"))] for n in OTHERS
    ]
    return table(["other media before", "half of all accounts are revealed at", "99 of 100 at"], rows)


def short(figures):
    return by_scenario(figures, "check.", ["row", "scattered", "late", "known10"], [30, 100, 300, 3000])


def shuffled(figures):
    head = ["vouchers", "in a row, order known", "in a row, order within a day lost", "scattered"]
    names = ("row", "shuffled", "scattered")
    return table(head, [[thousands(n), *(figures.cell(f"check.{s}.{n}") for s in names)] for n in VOLUMES])


def link(figures):
    words = {
        "openings": "openings",
        "levels": "N",
        "sets": "sets",
        "order": "order and time of arrival",
        "edge": "neighbours at the change of epochs",
        "file": "N, openings and sets",
        "all": "all of it",
    }
    kinds = ("file", "kept", "named", "alone", "matching", "bare")

    def cell(kind, name):
        key = f"link.top.{kind}.{name}"
        return figures.cell(key) if key in figures.rows else ""

    rows = [["volumes alone", *(cell(kind, "volume") for kind in kinds)]]
    rows += [[f"volumes and {what}", *(cell(kind, name) for kind in kinds)] for name, what in words.items()]
    head = ["the linker has", "the file", "the file, plain accounts", "eleven epochs by name"]
    head += ["the epoch before, no names", "by name, accounts with matches", "by name, one device and no match"]
    return table(head, rows)


def gains(figures):
    names = [
        ("all that the file holds", "file.file"),
        ("the same; one device and no match in any account, sets taken together", "kept.file"),
        ("the file's openings", "file.openings"),
        ("openings; one device and no match in any account", "bare.openings"),
        ("N; one device and no match in any account", "bare.levels"),
        ("openings; a fifth of the accounts has matches in each epoch", "named.openings"),
        ("openings; of that fifth alone", "matching.openings"),
        ("openings; the same accounts, but N = 255: nearly no chance opening", "plain.openings"),
        ("N; half of the accounts has two or three devices", "named.levels"),
        ("sets; a tenth takes a new set late", "named.sets"),
        ("order and time of arrival", "named.order"),
        ("neighbours at the change of epochs", "named.edge"),
        ("all of it", "named.all"),
    ]
    return table(
        ["by name, beyond volumes alone", "gain"],
        [[what, figures.cell(f"link.gain.{name}")] for what, name in names],
    )


def bounds(figures):
    scenarios = ["row", "scattered", "late", "other", "known10"]
    rows = [[thousands(n), *(decimal(figures.value(f"check.bound.{s}.{n}")) for s in scenarios)] for n in VOLUMES]
    return table(["vouchers", *(SCENARIOS[s][0] for s in scenarios)], rows)


def levels(figures):
    rows = []
    for level in (5, 6, 7, 8, 16, 28, 36, 80, 160, 255):

        def value(kind, places=3, level=level):
            return decimal(figures.value(f"check.level.{kind}.{level}"), places)

        factors = " … ".join(f"{figures.value(f'check.level.{kind}.{level}'):.2g}" for kind in ("low", "high"))
        deltas = [value(kind, 4) for kind in ("accusing", "clearing")]
        rows.append([str(level), value("advantage"), factors, value("cleared", 4), *deltas])
    head = ["N", "advantage", "factor of the odds, 98 % of matches", "opens nothing, without a match"]
    return table([*head, "δ, match over none", "δ, none over match"], rows)


def frontier(figures):
    def cells(name, kind):
        return " / ".join(decimal(figures.value(f"check.{name}{kind}.{n}")) for n in VOLUMES)

    rows = []
    for words, name in [
        ("**default**", ""),
        ("default, but N = 1 below 32: all open", "open."),
        ("default, but N = 2 below 32", "two."),
        *((f"N = {n}", f"n{n}.") for n in (6, 7, 8, 16)),
    ]:
        price = name or "price."
        whole = [
            " / ".join(thousands(round(figures.value(f"check.{price}{kind}.{n}"))) for n in VOLUMES)
            for kind in ("mean", "beyond")
        ]
        rows.append([words, *whole, *(cells(name, s) for s in ("row", "scattered", "late"))])
    return table(["levels", "chance openings, mean", "matches beyond t", "in a row", "scattered", "late"], rows)


TABLES = {
    "advantages": lambda f: by_scenario(f, "check.", SCENARIOS),
    "twelve": lambda f: by_scenario(f, "check.twelve.", ["row", "burst", "scattered", "late"]),
    "others": others,
    "price": price,
    "reveal": reveal,
    "short": short,
    "shuffled": shuffled,
    "bounds": bounds,
    "levels": levels,
    "frontier": frontier,
    "link": link,
    "gains": gains,
}


def fill(text, figures):
    """The document with every table as the figures say."""

    def replaced(match):
        return "\n".join([match[1], "", *TABLES[match[2]](figures), "", "<!-- end -->"])

    return re.sub(r"(<!-- table (\w+) -->).*?<!-- end -->", replaced, text, flags=re.DOTALL)


class Panel:
    """One plot: a logarithmic axis of vouchers to the right, a linear one upwards."""

    width, height = 300, 210

    def __init__(self, left, title, ticks, top, bottom=0):
        self.left, self.top, self.range = left, 28, (bottom, top)
        self.out = [f'<text x="{left}" y="{self.top - 10}" font-weight="bold">{title}</text>']
        for tick in ticks:
            y = self.y(tick)
            self.out.append(f'<path d="M{left} {y:.1f}h{self.width}" stroke="#ddd"/>')
            self.out.append(f'<text x="{left - 5}" y="{y + 4:.1f}" text-anchor="end">{tick:g}</text>')

    def y(self, value):
        bottom, top = self.range
        return self.top + self.height * (1 - (value - bottom) / (top - bottom))

    def labels(self, places):
        for x, label in places:
            y = self.top + self.height + 15
            self.out.append(f'<text x="{self.left + x:.1f}" y="{y}" text-anchor="middle">{label}</text>')

    def line(self, points, colour, dashes=""):
        places = [(self.left + x, self.y(y)) for x, y in points]
        path = " ".join(f"{x:.1f},{y:.1f}" for x, y in places)
        self.out.append(
            f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="2" stroke-dasharray="{dashes}"/>'
        )
        self.out += [f'<circle cx="{x:.1f}" cy="{y:.1f}" r="2.5" fill="{colour}"/>' for x, y in places]


def drawing(width, panels, keys, foot):
    height = Panel.height + 100
    out = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" '
        'font-family="sans-serif" font-size="11">',
        '<rect width="100%" height="100%" fill="white"/>',
        *(line for panel in panels for line in panel.out),
    ]
    x = 40
    for label, colour, dashes in keys:
        out.append(f'<path d="M{x} {height - 36}h18" stroke="{colour}" stroke-width="3" stroke-dasharray="{dashes}"/>')
        out.append(f'<text x="{x + 23}" y="{height - 32}">{label}</text>')
        x += 48 + 6 * len(label)
    return "\n".join([*out, f'<text x="40" y="{height - 10}">{foot}</text></svg>']) + "\n"


def plot_advantages(figures):
    def x(n):
        return 10 + 280 * math.log(n / 30) / math.log(100)

    panels = []
    for index, (prefix, title) in enumerate([("check.", "one epoch"), ("check.twelve.", "ten in each of 12 epochs")]):
        panel = Panel(40 + index * 350, title, [0, 0.25, 0.5, 0.75, 1], 1)
        panel.labels([(x(n), thousands(n)) for n in VOLUMES])
        for scenario, (_, colour) in SCENARIOS.items():
            panel.line([(x(n), max(0, figures.value(f"{prefix}{scenario}.{n}"))) for n in VOLUMES], colour)
        panels.append(panel)
    keys = [(label, colour, "") for label, colour in SCENARIOS.values()]
    foot = "advantage of the best attack, ten matches, against vouchers in the epoch"
    return drawing(790, panels, keys, foot)


def plot_reveal(figures):
    # The places of 0, 10, 30 … are even: a logarithm has no 0.
    def x(index):
        return 12 + 276 * index / (len(OTHERS) - 1)

    panel = Panel(40, "matches at the reveal, t = 30, k = 312", range(30, 51, 5), 50, 30)
    panel.labels([(x(i), thousands(n)) for i, n in enumerate(OTHERS)])
    for kind, dashes in (("middle", ""), ("p99", "5 4")):
        points = [(x(i), figures.value(f"reveal.{kind}.{n}")) for i, n in enumerate(OTHERS)]
        panel.line(points, "#1b6ca8", dashes)
    keys = [("half of all accounts", "#1b6ca8", ""), ("99 of 100", "#1b6ca8", "5 4")]
    return drawing(400, [panel], keys, "other media sent before the known ones")


def main():
    check = sys.argv[1:] == ["--check"]
    if sys.argv[1:] and not check:
        sys.exit(__doc__)
    figures = Figures(TOP / "Sources/Lab/Decoys/decoys.jsonl")
    wanted = {name: fill((TOP / name).read_text(), figures) for name in DOCUMENTS}
    wanted["Docs/decoys.svg"] = plot_advantages(figures)
    wanted["Docs/reveal.svg"] = plot_reveal(figures)
    for name, text in wanted.items():
        path = TOP / name
        if path.exists() and path.read_text() == text:
            continue
        if check:
            sys.exit(f"{name} does not show the figures of decoys.jsonl: run Sources/Lab/Decoys/pages.py")
        path.write_text(text)


main()
