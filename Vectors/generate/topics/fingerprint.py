"""Protocol 5.11."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np

import forms
import pictures
from envelope import Topic, seeded
from files import file_case
from reference import marks as marks_of
from reference.labels import blake2b_256, encode_integer
from reference.marks import TABLES
from reference.keys import perceptual_key
from reference.probes import Picture, hash_without_marks, nearest_keys, own_key, probed_hash, probes
from reference.profile import HIGHLIGHTS, PROFILE_2, PROFILE_3, RASTER, S_CURVE, VIGNETTE, Hypothesis, Profile
from reference.raster import hypothesis_coefficients
from reference.variants import VARIANTS, variant
from reference.video import listed, sample, sent, video_probes

SINGLE = np.float32
NOTES = {
    "TooSmall": "a side below 5 pixels: all zero",
    "NotBlurred": "64 x 64: the luma is the grid",
    "WindowGrows": "sides around multiples of 128: the window of the blur gets wider",
    "Flat": "no contrast: quality 0, coefficients around zero",
    "QualityEdge": "a quality next to the profile's",
    "NearDuplicate": "a changed copy, which probes the key of its original",
    "EqualMargins": "ties are broken by index, then by the sum of 2^rank",
    "RoundedSums": "sums of margins in single precision, in order of rank: another order or precision gives other keys",
    "AllSubsets": "as many probes as there are keys",
    "GreatestParameters": "64 bits, 64 probes",
    "LeastParameters": "one bit",
    "PoorPicture": "no probes below the probe quality",
    "Edges": "sample places beyond the raster take its outermost cells",
    "AsSent": "one hypothesis: the likeliest sets of flips",
    "Separation": "probes more than r apart are skipped, unless r = 0",
    "FewProbes": "fewer than M probes",
    "NoSample": "nothing is chosen, or no sample will do for a list",
    "EqualScores": "samples of equal score: the order of time decides",
    "Alike": "samples whose hashes are within 10 bits of each other",
    "Marked": "something was put on the picture",
    "Unmarked": "nothing was put on the picture, or nothing is found",
    "Strip": "a translucent strip",
    "Short": "too few samples for a score",
    "OwnKey": "the key of the picture as sent is the second probe, or is too far from the first to be one",
    "PoorHypothesis": "a mark's hypothesis is of too little quality",
    "BitOrder": "bit positions[i] of the hash is bit i of the key, whatever their order",
}


def build() -> dict[str, Topic | bytes]:
    topic = Topic(
        "fingerprint",
        "PDQ with coefficients, the raster, hypotheses, marks, and the keys that a picture probes.",
        NOTES,
    )
    files = {f"fingerprint/{name}.png": picture.png() for name, picture in pictures.all_pictures().items()}
    hashes(topic)
    short_keys(topic)
    variants(topic)
    rasters(topic)
    hypotheses(topic)
    marks(topic)
    masks(topic)
    probings(topic)
    probed_hashes(topic)
    hashes_without_marks(topic)
    nearest(topic)
    samples(topic)
    choices(topic)
    video_probings(topic)
    return {"fingerprint/fingerprint.json": topic, **files}


def picture_input(picture: pictures.Picture) -> dict:
    return {"picture": file_case(f"{picture.name}.png", picture.png()), "format": picture.format}


def hashes(topic: Topic) -> None:
    group = topic.group(
        "PDQ", "Hash, quality, coefficients (index 16i + j) and median; all single precision, to the bit."
    )
    window = {"side-63", "side-127", "side-128", "side-129", "side-257", "wide", "noise", "five-wide"}
    for name, picture in pictures.all_pictures().items():
        flags = []
        if min(picture.width, picture.height) < 5:
            flags.append("TooSmall")
        if (picture.width, picture.height) == (64, 64):
            flags.append("NotBlurred")
        if name in window:
            flags.append("WindowGrows")
        if name in ("flat", "black"):
            flags.append("Flat")
        if name.startswith("quality"):
            flags.append("QualityEdge")
        if name.endswith("changed"):
            flags.append("NearDuplicate")

        def compute(picture: pictures.Picture = picture) -> dict:
            found = picture.fingerprint()
            return {
                "hash": found.encoding().hex(),
                "quality": found.quality,
                "coefficients": [forms.float32(value) for value in found.coefficients],
                "median": forms.float32(found.median),
            }

        group.add(
            f"{name}, {picture.width} x {picture.height}, {picture.format}", picture_input(picture), compute, *flags
        )


def short_keys(topic: Topic) -> None:
    group = topic.group("ShortKey", "The perceptual key of a hash.")
    draw = seeded("short keys")

    def add(comment: str, hash_: bytes, profile: Profile, *flags: str) -> None:
        group.add(
            comment,
            {"hash": hash_.hex(), "profile": forms.profile(profile)},
            lambda: {"key": (b"\x01" + encode_integer(profile.short_key(hash_), 8)).hex()},
            *flags,
        )

    for i in range(3):
        add(f"a random hash, {i + 1}", draw(32), PROFILE_2)
    add("all bits", b"\xff" * 32, PROFILE_2)
    add("no bit", bytes(32), PROFILE_2)
    add("bit 0 only, the last byte's lowest", bytes(31) + b"\x01", PROFILE_2, "BitOrder")
    add("bit 114 only, position 49", (1 << 114).to_bytes(32, "big"), PROFILE_2, "BitOrder")
    add(
        "bit 255 only, position 0",
        b"\x80" + bytes(31),
        replace(PROFILE_2, positions=(255, 0, 254), probes=8),
        "BitOrder",
    )
    add("positions backwards", draw(32), replace(PROFILE_2, positions=PROFILE_2.positions[::-1]), "BitOrder")
    add("b = 64", draw(32), replace(PROFILE_2, positions=tuple(range(192, 256))), "GreatestParameters")
    add("b = 1", draw(32), Profile(2, 0, 0, 2, (100,)), "LeastParameters")


def variants(topic: Topic) -> None:
    group = topic.group("Variants", "Hashes of mirrored and turned copies, from the hash alone.")
    draw = seeded("variants")

    def add(comment: str, hash_: bytes, *flags: str) -> None:
        group.add(
            comment, {"hash": hash_.hex()}, lambda: {name: variant(hash_, name).hex() for name in VARIANTS}, *flags
        )

    for i in range(2):
        add(f"a random hash, {i + 1}", draw(32))
    add("no bit: what is inverted", bytes(32))
    add("bit 1 only: transposed, bit 16", bytes(31) + b"\x02", "BitOrder")
    add("bits 240 to 255 only, the last row", b"\xff\xff" + bytes(30), "BitOrder")


def rasters(topic: Topic) -> None:
    group = topic.group(
        "Raster",
        "BLAKE2b-256 of the 65,536 bytes, row by row, and the first and last cells and some on the diagonal: "
        "cell 257·i.",
    )
    for name in (
        "known-1",
        "known-2",
        "known-4",
        "side-257",
        "side-129",
        "wide",
        "noise",
        "five",
        "five-wide",
        "four-high",
        "black",
        "colours",
        "flat",
    ):
        picture = pictures.all_pictures()[name]

        def compute(picture: pictures.Picture = picture) -> dict:
            cells = picture.sent().raster.tobytes()
            return {
                "digest": blake2b_256(cells).hex(),
                "first": cells[:16].hex(),
                "last": cells[-16:].hex(),
                "diagonal": cells[:: 257 * 17].hex(),
            }

        group.add(
            f"{name}, {picture.width} x {picture.height}, {picture.format}",
            picture_input(picture),
            compute,
            *["TooSmall"] if min(picture.width, picture.height) < 5 else [],
        )


def hypotheses(topic: Topic) -> None:
    group = topic.group(
        "Hypothesis", "The 256 coefficients of a picture under a hypothesis; all single precision, to the bit."
    )

    def add(comment: str, name: str, hypothesis: Hypothesis, *flags: str) -> None:
        picture = pictures.all_pictures()[name]

        def compute() -> dict:
            found, _ = hypothesis_coefficients(picture.fingerprint(), picture.sent().raster, hypothesis)
            return {"coefficients": [forms.float32(value) for value in found]}

        hypothesis.check()
        group.add(
            f"{name}: {comment}", {**picture_input(picture), "hypothesis": hypothesis.encode().hex()}, compute, *flags
        )

    for h, hypothesis in enumerate(PROFILE_2.hypotheses):
        add(f"hypothesis {h} of profile 2", "known-1", hypothesis)
    for h in (1, 5):
        for name in ("side-257", "noise", "four-high"):
            add(
                f"hypothesis {h} of profile 2",
                name,
                PROFILE_2.hypotheses[h],
                *["TooSmall"] if name == "four-high" else [],
            )
    for comment, hypothesis in (
        ("the greatest shift, zoom and tone", Hypothesis(RASTER, 2, 2_048, 1_100, 1_024)),
        ("the least shift, the greatest zoom, the least tone", Hypothesis(RASTER, -2, -2_048, 1_100, 0)),
        ("the least zoom", Hypothesis(RASTER, 0, -2_048, 1_000, 0)),
    ):
        add(comment, "colours", hypothesis, "Edges")
    for h in range(3, len(PROFILE_3.hypotheses)):
        add(f"hypothesis {h} of profile 3", "known-2", PROFILE_3.hypotheses[h])
    for kind, name, greatest in ((VIGNETTE, "a vignette", 2_048), (S_CURVE, "a curve", 31), (HIGHLIGHTS, "lights", 31)):
        for strength, shift in ((1, -2_048), (greatest, 2_048)):
            extreme = Hypothesis(kind, 0, shift, 0, 1_024, strength)
            add(f"{name} of strength {strength}, shift {shift}", "colours", extreme, "Edges")


def marks(topic: Topic) -> None:
    group = topic.group(
        "Marks",
        "What profile 3 finds on a picture. cells: BLAKE2b-256 of s, hi, lo and C of each cell, 1, 1, 1 and 2 bytes; "
        "scores: of z, 8 bytes each in two's complement; scoresOfDiagonal: z(i, i), i = 0, 8 … 56. Of a strip: side 1 "
        "is below, outer and inner are Σo and Σn of back 2, factor is a, raster the digest of A′. Of a strip and of "
        "each mask that gives hypotheses: rows of cells as words, bit j of row i being cell (i, j); fill: the digest "
        "of F on the mask, 4 bytes a cell; coefficients: the digests of the 256 for shift 0 and for 315; qualities: of "
        "both, those that are left out among them.",
    )
    for name, flags in {
        "marked-nothing": ["Unmarked"],
        "marked-strip": ["Marked"],
        "marked-glass": ["Marked", "Strip"],
        "marked-low-glass": ["Marked", "Strip"],
        "marked-badge": ["Marked"],
        "marked-letters": ["Marked"],
        "marked-frame": ["Marked"],
        "marked-several": ["Marked"],
        "marked-white": ["Unmarked"],
        "card-letters": ["Marked", "PoorHypothesis"],
        "card-edge": ["Marked", "PoorHypothesis", "QualityEdge"],
        "card-other-edge": ["Marked", "PoorHypothesis", "QualityEdge"],
        "card-glass": ["Marked", "Strip", "PoorHypothesis"],
        "five": ["Unmarked"],
        "four-high": ["Unmarked", "TooSmall"],
        "flat": ["Unmarked", "Flat"],
        "noise": ["Unmarked"],
        "colours": ["Unmarked"],
    }.items():
        picture = pictures.all_pictures()[name]
        group.add(
            f"{name}, {picture.width} x {picture.height}, {picture.format}",
            picture_input(picture),
            lambda picture=picture: forms.marks(picture.sent().raster),
            *flags,
        )


def masks(topic: Topic) -> None:
    group = topic.group(
        "Masks",
        "Masks of given scores. A later patch lies on an earlier one. Masks that give no hypotheses are left out.",
    )
    t = TABLES["threshold"]
    fields = ("row", "column", "height", "width", "score")

    def add(comment: str, patches: Sequence[tuple[int, int, int, int, int]], *flags: str, found: str) -> None:
        scores = {"elsewhere": t - 1, "patches": [dict(zip(fields, patch, strict=True)) for patch in patches]}
        numbers = "".join(str(one.number) for one in marks_of.masks(forms.patched(scores)))
        assert numbers == found, (comment, numbers)
        group.add(comment, {"scores": scores}, lambda: {"masks": forms.masks(forms.patched(scores))}, *flags)

    add("no cell is suspect", [], "Unmarked", found="")
    add("a component of two cells", [(9, 9, 1, 2, 500)], "Unmarked", found="")
    add(
        "a component of three cells, corner to corner",
        [(9 + i, 9 + i, 1, 1, 500) for i in range(3)],
        "Marked",
        found="0",
    )
    add("three cells whose scores are T: no weight", [(9, 9, 1, 3, t)], "Unmarked", found="")
    add("of four cells one is above T, by 1: λ(1) = 0", [(9, 9, 1, 3, t), (10, 10, 1, 1, t + 1)], "Marked", found="0")
    add("the first has weight, the second none", [(9, 9, 2, 2, 0), (40, 9, 2, 2, t)], "Marked", found="03")
    add("no cell between two components: they are one", [(9, 9, 2, 2, 0), (11, 11, 2, 2, 50)], "Marked", found="0")
    add(
        "a cell between: they are two, and their grown masks meet",
        [(9, 9, 2, 2, 0), (9, 12, 2, 2, 50)],
        "Marked",
        found="013",
    )
    add(
        "three of equal weight: their first cells in row order",
        [(30, 40, 2, 2, 7), (30, 10, 2, 2, 7), (20, 50, 2, 2, 7)],
        "Marked",
        "EqualScores",
        found="01234",
    )
    add(
        "a component that begins in a higher row further right",
        [(20, 30, 1, 3, 7), (21, 28, 1, 1, 7), (21, 29, 1, 1, 7), (20, 27, 1, 1, 7), (40, 0, 1, 6, 7)],
        "Marked",
        "EqualScores",
        found="013",
    )
    add("all four corners", [(i, j, 4, 3, 9 + i + j) for i in (0, 60) for j in (0, 61)], "Marked", found="01234")
    add(
        "nine components: the ninth does not count",
        [(6 * i, 6 * i, 2, 2, 90 - i) for i in range(9)],
        "Marked",
        found="01234",
    )
    # Grown, a part of h x w cells at the corner has (h + 1)(w + 1) − 1 of them.
    add("1,999 cells, grown", [(0, 0, 39, 49, 3)], "Marked", found="0")
    add("2,000 cells, grown", [(0, 0, 39, 49, 3), (39, 0, 1, 1, 3)], "Unmarked", found="")
    add("all cells", [(0, 0, 64, 64, 3)], "Unmarked", found="")
    add(
        "the first is too large, and each that has its cells",
        [(0, 0, 40, 64, 3), (50, 3, 3, 3, 4), (50, 30, 3, 3, 5)],
        "Marked",
        found="12",
    )
    add(
        "the clearest of marks: the least penalties",
        [(i, 9, 4, 4, 2**40) for i in (2, 20, 40)],
        "Marked",
        found="01234",
    )


def probings(topic: Topic) -> None:
    group = topic.group("Probes", "From a picture's pixels to its keys, the likeliest first.")
    every = pictures.all_pictures()

    def add(comment: str, name: str, profile: Profile, *flags: str, r: int = 6) -> int:
        picture = every[name]
        profile.check()
        sent = Picture.of(picture.pixels, picture.width, picture.height, picture.channels)
        found = probes(sent, profile, r)
        own = own_key(sent, profile, found)
        assert own is None or profile.marks, name
        words = [int.from_bytes(key, "little") for key in found]
        assert r == 0 or all((a ^ b).bit_count() <= r for a in words for b in words), name
        group.add(
            f"{name}: {comment}",
            {**picture_input(picture), "profile": forms.profile(profile), "separation": r},
            lambda: {"keys": [key.hex() for key in found], "asSent": own and own.hex()},
            *flags,
        )
        return len(found)

    marked = [picture.name for picture in pictures.marked_pictures()]
    for r in (6, 0):
        for name in (*marked, "known-1", "noise", "five"):
            flag = "Marked" if name in marked[1:-1] else "Unmarked"
            add(f"profile 3, r = {r}", name, PROFILE_3, flag, *["Separation"] if r == 0 else [], r=r)
    add(
        "profile 3, M = 1: a mark comes before the hash's own key",
        "marked-strip",
        replace(PROFILE_3, probes=1),
        "Marked",
    )
    add("profile 3 without marks", "marked-strip", replace(PROFILE_3, marks=0), "Marked")
    add("profile 2 with marks", "marked-several", replace(PROFILE_2, marks=1), "Marked")
    add(
        "as sent only, with marks",
        "marked-glass",
        replace(PROFILE_2, hypotheses=PROFILE_2.hypotheses[:1], marks=1),
        "Strip",
    )
    add("no quality, with marks", "flat", PROFILE_3, "PoorPicture")
    own_keys(add)
    for name in ("card-letters", "card-glass"):
        add("profile 3: what is left without the letters is too poor", name, PROFILE_3, "Marked", "PoorHypothesis")
    for name, qualities in (("card-edge", [39, 40]), ("card-other-edge", [40, 39])):
        (found,) = forms.marks(every[name].sent().raster)["masks"]
        assert found["qualities"] == qualities, name
        for quality in (39, 40, 41):
            sides = {39: "both of the mark's hypotheses stay", 40: "one stays", 41: "none stays"}[quality]
            changed = replace(PROFILE_3, minimum_quality=quality, probe_quality=quality)
            add(f"profile 3, both qualities {quality}: {sides}", name, changed, "Marked", "QualityEdge")
            changed = replace(PROFILE_3, minimum_quality=quality, probe_quality=0)
            sides = {39: "both are likelier than it", 40: "one is", 41: "none is"}[quality]
            picture = every[name].sent()
            own = perceptual_key(PROFILE_3.short_key(every[name].pdq()))
            assert (probes(picture, changed, 6)[0] == own) == (quality == 41), name
            add(
                f"profile 3, minimum quality {quality}, probe quality 0: {sides}",
                name,
                changed,
                "Marked",
                "QualityEdge",
            )
        assert probes(every[name].sent(), PROFILE_3, 6)[0] == own
        add("profile 3: the mark's hypotheses cannot be listed, its own key is the first", name, PROFILE_3, "OwnKey")
    none = replace(PROFILE_3, minimum_quality=0, probe_quality=0)
    add("no quality is asked for", "card-letters", none, "Marked")
    add("none is asked of a probe", "card-letters", replace(PROFILE_3, probe_quality=0), "OwnKey")
    one = replace(PROFILE_2, hypotheses=PROFILE_2.hypotheses[:1])
    for name in ("known-1", "known-4", "unknown-1", "side-257", "noise", "wide"):
        add("profile 2", name, PROFILE_2)
    for i in range(1, 5):
        add("profile 2", f"known-{i}-changed", PROFILE_2, "NearDuplicate")
    for i in range(1, 4):
        add("M = 8", f"known-{i}-changed", replace(PROFILE_2, probes=8), "NearDuplicate")
    add("as sent only", "known-1", one, "AsSent")
    add("as sent only, r = 0", "known-1", one, "AsSent", r=0)
    add("profile 2, r = 0: no probe is skipped for its distance", "known-2", PROFILE_2, "Separation", r=0)
    for r in (1, 2, 3, 16):
        add(f"profile 2, r = {r}", "known-2", PROFILE_2, "Separation", r=r)
    assert (
        add("r = 1: two probes at most", "unknown-2", replace(PROFILE_2, probes=64), "Separation", "FewProbes", r=1)
        < 64
    )
    add("M = 64", "known-2", replace(PROFILE_2, probes=64), "GreatestParameters")
    add("M = 1: the hash's own key", "known-3", replace(PROFILE_2, probes=1))
    add("b = 64, M = 64", "known-5", replace(PROFILE_2, probes=64, positions=tuple(range(64))), "GreatestParameters")
    eight = (*PROFILE_2.hypotheses, Hypothesis(RASTER, 2, -2_048, 1_100, 1_024))
    add("H = 8", "known-5", replace(PROFILE_2, hypotheses=eight), "GreatestParameters")
    add("H = 16", "known-5", replace(PROFILE_2, hypotheses=(*eight, *eight)), "GreatestParameters")
    again = (Hypothesis(), PROFILE_2.hypotheses[3], PROFILE_2.hypotheses[3], Hypothesis())
    add("hypotheses twice: their candidates are equal", "known-6", replace(PROFILE_2, hypotheses=again), "EqualMargins")
    add("b = 3, M = 8: all keys", "known-6", replace(PROFILE_2, probes=8, positions=(0, 17, 34)), "AllSubsets")
    add("b = 1, M = 1", "known-7", Profile(4, 50, 50, 1, (255,)), "LeastParameters")
    for quality in (49, 50, 51):
        for name in ("quality-49", "quality-50"):
            poor = int(name[-2:]) < quality
            add(
                f"probe quality {quality}",
                name,
                replace(PROFILE_2, probe_quality=quality),
                "QualityEdge",
                *["PoorPicture"] if poor else [],
            )
    add("the minimum quality is that of lists", "quality-49", replace(PROFILE_2, minimum_quality=100), "QualityEdge")
    add("no quality", "flat", PROFILE_2, "PoorPicture")
    add(
        "no quality is asked for: all costs are zero",
        "four-wide",
        replace(PROFILE_2, probe_quality=0),
        "EqualMargins",
        "TooSmall",
    )


def own_keys(add: Callable[..., int]) -> None:
    """K_0 beside a first probe that is d bits from it: what is at, above and below d; and how early it comes."""
    for name, d in (("marked-frame", 6), ("marked-low-glass", 3), ("marked-glass", 8)):
        picture = pictures.all_pictures()[name].sent()
        own = perceptual_key(PROFILE_3.short_key(picture.fingerprint.encoding()))
        for r in (d - 1, d, d + 1, 0):
            found = probes(picture, PROFILE_3, r)
            assert (found.index(own) if own in found else None) == (None if r == d - 1 else 1), (name, r)
            if r not in (0, 6):
                what = "its own key is too far from the first" if r < d else "its own key is the second"
                add(f"profile 3, r = {r}: {what}", name, PROFILE_3, "Marked", "OwnKey", r=r)
    two = replace(PROFILE_3, probes=2)
    add("profile 3, M = 2: its own key is the second", "marked-frame", two, "Marked", "OwnKey")
    add("profile 3, M = 2: its own key is too far", "marked-glass", two, "Marked", "OwnKey")
    add("profile 3, M = 2, r = 0: its own key is the second", "marked-glass", two, "Marked", "OwnKey", r=0)
    add("profile 3, M = 1: it is none of one", "marked-frame", replace(PROFILE_3, probes=1), "Marked", "OwnKey")


def probed_hashes(topic: Topic) -> None:
    group = topic.group("ProbedHash", "The hash that a picture's payload has; its short key is the first probe.")
    every = pictures.all_pictures()

    def add(comment: str, name: str, profile: Profile, *flags: str, changes: bool = False) -> None:
        found = probed_hash(every[name].sent(), profile)
        assert (found != every[name].pdq()) == changes, name
        keys = probes(every[name].sent(), profile, 6)
        assert not keys or keys[0] == perceptual_key(profile.short_key(found))
        group.add(
            f"{name}: {comment}",
            {**picture_input(every[name]), "profile": forms.profile(profile)},
            lambda: {"hash": found.hex()},
            *flags,
        )

    negative = {"marked-strip", "marked-glass", "marked-low-glass", "marked-letters", "marked-frame", "marked-several"}
    for name in (picture.name for picture in pictures.marked_pictures()):
        add("profile 3", name, PROFILE_3, "Marked" if name in negative else "Unmarked", changes=name in negative)
    add("profile 2", "marked-strip", PROFILE_2, "Marked")
    add("profile 3 without marks", "marked-strip", replace(PROFILE_3, marks=0), "Marked")
    add("profile 3", "known-1", PROFILE_3, "Unmarked")
    add("profile 3, below the probe quality", "flat", PROFILE_3, "PoorPicture")
    add(
        "profile 3, a probe quality above it",
        "marked-strip",
        replace(PROFILE_3, probe_quality=100),
        "QualityEdge",
        changes=True,
    )
    add("profile 3: what is left without the letters is too poor", "card-letters", PROFILE_3, "PoorHypothesis")
    none = replace(PROFILE_3, minimum_quality=0, probe_quality=0)
    add("no quality is asked for", "card-letters", none, "Marked", changes=True)
    for quality in (40, 41):
        changed = replace(PROFILE_3, minimum_quality=40, probe_quality=quality)
        add(f"probe quality {quality}", "card-edge", changed, "QualityEdge", changes=quality == 40)
        changed = replace(PROFILE_3, minimum_quality=quality)
        add(f"minimum quality {quality}", "card-edge", changed, "QualityEdge", changes=quality == 40)
    add("profile 3", "card-edge", PROFILE_3, "QualityEdge", "OwnKey")


def hashes_without_marks(topic: Topic) -> None:
    group = topic.group(
        "WithoutMarks", "What a source lists beside a picture's hash; null where the hash alone will do."
    )

    def add(comment: str, name: str, profile: Profile, *flags: str, r: int = 6, listed: bool) -> None:
        picture = pictures.all_pictures()[name]
        found = hash_without_marks(picture.sent(), profile, r)
        assert (found is not None) == listed, (name, r)
        keys = probes(picture.sent(), profile, r)
        own = perceptual_key(profile.short_key(picture.pdq()))
        assert keys[0] == perceptual_key(profile.short_key(found[0])) if found else not keys or own in keys[:2]
        group.add(
            f"{name}: {comment}",
            {**picture_input(picture), "profile": forms.profile(profile), "separation": r},
            lambda: {"withoutMarks": None if found is None else {"hash": found[0].hex(), "quality": found[1]}},
            *flags,
        )

    add("profile 3", "marked-glass", PROFILE_3, "Marked", listed=True)
    add("profile 3, r = 7", "marked-glass", PROFILE_3, "Marked", r=7, listed=True)
    add("profile 3, r = 8", "marked-glass", PROFILE_3, "Marked", r=8, listed=False)
    add("profile 3", "marked-frame", PROFILE_3, "Marked", listed=False)
    add("profile 3, r = 5", "marked-frame", PROFILE_3, "Marked", r=5, listed=True)
    add("profile 3, r = 0: its own key is a probe", "marked-glass", PROFILE_3, "Marked", r=0, listed=False)
    add("profile 3, r = 1", "marked-nothing", PROFILE_3, "Unmarked", r=1, listed=False)
    add("profile 2", "marked-glass", PROFILE_2, "Marked", listed=False)
    add("profile 3, r = 1", "card-letters", PROFILE_3, "PoorHypothesis", r=1, listed=False)
    for name in ("card-edge", "card-other-edge"):
        least = replace(PROFILE_3, minimum_quality=40)
        add("minimum quality 40, r = 1: its quality is that of its grid", name, least, "QualityEdge", r=1, listed=True)
        add("minimum quality 50, r = 1: no set would take it", name, PROFILE_3, "QualityEdge", r=1, listed=False)
    poor = replace(PROFILE_3, probe_quality=100)
    add("profile 3, a probe quality above it", "card-glass", poor, "PoorPicture", r=1, listed=False)


def nearest(topic: Topic) -> None:
    group = topic.group("NearestKeys", "Step 3 on given costs (margins), margins[i] that of bit i.")
    draw = seeded("nearest keys")

    def add(comment: str, key: int, margins: Sequence[float], count: int, *flags: str) -> None:
        singles = [SINGLE(margin) for margin in margins]
        group.add(
            comment,
            {"key": forms.word(key), "margins": [forms.float32(margin) for margin in singles], "count": count},
            lambda: {"keys": forms.words(found for _, found in nearest_keys(key, singles, count))},
            *flags,
        )

    def random_margins(count: int) -> list[float]:
        return [int.from_bytes(draw(3), "little") / 1024 for _ in range(count)]

    add("48 random margins", int.from_bytes(draw(6), "little"), random_margins(48), 16)
    add("64 random margins, 64 keys", int.from_bytes(draw(8), "little"), random_margins(64), 64, "GreatestParameters")
    add("margins 1, 2, 4, 8: sums are binary numbers", 0, [1, 2, 4, 8, 16, 32], 64, "AllSubsets")
    add("the same backwards", 0, [32, 16, 8, 4, 2, 1], 64, "AllSubsets")
    add("one bit", 1, [0.5], 2, "LeastParameters", "AllSubsets")
    add("one key", 77, random_margins(12), 1, "LeastParameters")
    add("all margins zero", 0, [0.0] * 12, 20, "EqualMargins")
    add("all margins equal", 0b1010, [0.25] * 12, 30, "EqualMargins")
    add("1, 1, 2, 3, 5, 8: sums meet", 0, [8, 1, 5, 2, 1, 3], 40, "EqualMargins")
    add(
        "2^24 and ones: a one is lost when it is added to 2^24",
        0,
        [16777216, 1, 1, 1, 16777216],
        32,
        "RoundedSums",
        "EqualMargins",
        "AllSubsets",
    )
    add("tenths", 0, [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8], 64, "RoundedSums")
    add("thirds", 0, [1 / 3, 2 / 3, 1, 4 / 3, 5 / 3, 2, 7 / 3], 64, "RoundedSums")
    add("the smallest numbers", 0, [1.4e-45, 2.8e-45, 1.17549435e-38, 0.0, 4.2e-45], 32, "EqualMargins", "AllSubsets")


def samples(topic: Topic) -> None:
    group = topic.group("Sample", "A sample of a video: hash, quality and coefficients from its raster alone.")
    for name in (
        "known-1",
        "known-2-changed",
        "side-257",
        "wide",
        "noise",
        "five",
        "four-high",
        "flat",
        "black",
        "colours",
    ):
        picture = pictures.all_pictures()[name]

        def compute(picture: pictures.Picture = picture) -> dict:
            found = sample(picture.pixels, picture.width, picture.height, picture.channels).fingerprint
            return {
                "hash": found.encoding().hex(),
                "quality": found.quality,
                "coefficients": [forms.float32(value) for value in found.coefficients],
            }

        group.add(
            f"{name}, {picture.width} x {picture.height}, {picture.format}",
            picture_input(picture),
            compute,
            *["TooSmall"] if min(picture.width, picture.height) < 5 else [],
        )


def choices(topic: Topic) -> None:
    group = topic.group(
        "ChosenSamples",
        "Samples by hash and quality: which are chosen, with their scores, in order of rank; and those of a "
        "list's line, the key first.",
    )
    draw = seeded("chosen samples")

    def add(comment: str, given: list[tuple[int, int]], *flags: str) -> None:
        hashes, qualities = [hash_ for hash_, _ in given], [quality for _, quality in given]

        def compute() -> dict:
            return {
                "chosen": [{"sample": choice.index, "score": choice.score} for choice in sent(hashes, qualities)],
                "line": listed(hashes, qualities),
            }

        group.add(
            comment,
            {"samples": [{"hash": hash_.to_bytes(32, "big").hex(), "quality": quality} for hash_, quality in given]},
            compute,
            *flags,
        )

    def number(below: int) -> int:
        return int.from_bytes(draw(4), "little") % below

    def another() -> int:
        return int.from_bytes(draw(32), "big")

    def changed(hash_: int, bits: int) -> int:
        for _ in range(bits):
            hash_ ^= 1 << number(256)
        return hash_

    def film(shots: int, longest: int, steps: int, least: int = 60) -> list[tuple[int, int]]:
        """Shots of 1 to `longest` samples, each sample up to `steps` flips from the one before."""
        found = []
        for _ in range(shots):
            hash_ = another()
            for _ in range(1 + number(longest)):
                hash_ = changed(hash_, number(steps + 1))
                found.append((hash_, least + number(101 - least)))
        return found

    add("no sample", [], "NoSample", "Short")
    one = another()
    for count in (1, 2, 3, 4, 5, 6):
        add(f"{count} equal samples", [(one, 100)] * count, "EqualScores", *["Short"] if count < 5 else [])
    add("four different samples", [(another(), 100) for _ in range(4)], "Short")
    add("forty equal samples: the last that has a score", [(one, 100)] * 40, "EqualScores")
    add(
        "a shot of ten, twice: they are alike, the first stays",
        ([(one, 100)] * 10 + [(~one % 2**256, 100)] * 10) * 2,
        "Alike",
        "EqualScores",
    )
    for distance in (10, 11):
        other = one ^ (1 << distance) - 1
        add(
            f"two still shots, {distance} bits from each other",
            [(one, 100)] * 8 + [(another(), 100)] * 8 + [(other, 100)] * 8,
            "Alike",
            "EqualScores",
        )
    for index, (shots, longest, steps) in enumerate(
        ((3, 20, 4), (5, 16, 8), (9, 12, 6), (14, 9, 5), (20, 20, 20), (30, 3, 2), (1, 90, 3), (1, 60, 30), (60, 1, 0))
    ):
        add(f"a film of {shots} shots, {index + 1}", film(shots, longest, steps))
    for index in range(3):
        add(f"qualities of all kinds, {index + 1}", film(12, 12, 5, least=0), "QualityEdge")
    for quality in (39, 40, 49, 50):
        add(
            f"quality {quality} throughout",
            [(hash_, quality) for hash_, _ in film(4, 10, 4)],
            "QualityEdge",
            *["NoSample"] if quality < 50 else [],
        )
    edges = [(another(), 100) for _ in range(20)]
    add("still at both ends only: the key is from the middle", [(one, 100)] * 8 + edges + [(~one % 2**256, 100)] * 8)
    add(
        "the middle is poor: the key is from an end",
        [(one, 100)] * 12 + [(hash_, 45) for hash_, _ in edges * 2] + [(~one % 2**256, 100)] * 12,
        "QualityEdge",
    )
    for before in (9, 10, 11):
        shots = (
            [(another(), 100) for _ in range(before - 6)]
            + [(one, 100)] * 7
            + [(another(), 100) for _ in range(50 - before)]
        )
        add(f"a still shot that ends {before + 1} samples from the beginning of {len(shots)}", shots, "EqualScores")


def video_probings(topic: Topic) -> None:
    group = topic.group(
        "VideoProbes", "The chosen samples in order of rank, as pictures, and the keys that they probe."
    )
    every = pictures.all_pictures()

    def add(comment: str, names: Sequence[str], profile: Profile, *flags: str, r: int = 6) -> None:
        chosen = [
            sample(every[name].pixels, every[name].width, every[name].height, every[name].channels) for name in names
        ]
        group.add(
            comment,
            {
                "samples": [picture_input(every[name]) for name in names],
                "profile": forms.profile(profile),
                "separation": r,
            },
            lambda: {"keys": [key.hex() for key in video_probes(chosen, profile, r)]},
            *flags,
        )

    known = [f"known-{i}" for i in range(1, 9)]
    add("none", [], PROFILE_2, "NoSample")
    add("one: as a picture", known[:1], PROFILE_2)
    for count in (2, 3, 5, 8):
        add(f"{count} samples", known[:count], PROFILE_2)
    add("the same twice: the second adds nothing", ["known-1", "known-1"], PROFILE_2, "Alike")
    add("a picture and its changed copy share keys", ["known-1", "known-1-changed", "known-2"], PROFILE_2, "Alike")
    add(
        "a sample below the probe quality has no keys, and its part stays empty",
        ["known-1", "flat", "known-2"],
        PROFILE_2,
        "PoorPicture",
    )
    add("M = 8: a key each", known, replace(PROFILE_2, probes=8))
    add("M = 5: the first five", known, replace(PROFILE_2, probes=5), "FewProbes")
    add("M = 1: the first", known[:3], replace(PROFILE_2, probes=1), "LeastParameters")
    add("M = 64, r = 1: fewer than their part", known[:2], replace(PROFILE_2, probes=64), "Separation", r=1)
    marked = ["marked-strip", "marked-glass", "marked-nothing"]
    add("profile 3", marked, PROFILE_3, "Marked")
    add("profile 3, the first alone", marked[:1], PROFILE_3, "Marked")
