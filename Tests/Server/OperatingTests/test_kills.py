"""Custodians and whoever asks them are killed at random moments of runs, openings and proofs, by SIGKILL: all goes
on after a restart, shares stay what they were, nothing secret serves twice, and no journal is damaged.

SEALEDMATCH_KILL_ROUNDS and SEALEDMATCH_KILL_SEED make it longer, and another one.
"""

from __future__ import annotations

import os
import random
import re
import shutil
import subprocess
import tempfile
import threading
import time
import unittest
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from custodian_world import world
from support import PROGRAMS, Sample

ROUNDS = int(os.environ.get("SEALEDMATCH_KILL_ROUNDS", "1"))
SEED = int(os.environ.get("SEALEDMATCH_KILL_SEED", "20"))


class Kills(unittest.TestCase):
    def setUp(self) -> None:
        self.world = world(self)
        self.counts: Counter[str] = Counter()

    @contextmanager
    def killing(self) -> Iterator[None]:
        """One custodian after another is killed and started again."""
        chance, is_over = random.Random(f"{SEED} {self.counts['phases']}"), threading.Event()
        self.counts["phases"] += 1

        def kill() -> None:
            # Ever more seldom: a machine that is busy gets its work done, too.
            pause = 0.1
            while not is_over.wait(chance.uniform(0.1, 1) * pause):
                pause *= 1.03
                party = chance.choice((1, 2, 3))
                self.world.kill(party)
                self.counts["custodians killed"] += 1
                time.sleep(chance.uniform(0, 0.05))
                self.world.start(party)

        thread = threading.Thread(target=kill)
        thread.start()
        try:
            yield
        finally:
            is_over.set()
            thread.join()

    def stubborn(self, chance: random.Random, *arguments: str, kills: int = 2) -> None:
        """Gives a command again until it ends well. The first times it is killed somewhere on the way, if it has not
        ended by then."""
        said = ""
        for attempt in range(200):
            command = [PROGRAMS / "sealedmatch", *arguments]
            if arguments[0] == "open" and not (self.world.folder / arguments[4]).exists():
                command.append("--first-run")
            process = subprocess.Popen(
                command, cwd=self.world.folder, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
            )
            if attempt < kills:
                try:
                    said = process.communicate(timeout=chance.uniform(0.01, 0.15))[0]
                except subprocess.TimeoutExpired:
                    process.kill()
                    self.counts["commands killed"] += 1
            said = process.communicate()[0]
            self.counts["commands"] += 1
            if process.returncode == 0:
                return
        raise AssertionError(said)

    def carried(self, chance: random.Random, plan: str) -> None:
        name = f"{plan}.messages"
        self.stubborn(chance, "authority", "carry", "--plan", plan, "--messages", name, *self.world.ways())
        self.counts["runs"] += 1

    def test_killed_at_random(self) -> None:
        world, chance = self.world, random.Random(SEED)
        for party in world.parties:
            world.start(party)
        with self.killing():
            for _ in range(2):
                world.plan()
                carry = ("authority", "carry", "--plan", "key.plan", "--messages", "messages")
                self.stubborn(chance, *carry, *world.ways())
                self.counts["runs"] += 1
        world.typed("carry")
        world.allow()
        table = world.variables["TABLE"]
        with self.killing():
            build = world.block("build").replace("\\\n", " ").replace("$TABLE", table).split()[1:]
            self.stubborn(chance, *build)
        world.sign()
        world.seal("anna")
        before = world.openings("before.sqlite")
        self.assertGreaterEqual(len(before), 8)
        [kept] = (world.folder / "secrets").glob("*.record")
        record = f"messages/{table}.record"
        for number in range(ROUNDS):
            # New shares.
            plan = f"refresh-{number}.plan"
            self.planned("refresh", plan, {"messages/$TABLE.record": record, "refresh.plan": plan})
            with self.killing():
                self.carried(chance, plan)
            record = f"{plan}.messages/{table}.record"
            shutil.copy(world.folder / record, kept)
            # A lost share.
            lost = chance.choice((1, 2, 3))
            dealers = " ".join(str(party) for party in world.parties if party != lost)
            plan = f"recover-{number}.plan"
            changes = {"--recover 1": f"--recover {lost}", "--dealers 2 3": f"--dealers {dealers}"}
            changes |= {"messages/$TABLE.record": record, "recover.plan": plan, "recovered": f"{plan}.messages"}
            self.planned("recover", plan, changes)
            world.kill(lost)
            (world.folder / f"custodian-{lost}/state/{table}.custodian").unlink()
            world.start(lost)
            with self.killing():
                self.carried(chance, plan)
            # Openings, and proofs.
            with self.killing():
                name = f"authority-{number}.sqlite"
                command = ("open", "--database", "collector.sqlite", "--authority", name, "--set", "known.smset")
                self.stubborn(chance, *command, *world.ways())
                for place in range(2):
                    proof = f"{number}-{place}.proof"
                    picture = ("--media", f"pictures/other-{place + 1}.jpg", "-o", proof)
                    self.stubborn(chance, "set", "prove", "known.smset", *picture, *world.ways())
                    world.tool("set", "verify-proof", "known.smset", proof)
                    self.counts["proofs"] += 1
            self.assertEqual(world.opened(name), before)
            self.assertEqual(world.openings(f"again-{number}.sqlite", lost), before)
            self.counts["openings"] += 2
        self.look(table)
        print(f"seed {SEED}:", ", ".join(f"{count} {what}" for what, count in sorted(self.counts.items())))
        # How many, is a matter of how fast the machine is.
        self.assertGreater(self.counts["custodians killed"], 3)
        self.assertGreater(self.counts["commands killed"], 1)

    def planned(self, block: str, plan: str, changes: dict[str, str]) -> None:
        """A plan by the document's commands, which all operators agree to."""
        text = self.world.block(block)
        for old, new in changes.items():
            self.assertIn(old, text)
            text = text.replace(old, new)
        said = self.world.typed(block, change=lambda _: text)
        self.world.agree(plan, re.findall(r"^name  (\w+)$", said, re.M)[0])

    def look(self, table: str) -> None:
        """What came over the wires."""
        world = self.world
        for party, relay in world.relays.items():
            nonces: dict[bytes, bytes] = {}
            once: dict[bytes, bytes] = {}
            given = 0
            for path, answer in list(relay.answers):
                if path == "/v1/runs" and answer[:3] == b"SMP":
                    # A party says one thing in a round, however often it is asked and killed.
                    self.assertEqual(once.setdefault(answer[:4] + answer[8:40], answer), answer, party)
                if path == "/v1/proofs/reveal":
                    self.assertEqual(nonces.setdefault(answer[40:72], answer[8:40]), answer[8:40], party)
                if path == "/v1/proofs/response":
                    self.assertEqual(once.setdefault(answer[:4] + answer[8:40], answer), answer, party)
                    self.counts["responses"] += 1
                if path == "/v1/evaluations":
                    self.assertEqual((len(answer) - 40) % 32, 0)
                    # A product and its root; with a proof at least as many.
                    given += (len(answer) - 40) // 64
            # Nothing left uncounted.
            said = world.tool("authority", "journal", f"custodian-{party}")
            self.assertIn("all verified", said)
            [total] = re.findall(rf"^table {table}: ([0-9]+) slot", said, re.M)
            self.assertLessEqual(given, int(total))
            self.counts["elements"] += given
        self.assertGreaterEqual(self.counts["responses"], 4 * ROUNDS)


if __name__ == "__main__":
    unittest.main()
