"""What is computed for everybody at once is what is asked of one: facts, golden attributes, consents, stored rows."""

from math import isclose
from typing import Any

import pytest

from spine.access.context import LOCAL
from spine.audiences.fact_columns import column_of
from spine.audiences.frames import Frame
from spine.audiences.projection import Projections
from spine.explore.consents import consents
from spine.explore.events import timelines
from spine.explore.fact_values import fact_values
from spine.explore.facts import BELIEVED, declared
from spine.explore.membership import resolve
from spine.explore.persons import portraits
from spine.settings import DEFAULT_CONFIDENCE

DAY = "2025-06-30"


def by_id(frame: Frame, table: str) -> dict[int, dict[str, Any]]:
    found = frame.connection.execute(f"SELECT * FROM {frame.table(table)}")
    names = [column[0] for column in found.description or ()]
    return {row[0]: dict(zip(names, row, strict=True)) for row in found.fetchall()}


@pytest.mark.parametrize(("confidence", "share"), [(0.7, 0), (DEFAULT_CONFIDENCE, 1), (0.999, 2)])
def test_everybody_at_once_and_one_at_a_time_are_the_same(demo: Any, confidence: float, share: int) -> None:
    """Who there is, of everybody; all that is said of them, of a third at each confidence, so of each once."""
    people = [row["id"] for row in demo.rows("record", "id", "kind", "live") if row["live"] and row["kind"] == "person"]
    with demo.store.reading(LOCAL) as reader:
        facts = declared(reader)
        held = {one.id: one for one in resolve(reader, LOCAL, people, confidence).values()}
        some = [one for number, one in sorted(held.items()) if number % 3 == share]
        happened = timelines(reader, LOCAL, some)
        said = consents(reader, LOCAL, some, confidence)
        seen = portraits(reader, LOCAL, some)
        with Projections().frame(reader, confidence, DAY) as frame:
            rows, currencies = by_id(frame, "persons"), frame.currencies
    assert set(rows) == set(held)
    assert len(currencies) > 1
    assert len(some) > 500
    for number in (one.id for one in some):
        row = rows[number]
        golden = {one.name: one.key for one in seen[number].golden}
        assert {name: row[name] for name in BELIEVED} == {name: golden.get(name) for name in BELIEVED}
        given = [one.row["purpose"] for one in said[number] if one.row["status"] == "given"]
        assert row["consents"] == given
        for value in fact_values(facts, [one.row for one in happened[number].happenings], golden, DAY):
            if value.fact.kind != "money":
                assert row[column_of(value.fact)] == (value.text if value.fact.kind == "text" else value.number)
                continue
            amounts = dict(value.amounts)
            for currency in currencies:
                one, other = amounts.get(currency), row[column_of(value.fact, currency)]
                assert (one is None) == (other is None)
                assert one is None or isclose(one, other, abs_tol=1e-3)


def test_at_the_default_confidence_the_stored_rows_say_the_same(demo: Any) -> None:
    with demo.store.reading(LOCAL) as reader, Projections().frame(reader, DEFAULT_CONFIDENCE, DAY) as frame:
        persons, homes = by_id(frame, "persons"), by_id(frame, "households")
    stored = {row["id"]: row for row in demo.rows("person")}
    assert set(persons) == set(stored)
    for number, row in persons.items():
        assert row["records"] == stored[number]["size"]
        assert all(row[name] == stored[number][name] for name in ("stage", "namespaces", "sources"))
    # A home that everybody left stands for questions about its time, and is in no list.
    stored = {row["id"]: row for row in demo.rows("household") if row["size"]}
    assert set(homes) == set(stored)
    for number, row in homes.items():
        for name in ("size", "adults", "cohesion", "region", "postcode", "namespaces", "sources"):
            assert row[name] == stored[number][name]
