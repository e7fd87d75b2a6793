"""Writes RecallVideos.md and its plot from the results; video_added_report.py fills in a section.

usage: video_report.py RESULTS.json DIRECTORY
"""

import json
import os
import sys

import matplotlib

matplotlib.use("svg")
import matplotlib.pyplot as plt

import fetch
import pages
import video_added_report
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
    yield pages.row(
        "copy",
        "n",
        "vPDQ 80 %",
        "95 %",
        "vPDQ 50 %",
        "vPDQ 80 %, 8/s",
        "ours",
        "95 %",
        "some frame in reach",
        "clock",
        "same key",
        "key within 6",
    )
    yield "|---|---|---|---|---|---|---|---|---|---|---|---|"
    for row in rows:
        yield pages.row(
            row["transform"],
            row["n"],
            percent(row["vpdq80"]),
            span(row["vpdq80 interval"]),
            percent(row["vpdq50"]),
            percent(row["vpdq80, 8/s"]),
            percent(row["ours"]),
            span(row["ours interval"]),
            percent(row["all"]),
            percent(row["clock"]),
            percent(row["same key"]),
            percent(row["key within 6"]),
        )


def page(r):
    long, total, double, unrelated = r["long"], r["long"]["total"], r["double"], r["unrelated"]
    families = double["families"]
    yield "# Recall of videos"
    yield ""
    yield (
        "How many changed copies of a known video are found? "
        "A client looks at 8 pictures of the video, which it chooses by content: the stillest ones. "
        "A source lists one of them as the video's key. "
        "`python3 run.py DIRECTORY` in `Sources/Lab/Recall/` writes this page. "
        "The algorithm is *Videos* in [Protocol.md](Protocol.md), 5.11 and 5.5. "
        "Reasons, and what else was tried, are in [video.md](../Sources/Lab/Recall/video.md)."
    )
    yield ""
    yield (
        f"**Result.** {total['n']} copies of {long['videos']} videos of {long['groups']} sources should "
        'be found; none of them had a part in the choice of the algorithm ("held out"). '
        f"**Ours finds {percent(total['ours'])} % (95 %: {span(total['ours interval'])}) of them.** The "
        f"rule of vPDQ, which needs all frames in the clear, finds {percent(total['vpdq80'])} % (at 50 %: "
        f"{percent(total['vpdq50'])}; at 8 frames a second {percent(total['vpdq80, 8/s'])}). {videos.F} "
        f"frames taken by the clock find {percent(total['clock'])} %. "
        f"Some frame of the copy is in reach of the key in {percent(total['all'])} %."
    )
    yield ""
    yield (
        "Numbers are per cent of the copies, intervals a bootstrap over sources. "
        "*Same key*: a source that lists the copy enters the same short key."
    )
    yield ""
    yield "| copies | n | vPDQ 80 % | vPDQ 80 %, 8/s | ours | some frame in reach | clock | same key |"
    yield "|---|---|---|---|---|---|---|---|"
    for name in ("in phase", "worst phase or cut"):
        row = total[name]
        yield pages.row(
            name,
            row["n"],
            percent(row["vpdq80"]),
            percent(row["vpdq80, 8/s"]),
            percent(row["ours"]),
            percent(row["all"]),
            percent(row["clock"]),
            percent(row["same key"]),
        )
    yield ""
    yield (
        "*In phase*: encoded anew from the first frame, and sampled like the original. "
        "*Worst phase or cut*: sampled 1/16 s beside the original's samples (trims at the end, speeds), "
        "or cut at the start, which shifts the samples by chance."
    )
    yield ""
    yield "![recall of videos](recall-video.svg)"
    yield ""
    yield from table(long["rows"])
    yield ""
    yield "| kind | copies | vPDQ 80 % | ours | some frame in reach | clock | same key | key within 6 |"
    yield "|---|---|---|---|---|---|---|---|"
    for kind, row in r["kinds"].items():
        yield pages.row(
            kind,
            row["n"],
            percent(row["vpdq80"]),
            percent(row["ours"]),
            percent(row["all"]),
            percent(row["clock"]),
            percent(row["same key"]),
            percent(row["key within 6"]),
        )
    yield ""
    yield (
        "*Film*: a camera's. "
        "*Animation*: drawn, rendered, a screen. "
        "*Montage*: seven generated clips of 2–5 s, cut together hard. "
        "*Generated*: those clips singly. "
        "Trims and speeds are parts of one re-encoded copy, cut between frames. vPDQ's rule asks which "
        "part of the copy's frames is within 31 bits of a frame of the known video, at quality 50. "
        "It is measured on the same rasters at one frame a second, and not with vPDQ's own program."
    )
    yield ""
    if r["mirrored"]["n"]:
        yield (
            "Mirrored copies are found if the source lists the mirrored hash, too (`sealedmatch list "
            f"variants`): {r['mirrored']['found']} of {r['mirrored']['n']} (95 %: "
            f"{span(r['mirrored']['interval'])}), of all kinds."
        )
        yield ""
    yield "## Unrelated videos"
    yield ""
    yield (
        f"{unrelated['pairs']:,} ordered pairs of unrelated videos: {unrelated['hits']} open the other's "
        "slot. "
        "Distances of the short keys of all chosen frames to all keys: the least is "
        f"{next(d for d, n in enumerate(unrelated['frames']) if n)}, of {sum(unrelated['frames']):,} "
        "distances. "
        "Nearest pairs: "
        f"{', '.join(f'{a}–{b}: {d}' for a, b, d in unrelated['near'][:6]) or 'none within 8'}. "
        f"Videos without a key: {', '.join(r['withoutKey']) or 'none'}."
    )
    yield ""
    intros = r["intros"]
    yield (
        f"A shared title: the same still card of 3 s is put before {intros['videos'] - 1} videos of 10 s "
        "or more. "
        f"With keys from the middle of a video {intros['middle']['hits']} of {intros['middle']['pairs']} "
        "pairs open each other's slot. "
        f"With keys from anywhere {intros['anywhere']['hits']} of {intros['anywhere']['pairs']} do: every "
        "key is then the card. "
        "(The card is more than the first 20 % of the videos below 12 s, so their key is the card with "
        "either rule.)"
    )
    yield ""
    yield "## One video, one slot"
    yield ""
    once = double["once"]
    yield (
        f"Every video is listed once ({once['listed']} keys): {once['double']} of {once['sent']} copies "
        "open two slots. "
        f"Then half of the copies of every video are listed, each with its own key ({families['listed']} "
        f"lines): {families['apart by more than 6']} of {families['pairs of keys']} pairs of keys of one "
        "video differ in more than 6 bits. "
        f"The other {families['sent']} copies are sent."
    )
    yield ""
    yield (
        "*Companions* are other hashes of the same video in its line, so that a builder keeps one key of "
        "a video. "
        'The rule for them here is the harness\' own, of the same kind as "Videos apart": keys by weight '
        "in place of ascending, and all companions count, as if q sources had equal lists. "
        "Sources that list different copies share no companions, and are in the first row."
    )
    yield ""
    yield "| list | lines kept | copies found | open two slots |"
    yield "|---|---|---|---|"
    for name in ("keys only, 6", "companions, 6", "companions, 8", "companions, 10"):
        row = families[name]
        yield f"| {name} | {row['kept']} | {row['found']} | {row['double']} |"
    yield ""
    yield "## Something on the key sample"
    yield ""
    yield (
        "All of this page is without marks, as under profile 2. Under a profile with marks each chosen sample is "
        "searched for them, and its first probe may be more than 6 bits from its hash. The line of a video has that "
        "hash alone. So a listed video with a logo or a strip on its key sample may be missed, even as the very same "
        "file. A stranger tried it with synthetic pictures as key samples, and the 8 probes that one of eight samples "
        "has. The listed key was not probed for 20 of 40 with a dark strip above, 16 with a dark strip below, 16 with "
        "a white one, 9 with a logo in a box, 4 with a translucent strip. These figures are indicative. Other chosen "
        "samples do not help: their keys are not the listed one. What the search finds in videos that were changed on "
        "their way is not measured, so the rule is as it is for pictures. A source that has the video without the mark "
        "lists that. Whose lists are of videos with a station's logo does better with profile 2."
    )
    yield ""
    yield video_added_report.BEGIN
    yield video_added_report.END
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
    pages.write(os.path.join(sys.argv[2], "RecallVideos.md"), page(results))


if __name__ == "__main__":
    main()
