"""Reading the graph from a SQLite connection that holds one read transaction."""

import json
import sys
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import Any

import pyarrow as pa

from spine.domain.graph import Table
from spine.ports import Plan, Row, Step, Where
from spine.stores.conditions import checked, checked_page, never
from spine.stores.following import followed, in_order, names_of
from spine.stores.shape import known, known_columns
from spine.stores.sqlite import blocks, packed
from spine.stores.sqlite.connection import Connection
from spine.stores.sqlite.values import from_sqlite, to_rows
from spine.stores.words import scored, words_of

_MANY = 500
"""Above so many values they go in as one JSON document: the text of the statement stays short and is cached."""

_PIECE = 50_000
"""Rows that a scan holds as Python objects at a time; as columns they take a tenth of the memory."""

DOCUMENT = known("document")
_OPERATORS = {"eq": "=", "ne": "<>", "lt": "<", "le": "<=", "gt": ">", "ge": ">="}


class SqliteReader:
    """One consistent view of the graph."""

    far = False

    def __init__(self, connection: Connection, kept: "dict[str, Row | None] | None" = None) -> None:
        self._connection = connection
        self._kept = kept

    def get(self, table: str, column: str, values: Sequence[Any], limit: int | None = None) -> list[Row]:
        """The rows whose indexed column is one of the values, ordered by key; at most `limit` per value."""
        return self.follow({table: Step(table, column, tuple(values), limit=limit)})[table]

    def follow(self, plan: Plan) -> dict[str, list[Row]]:
        """What each step of a plan finds, a few cheap statements for each."""
        return followed(plan, self._fetch)

    def _fetch(self, table: Table, step: Step, values: list[Any]) -> list[Row]:
        if self._kept is not None and table is DOCUMENT and step.column == "id" and not (step.columns or step.counted):
            return self._documents(self._kept, values)
        names = names_of(table, step)
        start, order = _asking(table.name, step.column, names), f"ORDER BY {listed(table.key)}"
        condition, bound = _one_of(values)
        if step.counted:
            column = f'"{step.column}"'
            statement = f'SELECT {column}, count(*) FROM "{table.name}" WHERE {column} {condition} GROUP BY {column}'
            counts = self._connection.run(statement, bound)
            return in_order(table, step, [dict(zip(names, row, strict=True)) for row in counts])
        if step.limit is None:
            return to_rows(table, names, self._connection.run(f"{start} {condition} {order}", bound))
        # A few values have fewer rows together than one of them may have: then there is nothing to cut.
        found = self._connection.run(f"{start} {condition} LIMIT ?", [*bound, step.limit])
        if len(found) >= step.limit:
            found = self._cut(table, step, values, start, order)
        return in_order(table, step, to_rows(table, names, found))

    def _documents(self, kept: "dict[str, Row | None]", values: list[str]) -> list[Row]:
        """Documents by id, each read once as long as nobody writes: a model is megabytes, and every answer needs it."""
        unknown = [value for value in values if value not in kept]
        if unknown:
            condition, bound = _one_of(unknown)
            found = self._connection.run(f"{_asking(DOCUMENT.name, 'id', DOCUMENT.names)} {condition}", bound)
            kept.update(dict.fromkeys(unknown))
            kept.update((row["id"], row) for row in to_rows(DOCUMENT, DOCUMENT.names, found))
        return [row for value in sorted(values) if (row := kept[value]) is not None]

    def _cut(self, table: Table, step: Step, values: list[Any], start: str, order: str) -> list[tuple[Any, ...]]:
        """At most `limit` rows of each value: only those that more rows hold are asked for one by one."""
        hubs = set(self._held_by_more(table, step, values))
        found: list[tuple[Any, ...]] = []
        for value in hubs:
            found += self._connection.run(f"{start} = ? {order} LIMIT ?", (value, step.limit))
        rest = [value for value in values if value not in hubs]
        if rest:
            condition, bound = _one_of(rest)
            found += self._connection.run(f"{start} {condition}", bound)
        return found

    def _held_by_more(self, table: Table, step: Step, values: list[Any]) -> list[Any]:
        """The values that more rows hold than the limit of the step."""
        if len(values) == 1:
            return values
        some = f'SELECT 1 FROM "{table.name}" WHERE "{step.column}" = sought.value LIMIT ? + 1'
        asked = f"SELECT value FROM json_each(?) AS sought WHERE (SELECT count(*) FROM ({some})) > ?"
        return [value for (value,) in self._connection.run(asked, [json.dumps(values), step.limit, step.limit])]

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
        if never(where):
            return []
        condition, values = _conditions(shape, where)
        turned, beyond = ("DESC", "<") if descending else ("", ">")
        start = f'SELECT {listed(shape.names)} FROM "{table}" WHERE {condition}'
        found: list[tuple[Any, ...]] = []
        # Two statements instead of NULLS LAST, so that both can walk along an index.
        if after is None or after[0] is not None:
            place = "" if after is None else f'AND ("{order}", id) {beyond} (?, ?)'
            found = self._connection.run(
                f'{start} AND "{order}" IS NOT NULL {place} ORDER BY "{order}" {turned}, id {turned} LIMIT ?',
                [*values, *(after or ()), limit],
            )
        if order != "id" and len(found) < limit:
            within = after is not None and after[0] is None
            place, identity = (f"AND id {beyond} ?", [after[1]]) if after is not None and within else ("", [])
            found += self._connection.run(
                f'{start} AND "{order}" IS NULL {place} ORDER BY id {turned} LIMIT ?',
                [*values, *identity, limit - len(found)],
            )
        return to_rows(shape, shape.names, found)

    def count(self, table: str, where: Sequence[Where] = ()) -> int:
        """How many rows fulfil all conditions."""
        shape = known(table)
        checked(shape, where)
        if never(where):
            return 0
        condition, values = _conditions(shape, where)
        return int(self._connection.run(f'SELECT count(*) FROM "{table}" WHERE {condition}', values)[0][0])

    def scan(self, table: str, columns: Sequence[str] = ()) -> pa.Table:
        """The whole table, or the named columns of it, ordered by key."""
        shape = known(table)
        names = known_columns(shape, columns)
        return pa.concat_tables([from_sqlite(shape, names, []), *self._pieces(shape, names)])

    def pieces(self, table: str, columns: Sequence[str] = ()) -> Iterator[pa.Table]:
        """What `scan` answers, some ten thousand rows at a time."""
        shape = known(table)
        names = known_columns(shape, columns)
        yield from_sqlite(shape, names, [])
        yield from self._pieces(shape, names)

    def _pieces(self, table: Table, names: Sequence[str]) -> Iterator[pa.Table]:
        if blocks.covers(table, names) and blocks.any_of(self._connection, table):
            return blocks.pieces(self._connection, table, names)
        if packed.can_pack(table, names):
            return packed.pieces(self._connection, table, names)
        statement = f'SELECT {listed(names)} FROM "{table.name}" ORDER BY {listed(table.key)}'
        return (from_sqlite(table, names, rows) for rows in self._connection.pieces(statement, _PIECE))

    def search(self, text: str, kind: str | None = None, limit: int = 20) -> list[tuple[int, float]]:
        """Live records whose attributes hold words of the text (prefixes, accents folded): (id, score), best first."""
        words = [f'"{word}"*' for word in words_of(text)]
        if not words or limit < 1:
            return []
        every = self._matching(" AND ".join(words), kind, limit)
        some = self._matching(" OR ".join(words), kind, limit) if len(words) > 1 and len(every) < limit else []
        return scored(every, some)[:limit]

    def _matching(self, query: str, kind: str | None, limit: int) -> list[tuple[int, float]]:
        join, values = ("", [query, limit])
        if kind is not None:
            join, values = "AND (SELECT kind FROM record WHERE id = record_search.rowid) = ?", [query, kind, limit]
        rows = self._connection.run(
            f"SELECT rowid, rank FROM record_search WHERE record_search MATCH ? {join} ORDER BY rank, rowid LIMIT ?",
            values,
        )
        return [(number, max(0.0, -rank)) for number, rank in rows]


def listed(names: Sequence[str]) -> str:
    """Column names as SQL lists them."""
    return ", ".join(f'"{name}"' for name in names)


@lru_cache(maxsize=512)
def _asking(table: str, column: str, names: tuple[str, ...]) -> str:
    return f'SELECT {listed(names)} FROM "{table}" WHERE "{column}"'


def _one_of(values: Sequence[Any]) -> tuple[str, list[Any]]:
    """A condition on a column, and what it binds; one value is bound several times, so that texts are few."""
    if len(values) == 1:
        return "= ?", list(values)
    if 1 < len(values) <= _MANY:
        size = 1 << (len(values) - 1).bit_length()
        return f"IN ({', '.join('?' * size)})", [*values, *[values[-1]] * (size - len(values))]
    return "IN (SELECT value FROM json_each(?))", [json.dumps(list(values))]


def _conditions(table: Table, where: Sequence[Where]) -> tuple[str, list[Any]]:
    """The conditions as SQL, and the values of its question marks."""
    parts, values = ["true"], []
    for condition in where:
        name = f'"{table.name}"."{condition.column}"'
        if condition.op == "in":
            text, bound = _one_of([value for value in condition.value if value is not None])
            parts.append(f"{name} {text}")
            values += bound
        elif condition.op == "contains":
            parts.append(f"EXISTS (SELECT 1 FROM json_each({name}) AS each WHERE each.value = ?)")
            values.append(condition.value)
        elif condition.op == "prefix":
            text, bound = _prefix(name, condition.value)
            parts.append(text)
            values += bound
        else:
            parts.append(f"{name} {_OPERATORS[condition.op]} ?")
            values.append(condition.value)
    return " AND ".join(parts), values


def _prefix(name: str, start: str) -> tuple[str, list[str]]:
    """A range of texts, which an index can serve: from the prefix up to the next text that does not begin with it."""
    kept = start.rstrip(chr(sys.maxunicode))
    if not kept:
        return f"{name} >= ?", [start]
    following = ord(kept[-1]) + 1
    # No text holds a surrogate: the next character after the last one below them is the first above.
    following = 0xE000 if 0xD800 <= following < 0xE000 else following
    return f"{name} >= ? AND {name} < ?", [start, kept[:-1] + chr(following)]
