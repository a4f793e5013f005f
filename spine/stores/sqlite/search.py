"""The full-text index of the records: one by one by triggers, or many at once.

The index keeps no copy of the words (FTS5's contentless form), so a record is taken out by telling it the very words
that it was put in with: both come from the record's fields alone.
"""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache

import duckdb
import pyarrow as pa

from spine.stores.sqlite.connection import Connection
from spine.stores.sqlite.poured import pour
from spine.stores.words import SEARCHED

TABLE = "CREATE VIRTUAL TABLE IF NOT EXISTS record_search USING fts5(words, tokenize='ascii', content='')"
_HELD, MANY_HELD = 1 << 20, 1 << 26
"""Bytes of words that the index holds in memory: what it has by itself, and while very many come."""
_FIELDS = ", ".join(f"'{name}'" for name in SEARCHED)


def _words(row: str) -> str:
    return f"(SELECT group_concat(each.value, ' ') FROM json_each({row}.fields) AS each WHERE each.key IN ({_FIELDS}))"


FILL = f"INSERT INTO record_search(rowid, words) SELECT id, {_words('record')} FROM record WHERE live"
"""Index all records, one after the other."""

_REMOVE = (
    f"INSERT INTO record_search(record_search, rowid, words) SELECT 'delete', id, {_words('record')} FROM record "
    "WHERE live AND id IN (SELECT value FROM json_each(?))"
)
_INDEX_NEW = f"INSERT INTO record_search(rowid, words) SELECT new.id, {_words('new')} WHERE new.live;"
_DROP_OLD = (
    f"INSERT INTO record_search(record_search, rowid, words) SELECT 'delete', old.id, {_words('old')} WHERE old.live;"
)
TRIGGERS = {
    "record_search_insert": f"AFTER INSERT ON record BEGIN {_INDEX_NEW} END",
    "record_search_update": "AFTER UPDATE OF fields, live ON record "
    f"WHEN old.fields IS NOT new.fields OR old.live IS NOT new.live BEGIN {_DROP_OLD} {_INDEX_NEW} END",
    "record_search_delete": f"AFTER DELETE ON record BEGIN {_DROP_OLD} END",
}
_SHAPE = json.dumps(dict.fromkeys(SEARCHED, "VARCHAR"))
_JOINED = ", ".join(f'said."{name}"' for name in SEARCHED)
_WORDS = (
    f"SELECT id AS rowid, concat_ws(' ', {_JOINED}) AS words "
    "FROM (SELECT id, from_json(fields, $shape) AS said FROM records WHERE live)"
)


def create_triggers(connection: Connection) -> None:
    """The triggers that keep the index in step with the records."""
    for name, body in TRIGGERS.items():
        connection.run(f"CREATE TRIGGER IF NOT EXISTS {name} {body}")


def drop_triggers(connection: Connection) -> None:
    """No triggers, for writes that tell the index themselves."""
    for name in TRIGGERS:
        connection.run(f"DROP TRIGGER IF EXISTS {name}")


@contextmanager
def untriggered(connection: Connection, *, lasting: bool) -> Iterator[None]:
    """No triggers meanwhile; nor afterwards where `lasting`, since there were none before."""
    if not lasting:
        drop_triggers(connection)
    yield
    if not lasting:
        create_triggers(connection)


def add(connection: Connection, records: pa.Table) -> None:
    """Index those of these records that are live; none of them is in the index."""
    with _engine().cursor() as engine:
        engine.register("records", records.select(["id", "live", "fields"]))
        found = engine.sql(_WORDS, params={"shape": _SHAPE}).to_arrow_table()
    pour(connection, "record_search", found)


def hold(connection: Connection, size: int = _HELD) -> None:
    """Hold so many bytes of words in memory before they are written: many rows at once make fewer pieces to join."""
    connection.run("INSERT INTO record_search(record_search, rank) VALUES ('hashsize', ?)", [size])


@cache
def _engine() -> duckdb.DuckDBPyConnection:
    """One engine for all that is indexed."""
    return duckdb.connect()


def remove(connection: Connection, ids: str) -> None:
    """Take records out, as they are stored now; their ids come as a JSON array."""
    connection.run(_REMOVE, [ids])


def renew(connection: Connection) -> None:
    """Make the index anew from the records, whatever form it has."""
    connection.run("DROP TABLE IF EXISTS record_search")
    drop_triggers(connection)
    connection.run(TABLE)
    connection.run(FILL)
    create_triggers(connection)
