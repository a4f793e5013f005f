"""The tables, indexes and triggers of the SQLite store, derived from `GRAPH`, and how an older file is brought up."""

from collections.abc import Callable

from spine.domain.graph import GRAPH, Column, ColumnType, Table
from spine.errors import StoreUnavailable
from spine.stores import migration
from spine.stores.sqlite.connection import Connection
from spine.stores.words import SEARCHED

APPLICATION_ID = 0x5350494E
"""Marks a file as ours (`SPIN`), so that another program's database is never written to."""

_TYPES: dict[ColumnType, str] = {
    "int": "INTEGER",
    "float": "REAL",
    "text": "TEXT",
    "bool": "INTEGER",
    "json": "TEXT",
    "bytes": "BLOB",
    "ints": "TEXT",
    "texts": "TEXT",
}

STEPS: dict[int, Callable[[Connection], None]] = {}
"""What a version needs beyond new tables, columns and indexes: the step that leads to it."""

META = "CREATE TABLE IF NOT EXISTS meta (name TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID"
SEARCH = "CREATE VIRTUAL TABLE IF NOT EXISTS record_search USING fts5(words, tokenize='ascii', detail='none')"

_FIELDS = ", ".join(f"'{name}'" for name in SEARCHED)


def _words(row: str) -> str:
    return f"(SELECT group_concat(each.value, ' ') FROM json_each({row}.fields) AS each WHERE each.key IN ({_FIELDS}))"


FILL_SEARCH = f"INSERT INTO record_search(rowid, words) SELECT id, {_words('record')} FROM record WHERE live"
"""Index all records at once, after a load without the triggers."""

FILL_SEARCH_OF = f"{FILL_SEARCH} AND id IN (SELECT value FROM json_each(?))"
EMPTY_SEARCH_OF = (
    "DELETE FROM record_search WHERE rowid IN "
    "(SELECT value FROM json_each(?) WHERE value IN (SELECT id FROM record WHERE live))"
)
"""The same for some records, whose ids come as a JSON document; emptied before they are written, filled after."""

_INDEX_NEW = f"INSERT INTO record_search(rowid, words) SELECT new.id, {_words('new')} WHERE new.live;"
_DROP_OLD = "DELETE FROM record_search WHERE rowid = old.id;"
TRIGGERS = {
    "record_search_insert": f"AFTER INSERT ON record BEGIN {_INDEX_NEW} END",
    "record_search_update": "AFTER UPDATE OF fields, live ON record "
    f"WHEN old.fields IS NOT new.fields OR old.live IS NOT new.live BEGIN {_DROP_OLD} {_INDEX_NEW} END",
    "record_search_delete": f"AFTER DELETE ON record BEGIN {_DROP_OLD} END",
}


def refuse_unusable(connection: Connection) -> None:
    """SchemaMismatch for a file of a newer version, StoreUnavailable for one that is not ours; neither is touched."""
    migration.refuse_newer(str(connection.path), _version(connection))
    written = connection.run("SELECT count(*) FROM sqlite_master")[0][0]
    if written and connection.run("PRAGMA application_id")[0][0] != APPLICATION_ID:
        raise StoreUnavailable(
            f"{connection.path} is the database of another program.", remedy="Name another file for the store."
        )


def migrate(connection: Connection) -> None:
    """Bring a usable file to the schema of today, in one transaction."""
    if _version(connection) == migration.SCHEMA_VERSION:
        return
    with connection.transaction("BEGIN IMMEDIATE"):
        # Another process may have been faster.
        version = _version(connection)
        connection.run(META)
        for table in GRAPH.values():
            _complete(connection, table)
        connection.run(SEARCH)
        create_triggers(connection)
        for step in range(version + 1, migration.SCHEMA_VERSION + 1):
            if step in STEPS:
                STEPS[step](connection)
        connection.run(f"PRAGMA application_id = {APPLICATION_ID}")
        connection.run(f"PRAGMA user_version = {migration.SCHEMA_VERSION}")


def create_indexes(connection: Connection, table: Table) -> None:
    """The secondary indexes of a table, those that are not there yet."""
    for name, column in indexes(table).items():
        unique = "UNIQUE " if column.unique else ""
        connection.run(f'CREATE {unique}INDEX IF NOT EXISTS "{name}" ON "{table.name}" ("{column.name}")')


def drop_indexes(connection: Connection, table: Table) -> None:
    """No secondary indexes: a load into an empty table is faster without them."""
    for name in indexes(table):
        connection.run(f'DROP INDEX IF EXISTS "{name}"')


def indexes(table: Table) -> dict[str, Column]:
    """The secondary indexes by name; the first key column needs none, since the table itself is ordered by it."""
    return {
        f"{table.name}_{column.name}": column
        for column in table.columns
        if column.indexed and column.name != table.key[0]
    }


def create_triggers(connection: Connection) -> None:
    """The triggers that keep the search index in step with the records."""
    for name, body in TRIGGERS.items():
        connection.run(f"CREATE TRIGGER IF NOT EXISTS {name} {body}")


def drop_triggers(connection: Connection) -> None:
    """No triggers, for a load that fills the search index at its end."""
    for name in TRIGGERS:
        connection.run(f"DROP TRIGGER IF EXISTS {name}")


def _version(connection: Connection) -> int:
    return int(connection.run("PRAGMA user_version")[0][0])


def _complete(connection: Connection, table: Table) -> None:
    there = {row[1] for row in connection.run(f'PRAGMA table_info("{table.name}")')}
    if not there:
        connection.run(_create(table))
    for column in table.columns:
        if there and column.name not in there:
            connection.run(f'ALTER TABLE "{table.name}" ADD COLUMN "{column.name}" {_TYPES[column.type]}')
    create_indexes(connection, table)


def _create(table: Table) -> str:
    def declared(column: Column) -> str:
        key = " NOT NULL" if column.name in table.key else ""
        return f'"{column.name}" {_TYPES[column.type]}{key}'

    columns = ", ".join(map(declared, table.columns))
    key = ", ".join(f'"{name}"' for name in table.key)
    rowid = " WITHOUT ROWID" if table.is_edge else ""
    return f'CREATE TABLE "{table.name}" ({columns}, PRIMARY KEY ({key})){rowid}'
