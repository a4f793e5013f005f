"""What a source says by listing two records side by side, or by naming the one as the owner of the other.

Under different given names the first are two persons; the second are two companies, however alike they look.
"""

from spine.domain.judgements import Judgement, Verdict
from spine.matching.encoded import Bools, Encoded, Ints
from spine.matching.names import GIVEN, given, turn_names
from spine.matching.pairs import PairView

AUTHORITY = "source"
WHY = "lists both side by side, under different given names"
OWNS = "declares that the one owns the other"
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


def owner_and_owned(a: int, b: int, source: str) -> Judgement:
    """What a source says of two records by naming the one as the owner of the other."""
    return Judgement(min(a, b), max(a, b), Verdict.DIFFERENT, AUTHORITY, "", source, OWNS)
