"""What the values of a column look like, told from a sample of them."""

import re
from collections import Counter
from collections.abc import Sequence
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

    def day_first(self) -> bool:
        """Whether its slashed dates have the day before the month: some first number is above 12, no second is."""
        parts = [re.match(r"(\d{1,2})/(\d{1,2})/\d{4}", value) for value in self.values]
        first = [int(match[1]) for match in parts if match]
        second = [int(match[2]) for match in parts if match]
        return bool(first) and max(first) > 12 and max(second) <= 12
