"""Whole columns out of SQLite without a Python object per value.

A statement answers, for some ten thousand rows at once, each column as one blob: numbers as text with commas, texts and
bytes end to end with their lengths beside, lists of numbers as one with their sizes beside. SQLite makes them without
the interpreter, and Arrow takes them as they are: two to four times as fast as rows. Lists of texts come as rows.
"""

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing
from functools import cache
from typing import Any

import numpy as np
import pyarrow as pa

from spine.domain.graph import Table
from spine.ports import arrow_schema
from spine.stores.sqlite.connection import Connection, TooLong

_PIECE = 50_000
_TYPES = ("int", "bool", "text", "json", "bytes", "ints")
_LONG = ("text", "json", "bytes")
_DIGITS = "%!.20g"
"""More digits than tell two numbers apart, so that what SQLite rounds in the last ones does not matter."""


def can_pack(table: Table, names: Sequence[str]) -> bool:
    """True where all these columns can be read so."""
    types = {table.column(name).type for name in (*names, *table.key)}
    return types.issubset({*_TYPES, "float"}) and ("float" not in types or _exact())


def pieces(connection: Connection, table: Table, names: Sequence[str]) -> Iterator[pa.Table]:
    """The named columns of a table in key order, piece by piece; what holds more text than one value may, in smaller
    pieces."""
    wanted = list(dict.fromkeys((*names, *table.key)))
    schema = pa.schema([arrow_schema(table.name).field(name) for name in wanted])
    listed = ", ".join(f'"{name}"' for name in wanted)
    key = ", ".join(f'"{name}"' for name in table.key)
    packed = ", ".join(part for name in wanted for part in _packed(table, name))
    after: list[Any] = []
    most = _PIECE
    while True:
        beyond = f"WHERE ({key}) > ({', '.join('?' * len(after))})" if after else ""
        inner = f'SELECT {listed} FROM "{table.name}" {beyond} ORDER BY {key} LIMIT {most}'
        try:
            ((size, *parts),) = connection.run(f"SELECT count(*), {packed} FROM ({inner})", after)
        except TooLong:
            if most == 1:
                raise
            most = (most + 1) // 2
            continue
        if size:
            blobs = iter(parts)
            columns = [_column(table, name, size, blobs) for name in wanted]
            piece = pa.Table.from_arrays(columns, schema=schema)
            yield piece.select(list(names))
            after = [piece.column(name)[size - 1].as_py() for name in table.key]
        if size < most:
            return
        most = min(2 * most, _PIECE)


def _packed(table: Table, name: str) -> tuple[str, ...]:
    """The SQL of the blobs of one column: values and, per row, the length of a text or -1, or whether it is null."""
    kind = table.column(name).type
    if kind in _LONG:
        length = f'coalesce(length(CAST("{name}" AS BLOB)), -1)'
        return f"CAST(group_concat(\"{name}\", '') AS BLOB)", f"CAST(group_concat({length}) AS BLOB)"
    if kind == "ints":
        # Lists are kept as JSON; an empty one adds nothing but a comma.
        inside, size = (
            f'nullif(substr("{name}", 2, length("{name}") - 2), \'\')',
            f'coalesce(json_array_length("{name}"), -1)',
        )
        return f"CAST(group_concat({inside}) AS BLOB)", f"CAST(group_concat({size}) AS BLOB)"
    known = f"format('{_DIGITS}', coalesce(\"{name}\", 0.0))" if kind == "float" else f'coalesce("{name}", 0)'
    values = f"CAST(group_concat({known}) AS BLOB)"
    return (values,) if name in table.key else (values, f"CAST(group_concat(\"{name}\" IS NULL, '') AS BLOB)")


def _column(table: Table, name: str, size: int, blobs: Iterator[bytes | None]) -> "pa.Array[Any]":
    """One column of so many rows, from its blobs."""
    kind = table.column(name).type
    if kind in _LONG:
        data, lengths = next(blobs) or b"", _numbers(next(blobs))
        offsets, known = _laid(lengths)
        return pa.Array.from_buffers(
            pa.binary() if kind == "bytes" else pa.string(), size, [known, pa.py_buffer(offsets), pa.py_buffer(data)]
        )
    if kind == "ints":
        items, lengths = pa.array(_numbers(next(blobs))), _numbers(next(blobs))
        offsets, known = _laid(lengths)
        return pa.Array.from_buffers(pa.list_(pa.int64()), size, [known, pa.py_buffer(offsets)], children=[items])
    numbers: Any = _floats(next(blobs)) if kind == "float" else _numbers(next(blobs))
    missing = None if name in table.key else np.frombuffer(next(blobs) or b"", np.uint8) == ord("1")
    column: pa.Array[Any] = pa.array(numbers != 0 if kind == "bool" else numbers, mask=missing)
    return column


def _laid(lengths: "np.ndarray[Any, np.dtype[np.int64]]") -> tuple[Any, Any]:
    """Arrow's offsets of values of these lengths end to end, and which of them are known (-1 where not)."""
    offsets = np.zeros(len(lengths) + 1, np.int32)
    np.cumsum(np.maximum(lengths, 0), out=offsets[1:])
    return offsets, pa.py_buffer(np.packbits(lengths >= 0, bitorder="little").tobytes())


def _numbers(blob: bytes | None) -> "np.ndarray[Any, np.dtype[np.int64]]":
    return np.fromstring(blob or b"", dtype=np.int64, sep=",")


def _floats(blob: bytes | None) -> "np.ndarray[Any, np.dtype[np.float64]]":
    return np.fromstring(blob or b"", dtype=np.float64, sep=",")


@cache
def _exact() -> bool:
    """True where this SQLite writes numbers so exactly that all come back; some of the older ones do not."""
    awkward = np.array([0.1, 1 / 3, 5e-324, 2.2250738585072014e-308, 1.7976931348623157e308, 9007199254740993.0, 1e23])
    tried = np.concatenate(
        [awkward, np.nextafter(awkward, 1), (np.arange(1.0, 2000.0) / 7) ** 31, np.sqrt(np.arange(2000.0))]
    )
    with closing(sqlite3.connect(":memory:")) as connection:
        texts = [
            connection.execute(f"SELECT format('{_DIGITS}', ?)", (value,)).fetchone()[0] for value in tried.tolist()
        ]
    exact: bool = [float(text) for text in texts] == tried.tolist()
    return exact
