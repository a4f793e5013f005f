"""Another confidence out of one that is there: only who is somebody else at the two is put together anew.

A cut differs from its neighbour in few entities: between 0.9 and 0.95 in one of a hundred, between 0.95 and 0.99 in a
quarter. So the tables of the nearest are copied, and what moved is made in a part of its own, as when records come.
"""

from collections.abc import Sequence

import pyarrow as pa

from spine.audiences.frames import WIDE, Frame
from spine.audiences.parts import drop_schemas, keep_numbers, replace_moved
from spine.audiences.population import CUT, Connection

MOST = 0.5
"""Where a greater share of the records moved, making everything is quicker."""

_MOVED = """
CREATE TEMP TABLE moved AS SELECT DISTINCT unnest([now.entity, before.entity]) AS id
    FROM cut_now now JOIN entity{base} before USING (record) WHERE now.entity <> before.entity;
CREATE TEMP TABLE scope AS SELECT record AS id FROM cut_now WHERE entity IN (FROM moved)
    UNION SELECT record FROM entity{base} WHERE entity IN (FROM moved);
"""
_SHARERS = """
INSERT INTO moved SELECT DISTINCT entity FROM cut_now JOIN carries ON start = record WHERE "end" IN (
    SELECT "end" FROM carries SEMI JOIN consent_of USING ("end") WHERE start IN (FROM scope)
) AND entity NOT IN (FROM moved);
INSERT INTO scope SELECT record FROM cut_now WHERE entity IN (FROM moved) AND record NOT IN (FROM scope);
"""
"""Whether a consent is somebody's depends on who else holds its identifier."""
_PART = """
CREATE TEMP TABLE context AS SELECT id FROM scope UNION
    SELECT start FROM carries WHERE "end" IN (
        SELECT "end" FROM carries SEMI JOIN consent_of USING ("end") WHERE start IN (FROM scope));
CREATE SCHEMA part;
CREATE TABLE part.record AS SELECT * FROM main.record WHERE id IN (FROM scope);
CREATE TABLE part.holds AS SELECT * FROM main.holds WHERE record IN (FROM scope);
CREATE TABLE part.happened AS SELECT * FROM main.happened WHERE record IN (FROM scope);
CREATE TABLE part.said AS SELECT * FROM main.said WHERE record IN (FROM context);
CREATE TABLE part.resides_in AS SELECT * FROM main.resides_in WHERE start IN (FROM scope);
CREATE TABLE part.member_of AS SELECT * FROM main.member_of WHERE start IN (FROM scope);
CREATE TABLE part.entity{n} AS SELECT * FROM cut_now WHERE record IN (FROM context);
"""
_TEMPORARY = ("scope", "context", "touched_household", "touched_organisation", "tops")


def recut(connection: Connection, entities: pa.Table, bases: Sequence[Frame], frame: Frame) -> bool:
    """Make the tables of a cut, and of its frame, out of the frame nearest to it; False where that would cost more.

    `entities` is the new cut (`record`, `entity`, `kind`); `bases` are frames of the same day.
    """
    if not bases:
        return False
    base = min(bases, key=lambda one: abs(one.confidence - frame.confidence))
    connection.execute("BEGIN")
    connection.register("cut_now", entities)
    try:
        made = _recut(connection, len(entities), base, frame)
        connection.execute("COMMIT" if made else "ROLLBACK")
    except BaseException:
        connection.execute("ROLLBACK")
        raise
    finally:
        connection.execute("SET search_path = 'main'")
        connection.unregister("cut_now")
    return made


def _recut(connection: Connection, records: int, base: Frame, frame: Frame) -> bool:
    connection.execute(_MOVED.replace("{base}", str(base.cut)))
    connection.execute(_SHARERS)
    (reached,) = connection.execute("SELECT count(*) FROM scope").fetchall()[0]
    if reached > MOST * records:
        return False
    connection.execute(f"CREATE TABLE entity{frame.cut} AS FROM cut_now")
    for name in (*CUT, *WIDE):
        connection.execute(f"CREATE TABLE {frame.table(name)} AS FROM {base.table(name)}")
    for name in ("touched_household", "touched_organisation", "tops"):
        keep_numbers(connection, name, ())
    connection.execute(_PART.replace("{n}", str(frame.cut)))
    connection.execute("SET search_path = 'part,main'")
    replace_moved(connection, frame.columns.rules, frame.cut, [frame])
    drop_schemas(connection, "part")
    connection.execute("SET search_path = 'main'")
    for name in _TEMPORARY:
        connection.execute(f"DROP TABLE {name}")
    return True
