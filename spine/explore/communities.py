"""Groups of nodes that hang together more closely than with the rest: what lies inside a component that chained."""

from collections.abc import Sequence
from dataclasses import dataclass

import networkx as nx
import numpy as np

from spine.access.context import Context
from spine.errors import QueryError
from spine.explore.graph import Place, rows_of
from spine.explore.topology import DEFAULT_KINDS, Floats, Topology, read_topology
from spine.normalise.whole_numbers import in_order
from spine.ports import Reader, Row
from spine.resolution.components import Ints, runs
from spine.resolution.control import Flags

FEW_LINKS = 20_000
"""Up to so many links networkx finds the communities, by the better method; beyond, arrays do."""

ROUNDS = 40
"""Labels settle in a handful of rounds; what still turns after so many is left as it is."""

SHOWN = 12
"""So many nodes of a community are named."""
MOST = 200


@dataclass(frozen=True, slots=True)
class Community:
    """Nodes that hang together: links inside and to others, the component's size, and the busiest nodes by name."""

    size: int
    component: int
    inside: int
    outward: int
    nodes: tuple[Place, ...]


@dataclass(frozen=True, slots=True)
class Communities:
    """How many there are, how well they part the graph (`modularity`), by which method, and the largest of them.

    `parted` counts components that hold several. `rows` holds the nodes that are named.
    """

    kinds: tuple[str, ...]
    method: str
    nodes: int
    count: int
    parted: int
    modularity: float
    largest: tuple[Community, ...]
    rows: dict[Place, Row]


def communities(
    reader: Reader, context: Context, kinds: Sequence[str] = DEFAULT_KINDS, first: int = 10, parted: bool = False
) -> Communities:
    """The communities of these kinds of edges, largest first; with `parted` only those of components with several.

    Louvain (Blondel 2008) by networkx for graphs of up to `FEW_LINKS` links, label propagation (Raghavan 2007) on
    arrays beyond; both weigh matches by their bits, and give the same answer every time.
    """
    if not 1 <= first <= MOST:
        raise QueryError(f"first is {first}.", remedy=f"Ask for 1 to {MOST}.")
    graph = read_topology(reader, context, kinds)
    small = len(graph.left) <= FEW_LINKS
    labels = louvain(graph) if small else propagated(graph.size, graph.left, graph.right, graph.weight)
    held, sizes = np.unique(labels, return_counts=True)
    several = np.bincount(graph.component[held], minlength=graph.size)
    eligible = np.flatnonzero(several[graph.component[held]] > 1) if parted else np.arange(len(held))
    chosen = eligible[np.argsort(-sizes[eligible], kind="stable")][:first]
    shown = tuple(_community(graph, labels, int(label)) for label in held[chosen])
    return Communities(
        kinds=tuple(dict.fromkeys(kinds or DEFAULT_KINDS)),
        method="louvain" if small else "label_propagation",
        nodes=graph.size,
        count=len(held),
        parted=int((several > 1).sum()),
        modularity=modularity(graph, labels),
        largest=shown,
        rows=rows_of(reader, [place for one in shown for place in one.nodes]),
    )


def louvain(graph: Topology) -> Ints:
    """For each node the smallest node of its community, by networkx."""
    plain: nx.Graph[int] = nx.Graph()
    links = zip(graph.left.tolist(), graph.right.tolist(), graph.weight.tolist(), strict=True)
    plain.add_weighted_edges_from(links)
    labels = np.arange(graph.size)
    for group in nx.community.louvain_communities(plain, seed=0) if len(plain) else ():
        labels[list(group)] = min(group)
    return labels


def propagated(size: int, left: Ints, right: Ints, weight: Floats) -> Ints:
    """For each node the smallest node of its community: every node takes the heaviest label around it, by turns.

    Half of the nodes, drawn anew each round, look around at once, so that two never swap labels for ever. A node keeps
    its label where none is heavier; of equal ones it takes the smallest. Who sees the labels that it saw when it last
    looked is not asked again.
    """
    labels = np.arange(size)
    to, of, bits = np.concatenate((left, right)), np.concatenate((right, left)), np.concatenate((weight, weight))
    turns = np.random.default_rng(0)
    stale = np.ones(size, dtype=bool)
    for _ in range(ROUNDS):
        if not stale.any():
            break
        half = turns.random(size) < 0.5
        for turn in (half, ~half):
            now = turn & stale
            stale &= ~turn
            here = np.flatnonzero(now[to])
            moved = _looked_around(labels, to[here], of[here], bits[here])
            stale[to[moved[of]]] = True
    smallest = np.full(size, size, np.int64)
    np.minimum.at(smallest, labels, np.arange(size))
    return smallest[labels]


def _looked_around(labels: Ints, node: Ints, of: Ints, bits: Floats) -> Flags:
    """Give the nodes the heaviest label around them, seen over these links; which nodes have another one now."""
    moved = np.zeros(len(labels), dtype=bool)
    if not len(node):
        return moved
    order, fresh = in_order(node * len(labels) + labels[of])
    first = np.flatnonzero(fresh)
    total = np.round(np.add.reduceat(bits[order], first), 6)
    node, label = node[order[first]], labels[of[order[first]]]
    start, many = runs(node)
    heaviest = np.flatnonzero(total == np.repeat(np.maximum.reduceat(total, start[:-1]), many))
    # Labels stand in their order: the first of the heaviest is the smallest.
    chosen = np.full(len(labels), -1, np.int64)
    chosen[node[heaviest[::-1]]] = label[heaviest[::-1]]
    keeps = heaviest[label[heaviest] == labels[node[heaviest]]]
    chosen[node[keeps]] = label[keeps]
    np.logical_and(chosen >= 0, chosen != labels, out=moved)
    labels[moved] = chosen[moved]
    return moved


def modularity(graph: Topology, labels: Ints) -> float:
    """How much more weight lies inside the communities than by chance (Newman 2004), from -0.5 to 1."""
    total = graph.weight.sum()
    if not total:
        return 0.0
    inside = graph.weight[labels[graph.left] == labels[graph.right]].sum() / total
    strength = np.bincount(labels[graph.left], graph.weight, graph.size)
    strength += np.bincount(labels[graph.right], graph.weight, graph.size)
    return float(inside - ((strength / (2 * total)) ** 2).sum())


def _community(graph: Topology, labels: Ints, label: int) -> Community:
    left, right = labels[graph.left] == label, labels[graph.right] == label
    members = np.flatnonzero(labels == label)
    ends = np.concatenate((graph.left[left], graph.right[right]))
    busy = np.bincount(ends, minlength=graph.size)[members]
    named = members[np.argsort(-busy, kind="stable")][:SHOWN]
    return Community(
        size=len(members),
        component=int((graph.component == graph.component[label]).sum()),
        inside=int((left & right).sum()),
        outward=int((left ^ right).sum()),
        nodes=tuple(graph.place(node) for node in named.tolist()),
    )
