"""`spine cypher`: questions in Cypher, of Neo4j itself or of a disposable projection of any other store."""

from typing import Annotated

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
from spine.ports import CypherReader


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
            make = cypher_projection()
            with watched() as watch, watch.stage("copy the graph and ask"), make(graph, LOCAL, query) as projection:
                answer = projection.cypher(query, parameters, rows, MAX_SECONDS)
    if as_json:
        output.as_json({"columns": list(answer.columns), "rows": answer.rows, "truncated": answer.truncated})
        return
    output.table(answer.columns, [[output.brief(cell) for cell in row] for row in answer.rows])
    if answer.truncated:
        output.note(f"More than {rows:,} rows: the rest is not shown.")
