#!/usr/bin/env python3
"""Each step that a comment of the code quotes, as in `Seal, step 3` or `Decoder, steps 1–6`, is a numbered step of that
algorithm in Docs/Protocol.md, section 5, and each algorithm with numbered steps is quoted by the code that carries it
out. An algorithm is a subsection, or a part of one that begins with its name, as **Videos apart.** does. One line for
each that is not so, then exit code 1.
"""

import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]


def algorithms(protocol):
    """Title: the numbers of its steps."""
    body = re.search(r"^## 5\. .*?(?=^## 6\. )", protocol, re.S | re.M).group(0)
    parts = re.split(r"^(?:### 5\.\d+ (.+)$|\*\*([A-Z][\w' ]*)\.\*\*)", body, flags=re.M)[1:]
    titles = [heading or name for heading, name in zip(parts[::3], parts[1::3])]
    return {
        title: {int(number) for number in re.findall(r"(?:^|[ \n])(\d)\. (?=\S)", text)}
        for title, text in zip(titles, parts[2::3])
    }


def main():
    known = algorithms((ROOT / "Docs/Protocol.md").read_text())
    titles = "|".join(sorted(map(re.escape, known), key=len, reverse=True))
    quoted, wrong, loose = set(), [], re.compile(r"\b([A-Z][\w' ]*)\"?, steps? (\d+)(?:[–-](\d+))?")
    exact = re.compile(rf"^(?:{titles})$")
    files = [path for kind in ("swift", "c", "h") for path in (ROOT / "Sources").rglob(f"*.{kind}")]
    for path in sorted(files):
        # Comments may break anywhere: their lines are joined, each with its number.
        for number, line in enumerate(path.read_text().splitlines(), 1):
            comment = re.search(r"(?://+|^\s*\*)\s*(.*)", line)
            for title, first, last in loose.findall(comment.group(1)) if comment else ():
                steps = range(int(first), int(last or first) + 1)
                if not exact.match(title):
                    wrong.append(f"{path.relative_to(ROOT)}:{number}: no algorithm is called {title!r}")
                elif missing := [step for step in steps if step not in known[title]]:
                    wrong.append(f"{path.relative_to(ROOT)}:{number}: {title} has no step {missing}")
                else:
                    quoted.add(title)
    numbered = [title for title, steps in known.items() if steps]
    wrong += [f"Docs/Protocol.md: no code quotes a step of {title!r}" for title in numbered if title not in quoted]
    for line in wrong:
        print(line)
    if wrong:
        sys.exit(1)
    print(f"steps: {len(numbered)} algorithms with numbered steps are quoted, and each quoted step exists")


if __name__ == "__main__":
    main()
