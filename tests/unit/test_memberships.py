"""Who belongs to whom over the whole graph, against cutting one component at a time."""

from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from spine.access.context import LOCAL
from spine.domain.graph import GRAPH
from spine.domain.ids import encode_id
from spine.domain.vocabulary import Kind
from spine.errors import ModelError, QueryError
from spine.memberships import entity_numbers, live_records, memberships, public_ids, read_forest
from spine.ports import Cause, GraphStore, Writer, arrow_schema
from spine.resolution.cutting import cophenetic, cut
from spine.resolution.merge_tree import build
from spine.resolution.packing import pack
from spine.resolution.trees import Trees
from spine.stores.memory import MemoryStore


def put(writer: Writer, table: str, rows: list[dict[str, object]]) -> None:
    blank = dict.fromkeys(GRAPH[table].names)
    writer.put(table, pa.Table.from_pylist([{**blank, **row} for row in rows], arrow_schema(table)))


def record(number: int, kind: str = "person", live: bool = True) -> dict[str, object]:
    return {"id": number, "key": f"s/{number}", "source": "s", "record_id": f"r{number}", "kind": kind, "live": live}


def trees_of(sizes: list[int], weights: list[int]) -> Trees:
    """The merge trees of components of these sizes, with weights taken in turn."""
    labels = np.repeat(np.arange(len(sizes)), sizes)
    labels = np.cumsum([0, *sizes[:-1]])[labels]
    pairs = [(a, b) for a in range(len(labels)) for b in range(a + 1, len(labels)) if labels[a] == labels[b]]
    left, right = (np.array([pair[side] for pair in pairs], np.int64) for side in (0, 1))
    weight = np.resize(np.array(weights, np.int64), len(pairs))
    return build(np.arange(len(labels)), labels, left, right, weight)


def filled(sizes: list[int], trees: Trees) -> GraphStore:
    """A store whose record numbers run against the order of the trees."""
    total = sum(sizes)
    store = MemoryStore()
    with store.writing(LOCAL, Cause("resolve")) as writer:
        put(writer, "record", [record(number) for number in range(1, total + 1)])
        put(writer, "component", [
            {"id": index + 1, "kind": "person", "value": pack(trees.tree(index)),
             "members": (total - trees.members(index)).tolist()}
            for index in range(len(trees))
        ])  # fmt: skip
    return store


SIZES = st.lists(st.integers(1, 5), min_size=1, max_size=5)
WEIGHTS = st.lists(st.integers(-12_000, 22_000), min_size=1, max_size=30)


@settings(max_examples=60, deadline=None)
@given(SIZES, WEIGHTS, st.integers(-12_000, 22_000))
def test_cutting_all_at_once_is_cutting_one_after_the_other(sizes: list[int], weights: list[int], height: int) -> None:
    trees, total = trees_of(sizes, weights), sum(sizes)
    with filled(sizes, trees) as store, store.reading(LOCAL) as reader:
        records = live_records(reader, Kind.PERSON)["id"].to_numpy()
        got = entity_numbers(records, read_forest(reader, Kind.PERSON), height)
    expected = {number: number for number in range(1, total + 1)}
    for index in range(len(trees)):
        members, clusters = total - trees.members(index), cut(trees.tree(index), height)
        for cluster in set(clusters.tolist()):
            inside = members[clusters == cluster].tolist()
            expected.update(dict.fromkeys(inside, min(inside)))
    assert dict(zip(records.tolist(), got.tolist(), strict=True)) == expected


@settings(max_examples=40, deadline=None)
@given(SIZES, WEIGHTS)
def test_the_order_of_joins_brings_clusters_together_as_the_trees_say(sizes: list[int], weights: list[int]) -> None:
    trees = trees_of(sizes, weights)
    with filled(sizes, trees) as store, store.reading(LOCAL) as reader:
        forest = read_forest(reader, Kind.PERSON)
    clusters = {member: {member} for member in range(len(forest.records))}
    heights = {}
    for member in forest.order.tolist():
        into = int(forest.into[member])
        pairs = {frozenset((one, other)) for one in clusters[into] for other in clusters[member]}
        heights.update(dict.fromkeys(pairs, int(forest.height[member])))
        clusters[into] |= clusters.pop(member)
    base = 0
    for index in range(len(trees)):
        together = cophenetic(trees.tree(index))
        for one in range(len(together)):
            for other in range(one):
                expected = heights.get(frozenset((base + one, base + other)))
                assert (together[one, other] if expected is not None else None) == expected
        base += len(together)


@given(st.lists(st.integers(-(2**63), 2**63 - 1), max_size=20))
def test_public_ids_of_a_column_are_those_of_each(numbers: list[int]) -> None:
    column = public_ids("person", np.array(numbers, np.int64))
    assert column.to_pylist() == [encode_id("person", number) for number in numbers]


def test_deleted_records_and_other_kinds_have_no_place() -> None:
    with MemoryStore() as store:
        with store.writing(LOCAL, Cause("record")) as writer:
            put(writer, "record", [record(1), record(2, live=False), record(3, "organisation")])
        with store.reading(LOCAL) as reader:
            assert memberships(reader, "person", 0.95).to_pylist() == [
                {"source": "s", "record_id": "r1", "entity_id": encode_id("person", 1)}
            ]
            assert memberships(reader, "organisation", 0.95)["record_id"].to_pylist() == ["r3"]


def test_a_record_is_in_the_household_that_it_lives_in_now() -> None:
    stays = [
        {"start": 1, "end": 11, "valid_from": "2010", "valid_to": "2015"},
        {"start": 1, "end": 12, "valid_from": "2015", "valid_to": None},
        {"start": 2, "end": 11, "valid_from": "2010", "valid_to": "2015"},
    ]
    with MemoryStore() as store:
        with store.writing(LOCAL, Cause("resolve")) as writer:
            put(writer, "record", [record(1), record(2), record(3)])
            put(writer, "household", [{"id": 11}, {"id": 12}])
            put(writer, "resides_in", stays)
        with store.reading(LOCAL) as reader:
            found = {row["record_id"]: row["entity_id"] for row in memberships(reader, "household", 0.95).to_pylist()}
    assert found == {"r1": encode_id("household", 12), "r2": encode_id("household", 11)}


def test_a_confidence_that_is_none_and_a_store_without_a_model_are_refused(tmp_path: Path) -> None:
    with filled([2], trees_of([2], [9000])) as store, store.reading(LOCAL) as reader:
        with pytest.raises(QueryError, match=r"confidence is 1\.5.*between 0 and 1"):
            memberships(reader, "person", 1.5)
        with pytest.raises(ModelError, match=r"no model for person records\. Run `spine resolve` first"):
            memberships(reader, "person", 0.95)
