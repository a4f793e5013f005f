"""Which number each node has in an import: nodes are numbered through, one table after the other.

The import tool takes such numbers for the places of nodes in the database, and looks none up (decision 125).
"""

from typing import Any

import numpy as np
import pyarrow as pa

from spine.domain.graph import GRAPH, Table
from spine.errors import StoreError
from spine.normalise.columns import compute
from spine.normalise.whole_numbers import Ints, places_of
from spine.stores.transaction import missing_end

Column = Any
"""An Arrow array or chunked array."""


class Numbers:
    """The numbers of all nodes seen so far; of each node that edges may point at, its id is kept: eight bytes."""

    def __init__(self) -> None:
        self.total = 0
        self._first: dict[str, int] = {}
        self._seen: dict[str, list[Column]] = {}
        self._order: dict[str, tuple[Ints, Ints | None]] = {}

    def take(self, table: Table, ids: Column) -> Column:
        """Number the next nodes of a table."""
        self._first.setdefault(table.name, self.total)
        self._seen.setdefault(table.name, []).append(ids)
        begun, self.total = self.total, self.total + len(ids)
        return pa.array(np.arange(begun, self.total))

    def end(self, table: Table) -> None:
        """All nodes of a table are numbered; StoreError where two have one id."""
        seen = self._seen.pop(table.name, [])
        if not seen:
            return
        whole: Column = pa.concat_tables([pa.table({"id": ids}) for ids in seen]).column("id")
        if whole.null_count:
            raise StoreError(f"A row of {table.name} has no id.")
        if table.column("id").type != "int":
            # No edge points at these.
            if compute.count_distinct(whole).as_py() < len(whole):
                raise StoreError(f"Two rows of {table.name} have the same id.")
            return
        ids: Ints = whole.to_numpy()
        places = None if bool((ids[1:] > ids[:-1]).all()) else np.argsort(ids)
        rising = ids if places is None else ids[places]
        again = np.flatnonzero(rising[1:] == rising[:-1])
        if len(again):
            raise StoreError(f"Two rows of {table.name} have the id {rising[again[0]]}.")
        self._order[table.name] = rising, places

    def ends(self, table: Table, column: str, ids: Column) -> Column:
        """The numbers of the nodes that edges start or end at; StoreError where one is not there."""
        node = GRAPH[getattr(table, column)]
        rising, places = self._order.get(node.name, (np.empty(0, np.int64), None))
        if ids.null_count:
            raise StoreError(f"A row of {table.name} has no {column}.")
        sought: Ints = ids.to_numpy()
        if len(rising) and int(rising[-1]) - int(rising[0]) == len(rising) - 1:
            # Without a gap, as records mostly are.
            found = sought - rising[0]
        else:
            found = places_of(sought, rising)
        there = (found >= 0) & (found < len(rising))
        there[there] = rising[found[there]] == sought[there]
        if not there.all():
            raise missing_end(table, column, int(sought[~there][0]))
        return pa.array((found if places is None else places[found]) + self._first[node.name])
