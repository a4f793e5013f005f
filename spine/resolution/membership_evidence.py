"""Why a person is a member of a household, and what would take it out: evidence with somebody else there."""

import json
from typing import Any

import numpy as np
import pyarrow as pa

from spine.normalise.whole_numbers import order_by
from spine.resolution import household_weights as w
from spine.resolution.components import Ints, inside_pairs
from spine.resolution.grouping import smallest
from spine.resolution.households import Households
from spine.resolution.residency_pairs import weigh
from spine.resolution.resolved import Resolved
from spine.resolution.taking_out import KINDS, taking_out

LARGEST = 200
"""In a household of more residencies, only neighbours in the order of keys are compared for reasons, and it is not told
what would take anybody out."""


def reasons(resolved: Resolved, found: Households, of_residency: Ints, size: int) -> "pa.Array[Any]":
    """Per member a JSON list of {kind, with, bits}: what speaks for the membership, with the strongest partner.

    `of_residency` is the member of each residency, -1 for none; `with` is the label of the other person. Entries with
    `out` are what has to fall away for the member to be there no more; where they tie most to somebody else than the
    strongest partner, they follow the others. A member who lives alone has an empty list; a resident of an institution
    one entry of kind `institution`.
    """
    homes = found.residencies
    left, right, small = _pairs(found)
    out = np.full(size, "[]", dtype=object)
    resident = of_residency[found.institutional & (of_residency >= 0)]
    out[resident] = json.dumps([{"kind": "institution", "with": None, "bits": w.COLLECTIVE.value / 1000, "out": True}])
    if not len(left):
        return pa.array(out.tolist(), pa.string())
    weights = weigh(found.evidence, left, right)
    total = np.sum(list(weights.values()), axis=0, dtype=np.int64)
    both = np.concatenate([left, right])
    other = np.concatenate([right, left])
    member = of_residency[both]
    order = order_by(member, -np.concatenate([total, total]), homes.person[other])
    first = order[np.unique(member[order], return_index=True)[1]] if len(order) else order
    entries = [(kind, np.concatenate([value, value])[first].tolist()) for kind, value in weights.items()]
    start = {kind: f'{{"kind": {json.dumps(kind)}, "with": ' for kind in KINDS}
    ends = _out_of(resolved, found, of_residency, size, left[:small], right[:small])
    partners = homes.person[other[first]].tolist()
    for place, (at, partner) in enumerate(zip(member[first].tolist(), partners, strict=True)):
        leaving = ends.get(at, {})
        said = []
        for kind, bits in entries:
            if bits[place]:
                mark = ', "out": true' if bits[place] > 0 and leaving.pop(kind, None) else ""
                said.append(f'{start[kind]}{partner}, "bits": {bits[place] / 1000}{mark}}}')
        said += [f'{start[kind]}{whom}, "bits": {bits / 1000}, "out": true}}' for kind, (whom, bits) in leaving.items()]
        out[at] = f"[{', '.join(said)}]"
    return pa.array(out.tolist(), pa.string())


def _out_of(
    resolved: Resolved, found: Households, of_residency: Ints, size: int, left: Ints, right: Ints
) -> dict[int, dict[str, tuple[int, int]]]:
    """Per member the kinds of evidence that would have to fall away, and of each with whom it weighs how much."""
    ends = taking_out(resolved, found, of_residency, size, left, right)
    out: dict[int, dict[str, tuple[int, int]]] = {}
    for member, kind, other, bits in zip(*(column.tolist() for column in ends), strict=True):
        out.setdefault(member, {})[KINDS[kind]] = other, bits
    return out


def _pairs(found: Households) -> tuple[Ints, Ints, int]:
    """Pairs of residencies of different persons inside a household; so many of them first are of all but large ones."""
    homes, label = found.residencies, found.label
    within = np.arange(len(homes))
    kept = (label >= 0) & ~found.institutional
    _, number = np.unique(label, return_inverse=True)
    group = np.where(kept, number, -1)
    first = smallest(group, within, int(number.max(initial=0)) + 1)
    left, right, large = inside_pairs(np.where(kept, first[number], within), LARGEST)
    small = len(left)
    for rows in large:
        left, right = np.concatenate([left, rows[:-1]]), np.concatenate([right, rows[1:]])
    apart = homes.person[left] != homes.person[right]
    return left[apart], right[apart], int(np.count_nonzero(apart[:small]))
