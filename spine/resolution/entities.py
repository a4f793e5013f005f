"""Entities at a confidence: what remains of the merge trees when less sure joins are undone."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from spine.normalise.whole_numbers import order_by
from spine.resolution.components import Ints, runs
from spine.resolution.trees import CERTAIN, NEVER, Tree, Trees, roots


@dataclass(frozen=True, slots=True)
class Entities:
    """Entities as columns, by id: entity e has the rows `rows[start[e]:start[e+1]]`, by sequence number.

    `id` is the smallest sequence number among its records, so an entity that comes back gets its id back. `cohesion`
    is the height of its weakest join (NEVER for a single record, which has none), `next_join` the height of the join
    that would come next (NEVER where none would); heights in thousandths of a bit. `entity` is the entity of each row.
    """

    id: Ints
    start: Ints
    rows: Ints
    cohesion: Ints
    next_join: Ints
    entity: Ints

    def __len__(self) -> int:
        return len(self.id)

    @property
    def sizes(self) -> Ints:
        """How many records each entity has."""
        return np.diff(self.start)


def entities(trees: Trees, height: int, sequence: Ints) -> Entities:
    """The entities of all rows, single ones included, when joins below `height` are undone.

    `sequence` is the sequence number of each row, all different.
    """
    root = np.arange(trees.size, dtype=np.int64)
    first = roots(trees.target, trees.height, height)
    root[trees.rows] = trees.rows[first]
    weakest, following = _outlook(trees.target, trees.height, first, height)
    cohesion = np.full(trees.size, NEVER, np.int64)
    next_join = cohesion.copy()
    cohesion[trees.rows], next_join[trees.rows] = weakest, following

    least = np.full(trees.size, np.iinfo(np.int64).max)
    np.minimum.at(least, root, sequence)
    order = order_by(least[root], sequence)
    start, sizes = runs(least[root][order])
    head = root[order[start[:-1]]]
    entity = np.empty(trees.size, np.int64)
    entity[order] = np.repeat(np.arange(len(sizes)), sizes)
    return Entities(least[head], start, order.astype(np.int64), cohesion[head], next_join[head], entity)


def entities_of(tree: Tree, height: int, sequence: Ints) -> Entities:
    """The entities of one component, as read from a store; `sequence` holds its members' numbers, in tree order."""
    members = np.arange(len(tree), dtype=np.int64)
    pairs = np.array([0, len(tree.weights)], np.int64)
    one = Trees(
        size=len(tree),
        start=np.array([0, len(tree)], np.int64),
        rows=members,
        into=tree.into,
        height=tree.height,
        step=tree.step,
        leaf=tree.leaf,
        weight_start=pairs,
        weights=tree.weights,
        capped=np.zeros(1, np.bool_),
    )
    return entities(one, height, sequence)


def _outlook(into: Ints, height: NDArray[np.int32], first: Ints, least: int) -> tuple[Ints, Ints]:
    """At each cluster's first member: the weakest join kept inside, and the highest of the undone ones it is part of.

    Joins only get less sure, so of the undone joins that a cluster takes part in the highest is the next.
    """
    kept = height >= least
    weakest = np.full(len(into), CERTAIN + 1, np.int64)
    np.minimum.at(weakest, first[kept], height[kept])
    undone = ~kept & (height > NEVER)
    following = np.full(len(into), NEVER, np.int64)
    following[undone] = height[undone]
    np.maximum.at(following, into[undone], height[undone])
    return np.where(weakest > CERTAIN, NEVER, weakest), following
