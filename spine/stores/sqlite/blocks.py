"""Whole columns beside the rows: what scans of large tables ask for, compressed, in the same file and transaction.

A block holds some ten thousand rows as an Arrow stream. Rows that come in bulk are written as blocks, too; of a row
that comes alone, is replaced or goes, the first key is noted in `unblocked`. So each row of a table that has blocks is
in one of them as it stands, or its first key is noted: a scan is the blocks without the rows of noted keys, and those
rows as the table holds them. A row that is removed leaves its block at once; one that was replaced when the blocks are
made anew, as a resolve does where much is noted, or where a store has none yet.
"""

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np
import pyarrow as pa

from spine.domain.graph import GRAPH, Table
from spine.normalise.columns import compute
from spine.normalise.pressed import Columns
from spine.ports import arrow_schema
from spine.stores.shape import in_key_order
from spine.stores.sqlite.connection import Connection
from spine.stores.sqlite.values import from_sqlite, key_documents

Ints = np.ndarray[Any, np.dtype[np.int64]]

COLUMNS = {
    "record": (
        "id", "key", "source", "record_id", "kind", "observed_at", "live", "attributes", "fields", "relations",
    ),
    "carries": GRAPH["carries"].names,
    "identifier": GRAPH["identifier"].names,
}  # fmt: skip
"""The tables that have blocks, and the columns in them: what a resolve reads."""
TABLES = (
    'CREATE TABLE IF NOT EXISTS block (id INTEGER PRIMARY KEY, "table" TEXT NOT NULL, first INTEGER NOT NULL, '
    "last INTEGER NOT NULL, rows INTEGER NOT NULL, body BLOB NOT NULL)",
    'CREATE INDEX IF NOT EXISTS block_table ON block ("table", first)',
    'CREATE TABLE IF NOT EXISTS unblocked ("table" TEXT NOT NULL, key INTEGER NOT NULL, '
    'PRIMARY KEY ("table", key)) WITHOUT ROWID',
)

_ROWS = 1 << 15
"""Rows of a block at most: few enough to be written anew for one that goes."""
FEW = 1_000
"""So many rows are a block of their own at least."""
WORTH = 20_000
"""Tables of fewer rows get no blocks from a resolve."""
_STALE = 50
"""One noted key for so many rows, and the blocks are made anew."""
_MOST_GONE = 5_000
"""Above so many keys that go at once, the blocks of the table go."""
_REPEATED = ("namespace", "source", "kind", "observed_at", "first_seen", "last_seen", "valid_from", "valid_to")
"""Columns of few different texts."""
_PACKED = pa.ipc.IpcWriteOptions(compression=pa.Codec("zstd", 1))


def covers(table: Table, names: Sequence[str]) -> bool:
    """True where blocks of the table would hold all these columns."""
    return set(names) <= set(COLUMNS.get(table.name, ()))


def any_of(connection: Connection, table: Table) -> bool:
    """Whether the table has blocks."""
    return bool(connection.run('SELECT 1 FROM block WHERE "table" = ? LIMIT 1', [table.name]))


def pieces(connection: Connection, table: Table, names: Sequence[str]) -> Iterator[pa.Table]:
    """These columns of the whole table by key, block by block, all of them such that `covers` says so."""
    wanted = list(dict.fromkeys((*table.key, *names)))
    noted = _noted(connection, table)
    changed = _rows_of_noted(connection, table, wanted) if len(noted) else None
    begun = connection.run('SELECT first FROM block WHERE "table" = ? ORDER BY first, id', [table.name])
    waiting = []
    for body, (bound,) in zip(_bodies(connection, table), [*begun[1:], (None,)], strict=True):
        part = _unpacked(body, table, wanted)
        waiting.append(_without(part, noted) if len(noted) else part)
        if changed is not None:
            more, changed = _parted(changed, bound)
            waiting.append(more)
        # What stands before the next block begins is whole; of its first key others may follow.
        ready, after = _parted(in_key_order(table, pa.concat_tables(waiting)), bound)
        waiting = [after]
        yield ready.select(list(names))


def _parted(rows: pa.Table, bound: int | None) -> tuple[pa.Table, pa.Table]:
    """Rows by their key: those before a first key, and the others; all and none where there is no such key."""
    size = rows.num_rows if bound is None else int(np.searchsorted(rows.column(0).to_numpy(), bound))
    return rows.slice(0, size), rows.slice(size)


class Blocks:
    """The blocks of all tables, as one write transaction keeps them; `begins` tells of a table that it found empty."""

    def __init__(self, connection: Connection, begins: Callable[[Table], bool]) -> None:
        self._connection = connection
        self._begins = begins
        self._has: set[str] | None = None

    def add(self, table: Table, rows: pa.Table) -> None:
        """Take in rows that were inserted, in key order."""
        if table.name not in COLUMNS or not (self.holds(table) or self._begins(table)):
            return
        if rows.num_rows < FEW:
            self._note(table, rows.column(0))
        else:
            self._write(table, rows.select(list(COLUMNS[table.name])))

    def changed(self, table: Table, rows: Columns) -> None:
        """Rows were inserted or replaced; their keys are enough."""
        if table.name in COLUMNS and (self.holds(table) or self._begins(table)):
            self._note(table, rows[rows.column_names[0]])

    def removed(self, table: Table, first: "pa.ChunkedArray[Any]") -> None:
        """Rows with these first keys were removed: what blocks hold of them goes."""
        if not self.holds(table):
            return
        if len(first) > _MOST_GONE:
            self.clear(table)
            return
        keys = np.unique(first.to_numpy())
        overlaps = "EXISTS (SELECT 1 FROM json_each(?) AS each WHERE each.value BETWEEN first AND last)"
        asked = f'SELECT id, body FROM block WHERE "table" = ? AND {overlaps}'
        for document in key_documents(keys.tolist()):
            for number, body in self._connection.run(asked, [table.name, document]):
                rows = _without(_unpacked(body, table, COLUMNS[table.name]), keys)
                self._connection.change(
                    "UPDATE block SET rows = ?, body = ? WHERE id = ?", [rows.num_rows, _packed(rows), number]
                )
        if table.is_edge:
            # Others of the same start may be there still.
            self._note(table, first)

    def renewed(self, table: Table, read: Callable[[Sequence[str]], pa.Table]) -> pa.Table | None:
        """What `read` answers, kept as blocks from now on; None, and nothing done, where those that are there will do.

        For transactions that read the whole table and will be committed.
        """
        if table.name not in COLUMNS:
            return None
        if self.holds(table):
            counted = '(SELECT {} FROM {} WHERE "table" = ?1)'.format
            asked = f"SELECT {counted('sum(rows)', 'block')}, {counted('count(*)', 'unblocked')}"
            ((rows, noted),) = self._connection.run(asked, [table.name])
            if noted * _STALE <= rows:
                return None
        elif self._connection.run(f'SELECT count(*) FROM "{table.name}"')[0][0] < WORTH:
            return None
        whole = read(COLUMNS[table.name])
        self.clear(table)
        self._write(table, whole)
        return whole

    def clear(self, table: Table) -> None:
        """Have no blocks of the table."""
        for kept in ("block", "unblocked"):
            self._connection.change(f'DELETE FROM {kept} WHERE "table" = ?', [table.name])
        self._there().discard(table.name)

    def holds(self, table: Table) -> bool:
        """Whether the table has blocks."""
        return table.name in self._there()

    def _there(self) -> set[str]:
        if self._has is None:
            held = 'EXISTS (SELECT 1 FROM block WHERE "table" = each.value)'
            asked = f"SELECT each.value FROM json_each(?) AS each WHERE {held}"
            names = next(key_documents(list(COLUMNS)))
            self._has = {name for (name,) in self._connection.run(asked, [names])}
        return self._has

    def _note(self, table: Table, first: "pa.ChunkedArray[Any]") -> None:
        for document in key_documents(first.unique().to_pylist()):
            self._connection.change(
                "INSERT OR IGNORE INTO unblocked SELECT ?, value FROM json_each(?)", [table.name, document]
            )

    def _write(self, table: Table, rows: pa.Table) -> None:
        for start in range(0, rows.num_rows, _ROWS):
            piece = rows.slice(start, _ROWS)
            first = piece.column(0)
            self._connection.change(
                'INSERT INTO block ("table", first, last, rows, body) VALUES (?, ?, ?, ?, ?)',
                [table.name, first[0].as_py(), first[-1].as_py(), piece.num_rows, _packed(piece)],
            )
        self._there().add(table.name)


def _bodies(connection: Connection, table: Table) -> Iterator[bytes]:
    statement = f"SELECT body FROM block WHERE \"table\" = '{table.name}' ORDER BY first, id"
    for (body,) in (row for rows in connection.pieces(statement, 8) for row in rows):
        yield body


def _packed(rows: pa.Table) -> bytes:
    """Rows as a compressed stream."""
    whole = rows.combine_chunks()
    for place, name in enumerate(whole.column_names):
        if name in _REPEATED:
            whole = whole.set_column(place, name, compute.dictionary_encode(whole.column(place)))
    stream = pa.BufferOutputStream()
    with pa.ipc.new_stream(stream, whole.schema, options=_PACKED) as writer:
        writer.write_table(whole)
    return stream.getvalue().to_pybytes()


def _unpacked(body: bytes, table: Table, names: Sequence[str]) -> pa.Table:
    """The named columns of a block in the schema of the table."""
    held = COLUMNS[table.name]
    options = pa.ipc.IpcReadOptions(included_fields=sorted(held.index(name) for name in names))
    with pa.ipc.open_stream(body, options=options) as stream:
        rows = stream.read_all().select(list(names))
    return rows.cast(pa.schema([arrow_schema(table.name).field(name) for name in names]))


def _without(rows: pa.Table, keys: Ints) -> pa.Table:
    """The rows whose first key is none of these, which rise."""
    first = rows.column(0).to_numpy()
    place = np.minimum(np.searchsorted(keys, first), len(keys) - 1)
    kept = keys[place] != first
    return rows if kept.all() else rows.filter(pa.array(kept))


def _noted(connection: Connection, table: Table) -> Ints:
    rows = connection.run('SELECT key FROM unblocked WHERE "table" = ? ORDER BY key', [table.name])
    return np.array([key for (key,) in rows], np.int64)


def _rows_of_noted(connection: Connection, table: Table, names: Sequence[str]) -> pa.Table:
    listed = ", ".join(f'"{name}"' for name in names)
    noted = f"SELECT key FROM unblocked WHERE \"table\" = '{table.name}'"
    key = ", ".join(f'"{name}"' for name in table.key)
    statement = f'SELECT {listed} FROM "{table.name}" WHERE "{table.key[0]}" IN ({noted}) ORDER BY {key}'
    pieces = [from_sqlite(table, names, rows) for rows in connection.pieces(statement, 50_000)]
    return pa.concat_tables([from_sqlite(table, names, []), *pieces])
