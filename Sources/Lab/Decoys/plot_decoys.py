#!/usr/bin/env python3
"""Draws Docs/decoys.svg from the JSON lines of `sealedmatch bench --decoys --json`. Standard library only.

sealedmatch bench --decoys --json | python3 Sources/Lab/Decoys/plot_decoys.py > Docs/decoys.svg
"""

import json
import math
import sys

VOLUMES = [30, 100, 300, 1000, 3000]
COLOURS = {"row": "#b3261e", "burst": "#c77700", "scattered": "#1b6ca8", "late": "#4a7a1f"}
PANELS = [
    ("count", "count alone"),
    ("order", "count and order"),
    ("each12", "order, 12 epochs, ten in each"),
    ("one12", "order, 12 epochs, ten in one"),
]


def main():
    values = {}
    for line in sys.stdin:
        if line.startswith("{"):
            row = json.loads(line)
            values[row["name"]] = row["value"]
    width, height, gap = 200, 190, 48
    out = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {4 * (width + gap) + 24} {height + 96}" '
        'font-family="sans-serif" font-size="11">',
        '<rect width="100%" height="100%" fill="white"/>',
    ]
    for index, (kind, title) in enumerate(PANELS):
        left, top = 40 + index * (width + gap), 28
        x = lambda n: left + 8 + (width - 16) * math.log(n / 30) / math.log(100)
        y = lambda v: top + height * (1 - max(0, v))
        out.append(f'<text x="{left}" y="{top - 10}" font-weight="bold">{title}</text>')
        for tick in (0, 0.25, 0.5, 0.75, 1):
            out.append(
                f'<path d="M{left} {y(tick):.1f}h{width}" stroke="#ddd"/>'
                f'<text x="{left - 5}" y="{y(tick) + 4:.1f}" text-anchor="end">{tick:g}</text>'
            )
        for n in VOLUMES:
            out.append(f'<text x="{x(n):.1f}" y="{top + height + 15}" text-anchor="middle">{n}</text>')
        for scenario, colour in COLOURS.items():
            points = [(x(n), y(values[f"decoys.{kind}.{scenario}.{n}"])) for n in VOLUMES]
            path = " ".join(f"{a:.1f},{b:.1f}" for a, b in points)
            out.append(f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="2"/>')
            out += [f'<circle cx="{a:.1f}" cy="{b:.1f}" r="2.5" fill="{colour}"/>' for a, b in points]
    for index, (scenario, colour) in enumerate(COLOURS.items()):
        a = 40 + index * 110
        out.append(
            f'<rect x="{a}" y="{height + 68}" width="14" height="4" fill="{colour}"/>'
            f'<text x="{a + 20}" y="{height + 74}">{scenario}</text>'
        )
    out.append(
        f'<text x="500" y="{height + 74}">advantage of the best attack tried, against vouchers in the epoch</text></svg>'
    )
    print("\n".join(out))


main()
