#!/usr/bin/env python3
"""The version of the release is the same everywhere: the tool's, the service's, the Python package's, and the newest
section of CHANGELOG.md. The library's file and SONAME carry the version of the C interface instead, which is the
header's.
"""

import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]


def found(path, pattern):
    match = re.search(pattern, (ROOT / path).read_text(), re.M)
    return match.group(1) if match else None


def main():
    versions = {
        "the tool (Sources/Tool/sealedmatch/Version.swift)": found(
            "Sources/Tool/sealedmatch/Version.swift", r'text = "([\d.]+)"'
        ),
        "the service (Sources/Server/sealedmatchd/Version.swift)": found(
            "Sources/Server/sealedmatchd/Version.swift", r'text = "([\d.]+)"'
        ),
        "the Python package (pyproject.toml)": found(
            "Sources/Client/PythonPackage/pyproject.toml", r'^version = "([\d.]+)"'
        ),
        "CHANGELOG.md": found("CHANGELOG.md", r"^## ([\d.]+)"),
    }
    interface = {
        "sealedmatch.h": found("Sources/Client/CSealedMatch/include/sealedmatch.h", r"ABI_MAJOR (\d+)"),
        "hatch_build.py": found("Sources/Client/PythonPackage/hatch_build.py", r'"libsealedmatch\.so\.(\d+)"'),
    }
    for title, values in (("version", versions), ("major number of the C interface", interface)):
        if len(set(values.values())) != 1 or None in values.values():
            for place, value in values.items():
                print(f"{title}: {value} in {place}")
            sys.exit(1)
    print(f"version: {next(iter(versions.values()))} everywhere")


if __name__ == "__main__":
    main()
