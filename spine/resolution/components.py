"""Which records belong to one component, and every pair of records inside one."""

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

Ints = NDArray[np.int64]
Pairs = tuple[NDArray[Any], NDArray[Any]]
"""Two columns of row numbers, one pair per place; which end stands first means nothing."""

FEW = 200
"""Up to so many rows and pairs are connected in Python."""
NO_PAIRS: Pairs = (np.empty(0, np.int64), np.empty(0, np.int64))


def connected(size: int, left: NDArray[Any], right: NDArray[Any]) -> Ints:
    """For each of `size` rows the smallest row number of its connected component, int64[size].

    `left` and `right` are the ends of the connecting pairs, in any order, repeats allowed.
    """
    if size == 0 or len(left) == 0:
        return np.arange(size, dtype=np.int64)
    if size <= FEW and len(left) <= FEW:
        return _connected_few(size, left.tolist(), right.tolist())
    graph = coo_array((np.ones(len(left)), (left, right)), shape=(size, size)).tocsr()
    count, number = connected_components(graph, directed=False)
    smallest = np.full(count, size, np.int64)
    np.minimum.at(smallest, number, np.arange(size, dtype=np.int64))
    return smallest[number]


def _connected_few(size: int, left: list[int], right: list[int]) -> Ints:
    """The same for a few rows, whose graph costs more to set up than to walk."""
    root = list(range(size))
    for one, other in zip(left, right, strict=True):
        while root[one] != one:
            one = root[one]
        while root[other] != other:
            other = root[other]
        root[max(one, other)] = min(one, other)
    for at in range(size):
        # Roots go before: what they point at is settled.
        root[at] = root[root[at]]
    return np.array(root, np.int64)


def inside_pairs(labels: NDArray[Any], cap: int | None = None) -> tuple[Ints, Ints, list[Ints]]:
    """Every pair of rows that share a label, `left` < `right`, and apart the rows of each component above `cap`.

    Labels are those of `connected`. Components of more than `cap` rows give no pairs here: their rows come as a list
    of arrays, so that the caller can go through them one at a time.
    """
    lefts, rights = [NO_PAIRS[0]], [NO_PAIRS[1]]
    large: list[Ints] = []
    for rows in size_classes(labels):
        count = rows.shape[1]
        if cap is not None and count > cap:
            large.extend(rows)
            continue
        one, other = np.triu_indices(count, 1)
        lefts.append(rows[:, one].ravel())
        rights.append(rows[:, other].ravel())
    return np.concatenate(lefts), np.concatenate(rights), large


def size_classes(labels: NDArray[Any]) -> Iterator[Ints]:
    """The rows of components of two or more, as one array [components, size] per size, rows ascending in each."""
    order = np.argsort(labels, kind="stable").astype(np.int64)
    start, sizes = runs(labels[order])
    for size in np.unique(sizes[sizes > 1]):
        yield order[start[:-1][sizes == size][:, None] + np.arange(size)]


def runs(ordered: NDArray[Any]) -> tuple[Ints, Ints]:
    """Offsets (one more than there are runs) and lengths of the runs of equal values in a sorted column."""
    if len(ordered) == 0:
        return np.zeros(1, np.int64), np.empty(0, np.int64)
    start = np.concatenate(([0], np.flatnonzero(ordered[1:] != ordered[:-1]) + 1, [len(ordered)])).astype(np.int64)
    return start, np.diff(start)
