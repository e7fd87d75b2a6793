"""A client's vouchers to a collector over HTTP, and the collector's set to the client (Docs/openapi.yaml).

    with Uploader("https://collector.example.org", token) as uploader:
        uploader.deliver(client)

Everything here blocks; on asyncio run it in a thread. Nothing that it sends, and no time at which it sends, depends on
whether something matched: it knows counts, epochs, sets and the collector's replies.
"""

from .errors import BadReply, Closed, InsecureAddress, NotAuthenticated, Unavailable, UntrustedServer, UploadError
from .fetching import fetch_set, proof_of
from .notices import Notice
from .refusals import Refusal
from .retries import Retries
from .sources import Registering, Source
from .uploaders import Delivery, Uploader

__all__ = [
    "BadReply", "Closed", "Delivery", "InsecureAddress", "NotAuthenticated", "Notice", "Refusal", "Registering",
    "Retries", "Source", "Unavailable", "UntrustedServer", "UploadError", "Uploader",
    "fetch_set", "proof_of",
]  # fmt: skip
