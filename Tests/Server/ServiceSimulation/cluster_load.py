"""What a cluster does on this machine: three servers of JetStream and one of PostgreSQL on loopback, and the program
that sends. One JSON object a line; Docs/Operating.md explains the rows.

usage: cluster_load.py --load SEALEDMATCH_LOAD --service SEALEDMATCHD --cluster NATS_SERVER [--quick]
"""

from __future__ import annotations

import argparse
import secrets
import subprocess
import sys
import tempfile
from pathlib import Path

from processes import JetStream, PostgreSQL


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
            for number in (2, 3, 4):
                made = postgres.psql(f"CREATE DATABASE load{number}", "postgres")
                if made.returncode != 0:
                    print(made.stderr, file=sys.stderr)
                    return 1
            keys = home / "data.keys"
            keys.touch(0o600)
            keys.write_bytes(secrets.token_bytes(32))
            openings = postgres.address.replace("/openings?", "/load%?")
            words = ["--queue", streams.address, "--openings", openings, "--data-keys", str(keys)]
            return subprocess.run(
                [arguments.load, arguments.service, *(["--quick"] if arguments.quick else []), *words]
            ).returncode
        finally:
            for program in programs:
                program.kill()


if __name__ == "__main__":
    sys.exit(main())
