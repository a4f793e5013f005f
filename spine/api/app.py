"""The application: `create_app(store, settings)` gives an ASGI app that answers questions about one store."""

from asyncio import to_thread
from collections.abc import AsyncIterator, Collection
from contextlib import asynccontextmanager

from starlette.applications import Starlette
from starlette.datastructures import Headers, MutableHeaders
from starlette.middleware.gzip import GZipMiddleware
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Mount, Route, WebSocketRoute
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from spine.api import explorer, pages, receiving, streaming
from spine.api.background import Background
from spine.api.batching import Desks
from spine.api.downloads import audience_file
from spine.api.endpoint import graphql
from spine.api.errors import RequestError, answer, document
from spine.api.network import LOCAL_HOSTS, is_trusted
from spine.api.sockets import subscriptions
from spine.api.tail import Tail
from spine.api.warming import Warming
from spine.errors import NotFound
from spine.ports import GraphStore
from spine.settings import Settings

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; "
    "font-src 'self'; manifest-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'self'"
)
GRAPHIQL_POLICY = POLICY.replace("style-src 'self'", "style-src 'self' 'unsafe-inline'").replace(
    "font-src 'self'", "font-src 'self' data:"
)
"""GraphiQL's editor writes styles into the page."""
HEADERS = {
    "content-security-policy": POLICY,
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cross-origin-resource-policy": "same-origin",
}


def create_app(
    store: GraphStore,
    settings: Settings,
    *,
    hosts: Collection[str] = LOCAL_HOSTS,
    desks: int = 4,
    prepared: bool = False,
) -> Starlette:
    """An ASGI application over a store that the caller opened and closes.

    Requests whose Host header names none of `hosts` are refused; `desks` is how many are answered at a time. Where it
    is `prepared`, what audiences are asked of is read ahead in another thread, and look-ups of a store that is far are
    made ready in a third. While it runs, what ingests left for later is worked off, unless it answers questions only;
    where it is `prepared`, after the key index that ingests need was made.
    """
    state = Desks(store, settings, desks, prepared=prepared)
    tail = Tail(state)

    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        working = Background(store, prepared=prepared) if not settings.read_only else None
        if working is not None:
            working.start()
        warming = Warming(store, settings) if prepared else None
        if warming is not None:
            warming.start()
        yield
        tail.end()
        if working is not None:
            await to_thread(working.close)
        if warming is not None:
            await to_thread(warming.close)
        state.close()

    app = Starlette(
        routes=[
            *explorer.routes(explorer.offer(store, settings)),
            Route("/graphql", graphql, methods=["GET", "POST"]),
            WebSocketRoute("/graphql", subscriptions),
            Route("/graphiql", pages.graphiql),
            Route("/operations", pages.operations),
            Route("/operations/{audience}/{name}", pages.operation),
            Route("/audiences/{file}", audience_file),
            Route("/health", pages.health),
            Route("/ingest", receiving.receive, methods=["POST"]),
            Route("/changes", streaming.changes),
            Route("/changes/stream", streaming.stream),
            Route("/snapshot", streaming.whole),
            Mount(explorer.base(), pages.Kept(directory=explorer.UI)),
        ],
        exception_handlers={404: _missing, 405: _wrong_method},
        lifespan=lifespan,
    )
    app.state.desks = state
    app.state.tail = tail
    app.add_middleware(GZipMiddleware, minimum_size=1000, compresslevel=6)
    app.add_middleware(Guard, hosts=frozenset(hosts))
    return app


class Guard:
    """Refuses foreign Host headers, and sets the security headers of every answer."""

    def __init__(self, app: ASGIApp, hosts: Collection[str]) -> None:
        self.app = app
        self.hosts = hosts

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, or answer 400."""
        if scope["type"] not in ("http", "websocket"):
            await self.app(scope, receive, send)
            return
        if not is_trusted(Headers(scope=scope).get("host", ""), self.hosts):
            if scope["type"] == "http":
                error = RequestError("This host is not served here.", remedy="Open http://127.0.0.1 and the port.")
                await answer(error)(scope, receive, send)
            else:
                await send({"type": "websocket.close", "code": 1008, "reason": ""})
            return

        async def sealed(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers.update(HEADERS)
                if scope["path"] == "/graphiql":
                    headers["content-security-policy"] = GRAPHIQL_POLICY
            await send(message)

        await self.app(scope, receive, sealed)


async def _missing(request: Request, error: Exception) -> Response:
    return JSONResponse(document(NotFound("There is no such page.", remedy="Begin at /.")), 404)


async def _wrong_method(request: Request, error: Exception) -> Response:
    refused = RequestError("This method is not answered here.", remedy="Send GraphQL queries by POST to /graphql.")
    return JSONResponse(document(refused), 405, headers={"allow": "GET, POST"})
