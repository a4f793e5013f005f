"""Addresses compared: by street and house number where both have a street, else by box, number or place."""

from spine.matching.encoded import Bools
from spine.matching.outcomes import HOME, NUMBER, OUTCOMES, PLACE, STREET, Levels
from spine.matching.pairs import PairView

ADDRESS, AREA = OUTCOMES["address"], OUTCOMES["area"]


def address(view: PairView) -> Levels:
    """Address: with a street on both sides, differs … same dwelling; else by box, house number, or postcode and city.

    Two post office boxes are one dwelling or none.
    """
    return view.remember("address levels", lambda: _address(view))


def _address(view: PairView) -> Levels:
    street, number = view.both("street"), view.both("house_number")
    out = _streets(view, street, number)
    box = view.both("po_box") & ~street
    bare = number & ~street & ~box
    place = ~street & ~box & ~bare & (view.both("city") | view.both("postcode"))
    boxes = ADDRESS.ranked(box, [("same dwelling", view.same("po_box"))], STREET, "street differs")
    out[box] = boxes[box]
    numbers = ADDRESS.ranked(bare, [("same number", view.same("house_number"))], NUMBER, "another number")
    out[bare] = numbers[bare]
    out[place] = _places(view, place)[place]
    return out


def _streets(view: PairView, street: Bools, number: Bools) -> Levels:
    same_street, same_number = view.same("street"), view.same("house_number")
    close_street = street & ((view.jaro_winkler("street", 0.9) >= 0.9) | (view.edits("street", 2) <= 2))
    loose_street = view.only(street & same_number, lambda some: some.ratio("street", 0.6) >= 0.6)
    close_number = number & (view.edits("house_number", 1) <= 1)
    unit_here, unit_there = view.codes("unit")
    steps = [
        ("street alike", close_street),
        ("same street", same_street),
        ("same street, number missing", close_street & ~number),
        ("address loosely alike", loose_street),
        ("address alike", close_street & (close_number | same_number)),
        ("same building", same_street & same_number),
        ("same dwelling", same_street & same_number & (unit_here == unit_there)),
    ]
    return ADDRESS.ranked(street, steps, STREET, "street differs")


def _places(view: PairView, place: Bools) -> Levels:
    steps = [
        ("same region", view.same("region")),
        ("city alike", view.jaro_winkler("city", 0.88) >= 0.88),
        ("same city", view.same("city")),
        ("same postcode", view.same("postcode")),
    ]
    return ADDRESS.ranked(place, steps, PLACE, "place differs")


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
    here, there = view.codes("dwelling")
    return at_one_address(view) & ~(view.crowded[here] | view.crowded[there])
