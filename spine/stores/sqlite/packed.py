"""Whole columns out of SQLite without a Python object per value.

A statement answers, for some ten thousand rows at once, each column as one blob: whole numbers as text with commas,
texts end to end with their lengths beside. SQLite makes them without the interpreter, and Arrow takes them as they
are: two to four times as fast as rows. It suits whole numbers, truth values and texts; other columns come as rows.
"""

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import pyarrow as pa

from spine.domain.graph import Table
from spine.ports import arrow_schema
from spine.stores.sqlite.connection import Connection

_PIECE = 50_000
_TYPES = ("int", "bool", "text", "json")


def can_pack(table: Table, names: Sequence[str]) -> bool:
    """True where all these columns can be read so."""
    return all(table.column(name).type in _TYPES for name in (*names, *table.key))


def pieces(connection: Connection, table: Table, names: Sequence[str]) -> Iterator[pa.Table]:
    """The named columns of a table in key order, piece by piece."""
    wanted = list(dict.fromkeys((*names, *table.key)))
    schema = pa.schema([arrow_schema(table.name).field(name) for name in wanted])
    listed = ", ".join(f'"{name}"' for name in wanted)
    key = ", ".join(f'"{name}"' for name in table.key)
    packed = ", ".join(part for name in wanted for part in _packed(table, name))
    after: list[Any] = []
    while True:
        beyond = f"WHERE ({key}) > ({', '.join('?' * len(after))})" if after else ""
        inner = f'SELECT {listed} FROM "{table.name}" {beyond} ORDER BY {key} LIMIT {_PIECE}'
        ((size, *parts),) = connection.run(f"SELECT count(*), {packed} FROM ({inner})", after)
        if size:
            blobs = iter(parts)
            columns = [_column(table, name, size, blobs) for name in wanted]
            piece = pa.Table.from_arrays(columns, schema=schema)
            yield piece.select(list(names))
            after = [piece.column(name)[size - 1].as_py() for name in table.key]
        if size < _PIECE:
            return


def _packed(table: Table, name: str) -> tuple[str, ...]:
    """The SQL of the blobs of one column: values and, per row, the length of a text or -1, or whether it is null."""
    if table.column(name).type in ("text", "json"):
        length = f'coalesce(length(CAST("{name}" AS BLOB)), -1)'
        return f"CAST(group_concat(\"{name}\", '') AS BLOB)", f"CAST(group_concat({length}) AS BLOB)"
    values = f'CAST(group_concat(coalesce("{name}", 0)) AS BLOB)'
    return (values,) if name in table.key else (values, f"CAST(group_concat(\"{name}\" IS NULL, '') AS BLOB)")


def _column(table: Table, name: str, size: int, blobs: Iterator[bytes | None]) -> "pa.Array[Any]":
    """One column of so many rows, from its blobs."""
    kind = table.column(name).type
    if kind in ("text", "json"):
        data, lengths = next(blobs) or b"", _numbers(next(blobs))
        offsets = np.zeros(size + 1, np.int32)
        np.cumsum(np.maximum(lengths, 0), out=offsets[1:])
        known = np.packbits(lengths >= 0, bitorder="little").tobytes()
        return pa.Array.from_buffers(
            pa.string(), size, [pa.py_buffer(known), pa.py_buffer(offsets.tobytes()), pa.py_buffer(data)]
        )
    numbers = _numbers(next(blobs))
    missing = None if name in table.key else np.frombuffer(next(blobs) or b"", np.uint8) == ord("1")
    column: pa.Array[Any] = pa.array(numbers != 0 if kind == "bool" else numbers, mask=missing)
    return column


def _numbers(blob: bytes | None) -> "np.ndarray[Any, np.dtype[np.int64]]":
    return np.fromstring(blob or b"", dtype=np.int64, sep=",")
