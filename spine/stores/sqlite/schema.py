"""The tables, indexes and triggers of the SQLite store, derived from `GRAPH`, and how an older file is brought up."""

from collections.abc import Callable

from spine.domain.graph import GRAPH, Column, ColumnType, Table
from spine.errors import StoreUnavailable
from spine.stores import migration
from spine.stores.sqlite import blocks, search
from spine.stores.sqlite.connection import Connection

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


def _withdraw_consents(connection: Connection) -> None:
    """Version 4: whom a shared consent permits is decided anew; until then it permits nobody."""
    for name in ("next_join", "consents"):
        if name in {row[1] for row in connection.run('PRAGMA table_info("household")')}:
            connection.run(f'ALTER TABLE "household" DROP COLUMN "{name}"')
    connection.run("UPDATE person SET consents = '[]' WHERE consents <> '[]'")
    names = ", ".join(f"'{name}'" for name in migration.RESOLVED)
    connection.run(f"DELETE FROM document WHERE id IN ({names})")


def _drop_unasked(connection: Connection) -> None:
    """Version 6: no indexes that nothing asks."""
    for table, column in migration.UNASKED:
        connection.run(f'DROP INDEX IF EXISTS "{table}_{column}"')


STEPS: dict[int, Callable[[Connection], None]] = {3: search.renew, 4: _withdraw_consents, 6: _drop_unasked}
"""What a version needs beyond new tables, columns and indexes: the step that leads to it."""

META = "CREATE TABLE IF NOT EXISTS meta (name TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID"


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
        connection.run(search.TABLE)
        for statement in blocks.TABLES:
            connection.run(statement)
        # What an older version held in blocks may lack columns; a resolve makes them anew.
        connection.run("DELETE FROM block")
        search.create_triggers(connection)
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
