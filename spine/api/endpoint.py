"""The HTTP endpoint of GraphQL: queries by POST or GET, coded errors for everything else."""

import json
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response

from spine.access.context import SERVED
from spine.api.batching import Desks
from spine.api.bodies import read_operation
from spine.api.errors import RequestError, answer
from spine.api.execution import execute

SPEC_TYPE = "application/graphql-response+json"


async def graphql(request: Request) -> Response:
    """Answer one GraphQL request; a browser that asks for a page is led to GraphiQL."""
    accept = request.headers.get("accept", "")
    if request.method == "GET" and "query" not in request.query_params and "text/html" in accept:
        return RedirectResponse("/graphiql")
    try:
        operation = await read_operation(request)
    except RequestError as error:
        return answer(error)
    desks: Desks = request.app.state.desks
    result = await execute(desks, operation, SERVED, changes=request.method == "POST")
    by_spec = SPEC_TYPE in accept
    status = 400 if by_spec and result["data"] is None and "errors" in result else 200
    return Answer(result, status, media_type=SPEC_TYPE if by_spec else "application/json")


class Answer(JSONResponse):
    """JSON that never holds NaN or infinity, whatever a source had."""

    def render(self, content: Any) -> bytes:
        """The answer as UTF-8; numbers that JSON has no name for become null."""
        try:
            return json.dumps(content, ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode()
        except ValueError:
            return json.dumps(_finite(content), ensure_ascii=False, separators=(",", ":")).encode()


def _finite(value: Any) -> Any:
    if isinstance(value, float):
        return value if value - value == 0 else None
    if isinstance(value, dict):
        return {name: _finite(item) for name, item in value.items()}
    return [_finite(item) for item in value] if isinstance(value, list) else value
