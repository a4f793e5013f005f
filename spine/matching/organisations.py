"""Organisations compared: name without legal form, legal form, numbers of registers, domain."""

import numpy as np

from spine.matching.outcomes import KIN, OUTCOMES, Levels
from spine.matching.pairs import PairView
from spine.matching.sisters import sisters
from spine.matching.text_pairs import TextPairs

ORGANISATION = OUTCOMES["organisation"]


def organisation(view: PairView) -> Levels:
    """Name of an organisation without its legal form: differs, loosely alike, alike, close, slip, same.

    However alike the names of sisters are, they differ in what tells one company from the other.
    """
    found = view.told("levels", "organisation", _names, ORGANISATION.number("same"))
    return np.where(sisters(view), np.int8(ORGANISATION.number("differs")), found)


def _names(names: TextPairs) -> Levels:
    alike, words = names.ratio(0.6), names.word_ratio(0.7)
    steps = [
        ("loosely alike", (alike >= 0.6) | (words >= 0.7)),
        ("alike", (alike >= 0.75) | (words >= 0.85)),
        ("close", (alike >= 0.87) | ((words >= 0.95) & (names.jaro_winkler(0.8) >= 0.8))),
        ("slip", names.edits(1) <= 1),
    ]
    return ORGANISATION.ranked(None, steps)


def legal_form(view: PairView) -> Levels:
    """Legal form: differs, same."""
    return OUTCOMES["legal_form"].ranked(view.both("legal_form"), [("same", view.same("legal_form"))])


def exact_or_slip(view: PairView, field: str) -> Levels:
    """A number of a register or a domain: differs, one slip, same; again for sisters, whose numbers may follow."""
    slip = view.seen(field, lambda texts: texts.edits(1) <= 1)
    found = OUTCOMES[field].ranked(view.both(field), [("slip", slip), ("same", view.same(field))])
    return OUTCOMES[field].moved(found, sisters(view), KIN)
