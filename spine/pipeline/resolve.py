"""The whole batch flow: the records of the graph in, persons, organisations and households out."""

import json
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import asdict
from functools import partial
from typing import Literal

import pyarrow as pa

from spine import __version__
from spine.access.context import Context
from spine.domain.changes import FEED
from spine.domain.vocabulary import Kind
from spine.matching.model import Model
from spine.matching.stored import stored_model
from spine.pipeline.catching_up import FEW, catch_up, caught_up
from spine.pipeline.gather import Gathered, gather, rows_to_gather
from spine.pipeline.golden_rules import golden_rules
from spine.pipeline.index_state import MADE
from spine.pipeline.matching import Known, Matched, match, same_model
from spine.pipeline.progress import Stopwatch, unseen
from spine.pipeline.resolve_report import SUMMARY, ResolveReport
from spine.pipeline.resolved_changes import COLUMNS, standing, write_resolved
from spine.pipeline.room import give_back, one_heap
from spine.pipeline.surname_counts import keep_surnames, stored_surnames
from spine.pipeline.tables import (
    DERIVED,
    MATCHED,
    RESOLVED,
    component_tables,
    entities_of,
    entity_tables,
    household_part,
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
from spine.resolution.past_homes import with_past
from spine.resolution.surnames import count_surnames
from spine.resolution.trees import Method
from spine.settings import DEFAULT_CONFIDENCE

Train = Literal["auto", "always", "never"]


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
                _everything(writer, report, engine, train, confidence, linkage, watch, clock)
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


def _gather_tables(tables: dict[str, list[pa.Table]], made: dict[str, pa.Table]) -> None:
    for name, table in made.items():
        tables.setdefault(name, []).append(table)


def _write(
    writer: Writer, names: Sequence[str], tables: dict[str, list[pa.Table]], advance: Callable[[int], None] = unseen
) -> dict[str, dict[str, int]]:
    """Make these derived tables hold what was found; what that changed, by table. What nobody asks any more goes."""
    changes = {}
    for name in names:
        rows = pa.concat_tables(tables.get(name) or [arrow_schema(name).empty_table()])
        tables[name] = [rows.select(list(_ASKED.get(name, ())))]
        changes[name] = writer.replace(name, rows)
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
) -> None:
    """Resolve all live records and write what differs.

    What is found already is written while entities and households are found: nothing else asks the store then.
    """
    with watch.stage("read", partial(rows_to_gather, writer)):
        gathered = gather(writer, watch.progress.advance)
    report.changed = gathered.size
    tables: dict[str, list[pa.Table]] = {}
    found, flags = _match_kinds(writer, gathered, report, engine, train, confidence, linkage, watch, tables)
    with watch.stage("read"):
        stood, rules = standing(writer), golden_rules(writer)
        common = None if train == "always" else stored_surnames(writer)
    size = gathered.size
    with ThreadPoolExecutor(1, "write") as beside:
        with watch.stage("entities"):
            resolved, past = resolved_of(gathered, found.values()), gathered.past
            written = [beside.submit(_write, writer, DERIVED[:MATCHED], tables)]
            made, over, report.unresolved = entity_tables(resolved, found, flags, rules, gathered.consents)
            del gathered
            _gather_tables(tables, made)
            # What persons were made of takes as much room again as all that was gathered.
            resolved = resolved.looked_at_anew()
            del made
            written.append(beside.submit(_write, writer, DERIVED[MATCHED:RESOLVED], tables))
        give_back()
        with watch.stage("households"):
            common = count_surnames(resolved) if common is None else common
            at_home, _ = household_part(with_past(resolved, past), common)
            _gather_tables(tables, at_home)
            del resolved
        rest = DERIVED[RESOLVED:]
        with watch.stage("write", sum(rows.num_rows for name in rest for rows in tables.get(name, ()))):
            for part in written:
                report.written |= part.result()
            report.written |= _write(writer, rest, tables, watch.progress.advance)
            write_resolved(writer, stood, tables, clock)
            _keep_models(writer, [matched.model for matched, _ in found.values()], clock)
            if found:
                keep_surnames(writer, common, clock)
            _count(report, size, tables, over, writer.count("identifier"))


def _match_kinds(
    writer: Writer,
    gathered: Gathered,
    report: ResolveReport,
    engine: MatchEngine,
    train: Train,
    confidence: float,
    linkage: Method,
    watch: Stopwatch,
    tables: dict[str, list[pa.Table]],
) -> tuple[dict[Kind, tuple[Known, Entities]], dict[int, list[str]]]:
    """What matched each kind and the entities of its records, with the flags of their components.

    The tables of components and matches are taken in to `tables`.
    """
    found: dict[Kind, tuple[Known, Entities]] = {}
    flags: dict[int, list[str]] = {}
    for kind in Kind:
        if not len(gathered.rows_of(kind)):
            continue
        model = None if train == "always" else stored_model(writer, kind)
        matched = match(gathered, kind, engine, model, watch, learn=train != "never", linkage=linkage)
        with watch.stage(f"{kind.value}: components"):
            found[kind] = (matched.known, entities_of(gathered, matched, confidence))
            flags |= _gather_components(tables, gathered, matched)
            _note(report, matched)
        # Pairs, trees and codes stand in tables now: the next stages get their room.
        del matched
        give_back()
    return found, flags


def _gather_components(tables: dict[str, list[pa.Table]], gathered: Gathered, matched: Matched) -> dict[int, list[str]]:
    """Take in the tables of components and matches; the flags of each record's component."""
    made, flags = component_tables(gathered, matched)
    _gather_tables(tables, made)
    return flags


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
