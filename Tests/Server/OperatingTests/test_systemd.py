"""The units run under a systemd that has booted: as process 1 of name spaces of its own, on a copy of this system that
nothing is written to. What a person types is what Docs/Operating.md prints.

It needs root, as a boot does.
"""

from __future__ import annotations

import http.client
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

from support import OPERATING, PROGRAMS, ROOT, LoginService, Sample, Uploader, wait

sys.path.insert(0, str(ROOT / "Docs/Examples/review"))

from sample import POLICY  # noqa: E402

DOCUMENT = (ROOT / "Docs/Operating.md").read_text()
# A program of theirs ends with it, and what it has mounted is in its own name spaces.
NAMES = (
    "unshare",
    "--pid",
    "--fork",
    "--kill-child",
    "--mount",
    "--uts",
    "--ipc",
    "--cgroup",
    "--net",
    "--propagation",
    "private",
)
BOOT = """
set -e
mount -t tmpfs -o size=3G none "$0"
mkdir "$0/upper" "$0/work" "$0/root"
mount -t overlay overlay -o "lowerdir=/,upperdir=$0/upper,workdir=$0/work" "$0/root"
cd "$0/root"
mount -t proc proc proc
mount --rbind /sys sys
mount --rbind /dev dev
mount -t tmpfs -o mode=755 none run
mount -t tmpfs -o mode=1777 none tmp
mkdir -p usr/lib/sysusers.d usr/lib/tmpfiles.d .old
cp "$1"/*.service etc/systemd/system/
cp "$1/sysusers.conf" usr/lib/sysusers.d/sealedmatch.conf
cp "$1/tmpfiles.conf" usr/lib/tmpfiles.d/sealedmatch.conf
cp "$2/sealedmatch" "$2/sealedmatchd" usr/bin/
cp -r "$3" srv/sample
pivot_root . .old
umount -l /.old
# systemd leaves this to whoever begins a container; credentials need it.
mount --make-rshared /
exec env -i container=test PATH=/usr/sbin:/usr/bin:/sbin:/bin /lib/systemd/systemd --system --unit=basic.target
"""


class System:
    """A booted system. `run` is a root's shell in it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        (folder / "system").mkdir()
        words = ["bash", "-c", BOOT, folder / "system", OPERATING / "systemd", PROGRAMS, Sample.folder]
        with open(folder / "boot.log", "wb") as log:
            self._outside = subprocess.Popen([*NAMES, *words], stdout=log, stderr=log)
        self.first = 0
        wait("systemd", self._has_booted)

    def _has_booted(self) -> bool:
        assert self._outside.poll() is None, (self.folder / "boot.log").read_text()
        children = Path(f"/proc/{self._outside.pid}/task/{self._outside.pid}/children").read_text().split()
        self.first = int(children[0]) if children else 0
        if not self.first or Path(f"/proc/{self.first}/comm").read_text().strip() != "systemd":
            return False
        state = self._enter("systemctl is-system-running")
        # Something of the machine itself may have failed: it has no hardware.
        return state.stdout.strip() in ("running", "degraded")

    def _enter(self, text: str) -> subprocess.CompletedProcess[str]:
        enter = ["nsenter", "--target", str(self.first), *("-m", "-u", "-i", "-p", "-n", "-C", "-r", "-w")]
        return subprocess.run(
            [*enter, "bash", "-euo", "pipefail", "-c", text],
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=120, cwd="/",
            env={"PATH": "/usr/sbin:/usr/bin:/sbin:/bin"},
        )  # fmt: skip

    def run(self, text: str) -> str:
        done = self._enter(text)
        assert done.returncode == 0, f"{text}\n{done.stdout}\n{self._enter('journalctl --no-pager -n 40').stdout}"
        return done.stdout

    def write(self, path: str, text: str, owner: str = "root") -> None:
        place = Path(f"/proc/{self.first}/root{path}")
        place.parent.mkdir(exist_ok=True)
        place.write_text(text)
        self.run(f"chown {owner} {path}")

    def is_ready(self, address: str) -> bool:
        """What `/readyz` says; an address of loopback is this system's own."""
        return self._enter(f"curl --silent --fail http://{address}/readyz").returncode == 0

    def front(self, path: str) -> http.client.HTTPConnection:
        """A connection to a socket that is below /run."""
        connection = http.client.HTTPConnection("localhost", timeout=30)
        connection.sock = socket.socket(socket.AF_UNIX)
        # Its path may be longer than a socket's address holds.
        place = os.open(f"/proc/{self.first}/root{os.path.dirname(path)}", os.O_PATH)
        try:
            connection.sock.connect(f"/proc/self/fd/{place}/{os.path.basename(path)}")
        finally:
            os.close(place)
        return connection

    def end(self) -> None:
        # With process 1 all others end.
        if self.first:
            os.kill(self.first, signal.SIGKILL)
        self._outside.wait(60)


def why_not() -> str:
    """Why no system can be booted here; empty if one can."""
    if os.geteuid() != 0:
        return "it needs root"
    if shutil.which("systemctl") is None or not Path("/lib/systemd/systemd").exists():
        return "systemd is not installed"
    tried = subprocess.run(
        [*NAMES, "bash", "-ec", "mount -t tmpfs none /mnt; cd /mnt; mkdir upper work root; mount -t overlay overlay -o "
         "lowerdir=/,upperdir=/mnt/upper,workdir=/mnt/work root"],
        stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    return "" if tried.returncode == 0 else tried.stderr.strip() or "name spaces and mounts are not allowed"


class Units(unittest.TestCase):
    @classmethod
    def setUpClass(cls) -> None:
        if reason := why_not():
            raise unittest.SkipTest(f"no system is booted: {reason}")
        Sample.make()
        base = tempfile.TemporaryDirectory(prefix="sealedmatch-")
        cls.addClassCleanup(base.cleanup)
        cls.folder = Path(base.name)
        cls.system = System(cls.folder)
        cls.addClassCleanup(cls.system.end)
        [secrets] = (Sample.folder / "secrets").glob("*.secrets")
        cls.root = secrets.stem
        run = cls.system.run
        run("systemd-sysusers && systemd-tmpfiles --create && systemctl daemon-reload")
        install = re.search(r"^Then, as root, once\.(?:.*\n)+?\n((?:    .*\n)+)", DOCUMENT, re.M)[1]
        run("cd /srv/sample\n" + install)
        [settings] = re.findall(r"```json\n(.*?)```", DOCUMENT, re.S)
        cls.settings = json.loads(settings)
        cls.system.write("/etc/sealedmatch/all.json", settings)
        [drop_in] = re.findall(r"```ini\n(.*?)```", DOCUMENT, re.S)
        for unit in ("all", "opener"):
            cls.system.write(
                f"/etc/systemd/system/sealedmatch-{unit}.service.d/override.conf", drop_in.replace("ROOT", cls.root)
            )
        run("systemctl daemon-reload")
        first = re.search(r"<!-- run first-run -->\n\n((?:    .*\n)+)", DOCUMENT)[1]
        # `timeout` ends it with 124.
        done = cls.system._enter(f"ROOT={cls.root}\n{first}")
        assert done.returncode == 124, done.stdout

    def start(self, unit: str, admin: str) -> None:
        self.system.run(f"systemctl start sealedmatch-{unit}")
        wait(f"sealedmatch-{unit}", lambda: self.has_started(unit, admin))

    def has_started(self, unit: str, admin: str) -> bool:
        state = self.system.run(f"systemctl show --value -p ActiveState,NRestarts sealedmatch-{unit}").split()
        self.assertEqual(sorted(state), ["0", "active"], self.journal(unit))
        return self.system.is_ready(admin)

    def stop(self, *units: str) -> None:
        for unit in units:
            self.system.run(f"systemctl stop sealedmatch-{unit}")
            shown = self.system.run(f"systemctl show --value -p Result sealedmatch-{unit}").strip()
            self.assertEqual(shown, "success", self.journal(unit))

    def journal(self, unit: str) -> str:
        return self.system.run(f"journalctl --no-pager -u sealedmatch-{unit}")

    def upload(self, account: str) -> None:
        """Four vouchers through the socket of the front, until they are opened."""
        login = {"Authorization": f"Bearer {LoginService(Sample.folder / 'login.pem').token(account)}"}
        (self.folder / account).mkdir()
        connection = self.system.front("/run/sealedmatch/front.sock")
        self.assertEqual(Uploader(connection, login).upload(Sample.seal(account, self.folder / account)), 4)
        connection.close()

    def opened(self, admin: str) -> int:
        text = self.system.run(f"curl --silent http://{admin}/metrics")
        return sum(int(value) for value in re.findall(r'opened_total\{outcome="opened"\} (\d+)', text))

    def test_everything_in_one_process(self) -> None:
        self.start("all", "127.0.0.1:8081")
        self.upload("anna")
        wait("vouchers to be opened", lambda: self.opened("127.0.0.1:8081") == 4)
        # The secrets are in memory alone, and root's.
        owner = self.system.run("stat --format='%U %a' /etc/sealedmatch/secrets/*.secrets")
        self.assertEqual(owner, "root 600\n")
        self.stop("all")

    def test_roles_apart(self) -> None:
        ports = {"collector": 8081, "opener": 8083, "reveal": 8084}
        names = {
            "collector": ("listen", "token-keys", "database", "set"),
            "opener": ("database", "authority", "set"),
            "reveal": ("database", "authority", "set", "cases", "list"),
        }
        for role, port in ports.items():
            settings = {name: self.settings[name] for name in names[role]} | {"admin": f"127.0.0.1:{port}"}
            if role == "opener":
                settings["open-seconds"] = 1
            self.system.write(f"/etc/sealedmatch/{role}.json", json.dumps(settings))
        for role, port in ports.items():
            self.start(role, f"127.0.0.1:{port}")
        self.upload("bruno")
        wait("vouchers to be opened", lambda: self.opened("127.0.0.1:8083") >= 4)
        # The unit of all roles takes their place, and they its.
        self.start("all", "127.0.0.1:8081")
        for role in ports:
            self.assertEqual(self.system._enter(f"systemctl is-active sealedmatch-{role}").stdout.strip(), "inactive")
        self.stop("all")

    def test_custodian(self) -> None:
        self.system.run(
            "runuser -u sealedmatch-custodian -- sealedmatch authority init /var/lib/sealedmatch-custodian/folder"
        )
        self.system.write(
            "/etc/sealedmatch/custodian.json",
            json.dumps({"listen": "unix:/run/sealedmatch-custodian/socket", "admin": "127.0.0.1:8086"}),
        )
        self.start("custodian", "127.0.0.1:8086")
        self.stop("custodian")

    def test_review(self) -> None:
        home = "/var/lib/sealedmatch-review"
        self.system.write(f"{home}/policy.json", json.dumps(POLICY), "sealedmatch-review")
        as_page = f"cd {home} && runuser -u sealedmatch-review -- "
        for command in (
            "sealedmatch keygen cases.key",
            "sealedmatch case init --library cases.sqlite --as lena --key cases.key --policy policy.json",
            "sealedmatch case person rita --role reviewer --library cases.sqlite --as lena --key cases.key",
            "sh -c 'echo a-long-password-of-rita | sealedmatchd review-password rita --passwords passwords'",
        ):
            self.system.run(as_page + command)
        [settings] = re.findall(r"^`/etc/sealedmatch/review.json`.*\n\n((?:    .*\n)+)", DOCUMENT, re.M)
        self.system.write("/etc/sealedmatch/review.json", settings)
        self.start("review", "127.0.0.1:8085")
        connection = self.system.front("/run/sealedmatch-review/page.sock")
        connection.request("GET", "/sign-in", headers={"Host": "review.example.org"})
        self.assertEqual(connection.getresponse().status, 200)
        connection.close()
        self.stop("review")


if __name__ == "__main__":
    unittest.main()
