"""Protocol 2, "Parameters": what a set fixes, and the constants of the protocol."""

from __future__ import annotations

from dataclasses import dataclass, field

from .check_level import STANDARD_LEVELS, check_levels
from .errors import require
from .profile import PROFILE_2, Profile

EPOCH_SECONDS = 2_592_000
"""An epoch is 30 days."""
MAXIMUM_ENTRIES = 2**27
MINIMUM_CELLS = 4_098
MAXIMUM_SOURCES = 16
MAXIMUM_EPOCH_STEP = 64
MAXIMUM_LIFETIME = 400 * 86_400
"""A set lives for 400 days at most."""
CLOCK_SLACK = 86_400
"""A set may be dated a day after the client's clock."""


@dataclass(frozen=True)
class Parameters:
    """Fixed by a set and signed with it. S, the number of sources, is the set header's."""

    threshold: int = 30
    """t"""
    polynomials: int = 312
    """k"""
    levels: tuple[int, ...] = STANDARD_LEVELS
    """N_0 ... N_11"""
    payload_count: int = 1_024
    """P"""
    minimum_sources: int = 2
    """q"""
    separation: int = 6
    """r"""
    profile: Profile = field(default=PROFILE_2)

    @property
    def sizes(self) -> tuple[int, int, int]:
        """M, k and P: a voucher of this set has the same."""
        return self.profile.probes, self.polynomials, self.payload_count

    def check(self, sources: int) -> None:
        """The ranges of section 2, `parameterOutOfRange`; the profile's own are `unknownProfile`."""
        self.profile.check()
        require(2 <= self.threshold <= 1_024, "parameterOutOfRange", "t")
        require(16 <= self.polynomials <= 1_024, "parameterOutOfRange", "k")
        check_levels(self.levels)
        require(128 <= self.payload_count <= 16_384, "parameterOutOfRange", "P")
        require(1 <= sources <= MAXIMUM_SOURCES, "parameterOutOfRange", "S")
        require(1 <= self.minimum_sources <= sources, "parameterOutOfRange", "q")
        require(0 <= self.separation <= 16, "parameterOutOfRange", "r")


@dataclass(frozen=True)
class TrustPolicy:
    """What a client pins (`TrustPolicy`), with the defaults of section 2."""

    sources: frozenset[bytes]
    minimum_signatures: int
    minimum_threshold: int = 30
    minimum_polynomials: int = 16
    minimum_probes: int = 32
    """M"""
    minimum_confirmed_sources: int = 2
    minimum_entries: int = 1_000
    minimum_separation: int = 6
    maximum_levels: tuple[int, ...] = STANDARD_LEVELS
    maximum_cells: int = 30_000_000
    maximum_lifetime: int = MAXIMUM_LIFETIME
    allows_test_sets: bool = False
    profiles: frozenset[bytes] | None = frozenset([PROFILE_2.digest()])
    """digests of the profiles that a set may have; None: any"""
