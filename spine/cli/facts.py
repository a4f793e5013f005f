"""`spine facts`: which derived facts are declared, and a store's own added to the shipped ones."""

from pathlib import Path
from typing import Annotated

import typer

from spine.access.context import LOCAL
from spine.cli import output
from spine.cli.options import Json, Store
from spine.cli.session import existing, reading
from spine.errors import FileError
from spine.explore.facts import declare, declared, read_facts
from spine.ports import Cause, SystemClock

facts_app = typer.Typer(no_args_is_help=True, help="Derived facts: what is known of somebody from what happened.")


@facts_app.command("show")
def show(store: Store = None, as_json: Json = False) -> None:
    """List the declared facts: the shipped ones and the store's own."""
    with reading(store) as reader:
        found = declared(reader)
    if as_json:
        output.as_json(found.model_dump(exclude_defaults=True))
        return
    output.table(
        ("name", "kind", "measure", "says"), [(one.name, one.kind, one.measure, one.says) for one in found.facts]
    )


@facts_app.command("declare")
def keep(
    file: Annotated[Path, typer.Argument(help="FILE.yaml or FILE.json: facts, and perhaps a currency with rates.")],
    store: Store = None,
) -> None:
    """Keep a store's own facts, in the place of those it had; one named like a shipped fact takes its place."""
    try:
        own = read_facts(file.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise FileError(f"{file}: can't be read.", remedy="Name a file of facts: see docs/audiences.md.") from error
    with existing(store) as graph, graph.writing(LOCAL, Cause("facts")) as writer:
        declare(writer, own, SystemClock())
    output.say(f"{len(own.facts):,} facts of the store's own are declared.")
