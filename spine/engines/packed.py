"""Whole numbers packed in pairs into one 64-bit number, because sorting such numbers is the quickest way to group.

A key above a row number sorts into groups of equal keys with their rows ascending; two row numbers sort into pairs of
which each is wanted once. Sorting ten million of them takes numpy a tenth of a second where the processor has AVX-512.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]
WORD = 63
"""So many bits a packed number may have, the sign left out."""
PENDING = 1 << 25
"""So many pairs wait before they are sorted in; what bounds the memory."""


def bits_for(count: int) -> int:
    """How many bits number `count` things from 0."""
    return max(int(count - 1).bit_length(), 1)


def firsts(ordered: NDArray[Any]) -> NDArray[np.bool_]:
    """Which values of a sorted column differ from the one before."""
    fresh = np.ones(len(ordered), np.bool_)
    np.not_equal(ordered[1:], ordered[:-1], out=fresh[1:])
    return fresh


def numbered(values: Ints) -> tuple[Ints, int]:
    """Equal values get one number, from 0 in their order, and how many numbers there are."""
    if not len(values):
        return values, 0
    least, bits = int(values.min()), bits_for(len(values))
    width = int(values.max()) - least + 1
    if width <= 4 * len(values):
        present = np.zeros(width, np.bool_)
        present[values - least] = True
        place = np.cumsum(present) - 1
        return place[values - least], int(place[-1]) + 1
    if bits_for(width) + bits <= WORD:
        packed = np.sort(((values - least) << bits) | np.arange(len(values)))
        order, fresh = packed & ((1 << bits) - 1), firsts(packed >> bits)
    else:
        order = np.argsort(values, kind="stable")
        fresh = firsts(values[order])
    number = np.empty(len(values), np.int64)
    number[order] = np.cumsum(fresh) - 1
    return number, int(fresh.sum())


class PairSet:
    """Pairs of row numbers below `rows`, each kept once, in memory proportional to what is kept."""

    def __init__(self, rows: int) -> None:
        self._bits = bits_for(rows)
        self._kept: Ints = np.empty(0, np.int64)
        self._pending: list[Ints] = []
        self._waiting = 0

    def add(self, left: Ints, right: Ints) -> None:
        """Add pairs, repeats allowed."""
        self._pending.append((left << self._bits) | right)
        self._waiting += len(left)
        if self._waiting > max(PENDING, len(self._kept)):
            self._settle()

    def _settle(self) -> None:
        together = np.concatenate((self._kept, *self._pending))
        self._pending, self._waiting = [], 0
        together.sort()
        self._kept = together[firsts(together)]

    def columns(self) -> tuple[Ints, Ints]:
        """The pairs, sorted, as two columns."""
        self._settle()
        return self._kept >> self._bits, self._kept & ((1 << self._bits) - 1)
