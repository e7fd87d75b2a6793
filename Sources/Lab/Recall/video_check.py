"""Checks videos.py against the vectors of Docs/Protocol.md, 5.11, "Videos", which the code in Swift passes too, and
what it promises of memory.

usage: video_check.py
"""

import json
import os

import numpy as np

import videos
from check import VECTORS


def frames_of(samples):
    return [
        videos.Frame(
            125 * place,
            np.unpackbits(np.frombuffer(bytes.fromhex(sample["hash"]), dtype=np.uint8)),
            sample["quality"],
            place,
        )
        for place, sample in enumerate(samples)
    ]


def main():
    with open(os.path.join(VECTORS, "fingerprint.json")) as file:
        tests = next(group["tests"] for group in json.load(file)["testGroups"] if group["type"] == "ChosenSamples")
    for test in tests:
        frames = frames_of(test["input"]["samples"])
        chosen = [{"sample": c.frame.kept, "score": c.score} for c in videos.chosen(frames)]
        line = [frame.kept for frame in videos.listed(frames)]
        assert chosen == test["output"]["chosen"] and line == test["output"]["line"], test["comment"]
    chooser = videos.Chooser()
    for frame in frames_of(max((test["input"]["samples"] for test in tests), key=len)) * 50:
        chooser.add(frame)
        kept = (
            {id(f) for f in chooser.window}
            | {id(c.frame) for c in chooser.scores}
            | {id(c.frame) for c in chooser.chosen}
        )
        assert len(kept) <= videos.F + 2 * videos.WINDOW + 2
    black = [videos.frame(np.zeros((256, 256), dtype=np.uint8), 125 * place) for place in range(40)]
    assert videos.chosen(black) == [] and videos.listed(black) == [] and videos.probes([]) == []
    print(
        f"{len(tests)} vectors agree; never more than {videos.F + 2 * videos.WINDOW + 2} frames kept; black has no key"
    )


if __name__ == "__main__":
    main()
