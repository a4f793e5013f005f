"""The whole batch flow: the records of the graph in, persons, organisations and households out."""

import json
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import asdict, replace
from functools import partial
from typing import Literal

import pyarrow as pa

from spine import __version__
from spine.access.context import Context
from spine.aside import NOWHERE, Aside
from spine.domain.changes import FEED
from spine.domain.vocabulary import Kind
from spine.matching.at_once import each
from spine.matching.model import Model
from spine.matching.stored import stored_model
from spine.pipeline.all_homes import homes_of
from spine.pipeline.catching_up import FEW, catch_up, caught_up
from spine.pipeline.gather import Gathered, gather, rows_to_gather
from spine.pipeline.golden_rules import golden_rules
from spine.pipeline.index_state import MADE
from spine.pipeline.matching import NO_LEVELS, Compared, Known, Matched, compare, joined, same_model
from spine.pipeline.progress import Stopwatch, unseen
from spine.pipeline.resolve_report import SUMMARY, ResolveReport
from spine.pipeline.resolved_changes import COLUMNS, standing, write_resolved
from spine.pipeline.room import give_back, one_heap
from spine.pipeline.surname_counts import keep_surnames, stored_surnames
from spine.pipeline.tables import (
    COMPARED,
    DERIVED,
    MATCHED,
    RESOLVED,
    component_tables,
    entities_of,
    entity_tables,
    match_table,
    resolved_of,
)
from spine.ports import (
    Cause,
    Clock,
    Difference,
    GraphStore,
    MatchEngine,
    Reader,
    SystemClock,
    Where,
    Writer,
    arrow_schema,
)
from spine.resolution.entities import Entities
from spine.resolution.organisations import Hierarchy
from spine.resolution.trees import Method
from spine.settings import DEFAULT_CONFIDENCE

Train = Literal["auto", "always", "never"]
MANY = 2_000_000
"""From so many records on what is held long lies in files: it costs a twentieth more, and fewer fit anyway."""


def resolve(
    store: GraphStore,
    context: Context,
    engine: MatchEngine,
    train: Train = "auto",
    *,
    confidence: float = DEFAULT_CONFIDENCE,
    linkage: Method = "merge_tree",
    watch: Stopwatch | None = None,
    clock: Clock | None = None,
    full: bool = False,
) -> ResolveReport:
    """Resolve all live records and write what changed, in one transaction; the old answers stay readable until then.

    `auto` trains a kind that the store has no model for, `always` trains anew, `never` starts a kind without a model
    from the shipped weights. `linkage` `components` is for comparison: plain connected components, which chain. The
    same records and model again write nothing; where nothing at all was written since, the answer that stands is
    given at once, unless `always` asks for a new one. Where the store knows which few records changed since it was
    last resolved, only what they reach is rebuilt, to the same end; `full` looks at everything all the same.
    """
    watch, clock = watch or Stopwatch(), clock or SystemClock()
    report = ResolveReport(asked={"confidence": confidence, "linkage": linkage, "release": __version__})
    with ExitStack() as ending:
        writer = ending.enter_context(store.writing(context, Cause("resolve")))
        report.position = writer.position
        same = _standing(writer, report)
        if same is not None and train != "always" and not full:
            return same
        usual = train != "always" and linkage == "merge_tree"
        if full or not usual or not catch_up(writer, report, confidence, watch, clock):
            before = bool(writer.get("document", "id", [SUMMARY]))
            with one_heap():
                aside = Aside(store.folder) if writer.count("record") >= MANY else NOWHERE
                _everything(writer, report, engine, train, confidence, linkage, watch, clock, aside)
            moved = sum(sum(report.written.get(f"resolves_to_{kind.value}", {}).values()) for kind in Kind)
            caught_up(writer, confidence, linkage == "merge_tree", before and 0 < moved * FEW < report.records, clock)
        report.seconds = {name: round(seconds, 3) for name, seconds in watch.seconds.items()}
        if report.written or (report.records and same is None):
            writer.put("document", _document(SUMMARY, "summary", json.dumps(asdict(report)), clock))
        with watch.stage("commit"):
            ending.close()
    report.seconds = {name: round(seconds, 3) for name, seconds in watch.seconds.items()}
    return report


_ASKED = {**COLUMNS, "household": ("id",)}
"""The columns of tables that are asked for when they are written."""


class _Beside:
    """Derived tables, written by a thread of its own as soon as they are whole; nothing else may ask the store then."""

    def __init__(self, writer: Writer, aside: Aside) -> None:
        self.tables: dict[str, list[pa.Table]] = {}
        self._writer = writer
        self._aside = aside
        self._pool = ThreadPoolExecutor(1, "write")
        self._changes: list[Future[dict[str, dict[str, int]]]] = []

    def __enter__(self) -> "_Beside":
        return self

    def __exit__(self, *_: object) -> None:
        self._pool.shutdown()

    def take(self, made: Mapping[str, pa.Table]) -> None:
        """Take in some rows of tables."""
        for name, table in made.items():
            self.tables.setdefault(name, []).append(self._aside.table(table))

    def rows(self, names: Sequence[str]) -> int:
        """How many rows there are of these tables."""
        return sum(rows.num_rows for name in names for rows in self.tables.get(name, ()))

    def write(self, names: Sequence[str], advance: Callable[[int], None] = unseen) -> None:
        """Make the store hold what was taken in of these tables, after those of before."""
        self._changes.append(self._pool.submit(self._write, names, advance))

    def changes(self) -> dict[str, dict[str, int]]:
        """Wait until all is written: what that changed, by table."""
        return {name: change for changes in self._changes for name, change in changes.result().items()}

    def _write(self, names: Sequence[str], advance: Callable[[int], None]) -> dict[str, dict[str, int]]:
        """What nobody asks any more goes when it is written."""
        changes = {}
        for name in names:
            rows = pa.concat_tables(self.tables.get(name) or [arrow_schema(name).empty_table()])
            self.tables[name] = [rows.select(list(_ASKED.get(name, ())))]
            changes[name] = self._writer.replace(name, rows)
            advance(rows.num_rows)
            del rows
        return {name: asdict(change) for name, change in changes.items() if change != Difference()}


def _standing(reader: Reader, new: ResolveReport) -> ResolveReport | None:
    """What the last resolve found; None where anything was written since, or where something else was asked for.

    None, too, where the log does not hold that resolve: the summary came with tables copied from another store.
    """
    rows = reader.get("document", "id", [SUMMARY])
    kept = json.loads(rows[0]["body"]) if rows else {}
    if kept.get("asked") != new.asked:
        return None
    harmless = [Where("cause", "ne", FEED), Where("cause", "ne", MADE)]
    entries = reader.select("log", [Where("id", "ge", kept["position"]), *harmless], limit=2)
    if [(entry["id"], entry["cause"]) for entry in entries] != [(kept["position"], "resolve")]:
        return None
    return ResolveReport(**{**kept, "changed": 0, "written": {}, "seconds": {}})


def _everything(
    writer: Writer,
    report: ResolveReport,
    engine: MatchEngine,
    train: Train,
    confidence: float,
    linkage: Method,
    watch: Stopwatch,
    clock: Clock,
    aside: Aside,
) -> None:
    """Resolve all live records and write what differs.

    What is found already is written while entities and households are found: nothing else asks the store then.
    """
    with watch.stage("read", partial(rows_to_gather, writer)):
        gathered = gather(writer, watch.progress.advance, aside)
        models = {kind: None if train == "always" else stored_model(writer, kind) for kind in Kind}
        stood, rules = standing(writer), golden_rules(writer)
        common = None if train == "always" else stored_surnames(writer)
    report.changed = size = gathered.size
    with _Beside(writer, aside) as beside:
        compared = _compare_kinds(gathered, engine, models, train != "never", watch)
        for at, one in enumerate(compared):
            beside.take({"match": match_table(gathered, one)})
            # Its evidence in words is the most of it, and goes when it is written.
            compared[at] = replace(one, levels=NO_LEVELS)
            del one
        beside.write(DERIVED[:COMPARED])
        found, flags = _join_kinds(gathered, compared, report, confidence, linkage, watch, beside)
        beside.write(DERIVED[COMPARED:MATCHED])
        resolved = resolved_of(gathered, found.values())
        with homes_of(resolved, gathered.past, common) as homes:
            with watch.stage("entities"):
                made, over, report.unresolved = entity_tables(resolved, found, flags, rules, gathered.consents)
                # What persons were made of takes as much room again as all that was gathered.
                del gathered, resolved
                beside.take(made)
                del made
                beside.write(DERIVED[MATCHED:RESOLVED])
            give_back()
            with watch.stage("households"):
                at_home, common = next(homes)
                beside.take(at_home)
                del at_home
        with watch.stage("write", beside.rows(DERIVED[RESOLVED:])):
            beside.write(DERIVED[RESOLVED:], watch.progress.advance)
            report.written |= beside.changes()
            write_resolved(writer, stood, beside.tables, clock)
            _keep_models(writer, [matched.model for matched, _ in found.values()], clock)
            if found:
                keep_surnames(writer, common, clock)
            _count(report, size, beside.tables, over, writer.count("identifier"))


def _compare_kinds(
    gathered: Gathered, engine: MatchEngine, models: Mapping[Kind, Model | None], learn: bool, watch: Stopwatch
) -> list[Compared]:
    """The candidates of each kind that there is, compared; the kinds side by side, of which the first is shown."""
    kinds = [kind for kind in Kind if len(gathered.rows_of(kind))]

    def work(kind: Kind) -> Compared:
        shown = watch if kind is kinds[0] else Stopwatch(clock=watch.clock, seconds=watch.seconds)
        return compare(gathered, kind, engine, models[kind], shown, learn=learn)

    return list(each(work, kinds))


def _join_kinds(
    gathered: Gathered,
    compared: list[Compared],
    report: ResolveReport,
    confidence: float,
    linkage: Method,
    watch: Stopwatch,
    beside: _Beside,
) -> tuple[dict[Kind, tuple[Known, Entities]], dict[int, list[str]]]:
    """What matched each kind and the entities of its records, with the flags of their components; `compared` is let go.

    `beside` takes in the tables of components.
    """
    found: dict[Kind, tuple[Known, Entities]] = {}
    flags: dict[int, list[str]] = {}
    while compared:
        matched = joined(gathered, compared.pop(0), watch, linkage)
        with watch.stage(f"{matched.kind.value}: components"):
            found[matched.kind] = (matched.known, entities_of(gathered, matched, confidence))
            made, marked = component_tables(gathered, matched)
            beside.take(made)
            flags |= marked
            _note(report, matched)
        # Pairs, trees and codes stand in tables now: the next stages get their room.
        del matched, made
        give_back()
    return found, flags


def _keep_models(writer: Writer, models: list[Model], clock: Clock) -> None:
    """Keep the models that the store does not have yet."""
    for model in models:
        if not same_model(writer, model):
            writer.put("document", _document(f"model:{model.kind}", "model", model.to_document(), clock))


def _document(identity: str, kind: str, body: str, clock: Clock) -> pa.Table:
    return pa.table({"id": [identity], "kind": [kind], "at": [clock.now()], "body": [body]})


def _note(report: ResolveReport, matched: Matched) -> None:
    report.candidates += matched.candidates
    report.matches += len(matched.left)
    report.components += len(matched.trees)
    report.models[matched.kind.value] = matched.model.version
    report.skipped = dict(Counter(report.skipped) + Counter(matched.skipped))
    report.refused += [f"{one.judgement.verdict} {one.judgement.a} {one.judgement.b}" for one in matched.refused]


def _count(
    report: ResolveReport, size: int, tables: dict[str, list[pa.Table]], over: Hierarchy, identifiers: int
) -> None:
    rows = {name: sum(table.num_rows for table in parts) for name, parts in tables.items()}
    report.records, report.identifiers = size, identifiers
    report.cycles, report.ultimate_parents = len(over.cycles), over.groups
    report.persons, report.organisations = rows.get("person", 0), rows.get("organisation", 0)
    report.households = rows.get("household", 0)
