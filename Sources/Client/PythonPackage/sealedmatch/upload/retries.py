"""How often, and after what time, a request is sent again."""

from __future__ import annotations

import email.utils
import random
import time
from dataclasses import dataclass


@dataclass(frozen=True)
class Retries:
    """Exponential back-off with jitter: before attempt n + 1 a time between 0 and min(longest, first · 2^(n − 1)) is
    waited, after what the collector asked for (`Retry-After`).
    """

    #: Of one request, at least 1.
    attempts: int = 6
    #: Seconds.
    first: float = 1.0
    #: Seconds. A collector that asks for more ends the upload.
    longest: float = 60.0

    def __post_init__(self) -> None:
        if self.attempts < 1 or self.first < 0 or self.longest < 0:
            raise ValueError("retries: at least one attempt, and no negative times")

    def pause(self, failures: int, asked: float | None) -> float | None:
        """Seconds until the next attempt; None if there is none.

        :param failures: attempts that failed, at least 1.
        :param asked: what the collector asked for.
        """
        if failures >= self.attempts or (asked is not None and asked > self.longest):
            return None
        # Bounded before it is computed: 2.0 ** 2000 is an error.
        spread = min(self.longest, self.first * 2.0 ** min(failures - 1, 63))
        return (asked or 0.0) + random.uniform(0.0, spread)


def asked_for(field: str | None) -> float | None:
    """The seconds of a `Retry-After` (RFC 9110, 10.2.3); None if there is none, or nobody understands it."""
    if field is None:
        return None
    if field.isascii() and field.isdigit():
        return float(field[:12])
    try:
        return max(0.0, email.utils.parsedate_to_datetime(field).timestamp() - time.time())
    except (ValueError, OverflowError):
        return None
