"""Protocol 4.6 and 5.6: the account secret, "Epochs and ratchet"."""

from __future__ import annotations

from dataclasses import dataclass

from .errors import require
from .labels import Draw, decode_integer, encode_integer, kdf, system_draw
from .parameters import EPOCH_SECONDS, MAXIMUM_EPOCH_STEP

MAGIC = b"SMA1"
ACCOUNT_SECRET_COUNT = 40
CLOCK_TOLERANCE = 86_400


def epoch(time: int) -> int:
    """epoch(τ) = ⌊τ / 2,592,000⌋, τ in seconds since 1970; it fits 4 bytes."""
    require(time >= 0, "epochInPast")
    result = time // EPOCH_SECONDS
    require(result < 2**32, "parameterOutOfRange")
    return result


def first_epoch(now: int, issued_at: int) -> int:
    """5.6, step 1: the epoch of an account's first secret. "A clock more than 86,400 seconds before the set's issuedAt
    makes none."
    """
    require(now + CLOCK_TOLERANCE >= issued_at, "setNotYetIssued")
    return epoch(now)


@dataclass(frozen=True)
class AccountSecret:
    epoch: int
    """e"""
    secret: bytes
    """s_e"""

    @staticmethod
    def first(clock_epoch: int, draw: Draw = system_draw) -> AccountSecret:
        """1. The first s_e is 32 random bytes, for the epoch of the clock."""
        return AccountSecret(clock_epoch, draw(32))

    def encode(self) -> bytes:
        return MAGIC + encode_integer(self.epoch, 4) + self.secret

    @staticmethod
    def decode(encoding: bytes) -> AccountSecret:
        require(len(encoding) == ACCOUNT_SECRET_COUNT, "wrongLength")
        require(encoding[:4] == MAGIC, "invalidMagic")
        return AccountSecret(decode_integer(encoding[4:8]), encoding[8:])

    def ratchet(self, target: int) -> AccountSecret:
        """The secret of a later epoch; `epochInPast`, `epochTooFar`, and then nothing changes."""
        require(target >= self.epoch, "epochInPast")
        # 3. … a single step of more than 64 epochs `epochTooFar`
        require(target - self.epoch <= MAXIMUM_EPOCH_STEP and target < 2**32, "epochTooFar")
        secret = self.secret
        for e in range(self.epoch, target):
            # 2. s_{e+1} = KDF(s_e, "epoch ratchet", e + 1)
            secret = kdf(secret, "epoch ratchet", encode_integer(e + 1, 4))
        return AccountSecret(target, secret)


def client_epoch(now: int, expires_at: int, secret_epoch: int, saved_epoch: int | None) -> int:
    """5.6, step 3: the epoch that a client is in. saved_epoch: None on a first run."""
    # A clock at or past the set's expiresAt is `setExpired`,
    require(now < expires_at, "setExpired")
    saved_epoch = saved_epoch or 0
    # 6. A secret of a later epoch than the saved state's that is more than one ahead of the clock's is refused
    require(secret_epoch <= max(epoch(now) + 1, saved_epoch), "epochTooFar")
    # A client's epoch is the greatest of the clock's, the secret's and the saved state's. It never goes back.
    greatest = max(epoch(now), secret_epoch, saved_epoch)
    # a single step of more than 64 epochs `epochTooFar`; both change nothing.
    require(greatest - secret_epoch <= MAXIMUM_EPOCH_STEP, "epochTooFar")
    return greatest
