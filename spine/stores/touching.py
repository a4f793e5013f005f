"""Which nodes a transaction wrote about, so that a reader of the log can look at these alone."""

from collections import defaultdict
from typing import Any

import pyarrow as pa

from spine.domain.graph import Table
from spine.normalise.few_rows import listed
from spine.normalise.pressed import Columns

NODES = ("record", "event", "consent", "component", "person", "organisation", "household")
"""Nodes that answers are made of, and that the log names by their numbers."""
_EDGES = {
    "carries": ("start",),
    "event_of": ("start",),
    "consent_of": ("start",),
    "resides_in": ("start", "end"),
    "member_of": ("start", "end"),
}
"""Edges that answers are made of, and the ends that they are told by."""
MOST = 2_000
"""Above so many numbers none is told: who follows the log then reads all of it."""


class Touched:
    """The numbers of the nodes that rows were written of, rows that were equal included; None above `MOST`."""

    def __init__(self) -> None:
        self._numbers: dict[str, set[int]] | None = defaultdict(set)

    def add(self, table: Table, rows: Columns) -> None:
        """Take note of rows of a table, of which the key is enough."""
        if self._numbers is None:
            return
        if table.name in NODES:
            columns = [(table.name, "id")]
        else:
            columns = [(str(getattr(table, end)), end) for end in _EDGES.get(table.name, ())]
        if columns and rows.num_rows > MOST:
            self._numbers = None
            return
        for node, column in columns:
            self._numbers[node].update(listed(rows, column))
        if sum(map(len, self._numbers.values())) > MOST:
            self._numbers = None

    def remove(self, table: Table, keys: pa.Table) -> None:
        """Take note of rows that go; with an identifier go edges of nodes that are not named."""
        if table.name == "identifier":
            self._numbers = None
        self.add(table, keys)

    def told(self) -> dict[str, Any]:
        """What the entry of the log says of it: nothing where there were too many."""
        if self._numbers is None:
            return {}
        return {"touched": {node: sorted(numbers) for node, numbers in sorted(self._numbers.items()) if numbers}}
