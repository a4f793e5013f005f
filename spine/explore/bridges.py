"""Links whose removal parts a graph in two, found for millions of links by array operations."""

from typing import Any

import numpy as np
from scipy.sparse import coo_array
from scipy.sparse.csgraph import breadth_first_order

from spine.resolution.components import Ints

Hashes = np.ndarray[Any, np.dtype[np.uint64]]


def bridges(left: Ints, right: Ints, component: Ints) -> tuple[Ints, Ints, Ints]:
    """The bridges of a graph: their two ends, and how many nodes hang on the side of the second.

    Links are distinct pairs of nodes; `component` is the smallest node of each node's component. Every other link gets
    a random number, and a link of a spanning tree the xor of those that go round it: a bridge has none, so zero
    (Pritchard and Thurimella 2011, cycle space sampling; wrong once in 2**64).
    """
    size = len(component)
    if not len(left):
        return left, right, left
    parent, order = _spanning(left, right, component)
    around = _going_round(left, right, parent, size)
    below = np.ones(size + 1, np.int64)
    for begin, end in reversed(_levels(parent, order)):
        nodes = order[begin:end]
        above = parent[nodes]
        # Breadth first, the children of one node stand together.
        first = np.flatnonzero(np.concatenate(([True], above[1:] != above[:-1])))
        around[above[first]] ^= np.bitwise_xor.reduceat(around[nodes], first)
        below[above[first]] += np.add.reduceat(below[nodes], first)
    nodes = np.arange(size)
    found = np.flatnonzero((around[:size] == 0) & (parent[:size] != size))
    return parent[found], nodes[found], below[found]


def _spanning(left: Ints, right: Ints, component: Ints) -> tuple[Ints, Ints]:
    """Each node's parent in a breadth-first forest, whose roots hang on one node more; and the order of visits."""
    size = len(component)
    roots = np.unique(component)
    ends = (np.concatenate((left, right, np.full(len(roots), size))), np.concatenate((right, left, roots)))
    graph = coo_array((np.ones(len(ends[0]), np.int8), ends), shape=(size + 1, size + 1)).tocsr()
    order, parent = breadth_first_order(graph, size, directed=True, return_predecessors=True)
    return parent.astype(np.int64), order.astype(np.int64)


def _going_round(left: Ints, right: Ints, parent: Ints, size: int) -> Hashes:
    """At each node the xor of the random numbers of its links outside the forest."""
    outside = (parent[left] != right) & (parent[right] != left)
    numbers = np.random.default_rng(0).integers(1, 1 << 63, int(outside.sum()), np.uint64)
    around = np.zeros(size + 1, np.uint64)
    for ends in (left[outside], right[outside]):
        np.bitwise_xor.at(around, ends, numbers)
    return around


def _levels(parent: Ints, order: Ints) -> list[tuple[int, int]]:
    """Where each level below the root begins and ends in the order of visits."""
    visited = np.empty(len(order), np.int64)
    visited[order] = np.arange(len(order))
    above = visited[parent[order[1:]]]
    levels, begin, end = [], 0, 1
    while end < len(order):
        begin, end = end, 1 + int(np.searchsorted(above, end))
        levels.append((begin, end))
    return levels
