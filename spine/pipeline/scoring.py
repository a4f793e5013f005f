"""Many pairs scored in bounded memory: in pieces, several at once, of which only what is needed is kept."""

from collections.abc import Callable, Iterator
from typing import Any, TypeVar

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from spine.matching.at_once import each
from spine.matching.encoded import Encoded
from spine.matching.model import Model
from spine.matching.scorer import score
from spine.resolution.components import NO_PAIRS, Ints, Pairs

FLOOR = 0
"""Pairs of at least so many thousandths of a bit connect."""

PIECE = 100_000
"""So many pairs are scored at a time: all the levels of a pair take a hundred bytes and more."""
Found = TypeVar("Found")


def matches(
    model: Model, encoded: Encoded, pairs: Pairs, advance: Callable[[int], None] | None = None
) -> "tuple[Pairs, Ints, pa.ChunkedArray[Any]]":
    """The pairs at or above the floor, their weights and their evidence as text; `advance` hears of each piece."""

    def work(left: Ints, right: Ints) -> "tuple[Ints, Ints, pa.Array[Any]]":
        scored = score(model, encoded, left, right)
        here = np.flatnonzero(scored.weight >= FLOOR)
        return here, scored.weight[here].astype(np.int64), scored.texts(here)

    kept, weights = [NO_PAIRS[0]], [NO_PAIRS[0]]
    levels: list[pa.Array[Any]] = []
    for start, (here, weight, texts) in zip(_starts(pairs), _pieces(work, pairs), strict=True):
        kept.append(here + start)
        weights.append(weight)
        levels.append(texts)
        if advance is not None:
            advance(min(PIECE, len(pairs[0]) - start))
    found = np.concatenate(kept)
    return (
        (_whole(pairs[0][found]), _whole(pairs[1][found])),
        np.concatenate(weights),
        pa.chunked_array(levels, pa.string()),
    )


def weights_in_trees(model: Model, encoded: Encoded, left: Ints, right: Ints) -> Ints:
    """What pairs weigh in a merge tree; nothing else of them is kept."""
    found = _pieces(lambda one, other: score(model, encoded, one, other).in_tree, (left, right))
    weights: Ints = np.concatenate([NO_PAIRS[0], *found])
    return weights


def _starts(pairs: Pairs) -> range:
    return range(0, len(pairs[0]), PIECE)


def _pieces(work: Callable[[Ints, Ints], Found], pairs: Pairs) -> Iterator[Found]:
    """What `work` makes of each piece, in their order, several being worked on at once."""
    return each(lambda start: work(*(_whole(side[start : start + PIECE]) for side in pairs)), _starts(pairs))


def _whole(numbers: NDArray[Any]) -> Ints:
    """Row numbers as what numpy takes rows by the quickest."""
    return numbers.astype(np.int64, copy=False)
