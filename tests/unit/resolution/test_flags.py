"""Over-merge flags against networkx, and the thresholds they are raised at."""

from itertools import combinations

import networkx as nx
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from spine.resolution import flags, merge_tree
from spine.resolution.flags import ARTICULATION, BRIDGE, CAPPED, LOW_DENSITY, MANY_NAMES, Limits, over_merge


def trees_of(graphs, group=None):
    """Trees of components whose pairs weigh 1 where they are edges and -1 where not; all nodes numbered through."""
    nodes = sorted(node for graph in graphs for node in graph)
    labels = np.zeros(len(nodes), np.int64)
    pairs = []
    for graph in graphs:
        labels[sorted(graph)] = min(graph)
        pairs += [(a, b, 0 if graph.has_edge(a, b) else -1) for a, b in combinations(sorted(graph), 2)]
    left, right, weight = (np.array(column, np.int64) for column in zip(*pairs, strict=True))
    return merge_tree.build(np.arange(len(nodes)), labels, left, right, weight, group=group)


def weak_places(graph):
    """By taking every edge and every node out in turn."""
    out = set()
    whole = nx.number_connected_components(graph)
    for edge in graph.edges:
        rest = nx.Graph(graph)
        rest.remove_edge(*edge)
        if nx.number_connected_components(rest) > whole and all(
            len(nx.node_connected_component(rest, end)) > 1 for end in edge
        ):
            out.add(BRIDGE)
    for node in graph:
        around = nx.node_connected_component(graph, node) - {node}
        if sum(len(side) > 1 for side in nx.connected_components(graph.subgraph(around))) > 1:
            out.add(ARTICULATION)
    return out


@st.composite
def several(draw):
    graphs, base = [], 0
    for _ in range(draw(st.integers(1, 3))):
        size = draw(st.integers(2, 9))
        graph = nx.gnp_random_graph(size, draw(st.sampled_from([0.2, 0.35, 0.6, 1.0])), draw(st.integers(0, 2**31)))
        graphs.append(nx.relabel_nodes(graph, {node: node + base for node in graph}))
        base += size
    return graphs


@settings(max_examples=200, deadline=None)
@given(several(), st.sampled_from([3, 5, flags.TOGETHER]))
def test_weak_places_and_density_are_what_networkx_finds(graphs, together):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(flags, "TOGETHER", together)
        flagged = over_merge(trees_of(graphs), limits=Limits(density=0.5))
    for graph, found in zip(graphs, flagged, strict=True):
        expected = weak_places(graph) | ({LOW_DENSITY} if nx.density(graph) < 0.5 else set())
        assert found == (sorted(expected) if len(graph) >= flags.SMALLEST else [])


def test_two_people_chained_by_one_link_are_a_bridge():
    pair = nx.compose(nx.complete_graph(range(3)), nx.complete_graph(range(3, 6)))
    pair.add_edge(2, 3)
    assert over_merge(trees_of([pair])) == [[ARTICULATION, BRIDGE]]
    assert over_merge(trees_of([nx.complete_graph(6)])) == [[]]


def test_a_record_that_hangs_by_one_link_is_none():
    hanging = nx.complete_graph(5)
    hanging.add_edge(4, 5)
    assert over_merge(trees_of([hanging])) == [[]]


@pytest.mark.parametrize(("names", "expected"), [([1, 2, 3, 4, -1, 4], []), ([1, 2, 3, 4, -1, 5], [MANY_NAMES])])
def test_too_many_names(names, expected):
    assert over_merge(trees_of([nx.complete_graph(6)]), np.array(names), Limits(names=4)) == [expected]


def test_copies_are_no_evidence_of_chaining():
    path = nx.path_graph(4)
    trees = trees_of([path])
    assert over_merge(trees) == [[BRIDGE]]
    copied = merge_tree.build(
        np.arange(4),
        np.zeros(4),
        *np.triu_indices(4, 1),
        np.array([30_000, -1, -1, 0, -1, 0]),
        group=np.array([0, 0, 1, 2]),
    )
    assert over_merge(copied) == [[]]


def test_what_was_cut_at_the_cap_says_so():
    left, right = np.triu_indices(5, 1)
    weight = np.where((left < 3) == (right < 3), 9_000, 5)
    trees = merge_tree.build(np.arange(5), np.zeros(5), left, right, weight, policy=merge_tree.Policy(cap=3))
    assert over_merge(trees) == [[CAPPED], [CAPPED]]


def test_a_long_chain_is_walked_without_recursion():
    size = 1_500
    chain = [[near for near in (leaf - 1, leaf + 1) if 0 <= near < size] for leaf in range(size)]
    assert flags._weak_places(chain) == [ARTICULATION, BRIDGE]


def test_no_trees_have_no_flags():
    none = np.empty(0, np.int64)
    assert over_merge(merge_tree.build(none, none, none, none, none), names=none) == []
