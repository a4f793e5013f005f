"""Which consents hold: the newest word per entity and purpose."""

import numpy as np

from spine.resolution.components import Ints
from spine.resolution.grouping import Coded, coded, distinct, equal, spread, whole_numbers
from spine.resolution.resolved import Resolved


def given(resolved: Resolved, entity: Ints) -> tuple[Ints, Ints, Coded]:
    """The consents that hold: (entity, purpose code) pairs, sorted, and the purposes behind the codes.

    `entity` [records] is a label, -1 for none. A consent belongs to every entity that carries its identifier. The
    newest statement on a purpose holds; of two at one time, the withdrawal.
    """
    consents, claims = resolved.consents, resolved.claims
    purpose = coded(consents["purpose"])
    at = coded(consents["at"]).codes
    agreed = equal(consents["status"], "given")
    label = entity[whole_numbers(claims, "row")]
    carried = whole_numbers(claims, "identifier")
    carried, label = distinct(carried[label >= 0], label[label >= 0])
    place, owner = spread(whole_numbers(consents, "identifier"), carried, label)
    order = np.lexsort((~agreed[place], at[place], purpose.codes[place], owner))
    place, owner = place[order], owner[order]
    code = purpose.codes[place]
    last = np.ones(len(place), dtype=bool)
    last[:-1] = (owner[1:] != owner[:-1]) | (code[1:] != code[:-1])
    holds = last & agreed[place] & (code >= 0)
    return owner[holds], code[holds], purpose
