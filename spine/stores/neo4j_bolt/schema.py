"""Constraints and indexes of the Neo4j store, derived from `GRAPH`, and how an older database is brought up."""

from collections.abc import Callable, Iterable, Iterator

from neo4j import Driver, ManagedTransaction, Session
from neo4j.exceptions import ClientError

from spine.domain.graph import GRAPH, Table
from spine.stores import migration
from spine.stores.neo4j_bolt.connection import translated
from spine.stores.neo4j_bolt.imported import complete
from spine.stores.neo4j_bolt.patterns import IMPORTED, SEARCH_INDEX, WORDS

INDEX_SECONDS = 3600
"""How long opening waits for the indexes of a database that was imported; an empty one has them at once."""

ALREADY_THERE = "Neo.ClientError.Schema.EquivalentSchemaRuleAlreadyExists"

WORD_INDEX = (
    f"CREATE FULLTEXT INDEX {SEARCH_INDEX} IF NOT EXISTS FOR (n:Record) ON EACH [n.{WORDS}] "
    "OPTIONS {indexConfig: {`fulltext.analyzer`: 'whitespace'}}"
)


def _withdraw_consents(driver: Driver, database: str | None) -> None:
    """Version 4: whom a shared consent permits is decided anew; until then it permits nobody."""
    with driver.session(database=database) as session:
        for statement in (
            "MATCH (n:Household) CALL (n) { REMOVE n.next_join, n.consents } IN TRANSACTIONS OF 10000 ROWS",
            "MATCH (n:Person) CALL (n) { SET n.consents = [] } IN TRANSACTIONS OF 10000 ROWS",
            "MATCH (m:SpineMeta) REMOVE m.digest_person, m.digest_household",
        ):
            session.run(statement).consume()
        session.run("MATCH (n:Document) WHERE n.id IN $names DETACH DELETE n", names=list(migration.RESOLVED)).consume()


def _drop_unasked(driver: Driver, database: str | None) -> None:
    """Version 6: no indexes that nothing asks."""
    with driver.session(database=database) as session:
        for table, column in migration.UNASKED:
            session.run(f"DROP INDEX spine_{table}_{column} IF EXISTS").consume()


STEPS: dict[int, Callable[[Driver, str | None], None]] = {4: _withdraw_consents, 6: _drop_unasked}
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
        # Indexes are filled in the background: the longest begins first.
        _make(session, WORD_INDEX)
        if imported:
            with driver.session(database=database) as beside:
                complete(session, lambda table: _make_all(beside, statements([table])))
        _make_all(session, statements(GRAPH.values()))
        session.run(f"CALL db.awaitIndexes({INDEX_SECONDS})").consume()
        for step in range(version + 1, migration.SCHEMA_VERSION + 1):
            if step in STEPS:
                STEPS[step](driver, database)
        session.run(
            "MERGE (m:SpineMeta {id: 'store'}) SET m.version = $version "
            f"REMOVE {', '.join(f'm.{name}' for name in IMPORTED)}",
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


def _make_all(session: Session, listed: Iterable[str]) -> None:
    """Run several statements of the schema."""
    for statement in listed:
        _make(session, statement)


def statements(tables: Iterable[Table]) -> Iterator[str]:
    """The constraints and indexes of the tables, each harmless where it is there already."""
    yield "CREATE CONSTRAINT spine_meta_id IF NOT EXISTS FOR (n:SpineMeta) REQUIRE n.id IS UNIQUE"
    for table in tables:
        for column in table.columns:
            if table.is_edge or not column.indexed:
                continue
            name = f"spine_{table.name}_{column.name}"
            if column.unique:
                yield f"CREATE CONSTRAINT {name} IF NOT EXISTS FOR (n:{table.label}) REQUIRE n.{column.name} IS UNIQUE"
            else:
                yield f"CREATE INDEX {name} IF NOT EXISTS FOR (n:{table.label}) ON (n.{column.name})"
