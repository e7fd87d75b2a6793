"""Blinded, audited matching of known media before end-to-end encryption.

A messenger calls it before it encrypts an attachment:

    account = account_of("@alice:example.org")
    with BlindedSet.open("known.smset", TrustPolicy(sources, minimum_signatures=2)) as known, Client(directory, known,
    account) as client:
        client.seal(MediaItem.of_file(attachment), note)

Calls release the interpreter's lock. Errors are exceptions with a code and a name; nothing that is returned, raised or
timed depends on whether something matched.
"""

from ._library import memory_is_locked
from .accounts import account_of
from .clients import Client
from .errors import (
    EncodingError,
    ErrorCode,
    MachineError,
    PictureError,
    SealedMatchError,
    SetError,
    StateError,
    UsageError,
)
from .items import MediaItem, Video
from .outboxes import DAY, Outbox, Waiting
from .sealers import AccountSecret, Sealer
from .sets import BlindedSet, LoggedSet, LogPolicy, SetInfo, TrustPolicy

__all__ = [
    "DAY", "AccountSecret", "BlindedSet", "Client", "EncodingError", "ErrorCode", "LogPolicy", "LoggedSet",
    "MachineError", "MediaItem",
    "Outbox", "PictureError", "SealedMatchError",
    "Sealer", "SetError", "SetInfo", "StateError", "TrustPolicy", "UsageError", "Video", "Waiting",
    "account_of", "memory_is_locked",
]  # fmt: skip
