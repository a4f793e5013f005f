"""What the writers of all stores have in common: checks, counts, sequence numbers, and the entry in the log."""

import json
from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from spine.access.context import Context
from spine.domain.graph import GRAPH, Table
from spine.errors import StoreError
from spine.normalise.few_rows import PlainRows
from spine.normalise.pressed import Columns, whole
from spine.ports import Cause, Clock, Difference, Differences, Row, Where, arrow_schema
from spine.stores.difference import changes
from spine.stores.shape import aligned, aligned_pieces, keys_only, known
from spine.stores.touching import Touched

LOG = GRAPH["log"]
RECORD = GRAPH["record"]
_AT_ONCE = 1 << 18
"""So many rows of a table that is empty are put at a time."""


class Transaction(ABC):
    """The writing half of the port over four things that each store does in its own way.

    `position` is the log position this transaction will have, `highest` the greatest sequence number ever given.
    After an error in a write the transaction can only be undone: `entry` refuses.
    """

    def __init__(self, context: Context, cause: Cause, clock: Clock, last_position: int, highest: int) -> None:
        self.position = last_position + 1
        self.highest = highest
        self._context = context
        self._cause = cause
        self._clock = clock
        self._counts = Differences()
        self._given: dict[str, int] = {}
        self._touched = Touched()
        self._failed = False

    # ------------------------------------------------------------------------------------------------------ the port

    def sequence(self, keys: Sequence[str]) -> "np.ndarray[Any, np.dtype[np.int64]]":
        """The sequence number of each record key: the one it has always had, or a new one in order of appearance."""
        if not len(keys):
            return np.empty(0, dtype=np.int64)
        different = dict.fromkeys(keys)
        strange = self._given.keys().isdisjoint(different)
        asked = list(different) if strange else [key for key in different if key not in self._given]
        with self._attempt():
            found = self._numbers(asked)
        new = [key for key in asked if key not in found] if found else asked
        self._given |= found
        self._given.update(zip(new, range(self.highest + 1, self.highest + 1 + len(new)), strict=True))
        self.highest += len(new)
        if len(new) == len(keys):
            return np.arange(self.highest + 1 - len(new), self.highest + 1, dtype=np.int64)
        return np.array([self._given[key] for key in keys], dtype=np.int64)

    def put(self, table: str, rows: Columns) -> Difference:
        """Insert rows, or replace whole rows of the same key; equal rows are not written. Duplicate keys: last wins."""
        shape = _writable(table)
        with self._attempt():
            plain = isinstance(rows, PlainRows) and tuple(rows.column_names) == shape.names
            return self._put(shape, rows if plain else aligned(shape, whole(rows)))

    def delete(self, table: str, rows: pa.Table) -> Difference:
        """Remove the rows with these keys; a node's edges go with it. How many there were."""
        shape = _writable(table)
        with self._attempt():
            return self._delete(shape, keys_only(shape, rows))

    def replace(self, table: str, rows: pa.Table) -> Difference:
        """Make the table hold exactly these rows, by writing only what differs."""
        shape = _writable(table)
        with self._attempt():
            if not self.count(table):
                put = [self._put(shape, piece) for piece in aligned_pieces(shape, rows, _AT_ONCE)]
                return Difference(sum(one.added for one in put), sum(one.changed for one in put))
            wanted = aligned(shape, rows)
            difference = changes(shape, self.scan(table), wanted)
            gone = self._delete(shape, difference.removed)
            written = self._put(shape, difference.written)
            return Difference(written.added, written.changed, gone.removed)

    # ----------------------------------------------------------------------------------------------------- the store

    @abstractmethod
    def count(self, table: str, where: Sequence[Where] = ()) -> int:
        """As in the port."""

    @abstractmethod
    def scan(self, table: str, columns: Sequence[str] = ()) -> pa.Table:
        """As in the port."""

    @abstractmethod
    def _numbers(self, keys: list[str]) -> dict[str, int]:
        """The sequence numbers of those of these record keys that have one."""

    @abstractmethod
    def _merge(self, table: Table, rows: pa.Table) -> Difference:
        """Insert or replace these rows (aligned, at least one); `removed` is 0. StoreError where an end is missing."""

    def _merge_plain(self, table: Table, rows: PlainRows) -> Difference:
        """The same of a few rows that no column was made of yet."""
        return self._merge(table, whole(rows))

    @abstractmethod
    def _remove(self, table: Table, keys: pa.Table) -> dict[str, int]:
        """Remove the rows with these keys, and the edges of removed nodes: how many rows of each table."""

    def _removed(self, table: Table, keys: pa.Table) -> dict[str, Difference]:
        """The same, for a store that may remove them later."""
        return {name: Difference(removed=number) for name, number in self._remove(table, keys).items()}

    def entry(self) -> pa.Table | None:
        """The log row of this transaction, or None where it changed nothing."""
        self._refuse_failed()
        counts = dict(sorted(self._counts.items()))
        if not counts:
            return None
        head, tail = self._around_counts()
        told = json.dumps({table: asdict(count) for table, count in counts.items()}, sort_keys=True)
        row = {**self._entered(), "entry": f"{head}{told}{tail}"}
        return pa.Table.from_pylist([row], schema=arrow_schema("log"))

    def _entered(self) -> Row:
        """The columns of the log row beside what the entry says."""
        return {
            "id": self.position, "at": self._clock.now(), "cause": self._cause.kind,
            "principal": self._context.principal,
        }  # fmt: skip

    def _around_counts(self) -> tuple[str, str]:
        """What stands in an entry, a JSON object with sorted keys, before and after how many rows of each table were
        written."""
        before = {"batch": self._cause.batch, "details": dict(self._cause.details)}
        head, tail = (json.dumps(said, ensure_ascii=False, sort_keys=True) for said in (before, self._touched.told()))
        return f'{head[:-1]}, "tables": ', f", {tail[1:]}" if tail != "{}" else "}"

    # ------------------------------------------------------------------------------------------------------- private

    def _put(self, table: Table, rows: Columns) -> Difference:
        if not rows.num_rows:
            return Difference()
        difference = self._merge_plain(table, rows) if isinstance(rows, PlainRows) else self._merge(table, whole(rows))
        self._add(table.name, difference)
        self._touched.add(table, rows)
        if table is RECORD:
            self.highest = max(self.highest, pc.max(rows["id"]).as_py())
        return difference

    def _delete(self, table: Table, keys: pa.Table) -> Difference:
        if not keys.num_rows:
            return Difference()
        removed = self._removed(table, keys)
        self._touched.remove(table, keys)
        for name, gone in removed.items():
            self._add(name, gone)
        return removed.get(table.name, Difference())

    def _refuse_failed(self) -> None:
        if self._failed:
            raise StoreError(
                "An earlier write of this transaction failed, so nothing of it was kept.",
                remedy="Let the first error end the transaction, then run it again.",
            )

    def _add(self, table: str, more: Difference) -> None:
        self._counts.add(table, more)

    @contextmanager
    def _attempt(self) -> Iterator[None]:
        done = False
        try:
            yield
            done = True
        finally:
            # A statement that failed half-way may have written some of its rows.
            self._failed = self._failed or not done


def _writable(name: str) -> Table:
    table = known(name)
    if table is LOG:
        raise StoreError("The log is written by the store alone.", remedy="Give what it should say as the cause.")
    return table


def missing_end(table: Table, column: str, identity: object) -> StoreError:
    """The error for an edge whose end is not there."""
    node = GRAPH[getattr(table, column)]
    return StoreError(
        f"{table.name}.{column} names {node.name} {identity}, which does not exist.",
        remedy=f"Put the {node.name} before its edges.",
    )


def already_held(table: Table, column: str, value: object = None) -> StoreError:
    """The error for a value that must be unique and is held by another row."""
    which = "The value" if value is None else repr(value)
    return StoreError(f"{table.name}.{column}: {which} is already held by another row.")
