"""The neighbourhood of any node, hop by hop, with caps; hubs are counted, shown in part, and say how much is hidden."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from spine.access.context import Context
from spine.domain.graph import EDGES, GRAPH
from spine.domain.ids import encode_id
from spine.errors import NotFound, QueryError
from spine.ports import Reader, Row, Where

MAX_HOPS = 6
MAX_NODES = 1000
FAN_OUT = 25
"""How many neighbours over one kind of edge are shown of one node, unless asked otherwise."""

Place = tuple[str, int]
HIDDEN = frozenset({"component"})
"""Tables that are bookkeeping: never met on a walk."""


@dataclass(frozen=True, slots=True)
class GraphNode:
    """A node that was reached, after how many hops."""

    table: str
    id: int
    hops: int
    row: Row


@dataclass(frozen=True, slots=True)
class GraphEdge:
    """An edge between two shown nodes, with its columns."""

    table: str
    start: Place
    end: Place
    row: Row


@dataclass(frozen=True, slots=True)
class Hub:
    """A node with more neighbours over one kind of edge than are shown: `total` of them, `more` hidden."""

    node: Place
    edge: str
    total: int
    more: int


@dataclass(frozen=True, slots=True)
class Neighbourhood:
    """What lies around a node; `truncated` where a cap hid something."""

    nodes: tuple[GraphNode, ...]
    edges: tuple[GraphEdge, ...]
    hubs: tuple[Hub, ...]
    truncated: bool


def neighbourhood(
    reader: Reader,
    context: Context,
    start: Place,
    hops: int,
    nodes: int,
    kinds: Sequence[str] = (),
    fan_out: int = FAN_OUT,
) -> Neighbourhood:
    """All within `hops` of a node, nearest first, at most `nodes` of them; `kinds` names edge tables to follow.

    One round trip per hop and kind of edge; a node with more than `fan_out` neighbours over one kind is counted.
    """
    _check(hops, nodes, kinds, fan_out)
    if start[0] not in GRAPH or not reader.get(start[0], "id", [start[1]]):
        raise NotFound(f"There is no node {encode_id(*start)}.", remedy="Search for it by an identifier.")
    reached: dict[Place, int] = {start: 0}
    edges: dict[tuple[object, ...], GraphEdge] = {}
    hubs: list[Hub] = []
    frontier, truncated = [start], False
    for hop in range(1, hops + 1):
        following: list[Place] = []
        for edge, there in edges_around(reader, frontier, kinds, fan_out, hubs):
            if there not in reached:
                if len(reached) >= nodes:
                    truncated = True
                    continue
                reached[there] = hop
                following.append(there)
            key = (edge.table, *(edge.row[name] for name in GRAPH[edge.table].key))
            edges.setdefault(key, edge)
        frontier = following
        if not frontier:
            break
    found = rows_of(reader, reached)
    shown = tuple(GraphNode(place[0], place[1], hop, found[place]) for place, hop in reached.items() if place in found)
    kept = tuple(edge for edge in edges.values() if edge.start in found and edge.end in found)
    return Neighbourhood(shown, kept, tuple(hubs), truncated or bool(hubs))


def _check(hops: int, nodes: int, kinds: Sequence[str], fan_out: int) -> None:
    if not 0 <= hops <= MAX_HOPS or not 1 <= nodes <= MAX_NODES or not 1 <= fan_out <= MAX_NODES:
        raise QueryError(
            "hops, nodes or fanOut is out of bounds.",
            remedy=f"Ask for 0 to {MAX_HOPS} hops and 1 to {MAX_NODES} nodes.",
        )
    check_kinds(kinds)


def check_kinds(kinds: Sequence[str]) -> None:
    """QueryError where one of these is not a kind of edge that can be walked."""
    known = [table.name for table in EDGES if table.end not in HIDDEN]
    for kind in kinds:
        if kind not in known:
            raise QueryError(f"There is no kind of edge {kind[:40]!r}.", remedy=f"Choose from {', '.join(known)}.")


def label_of(table: str, row: Row) -> str:
    """What a node is called: its value, name, key or address, else what it is."""
    return str(row.get("value") or row.get("name") or row.get("key") or row.get("address") or row.get("kind") or table)


def edges_around(
    reader: Reader, frontier: Sequence[Place], kinds: Sequence[str], fan_out: int, hubs: list[Hub]
) -> Iterator[tuple[GraphEdge, Place]]:
    """The edges at these nodes, at most `fan_out` per node, side and kind; the nodes that have more go to `hubs`."""
    for table in EDGES:
        if table.end in HIDDEN or (kinds and table.name not in kinds):
            continue
        for side, near, far in (("start", table.start, table.end), ("end", table.end, table.start)):
            ids = [number for name, number in frontier if name == near]
            rows = reader.get(table.name, side, ids, fan_out + 1) if ids else []
            seen: dict[int, int] = {}
            for row in rows:
                seen[row[side]] = seen.get(row[side], 0) + 1
                if seen[row[side]] > fan_out:
                    total = reader.count(table.name, [Where(side, "eq", row[side])])
                    hubs.append(Hub((near, row[side]), table.name, total, total - fan_out))
                    continue
                ends = (table.start, row["start"]), (table.end, row["end"])
                other = (far, row["end"] if side == "start" else row["start"])
                yield GraphEdge(table.name, ends[0], ends[1], row), other


def rows_of(reader: Reader, reached: Iterable[Place]) -> dict[Place, Row]:
    """The rows of these nodes, one round trip per table; what is gone is left out."""
    reached = set(reached)
    out: dict[Place, Row] = {}
    for table in sorted({name for name, _ in reached}):
        ids = sorted(number for name, number in reached if name == table)
        out.update({(table, row["id"]): row for row in reader.get(table, "id", ids)})
    return out
