"""Signs that a component holds more than one person: what a steward should look at first.

Seen on the graph of a component's leaves, where a pair of 0 bits up is a link. Copies count once: a record that came
twice says nothing about chaining. Only components of `SMALLEST` leaves up are looked at.
"""

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from spine.resolution.components import Ints
from spine.resolution.trees import Tree, Trees
from spine.resolution.weak_places import WIDEST, weak_places

SMALLEST = 4
TOGETHER = WIDEST
"""Components of up to so many leaves are looked at all at once, size by size; larger ones one by one."""

BRIDGE = "bridge"
"""One link alone holds two sides of two leaves or more together."""
ARTICULATION = "articulation_record"
"""One record alone holds two sides of two leaves or more together."""
LOW_DENSITY = "low_density"
"""Fewer of the pairs are links than a person's records usually make."""
MANY_NAMES = "many_names"
"""More distinct names than a person usually goes by."""
CAPPED = "cut_at_cap"
"""Cut out of a component that was too large to look at as a whole."""


@dataclass(frozen=True, slots=True)
class Limits:
    """From where on a component is flagged: links per pair below `density`, distinct names above `names`."""

    density: float = 0.4
    names: int = 4


def over_merge(trees: Trees, names: NDArray[Any] | None = None, limits: Limits | None = None) -> list[list[str]]:
    """The flags of each component, sorted; an empty list where nothing looks wrong.

    `names` numbers each row's name, equal where names are equal, negative where there is none.
    """
    limits = limits or Limits()
    out: list[list[str]] = [[] for _ in range(len(trees))]
    leaves = trees.leaves
    large = leaves >= SMALLEST
    links, least = _links(trees)
    found = [(CAPPED, trees.capped), (LOW_DENSITY, large & (links < limits.density * leaves * (leaves - 1) / 2))]
    if names is not None:
        found.append((MANY_NAMES, large & (_distinct(trees, names) > limits.names)))
    # Where every leaf has links to half of the others there is a Hamiltonian cycle (Dirac), so nothing hangs by one.
    doubtful = large & (2 * least < leaves)
    for size in np.unique(leaves[doubtful & (leaves <= TOGETHER)]).tolist():
        of_size = np.flatnonzero(doubtful & (leaves == size))
        at = trees.weight_start[of_size][:, None] + np.arange(size * (size - 1) // 2)
        both = weak_places(trees.weights[at] >= 0, size)
        for flag, marked in zip((ARTICULATION, BRIDGE), both, strict=True):
            for component in of_size[marked].tolist():
                out[component].append(flag)
    for component in np.flatnonzero(doubtful & (leaves > TOGETHER)).tolist():
        out[component] = _weak_places(_neighbours(trees.tree(component)))
    for flag, marked in found:
        for component in np.flatnonzero(marked).tolist():
            out[component].append(flag)
    for flags in out:
        flags.sort()
    return out


def _links(trees: Trees) -> tuple[Ints, Ints]:
    """How many links each component has, and the fewest that one of its leaves has."""
    leaves = trees.leaves
    pairs = np.diff(trees.weight_start)
    component = np.repeat(np.arange(len(trees)), pairs)
    linked = trees.weights >= 0
    links = np.bincount(component[linked], minlength=len(trees))
    base = np.concatenate(([0], np.cumsum(leaves)))
    degree = np.zeros(int(base[-1]), np.int64)
    for size in np.unique(leaves[leaves > 1]).tolist():
        of_size = np.flatnonzero(leaves == size)
        at = trees.weight_start[of_size][:, None] + np.arange(size * (size - 1) // 2)
        one, other = np.triu_indices(size, 1)
        for ends in (one, other):
            place = base[of_size][:, None] + ends
            np.add.at(degree, place[linked[at]], 1)
    least = np.minimum.reduceat(degree, base[:-1]) if len(trees) else links
    return links, least


def _distinct(trees: Trees, names: NDArray[Any]) -> Ints:
    """How many distinct names each component's members have."""
    component, name = trees.component, names[trees.rows]
    component, name = component[name >= 0], name[name >= 0]
    order = np.lexsort((name, component))
    component, name = component[order], name[order]
    fresh = np.ones(len(order), np.bool_)
    fresh[1:] = (component[1:] != component[:-1]) | (name[1:] != name[:-1])
    return np.bincount(component[fresh], minlength=len(trees))


@lru_cache(maxsize=64)
def _upper(size: int) -> tuple[Ints, Ints]:
    """Which leaves the weights of a triangle are between."""
    return np.triu_indices(size, 1)


def _neighbours(tree: Tree) -> list[list[int]]:
    """The leaves that each leaf has a link to."""
    one, other = _upper(tree.leaves)
    linked = tree.weights >= 0
    out: list[list[int]] = [[] for _ in range(tree.leaves)]
    for a, b in zip(one[linked].tolist(), other[linked].tolist(), strict=True):
        out[a].append(b)
        out[b].append(a)
    return out


def _weak_places(neighbours: list[list[int]]) -> list[str]:
    """Whether there are bridges and articulation records with two leaves or more on two sides.

    Tarjan's depth-first search (1972), with the size of what hangs below each leaf; iterative, as chains can be long.
    """
    size = len(neighbours)
    found: set[str] = set()
    entered, low, below = [-1] * size, [0] * size, [1] * size
    clock = 0
    for start in range(size):
        if entered[start] >= 0:
            continue
        edges: list[tuple[int, int]] = []
        entered[start] = low[start] = clock
        clock += 1
        stack = [(start, -1, iter(neighbours[start]))]
        while stack:
            leaf, parent, rest = stack[-1]
            for near in rest:
                if entered[near] < 0:
                    entered[near] = low[near] = clock
                    clock += 1
                    stack.append((near, leaf, iter(neighbours[near])))
                    break
                if near != parent:
                    low[leaf] = min(low[leaf], entered[near])
            else:
                stack.pop()
                if parent >= 0:
                    low[parent] = min(low[parent], low[leaf])
                    below[parent] += below[leaf]
                    edges.append((parent, leaf))
        found |= _sides(edges, entered, low, below, below[start])
    return sorted(found)


def _sides(edges: list[tuple[int, int]], entered: list[int], low: list[int], below: list[int], total: int) -> set[str]:
    """What the edges of one depth-first tree over `total` leaves show."""
    found: set[str] = set()
    pieces: dict[int, list[int]] = {}
    for parent, leaf in edges:
        if low[leaf] > entered[parent] and min(below[leaf], total - below[leaf]) > 1:
            found.add(BRIDGE)
        if low[leaf] >= entered[parent]:
            pieces.setdefault(parent, []).append(below[leaf])
    for sizes in pieces.values():
        if sum(side > 1 for side in (*sizes, total - 1 - sum(sizes))) > 1:
            found.add(ARTICULATION)
    return found
