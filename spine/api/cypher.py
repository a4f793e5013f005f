"""Read-only Cypher as an answer: columns and rows of plain values."""

import strawberry
from strawberry.scalars import JSON

from spine.api.asking import Info
from spine.api.fields import resolved
from spine.errors import QueryError
from spine.explore.cypher import cypher


@strawberry.type(description="The answer of a question in Cypher: rows of plain values, one for each column.")
class CypherAnswer:
    columns: list[str]
    rows: list[list[JSON | None]]
    truncated: bool = strawberry.field(description="True where there are more rows than were asked for.")


@strawberry.type(description="Questions in Cypher, for analysts, on Neo4j.")
class CypherQueries:
    @resolved(
        "A question in Cypher that only reads; UNSUPPORTED where the store is no Neo4j. `parameters` is an object."
    )
    async def cypher(self, info: Info, query: str, parameters: JSON | None = None, rows: int = 1000) -> CypherAnswer:
        if parameters is not None and not isinstance(parameters, dict):
            raise QueryError("parameters is no JSON object.", remedy='Give for example {"city": "Leeds"}.')
        found = await info.context.ask(cypher, query, parameters, rows)
        return CypherAnswer(columns=list(found.columns), rows=found.rows, truncated=found.truncated)
