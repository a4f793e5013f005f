"""What homes are looked up by: keys of the address and surname as a record has them written.

A key is a function of one record, so that all who may live with somebody, or whose address may be a mistyped form of
another, are found without looking at anybody else: in a batch by grouping, at an ingest by an index of the same keys.
"""

from typing import NamedTuple

import numpy as np

from spine.resolution.address_forms import PARTS, Flags, Forms, in_full
from spine.resolution.components import Ints
from spine.resolution.grouping import Coded, groups_of

CROWD = 100
"""So many records may write one address before it says what any crowd says: two of them are strangers."""
MANY = 1000
"""So many records are looked at because their addresses resemble each other, or may be of one institution."""
STREET_ENDS = ("street_start", "street_end", "street_full")


class HomeKey(NamedTuple):
    """One kind of key: the parts that make it, which of them must be there, and how many records may hold one before it
    brings nobody together; `resident` ones hold for residents of institutions only."""

    name: str
    parts: tuple[str, ...]
    needs: tuple[str, ...]
    most: int = 60
    resident: bool = False


FORM = HomeKey("form", PARTS, (), CROWD)
"""The address exactly as it is written: who else writes it so."""
NAMESAKES = (
    HomeKey("surname_building", ("surname", "house_number", "street", "city", "region"),
            ("surname", "house_number", "street")),
    HomeKey("surname_street", ("surname", "street", "city", "region"), ("surname", "street")),
    HomeKey("surname_number", ("surname", "house_number", "city", "region"), ("surname", "house_number")),
)  # fmt: skip
"""Who may live together though a part of the address is mistyped or missing."""
LOOKALIKES = (
    HomeKey(
        "street_start",
        ("house_number", "unit", "street_start", "postcode"),
        ("house_number", "street", "postcode"),
        MANY,
    ),
    HomeKey(
        "street_end", ("house_number", "unit", "street_end", "postcode"), ("house_number", "street", "postcode"), MANY
    ),
    HomeKey(
        "street_full",
        ("house_number", "unit", "street_full", "city", "region"),
        ("house_number", "street", "city"),
        MANY,
    ),
)
"""Which addresses may be typing errors of each other."""
RESIDENTS = (
    HomeKey("resident_street", ("street", "region"), ("street",), MANY, True),
    HomeKey("resident_number", ("house_number", "city", "region"), ("house_number",), MANY, True),
)
"""Which institution a resident may belong to whose address is mistyped or incomplete."""
KEYS = (FORM, *NAMESAKES, *LOOKALIKES, *RESIDENTS)


def part_of(forms: Forms, name: str) -> Coded:
    """A part of the forms, or what the street begins and ends with, words spelt out."""
    if name not in STREET_ENDS:
        return forms.parts[name]
    if name not in forms.ends:
        forms.ends.update(_street_ends(forms.parts["street"]))
    return forms.ends[name]


def street_ends(street: str) -> dict[str, str]:
    """What a street begins and ends with, by the names of `STREET_ENDS`."""
    whole = in_full(street)
    longest = max(whole.split(), key=len, default="")
    return {"street_start": longest[:3], "street_end": longest[-3:], "street_full": whole}


def _street_ends(street: Coded) -> dict[str, Coded]:
    said = [street_ends(text) for text in street.texts.tolist()]
    found = {}
    for name in STREET_ENDS:
        each = np.array([one[name] for one in said], dtype=object)
        texts, code = np.unique(each, return_inverse=True)
        found[name] = Coded(np.append(code.astype(np.int64), -1)[street.codes], texts)
    return found


def form_groups(forms: Forms, key: HomeKey) -> Ints:
    """Number the forms by their parts of a key; -1 where one that must be there is missing."""
    parts = [name for name in key.parts if name != "surname"]
    group, _ = groups_of([part_of(forms, name).codes for name in parts])
    return np.where(_has_all(forms, key), group, -1)


def row_groups(forms: Forms, written: Ints, surname: Ints, key: HomeKey) -> Ints:
    """Number rows of written forms (-1: none) and surname codes by a key; -1 where they have none."""
    at = np.append(form_groups(forms, key), -1)[written]
    if "surname" not in key.parts:
        return at
    return np.where((at >= 0) & (surname >= 0), groups_of([at, surname])[0], -1)


def holders(group: Ints, held: Ints | None) -> Ints:
    """How many records hold the key of each row, 0 where it has none; `held` where these are not all records."""
    many = np.bincount(group[group >= 0], minlength=1)
    counted: Ints = np.where(group >= 0, np.append(many, 0)[group] if held is None else held, 0)
    return counted


def _has_all(forms: Forms, key: HomeKey) -> Flags:
    whole = np.ones(forms.size, dtype=bool)
    for name in key.needs:
        if name != "surname":
            whole &= forms.has(name)
    return whole
