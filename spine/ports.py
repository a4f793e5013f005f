"""Every seam of the product on one page: sources of records, the match engine, the graph store, the clock.

Bulk data crosses a seam as Arrow tables whose columns are declared here or in `spine.domain.graph`; single answers
cross it as rows (dicts). Everything is synchronous.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cache
from typing import Any, Literal, Protocol, runtime_checkable

import numpy as np
import pyarrow as pa

from spine.access.context import Context
from spine.domain.graph import GRAPH, ColumnType
from spine.normalise.pressed import Columns

Row = dict[str, Any]

# ---------------------------------------------------------------------------------------------------- record sources

IDENTIFIER_STRUCT = pa.struct([
    ("namespace", pa.string()), ("value", pa.string()), ("verified", pa.bool_()),
    ("first_seen", pa.string()), ("last_seen", pa.string()),
])  # fmt: skip
RELATION_STRUCT = pa.struct(
    [
        ("kind", pa.string()),
        ("namespace", pa.string()),
        ("value", pa.string()),
        ("share", pa.string()),
        ("role", pa.string()),
        ("valid_from", pa.string()),
        ("valid_to", pa.string()),
    ]
)
RECORD_COLUMNS = pa.schema(
    [
        ("source", pa.string()),
        ("record_id", pa.string()),
        ("kind", pa.string()),
        ("observed_at", pa.string()),
        ("raw", pa.string()),
        ("identifiers", pa.list_(IDENTIFIER_STRUCT)),
        ("relations", pa.list_(RELATION_STRUCT)),
    ]
)
"""The columns of a batch of records; beside them stand string columns named by `vocabulary.ATTRIBUTES`, as they came.

`raw` is the row as the source had it, as a JSON object. `observed_at` is ISO 8601 or null. A relation points at an
identifier of its target; namespace `record` with value `source/record_id` points at a record."""
EVENT_COLUMNS = pa.schema(
    [
        (name, pa.string())
        for name in (
            "source", "reference", "kind", "at", "namespace", "value", "amount", "currency", "channel", "status",
            "attributes",
        )
    ]
)  # fmt: skip
CONSENT_COLUMNS = pa.schema(
    [(name, pa.string()) for name in ("source", "reference", "namespace", "value", "purpose", "status", "at", "proof")]
)
"""`status` is `given` or `withdrawn`; `proof` a JSON object with ISO/IEC TS 27560 field names."""


@dataclass(frozen=True, slots=True)
class Reject:
    """A row that could not be used: where it stands, why, and the row as it came."""

    file: str
    line: int
    column: str
    reason: str
    row: str = ""


@dataclass(frozen=True, slots=True)
class SourceBatch:
    """What a source yields, and what had to be rejected; `region` (ISO 3166, or empty) is of local phone numbers."""

    records: pa.Table
    events: pa.Table
    consents: pa.Table
    rejects: Sequence[Reject] = ()
    rows: int = 0
    region: str = ""


class RecordSource(Protocol):
    """Something that yields batches of records, in the source's own order, in bounded memory."""

    def batches(self) -> Iterator[SourceBatch]:
        """The batches; a row that can't be used becomes a reject and never stops the rest."""
        ...

    def size(self) -> int | None:
        """How many bytes there are to read; None where unknown."""
        ...


@runtime_checkable
class PortableSource(RecordSource, Protocol):
    """A source that can be pickled, and of which a copy yields the same: a large one is read in another process."""

    portable: Literal[True]


# -------------------------------------------------------------------------------------------------- the match engine


@dataclass(frozen=True, slots=True)
class BlockingRule:
    """Records agree on this rule where the named key columns are all present and equal.

    A key that more than `crowded` records hold is joined with a second one.
    """

    name: str
    columns: tuple[str, ...]
    crowded: int


@dataclass(frozen=True, slots=True)
class Candidates:
    """Pairs of row numbers (4 bytes or 8), `left` < `right`, each once; and how many pairs crowded keys kept apart."""

    left: np.ndarray[Any, np.dtype[Any]]
    right: np.ndarray[Any, np.dtype[Any]]
    skipped: Mapping[str, int] = field(default_factory=dict)


class MatchEngine(Protocol):
    """Pairs at the engine's scale; levels, components and trees come from the one Python implementation."""

    name: str

    def candidates(self, keys: pa.Table, rules: Sequence[BlockingRule], refine: Sequence[str]) -> Candidates:
        """Pairs of rows that agree on a rule; a crowded key is joined with each of the `refine` columns."""
        ...


# --------------------------------------------------------------------------------------------------- the graph store

_ARROW: dict[ColumnType, pa.DataType] = {
    "int": pa.int64(),
    "float": pa.float64(),
    "text": pa.string(),
    "bool": pa.bool_(),
    "json": pa.string(),
    "bytes": pa.binary(),
    "ints": pa.list_(pa.int64()),
    "texts": pa.list_(pa.string()),
}


@cache
def arrow_schema(table: str) -> pa.Schema:
    """The Arrow schema of a table of `GRAPH`."""
    return pa.schema([(column.name, _ARROW[column.type]) for column in GRAPH[table].columns])


Operator = Literal["eq", "ne", "lt", "le", "gt", "ge", "in", "contains", "prefix"]


@dataclass(frozen=True, slots=True)
class Where:
    """One condition on a column; `contains` asks whether a list column holds the value. Null never fulfils one."""

    column: str
    op: Operator
    value: Any


@dataclass(frozen=True, slots=True)
class Difference:
    """How many rows of a table a write added, changed and removed."""

    added: int = 0
    changed: int = 0
    removed: int = 0


class Differences(Mapping[str, Difference]):
    """What writes did to each table, added up when somebody looks: a store may know it only when it was sent all."""

    def __init__(self) -> None:
        self._told: dict[str, list[Difference]] = {}

    def add(self, table: str, more: Difference) -> None:
        """Take in what a write did."""
        self._told.setdefault(table, []).append(more)

    def __getitem__(self, table: str) -> Difference:
        each = self._told[table]
        return Difference(*(sum(getattr(one, name) for one in each) for name in ("added", "changed", "removed")))

    def told(self, table: str) -> Sequence[Difference]:
        """What each write did to a table."""
        return self._told.get(table, ())

    def __iter__(self) -> Iterator[str]:
        return iter([table for table in self._told if self[table] != Difference()])

    def __len__(self) -> int:
        return len(list(iter(self)))


@dataclass(frozen=True, slots=True)
class Cause:
    """Why a write happens: `kind` is record, resolve, judgement, model, mapping, index or erasure.

    `batch` names a load.
    """

    kind: str
    batch: str = ""
    details: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Step:
    """The rows of a table whose indexed `column` is one of `values`, or one of those that earlier steps found.

    `after` names the latter as (step, column of its rows): what `Column.values` says of a cell, of lists up to `short`
    items. At most `limit` rows per value; the rows have their key and `columns`, all where none is named.
    A `counted` step answers how many rows there are instead: {column: value, "count": number} for each value with any.
    """

    table: str
    column: str
    values: tuple[Any, ...] = ()
    after: tuple[tuple[str, str], ...] = ()
    limit: int | None = None
    columns: tuple[str, ...] = ()
    counted: bool = False
    short: int | None = None


Plan = Mapping[str, Step]
"""Steps by name, each after those that it names."""


class Reader(Protocol):
    """One consistent view of the graph."""

    far: bool
    """Whether a question costs a round trip over a network, so that much is better asked ahead than one by one."""

    def get(self, table: str, column: str, values: Sequence[Any], limit: int | None = None) -> list[Row]:
        """The rows whose indexed column is one of the values, ordered by key; at most `limit` per value."""
        ...

    def follow(self, plan: Plan) -> dict[str, list[Row]]:
        """What each step of a plan finds, in one round trip: the rows that `get` would give step by step."""
        ...

    def select(
        self,
        table: str,
        where: Sequence[Where] = (),
        order: str = "id",
        descending: bool = False,
        after: tuple[Any, Any] | None = None,
        limit: int = 100,
    ) -> list[Row]:
        """Node rows that fulfil all conditions, by `order` then `id`, nulls last; `after` is (order value, id).

        `descending` turns both `order` and `id` round; nulls stay last.
        """
        ...

    def count(self, table: str, where: Sequence[Where] = ()) -> int:
        """How many rows fulfil all conditions."""
        ...

    def scan(self, table: str, columns: Sequence[str] = ()) -> pa.Table:
        """The whole table, or the named columns of it, ordered by key."""
        ...

    def pieces(self, table: str, columns: Sequence[str] = ()) -> Iterator[pa.Table]:
        """What `scan` answers, some rows at a time where the store can; nothing else may be asked meanwhile."""
        ...

    def search(self, text: str, kind: str | None = None, limit: int = 20) -> list[tuple[int, float]]:
        """Live records whose attributes hold words of the text (prefixes, accents folded): (id, score), best first."""
        ...


@dataclass(frozen=True, slots=True)
class CypherAnswer:
    """Rows of plain JSON values under their columns; `truncated` where there were more than asked for.

    A node is a dict of id, labels and properties; a relationship of type and properties; a path of both. Whole numbers
    beyond 2**53, times and bytes come as texts, so that every reader of JSON gets them whole.
    """

    columns: tuple[str, ...]
    rows: list[list[Any]]
    truncated: bool


@runtime_checkable
class CypherReader(Protocol):
    """What a reader is besides, where its store answers questions in Cypher."""

    def cypher(self, query: str, parameters: Mapping[str, Any], rows: int, seconds: float) -> CypherAnswer:
        """The first `rows` rows of a question that only reads.

        QueryError where it would do anything else, or is no Cypher; TooExpensive where it takes longer or is too large.
        """
        ...


class Writer(Reader, Protocol):
    """The view of the one writer of a tenant, inside its transaction; all or nothing is written."""

    position: int
    """The log position that this transaction will have."""

    def sequence(self, keys: Sequence[str]) -> np.ndarray[Any, np.dtype[np.int64]]:
        """The sequence number of each record key: the one it has always had, or a new one in order of appearance."""
        ...

    def put(self, table: str, rows: Columns) -> Difference:
        """Insert rows, or replace whole rows of the same key; equal rows are not written. Duplicate keys: last wins.

        A store may write them with others, before the next question that they bear on, before somebody looks at the
        difference, or at the end of the transaction; what is wrong with them is raised there.
        """
        ...

    def delete(self, table: str, rows: pa.Table) -> Difference:
        """Remove the rows with these keys (a table of key columns); a node's edges go with it. How many there were.

        A store may remove them with others, as it writes rows that are put.
        """
        ...

    def replace(self, table: str, rows: pa.Table) -> Difference:
        """Make the table hold exactly these rows, by writing only what differs."""
        ...


class GraphStore(Protocol):
    """One graph in one place; a context manager, closed at the end."""

    url: str
    folder: str | None
    """Where a large task may keep files without names, the store's disk; None: where temporary files lie."""

    def reading(self, context: Context) -> AbstractContextManager[Reader]:
        """A consistent view; never waits for a writer."""
        ...

    def writing(self, context: Context, cause: Cause) -> AbstractContextManager[Writer]:
        """The exclusive right to write: commits with one log entry on a normal exit, leaves no trace on an exception.

        A transaction that wrote nothing leaves no log entry. StoreBusy where another writer holds the lock too long.
        """
        ...

    def plan(self, plans: Iterable[Plan]) -> None:
        """Have a server that plans each shape of a question plan these, as a writer will ask them: once in its life."""
        ...

    def close(self) -> None:
        """Give back connections and files."""
        ...

    def __enter__(self) -> "GraphStore":
        """The store itself."""
        ...

    def __exit__(self, *_: object) -> None:
        """Close the store."""
        ...


# --------------------------------------------------------------------------------------------------------- the clock


class Clock(Protocol):
    """The time of day, passed in so that tests can choose it."""

    def now(self) -> str:
        """Now, as ISO 8601 in UTC with seconds."""
        ...


class SystemClock:
    """The clock of the machine."""

    def now(self) -> str:
        """Now, as ISO 8601 in UTC with seconds."""
        return datetime.now(UTC).isoformat(timespec="seconds")
