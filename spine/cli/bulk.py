"""`spine export graph`: the whole graph as Parquet, or as files that Neo4j's import tool takes in bulk."""

import shlex
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import pyarrow.parquet as parquet
import typer

from spine.access.context import LOCAL
from spine.bootstrap import neo4j_files
from spine.cli import output
from spine.cli.options import Json, Store
from spine.cli.progress import watched
from spine.cli.session import existing
from spine.domain.graph import GRAPH
from spine.errors import FileError
from spine.ports import GraphStore


class GraphFormat(StrEnum):
    """What a graph can be written as."""

    PARQUET = "parquet"
    NEO4J = "neo4j-import"


def export_graph(
    out: Annotated[Path, typer.Option("--out", help="An empty or new folder.")],
    form: Annotated[
        GraphFormat, typer.Option("--format", help="A Parquet file for each table, or files for neo4j-admin.")
    ] = GraphFormat.PARQUET,
    admin: Annotated[
        str | None,
        typer.Option("--import-with", help="Import at once, with this neo4j-admin; its server must be stopped.",
                     show_default=False),
    ] = None,
    database: Annotated[str, typer.Option("--database", help="The database to make, which may not exist.")] = "neo4j",
    store: Store = None,
    as_json: Json = False,
) -> None:  # fmt: skip
    """Write every node and edge of the store to a folder: the fastest first load of a Neo4j, or for analysis.

    The files hold personal data: remove them when the import is done. No write to the store is let in meanwhile.
    """
    with existing(store) as graph, watched() as watch:
        if form is GraphFormat.NEO4J:
            write, load = neo4j_files()
            with watch.stage("write files"):
                written = write(graph, LOCAL, out)
            rows, command = written.rows, written.command(shlex.split(admin) if admin else ["neo4j-admin"], database)
        else:
            with watch.stage("write files"):
                rows, command = write_parquet(graph, out), []
        if command and admin:
            with watch.stage("import"):
                load(out, shlex.split(admin), database)
    document = {
        "out": str(out),
        "format": form.value,
        "rows": rows,
        "imported": bool(command and admin),
        "command": shlex.join(command),
        "seconds": {name: round(seconds, 2) for name, seconds in watch.seconds.items()},
    }
    if as_json:
        output.as_json(document)
        return
    output.table(("table", "#rows"), [(name, f"{count:,}") for name, count in rows.items() if count])
    output.say(f"{sum(rows.values()):,} rows in {out}, {sum(watch.seconds.values()):.1f} s")
    if command and not admin:
        output.say("With the server stopped, and no database of that name:")
        output.say(f"  {shlex.join(command)}")


def write_parquet(graph: GraphStore, out: Path) -> dict[str, int]:
    """One file for each table, of one view of the store; how many rows of each."""
    rows = {}
    try:
        out.mkdir(parents=True, exist_ok=True, mode=0o700)
        if any(out.iterdir()):
            raise FileError(f"{out} is not empty.", remedy="Name a folder that is empty, or does not exist yet.")
        with graph.reading(LOCAL) as reader:
            for name in GRAPH:
                table = reader.scan(name)
                parquet.write_table(table, out / f"{name}.parquet")
                rows[name] = table.num_rows
    except OSError as error:
        raise FileError(f"{out}: can't be written: {error.strerror}.", remedy="Name another folder.") from error
    return rows
