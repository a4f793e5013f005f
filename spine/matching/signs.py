"""What texts show at a glance, and what follows for two of them: how alike they can be at most, without comparing them.

Most pairs of texts are nothing alike, and a few whole numbers per text prove it. The bounds hold for any two texts:
letters fall into 32 classes, so a letter that one text lacks may pass unnoticed, but none is ever seen to be missing
that is there.
"""

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

Ints32 = NDArray[np.int32]
Marks = NDArray[np.uint32]
Floats32 = NDArray[np.float32]
ENDS = 4
"""So many characters of either end are kept."""


class Signs(NamedTuple):
    """Per text, and last for none: its length, the classes of its letters as bits, its first and last characters."""

    length: Ints32
    letters: Marks
    head: Marks
    tail: Marks


def signs_of(texts: Sequence[str]) -> Signs:
    """The signs of texts; those of no text are zeros."""
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
    return Signs(length, letters, head, tail)


def _missing(signs: Signs, here: NDArray[Any], there: NDArray[Any]) -> tuple[Ints32, Ints32]:
    """At least so many characters of the first text have no counterpart in the second, and the other way round."""
    one, other = signs.letters[here], signs.letters[there]
    return np.bitwise_count(one & ~other).astype(np.int32), np.bitwise_count(other & ~one).astype(np.int32)


def _matching(signs: Signs, here: NDArray[Any], there: NDArray[Any]) -> Ints32:
    """At most so many characters of the two texts match."""
    mine, theirs = _missing(signs, here, there)
    most: Ints32 = np.minimum(signs.length[here] - mine, signs.length[there] - theirs)
    return most


def most_jaro_winkler(signs: Signs, here: NDArray[Any], there: NDArray[Any]) -> Floats32:
    """At least the Jaro-Winkler similarity of the two texts: as if all that can match stood in order."""
    match = _matching(signs, here, there).astype(np.float32)
    one, other = (np.maximum(signs.length[side], 1).astype(np.float32) for side in (here, there))
    jaro = np.where(match > 0, (match / one + match / other + 1) / 3, 0)
    apart = signs.head[here] ^ signs.head[there]
    prefix = np.zeros(len(apart), dtype=np.float32)
    for at in range(ENDS):
        prefix += (apart & np.uint32((1 << (8 * (at + 1))) - 1)) == 0
    bound: Floats32 = (jaro + np.float32(0.1) * prefix * (1 - jaro)).astype(np.float32)
    return bound


def least_edits(signs: Signs, here: NDArray[Any], there: NDArray[Any]) -> Ints32:
    """At most the edit distance of the two texts, transpositions counted as one.

    Each edit makes up for one missing letter. One edit leaves the first or the last four of nine letters as they are.
    """
    mine, theirs = _missing(signs, here, there)
    one, other = signs.length[here], signs.length[there]
    least = np.maximum(np.maximum(mine, theirs), np.abs(one - other))
    apart = (signs.head[here] != signs.head[there]) & (signs.tail[here] != signs.tail[there])
    bound: Ints32 = np.where(apart & (np.minimum(one, other) > 2 * ENDS), np.maximum(least, 2), least)
    return bound


def most_ratio(signs: Signs, here: NDArray[Any], there: NDArray[Any]) -> Floats32:
    """At least the normalised indel similarity of the two texts: as if all that can match stood in order."""
    together = np.maximum(signs.length[here] + signs.length[there], 1).astype(np.float32)
    bound: Floats32 = 2 * _matching(signs, here, there).astype(np.float32) / together
    return bound
