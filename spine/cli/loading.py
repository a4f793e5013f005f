"""`spine map` and `spine load`: a mapping for a file, and the file through a mapping into the store."""

import json
import os
from collections.abc import Collection, Sequence
from contextlib import ExitStack
from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import Annotated, Any

import typer

from spine.access.context import LOCAL
from spine.cli import output
from spine.cli.options import Json, RecordKind, Store
from spine.cli.plugins import plugin
from spine.cli.progress import rows_in, watched
from spine.cli.session import opened
from spine.errors import FileError
from spine.pipeline.load import Load, LoadReport, keep_mapping, load_all
from spine.pipeline.progress import Stopwatch
from spine.ports import GraphStore, SystemClock

REJECTS = 3
MOST_NUMBERS = 1000
"""So many customer numbers of a file are looked for in a store."""


def write_mapping(
    file: Annotated[Path, typer.Argument(help="A CSV, TSV, JSON Lines or Parquet file.")],
    kind: RecordKind = None,
    source: Annotated[
        str | None, typer.Option("--source", help="The name of the source; else from the file.", show_default=False)
    ] = None,
    out: Annotated[
        Path | None, typer.Option("-o", "--out", help="Where to write it; else standard output.", show_default=False)
    ] = None,
    store: Store = None,
    as_json: Json = False,
) -> None:
    """Write a mapping for a file never seen before, from its column names and values.

    With --store the store keeps it too, under its name, and tells which source numbers its records as the file's
    customers. With --json it is written as JSON, without its notes.
    """
    infer = partial(plugin("spine.loaders", "map"), file, kind=kind.value if kind else None, source=source)
    if store is None:
        mapping = infer()
    else:
        with opened(store) as graph:
            mapping = infer(numbered=partial(_numbered, graph))
            keep_mapping(graph, LOCAL, mapping.name, mapping.to_json(), SystemClock())
    text = json.dumps(mapping.plain(), indent=2, ensure_ascii=False) + "\n" if as_json else mapping.dump()
    if out is None:
        print(text, end="")
        return
    try:
        out.write_text(text, encoding="utf-8")
    except OSError as error:
        raise FileError(f"{out}: can't be written: {error.strerror}.", remedy="Name another file with -o.") from error
    output.note(f"{out} maps {file}. Next: spine load {file} --mapping {out}")


def _numbered(graph: GraphStore, values: Collection[str]) -> set[str]:
    """The sources of the store whose records are named by these values, most of them."""
    wanted = list(dict.fromkeys(values))[:MOST_NUMBERS]
    with graph.reading(LOCAL) as reader:
        sources = reader.scan("record", ["source"])["source"].unique().drop_null().to_pylist()
        return {
            str(source)
            for source in sources
            if 2 * len(reader.get("record", "key", [f"{source}/{value}" for value in wanted])) >= len(wanted)
        }


def load(
    path: Annotated[Path, typer.Argument(help="A file, or a directory of them.")],
    mapping: Annotated[
        str | None,
        typer.Option(
            "--mapping",
            help="A mapping file, or the name of one in the store; Senzing JSON needs none.",
            show_default=False,
        ),
    ] = None,
    rejects: Annotated[
        Path | None,
        typer.Option("--rejects", help="Where rows go that can't be used; else beside PATH.", show_default=False),
    ] = None,
    store: Store = None,
    as_json: Json = False,
) -> None:
    """Load a file through a mapping; what is there already changes nothing. Ends with 3 where rows were rejected."""
    refused = rejects or _beside(path)
    with opened(store) as graph, watched() as watch:
        report = load_path(graph, path, _kept(graph, mapping), refused, watch)
    if as_json:
        output.as_json({**asdict(report), "rejects_file": str(refused) if report.rejects else None})
    else:
        show_load(report, refused)
    if report.rejects:
        raise typer.Exit(REJECTS)


def load_path(
    graph: GraphStore,
    path: Path,
    mapping: str | Path | None,
    refused: Path,
    watch: Stopwatch,
    source: str | None = None,
    key: str = "",
) -> LoadReport:
    """Load a file or directory, with its rejects in the file `refused`; `key` numbers a new store's identifiers."""
    return load_paths(graph, [(path, mapping, refused, source)], watch, key)[0]


def load_paths(
    graph: GraphStore,
    paths: Sequence[tuple[Path, str | Path | None, Path, str | None]],
    watch: Stopwatch,
    key: str = "",
) -> list[LoadReport]:
    """Load files or directories together: each with its mapping, the file for its rejects, and its source's name."""
    with ExitStack() as stack:
        loads = []
        for path, mapping, refused, source in paths:
            records = plugin("spine.loaders", "files")(path, mapping, source)
            chosen: Any = getattr(records, "mapping", None)
            name = chosen.name if chosen is not None else path.name.split(".")[0]
            file = stack.enter_context(plugin("spine.loaders", "rejects")(refused))
            text = None if chosen is None else chosen.to_json()
            loads.append(Load(records, name, text, file.write, partial(rows_in, path)))
        return load_all(graph, LOCAL, loads, watch=watch, key=key)


def show_load(report: LoadReport, refused: Path) -> None:
    """What a load did, for people."""
    output.say(
        f"{report.name}: {report.rows:,} rows in {report.seconds:.1f} s; {report.records_added:,} records new, "
        f"{report.records_changed:,} changed; {report.identifiers:,} identifiers, {report.events:,} events, "
        f"{report.consents:,} consents new"
    )
    if report.problems:
        output.say(f"{report.problems:,} values could not be read and were left out of matching, such as:")
        for example in report.examples:
            output.say(f"  {example}")
    if report.rejects:
        output.note(f"{report.rejects:,} rows rejected: file, line, column and reason are in {refused}")


def _beside(path: Path) -> Path:
    """A rejects file beside a path, or here where nothing can be written there; no load takes it for data."""
    name = f"_{path.name}.rejects.csv"
    return path.with_name(name) if os.access(path.absolute().parent, os.W_OK) else Path(name)


def _kept(graph: GraphStore, mapping: str | None) -> str | Path | None:
    """The mapping file, or the mapping that the store keeps under that name."""
    if mapping is None or Path(mapping).exists():
        return Path(mapping) if mapping else None
    with graph.reading(LOCAL) as reader:
        rows = reader.get("document", "id", [f"mapping:{mapping}"])
    return str(rows[0]["body"]) if rows else mapping
