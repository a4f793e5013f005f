"""Pairs of rows packed into one 64-bit number each, because sorting these is the quickest way to keep each once."""

import numpy as np
from numpy.typing import NDArray

from spine.normalise.whole_numbers import Ints, bits_for, distinct_numbers

Rows = NDArray[np.int32]
"""Pairs of more than two thousand million rows would not fit into this, nor into the memory."""
PENDING = 1 << 25
"""So many pairs wait before they are sorted in; what bounds the memory."""


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
        self._kept = distinct_numbers(together)

    def columns(self) -> tuple[Rows, Rows]:
        """The pairs, sorted, as two columns; none is left here."""
        self._settle()
        packed, self._kept = self._kept, np.empty(0, np.int64)
        right = (packed & ((1 << self._bits) - 1)).astype(np.int32)
        packed >>= self._bits
        return packed.astype(np.int32), right
