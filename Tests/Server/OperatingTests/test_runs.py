"""A key of eight custodians, five of whom are needed, by commands, over files and over HTTP: it is made, refreshed,
and a lost share is recovered. In each round of each of them a party lies: it is named, and nothing is lost.
"""

from __future__ import annotations

import shutil
import signal
import tempfile
import unittest
from pathlib import Path

from custodian_world import world
from support import Sample

# Who lies. Who is lied to, where that is one party: it comes before the liar.
LIAR, VICTIM = 6, 2
# Where in a round 2 of all eight the share of the victim is.
SHARE = 72 + 114 * (VICTIM - 1) + 50


class Runs(unittest.TestCase):
    def setUp(self) -> None:
        self.world = world(self, 8)

    def carry(self, name: str, parties: tuple[int, ...] = ()) -> tuple[int, str]:
        """Carries a run over HTTP; its exit code and what was said."""
        world = self.world
        done = world.tried(*("authority", "carry", "--plan", f"{name}.plan", "--messages", name), *world.ways(*parties))
        return done.returncode, done.stdout

    def turn(self, name: str, party: int) -> tuple[int, str]:
        """One turn of a party over files."""
        done = self.world.tried(
            *("authority", "run", f"custodian-{party}", "--plan", f"{name}.plan", "--messages", name)
        )
        return done.returncode, done.stdout

    def turns(self, name: str, parties: tuple[int, ...] | range) -> list[str]:
        """One turn of each, which goes well."""
        said = []
        for party in parties:
            status, text = self.turn(name, party)
            self.assertEqual(status, 0, text)
            said.append(text)
        return said

    def lie(self, name: str, round: int, party: int, place: int) -> bytes:
        """A party's message in the folder is a lie from now on; what it was."""
        file = self.world.folder / f"{name}/{round}-{party:02}.smp"
        before = file.read_bytes()
        file.write_bytes(self.world.lie(party, before, place))
        return before

    def named(self, done: tuple[int, str], party: int, code: int) -> None:
        self.assertNotEqual(done[0], 0)
        self.assertRegex(done[1], f"party {party}: .*\\[error {code}\\]")

    def dead(self, done: tuple[int, str]) -> None:
        self.assertEqual(done[0], 1, done[1])
        self.assertRegex(done[1], f"party {LIAR} is wrong; the run is dead")

    def shows(self, name: str, accuser: int) -> None:
        """The complaint says to everybody who was wrong."""
        said = self.world.tool(
            *("authority", "judge", "--plan", f"{name}.plan", f"{name}/complaint-{accuser}-{LIAR}.smp")
        )
        self.assertEqual(said, f"party {LIAR} is wrong\n")

    def test_key_generation_over_http(self) -> None:
        world = self.world
        for party in world.parties:
            world.start(party)
        new = ("--threshold", "5", "--party", *world.keys(), "-o")
        # Round 1: the proof of possession. Who is asked again says the truth, and the run goes on.
        table = world.planned(*new, "key.plan")
        world.lies(LIAR, b"SMP1", -1)
        self.named(self.carry("key"), LIAR, 501)
        world.honest()
        # Round 3: another transcript, another key.
        for place in (40, -32 * 5 - 1):
            world.lies(LIAR, b"SMP3", place)
            done = self.carry("key")
            self.assertNotEqual(done[0], 0)
            self.assertRegex(done[1], rf"party {LIAR}: ")
        # At the end: a record that this run did not make.
        world.honest()
        world.lies(7, b"SMCR", 90)
        status, text = self.carry("key")
        self.assertNotEqual(status, 0)
        self.assertIn("party 7 has another record", text)
        self.assertIn("party 8 has its share", text)
        world.honest()
        status, text = self.carry("key")
        self.assertEqual(status, 0, text)
        self.assertEqual(text.count("has its share of record"), 8)
        self.assertEqual(len(world.tool("authority", "shares", f"key/{table}.record").split()), 8 + 5)

        # Round 2: a share. The run is dead, whoever asks how often, and another one is begun.
        world.planned(*new, "second.plan")
        world.lies(LIAR, b"SMP2", SHARE)
        for _ in range(2):
            self.dead(self.carry("second"))
            self.shows("second", VICTIM)
            # The complaint is lost on its way: it is said once more.
            (world.folder / f"second/complaint-{VICTIM}-{LIAR}.smp").unlink()
        # Somebody complains of nothing.
        world.honest()
        world.planned(*new, "third.plan")
        complaint = world.relays[VICTIM].answers[-1][1]
        self.assertEqual(complaint[:4], b"SMP5")
        world.relays[3].change = lambda path, answer: complaint if answer[:4] == b"SMP3" else answer
        done = self.carry("third")
        self.assertNotEqual(done[0], 0)
        self.assertIn("another run", done[1])
        world.honest()
        self.assertEqual(self.carry("third")[0], 0)

    def test_lifetime(self) -> None:
        """A key over files; new shares over HTTP; a lost share over files, and one over HTTP on a new machine. What
        opens is the same each time."""
        world = self.world
        everybody = world.parties
        table = world.planned("--threshold", "5", "--party", *world.keys(), "-o", "first.plan")
        self.turns("first", everybody)
        # Round 1.
        truth = self.lie("first", 1, LIAR, -1)
        self.named(self.turn("first", VICTIM), LIAR, 501)
        # Who lied has said two things, and cannot say that it did not.
        status, text = self.turn("first", LIAR)
        self.assertNotEqual(status, 0)
        (world.folder / "other.smp").write_bytes(truth)
        judge = ("authority", "judge", "--plan", "first.plan", f"first/1-{LIAR:02}.smp")
        self.assertEqual(world.tool(*judge, "other.smp"), f"party {LIAR} is wrong\n")
        (world.folder / f"first/1-{LIAR:02}.smp").write_bytes(truth)
        # Round 2.
        self.turns("first", everybody)
        self.lie("first", 2, LIAR, SHARE)
        self.dead(self.turn("first", VICTIM))
        self.dead(self.turn("first", VICTIM))
        self.dead(self.turn("first", 3))
        self.shows("first", VICTIM)
        # Party 3 has seen it: it goes on no more, also where the complaint is not there any more, and says it again.
        (world.folder / f"first/complaint-{VICTIM}-{LIAR}.smp").unlink()
        self.dead(self.turn("first", 3))
        self.shows("first", VICTIM)
        world.tool("authority", "abandon", "custodian-3", "--plan", "first.plan")
        self.assertIn("[error 614]", world.tried("authority", "abandon", "custodian-3", "--plan", "first.plan").stdout)

        table = world.planned("--threshold", "5", "--party", *world.keys(), "-o", "key.plan")
        for _ in range(3):
            self.turns("key", everybody)
        # Round 3. The record, which the last ones have, is enough for the others; without it the lie is seen.
        (world.folder / f"key/{table}.record").unlink()
        truth = self.lie("key", 3, LIAR, 40)
        self.named(self.turn("key", VICTIM), LIAR, 612)
        (world.folder / f"key/3-{LIAR:02}.smp").write_bytes(truth)
        self.turns("key", everybody)
        shutil.copytree(world.folder / "key", world.folder / "messages")
        world.variables["TABLE"] = table
        world.allow()
        for party in everybody:
            world.start(party)
        world.typed(
            "build", change=lambda text: text.split("--custodian")[0] + "--custodian " + " ".join(world.ways()[3:])
        )
        world.sign()
        world.seal("anna")
        before = world.openings("before.sqlite")
        self.assertGreaterEqual(len(before), 8)
        [kept] = (world.folder / "secrets").glob("*.record")

        # New shares, over HTTP.
        def refreshed(name: str) -> None:
            shutil.copy(world.folder / f"{name}/{table}.record", kept)
            world.tool("authority", "shares", f"{name}/{table}.record", "--set", "known.smset")

        world.planned("--refresh", f"key/{table}.record", "-o", "lied.plan")
        world.lies(LIAR, b"SMP2", SHARE)
        self.dead(self.carry("lied"))
        self.shows("lied", VICTIM)
        world.honest()
        # Nothing is lost: the shares from before open.
        self.assertEqual(world.openings("lied.sqlite", VICTIM, LIAR), before)
        # A party begins nothing else, until its operator gives that run up, while it runs.
        world.planned("--refresh", f"key/{table}.record", "-o", "new.plan")
        self.assertIn("another run is under way there [error 614]", self.carry("new")[1])
        for party in everybody:
            said = world.typed("abandon", party, change=lambda text: text.replace("refresh.plan", "lied.plan"))
            self.assertIn("noted", said)
        for magic, place, code in ((b"SMP1", 72, 202), (b"SMP3", 40, 612)):
            world.lies(LIAR, magic, place)
            self.named(self.carry("new"), LIAR, code)
            world.honest()
        # Another key: only the others see it, and say so. Meanwhile the shares from before open.
        world.lies(LIAR, b"SMP3", lambda said: said[:104] + said[136:168] + said[104:136] + said[168:])
        status, text = self.carry("new")
        self.assertNotEqual(status, 0)
        self.assertRegex(text, rf"custodian-1/custodian.key.pub says of party {LIAR}: .*\[error 612\]")
        world.honest()
        self.assertEqual(world.openings("confirmed.sqlite", 1, 2, 3, 4, 5), before)
        (world.folder / f"new/3-{LIAR:02}.smp").unlink()
        status, text = self.carry("new")
        self.assertEqual(status, 0, text)
        old = world.tried(
            *("open", "--database", "collector.sqlite", "--authority", "old.sqlite", "--set", "known.smset"),
            *("--first-run", *world.ways()),
        )
        self.assertIn("it has no share of this record", old.stdout)
        refreshed("new")
        self.assertEqual(world.openings("new.sqlite", 4, 5, 6, 7, 8), before)

        # A lost share, over files: the disk of party 4 is new.
        world.kill(4, signal.SIGTERM)
        for file in (world.folder / "custodian-4/state").glob("*.custodian"):
            file.unlink()
        dealers = (1, 2, 3, 5, 6)
        for party in dealers:
            world.kill(party, signal.SIGTERM)

        def recovery(name: str, lost: int, by: tuple[int, ...], *more: str) -> None:
            numbers = [str(party) for party in by]
            record = f"new/{table}.record"
            world.planned(
                *("--recover", str(lost), "--record", record, "--dealers", *numbers, "-o", f"{name}.plan", *more)
            )
            (world.folder / name).mkdir()
            shutil.copy(world.folder / record, world.folder / f"{name}/base.record")

        recovery("lost", 4, dealers)
        members = tuple(sorted((*dealers, 4)))
        self.turns("lost", members)
        truth = self.lie("lost", 1, LIAR, 72)
        self.named(self.turn("lost", 1), LIAR, 202)
        (world.folder / f"lost/1-{LIAR:02}.smp").write_bytes(truth)
        self.turns("lost", members)
        # Round 2: of five dealers, the second one's share. It gives its part up, and the run is made anew.
        self.lie("lost", 2, LIAR, SHARE)
        self.dead(self.turn("lost", VICTIM))
        self.shows("lost", VICTIM)
        # Who has seen that is free for another run. The others' operators give it up.
        self.dead(self.turn("lost", 1))
        recovery("again", 4, dealers)
        self.assertIn("[error 614]", self.turn("again", 3)[1])
        for party in (3, 4, 5, LIAR):
            self.assertEqual(
                world.tool("authority", "abandon", f"custodian-{party}", "--plan", "lost.plan"), "the run is given up\n"
            )
        for _ in range(2):
            self.turns("again", members)
        self.turns("again", (1, 2, 3))
        truth = self.lie("again", 4, LIAR, -20)
        self.named(self.turn("again", 4), LIAR, 611)
        (world.folder / f"again/4-{LIAR:02}.smp").write_bytes(truth)
        status, text = self.turn("again", 4)
        self.assertIn("share of party 4 is here", text)
        for party in members:
            world.start(party)
        self.assertEqual(world.openings("again.sqlite", 4), before)

        # Over HTTP, on a new machine with a key of its own. What was handed over in vain is handed over once more.
        world.kill(7)
        shutil.move(world.folder / "custodian-7", world.folder / "gone")
        world.typed("init", 7)
        (world.folder / "gone/socket").rename(world.folder / "custodian-7/socket")
        new = ("--new-key", "custodian-7/custodian.key.pub")
        said = world.tried(
            *(
                "authority",
                "plan",
                "--recover",
                "7",
                "--record",
                f"new/{table}.record",
                "--dealers",
                "1",
                "2",
                "3",
                "4",
            ),
            *("6", "-o", "seven.plan", *new),
        ).stdout
        name = said.split("name  ")[1].split()[0]
        (world.folder / "seven").mkdir()
        shutil.copy(kept, world.folder / "seven/base.record")
        world.agree("seven.plan", name)
        world.start(7)
        self.assertIn("[error 404]", self.carry("seven")[1])
        world.agree("seven.plan", name, *new)
        world.lies(LIAR, b"SMP1", 72)
        self.named(self.carry("seven"), LIAR, 202)
        world.lies(LIAR, b"SMP4", -20)
        status, text = self.carry("seven")
        self.assertNotEqual(status, 0)
        self.assertRegex(text, rf"custodian-7/custodian.key.pub says of party {LIAR}: .*\[error 611\]")
        world.honest()
        (world.folder / f"seven/4-{LIAR:02}.smp").unlink()
        status, text = self.carry("seven")
        self.assertIn("party 7 has its share", text)
        # Its key is in a record after new shares.
        said = world.tool("authority", "plan", "--refresh", str(kept), "--party", *world.keys(), "-o", "last.plan")
        world.agree("last.plan", said.split("name  ")[1].split()[0], *new)
        status, text = self.carry("last")
        self.assertEqual(status, 0, text)
        refreshed("last")
        world.typed("allow", 7)
        self.assertEqual(world.openings("last.sqlite", 7, 4), before)
        for party in everybody:
            self.assertIn("all verified", world.tool("authority", "journal", f"custodian-{party}"))


class GivenUp(unittest.TestCase):
    """Of three parties, party 3 keeps back what it confirms, and shows it to party 2 alone, when party 1 has given the
    run up."""

    def setUp(self) -> None:
        self.world = world(self, 3)
        self.table = self.world.planned("--threshold", "2", "--party", *self.world.keys(), "-o", "key.plan")
        for _ in range(3):
            for party in self.world.parties:
                self.run_on("key", party)
        self.old = self.record("key")

    def run_on(self, plan: str, party: int, folder: str | None = None) -> str:
        world = self.world
        return world.tried(
            *("authority", "run", f"custodian-{party}", "--plan", f"{plan}.plan", "--messages", folder or plan)
        ).stdout

    def carry(self, plan: str, *parties: int, folder: str | None = None) -> str:
        world = self.world
        return world.tried(
            *("authority", "carry", "--plan", f"{plan}.plan", "--messages", folder or plan), *world.ways(*parties)
        ).stdout

    def record(self, folder: str) -> str:
        return self.world.tool("authority", "shares", f"{folder}/{self.table}.record")

    def abandon(self, plan: str, party: int) -> str:
        return self.world.typed("abandon", party, change=lambda text: text.replace("refresh.plan", f"{plan}.plan"))

    def test_over_files(self) -> None:
        world = self.world
        world.planned("--refresh", f"key/{self.table}.record", "-o", "split.plan")
        for party in (1, 2, 3, 1, 2):
            self.run_on("split", party)
        shutil.copytree(world.folder / "split", world.folder / "secret")
        self.run_on("split", 3, "secret")
        shutil.copy(world.folder / "secret/2-03.smp", world.folder / "split")
        for party in (1, 2):
            self.run_on("split", party)
            shutil.copy(world.folder / f"split/3-0{party}.smp", world.folder / "secret")
        self.run_on("split", 3, "secret")
        self.assertIn("the run is given up", self.abandon("split", 1))
        self.assertIn("was given up, and its record can still end it", world.tool("authority", "show", "custodian-1"))
        # Another refresh is begun meanwhile, and ends after it.
        world.planned("--refresh", f"key/{self.table}.record", "-o", "next.plan")
        self.assertIn("said round 1", self.run_on("next", 1))
        self.assertIn("another", self.run_on("next", 2))
        # Party 3 shows it to party 2.
        shutil.copytree(world.folder / "split", world.folder / "shown")
        shutil.copy(world.folder / "secret/3-03.smp", world.folder / "shown")
        self.assertIn("share of party 2 is here", self.run_on("split", 2, "shown"))
        self.assertNotEqual(self.record("shown"), self.old)
        # What party 1 has is not enough; the record is.
        self.assertIn("[error 614]", self.run_on("split", 1))
        shutil.copy(world.folder / f"shown/{self.table}.record", world.folder / "split")
        self.assertIn("share of party 1 is here", self.run_on("split", 1))
        self.assertIn("[error 614]", self.run_on("next", 1))
        for party in (1, 2):
            shown = world.tool("authority", "show", f"custodian-{party}")
            self.assertNotIn("given up", shown)
        # Both go on from there.
        world.planned("--refresh", f"split/{self.table}.record", "-o", "last.plan")
        self.run_on("split", 3)
        for party in (1, 2, 3) * 3:
            self.run_on("last", party)
        for party in (1, 2, 3):
            self.assertIn(f"share of party {party} is here", self.run_on("last", party))

    def test_over_http(self) -> None:
        world = self.world
        shutil.copytree(world.folder / "key", world.folder / "messages")
        world.variables["TABLE"] = self.table
        world.allow()
        for party in world.parties:
            world.start(party)
        world.planned("--refresh", f"key/{self.table}.record", "-o", "split.plan")
        world.relays[3].change = lambda path, answer: answer[:-1] if answer[:4] == b"SMP3" else answer
        self.assertIn("party 3", self.carry("split"))
        self.assertTrue((world.folder / "split/3-01.smp").exists() and (world.folder / "split/3-02.smp").exists())
        shutil.copytree(world.folder / "split", world.folder / "secret")
        self.assertIn("noted", self.abandon("split", 1))
        world.honest()
        self.assertIn("party 2 has its share", self.carry("split", 2, 3, folder="secret"))
        # Nobody asks party 3: party 2 has the record.
        said = self.carry("split", 1, 2)
        for party in (1, 2):
            self.assertIn(f"party {party} has its share", said)
        self.assertEqual(self.record("split"), self.record("secret"))
        # Stopped, it says nothing in a run, and nothing is lost by that.
        world.planned("--refresh", f"split/{self.table}.record", "-o", "last.plan")
        world.tool("authority", "stop", "custodian-2")
        self.assertIn("[error 616]", self.carry("last"))
        world.tool("authority", "resume", "custodian-2")
        said = self.carry("last")
        for party in (1, 2, 3):
            self.assertIn(f"party {party} has its share", said)


if __name__ == "__main__":
    unittest.main()
