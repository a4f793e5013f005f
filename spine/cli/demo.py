"""`spine demo`: the demo world made, loaded, resolved, measured against its truth, and served."""

import time
from pathlib import Path
from typing import Annotated, Any

import typer

from spine.access.context import LOCAL
from spine.bootstrap import open_engine
from spine.cli import output
from spine.cli.evaluation import measured
from spine.cli.files import read_texts
from spine.cli.loading import load_paths
from spine.cli.options import Json, Store
from spine.cli.plugins import plugin
from spine.cli.progress import watched
from spine.cli.serving import AllowRemote, Host, Port, serve_store
from spine.cli.session import opened, settings
from spine.pipeline.progress import Stopwatch
from spine.pipeline.resolve import resolve
from spine.ports import GraphStore

Document = dict[str, Any]
COUNTS = ("records", "identifiers", "matches", "persons", "households", "organisations", "ultimate_parents")

KEY = "demo"
"""The world is invented, so its identifiers are numbered alike on every store: its answers can be compared."""


def demo(
    size: Annotated[int, typer.Option("--size", min=1, help="How many inhabitants the world has.")] = 2000,
    seed: Annotated[int, typer.Option("--seed", help="Another seed is another world.")] = 0,
    folder: Annotated[Path, typer.Option("--dir", help="Where the world and its store are put.")] = Path(".spine/demo"),
    no_serve: Annotated[bool, typer.Option("--no-serve", help="End after the summary.")] = False,
    host: Host = "127.0.0.1",
    port: Port = 8000,
    allow_remote: AllowRemote = False,
    store: Store = None,
    as_json: Json = False,
) -> None:
    """Make the demo world, load and resolve it, print what came out and how right it is, and serve the answers.

    Without --store it has a store of its own in --dir, made anew each time.
    """
    begun = time.perf_counter()
    with watched() as watch:
        with watch.stage("make the world"):
            world = plugin("spine.worlds", "demo")(folder / "world", persons=size, seed=seed)
        own = folder / "spine.db"
        if store is None:
            for file in folder.glob(f"{own.name}*"):
                file.unlink()
        with opened(store or f"sqlite:{own}") as graph:
            document = _filled(graph, world, folder, watch)
            document["seconds"] = round(time.perf_counter() - begun, 2)
            if as_json:
                output.as_json(document)
            else:
                _show(document)
            if not no_serve:
                serve_store(graph, host, port, allow_remote)


def _filled(graph: GraphStore, world: Any, folder: Path, watch: Stopwatch) -> Document:
    """Load and resolve; the summary."""
    paths = [
        (source.path, source.mapping, folder / f"_{source.path.name}.rejects.csv", source.name)
        for source in world.sources
    ]
    loads = load_paths(graph, paths, watch, key=KEY)
    report = resolve(graph, LOCAL, open_engine("local"), "auto", watch=watch)
    with graph.reading(LOCAL) as reader, watch.stage("measure accuracy"):
        accuracies = {
            kind: measured(reader, kind, read_texts(truth), settings().confidence)
            for kind, truth in (
                ("person", world.truth_person),
                ("household", world.truth_household),
                ("organisation", world.truth_organisation),
            )
        }
    stages: dict[str, float] = {}
    for name, seconds in watch.seconds.items():
        short = "load" if name.startswith("load ") else name
        stages[short] = stages.get(short, 0.0) + seconds
    return {
        "world": str(world.folder),
        "store": graph.url,
        "persons": world.persons,
        "seed": world.seed,
        "sources": len({source.name for source in world.sources}),
        "rows": sum(report.rows for report in loads),
        "rejects": sum(report.rejects for report in loads),
        "counts": {name: getattr(report, name) for name in COUNTS},
        "stages": {name: round(seconds, 2) for name, seconds in stages.items()},
        "accuracy": accuracies,
    }


def _show(document: Document) -> None:
    output.say(f"A world of {document['persons']:,} inhabitants (seed {document['seed']}) in {document['world']}")
    output.say(f"{document['rows']:,} rows of {document['sources']} sources, {document['rejects']:,} rejected")
    output.say()
    counts = [(name.replace("_", " "), count) for name, count in document["counts"].items()]
    output.table(("in the graph", "#count"), counts)
    output.say()
    output.table(("stage", "#seconds"), [(name, f"{seconds:.1f}") for name, seconds in document["stages"].items()])
    output.say()
    rows = [
        (kind, *(found[f"pairwise_{name}"] for name in ("precision", "recall", "f1")), found["bcubed_f1"])
        for kind, found in document["accuracy"].items()
    ]
    confidence = document["accuracy"]["person"]["confidence"]
    columns = (f"at confidence {confidence}", "#precision", "#recall", "#F1", "#B-cubed F1")
    output.table(columns, rows, "accuracy against the world's truth (pairs)")
    output.say()
    output.say(f'Ask it more: spine find "ANY IDENTIFIER" --store {document["store"]}')
