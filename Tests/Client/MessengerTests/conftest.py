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

from homeserver import Homeserver  # noqa: E402
from parties import Tool  # noqa: E402
from scenario import Outcome, Scenario  # noqa: E402


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Homeserver]:
    """The homeserver, up for all tests."""
    with Homeserver(tmp_path_factory.mktemp("server") / "homeserver") as server:
        yield server


@pytest.fixture(scope="session")
def scenario(tmp_path_factory: pytest.TempPathFactory, server: Homeserver) -> Scenario:
    """The example's parties, on the homeserver of all tests."""
    tool, pictures = Tool(os.environ["SEALEDMATCH_TOOL"]), Path(os.environ["SEALEDMATCH_PICTURES"])
    work = tmp_path_factory.mktemp("messenger") / "work"
    scenario = Scenario(work, pictures, tool, os.environ["SEALEDMATCH_SERVICE"])
    scenario.server = server
    return scenario


@pytest.fixture(scope="session")
def outcome(scenario: Scenario) -> Outcome:
    """The scenario, run once."""
    import asyncio

    return asyncio.run(scenario.run())
