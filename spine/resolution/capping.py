"""Components above the cap are cut apart at their weakest places: a function of that component alone."""

from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import minimum_spanning_tree

from spine.resolution.components import NO_PAIRS, Ints, Pairs, connected, runs
from spine.resolution.trees import CERTAIN


def split(
    labels: NDArray[Any],
    left: NDArray[Any],
    right: NDArray[Any],
    weight: NDArray[Any],
    *,
    same: Pairs = NO_PAIRS,
    copies: Pairs = NO_PAIRS,
    cap: int,
) -> Ints:
    """The labels after cutting every component of more than `cap` leaves: the smallest row of each piece.

    A component is cut at the lowest weight that splits it: pairs at or below that weight no longer connect. The pieces
    still above the cap are cut again, the others stay whole. Rows of `copies` are one leaf; they and `same` pairs are
    never cut, so a piece can stay above the cap where judgements alone hold it together. Connecting pairs are those
    with a weight of 0 up; others are ignored.
    """
    labels = labels.astype(np.int64)
    leaf = connected(len(labels), *copies)
    own = np.flatnonzero(leaf == np.arange(len(labels)))
    count = np.bincount(labels[own], minlength=len(labels))
    if count.max(initial=0) <= cap:
        return labels
    held = np.concatenate((copies[0], same[0])), np.concatenate((copies[1], same[1]))
    large = count > cap
    used = (weight >= 0) & large[labels[left]] & (labels[left] == labels[right])
    inside = large[labels[held[0]]]
    ends = np.concatenate((left[used], held[0][inside])), np.concatenate((right[used], held[1][inside]))
    strength = np.concatenate((weight[used], np.full(int(inside.sum()), CERTAIN))).astype(np.int64)
    rows = np.flatnonzero(large[labels])
    place = np.full(len(labels), -1, np.int64)
    place[rows] = np.arange(len(rows))
    one, other, strength = _spanning(len(rows), place[ends[0]], place[ends[1]], strength)
    out = labels.copy()
    out[rows] = rows[_pieces(leaf[rows] == rows, one, other, strength, cap)]
    return out


def cut_apart(before: NDArray[Any], after: NDArray[Any]) -> NDArray[np.bool_]:
    """For each row whether its component was cut, given the labels before and after `split`."""
    return np.isin(before, before[before != after])


def _spanning(size: int, one: Ints, other: Ints, strength: Ints) -> tuple[Ints, Ints, Ints]:
    """A forest of strongest pairs: at every threshold it connects what all pairs connect."""
    low, high = np.minimum(one, other), np.maximum(one, other)
    order = np.lexsort((-strength, high, low))
    low, high, strength = low[order], high[order], strength[order]
    start, _ = runs(low * size + high)
    first = start[:-1]
    # The library reads a stored 0 as "no pair", so the costs start at 1.
    cost = (2 * CERTAIN - strength[first] + 1).astype(np.float64)
    forest = minimum_spanning_tree(coo_array((cost, (low[first], high[first])), shape=(size, size)).tocsr()).tocoo()
    kept = (2 * CERTAIN + 1 - forest.data).astype(np.int64)
    return forest.row.astype(np.int64), forest.col.astype(np.int64), kept


def _pieces(counted: NDArray[np.bool_], one: Ints, other: Ints, strength: Ints, cap: int) -> Ints:
    """The first row of each row's piece: the largest components, over all thresholds, of at most `cap` leaves.

    Pairs are taken strongest first, those of one weight together; a component that outgrows the cap while doing so
    is above it at every lower threshold too, so the pieces are what stood just before.
    """
    size = len(counted)
    piece = np.arange(size, dtype=np.int64)
    root = list(range(size))
    leaves = counted.astype(np.int64).tolist()

    def find(row: int) -> int:
        while root[row] != row:
            root[row] = root[root[row]]
            row = root[row]
        return row

    order = np.argsort(-strength, kind="stable")
    start, _ = runs(-strength[order])
    kept_one: list[int] = []
    kept_other: list[int] = []
    for begin, end in zip(start[:-1].tolist(), start[1:].tolist(), strict=True):
        batch = [(int(one[pair]), int(other[pair])) for pair in order[begin:end]]
        certain = strength[order[begin]] >= CERTAIN
        for low, high in batch:
            a, b = sorted((find(low), find(high)))
            root[b] = a
            leaves[a] += leaves[b]
        fits = [pair for pair in batch if certain or leaves[find(pair[0])] <= cap]
        kept_one += [low for low, _ in fits]
        kept_other += [high for _, high in fits]
    if kept_one:
        piece = connected(size, np.array(kept_one), np.array(kept_other))
    return piece
