"""A log by the tool, witnesses and a second monitor by the independent implementation, over HTTP and files.

log.py TOOL FOLDER      FOLDER is empty; ends with 0 if all holds
"""

from __future__ import annotations

import os
import pathlib
import random
import shutil
import signal
import subprocess
import sys
import threading
import time

from fixtures import small
from reference.group import multiply_base
from reference.log_entries import REVOCATION, LogEntry, set_entry
from reference.log_monitor import SetsOfLog, ToldOfSets, tiles
from reference.log_policy import LogPolicy
from reference.log_proof import check_set_proof
from reference.merkle import leaf_hash, root
from reference.notes import COSIGNATURE, NOTE, Checkpoint, NoteSigner, VerifierKey, checkpoint_text
from reference.witness import Witness, serve

TOOL, FOLDER = sys.argv[1], pathlib.Path(sys.argv[2])
LOG = FOLDER / "log"


def tool(*arguments: object, expected: int = 0, **more: object) -> str:
    done = subprocess.run([TOOL, *map(str, arguments)], cwd=FOLDER, capture_output=True, text=True, **more)
    if done.returncode != expected:
        raise SystemExit(f"{arguments}: {done.returncode}, expected {expected}\n{done.stdout}{done.stderr}")
    return done.stdout + done.stderr


def reference(*arguments: object, expected: int = 0) -> str:
    done = subprocess.run(
        [sys.executable, "-B", "-m", "reference", *map(str, arguments)], cwd=FOLDER, capture_output=True, text=True
    )
    if done.returncode != expected:
        raise SystemExit(f"reference {arguments}: {done.returncode}\n{done.stdout}{done.stderr}")
    return done.stdout + done.stderr


def statement_file() -> str:
    (FOLDER / "statement").write_text("We look for what the sources list, by the law of 2026.\n")
    return "statement"


def main() -> None:
    today = int(time.time())
    set_file = small().with_header(issued_at=today - 10, expires_at=today + 10_000_000)
    (FOLDER / "small.smset").write_bytes(set_file.encode())
    tool("keygen", "log.key")
    line = tool("log", "init", "log", "--name", "log.example/sets", "--key", "log.key.pub").strip()
    assert line.startswith("log log.example/sets+"), line
    log_key = VerifierKey.decode(line.split()[1].encode())
    witnesses, servers = [], []
    for i in range(3):
        signer = NoteSigner(f"witness{i}.example", COSIGNATURE, os.urandom(32))
        witness = Witness(signer, log_key, FOLDER / f"witness{i}.json", time.time)
        server = serve(witness)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        witnesses.append(witness)
        servers.append(server)

    def policy(needed: int) -> None:
        lines = [line]
        for i, (witness, server) in enumerate(zip(witnesses, servers, strict=True)):
            lines.append(f"witness w{i} {witness.signer.key.encode()} http://127.0.0.1:{server.server_address[1]}/")
        lines += [f"group quorum-rule {needed} w0 w1 w2", "quorum quorum-rule", ""]
        (FOLDER / "policy").write_text("\n".join(lines))

    policy(3)
    publish = ("log", "publish", "log", "--key", "log.key", "--policy", "policy")
    watch = ("log", "watch", "log", "--policy", "policy", "--state", "seen", "--sets", "small.smset")

    # A set, added, published, proved; the proof holds in both implementations.
    tool("log", "add", "log", "--set", "small.smset", "--statement", statement_file())
    tool("log", "prove", "log", "--set", "small.smset", expected=65)
    tool(*publish)
    tool("log", "prove", "log", "--set", "small.smset")
    proof = FOLDER / f"{set_file.root.hex()}.proof"
    reference("log", "verify", "small.smset", proof, "--policy", "policy")
    tool(*watch)
    reference("log", "watch", "log", "--policy", "policy", "--state", "seen2", "--set", "small.smset")

    # A client that pins the log takes the set with its proof alone.
    keys = []
    for i, source in enumerate(small().sources):
        (FOLDER / f"source{i}.pub").write_text(f"sealedmatch-source-1 {source.hex()}\n")
        keys.append(f"source{i}.pub")
    client = ("set", "verify", "small.smset", "--min-entries", "1", "--trust", *keys)
    said = tool(*client, "--log-policy", "policy", "--proof", proof)
    assert "entry 0 of 1" in said and "one authority" in said, said
    assert "313" in tool(*client, "--log-policy", "policy", expected=65)
    # Its purpose is shown, if it is the one that is in the log.
    logged = (*client, "--log-policy", "policy", "--proof", proof, "--statement")
    assert "  | We look for what the sources list, by the law of 2026." in tool(*logged, "statement")
    (FOLDER / "another").write_text("We look for what the government lists.\n")
    assert "it is not the statement" in tool(*logged, "another", expected=65)
    (FOLDER / "cut").write_bytes(proof.read_bytes()[:-1])
    assert "320" in tool(*client, "--log-policy", "policy", "--proof", "cut", expected=65)
    tool(*client)

    # A witness that is down: no quorum, pending, nothing else is signed; then it goes on with the same checkpoint.
    servers[2].shutdown()
    servers[2].server_close()
    entry = LogEntry(
        REVOCATION, {"root": [set_file.root], "time": [1_800_000_000], "statement": [bytes(32)]}
    ).signed_by(os.urandom(32))
    (FOLDER / "entry").write_bytes(entry.encode())
    tool("log", "add", "log", "--entry", "entry")
    before = (LOG / "checkpoint").read_bytes()
    tool(*publish, expected=1)
    assert (LOG / "checkpoint").read_bytes() == before
    pending = (LOG / "pending").read_bytes()
    (FOLDER / "entry").write_bytes(entry.encode())
    tool("log", "add", "log", "--entry", "entry")
    tool(*publish, expected=1)
    assert (LOG / "pending").read_bytes() == pending
    servers[2] = serve(witnesses[2])
    threading.Thread(target=servers[2].serve_forever, daemon=True).start()
    policy(3)
    tool(*publish)
    assert Checkpoint.decode((LOG / "checkpoint").read_bytes()).size == 2
    tool(*publish)
    assert Checkpoint.decode((LOG / "checkpoint").read_bytes()).size == 3
    tool(*watch)
    forged = entry.encode().replace(b"time 1800000000", b"time 1800000001")
    (FOLDER / "entry").write_bytes(forged)
    tool("log", "add", "log", "--entry", "entry", expected=65)

    # Killed at any moment: it goes on, and no two checkpoints of one size and other roots were ever cosigned.
    seen: dict[int, bytes] = {}
    for witness in witnesses:
        keep = witness.keep

        def noted(size: int, root_: bytes, keep=keep) -> None:
            if seen.setdefault(size, root_) != root_:
                raise SystemExit(f"two roots of size {size}")
            keep(size, root_)

        witness.keep = noted
    chance = random.Random(1)
    (FOLDER / "entry").write_bytes(entry.encode())
    start = time.monotonic()
    tool(*publish)
    takes = time.monotonic() - start
    killed = 0
    for _ in range(40):
        tool("log", "add", "log", "--entry", "entry")
        running = subprocess.Popen([TOOL, *publish], cwd=FOLDER, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        time.sleep(chance.uniform(0, 1.2 * takes))
        running.send_signal(signal.SIGKILL)
        killed += running.wait() == -signal.SIGKILL
    assert killed > 0
    tool(*publish)
    tool(*publish)
    size = Checkpoint.decode((LOG / "checkpoint").read_bytes()).size
    assert size == 43, size
    tool(*watch)
    reference("log", "watch", "log", "--policy", "policy", "--state", "seen2", "--set", "small.smset")
    tool("log", "prove", "log", "--set", "small.smset")
    reference("log", "verify", "small.smset", proof, "--policy", "policy")

    # More than one bundle.
    tool("log", "add", "log", "--entry", *["entry"] * 260)
    tool(*publish)
    assert (LOG / "tile/0/000").stat().st_size == 8_192 and (LOG / "tile/1/000.p/1").stat().st_size == 32
    tool("log", "prove", "log", "--set", "small.smset")
    reference("log", "verify", "small.smset", proof, "--policy", "policy")
    tool(*watch)
    reference("log", "watch", "log", "--policy", "policy", "--state", "seen2", "--set", "small.smset")

    # A log that was changed signs nothing.
    bundle = LOG / "tile/entries/001.p/47"
    good = bundle.read_bytes()
    bundle.write_bytes(good[:-2] + (b"1\n" if good.endswith(b"0\n") else b"0\n"))
    tool("log", "add", "log", "--entry", "entry")
    assert "319" in tool(*publish, expected=65)
    assert "319" in tool(*watch, expected=65)
    assert not (LOG / "pending").exists()
    bundle.write_bytes(good)
    tool(*publish)

    # A fork by whoever has the log's key: witnesses do not cosign it, and both monitors see it.
    seed = bytes.fromhex((FOLDER / "log.key").read_text().split()[1])
    signer = NoteSigner(log_key.name, NOTE, seed)
    fork = FOLDER / "fork"
    shutil.copytree(LOG, fork)
    entries = [b"for you alone"] * 305
    text = checkpoint_text(log_key.name, 305, root([leaf_hash(entry) for entry in entries]))
    for path, contents in tiles(entries).items():
        (fork / path).parent.mkdir(parents=True, exist_ok=True)
        (fork / path).write_bytes(contents)
    body = b"old 304\n\n" + text + b"\n" + signer.line(text)
    assert witnesses[0].add_checkpoint(body)[0] == 422
    own = [NoteSigner(w.signer.key.name, COSIGNATURE, os.urandom(32)) for w in witnesses]
    (fork / "checkpoint").write_bytes(
        text + b"\n" + signer.line(text) + b"".join(w.line(text, int(time.time())) for w in own)
    )
    forked = ("log", "watch", "fork", "--policy", "policy", "--state", "seen")
    assert "317" in tool(*forked, expected=65)
    # With witnesses that deceive, too, the tree that was seen last is not in it.
    all_of = [w.signer.line(text, int(time.time())) for w in witnesses]
    (fork / "checkpoint").write_bytes(text + b"\n" + signer.line(text) + b"".join(all_of))
    assert "319" in tool(*forked, expected=65)
    reference("log", "watch", "fork", "--policy", "policy", "--state", "seen2", expected=1)

    # What would be an alarm for ever is not taken: another set of the same version, another statement of one set,
    # custodians that hold nothing of its key.
    twin = small().with_header(issued_at=today - 9, expires_at=today + 10_000_000)
    (FOLDER / "twin.smset").write_bytes(twin.encode())
    queue = sorted(os.listdir(LOG / "queue"))
    tool("log", "add", "log", "--set", "small.smset", "--statement", "another", expected=65)
    said = tool("log", "add", "log", "--set", "twin.smset", "--statement", "statement", expected=65)
    assert "another set of its version" in said and "319" in said, said
    shares = [multiply_base(number).hex() for number in (5, 6, 7)]
    custodians = ("--threshold", 2, "--custodians", *shares)
    later = small().with_header(
        version=small().signed.header.version + 1, issued_at=today - 10, expires_at=today + 10_000_000
    )
    (FOLDER / "later.smset").write_bytes(later.encode())
    adding = ("log", "add", "log", "--set", "later.smset", "--statement", "statement", *custodians)
    said = tool(*adding, expected=65)
    assert "do not combine" in said, said
    assert sorted(os.listdir(LOG / "queue")) == queue
    # Somebody who adds it all the same: who has no file says so, and sees it once the file is there, at each watch.
    lie = set_entry(later, 2, [bytes.fromhex(share) for share in shares], bytes(32)).encode()
    (FOLDER / "lie").write_bytes(lie)
    tool("log", "add", "log", "--entry", "lie")
    tool(*publish)
    assert "2 new, 1 set without a file, 0 alarms" in tool(*watch)
    second = ("log", "watch", "log", "--policy", "policy", "--state", "seen2", "--set", "small.smset")
    assert "1 sets without a file, 0 alarms" in reference(*second)
    for _ in range(2):
        assert "0 new, 0 sets without a file, 1 alarm" in tool(*watch, "later.smset", expected=1)
        assert "0 sets without a file, 1 alarms" in reference(*second, "--set", "later.smset", expected=1)
    assert "0 new, 1 set without a file, 0 alarms" in tool(*watch)
    # What is said of sets: the operator's counts, a custodian's that agree and one's that do not; sets that are not
    # in the log. Both monitors say the same.
    for name in ("operator", "custodian"):
        tool("keygen", f"{name}.key")
    of_set = ("--root", set_file.root.hex(), "--key")
    counted = ("--epoch", 690, "--accounts", 12, "--vouchers", 40, "--slots", 1_280, "--reveals", 1, "--decisions", 1)
    counted += ("--notices", 0)
    write = ("log", "entry")
    tool(*write, "statistics", *of_set, "operator.key", *counted, "-o", "1.entry")
    tool(*write, "statistics", *of_set, "custodian.key", *counted, "-o", "2.entry")
    tool(*write, "statistics", *of_set, "custodian.key", *counted[:-1], 1, "-o", "3.entry")
    tool(*write, "statistics", *of_set, "custodian.key", *counted[:7], 7, *counted[7:], "-o", "4.entry")
    tool(*write, "erasure", *of_set, "operator.key", "--share", 0, "-o", "5.entry")
    tool(*write, "erasure", *of_set, "operator.key", "--share", 1, "-o", "6.entry")
    tool(*write, "revocation", *of_set, "operator.key", "--statement", "statement", "-o", "7.entry")
    elsewhere = ("--root", "5" * 64, "--key", "operator.key")
    tool(*write, "revocation", *elsewhere, "--statement", "statement", "-o", "8.entry")
    tool(*write, "statistics", *elsewhere, *counted, "-o", "9.entry")
    tool(*write, "sources", "--source", *keys, "--statement", "statement", "-o", "10.entry")
    before_it = (FOLDER / "1.entry").read_bytes()
    tool(*write, "sources", "--source", *keys, "--statement", "statement", "-o", "1.entry", expected=65)
    assert (FOLDER / "1.entry").read_bytes() == before_it
    entries = [(FOLDER / f"{number}.entry").read_bytes() for number in range(1, 11)]
    told, of_log = ToldOfSets(), SetsOfLog()
    told.add(set_entry(set_file, 0, [], bytes(32)))
    expected = [None, None, "counts", "slots", None, "share", None, "unknown set", "unknown set", None]
    assert [told.add(LogEntry.decode(entry)) for entry in entries] == expected
    assert all(LogEntry.decode(entry).verifies() for entry in entries[:9])
    for entry in entries:
        assert of_log.add(LogEntry.decode(entry)) == []
    assert of_log.add(set_entry(set_file, 0, [], bytes(32))) == ["revoked"]
    start = Checkpoint.decode((LOG / "checkpoint").read_bytes()).size
    tool("log", "add", "log", "--entry", *[f"{number}.entry" for number in range(1, 11)])
    tool("log", "add", "log", "--set", "small.smset", "--statement", "statement", expected=65)
    tool(*publish)
    alarms = tool(*watch, expected=1)
    for index, text in enumerate(expected):
        assert (f"ALARM entry {start + index}: " in alarms) == (text is not None), alarms
    other = reference("log", "watch", "log", "--policy", "policy", "--state", "seen2", expected=1)
    assert other.count("ALARM") == alarms.count("ALARM") == 5, (alarms, other)

    pinned = LogPolicy.decode((FOLDER / "policy").read_bytes(), 86_400)
    assert check_set_proof(set_file, proof.read_bytes(), pinned, int(time.time())).index == 0
    print("all holds;", killed, "of 40 were killed")


main()
