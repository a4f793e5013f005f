"""Pairs of rows packed into one 64-bit number each, because sorting these is the quickest way to keep each once."""

from threading import Lock

import numpy as np
from numpy.typing import NDArray

from spine.matching.at_once import each
from spine.normalise.whole_numbers import Ints, bits_for, firsts

Rows = NDArray[np.int32]
"""Pairs of more than two thousand million rows would not fit into this, nor into the memory."""
PENDING = 1 << 22
"""So many pairs wait before they are sorted into their shares."""
SHARES = 64
"""Pairs are kept in so many shares, by their left row: what is sorted at a time is small beside what is kept."""


class PairSet:
    """Pairs of row numbers below `rows`, each kept once, in memory proportional to what is kept.

    Several threads may add pairs: what waits is sorted by the one that adds too much to it, while the others go on.
    """

    def __init__(self, rows: int) -> None:
        self._bits = bits_for(rows)
        self._turn = Lock()
        self._pending: list[Ints] = []
        self._waiting = 0
        width = -(-max(rows, 1) // SHARES)
        self._bounds = np.arange(1, SHARES, dtype=np.int64) * width << self._bits
        self._shares = [_Share() for _ in range(SHARES)]

    def add(self, left: Ints, right: Ints) -> None:
        """Add pairs, repeats allowed."""
        packed = left << self._bits
        packed |= right
        with self._turn:
            self._pending.append(packed)
            self._waiting += len(packed)
            full = self._taken() if self._waiting > PENDING else []
        if full:
            self._settle(full)

    def _taken(self) -> list[Ints]:
        """What waits; nothing does any more."""
        taken, self._pending, self._waiting = self._pending, [], 0
        return taken

    def _settle(self, parts: list[Ints]) -> None:
        """Part pairs into the shares."""
        packed = _each_once(parts)
        for share, part in zip(self._shares, np.split(packed, np.searchsorted(packed, self._bounds)), strict=True):
            share.add(part)

    def columns(self) -> tuple[Rows, Rows]:
        """The pairs, sorted, as two columns; none is left here."""
        self._settle(self._taken())
        for _ in each(_Share.settle, self._shares):
            pass
        left = np.empty(sum(len(share.kept) for share in self._shares), np.int32)
        right = np.empty_like(left)
        begin = 0
        for share in self._shares:
            # Each share goes as its columns come.
            packed, share.kept = share.kept, np.empty(0, np.int64)
            end = begin + len(packed)
            left[begin:end] = packed >> self._bits
            right[begin:end] = packed & ((1 << self._bits) - 1)
            begin = end
        return left, right


class _Share:
    """Some of the packed pairs: those kept, each once, and about as many at most that may be there already."""

    def __init__(self) -> None:
        self.kept: Ints = np.empty(0, np.int64)
        self._turn = Lock()
        self._pending: list[Ints] = []
        self._waiting = 0

    def add(self, part: Ints) -> None:
        """Add packed pairs; a copy is kept, since they are part of something larger."""
        if not len(part):
            return
        with self._turn:
            self._pending.append(part.copy())
            self._waiting += len(part)
            if self._waiting > len(self.kept):
                self.settle()

    def settle(self) -> None:
        """Sort in what waits."""
        if self._waiting:
            self._pending.append(self.kept)
            self.kept = _each_once(self._pending)
            self._waiting = 0


def _each_once(parts: list[Ints]) -> Ints:
    """The numbers of all parts, ascending, each once; the parts are gone then."""
    packed = np.concatenate([np.empty(0, np.int64), *parts])
    parts.clear()
    packed.sort()
    fresh = firsts(packed)
    return packed if fresh.all() else packed[fresh]
