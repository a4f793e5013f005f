"""Merge trees as values: the policy they follow, one tree, and the trees of all components as columns.

A tree of n members needs no nodes of its own. Members stand in the order that breaks ties, and a cluster is named by
its first member; a join takes one cluster into another, after which the first member of the one that was taken names
no cluster any more. So each member but the first is taken at most once, and three numbers per member say it all: into
which member's cluster, at which height, as which step. Heights never rise from step to step, so undoing all joins
below a height leaves exactly the clusters that stood before them.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from math import isqrt
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from spine.resolution.components import Ints

CERTAIN = 1_000_000
"""The height of a join that a judgement asserts, in thousandths of a bit: above every weight."""

NEVER = -(2**31)
"""The height of a join that does not exist."""

Method = Literal["merge_tree", "components"]


@dataclass(frozen=True, slots=True)
class Policy:
    """How clusters join; every weight and height is a whole number of thousandths of a bit.

    `strongest` and `mean` are the shares of the strongest pair and of the mean of all pairs in the linkage; weights
    are clipped to [`low`, `high`]; a component of more than `cap` leaves is cut apart first: a million records of
    the demo made one of 63,350, and pieces of up to 1,000 leaves would cost more than all the rest. The method
    `components` joins by the strongest pair alone, which gives plain connected components at every height.
    """

    strongest: int = 300
    mean: int = 700
    low: int = -10_000
    high: int = 20_000
    cap: int = 200
    method: Method = "merge_tree"

    @property
    def shares(self) -> tuple[int, int]:
        """What the strongest pair and what the mean counts, as whole-number shares of their sum."""
        return (1, 0) if self.method == "components" else (self.strongest, self.mean)


@dataclass(frozen=True, slots=True)
class Tree:
    """The merge tree of one component: n members, in the order that breaks ties.

    `into[i]` is the member whose cluster took the cluster of i (i itself where none did), `height[i]` how sure that
    join is (NEVER where there is none), `step[i]` its place among the joins (-1 where there is none). `leaf[i]`
    numbers the distinct contents: exact duplicates share a leaf. `weights` are those of all pairs of leaves, not
    clipped, row after row of the upper triangle.
    """

    into: NDArray[np.int32]
    height: NDArray[np.int32]
    step: NDArray[np.int32]
    leaf: NDArray[np.int32]
    weights: NDArray[np.int32]

    def __len__(self) -> int:
        return len(self.into)

    @property
    def leaves(self) -> int:
        """How many distinct contents there are."""
        return (1 + isqrt(1 + 8 * len(self.weights))) // 2

    def joins(self) -> Iterator[tuple[int, int, int]]:
        """The joins in the order they happened: (into, taken, height)."""
        taken = np.flatnonzero(self.step >= 0)
        for member in taken[np.argsort(self.step[taken])]:
            yield int(self.into[member]), int(member), int(self.height[member])

    def weight(self, one: int, other: int) -> int | None:
        """The weight of a pair of members as it was scored, None for two of one leaf."""
        first, second = sorted((int(self.leaf[one]), int(self.leaf[other])))
        return None if first == second else int(self.weights[triangle_index(self.leaves, first, second)])


@dataclass(frozen=True, slots=True)
class Trees:
    """The merge trees of all components of two or more, as columns; a Tree's columns, one component after another.

    Component c has the members `rows[start[c]:start[c+1]]` (row numbers, in the order that breaks ties) and the pair
    weights `weights[weight_start[c]:weight_start[c+1]]`; `into` counts within the component. `size` is how many rows
    there were in all, those that stand alone included; `capped` marks components cut out of one above the cap.
    """

    size: int
    start: Ints
    rows: Ints
    into: NDArray[np.int32]
    height: NDArray[np.int32]
    step: NDArray[np.int32]
    leaf: NDArray[np.int32]
    weight_start: Ints
    weights: NDArray[np.int32]
    capped: NDArray[np.bool_]

    def __len__(self) -> int:
        return len(self.start) - 1

    def members(self, component: int) -> Ints:
        """The rows of a component, in the order of its tree."""
        return self.rows[self.start[component] : self.start[component + 1]]

    def tree(self, component: int) -> Tree:
        """The tree of one component."""
        at = slice(self.start[component], self.start[component + 1])
        pairs = slice(self.weight_start[component], self.weight_start[component + 1])
        return Tree(self.into[at], self.height[at], self.step[at], self.leaf[at], self.weights[pairs])

    @property
    def leaves(self) -> Ints:
        """How many distinct contents each component has."""
        leaves: Ints = (np.sqrt(1 + 8 * np.diff(self.weight_start)).astype(np.int64) + 1) // 2
        return leaves

    @property
    def component(self) -> Ints:
        """The component of each member."""
        return np.repeat(np.arange(len(self), dtype=np.int64), np.diff(self.start))

    @property
    def target(self) -> Ints:
        """`into`, counted over all members."""
        return np.repeat(self.start[:-1], np.diff(self.start)) + self.into.astype(np.int64)

    def cut(self, height: int) -> Ints:
        """For each row the row of the first member of its cluster when joins below `height` are undone."""
        out = np.arange(self.size, dtype=np.int64)
        out[self.rows] = self.rows[roots(self.target, self.height, height)]
        return out


def roots(into: NDArray[Any], height: NDArray[Any], least: int) -> Ints:
    """For each member the first member of its cluster when only joins of at least `least` are kept."""
    own = np.arange(len(into), dtype=np.int64)
    root = np.where(height >= least, into, own)
    while True:
        further = root[root]
        if np.array_equal(further, root):
            return root
        root = further


def triangle_index(size: Any, first: Any, second: Any) -> Any:
    """The place of a pair (`first` < `second`) in the upper triangle of a matrix of `size`, row after row."""
    return first * (2 * size - first - 1) // 2 + second - first - 1
