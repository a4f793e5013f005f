"""Exact duplicates count once: finding the records that say the same, and giving them their place in the tree."""

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from spine.normalise.whole_numbers import order_by
from spine.resolution.components import NO_PAIRS, Ints, Pairs, connected, runs
from spine.resolution.trees import CERTAIN, NEVER


def duplicates(
    size: int,
    left: NDArray[Any],
    right: NDArray[Any],
    weight: NDArray[Any],
    group: NDArray[Any] | None,
    *,
    same: Pairs = NO_PAIRS,
    forbidden: Pairs = NO_PAIRS,
    high: int,
) -> Pairs:
    """The pairs of rows that are one leaf: of equal `group` (the same comparable content) and a weight of `high` up.

    Copies that judgements pull apart stay leaves of their own, all that `same` and copying tie together with a
    forbidden pair: no copy may be chosen to stand for the others there.
    """
    if group is None:
        return NO_PAIRS
    alike = (weight >= high) & (group[left] == group[right])
    if not alike.any():
        return NO_PAIRS
    left, right = left[alike], right[alike]
    if len(forbidden[0]):
        tied = connected(size, np.concatenate((left, same[0])), np.concatenate((right, same[1])))
        contested = tied[forbidden[0][tied[forbidden[0]] == tied[forbidden[1]]]]
        free = ~np.isin(tied[left], contested)
        left, right = left[free], right[free]
    return left, right


class LeafJoins(NamedTuple):
    """The joins of the leaves of all components: columns, in the order they happened within each component."""

    into: Ints
    taken: Ints
    height: Ints
    step: Ints


def expand(
    leaf_first: Ints, joins: LeafJoins, copies: Pairs, same: Pairs, high: int, start: Ints
) -> tuple[Ints, Ints, Ints]:
    """The joins of members, given those of leaves: into, height and step per member, counted over all members.

    `leaf_first` is the first member of each leaf, `start` the components' offsets; `copies` and `same` are pairs of
    members. Where there are copies, members that a judgement declares the same join first, then the copies at `high`,
    then the leaves as they did; so no copy inherits a certainty that was said of another.
    """
    size = int(start[-1])
    member = np.arange(size, dtype=np.int64)
    into, height, step = member.copy(), np.full(size, NEVER, np.int64), np.full(size, -1, np.int64)
    taken = leaf_first[joins.taken]
    if len(copies[0]) == 0:
        into[taken], height[taken], step[taken] = leaf_first[joins.into], joins.height, joins.step
        return into, height, step

    tied = connected(size, np.concatenate((copies[0], same[0])), np.concatenate((copies[1], same[1])))
    copied = np.zeros(size, np.bool_)
    copied[tied[copies[0]]] = True
    copied = copied[tied]
    for root, sure in ((connected(size, *same), CERTAIN), (tied, high)):
        joined = copied & (root != member) & (height == NEVER)
        into[joined], height[joined] = root[joined], sure
    kept = (joins.height < CERTAIN) | ~copied[taken]
    taken = taken[kept]
    into[taken], height[taken], step[taken] = leaf_first[joins.into[kept]], joins.height[kept], joins.step[kept]

    joined = np.flatnonzero(height > NEVER)
    component = np.repeat(np.arange(len(start) - 1), np.diff(start))[joined]
    # Copies still have step -1 here, so they come before leaves that join at the same height.
    ranked = order_by(component, -height[joined], step[joined])
    begin, sizes = runs(component[ranked])
    step[joined[ranked]] = np.arange(len(joined)) - np.repeat(begin[:-1], sizes)
    return into, height, step
