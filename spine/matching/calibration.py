"""From the height of a join to the probability that it is right."""

from spine.domain.vocabulary import Kind
from spine.domain.weights import SCALE

Points = tuple[tuple[int, float], ...]


def logistic(slope: float, shift: float) -> Points:
    """Points of probability 1 / (1 + 2 ** -(slope * (bits - shift))), between which logits are interpolated."""
    return tuple((bits * SCALE, 1 / (1 + 2 ** -(slope * (bits - shift)))) for bits in (-10, 0, 5, 10, 20))


SHIPPED: dict[Kind, Points] = {Kind.PERSON: logistic(1.0, -1.0), Kind.ORGANISATION: logistic(1.0, -1.0)}
"""What a model starts with: a height of b bits as odds of 2^b."""
