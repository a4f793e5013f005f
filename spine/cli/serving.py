"""`spine serve` and `spine run`: the published questions, over HTTP or answered on the spot."""

import contextlib
import json
import socket
import threading
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Annotated, Any

import typer

from spine.access.context import LOCAL
from spine.cli import output
from spine.cli.options import Json, Store
from spine.cli.session import existing, settings, taking_in
from spine.errors import QueryError, SpineError
from spine.ports import GraphStore
from spine.settings import Settings

FAILED = 1
Host = Annotated[str, typer.Option("--host", help="The address to bind.")]
Port = Annotated[int, typer.Option("--port", min=0, max=65535, help="The port to bind; 0 takes a free one.")]
AllowRemote = Annotated[
    bool,
    typer.Option("--allow-remote", help="Bind an address that others can reach: they read and change everything."),
]


def serve(
    host: Host = "127.0.0.1",
    port: Port = 8000,
    allow_remote: AllowRemote = False,
    read_only: Annotated[
        bool, typer.Option("--read-only", help="Refuse every mutation; also SPINE_READ_ONLY=1.")
    ] = False,
    store: Store = None,
) -> None:
    """Serve the explorer, GraphQL and GraphiQL until Ctrl-C; makes a store to take records in where there is none."""
    with (existing if read_only or settings().read_only else taking_in)(store) as graph:
        serve_store(graph, host, port, allow_remote, read_only)


def run(
    operation: Annotated[
        str | None, typer.Argument(help="A ready-made operation; without one, all are listed.", show_default=False)
    ] = None,
    variable: Annotated[
        list[str] | None,
        typer.Option("--var", help="name=value, the value as JSON or as text; may be repeated.", show_default=False),
    ] = None,
    store: Store = None,
    as_json: Json = False,
) -> None:
    """Answer a ready-made GraphQL operation without a server: prints `data`, and `errors` where something failed."""
    from spine.api import contract
    from spine.api.execution import run as execute

    if operation is None:
        found = [{"name": f"{one.audience}/{one.name}", "question": one.question} for one in contract.operations()]
        if as_json:
            output.as_json(found)
        else:
            output.table(("operation", "question"), [list(one.values()) for one in found])
        return
    chosen = contract.operation(operation)
    variables = {**chosen.variables, **variables_of(variable or (), "--var")}
    with existing(store) as graph:
        answer = execute(graph, settings(), chosen.document, variables)
    if not as_json:
        output.note(chosen.question)
    output.as_json(answer)
    if answer.get("errors"):
        raise typer.Exit(FAILED)


def serve_store(graph: GraphStore, host: str, port: int, allow_remote: bool = False, read_only: bool = False) -> None:
    """Serve an open store until Ctrl-C, and say where, with a question to try for each kind of user."""
    from spine.api import contract, pages
    from spine.api.app import create_app
    from spine.api.network import LOCAL_HOSTS, check_host
    from spine.api.server import Server

    bound = listening(check_host(host, allow_remote), port)
    name = f"[{host}]" if ":" in host else host
    address = f"http://{name}:{bound.getsockname()[1]}"
    hosts = LOCAL_HOSTS if host in LOCAL_HOSTS else {"*"}
    chosen = replace(settings(), read_only=read_only or settings().read_only)
    server = Server(create_app(graph, chosen, hosts=hosts, prepared=True))
    output.say(f"Serving {graph.url}: explorer at {address}, GraphQL at /graphql, GraphiQL at /graphiql. Ctrl-C ends.")
    for starter in pages.STARTERS:
        one = contract.operation(starter)
        output.say(f"  {one.audience:10} {one.question}")
        output.say(f"  {'':10} {address}{pages.link(one)}")
    with contextlib.nullcontext() if chosen.read_only else delivering(graph, chosen):
        try:
            server.run(sockets=[bound])
        except KeyboardInterrupt:
            # Ctrl-C is how serving ends; uvicorn raises it again after it has shut down.
            output.say("Ended.")


@contextlib.contextmanager
def delivering(graph: GraphStore, chosen: Settings) -> Iterator[None]:
    """A thread that posts changes to webhooks meanwhile."""
    from spine.outgoing.addresses import networks
    from spine.outgoing.delivering import Deliveries
    from spine.outgoing.sealing import Keys

    stop = threading.Event()
    worker = Deliveries(graph, LOCAL, networks(chosen.webhooks_allow), keys=Keys(chosen.webhooks_keys))
    thread = threading.Thread(target=worker.run, args=(stop,), name="spine-webhooks")
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()


def listening(host: str, port: int) -> socket.socket:
    """A socket that listens, whose connections send at once; SpineError where the port can't be had."""
    try:
        bound = socket.create_server((host, port), family=socket.AF_INET6 if ":" in host else socket.AF_INET)
        # Connections inherit it. Else the end of an answer waits for the client to acknowledge its beginning: 40 ms.
        bound.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return bound
    except OSError as error:
        raise SpineError(
            f"Port {port} of {host} can't be used: {error.strerror or error}.", remedy="Choose another with --port."
        ) from error


def variables_of(given: Sequence[str], option: str) -> dict[str, Any]:
    """The values of an option that is written name=value, as JSON where they are, else as texts."""
    found: dict[str, Any] = {}
    for text in given:
        name, equals, value = text.partition("=")
        if not equals or not name:
            raise QueryError(f"{option} {text!r} is not name=value.", remedy=f"Write {option} first=10.")
        try:
            found[name] = json.loads(value)
        except ValueError:
            found[name] = value
    return found
