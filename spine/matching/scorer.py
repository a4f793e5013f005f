"""The one scorer: pairs of encoded records in, whole-number weights and their levels out, the same on every engine."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from spine.matching.encoded import Encoded, Ints
from spine.matching.levels import FUNCTIONS, Levels
from spine.matching.model import Model
from spine.matching.pairs import PairView

Weights = np.ndarray[Any, np.dtype[np.int32]]
CHUNK = 400_000
SHARED = "shared_"


@dataclass(frozen=True, slots=True)
class Scored:
    """Per pair its weight, and per comparison level and weight ([pairs, comparisons]); thousandths of a bit."""

    weight: Weights
    levels: Levels
    parts: Weights

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
    crossed = PairView(view.records, view.left[rows], view.right[rows])
    exact = (here_given[rows] == there_surname[rows]).astype(int) + (here_surname[rows] == there_given[rows])
    initials = view.initials("given")
    alike = (initials[here_given[rows]] == initials[there_surname[rows]]) | (
        initials[here_surname[rows]] == initials[there_given[rows]]
    )
    crossed.swapped = np.ones(len(rows), dtype=bool)
    keep = np.flatnonzero((exact > 0) | alike)
    crossed = PairView(view.records, view.left[rows[keep]], view.right[rows[keep]])
    crossed.swapped = np.ones(len(keep), dtype=bool)
    better = crossed.jaro_winkler("given") + crossed.jaro_winkler("surname")
    swapped = np.zeros(len(view), dtype=bool)
    swapped[rows[keep]] = (better > straight[rows[keep]] + 0.5) & (better >= 1.6)
    view.turn(swapped)


def levels_of(names: list[str], records: Encoded, left: Ints, right: Ints) -> tuple[Levels, PairView]:
    """The level of each pair in each named comparison function."""
    view = PairView(records, left, right)
    turn_names(view)
    out = np.empty((len(left), len(names)), dtype=np.int8)
    for column, name in enumerate(names):
        out[:, column] = FUNCTIONS[name](view)
    return out, view


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
    names = [comparison.function for comparison in model.comparisons]
    levels = np.empty((len(left), len(names)), dtype=np.int8)
    parts = np.zeros((len(left), len(names)), dtype=np.int32)
    for start in range(0, len(left), CHUNK):
        piece = slice(start, start + CHUNK)
        levels[piece], view = levels_of(names, records, left[piece], right[piece])
        for column, comparison in enumerate(model.comparisons):
            found = levels[piece, column]
            weights = np.array([level.weight for level in comparison.levels] + [0], dtype=np.int32)
            part = weights[found]
            for field in {level.frequency for level in comparison.levels if level.frequency}:
                hit = np.isin(found, [n for n, level in enumerate(comparison.levels) if level.frequency == field])
                part = np.where(hit, part + frequency_adjustment(view, field, model), part)
            parts[piece, column] = part
    return Scored((parts.sum(axis=1, dtype=np.int32) + np.int32(model.prior)), levels, parts)
