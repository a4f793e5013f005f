"""Constraints and indexes of the Neo4j store, derived from `GRAPH`, and how an older database is brought up."""

from collections.abc import Callable, Iterator

from neo4j import Driver, ManagedTransaction, Session
from neo4j.exceptions import ClientError

from spine.domain.graph import GRAPH, Column
from spine.stores import migration
from spine.stores.neo4j_bolt.connection import translated
from spine.stores.neo4j_bolt.patterns import EMPTIES, ONE_EMPTY_TEXT, SEARCH_INDEX, WORDS

INDEX_SECONDS = 3600
"""How long opening waits for the indexes of a database that was imported; an empty one has them at once."""

ALREADY_THERE = "Neo.ClientError.Schema.EquivalentSchemaRuleAlreadyExists"

STEPS: dict[int, Callable[[Driver, str | None], None]] = {}
"""What a version needs beyond new constraints and indexes: the step that leads to it."""


def migrate(driver: Driver, database: str | None, url: str) -> None:
    """Bring the database to the schema of today; SchemaMismatch for a newer one.

    Constraints and indexes can't be made in one transaction with the version number, but each of them only once.
    """
    with translated(url), driver.session(database=database) as session:
        version, imported = session.run(
            "OPTIONAL MATCH (m:SpineMeta {id: 'store'}) RETURN coalesce(m.version, 0), coalesce(m.imported, false)"
        ).values()[0]
        migration.refuse_newer(url, version)
        if version == migration.SCHEMA_VERSION and not imported:
            return
        if imported:
            # Without indexes on what it changes: they are filled once, afterwards.
            for statement in completions():
                session.run(statement, nothing=b"").consume()
        for statement in statements():
            _make(session, statement)
        session.run(f"CALL db.awaitIndexes({INDEX_SECONDS})").consume()
        for step in range(version + 1, migration.SCHEMA_VERSION + 1):
            if step in STEPS:
                STEPS[step](driver, database)
        session.run(
            "MERGE (m:SpineMeta {id: 'store'}) SET m.version = $version REMOVE m.imported",
            version=migration.SCHEMA_VERSION,
        ).consume()


def _make(session: Session, statement: str) -> None:
    """Run one statement of the schema; two openings at once may deadlock, or find that the other was quicker."""

    def run(transaction: ManagedTransaction) -> None:
        transaction.run(statement).consume()

    try:
        session.execute_write(run)
    except ClientError as error:
        if error.code != ALREADY_THERE:
            raise


def completions() -> Iterator[str]:
    """What gives an imported database the empty lists and bytes that the import tool could not be told of.

    Each is done in transactions of its own, and harmless where it was done in part.
    """
    for table in GRAPH.values():
        holding = [column for column in table.columns if column.type in ("ints", "texts", "bytes")]
        if table.is_edge or not holding:
            continue
        given = " ".join(clause for column in holding for clause in _completed(column))
        yield (
            f"MATCH (n:{table.label}) WHERE n.{EMPTIES} IS NOT NULL "
            f"CALL (n) {{ {given} REMOVE n.{EMPTIES} }} IN TRANSACTIONS OF 20000 ROWS"
        )


def _completed(column: Column) -> Iterator[str]:
    """What gives node `n` the value of a column, where `EMPTIES` names it."""
    values = {column.name: "$nothing" if column.type == "bytes" else "[]"}
    if column.type == "texts":
        values[ONE_EMPTY_TEXT + column.name] = "['']"
    for name, value in values.items():
        yield f"FOREACH (_ IN CASE WHEN '{name}' IN n.{EMPTIES} THEN [1] ELSE [] END | SET n.`{column.name}` = {value})"


def statements() -> Iterator[str]:
    """Everything that makes the schema, each harmless where it is there already."""
    yield "CREATE CONSTRAINT spine_meta_id IF NOT EXISTS FOR (n:SpineMeta) REQUIRE n.id IS UNIQUE"
    for table in GRAPH.values():
        for column in table.columns:
            if table.is_edge or not column.indexed:
                continue
            name = f"spine_{table.name}_{column.name}"
            if column.unique:
                yield f"CREATE CONSTRAINT {name} IF NOT EXISTS FOR (n:{table.label}) REQUIRE n.{column.name} IS UNIQUE"
            else:
                yield f"CREATE INDEX {name} IF NOT EXISTS FOR (n:{table.label}) ON (n.{column.name})"
    yield (
        f"CREATE FULLTEXT INDEX {SEARCH_INDEX} IF NOT EXISTS FOR (n:Record) ON EACH [n.{WORDS}] "
        "OPTIONS {indexConfig: {`fulltext.analyzer`: 'whitespace'}}"
    )
