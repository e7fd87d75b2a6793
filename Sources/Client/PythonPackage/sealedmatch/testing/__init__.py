"""A test world for those who build a messenger around this package (Docs/Testing.md):

    def test_threshold(sealedmatch_world):
        world = sealedmatch_world(threshold=3, known=["a", "b", "c", "d"])
        world.account("alice").device().send("a", "b")
        assert world.revealed("alice") == set()

The fixture comes with the package, for pytest; elsewhere `with World(…) as world:` does the same. Sets, collector and
authority are those of the program `sealedmatch kit`, which must be on PATH, or be named by SEALEDMATCH_TOOL. Its sets
are marked as for tests: a policy takes them only with `allow_test_sets`.
"""

from .accounts import Account
from .collectors import Collector
from .devices import Device
from .errors import KitError, KitProcessError
from .items import Item, Picture
from .reports import Difference, Knowledge, Report, Revealed, Round, Vouchers
from .sets import TestSet
from .simulated import SimulatedDevice
from .worlds import Fate, Settings, World, WorldFactory

__all__ = [
    "Account", "Collector", "Device", "Difference", "Fate", "Item", "KitError", "KitProcessError", "Knowledge",
    "Picture", "Report", "Revealed", "Round", "Settings", "SimulatedDevice", "TestSet", "Vouchers", "World",
    "WorldFactory",
]  # fmt: skip
