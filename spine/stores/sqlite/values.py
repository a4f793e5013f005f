"""Arrow columns as SQLite values and back: lists as JSON text, truth values as 0 and 1."""

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import lru_cache
from typing import Any

import numpy as np
import pyarrow as pa

from spine.domain.graph import ColumnType, Table
from spine.normalise.columns import compute, one_array
from spine.normalise.few_rows import PlainRows
from spine.ports import Row, arrow_schema
from spine.stores.shape import known

_LISTS = ("ints", "texts")
_FEW = 200
"""Up to so many lists are written one by one."""
_CHUNK = 20_000
"""Keys that go into one statement as a JSON document."""


def to_sqlite(rows: pa.Table) -> Iterable[tuple[Any, ...]]:
    """The rows as tuples of SQLite values, in the order of the columns."""
    return zip(*(_written(column) for column in rows.columns), strict=True)


def plain_to_sqlite(table: Table, rows: PlainRows) -> list[tuple[Any, ...]]:
    """The same of a few rows that no column was made of."""
    lists = [column.name for column in table.columns if column.type in _LISTS]
    if not lists:
        return [tuple(row.values()) for row in rows.rows]
    return [
        tuple(
            json.dumps(value, ensure_ascii=False, separators=(",", ":")) if type(value) is list else value
            for value in row.values()
        )
        for row in rows.rows
    ]


def from_sqlite(table: Table, names: Sequence[str], rows: list[tuple[Any, ...]]) -> pa.Table:
    """Tuples of SQLite values as a table in the schema of the named columns."""
    schema = pa.schema([arrow_schema(table.name).field(name) for name in names])
    if not rows:
        return schema.empty_table()
    arrays = [
        pa.array(_read_column(values, table.column(name).type), schema.field(name).type)
        for name, values in zip(names, zip(*rows, strict=True), strict=True)
    ]
    return pa.Table.from_arrays(arrays, schema=schema)


def to_rows(table: Table, names: Sequence[str], rows: list[tuple[Any, ...]]) -> list[Row]:
    """Tuples of SQLite values of the named columns as rows."""
    out = _maker(tuple(names))(rows) if rows else []
    special = _unlike_sqlite(table.name, tuple(names)) if rows else ()
    for row in out if special else ():
        for name, kind in special:
            value = row[name]
            if value is not None:
                row[name] = bool(value) if kind == "bool" else json.loads(value)
    return out


@lru_cache(maxsize=1024)
def _maker(names: tuple[str, ...]) -> Callable[[list[tuple[Any, ...]]], list[Row]]:
    """What makes rows of tuples with these columns: a dictionary whose names are written out takes a third of the time
    of one that is zipped, and a change of a thousand records reads a hundred thousand rows."""
    places = [f"value{at}" for at in range(len(names))]
    shown = ", ".join(f"{name!r}: {place}" for name, place in zip(names, places, strict=True))
    made: Callable[[list[tuple[Any, ...]]], list[Row]] = eval(  # names that the graph declares
        f"lambda rows: [{{{shown}}} for {', '.join(places)}, in rows]"
    )
    return made


@lru_cache(maxsize=1024)
def _unlike_sqlite(table: str, names: tuple[str, ...]) -> tuple[tuple[str, ColumnType], ...]:
    """The named columns that SQLite holds as something else than they are, with what they are."""
    special = ("bool", *_LISTS)
    return tuple((one.name, one.type) for one in known(table).columns if one.type in special and one.name in names)


def key_documents(values: list[Any]) -> Iterator[str]:
    """Keys as JSON documents, of which each goes into one statement."""
    for start in range(0, len(values), _CHUNK):
        yield json.dumps(values[start : start + _CHUNK])


def _written(column: "pa.ChunkedArray[Any]") -> list[Any]:
    if pa.types.is_list(column.type) and len(column) <= _FEW:
        return [
            None if items is None else json.dumps(items, ensure_ascii=False, separators=(",", ":"))
            for items in column.to_pylist()
        ]
    if pa.types.is_list(column.type):
        texts: list[Any] = documents(one_array(column)).to_pylist()
        return texts
    if pa.types.is_integer(column.type) and not column.null_count:
        # Several times faster than to_pylist.
        numbers: list[Any] = column.to_numpy().tolist()
        return numbers
    return column.to_pylist()


def documents(lists: Any) -> Any:
    """A column of lists as JSON texts, each different item written once."""
    items = compute.list_flatten(lists)
    if pa.types.is_string(items.type):
        coded = items.dictionary_encode()
        written = [json.dumps(value, ensure_ascii=False) for value in coded.dictionary.to_pylist()]
        items = pa.array(written, pa.string()).take(coded.indices)
    sizes = compute.fill_null(compute.list_value_length(lists), 0).to_numpy()
    ends = pa.array(np.concatenate(([0], np.cumsum(sizes))), pa.int32())
    joined = compute.binary_join(pa.ListArray.from_arrays(ends, items.cast(pa.string())), ",")
    return compute.if_else(
        compute.is_valid(lists), compute.binary_join_element_wise("[", joined, "]", ""), pa.scalar(None, pa.string())
    )


def _read_column(values: Sequence[Any], kind: ColumnType) -> Sequence[Any]:
    if kind == "bool":
        return [None if value is None else value != 0 for value in values]
    if kind in _LISTS:
        # One document is parsed much faster than a million.
        parsed: list[Any] = json.loads(f"[{','.join('null' if value is None else value for value in values)}]")
        return parsed
    return values
