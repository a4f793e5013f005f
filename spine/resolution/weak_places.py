"""Bridges and articulation records of many small graphs of one size, found all at once."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

Flags = NDArray[np.bool_]

_ROOM = 1 << 24
"""So many cells of matrices are held at a time."""


def weak_places(linked: Flags, size: int) -> tuple[Flags, Flags]:
    """In which graphs one leaf, and in which one link, alone holds two sides of two leaves or more together.

    `linked` [graphs, size * (size - 1) / 2] says which pairs of leaves are linked, in the order of `np.triu_indices`.
    Each leaf in turn is taken out: what its neighbours then hang in are its sides, and a side that only one link leads
    to hangs by a bridge.
    """
    articulation, bridge = np.zeros(len(linked), np.bool_), np.zeros(len(linked), np.bool_)
    step = max(1, _ROOM // size**2)
    for start in range(0, len(linked), step):
        near = _matrices(linked[start : start + step], size)
        for leaf in range(size):
            sides, links = _sides(near, leaf)
            here = links > 0
            whole = 1 + np.where(here, sides, 0).sum(axis=1)
            articulation[start : start + step] |= (here & (sides > 1)).sum(axis=1) > 1
            hangs = (links == 1) & (sides > 1) & (whole[:, None] - sides > 1)
            bridge[start : start + step] |= hangs.any(axis=1)
    return articulation, bridge


def _matrices(linked: Flags, size: int) -> Flags:
    near = np.zeros((len(linked), size, size), np.bool_)
    one, other = np.triu_indices(size, 1)
    near[:, one, other] = linked
    near[:, other, one] = linked
    return near


def _sides(near: Flags, leaf: int) -> tuple[NDArray[Any], NDArray[Any]]:
    """Without this leaf: how many leaves each connected piece has, and how many of them are linked to it.

    A piece stands at the place of its smallest leaf; elsewhere both are 0.
    """
    size = near.shape[1]
    rest = near.copy()
    rest[:, leaf, :] = False
    rest[:, :, leaf] = False
    label = np.tile(np.arange(size, dtype=np.uint8), (len(near), 1))
    while True:
        lowest = np.where(rest, label[:, None, :], np.uint8(size)).min(axis=2)
        lower = np.minimum(label, lowest)
        if np.array_equal(lower, label):
            break
        label = lower
    inside = label[:, :, None] == np.arange(size, dtype=np.uint8)
    inside[:, leaf, :] = False
    return inside.sum(axis=1), (inside & near[:, leaf, :, None]).sum(axis=1)
