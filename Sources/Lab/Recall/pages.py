"""Pages of Docs: prose is filled to 120 columns; tables, headings and pictures stay as they are."""

import math
import textwrap

WIDTH = 120


def filled(lines):
    """The page's lines. Each given one that is no table, heading or picture is a paragraph or a point of a list."""
    for line in lines:
        if not line or line.startswith(("|", "#", "![")):
            yield line
            continue
        rest = "  " if line.startswith("- ") else ""
        yield from textwrap.wrap(line, WIDTH, subsequent_indent=rest, break_long_words=False, break_on_hyphens=False)


def row(*cells):
    """One row of a table."""
    return "| " + " | ".join(str(cell) for cell in cells) + " |"


def power(value):
    """A small number as 1.2·10^-7."""
    exponent = math.floor(math.log10(value))
    if round(value / 10**exponent, 1) >= 10:
        exponent += 1
    return f"{value / 10**exponent:.1f}·10^{exponent}"


def write(path, lines):
    """Writes a page."""
    with open(path, "w") as file:
        file.write("\n".join(filled(lines)) + "\n")
