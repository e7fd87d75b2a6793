"""Commands about sets: keygen, set build, sign, inspect, open and audit, prove, verify-proof.

Each command sets `run`, a function of the parsed arguments that returns the exit code: 0, or 1 for what was refused.
"""

from __future__ import annotations

import argparse
import json
import os
import secrets as random_names
import stat
import time
from dataclasses import asdict, dataclass, fields, replace
from pathlib import Path
from typing import Any

from .audit import AuditPackage, AuditReport, audit
from .audit import sign as sign_audited
from .building import build_set
from .check_level import LEVEL_COUNT
from .entries import ListedHash, key_of, list_text, parse_fields, parse_list
from .errors import ProtocolError, require
from .key_proof import KeyProof, prove, verify
from .keys import (
    SECRETS_COUNT,
    SOURCE_SECRET_WORD,
    SOURCE_WORD,
    SetSecrets,
    decode_key,
    decode_key_file,
    encode_source_key,
    encode_source_secret,
    source_public_key,
)
from .labels import system_draw
from .parameters import MAXIMUM_ENTRIES, Parameters, TrustPolicy
from .profile import Profile
from .set_file import HEAD_COUNT, SIGNATURE_COUNT, SIGNED_COUNT, SetFile, open_set_file
from .table import CELL_COUNT, cells

MAXIMUM_SET_COUNT = HEAD_COUNT + CELL_COUNT * cells(MAXIMUM_ENTRIES)
MAXIMUM_PACKAGE_COUNT = 80 + 35 * MAXIMUM_ENTRIES + 64 * 2_049
MAXIMUM_LIST_COUNT = 2**34
MAXIMUM_KEY_FILE_COUNT = 1_024


# Files


def escaped(text: str) -> str:
    """A name from outside, on one line of a terminal: what does not show comes out as its number."""
    return "".join(c if c.isprintable() and c != "\\" else c.encode("unicode_escape").decode() for c in text)


def read_file(path: str, limit: int) -> bytes:
    """A regular file of at most `limit` bytes."""
    try:
        with open(path, "rb") as file:
            status = os.fstat(file.fileno())
            require(stat.S_ISREG(status.st_mode), "fileFailed", f"{path} is not a regular file")
            require(status.st_size <= limit, "wrongLength", f"{path} is too long")
            return file.read(limit)
    except OSError as failure:
        raise ProtocolError("fileFailed", str(failure)) from failure


@dataclass(frozen=True)
class NewFile:
    path: str
    contents: bytes
    secret: bool = False


def create_files(*files: NewFile) -> None:
    """Creates files that belong together, in this order, all or none; a file that is there already stays.

    Each is complete on disk before the first gets its name, and until then it has none: who is killed leaves no half
    of a secret.
    """
    descriptors: list[int] = []
    made: list[str] = []
    try:
        for file in files:
            folder = os.path.dirname(file.path) or "."
            descriptors.append(os.open(folder, os.O_TMPFILE | os.O_WRONLY, 0o600 if file.secret else 0o644))
            with open(descriptors[-1], "wb", closefd=False) as unnamed:
                unnamed.write(file.contents)
                unnamed.flush()
                os.fsync(unnamed.fileno())
        for file, descriptor in zip(files, descriptors, strict=True):
            # Fails if the path exists. The folder is given so that the link is followed; the path is absolute.
            os.link(f"/proc/self/fd/{descriptor}", file.path, src_dir_fd=descriptor, follow_symlinks=True)
            made.append(file.path)
    except OSError as failure:
        for path in made:
            Path(path).unlink(missing_ok=True)
        raise ProtocolError("fileFailed", f"{failure.strerror}: {failure.filename2 or failure.filename}") from failure
    finally:
        for descriptor in descriptors:
            os.close(descriptor)


def write_file(path: str, contents: bytes, secret: bool = False, replace: bool = False) -> None:
    """One file, whole or not at all; one that is there already stays, unless it is to be replaced."""
    if not replace:
        create_files(NewFile(path, contents, secret))
        return
    partial = f"{path}.{random_names.token_hex(8)}.partial"
    create_files(NewFile(partial, contents, secret))
    try:
        os.replace(partial, path)
    except OSError as failure:
        Path(partial).unlink(missing_ok=True)
        raise ProtocolError("fileFailed", str(failure)) from failure


def write_signature(path: str, signed: SetFile, place: int) -> None:
    """Writes one signature into its place of the file that was audited, which must still be there. Other places are
    left alone: two sources can sign at once.
    """
    try:
        with open(path, "r+b", buffering=0) as file:
            part = file.read(SIGNED_COUNT)
            require(part == signed.signed_part, "notAudited", f"{path} was replaced while it was audited")
            file.seek(SIGNED_COUNT + SIGNATURE_COUNT * place)
            file.write(signed.signature(place) or b"")
            os.fsync(file.fileno())
    except OSError as failure:
        raise ProtocolError("fileFailed", str(failure)) from failure


def read_set(path: str) -> SetFile:
    return SetFile.decode(read_file(path, MAXIMUM_SET_COUNT))


def read_key(path: str, word: str) -> bytes:
    text = read_file(path, MAXIMUM_KEY_FILE_COUNT).decode("utf-8", errors="replace")
    return decode_key_file(text, word)


def read_list(path: str, minimum_quality: int, skip_bad_lines: bool) -> list[ListedHash]:
    parsed = parse_list(list_text(read_file(path, MAXIMUM_LIST_COUNT)), minimum_quality, skip_bad_lines)
    for what, lines in (("of poor quality", parsed.poor_lines), ("bad", parsed.bad_lines)):
        if lines:
            print(f"{escaped(path)}: {len(lines)} lines {what} left out, the first is line {lines[0]}")
    return parsed.hashes


def key_and_list(argument: str) -> tuple[str, str]:
    key, separator, path = argument.partition("=")
    if not separator:
        raise argparse.ArgumentTypeError("KEYFILE=LIST is expected")
    return key, path


def read_lists(
    pairs: list[tuple[str, str]], minimum_quality: int, skip_bad_lines: bool
) -> dict[bytes, list[ListedHash]]:
    lists: dict[bytes, list[ListedHash]] = {}
    for key_file, path in pairs:
        source = read_key(key_file, SOURCE_WORD)
        require(source not in lists, "parameterOutOfRange", f"two lists of the source {key_file}")
        lists[source] = read_list(path, minimum_quality, skip_bad_lines)
    return lists


def levels_argument(text: str) -> tuple[int, ...]:
    """N_0 … N_11, apart by commas."""
    parts = text.split(",")
    if len(parts) != LEVEL_COUNT or not all(part.isdecimal() and int(part) <= 255 for part in parts):
        raise argparse.ArgumentTypeError("twelve numbers from 1 to 255 are expected, with commas between them")
    return tuple(map(int, parts))


# Sources


def keygen(arguments: argparse.Namespace) -> int:
    seed = system_draw(32)
    create_files(
        NewFile(arguments.secret, encode_source_secret(seed).encode(), secret=True),
        NewFile(arguments.public, encode_source_key(source_public_key(seed)).encode()),
    )
    return 0


# Sets


def build(arguments: argparse.Namespace) -> int:
    defaults = Parameters()
    profile = replace(
        defaults.profile,
        minimum_quality=arguments.quality,
        probe_quality=arguments.probe_quality,
        probes=arguments.probes,
    )
    parameters = Parameters(
        threshold=arguments.threshold,
        polynomials=arguments.polynomials,
        levels=arguments.check_levels,
        payload_count=arguments.payload,
        minimum_sources=arguments.minimum_sources,
        separation=arguments.separation,
        profile=profile,
    )
    lists = read_lists(arguments.list, arguments.quality, arguments.skip_bad_lines)
    issued = int(time.time()) if arguments.issued is None else arguments.issued
    new = build_set(lists, parameters, arguments.version, issued, arguments.expires)
    # 4.2: secrets of many versions stand side by side.
    Path(arguments.secrets).mkdir(mode=0o700, exist_ok=True)
    create_files(
        NewFile(f"{arguments.secrets}/{new.set_file.root.hex()}.secrets", new.secrets.encode(), secret=True),
        NewFile(arguments.package, new.package.encode(), secret=True),
        NewFile(arguments.set, new.set_file.encode()),
    )
    print(f"{len(new.selection.keys)} entries, {len(new.selection.folded)} folded, {new.set_file.header.cells} cells")
    print(f"root {new.set_file.root.hex()}")
    return 0


def sign(arguments: argparse.Namespace) -> int:
    """A source signs only after "Audit", with its own list."""
    seed = read_key(arguments.key, SOURCE_SECRET_WORD)
    # The set is read once: what is audited and what is signed are the same bytes, whatever the path means meanwhile.
    set_file = read_set(arguments.set)
    known = {source_public_key(seed), *(read_key(path, SOURCE_WORD) for path in arguments.known)}
    print(json.dumps(described(set_file), indent=2))
    for source in set_file.header.sources:
        require(source in known, "notAudited", f"you do not know the source {source.hex()}; if you do, --known KEYFILE")
    package = AuditPackage.decode(read_file(arguments.package, MAXIMUM_PACKAGE_COUNT))
    own = read_list(arguments.list, set_file.parameters.profile.minimum_quality, arguments.skip_bad_lines)
    report = audit(set_file, package, {source_public_key(seed): own})
    if report_findings(report):
        return 1
    signed = sign_audited(set_file, report, seed)
    write_signature(arguments.set, signed, signed.header.sources.index(source_public_key(seed)))
    print(f"signed root {signed.root.hex()}")
    return 0


def inspect(arguments: argparse.Namespace) -> int:
    print(json.dumps(described(read_set(arguments.set)), indent=2))
    return 0


def described(set_file: SetFile) -> dict[str, Any]:
    header, parameters, profile = set_file.header, set_file.parameters, set_file.parameters.profile
    return {
        "root": set_file.root.hex(),
        "version": header.version,
        "issuedAt": header.issued_at,
        "expiresAt": header.expires_at,
        "tableID": header.table_id.hex(),
        "positionSeed": header.position_seed.hex(),
        "publicKey": header.public_key.hex(),
        "entries": header.entries,
        "cells": header.cells,
        "tableDigest": header.table_digest.hex(),
        "supportDigest": header.support_digest.hex(),
        "threshold": parameters.threshold,
        "polynomials": parameters.polynomials,
        "checkLevels": list(parameters.levels),
        "payloadCount": parameters.payload_count,
        "minimumSources": parameters.minimum_sources,
        "separation": parameters.separation,
        "profile": {
            "id": profile.id,
            "digest": profile.digest().hex(),
            "minimumQuality": profile.minimum_quality,
            "probeQuality": profile.probe_quality,
            "probes": profile.probes,
            "positions": list(profile.positions),
            "hypotheses": [asdict(hypothesis) for hypothesis in profile.hypotheses],
            "marks": profile.marks,
        },
        "sources": [source.hex() for source in header.sources],
        "signers": [source.hex() for source in set_file.signers()],
    }


def open_command(arguments: argparse.Namespace) -> int:
    pinned = frozenset(read_key(path, SOURCE_WORD) for path in arguments.pin)
    numbers = {name: getattr(arguments, name) for name in POLICY_NUMBERS}
    policy = TrustPolicy(sources=pinned, maximum_levels=arguments.maximum_check_levels, **numbers)
    now = int(time.time()) if arguments.now is None else arguments.now
    opened = open_set_file(Path(arguments.set), policy, arguments.newest_version, now)
    print(json.dumps(described(opened) | {"confirmedSources": opened.confirmed_sources(pinned)}, indent=2))
    return 0


def audit_command(arguments: argparse.Namespace) -> int:
    set_file = read_set(arguments.set)
    package = AuditPackage.decode(read_file(arguments.package, MAXIMUM_PACKAGE_COUNT))
    lists = read_lists(arguments.list, set_file.parameters.profile.minimum_quality, arguments.skip_bad_lines)
    report = audit(set_file, package, lists)
    print(
        f"root {set_file.root.hex()}, {set_file.header.entries} entries; version {set_file.header.version}, "
        f"issued {set_file.header.issued_at}, expires {set_file.header.expires_at}"
    )
    for key_file, path in arguments.list:
        count = report.confirmed.get(read_key(key_file, SOURCE_WORD))
        if count is not None:
            print(f"{path} holds {count} of the entries that name {key_file}")
    return 1 if report_findings(report) else 0


def report_findings(report: AuditReport) -> bool:
    for finding in report.findings:
        print(f"finding: {finding.name} {finding.detail}".rstrip())
    if not report.findings:
        print("no findings")
    return bool(report.findings)


# Key proofs


def key_argument(text: str, profile: Profile) -> bytes:
    """`pdq:HEX`, `sha256:HEX` or `md5:HEX`; or `key:HEX`, the encoding of y."""
    kind, _, digits = text.partition(":")
    if kind != "key":
        return key_of(parse_fields([kind, digits])[0], profile)
    try:
        return decode_key(bytes.fromhex(digits))
    except ValueError as failure:
        raise ProtocolError("badHexadecimal", text) from failure


def prove_command(arguments: argparse.Namespace) -> int:
    set_file = read_set(arguments.set)
    secrets = SetSecrets.decode(read_file(arguments.secrets, SECRETS_COUNT), set_file.header.public_key)
    proof = prove(set_file, secrets, key_argument(arguments.key, set_file.parameters.profile))
    write_file(arguments.proof, proof.encode())
    return verify_and_print(set_file, proof)


def verify_proof_command(arguments: argparse.Namespace) -> int:
    return verify_and_print(read_set(arguments.set), KeyProof.decode(read_file(arguments.proof, 170)))


def verify_and_print(set_file: SetFile, proof: KeyProof) -> int:
    member = verify(set_file, proof)
    print(f"{proof.y.hex()} is {'a member' if member else 'not a member'} of {proof.root.hex()}")
    return 0


# The command line

POLICY_NUMBERS = [field.name for field in fields(TrustPolicy) if field.type == "int"]


def add_commands(commands: Any) -> None:
    """Adds these commands to an argparse subparsers object."""
    p = commands.add_parser("keygen", help="make a source's key files")
    p.add_argument("secret", help="the secret key file to make")
    p.add_argument("public", help="the public key file to make")
    p.set_defaults(run=keygen)

    sets = commands.add_parser("set", help="build, sign, inspect, open, audit").add_subparsers(
        required=True, metavar="COMMAND"
    )
    defaults = Parameters()
    p = sets.add_parser("build", help="lists in; set file, secrets and audit package out")
    p.add_argument(
        "--list",
        action="append",
        type=key_and_list,
        required=True,
        metavar="KEYFILE=LIST",
        help="a source's public key file and its list; once for each source",
    )
    p.add_argument("--set", required=True)
    p.add_argument("--secrets", required=True, help="the folder of secrets; a file of the root's name is made there")
    p.add_argument("--package", required=True)
    p.add_argument("--version", type=int, required=True)
    p.add_argument("--issued", type=int, help="seconds since 1970; now, if it is not given")
    p.add_argument("--expires", type=int, required=True, help="seconds since 1970")
    p.add_argument("--threshold", type=int, default=defaults.threshold)
    p.add_argument("--polynomials", type=int, default=defaults.polynomials)
    p.add_argument("--check-levels", type=levels_argument, default=defaults.levels, metavar="N,…")
    p.add_argument("--payload", type=int, default=defaults.payload_count)
    p.add_argument("--minimum-sources", type=int, default=defaults.minimum_sources)
    p.add_argument("--separation", type=int, default=defaults.separation)
    p.add_argument("--quality", type=int, default=defaults.profile.minimum_quality)
    p.add_argument("--probe-quality", type=int, default=defaults.profile.probe_quality)
    p.add_argument("--probes", type=int, default=defaults.profile.probes)
    p.add_argument("--skip-bad-lines", action="store_true")
    p.set_defaults(run=build)

    p = sets.add_parser("sign", help="audit a set with one's own list, then sign it")
    p.add_argument("set")
    p.add_argument("package")
    p.add_argument("--key", required=True, help="the source's secret key file")
    p.add_argument("--list", required=True)
    p.add_argument(
        "--known", nargs="+", default=[], metavar="KEYFILE", help="public key files of the other sources that you know"
    )
    p.add_argument("--skip-bad-lines", action="store_true")
    p.set_defaults(run=sign)

    p = sets.add_parser("inspect", help="print what a set says")
    p.add_argument("set")
    p.set_defaults(run=inspect)

    p = sets.add_parser("open", help="check a set as a client does")
    p.add_argument("set")
    p.add_argument("--pin", action="append", required=True, metavar="KEYFILE", help="a pinned source's public key file")
    for field in fields(TrustPolicy):
        if field.name in POLICY_NUMBERS:
            has_default = isinstance(field.default, int)
            p.add_argument(
                "--" + field.name.replace("_", "-"),
                type=int,
                required=not has_default,
                default=field.default if has_default else None,
            )
    p.add_argument("--maximum-check-levels", type=levels_argument, default=TrustPolicy.maximum_levels, metavar="N,…")
    p.add_argument("--newest-version", type=int, default=0)
    p.add_argument("--now", type=int, help="seconds since 1970; now, if it is not given")
    p.set_defaults(run=open_command)

    p = sets.add_parser("audit", help="check a set against its audit package")
    p.add_argument("set")
    p.add_argument("package")
    p.add_argument("--list", action="append", type=key_and_list, default=[], metavar="KEYFILE=LIST")
    p.add_argument("--skip-bad-lines", action="store_true")
    p.set_defaults(run=audit_command)

    key_help = "pdq:HEX, sha256:HEX, md5:HEX, or key:HEX for the encoding of y"
    p = commands.add_parser("prove", help="prove whether a key is in a set")
    p.add_argument("set")
    p.add_argument("secrets")
    p.add_argument("key", help=key_help)
    p.add_argument("proof", help="the proof file to make")
    p.set_defaults(run=prove_command)

    p = commands.add_parser("verify-proof", help="verify a key proof")
    p.add_argument("set")
    p.add_argument("proof")
    p.set_defaults(run=verify_proof_command)
