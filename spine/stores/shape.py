"""Rows as the schema wants them: typed, with every column, each key once, in key order."""

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from spine.domain.graph import GRAPH, Table
from spine.errors import QueryError, StoreError
from spine.ports import Row, arrow_schema

_RUNS = 8
"""Up to so many runs of rows in key order are put together as they are asked for."""


def known(name: str) -> Table:
    """The table of that name; QueryError where there is none."""
    table = GRAPH.get(name)
    if table is None:
        raise QueryError(f"There is no table {name!r}.", remedy=f"The tables are {', '.join(GRAPH)}.")
    return table


def known_columns(table: Table, columns: Sequence[str]) -> tuple[str, ...]:
    """The named columns, or all of them where none is named; QueryError for a name that the table lacks."""
    for name in columns:
        if name not in table.names:
            raise QueryError(
                f"Table {table.name} has no column {name!r}.", remedy=f"Its columns are {', '.join(table.names)}."
            )
    return tuple(columns) or table.names


def indexed(table: Table, column: str) -> None:
    """QueryError unless the column can be looked up with `Reader.get`."""
    known_columns(table, [column])
    if not table.column(column).indexed:
        names = ", ".join(each.name for each in table.columns if each.indexed)
        raise QueryError(f"{table.name}.{column} has no index.", remedy=f"Look up by {names}, or use select.")


def edges_of(table: Table) -> list[tuple[Table, str]]:
    """The edge tables that touch a node table, each with the column that holds the node's id."""
    if table.is_edge:
        return []
    ends = [(edge, column) for edge in GRAPH.values() if edge.is_edge for column in ("start", "end")]
    return [(edge, column) for edge, column in ends if getattr(edge, column) == table.name]


def ends_of(table: Table) -> list[tuple[str, Table]]:
    """The end columns of an edge table, each with the node table that it points into; none for a node table."""
    return [("start", GRAPH[table.start]), ("end", GRAPH[table.end])] if table.is_edge else []


def key_of(table: Table, row: Row) -> tuple[Any, ...]:
    """The key of a row."""
    return tuple(row[name] for name in table.key)


def aligned(table: Table, rows: pa.Table) -> pa.Table:
    """The rows in the table's own schema, sorted by key, each key once with its last row.

    A column that is not given is null. StoreError for a column that the table lacks, a value of another type, a key
    without a value, or a list that holds a null.
    """
    unknown = [name for name in rows.column_names if name not in table.names]
    if unknown:
        raise StoreError(f"Table {table.name} has no column {unknown[0]!r}.")
    schema = arrow_schema(table.name)
    given = rows.column_names
    whole = pa.table([_column(table, rows, field, given) for field in schema], schema=schema)
    return _last_of_each_key(whole, table.key)


def aligned_pieces(table: Table, rows: pa.Table, size: int) -> Iterator[pa.Table]:
    """What `aligned` answers, about `size` rows at a time; rows that stand in order here and there are not copied."""
    runs = _runs(table, rows) if rows.num_rows > size else None
    if runs is None:
        whole = aligned(table, rows)
        yield from (whole.slice(start, size) for start in range(0, max(whole.num_rows, 1), size))
        return
    first = [run.column(table.key[0]).to_numpy() for run in runs]
    at = [0] * len(runs)
    while any(begin < len(keys) for begin, keys in zip(at, first, strict=True)):
        bounds = [keys[begin + size] for begin, keys in zip(at, first, strict=True) if begin + size < len(keys)]
        ends = [int(np.searchsorted(keys, min(bounds))) if bounds else len(keys) for keys in first]
        if ends == at:
            # So many rows have one first key that they are a piece by themselves.
            ends = [int(np.searchsorted(keys, min(bounds), "right")) for keys in first]
        parts = zip(runs, at, ends, strict=True)
        yield aligned(table, pa.concat_tables([run.slice(begin, end - begin) for run, begin, end in parts]))
        at = ends


def _runs(table: Table, rows: pa.Table) -> list[pa.Table] | None:
    """The rows as a few tables that each stand in key order; None where they do not, or keys are no whole numbers."""
    if not all(name in rows.column_names for name in table.key) or rows.column(table.key[0]).null_count:
        return None
    if not pa.types.is_integer(rows.column(table.key[0]).type):
        return None
    runs: list[list[pa.RecordBatch]] = []
    last: tuple[Any, ...] = ()
    for batch in rows.to_batches():
        keys = pa.Table.from_batches([batch.select(list(table.key))])
        if not batch.num_rows or (batch.num_rows > 1 and not _ascending(keys, table.key)):
            return None
        begin, end = (key_of(table, keys.slice(place, 1).to_pylist()[0]) for place in (0, batch.num_rows - 1))
        if not runs or None in (*begin, *end) or begin <= last:
            runs.append([])
        runs[-1].append(batch)
        last = end
    return [pa.Table.from_batches(run) for run in runs] if len(runs) <= _RUNS else None


def keys_only(table: Table, rows: pa.Table) -> pa.Table:
    """The key columns of the rows, sorted, each key once; StoreError where one is missing."""
    fields = [arrow_schema(table.name).field(name) for name in table.key]
    columns = [_column(table, rows, field, rows.column_names) for field in fields]
    return _last_of_each_key(pa.table(columns, schema=pa.schema(fields)), table.key)


def in_key_order(table: Table, rows: pa.Table) -> pa.Table:
    """Rows with different keys, sorted by them."""
    if rows.num_rows < 2 or _ascending(rows, table.key):
        return rows
    return rows.take(pc.sort_indices(rows, sort_keys=[(name, "ascending") for name in table.key]))


def _column(table: Table, rows: pa.Table, field: "pa.Field[Any]", given: list[str]) -> "pa.ChunkedArray[Any]":
    name = field.name
    if name not in given:
        if name in table.key:
            raise StoreError(f"Rows for {table.name} lack the key column {name}.")
        return pa.chunked_array([pa.nulls(rows.num_rows, field.type)], field.type)
    column = rows.column(name)
    if column.type != field.type:
        try:
            column = column.cast(field.type)
        except (pa.ArrowInvalid, pa.ArrowNotImplementedError) as error:
            raise StoreError(f"{table.name}.{name} holds {column.type}, not {field.type}: {error}") from error
    if name in table.key and column.null_count:
        raise StoreError(f"{table.name}.{name} is a key and may not be null.")
    if pa.types.is_list(field.type) and pc.list_flatten(column).null_count:
        raise StoreError(f"{table.name}.{name} holds a list with a null in it.")
    if pa.types.is_floating(field.type):
        # No store can be asked for a NaN, and SQLite keeps none: it is an absent number everywhere.
        column = pc.if_else(pc.is_nan(column), pa.scalar(None, field.type), column)
    return column


def _last_of_each_key(rows: pa.Table, key: tuple[str, ...]) -> pa.Table:
    if rows.num_rows < 2 or _ascending(rows, key):
        return rows
    order = pc.sort_indices(rows.select(list(key)), sort_keys=[(name, "ascending") for name in key])
    positions = np.asarray(order)
    differs = np.zeros(len(positions) - 1, dtype=bool)
    for name in key:
        values = rows.column(name).take(order)
        differs |= np.asarray(pc.not_equal(values.slice(1), values.slice(0, len(values) - 1)))
    # Rows of one key stand together in no promised order: the greatest position among them came last.
    starts = np.flatnonzero(np.concatenate(([True], differs)))
    return rows.take(np.maximum.reduceat(positions, starts).astype(np.int64))


def _ascending(rows: pa.Table, key: tuple[str, ...]) -> bool:
    """True where the keys already rise strictly: the usual case for bulk loads, and much cheaper than sorting."""
    settled = np.zeros(rows.num_rows - 1, dtype=bool)
    for name in key:
        values = rows.column(name)
        left, right = values.slice(0, len(values) - 1), values.slice(1)
        if bool(np.any(~settled & np.asarray(pc.greater(left, right)))):
            return False
        settled |= np.asarray(pc.less(left, right))
    return bool(settled.all())
