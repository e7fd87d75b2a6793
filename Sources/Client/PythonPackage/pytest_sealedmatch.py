"""The fixture `sealedmatch_world` for pytest (Docs/Testing.md). It is no part of the package `sealedmatch`, so that
pytest, which imports it for every run, loads no library where nobody uses it.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import TYPE_CHECKING, Unpack

import pytest

if TYPE_CHECKING:
    from sealedmatch.testing import Settings, World, WorldFactory


@pytest.fixture
def sealedmatch_world() -> Iterator[WorldFactory]:
    """Makes test worlds: `sealedmatch_world(threshold=3, known=["a"])`. They end with the test."""
    from sealedmatch.testing import World

    with contextlib.ExitStack() as worlds:

        def make(**settings: Unpack[Settings]) -> World:
            return worlds.enter_context(World(**settings))

        yield make
