"""Arrow columns as the cells of CSV files that Neo4j's import tool reads, and what such cells can't say.

The tool takes an empty cell for an absent value, and an empty list or text of bytes for absent too. Which list or bytes
columns of a row are there but empty stands in a property of its own, `EMPTIES`; the store gives them their values when
it first opens the database.
"""

from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as compute

from spine.domain.graph import Column, ColumnType, Table
from spine.errors import StoreError
from spine.stores.neo4j_bolt.patterns import ONE_EMPTY_TEXT

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


def empties(table: Table, rows: pa.Table) -> Cells | None:
    """For each row the columns that are empty but not absent, as a list cell; None where there are none at all."""
    found: list[tuple[str, Any]] = []
    for column in table.columns:
        if column.type not in ("texts", "ints", "bytes"):
            continue
        whole = _one(rows.column(column.name))
        lengths = pc.binary_length(whole) if column.type == "bytes" else pc.list_value_length(whole)
        found.append((column.name, pc.equal(lengths, 0)))
        if column.type == "texts":
            without = pc.equal(pc.binary_length(pc.binary_join(whole, "")), 0)
            found.append((ONE_EMPTY_TEXT + column.name, pc.and_(pc.equal(lengths, 1), without)))
    # Few different sets of columns occur: each row is a number that stands for its set.
    codes = np.zeros(rows.num_rows, dtype=np.int64)
    for bit, (_, holds) in enumerate(found):
        codes |= np.asarray(pc.fill_null(holds, False)).astype(np.int64) << bit
    if not codes.any():
        return None
    different, place = np.unique(codes, return_inverse=True)
    names = [SEPARATOR.join(name for bit, (name, _) in enumerate(found) if code >> bit & 1) for code in different]
    return pc.take(pa.array([name or None for name in names], pa.string()), pa.array(place))


def multiline(array: Cells) -> bool:
    """True where a text has more than one line, which the importer has to be told of."""
    if not pa.types.is_string(array.type):
        return False
    return any(bool(pc.any(pc.match_substring(array, end)).as_py()) for end in "\r\n")


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
