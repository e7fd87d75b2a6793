"""The program behind a test world, where it is not there, dies, writes rubbish or does not end. And the pytest plugin,
as it is installed, from outside.
"""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import pytest
from sealedmatch.testing import KitError, KitProcessError, World

ROOT = Path(__file__).resolve().parents[3]
HELLO = '{"id": 1, "result": {"kit": 1, "version": "0", "backend": "none"}, "test": true}'
BEGUN = '{"id": 2, "result": {"now": 5, "epoch": 0}, "test": true}'


def program(directory: Path, body: str) -> Path:
    """A `sealedmatch` that answers the first calls well, and then does what the test says."""
    path = directory / "sealedmatch"
    start = f"""\
        #!{sys.executable}
        import signal, sys, time
        def say(text):
            sys.stdout.write(text)
            sys.stdout.flush()
        sys.stdin.readline(); say({HELLO!r} + chr(10))
        sys.stdin.readline(); say({BEGUN!r} + chr(10))
        """
    path.write_text(textwrap.dedent(start) + textwrap.dedent(body))
    path.chmod(0o755)
    return path


def children() -> set[str]:
    """Processes that this one has started, zombies included."""
    return set(Path(f"/proc/self/task/{os.getpid()}/children").read_text().split())


ANSWERS = {
    "no JSON": "rubbish\n",
    "cut off": '{"id": 3, "result": {"now"\n',
    "no object": "[1]\n",
    "another's": '{"id": 4, "result": {}, "test": true}\n',
    "no mark": '{"id": 3, "result": {}}\n',
    "marked as real": '{"id": 3, "result": {}, "test": false}\n',
    "truth for a number": '{"id": true, "result": {}, "test": true}\n',
    "both": '{"id": 3, "result": {}, "error": null, "test": true}\n',
    "error without a code": '{"id": 3, "error": {"message": "x"}, "test": true}\n',
    "no field": '{"id": 3, "result": {"now": 5}, "test": true}\n',
    "a field of another type": '{"id": 3, "result": {"now": "5", "epoch": 0}, "test": true}\n',
    "a truth": '{"id": 3, "result": {"now": 5, "epoch": true}, "test": true}\n',
    "two lines": '{"id": 3, "result": {}, "test": true}\n{"id": 4, "result": {}, "test": true}\n',
    "no UTF-8": "\udcff\udcfe\n",
}


@pytest.mark.parametrize("name", ANSWERS)
def test_rubbish(tmp_path: Path, name: str) -> None:
    before = children()
    body = f"sys.stdout.reconfigure(errors='surrogateescape'); sys.stdin.readline(); say({ANSWERS[name]!r})\n"
    world = World(tool=program(tmp_path, body + "print('a complaint', file=sys.stderr)\nsys.stdin.read()\n"))
    with pytest.raises(KitProcessError, match="advance"):
        world.advance(seconds=1)
    with pytest.raises(KitProcessError):
        world.advance(seconds=1)
    world.close()
    assert children() == before


def test_a_program_that_dies_says_why(tmp_path: Path) -> None:
    before = children()
    for body, expected in (
        ("sys.stdin.readline(); sys.exit('the disk is on fire')", "exit code 1.*\n.*the disk is on fire"),
        ("sys.stdin.readline(); signal.raise_signal(signal.SIGKILL)", "signal 9"),
        ("sys.exit(3)", "exit code 3"),
        ("sys.stdin.close(); time.sleep(0.3); sys.exit(4)", "exit code 4"),
    ):
        world = World(tool=program(tmp_path, body))
        with pytest.raises(KitProcessError, match=expected):
            world.add_file("large", bytes(1 << 20))
        world.close()
    # Dead before the first answer, and dead with no call under way.
    (tmp_path / "sealedmatch").write_text("#!/bin/sh\necho no such command: kit >&2\nexit 64\n")
    with pytest.raises(KitProcessError, match="exit code 64.*\n.*no such command: kit"):
        World(tool=tmp_path / "sealedmatch")
    world = World(tool=program(tmp_path, "sys.stdin.read(); sys.exit('a fault at the end')"))
    with pytest.raises(KitProcessError, match="exit code 1.*\n.*a fault at the end"):
        world.close()
    world.close()
    assert children() == before


def test_a_program_that_does_not_answer_or_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = children()
    world = World(tool=program(tmp_path, "time.sleep(1000)"), patience=0.5)
    with pytest.raises(KitProcessError, match=r"no answer to advance within 0.5 s"):
        world.advance(seconds=1)
    # One that reads nothing does not block a long request.
    world = World(tool=program(tmp_path, "time.sleep(1000)"), patience=0.5)
    with pytest.raises(KitProcessError, match="no answer to item"):
        world.add_file("large", bytes(1 << 22))
    monkeypatch.setattr("sealedmatch.testing._program._SECONDS_TO_END", 0.5)
    for body in "sys.stdin.read(); time.sleep(1000)", "sys.stdin.read()\nwhile True: say('x' * 65536)":
        world = World(tool=program(tmp_path, f"signal.signal(signal.SIGTERM, signal.SIG_IGN)\n{body}"))
        with pytest.raises(KitProcessError, match="did not end"):
            world.close()
    assert children() == before


def test_an_interrupted_call_is_the_end(tmp_path: Path) -> None:
    """Its answer would be taken for that of the next call."""

    def interrupt(*_: object) -> None:
        raise TimeoutError

    late = 'sys.stdin.readline(); time.sleep(0.5); say(\'{"id": 3, "result": {}, "test": true}\\n\'); sys.stdin.read()'
    world = World(tool=program(tmp_path, late))
    previous = signal.signal(signal.SIGALRM, interrupt)
    try:
        signal.setitimer(signal.ITIMER_REAL, 0.1)
        with pytest.raises(TimeoutError):
            world.add_file("a", b"")
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, previous)
    with pytest.raises(KitProcessError, match="interrupted while it was asked for item"):
        world.add_file("b", b"")
    world.close()


def test_lines_have_a_limit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sealedmatch.testing._program._LONGEST_ANSWER", 1 << 22)
    with World(tool=program(tmp_path, "sys.stdin.readline()\nwhile True: say('x' * 65536)")) as world:
        with pytest.raises(KitProcessError, match="a line of more than"):
            world.advance(seconds=1)
    deep = "'{\"id\": 3, \"test\": true, \"result\": ' + '[' * 200_000 + ']' * 200_000 + '}' + chr(10)"
    with World(tool=program(tmp_path, f"sys.stdin.readline(); say({deep})\nsys.stdin.read()")) as world:
        with pytest.raises(KitProcessError, match="no answer"):
            world.advance(seconds=1)
    long = '\'{"id": 3, "test": true, "error": {"code": "x", "number": null, "message": "\' + \'y\' * 10_000_000'
    monkeypatch.undo()
    with World(
        tool=program(tmp_path, f"sys.stdin.readline(); say({long} + '\"}}}}' + chr(10))\nsys.stdin.read()")
    ) as world:
        with pytest.raises(KitError) as error:
            world.advance(seconds=1)
        assert len(error.value.message) == 10_000_000


def test_the_program_is_found_or_missed(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    tool = os.environ["SEALEDMATCH_TOOL"]
    with World(tool=tool, known=["a"]) as world:
        assert world.distributed_set.known == ("a",)
    monkeypatch.setenv("SEALEDMATCH_TOOL", str(tmp_path / "nothing"))
    with pytest.raises(KitProcessError, match="nothing: no such program; .*SEALEDMATCH_TOOL"):
        World()
    monkeypatch.delenv("SEALEDMATCH_TOOL")
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(KitProcessError, match="not on PATH; install it"):
        World()
    (tmp_path / "sealedmatch").symlink_to(tool)
    World().close()
    (tmp_path / "sealedmatch").unlink()
    (tmp_path / "sealedmatch").write_bytes(b"no program")
    (tmp_path / "sealedmatch").chmod(0o755)
    with pytest.raises(KitProcessError, match="cannot be started"):
        World()


def test_another_release(tmp_path: Path) -> None:
    path = program(tmp_path, "sys.stdin.read()")
    path.write_text(path.read_text().replace('"kit": 1', '"kit": 2'))
    with pytest.raises(KitProcessError, match="speaks version 2 .* this package version 1; install both"):
        World(tool=path)


def test_a_world_that_nobody_closes_leaves_no_process() -> None:
    before = children()
    world = World(known=["a"])
    world.account("alice").device().send("a")
    directory = world._directory
    assert children() > before
    del world
    import gc

    gc.collect()
    assert children() == before and not directory.exists()


def test_a_closed_world_says_so() -> None:
    world = World()
    directory = world._directory
    world.account("alice").device()
    world.close()
    world.close()
    assert not directory.exists()
    with pytest.raises(KitProcessError, match="closed"):
        world.advance(seconds=1)


# -- The plugin, from outside


def pytest_at(directory: Path, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *arguments], cwd=directory,
        env={**os.environ, **environment}, capture_output=True, text=True,
    )  # fmt: skip


def printed() -> str:
    """The test of Docs/Testing.md."""
    (test,) = re.findall(r"^```python\n(.*?)^```", (ROOT / "Docs/Testing.md").read_text(), re.DOTALL | re.MULTILINE)
    return str(test)


def test_the_printed_test_runs_as_it_is_printed(tmp_path: Path) -> None:
    (tmp_path / "test_printed.py").write_text(printed())
    assert len(printed().splitlines()) <= 15
    done = pytest_at(tmp_path)
    assert done.returncode == 0 and "1 passed" in done.stdout, done.stdout
    # It can fail: one match more, and one match less.
    for line, other in (('("b")', '("c", "d")'), ('("c", "d")', '("c")')):
        changed = printed().replace(f"phone.send{line}", f"phone.send{other}")
        assert changed != printed()
        (tmp_path / "test_printed.py").write_text(changed)
        done = pytest_at(tmp_path)
        assert done.returncode == 1 and "AssertionError" in done.stdout, done.stdout


def test_a_test_that_fails_leaves_nothing(tmp_path: Path) -> None:
    (tmp_path / "temporary").mkdir()
    (tmp_path / "test_it.py").write_text(
        textwrap.dedent("""\
            def test_it(sealedmatch_world):
                world = sealedmatch_world(known=["a"])
                world.account("alice").device().send("a")
                sealedmatch_world(seed=2)
                world.account("alice").device().send("b")
            """)
    )
    done = pytest_at(tmp_path, TMPDIR=str(tmp_path / "temporary"))
    assert done.returncode == 1 and "unknownItem" in done.stdout and "ERROR" not in done.stdout, done.stdout
    assert list((tmp_path / "temporary").iterdir()) == []


def test_without_the_program_the_test_says_what_to_do(tmp_path: Path) -> None:
    (tmp_path / "test_printed.py").write_text(printed())
    done = pytest_at(tmp_path, SEALEDMATCH_TOOL="/nowhere/sealedmatch")
    assert done.returncode == 1 and "/nowhere/sealedmatch: no such program" in done.stdout, done.stdout


def test_the_plugin_costs_nothing_where_nobody_uses_it(tmp_path: Path) -> None:
    (tmp_path / "test_it.py").write_text(
        "def test_it():\n    import sys\n    assert 'pytest_sealedmatch' in sys.modules\n"
        "    assert not [name for name in sys.modules if name.split('.')[0] == 'sealedmatch']\n"
    )
    done = pytest_at(tmp_path)
    assert done.returncode == 0 and "1 passed" in done.stdout, done.stdout


def test_worlds_need_no_pytest(tmp_path: Path) -> None:
    program = textwrap.dedent("""\
        import sys, unittest
        sys.modules["pytest"] = None
        from sealedmatch.testing import World
        class Tests(unittest.TestCase):
            def test_threshold(self):
                with World(threshold=2, known=["a", "b", "c"]) as world:
                    world.account("alice").device().send("a", "b", "c")
                    self.assertEqual(world.revealed("alice"), {"a", "b", "c"})
        unittest.main()
        """)
    (tmp_path / "tests.py").write_text(program)
    done = subprocess.run([sys.executable, "tests.py"], cwd=tmp_path, capture_output=True, text=True)
    assert done.returncode == 0 and "OK" in done.stderr, done.stderr


def test_a_killed_test_run_leaves_no_program(tmp_path: Path) -> None:
    program = "from sealedmatch.testing import World\nworld = World()\nprint(world._program._process.pid, flush=True)\n"
    with subprocess.Popen(
        [sys.executable, "-c", program + "input()"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as tests:
        assert tests.stdout is not None
        pid = int(tests.stdout.readline())
        tests.kill()
    deadline = time.monotonic() + 60
    # Whoever takes it in collects it; a zombie has no command line.
    while Path(f"/proc/{pid}/cmdline").exists() and Path(f"/proc/{pid}/cmdline").read_bytes():
        assert time.monotonic() < deadline, "it still runs"
        time.sleep(0.02)
