"""`sealedmatchd migrate` as a process: what it says on a terminal and in a log, that it is killed and begun again, and
that it goes nowhere while a role has a file open. Real servers on loopback."""

from __future__ import annotations

import contextlib
import os
import pty
import random
import signal
import subprocess
import sys
import tempfile
import time
import unittest
from pathlib import Path

from support import PROGRAMS, ROOT, LoginService, Plain, Sample, Uploader, ask, free_port, process, service, wait

sys.path.insert(0, str(ROOT / "Tests/Server/ServiceSimulation"))

from processes import PostgreSQL, Program, listens  # noqa: E402

NATS = os.environ["SEALEDMATCH_NATS_SERVER"]


class Migrate(unittest.TestCase):
    @classmethod
    def setUpClass(cls) -> None:
        Sample.make()
        base = tempfile.TemporaryDirectory(prefix="smmove-", dir="/tmp")
        cls.addClassCleanup(base.cleanup)
        cls.folder = Path(base.name)
        cls.folder.chmod(0o755)
        (cls.folder / "pg").mkdir()
        cls.postgresql = PostgreSQL(cls.folder / "pg")
        port = free_port()
        (cls.folder / "server.conf").write_text(
            f'host: 127.0.0.1\nport: {port}\njetstream {{ store_dir: "{cls.folder}/store" }}\n'
        )
        nats = Program(
            "nats",
            lambda: [NATS, "-c", str(cls.folder / "server.conf")],
            cls.folder / "nats.log",
            lambda: listens(port),
        )
        for program in (cls.postgresql.program, nats):
            program.start()
            cls.addClassCleanup(program.kill)
            program.wait_until_ready()
        cls.keys = cls.folder / "data.keys"
        cls.keys.touch(0o600)
        cls.keys.write_bytes(os.urandom(32))
        cls.servers = ["--database", f"nats://127.0.0.1:{port}", "--nats-replicas", "1", "--data-keys", str(cls.keys)]
        cls.moves = 0
        cls.files = cls.folder / "files"
        cls.files.mkdir(mode=0o700)
        listen = free_port()
        with service(cls.files, f"127.0.0.1:{listen}", "--token-keys", "jwks.json"):
            for account in ("anna", "bruno"):
                login = {"Authorization": f"Bearer {LoginService(Sample.folder / 'login.pem').token(account)}"}
                (cls.files / account).mkdir()
                with contextlib.closing(Plain("127.0.0.1", listen, timeout=30)) as connection:
                    assert Uploader(connection, login).upload(Sample.seal(account, cls.files / account)) == 4

    def setUp(self) -> None:
        # Each test has files and stores of its own.
        home = tempfile.TemporaryDirectory(dir=self.folder)
        self.addCleanup(home.cleanup)
        self.home = Path(home.name)
        for name in ("collector", "authority"):
            with contextlib.suppress(FileNotFoundError):
                (self.home / f"{name}.sqlite").write_bytes((self.files / f"{name}.sqlite").read_bytes())
            (self.home / f"{name}.sqlite").chmod(0o600)
        Migrate.moves += 1
        name = f"move{self.moves}"
        self.assertEqual(self.postgresql.psql(f"CREATE DATABASE {name}", "postgres").returncode, 0)
        files = ["--from-database", str(self.home / "collector.sqlite")]
        files += ["--from-authority", str(self.home / "authority.sqlite")]
        address = f"postgresql:///{name}?host={self.postgresql.home}&user=sealedmatch"
        self.base = [str(PROGRAMS / "sealedmatchd"), "migrate", *files]
        self.command = [*self.base, *self.servers, "--deployment", name, "--authority", address]

    def run_command(self, *command: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(command, capture_output=True, text=True, timeout=120)

    def done(self, *command: str) -> tuple[str, str]:
        done = self.run_command(*command)
        self.assertEqual(done.returncode, 0, done.stderr)
        return done.stdout, done.stderr

    def role(self) -> subprocess.CompletedProcess[str]:
        """A collector on the old file: it ends with an error where that is marked."""
        admin, listen = f"127.0.0.1:{free_port()}", f"127.0.0.1:{free_port()}"
        command = [PROGRAMS / "sealedmatchd", "collector", "--database", self.home / "collector.sqlite"]
        command += ["--set", "known.smset", "--token-keys", "jwks.json", "--admin", admin, "--listen", listen]
        with process(command, self.home / "role.log", cwd=Sample.folder) as running:

            def has_decided() -> bool:
                if running.poll() is not None:
                    return True
                with contextlib.suppress(OSError):
                    return ask(admin, "/readyz")[0] == 200
                return False

            wait("the collector", has_decided)
            ended = running.poll()
        text = (self.home / "role.log").read_text()
        (self.home / "role.log").unlink()
        return subprocess.CompletedProcess(command, 0 if ended is None else ended, "", text)

    def on_terminal(self, *command: str) -> tuple[int, str]:
        """What a person sees: output and errors on one terminal."""
        leader, follower = pty.openpty()
        with contextlib.closing(os.fdopen(leader, "rb", buffering=0)) as screen:
            running = subprocess.Popen(command, stdin=follower, stdout=follower, stderr=follower, close_fds=True)
            os.close(follower)
            shown = b""
            # The last that holds the other end closes it: EIO.
            with contextlib.suppress(OSError):
                while part := screen.read(65_536):
                    shown += part
            return running.wait(120), shown.decode()

    def test_what_it_says(self) -> None:
        """In a log whole lines alone, and no control characters; on a terminal the line that changes is gone at the
        end."""
        output, errors = self.done(*self.command)
        self.assertTrue(output.endswith("moved; the files are marked, and the cluster is ready: start its roles\n"))
        self.assertEqual(errors, "")
        self.assertTrue(output.isprintable() or all(line.isprintable() for line in output.splitlines()))
        self.assertNotIn("\r", output)
        again, errors = self.done(*self.command)
        self.assertEqual((again.count("\n"), errors), (1, ""))
        status, shown = self.on_terminal(*self.command, "--check")
        self.assertEqual(status, 0, shown)
        lines = [line.rpartition("\x1b[K")[2] for line in shown.split("\r\n")]
        self.assertEqual((lines[-2], lines[-1]), ("the cluster holds what the files hold", ""))
        self.assertNotIn("\x1b", "".join(lines))
        output, errors = self.done(*self.base, "--undo")
        self.assertEqual(output, "roles can open the files again\n")
        self.assertTrue(errors.startswith("sealedmatchd: if a role of the cluster has run"), errors)
        self.assertTrue(errors.endswith("before a role opens the files\n") and errors.count("\n") == 1, errors)
        self.assertEqual(self.done(*self.base, "--undo"), ("the files have no marks\n", ""))
        # Names from outside are shown, and write nothing of their own.
        failed = self.run_command(*self.base[:3], "/tmp/a\r\n\x1b[2Kb.sqlite", *self.base[4:], "--undo")
        self.assertEqual(failed.returncode, 1)
        self.assertEqual(failed.stderr.count("\n"), 1, failed.stderr)
        self.assertNotIn("\x1b", failed.stderr)
        self.assertNotIn("\r", failed.stderr)

    def test_while_a_role_runs(self) -> None:
        admin, listen = f"127.0.0.1:{free_port()}", f"127.0.0.1:{free_port()}"
        command = [PROGRAMS / "sealedmatchd", "collector", "--database", self.home / "collector.sqlite"]
        command += ["--set", "known.smset", "--token-keys", "jwks.json", "--admin", admin, "--listen", listen]
        with process(command, self.home / "role.log", cwd=Sample.folder):

            def is_ready() -> bool:
                with contextlib.suppress(OSError):
                    return ask(admin, "/readyz")[0] == 200
                return False

            wait("the collector", is_ready)
            for arguments in (self.command, [*self.base, "--undo"], [*self.command, "--check"]):
                failed = self.run_command(*arguments)
                self.assertEqual(failed.returncode, 1)
                self.assertIn("has the store open: stop it first", failed.stderr)
            # The role goes on, and nothing was marked.
            self.assertEqual(ask(admin, "/readyz")[0], 200)
        self.assertEqual(self.done(*self.base, "--undo"), ("the files have no marks\n", ""))
        self.done(*self.command)
        refused = self.role()
        self.assertNotEqual(refused.returncode, 0)
        self.assertIn("moved", refused.stderr)
        self.done(*self.base, "--undo")
        self.assertEqual(self.role().returncode, 0)

    def test_killed_and_run_again(self) -> None:
        """Killed at random moments, a move is ended by the next run; so is its undoing. At the end all is marked,
        or nothing."""
        seed = random.randrange(1 << 32)
        chance = random.Random(seed)
        begin = time.monotonic()
        self.done(*self.command, "--help")
        start = time.monotonic() - begin
        for arguments in (self.command, [*self.base, "--undo"]):
            for _ in range(6):
                running = subprocess.Popen(arguments, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
                time.sleep(start + chance.random() * 0.5)
                running.send_signal(signal.SIGKILL)
                _, errors = running.communicate(timeout=120)
                self.assertIn(running.returncode, (0, -signal.SIGKILL), (seed, errors))
            self.done(*arguments)
            if arguments == self.command:
                self.assertEqual(
                    self.done(*self.command, "--check")[0].splitlines()[-1][:27], "the cluster holds what the "
                )
                self.assertNotEqual(self.role().returncode, 0, seed)
        self.assertEqual(self.done(*self.base, "--undo"), ("the files have no marks\n", ""))
        self.assertEqual(self.role().returncode, 0, seed)


if __name__ == "__main__":
    unittest.main()
