"""Webhooks made, seen, replayed and removed through GraphQL."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest
from batches import Ticking, batch, person
from endpoint import Endpoint
from starlette.testclient import TestClient

from spine.access.context import LOCAL
from spine.api import contract
from spine.api.app import create_app
from spine.bootstrap import open_store
from spine.outgoing.addresses import networks
from spine.outgoing.delivering import Deliveries, Patience
from spine.outgoing.sealing import Keys
from spine.pipeline.ingest import ingest
from spine.ports import GraphStore
from spine.settings import Settings

HERE = Settings(webhooks_allow=("127.0.0.0/8",), webhooks_keys=("a key of this test, long enough for it",))
Run = Callable[..., Any]


@pytest.fixture
def store() -> Iterator[GraphStore]:
    """A store with one record."""
    with open_store("memory:", Settings()) as opened:
        ingest(opened, LOCAL, batch([person("a", "2025-01-01", "email:ann@example.com")]), Ticking())
        yield opened


@pytest.fixture
def endpoint() -> Iterator[Endpoint]:
    """An endpoint on this machine."""
    found = Endpoint()
    yield found
    found.close()


def runner(store: GraphStore, settings: Settings) -> Iterator[Run]:
    with TestClient(create_app(store, settings), base_url="http://127.0.0.1") as client:

        def run(name: str, **variables: Any) -> Any:
            asked = {"query": contract.operation(name).document, "variables": variables}
            return client.post("/graphql", json=asked).json()

        yield run


@pytest.fixture
def run(store: GraphStore) -> Iterator[Run]:
    """Runs a ready-made operation."""
    yield from runner(store, HERE)


def test_a_webhook_lives_through_the_ready_made_operations(store: GraphStore, endpoint: Endpoint, run: Run) -> None:
    changes = run("integration/changes")["data"]["changes"]
    assert [edge["node"]["kind"] for edge in changes["edges"]] == ["linked"]
    added = run("integration/add-webhook", url=endpoint.url, kinds=["linked"])["data"]["addWebhook"]
    hook = added["webhook"]
    assert (added["secret"][:6], hook["state"]) == ("whsec_", "active")
    assert hook["cursor"] == changes["pageInfo"]["endCursor"]
    # From the very first: no cursor is before it.
    replayed = run("integration/replay-webhook", id=hook["id"], after="WyJjaGFuZ2VzIiwwXQ")["data"]["replayWebhook"]
    assert replayed["secret"] is None
    endpoint.answer = lambda event: 400
    keys = Keys(HERE.webhooks_keys)
    Deliveries(store, LOCAL, networks(HERE.webhooks_allow), keys=keys, patience=Patience(refusals=1)).round()
    (listed,) = run("integration/webhooks")["data"]["webhooks"]
    (letter,) = listed["deadLetters"]
    assert (letter["kind"], letter["error"], letter["queued"]) == ("linked", "answered 400", False)
    again = run("integration/replay-webhook", id=hook["id"], deadLetters=True)["data"]["replayWebhook"]["webhook"]
    assert again["deadLetters"][0]["queued"] is True
    rotated = run("integration/rotate-webhook", id=hook["id"])["data"]["rotateWebhook"]
    assert rotated["webhook"]["id"] == hook["id"]
    assert rotated["secret"][:6] == "whsec_"
    assert rotated["secret"] != added["secret"]
    assert run("integration/remove-webhook", id=hook["id"])["data"] == {"removeWebhook": {"clientMutationId": None}}
    assert run("integration/webhooks")["data"]["webhooks"] == []
    gone = run("integration/remove-webhook", id=hook["id"])
    assert gone["errors"][0]["extensions"]["code"] == "NOT_FOUND"


@pytest.mark.parametrize(
    ("settings", "code"),
    [(Settings(), "FORBIDDEN_ADDRESS"), (replace(HERE, read_only=True), "ACCESS_DENIED")],
)  # fmt: skip
def test_what_may_not_be_posted_to_or_changed_is_refused(
    store: GraphStore, endpoint: Endpoint, settings: Settings, code: str
) -> None:
    for run in runner(store, settings):
        found = run("integration/add-webhook", url=endpoint.url)
        assert found["errors"][0]["extensions"]["code"] == code
