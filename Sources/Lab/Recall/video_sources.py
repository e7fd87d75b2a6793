"""The videos: packages' files of video-sources.tsv, pieces of the long ones, and montages of the generated clips, in
two halves by source.

Classes: film (a camera's), animation (drawn, rendered, a screen), generated (clips of some 3 s by generative models),
montage (seven
generated clips of one half, cut together hard: a stand-in for edited film, of which packages have little).
"""

import hashlib
import os
from dataclasses import dataclass

HERE = os.path.dirname(os.path.abspath(__file__))
MONTAGE = 7  # clips


@dataclass(frozen=True)
class Video:
    name: str
    group: str
    kind: str
    parts: tuple  # (package folder, path, start in s, length in s or 0 for all)

    @property
    def held_out(self):
        return half(self.group)


def digest(text):
    return hashlib.sha256(text.encode()).digest()


def half(group):
    """0 design, 1 held out; decided by the group, so that videos that show the same thing stay together."""
    return digest(f"video {group}")[0] & 1


def rows(name="video-sources.tsv"):
    with open(os.path.join(HERE, name)) as file:
        for line in file:
            if not line.startswith("#"):
                yield line.rstrip("\n").split("\t")


def added():
    """Videos that were found after the first measurement: none had a part in any choice, in whichever half it falls."""
    for number, group, kind, package, path, start, length in rows("video-sources-added.tsv"):
        yield Video(number, group, kind, ((package, path, float(start), float(length)),))


def videos():
    """Every Video, in an order that does not depend on the table's."""
    listed, generated = [], {0: [], 1: []}
    for number, group, kind, package, path, start, length in rows():
        part = (package, path, float(start), float(length))
        listed.append(Video(number, group, kind, (part,)))
        if kind == "generated":
            generated[half(group)].append((digest(f"montage {number}"), part))
    for side, parts in generated.items():
        parts = [part for _, part in sorted(parts)]
        for place in range(0, len(parts) - MONTAGE + 1, MONTAGE):
            listed.append(
                Video(f"m{side}-{place // MONTAGE:02d}", None, "montage", tuple(parts[place : place + MONTAGE]))
            )
    # A montage is in the half of its clips: give it a group of its own that falls there.
    result = []
    for video in listed:
        if video.group is None:
            side, salt = int(video.name[1]), 0
            while half(f"{video.name} {salt}") != side:
                salt += 1
            video = Video(video.name, f"{video.name} {salt}", video.kind, video.parts)
        result.append(video)
    return sorted(result, key=lambda video: digest(f"order {video.name}"))
