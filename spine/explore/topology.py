"""Some kinds of edges of the whole graph as two columns of node numbers: what metrics and communities are made of."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow.compute as pc

from spine.access.context import Context
from spine.domain.graph import GRAPH, Table
from spine.explore.graph import Place, check_kinds
from spine.ports import Reader
from spine.resolution.components import Ints, connected

Floats = np.ndarray[Any, np.dtype[np.float64]]

DEFAULT_KINDS = ("match",)


@dataclass(frozen=True, slots=True)
class Topology:
    """Nodes that have an edge, numbered from 0, and the links between them: each pair once, none to itself.

    Node n is row `ids[n]` of table `tables[table[n]]`. `left` < `right`; `weight` is a link's bits where it is a
    match, else 1; parallel edges add up. `component` is the smallest node of each node's component.
    """

    tables: tuple[str, ...]
    table: Ints
    ids: Ints
    left: Ints
    right: Ints
    weight: Floats
    component: Ints

    @property
    def size(self) -> int:
        """How many nodes there are."""
        return len(self.ids)

    def place(self, node: int) -> Place:
        """The node of the graph behind a number."""
        return self.tables[int(self.table[node])], int(self.ids[node])

    def degrees(self) -> Ints:
        """How many neighbours each node has."""
        return np.bincount(self.left, minlength=self.size) + np.bincount(self.right, minlength=self.size)


def read_topology(reader: Reader, context: Context, kinds: Sequence[str] = DEFAULT_KINDS) -> Topology:
    """All edges of these kinds that hold at present, whichever way they point; QueryError for an unknown kind.

    Reads the ends of every such edge. Carried identifiers that were given up are left out.
    """
    check_kinds(kinds)
    chosen: list[Table] = [GRAPH[kind] for kind in dict.fromkeys(kinds or DEFAULT_KINDS)]
    tables = tuple(sorted({name for table in chosen for name in (table.start, table.end)}))
    ends: list[tuple[int, Ints]] = []
    weights = []
    for shape in chosen:
        more = ["valid_to"] if shape.name == "carries" else ["weight"] if shape.name == "match" else []
        rows = reader.scan(shape.name, ["start", "end", *more])
        if "valid_to" in more:
            rows = rows.filter(pc.is_null(rows["valid_to"]))
        ends += [(tables.index(getattr(shape, side)), rows[side].to_numpy()) for side in ("start", "end")]
        bits = rows["weight"].to_numpy() / 1000 if "weight" in more else np.ones(rows.num_rows)
        weights.append(np.maximum(bits, 0.001))
    table, ids, places = _numbered(len(tables), ends)
    left, right, weight = _links(np.concatenate(places[::2]), np.concatenate(places[1::2]), np.concatenate(weights))
    return Topology(tables, table, ids, left, right, weight, connected(len(ids), left, right))


def _numbered(tables: int, ends: Sequence[tuple[int, Ints]]) -> tuple[Ints, Ints, list[Ints]]:
    """Table and id of each distinct node, by table and id; and the columns of ends as places among them."""
    table, ids, places = [], [], [np.empty(0, np.int64) for _ in ends]
    base = 0
    for which in range(tables):
        columns = [at for at, (name, _) in enumerate(ends) if name == which]
        distinct, place = np.unique(np.concatenate([ends[at][1] for at in columns]), return_inverse=True)
        parts = np.split(place.astype(np.int64) + base, np.cumsum([len(ends[at][1]) for at in columns])[:-1])
        for at, part in zip(columns, parts, strict=True):
            places[at] = part
        table.append(np.full(len(distinct), which))
        ids.append(distinct.astype(np.int64))
        base += len(distinct)
    return np.concatenate(table), np.concatenate(ids), places


def _links(one: Ints, other: Ints, weight: Floats) -> tuple[Ints, Ints, Floats]:
    """Each pair of different ends once, the smaller first; weights of the same pair add up."""
    low, high = np.minimum(one, other), np.maximum(one, other)
    apart = low != high
    low, high, weight = low[apart], high[apart], weight[apart]
    order = np.lexsort((high, low))
    low, high, weight = low[order], high[order], weight[order]
    if not len(low):
        return low, high, weight
    fresh = np.concatenate(([True], (low[1:] != low[:-1]) | (high[1:] != high[:-1])))
    return low[fresh], high[fresh], np.add.reduceat(weight, np.flatnonzero(fresh))
