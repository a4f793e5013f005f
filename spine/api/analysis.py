"""Traversals and overviews as answers: neighbourhoods, why two are one, shared identifiers, status."""

import json

import strawberry
from strawberry.scalars import JSON

from spine.api.asking import Info, chosen
from spine.api.evidence import Explanation, explanation_of
from spine.api.fields import resolved
from spine.api.records import Identifier, identifier_of, node_id
from spine.domain.graph import GRAPH
from spine.domain.ids import decode_id
from spine.domain.vocabulary import NAMESPACES
from spine.errors import BadId, QueryError
from spine.explore import explain, graph, overview

SHARED_MAX = 200


@strawberry.type(description="A node of a neighbourhood, and after how many hops it was reached.")
class GraphNode:
    id: strawberry.ID
    kind: str
    label: str
    hops: int
    properties: JSON


@strawberry.type(description="An edge between two nodes of a neighbourhood.")
class GraphEdge:
    start: strawberry.ID
    end: strawberry.ID
    kind: str
    properties: JSON


@strawberry.type(description="A node with more neighbours than are shown.")
class Hub:
    node: strawberry.ID
    kind: str = strawberry.field(description="The kind of edge that it has so many of.")
    total: int
    more: int
    says: str


@strawberry.type(description="What lies around a node; `truncated` where a cap hid something.")
class Neighbourhood:
    nodes: list[GraphNode]
    edges: list[GraphEdge]
    hubs: list[Hub]
    truncated: bool


@strawberry.type(description="An identifier that many records carry at present.")
class SharedIdentifier:
    identifier: Identifier
    records: int
    entities: int = strawberry.field(description="How many persons and organisations share it.")


@strawberry.type(description="How many there are of something.")
class Count:
    name: str
    count: int


@strawberry.type(description="The model in use for a kind of record.")
class ModelFacts:
    kind: str
    version: str
    comparisons: list[str]


@strawberry.type(description="What the graph holds now.")
class Status:
    counts: list[Count]
    models: list[ModelFacts]
    position: int = strawberry.field(description="The position of the change log.")
    ultimate_parents: int
    confidence: float = strawberry.field(description="The default confidence.")


@strawberry.type
class AnalysisQueries:
    @resolved("All within some hops of a node, over all kinds of edges or those named.")
    async def neighbourhood(
        self,
        info: Info,
        id: strawberry.ID,
        hops: int = 2,
        nodes: int = 100,
        kinds: list[str] | None = None,
        fan_out: int = graph.FAN_OUT,
    ) -> Neighbourhood:
        start = decode_id(id)
        found = await info.context.ask(graph.neighbourhood, start, hops, nodes, tuple(kinds or ()), fan_out)
        return Neighbourhood(
            nodes=[_node(node) for node in found.nodes],
            edges=[
                GraphEdge(
                    start=node_id(*edge.start),
                    end=node_id(*edge.end),
                    kind=edge.table,
                    properties=_plain(edge.table, edge.row, hidden=("start", "end")),
                )
                for edge in found.edges
            ],
            hubs=[
                Hub(node=node_id(*hub.node), kind=hub.edge, total=hub.total, more=hub.more, says=f"and {hub.more} more")
                for hub in found.hubs
            ],
            truncated=found.truncated,
        )

    @resolved("Why two are one at a confidence, or not: records, or persons by their core record.")
    async def why(self, info: Info, a: strawberry.ID, b: strawberry.ID, confidence: float | None = None) -> Explanation:
        sure = chosen(info, confidence)
        left, right = _record(a), _record(b)
        return explanation_of(await info.context.ask(explain.why, left, right, sure))

    @resolved("The identifiers that most records carry: shared phones, call centres, test data.")
    async def shared_identifiers(
        self, info: Info, namespace: str | None = None, least: int = 3, first: int = 20
    ) -> list[SharedIdentifier]:
        if not 1 <= first <= SHARED_MAX:
            raise QueryError(f"first is {first}.", remedy=f"Ask for 1 to {SHARED_MAX} identifiers.")
        if namespace is not None and namespace not in NAMESPACES and not namespace.startswith("x_"):
            raise QueryError(
                f"There is no namespace {namespace[:40]!r}.", remedy=f"Choose from {', '.join(NAMESPACES)}."
            )
        found = await info.context.ask(overview.shared_identifiers, namespace, least, first)
        default = info.context.settings.confidence
        return [
            SharedIdentifier(
                identifier=identifier_of(one.identifier, default), records=one.records, entities=one.entities
            )
            for one in found
        ]

    @resolved("How much there is of everything, and which model is in use.")
    async def status(self, info: Info) -> Status:
        found = await info.context.ask(overview.status)
        return Status(
            counts=[Count(name=name, count=count) for name, count in found.counts.items()],
            models=[
                ModelFacts(kind=one.kind, version=one.version, comparisons=list(one.comparisons))
                for one in found.models
            ],
            position=found.position,
            ultimate_parents=found.ultimate_parents,
            confidence=info.context.settings.confidence,
        )


def _record(id: str) -> int:
    """The record that an id stands for: itself, or the earliest record of an entity."""
    table, number = decode_id(id)
    if table not in ("record", "person", "organisation"):
        raise BadId(f"{id[:80]!r} is the id of a {table}.", remedy="Give the ids of records, persons or organisations.")
    return number


def _node(node: graph.GraphNode) -> GraphNode:
    row = node.row
    label = row.get("value") or row.get("name") or row.get("key") or row.get("address") or row.get("kind")
    named = str(label or node.table)
    properties = _plain(node.table, row, hidden=("id", "raw", "fields", "relations", "proof", "attributes"))
    return GraphNode(
        id=node_id(node.table, node.id), kind=node.table, label=named, hops=node.hops, properties=properties
    )


def _plain(table: str, row: dict[str, object], hidden: tuple[str, ...]) -> JSON:
    """The columns of a row as JSON, without those that are null, hidden, or bytes."""
    out: dict[str, object] = {}
    for column in GRAPH[table].columns:
        value = row.get(column.name)
        if column.name in hidden or value is None or column.type == "bytes":
            continue
        if column.name == "ultimate":
            value = node_id("organisation", int(str(value)))
        out[column.name] = json.loads(str(value)) if column.type == "json" else value
    return JSON(out)
