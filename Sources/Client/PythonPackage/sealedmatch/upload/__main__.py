"""Uploads what an outbox holds, and brings a set up to date: `python -m sealedmatch.upload --help`."""

from __future__ import annotations

import argparse
import os
import re
import ssl
import stat
import sys
from collections.abc import Sequence
from pathlib import Path

from ..accounts import account_of
from ..clients import Client
from ..errors import SealedMatchError
from ..outboxes import Outbox
from ..sets import BlindedSet, LogPolicy, TrustPolicy
from . import Delivery, Refusal, Retries, Unavailable, Uploader, UploadError, fetch_set, proof_of

#: sysexits.h: "temporary failure; try again".
_TRY_LATER = 75


def _arguments(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m sealedmatch.upload",
        description="Registers an account and uploads the vouchers that are due. Run it on a timer of random times.",
        epilog="Exit codes: 0 done; 1 failed, or something was refused; 2 wrong use; 75 try again later.",
    )
    parser.add_argument("--collector", required=True, metavar="URL", help="https://HOST[:PORT][/PATH] or unix:/PATH")
    parser.add_argument("--token-file", type=Path, metavar="FILE", help="the account's bearer token; yours alone")
    source = parser.add_mutually_exclusive_group(required=True)
    source.add_argument("--client", type=Path, metavar="DIR", help="a client's directory; needs --set, --account")
    source.add_argument("--outbox", type=Path, metavar="DIR", help="an outbox of a sealer; needs --registration")
    parser.add_argument("--registration", type=Path, nargs="+", metavar="FILE", help="what is registered first")
    parser.add_argument("--account", metavar="NAME", help="the messenger's name of the client's account")
    parser.add_argument("--set", type=Path, metavar="FILE", help="the set that the client uses")
    parser.add_argument("--trust", type=Path, nargs="+", metavar="KEY.pub", help="the sources that are trusted")
    parser.add_argument("--signatures", type=int, metavar="N", help="how many of them must have signed; default: all")
    parser.add_argument("--allow-test-sets", action="store_true", help="take sets that are marked as for tests")
    parser.add_argument("--log-policy", type=Path, metavar="FILE", help="the log that the set must be in, by its proof")
    parser.add_argument("--proof-days", type=int, default=30, metavar="N", help="days that the proof may be old")
    parser.add_argument(
        "--fetch-set", action="store_true", help="first bring --set, and its proof, up to date from the collector"
    )
    parser.add_argument("--notices", action="store_true", help="then print what the account is told about reveals")
    parser.add_argument("--ca", type=Path, metavar="FILE", help="the authority that signed the server's certificate")
    parser.add_argument("--allow-plain-http", action="store_true", help="http:// to another machine, in the clear")
    parser.add_argument("--batch", type=int, default=256, metavar="N", help="vouchers of one request, 1 to 256")
    parser.add_argument("--attempts", type=int, default=6, metavar="N", help="of each request, with longer pauses")
    given = parser.parse_args(arguments)
    needed = ["set", "trust", "account"] if given.client else ["registration"]
    for name in needed:
        if getattr(given, name) is None:
            parser.error(f"--{name} is needed with --{'client' if given.client else 'outbox'}")
    if given.fetch_set and not given.client:
        parser.error("--fetch-set is for --client")
    return given


def _token(path: Path) -> str:
    """Read again whenever the collector wants another one: a login service may have put it there meanwhile."""
    with path.open() as file:
        mode = os.fstat(file.fileno()).st_mode
        if not stat.S_ISREG(mode) or mode & 0o077:
            raise PermissionError(f"{path}: others can read the token; chmod 600 {path}")
        return file.read(8_192).strip()


def _key(path: Path) -> bytes:
    found = re.search(r"\b[0-9a-f]{64}\b", path.read_text())
    if found is None:
        raise ValueError(f"{path}: no public key of a source; `sealedmatch keygen` writes KEY.pub")
    return bytes.fromhex(found[0])


def _deliver(given: argparse.Namespace) -> Delivery:
    retries = Retries(attempts=given.attempts)
    tls = ssl.create_default_context(cafile=given.ca) if given.ca else None
    token_file: Path | None = given.token_file
    if token_file is not None:
        _token(token_file)

    def report(refusal: Refusal) -> None:
        print(refusal, file=sys.stderr)

    with Uploader(
        given.collector, None if token_file is None else lambda: _token(token_file),
        tls=tls, allow_plain_http=given.allow_plain_http, retries=retries, batch=given.batch, report=report,
    ) as uploader:  # fmt: skip
        if given.outbox is not None:
            with Outbox(given.outbox) as outbox:
                done = uploader.deliver(outbox, [path.read_bytes() for path in given.registration])
            _tell(given, uploader)
            return done
        trust = TrustPolicy(
            [_key(path) for path in given.trust],
            minimum_signatures=given.signatures if given.signatures is not None else len(given.trust),
            allow_test_sets=given.allow_test_sets,
            log=None
            if given.log_policy is None
            else LogPolicy(given.log_policy.read_bytes(), given.proof_days * 86_400),
        )
        if given.fetch_set:
            new = fetch_set(
                given.collector, given.set, trust, tls=tls, allow_plain_http=given.allow_plain_http, retries=retries
            )
            print(f"set      {'the newest is there' if new is None else f'version {new.version} {new.root.hex()}'}")
        with (
            BlindedSet.open(given.set, trust, proof=proof_of(given.set)) as known,
            Client(given.client, known, account_of(given.account)) as client,
        ):
            done = uploader.deliver(client)
        _tell(given, uploader)
        return done


def _tell(given: argparse.Namespace, uploader: Uploader) -> None:
    if given.notices:
        for notice in uploader.notices():
            print(f"notice   {notice}")


def main(arguments: Sequence[str] | None = None) -> int:
    given = _arguments(arguments)
    try:
        done = _deliver(given)
    except Unavailable as error:
        print(f"sealedmatch.upload: {error}", file=sys.stderr)
        return _TRY_LATER
    except (UploadError, SealedMatchError, OSError, ValueError) as error:
        print(f"sealedmatch.upload: {error}", file=sys.stderr)
        return 1
    print(
        f"uploaded {done.stored} vouchers, {done.registered} registrations; "
        f"{len(done.refused)} refused for good, {len(done.put_off)} put off"
    )
    return 1 if done.refused else 0


if __name__ == "__main__":
    sys.exit(main())
