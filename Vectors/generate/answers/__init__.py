"""What the reference answers to each case of the vectors: from its input alone."""

from __future__ import annotations

import pathlib
from collections.abc import Callable
from typing import Any

from reference.errors import ProtocolError

from . import clients, custodians, custody, fingerprints, groups, logs, servers, sets, steps
from .case import Case, Output

OPERATIONS: dict[str, dict[str, Callable[[Case], Output]]] = {
    "hash-to-group/hash-to-group.json": groups.HASH_TO_GROUP,
    "kdf/kdf.json": groups.KDF,
    "proofs/proofs.json": groups.PROOFS,
    "table/table.json": sets.TABLE,
    "entries/entries.json": sets.ENTRIES,
    "set-file/set-file.json": sets.SET_FILE,
    "audit-package/audit-package.json": sets.AUDIT_PACKAGE,
    "log/log.json": logs.LOG,
    "sharing/sharing.json": clients.SHARING,
    "check-level/check-level.json": clients.CHECK_LEVEL,
    "client/client.json": clients.CLIENT,
    "voucher/voucher.json": clients.VOUCHER,
    "fingerprint/fingerprint.json": fingerprints.FINGERPRINT,
    "collector/collector.json": servers.COLLECTOR,
    "resolution/resolution.json": servers.RESOLUTION,
    "reveal/reveal.json": servers.REVEAL,
    "cases/cases.json": servers.CASES,
    "custodians/custodians.json": custodians.CUSTODIANS,
    "custody/custody.json": custody.CUSTODY,
    "steps/steps.json": steps.STEPS,
    "end-to-end/end-to-end.json": servers.END_TO_END,
}


def answer(question: dict[str, Any]) -> dict[str, Any]:
    """The answer to a question (Vectors/README.md, "Another implementation")."""
    operation = OPERATIONS.get(question["file"], {}).get(question["operation"])
    if operation is None:
        return {"id": question["id"], "skipped": "the reference does not know this operation"}
    try:
        output = operation(Case(question["input"], pathlib.Path(question["folder"])))
    except ProtocolError as error:
        return {"id": question["id"], "error": error.name}
    return {"id": question["id"], "output": output}
