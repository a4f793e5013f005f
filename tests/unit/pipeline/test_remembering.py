"""What a writer remembers is what the store would answer, and is fetched once."""

import random
from typing import Any

import pyarrow as pa
import pytest
from batches import person, put

from spine.access.context import LOCAL
from spine.normalise.pressed import whole
from spine.pipeline.asking_ahead import ask_about_records, ask_about_region
from spine.pipeline.gather_some import gather_some
from spine.pipeline.remembering import Remembering
from spine.ports import Cause, GraphStore, Row, arrow_schema

NAMES = [("a", "email:ann@example.com"), ("b", "email:ann@example.com"), ("c", "email:cy@example.com")]


class Counted:
    """A writer that tells which values of which table it was asked for."""

    def __init__(self, writer: Any) -> None:
        self._writer = writer
        self.asked: list[tuple[str, str, Any]] = []

    def get(self, table: str, column: str, values: Any, limit: int | None = None) -> list[Row]:
        self.asked += [(table, column, value) for value in values]
        found: list[Row] = self._writer.get(table, column, values, limit)
        return found

    def __getattr__(self, name: str) -> Any:
        return getattr(self._writer, name)


@pytest.fixture
def filled(store: GraphStore) -> GraphStore:
    """Three records, two of which carry one e-mail address."""
    put(store, *(person(name, "2025-01-01", email, given_name=name) for name, email in NAMES))
    return store


def test_nothing_is_fetched_twice_and_all_is_as_the_store_says(filled: GraphStore) -> None:
    with filled.writing(LOCAL, Cause("record")) as writer:
        counted = Counted(writer)
        memory = Remembering(counted)  # type: ignore[arg-type]  # a writer in all that matters here
        for numbers in ([2], [3, 1], [1, 2, 3], [7]):
            assert memory.get("carries", "start", numbers) == writer.get("carries", "start", numbers)
            ends = [row["end"] for row in memory.get("carries", "start", numbers)]
            assert memory.get("carries", "end", ends) == writer.get("carries", "end", ends)
            assert memory.get("record", "id", numbers) == writer.get("record", "id", numbers)
        assert len(counted.asked) == len(set(counted.asked))


def test_what_was_written_is_read_again(filled: GraphStore) -> None:
    with filled.writing(LOCAL, Cause("record")) as writer:
        memory = Remembering(writer)
        (row,) = memory.get("record", "id", [1])
        assert gather_some(memory, [1, 2]).size == 2
        memory.put("record", pa.Table.from_pylist([{**row, "live": False}], schema=arrow_schema("record")))
        assert memory.get("record", "id", [1])[0]["live"] is False
        assert gather_some(memory, [1, 2]).ids.tolist() == [2]
        memory.delete("record", pa.table({"id": [3]}))
        assert memory.get("carries", "start", [3]) == []


@pytest.mark.parametrize("seed", range(6))
def test_it_answers_as_the_store_does_whatever_is_written(filled: GraphStore, seed: int) -> None:
    """Questions and writes in any order: what is remembered, written through or known to be new is what is there."""
    drawn = random.Random(seed)
    with filled.writing(LOCAL, Cause("record")) as writer:
        memory = Remembering(writer)
        (pattern,) = writer.get("record", "id", [1])
        ends = [row["id"] for row in writer.scan("identifier").to_pylist()]
        asked = {
            ("record", "id"): [*range(1, 9), 99], ("record", "key"): [f"crm/{name}" for name in "abcdefgh"],
            ("carries", "start"): range(1, 9), ("carries", "end"): ends, ("component", "id"): range(1, 9),
            ("in_component", "start"): range(1, 9), ("in_component", "end"): range(1, 9),
        }  # fmt: skip
        there, components = {1, 2, 3}, set[int]()
        for _ in range(40):
            deed, number = drawn.randrange(8), drawn.randrange(1, 9)
            if deed == 0:
                there.add(number)
                name = "abcdefgh"[number - 1]
                row = {**pattern, "id": number, "key": f"crm/{name}", "record_id": name, "live": drawn.random() < 0.5}
                memory.put("record", pa.Table.from_pylist([row], schema=arrow_schema("record")))
            elif deed == 1 and number in there:
                edge = {
                    "start": number,
                    "end": drawn.choice(ends),
                    "namespace": "email",
                    "valid_to": drawn.choice([None, "2026"]),
                }
                memory.put("carries", pa.Table.from_pylist([edge], schema=arrow_schema("carries")))
            elif deed == 2:
                memory.delete("carries", pa.table({"start": [number, number], "end": ends[:2]}))
            elif deed == 3:
                components.add(number)
                row = {"id": number, "members": [number]}
                memory.put("component", pa.Table.from_pylist([row], schema=arrow_schema("component")))
            elif deed == 4 and number in there and components:
                edge = {"start": number, "end": drawn.choice(sorted(components))}
                memory.put("in_component", pa.Table.from_pylist([edge], schema=arrow_schema("in_component")))
            elif deed == 5 and drawn.random() < 0.3:
                table, known = drawn.choice([("record", there), ("component", components)])
                known.discard(number)
                memory.delete(table, pa.table({"id": [number]}))
            (table, column), values = drawn.choice(sorted(asked.items()))
            some, limit = drawn.sample(list(values), min(3, len(values))), drawn.choice([None, None, 1, 2])
            assert memory.get(table, column, some, limit) == writer.get(table, column, some, limit)
        for (table, column), values in asked.items():
            assert memory.get(table, column, list(values)) == writer.get(table, column, list(values))


def test_what_was_asked_ahead_is_not_asked_again(filled: GraphStore) -> None:
    with filled.writing(LOCAL, Cause("record")) as writer:
        counted = Counted(writer)
        memory = Remembering(counted)  # type: ignore[arg-type]  # a writer in all that matters here
        ask_about_records(memory, [1, 2])
        ask_about_region(memory, [1, 2])
        assert whole(gather_some(memory, [1, 2]).records).equals(whole(gather_some(writer, [1, 2]).records))
        assert memory.get("carries", "start", [1, 2]) == writer.get("carries", "start", [1, 2])
        assert counted.asked == []
        assert gather_some(memory, [3]).size == 1
        assert ("record", "id", 3) in counted.asked
