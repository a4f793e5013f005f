"""The levels of one pair of records: what `spine.matching.levels` answers of many pairs at once, asked of two alone.

For a handful of pairs the columnar functions take a hundred times what they compute: nearly all of it is the beginning
of calls. A level here is a few comparisons of Python texts. A property test holds both to the same levels.
"""

from collections.abc import Callable, Mapping
from functools import cached_property, partial

from spine.matching.encoded import Encoded
from spine.matching.outcomes import (
    AGREE,
    DIFFER,
    FAMILY_NAME,
    FAR,
    GIVEN_NAME,
    HOME,
    HOUSEHOLD_NAMESPACES,
    KIN,
    MISSING,
    NAMES_AGREE,
    NAMES_DIFFER,
    NAMESAKES,
    NEAR,
    NUMBER,
    OTHER,
    OUTCOMES,
    PARTIAL,
    PLACE,
    SHARED,
    SHARED_NAMESPACES,
    SISTERS,
    STREET,
)
from spine.matching.sides import Side, nicknames_in
from spine.matching.sisters import two_sisters
from spine.matching.two_texts import (
    alike,
    edits,
    jaro_winkler,
    names_turned,
    part_of,
    ratio,
    same_initial,
    shorter,
    two_dates,
    two_organisations,
    two_surnames,
)

GIVEN, MIDDLE, ORDER, SURNAME = (OUTCOMES[name] for name in ("given", "middle", "order", "surname"))
AGE, SEX, BIRTH_DATE, SUFFIX = (OUTCOMES[name] for name in ("age", "sex", "birth_date", "suffix"))
EMAIL, PHONE, NATIONAL_ID = (OUTCOMES[name] for name in ("email", "phone", "national_id"))
ADDRESS, AREA = OUTCOMES["address"], OUTCOMES["area"]
ORGANISATION, LEGAL_FORM, SERIES = (OUTCOMES[name] for name in ("organisation", "legal_form", "series"))


class Pair:
    """Two records of one kind side by side; `crowded` are the dwellings where strangers live together."""

    def __init__(self, records: Encoded, left: Side, right: Side, crowded: Mapping[str, int]) -> None:
        self.records, self.left, self.right = records, left, right
        self._crowded = crowded
        self.swapped = False
        here, there = left.texts, right.texts
        self._names = {name: (here[name], there[name]) for name in ("given", "surname")}
        self._turn()

    def texts(self, field: str) -> tuple[str | None, str | None]:
        """The texts of both sides; where names stand swapped, one side's given name and surname change places."""
        return self._names[field] if field in self._names else (self.left.texts[field], self.right.texts[field])

    def both(self, field: str) -> tuple[str, str] | None:
        """The texts of both sides where each has one."""
        one, other = self.texts(field)
        return None if one is None or other is None else (one, other)

    def same(self, field: str) -> bool:
        """Both sides have the same text."""
        one, other = self.texts(field)
        return one is not None and one == other

    def common(self, namespace: str) -> frozenset[int]:
        """The identifiers of a namespace that both carry."""
        nothing: frozenset[int] = frozenset()
        return self.left.shared.get(namespace, nothing) & self.right.shared.get(namespace, nothing)

    def _turn(self) -> None:
        """Exchange given name and surname of one side where they fit much better so."""
        (a, b), (c, d) = self._names["given"], self._names["surname"]
        if a is None or b is None or c is None or d is None:
            return
        turned = names_turned((a, b), (c, d))
        if turned is not None:
            self.swapped = True
            self._names = dict(zip(("given", "surname"), turned, strict=True))

    # ------------------------------------------------------------------------------------- what several levels ask for

    @cached_property
    def given(self) -> int:
        """The level of the given names."""
        return _given(self)

    @cached_property
    def surname(self) -> int:
        """The level of the surnames."""
        return _surname(self)

    @cached_property
    def address(self) -> int:
        """The level of the addresses."""
        return _address(self)

    @cached_property
    def birth_date(self) -> int:
        """The level of the birth dates."""
        return _birth_date(self)

    @cached_property
    def series(self) -> int:
        """The level of what tells the names of sister companies apart."""
        return _series(self)

    @property
    def sisters(self) -> bool:
        """The names are those of sister companies."""
        return SERIES.has_mark(self.series, SISTERS)

    @cached_property
    def alike(self) -> bool:
        """The given names are close, forms of one name, one a part of the other, or the same."""
        return GIVEN.is_named(self.given, "close", "a part in common", "nickname", "same")

    @cached_property
    def namesakes(self) -> bool:
        """The surnames agree, slips allowed."""
        return SURNAME.has_mark(self.surname, FAMILY_NAME)

    @property
    def relatives(self) -> bool:
        """The surnames agree and the given names do not, or the two are sister companies."""
        return (self.namesakes and not self.alike) or self.sisters

    @cached_property
    def at_one_address(self) -> bool:
        """The addresses are one dwelling or building, slips and missing parts allowed."""
        return ADDRESS.has_mark(self.address, HOME)

    @cached_property
    def in_one_home(self) -> bool:
        """The same, and no crowded place."""
        return self.at_one_address and not any(one in self._crowded for one in self.texts("dwelling"))

    @cached_property
    def nicknames(self) -> frozenset[tuple[str, str]]:
        """Names that are forms of one name, either way round."""
        return self.records.remember(("nicknames",), lambda: nicknames_in(self.records))


def _given(pair: Pair) -> int:
    both = pair.both("given")
    if both is None:
        return -1
    one, other = both
    if one == other:
        return GIVEN.number("same")
    middle_here, middle_there = pair.texts("middle")
    if both in pair.nicknames:
        return GIVEN.number("nickname")
    short = shorter(one, other)
    if part_of(one, other) or (short > 1 and (one == middle_there or other == middle_here)):
        return GIVEN.number("a part in common")
    resembles, close = alike(one, other, 0.92)
    if close and short > 2:
        return GIVEN.number("close")
    if short == 1 and same_initial(one, other):
        return GIVEN.number("same initial")
    return GIVEN.number("resembles" if resembles else "differs")


def _middle(pair: Pair) -> int:
    both = pair.both("middle")
    if both is None:
        return -1
    one, other = both
    if shorter(one, other) <= 1:
        initial = one == other or same_initial(one, other)
        return MIDDLE.number("same initial" if initial else "differs")
    return MIDDLE.number("same" if one == other or edits(one, other, 1) <= 1 else "differs")


def _order(pair: Pair) -> int:
    if pair.both("given") is None or pair.both("surname") is None:
        return -1
    return ORDER.number("exchanged" if pair.swapped else "as usual")


def _surname(pair: Pair) -> int:
    both = pair.both("surname")
    if both is None:
        return -1
    return SURNAME.number(two_surnames(*both), NEAR if pair.in_one_home else FAR)


def _birth_date(pair: Pair) -> int:
    both = pair.both("birth_date")
    if both is None:
        return -1
    label, partial = two_dates(*both)
    return BIRTH_DATE.number(label, PARTIAL if partial else NEAR if pair.in_one_home else FAR)


def _age(pair: Pair) -> int:
    both = pair.both("age")
    if both is None:
        return -1
    dates = pair.birth_date
    group = MISSING
    if dates >= 0:
        if BIRTH_DATE.is_named(dates, "slip", "same", "partial agrees"):
            group = AGREE
        elif BIRTH_DATE.is_named(dates, "differs"):
            group = DIFFER
        else:
            return -1
    one, other = (int(text) if text.isdecimal() else -99 for text in both)
    gap = abs(one - other)
    return AGE.number("same" if gap == 0 else "within two years" if gap <= 2 else "differs", group)


def _sex(pair: Pair) -> int:
    both = pair.both("sex")
    if both is None:
        return -1
    return SEX.number("same" if both[0] == both[1] else "differs", NAMES_AGREE if pair.alike else NAMES_DIFFER)


def _email(pair: Pair) -> int:
    both = pair.both("email")
    if both is None:
        return -1
    one, other = both
    local = pair.both("email_local")
    if one == other or pair.common("email"):
        label = "same"
    elif local is not None and local[0] == local[1] and len(local[0]) > 3:
        label = "same name at another provider"
    elif edits(one, other, 3) <= 3 or jaro_winkler(one, other) >= 0.93:
        label = "close"
    else:
        label = "differs"
    named, family = pair.alike, pair.namesakes or pair.sisters
    if named and family:
        group = NAMESAKES
    elif pair.at_one_address:
        group = NEAR
    else:
        group = KIN if family else GIVEN_NAME if named else ""
    return EMAIL.number(label, group)


def _phone(pair: Pair) -> int:
    both = pair.both("phone")
    if both is None:
        return -1
    one, other = both
    same = one == other or bool(pair.common("phone"))
    label = "same" if same else "slip" if edits(one, other, 1) <= 1 else "differs"
    if pair.at_one_address:
        return PHONE.number("same" if same else "differs", NEAR)
    return PHONE.number(label, KIN if pair.relatives else FAR)


def _national_id(pair: Pair) -> int:
    both = pair.both("national_id")
    if both is None:
        return -1
    one, other = both
    apart = 0 if one == other else edits(one, other, 2)
    label = "same" if one == other else "slip" if apart <= 1 else "two slips" if apart <= 2 else "differs"
    return NATIONAL_ID.number(label, NEAR if pair.at_one_address else NAMESAKES if pair.namesakes else "")


def _address(pair: Pair) -> int:
    streets = pair.both("street")
    if streets is None:
        return _without_street(pair)
    one, other = streets
    same_street = one == other
    like = same_street or bool(jaro_winkler(one, other) >= 0.9) or edits(one, other, 2) <= 2
    same_number = pair.same("house_number")
    if not like:
        loose = same_number and ratio(one, other) >= 0.6
        return ADDRESS.number("address loosely alike" if loose else "street differs", STREET)
    numbers = pair.both("house_number")
    unit_here, unit_there = pair.texts("unit")
    if same_street and same_number:
        label = "same dwelling" if unit_here == unit_there else "same building"
    elif same_number or (numbers is not None and edits(*numbers, 1) <= 1):
        label = "address alike"
    elif numbers is None:
        label = "same street, number missing"
    else:
        label = "same street" if same_street else "street alike"
    return ADDRESS.number(label, STREET)


def _without_street(pair: Pair) -> int:
    if (box := pair.both("po_box")) is not None:
        return ADDRESS.number("same dwelling" if box[0] == box[1] else "street differs", STREET)
    if (number := pair.both("house_number")) is not None:
        return ADDRESS.number("same number" if number[0] == number[1] else "another number", NUMBER)
    city = pair.both("city")
    if city is None and pair.both("postcode") is None:
        return -1
    if pair.same("postcode"):
        label = "same postcode"
    elif city is not None and city[0] == city[1]:
        label = "same city"
    elif city is not None and jaro_winkler(*city) >= 0.88:
        label = "city alike"
    else:
        label = "same region" if pair.same("region") else "place differs"
    return ADDRESS.number(label, PLACE)


def _area(pair: Pair) -> int:
    both = pair.both("postcode")
    if both is None or not ADDRESS.is_named(pair.address, "street differs", "another number"):
        return -1
    return AREA.number("same postcode" if both[0] == both[1] else "another postcode")


def _organisation(pair: Pair) -> int:
    both = pair.both("organisation")
    if both is None:
        return -1
    if pair.sisters:
        return ORGANISATION.number("differs")
    one, other = both
    return ORGANISATION.number("same" if one == other else two_organisations(one, other))


def _series(pair: Pair) -> int:
    both = pair.both("organisation")
    label = two_sisters(*both) if both is not None else None
    return -1 if label is None else SERIES.number(label)


def _equal(pair: Pair, field: str) -> int:
    both = pair.both(field)
    return -1 if both is None else OUTCOMES[field].number("same" if both[0] == both[1] else "differs")


def _exact_or_slip(pair: Pair, field: str) -> int:
    both = pair.both(field)
    if both is None:
        return -1
    one, other = both
    label = "same" if one == other else "slip" if edits(one, other, 1) <= 1 else "differs"
    return OUTCOMES[field].number(label, KIN if pair.sisters else "")


def _shared(pair: Pair, namespace: str) -> int:
    if not pair.left.shared.get(namespace) or not pair.right.shared.get(namespace):
        return -1
    label = f"same {namespace}" if pair.common(namespace) else f"another {namespace}"
    group = ""
    if namespace in HOUSEHOLD_NAMESPACES:
        group = NEAR if pair.at_one_address else KIN if pair.relatives else ""
    return OUTCOMES[SHARED + namespace].number(label, group)


LEVEL_OF: dict[str, Callable[[Pair], int]] = {
    "given": lambda pair: pair.given,
    "middle": _middle,
    "order": _order,
    "surname": lambda pair: pair.surname,
    "suffix": partial(_equal, field="suffix"),
    "birth_date": lambda pair: pair.birth_date,
    "age": _age,
    "sex": _sex,
    "email": _email,
    "phone": _phone,
    "national_id": _national_id,
    "address": lambda pair: pair.address,
    "area": _area,
    "organisation": _organisation,
    "series": lambda pair: pair.series,
    "legal_form": partial(_equal, field="legal_form"),
    **{field: partial(_exact_or_slip, field=field) for field in ("tax_id", "register", "lei", "domain")},
    **{SHARED + name: partial(_shared, namespace=name) for name in (*SHARED_NAMESPACES, OTHER)},
}
"""By the name of the comparing function, as `spine.matching.levels.FUNCTIONS`: the number of the level, or -1."""
