"""Names of persons compared: parts, nicknames, initials, and given name and surname in each other's place."""

import numpy as np

from spine.matching.addresses import in_one_home
from spine.matching.encoded import Bools
from spine.matching.outcomes import FAMILY_NAME, FAR, NEAR, OUTCOMES, Levels
from spine.matching.pairs import SLACK, PairView, Scores
from spine.matching.signs import most_jaro_winkler

CROSSED, CROSSED_BOTH = 0.8, 1.25
"""Names that are not the same are never taken to be exchanged where read crosswise neither reaches the first of these
similarities, or both together do not reach the second."""
GIVEN, MIDDLE, ORDER, SURNAME = (OUTCOMES[name] for name in ("given", "middle", "order", "surname"))


def given(view: PairView) -> Levels:
    """Given name: differs, initial, resembles, close, a part in common or as middle name, nickname, same."""
    both = view.both("given")
    jaro = view.jaro_winkler("given", 0.8)
    edits = view.edits("given", 1)
    here, there = view.codes("given")
    middle_here, middle_there = view.codes("middle")
    as_middle = ((here == middle_there) | (there == middle_here)) & both
    shorter = view.shorter("given")
    initial = both & (shorter == 1) & view.same_initial("given")
    steps = [
        ("resembles", (jaro >= 0.8) & ~initial),
        ("same initial", initial),
        ("close", ((jaro >= 0.92) | (edits <= 1)) & (shorter > 2)),
        ("a part in common", (as_middle & (shorter > 1)) | view.part_of("given")),
        ("nickname", view.nickname("given")),
        ("same", view.same("given")),
    ]
    return GIVEN.ranked(both, steps)


def middle(view: PairView) -> Levels:
    """Middle name: differs, same initial, same in full."""
    full = view.shorter("middle") > 1
    steps = [
        ("same initial", (view.same_initial("middle") | view.same("middle")) & ~full),
        ("same", (view.edits("middle", 1) <= 1) & full),
    ]
    return MIDDLE.ranked(view.both("middle"), steps)


def order(view: PairView) -> Levels:
    """Order of the names: as usual, or given name and surname in each other's place."""
    comparable = view.both("given") & view.both("surname")
    return ORDER.ranked(comparable, [("exchanged", view.swapped)], least="as usual")


def surname(view: PairView) -> Levels:
    """Surname: differs, resembles, a part in common, close, same; the same again at one address."""
    return view.remember("surname levels", lambda: _surname(view))


def _surname(view: PairView) -> Levels:
    jaro = view.jaro_winkler("surname", 0.8)
    long = view.shorter("surname") > 3
    steps = [
        ("resembles", jaro >= 0.8),
        ("a part in common", view.part_of("surname")),
        ("close", ((jaro >= 0.93) | (view.edits("surname", 1) <= 1)) & long),
        ("same", view.same("surname")),
    ]
    return SURNAME.moved(SURNAME.ranked(view.both("surname"), steps, FAR), in_one_home(view), NEAR)


def namesakes(view: PairView) -> Bools:
    """The surnames agree, slips allowed."""
    return SURNAME.marked(surname(view), FAMILY_NAME)


def suffix(view: PairView) -> Levels:
    """Name suffix: differs, same."""
    return OUTCOMES["suffix"].ranked(view.both("suffix"), [("same", view.same("suffix"))])


def turn_names(view: PairView) -> None:
    """Mark the pairs whose names fit much better with given name and surname of one side exchanged."""
    comparable = view.both("given") & view.both("surname")
    names = view.records.codes
    here_given, here_surname = names["given"][view.left], names["surname"][view.left]
    there_given, there_surname = names["given"][view.right], names["surname"][view.right]
    exact = (here_given == there_surname) | (here_surname == there_given)
    initials = view.initials("given")
    alike = (initials[here_given] == initials[there_surname]) | (initials[here_surname] == initials[there_given])
    rows = np.flatnonzero(comparable & (exact | alike))
    signs = view.records.signs("given")
    most_one = most_jaro_winkler(signs, here_given[rows], there_surname[rows]) + SLACK
    most_other = most_jaro_winkler(signs, here_surname[rows], there_given[rows]) + SLACK
    fit = (np.maximum(most_one, most_other) >= CROSSED) & (most_one + most_other >= CROSSED_BOTH)
    rows = rows[exact[rows] | fit]
    straight = PairView(view.records, view.left[rows], view.right[rows])
    before = straight.jaro_winkler("given") + straight.jaro_winkler("surname")
    rows, before = rows[before < 1.3], before[before < 1.3]
    crossed = PairView(view.records, view.left[rows], view.right[rows])
    crossed.turn(np.ones(len(rows), dtype=bool), np.zeros(len(rows), dtype=bool))
    one, other = crossed.jaro_winkler("given"), crossed.jaro_winkler("surname")
    better = one + other
    # Both names fit crosswise, or one does so well that the other may have been replaced, or one is the very same.
    both = (better >= 1.6) & (better > before + 0.5)
    single = (np.maximum(one, other) >= 0.88) & (better >= CROSSED_BOTH) & (better > before + 0.3)
    whole = (crossed.same("given") & (crossed.shorter("given") > 3)) | (
        crossed.same("surname") & (crossed.shorter("surname") > 3)
    )
    swapped = np.zeros(len(view), dtype=bool)
    swapped[rows] = both | single | (whole & (better > before + 0.3))
    left_turned = np.zeros(len(view), dtype=bool)
    left_turned[rows] = _other_first(crossed, one, other)
    view.turn(swapped, left_turned)


def _other_first(crossed: PairView, one: Scores, other: Scores) -> Bools:
    """Of names read crosswise, whether the second pairing is the given name: the same whichever side is left.

    The names that fit better are the given name, as a surname is replaced more often; where both fit as well, the
    alphabet decides.
    """
    out = other > one
    texts = crossed.records.texts_of("given")
    (a, b), (c, d) = crossed.codes("given"), crossed.codes("surname")
    for at in np.flatnonzero(one == other).tolist():
        first, second = sorted((texts[a[at]], texts[b[at]])), sorted((texts[c[at]], texts[d[at]]))
        out[at] = second < first
    return out
