"""`GET /changes`, `/changes/stream` (server-sent events) and `/snapshot`: the feed over plain HTTP."""

import json
from collections.abc import AsyncGenerator, Sequence

from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.types import Receive, Scope, Send

from spine.access.context import SERVED
from spine.api.batching import Desks
from spine.api.endpoint import Answer
from spine.api.errors import RequestError, answer, document, status_of
from spine.api.tail import MOST, Crowded, Tail
from spine.errors import QueryError, SpineError
from spine.explore.changes import MOST_CHANGES, MOST_RECORDS
from spine.outgoing.feed import PAGE, checked_kinds, events_after, snapshot_page

IDLE = 15.0
"""Seconds after which a stream that has nothing to say says so, for whoever cuts silent connections."""
_RETRY = 2000


async def changes(request: Request) -> Response:
    """The events after a cursor, oldest first, and the cursor to go on from."""
    desks: Desks = request.app.state.desks
    try:
        after, limit = _number(request, "after", 0), _number(request, "limit", PAGE)
        kinds = _kinds(request)
        async with desks.session(SERVED) as session:
            found = await session.ask(events_after, after, min(limit, MOST_CHANGES), kinds)
    except RequestError as error:
        return answer(error)
    except SpineError as error:
        return JSONResponse(document(error), status_of(error))
    return Answer({"events": found, "next": found[-1]["id"] if found else str(after)})


async def whole(request: Request) -> Response:
    """A page of how every record stands, the cursor of the events to go on from, and the token of the next page."""
    desks: Desks = request.app.state.desks
    try:
        limit = _number(request, "limit", 1000)
        async with desks.session(SERVED) as session:
            found = await session.ask(snapshot_page, request.query_params.get("after", ""), min(limit, MOST_RECORDS))
    except SpineError as error:
        return JSONResponse(document(error), status_of(error))
    return Answer(found)


async def stream(request: Request) -> Response:
    """Server-sent events after `Last-Event-ID`, or the parameter `after`, or from the first; it ends with the server.

    An event's id is the cursor after it, so that a browser that lost the line goes on where it stood.
    """
    tail: Tail = request.app.state.tail
    try:
        seen = request.headers.get("last-event-id", "")
        after = _whole(seen, "Last-Event-ID") if seen else _number(request, "after", 0)
        kinds = _kinds(request)
        if tail.followers >= MOST:
            raise Crowded(f"{MOST} streams are served already.", remedy="Read page by page: GET /changes.")
    except Crowded as error:
        return JSONResponse(document(error), 503, headers={"retry-after": "30"})
    except SpineError as error:
        return JSONResponse(document(error), status_of(error))
    return EventStream(_lines(tail, after, kinds))


class EventStream(StreamingResponse):
    """A stream of events that gives up its place as soon as the reader has gone."""

    media_type = "text/event-stream"

    def __init__(self, lines: AsyncGenerator[str, None]) -> None:
        super().__init__(lines, headers={"cache-control": "no-store", "x-accel-buffering": "no"})
        self._lines = lines

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send until either side ends."""
        try:
            await super().__call__(scope, receive, send)
        finally:
            await self._lines.aclose()


async def _lines(tail: Tail, after: int, kinds: Sequence[str]) -> AsyncGenerator[str, None]:
    yield f"retry: {_RETRY}\n\n"
    pages = tail.pages(after, kinds, IDLE)
    try:
        async for page in pages:
            if not page:
                yield ": nothing new\n\n"
            for event in page:
                text = json.dumps(event, ensure_ascii=False, separators=(",", ":"))
                yield f"id: {event['id']}\ndata: {text}\n\n"
    finally:
        await pages.aclose()


def _kinds(request: Request) -> tuple[str, ...]:
    text = request.query_params.get("kinds", "")
    return checked_kinds([kind for kind in text.split(",") if kind])


def _number(request: Request, name: str, otherwise: int) -> int:
    text = request.query_params.get(name, "")
    return _whole(text, name) if text else otherwise


def _whole(text: str, name: str) -> int:
    if not (text.isascii() and text.isdecimal() and len(text) < 20 and int(text) < 1 << 63):
        raise QueryError(f"{name} is {text[:40]!r}.", remedy="Give a whole number: `next` of the page before.")
    return int(text)
