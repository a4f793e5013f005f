"""The rows of some keys of a table brought from what they are to what they should be, by writing only what differs."""

from collections.abc import Iterable
from operator import itemgetter

import pyarrow as pa

from spine.domain.graph import GRAPH
from spine.normalise.few_rows import plain_rows
from spine.normalise.pressed import Columns
from spine.ports import Difference, Differences, Row, Writer, arrow_schema


def as_rows(table: str, rows: list[Row]) -> Columns:
    """Rows of a table of the graph as a writer takes them."""
    schema = arrow_schema(table)
    plain = plain_rows(GRAPH[table], schema, rows)
    return pa.Table.from_pylist(rows, schema=schema) if plain is None else plain


class Differing:
    """Writes differences inside a writer's transaction and counts them per table in `written`."""

    def __init__(self, writer: Writer, written: Differences | None = None) -> None:
        self.written = Differences() if written is None else written
        self._writer = writer

    def put(self, table: str, rows: list[Row], held: Iterable[Row] = ()) -> None:
        """Insert or replace rows; equal ones are not written, those of `held` that are known to be there not even
        given to the store."""
        key = itemgetter(*GRAPH[table].key)
        known = {key(row): row for row in held}
        changed = [row for row in rows if known.get(key(row)) != row] if known else rows
        if changed:
            self._count(table, self._writer.put(table, as_rows(table, changed)))

    def delete(self, table: str, keys: Iterable[tuple[int | str, ...]]) -> None:
        """Remove the rows with these keys."""
        names = GRAPH[table].key
        schema = pa.schema([arrow_schema(table).field(name) for name in names])
        rows = [dict(zip(names, key, strict=True)) for key in sorted(keys)]
        if rows:
            self._count(table, self._writer.delete(table, pa.Table.from_pylist(rows, schema=schema)))

    def replace(self, table: str, before: Iterable[Row], after: pa.Table | list[Row]) -> None:
        """Make what stood in `before` (rows with at least their keys) be what stands in `after`."""
        rows = after if isinstance(after, list) else after.to_pylist()
        held = list(before)
        key = itemgetter(*GRAPH[table].key)
        kept = set(map(key, rows))
        gone = [row for row in held if key(row) not in kept]
        self.delete(table, {tuple(row[name] for name in GRAPH[table].key) for row in gone})
        self.put(table, rows, held)

    def become(self, table: str, rows: pa.Table) -> None:
        """Make the whole table hold these rows, which are ordered by key."""
        self._count(table, self._writer.replace(table, rows))

    def _count(self, table: str, more: Difference) -> None:
        self.written.add(table, more)
