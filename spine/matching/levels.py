"""The comparing functions by name: pairs in, level numbers of `spine.matching.outcomes` out (-1: not compared)."""

from collections.abc import Callable
from functools import partial

from spine.matching import addresses, identifiers, names, organisations, sisters, traits
from spine.matching.encoded import Encoded
from spine.matching.outcomes import OTHER, SHARED, SHARED_NAMESPACES, Levels
from spine.matching.pairs import PairView

LevelFunction = Callable[[PairView], Levels]

FUNCTIONS: dict[str, LevelFunction] = {
    "given": names.given,
    "middle": names.middle,
    "order": names.order,
    "surname": names.surname,
    "suffix": names.suffix,
    "birth_date": traits.birth_date,
    "age": traits.age,
    "sex": traits.sex,
    "email": identifiers.email,
    "phone": identifiers.phone,
    "national_id": identifiers.national_id,
    "address": addresses.address,
    "area": addresses.area,
    "organisation": organisations.organisation,
    "legal_form": organisations.legal_form,
    "series": sisters.series,
    **{field: partial(organisations.exact_or_slip, field=field) for field in ("tax_id", "register", "lei", "domain")},
    **{SHARED + name: partial(identifiers.shared, namespace=name) for name in (*SHARED_NAMESPACES, OTHER)},
}
"""Both sides of a pair may change places without changing its level."""
_PLACE = ("street", "house_number", "po_box", "city", "postcode")
_NEEDED: dict[str, tuple[str, ...]] = {
    **{name: (name,) for name in FUNCTIONS if not name.startswith(SHARED)},
    "order": ("given",), "series": ("organisation",), "address": _PLACE, "area": ("postcode",),
}  # fmt: skip


def is_silent(name: str, records: Encoded) -> bool:
    """Whether a comparing function can say nothing of any two of these records: none has what it compares."""
    if name.startswith(SHARED):
        return name.removeprefix(SHARED) not in records.shared
    return records.present.isdisjoint(_NEEDED[name])
