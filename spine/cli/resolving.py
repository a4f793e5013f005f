"""`spine resolve`: persons, organisations and households out of the records of the store."""

from dataclasses import asdict
from enum import StrEnum
from typing import Annotated

import typer

from spine.access.context import LOCAL
from spine.bootstrap import open_engine
from spine.cli import output
from spine.cli.options import Json, Store
from spine.cli.progress import watched
from spine.cli.session import existing
from spine.pipeline.resolve import Train
from spine.pipeline.resolve import resolve as resolve_store
from spine.pipeline.resolve_report import PROVEN, ResolveReport
from spine.pipeline.working_off import work_off


class Engine(StrEnum):
    """The match engines."""

    LOCAL = "local"
    SPARK = "spark"


class When(StrEnum):
    """When a model is trained."""

    AUTO = "auto"
    ALWAYS = "always"
    NEVER = "never"


class Linkage(StrEnum):
    """How clusters of records join."""

    MERGE_TREE = "merge_tree"
    COMPONENTS = "components"


COUNTS = ("records", "changed", "identifiers", "candidates", "matches", "components", "persons", "households",
          "organisations", "ultimate_parents")  # fmt: skip


def resolve(
    engine: Annotated[Engine, typer.Option("--engine", help="What finds the pairs.")] = Engine.LOCAL,
    train: Annotated[
        When, typer.Option("--train", help="auto trains where the store has no model yet; always; never.")
    ] = When.AUTO,
    linkage: Annotated[
        Linkage, typer.Option("--linkage", help="components: plain connected components, to see the difference.")
    ] = Linkage.MERGE_TREE,
    full: Annotated[
        bool, typer.Option("--full", help="Look at every record, also where the store knows which few changed.")
    ] = False,
    store: Store = None,
    as_json: Json = False,
) -> None:
    """Resolve the records of the store. Writes what changed: with the same records and model again, nothing.

    Where few records changed since the last resolve, only what they reach is looked at, to the same end.
    """
    chosen: Train = train.value
    with existing(store) as graph, watched() as watch:
        report = resolve_store(
            graph, LOCAL, open_engine(engine.value), chosen, linkage=linkage.value, watch=watch, full=full
        )
    if as_json:
        output.as_json(asdict(report))
    else:
        show_resolve(report)


def catch_up(store: Store = None, as_json: Json = False) -> None:
    """Work off the records that wait: those that reached too many others to be linked at once. `serve` does it too.

    Other writers get their turn between the steps. What a large load brought is left to `resolve`.
    """
    with existing(store) as graph:
        report = work_off(graph, LOCAL)
    if as_json:
        output.as_json(asdict(report))
        return
    output.say(f"{report.worked:,} records worked off in {report.steps:,} steps.")
    if report.left:
        output.say(f"{report.left:,} still wait: run `spine resolve`.")


def show_resolve(report: ResolveReport) -> None:
    """What a resolve found, for people."""
    found = asdict(report)
    output.table(("in the graph", "#count"), [(name.replace("_", " "), found[name]) for name in COUNTS])
    output.say()
    output.table(("stage", "#seconds"), [(name, f"{seconds:.2f}") for name, seconds in report.seconds.items()])
    for name, count in report.skipped.items():
        output.say(f"{'' if name == PROVEN else 'crowded key '}{name}: {count:,} pairs kept apart")
    for name, count in report.unresolved.items():
        if count:
            output.say(f"{name}: {count:,} relations point at nothing that is known")
    for text in report.refused:
        output.say(f"judgement refused: {text}")
    if report.cycles:
        output.say(f"cycles of ownership: {report.cycles:,}")
    if not report.written:
        output.say("Nothing changed.")
