"""Writes Docs/Recall.md and its plots from the results; drawn_report.py, life_report.py and
folding_report.py fill in their sections.

usage: report.py RESULTS.json DOCS-DIRECTORY
"""

import json
import math
import os
import sys

import matplotlib

matplotlib.use("svg")
import matplotlib.pyplot as plt

import drawn_report
import fetch
import folding_report
import life_report
import measure
import pages
import scheme

matplotlib.rcParams.update({"svg.fonttype": "none", "svg.hashsalt": "recall", "font.size": 8})
TRIES = 32


def percent(value):
    return f"{100 * value:.1f}"


def span(pair):
    return f"{100 * pair[0]:.0f}–{100 * pair[1]:.0f}"


def rate(entropy, entries, probes=TRIES):
    return pages.power(probes * entries * 2**-entropy)


def save(figure, folder, name):
    figure.tight_layout()
    figure.savefig(os.path.join(folder, name), metadata={"Date": None})
    plt.close(figure)


def plot_recall(rows, path):
    rows = list(reversed(rows))
    figure, axes = plt.subplots(figsize=(7.5, 9))
    places = range(len(rows))
    axes.hlines(
        places,
        [row["ours_interval"][0] for row in rows],
        [row["ours_interval"][1] for row in rows],
        color="#1b7837",
        linewidth=3,
        alpha=0.35,
    )
    axes.plot([row["exact"] for row in rows], places, "x", color="#999999", label="whole hash, exact")
    axes.plot(
        [row["old"] for row in rows], places, "s", color="#e08214", markersize=4, label="profile 1 (b = 48, M = 16)"
    )
    axes.plot(
        [row["pdq"] for row in rows],
        places,
        "|",
        color="black",
        markersize=11,
        markeredgewidth=2,
        label="PDQ distance ≤ 31",
    )
    axes.plot(
        [row["ours"] for row in rows],
        places,
        "o",
        color="#1b7837",
        markersize=5,
        label="profile 2 (b = 50, M = 32), 95 % interval",
    )
    axes.set_yticks(list(places), [row["transform"] for row in rows])
    axes.set_xlim(-0.02, 1.02)
    axes.set_xlabel("part of the copies found, held-out pictures")
    axes.grid(axis="x", alpha=0.3)
    axes.legend(loc="lower left", bbox_to_anchor=(0, 1), ncols=2, frameon=False)
    save(figure, path, "recall.svg")


def plot_distances(false, path):
    figure, axes = plt.subplots(figsize=(6, 3.6))
    for b, colour in ((50, "#1b7837"), (64, "#762a83")):
        entry = next(e for e in false["entropy"] if e["bits"] == b)
        counts = entry["counts"]
        seen = [(d, math.log2(c / entry["pairs"])) for d, c in enumerate(counts) if c]
        axes.plot(*zip(*seen), "o", color=colour, markersize=4, label=f"{b} bits, {entry['pairs']:.2g} unrelated pairs")
        axes.plot(
            range(20),
            [math.log2(measure.ideal(b, d)) for d in range(20)],
            color=colour,
            linewidth=1,
            label=f"{b} ideal bits",
        )
        axes.plot([0, 0], [-entry["equal"], -entry["adverse"]], "_-", color=colour, linewidth=2, markersize=10)
    axes.set_xlabel("distance of two keys (at 0: the two extrapolations)")
    axes.set_ylabel("log2 of the part of pairs")
    axes.legend(frameon=False)
    axes.grid(alpha=0.3)
    save(figure, path, "recall-distances.svg")


def plot_frontier(frontier, false, path):
    entropies = {e["bits"]: e["equal"] for e in false["entropy"]}
    figure, axes = plt.subplots(figsize=(6, 3.8))
    for probes, colour in ((8, "#c2a5cf"), (16, "#e08214"), (32, "#1b7837"), (64, "#2166ac")):
        points = [
            (math.log10(probes * 1e6) - entropies[f["bits"]] * math.log10(2), f["mean_ratio"], f["bits"])
            for f in frontier
            if f["probes"] == probes
        ]
        axes.plot(
            [p[0] for p in points], [p[1] for p in points], "o-", color=colour, markersize=4, label=f"M = {probes}"
        )
        for x, y, bits in points:
            axes.annotate(str(bits), (x, y), textcoords="offset points", xytext=(2, 3), fontsize=6)
    axes.axvline(-6, color="black", linewidth=0.8, linestyle=":")
    axes.set_xlabel("log10 of false positives for one innocent picture, 10^6 entries (central reading)")
    axes.set_ylabel("found / found by PDQ ≤ 31, mean")
    axes.legend(frameon=False)
    axes.grid(alpha=0.3)
    save(figure, path, "recall-frontier.svg")


def table(rows, old=True):
    yield (
        "| transform | n | PDQ ≤ 31 | whole hash | "
        + ("profile 1 | " if old else "")
        + "ours | 95 % | ours / PDQ | 95 % |"
    )
    yield "|---|---|---|---|" + ("---|" if old else "") + "---|---|---|---|"
    for row in rows:
        goal = row["pdq"] >= 0.8
        ratio = f"{row['ratio']:.3f}" if row["pdq"] >= 0.05 else ""
        if goal and row["ratio"] < 0.95:
            ratio = f"**{ratio}**"
        between = f"{row['ratio_interval'][0]:.2f}–{row['ratio_interval'][1]:.2f}" if row["pdq"] >= 0.05 else ""
        previous = f"{percent(row['old'])} | " if old else ""
        yield pages.row(
            row["transform"],
            row["n"],
            percent(row["pdq"]),
            percent(row["exact"]),
            f"{previous}{percent(row['ours'])}",
            span(row["ours_interval"]),
            ratio,
            between,
        )


def page(r):
    false = r["false"]
    at = {e["bits"]: e for e in false["entropy"]}
    b = len(scheme.Profile.load().positions)
    s, m, x = r["summary"], r["summary_meta"], r["summary_crossed"]
    central, bad = false["probe_equal"], min(false["probe_adverse"], at[b]["adverse"])
    yield "# Recall of short keys"
    yield ""
    yield (
        "How many changed copies of a known picture are found, and how often does an innocent picture "
        "match? "
        'This page compares SealedMatch ("ours") with PDQ\'s own rule: two pictures match if their hashes '
        "differ in at most 31 of 256 bits. "
        "SealedMatch needs equal *short keys* of 50 bits, because its set can be asked for nothing else. "
        "To find copies all the same, a client tries 32 likely keys for each picture, the *probes*."
    )
    yield ""
    yield (
        "`python3 run.py DIRECTORY` in `Sources/Lab/Recall/` writes this page. "
        "The pictures come from packages of Debian and PyPI, which it fetches. "
        "The algorithm is profile 2 of [Protocol.md](Protocol.md), 4.1, 5.5 and 5.11. "
        "`scheme.py` is written apart from the code, with the numbers in `profile-2.json`. "
        "Profile 1, an earlier draft, is measured beside it."
    )
    yield ""
    yield (
        f"**Result.** An entry has 39.5 bytes (b = {b}, M = 32). "
        'The pictures of the result had no part in the choice of the scheme ("held out"). '
        f"There are {s['transforms']} ways of changing a picture for which PDQ ≤ 31 finds at least 80 % "
        "of the copies. "
        f"For **{s['reached']} of {s['transforms']}** of them ours finds at least 0.95 of what PDQ finds. "
        f"The mean of ours / PDQ is {s['mean_ratio']:.3f}. "
        f"Profile 1 (b = 48, M = 16, margins of the picture as sent): {s['old_reached']} of "
        f"{s['transforms']}, mean {s['old_mean_ratio']:.3f}. "
        f"Below 0.95 remain: {', '.join(s['below'])}."
    )
    yield ""
    yield (
        "A set of a million entries hits one innocent natural picture with probability "
        f"**{rate(central, 1e6)}** by the central extrapolation, and {rate(bad, 1e6)} by an adverse one. "
        "The first meets the goal of 10^-6, the second does not. "
        "No test of this size can decide between them."
    )
    yield ""
    yield "In great sets pictures are lost that fold into others: see *Strangers that fold*, below."
    yield ""
    yield "## Pictures"
    yield ""
    yield (
        f"There are {r['counts_design']['groups'] + r['counts']['groups']} natural *sources*: "
        "photographs, and a few paintings, chosen by eye from the packages below. "
        "Of large ones, crops count as pictures of their own; they stay with their source. "
        "Originals of PDQ quality below 50 are left out. "
        f"Half of the sources (by SHA-256) are *design*: {r['counts_design']['pictures']:,} pictures, "
        f"{r['counts_design']['copies']:,} copies. "
        f"The other half is *held out*: {r['counts']['pictures']:,} pictures of {r['counts']['groups']} "
        f"sources, {r['counts']['copies']:,} copies. "
        "Each picture gets 18 of the transforms by lot (the last three: the first three pictures of each "
        "source). "
        "Originals have 200–1,600 pixels on the longest side, half of them usual sizes, half any. "
        "Intervals are 95 %, a bootstrap over sources."
    )
    yield ""
    yield (
        f"The scheme was chosen on the design half (there: {r['summary_design']['reached']} of "
        f"{r['summary_design']['transforms']}, mean {r['summary_design']['mean_ratio']:.3f}). "
        "Two things are not clean. "
        "The general idea, hypotheses about size, was found on a first sample of both halves. "
        "After the first held-out table one number was changed: the least quality of a picture that is "
        "sent (50 → 40), because copies are a little poorer than their originals. "
        "Before that, 36 transforms were reached, mean 0.973."
    )
    yield ""
    yield "## Recall, held-out pictures, list hashed at native size"
    yield ""
    yield "![recall](recall.svg)"
    yield ""
    yield (
        "Numbers are per cent of the copies. "
        "*Whole hash*: all 256 bits are equal. "
        "PDQ ≤ 31 is counted whatever the copy's quality is; ours refuses copies below 40. "
        "Bold: below 0.95 of PDQ, where PDQ finds at least 80 %."
    )
    yield ""
    yield from table(r["recall"])
    yield ""
    yield (
        "**The rows for captions, logos and crops are mild.** The caption covers 8 % of the height, the "
        "logo is small. "
        '"crop 1 %" and "crop 2 %" cut the same from both edges, and one hypothesis supposes exactly '
        'that; "at each edge by lot" is the honest case. '
        "Larger captions and logos, and crops that are larger or uneven, are found less often."
    )
    yield ""
    yield (
        "Messenger settings are those of public source code or of common measurements, rounded. "
        "They change with versions. "
        "A caption, a logo or a sticker changes a part of the picture. "
        "Low frequencies see all of it, and a short key has no redundancy to spend. "
        "Brightness +20 % clips: what was white stays unknown. "
        "These were tried on the design half and gained nothing: a median filter against captions, other "
        "tone curves, learned noise for each bit, the positions that measured as most stable, and "
        "cheaper costs of large margins."
    )
    yield ""
    yield (
        "**Lists made by Meta's C++ tool.** It reduces every picture above 512 to 512 × 512 by the "
        "nearest pixel. "
        f"With `profile-2-meta.json`: {m['reached']} of {m['transforms']}, mean {m['mean_ratio']:.3f}; "
        f"below: {', '.join(m['below'])}. "
        f"With the *native* profile on a list by that tool: {x['reached']} of {x['transforms']}, mean "
        f"{x['mean_ratio']:.3f} (profile 1: {x['old_reached']} of {x['transforms']}, "
        f"{x['old_mean_ratio']:.3f}). "
        "So lists by both tools can use the native profile."
    )
    yield ""
    yield (
        "Meta's Python hasher is another tool. "
        "It reduces by `thumbnail((512, 512))`, which keeps the shape. "
        "With its lists 10 of 98 unchanged originals of shape 2 : 1 were missed (lists by the C++ tool: 1), "
        "and 7 of 98 of shape 3 : 2 (5). "
        "That was measured apart, with crops of the photographs of `make photos`."
    )
    yield ""
    yield "What each kind of hypothesis gives (held out, M = 32):"
    yield ""
    yield "| hypotheses | mean ours / PDQ | transforms ≥ 0.95 |"
    yield "|---|---|---|"
    for row in r["ablation"]:
        yield f"| {row['name']} | {row['mean_ratio']:.3f} | {row['reached']} |"
    yield ""
    yield (
        "**Why sizes matter.** PDQ rounds its blur window and its sample places to pixels. "
        "So its grid is shifted by 0 to 1.5 pixels, and the shift depends on the size alone (even "
        "windows by one pixel more than odd ones). "
        "A copy of another size has another shift, and 5–15 of 256 bits flip. "
        "The client cannot know the original's size. "
        "The best of four shifts leaves about 3.6 bits of 256, of which few are among the lowest "
        "frequencies (knowing the size would leave 1)."
    )
    yield ""
    yield drawn_report.BEGIN
    yield drawn_report.END
    yield ""
    yield life_report.BEGIN
    yield life_report.END
    yield ""
    yield "## False positives"
    yield ""
    yield (
        f"{false['natural']:,} natural crops of all sources (quality ≥ 40), of random place, shape and "
        "size. "
        "Pairs of one source are left out. "
        f"That gives {at[b]['pairs']:.3g} unrelated pairs of keys, and {false['probe_pairs']:.3g} pairs "
        "of a probe and a key. "
        "None are equal. "
        f"The nearest keys differ in {at[b]['least']} bits (b = {b})."
    )
    yield ""
    yield "![distances](recall-distances.svg)"
    yield ""
    yield (
        "*Equal*: −log2 of the chance that two unrelated keys are equal. "
        "It is extrapolated from the distances. "
        "The log-ratio of observed to binomial counts is continued in a straight line to distance 0: "
        "from the seven least distances with 20 pairs or more (central), or from the five least with 5 "
        "or more (adverse). "
        "The tail is convex: a few very simple pictures (a plain cover, a horizon, a symmetric front) "
        "make the nearest pairs. "
        "*Freedom*: degrees of freedom of the bulk."
    )
    yield ""
    everything = next(row for row in false["tail"] if row["kind"] == "natural")
    yield (
        f"Without any extrapolation the pool says only this: {everything['hits_natural']} hits of all 32 "
        f"probes on {everything['pairs_natural']:,} (picture, entry) pairs. "
        "So with 95 % confidence there are fewer than 3 in that many (and there are fewer sources than "
        "pairs). "
        "The rest is extrapolation. "
        "The plot shows that the nearest pairs lie far above the ideal curve."
    )
    yield ""
    yield pages.row(
        "b",
        "freedom",
        "least distance",
        "equal, central",
        "95 % over sources",
        "equal, adverse",
        "per picture, M = 32, 10^6 entries: central",
        "adverse",
        "10^7: central",
    )
    yield "|---|---|---|---|---|---|---|---|---|"
    for e in false["entropy"]:
        yield pages.row(
            e["bits"],
            f"{e['freedom']:.1f}",
            e["least"],
            f"{e['equal']:.1f}",
            f"{e['interval'][0]:.1f}–{e['interval'][1]:.1f}",
            f"{e['adverse']:.1f}",
            rate(e["equal"], 1000000.0),
            rate(e["adverse"], 1000000.0),
            rate(e["equal"], 10000000.0),
        )
    yield ""
    yield (
        f"From probes in place of keys (b = {b}, every fourth of the 32 probes): "
        f"{false['probe_equal']:.1f} central, {false['probe_adverse']:.1f} adverse. "
        f"That is {rate(false['probe_equal'], 1e6)} and {rate(false['probe_adverse'], 1e6)} at 10^6 "
        f"entries, {rate(false['probe_equal'], 1e7)} and {rate(false['probe_adverse'], 1e7)} at 10^7. "
        "**Assumptions**: innocent pictures and the list are like these pictures and unrelated; entries "
        "count in proportion (no entry of a popular template); the straight line holds. "
        'Profile 3 in this pool: [RecallDrawn.md](RecallDrawn.md), "False positives in the large pool". '
        "Chance hits can be counted with the lowest few bits as the key and all 32 probes. "
        "There the excess over ideal bits grows with b:"
    )
    yield ""
    yield "| b | " + " | ".join(str(row["bits"]) for row in false["short"]) + " |"
    yield "|---|" + "---|" * len(false["short"])
    yield "| hits | " + " | ".join(f"{row['hits']:,}" for row in false["short"]) + " |"
    yield "| times ideal | " + " | ".join(f"{row['rate'] / row['ideal']:.1f}" for row in false["short"]) + " |"
    yield ""
    yield (
        "(The lowest 32 bits are the most structured ones, and a handful of simple sources make the last "
        "columns. "
        "This is a warning, and no estimate for b = 50.)"
    )
    yield ""
    yield "**Quality floors** (both sides; part of the natural pool that is kept):"
    yield ""
    yield "| floor | kept | b | equal, central | adverse |"
    yield "|---|---|---|---|---|"
    for row in false["floors"]:
        yield pages.row(
            row["floor"],
            f"{percent(row['kept'])} %",
            row["bits"],
            f"{row['equal']:.1f}",
            f"{row['adverse']:.1f}",
        )
    yield ""
    yield "### Pictures that match too much"
    yield ""
    yield (
        "All 32 probes of each picture are tried against the keys of its own kind and of the natural "
        "pool. "
        "*Freedom* below b means that pictures of this kind resemble each other."
    )
    yield ""
    yield "| kind | pictures | quality ≥ 40 | freedom | hits within the kind / pairs | hits on natural keys / pairs |"
    yield "|---|---|---|---|---|---|"
    for row in false["tail"]:
        free = "" if row["freedom"] is None else f"{row['freedom']:.1f}"
        within = f"{row['hits_within']} / {row['pairs_within']:,}" if row["pairs_within"] > 100 else ""
        yield pages.row(
            row["kind"],
            row["all"],
            row["probed"],
            free,
            within,
            f"{row['hits_natural']} / {row['pairs_natural']:,}",
        )
    yield ""
    yield (
        "PDQ's quality refuses gradients and plain themes. "
        "It does **not** refuse charts, text, clip art, drawings or objects on white: all of them have "
        "quality 100. "
        "They do not hit keys of photographs. "
        "They hit each other: charts of one template, variants of one drawing. "
        "Such a picture must not be an entry. "
        "That is a rule for sources: list photographs only. "
        "(The audit can test keys against a public corpus of templates.) A client cannot apply it by "
        "quality."
    )
    yield ""
    yield "## The frontier"
    yield ""
    yield "![frontier](recall-frontier.svg)"
    yield ""
    yield (
        "The lowest b frequencies, all hypotheses, held out (every second copy). "
        "The bytes of an entry do not depend on b. "
        f"Each cell: transforms reached (of {r['frontier'][0]['of']}) and mean ratio. "
        "The last column: false positives at 10^6 entries, central and adverse."
    )
    yield ""
    yield "| b | M = 8 | M = 16 | M = 32 | M = 64 | M = 32: false positives |"
    yield "|---|---|---|---|---|---|"
    for bits in sorted({f["bits"] for f in r["frontier"]}):
        cells = [
            next(f for f in r["frontier"] if f["bits"] == bits and f["probes"] == probes) for probes in (8, 16, 32, 64)
        ]
        yield (
            f"| {bits} | "
            + " | ".join(f"{c['reached']}, {c['mean_ratio']:.3f}" for c in cells)
            + f" | {rate(at[bits]['equal'], 1e6)}, {rate(at[bits]['adverse'], 1e6)} |"
        )
    yield ""
    yield (
        "**The knee.** M = 32 is the most that is allowed. "
        "Doubling M buys about as much recall as 3–4 bits less. "
        f"48 bits are at the limit ({rate(at[48]['equal'], 1e6)} from keys, and probes read about 0.8 "
        f"bits less). b = {b} is below it in both readings, and the most with no loss in the number of "
        "transforms reached. "
        "Who fears the adverse reading takes 56 bits, or 52 with a quality floor of 80, and pays with "
        "recall. "
        "For 10^7 entries take 54–56 bits. "
        "More than one key for a picture would break the budget of 45 bytes, and the rule that one "
        "picture opens one slot."
    )
    yield ""
    yield "## One picture, one slot"
    yield ""
    f = r["families"]
    yield (
        "The hardest list has families of near duplicates. "
        "For a third of the held-out pictures the original and half of its copies are entries "
        f"({f['entries']:,}, {f['different']:,} different keys). "
        f"The other copies ({f['sent']:,}) are sent. "
        "*Unlimited*: probes of one picture at any distance. "
        "*Limited*: within 6 (the profile)."
    )
    yield ""
    yield "| separation r | kept first | keys kept | copies found, limited | open ≥ 2 slots, unlimited | limited |"
    yield "|---|---|---|---|---|---|"
    for limited in f["rows"]:
        if limited["probe_limit"] != 6:
            continue
        free = next(
            (row for row in f["rows"] if row["separation"] == limited["separation"] and row["probe_limit"] == 64),
            limited,
        )
        unlimited = "" if limited["central"] else f"{free['several']} ({percent(free['several_of_found'])} %)"
        yield pages.row(
            limited["separation"],
            "most central" if limited["central"] else "lowest key",
            limited["kept"],
            f"{percent(limited['found'])} %",
            unlimited,
            f"{limited['several']} ({percent(limited['several_of_found'])} %)",
        )
    yield ""
    free = next(row for row in f["rows"] if row["separation"] == 6 and row["probe_limit"] == 64)
    lowest, central = [row for row in f["rows"] if row["separation"] == 6 and row["probe_limit"] == 6]
    yield (
        "With r = 6 and probes within 6 bits of each other, two openings of one picture are impossible: "
        "two probes differ in at most 6 bits, two entries in more. "
        f"Without the limit {percent(free['distance_above_6'])} % of pictures have two probes further "
        f"apart than 6 (at most {free['greatest_distance']}), because hypotheses disagree, and the "
        "property would rest on luck. "
        f"The limit costs {abs(r['ablation'][-1]['mean_ratio'] - r['ablation'][-2]['mean_ratio']):.3f} of "
        f"mean recall, and {central['short']} of {f['sent']:,} pictures have fewer than 32 probes. r = 4 "
        f"would leave {percent(next(x for x in f['rows'] if x['separation'] == 4)['several_of_found'])} %."
    )
    yield ""
    yield (
        "**Which key stays** matters inside families. "
        f"Keeping the lowest key first finds {percent(lowest['found'])} %. "
        f"Keeping the most central first finds {percent(central['found'])} %: the greatest sum of 4^(4 − "
        "distance) over all listed hashes within 4, ties by lower key. "
        '"Entries apart" accepts both results; the builder takes the second.'
    )
    yield ""
    yield folding_report.BEGIN
    yield folding_report.END
    yield ""
    yield "## Mirrored and turned copies"
    yield ""
    yield (
        "PDQ itself finds none. "
        "But the hash of a mirrored picture follows from the 256 bits. "
        "Mirrored: every bit of odd horizontal frequency is inverted, that of bits 16i + j with even j. "
        "Upside-down: those with even i. "
        "Turned by 90°: a transposition 16i + j ↔ 16j + i, followed by one of them. "
        "`sealedmatch list variants` prints the derived hashes. "
        "If the source enters them too, each variant is one more entry:"
    )
    yield ""
    yield "| copy | n | derived hash within 31 | ours, 95 % |"
    yield "|---|---|---|---|"
    for row in r["dihedral"]:
        yield pages.row(
            row["transform"],
            row["n"],
            f"{percent(row['pdq'])} %",
            f"{percent(row['ours'])} %, {span(row['interval'])}",
        )
    yield ""
    yield "## What this does not show"
    yield ""
    yield (
        "- Sources are wallpapers, nature, buildings and animals, with few people and few indoor or "
        "telephone pictures. "
        "Crops are more uniform than whole photographs. "
        "There are some 300 sources: intervals count sources, but these are no random sample of what "
        "people send."
    )
    yield (
        "- Videos have [a page of their own](RecallVideos.md). "
        "Not measured: originals of 48 megapixels, several edits at once beyond those listed, messengers' real "
        "encoders. "
        "Copies and client hashes use Pillow's 8-bit luma."
    )
    yield (
        "- Captions, logos and crops are mild in the first table; see the text below it, and *What people put on "
        "pictures*."
    )
    yield (
        "- False positives at 10^6 entries are extrapolated over some 15 bits. "
        "A test with 10^6 unrelated photographs would narrow it by 6–8 bits."
    )
    yield ""
    yield "## Packages and licences"
    yield ""
    yield "| origin | package | version | licences named by its metadata |"
    yield "|---|---|---|---|"
    for origin, name, _, version, _, licence in fetch.packages():
        yield f"| {origin} | {name} | {version} | {licence} |"
    yield ""
    yield (
        "Single pictures may have licences of their own; see each package's copyright file. "
        "`Sources/Lab/Recall/packages.tsv` has the SHA-256 of each package file, "
        "`Sources/Lab/Recall/sources.tsv` every picture."
    )


def main():
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    with open(sys.argv[1]) as file:
        results = json.load(file)
    folder = sys.argv[2]
    os.makedirs(folder, exist_ok=True)
    plot_recall(results["recall"], folder)
    plot_distances(results["false"], folder)
    plot_frontier(results["frontier"], results["false"], folder)
    pages.write(os.path.join(folder, "Recall.md"), page(results))


if __name__ == "__main__":
    main()
