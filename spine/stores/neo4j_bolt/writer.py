"""Writing the graph inside the Bolt transaction that holds the write lock."""

from collections.abc import Iterator
from typing import TypeVar

import pyarrow as pa

from spine.access.context import Context
from spine.domain.graph import Table
from spine.ports import Cause, Clock, Difference, Row
from spine.stores.neo4j_bolt.connection import Cypher
from spine.stores.neo4j_bolt.digest import PREFIX, digest_of
from spine.stores.neo4j_bolt.patterns import NEW, edge_maps, edge_table, label, node_maps, pattern
from spine.stores.neo4j_bolt.reader import BoltReader
from spine.stores.shape import aligned, edges_of, known
from spine.stores.transaction import LOG, Transaction, missing_end

_T = TypeVar("_T")

_BATCH = 10_000
"""Rows of one statement."""

_BULK = 1_000
"""From so many rows on it is worth asking whether the table is empty, and to create without looking first."""

LOCK = (
    "MERGE (m:SpineMeta {id: 'store'}) SET m.locked = coalesce(m.locked, 0) + 1 "
    "RETURN coalesce(m.position, 0), coalesce(m.highest, 0), properties(m)"
)
"""Writing to this one node takes its lock until the transaction ends: writers are serial."""

_ADDED, _CHANGED, _SAME = 0, 1, 2


class BoltWriter(BoltReader, Transaction):
    """The one writer of a database, inside its transaction."""

    def __init__(self, cypher: Cypher, context: Context, cause: Cause, clock: Clock) -> None:
        BoltReader.__init__(self, cypher)
        position, highest, kept = cypher.run(LOCK)[0]
        self._digests: dict[str, str | None] = {
            name.removeprefix(PREFIX): value for name, value in kept.items() if name.startswith(PREFIX)
        }
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
        """Write the log entry; False where nothing was changed, so that there is nothing to commit."""
        entry = self.entry()
        if entry is None:
            return False
        self._cypher.run(
            f"CREATE (n:`{LOG.label}`) SET n = $entry WITH n MATCH (m:SpineMeta {{id: 'store'}}) "
            "SET m.position = $position, m.highest = $highest, m += $digests",
            digests={PREFIX + name: value for name, value in self._digests.items()},
            entry=node_maps(LOG, entry)[0],
            position=self.position,
            highest=self.highest,
        )
        return True

    def _numbers(self, keys: list[str]) -> dict[str, int]:
        found: dict[str, int] = {}
        for chunk in _chunks(keys):
            rows = self._cypher.run("MATCH (n:Record) WHERE n.key IN $keys RETURN n.key, n.id", keys=chunk)
            found |= dict(rows)
        return found

    def _merge(self, table: Table, rows: pa.Table) -> Difference:
        self._digests[table.name] = None
        empty = rows.num_rows >= _BULK and not self.count(table.name)
        query = (_create if empty else _upsert)(table)
        states = {_ADDED: 0, _CHANGED: 0, _SAME: 0}
        for start in range(0, rows.num_rows, _BATCH):
            batch = rows.slice(start, _BATCH)
            maps = edge_maps(batch) if table.is_edge else node_maps(table, batch)
            counts = self._cypher.run(query, rows=maps)
            for state, number in counts:
                states[state] += number
            if sum(number for _, number in counts) < len(maps):
                self._refuse_missing_end(table, maps)
        return Difference(states[_ADDED], states[_CHANGED])

    def _refuse_missing_end(self, table: Table, maps: list[Row]) -> None:
        lost = self._cypher.run(
            f"UNWIND $rows AS row OPTIONAL MATCH (a:{label(table.start)} {{id: row.start}}) "
            f"OPTIONAL MATCH (b:{label(table.end)} {{id: row.end}}) "
            "WITH row, a, b WHERE a IS NULL OR b IS NULL RETURN a IS NULL, row.start, row.end LIMIT 1",
            rows=maps,
        )
        for no_start, start, end in lost:
            raise missing_end(table, "start" if no_start else "end", start if no_start else end)

    def _remove(self, table: Table, keys: pa.Table) -> dict[str, int]:
        removed: dict[str, int] = {}
        for chunk in _chunks(keys.to_pylist()):
            if table.is_edge:
                number = self._cypher.run(
                    f"UNWIND $rows AS row {_ends(table)} MATCH (a)-[r:`{table.label}`{_further(table, 'row')}]->(b) "
                    "DELETE r RETURN count(*)",
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


def _chunks(values: list[_T]) -> Iterator[list[_T]]:
    for start in range(0, len(values), _BATCH):
        yield values[start : start + _BATCH]


def _ends(table: Table) -> str:
    return f"MATCH (a:{label(table.start)} {{id: row.start}}) MATCH (b:{label(table.end)} {{id: row.end}})"


def _further(table: Table, source: str) -> str:
    """The key columns of an edge table beside its ends, as properties to find the edge by."""
    names = ", ".join(f"`{name}`: {source}.`{name}`" for name in table.key[2:])
    return f" {{{names}}}" if names else ""


def _create(table: Table) -> str:
    if table.is_edge:
        return (
            f"UNWIND $rows AS row {_ends(table)} CREATE (a)-[r:`{table.label}`]->(b) SET r = row.properties "
            f"RETURN {_ADDED}, count(*)"
        )
    return f"UNWIND $rows AS row CREATE (n:`{table.label}`) SET n = row RETURN {_ADDED}, count(*)"


def _upsert(table: Table) -> str:
    """Make what is missing, overwrite what is not equal, leave the rest: how many of each."""
    if table.is_edge:
        name, wanted = "r", "row.properties"
        found = f"{_ends(table)} MERGE (a)-[r:`{table.label}`{_further(table, 'row.properties')}]->(b)"
    else:
        name, wanted = "n", "row"
        found = f"MERGE (n:`{table.label}` {{id: row.id}})"
    return (
        f"UNWIND $rows AS row {found} ON CREATE SET {name}.{NEW} = true WITH {name}, row, "
        f"CASE WHEN {name}.{NEW} THEN {_ADDED} WHEN properties({name}) = {wanted} THEN {_SAME} ELSE {_CHANGED} END "
        f"AS state FOREACH (_ IN CASE state WHEN {_SAME} THEN [] ELSE [1] END | SET {name} = {wanted}) "
        "RETURN state, count(*)"
    )
