"""Protocol 5.2 and 5.4 together: a new set from lists, with its secrets and its audit package."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from .audit import AuditPackage, make_package
from .entries import ListedHash, Selection, select_entries
from .errors import ProtocolError, require
from .keys import SetSecrets, entries_digest, support_digest
from .labels import Draw, blake2b_256, system_draw
from .parameters import MAXIMUM_LIFETIME, Parameters
from .set_file import SetFile, SetHeader
from .table import table

ATTEMPTS = 8
"""After `peelingFailed` all of the secrets are drawn anew, at most eight times."""


@dataclass(frozen=True)
class NewSet:
    selection: Selection
    set_file: SetFile
    secrets: SetSecrets
    package: AuditPackage


def build_with_secrets(
    selection: Selection,
    secrets: SetSecrets,
    sources: tuple[bytes, ...],
    parameters: Parameters,
    version: int,
    issued_at: int,
    expires_at: int,
    draw: Draw = system_draw,
) -> NewSet:
    """One attempt, with given secrets; `draw` is for the proofs' nonces."""
    parameters.check(len(sources))
    require(0 <= version <= issued_at < expires_at < 2**64, "parameterOutOfRange", "version or time")
    require(expires_at - issued_at <= MAXIMUM_LIFETIME, "parameterOutOfRange", "lifetime")
    require(secrets.entries_digest == entries_digest(selection.keys), "parameterOutOfRange", "secrets of other entries")
    cells = table(selection.keys, secrets.alpha, secrets.table_id, secrets.position_seed, secrets.filler_seed)
    header = SetHeader(
        version=version,
        issued_at=issued_at,
        expires_at=expires_at,
        table_id=secrets.table_id,
        position_seed=secrets.position_seed,
        public_key=secrets.public_key,
        entries=len(selection.keys),
        cells=len(cells),
        table_digest=blake2b_256(b"".join(cells)),
        support_digest=support_digest(selection.keys, selection.supporters, secrets.filler_seed),
        parameters=parameters,
        sources=sources,
    )
    set_file = SetFile.make(header, cells)
    package = make_package(set_file.root, secrets, selection.keys, selection.supporters, draw)
    return NewSet(selection, set_file, secrets, package)


def build_set(
    lists: Mapping[bytes, Iterable[ListedHash]],
    parameters: Parameters,
    version: int,
    issued_at: int,
    expires_at: int,
    draw: Draw = system_draw,
) -> NewSet:
    """A set from each source's list, under the source's public key. It is not signed yet."""
    sources = tuple(sorted(lists))
    parameters.check(len(sources))
    selection = select_entries(
        [lists[source] for source in sources], parameters.profile, parameters.minimum_sources, parameters.separation
    )
    require(len(selection.keys) >= 1, "parameterOutOfRange", "no entry has enough sources")
    for attempt in range(ATTEMPTS):
        try:
            # The secrets are drawn after the entries are fixed, anew for every table.
            return build_with_secrets(
                selection,
                SetSecrets.draw(selection.keys, draw),
                sources,
                parameters,
                version,
                issued_at,
                expires_at,
                draw,
            )
        except ProtocolError as failure:
            if failure.name != "peelingFailed" or attempt + 1 == ATTEMPTS:
                raise
    raise AssertionError("unreachable")
