"""Reading the graph inside one Bolt transaction."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, TypeAlias

import pyarrow as pa

from spine.errors import Unsupported
from spine.ports import CypherAnswer, Plan, Row, Step, Where, arrow_schema
from spine.stores.conditions import checked, checked_page, never
from spine.stores.following import checked_plan, in_order
from spine.stores.neo4j_bolt.connection import Cypher
from spine.stores.neo4j_bolt.documents import Documents
from spine.stores.neo4j_bolt.patterns import (
    DOCUMENT,
    KEPT,
    SEARCH_INDEX,
    by_index,
    conditions,
    label,
    pattern,
    place,
    places,
)
from spine.stores.neo4j_bolt.plan import shape_of
from spine.stores.shape import indexed, known, known_columns
from spine.stores.words import scored, words_of

Ask: TypeAlias = Callable[[str, Mapping[str, Any], int, float], CypherAnswer]


class BoltReader:
    """One view of the graph."""

    far = True

    def __init__(self, cypher: Cypher, documents: Documents, ask: Ask | None = None) -> None:
        self._cypher = cypher
        self._kept_documents = documents
        self._ask = ask

    def cypher(self, query: str, parameters: Mapping[str, Any], rows: int, seconds: float) -> CypherAnswer:
        """The first rows of a question that only reads, in a transaction of its own: one that fails ends it."""
        if self._ask is None:
            raise Unsupported("Questions in Cypher are not asked while writing.", remedy="Ask after the write.")
        return self._ask(query, parameters, rows, seconds)

    def get(self, table: str, column: str, values: Sequence[Any], limit: int | None = None) -> list[Row]:
        """The rows whose indexed column is one of the values, ordered by key; at most `limit` per value."""
        shape = known(table)
        indexed(shape, column)
        asked = [value for value in dict.fromkeys(values) if value is not None]
        if not asked:
            return []
        if shape is DOCUMENT and limit is None:
            return BoltReader.follow(self, {table: Step(table, column, tuple(asked))})[table]
        if shape.is_edge:
            # Labels on both ends: the named one finds its node by index, the other tells tables of one type apart.
            found = f"(a:{label(shape.start)})-[r:`{shape.label}`]->(b:{label(shape.end)})"
        else:
            found = pattern(shape)
        hint = by_index(shape, column)
        answer = f"RETURN {places(shape, shape.names)} ORDER BY {places(shape, shape.key)}"
        if limit is None:
            query = f"{KEPT}MATCH {found} {hint} WHERE {place(shape, column)} IN $v.values {answer}"
            return self._rows(shape.names, self._cypher.run(query, v={"values": asked}))
        inner = (
            f"MATCH {found} {hint} WHERE {place(shape, column)} = value "
            f"RETURN {'a, r, b' if shape.is_edge else 'n'} ORDER BY {places(shape, shape.key)} LIMIT $limit"
        )
        query = f"{KEPT}UNWIND $v.values AS value CALL (value) {{ {inner} }} {answer}"
        return self._rows(shape.names, self._cypher.run(query, v={"values": asked}, limit=limit))

    def follow(self, plan: Plan) -> dict[str, list[Row]]:
        """What each step of a plan finds, in one question."""
        tables = checked_plan(plan)
        if not plan:
            return {}
        held = self._kept_documents.held()
        shape = shape_of(plan)
        parameters = shape.parameters(plan, {name: digest for name, (digest, _) in held.items()})
        (answer,) = self._cypher.run(shape.text, **parameters)
        found = shape.rows(answer, self._kept_documents, held)
        return {name: in_order(tables[name], step, found[name]) for name, step in plan.items()}

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
        condition, values = conditions(shape, where)
        turned, beyond = (" DESC", "<") if descending else ("", ">")
        by = place(shape, order)
        start = f"MATCH {pattern(shape)} WHERE {condition}"
        answer = f"RETURN {places(shape, shape.names)} ORDER BY"
        value, identity = after or (None, None)
        found: list[list[Any]] = []
        if after is None or value is not None:
            here = f"AND ({by} {beyond} $value OR ({by} = $value AND n.id {beyond} $identity))" if after else ""
            found = self._cypher.run(
                f"{start} AND {by} IS NOT NULL {here} {answer} {by}{turned}, n.id{turned} LIMIT $limit",
                **values,
                value=value,
                identity=identity,
                limit=limit,
            )
        if order != "id" and len(found) < limit:
            here = f"AND n.id {beyond} $identity" if after and value is None else ""
            found += self._cypher.run(
                f"{start} AND {by} IS NULL {here} {answer} n.id{turned} LIMIT $limit",
                **values,
                identity=identity,
                limit=limit - len(found),
            )
        return self._rows(shape.names, found)

    def count(self, table: str, where: Sequence[Where] = ()) -> int:
        """How many rows fulfil all conditions."""
        shape = known(table)
        checked(shape, where)
        if never(where):
            return 0
        condition, values = conditions(shape, where)
        filtered = f"WHERE {condition}" if where else ""
        number = self._cypher.run(f"MATCH {pattern(shape)} {filtered} RETURN count(*)", **values)[0][0]
        return int(number)

    def scan(self, table: str, columns: Sequence[str] = ()) -> pa.Table:
        """The whole table, or the named columns of it, ordered by key."""
        shape = known(table)
        names = known_columns(shape, columns)
        # Sorting here costs the server nothing; the key comes along even where it was not asked for.
        asked = list(dict.fromkeys((*shape.key, *names)))
        rows = self._cypher.run(f"MATCH {pattern(shape)} RETURN {places(shape, asked)}")
        schema = pa.schema([arrow_schema(table).field(name) for name in asked])
        if not rows:
            return schema.empty_table().select(list(names))
        arrays = [pa.array(values, field.type) for values, field in zip(zip(*rows, strict=True), schema, strict=True)]
        whole = pa.Table.from_arrays(arrays, schema=schema)
        return whole.sort_by([(name, "ascending") for name in shape.key]).select(list(names))

    def pieces(self, table: str, columns: Sequence[str] = ()) -> Iterator[pa.Table]:
        """What `scan` answers, in one piece."""
        yield self.scan(table, columns)

    def search(self, text: str, kind: str | None = None, limit: int = 20) -> list[tuple[int, float]]:
        """Live records whose attributes hold words of the text (prefixes, accents folded): (id, score), best first."""
        words = [f"{word}*" for word in words_of(text)]
        if not words or limit < 1:
            return []
        every = self._matching(" AND ".join(words), kind, limit)
        some = self._matching(" OR ".join(words), kind, limit) if len(words) > 1 and len(every) < limit else []
        return scored(every, some)[:limit]

    def _matching(self, query: str, kind: str | None, limit: int) -> list[tuple[int, float]]:
        rows = self._cypher.run(
            f"CALL db.index.fulltext.queryNodes('{SEARCH_INDEX}', $words) YIELD node, score "
            "WHERE $kind IS NULL OR node.kind = $kind "
            "RETURN node.id, score ORDER BY score DESC, node.id LIMIT $limit",
            words=query,
            kind=kind,
            limit=limit,
        )
        return [(number, score) for number, score in rows]

    @staticmethod
    def _rows(names: Sequence[str], found: list[list[Any]]) -> list[Row]:
        return [dict(zip(names, row, strict=True)) for row in found]
