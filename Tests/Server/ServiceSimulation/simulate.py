"""Accounts with devices upload to a deployment whose processes are killed at random moments, through a proxy that cuts,
repeats, delays and slows down. At the end nothing that was acknowledged is lost, nothing counts twice, every account
that has to be revealed is, with exactly its matching payloads, and no other.

    simulate.py --service sealedmatchd --tool sealedmatch [--cluster nats-server] --accounts 200 --kills 1000 --seed 7

One JSON object a line; progress on standard error.
"""

from __future__ import annotations

import argparse
import base64
import json
import random
import sys
import tempfile
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "Client" / "PythonPackageTests"))

from deployment import THRESHOLD, Deployment, cases
from faulty_proxy import Fault, FaultyProxy
from sealedmatch import AccountSecret, Client, MediaItem, account_of
from sealedmatch.upload import Retries, Uploader, UploadError


@dataclass
class Account:
    name: str
    matches: int
    others: int
    devices: list[Client] = field(default_factory=list)
    #: What each matching voucher holds for a reviewer: no two are the same.
    notes: set[bytes] = field(default_factory=set)
    items: list[tuple[MediaItem, bytes]] = field(default_factory=list)
    pseudonym: str = ""
    epoch: int = 0
    acknowledged: int = 0

    @property
    def is_due(self) -> bool:
        return self.matches > THRESHOLD


class Simulation:
    def __init__(self, given: argparse.Namespace, directory: Path) -> None:
        self._given = given
        self._random = random.Random(given.seed)
        self._directory = directory
        self.deployment = Deployment(directory, given.service, given.tool, given.cluster)
        self.accounts: list[Account] = []
        self._failures: list[str] = []
        self.attempts = 0
        self.broken = 0

    def say(self, text: str) -> None:
        print(text, file=sys.stderr, flush=True)

    # -- What is sent

    def populate(self) -> None:
        known = self.deployment.opened_set()
        folder = self._directory / "devices"
        folder.mkdir(mode=0o700)
        polynomials = known.info.polynomials
        for number in range(self._given.accounts):
            others = self._random.randrange(6)
            # Chance openings among all of an account's vouchers delay a reveal: t + ⌈e/k⌉ matches are enough. Each
            # voucher has fewer than 16 of them but for one in millions.
            enough = THRESHOLD
            while enough < THRESHOLD + -(-16 * (enough + others) // polynomials):
                enough += 1
            is_due = self._random.random() < 0.5
            matches = enough + 1 + self._random.randrange(3) if is_due else self._random.randrange(THRESHOLD)
            account = Account(f"account{number}", matches, others)
            self._make_devices(account, known, folder)
            entries = self._random.sample(self.deployment.known, matches)
            for place, entry in enumerate(entries):
                note = f"{account.name}/{place}".encode()
                account.notes.add(note)
                account.items.append((MediaItem.exact(entry), note))
                if self._random.random() < 0.3:
                    # The same picture again, from the same device: it is no second match.
                    account.items.append((MediaItem.exact(entry), note + b"/again"))
            account.items += [
                (MediaItem.exact(self._random.randbytes(32)), b"other") for _ in range(others)
            ]  # fmt: skip
            self.accounts.append(account)
        self.say(f"{len(self.accounts)} accounts, {sum(account.is_due for account in self.accounts)} to be revealed")

    def _make_devices(self, account: Account, known: object, folder: Path) -> None:
        identity = account_of(account.name)
        first = Client(folder / f"{account.name}-0", known, identity, window=0)
        account.devices.append(first)
        if self._random.random() < 0.3:
            secret = first.secret
            with AccountSecret.from_bytes(secret) as shared:
                second = Client(folder / f"{account.name}-1", known, identity, secret=shared, window=0)
            account.devices.append(second)
        registration = first.registrations()[0]
        account.epoch = int.from_bytes(registration[4:8], "little")
        account.pseudonym = registration[40:72].hex()

    def _seal(self, account: Account) -> int:
        """All that the account sends now: an item again from the device that had it first."""
        placed: dict[bytes, Client] = {}
        count = 0
        for item, note in account.items:
            key = note.removesuffix(b"/again")
            device = placed.setdefault(key, self._random.choice(account.devices)) if key != b"other" else None
            (device or self._random.choice(account.devices)).seal(item, note)
            count += 1
        return count

    # -- Who sends, and what happens on the way

    def _fault(self, chance: random.Random) -> Fault:
        kind = chance.random()
        if kind < 0.75:
            return Fault()
        if kind < 0.80:
            return Fault(request=chance.random())
        if kind < 0.86:
            return Fault(reply=chance.random() * 0.9)
        if kind < 0.92:
            return Fault(times=2 + chance.randrange(2))
        if kind < 0.96:
            return Fault(before=lambda: time.sleep(chance.random() * 0.5))
        if kind < 0.98:
            return Fault(is_slow=True)
        return Fault(answer=(503, {"Retry-After": "0", "Content-Type": "application/problem+json"}, b"{}"))

    def _send(self, first: int) -> None:
        chance = random.Random(first)
        try:
            for number in range(first, len(self.accounts), self._given.senders):
                # What is sent is spread over all kills.
                while self.kills < self._given.kills * number / len(self.accounts) and not self._failures:
                    time.sleep(0.01)
                account = self.accounts[number]
                self._seal(account)
                waiting = list(account.devices)
                chance.shuffle(waiting)
                while waiting and not self._failures:
                    device = waiting[0]
                    if self._deliver(account, device, chance):
                        waiting.pop(0)
        except Exception as error:  # noqa: BLE001
            self._failures.append(f"a sender: {error!r}")

    def _deliver(self, account: Account, device: Client, chance: random.Random) -> bool:
        """One round of an uploader, that a messenger repeats until all is delivered."""
        self.attempts += 1
        faults = [self._fault(chance) for _ in range(40)]
        port = chance.choice(self.deployment.ports)
        with (
            FaultyProxy(port, faults) as proxy,
            Uploader(
                proxy.address, lambda: self.deployment.login.token(account.name), timeout=20,
                retries=Retries(attempts=4, first=0.05, longest=1.0), batch=chance.choice([1, 2, 5, 256]),
                report=lambda refusal: None,
            ) as uploader,
        ):  # fmt: skip
            try:
                delivery = uploader.deliver(device)
            except UploadError:
                self.broken += 1
                return False
        if delivery.refused:
            self._failures.append(f"{account.name}: refused: {delivery.refused[0]}")
        account.acknowledged += delivery.stored
        return not delivery.put_off and not list(device.due())

    def _kill(self) -> None:
        chance = random.Random(self._given.seed + 1)
        try:
            while self.kills < self._given.kills and not self._failures:
                time.sleep(chance.random() * self._given.pause)
                self.deployment.supervise()
                program = chance.choice(self.deployment.killable)
                if program in self.deployment.cluster:
                    # One server at a time: two of three at once are no service, as nobody promises.
                    for server in self.deployment.cluster:
                        server.wait_until_ready()
                program.kill_and_start()
                if self.kills % 25 == 0:
                    self.say(f"{self.kills} kills")
        except Exception as error:  # noqa: BLE001
            self._failures.append(f"killing: {error!r}")

    @property
    def kills(self) -> int:
        return sum(program.kills for program in self.deployment.killable)

    def run(self) -> None:
        self.populate()
        self.deployment.start()
        self.say("the deployment is ready")
        killer = threading.Thread(target=self._kill)
        killer.start()
        senders = [threading.Thread(target=self._send, args=(start,)) for start in range(self._given.senders)]
        started = time.monotonic()
        for sender in senders:
            sender.start()
        for sender in senders:
            sender.join()
        self.say(f"all is acknowledged after {time.monotonic() - started:.0f} s and {self.kills} kills")
        killer.join()
        if self._failures:
            raise AssertionError("; ".join(self._failures))
        self.deployment.wait_until_ready()
        self.check()
        self.deployment.end()
        for account in self.accounts:
            for device in account.devices:
                device.close()

    # -- What must be

    def check(self) -> None:
        expected = {(account.pseudonym, account.epoch): account for account in self.accounts if account.is_due}
        deadline = time.monotonic() + 180
        found: dict[tuple[str, int], list[dict[str, object]]] = {}
        while time.monotonic() < deadline:
            found = cases(self.deployment.cases)
            if set(found) >= set(expected) and all(
                len(found[name]) >= len(account.notes) for name, account in expected.items()
            ):
                break
            time.sleep(0.5)
        # Once more, so that what should not come has the time to come.
        time.sleep(5)
        found = cases(self.deployment.cases)
        missed = sorted(account.name for name, account in expected.items() if name not in found)
        wrong = sorted(set(found) - set(expected))
        lost, twice, strange = 0, 0, 0
        for name, account in expected.items():
            notes = [base64.b64decode(str(match["note"])) for match in found.get(name, [])]
            lost += len(account.notes - set(notes))
            twice += len(notes) - len(set(notes))
            strange += len(set(notes) - account.notes)
        row = {
            "name": "simulation", "seed": self._given.seed, "cluster": self._given.cluster is not None,
            "accounts": len(self.accounts), "devices": sum(len(account.devices) for account in self.accounts),
            "vouchers": sum(len(account.items) for account in self.accounts),
            "acknowledged": sum(account.acknowledged for account in self.accounts),
            "uploads": self.attempts, "brokenUploads": self.broken,
            "kills": {program.name: program.kills for program in self.deployment.killable}, "allKills": self.kills,
            "endedByThemselves": sum(program.ends for program in self.deployment.killable),
            "toReveal": len(expected), "revealed": len(found), "missed": missed, "wronglyRevealed": len(wrong),
            "lostMatches": lost, "countedTwice": twice, "strangeMatches": strange,
        }  # fmt: skip
        print(json.dumps(row), flush=True)
        if missed or wrong or lost or twice or strange:
            raise AssertionError("the simulation found a fault; see the row above")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--service", required=True, help="the program sealedmatchd")
    parser.add_argument("--tool", required=True, help="the program sealedmatch")
    parser.add_argument("--cluster", metavar="NATS-SERVER", help="on JetStream and PostgreSQL, with this program")
    parser.add_argument("--accounts", type=int, default=200)
    parser.add_argument("--kills", type=int, default=1_000)
    parser.add_argument("--pause", type=float, default=0.5, help="seconds between two kills, at most")
    parser.add_argument("--senders", type=int, default=8)
    parser.add_argument("--seed", type=int, default=int(time.time()))
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="sealedmatch-simulation-") as folder:
        simulation = Simulation(given, Path(folder))
        try:
            simulation.run()
        finally:
            simulation.deployment.kill()


if __name__ == "__main__":
    main()
