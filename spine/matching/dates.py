"""Dates compared by their characters, so that slips of the pen and partial dates count for what they are."""

from typing import Any

import numpy as np

from spine.matching.encoded import Bools
from spine.matching.pairs import PairView


def compare_dates(view: PairView, field: str, near: Bools) -> np.ndarray[Any, np.dtype[np.int8]]:
    """0 differs, 1 near year, 2 two parts agree, 3 slip, 4 exact; 5–9 the same where `near`; 10, 11 partial dates.

    A slip is one character that differs, two neighbours that changed places, or day and month exchanged. Partial dates
    (`1980`, `1980-09`) are compared by the characters they share: 10 disagree, 11 agree.
    """
    texts = view.records.texts_of(field)
    grid = np.array([list(text.ljust(10)[:10].encode()) for text in texts] + [[32] * 10], dtype=np.uint8)
    whole = (grid != 32).all(axis=1)
    here, there = view.codes(field)
    out = np.full(len(view), -1, dtype=np.int8)
    both = view.both(field)
    full = both & whole[here] & whole[there]
    rows = np.flatnonzero(full)
    low, high = np.minimum(here[rows], there[rows]).astype(np.int64), np.maximum(here[rows], there[rows])
    key, inverse = np.unique(low * (len(texts) + 1) + high, return_inverse=True)
    out[rows] = _whole_dates(grid[key // (len(texts) + 1)], grid[key % (len(texts) + 1)])[inverse]
    out[full & near] += 5
    rows = np.flatnonzero(both & ~full)
    one, other = grid[here[rows]], grid[there[rows]]
    out[rows] = np.where(((one == other) | (one == 32) | (other == 32)).all(axis=1), 11, 10)
    return out


def _whole_dates(one: Any, other: Any) -> np.ndarray[Any, np.dtype[np.int8]]:
    """The level of whole dates as arrays [pairs, 10] of characters."""
    equal = one == other
    wrong = (~equal).sum(axis=1)
    year, month, day = equal[:, :4].all(axis=1), equal[:, 5:7].all(axis=1), equal[:, 8:].all(axis=1)
    exchanged = (one[:, 5:7] == other[:, 8:]).all(axis=1) & (one[:, 8:] == other[:, 5:7]).all(axis=1) & year
    swapped = np.zeros(len(one), dtype=bool)
    for at in range(9):
        neighbours = (one[:, at] == other[:, at + 1]) & (one[:, at + 1] == other[:, at])
        swapped |= neighbours & (wrong == 2) & ~equal[:, at] & ~equal[:, at + 1]
    digits = (one[:, :4].astype(np.int32) - 48) @ [1000, 100, 10, 1]
    gap = np.abs(digits - (other[:, :4].astype(np.int32) - 48) @ [1000, 100, 10, 1])
    out = np.zeros(len(one), dtype=np.int8)
    out[(gap <= 1)] = 1
    out[(year.astype(int) + month + day) == 2] = 2
    out[(wrong == 1) | exchanged | swapped] = 3
    out[wrong == 0] = 4
    return out
