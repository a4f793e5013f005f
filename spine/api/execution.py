"""One operation from document to answer: for the server's endpoint, the command line and the tests alike."""

import asyncio
from collections.abc import Mapping
from typing import Any

from graphql import GraphQLError
from strawberry.exceptions import MissingQueryError
from strawberry.schema.exceptions import CannotGetOperationTypeError, InvalidOperationTypeError
from strawberry.types.graphql import OperationType

from spine.access.context import SERVED, Context
from spine.api.batching import Desks
from spine.api.bodies import Operation
from spine.api.errors import formatted
from spine.api.schema import schema
from spine.ports import GraphStore
from spine.settings import Settings

_QUESTIONS = (OperationType.QUERY,)
_CHANGES = (OperationType.QUERY, OperationType.MUTATION)
_REQUEST_ERRORS = (MissingQueryError, CannotGetOperationTypeError, InvalidOperationTypeError)


async def execute(desks: Desks, operation: Operation, context: Context, *, changes: bool = False) -> dict[str, Any]:
    """The answer as GraphQL's response map: `data`, and `errors` with codes where something failed.

    Mutations are executed only where `changes` is true: never for what a link can ask.
    """
    async with desks.session(context) as session:
        session.named = operation.name is not None
        try:
            result = await schema.execute(
                operation.query,
                variable_values=operation.variables,
                context_value=session,
                operation_name=operation.name,
                allowed_operation_types=_CHANGES if changes else _QUESTIONS,
            )
        except _REQUEST_ERRORS:
            wanted = f" named {operation.name[:80]!r}" if operation.name else ""
            return {"data": None, "errors": [formatted(GraphQLError(f"The document has no query{wanted}."))]}
    out: dict[str, Any] = {"data": result.data}
    if result.errors:
        out["errors"] = [formatted(error) for error in result.errors]
    return out


def run(
    store: GraphStore,
    settings: Settings,
    query: str,
    variables: Mapping[str, Any] | None = None,
    context: Context = SERVED,
) -> dict[str, Any]:
    """The answer of one operation, without a server."""
    desks = Desks(store, settings, size=1)
    try:
        return asyncio.run(execute(desks, Operation(query, dict(variables or {})), context, changes=True))
    finally:
        desks.close()
