"""The pages beside the endpoint: a start page, GraphiQL with vendored files, ready-made operations, health."""

from html import escape
from pathlib import Path

from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response

from spine import __version__
from spine.access.context import LOCAL
from spine.api import contract
from spine.api.bodies import Operation
from spine.api.errors import document
from spine.api.execution import execute
from spine.errors import NotFound

UI = Path(__file__).resolve().parent / "ui"
STARTERS = ("support/find-by-identifier", "marketing/households-in-region-with-consent", "analysis/corporate-tree")


async def index(request: Request) -> Response:
    """The start page: one ready-made question for each kind of user, then all of them."""
    starters = [contract.operation(name) for name in STARTERS]
    others = [one for one in contract.operations() if one not in starters]
    page = (UI / "index.html").read_text(encoding="utf-8")
    for mark, shown in (("<!-- starters -->", starters), ("<!-- others -->", others)):
        page = page.replace(mark, "\n".join(_item(one) for one in shown))
    return HTMLResponse(page.replace("<!-- version -->", escape(__version__)))


async def graphiql(request: Request) -> Response:
    """GraphiQL, with no request to another host."""
    return HTMLResponse((UI / "graphiql.html").read_text(encoding="utf-8"))


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
    """`ok` where the store answers, 503 where it does not."""
    result = await execute(request.app.state.desks, Operation("{ status { position } }"), LOCAL)
    if "errors" in result:
        code = result["errors"][0]["extensions"]["code"]
        return JSONResponse({"status": "unavailable", "code": code, "version": __version__}, 503)
    position = result["data"]["status"]["position"]
    return JSONResponse({"status": "ok", "position": position, "version": __version__})


def link(one: contract.ReadyMade) -> str:
    """The path that opens an operation in GraphiQL."""
    return f"/graphiql?operation={one.audience}/{one.name}"


def _item(one: contract.ReadyMade) -> str:
    return f'<li><a href="{link(one)}">{escape(one.question)}</a> <span>{escape(one.audience)}</span></li>'


def _plain(one: contract.ReadyMade) -> dict[str, object]:
    return {
        "name": one.name,
        "audience": one.audience,
        "question": one.question,
        "variables": one.variables,
        "document": one.document,
    }
