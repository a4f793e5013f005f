"""The one scorer: pairs of encoded records in, whole-number weights and their levels out, the same on every engine."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
from pyarrow.compute import call_function

from spine.domain.weights import SCALE, SILENT
from spine.errors import ModelError
from spine.matching.encoded import Bools, Encoded, Ints
from spine.matching.fading import Fading, fading
from spine.matching.frequencies import CROWD, LIMIT
from spine.matching.levels import FUNCTIONS, is_silent
from spine.matching.model import Comparison, Model
from spine.matching.names import given, surname, turn_names
from spine.matching.outcomes import OUTCOMES, ROLES, SHARED, Levels
from spine.matching.pairs import PairView
from spine.normalise.whole_numbers import numbered

Weights = np.ndarray[Any, np.dtype[np.int32]]
CHUNK = 100_000
"""So many pairs are compared at once: what bounds the memory."""
AGAINST = SCALE
"""Evidence of a bit against a pair that has little to compare still counts."""
OFTEN = 10
"""Comparisons whose outcomes together come so often each are put into words together."""


@dataclass(frozen=True, slots=True)
class Scored:
    """Per pair its weight, and per comparison level and weight ([pairs, comparisons]); thousandths of a bit.

    `faded` holds by comparison the pairs whose weight decay has lowered.
    """

    model: Model
    prior: Weights
    evidence: Weights
    levels: Levels
    parts: Weights
    faded: Mapping[int, "Faded"]

    @property
    def weight(self) -> Weights:
        """What each pair weighs: the model's prior and one part per comparison."""
        weight: Weights = self.prior + self.evidence
        return weight

    @property
    def in_tree(self) -> Weights:
        """What pairs weigh in a merge tree.

        A pair that could not reach the floor even if all that can be compared agreed has no say about chance: it counts
        by its evidence alone, and only where that speaks against it by `AGAINST` or more; else it is silent. What has
        faded could not have gained more than what is left.
        """
        most = self.prior.copy()
        for column, comparison in enumerate(self.model.comparisons):
            found = self.levels[:, column]
            if _says_nothing(found):
                continue
            rows, kept = _told(found)
            best = gains(self.model, comparison)
            most[rows] += best[kept]
            if (faded := self.faded.get(column)) is not None:
                gain = best[found[faded.rows]]
                most[faded.rows] += faded.of(gain) - gain
        spoken = np.where(self.evidence <= -AGAINST, self.evidence, np.int32(SILENT))
        return np.where(most < 0, spoken, self.weight).astype(np.int32)

    def texts(self, rows: Ints) -> "pa.Array[Any]":
        """`match.levels` for these pairs: a word per comparison, joined by commas, as a column of texts.

        A word is `level:weight`, and where it has faded `level:weight:fresh weight:days apart`.
        """
        if not self.levels.shape[1] or not len(rows):
            return pa.array([], pa.string())
        columns: list[_Words] = []
        for c in range(self.levels.shape[1]):
            words = _words(self.levels[rows, c], self.parts[rows, c])
            if (faded := self.faded.get(c)) is not None:
                words = faded.told(rows, words)
            if columns and len(columns[-1].texts) * len(words.texts) * OFTEN <= len(rows):
                words = _joined(columns.pop(), words)
            columns.append(words)
        spread = [pa.array(words.texts, pa.string()).take(pa.array(words.code, pa.int64())) for words in columns]
        joined: pa.Array[Any] = call_function("binary_join_element_wise", [*spread, ","])
        return joined


class _Words(NamedTuple):
    """A column of texts: the number of each row's text, and the texts."""

    code: Ints
    texts: list[str]


class Faded(NamedTuple):
    """The pairs (ascending) of which a comparison has faded: its weight if fresh, the days between, what is left."""

    rows: Ints
    fresh: Ints
    days: Ints
    left: Ints

    def of(self, parts: Weights) -> Weights:
        """What is left of these weights of the pairs."""
        return Fading(self.rows, self.days, self.left).of(parts)

    def told(self, rows: Ints, words: _Words) -> _Words:
        """The words of these rows, those that have faded with their weight if fresh and the days between."""
        place = np.minimum(np.searchsorted(self.rows, rows), len(self.rows) - 1)
        here = np.flatnonzero(self.rows.take(place) == rows)
        there = place.take(here)
        plain = [words.texts[code] for code in words.code[here].tolist()]
        own = zip(plain, self.fresh[there].tolist(), self.days[there].tolist(), strict=True)
        number, texts = np.unique([f"{word}:{fresh}:{days}" for word, fresh, days in own], return_inverse=True)[::-1]
        code = words.code.astype(np.int64)
        code[here] = len(words.texts) + number
        return _Words(code, [*words.texts, *texts.tolist()])


def _words(levels: Levels, parts: Weights) -> _Words:
    """`level:weight` of each pair, written once for all that agree in both."""
    if _says_nothing(levels):
        return _Words(np.zeros(len(levels), np.int64), ["-1:0"])
    code, example = _numbered((levels.astype(np.int64) << 32) + parts)
    pairs = zip(levels[example].tolist(), parts[example].tolist(), strict=True)
    return _Words(code, [f"{level}:{part}" for level, part in pairs])


def _joined(one: _Words, other: _Words) -> _Words:
    """The two columns as one, each text written once."""
    code, example = _numbered(one.code * len(other.texts) + other.code)
    pairs = zip(one.code[example].tolist(), other.code[example].tolist(), strict=True)
    return _Words(code, [f"{one.texts[a]},{other.texts[b]}" for a, b in pairs])


def _numbered(values: Ints) -> tuple[Ints, Ints]:
    """A number for each value, and a row of each number."""
    code, count = numbered(values)
    example = np.empty(count, dtype=np.int64)
    example[code] = np.arange(len(code))
    return code, example


def levels_of(model: Model, records: Encoded, left: Ints, right: Ints) -> tuple[Levels, PairView]:
    """The level of each pair in each comparison of the model; ModelError where its levels are of another release."""
    for comparison in model.comparisons:
        check(model, comparison)
    view = PairView(records, left, right)
    if CROWD in model.frequencies:
        view.crowded = records.crowded(model.version, model.frequencies[CROWD])
    turn_names(view)
    out = level_columns(len(left), len(model.comparisons), np.int8)
    for column, comparison in enumerate(model.comparisons):
        if is_silent(comparison.function, records):
            out[:, column] = -1
            continue
        found = FUNCTIONS[comparison.function](view)
        many = found.copy()
        for number, level in enumerate(comparison.levels):
            if level.common >= 0 and len(hit := np.flatnonzero(found == number)):
                common = _one_of_many(view, comparison.levels[level.common].frequency, model, hit)
                many[hit[common]] = level.common
        out[:, column] = many
    return out, view


def level_columns(pairs: int, comparisons: int, kind: type[Any]) -> np.ndarray[Any, Any]:
    """Room for numbers [pairs, comparisons], those of a comparison side by side."""
    return np.empty((comparisons, pairs), dtype=kind).T


def check(model: Model, comparison: Comparison) -> None:
    """ModelError where a comparison of the model has other levels than this release."""
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
        agreed = view.common(field.removeprefix(SHARED), rows)
        known = np.array([int(text) for text in table.adjust], dtype=np.int64)
        crowded: Bools = (agreed != 0).any(axis=1) & (np.isin(agreed, known) | (agreed == 0)).all(axis=1)
        return crowded
    common = view.records.common(model.version, field, table)
    here, there = view.codes(field)
    found: Bools = common.take(here.take(rows)) & common.take(there.take(rows))
    return found


def _frequency_adjustment(view: PairView, field: str, model: Model, rows: Ints) -> Ints:
    """Per pair the thousandths of a bit that the rarity of the agreed value adds.

    Of two values that are alike the commoner one decides, of several identifiers in common the rarest.
    """
    table = model.frequencies.get(field)
    if table is None:
        return np.zeros(len(rows), dtype=np.int64)
    if field.startswith(SHARED):
        common = view.common(field.removeprefix(SHARED), rows)
        distinct, inverse = np.unique(common, return_inverse=True)
        known = [table.adjust.get(str(value), table.rare) if value else -LIMIT for value in distinct.tolist()]
        rarest: Ints = np.array(known, dtype=np.int64)[inverse].reshape(common.shape).max(axis=1)
        return rarest
    by_code = view.records.adjustment(model.version, field, table)
    here, there = view.codes(field)
    return np.minimum(by_code.take(here.take(rows)), by_code.take(there.take(rows)))


def adjustment(model: Model, comparison: Comparison, view: PairView, found: Levels) -> Ints:
    """What the rarity of the agreed value adds to the weight of each pair's level, in thousandths of a bit."""
    out = np.zeros(len(view), dtype=np.int64)
    for field in sorted({level.frequency for level in comparison.levels if level.frequency}):
        adjusted = np.array([*(level.frequency == field for level in comparison.levels), False])
        rows = np.flatnonzero(adjusted[found])
        if len(rows):
            roles = field == ROLES
            out[rows] = _exchanged(view, model, rows) if roles else _frequency_adjustment(view, field, model, rows)
    return out


def _exchanged(view: PairView, model: Model, rows: Ints) -> Ints:
    """What names in each other's place take back: James Thomas and Thomas James may be two, not Ida Berg and Berg Ida.

    The names have weighed as what they were read as. By chance two records are called x y and y x as often as somebody
    is called the one and somebody the other, or as the commoner of the two was exchanged; of one person, as often as
    somebody is called either and was exchanged once. So what all of it weighs is the share of exchanges over the
    chance of the rarer reading.
    """
    order = next(one for one in model.comparisons if one.function == "order")
    least = round(SCALE * math.log2(order.levels[OUTCOMES["order"].number("exchanged")].u))
    other_way = np.zeros(len(rows), dtype=np.int64)
    for field, other, levels in (("given", "surname", given(view)), ("surname", "given", surname(view))):
        read, role = model.frequencies.get(field), model.frequencies.get(other)
        if read is None or role is None:
            continue
        here, there = (side[rows] for side in view.codes(field))
        as_read = view.records.adjustment(model.version, field, read)
        as_other = view.records.adjustment(model.version, other, role)
        # How much commoner the name is in the other place, as a power of two.
        more = np.minimum(as_read[here], as_read[there]) - np.minimum(as_other[here], as_other[there])
        known = view.records.common(model.version, field, read) | view.records.common(model.version, other, role)
        # Most names stand in one place only; of one too rare to be known in either nobody can say more.
        more = np.where(known[here] | known[there], more, least // 2)
        other_way += np.where(OUTCOMES[field].named(levels[rows], "close", "same"), more, 0)
    as_rarer = least - np.maximum(0, other_way + least)
    back: Ints = np.where(other_way > 0, as_rarer, -np.maximum(0, other_way - least))
    return back


def score(model: Model, records: Encoded, left: Ints, right: Ints) -> Scored:
    """Score pairs of rows; the weight is the model's prior plus one part per comparison."""
    count = len(model.comparisons)
    levels, parts = level_columns(len(left), count, np.int8), level_columns(len(left), count, np.int32)
    prior, evidence = (np.zeros(len(left), dtype=np.int32) for _ in range(2))
    lost: dict[int, list[Faded]] = {}
    for start in range(0, len(left), CHUNK):
        piece = slice(start, start + CHUNK)
        levels[piece], view = levels_of(model, records, left[piece], right[piece])
        for column, comparison in enumerate(model.comparisons):
            if _says_nothing(levels[piece, column]):
                parts[piece, column] = 0
                continue
            part = _part(model, comparison, view, levels[piece, column])
            rows, days, kept = found = fading(comparison, view, levels[piece, column])
            if len(rows):
                lost.setdefault(column, []).append(Faded(rows + start, part[rows].astype(np.int64), days, kept))
                part[rows] = found.of(part[rows])
            parts[piece, column] = part
            evidence[piece] += part
        prior[piece] = _prior(model, levels[piece])
    faded = {column: Faded(*map(np.concatenate, zip(*some, strict=True))) for column, some in lost.items()}
    return Scored(model, prior, evidence, levels, parts, faded)


def _part(model: Model, comparison: Comparison, view: PairView, found: Levels) -> Weights:
    """What the comparison weighs of each pair, the rarity of what agrees included."""
    weights = np.array([level.weight for level in comparison.levels] + [0], dtype=np.int32)
    rows, kept = _told(found)
    out = np.zeros(len(found), dtype=np.int32)
    out[rows] = weights[kept]
    if any(level.frequency for level in comparison.levels):
        out += adjustment(model, comparison, view, found).astype(np.int32)
    return out


def _says_nothing(found: Levels) -> bool:
    """Whether a comparison says nothing of any of these pairs."""
    return bool((found < 0).all())


def _told(found: Levels) -> "tuple[Ints | slice, Levels]":
    """The pairs of which a comparison says something (all of them where it mostly does), and their levels."""
    told = found >= 0
    if 2 * np.count_nonzero(told) > len(found):
        return slice(None), found
    rows = np.flatnonzero(told)
    return rows, found[rows]


def _prior(model: Model, levels: Levels) -> Weights:
    """The prior of each pair: its own for those that have only identifiers to compare."""
    described, shared = (np.zeros(len(levels), dtype=bool) for _ in range(2))
    for column, comparison in enumerate(model.comparisons):
        told = levels[:, column] >= 0
        if comparison.function.startswith(SHARED):
            shared |= told
        else:
            described |= told
    return np.where(shared & ~described, np.int32(model.bare_prior), np.int32(model.prior))


def gains(model: Model, comparison: Comparison) -> Weights:
    """For each level (last: null) the most that a pair of its group can gain."""
    most: dict[str, int] = {}
    for level in comparison.levels:
        table = model.frequencies.get(level.frequency)
        rare = max(table.rare, 0) if table else 0
        most[level.group] = max(most.get(level.group, 0), level.weight + rare)
    return np.array([most[level.group] for level in comparison.levels] + [0], dtype=np.int32)
