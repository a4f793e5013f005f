"""Many rows at once into SQLite: indexes built after the rows, and what a transaction has put kept in mind.

A table that a transaction finds empty loses its secondary indexes at the first large write and gets them back, sorted
in one go, before anything asks for them or the transaction ends. Since that is part of the transaction, nobody ever
sees the table without.
"""

from typing import Any

import numpy as np
import pyarrow as pa

from spine.domain.graph import GRAPH, Table
from spine.normalise.columns import NumberSet
from spine.stores.sqlite import schema, search
from spine.stores.sqlite.connection import Connection
from spine.stores.sqlite.poured import can_pour, pour
from spine.stores.sqlite.values import to_sqlite
from spine.stores.transaction import RECORD

Ints = np.ndarray[Any, np.dtype[np.int64]]

BULK = 1_000
"""From so many rows on, and as many as are there, a table of the transaction's own gets its indexes after them."""

_CACHE = -524_288
"""Kibibytes of pages, negative as SQLite wants it, that a large transaction may keep: each is written once."""


class Filling:
    """What one transaction knows of the tables that it fills."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._bare: set[str] = set()
        self._rows: dict[str, int | None] = {}
        self._put: dict[str, NumberSet] = {}
        self._roomy = False

    def owns(self, table: Table) -> bool:
        """True where the transaction found the table empty, so that all that it holds was put here."""
        if table.name not in self._rows:
            there = self._connection.run(f'SELECT 1 FROM "{table.name}" LIMIT 1')
            self._rows[table.name] = None if there else 0
        return self._rows[table.name] is not None

    def is_bare(self, table: Table) -> bool:
        """True where the table waits for its indexes."""
        return table.name in self._bare

    def strip(self, table: Table, rows: int) -> None:
        """Leave out the indexes until they are asked for, if the table is the transaction's own and grows by much."""
        if not self.is_bare(table) and self.owns(table) and rows >= max(BULK, self._rows[table.name] or 0):
            self.make_room()
            self._bare.add(table.name)
            schema.drop_indexes(self._connection, table)
            if table is RECORD:
                search.drop_triggers(self._connection)

    def make_room(self) -> None:
        """Let this transaction keep more pages than a small one needs."""
        if not self._roomy:
            self._roomy = True
            self._before = self._connection.run("PRAGMA cache_size")[0][0]
            self._connection.run(f"PRAGMA cache_size = {_CACHE}")

    def complete(self, *tables: Table) -> None:
        """Build the indexes that these tables wait for."""
        for table in tables:
            if table.name in self._bare:
                schema.create_indexes(self._connection, table)
                if table is RECORD:
                    search.create_triggers(self._connection)
                self._bare.discard(table.name)

    def end(self) -> None:
        """Give back the room; after the transaction."""
        if self._roomy:
            self._connection.run(f"PRAGMA cache_size = {self._before}")
            self._connection.run("PRAGMA shrink_memory")

    def insert(self, table: Table, rows: pa.Table) -> None:
        """Insert rows none of which is there."""
        if can_pour(rows):
            pour(self._connection, table.name, rows)
            return
        names = ", ".join(f'"{name}"' for name in table.names)
        marks = ", ".join("?" * len(table.names))
        self._connection.change_many(f'INSERT INTO "{table.name}" ({names}) VALUES ({marks})', to_sqlite(rows))

    def remember(self, table: Table, rows: pa.Table) -> None:
        """Keep in mind that these rows are there."""
        held = self._rows.get(table.name)
        if held is not None:
            self._rows[table.name] = held + rows.num_rows
        if not table.is_edge and table.column("id").type == "int":
            self._put.setdefault(table.name, NumberSet()).add(rows.column("id").to_numpy())

    def learn(self, table: Table, nodes: pa.Table) -> None:
        """Keep in mind that these are all the nodes of a table."""
        self._put[table.name] = NumberSet()
        self._put[table.name].add(nodes.column("id").to_numpy())

    def knows_all(self, table: Table) -> bool:
        """True where the ids of all rows of the table are kept in mind."""
        return self.owns(table) and not table.is_edge and table.column("id").type == "int"

    def known(self, table: Table, ids: Ints) -> Ints:
        """Those of these ids that are known to be there."""
        return np.setdiff1d(ids, self.unknown(table, ids), assume_unique=True)

    def unknown(self, table: Table, ids: Ints) -> Ints:
        """Those of these ids that are not known to be there."""
        return self._put[table.name].missing(ids) if table.name in self._put else ids

    def forget(self) -> None:
        """Something was removed: what is there has to be asked of the file."""
        self._put.clear()
        self._rows = dict.fromkeys(GRAPH)
