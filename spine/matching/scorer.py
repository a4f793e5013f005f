"""The one scorer: pairs of encoded records in, whole-number weights and their levels out, the same on every engine."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from spine.matching.encoded import Bools, Encoded, Ints
from spine.matching.levels import FUNCTIONS, Levels
from spine.matching.model import Comparison, Model
from spine.matching.pairs import PairView

Weights = np.ndarray[Any, np.dtype[np.int32]]
CHUNK = 400_000
SHARED = "shared_"
AGAINST = 1000
"""Evidence of a bit against a pair that has little to compare still counts."""
SILENT = -(2**30)
"""The weight of a pair that has nothing to compare, as `spine.resolution.trees` reads it."""


@dataclass(frozen=True, slots=True)
class Scored:
    """Per pair its weight, and per comparison level and weight ([pairs, comparisons]); thousandths of a bit.

    `in_tree` is what the pair weighs in a merge tree: its weight, or SILENT where it has nothing to compare.
    """

    weight: Weights
    levels: Levels
    parts: Weights
    in_tree: Weights

    def texts(self, rows: Ints) -> list[str]:
        """`match.levels` for these pairs: `level:weight` per comparison, joined by commas."""
        columns = [
            np.char.add(np.char.add(self.levels[rows, c].astype("U4"), ":"), self.parts[rows, c].astype("U8"))
            for c in range(self.levels.shape[1])
        ]
        if not columns or not len(rows):
            return []
        joined = columns[0]
        for column in columns[1:]:
            joined = np.char.add(np.char.add(joined, ","), column)
        texts: list[str] = joined.tolist()
        return texts


def turn_names(view: PairView) -> None:
    """Mark the pairs whose names fit much better with given name and surname of one side exchanged."""
    comparable = view.both("given") & view.both("surname")
    straight = view.jaro_winkler("given") + view.jaro_winkler("surname")
    names = view.records.codes
    here_given, here_surname = names["given"][view.left], names["surname"][view.left]
    there_given, there_surname = names["given"][view.right], names["surname"][view.right]
    rows = np.flatnonzero(comparable & (straight < 1.3))
    exact = (here_given[rows] == there_surname[rows]).astype(int) + (here_surname[rows] == there_given[rows])
    initials = view.initials("given")
    alike = (initials[here_given[rows]] == initials[there_surname[rows]]) | (
        initials[here_surname[rows]] == initials[there_given[rows]]
    )
    keep = np.flatnonzero((exact > 0) | alike)
    crossed = PairView(view.records, view.left[rows[keep]], view.right[rows[keep]])
    crossed.swapped = np.ones(len(keep), dtype=bool)
    one, other = crossed.jaro_winkler("given"), crossed.jaro_winkler("surname")
    better, before = one + other, straight[rows[keep]]
    # Both names fit crosswise, or one does so well that the other may have been replaced.
    both = (better >= 1.6) & (better > before + 0.5)
    single = (np.maximum(one, other) >= 0.88) & (better >= 1.25) & (better > before + 0.3)
    swapped = np.zeros(len(view), dtype=bool)
    swapped[rows[keep]] = both | single
    view.turn(swapped)


def levels_of(model: Model, records: Encoded, left: Ints, right: Ints) -> tuple[Levels, PairView]:
    """The level of each pair in each comparison of the model."""
    view = PairView(records, left, right)
    turn_names(view)
    out = np.empty((len(left), len(model.comparisons)), dtype=np.int8)
    for column, comparison in enumerate(model.comparisons):
        found = FUNCTIONS[comparison.function](view)
        for number, level in enumerate(comparison.levels):
            if level.common >= 0 and (hit := found == number).any():
                found[hit & _one_of_many(view, comparison.levels[level.common].frequency, model)] = level.common
        out[:, column] = found
    return out, view


def _one_of_many(view: PairView, field: str, model: Model) -> Bools:
    """The value that a pair agrees on is among the common ones of the model."""
    table = model.frequencies.get(field)
    if table is None or not table.adjust:
        return np.zeros(len(view), dtype=bool)
    if field.startswith(SHARED):
        _, _, value = view.shares(field.removeprefix(SHARED))
        known = np.array([int(text) for text in table.adjust], dtype=np.int64)
        return np.isin(value, known)
    common = view.records.common(model.version, field, table)
    here, there = view.codes(field)
    found: Bools = common[here] & common[there]
    return found


def frequency_adjustment(view: PairView, field: str, model: Model) -> Ints:
    """Per pair the thousandths of a bit that the rarity of the agreed value adds, of the commoner side if two."""
    table = model.frequencies.get(field)
    if table is None:
        return np.zeros(len(view), dtype=np.int64)
    if field.startswith(SHARED):
        _, _, value = view.shares(field.removeprefix(SHARED))
        distinct, inverse = np.unique(value, return_inverse=True)
        known = np.array([table.adjust.get(str(v), table.rare) for v in distinct.tolist()], dtype=np.int64)
        return known[inverse]
    by_code = view.records.remember_adjustment(model.version, field, table)
    here, there = view.codes(field)
    return np.minimum(by_code[here], by_code[there])


def score(model: Model, records: Encoded, left: Ints, right: Ints) -> Scored:
    """Score pairs of rows; the weight is the model's prior plus one part per comparison."""
    count = len(model.comparisons)
    levels = np.empty((len(left), count), dtype=np.int8)
    parts = np.zeros((len(left), count), dtype=np.int32)
    most = np.zeros(len(left), dtype=np.int32)
    best = [_best(model, comparison) for comparison in model.comparisons]
    for start in range(0, len(left), CHUNK):
        piece = slice(start, start + CHUNK)
        levels[piece], view = levels_of(model, records, left[piece], right[piece])
        for column, comparison in enumerate(model.comparisons):
            found = levels[piece, column]
            weights = np.array([level.weight for level in comparison.levels] + [0], dtype=np.int32)
            part = weights[found]
            for field in {level.frequency for level in comparison.levels if level.frequency}:
                hit = np.isin(found, [n for n, level in enumerate(comparison.levels) if level.frequency == field])
                part = np.where(hit, part + frequency_adjustment(view, field, model), part)
            parts[piece, column] = part
            most[piece] += best[column][found]
    evidence = parts.sum(axis=1, dtype=np.int32)
    named = [n for n, comparison in enumerate(model.comparisons) if not comparison.function.startswith(SHARED)]
    bare = (levels[:, named] < 0).all(axis=1) & (levels >= 0).any(axis=1)
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
