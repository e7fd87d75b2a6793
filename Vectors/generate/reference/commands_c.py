"""Commands about the log (verify a set's proof, watch a log, be a witness for tests) and about exports of cases."""

from __future__ import annotations

import argparse
import time
from pathlib import Path
from typing import Any

from .cases import Event, check_chain
from .commands_a import MAXIMUM_KEY_FILE_COUNT, MAXIMUM_SET_COUNT, read_file
from .errors import require
from .keys import SOURCE_SECRET_WORD, decode_key_file
from .log_monitor import watch
from .log_policy import MAXIMUM_POLICY, LogPolicy
from .log_proof import MAXIMUM_PROOF, check_set_proof
from .notes import COSIGNATURE, MAXIMUM_NOTE, Checkpoint, NoteSigner, VerifierKey
from .set_file import SetFile
from .witness import Witness, run, system_clock

DAY = 86_400


def policy_of(arguments: argparse.Namespace) -> LogPolicy:
    return LogPolicy.decode(read_file(arguments.policy, MAXIMUM_POLICY), arguments.days * DAY)


def verify_proof(arguments: argparse.Namespace) -> int:
    set_file = SetFile.decode(read_file(arguments.set, MAXIMUM_SET_COUNT))
    proof = read_file(arguments.proof, MAXIMUM_PROOF)
    logged = check_set_proof(set_file, proof, policy_of(arguments), arguments.now or int(time.time()))
    print(f"entry {logged.index} of {logged.log_size}, statement {logged.statement.hex()}")
    return 0


def verify_cases(arguments: argparse.Namespace) -> int:
    """An export of a library of cases (5.31)."""
    lines = Path(arguments.events).read_text().splitlines()
    key = bytes.fromhex(arguments.key) if arguments.key else None
    (number, end), library = check_chain((Event.decode(line) for line in lines), key)
    for case, found in sorted(library.cases.items()):
        viewed = sum(bool(people) for people in found.viewed.values())
        print(f"case {case}: {found.state} {found.outcome or '-'} {len(found.matches)} {found.listed} {viewed}")
    print(f"{number}:{end.hex()}")
    return 0


def watch_log(arguments: argparse.Namespace) -> int:
    folder = Path(arguments.folder)

    def files(name: str) -> bytes | None:
        return read_file(str(folder / name), 1 << 24) if (folder / name).exists() else None

    state = Path(arguments.state)
    last = Checkpoint.decode(read_file(arguments.state, MAXIMUM_NOTE)) if state.exists() else None
    sets = [SetFile.decode(read_file(path, MAXIMUM_SET_COUNT)) for path in arguments.set]
    watched = watch(files, policy_of(arguments), last, sets, arguments.now or int(time.time()))
    for index, alarm in watched.alarms:
        print(f"ALARM entry {index}: {alarm}")
    note = files("checkpoint")
    require(note is not None, "malformedLog")
    state.write_bytes(note)
    print(
        f"{len(watched.entries)} entries, {len(watched.without_file)} sets without a file, {len(watched.alarms)} alarms"
    )
    return 1 if watched.alarms else 0


def be_witness(arguments: argparse.Namespace) -> int:
    seed = decode_key_file(read_file(arguments.key, MAXIMUM_KEY_FILE_COUNT).decode(), SOURCE_SECRET_WORD)
    signer = NoteSigner(arguments.name, COSIGNATURE, seed)
    log = VerifierKey.decode(arguments.log.encode())
    run(Witness(signer, log, Path(arguments.state), system_clock), arguments.port)
    return 0


def add_commands(commands: Any) -> None:
    p = commands.add_parser("cases", help="checks an export of a library of cases, and says what its events say")
    p.add_argument("events")
    p.add_argument("--key", help="the library's public key, 64 hexadecimal digits")
    p.set_defaults(run=verify_cases)
    log = commands.add_parser("log", help="a set's proof, and what stands in a log").add_subparsers(
        required=True, metavar="COMMAND"
    )

    def common(p: argparse.ArgumentParser) -> None:
        p.add_argument("--policy", required=True, help="a policy file (c2sp.org/tlog-policy)")
        p.add_argument("--days", type=int, default=30, help="how old a cosignature may be")
        p.add_argument("--now", type=int, help="seconds since 1970; the clock unless given")

    p = log.add_parser("verify", help="verifies a set's proof, from files alone")
    p.add_argument("set")
    p.add_argument("proof")
    common(p)
    p.set_defaults(run=verify_proof)

    p = log.add_parser("watch", help="reads a log's folder; alarms are exit code 1")
    p.add_argument("folder")
    common(p)
    p.add_argument("--state", required=True, help="the checkpoint that was seen last")
    p.add_argument("--set", action="append", default=[], help="a set file to compare")
    p.set_defaults(run=watch_log)

    p = log.add_parser("witness", help="cosigns a log's checkpoints on this machine; for tests")
    p.add_argument("--name", required=True)
    p.add_argument("--key", required=True, metavar="KEYFILE")
    p.add_argument("--log", required=True, metavar="VKEY")
    p.add_argument("--state", required=True)
    p.add_argument("--port", type=int, default=0)
    p.set_defaults(run=be_witness)
