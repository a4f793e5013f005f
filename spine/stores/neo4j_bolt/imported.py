"""What a database that was made by the import tool still lacks when it is first opened."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor

from neo4j import Session

from spine.domain.graph import GRAPH, Table
from spine.errors import StoreError
from spine.stores.neo4j_bolt.patterns import EMPTIES, empty_values


def complete(session: Session, index: Callable[[Table], None]) -> None:
    """Give an imported database the empty lists and bytes that the import tool could not be told of.

    Meanwhile `index` is called, in another thread, with each table that this does not change. Harmless where it was
    done in part; StoreError where the import lacks nodes or edges.
    """
    _refuse_damaged(session)
    nodes = [table for table in GRAPH.values() if not table.is_edge]
    with ThreadPoolExecutor(1, "spine-indexes") as pool:
        others = pool.submit(_each, index, [table for table in nodes if not empty_values(table)])
        for table in nodes:
            if empty_values(table):
                _fill(session, table)
        others.result()


def _each(index: Callable[[Table], None], tables: Sequence[Table]) -> None:
    for table in tables:
        index(table)


def _fill(session: Session, table: Table) -> None:
    """Few different sets of columns are empty: each set is one statement, in transactions of its own, two at once."""
    values = empty_values(table)
    for (bits,) in session.run(f"MATCH (n:{table.label}) RETURN DISTINCT n.{EMPTIES}").values():
        if bits:
            session.run(
                f"MATCH (n:{table.label}) WHERE n.{EMPTIES} = $bits CALL (n) {{ SET n += $given }} "
                "IN 2 CONCURRENT TRANSACTIONS OF 10000 ROWS",
                bits=bits,
                given={EMPTIES: None} | dict(each for bit, each in enumerate(values) if bits >> bit & 1),
            ).consume()


def _refuse_damaged(session: Session) -> None:
    """The import tool takes edges whose nodes are in no file: then fewer nodes are there than were written."""
    told = "MATCH (m:SpineMeta {id: 'store'}) RETURN m.nodes, m.edges"
    ((nodes, edges),) = session.run(told).values()
    ((some,),) = session.run("MATCH (n) RETURN count(n)").values()
    ((others,),) = session.run("MATCH ()-->() RETURN count(*)").values()
    if (some, others) != (nodes, edges):
        written = "an older version wrote the files" if nodes is None else f"{nodes:,} and {edges:,} were written"
        raise StoreError(
            f"The import brought {some:,} nodes and {others:,} edges, where {written}.",
            remedy="Remove the database, write the files again and import them.",
        )
