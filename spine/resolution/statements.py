"""Statements of how entities are related, and the rows that those of one pair make together."""

import json
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray
from pyarrow.compute import call_function

from spine.ports import arrow_schema
from spine.resolution.components import Ints
from spine.resolution.grouping import Coded, coded, groups_of, largest
from spine.resolution.links import joined_texts

DECLARED = 0.99
"""A source says so; sources err rarely, but they do."""


class Said(NamedTuple):
    """Statements, one per row: who, whom, how sure, and more to say as JSON members; `declared` has role and dates.

    `about` is what each is about: the record that declares it, or the identifier that both carry. Of one pair the
    surest comes first, then the one about the smallest number.
    """

    start: Ints
    end: Ints
    weight: NDArray[np.float64]
    kind: str
    detail: "pa.ChunkedArray[Any] | None" = None
    declared: pa.Table | None = None
    about: Ints | None = None


DATED = ["role", "valid_from", "valid_to"]


def rows_of_statements(table: str, statements: list[Said]) -> pa.Table:
    """One row per key of the table: weights of independent statements add up as 1 - (1 - a)(1 - b)."""
    start, end, weight = (np.concatenate([said[at] for said in statements]) for at in range(3))
    schema = arrow_schema(table)
    if not len(start):
        return schema.empty_table()
    kinds, many = [said.kind for said in statements], [len(said.start) for said in statements]
    names = coded(pa.chunked_array([pa.array(kinds, pa.string())]))
    kind = np.repeat(names.codes, many)
    key = [start, end, kind] if "kind" in schema.names else [start, end]
    group, first = groups_of(key)
    doubt = np.bincount(group, weights=np.log1p(-weight))
    told = pa.concat_tables([_dated(said) for said in statements])
    spoken = np.repeat([said.declared is not None for said in statements], many)
    # Of several declarations, the last that says something about a role or date is believed.
    latest = {name: largest(group, np.where(coded(told[name]).codes >= 0, np.arange(len(group)), -1), len(first))
              for name in DATED}  # fmt: skip
    columns: dict[str, Any] = {
        "start": start[first],
        "end": end[first],
        "kind": names.arrow(kind[first]),
        "weight": np.round(-np.expm1(doubt), 6),
        "declared": np.bincount(group, weights=spoken) > 0,
        "evidence": _evidence(statements, group, len(first)),
        **{name: told[name].take(pa.array(at, pa.int64(), mask=at < 0)) for name, at in latest.items()},
    }
    return pa.table({name: columns[name] for name in schema.names}, schema=schema)


def _dated(said: Said) -> pa.Table:
    """Role and dates of each statement; nulls where it is not declared."""
    if said.declared is not None:
        return said.declared
    nothing: Any = pa.nulls(len(said.start), pa.string())
    return pa.table(dict.fromkeys(DATED, nothing))


def _evidence(statements: list[Said], group: Ints, size: int) -> "pa.Array[Any]":
    """Per group the JSON list of what was said: kind, weight, and the details."""
    chunks = []
    for said in statements:
        weights, place = np.unique(np.round(said.weight, 4), return_inverse=True)
        texts = [f'{{"kind": {json.dumps(said.kind)}, "weight": {weight}' for weight in weights.tolist()]
        begun = Coded(place, np.array(texts, dtype=object)).arrow(place)
        detail = said.detail if said.detail is not None else pa.repeat("", len(place))
        chunks.extend(joined_texts(begun, detail, pa.repeat("}", len(place))).chunks)
    order: Any = np.argsort(group, kind="stable")
    offsets: Any = pa.array(np.searchsorted(group[order], np.arange(size + 1)).astype(np.int32))
    sorted_texts: Any = pa.concat_arrays(chunks).take(pa.array(order))
    lists = pa.ListArray.from_arrays(offsets, sorted_texts)
    joined = call_function("binary_join", [lists, ", "])
    return joined_texts(pa.repeat("[", size), joined, pa.repeat("]", size)).combine_chunks()
