"""Manual pages from a program's own description of itself.

    sealedmatch --experimental-dump-help | python3 manual.py FOLDER

One page for each command: sealedmatch.1, sealedmatch-set-build.1 and so on, in the macros of man(7); of sealedmatchd in
section 8.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

SECTIONS = {"sealedmatch": 1, "sealedmatchd": 8}
EXIT_CODES = {
    "sealedmatch": (
        ("0", "Done."),
        ("1", "A check came out negative: an audit with findings, a proof that does not verify."),
        ("64", "Wrong usage."),
        ("65", "A file, or a line in it, is not what it should be."),
        ("66", "A file cannot be read or written; also standard output."),
        ("69", "A program that is needed is missing."),
        ("70", "An internal failure."),
        ("130", "Interrupted."),
        ("141", "Nobody reads the output any more."),
    ),
    "sealedmatchd": (
        ("0", "Ended by SIGTERM or SIGINT; what was under way is done."),
        ("1", "It cannot start, or cannot go on; standard error says why."),
        ("64", "Wrong usage."),
    ),
}


def text(plain: str) -> str:
    """Text of a page: no character of it is a request or an escape."""
    paragraphs = (" ".join(paragraph.split()) for paragraph in plain.split("\n\n"))
    return "\n.PP\n".join(paragraph.replace("\\", "\\e").replace("-", "\\-") for paragraph in paragraphs)


def names(argument: dict[str, Any]) -> list[str]:
    found = argument.get("names") or []
    return [("--" if name["kind"] == "long" else "-") + name["name"] for name in found]


def synopsis(argument: dict[str, Any]) -> str:
    value = argument.get("valueName", "value")
    kind = argument["kind"]
    if kind == "positional":
        shown = f"\\fI{text(value)}\\fR"
    else:
        preferred = argument.get("preferredName") or argument["names"][0]
        name = ("--" if preferred["kind"] == "long" else "-") + preferred["name"]
        shown = f"\\fB{text(name)}\\fR" + ("" if kind == "flag" else f" \\fI{text(value)}\\fR")
    if argument.get("isRepeating"):
        shown += " ..."
    return f"[{shown}]" if argument.get("isOptional") else shown


def described(argument: dict[str, Any]) -> str:
    value = f" \\fI{text(argument.get('valueName', 'value'))}\\fR" if argument["kind"] == "option" else ""
    label = ", ".join(f"\\fB{text(name)}\\fR" for name in names(argument)) + value
    if argument["kind"] == "positional":
        label = f"\\fI{text(argument.get('valueName', 'value'))}\\fR"
    abstract = argument.get("abstract", "")
    default = argument.get("defaultValue")
    if default:
        abstract += f" (default: {default})"
    return f".TP\n{label}\n{text(abstract) or 'No description.'}"


def pages(command: dict[str, Any], path: list[str]) -> dict[str, str]:
    path = [*path, command["commandName"]]
    name, section = "-".join(path), SECTIONS[path[0]]
    shown = [argument for argument in command.get("arguments", []) if argument.get("shouldDisplay", True)]
    subcommands = [sub for sub in command.get("subcommands", []) if sub["commandName"] != "help"]
    parts = [
        f'.TH "{name.upper()}" {section} "" "SealedMatch"',
        f".SH NAME\n{text(name)} \\- {text(command.get('abstract', ''))}",
        f".SH SYNOPSIS\n\\fB{' '.join(path)}\\fR "
        + " ".join(map(synopsis, shown))
        + (" \\fICOMMAND\\fR" if subcommands else ""),
    ]
    if command.get("discussion"):
        parts.append(f".SH DESCRIPTION\n{text(command['discussion'])}")
    if shown:
        parts.append(".SH OPTIONS\n" + "\n".join(map(described, shown)))
    if subcommands:
        rows = [f".TP\n\\fB{sub['commandName']}\\fR\n{text(sub.get('abstract', ''))}" for sub in subcommands]
        parts.append(".SH COMMANDS\n" + "\n".join(rows))
    parts.append(
        ".SH EXIT STATUS\n" + "\n".join(f".TP\n{code}\n{text(meaning)}" for code, meaning in EXIT_CODES[path[0]])
    )
    others = ["-".join([*path, sub["commandName"]]) for sub in subcommands] or ["-".join(path[:-1])]
    if others != [""]:
        parts.append(".SH SEE ALSO\n" + "\n".join(f".BR {other} ({section})" for other in others))
    found = {f"{name}.{section}": "\n".join(parts) + "\n"}
    for sub in subcommands:
        found |= pages(sub, path)
    return found


def main() -> None:
    folder = Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    for name, page in pages(json.load(sys.stdin)["command"], []).items():
        (folder / name).write_text(page)


if __name__ == "__main__":
    main()
