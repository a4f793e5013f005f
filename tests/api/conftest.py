"""What the tests of the API share: the hand-made graph on a store, an application over it, a client of that."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import hand_made
import pytest
from starlette.testclient import TestClient

from spine.api.app import create_app
from spine.bootstrap import open_store
from spine.ports import GraphStore
from spine.settings import Settings

BASE = "http://127.0.0.1"
Ask = Callable[..., dict[str, Any]]


@pytest.fixture(scope="session")
def api_settings(settings: Settings) -> Settings:
    """The settings that the hand-made graph was resolved with."""
    return replace(settings, confidence=hand_made.CONFIDENCE)


@pytest.fixture(scope="module")
def graph_store(api_settings: Settings) -> Iterator[GraphStore]:
    """The hand-made graph in memory, one for a module: the questions only read."""
    with open_store("memory:", api_settings) as store:
        hand_made.fill(store)
        yield store


@pytest.fixture(scope="module")
def client(graph_store: GraphStore, api_settings: Settings) -> Iterator[TestClient]:
    """A client of the application over the hand-made graph."""
    with TestClient(create_app(graph_store, api_settings), base_url=BASE) as opened:
        yield opened


@pytest.fixture(scope="module")
def ask(client: TestClient) -> Ask:
    """Asks a query with variables and gives the whole answer."""

    def asked(query: str, **variables: Any) -> dict[str, Any]:
        response = client.post("/graphql", json={"query": query, "variables": variables})
        assert response.status_code == 200, response.text
        found: dict[str, Any] = response.json()
        return found

    return asked
