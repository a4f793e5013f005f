"""`spine export graph`: the whole graph as Parquet, Arrow or GraphML, or as files that Neo4j's import tool takes."""

import shlex
from collections.abc import Mapping, Sequence
from enum import StrEnum
from functools import partial
from pathlib import Path
from typing import Annotated

import typer

from spine.access.context import LOCAL
from spine.bootstrap import neo4j_files
from spine.cli import output
from spine.cli.graph_files import GRAPHML, rows_of, write_graphml, write_tables
from spine.cli.options import Json, Store
from spine.cli.progress import watched
from spine.cli.session import existing
from spine.domain.graph import GRAPH
from spine.errors import QueryError


class GraphFormat(StrEnum):
    """What a graph can be written as."""

    PARQUET = "parquet"
    ARROW = "arrow"
    GRAPHML = "graphml"
    NEO4J = "neo4j-import"


def export_graph(
    out: Annotated[Path, typer.Option("--out", help="An empty or new folder.")],
    form: Annotated[
        GraphFormat, typer.Option("--format", help="Parquet or Arrow by table, one GraphML, or CSV for neo4j-admin.")
    ] = GraphFormat.PARQUET,
    admin: Annotated[
        str | None,
        typer.Option("--import-with", help="Import at once, with this neo4j-admin; its server must be stopped.",
                     show_default=False),
    ] = None,
    database: Annotated[str, typer.Option("--database", help="The database to make, which may not exist.")] = "neo4j",
    personal: Annotated[
        bool, typer.Option("--personal/--no-personal", help="With the columns that hold personal values, or without.")
    ] = True,
    store: Store = None,
    as_json: Json = False,
) -> None:  # fmt: skip
    """Write every node and edge of the store to a folder: for analysis, or the fastest first load of a Neo4j.

    The files hold personal data unless told otherwise: remove them when the work is done. While files for Neo4j are
    written no write to the store is let in.
    """
    if form is GraphFormat.NEO4J and not personal:
        raise QueryError("A Neo4j store needs the personal columns.", remedy="Leave --no-personal out.")
    with existing(store) as graph, watched() as watch:
        if form is GraphFormat.NEO4J:
            write, load = neo4j_files()
            with watch.stage("write files", partial(rows_of, graph)):
                written = write(graph, LOCAL, out, watch.progress.advance)
            rows, command = written.rows, written.command(shlex.split(admin) if admin else ["neo4j-admin"], database)
        else:
            tables = GRAPHML if form is GraphFormat.GRAPHML else tuple(GRAPH.values())
            with watch.stage("write files", partial(rows_of, graph, tables)):
                if form is GraphFormat.GRAPHML:
                    rows = write_graphml(graph, out, personal, watch.progress.advance)
                else:
                    rows = write_tables(graph, out, form.value, personal, watch.progress.advance)
                command = []
        if command and admin:
            with watch.stage("import"):
                load(out, shlex.split(admin), database)
    said = {"out": str(out), "format": form.value}
    show_moved(
        said, rows, command, watch.seconds, imported=bool(command and admin), where=f" in {out}", as_json=as_json
    )


def show_moved(
    said: Mapping[str, object],
    rows: Mapping[str, int],
    command: Sequence[str],
    seconds: Mapping[str, float],
    *,
    imported: bool,
    where: str = "",
    as_json: bool,
) -> None:
    """How many rows of a graph went `where`, how long that took, and the command that imports them if nobody did."""
    if as_json:
        rounded = {name: round(took, 2) for name, took in seconds.items()}
        output.as_json({**said, "rows": rows, "imported": imported, "command": shlex.join(command), "seconds": rounded})
        return
    output.table(("table", "#rows"), [(name, f"{count:,}") for name, count in rows.items() if count])
    output.say(f"{sum(rows.values()):,} rows{where}, {sum(seconds.values()):.1f} s")
    if command and not imported:
        output.say("With the server stopped, and no database of that name:")
        output.say(f"  {shlex.join(command)}")
