"""The nodes that everything is made of: records, identifiers, events, consents."""

import json
from typing import TYPE_CHECKING, Annotated

import strawberry
from strawberry.scalars import JSON

from spine.api.asking import EdgeRow, Info, carriers_at, edges_at, entities_at
from spine.api.fields import resolved
from spine.api.graphs import NODES, Neighbourhood, around
from spine.api.relay import Connection, paged
from spine.domain.ids import decode_id, encode_id
from spine.domain.vocabulary import namespace
from spine.explore import graph
from spine.ports import Row

if TYPE_CHECKING:
    from spine.api.entities import Entity

LazyEntity = Annotated["Entity", strawberry.lazy("spine.api.entities")]
EDGES_CAP = 1000


@strawberry.interface(description="Anything with an id of its own.")
class Node:
    id: strawberry.ID

    @resolved("All within some hops of it, over all kinds of edges or those named.")
    async def neighbourhood(
        self,
        info: Info,
        hops: int = 2,
        nodes: int = NODES,
        kinds: list[str] | None = None,
        fan_out: int = graph.FAN_OUT,
    ) -> Neighbourhood:
        return await around(info, decode_id(self.id), hops, nodes, kinds, fan_out)


@strawberry.type(description="What was asserted of two records: by whom, when and why.")
class Judgement:
    a: strawberry.ID
    b: strawberry.ID
    verdict: str = strawberry.field(description="same or different")
    authority: str = strawberry.field(description="steward, code, login or source")
    at: str
    by: str | None
    why: str | None


@strawberry.type(description="One row of one source, in its current version.")
class Record(Node):
    row: strawberry.Private[Row]
    confidence: strawberry.Private[float]
    key: str = strawberry.field(description="`source/record_id`, as the source names it.")
    source: str
    record_id: str
    kind: str
    observed_at: str | None
    ingested_at: str | None
    live: bool = strawberry.field(description="False where the source has deleted it.")

    @resolved("The row as the source had it.")
    def raw(self) -> JSON | None:
        return _json(self.row["raw"])

    @resolved("The normalised fields that matching compares.")
    def fields(self) -> JSON | None:
        return _json(self.row["fields"])

    @resolved("The person or organisation that holds it; null where the record is deleted.")
    async def entity(self, info: Info) -> LazyEntity | None:
        from spine.api.answers import entity_of

        found = await info.context.gather(entities_at, self.row["id"], self.confidence)
        return entity_of(found, self.row["id"]) if found is not None else None

    @resolved("What was judged of it and other records.")
    async def judgements(self, info: Info) -> list[Judgement]:
        number = self.row["id"]
        rows = [
            row
            for column in ("start", "end")
            for row, _ in await info.context.gather(edges_at, number, "judged", column, EDGES_CAP)
        ]
        return [
            Judgement(
                a=node_id("record", row["start"]),
                b=node_id("record", row["end"]),
                **{name: row[name] for name in ("verdict", "authority", "at", "by", "why")},
            )
            for row in rows
        ]

    @resolved("The identifiers that it carries, or carried.")
    async def identifiers(self, info: Info, first: int | None = None, after: str | None = None) -> "CarriedConnection":
        carried = await info.context.gather(edges_at, self.row["id"], "carries", "start", EDGES_CAP)

        def edge(one: EdgeRow, cursor: str) -> CarriedEdge:
            row, node = one
            return CarriedEdge(
                node=identifier_of(node, self.confidence),
                cursor=cursor,
                since=row["first_seen"],
                last_seen=row["last_seen"],
                verified=bool(row["verified"]),
                until=row["valid_to"],
            )

        return paged(
            CarriedConnection, "carried", carried, lambda one: one[0]["end"], edge, first, after,
            truncated=len(carried) == EDGES_CAP,
        )  # fmt: skip


@strawberry.type(description="A namespace and a normalised value: one node however many records carry it.")
class Identifier(Node):
    row: strawberry.Private[Row]
    confidence: strawberry.Private[float]
    namespace: str
    value: str

    @resolved("How identifiers of this kind behave: unique, strong, shareable, volatile.")
    def policy(self) -> str:
        return namespace(self.namespace).policy.value

    @resolved("The records that carry it, or carried it.")
    async def records(self, info: Info, first: int | None = None, after: str | None = None) -> "CarrierConnection":
        number = self.row["id"]
        # Who wants the count alone is not made to wait for a thousand records.
        carriers = await info.context.gather(edges_at, number, "carries", "end", EDGES_CAP) if first != 0 else []

        def edge(one: EdgeRow, cursor: str) -> CarrierEdge:
            row, node = one
            return CarrierEdge(
                node=record_of(node, self.confidence),
                cursor=cursor,
                since=row["first_seen"],
                last_seen=row["last_seen"],
                verified=bool(row["verified"]),
                until=row["valid_to"],
            )

        page = paged(
            CarrierConnection, "carriers", carriers, lambda one: one[0]["start"], edge, first, after,
            truncated=len(carriers) == EDGES_CAP,
        )  # fmt: skip

        async def count() -> int:
            return await info.context.gather(carriers_at, number)

        page.count = count
        return page


@strawberry.type(description="An identifier that a record carries: since when, last seen, verified, until when.")
class CarriedEdge:
    node: Identifier
    cursor: str
    since: str | None
    last_seen: str | None
    verified: bool
    until: str | None


@strawberry.type
class CarriedConnection(Connection[CarriedEdge]):
    pass


@strawberry.type(description="A record that carries an identifier: since when, last seen, verified, until when.")
class CarrierEdge:
    node: Record
    cursor: str
    since: str | None
    last_seen: str | None
    verified: bool
    until: str | None


@strawberry.type
class CarrierConnection(Connection[CarrierEdge]):
    pass


@strawberry.type(description="Something that happened to an identifier: order, visit, ticket, login.")
class Event(Node):
    row: strawberry.Private[Row]
    kind: str
    at: str | None
    source: str | None
    reference: str | None
    value: float | None
    currency: str | None
    channel: str | None
    status: str | None

    @resolved("What else the source says of it.")
    def attributes(self) -> JSON | None:
        return _json(self.row["attributes"])


@strawberry.type(description="A consent given or withdrawn for a purpose, with its proof.")
class Consent(Node):
    row: strawberry.Private[Row]
    purpose: str
    status: str
    at: str | None
    source: str | None
    reference: str | None

    @resolved("The proof, with field names of ISO/IEC TS 27560.")
    def proof(self) -> JSON | None:
        return _json(self.row["proof"])


def node_id(table: str, number: int) -> strawberry.ID:
    """A public id as GraphQL's type."""
    return strawberry.ID(encode_id(table, number))


def record_of(row: Row, confidence: float) -> Record:
    """A record row as an answer."""
    return Record(
        id=node_id("record", row["id"]),
        row=row,
        confidence=confidence,
        key=row["key"],
        source=row["source"],
        record_id=row["record_id"],
        kind=row["kind"],
        observed_at=row["observed_at"],
        ingested_at=row["ingested_at"],
        live=bool(row["live"]),
    )


def identifier_of(row: Row, confidence: float) -> Identifier:
    """An identifier row as an answer."""
    number = node_id("identifier", row["id"])
    return Identifier(id=number, row=row, confidence=confidence, namespace=row["namespace"], value=row["value"])


def event_of(row: Row) -> Event:
    """An event row as an answer."""
    names = ("kind", "at", "source", "reference", "value", "currency", "channel", "status")
    return Event(id=node_id("event", row["id"]), row=row, **{name: row[name] for name in names})


def consent_of(row: Row) -> Consent:
    """A consent row as an answer."""
    names = ("purpose", "status", "at", "source", "reference")
    return Consent(id=node_id("consent", row["id"]), row=row, **{name: row[name] for name in names})


def _json(text: str | None) -> JSON | None:
    found: JSON | None = json.loads(text) if text else None
    return found
