"""Dates compared by their characters, so that slips of the pen and partial dates count for what they are."""

from typing import Any

import numpy as np

from spine.matching.encoded import Bools
from spine.matching.outcomes import FAR, PARTIAL, Levels, Outcomes
from spine.matching.pairs import PairView

Characters = np.ndarray[Any, np.dtype[np.uint8]]
LENGTH = len("2000-12-31")
BLANK = ord(" ")


def compare_dates(view: PairView, field: str, outcomes: Outcomes) -> tuple[Levels, Bools]:
    """The level of each pair of dates, and where both dates are whole.

    A slip is one character that differs, two neighbours that changed places, or day and month exchanged. Partial dates
    (`1980`, `1980-09`) agree where the characters they share do.
    """
    texts = view.records.texts_of(field)
    lines = [list(text.ljust(LENGTH)[:LENGTH].encode()) for text in texts]
    grid = np.array([*lines, [BLANK] * LENGTH], dtype=np.uint8)
    whole = (grid != BLANK).all(axis=1)
    here, there = view.codes(field)
    both = view.both(field)
    full = both & whole[here] & whole[there]
    out = np.full(len(view), -1, dtype=np.int8)
    rows = np.flatnonzero(full)
    low, high = np.minimum(here[rows], there[rows]).astype(np.int64), np.maximum(here[rows], there[rows])
    key, inverse = np.unique(low * len(grid) + high, return_inverse=True)
    out[rows] = _whole_dates(grid[key // len(grid)], grid[key % len(grid)], outcomes)[inverse]
    rows = np.flatnonzero(both & ~full)
    one, other = grid[here[rows]], grid[there[rows]]
    agree = ((one == other) | (one == BLANK) | (other == BLANK)).all(axis=1)
    present = np.ones(len(rows), dtype=bool)
    out[rows] = outcomes.ranked(present, [("partial agrees", agree)], PARTIAL, "partial disagrees")
    return out, full


def _whole_dates(one: Characters, other: Characters, outcomes: Outcomes) -> Levels:
    """The level of whole dates as arrays [pairs, 10] of characters."""
    equal = one == other
    wrong = (~equal).sum(axis=1)
    year, month, day = equal[:, :4].all(axis=1), equal[:, 5:7].all(axis=1), equal[:, 8:].all(axis=1)
    exchanged = (one[:, 5:7] == other[:, 8:]).all(axis=1) & (one[:, 8:] == other[:, 5:7]).all(axis=1) & year
    swapped = np.zeros(len(one), dtype=bool)
    for at in range(LENGTH - 1):
        neighbours = (one[:, at] == other[:, at + 1]) & (one[:, at + 1] == other[:, at])
        swapped |= neighbours & (wrong == 2) & ~equal[:, at] & ~equal[:, at + 1]
    gap = np.abs(_year(one) - _year(other))
    steps = [
        ("near year", gap <= 1),
        ("two parts agree", (year.astype(int) + month + day) == 2),
        ("slip", (wrong == 1) | exchanged | swapped),
        ("same", wrong == 0),
    ]
    return outcomes.ranked(np.ones(len(one), dtype=bool), steps, FAR)


def _year(dates: Characters) -> np.ndarray[Any, np.dtype[np.int64]]:
    digits = dates[:, :4].astype(np.int64) - ord("0")
    years: np.ndarray[Any, np.dtype[np.int64]] = digits @ np.array([1000, 100, 10, 1])
    return years
