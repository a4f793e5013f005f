"""A handful of pairs scored one by one: what `spine.matching.scorer` answers of many, without what many need.

The scorer is written for columns: of three pairs nearly all of its time is the beginning of calls. Here a pair's levels
come from `one_pair`, and what they weigh from the same model. A property test holds both to the same numbers and texts.
"""

import math
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from spine.domain.weights import SCALE, SILENT
from spine.matching.encoded import Encoded
from spine.matching.fading import FACTORS, STEPS, WHOLE
from spine.matching.frequencies import CROWD, LIMIT
from spine.matching.model import Comparison, Frequencies, Level, Model
from spine.matching.one_pair import LEVEL_OF, Pair
from spine.matching.outcomes import OUTCOMES, ROLES, SHARED
from spine.matching.scorer import AGAINST, check, gains
from spine.matching.sides import Side, side_of

FEW = 64
"""Up to so many pairs are scored one by one."""
_LEFT: list[int] = FACTORS.tolist()


class ScoredPair(NamedTuple):
    """What a pair weighs, what it weighs in a merge tree, and its evidence as text (`Scored.texts`)."""

    weight: int
    in_tree: int
    text: str


class _Compared(NamedTuple):
    """A comparison of a model, and per level what it weighs and the most that a pair of its group can gain."""

    comparison: Comparison
    of_identifiers: bool
    weights: list[int]
    best: list[int]


class _Faded(NamedTuple):
    """What is left of a level in thousandths, and the days between the sightings."""

    left: int
    days: int


_PLANS: dict[str, tuple[Model, list[_Compared]]] = {}
"""By kind the model that was asked last, as it is needed here."""


def score_few(model: Model, records: Encoded, pairs: Iterable[tuple[int, int]]) -> list[ScoredPair]:
    """Score pairs of rows; ModelError where the model's levels are of another release."""
    plan = _plan(model)
    crowd = model.frequencies.get(CROWD)
    crowded = crowd.adjust if crowd is not None else {}
    return [
        _scored(model, plan, Pair(records, _side(records, one), _side(records, other), crowded)) for one, other in pairs
    ]


def _plan(model: Model) -> list[_Compared]:
    held = _PLANS.get(model.kind)
    if held is None or held[0] is not model:
        for comparison in model.comparisons:
            check(model, comparison)
        made = [
            _Compared(
                one, one.function.startswith(SHARED), [level.weight for level in one.levels], gains(model, one).tolist()
            )
            for one in model.comparisons
        ]
        held = _PLANS[model.kind] = (model, made)
    return held[1]


def _side(records: Encoded, row: int) -> Side:
    sides: dict[int, Side] = records.remember(("sides",), dict)
    if row not in sides:
        sides[row] = side_of(records, row)
    return sides[row]


def _scored(model: Model, plan: Sequence[_Compared], pair: Pair) -> ScoredPair:
    evidence = most = 0
    described = shared = False
    words = []
    for compared in plan:
        level = LEVEL_OF[compared.comparison.function](pair)
        if level < 0:
            words.append("-1:0")
            continue
        if compared.of_identifiers:
            shared = True
        else:
            described = True
        levels = compared.comparison.levels
        if levels[level].common >= 0 and _of_many(model, pair, levels[levels[level].common].frequency):
            level = levels[level].common
        one = levels[level]
        part, gain = compared.weights[level], compared.best[level]
        if one.frequency:
            part += _exchanged(model, pair) if one.frequency == ROLES else _adjustment(model, pair, one.frequency)
        faded = _faded(pair, one) if one.half_life else None
        if faded is None:
            words.append(f"{level}:{part}")
        else:
            fresh, part, gain = part, _left_of(part, faded.left), _left_of(gain, faded.left)
            words.append(f"{level}:{part}:{fresh}:{faded.days}")
        evidence += part
        most += gain
    prior = model.bare_prior if shared and not described else model.prior
    spoken = evidence if evidence <= -AGAINST else SILENT
    return ScoredPair(prior + evidence, spoken if prior + most < 0 else prior + evidence, ",".join(words))


def _of_many(model: Model, pair: Pair, field: str) -> bool:
    """What the pair agrees on is among the common values of the model, all of it."""
    table = model.frequencies.get(field)
    if table is None or not table.adjust:
        return False
    if field.startswith(SHARED):
        agreed = pair.common(field.removeprefix(SHARED))
        return bool(agreed) and all(str(value) in table.adjust for value in agreed)
    return all(text in table.adjust for text in pair.texts(field))


def _adjustment(model: Model, pair: Pair, field: str) -> int:
    """What the rarity of the agreed value adds: of two alike the commoner decides, of identifiers the rarest."""
    table = model.frequencies.get(field)
    if table is None:
        return 0
    if field.startswith(SHARED):
        agreed = pair.common(field.removeprefix(SHARED))
        return max((table.adjust.get(str(value), table.rare) for value in agreed), default=-LIMIT)
    return min(_of_text(table, text) for text in pair.texts(field))


def _of_text(table: Frequencies, text: str | None) -> int:
    return 0 if text is None else table.adjust.get(text, table.rare)


def _exchanged(model: Model, pair: Pair) -> int:
    """What names in each other's place take back: `scorer._exchanged` says why."""
    order = next(one for one in model.comparisons if one.function == "order")
    least = round(SCALE * math.log2(order.levels[OUTCOMES["order"].number("exchanged")].u))
    other_way = 0
    for field, other, level in (("given", "surname", pair.given), ("surname", "given", pair.surname)):
        read, role = model.frequencies.get(field), model.frequencies.get(other)
        if read is None or role is None or not OUTCOMES[field].is_named(level, "close", "same"):
            continue
        texts = pair.texts(field)
        if any(text in read.adjust or text in role.adjust for text in texts):
            other_way += min(_of_text(read, text) for text in texts) - min(_of_text(role, text) for text in texts)
        else:
            other_way += least // 2
    return least - max(0, other_way + least) if other_way > 0 else -max(0, other_way - least)


def _faded(pair: Pair, level: Level) -> _Faded | None:
    """What decay leaves of a level; None where nothing has faded."""
    days = _days_apart(pair, level.fades)
    step = min(days * STEPS // level.half_life, len(_LEFT) - 1)
    return _Faded(_LEFT[step], days) if step else None


def _left_of(weight: int, left: int) -> int:
    return weight * left // WHOLE if weight > 0 else weight


def _days_apart(pair: Pair, namespace: str) -> int:
    """The days between when the two sides were seen with what they have in common: `PairView.days_apart`."""
    seen = pair.records.seen.get(namespace)
    if seen is None:
        return 0
    matrix = pair.records.shared.get(namespace)
    here, there = pair.left.row, pair.right.row
    mine, theirs = (list(zip(seen.first[row].tolist(), seen.last[row].tolist(), strict=True)) for row in (here, there))
    if matrix is None:
        together = [(one, other) for one in mine for other in theirs]
    else:
        ours = list(zip(matrix[here].tolist(), mine, strict=True))
        others = list(zip(matrix[there].tolist(), theirs, strict=True))
        together = [(one, other) for number, one in ours for same, other in others if number == same != 0]
    return min((max(max(a, c) - min(b, d), 0) for (a, b), (c, d) in together), default=0)
