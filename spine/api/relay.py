"""Relay connections: edges that carry the facts of a link, opaque cursors, counts that are made only when asked for."""

import base64
import json
from collections.abc import Awaitable, Callable, Hashable, Sequence
from typing import Any, Generic, TypeVar

import strawberry

from spine.api.fields import resolved
from spine.errors import BadCursor, QueryError

EdgeType = TypeVar("EdgeType")
ConnectionType = TypeVar("ConnectionType", bound="Connection[Any]")
Item = TypeVar("Item")

DEFAULT_FIRST = 20
MAX_FIRST = 500


@strawberry.type(description="Where a page of a connection stands.")
class PageInfo:
    has_next_page: bool
    has_previous_page: bool
    start_cursor: str | None
    end_cursor: str | None


@strawberry.type
class Connection(Generic[EdgeType]):
    """A page of edges. `totalCount` costs a count of its own and is made only when asked for."""

    edges: list[EdgeType]
    page_info: PageInfo
    truncated: bool = strawberry.field(description="True where a cap kept something out of the whole list.")
    count: strawberry.Private[Callable[[], Awaitable[int]]]

    @resolved("How many there are in all; counted only when asked for.")
    async def total_count(self) -> int:
        return await self.count()


def encode_cursor(tag: str, key: Any) -> str:
    """An opaque cursor of the list `tag`, after the item with this key (a JSON value)."""
    # Written out for numbers: most cursors are of them, and each edge of an answer has one.
    text = f'["{tag}",{key}]' if type(key) is int else json.dumps([tag, key], separators=(",", ":"))
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def decode_cursor(tag: str, cursor: str) -> Any:
    """The key behind a cursor of the list `tag`; BadCursor where it is none."""
    try:
        padded = cursor + "=" * (-len(cursor) % 4)
        found = json.loads(base64.b64decode(padded, altchars=b"-_", validate=True))
        if not isinstance(found, list) or len(found) != 2 or found[0] != tag:
            raise ValueError(tag)
    except (ValueError, RecursionError) as error:
        raise BadCursor(
            f"{cursor[:60]!r} is no cursor of this list.", remedy="Use an endCursor of the same field, or none."
        ) from error
    return found[1]


def checked_first(first: int | None) -> int:
    """How many edges to give; QueryError where it is out of bounds."""
    size = DEFAULT_FIRST if first is None else first
    if not 0 <= size <= MAX_FIRST:
        raise QueryError(f"first is {size}.", remedy=f"Ask for 0 to {MAX_FIRST} at a time.")
    return size


def paged(
    kind: Callable[..., ConnectionType],
    tag: str,
    items: Sequence[Item],
    key: Callable[[Item], Hashable],
    edge: Callable[[Item, str], Any],
    first: int | None,
    after: str | None,
    *,
    last: int | None = None,
    before: str | None = None,
    truncated: bool = False,
) -> ConnectionType:
    """A page of a list that is in memory, in its order; `key` names each item in its cursor.

    `first` and `after` walk forwards, `last` and `before` backwards, as Relay has it; `last` wins over `first`.
    """
    places = {key(item): at for at, item in enumerate(items)} if after is not None or before is not None else {}

    def place(cursor: str) -> int:
        wanted = decode_cursor(tag, cursor)
        if not isinstance(wanted, Hashable) or wanted not in places:
            raise BadCursor("What this cursor pointed at is gone.", remedy="Begin again without it.")
        return places[wanted]

    start = place(after) + 1 if after is not None else 0
    end = place(before) if before is not None else len(items)
    if last is not None:
        start = max(start, end - checked_first(last))
    else:
        end = min(end, start + checked_first(first))
    shown = items[start:end] if start < end else items[:0]
    edges = [(edge(item, cursor), cursor) for item in shown for cursor in [encode_cursor(tag, key(item))]]

    async def count() -> int:
        return len(items)

    return connection(kind, edges, end < len(items), start > 0, count, truncated=truncated)


def listed(
    kind: Callable[..., ConnectionType],
    edge: Callable[..., Any],
    tag: str,
    nodes: Sequence[tuple[int, Any]],
    more: bool,
    after: int | None,
    count: Callable[[], Awaitable[int]],
    *,
    truncated: bool = False,
) -> ConnectionType:
    """A page of a list that lies elsewhere, in the order of its ids: (id, node) pairs after the id `after`."""
    edges = [(edge(node=node, cursor=at), at) for number, node in nodes for at in [encode_cursor(tag, number)]]
    return connection(kind, edges, more, after is not None, count, truncated=truncated)


def asked_page(tag: str, first: int | None, after: str | None) -> tuple[int, int | None]:
    """How many to give, and the id after which, of a list in the order of its ids; QueryError or BadCursor."""
    place = decode_cursor(tag, after) if after is not None else None
    if place is not None and (not isinstance(place, int) or isinstance(place, bool)):
        raise BadCursor("The cursor is no cursor of this list.", remedy="Use an endCursor of the same field.")
    return checked_first(first), place


def connection(
    kind: Callable[..., ConnectionType],
    edges: Sequence[tuple[Any, str]],
    more: bool,
    before: bool,
    count: Callable[[], Awaitable[int]],
    *,
    truncated: bool = False,
) -> ConnectionType:
    """A connection of (edge, cursor) pairs that were cut out of a longer list elsewhere."""
    cursors = [cursor for _, cursor in edges]
    info = PageInfo(
        has_next_page=more,
        has_previous_page=before,
        start_cursor=cursors[0] if cursors else None,
        end_cursor=cursors[-1] if cursors else None,
    )
    return kind(edges=[edge for edge, _ in edges], page_info=info, truncated=truncated, count=count)
