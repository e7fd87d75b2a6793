"""Writes "What people put on pictures" in Docs/Recall.md, between its two marks, and recall-drawn.svg.

usage: drawn_report.py DRAWN.json DOCS-DIRECTORY [--check]

With --check nothing is written: a page whose section is another one is an error. The figures of the page in the
repository are drawn.json beside this file.
"""

import json
import os
import sys

import drawn
import pages

BEGIN, END = "<!-- drawn: begin -->", "<!-- drawn: end -->"


def percent(value):
    return f"{100 * value:.1f}"


def span(pair):
    return f"{100 * pair[0]:.0f}–{100 * pair[1]:.0f}"


def plot(rows, folder):
    import matplotlib

    matplotlib.use("svg")
    import matplotlib.pyplot as plt

    matplotlib.rcParams.update({"svg.fonttype": "none", "svg.hashsalt": "recall", "font.size": 8})
    rows = sorted(rows, key=lambda row: drawn.KINDS.index(row["kind"]))[::-1]
    figure, axes = plt.subplots(figsize=(7.5, 12))
    places = list(range(len(rows)))
    low, high = [row["ours_interval"][0] for row in rows], [row["ours_interval"][1] for row in rows]
    axes.hlines(places, low, high, color="#1b7837", linewidth=3, alpha=0.35)
    look = {"color": "black", "markersize": 11, "markeredgewidth": 2, "label": "PDQ distance ≤ 31"}
    axes.plot([row["pdq"] for row in rows], places, "|", **look)
    axes.plot(
        [row["ours"] for row in rows], places, "o", color="#1b7837", markersize=5, label="profile 2, 95 % interval"
    )
    axes.set_yticks(places, [row["transform"] for row in rows])
    axes.set_xlim(-0.02, 1.02)
    axes.set_ylim(-1, len(rows))
    axes.set_xlabel("part of the copies found, held-out pictures")
    axes.grid(axis="x", alpha=0.3)
    axes.legend(loc="lower left", bbox_to_anchor=(0, 1), ncols=2, frameon=False)
    figure.tight_layout()
    figure.savefig(os.path.join(folder, "recall-drawn.svg"), metadata={"Date": None})
    plt.close(figure)


def table(rows):
    # What is only for comparison comes last.
    rows = sorted(rows, key=lambda row: drawn.KINDS.index(row["kind"]))
    yield "| kind | transform | n | PDQ ≤ 31 | 95 % | ours | 95 % | ours / PDQ | 95 % |"
    yield "|---|---|---|---|---|---|---|---|---|"
    before = None
    for row in rows:
        counts = row["pdq"] >= 0.05
        ratio = f"{row['ratio']:.3f}" if counts else ""
        if row["pdq"] >= 0.8 and row["ratio"] < 0.9:
            ratio = f"**{ratio}**"
        yield pages.row(
            row["kind"] if row["kind"] != before else "",
            row["transform"],
            row["n"],
            percent(row["pdq"]),
            span(row["pdq_interval"]),
            percent(row["ours"]),
            span(row["ours_interval"]),
            ratio,
            f"{row['ratio_interval'][0]:.2f}–{row['ratio_interval'][1]:.2f}" if counts else "",
        )
        before = row["kind"]


def kinds(parts):
    yield pages.row(
        "kind",
        "transforms",
        "of them PDQ ≥ 80 %",
        "ours ≥ 0.95 of PDQ",
        "≥ 0.90",
        "mean ours / PDQ",
        "95 %",
        "design",
        "choice",
    )
    yield "|---|---|---|---|---|---|---|---|---|"
    for place, row in enumerate(parts["held out"]["kinds"]):
        others = [parts[name]["kinds"][place].get("mean_ratio") for name in ("design", "choice")]
        cells = [row["kind"], row["transforms"], row["goal"]]
        if row["goal"]:
            between = f"{row['interval'][0]:.2f}–{row['interval'][1]:.2f}"
            cells += [row["reached_95"], row["reached_90"], f"{row['mean_ratio']:.3f}", between]
        else:
            cells += [""] * 4
        yield pages.row(*cells, *("" if other is None else f"{other:.3f}" for other in others))


def section(parts):
    held = parts["held out"]
    rows = [row for row in held["recall"] if row["kind"] != "for comparison"]
    goal = [row for row in rows if row["pdq"] >= 0.8]
    beyond = [row for row in rows if row["pdq"] < 0.8]
    reached = sum(row["ratio"] >= 0.95 for row in goal)
    nearly = sum(row["ratio"] >= 0.9 for row in goal)
    mean = sum(row["ratio"] for row in goal) / len(goal)
    worst = sorted(goal, key=lambda row: row["ratio"])[:5]
    yield "## What people put on pictures"
    yield ""
    yield "![what people put on pictures](recall-drawn.svg)"
    yield ""
    yield (
        f"The table above asks little of this kind. Here are {len(rows)} ways in which people and platforms "
        "write, paste and draw on pictures, frame them, show them, filter them and hide faces, and some from "
        "above for comparison. `drawn.py` has them all: letters and emoji are those of two packages of Debian, "
        "and what is by lot has a seed. Strips lie over the picture unless they are *added*; a badge of 7 % has "
        "7 % of the width."
    )
    yield ""
    yield (
        f"**Result**, profile 2, held out. Of the {len(rows)} transforms, PDQ ≤ 31 finds at least 80 % of the "
        f"copies for {len(goal)}. Ours finds 0.95 of that for **{reached} of {len(goal)}**, 0.90 for {nearly}; "
        f"the mean of ours / PDQ is {mean:.3f}. The least: "
        + ", ".join(f"{row['transform']} {row['ratio']:.2f}" for row in worst)
        + f". For the other {len(beyond)}, PDQ itself finds less than 80 %."
    )
    yield ""
    counts = {name: parts[name] for name in ("design", "choice", "held out")}
    yield (
        "**Three parts.** Sources are split by SHA-256 (those that show the same count as one): "
        + ", ".join(
            f"*{name}* {part['sources']} sources, {part['pictures']} pictures, {part['copies']:,} copies"
            for name, part in counts.items()
        )
        + ". *Held out* is the held-out half of the other tables. Their design half is cut in two by the next "
        "bit of the digest: a next profile is explored on *design*, chosen on *choice*, and reported on *held out*. "
        "(Profile 2 was chosen on both quarters.) "
        "Each file gives one picture, the whole, reduced as above, and each picture gets all transforms. "
        "So n is smaller than above, and intervals, a bootstrap over sources, are wider."
    )
    yield ""
    yield (
        "Numbers are per cent of the copies, list hashed at native size, held out. "
        "Bold: below 0.90 of PDQ, where PDQ finds at least 80 %."
    )
    yield ""
    yield from table(held["recall"])
    yield ""
    yield (
        "By kind, where PDQ ≤ 31 finds at least 80 % (held out; the last two columns: means of the other two parts):"
    )
    yield ""
    yield from kinds(parts)
    yield ""
    yield (
        "**How to read it.** What lies on a picture from side to side, or on it with hard edges and another "
        "brightness, changes all low frequencies at once. PDQ forgives 31 of 256 bits, wherever they are. A short "
        "key forgives what its 32 probes reach: flips of those bits that are least certain anyway. So do a vignette "
        "and an S curve, which leave PDQ where it is and take half of ours. What changes the frame (added strips, "
        "wide borders, squares, whole screens, collages) moves every frequency, and neither rule finds it. HEIC and "
        "AVIF copies, tints and hidden faces (but for black bars) are found as PDQ finds them."
    )
    yield ""
    yield (
        "Lists by hashers of other makes, photographs of a camera's own size, high dynamic range and enlarging by a "
        "model are in *More of life*, below. "
        "The drawings are made by script: real platforms' marks differ in size and place, and change. "
        "Profile 3 finds more of such pictures: [RecallDrawn.md](RecallDrawn.md)."
    )


def filled(parts):
    return "\n".join(pages.filled([BEGIN, ""] + list(section(parts)) + ["", END]))


def main():
    words = [word for word in sys.argv[1:] if word != "--check"]
    if len(words) != 2:
        sys.exit(__doc__)
    with open(words[0]) as file:
        parts = json.load(file)["drawn"]
    listed = [row["transform"] for row in parts["held out"]["recall"]]
    if sorted(listed) != sorted(title for _, title, _ in drawn.CHANGES):
        sys.exit("the figures are of other transforms than drawn.py has")
    path = os.path.join(words[1], "Recall.md")
    with open(path) as file:
        page = file.read()
    if page.count(BEGIN) != 1 or page.count(END) != 1 or page.index(BEGIN) > page.index(END):
        sys.exit(f"{path}: its marks are not there once each")
    written = page[: page.index(BEGIN)] + filled(parts) + page[page.index(END) + len(END) :]
    if "--check" in sys.argv:
        if page != written:
            sys.exit(f"{path}: its section is not what drawn_report.py writes")
        return
    plot(parts["held out"]["recall"], words[1])
    with open(path + ".part", "w") as file:
        file.write(written)
    os.replace(path + ".part", path)


if __name__ == "__main__":
    main()
