"""The files of a saved audience over HTTP: CSV, Parquet, and the manifest that says how they came about."""

import json
from typing import Any, Literal

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from spine.access.context import LOCAL, Context
from spine.api.batching import Desks
from spine.api.errors import document
from spine.audiences.export import encoded, manifest, table_of
from spine.audiences.projection import Projections
from spine.audiences.saved import saved_audience
from spine.audiences.selection import selected
from spine.errors import NotFound, NotReady, SpineError
from spine.ports import Reader, SystemClock

MEDIA = {"csv": "text/csv; charset=utf-8", "parquet": "application/vnd.apache.parquet", "json": "application/json"}
Wanted = Literal["csv", "parquet", "json"]


async def audience_file(request: Request) -> Response:
    """A file of an audience as it is now; 404 where there is no audience of that name."""
    name, dot, wanted = request.path_params["file"].rpartition(".")
    desks: Desks = request.app.state.desks
    try:
        if not dot or wanted not in MEDIA:
            raise NotFound("There is no such file.", remedy="Ask for NAME.csv, NAME.parquet or NAME.json.")
        async with desks.session(LOCAL) as session:
            body = await session.ask(_file, session.projections, name, wanted, session.settings.confidence)
    except SpineError as error:
        status = 404 if isinstance(error, NotFound) else 503 if isinstance(error, NotReady) else 400
        return JSONResponse(document(error), status)
    headers = {"content-disposition": f'attachment; filename="{name}.{wanted}"', "cache-control": "no-store"}
    return Response(body, media_type=MEDIA[wanted], headers=headers)


def _file(
    reader: Reader, context: Context, projections: Projections, name: str, wanted: Wanted, confidence: float
) -> bytes:
    found = saved_audience(reader, context, name)
    clock = SystemClock()
    with selected(projections, reader, context, found.definition, confidence, clock.now()[:10]) as selection:
        table = table_of(selection)
        if wanted != "json":
            return encoded(table, wanted)
        files = {f"{name}.csv": encoded(table, "csv"), f"{name}.parquet": encoded(table, "parquet")}
        told: dict[str, Any] = manifest(selection, name, files, clock)
    return json.dumps(told, indent=2, ensure_ascii=False).encode()
