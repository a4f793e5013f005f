"""Writing the graph to the SQLite connection that holds the write lock."""

from collections.abc import Iterable, Iterator, Sequence
from functools import partial
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from spine.access.context import Context
from spine.domain.graph import GRAPH, Table
from spine.normalise.few_rows import PlainRows
from spine.normalise.pressed import Columns
from spine.normalise.whole_numbers import Ints, distinct_numbers
from spine.ports import Cause, Clock, Difference, Row, Step, Where
from spine.stores.difference import changes
from spine.stores.shape import edges_of, ends_of, key_of, known, known_columns
from spine.stores.sqlite import blocks, search
from spine.stores.sqlite.connection import Connection
from spine.stores.sqlite.filling import Filling
from spine.stores.sqlite.reader import SqliteReader, listed
from spine.stores.sqlite.values import from_sqlite, key_documents, plain_to_sqlite, to_sqlite
from spine.stores.transaction import LOG, RECORD, Transaction, missing_end

_FEW, _SOME, _MORE = 200, 2_000, 30_000
"""Up to so many rows are looked up one by one; above, all at once. Of tables that hold rows already the second: there
it costs less than reading what is held; the third where no blocks are to be filled either."""

_MANY_ENDS = 100_000
"""From so many ends on all ids of the table are read, instead of one after the other looked up."""


_RESOLVE = "resolve"
"""The cause of transactions that read whole tables, and for whom blocks are made anew."""


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
        self._filling = Filling(connection)
        self._blocks = self._filling.blocks
        self._strangers = False

    def _fetch(self, table: Table, step: Step, values: list[Any]) -> list[Row]:
        if step.column == table.key[0]:
            if self._filling.lacks(table, values):
                return []
            self._filling.pour(table)
        else:
            self._filling.complete(table)
        return super()._fetch(table, step, values)

    def count(self, table: str, where: Sequence[Where] = ()) -> int:
        """As in the port."""
        self._filling.pour(known(table))
        return super().count(table, where)

    def scan(self, table: str, columns: Sequence[str] = ()) -> pa.Table:
        """As in the port."""
        shape = known(table)
        self._filling.pour(shape)
        if self._cause.kind == _RESOLVE:
            whole = self._blocks.renewed(shape, partial(super().scan, table))
            if whole is not None and blocks.covers(shape, known_columns(shape, columns)):
                return whole.select(known_columns(shape, columns))
        return super().scan(table, columns)

    def pieces(self, table: str, columns: Sequence[str] = ()) -> Iterator[pa.Table]:
        """As in the port."""
        shape = known(table)
        self._filling.pour(shape)
        if self._cause.kind == _RESOLVE:
            self._blocks.renewed(shape, partial(super().scan, table))
        yield from super().pieces(table, columns)

    def select(
        self,
        table: str,
        where: Sequence[Where] = (),
        order: str = "id",
        descending: bool = False,
        after: tuple[Any, Any] | None = None,
        limit: int = 100,
    ) -> list[Row]:
        """As in the port."""
        self._filling.complete(known(table))
        return super().select(table, where, order, descending, after, limit)

    def search(self, text: str, kind: str | None = None, limit: int = 20) -> list[tuple[int, float]]:
        """As in the port."""
        self._filling.complete(RECORD)
        return super().search(text, kind, limit)

    def replace(self, table: str, rows: pa.Table) -> Difference:
        """As in the port."""
        difference = super().replace(table, rows)
        # It is whole now: its indexes need not wait for the end.
        self._filling.complete(known(table))
        return difference

    def finish(self) -> bool:
        """Write the log entry; False where nothing was changed, so that there is nothing to commit."""
        entry = self.entry()
        if entry is None:
            return False
        # The words of records may still be in the making.
        self._filling.complete(*(table for table in GRAPH.values() if table is not RECORD), RECORD)
        self._merge(LOG, entry)
        if self.highest != self._highest_before:
            self._connection.change("INSERT OR REPLACE INTO meta (name, value) VALUES ('highest', ?)", [self.highest])
        return True

    @property
    def is_large(self) -> bool:
        """Whether the transaction took the room that many rows need."""
        return self._filling.is_roomy

    def end(self) -> None:
        """Give back what the transaction needed; after it was committed or undone."""
        self._filling.end()

    def _numbers(self, keys: list[str]) -> dict[str, int]:
        # Where all records came with numbers that this transaction gave, it knows their keys.
        if self._filling.owns(RECORD) and not self._strangers:
            return {}
        found: dict[str, int] = {}
        for chunk in key_documents(keys):
            found |= dict(
                self._connection.run(
                    "SELECT key, id FROM record WHERE key IN (SELECT value FROM json_each(?))", [chunk]
                )
            )
        return found

    def _merge(self, table: Table, rows: pa.Table) -> Difference:
        self._check_ends(table, rows)
        self._filling.owns(table)
        if table is RECORD and not self._numbered_here(rows):
            self._strangers = True
        difference = self._written(table, rows)
        self._filling.remember(table, rows)
        return difference

    def _merge_plain(self, table: Table, rows: PlainRows) -> Difference:
        if table is RECORD or self._filling.has_back(table) or self._filling.is_bare(table):
            return super()._merge_plain(table, rows)
        for column, node in ends_of(table):
            self._check_end(table, column, node, np.array(sorted(set(rows.listed(column))), np.int64))
        self._filling.owns(table)
        difference = self._merge_values(table, rows, plain_to_sqlite(table, rows))
        self._filling.remember(table, rows)
        return difference

    def _written(self, table: Table, rows: pa.Table) -> Difference:
        if self._filling.has_back(table):
            if self._filling.keeps_back(table, rows):
                return Difference(rows.num_rows)
            self._filling.pour(table)
        few = _FEW if self._filling.owns(table) else _SOME if table.name in blocks.COLUMNS else _MORE
        # A table that waits for its indexes goes on waiting: few rows between many do not end that.
        if rows.num_rows > few or self._filling.is_bare(table):
            return self._merge_many(table, rows)
        return self._merge_few(table, rows)

    def _merge_few(self, table: Table, rows: pa.Table) -> Difference:
        if table is RECORD:
            self._filling.complete(table)
        return self._merge_values(table, rows, list(to_sqlite(rows)))

    def _merge_values(self, table: Table, rows: Columns, values: list[tuple[Any, ...]]) -> Difference:
        added = self._connection.change_many(_added(table), values)
        # What was added a moment ago is equal, and counts as no change.
        changed = self._connection.change_many(_upsert(table), values) if added < len(values) else 0
        if added or changed:
            self._blocks.changed(table, rows)
        return Difference(added, changed)

    def _merge_many(self, table: Table, rows: pa.Table) -> Difference:
        """Insert what is not there, replace what is there and differs."""
        last = self._last(table)
        if table is RECORD and self._strangers:
            self._filling.complete(table)
        else:
            self._filling.strip(table, rows.num_rows)
        if last is None or last < key_of(table, rows.slice(0, 1).to_pylist()[0]):
            self._insert(table, rows)
            return Difference(rows.num_rows)
        if self._filling.keeps_back(table, rows):
            return Difference(rows.num_rows)
        self._filling.make_room()
        held = self._held(table, rows)
        if not held.num_rows:
            self._insert(table, rows)
            return Difference(rows.num_rows)
        fresh, again = _parted(table, changes(table, held, rows).written, held)
        self._insert(table, fresh)
        self._replace(table, again)
        return Difference(fresh.num_rows, again.num_rows)

    def _insert(self, table: Table, rows: pa.Table) -> None:
        if table is not RECORD:
            self._filling.insert(table, rows)
            return
        # Records become searchable all at once: a trigger flushes the index once per row.
        with search.untriggered(self._connection, lasting=self._filling.is_bare(table)):
            self._filling.insert(table, rows)
            self._filling.index_words(rows)

    def _replace(self, table: Table, rows: pa.Table) -> None:
        self._blocks.changed(table, rows)
        if table is not RECORD:
            self._connection.change_many(_upsert(table), to_sqlite(rows))
            return
        self._filling.settle_words()
        with search.untriggered(self._connection, lasting=self._filling.is_bare(table)):
            for chunk in key_documents(rows.column("id").to_pylist()):
                search.remove(self._connection, chunk)
            self._connection.change_many(_upsert(table), to_sqlite(rows))
            search.add(self._connection, rows)

    def _numbered_here(self, records: pa.Table) -> bool:
        """True where all of these records have numbers that were given in this transaction."""
        ids = records.column("id")
        return bool(pc.min(ids).as_py() > self._highest_before and pc.max(ids).as_py() <= self.highest)

    def _last(self, table: Table) -> tuple[Any, ...] | None:
        """The greatest key that is there."""
        order = ", ".join(f'"{name}" DESC' for name in table.key)
        found = self._connection.run(f'SELECT {listed(table.key)} FROM "{table.name}" ORDER BY {order} LIMIT 1')
        return found[0] if found else None

    def _held(self, table: Table, rows: pa.Table) -> pa.Table:
        """The rows that are there under the first keys of these rows, so for edges more than asked for."""
        first = table.key[0]
        asked: Any = rows.column(first).unique()
        if self._filling.knows_all(table):
            asked = pa.array(self._filling.known(table, asked.to_numpy()))
        statement = (
            f'SELECT {listed(table.names)} FROM "{table.name}" WHERE "{first}" IN (SELECT value FROM json_each(?))'
        )
        found: list[tuple[Any, ...]] = []
        for chunk in key_documents(asked.to_pylist()):
            found += self._connection.run(statement, [chunk])
        return from_sqlite(table, table.names, found)

    def _check_ends(self, table: Table, rows: pa.Table) -> None:
        for column, node in ends_of(table):
            self._check_end(table, column, node, distinct_numbers(rows.column(column).to_numpy()))

    def _check_end(self, table: Table, column: str, node: Table, numbers: Ints) -> None:
        asked = self._filling.unknown(node, numbers)
        if len(asked) >= _MANY_ENDS:
            self._filling.learn(node, self.scan(node.name, ["id"]))
            asked = self._filling.unknown(node, asked)
        held = f'SELECT 1 FROM "{node.name}" WHERE id = each.value'
        missing = f"SELECT each.value FROM json_each(?) AS each WHERE NOT EXISTS ({held})"
        for chunk in key_documents(asked.tolist()):
            for (identity,) in self._connection.run(f"{missing} LIMIT 1", [chunk]):
                raise missing_end(table, column, identity)

    def _remove(self, table: Table, keys: pa.Table) -> dict[str, int]:
        self._filling.forget()
        if table.is_edge:
            gone = self._connection.change_many(f"{_delete(table)} {_by_key(table)}", _keys(table, keys))
            self._blocks.removed(table, keys.column("start"))
            return {table.name: gone}
        self._filling.complete(table, *(edge for edge, _ in edges_of(table)))
        removed = {table.name: 0}
        for chunk in key_documents(keys.column("id").to_pylist()):
            for edge, column in edges_of(table):
                removed[edge.name] = removed.get(edge.name, 0) + self._remove_edges(edge, column, chunk)
            removed[table.name] += self._connection.change(
                f"{_delete(table)} WHERE id IN (SELECT value FROM json_each(?))", [chunk]
            )
        self._blocks.removed(table, keys.column("id"))
        return removed

    def _remove_edges(self, edge: Table, column: str, nodes: str) -> int:
        """Remove the edges that end in these nodes; how many there were."""
        there = f'WHERE "{column}" IN (SELECT value FROM json_each(?))'
        starts: list[tuple[int]] = []
        if self._blocks.holds(edge):
            starts = self._connection.run(f'SELECT DISTINCT start FROM "{edge.name}" {there}', [nodes])
        gone = self._connection.change(f"{_delete(edge)} {there}", [nodes])
        if starts:
            self._blocks.removed(edge, pa.chunked_array([pa.array([start for (start,) in starts], pa.int64())]))
        return gone


def _parted(table: Table, rows: pa.Table, held: pa.Table) -> tuple[pa.Table, pa.Table]:
    """The rows whose keys are not held, and those whose keys are; each in key order."""
    keys = list(table.key)
    numbered = rows.select(keys).append_column("row", pa.array(np.arange(rows.num_rows)))
    again = np.zeros(rows.num_rows, bool)
    again[numbered.join(held.select(keys), keys, join_type="left semi").column("row").to_numpy()] = True
    return rows.filter(pa.array(~again)), rows.filter(pa.array(again))


def _keys(table: Table, rows: pa.Table) -> Iterable[tuple[Any, ...]]:
    return to_sqlite(rows.select(list(table.key)))


def _by_key(table: Table) -> str:
    return "WHERE " + " AND ".join(f'"{name}" = ?' for name in table.key)


def _delete(table: Table) -> str:
    return f'DELETE FROM "{table.name}"'


def _insert(table: Table) -> str:
    names = ", ".join(f'"{name}"' for name in table.names)
    return f'INSERT INTO "{table.name}" ({names}) VALUES ({", ".join("?" * len(table.names))})'


def _added(table: Table) -> str:
    """Insert a row, or do nothing where one of its key is there."""
    return f"{_insert(table)} ON CONFLICT ({listed(table.key)}) DO NOTHING"


def _upsert(table: Table) -> str:
    """Insert a row, replace the row of the same key, or do nothing where they are equal."""
    others = [name for name in table.names if name not in table.key]
    if not others:
        return _added(table)
    assigned = ", ".join(f'"{name}" = excluded."{name}"' for name in others)
    unequal = " OR ".join(f'"{table.name}"."{name}" IS NOT excluded."{name}"' for name in others)
    return f"{_insert(table)} ON CONFLICT ({listed(table.key)}) DO UPDATE SET {assigned} WHERE {unequal}"
