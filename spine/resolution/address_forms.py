"""How two written addresses compare, part by part: equal, near (a typing error), one missing, different.

A form is one distinct way an address stands in the records. Forms are few beside records, and each pair of texts is
measured once, by rapidfuzz in bulk.
"""

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray
from rapidfuzz.distance import OSA
from rapidfuzz.process import cpdist

from spine.normalise.street_words import STREET_WORDS
from spine.resolution.components import Ints
from spine.resolution.grouping import Coded, coded, groups_of

PARTS = ("house_number", "street", "unit", "po_box", "city", "region", "postcode", "country")
DIFFERENT, MISSING, NEAR, EQUAL = 0, 1, 2, 3
"""Levels of agreement of one part; MISSING: at least one side lacks it."""

_LONG: dict[str, str] = {}
for _word, _short in STREET_WORDS.items():
    _LONG.setdefault(_short, _word)

Levels = NDArray[np.int8]
Flags = NDArray[np.bool_]


@dataclass(frozen=True)
class Forms:
    """The distinct written addresses: per part a column of codes [forms], and the texts behind them."""

    parts: dict[str, Coded]
    size: int
    ends: dict[str, Coded] = field(default_factory=dict, compare=False, repr=False)
    """What else was asked of the streets, made once (`home_keys.part_of`)."""

    def has(self, part: str) -> Flags:
        """Which forms have this part."""
        found: Flags = self.parts[part].codes >= 0
        return found

    @property
    def homes(self) -> Flags:
        """Forms that name a building, by house number or street (a box of the post office is none)."""
        return self.has("house_number") | self.has("street")

    @property
    def dwellings(self) -> Flags:
        """Forms that name a building or a box of the post office; others tell at most in which town somebody lives."""
        return self.homes | self.has("po_box")

    @property
    def completeness(self) -> Ints:
        """How much a form says: house number and street before all, then unit, then the parts of the place."""
        says = {"house_number": 8, "street": 8, "unit": 4, "po_box": 2, "postcode": 1, "city": 1}
        return sum((weight * self.has(part) for part, weight in says.items()), np.zeros(self.size, np.int64))

    def texts(self, part: str, forms: Ints) -> list[str]:
        """The texts of a part, empty where missing."""
        return [text or "" for text in self.parts[part].take(self.parts[part].codes[forms])]

    def level(self, part: str, left: Ints, right: Ints) -> Levels:
        """How a part agrees, for pairs of forms."""
        here, there = self.parts[part].codes[left], self.parts[part].codes[right]
        out = np.full(len(left), DIFFERENT, np.int8)
        out[(here < 0) | (there < 0)] = MISSING
        out[(here == there) & (here >= 0)] = EQUAL
        open_ = np.flatnonzero(out == DIFFERENT)
        if len(open_):
            width = len(self.parts[part].texts)
            low, high = np.minimum(here[open_], there[open_]), np.maximum(here[open_], there[open_])
            key, inverse = np.unique(low * width + high, return_inverse=True)
            texts = self.parts[part].texts
            one, other = texts[key // width].tolist(), texts[key % width].tolist()
            if part in ("house_number", "po_box"):
                near = _near_number(one, other)
            else:
                near = _near_words(one, other, as_spelt=part == "street")
            out[open_[near[inverse]]] = NEAR
        return out

    def place(self, left: Ints, right: Ints) -> Levels:
        """Whether two forms can lie in one place: EQUAL, MISSING (one says nothing), or DIFFERENT.

        Equal postcodes are enough, and so are equal or nearly equal cities in regions that do not differ: one of
        them may be misspelt. Countries that differ never agree.
        """
        postcode, city = self.level("postcode", left, right), self.level("city", left, right)
        region, country = self.level("region", left, right), self.level("country", left, right)
        agree = (postcode == EQUAL) | ((city >= NEAR) & (region != DIFFERENT) & (postcode != EQUAL))
        silent = (postcode == MISSING) & (city == MISSING)
        out = np.where(agree, EQUAL, np.where(silent, MISSING, DIFFERENT)).astype(np.int8)
        out[country == DIFFERENT] = DIFFERENT
        return out


def forms_of(columns: "dict[str, pa.ChunkedArray[Any]]") -> tuple[Forms, Ints]:
    """The distinct addresses of rows of address parts, and the form of each row (-1 where nothing locates it)."""
    by_row = {part: coded(columns[part]) for part in PARTS}
    group, first = groups_of([by_row[part].codes for part in PARTS])
    forms = Forms({part: Coded(c.codes[first], c.texts) for part, c in by_row.items()}, len(first))
    located = np.zeros(forms.size, dtype=bool)
    for part in ("house_number", "street", "po_box", "city", "postcode"):
        located |= forms.has(part)
    return forms, np.where(located[group], group, -1)


def _distance(one: list[str], other: list[str]) -> NDArray[Any]:
    return cpdist(one, other, scorer=OSA.distance, dtype=np.int32)


def _near_number(one: list[str], other: list[str]) -> Flags:
    """One edit apart in numbers of two digits or more, or one a part of the other, as 108 in 108-110."""
    apart = _distance(one, other).tolist()
    words = {text: frozenset(text.replace("-", " ").replace(",", " ").split()) for text in {*one, *other}}
    found = [
        (edits == 1 and min(len(a), len(b)) >= 2) or _part_of(words[a], words[b])
        for edits, a, b in zip(apart, one, other, strict=True)
    ]
    flags: Flags = np.asarray(found, dtype=bool)
    return flags


def _part_of(one: frozenset[str], other: frozenset[str]) -> bool:
    return (one <= other or other <= one) and not one.isdisjoint(other)


def in_full(street: str) -> str:
    """A street with its words spelt out (`perry blvd` -> `perry boulevard`), as they stood where one was mistyped."""
    return " ".join(_LONG.get(word, word) for word in street.split())


def _near_words(one: list[str], other: list[str], *, as_spelt: bool = False) -> Flags:
    """At most one edit for every five letters, numbers in the text equal; or all words of the shorter in the longer.

    `as_spelt`: edits are counted in the streets spelt out too, since a mistyped word is not given its short form.
    """
    # Pairs are many beside the texts in them.
    known = {text: text.split() for text in {*one, *other}}
    apart = _distance(one, other)
    if as_spelt:
        full = {text: in_full(text) for text in known}
        spelt = [at for at, (a, b) in enumerate(zip(one, other, strict=True)) if full[a] != a or full[b] != b]
        again = _distance([full[one[at]] for at in spelt], [full[other[at]] for at in spelt])
        apart[spelt] = np.minimum(apart[spelt], again)
    longer = np.array([max(len(a), len(b)) for a, b in zip(one, other, strict=True)])
    found = (apart <= np.maximum(1, longer // 5)) & (longer >= 4)
    sets = {text: frozenset(words) for text, words in known.items()}
    for at, close in enumerate(found.tolist()):
        if close:
            found[at] = _numbers(known[one[at]]) == _numbers(known[other[at]])
        else:
            less, more = sets[one[at]], sets[other[at]]
            if len(less) > len(more):
                less, more = more, less
            found[at] = less < more and max(map(len, less), default=0) >= 4
    flags: Flags = found
    return flags


def _numbers(words: list[str]) -> list[str]:
    """The words that are numbers, such as 42nd or a1; a digit within a long word is a slip."""
    return [word for word in words if 3 * sum(map(str.isdigit, word)) >= len(word)]
