"""Writes of a transaction that are still to be sent: all usual tables go out together, before a read needs them.

A statement costs a round trip and a plan of the server. Tables that changes of records write have one text for all of
them (`usual`), in which a table without rows costs nothing, so that the server plans few texts and keeps them.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from spine.domain.graph import GRAPH, Table
from spine.ports import Difference, Row
from spine.stores.neo4j_bolt.usual import USUAL, counted, edge_written, node_written, statement, usual
from spine.stores.shape import edges_of

ADDED, CHANGED, SAME, REMOVED = 0, 1, 2, 3
_NODES = tuple(table.name for table in GRAPH.values() if not table.is_edge and table.name not in USUAL)
_EDGES = tuple(table.name for table in GRAPH.values() if table.is_edge and table.name not in USUAL)
Key = tuple[Any, ...]


class Late(Difference):
    """A difference that is known when its rows were sent: looking at it sends them."""

    __slots__ = ("_send", "states")
    _send: Callable[[], None]
    states: list[int] | None

    def __init__(self, send: Callable[[], None]) -> None:
        object.__setattr__(self, "_send", send)
        object.__setattr__(self, "states", None)

    @property
    def added(self) -> int:
        """How many rows were added."""
        return self._told()[ADDED]

    @property
    def changed(self) -> int:
        """How many rows were changed."""
        return self._told()[CHANGED]

    @property
    def removed(self) -> int:
        """How many rows were removed."""
        return self._told()[REMOVED]

    def plain(self) -> Difference:
        """The same as a plain value."""
        return Difference(self.added, self.changed, self.removed)

    def _told(self) -> list[int]:
        if self.states is None:
            self._send()
        return self.states or [0, 0, 0, 0]

    def __eq__(self, other: object) -> bool:
        return self.plain() == (other.plain() if isinstance(other, Late) else other)

    def __hash__(self) -> int:
        return hash(self.plain())

    def __repr__(self) -> str:
        return repr(self.plain())


@dataclass(frozen=True)
class Sent:
    """A statement: its text and parameters, the tables that its answer numbers, the rows of them that were put, and the
    differences that wait for it."""

    query: str
    values: dict[str, Any]
    tables: tuple[str, ...]
    put: dict[str, list[Row]]
    waiting: dict[str, list[Late]]

    @property
    def usual(self) -> bool:
        """Whether it is the one that also removes rows and writes the entry of the log."""
        return self.tables is USUAL

    def not_written(self, done: list[tuple[int, int, int]]) -> str | None:
        """A table of which the server told of fewer rows than were to be put, if there is one."""
        told = Counter(self.tables[at] for at, _, state in done if state != REMOVED)
        return next((name for name, rows in self.put.items() if told[name] < len(rows)), None)

    def settle(self, done: list[tuple[int, int, int]]) -> None:
        """Tell what became of the rows."""
        counted = {name: [[0, 0, 0, 0] for _ in waiting] for name, waiting in self.waiting.items()}
        for at, operation, state in done:
            counted[self.tables[at]][operation][state] += 1
        for name, waiting in self.waiting.items():
            for late, counts in zip(waiting, counted[name], strict=True):
                object.__setattr__(late, "states", counts)


class Pending:
    """Rows to be put and keys to be removed, by table and key, and the differences that wait for them."""

    def __init__(self) -> None:
        self._rows: dict[str, dict[Key, tuple[int, Row]]] = {}
        self._gone: dict[str, dict[Key, int]] = {}
        self._waiting: dict[str, list[Late]] = {}
        self.size = 0

    def holds(self, tables: Iterable[str]) -> bool:
        """Whether rows of one of these tables are to be sent, or may go."""
        return any(name in self._rows or name in self._gone or self.loses(GRAPH[name]) for name in tables)

    def bears_on(self, table: Table, column: str, values: Iterable[Any]) -> bool:
        """Whether a row that is to be sent may be one that is looked up by these values of a column, or was one."""
        if self.loses(table):
            return True
        held = [*self._rows.get(table.name, ()), *self._gone.get(table.name, ())]
        if not held or column not in table.key:
            return bool(held)
        at = table.key.index(column)
        return not {key[at] for key in held}.isdisjoint(values)

    def clashes(self, table: Table, rows: Iterable[Key]) -> bool:
        """Whether a row of one of these keys is to be sent or removed already, or an end of one of these edges."""
        held, gone = self._rows.get(table.name, {}), self._gone.get(table.name, {})
        if any(key in held or key in gone for key in rows):
            return True
        if not table.is_edge or not self.loses(table):
            return False
        ends = ((self._gone.get(getattr(table, end), {}), at) for at, end in enumerate(("start", "end")))
        return any((key[at],) in going for going, at in ends if going for key in rows)

    def loses(self, table: Table) -> bool:
        """Whether nodes are to be removed that edges of this table may end in."""
        return table.is_edge and (table.start in self._gone or table.end in self._gone)

    def rows(self, table: Table) -> list[Row]:
        """The rows to be put, as a reader answers them."""
        held = [row for _, row in self._rows.get(table.name, {}).values()]
        if table.is_edge:
            ends, others = table.names[:2], table.names[2:]
            return [
                {**{name: row[name] for name in ends}, **{name: row["properties"].get(name) for name in others}}
                for row in held
            ]
        return [{name: row.get(name) for name in table.names} for row in held]

    def gone(self, table: Table) -> set[Key]:
        """The keys of rows that are to go."""
        return set(self._gone.get(table.name, ()))

    def add(self, table: Table, rows: dict[Key, Row], late: Late) -> None:
        """Take rows in."""
        waiting = self._waiting.setdefault(table.name, [])
        held = self._rows.setdefault(table.name, {})
        held |= {key: (len(waiting), row) for key, row in rows.items()}
        waiting.append(late)
        self.size += len(rows)

    def keeps(self, table: Table, keys: Iterable[Key]) -> bool:
        """Whether rows of these keys have to be sent before they can go, or edges that end in these nodes."""
        gone = set(keys)
        if self.clashes(table, gone):
            return True
        return any(
            (key[0 if column == "start" else 1],) in gone
            for edge, column in edges_of(table)
            if edge.name not in USUAL
            for key in self._rows.get(edge.name, ())
        )

    def remove(self, table: Table, keys: Iterable[Key], late: Late) -> None:
        """Take keys of rows in that are to go."""
        waiting = self._waiting.setdefault(table.name, [])
        held = self._gone.setdefault(table.name, {})
        before = len(held)
        held |= dict.fromkeys(keys, len(waiting))
        waiting.append(late)
        self.size += len(held) - before

    def together(self) -> bool:
        """Whether there is something to be sent, and one statement sends all of it."""
        return bool(self._rows or self._gone) and all(name in USUAL for name in (*self._rows, *self._gone))

    def taken(self) -> Iterator[Sent]:
        """What is to be sent, statement by statement: nodes before their edges."""
        rows, gone, waiting = self._rows, self._gone, self._waiting
        self._rows, self._gone, self._waiting, self.size = {}, {}, {}, 0
        for name in _NODES:
            if name in rows:
                yield _alone(name, rows[name], waiting[name])
        if any(name in USUAL for name in (*rows, *gone)):
            yield _together(rows, gone, waiting)
        for name in _EDGES:
            if name in rows:
                yield _alone(name, rows[name], waiting[name])


def _alone(name: str, rows: dict[Key, tuple[int, Row]], waiting: list[Late]) -> Sent:
    if GRAPH[name].is_edge:
        sent = [
            {"op": operation, "start": row["start"], "end": row["end"], "row": row["properties"]}
            for operation, row in rows.values()
        ]
    else:
        sent = [{"op": operation, "row": row} for operation, row in rows.values()]
    put = {name: [row for _, row in rows.values()]}
    return Sent(statement(name), {"p": {"p0": sent}}, (name,), put, {name: waiting})


def _together(
    rows: dict[str, dict[Key, tuple[int, Row]]], gone: dict[str, dict[Key, int]], waiting: dict[str, list[Late]]
) -> Sent:
    """The statement of all usual tables."""
    names = [name for name in USUAL if name in rows or name in gone]
    nodes: dict[str, list[Row]] = {}
    edges: list[Row] = []
    for name in names:
        table = GRAPH[name]
        written, going = rows.get(name, {}).items(), gone.get(name, {}).items()
        if table.is_edge:
            edges += [
                edge_written(table, operation, dict(zip(table.key, key, strict=True)), row["properties"])
                for key, (operation, row) in written
            ]
            edges += [
                edge_written(table, operation, dict(zip(table.key, key, strict=True)), None) for key, operation in going
            ]
        else:
            nodes[name] = [node_written(table, operation, key[0], row) for key, (operation, row) in written]
            nodes[name] += [node_written(table, operation, key[0], None) for key, operation in going]
    # Packed into one map: of a list by itself the server plans anew for each order of magnitude.
    values = {"p": {"nodes": nodes, "edges": edges, "tables": counted(names, {}), "log": []}}
    put = {name: [row for _, row in rows[name].values()] for name in names if name in rows}
    return Sent(usual(), values, USUAL, put, {name: waiting[name] for name in names if name in waiting})
