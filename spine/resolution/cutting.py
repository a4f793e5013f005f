"""Reading one tree: its clusters at a height, and how surely two members belong together."""

import numpy as np
from numpy.typing import NDArray

from spine.resolution.components import Ints
from spine.resolution.trees import CERTAIN, NEVER, Tree, Trees, roots


def cut(tree: Tree, height: int) -> Ints:
    """The cluster number of each member when joins below `height` are undone; numbered by their first members."""
    first = roots(tree.into, tree.height, height)
    number = np.cumsum(first == np.arange(len(tree)), dtype=np.int64) - 1
    return number[first]


def cophenetic(tree: Tree) -> NDArray[np.int32]:
    """For every two members the height of the join that brings them together, int32[n, n].

    NEVER where none does; CERTAIN on the diagonal.
    """
    size = len(tree)
    out = np.full((size, size), NEVER, np.int32)
    np.fill_diagonal(out, CERTAIN)
    clusters = {member: np.array([member]) for member in range(size)}
    for into, taken, height in tree.joins():
        one, other = clusters[into], clusters.pop(taken)
        out[np.ix_(one, other)] = out[np.ix_(other, one)] = height
        clusters[into] = np.concatenate((one, other))
    return out


def sureness(tree: Tree, member: int) -> NDArray[np.int32]:
    """For each member the height at which it and `member` come together; one row of `cophenetic`, without the rest."""
    out = np.full(len(tree), NEVER, np.int32)
    out[member] = CERTAIN
    cluster = np.arange(len(tree))
    for into, taken, height in tree.joins():
        if cluster[member] in (into, taken):
            out[cluster == (taken if cluster[member] == into else into)] = height
        cluster[cluster == taken] = into
    return out


def joined_at(trees: Trees, left: Ints, right: Ints) -> Ints:
    """For pairs of rows the height at which they come together; NEVER where they don't, CERTAIN for a row itself."""
    place = np.full(trees.size, -1, np.int64)
    place[trees.rows] = np.arange(len(trees.rows))
    component = np.append(trees.component, -1)[place]
    out = np.where(left == right, np.int64(CERTAIN), np.int64(NEVER))
    for at in np.flatnonzero((component[left] == component[right]) & (component[left] >= 0)).tolist():
        number = int(component[left[at]])
        first = int(trees.start[number])
        out[at] = sureness(trees.tree(number), int(place[left[at]]) - first)[int(place[right[at]]) - first]
    return out
