"""What every write of a batch goes through: it counts what changed per table and gives identifiers their numbers."""

from typing import Any

import numpy as np
import pyarrow as pa

from spine.normalise.columns import at_positions
from spine.pipeline.numbering import numbers
from spine.ports import Difference, Row, Writer, arrow_schema
from spine.resolution.components import Ints


class BatchWriter:
    """Writes one batch inside a writer's transaction; `changes` tells per table what it added and changed."""

    def __init__(self, writer: Writer, hashing: bytes, now: str) -> None:
        self.now = now
        self.changes: dict[str, Difference] = {}
        self._writer = writer
        self._hashing = hashing

    def put(self, table: str, rows: pa.Table) -> None:
        """Write rows of a table and count what changed."""
        found = self._writer.put(table, rows)
        before = self.changes.get(table, Difference())
        self.changes[table] = Difference(before.added + found.added, before.changed + found.changed)

    def identifiers(self, namespace: Any, value: Any) -> Ints:
        """The numbers of these identifiers (text columns, row by row), their nodes written."""
        number = self.numbers(namespace, value)
        distinct, first = np.unique(number, return_index=True)
        nodes = {"namespace": at_positions(namespace, first), "value": at_positions(value, first)}
        self.put("identifier", graph_table("identifier", {"id": distinct, **nodes}))
        return number

    def numbers(self, *columns: Any) -> Ints:
        """The numbers of rows of text columns under the store's key."""
        return numbers(self._hashing, *columns)

    def sequence(self, keys: Any) -> Ints:
        """The sequence numbers of record keys."""
        found: Ints = self._writer.sequence(keys.to_pylist())
        return found

    def stored(self, table: str, column: str, values: Ints | list[str]) -> dict[Any, Row]:
        """Node rows that are there already, by id."""
        wanted = values if isinstance(values, list) else values.tolist()
        return {row["id"]: row for row in self._writer.get(table, column, wanted)} if wanted else {}

    def carried(self, records: Ints) -> list[Row]:
        """The CARRIES edges of some records, past ones too."""
        return self._writer.get("carries", "start", records.tolist()) if len(records) else []


def graph_table(table: str, columns: dict[str, Any]) -> pa.Table:
    """Some columns of a table of the graph, from Arrow or numpy columns or plain lists, in the types it declares."""
    schema = arrow_schema(table)
    fields = [schema.field(name) for name in columns]
    return pa.table(list(columns.values()), schema=pa.schema(fields))
