"""Webhooks: signed, in order, each event until it was taken; nothing lost, nothing sent where it must not go."""

import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from batches import Ticking, batch, person
from endpoint import Endpoint
from standardwebhooks import Webhook as Verifier
from standardwebhooks import WebhookVerificationError

from spine.access.context import LOCAL
from spine.bootstrap import open_engine
from spine.errors import NotFound, QueryError, SettingsError
from spine.outgoing.addresses import Forbidden, networks
from spine.outgoing.delivering import Deliveries, Patience
from spine.outgoing.envelope import Event
from spine.outgoing.feed import events_after
from spine.outgoing.sealing import Keys
from spine.outgoing.webhooks import DISABLED, add_webhook, letters, remove_webhook, replay_webhook, webhook
from spine.pipeline.ingest import delete_record, ingest
from spine.pipeline.resolve import resolve
from spine.ports import GraphStore

HERE = networks(["127.0.0.0/8"])
KEYS = Keys(["a key of this test, long enough for it"])
FOLDER = Path(__file__).parents[2] / "support"


class Time:
    """A clock that the test moves."""

    def __init__(self) -> None:
        self.at = time.time()

    def __call__(self) -> float:
        return self.at


@pytest.fixture
def endpoint() -> Iterator[Endpoint]:
    """A running endpoint."""
    found = Endpoint()
    yield found
    found.close()


@pytest.fixture
def now() -> Time:
    """The time that workers go by."""
    return Time()


def add(store: GraphStore, *names: str) -> None:
    """Records of one person come one by one."""
    for name in names:
        ingest(store, LOCAL, batch([person(name, "2025-01-01", "email:ann@example.com", given_name="Ann")]), Ticking())


def every(store: GraphStore) -> list[int]:
    """The numbers of all events."""
    with store.reading(LOCAL) as reader:
        return [int(event["id"]) for event in events_after(reader, LOCAL, 0, 1000)]


def hooked(store: GraphStore, endpoint: Endpoint, kinds: tuple[str, ...] = (), after: int | None = 0) -> str:
    """A webhook of the endpoint; its id."""
    return add_webhook(store, LOCAL, endpoint.url, kinds, after, clock=Ticking(), keys=KEYS, allowed=HERE)[0].id


def worker(store: GraphStore, now: Time, keys: Keys = KEYS) -> Deliveries:
    """A worker that has just been started."""
    return Deliveries(store, LOCAL, HERE, keys=keys, now=now, patience=Patience(refusals=3))


def test_events_arrive_in_order_signed_and_once(store: GraphStore, endpoint: Endpoint, now: Time) -> None:
    identity = hooked(store, endpoint)
    add(store, "1", "2")
    delete_record(store, LOCAL, "crm", "1")
    assert worker(store, now).round().taken == len(every(store)) == 3
    assert worker(store, now).round().taken == 0
    assert endpoint.numbers == every(store)
    with store.reading(LOCAL) as reader:
        (secret,) = webhook(reader, identity).secrets(KEYS, now())
    for headers, body in endpoint.requests:
        Event.model_validate_json(body)
        Verifier(secret).verify(body, headers)
        assert headers["content-type"] == "application/cloudevents+json; charset=utf-8"
        with pytest.raises(WebhookVerificationError):
            Verifier(secret).verify(body.replace(b"linked", b"merged").replace(b"renamed", b"linked"), headers)
    assert len({headers["webhook-id"] for headers, _ in endpoint.requests}) == 3


def test_a_new_webhook_hears_of_what_comes_and_of_the_kinds_it_wants(
    store: GraphStore, endpoint: Endpoint, now: Time
) -> None:
    add(store, "1", "2")
    hooked(store, endpoint, ("renamed",), None)
    lasting = worker(store, now)
    assert lasting.round().taken == 0
    add(store, "3")
    assert lasting.round().taken == 0
    delete_record(store, LOCAL, "crm", "1")
    assert lasting.round().taken == 1
    assert endpoint.numbers == every(store)[-1:]


def test_who_is_away_misses_nothing_and_order_is_kept(store: GraphStore, endpoint: Endpoint, now: Time) -> None:
    identity = hooked(store, endpoint)
    add(store, "1", "2", "3")
    endpoint.answer = lambda event: 503
    for _ in range(20):
        # Each attempt by a worker that was started anew.
        assert worker(store, now).round().taken == 0
        now.at += 2 * 3600
    assert set(endpoint.numbers) == {every(store)[0]}
    with store.reading(LOCAL) as reader:
        assert (webhook(reader, identity).attempts, webhook(reader, identity).cursor) == (20, 0)
        assert letters(reader) == []
    endpoint.answer, endpoint.requests = lambda event: 200, []
    assert worker(store, now).round().taken == 3
    assert endpoint.numbers == every(store)


def test_attempts_are_made_ever_more_seldom(store: GraphStore, endpoint: Endpoint, now: Time) -> None:
    hooked(store, endpoint)
    add(store, "1")
    endpoint.answer, begun = lambda event: 429, now.at
    lasting = worker(store, now)
    for _ in range(4 * 600):
        lasting.round()
        now.at += 1.0
        if now.at > begun + 600:
            break
    # 5, 10, 20, 40, 80, 160, 320 seconds, each shaken by half.
    assert 5 <= len(endpoint.requests) <= 9
    endpoint.requests, endpoint.headers = [], {"retry-after": "3000"}
    now.at += 3600
    lasting.round()
    now.at += 2990
    lasting.round()
    assert len(endpoint.requests) == 1
    now.at += 3600
    lasting.round()
    assert len(endpoint.requests) == 2


def test_who_is_away_for_days_is_disabled_and_goes_on_when_asked(
    store: GraphStore, endpoint: Endpoint, now: Time
) -> None:
    identity = hooked(store, endpoint)
    add(store, "1")
    endpoint.answer = lambda event: 502
    worker(store, now).round()
    now.at += 6 * 86_400
    worker(store, now).round()
    with store.reading(LOCAL) as reader:
        assert webhook(reader, identity).state == DISABLED
    endpoint.answer, endpoint.requests = lambda event: 200, []
    assert worker(store, now).round().taken == 0
    replay_webhook(store, LOCAL, identity)
    assert worker(store, now).round().taken == 1
    endpoint.answer = lambda event: 410
    add(store, "2")
    worker(store, now).round()
    with store.reading(LOCAL) as reader:
        assert webhook(reader, identity).state == DISABLED


def test_what_is_refused_becomes_a_dead_letter_and_can_be_sent_again(
    store: GraphStore, endpoint: Endpoint, now: Time
) -> None:
    identity = hooked(store, endpoint)
    add(store, "1", "2", "3")
    first, bad, last = every(store)
    endpoint.answer = lambda event: 400 if int(event["id"]) == bad else 200
    for _ in range(4):
        worker(store, now).round()
        now.at += 3600
    assert endpoint.numbers == [first, bad, bad, bad, last]
    with store.reading(LOCAL) as reader:
        (letter,) = letters(reader, identity)
    assert (letter.number, letter.attempts, letter.error) == (bad, 3, "answered 400")
    replay_webhook(store, LOCAL, identity, dead=True)
    worker(store, now).round()
    with store.reading(LOCAL) as reader:
        (letter,) = letters(reader, identity)
    assert (letter.attempts, letter.queued) == (4, False)
    endpoint.answer, endpoint.requests = lambda event: 200, []
    replay_webhook(store, LOCAL, identity, dead=True)
    assert worker(store, now).round().taken == 1
    with store.reading(LOCAL) as reader:
        assert letters(reader) == []
    assert endpoint.numbers == [bad]


def test_a_replay_sends_again_under_the_same_ids(store: GraphStore, endpoint: Endpoint, now: Time) -> None:
    identity = hooked(store, endpoint)
    add(store, "1", "2")
    lasting = worker(store, now)
    lasting.round()
    lasting.round()
    replay_webhook(store, LOCAL, identity, every(store)[0])
    assert lasting.round().taken == 1
    ids = [headers["webhook-id"] for headers, _ in endpoint.requests]
    assert ids == [ids[0], ids[1], ids[1]]


def test_two_workers_do_not_deliver_the_same(store: GraphStore, endpoint: Endpoint, now: Time) -> None:
    hooked(store, endpoint)
    add(store, "1", "2")
    inside = threading.Event()
    go_on = threading.Event()

    def slow(event: dict[str, Any]) -> int:
        inside.set()
        assert go_on.wait(20)
        return 200

    endpoint.answer = slow
    one = threading.Thread(target=worker(store, now).round)
    one.start()
    assert inside.wait(20)
    assert worker(store, now).round().taken == 0
    go_on.set()
    one.join(20)
    assert endpoint.numbers == every(store)


def test_a_worker_that_died_is_followed_by_another(store: GraphStore, endpoint: Endpoint, now: Time) -> None:
    hooked(store, endpoint)
    add(store, "1")
    dying = worker(store, now)
    endpoint.answer = lambda event: 1 // 0
    dying._let_go = lambda turn: None  # type: ignore[method-assign]  # killed before it could write anything down
    dying.round()
    endpoint.answer, endpoint.requests = lambda event: 200, []
    assert worker(store, now).round().taken == 0
    now.at += 121
    assert worker(store, now).round().taken == 1


def test_delivering_makes_no_resolve_look_again(store: GraphStore, endpoint: Endpoint, now: Time) -> None:
    identity = hooked(store, endpoint)
    add(store, "1", "2")
    resolve(store, LOCAL, open_engine("local"), "never", clock=Ticking())
    worker(store, now).round()
    assert endpoint.requests
    assert resolve(store, LOCAL, open_engine("local"), "never", clock=Ticking()).seconds == {}
    remove_webhook(store, LOCAL, identity)
    with pytest.raises(NotFound):
        remove_webhook(store, LOCAL, identity)


def test_a_worker_runs_until_it_is_told_to_stop(store: GraphStore, endpoint: Endpoint) -> None:
    hooked(store, endpoint)
    stop = threading.Event()
    running = threading.Thread(target=Deliveries(store, LOCAL, HERE, keys=KEYS).run, args=(stop,))
    running.start()
    add(store, "1")
    until = time.monotonic() + 20
    while not endpoint.requests and time.monotonic() < until:
        time.sleep(0.02)
    stop.set()
    running.join(20)
    assert endpoint.numbers == every(store)


def test_a_name_that_turns_to_this_machine_later_leads_nowhere(
    store: GraphStore, endpoint: Endpoint, now: Time
) -> None:
    answers = iter([["93.184.216.34"], ["127.0.0.1"]])
    resolve_once = lambda host, port: next(answers)  # noqa: E731 - one line says it
    url = f"https://rebound.example:{endpoint.server.server_port}/"
    identity = add_webhook(store, LOCAL, url, (), 0, clock=Ticking(), keys=KEYS, resolve=resolve_once)[0].id
    add(store, "1")
    assert Deliveries(store, LOCAL, keys=KEYS, now=now, resolve=resolve_once).round().failed == 1
    assert endpoint.requests == []
    with store.reading(LOCAL) as reader:
        assert "not public" in webhook(reader, identity).error


def test_redirects_are_not_followed(store: GraphStore, endpoint: Endpoint, now: Time) -> None:
    identity = hooked(store, endpoint)
    add(store, "1")
    endpoint.answer, endpoint.headers = lambda event: 307, {"location": endpoint.url}
    worker(store, now).round()
    assert len(endpoint.requests) == 1
    with store.reading(LOCAL) as reader:
        assert webhook(reader, identity).error == "answered 307"


def test_a_webhook_into_this_machine_is_refused_unless_allowed(store: GraphStore, endpoint: Endpoint) -> None:
    with pytest.raises(Forbidden):
        add_webhook(store, LOCAL, endpoint.url, clock=Ticking(), keys=KEYS)
    with pytest.raises(QueryError, match="exploded"):
        add_webhook(store, LOCAL, endpoint.url, ["exploded"], clock=Ticking(), keys=KEYS, allowed=HERE)
    with pytest.raises(SettingsError):
        networks(["here"])
