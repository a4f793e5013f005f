"""`spine golden`: why a value is believed, and the survivorship rules of a store."""

from pathlib import Path
from typing import Annotated, Any

import typer
import yaml

from spine.access.context import LOCAL
from spine.cli import output
from spine.cli.naming import NAMED, entities_named
from spine.cli.options import Confidence, Json, Store
from spine.cli.session import confidence_of, existing, reading
from spine.domain.ids import encode_id
from spine.errors import FileError, NotFound, QueryError
from spine.explore.golden import Attribute, display_name
from spine.explore.persons import portraits
from spine.pipeline.golden_rules import golden_rules, keep_golden_rules
from spine.resolution.golden_rules import SHIPPED, Rules, read

golden_app = typer.Typer(no_args_is_help=True, help="Why a value is believed, and the rules by which it is.")


@golden_app.callback()
def root() -> None:
    """Why a value is believed, and the rules by which it is."""


@golden_app.command("explain")
def explain(
    node: Annotated[str, typer.Argument(metavar="ID", help=f"A person or organisation. {NAMED}")],
    attribute: Annotated[
        str | None, typer.Option("--attribute", help="Only this one, such as surname.", show_default=False)
    ] = None,
    confidence: Confidence = None,
    store: Store = None,
    as_json: Json = False,
) -> None:
    """Per attribute the value to believe, the record it came from, the rule that decided, and the values it beat."""
    with reading(store) as reader:
        held = entities_named(reader, node, confidence_of(confidence))
        portrait = portraits(reader, LOCAL, held[:1])[held[0].id]
    found = [one for one in portrait.golden if attribute in (None, one.name)]
    if attribute is not None and not found:
        there = ", ".join(one.name for one in portrait.golden)
        raise NotFound(f"Nothing is known of {attribute}.", remedy=f"Known are: {there}.")
    name = display_name(portrait.golden)
    if as_json:
        output.as_json({"id": held[0].public_id, "name": name, "golden": [_document(one) for one in found]})
        return
    output.say(f"{held[0].public_id}  {name or ''}", style="bold")
    rows = [
        (one.name, one.value, one.source, one.observed_at, one.rule,
         "; ".join(f"{rival.value} ({', '.join(rival.sources)})" for rival in one.rivals))
        for one in found
    ]  # fmt: skip
    output.table(("attribute", "value", "source", "observed", "decided by", "instead of"), rows)


@golden_app.command("rules")
def rules(
    file: Annotated[
        Path | None,
        typer.Argument(help="YAML or JSON with rules for this store; else they are printed.", show_default=False),
    ] = None,
    shipped: Annotated[bool, typer.Option("--shipped", help="Go back to the rules that are shipped.")] = False,
    store: Store = None,
    as_json: Json = False,
) -> None:
    """Print the survivorship rules of the store as YAML, or set them; what a file leaves out is as shipped.

    Single answers and audiences follow new rules at once, names and regions in lists with the next `spine resolve`.
    """
    with existing(store) as graph:
        if file is not None or shipped:
            keep_golden_rules(graph, LOCAL, SHIPPED if file is None else _read(file))
        with graph.reading(LOCAL) as reader:
            found = golden_rules(reader)
    if as_json:
        output.as_json(found.plain())
    else:
        print(yaml.safe_dump(found.plain(), sort_keys=False, width=120, default_flow_style=None), end="")
    if file is not None or shipped:
        output.note("Kept. Names and regions in lists follow with: spine resolve")


def _document(one: Attribute) -> dict[str, Any]:
    return {
        "attribute": one.name,
        "value": one.value,
        "source": one.source,
        "record": encode_id("record", one.record),
        "observed_at": one.observed_at,
        "rule": one.rule,
        "order": list(one.order),
        "rivals": [
            {"value": rival.value, "records": len(rival.records), "sources": list(rival.sources)}
            for rival in one.rivals
        ],
    }


def _read(file: Path) -> Rules:
    try:
        data = yaml.safe_load(file.read_text(encoding="utf-8-sig"))
    except (OSError, UnicodeDecodeError) as error:
        raise FileError(f"{file}: can't be read: {error}.", remedy="Give a YAML file.") from error
    except yaml.YAMLError as error:
        raise QueryError(f"{file}: is not YAML: {error}", remedy="Mind colons and indentation.") from error
    return read(data)
