"""Protocol 4.7, "Account names": from the messenger's name of an account to the 32 bytes that registrations carry."""

from __future__ import annotations

from .errors import require
from .labels import kdf

MAXIMUM_NAME_BYTES = 4_096


def account_of(name: bytes) -> bytes:
    """account = KDF(none, "account name", name), for a name of 1…4,096 bytes [`wrongLength`]."""
    require(1 <= len(name) <= MAXIMUM_NAME_BYTES, "wrongLength", "an account's name has 1 to 4,096 bytes")
    return kdf(None, "account name", name)
