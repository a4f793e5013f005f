"""`spine graph`: the shape of the graph, its communities, and the ways between two nodes."""

from typing import Annotated, Any

import typer

from spine.access.context import LOCAL
from spine.cli import output
from spine.cli.options import Json, Store
from spine.cli.session import reading
from spine.domain.ids import encode_id
from spine.explore.communities import communities
from spine.explore.graph import FAN_OUT, Place, label_of
from spine.explore.metrics import graph_metrics
from spine.explore.paths import Paths, paths, place_named, verdict
from spine.explore.topology import DEFAULT_KINDS
from spine.ports import Row

Document = dict[str, Any]
Rows = dict[Place, Row]

graph_app = typer.Typer(no_args_is_help=True, help="Look at the shape of the graph: figures, groups, ways.")

Kinds = Annotated[
    list[str] | None,
    typer.Option("--kind", help="A kind of edge, such as match or carries; may be repeated.", show_default=False),
]
First = Annotated[int, typer.Option("--first", help="How many of the largest to show.")]


@graph_app.callback()
def root() -> None:
    """Look at the shape of the graph: figures, groups, ways."""


@graph_app.command("metrics")
def show_metrics(kind: Kinds = None, first: First = 10, store: Store = None, as_json: Json = False) -> None:
    """Components by size, degrees, hubs, density and bridges of some kinds of edges: matches unless named."""
    with reading(store) as reader:
        found = graph_metrics(reader, LOCAL, tuple(kind or DEFAULT_KINDS), first)
    document: Document = {
        "kinds": list(found.kinds),
        "nodes": found.nodes,
        "links": found.links,
        "components": found.components,
        "density": found.density,
        "sizes": [{"size": one.size, "components": one.components} for one in found.sizes],
        "mean_degree": found.degrees.mean,
        "median_degree": found.degrees.median,
        "highest_degree": found.degrees.most,
        "degrees": [{"from": low, "to": high, "nodes": nodes} for low, high, nodes in found.degrees.counts],
        "largest": [
            {
                "size": one.size,
                "links": one.links,
                "density": one.density,
                "bridges": one.bridges,
                "hub": _node(found.rows, one.hub),
                "hub_degree": one.hub_degree,
            }
            for one in found.largest
        ],
        "hubs": [{**_node(found.rows, one.node), "degree": one.degree} for one in found.hubs],
        "bridge_count": found.bridge_count,
        "bridges": [
            {
                "start": _node(found.rows, one.start),
                "end": _node(found.rows, one.end),
                "start_side": one.start_side,
                "end_side": one.end_side,
            }
            for one in found.bridges
        ],
    }
    if as_json:
        output.as_json(document)
        return
    output.say(
        f"{', '.join(found.kinds)}: {found.nodes:,} nodes, {found.links:,} links, {found.components:,} components, "
        f"{found.bridge_count:,} bridges; {found.degrees.mean:.2f} links a node, at most {found.degrees.most:,}"
    )
    _tables(document)


@graph_app.command("communities")
def show_communities(
    kind: Kinds = None,
    first: First = 10,
    parted: Annotated[bool, typer.Option("--parted", help="Only of components that hold several.")] = False,
    store: Store = None,
    as_json: Json = False,
) -> None:
    """Groups that hang together more closely than with the rest: what lies inside components that chained."""
    with reading(store) as reader:
        found = communities(reader, LOCAL, tuple(kind or DEFAULT_KINDS), first, parted)
    groups: list[Document] = [
        {
            "size": one.size,
            "component": one.component,
            "inside": one.inside,
            "outward": one.outward,
            "nodes": [_node(found.rows, place) for place in one.nodes],
        }
        for one in found.largest
    ]
    if as_json:
        facts = {name: getattr(found, name) for name in ("method", "nodes", "count", "parted", "modularity")}
        output.as_json({"kinds": list(found.kinds), **facts, "largest": groups})
        return
    output.say(
        f"{found.count:,} communities of {found.nodes:,} nodes by {found.method}, modularity {found.modularity:.3f}; "
        f"{found.parted:,} components hold several"
    )
    columns = ("#size", "#component", "#inside", "#outward", "nodes")
    rows = [[one[name.removeprefix("#")] for name in columns[:-1]] for one in groups]
    labels = [", ".join(node["label"] for node in one["nodes"][:4]) for one in groups]
    output.table(columns, [[*row, label] for row, label in zip(rows, labels, strict=True)])


@graph_app.command("path")
def show_paths(
    start: Annotated[str, typer.Argument(metavar="A", help="An id, source/record_id, or namespace:value.")],
    end: Annotated[str, typer.Argument(metavar="B", help="Likewise.")],
    kind: Kinds = None,
    steps: Annotated[int, typer.Option("--steps", help="The longest way to look for.")] = 8,
    first: Annotated[int, typer.Option("--first", help="How many ways to show.")] = 5,
    fan_out: Annotated[int, typer.Option("--fan-out", help="Neighbours to follow at a hub.")] = FAN_OUT,
    store: Store = None,
    as_json: Json = False,
) -> None:
    """The shortest ways between two nodes, step by step."""
    with reading(store) as reader:
        ends = [place_named(reader, LOCAL, one) for one in (start, end)]
        found = paths(reader, LOCAL, ends[0], ends[1], steps, first, tuple(kind or ()), fan_out)
    says = verdict(found, steps)
    ways = [_way(found, number) for number in range(len(found.paths))]
    if as_json:
        output.as_json({"says": says, "steps": found.steps, "truncated": found.truncated, "paths": ways})
        return
    output.say(says)
    for way in ways:
        output.say()
        output.table(("", "kind", "label", "id"), [[one["by"], one["kind"], one["label"], one["id"]] for one in way])


def _way(found: Paths, number: int) -> list[Document]:
    """The nodes of a way, each with the kinds of edges it was reached by."""
    way = found.paths[number]
    by = ["", *("/".join(dict.fromkeys(edge.table for edge in group)) for group in way.edges)]
    return [{"by": kinds, **_node(found.rows, place)} for kinds, place in zip(by, way.nodes, strict=True)]


def _node(rows: Rows, place: Place) -> Document:
    return {"id": encode_id(*place), "kind": place[0], "label": label_of(place[0], rows[place])}


def _tables(document: Document) -> None:
    """The lists of the metrics, for people."""
    output.table(("#size", "#components"), [tuple(one.values()) for one in document["sizes"]], "components by size")
    output.table(
        ("#neighbours from", "#to", "#nodes"), [tuple(one.values()) for one in document["degrees"]], "\ndegrees"
    )
    output.table(
        ("#size", "#links", "#density", "#bridges", "hub", "#its degree"),
        [[*list(one.values())[:4], one["hub"]["label"], one["hub_degree"]] for one in document["largest"]],
        "\nlargest components",
    )
    output.table(
        ("#degree", "kind", "label", "id"),
        [[one[name] for name in ("degree", "kind", "label", "id")] for one in document["hubs"]],
        "\nhubs",
    )
    if document["bridges"]:
        output.table(
            ("from", "#side", "to", "#side"),
            [[one["start"]["label"], one["start_side"], one["end"]["label"], one["end_side"]]
             for one in document["bridges"]],
            "\nbridges",
        )  # fmt: skip
