#!/usr/bin/env python3
"""Runs vectors through the C interface, by a program that may be for another processor (Programs/vectors.c).

What the interface reaches of `Vectors` is read from there: account names, account secrets and their ratchet, set files,
fingerprints with coefficients, rasters. A voucher's randomness is no argument of the interface: the program replays
draws, and the independent implementation says what voucher they give. Ends with 1 and one line for each difference.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import shlex
import subprocess
import sys
import tempfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[4]
sys.path[:0] = [str(Path(__file__).parent), str(ROOT / "Vectors/generate")]

from check_abi import header_of  # noqa: E402
from envelope import Recorder, seeded  # noqa: E402
from files import apply_file_case  # noqa: E402
from item_sets import EPOCH, digest_of_file  # noqa: E402
from reference.epochs import AccountSecret  # noqa: E402
from reference.png import read_png  # noqa: E402
from reference.probes import Picture  # noqa: E402
from reference.profile import PROFILE_2  # noqa: E402
from reference.seal import Item, Sealer, seal_item, state_at_epoch_start  # noqa: E402
from reference.set_file import SetFile  # noqa: E402
from reference.video import sample, sent  # noqa: E402

VECTORS = ROOT / "Vectors"
EPOCH_SECONDS = 30 * 86_400
NOW = 1_760_001_000
PAYLOAD_OVERHEAD = 36
Judge = Callable[[list[str]], str]
"""What is wrong with an answer's fields, or nothing."""


def codes() -> dict[str, str]:
    """The header's codes under the names that vectors use."""
    _, found, _ = header_of((ROOT / "Sources/Client/CSealedMatch/include/sealedmatch.h").read_text())
    names = {"".join(part.capitalize() for part in name.split("_")): value for name, value in found.items()}
    return {name[0].lower() + name[1:]: str(value) for name, value in names.items()} | {"valid": "0"}


def given(data: bytes) -> str:
    return data.hex() or "-"


class Run:
    """Lines for the program, and what its answers must be."""

    def __init__(self, scratch: Path) -> None:
        self.scratch = scratch
        self.lines: list[str] = []
        self.judges: list[tuple[str, Judge]] = []
        self.counts: dict[str, int] = {}
        self.codes = codes()

    def add(self, kind: str, what: str, line: str, judge: Judge) -> None:
        self.lines.append(line)
        self.judges.append((f"{kind}, {what}", judge))
        self.counts[kind] = self.counts.get(kind, 0) + 1

    def expect(self, kind: str, what: str, line: str, fields: list[str]) -> None:
        def judge(answer: list[str]) -> str:
            return "" if answer == fields else f"{' '.join(answer)[:200]}, not {' '.join(fields)[:200]}"

        self.add(kind, what, line, judge)

    def vectors(self, topic: str, kind: str) -> list[dict[str, Any]]:
        groups = json.loads((VECTORS / topic / f"{topic}.json").read_text())["testGroups"]
        (tests,) = (group["tests"] for group in groups if group["type"] == kind)
        return list(tests)

    def case(self, kind: str, test: dict[str, Any], line: str, fields: list[str]) -> None:
        expected = [self.codes[test["result"]]] + (fields if test["result"] == "valid" else [])
        self.expect(kind, f"test {test['tcId']}", line, expected)

    def file(self, data: bytes) -> Path:
        path = self.scratch / hashlib.sha256(data).hexdigest()
        path.write_bytes(data)
        return path

    def pixels(self, name: str, grey: bool) -> tuple[str, Picture, tuple[bytes, int, int, int]]:
        """A picture of the vectors as a line names it, and as the independent implementation sees it."""
        read = read_png((VECTORS / "fingerprint" / name).read_bytes())
        if grey and read.channels != 1:
            raise ValueError(f"{name} is not grey")
        shape = (read.data, read.width, read.height, read.channels)
        return f"{self.file(read.data)} {read.width} {read.height} {read.channels}", Picture.of(*shape), shape

    def finish(self, program: list[str]) -> list[str]:
        done = subprocess.run(program, input="\n".join(self.lines) + "\n", capture_output=True, text=True)
        answers = done.stdout.splitlines()
        if done.returncode != 0 or len(answers) != len(self.lines):
            at = self.judges[len(answers)][0] if len(answers) < len(self.lines) else "the end"
            return [f"the program ended with {done.returncode} at {at}: {done.stderr.strip()}"]
        found = ((what, judge(answer.split(" "))) for (what, judge), answer in zip(self.judges, answers, strict=True))
        return [f"{what}: {wrong}" for what, wrong in found if wrong]


def accounts(run: Run) -> None:
    for test in run.vectors("client", "AccountName"):
        line = f"account {given(bytes.fromhex(test['input']['name']))}"
        run.case("AccountName", test, line, [test.get("output", {}).get("account", "")])
    for test in run.vectors("client", "DecodeAccountSecret"):
        line = f"secret {given(bytes.fromhex(test['input']['bytes']))} 0"
        run.case("DecodeAccountSecret", test, line, [str(test.get("output", {}).get("epoch")), test["input"]["bytes"]])
    for test in run.vectors("client", "Ratchet"):
        epoch = test["input"]["epoch"]
        line = f"secret {test['input']['bytes']} {epoch * EPOCH_SECONDS + 1}"
        run.case("Ratchet", test, line, [str(epoch), test.get("output", {}).get("bytes", "")])


def open_line(path: Path, policy: dict[str, Any], now: int, newest: int) -> str:
    words = [path, now, newest, given(bytes.fromhex("".join(policy["sources"]))), policy["minimumSignatures"]]
    words += [policy[f"minimum{name}"] for name in ("Threshold", "Polynomials", "Probes", "ConfirmedSources")]
    words += [policy["minimumSeparation"], bytes(policy["maximumCheckLevels"]).hex(), policy["minimumEntries"]]
    words += [policy["maximumCells"], policy["maximumLifetime"], int(policy["allowsTestSets"])]
    return " ".join(map(str, ["set", *words]))


def described(output: dict[str, Any]) -> list[str]:
    signed_by = sum(1 << place for place, key in enumerate(output["sources"]) if key in output["signers"])
    profile = output["profile"]
    names = "version", "issuedAt", "expiresAt", "entries", "cells", "threshold", "polynomials", "confirmedSources"
    numbers = [output[name] for name in (*names, "separation")]
    numbers += [profile["id"], len(profile["positions"]), profile["probes"], profile["minimumQuality"]]
    numbers += [output["payloadCount"] - PAYLOAD_OVERHEAD, signed_by, int(output["isTest"])]
    return [output["root"], bytes(output["checkLevels"]).hex(), "".join(output["sources"]), *map(str, numbers)]


def sets(run: Run) -> None:
    """All cases under a policy that the interface can say: the standard profile alone, and some source."""
    for test in run.vectors("set-file", "OpenSet"):
        case, policy = test["input"]["set"], test["input"]["policy"]
        if policy["profiles"] != [PROFILE_2.digest().hex()] or not policy["sources"]:
            continue
        path = run.file(apply_file_case(case, (VECTORS / "set-file" / case["file"]).read_bytes()))
        line = open_line(path, policy, test["input"]["now"], test["input"]["newestVersion"])
        run.case("OpenSet", test, line, described(test["output"]) if test["result"] == "valid" else [])


def pictures(run: Run) -> None:
    """The interface's item holds all of a fingerprint: "SMI2", kind, quality, hash, coefficients, raster."""

    def judged(quality: int, parts: dict[tuple[int, int], str], digest: str = "") -> Judge:
        def judge(answer: list[str]) -> str:
            if len(answer) != 4 or answer[0] != "0":
                return f"answered {' '.join(answer)[:80]}"
            item = bytes.fromhex(answer[3])
            if answer[1] != str(quality) or answer[2] != item[8:40].hex():
                return f"quality {answer[1]}, not {quality}, or not the item's hash"
            for (start, step), expected in parts.items():
                count = len(expected) // 2
                if item[start : start + count * step : step].hex() != expected:
                    return f"other bytes from {start} on"
            if digest and hashlib.blake2b(item[1_064:], digest_size=32).hexdigest() != digest:
                return "another raster"
            return ""

        return judge

    for kind in "PDQ", "Raster":
        for test in run.vectors("fingerprint", kind):
            output, case = test["output"], test["input"]["picture"]
            if case["patches"] or case["append"] or case["truncate"] is not None:
                raise ValueError("a picture that is changed")
            line, picture, _ = run.pixels(case["file"], test["input"]["format"] == "grey")
            quality = picture.fingerprint.quality
            if kind == "PDQ":
                parts = {(8, 1): output["hash"], (40, 1): "".join(output["coefficients"])}
                judge = judged(output["quality"], parts)
            else:
                parts = {(1_064, 1): output["first"], (66_584, 1): output["last"], (1_064, 4_369): output["diagonal"]}
                judge = judged(quality, parts, output["digest"])
            run.add(kind, f"test {test['tcId']}", f"picture {line}", judge)


def vouchers(run: Run) -> None:
    """Whole items through the sealer, in their order, and the states that they leave."""

    def begin(name: str) -> Sealer:
        set_file = SetFile.decode((VECTORS / "voucher" / name).read_bytes())
        parameters = set_file.parameters
        policy = {"sources": [key.hex() for key in set_file.header.sources], "minimumSignatures": 2}
        policy |= {"minimumThreshold": parameters.threshold, "minimumPolynomials": parameters.polynomials}
        policy |= {"minimumProbes": parameters.profile.probes, "minimumConfirmedSources": 1, "minimumEntries": 1}
        policy |= {"minimumSeparation": parameters.separation, "maximumCheckLevels": list(parameters.levels)}
        policy |= {"maximumCells": 30_000_000, "maximumLifetime": 34_560_000, "allowsTestSets": False}
        run.add(
            "Seal: sets",
            name,
            open_line(VECTORS / "voucher" / name, policy, NOW, 0),
            lambda answer: "" if answer[:2] == ["0", set_file.root.hex()] else " ".join(answer),
        )
        draw = seeded(f"the C interface, {name}")
        secret, account = AccountSecret(EPOCH, draw(32)), draw(32)
        sealer = Sealer(set_file, account, secret, state_at_epoch_start(set_file, EPOCH))
        line = f"sealer {secret.encode().hex()} {account.hex()} {NOW}"
        run.expect("Seal: registrations", name, line, ["0", sealer.registration().encode().hex()])
        return sealer

    def seal(sealer: Sealer, item: Item, note: bytes, what: str) -> Sealer:
        recorder = Recorder(seeded(f"the C interface, draws of {what}"))
        voucher, state = seal_item(item, note, sealer, recorder)
        answer = ["0", voucher.encode().hex(), "0", state.encode().hex()]
        run.expect("Seal: vouchers", what, f"seal {given(note)} {recorder.drawn.hex()}", answer)
        return replace(sealer, state=state)

    def made(line: str) -> None:
        run.add("Seal: items", line[:80], line, lambda answer: "" if answer[0] == "0" else " ".join(answer)[:80])

    sealer = begin("default-items.smset")
    for name in "known-1-changed", "known-2", "unknown-3", "flat", "known-1-changed":
        line, picture, _ = run.pixels(f"{name}.png", False)
        made(f"picture {line}")
        sealer = seal(sealer, Item(picture=picture), name.encode(), f"{name}, number {sealer.state.number}")
    made("unreadable")
    sealer = seal(sealer, Item(), b"", "an unreadable item")
    shown = ["known-3"] * 5 + ["unknown-1"] * 5 + ["known-5-changed"] * 5
    frames = []
    for name in shown:
        line, _, shape = run.pixels(f"{name}.png", False)
        made(f"sample {line}")
        frames.append(sample(*shape))
    hashes, qualities = [f.fingerprint.bits for f in frames], [f.fingerprint.quality for f in frames]
    chosen = tuple(frames[choice.index] for choice in sent(hashes, qualities))
    if len(chosen) < 2:
        raise ValueError("the video has one scene")
    sealer = seal(sealer, Item(frames=chosen), b"a video", "a video")
    # Through the first check level to the next one.
    sealer = begin("small-items.smset")
    for i in range(34):
        digest = digest_of_file(i) if i % 2 == 0 else hashlib.sha256(b"%d" % i).digest()
        made(f"exact {digest.hex()}")
        sealer = seal(sealer, Item(sha256=digest), b"%d" % i, f"file {i}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("program", type=shlex.split, help="the program, behind what runs it")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        run = Run(Path(scratch))
        for part in accounts, sets, pictures, vouchers:
            part(run)
        wrong = run.finish(arguments.program)
    for line in wrong:
        print(line)
    if wrong:
        sys.exit(1)
    print(", ".join(f"{kind} {count}" for kind, count in run.counts.items()) + ": all as they should be")


if __name__ == "__main__":
    main()
