"""systemd's own programs read the units, the user and the folders as they are shipped; nothing is started."""

from __future__ import annotations

import subprocess
import tempfile
import unittest
from pathlib import Path

from support import OPERATING

UNITS = sorted((OPERATING / "systemd").glob("*.service"))
# 0 is best; 10 is a unit without any of it.
EXPOSURE = 1.5


def run(*command: object) -> str:
    done = subprocess.run([str(part) for part in command], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    assert done.returncode == 0, f"{command[0]}: {done.stdout}"
    return done.stdout


class Units(unittest.TestCase):
    def setUp(self) -> None:
        self.base = tempfile.TemporaryDirectory(prefix="sealedmatch-")
        self.addCleanup(self.base.cleanup)
        self.folder = Path(self.base.name)
        self.copies = []
        for unit in UNITS:
            # The program is not installed here, and units are looked at with one that is.
            text = unit.read_text()
            self.assertIn("ExecStart=/usr/bin/sealedmatchd ", text)
            self.copies.append(self.folder / unit.name)
            self.copies[-1].write_text(text.replace("/usr/bin/sealedmatchd", "/usr/bin/env"))

    def test_units_are_good(self) -> None:
        self.assertEqual(len(UNITS), 6)
        # It says nothing of a unit without a fault; a name that it does not know is a warning.
        self.assertEqual(run("systemd-analyze", "verify", "--man=no", *self.copies), "")

    def test_units_are_hardened(self) -> None:
        for copy in self.copies:
            run("systemd-analyze", "security", "--offline=yes", f"--threshold={EXPOSURE * 10:.0f}", "--no-pager", copy)

    def test_each_role_sees_only_its_own(self) -> None:
        hidden = {unit.stem: unit.read_text() for unit in UNITS}
        for role, folders in (
            ("collector", ("authority", "cases")),
            ("opener", ("cases",)),
            ("reveal", ()),
            ("custodian", ()),
            ("review", ()),
        ):
            text = hidden[f"sealedmatch-{role}"]
            [line] = [line for line in text.splitlines() if line.startswith("InaccessiblePaths=")]
            for folder in folders:
                self.assertIn(f"/var/lib/sealedmatch/{folder}", line)
            self.assertIn("/etc/sealedmatch/secrets", line)
            self.assertEqual("--secrets" in text, role == "opener")

    def test_user_and_folders(self) -> None:
        root = self.folder / "root"
        (root / "etc").mkdir(parents=True)
        for name in ("passwd", "group", "shadow", "gshadow"):
            (root / "etc" / name).touch()
        run("systemd-sysusers", f"--root={root}", OPERATING / "systemd/sysusers.conf")
        self.assertIn("sealedmatch-front:x:", (root / "etc/group").read_text())
        run("systemd-tmpfiles", f"--root={root}", "--create", OPERATING / "systemd/tmpfiles.conf")
        modes = {
            path: (root / path).stat().st_mode & 0o777
            for path in (
                "etc/sealedmatch/secrets",
                "var/lib/sealedmatch/authority",
                "var/lib/sealedmatch/collector",
                "var/lib/sealedmatch-custodian",
                "var/lib/sealedmatch-review",
            )
        }
        self.assertEqual(set(modes.values()), {0o700})
        users = dict(line.split(":")[0:3:2] for line in (root / "etc/passwd").read_text().splitlines())
        self.assertEqual((root / "var/lib/sealedmatch/authority").stat().st_uid, int(users["sealedmatch"]))


if __name__ == "__main__":
    unittest.main()
