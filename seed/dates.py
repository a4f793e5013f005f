"""Days as whole numbers since 1970-01-01, and how each source writes them."""

import datetime as dt

import numpy as np

from seed.chance import Ints, Texts, nothing

NEVER = -(10**6)
"""The day that stands for no date."""
YEAR = 365


def day(text: str) -> int:
    """The day of an ISO 8601 date."""
    return (dt.date.fromisoformat(text) - dt.date(1970, 1, 1)).days


TODAY = day("2026-06-30")
"""The last day of every world, whatever the clock says."""
START = day("2012-01-01")
"""The first day on which a source can have seen anybody."""


def written(days: Ints, pattern: str = "{y:04}-{m:02}-{d:02}") -> Texts:
    """The days in a source's own pattern of `y`, `m`, `d`; None where NEVER. Formats each distinct day once."""
    distinct, back = np.unique(days, return_inverse=True)
    out = nothing(len(distinct))
    epoch = dt.date(1970, 1, 1)
    for row, number in enumerate(distinct.tolist()):
        if number != NEVER:
            date = epoch + dt.timedelta(days=number)
            out[row] = pattern.format(y=date.year, m=date.month, d=date.day)
    return out[back.reshape(-1)]


def stamped(
    days: Ints, seconds: Ints, pattern: str = "{y:04}-{m:02}-{d:02}", joint: str = "T", end: str = "Z"
) -> Texts:
    """The moments of these days and seconds of the day, as `<date><joint>HH:MM:SS<end>`; None where NEVER."""
    dates = written(days, pattern)
    out = nothing(len(days))
    for row, (date, second) in enumerate(zip(dates.tolist(), seconds.tolist(), strict=True)):
        if date is not None:
            out[row] = f"{date}{joint}{second // 3600:02}:{second // 60 % 60:02}:{second % 60:02}{end}"
    return out
