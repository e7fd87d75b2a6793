"""A set as two sources and an authority publish it, built by the command line tool."""

from __future__ import annotations

import random
import subprocess
from dataclasses import dataclass
from pathlib import Path

from sealedmatch import TrustPolicy

ACCOUNT = bytes(range(32))
# Drawn once and for all: of other ones two might be so near each other that one folds into the other.
_random = random.Random(1)
LIST = [_random.randbytes(32).hex() for _ in range(1_200)]


@dataclass(frozen=True)
class Published:
    """A signed set, and whom its clients trust."""

    file: Path
    sources: list[bytes]
    tool: str

    @property
    def trust(self) -> TrustPolicy:
        return TrustPolicy(self.sources, minimum_signatures=2)

    def run(self, *arguments: str | Path) -> str:
        return subprocess.run([self.tool, *map(str, arguments)], capture_output=True, text=True, check=True).stdout

    def build(self, file: Path, *options: str) -> Path:
        lists = {
            source: f"{self.file.parent / source}.key.pub={self.file.parent / source}.txt" for source in ("one", "two")
        }
        self.run("set", "build", *(f"--source={entry}" for entry in lists.values()), "-o", file, *options)
        for source, entry in lists.items():
            self.run(
                "set",
                "sign",
                file,
                "--key",
                self.file.parent / f"{source}.key",
                "--package",
                f"{file}.audit",
                "--list",
                entry,
                "--known",
                *(self.file.parent / f"{other}.key.pub" for other in lists),
            )
        return file
