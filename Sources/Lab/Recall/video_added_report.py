"""Writes "Videos found later" in Docs/RecallVideos.md, between its two marks.

usage: video_added_report.py ADDED.json DOCS-DIRECTORY [--check]

With --check nothing is written: a page whose section is another one is an error. The figures of the page in the
repository are videos-added.json beside this file.
"""

import json
import os
import sys

import fetch
import pages

BEGIN, END = "<!-- added: begin -->", "<!-- added: end -->"
WHAT = {
    "cockatoo": "a bird in a cage",
    "cradle": "a pendulum",
    "target": "a box moved by hand before a wall of pictures, grey",
    "cylinder": "two bodies on a table, moved by hand, grey",
    "cube": "a cube turned by a robot, grey",
    "dog": "a dog, by a telephone",
    "hello": "a screen with a speaker in a corner",
    "discs": "two drawn discs",
    "monitors": "a drawn screen",
}


def percent(value):
    return f"{100 * value:.0f}"


def span(pair):
    return f"{percent(pair[0])}–{percent(pair[1])}"


def section(found):
    whole, films = found["all"], found["films"]
    short = sum(row["seconds"] < 3 for row in found["each"])
    yield "## Videos found later"
    yield ""
    yield (
        f"{len(found['each'])} more videos, of packages that the tables above do not have. None had a part in any "
        "choice, whichever half its name falls in. They are kept apart, because they are few, and small: three are a "
        f"laboratory's grey sequences, and {short} last less than 3 s, and are not in the totals."
    )
    yield ""
    total = whole["total"]
    yield (
        f"**Ours finds {percent(total['ours'])} % (95 %: {span(total['ours interval'])}) of {total['n']} copies** of "
        f"{whole['videos']} videos of 3 s or more; vPDQ's rule finds {percent(total['vpdq80'])} % "
        f"(at 8 frames a second {percent(total['vpdq80, 8/s'])} %), and 8 frames by the clock "
        f"{percent(total['clock'])} %. Films alone ({films['videos']} videos, {films['total']['n']} copies): ours "
        f"{percent(films['total']['ours'])} % ({span(films['total']['ours interval'])}), vPDQ "
        f"{percent(films['total']['vpdq80'])} % ({percent(films['total']['vpdq80, 8/s'])} %). Of "
        f"{found['unrelated']['pairs']} pairs of unrelated ones {found['unrelated']['hits']} open the other's slot."
    )
    yield ""
    head = (
        "video",
        "what",
        "kind",
        "s",
        "copies",
        "vPDQ 80 %",
        "vPDQ 80 %, 8/s",
        "ours",
        "some frame in reach",
        "clock",
    )
    yield pages.row(*head)
    yield "|" + "---|" * len(head)
    for row in found["each"]:
        cells = [row["name"], WHAT[row["name"]], row["kind"], f"{row['seconds']:.0f}"]
        if row["key"]:
            cells.append(row["n"])
            cells += [percent(row[name]) for name in ("vpdq80", "vpdq80, 8/s", "ours", "all", "clock")]
        else:
            cells += ["no key"] + [""] * 5
        yield pages.row(*cells)
    yield ""
    yield pages.row("copy", "n", "vPDQ 80 %", "vPDQ 80 %, 8/s", "ours", "some frame in reach", "clock")
    yield "|---|---|---|---|---|---|---|"
    for row in whole["rows"]:
        yield pages.row(
            row["transform"],
            row["n"],
            *(percent(row[name]) for name in ("vpdq80", "vpdq80, 8/s", "ours", "all", "clock")),
        )
    yield ""
    listed = list(fetch.packages("video-packages-added.tsv"))
    yield (
        "Packages of Debian: "
        + ", ".join(f"{name} {version} ({licence})" for _, name, _, version, _, licence in listed)
        + "."
    )


def main():
    words = [word for word in sys.argv[1:] if word != "--check"]
    if len(words) != 2:
        sys.exit(__doc__)
    with open(words[0]) as file:
        found = json.load(file)
    path = os.path.join(words[1], "RecallVideos.md")
    with open(path) as file:
        page = file.read()
    if page.count(BEGIN) != 1 or page.count(END) != 1 or page.index(BEGIN) > page.index(END):
        sys.exit(f"{path}: its marks are not there once each")
    filled = "\n".join(pages.filled([BEGIN, ""] + list(section(found)) + ["", END]))
    written = page[: page.index(BEGIN)] + filled + page[page.index(END) + len(END) :]
    if "--check" in sys.argv:
        if page != written:
            sys.exit(f"{path}: its section is not what video_added_report.py writes")
        return
    with open(path + ".part", "w") as file:
        file.write(written)
    os.replace(path + ".part", path)


if __name__ == "__main__":
    main()
