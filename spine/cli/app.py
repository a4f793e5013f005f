"""The command `spine`: every command put together, and what an error becomes.

Exit codes: 0 done; 1 failed; 2 asked wrongly (unknown option, value that can't be used); 3 loaded, but some rows were
rejected; 130 interrupted.
"""

import sys
from typing import Annotated

import typer

from spine import __version__
from spine.cli import (
    asking,
    audiences,
    bulk,
    cypher,
    demo,
    evaluation,
    facts,
    golden,
    graphs,
    groups,
    importing,
    judging,
    kafka,
    loading,
    models,
    output,
    resolving,
    serving,
    spark,
    webhooks,
)
from spine.errors import BadStoreUrl, QueryError, SettingsError, SpineError

FAILED, USAGE = 1, 2

app = typer.Typer(
    name="spine",
    help="The identity spine: records in; persons, households and corporate parents out.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


@app.callback(invoke_without_command=True)
def root(version: Annotated[bool, typer.Option("--version", help="Print the version.")] = False) -> None:
    """The identity spine: records in; persons, households and corporate parents out."""
    if version:
        output.say(__version__)
        raise typer.Exit


app.command()(demo.demo)
app.command("map")(loading.write_mapping)
app.command("catch-up")(resolving.catch_up)
for command in (
    loading.load,
    resolving.resolve,
    asking.find,
    asking.show,
    asking.status,
    cypher.cypher,
    groups.groups,
    serving.serve,
    serving.run,
    evaluation.evaluate,
):
    app.command()(command)
evaluation.export_app.command("graph")(bulk.export_graph)
app.add_typer(evaluation.export_app, name="export")
app.add_typer(importing.import_app, name="import")
app.add_typer(audiences.audience_app, name="audience")
app.add_typer(facts.facts_app, name="facts")
app.add_typer(graphs.graph_app, name="graph")
app.add_typer(spark.spark_app, name="spark")
app.add_typer(models.model_app, name="model")
app.add_typer(golden.golden_app, name="golden")
app.add_typer(judging.judge_app, name="judge")
app.add_typer(webhooks.webhooks_app, name="webhooks")
app.add_typer(kafka.kafka_app, name="kafka")


def main() -> None:
    """Run the command line and end the process with its exit code."""
    try:
        app()
    except SpineError as problem:
        output.error(problem)
        sys.exit(USAGE if isinstance(problem, QueryError | SettingsError | BadStoreUrl) else FAILED)


if __name__ == "__main__":
    main()
