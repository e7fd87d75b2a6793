"""`sealedmatch report` against real processes: the stand-in for the CyberTipline, with faults and kills, and the
receiver of requests of Docs/Examples/reports.
"""

from __future__ import annotations

import base64
import contextlib
import hashlib
import http.client
import http.server
import json
import os
import random
import shutil
import ssl
import subprocess
import tempfile
import threading
import time
import unittest
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from stand_ins import Quiet, Server, running
from support import PROGRAMS, ROOT, Secure, free_port, process, wait

PYTHON = Path(os.environ["SEALEDMATCH_REPORTS_PYTHON"]).absolute()
CHECK = Path(__file__).parent / "check_reports.py"
EXAMPLES = ROOT / "Docs/Examples/reports"
HOSTILE = "]]></additionalInfo><x>&amp;\0\x1b[2J\u202eevil<script>alert(1)</script>\\"
POLICY: dict[str, Any] = {
    "format": "SealedMatch policy",
    "version": 1,
    "name": "Tests",
    "mode": "voluntary",
    "thresholds": {"listed": 1, "viewed": 1},
    "reviewers": {"confirmed": 2, "notConfirmed": 1, "cannotBeJudged": 1},
    "roles": ["reviewer", "second", "lead", "auditor"],
    "retention": dict.fromkeys(
        ("new", "inReview", "confirmed", "notConfirmed", "cannotBeJudged", "reported", "closed"), 0
    ),
    "notices": {"notConfirmed": True, "afterDays": None},
    "reports": ["cybertipline", "article13", "nca", "removal"],
}
SETTINGS = {
    "format": "SealedMatch report settings",
    "version": 1,
    "provider": {"name": "Example <b>", "email": "reports@example.org"},
    "note": {"time": "sent", "sha256": "sha256"},
    "cybertipline": {
        "incidentType": "Child Pornography (possession, manufacture, and distribution)",
        "email": "lena@example.org",
        "service": "Example",
        "credentials": "netrc",
    },
}


def picture(number: int) -> bytes:
    """A JPEG by its first bytes, of match `number`."""
    return b"\xff\xd8\xff" + bytes([number]) * 20_000


def digest(number: int) -> str:
    return hashlib.sha256(picture(number)).hexdigest()


def case_file(account: int) -> dict[str, Any]:
    def match(number: int) -> dict[str, Any]:
        note = json.dumps(
            {"sent": 1_790_000_000 + number, "sha256": digest(number), "text": HOSTILE}, ensure_ascii=False
        )
        return {
            "voucherID": f"{account:030x}{number:02x}",
            "slot": 1,
            "setRoot": "ab" * 32,
            "fingerprintKind": "pdq",
            "fingerprint": f"{number:02x}" * 32,
            "quality": 80,
            "finding": "key",
            "key": "01" + f"{number:02x}" * 8,
            "keyDistance": 0,
            "distance": 2,
            "label": "a\u202e<b>.txt, line 1",
            "sources": ["51" * 32],
            "note": base64.b64encode((HOSTILE if number == 3 else note).encode()).decode(),
            "warnings": [],
        }

    return {
        "format": "SealedMatch case file",
        "formatVersion": 3,
        "part": 1,
        "notice": "",
        "pseudonym": f"{account:02x}" * 32,
        "epoch": 690,
        "epochStart": 690 * 2_592_000,
        "threshold": 1,
        "setRoots": ["ab" * 32],
        "matchCount": 3,
        "listedMatchCount": 3,
        "listedEntryCount": 3,
        "lists": [],
        "matches": [match(number) for number in (1, 2, 3)],
        "warnings": [],
    }


class World:
    """A library of confirmed cases. Match 1 of each was viewed; 1 and 2 were judged; nobody looked at 3."""

    def __init__(self, folder: Path, cases: int, people: tuple[str, ...] = ("rita", "sam")) -> None:
        self.folder = folder
        reviewers = {**POLICY["reviewers"], "confirmed": len(people)}
        reports = POLICY["reports"] if len(people) == 2 else ["cybertipline"]
        self.write("policy.json", json.dumps({**POLICY, "reviewers": reviewers, "reports": reports}))
        self.write("settings.json", json.dumps(SETTINGS))
        self.write("netrc", "machine 127.0.0.1 login us\u00e9r password pass\n", 0o600)
        self.tool("keygen", "k")
        self.key = (folder / "k.pub").read_text().split()[1]
        self.act("case", "init", "--policy", "policy.json")
        for name, role in (("rita", "reviewer"), ("sam", "second")):
            self.act("case", "person", name, "--role", role)
        (folder / "cases").mkdir()
        for account in range(1, cases + 1):
            name = f"cases/{account:02x}" + f"{account:02x}" * 31 + "-690"
            self.write(f"{name}.json", json.dumps(case_file(account)))
            request = b"SMQ1" + (690).to_bytes(4, "little") + bytes([account]) * 32 + bytes(32)
            (folder / f"{name}.request").write_bytes(request)
        self.act("case", "import", "cases")
        for match in (1, 2):
            (folder / f"picture-{match}").write_bytes(picture(match))
        for number in range(1, cases + 1):
            for person in people:
                self.act("case", "view", str(number), "--match", "1", "--file", "picture-1", person=person)
                judged = ("--class", "A1", "--standing", "baseline")
                self.act("case", "judge", str(number), "--match", "1", "2", *judged, person=person)
                self.act("case", "decide", str(number), "--outcome", "confirmed", "--why", "seen", person=person)

    def write(self, name: str, text: str, mode: int = 0o644) -> None:
        (self.folder / name).touch(mode)
        (self.folder / name).write_text(text)

    def request(self, number: int) -> str:
        return f"cases/{f'{number:02x}' * 32}-690.request"

    def tried(self, *command: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [PROGRAMS / "sealedmatch", *command],
            cwd=self.folder,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def tool(self, *command: str, status: int = 0) -> str:
        done = self.tried(*command)
        assert done.returncode == status, (command, done.returncode, done.stdout)
        return done.stdout

    def actor(self, person: str = "lena") -> tuple[str, ...]:
        return ("--library", "cases.sqlite", "--key", "k", "--as", person)

    def act(self, *command: str, person: str = "lena", status: int = 0) -> str:
        return self.tool(*command, *self.actor(person), status=status)

    def prepare(self, number: int, kind: str, *more: str, person: str = "lena", status: int = 0) -> str:
        options = ("--kind", kind, "--settings", "settings.json")
        return self.act("report", "prepare", str(number), *options, *more, person=person, status=status)

    def send(self, number: int, kind: str, *more: str, status: int = 0) -> str:
        options = ("--kind", kind, "--settings", "settings.json")
        return self.act("report", "send", str(number), *options, *more, status=status)

    def status(self, number: int) -> str:
        return self.tool("report", "status", str(number), "--library", "cases.sqlite")


def ask(port: int, path: str, body: Any = None) -> Any:
    with contextlib.closing(http.client.HTTPConnection("127.0.0.1", port, timeout=30)) as connection:
        connection.request("GET" if body is None else "POST", path, None if body is None else json.dumps(body))
        reply = connection.getresponse()
        content = reply.read()
        assert reply.status == 200, (reply.status, content)
        return json.loads(content)


@contextlib.contextmanager
def stand_in(folder: Path) -> Iterator[int]:
    port = free_port()
    command = [PROGRAMS / "sealedmatchd", "cybertipline-stand-in", "--listen", f"127.0.0.1:{port}"]
    with process(command, folder / "stand-in.log") as running_one:

        def is_there() -> bool:
            assert running_one.poll() is None, (folder / "stand-in.log").read_text()
            with contextlib.suppress(OSError):
                return bool(ask(port, "/stand-in/received"))
            return False

        wait("the stand-in", is_there)
        yield port


def checked(*arguments: Any) -> Any:
    done = subprocess.run([PYTHON, "-B", CHECK, *arguments], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


class Reports(unittest.TestCase):
    def setUp(self) -> None:
        self.base = tempfile.TemporaryDirectory(prefix="sealedmatch-")
        self.addCleanup(self.base.cleanup)
        self.folder = Path(self.base.name)

    def test_cybertipline(self) -> None:
        """One report with a picture, one by hashes alone; what came is what the types of another package know."""
        world = World(self.folder, 2)
        pictures = ("--picture", "1=picture-1", "--picture", "2=picture-2")
        self.assertIn("[error 621]", world.prepare(1, "cybertipline", person="sam", status=65))
        said = world.prepare(1, "cybertipline", *pictures, "--dry-run", "-o", "dry")
        self.assertIn("nothing was sent", said)
        self.assertEqual(
            sorted(path.name for path in (self.folder / "dry").iterdir()), ["file-0.xml", "file-1.xml"] + ["report.xml"]
        )
        self.assertFalse((self.folder / "cases.sqlite.filings").exists())
        world.prepare(1, "cybertipline", *pictures, "--urgent", HOSTILE.replace("\0", ""))
        self.assertIn("where to?", world.send(1, "cybertipline", status=65))
        self.assertIn("without TLS", world.send(1, "cybertipline", "--to", "http://example.org", status=65))
        with stand_in(self.folder) as port:
            to = ("--to", f"http://127.0.0.1:{port}")
            self.assertIn("report 1 went out", world.send(1, "cybertipline", *to))
            self.assertIn("report 1 went out", world.send(1, "cybertipline", *to))
            world.prepare(2, "cybertipline")
            world.send(2, "cybertipline", *to)
            received = ask(port, "/stand-in/received")
            self.assertEqual(received["requests"], {"submit": 2, "upload": 2, "fileinfo": 2, "finish": 2})
            retract = ("report", "retract", "2", "--settings", "settings.json", "--why", "x", *to)
            self.assertIn("went out", world.act(*retract, status=65))
        (self.folder / "received.json").write_text(json.dumps(received))
        one, two = checked("xml", self.folder / "received.json")
        self.assertEqual((one["viewed"], one["class"]), ([True, False], ["A1", "A1"]))
        self.assertEqual((two["viewed"], two["account"], two["email"]), ([], None, "lena@example.org"))
        self.assertEqual(one["hashes"][0], [["SHA256", received["reports"][0]["files"][0]["sha256"]]])
        self.assertIn("\\u{202e}evil<script>", two["info"])
        self.assertIn("reported: confirmed", world.tool("case", "list", "--library", "cases.sqlite"))
        self.assertIn("cybertipline 2", world.tool("case", "show", "2", "--events", "--library", "cases.sqlite"))
        # By another name it is the same library, and the same filings.
        (self.folder / "link").symlink_to("cases.sqlite")
        self.assertIn("report 1 went out", world.tool("report", "status", "1", "--library", "link"))
        # What is erased is erased here, too.
        world.act("case", "erase", "2")
        left = sorted(path.name for path in (self.folder / "cases.sqlite.filings").iterdir())
        self.assertEqual((len(left), left[0], left[1][:7], left[1][-2:]), (2, "1-1-cybertipline", "number-", "-1"))

    def test_tls(self) -> None:
        """A certificate that nobody trusts: nothing leaves, and it is known that nothing did."""
        world = World(self.folder, 1)
        world.prepare(1, "cybertipline")
        certificate, key = Secure.certificate(self.folder)
        with Server(("127.0.0.1", 0), Quiet) as server:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(certificate, key)
            server.socket = context.wrap_socket(server.socket, server_side=True)
            server.handle_error = lambda *arguments: None  # type: ignore[method-assign]
            with running(server):
                to = f"https://127.0.0.1:{server.server_address[1]}"
                self.assertIn("nothing was sent", world.send(1, "cybertipline", "--to", to, status=69))
        self.assertIn("prepared; nothing is open", world.status(1))

    def test_killed_at_random(self) -> None:
        """The program is killed all the time, and the other side fails: one finished report for each case."""
        count, chance = int(os.environ.get("SEALEDMATCH_REPORTS_KILLED", "6")), random.Random(26)
        world = World(self.folder, count, ("rita",))
        kills = 0
        faults = ["reset", "lost", "status500", "status503", "truncated", "wrongCode", "code1000", "silence"]
        with stand_in(self.folder) as port:
            options = ("--kind", "cybertipline", "--settings", "settings.json", "--to", f"http://127.0.0.1:{port}")
            for number in range(1, count + 1):
                pictures = ("--picture", "1=picture-1") if number % 2 else ()
                world.prepare(number, "cybertipline", *pictures)
                command = [PROGRAMS / "sealedmatch", "report", "send", str(number), *options, *world.actor()]
                for turn in range(60):
                    if chance.random() < 0.6:
                        call = chance.choice(["submit", "upload", "fileinfo", "finish", "finish", "retract"])
                        ask(port, "/stand-in/faults", {"call": call, "faults": [chance.choice(faults)]})
                    sending = subprocess.Popen(
                        [*command, "--begin-anew", "--seconds", "1"],
                        cwd=self.folder,
                        stdout=subprocess.PIPE,
                        stderr=subprocess.STDOUT,
                        text=True,
                    )
                    try:
                        said, _ = sending.communicate(timeout=chance.uniform(0.02, 0.4) if turn < 12 else 60)
                    except subprocess.TimeoutExpired:
                        sending.kill()
                        said, _ = sending.communicate()
                        kills += 1
                        continue
                    if sending.returncode == 0:
                        break
                    self.assertEqual(sending.returncode, 69, said)
                else:
                    self.fail(f"case {number} was not reported: {world.status(number)}")
            # Requests of killed programs that are still under way end now.
            time.sleep(1.2)
            received = ask(port, "/stand-in/received")
        print(f"\n{kills} kills, {received['requests']}")
        self.assertGreater(kills, count)
        self.assertEqual(received["finished"], count)
        finished = {str(one["number"]) for one in received["reports"] if one["state"] == "finished"}
        recorded = set()
        for number in range(1, count + 1):
            shown = world.tool("case", "show", str(number), "--events", "--library", "cases.sqlite")
            lines = [line for line in shown.split("\n") if "reported it: cybertipline" in line]
            self.assertEqual(len(lines), 1, shown)
            recorded.add(lines[0].split("cybertipline ")[1].split()[0].rstrip(":;,"))
            self.assertIn("went out, and is recorded", world.status(number))
        self.assertEqual(recorded, finished)
        world.tool("case", "verify", "--library", "cases.sqlite", "--public-key", "k.pub")

    def test_one_receiver(self) -> None:
        """An open report is neither sent nor taken back at another receiver."""
        world = World(self.folder, 2, ("rita",))
        options = ("--settings", "settings.json", "--why", "x")
        (self.folder / "other").mkdir()
        with stand_in(self.folder) as own, stand_in(self.folder / "other") as other:
            to, elsewhere = (("--to", f"http://127.0.0.1:{port}") for port in (own, other))
            # A stranger's report of the same number is open there.
            world.prepare(2, "cybertipline", *elsewhere)
            ask(other, "/stand-in/faults", {"call": "finish", "faults": ["lost"]})
            ask(other, "/stand-in/faults", {"call": "retract", "faults": ["lost"]})
            world.send(2, "cybertipline", "--seconds", "5", status=69)
            world.prepare(1, "cybertipline")
            ask(own, "/stand-in/faults", {"call": "finish", "faults": ["lost"]})
            ask(own, "/stand-in/faults", {"call": "retract", "faults": ["lost"]})
            world.send(1, "cybertipline", *to, "--seconds", "5", status=69)
            before = ask(other, "/stand-in/received")
            for said in (
                world.send(1, "cybertipline", *elsewhere, "--begin-anew", status=65),
                world.act("report", "retract", "1", *options, *elsewhere, status=65),
            ):
                self.assertIn(f"goes to {to[1]}, and not to {elsewhere[1]}", said)
            after = ask(other, "/stand-in/received")
            self.assertEqual(
                [(one["number"], one["state"]) for one in after["reports"]], [(1, "open")], (before, after)
            )
            self.assertEqual(after["requests"], before["requests"])
            self.assertIn("went out", world.send(1, "cybertipline", *to))
            self.assertEqual(ask(own, "/stand-in/received")["finished"], 1)
            world.act("report", "retract", "2", *options, *elsewhere)
            # Prepared for one address, it goes to no other; and there without being told.
            world.prepare(2, "cybertipline", *to)
            self.assertIn("prepare it again", world.send(2, "cybertipline", *elsewhere, status=65))
            self.assertIn("went out", world.send(2, "cybertipline"))

    def test_copied_filings(self) -> None:
        """Filings of another case, an older copy, one that is gone, another name of the library: nothing is sent."""
        world = World(self.folder, 3, ("rita",))
        filings = self.folder / "cases.sqlite.filings"
        own = filings / "1-1-cybertipline"
        with stand_in(self.folder) as port:
            to = ("--to", f"http://127.0.0.1:{port}")
            world.prepare(1, "cybertipline")
            shutil.copytree(own, self.folder / "older")
            shutil.copytree(own, filings / "2-1-cybertipline")
            self.assertIn("is of case 1, round 1", world.send(2, "cybertipline", *to, status=65))
            self.assertIn("is of case 1, round 1", world.tried("report", "status", "--library", "cases.sqlite").stdout)
            os.link(self.folder / "cases.sqlite", self.folder / "other.sqlite")
            for library in ("cases.sqlite", "other.sqlite"):
                more = ("--kind", "cybertipline", "--settings", "settings.json", *to)
                actor = ("--library", library, "--key", "k", "--as", "lena")
                self.assertIn("has 2 names", world.tool("report", "send", "1", *more, *actor, status=65))
            (self.folder / "other.sqlite").unlink()
            world.send(1, "cybertipline", *to)
            shutil.move(own, self.folder / "newer")
            self.assertIn("the library knows of", world.send(1, "cybertipline", *to, status=65))
            shutil.rmtree(own)
            shutil.copytree(self.folder / "older", own)
            self.assertIn("an older copy", world.send(1, "cybertipline", *to, status=65))
            self.assertIn("an older copy", world.tried("report", "status", "1", "--library", "cases.sqlite").stdout)
            shutil.rmtree(own)
            shutil.copytree(self.folder / "newer", own)
            (own / "000002-sent").rename(self.folder / "sent")
            self.assertIn("000002-sent: is missing", world.send(1, "cybertipline", *to, status=65))
            (self.folder / "sent").rename(own / "000002-sent")
            self.assertIn("report 1 went out", world.send(1, "cybertipline", *to))
            self.assertEqual(ask(port, "/stand-in/received")["finished"], 1)
            # One that is lost is given up, and the next round knows it.
            world.prepare(3, "cybertipline", *to)
            shutil.rmtree(filings / "3-1-cybertipline")
            self.assertIn("report settle --lost", world.prepare(3, "cybertipline", status=65))
            settle = ("report", "settle", "3", "--lost", "--why", "asked")
            self.assertIn("written down as lost", world.act(*settle))
            self.assertIn("given up", world.prepare(3, "cybertipline", status=65))
        world.tool("case", "verify", "--library", "cases.sqlite", "--public-key", "k.pub")

    def due(self, world: World, status: int, *more: str) -> list[str]:
        """What `send --due` says, line by line."""
        return world.act("report", "send", "--due", "--settings", "settings.json", *more, status=status).splitlines()

    def test_all_that_is_due(self) -> None:
        """Of all cases: one that fails keeps no other back, and a kill in the middle sends nothing twice."""
        world = World(self.folder, 6)
        self.assertEqual(self.due(world, 0), [])
        (self.folder / "picture-3").write_bytes(picture(2))
        with stand_in(self.folder) as port:
            to = ("--to", f"http://127.0.0.1:{port}")
            for number in (1, 2, 4):
                world.prepare(number, "cybertipline", *to)
            world.prepare(3, "cybertipline", "--match", "2", "--picture", "2=picture-3", *to)
            (self.folder / "picture-3").unlink()
            world.prepare(5, "nca")
            world.prepare(6, "removal", "--request", world.request(6), "--to", "http://127.0.0.1:1/x")
            shutil.move(self.folder / "cases.sqlite.filings/4-1-cybertipline", self.folder / "moved")
            said = self.due(world, 65)
            for text in (
                "case 1: report 1 went out, and is recorded",
                "case 2: report 2 went out, and is recorded",
                "case 3, round 1, cybertipline: ",
                "case 4, round 1, cybertipline: ",
                "case 6, round 1, removal: sent 1 time",
                "sealedmatch: 3 filings did not come to an end",
            ):
                self.assertEqual(len([line for line in said if line.startswith(text)]), 1, (text, said))
            self.assertEqual(len(said), 6, said)
            self.assertIn("no such file", "".join(said))
            self.assertIn("the library knows of", "".join(said))
            # What is at its end is not spoken of again; what waits is not sent before its time.
            shutil.move(self.folder / "moved", self.folder / "cases.sqlite.filings/4-1-cybertipline")
            (self.folder / "picture-3").write_bytes(picture(2))
            self.assertEqual(len(self.due(world, 0, "--kind", "cybertipline")), 2)
            [waits, count] = self.due(world, 69)
            self.assertIn("Not sent again before", waits)
            self.assertIn("1 filing", count)
            self.assertEqual(ask(port, "/stand-in/received")["finished"], 4)

    def test_due_killed(self) -> None:
        """Killed at random, with a receiver that fails: one finished report for each case."""
        count, chance = 3, random.Random(27)
        world = World(self.folder, count, ("rita",))
        with stand_in(self.folder) as port:
            for number in range(1, count + 1):
                world.prepare(number, "cybertipline", "--to", f"http://127.0.0.1:{port}")
            command = ("report", "send", "--due", "--settings", "settings.json", "--seconds", "1", *world.actor())
            for turn in range(60):
                if turn < 14:
                    faults = [chance.choice(["reset", "status500", "truncated", "lost"])]
                    ask(port, "/stand-in/faults", {"call": chance.choice(["finish", "retract"]), "faults": faults})
                sending = subprocess.Popen(
                    [PROGRAMS / "sealedmatch", *command],
                    cwd=self.folder,
                    stdout=subprocess.PIPE,
                    stderr=subprocess.STDOUT,
                )
                try:
                    sending.communicate(timeout=chance.uniform(0.02, 0.5) if turn < 14 else 60)
                except subprocess.TimeoutExpired:
                    sending.kill()
                    sending.communicate()
                    continue
                if sending.returncode == 0:
                    break
                # A submit without a reply: the report that may be open there vanishes within an hour, and nobody waits.
                for number in range(1, count + 1):
                    if "--begin-anew" in world.status(number):
                        world.tried(
                            *("report", "send", str(number), "--kind", "cybertipline", "--settings", "settings.json"),
                            *("--begin-anew", "--seconds", "1", *world.actor()),
                        )
            else:
                self.fail("never at its end")
            time.sleep(1.2)
            self.assertEqual(ask(port, "/stand-in/received")["finished"], count)
        for number in range(1, count + 1):
            self.assertIn("went out, and is recorded", world.status(number))

    def test_pictures(self) -> None:
        """A file that nobody was shown is never said to be viewed, and what is no picture is no picture."""
        world = World(self.folder, 1, ("rita",))
        (self.folder / "another").write_bytes(picture(9))
        (self.folder / "text").write_text("<svg></svg>")
        (self.folder / "folder").mkdir()

        def refused(*arguments: str, status: int = 65) -> str:
            return world.prepare(1, "cybertipline", *arguments, status=status)

        said = refused("--picture", "1=another")
        for text in ("another", hashlib.sha256(picture(9)).hexdigest(), digest(1), "what people were shown"):
            self.assertIn(text, said)
        self.assertIn("the note of match 2 says", refused("--picture", "2=another"))
        self.assertIn("is a folder", refused("--picture", "1=folder"))
        self.assertIn("no such file", refused("--picture", "1=nothing"))
        self.assertIn("no picture or video", refused("--picture", "1=text"))
        self.assertIn("two pictures", refused("--picture", "1=picture-1", "--picture", "1=picture-1", status=64))
        self.assertIn("twice", refused("--match", "1", "1", status=64))
        self.assertFalse((self.folder / "cases.sqlite.filings/1-1-cybertipline").exists())
        said = world.prepare(1, "cybertipline", "--picture", "1=picture-1", "--picture", "2=picture-2")
        self.assertIn("fileViewedByEsp=true: a person was shown", said)
        self.assertIn("fileViewedByEsp=false: nobody has viewed", said)
        # Nobody types what the program says of a file that was shown.
        imitated = f"[shown on the page: image/jpeg, 20003 bytes, SHA-256 {digest(2)}]"
        world.act("case", "reopen", "1", "--why", "again")
        view = ("case", "view", "1", "--match", "2", "--why", imitated)
        said = world.act(*view, person="rita", status=65)
        self.assertIn("a reason does not begin like what a page says of itself", said)

    def test_documents(self) -> None:
        world = World(self.folder, 1)
        for kind in ("article13", "nca"):
            self.assertIn("hand it over", world.prepare(1, kind, "--all-listed"))
        filings = self.folder / "cases.sqlite.filings"
        files = [filings / f"1-1-{kind}/000001-report.json" for kind in ("article13", "nca")]
        first, second = checked("signed", EXAMPLES / "report.schema.json", world.key, *files)
        self.assertEqual(first["unknown"], ["content", "location", "identity", "removed", "urgent"])
        self.assertEqual([match["viewed"] for match in first["data"]["matches"]], [True, False, False])
        self.assertEqual(first["concerns"], ["known"])
        # The third note names no hash: none is said.
        self.assertEqual([one["sha256"] for one in second["hashes"]], [digest(1), digest(2), None])
        self.assertEqual([one["viewed"] for one in second["hashes"]], [True, False, False])
        self.assertEqual([one["shown"] for one in first["data"]["matches"]], [[digest(1)], [], []])
        for kind in ("article13", "nca"):
            page = (filings / f"1-1-{kind}/000001-report.html").read_text()
            self.assertIn("not known", page)
            for text in ("<script", "\u202e", "\x1b", "<b>", "http:", "https:", "src=", "href="):
                self.assertNotIn(text, page)
        self.assertIn("hand it over", world.send(1, "nca", status=64))

    def test_requests(self) -> None:
        """Removal and the question who an account is, to the receiver of the example."""
        world = World(self.folder, 2)
        port = free_port()
        url = f"http://127.0.0.1:{port}/requests"
        # By the system's Python: it needs no package.
        command = ["/usr/bin/python3", "-I", "-B", EXAMPLES / "receiver.py", str(port), world.key, url]
        more = ("--request", world.request(1), "--to", url)
        self.assertIn(
            "another case", world.prepare(1, "removal", "--request", world.request(2), "--to", url, status=65)
        )
        self.assertIn("[error 623]", world.prepare(1, "blocking", *more, status=65))
        self.assertIn("[error 621]", world.prepare(1, "account", *more, person="rita", status=65))
        world.prepare(1, "removal", *more)
        # Nobody listens: later again, and not at once.
        self.assertIn("sent 1 time", world.send(1, "removal", status=69))
        self.assertIn("Not sent again before", world.send(1, "removal", status=69))
        with process(command, self.folder / "receiver.log"):

            def is_there() -> bool:
                with (
                    contextlib.suppress(OSError),
                    contextlib.closing(http.client.HTTPConnection("127.0.0.1", port, timeout=30)) as connection,
                ):
                    connection.request("POST", "/requests", b"x")
                    return connection.getresponse().status == 403
                return False

            wait("the receiver", is_there)
            self.assertIn("removal 1", world.send(1, "removal", "--at-once"))
            self.assertIn("removal 1", world.send(1, "removal"))
            self.assertIn("removal", world.tool("case", "show", "1", "--events", "--library", "cases.sqlite"))
            world.prepare(1, "account", *more)
            world.send(1, "account")
            self.refused_by_receiver(world, port)
        # Who it is stands in what is reported from now on.
        world.prepare(1, "cybertipline", "--dry-run", "-o", "dry")
        self.assertIn("<espIdentifier>account of 01010101<", (self.folder / "dry/report.xml").read_text())
        # Opened again it is undecided, and what was answered is of the earlier round.
        world.act("case", "reopen", "1", "--why", "new facts")
        self.assertIn("[error 622]", world.prepare(1, "account", *more, status=65))

    def refused_by_receiver(self, world: World, port: int) -> None:
        """What the receiver of the example refuses: each differs in one thing from what it takes."""
        [sent] = [
            path
            for path in (self.folder / "cases.sqlite.filings/1-1-removal").iterdir()
            if path.name.endswith("request.json")
        ]
        script = (
            "import sys, json, pysodium; body = sys.stdin.buffer.read(); key, stamp = sys.argv[1:]\n"
            "secret = pysodium.crypto_sign_seed_keypair(bytes.fromhex(key))[1]\n"
            "message = b'SealedMatch request\\0' + stamp.encode() + b'\\0' + body\n"
            "print(pysodium.crypto_sign_detached(message, secret).hex())"
        )
        seed = next(word for word in (self.folder / "k").read_text().split() if len(word) == 64)

        def tried(body: bytes, stamp: int, key: str = seed, **changes: str) -> int:
            done = subprocess.run(
                [PYTHON, "-c", script, key, str(stamp)], input=body, stdout=subprocess.PIPE, check=True
            )
            fields = {
                "SealedMatch-Time": str(stamp),
                "SealedMatch-Key": world.key,
                "SealedMatch-Signature": done.stdout.decode().strip(),
                "Idempotency-Key": json.loads(body)["id"],
            } | changes
            with contextlib.closing(http.client.HTTPConnection("127.0.0.1", port, timeout=30)) as connection:
                connection.request("POST", "/requests", body, fields)
                return connection.getresponse().status

        body, now = sent.read_bytes(), int(time.time())
        self.assertEqual(tried(body, now), 200)
        self.assertEqual(tried(body, now - 1_000), 403)
        self.assertEqual(tried(body, now + 1_000), 403)
        self.assertEqual(tried(body, now, "11" * 32), 403)
        self.assertEqual(tried(body, now, **{"SealedMatch-Signature": "ab"}), 403)
        self.assertEqual(tried(body, now, **{"SealedMatch-Time": str(now - 1)}), 403)
        self.assertEqual(tried(body, now, **{"Idempotency-Key": "00" * 16}), 403)
        self.assertEqual(tried(body.replace(b"/requests", b"/elsewhere"), now), 403)

    def test_answers_of_a_messenger(self) -> None:
        """Silence and errors are tried again with the same document; redirects and giants are not believed."""
        world = World(self.folder, 1)
        seen: list[tuple[bytes, str, str]] = []
        script: list[str] = []

        class Messenger(Quiet):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                seen.append((body, self.headers["Idempotency-Key"], self.headers["SealedMatch-Time"]))
                answer = json.dumps({"id": json.loads(body)["id"], "status": "done", "reference": "r"}).encode()
                match script.pop(0):
                    case "silent":
                        time.sleep(1.5)
                    case "giant":
                        self.send_response(200)
                        self.end_headers()
                        with contextlib.suppress(OSError):
                            for _ in range(10_000):
                                self.wfile.write(b" " * 10_000)
                        self.close_connection = True
                    case "redirect":
                        self.answer(307, Location="http://127.0.0.1:1/")
                    case "done":
                        self.answer(200, answer)
                    case "other":
                        self.answer(200, answer.replace(b'"id": "', b'"id": "0'))
                    case "accepted":
                        self.answer(202, answer.replace(b"done", b"accepted"))
                    case status:
                        self.answer(int(status))

        with Server(("127.0.0.1", 0), Messenger) as server, running(server):
            to = ("--to", f"http://127.0.0.1:{server.server_address[1]}/x", "--request", world.request(1))
            for last in ("400", "redirect"):
                world.prepare(1, "removal", *to)
                script[:] = [last]
                self.assertIn("the messenger refused it", world.send(1, "removal", status=65))
                self.assertIn("Prepare it again", world.send(1, "removal", status=65))
                self.assertEqual(script, [])
            seen.clear()
            world.prepare(1, "removal", *to)
            script[:] = ["silent", "500", "503", "429", "giant", "other", "accepted", "done"]
            for turn in range(7):
                said = world.send(1, "removal", "--at-once", "--seconds", "1", status=69)
                self.assertIn(f"sent {turn + 1} time", said)
            self.assertIn("done: r", world.send(1, "removal", "--wait", "--at-once", "--seconds", "1"))
            self.assertEqual(script, [])
            self.assertEqual(
                (len(seen), len({body for body, _, _ in seen}), len({key for _, key, _ in seen})), (8, 1, 1)
            )
            # The doubling of times, across processes.
            world.act("case", "reopen", "1", "--why", "again")


if __name__ == "__main__":
    unittest.main()
