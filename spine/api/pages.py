"""What is served beside the endpoint and the explorer: GraphiQL, ready-made operations, files, health."""

from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

from spine import __version__
from spine.access.context import SERVED
from spine.api import contract, explorer
from spine.api.bodies import Operation
from spine.api.errors import document
from spine.api.execution import execute
from spine.errors import NotFound
from spine.pipeline.attempts import WAITS

STARTERS = ("support/find-by-identifier", "marketing/households-in-region-with-consent", "analysis/corporate-tree")


async def graphiql(request: Request) -> Response:
    """GraphiQL, with no request to another host."""
    return HTMLResponse(explorer.graphiql())


async def operations(request: Request) -> Response:
    """All ready-made operations as JSON."""
    return JSONResponse([_plain(one) for one in contract.operations()])


async def operation(request: Request) -> Response:
    """One ready-made operation as JSON."""
    name = f"{request.path_params['audience']}/{request.path_params['name']}"
    try:
        return JSONResponse(_plain(contract.operation(name)))
    except NotFound as error:
        return JSONResponse(document(error), 404)


async def health(request: Request) -> Response:
    """`ok` where the store answers, 503 where it does not; and how often another writer was waited for in vain."""
    result = await execute(request.app.state.desks, Operation("{ status { position } }"), SERVED)
    if "errors" in result:
        code = result["errors"][0]["extensions"]["code"]
        return JSONResponse({"status": "unavailable", "code": code, "version": __version__}, 503)
    position = result["data"]["status"]["position"]
    writes = {"retried": WAITS.retried, "given_up": WAITS.given_up}
    return JSONResponse({"status": "ok", "position": position, "writes": writes, "version": __version__})


class Kept(StaticFiles):
    """Files whose address names their content: a browser asks for them once."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        """The file, with leave to keep it for a year."""
        response = await super().get_response(path, scope)
        response.headers["cache-control"] = "public, max-age=31536000, immutable"
        return response


def link(one: contract.ReadyMade) -> str:
    """The path that opens an operation in GraphiQL."""
    return f"/graphiql?operation={one.audience}/{one.name}"


def _plain(one: contract.ReadyMade) -> dict[str, object]:
    return {
        "name": one.name,
        "audience": one.audience,
        "question": one.question,
        "variables": one.variables,
        "document": one.document,
        "changes": one.changes,
    }
