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
    """What one record shows: its comparable fields, and what it carries now.

    `identifiers` are (namespace, identifier id, first seen, last seen).
    """

    fields: Mapping[str, str]
    identifiers: Sequence[tuple[str, int, str | None, str | None]]


def score_two(model: Model, left: Side, right: Side) -> tuple[int, list[Evidence]]:
    """The weight of two records in thousandths of a bit, the prior included, and the evidence of each comparison."""
    sides = (left, right)
    fields = pa.table({name: pa.array([side.fields.get(name) for side in sides], pa.string()) for name in FIELDS})
    claims = [(row, *one) for row, side in enumerate(sides) for one in side.identifiers]
    row, namespace, identifier, first, last = zip(*claims, strict=True) if claims else ((),) * 5
    held = carried(
        2, np.array(row, dtype=np.int64), pa.array(namespace, pa.string()), np.array(identifier, dtype=np.int64),
        pa.array(first, pa.string()), pa.array(last, pa.string()),
    )  # fmt: skip
    scored = score(model, encode(fields, *held), np.array([0]), np.array([1]))
    return int(scored.weight[0]), model.evidence(scored.texts(np.array([0]))[0].as_py())
