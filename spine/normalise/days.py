"""Days of sightings: the ISO texts of `first_seen` and `last_seen` as whole numbers, to count the days between them."""

from calendar import monthrange
from datetime import date
from functools import lru_cache
from typing import Any

import numpy as np

from spine.normalise.columns import Column, compute, distinct

Days = np.ndarray[Any, np.dtype[np.int32]]
"""Days since the year 1 began."""
EVER_BEFORE, EVER_AFTER = -(10**7), 10**7
"""The first and last day of a sighting whose dates are unknown: no other lies apart from it."""


def first_days(texts: Column) -> Days:
    """The day on which each begins, of a year or month its first; `EVER_BEFORE` where it is no date."""
    return _days(texts, EVER_BEFORE, (1, 1), _first_of_month)


def last_days(texts: Column) -> Days:
    """The day on which each ends, of a year or month its last; `EVER_AFTER` where it is no date."""
    return _days(texts, EVER_AFTER, (12, 31), _last_of_month)


def _days(texts: Column, unknown: int, in_year: tuple[int, int], in_month: Any) -> Days:
    values, place = distinct(compute.utf8_slice_codeunits(texts, 0, len("2000-12-31")))
    known = [_day(value, in_year, in_month) for value in values]
    table = np.array([*(unknown if day is None else day for day in known), unknown], dtype=np.int32)
    found: Days = table[place.fill_null(len(values)).to_numpy(zero_copy_only=False)]
    return found


def day_seen(text: str | None, *, last: bool) -> int:
    """The same of one text: the day on which it begins, or on which it ends."""
    return _day_seen(None if text is None else text[: len("2000-12-31")], last)


@lru_cache(maxsize=4096)
def _day_seen(text: str | None, last: bool) -> int:
    if last:
        day = None if text is None else _day(text, (12, 31), _last_of_month)
        return EVER_AFTER if day is None else day
    day = None if text is None else _day(text, (1, 1), _first_of_month)
    return EVER_BEFORE if day is None else day


def _first_of_month(year: int, month: int) -> int:
    return 1


def _last_of_month(year: int, month: int) -> int:
    return monthrange(year, month)[1]


def _day(text: str, in_year: tuple[int, int], in_month: Any) -> int | None:
    """The day of a date, `2020-05` or `2020`."""
    try:
        if len(text) == len("2020"):
            return date(int(text), *in_year).toordinal()
        if len(text) == len("2020-05"):
            year, month = int(text[:4]), int(text[5:])
            return date(year, month, in_month(year, month)).toordinal()
        return date.fromisoformat(text).toordinal()
    except ValueError:
        return None
