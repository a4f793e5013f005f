"""`spine kafka`: the feed to a topic, and records out of one."""

import csv
import signal
import threading
from collections.abc import Sequence
from dataclasses import astuple
from pathlib import Path
from typing import Annotated, Any

import typer

from spine.access.context import LOCAL
from spine.bootstrap import kafka, mapped_rows
from spine.cli import output
from spine.cli.options import Store
from spine.cli.serving import variables_of
from spine.cli.session import confidence_of, existing, opened
from spine.pipeline.incoming import read_batch
from spine.ports import Reject, SourceBatch, SystemClock

REJECTED = 3
kafka_app = typer.Typer(no_args_is_help=True, help="Changes to a Kafka topic, and records out of one.")

Brokers = Annotated[str, typer.Option("--brokers", help="HOST:PORT of a broker, or several with commas between.")]
Config = Annotated[
    list[str] | None,
    typer.Option("--config", help="A setting of librdkafka, name=value (TLS, SASL …); may be repeated.",
                 show_default=False),
]  # fmt: skip
Once = Annotated[bool, typer.Option("--once", help="End as soon as there is nothing new.")]


@kafka_app.command()
def publish(
    brokers: Brokers,
    topic: Annotated[str, typer.Option("--topic", help="The topic to publish to.")],
    once: Once = False,
    config: Config = None,
    store: Store = None,
) -> None:
    """Publish every change to a topic as a CloudEvent, keyed by entity, in order and once, until Ctrl-C."""
    publisher_of, _ = kafka()
    with existing(store) as graph:
        publisher = publisher_of(graph, LOCAL, topic, _settings(brokers, config), SystemClock())
        count = publisher.publish()
        if once:
            output.say(f"{count} events published.")
            return
        output.say(f"{count} events published; publishing what comes. Ctrl-C ends.")
        publisher.run(_stopping())


@kafka_app.command()
def consume(
    brokers: Brokers,
    topic: Annotated[str, typer.Option("--topic", help="The topic to read: a JSON record a message.")],
    mapping: Annotated[
        str | None,
        typer.Option("--mapping", help="A mapping that a load has kept in the store, for rows as a source has them.",
                     show_default=False),
    ] = None,
    group: Annotated[str, typer.Option("--group", help="Consumers of a group share partitions.")] = "identity-spine",
    size: Annotated[int, typer.Option("--batch", min=1, max=10_000, help="So many messages in one transaction.")] = 500,
    rejects: Annotated[
        Path | None,
        typer.Option("--rejects", help="Where messages that can't be used go, else TOPIC.rejects.csv.",
                     show_default=False),
    ] = None,
    once: Once = False,
    config: Config = None,
    store: Store = None,
) -> None:  # fmt: skip
    """Take in the records of a topic, each exactly once, until Ctrl-C; what can't be used goes to the rejects."""
    _, intake_of = kafka()
    path = rejects or Path(f"{topic}.rejects.csv")
    with opened(store) as graph:

        def read(rows: list[Any]) -> SourceBatch:
            if mapping is None:
                return read_batch(rows)
            with graph.reading(LOCAL) as reader:
                return mapped_rows(reader, LOCAL, mapping, rows)

        with intake_of(
            graph, LOCAL, topic, _settings(brokers, config), SystemClock(), group=group, read=read,
            reject=lambda found: _reject(path, found), confidence=confidence_of(None), size=size,
        ) as intake:  # fmt: skip
            if not once:
                output.say(f"Taking in {topic}. Ctrl-C ends.")
            total = intake.drain() if once else intake.run(_stopping())
    output.say(f"{total.messages} messages, {total.records} records; {total.rejects} rejected.")
    if total.rejects:
        output.say(f"Rejected: {path}")
        raise typer.Exit(REJECTED)


def _settings(brokers: str, config: list[str] | None) -> dict[str, str]:
    more = {name: str(value) for name, value in variables_of(config or (), "--config").items()}
    return {"bootstrap.servers": brokers, **more}


def _reject(path: Path, rejects: Sequence[Reject]) -> None:
    new = not path.exists()
    with path.open("a", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        if new:
            writer.writerow(("partition", "offset", "column", "reason", "row"))
        writer.writerows(astuple(one) for one in rejects)


def _stopping() -> threading.Event:
    """What Ctrl-C and a polite end set."""
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    return stop
