"""What moved is put into the tables of everybody, with the statements that made them, over the part that it reaches.

The part is a set of records closed under components: whoever is touched, whoever holds an identifier of a touched event
or consent, and whoever shares a consent with one of them. Of these records a small copy of the tables is made in a
schema of its own, where unqualified names are found first; what comes out takes the place of their rows.
"""

from collections.abc import Mapping
from contextlib import suppress
from typing import Any

import duckdb
import numpy as np
import pyarrow as pa

from spine.audiences.columns import TOLD_BY, Columns, fetched, settled, trees_of
from spine.audiences.fact_columns import currencies_of, dated_events
from spine.audiences.parts import drop_schemas, keep_numbers, replace_moved, replace_rows
from spine.audiences.population import BASE, base_tables, cut_of, trust
from spine.audiences.world import World, alike
from spine.domain.vocabulary import Kind
from spine.memberships import Forest
from spine.ports import Reader

MOST = 50_000
"""Above so many records reached, reading everything anew is quicker."""
_NONE: frozenset[int] = frozenset()

_PART = """
CREATE TEMP TABLE context AS SELECT id FROM scope UNION
    SELECT start FROM main.carries WHERE "end" IN (
        SELECT "end" FROM main.carries SEMI JOIN main.consent_of USING ("end") WHERE start IN (FROM scope));
CREATE TEMP TABLE within AS SELECT DISTINCT "end" AS id FROM main.carries WHERE start IN (FROM scope);
CREATE SCHEMA part;
CREATE TABLE part.carries AS SELECT * FROM main.carries
    WHERE start IN (FROM context) OR (valid_to IS NOT NULL AND "end" IN (FROM within));
CREATE TABLE part.event_of AS SELECT * FROM main.event_of WHERE "end" IN (FROM within);
CREATE TABLE part.event AS SELECT * FROM main.event
    WHERE id IN (SELECT start FROM part.event_of) OR id IN (FROM touched_event);
CREATE TABLE part.consent_of AS SELECT * FROM main.consent_of WHERE "end" IN (FROM within);
CREATE TABLE part.consent AS SELECT * FROM main.consent WHERE id IN (SELECT start FROM part.consent_of);
CREATE TABLE part.record AS SELECT * FROM main.record WHERE id IN (FROM context);
CREATE TABLE part.resides_in AS SELECT * FROM main.resides_in WHERE start IN (FROM scope);
CREATE TABLE part.member_of AS SELECT * FROM main.member_of WHERE start IN (FROM scope);
"""
_REACHED = """
INSERT INTO reached SELECT "end" FROM event_of WHERE start IN (FROM touched_event);
INSERT INTO reached SELECT "end" FROM consent_of WHERE start IN (FROM touched_consent);
INSERT INTO reached SELECT "end" FROM carries WHERE start IN (FROM touched_record) AND valid_to IS NOT NULL;
INSERT INTO reached SELECT "end" FROM carries SEMI JOIN consent_of USING ("end") WHERE start IN (FROM scope);
INSERT INTO scope SELECT start FROM resides_in WHERE "end" IN (FROM touched_household);
INSERT INTO scope SELECT start FROM member_of WHERE "end" IN (FROM touched_household);
INSERT INTO tops SELECT ultimate FROM organisation WHERE id IN (FROM touched_organisation) AND ultimate IS NOT NULL;
"""


def splice(world: World, reader: Reader, touched: Mapping[str, frozenset[int]], at: int) -> bool:
    """Bring the tables to position `at` by the nodes touched since; False where they have to be read anew.

    After False, or an error, the world is as it was.
    """
    connection = world.connection
    connection.execute("BEGIN")
    try:
        columns = _spliced(world, reader, touched, at)
        connection.execute("COMMIT" if columns is not None else "ROLLBACK")
    except BaseException:
        # A commit that failed has ended the transaction.
        with suppress(duckdb.TransactionException):
            connection.execute("ROLLBACK")
        raise
    finally:
        connection.execute("SET search_path = 'main'")
    if columns is not None:
        world.settle(columns)
    return columns is not None


def _spliced(world: World, reader: Reader, touched: Mapping[str, frozenset[int]], at: int) -> Columns | None:
    connection = world.connection
    components = sorted(touched.get("component", _NONE))
    newer, members = trees_of(reader, components)
    forests = {kind: world.columns.forests[kind].with_trees(components, newer[kind]) for kind in Kind}
    columns = settled(reader, at, forests)
    gone = (world.columns.forests[kind].members(components) for kind in Kind)
    first = members.union(
        *(records.tolist() for records in gone), touched.get("record", _NONE), touched.get("person", _NONE)
    )
    for node in ("record", "event", "consent", "household", "organisation"):
        keep_numbers(connection, f"touched_{node}", touched.get(node, _NONE))
    keep_numbers(connection, "scope", first)
    for name in ("reached", "tops"):
        keep_numbers(connection, name, ())
    connection.execute(_REACHED)
    _update(connection, reader, touched)
    connection.execute(_REACHED)
    connection.execute('INSERT INTO scope SELECT start FROM carries WHERE "end" IN (FROM reached)')
    scope = _closed(connection, forests)
    if len(scope) > MOST:
        return None
    if alike(world.columns, columns):
        keep_numbers(connection, "scope", scope)
        trust(connection, columns.rules)
        connection.execute(_PART)
        connection.execute("SET search_path = 'part,main'")
        base_tables(connection)
        dated_events(connection, columns.facts)
        for name in BASE:
            replace_rows(connection, name, "part", "record", "scope")
        replace_rows(connection, "dated", "part", "id", "touched_event")
        if currencies_of(connection, columns.facts, "main.dated") != list(world.currencies):
            return None
        near = {kind: forests[kind].around(scope) for kind in Kind}
        for confidence, number in world.cuts.items():
            _cut(world, columns, near, confidence, number)
        drop_schemas(connection, "part")
        connection.execute("DROP TABLE context; DROP TABLE within")
    for name in ("touched_record", "touched_event", "touched_consent", "touched_household", "touched_organisation",
                 "scope", "reached", "tops"):  # fmt: skip
        connection.execute(f"DROP TABLE {name}")
    return columns


def _update(connection: duckdb.DuckDBPyConnection, reader: Reader, touched: Mapping[str, frozenset[int]]) -> None:
    """Put what the reader sees of the touched nodes in the place of what was read before."""
    for name, tells in TOLD_BY.items():
        asked = [(column, sorted(touched[node])) for node, column in tells if touched.get(node)]
        parts = [fetched(reader, name, column, numbers) for column, numbers in asked]
        for node, column in tells:
            if touched.get(node):
                kept = f"touched_{node}" if node != "person" else "touched_person"
                if node == "person":
                    keep_numbers(connection, kept, touched[node])
                connection.execute(f'DELETE FROM {name} WHERE "{column}" IN (FROM {kept})')
        if parts:
            _insert(connection, name, pa.concat_tables(parts))
        if name in ("carries", "event_of", "consent_of") and parts:
            ends = np.unique(parts[0]["end"].to_numpy()).tolist()
            keep_numbers(connection, "carried", ends)
            connection.execute("DELETE FROM identifier WHERE id IN (FROM carried)")
            _insert(connection, "identifier", fetched(reader, "identifier", "id", ends))


def _insert(connection: duckdb.DuckDBPyConnection, name: str, rows: pa.Table) -> None:
    connection.register("arriving", rows)
    connection.execute(f"INSERT INTO {name} SELECT DISTINCT * FROM arriving")
    connection.unregister("arriving")


def _closed(
    connection: duckdb.DuckDBPyConnection, forests: Mapping[Kind, Forest]
) -> "np.ndarray[Any, np.dtype[np.int64]]":
    """All records of the components of the records in scope."""
    found = np.array([number for (number,) in connection.execute("SELECT DISTINCT id FROM scope").fetchall()], np.int64)
    return np.unique(np.concatenate([found, *(forests[kind].around(found).records for kind in Kind)]))


def _cut(world: World, columns: Columns, near: Mapping[Kind, Forest], confidence: float, number: int) -> None:
    """The tables of one confidence, and of its days."""
    connection = world.connection
    records = connection.sql("SELECT id, kind FROM main.record WHERE id IN (FROM scope) ORDER BY id").to_arrow_table()
    connection.register("arriving", cut_of(records, near, columns.models, confidence))
    connection.execute(
        f"""CREATE TABLE part.entity{number} AS SELECT * FROM arriving UNION ALL
            SELECT * FROM main.entity{number} WHERE record IN (FROM context) AND record NOT IN (FROM scope);
        CREATE TEMP TABLE moved AS SELECT entity AS id FROM arriving UNION
            SELECT entity FROM main.entity{number} WHERE record IN (FROM scope)"""
    )
    connection.unregister("arriving")
    replace_rows(connection, f"entity{number}", "part", "record", "scope")
    replace_moved(connection, columns.rules, number, [one for one in world.frames.values() if one.cut == number])
