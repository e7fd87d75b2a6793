#!/usr/bin/env python3
"""From two lists to a case file, where the example program (Docs/Examples/seal.c), which may be for another processor,
seals: the authority, the tool for this machine, must find exactly the pictures that are listed.
"""

from __future__ import annotations

import argparse
import base64
import json
import random
import shlex
import subprocess
import sys
import tempfile
from pathlib import Path

from PIL import Image

LISTED, OTHERS = 34, 2


def run(*command: str | Path) -> str:
    done = subprocess.run([str(word) for word in command], capture_output=True, text=True)
    if done.returncode != 0:
        sys.exit(f"{' '.join(map(str, command))[:300]}\nended with {done.returncode}: {done.stdout}{done.stderr}")
    return done.stdout


def picture(draw: random.Random) -> Image.Image:
    small = Image.frombytes("RGB", (9, 8), draw.randbytes(3 * 9 * 8))
    return small.resize((96, 80), Image.Resampling.BICUBIC)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--tool", type=Path, required=True, help="sealedmatch, for this machine")
    parser.add_argument("program", type=shlex.split, help="the example, behind what runs it")
    arguments = parser.parse_args()
    tool, draw = arguments.tool.resolve(), random.Random(12)
    with tempfile.TemporaryDirectory() as scratch:
        at = Path(scratch)
        for number in range(LISTED + OTHERS):
            image = picture(draw)
            for kind in "ppm", "png":
                image.save(at / f"{number:02}.{kind}")
        sent = sorted(at.glob("*.ppm"))
        lines = run(tool, "fingerprint", "--json", *(path.with_suffix(".png") for path in sent)).splitlines()
        hashes = [json.loads(line)["pdq"] for line in lines]
        known = hashes[:LISTED] + [draw.randbytes(32).hex() for _ in range(1_100)]
        names = "one", "two"
        sources = []
        for name in names:
            run(tool, "keygen", at / name)
            (at / f"{name}.txt").write_text("\n".join(known))
            sources += ["--source", f"{at / name}.pub={at / name}.txt"]
        set_file = at / "known.smset"
        run(tool, "set", "build", *sources, "-o", set_file)
        for name in names:
            run(
                *(tool, "set", "sign", set_file, "--key", at / name, "--package", f"{set_file}.audit"),
                *("--list", f"{at / name}.pub={at / name}.txt", "--known", *(f"{at / other}.pub" for other in names)),
            )
        pinned = [(at / f"{name}.pub").read_text().split()[1] for name in names]
        up = at / "up"
        up.mkdir()
        print(run(*arguments.program, set_file, at / "state", up, *sent, "--", *pinned).strip())
        databases = ["--database", at / "collector.sqlite"]
        print(run(tool, "collect", *databases, "--account", "example", up).strip())
        databases += ["--authority", at / "authority.sqlite", "--set", set_file]
        run(tool, "open", "--first-run", *databases)
        run(tool, "reveal", *databases, "--list", f"{at / 'one'}.pub={at / 'one'}.txt", "--cases", at / "cases")
        cases = list((at / "cases").glob("*.json"))
        if len(cases) != 1:
            sys.exit(f"{len(cases)} case files, not one")
        case = json.loads(cases[0].read_text())
        found = sorted((base64.b64decode(match["note"]).decode(), match["fingerprint"]) for match in case["matches"])
        if found != sorted(zip(map(str, sent[:LISTED]), hashes[:LISTED], strict=True)):
            sys.exit(f"other matches than the {LISTED} listed pictures: {found}")
        print(f"revealed: the {LISTED} listed pictures of {LISTED + OTHERS}, with their notes")


if __name__ == "__main__":
    main()
