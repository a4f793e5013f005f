"""Who controls whom: the one parent that every organisation follows, and where following ends.

A parent controls by itself (its edge is marked so), or together with its group: where the members of one group hold
more than half of an organisation between them, the organisation belongs to that group (the company control problem of
Mumick, Pirahesh and Ramakrishnan, 1990). Everything is columnar; paths are followed by pointer jumping (Wyllie 1979):
log2(n) rounds over whole columns.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from spine.resolution.components import Ints, connected
from spine.resolution.grouping import groups_of

CONTROL = 50.0
"""A share above this, in per cent, controls."""
Flags = NDArray[np.bool_]
Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Stakes:
    """Ownership edges as columns, places of organisations: `child` is owned by `parent`.

    `share` in per cent, NaN where none is known. `controlling`: this edge controls by itself. `strength` decides
    between several that do: the greatest, then the parent that stands first.
    """

    child: Ints
    parent: Ints
    share: Floats
    controlling: Flags
    strength: Floats


def controllers(size: int, stakes: Stakes) -> tuple[Ints, Ints, Flags]:
    """For each of `size` organisations the parent it follows (itself where none), its top, and whether on a cycle.

    Each round lets organisations without a controlling parent join the group whose members hold more than half of
    them together, by its strongest holder. A joined organisation never leaves again, so there are at most as many
    rounds as organisations; in practice two or three.
    """
    target = followed(size, stakes)
    held = np.flatnonzero(stakes.share > 0)
    child, parent, share = stakes.child[held], stakes.parent[held], stakes.share[held]
    own = np.arange(size, dtype=np.int64)
    while True:
        top, cycle = ultimate(target)
        free = (target == own)[child] & (top[parent] != child)
        if not free.any():
            return target, top, cycle
        group, first = groups_of([child[free], top[parent[free]]])
        total = np.bincount(group, weights=share[free], minlength=len(first))
        owned = np.round(total, 6) > CONTROL
        if not owned.any():
            return target, top, cycle
        kept = np.flatnonzero(free)[owned[group]]
        # Of two groups above half, which only shares that add up to more than all can give, the greater one.
        strength = total[group][owned[group]] * 1000 + share[kept]
        joined = Stakes(child[kept], parent[kept], share[kept], np.ones(len(kept), dtype=bool), strength)
        found = followed(size, joined)
        target = np.where(target == own, found, target)


def followed(size: int, stakes: Stakes) -> Ints:
    """The parent that each of `size` organisations follows, itself where none: the strongest, then the smallest."""
    target = np.arange(size, dtype=np.int64)
    at = np.flatnonzero(stakes.controlling)
    order = at[np.lexsort((-stakes.parent[at], stakes.strength[at]))]
    target[stakes.child[order]] = stakes.parent[order]
    return target


def ultimate(target: Ints) -> tuple[Ints, Flags]:
    """For each place the end of its path along `target`, and whether it lies on a cycle of two or more.

    After 2^k >= n steps every path has ended at a root or goes round a cycle, so what is reached then are exactly
    the roots and the members of cycles; a path into a cycle ends at the cycle's smallest member.
    """
    size = len(target)
    reached, steps = target, 1
    while steps < size:
        following = reached[reached]
        if np.array_equal(following, reached):
            break
        reached, steps = following, steps * 2
    own = np.arange(size, dtype=np.int64)
    on_end = np.zeros(size, dtype=bool)
    on_end[reached] = True
    cycle = on_end & (target != own)
    least = connected(size, own[cycle], target[cycle])
    return least[reached], cycle
