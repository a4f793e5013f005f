"""Constraints and indexes of the Neo4j store, derived from `GRAPH`, and how an older database is brought up."""

from collections.abc import Callable, Iterator

from neo4j import Driver

from spine.domain.graph import GRAPH
from spine.stores import migration
from spine.stores.neo4j_bolt.connection import translated
from spine.stores.neo4j_bolt.patterns import SEARCH_INDEX, WORDS

STEPS: dict[int, Callable[[Driver, str | None], None]] = {}
"""What a version needs beyond new constraints and indexes: the step that leads to it."""


def migrate(driver: Driver, database: str | None, url: str) -> None:
    """Bring the database to the schema of today; SchemaMismatch for a newer one.

    Constraints and indexes can't be made in one transaction with the version number, but each of them only once.
    """
    with translated(url), driver.session(database=database) as session:
        version = session.run("OPTIONAL MATCH (m:SpineMeta {id: 'store'}) RETURN coalesce(m.version, 0)").values()[0][0]
        migration.refuse_newer(url, version)
        if version == migration.SCHEMA_VERSION:
            return
        for statement in statements():
            session.run(statement).consume()
        session.run("CALL db.awaitIndexes(600)").consume()
        for step in range(version + 1, migration.SCHEMA_VERSION + 1):
            if step in STEPS:
                STEPS[step](driver, database)
        session.run(
            "MERGE (m:SpineMeta {id: 'store'}) SET m.version = $version", version=migration.SCHEMA_VERSION
        ).consume()


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
