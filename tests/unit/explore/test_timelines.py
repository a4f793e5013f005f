"""Whose an event is, and whose a consent: by who carried the identifier when, and who said it."""

from collections.abc import Iterator
from typing import Any

import pytest
from rows import row, rows

from spine.access.context import LOCAL
from spine.bootstrap import open_store
from spine.explore.consents import consents
from spine.explore.events import Carriage, EventFilter, carriages, merged, timelines
from spine.explore.membership import resolve
from spine.ports import Cause, GraphStore
from spine.settings import Settings

MAIL = 1000


def edge(record: int, **more: Any) -> dict[str, Any]:
    return row("carries", **{"start": record, "end": MAIL, "namespace": "email", "valid_from": "2025-01-01", **more})


@pytest.fixture
def store() -> Iterator[GraphStore]:
    with open_store("memory:", Settings()) as opened:
        yield opened


def fill(store: GraphStore, edges: list[dict[str, Any]], events: list[Any] = (), said: list[Any] = ()) -> None:  # type: ignore[assignment]
    tables = {
        "record": [
            row("record", id=n, key=f"news/{n}", source="news", record_id=str(n), kind="person", live=True)
            for n in (1, 2, 3)
        ],
        "identifier": [row("identifier", id=MAIL, namespace="email", value="us@example.org")],
        "carries": edges,
        "event": [row("event", id=2000 + n, kind="order", at=at) for n, at in enumerate(events)],
        "event_of": [row("event_of", start=2000 + n, end=MAIL) for n in range(len(events))],
        "consent": [
            row("consent", id=3000 + n, source="news", purpose="mail", reference=by, status=status, at=at)
            for n, (by, status, at) in enumerate(said)
        ],
        "consent_of": [row("consent_of", start=3000 + n, end=MAIL) for n in range(len(said))],
    }
    with store.writing(LOCAL, Cause("record")) as writer:
        for name, found in tables.items():
            writer.put(name, rows(name, *found))


def seen(store: GraphStore) -> dict[int, list[str]]:
    with store.reading(LOCAL) as reader:
        held = list(resolve(reader, LOCAL, [1, 2, 3], 0.95).values())
        found = timelines(reader, LOCAL, held)
    return {number: [one.row["at"] for one in timeline.happenings] for number, timeline in found.items()}


def agreed(store: GraphStore) -> dict[int, list[str]]:
    with store.reading(LOCAL) as reader:
        held = list(resolve(reader, LOCAL, [1, 2, 3], 0.95).values())
        found = consents(reader, LOCAL, held, 0.95)
    return {number: [one.row["status"] for one in said] for number, said in found.items()}


def test_what_happened_before_the_first_sight_is_the_carriers_own(store: GraphStore) -> None:
    fill(store, [edge(1)], ["2019-05-05", "2025-06-01", None])
    assert seen(store)[1] == ["2025-06-01", "2019-05-05", None]


def test_what_happened_while_another_had_it_is_not(store: GraphStore) -> None:
    given_up = edge(2, valid_from="2010-01-01", valid_to="2020-06-30")
    fill(store, [edge(1), given_up], ["2019-05-05", "2020-06-30T10:00:00", "2020-07-01", "2025-06-01"])
    assert seen(store) == {1: ["2025-06-01", "2020-07-01"], 2: ["2020-06-30T10:00:00", "2019-05-05"], 3: []}


def test_who_took_an_identifier_up_before_the_other_gave_it_up_keeps_what_was_before() -> None:
    both = [edge(1, valid_from="2019-01-01"), edge(2, valid_from="2010-01-01", valid_to="2020-06-30")]
    assert carriages(both, both) == [Carriage(both[0], None), Carriage(both[1], None)]


def test_a_household_sees_each_event_once(store: GraphStore) -> None:
    fill(store, [edge(1), edge(2)], ["2025-02-01", "2025-03-01"])
    with store.reading(LOCAL) as reader:
        held = list(resolve(reader, LOCAL, [1, 2], 0.95).values())
        whole = merged(list(timelines(reader, LOCAL, held).values()))
    assert [one.row["at"] for one in whole.happenings] == ["2025-03-01", "2025-02-01"]


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ({}, ["2025-01-31T23:00:00", "2025-02-01", None]),
        ({"since": "2025-02"}, ["2025-02-01"]),
        ({"until": "2025-01-31"}, ["2025-01-31T23:00:00"]),
        ({"since": "2025-01", "until": "2025"}, ["2025-01-31T23:00:00", "2025-02-01"]),
        ({"kinds": ("visit",)}, []),
        ({"channels": ("web",)}, ["2025-02-01"]),
    ],
)
def test_events_are_filtered_by_kind_channel_and_period(asked: dict[str, Any], expected: list[str | None]) -> None:
    found = [
        row("event", id=1, kind="order", at="2025-01-31T23:00:00"),
        row("event", id=2, kind="order", at="2025-02-01", channel="web"),
        row("event", id=3, kind="order"),
    ]
    assert [one["at"] for one in found if EventFilter(**asked).fits(one)] == expected


def test_a_consent_for_an_address_of_one_person_is_that_persons(store: GraphStore) -> None:
    fill(store, [edge(1)], said=[("r1", "given", "2025-02-01")])
    assert agreed(store) == {1: ["given"], 2: [], 3: []}


def test_a_consent_that_came_with_a_record_is_of_that_record_alone(store: GraphStore) -> None:
    fill(store, [edge(1), edge(2)], said=[("2", "given", "2025-02-01")])
    assert agreed(store) == {1: [], 2: ["given"], 3: []}


def test_nobody_knows_who_gave_it_nobody_has_consented(store: GraphStore) -> None:
    fill(store, [edge(1), edge(2)], said=[("r1", "given", "2025-02-01")])
    assert agreed(store) == {1: [], 2: [], 3: []}


def test_nobody_knows_who_took_it_back_everybody_has(store: GraphStore) -> None:
    said = [("1", "given", "2025-02-01"), ("2", "given", "2025-03-01"), ("r1", "withdrawn", "2025-02-15")]
    fill(store, [edge(1), edge(2)], said=said)
    assert agreed(store) == {1: ["withdrawn"], 2: ["given"], 3: []}


def test_of_two_words_at_one_time_the_withdrawal_holds(store: GraphStore) -> None:
    fill(store, [edge(1)], said=[("a", "withdrawn", "2025-02-01"), ("b", "given", "2025-02-01")])
    assert agreed(store)[1] == ["withdrawn"]


def test_an_address_given_up_speaks_for_whoever_had_it(store: GraphStore) -> None:
    given_up = edge(2, valid_from="2010-01-01", valid_to="2020-06-30")
    fill(store, [edge(1), given_up], said=[("a", "given", "2019-01-01"), ("b", "withdrawn", "2026-01-01")])
    assert agreed(store) == {1: ["withdrawn"], 2: ["given"], 3: []}
