"""Corporate hierarchies: ultimate parents of all organisations at once, against networkx on random ones."""

from dataclasses import replace
from typing import Any

import networkx as nx
import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from spine.ports import arrow_schema
from spine.resolution.control import Stakes, controllers, followed, ultimate
from spine.resolution.organisation_facts import organisation_table
from spine.resolution.organisations import Hierarchy, hierarchy, shares
from spine.resolution.resolved import Resolved


def registered(size: int, owned: list[dict[str, Any]], labels: list[int] | None = None) -> Resolved:
    """`size` records of organisations with LEI `L1`, `L2` …; `owned` rows have child and parent numbers or texts."""
    relations = [
        {"row": row["child"] - 1, "kind": "subsidiary_of", "namespace": row.get("namespace", "lei"),
         "value": row["parent"] if isinstance(row["parent"], str) else f"L{row['parent']}"}
        | {name: row.get(name) for name in ("share", "role", "valid_from", "valid_to")}
        for row in owned
    ]  # fmt: skip
    return Resolved(
        records=pa.table(
            {
                "id": pa.array(range(1, size + 1), pa.int64()),
                "source": pa.array(["gleif"] * size, pa.string()),
                "record_id": pa.array([f"r{i}" for i in range(1, size + 1)], pa.string()),
            }
        ),
        fields=pa.table({"organisation": pa.array([f"firm {i}" for i in range(1, size + 1)], pa.string())}),
        extras=pa.table({"organisation_name": pa.array([f"Firm {i} Ltd" for i in range(1, size + 1)], pa.string())}),
        person=np.full(size, -1),
        organisation=np.array(labels or range(1, size + 1)),
        claims=pa.table(
            {
                "row": pa.array(range(size), pa.int64()),
                "namespace": pa.array(["lei"] * size, pa.string()),
                "value": pa.array([f"L{i}" for i in range(1, size + 1)], pa.string()),
                "identifier": pa.array(range(size), pa.int64()),
            }
        ),
        relations=pa.Table.from_pylist(relations) if relations else pa.table({"row": pa.array([], pa.int64()),
                                                                              "kind": pa.array([], pa.string())}),
    )  # fmt: skip


def tops(found: Hierarchy) -> dict[int, int]:
    return dict(zip(found.id.tolist(), found.ultimate.tolist(), strict=True))


@given(st.lists(st.integers(0, 30), min_size=1, max_size=31))
def test_ultimate_parents_are_those_of_networkx(parents: list[int]) -> None:
    """A random functional graph; a self-loop means no parent."""
    size = len(parents)
    target = np.array([parent % size for parent in parents])
    graph = nx.DiGraph([(at, int(to)) for at, to in enumerate(target)])
    graph.remove_edges_from([(at, at) for at in range(size)])
    graph.add_nodes_from(range(size))
    loops = {node: min(group) for group in nx.strongly_connected_components(graph) if len(group) > 1 for node in group}
    top, cycle = ultimate(target)
    assert set(np.flatnonzero(cycle).tolist()) == set(loops)
    for node in range(size):
        sinks = {end for end in nx.descendants(graph, node) | {node} if end in loops or not graph.out_degree(end)}
        assert {loops.get(end, end) for end in sinks} == {int(top[node])}


STAKES = st.lists(
    st.tuples(st.integers(0, 7), st.integers(0, 7), st.sampled_from([20.0, 30.0, 60.0, 60.0, 90.0])), max_size=30
)


def stakes(edges: list[tuple[int, int, float]]) -> Stakes:
    child, parent = (np.array([edge[at] for edge in edges], dtype=np.int64) for at in (0, 1))
    share = np.array([edge[2] for edge in edges])
    return Stakes(child, parent, share, share > 50, share)


@given(STAKES)
def test_of_several_parents_the_strongest_usable_one_is_followed(edges: list[tuple[int, int, float]]) -> None:
    target = followed(8, stakes(edges))
    for node in range(8):
        best = sorted((-s, p) for c, p, s in edges if c == node and s > 50)
        assert target[node] == (best[0][1] if best else node)


@given(STAKES)
def test_nobody_is_left_out_of_a_group_that_holds_more_than_half_of_it(edges: list[tuple[int, int, float]]) -> None:
    edges = sorted({(c, p): (c, p, s) for c, p, s in edges if c != p}.values())
    target, top, cycle = controllers(8, stakes(edges))
    owned = {(c, p) for c, p, _ in edges}
    for node in range(8):
        assert target[node] == node or (node, int(target[node])) in owned
        assert top[node] == top[target[node]]
        if target[node] == node:
            held: dict[int, float] = {}
            for child, parent, share in edges:
                if child == node and top[parent] != node:
                    held[int(top[parent])] = held.get(int(top[parent]), 0) + share
            assert max(held.values(), default=0) <= 50
            assert not cycle[node]


def test_a_group_controls_what_its_members_hold_together() -> None:
    owned = [
        {"child": 2, "parent": 1, "share": "60"}, {"child": 3, "parent": 1, "share": "80"},
        {"child": 4, "parent": 2, "share": "30"}, {"child": 4, "parent": 3, "share": "25"},
        {"child": 5, "parent": 4, "share": "40"}, {"child": 5, "parent": 1, "share": "20"},
    ]  # fmt: skip
    found = hierarchy(registered(5, owned))
    assert tops(found) == dict.fromkeys(range(1, 6), 1)
    assert found.controller.tolist() == [-1, 1, 1, 2, 4]
    assert not any(edge["controlling"] for edge in found.subsidiary_of.to_pylist() if edge["start"] > 3)
    assert found.groups == 1


@pytest.mark.parametrize(
    ("share", "role", "controls"),
    [
        ("40", "controlling shareholder", True), ("40", None, False), (None, None, True), (None, "branch", True),
        (None, "IS_FUND-MANAGED_BY fund manager", False), (None, "minority shareholder", False),
        ("80", "associate", True), ("50", "joint venture", False), (None, "not controlling", False),
    ],
)  # fmt: skip
def test_a_source_may_say_that_a_parent_controls_or_does_not(
    share: str | None, role: str | None, controls: bool
) -> None:
    found = hierarchy(registered(2, [{"child": 1, "parent": 2, "share": share, "role": role}]))
    assert found.subsidiary_of["controlling"].to_pylist() == [controls]
    assert tops(found)[1] == (2 if controls else 1)


def test_what_the_ultimate_parent_is_said_to_hold_is_not_held_twice() -> None:
    owned = [
        {"child": 2, "parent": 1, "share": "30", "role": "minority"},
        {"child": 2, "parent": 3, "share": "30", "role": "ultimate, minority"}, {"child": 1, "parent": 3},
    ]  # fmt: skip
    assert tops(hierarchy(registered(3, owned)))[2] == 2


def test_a_chain_ends_at_the_top() -> None:
    found = hierarchy(registered(4, [{"child": 1, "parent": 2}, {"child": 2, "parent": 3}, {"child": 4, "parent": 3}]))
    assert tops(found) == {1: 3, 2: 3, 3: 3, 4: 3}
    assert (found.parents.tolist(), found.children.tolist()) == ([1, 1, 0, 1], [0, 1, 2, 0])
    assert not found.cycle.any()


def test_a_cycle_is_reported_and_has_its_smallest_member_on_top() -> None:
    owned = [{"child": a, "parent": b} for a, b in ((5, 4), (4, 3), (3, 2), (2, 4), (1, 5))]
    found = hierarchy(registered(6, owned))
    assert found.cycles == [[2, 3, 4]]
    assert found.cycle.tolist() == [False, True, True, True, False, False]
    assert tops(found) == {1: 2, 2: 2, 3: 2, 4: 2, 5: 2, 6: 6}


def test_all_parents_are_kept_and_the_controlling_one_is_followed() -> None:
    owned = [{"child": 1, "parent": 2, "share": "30%"}, {"child": 1, "parent": 3, "share": "0.7"}]
    found = hierarchy(registered(3, owned))
    edges = found.subsidiary_of.to_pylist()
    assert [(edge["end"], edge["share"], edge["controlling"]) for edge in edges] == [(2, 30, False), (3, 70, True)]
    assert tops(found)[1] == 3
    assert found.subsidiary_of.schema == arrow_schema("subsidiary_of")


def test_a_minority_share_controls_nothing() -> None:
    found = hierarchy(
        registered(3, [{"child": 1, "parent": 2, "share": "50"}, {"child": 1, "parent": 3, "share": "50"}])
    )
    assert tops(found)[1] == 1
    assert found.parents.tolist() == [2, 0, 0]


def test_a_declared_ultimate_parent_does_not_hide_the_direct_one() -> None:
    owned = [{"child": 1, "parent": 2, "role": "ultimate"}, {"child": 1, "parent": 3, "role": "direct"}]
    assert tops(hierarchy(registered(3, owned)))[1] == 3


@pytest.mark.parametrize(("as_of", "top"), [(None, 1), ("2019-12-31", 2), ("2020-01-01T10:00", 2), ("2020-01-02", 1)])
def test_an_ended_edge_is_kept_and_not_followed(as_of: str | None, top: int) -> None:
    found = hierarchy(registered(2, [{"child": 1, "parent": 2, "valid_to": "2020-01-01"}]), as_of)
    assert tops(found)[1] == top
    assert found.subsidiary_of["current"].to_pylist() == [False]


@pytest.mark.parametrize(("observed", "top"), [("2019-06-01", 2), ("2020-06-01", 1), (None, 1)])
def test_an_edge_holds_that_had_not_ended_when_it_was_declared(observed: str | None, top: int) -> None:
    seen = registered(2, [{"child": 1, "parent": 2, "valid_to": "2020-01-01"}])
    at = seen.records.schema.get_field_index("observed_at")
    seen = replace(seen, records=seen.records.set_column(at, "observed_at", pa.array([observed, None], pa.string())))
    assert tops(hierarchy(seen))[1] == top


def test_an_edge_of_the_future_is_not_followed_yet() -> None:
    found = hierarchy(registered(2, [{"child": 1, "parent": 2, "valid_from": "2030"}]), "2024-06-01")
    assert tops(found)[1] == 1


def test_targets_are_found_by_record_key_too_and_the_lost_are_counted() -> None:
    owned = [
        {"child": 1, "parent": "gleif/r2", "namespace": "record"},
        {"child": 2, "parent": "L99"},
        {"child": 2, "parent": "gleif/r99", "namespace": "record"},
        {"child": 3, "parent": 3},
    ]
    found = hierarchy(registered(3, owned))
    assert tops(found) == {1: 2, 2: 2, 3: 3}
    assert found.unresolved == {"lei": 1, "record": 1}
    assert found.itself == 1


def test_records_of_one_organisation_share_their_parent() -> None:
    found = hierarchy(registered(4, [{"child": 2, "parent": 4}], labels=[1, 1, 3, 3]))
    assert tops(found) == {1: 3, 3: 3}


def test_shares_are_read_in_per_cent() -> None:
    read = shares(pa.chunked_array([["51%", "0.51", "51,5", "1", "1%", "n/a", None, "140"]]))
    assert np.array_equal(read, [51, 51, 51.5, 100, 1, np.nan, np.nan, np.nan], equal_nan=True)


def test_the_organisation_table_shows_the_place_in_the_group() -> None:
    resolved = registered(3, [{"child": 1, "parent": 2}, {"child": 2, "parent": 1}])
    table = organisation_table(resolved, hierarchy(resolved), flags={2: ["bridge"]})
    assert table.schema == arrow_schema("organisation")
    assert table["name"].to_pylist() == ["Firm 1 Ltd", "Firm 2 Ltd", "Firm 3 Ltd"]
    assert table["ultimate"].to_pylist() == [1, 1, 3]
    assert table["cycle"].to_pylist() == [True, True, False]
    assert table["flags"].to_pylist() == [[], ["bridge"], []]
    assert table["namespaces"].to_pylist() == [["lei"]] * 3


def test_without_organisations_there_is_no_hierarchy() -> None:
    found = hierarchy(registered(0, []))
    assert (found.subsidiary_of.num_rows, len(found.id), found.cycles) == (0, 0, [])
