"""Decay: agreement on what is shared or recycled weighs less the further apart the two records saw it.

What a level weighs halves with each half-life of its namespace between the two sighting intervals, in steps of an
eighth; the age of both up to now plays no part. All of it is whole numbers, so that every engine agrees.
"""

from typing import NamedTuple, TypeVar

import numpy as np
from numpy.typing import NDArray

from spine.matching.encoded import Ints
from spine.matching.model import Comparison
from spine.matching.outcomes import Levels
from spine.matching.pairs import PairView

STEPS = 8
"""Into so many steps a half-life is divided; within the first one nothing is lost."""
HALF_LIVES = 10
"""After so many nothing is left."""
WHOLE = 1000
FACTORS: Ints = np.array([*(round(WHOLE * 2 ** (-step / STEPS)) for step in range(HALF_LIVES * STEPS)), 0], np.int64)
"""By step how many thousandths are left."""


Numbers = TypeVar("Numbers", NDArray[np.int32], NDArray[np.int64])


class Fading(NamedTuple):
    """The pairs (places in a view, ascending) of which something is lost: the days between, and what is left."""

    rows: Ints
    days: Ints
    left: Ints

    def of(self, parts: Numbers) -> Numbers:
        """What is left of the weights of these pairs; what speaks against a pair does not fade."""
        return np.where(parts > 0, parts.astype(np.int64) * self.left // WHOLE, parts).astype(parts.dtype)


def fading(comparison: Comparison, view: PairView, found: Levels) -> Fading:
    """The pairs whose level of this comparison has faded."""
    days, step = np.zeros(len(view), np.int64), np.zeros(len(view), np.int64)
    for namespace, half_life in sorted({(one.fades, one.half_life) for one in comparison.levels if one.half_life}):
        fades = np.array([*(one.fades == namespace and one.half_life == half_life for one in comparison.levels), False])
        rows = np.flatnonzero(fades[found])
        days[rows] = view.days_apart(namespace, rows)
        step[rows] = np.minimum(days[rows] * STEPS // half_life, len(FACTORS) - 1)
    rows = np.flatnonzero(step)
    return Fading(rows, days[rows], FACTORS[step[rows]])
