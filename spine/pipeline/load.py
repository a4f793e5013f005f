"""Loading: what sources send becomes records, identifiers, events and consents of the graph."""

import json
from collections.abc import Callable, Sequence
from contextlib import ExitStack, closing
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Self

import pyarrow as pa

from spine.access.context import Context
from spine.ahead import ahead
from spine.normalise.record import Options
from spine.pipeline.batch_writer import BatchWriter
from spine.pipeline.index_state import note_loaded
from spine.pipeline.intake import Written, write_ready
from spine.pipeline.making import made_ready
from spine.pipeline.numbering import key_of, stored_key
from spine.pipeline.preparing import Ready
from spine.pipeline.progress import Stopwatch, Total
from spine.ports import Cause, Clock, Difference, GraphStore, Reader, RecordSource, Reject, SystemClock

TOGETHER = 20_000_000
"""So many rows go into one transaction of a first load: indexes are built once.

Each row that comes after costs many times as much."""
_FILLED = ("record", "event", "consent")
_BESIDE = 10
"""One event beside so many records came with these: the files of events are still to be loaded."""
_EXAMPLES = 5


@dataclass(frozen=True)
class Load:
    """A source to load: under which name, with which mapping (JSON), where its rejects go, and how many rows it has."""

    source: RecordSource
    name: str
    mapping: str | None = None
    reject: Callable[[Sequence[Reject]], None] | None = None
    rows: Total = None


@dataclass
class LoadReport:
    """What a load read, wrote and refused; a load of the same file again changes nothing.

    `examples` are different reasons why values could not be read, each with the column and a record.
    """

    name: str
    rows: int = 0
    rejects: int = 0
    problems: int = 0
    records_added: int = 0
    records_changed: int = 0
    events: int = 0
    consents: int = 0
    identifiers: int = 0
    seconds: float = 0.0
    examples: list[str] = field(default_factory=list)


def load(
    store: GraphStore,
    context: Context,
    source: RecordSource,
    name: str,
    mapping: str | None = None,
    *,
    watch: Stopwatch | None = None,
    reject: Callable[[Sequence[Reject]], None] | None = None,
    clock: Clock | None = None,
    options: Options | None = None,
    key: str = "",
) -> LoadReport:
    """Load one source, as `load_all` does."""
    one = Load(source, name, mapping, reject)
    return load_all(store, context, [one], watch=watch, clock=clock, options=options, key=key)[0]


def load_all(
    store: GraphStore,
    context: Context,
    loads: Sequence[Load],
    *,
    watch: Stopwatch | None = None,
    clock: Clock | None = None,
    options: Options | None = None,
    key: str = "",
) -> list[LoadReport]:
    """Load all batches of some sources, and keep their mappings in the store under their names.

    A batch is one transaction; into a store without records (or events, where they come first) as many batches are as
    `TOGETHER` allows. A row that can't
    be used goes to `reject` and never stops the rest. The first batch of a source decides how its dates are read. An
    interrupted load is finished by running it again: batches that are there already change nothing. `key` chooses the
    key of the store's identifier numbers where it has none yet; empty: a random one.
    """
    watch, clock, options = watch or Stopwatch(), clock or SystemClock(), options or Options()
    reports = [LoadReport(one.name) for one in loads]
    for one in loads:
        if one.mapping is not None:
            keep_mapping(store, context, one.name, one.mapping, clock)
    with ExitStack() as stack:
        turns = stack.enter_context(_Transactions(store, context, ", ".join(one.name for one in loads), clock, key))
        made = stack.enter_context(closing(ahead(made_ready([one.source for one in loads], options, turns.key, clock))))
        for one, report in zip(loads, reports, strict=True):
            with watch.stage(f"load {one.name}", one.rows):
                for ready, rejects in iter(partial(next, made), None):
                    _add(report, ready, len(rejects), turns.write(ready))
                    if rejects and one.reject is not None:
                        one.reject(rejects)
                    watch.progress.advance(ready.rows)
            report.seconds = watch.seconds[f"load {one.name}"]
        with watch.stage("write indexes"):
            turns.commit()
    return reports


class _Transactions:
    """The transactions of a load: as many batches in one as may be, each committed before the next begins."""

    def __init__(self, store: GraphStore, context: Context, names: str, clock: Clock, key: str) -> None:
        self._store = store
        self._context = context
        self._cause = Cause("record", batch=names)
        self._clock = clock
        self._stack = ExitStack()
        self._out: BatchWriter | None = None
        self._note: Callable[[Written], None] = lambda written: None
        self._rows = 0
        self._many: bool | None = None
        with store.reading(context) as reader:
            self.key = stored_key(reader)
        if not self.key:
            with store.writing(context, self._cause) as writer:
                self.key = key_of(writer, clock, key)

    def write(self, ready: Ready) -> Written:
        """Write a batch; the first one tells whether this fills tables that were empty."""
        if self._many is None:
            with self._store.reading(self._context) as reader:
                self._many = all(_bare(reader, name) for name in _FILLED if name in ready.tables)
        if self._out is None:
            writer = self._stack.enter_context(self._store.writing(self._context, self._cause))
            self._out, self._note = BatchWriter(writer), partial(note_loaded, writer)
        written = write_ready(self._out, ready, self._clock.now())
        self._note(written)
        self._rows += ready.rows
        if not self._many or self._rows >= TOGETHER:
            self.commit()
        return written

    def commit(self) -> None:
        """End the transaction that is open, if one is."""
        self._out, self._rows = None, 0
        self._stack.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: Any) -> None:
        self._stack.__exit__(*error)


def _bare(reader: Reader, table: str) -> bool:
    """Whether a table holds nothing yet, or of events and consents few beside the records."""
    if not reader.select(table, limit=1):
        return True
    return table != "record" and reader.count(table) * _BESIDE <= reader.count("record")


def keep_mapping(store: GraphStore, context: Context, name: str, mapping: str, clock: Clock) -> None:
    """Keep a mapping in the store, so that single rows can come through it later; the same again writes nothing."""
    identity = f"mapping:{name}"
    with store.writing(context, Cause("mapping", batch=name)) as writer:
        found = writer.get("document", "id", [identity])
        if not found or json.loads(found[0]["body"]) != json.loads(mapping):
            row = {"id": [identity], "kind": ["mapping"], "at": [clock.now()], "body": [mapping]}
            writer.put("document", pa.table(row))


def _add(report: LoadReport, ready: Ready, rejects: int, written: Written) -> None:
    none, changes = Difference(), written.changes
    report.records_added += changes.get("record", none).added
    report.records_changed += changes.get("record", none).changed
    report.events += changes.get("event", none).added
    report.consents += changes.get("consent", none).added
    report.identifiers += changes.get("identifier", none).added
    report.rows += ready.rows
    report.rejects += rejects
    report.problems += written.problem_count
    # One record for each reason says more than five for the first.
    for key, column, reason in written.problems:
        said = f"{column}: {reason}, in "
        if len(report.examples) < _EXAMPLES and not any(one.startswith(said) for one in report.examples):
            report.examples.append(said + key)
