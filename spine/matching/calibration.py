"""From the height of a join to the probability that it is right."""

from collections.abc import Sequence
from math import log2

import numpy as np

from spine.domain.vocabulary import Kind
from spine.domain.weights import SCALE
from spine.matching.encoded import Bools, Floats, Ints

Points = tuple[tuple[int, float], ...]


def through(likely: float, certain: float, slope: float) -> Points:
    """Points with probability 0.95 at `likely` bits and 0.99 at `certain` bits, between which logits are interpolated.

    Below, odds double `slope` times with each bit, above once.
    """
    known, sure = log2(19), log2(99)
    odds = {-10.0: known + slope * (-10 - likely), likely: known, certain: sure, 20.0: sure + 20 - certain}
    return tuple((round(bits * SCALE), 1 / (1 + 2**-value)) for bits, value in odds.items())


SHIPPED: dict[Kind, Points] = {Kind.PERSON: through(2.5, 6.5, 2), Kind.ORGANISATION: through(2.5, 6.5, 2)}
"""What a model starts with: as `bench.calibration` measures it on labelled and simulated data."""

SHIFT_SPREAD, STRETCH_SPREAD = 0.5, 0.25
"""How far, in nats and as a factor, the shipped logits are expected to be off (standard deviations): some forty
labelled joins around probability 0.9 count as much as what is shipped."""
LEAST_STRETCH = 0.1
ROUNDS = 50


def relearn(heights: Ints | Sequence[int], right: Bools | Sequence[bool], shipped: Points) -> Points:
    """The shipped calibration blended with labelled joins: their heights, and whether each was right.

    Logits are shifted and stretched by the most probable amounts under normal priors around no change (Platt 1999,
    with a prior in place of his targets), found by Newton's method. Few labels change little, many outvote what was
    shipped; a higher join never becomes less probable than a lower one.
    """
    labels = np.asarray(right, dtype=np.float64)
    points = np.array([height for height, _ in shipped], dtype=np.float64)
    logits = np.log([probability / (1 - probability) for _, probability in shipped])
    before = np.interp(np.asarray(heights, dtype=np.float64), points, logits)
    shift, stretch = _affine(before, labels)
    return tuple(
        (height, float(1 / (1 + np.exp(-(shift + stretch * logit)))))
        for (height, _), logit in zip(shipped, logits.tolist(), strict=True)
    )


def _affine(logits: Floats, labels: Floats) -> tuple[float, float]:
    """Shift and stretch of greatest posterior probability; the stretch at least `LEAST_STRETCH`."""
    design = np.column_stack((np.ones_like(logits), logits))
    centre = np.array([0.0, 1.0])
    precision = np.diag([SHIFT_SPREAD**-2, STRETCH_SPREAD**-2])
    found = centre.copy()
    for _ in range(ROUNDS):
        chance = 1 / (1 + np.exp(-(design @ found)))
        gradient = design.T @ (chance - labels) + precision @ (found - centre)
        curvature = design.T @ (design * (chance * (1 - chance))[:, None]) + precision
        step = _damped(np.linalg.solve(curvature, gradient))
        found = found - step
        if np.abs(step).max() < 1e-9:
            break
    return float(found[0]), max(LEAST_STRETCH, float(found[1]))


def _damped(step: Floats) -> Floats:
    """Newton's step, no longer than one: far from the optimum a logistic curve is nearly flat."""
    longest = float(np.abs(step).max())
    damped: Floats = step / max(1.0, longest)
    return damped
