"""Writes of a transaction that are still to be sent: many tables go out in one statement, before a read needs them.

A statement costs a round trip and a plan of the server. Tables that a change writes together have one text for all of
them, in which a table without rows costs nothing, so that the server plans few texts and keeps them.
"""

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from spine.domain.graph import GRAPH, Table
from spine.ports import Difference, Row
from spine.stores.neo4j_bolt.patterns import NEW, label

ADDED, CHANGED, SAME = 0, 1, 2
GROUPS: tuple[tuple[str, ...], ...] = (
    ("record", "record_version", "identifier", "carries"),
    ("key", "keyed", "document", "touched", "change"),
    ("component", "person", "in_component", "match", "resolves_to_person"),
    ("household", "resides_in", "member_of", "related_to"),
)
"""Tables that are sent in one statement, nodes before their edges; every other table has one of its own."""
_NODES = tuple(table.name for table in GRAPH.values() if not table.is_edge)
_EDGES = tuple(table.name for table in GRAPH.values() if table.is_edge)
_GROUPED = {name for group in GROUPS for name in group}
_ORDER = (
    GROUPS[0], GROUPS[1], *((name,) for name in _NODES if name not in _GROUPED), GROUPS[2], GROUPS[3],
    *((name,) for name in _EDGES if name not in _GROUPED),
)  # fmt: skip
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
        """None."""
        return 0

    def plain(self) -> Difference:
        """The same as a plain value."""
        return Difference(self.added, self.changed)

    def _told(self) -> list[int]:
        if self.states is None:
            self._send()
        return self.states or [0, 0, 0]

    def __eq__(self, other: object) -> bool:
        return self.plain() == (other.plain() if isinstance(other, Late) else other)

    def __hash__(self) -> int:
        return hash(self.plain())

    def __repr__(self) -> str:
        return repr(self.plain())


class Pending:
    """Rows to be put, by table and key, and the differences that wait for them."""

    def __init__(self) -> None:
        self._rows: dict[str, dict[Key, tuple[int, Row]]] = {}
        self._waiting: dict[str, list[Late]] = {}
        self.size = 0

    def holds(self, tables: Iterable[str]) -> bool:
        """Whether rows of one of these tables are to be sent."""
        return any(name in self._rows for name in tables)

    def bears_on(self, table: Table, column: str, values: Iterable[Any]) -> bool:
        """Whether a row that is to be sent may be one that is looked up by these values of a column, or was one."""
        held = self._rows.get(table.name)
        if not held or column not in table.key:
            return bool(held)
        at = table.key.index(column)
        return not {key[at] for key in held}.isdisjoint(values)

    def clashes(self, table: Table, keys: Iterable[Key]) -> bool:
        """Whether a row of one of these keys is to be sent already."""
        held = self._rows.get(table.name, {})
        return any(key in held for key in keys)

    def add(self, table: Table, rows: dict[Key, Row], late: Late) -> None:
        """Take rows in."""
        waiting = self._waiting.setdefault(table.name, [])
        held = self._rows.setdefault(table.name, {})
        held |= {key: (len(waiting), row) for key, row in rows.items()}
        waiting.append(late)
        self.size += len(rows)

    def taken(self) -> Iterator[tuple[str, dict[str, Any], list[tuple[Table, list[Row], list[Late]]]]]:
        """What is to be sent, statement by statement: text, parameters, and what each column of the answer is of."""
        rows, waiting, self._rows, self._waiting, self.size = self._rows, self._waiting, {}, {}, 0
        for names in _ORDER:
            if not any(name in rows for name in names):
                continue
            tables = [GRAPH[name] for name in names]
            sent = [list(rows.get(name, {}).values()) for name in names]
            # Packed into one map: of a list by itself the server plans anew for each order of magnitude.
            packed = {f"p{at}": [{"op": op, "row": row} for op, row in some] for at, some in enumerate(sent)}
            about = [
                (table, [row for _, row in some], waiting.get(table.name, []))
                for table, some in zip(tables, sent, strict=True)
            ]
            yield statement(names), {"p": packed}, about


def settle(states: list[list[int]], waiting: list[Late]) -> None:
    """Tell what became of the rows of a table: pairs of an operation and a state."""
    counted = [[0, 0, 0] for _ in waiting]
    for operation, state in states:
        counted[operation][state] += 1
    for late, counts in zip(waiting, counted, strict=True):
        object.__setattr__(late, "states", counts)


def statement(names: tuple[str, ...]) -> str:
    """The text that puts rows of these tables; it answers a column of (operation, state) for each."""
    parts = [_upsert(GRAPH[name], at) for at, name in enumerate(names)]
    return f"{' '.join(parts)} RETURN {', '.join(f'c{at}' for at in range(len(names)))}"


def ends_found(table: Table, row: str) -> str:
    """The clauses that find the ends of an edge."""
    return f"MATCH (a:{label(table.start)} {{id: {row}.start}}) MATCH (b:{label(table.end)} {{id: {row}.end}})"


def further(table: Table, source: str) -> str:
    """The key columns of an edge table beside its ends, as properties to find the edge by."""
    names = ", ".join(f"`{name}`: {source}.`{name}`" for name in table.key[2:])
    return f" {{{names}}}" if names else ""


def _upsert(table: Table, number: int) -> str:
    """Make what is missing, overwrite what is not equal, leave the rest."""
    if table.is_edge:
        name, wanted = "r", "one.row.properties"
        found = f"{ends_found(table, 'one.row')} MERGE (a)-[r:`{table.label}`{further(table, wanted)}]->(b)"
    else:
        name, wanted = "n", "one.row"
        found = f"MERGE (n:`{table.label}` {{id: one.row.id}})"
    return (
        f"CALL () {{ UNWIND $p.p{number} AS one {found} ON CREATE SET {name}.{NEW} = true WITH {name}, one, "
        f"CASE WHEN {name}.{NEW} THEN {ADDED} WHEN properties({name}) = {wanted} THEN {SAME} ELSE {CHANGED} END "
        f"AS state FOREACH (_ IN CASE state WHEN {SAME} THEN [] ELSE [1] END | SET {name} = {wanted}) "
        f"RETURN collect([one.op, state]) AS c{number} }}"
    )
