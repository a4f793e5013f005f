"""What two different texts have in common, asked of two alone: what `text_pairs` answers of many, to the last bit.

A similarity is rounded to four bytes as it is there, so that a level never differs by rounding.
"""

import numpy as np
from rapidfuzz import fuzz
from rapidfuzz.distance import OSA, JaroWinkler

from spine.matching.dates import BLANK, LENGTH
from spine.matching.names import CROSSED_BOTH
from spine.matching.signs import Glance, signs_of
from spine.matching.text_pairs import SLACK, SPELLED
from spine.normalise.folding import without_umlauts

_WHOLE = np.float32(100)


def jaro_winkler(one: str, other: str) -> np.float32:
    """Jaro-Winkler similarity."""
    return np.float32(JaroWinkler.similarity(one, other))


def ratio(one: str, other: str) -> np.float32:
    """Normalised indel similarity."""
    found: np.float32 = np.float32(fuzz.ratio(one, other)) / _WHOLE
    return found


def word_ratio(one: str, other: str) -> np.float32:
    """The same after the words have been sorted."""
    return ratio(" ".join(sorted(one.split())), " ".join(sorted(other.split())))


def edits(one: str, other: str, most: int) -> int:
    """Edit distance with transpositions; above `most` it may be any greater number."""
    return int(OSA.distance(one, other, score_cutoff=most))


def shorter(one: str, other: str) -> int:
    """The length of the shorter one."""
    return min(len(one), len(other))


def same_initial(one: str, other: str) -> bool:
    """The two begin with the same character."""
    return one != "" and one[:1] == other[:1]


def part_of(one: str, other: str) -> bool:
    """The two have a word in common, and one has more than that word."""
    if " " not in one and " " not in other:
        return False
    mine, theirs = _several_words(one), _several_words(other)
    if mine is None:
        return theirs is not None and one in theirs
    return other in mine if theirs is None else not mine.isdisjoint(theirs)


def alike(one: str, other: str, close: float) -> tuple[bool, bool]:
    """A similarity of .8 or more; and one of `close` or more, or an edit apart, as far as `text_pairs` sees that."""
    similarity = jaro_winkler(one, other)
    if similarity >= 0.8:
        return True, bool(similarity >= close) or edits(one, other, 1) <= 1
    if edits(one, other, 1) > 1:
        return False, False
    # Of very short names an edit may go unseen.
    bound = Glance.at(signs_of([one, other]), np.array([0]), np.array([1])).most_jaro_winkler()
    return False, bool(bound[0] >= 0.77 - SLACK)


def _several_words(text: str) -> set[str] | None:
    """The words of more than two letters of a text that is not one word; None where it is."""
    words = text.split()
    return None if words == [text] else {word for word in words if len(word) > 2}


def names_turned(given: tuple[str, str], surname: tuple[str, str]) -> tuple[tuple[str, str], tuple[str, str]] | None:
    """Given names and surnames with those of one side exchanged, where they fit much better so: `names.turn_names`."""
    (a, b), (c, d) = given, surname
    if a[:1] != d[:1] and c[:1] != b[:1]:
        return None
    before = jaro_winkler(a, b) + jaro_winkler(c, d)
    if not before < 1.3:
        return None
    one, other = jaro_winkler(a, d), jaro_winkler(c, b)
    better = one + other
    both = better >= 1.6 and better > before + 0.5
    single = max(one, other) >= 0.88 and better >= CROSSED_BOTH and better > before + 0.3
    whole = (a == d and len(a) > 3) or (c == b and len(c) > 3)
    if not (both or single or (whole and better > before + 0.3)):
        return None
    # The names that fit better are the given name; where both fit as well, the alphabet decides.
    left_turned = other > one or (one == other and sorted((c, b)) < sorted((a, d)))
    return ((c, b), (a, d)) if left_turned else ((a, d), (c, b))


def umlauts(one: str, other: str) -> bool:
    """The two differ by umlauts alone, written with an e or without: Müller and Mueller."""
    spelled = without_umlauts(one)
    return len(spelled) >= SPELLED and spelled == without_umlauts(other)


def two_surnames(one: str, other: str) -> str:
    """What surnames have in common, as the label of a level."""
    if one == other or umlauts(one, other):
        return "same"
    resembles, close = alike(one, other, 0.93)
    if close and shorter(one, other) > 3:
        return "close"
    if part_of(one, other):
        return "a part in common"
    return "resembles" if resembles else "differs"


def two_organisations(one: str, other: str) -> str:
    """What different names of organisations have in common, as the label of a level."""
    if edits(one, other, 1) <= 1:
        return "slip"
    like, words = ratio(one, other), word_ratio(one, other)
    if like >= 0.87 or (words >= 0.95 and jaro_winkler(one, other) >= 0.8):
        return "close"
    if like >= 0.75 or words >= 0.85:
        return "alike"
    return "loosely alike" if like >= 0.6 or words >= 0.7 else "differs"


def two_dates(one: str, other: str) -> tuple[str, bool]:
    """What dates have in common, as the label of a level, and whether one is partial."""
    mine, theirs = (text.ljust(LENGTH)[:LENGTH].encode("ascii", "replace") for text in (one, other))
    if one == other:
        return ("partial agrees", True) if b" " in mine else ("same", False)
    if b" " in mine or b" " in theirs:
        agree = all(a == b or BLANK in (a, b) for a, b in zip(mine, theirs, strict=True))
        return "partial agrees" if agree else "partial disagrees", True
    return _whole_dates(mine, theirs), False


def _whole_dates(one: bytes, other: bytes) -> str:
    """What two different texts of dates have in common, no character missing."""
    year, month, day = one[:4] == other[:4], one[5:7] == other[5:7], one[8:] == other[8:]
    near = "near year" if abs(_year(one) - _year(other)) <= 1 else "differs"
    if not year and not (month and day):
        return near
    wrong = [at for at in range(LENGTH) if one[at] != other[at]]
    if not wrong:
        return "same"
    exchanged = year and one[5:7] == other[8:] and one[8:] == other[5:7]
    neighbours = len(wrong) == 2 and wrong[1] == wrong[0] + 1
    swapped = neighbours and one[wrong[0]] == other[wrong[1]] and one[wrong[1]] == other[wrong[0]]
    if len(wrong) == 1 or exchanged or swapped:
        return "slip"
    return "two parts agree" if year + month + day == 2 else near


def _year(text: bytes) -> int:
    return sum((character - 48) * power for character, power in zip(text, (1000, 100, 10, 1), strict=False))
