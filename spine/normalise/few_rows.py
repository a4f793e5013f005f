"""Tables of few rows that lie as Python values: a column is made when somebody asks for it."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import pyarrow as pa

from spine.normalise.pressed import Columns, Pressed


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


def listed(table: Columns, name: str) -> list[Any]:
    """The values of a column of a table."""
    return table.listed(name) if isinstance(table, FewRows) else table[name].to_pylist()
