"""Writing the graph inside the Bolt transaction that holds the write lock."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, TypeVar

import pyarrow as pa

from spine.access.context import Context
from spine.domain.graph import GRAPH, Table
from spine.ports import Cause, Clock, Difference, Plan, Row, Where
from spine.stores.following import checked_plan
from spine.stores.neo4j_bolt.connection import Cypher
from spine.stores.neo4j_bolt.digest import PREFIX, digest_of
from spine.stores.neo4j_bolt.documents import Documents
from spine.stores.neo4j_bolt.patterns import edge_maps, edge_table, label, node_maps, pattern
from spine.stores.neo4j_bolt.pending import Late, Pending
from spine.stores.neo4j_bolt.reader import BoltReader
from spine.stores.neo4j_bolt.unsent import completed, widened, with_unsent
from spine.stores.neo4j_bolt.usual import GOING, counted, ends_found, further
from spine.stores.shape import aligned, edges_of, known
from spine.stores.transaction import LOG, RECORD, Transaction, missing_end

_T = TypeVar("_T")

_BATCH = 10_000
"""Rows of one statement."""

_FEW = 500
"""So many rows that are to be sent are put into answers; more are sent before something is asked."""

_BULK = 1_000
"""From so many rows on it is worth asking whether the table is empty, and to create without looking first."""

LOCK = (
    "MERGE (m:SpineMeta {id: 'store'}) SET m.locked = coalesce(m.locked, 0) + 1 "
    "RETURN coalesce(m.position, 0), coalesce(m.highest, 0), properties(m)"
)
"""Writing to this one node takes its lock until the transaction ends: writers are serial."""


class BoltWriter(BoltReader, Transaction):
    """The one writer of a database, inside its transaction."""

    def __init__(
        self,
        cypher: Cypher,
        documents: Documents,
        context: Context,
        cause: Cause,
        clock: Clock,
        locked: Sequence[Any],
    ) -> None:
        """`locked` is what `LOCK` answered."""
        BoltReader.__init__(self, cypher, documents)
        position, highest, kept = locked
        self._digests: dict[str, str | None] = {
            name.removeprefix(PREFIX): value for name, value in kept.items() if name.startswith(PREFIX)
        }
        self._pending = Pending()
        self._unknown: set[str] = set()
        Transaction.__init__(self, context, cause, clock, position, highest)

    def replace(self, table: str, rows: pa.Table) -> Difference:
        """Make the table hold exactly these rows, by writing only what differs.

        Where they are the rows of the replace before, and nothing touched the table since, nothing is read either.
        """
        shape = known(table)
        wanted = aligned(shape, rows)
        digest = digest_of(wanted)
        # The count, which the server keeps, tells of rows that somebody else removed.
        if self._digests.get(table) == digest and self.count(table) == wanted.num_rows:
            return Difference()
        difference = Transaction.replace(self, table, wanted)
        self._digests[table] = digest
        return difference

    def finish(self) -> bool:
        """Write what is left and the log entry; False where nothing was changed, so that there is nothing to commit."""
        if self._pending.together():
            return self._send_with_entry()
        self._send()
        return self._write_entry()

    def _write_entry(self) -> bool:
        entry = self.entry()
        if entry is None:
            return False
        self._cypher.run(
            f"CREATE (n:`{LOG.label}`) SET n = $entry WITH n MATCH (m:SpineMeta {{id: 'store'}}) "
            "SET m.position = $position, m.highest = $highest, m += $digests",
            entry=node_maps(LOG, entry)[0],
            **self._kept(),
        )
        return True

    def _kept(self) -> dict[str, Any]:
        """What the store keeps of itself."""
        digests = {PREFIX + name: value for name, value in self._digests.items()}
        return {"position": self.position, "highest": self.highest, "digests": digests}

    def _send_with_entry(self) -> bool:
        """The same in one statement, in which the server counts what changed."""
        self._refuse_failed()
        head, tail = self._around_counts()
        counts: dict[str, list[int]] = {}
        for name in GRAPH:
            told = [one for one in self._counts.told(name) if not (isinstance(one, Late) and one.states is None)]
            if told:
                counts[name] = [sum(getattr(one, of) for one in told) for of in ("added", "changed", "removed")]
        log = {"row": self._entered(), "head": head, "tail": tail, **self._kept()}
        logged = self._sent(log, counts)
        return logged or self._write_entry()

    def _numbers(self, keys: list[str]) -> dict[str, int]:
        found: dict[str, int] = {}
        asked = [key for key in keys if key not in self._unknown]
        if asked:
            self._send_for("record")
        for chunk in _chunks(asked):
            rows = self._cypher.run("MATCH (n:Record) WHERE n.key IN $keys RETURN n.key, n.id", keys=chunk)
            found |= dict(rows)
        return found

    def _merge(self, table: Table, rows: pa.Table) -> Difference:
        self._digests[table.name] = None
        if table is RECORD:
            self._unknown.clear()
        if rows.num_rows < _BULK:
            return self._later(table, rows)
        self._send()
        if self.count(table.name):
            parts = [self._later(table, rows.slice(start, _BULK)) for start in range(0, rows.num_rows, _BULK)]
            return Difference(sum(one.added for one in parts), sum(one.changed for one in parts))
        for start in range(0, rows.num_rows, _BATCH):
            maps = _maps(table, rows.slice(start, _BATCH))
            made = self._cypher.run(_create(table), rows=maps)[0][0]
            if made < len(maps):
                self._refuse_missing_end(table, maps)
        return Difference(rows.num_rows)

    def _later(self, table: Table, rows: pa.Table) -> Difference:
        """Keep rows to be sent with others; the same row twice is sent before, so that each is counted."""
        keys = _keys(table, rows)
        if self._pending.size > _BATCH or self._pending.clashes(table, keys):
            self._send()
        late = Late(self._send)
        self._pending.add(table, dict(zip(keys, _maps(table, rows), strict=True)), late)
        return late

    def _send(self) -> None:
        """Send what is to be written."""
        self._sent()

    def _sent(self, log: Row | None = None, counts: Mapping[str, Sequence[int]] | None = None) -> bool:
        """The same, with the entry of the log, and what it counts already, where it is the last; whether that was
        written."""
        logged = False
        with self._attempt():
            for sent in self._pending.taken():
                if log is not None and sent.usual:
                    sent.values["p"] |= {"log": [log], "tables": counted(list(sent.waiting), counts or {})}
                ((done, *told),) = self._cypher.run(sent.query, **sent.values)
                lacking = sent.not_written(done)
                if lacking is not None:
                    self._refuse_missing_end(GRAPH[lacking], sent.put[lacking])
                sent.settle(done)
                if sent.usual:
                    lost, changed = told
                    for relation, start, end in lost:
                        name = edge_table(relation, start, end)
                        self._add(name, Difference(removed=1))
                        self._digests[name] = None
                    logged = log is not None and changed > 0 and not lost
        return logged

    # A read sees what was written before it.

    def get(self, table: str, column: str, values: Sequence[Any], limit: int | None = None) -> list[Row]:
        """As in the port."""
        shape = known(table)
        found: list[Row] | None = None
        if column in shape.names and self._pending.bears_on(shape, column, values):
            if self._pending.size <= _FEW and not self._pending.loses(shape):
                found = BoltReader.get(self, table, column, values, limit)
                found = with_unsent(shape, column, set(values), limit, found, self._pending)
            if found is None:
                self._send()
        if found is None:
            found = BoltReader.get(self, table, column, values, limit)
        return self._learn(table, column, values, found)

    def follow(self, plan: Plan) -> dict[str, list[Row]]:
        """As in the port."""
        found = self._followed_unsent(plan)
        if found is None:
            self._send_for(*(step.table for step in plan.values()))
            found = BoltReader.follow(self, plan)
        for name, step in plan.items():
            if not step.after and not step.columns and not step.counted:
                self._learn(step.table, step.column, step.values, found[name])
        return found

    def _followed_unsent(self, plan: Plan) -> dict[str, list[Row]] | None:
        """What a plan finds without sending anything first; None where nothing is to be sent, or it has to be."""
        tables = [step.table for step in plan.values() if step.table in GRAPH]
        if not self._pending.holds(tables) or self._pending.size > _FEW:
            return None
        checked_plan(plan)
        wider = widened(plan, self._pending)
        return None if wider is None else completed(plan, self._pending, BoltReader.follow(self, wider))

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
        self._send_for(table)
        return BoltReader.select(self, table, where, order, descending, after, limit)

    def count(self, table: str, where: Sequence[Where] = ()) -> int:
        """As in the port."""
        self._send_for(table)
        return BoltReader.count(self, table, where)

    def scan(self, table: str, columns: Sequence[str] = ()) -> pa.Table:
        """As in the port."""
        self._send_for(table)
        return BoltReader.scan(self, table, columns)

    def search(self, text: str, kind: str | None = None, limit: int = 20) -> list[tuple[int, float]]:
        """As in the port."""
        self._send_for("record")
        return BoltReader.search(self, text, kind, limit)

    def _learn(self, table: str, column: str, values: Sequence[Any], found: list[Row]) -> list[Row]:
        """Take note of the numbers of records whose keys were asked for, and of keys that no record has."""
        if table == RECORD.name and column == "key":
            self._given |= {row["key"]: row["id"] for row in found}
            self._unknown |= set(values) - {row["key"] for row in found}
        return found

    def _send_for(self, *tables: str) -> None:
        if self._pending.holds(tables):
            self._send()

    def _refuse_missing_end(self, table: Table, maps: list[Row]) -> None:
        lost = self._cypher.run(
            f"UNWIND $rows AS row OPTIONAL MATCH (a:{label(table.start)} {{id: row.start}}) "
            f"OPTIONAL MATCH (b:{label(table.end)} {{id: row.end}}) "
            "WITH row, a, b WHERE a IS NULL OR b IS NULL RETURN a IS NULL, row.start, row.end LIMIT 1",
            rows=maps,
        )
        for no_start, start, end in lost:
            raise missing_end(table, "start" if no_start else "end", start if no_start else end)

    def _removed(self, table: Table, keys: pa.Table) -> dict[str, Difference]:
        if table.name not in GOING or keys.num_rows >= _BULK:
            return Transaction._removed(self, table, keys)
        gone = _keys(table, keys)
        if self._pending.size > _BATCH or self._pending.keeps(table, gone):
            self._send()
        late = Late(self._send)
        self._pending.remove(table, gone, late)
        self._digests[table.name] = None
        return {table.name: late}

    def _remove(self, table: Table, keys: pa.Table) -> dict[str, int]:
        self._send()
        removed: dict[str, int] = {}
        for chunk in _chunks(keys.to_pylist()):
            if table.is_edge:
                number = self._cypher.run(
                    f"UNWIND $rows AS row {ends_found(table, 'row')} "
                    f"MATCH (a)-[r:`{table.label}`{further(table, 'row')}]->(b) DELETE r RETURN count(*)",
                    rows=chunk,
                )[0][0]
            else:
                ids = [row["id"] for row in chunk]
                if edges_of(table):
                    self._count_edges(table, ids, removed)
                number = self._cypher.run(
                    f"MATCH {pattern(table)} WHERE n.id IN $ids DETACH DELETE n RETURN count(*)", ids=ids
                )[0][0]
            removed[table.name] = removed.get(table.name, 0) + number
        self._digests |= dict.fromkeys(removed)
        return removed

    def _count_edges(self, table: Table, ids: list[int], removed: dict[str, int]) -> None:
        rows = self._cypher.run(
            f"MATCH {pattern(table)}-[r]-() WHERE n.id IN $ids WITH DISTINCT r "
            "RETURN type(r), labels(startNode(r))[0], labels(endNode(r))[0], count(*)",
            ids=ids,
        )
        for relation, start, end, number in rows:
            name = edge_table(relation, start, end)
            removed[name] = removed.get(name, 0) + number


def _keys(table: Table, rows: pa.Table) -> list[tuple[Any, ...]]:
    return list(zip(*(rows.column(name).to_pylist() for name in table.key), strict=True))


def _chunks(values: list[_T]) -> Iterator[list[_T]]:
    for start in range(0, len(values), _BATCH):
        yield values[start : start + _BATCH]


def _maps(table: Table, rows: pa.Table) -> list[Row]:
    return edge_maps(rows) if table.is_edge else node_maps(table, rows)


def _create(table: Table) -> str:
    if table.is_edge:
        return (
            f"UNWIND $rows AS row {ends_found(table, 'row')} CREATE (a)-[r:`{table.label}`]->(b) "
            "SET r = row.properties RETURN count(*)"
        )
    return f"UNWIND $rows AS row CREATE (n:`{table.label}`) SET n = row RETURN count(*)"
