"""Dates compared by their characters, so that slips of the pen and partial dates count for what they are."""

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np

from spine.matching.encoded import Bools, Codes, Ints
from spine.matching.outcomes import FAR, PARTIAL, Levels, Outcomes
from spine.matching.pairs import PairView

Characters = np.ndarray[Any, np.dtype[np.uint8]]
Marks = np.ndarray[Any, np.dtype[np.uint32]]
LENGTH = len("2000-12-31")
BLANK = ord(" ")


def compare_dates(view: PairView, field: str, outcomes: Outcomes) -> Levels:
    """The level of each pair of dates: those of the group `FAR` for whole dates, of `PARTIAL` where one is partial.

    A slip is one character that differs, two neighbours that changed places, or day and month exchanged. Partial dates
    (`1980`, `1980-09`) agree where the characters they share do.
    """
    dates = view.records.remember(("dates", field), lambda: _dates(view.records.texts_of(field)))
    out = view.told(
        "levels",
        field,
        lambda texts: _two_dates(dates, texts.here, texts.there, outcomes),
        outcomes.number("same", FAR),
    ).copy()
    partial = view.same(field) & ~dates.whole[view.codes(field)[0]]
    out[partial] = outcomes.number("partial agrees", PARTIAL)
    return out


def _two_dates(dates: "_Dates", one: Codes, other: Codes, outcomes: Outcomes) -> Levels:
    # Dates that agree neither in the year nor in month and day are at most near.
    near = np.abs(dates.number.take(one) - dates.number.take(other)) <= 1
    out = outcomes.ranked(None, [("near year", near)], FAR)
    whole = dates.whole.take(one) & dates.whole.take(other)
    agree = (dates.year.take(one) == dates.year.take(other)) | (dates.day.take(one) == dates.day.take(other))
    rows = np.flatnonzero(whole & agree)
    out[rows] = _whole_dates(dates.grid.take(one.take(rows), 0), dates.grid.take(other.take(rows), 0), outcomes)
    rows = np.flatnonzero(~whole)
    mine, theirs = dates.grid[one[rows]], dates.grid[other[rows]]
    agree = ((mine == theirs) | (mine == BLANK) | (theirs == BLANK)).all(axis=1)
    out[rows] = outcomes.ranked(None, [("partial agrees", agree)], PARTIAL, "partial disagrees")
    return out


class _Dates(NamedTuple):
    """Dates by code, last for null: their characters, whether none is missing, year, month and day packed, the year."""

    grid: Characters
    whole: Bools
    year: Marks
    day: Marks
    number: Ints


def _dates(texts: Sequence[str]) -> _Dates:
    lines = [text.ljust(LENGTH)[:LENGTH].encode("ascii", "replace") for text in texts]
    grid = np.frombuffer(b"".join([*lines, b" " * LENGTH]), dtype=np.uint8).reshape(-1, LENGTH)
    year = np.ascontiguousarray(grid[:, :4]).view(np.uint32)[:, 0]
    day = np.ascontiguousarray(grid[:, [5, 6, 8, 9]]).view(np.uint32)[:, 0]
    return _Dates(grid, (grid != BLANK).all(axis=1), year, day, _year(grid))


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
    return outcomes.ranked(None, steps, FAR)


def _year(dates: Characters) -> np.ndarray[Any, np.dtype[np.int64]]:
    digits = dates[:, :4].astype(np.int64) - ord("0")
    years: np.ndarray[Any, np.dtype[np.int64]] = digits @ np.array([1000, 100, 10, 1])
    return years
