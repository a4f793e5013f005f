"""What texts show at a glance, and what follows for two of them: how alike they can be at most, without comparing them.

Most pairs of texts are nothing alike, and a few whole numbers per text prove it. The bounds hold for any two texts:
letters fall into 32 classes, so a letter that one text lacks may pass unnoticed, but none is ever seen to be missing
that is there.
"""

from collections.abc import Sequence
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

Ints32 = NDArray[np.int32]
Floats32 = NDArray[np.float32]
ENDS = 4
"""So many characters of either end are kept."""


Signs = NDArray[np.void]
"""Per text, and last for none, the fields of `SIGNS`; side by side, since who asks for one asks for more."""
SIGNS = np.dtype([("length", np.int32), ("letters", np.uint32), ("head", np.uint32), ("tail", np.uint32)])
"""The length of a text, the classes of its letters as bits, its first and its last characters."""


def signs_of(texts: Sequence[str]) -> Signs:
    """The signs of texts; those of no text are zeros."""
    signs = np.zeros(len(texts) + 1, dtype=SIGNS)
    length = np.array([*map(len, texts), 0], dtype=np.int32)
    characters = np.frombuffer("".join(texts).encode("utf-32-le", "surrogatepass"), dtype=np.uint32)
    start = np.cumsum(length, dtype=np.int64) - length
    letters, head, tail = (np.zeros(len(length), dtype=np.uint32) for _ in range(3))
    some = np.flatnonzero(length)
    if len(some):
        letters[some] = np.bitwise_or.reduceat(np.uint32(1) << (characters & np.uint32(31)), start[some])
    for at in range(ENDS):
        long = np.flatnonzero(length > at)
        shift = np.uint32(8 * at)
        head[long] |= (characters[start[long] + at] & np.uint32(255)) << shift
        tail[long] |= (characters[start[long] + length[long] - 1 - at] & np.uint32(255)) << shift
    signs["length"], signs["letters"], signs["head"], signs["tail"] = length, letters, head, tail
    return signs


class Glance:
    """What the signs of two texts each, pair by pair, allow at most or at least."""

    def __init__(self, one: Signs, other: Signs) -> None:
        self._one = one
        self._other = other

    @classmethod
    def at(cls, signs: Signs, here: NDArray[Any], there: NDArray[Any]) -> "Glance":
        """At these pairs among texts of these signs."""
        return cls(signs.take(here), signs.take(there))

    @cached_property
    def lengths(self) -> tuple[Ints32, Ints32]:
        """The length of either text."""
        return self._sides("length")

    @cached_property
    def _missing(self) -> tuple[Ints32, Ints32]:
        """At least so many characters of the first have no counterpart in the second, and the other way round."""
        one, other = self._sides("letters")
        return np.bitwise_count(one & ~other).astype(np.int32), np.bitwise_count(other & ~one).astype(np.int32)

    @cached_property
    def _matching(self) -> Ints32:
        """At most so many characters of the two texts match."""
        (one, other), (mine, theirs) = self.lengths, self._missing
        most: Ints32 = np.minimum(one - mine, other - theirs)
        return most

    def most_jaro_winkler(self) -> Floats32:
        """At least the Jaro-Winkler similarity of the two texts: as if all that can match stood in order."""
        match = self._matching.astype(np.float32)
        one, other = (np.maximum(length, 1).astype(np.float32) for length in self.lengths)
        jaro = np.where(match > 0, (match / one + match / other + 1) / 3, 0)
        apart = np.bitwise_xor(*self._sides("head"))
        prefix = np.zeros(len(apart), dtype=np.float32)
        for at in range(ENDS):
            prefix += (apart & np.uint32((1 << (8 * (at + 1))) - 1)) == 0
        bound: Floats32 = (jaro + np.float32(0.1) * prefix * (1 - jaro)).astype(np.float32)
        return bound

    def least_edits(self) -> Ints32:
        """At most the edit distance of the two texts, transpositions counted as one.

        Each edit makes up for one missing letter. One edit leaves the first or the last four of nine letters as they
        are.
        """
        one, other = self.lengths
        least = np.maximum(np.maximum(*self._missing), np.abs(one - other))
        apart = np.not_equal(*self._sides("head")) & np.not_equal(*self._sides("tail"))
        bound: Ints32 = np.where(apart & (np.minimum(one, other) > 2 * ENDS), np.maximum(least, 2), least)
        return bound

    def most_ratio(self) -> Floats32:
        """At least the normalised indel similarity of the two texts: as if all that can match stood in order."""
        together = np.maximum(np.add(*self.lengths), 1).astype(np.float32)
        bound: Floats32 = 2 * self._matching.astype(np.float32) / together
        return bound

    def _sides(self, name: str) -> tuple[NDArray[Any], NDArray[Any]]:
        return self._one[name], self._other[name]
