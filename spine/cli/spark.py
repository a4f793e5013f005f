"""`spine spark resolve`: a graph's Parquet tables resolved where they lie, on whatever Spark there is."""

from typing import Annotated

import typer

from spine.bootstrap import spark_resolving
from spine.cli import output
from spine.cli.options import Confidence, Json
from spine.cli.progress import watched
from spine.cli.session import confidence_of

spark_app = typer.Typer(no_args_is_help=True, help="Resolve where the data lies, on Spark.")


@spark_app.callback()
def root() -> None:
    """Resolve where the data lies, on Spark."""


@spark_app.command("resolve")
def resolve(
    records: Annotated[
        str, typer.Option("--records", help="What `spine export graph --format parquet` wrote: any path Spark knows.")
    ],
    out: Annotated[str, typer.Option("--out", help="Where to write the derived tables: any path Spark knows.")],
    confidence: Confidence = None,
    as_json: Json = False,
) -> None:
    """Resolve Parquet tables into all that is derived. No machine has to hold them; nothing is gathered.

    Components, matches, persons, organisations, households and their edges come out; `spine import graph` puts them
    into a store. Runs in the session that spark-submit's variables describe, else on this machine. Models are the
    graph's own.
    """
    chosen = confidence_of(confidence)
    run = spark_resolving()
    with watched() as watch, watch.stage("resolve on Spark"):
        counts = run(records, out, chosen)
    if as_json:
        seconds = round(sum(watch.seconds.values()), 2)
        output.as_json({"out": out, "confidence": chosen, "rows": counts, "seconds": seconds})
        return
    output.table(("table", "#rows"), counts.items())
    output.say(f"in {out}, {sum(watch.seconds.values()):.1f} s")
