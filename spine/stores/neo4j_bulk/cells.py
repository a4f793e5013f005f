"""Arrow columns as the cells of CSV files that Neo4j's import tool reads, and what such cells can't say.

The tool takes an empty cell for an absent value, and an empty list or text of bytes for absent too. Which list or bytes
columns of a row are there but empty stands in a property of its own, `EMPTIES`, as bits; the store gives them their
values when it first opens the database.
"""

from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as compute

from spine.domain.graph import Column, ColumnType, Table
from spine.errors import StoreError
from spine.stores.neo4j_bolt.patterns import empty_values

Cells = Any
"""An Arrow array of text, numbers or truth values: pyarrow's stubs refuse much of what its functions take."""

SEPARATOR = "\x1f"
"""Stands between the elements of a list: the unit separator, which no text in a list holds."""

TYPES: dict[ColumnType, str] = {
    "int": "long",
    "float": "double",
    "text": "string",
    "bool": "boolean",
    "json": "string",
    "bytes": "byte[]",
    "ints": "long[]",
    "texts": "string[]",
}
"""The import tool's name for each type of column."""

pc: Any = compute

_SIGNED: Any = pa.array([str(value - 256 if value > 127 else value) for value in range(256)])


def cells(column: Column, values: Cells) -> Cells:
    """The column as the importer reads it, null where nothing stands; StoreError for a value that it can't read."""
    whole = _one(values)
    if column.type == "texts":
        flat = pc.list_flatten(whole)
        if pc.any(pc.match_substring(flat, SEPARATOR)).as_py():
            raise StoreError(f"A text in {column.name} holds the unit separator U+001F, which an import can't carry.")
        return _present(pc.binary_join(whole, SEPARATOR))
    if column.type == "ints":
        return _present(pc.binary_join(whole.cast(pa.list_(pa.string())), SEPARATOR))
    if column.type == "bytes":
        return _present(_signed_bytes(whole))
    if column.type == "float" and pc.any(pc.is_inf(whole)).as_py():
        raise StoreError(f"{column.name} holds an infinite number, which an import can't carry.")
    return whole


def empties(table: Table, rows: pa.Table) -> Cells:
    """For each row the columns that are empty but not absent, as the bits of a number; null where none is."""
    codes = np.zeros(rows.num_rows, dtype=np.int64)
    for bit, (name, value) in enumerate(empty_values(table)):
        whole = _one(rows.column(name))
        lengths = pc.binary_length(whole) if isinstance(value, bytes) else pc.list_value_length(whole)
        holds = pc.equal(lengths, len(value))
        if value:
            holds = pc.and_(holds, pc.equal(pc.binary_length(pc.binary_join(whole, "")), 0))
        codes |= np.asarray(pc.fill_null(holds, False)).astype(np.int64) << bit
    return pa.array(codes, mask=codes == 0)


def has_more_lines(data: bytes, rows: int) -> bool:
    """True where rows that were written have texts of several lines, which the importer has to be told of."""
    return data.count(b"\n") != rows or b"\r" in data


def _signed_bytes(values: Cells) -> Cells:
    """Bytes as signed numbers, -128 to 127, in columns: each byte looks its text up."""
    lengths = pc.fill_null(pc.binary_length(values), 0)
    offsets = np.concatenate(([0], np.cumsum(np.asarray(lengths)))).astype(np.int32)
    flat = np.frombuffer(b"".join(values.drop_null().to_pylist()), np.uint8)
    texts = pa.ListArray.from_arrays(pa.array(offsets, pa.int32()), _SIGNED.take(pa.array(flat)))
    return pc.binary_join(texts, SEPARATOR)


def _present(texts: Cells) -> Cells:
    """Null for an empty text, so that its cell is empty and not quoted."""
    return pc.if_else(pc.equal(texts, ""), pa.scalar(None, texts.type), texts)


def _one(values: Cells) -> Cells:
    return values.combine_chunks() if isinstance(values, pa.ChunkedArray) else values
