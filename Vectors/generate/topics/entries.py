"""entries/: Protocol 5.4 and 5.5, "Entry selection" and "Entries apart"."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import forms
from envelope import Topic, seeded
from fixtures import flipped, pdq_with
from reference.entries import (
    MD5,
    PDQ,
    SHA256,
    VIDEO,
    ListedHash,
    Selection,
    entries_apart,
    key_of,
    parse_list,
    select_entries,
)
from reference.keys import PERCEPTUAL, perceptual_bits
from reference.labels import Draw
from reference.profile import PROFILE_2, Profile


def listed(entry: ListedHash) -> dict[str, Any]:
    companions = {"companions": [hash_.hex() for hash_ in entry.companions]} if entry.kind == VIDEO else {}
    return {"kind": entry.kind, "bytes": entry.bytes.hex(), **companions}


def profile_fields(profile: Profile) -> dict[str, Any]:
    return forms.profile(profile)


def build() -> dict[str, Topic | bytes]:
    topic = Topic(
        "entries",
        "From the sources' lists to the entries of a set.",
        {
            "PoorLine": "A PDQ line of a quality below the profile's is left out and reported.",
            "BadLine": "A line that is no hash; the vectors skip them and want their numbers.",
            "ByteOrder": "Entries ascend as byte strings, which is not the order of perceptual keys as numbers.",
            "OutOfRange": "A value next to the range of Protocol 2.",
            "Folding": "Keys within r of each other: one stays.",
            "SecondPass": "A key is dropped by one that is then dropped itself and is near no kept one: it is a "
            "candidate again, and stays.",
            "Tie": "Two kept keys are equally near: the lower index takes the key.",
            "Central": "The key with the most hashes near it stays.",
            "Videos": "Keys of copies of one video: one stays.",
            "LoneSource": "What fewer than q lists repeat does not count.",
            "SupportOfEqualKeys": "Near keys do not add up their sources, and a kept key does not take over a "
            "folded one's.",
        },
    )
    draw = seeded("entries")
    parse_cases(topic, draw)
    select_cases(topic, draw)
    return {"entries/entries.json": topic}


def parse_cases(topic: Topic, draw: Draw) -> None:
    group = topic.group("ParseList", "Entry selection, step 1; bad lines are skipped, lines are counted from 1.")

    def parse(about: str, text: str, *flags: str, quality: int = 50) -> None:
        def run() -> dict[str, Any]:
            parsed = parse_list(text, quality, skip_bad_lines=True)
            return {
                "hashes": [listed(entry) for entry in parsed.hashes],
                "poorLines": parsed.poor_lines,
                "badLines": parsed.bad_lines,
            }

        group.add(about, {"text": text, "minimumQuality": quality}, run, *flags)

    p, q, s, m = draw(32).hex(), draw(32).hex(), draw(32).hex(), draw(16).hex()
    parse("no text", "")
    parse("one bare hash is PDQ", p)
    parse("lines end with a line feed", f"{p}\n{q}\n")
    parse("lines end with carriage return and line feed", f"{p}\r\n{q}\r\n\r\n")
    parse("kinds", f"pdq {p}\nsha256 {s}\nmd5 {m}\n")
    parse("a hash twice is listed twice", f"{p}\nsha256 {s}\n{p}\n")
    parse("capital digits", f"{p.upper()}\nsha256 {s.upper()}\n")
    for name, mark in (
        ("blank", " "),
        ("tabulator", "\t"),
        ("comma", ","),
        ("colon", ":"),
        ("semicolon", ";"),
        ("comma and blanks", " , "),
        ("several", ":;,\t "),
    ):
        parse(f"fields apart by {name}", f"pdq{mark}{p}{mark}80\nsha256{mark}{s}\nmd5{mark}{m}\n{q}{mark}100\n")
    parse("blanks before and after", f"  {p}  \n\tsha256 {s}\t\n")
    parse("empty lines and comments count as lines", f"# a comment\n\n   \n #another\n#{p}\n{p}\n# pdq {q}\n")
    parse(
        "fields after a hash and its quality are ignored",
        f"{p} # not a quality\n{q} 80 picture.jpg 2024-05-01\npdq {p},file.png\n#\n",
    )
    parse("kinds in either case", f"PDQ {p}\nSha256 {s}\nMD5 {m}\n")
    parse("the longest line, and one byte more", f"{p} {'x' * 4031}\n{p} {'x' * 4032}\n#{'x' * 4096}\n", "BadLine")
    parse("lines end with a carriage return", f"{p} 80\r{q}\rsha256 {s}\r")
    parse("a comment ends with a carriage return, too", f"# a comment\r{p}\r# pdq {q}\r\r{q}")
    parse("line ends of all kinds, counted", f"{p}\rx\r\ny\nz\n\rw\r\r\nv\r\n\n{q}\r\n", "BadLine")
    parse("a carriage return parts no fields", f"sha256\r{s}\n{q}\r80\n", "BadLine")
    parse("a byte order mark at the start", f"\ufeff{p}\n{q}\n")
    parse("a byte order mark before a comment", f"\ufeff# a list\n{p}\n")
    parse("a byte order mark alone", "\ufeff")
    parse("two byte order marks, and one on another line", f"\ufeff\ufeff{p}\n{q}\n\ufeff{q}\n", "BadLine")
    parse("other characters that look like line ends are none", f"{p}\x0b{q}\n{p}\x0c{q}\n{p}\u2028{q}\n", "BadLine")
    parse(
        "two hashes on a line",
        f"{p} {q}\n{p},{q},{s}\n{p},90,{q}\npdq {p} {m}\nsha256 {s} {m}\nmd5 {m};{s.upper()}\n{p} # {q}\n",
        "BadLine",
    )
    parse(
        "further fields that are almost a hash are ignored",
        f"{p} {q[:-1]}\n{p} {q}0\n{p} {m[:-1]}\n{p} {m}0\n{p} {q}.jpg\n{p} x{q[1:-1]}x\n{p} {'a' * 40}\n",
    )
    parse("a quality and a hash of poor quality: the line is bad, not poor", f"{p} 10 {q}\n", "BadLine")
    parse("qualities", f"pdq {p} 49\npdq {p} 50\n{q} 0\n{q} 100\n{q},51\n", "PoorLine")
    parse("the profile's quality is 0", f"pdq {p} 0\n{q}\n", quality=0)
    parse("the profile's quality is 100", f"pdq {p} 99\n{q} 100\n", "PoorLine", quality=100)
    parse(
        "a quality has one to three digits; another field is none",
        f"{p} 101\n{p} 999\n{p} 1000\n{p} -1\n{p} +5\n{p} 5.5\n{p} x\n{p} 0x32\n{p} 50 5\n{p} 005\n{p} 5\n",
        "PoorLine",
    )
    parse("exact hashes have no quality", f"sha256 {s} 5\nmd5 {m} 5\n")
    parse(
        "hashes of other lengths",
        f"{p[:-1]}\n{p}0\n{p}00\n{p[:-2]}\nsha256 {s[:-2]}\nmd5 {s}\nsha256 {m}\nmd5 {m}0\n",
        "BadLine",
    )
    parse("no hexadecimal", f"{p[:-1]}g\nsha256 {s[:-1]}z\nmd5 {'0x' + m[2:]}\n{p[:32]} {p[32:]}\n", "BadLine")
    parse("other kinds and no hash", f"sha1 {p}\npdq\nmd5\nsha256,\nhello world\n{m}\n", "BadLine")
    parse("bare hashes of another length are no MD5", f"{m}\n", "BadLine")
    parse("digits that are not ASCII", f"{p[:-1]}\u0661\n{p} \u0665\u0660\n{p[:-1]}\uff11\n", "BadLine")
    many = [draw(32).hex() for _ in range(9)]
    parse(
        "videos: the key, and up to seven companions",
        f"video {p}\nVideo {p},{q}\nvideo {' '.join(many[:8])}\n",
        "Videos",
    )
    parse(
        "videos of no hash, of nine, with a quality, of another length",
        f"video\nvideo {' '.join(many)}\nvideo {p} 80\nvideo {p} {m}\nvideo pdq {p}\n",
        "Videos",
        "BadLine",
    )
    parse(
        "good, poor and bad lines together",
        f"# list\n{p} 80\n{q} 10\nnonsense\nsha256:{s}\r\n\npdq;{q};77\nmd5 {m}",
        "PoorLine",
        "BadLine",
    )


def select_cases(topic: Topic, draw: Draw) -> None:
    group = topic.group("Select", "Entry selection, steps 2 to 4. The lists are in the order of the set's keys.")

    def select(
        about: str,
        lists: list[list[ListedHash]],
        *flags: str,
        profile: Profile = PROFILE_2,
        q: int = 2,
        r: int = 6,
        result: str = "valid",
    ) -> Selection | None:
        def run() -> dict[str, Any]:
            chosen = select_entries(lists, profile, q, r)
            check_apart(chosen, r, videos=any(entry.kind == VIDEO for entries in lists for entry in entries))
            return {
                "keys": [y.hex() for y in chosen.keys],
                "supporters": chosen.supporters,
                "folded": [{"key": f.key.hex(), "into": f.into.hex(), "distance": f.distance} for f in chosen.folded],
            }

        group.add(
            about,
            {
                "lists": [[listed(entry) for entry in entries] for entries in lists],
                "profile": profile_fields(profile),
                "minimumSources": q,
                "separation": r,
            },
            run,
            *flags,
            result=result,
        )
        return select_entries(lists, profile, q, r) if result == "valid" else None

    def hashes(*keys: int, profile: Profile = PROFILE_2) -> list[ListedHash]:
        return [ListedHash(PDQ, pdq_with(key, draw, profile)) for key in keys]

    def words(count: int, b: int = 50) -> list[int]:
        return [int.from_bytes(draw(8), "little") % 2**b for _ in range(count)]

    sha, md5 = ListedHash(SHA256, draw(32)), ListedHash(MD5, draw(16))
    a, b, c = hashes(*words(3))
    select("one list, q = 1", [[a, b, sha, md5]], q=1)
    select("one empty list", [[]], q=1)
    select("two lists, q = 2", [[a, b, sha], [b, sha, md5, c]])
    select("the same two lists, q = 1", [[a, b, sha], [b, sha, md5, c]], q=1)
    select("a hash twice in one list counts once", [[a, a, sha, sha], [b, b]])
    select("the same bits of two hashes are one key", [hashes(5), hashes(5)], q=2)
    select("three lists, masks", [[a, b, c], [b, c, sha], [c, sha, a]])
    select("sixteen lists", [[a] if i % 2 else [b, sha] if i < 5 else [b] for i in range(16)], q=3)
    select(
        "kinds, and perceptual keys as byte strings",
        [
            hashes(0x100, 0xFF, 0xFFFF_FFFF_0000, 0x0100_0000_0001)
            + [md5, sha, ListedHash(SHA256, bytes(32)), ListedHash(MD5, bytes(16))]
        ],
        "ByteOrder",
        q=1,
        r=0,
    )

    base = words(1)[0]
    select("r = 6 and six bits: folds", [hashes(base, flipped(base, 0, 9, 17, 25, 33, 47))], "Folding", q=1)
    select("r = 6 and seven bits: stays", [hashes(base, flipped(base, 0, 9, 17, 25, 33, 41, 47))], "Folding", q=1)
    select("r = 0: nothing folds", [hashes(base, flipped(base, 0))], q=1, r=0)
    select("r = 1", [hashes(base, flipped(base, 0), flipped(base, 0, 1), flipped(base, 47))], "Folding", q=1, r=1)
    select(
        "exact hashes never fold",
        [
            [
                ListedHash(SHA256, bytes(32)),
                ListedHash(SHA256, bytes(31) + b"\x01"),
                ListedHash(MD5, bytes(16)),
                ListedHash(MD5, bytes(15) + b"\x01"),
            ]
        ],
        q=1,
    )
    near = hashes(base, flipped(base, 3, 30))
    select("near keys of one list each have no support together", [[near[0]], [near[1]]], "SupportOfEqualKeys")
    select(
        "a kept key keeps its own sources",
        [[near[0], near[1]], [near[0], near[1]], [near[1]]],
        "Folding",
        "SupportOfEqualKeys",
    )
    # By bytes: c is dropped by b in the first mask, b by a in the last, and a is far from c.
    b_ = flipped(0, 0, 6)
    a_, c_ = flipped(b_, 0, 6, 12, 18, 24, 30), flipped(b_, 13, 19, 25, 31, 37, 43)
    chain = select(
        "a chain of three: the last is kept in a second pass", [hashes(a_, b_, c_)], "Folding", "SecondPass", q=1
    )
    assert chain is not None and len(chain.keys) == 2 and needs_second_pass([a_, b_, c_], 6)
    # The middle of a family stays though another key is lower; of two keys the one that more hashes have.
    centre = 1 << 20
    family = [centre, *(flipped(centre, 20, bit) for bit in (0, 7)), *(flipped(centre, bit) for bit in (13, 30, 44))]
    central = select(
        "the most central key of a family stays, not the lowest", [hashes(*family)], "Folding", "Central", q=1
    )
    assert central is not None and [perceptual_bits(y) for y in central.keys] == [centre]
    pair = hashes(0, flipped(0, 5))
    more = select("the key of more hashes stays", [[*pair, *hashes(flipped(0, 5))]], "Folding", "Central", q=1)
    assert more is not None and [perceptual_bits(y) for y in more.keys] == [flipped(0, 5)]
    repeated = select(
        "repeats count where q lists have them",
        [[pair[0], pair[1], pair[1]], [pair[0], pair[1], pair[1]]],
        "Folding",
        "Central",
    )
    assert repeated is not None and [perceptual_bits(y) for y in repeated.keys] == [flipped(0, 5)]
    whole = hashes(*family)
    edge = whole[-1]
    for about, lists in (
        ("one of two sources repeats an edge of a family, its centre stays", [whole, [*whole, *[edge] * 40]]),
        ("the first of three does", [[*whole, *[edge] * 40], whole, whole]),
    ):
        lone = select(about, lists, "Folding", "Central", "LoneSource")
        assert lone is not None and [perceptual_bits(y) for y in lone.keys] == [centre]
    both = select(
        "both sources repeat it: it stays", [[*whole, *[edge] * 40], [*whole, *[edge] * 40]], "Folding", "Central"
    )
    assert both is not None and [perceptual_bits(y) for y in both.keys] == [perceptual_bits(key_of(edge, PROFILE_2))]
    for second, kept in ((3, flipped(0, 5)), (1, 0)):
        lists = [[*[pair[0]] * mine, *[pair[1]] * other] for mine, other in ((2, 5), (2, second), (2, 1))]
        counted = select(
            f"three lists, q = 2: counts 2, 2, 2 against 5, {second}, 1", lists, "Folding", "Central", "LoneSource"
        )
        assert counted is not None and [perceptual_bits(y) for y in counted.keys] == [kept]
    # One source alone moves a count between the q-th and the (q − 1)-th greatest of the others', here 3 and 10.
    for against, own, kept in (
        (5, 0, 0),
        (5, 4, 0),
        (5, 6, 1),
        (5, 60, 1),
        (2, 0, 1),
        (2, 60, 1),
        (11, 0, 0),
        (11, 60, 0),
    ):
        lists = [[*[pair[0]] * against, *[pair[1]] * count] for count in (10, 3)] + [[pair[1]] * own]
        moved = select(
            f"three lists, q = 2: counts {against}, {against}, 0 against 10, 3, {own}",
            lists,
            "Folding",
            "Central",
            "LoneSource",
        )
        assert moved is not None and [perceptual_bits(y) for y in moved.keys] == [(0, flipped(0, 5))[kept]]
    unsupported = select(
        "hashes of a key without support do not count",
        [[pair[0], *hashes(flipped(0, 5, 9))], [pair[0], pair[1]], [pair[1]]],
        "Folding",
        "Central",
    )
    assert unsupported is not None and [perceptual_bits(y) for y in unsupported.keys] == [0]
    low, high = 0, flipped(0, 1, 2, 3, 4, 10, 20, 30, 40)
    middle = flipped(0, 1, 2, 30, 40)
    tie = select("equally near to two kept keys", [hashes(low, low, high, high, middle)], "Folding", "Tie", q=1)
    assert tie is not None and [f.distance for f in tie.folded] == [4]
    near_second = flipped(0, 1, 2, 3, 30, 40)
    select("nearer to the second of two kept keys", [hashes(low, low, high, high, near_second)], "Folding", q=1)

    for about, r, spread in (("r = 6", 6, 4), ("r = 6, wide", 6, 8), ("r = 16, wide", 16, 12), ("r = 3", 3, 3)):
        centres = words(15)
        clustered = [
            flipped(centre, *{draw(1)[0] % 50 for _ in range(draw(1)[0] % (spread + 1))})
            for centre in centres
            for _ in range(6)
        ]
        select(f"15 clusters of 6, {about}", [hashes(*clustered)], "Folding", q=1, r=r)
    # A chain through many keys, each one bit from the next.
    walk = [base]
    for step in range(80):
        walk.append(flipped(walk[-1], draw(1)[0] % 50))
    select("a random walk of 80 steps", [hashes(*walk)], "Folding", q=1)

    def video(key: int, *companions: int) -> ListedHash:
        return ListedHash(VIDEO, pdq_with(key, draw), tuple(pdq_with(companion, draw) for companion in companions))

    def six(key: int) -> int:
        return flipped(key, 0, 9, 17, 25, 33, 47)

    v, w, x, y = sorted((key << 1 for key in words(4, 49)), key=lambda key: key.to_bytes(8, "little"))
    select("a video is its key", [[video(v), *hashes(w)], [video(v), *hashes(w)]], "Videos")
    for about, near, kept in (
        ("within six bits of a companion", six(w), 1),
        ("seven bits from it", flipped(six(w), 41), 2),
    ):
        for name, other in (("another video", video(near)), ("a picture", hashes(near)[0])):
            chosen = select(f"{name} {about}", [[video(v, w), other]] * 2, "Videos")
            assert chosen is not None and len(chosen.keys) == kept
    for about, lists in (
        ("the lower key is another's companion", [video(w, v, x), video(v, y)]),
        ("the greater key is another's companion", [video(v, w), video(w, x)]),
    ):
        mutual = select(f"two copies of a video: {about}", [lists] * 2, "Videos")
        assert mutual is not None and [perceptual_bits(key) for key in mutual.keys] == [v]
    three = select(
        "three copies, the first and the last have nothing in common: both stay",
        [[video(v, w), video(w, x), video(x, y)]] * 2,
        "Videos",
    )
    assert three is not None and len(three.keys) == 2
    select("a picture is a frame of two videos: both give way", [[video(v, y), video(w, y), *hashes(y)]] * 2, "Videos")
    lone = select(
        "companions that one of two sources names do not count",
        [[video(v, w), video(w)], [video(v, x), video(w)]],
        "Videos",
        "LoneSource",
    )
    assert lone is not None and len(lone.keys) == 2
    select(
        "the same with two of three",
        [[video(v, w), video(w)], [video(v, x), video(w)], [video(v, w, x), video(w)]],
        "Videos",
        "LoneSource",
    )
    select("its key as its companion says nothing", [[video(v, v), video(w)]] * 2, "Videos")
    select(
        "a video that a list has as a picture",
        [[video(v, w), *hashes(w)], [*hashes(v), video(v, w), *hashes(w)]],
        "Videos",
    )
    select(
        "first videos, then entries apart",
        [[video(v, w), video(w), *hashes(six(v), flipped(v, 3))]] * 2,
        "Videos",
        "Folding",
    )
    select("r = 0: videos stay", [[video(v, w), video(w)]] * 2, "Videos", r=0)
    ball = sorted(
        {flipped(v, *{draw(1)[0] % 50 for _ in range(5)}) for _ in range(60)} - {v},
        key=lambda key: key.to_bytes(8, "little"),
    )
    select(
        "sixty videos around one companion: sixteen of a group are compared",
        [[video(key, v) for key in ball]] * 2,
        "Videos",
        r=2,
    )
    select("the same, r = 6", [[video(key, v) for key in ball]] * 2, "Videos")
    film = words(30)
    clips = [video(film[i], *(film[(i + step) % 30] for step in (1, 4, 9, 11))) for i in range(0, 30, 2)]
    select("fifteen clips that share frames, and pictures of some", [[*clips, *hashes(*film[3:9:5])]] * 2, "Videos")

    short = replace(PROFILE_2, probes=16, positions=tuple(range(250, 240, -1)))
    select(
        "b = 10 and r = 16: more blocks than bits, all but one fold",
        [hashes(*words(20, 10), profile=short)],
        "Folding",
        profile=short,
        q=1,
        r=16,
    )
    select("b = 10 and r = 2", [hashes(*words(40, 10), profile=short)], "Folding", profile=short, q=1, r=2)
    long = replace(PROFILE_2, positions=tuple(range(0, 256, 4)))
    wide = words(6, 64)
    select(
        "b = 64", [hashes(*wide, *(flipped(w, 63, 0, 31) for w in wide), profile=long)], "Folding", profile=long, q=1
    )
    single = replace(PROFILE_2, probes=1, positions=(255,))
    select("b = 1", [hashes(0, 1, profile=single)], "Folding", profile=single, q=1)

    select("q = 0", [[a], [a]], "OutOfRange", q=0, result="parameterOutOfRange")
    select("q is greater than the number of lists", [[a], [a]], "OutOfRange", q=3, result="parameterOutOfRange")
    select("no lists", [], "OutOfRange", q=1, result="parameterOutOfRange")
    select("seventeen lists", [[a]] * 17, "OutOfRange", q=1, result="parameterOutOfRange")
    select("r = 17", [[a], [a]], "OutOfRange", r=17, result="parameterOutOfRange")


def check_apart(chosen: Selection, r: int, videos: bool) -> None:
    """What 5.5 asks of any result: kept keys differ in more than r bits, and what is left out is within r of one,
    unless it is a video's.
    """
    kept = [perceptual_bits(y) for y in chosen.keys if y[0] == PERCEPTUAL]
    assert all((x ^ y).bit_count() > r for i, x in enumerate(kept) for y in kept[:i])
    for fold in [] if videos else chosen.folded:
        # A key that only a later pass keeps may be nearer.
        nearest = min((perceptual_bits(fold.key) ^ y).bit_count() for y in kept)
        assert fold.into in chosen.keys and nearest <= fold.distance <= r


def needs_second_pass(keys: list[int], r: int) -> bool:
    """Whether a kept key is within r of a lower one: some pass dropped it, and a later one kept it."""
    kept = [i for i in range(len(keys)) if i not in entries_apart(keys, [1] * len(keys), PROFILE_2.b, r)]
    return any((keys[i] ^ keys[lower]).bit_count() <= r for i in kept for lower in range(i))
