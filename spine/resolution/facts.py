"""Facts of entities that lists filter on: the columns that persons and organisations have in common."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from spine.normalise import whole_numbers
from spine.resolution.components import Ints
from spine.resolution.entities import Entities
from spine.resolution.grouping import Coded, commonest, text_lists
from spine.resolution.resolved import Resolved
from spine.resolution.trees import NEVER

Floats = NDArray[np.float64]
Probability = Callable[[Ints], Floats]
"""From heights in thousandths of a bit to calibrated probabilities."""


def numbered(labels: Ints) -> tuple[Ints, Ints]:
    """The distinct entities, sorted, and of each record the number of its entity there (-1 for none)."""
    number, count = whole_numbers.numbered(labels)
    ids = np.empty(count, np.int64)
    ids[number] = labels
    return (ids[1:], number - 1) if count and ids[0] < 0 else (ids, number)


def size_and_sureness(ids: Ints, number: Ints, found: Entities | None, probability: Probability) -> dict[str, Any]:
    """`size` in records, `cohesion` (1 where nothing joins) and `next_join` (null where nothing would).

    `found` are the entities as cut, which may hold others beside; those it does not hold stand alone.
    """
    cohesion, following = np.ones(len(ids)), np.full(len(ids), -1.0)
    if found is not None and len(found.id):
        place = np.minimum(np.searchsorted(found.id, ids), len(found.id) - 1)
        here = found.id[place] == ids
        weakest, coming = found.cohesion[place], found.next_join[place]
        joined, more = here & (weakest > NEVER), here & (coming > NEVER)
        cohesion[joined] = probability(weakest[joined])
        following[more] = probability(coming[more])
    return {
        "id": ids,
        "size": np.bincount(number[number >= 0], minlength=len(ids)),
        "cohesion": cohesion,
        "next_join": pa.array(following, mask=following < 0),
    }


def names_and_sources(resolved: Resolved, number: Ints, size: int) -> dict[str, Any]:
    """`namespaces` of the identifiers that the entity carries, and the `sources` of its records, sorted."""
    namespace = resolved.coded_of_claims("namespace")
    owner = number[resolved.claimed("row")]
    return {
        "namespaces": text_lists(owner, namespace, size),
        "sources": text_lists(number, resolved.coded_of_records("source"), size),
    }


def usual(resolved: Resolved, number: Ints, size: int, name: str) -> "pa.Array[Any]":
    """The most frequent value of a field."""
    column = resolved.coded_text(name)
    return column.arrow(commonest(number, column.codes, size))


def usual_longest(column: Coded, number: Ints, size: int) -> "pa.Array[Any]":
    """The most frequent text, then the longest."""
    length = np.array([len(text) for text in column.texts.tolist()], dtype=np.int64)
    return column.arrow(commonest(number, column.codes, size, length))


def flags_column(ids: Ints, flags: dict[int, list[str]] | None) -> "pa.Array[Any]":
    """The flags of each entity, whose ids ascend; empty lists where there are none."""
    numbers = np.array(sorted(flags or {}), np.int64)
    numbers = numbers[np.isin(numbers, ids)]
    said = [(flags or {})[number] for number in numbers.tolist()]
    many = np.zeros(len(ids) + 1, np.int32)
    many[np.searchsorted(ids, numbers) + 1] = [len(each) for each in said]
    texts: Any = pa.array([flag for each in said for flag in each], pa.string())
    found: pa.Array[Any] = pa.ListArray.from_arrays(pa.array(np.cumsum(many), pa.int32()), texts)
    return found
