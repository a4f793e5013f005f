"""What every write of a batch goes through: it counts what changed per table and writes each identifier once."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pyarrow as pa

from spine.domain.graph import GRAPH
from spine.normalise.columns import NumberSet, at_positions
from spine.normalise.whole_numbers import Ints
from spine.pipeline.differing import as_rows
from spine.ports import Differences, Row, Writer, arrow_schema

FEW = 16
"""Up to so many rows are written as they are, without columns."""
_WIDTH = {name: len(table.columns) for name, table in GRAPH.items()}


class BatchWriter:
    """Writes batches inside a writer's transaction; `changes` tells per table what the batch added and changed."""

    def __init__(self, writer: Writer) -> None:
        self.now = ""
        self.changes = Differences()
        self._writer = writer
        self._written = NumberSet()

    def begin(self, now: str) -> None:
        """Another batch begins at this time."""
        self.now = now
        self.changes = Differences()

    def put(self, table: str, rows: pa.Table) -> None:
        """Write rows of a table and count what changed."""
        few = as_rows(table, rows.to_pylist()) if rows.num_rows <= FEW and rows.num_columns == _WIDTH[table] else rows
        self.changes.add(table, self._writer.put(table, few))

    def identifiers(self, number: Ints, namespace: Any, value: Any) -> None:
        """Write the nodes of these identifiers (row by row), those that this transaction has not written yet.

        A number stands for one namespace and value, so that the same number is the same node.
        """
        distinct, first = np.unique(number, return_index=True)
        new = self._written.missing(distinct)
        if len(new):
            at = first[np.searchsorted(distinct, new)]
            nodes = {"id": new, "namespace": at_positions(namespace, at), "value": at_positions(value, at)}
            self.put("identifier", graph_table("identifier", nodes))
            self._written.add(new)

    def sequence(self, keys: Any) -> Ints:
        """The sequence numbers of record keys."""
        found: Ints = self._writer.sequence(keys.to_pylist())
        return found

    def stored(self, table: str, column: str, values: Ints | list[str]) -> dict[Any, Row]:
        """Node rows that are there already, by id."""
        wanted = values if isinstance(values, list) else values.tolist()
        return {row["id"]: row for row in self._writer.get(table, column, wanted)} if wanted else {}

    def versions(self, wanted: Mapping[str, int]) -> set[str]:
        """The ids of those of these versions, ids with the numbers of their records, that are kept already."""
        if not self._writer.far:
            return set(self.stored("record_version", "id", list(wanted)))
        # Far away it was asked ahead which versions arriving records have.
        numbers = sorted(set(wanted.values()))
        held = self._writer.get("record_version", "record", numbers) if numbers else []
        return {str(row["id"]) for row in held} & wanted.keys()

    def carried(self, records: Ints) -> list[Row]:
        """The CARRIES edges of some records, past ones too."""
        return self._writer.get("carries", "start", records.tolist()) if len(records) else []


def graph_table(table: str, columns: dict[str, Any]) -> pa.Table:
    """Some columns of a table of the graph, from Arrow or numpy columns or plain lists, in the types it declares."""
    schema = arrow_schema(table)
    fields = [schema.field(name) for name in columns]
    return pa.table(list(columns.values()), schema=pa.schema(fields))
