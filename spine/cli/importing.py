"""`spine import graph`: a graph in Parquet put into an empty store, or into a new Neo4j by its import tool."""

import shlex
from pathlib import Path
from typing import Annotated

import typer

from spine.access.context import LOCAL
from spine.bootstrap import graph_filling, graph_folders, neo4j_files
from spine.cli.bulk import show_moved
from spine.cli.options import Json, Store
from spine.cli.progress import watched
from spine.cli.session import opened
from spine.errors import QueryError

import_app = typer.Typer(no_args_is_help=True, help="Put a whole graph into a store that is empty.")


@import_app.callback()
def root() -> None:
    """Put a whole graph into a store that is empty."""


@import_app.command("graph")
def import_graph(
    folders: Annotated[
        list[Path],
        typer.Option("--from", help="A folder of Parquet; give what was exported, then what was resolved from it."),
    ],
    files: Annotated[
        Path | None,
        typer.Option("--neo4j-files", help="Write files for neo4j-admin to this empty folder instead of a store.",
                     show_default=False),
    ] = None,
    admin: Annotated[
        str | None,
        typer.Option("--import-with", help="Import these files at once, with this neo4j-admin; its server must be "
                     "stopped.", show_default=False),
    ] = None,
    database: Annotated[str, typer.Option("--database", help="The database to make, which may not exist.")] = "neo4j",
    store: Store = None,
    as_json: Json = False,
) -> None:  # fmt: skip
    """Put a graph that lies in Parquet into an empty store, or write it as files for a new Neo4j.

    Of several folders the last that has a table stands for it: what `spine spark resolve` wrote goes after what
    `spine export graph` did. The log, outgoing changes and subscriptions of the store it came from stay there.
    """
    if admin and files is None:
        raise QueryError("--import-with needs a folder for its files.", remedy="Give --neo4j-files too.")
    graph = graph_folders(folders)
    fill, write = graph_filling()
    command: list[str] = []
    with watched() as watch:
        total = sum(graph.rows.values())
        if files is None:
            with opened(store) as kept, watch.stage("fill", total):
                rows = fill(kept, LOCAL, graph, watch.progress.advance)
        else:
            with watch.stage("write files", total):
                written = write(graph, files, watch.progress.advance)
            rows, command = written.rows, written.command(shlex.split(admin) if admin else ["neo4j-admin"], database)
            if admin:
                with watch.stage("import"):
                    neo4j_files()[1](files, shlex.split(admin), database)
    said = {"from": [str(folder) for folder in folders]}
    show_moved(said, rows, command, watch.seconds, imported=files is None or bool(admin), as_json=as_json)
