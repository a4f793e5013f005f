"""The shape of the graph as answers: metrics, communities, and paths between two nodes."""

import strawberry

from spine.api.asking import Info
from spine.api.fields import resolved
from spine.api.graphs import GraphEdge, GraphNode, edge_of, node_of
from spine.explore import communities, graph, metrics, paths
from spine.explore.topology import DEFAULT_KINDS
from spine.ports import Row


@strawberry.type(description="How many components have this many nodes.")
class SizeClass:
    size: int
    components: int


@strawberry.type(description="How many nodes have from `least` to `most` neighbours.")
class DegreeClass:
    least: int
    most: int
    nodes: int


@strawberry.type(description="A component: `density` is the share of all possible links that are there.")
class ComponentShape:
    size: int
    links: int
    density: float
    bridges: int = strawberry.field(description="Links that alone hold two nodes or more on either side.")
    hub: GraphNode = strawberry.field(description="Its busiest node.")
    hub_degree: int


@strawberry.type(description="A node and how many neighbours it has.")
class BusyNode:
    node: GraphNode
    degree: int


@strawberry.type(description="A link that alone holds two sides together, and how many nodes hang on each.")
class BridgeLink:
    start: GraphNode
    end: GraphNode
    start_side: int
    end_side: int


@strawberry.type(description="The shape of some kinds of edges. Only nodes that have such an edge count.")
class GraphMetrics:
    kinds: list[str]
    nodes: int
    links: int
    components: int
    density: float
    sizes: list[SizeClass] = strawberry.field(description="Components by size.")
    mean_degree: float
    median_degree: float
    highest_degree: int
    degrees: list[DegreeClass]
    largest: list[ComponentShape] = strawberry.field(description="The largest components.")
    hubs: list[BusyNode] = strawberry.field(description="The nodes with most neighbours.")
    bridge_count: int
    bridges: list[BridgeLink] = strawberry.field(
        description="The bridges that part most evenly: chains are weak there."
    )


@strawberry.type(description="Nodes that hang together more closely than with the rest; the busiest by name.")
class Community:
    size: int
    component: int = strawberry.field(description="How many nodes the component has that it is in.")
    inside: int = strawberry.field(description="Links between its nodes.")
    outward: int = strawberry.field(description="Links to other communities.")
    nodes: list[GraphNode]


@strawberry.type(description="The communities of some kinds of edges.")
class Communities:
    kinds: list[str]
    method: str = strawberry.field(description="louvain, or label_propagation for graphs of many links.")
    nodes: int
    count: int
    parted: int = strawberry.field(description="Components that hold several communities.")
    modularity: float
    largest: list[Community]


@strawberry.type(description="One way from one node to another.")
class Path:
    nodes: list[GraphNode]
    edges: list[GraphEdge]


@strawberry.type(description="The shortest ways between two nodes, all of one length.")
class Paths:
    steps: int | None = strawberry.field(description="How many edges the ways have; null where there is none.")
    paths: list[Path]
    truncated: bool = strawberry.field(description="True where a cap kept some of the graph unseen.")
    says: str


@strawberry.type(description="The shape of the graph, for analysts.")
class ShapeQueries:
    @resolved("Components by size, degrees, hubs, density and bridges of some kinds of edges: matches unless named.")
    async def graph_metrics(self, info: Info, kinds: list[str] | None = None, first: int = 10) -> GraphMetrics:
        chosen = tuple(kinds or DEFAULT_KINDS)
        return _metrics(await info.context.ask(metrics.graph_metrics, chosen, first))

    @resolved("Nodes that hang together closely; with `parted` only where a component holds several such groups.")
    async def communities(
        self, info: Info, kinds: list[str] | None = None, first: int = 10, parted: bool = False
    ) -> Communities:
        chosen = tuple(kinds or DEFAULT_KINDS)
        found = await info.context.ask(communities.communities, chosen, first, parted)
        return Communities(
            kinds=list(found.kinds),
            method=found.method,
            nodes=found.nodes,
            count=found.count,
            parted=found.parted,
            modularity=found.modularity,
            largest=[
                Community(
                    size=one.size,
                    component=one.component,
                    inside=one.inside,
                    outward=one.outward,
                    nodes=_nodes(found.rows, one.nodes),
                )
                for one in found.largest
            ],
        )

    @resolved("The shortest ways from one node to another: by ids, `source/record_id`, or `namespace:value`.")
    async def paths(
        self,
        info: Info,
        a: strawberry.ID,
        b: strawberry.ID,
        steps: int = 8,
        first: int = 5,
        kinds: list[str] | None = None,
        fan_out: int = graph.FAN_OUT,
    ) -> Paths:
        ends = [await info.context.ask(paths.place_named, end) for end in (a, b)]
        found = await info.context.ask(paths.paths, *ends, steps, first, tuple(kinds or ()), fan_out)
        ways = [
            Path(nodes=_nodes(found.rows, way.nodes), edges=[edge_of(edge) for group in way.edges for edge in group])
            for way in found.paths
        ]
        return Paths(steps=found.steps, paths=ways, truncated=found.truncated, says=paths.verdict(found, steps))


def _metrics(found: metrics.Metrics) -> GraphMetrics:
    def node(place: graph.Place) -> GraphNode:
        return node_of(graph.GraphNode(*place, 0, found.rows[place]))

    return GraphMetrics(
        kinds=list(found.kinds),
        nodes=found.nodes,
        links=found.links,
        components=found.components,
        density=found.density,
        sizes=[SizeClass(size=one.size, components=one.components) for one in found.sizes],
        mean_degree=found.degrees.mean,
        median_degree=found.degrees.median,
        highest_degree=found.degrees.most,
        degrees=[DegreeClass(least=low, most=high, nodes=count) for low, high, count in found.degrees.counts],
        largest=[
            ComponentShape(
                size=one.size,
                links=one.links,
                density=one.density,
                bridges=one.bridges,
                hub=node(one.hub),
                hub_degree=one.hub_degree,
            )
            for one in found.largest
        ],
        hubs=[BusyNode(node=node(one.node), degree=one.degree) for one in found.hubs],
        bridge_count=found.bridge_count,
        bridges=[
            BridgeLink(start=node(one.start), end=node(one.end), start_side=one.start_side, end_side=one.end_side)
            for one in found.bridges
        ],
    )


def _nodes(rows: dict[graph.Place, Row], places: tuple[graph.Place, ...]) -> list[GraphNode]:
    return [node_of(graph.GraphNode(*place, hops, rows[place])) for hops, place in enumerate(places)]
