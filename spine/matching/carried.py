"""Identifiers that records carry, as the scorer compares them: per namespace which records share which."""

from collections.abc import Sequence

import numpy as np

from spine.matching.encoded import Ints, shared_matrix
from spine.matching.outcomes import OTHER, SHARED_NAMESPACES

COMPARED = (*SHARED_NAMESPACES, "email", "phone")
CUSTOM = "x_"
"""Namespaces of a mapping's own begin so; they are compared together."""


def carried(size: int, row: Ints, identifier: Ints, namespace: Ints, names: Sequence[str]) -> dict[str, Ints]:
    """Per compared namespace a matrix [size, slots] of identifier ids; only namespaces that any record carries.

    `row` (negative: left out), `identifier` and `namespace` (its place in `names`) have one entry per claim.
    """
    shared = {}
    for compared in (*COMPARED, OTHER):
        wanted = [
            place for place, name in enumerate(names) if name == compared or (compared == OTHER and name[:2] == CUSTOM)
        ]
        chosen = np.flatnonzero((row >= 0) & np.isin(namespace, wanted)) if wanted else row[:0]
        if len(chosen):
            shared[compared] = shared_matrix(size, row[chosen], identifier[chosen])
    return shared
