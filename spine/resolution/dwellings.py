"""Which dwelling each record's address means, though addresses are mistyped, shortened or left to a post-office box.

Three steps, each recorded as the way by which a row came to its dwelling:

1. *The person completes the address.* A row takes the fuller form that another record of the same person has, where the
   two differ by a typing error or by parts that one of them lacks. Only the row moves, so no chain can form.
2. *A box is not a home.* A post-office box stands for the dwelling where its holder lives, if that is one dwelling.
3. *A form that only one person has* and that is a typing error away from a form that several persons share (same house
   number, same unit, same place) is that form.

What remains doubtful, such as a missing house number of somebody seen once, is left to the evidence between persons.
"""

from dataclasses import dataclass

import numpy as np

from spine.resolution.address_forms import DIFFERENT, EQUAL, MISSING, NEAR, PARTS, Flags, Forms, forms_of, in_full
from spine.resolution.components import Ints
from spine.resolution.grouping import distinct, distinct_count, distinct_pairs, groups_of, pairs_within
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
CROWDED_KEY = 60


@dataclass(frozen=True)
class Dwellings:
    """Per row its dwelling (a form, -1 for none) and the way by which it was found; the forms behind them."""

    forms: Forms
    of_row: Ints
    way: Ints


def dwellings(resolved: Resolved) -> Dwellings:
    """The dwelling of every row of a person; rows of organisations have none."""
    forms, written = forms_of({part: resolved.text(part) for part in PARTS})
    written = np.where(resolved.person >= 0, written, -1)
    way = np.zeros(resolved.size, np.int64)
    form = written.copy()
    for step, find in ((COMPLETED, _completed), (BOX, _boxes), (MISTYPED, _mistyped)):
        found = find(forms, resolved.person, form)
        way[(found != form) & (way == AS_WRITTEN)] = step
        form = found
    nowhere = ~(forms.homes | forms.has("po_box"))
    form[(form >= 0) & nowhere[form]] = -1
    return Dwellings(forms, form, way)


def _holders(person: Ints, form: Ints) -> tuple[Ints, Ints, Ints, Ints]:
    """The distinct (person, form) and, of each row, its number there (-1 for rows without a form)."""
    kept = np.flatnonzero(form >= 0)
    group, first = groups_of([person[kept], form[kept]])
    of_row = np.full(len(form), -1, np.int64)
    of_row[kept] = group
    return person[kept][first], form[kept][first], of_row, np.bincount(group, minlength=len(first)).astype(np.int64)


def _rank(forms: Forms, form: Ints) -> Ints:
    """Forms from the least to the best: completeness, then how many rows have it, then first in the alphabet."""
    rows = np.bincount(form[form >= 0], minlength=forms.size)
    ties = [-forms.parts[part].codes for part in reversed(PARTS)]
    rank = np.empty(forms.size, np.int64)
    rank[np.lexsort([*ties, rows, forms.completeness])] = np.arange(forms.size)
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


def _completed(forms: Forms, person: Ints, form: Ints) -> Ints:
    owner, held, of_row, _ = _holders(person, form)
    if not len(held):
        return form
    _, number = np.unique(owner, return_inverse=True)
    left, right, _ = pairs_within(number.astype(np.int64), MOST_FORMS)
    rank = _rank(forms, form)[held]
    alike = _one_dwelling(forms, held[left], held[right])
    # A row that names no building at all means the only building that its person has.
    silent = ~(forms.homes | forms.has("po_box"))[held]
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
    """Give each box the dwelling of its holders, where all who have a dwelling have the same."""
    owner, held, _, _ = _holders(person, form)
    boxes, homes = forms.has("po_box") & ~forms.homes, forms.homes
    if not len(held) or not boxes[held].any():
        return form
    _, number = np.unique(owner, return_inverse=True)
    home = np.full(int(number.max()) + 1, -1, np.int64)
    home[number[homes[held]]] = held[homes[held]]
    several = np.bincount(number[homes[held]], minlength=len(home)) > 1
    at = np.flatnonzero(boxes[held])
    usable = at[(home[number[at]] >= 0) & ~several[number[at]]]
    box, dwelling = distinct(held[usable], home[number[usable]])
    only = np.bincount(box, minlength=forms.size)[box] == 1
    target = np.arange(forms.size)
    target[box[only]] = dwelling[only]
    out = np.where(form >= 0, target[np.maximum(form, 0)], form)
    # A box that several dwellings share still means its own holder's home.
    own = np.full(int(person.max()) + 2, -1, np.int64)
    own[owner[usable]] = home[number[usable]]
    mine = (form >= 0) & boxes[np.maximum(form, 0)] & (own[person] >= 0)
    return np.where(mine, own[person], out)


def _mistyped(forms: Forms, person: Ints, form: Ints) -> Ints:
    left, right = candidate_forms(forms, np.unique(form[form >= 0]))
    if not len(left):
        return form
    persons = distinct_count(form, person, forms.size)
    number, street = forms.level("house_number", left, right), forms.level("street", left, right)
    same_unit = forms.parts["unit"].codes[left] == forms.parts["unit"].codes[right]
    alike = (number == EQUAL) & (street >= NEAR) & same_unit & (forms.place(left, right) == EQUAL)
    rank = _rank(forms, form) + forms.size * persons
    lesser = np.where(rank[left] < rank[right], left, right)
    better = left + right - lesser
    # Two streets that both have residents of their own may be two streets; a place alone misspelt is the same one.
    kept = alike & ((street == EQUAL) | ((persons[lesser] <= 1) & (persons[better] >= 2)))
    every = np.arange(forms.size)
    return _moved(form, every, form, lesser[kept], better[kept], rank)


def candidate_forms(forms: Forms, used: Ints) -> tuple[Ints, Ints]:
    """Pairs of forms worth comparing: one house number, one place, and the street's beginning or end in common."""
    used = used[forms.has("house_number")[used] & forms.has("street")[used]]
    if not len(used):
        return used, used
    texts = [in_full(text) for text in forms.parts["street"].texts.tolist()]
    words = [max(text.split(), key=len, default="") for text in texts]
    street = forms.parts["street"].codes[used]
    ends = [np.unique(np.array(part, dtype=object), return_inverse=True)[1][street]
            for part in ([word[:3] for word in words], [word[-3:] for word in words], texts)]  # fmt: skip
    places = (
        [forms.parts["postcode"].codes[used]],
        [forms.parts["city"].codes[used], forms.parts["region"].codes[used]],
    )
    lefts, rights = [], []
    for end in ends:
        for place in places:
            group, _ = groups_of([forms.parts["house_number"].codes[used], end, *place])
            group = np.where(place[0] >= 0, group, -1)
            left, right, _ = pairs_within(group, CROWDED_KEY, used)
            lefts.append(left)
            rights.append(right)
    return distinct_pairs(np.concatenate(lefts), np.concatenate(rights), forms.size)
