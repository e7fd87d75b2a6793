"""A library of cases to try the review page on: nobody's cases, three people and an auditor, and pictures that a
program draws. Nothing of it is abuse material, and no fingerprint is of any.

    sample.py --programs FOLDER --folder FOLDER

It makes the sample in a new folder, starts `sealedmatchd review` on loopback, and says what to look at.
"""

from __future__ import annotations

import argparse
import base64
import json
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
PEOPLE = {"rita": "reviewer", "sam": "second", "lena": "lead", "ada": "auditor"}
POLICY = {
    "format": "SealedMatch policy",
    "version": 1,
    "name": "Sample",
    "mode": "voluntary",
    "thresholds": {"listed": 1, "viewed": 1},
    "reviewers": {"confirmed": 2, "notConfirmed": 1, "cannotBeJudged": 1},
    "roles": ["reviewer", "second", "lead", "auditor"],
    "retention": {
        "new": 90,
        "inReview": 90,
        "confirmed": 365,
        "notConfirmed": 30,
        "cannotBeJudged": 30,
        "reported": 365,
        "closed": 30,
    },
    "notices": {"notConfirmed": True, "afterDays": 365},
    "reports": ["cybertipline", "article13"],
}
NOTICE = (
    "This document is a reason for a person to look, and not a proof of anything. The fingerprints and notes are what "
    "the client software said: a modified client can invent them."
)


def password(person: str) -> str:
    return f"correct horse {person}"


def case_file(account: int, notes: list[bytes], labels: list[str], warnings: list[str], part: int = 1) -> bytes:
    """As `reveal` writes one: the first matches, one for each label, are on a list."""

    def match(number: int, note: bytes) -> dict[str, object]:
        digits = f"{(account * 1_000_003 + part * 7_919 + number * 104_729):064x}"
        found: dict[str, object] = {
            "voucherID": digits[-32:],
            "slot": number % 4,
            "setRoot": "ab" * 32,
            "fingerprintKind": "pdq",
            "fingerprint": digits[::-1],
            "quality": 80 + number % 20,
            "finding": "notListed",
            "sources": [],
            "note": base64.b64encode(note).decode(),
            "warnings": ["These lists do not explain this match."],
        }
        if number < len(labels):
            found |= {
                "finding": "key",
                "key": f"01{digits[-16:]}",
                "keyDistance": number % 3,
                "distance": 2 + number,
                "label": labels[number],
                "sources": ["51" * 32],
                "warnings": [],
            }
        return found

    document = {
        "format": "SealedMatch case file",
        "formatVersion": 3,
        "part": part,
        "notice": NOTICE,
        "pseudonym": f"{account:02x}" * 32,
        "epoch": 690,
        "epochStart": 690 * 2_592_000,
        "threshold": 3,
        "setRoots": ["ab" * 32],
        "matchCount": len(notes),
        "listedMatchCount": len(labels),
        "listedEntryCount": len(labels),
        "lists": [{"name": "alice.txt", "source": "51" * 32, "hashes": 250, "poorLines": 0, "badLines": 1}],
        "matches": [match(number, note) for number, note in enumerate(notes)],
        "warnings": warnings,
    }
    return json.dumps(document, ensure_ascii=False, sort_keys=True).encode()


class Sample:
    """A folder with a library of cases, its key, the people's passwords."""

    def __init__(self, programs: Path, folder: Path) -> None:
        self.programs, self.folder = programs, folder
        folder.mkdir(parents=True, mode=0o700)
        (folder / "cases").mkdir()
        (folder / "policy.json").write_text(json.dumps(POLICY))

    def tool(self, *words: str) -> str:
        """`sealedmatch`, in the folder."""
        done = subprocess.run(
            [self.programs / "sealedmatch", *words], cwd=self.folder, stdout=subprocess.PIPE, check=True, text=True
        )
        return done.stdout

    def case(self, *words: str, person: str = "lena") -> str:
        return self.tool("case", *words, "--library", "cases.sqlite", "--key", "cases.key", "--as", person)

    def found(self) -> None:
        self.tool("keygen", "cases.key")
        self.case("init", "--policy", "policy.json")
        for person, role in PEOPLE.items():
            if role != "lead":
                self.case("person", person, "--role", role)
            self.set_password(person, password(person))

    def set_password(self, person: str, text: str) -> None:
        subprocess.run(
            [self.programs / "sealedmatchd", "review-password", person, "--passwords", "passwords"],
            cwd=self.folder,
            input=text.encode() + b"\n",
            stdout=subprocess.DEVNULL,
            check=True,
        )

    def take_in(self, *documents: bytes) -> None:
        for number, document in enumerate(documents):
            (self.folder / "cases" / f"{number:03}.json").write_bytes(document)
        self.case("import", *[f"cases/{number:03}.json" for number in range(len(documents))])

    def command(self, listen: str, *more: str) -> list[str]:
        """What starts the page."""
        return [
            str(self.programs / "sealedmatchd"),
            "review",
            "--library",
            "cases.sqlite",
            "--library-key",
            "cases.key",
            "--listen",
            listen,
            *more,
        ]


def cases() -> list[bytes]:
    """Five cases: pictures that are held, one that is not, a note that is no text."""
    warning = "1 lines of alice.txt are no hash and were left out."
    return [
        case_file(
            account,
            [f"item {account}-{number}, chat 7, 2026-11-03".encode() for number in range(3)] + [b"\xff\xfe\x00\x01"],
            [f"alice.txt, line {40 * account + number}" for number in range(3)],
            [warning] if account % 2 else [],
        )
        for account in range(11, 16)
    ]


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--programs", type=Path, required=True)
    arguments.add_argument("--folder", type=Path, required=True)
    arguments.add_argument("--port", default="8080")
    given = arguments.parse_args()
    folder = given.folder.resolve()
    if folder.exists():
        sys.exit(f"{folder}: it is there already; remove it, or name another folder")
    sample = Sample(given.programs.resolve(), folder)
    sample.found()
    sample.take_in(*cases())
    for person, role in PEOPLE.items():
        print(f"{person}, {role}: password “{password(person)}”")
    print(f"http://127.0.0.1:{given.port} – Ctrl-C ends it", flush=True)
    more = ("--passwords", "passwords", "--evidence", str(HERE / "evidence.py"), "--log-level", "warning")
    try:
        subprocess.run(sample.command(f"127.0.0.1:{given.port}", *more), cwd=folder, check=False)
    except KeyboardInterrupt:
        pass


if __name__ == "__main__":
    main()
