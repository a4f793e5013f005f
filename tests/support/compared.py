"""Records made by hand for matching: encoded from plain fields, and what their pairs' comparisons say in words."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pyarrow as pa

from spine.domain.vocabulary import FIELDS, Kind
from spine.domain.weights import SCALE
from spine.matching.calibration import Points
from spine.matching.encoded import Encoded, Seen, encode, slots_of
from spine.matching.model import Model
from spine.matching.scorer import levels_of, score
from spine.matching.training import untrained

Fields = Mapping[str, str | None]
Held = Mapping[str, Sequence[int]]


def encoded(records: Sequence[Fields], held: Sequence[Held] = (), days: Mapping[str, Sequence[int]] = {}) -> Encoded:
    """Records by their comparable fields; `held` gives per record the identifier ids of each namespace.

    `days` gives per namespace the day on which each record was seen with its only identifier.
    """
    unknown = {name for record in records for name in record} - set(FIELDS)
    assert not unknown, unknown
    table = pa.table({name: pa.array([record.get(name) for record in records], pa.string()) for name in FIELDS})
    shared = {}
    for namespace in sorted({name for one in held for name in one}):
        pairs = [(row, value) for row, one in enumerate(held) for value in one.get(namespace, ())]
        row, value = (np.array(column, dtype=np.int64) for column in zip(*pairs, strict=True))
        shared[namespace] = slots_of(len(records), row, value).matrix(value)
    spots = {name: np.array(column, dtype=np.int32)[:, None] for name, column in days.items()}
    return encode(table, shared, {name: Seen(spot, spot) for name, spot in spots.items()})


def said(one: Fields, other: Fields, held: Sequence[Held] = (), kind: Kind = Kind.PERSON) -> dict[str, tuple[str, str]]:
    """Per comparison that has something to compare: (label, group)."""
    return said_by(untrained(kind), encoded([one, other], held))


def said_by(model: Model, records: Encoded, left: int = 0, right: int = 1) -> dict[str, tuple[str, str]]:
    """The same of two rows under a model."""
    levels, _ = levels_of(model, records, np.array([left]), np.array([right]))
    return {
        comparison.name: (comparison.levels[level].label, comparison.levels[level].group)
        for comparison, level in zip(model.comparisons, levels[0].tolist(), strict=True)
        if level >= 0
    }


def all_pairs(size: int) -> Any:
    """The row numbers of all pairs."""
    return np.triu_indices(size, 1)


def weights(model: Model, records: Encoded) -> dict[tuple[int, int], int]:
    """The weight of every pair of rows."""
    left, right = all_pairs(records.size)
    found = score(model, records, left, right).weight.tolist()
    return dict(zip(zip(left.tolist(), right.tolist(), strict=True), found, strict=True))


def logistic(slope: float, shift: float) -> Points:
    """Points of probability 1 / (1 + 2 ** -(slope * (bits - shift))), between which logits are interpolated."""
    return tuple((bits * SCALE, 1 / (1 + 2 ** -(slope * (bits - shift)))) for bits in (-10, 0, 5, 10, 20))
