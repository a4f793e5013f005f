"""Which dwelling each record's address means, though addresses are mistyped, shortened or left to a post-office box.

Three steps, each recorded as the way by which a row came to its dwelling:

1. *The person completes the address.* A row takes the fuller form that another record of the same person has, where the
   two differ by a typing error or by parts that one of them lacks. Only the row moves, so no chain can form.
2. *A box is not a home.* A post-office box stands for the dwelling where its holder lives, if that is one dwelling.
3. *A form that only one person has* and that is a typing error away from a form that several persons share (same house
   number, same unit, same place) is that form.

The first two look at one person alone, the third at those who write nearly the same address (`home_keys.LOOKALIKES`).

What remains doubtful, such as a missing house number of somebody seen once, is left to the evidence between persons.
"""

from dataclasses import dataclass
from functools import partial

import numpy as np

from spine.normalise.whole_numbers import order_by
from spine.resolution.address_forms import DIFFERENT, EQUAL, MISSING, NEAR, PARTS, Flags, Forms, forms_of
from spine.resolution.components import Ints
from spine.resolution.grouping import distinct_count, distinct_pairs, groups_of, pairs_within
from spine.resolution.home_keys import CROWD, FORM, LOOKALIKES, HomeKey, form_groups, holders
from spine.resolution.resolved import Resolved

AS_WRITTEN, COMPLETED, BOX, MISTYPED, INSTITUTION = range(5)
WAYS = (
    "as written",
    "completed by another record of the person",
    "post-office box of a resident",
    "typing error",
    "nearly the address of the institution that counts the person",
)
MOST_FORMS = 12
"""A person with more forms of address than this is not completed: that is a hub, not a person who mistypes."""


@dataclass(frozen=True)
class Dwellings:
    """Per row its dwelling (a form, -1 for none), the way by which it was found, and the form as it is written; per
    form how many records write it, `CROWD` + 1 standing for more, and the groups of forms compared for typing errors.
    """

    forms: Forms
    of_row: Ints
    way: Ints
    written: Ints
    writers: Ints
    compared: list[Ints]


def dwellings(resolved: Resolved) -> Dwellings:
    """The dwelling of every row of a person; rows of organisations have none."""
    forms, written = forms_of({part: resolved.text(part) for part in PARTS})
    written = np.where(resolved.person >= 0, written, -1)
    writers = np.zeros(forms.size, np.int64)
    np.maximum.at(writers, written[written >= 0], holders(written, resolved.held.get(FORM.name))[written >= 0])
    writers = np.minimum(writers, CROWD + 1)
    compared = [_uncrowded(forms, key, written, resolved.held.get(key.name)) for key in LOOKALIKES]
    way = np.zeros(resolved.size, np.int64)
    form = written.copy()
    steps = ((COMPLETED, partial(_completed, writers=writers)), (BOX, _boxes),
             (MISTYPED, partial(_mistyped, compared=compared)))  # fmt: skip
    for step, find in steps:
        found = find(forms, resolved.person, form)
        way[(found != form) & (way == AS_WRITTEN)] = step
        form = found
    form[(form >= 0) & ~forms.dwellings[form]] = -1
    return Dwellings(forms, form, way, written, writers, compared)


def _uncrowded(forms: Forms, key: HomeKey, written: Ints, held: Ints | None) -> Ints:
    """The groups of forms by a key, -1 where so many records hold it that nobody is compared."""
    group = form_groups(forms, key)
    at = np.append(group, -1)[written]
    many = np.zeros(int(group.max(initial=-1)) + 1, np.int64)
    np.maximum.at(many, at[at >= 0], holders(at, held)[at >= 0])
    return np.where(np.append(many, 0)[group] <= key.most, group, -1)


def _holders(person: Ints, form: Ints) -> tuple[Ints, Ints, Ints, Ints]:
    """The distinct (person, form) and, of each row, its number there (-1 for rows without a form)."""
    kept = np.flatnonzero(form >= 0)
    group, first = groups_of([person[kept], form[kept]])
    of_row = np.full(len(form), -1, np.int64)
    of_row[kept] = group
    return person[kept][first], form[kept][first], of_row, np.bincount(group, minlength=len(first)).astype(np.int64)


def _rank(forms: Forms, form: Ints, rows: Ints) -> Ints:
    """Forms from the least to the best: completeness, then how many rows have it, then first in the alphabet."""
    ties = [-forms.parts[part].codes[form] for part in PARTS]
    rank = np.empty(len(form), np.int64)
    rank[order_by(forms.completeness[form], rows, *ties)] = np.arange(len(form))
    return rank


def _one_dwelling(forms: Forms, left: Ints, right: Ints) -> Flags:
    """For two forms of one person: they differ by typing errors or missing parts only."""
    number, street = forms.level("house_number", left, right), forms.level("street", left, right)
    unit, box = forms.level("unit", left, right), forms.level("po_box", left, right)
    alike = (number != DIFFERENT) & (street != DIFFERENT) & ((number == EQUAL) | (street == EQUAL))
    alike |= (number == MISSING) & (street == MISSING) & (box == EQUAL)
    placed = forms.place(left, right) != DIFFERENT
    found: Flags = alike & placed & (unit != DIFFERENT)
    return found


def _completed(forms: Forms, person: Ints, form: Ints, writers: Ints) -> Ints:
    owner, held, of_row, _ = _holders(person, form)
    if not len(held):
        return form
    _, number = np.unique(owner, return_inverse=True)
    left, right, _ = pairs_within(number.astype(np.int64), MOST_FORMS)
    if not len(left):
        return form
    rank = _rank(forms, held, writers[held])
    alike = _one_dwelling(forms, held[left], held[right])
    # A row that names no building at all means the only building that its person has.
    silent = ~forms.dwellings[held]
    homes = np.bincount(number[~silent], minlength=int(number.max()) + 1)
    alike |= (silent[left] ^ silent[right]) & (homes[number[left]] == 1)
    left, right = left[alike], right[alike]
    lesser = np.where(rank[left] < rank[right], left, right)
    better = left + right - lesser
    return _moved(form, held, of_row, lesser, better, rank)


def _moved(form: Ints, held: Ints, of_row: Ints, lesser: Ints, better: Ints, rank: Ints) -> Ints:
    """Send each lesser holding to its best, following chains, and the rows with it."""
    target = np.arange(len(held))
    order = np.argsort(rank[better], kind="stable")
    target[lesser[order]] = better[order]
    while not np.array_equal(target, target[target]):
        target = target[target]
    return np.where(of_row >= 0, held[target[np.maximum(of_row, 0)]], form)


def _boxes(forms: Forms, person: Ints, form: Ints) -> Ints:
    """Give each box the dwelling of its holder, where the holder has one alone."""
    owner, held, _, _ = _holders(person, form)
    boxes, homes = forms.has("po_box") & ~forms.homes, forms.homes
    if not len(held) or not boxes[held].any():
        return form
    labels, number = np.unique(owner, return_inverse=True)
    many = np.bincount(number[homes[held]], minlength=len(labels))
    home = np.full(len(labels), -1, np.int64)
    home[number[homes[held]]] = held[homes[held]]
    home[many != 1] = -1
    at = np.minimum(np.searchsorted(labels, person), len(labels) - 1)
    own = np.where(labels[at] == person, home[at], -1)
    return np.where((form >= 0) & boxes[np.maximum(form, 0)] & (own >= 0), own, form)


def _mistyped(forms: Forms, person: Ints, form: Ints, compared: list[Ints]) -> Ints:
    rows = np.bincount(form[form >= 0], minlength=forms.size)
    left, right = alike_forms(forms, np.flatnonzero(rows), compared)
    if not len(left):
        return form
    persons = distinct_count(form, person, forms.size)
    street = forms.level("street", left, right)
    every = np.arange(forms.size)
    rank = _rank(forms, every, rows) + forms.size * persons
    lesser = np.where(rank[left] < rank[right], left, right)
    better = left + right - lesser
    # Two streets that both have residents of their own may be two streets; a place alone misspelt is the same one.
    kept = (street == EQUAL) | ((persons[lesser] <= 1) & (persons[better] >= 2))
    return _moved(form, every, form, lesser[kept], better[kept], rank)


def alike_forms(forms: Forms, used: Ints, compared: list[Ints]) -> tuple[Ints, Ints]:
    """Pairs of these forms that a typing error may tell apart: one house number, unit and place, nearly one street.

    `compared` are groups of forms (`home_keys.LOOKALIKES`): only members of one group are looked at.
    """
    found = [pairs_within(group[used], CROWD, used)[:2] for group in compared]
    one, other = (np.concatenate(side) for side in zip(*found, strict=True))
    left, right = distinct_pairs(one, other, forms.size)
    if not len(left):
        return left, right
    number, street = forms.level("house_number", left, right), forms.level("street", left, right)
    same_unit = forms.parts["unit"].codes[left] == forms.parts["unit"].codes[right]
    alike = (number == EQUAL) & (street >= NEAR) & same_unit & (forms.place(left, right) == EQUAL)
    return left[alike], right[alike]
