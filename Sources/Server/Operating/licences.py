#!/usr/bin/env python3
"""The licences of all packages that are linked into programs, into a folder: one file for each package, and an index.

    licences.py FOLDER PROGRAM.product/Objects.LinkFileList ...

What is linked, SwiftPM's own lists of objects say. An object of a target that no package owns ends the run with 1, and
so does a package without a licence.
"""

from __future__ import annotations

import json
import os
import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
CHECKOUTS = ROOT / ".build/checkouts"
NAME = re.compile(r'name:\s*"([^"]+)"')


def linked_targets(lists: list[str]) -> set[str]:
    """Objects are in …/TARGET.build/….o."""
    return {found for path in lists for found in re.findall(r"/([^/\s]+)\.build/", Path(path).read_text())}


def declared(package: Path) -> set[str]:
    """Every name in a manifest: those of its targets are among them."""
    return {name for file in package.glob("Package*.swift") for name in NAME.findall(file.read_text())}


def swift_licence() -> Path:
    """That of the toolchain, whose runtime is linked in: beside the `swift` that runs."""
    for folder in map(Path, os.environ["PATH"].split(":")):
        if (folder / "swift").exists():
            return (folder / "swift").resolve().parents[1] / "share/swift/LICENSE.txt"
    raise SystemExit("swift is not in PATH")


def main() -> None:
    folder, lists = Path(sys.argv[1]), sys.argv[2:]
    folder.mkdir(parents=True, exist_ok=True)
    pins = {pin["identity"]: pin for pin in json.loads((ROOT / "Package.resolved").read_text())["pins"]}
    targets = linked_targets(lists)
    # Our own manifest makes names in functions: the folders of the rooms are the targets.
    ours = {path.name for path in (ROOT / "Sources").glob("*/*")}
    rows, owned = [], targets & ours
    for package in sorted(CHECKOUTS.iterdir(), key=lambda path: path.name.lower()):
        linked = (targets - ours) & declared(package)
        if not linked:
            continue
        owned |= linked
        texts = sorted(path for path in package.glob("*") if re.match(r"(LICEN[CS]E|NOTICE)", path.name))
        if not any(path.name.startswith("LIC") for path in texts):
            raise SystemExit(f"{package.name}: no licence is in it")
        pin = pins[package.name.lower()]
        (folder / f"{package.name}.txt").write_text("\n\n".join(path.read_text() for path in texts))
        rows.append(f"{package.name} {pin['state'].get('version', pin['state']['revision'])}  {pin['location']}")
    if missing := targets - owned:
        raise SystemExit(f"no package owns these linked targets: {', '.join(sorted(missing))}")
    (folder / "Swift.txt").write_text(swift_licence().read_text())
    (folder / "SealedMatch.txt").write_text((ROOT / "LICENSE").read_text())
    (folder / "README.txt").write_text(
        "What is linked into these programs; the licence of each is beside this file.\n\n"
        + "\n".join([*rows, "Swift's runtime and libraries (Swift.txt): https://www.swift.org"])
        + "\nICU, in Swift's Foundation: https://www.unicode.org/license.txt\n\n"
        "Not linked in, but the system's: libsodium, SQLite, libnats, libpq, and the libraries of pictures.\n"
    )
    print(f"licences: {len(rows)} packages, {len(targets)} targets")


if __name__ == "__main__":
    main()
