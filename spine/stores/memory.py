"""The graph in memory, as a networkx multigraph: small, plain, and what the other stores are held against.

A node of the multigraph is `(table, id)`, an edge of it has the key `(table, further key columns…)`; their attributes
are the row. A writer works on a copy that becomes the graph when it commits, so a reader's view never moves.
"""

import copy
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import networkx as nx
import pyarrow as pa

from spine.access.context import Context
from spine.domain.graph import GRAPH, Table
from spine.errors import StoreBusy, StoreError
from spine.ports import (
    Cause,
    Clock,
    Difference,
    Plan,
    Reader,
    Row,
    Step,
    SystemClock,
    Where,
    Writer,
    arrow_schema,
)
from spine.stores.conditions import checked, checked_page, never
from spine.stores.following import COUNT, followed, in_order, names_of
from spine.stores.shape import ends_of, key_of, known, known_columns
from spine.stores.transaction import LOG, Transaction, already_held, missing_end
from spine.stores.words import record_words, scored, words_of

Graph = nx.MultiDiGraph
PATIENCE = 10.0
"""Seconds that a writer waits for another one."""

_TESTS: dict[str, Callable[[Any, Any], bool]] = {
    "eq": lambda held, value: bool(held == value),
    "ne": lambda held, value: bool(held != value),
    "lt": lambda held, value: bool(held < value),
    "le": lambda held, value: bool(held <= value),
    "gt": lambda held, value: bool(held > value),
    "ge": lambda held, value: bool(held >= value),
    "in": lambda held, value: held in value,
    "contains": lambda held, value: value in held,
    "prefix": lambda held, value: bool(held.startswith(value)),
}


class MemoryReader:
    """One version of the graph."""

    far = False

    def __init__(self, graph: "Graph[Any]") -> None:
        self._graph = graph
        self._indexes: dict[tuple[str, str], dict[Any, list[Row]]] = {}

    def get(self, table: str, column: str, values: Sequence[Any], limit: int | None = None) -> list[Row]:
        """The rows whose indexed column is one of the values, ordered by key; at most `limit` per value."""
        return self.follow({table: Step(table, column, tuple(values), limit=limit)})[table]

    def follow(self, plan: Plan) -> dict[str, list[Row]]:
        """What each step of a plan finds."""
        return followed(plan, self._fetch)

    def _fetch(self, table: Table, step: Step, values: list[Any]) -> list[Row]:
        index, found = self._index(table, step.column), []
        if step.counted:
            counts = [{step.column: value, COUNT: len(index[value])} for value in values if value in index]
            return in_order(table, step, counts)
        for value in values:
            found += index.get(value, [])[: step.limit]
        names = names_of(table, step)
        return [{name: copy.copy(row[name]) for name in names} for row in in_order(table, step, found)]

    def select(
        self,
        table: str,
        where: Sequence[Where] = (),
        order: str = "id",
        descending: bool = False,
        after: tuple[Any, Any] | None = None,
        limit: int = 100,
    ) -> list[Row]:
        """Node rows that fulfil all conditions, by `order` then `id`, nulls last; `after` is (order value, id)."""
        shape = known(table)
        checked(shape, where)
        checked_page(shape, order, after, limit)
        fulfilling = [row for row in self._rows(shape) if _fulfils(row, where)]
        valued = [row for row in fulfilling if row[order] is not None]
        empty = [row for row in fulfilling if row[order] is None]
        valued.sort(key=lambda row: (row[order], row["id"]), reverse=descending)
        empty.sort(key=lambda row: row["id"], reverse=descending)
        page = [row for row in [*valued, *empty] if after is None or _comes_after(row, order, after, descending)]
        return [copy.deepcopy(row) for row in page[:limit]]

    def count(self, table: str, where: Sequence[Where] = ()) -> int:
        """How many rows fulfil all conditions."""
        shape = known(table)
        checked(shape, where)
        return sum(_fulfils(row, where) for row in self._rows(shape))

    def scan(self, table: str, columns: Sequence[str] = ()) -> pa.Table:
        """The whole table, or the named columns of it, ordered by key."""
        shape = known(table)
        names = known_columns(shape, columns)
        rows = sorted(self._rows(shape), key=lambda row: key_of(shape, row))
        return pa.Table.from_pylist(rows, schema=arrow_schema(table)).select(list(names))

    def pieces(self, table: str, columns: Sequence[str] = ()) -> Iterator[pa.Table]:
        """What `scan` answers, in one piece."""
        yield self.scan(table, columns)

    def search(self, text: str, kind: str | None = None, limit: int = 20) -> list[tuple[int, float]]:
        """Live records whose attributes hold words of the text (prefixes, accents folded): (id, score), best first."""
        asked = words_of(text)
        every: list[tuple[int, float]] = []
        some: list[tuple[int, float]] = []
        for row in self._rows(GRAPH["record"]):
            if row["live"] and kind in (None, row["kind"]):
                words = record_words(row["fields"])
                held = sum(any(word.startswith(start) for word in words) for start in asked)
                if held:
                    (every if held == len(asked) else some).append((row["id"], held / len(words)))
        return scored(every, some)[:limit]

    def _rows(self, table: Table) -> list[Row]:
        if table.is_edge:
            return [row for _, _, key, row in self._graph.edges(keys=True, data=True) if key[0] == table.name]
        return [row for (name, _), row in self._graph.nodes(data=True) if name == table.name]

    def _index(self, table: Table, column: str) -> dict[Any, list[Row]]:
        place = (table.name, column)
        if place not in self._indexes:
            index: dict[Any, list[Row]] = {}
            for row in sorted(self._rows(table), key=lambda row: key_of(table, row)):
                if row[column] is not None:
                    index.setdefault(row[column], []).append(row)
            self._indexes[place] = index
        return self._indexes[place]


class MemoryWriter(MemoryReader, Transaction):
    """A copy of the graph that may become the next version."""

    def __init__(self, graph: "Graph[Any]", context: Context, cause: Cause, clock: Clock) -> None:
        MemoryReader.__init__(self, graph)
        positions = [row["id"] for row in self._rows(LOG)]
        Transaction.__init__(self, context, cause, clock, max(positions, default=0), graph.graph.get("highest", 0))

    def finish(self) -> "Graph[Any] | None":
        """The next version, with its log entry; None where nothing was changed."""
        entry = self.entry()
        if entry is None:
            return None
        self._merge(LOG, entry)
        self._graph.graph["highest"] = self.highest
        return self._graph

    def _numbers(self, keys: list[str]) -> dict[str, int]:
        index = self._index(GRAPH["record"], "key")
        return {key: index[key][0]["id"] for key in keys if key in index}

    def _merge(self, table: Table, rows: pa.Table) -> Difference:
        added = changed = 0
        for row in rows.to_pylist():
            held = self._held(table, row)
            added += held is None
            changed += held is not None and held != row
            if held is None:
                self._add_row(table, row)
            else:
                held.update(row)
        self._indexes.clear()
        self._check_unique(table)
        return Difference(added, changed)

    def _held(self, table: Table, row: Row) -> Row | None:
        if not table.is_edge:
            return self._graph.nodes.get((table.name, row["id"]))
        start, end, *more = key_of(table, row)
        return self._graph.get_edge_data((table.start, start), (table.end, end), (table.name, *more))

    def _add_row(self, table: Table, row: Row) -> None:
        if not table.is_edge:
            self._graph.add_node((table.name, row["id"]))
            self._graph.nodes[table.name, row["id"]].update(row)
            return
        for column, node in ends_of(table):
            if (node.name, row[column]) not in self._graph:
                raise missing_end(table, column, row[column])
        start, end, *more = key_of(table, row)
        key = (table.name, *more)
        self._graph.add_edge((table.start, start), (table.end, end), key)
        self._graph.edges[(table.start, start), (table.end, end), key].update(row)

    def _check_unique(self, table: Table) -> None:
        for column in table.columns:
            if column.unique and column.name != "id":
                for value, rows in self._index(table, column.name).items():
                    if len(rows) > 1:
                        raise already_held(table, column.name, value)

    def _remove(self, table: Table, keys: pa.Table) -> dict[str, int]:
        removed: dict[str, int] = {}
        for row in keys.to_pylist():
            if self._held(table, row) is None:
                continue
            removed[table.name] = removed.get(table.name, 0) + 1
            if table.is_edge:
                start, end, *more = key_of(table, row)
                self._graph.remove_edge((table.start, start), (table.end, end), (table.name, *more))
                continue
            node = (table.name, row["id"])
            touching = {
                *self._graph.out_edges(node, keys=True),
                *self._graph.in_edges(node, keys=True),
            }
            for _, _, key in touching:
                removed[key[0]] = removed.get(key[0], 0) + 1
            self._graph.remove_node(node)
        self._indexes.clear()
        return removed


class MemoryStore:
    """A graph that lives as long as this object."""

    def __init__(self, clock: Clock | None = None, patience: float = PATIENCE) -> None:
        self.url = "memory:"
        self.folder: str | None = None
        self._clock = clock or SystemClock()
        self._patience = patience
        self._lock = threading.Lock()
        self._graph: Graph[Any] | None = nx.MultiDiGraph()

    @contextmanager
    def reading(self, context: Context) -> Iterator[Reader]:
        """A consistent view; never waits for a writer."""
        yield MemoryReader(self._current())

    @contextmanager
    def writing(self, context: Context, cause: Cause) -> Iterator[Writer]:
        """The exclusive right to write; StoreBusy where another writer keeps it too long."""
        if not self._lock.acquire(timeout=self._patience):
            raise StoreBusy(f"Another writer has held the graph for {self._patience:g} seconds.", remedy="Try again.")
        try:
            # networkx copies the attribute dicts; the values in them are never changed in place.
            writer = MemoryWriter(self._current().copy(), context, cause, self._clock)
            yield writer
            self._graph = writer.finish() or self._graph
        finally:
            self._lock.release()

    def plan(self, plans: Iterable[Plan]) -> None:
        """Nothing: what is at hand is asked at once."""

    def close(self) -> None:
        """Forget the graph."""
        self._graph = None

    def __enter__(self) -> "MemoryStore":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _current(self) -> "Graph[Any]":
        if self._graph is None:
            raise StoreError("The store is closed.")
        return self._graph


def _fulfils(row: Row, where: Sequence[Where]) -> bool:
    if never(where):
        return False
    return all(
        row[condition.column] is not None and _TESTS[condition.op](row[condition.column], condition.value)
        for condition in where
    )


def _comes_after(row: Row, order: str, after: tuple[Any, Any], descending: bool) -> bool:
    value, identity = after
    held = row[order]
    if (held is None) != (value is None):
        return held is None
    here, there = (held, row["id"]), (value, identity)
    if held is None:
        here, there = (0, row["id"]), (0, identity)
    return here < there if descending else here > there
