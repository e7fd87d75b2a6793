"""From two phones to a report and a notice, through everything that stands between: the running service reveals two
accounts; one case is confirmed by two people in the browser and reported to the stand-in for the CyberTipline; the
other is judged wrong, its account is told, and its source gets a file.
"""

from __future__ import annotations

import base64
import contextlib
import http.client
import json
import subprocess
import sys
import tempfile
import time
import unittest
from pathlib import Path
from typing import Any
from unittest import mock

from support import PROGRAMS, ROOT, SECONDS, World, browser, free_port, password

sys.path.insert(0, str(ROOT / "Docs/Examples/service"))

import serve  # noqa: E402

# Both are above the set's threshold of 30.
ACCOUNTS = {"carla": (33, 2), "dora": (31, 2)}
EVIDENCE = """#!/usr/bin/python3 -I
import pathlib, sys
folder = pathlib.Path({folder!r})
file = folder / sys.stdin.buffer.read().decode()
if file.parent == folder and file.is_file():
    sys.stdout.buffer.write(file.read_bytes())
"""
SETTINGS = {
    "format": "SealedMatch report settings",
    "version": 1,
    "provider": {"name": "Example Messenger", "email": "reports@example.org"},
    "cybertipline": {
        "incidentType": "Child Pornography (possession, manufacture, and distribution)",
        "email": "lena@example.org",
        "credentials": "netrc",
    },
}


def received(port: int) -> Any:
    with contextlib.closing(http.client.HTTPConnection("127.0.0.1", port, timeout=SECONDS)) as connection:
        connection.request("GET", "/stand-in/received")
        return json.loads(connection.getresponse().read())


class EndToEnd(unittest.TestCase):
    def setUp(self) -> None:
        base = tempfile.TemporaryDirectory(prefix="sealedmatch-")
        self.addCleanup(base.cleanup)
        self.folder = Path(base.name)

    def test_two_accounts(self) -> None:
        ports = (f"127.0.0.1:{free_port()}", f"127.0.0.1:{free_port()}")
        deployment = self.folder / "service"
        deployment.mkdir(mode=0o700)
        example = serve.Example(PROGRAMS, deployment, *ports)
        with mock.patch.object(serve, "ACCOUNTS", ACCOUNTS), contextlib.redirect_stdout(None):
            example.make_set()
            example.write_settings()
            with example.service("--first-run"):
                names = example.send()
                example.wait("two case files", lambda: len(example.cases()) == 2)
                numbers = self.review(deployment, names)
                self.report(numbers["carla"], deployment)
                self.tell(numbers["dora"], example)

    def review(self, deployment: Path, names: dict[str, str]) -> dict[str, int]:
        """What people do in the browser. Returns the number of each account's case."""
        files = sorted((deployment / "cases").glob("*.json"))
        self.requests = [file.with_suffix(".request") for file in files]
        numbers = {names[file.name.split("-")[0]]: number for number, file in enumerate(files, 1)}
        self.assertEqual(set(numbers), set(ACCOUNTS))
        evidence = self.folder / "evidence"
        evidence.write_text(EVIDENCE.format(folder=str(deployment / "pictures")))
        evidence.chmod(0o700)
        self.world = World(
            self.folder / "review",
            [file.read_bytes() for file in files],
            *("--passwords", "passwords", "--evidence", str(evidence)),
        )
        self.world.start()
        self.addCleanup(self.end)
        for name in ("rita", "sam"):
            with browser(self.world) as person:
                person.sign_in(name, password(name))
                self.look(person, numbers["carla"])
                self.judge(person, "1", "6")
                person.go(f"/cases/{numbers['carla']}")
                person.alt("w")
                person.type("match 1 is what the list says")
                person.alt("c", leaves=True)
                person.alt("y", leaves=True)
                if name == "sam":
                    self.assertEqual(person.title, f"Case {numbers['carla']}: decided: confirmed")
                    person.look("60-end-to-end-confirmed")
                    continue
                self.assertNotIn("decided", person.title)
                # The other case: one person is enough for an account to be left alone.
                self.look(person, numbers["dora"])
                self.judge(person, "5", "8")
                person.go(f"/cases/{numbers['dora']}")
                person.alt("w")
                person.type("a landscape")
                person.alt("o", leaves=True)
                person.alt("y", leaves=True)
                self.assertEqual(person.title, f"Case {numbers['dora']}: decided: not confirmed")
                person.look("61-end-to-end-not-confirmed")
                self.assertEqual(person.violations, [])
        return numbers

    def look(self, person: Any, number: int) -> None:
        """At the first match, as the evidence command gives it."""
        person.go(f"/cases/{number}/matches/1")
        person.alt("e", leaves=True)
        person.alt("d", leaves=True)
        self.assertGreater(int(person.find("figure img").get_attribute("naturalWidth")), 0)
        person.alt("s", leaves=True)
        self.assertIn("shown on the page: image/jpeg", person.text)
        person.alt("y", leaves=True)

    def judge(self, person: Any, category: str, standing: str) -> None:
        if not person.path.partition("?")[0].endswith("/matches/1"):
            person.go(person.path.split("/matches/")[0] + "/matches/1")
        person.alt(category)
        person.alt(standing)
        person.alt("j", leaves=True)
        person.alt("y", leaves=True)

    def end(self) -> None:
        self.assertEqual(self.world.stop(), 0, self.world.log)

    def report(self, number: int, deployment: Path) -> None:
        """One report, with a picture that people saw and one that nobody did."""
        sample = self.world.sample
        shown = json.loads((deployment / "cases").joinpath(self.requests[number - 1].stem + ".json").read_text())
        notes = [base64.b64decode(match["note"]).decode() for match in shown["matches"]]
        (sample.folder / "reports.json").write_text(json.dumps(SETTINGS))
        (sample.folder / "netrc").touch(0o600)
        (sample.folder / "netrc").write_text("machine 127.0.0.1 login user password pass\n")
        port = free_port()
        options = ("--kind", "cybertipline", "--settings", "reports.json", "--library", "cases.sqlite")
        lead = ("--as", "lena", "--key", "cases.key")
        pictures = [f"{match}={deployment / 'pictures' / notes[match - 1]}" for match in (1, 2)]
        when = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() - 3_600))
        refused = self.tried("report", "prepare", str(number), *options, "--as", "sam", "--key", "cases.key")
        self.assertIn("[error 621]", refused.stdout)
        sample.tool(
            *("report", "prepare", str(number), *options, *lead, "--match", "1", "2", "--when", when),
            *("--picture", pictures[0], "--picture", pictures[1]),
        )
        with open(self.folder / "stand-in.log", "ab") as log:
            stand_in = subprocess.Popen(
                [PROGRAMS / "sealedmatchd", "cybertipline-stand-in", "--listen", f"127.0.0.1:{port}"], stderr=log
            )
        try:
            serve.Example.wait("the stand-in", lambda: self.answers(port))
            send = ("report", "send", str(number), *options, *lead, "--to", f"http://127.0.0.1:{port}")
            sample.tool(*send)
            # Said again, nothing goes out again.
            self.tried(*send)
            told = received(port)
        finally:
            stand_in.terminate()
            stand_in.wait(SECONDS)
        self.assertEqual((told["finished"], len(told["reports"])), (1, 1))
        documents = json.dumps(told["reports"][0])
        self.assertEqual(documents.count("<fileViewedByEsp>true<"), 1)
        self.assertEqual(documents.count("<fileViewedByEsp>false<"), 1)
        self.assertIn("reported: confirmed", sample.tool("case", "list", "--library", "cases.sqlite"))

    def answers(self, port: int) -> bool:
        with contextlib.suppress(OSError):
            return bool(received(port))
        return False

    def tell(self, number: int, example: serve.Example) -> None:
        """The account that was judged wrong hears it, and nobody else; the source gets its file."""
        sample = self.world.sample
        self.assertEqual([example.told(name) for name in ACCOUNTS], [[], []])
        sample.case(
            *("notify", str(number), "--kind", "notConfirmed", "--request", str(self.requests[number - 1])),
            *("--orders", "orders"),
        )
        [order] = (sample.folder / "orders").glob("*.order")
        said = json.loads(order.read_text())
        path = f"/v1/notices?set={said['set']}&kind={said['kind']}"
        self.assertEqual(example.ask("POST", path, bytes.fromhex(said["request"]))["status"], "stored")
        self.assertEqual(example.told("carla"), [])
        [notice] = example.told("dora")
        self.assertEqual((notice["set"], notice["kind"]), (said["set"], "notConfirmed"))
        source = str(example.folder / "alice.key.pub")
        sample.case("feedback", str(number), "--source", source, "-o", "feedback.json")
        feedback = (sample.folder / "feedback.json").read_text()
        self.assertIn('"wrong"', feedback)
        self.assertNotIn(json.loads(order.read_text())["request"][16:80], feedback)
        sample.tool("case", "verify", "--library", "cases.sqlite", "--public-key", "cases.key.pub")

    def tried(self, *words: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [PROGRAMS / "sealedmatch", *words],
            cwd=self.world.sample.folder,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )


if __name__ == "__main__":
    unittest.main()
