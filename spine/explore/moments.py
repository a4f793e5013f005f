"""Times that are asked for, and whether something held at one of them."""

import re

from spine.errors import QueryError

_MOMENT = re.compile(
    r"\d{4}(-(0[1-9]|1[0-2])(-(0[1-9]|[12]\d|3[01])(T\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:?\d\d)?)?)?)?"
)


def moment(as_of: str | None) -> str | None:
    """A time in ISO 8601, where a year, a month or a day are enough; QueryError where it is none."""
    if as_of is None or _MOMENT.fullmatch(as_of.strip()):
        return as_of.strip() if as_of is not None else None
    raise QueryError(f"asOf is {as_of[:40]!r}.", remedy="Give a day such as 2024-06-30, or a time in ISO 8601.")


def held(since: str | None, until: str | None, as_of: str) -> bool:
    """True where a period holds a time; times of different precision are compared by what both of them say."""
    ended = until is not None and until[: len(as_of)] < as_of[: len(until)]
    return not ended and not (since is not None and since[: len(as_of)] > as_of[: len(since)])
