"""The flow is tested on the two stores that need no server."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from spine.bootstrap import open_store
from spine.ports import GraphStore
from spine.settings import Settings


@pytest.fixture(params=["memory", "sqlite"])
def store(request: pytest.FixtureRequest, tmp_path: Path, settings: Settings) -> Iterator[GraphStore]:
    """An empty store, in memory and in a file."""
    url = "memory:" if request.param == "memory" else f"sqlite:{tmp_path / 'graph.db'}"
    with open_store(url, settings) as opened:
        yield opened
