"""The feed as it goes out: pages, a snapshot, server-sent events and subscriptions, resumed without gap or double."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from typing import Any

import httpx2
import pytest
from batches import Given, batch, person
from follower import truth
from served import served
from starlette.testclient import TestClient
from starlette.websockets import WebSocketDisconnect
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection, connect
from websockets.typing import Subprotocol

from spine.access.context import LOCAL
from spine.api.app import create_app
from spine.bootstrap import open_engine, open_store
from spine.outgoing.envelope import Event
from spine.pipeline.ingest import delete_record, ingest
from spine.pipeline.load import load
from spine.pipeline.resolve import resolve
from spine.ports import GraphStore
from spine.settings import Settings

FOLLOW = "subscription($after: String) { changes(after: $after) { cursor node { id kind entity entry event } } }"


@pytest.fixture
def store(tmp_path: Path) -> Iterator[GraphStore]:
    """An empty store in a file."""
    with open_store(f"sqlite:{tmp_path / 'graph.db'}", Settings()) as opened:
        yield opened


@pytest.fixture
def address(store: GraphStore) -> Iterator[str]:
    """The address of a real server over it."""
    with served(create_app(store, Settings())) as url:
        yield url


def add(store: GraphStore, *names: str, mail: str = "ann@example.com") -> None:
    """Records come one by one."""
    for name in names:
        row = person(name, "2025-01-01", f"email:{mail}", given_name="Ann", surname="Lee", birth_date="1980-01-02")
        ingest(store, LOCAL, batch([row]))


def heard(lines: Iterator[str], count: int) -> list[dict[str, Any]]:
    """The next events of a stream."""
    return [json.loads(line[6:]) for line in islice((one for one in lines if one.startswith("data: ")), count)]


def numbers(events: list[dict[str, Any]]) -> list[int]:
    return [int(event["id"]) for event in events]


def all_events(address: str, **params: Any) -> list[dict[str, Any]]:
    """Every event, read page by page."""
    out: list[dict[str, Any]] = []
    after = "0"
    while True:
        page = httpx2.get(f"{address}/changes", params={"after": after, "limit": 2, **params}).json()
        if not page["events"]:
            return out
        out += page["events"]
        after = page["next"]


def test_pages_are_cloud_events_with_keys_and_reasons(store: GraphStore, address: str) -> None:
    add(store, "1", "2")
    delete_record(store, LOCAL, "crm", "1")
    events = all_events(address)
    assert [event["data"]["kind"] for event in events] == ["linked", "linked", "renamed"]
    for event in events:
        Event.model_validate(event)
    last = events[-1]
    assert last["type"] == "identity-spine.renamed"
    assert last["data"]["reason"] == {"cause": "record", "by": "local", "batch": "delete"}
    moved = {one["record_id"]: move["to"] for move in last["data"]["moves"] for one in move["records"]}
    assert (moved["1"], set(moved)) == (None, {"1", "2"})
    assert last["subject"] == events[0]["subject"] != moved["2"]
    assert numbers(events) == sorted(numbers(events))
    assert [event["sequence"] for event in events] == sorted(event["sequence"] for event in events)
    assert all_events(address, kinds="renamed,merged") == [last]


@pytest.mark.parametrize("params", [{"kinds": "exploded"}, {"after": "-1"}, {"after": "x"}, {"after": "9" * 19}])
@pytest.mark.parametrize("path", ["/changes", "/changes/stream"])
def test_what_cannot_be_followed_is_refused_with_a_code(address: str, path: str, params: dict[str, str]) -> None:
    found = httpx2.get(address + path, params=params)
    assert found.status_code == 400
    assert found.json()["errors"][0]["extensions"]["code"] == "BAD_ARGUMENT"


def test_a_snapshot_is_read_page_by_page_and_names_where_to_go_on(store: GraphStore, address: str) -> None:
    add(store, "1", "2", "3")
    rows, token, cursors = [], "", set()
    while token is not None:
        page = httpx2.get(f"{address}/snapshot", params={"limit": 2, "after": token}).json()
        rows += page["records"]
        cursors.add(page["cursor"])
        if token == "":
            add(store, "4", mail="ben@example.com")
        token = page["next"]
    assert [row["record"]["record_id"] for row in rows] == ["1", "2", "3", "4"]
    (cursor,) = cursors
    later = httpx2.get(f"{address}/changes", params={"after": cursor}).json()["events"]
    assert [one["record_id"] for event in later for one in event["data"]["moves"][0]["records"]] == ["4"]
    with store.reading(LOCAL) as reader:
        assert {row["record"]["id"]: row["entity"] for row in rows} == truth(reader)["entity"]
    assert httpx2.get(f"{address}/snapshot", params={"after": "x.y"}).status_code == 400


def test_a_stream_says_what_was_and_what_comes_and_goes_on_where_it_stood(store: GraphStore, address: str) -> None:
    add(store, "1", "2")
    with httpx2.stream("GET", f"{address}/changes/stream", timeout=20) as first:
        assert first.headers["content-type"].startswith("text/event-stream")
        lines = first.iter_lines()
        seen = heard(lines, 2)
        # Written beside the server, as another process would.
        add(store, "3")
        seen += heard(lines, 1)
    # Away for a while.
    add(store, "4", "5")
    again = {"last-event-id": seen[-1]["id"]}
    with httpx2.stream("GET", f"{address}/changes/stream", headers=again, timeout=20) as second:
        lines = second.iter_lines()
        seen += heard(lines, 2)
        sent = {"source": "web", "record_id": "6", "identifiers": [{"namespace": "email", "value": "ann@example.com"}]}
        assert httpx2.post(f"{address}/ingest", json=sent).status_code == 200
        seen += heard(lines, 1)
    assert seen == all_events(address)


def test_a_stream_that_has_nothing_to_say_says_so(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("spine.api.streaming.IDLE", 0.05)
    with httpx2.stream("GET", f"{address}/changes/stream", timeout=20) as stream:
        assert [line for line in islice(stream.iter_lines(), 6) if line] == ["retry: 2000", *[": nothing new"] * 2]


def test_streams_have_a_bound_and_give_their_place_back(
    store: GraphStore, address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("spine.api.streaming.MOST", 1)
    add(store, "1")
    with httpx2.stream("GET", f"{address}/changes/stream", timeout=20) as stream:
        lines = stream.iter_lines()
        heard(lines, 1)
        refused = httpx2.get(f"{address}/changes/stream")
        assert (refused.status_code, refused.headers["retry-after"]) == (503, "30")
    for _ in range(200):
        with httpx2.stream("GET", f"{address}/changes/stream", timeout=20) as stream:
            if stream.status_code == 200:
                break
    else:
        pytest.fail("The place was not given back.")


@contextmanager
def opened(address: str) -> Iterator[ClientConnection]:
    """A connection that was greeted."""
    url = address.replace("http", "ws") + "/graphql"
    with connect(url, subprotocols=[Subprotocol("graphql-transport-ws")]) as socket:
        socket.send(json.dumps({"type": "connection_init"}))
        assert json.loads(socket.recv(20)) == {"type": "connection_ack"}
        yield socket


def subscribe(socket: ClientConnection, query: str = FOLLOW, name: str = "1", **variables: Any) -> None:
    payload = {"query": query, "variables": variables}
    socket.send(json.dumps({"id": name, "type": "subscribe", "payload": payload}))


def said(socket: ClientConnection) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(socket.recv(20))
    return found


def test_a_subscription_says_the_same_and_goes_on_after_its_cursor(store: GraphStore, address: str) -> None:
    add(store, "1", "2")
    edges = []
    with opened(address) as socket:
        subscribe(socket)
        for _ in range(2):
            edges.append(said(socket)["payload"]["data"]["changes"])
        add(store, "3")
        edges.append(said(socket)["payload"]["data"]["changes"])
        socket.send(json.dumps({"id": "1", "type": "complete"}))
        socket.send(json.dumps({"type": "ping"}))
        assert said(socket) == {"type": "pong"}
    add(store, "4")
    with opened(address) as socket:
        subscribe(socket, after=edges[-1]["cursor"])
        edges.append(said(socket)["payload"]["data"]["changes"])
    assert [edge["node"]["event"] for edge in edges] == all_events(address)
    assert [edge["node"]["entry"]["reason"]["cause"] for edge in edges] == ["record"] * 4


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("{ status { position } }", "BAD_QUERY"),
        ("mutation { removeAudience(name: \"x\") { name } }", "BAD_QUERY"),
        ("subscription { nothing }", "BAD_QUERY"),
        ("subscription {", "BAD_QUERY"),
        ('subscription { changes(kinds: ["exploded"]) { cursor } }', "BAD_ARGUMENT"),
        ('subscription { changes(after: "x") { cursor } }', "BAD_CURSOR"),
        ("subscription { " + "a: __typename " * 40 + "}", "TOO_EXPENSIVE"),
    ],
)  # fmt: skip
def test_a_document_that_is_no_subscription_ends_in_a_coded_error(address: str, query: str, code: str) -> None:
    with opened(address) as socket:
        subscribe(socket, query)
        found = said(socket)
        assert (found["type"], found["id"]) == ("error", "1")
        assert found["payload"][0]["extensions"]["code"] == code
        subscribe(socket)
        socket.send(json.dumps({"type": "ping"}))
        assert said(socket) == {"type": "pong"}


@pytest.mark.parametrize(
    ("messages", "code"),
    [
        (["{"], 4400),
        (["[]"], 4400),
        ([b"{}"], 4400),
        ([{"type": "subscribe", "id": "1", "payload": {"query": FOLLOW}}], 4401),
        ([{"type": "connection_init"}, {"type": "connection_init"}], 4429),
        ([{"type": "connection_init"}, {"type": "explode"}], 4400),
        ([{"type": "connection_init"}, {"type": "subscribe", "id": 1, "payload": {"query": FOLLOW}}], 4400),
        ([{"type": "connection_init"}, *[{"type": "subscribe", "id": "1", "payload": {"query": FOLLOW}}] * 2], 4409),
    ],
)  # fmt: skip
def test_what_is_not_the_protocol_ends_the_connection(address: str, messages: list[Any], code: int) -> None:
    url = address.replace("http", "ws") + "/graphql"
    with connect(url, subprotocols=[Subprotocol("graphql-transport-ws")]) as socket:
        for message in messages:
            socket.send(json.dumps(message) if isinstance(message, dict) else message)
        with pytest.raises(ConnectionClosed):
            # What was said before is read until the end.
            list(socket)
        assert socket.close_code == code


def test_a_page_of_another_site_cannot_subscribe(store: GraphStore) -> None:
    with TestClient(create_app(store, Settings()), base_url="http://127.0.0.1") as client:
        for origin, refused in (("https://evil.example", True), ("http://127.0.0.1", False)):
            headers, url = {"origin": origin}, "ws://127.0.0.1/graphql"
            with client.websocket_connect(url, subprotocols=["graphql-transport-ws"], headers=headers) as socket:
                socket.send_json({"type": "connection_init"})
                if refused:
                    with pytest.raises(WebSocketDisconnect) as closed:
                        socket.receive_text()
                    assert closed.value.code == 4403
                else:
                    assert socket.receive_json() == {"type": "connection_ack"}


def test_the_first_resolve_is_one_event_and_later_ones_tell_who(store: GraphStore, address: str) -> None:
    name = {"given_name": "Ann", "surname": "Lee"}
    rows = [person(f"p{at}", "2025-01-01", f"email:p{at}@example.com", **name) for at in range(3)]
    load(store, LOCAL, Given(batch(rows)), "shop rows")
    resolve(store, LOCAL, open_engine("local"), "never")
    (first,) = all_events(address)
    assert first["data"]["kind"] == "resolved"
    assert (first["data"]["records"], first["data"]["batches"]) == (3, ["shop rows"])
    assert "subject" not in first
    load(store, LOCAL, Given(batch([person("q", "2025-01-01", "email:p1@example.com", **name)])), "more")
    resolve(store, LOCAL, open_engine("local"), "never", full=True)
    assert [event["data"]["kind"] for event in all_events(address)][1:] == ["linked"]
    resolve(store, LOCAL, open_engine("local"), "never", full=True)
    assert len(all_events(address)) == 2
