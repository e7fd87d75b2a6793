"""Docs/Operating.md: its settings are those of the programs, its plan is that of measured.json, and its commands do
what it says, typed as they are printed.
"""

from __future__ import annotations

import contextlib
import http.client
import json
import os
import re
import shlex
import signal
import sqlite3
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path
from typing import Any

from support import OPERATING, PROGRAMS, ROOT, LoginService, Sample, Uploader, ask, free_port, wait

DOCUMENT = (ROOT / "Docs/Operating.md").read_text()


def options() -> dict[str, tuple[list[str], str]]:
    """Each option of sealedmatchd: the roles that have it, and its default, as the help says it."""
    dump = subprocess.run([PROGRAMS / "sealedmatchd", "--experimental-dump-help"], check=True, stdout=subprocess.PIPE)
    found: dict[str, tuple[list[str], str]] = {}
    for command in json.loads(dump.stdout)["command"]["subcommands"]:
        if command["commandName"] == "help":
            continue
        for argument in command.get("arguments", []):
            if argument["kind"] == "positional":
                continue
            name = next(f"--{name['name']}" for name in argument["names"] if name["kind"] == "long")
            if name in ("--help", "--version"):
                continue
            default = re.search(r"Default: (\S+?)\.?$", argument.get("abstract", ""))
            found.setdefault(name, ([], default[1] if default else ""))[0].append(command["commandName"])
    return found


class Settings(unittest.TestCase):
    def test_table_is_the_help(self) -> None:
        rows = re.findall(r"^\| `(--[a-z-]+)` \| ([^|]*) \|([^|]*)\|", DOCUMENT, re.M)
        table = {name: (roles.split(", "), default.strip()) for name, roles, default in rows}
        self.assertEqual(len(rows), len(table))
        self.maxDiff = None
        self.assertEqual(table, options())

    def test_plan(self) -> None:
        done = subprocess.run(
            [sys.executable, "-B", OPERATING / "plan.py", "--check"], stderr=subprocess.PIPE, text=True
        )
        self.assertEqual(done.returncode, 0, done.stderr)

    def test_settings_file_of_the_document(self) -> None:
        [text] = re.findall(r"```json\n(.*?)```", DOCUMENT, re.S)
        self.assertLessEqual({f"--{name}" for name in json.loads(text)}, set(options()))


class Machine:
    """A folder in the place of a machine: its commands are those of the document, its paths and ports are others."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.ports = {port: str(free_port()) for port in ("8080", "8081")}
        self.ports["8082"] = self.ports["8083"] = self.ports["8081"]
        for name in ("etc/secrets", "var/collector", "var/authority", "var/cases", "var/sets", "backups"):
            (folder / name).mkdir(parents=True)
        for source, target in (
            ("admin.token", "etc/admin.token"),
            ("jwks.json", "etc/jwks.json"),
            ("alice.key.pub", "etc/alice.key.pub"),
            ("alice.txt", "etc/alice.txt"),
            ("known.smset", "var/sets/known.smset"),
        ):
            data = (Sample.folder / source).read_bytes()
            (folder / target).touch(0o600)
            (folder / target).write_bytes(data)
        [secrets] = (Sample.folder / "secrets").glob("*.secrets")
        (folder / "etc/secrets" / secrets.name).touch(0o600)
        (folder / "etc/secrets" / secrets.name).write_bytes(secrets.read_bytes())
        self.root = secrets.stem
        [text] = re.findall(r"```json\n(.*?)```", DOCUMENT, re.S)
        settings = json.loads(
            self.placed(text).replace("unix:/run/sealedmatch/front.sock", f"127.0.0.1:{self.ports['8080']}")
        )
        settings |= {
            "admin": f"127.0.0.1:{self.ports['8081']}",
            "admin-token-file": str(folder / "etc/admin.token"),
            "secrets": str(folder / "etc/secrets"),
            "open-seconds": 1,
            "reveal-seconds": 1,
            "prune": True,
        }
        (folder / "etc/all.json").write_text(json.dumps(settings))
        (folder / "functions").write_text(
            f"""
            export PATH={shlex.quote(str(PROGRAMS))}:$PATH ROOT={self.root}
            systemctl() (
                cd {shlex.quote(str(folder))}
                case "$1" in
                stop) kill -TERM "$(cat pid)"; while kill -0 "$(cat pid)" 2> /dev/null; do sleep 0.05; done ;;
                start)
                    sealedmatchd all --settings etc/all.json >> service.log 2>&1 < /dev/null & echo $! > pid
                    for try in {{1..600}}; do
                        curl --silent --output ready http://{settings["admin"]}/readyz && break; sleep 0.1
                    done ;;
                esac
            )
            systemd-run() {{
                while [ "${{1#--}}" != "$1" ]; do shift; done
                CREDENTIALS_DIRECTORY={shlex.quote(str(folder / "etc/secrets"))} "$@"
            }}
            """
        )

    def placed(self, text: str) -> str:
        for old, new in (
            ("/etc/sealedmatch", f"{self.folder}/etc"),
            ("/var/lib/sealedmatch", f"{self.folder}/var"),
            ("/var/backups", f"{self.folder}/backups"),
            (" -o sealedmatch -g sealedmatch", ""),
            ("timeout 10 ", "timeout --preserve-status 3 "),
        ):
            text = text.replace(old, new)
        return re.sub(r"127\.0\.0\.1:(80\d\d)", lambda found: f"127.0.0.1:{self.ports[found[1]]}", text)

    def block(self, name: str) -> str:
        found = re.search(rf"<!-- run {name} -->\n\n((?:    .*\n)+)", DOCUMENT)
        assert found, f"the document has no commands {name}"
        return self.placed(re.sub(r"^    ", "", found[1], flags=re.M))

    def run(self, name: str, change: tuple[str, str] = ("", ""), **variables: str) -> subprocess.CompletedProcess[str]:
        script = ". ./functions\n" + self.block(name).replace(*change)
        return subprocess.run(
            ["bash", "-euo", "pipefail", "-c", script],
            cwd=self.folder,
            env={"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", **variables},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def ready(self) -> tuple[bool, str]:
        answer = json.loads(ask(f"127.0.0.1:{self.ports['8081']}", "/readyz")[1])
        return answer["ready"], answer["problems"].get("opener", "")

    def opened(self) -> int:
        text = ask(f"127.0.0.1:{self.ports['8081']}", "/metrics")[1]
        return sum(int(value) for value in re.findall(r'opened_total\{outcome="opened"\} (\d+)', text))

    def upload(self, account: str, folder: Path) -> None:
        login = {"Authorization": f"Bearer {LoginService(Sample.folder / 'login.pem').token(account)}"}
        connection = http.client.HTTPConnection(f"127.0.0.1:{self.ports['8080']}", timeout=30)
        stored = Uploader(connection, login).upload(Sample.seal(account, folder))
        connection.close()
        assert stored == 4


class Commands(unittest.TestCase):
    def setUp(self) -> None:
        Sample.make()
        self.base = tempfile.TemporaryDirectory(prefix="sealedmatch-")
        self.addCleanup(self.base.cleanup)
        self.folder = Path(self.base.name)
        self.machine = Machine(self.folder)
        self.addCleanup(self.end)

    def end(self) -> None:
        self.shell("systemctl stop sealedmatch-all || true")

    def shell(self, text: str) -> None:
        subprocess.run(["bash", "-c", f". ./functions\n{text}"], cwd=self.folder, check=True, stderr=subprocess.DEVNULL)

    def do(self, name: str, *change: Any, **variables: str) -> str:
        done = self.machine.run(name, *change, **variables)
        self.assertEqual(done.returncode, 0, f"{name}: {done.stdout}")
        return done.stdout

    def send(self, name: str) -> None:
        """Four vouchers of an account, until they are opened."""
        before = self.machine.opened()
        (self.folder / name).mkdir()
        self.machine.upload(name, self.folder / name)
        wait("vouchers to be opened", lambda: self.machine.opened() == before + 4)

    def test_commands(self) -> None:
        machine = self.machine
        self.do("first-run")
        self.shell("systemctl start sealedmatch-all")
        self.send("anna")
        self.do("backup")
        self.assertEqual((self.folder / "backups/authority.sqlite").stat().st_mode & 0o077, 0)
        # Both copies fit.
        self.assertIn('"ready":true', self.do("restore"))
        self.send("bruno")

        # The collector's copy is older than the authority's.
        self.shell("systemctl stop x; cp backups/collector.sqlite var/collector/; systemctl start x")
        wait("error 703", lambda: "[error 703]" in machine.ready()[1])
        self.assertIn("opened", self.do("from-start"))
        self.assertEqual(machine.ready(), (True, ""))
        self.send("carla")

        # The authority's copy is older than the collector's, who has pruned.
        self.shell("systemctl stop x; cp backups/authority.sqlite var/authority/; systemctl start x")
        wait("error 704", lambda: "[error 704]" in machine.ready()[1])
        self.assertIn("are lost", self.do("from-start", ("--from-start", "--accept-loss")))
        self.send("dora")

        opened = json.loads(self.do("opened"))["opened"]
        self.assertEqual(len(opened), 1)
        self.assertGreater(opened[0]["vouchers"], 0)
        self.assertEqual(opened[0]["slots"], 32 * opened[0]["vouchers"])

        # Nobody was revealed here: a request that was made up tells nobody.
        with contextlib.closing(sqlite3.connect(self.folder / "var/collector/collector.sqlite")) as store:
            epoch, pseudonym = store.execute("SELECT epoch, pseudonym FROM registration").fetchone()
        made_up = self.folder / "made-up.request"
        made_up.write_bytes(b"SMQ1" + epoch.to_bytes(4, "little") + pseudonym + bytes(32))
        refused = json.loads(self.do("notice", CASE=str(made_up.with_suffix(""))))
        self.assertEqual((refused["status"], refused["type"]), (403, "urn:sealedmatch:error:706"))

        erased = json.loads(self.do("erase", NAME="dora"))
        self.assertEqual((len(erased["erased"]), erased["openingsErased"]), (1, True))
        self.assertEqual(json.loads(self.do("erase", NAME="nobody"))["erased"], [])
        self.do("erase", NAME="carla")
        self.assertTrue(json.loads(self.do("erasures"))["openingsErased"])
        expired = json.loads(self.do("expire"))
        self.assertEqual((expired["openings"], expired["vouchers"]), (True, 0))

    def test_roles_apart(self) -> None:
        """The first run of three roles, each with its settings, as they are printed."""
        machine = self.machine
        found = re.search(r"<!-- settings apart -->\n\n((?:    .*\n)+)", DOCUMENT)
        assert found
        text, decoder = machine.placed(re.sub(r"^    ", "", found[1], flags=re.M)).strip(), json.JSONDecoder()
        addresses = {}
        for role in ("collector", "opener", "reveal"):
            settings, end = decoder.raw_decode(text)
            text = text[end:].lstrip()
            addresses[role] = settings["admin"] = f"127.0.0.1:{free_port()}"
            if role == "collector":
                settings["listen"] = f"127.0.0.1:{machine.ports['8080']}"
            # The unit has them from its credentials.
            extra = {"secrets": str(self.folder / "etc/secrets"), "open-seconds": 1} if role == "opener" else {}
            (self.folder / f"etc/{role}.json").write_text(json.dumps(settings | extra))
        self.assertEqual(text, "")
        with (self.folder / "functions").open("a") as functions:
            functions.write(
                f"""
                systemctl() {{
                    [ "$1 $2" = "enable --now" ]; shift 2
                    for unit; do
                        role=${{unit#sealedmatch-}}
                        (cd {shlex.quote(str(self.folder))}
                         exec sealedmatchd $role --settings etc/$role.json >> $role.log 2>&1 < /dev/null) &
                        echo $! >> {shlex.quote(str(self.folder / "pids"))}
                        admin=$(jq -r .admin {shlex.quote(str(self.folder))}/etc/$role.json)
                        for try in {{1..600}}; do
                            curl --silent --fail --output /dev/null http://$admin/readyz && break; sleep 0.1
                        done
                    done
                }}
                """
            )
        try:
            self.do("first-run-apart")
            for role, address in addresses.items():
                self.assertEqual(ask(address, "/readyz")[0], 200, (self.folder / f"{role}.log").read_text())
            (self.folder / "anna").mkdir()
            machine.upload("anna", self.folder / "anna")
            opened = 'sealedmatch_opened_total{outcome="opened"} 4'
            wait("vouchers to be opened", lambda: opened in ask(addresses["opener"], "/metrics")[1])
            # The file of which was made once is not made again.
            self.assertNotEqual(machine.run("first-run-apart").returncode, 0)
        finally:
            for pid in (self.folder / "pids").read_text().split():
                with contextlib.suppress(ProcessLookupError):
                    os.kill(int(pid), signal.SIGTERM)


if __name__ == "__main__":
    unittest.main()
