"""Rows that are given to a store as Python's values end where the same rows as columns end, in each store."""

from collections.abc import Callable
from typing import Any

import pyarrow as pa
import pytest

from spine.access.context import LOCAL
from spine.bootstrap import open_store
from spine.domain.graph import GRAPH
from spine.errors import StoreError
from spine.normalise.few_rows import plain_rows
from spine.pipeline.remembering import Remembering
from spine.ports import Cause, GraphStore, Row, arrow_schema
from spine.settings import Settings

PERSON: Row = {
    "id": 7, "size": 2, "cohesion": 0.5, "next_join": None, "stage": "registered", "name": "Ann “Ö” Quist",
    "region": "se-m", "region_name": None, "namespaces": ["email", "phone"], "sources": [], "consents": ["news"],
    "flags": [],
}  # fmt: skip
COMPONENT: Row = {"id": 3, "kind": "person", "size": 2, "members": [3, 4], "value": b"\x00\xff", "flags": []}
ORGANISATION: Row = {
    **dict.fromkeys(GRAPH["organisation"].names), "id": 9, "cycle": True, "namespaces": [], "parents": 0,
}  # fmt: skip
STEPS: list[tuple[str, list[Row]]] = [
    ("person", [PERSON, {**PERSON, "id": 5}]),
    # Of one key the last holds; what is equal is not written again.
    ("person", [{**PERSON, "size": 3}, {**PERSON, "id": 5}, {**PERSON, "size": 4}]),
    ("component", [COMPONENT]),
    ("organisation", [ORGANISATION]),
    ("related_to", [{**dict.fromkeys(GRAPH["related_to"].names), "start": 7, "end": 5, "kind": "family"}]),
    ("document", [{"id": "a", "kind": "meta", "at": None, "body": "{}"}]),
]  # fmt: skip


def _plain(table: str, rows: list[Row]) -> Any:
    found = plain_rows(GRAPH[table], arrow_schema(table), rows)
    assert found is not None
    return found


def _columns(table: str, rows: list[Row]) -> pa.Table:
    return pa.Table.from_pylist(rows, schema=arrow_schema(table))


def test_plain_rows_are_written_as_their_columns(fresh_url: Callable[[], str], settings: Settings) -> None:
    told = []
    for given in (_plain, _columns):
        with open_store(fresh_url(), settings) as store:
            with store.writing(LOCAL, Cause("record")) as writer:
                counts = [writer.put(table, given(table, rows)) for table, rows in STEPS]
                counts = [(one.added, one.changed, one.removed) for one in counts]
                found = {table: writer.scan(table).to_pylist() for table, _ in STEPS}
            with store.reading(LOCAL) as reader:
                kept = {table: reader.scan(table).to_pylist() for table, _ in STEPS}
                entries = [row["entry"] for row in reader.scan("log").to_pylist()]
            told.append((counts, found, kept, entries))
    assert told[0] == told[1]
    assert told[0][0][:2] == [(2, 0, 0), (0, 1, 0)]


def _write(store: GraphStore, table: str, rows: Any) -> None:
    with store.writing(LOCAL, Cause("record")) as writer:
        writer.put(table, rows)


def test_an_end_that_is_missing_is_told(fresh_url: Callable[[], str], settings: Settings) -> None:
    rows = _plain("resolves_to_person", [{"start": 1, "end": 2}])
    with open_store(fresh_url(), settings) as store, pytest.raises(StoreError, match="which does not exist"):
        _write(store, "resolves_to_person", rows)


def test_what_was_written_is_remembered(fresh_url: Callable[[], str], settings: Settings) -> None:
    with open_store(fresh_url(), settings) as store, store.writing(LOCAL, Cause("record")) as writer:
        memory = Remembering(writer)
        assert memory.get("person", "id", [5, 7]) == []
        memory.put("person", _plain("person", [PERSON, {**PERSON, "id": 5}]))
        assert memory.get("person", "id", [5, 7]) == writer.get("person", "id", [5, 7])


@pytest.mark.parametrize(
    "row",
    [
        {**PERSON, "id": None},
        {**PERSON, "size": "2"},
        {**PERSON, "size": True},
        {**PERSON, "size": 1 << 63},
        {**PERSON, "cohesion": float("nan")},
        {**PERSON, "cohesion": 1},
        {**PERSON, "flags": [None]},
        {**PERSON, "flags": ("a",)},
        {**PERSON, "more": 1},
        {name: PERSON[name] for name in list(PERSON)[1:]},
    ],
)
def test_what_is_not_as_declared_goes_through_columns(row: Row) -> None:
    assert plain_rows(GRAPH["person"], arrow_schema("person"), [row]) is None
