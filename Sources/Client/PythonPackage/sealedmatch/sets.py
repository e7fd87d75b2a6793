"""Blinded sets: what pictures are checked against, and what a messenger pins."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ._library import Handle, call, ffi, lib, number, path_bytes, seconds, view

if TYPE_CHECKING:
    from typing_extensions import Buffer


@dataclass(frozen=True)
class LogPolicy:
    """The log that a set must be in, and whose cosignatures its proof needs (Docs/Protocol.md, 5.28)."""

    #: The text of a policy file (c2sp.org/tlog-policy): UTF-8 or bytes, at most 65,536 of them.
    text: str | Buffer
    #: Greatest age of a cosignature, in seconds, at least 1 (30 days).
    maximum_age: int | None = None


@dataclass(frozen=True)
class TrustPolicy:
    """What the messenger pins: whose signatures a set needs, and the floors below which no signature helps. `None` is
    the default of Docs/Protocol.md, section 2.

    The fingerprint profile is pinned too: a set of another one than `profiles` is UNKNOWN_PROFILE.
    """

    #: Ed25519 keys of the trusted sources, 32 bytes each.
    sources: Sequence[Buffer]
    #: How many of them must have signed, at least 1.
    minimum_signatures: int
    #: Floor of t (30).
    minimum_threshold: int | None = None
    minimum_polynomials: int | None = None
    #: Floor of M (32): M/N slots of a voucher open by chance, which hides matches.
    minimum_probes: int | None = None
    #: Ceilings of N_0 … N_11, twelve bytes, each 1 to 255, none below the one before.
    maximum_check_levels: Buffer | None = None
    #: Floor of `SetInfo.confirmed_sources`, at least 1 (2).
    minimum_confirmed_sources: int | None = None
    minimum_separation: int | None = None
    #: Floor of n (1,000): a set of a few entries is a search for these few.
    minimum_entries: int | None = None
    #: Ceiling of m (30,000,000): 32 bytes a cell.
    maximum_cells: int | None = None
    #: Ceiling of the seconds from a set's issue to its expiry (400 days).
    maximum_lifetime: int | None = None
    #: Takes sets that are marked as for tests. For tests alone: whoever makes a test set can open what it matches.
    allow_test_sets: bool = False
    #: The log that a set must be in, by the proof that comes with it. `None` asks for no proof.
    log: LogPolicy | None = None
    #: Fingerprint profiles that a set may have, 2 or 3 or both (Docs/Protocol.md, 5.11). A deployment that moves from
    #: one to the other pins both: a client takes the new set with the next epoch.
    profiles: Sequence[int] = (2,)

    def _structure(self) -> tuple[Any, Any]:
        """The C structure, and what must live as long."""
        if not self.sources:
            raise ValueError("sources: at least one key of a source that this messenger trusts")
        if self.minimum_signatures < 1:
            raise ValueError("minimum_signatures: at least 1, or anybody's set would do")
        trust = ffi.new("sealedmatch_trust *")
        call(lib.sealedmatch_trust_defaults, trust, ffi.sizeof("sealedmatch_trust"))
        keys = ffi.new(
            "uint8_t[]", b"".join(bytes(ffi.buffer(view(key, "a source key", 32))) for key in self.sources) or 1
        )
        trust.sources = keys
        trust.source_count = len(self.sources)
        for field, bits in _TRUST_FIELDS.items():
            value = getattr(self, field)
            if value is not None:
                setattr(trust, field, number(value, bits, field))
        trust.allow_test_sets = bool(self.allow_test_sets)
        trust.profiles = 0
        for profile in self.profiles:
            if profile not in _PROFILES:
                raise ValueError(f"profiles: {profile!r} is not known to this version; 2 and 3 are")
            trust.profiles |= _PROFILES[profile]
        if self.maximum_check_levels is not None:
            levels = view(self.maximum_check_levels, "maximum_check_levels", 12)
            ffi.memmove(trust.maximum_check_levels, levels, 12)
        if self.log is None:
            return trust, keys
        text = self.log.text.encode() if isinstance(self.log.text, str) else bytes(view(self.log.text, "log.text"))
        policy = ffi.new("uint8_t[]", text or 1)
        trust.log_policy = policy
        trust.log_policy_count = len(text)
        if self.log.maximum_age is not None:
            trust.maximum_proof_age = number(self.log.maximum_age, 64, "log.maximum_age")
        return trust, (keys, policy)


_PROFILES = {2: lib.SEALEDMATCH_PROFILE_2, 3: lib.SEALEDMATCH_PROFILE_3}
_TRUST_FIELDS = {
    "minimum_signatures": 32, "minimum_threshold": 32, "minimum_polynomials": 32, "minimum_probes": 32,
    "minimum_confirmed_sources": 32, "minimum_separation": 32, "minimum_entries": 64, "maximum_cells": 64,
    "maximum_lifetime": 64,
}  # fmt: skip


@dataclass(frozen=True)
class SetInfo:
    """What a messenger can show its user. Nothing of it is secret."""

    #: t: different matching items of one account in one epoch of 30 days that open them.
    threshold: int
    version: int
    #: Seconds since 1970.
    issued_at: int
    expires_at: int
    entries: int
    cells: int
    #: The set's name; every voucher carries it.
    root: bytes
    polynomials: int
    #: N_0 … N_11: a slot that does not match opens with probability 1/N (Docs/Protocol.md, 5.9).
    check_levels: bytes
    #: How many of the pinned sources, at least, have each entry on their own list, if they audit as they promise. It is
    #: not the number of sources that the set names: who builds a set can name invented ones.
    confirmed_sources: int
    separation: int
    profile: int
    key_bits: int
    probes: int
    #: Pictures of a lower PDQ quality cannot match.
    minimum_quality: int
    voucher_bytes: int
    maximum_note_bytes: int
    #: The sources' Ed25519 keys.
    sources: tuple[bytes, ...]
    #: Those of them whose valid signature the set has.
    signed_by: tuple[bytes, ...]
    #: Whether the set is marked as one for tests.
    is_test: bool
    #: What the log says of the set; `None` without a pinned log.
    logged: LoggedSet | None = None


@dataclass(frozen=True)
class LoggedSet:
    """What a set's proof says: everybody can see it, and for ever."""

    #: The set's place in the log, from 0: what users of one set can compare.
    index: int
    #: Entries of the log when the witnesses cosigned it.
    log_size: int
    #: Custodians that hold parts of the matching key; 0: one authority has all of it.
    custodians: int
    #: How many of them must take part in opening.
    custodian_threshold: int
    #: SHA-256 of the set's statement for people: its purpose and its legal basis.
    statement: bytes

    def purpose(self, statement: bytes) -> str:
        """The statement's text, to be shown to whoever asks what the set is for. Others wrote it: show it as text.

        :param statement: the file that the set's publisher gives out.
        :raises ValueError: it is not the one that the log has, or no UTF-8.
        """
        if hashlib.sha256(statement).digest() != self.statement:
            raise ValueError("it is not the statement that the log has of this set")
        return statement.decode()


class BlindedSet(Handle):
    """An open set, checked by form, signatures, floors, expiry, version and table. Any number of clients, on any
    threads, share one; they keep it open for themselves.
    """

    def __init__(self, handle: Any) -> None:
        super().__init__(handle, lib.sealedmatch_set_close)

    @classmethod
    def open(
        cls,
        path: str | os.PathLike[str],
        trust: TrustPolicy,
        *,
        last_version: int = 0,
        now: float | None = None,
        proof: Buffer | None = None,
    ) -> BlindedSet:
        """Maps a set file. Replace set files by renaming, never by writing into them.

        :param last_version: the newest version that this client has used; an older set is SET_ROLLED_BACK. A `Client`
        remembers its own.
        :param proof: the bytes of the set's `.proof`; needed if `trust` pins a log, else not looked at.
        :raises SetError, EncodingError: what Docs/Protocol.md, 5.15, asks for does not hold.
        :raises MachineError: FILE_FAILED, for a missing file too.
        """
        handle = ffi.new("sealedmatch_set *")
        structure, _keys = trust._structure()
        call(
            lib.sealedmatch_set_open_with_proof,
            path_bytes(path),
            *_proof(proof),
            structure,
            seconds(now),
            number(last_version, 64, "last_version"),
            handle,
        )
        return cls(handle)

    @classmethod
    def from_bytes(
        cls,
        content: Buffer,
        trust: TrustPolicy,
        *,
        last_version: int = 0,
        now: float | None = None,
        proof: Buffer | None = None,
    ) -> BlindedSet:
        """A set file in memory; it is copied. Prefer `open`."""
        handle = ffi.new("sealedmatch_set *")
        structure, _keys = trust._structure()
        data = view(content, "content")
        call(
            lib.sealedmatch_set_open_memory_with_proof,
            data,
            len(data),
            *_proof(proof),
            structure,
            seconds(now),
            number(last_version, 64, "last_version"),
            handle,
        )
        return cls(handle)

    @property
    def info(self) -> SetInfo:
        raw = ffi.new("sealedmatch_set_info *")
        call(lib.sealedmatch_set_describe, self._handle, raw, ffi.sizeof("sealedmatch_set_info"))
        sources = tuple(bytes(ffi.buffer(raw.sources[i])) for i in range(raw.source_count))
        return SetInfo(
            threshold=raw.threshold, version=raw.version, issued_at=raw.issued_at, expires_at=raw.expires_at,
            entries=raw.entries, cells=raw.cells,
            root=bytes(ffi.buffer(raw.root)), polynomials=raw.polynomials, check_levels=bytes(raw.check_levels),
            confirmed_sources=raw.confirmed_sources,
            separation=raw.separation, profile=raw.profile, key_bits=raw.key_bits, probes=raw.probes,
            minimum_quality=raw.minimum_quality,
            voucher_bytes=raw.voucher_bytes, maximum_note_bytes=raw.maximum_note_bytes, sources=sources,
            signed_by=tuple(source for i, source in enumerate(sources) if raw.signed_by >> i & 1),
            is_test=bool(raw.is_test),
            logged=_logged(raw) if raw.is_logged else None,
        )  # fmt: skip


def _proof(proof: Buffer | None) -> tuple[Any, int]:
    """No proof, and an empty one, which is malformed."""
    if proof is None:
        return ffi.NULL, 0
    data = view(proof, "proof")
    return (data, len(data)) if len(data) else (ffi.new("uint8_t[]", 1), 0)


def _logged(raw: Any) -> LoggedSet:
    return LoggedSet(
        index=raw.log_index,
        log_size=raw.log_size,
        custodians=raw.custodian_count,
        custodian_threshold=raw.custodian_threshold,
        statement=bytes(ffi.buffer(raw.statement)),
    )
