"""`spine webhooks` as its user meets it, and the worker that `spine serve` runs."""

import json
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from batches import Ticking, batch, person
from endpoint import Endpoint

from spine.access.context import LOCAL
from spine.cli.serving import delivering
from spine.pipeline.ingest import ingest
from spine.settings import Settings
from spine.stores.sqlite.store import SqliteStore

Run = Callable[..., Any]
KEY = "a-key-of-this-test-long-enough-for-it"


@pytest.fixture
def endpoint(monkeypatch: pytest.MonkeyPatch) -> Iterator[Endpoint]:
    """An endpoint on this machine, which may be posted to."""
    monkeypatch.setenv("SPINE_WEBHOOKS_ALLOW", "10.0.0.0/8, 127.0.0.0/8")
    monkeypatch.setenv("SPINE_WEBHOOKS_KEY", KEY)
    found = Endpoint()
    yield found
    found.close()


@pytest.fixture
def store(tmp_path: Path) -> Iterator[SqliteStore]:
    """A store with one record."""
    with SqliteStore(tmp_path / "s.db") as opened:
        ingest(opened, LOCAL, batch([person("a", "2025-01-01", "email:ann@example.com")]), Ticking())
        yield opened


def test_a_webhook_is_added_delivered_to_listed_replayed_and_removed(
    spine: Run, store: SqliteStore, endpoint: Endpoint
) -> None:
    where = ("--store", "sqlite:s.db")
    added = json.loads(spine("webhooks", "add", endpoint.url, "--kind", "linked", "--after", 0, *where, "--json").out)
    assert added["secret"].startswith("whsec_")
    sent = json.loads(spine("webhooks", "deliver", *where, "--json").out)
    assert sent == {"taken": 1, "failed": 0, "dead": 0}
    listed = spine("webhooks", "list", *where)
    assert added["id"] in listed.out
    assert added["secret"] not in listed.out + spine("webhooks", "list", *where, "--json").out
    assert spine("webhooks", "replay", added["id"], "--after", 0, *where).code == 0
    assert "1 events taken" in spine("webhooks", "deliver", *where).out
    endpoint.answer = lambda event: 500
    spine("webhooks", "replay", added["id"], "--after", 0, *where)
    assert "1 attempts failed" in spine("webhooks", "deliver", *where).out
    assert "answered 500" in spine("webhooks", "list", *where).out
    assert len(endpoint.requests) == 3
    assert spine("webhooks", "remove", added["id"], *where).code == 0
    gone = spine("webhooks", "remove", added["id"], *where)
    assert (gone.code, "spine webhooks list" in gone.err) == (1, True)


def test_what_leads_into_this_machine_is_refused_with_a_remedy(
    spine: Run, store: SqliteStore, endpoint: Endpoint, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("SPINE_WEBHOOKS_ALLOW")
    found = spine("webhooks", "add", endpoint.url, "--store", "sqlite:s.db")
    assert (found.code, "SPINE_WEBHOOKS_ALLOW" in found.err) == (2, True)


def test_without_a_key_nothing_is_added_and_a_secret_is_changed_by_one(
    spine: Run, store: SqliteStore, endpoint: Endpoint, monkeypatch: pytest.MonkeyPatch
) -> None:
    where = ("--store", "sqlite:s.db")
    added = json.loads(spine("webhooks", "add", endpoint.url, *where, "--json").out)
    rotated = json.loads(spine("webhooks", "rotate", added["id"], *where, "--json").out)
    assert added["secret"] != rotated["secret"]
    assert "former" not in rotated
    assert "shown only now: whsec_" in spine("webhooks", "rotate", added["id"], "--at-once", *where).out
    monkeypatch.delenv("SPINE_WEBHOOKS_KEY")
    refused = spine("webhooks", "add", endpoint.url, *where)
    assert (refused.code != 0, "SPINE_WEBHOOKS_KEY" in refused.err) == (True, True)


def test_a_server_delivers_while_it_runs(spine: Run, store: SqliteStore, endpoint: Endpoint) -> None:
    spine("webhooks", "add", endpoint.url, "--store", "sqlite:s.db", "--after", 0)
    with delivering(store, Settings(webhooks_allow=("127.0.0.0/8",), webhooks_keys=(KEY,))):
        until = time.monotonic() + 20
        while not endpoint.requests and time.monotonic() < until:
            time.sleep(0.02)
    assert len(endpoint.requests) == 1
