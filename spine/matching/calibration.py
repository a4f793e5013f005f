"""From the height of a join to the probability that it is right."""

from dataclasses import dataclass
from math import exp, log, log2

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
FEWEST = 20
"""Of fewer labels nothing is learned."""
ROUNDS = 50


@dataclass(frozen=True)
class Labels:
    """Joins of which it is known whether they are `right`: their heights in thousandths of a bit.

    `proved` ones were not looked at but proved, by logins and codes. A proof that fails leaves nothing behind, so of
    proved joins right ones are told more often than wrong ones; how much more, nobody knows.
    """

    heights: Ints
    right: Bools
    proved: Bools

    def __len__(self) -> int:
        return len(self.heights)


@dataclass(frozen=True)
class Change:
    """What labels make of shipped logits: `stretch` of each, and a `shift` added to it."""

    shift: float
    stretch: float

    def of(self, shipped: Points) -> Points:
        """The shipped points, moved."""
        logits = [log(probability / (1 - probability)) for _, probability in shipped]
        return tuple(
            (height, 1 / (1 + exp(-(self.shift + self.stretch * logit))))
            for (height, _), logit in zip(shipped, logits, strict=True)
        )


def learned(labels: Labels, shipped: Points) -> Change | None:
    """How labelled joins move the shipped calibration; None where they are too few to say.

    Logits are shifted and stretched by the most probable amounts under normal priors around no change (Platt 1999,
    with a prior in place of his targets), found by Newton's method. A few labels change little, many outvote what was
    shipped; a higher join never becomes less probable than a lower one. At which heights somebody looked makes no
    difference: what is learned is how likely a join of its height is right.

    Proved joins have an intercept of their own, as in a case-control study (Prentice and Pyke 1979), which takes up
    that right ones are told more often. It never takes up the contrary: more wrong joins than promised are believed.
    Where no proof ever spoke against a join they say nothing.
    """
    if labels.right[labels.proved].all():
        reviewed = ~labels.proved
        labels = Labels(labels.heights[reviewed], labels.right[reviewed], labels.proved[reviewed])
    if len(labels) < FEWEST:
        return None
    points = np.array([height for height, _ in shipped], dtype=np.float64)
    logits = np.log([probability / (1 - probability) for _, probability in shipped])
    before = np.interp(labels.heights.astype(np.float64), points, logits)
    truth, proved = labels.right.astype(np.float64), labels.proved.astype(np.float64)
    found = _fitted(np.column_stack((np.ones_like(before), before, proved)), truth) if proved.any() else np.zeros(3)
    if found[2] <= 0:
        found = _fitted(np.column_stack((np.ones_like(before), before)), truth)
    return Change(float(found[0]), max(LEAST_STRETCH, float(found[1])))


def _fitted(design: Floats, labels: Floats) -> Floats:
    """Shift, stretch and the rest of the design, of greatest posterior probability; the rest has no prior."""
    more = design.shape[1] - 2
    centre = np.array([0.0, 1.0] + [0.0] * more)
    precision = np.diag([SHIFT_SPREAD**-2, STRETCH_SPREAD**-2] + [0.0] * more)
    found = centre.copy()
    for _ in range(ROUNDS):
        chance = 1 / (1 + np.exp(-(design @ found)))
        gradient = design.T @ (chance - labels) + precision @ (found - centre)
        curvature = design.T @ (design * (chance * (1 - chance))[:, None]) + precision
        step = _damped(np.linalg.solve(curvature, gradient))
        found = found - step
        if np.abs(step).max() < 1e-9:
            break
    return found


def _damped(step: Floats) -> Floats:
    """Newton's step, no longer than one: far from the optimum a logistic curve is nearly flat."""
    longest = float(np.abs(step).max())
    damped: Floats = step / max(1.0, longest)
    return damped
