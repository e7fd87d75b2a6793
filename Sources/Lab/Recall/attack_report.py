"""Writes Docs/Attacks.md and recall-attacks.svg from the figures of attack_measure.py.

usage: attack_report.py ATTACKS.json DOCS-DIRECTORY [--check]

With --check nothing is written: another page than the one that is there is an error. The figures of the page in the
repository are attacks.json beside this file.
"""

import json
import os
import sys

import attack_measure
import pages
import second

# µs for one key: hash to group and multiplication (Docs/Backend.md, "evaluate": libsodium, and its ratio with AVX2).
EVALUATE = 76.2
AVX2 = 0.41
YEAR = 365.25 * 86_400
KEYS = 2**50
ESCAPES = (("PDQ", "PDQ ≤ 31", "#888888", "-"), ("ours", "profile 2", "#1b7837", "-"))
MEETS = (
    ("key, by lot", "key, target by lot", "#c51b7d", ":"),
    ("key, nearest", "key, nearest of {targets}", "#c51b7d", "-"),
    ("PDQ, by lot", "key and PDQ ≤ 31, target by lot", "#2166ac", ":"),
    ("PDQ, nearest", "key and PDQ ≤ 31, nearest of {targets}", "#2166ac", "-"),
    ("PDQ and thumbnail, nearest", "and the thumbnail, nearest", "#b35806", "-"),
    ("all, nearest", "and thumbnail, dHash, edge map, nearest", "black", "-"),
)


def percent(value, digits=0):
    """Never 0 or 100 of what is neither."""
    text = f"{100 * value:.{digits}f}"
    if 0 < value < 1 and float(text) in (0, 100):
        return f"{100 * value:.{digits + 2}f}"
    return text


def plot(r, folder):
    import matplotlib

    matplotlib.use("svg")
    import matplotlib.pyplot as plt

    matplotlib.rcParams.update({"svg.fonttype": "none", "svg.hashsalt": "attacks", "font.size": 8})
    figure, (left, right) = plt.subplots(2, 1, figsize=(7.5, 7.5), sharex=True)
    for axes, rows, rooms in ((left, ESCAPES, r["escape"]), (right, MEETS, r["meet"])):
        for name, title, colour, line in rows:
            values, total = rooms[name]["curve"], rooms[name]["n"]
            # From the right, the least visible, to the left: more visible changes succeed more often.
            shares = [(place + 1) / total for place in range(len(values))]
            look = {"color": colour, "linestyle": line, "label": title.format(targets=r["targets"] - 1)}
            axes.step([62, values[0], *values, 10], [0, 0, *shares, shares[-1]], where="post", **look)
        axes.set_ylim(-0.02, 1.02)
        axes.grid(alpha=0.3)
        axes.legend(loc="lower left" if axes is left else "upper right", frameon=False)
    left.set_title("a known picture escapes", loc="left")
    right.set_title("a harmless picture meets a listed key", loc="left")
    left.set_ylabel("part of the pictures")
    right.set_ylabel("part of the pictures")
    right.set_xlabel("PSNR of the change, dB: less visible to the right")
    right.set_xlim(10, 62)
    figure.tight_layout()
    figure.savefig(os.path.join(folder, "recall-attacks.svg"), metadata={"Date": None})
    plt.close(figure)


def costs(row):
    """Success, PSNR with its spread, SSIM, greatest change, time."""
    p = row["psnr"]
    if not p:
        return [percent(row["success"]), "", "", "", "", "", ""]
    return [
        percent(row["success"]),
        f"{p[0]:.1f}",
        f"**{p[2]:.1f}**",
        f"{p[4]:.1f}",
        f"{row['ssim'][2]:.3f}",
        f"{row['greatest'][2]:.0f}",
        f"{row['seconds'][2]:.2f}",
    ]


COSTS = ("success, %", "PSNR, 5 %", "median", "95 %", "SSIM", "greatest change", "seconds")
LINE = "|---" * (1 + len(COSTS)) + "|"


def who():
    yield "## Who knows what"
    yield ""
    yield pages.row("attacker has", "so he can", "figures")
    yield "|---|---|---|"
    yield pages.row(
        "the program and the list's picture, or another copy of it",
        "see what the client computes, as often as he likes",
        "*Escape*, white box",
    )
    yield pages.row("a picture editor, no program", "change the picture, and hope", "*Escape*, edits")
    yield pages.row(
        "the program and one listed picture, its hash, or its key alone",
        "make other pictures meet this key",
        "*Meet*, by lot",
    )
    yield pages.row(
        "the program and a list of n hashes", "choose the key that is nearest to his picture", "*Meet*, nearest"
    )
    yield pages.row("the set file alone", "nothing: he can test no key", "*With the set alone*")
    yield pages.row("α, or τ custodians, and the set file", "test keys one by one", "*With α*")
    yield ""
    yield (
        "The profile is public, and so is the program. So escape is always white box for whoever has a copy of what "
        "is listed: he needs no key, no set and no answer from anybody. He does not learn whether the picture is "
        "listed either, nor which of several copies is."
    )


def escape(r):
    yield "## Escape"
    yield ""
    yield (
        f"Held-out pictures: {r['pictures']} of {r['groups']} groups of sources, at most "
        f"{attack_measure.LONGEST} pixels on the longest side. A picture escapes PDQ if its hash is more than 31 bits "
        "off, and profile 2 if none of its 32 probes is the listed key (the original's own). It must do so as it is "
        "saved and after JPEG 75."
    )
    yield ""
    yield "![attacks](recall-attacks.svg)"
    yield ""
    yield pages.row("white box", *COSTS)
    yield LINE
    for name, title, *_ in ESCAPES:
        yield pages.row(title, *costs(r["escape"][name]))
    yield ""
    yield (
        "PSNR and greatest change are those of the whole picture, all channels, in dB and grey levels of 255; SSIM is "
        "of luma; seconds are of one core. Of twenty pictures one is changed more visibly than the first column of "
        "PSNR says, and one less than the last. A change of 50 dB is one of about one grey level, which people do not "
        "see. (That parts of grey levels are rounded by lot makes some 56 dB alone.) Against profile 2 a few bits of "
        "the key are flipped, and pushed so far that 32 probes do not reach back. More probes, or another decoder, "
        "would ask for a few more bits. They would not make this visible."
    )
    yield ""
    yield (
        "**Edits that need no knowledge**, by strength, then JPEG 75. Per cent of the pictures that escape. PSNR is "
        "the median, where the frame stays what it was."
    )
    yield ""
    yield pages.row("edit", "strength", "PSNR", "escape PDQ ≤ 31", "escape profile 2")
    yield "|---|---|---|---|---|"
    before = None
    for row in r["edits"]:
        family = row["family"]
        unit = attack_measure.EDITS[family][1]
        title = f"{family}: {unit}" if unit else family
        seen = f"{row['psnr']:.1f}" if "psnr" in row else ""
        yield pages.row(
            title if family != before else "", f"{row['strength']:g}", seen, percent(row["PDQ"]), percent(row["ours"])
        )
        before = family
    yield ""
    crop = {row["strength"]: row for row in r["edits"] if row["family"] == "crop"}
    yield (
        "So who knows nothing needs no attack: a mirror, a white border of 2 %, a turn of 2 degrees or a crop of up to "
        f"5 % at each edge ({percent(crop[0.05]['PDQ'])} and {percent(crop[0.05]['ours'])} %) do it, and leave what "
        "people look at. Noise, blur and compression do not. Mirrored and turned copies are found where the source "
        "lists variants ([Recall.md](Recall.md), the last section but two)."
    )


def meet(r):
    m = r["meet"]
    yield "## A harmless picture that meets a key"
    yield ""
    yield (
        f"Each of the {r['pictures']} held-out pictures plays the harmless one. Targets are the other originals of "
        f"the harness, {r['targets']} with those of other parts; none is of the same group. *By lot*: the attacker "
        "has one listed picture, and must take it. *Nearest*: he has the list, and takes the key, or hash, that is the "
        "cheapest for this picture. The change is smooth, 64 × 64 cells, added to all channels alike. It succeeds if "
        "the target's key is among the 32 probes, as saved and after JPEG 75."
    )
    yield ""
    yield pages.row("has to meet", *COSTS)
    yield LINE
    yield pages.row("the key, target by lot", *costs(m["key, by lot"]))
    yield pages.row(f"the key, nearest of {r['targets'] - 1}", *costs(m["key, nearest"]))
    for size in attack_measure.LISTS:
        row = m[f"key, nearest of {size} model keys"]
        yield pages.row(f"the key, nearest of {size:,} model keys", *costs(row))
    yield pages.row("key and PDQ ≤ 31, target by lot", *costs(m["PDQ, by lot"]))
    yield pages.row(f"key and PDQ ≤ 31, nearest of {r['targets'] - 1}", *costs(m["PDQ, nearest"]))
    yield ""
    more = m["key, by lot"]["psnr"][2] - m["PDQ, by lot"]["psnr"][2]
    yield (
        "*Model keys* are independent fair bits, a list that nobody has; keys of a real list are less spread, and "
        "where they are dense there are nearer ones. Of what one sees: at 25 dB shades are a little off, as of a lamp "
        "or a cloud, and the picture is as harmless as before. At 20 dB the shades are odd. All that the picture "
        "shows stays. An attacker also chooses the harmless picture: of twenty, the best costs what the last column "
        "of PSNR says."
    )
    yield ""
    yield (
        f"That the whole hash is met, too, costs {more:.1f} dB at the median, where the target is given: the high "
        "frequencies are cheap. That needs the hash or the picture. Whoever has *keys* alone (an auditor, a thief of "
        "α) cannot do it: 206 bits of the hash are no part of a key."
    )
    yield ""
    slots = max(row.get("slots", 0) for row in m.values())
    yield (
        "**One picture, one match.** Entries of a set differ in more than r = 6 bits, and probes of one picture in at "
        f"most 6 (Protocol.md, 5.5 and 5.11). So no picture meets two keys of one set, however it is made: at most "
        f"{slots} of {r['targets'] - 1} here, once keys too near each other are folded as a set's are. Whoever wants t "
        "matches must have t pictures sent, each with a key of its own."
    )
    yield ""
    yield "### With the set alone"
    yield ""
    yield (
        "A client has B, L = αB and the table. For any key y it computes H(y) and decode(y). Whether decode(y) = αH(y) "
        "is the question whether (B, L, H(y), decode(y)) is a Diffie–Hellman tuple: without α nobody can tell (DDH; "
        "Security.md, section 2). Every key decodes to *something*, and no computation at the client goes another way "
        "if it matches. So the set adds nothing to having a picture: he guesses, and never learns whether he was right."
    )
    yield ""
    yield "What would be an oracle, and must not be built, or is bounded:"
    yield ""
    yield (
        "- An evaluation of any H(y) or of a blinded one for whoever asks. Custodians answer their coordinator alone, "
        "and count; a source that builds sees all keys anyway."
    )
    yield "- A service that proves non-membership of anything asked (Security.md, section 17)."
    yield (
        "- A reveal that the attacker hears of: by a notice (Protocol.md, 5.30), a ban, or a knock at the door. If he "
        "knows t − 1 pictures that are listed, an account of his own sends these and one guess, and is revealed if the "
        "guess is right, but for chance openings, which ask for ⌈e/k⌉ more. So it is one bit for an account and an "
        "epoch: about one key, or about a group of guesses, which he then halves. A modified client does not change "
        "that. Without a listed picture to begin with he needs t right guesses at once. Below the threshold nobody "
        "knows enough to tell him."
    )
    yield (
        "- A list of keys or hashes that leaks: from a source, an auditor, or a hasher that people share. Then he is "
        "in the rows *nearest* above."
    )
    yield ""
    yield "### With α"
    yield ""
    years = KEYS * EVALUATE * AVX2 / 1e6 / YEAR
    hours = KEYS / 1e6 * EVALUATE * AVX2 / 1e6 / 3600
    yield (
        f"With α a key is tested by one hash to the group and one multiplication, {EVALUATE} µs with libsodium, "
        f"{EVALUATE * AVX2:.0f} µs with AVX2 ([Backend.md](Backend.md), `evaluate`). There are 2^50 keys. All of them: "
        f"{years:,.0f} core-years, once for all entries. The *first* entry of 10^6: 2^50 / 10^6 tests, "
        f"**{hours:.0f} core-hours**. And whoever tests keys in the order of what they cost *his* picture finds after "
        "so many tests the one that a holder of the list takes: the row of 10^6 model keys. So for "
        "keys α is worth nearly as much as the list; the whole hash it does not give. All of this is computed from "
        "measured times, and was not run. Where α is divided, τ custodians must answer a thousand million times: "
        "their counts show it, and their policies cap it (Protocol.md, 4.15)."
    )


def framing():
    yield "## What it takes to frame an account"
    yield ""
    yield (
        "Only what the *victim's client sends* counts; receiving does nothing. The attacker needs t = 30 listed "
        "pictures of 30 different keys (or their hashes), 30 harmless pictures doctored as above, and a victim who "
        "sends each of them on within one epoch of 30 days. Chance openings ask for ⌈e/k⌉ more: 32 pictures in all "
        "for a victim with 100 vouchers in the epoch, 41 with 1,000 ([Decoys.md](Decoys.md), *What it costs*, for 99 "
        "of 100 accounts). A key that was sent before is not probed again, so the same target does not count twice. A "
        "film of several doctored pictures is one voucher, and one match."
    )
    yield ""
    yield (
        "So framing costs no cryptography and little computing. It costs 30 listed hashes, and thirty times a person's "
        "hand. Whoever can see to it that a client sends pictures without that hand (a bridge, a bot, a client that "
        "forwards by itself) has nothing to wait for. Then the account is revealed, and a person looks."
    )


def looks(r):
    s, m = r["second"], r["meet"]
    names = [name for name, *_ in second.CHECKS]
    yield "## A second look in the payload"
    yield ""
    yield (
        "What if the client computed something of another kind, too, put it into the payload, and a reveal compared "
        "it with what the source computed of the listed picture? Six candidates. `second.py` defines them, all but PDQ "
        "of the raster that every client computes. A threshold is where 99 of 100 copies of the *choice* part pass, "
        f"of those whose key is met ({s['copies']['choice']:,}; all transforms of [Recall.md](Recall.md), *What people "
        f"put on pictures*). Reported: {s['copies']['held out']:,} held-out copies."
    )
    yield ""
    heads = ("look", "bytes", "threshold", "copies that pass, %", "unrelated pairs that pass, %")
    yield pages.row(*heads, "nearest unrelated pair", "furthest copy")
    yield "|---|---|---|---|---|---|---|"
    for name, size, nearer in second.CHECKS:
        sign, shown = ("≥", "{:.2f}") if nearer else ("≤", "{:.0f}")
        yield pages.row(
            f"{name}, correlation" if nearer else f"{name}, bits",
            size if size else "0: it is there",
            f"{sign} {shown.format(s['thresholds'][name])}",
            percent(s["kept"][name], 1),
            percent(s["unrelated"][name]["pass"], 1),
            shown.format(s["unrelated"][name]["nearest"]),
            shown.format(s["furthest"][name]),
        )
    yield ""
    yield (
        f"({s['unrelated']['PDQ']['pairs']:,} pairs of unrelated held-out originals.) By kind of change, per cent of "
        "the held-out copies whose key is met that pass:"
    )
    yield ""
    yield pages.row("kind", "copies", *names)
    yield "|---" * (2 + len(names)) + "|"
    kinds = dict.fromkeys(row["kind"] for row in s["by transform"].values())
    for kind in kinds:
        rows = [row for row in s["by transform"].values() if row["kind"] == kind]
        total = sum(row["n"] for row in rows)
        shares = [percent(sum(row["n"] * row[name] for row in rows) / total, 1) for name in names]
        yield pages.row(kind, total, *shares)
    yield ""
    yield (
        "**Against an attacker who does not know of it** every one of them works. Per cent of doctored pictures that "
        "pass a look that they were *not* made to pass (in brackets: that they were made to pass):"
    )
    yield ""
    yield pages.row("made to meet", *names)
    yield "|---" * (1 + len(names)) + "|"
    made = (
        ("key, by lot", "the key, by lot", ()),
        ("key, nearest", "the key, nearest", ()),
        ("PDQ, by lot", "key and PDQ, by lot", ("PDQ",)),
        ("PDQ, nearest", "key and PDQ, nearest", ("PDQ",)),
        ("PDQ and thumbnail, nearest", "and thumbnail, nearest", ("PDQ", "thumbnail")),
        ("PDQ and like thumbnail, nearest", "and thumbnail ≥ 0.95, nearest", ("PDQ", "thumbnail")),
        ("PDQ and equal thumbnail, nearest", "and thumbnail ≥ 0.99, nearest", ("PDQ", "thumbnail")),
        ("PDQ and dHash, nearest", "and dHash, nearest", ("PDQ", "dHash")),
        ("PDQ and edge map, nearest", "and edge map, nearest", ("PDQ", "edge map")),
        ("all, nearest", "and all three, nearest", ("PDQ", "thumbnail", "dHash", "edge map")),
    )
    for name, title, known in made:
        cells = []
        for look in names:
            text = percent(m[name]["looks"][look]["pass"]) if "looks" in m[name] else ""
            cells.append(f"({text})" if look in known else text)
        yield pages.row(title, *cells)
    yield ""
    yield "**Against one who knows it**: the least change found that meets key, PDQ ≤ 31 and the look."
    yield ""
    yield pages.row("has to meet", *COSTS)
    yield LINE
    yield pages.row("key and PDQ, nearest", *costs(m["PDQ, nearest"]))
    for name, title, _ in made[4:]:
        yield pages.row(title, *costs(m[name]))
    yield pages.row("key and PDQ, by lot", *costs(m["PDQ, by lot"]))
    yield pages.row("and thumbnail, by lot", *costs(m["PDQ and thumbnail, by lot"]))
    yield ""
    base = m["PDQ, nearest"]["psnr"][2]
    loss = {name: base - m[f"PDQ and {name}, nearest"]["psnr"][2] for name in ("thumbnail", "dHash", "edge map")}
    edge = m["PDQ and edge map, nearest"]
    yield (
        f"A dHash costs him {loss['dHash']:.1f} dB, a thumbnail {loss['thumbnail']:.1f} dB, at the median. An edge "
        f"map costs {loss['edge map']:.1f} dB where it is met, in {percent(edge['success'])} % of the tries. It is not "
        "linear, and this attacker is a simple one. Where he fails is no proof that it cannot be done: told to meet "
        f"all three looks at once he succeeds with {percent(m['all, nearest']['success'])} % of the pictures. "
        "With a thumbnail met, a picture has the light and shade of another one, washed out, with blots or blocks. "
        "What it shows, its edges and its colours, is still the harmless picture."
    )


def decision(r):
    s, m = r["second"], r["meet"]
    far = min(m[f"key, {choice}"]["looks"]["PDQ"]["nearest"] for choice in ("by lot", "nearest"))
    yield "## Decision"
    yield ""
    yield "**No second look is added to the payload.** It does not pay:"
    yield ""
    yield (
        "- A look that a public client computes is known to the attacker. The 32-byte kind costs him next to nothing. "
        "A thumbnail costs him most: light and dark blots, or blocks, lie on the picture, and people may find it ugly. "
        "What it shows stays harmless, and that is why somebody sends it on."
    )
    like, equal = (m[f"PDQ and {how} thumbnail, nearest"] for how in ("like", "equal"))
    yield (
        "- A thumbnail could be compared by a function that nobody knows. That helps until the thumbnail itself is "
        f"met: of pictures made for a correlation of 0.95 {percent(like['looks']['block hash']['pass'])} % pass the "
        f"block hash, which is such a function, of those made for 0.99 {percent(equal['looks']['block hash']['pass'])} "
        f"% ({percent(equal['success'])} % of the tries, {equal['psnr'][2]:.0f} dB)."
    )
    yield (
        "- A thumbnail that was met *misleads* a reviewer: it would stand in a case as evidence of what the picture "
        "showed, and shows another picture's light and shade."
    )
    yield (
        "- It shows the reviewer more than today: light and shade of the picture, after a reveal, of false matches, "
        "too. (PDQ's 256 bits give a rough picture already, as others have shown; a thumbnail gives it surely.)"
    )
    yield (
        "- It asks every source for a new column in its lists; those that hold hashes alone, and there are many, "
        "cannot make it. It changes payloads, lists, case files and three implementations, and 256 of the note's 988 "
        "bytes go."
    )
    yield ""
    copies = s["copies"]["choice"] + s["copies"]["held out"]
    yield (
        f"**What pays is there already, and costs nothing: the payload's PDQ hash.** Of {copies:,} copies with their "
        f"key met, {s['far']} are more than {attack_measure.FAR} bits off. The nearest unrelated picture is "
        f"{s['unrelated']['PDQ']['nearest']:.0f} bits off, the nearest picture that was made to meet a key alone "
        f"{far:.0f}. So a match by key whose hash is more than {attack_measure.FAR} bits off is hardly a "
        "copy as people make them: it is an accident, a doctored picture, or an invention. Case files say so "
        "(Protocol.md, 4.12). It finds chance matches, and forgers who have keys alone. It does not find one who has "
        "the hash and has read this page."
    )
    yield ""
    yield (
        "**What stops that one is the picture**: somebody who has it sees that it is harmless. A second hash works if "
        "the attacker does not know it: computed of the picture itself, by whoever reviews, with a function that is "
        "in no client. The rows above say how well: of pictures doctored for key and PDQ, "
        f"{percent(m['PDQ, by lot']['looks']['thumbnail']['pass'])}, "
        f"{percent(m['PDQ, by lot']['looks']['dHash']['pass'])} and "
        f"{percent(m['PDQ, by lot']['looks']['edge map']['pass'])} % passed thumbnail, dHash and edge map (targets by "
        "lot), at thresholds that 99 of 100 copies pass. So the note should lead to the ciphertext "
        "([Embedding.md](Embedding.md)), and no consequence may follow from a match that nobody has looked at."
    )


def limits(r):
    yield "## What this does not show"
    yield ""
    yield "- Costs are *upper bounds*: a better attacker needs less. Failures are those of this attacker."
    yield (
        "- The change is of luma, smooth, and the same in all channels. An attacker may also paint, crop, blend or use "
        "a model that makes pictures from nothing; a harmless picture *made* for a key was not tried."
    )
    yield (
        "- PSNR and SSIM are no eyes. Nobody was asked whether they would notice, or send the picture on. A look "
        "at some of them is what the words on shades rest on."
    )
    yield (
        f"- Pictures are those of [Recall.md](Recall.md), with its limits, reduced to {attack_measure.LONGEST} pixels. "
        "Re-encodings other than JPEG 75 were not tried. Videos were not attacked."
    )
    yield "- The edits of the first table are this script's; what people really do is measured in Recall.md."
    yield (
        "- Files that hold other pixels than they show, and clients that send what they like, need none of this "
        "(Security.md, sections 16 and 18)."
    )


def page(r):
    m, e = r["meet"], r["escape"]
    yield "# What attacks cost"
    yield ""
    yield (
        "How little must a known picture be changed so that it is not found? How little a harmless one, so that it "
        "is? And would a second check in the payload help? Others have shown that perceptual hashes can be attacked "
        "both ways. This page says what it costs here, today, with profile 2. It names each time what the attacker "
        "knows."
    )
    yield ""
    yield (
        "`python3 attack_measure.py EXTRACTED CACHE-DRAWN WORK ATTACKS.json` in `Sources/Lab/Recall/` measures it, "
        "`attack_report.py ATTACKS.json DOCS` writes this page. `run.py DIRECTORY` does both, and before them what "
        "they need. All can be interrupted, and go on. `attack.py` is the attacker, `second.py` the second looks."
    )
    yield ""
    yield "**Result.**"
    yield ""
    yield (
        f"- *Escape*: with a change of {e['ours']['psnr'][2]:.0f} dB at the median, {e['ours']['greatest'][2]:.0f} "
        f"grey levels at most, {percent(e['ours']['success'])} % of the known pictures escape profile 2, and "
        f"{percent(e['PDQ']['success'])} % PDQ ≤ 31 ({e['PDQ']['psnr'][2]:.0f} dB). Nothing is needed but the "
        "program. A crop does it without."
    )
    yield (
        f"- *Meet a key*: with a listed picture or its hash, {percent(m['key, by lot']['success'])} % of the harmless "
        f"pictures can be made to meet it, at {m['key, by lot']['psnr'][2]:.0f} dB; with a list to choose from at "
        f"{m['key, nearest']['psnr'][2]:.0f} dB, of {r['targets'] - 1} hashes, and "
        f"{m['key, nearest of 1000000 model keys']['psnr'][2]:.0f} dB, of a million model keys. With the set alone: "
        "not at all."
    )
    yield (
        "- *Frame an account*: 30 such pictures, of 30 listed hashes, sent on by the victim within 30 days, and a few "
        "more."
    )
    yield (
        "- *A second check* computed by the client stops who does not know it, and costs the others little or makes "
        "their pictures uglier. It is not shipped. The payload's own PDQ hash gives the same for nothing; a case file "
        f"now warns where it is more than {attack_measure.FAR} bits off."
    )
    for section in (who(), escape(r), meet(r), framing(), looks(r), decision(r), limits(r)):
        yield ""
        yield from section


def main():
    words = [word for word in sys.argv[1:] if word != "--check"]
    if len(words) != 2:
        sys.exit(__doc__)
    with open(words[0]) as file:
        r = json.load(file)
    if "--check" in sys.argv:
        path = os.path.join(words[1], "Attacks.md")
        with open(path) as file:
            if file.read() != "\n".join(pages.filled(page(r))) + "\n":
                sys.exit(f"{path}: it is not what attack_report.py writes")
        return
    plot(r, words[1])
    pages.write(os.path.join(words[1], "Attacks.md"), page(r))


if __name__ == "__main__":
    main()
