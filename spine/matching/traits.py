"""What else tells one person from another: birth date, age, sex."""

from collections.abc import Sequence

import numpy as np

from spine.matching.addresses import in_one_home
from spine.matching.dates import compare_dates
from spine.matching.encoded import Ints
from spine.matching.names import alike
from spine.matching.outcomes import AGREE, DIFFER, FAR, MISSING, NAMES_AGREE, NAMES_DIFFER, NEAR, OUTCOMES, Levels
from spine.matching.pairs import PairView

AGE, SEX, BIRTH_DATE = OUTCOMES["age"], OUTCOMES["sex"], OUTCOMES["birth_date"]


def birth_date(view: PairView) -> Levels:
    """Birth date: differs, near year, two parts agree, slip, same; the same again at one address; partial dates."""
    return view.remember("birth date levels", lambda: _birth_date(view))


def _birth_date(view: PairView) -> Levels:
    found = compare_dates(view, "birth_date", BIRTH_DATE)
    return BIRTH_DATE.moved(found, BIRTH_DATE.within(found, FAR) & in_one_home(view), NEAR)


def age(view: PairView) -> Levels:
    """Age: differs, within two years, same; apart where birth dates agree, and where they differ altogether.

    Where the dates are near each other the ages say nothing that they don't.
    """
    both = view.both("age")
    values = view.records.remember(("age in years",), lambda: _years(view.records.texts_of("age")))
    here, there = view.codes("age")
    gap = np.abs(values[here] - values[there])
    out = AGE.ranked(both, [("within two years", gap <= 2), ("same", gap == 0)], MISSING)
    dates = birth_date(view)
    agree = BIRTH_DATE.named(dates, "slip", "same", "partial agrees")
    differ = BIRTH_DATE.named(dates, "differs")
    out = AGE.moved(AGE.moved(out, agree, AGREE), differ, DIFFER)
    out[(dates >= 0) & ~agree & ~differ] = -1
    return out


def _years(texts: Sequence[str]) -> Ints:
    return np.array([*(int(text) if text.isdecimal() else -99 for text in texts), -99], dtype=np.int64)


def sex(view: PairView) -> Levels:
    """Sex: differs, same; apart for pairs whose given names agree, which says nearly all of it."""
    out = SEX.ranked(view.both("sex"), [("same", view.same("sex"))], NAMES_DIFFER)
    rows = np.flatnonzero(out >= 0)
    if not len(rows):
        return out
    out[rows] = SEX.moved(out[rows], alike(view.part(rows)), NAMES_AGREE)
    return out
