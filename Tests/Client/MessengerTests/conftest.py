"""The example of Docs/Examples/matrix is what is tested: it is imported as it is shipped."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
sys.path.insert(0, str(ROOT / "Docs" / "Examples" / "matrix"))
# The independent implementation of the protocol; it shares no code with the library.
sys.path.insert(0, str(ROOT / "Vectors" / "generate"))

from parties import Tool  # noqa: E402
from scenario import Outcome, Scenario  # noqa: E402


@pytest.fixture(scope="session")
def scenario(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scenario]:
    """The homeserver, up for all tests, and the set."""
    tool = Tool(os.environ["SEALEDMATCH_TOOL"])
    with Scenario(
        tmp_path_factory.mktemp("messenger") / "work", Path(os.environ["SEALEDMATCH_PICTURES"]), tool
    ) as scenario:
        yield scenario


@pytest.fixture(scope="session")
def outcome(scenario: Scenario) -> Outcome:
    """The scenario, run once."""
    import asyncio

    return asyncio.run(scenario.run())
