#!/usr/bin/env python3
"""Puts a printed simulation into Docs/Simulator.md, between `<!-- simulated -->` and `<!-- end -->`, and a plot beside
it. Standard library only; `make simulator` runs it.

usage: page.py TEXT PLOTS     the output of `sealedmatch simulate`, and the folder of its plots
"""

import pathlib
import re
import sys

DOCS = pathlib.Path(__file__).resolve().parents[3] / "Docs"


def main():
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    printed = pathlib.Path(sys.argv[1]).read_text()
    block = "\n".join(("    " + line).rstrip() for line in printed.rstrip("\n").split("\n"))
    page = DOCS / "Simulator.md"
    text, count = re.subn(
        r"(<!-- simulated -->\n).*?(<!-- end -->)",
        lambda match: f"{match[1]}\n{block}\n\n{match[2]}",
        page.read_text(),
        flags=re.DOTALL,
    )
    if count != 1:
        sys.exit("Docs/Simulator.md has no place for the example")
    page.write_text(text)
    (DOCS / "simulator-openings.svg").write_text((pathlib.Path(sys.argv[2]) / "openings.svg").read_text())


main()
