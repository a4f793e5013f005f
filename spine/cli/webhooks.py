"""`spine webhooks`: where changes are posted to, how that fares, and what could not be delivered."""

import time
from dataclasses import asdict
from typing import Annotated, Any

import typer

from spine.access.context import LOCAL
from spine.cli import output
from spine.cli.options import Json, Store
from spine.cli.session import existing, reading, settings
from spine.outgoing.addresses import networks
from spine.outgoing.delivering import Deliveries
from spine.outgoing.sealing import Keys
from spine.outgoing.webhooks import (
    Webhook,
    add_webhook,
    letters,
    remove_webhook,
    replay_webhook,
    rotate_webhook,
    webhooks,
)
from spine.ports import SystemClock

webhooks_app = typer.Typer(no_args_is_help=True, help="Changes posted to other systems, signed, until they are taken.")

PRIVATE = ("secret", "former", "held_by", "held_until")
Which = Annotated[str, typer.Argument(metavar="ID", help="The webhook: wh_….")]


@webhooks_app.command()
def add(
    url: Annotated[str, typer.Argument(metavar="URL", help="Where to post to: https://HOST/PATH.")],
    kinds: Annotated[
        list[str] | None,
        typer.Option("--kind", help="A kind of change to post, else all; may be repeated.", show_default=False),
    ] = None,
    after: Annotated[
        int | None,
        typer.Option("--after", min=0, help="Begin after this event (0: with the first), else with what comes.",
                     show_default=False),
    ] = None,
    store: Store = None,
    as_json: Json = False,
) -> None:  # fmt: skip
    """Post changes to a URL from now on; its secret, for verifying signatures, is shown this once."""
    allowed = networks(settings().webhooks_allow)
    with existing(store) as graph:
        hook, secret = add_webhook(
            graph, LOCAL, url, kinds or (), after, clock=SystemClock(), keys=_keys(), allowed=allowed
        )
    if as_json:
        output.as_json({**shown(hook), "secret": secret})
        return
    output.say(f"{hook.id} posts to {hook.url}, after event {hook.cursor}.")
    output.say(f"Secret, shown only now: {secret}")


@webhooks_app.command()
def rotate(
    which: Which,
    at_once: Annotated[
        bool, typer.Option("--at-once", help="The secret of before signs no more, else for one day beside the new one.")
    ] = False,
    store: Store = None,
    as_json: Json = False,
) -> None:
    """Give a webhook a new secret, which is shown this once."""
    with existing(store) as graph:
        hook, secret = rotate_webhook(graph, LOCAL, which, keys=_keys(), now=time.time(), at_once=at_once)
    if as_json:
        output.as_json({**shown(hook), "secret": secret})
        return
    output.say(f"{hook.id} has a new secret" + ("." if at_once else "; the one before signs beside it for a day."))
    output.say(f"Secret, shown only now: {secret}")


@webhooks_app.command("list")
def listed(store: Store = None, as_json: Json = False) -> None:
    """List webhooks, how far each has come, and its dead letters."""
    with reading(store) as reader:
        rows = [shown(one) for one in webhooks(reader, LOCAL)]
        dead = [asdict(one) for one in letters(reader)]
    if as_json:
        output.as_json({"webhooks": rows, "dead_letters": dead})
        return
    columns = ("id", "url", "kinds", "state", "cursor", "attempts", "error")
    # A cursor is a name to copy, not a number to read.
    told = [{**row, "cursor": str(row["cursor"])} for row in rows]
    output.table(columns, [[row[name] for name in columns] for row in told])
    if dead:
        output.say()
        names = ("webhook", "number", "kind", "attempts", "error")
        output.table(
            ("dead letter of", "event", *names[2:]),
            [[str(one[name]) if name == "number" else one[name] for name in names] for one in dead],
        )


@webhooks_app.command()
def remove(which: Which, store: Store = None) -> None:
    """Post nothing there any more, and forget its dead letters."""
    with existing(store) as graph:
        remove_webhook(graph, LOCAL, which)
    output.say(f"{which} is removed.")


@webhooks_app.command()
def replay(
    which: Which,
    after: Annotated[
        int | None, typer.Option("--after", min=0, help="Post everything after this event again.", show_default=False)
    ] = None,
    dead: Annotated[bool, typer.Option("--dead", help="Try the dead letters once more.")] = False,
    store: Store = None,
) -> None:
    """Go on posting to a webhook that was disabled, and post again what is asked for."""
    with existing(store) as graph:
        hook = replay_webhook(graph, LOCAL, which, after, dead=dead)
    output.say(f"{hook.id} goes on after event {hook.cursor}.")


@webhooks_app.command()
def deliver(store: Store = None, as_json: Json = False) -> None:
    """Post what is due now, then end: for a timer, where `spine serve` does not run."""
    with existing(store) as graph:
        worker = Deliveries(graph, LOCAL, networks(settings().webhooks_allow), keys=_keys())
        total = worker.round()
        sent = total
        while sent.taken:
            sent = worker.round()
            total += sent
    if as_json:
        output.as_json(asdict(total))
        return
    output.say(f"{total.taken} events taken, {total.failed} attempts failed, {total.dead} became dead letters.")


def shown(hook: Webhook) -> dict[str, Any]:
    """A webhook without its secret."""
    said = asdict(hook)
    return {name: said[name] for name in said if name not in PRIVATE}


def _keys() -> Keys:
    return Keys(settings().webhooks_keys)
