"""Timelines as answers: events, newest first, with the identifier through which each belongs, paged both ways."""

import strawberry

from spine.api.records import Event, event_of, node_id
from spine.api.relay import Connection, paged
from spine.explore.events import EventFilter, Happening, Timeline


@strawberry.type(description="An event, and the identifier through which it belongs to the entity.")
class EventEdge:
    node: Event
    cursor: str
    kind: str = strawberry.field(description="The namespace of the identifier it came with.")
    source: str | None
    identifier: strawberry.ID


@strawberry.type
class EventConnection(Connection[EventEdge]):
    pass


def event_filter(
    kinds: list[str] | None, channels: list[str] | None, since: str | None, until: str | None
) -> EventFilter:
    """The arguments of a field as the question takes them."""
    return EventFilter(
        tuple(kinds) if kinds is not None else None, tuple(channels) if channels is not None else None, since, until
    )


def timeline_page(
    timeline: Timeline, asked: EventFilter, first: int | None, after: str | None, last: int | None, before: str | None
) -> EventConnection:
    """A page of the events that are wanted."""
    found = [one for one in timeline.happenings if asked.fits(one.row)]
    return paged(
        EventConnection, "events", found, lambda one: one.row["id"], _edge, first, after,
        last=last, before=before, truncated=timeline.truncated,
    )  # fmt: skip


def _edge(one: Happening, cursor: str) -> EventEdge:
    return EventEdge(
        node=event_of(one.row),
        cursor=cursor,
        kind=one.namespace,
        source=one.row["source"],
        identifier=node_id("identifier", one.identifier),
    )
