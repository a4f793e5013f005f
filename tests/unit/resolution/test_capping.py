"""Cutting large components apart, against a plain recursive cut."""

import networkx as nx
import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from spine.resolution import capping, merge_tree
from spine.resolution.merge_tree import Policy


def columns(pairs):
    ordered = list(pairs)
    return np.array([a for a, _ in ordered], np.int64), np.array([b for _, b in ordered], np.int64)


def plain_cut(graph, held, cap):
    """Raise the threshold step by step until the component falls apart, and look at each piece again."""
    leaves = nx.empty_graph(graph.nodes)
    leaves.add_edges_from(pair for pair, kind in held.items() if kind == "copy")
    if nx.number_connected_components(leaves) <= cap:
        return [set(graph.nodes)]
    for least in sorted({weight for *_, weight in graph.edges(data="weight")}):
        rest = nx.Graph(graph)
        rest.remove_edges_from([(a, b) for a, b, weight in graph.edges(data="weight") if weight <= least])
        rest.add_edges_from(held)
        pieces = list(nx.connected_components(rest))
        if len(pieces) > 1:
            return [
                part
                for piece in pieces
                for part in plain_cut(
                    graph.subgraph(piece), {pair: kind for pair, kind in held.items() if pair[0] in piece}, cap
                )
            ]
    return [set(graph.nodes)]


@st.composite
def large_components(draw):
    size = draw(st.integers(2, 11))
    weights = st.integers(0, 5) | st.integers(0, 30_000)
    # A spanning chain keeps it one component.
    pairs = {(draw(st.integers(0, row - 1)), row): draw(weights) for row in range(1, size)}
    for _ in range(draw(st.integers(0, 12))):
        a, b = sorted(draw(st.lists(st.integers(0, size - 1), min_size=2, max_size=2, unique=True)))
        pairs.setdefault((a, b), draw(weights | st.integers(-9_000, -1)))
    held = draw(st.dictionaries(st.sampled_from(sorted(pairs)), st.sampled_from(["same", "copy"]), max_size=3))
    return size, pairs, held, draw(st.integers(1, 6))


def split(size, pairs, held, cap, seed):
    """The pieces when the rows stand in a random order beside another, small component."""
    rng = np.random.default_rng(seed)
    row = rng.permutation(size + 2)
    labels = np.empty(size + 2, np.int64)
    labels[row[:size]] = row[:size].min()
    labels[row[size:]] = row[size:].min()
    left, right = columns([*pairs, (size, size + 1)])
    weight = np.array([*pairs.values(), 1], np.int64)
    order = rng.permutation(len(weight))
    chosen = {
        kind: tuple(row[end] for end in columns(pair for pair, value in held.items() if value == kind))
        for kind in ("same", "copy")
    }
    out = capping.split(
        labels, row[left[order]], row[right[order]], weight[order], same=chosen["same"], copies=chosen["copy"], cap=cap
    )
    assert out[row[size:]].tolist() == ([row[size:].min()] * 2 if cap > 1 else row[size:].tolist())
    pieces = {label: set(np.flatnonzero(out[row[:size]] == label).tolist()) for label in set(out[row[:size]].tolist())}
    assert all(label == min(row[member] for member in piece) for label, piece in pieces.items())
    return sorted(map(sorted, pieces.values()))


@settings(max_examples=200, deadline=None)
@given(large_components(), st.integers(0, 2**32))
def test_pieces_are_those_of_a_plain_recursive_cut_whatever_the_order(case, seed):
    size, pairs, held, cap = case
    graph = nx.Graph()
    graph.add_nodes_from(range(size))
    graph.add_weighted_edges_from((a, b, weight) for (a, b), weight in pairs.items() if weight >= 0)
    assert split(size, pairs, held, cap, seed) == sorted(map(sorted, plain_cut(graph, held, cap)))


def test_only_pieces_still_above_the_cap_are_cut_again():
    # 0-1-2-3 is held by 9, 5 and 9, and hangs by 1 on 4-5-6-7-8, held by 2, 3, 4 and 4.
    pairs = {(0, 1): 9, (1, 2): 5, (2, 3): 9, (3, 4): 1, (4, 5): 2, (5, 6): 3, (6, 7): 4, (7, 8): 4}
    assert split(9, pairs, {}, 4, 0) == [[0, 1, 2, 3], [4], [5, 6, 7, 8]]
    assert split(9, pairs, {}, 3, 0) == [[0, 1], [2, 3], [4], [5], [6, 7, 8]]


def test_judgements_hold_a_piece_together_above_the_cap():
    pairs = {(0, 1): 9, (1, 2): 5, (2, 3): 9}
    held = dict.fromkeys(pairs, "same")
    assert split(4, pairs, held, 2, 0) == [[0, 1, 2, 3]]
    assert split(4, pairs, held, 1, 0) == [[0, 1, 2, 3]]


def test_trees_of_a_component_above_the_cap_are_those_of_its_pieces():
    rng = np.random.default_rng(3)
    size = 12
    left, right = np.triu_indices(size, 1)
    weight = np.where(left // 4 == right // 4, 9_000, -2_000) + rng.integers(-500, 500, len(left))
    weight[(left == 3) & (right == 4)] = 1_000
    weight[(left == 7) & (right == 8)] = 2_000
    order = np.arange(size)
    policy = Policy(cap=8)
    trees = merge_tree.build(order, np.zeros(size), left, right, weight, policy=policy)
    assert [trees.members(one).tolist() for one in range(2)] == [[0, 1, 2, 3], list(range(4, 12))]
    assert trees.capped.tolist() == [True, True]
    labels = np.repeat([0, 4], [4, 8])
    assert np.array_equal(capping.split(np.zeros(size), left, right, weight, cap=8), labels)
    cut = capping.cut_apart(np.zeros(size), np.where(order < 10, 0, order))
    assert cut.all()
    alone = merge_tree.build(order, labels, left, right, weight, policy=policy)
    assert alone.capped.tolist() == [False, False]
    marked = merge_tree.build(order, labels, left, right, weight, policy=policy, capped=order < 4)
    assert marked.capped.tolist() == [True, False]
    for name in ("rows", "into", "height", "step", "weights"):
        assert np.array_equal(getattr(trees, name), getattr(alone, name))


def test_copies_count_once_towards_the_cap():
    left, right = np.triu_indices(4, 1)
    weight = np.full(6, 25_000)
    rows, policy = np.arange(4), Policy(cap=2)
    trees = merge_tree.build(rows, np.zeros(4), left, right, weight, group=np.array([0, 0, 1, 1]), policy=policy)
    assert trees.members(0).tolist() == [0, 1, 2, 3]
    apart = merge_tree.build(rows, np.zeros(4), left, right, weight, group=rows, policy=policy)
    assert len(apart) == 0
