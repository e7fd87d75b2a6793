#!/usr/bin/env python3
"""What others' group operations cost, beside libsodium's in the same rounds: rows like those of `sealedmatch bench`.
`make peers` runs it in an environment of its own; everything is on one core.

usage: peers.py [--json | --supported]     --supported measures nothing: can this machine run it?

peer.libsodium.call      a call by ctypes that does nothing (sodium_memcmp of 0 bytes). All rows of functions called
                         this way contain one such call, which is not taken off; peer.x25519x8 an eighth of one
peer.libsodium.hash      crypto_core_ristretto255_from_hash
peer.libsodium.multiply  crypto_scalarmult_ristretto255: decode, multiply, encode
peer.x25519x8            a shared secret by mbx_x25519_mb8. Floor: peer.libsodium.multiply
peer.fourq.setup         an entry of a set, read, evaluated and written (fourq.py). Floor: hash and multiply

All are microseconds of processor time an element, medians of the rounds. Ratios are medians of each round's quotient.
As in `group.*`, "floor" is libsodium's price one at a time, and a peer may well be below it. Every result is checked.
"""

import json
import os
import statistics
import sys
import tempfile

import host

ROUNDS = 9


def measure():
    """Rows: name, value, floor, ratio; then what was left out."""
    from fourq import FourQSetUp
    from libsodium import Libsodium, Ristretto
    from x25519 import X25519x8

    sodium = Libsodium()
    ristretto, peers, left_out = Ristretto(sodium), {}, {}
    with tempfile.TemporaryDirectory() as folder:
        os.environ["TMPDIR"] = folder  # spu's own files, too
        for name, make in (("x25519x8", lambda: X25519x8(sodium)), ("fourq.setup", lambda: FourQSetUp(folder))):
            try:
                peers[name] = make()
            except host.LeftOut as reason:
                left_out[f"peer.{name}"] = str(reason)
        for _ in range(ROUNDS):
            ristretto.sample()
            for peer in peers.values():
                peer.sample()
    rows = [
        (f"peer.libsodium.{name}", statistics.median(getattr(ristretto, name)), None, None)
        for name in ("call", "hash", "multiply")
    ]
    evaluate = [sum(both) for both in zip(ristretto.hash, ristretto.multiply)]
    floors = {"x25519x8": ristretto.multiply, "fourq.setup": evaluate}
    for name, peer in peers.items():
        value, floor = statistics.median(peer.times), statistics.median(floors[name])
        ratio = statistics.median(time / floor for time, floor in zip(peer.times, floors[name]))
        rows.append((f"peer.{name}", value, floor, ratio))
    return rows, left_out


def text(value):
    if value is None:
        return ""
    return f"{value:.0f}" if abs(value) >= 1000 else f"{value:.3g}"


def print_columns(*columns):
    print(" ".join(column.ljust(width) for column, width in zip(columns, (34, 12, 12, 12, 8))))


def main(arguments):
    if arguments not in ([], ["--json"], ["--supported"]):
        sys.exit(__doc__)
    host.check_supported()
    if arguments == ["--supported"]:
        return
    host.check_packages()
    os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    rows, left_out = measure()
    if arguments == ["--json"]:
        for name, value, floor, ratio in rows:
            row = {"name": name, "value": value, "unit": "us", "floor": floor, "ratio": ratio}
            print(json.dumps(row, sort_keys=True, separators=(",", ":")))
    else:
        print_columns("name", "value", "unit", "floor", "ratio")
        for name, value, floor, ratio in rows:
            print_columns(name, text(value), "us", text(floor), text(ratio))
    sys.stdout.flush()
    for name, reason in left_out.items():
        print(f"{name} is left out: {reason}", file=sys.stderr)


if __name__ == "__main__":
    try:
        main(sys.argv[1:])
    except host.PeerError as error:
        sys.exit(f"peers: {error}")
