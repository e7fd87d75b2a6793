"""`python -m reference`: the implementation as a command line, for interoperation and for auditors without Swift."""

from __future__ import annotations

import argparse
import importlib.util
import sys

from . import commands_a, commands_c
from .errors import ProtocolError


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m reference", description="SealedMatch, protocol version 1.")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    commands_a.add_commands(commands)
    commands_c.add_commands(commands)
    if importlib.util.find_spec(f"{__package__}.commands_b") is not None:
        from . import commands_b

        commands_b.add_commands(commands)
    arguments = parser.parse_args()
    try:
        return arguments.run(arguments) or 0
    except ProtocolError as failure:
        print(f"error: {commands_a.escaped(str(failure))}", file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main())
