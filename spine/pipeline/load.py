"""Loading: what a source sends becomes records, identifiers, events and consents of the graph."""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

import pyarrow as pa

from spine.access.context import Context
from spine.normalise.record import Options
from spine.pipeline.intake import write_batch
from spine.pipeline.progress import Stopwatch
from spine.ports import Cause, Clock, Difference, GraphStore, RecordSource, Reject, SystemClock


@dataclass
class LoadReport:
    """What a load read, wrote and refused; a load of the same file again changes nothing."""

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
    """Load all batches of a source, one transaction each, and keep its mapping (JSON) in the store under its name.

    A row that can't be used goes to `reject` and never stops the rest. The first batch decides how dates are read. An
    interrupted load is finished by running it again: batches that are there already change nothing. `key` chooses the
    key of the store's identifier numbers where it has none yet; empty: a random one.
    """
    watch, clock, options = watch or Stopwatch(), clock or SystemClock(), options or Options()
    report = LoadReport(name)
    with watch.stage(f"load {name}", source.size()):
        if mapping is not None:
            keep_mapping(store, context, name, mapping, clock)
        for batch in source.batches():
            with store.writing(context, Cause("record", batch=name)) as writer:
                written = write_batch(writer, batch, clock, options, key)
            if options.dates is None and written.dates is not None:
                options = replace(options, dates=written.dates)
            _add(report, written.changes)
            report.rows += batch.rows
            report.rejects += len(batch.rejects)
            report.problems += written.problem_count
            report.examples += [f"{column}: {reason}" for _, column, reason in written.problems[:5]]
            if batch.rejects and reject is not None:
                reject(batch.rejects)
            watch.progress.advance(batch.rows)
    report.examples = report.examples[:5]
    report.seconds = watch.seconds[f"load {name}"]
    return report


def keep_mapping(store: GraphStore, context: Context, name: str, mapping: str, clock: Clock) -> None:
    """Keep a mapping in the store, so that single rows can come through it later; the same again writes nothing."""
    identity = f"mapping:{name}"
    with store.writing(context, Cause("mapping", batch=name)) as writer:
        found = writer.get("document", "id", [identity])
        if not found or json.loads(found[0]["body"]) != json.loads(mapping):
            row = {"id": [identity], "kind": ["mapping"], "at": [clock.now()], "body": [mapping]}
            writer.put("document", pa.table(row))


def _add(report: LoadReport, changes: dict[str, Difference]) -> None:
    none = Difference()
    report.records_added += changes.get("record", none).added
    report.records_changed += changes.get("record", none).changed
    report.events += changes.get("event", none).added
    report.consents += changes.get("consent", none).added
    report.identifiers += changes.get("identifier", none).added
