"""The levels of every comparison by name: the one place that says which there are, in which order, and what they mean.

The comparing functions answer by these names, the declared weights are given by these names, and training asks for
levels by what they mean: so no number of a level stands anywhere else.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from spine.matching.encoded import Bools

Levels = np.ndarray[Any, np.dtype[np.int8]]
"""Per pair the number of a level, -1 where there is nothing to compare."""

SHARED = "shared_"
"""The names of comparisons and key columns of identifiers that are shared or not begin so; a namespace follows."""
SHARED_NAMESPACES = (
    "login", "customer", "loyalty", "employee", "master", "account", "device", "mobile_token", "cookie", "social",
)  # fmt: skip
OTHER = "other"
"""Identifiers of a mapping's own namespaces (`x_…`), compared together."""

FAR, NEAR, KIN, NAMESAKES = "elsewhere", "at one address", "relatives", "namesakes"
GIVEN_NAME = "one given name"
ROLES = "roles"
"""In place of a field's name: what counts is how common the names are as given names and as surnames."""
STREET, PLACE, NUMBER = "street", "place", "number"
MISSING, AGREE, DIFFER = "birth date missing", "birth dates agree", "birth dates differ"
NAMES_DIFFER, NAMES_AGREE = "names differ", "names agree"
PARTIAL = "partial"

OWN = "own"
"""A mark: agreement on something of the record's own, not of its household's."""
HOME = "home"
"""A mark: the addresses are one dwelling or building, slips and missing parts allowed."""
HOUSEHOLD_NAMESPACES = frozenset({"account", "device", "mobile_token", "cookie"})
"""What a household may share: of those who live together, or bear one family name, it tells less."""
SISTERS = "sisters"
"""A mark: the names are those of two companies of one house."""
FAMILY_NAME = "family name"
"""A mark: the surnames agree, slips allowed."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """One level by its `label` within its `group`.

    `frequency` names the field whose value's rarity adjusts the weight. `many` is the label of the same group that
    takes this one's place where the value is one of many records. `marks` say what the outcome means for others.
    `fades` names the namespace whose sightings lower the weight, the further apart they are.
    """

    label: str
    group: str = ""
    frequency: str = ""
    many: str = ""
    marks: frozenset[str] = frozenset()
    fades: str = ""


def masked(answers: Levels, both: Bools) -> Levels:
    """The answers where both sides have a value, else -1."""
    out: Levels = (answers + np.int8(1)) * both.view(np.int8) - np.int8(1)
    return out


class Outcomes:
    """The levels of one comparison; the number of a level is its place in `all`."""

    def __init__(self, name: str, outcomes: Iterable[Outcome]) -> None:
        self.name = name
        self.all = tuple(outcomes)
        self._numbers = {(one.group, one.label): number for number, one in enumerate(self.all)}
        if len(self._numbers) != len(self.all):
            raise ValueError(f"{name} names a level twice")

    def number(self, label: str, group: str = "") -> int:
        """The number of a level; KeyError where there is none of that name."""
        return self._numbers[group, label]

    def of_many(self, number: int) -> int:
        """The level that takes this one's place where the value is one of many records, or -1."""
        one = self.all[number]
        return self.number(one.many, one.group) if one.many else -1

    def ranked(
        self, both: Bools | None, steps: Sequence[tuple[str, Bools]], group: str = "", least: str = "differs"
    ) -> Levels:
        """`least` where `both` have a value (None: all), then each later step overrides the earlier; -1 elsewhere."""
        numbers = [self.number(least, group), *(self.number(label, group) for label, _ in steps)]
        out = np.full(len(steps[0][1] if both is None else both), numbers[0], dtype=np.int8)
        rising = sorted(set(numbers)) == numbers
        for number, (_, hit) in zip(numbers[1:], steps, strict=True):
            if rising:
                # The greatest number is that of the last step that hits; a processor takes many of these at once.
                np.maximum(out, hit.view(np.int8) * np.int8(number), out=out)
            else:
                np.copyto(out, np.int8(number), where=hit)
        return out if both is None else masked(out, both)

    def moved(self, levels: Levels, where: Bools, group: str) -> Levels:
        """The same outcomes of another group for the pairs in `where`; `differs` for an outcome it does not have."""
        fallback = self._numbers.get((group, "differs"), -1)
        table = np.array([*(self._numbers.get((group, one.label), fallback) for one in self.all), -1], dtype=np.int8)
        rows = np.flatnonzero(where)
        out = levels.copy()
        out[rows] = table.take(levels.take(rows))
        return out

    def named(self, levels: Levels, *labels: str) -> Bools:
        """Whether each level bears one of the labels, in whichever group."""
        return self._table(one.label in labels for one in self.all).take(levels)

    def within(self, levels: Levels, group: str) -> Bools:
        """Whether each level is of the group."""
        return self._table(one.group == group for one in self.all).take(levels)

    def marked(self, levels: Levels, mark: str) -> Bools:
        """Whether each level bears the mark."""
        return self._table(mark in one.marks for one in self.all).take(levels)

    def is_named(self, level: int, *labels: str) -> bool:
        """Whether a level bears one of the labels, in whichever group."""
        return level >= 0 and self.all[level].label in labels

    def has_mark(self, level: int, mark: str) -> bool:
        """Whether a level bears the mark."""
        return level >= 0 and mark in self.all[level].marks

    @property
    def marks(self) -> frozenset[str]:
        """The marks that any of the levels bears."""
        return frozenset().union(*(one.marks for one in self.all))

    @staticmethod
    def _table(answers: Iterable[bool]) -> Bools:
        return np.array([*answers, False])


def _o(label: str, group: str = "", frequency: str = "", many: str = "", *marks: str) -> Outcome:
    return Outcome(label, group, frequency, many, frozenset(marks))


def _in_groups(groups: Sequence[str], outcomes: Sequence[Outcome]) -> list[Outcome]:
    return [replace(one, group=group) for group in groups for one in outcomes]


def _fading(namespace: str, outcomes: Sequence[Outcome]) -> list[Outcome]:
    """The same, of which those that agree on an identifier of the namespace, or on a home, fade."""
    fades = ("same", "same, of many", f"same {namespace}", f"same {namespace}, of many")
    return [replace(one, fades=namespace) if one.label in fades or HOME in one.marks else one for one in outcomes]


def _plain(outcomes: Sequence[Outcome]) -> list[Outcome]:
    """The same without adjustment for rarity: what is rare elsewhere is expected among neighbours."""
    return [replace(one, frequency="") for one in outcomes]


_SURNAME = [
    _o("differs"), _o("resembles"), _o("a part in common"),
    _o("close", "", "surname", "", FAMILY_NAME), _o("same", "", "surname", "", FAMILY_NAME),
]  # fmt: skip
_DATES = [
    _o("differs"), _o("near year"),
    _o("two parts agree", "", "", "", OWN), _o("slip", "", "", "", OWN), _o("same", "", "", "", OWN),
]  # fmt: skip
_AGES = [_o("differs"), _o("within two years"), _o("same")]
_EMAILS = [
    _o("differs"), _o("close"), _o("same name at another provider", "", "email_local", "", OWN),
    _o("same", "", "", "same, of many", OWN), _o("same, of many", "", "email", "", OWN),
]  # fmt: skip
_NATIONAL_IDS = [
    _o("differs"), _o("two slips"), _o("slip", "", "", "", OWN),
    _o("same", "", "", "same, of many", OWN), _o("same, of many", "", "national_id", "", OWN),
]  # fmt: skip
_EXACT_OR_SLIP = [_o("differs"), _o("slip", "", "", "", OWN), _o("same", "", "", "", OWN)]
_SERIES = [
    *(_o(label, "", "", "", SISTERS) for label in ("another number", "another word", "a numeral more")),
    _o("same"),
]
_ADDRESSES = [
    _o("street differs", STREET),
    _o("street alike", STREET),
    _o("same street", STREET),
    _o("same street, number missing", STREET, "street", "", HOME),
    _o("address loosely alike", STREET, "dwelling", "", HOME),
    _o("address alike", STREET, "dwelling", "", HOME),
    _o("same building", STREET, "dwelling", "", HOME),
    _o("same dwelling", STREET, "dwelling", "", HOME),
    _o("place differs", PLACE),
    _o("same region", PLACE),
    _o("city alike", PLACE, "city"),
    _o("same city", PLACE, "city"),
    _o("same postcode", PLACE, "postcode"),
    _o("another number", NUMBER),
    _o("same number", NUMBER, "", "", HOME),
]
_GIVEN = [
    _o("differs"), _o("same initial"), _o("resembles", "", "", "", OWN), _o("close", "", "given", "", OWN),
    _o("a part in common", "", "", "", OWN), _o("nickname", "", "", "", OWN), _o("same", "", "given", "", OWN),
]  # fmt: skip
_ORGANISATION = [
    _o("differs"), _o("loosely alike", "", "", "", OWN), _o("alike", "", "", "", OWN),
    *(_o(label, "", "organisation", "", OWN) for label in ("close", "slip", "same")),
]  # fmt: skip
_PHONES = [
    *_in_groups(
        (FAR, KIN),
        (_o("differs"), _o("slip"), _o("same", "", "", "same, of many"), _o("same, of many", "", "phone")),
    ),
    _o("differs", NEAR), _o("same", NEAR),
]  # fmt: skip


def _shared(namespace: str) -> list[Outcome]:
    many = f"same {namespace}, of many"
    return [
        _o(f"another {namespace}"),
        _o(f"same {namespace}", "", "", many, OWN),
        _o(many, "", SHARED + namespace, "", OWN),
    ]


def _identifiers(namespace: str) -> list[Outcome]:
    """The levels of a namespace, in groups where a household shares it."""
    groups = ("", KIN, NEAR) if namespace in HOUSEHOLD_NAMESPACES else ("",)
    return _in_groups(groups, _shared(namespace))


OUTCOMES: dict[str, Outcomes] = {
    name: Outcomes(name, outcomes)
    for name, outcomes in {
        "given": _GIVEN,
        "middle": [_o("differs"), _o("same initial"), _o("same", "", "middle")],
        "order": [_o("as usual"), _o("exchanged", "", ROLES)],
        "surname": _in_groups((FAR,), _SURNAME) + _in_groups((NEAR,), _plain(_SURNAME)),
        "birth_date": [
            *_in_groups((FAR, NEAR), _DATES),
            _o("partial disagrees", PARTIAL),
            _o("partial agrees", PARTIAL, "", "", OWN),
        ],
        "age": _in_groups((MISSING, AGREE, DIFFER), _AGES),
        "sex": _in_groups((NAMES_DIFFER, NAMES_AGREE), [_o("differs"), _o("same")]),
        "email": _in_groups(("", GIVEN_NAME, KIN, NEAR, NAMESAKES), _EMAILS),
        "phone": _fading("phone", _PHONES),
        "national_id": _in_groups(("", NAMESAKES, NEAR), _NATIONAL_IDS),
        "suffix": [_o("differs"), _o("same")],
        "address": _fading("address", _ADDRESSES),
        "area": [_o("another postcode"), _o("same postcode", "", "postcode")],
        "organisation": _ORGANISATION,
        "legal_form": [_o("differs"), _o("same")],
        "series": _SERIES,
        **dict.fromkeys(("tax_id", "register", "lei"), _in_groups(("", KIN), _EXACT_OR_SLIP)),
        "domain": _fading("domain", _in_groups(("", KIN), [_o("differs"), _o("slip"), _o("same", "", "", "", OWN)])),
        **{SHARED + name: _fading(name, _identifiers(name)) for name in (*SHARED_NAMESPACES, OTHER)},
    }.items()
}
"""By the name of the comparing function (`spine.matching.levels.FUNCTIONS`)."""
