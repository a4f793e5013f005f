"""The one scorer: pairs of encoded records in, whole-number weights and their levels out, the same on every engine."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
from pyarrow.compute import call_function

from spine.domain.weights import SCALE, SILENT
from spine.errors import ModelError
from spine.matching.encoded import Bools, Encoded, Ints
from spine.matching.frequencies import CROWD, LIMIT
from spine.matching.levels import FUNCTIONS
from spine.matching.model import Comparison, Model
from spine.matching.names import turn_names
from spine.matching.outcomes import OUTCOMES, SHARED, Levels
from spine.matching.pairs import PairView
from spine.normalise.whole_numbers import numbered

Weights = np.ndarray[Any, np.dtype[np.int32]]
CHUNK = 200_000
"""So many pairs are compared at once: what bounds the memory."""
AGAINST = SCALE
"""Evidence of a bit against a pair that has little to compare still counts."""


@dataclass(frozen=True, slots=True)
class Scored:
    """Per pair its weight, and per comparison level and weight ([pairs, comparisons]); thousandths of a bit.

    `in_tree` is what the pair weighs in a merge tree: its weight, or SILENT where it has nothing to compare.
    """

    weight: Weights
    levels: Levels
    parts: Weights
    in_tree: Weights

    def texts(self, rows: Ints) -> "pa.Array[Any]":
        """`match.levels` for these pairs: `level:weight` per comparison, joined by commas, as a column of texts."""
        if not self.levels.shape[1] or not len(rows):
            return pa.array([], pa.string())
        columns = [_words(self.levels[rows, c], self.parts[rows, c]) for c in range(self.levels.shape[1])]
        joined: pa.Array[Any] = call_function("binary_join_element_wise", [*columns, ","])
        return joined


def _words(levels: Levels, parts: Weights) -> "pa.Array[Any]":
    """`level:weight` of each pair, written once for all that agree in both."""
    code, count = numbered((levels.astype(np.int64) << 32) + parts)
    example = np.empty(count, dtype=np.int64)
    example[code] = np.arange(len(code))
    words = [f"{a}:{b}" for a, b in zip(levels[example].tolist(), parts[example].tolist(), strict=True)]
    return pa.array(words, pa.string()).take(pa.array(code, pa.int64()))


def levels_of(model: Model, records: Encoded, left: Ints, right: Ints) -> tuple[Levels, PairView]:
    """The level of each pair in each comparison of the model; ModelError where its levels are of another release."""
    for comparison in model.comparisons:
        _check(model, comparison)
    view = PairView(records, left, right)
    if CROWD in model.frequencies:
        view.crowded = records.crowded(model.version, model.frequencies[CROWD])
    turn_names(view)
    out = _columns(len(left), len(model.comparisons), np.int8)
    for column, comparison in enumerate(model.comparisons):
        found = FUNCTIONS[comparison.function](view)
        many = found.copy()
        for number, level in enumerate(comparison.levels):
            if level.common >= 0 and len(hit := np.flatnonzero(found == number)):
                common = _one_of_many(view, comparison.levels[level.common].frequency, model, hit)
                many[hit[common]] = level.common
        out[:, column] = many
    return out, view


def _columns(pairs: int, comparisons: int, kind: type[Any]) -> np.ndarray[Any, Any]:
    """Room for numbers [pairs, comparisons], those of a comparison side by side."""
    return np.empty((comparisons, pairs), dtype=kind).T


def _check(model: Model, comparison: Comparison) -> None:
    outcomes = OUTCOMES.get(comparison.function)
    known = [(one.label, one.group) for one in outcomes.all] if outcomes else []
    if known != [(level.label, level.group) for level in comparison.levels]:
        raise ModelError(
            f"Model {model.version} compares {comparison.name} by levels that this release does not know.",
            remedy="Train again: `spine resolve --train always`.",
        )


def _one_of_many(view: PairView, field: str, model: Model, rows: Ints) -> Bools:
    """What each of these pairs agrees on is among the common values of the model, all of it."""
    table = model.frequencies.get(field)
    if table is None or not table.adjust:
        return np.zeros(len(rows), dtype=bool)
    if field.startswith(SHARED):
        agreed = view.shares(field.removeprefix(SHARED))[2][rows]
        known = np.array([int(text) for text in table.adjust], dtype=np.int64)
        crowded: Bools = (agreed != 0).any(axis=1) & (np.isin(agreed, known) | (agreed == 0)).all(axis=1)
        return crowded
    common = view.records.common(model.version, field, table)
    here, there = view.codes(field)
    found: Bools = common[here[rows]] & common[there[rows]]
    return found


def _frequency_adjustment(view: PairView, field: str, model: Model, rows: Ints) -> Ints:
    """Per pair the thousandths of a bit that the rarity of the agreed value adds.

    Of two values that are alike the commoner one decides, of several identifiers in common the rarest.
    """
    table = model.frequencies.get(field)
    if table is None:
        return np.zeros(len(rows), dtype=np.int64)
    if field.startswith(SHARED):
        common = view.shares(field.removeprefix(SHARED))[2][rows]
        distinct, inverse = np.unique(common, return_inverse=True)
        known = [table.adjust.get(str(value), table.rare) if value else -LIMIT for value in distinct.tolist()]
        rarest: Ints = np.array(known, dtype=np.int64)[inverse].reshape(common.shape).max(axis=1)
        return rarest
    by_code = view.records.adjustment(model.version, field, table)
    here, there = view.codes(field)
    return np.minimum(by_code[here[rows]], by_code[there[rows]])


def adjustment(model: Model, comparison: Comparison, view: PairView, found: Levels) -> Ints:
    """What the rarity of the agreed value adds to the weight of each pair's level, in thousandths of a bit."""
    out = np.zeros(len(view), dtype=np.int64)
    for field in sorted({level.frequency for level in comparison.levels if level.frequency}):
        adjusted = np.array([*(level.frequency == field for level in comparison.levels), False])
        rows = np.flatnonzero(adjusted[found])
        if len(rows):
            out[rows] = _frequency_adjustment(view, field, model, rows)
    return out


def score(model: Model, records: Encoded, left: Ints, right: Ints) -> Scored:
    """Score pairs of rows; the weight is the model's prior plus one part per comparison."""
    count = len(model.comparisons)
    levels, parts = _columns(len(left), count, np.int8), _columns(len(left), count, np.int32)
    most = np.zeros(len(left), dtype=np.int32)
    for start in range(0, len(left), CHUNK):
        piece = slice(start, start + CHUNK)
        levels[piece], view = levels_of(model, records, left[piece], right[piece])
        for column, comparison in enumerate(model.comparisons):
            found = levels[piece, column]
            weights = np.array([level.weight for level in comparison.levels] + [0], dtype=np.int32)
            parts[piece, column] = weights[found] + adjustment(model, comparison, view, found)
            most[piece] += _best(model, comparison)[found]
    evidence = parts.sum(axis=1, dtype=np.int32)
    described = [n for n, comparison in enumerate(model.comparisons) if not comparison.function.startswith(SHARED)]
    bare = (levels[:, described] < 0).all(axis=1) & (levels >= 0).any(axis=1)
    prior = np.where(bare, np.int32(model.bare_prior), np.int32(model.prior))
    return Scored(evidence + prior, levels, parts, _for_trees(evidence, prior, most))


def _best(model: Model, comparison: Comparison) -> Weights:
    """For each level (last: null) the most that a pair of its group can gain."""
    most: dict[str, int] = {}
    for level in comparison.levels:
        table = model.frequencies.get(level.frequency)
        rare = max(table.rare, 0) if table else 0
        most[level.group] = max(most.get(level.group, 0), level.weight + rare)
    return np.array([most[level.group] for level in comparison.levels] + [0], dtype=np.int32)


def _for_trees(evidence: Weights, prior: Weights, most: Weights) -> Weights:
    """What pairs weigh in a merge tree.

    A pair that could not reach the floor even if all that can be compared agreed has no say about chance: it counts
    by its evidence alone, and only where that speaks against it by `AGAINST` or more; else it is silent.
    """
    spoken = np.where(evidence <= -AGAINST, evidence, np.int32(SILENT))
    return np.where(most + prior < 0, spoken, evidence + prior).astype(np.int32)
