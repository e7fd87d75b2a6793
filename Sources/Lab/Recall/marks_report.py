"""Writes Docs/RecallDrawn.md and recall-drawn-frontier.svg from what marks_measure.py measured.

usage: marks_report.py MARKS.json DOCS-DIRECTORY [--check]

With --check nothing is written: a page that is another one is an error. The figures of the page in the repository are
marks.json beside this file.
"""

import json
import os
import sys

import drawn
import marks_measure
import marks_pool_report
import pages
import profile3

ON = ("strips", "text", "badges and watermarks", "stickers", "borders", "screens", "hidden faces")


def plot(results, profile, folder):
    import matplotlib

    matplotlib.use("svg")
    import matplotlib.pyplot as plt

    matplotlib.rcParams.update({"svg.fonttype": "none", "svg.hashsalt": "recall", "font.size": 8})
    figure, axes = plt.subplots(figsize=(7.5, 3.6))
    looks = {50: "o-", 52: "s", 53: "D", 54: "^"}
    for title, colour in (("profile 2", "#762a83"), ("profile 3", "#1b7837")):
        for bits, look in looks.items():
            rows = [r for r in results["held out"]["frontier"] if r["hypotheses"] == title and r["b"] == bits]
            if rows:
                x, y = [row["M"] for row in rows], [row["mean_ratio"] for row in rows]
                name = f"{title}'s hypotheses, b = {bits}"
                axes.plot(x, y, look, color=colour, label=name, markersize=4, alpha=1 - (bits - 50) * 0.1)
    axes.set_xlabel("probes M")
    axes.set_ylabel("mean found / found by PDQ ≤ 31")
    axes.grid(alpha=0.3)
    axes.legend(frameon=False, fontsize=7, loc="upper left", bbox_to_anchor=(1.01, 1))
    figure.tight_layout()
    figure.savefig(os.path.join(folder, "recall-drawn-frontier.svg"), metadata={"Date": None})
    plt.close(figure)


def between(pair):
    return f"{pair[0]:.2f}–{pair[1]:.2f}"


def size(count):
    """Bytes of a voucher, roughly: 72 for each probe, and what else it holds."""
    return f"{72 * count / 1000 + 0.5:.1f} kB"


def row_of(part, title, bits, count, name="frontier"):
    rows = part[name]
    return next(r for r in rows if (r["hypotheses"], r["b"], r["M"]) == (title, bits, count))


def frontier(results, profile):
    own = (len(profile.positions), profile.probes)
    yield pages.row(
        "b",
        "M",
        "voucher",
        "profile 2's hypotheses",
        "≥ 0.95, 0.90",
        "profile 3's",
        "≥ 0.95, 0.90",
        "10^6 entries: central",
        "adverse",
    )
    yield "|---|---|---|---|---|---|---|---|---|"
    held = results["held out"]
    for row in held["frontier"]:
        if row["hypotheses"] != "profile 3":
            continue
        place = row["b"], row["M"]
        old = row_of(held, "profile 2", *place)
        costs = row_of(results["crops"], "profile 3", *place, name="false")
        mark = "**" if place == own else ""
        yield pages.row(
            f"{mark}{row['b']}{mark}",
            f"{mark}{row['M']}{mark}",
            size(row["M"]),
            f"{old['mean_ratio']:.3f} ({between(old['interval'])})",
            f"{old['reached_95']}, {old['reached_90']} of {old['of']}",
            f"{row['mean_ratio']:.3f} ({between(row['interval'])})",
            f"{row['reached_95']}, {row['reached_90']} of {row['of']}",
            *rates(costs),
        )


def rates(row):
    """False positives of 10^6 entries, central and adverse."""
    read = marks_measure.reading(row["counts"], row["pairs"], row["b"])
    return tuple(pages.power(1e6 * row["M"] * 2 ** -read[name]) for name in ("equal", "adverse"))


def table(part, titles):
    yield pages.row("kind", "transform", "n", "PDQ ≤ 31", "profile 2", "profile 3", "profile 3 / PDQ", "95 %")
    yield "|---|---|---|---|---|---|---|---|"
    before = None
    for kind in drawn.KINDS:
        for row in part["table"]:
            if titles.get(row["transform"]) != kind or row["pdq"] < 0.5:
                continue
            ratio = row["profile 3"] / row["pdq"]
            wanted = 0.9 if kind in ON else 0.95
            text = f"**{ratio:.3f}**" if row["pdq"] >= 0.8 and ratio < wanted else f"{ratio:.3f}"
            yield pages.row(
                kind if kind != before else "",
                row["transform"],
                row["n"],
                *(f"{100 * row[name]:.1f}" for name in ("pdq", "profile 2", "profile 3")),
                text,
                between(row["interval"]),
            )
            before = kind


def reached(part, titles):
    """Of the goal's two halves (something is drawn on the picture, or not): how many reach it, of how many."""
    counts = {True: [0, 0], False: [0, 0]}
    for row in part["table"]:
        if row["pdq"] >= 0.8:
            on = titles.get(row["transform"]) in ON or row["transform"] in ("caption, 8 % of the height", "small logo")
            counts[on][1] += 1
            counts[on][0] += row["profile 3"] / row["pdq"] >= (0.9 if on else 0.95)
    return counts


def undrawn(part, own):
    new, old = row_of(part, "profile 3", *own), row_of(part, "profile 2", 50, 32)
    lost = [row for row in part["table"] if row["pdq"] >= 0.8 and row["profile 3"] < row["profile 2"] - 0.02]
    yield "## Where nothing is drawn"
    yield ""
    yield (
        f"The other table of Recall.md, in part: {part['pictures']} held-out pictures, one of each source, each with "
        f"18 of the transforms by lot, {part['copies']:,} copies. Of {new['of']} transforms for which PDQ finds at "
        f"least 80 %, {new['reached_95']} reach 0.95 (profile 2: {old['reached_95']}); the mean is "
        f"{new['mean_ratio']:.3f} ({between(new['interval'])}; profile 2: {old['mean_ratio']:.3f}). "
        + (
            "More than two per cent of the copies are lost for: "
            + ", ".join(
                f"{row['transform']} ({100 * row['profile 2']:.0f} to {100 * row['profile 3']:.0f} %)" for row in lost
            )
            + "."
            if lost
            else "None loses more than two per cent of the copies."
        )
    )


def per_cent(part):
    return f"{100 * part:.1f}"


def listed(results):
    rows, unmarked, cards = results["rows"], results["unmarked"], results["cards"]
    nothing, crops = results["originals"], results["crops"]
    names = {row["transform"]: row for row in rows}
    logo = next(row for title, row in names.items() if title.startswith("a site's logo"))
    badges = [row["second"] for title, row in names.items() if title.startswith("badge")]
    yield "## Listed with a mark"
    yield ""
    yield (
        "So far the listed picture had nothing on it. A list may also hold a picture *with* a site's logo or a "
        "caption, and the very same file may be sent. Profile 2 always finds that. Profile 3 asks first for what was "
        "below the mark. All probes of a picture lie within 6 bits of each other, so the picture's own key may be too "
        "far from the first probe to be one. Two rules mend that (Protocol.md, 5.11):"
    )
    yield ""
    yield (
        '- *The own key comes second*, where it is within 6 bits of the first ("Probes", step 5). Before, it came '
        "where its cost put it, and other probes could displace it."
    )
    yield (
        '- *A source lists both*: the hash, and the hash without marks ("Hash without marks"), where the two are '
        "farther apart. The second is always the first probe. It is an entry more."
    )
    yield ""
    yield (
        "Held out: the copies of a kind are listed, if their quality is 50 or more. *Same file*: per cent that is "
        "found when it is sent again. *Second line*: per cent for which a source lists two hashes. *Picture without "
        "it*: per cent of the originals that is found when they are sent, by the hash alone and by both."
    )
    yield ""
    yield pages.row(
        "listed with",
        "n",
        "mark comes first",
        "same file, before",
        "own key second",
        "both lines",
        "second line",
        "picture without it, hash alone",
        "both lines",
    )
    yield "|---|---|---|---|---|---|---|---|---|"
    columns = ("another first", "before", "second", "lines", "second line", "original", "original, lines")
    for row in [*rows, nothing | {"transform": "nothing"}]:
        yield pages.row(row["transform"], row["n"], *(per_cent(row[name]) for name in columns))
    yield ""
    yield (
        "**What lists of bare hashes lose.** A list of hashes without pictures cannot have second lines. If it was "
        "made of marked pictures, profile 3 misses the same file. It misses "
        f"{per_cent(1 - max(badges))} to {per_cent(1 - min(badges))} per cent of those with a badge, "
        f"{per_cent(1 - logo['second'])} of those with a logo in a box, "
        f"{per_cent(1 - names['caption, 8 % of the height']['second'])} of those with a caption, "
        f"{per_cent(1 - names['strip below, 8 %']['second'])} of those with a strip below (*own key second*). Profile "
        "2 misses none. Whoever has only such a list does better with profile 2, or asks the source for the second "
        "lines."
    )
    yield ""
    yield (
        "With both lines nearly all are found. What was left are pictures whose second hash has a quality below 50, "
        "which no set takes. The figures of this page are from before a rule for these: such a hypothesis does not "
        'come before the own key any more ("Hypotheses of marks", step 5), so the first line finds the same file. It '
        "concerns very few pictures. "
        f"Of {crops['n']:,} crops with nothing on them {per_cent(crops['second line'])} per cent "
        "get a second line in vain. Second lines also find some more originals, but most marks hide too much for that."
    )
    yield ""
    yield (
        "**What it costs elsewhere.** The tables above are with these rules. Without them "
        f"{unmarked['neither']['found']:,} of {results['copies']:,} held-out copies of unmarked listed pictures were "
        f"found, with them {unmarked['both']['found']:,}. The mean is {unmarked['both']['mean_ratio']:.4f} in place of "
        f"{unmarked['neither']['mean_ratio']:.4f}. An own key far from the first keeps out probes that are far from "
        "it. It moves most: "
        + ", ".join(
            f"{row['transform']} ({per_cent(row['neither'])} to {per_cent(row['both'])} %)" for row in results["moved"]
        )
        + "."
    )
    yield ""
    yield (
        "**Flat cards.** Letters give a flat card the quality that the floor of 40 asks for. A mark's hypothesis hides "
        "them. What is left is nearly flat, its key says little, and other cards have it. So a mark's hypothesis must "
        'have that quality itself ("Hypotheses of marks", step 3). That takes hypotheses from '
        f"{results['poor']} of the {results['copies']:,} natural copies, and changes nothing in their recall. A trial "
        f"with cards: {cards['grounds']} grounds of soft shades, below the floor; two cards on each, with other words; "
        f"noise of 42 dB. Without the rule {cards['neither']['found']} of {2 * cards['sent']} cards probed the key of "
        f"their bare ground, with it {cards['both']['found']}. Of the {cards['sent']} pairs on one ground "
        f"{cards['neither']['pairs']} shared a probe, with it {cards['both']['pairs']}. On grounds of good quality the "
        "rule does not help: cards on one soft photograph share keys under profile 3. Do not list them "
        '([Lists.md](Lists.md), "Pictures that have something on them").'
    )


def bounds(rows, held):
    found = {row["transform"]: row for row in held["table"]}
    yield "## What can be found at all"
    yield ""
    yield (
        "If an oracle told which cells were changed (those that differ from the original's by more than 12 grey "
        "levels, grown by one), and these were filled, how many of the copies that PDQ finds would as many probes "
        "of the filled picture find, at any distance from each other? Design part. Beside it what profile 3 finds of "
        "what PDQ finds, held out, without an oracle."
    )
    yield ""
    yield pages.row("transform", "n", "cells hidden of 4,096", "oracle / PDQ", "profile 3 / PDQ, held out")
    yield "|---|---|---|---|---|"
    for row in rows:
        own = found.get(row["transform"])
        text = f"{own['profile 3'] / own['pdq']:.2f}" if own and own["pdq"] else ""
        yield pages.row(row["transform"], row["n"], f"{row['cells']:.0f}", f"{row['found']:.2f}", text)


def lessons(results, own):
    held = results["held out"]
    folded = []
    for place in (("profile 2", 50, 32), ("profile 3", *own)):
        row = row_of(results["crops"], *place, name="false")
        folded.append(1e6 * sum(row["counts"][:7]) / row["pairs"])
    ratios = {row["transform"]: row["profile 3"] / row["pdq"] for row in held["table"] if row["pdq"] >= 0.5}
    same = row_of(held, "profile 3", 50, own[1]), row_of(held, "profile 3", *own)
    yield "## What it says"
    yield ""
    yield (
        "- **Strips end where knowledge ends.** With an oracle's mask a solid strip of 8 % leaves about half of what "
        "PDQ finds. What the strip hides moves, at each horizontal frequency, all vertical ones at once: that is one "
        "unknown number for each column of the key, and no fill knows it. (Keys listed by those numbers, a column at a "
        "time, found 0.02 to 0.05 more.) PDQ itself forgives a whole column. A key of 50 bits cannot."
    )
    yield (
        "- **A translucent strip hides nothing.** Undone, it is found as "
        + " and ".join(f"{ratios[title]:.2f} ({title})" for title in ratios if title.startswith("translucent"))
        + " of PDQ; profile 2 finds hardly any. What is lost are the letters on it."
    )
    yield (
        "- **Detection is what is missing elsewhere.** Badges, logos, stickers, scribbles and corners would be found "
        "as 0.9 to 1.0 of PDQ if a mask were known; profile 3 finds 0.4 to 0.9. Among a picture's own edges the score "
        "is too weak. A second stage of the regression, on the first one's score, did not help; a small network might."
    )
    yield (
        "- **Filters** have no sign in the picture. Each hypothesis about one takes probes from all others; a vignette "
        "and an S curve gain what brightness and sharpening lose."
    )
    yield (
        "- **Probes must lie within 6 bits** of each other, and a fill often moves more. Without that rule the design "
        "part's mean would be some 0.02 higher. But the rule cannot be eased to 8. In a set of 10^6 crops of "
        f"photographs a key would have {folded[0]:.1f} strangers within 6 bits if b = 50, and {folded[1]:.1f} if b = "
        f"{own[0]}; entries fold into such strangers. (Probes of the crops say so; within 8 bits it is five times as "
        'many. Keys of more crops, and what folds: [Recall.md](Recall.md), "Strangers that fold".) This is the second '
        "reason for more bits than 50."
    )
    yield (
        f"- **The knee.** With M = {own[1]} and b = 50 the mean would be {same[0]['mean_ratio']:.3f}; the bits that "
        f"pay for the probes cost {same[0]['mean_ratio'] - same[1]['mean_ratio']:.3f}. With b = {own[0]} and M = "
        f"{own[1]} false positives read like profile 2's, in the small pool and in the large one, and by the adverse "
        "reading miss the aim as those do. Half again as many probes with one bit more gain 0.01, for 2.3 kB a voucher "
        "and half again as many openings."
    )
    yield (
        "- Weights for bits (how much of each coefficient a mask hides) lost 0.02 on the design part: the penalty of a "
        "hypothesis says enough. A Gaussian mean in place of the stretched skin found no more, and takes 74 MB of "
        "matrices. Posteriors over four edges, or over the strength of a curve, as further directions in which bits "
        "flip, lost against plain flips."
    )
    yield ""
    yield (
        "**How it was chosen.** Weights of the score and all penalties come from the design part: penalties by "
        "descent on its recall, with scores that were learnt on the other half of its sources. On *choice* some "
        "fourteen variants were compared (which hypotheses, dearer or cheaper; they differ by less than 0.01), and b "
        "and M. One form was changed there: a natural picture had a weak strip and lost its own first probe, so the "
        "strip's penalty now falls with its score, as that of marks does (0.867 to 0.874). *Held out* was measured "
        "once, afterwards."
    )


def page(results, profile):
    titles = {title: kind for kind, title, _ in drawn.CHANGES}
    own = (len(profile.positions), profile.probes)
    held, choice = results["held out"], results["choice"]
    new, old = row_of(held, "profile 3", *own), row_of(held, "profile 2", 50, 32)
    chosen = row_of(choice, "profile 3", *own)
    costs = row_of(results["crops"], "profile 3", *own, name="false")
    large = marks_pool_report.both(results["pool"])
    goals = reached(held, titles)
    yield "# Profile 3: what people put on pictures"
    yield ""
    yield (
        "People and platforms write, paste and draw on pictures. Profile 2 is blind there: [Recall.md](Recall.md), "
        '"What people put on pictures". Profile 3 looks for what was put on a picture, and asks what the listed '
        "picture had in its place. `profile3.py` in `Sources/Lab/Recall/` is written apart from the library's code, "
        "with the numbers in `profile-3.json`; `marks_report.py` writes this page."
    )
    yield ""
    yield (
        f"**Result**, held out: {held['pictures']} pictures of {held['sources']} groups of sources, which had no "
        f"part in learning or choosing. b = {own[0]}, M = {own[1]}. There are {new['of']} transforms for which PDQ "
        f"≤ 31 finds at least 80 %. The mean of ours / PDQ is **{new['mean_ratio']:.3f}** ({between(new['interval'])})"
        f"; profile 2: {old['mean_ratio']:.3f} ({between(old['interval'])}). {new['reached_95']} of {new['of']} reach "
        f"0.95, {new['reached_90']} reach 0.90 (profile 2: {old['reached_95']} and {old['reached_90']}). On the part "
        f"that the profile was chosen on: {chosen['mean_ratio']:.3f}."
    )
    yield ""
    yield (
        "**The goal is not reached.** It was 0.95 of PDQ where nothing is drawn on the picture, 0.90 where something "
        f"is. {goals[False][0]} of {goals[False][1]} transforms reach the first, {goals[True][0]} of "
        f"{goals[True][1]} the second. A set of 10^6 entries hits an innocent picture with probability "
        "{} by the central extrapolation, {} by the adverse one; profile 2 with {} and {}. ".format(
            *large[1], *large[0]
        )
        + 'The aim was 10^-6 by both: it is missed, too ("False positives in the large pool"). What keeps recall from '
        "more is below."
    )
    yield ""
    yield "## How"
    yield ""
    yield (
        "- **Marks.** Each of 64 × 64 cells of the raster has a score, linear in 83 whole-numbered features: steps, "
        "flat and white and black cells here and around, the row, the picture, the place. The weights are a logistic "
        "regression of *this cell is not the original's*, on the design part. Suspect cells that touch are a mark. "
        "A hypothesis hides one mark, or several, and fills what it hides from what surrounds it, as a stretched "
        "skin would lie (Laplace's equation, by whole-numbered relaxations). The clearer a mark is, the earlier come "
        "its probes; its penalty is linear in the logarithm of its score."
    )
    yield (
        "- **Translucent strips** are undone, not hidden. On the two sides of a strip's edge lie two rows of which "
        "one is the other, paler and shifted. A straight line between the two gives opacity and colour. Almost no "
        "other picture has such rows. What lies outside 0…255 afterwards were letters: they are hidden and filled."
    )
    yield (
        "- **Fixed hypotheses** beside profile 2's: a vignette, an S curve, lost highlights, a border of 1 %, an "
        "uneven cut. Each is dear, for nothing in a picture tells of it."
    )
    yield (
        "- **More probes**, and more bits to pay for them. Probes of a picture still differ in at most 6 bits, so one "
        "picture opens at most one slot."
    )
    yield ""
    yield (
        f"There are {held['hypotheses']} hypotheses at most. All is whole numbers up to one division for each grid "
        "cell, as in profile 2; costs are margins as they are. "
        f"In numpy, many pictures at once, hypotheses take {held['ms']:.0f} ms of processor time a picture."
    )
    yield ""
    yield "## The frontier"
    yield ""
    yield "![frontier](recall-drawn-frontier.svg)"
    yield ""
    yield (
        "Held out. Mean of found / found by PDQ ≤ 31 over the transforms for which PDQ finds at least 80 %, its 95 % "
        "interval (a bootstrap over sources), and how many reach 0.95 and 0.90. False positives: profile 3's probes "
        f"(every fourth) of {results['crops']['crops']:,} random crops of the design sources against the keys of other "
        "ones, read as in Recall.md. That page's pool is seven times as large, and reads worse: compare rows with each "
        'other. "False positives in the large pool" has that pool.'
    )
    yield ""
    yield from frontier(results, profile)
    yield ""
    yield "## By transform"
    yield ""
    yield (
        "Held out, per cent of the copies, where PDQ ≤ 31 finds at least half. Profile 2: b = 50, M = 32. Bold: "
        "below the goal, where PDQ finds at least 80 %."
    )
    yield ""
    yield from table(held, titles)
    yield ""
    yield from undrawn(results["undrawn"], own)
    yield ""
    yield from listed(results["listed"])
    yield ""
    yield from marks_pool_report.section(results["pool"], rates(costs))
    yield ""
    yield from bounds(results["bounds"], held)
    yield ""
    yield from lessons(results, own)


def main():
    words = [word for word in sys.argv[1:] if word != "--check"]
    if len(words) != 2:
        sys.exit(__doc__)
    with open(words[0]) as file:
        results = json.load(file)
    profile = profile3.Profile.load()
    path = os.path.join(words[1], "RecallDrawn.md")
    lines = list(page(results, profile))
    if "--check" in sys.argv:
        with open(path) as file:
            if file.read() != "\n".join(pages.filled(lines)) + "\n":
                sys.exit(f"{path}: not what marks_report.py writes")
        return
    plot(results, profile, words[1])
    pages.write(path, lines)


if __name__ == "__main__":
    main()
