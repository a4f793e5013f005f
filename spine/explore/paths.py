"""How two nodes hang together: the shortest paths between them, found from both ends at once."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice, pairwise

import networkx as nx

from spine.access.context import Context
from spine.domain.graph import GRAPH
from spine.domain.ids import decode_id, encode_id
from spine.errors import NotFound, QueryError
from spine.explore.explain import is_identifier
from spine.explore.graph import FAN_OUT, GraphEdge, Hub, Place, check_kinds, edges_around, rows_of
from spine.explore.sealed import looked_up
from spine.ports import Reader, Row

MAX_STEPS = 16
MAX_PATHS = 50
MAX_SEEN = 20_000
"""So many nodes are looked at from both ends together."""


@dataclass(frozen=True, slots=True)
class Path:
    """The nodes from one end to the other, and the edges between them (several where two nodes have several)."""

    nodes: tuple[Place, ...]
    edges: tuple[tuple[GraphEdge, ...], ...]


@dataclass(frozen=True, slots=True)
class Paths:
    """The shortest paths, all of one length; `truncated` where a cap kept some of the graph unseen."""

    start: Place
    end: Place
    steps: int | None
    paths: tuple[Path, ...]
    truncated: bool
    rows: dict[Place, Row]


def paths(
    reader: Reader,
    context: Context,
    start: Place,
    end: Place,
    steps: int = 8,
    first: int = 5,
    kinds: Sequence[str] = (),
    fan_out: int = FAN_OUT,
) -> Paths:
    """The `first` shortest paths of at most so many steps, over all kinds of edges or those named.

    Each step asks one round trip per kind of edge, always at the end that has seen less. Of a node with more than
    `fan_out` neighbours over one kind only so many are followed; `truncated` says so.
    """
    if not 0 <= steps <= MAX_STEPS or not 1 <= first <= MAX_PATHS:
        raise QueryError(
            "steps or first is out of bounds.", remedy=f"Ask for up to {MAX_STEPS} steps, 1 to {MAX_PATHS} paths."
        )
    check_kinds(kinds)
    known = rows_of(reader, (start, end))
    for place in (start, end):
        if place not in known:
            raise NotFound(f"There is no node {encode_id(*place)}.", remedy="Search for it by an identifier.")
    seen = _Seen(reader, start, end, kinds, fan_out)
    while not seen.met and seen.taken < steps and len(seen) < MAX_SEEN and seen.grow():
        pass
    found = tuple(seen.path(nodes) for nodes in seen.shortest(first)) if seen.met else ()
    rows = rows_of(reader, [place for path in found for place in path.nodes])
    truncated = bool(seen.hubs) or len(seen) >= MAX_SEEN
    return Paths(start, end, len(found[0].nodes) - 1 if found else None, found, truncated, rows)


def place_named(reader: Reader, context: Context, named: str) -> Place:
    """The node that a name stands for: a public id, `source/record_id`, or `namespace:value`; NotFound, BadId."""
    if is_identifier(named):
        space, value = named.split(":", 1)
        forms = sorted({value, looked_up(reader, context, space, value) or value})
        rows = [row for row in reader.get("identifier", "value", forms) if row["namespace"] == space]
        table = "identifier"
    elif "/" in named:
        table, rows = "record", reader.get("record", "key", [named])
    else:
        return decode_id(named)
    if not rows:
        raise NotFound(
            f"There is no {table} {named[:80]!r}.", remedy="Give an id, source/record_id or namespace:value."
        )
    return table, int(rows[0]["id"])


def verdict(found: Paths, steps: int) -> str:
    """The outcome in one sentence."""
    hidden = " Hubs were followed in part: name fewer kinds of edges, or a greater fan-out." if found.truncated else ""
    if found.steps is None:
        return f"No way of up to {steps} steps was found.{hidden}"
    ways = "One way" if len(found.paths) == 1 else f"{len(found.paths)} ways"
    return f"{ways} of {found.steps} steps.{hidden}"


class _Seen:
    """What was seen from both ends, and the edges on which it was reached."""

    def __init__(self, reader: Reader, start: Place, end: Place, kinds: Sequence[str], fan_out: int) -> None:
        self.hubs: list[Hub] = []
        self.taken = 0
        self._reader, self._kinds, self._fan_out = reader, kinds, fan_out
        self._ends = (start, end)
        self._sides = ({start}, {end})
        self._frontiers = [[start], [end]]
        self._graph: nx.Graph[Place] = nx.Graph()
        self._graph.add_nodes_from((start, end))

    def __len__(self) -> int:
        return sum(len(side) for side in self._sides)

    @property
    def met(self) -> bool:
        """True where the two sides have a node in common."""
        return not self._sides[0].isdisjoint(self._sides[1])

    def grow(self) -> bool:
        """Take one more step at the end with less to look at; False where one end has seen all it can."""
        which = 0 if len(self._frontiers[0]) <= len(self._frontiers[1]) else 1
        side, following = self._sides[which], []
        for edge, there in edges_around(self._reader, self._frontiers[which], self._kinds, self._fan_out, self.hubs):
            if edge.start == edge.end:
                continue
            if not self._graph.has_edge(edge.start, edge.end):
                self._graph.add_edge(edge.start, edge.end, edges={})
            key = (edge.table, *(edge.row[name] for name in GRAPH[edge.table].key))
            self._graph.edges[edge.start, edge.end]["edges"][key] = edge
            if there not in side:
                side.add(there)
                following.append(there)
        self._frontiers[which] = following
        self.taken += 1
        return bool(following)

    def shortest(self, first: int) -> list[list[Place]]:
        """The first shortest paths, in the order of their nodes."""
        return sorted(islice(nx.all_shortest_paths(self._graph, *self._ends), first))

    def path(self, nodes: list[Place]) -> Path:
        """A path with the edges along it."""
        edges = [tuple(self._graph.edges[one, other]["edges"].values()) for one, other in pairwise(nodes)]
        return Path(tuple(nodes), tuple(edges))
