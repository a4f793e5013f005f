"""Questions in Cypher: only of stores that can promise that nothing is written and nothing outside is read."""

from collections.abc import Mapping
from typing import Any

from spine.access.context import Context
from spine.errors import QueryError, Unsupported
from spine.ports import CypherAnswer, CypherReader, Reader

MAX_ROWS = 10_000
MAX_SECONDS = 25.0
MAX_LETTERS = 20_000


def cypher(
    reader: Reader,
    context: Context,
    query: str,
    parameters: Mapping[str, Any] | None = None,
    rows: int = 1000,
    seconds: float = MAX_SECONDS,
) -> CypherAnswer:
    """The first `rows` rows of a question that only reads; Unsupported where the store answers no Cypher.

    QueryError where the question would do anything but read the graph, TooExpensive where it takes too long.
    """
    check(query, rows, seconds)
    if not isinstance(reader, CypherReader):
        raise Unsupported(
            "This store answers no Cypher over the network.",
            remedy="Use a Neo4j store; or ask a projection on this machine: spine cypher 'MATCH …'.",
        )
    return reader.cypher(query, parameters or {}, rows, seconds)


def check(query: str, rows: int, seconds: float = MAX_SECONDS) -> None:
    """QueryError where a question, its rows or its time are out of bounds."""
    if not 1 <= rows <= MAX_ROWS or not 0 < seconds <= MAX_SECONDS:
        raise QueryError(
            "rows or seconds is out of bounds.", remedy=f"Ask for 1 to {MAX_ROWS} rows, up to {MAX_SECONDS:g} seconds."
        )
    if len(query) > MAX_LETTERS:
        raise QueryError("The question is too long.", remedy=f"Ask in at most {MAX_LETTERS:,} letters.")
