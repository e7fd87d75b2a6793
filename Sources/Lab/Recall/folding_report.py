"""Writes "Strangers that fold" in Docs/Recall.md, between its two marks, and recall-folding.svg.

usage: folding_report.py FOLDING.json DOCS-DIRECTORY [--check]

With --check nothing is written: a page whose section is another one is an error. The figures of the page in the
repository are folding.json beside this file.
"""

import json
import math
import os
import sys

import folding
import pages

BEGIN, END = "<!-- folding: begin -->", "<!-- folding: end -->"
MARKED = {6: 0.849, 4: 0.778}  # profile 3's mean on what people put on pictures, held out, probes within r
SIZES = {10**5: "10^5", 10**6: "10^6", 10**7: "10^7"}


def share(value):
    """Per cent of a part between 0 and 1, with two figures."""
    value *= 100
    if value < 0.001:
        return "<0.001"
    return f"{value:.{max(0, 1 - math.floor(math.log10(value)))}f}" if value < 10 else f"{value:.0f}"


def strangers(value):
    return f"{value:.2g}" if value >= 0.0001 else pages.power(value)


def of(results, b, r=6):
    return next(row for row in results["rates"] if (row["b"], row["r"]) == (b, r))


class Shares:
    """What is dropped, by the pool's own crops."""

    def __init__(self, results):
        self.rows, self.results = results["curve"], results

    def between(self, b, entries, r=6):
        """By the straight line, and by the count."""
        row = of(self.results, b, r)
        return [folding.dropped(entries * row[name], self.rows) for name in ("central", "counted")]

    def range(self, b, entries, r=6):
        low, high = self.between(b, entries, r)
        return f"{share(low)}–{share(high)}" if high > low else share(low)


def plot(results, folder):
    import matplotlib

    matplotlib.use("svg")
    import matplotlib.pyplot as plt

    matplotlib.rcParams.update({"svg.fonttype": "none", "svg.hashsalt": "recall", "font.size": 8})
    figure, axes = plt.subplots(figsize=(7.5, 3.6))
    shares = Shares(results)
    sizes = [10 ** (5 + step / 10) for step in range(21)]
    for b, colour in ((50, "#762a83"), (53, "#1b7837"), (58, "#2166ac"), (64, "#e08214")):
        low, high = zip(*([100 * value for value in shares.between(b, n)] for n in sizes))
        axes.fill_between(sizes, low, high, color=colour, alpha=0.18, linewidth=0)
        axes.plot(sizes, low, color=colour, linewidth=1)
        axes.plot(sizes, high, color=colour, linewidth=1, linestyle="--", label=f"b = {b}")
    axes.set_xscale("log")
    axes.set_yscale("log")
    axes.set_ylim(0.001, 100)
    axes.set_xlabel("entries of the set")
    axes.set_ylabel("per cent that fold into a stranger, r = 6")
    axes.grid(alpha=0.3)
    look = {"loc": "upper left", "bbox_to_anchor": (1.01, 1), "frameon": False}
    axes.legend(title="dashed: counted\nwhole: extrapolated", **look)
    figure.tight_layout()
    figure.savefig(os.path.join(folder, "recall-folding.svg"), metadata={"Date": None})
    plt.close(figure)


def table(results):
    shares = Shares(results)
    yield pages.row(
        "b",
        "r",
        "pairs within r",
        "strangers at 10^6: counted",
        "95 %",
        "line, central",
        "95 %",
        "adverse",
        *(f"dropped at {name}, %" for name in SIZES.values()),
    )
    yield "|---|---|---|---|---|---|---|---|---|---|---|"
    for row in results["rates"]:
        some = row["pairs"] > 0
        yield pages.row(
            row["b"],
            row["r"],
            row["pairs"],
            strangers(1e6 * row["counted"]) if some else "",
            "–".join(strangers(1e6 * x) if x else "0" for x in row["counted_interval"]) if some else "",
            strangers(1e6 * row["central"]),
            "–".join(strangers(1e6 * x) for x in row["central_interval"]),
            strangers(1e6 * row["adverse"]),
            *(shares.range(row["b"], n, row["r"]) for n in SIZES),
        )


def hits(rows):
    """Copies of crops that have a stranger within 6: how many, how many hit their own key, and the stranger's."""
    six = [row for row in rows if row["distance"] <= 6]
    return [sum(row[name] for row in six) for name in ("copies", "own", "stranger")]


def section(results):
    shares = Shares(results)
    at = {b: of(results, b) for b in (50, 53, 54, 58, 64)}
    first = next(row for row in results["curve"] if row["r"] == 6)
    ten, twelve = (next(row for row in results["curve"] if row["r"] == r) for r in (10, 12))
    yield "## Strangers that fold"
    yield ""
    yield (
        'Entries lie more than r = 6 bits apart; nearer keys are *folded*: one stays (Protocol.md, 5.5, "Entries '
        'apart"). Near copies of one picture should fold. But in a great set keys of different pictures, *strangers*, '
        "lie within 6 bits, too. One of them is dropped, and its copies are lost, unless their probes hit the other "
        "one's key. None of the tables above counts that. `folding.py` measures it, and `folding.json` has the figures."
    )
    yield ""
    yield "![entries that fold into strangers](recall-folding.svg)"
    yield ""
    yield (
        "**Pool.** The random crops of *False positives*, and as many again at other places, with the quality that a "
        f"listed hash must have (50): {results['crops']:,} crops of {results['sources']} sources, {results['pairs']:,} "
        f"pairs of different sources. {at[50]['pairs']} of these lie within 6 bits at b = 50 ({at[50]['sources']} "
        f"sources), {at[53]['pairs']} at b = 53 ({at[53]['sources']}). We looked at the nearest 48 of the first half: "
        "all are different pictures, and most do not look alike. They are smooth: a sky, a plain wall, a blurred "
        "background."
    )
    yield ""
    yield (
        "*Counted*: the pairs within r, in proportion to a set. *Line*: the straight line over distance that *False "
        "positives* draws, read within r. Intervals are 95 %, a bootstrap over sources; where the pairs are few, they "
        "are too narrow. *Dropped*: the share of the entries that fold into a stranger, from the line (first) and from "
        "the count (second; the line alone where no pair was counted). r = 0: strangers with equal keys, which are one "
        "entry in any case."
    )
    yield ""
    yield from table(results)
    yield ""
    yield (
        f"**From strangers to entries that are dropped.** Not every stranger costs an entry. If a key has λ strangers "
        "on average, at most 1 − exp(−λ) of the keys have one, and some half of those stay. How many go was measured: "
        f"the builder's own passes folded the pool's crops at r of {results['curve'][0]['r']} to "
        f"{results['curve'][-1]['r']} bits, where the pool has as many strangers as a great set has within 6. At "
        f"{ten['strangers']:.2f} strangers (r = 10) {share(ten['some'])} % of the crops have one, and "
        f"{share(ten['dropped'])} % are dropped; at {twelve['strangers']:.1f} (r = 12) {share(twelve['some'])} and "
        f"{share(twelve['dropped'])} %. A random graph with these means would drop "
        f"{share(folding.even(ten['strangers'])[1])} and {share(folding.even(twelve['strangers'])[1])} %. The table "
        "takes the crops' curve."
    )
    yield ""
    bulk = next(row for row in results["curve"] if row["r"] == 9)
    low, high = first["unevenness"]["interval"]
    a, b = results["uneven"][1], results["uneven"][2]
    yield (
        "Strangers within 6 bits are less evenly spread than those within 9: smooth pictures have more. The squared "
        f"variation of the keys' rates is {bulk['unevenness']['value']:.1f} within 9 bits and "
        f"{first['unevenness']['value']:.0f} within 6 ({max(low, 0):.0f}–{high:.0f}; few pairs say so). So for "
        "its number of strangers each share of the table is an upper one. If all rates followed one gamma law of the "
        f"latter variation, {share(a['dropped'])} % of 10^6 entries would be dropped, and "
        f"{share(b['dropped'])} % of 10^7 (b = 50, counted). The latter is too few: such a law takes nearly all "
        "strangers from common pictures, which have them by the line alone."
    )
    yield ""
    yield from wholes(results)
    yield ""
    yield "**What it says.**"
    yield ""
    most = {b: folding.dropped(1e6 * at[b]["counted_interval"][1], results["curve"]) for b in (50, 53)}
    some = 1 - math.exp(-1e6 * at[50]["counted"])
    yield (
        f"- *Profile 2 (b = 50) with r = 6.* Of 10^5 entries {shares.range(50, 10**5)} % are lost for recall, of 10^6 "
        f"entries **{shares.range(50, 10**6)} %**, of 10^7 **{shares.range(50, 10**7)} %**. At the upper end of the "
        f"count's interval it would be {share(most[50])} % of 10^6. (With the count as it is, {share(some)} % of 10^6 "
        "have a stranger at the most: 1 − exp(−λ).) What the tables above find must be lowered by as much."
    )
    yield (
        f"- *Profile 3 (b = 53).* {shares.range(53, 10**5)} %, **{shares.range(53, 10**6)} %** and "
        f"**{shares.range(53, 10**7)} %**; {share(most[53])} % of 10^6 at the upper end."
    )
    yield from mends(results, shares)


def wholes(results):
    w = results["whole"][0]
    row = next(row for row in w["near"] if row["pairs"] >= 10)
    line = w["six"]["central"]
    yield (
        f"**Whole pictures** of different sources are fewer: {w['pictures']}, {w['pairs']:,} pairs. The nearest two "
        f"differ in {w['least']} bits (b = 50); that alone says only that a set of 10^6 has fewer than "
        f"{3e6 / w['pairs']:.0f} strangers a key. Within {row['distance']} bits there are {row['pairs']} pairs, "
        f"{row['times']:.1f} times as often as among crops (95 %: {row['interval'][0]:.1f}–{row['interval'][1]:.1f}). "
        f"Their line says {strangers(1e6 * line)} strangers at 10^6 "
        f"({'–'.join(strangers(1e6 * x) for x in w['six']['central_interval'])}), and "
        f"{share(folding.dropped(1e6 * line, results['curve']))} % dropped. So they agree with crops as far as they "
        "can say anything. Whether their nearest pairs lie above the line, too, they cannot say."
    )


def mends(results, shares):
    probes = {row["r"]: row["mean_ratio"] for row in results["probes"]}

    def left(b, entries, r):
        """Mean of found / found by PDQ on what people put on pictures, less what folds: by the count, and the line."""
        mean = probes[r] if b == 50 else MARKED[r]
        low, high = (mean * (1 - value) for value in reversed(shares.between(b, entries, r)))
        return f"{low:.2f}–{high:.2f}" if 0.005 < high - low < mean / 2 and low < high else f"{min(low, high):.2f}"

    copies, own, other = hits(results["copies"]["50"])
    copies3, own3, other3 = hits(results["copies"]["53"])
    least, middle = results["hashes"]
    pairs = sum(row["pairs"] for row in results["copies"]["50"])
    seven = next(row for row in results["copies"]["50"] if row["distance"] == 7)
    yield (
        f"- *Who is folded is lost.* Six copies each (JPEG, WhatsApp, half the size, brighter, cut, blurred) of the "
        f"crops that have a stranger within 6: {own} of {copies} hit their own key, {other} hit the stranger's (b = "
        f"50); with profile 3 {own3} and {other3} of {copies3}. Of "
        f"{seven['copies']} copies of crops with a stranger at 7, {seven['stranger']} hit it. These are {pairs} pairs, "
        f"so up to {300 / pairs:.0f} % may still hit it."
    )
    yield (
        "- *Which of two goes.* The key with the greater weight stays: of more listed copies, and of near ones "
        "(Protocol.md, 5.5, step 2). So mostly pictures that are listed once are lost."
    )
    yield (
        f"- *A smaller r* folds less: r = 4 drops {shares.range(50, 10**6, 4)} % of 10^6 and "
        f"{shares.range(50, 10**7, 4)} % of 10^7 (b = 50). It is the set's to choose, and one picture still opens one "
        "slot, for probes must then lie within 4 bits of each other, too. (The table above shows what happens if they "
        "need not.) That is its price: on *What people put on pictures* the mean of profile 2 falls from "
        f"{probes[6]:.3f} to {probes[4]:.3f} (r = 2: {probes[2]:.3f}; no limit: {probes[64]:.3f}), that of profile 3 "
        f"from {MARKED[6]:.3f} to {MARKED[4]:.3f} (measured apart, with marks_measure.py's margins). Less what folds, "
        f"10^6 entries: profile 2 {left(50, 10**6, 6)} with r = 6, {left(50, 10**6, 4)} with r = 4; profile 3 "
        f"{left(53, 10**6, 6)} and {left(53, 10**6, 4)}. 10^7: {left(50, 10**7, 6)} and {left(50, 10**7, 4)}; "
        f"{left(53, 10**7, 6)} and {left(53, 10**7, 4)}. r = 0 gives the rule up."
    )
    yield (
        f"- *More bits* mend it. With r = 6, 10^6 entries: b = 54 {shares.range(54, 10**6)} %, b = 58 "
        f"{shares.range(58, 10**6)} %, b = 64 {shares.range(64, 10**6)} %; 10^7: {shares.range(54, 10**7)}, "
        f"{shares.range(58, 10**7)} and {shares.range(64, 10**7)} %. The upper ends rest on "
        f"{of(results, 54)['pairs']}, {of(results, 58)['pairs']} and {of(results, 64)['pairs']} "
        "pairs. *The frontier* has the price: of 0.976 at b = 50 remain 0.965 at 56 and 0.947 at 64. By these figures "
        "a set of 10^6 finds more with 54 to 58 bits than with 50, and one of 10^7 with 58 to 64. On *What people put "
        "on pictures* bits are dearer: three of them cost 0.025 of 0.874 ([RecallDrawn.md](RecallDrawn.md)), which is "
        "about what they save at 10^6."
    )
    floor = results["floors"][-1]
    yield (
        f"- *A quality floor* helps little: of the strangers at b = 50 a floor of {floor['floor']} leaves "
        f"{floor['counted'] / results['floors'][0]['counted']:.2f}, and {share(floor['kept'])} % of the crops."
    )
    yield (
        "- *What an operator should do.* Up to 10^5 entries: accept it. At 10^6 take profile 3, which loses less. "
        "At 10^7 r = 4 is better for profile 2, and as good for profile 3. 58 "
        "bits or more are another profile, which messengers have to pin. "
        'Several sets are no remedy: a picture must not be sealed under two of them (Security.md, "Seal once"). '
        "Whoever has the lists can count "
        f"what is lost: the whole hashes of the {of(results, 50)['pairs']} pairs of strangers differ in {least} bits "
        f"or more of 256 (median {middle}), those of near copies in 31 or fewer. `set build` prints how many keys "
        "folded, strangers and copies together."
    )
    yield ""
    yield (
        "**Not sure.** The tail is a handful of pairs: at b = 58 and more the counts have no weight of their own. All "
        "pairs are of the same sources, of which there are some 300, and "
        "the lines run below what was counted. Crops are smoother than whole pictures. A list of much the same kind of "
        "picture may have more strangers than these sources have. The curve from strangers to dropped entries is that "
        "of wider r, and leaves out pairs of crops of one source. `families` and this section were measured apart: a "
        "family's middle key and its strangers were not folded together."
    )


def filled(results):
    return "\n".join(pages.filled([BEGIN, ""] + list(section(results)) + ["", END]))


def main():
    words = [word for word in sys.argv[1:] if word != "--check"]
    if len(words) != 2:
        sys.exit(__doc__)
    with open(words[0]) as file:
        results = json.load(file)
    path = os.path.join(words[1], "Recall.md")
    with open(path) as file:
        page = file.read()
    if page.count(BEGIN) != 1 or page.count(END) != 1 or page.index(BEGIN) > page.index(END):
        sys.exit(f"{path}: its marks are not there once each")
    written = page[: page.index(BEGIN)] + filled(results) + page[page.index(END) + len(END) :]
    if "--check" in sys.argv:
        if page != written:
            sys.exit(f"{path}: its section is not what folding_report.py writes")
        return
    plot(results, words[1])
    with open(path + ".part", "w") as file:
        file.write(written)
    os.replace(path + ".part", path)


if __name__ == "__main__":
    main()
