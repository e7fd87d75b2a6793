"""The package as its wheel installs it, with a set that the command line tool built."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from published import ACCOUNT, LIST, Published
from sealedmatch import BlindedSet, Client


@pytest.fixture(scope="session")
def published(tmp_path_factory: pytest.TempPathFactory) -> Published:
    directory = tmp_path_factory.mktemp("set")
    tool = os.environ["SEALEDMATCH_TOOL"]
    keys = []
    for source in ("one", "two"):
        subprocess.run([tool, "keygen", str(directory / f"{source}.key")], check=True, capture_output=True)
        keys.append(bytes.fromhex((directory / f"{source}.key.pub").read_text().split()[1]))
        (directory / f"{source}.txt").write_text("\n".join(LIST))
    published = Published(directory / "known.smset", keys, tool)
    published.build(published.file)
    return published


@pytest.fixture(scope="session")
def known(published: Published) -> Iterator[BlindedSet]:
    with BlindedSet.open(published.file, published.trust) as known:
        yield known


@pytest.fixture
def client(known: BlindedSet, tmp_path: Path) -> Iterator[Client]:
    with Client(tmp_path / "client", known, ACCOUNT) as client:
        yield client
