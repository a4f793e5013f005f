"""Many pairs scored in bounded memory: in pieces, of which only what is needed is kept."""

from collections.abc import Callable

import numpy as np

from spine.matching.encoded import Encoded
from spine.matching.model import Model
from spine.matching.scorer import score
from spine.resolution.components import NO_PAIRS, Ints, Pairs

FLOOR = 0
"""Pairs of at least so many thousandths of a bit connect."""

PIECE = 400_000
"""So many pairs are scored at a time: all the levels of a pair take a hundred bytes and more."""


def matches(
    model: Model, encoded: Encoded, pairs: Pairs, advance: Callable[[int], None] | None = None
) -> tuple[Pairs, Ints, list[str]]:
    """The pairs at or above the floor, their weights and their evidence as text; `advance` hears of each piece."""
    kept, weights, levels = [NO_PAIRS[0]], [NO_PAIRS[0]], []
    for start in range(0, len(pairs[0]), PIECE):
        scored = score(model, encoded, pairs[0][start : start + PIECE], pairs[1][start : start + PIECE])
        here = np.flatnonzero(scored.weight >= FLOOR)
        kept.append(here + start)
        weights.append(scored.weight[here].astype(np.int64))
        levels += scored.texts(here)
        if advance is not None:
            advance(len(scored.weight))
    found = np.concatenate(kept)
    return (pairs[0][found], pairs[1][found]), np.concatenate(weights), levels


def weights_in_trees(model: Model, encoded: Encoded, left: Ints, right: Ints) -> Ints:
    """What pairs weigh in a merge tree; nothing else of them is kept."""
    starts = range(0, len(left), PIECE)
    found = [score(model, encoded, left[at : at + PIECE], right[at : at + PIECE]).in_tree for at in starts]
    weights: Ints = np.concatenate([NO_PAIRS[0], *found])
    return weights
