"""`POST /ingest`: one JSON record, a list of them, or NDJSON; with `?mapping=NAME` rows as their source has them."""

import json
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from spine.access.context import SERVED
from spine.api.batching import Desks, may_change
from spine.api.bodies import body_of
from spine.api.endpoint import Answer
from spine.api.errors import RequestError, WrongMediaType, answer, document, status_of
from spine.api.ingesting import MOST, as_json
from spine.bootstrap import mapped_rows
from spine.errors import SpineError
from spine.pipeline.incoming import read_batch

MAX_BYTES = 8_000_000
_JSON, _LINES = "application/json", ("application/x-ndjson", "application/jsonl", "application/x-jsonlines")
_REMEDY = 'Send {"source": …, "record_id": …, "attributes": {…}} as application/json, or lines of it as x-ndjson.'


async def receive(request: Request) -> Response:
    """Take in what is sent and answer what it changed; rows that can't be used are told as rejects."""
    desks: Desks = request.app.state.desks
    mapping = request.query_params.get("mapping")
    try:
        rows, lines = _rows(request, await body_of(request, MAX_BYTES))
        may_change(desks.settings)
        if mapping is None:
            batch = read_batch(rows)
        else:
            async with desks.session(SERVED) as session:
                batch = await session.ask(mapped_rows, mapping, rows)
        batch = replace(batch, rejects=[replace(one, line=lines[one.line - 1]) for one in batch.rejects])
        report = await desks.intake.take(SERVED, batch, mapping or "ingest")
    except RequestError as error:
        return answer(error)
    except SpineError as error:
        return JSONResponse(document(error), status_of(error))
    return Answer(as_json(report))


def _rows(request: Request, body: bytes) -> tuple[list[Any], Sequence[int]]:
    """What was sent, and where each of it stands: its line, blank ones counted, or its place in the list, from 1."""
    media = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if media != _JSON and media not in _LINES:
        raise WrongMediaType("The body is not declared as JSON.", remedy=_REMEDY)
    try:
        text = body.decode("utf-8-sig")
        # Only a line feed parts lines: a text in JSON may hold what else Unicode takes for the end of one.
        written = {} if media == _JSON else {at: line for at, line in enumerate(text.split("\n"), 1) if line.strip()}
        found = json.loads(text) if media == _JSON else [_line(line) for line in written.values()]
    except UnicodeDecodeError as error:
        raise RequestError(f"The body is not UTF-8 (byte {error.start + 1}).", remedy=_REMEDY) from error
    except json.JSONDecodeError as error:
        place = f"line {error.lineno}, column {error.colno}: {error.msg}"
        raise RequestError(f"The body is not JSON ({place}).", remedy=_REMEDY) from error
    except (ValueError, RecursionError) as error:
        raise RequestError("The body is not JSON.", remedy=_REMEDY) from error
    rows = found if isinstance(found, list) else [found]
    if len(rows) > MOST:
        raise RequestError(f"{len(rows)} records at once.", remedy=f"Send up to {MOST} in one request.")
    return rows, list(written) or range(1, len(rows) + 1)


def _line(line: str) -> Any:
    """What a line of NDJSON says; its text where it is no JSON, which then is no record."""
    try:
        return json.loads(line)
    except (ValueError, RecursionError):
        return line
