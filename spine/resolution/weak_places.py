"""Bridges and articulation records of many small graphs of one size, found all at once."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

Flags = NDArray[np.bool_]

Leaves = NDArray[np.uint16]
"""Sets of leaves, each as the bits of one number."""
WIDEST = 16


def weak_places(linked: Flags, size: int) -> tuple[Flags, Flags]:
    """In which graphs one leaf, and in which one link, alone holds two sides of two leaves or more together.

    `linked` [graphs, size * (size - 1) / 2] says which pairs of leaves are linked, in the order of `np.triu_indices`.
    Each leaf in turn is taken out: what its neighbours then hang in are its sides, and a side that only one link leads
    to hangs by a bridge. `size` is at most `WIDEST`.
    """
    articulation, bridge = np.zeros(len(linked), np.bool_), np.zeros(len(linked), np.bool_)
    near = _neighbours(linked, size)
    for leaf in range(size):
        sides, links = _sides(near, leaf)
        here = links > 0
        whole = 1 + np.where(here, sides, 0).sum(axis=0)
        articulation |= (here & (sides > 1)).sum(axis=0) > 1
        bridge |= ((links == 1) & (sides > 1) & (whole - sides > 1)).any(axis=0)
    return articulation, bridge


def _neighbours(linked: Flags, size: int) -> Leaves:
    """The leaves that each leaf is linked to, as bits [leaf, graph]."""
    near = np.zeros((size, len(linked)), np.uint16)
    for at, (one, other) in enumerate(zip(*np.triu_indices(size, 1), strict=True)):
        near[one] |= linked[:, at].astype(np.uint16) << np.uint16(other)
        near[other] |= linked[:, at].astype(np.uint16) << np.uint16(one)
    return near


def _sides(near: Leaves, leaf: int) -> tuple[NDArray[Any], NDArray[Any]]:
    """Without this leaf: how many leaves each connected piece has, and how many of them are linked to it.

    A piece stands at the place of its smallest leaf; elsewhere both are 0.
    """
    own = np.uint16(1) << np.arange(len(near), dtype=np.uint16)
    reached = (near | own[:, None]) & ~own[leaf]
    reached[leaf] = 0
    # Whoever reaches a leaf reaches what that one does, one leaf after the other (Warshall).
    for by in range(len(near)):
        if by != leaf:
            reached |= np.where(reached & own[by], reached[by], np.uint16(0))
    first = reached & (~reached + np.uint16(1)) == own[:, None]
    reached[~first] = 0
    return np.bitwise_count(reached), np.bitwise_count(reached & near[leaf])
