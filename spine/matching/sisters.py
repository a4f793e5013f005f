"""Sister companies: names that are alike but for a number, a letter or what the company is there for.

Sisters share a seat, a telephone and a website, and nearly all of a name; what is left of it tells them apart. A number
that only one of two names has says nothing (Acme and Acme 2000), but for a numeral that counts on (Fund and Fund II).
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from rapidfuzz import fuzz
from rapidfuzz.process import cpdist

from spine.matching.encoded import Bools, Codes, Encoded, Ints
from spine.matching.outcomes import OUTCOMES, SISTERS, Levels
from spine.matching.pairs import PairView
from spine.matching.sister_words import (
    COUNTED,
    NUMBER_SIGNS,
    NUMBERS,
    PHRASES,
    ROLES,
    ROMAN,
    SET_UP_BESIDE,
    TELLING,
)

SERIES = OUTCOMES["series"]
ALIKE = np.float32(75)
"""The rests of two names are alike from this similarity up: a slip or two each."""
_ORDINAL_ENDS = ("st", "nd", "rd", "th")


class Mark(NamedTuple):
    """What of a name may tell its company from a sister; `sequel`: a numeral above one ends it, its only number."""

    numbers: frozenset[str]
    roles: frozenset[str]
    sequel: bool


NONE = Mark(frozenset(), frozenset(), False)


def parted(name: str) -> tuple[str, Mark]:
    """A folded core name without what may tell it from sisters, and that."""
    words = name.split()
    if TELLING.isdisjoint(words) and not any(word[0].isdigit() or len(word) == 1 for word in words):
        return name, NONE
    for phrase, word in PHRASES.items():
        if phrase in name:
            words = name.replace(phrase, word).split()
    rest: list[str] = []
    numbers: set[str] = set()
    roles: set[str] = set()
    sequel = False
    for at, word in enumerate(words):
        last = at == len(words) - 1
        number = _number(word, last or words[at - 1] in COUNTED)
        if number is not None:
            numbers.add(number)
            sequel = last and len(word) > 1 and word in ROMAN
            if rest and rest[-1] in NUMBER_SIGNS:
                rest.pop()
        elif word in ROLES:
            roles.add(ROLES[word])
        else:
            rest.append(word)
    return " ".join(rest), Mark(frozenset(numbers), frozenset(roles), sequel and len(numbers) == 1)


def _number(word: str, counts: bool) -> str | None:
    """The number that a word is, or the letter where a single one `counts`."""
    if word.isdecimal():
        return word.lstrip("0") or "0"
    if word[0].isdigit() and word[:-2].isdecimal() and word.endswith(_ORDINAL_ENDS):
        return word[:-2].lstrip("0") or "0"
    if len(word) == 1:
        return ROMAN.get(word, word) if counts else None
    return NUMBERS.get(word) or ROMAN.get(word)


def between(one: Mark, other: Mark) -> str | None:
    """What the marks of two names that are alike otherwise say, as the label of a level; None where nothing."""
    if one.numbers and other.numbers:
        if not (one.numbers <= other.numbers or other.numbers <= one.numbers):
            return "another number"
    elif one.sequel or other.sequel:
        return "a numeral more"
    more, less = one.roles - other.roles, other.roles - one.roles
    if (more and less) or ((not one.roles or not other.roles) and (more | less) & SET_UP_BESIDE):
        return "another word"
    agreed = (one.numbers and one.numbers == other.numbers) or (one.roles and one.roles == other.roles)
    return "same" if agreed else None


def two_sisters(one: str, other: str) -> str | None:
    """What two folded core names say of their companies, as the label of a level; None where nothing."""
    (rest, mark), (other_rest, other_mark) = parted(one), parted(other)
    label = between(mark, other_mark) if rest and other_rest else None
    if label is None or rest == other_rest:
        return label
    return label if np.float32(fuzz.ratio(rest, other_rest)) >= ALIKE else None


class _Parted(NamedTuple):
    """By code of a name (last: null) the number of its rest and of its mark; the rests and marks by number.

    The first rest is the empty one, the first mark says nothing.
    """

    rest: Codes
    mark: Codes
    rests: list[str]
    marks: list[Mark]


def series(view: PairView) -> Levels:
    """Numbers and roles in names that are alike otherwise: another number or word, a numeral more, the same."""
    return view.remember("series levels", lambda: _series(view))


def sisters(view: PairView) -> Bools:
    """The names are those of sister companies."""
    if "organisation" not in view.records.present:
        return np.zeros(len(view), dtype=bool)
    return SERIES.marked(series(view), SISTERS)


def _series(view: PairView) -> Levels:
    names = view.records.remember(("sisters",), lambda: _parted_names(view.records))
    out = np.full(len(view), -1, dtype=np.int8)
    here, there = view.codes("organisation")
    told = (names.mark.take(here) | names.mark.take(there)) > 0
    rows = np.flatnonzero(told & (names.rest.take(here) > 0) & (names.rest.take(there) > 0))
    if not len(rows):
        return out
    here, there = here.take(rows), there.take(rows)
    found = _between(names, names.mark.take(here), names.mark.take(there))
    alike = _alike(names, names.rest.take(here), names.rest.take(there), np.flatnonzero(found >= 0))
    out[rows] = np.where(alike, found, np.int8(-1))
    return out


def _between(names: _Parted, here: Codes, there: Codes) -> Levels:
    """What each pair of marks says."""
    key = here.astype(np.int64) * len(names.marks) + there
    distinct, inverse = np.unique(key, return_inverse=True)
    labels = [between(*(names.marks[at] for at in divmod(pair, len(names.marks)))) for pair in distinct.tolist()]
    return np.array([-1 if label is None else SERIES.number(label) for label in labels], dtype=np.int8)[inverse]


def _alike(names: _Parted, here: Codes, there: Codes, rows: Ints) -> Bools:
    """Which of these rows have rests that are alike."""
    out: Bools = here == there
    rows = rows[~out[rows]]
    one, other = ([names.rests[code] for code in side[rows].tolist()] for side in (here, there))
    if one:
        out[rows] = cpdist(one, other, scorer=fuzz.ratio, score_cutoff=float(ALIKE) - 1, dtype=np.float32) >= ALIKE
    return out


def _parted_names(records: Encoded) -> _Parted:
    rests, marks = {"": 0}, {NONE: 0}
    parts: Sequence[tuple[str, Mark]] = [parted(text) for text in records.texts_of("organisation")]
    rest = [rests.setdefault(text, len(rests)) for text, _ in parts]
    mark = [marks.setdefault(one, len(marks)) for _, one in parts]
    by_code = [np.array([*column, 0], dtype=np.int32) for column in (rest, mark)]
    return _Parted(by_code[0], by_code[1], list(rests), list(marks))
