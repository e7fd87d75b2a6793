"""Writes RecallVideos.md and its plot from the results.

usage: video_report.py RESULTS.json DIRECTORY
"""

import json
import os
import sys

import matplotlib

matplotlib.use("svg")
import matplotlib.pyplot as plt

import fetch
import videos

matplotlib.rcParams.update({"svg.fonttype": "none", "svg.hashsalt": "recall", "font.size": 8})


def percent(value):
    return f"{100 * value:.0f}"


def span(pair):
    return f"{100 * pair[0]:.0f}–{100 * pair[1]:.0f}"


def plot(rows, path):
    rows = list(reversed(rows))
    figure, axes = plt.subplots(figsize=(7.5, 6.5))
    places = range(len(rows))
    axes.hlines(
        places,
        [row["ours interval"][0] for row in rows],
        [row["ours interval"][1] for row in rows],
        color="#1b7837",
        linewidth=3,
        alpha=0.35,
    )
    axes.plot([row["clock"] for row in rows], places, "x", color="#999999", label=f"{videos.F} frames by the clock")
    axes.plot(
        [row["vpdq80"] for row in rows], places, "s", color="#e08214", markersize=4, label="vPDQ, 80 % of 1 frame/s"
    )
    axes.plot(
        [row["all"] for row in rows],
        places,
        "|",
        color="black",
        markersize=11,
        markeredgewidth=2,
        label="some frame in reach of the key",
    )
    axes.plot(
        [row["ours"] for row in rows],
        places,
        "o",
        color="#1b7837",
        markersize=5,
        label=f"{videos.F} stillest frames, 95 % interval",
    )
    axes.set_yticks(list(places), [f"{row['transform']} ({row['n']})" for row in rows])
    axes.set_xlim(-0.02, 1.02)
    axes.set_xlabel("part of the copies found, held-out videos")
    axes.grid(axis="x", alpha=0.3)
    axes.legend(loc="lower left", bbox_to_anchor=(0, 1), ncols=2, frameon=False)
    figure.tight_layout()
    figure.savefig(path, metadata={"Date": None})
    plt.close(figure)


def table(rows):
    yield "| copy | n | vPDQ 80 % | 95 % | vPDQ 50 % | vPDQ 80 %, 8/s | ours | 95 % | some frame in reach | clock | same key | key within 6 |"
    yield "|---|---|---|---|---|---|---|---|---|---|---|---|"
    for row in rows:
        yield (
            f"| {row['transform']} | {row['n']} | {percent(row['vpdq80'])} | {span(row['vpdq80 interval'])} | {percent(row['vpdq50'])} | {percent(row['vpdq80, 8/s'])} | {percent(row['ours'])} | {span(row['ours interval'])} | "
            f"{percent(row['all'])} | {percent(row['clock'])} | {percent(row['same key'])} | {percent(row['key within 6'])} |"
        )


def page(r):
    long, total, double, unrelated = r["long"], r["long"]["total"], r["double"], r["unrelated"]
    families = double["families"]
    yield "# Recall of videos"
    yield ""
    yield (
        f"How many copies of a known video are found by 8 pictures chosen by content. This page is written by `python3 run.py DIRECTORY` in `Sources/Lab/Recall/`. The algorithm is *Videos* in [Protocol.md](Protocol.md), 5.11 and 5.5; reasons and what else was tried are in [video.md](Scripts/recall/video.md). Held out: {long['videos']} videos of {long['groups']} sources, {total['n']} copies that should be found. **Ours finds {percent(total['ours'])} % "
        f"(95 %: {span(total['ours interval'])}) of them; vPDQ's rule {percent(total['vpdq80'])} % (at 50 %: {percent(total['vpdq50'])}; at 8 frames a second {percent(total['vpdq80, 8/s'])}); {videos.F} frames by the clock {percent(total['clock'])} %; some frame of the copy "
        f"is in reach of the key in {percent(total['all'])} %.** Parts in per cent, intervals a bootstrap over sources. *Same key*: a source that lists the copy enters the same short key."
    )
    yield ""
    yield "| copies | n | vPDQ 80 % | vPDQ 80 %, 8/s | ours | some frame in reach | clock | same key |"
    yield "|---|---|---|---|---|---|---|---|"
    for name in ("in phase", "worst phase or cut"):
        row = total[name]
        yield (
            f"| {name} | {row['n']} | {percent(row['vpdq80'])} | {percent(row['vpdq80, 8/s'])} | {percent(row['ours'])} | {percent(row['all'])} | {percent(row['clock'])} | "
            f"{percent(row['same key'])} |"
        )
    yield ""
    yield "*In phase*: encoded anew from the first frame and sampled as the original. *Worst phase or cut*: sampled 1/16 s off the original's samples (trims at the end, speeds), or cut at the start, which shifts them by chance."
    yield ""
    yield "![recall of videos](recall-video.svg)"
    yield ""
    yield from table(long["rows"])
    yield ""
    yield "| kind | copies | vPDQ 80 % | ours | some frame in reach | clock | same key | key within 6 |"
    yield "|---|---|---|---|---|---|---|---|"
    for kind, row in r["kinds"].items():
        yield (
            f"| {kind} | {row['n']} | {percent(row['vpdq80'])} | {percent(row['ours'])} | {percent(row['all'])} | {percent(row['clock'])} | {percent(row['same key'])} | "
            f"{percent(row['key within 6'])} |"
        )
    yield ""
    yield (
        "*film*: a camera's; *animation*: drawn, rendered, a screen; *montage*: seven generated clips of 2-5 s cut together hard; *generated*: those clips singly. Trims and speeds are parts of one re-encoded copy, cut between frames. "
        "vPDQ's rule (part of the copy's frames within 31 of a frame of the known, quality 50) is measured on the same rasters at one frame a second, not with vPDQ's own program."
    )
    yield ""
    if r["mirrored"]["n"]:
        yield f"Mirrored copies are found if the source lists the mirrored hash, too (`sealedmatch list variants`): {r['mirrored']['found']} of {r['mirrored']['n']} (95 %: {span(r['mirrored']['interval'])}), all kinds."
        yield ""
    yield "## Unrelated videos"
    yield ""
    yield (
        f"{unrelated['pairs']:,} ordered pairs of unrelated videos: {unrelated['hits']} open the other's slot. Short-key distances of all chosen frames to all keys: least {next(d for d, n in enumerate(unrelated['frames']) if n)} "
        f"of {sum(unrelated['frames']):,}. Nearest: {', '.join(f'{a}–{b}: {d}' for a, b, d in unrelated['near'][:6]) or 'none within 8'}. Without a key: {', '.join(r['withoutKey']) or 'none'}."
    )
    yield ""
    intros = r["intros"]
    yield (
        f"A shared title: the same still card of 3 s put before {intros['videos'] - 1} videos of 10 s or more. With keys from the middle {intros['middle']['hits']} of {intros['middle']['pairs']} pairs open each other's slot; with keys "
        f"from anywhere {intros['anywhere']['hits']} of {intros['anywhere']['pairs']}: every key is then the card. (The card is more than the first 20 % of the videos below 12 s: their key is the card with either rule.)"
    )
    yield ""
    yield "## One video, one slot"
    yield ""
    once = double["once"]
    yield (
        f"Every video listed once ({once['listed']} keys): {once['double']} of {once['sent']} copies open two slots. Half of the copies of every video listed, each with its own key ({families['listed']} lines): {families['apart by more than 6']} "
        f"of {families['pairs of keys']} pairs of keys of one video differ in more than 6 bits. Sent: the other {families['sent']}."
    )
    yield ""
    yield 'The rule for companions here is the harness\' own, of the same kind as "Videos apart": keys by weight instead of ascending, and all companions count; as if q sources had equal lists. Sources that list different copies share no companions, and are in the first row.'
    yield ""
    yield "| list | lines kept | copies found | open two slots |"
    yield "|---|---|---|---|"
    for name in ("keys only, 6", "companions, 6", "companions, 8", "companions, 10"):
        row = families[name]
        yield f"| {name} | {row['kept']} | {row['found']} | {row['double']} |"
    yield ""
    yield "## Packages"
    yield ""
    yield "| origin | package | version | licences named by its metadata |"
    yield "|---|---|---|---|"
    for origin, name, _, version, _, licence in fetch.packages("video-packages.tsv"):
        yield f"| {origin} | {name} | {version} | {licence} |"


def main():
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    with open(sys.argv[1]) as file:
        results = json.load(file)
    plot(results["long"]["rows"], os.path.join(sys.argv[2], "recall-video.svg"))
    with open(os.path.join(sys.argv[2], "RecallVideos.md"), "w") as file:
        file.write("\n".join(page(results)) + "\n")


if __name__ == "__main__":
    main()
