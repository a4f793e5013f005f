"""A resolve that looks only at what changed since the last one."""

import json
from dataclasses import asdict
from functools import partial
from typing import Any

from spine.domain.vocabulary import Kind
from spine.matching.stored import stored_model
from spine.pipeline.applying import apply
from spine.pipeline.candidates import Rekeying
from spine.pipeline.changes import write_changes
from spine.pipeline.declaring import declarers_of
from spine.pipeline.employers import write_employment
from spine.pipeline.gather_some import gather_some
from spine.pipeline.homes import write_households
from spine.pipeline.index_state import IndexState, drop_state, keep_state, missed, read_state
from spine.pipeline.key_index import make_index
from spine.pipeline.linking import link
from spine.pipeline.numbering import stored_key
from spine.pipeline.progress import Stopwatch
from spine.pipeline.rebuild import models_of
from spine.pipeline.resolve_report import SUMMARY, ResolveReport
from spine.pipeline.surname_counts import stored_surnames
from spine.pipeline.waiting import done, waiting
from spine.ports import Clock, Reader, Where, Writer

FEW = 100
"""Where fewer than one record in so many changed, looking at those alone is quicker (measured at 100,000 records)."""
REKEYED = 25
"""Where fewer than one in so many changed, moving their keys is quicker than making the index anew (measured there)."""


def catch_up(writer: Writer, report: ResolveReport, confidence: float, watch: Stopwatch, clock: Clock) -> bool:
    """Rebuild what the records that wait reach; False where everything has to be looked at.

    That is where no key index says what changed, where a write went round it, where another confidence is asked for,
    where much changed, or where a kind of record has no model yet.
    """
    state = read_state(writer)
    if state is None or not state.settled or state.confidence != confidence or missed(writer, state.position):
        return False
    changed = waiting(writer)
    records = writer.count("record")
    if len(changed) * FEW > records and changed:
        return False
    if not has_models(writer, changed):
        return False
    if changed:
        secret = stored_key(writer)
        models = models_of(writer)
        with watch.stage("changed: candidates", len(changed)):
            delta = link(writer, changed, models, secret)
        report.candidates, report.matches = len(delta.found), len(delta.found)
        with watch.stage("changed: rebuild"):
            applied = apply(
                writer, delta, models, confidence, limit=None, declarers=declarers_of(writer, secret),
                homes=partial(write_households, most=None),
                staff=partial(write_employment, limited=False),
                consents_of_few=False,
            )  # fmt: skip
        if applied is None:
            raise RuntimeError("A rebuild without a limit gave up.")
        with watch.stage("write"):
            write_changes(writer, applied, clock)
            done(writer, changed)
            keep_state(writer, state, clock)
        report.written = {name: asdict(one) for name, one in sorted(applied.written.items())}
        refused = applied.rebuilt.built.refused
        report.refused = [f"{one.judgement.verdict} {one.judgement.a} {one.judgement.b}" for one in refused]
        report.models = {kind.value: model.version for kind, model in models.items()}
    report.changed = len(changed)
    _count(writer, report)
    return True


def _count(writer: Writer, report: ResolveReport) -> None:
    report.records = writer.count("record", [Where("live", "eq", True)])
    for name, table in (("identifiers", "identifier"), ("components", "component"), ("persons", "person"),
                        ("organisations", "organisation"), ("households", "household")):  # fmt: skip
        setattr(report, name, writer.count(table))
    before = _summary(writer)
    report.ultimate_parents, report.cycles = before.get("ultimate_parents", 0), before.get("cycles", 0)


def _summary(reader: Reader) -> dict[str, Any]:
    kept = reader.get("document", "id", [SUMMARY])
    return dict(json.loads(kept[0]["body"])) if kept else {}


def caught_up(writer: Writer, confidence: float, usable: bool, again: bool, clock: Clock) -> None:
    """After everything was resolved: the index follows, so that the next resolve can look at what changed alone.

    It is made where a store is resolved `again` after a change; the first resolve of a store does not pay for it.
    Where trees were not grown as usual (`usable` False) nothing can be built on them, and the index is dropped.
    """
    state = read_state(writer)
    changed = waiting(writer)
    if not usable:
        drop_state(writer)
        return
    settled = IndexState(writer.position, confidence, True)
    if state is not None and not missed(writer, state.position):
        if changed and len(changed) * REKEYED > writer.count("record"):
            make_index(writer, stored_key(writer))
        elif changed:
            Rekeying(writer, changed, gather_some(writer, changed), stored_key(writer)).run()
        if changed or state.confidence != confidence or not state.settled:
            keep_state(writer, settled, clock)
    elif again and stored_key(writer):
        make_index(writer, stored_key(writer))
        keep_state(writer, settled, clock)
    done(writer, changed)


def has_models(writer: Reader, changed: set[int]) -> bool:
    """Whether the store keeps what these records are matched with."""
    if stored_surnames(writer) is None:
        return False
    kinds = {row["kind"] for row in (writer.get("record", "id", sorted(changed)) if changed else [])}
    return all(stored_model(writer, Kind(kind)) is not None for kind in kinds)
