"""A part of everybody made anew, in a schema of its own, and put in the place of what it was before.

Unqualified names are found in that schema first, so that the statements that make everything make the part as well.
"""

from collections.abc import Iterable, Sequence

import pyarrow as pa

from spine.audiences.frames import Frame, make_households, make_organisations, make_persons
from spine.audiences.population import CUT, Connection, make_people
from spine.resolution.golden_rules import Rules

_HOMES = """
CREATE SCHEMA home;
CREATE TABLE home.lives{n} AS SELECT * FROM main.lives{n} WHERE household IN (FROM homes);
CREATE TABLE home.household AS SELECT * FROM main.household WHERE id IN (FROM homes);
"""
_FIRMS = """
CREATE TEMP TABLE firms AS FROM touched_organisation UNION FROM moved;
CREATE TEMP TABLE above AS FROM tops UNION
    SELECT ultimate FROM main.organisation WHERE id IN (FROM firms) AND ultimate IS NOT NULL;
CREATE SCHEMA firm;
CREATE TABLE firm.organisation AS SELECT * FROM main.organisation
    WHERE id IN (FROM firms) OR ultimate IN (FROM above);
INSERT INTO firms SELECT id FROM firm.organisation;
"""


def keep_numbers(connection: Connection, name: str, numbers: Iterable[int]) -> None:
    """Keep numbers as a temporary table of one column, `id`."""
    connection.execute(f"CREATE OR REPLACE TEMP TABLE {name} (id BIGINT)")
    found = pa.table({"id": pa.array(sorted(numbers), pa.int64())})
    connection.register("arriving", found)
    connection.execute(f"INSERT INTO {name} FROM arriving")
    connection.unregister("arriving")


def replace_rows(connection: Connection, name: str, schema: str, column: str, among: str) -> None:
    """Rows of a small copy in the place of those of the same numbers."""
    connection.execute(f'DELETE FROM main."{name}" WHERE "{column}" IN (FROM {among})')
    connection.execute(f'INSERT INTO main."{name}" SELECT * FROM {schema}."{name}" WHERE "{column}" IN (FROM {among})')


def drop_schemas(connection: Connection, *schemas: str) -> None:
    """Drop schemas with their tables, one by one: a cascade can't be committed beside what it drops."""
    for schema in schemas:
        tables = connection.execute(
            "SELECT table_name FROM duckdb_tables() WHERE schema_name = $1", [schema]
        ).fetchall()
        for (name,) in tables:
            connection.execute(f'DROP TABLE {schema}."{name}"')
        connection.execute(f"DROP SCHEMA {schema}")


def replace_moved(connection: Connection, rules: Rules, number: int, frames: Sequence[Frame]) -> None:
    """Put what the entities `moved` are now in the place of what they were, in the tables of a cut and of its frames.

    The schema `part` holds what they are made of, and the cut of their records.
    """
    make_people(connection, rules, number)
    connection.execute(
        f"""CREATE TEMP TABLE homes AS FROM touched_household UNION
            SELECT household FROM main.lives{number} WHERE person IN (FROM moved) UNION
            SELECT household FROM part.lives{number} WHERE person IN (FROM moved)"""
    )
    for name, column in CUT.items():
        replace_rows(connection, f"{name}{number}", "part", column, "moved")
    for frame in frames:
        make_persons(frame)
        replace_rows(connection, frame.table("persons"), "part", "id", "moved")
    connection.execute(_HOMES.replace("{n}", str(number)))
    connection.execute(_FIRMS)
    for frame in frames:
        _around(frame)
    connection.execute("SET search_path = 'part,main'")
    drop_schemas(connection, "home", "firm")
    for name in ("moved", "homes", "firms", "above"):
        connection.execute(f"DROP TABLE {name}")


def _around(frame: Frame) -> None:
    """Households and companies of those who moved, out of the tables that hold them already."""
    connection = frame.connection
    connection.execute("SET search_path = 'home,main'")
    make_households(frame)
    replace_rows(connection, frame.table("households"), "home", "id", "homes")
    connection.execute("SET search_path = 'firm,main'")
    make_organisations(frame)
    replace_rows(connection, frame.table("organisations"), "firm", "id", "firms")
    replace_rows(connection, frame.table("groups"), "firm", "id", "above")
