"""A writer that reads nothing twice: the rows that one transaction read are kept until it writes to their table.

A change looks at the same few records from many sides: whom they meet, what they carry, what they resolve to, who lives
where. Each row is fetched once, whichever step asks first.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from operator import itemgetter
from typing import Any, TypeVar

import numpy as np
import pyarrow as pa

from spine.domain.graph import EDGES, GRAPH
from spine.ports import Difference, Plan, Row, Step, Where, Writer

Made = TypeVar("Made")


class Remembering:
    """The writer it wraps, with what it read. Rows are shared between all who ask: nobody may change them."""

    def __init__(self, writer: Writer) -> None:
        self.position = writer.position
        self._writer = writer
        self._rows: dict[str, dict[tuple[str, int | None], dict[Any, list[Row]]]] = {}
        self._made: dict[str, tuple[frozenset[str], Any]] = {}

    def get(self, table: str, column: str, values: Sequence[Any], limit: int | None = None) -> list[Row]:
        """As in the port; only values that were not asked before are fetched."""
        held = self._rows.setdefault(table, {}).setdefault((column, limit), {})
        asked = [value for value in dict.fromkeys(values) if value is not None]
        missing = [value for value in asked if value not in held]
        if missing or not asked:
            # An empty question goes through as well: the store says what can't be asked.
            found = self._writer.get(table, column, missing, limit)
            _keep(held, missing, column, found)
            if len(missing) == len(asked):
                return found
        if len(asked) == 1:
            return list(held[asked[0]])
        if column == GRAPH[table].key[0]:
            # Keys begin with it: rows in the order of the values are in the order of their keys.
            return [row for value in sorted(asked) for row in held[value]]
        return sorted((row for value in asked for row in held[value]), key=itemgetter(*GRAPH[table].key))

    def follow(self, plan: Plan) -> dict[str, list[Row]]:
        """As in the port; what its steps find, they answer from then on."""
        found = self._writer.follow(plan)
        for name, step in plan.items():
            if not step.columns:
                held = self._rows.setdefault(step.table, {}).setdefault((step.column, step.limit), {})
                asked = [value for value in _sought(plan, found, step) if value is not None]
                # What was kept already stands in a list that others may hold: it is replaced, not added to.
                _keep(held, asked, step.column, found[name])
        return found

    def remember(self, name: str, tables: Iterable[str], make: Callable[[], Made]) -> Made:
        """What `make` made, until one of these tables is written to."""
        if name not in self._made:
            self._made[name] = (frozenset(tables), make())
        made: Made = self._made[name][1]
        return made

    def select(
        self,
        table: str,
        where: Sequence[Where] = (),
        order: str = "id",
        descending: bool = False,
        after: tuple[Any, Any] | None = None,
        limit: int = 100,
    ) -> list[Row]:
        """As in the port."""
        return self._writer.select(table, where, order, descending, after, limit)

    def count(self, table: str, where: Sequence[Where] = ()) -> int:
        """As in the port."""
        return self._writer.count(table, where)

    def scan(self, table: str, columns: Sequence[str] = ()) -> pa.Table:
        """As in the port."""
        return self._writer.scan(table, columns)

    def search(self, text: str, kind: str | None = None, limit: int = 20) -> list[tuple[int, float]]:
        """As in the port."""
        return self._writer.search(text, kind, limit)

    def sequence(self, keys: Sequence[str]) -> "np.ndarray[Any, np.dtype[np.int64]]":
        """As in the port."""
        return self._writer.sequence(keys)

    def put(self, table: str, rows: pa.Table) -> Difference:
        """As in the port."""
        self._forget(table)
        return self._writer.put(table, rows)

    def delete(self, table: str, rows: pa.Table) -> int:
        """As in the port."""
        self._forget(table, *_EDGES_OF.get(table, ()))
        return self._writer.delete(table, rows)

    def replace(self, table: str, rows: pa.Table) -> Difference:
        """As in the port."""
        self._forget(table, *_EDGES_OF.get(table, ()))
        return self._writer.replace(table, rows)

    def _forget(self, *tables: str) -> None:
        for table in tables:
            self._rows.pop(table, None)
        gone = [name for name, (of, _) in self._made.items() if not of.isdisjoint(tables)]
        for name in gone:
            del self._made[name]


def _keep(held: dict[Any, list[Row]], asked: list[Any], column: str, found: list[Row]) -> None:
    held |= {value: [] for value in asked}
    for row in found:
        held[row[column]].append(row)


def _sought(plan: Plan, found: Mapping[str, list[Row]], step: Step) -> Iterator[Any]:
    """The values that a step of a plan looked for."""
    yield from step.values
    for before, column in step.after:
        lists = GRAPH[plan[before].table].column(column).type in ("ints", "texts")
        for row in found[before]:
            yield from (row[column] or ()) if lists else (row[column],)


def _edges_of() -> Mapping[str, tuple[str, ...]]:
    """By node table the edges that go with a node."""
    out: dict[str, tuple[str, ...]] = {}
    for edge in EDGES:
        for node in {edge.start, edge.end}:
            out[node] = (*out.get(node, ()), edge.name)
    return out


_EDGES_OF = _edges_of()
