"""Secrets of webhooks: never in the store as they are, mended in stores of before, changed without a gap."""

import json
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from batches import Ticking, batch, person
from endpoint import Endpoint
from standardwebhooks import Webhook as Verifier
from standardwebhooks import WebhookVerificationError

from spine.access.context import LOCAL
from spine.bootstrap import open_store
from spine.errors import SettingsError
from spine.outgoing.addresses import networks
from spine.outgoing.delivering import Deliveries
from spine.outgoing.sealing import Keys
from spine.outgoing.signing import new_secret
from spine.outgoing.webhooks import CAUSE, OVERLAP, add_webhook, keep, rotate_webhook, webhook
from spine.pipeline.ingest import ingest
from spine.ports import GraphStore
from spine.settings import Settings

HERE = networks(["127.0.0.0/8"])
OLD, NEW = "the key of before, long enough for it", "the key from now on, long enough too"
KEYS = Keys([OLD])


@pytest.fixture
def endpoint() -> Iterator[Endpoint]:
    """A running endpoint."""
    found = Endpoint()
    yield found
    found.close()


def add(store: GraphStore, name: str) -> None:
    """A record comes."""
    ingest(store, LOCAL, batch([person(name, "2025-01-01", f"email:{name}@example.com")]), Ticking())


def hooked(store: GraphStore, endpoint: Endpoint) -> tuple[str, str]:
    """The id and the secret of a webhook of the endpoint."""
    hook, secret = add_webhook(store, LOCAL, endpoint.url, (), 0, clock=Ticking(), keys=KEYS, allowed=HERE)
    return hook.id, secret


def accepted(endpoint: Endpoint, secret: str) -> bool:
    """Whether the last delivery is signed by this secret."""
    headers, body = endpoint.requests[-1]
    try:
        Verifier(secret).verify(body, headers)
    except WebhookVerificationError:
        return False
    return True


def deliver(store: GraphStore, keys: Keys = KEYS) -> int:
    """How many events a worker that has just been started delivers."""
    return Deliveries(store, LOCAL, HERE, keys=keys, now=time.time).round().taken


def test_the_file_does_not_hold_the_secret(tmp_path: Path, endpoint: Endpoint) -> None:
    with open_store(f"sqlite:{tmp_path / 's.db'}", Settings()) as store:
        identity, secret = hooked(store, endpoint)
        _, other = rotate_webhook(store, LOCAL, identity, keys=KEYS, now=time.time())
        held = b"".join(path.read_bytes() for path in tmp_path.iterdir())
    for word in (secret, other):
        assert word.removeprefix("whsec_").encode() not in held


def test_secrets_of_an_older_store_are_sealed_by_the_first_worker_that_has_a_key(
    store: GraphStore, endpoint: Endpoint, caplog: pytest.LogCaptureFixture
) -> None:
    identity, _ = hooked(store, endpoint)
    clear = new_secret()
    with store.writing(LOCAL, CAUSE) as writer:
        keep(writer, replace(webhook(writer, identity), secret=clear))
    add(store, "a")
    # Without a key it is posted as before, and told.
    assert deliver(store, Keys()) == 1
    assert accepted(endpoint, clear)
    assert "SPINE_WEBHOOKS_KEY" in caplog.text
    caplog.clear()
    add(store, "b")
    assert deliver(store) == 1
    assert accepted(endpoint, clear)
    assert caplog.text == ""
    with store.reading(LOCAL) as reader:
        rows = reader.get("document", "kind", ["webhook"])
        assert webhook(reader, identity).secrets(KEYS, time.time()) == [clear]
    assert clear not in json.dumps(rows)


def test_a_rotated_secret_signs_beside_the_one_before_for_a_day(store: GraphStore, endpoint: Endpoint) -> None:
    identity, before = hooked(store, endpoint)
    _, after = rotate_webhook(store, LOCAL, identity, keys=KEYS, now=time.time())
    add(store, "a")
    assert deliver(store) == 1
    assert accepted(endpoint, before)
    assert accepted(endpoint, after)
    _, later = rotate_webhook(store, LOCAL, identity, keys=KEYS, now=time.time() - OVERLAP - 1)
    add(store, "b")
    assert deliver(store) == 1
    assert (accepted(endpoint, after), accepted(endpoint, later)) == (False, True)
    _, last = rotate_webhook(store, LOCAL, identity, keys=KEYS, now=time.time(), at_once=True)
    add(store, "c")
    assert deliver(store) == 1
    assert (accepted(endpoint, later), accepted(endpoint, last)) == (False, True)


def test_a_secret_rotated_while_a_page_is_delivered_stays_rotated(store: GraphStore, endpoint: Endpoint) -> None:
    identity, _ = hooked(store, endpoint)
    given = []

    def meanwhile(event: object) -> int:
        given.append(rotate_webhook(store, LOCAL, identity, keys=KEYS, now=time.time(), at_once=True)[1])
        return 204

    add(store, "a")
    endpoint.answer = meanwhile
    assert deliver(store) == 1
    with store.reading(LOCAL) as reader:
        assert webhook(reader, identity).secrets(KEYS, time.time()) == given


def test_a_new_key_takes_over_and_a_lost_one_is_told(store: GraphStore, endpoint: Endpoint) -> None:
    identity, secret = hooked(store, endpoint)
    add(store, "a")
    assert deliver(store, Keys([NEW, OLD])) == 1
    assert accepted(endpoint, secret)
    add(store, "b")
    assert deliver(store, Keys([NEW])) == 1
    add(store, "c")
    assert deliver(store, Keys([OLD])) == 0
    with store.reading(LOCAL) as reader:
        found = webhook(reader, identity)
    assert "another key" in found.error
    with pytest.raises(SettingsError, match="no key"):
        add_webhook(store, LOCAL, endpoint.url, clock=Ticking(), keys=Keys(), allowed=HERE)
