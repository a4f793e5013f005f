"""Institutions: dwellings whose residents a source counts as such, and the residents whose address is mistyped.

The role by which a source counts a person to the residents of a building, or a type of dwelling such as a prison or a
nursing home, makes them one institutional household (as the United Nations' recommendations for censuses call it).
The type alone is not enough for a student home: that, or a tower, is a crowded dwelling, which needs more than the
address.
"""

from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from spine.resolution.address_forms import DIFFERENT, EQUAL, Flags
from spine.resolution.components import Ints
from spine.resolution.dwellings import INSTITUTION, Dwellings
from spine.resolution.grouping import distinct, distinct_count, pairs_within
from spine.resolution.home_keys import RESIDENTS, form_groups, holders
from spine.resolution.resolved import Resolved

RESIDENT_ROLES = ("group quarters", "institutionalized", "inmate", "resident of institution")
"""Words of a household role by which a source counts the person to the residents of an institution."""
INSTITUTION_TYPES = ("nursing", "carceral", "prison", "jail", "correctional", "military", "barrack", "institutional")
"""Words of a dwelling type that can only be an institution."""
LEAST = 3
"""So many persons must be counted to an institution before its address draws in mistyped ones."""


def collective_forms(resolved: Resolved, homes: Dwellings, resident: Flags) -> Ints:
    """Per form how many persons are counted to an institution there: 0 where not more than to ordinary households."""
    if not resident.any():
        return np.zeros(homes.forms.size, np.int64)
    named = (resolved.coded_text("household_role").codes >= 0) | (resolved.coded_text("dwelling_type").codes >= 0)
    size = homes.forms.size
    inside = distinct_count(np.where(resident, homes.of_row, -1), resolved.person, size)
    others = distinct_count(np.where(named & ~resident, homes.of_row, -1), resolved.person, size)
    return np.where((inside >= 2) & (inside > others), inside, 0)


def settle(homes: Dwellings, resident: Flags, inside: Ints, held: Mapping[str, Ints]) -> Dwellings:
    """Bring residents to the institution whose address theirs is nearly; `inside` is that of `collective_forms`,
    `held` that of `Resolved`.

    Their house number or street is equal (the number in one city), the other equal, mistyped or missing, and the place
    does not differ. Where several institutions fit, the one with the most residents.
    """
    forms = homes.forms
    strays = np.unique(homes.of_row[resident & (homes.of_row >= 0)])
    strays = strays[inside[strays] < LEAST]
    known = np.flatnonzero(inside >= LEAST)
    if not len(strays) or not len(known):
        return homes
    target = np.arange(forms.size)
    best = np.zeros(forms.size, np.int64)
    for key, (part, other) in zip(RESIDENTS, (("street", "house_number"), ("house_number", "street")), strict=True):
        at = np.where(resident & (homes.of_row >= 0), np.append(form_groups(forms, key), -1)[homes.written], -1)
        at = np.where(holders(at, held.get(key.name)) <= key.most, at, -1)
        group, form = distinct(at[at >= 0], homes.of_row[at >= 0])
        left, right, _ = pairs_within(group, key.most, form)
        left, right = np.where(inside[left] < LEAST, left, right), np.where(inside[left] < LEAST, right, left)
        fits = (inside[left] < LEAST) & (inside[right] >= LEAST) & (forms.level(part, left, right) == EQUAL)
        fits &= (forms.level(other, left, right) != DIFFERENT) & (forms.place(left, right) != DIFFERENT)
        order = np.argsort(inside[right[fits]], kind="stable")
        for stray, home in zip(left[fits][order].tolist(), right[fits][order].tolist(), strict=True):
            if inside[home] > best[stray]:
                target[stray], best[stray] = home, inside[home]
    moved = resident & (homes.of_row >= 0) & (target[homes.of_row] != homes.of_row)
    return replace(
        homes,
        of_row=np.where(moved, target[homes.of_row], homes.of_row),
        way=np.where(moved, INSTITUTION, homes.way),
    )
