"""Merge trees: per component, the order in which its records join and how sure each join is.

Average-and-strongest linkage with constraints; the reasons and the measurements are in the design notes. Everything is
whole numbers and every tie is broken by the records' own keys, so the trees do not depend on the order of rows, on the
engine, or on whether a component was built alone or among a million.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from spine.domain.weights import SILENT
from spine.normalise.whole_numbers import order_by
from spine.resolution import capping, collapsing
from spine.resolution.components import NO_PAIRS, Ints, Pairs, connected, runs
from spine.resolution.linkage import Joins, agglomerate, agglomerate_one
from spine.resolution.trees import CERTAIN, NEVER, Policy, Tree, Trees, triangle_index

__all__ = ["CERTAIN", "NEVER", "SILENT", "Policy", "Tree", "Trees", "build"]

BATCHED = 256
"""Components of up to so many leaves are worked on as one array per size, larger ones one at a time."""
EXACT = 16
"""From so many leaves on components of about one size share an array, filled up with leaves that join nobody."""
_CELLS = 1 << 19


def build(
    order: NDArray[Any],
    labels: NDArray[Any],
    left: NDArray[Any],
    right: NDArray[Any],
    weight: NDArray[Any],
    *,
    same: Pairs = NO_PAIRS,
    forbidden: Pairs = NO_PAIRS,
    group: NDArray[Any] | None = None,
    capped: NDArray[np.bool_] | None = None,
    policy: Policy | None = None,
) -> Trees:
    """The merge trees of all components of two or more rows.

    `order` ranks the rows by (source, record_id) and breaks ties. `labels` are those of `components.connected`; every
    pair of rows inside a component is given once in (`left`, `right`, `weight`), in thousandths of a bit, SILENT where
    there is nothing to compare; pairs between components are ignored. `same` pairs join first, at CERTAIN, and connect
    components (so `labels` must know them: ValueError otherwise); `forbidden` pairs are never in one cluster, which
    may leave several trees; where both claim a pair, forbidden wins (`judgements.settle` keeps them apart). Rows of
    equal `group` whose weight is at least `policy.high` are one leaf; of two leaves one pair of rows is enough, the
    strongest given counts; ValueError where there is none. A component above the cap is cut by `capping.split`, by
    its pairs of 0 bits up; `capped` marks rows of components that were cut before.
    """
    policy = policy or Policy()
    whole = labels.astype(np.int64)
    if (whole[same[0]] != whole[same[1]]).any():
        raise ValueError("A `same` pair lies in two components: connect them before the trees are built.")
    left, right, weight = _inside(whole, left, right, weight.astype(np.int64))
    copies = collapsing.duplicates(
        len(whole), left, right, weight, group, same=same, forbidden=forbidden, high=policy.high
    )
    labels = capping.split(whole, left, right, weight, same=same, copies=copies, cap=policy.cap)
    cut = capping.cut_apart(whole, labels) | (False if capped is None else capped)
    left, right, weight = _inside(labels, left, right, weight)

    rows, start, place = _layout(order, labels)
    local_copies, local_same = (place[copies[0]], place[copies[1]]), (place[same[0]], place[same[1]])
    leaf_first, leaf_start, leaf = _leaves(start, len(rows), local_copies)
    weight_start, weights = _triangles(leaf_start, leaf[place[left]], leaf[place[right]], weight)
    one, other = _inside(labels, *forbidden)
    marks = [(leaf[local_same[0]], leaf[local_same[1]]), (leaf[place[one]], leaf[place[other]])]
    joins = _agglomerate(leaf_start, weight_start, weights, marks, policy)
    into, height, step = collapsing.expand(leaf_first, joins, local_copies, local_same, policy.high, start)
    base = np.repeat(np.arange(len(start) - 1), np.diff(start))
    return Trees(
        size=len(labels),
        start=start,
        rows=rows,
        into=(into - start[base]).astype(np.int32),
        height=height.astype(np.int32),
        step=step.astype(np.int32),
        leaf=(leaf - leaf_start[base]).astype(np.int32),
        weight_start=weight_start,
        weights=weights,
        capped=cut[rows[start[:-1]]],
    )


def _inside(labels: Ints, left: NDArray[Any], right: NDArray[Any], *beside: Ints) -> tuple[NDArray[Any], ...]:
    """The pairs whose ends share a label, and the columns beside them."""
    inside = labels[left] == labels[right]
    columns = (left, right, *beside)
    return columns if inside.all() else tuple(column[inside] for column in columns)


def _layout(order: NDArray[Any], labels: Ints) -> tuple[Ints, Ints, Ints]:
    """The rows of components of two or more, component after component, by `order` in each; offsets; places of rows."""
    many = np.flatnonzero(np.bincount(labels, minlength=len(labels))[labels] > 1)
    rows = many[order_by(labels[many], order[many])]
    start, _ = runs(labels[rows])
    place = np.full(len(labels), -1, np.int64)
    place[rows] = np.arange(len(rows))
    return rows, start, place


def _leaves(start: Ints, size: int, copies: Pairs) -> tuple[Ints, Ints, Ints]:
    """First member of each leaf, offsets of the components' leaves, and the leaf of each member."""
    root = connected(size, *copies)
    first = root == np.arange(size)
    number = np.cumsum(first, dtype=np.int64) - 1
    before = np.concatenate((number, [int(first.sum()) - 1]))
    leaf_start = np.append(before[start[:-1]], int(first.sum())).astype(np.int64)
    return np.flatnonzero(first).astype(np.int64), leaf_start, number[root]


def _triangles(leaf_start: Ints, one: Ints, other: Ints, weight: Ints) -> tuple[Ints, NDArray[np.int32]]:
    """The weights of all pairs of leaves, one upper triangle per component, and their offsets.

    Two leaves of copies weigh what their strongest pair of rows weighs.
    """
    leaves = np.diff(leaf_start)
    weight_start = np.concatenate(([0], np.cumsum(leaves * (leaves - 1) // 2))).astype(np.int64)
    apart = one != other
    one, other, weight = one[apart], other[apart], weight[apart]
    one, other = np.minimum(one, other), np.maximum(one, other)
    component = np.repeat(np.arange(len(leaves)), leaves)[one]
    base = leaf_start[component]
    at = weight_start[component] + triangle_index(leaves[component], one - base, other - base)
    out = np.full(int(weight_start[-1]), NEVER, np.int64)
    np.maximum.at(out, at, weight)
    if (out == NEVER).any():
        raise ValueError(f"{int((out == NEVER).sum())} pairs inside components have no weight: score all of them.")
    return weight_start, out.astype(np.int32)


def _agglomerate(
    leaf_start: Ints, weight_start: Ints, weights: NDArray[np.int32], marks: list[Pairs], policy: Policy
) -> collapsing.LeafJoins:
    """The joins of leaves of all components, size class by size class."""
    leaves = np.diff(leaf_start)
    component = np.repeat(np.arange(len(leaves)), leaves)
    slot = np.full(len(leaves), -1, np.int64)
    found = []
    width = _widths(leaves)
    for size in np.unique(width[leaves > 1]).tolist():
        members = np.flatnonzero((width == size) & (leaves > 1))
        marked = [_of_size(pairs, width[component[pairs[0]]] == size) for pairs in marks]
        most = max(1, _CELLS // (size * size)) if size <= BATCHED else 1
        for begin in range(0, len(members), most):
            part = members[begin : begin + most]
            slot[part] = np.arange(len(part))
            squares = [_square(pairs, slot[component[pairs[0]]], leaf_start, component, (len(part), size))
                       for pairs in marked]  # fmt: skip
            slot[part] = -1
            triangle = _filled(leaves[part], size, weight_start[part], weights)
            work = agglomerate if size <= BATCHED else agglomerate_one
            joins = work(triangle, size, squares[0], squares[1], policy)
            found.append(_flat(joins, leaf_start[part]))
    empty = np.empty(0, np.int64)
    return (
        collapsing.LeafJoins(*(np.concatenate((empty, *columns)) for columns in zip(*found, strict=True)))
        if found
        else collapsing.LeafJoins(empty, empty, empty, empty)
    )


def _widths(leaves: Ints) -> Ints:
    """How wide an array each component is worked on in: its leaves, or the next of few widths, each an eighth wider."""
    widths = list(range(EXACT + 1))
    while widths[-1] < BATCHED:
        widths.append(min(widths[-1] + widths[-1] // 8, BATCHED))
    known = np.array(widths)
    wide: Ints = np.where(leaves > BATCHED, leaves, known[np.searchsorted(known, np.minimum(leaves, BATCHED))])
    return wide


def _filled(leaves: Ints, width: int, start: Ints, weights: NDArray[np.int32]) -> Ints:
    """The weights of components as upper triangles of one width, [components, pairs]; SILENT beside their leaves."""
    out = np.full((len(leaves), width * (width - 1) // 2), SILENT, np.int64)
    for size in np.unique(leaves).tolist():
        rows = np.flatnonzero(leaves == size)
        one, other = np.triu_indices(size, 1)
        place = triangle_index(width, one, other)
        out[rows[:, None], place] = weights[start[rows][:, None] + np.arange(len(place))]
    return out


def _of_size(pairs: Pairs, chosen: NDArray[np.bool_]) -> Pairs:
    return pairs[0][chosen], pairs[1][chosen]


def _square(
    pairs: Pairs, slot: Ints, leaf_start: Ints, component: Ints, shape: tuple[int, int]
) -> NDArray[np.bool_] | None:
    """Symmetric marks [components, size, size] of the pairs whose component has a slot, None where there are none."""
    here = slot >= 0
    if not here.any():
        return None
    one, other, slot = pairs[0][here], pairs[1][here], slot[here]
    base = leaf_start[component[one]]
    out = np.zeros((shape[0], shape[1], shape[1]), np.bool_)
    out[slot, one - base, other - base] = out[slot, other - base, one - base] = True
    return out


def _flat(joins: Joins, base: Ints) -> collapsing.LeafJoins:
    """The joins that happened, as columns over all leaves."""
    component, step = np.nonzero(joins.taken >= 0)
    at = (component, step)
    return collapsing.LeafJoins(
        joins.into[at] + base[component], joins.taken[at] + base[component], joins.height[at], step.astype(np.int64)
    )
