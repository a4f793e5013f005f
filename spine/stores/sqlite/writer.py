"""Writing the graph to the SQLite connection that holds the write lock."""

import json
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

import pyarrow as pa

from spine.access.context import Context
from spine.domain.graph import Table
from spine.ports import Cause, Clock, Difference
from spine.stores.shape import edges_of, ends_of
from spine.stores.sqlite import schema
from spine.stores.sqlite.connection import Connection
from spine.stores.sqlite.reader import SqliteReader
from spine.stores.sqlite.values import to_sqlite
from spine.stores.transaction import LOG, RECORD, Transaction, missing_end

_FEW = 200
"""Up to so many rows are looked up one by one; above, counting the table twice is cheaper."""

_BULK = 20_000
"""A load of at least so many rows into an empty table builds the indexes after the rows."""

_CHUNK = 20_000
"""Keys that go into one statement as a JSON document."""


class SqliteWriter(SqliteReader, Transaction):
    """The one writer of a file, inside its transaction."""

    def __init__(self, connection: Connection, context: Context, cause: Cause, clock: Clock) -> None:
        SqliteReader.__init__(self, connection)
        last, highest = connection.run(
            "SELECT coalesce((SELECT max(id) FROM log), 0), "
            "coalesce((SELECT value FROM meta WHERE name = 'highest'), 0)"
        )[0]
        Transaction.__init__(self, context, cause, clock, last, highest)
        self._highest_before = highest

    def finish(self) -> bool:
        """Write the log entry; False where nothing was changed, so that there is nothing to commit."""
        entry = self.entry()
        if entry is None:
            return False
        self._merge(LOG, entry)
        if self.highest != self._highest_before:
            self._connection.change("INSERT OR REPLACE INTO meta (name, value) VALUES ('highest', ?)", [self.highest])
        return True

    def _numbers(self, keys: list[str]) -> dict[str, int]:
        if not self._any(RECORD):
            return {}
        found: dict[str, int] = {}
        for chunk in _chunks(keys):
            found |= dict(
                self._connection.run(
                    "SELECT key, id FROM record WHERE key IN (SELECT value FROM json_each(?))", [chunk]
                )
            )
        return found

    def _merge(self, table: Table, rows: pa.Table) -> Difference:
        self._check_ends(table, rows)
        if rows.num_rows >= _BULK and not self._any(table):
            return self._load(table, rows)
        if rows.num_rows <= _FEW:
            known = sum(bool(self._connection.run(_exists(table), key)) for key in _keys(table, rows))
            written = self._connection.change_many(_upsert(table), to_sqlite(rows))
            added = rows.num_rows - known
        else:
            before = self.count(table.name)
            with self._searched_after(table, rows):
                written = self._connection.change_many(_upsert(table), to_sqlite(rows))
            added = self.count(table.name) - before
        return Difference(added, written - added)

    @contextmanager
    def _searched_after(self, table: Table, rows: pa.Table) -> Iterator[None]:
        """Records become searchable all at once after the write: a trigger flushes the index once per row."""
        if table is not RECORD:
            yield
            return
        chunks = list(_chunks(rows.column("id").to_pylist()))
        schema.drop_triggers(self._connection)
        for chunk in chunks:
            self._connection.run(schema.EMPTY_SEARCH_OF, [chunk])
        yield
        for chunk in chunks:
            self._connection.run(schema.FILL_SEARCH_OF, [chunk])
        schema.create_triggers(self._connection)

    def _load(self, table: Table, rows: pa.Table) -> Difference:
        schema.drop_indexes(self._connection, table)
        if table is RECORD:
            schema.drop_triggers(self._connection)
        self._connection.change_many(_insert(table), to_sqlite(rows))
        schema.create_indexes(self._connection, table)
        if table is RECORD:
            self._connection.run(schema.FILL_SEARCH)
            schema.create_triggers(self._connection)
        return Difference(rows.num_rows)

    def _check_ends(self, table: Table, rows: pa.Table) -> None:
        for column, node in ends_of(table):
            held = f'SELECT 1 FROM "{node.name}" WHERE id = each.value'
            missing = f"SELECT each.value FROM json_each(?) AS each WHERE NOT EXISTS ({held})"
            for chunk in _chunks(rows.column(column).unique().to_pylist()):
                for (identity,) in self._connection.run(f"{missing} LIMIT 1", [chunk]):
                    raise missing_end(table, column, identity)

    def _remove(self, table: Table, keys: pa.Table) -> dict[str, int]:
        if table.is_edge:
            return {table.name: self._connection.change_many(f"{_delete(table)} {_by_key(table)}", _keys(table, keys))}
        removed = {table.name: 0}
        for chunk in _chunks(keys.column("id").to_pylist()):
            for edge, column in edges_of(table):
                number = self._connection.change(
                    f'{_delete(edge)} WHERE "{column}" IN (SELECT value FROM json_each(?))', [chunk]
                )
                removed[edge.name] = removed.get(edge.name, 0) + number
            removed[table.name] += self._connection.change(
                f"{_delete(table)} WHERE id IN (SELECT value FROM json_each(?))", [chunk]
            )
        return removed

    def _any(self, table: Table) -> bool:
        return bool(self._connection.run(f'SELECT 1 FROM "{table.name}" LIMIT 1'))


def _chunks(values: list[Any]) -> Iterator[str]:
    for start in range(0, len(values), _CHUNK):
        yield json.dumps(values[start : start + _CHUNK])


def _keys(table: Table, rows: pa.Table) -> Iterable[tuple[Any, ...]]:
    return to_sqlite(rows.select(list(table.key)))


def _by_key(table: Table) -> str:
    return "WHERE " + " AND ".join(f'"{name}" = ?' for name in table.key)


def _exists(table: Table) -> str:
    return f'SELECT 1 FROM "{table.name}" {_by_key(table)}'


def _delete(table: Table) -> str:
    return f'DELETE FROM "{table.name}"'


def _insert(table: Table) -> str:
    names = ", ".join(f'"{name}"' for name in table.names)
    return f'INSERT INTO "{table.name}" ({names}) VALUES ({", ".join("?" * len(table.names))})'


def _upsert(table: Table) -> str:
    """Insert a row, replace the row of the same key, or do nothing where they are equal."""
    key = ", ".join(f'"{name}"' for name in table.key)
    others = [name for name in table.names if name not in table.key]
    if not others:
        return f"{_insert(table)} ON CONFLICT ({key}) DO NOTHING"
    assigned = ", ".join(f'"{name}" = excluded."{name}"' for name in others)
    unequal = " OR ".join(f'"{table.name}"."{name}" IS NOT excluded."{name}"' for name in others)
    return f"{_insert(table)} ON CONFLICT ({key}) DO UPDATE SET {assigned} WHERE {unequal}"
