"""What it means that a source lists two records side by side: under different given names they are two persons."""

from spine.domain.judgements import Judgement, Verdict
from spine.matching.encoded import Bools, Encoded, Ints
from spine.matching.names import GIVEN, given, turn_names
from spine.matching.pairs import PairView

AUTHORITY = "source"
WHY = "lists both side by side, under different given names"
ANOTHER = ("differs", "resembles")
"""Only under such given names: a source may well list one person twice."""


def under_other_names(records: Encoded, left: Ints, right: Ints) -> Bools:
    """Which pairs of rows have given names of two persons."""
    view = PairView(records, left, right)
    turn_names(view)
    return GIVEN.named(given(view), *ANOTHER)


def two_persons(a: int, b: int, source: str) -> Judgement:
    """What a source says of two records that it lists side by side; the weakest of judgements."""
    return Judgement(a, b, Verdict.DIFFERENT, AUTHORITY, "", source, WHY)
