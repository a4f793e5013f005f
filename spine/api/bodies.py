"""HTTP requests as GraphQL requests: every other body is refused with a coded error, never with a crash."""

import json
from dataclasses import dataclass, field
from typing import Any

from starlette.requests import ClientDisconnect, Request

from spine.api.errors import RequestError, TooLarge, WrongMediaType

MAX_BYTES = 200_000
_REMEDY = 'Send {"query": "…", "variables": {…}} as application/json.'


@dataclass(frozen=True, slots=True)
class Operation:
    """What a client asks to be executed."""

    query: str
    variables: dict[str, Any] = field(default_factory=dict)
    name: str | None = None


async def read_operation(request: Request) -> Operation:
    """The operation in a POST body or in the parameters of a GET; RequestError where there is none."""
    if request.method == "GET":
        return _from_parameters(request)
    media = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if media not in ("application/json", "application/graphql-response+json"):
        raise WrongMediaType("The body is not declared as JSON.", remedy=_REMEDY)
    return _operation(_parsed(await body_of(request, MAX_BYTES)))


async def body_of(request: Request, most: int) -> bytes:
    """The body, never more of it in memory than `most` bytes; TooLarge where there is more."""
    chunks = bytearray()
    try:
        async for chunk in request.stream():
            chunks += chunk
            if len(chunks) > most:
                raise TooLarge(f"The body is above {most} bytes.", remedy="Send a smaller document.")
    except ClientDisconnect as error:
        raise RequestError("The body ended early.", remedy=_REMEDY) from error
    return bytes(chunks)


def _from_parameters(request: Request) -> Operation:
    asked = request.query_params
    variables = asked.get("variables")
    return _operation(
        {
            "query": asked.get("query"),
            "variables": _parsed(variables.encode()) if variables else None,
            "operationName": asked.get("operationName"),
        }
    )


def _parsed(body: bytes) -> object:
    try:
        return json.loads(body.decode("utf-8"), parse_constant=_refuse)
    except UnicodeDecodeError as error:
        raise RequestError("The body is not UTF-8.", remedy=_REMEDY) from error
    except RecursionError as error:
        raise RequestError("The body is nested too deep.", remedy=_REMEDY) from error
    except ValueError as error:
        raise RequestError("The body is not JSON.", remedy=_REMEDY) from error


def _refuse(name: str) -> object:
    raise ValueError(f"{name} is no JSON")


def _operation(data: object) -> Operation:
    if not isinstance(data, dict):
        raise RequestError("The body is not a JSON object.", remedy=_REMEDY)
    query, variables, name = data.get("query"), data.get("variables"), data.get("operationName")
    if not isinstance(query, str) or not query.strip():
        raise RequestError("There is no query in the request.", remedy=_REMEDY)
    if variables is not None and not isinstance(variables, dict):
        raise RequestError("The variables are not a JSON object.", remedy=_REMEDY)
    if name is not None and not isinstance(name, str):
        raise RequestError("The operationName is not a text.", remedy=_REMEDY)
    return Operation(query, variables or {}, name or None)
