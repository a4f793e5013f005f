"""Many pairs scored in bounded memory: in pieces, several at once, of which only what is needed is kept."""

from collections.abc import Callable, Iterator
from typing import Any, TypeVar

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from spine.aside import NOWHERE, Aside
from spine.matching.at_once import each
from spine.matching.encoded import Encoded
from spine.matching.few_pairs import FEW, score_few
from spine.matching.model import Model
from spine.matching.scorer import score
from spine.resolution.components import NO_PAIRS, Ints, Pairs

FLOOR = 0
"""Pairs of at least so many thousandths of a bit connect."""

PIECE = 100_000
"""So many pairs are scored at a time: all the levels of a pair take a hundred bytes and more."""
Found = TypeVar("Found")
_EVIDENCE = pa.schema([("levels", pa.string())])


def matches(
    model: Model,
    encoded: Encoded,
    pairs: Pairs,
    advance: Callable[[int], None] | None = None,
    aside: Aside = NOWHERE,
) -> "tuple[Pairs, Ints, pa.ChunkedArray[Any]]":
    """The pairs at or above the floor, their weights and their evidence as text; `advance` hears of each piece.

    The evidence, which is the most of it, is kept `aside`.
    """

    if len(pairs[0]) <= FEW:
        return _few_matches(model, encoded, pairs)

    def work(left: Ints, right: Ints) -> "tuple[Ints, Ints, pa.Array[Any]]":
        # Of the left rows a few follow each other; the right ones are looked up in the order in which they lie.
        order = np.argsort(right)
        scored = score(model, encoded, left[order], right[order])
        found = np.flatnonzero(scored.weight >= FLOOR)
        found = found[np.argsort(order[found])]
        return order[found], scored.weight[found].astype(np.int64), scored.texts(found)

    kept, weights = [NO_PAIRS[0]], [NO_PAIRS[0]]

    def told() -> Iterator[pa.RecordBatch]:
        for start, (here, weight, texts) in zip(_starts(pairs), _pieces(work, pairs), strict=True):
            kept.append(here + start)
            weights.append(weight)
            yield pa.record_batch([texts], names=_EVIDENCE.names)
            if advance is not None:
                advance(min(PIECE, len(pairs[0]) - start))

    levels = aside.tables(told(), _EVIDENCE)["levels"]
    found = np.concatenate(kept)
    return (_whole(pairs[0][found]), _whole(pairs[1][found])), np.concatenate(weights), levels


class Weighed:
    """What the matches of a model weigh, each with its smaller row first, to be found by their rows."""

    def __init__(self, pairs: Pairs, weight: Ints) -> None:
        key = _key(*pairs)
        order = None if (key[1:] > key[:-1]).all() else np.argsort(key)
        self._key, self._weight = (key, weight) if order is None else (key[order], weight[order])

    def of(self, left: Ints, right: Ints) -> tuple[Ints, NDArray[np.bool_]]:
        """Their weights, and which of these pairs are among them; any weight for the others."""
        if not len(self._key):
            return np.zeros(len(left), np.int64), np.zeros(len(left), np.bool_)
        key = _key(left, right)
        at = np.minimum(np.searchsorted(self._key, key), len(self._key) - 1)
        return self._weight[at], self._key[at] == key


def weights_in_trees(model: Model, encoded: Encoded, left: Ints, right: Ints, weighed: Weighed | None = None) -> Ints:
    """What pairs (the smaller row first) weigh in a merge tree; nothing else of them is kept.

    A match weighs there what it weighs, having reached the floor. Those that are `weighed` are not scored again.
    """

    def work(one: Ints, other: Ints) -> Ints:
        if weighed is None:
            return _in_tree(model, encoded, one, other)
        out, known = weighed.of(one, other)
        rows = np.flatnonzero(~known)
        out[rows] = _in_tree(model, encoded, one[rows], other[rows])
        return out

    weights: Ints = np.concatenate([NO_PAIRS[0], *_pieces(work, (left, right))])
    return weights


def _few_matches(model: Model, encoded: Encoded, pairs: Pairs) -> "tuple[Pairs, Ints, pa.ChunkedArray[Any]]":
    scored = score_few(model, encoded, zip(*(side.tolist() for side in pairs), strict=True))
    here = [at for at, one in enumerate(scored) if one.weight >= FLOOR]
    weight = np.array([scored[at].weight for at in here], np.int64)
    texts = pa.chunked_array([pa.array([scored[at].text for at in here], pa.string())])
    found = np.array(here, np.int64)
    return (_whole(pairs[0][found]), _whole(pairs[1][found])), weight, texts


def _in_tree(model: Model, encoded: Encoded, left: Ints, right: Ints) -> Ints:
    if len(left) <= FEW:
        scored = score_few(model, encoded, zip(left.tolist(), right.tolist(), strict=True))
        return np.array([one.in_tree for one in scored], np.int64)
    return score(model, encoded, left, right).in_tree.astype(np.int64)


def _key(left: NDArray[Any], right: NDArray[Any]) -> Ints:
    """Two rows as one number."""
    key: Ints = (left.astype(np.int64) << 32) | right
    return key


def _starts(pairs: Pairs) -> range:
    return range(0, len(pairs[0]), PIECE)


def _pieces(work: Callable[[Ints, Ints], Found], pairs: Pairs) -> Iterator[Found]:
    """What `work` makes of each piece, in their order, several being worked on at once."""
    return each(lambda start: work(*(_whole(side[start : start + PIECE]) for side in pairs)), _starts(pairs))


def _whole(numbers: NDArray[Any]) -> Ints:
    """Row numbers as what numpy takes rows by the quickest."""
    return numbers.astype(np.int64, copy=False)
