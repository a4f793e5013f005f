"""Tables of few rows that lie as Python values: a column is made when somebody asks for it."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import pyarrow as pa

from spine.domain.graph import ColumnType, Table
from spine.normalise.pressed import Columns, Pressed

MANY = 200
"""More rows are written as columns."""
_TYPES: dict[ColumnType, type] = {"float": float, "text": str, "json": str, "bool": bool, "bytes": bytes}
_MOST = 1 << 63
_ABSENT = object()


class FewRows(Pressed):
    """Some rows by name and value, answering what a `pa.Table` would; what a row lacks is null.

    A change looks at a few columns of a few records: to make all of them, and to cut them again, took longer.
    """

    def __init__(self, schema: pa.Schema, rows: Sequence[Mapping[str, Any]]) -> None:
        super().__init__(schema, len(rows), [])
        self._cells = rows
        self._made: dict[str, pa.ChunkedArray[Any]] = {}

    def __getitem__(self, name: str) -> "pa.ChunkedArray[Any]":
        """A column."""
        if name not in self._made:
            kind: Any = self.schema.field(name).type
            self._made[name] = pa.chunked_array([pa.array(self.listed(name), kind)], kind)
        return self._made[name]

    def column(self, at: int | str) -> "pa.ChunkedArray[Any]":
        """A column by its place or name."""
        return self[at if isinstance(at, str) else self.column_names[at]]

    def listed(self, name: str) -> list[Any]:
        """The values of a column."""
        return [row.get(name) for row in self._cells]

    def pieces(self, names: Sequence[str]) -> Iterator[pa.Table]:
        """The table of some of the columns, in one piece."""
        yield self.select(names)

    def take(self, positions: Any) -> "FewRows":
        """The rows at these positions, in their order."""
        return FewRows(self.schema, [self._cells[place] for place in positions.to_pylist()])

    def followed_by(self, more: pa.Table) -> "FewRows":
        """These rows and more of the same columns after them."""
        return FewRows(self.schema, [*self._cells, *more.to_pylist()])


class PlainRows(FewRows):
    """Rows of a table of the graph as a store takes them: every column, values of the very types that the table
    declares, in key order, each key once. Nobody may change them."""

    def __init__(self, schema: pa.Schema, rows: Sequence[dict[str, Any]]) -> None:
        super().__init__(schema, rows)
        self.rows = rows


def plain_rows(table: Table, schema: pa.Schema, rows: Sequence[dict[str, Any]]) -> PlainRows | None:
    """These rows as a store takes them, of one key the last; None where they are many, or not as the table declares."""
    names, kinds = table.names, [column.type for column in table.columns]
    if len(rows) > MANY:
        return None
    by_key: dict[tuple[Any, ...], dict[str, Any]] = {}
    for row in rows:
        if len(row) != len(names):
            return None
        values = [row.get(name, _ABSENT) for name in names]
        if not all(map(_is_plain, values, kinds)):
            return None
        key = tuple(row[name] for name in table.key)
        if None in key:
            return None
        by_key[key] = dict(zip(names, values, strict=True))
    return PlainRows(schema, [by_key[key] for key in sorted(by_key)])


def _is_plain(value: Any, kind: ColumnType) -> bool:
    """Whether a value is of the very type of a column: no number of numpy, and none that a column can't hold."""
    if value is None:
        return True
    if kind == "int":
        return type(value) is int and -_MOST <= value < _MOST
    if kind == "ints":
        return type(value) is list and all(_is_plain(one, "int") and one is not None for one in value)
    if kind == "texts":
        return type(value) is list and all(type(one) is str for one in value)
    return type(value) is _TYPES[kind] and value == value


def listed(table: Columns, name: str) -> list[Any]:
    """The values of a column of a table."""
    return table.listed(name) if isinstance(table, FewRows) else table[name].to_pylist()
