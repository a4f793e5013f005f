"""A graph in folders of Parquet, as `spine export graph` and `spine spark resolve` write it, put into a store.

Of several folders the last that has a table stands for it, so what was resolved elsewhere takes the place of what was
exported; documents of the same id likewise. What a store keeps of its own course - its log, its outgoing changes, the
index of its keys, how far others have read - stays where it was: the new store begins with one entry in its log.
"""

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.dataset as dataset
from pyarrow import ArrowInvalid

from spine.access.context import Context
from spine.domain.graph import GRAPH
from spine.errors import FileError, StoreError
from spine.ports import Cause, Clock, Difference, GraphStore, Row, SystemClock, arrow_schema
from spine.resolution.grouping import with_columns

OF_A_STORE = frozenset({"log", "change", "key", "keyed", "touched"})
"""Tables that only mean something beside the log of the store that wrote them."""

OF_ITS_COURSE = frozenset({"summary", "index", "kafka", "webhook", "dead_letter"})
"""Kinds of documents that name positions of that log."""

ROWS = 200_000
"""So many rows are held at once, whatever the size of a table."""


@dataclass(frozen=True)
class GraphFolders:
    """The tables of a graph in these folders, each `NAME.parquet`, a file or a folder of files.

    FileError where nothing can be read, or where the records are missing.
    """

    folders: Sequence[Path]
    clock: Clock = field(default_factory=SystemClock)

    def __post_init__(self) -> None:
        if not self._places("record"):
            raise FileError(
                f"There is no record.parquet in {self._named()}.",
                remedy="Name the folder of `spine export graph` first, then what was resolved from it.",
            )

    @property
    def position(self) -> int:
        """The last position of the log: that of its only entry."""
        return 1

    @property
    def highest(self) -> int:
        """The greatest number of a record."""
        return max((int(pc.max(rows["id"]).as_py()) for rows in self.tables("record")), default=0)

    @property
    def rows(self) -> dict[str, int]:
        """How many rows each table has."""
        counts = {name: self._count(name) for name in GRAPH if name != "log"}
        return counts | {"log": 1}

    def tables(self, name: str) -> Iterator[pa.Table]:
        """The rows of a table, some at a time; nothing where no folder has it."""
        if name == "log":
            yield self._log()
        elif name == "document":
            yield self._documents()
        else:
            for rows in self._batches(name):
                yield with_columns(rows, arrow_schema(name))

    def _count(self, name: str) -> int:
        if name == "document":
            return self._documents().num_rows
        places = [] if name in OF_A_STORE else self._places(name)[-1:]
        return sum(self._open(place).count_rows() for place in places)

    def _batches(self, name: str) -> Iterator[pa.Table]:
        places = [] if name in OF_A_STORE else self._places(name)[-1:]
        for place in places:
            for batch in self._open(place).to_batches(batch_size=ROWS):
                if batch.num_rows:
                    yield pa.Table.from_batches([batch])

    def _documents(self) -> pa.Table:
        kept: dict[str, Row] = {}
        for place in self._places("document"):
            rows = with_columns(self._open(place).to_table(), arrow_schema("document")).to_pylist()
            kept |= {row["id"]: row for row in rows if row["kind"] not in OF_ITS_COURSE}
        return pa.Table.from_pylist([kept[name] for name in sorted(kept)], schema=arrow_schema("document"))

    def _log(self) -> pa.Table:
        counts = {name: self._count(name) for name in GRAPH if name != "log"}
        entry = {
            "batch": self._named(),
            "details": {},
            "tables": {name: asdict(Difference(count)) for name, count in counts.items() if count},
        }
        row = {"id": 1, "at": self.clock.now(), "cause": "import", "principal": "local", "entry": json.dumps(entry)}
        return pa.Table.from_pylist([row], schema=arrow_schema("log"))

    def _places(self, name: str) -> list[Path]:
        return [place for folder in self.folders if (place := folder / f"{name}.parquet").exists()]

    def _open(self, place: Path) -> "dataset.Dataset":
        try:
            return dataset.dataset(place, format="parquet")
        except (OSError, ArrowInvalid) as error:
            raise FileError(f"{place} can't be read: {error}", remedy="Write it again.") from error

    def _named(self) -> str:
        return ", ".join(folder.name for folder in self.folders)


def fill(
    store: GraphStore, context: Context, graph: GraphFolders, advance: Callable[[int], None] = lambda rows: None
) -> dict[str, int]:
    """Put the graph into an empty store, in one transaction: how many rows of each table."""
    written: dict[str, int] = {}
    with store.writing(context, Cause("import", graph._named())) as writer:
        if any(writer.count(name) for name in ("record", "identifier", "person", "organisation")):
            raise StoreError(f"{store.url} is not empty.", remedy="Import into a new store, or load what is new.")
        for name in GRAPH:
            if name in OF_A_STORE:
                continue
            for rows in graph.tables(name):
                writer.put(name, rows)
                written[name] = written.get(name, 0) + rows.num_rows
                advance(rows.num_rows)
    return written
