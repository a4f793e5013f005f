"""Organisations compared: name without legal form, legal form, numbers of registers, domain."""

from spine.matching.outcomes import OUTCOMES, Levels
from spine.matching.pairs import PairView


def organisation(view: PairView) -> Levels:
    """Name of an organisation without its legal form: differs, loosely alike, alike, close, slip, same."""
    alike, words = view.ratio("organisation", 0.6), view.word_ratio("organisation", 0.7)
    steps = [
        ("loosely alike", (alike >= 0.6) | (words >= 0.7)),
        ("alike", (alike >= 0.75) | (words >= 0.85)),
        ("close", (alike >= 0.87) | ((words >= 0.95) & (view.jaro_winkler("organisation", 0.8) >= 0.8))),
        ("slip", view.edits("organisation", 1) <= 1),
        ("same", view.same("organisation")),
    ]
    return OUTCOMES["organisation"].ranked(view.both("organisation"), steps)


def legal_form(view: PairView) -> Levels:
    """Legal form: differs, same."""
    return OUTCOMES["legal_form"].ranked(view.both("legal_form"), [("same", view.same("legal_form"))])


def exact_or_slip(view: PairView, field: str) -> Levels:
    """A number of a register or a domain: differs, one slip, same."""
    steps = [("slip", view.edits(field, 1) <= 1), ("same", view.same(field))]
    return OUTCOMES[field].ranked(view.both(field), steps)
