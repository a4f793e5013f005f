"""Tables whose columns lie compressed until somebody asks for them: what is held long and used now and then."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, TypeAlias

import pyarrow as pa

from spine.normalise.columns import one_array

_SQUEEZED = pa.ipc.IpcWriteOptions(compression=pa.Codec("zstd", 1), use_threads=False)
_FEW, _SAMPLE = 16, 64
"""Where so many rows hold no more different texts than that, each different text is kept once."""
Held: TypeAlias = bytes | Callable[[], bytes]
"""Compressed bytes, or what reads them from where they lie."""


class Pressed:
    """A table in parts, of which each column is compressed by itself: a quarter of its room, for a look at a column.

    It answers what a `pa.Table` would, a column being made whenever it is asked for. `take` only remembers the rows.
    """

    def __init__(self, schema: pa.Schema, rows: int, parts: "list[_Part]", taken: Any = None) -> None:
        self.schema = schema
        self.column_names = list(schema.names)
        self.num_rows = rows if taken is None else len(taken)
        self._rows = rows
        self._parts = parts
        self._taken = taken

    @classmethod
    def of(
        cls, tables: "Iterable[pa.Table]", schema: pa.Schema, keep: Callable[[bytes], Held] | None = None
    ) -> "Pressed":
        """These tables one after the other, all of this schema; `keep` puts their bytes somewhere else."""
        parts = [_Part(table, keep) for table in tables]
        return cls(schema, sum(part.rows for part in parts), parts)

    @classmethod
    def joined(cls, pieces: "Iterable[Pressed]", schema: pa.Schema) -> "Pressed":
        """These one after the other, all of this schema and none of them taken from another."""
        parts = [part for piece in pieces for part in piece._parts]
        return cls(schema, sum(part.rows for part in parts), parts)

    def __len__(self) -> int:
        """How many rows there are."""
        return self.num_rows

    def __getitem__(self, name: str) -> "pa.ChunkedArray[Any]":
        """A column."""
        kind: Any = self.schema.field(name).type
        column = pa.chunked_array([part.column(name, kind) for part in self._parts], kind)
        return column if self._taken is None else pa.chunked_array([one_array(column).take(self._taken)], kind)

    def select(self, names: Sequence[str]) -> pa.Table:
        """A table of some of the columns."""
        columns: list[Any] = [self[name] for name in names]
        return pa.table(columns, schema=pa.schema([self.schema.field(name) for name in names]))

    def pieces(self, names: Sequence[str]) -> Iterator[pa.Table]:
        """The table of some of the columns, some rows after others."""
        if self._taken is not None:
            yield self.select(names)
            return
        kept = pa.schema([self.schema.field(name) for name in names])
        for part in self._parts:
            columns: list[Any] = [part.column(field.name, field.type) for field in kept]
            yield pa.table(columns, schema=kept)

    def whole(self) -> pa.Table:
        """All of it as a table."""
        return self.select(self.column_names)

    def filter(self, mask: Any) -> pa.Table:
        """The rows that are marked, as a table."""
        columns: list[Any] = [self[name].filter(mask) for name in self.column_names]
        return pa.table(columns, schema=self.schema)

    def take(self, positions: Any) -> "Pressed":
        """The rows at these positions, in their order."""
        taken = positions if self._taken is None else self._taken.take(positions)
        return Pressed(self.schema, self._rows, self._parts, taken)

    def followed_by(self, more: pa.Table) -> "Pressed":
        """These rows and more of the same columns after them."""
        if self._taken is not None:
            return Pressed.of([self.whole(), more], self.schema)
        return Pressed(self.schema, self._rows + more.num_rows, [*self._parts, _Part(more)])


Columns: TypeAlias = pa.Table | Pressed
"""A table, or one that is compressed."""


def whole(table: Columns) -> pa.Table:
    """The table itself, all its columns made."""
    return table.whole() if isinstance(table, Pressed) else table


def pieces(table: Columns, names: Sequence[str]) -> Iterator[pa.Table]:
    """Some of the columns of a table, some rows after others where it is compressed."""
    return table.pieces(names) if isinstance(table, Pressed) else iter([table.select(names)])


class _Part:
    """Some rows, column by column."""

    def __init__(self, table: pa.Table, keep: Callable[[bytes], Held] | None = None) -> None:
        self.rows = table.num_rows
        self._columns: dict[str, Held | None] = {}
        for name in table.column_names:
            held = _squeezed(table[name])
            self._columns[name] = held if held is None or keep is None else keep(held)

    def column(self, name: str, kind: Any) -> "pa.Array[Any]":
        """A column of the part."""
        held = self._columns[name]
        if held is None:
            nothing: pa.Array[Any] = pa.nulls(self.rows, kind)
            return nothing
        with pa.ipc.open_stream(held() if callable(held) else held) as stream:
            found: Any = stream.read_next_batch().column(0)
        made: pa.Array[Any] = found.cast(kind) if pa.types.is_dictionary(found.type) else found
        return made


def _squeezed(column: "pa.ChunkedArray[Any]") -> bytes | None:
    """A column as a compressed stream; None where it holds nothing."""
    if column.null_count == len(column):
        return None
    array: Any = one_array(column)
    if pa.types.is_string(array.type) and len(array.slice(0, _SAMPLE).unique()) <= _FEW:
        array = array.dictionary_encode()
    batch = pa.record_batch([array], names=["held"])
    stream = pa.BufferOutputStream()
    with pa.ipc.new_stream(stream, batch.schema, options=_SQUEEZED) as writer:
        writer.write_batch(batch)
    # Its own buffer may be twice as long as what it holds.
    return stream.getvalue().to_pybytes()
