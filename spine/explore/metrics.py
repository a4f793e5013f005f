"""The shape of the graph in figures: components by size, degrees, hubs, density, and the bridges that chain."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from spine.access.context import Context
from spine.errors import QueryError
from spine.explore.bridges import bridges
from spine.explore.graph import Place, rows_of
from spine.explore.topology import DEFAULT_KINDS, Topology, read_topology
from spine.ports import Reader, Row
from spine.resolution.components import Ints

MOST = 200
"""So many of the largest, busiest and weakest are shown at most."""


@dataclass(frozen=True, slots=True)
class SizeClass:
    """How many components have this many nodes."""

    size: int
    components: int


@dataclass(frozen=True, slots=True)
class Component:
    """Nodes that hang together: `density` is the share of all possible links that are there, `hub` the busiest."""

    size: int
    links: int
    density: float
    bridges: int
    hub: Place
    hub_degree: int


@dataclass(frozen=True, slots=True)
class Busy:
    """A node and how many neighbours it has."""

    node: Place
    degree: int


@dataclass(frozen=True, slots=True)
class Bridge:
    """A link that alone holds two sides together: how many nodes hang on each."""

    start: Place
    end: Place
    start_side: int
    end_side: int


@dataclass(frozen=True, slots=True)
class Degrees:
    """How many neighbours nodes have: `counts` are (from, to, nodes), each range twice as wide as the one before."""

    mean: float
    median: float
    most: int
    counts: tuple[tuple[int, int, int], ...]


@dataclass(frozen=True, slots=True)
class Metrics:
    """The shape of some kinds of edges. Only nodes that have such an edge count; `rows` holds all nodes it names."""

    kinds: tuple[str, ...]
    nodes: int
    links: int
    components: int
    density: float
    sizes: tuple[SizeClass, ...]
    degrees: Degrees
    largest: tuple[Component, ...]
    hubs: tuple[Busy, ...]
    bridge_count: int
    bridges: tuple[Bridge, ...]
    rows: dict[Place, Row]


def graph_metrics(reader: Reader, context: Context, kinds: Sequence[str] = DEFAULT_KINDS, first: int = 10) -> Metrics:
    """The metrics of these kinds of edges, with the `first` of the largest components, hubs and bridges.

    Bridges are those with two nodes or more on both sides, the most evenly parted first: there chains are weakest.
    Reads the ends of every such edge once.
    """
    if not 1 <= first <= MOST:
        raise QueryError(f"first is {first}.", remedy=f"Ask for 1 to {MOST}.")
    graph = read_topology(reader, context, kinds)
    degrees = graph.degrees()
    weak = _bridges(graph)
    held, sizes = np.unique(graph.component, return_counts=True)
    largest = _largest(graph, degrees, weak, held, sizes, first)
    hubs = tuple(Busy(graph.place(int(n)), int(degrees[n])) for n in _top(degrees, first))
    even = np.minimum(weak[2], weak[3])
    shown = tuple(
        Bridge(graph.place(int(weak[0][n])), graph.place(int(weak[1][n])), int(weak[2][n]), int(weak[3][n]))
        for n in _top(even, first)
    )
    classes, counts = np.unique(sizes, return_counts=True)
    places = [*(one.hub for one in largest), *(one.node for one in hubs)]
    places += [place for one in shown for place in (one.start, one.end)]
    return Metrics(
        kinds=tuple(dict.fromkeys(kinds or DEFAULT_KINDS)),
        nodes=graph.size,
        links=len(graph.left),
        components=len(held),
        density=_density(graph.size, len(graph.left)),
        sizes=tuple(SizeClass(int(size), int(count)) for size, count in zip(classes, counts, strict=True)),
        degrees=_degrees(degrees),
        largest=largest,
        hubs=hubs,
        bridge_count=len(even),
        bridges=shown,
        rows=rows_of(reader, places),
    )


def _bridges(graph: Topology) -> tuple[Ints, Ints, Ints, Ints]:
    """Ends and both sides of the bridges that have two nodes or more on each side."""
    one, other, below = bridges(graph.left, graph.right, graph.component)
    sizes = np.bincount(graph.component, minlength=graph.size)
    above = sizes[graph.component[one]] - below
    keep = np.minimum(above, below) > 1
    return one[keep], other[keep], above[keep], below[keep]


def _largest(
    graph: Topology, degrees: Ints, weak: tuple[Ints, Ints, Ints, Ints], held: Ints, sizes: Ints, first: int
) -> tuple[Component, ...]:
    links = np.bincount(graph.component[graph.left], minlength=graph.size)
    parted = np.bincount(graph.component[weak[0]], minlength=graph.size)
    out = []
    for place in _top(sizes, first):
        root, size = int(held[place]), int(sizes[place])
        inside = np.flatnonzero(graph.component == root)
        hub = int(inside[np.argmax(degrees[inside])])
        density = _density(size, int(links[root]))
        found = Component(size, int(links[root]), density, int(parted[root]), graph.place(hub), int(degrees[hub]))
        out.append(found)
    return tuple(out)


def _degrees(degrees: Ints) -> Degrees:
    if not len(degrees):
        return Degrees(0.0, 0.0, 0, ())
    classes, counts = np.unique(np.floor(np.log2(degrees)).astype(int), return_counts=True)
    ranges = tuple((2 ** int(k), 2 ** (int(k) + 1) - 1, int(n)) for k, n in zip(classes, counts, strict=True))
    return Degrees(float(degrees.mean()), float(np.median(degrees)), int(degrees.max()), ranges)


def _density(nodes: int, links: int) -> float:
    """The share of all possible links between so many nodes."""
    return 2 * links / (nodes * (nodes - 1)) if nodes > 1 else 0.0


def _top(values: Ints, first: int) -> Iterable[int]:
    """The places of the greatest values, the earlier first where they are equal."""
    order: list[int] = np.argsort(-values, kind="stable")[:first].tolist()
    return order
