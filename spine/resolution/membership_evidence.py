"""Why a person is a member of a household: the strongest pair of each residency with somebody else's, in words."""

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

LARGEST = 200
"""In a household of more residencies, only neighbours in the order of keys are compared for reasons."""


def reasons(found: Households, of_residency: Ints, size: int) -> "pa.Array[Any]":
    """Per member a JSON list of {kind, with, bits}: what speaks for the membership, strongest partner only.

    `of_residency` is the member of each residency, -1 for none; `with` is the label of the other person. A member who
    lives alone has an empty list; a resident of an institution one entry of kind `institution`.
    """
    homes = found.residencies
    left, right = _pairs(found)
    out = np.full(size, "[]", dtype=object)
    resident = of_residency[found.institutional & (of_residency >= 0)]
    out[resident] = json.dumps([{"kind": "institution", "with": None, "bits": w.COLLECTIVE.value / 1000}])
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
    start = {kind: f'{{"kind": {json.dumps(kind)}, "with": ' for kind in weights}
    partners = homes.person[other[first]].tolist()
    for place, (at, partner) in enumerate(zip(member[first].tolist(), partners, strict=True)):
        said = [f'{start[kind]}{partner}, "bits": {bits[place] / 1000}}}' for kind, bits in entries if bits[place]]
        out[at] = f"[{', '.join(said)}]"
    return pa.array(out.tolist(), pa.string())


def _pairs(found: Households) -> tuple[Ints, Ints]:
    """Pairs of residencies of different persons inside a household."""
    homes, label = found.residencies, found.label
    within = np.arange(len(homes))
    kept = (label >= 0) & ~found.institutional
    _, number = np.unique(label, return_inverse=True)
    group = np.where(kept, number, -1)
    first = smallest(group, within, int(number.max(initial=0)) + 1)
    left, right, large = inside_pairs(np.where(kept, first[number], within), LARGEST)
    for rows in large:
        left, right = np.concatenate([left, rows[:-1]]), np.concatenate([right, rows[1:]])
    apart = homes.person[left] != homes.person[right]
    return left[apart], right[apart]
