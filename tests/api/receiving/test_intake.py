"""Records that several clients send at one moment share a transaction; those who only ask wait for none of them."""

import json
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import pytest
from starlette.testclient import TestClient

from spine.access.context import LOCAL
from spine.api import intake
from spine.api.app import create_app
from spine.errors import InputError
from spine.pipeline.ingest import ingest, ingest_together
from spine.ports import Cause, GraphStore, SourceBatch
from spine.settings import Settings

BASE = "http://127.0.0.1"


NAMES = ("Ann Lee", "Bertil Quist", "Chidi Oduya")


def record(record_id: str, at: int) -> dict[str, Any]:
    """A record of one of three persons."""
    given, surname = NAMES[at % 3].split()
    return {
        "source": "crm", "record_id": record_id, "attributes": {"given_name": given, "surname": surname},
        "identifiers": [{"namespace": "email", "value": f"{surname}@example.com"}],
    }  # fmt: skip


@contextmanager
def held_up(client: TestClient, store: GraphStore, *sent: Any) -> Iterator[list[Future[Any]]]:
    """Each is posted by a client of its own, in this order, while another process writes; then all go on."""
    door = client.app.state.desks.intake  # type: ignore[attr-defined]  # nothing else shows who waits
    with ThreadPoolExecutor(len(sent)) as pool:
        with store.writing(LOCAL, Cause("held up")):
            found = []
            for at, body in enumerate(sent):
                found.append(pool.submit(client.post, "/ingest", json=body))
                until(lambda at=at: door._working and len(door._waiting) == at)  # type: ignore[misc]  # called at once
            yield found
        for one in found:
            one.result(60)


def until(come: Callable[[], bool]) -> None:
    """Wait for something that other threads bring about."""
    give_up = time.monotonic() + 30
    while not come():
        assert time.monotonic() < give_up
        time.sleep(0.005)


def test_who_comes_while_another_is_served_shares_the_next_transaction(client: TestClient, store: GraphStore) -> None:
    sent = [record(str(at), at) for at in range(7)]
    with held_up(client, store, *sent) as found:
        pass
    answers = [one.result().json() for one in found]
    assert [one["position"] for one in answers] == ["1", *["2"] * 6]
    assert [[row["record_id"] for row in one["records"]] for one in answers] == [[str(at)] for at in range(7)]
    holds = [set(one["records"][0]["entity"]["records"]) for one in answers]
    numbers = [one["records"][0]["record"] for one in answers]
    assert all(set(numbers[at % 3 :: 3]) == holds[at] for at in range(1, 7))
    assert [len(one["after"]) for one in answers] == [1] * 7
    assert [row["records"] for row in answers[4]["after"]] == [sorted(holds[4], key=numbers.index)]


def test_the_same_record_twice_is_taken_one_after_the_other(client: TestClient, store: GraphStore) -> None:
    ann = record("1", 1)
    with held_up(client, store, record("0", 0), ann, record("2", 2), ann) as found:
        pass
    answers = [one.result().json() for one in found]
    assert [one["position"] for one in answers] == ["1", "2", "2", None]
    assert answers[3]["records"][0]["status"] == "unchanged"


def test_days_are_read_as_they_would_be_alone(client: TestClient, store: GraphStore) -> None:
    """25/06 says that the day comes first; another request's 05/06 has nothing to do with that."""
    sent = [record(name, at) for at, name in enumerate("0123")]
    for row, born in zip(sent[1:], ("25/06/1980", "05/06/1980", "06/25/1980"), strict=True):
        row["attributes"]["birth_date"] = born
    with held_up(client, store, *sent) as found:
        pass
    assert [one.result().json()["position"] for one in found] == ["1", "2", "3", "3"]
    with store.reading(LOCAL) as reader:
        read = {
            row["record_id"]: json.loads(row["fields"]).get("birth_date") for row in reader.scan("record").to_pylist()
        }
    assert read == {"0": None, "1": "1980-06-25", "2": "1980-05-06", "3": "1980-06-25"}


def test_where_one_fails_the_others_are_taken_in(
    client: TestClient, store: GraphStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A fault that shows itself in the middle of a transaction, as only a defect would."""

    def spoilt(taken: Callable[..., Any]) -> Callable[..., Any]:
        def tried(store: GraphStore, context: Any, sent: Any, **named: Any) -> Any:
            for batch in [sent] if isinstance(sent, SourceBatch) else sent:
                if "bad" in batch.records["record_id"].to_pylist():
                    raise InputError("That one.")
            return taken(store, context, sent, **named)

        return tried

    monkeypatch.setattr(intake, "ingest_together", spoilt(ingest_together))
    monkeypatch.setattr(intake, "ingest", spoilt(ingest))
    sent = [record(name, at) for at, name in enumerate(("0", "1", "bad", "2"))]
    with held_up(client, store, *sent) as found:
        pass
    answers = [one.result() for one in found]
    assert [one.status_code for one in answers] == [200, 200, 400, 200]
    with store.reading(LOCAL) as reader:
        assert {row["record_id"] for row in reader.scan("record").to_pylist()} == {"0", "1", "2"}


def test_those_who_ask_do_not_wait_for_those_who_send(client: TestClient, store: GraphStore) -> None:
    sent = [record(str(at), at) for at in range(9)]
    with held_up(client, store, *sent) as found:
        asked = client.post("/graphql", json={"query": "{ status { position } }"}).json()
        assert not any(one.done() for one in found)
    assert asked == {"data": {"status": {"position": 0}}}


def test_who_waits_too_long_is_told_whether_anything_was_taken_in(
    client: TestClient, store: GraphStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(intake, "PATIENCE", 0.5)
    with held_up(client, store, record("1", 1), record("2", 2)) as found:
        said = [one.result(30).json()["errors"][0] for one in found]
    assert [one["extensions"]["code"] for one in said] == ["TIME_OUT"] * 2
    assert [one["message"].partition("seconds. ")[2] for one in said] == [
        "It may still be taken in.",
        "Nothing of it was taken in.",
    ]
    until(lambda: _records(store) == {"1"})


def test_a_server_that_only_answers_takes_nothing_in(store: GraphStore) -> None:
    with TestClient(create_app(store, replace(Settings(), read_only=True)), base_url=BASE) as client:
        assert client.post("/ingest", json=record("1", 1)).status_code == 403


def _records(store: GraphStore) -> set[str]:
    with store.reading(LOCAL) as reader:
        return {row["record_id"] for row in reader.scan("record").to_pylist()}
