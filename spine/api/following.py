"""The feed as a query and as a subscription: what happened to entities, in order, for whoever follows."""

from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from typing import Any, TypeAlias, TypeVar, cast

import strawberry
from strawberry.scalars import JSON

from spine.api.asking import Info
from spine.api.fields import resolved
from spine.api.relay import Connection, checked_first, connection, decode_cursor, encode_cursor
from spine.api.tail import Listener
from spine.domain.changes import KINDS
from spine.errors import BadCursor
from spine.outgoing.feed import checked_kinds, events_after

Stream = TypeVar("Stream", bound=Callable[..., object])
Listening: TypeAlias = strawberry.Info[Listener, None]


@strawberry.type(description=f"What happened to an entity: {', '.join(KINDS)}.")
class Change:
    id: strawberry.ID = strawberry.field(description="Its number: larger means later.")
    position: str = strawberry.field(description="The position in the change log; changes of one write share it.")
    at: str
    kind: str
    entity: strawberry.ID | None = strawberry.field(description="Null where it is of all: read the snapshot anew.")
    entry: JSON = strawberry.field(description="To or from what, of which records, and the reason.")
    event: JSON = strawberry.field(description="The whole as a CloudEvent 1.0.")


@strawberry.type(description="A change, and the cursor to go on from.")
class ChangeEdge:
    node: Change
    cursor: str


@strawberry.type
class ChangeConnection(Connection[ChangeEdge]):
    pass


@strawberry.type(description="What happened, for whoever follows.")
class FollowingQueries:
    @resolved("What happened to entities after a cursor, oldest first; nothing is left out, nothing comes twice.")
    async def changes(
        self, info: Info, first: int | None = None, after: str | None = None, kinds: list[str] | None = None
    ) -> ChangeConnection:
        size = checked_first(first)
        start = start_of(after)
        found = await info.context.ask(events_after, start, size + 1, checked_kinds(kinds or ()))
        shown = [_edge(event) for event in found[:size]]

        async def count() -> int:
            return int(await info.context.ask(lambda reader, context: reader.count("change")))

        edges = [(edge, edge.cursor) for edge in shown]
        return connection(ChangeConnection, edges, len(found) > size, start > 0, count)


def _streamed(description: str) -> Callable[[Stream], Stream]:
    """Make a method a subscription of the schema, with this description."""
    return cast(Callable[[Stream], Stream], strawberry.subscription(description=description))


@strawberry.type(description="What happens, as it happens: over graphql-transport-ws.")
class Subscription:
    @_streamed("What happened after a cursor, and from then on what happens: nothing is left out, nothing comes twice.")
    async def changes(
        self, info: Listening, after: str | None = None, kinds: list[str] | None = None
    ) -> AsyncGenerator[ChangeEdge, None]:
        pages = info.context.tail.pages(start_of(after), checked_kinds(kinds or ()))
        async with aclosing(pages):
            async for page in pages:
                for event in page:
                    yield _edge(event)


def start_of(after: str | None) -> int:
    """The number behind a cursor of changes, 0 for none; BadCursor where it is none."""
    start = decode_cursor("changes", after) if after is not None else 0
    if not isinstance(start, int) or isinstance(start, bool):
        raise BadCursor("This is no cursor of changes.", remedy="Use an endCursor of the same field, or none.")
    return start


def _edge(event: dict[str, Any]) -> ChangeEdge:
    data = event["data"]
    node = Change(
        id=strawberry.ID(event["id"]),
        position=data["position"],
        at=event["time"],
        kind=data["kind"],
        entity=strawberry.ID(event["subject"]) if "subject" in event else None,
        entry=cast(Any, {name: value for name, value in data.items() if name not in ("kind", "position")}),
        event=cast(Any, event),
    )
    return ChangeEdge(node=node, cursor=encode_cursor("changes", int(event["id"])))
