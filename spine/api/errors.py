"""Errors as clients see them: a stable code and a remedy in `extensions`, and nothing of what went on inside.

Codes beside those of `spine.errors`: BAD_REQUEST (a body or parameter that is no GraphQL request), BAD_QUERY (a
document that does not parse or fit the schema), TOO_LARGE, TIME_OUT, INTERNAL.
"""

import logging
import secrets
from collections.abc import Mapping
from typing import Any

from graphql import GraphQLError, GraphQLSyntaxError
from starlette.responses import JSONResponse

from spine.errors import (
    AccessDenied,
    InputError,
    NotFound,
    QueryError,
    SpineError,
    StoreBusy,
    StoreUnavailable,
    TooExpensive,
)

log = logging.getLogger("spine.api")

_STATUS = (
    (AccessDenied, 403), (NotFound, 404), (InputError, 400), (QueryError, 400), (StoreBusy, 503),
    (StoreUnavailable, 503),
)  # fmt: skip
BAD_QUERY_REMEDY = "Compare the document with the schema, for example in /graphiql."


class RequestError(SpineError):
    """A request that is no GraphQL request; `status` is the HTTP status it is answered with."""

    code = "BAD_REQUEST"
    status = 400


class TooLarge(RequestError):
    """A body above the limit."""

    code = "TOO_LARGE"
    status = 413


class WrongMediaType(RequestError):
    """A body that is not declared as JSON."""

    code = "BAD_REQUEST"
    status = 415


class TimeOut(SpineError):
    """A question that took longer than the limit."""

    code = "TIME_OUT"


def formatted(error: GraphQLError) -> dict[str, Any]:
    """One error of an answer, with `extensions.code` and, where there is one, `extensions.remedy`.

    Exceptions that the product did not raise on purpose become INTERNAL: their text stays in the log, under the
    reference that the client sees.
    """
    out: dict[str, Any] = {"message": error.message}
    if error.locations:
        out["locations"] = [{"line": place.line, "column": place.column} for place in error.locations]
    if error.path:
        out["path"] = list(error.path)
    cause = origin(error)
    if isinstance(error, GraphQLSyntaxError) and "tokens" in error.message:
        cause = TooExpensive("The document has too many tokens.", remedy="Send several requests.")
    if cause is None:
        return {**out, "extensions": _extensions("BAD_QUERY", BAD_QUERY_REMEDY)}
    if isinstance(cause, SpineError):
        return {**out, "message": cause.message, "extensions": _extensions(cause.code, cause.remedy)}
    reference = secrets.token_hex(4)
    log.error("unexpected %s, reference %s", type(cause).__name__, reference, exc_info=cause)
    out["message"] = f"Something went wrong on the server (reference {reference})."
    return {**out, "extensions": _extensions("INTERNAL", "Try again; if it stays, look the reference up in the log.")}


def origin(error: GraphQLError) -> Exception | None:
    """The exception behind a GraphQL error; None where the document itself is at fault."""
    cause: Exception | None = error.original_error
    while isinstance(cause, GraphQLError):
        cause = cause.original_error
    return cause


def answer(error: RequestError) -> JSONResponse:
    """A refused request as an HTTP answer of the same shape as every other error."""
    return JSONResponse(document(error), error.status)


def status_of(error: SpineError) -> int:
    """The HTTP status of an error outside GraphQL."""
    for kind, status in _STATUS:
        if isinstance(error, kind):
            return status
    return 500


def document(error: SpineError) -> dict[str, Any]:
    """An error alone, in the shape of a GraphQL answer."""
    return {"errors": [{"message": error.message, "extensions": _extensions(error.code, error.remedy)}]}


def _extensions(code: str, remedy: str) -> Mapping[str, str]:
    return {"code": code, "remedy": remedy} if remedy else {"code": code}
