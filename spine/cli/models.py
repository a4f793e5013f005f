"""`spine model`: what the records were matched by."""

import math
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from spine.cli import output
from spine.cli.charts import write_charts
from spine.cli.options import Json, RecordKind, Store
from spine.cli.session import reading
from spine.domain.vocabulary import Kind
from spine.errors import ModelError
from spine.memberships import read_model

model_app = typer.Typer(no_args_is_help=True, help="What the records were matched by.")


@model_app.callback()
def root() -> None:
    """What the records were matched by."""


@model_app.command("show")
def show_model(
    kind: RecordKind = None,
    store: Store = None,
    charts: Annotated[
        Path | None,
        typer.Option("--charts", help="A folder for Splink's charts of the model, as HTML.", show_default=False),
    ] = None,
    as_json: Json = False,
) -> None:
    """Print each comparison's levels with m, u and bits, and the calibration."""
    wanted = [kind] if kind else list(Kind)
    models = []
    with reading(store) as reader:
        for each in wanted:
            if kind or reader.get("document", "id", [f"model:{each.value}"]):
                models.append(read_model(reader, each))
    if not models:
        raise ModelError("The store has no model yet.", remedy="Run `spine resolve` first.")
    if charts is not None:
        for file in (file for model in models for file in write_charts(model, charts)):
            output.note(f"wrote {file}")
    if as_json:
        documents = [asdict(model) for model in models]
        output.as_json(documents[0] if kind else documents)
        return
    for model in models:
        output.say(f"{model.kind} {model.version}", style="bold")
        rows = [
            (comparison.name, level.group, level.label, level.m, level.u, f"{math.log2(level.m / level.u):+.2f}")
            for comparison in model.comparisons
            for level in comparison.levels
        ]
        output.table(("comparison", "among", "level", "#m", "#u", "#bits"), rows)
        points = ", ".join(f"{height / 1000:g} bits {probability:.4f}" for height, probability in model.calibration)
        output.say(f"calibration: {points}")
        for name, value in model.training.items():
            output.say(f"{name}: {value}")
        output.say()
