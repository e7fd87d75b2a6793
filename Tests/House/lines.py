#!/usr/bin/env python3
"""No line of a tracked text file is longer than 120 characters. Left out: what no person breaks (tables of Markdown,
drawings and printed bytes in them, a link, data) and the strings of a Swift line, which the formatter leaves alone.
"""

import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
LIMIT = 120
DATA = (".json", ".svg", ".tsv", ".smset", ".csv", "/checkpoint", "LICENSE")
MAY_BE_LONG = {
    ".md": re.compile(r"^\s*\||^    |[│┌└─]|\]\(\S+\)|^\S*https?://"),
    ".swift": re.compile(r'^\s*"|^\s*[\w\[(].*"[^"]{60,}"|[^\s"]{80,}|"""'),
    ".py": re.compile(r'"[^"]{60,}"|[^\s"]{80,}'),
    ".toml": re.compile(r"^(classifiers|description) = "),
}


def main():
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        check=True,
    )
    wrong, files = [], 0
    for name in filter(None, listed.stdout.decode().split("\0")):
        path = ROOT / name
        if name.endswith(DATA) or not path.is_file():
            continue
        try:
            lines = path.read_text().splitlines()
        except UnicodeDecodeError:
            continue
        files += 1
        allowed, inside = MAY_BE_LONG.get(path.suffix), False
        for number, line in enumerate(lines, 1):
            text = path.suffix == ".swift" and (inside or '"""' in line)
            inside ^= path.suffix == ".swift" and line.count('"""') % 2 == 1
            if len(line) > LIMIT and not text and not (allowed and allowed.search(line)):
                wrong.append(f"{name}:{number}: {len(line)} characters")
    print("\n".join(wrong) if wrong else f"lines: {files} files, none longer than {LIMIT} characters")
    sys.exit(bool(wrong))


if __name__ == "__main__":
    main()
