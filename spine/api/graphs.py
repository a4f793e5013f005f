"""Neighbourhoods as answers: nodes, edges, and the hubs of which only a part is shown."""

import json

import strawberry
from strawberry.scalars import JSON

from spine.api.asking import Info
from spine.domain.graph import GRAPH
from spine.domain.ids import encode_id
from spine.explore import graph

NODES = 100


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


async def around(
    info: Info, start: graph.Place, hops: int, nodes: int, kinds: list[str] | None, fan_out: int
) -> Neighbourhood:
    """What lies around a node."""
    found = await info.context.ask(graph.neighbourhood, start, hops, nodes, tuple(kinds or ()), fan_out)
    return Neighbourhood(
        nodes=[node_of(node) for node in found.nodes],
        edges=[edge_of(edge) for edge in found.edges],
        hubs=[
            Hub(node=id_of(hub.node), kind=hub.edge, total=hub.total, more=hub.more, says=f"and {hub.more} more")
            for hub in found.hubs
        ],
        truncated=found.truncated,
    )


def id_of(place: graph.Place) -> strawberry.ID:
    """The public id of a node."""
    return strawberry.ID(encode_id(*place))


def node_of(node: graph.GraphNode) -> GraphNode:
    """A node as an answer."""
    row = node.row
    properties = _plain(node.table, row, hidden=("id", "raw", "fields", "relations", "proof", "attributes"))
    return GraphNode(
        id=id_of((node.table, node.id)),
        kind=node.table,
        label=graph.label_of(node.table, row),
        hops=node.hops,
        properties=properties,
    )


def edge_of(edge: graph.GraphEdge) -> GraphEdge:
    """An edge as an answer."""
    return GraphEdge(
        start=id_of(edge.start),
        end=id_of(edge.end),
        kind=edge.table,
        properties=_plain(edge.table, edge.row, hidden=("start", "end")),
    )


def _plain(table: str, row: dict[str, object], hidden: tuple[str, ...]) -> JSON:
    """The columns of a row as JSON, without those that are null, hidden, or bytes."""
    out: dict[str, object] = {}
    for column in GRAPH[table].columns:
        value = row.get(column.name)
        if column.name in hidden or value is None or column.type == "bytes":
            continue
        if column.name == "ultimate":
            value = id_of(("organisation", int(str(value))))
        out[column.name] = _public(json.loads(str(value))) if column.type == "json" else value
    return JSON(out)


def _public(evidence: object) -> object:
    """Evidence with public ids instead of numbers: `with` names a person."""
    if not isinstance(evidence, list):
        return evidence
    out: list[object] = []
    for one in evidence:
        shared = one.get("with") if isinstance(one, dict) else None
        out.append({**one, "with": id_of(("person", shared))} if isinstance(shared, int) else one)
    return out
