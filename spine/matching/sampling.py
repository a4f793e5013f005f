"""The pairs that training learns from: candidates, random pairs, and what judgements make certain of them."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from spine.domain.weights import SCALE
from spine.matching.at_once import each
from spine.matching.encoded import Bools, Encoded, Floats, Ints, stirred
from spine.matching.fading import WHOLE, fading
from spine.matching.model import Model
from spine.matching.outcomes import FAMILY_NAME, HOME, OUTCOMES, OWN, SHARED, SISTERS, Levels
from spine.matching.scorer import CHUNK, adjustment, level_columns, levels_of
from spine.normalise.whole_numbers import distinct_numbers

RANDOM_PAIRS = 300_000
"""So many random pairs show how common a level is by chance; all pairs where there are fewer."""
Pairs = tuple[Ints, Ints]


@dataclass(frozen=True)
class Sample:
    """Levels of pairs as columns of one indicator space.

    `index` [pairs, comparisons] counts through the levels of all comparisons, -1 where null. `offset` is what the
    rarity of agreed values adds, in nats. `kept_apart` marks pairs that are no match while training: they agree on
    nothing of their own, or borrow as relatives do. `bare` marks pairs with only identifiers to compare. `certain` is
    1 or 0 for pairs that were judged, nan for all others. `times` is how many pairs each row stands for. `left` are
    the thousandths of each comparison that decay has left: agreement that faded to a third is a third of a comparison.
    """

    index: "np.ndarray[Any, np.dtype[np.int16]]"
    offset: Floats
    kept_apart: Bools
    bare: Bools
    certain: Floats
    times: Floats
    left: "np.ndarray[Any, np.dtype[np.int16]]"

    def collapsed(self) -> "Sample":
        """The same with one row for all pairs that are alike: training costs what differs, not what there is."""
        number = np.zeros(len(self), dtype=np.uint64)
        marks = (self.kept_apart, self.bare, np.nan_to_num(self.certain, nan=2))
        for column in (*self.index.T, *self.left.T, self.offset.view(np.int64), *marks):
            number = stirred(number, column.astype(np.int64))
        _, first, row = np.unique(number, return_index=True, return_inverse=True)
        times = np.bincount(row, weights=self.times).astype(np.float64)
        return Sample(
            self.index[first], self.offset[first], self.kept_apart[first], self.bare[first], self.certain[first], times,
            self.left[first],
        )  # fmt: skip

    @cached_property
    def columns(self) -> list[tuple[Ints, Ints, Floats]]:
        """Per comparison the rows that it says something of, the level there, and which share of it counts.

        Most say nothing of most pairs.
        """
        told = [np.flatnonzero(column >= 0) for column in self.index.T]
        both = zip(told, self.index.T, self.left.T, strict=True)
        return [(rows, column[rows].astype(np.int64), left[rows] / WHOLE) for rows, column, left in both]

    def __len__(self) -> int:
        return len(self.offset)


def sample(model: Model, records: Encoded, pairs: Pairs, certain: Floats) -> Sample:
    """The levels of these pairs of rows under the model's comparisons."""
    left, right = pairs
    parts = each(
        lambda start: _sample_chunk(model, records, left[start : start + CHUNK], right[start : start + CHUNK]),
        range(0, max(len(left), 1), CHUNK),
    )
    index, offset, kept_apart, bare, faded = (np.concatenate(column) for column in zip(*parts, strict=True))
    return Sample(index, offset, kept_apart, bare, certain, np.ones(len(offset)), faded).collapsed()


def _sample_chunk(model: Model, records: Encoded, left: Ints, right: Ints) -> tuple[Any, ...]:
    """All of a sample but what is certain of these pairs."""
    levels, view = levels_of(model, records, left, right)
    index, shares = (level_columns(len(left), len(model.comparisons), np.int16) for _ in range(2))
    shares[:] = WHOLE
    offset = np.zeros(len(left))
    agreed, own, described = (np.zeros(len(left), dtype=bool) for _ in range(3))
    found_by: dict[str, Levels] = {}
    first = 0
    for column, comparison in enumerate(model.comparisons):
        outcomes = OUTCOMES[comparison.function]
        found = levels[:, column]
        found_by[comparison.function] = found
        agreed |= outcomes.marked(found, OWN)
        if not comparison.function.startswith(SHARED):
            described |= found >= 0
            own |= (found >= 0) & (OWN in outcomes.marks)
        index[:, column] = np.where(found >= 0, found.astype(np.int16) + np.int16(first), np.int16(-1))
        first += len(comparison.levels)
        lost = fading(comparison, view, found)
        shares[lost.rows, column] = lost.left
        adds = adjustment(model, comparison, view, found)
        rows = np.flatnonzero(adds)
        offset[rows] += adds[rows] / SCALE * np.log(2) * (shares[rows, column] / WHOLE)
    bare = ~described & (index >= 0).any(axis=1)
    return index, offset, (own & ~agreed) | _borrowing(found_by), bare, shares


def _borrowing(found: Mapping[str, Levels]) -> Bools:
    """Relatives whose given names differ and whose birth dates don't agree: what else they share, they share as kin.

    Of organisations, sisters of whose numbers none agrees.
    """
    if "series" in found:
        sisters = OUTCOMES["series"].marked(found["series"], SISTERS)
        numbers = (OUTCOMES[name].marked(found[name], OWN) for name in ("tax_id", "register", "lei"))
        borrowing: Bools = sisters & ~np.any([*numbers], axis=0)
        return borrowing
    kin = OUTCOMES["surname"].marked(found["surname"], FAMILY_NAME) | OUTCOMES["address"].marked(found["address"], HOME)
    others = OUTCOMES["given"].named(found["given"], "differs")
    return kin & others & ~OUTCOMES["birth_date"].marked(found["birth_date"], OWN)


def random_pairs(order: Ints, draw: np.random.Generator) -> Pairs:
    """Random pairs of rows, or all pairs where they are few."""
    size = len(order)
    if size * (size - 1) // 2 <= RANDOM_PAIRS:
        left, right = np.triu_indices(size, 1)
    else:
        left = draw.integers(0, size, RANDOM_PAIRS)
        right = draw.integers(0, size - 1, RANDOM_PAIRS)
        right = np.where(right >= left, right + 1, right)
    return order[left], order[right]


def in_order(order: Ints, pairs: Pairs) -> Pairs:
    """The same pairs, each once, both ends and all pairs sorted by the rows' places in `order`."""
    place = np.empty(len(order), dtype=np.int64)
    place[order] = np.arange(len(order))
    low, high = np.minimum(place[pairs[0]], place[pairs[1]]), np.maximum(place[pairs[0]], place[pairs[1]])
    key = distinct_numbers(low * len(order) + high)
    return order[key // len(order)], order[key % len(order)]


def certain_of(size: int, pairs: Pairs, same: Pairs, different: Pairs) -> Floats:
    """1 for pairs that are among `same`, 0 among `different`, nan for all others, whichever way round."""
    keys = _keys(size, pairs)
    out = np.full(len(keys), np.nan)
    out[np.isin(keys, _keys(size, different))] = 0.0
    out[np.isin(keys, _keys(size, same))] = 1.0
    return out


def _keys(size: int, pairs: Pairs) -> Ints:
    left, right = np.asarray(pairs[0], dtype=np.int64), np.asarray(pairs[1], dtype=np.int64)
    return np.minimum(left, right) * size + np.maximum(left, right)
