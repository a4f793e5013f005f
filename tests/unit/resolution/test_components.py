"""Components and the pairs inside them, against networkx and plain enumeration."""

from itertools import combinations

import networkx as nx
import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from spine.resolution import components


def edges(size):
    row = st.integers(0, size - 1)
    return st.lists(st.tuples(row, row), max_size=2 * size)


graphs = st.integers(1, 12).flatmap(lambda size: st.tuples(st.just(size), edges(size)))


@given(graphs)
def test_labels_are_the_smallest_row_of_networkx_components(case):
    size, pairs = case
    graph = nx.empty_graph(size)
    graph.add_edges_from(pairs)
    expected = [0] * size
    for members in nx.connected_components(graph):
        for member in members:
            expected[member] = min(members)
    labels = components.connected(size, np.array([a for a, _ in pairs], int), np.array([b for _, b in pairs], int))
    assert labels.dtype == np.int64
    assert labels.tolist() == expected


def test_many_repeats_of_a_pair_still_connect():
    left = np.zeros(65_536, np.int64)
    assert components.connected(3, left, left + 2).tolist() == [0, 1, 0]


def test_no_rows_have_no_components():
    none = np.empty(0, np.int64)
    assert components.connected(0, none, none).tolist() == []
    assert [len(part) for part in components.inside_pairs(none)] == [0, 0, 0]


@given(st.lists(st.integers(0, 4), max_size=14), st.integers(1, 6) | st.none())
def test_every_pair_inside_a_component_comes_once_and_large_ones_apart(values, cap):
    labels = np.array([values.index(value) for value in values], np.int64)
    left, right, large = components.inside_pairs(labels, cap)
    members = {label: np.flatnonzero(labels == label).tolist() for label in set(labels.tolist())}
    expected = [pair for rows in members.values() if cap is None or len(rows) <= cap for pair in combinations(rows, 2)]
    assert sorted(zip(left.tolist(), right.tolist(), strict=True)) == sorted(expected)
    apart = [rows for rows in members.values() if cap is not None and len(rows) > max(cap, 1)]
    assert sorted(rows.tolist() for rows in large) == sorted(apart)
