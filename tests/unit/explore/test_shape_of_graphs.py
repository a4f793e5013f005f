"""Metrics, communities and paths, each against networkx on random graphs, and by eye on the hand-made one."""

from collections.abc import Iterator
from contextlib import AbstractContextManager

import hand_made
import networkx as nx
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rows import record, row, rows

from spine.access.context import LOCAL
from spine.bootstrap import open_store
from spine.domain.ids import encode_id
from spine.errors import BadId, NotFound, QueryError
from spine.explore.bridges import bridges
from spine.explore.communities import communities, propagated
from spine.explore.graph import Place
from spine.explore.metrics import graph_metrics
from spine.explore.paths import MAX_STEPS, paths, place_named
from spine.explore.topology import read_topology
from spine.ports import Cause, GraphStore, Reader
from spine.resolution.components import connected
from spine.settings import Settings

Links = set[tuple[int, int]]


@st.composite
def links(draw: st.DrawFn) -> tuple[int, Links]:
    """A number of nodes and links between them, few enough for bridges to be common."""
    size = draw(st.integers(1, 14))
    pair = st.tuples(st.integers(0, size - 1), st.integers(0, size - 1)).filter(lambda ends: ends[0] < ends[1])
    return size, draw(st.sets(pair, max_size=20)) if size > 1 else set()


def columns(found: Links) -> tuple[np.ndarray, np.ndarray]:
    ordered = np.array(sorted(found), np.int64).reshape(-1, 2)
    return ordered[:, 0], ordered[:, 1]


@settings(deadline=None)
@given(links())
def test_bridges_and_their_sides_are_those_of_networkx(drawn: tuple[int, Links]) -> None:
    size, found = drawn
    left, right = columns(found)
    one, other, below = bridges(left, right, connected(size, left, right))
    graph = nx.Graph(found)
    assert {frozenset(ends) for ends in zip(one.tolist(), other.tolist(), strict=True)} == {
        frozenset(ends) for ends in nx.bridges(graph)
    }
    for a, b, count in zip(one.tolist(), other.tolist(), below.tolist(), strict=True):
        cut = graph.copy()
        cut.remove_edge(a, b)
        assert count == len(nx.node_connected_component(cut, b))


def test_bridges_of_a_long_chain_are_all_its_links() -> None:
    size = 3000
    left, right = np.arange(size - 1), np.arange(1, size)
    assert len(bridges(left, right, np.zeros(size, np.int64))[0]) == size - 1


@settings(deadline=None)
@given(links())
def test_communities_never_reach_beyond_a_component(drawn: tuple[int, Links]) -> None:
    size, found = drawn
    left, right = columns(found)
    labels = propagated(size, left, right, np.ones(len(left)))
    component = connected(size, left, right)
    assert (component[labels] == component).all()
    assert (labels[labels] == labels).all()
    assert (labels <= np.arange(size)).all()


def test_two_cliques_on_one_link_are_two_communities_by_either_method() -> None:
    cliques = [(a, b) for base in (1, 7) for a in range(base, base + 6) for b in range(a + 1, base + 6)]
    with open_store("memory:", Settings()) as store, matched(store, [*cliques, (1, 7)]) as reader:
        graph = read_topology(reader, LOCAL)
        labels = propagated(graph.size, graph.left, graph.right, graph.weight)
        assert labels.tolist() == [0] * 6 + [6] * 6
        found = communities(reader, LOCAL, parted=True)
    assert (found.method, found.count, found.parted) == ("louvain", 2, 1)
    assert [(one.size, one.component, one.inside, one.outward) for one in found.largest] == [(6, 12, 15, 1)] * 2
    assert found.modularity == pytest.approx(nx.community.modularity(nx.Graph([*cliques, (1, 7)]),
                                                                     [range(1, 7), range(7, 13)]))  # fmt: skip


@settings(max_examples=30, deadline=None)
@given(links())
def test_metrics_and_paths_are_those_of_networkx(drawn: tuple[int, Links]) -> None:
    size, found = drawn
    graph = nx.Graph((a + 1, b + 1) for a, b in found)
    with open_store("memory:", Settings()) as store, matched(store, sorted(graph.edges), size) as reader:
        shape = graph_metrics(reader, LOCAL, first=50)
        assert (shape.nodes, shape.links) == (graph.number_of_nodes(), graph.number_of_edges())
        assert shape.components == nx.number_connected_components(graph)
        assert shape.density == pytest.approx(nx.density(graph) if len(graph) > 1 else 0)
        assert {one.node[1]: one.degree for one in shape.hubs} == dict(graph.degree)
        assert sum(one.size * one.components for one in shape.sizes) == shape.nodes
        assert [one.size for one in shape.largest] == sorted(map(len, nx.connected_components(graph)), reverse=True)
        assert sum(nodes for *_, nodes in shape.degrees.counts) == shape.nodes
        for end in range(1, size + 1):
            ways = paths(reader, LOCAL, ("record", 1), ("record", end), steps=MAX_STEPS, first=50)
            if 1 not in graph or end not in graph or not nx.has_path(graph, 1, end):
                assert ways.paths == () if end > 1 else ways.steps == 0
                continue
            assert [[number for _, number in way.nodes] for way in ways.paths] == sorted(
                nx.all_shortest_paths(graph, 1, end)
            )[:50]


def matched(store: GraphStore, pairs: list[tuple[int, int]], size: int = 0) -> AbstractContextManager[Reader]:
    """The store filled with records that these matches connect, open for reading."""
    numbers = sorted({end for pair in pairs for end in pair} | set(range(1, size + 1)))
    with store.writing(LOCAL, Cause("resolve")) as writer:
        writer.put("record", rows("record", *(record(number) for number in numbers)))
        writer.put("match", rows("match", *(row("match", start=a, end=b, weight=5000) for a, b in pairs)))
    return store.reading(LOCAL)


# ------------------------------------------------------------------------------------------------ the hand-made graph


@pytest.fixture(scope="module")
def filled() -> Iterator[GraphStore]:
    with open_store("memory:", Settings()) as store:
        hand_made.fill(store)
        yield store


@pytest.fixture
def reader(filled: GraphStore) -> Iterator[Reader]:
    with filled.reading(LOCAL) as opened:
        yield opened


def test_the_call_centre_is_the_hub_of_what_records_carry(reader: Reader) -> None:
    shape = graph_metrics(reader, LOCAL, ["carries"])
    assert (shape.hubs[0].node, shape.hubs[0].degree) == (("identifier", hand_made.CALL_CENTRE), 40)
    assert shape.rows[shape.hubs[0].node]["value"] == "+14155550199"
    assert shape.largest[0].hub == shape.hubs[0].node
    assert ("identifier", 1002) not in shape.rows, "an identifier that was given up holds nothing together"
    assert (shape.bridges[0].start_side, shape.bridges[0].end_side) == (5, 4)


def test_two_persons_hang_together_through_their_phone(reader: Reader) -> None:
    start = place_named(reader, LOCAL, encode_id("person", 1))
    found = paths(reader, LOCAL, start, ("person", 4), kinds=["resolves_to_person", "carries"])
    assert found.steps == 4
    assert all(way.nodes[2] == ("identifier", hand_made.PHONE) for way in found.paths)
    assert [edges[0].table for edges in found.paths[0].edges] == [
        "resolves_to_person", "carries", "carries", "resolves_to_person",
    ]  # fmt: skip
    assert not found.truncated
    assert paths(reader, LOCAL, start, ("person", 4)).steps == 2, "over the household they share it is shorter"


def test_a_hub_is_not_walked_through_in_full_and_the_answer_says_so(reader: Reader) -> None:
    ends = (("identifier", hand_made.CALL_CENTRE), ("person", 1))
    found = paths(reader, LOCAL, *ends, kinds=["carries", "resolves_to_person"])
    assert (found.steps, found.paths, found.truncated) == (None, (), True)


@pytest.mark.parametrize(
    ("named", "place"),
    [
        ("crm/1", ("record", 1)),
        ("email:Anna@Example.org", ("identifier", hand_made.EMAIL)),
        (encode_id("household", 1), ("household", 1)),
    ],
)
def test_ends_of_a_path_can_be_named_in_three_ways(reader: Reader, named: str, place: Place) -> None:
    assert place_named(reader, LOCAL, named) == place


def test_what_is_not_there_or_out_of_bounds_is_refused(reader: Reader) -> None:
    for named, error in (("crm/none", NotFound), ("email:no@example.org", NotFound), ("whatever", BadId)):
        with pytest.raises(error):
            place_named(reader, LOCAL, named)
    with pytest.raises(NotFound):
        paths(reader, LOCAL, ("person", 1), ("person", 999))
    for wrong in ({"steps": MAX_STEPS + 1}, {"first": 0}, {"kinds": ["in_component"]}):
        with pytest.raises(QueryError):
            paths(reader, LOCAL, ("person", 1), ("person", 4), **wrong)
    for question in (graph_metrics, communities):
        with pytest.raises(QueryError):
            question(reader, LOCAL, first=0)
        with pytest.raises(QueryError):
            question(reader, LOCAL, ["no"])


def test_an_empty_graph_has_a_shape_too() -> None:
    with open_store("memory:", Settings()) as store, store.reading(LOCAL) as reader:
        shape, groups = graph_metrics(reader, LOCAL), communities(reader, LOCAL)
    assert (shape.nodes, shape.components, shape.density, shape.bridges) == (0, 0, 0.0, ())
    assert (groups.count, groups.modularity, groups.largest) == (0, 0.0, ())
