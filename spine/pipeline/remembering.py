"""A writer that reads nothing twice: the rows that one transaction read are kept, with what it writes.

A change looks at the same few records from many sides: whom they meet, what they carry, what they resolve to, who lives
where. Each row is fetched once, whichever step asks first; what was written need not be fetched at all, nor what a node
that was not there before could have had.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from operator import itemgetter
from typing import Any, TypeVar

import numpy as np
import pyarrow as pa

from spine.domain.graph import EDGES, GRAPH, Table
from spine.normalise.few_rows import PlainRows
from spine.normalise.pressed import Columns, whole
from spine.ports import Difference, Plan, Row, Step, Where, Writer, arrow_schema
from spine.resolution.grouping import with_columns

Made = TypeVar("Made")
NUMBERED = ("record", "keyed", "touched")
"""Tables whose rows have the numbers of records."""
MANY = 5_000
"""Of tables to which more rows are written at once, nothing is known any more."""


class Remembering:
    """The writer it wraps, with what it read and wrote. Rows are shared between all who ask: nobody may change them."""

    def __init__(self, writer: Writer) -> None:
        self.position = writer.position
        self.far = writer.far
        self._writer = writer
        self._whole: dict[str, dict[str, dict[Any, list[Row]]]] = {}
        """By table, indexed column and value all rows there are, by key."""
        self._some: dict[str, dict[tuple[str, int], dict[Any, list[Row]]]] = {}
        """The same for as many rows as were asked for, where there were as many."""
        self._fresh: dict[str, set[Any]] = {}
        """By table nodes that were not there before this transaction: whatever edges they have, it wrote."""
        self._made: dict[str, tuple[frozenset[str], Any]] = {}

    def get(self, table: str, column: str, values: Sequence[Any], limit: int | None = None) -> list[Row]:
        """As in the port; only values that were not asked before are fetched."""
        held = self._held(table, column, values, limit)
        missing = [value for value, rows in held.items() if rows is None]
        if missing or not held:
            # An empty question goes through as well: the store says what can't be asked.
            found = self._writer.get(table, column, missing, limit)
            held |= self._keep(table, column, missing, found, limit)
            if len(missing) == len(held):
                return found
        if len(held) == 1:
            (rows,) = held.values()
            return list(rows or ())
        if column == GRAPH[table].key[0]:
            # Keys begin with it: rows in the order of the values are in the order of their keys.
            return [row for value in sorted(held) for row in held[value] or ()]
        return sorted((row for rows in held.values() for row in rows or ()), key=itemgetter(*GRAPH[table].key))

    def follow(self, plan: Plan) -> dict[str, list[Row]]:
        """As in the port; what its steps find, they answer from then on."""
        held = self._followed(plan)
        if held is not None:
            return held
        if len(plan) > 1 and not any(step.after or step.columns or step.counted for step in plan.values()):
            # Steps that lead to nothing are asked for what is not known of each.
            self._fetch({name: replace(step, values=self._missing(step)) for name, step in plan.items()})
            return self._followed(plan) or {}
        return self._fetch(plan)

    def known(self, table: str, column: str, values: Sequence[Any]) -> list[Row]:
        """The rows that `get` would answer, as far as that is known without a question."""
        held = self._held(table, column, values, None)
        return [row for rows in held.values() for row in rows or ()]

    def _missing(self, step: Step) -> tuple[Any, ...]:
        held = self._held(step.table, step.column, step.values, step.limit)
        return tuple(value for value, rows in held.items() if rows is None)

    def _fetch(self, plan: Plan) -> dict[str, list[Row]]:
        found = self._writer.follow(plan)
        for name, step in plan.items():
            if not step.columns and not step.counted:
                asked = [value for value in dict.fromkeys(_sought(plan, found, step)) if value is not None]
                self._keep(step.table, step.column, asked, found[name], step.limit)
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

    def pieces(self, table: str, columns: Sequence[str] = ()) -> Iterator[pa.Table]:
        """As in the port."""
        return self._writer.pieces(table, columns)

    def search(self, text: str, kind: str | None = None, limit: int = 20) -> list[tuple[int, float]]:
        """As in the port."""
        return self._writer.search(text, kind, limit)

    def sequence(self, keys: Sequence[str]) -> "np.ndarray[Any, np.dtype[np.int64]]":
        """As in the port; a number that is new names nothing yet."""
        given = self._writer.sequence(keys)
        known = self._whole.get("record", {}).get("key", {})
        new = [number for key, number in zip(keys, given.tolist(), strict=True) if known.get(key) == []]
        for table in NUMBERED if new else ():
            ids = self._whole.setdefault(table, {}).setdefault("id", {})
            for number in new:
                ids.setdefault(number, [])
        return given

    def put(self, table: str, rows: Columns) -> Difference:
        """As in the port; what is known of the table is known with these rows from then on."""
        written = self._writer.put(table, rows)
        self._unmake(table)
        if rows.num_rows > MANY:
            self._forget(table)
        else:
            self._take(GRAPH[table], rows)
        return written

    def delete(self, table: str, rows: pa.Table) -> Difference:
        """As in the port; what is known of the table is known without these rows from then on."""
        gone = self._writer.delete(table, rows)
        self._unmake(table, *_EDGES_OF.get(table, ()))
        if rows.num_rows > MANY:
            self._forget(table, *_EDGES_OF.get(table, ()))
        else:
            self._drop(GRAPH[table], rows)
        return gone

    def replace(self, table: str, rows: pa.Table) -> Difference:
        """As in the port."""
        self._unmake(table, *_EDGES_OF.get(table, ()))
        self._forget(table, *_EDGES_OF.get(table, ()))
        return self._writer.replace(table, rows)

    # ---------------------------------------------------------------------------------------------------- what is known

    def _known(self, table: str, column: str, value: Any, limit: int | None) -> list[Row] | None:
        """The rows that the store would answer for a value; None where they have to be fetched."""
        return self._held(table, column, (value,), limit)[value]

    def _held(self, table: str, column: str, values: Iterable[Any], limit: int | None) -> dict[Any, list[Row] | None]:
        """By value, each once and without nulls, the rows that the store would answer; None where they have to be
        fetched."""
        whole = self._whole.setdefault(table, {}).setdefault(column, {})
        # Thousands of values are asked of at once.
        held: dict[Any, list[Row] | None] = {value: whole.get(value) for value in values if value is not None}
        node = _end_of(GRAPH[table], column)
        fresh: set[Any] = self._fresh.get(node, set()) if self._fresh else set()
        absent = self._whole.get(node, {}).get("id", {})
        some = {} if limit is None else self._some.get(table, {}).get((column, limit), {})
        if fresh or some or absent:
            for value in [value for value, rows in held.items() if rows is None]:
                held[value] = some.get(value)
                if held[value] is None and (value in fresh or absent.get(value) == []):
                    held[value] = whole[value] = []
        if limit is not None:
            long = {value: rows[:limit] for value, rows in held.items() if rows is not None and len(rows) > limit}
            held |= long
        return held

    def _followed(self, plan: Plan) -> dict[str, list[Row]] | None:
        """What a plan finds, where all of it is known."""
        found: dict[str, list[Row]] = {}
        for name, step in plan.items():
            if step.columns or step.counted:
                return None
            held = self._held(step.table, step.column, _sought(plan, found, step), step.limit)
            if None in held.values():
                return None
            found[name] = sorted(
                (row for rows in held.values() for row in rows or ()), key=itemgetter(*GRAPH[step.table].key)
            )
        return found

    def _keep(
        self, table: str, column: str, asked: list[Any], found: list[Row], limit: int | None
    ) -> dict[Any, list[Row]]:
        """Keep what was found for values; it stands in new lists, since others may hold those of before."""
        held: dict[Any, list[Row]] = {value: [] for value in asked}
        for row in found:
            held[row[column]].append(row)
        whole = self._whole.setdefault(table, {}).setdefault(column, {})
        if limit is None:
            whole |= held
        else:
            # Fewer than were asked for are all there are.
            whole |= {value: rows for value, rows in held.items() if len(rows) < limit}
            some = self._some.setdefault(table, {}).setdefault((column, limit), {})
            some |= {value: rows for value, rows in held.items() if len(rows) >= limit}
        return held

    def _take(self, shape: Table, rows: Columns) -> None:
        """Put rows into what is known."""
        self._some.pop(shape.name, None)
        new: Sequence[Row]
        if isinstance(rows, PlainRows):
            new = rows.rows
        else:
            new = with_columns(whole(rows), arrow_schema(shape.name)).to_pylist()
        if shape.is_edge:
            for column in shape.columns:
                if column.indexed:
                    self._add(shape, column.name, new)
            return
        held = self._whole.setdefault(shape.name, {})
        before = {row["id"]: held.get("id", {}).get(row["id"]) for row in new}
        self._fresh.setdefault(shape.name, set()).update(number for number, was in before.items() if was == [])
        for name in [one for one in held if one != "id"]:
            # A row may have stood under another value, which only its id tells.
            stood = ((row[name], before[row["id"]]) for row in new)
            if all(was is not None and all(one[name] == value for one in was) for value, was in stood):
                self._add(shape, name, new)
            else:
                del held[name]
        # Whatever was known of an id, it is this row now.
        held.setdefault("id", {}).update((row["id"], [row]) for row in new)

    def _add(self, shape: Table, column: str, new: Sequence[Row]) -> None:
        by_value: dict[Any, list[Row]] = {}
        for row in new:
            by_value.setdefault(row[column], []).append(row)
        key = itemgetter(*shape.key)
        known = self._held(shape.name, column, by_value, None)
        held = self._whole[shape.name][column]
        for value, some in by_value.items():
            before = known[value]
            if before is None:
                continue
            if not before and len(some) == 1:
                held[value] = some
                continue
            merged = {key(row): row for row in (*before, *some)}
            held[value] = [merged[one] for one in sorted(merged)]

    def _drop(self, shape: Table, rows: pa.Table) -> None:
        """Take rows, and the edges of nodes among them, out of what is known."""
        self._some.pop(shape.name, None)
        gone = set(zip(*(rows.column(name).to_pylist() for name in shape.key), strict=True))
        key = itemgetter(*shape.key)
        own = gone if len(shape.key) > 1 else {one[0] for one in gone}
        places = {name: {one[at] for one in gone} for at, name in enumerate(shape.key)}
        self._without(shape.name, lambda row: key(row) in own, places)
        ids = {one[0] for one in gone}
        for name in _EDGES_OF.get(shape.name, ()):
            self._some.pop(name, None)
            ends = [end for end in ("start", "end") if _end_of(GRAPH[name], end) == shape.name]
            self._without(name, lambda row, ends=ends: any(row[end] in ids for end in ends))  # type: ignore[misc]

    def _without(self, table: str, gone: Callable[[Row], bool], places: Mapping[str, set[Any]] | None = None) -> None:
        """Take rows out of what is known; `places` are the values of a column that they stand under, where known."""
        for column, lists in self._whole.get(table, {}).items():
            asked = (places or {}).get(column, lists.keys())
            for value in [value for value in asked if value in lists]:
                rows = lists[value]
                if any(map(gone, rows)):
                    lists[value] = [row for row in rows if not gone(row)]

    def _forget(self, *tables: str) -> None:
        for table in tables:
            self._whole.pop(table, None)
            self._some.pop(table, None)
        # What a node that was not there before has is not all known any more.
        self._fresh.clear()

    def _unmake(self, *tables: str) -> None:
        gone = [name for name, (of, _) in self._made.items() if not of.isdisjoint(tables)]
        for name in gone:
            del self._made[name]


def _end_of(shape: Table, column: str) -> str:
    """The table of the nodes that a column of an edge names; empty for other columns."""
    return str(getattr(shape, column)) if shape.is_edge and column in ("start", "end") else ""


def _sought(plan: Plan, found: Mapping[str, list[Row]], step: Step) -> Iterator[Any]:
    """The values that a step of a plan looked for."""
    yield from step.values
    for before, column in step.after:
        shape = GRAPH[plan[before].table].column(column)
        for row in found[before]:
            yield from shape.values(row[column], step.short) if shape.holds_many else (row[column],)


def _edges_of() -> Mapping[str, tuple[str, ...]]:
    """By node table the edges that go with a node."""
    out: dict[str, tuple[str, ...]] = {}
    for edge in EDGES:
        for node in {edge.start, edge.end}:
            out[node] = (*out.get(node, ()), edge.name)
    return out


_EDGES_OF = _edges_of()
