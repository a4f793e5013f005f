"""Addresses compared: by street and house number where both have a street, else by box, number or place."""

import numpy as np

from spine.matching.encoded import Bools
from spine.matching.outcomes import HOME, NUMBER, OUTCOMES, PLACE, STREET, Levels
from spine.matching.pairs import PairView
from spine.matching.text_pairs import TextPairs

ADDRESS, AREA = OUTCOMES["address"], OUTCOMES["area"]


def address(view: PairView) -> Levels:
    """Address: with a street on both sides, differs … same dwelling; else by box, house number, or postcode and city.

    Two post office boxes are one dwelling or none.
    """
    return view.remember("address levels", lambda: _address(view))


def _address(view: PairView) -> Levels:
    out = _streets(view)
    elsewhere = np.flatnonzero(out < 0)
    if len(elsewhere):
        out[elsewhere] = _without_street(view.part(elsewhere))
    return out


def _without_street(view: PairView) -> Levels:
    box, number = view.both("po_box"), view.both("house_number")
    place = view.both("city") | view.both("postcode")
    out = ADDRESS.ranked(place, _same_place(view), PLACE, "place differs")
    numbers = ADDRESS.ranked(number, [("same number", view.same("house_number"))], NUMBER, "another number")
    boxes = ADDRESS.ranked(box, [("same dwelling", view.same("po_box"))], STREET, "street differs")
    for levels, where in ((numbers, number), (boxes, box)):
        np.copyto(out, levels, where=where)
    return out


def _same_place(view: PairView) -> list[tuple[str, Bools]]:
    city = view.told("alike", "city", lambda names: names.jaro_winkler(0.88) >= 0.88, equal=1) > 0
    return [
        ("same region", view.same("region")),
        ("city alike", city),
        ("same city", view.same("city")),
        ("same postcode", view.same("postcode")),
    ]


def _streets(view: PairView) -> Levels:
    """The levels of pairs that both have a street; -1 for all others."""
    out = view.told("levels", "street", _street_names, ADDRESS.number("same street", STREET)).copy()
    alike = out > ADDRESS.number("street differs", STREET)
    rows = np.flatnonzero(alike | ((out >= 0) & view.same("house_number")))
    if not len(rows):
        return out
    out[rows] = _with_numbers(view.part(rows), out[rows], alike[rows])
    return out


def _street_names(names: TextPairs) -> Levels:
    alike = (names.jaro_winkler(0.9) >= 0.9) | (names.edits(2) <= 2)
    return ADDRESS.ranked(None, [("street alike", alike)], STREET, "street differs")


def _with_numbers(view: PairView, streets: Levels, alike: Bools) -> Levels:
    """What house numbers and units make of streets that are alike, or differ at the same number."""
    same_street, number, same_number = view.same("street"), view.both("house_number"), view.same("house_number")
    close_number = same_number | (view.told("slip", "house_number", lambda texts: texts.edits(1) <= 1, equal=1) > 0)
    loose = np.zeros(len(view), dtype=bool)
    rows = np.flatnonzero(same_number & ~alike)
    loose[rows] = view.part(rows).told("loosely alike", "street", lambda names: names.ratio(0.6) >= 0.6, equal=1) > 0
    unit_here, unit_there = view.codes("unit")
    steps = [
        ("street alike", alike),
        ("same street", same_street),
        ("same street, number missing", alike & ~number),
        ("address loosely alike", (same_number & alike) | loose),
        ("address alike", alike & close_number),
        ("same building", same_street & same_number),
        ("same dwelling", same_street & same_number & (unit_here == unit_there)),
    ]
    return ADDRESS.ranked(streets >= 0, steps, STREET, "street differs")


def area(view: PairView) -> Levels:
    """Postcode, where streets or house numbers differ: another, or the same (how common it is counts)."""
    elsewhere = ADDRESS.named(address(view), "street differs", "another number")
    steps = [("same postcode", view.same("postcode"))]
    return AREA.ranked(elsewhere & view.both("postcode"), steps, least="another postcode")


def at_one_address(view: PairView) -> Bools:
    """The pair's addresses are one dwelling or building, slips and missing parts allowed."""
    return ADDRESS.marked(address(view), HOME)


def in_one_home(view: PairView) -> Bools:
    """The same, and no crowded place: strangers who live together have names and birth dates as any two have."""

    def compute() -> Bools:
        here, there = view.codes("dwelling")
        alone: Bools = at_one_address(view) & ~(view.crowded[here] | view.crowded[there])
        return alone

    return view.remember("in one home", compute)
