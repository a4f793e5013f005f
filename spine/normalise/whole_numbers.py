"""Columns of whole numbers sorted and numbered anew: what grouping and pairing of millions of rows is made of.

A key packed above a row number into one 64-bit number sorts into groups of equal keys with their rows ascending.
Sorting ten million such numbers takes numpy a tenth of a second where the processor has AVX-512; its `unique`, where
no indices are asked for, hashes instead and takes a hundred times as long.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]
WORD = 63
"""So many bits a packed number may have, the sign left out."""
_MANY = 1000
"""Fewer rows than this are sorted as they are."""


def bits_for(count: int) -> int:
    """How many bits number `count` things from 0."""
    return max(int(count - 1).bit_length(), 1)


def firsts(ordered: NDArray[Any]) -> NDArray[np.bool_]:
    """Which values of a sorted column differ from the one before."""
    fresh = np.ones(len(ordered), np.bool_)
    np.not_equal(ordered[1:], ordered[:-1], out=fresh[1:])
    return fresh


def distinct_numbers(values: Ints) -> Ints:
    """The distinct values, ascending."""
    ordered = np.sort(values)
    return ordered[firsts(ordered)]


def places_of(values: Ints, ordered: Ints) -> Ints:
    """`np.searchsorted(ordered, values)`: where each value stands, or would; of many the smaller are sought first.

    Values that follow each other are found in what is at hand; of millions in no order each is far away.
    """
    order = np.argsort(values)
    places = np.empty(len(values), np.int64)
    places[order] = np.searchsorted(ordered, values.take(order))
    return places


def in_order(values: Ints) -> tuple[Ints, NDArray[np.bool_]]:
    """The places of the values from the smallest to the greatest, equal ones as they stand, and where each is new."""
    if not len(values):
        return np.empty(0, np.int64), np.empty(0, np.bool_)
    least, bits = int(values.min()), bits_for(len(values))
    if bits_for(int(values.max()) - least + 1) + bits <= WORD:
        packed = np.sort(((values - least) << bits) | np.arange(len(values)))
        return packed & ((1 << bits) - 1), firsts(packed >> bits)
    order = np.argsort(values, kind="stable").astype(np.int64)
    return order, firsts(values[order])


def order_by(*columns: NDArray[Any]) -> Ints:
    """The places of rows in the order of columns of whole numbers, of which the first counts most: a stable sort.

    What numpy's `lexsort` says of them the other way round; several columns are packed into one number, where it fits.
    """
    if len(columns[0]) < _MANY:
        return np.lexsort(columns[::-1])
    words: list[Ints] = []
    width = 1 << WORD
    for column in columns:
        least = int(column.min())
        span = int(column.max()) - least + 1
        if span == 1:
            continue
        if span > (1 << WORD) // width:
            words.append(column.astype(np.int64))
            width = span
            if bits_for(span) < WORD:
                words[-1] -= least
        else:
            words[-1] *= span
            words[-1] += column
            words[-1] -= least
            width *= span
    if len(words) > 1:
        return np.lexsort(words[::-1])
    return in_order(words[0])[0] if words else np.arange(len(columns[0]))


def numbered(values: Ints) -> tuple[Ints, int]:
    """Equal values get one number, from 0 in their order, and how many numbers there are."""
    if not len(values):
        return values.astype(np.int64), 0
    least = int(values.min())
    width = int(values.max()) - least + 1
    if width <= 4 * len(values):
        present = np.zeros(width, np.bool_)
        present[values - least] = True
        place = np.cumsum(present, dtype=np.int64) - 1
        return place[values - least], int(place[-1]) + 1
    order, fresh = in_order(values)
    number = np.empty(len(values), np.int64)
    number[order] = np.cumsum(fresh) - 1
    return number, int(fresh.sum())
