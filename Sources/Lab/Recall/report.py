"""Writes Docs/Recall.md and its plots from the results.

usage: report.py RESULTS.json DOCS-DIRECTORY
"""

import json
import math
import os
import sys

import matplotlib

matplotlib.use("svg")
import matplotlib.pyplot as plt

import fetch
import measure
import scheme

matplotlib.rcParams.update({"svg.fonttype": "none", "svg.hashsalt": "recall", "font.size": 8})
TRIES = 32


def percent(value):
    return f"{100 * value:.1f}"


def span(pair):
    return f"{100 * pair[0]:.0f}–{100 * pair[1]:.0f}"


def rate(entropy, entries, probes=TRIES):
    value = probes * entries * 2**-entropy
    power = math.floor(math.log10(value))
    return f"{value / 10**power:.1f}·10^{power}"


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
        yield f"| {row['transform']} | {row['n']} | {percent(row['pdq'])} | {percent(row['exact'])} | {previous}{percent(row['ours'])} | {span(row['ours_interval'])} | {ratio} | {between} |"


def page(r):
    false = r["false"]
    at = {e["bits"]: e for e in false["entropy"]}
    b = len(scheme.Profile.load().positions)
    s, m, x = r["summary"], r["summary_meta"], r["summary_crossed"]
    central, bad = false["probe_equal"], min(false["probe_adverse"], at[b]["adverse"])
    yield "# Recall of short keys"
    yield ""
    yield "How many copies of a known picture does blinded exact matching find, compared with PDQ's own match (distance ≤ 31), and how often does it hit an innocent picture? This page is written by `python3 run.py DIRECTORY` in `Sources/Lab/Recall/`;"
    yield "pictures come from packages of Debian and PyPI, fetched when it runs. The algorithm is profile 2 of [Protocol.md](Protocol.md), 4.1, 5.5 and 5.11; `Scripts/recall/scheme.py` is written apart from the code, with the numbers in `profile-2.json`. Profile 1, an earlier draft, is measured beside it."
    yield ""
    yield f"**Result.** b = {b}, M = 32, one entry of 39.5 bytes for each known hash. On held-out pictures ours finds at least 0.95 of what PDQ ≤ 31 finds in **{s['reached']} of {s['transforms']}** transforms for which PDQ ≤ 31 finds at least 0.8; the mean"
    yield f"of ours / PDQ is {s['mean_ratio']:.3f}. Profile 1 (b = 48, M = 16, margins of the picture as sent): {s['old_reached']} of {s['transforms']}, mean {s['old_mean_ratio']:.3f}. Below 0.95 remain: {', '.join(s['below'])}."
    yield f"False positives for one innocent natural picture at 10^6 entries: **{rate(central, 1e6)}** by the central extrapolation, {rate(bad, 1e6)} by an adverse one. The first meets the goal of 10^-6, the second does not; no test of this size can decide between them."
    yield ""
    yield "## Pictures"
    yield ""
    yield f"{r['counts_design']['groups'] + r['counts']['groups']} natural sources (photographs, a few paintings), chosen by eye from the packages below; grids of crops of the large ones count as pictures of their own and stay with their source. Originals of PDQ quality below 50 are left"
    yield f"out. Half of the sources (by SHA-256) are *design*: {r['counts_design']['pictures']:,} pictures, {r['counts_design']['copies']:,} copies. The other half is *held out*: {r['counts']['pictures']:,} pictures of {r['counts']['groups']} sources, {r['counts']['copies']:,} copies. Each picture gets 18 of the"
    yield "transforms by lot (the last three: the first three pictures of each source). Original sizes: 200–1,600 pixels on the longest side, half of them usual sizes, half any. Intervals are 95 %, a bootstrap over sources."
    yield ""
    yield f"The scheme was chosen on the design half (there: {r['summary_design']['reached']} of {r['summary_design']['transforms']}, mean {r['summary_design']['mean_ratio']:.3f}). Two impurities: the general idea (hypotheses about size) was found on a first sample of both halves; and after the first"
    yield "held-out table one thing was changed, the least quality of a picture that is sent (50 → 40), because copies are a little poorer than their originals (before: 36 transforms reached, mean 0.973)."
    yield ""
    yield "## Recall, held-out pictures, list hashed at native size"
    yield ""
    yield "![recall](recall.svg)"
    yield ""
    yield "Parts in per cent. *Whole hash*: all 256 bits equal. PDQ ≤ 31 is counted whatever the copy's quality; ours refuses copies below 40. Bold: below 0.95 of PDQ where PDQ finds at least 80 %."
    yield ""
    yield from table(r["recall"])
    yield ""
    yield 'Messenger settings are those of public source code or common measurement, rounded, and change with versions. "crop 1 %" and "crop 2 %" are even at both edges, which one hypothesis supposes exactly; "at each edge by lot" is the honest case. A caption, a logo, a'
    yield "sticker change a part of the picture: low frequencies see all of it, and a short key has no redundancy to spend. Brightness +20 % clips: what was white stays unknown. A median filter against captions, other tone curves, learned noise for each bit, the most stable"
    yield "positions by measurement and cheaper costs of large margins were tried on the design half and gained nothing."
    yield ""
    yield f"**Lists made by Meta's C++ tool** (every picture above 512 reduced to 512 × 512 by the nearest pixel), `profile-2-meta.json`: {m['reached']} of {m['transforms']}, mean {m['mean_ratio']:.3f}; below: {', '.join(m['below'])}. With the *native* profile on a list by Meta's tool: {x['reached']} of {x['transforms']},"
    yield f"mean {x['mean_ratio']:.3f} (profile 1: {x['old_reached']} of {x['transforms']}, {x['old_mean_ratio']:.3f}). So a list of unknown or mixed make can use the native profile."
    yield ""
    yield "What each kind of hypothesis gives (held out, M = 32):"
    yield ""
    yield "| hypotheses | mean ours / PDQ | transforms ≥ 0.95 |"
    yield "|---|---|---|"
    for row in r["ablation"]:
        yield f"| {row['name']} | {row['mean_ratio']:.3f} | {row['reached']} |"
    yield ""
    yield "**Why sizes matter.** PDQ's blur window and sample places are rounded to pixels: its grid is shifted by 0 to 1.5 pixels, depending on the size alone (even windows by one pixel more than odd ones). A copy of another size has another shift; 5–15 of 256 bits"
    yield "flip. The client cannot know the original's size, but the best of four shifts leaves about 3.6 bits of 256, of which few are among the lowest frequencies (knowing the size would leave 1)."
    yield ""
    yield "## False positives"
    yield ""
    yield f"{false['natural']:,} natural crops of all sources (quality ≥ 40), random place, shape and size; pairs of one source are left out. {at[b]['pairs']:.3g} unrelated pairs of keys, and {false['probe_pairs']:.3g} pairs of a probe and a key: none equal; the nearest keys differ in {at[b]['least']} bits (b = {b})."
    yield ""
    yield "![distances](recall-distances.svg)"
    yield ""
    yield "*Equal*: −log2 of the chance that two unrelated keys are equal, extrapolated from the distances: the log-ratio of observed to binomial counts continued in a straight line to distance 0, from the seven least distances with 20 pairs or more (central), or the five"
    yield "least with 5 or more (adverse). The tail is convex: a few very simple pictures (a plain cover, a horizon, a symmetric front) make the nearest pairs. *Freedom*: degrees of freedom of the bulk."
    yield ""
    everything = next(row for row in false["tail"] if row["kind"] == "natural")
    yield f"Without any extrapolation the pool says only this: {everything['hits_natural']} hits of all 32 probes on {everything['pairs_natural']:,} (picture, entry) pairs, so with 95 % confidence fewer than 3 in that many (and fewer sources than pairs). The rest is extrapolation; the plot shows that the nearest"
    yield "pairs lie far above the ideal curve."
    yield ""
    yield "| b | freedom | least distance | equal, central | 95 % over sources | equal, adverse | per picture, M = 32, 10^6 entries: central | adverse | 10^7: central |"
    yield "|---|---|---|---|---|---|---|---|---|"
    for e in false["entropy"]:
        yield f"| {e['bits']} | {e['freedom']:.1f} | {e['least']} | {e['equal']:.1f} | {e['interval'][0]:.1f}–{e['interval'][1]:.1f} | {e['adverse']:.1f} | {rate(e['equal'], 1e6)} | {rate(e['adverse'], 1e6)} | {rate(e['equal'], 1e7)} |"
    yield ""
    yield f"From probes instead of keys (b = {b}, every fourth of the 32 probes): {false['probe_equal']:.1f} central, {false['probe_adverse']:.1f} adverse: {rate(false['probe_equal'], 1e6)} and {rate(false['probe_adverse'], 1e6)} at 10^6 entries, {rate(false['probe_equal'], 1e7)} and {rate(false['probe_adverse'], 1e7)} at 10^7. **Assumptions**: innocents"
    yield "and list are like these pictures and unrelated; entries count in proportion (no entry of a popular template); the straight line holds. Where chance hits can be counted, with the lowest few bits as the key and all 32 probes, the excess over ideal bits grows with b:"
    yield ""
    yield "| b | " + " | ".join(str(row["bits"]) for row in false["short"]) + " |"
    yield "|---|" + "---|" * len(false["short"])
    yield "| hits | " + " | ".join(f"{row['hits']:,}" for row in false["short"]) + " |"
    yield "| times ideal | " + " | ".join(f"{row['rate'] / row['ideal']:.1f}" for row in false["short"]) + " |"
    yield ""
    yield "(The lowest 32 bits are the most structured ones, and a handful of simple sources make the last columns; it is a warning, not an estimate for b = 50.)"
    yield ""
    yield "**Quality floors** (both sides; part of the natural pool that is kept):"
    yield ""
    yield "| floor | kept | b | equal, central | adverse |"
    yield "|---|---|---|---|---|"
    for row in false["floors"]:
        yield f"| {row['floor']} | {percent(row['kept'])} % | {row['bits']} | {row['equal']:.1f} | {row['adverse']:.1f} |"
    yield ""
    yield "### Pictures that match too much"
    yield ""
    yield "All 32 probes of each picture against the keys of its own kind and of the natural pool. *Freedom* below b means kinds that resemble each other."
    yield ""
    yield "| kind | pictures | quality ≥ 40 | freedom | hits within the kind / pairs | hits on natural keys / pairs |"
    yield "|---|---|---|---|---|---|"
    for row in false["tail"]:
        free = "" if row["freedom"] is None else f"{row['freedom']:.1f}"
        within = f"{row['hits_within']} / {row['pairs_within']:,}" if row["pairs_within"] > 100 else ""
        yield f"| {row['kind']} | {row['all']} | {row['probed']} | {free} | {within} | {row['hits_natural']} / {row['pairs_natural']:,} |"
    yield ""
    yield "PDQ's quality refuses gradients and plain themes, but **not** charts, text, clip art, drawings or objects on white: all have quality 100. They do not hit keys of photographs. They hit each other: charts of one template, variants of one drawing. Such a picture must not be an"
    yield "entry. That is a rule for sources (lists of photographs only; the audit can test keys against a public corpus of templates), not one a client could apply by quality."
    yield ""
    yield "## The frontier"
    yield ""
    yield "![frontier](recall-frontier.svg)"
    yield ""
    yield f"Lowest b frequencies, all hypotheses, held out (every second copy). Bytes for an entry do not depend on b. Transforms reached (of {r['frontier'][0]['of']}) and mean ratio; false positives at 10^6 entries, central and adverse:"
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
    yield f"**The knee**: M = 32 is the most that is allowed and each doubling of M buys about as much recall as 3–4 bits less. 48 bits are at the limit ({rate(at[48]['equal'], 1e6)} from keys, and probes read about 0.8 bits less), b = {b} is below it in both readings and the most with no loss in the number of transforms reached. Who fears the adverse"
    yield "reading takes 56 bits, or 52 with a quality floor of 80, and pays with recall. For 10^7 entries take 54–56 bits. More than one key for a picture would break the budget of 45 bytes and the one-slot property; it was not pursued."
    yield ""
    yield "## One picture, one slot"
    yield ""
    f = r["families"]
    yield f"The hardest list: families of near duplicates. For a third of the held-out pictures the original and half of its copies are entries ({f['entries']:,}, {f['different']:,} different keys); the other copies ({f['sent']:,}) are sent. *Unlimited*: probes of one picture at any distance; *limited*: within 6 (the profile)."
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
        yield (
            f"| {limited['separation']} | {'most central' if limited['central'] else 'lowest key'} | {limited['kept']} | {percent(limited['found'])} % | "
            f"{unlimited} | {limited['several']} ({percent(limited['several_of_found'])} %) |"
        )
    yield ""
    free = next(row for row in f["rows"] if row["separation"] == 6 and row["probe_limit"] == 64)
    lowest, central = [row for row in f["rows"] if row["separation"] == 6 and row["probe_limit"] == 6]
    yield f"At r = 6 with probes within 6 bits of each other two openings of one picture are impossible, not only rare: two probes differ in at most 6 bits, two entries in more. Without the limit {percent(free['distance_above_6'])} % of pictures have two probes further apart than 6 (at most {free['greatest_distance']}), because hypotheses disagree,"
    yield f"and the property would rest on luck; the limit costs {abs(r['ablation'][-1]['mean_ratio'] - r['ablation'][-2]['mean_ratio']):.3f} of mean recall, and {central['short']} of {f['sent']:,} pictures have fewer than 32 probes. r = 4 would leave {percent(next(x for x in f['rows'] if x['separation'] == 4)['several_of_found'])} %."
    yield ""
    yield f'**Which key stays** matters inside families: keeping the lowest key first finds {percent(lowest["found"])} %, keeping the most central first (the greatest sum of 4^(4 − distance) over all listed hashes within 4; ties by lower key) {percent(central["found"])} %. Both are results that "Entries apart" accepts; the builder takes the second.'
    yield ""
    yield "## Mirrored and turned copies"
    yield ""
    yield "PDQ itself finds none. The hash of a mirrored picture follows from the 256 bits (every bit of odd horizontal frequency is inverted: that of bits 16i + j with even j; upside-down, those with even i; turning by 90°, a"
    yield "transposition 16i + j ↔ 16j + i followed by one of them). If the source enters that derived hash too (`sealedmatch list variants` prints it), one more entry for each variant:"
    yield ""
    yield "| copy | n | derived hash within 31 | ours, 95 % |"
    yield "|---|---|---|---|"
    for row in r["dihedral"]:
        yield f"| {row['transform']} | {row['n']} | {percent(row['pdq'])} % | {percent(row['ours'])} %, {span(row['interval'])} |"
    yield ""
    yield "## What this does not show"
    yield ""
    yield "- Sources are wallpapers, nature, buildings, animals; few people, few indoor or telephone pictures. Crops are more uniform than whole photographs. Some 300 sources: intervals count sources, but sources are not a random sample of what people send."
    yield "- Videos have [a page of their own](RecallVideos.md). Originals of more than 1,600 pixels, HEIC, several edits at once beyond those listed, and messengers' real encoders were not measured. Copies and client hashes use Pillow's 8-bit luma."
    yield "- False positives at 10^6 entries are extrapolated over some 15 bits. A test with 10^6 unrelated photographs would narrow it by 6–8 bits."
    yield ""
    yield "## Packages and licences"
    yield ""
    yield "| origin | package | version | licences named by its metadata |"
    yield "|---|---|---|---|"
    for origin, name, _, version, _, licence in fetch.packages():
        yield f"| {origin} | {name} | {version} | {licence} |"
    yield ""
    yield "Single pictures may have their own; see each package's copyright file. `Scripts/recall/packages.tsv` has the SHA-256 of each package file, `Scripts/recall/sources.tsv` every picture."


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
    with open(os.path.join(folder, "Recall.md"), "w") as file:
        file.write("\n".join(page(results)) + "\n")


if __name__ == "__main__":
    main()
