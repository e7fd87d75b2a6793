#!/usr/bin/env python3
"""sealedmatch_testing.h with a kit that is as it should be, and with programs that misbehave; and the example,
Docs/Examples/testing.c, on this machine's processor under valgrind.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import re
import shlex
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
HELLO = '{"id":1,"result":{"kit":1},"test":true}'
WORLD = '{"id":2,"result":{"now":5},"test":true}'
ITEM = '{"id":3,"result":{},"test":true}'
LEAKS = "definite,indirect,possible"
VALGRIND = shlex.split(
    f"valgrind -q --leak-check=full --show-leak-kinds={LEAKS} --errors-for-leak-kinds={LEAKS} --error-exitcode=99"
)

# What a program does behind its first answer; then the call that finds it, and what is said of it.
DOES = {
    "answers": (f"ask(); say({WORLD!r}); ask(); say({ITEM!r}); ask()", "passed: ", ""),
    "answers by and by": (
        f"ask()\nfor c in {WORLD!r}: say(c, end=''); time.sleep(0.002)\nsay(''); ask(); say({ITEM!r}); ask()",
        "passed: ",
        "",
    ),
    "10 MB": (
        f'ask(); say({WORLD!r}); ask(); say(\'{{"id":3,"result":"\' + \'x\' * 10_000_000 + \'","test":true}}\'); ask()',
        "passed: ",
        "",
    ),
    "an error": (
        """ask(); say('{"id":2,"error":{"code":"badValue","message":"no \\\\u0022a\\\\u0022"},"test":true}'); ask()""",
        "world: ",
        r'no "a" \[badValue\]',
    ),
    "a message too long": (
        'ask(); say(\'{"id":2,"error":{"code":"x","message":"\' + \'m\' * 100_000 + \'"},"test":true}\'); ask()',
        "world: ",
        "m{400}",
    ),
    "ends": ("ask(); sys.exit(7)", "world: ", r"ended \(exit code 7\)"),
    "is killed": ("ask(); os.kill(os.getpid(), 9)", "world: ", r"ended \(signal 9\)"),
    "ends while it is asked": (f"ask(); say({WORLD!r}); sys.exit(0)", "item: ", r"ended \(exit code 0\)"),
    "closes its output": ("ask(); os.close(1); os.close(0); time.sleep(0.2); os._exit(3)", "world: ", "exit code 3"),
    "is silent": ("ask(); time.sleep(1000)", "world: ", "gave no answer in time"),
    "reads nothing": (f"ask(); say({WORLD!r}); time.sleep(1000)", "item: ", "gave no answer in time"),
    "writes two lines": (f"ask(); say({WORLD!r} + chr(10) + {ITEM!r}); ask()", "world: ", "more than one answer"),
    "answers before it was asked": (
        f"ask(); say({WORLD!r}); say({ITEM!r}); time.sleep(1000)",
        "",
        "more than one|gave no",
    ),
    "writes for ever": ("ask()\nwhile True: say('x' * 65536, end='')", "world: ", "an answer is too long|in time"),
    "ends badly": (f"ask(); say({WORLD!r}); ask(); say({ITEM!r}); ask(); sys.exit(5)", "end: ", "did not end well"),
    "does not end": (f"ask(); say({WORLD!r}); ask(); say({ITEM!r}); time.sleep(1000)", "end: ", "did not end with"),
    "writes for ever at the end": (
        f"ask(); say({WORLD!r}); ask(); say({ITEM!r}); ask()\nwhile True: say('x' * 65536, end='')",
        "end: ",
        "did not end",
    ),
}
RUBBISH = [
    "rubbish", "", "[]", '{"id":2,"result":{"now"', '{"id":2,"result":{"now":5},"test":true}}',
    '{"id":3,"result":{"now":5},"test":true}', '{"id":"2","result":{"now":5},"test":true}',
    '{"id":2,"result":{"now":5}}', '{"id":2,"result":{"now":5},"test":false}', '{"id":2,"test":true}',
    '{"id":2,"result":{},"error":{},"test":true}', '{"id":2,"result":null,"test":true}',
    '{"id":2,"result":{"now":"\\x"},"test":true}', '{"id":2,"result":{"now":"\\ud800"},"test":true}',
    '{"id":2,"result":{"now":05},"test":true}', '{"id":2,"result":{"now":5},"test":true}\0',
    '{"id":2,"test":true,"result":' + "[" * 100 + "]" * 100 + "}", '{"id":2,"test":true,"result":' + "[" * 1_000_000,
]  # fmt: skip


def run(command: list[str], **options: object) -> str:
    done = subprocess.run(command, capture_output=True, text=True, **options)  # type: ignore[call-overload]
    if done.returncode != 0:
        sys.exit(f"{shlex.join(command)[:300]}\nended with {done.returncode}: {done.stdout}{done.stderr}")
    return str(done.stdout)


def misbehaving(path: Path, body: str, hello: str = HELLO) -> Path:
    path.write_text(
        f"#!{sys.executable}\nimport os, sys, time\n"
        "def ask(): return sys.stdin.readline()\n"
        "def say(text, end='\\n'): sys.stdout.write(text + end); sys.stdout.flush()\n"
        f"ask(); say({hello!r})\n{body}\n"
    )
    path.chmod(0o755)
    return path


def expect(name: str, said: str, call: str, problem: str) -> None:
    if not said.startswith(call) or not re.search(problem, said):
        sys.exit(f"{name}: {said.strip()[:500]!r}, and not {call!r} with {problem!r}")


def printed(at: Path, include: str, tool: str) -> None:
    """The lines of Docs/Testing.md, as they are printed."""
    (lines,) = re.findall(r"^```c\n(.*?)^```", (ROOT / "Docs/Testing.md").read_text(), re.DOTALL | re.MULTILINE)
    (at / "printed.c").write_text(f"#include <sealedmatch_testing.h>\nint main(void) {{\n{lines}return 0;\n}}\n")
    run(["clang", "-Wall", "-Wextra", "-Werror", "-I", include, str(at / "printed.c"), "-o", str(at / "printed")])
    if said := run([str(at / "printed")], env={**os.environ, "SEALEDMATCH_TOOL": tool}):
        sys.exit(f"the lines of Docs/Testing.md: {said}")


def is_json(content: bytes) -> bool:
    """Python's verdict; it takes some things that RFC 8259 does not."""

    def refuse(constant: str) -> None:
        raise ValueError(constant)

    try:
        value = json.loads(content.decode("latin-1"), parse_constant=refuse)
        json.dumps(value, ensure_ascii=False).encode()
    except (ValueError, RecursionError):
        return False
    return True


def mutated(draw: random.Random) -> bytes:
    seeds = [
        b'{"id":2,"result":{"now":[1,-2.5e+3,0.1,true,false,null,"\\u00e9\\ud83d\\ude00\\n"]},"test":true}',
        b'[[],{},"",-0,1E9,{"a":{"b":[{}]}}]',
        b'"\\u0041\\"\\\\\\/\\b\\f\\n\\r\\t"',
    ]
    content = bytearray(draw.choice(seeds))
    for _ in range(draw.randrange(1, 4)):
        at = draw.randrange(len(content) + 1)
        match draw.randrange(4):
            case 0:
                content[at : at + 1] = draw.choice(b'{}[]",:0123456789-+.eEtrufalsn\\/ \t\x1f\x7f\xff').to_bytes()
            case 1:
                content[at:at] = draw.choice([b"0", b",", b'"', b"\\u", b"[", b"}", b" ", b"1", b"\\ude00"])
            case 2:
                del content[at : at + draw.randrange(1, 5)]
            case _:
                content[at:at] = content[at : at + draw.randrange(1, 8)]
    return bytes(content)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--tool", type=Path, required=True, help="sealedmatch, for this machine")
    parser.add_argument("--runner", type=shlex.split, default=[], help="what runs programs of another processor")
    parser.add_argument("--include", required=True, help="where the header is installed")
    parser.add_argument("header", help="header.c, compiled")
    parser.add_argument("example", help="the example, compiled")
    arguments = parser.parse_args()
    tool = str(arguments.tool.resolve())
    with tempfile.TemporaryDirectory() as scratch:
        at = Path(scratch)
        header = [*arguments.runner, arguments.header]
        print(run([*header, "reader"]).strip())
        print(run([*header, "wrong", tool]).strip())
        expect("the kit itself", run([*header, "talk", tool]), "passed: ", "")
        for name, (body, call, problem) in DOES.items():
            expect(name, run([*header, "talk", str(misbehaving(at / "program", body))]), call, problem)
        for line in RUBBISH:
            program = misbehaving(at / "program", f"ask(); say({line!r}); ask()")
            expect(line[:80], run([*header, "talk", str(program)]), "world: ", "wrote what is no answer")
        other = misbehaving(at / "program", "ask()", HELLO.replace('"kit":1', '"kit":2'))
        expect("another release", run([*header, "talk", str(other)]), "start: ", "take header and program of the same")
        expect("no program", run([*header, "talk", str(at / "none")]), "start: ", "SEALEDMATCH_TOOL|ended")
        print(f"misbehaving programs: {len(DOES) + len(RUBBISH) + 2}, each found out")
        # The example as it is shipped: a client, whose files are in a directory that it makes.
        state = at / "state"
        environment = {**os.environ, "SEALEDMATCH_TOOL": tool}
        said = run([*(arguments.runner or VALGRIND), arguments.example, str(state)], env=environment)
        if said.splitlines() != ['revealed: ""', 'revealed: "abcd"', 'revealed: ""']:
            sys.exit(f"the example: {said}")
        printed(at, arguments.include, tool)
        draw = random.Random(13)
        texts = [mutated(draw) for _ in range(20_000)]
        found = run([*header, "verdicts"], input="".join(text.hex() + "\n" for text in texts))
        wrong = [text for text, verdict in zip(texts, found.split(), strict=True) if (verdict == "1") != is_json(text)]
        if wrong:
            sys.exit(f"{len(wrong)} other verdicts than Python's: {wrong[:10]}")
        good = found.count("1")
        print(f"JSON: {good} good and {len(texts) - good} bad texts, the verdicts are Python's; the example: passed")


if __name__ == "__main__":
    main()
