"""A divided key with three real custodians, by the commands of Docs/Operating.md, "Custodians": one is killed, one
lies.
"""

from __future__ import annotations

import json
import re
import shutil
import signal
import subprocess
import tempfile
import time
import unittest
from pathlib import Path

from custodian_world import world
from support import PROGRAMS, Sample, ask, free_port, wait


def swapped(path: str, answer: bytes) -> bytes:
    """Two products exchanged."""
    if path != "/v1/evaluations" or len(answer) < 136:
        return answer
    return answer[:40] + answer[72:104] + answer[40:72] + answer[104:]


class Custodians(unittest.TestCase):
    def setUp(self) -> None:
        self.world = world(self)

    def record(self) -> str:
        return f"messages/{self.world.variables['TABLE']}.record"

    def refused(self, call: tuple[str, bytes], journal: bytes) -> None:
        """Custodian 1 does not take the call, and its journal is what it was."""
        status, said = self.world.relays[1].bring(*call)
        self.assertEqual((status, json.loads(said)["type"]), (403, "urn:sealedmatch:error:209"))
        self.assertEqual((self.world.folder / "custodian-1/journal").read_bytes(), journal)

    def test_document(self) -> None:
        """Offline parties, a set, an opening, with all three; then without one, and with one that lies."""
        world = self.world
        world.plan()
        for turn in range(4):
            for party in (1, 2, 3):
                said = world.typed("run", party)
                # Given again it says nothing new.
                self.assertEqual(said.split("\n")[-2:], world.typed("run", party).split("\n")[-2:])
            if turn == 0:
                self.assertIn("round 2 waits for", said)
        self.assertIn("share of party 3 is here", said)
        world.allow()
        for party in (1, 2, 3):
            world.start(party)
        world.typed("build")
        self.assertEqual(len(list((world.folder / "secrets").glob("*.record"))), 1)
        self.assertEqual(list((world.folder / "secrets").glob("*.secrets")), [])
        world.sign()
        # The log's entry names the custodians by their public shares.
        world.tool("keygen", "log.key")
        world.tool("log", "init", "log", "--name", "example.org/log", "--key", "log.key.pub")
        (world.folder / "statement.txt").write_text("What it is for.\n")
        self.assertIn("entry 0", world.typed("log"))
        shares = world.tool("authority", "shares", f"messages/{world.variables['TABLE']}.record").split()[:3]
        entry = b"".join(path.read_bytes() for path in (world.folder / "log").rglob("*") if path.is_file())
        for share in shares:
            self.assertEqual(len(bytes.fromhex(share)), 32)
            self.assertIn(share.encode(), entry)
        # Given again the same table comes out; another list is refused.
        first = (world.folder / "known.smset").read_bytes()
        # It lives for another time, so it has another root: both may be built in one second.
        again = "-o again.smset --expires-after-days 9"
        world.typed("build", change=lambda text: text.replace("-o known.smset", again))
        self.assertEqual((world.folder / "again.smset").read_bytes()[-65536:], first[-65536:])
        with self.assertRaisesRegex(AssertionError, "another list of entries"):
            world.typed("build", change=lambda text: text.replace("-o known.smset", "-o other.smset --min-sources 1"))

        sealed = world.seal("anna")
        self.assertIn(f"opened {sealed} vouchers", world.open("--first-run"))
        self.assertEqual(world.revealed(), 1)

        # Who carries calls brings one again: it is refused, and not counted.
        call = next(call for call in reversed(world.relays[1].calls) if call[0] == "/v1/evaluations")
        counted = (world.folder / "custodian-1/journal").read_bytes()
        self.refused(call, counted)

        # One is killed: the others open, and it is said who does not answer.
        world.kill(1)
        sealed = world.seal("bruno")
        said = world.open()
        self.assertIn("custodian 1 does not answer", said)
        self.assertIn(f"opened {sealed} vouchers", said)
        self.assertEqual(world.revealed(), 2)
        world.start(1)
        self.refused(call, counted)

        # One lies: it is named, and the others open.
        world.relays[2].change = swapped
        sealed = world.seal("carla")
        said = world.open()
        self.assertIn("custodian 2 answers wrongly", said)
        self.assertIn(f"opened {sealed} vouchers", said)
        self.assertEqual(world.revealed(), 3)

        # Two of three are needed, and vouchers wait for them.
        world.typed("stop", change=lambda text: text.split("\n")[0])
        sealed = world.seal("dario")
        done = world.tried(
            *("open", "--database", "collector.sqlite", "--authority", "authority.sqlite", "--set", "known.smset"),
            *world.ways(),
        )
        self.assertIn("custodian 1 does not answer: its operator has stopped it [error 616]", done.stdout)
        self.assertIn("[error 613]", done.stdout)
        self.assertNotEqual(done.returncode, 0)
        world.tool("authority", "resume", "custodian-1")
        self.assertIn(f"opened {sealed} vouchers", world.open())

        # The opener's count and the custodians': two of three for each slot, and more.
        epoch = int(time.time()) // 2_592_000
        counted = json.loads(world.tool("opened", "--authority", "authority.sqlite", "--json"))
        self.assertEqual(counted["slots"], 32 * counted["vouchers"])
        journals = [world.tool("authority", "journal", f"custodian-{n}", "--epoch", str(epoch)) for n in (1, 2, 3)]
        told = sum(int(found) for text in journals for found in re.findall(r": ([0-9]+) slot", text))
        self.assertGreater(told, 2 * counted["slots"])
        none = world.tool("authority", "journal", "custodian-2", "--epoch", str(epoch - 1))
        self.assertNotIn("table", none)

        # The journal of a custodian that runs, and a forged one.
        self.assertIn("all verified", world.typed("journal", 3))
        journal = bytearray((world.folder / "custodian-3/journal").read_bytes())
        journal[216 * 2 + 104] ^= 1
        (world.folder / "forged").write_bytes(journal)
        done = world.tried("authority", "journal", "--file", "forged", "--key", "custodian-3/custodian.key.pub")
        self.assertIn("[error 617]", done.stdout)

        # What the policy does not allow.
        key = ("--coordinator", "coordinator.key.pub")
        record = ("--record", self.record(), "--days", "1")
        for more, code in (
            (("--slots", "5000", "--rate", "20000", *key), 410),
            (("--slots", "50000000", "--rate", "1", "--coordinator", "alice.key.pub"), 209),
        ):
            for party in (1, 3):
                world.tool("authority", "allow", f"custodian-{party}", *record, *more)
            picture = ("--media", "pictures/other-1.jpg")
            done = world.tried("set", "prove", "known.smset", *picture, "-o", f"{code}.proof", *world.ways())
            if code == 209:
                self.assertIn("[error 209]", done.stdout)
        for party in (1, 2, 3):
            self.assertEqual(world.kill(party, signal.SIGTERM), 0)
        # A journal that is lost, or empty, does not begin anew; put back, it is gone on with.
        journal, lost = world.folder / "custodian-3/journal", world.folder / "lost"
        journal.rename(lost)
        for _ in range(2):
            done = world.tried("authority", "show", "custodian-3")
            self.assertIn("the file `journal` is missing, or its end is", done.stdout)
            self.assertIn("[error 617]", done.stdout)
            self.assertFalse(journal.exists() and journal.stat().st_size)
            journal.touch(0o600)
        lost.rename(journal)
        self.assertIn("share  party 3 of 3", world.tool("authority", "show", "custodian-3"))
        for party in (1, 2):
            said = world.typed("erase", party)
            self.assertEqual(world.typed("erase", party), said)
        self.assertIn("share  erased", world.tool("authority", "show", "custodian-1"))

    def test_front(self) -> None:
        """The service's own limits, and what it counts."""
        world = self.world
        world.start(1)
        relay = world.relays[1]
        from custodian_world import UnixConnection

        connection = UnixConnection(relay.back)
        for method, path, body, status in (
            ("POST", "/v1/evaluations", b"", 400),
            ("POST", "/v1/evaluations", b"SMPA" + bytes(140), 403),
            ("POST", "/v1/runs", b"SMP0" + bytes(200), 400),
            ("POST", "/v1/nothing", b"", 404),
            ("GET", "/v1/runs", None, 405),
        ):
            connection.request(method, path, body)
            reply = connection.getresponse()
            self.assertEqual(reply.status, status, (path, reply.read()))
            reply.read()
            connection.close()
        metrics = UnixConnection(world.folder / "custodian-1/admin")
        metrics.request("GET", "/metrics")
        text = metrics.getresponse().read().decode()
        self.assertIn('sealedmatch_calls_total{call="v1/evaluations",outcome="error 201"} 1', text)
        # One process works in a folder.
        done = world.tried("authority", "show", "custodian-1")
        self.assertIn("another process is using this directory", done.stdout)


if __name__ == "__main__":
    unittest.main()
