"""The outbox as a query: what happened to entities, page by page, for whoever follows."""

import strawberry
from strawberry.scalars import JSON

from spine.api.asking import Info
from spine.api.fields import resolved
from spine.api.relay import Connection, checked_first, connection, decode_cursor, encode_cursor
from spine.errors import BadCursor
from spine.explore.changes import changes_after


@strawberry.type(
    description="What happened to an entity: linked, merged, split, renamed, deleted, household_changed, "
    "parent_changed, consent_changed; `entry` says to or from what."
)
class Change:
    id: strawberry.ID
    position: str
    at: str
    kind: str
    entity: strawberry.ID
    entry: JSON


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
    async def changes(self, info: Info, first: int | None = None, after: str | None = None) -> ChangeConnection:
        size = checked_first(first)
        start = decode_cursor("changes", after) if after is not None else 0
        if not isinstance(start, int):
            raise BadCursor("This is no cursor of changes.", remedy="Use an endCursor of the same field, or none.")
        rows = await info.context.ask(changes_after, start, size + 1)
        shown = rows[:size]

        async def count() -> int:
            return int(await info.context.ask(lambda reader, context: reader.count("change")))

        edges = [
            (ChangeEdge(node=Change(**{**row, "id": strawberry.ID(row["id"])}), cursor=cursor), cursor)
            for row in shown
            for cursor in [encode_cursor("changes", int(row["id"]))]
        ]
        return connection(ChangeConnection, edges, len(rows) > size, start > 0, count)
