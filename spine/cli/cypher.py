"""`spine cypher`: questions in Cypher, of Neo4j itself or of a disposable projection of any other store."""

from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from typing import Annotated, Any

import typer

from spine.access.context import LOCAL
from spine.bootstrap import cypher_projection
from spine.cli import output
from spine.cli.options import Json, Store
from spine.cli.progress import watched
from spine.cli.serving import variables_of
from spine.cli.session import existing
from spine.explore.cypher import MAX_SECONDS, check
from spine.explore.cypher import cypher as question
from spine.ports import CypherAnswer, CypherReader, GraphStore


def cypher(
    query: Annotated[str, typer.Argument(metavar="CYPHER", help="A question, such as MATCH (p:Person) RETURN p.")],
    parameter: Annotated[
        list[str] | None,
        typer.Option("--param", help="name=value, the value as JSON or as text; may be repeated.", show_default=False),
    ] = None,
    rows: Annotated[int, typer.Option("--rows", help="How many rows at most.")] = 1000,
    store: Store = None,
    as_json: Json = False,
) -> None:
    """Ask a question in Cypher that only reads. A store that is no Neo4j is copied into a Ladybug database for it."""
    parameters = variables_of(parameter or (), "--param")
    check(query, rows)
    with existing(store) as graph, graph.reading(LOCAL) as reader:
        if isinstance(reader, CypherReader):
            answer = question(reader, LOCAL, query, parameters, rows)
        else:
            answer = _of_a_copy(graph, query, parameters, rows)
    if as_json:
        output.as_json({"columns": list(answer.columns), "rows": answer.rows, "truncated": answer.truncated})
        return
    output.table(answer.columns, [[output.brief(cell) for cell in row] for row in answer.rows])
    if answer.truncated:
        output.note(f"More than {rows:,} rows: the rest is not shown.")


def _of_a_copy(graph: GraphStore, query: str, parameters: Mapping[str, Any], rows: int) -> CypherAnswer:
    """The answer of a copy of what the question can see, which is said before it is made."""
    make = cypher_projection()
    with watched() as watch, ExitStack() as stage:

        def copies(parts: Sequence[Any]) -> None:
            for part in parts:
                everything = part.columns == part.table.names
                columns = "all columns" if everything else ", ".join(part.columns)
                output.note(f"Copies {part.table.name}: {part.rows:,} rows, {columns}.")
            stage.enter_context(watch.stage("copy what it can see", sum(part.rows for part in parts)))

        with make(graph, LOCAL, query, copies, watch.progress.advance) as projection:
            stage.close()
            with watch.stage("answer"):
                return projection.cypher(query, parameters, rows, MAX_SECONDS)
