"""What the values of a column look like, told from a sample of them."""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from stdnum import lei as lei_number

from loaders.sql import ORGANISATION_NAME

_SHAPES = {
    "email": re.compile(r"[^@\s]+@[^@\s]+\.[A-Za-z]{2,}"),
    "uuid": re.compile(r"[0-9a-fA-F]{8}-?([0-9a-fA-F]{4}-?){3}[0-9a-fA-F]{12}"),
    "ssn": re.compile(r"\d{3}-\d{2}-\d{4}"),
    "ip": re.compile(r"(\d{1,3}\.){3}\d{1,3}"),
    "url": re.compile(r"(https?://|www\.)\S+"),
    "date": re.compile(
        r"\d{4}[-/.]\d{1,2}[-/.]\d{1,2}([T ].*)?|\d{1,2}[-/.]\d{1,2}[-/.](\d{4}|\d{2})([T ].*)?"
        r"|\d{1,2}[- ][A-Za-z]{3,9}[- ]\d{2,4}|(19|20)\d{2}(0[1-9]|1[0-2])([0-2]\d|3[01])"
    ),
    "phone": re.compile(r"\+[\d ().-]{7,}\d|\(\d{2,5}\)[ -]?\d[\d -]{4,}|\d{3}[-. ]\d{3}[-. ]\d{4}|0\d[\d /-]{6,13}\d"),
    "coordinate": re.compile(r"-?\d{1,3}\.\d{3,}"),
    "number": re.compile(r"[-+]?\d+([.,]\d+)?"),
    "token": re.compile(r"(?=.*\d)[0-9A-Za-z_-]{6,}"),
}
_SLASHED = re.compile(r"(\d{1,2})/(\d{1,2})/\d{4}(?: (\d{1,2}:\d{2}(?::\d{2})?))?")
_YEAR = re.compile(r"(?<!\d)(1[89]\d\d|20\d\d)(?!\d)|^(1[89]\d\d|20\d\d)\d{4}$")
_ORGANISATION = re.compile(ORGANISATION_NAME)
_HONORIFICS = {
    "mr", "mrs", "ms", "miss", "dr", "prof", "sir", "herr", "frau", "hr", "fr", "m", "mme", "mlle", "sr", "sra", "dhr",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Profile:
    """A column's sample: `values` those that are filled, `rows` how many there were, `distinct` different values."""

    name: str
    values: Sequence[str]
    rows: int
    distinct: int

    @property
    def unique(self) -> bool:
        """Whether every row has a value and no two the same."""
        return self.rows > 0 and len(self.values) == self.rows == self.distinct

    def share(self, shape: str) -> float:
        """Share of the filled values that have the shape (`lei` and `organisation`, `honorific` too)."""
        some = self.values[:2000]
        if not some:
            return 0.0
        if shape == "lei":
            return sum(1 for value in some if len(value) == 20 and lei_number.is_valid(value)) / len(some)
        if shape == "organisation":
            return sum(1 for value in some if _ORGANISATION.search(value.lower())) / len(some)
        if shape == "honorific":
            return sum(1 for value in some if value.lower().rstrip(".") in _HONORIFICS) / len(some)
        return sum(1 for value in some if _SHAPES[shape].fullmatch(value)) / len(some)

    def shape(self) -> str:
        """The shape of most values; "" where none stands out."""
        if self.share("lei") >= 0.7:
            return "lei"
        for shape in ("email", "uuid", "ssn", "ip", "url", "date", "phone", "coordinate", "number", "token"):
            if self.share(shape) >= 0.7:
                return shape
        return ""

    def words(self) -> set[str]:
        """The different values, in lower case."""
        return {value.lower() for value in self.values}

    def common(self, count: int) -> list[str]:
        """The commonest values."""
        return [value for value, _ in Counter(self.values).most_common(count)]

    def years(self) -> list[int]:
        """The years in its dates, sorted."""
        found = (_YEAR.search(value) for value in self.values[:2000])
        return sorted(int(match[1] or match[2]) for match in found if match)

    def slashed(self) -> "Slashed | None":
        """How its dates with slashes are written; None where most values are none."""
        parts = [_SLASHED.fullmatch(value) for value in self.values[:2000]]
        found = [match for match in parts if match]
        if not found or len(found) < 0.7 * len(parts):
            return None
        first, second = max(int(match[1]) for match in found), max(int(match[2]) for match in found)
        clocks = {len((match[3] or "").split(":")) if match[3] else 0 for match in found}
        return Slashed(first > 12 >= second, second > 12 >= first, clocks.pop() if len(clocks) == 1 else -1)


@dataclass(frozen=True, slots=True)
class Slashed:
    """Dates with slashes: whether the day surely comes first or the month does, and the parts of the time of day.

    `clock` is 0 for days, 2 for hours and minutes, 3 with seconds, -1 where values differ.
    """

    day_first: bool
    month_first: bool
    clock: int

    @property
    def form(self) -> str | None:
        """The format that reads them with the day first; None where there is no single one."""
        return {0: "%d/%m/%Y", 2: "%d/%m/%Y %H:%M", 3: "%d/%m/%Y %H:%M:%S"}.get(self.clock)


def days_first(profiles: Iterable[Profile], region: str) -> bool:
    """Whether slashed dates that could be either have the day first: as others of the file, else as its country."""
    found = [way for profile in profiles if (way := profile.slashed()) is not None]
    surely = any(way.day_first for way in found), any(way.month_first for way in found)
    if surely[0] != surely[1]:
        return surely[0]
    return region not in ("", "US", "PH") and not surely[1]


def births(years: Sequence[int]) -> bool:
    """Whether years are of births rather than of last week's orders: spread out, and most long past."""
    return len(years) > 2 and years[len(years) // 2] < 2012 and years[-1] - years[0] > 15
