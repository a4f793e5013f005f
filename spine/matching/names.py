"""Names of persons compared: parts, nicknames, initials, and given name and surname in each other's place."""

import numpy as np

from spine.matching.addresses import in_one_home
from spine.matching.encoded import Bools, Codes, Ints
from spine.matching.outcomes import FAMILY_NAME, FAR, NEAR, OUTCOMES, Levels
from spine.matching.pairs import PairView
from spine.matching.signs import Glance
from spine.matching.text_pairs import SLACK, Scores, TextPairs, initials_of

CROSSED, CROSSED_BOTH = 0.8, 1.25
"""Names that are not the same are never taken to be exchanged where read crosswise neither reaches the first of these
similarities, or both together do not reach the second."""
GIVEN, MIDDLE, ORDER, SURNAME = (OUTCOMES[name] for name in ("given", "middle", "order", "surname"))


def given(view: PairView) -> Levels:
    """Given name: differs, initial, resembles, close, a part in common or as middle name, nickname, same."""
    return view.remember("given levels", lambda: _given(view))


def _given(view: PairView) -> Levels:
    out = view.told("levels", "given", _given_names, GIVEN.number("same")).copy()
    here, there = view.codes("given")
    middle_here, middle_there = view.codes("middle")
    rows = np.flatnonzero((out >= 0) & ((here == middle_there) | (there == middle_here)))
    if not len(rows):
        return out
    long = view.part(rows).shorter("given") > 1
    rows = rows[long & ~GIVEN.named(out[rows], "nickname", "same")]
    out[rows] = GIVEN.number("a part in common")
    return out


def _given_names(names: TextPairs) -> Levels:
    shorter = names.shorter()
    initial = (shorter == 1) & names.same_initial()
    resembles, close = _alike(names, 0.92)
    steps = [
        ("resembles", resembles & ~initial),
        ("same initial", initial),
        ("close", close & (shorter > 2)),
        ("a part in common", names.part_of()),
        ("nickname", names.nickname()),
    ]
    return GIVEN.ranked(None, steps)


def relatives(view: PairView) -> Bools:
    """The surnames agree and the given names do not, as of those of one family."""
    return namesakes(view) & ~alike(view)


def alike(view: PairView) -> Bools:
    """The given names are close, forms of one name, one a part of the other, or the same."""
    return GIVEN.named(given(view), "close", "a part in common", "nickname", "same")


def middle(view: PairView) -> Levels:
    """Middle name: differs, same initial, same in full."""
    out = view.told("levels", "middle", _middle_names, MIDDLE.number("same")).copy()
    out[view.same("middle") & (view.shorter("middle") <= 1)] = MIDDLE.number("same initial")
    return out


def _middle_names(names: TextPairs) -> Levels:
    full = names.shorter() > 1
    return MIDDLE.ranked(None, [("same initial", names.same_initial() & ~full), ("same", (names.edits(1) <= 1) & full)])


def order(view: PairView) -> Levels:
    """Order of the names: as usual, or given name and surname in each other's place."""
    comparable = view.both("given") & view.both("surname")
    return ORDER.ranked(comparable, [("exchanged", view.swapped)], least="as usual")


def surname(view: PairView) -> Levels:
    """Surname: differs, resembles, a part in common, close, same (umlauts written either way); again at one address."""
    return view.remember("surname levels", lambda: _surname(view))


def _surname(view: PairView) -> Levels:
    found = view.told("levels", "surname", _surnames, SURNAME.number("same", FAR))
    return SURNAME.moved(found, in_one_home(view), NEAR)


def _surnames(names: TextPairs) -> Levels:
    resembles, close = _alike(names, 0.93)
    steps = [
        ("resembles", resembles),
        ("a part in common", names.part_of()),
        ("close", close & (names.shorter() > 3)),
        ("same", names.umlauts()),
    ]
    return SURNAME.ranked(None, steps, FAR)


def _alike(names: TextPairs, close: float) -> tuple[Bools, Bools]:
    """Which names have a Jaro-Winkler similarity of .8 or more; and which of `close` or more, or are an edit apart.

    Of names of one or two letters the latter may go unseen: one edit leaves two of three letters as they are, which is
    a similarity of 7/9 at least.
    """
    rows = names.near(0.77)
    near = names.part(rows)
    jaro = near.jaro_winkler(0.8)
    out = np.zeros((2, len(names)), dtype=bool)
    out[0, rows] = jaro >= 0.8
    out[1, rows] = (jaro >= close) | (near.edits(1) <= 1)
    return out[0], out[1]


def namesakes(view: PairView) -> Bools:
    """The surnames agree, slips allowed."""
    return SURNAME.marked(surname(view), FAMILY_NAME)


def suffix(view: PairView) -> Levels:
    """Name suffix: differs, same."""
    return OUTCOMES["suffix"].ranked(view.both("suffix"), [("same", view.same("suffix"))])


def turn_names(view: PairView) -> None:
    """Mark the pairs whose names fit much better with given name and surname of one side exchanged."""
    if not view.records.present.issuperset(("given", "surname")):
        return
    rows = _crosswise(view)
    if not len(rows):
        return
    (a, b), (c, d) = ([side[rows] for side in view.codes(field)] for field in ("given", "surname"))
    before = _likeness(view, a, b) + _likeness(view, c, d)
    kept = np.flatnonzero(before < 1.3)
    rows, before = rows[kept], before[kept]
    a, b, c, d = (column[kept] for column in (a, b, c, d))
    # Read crosswise: the left's given name with the right's surname, and the other way round.
    one, other = _likeness(view, a, d), _likeness(view, c, b)
    better = one + other
    # Both names fit crosswise, or one does so well that the other may have been replaced, or one is the very same.
    both = (better >= 1.6) & (better > before + 0.5)
    single = (np.maximum(one, other) >= 0.88) & (better >= CROSSED_BOTH) & (better > before + 0.3)
    length = view.records.signs("given")["length"]
    whole = ((a == d) & (length[a] > 3)) | ((c == b) & (length[c] > 3))
    swapped = np.zeros(len(view), dtype=bool)
    swapped[rows] = both | single | (whole & (better > before + 0.3))
    left_turned = np.zeros(len(view), dtype=bool)
    left_turned[rows] = _other_first(view.records.texts_of("given"), (a, d), (c, b), one, other)
    view.turn(swapped, left_turned)


def _crosswise(view: PairView) -> Ints:
    """The pairs whose names may fit crosswise: a name is the same, or an initial, and similarity is not ruled out."""
    here_given, there_given = view.codes("given")
    here_surname, there_surname = view.codes("surname")
    initials = initials_of(view.records, "given")
    one = initials.take(here_given) == initials.take(there_surname)
    other = initials.take(here_surname) == initials.take(there_given)
    rows = np.flatnonzero((one | other) & view.both("given") & view.both("surname"))
    a, b, c, d = (side.take(rows) for side in (here_given, there_given, here_surname, there_surname))
    signs = view.records.signs("given")
    most_one, most_other = (Glance.at(signs, *pair).most_jaro_winkler() + SLACK for pair in ((a, d), (c, b)))
    fit = (np.maximum(most_one, most_other) >= CROSSED) & (most_one + most_other >= CROSSED_BOTH)
    crosswise: Ints = rows[(a == d) | (c == b) | fit]
    return crosswise


def _likeness(view: PairView, here: Codes, there: Codes) -> Scores:
    """Jaro-Winkler similarity of names by their codes; 1 where they are one."""
    out = np.ones(len(here), dtype=np.float32)
    rows = np.flatnonzero(here != there)
    out[rows] = TextPairs(view.records, "given", here.take(rows), there.take(rows)).jaro_winkler()
    return out


def _other_first(
    texts: list[str], first: tuple[Codes, Codes], second: tuple[Codes, Codes], one: Scores, other: Scores
) -> Bools:
    """Of names read crosswise, whether the `second` pairing is the given name: the same whichever side is left.

    The names that fit better are the given name, as a surname is replaced more often; where both fit as well, the
    alphabet decides.
    """
    out = other > one
    for at in np.flatnonzero(one == other).tolist():
        ours, theirs = (sorted((texts[here[at]], texts[there[at]])) for here, there in (first, second))
        out[at] = theirs < ours
    return out
