"""Dates: ISO 8601, whole or partial, from the ways in which people write them.

A column of dates is written one way: whether the day or the month comes first, and how eight digits without marks are
laid out, is decided once for a column by the values that leave no choice.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from spine.normalise.folding import PLACEHOLDERS, fold, letters_as_digits

_ISO = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
_USUAL = re.compile(r"(\d{1,2})[-/.](\d{1,2})[-/.](\d{3}[1-9]|\d{2}[1-9]0|\d[1-9]00|[1-9]000)", re.ASCII)
_TIME = re.compile(r"[t ]\s*\d{1,2}:\d\d.*$")
_MARKED = re.compile(r"(\d{1,2})[-/. ](\d{1,2})[-/. ]\d{2,4}", re.ASCII)
_SPLIT = re.compile(r"[^0-9a-z|!]+")
_WORD = re.compile(r"[a-z]{3,}")
_MONTH_NAMES = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_MONTHS = {name: number for number, name in enumerate(_MONTH_NAMES, start=1)} | {
    "mrz": 3,
    "mai": 5,
    "okt": 10,
    "dez": 12,
    "fev": 2,
    "avr": 4,
    "aou": 8,
}
_PIVOT = 30
"""Two-digit years up to this are of the 21st century, the others of the 20th."""
_LAYOUTS = {"ymd": (0, 4, 6), "mdy": (4, 0, 2), "dmy": (4, 2, 0)}


@dataclass(frozen=True, slots=True)
class DateOrder:
    """How a column writes its dates: day before month or not, and the layout of eight digits (ymd, mdy or dmy)."""

    day_first: bool = False
    compact: str = "ymd"


def decide_order(values: Iterable[str], day_first: bool | None = None) -> DateOrder:
    """How these distinct values write dates, by a vote of those that can be read one way only.

    `day_first` given settles that question; without it and without a vote, the month comes first.
    """
    day = month = 0
    fits = dict.fromkeys(_LAYOUTS, 0)
    for value in values:
        if match := _MARKED.match(value):
            first, second = int(match[1]), int(match[2])
            day += first > 12 >= second
            month += second > 12 >= first
        elif len(value) == 8 and value.isascii() and value.isdigit():
            for layout in _LAYOUTS:
                fits[layout] += _plausible(value, layout)
    first_is_day = day > month if day_first is None else day_first
    others = ("dmy", "mdy") if first_is_day or (day == month == 0 and fits["dmy"] > fits["mdy"]) else ("mdy", "dmy")
    return DateOrder(first_is_day, max(("ymd", *others), key=lambda layout: fits[layout]))


def normalise_date(text: str, order: DateOrder = DateOrder()) -> tuple[str | None, bool]:
    """(date, exact): `1980-09-26`, `1980-09` or `1980`, and whether it is a date of the calendar.

    A text that can't be a date of the calendar but has its three parts, such as 02/30/1980, is still evidence, since
    dates are compared by their characters: it keeps the shape YYYY-MM-DD (`1980-02-30`) and is not exact. Letters that
    scanners read for digits are put back. Nothing usable gives (None, False), a placeholder (None, True).
    """
    text = text.strip().lower()
    if _ISO.fullmatch(text) and "00" not in (text[:2], text[5:7], text[8:]):
        return text, _in_calendar(text)
    if match := _USUAL.fullmatch(text):
        return _three([*match.groups()], order)
    return read_with_care(text, order)


def read_with_care(text: str, order: DateOrder) -> tuple[str | None, bool]:
    """What is made of any text in lower case: the reference that shorter ways must agree with."""
    if fold(text) in PLACEHOLDERS or not text.strip("0-/. "):
        return None, True
    text = _TIME.sub("", text)
    if word := _WORD.search(text):
        month = _MONTHS.get(word[0][:3])
        if month is not None:
            return _with_month_name(text, word, month)
    parts = [letters_as_digits(part) for part in _SPLIT.split(text) if part]
    if not parts or len(parts) > 3 or not all(part.isascii() and part.isdigit() for part in parts):
        return None, False
    if len(parts) == 3:
        return _three(parts, order)
    if len(parts) == 2:
        year, month_text = (parts[0], parts[1]) if len(parts[0]) >= len(parts[1]) else (parts[1], parts[0])
        return _build(year, month_text, "") if len(year) == 4 else (None, False)
    return _compact(parts[0], order)


def _three(parts: list[str], order: DateOrder) -> tuple[str | None, bool]:
    """Day, month and year with marks between them; the longest part is the year."""
    longest = max(len(part) for part in parts)
    if len(parts[0]) == longest and (longest > 2 or int(parts[0]) > 31):
        return _build(*parts)
    first, second, year = parts
    if len(second) == longest > 2:
        return None, False
    day_first = order.day_first
    if int(first) > 12 >= int(second) or int(second) > 12 >= int(first):
        day_first = int(first) > 12
    return _build(year, second, first) if day_first else _build(year, first, second)


def _compact(digits: str, order: DateOrder) -> tuple[str | None, bool]:
    """A year, a year and month, or eight digits; one lost zero is put back, one digit too many is left out."""
    if len(digits) == 4:
        return _build(digits, "", "")
    if len(digits) == 6 and 1 <= int(digits[4:]) <= 12 and _year_plausible(digits[:4]):
        return _build(digits[:4], digits[4:], "")
    if len(digits) == 6:
        return _three([digits[:2], digits[2:4], digits[4:]], order)
    tries = {7: ["0" + digits], 8: [digits], 9: [digits[:8], digits[1:]]}.get(len(digits), [])
    layouts = sorted(_LAYOUTS, key=lambda layout: layout != order.compact)
    for candidate in tries:
        for layout in layouts:
            if _plausible(candidate, layout):
                return _build(*_cut(candidate, layout))
    return _build(*_cut(digits, order.compact)) if len(digits) == 8 else (None, False)


def _with_month_name(text: str, word: re.Match[str], month: int) -> tuple[str | None, bool]:
    rest = re.findall(r"\d+", text[: word.start()] + " " + text[word.end() :], re.ASCII)
    numbers = sorted(rest, key=len, reverse=True)
    if not numbers or len(numbers) > 2 or len(numbers[0]) not in (2, 4):
        return None, False
    if len(numbers) == 2 and len(numbers[0]) == 2:
        numbers = [rest[1], rest[0]]
    return _build(numbers[0], f"{month:02}", numbers[1] if len(numbers) == 2 else "")


def _cut(digits: str, layout: str) -> tuple[str, str, str]:
    year, month, day = _LAYOUTS[layout]
    return digits[year : year + 4], digits[month : month + 2], digits[day : day + 2]


def _plausible(digits: str, layout: str) -> bool:
    year, month, day = _cut(digits, layout)
    return _year_plausible(year) and 1 <= int(month) <= 12 and 1 <= int(day) <= 31


def _year_plausible(year: str) -> bool:
    return 1850 <= int(year) <= 2100


def _build(year: str, month: str, day: str) -> tuple[str | None, bool]:
    """The ISO text of three parts of digits; parts that are empty or zero leave it partial."""
    if len(year) <= 2:
        year = str(int(year) + (2000 if int(year) <= _PIVOT else 1900))
    year, month, day = year[:4].zfill(4), _two(month), _two(day)
    if year == "0000":
        return None, False
    if not month.strip("0"):
        return (f"{year}-{month}-{day}", False) if day.strip("0") else (year, True)
    if not day.strip("0"):
        return (f"{year}-{month}", True) if int(month) <= 12 else (year, False)
    text = f"{year}-{month}-{day}"
    return text, _in_calendar(text)


def _two(part: str) -> str:
    """Two digits of a day or month; a third one is a slip, most likely a doubled zero in front."""
    return (part[1:] if len(part) > 2 and part[0] == "0" else part)[:2].zfill(2)


def _in_calendar(text: str) -> bool:
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True
