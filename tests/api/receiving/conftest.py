"""An empty store in memory, and a client of a server over it that sends records."""

from collections.abc import Iterator

import pytest
from starlette.testclient import TestClient

from spine.api.app import create_app
from spine.bootstrap import open_store
from spine.ports import GraphStore
from spine.settings import Settings

BASE = "http://127.0.0.1"


@pytest.fixture
def store() -> Iterator[GraphStore]:
    """An empty store in memory."""
    with open_store("memory:", Settings()) as opened:
        yield opened


@pytest.fixture
def client(store: GraphStore) -> Iterator[TestClient]:
    """A client of a server over it."""
    with TestClient(create_app(store, Settings()), base_url=BASE) as opened:
        yield opened
