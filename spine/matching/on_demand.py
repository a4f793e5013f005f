"""Any two records scored when somebody asks, also those that no key brought together: exactly as in a batch."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from spine.domain.vocabulary import FIELDS
from spine.matching.carried import carried
from spine.matching.encoded import encode
from spine.matching.model import Evidence, Model
from spine.matching.scorer import score


@dataclass(frozen=True, slots=True)
class Side:
    """What one record shows: its comparable fields, and the (namespace, identifier id) pairs that it carries now."""

    fields: Mapping[str, str]
    identifiers: Sequence[tuple[str, int]]


def score_two(model: Model, left: Side, right: Side) -> tuple[int, list[Evidence]]:
    """The weight of two records in thousandths of a bit, the prior included, and the evidence of each comparison."""
    sides = (left, right)
    fields = pa.table({name: pa.array([side.fields.get(name) for side in sides], pa.string()) for name in FIELDS})
    claims = [(row, name, number) for row, side in enumerate(sides) for name, number in side.identifiers]
    names = sorted({name for _, name, _ in claims})
    shared = carried(
        2,
        np.array([row for row, _, _ in claims], dtype=np.int64),
        np.array([number for _, _, number in claims], dtype=np.int64),
        np.array([names.index(name) for _, name, _ in claims], dtype=np.int64),
        names,
    )
    scored = score(model, encode(fields, shared), np.array([0]), np.array([1]))
    return int(scored.weight[0]), model.evidence(scored.texts(np.array([0]))[0].as_py())
