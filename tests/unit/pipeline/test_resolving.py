"""Resolving: what comes out, what judgements and models do to it, and resolves that write nothing."""

import json
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from batches import (
    Given,
    Ticking,
    batch,
    groups,
    organisation,
    person,
    positions,
    put,
    relation,
)  # fmt: skip

from spine.access.context import LOCAL
from spine.bootstrap import open_engine
from spine.domain.graph import GRAPH
from spine.domain.vocabulary import Kind
from spine.errors import StoreError
from spine.matching.training import untrained
from spine.pipeline import resolve as resolving
from spine.pipeline.index_state import ensure_index
from spine.pipeline.load import load
from spine.pipeline.numbering import stored_key
from spine.pipeline.progress import Stopwatch
from spine.pipeline.resolve import Train, resolve
from spine.pipeline.resolve_report import ResolveReport
from spine.ports import BlockingRule, Candidates, Cause, GraphStore, Reader, Row, arrow_schema
from spine.settings import DEFAULT_CONFIDENCE
from spine.stores.memory import MemoryStore

ANN = {"given_name": "Annabel", "surname": "Quist", "birth_date": "1980-05-01", "postcode": "12345", "city": "Lund"}
BEN = {"given_name": "Benedict", "surname": "Oduya", "birth_date": "1971-11-23", "postcode": "54321", "city": "Kiel"}


def people() -> list[Row]:
    """Two records of Ann, two of Ben, and one of somebody else."""
    return [
        person("a1", "2025-01-01", "email:ann@example.com", "phone:+46701234567", **ANN),
        person("a2", "2025-02-01", "email:ann@example.com", **ANN),
        person("b1", "2025-01-01", "phone:+493012345678", "email:ben@example.com", **BEN),
        person("b2", "2025-02-01", "phone:+493012345678", "email:ben@example.com", **BEN),
        person("c1", "2025-01-01", "email:zed@example.com", given_name="Zed", surname="Umar", birth_date="1999-09-09"),
    ]


def run(store: GraphStore, train: Train = "never", **more: Any) -> ResolveReport:
    """A resolve with the shipped weights."""
    return resolve(store, LOCAL, open_engine("local"), train, clock=Ticking(), **more)


def judge(store: GraphStore, a: str, b: str, verdict: str, authority: str = "steward", at: str = "2025-05-01") -> None:
    """Assert that two records are the same or different."""
    with store.writing(LOCAL, Cause("judgement")) as writer:
        number = {row["key"]: row["id"] for row in writer.get("record", "key", [f"crm/{a}", f"crm/{b}"])}
        start, end = sorted((number[f"crm/{a}"], number[f"crm/{b}"]))
        row = {"start": start, "end": end, "authority": authority, "at": at, "verdict": verdict, "by": "me", "why": ""}
        writer.put("judged", pa.Table.from_pylist([row], schema=arrow_schema("judged")))


def grouped(store: GraphStore, kind: str = "person") -> set[frozenset[str]]:
    """The record ids of every person or organisation."""
    with store.reading(LOCAL) as reader:
        return {frozenset(key.removeprefix("crm/") for key in group) for group in groups(reader, kind)}


def sets(*texts: str) -> set[frozenset[str]]:
    """Groups written as words."""
    return {frozenset(text.split()) for text in texts}


def test_an_empty_store_resolves_to_nothing(store: GraphStore) -> None:
    report = run(store)
    assert (report.records, report.persons, report.written) == (0, 0, {})
    assert positions(store) == 0


def test_records_of_one_person_are_one_person_with_the_id_of_the_earliest(store: GraphStore) -> None:
    put(store, *people())
    report = run(store)
    assert grouped(store) == sets("a1 a2", "b1 b2", "c1")
    assert (report.records, report.persons, report.components, report.identifiers) == (5, 3, 2, 5)
    with store.reading(LOCAL) as reader:
        numbers = {row["key"]: row["id"] for row in reader.scan("record").to_pylist()}
        ends = {row["start"]: row["end"] for row in reader.scan("resolves_to_person").to_pylist()}
        assert ends[numbers["crm/a2"]] == numbers["crm/a1"]
        (match,) = [row for row in reader.scan("match").to_pylist() if row["start"] == numbers["crm/a1"]]
        model = untrained(Kind.PERSON)
        parts = [part.split(":") for part in match["levels"].split(",")]
        assert len(parts) == len(model.comparisons)
        assert match["weight"] == model.prior + sum(int(weight) for _, weight in parts)


def test_a_second_resolve_writes_nothing(store: GraphStore) -> None:
    put(store, *people())
    first = run(store, "auto")
    assert first.written
    before = positions(store)
    again = run(store, "auto")
    assert again.written == {}
    assert positions(store) == before
    assert again.models == first.models


def test_where_nothing_was_written_since_the_answer_stands(store: GraphStore) -> None:
    put(store, *people())
    first = run(store)
    engine: Any = Failing()
    again = resolve(store, LOCAL, engine, "never")
    assert (again.persons, again.skipped, again.written) == (first.persons, first.skipped, {})
    for asked in ({"confidence": 0.5}, {"linkage": "components"}, {"train": "always"}):
        with pytest.raises(StoreError, match="the disk is full"):
            resolve(store, LOCAL, engine, **asked)
    put(store, person("c2", "2025-01-01", given_name="Yma"))
    with pytest.raises(StoreError, match="the disk is full"):
        resolve(store, LOCAL, engine, "never")
    run(store)
    assert resolve(store, LOCAL, engine, "never").persons == 4


@pytest.mark.parametrize("indexed", [False, True])
def test_what_another_store_found_does_not_stand_for_tables_copied_from_it(store: GraphStore, indexed: bool) -> None:
    """The copy's log is its own, so positions that came with the tables say nothing of what it has seen."""
    put(store, *people())
    run(store)
    if indexed:
        with store.writing(LOCAL, Cause("record")) as writer:
            ensure_index(writer, stored_key(writer), DEFAULT_CONFIDENCE, Ticking())
    with MemoryStore() as copy:
        with store.reading(LOCAL) as reader, copy.writing(LOCAL, Cause("record")) as writer:
            for name in GRAPH:
                if name != "log":
                    writer.put(name, reader.scan(name))
        judge(copy, "a1", "a2", "different")
        assert run(copy).changed == len(people())
        assert grouped(copy) == sets("a1", "a2", "b1 b2", "c1")
        assert run(copy).changed == 0


def test_a_full_resolve_of_what_stands_writes_nothing(store: GraphStore) -> None:
    put(store, *people())
    run(store, "always")
    before = positions(store)
    assert run(store, "always").written == {}
    assert positions(store) == before


def test_only_what_changed_is_written(store: GraphStore) -> None:
    put(store, *people())
    run(store)
    put(store, person("c2", "2025-01-01", given_name="Yma", surname="Valdes", birth_date="1950-01-31"))
    assert run(store).written == {
        name: {"added": 1, "changed": 0, "removed": 0} for name in ("person", "resolves_to_person")
    }
    assert grouped(store) == sets("a1 a2", "b1 b2", "c1", "c2")


def test_deleted_records_belong_to_nobody(store: GraphStore) -> None:
    put(store, *people())
    run(store)
    with store.writing(LOCAL, Cause("erasure")) as writer:
        table = writer.scan("record")
        live = np.array([row["key"] != "crm/a1" for row in table.to_pylist()])
        writer.put("record", table.set_column(table.schema.get_field_index("live"), "live", pa.array(live)))
    assert run(store).records == 4
    assert grouped(store) == sets("a2", "b1 b2", "c1")


def test_judgements_hold_and_conflicting_ones_are_refused(store: GraphStore) -> None:
    put(store, *people())
    judge(store, "a1", "c1", "same")
    judge(store, "b1", "b2", "different")
    report = run(store)
    assert grouped(store) == sets("a1 a2 c1", "b1", "b2")
    assert report.refused == []
    judge(store, "a1", "c1", "different", "source", "2020-01-01")
    judge(store, "b1", "b2", "same", "steward", "2025-06-01")
    report = run(store)
    assert grouped(store) == sets("a1 a2 c1", "b1 b2")
    assert sorted(text.split()[0] for text in report.refused) == ["different", "different"]
    before = positions(store)
    assert run(store).written == {}
    assert positions(store) == before


def test_verified_values_of_a_unique_namespace_keep_records_apart(store: GraphStore) -> None:
    one, two = people()[:2]
    for row, login in ((one, "u1"), (two, "u2")):
        row["identifiers"].append({"namespace": "login", "value": login, "verified": True})
    put(store, one, two)
    run(store)
    assert grouped(store) == sets("a1", "a2")


def test_a_mixed_file_gives_persons_and_organisations_with_their_relations(store: GraphStore) -> None:
    rows = [
        person("p1", None, "email:ann@example.com", relations=[relation("employed_by", "lei", "5493001KJTIIGC8Y1R12")],
               **ANN),
        organisation("o1", "Acme Holding", identifiers=[{"namespace": "lei", "value": "5493001KJTIIGC8Y1R12"}]),
        organisation("o2", "Acme Works", relations=[relation("subsidiary_of", "record", "crm/o1")]),
    ]  # fmt: skip
    put(store, *rows)
    report = run(store)
    assert (report.persons, report.organisations, report.unresolved) == (1, 2, {})
    with store.reading(LOCAL) as reader:
        number = {row["key"]: row["id"] for row in reader.scan("record").to_pylist()}
        (job,), (owned,) = reader.scan("employed_by").to_pylist(), reader.scan("subsidiary_of").to_pylist()
        assert (job["start"], job["end"], job["declared"]) == (number["crm/p1"], number["crm/o1"], True)
        assert (owned["start"], owned["end"]) == (number["crm/o2"], number["crm/o1"])
        assert {row["ultimate"] for row in reader.scan("organisation").to_pylist()} == {number["crm/o1"]}


def _model(reader: Reader) -> str:
    (row,) = reader.get("document", "id", ["model:person"])
    version: str = json.loads(row["body"])["version"]
    return version


def test_training_happens_when_it_is_asked_for(store: GraphStore) -> None:
    put(store, *people())
    shipped = run(store, "never").models["person"]
    assert shipped == untrained(Kind.PERSON).version
    assert run(store, "auto").models["person"] == shipped
    trained = run(store, "always").models["person"]
    assert trained != shipped
    assert run(store, "never").models["person"] == trained
    with store.reading(LOCAL) as reader:
        assert _model(reader) == trained


class Failing:
    """An engine that finds no candidates because it breaks."""

    name = "failing"

    def candidates(self, keys: pa.Table, rules: list[BlockingRule], refine: list[str]) -> Candidates:
        """Break."""
        raise StoreError("the disk is full")


def test_a_resolve_that_fails_leaves_no_trace(store: GraphStore, monkeypatch: pytest.MonkeyPatch) -> None:
    put(store, *people())
    before = positions(store)
    engine: Any = Failing()
    with pytest.raises(StoreError, match="the disk is full"):
        resolve(store, LOCAL, engine, "never")

    def breaks(*_: object) -> None:
        raise StoreError("broken at the end")

    monkeypatch.setattr(resolving, "_count", breaks)
    with pytest.raises(StoreError, match="broken at the end"):
        run(store)
    monkeypatch.undo()
    with store.reading(LOCAL) as reader:
        assert reader.count("person") == reader.count("match") == reader.count("component") == 0
    assert positions(store) == before
    assert run(store).persons == 3


class Told:
    """Remembers what it was told."""

    def __init__(self) -> None:
        self.stages: list[tuple[str, int | None]] = []
        self.done = 0

    def stage(self, name: str, total: int | None = None) -> None:
        """A stage begins."""
        self.stages.append((name, total))

    def advance(self, done: int) -> None:
        """So many rows more."""
        self.done += done


def test_stages_are_told_and_timed(store: GraphStore) -> None:
    told = Told()
    watch = Stopwatch(told)
    load(store, LOCAL, Given(batch(people()[:2]), batch(people()[2:])), "people", watch=watch)
    assert (told.stages, told.done) == ([("load people", None), ("write indexes", None)], 5)
    report = run(store, watch=watch)
    names = [name for name, _ in told.stages[2:]]
    expected = ["encode", "candidates", "train", "score", "merge trees", "components"]
    ending = ["entities", "households", "write", "commit"]
    assert names == ["read", *(f"person: {name}" for name in expected), *ending]
    assert set(report.seconds) == {"load people", "write indexes", *names}
    assert all(seconds >= 0 for seconds in report.seconds.values())


def test_the_order_of_records_only_chooses_the_ids(store: GraphStore) -> None:
    put(store, *reversed(people()))
    run(store)
    assert grouped(store) == sets("a1 a2", "b1 b2", "c1")


def test_the_summary_is_kept_with_the_resolve(store: GraphStore) -> None:
    put(store, *people())
    report = run(store)
    with store.reading(LOCAL) as reader:
        (row,) = reader.get("document", "id", [resolving.SUMMARY])
    kept = json.loads(row["body"])
    assert (kept["persons"], kept["written"]) == (report.persons, report.written)


def test_plain_components_chain_where_merge_trees_do_not(store: GraphStore) -> None:
    put(
        store,
        person("a", "2025-01-01", "email:ann@example.com", **ANN),
        person("b", "2025-01-01", "email:ann@example.com", "email:ben@example.com"),
        person("c", "2025-01-01", "email:ben@example.com", **BEN),
    )
    run(store)
    with store.reading(LOCAL) as reader:
        assert len(groups(reader)) == 2
    run(store, linkage="components")
    with store.reading(LOCAL) as reader:
        assert len(groups(reader)) == 1
