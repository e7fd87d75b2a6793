"""A set as two sources and an authority publish it, built by the command line tool."""

from __future__ import annotations

import secrets
import subprocess
from dataclasses import dataclass
from pathlib import Path

from sealedmatch import TrustPolicy

ACCOUNT = bytes(range(32))
LIST = [secrets.token_hex(32) for _ in range(1_200)]


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
        lists = {source: f"{self.file.parent / source}.key.pub={self.file.parent / source}.txt" for source in ("one", "two")}
        self.run("set", "build", *(f"--source={entry}" for entry in lists.values()), "-o", file, *options)
        for source, entry in lists.items():
            self.run("set", "sign", file, "--key", self.file.parent / f"{source}.key", "--package", f"{file}.audit", "--list", entry)
        return file
