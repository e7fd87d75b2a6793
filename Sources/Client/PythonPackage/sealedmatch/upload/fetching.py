"""The collector's newest set, to a file, with its proof."""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import http.client
import os
import re
import ssl
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import NoReturn

from ..errors import ErrorCode, SealedMatchError, error_for
from ..sets import BlindedSet, SetInfo, TrustPolicy
from .addresses import Address
from .channels import Channel, Passing
from .errors import BadReply, Unavailable
from .retries import Retries

_CHUNK = 1 << 20
#: Docs/Protocol.md, section 2: m at most, unless the policy says less; and 4.1: a header, and 32 bytes a cell.
_MOST_CELLS = 30_000_000
_HEADER = 4_096
#: Of a set file: what its root is of (4.1). Of a proof: its bytes, at most (4.16).
_SIGNED = 3_072
_MOST_PROOF = 163_840


def fetch_set(
    collector: str,
    file: str | os.PathLike[str],
    trust: TrustPolicy,
    *,
    last_version: int = 0,
    now: float | None = None,
    tls: ssl.SSLContext | None = None,
    allow_plain_http: bool = False,
    timeout: float = 30.0,
    retries: Retries = Retries(),
) -> SetInfo | None:
    """Brings a set file up to date: over a connection of its own, without a token, so that nobody learns which account
    asks. Call it weekly, at random times.

    What comes is written beside the file, and goes on there when it was interrupted. It takes the file's place, in one
    step, only when the client's own opening under `trust` has found it good.

    If `trust` pins a log, the set's proof comes first, into `FILE.ROOT.proof`; `proof_of` reads it. It is made
    anew as long as the set may be used, so it is fetched also when the newest set is there: one that is good takes the
    place of the one before.

    :param file: its folder must exist, and be writable for this user alone.
    :param last_version: the newest version that was used; that of the set in `file` counts too.
    :returns: the set that is new there; None if the newest was there already.
    :raises SetError, EncodingError: the set is refused; the file is as it was. SET_ROLLED_BACK for an older one,
    PROOF_MISSING where the collector has no proof of a new one.
    :raises MachineError: FILE_FAILED; also while another process fetches into the same file.
    :raises UploadError: the network, or the collector; what has come stays for the next call.
    """
    address = Address.of(collector, tls=tls, allow_plain_http=allow_plain_http)
    place = Path(os.fsdecode(os.fspath(file)))
    with Channel(address, None, timeout=timeout, retries=retries) as channel:
        root = _current(channel)
        known = _known(place, trust)
        proof = None if trust.log is None else _proof(channel, root)
        if known is not None and known.root.hex() == root:
            if proof is not None and proof != proof_of(place):
                with BlindedSet.open(place, trust, now=now, proof=proof):
                    _put(place, root, proof)
            return None
        if trust.log is not None and proof is None:
            raise error_for(ErrorCode.PROOF_MISSING, f"{address.text}: there is no proof of the set {root[:16]}…")
        if known is not None:
            last_version = max(last_version, known.version)
        most = _HEADER + 32 * (_MOST_CELLS if trust.maximum_cells is None else trust.maximum_cells)
        with _Part(place, root) as part:
            while True:
                before = part.size
                try:
                    channel.attempts(lambda: _continue(channel, part, root, most))
                    break
                except Unavailable:
                    # A connection that breaks again and again, but brings something.
                    if part.size <= before:
                        raise
            info = part.accept(trust, last_version, now, proof)
    # Of the set that was there. Whoever opens that one just now has read it.
    if known is not None:
        _proof_path(place, known.root.hex()).unlink(missing_ok=True)
    return info


def proof_of(file: str | os.PathLike[str]) -> bytes | None:
    """The proof that `fetch_set` has put beside a set file, for `BlindedSet.open`; None if there is none."""
    place = Path(os.fsdecode(os.fspath(file)))
    try:
        with place.open("rb") as opened:
            signed = opened.read(_SIGNED)
        root = hashlib.blake2b(b"SealedMatch/1 set root\0" + signed, digest_size=32).hexdigest()
        with _proof_path(place, root).open("rb") as opened:
            # One byte more than any: then the opening refuses it.
            return opened.read(_MOST_PROOF + 1)
    except FileNotFoundError:
        return None


def _proof_path(place: Path, root: str) -> Path:
    return place.with_name(f"{place.name}.{root}.proof")


def _proof(channel: Channel, root: str) -> bytes | None:
    """The collector's proof of a set; None if it has none."""
    reply = channel.call("GET", f"/v1/sets/{root}.proof")
    if reply.status == 404:
        return None
    if reply.status != 200:
        raise channel.unexpected(reply, "the set's proof")
    return reply.body


def _put(place: Path, root: str, proof: bytes) -> None:
    """In one step, and to stay: a set without its proof cannot be opened."""
    path = _proof_path(place, root)
    try:
        descriptor, temporary = tempfile.mkstemp(prefix=f".{place.name}.{root}.", suffix=".part", dir=place.parent)
        try:
            with open(descriptor, "wb") as file:
                file.write(proof)
                file.flush()
                os.fsync(descriptor)
            os.replace(temporary, path)
        except BaseException:
            os.unlink(temporary)
            raise
        _sync(place.parent)
    except OSError as error:
        raise error_for(ErrorCode.FILE_FAILED, f"{path}: {error}") from error


def _sync(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _current(channel: Channel) -> str:
    reply = channel.call("GET", "/v1/sets/current")
    found = re.fullmatch(r".*/v1/sets/([0-9a-f]{64})", reply.headers.get("Location", ""))
    if reply.status != 307 or found is None:
        raise channel.unexpected(reply, "the newest set")
    return found[1]


def _known(place: Path, trust: TrustPolicy) -> SetInfo | None:
    """The set that is there, if it is one that was good when it was issued."""
    try:
        with place.open("rb") as file:
            # Bytes 16 to 23: when it was issued (Docs/Protocol.md, 4.1).
            issued = int.from_bytes(file.read(24)[16:], "little")
        # Its proof may be too old by now: that it was one of ours is enough here.
        with BlindedSet.open(place, replace(trust, log=None), now=issued) as known:
            return known.info
    except FileNotFoundError:
        return None
    except (SealedMatchError, ValueError):
        # Damaged, or of another policy: a good one takes its place.
        return None


def _continue(channel: Channel, part: _Part, root: str, most: int) -> None:
    """One attempt to get what is not there yet."""
    tag = f'"{root}"'
    start = part.size
    headers = {"Range": f"bytes={start}-", "If-Range": tag} if start > 0 else {}
    response = channel.open("GET", f"/v1/sets/{root}", headers)
    total: int | None = None
    if response.status == 200:
        start = 0
        length = response.getheader("Content-Length", "")
        total = int(length) if length.isascii() and length.isdigit() else None
    elif response.status in (206, 416):
        field = response.getheader("Content-Range", "")
        given = re.fullmatch(r"bytes (?:([0-9]+)-[0-9]+|\*)/([0-9]{1,15})", field)
        total = int(given[2]) if given is not None else None
        if response.status == 416:
            channel.close()
            if total == start:
                return
            part.cut(0)
            raise Passing("what was there of the set is longer than the set; from the start")
        if given is None or given[1] is None or int(given[1]) != start:
            channel.close()
            raise BadReply(f"{channel.address.text}: another part of the set than the one that was asked for: {field}")
    else:
        channel.close()
        raise BadReply(
            f"{channel.address.text}: the set {root[:16]}…: status {response.status}; if a newer one has just taken "
            "its place, try again"
        )
    if total is None or total > most:
        channel.close()
        raise BadReply(f"{channel.address.text}: a set of {total} bytes; the policy takes {most}")
    part.cut(start)
    while start < total:
        # What has come is kept, also when the connection breaks before a chunk is full.
        chunk = response.read1(min(_CHUNK, total - start))
        if not chunk:
            raise http.client.IncompleteRead(b"", total - start)
        part.add(chunk)
        start += len(chunk)
    response.close()


class _Part:
    """What has come of a set, beside the file whose place it is to take: `.NAME.ROOT.part`."""

    def __init__(self, place: Path, root: str) -> None:
        self._place = place
        self._root = root
        self.path = place.with_name(f".{place.name}.{root}.part")
        self._descriptor = -1
        self.size = 0

    def __enter__(self) -> _Part:
        with self._failing():
            self._descriptor = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
            try:
                fcntl.flock(self._descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
                mine = os.fstat(self._descriptor)
                # Another process may have put it in place before it let the lock go. Then it is a set in use.
                if not os.path.samestat(mine, os.stat(self.path, follow_symlinks=False)):
                    self._fail("another process has just fetched it; try again")
                self.size = mine.st_size
                # Of sets that nobody goes on with.
                for other in self._place.parent.glob(f".{self._place.name}.*.part"):
                    if other != self.path:
                        other.unlink(missing_ok=True)
            except BaseException:
                os.close(self._descriptor)
                raise
        return self

    def __exit__(self, *error: object) -> None:
        os.close(self._descriptor)

    @contextlib.contextmanager
    def _failing(self) -> Iterator[None]:
        """A file's error is no network error: another attempt does not help."""
        try:
            yield
        except BlockingIOError:
            self._fail("another process fetches it; wait until it is done")
        except OSError as error:
            self._fail(str(error))

    def _fail(self, text: str) -> NoReturn:
        raise error_for(ErrorCode.FILE_FAILED, f"{self.path}: {text}")

    def cut(self, size: int) -> None:
        with self._failing():
            os.ftruncate(self._descriptor, size)
        self.size = size

    def add(self, chunk: bytes) -> None:
        with self._failing():
            while chunk:
                written = os.pwrite(self._descriptor, chunk, self.size)
                self.size += written
                chunk = chunk[written:]

    def accept(self, trust: TrustPolicy, last_version: int, now: float | None, proof: bytes | None) -> SetInfo:
        """Opens it as a client does, and puts it in place, its proof before it. One that is refused is gone: what was
        damaged on the way comes anew the next time.
        """
        with self._failing():
            os.fsync(self._descriptor)
        try:
            with BlindedSet.open(self.path, trust, last_version=last_version, now=now, proof=proof) as opened:
                info = opened.info
            if info.root.hex() != self._root:
                raise error_for(ErrorCode.ROOT_MISMATCH, "the collector gave another set than the one that it named")
        except SealedMatchError:
            with self._failing():
                self.path.unlink()
            raise
        if proof is not None:
            _put(self._place, self._root, proof)
        with self._failing():
            os.replace(self.path, self._place)
            _sync(self._place.parent)
        return info
