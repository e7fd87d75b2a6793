"""Alarms and dashboard name metrics that the service really prints, and the documents name all of them."""

from __future__ import annotations

import contextlib
import json
import re
import shutil
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

from support import OPERATING, PACKAGES, PROGRAMS, ROOT, Sample, ask, call, free_port, process, service, wait

METRIC = re.compile(r"\bsealedmatch_[a-z_]+\b")
PROMTOOL = PACKAGES / "usr/bin/promtool"
HERE = Path(__file__).resolve().parent


def promtool(*arguments: object, folder: Path) -> str:
    command = [PROMTOOL, *arguments]
    done = subprocess.run(command, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    assert done.returncode == 0, done.stdout
    return done.stdout


class Monitoring(unittest.TestCase):
    printed: set[str]

    @classmethod
    def setUpClass(cls) -> None:
        Sample.make()
        with tempfile.TemporaryDirectory(prefix="sealedmatch-") as name:
            folder = Path(name)
            login = ("--token-keys", "jwks.json")
            listen = f"127.0.0.1:{free_port()}"
            with service(folder, listen, *login) as admin:
                # Replies are counted by their status: there has to be one.
                ask(listen, "/v1/sets/current")
                cls.printed = set(METRIC.findall(ask(admin, "/metrics")[1]))
            cls.printed |= cls.custodian(folder)
            cls.printed |= cls.review(folder)

    @staticmethod
    def custodian(folder: Path) -> set[str]:
        """What a custodian prints after a call."""
        listen, admin = (f"127.0.0.1:{free_port()}" for _ in range(2))
        subprocess.run([PROGRAMS / "sealedmatch", "authority", "init", folder / "custodian"], check=True)
        command = [PROGRAMS / "sealedmatchd", "custodian", "--folder", folder / "custodian"]
        with process([*command, "--listen", listen, "--admin", admin], folder / "custodian.log"):

            def answers() -> bool:
                with contextlib.suppress(OSError):
                    call(listen, "POST", "/v1/runs")
                    return True
                return False

            wait("a custodian", answers)
            return set(METRIC.findall(ask(admin, "/metrics")[1]))

    @staticmethod
    def review(folder: Path) -> set[str]:
        """What the review page prints after a call."""
        sys.path.insert(0, str(ROOT / "Docs/Examples/review"))
        from sample import Sample as Library

        library = Library(PROGRAMS, folder / "review")
        library.found()
        listen, admin = (f"127.0.0.1:{free_port()}" for _ in range(2))
        command = library.command(listen, "--admin", admin, "--passwords", "passwords")
        with process(command, folder / "review.log", cwd=library.folder):

            def answers() -> bool:
                with contextlib.suppress(OSError):
                    return call(listen, "GET", "/sign-in")[0] == 200
                return False

            wait("the review page", answers)
            return set(METRIC.findall(ask(admin, "/metrics")[1]))

    def expressions(self) -> list[str]:
        dashboard = json.loads((OPERATING / "grafana/sealedmatch.json").read_text())
        return [target["expr"] for panel in dashboard["panels"] for target in panel["targets"]]

    def test_alarms_ring(self) -> None:
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            shutil.copy(OPERATING / "prometheus/alerts.yaml", folder)
            shutil.copy(HERE / "alerts.test.yaml", folder)
            self.assertIn("SUCCESS", promtool("test", "rules", "alerts.test.yaml", folder=folder))

    def test_each_alarm_is_tested_and_explained(self) -> None:
        alarms = set(re.findall(r"alert: (\w+)", (OPERATING / "prometheus/alerts.yaml").read_text()))
        self.assertEqual(set(re.findall(r'alertname="(\w+)"', (HERE / "alerts.test.yaml").read_text())), alarms)
        document = (ROOT / "Docs/Operating.md").read_text()
        self.assertEqual(set(re.findall(r"^\| `(SealedMatch\w+)` \|", document, re.M)), alarms)

    def test_expressions_of_the_dashboard(self) -> None:
        with tempfile.TemporaryDirectory() as name:
            rules = [
                {"record": f"panel:{number}", "expr": text.replace("$__rate_interval", "5m")}
                for number, text in enumerate(self.expressions())
            ]
            # JSON is YAML, too.
            (Path(name) / "rules.yaml").write_text(json.dumps({"groups": [{"name": "dashboard", "rules": rules}]}))
            promtool("check", "rules", "rules.yaml", folder=Path(name))

    def test_metrics_exist(self) -> None:
        for where, text in (
            ("dashboard", "\n".join(self.expressions())),
            ("alarms", re.sub(r"#.*", "", (OPERATING / "prometheus/alerts.yaml").read_text())),
        ):
            named = set(METRIC.findall(text))
            self.assertTrue(named, where)
            self.assertEqual(named - self.printed, set(), where)

    def test_document_has_every_metric(self) -> None:
        document = (ROOT / "Docs/Operating.md").read_text()
        self.assertEqual(set(re.findall(r"^\| `(sealedmatch_[a-z_]+)", document, re.M)), self.printed)


if __name__ == "__main__":
    unittest.main()
