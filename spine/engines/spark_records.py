"""Records as rows of a Parquet table that any partition of can be compared by itself, and their blocking keys."""

from collections.abc import Iterable, Iterator, Mapping
from functools import partial
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from spine.domain.vocabulary import FIELDS, Kind
from spine.matching.blocking import PARTS, key_columns
from spine.matching.carried import DATED, over_all
from spine.matching.encoded import Encoded, Seen, encode, slots_of
from spine.matching.outcomes import SHARED

Ints = np.ndarray[Any, np.dtype[np.int64]]


FIRST, LAST = "first_", "last_"
"""The columns of the days on which what a record carries of a namespace was seen begin so."""


def records_table(fields: pa.Table, shared: Mapping[str, Ints], seen: Mapping[str, Seen]) -> pa.Table:
    """The records to write for Spark: `row`, the columns of `FIELDS` as texts, lists of ids and days per namespace.

    `fields` and the matrices of `shared` and `seen` are those of `spine.matching.encoded.encode`; a row's number is its
    place.
    """
    size = fields.num_rows
    columns: dict[str, Any] = {"row": np.arange(size)}
    for name in FIELDS:
        columns[name] = fields[name].cast(pa.string()) if name in fields.column_names else pa.nulls(size, pa.string())
    for namespace, matrix in sorted(shared.items()):
        columns[SHARED + namespace] = _lists(matrix, matrix != 0, pa.int64())
    for namespace, (first, last) in sorted(seen.items()):
        held = shared[namespace] != 0 if namespace in shared else np.ones(first.shape, bool)
        columns[FIRST + namespace] = _lists(first, held, pa.int32())
        columns[LAST + namespace] = _lists(last, held, pa.int32())
    return pa.table(columns)


def _lists(matrix: "np.ndarray[Any, Any]", held: "np.ndarray[Any, np.dtype[np.bool_]]", kind: pa.DataType) -> Any:
    """Each row of a matrix as a list of what it holds."""
    offsets = np.concatenate(([0], np.cumsum(held.sum(axis=1)))).astype(np.int32)
    return pa.ListArray.from_arrays(pa.array(offsets, pa.int32()), pa.array(matrix[held], kind))


def encoded_of(records: pa.Table) -> Encoded:
    """What `records_table` made, or any rows of it, encoded; codes mean something within this table only."""
    size = records.num_rows
    shared, seen = {}, {}
    for name in (name.removeprefix(SHARED) for name in records.column_names if name.startswith(SHARED)):
        row, ids = _flat(records, SHARED + name)
        slots = slots_of(size, row, ids)
        shared[name] = slots.matrix(ids)
        if FIRST + name in records.column_names:
            first, last = (_flat(records, part + name)[1].astype(np.int32) for part in (FIRST, LAST))
            seen[name] = Seen(slots.matrix(first), slots.matrix(last))
    for name in (name for name in DATED if FIRST + name in records.column_names):
        (row, begin), (_, end) = _flat(records, FIRST + name), _flat(records, LAST + name)
        seen[name] = over_all(size, row, begin.astype(np.int32), end.astype(np.int32))
    fields = {name: pa.chunked_array([part.cast(pa.string()) for part in records[name].chunks], pa.string())
              for name in FIELDS}  # fmt: skip
    return encode(pa.table(fields), shared, seen)


def _flat(records: pa.Table, name: str) -> tuple[Ints, Ints]:
    """A column of lists as one entry per element: its row, and the element."""
    lists: Any = records[name].combine_chunks()
    if isinstance(lists, pa.ChunkedArray):
        lists = pa.concat_arrays(lists.chunks) if lists.num_chunks else pa.array([], lists.type)
    counts = pc.list_value_length(lists).fill_null(0).to_numpy(zero_copy_only=False)
    return np.repeat(np.arange(records.num_rows), counts), lists.flatten().to_numpy().astype(np.int64)


def key_frame(records: DataFrame, kind: Kind) -> DataFrame:
    """`row` and the key columns that the rules of a kind name, as 64-bit hashes of their texts, null where none.

    Two texts of one hash are compared in vain, which at a billion distinct values happens about once in forty runs.
    """
    lists = [name for name in records.columns if name.startswith(SHARED)]
    names = key_columns(kind)
    schema = ", ".join(["row bigint", *(f"`{name}` string" for name in names)])
    texts = records.select("row", *FIELDS).mapInArrow(partial(_key_batches, kind=kind), schema)
    hashed = [F.when(F.col(name).isNotNull(), F.xxhash64(name)).alias(name) for name in names]
    keys = texts.select("row", *hashed)
    return keys.join(records.select("row", *lists), "row") if lists else keys


def _key_batches(batches: Iterable[pa.RecordBatch], kind: Kind) -> Iterator[pa.RecordBatch]:
    for batch in batches:
        table = pa.Table.from_batches([batch])
        records = encoded_of(table)
        columns = {name: _key_texts(name, records) for name in key_columns(kind)}
        yield from pa.table({"row": table["row"], **columns}).to_batches()


def _key_texts(name: str, records: Encoded) -> "pa.Array[Any]":
    """One key column as texts: equal exactly where `spine.matching.blocking.keys` has equal numbers."""
    if name == "names":
        texts = records.texts_of("given")
        given, surname = records.codes["given"], records.codes["surname"]
        known = (given >= 0) & (surname >= 0)
        pair = np.minimum(given, surname).astype(np.int64) * (len(texts) + 1) + np.maximum(given, surname)
        distinct, inverse = np.unique(np.where(known, pair, -1), return_inverse=True)
        both = [divmod(value, len(texts) + 1) for value in distinct.tolist()]
        made = ["\n".join(sorted((texts[a], texts[b]))) if a >= 0 else None for a, b in both]
        return pa.array(made, pa.string()).take(pa.array(inverse, pa.int64()))
    if name in PARTS:
        field, part = PARTS[name]
        made = [part(text) or None for text in records.texts_of(field)]
    else:
        field, made = name, list(records.texts_of(name))
    codes = records.codes[field]
    return pa.array([*made, None], pa.string()).take(pa.array(np.where(codes < 0, len(made), codes), pa.int64()))
