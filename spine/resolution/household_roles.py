"""Who is an adult, a child, or the head of a household: from declared roles, ages and dates of birth."""

import re
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from spine.normalise.whole_numbers import distinct_numbers, order_by
from spine.resolution.address_forms import Flags
from spine.resolution.components import Ints
from spine.resolution.grouping import coded
from spine.resolution.residencies import CHILD_ROLES, HEAD_ROLES, flagged
from spine.resolution.resolved import Resolved

CHILD, ADULT, HEAD = 0, 1, 2
ROLES = np.array(["child", "adult", "head"], dtype=object)
OF_AGE = 18
_ADULT_ROLES = ("spouse", "partner", "husband", "wife", "parent", "grandparent")
_YEAR = re.compile(r"(1[89]|20)\d\d")
_OLDEST = 120


def roles(resolved: Resolved, day: str = "") -> dict[int, Ints]:
    """For each role the sorted labels of the persons who have it; nobody is child and adult at once.

    The age decides, by the newest record that tells one (a stated age, or the birth date at the time of the record);
    where none tells, the declared role does: a spouse or head is an adult, a child of the head a child. A birth date in
    a record without a date tells the age on `day`.
    """
    age = _ages(resolved, day)
    spoken = np.flatnonzero((age >= 0) & (resolved.person >= 0))
    at = resolved.coded_of_records("observed_at").codes
    newest = spoken[order_by(resolved.person[spoken], at[spoken], age[spoken])]
    person = resolved.person[newest]
    last = np.append(person[1:] != person[:-1], True) if len(person) else np.zeros(0, bool)
    person, old_enough = person[last], age[newest][last] >= OF_AGE
    head = _persons(resolved, flagged(resolved, "household_role", HEAD_ROLES))
    grown = _persons(resolved, flagged(resolved, "household_role", _ADULT_ROLES) | (_says(resolved, "adult")))
    young = _persons(resolved, flagged(resolved, "household_role", CHILD_ROLES))
    adult = _either(person[old_enough], _without(_either(grown, head), person))
    child = _either(person[~old_enough], _without(young, _either(person, adult)))
    return {CHILD: child, ADULT: _without(adult, child), HEAD: _without(head, child)}


def _either(one: Ints, other: Ints) -> Ints:
    return distinct_numbers(np.concatenate((one, other)))


def _without(one: Ints, other: Ints) -> Ints:
    """Distinct numbers, ascending, without others that are distinct."""
    return np.setdiff1d(one, other, assume_unique=True)


def _says(resolved: Resolved, word: str) -> Flags:
    return flagged(resolved, "household_role", (word,))


def _persons(resolved: Resolved, found: Flags) -> Ints:
    return distinct_numbers(resolved.person[found & (resolved.person >= 0)])


def _ages(resolved: Resolved, day: str) -> Ints:
    """The age in years that each record tells, -1 where none."""
    stated = resolved.coded_text("age")
    number = np.array([int(text) if text.isdigit() and len(text) <= 3 else -1 for text in stated.texts.tolist()])
    age: Ints = np.append(number, -1).astype(np.int64)[stated.codes]
    born, seen = resolved.coded_text("birth_date"), coded(_dates(resolved.records["observed_at"]))
    seen_day = np.append(np.array([_day(text) for text in seen.texts.tolist()], dtype=np.int64), _day(day))
    born_day = np.append(np.array([_day(text) for text in born.texts.tolist()], dtype=np.int64), -1)
    there, then = seen_day[seen.codes], born_day[born.codes]
    years = (there - then) // 10_000
    known = (age < 0) & (there > 0) & (then > 0) & (years >= 0) & (years <= _OLDEST)
    age[known] = years[known]
    age[age > _OLDEST] = -1
    return age


def _dates(times: "pa.ChunkedArray[Any]") -> "pa.ChunkedArray[Any]":
    """The dates of times: a million times lie on a few thousand days."""
    dates: pa.ChunkedArray[Any] = pc.utf8_slice_codeunits(times, 0, len("2025-01-01"))
    return dates


def _day(text: str) -> int:
    """A date as the number yyyymmdd, months and days that are missing as 0; -1 where there is no year."""
    if not _YEAR.match(text):
        return -1
    digits = text[:10].replace("-", "")
    return int(digits.ljust(8, "0")) if digits.isdigit() else int(text[:4]) * 10_000
