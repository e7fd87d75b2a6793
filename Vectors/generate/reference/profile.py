"""Protocol 2 and 5.11, the profile: which bits of a PDQ hash make a perceptual key, and how many probes there are."""

from __future__ import annotations

from dataclasses import dataclass

from .errors import require
from .labels import encode_integer, kdf


@dataclass(frozen=True)
class Profile:
    id: int
    scaling: int
    minimum_quality: int
    probes: int
    """M"""
    positions: tuple[int, ...]
    """bit i of a perceptual key is PDQ bit positions[i]"""

    @property
    def b(self) -> int:
        return len(self.positions)

    def check(self) -> None:
        """Ranges of section 2; offsets 174 to 184 of the set file. All are `unknownProfile`."""
        require(1 <= self.b <= 64, "unknownProfile", "b")
        require(1 <= self.probes <= 64 and (self.b >= 12 or self.probes <= 2**self.b), "unknownProfile", "M")
        require(0 <= self.id < 2**32, "unknownProfile", "id")
        require(self.scaling == 0, "unknownProfile", "scaling")
        require(0 <= self.minimum_quality <= 100, "unknownProfile", "minimum quality")
        require(all(0 <= p <= 255 for p in self.positions), "unknownProfile", "positions")
        require(len(set(self.positions)) == self.b, "unknownProfile", "positions are not distinct")

    def digest(self) -> bytes:
        """KDF(none, "profile", id (4) ‖ scaling (1) ‖ minimum quality (1) ‖ b (1) ‖ positions), 4.8."""
        return kdf(None, "profile", encode_integer(self.id, 4)
                   + bytes([self.scaling, self.minimum_quality, self.b]) + bytes(self.positions))

    def short_key(self, pdq: bytes) -> int:
        """The perceptual key's bits as a word: a picture's short key has hash bit positions[i] as its bit i.

        The hash's 32-byte encoding has bits 255…248 in byte 0: it is a big-endian integer.
        """
        require(len(pdq) == 32, "badHashLength")
        bits = int.from_bytes(pdq, "big")
        return sum(((bits >> position) & 1) << i for i, position in enumerate(self.positions))


PROFILE_1 = Profile(id=1, scaling=0, minimum_quality=50, probes=16, positions=(
    0, 1, 2, 3, 4, 5, 6, 7, 12, 16, 17, 18, 19, 21, 22, 23, 24, 25, 32, 33, 34, 36, 38, 39,
    42, 48, 49, 50, 51, 52, 64, 65, 66, 69, 70, 80, 82, 89, 96, 99, 128, 130, 144, 160, 176, 177, 192, 208))
"""Profile 1: b = 48, M = 16, native size, quality ≥ 50."""
