"""What a cluster does on this machine: three servers of JetStream and one of PostgreSQL on loopback, and the program
that sends. One JSON object a line; Docs/Operating.md explains the rows.

usage: cluster_load.py --load SEALEDMATCH_LOAD --service SEALEDMATCHD --cluster NATS_SERVER [--quick]
"""

from __future__ import annotations

import argparse
import contextlib
import secrets
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from processes import JetStream, PostgreSQL

# Where control groups are that bound processor time: of version 1, and of version 2.
GROUPS = Path("/sys/fs/cgroup/cpu"), Path("/sys/fs/cgroup")


@contextlib.contextmanager
def quarters() -> Iterator[list[str]]:
    """Two control groups, each of which has a quarter of a core; none, and a word about it, where none can be made."""
    made: list[Path] = []
    usable: list[str] = []
    try:
        old = (GROUPS[0] / "cpu.cfs_quota_us").exists()
        for number in (1, 2):
            group = GROUPS[0 if old else 1] / f"sealedmatch-load-{secrets.token_hex(4)}-{number}"
            group.mkdir()
            made.append(group)
            if old:
                (group / "cpu.cfs_period_us").write_text("20000")
                (group / "cpu.cfs_quota_us").write_text("5000")
            else:
                (group / "cpu.max").write_text("5000 20000")
        usable = [str(group) for group in made]
    except OSError as error:
        print(f"openers with a quarter of a core are not measured: {error}", file=sys.stderr)
    try:
        yield usable
    finally:
        for group in made:
            group.rmdir()


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--load", required=True, type=Path)
    parser.add_argument("--service", required=True, type=Path)
    parser.add_argument("--cluster", required=True, help="the program of NATS")
    parser.add_argument("--quick", action="store_true")
    arguments = parser.parse_args()
    # PostgreSQL's user has to reach its folder.
    with tempfile.TemporaryDirectory(prefix="smload-", dir="/tmp") as text:
        home = Path(text)
        home.chmod(0o755)
        (home / "pg").mkdir()
        streams, postgres = JetStream(home, arguments.cluster), PostgreSQL(home / "pg")
        programs = [*streams.programs, postgres.program]
        try:
            for program in programs:
                program.start()
            for program in programs:
                program.wait_until_ready()
            for number in range(2, 7):
                made = postgres.psql(f"CREATE DATABASE load{number}", "postgres")
                if made.returncode != 0:
                    print(made.stderr, file=sys.stderr)
                    return 1
            keys = home / "data.keys"
            keys.touch(0o600)
            keys.write_bytes(secrets.token_bytes(32))
            openings = postgres.address.replace("/openings?", "/load%?")
            words = ["--queue", streams.address, "--openings", openings, "--data-keys", str(keys)]
            with contextlib.ExitStack() as stack:
                if not arguments.quick:
                    words += stack.enter_context(quarters())
                return subprocess.run(
                    [arguments.load, arguments.service, *(["--quick"] if arguments.quick else []), *words]
                ).returncode
        finally:
            for program in programs:
                program.kill()


if __name__ == "__main__":
    sys.exit(main())
