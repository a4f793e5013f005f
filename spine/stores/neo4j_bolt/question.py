"""A question in Cypher, asked of the server: checked, bounded, and its answer as plain values."""

from collections.abc import Mapping
from itertools import islice
from typing import Any

from neo4j import Transaction as BoltTransaction
from neo4j.exceptions import Neo4jError
from neo4j.graph import Node, Path, Relationship

from spine.errors import QueryError
from spine.ports import CypherAnswer
from spine.stores.cypher_names import check_names, strange_names
from spine.stores.neo4j_bolt.connection import translated
from spine.stores.neo4j_bolt.guard import check_plan, check_text
from spine.stores.neo4j_bolt.patterns import DIGEST, WORDS
from spine.stores.plain_values import Budget, plain, public_id


def answered(
    url: str, transaction: BoltTransaction, query: str, parameters: Mapping[str, Any], rows: int
) -> CypherAnswer:
    """The first rows of a question, inside a read transaction that the caller ends without a commit."""
    check_text(query)
    with translated(url):
        try:
            planned = transaction.run(f"EXPLAIN {query}", dict(parameters)).consume()
            check_plan(planned.plan or {}, planned.query_type or "")
            _check_names(transaction, query)
            result = transaction.run(query, dict(parameters))
            budget = Budget()
            found = [[plain(value, budget, _special) for value in record.values()] for record in islice(result, rows)]
            return CypherAnswer(tuple(result.keys()), found, result.peek() is not None)
        except Neo4jError as error:
            if (error.code or "").startswith(("Neo.ClientError.Statement", "Neo.ClientError.Procedure")):
                raise QueryError(f"Neo4j: {error.message}", remedy="See docs/analysis.md for examples.") from error
            raise
        except (ValueError, TypeError, OverflowError) as error:
            raise QueryError(f"A parameter can't be sent: {error}", remedy="Give JSON values.") from error


def _check_names(transaction: BoltTransaction, query: str) -> None:
    """QueryError for a label or type that neither the product nor the database has: a misspelt one."""
    labels, types = strange_names(query)
    if labels or types:
        held = transaction.run(
            "CALL db.labels() YIELD label RETURN collect(label) AS names"
            " UNION ALL CALL db.relationshipTypes() YIELD relationshipType RETURN collect(relationshipType) AS names"
        )
        check_names(*(said - set(there["names"]) for said, there in zip((labels, types), held, strict=False)))


def _special(value: Any, budget: Budget) -> Any:
    """Nodes, relationships, paths; what else there is (durations, points) as its text."""
    if isinstance(value, Node):
        label = next(iter(sorted(value.labels)), "")
        properties = {name: inner for name, inner in value.items() if name not in (WORDS, DIGEST)}
        return {
            "id": public_id(label, value.get("id")) or value.element_id,
            "labels": sorted(value.labels),
            "properties": plain(properties, budget, _special),
        }
    if isinstance(value, Relationship):
        return {"type": value.type, "properties": plain(dict(value.items()), budget, _special)}
    if isinstance(value, Path):
        return {
            "nodes": [_special(node, budget) for node in value.nodes],
            "relationships": [_special(one, budget) for one in value.relationships],
        }
    iso = getattr(value, "iso_format", None)
    return plain(iso() if iso is not None else str(value), budget, _special)
