"""The parties besides the messenger and the service: pictures, sources, and who releases names. All of it is the
command line tool at work.
"""

from __future__ import annotations

import io
import json
import random
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from PIL import Image
from sealedmatch import BlindedSet, TrustPolicy


class Tool:
    """The `sealedmatch` command line tool."""

    def __init__(self, program: str) -> None:
        self.program = program

    def run(self, *arguments: str | Path) -> str:
        done = subprocess.run(
            [self.program, *map(str, arguments)], capture_output=True, text=True, stdin=subprocess.DEVNULL
        )
        if done.returncode != 0:
            raise RuntimeError(
                f"sealedmatch {' '.join(map(str, arguments))}: exit code {done.returncode}\n{done.stdout}{done.stderr}"
            )
        return done.stdout


@dataclass(frozen=True)
class Photograph:
    """A picture as its owner took it: a JPEG file. Lists hold the hash of this file."""

    name: str
    jpeg: bytes = field(repr=False)
    pdq: str

    def recompressed(self, side: int, quality: int) -> bytes:
        """What messengers do to pictures: smaller, and compressed again."""
        with Image.open(io.BytesIO(self.jpeg)) as image:
            image.thumbnail((side, side), Image.Resampling.LANCZOS)
            return _jpeg(image, quality)


def _jpeg(image: Image.Image, quality: int) -> bytes:
    out = io.BytesIO()
    image.convert("RGB").save(out, "JPEG", quality=quality)
    return out.getvalue()


def photographs(directory: Path, work: Path, count: int, tool: Tool) -> list[Photograph]:
    """Different pictures from a directory of photographs: cells of a grid over each.

    Too poor ones are left out, and those whose keys lie near another's, because they would count as one.
    """
    work.mkdir()
    kept: list[Photograph] = []
    keys: list[int] = []
    files = list(_cells(directory, work))
    for line in tool.run("fingerprint", "--json", *files).splitlines():
        row = json.loads(line)
        key = int(row["shortKey"], 16)
        if row["quality"] >= 50 and all((key ^ other).bit_count() > 6 for other in keys):
            keys.append(key)
            path = Path(row["file"])
            kept.append(Photograph(path.name, path.read_bytes(), row["pdq"]))
    if len(kept) < count:
        raise ValueError(f"{directory}: {len(kept)} different pictures, {count} are needed")
    # From all photographs alike.
    return [kept[index * len(kept) // count] for index in range(count)]


def _cells(directory: Path, work: Path, columns: int = 3, rows: int = 3) -> Iterator[Path]:
    for path in sorted(directory.glob("*.jpg")):
        with Image.open(path) as image:
            image.draft("RGB", (1600, 1200))
            width, height = image.width // columns, image.height // rows
            for index in range(columns * rows):
                left, top = index % columns * width, index // columns * height
                file = work / f"{path.stem}-{index}.jpg"
                file.write_bytes(_jpeg(image.crop((left, top, left + width, top + height)), 92))
                yield file


class KnownSet:
    """Two sources list pictures, the authority builds the set, both sources audit and sign it."""

    def __init__(self, directory: Path, tool: Tool, known: list[Photograph], fillers: int = 1_000) -> None:
        self.directory = directory
        self.tool = tool
        self.file = directory / "known.smset"
        self.sources = ["ngo", "police"]
        self.versions: list[Path] = []
        directory.mkdir()
        # A set has 1,000 entries at least: less would be a search for these few. The others are always the same: one
        # that is near a photograph's would take its place.
        others = random.Random(1)
        hashes = [photograph.pdq for photograph in known] + [others.randbytes(32).hex() for _ in range(fillers)]
        for source in self.sources:
            tool.run("keygen", directory / f"{source}.key")
            (directory / f"{source}.txt").write_text("\n".join(hashes) + "\n")

    def build(
        self, file: Path | None = None, *, version: int = 1, expires_after_days: int = 90, threshold: int = 30
    ) -> Path:
        """Builds and signs a version, and publishes it by a rename: clients have the old file mapped.

        Every version stays in its own file, and its secret key in `secrets` under the name of its root: vouchers of
        an earlier version can come for weeks, and the authority opens them with that version's key.
        """
        file = file or self.file
        new = file.with_name(f"{file.stem}-{version}.smset")
        lists = {source: f"{self.directory / source}.key.pub={self.directory / source}.txt" for source in self.sources}
        options = [
            "--version",
            str(version),
            "--expires-after-days",
            str(expires_after_days),
            "--threshold",
            str(threshold),
            *(f"--source={entry}" for entry in lists.values()),
        ]
        self.tool.run("set", "build", *options, "-o", new)
        for source, entry in lists.items():
            self.tool.run(
                "set",
                "sign",
                new,
                "--key",
                self.directory / f"{source}.key",
                "--package",
                f"{new}.audit",
                "--list",
                entry,
                "--known",
                *(self.directory / f"{other}.key.pub" for other in self.sources),
            )
        if file == self.file:
            self.versions.append(new)
        copy = file.with_name(f"{file.name}.new")
        shutil.copyfile(new, copy)
        copy.replace(file)
        return file

    @property
    def trust(self) -> TrustPolicy:
        """What the messenger has built in."""
        keys = [bytes.fromhex((self.directory / f"{source}.key.pub").read_text().split()[1]) for source in self.sources]
        return TrustPolicy(keys, minimum_signatures=2)

    @property
    def threshold(self) -> int:
        with BlindedSet.open(self.file, self.trust) as opened:
            return opened.info.threshold

    @property
    def list_option(self) -> str:
        return f"{self.directory / self.sources[0]}.key.pub={self.directory / self.sources[0]}.txt"


class Releases:
    """Where the collector releases names, each against the token of a reveal and against nothing else."""

    def __init__(self, directory: Path, database: Path, tool: Tool) -> None:
        directory.mkdir()
        self.directory = directory
        self.tool = tool
        self._database = database
        self._key = directory / "collector.key"
        tool.run("keygen", self._key)

    def names(self, requests: list[Path]) -> dict[str, str]:
        """Accounts by pseudonym, both in hexadecimal, of the requests that an authority's reveal wrote."""
        if requests:
            self.tool.run(
                "resolve", "--database", self._database, "--key", self._key, "--releases", self.directory, *requests
            )
        names: dict[str, str] = {}
        for path in self.directory.glob("*.release"):
            # What the authority does with a release: it verifies it.
            release = json.loads(self.tool.run("release", path, "--collector", f"{self._key}.pub", "--json"))
            names[release["pseudonym"]] = release["account"]
        return names
