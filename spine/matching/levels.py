"""The outcomes of each comparison, one function per comparison: pairs in, level numbers out (-1: not compared)."""

from collections.abc import Callable
from typing import Any

import numpy as np

from spine.matching.dates import compare_dates
from spine.matching.encoded import Bools
from spine.matching.pairs import PairView

Levels = np.ndarray[Any, np.dtype[np.int8]]
LevelFunction = Callable[[PairView], Levels]


def _blank(view: PairView) -> Levels:
    return np.full(len(view), -1, dtype=np.int8)


def _ranked(view: PairView, both: Bools, steps: list[tuple[int, Bools]]) -> Levels:
    """Level 0 where both are present, then each later step overrides the earlier ones."""
    out = _blank(view)
    out[both] = 0
    for level, hit in steps:
        out[both & hit] = level
    return out


def given(view: PairView) -> Levels:
    """Given name: differs, initial, resembles, close, a part in common or as middle name, nickname, exact."""
    both = view.both("given")
    jaro = view.jaro_winkler("given")
    edits = view.edits("given")
    here, there = view.codes("given")
    middle_here, middle_there = view.codes("middle")
    as_middle = ((here == middle_there) | (there == middle_here)) & both
    short = _lengths(view, "given")
    initial = both & (np.minimum(short[0], short[1]) == 1) & _same_initial(view, "given")
    return _ranked(
        view,
        both,
        [
            (2, (jaro >= 0.8) & ~initial),
            (1, initial),
            (3, (((jaro >= 0.92) | (edits <= 1)) & (np.minimum(short[0], short[1]) > 2))),
            (4, as_middle & (np.minimum(short[0], short[1]) > 1) | view.part_of("given")),
            (5, view.nickname("given")),
            (6, view.same("given")),
        ],
    )


def middle(view: PairView) -> Levels:
    """Middle name: differs, same initial, exact in full."""
    both = view.both("middle")
    here, there = _lengths(view, "middle")
    full = np.minimum(here, there) > 1
    return _ranked(view, both, [(1, _same_initial(view, "middle") & ~full), (1, view.same("middle") & ~full),
                                (2, (view.edits("middle") <= 1) & full)])  # fmt: skip


def order(view: PairView) -> Levels:
    """Order of the names: as usual, or given name and surname in each other's place."""
    comparable = view.both("given") & view.both("surname")
    return np.where(comparable, view.swapped, -1).astype(np.int8)


def surname(view: PairView) -> Levels:
    """Surname: differs, resembles, a part in common, close, exact; the same again at one address."""
    return view.remember("surname levels", lambda: _surname(view))


def _surname(view: PairView) -> Levels:
    both = view.both("surname")
    jaro = view.jaro_winkler("surname")
    edits = view.edits("surname")
    here, there = _lengths(view, "surname")
    long = np.minimum(here, there) > 3
    out = _ranked(
        view,
        both,
        [
            (1, jaro >= 0.8),
            (2, view.part_of("surname")),
            (3, ((jaro >= 0.93) | (edits <= 1)) & long),
            (4, view.same("surname")),
        ],
    )
    out[both & at_one_address(view)] += 5
    return out


def birth_date(view: PairView) -> Levels:
    """Birth date: differs, near year, two parts agree, slip, exact; the same again at one address; partial dates."""
    return view.remember("birth_date", lambda: compare_dates(view, "birth_date", at_one_address(view)))


def age(view: PairView) -> Levels:
    """Age: differs, within two years, same; apart where birth dates agree, and where they differ altogether.

    Where the dates are near each other the ages say nothing that they don't.
    """
    both = view.both("age")
    values = np.array([int(text) if text.isdecimal() else -99 for text in view.records.texts["age"]] + [-99])
    here, there = view.codes("age")
    gap = np.abs(values[here] - values[there])
    out = _ranked(view, both, [(1, gap <= 2), (2, gap == 0)])
    dates = birth_date(view)
    out[both & np.isin(dates, (3, 4, 8, 9, 11))] += 3
    out[both & np.isin(dates, (0, 5))] += 6
    out[np.isin(dates, (1, 2, 6, 7, 10))] = -1
    return out


def sex(view: PairView) -> Levels:
    """Sex: differs, same; apart for pairs whose given names agree, which says nearly all of it."""
    out = _ranked(view, view.both("sex"), [(1, view.same("sex"))])
    alike = (view.jaro_winkler("given") >= 0.92) | view.nickname("given")
    out[(out >= 0) & alike] += 2
    return out


def email(view: PairView) -> Levels:
    """E-mail: differs, close, same name at another provider, exact; again among relatives, who share addresses."""
    both = view.both("email")
    jaro, edits = view.jaro_winkler("email"), view.edits("email")
    local = view.same("email_local") & (_lengths(view, "email_local")[0] > 3)
    same = view.same("email") | _any_shared(view, "email")
    out = _ranked(view, both, [(1, (edits <= 3) | (jaro >= 0.93)), (2, local), (3, same)])
    out[both & (at_one_address(view) | namesakes(view))] += 5
    return out


def phone(view: PairView) -> Levels:
    """Telephone: differs, one slip, exact; exact or not again at one address."""
    both = view.both("phone")
    out = _ranked(view, both, [(1, view.edits("phone") <= 1), (2, view.same("phone") | _any_shared(view, "phone"))])
    near = both & at_one_address(view)
    out[near] = np.where(out[near] == 2, 4, 3)
    return out


def national_id(view: PairView) -> Levels:
    """National id: differs, two slips, one slip, exact; again among namesakes, and again at one address.

    A number borrowed from a relative is the commonest wrong one.
    """
    both = view.both("national_id")
    edits = view.edits("national_id")
    out = _ranked(view, both, [(1, edits <= 2), (2, edits <= 1), (3, view.same("national_id"))])
    near = at_one_address(view)
    out[both & near] += 10
    out[both & ~near & namesakes(view)] += 5
    return out


def suffix(view: PairView) -> Levels:
    """Name suffix: differs, same."""
    return _ranked(view, view.both("suffix"), [(1, view.same("suffix"))])


def address(view: PairView) -> Levels:
    """Address: with a street on both sides, differs … same dwelling; else by postcode and city."""
    return view.remember("address", lambda: _address(view))


def _address(view: PairView) -> Levels:
    street, number = view.both("street"), view.both("house_number")
    same_street, same_number = view.same("street"), view.same("house_number")
    close_street = street & ((view.jaro_winkler("street") >= 0.9) | (view.edits("street") <= 2))
    loose_street = street & same_number & (view.ratio("street") >= 0.6)
    close_number = number & (view.edits("house_number") <= 1)
    unit_here, unit_there = view.codes("unit")
    out = _ranked(
        view,
        street,
        [
            (1, view.same("postcode")),
            (2, close_street),
            (3, same_street),
            (4, close_street & ~number),
            (5, loose_street),
            (6, close_street & (close_number | same_number)),
            (7, same_street & same_number),
            (8, same_street & same_number & (unit_here == unit_there)),
        ],
    )
    box = view.both("po_box") & ~street
    out[box] = np.where(view.same("po_box")[box], 8, 0)
    bare = number & ~street & ~box
    out[bare] = np.where(same_number[bare], 15, 14)
    place = ~street & ~box & ~bare & (view.both("city") | view.both("postcode"))
    out[place] = 9
    city = view.jaro_winkler("city") >= 0.88
    for level, hit in ((10, view.same("region")), (11, city), (12, view.same("city")), (13, view.same("postcode"))):
        out[place & hit] = level
    return out


def at_one_address(view: PairView) -> Bools:
    """The pair's addresses are one dwelling or building, slips and missing parts allowed."""
    levels = address(view)
    return ((levels >= 4) & (levels <= 8)) | (levels == 15)


def namesakes(view: PairView) -> Bools:
    """The surnames agree, slips allowed."""
    levels = surname(view)
    return np.isin(levels, (3, 4, 8, 9))


def organisation(view: PairView) -> Levels:
    """Name of an organisation without its legal form: differs, loosely alike, alike, close, same words, exact."""
    both = view.both("organisation")
    alike = view.ratio("organisation")
    words = view.word_ratio("organisation")
    jaro = view.jaro_winkler("organisation")
    return _ranked(
        view,
        both,
        [
            (1, (alike >= 0.6) | (words >= 0.7)),
            (2, (alike >= 0.75) | (words >= 0.85)),
            (3, (alike >= 0.87) | (words >= 0.95) & (jaro >= 0.8)),
            (4, view.edits("organisation") <= 1),
            (5, view.same("organisation")),
        ],
    )


def legal_form(view: PairView) -> Levels:
    """Legal form: differs, same."""
    return _ranked(view, view.both("legal_form"), [(1, view.same("legal_form"))])


def exact_or_slip(field: str) -> LevelFunction:
    """A number of a register: differs, one slip, exact."""

    def compare(view: PairView) -> Levels:
        return _ranked(view, view.both(field), [(1, view.edits(field) <= 1), (2, view.same(field))])

    return compare


def shared(namespace: str) -> LevelFunction:
    """Identifiers of a namespace: both have some and none is shared, or one is."""

    def compare(view: PairView) -> Levels:
        if namespace not in view.records.shared:
            return _blank(view)
        both, hit, _ = view.shares(namespace)
        return _ranked(view, both, [(1, hit)])

    return compare


def _any_shared(view: PairView, namespace: str) -> Bools:
    """Any of the identifiers of both sides is the same, where records carry more than one."""
    if namespace not in view.records.shared:
        return np.zeros(len(view), dtype=bool)
    return view.shares(namespace)[1]


def _lengths(view: PairView, field: str) -> tuple[Any, Any]:
    lengths = view.text_lengths(field)
    here, there = view.codes(field)
    return lengths[here], lengths[there]


def _same_initial(view: PairView, field: str) -> Bools:
    initials = view.initials(field)
    here, there = view.codes(field)
    found: Bools = (initials[here] == initials[there]) & (initials[here] != 0)
    return found


SHARED_NAMESPACES = (
    "login", "loyalty", "customer", "employee", "master", "account", "device", "mobile_token", "cookie", "social",
)  # fmt: skip

OTHER = "other"
"""Identifiers of a mapping's own namespaces (`x_…`), compared together."""

FUNCTIONS: dict[str, LevelFunction] = {
    "given": given, "middle": middle, "order": order, "surname": surname, "birth_date": birth_date, "age": age,
    "sex": sex, "email": email, "phone": phone, "national_id": national_id, "suffix": suffix, "address": address,
    "organisation": organisation, "legal_form": legal_form, "tax_id": exact_or_slip("tax_id"),
    "register": exact_or_slip("register"), "lei": exact_or_slip("lei"), "domain": exact_or_slip("domain"),
    **{f"shared_{name}": shared(name) for name in (*SHARED_NAMESPACES, OTHER)},
}  # fmt: skip
