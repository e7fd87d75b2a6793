"""Protocol 5.11."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

import forms
import pictures
from envelope import Topic, seeded
from files import file_case
from reference.labels import encode_integer
from reference.probes import nearest_keys, probes
from reference.profile import PROFILE_1, Profile

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
    "PoorPicture": "no probes below the profile's quality",
    "BitOrder": "bit positions[i] of the hash is bit i of the key, whatever their order",
}


def build() -> dict[str, Topic | bytes]:
    topic = Topic("fingerprint", "PDQ with coefficients, and the keys that a picture probes.", NOTES)
    files = {f"fingerprint/{name}.png": picture.png() for name, picture in pictures.all_pictures().items()}
    hashes(topic)
    short_keys(topic)
    probings(topic)
    nearest(topic)
    return {"fingerprint/fingerprint.json": topic, **files}


def picture_input(picture: pictures.Picture) -> dict:
    return {"picture": file_case(f"{picture.name}.png", picture.png()), "format": picture.format}


def hashes(topic: Topic) -> None:
    group = topic.group("PDQ", "Hash, quality, coefficients (index 16i + j) and median; all single precision, to the bit.")
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
            return {"hash": found.encoding().hex(), "quality": found.quality,
                    "coefficients": [forms.float32(value) for value in found.coefficients],
                    "median": forms.float32(found.median)}

        group.add(f"{name}, {picture.width} x {picture.height}, {picture.format}", picture_input(picture), compute, *flags)


def short_keys(topic: Topic) -> None:
    group = topic.group("ShortKey", "The perceptual key of a hash.")
    draw = seeded("short keys")

    def add(comment: str, hash_: bytes, profile: Profile, *flags: str) -> None:
        group.add(comment, {"hash": hash_.hex(), "profile": forms.profile(profile)},
                  lambda: {"key": (b"\x01" + encode_integer(profile.short_key(hash_), 8)).hex()}, *flags)

    for i in range(3):
        add(f"a random hash, {i + 1}", draw(32), PROFILE_1)
    add("all bits", b"\xff" * 32, PROFILE_1)
    add("no bit", bytes(32), PROFILE_1)
    add("bit 0 only, the last byte's lowest", bytes(31) + b"\x01", PROFILE_1, "BitOrder")
    add("bit 208 only, position 47", (1 << 208).to_bytes(32, "big"), PROFILE_1, "BitOrder")
    add("bit 255 only, position 0", b"\x80" + bytes(31), replace(PROFILE_1, positions=(255, 0, 254), probes=8), "BitOrder")
    add("positions backwards", draw(32), replace(PROFILE_1, positions=PROFILE_1.positions[::-1]), "BitOrder")
    add("b = 64", draw(32), replace(PROFILE_1, positions=tuple(range(192, 256))), "GreatestParameters")
    add("b = 1", draw(32), Profile(2, 0, 0, 2, (100,)), "LeastParameters")


def probings(topic: Topic) -> None:
    group = topic.group("Probes", "From a picture's pixels to its keys, the likeliest first.")
    every = pictures.all_pictures()

    def add(comment: str, name: str, profile: Profile, *flags: str) -> None:
        picture = every[name]
        group.add(f"{name}: {comment}", {**picture_input(picture), "profile": forms.profile(profile)},
                  lambda: {"keys": [key.hex() for key in probes(picture.fingerprint(), profile)]}, *flags)

    for name in ("known-1", "known-4", "unknown-1", "side-257", "noise"):
        add("profile 1", name, PROFILE_1)
    for i in range(1, 5):
        add("profile 1", f"known-{i}-changed", PROFILE_1, "NearDuplicate")
    for i in range(1, 4):
        add("M = 8", f"known-{i}-changed", replace(PROFILE_1, probes=8), "NearDuplicate")
    add("M = 64", "known-2", replace(PROFILE_1, probes=64), "GreatestParameters")
    add("M = 1: the hash's own key", "known-3", replace(PROFILE_1, probes=1))
    add("b = 64, M = 64", "known-5", replace(PROFILE_1, probes=64, positions=tuple(range(64))), "GreatestParameters")
    add("b = 3, M = 8: all keys", "known-6", Profile(3, 0, 50, 8, (0, 17, 34)), "AllSubsets")
    add("b = 1, M = 1", "known-7", Profile(4, 0, 50, 1, (255,)), "LeastParameters")
    add("quality 49", "quality-49", PROFILE_1, "QualityEdge", "PoorPicture")
    add("quality 50", "quality-50", PROFILE_1, "QualityEdge")
    add("quality 50 is below 51", "quality-50", replace(PROFILE_1, minimum_quality=51), "QualityEdge", "PoorPicture")
    add("no quality", "flat", PROFILE_1, "PoorPicture")
    add("no quality is asked for: all margins are zero", "four-wide", replace(PROFILE_1, minimum_quality=0), "EqualMargins",
        "TooSmall")


def nearest(topic: Topic) -> None:
    group = topic.group("NearestKeys", "Steps 1 to 3 on given margins, margins[i] that of bit i.")
    draw = seeded("nearest keys")

    def add(comment: str, key: int, margins: Sequence[float], count: int, *flags: str) -> None:
        singles = [SINGLE(margin) for margin in margins]
        group.add(comment, {"key": forms.word(key), "margins": [forms.float32(margin) for margin in singles], "count": count},
                  lambda: {"keys": forms.words(nearest_keys(key, singles, count))}, *flags)

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
    add("2^24 and ones: a one is lost when it is added to 2^24", 0, [16777216, 1, 1, 1, 16777216], 32, "RoundedSums",
        "EqualMargins", "AllSubsets")
    add("tenths", 0, [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8], 64, "RoundedSums")
    add("thirds", 0, [1 / 3, 2 / 3, 1, 4 / 3, 5 / 3, 2, 7 / 3], 64, "RoundedSums")
    add("the smallest numbers", 0, [1.4e-45, 2.8e-45, 1.17549435e-38, 0.0, 4.2e-45], 32, "EqualMargins", "AllSubsets")
