"""What a source says by listing two records side by side, or by naming the one as the owner of the other.

Under different given names the first are two persons, with numbers of their own and one owner two companies; so are the
second, however alike they look.
"""

import numpy as np

from spine.domain.judgements import Judgement, Verdict
from spine.matching.encoded import Bools, Encoded, Ints
from spine.matching.names import GIVEN, given, turn_names
from spine.matching.pairs import PairView
from spine.matching.text_pairs import TextPairs

AUTHORITY = "source"
WHY = "lists both side by side, under different given names"
OWNS = "declares that the one owns the other"
SIBLINGS = "lists both under one owner, with numbers of their own"
ANOTHER = ("differs", "resembles")
"""Only under such given names: a source may well list one person twice."""
NUMBERS = ("lei", "tax_id", "register")
"""Numbers of which a company has one of its own; a tax number one in each country."""


def under_other_names(records: Encoded, left: Ints, right: Ints) -> Bools:
    """Which pairs of rows have given names of two persons."""
    view = PairView(records, left, right)
    turn_names(view)
    return GIVEN.named(given(view), *ANOTHER)


def under_other_numbers(records: Encoded, left: Ints, right: Ints) -> Bools:
    """Which pairs of rows have a number each that is not the other's, and none in common."""
    view = PairView(records, left, right)
    fields = [field for field in NUMBERS if field in records.codes]
    common, other = np.zeros(len(left), dtype=bool), np.zeros(len(left), dtype=bool)
    for field in fields:
        common |= view.same(field)
        other |= view.seen(field, one_country) if field == "tax_id" else view.both(field) & ~view.same(field)
    apart: Bools = other & ~common
    return apart


def one_country(numbers: TextPairs) -> Bools:
    """Which pairs of tax numbers do not name two countries: a company may have one in each."""
    texts = numbers.texts
    country = np.array([text[:2] if text[:2].isalpha() else "" for text in texts], dtype=object)
    here, there = country[numbers.here], country[numbers.there]
    alike: Bools = (here == there) | (here == "") | (there == "")
    return alike


def siblings(a: int, b: int, source: str) -> Judgement:
    """What a source says of two records of one owner that have numbers of their own."""
    return Judgement(a, b, Verdict.DIFFERENT, AUTHORITY, "", source, SIBLINGS)


def two_persons(a: int, b: int, source: str) -> Judgement:
    """What a source says of two records that it lists side by side; the weakest of judgements."""
    return Judgement(a, b, Verdict.DIFFERENT, AUTHORITY, "", source, WHY)


def owner_and_owned(a: int, b: int, source: str) -> Judgement:
    """What a source says of two records by naming the one as the owner of the other."""
    return Judgement(min(a, b), max(a, b), Verdict.DIFFERENT, AUTHORITY, "", source, OWNS)
