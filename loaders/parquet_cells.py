"""Parquet as cells: every column as text; structs by dotted path, lists joined by `;`."""

from collections.abc import Iterator, Sequence
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from loaders.rows_apart import apart_cells, whole_rows
from loaders.sql import clean, sparse_object, text
from loaders.streams import Stream
from spine.errors import FileError
from spine.ports import Reject

LIST_SEPARATOR = ";"


class ParquetCells:
    """A Parquet file; `sparse` leaves empty cells out of `raw`."""

    def __init__(self, stream: Stream, sparse: bool = False) -> None:
        self._sparse = sparse
        self.name = str(stream.path)
        try:
            schema = pq.read_schema(stream.path)
        except (pa.ArrowInvalid, OSError) as error:
            raise FileError(f"{self.name}: is not a whole Parquet file: {error}.", remedy="Fetch it again.") from error
        self._top = schema.names
        self._types = dict(_leaves("", "", schema))
        self.columns: Sequence[str] = list(self._types)

    def has(self, connection: duckdb.DuckDBPyConnection, column: str) -> bool:
        """Whether the schema has this column."""
        return column in self._types

    def relation(self, wanted: Sequence[str], apart: bool = False) -> str:
        """See `Cells.relation`: a row of nothing but texts comes apart."""
        cells = ", ".join(f"{clean(self._cell(name))} AS v{n}" for n, name in enumerate(wanted))
        whole = ", ".join(f"{text(name)}, {_quoted(name)}" for name in self._top)
        raw = f"json_object({whole})::VARCHAR"
        if apart and all(pa.types.is_string(kind) for _, kind in self._types.values()):
            raw = apart_cells([_quoted(name) for name in self._top])
        elif self._sparse:
            raw = sparse_object({name: _quoted(name) for name in self._top})
        return (
            f"SELECT row_number() OVER () AS n, {raw} AS raw, NULL::VARCHAR AS problem"
            f"{', ' if cells else ''}{cells} FROM read_parquet({text(self.name)}, binary_as_string = true)"
        )

    def whole(self, raw: Any) -> Any:
        """See `Cells.whole`."""
        return whole_rows(raw, self._top, self._sparse)

    def _cell(self, name: str) -> str:
        path, kind = self._types[name]
        if pa.types.is_floating(kind):
            return (
                f"CASE WHEN {path} = trunc({path}) THEN try_cast({path} AS HUGEINT)::VARCHAR ELSE {path}::VARCHAR END"
            )
        if pa.types.is_list(kind) or pa.types.is_large_list(kind):
            return f"array_to_string({path}::VARCHAR[], {text(LIST_SEPARATOR)})"
        return f"{path}::VARCHAR"

    def line(self, n: int) -> int:
        """The row's number."""
        return n

    def rejects(self, connection: duckdb.DuckDBPyConnection) -> Iterator[Reject]:
        """None: Parquet has no bad rows."""
        return iter(())

    def close(self) -> None:
        """Nothing to remove."""


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _leaves(
    prefix: str, path: str, fields: "pa.Schema | pa.StructType"
) -> Iterator[tuple[str, tuple[str, pa.DataType]]]:
    """Dotted name, SQL path and type of each column, those inside of structs included."""
    for position in range(len(fields)):
        field = fields.field(position)
        name, inner = prefix + field.name, path + _quoted(field.name)
        if pa.types.is_struct(field.type):
            yield from _leaves(f"{name}.", f"{inner}.", field.type)
        else:
            yield name, (inner, field.type)
