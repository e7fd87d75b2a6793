"""Commands about items: fingerprint, client, seal, reveal.

Files are the encodings of section 4: `client` is account secret || client state (4.8), `NAME.voucher` is a voucher
(4.3),
`NAME.registration` a registration (4.5). Names carry no meaning; another implementation can write and read them all.
"""

from __future__ import annotations

import argparse
import hashlib
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from .account import account_of
from .authority import reveal_all
from .case_file import CaseList, Comparison, case_file, listed_entries
from .client_state import HEADER_BYTES, ClientState
from .collector import Collector
from .commands_a import escaped, key_and_list, read_file, read_key, read_list, read_set, write_file
from .distinctness import MAXIMUM_TAGS
from .epochs import ACCOUNT_SECRET_COUNT, AccountSecret
from .errors import ProtocolError, require
from .keys import SECRETS_COUNT, SOURCE_SECRET_WORD, SOURCE_WORD, SetSecrets
from .labels import system_draw
from .open import OpenedSet
from .parameters import Parameters
from .pdq import Fingerprint
from .png import SIGNATURE, read_png
from .probes import Picture, probes
from .profile import PROFILE_2
from .raster import RASTER_COUNT
from .raster import SIDE as RASTER_SIDE
from .registration import MAXIMUM_BYTES as REGISTRATION_BYTES
from .registration import Registration
from .resolution import REQUEST_BYTES, Release, ResolutionRequest
from .seal import Item, Sealer, seal_item, state_at_epoch_start
from .voucher import MAXIMUM_VOUCHER_BYTES, Voucher

MAXIMUM_ITEM_BYTES = 2**31
MAXIMUM_CLIENT_BYTES = ACCOUNT_SECRET_COUNT + HEADER_BYTES + 8 * MAXIMUM_TAGS


def hexadecimal(text: str, count: int) -> bytes:
    try:
        data = bytes.fromhex(text)
    except ValueError as failure:
        raise ProtocolError("badHexadecimal", text) from failure
    require(len(data) == count, "wrongLength", f"{count} bytes in hexadecimal are expected")
    return data


def account_argument(text: str) -> bytes:
    try:
        return hexadecimal(text, 32)
    except ProtocolError as failure:
        raise argparse.ArgumentTypeError(str(failure)) from failure


def name_argument(text: str) -> bytes:
    try:
        return account_of(text.encode())
    except ProtocolError as failure:
        raise argparse.ArgumentTypeError(str(failure)) from failure


def add_account(parser: Any) -> None:
    """4.7, "Account names": by name, or the 32 bytes themselves."""
    either = parser.add_mutually_exclusive_group(required=True)
    either.add_argument("--account", type=name_argument, metavar="NAME", help="the account's name, which is hashed")
    either.add_argument(
        "--account-id", dest="account", type=account_argument, metavar="HEX", help="its 32 bytes in hexadecimal"
    )


def single(value: np.float32) -> str:
    return np.float32(value).astype("<f4").tobytes().hex()


# Fingerprints


def picture(path: str, raw: str | None) -> Picture:
    data = read_file(path, MAXIMUM_ITEM_BYTES)
    if raw is None:
        read = read_png(data)
        return Picture.of(read.data, read.width, read.height, read.channels)
    try:
        width, height, channels = map(int, raw.split("x"))
    except ValueError as failure:
        raise ProtocolError("badDimensions", "WIDTHxHEIGHTxCHANNELS is expected") from failure
    return Picture.of(data, width, height, channels)


def described(found: Picture) -> dict[str, Any]:
    fingerprint = found.fingerprint
    return {
        "kind": "pdq",
        "fingerprint": fingerprint.encoding().hex(),
        "quality": fingerprint.quality,
        "coefficients": [single(value) for value in fingerprint.coefficients],
        "median": single(fingerprint.median),
        "raster": found.raster.tobytes().hex(),
    }


def fingerprint(arguments: argparse.Namespace) -> int:
    found = picture(arguments.picture, arguments.raw)
    document = described(found)
    document["probes"] = [key.hex() for key in probes(found, PROFILE_2, Parameters().separation)]
    if arguments.short:
        del document["coefficients"], document["median"], document["raster"], document["probes"]
    print(json.dumps(document, indent=2))
    return 0


def item_of(entry: dict[str, Any]) -> Item:
    """One given fingerprint: what `fingerprint` prints, or { kind: sha256, fingerprint }, or { kind: none }."""
    try:
        kind = entry["kind"]
        if kind == "none":
            return Item()
        if kind == "sha256":
            return Item(sha256=hexadecimal(entry["fingerprint"], 32))
        require(kind == "pdq", "badHashLength", f"kind {kind}")
        coefficients = np.frombuffer(hexadecimal("".join(entry["coefficients"]), 1024), dtype="<f4").astype(np.float32)
        median = np.frombuffer(hexadecimal(entry["median"], 4), dtype="<f4").astype(np.float32)[0]
        bits = int.from_bytes(hexadecimal(entry["fingerprint"], 32), "big")
        require(bool(np.isfinite(coefficients).all() and np.isfinite(median)), "nonCanonical", "coefficients")
        require(isinstance(entry["quality"], int) and 0 <= entry["quality"] <= 100, "parameterOutOfRange", "quality")
        cells = np.frombuffer(hexadecimal(entry["raster"], RASTER_COUNT), dtype=np.uint8).reshape(
            RASTER_SIDE, RASTER_SIDE
        )
        return Item(picture=Picture(Fingerprint(bits, entry["quality"], tuple(coefficients), median), cells))
    except (KeyError, TypeError) as failure:
        raise ProtocolError("nonCanonical", f"a given fingerprint: {failure!r}") from failure


def item_from_file(path: str) -> Item:
    """A PNG file is a picture, any other file is named by its bytes; a PNG file that cannot be read is sealed all the
    same, without keys (5.12, step 2)."""
    data = read_file(path, MAXIMUM_ITEM_BYTES)
    if data.startswith(SIGNATURE):
        try:
            read = read_png(data)
        except ProtocolError as failure:
            print(f"{escaped(path)}: sealed as unreadable: {failure}")
            return Item()
        return Item(picture=Picture.of(read.data, read.width, read.height, read.channels))
    return Item(sha256=hashlib.sha256(data).digest())


def given_items(path: str) -> list[Item]:
    try:
        entries = json.loads(read_file(path, 2**28))
    except ValueError as failure:
        raise ProtocolError("nonCanonical", f"{path} is not JSON") from failure
    require(isinstance(entries, list), "nonCanonical", "a list of fingerprints is expected")
    return [item_of(entry) for entry in entries]


# Clients


def read_client(path: str) -> tuple[AccountSecret, ClientState]:
    data = read_file(path, MAXIMUM_CLIENT_BYTES)
    require(len(data) >= ACCOUNT_SECRET_COUNT, "wrongLength")
    return AccountSecret.decode(data[:ACCOUNT_SECRET_COUNT]), ClientState.decode(data[ACCOUNT_SECRET_COUNT:])


def new_client(arguments: argparse.Namespace) -> int:
    set_file = read_set(arguments.set)
    require(0 <= arguments.epoch < 2**32, "parameterOutOfRange", "epoch")
    secret = AccountSecret.first(arguments.epoch)
    state = state_at_epoch_start(set_file, arguments.epoch)
    write_file(arguments.client, secret.encode() + state.encode(), secret=True)
    return 0


def seal(arguments: argparse.Namespace) -> int:
    set_file = read_set(arguments.set)
    set_file.check_table()
    secret, state = read_client(arguments.client)
    sealer = Sealer(set_file, arguments.account, secret, state)
    items = [item_from_file(path) for path in arguments.items]
    if arguments.fingerprints is not None:
        items += given_items(arguments.fingerprints)
    folder = Path(arguments.out)
    folder.mkdir(parents=True, exist_ok=True)
    registration = sealer.registration()
    if arguments.identity is not None:
        registration = registration.signed(read_key(arguments.identity, SOURCE_SECRET_WORD))
    write_file(
        str(folder / f"{arguments.account.hex()}-{secret.epoch}.registration"), registration.encode(), replace=True
    )
    for item in items:
        voucher, state = seal_item(item, arguments.note.encode(), sealer, system_draw)
        sealer = replace(sealer, state=state)
        # 5.12, step 6: "Persist the new state, then the voucher".
        write_file(arguments.client, secret.encode() + state.encode(), secret=True, replace=True)
        write_file(str(folder / f"{voucher.header.voucher_id.hex()}.voucher"), voucher.encode())
    print(f"{len(items)} vouchers and a registration in {folder}")
    return 0


# Collector


def collect(collector: Collector, folder: str) -> int:
    """Takes a folder's registrations, then its vouchers. Output: how many were refused."""
    require(Path(folder).is_dir(), "fileFailed", f"{folder} is not a folder")
    refused = 0
    for pattern in ("*.registration", "*.voucher"):
        for path in sorted(Path(folder).glob(pattern)):
            # The folder stands for the authenticated channel: a registration's caller is the account that it names, a
            # voucher's the one that registered its pseudonym.
            try:
                if pattern == "*.registration":
                    data = read_file(str(path), REGISTRATION_BYTES)
                    collector.register(Registration.decode(data).account, data)
                else:
                    data = read_file(str(path), MAXIMUM_VOUCHER_BYTES)
                    header = Voucher.decode(data).header
                    registered = collector.registered(header.pseudonym, header.epoch)
                    collector.store(b"" if registered is None else registered.account, data)
            except ProtocolError as failure:
                refused += 1
                print(f"refused: {escaped(path.name)}: {failure}")
    return refused


def resolve(arguments: argparse.Namespace) -> int:
    """5.21, with the registrations of a folder."""
    collector = Collector(seed=read_key(arguments.key, SOURCE_SECRET_WORD))
    refused = collect(collector, arguments.folder)
    out = Path(arguments.out)
    out.mkdir(parents=True, exist_ok=True)
    for path in arguments.requests:
        try:
            release = collector.resolve(read_file(path, REQUEST_BYTES + 1))
        except ProtocolError as failure:
            refused += 1
            print(f"refused: {escaped(path)}: {failure}")
            continue
        made = release.registration
        name = str(out / f"{made.pseudonym.hex()}-{made.epoch}.release")
        write_file(name, release.encode(), secret=True, replace=True)
        print(f"released {made.account.hex()} epoch {made.epoch}: {escaped(name)}")
    return 1 if refused else 0


def release(arguments: argparse.Namespace) -> int:
    """4.14, "Verifying one"."""
    found = Release.decode(read_file(arguments.release, 2**16))
    found.verify(
        read_key(arguments.collector, SOURCE_WORD),
        None if arguments.identity is None else read_key(arguments.identity, SOURCE_WORD),
    )
    print(f"account {found.registration.account.hex()} epoch {found.registration.epoch} number {found.number}")
    return 0


# Authority


def reveal(arguments: argparse.Namespace) -> int:
    sets = []
    for set_path, secrets_path in arguments.set:
        header = read_set(set_path).header
        secrets = SetSecrets.decode(read_file(secrets_path, SECRETS_COUNT), header.public_key)
        sets.append(OpenedSet(header, secrets.alpha))
    collector = Collector(sets={set_.root: set_.header for set_ in sets})
    refused = collect(collector, arguments.folder)
    lists = [
        (path, read_key(key_file, SOURCE_WORD), read_list(path, 0, arguments.skip_bad_lines))
        for key_file, path in arguments.list
    ]
    for path, source, _ in lists:
        known = any(source in set_.header.sources for set_ in sets)
        require(known, "parameterOutOfRange", f"{path}: no set names this source")
    profile = sets[0].header.parameters.profile
    by = Comparison(
        [CaseList(path, source, len(hashes)) for path, source, hashes in lists],
        listed_entries([(source.hex(), hashes) for _, source, hashes in lists], profile),
        profile,
        max(set_.header.parameters.separation for set_ in sets),
    )
    Path(arguments.cases).mkdir(parents=True, exist_ok=True)
    for found in reveal_all(collector, sets):
        print(
            f"account {found.pseudonym.hex()} epoch {found.epoch}: {found.openings} openings, {found.result}, "
            f"{len(found.matches)} matches"
        )
        if found.result == "valid":
            stem = str(Path(arguments.cases) / f"{found.pseudonym.hex()}-{found.epoch}")
            document = case_file(found.pseudonym, found.epoch, found.threshold, found.matches, by)
            write_file(f"{stem}.json", document, secret=True, replace=True)
            request = ResolutionRequest(found.epoch, found.pseudonym, found.token)
            write_file(f"{stem}.request", request.encode(), secret=True, replace=True)
    return 1 if refused else 0


# The command line


def add_commands(commands: Any) -> None:
    p = commands.add_parser("fingerprint", help="PDQ of a picture, with coefficients and the probes of profile 2")
    p.add_argument("picture", help="a PNG file of 8 bits a channel, or raw pixels with --raw")
    p.add_argument("--raw", metavar="WIDTHxHEIGHTxCHANNELS", help="the file is pixels: channels 1, 3 or 4")
    p.add_argument("--short", action="store_true", help="hash and quality only")
    p.set_defaults(run=fingerprint)

    p = commands.add_parser("client", help="make a client file: a new account secret and an empty state")
    p.add_argument("set")
    p.add_argument("client", help="the file to make")
    add_account(p)
    p.add_argument("--epoch", type=int, required=True)
    p.set_defaults(run=new_client)

    p = commands.add_parser("seal", help="items in; one voucher each and the epoch's registration out")
    p.add_argument("set", help="a set file; check it with `set open` first")
    p.add_argument("client", help="the client file; its state is replaced")
    p.add_argument(
        "--items",
        nargs="+",
        default=[],
        metavar="FILE",
        help="PNG files are pictures, other files are named by SHA-256",
    )
    p.add_argument("--fingerprints", help="JSON: a list of given fingerprints")
    add_account(p)
    p.add_argument("--note", default="")
    p.add_argument("--identity", metavar="KEYFILE", help="an Ed25519 key that signs the registration")
    p.add_argument("--out", required=True, help="the folder for vouchers and registration")
    p.set_defaults(run=seal)

    p = commands.add_parser("reveal", help="a folder of vouchers and registrations in; case files out")
    p.add_argument("folder")
    p.add_argument("--set", nargs=2, action="append", required=True, metavar=("SET", "SECRETS"))
    p.add_argument("--list", action="append", type=key_and_list, default=[], metavar="KEYFILE=LIST")
    p.add_argument("--skip-bad-lines", action="store_true")
    p.add_argument("--cases", required=True, help="the folder for case files")
    p.set_defaults(run=reveal)

    p = commands.add_parser("resolve", help="a folder of registrations, and requests in; releases out")
    p.add_argument("folder")
    p.add_argument("requests", nargs="+", metavar="REQUEST")
    p.add_argument("--key", required=True, metavar="KEYFILE", help="the collector's secret key")
    p.add_argument("--out", required=True, help="the folder for releases")
    p.set_defaults(run=resolve)

    p = commands.add_parser("release", help="verifies a release")
    p.add_argument("release")
    p.add_argument("--collector", required=True, metavar="KEYFILE", help="the collector's public key")
    p.add_argument("--identity", metavar="KEYFILE", help="the account's public identity key")
    p.set_defaults(run=release)
