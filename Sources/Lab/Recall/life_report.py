"""Writes "More of life" in Docs/Recall.md, between its two marks, and recall-life.svg.

usage: life_report.py LIFE.json DOCS-DIRECTORY [--check]

With --check nothing is written: a page whose section is another one is an error. The figures of the page in the
repository are life.json beside this file. Steps that are not in the file are left out.
"""

import json
import os
import sys

import life
import makers
import pages

BEGIN, END = "<!-- life: begin -->", "<!-- life: end -->"
BEFORE = {
    "threatexchange": "nothing: native size",
    "pdq-photo-hasher": "512 x 512, nearest pixel",
    "pdqhashing": "thumbnail((512, 512)), shape kept",
    "pdqhash (Rust)": "512 x 512, means of blocks",
    "yume-pdq (Rust)": "512 x 512, ffmpeg's bicubic",
    "threatengine": "see below",
}


def percent(value):
    return f"{100 * value:.1f}"


def span(low, high):
    return f"{100 * low:.0f}–{100 * high:.0f}"


def of_maker(table, maker, shape="all"):
    return next(row for row in table if (row["maker"], row["shape"]) == (maker, shape))


def plot(parts, folder):
    import matplotlib

    matplotlib.use("svg")
    import matplotlib.pyplot as plt

    matplotlib.rcParams.update({"svg.fonttype": "none", "svg.hashsalt": "recall", "font.size": 8})
    table = parts["held out"]["table"]
    names = [name for name in makers.MAKERS if name != "threatengine"]
    figure, panels = plt.subplots(1, len(life.SHAPES), figsize=(7.5, 2.8), sharey=True)
    looks = (("profile 2", "o", "#1b7837"), ("profile 2 for the C++ tool", "s", "#e08214"), ("both", "|", "black"))
    for axes, shape in zip(panels, life.SHAPES):
        for client, mark, colour in looks:
            rows = [of_maker(table, name, shape)["sent"] for name in names]
            label = {"both": "profile 2 and two hypotheses more"}.get(client, client)
            look = {"color": colour, "markersize": 10 if mark == "|" else 5, "label": label}
            axes.plot([row[client][0] for row in rows], range(len(names)), mark, markeredgewidth=1.5, **look)
        axes.set_title(shape)
        axes.set_xlim(0.88, 1.01)
        axes.grid(axis="x", alpha=0.3)
    panels[0].set_yticks(range(len(names)), names)
    panels[0].set_ylim(len(names) - 0.5, -0.5)
    figure.supxlabel("part of the copies found, held-out pictures, by shape; PDQ ≤ 31 finds nearly all", fontsize=8)
    figure.legend(*panels[0].get_legend_handles_labels(), loc="upper center", ncols=3, frameon=False)
    figure.tight_layout(rect=(0, 0, 1, 0.93))
    figure.savefig(os.path.join(folder, "recall-life.svg"), metadata={"Date": None})
    plt.close(figure)


def by_makers(parts):
    held, design = parts["held out"], parts["design"]
    rows = {name: of_maker(held["table"], name) for name in makers.MAKERS}
    yield "### Lists by hashers of other makes"
    yield ""
    yield "![lists by hashers of other makes](recall-life.svg)"
    yield ""
    yield (
        "A list's hashes depend on the program that made them, because PDQ's rule does not say how a large picture is "
        "made smaller first. Here the original is a JPEG file (quality 92) of a held-out source, cut to one of four "
        "shapes, with 450 to 1,600 pixels on the longest side. Each hasher reads that file. The copies are "
        "as messengers send them (Signal, WhatsApp, Telegram, Matrix, three in turn, half the size), and the file "
        "itself. "
        f"Held out: {held['pictures']} pictures of {held['sources']} sources, {held['copies']:,} copies; design: "
        f"{design['pictures']} pictures of {design['sources']} sources."
    )
    yield ""
    yield (
        "*threatexchange* (PyPI, Meta's own) and *threatengine* (PyPI, Rust) are run as they are. *pdq-photo-hasher* "
        "is Meta's C++ tool, built from the sources in pdqhash's archive: what the lab computes for it equals the "
        f"tool's output on all {parts['tool']['pictures']} pictures on which both were run "
        f"({parts['tool']['bits']} of {256 * parts['tool']['pictures']:,} bits differ). *pdqhashing* is Meta's Python, "
        "*pdqhash* a crate in Rust: no package of Debian or PyPI has them, so their reduction is ported, and "
        "PDQ's rule follows. *yume-pdq*, in Rust, takes 512 x 512 pixels and leaves the reduction to its user. Its "
        "manual does it by ffmpeg, which is run here; its own arithmetic is not."
    )
    yield ""
    yield (
        "*Differ*: bits of 256 in which its hash differs from that at native size, mean and greatest. *Both*: profile "
        "2 with two hypotheses more, see below. Numbers are per cent of the copies, held out; intervals of 95 %."
    )
    yield ""
    yield pages.row(
        "hasher", "before PDQ", "differ", "the file: PDQ ≤ 31", "ours", "sent: PDQ ≤ 31", "ours", "95 %", "both", "95 %"
    )
    yield "|---|---|---|---|---|---|---|---|---|---|"
    for name, row in rows.items():
        plain, sent = row["unchanged"], row["sent"]
        yield pages.row(
            name,
            BEFORE[name],
            f"{row['differ'][0]:.1f}, {row['differ'][1]}",
            percent(plain["pdq"]),
            percent(plain["profile 2"][0]),
            percent(sent["pdq"]),
            percent(sent["profile 2"][0]),
            span(*sent["profile 2"][1:]),
            percent(sent["both"][0]),
            span(*sent["both"][1:]),
        )
    yield ""
    yield "By shape: per cent of the *files themselves*, and of the sent copies, that profile 2 finds (with *both*):"
    yield ""
    yield pages.row("hasher", *life.SHAPES)
    yield "|---|" + "---|" * len(life.SHAPES)
    for name in makers.MAKERS:
        if name == "threatengine":
            continue
        cells = []
        for shape in life.SHAPES:
            row = of_maker(held["table"], name, shape)
            plain, sent = (
                f"{100 * row[kind]['profile 2'][0]:.0f} ({100 * row[kind]['both'][0]:.0f})"
                for kind in ("unchanged", "sent")
            )
            cells.append(f"{plain}, {sent}")
        yield pages.row(name, *cells)
    counts = {shape: of_maker(held["table"], makers.MAKERS[0], shape)["unchanged"]["n"] for shape in life.SHAPES}
    yield ""
    yield "(Pictures by shape: " + ", ".join(f"{shape} {count}" for shape, count in counts.items()) + ".)"
    yield ""
    yield (
        "**Why the shape matters.** The grid's shift depends on the size that PDQ sees. A thumbnail of a picture of "
        "shape 2 : 1 is 512 x 256: its grid is shifted by a pixel of 512 in one direction, and by one of 256 in the "
        "other. The hypotheses of profile 2 shift both alike. But who knows the shape knows the thumbnail's size: so "
        "a client can make the grid that such a thumbnail has, from the raster that it has anyway."
    )
    yield ""
    yield (
        "**More hypotheses** were tried on the design half: *thumbnail*, a raster as thumbnail((512, 512)) gives it "
        "(penalty 0, or 26), and *square*, one as 512 x 512 gives it (shift 524, penalty 0). Per cent of the sent "
        "copies:"
    )
    yield ""
    clients = ("profile 2", "profile 2 for the C++ tool", "thumbnail 26", "thumbnail", "square", "both")
    yield pages.row("hasher", *(f"{client}: design, held out" for client in clients))
    yield "|---|" + "---|" * len(clients)
    for name in makers.MAKERS:
        if name != "threatengine":
            cells = [
                ", ".join(
                    percent(of_maker(parts[part]["table"], name)["sent"][client][0]) for part in ("design", "held out")
                )
                for client in clients
            ]
            yield pages.row(name, *cells)
    yield ""
    yield (
        "The two cost no recall on lists at native size, and no bytes: M stays 32. They cost two kernels of 16 x 256 "
        "for a picture. Before a profile takes them, the false positives of its probes must be measured again."
    )
    yield ""
    turned, palette = parts["turned"], parts["palette"]
    yield (
        "**What a holder of lists must do.** Hash at native size (threatexchange does), or say which tool made the "
        "list. Turn a file as its EXIF data say, before hashing: the client does, and messengers do. Of "
        f"{turned['pictures']} files that were saved turned, as telephones do, threatexchange gave a hash that is no "
        f"match (above 31) of the upright picture for {turned['threatexchange']}, Meta's Python for "
        f"{turned['pdqhashing']}, ffmpeg for {turned['yume-pdq (Rust)']}. Make RGB of a palette (GIF, PNG of 8 bits) "
        "first: threatexchange hashes the numbers of the colours, and "
        f"{palette['threatexchange']} of {palette['pictures']} such files got a hash that is no match of the same "
        f"picture as JPEG (Meta's Python: {palette['pdqhashing']})."
    )
    yield ""
    far = rows["threatengine"]
    yield (
        "**threatengine's hashes are no PDQ hashes.** They differ from PDQ's of the same file in "
        f"{far['differ'][0]:.0f} of 256 bits, as many as of unrelated pictures. It takes the frequencies 0 to 15 in "
        "place of 1 to 16, and writes them in another order. A list made by it must be made anew, from the pictures."
    )
    yield ""


def copies(table):
    yield pages.row(
        "copy", "n", "median distance", "PDQ ≤ 31", "95 %", "ours", "95 %", "ours / PDQ", "95 %", "C++ list"
    )
    yield "|---|---|---|---|---|---|---|---|---|---|"
    for row in table:
        ratio = f"{row['ratio']:.3f}" if row["pdq"] >= 0.05 else ""
        if row["pdq"] >= 0.8 and row["ratio"] < 0.95:
            ratio = f"**{ratio}**"
        yield pages.row(
            row["copy"],
            row["n"],
            f"{row['distance']:.0f}",
            percent(row["pdq"]),
            span(*row["pdq_interval"]),
            percent(row["ours"]),
            span(*row["ours_interval"]),
            ratio,
            f"{row['ratio_interval'][0]:.2f}–{row['ratio_interval'][1]:.2f}" if row["pdq"] >= 0.05 else "",
            percent(row["meta"]),
        )
    yield ""


def worst(table):
    goal = [row for row in table if row["pdq"] >= 0.8]
    reached = sum(row["ratio"] >= 0.95 for row in goal)
    low = sorted((row for row in goal if row["ratio"] < 0.95), key=lambda row: row["ratio"])
    text = (
        f"PDQ ≤ 31 finds at least 80 % of the copies in {len(goal)} of {len(table)} rows; ours finds 0.95 of that in "
    )
    text += f"{reached}."
    if low:
        text += " Below: " + ", ".join(f"{row['copy']} {row['ratio']:.2f}" for row in low) + "."
    return text


def surely(part):
    """The rule of three, for the bootstrap knows no doubt where all are found."""
    count = part["pictures"]
    return (
        f"Where all of {count} are found, the bootstrap's interval is 100–100, but the true part may be as low as "
        f"{100 - 300 / count:.0f} % (95 % confidence)."
    )


def of_large(part):
    least, middle, most = (f"{pixels / 1e6:.1f}" for pixels in part["pixels"])
    yield "### Photographs of a camera's own size"
    yield ""
    yield (
        f"The other tables reduce originals to 1,600 pixels. Here the original has the size of its file: "
        f"{part['pictures']} photographs, {least} to {most} megapixels (median {middle}), of both halves, because no "
        "choice was made with them. Ten are files as a camera or a telephone wrote them: four of a Xiaomi Mi A3 (12 "
        "megapixels), and six HEIC files, by an iPhone 13 Pro and an iPhone 8 Plus (12), a Sony ILCE-7SM3 (12) and "
        "ILCE-7M4 (33), a Samsung Galaxy S25 Ultra (7), and a Xiaomi M2012K11AG (5). The others are wallpapers: cut "
        "and edited, and perhaps enlarged. None has 48 megapixels: no package was found that ships one. One that has "
        "200 (Samsung Galaxy S24 Ultra, HEIC) was left out: the client takes what has more than 100 for unreadable. So "
        "few pictures show gross faults only."
    )
    yield ""
    yield surely(part)
    yield ""
    yield worst(part["table"]) + " *C++ list*: part that is found if Meta's C++ tool made the list, with its profile."
    yield ""
    yield from copies(part["table"])


def of_light(part):
    yield "### High dynamic range on plain screens"
    yield ""
    yield (
        "Pairs of one scene with a high and a plain range are in no package that was found, so they are **made**. The "
        f"listed picture ({part['pictures']} held-out pictures) is taken as a plain rendering exposed for the "
        "brightest. It is turned into light, and made four times as bright: a scene whose white is at 4. The copy is "
        "that scene, rendered by a usual curve (or cut off, or its code values shown as if they were plain ones, "
        "as happens with screenshots), and saved as JPEG 85. Real cameras also change the picture "
        "locally, which this does not."
    )
    yield ""
    yield worst(part["table"])
    yield ""
    yield from copies(part["table"])


def of_tones(parts):
    names = [name for name in parts["design"]["light"] if name not in ("n", "sources", "pdq")]
    design, held = parts["design"], parts["held out"]
    yield (
        "**Further tone curves.** The profile's tone curves are mild: -1 makes the middle darker by an eighth. "
        "Stronger ones were tried, in the form that a profile has already, v * (1 + tone * (255 - v) / 1024): -4 is "
        "nearly v squared. *Sent*: the messengers' copies of the first table of this section, which must not suffer. "
        "*Undone*: the very curve of the rendering, taken back: what no profile could know. "
        f"Per cent of the copies, all {len(life.LIGHT)} renderings together; *design* has "
        f"{design['light']['sources']} sources, *held out* {held['light']['sources']}."
    )
    yield ""
    yield pages.row("further tones, penalty", "design", "sent", "held out", "95 %", "sent", "95 %")
    yield "|---|---|---|---|---|---|---|"
    for name in names:
        yield pages.row(
            name,
            percent(design["light"][name][0]),
            percent(design["makers"][name][0]),
            percent(held["light"][name][0]),
            span(*held["light"][name][1:]),
            percent(held["makers"][name][0]),
            span(*held["makers"][name][1:]),
        )
    yield pages.row(
        "PDQ ≤ 31",
        *(percent(part[step]["pdq"]) for part in (design,) for step in ("light", "makers")),
        percent(held["light"]["pdq"]),
        "",
        percent(held["makers"]["pdq"]),
        "",
    )
    yield ""
    yield (
        "Stronger curves find half as many again and take next to nothing from the others, but they do not mend it: "
        "renderings of this kind move more bits of a short key than 32 probes reach, even where the curve is known. A "
        "source that has the rendering of high range should list it, too."
    )
    yield ""


def of_enlarged(part, slow):
    yield "### Enlarged by a model"
    yield ""
    yield (
        "The original is made smaller (Lanczos), and enlarged to its size by a model that a package ships with its "
        f"weights, on the processor; then JPEG 90. {part['pictures']} held-out pictures, at most 320 pixels long"
        + (f"; for the large model, which is slow, {slow['pictures']}" if slow else "")
        + ". "
        + surely(part)
    )
    yield ""
    table = part["table"] + (slow["table"] if slow else [])
    yield worst(table)
    yield ""
    yield from copies(table)


def section(results):
    yield "## More of life"
    yield ""
    yield (
        "`life.py` has what is measured here, `life_cache.py` makes it, and `life.json` has the figures. All with "
        "profile 2, whose choice the held-out pictures had no part in."
    )
    yield ""
    if "makers" in results:
        yield from by_makers(results["makers"])
    if "large" in results:
        yield from of_large(results["large"])
    if "light" in results:
        yield from of_light(results["light"])
        yield from of_tones(results["tones"])
    if "enlarged" in results:
        yield from of_enlarged(results["enlarged"], results.get("quartered"))


def filled(results):
    return "\n".join(pages.filled([BEGIN, ""] + list(section(results)) + [END]))


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
            sys.exit(f"{path}: its section is not what life_report.py writes")
        return
    plot(results["makers"], words[1])
    with open(path + ".part", "w") as file:
        file.write(written)
    os.replace(path + ".part", path)


if __name__ == "__main__":
    main()
