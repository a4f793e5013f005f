"""Many rows at once into SQLite: indexes built after the rows, and what a transaction has put kept in mind.

A table that a transaction finds empty loses its secondary indexes at the first large write and gets them back, sorted
in one go, before anything asks for them or the transaction ends; records, whose keys come mostly in order, lose only
their triggers. Rows of such a table whose keys are spread (hashed numbers) are kept back until then, too: poured in the
order of their keys they fill page after page, where batch after batch they touch every page again. Since all that is
part of the transaction, nobody ever sees the table without.
"""

from typing import Any

import numpy as np
import pyarrow as pa

from spine.domain.graph import GRAPH, Table
from spine.normalise.columns import NumberSet, compute
from spine.normalise.pressed import Columns
from spine.normalise.whole_numbers import firsts
from spine.stores.sqlite import schema, search
from spine.stores.sqlite.blocks import Blocks
from spine.stores.sqlite.connection import Connection
from spine.stores.sqlite.flushing import Flushing
from spine.stores.sqlite.poured import can_pour, pour
from spine.stores.sqlite.values import to_sqlite
from spine.stores.sqlite.words_aside import WordsAside
from spine.stores.transaction import RECORD

Ints = np.ndarray[Any, np.dtype[np.int64]]

BULK = 1_000
"""From so many rows on, and as many as are there, a table of the transaction's own gets its indexes after them."""

_CACHE = -131_072
"""Kibibytes of pages, negative as SQLite wants it, that a large transaction may keep: enough to write each once, few
enough to write most while the next rows are read, and not at the end."""
_MANY = 100_000
"""Rows of a table that are worth more than one thread."""
_SORTED_CACHE, _SORTERS = -8192, 2
"""The same while an index is built, and threads that sort beside: what fills such a cache is sorted by one of them."""
_VERY_MANY = 300_000
"""Rows of a transaction that are worth a process that flushes them."""
_FEWEST_KEPT, _KEPT = 1 << 25, 1 << 28
"""Bytes of rows of one table that are kept back: as many as were poured before, within these limits."""


class Filling:
    """What one transaction knows of the tables that it fills."""

    def __init__(self, connection: Connection) -> None:
        self.blocks = Blocks(connection, self.owns)
        self.is_roomy = False
        self._connection = connection
        self._bare: set[str] = set()
        self._rows: dict[str, int | None] = {}
        self._put: dict[str, NumberSet] = {}
        self._back: dict[str, list[pa.Table]] = {}
        self._poured: dict[str, int] = {}
        self._words: WordsAside | None = None
        self._words_aside = False
        self._written = 0
        self._flushing: Flushing | None = None

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
            if table is not RECORD:
                schema.drop_indexes(self._connection, table)
            else:
                # Its keys come mostly in order, so that keeping its indexes up costs what building them does, and it
                # costs that while the next records are read.
                search.drop_triggers(self._connection)
                if self._rows[table.name]:
                    search.hold(self._connection, search.MANY_HELD)
                else:
                    self._words, self._words_aside = WordsAside(self._connection.path), True

    def make_room(self) -> None:
        """Let this transaction keep more pages than a small one needs."""
        if not self.is_roomy:
            self.is_roomy = True
            self._before = self._connection.run("PRAGMA cache_size")[0][0]
            self._connection.run(f"PRAGMA cache_size = {_CACHE}")

    def keeps_back(self, table: Table, rows: pa.Table) -> bool:
        """Keep rows for later, if the table waits for its indexes and holds none of them; False where not.

        `rows` stand in key order.
        """
        if not (self.is_bare(table) and self.owns(table)) or table is RECORD:
            return False
        if not pa.types.is_integer(rows.column(0).type):
            return False
        numbers = _firsts(rows)
        if len(self._put.setdefault(table.name, NumberSet()).missing(numbers)) < len(numbers):
            return False
        back = self._back.setdefault(table.name, [])
        back.append(rows)
        if sum(part.nbytes for part in back) > min(max(self._poured.get(table.name, 0), _FEWEST_KEPT), _KEPT):
            self.pour(table)
        return True

    def has_back(self, table: Table) -> bool:
        """Whether rows of the table are kept back."""
        return table.name in self._back

    def pour(self, table: Table) -> None:
        """Insert what was kept back, in key order."""
        parts = self._back.pop(table.name, None)
        if parts is not None:
            rows = pa.concat_tables(parts)
            parts.clear()
            self._poured[table.name] = self._poured.get(table.name, 0) + rows.nbytes
            keys: Any = [(name, "ascending") for name in table.key]
            self.insert(table, rows.take(compute.sort_indices(rows, sort_keys=keys)))

    def complete(self, *tables: Table) -> None:
        """Insert the rows that were kept back, and build the indexes that these tables wait for."""
        for table in tables:
            self.pour(table)
            if table.name in self._bare:
                self._create_indexes(table)
                if table is RECORD:
                    self.settle_words()
                    search.create_triggers(self._connection)
                    search.hold(self._connection)
                self._bare.discard(table.name)

    def index_words(self, records: pa.Table) -> None:
        """Make records searchable; none of them is."""
        if self._words_aside and self._words is not None:
            self._words.add(records)
        else:
            search.add(self._connection, records)

    def settle_words(self) -> None:
        """Have all words in the index of the file."""
        if self._words_aside and self._words is not None:
            self._words_aside = False
            self._words.copy_into(self._connection)

    def _create_indexes(self, table: Table) -> None:
        """Build the indexes of a table; those of very many rows with other threads that sort."""
        many = (self._rows[table.name] or 0) >= _MANY
        if many:
            self._connection.run(f"PRAGMA threads = {_SORTERS}")
            self._connection.run(f"PRAGMA cache_size = {_SORTED_CACHE}")
        schema.create_indexes(self._connection, table)
        if many:
            self._connection.run("PRAGMA threads = 0")
            self._connection.run(f"PRAGMA cache_size = {_CACHE}")

    def end(self) -> None:
        """Give back the room; after the transaction."""
        if self._words is not None:
            self._words.end()
        if self._flushing is not None:
            self._flushing.end()
        if self.is_roomy:
            self._connection.run(f"PRAGMA cache_size = {self._before}")
            self._connection.run("PRAGMA shrink_memory")

    def insert(self, table: Table, rows: pa.Table) -> None:
        """Insert rows none of which is there, in key order."""
        self.blocks.add(table, rows)
        if can_pour(rows):
            pour(self._connection, table.name, rows)
            return
        names = ", ".join(f'"{name}"' for name in table.names)
        marks = ", ".join("?" * len(table.names))
        self._connection.change_many(f'INSERT INTO "{table.name}" ({names}) VALUES ({marks})', to_sqlite(rows))

    def remember(self, table: Table, rows: Columns) -> None:
        """Keep in mind that these rows are there."""
        self._written += rows.num_rows
        if self._written > _VERY_MANY and self._flushing is None:
            self._flushing = Flushing(self._connection.path)
        held = self._rows.get(table.name)
        if held is not None:
            self._rows[table.name] = held + rows.num_rows
        if pa.types.is_integer(rows.schema.field(0).type) and (not table.is_edge or held is not None):
            self._put.setdefault(table.name, NumberSet()).add(_firsts(rows))

    def learn(self, table: Table, nodes: pa.Table) -> None:
        """Keep in mind that these are all the nodes of a table."""
        self._put[table.name] = NumberSet()
        self._put[table.name].add(nodes.column("id").to_numpy())

    def knows_all(self, table: Table) -> bool:
        """True where the ids of all rows of the table are kept in mind."""
        return self.owns(table) and not table.is_edge and table.column("id").type == "int"

    def lacks(self, table: Table, ids: list[Any]) -> bool:
        """True where the table is known to hold none of these ids, without a look at it."""
        return self.knows_all(table) and len(self.unknown(table, np.array(ids, np.int64))) == len(ids)

    def known(self, table: Table, ids: Ints) -> Ints:
        """Those of these ids that are known to be there."""
        return np.setdiff1d(ids, self.unknown(table, ids), assume_unique=True)

    def unknown(self, table: Table, ids: Ints) -> Ints:
        """Those of these ids that are not known to be there."""
        return self._put[table.name].missing(ids) if table.name in self._put else ids

    def forget(self) -> None:
        """Something will be removed: what is there has to be asked of the file."""
        for name in [*self._back]:
            self.pour(GRAPH[name])
        self._put.clear()
        self._rows = dict.fromkeys(GRAPH)


def _firsts(rows: Columns) -> Ints:
    """The numbers in the first column of rows in key order, each once."""
    numbers: Ints = rows[rows.column_names[0]].to_numpy()
    return numbers[firsts(numbers)]
