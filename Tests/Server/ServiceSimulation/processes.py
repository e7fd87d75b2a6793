"""Processes that a simulation starts, kills and starts again."""

from __future__ import annotations

import contextlib
import ctypes
import os
import pwd
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

#: A process ends with the thread that started it, as it asks for below; this one stays as long as the program.
_starter = ThreadPoolExecutor(1, "starter")


def _end_with_parent() -> None:
    PR_SET_PDEATHSIG = 1
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


class Program:
    """One process of the deployment. `kill` is SIGKILL: it can write nothing more."""

    def __init__(
        self, name: str, command: Callable[[], Sequence[str]], log: Path, is_ready: Callable[[], bool] | None = None
    ) -> None:
        self.name = name
        self.kills = 0
        #: How often it ended by itself and was started again.
        self.ends = 0
        self._command = command
        self._log = log
        self._is_ready = is_ready
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        with self._log.open("ab") as output:
            self._process = _starter.submit(
                subprocess.Popen, list(self._command()), stdout=output, stderr=output, preexec_fn=_end_with_parent
            ).result()

    def wait_until_ready(self, seconds: float = 60, may_end: bool = False) -> None:
        deadline = time.monotonic() + seconds
        while self._is_ready is not None and not self._is_ready():
            if (self.has_ended() and not may_end) or time.monotonic() > deadline:
                text = self._log.read_text(errors="replace")[-3_000:]
                raise RuntimeError(f"{self.name} does not become ready:\n{text}")
            self.supervise(may_end)
            time.sleep(0.02)

    def has_ended(self) -> bool:
        return self._process is not None and self._process.poll() is not None

    def kill(self) -> None:
        """Its own processes end with it: PostgreSQL starts again only when none is left."""
        if self._process is None:
            return
        children = Path(f"/proc/{self._process.pid}/task/{self._process.pid}/children")
        own = [int(number) for number in children.read_text().split()] if children.exists() else []
        self._process.kill()
        for number in own:
            with contextlib.suppress(ProcessLookupError):
                os.kill(number, signal.SIGKILL)
        self._process.wait()
        self._process = None
        while any(Path(f"/proc/{number}").exists() for number in own):
            time.sleep(0.005)

    def supervise(self, may_end: bool) -> None:
        """What a service manager does: a process that ended by itself is started again. That is a fault, unless a
        server that it needs was away when it started.
        """
        if not self.has_ended():
            return
        if not may_end:
            text = self._log.read_text(errors="replace")[-3_000:]
            raise RuntimeError(f"{self.name} ended by itself:\n{text}")
        self.ends += 1
        self.kill()
        self.start()

    def kill_and_start(self) -> None:
        self.kill()
        self.kills += 1
        self.start()

    def end(self, seconds: float = 60) -> int:
        """Politely; the exit code."""
        if self._process is None:
            return 0
        self._process.terminate()
        code = self._process.wait(seconds)
        self._process = None
        return code


def listens(port: int) -> bool:
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex(("127.0.0.1", port)) == 0


class JetStream:
    """Three NATS servers on loopback; each writes before it acknowledges."""

    def __init__(self, directory: Path, program: str) -> None:
        self.ports = [free_port() for _ in range(3)]
        routes = [free_port() for _ in range(3)]
        self.programs = []
        for number in range(3):
            home = directory / f"nats{number}"
            home.mkdir()
            others = ", ".join(f"nats://127.0.0.1:{port}" for port in routes)
            (home / "server.conf").write_text(
                f"""
                server_name: s{number}
                host: 127.0.0.1
                port: {self.ports[number]}
                jetstream {{ store_dir: "{home}/store", sync_interval: always, max_file_store: 8GB }}
                cluster {{ name: simulation, host: 127.0.0.1, port: {routes[number]}, routes: [{others}] }}
                """
            )
            self.programs.append(
                Program(
                    f"nats{number}",
                    lambda home=home: [program, "-c", str(home / "server.conf")],
                    directory / f"nats{number}.log",
                    lambda port=self.ports[number]: listens(port),
                )
            )

    @property
    def address(self) -> str:
        return ",".join(f"nats://127.0.0.1:{port}" for port in self.ports)


class PostgreSQL:
    """A server on a Unix socket, as a user of its own where this is root: PostgreSQL refuses to be root."""

    BIN = Path("/usr/lib/postgresql/15/bin")

    def __init__(self, directory: Path, *settings: str) -> None:
        """`settings`: of the server, `NAME=VALUE`, beside its defaults."""
        # Short: a socket's path has at most 107 bytes.
        self.home = directory
        self.port = 5432
        runner: list[str] = []
        if os.geteuid() == 0:
            runner = ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups"]
            # That user must find his name in /etc/passwd; where he may not read it, root takes his number in a name
            # space of its own.
            asked = subprocess.run([*runner, "getent", "passwd", "postgres"], stdout=subprocess.DEVNULL, cwd="/")
            if asked.returncode == 0:
                shutil.chown(directory, "postgres", "postgres")
            else:
                user = pwd.getpwnam("postgres")
                runner = ["unshare", "--user", f"--map-user={user.pw_uid}", f"--map-group={user.pw_gid}"]
        self._runner = runner
        data = directory / "data"
        subprocess.run(
            [*runner, str(self.BIN / "initdb"), "--auth=trust", "--no-locale", "--encoding=UTF8", "-U", "sealedmatch",
             "-D", str(data)],
            check=True, stdout=subprocess.DEVNULL, cwd="/",
        )  # fmt: skip
        self.program = Program(
            "postgres",
            lambda: [*runner, str(self.BIN / "postgres"), "-D", str(data), "-k", str(directory),
                     *(word for setting in ("listen_addresses=", *settings) for word in ("-c", setting))],
            directory.parent / "postgres.log",
            self._answers,
        )  # fmt: skip

    def write(self, path: Path, content: str) -> None:
        """A file that the server's user alone can read."""
        command = [*self._runner, "sh", "-c", 'umask 077; cat > "$0"', str(path)]
        subprocess.run(command, input=content, text=True, check=True, cwd="/")

    def _answers(self) -> bool:
        return self.psql("SELECT 1", "postgres").returncode == 0

    def psql(self, text: str, database: str = "openings") -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            ["psql", "-h", str(self.home), "-p", str(self.port), "-U", "sealedmatch", "-d", database, "-Atc", text],
            capture_output=True, text=True, cwd="/",
        )  # fmt: skip

    @property
    def address(self) -> str:
        return f"postgresql:///openings?host={self.home}&user=sealedmatch"
