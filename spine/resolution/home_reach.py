"""How far a change reaches among the homes that are loaded, and whose neighbourhood has to be known to be sure."""

from collections.abc import Sequence

import numpy as np

from spine.normalise.whole_numbers import distinct_numbers
from spine.resolution.address_forms import Flags
from spine.resolution.components import Ints, connected
from spine.resolution.dwellings import alike_forms
from spine.resolution.grouping import smallest
from spine.resolution.home_keys import CROWD, RESIDENTS, form_groups
from spine.resolution.households import Households
from spine.resolution.residencies import residents
from spine.resolution.resolved import Resolved
from spine.resolution.trees import NEVER


def reach(resolved: Resolved, found: Households, core: Flags, moved: Flags) -> tuple[Flags, Ints]:
    """The rows whose households a change may have changed, and the persons who must be complete for that to be true.

    `core` are rows known to be reached, `moved` those of them that are new or belong to another person now. A change
    reaches who is at one dwelling, in one tree or in one household. Whether two homes of one person are one household
    follows from both of them, so the homes of all members are looked at, too.
    """
    homes = found.residencies
    forms, written = homes.dwellings.forms, homes.dwellings.written
    crowd = homes.dwellings.writers > CROWD
    at = np.where(np.append(crowd, True)[homes.dwelling] & ~found.institutional, -1, homes.dwelling)
    tree = found.trees.cut(NEVER + 1)
    alike = _alike(found, _marked(forms.size, written[moved]) | _marked(forms.size, _dwelling(found, moved)))
    near = np.append(alike & ~crowd, False)[written] | core
    inside = _grown([at, tree, found.label], _marked(len(homes), homes.of_row[near]))
    others = np.isin(homes.person, homes.person[inside])
    known = inside | _grown([at, tree], others)
    rows = np.append(known, False)[homes.of_row]
    alike = _alike(found, _marked(forms.size, written[rows]) | _marked(forms.size, homes.dwelling[known]))
    beside = np.append(alike & ~crowd, False)
    rows |= beside[written] | beside[_dwelling(found, np.ones(resolved.size, dtype=bool))]
    rows |= _fellows(resolved, found, rows)
    return np.append(inside, False)[homes.of_row], distinct_numbers(resolved.person[rows & (resolved.person >= 0)])


def _dwelling(found: Households, rows: Flags) -> Ints:
    return found.residencies.dwellings.of_row[rows]


def _marked(size: int, places: Ints) -> Flags:
    out = np.zeros(size, dtype=bool)
    out[places[places >= 0]] = True
    return out


def _grown(groups: Sequence[Ints], inside: Flags) -> Flags:
    """All that hang together with what is inside, by groups (-1: none)."""
    size = len(inside)
    if not size:
        return inside
    lefts, rights = [], []
    for group in groups:
        kept = np.flatnonzero(group >= 0)
        _, number = np.unique(group[kept], return_inverse=True)
        lefts.append(kept)
        rights.append(smallest(number, kept, size)[number])
    label = connected(size, np.concatenate(lefts), np.concatenate(rights))
    reached: Flags = _marked(size, label[inside])[label]
    return reached


def _alike(found: Households, forms: Flags) -> Flags:
    """These forms, and those that a typing error may tell from one of them."""
    left, right = alike_forms(
        found.residencies.dwellings.forms, np.arange(len(forms)), found.residencies.dwellings.compared
    )
    out = forms.copy()
    out[right[forms[left]]] = True
    out[left[forms[right]]] = True
    return out


def _fellows(resolved: Resolved, found: Households, rows: Flags) -> Flags:
    """The residents of institutions that may be those of residents among these rows."""
    resident, out = residents(resolved), np.zeros(resolved.size, dtype=bool)
    if not resident.any():
        return out
    dwellings = found.residencies.dwellings
    for key in RESIDENTS:
        group = np.append(form_groups(dwellings.forms, key), -1)[dwellings.written]
        asked = np.unique(group[rows & resident & (group >= 0)])
        out |= resident & np.isin(group, asked)
    return out
