"""`spine judge`: two records asserted to be one or not, previewed first where asked, and taken back."""

from dataclasses import asdict
from typing import Annotated

import typer

from spine.access.context import LOCAL, Context
from spine.cli import output
from spine.cli.options import Json, Store
from spine.cli.session import confidence_of, existing
from spine.domain.ids import PREFIXES, decode_id, encode_id
from spine.domain.judgements import Verdict
from spine.errors import BadId, NotFound
from spine.pipeline.outcome import EntityState, Outcome
from spine.ports import GraphStore
from spine.stewardship.confirming import Confirmed, confirm_identity, withdraw_confirmation
from spine.stewardship.judging import Judged
from spine.stewardship.judging import judge as judge_records
from spine.stewardship.judging import withdraw as withdraw_judgement

judge_app = typer.Typer(help="Confirm or reject that two records are one, or take that back.", no_args_is_help=True)

One = Annotated[str, typer.Argument(metavar="A", help="source/record_id, or an id (rec_…, per_…, org_…).")]
Other = Annotated[str, typer.Argument(metavar="B", help="The other record, likewise.")]
Why = Annotated[str, typer.Option("--why", help="The reason, kept with the judgement.")]
Preview = Annotated[bool, typer.Option("--preview", help="Show what would change, and write nothing.")]
Authority = Annotated[str, typer.Option("--authority", help="Who asserts: steward, code, login or source.")]


@judge_app.command()
def same(
    a: One, b: Other, why: Why = "", preview: Preview = False, authority: Authority = "steward",
    store: Store = None, as_json: Json = False,
) -> None:  # fmt: skip
    """Two records are one person or organisation: joined for good, whatever else speaks against it."""
    _judge(store, a, b, Verdict.SAME, authority, why, preview, as_json)


@judge_app.command()
def different(
    a: One, b: Other, why: Why = "", preview: Preview = False, authority: Authority = "steward",
    store: Store = None, as_json: Json = False,
) -> None:  # fmt: skip
    """Two records are not one: kept apart for good."""
    _judge(store, a, b, Verdict.DIFFERENT, authority, why, preview, as_json)


@judge_app.command()
def withdraw(
    a: One, b: Other, preview: Preview = False, authority: Authority = "steward",
    store: Store = None, as_json: Json = False,
) -> None:  # fmt: skip
    """Take back what was judged of two records: the undo of the other two."""
    with existing(store) as graph:
        one, other = _record(graph, a), _record(graph, b)
        confidence = confidence_of(None)
        found = withdraw_judgement(graph, LOCAL, one, other, authority, preview=preview, confidence=confidence)
    _show(found, as_json)


Identifier = Annotated[str, typer.Argument(metavar="IDENTIFIER", help="namespace:value, as it was proved.")]


@judge_app.command()
def confirm(
    subject: One, identifier: Identifier,
    method: Annotated[str, typer.Option("--method", help="How it was proved: login or code.")] = "login",
    at: Annotated[str | None, typer.Option("--at", help="When, in ISO 8601; now unless said.")] = None,
    proof: Annotated[str, typer.Option("--proof", help="What refers to the proof, kept with it.")] = "",
    preview: Preview = False, store: Store = None, as_json: Json = False,
) -> None:  # fmt: skip
    """A login or a verified code proved an identifier: what it proves is certain from now on."""
    space, _, value = identifier.partition(":")
    with existing(store) as graph:
        found = confirm_identity(
            graph, LOCAL, _record(graph, subject), space, value, method, at=at, proof=proof, preview=preview,
            confidence=confidence_of(None),
        )  # fmt: skip
    _show_proof(found, as_json)


@judge_app.command("withdraw-confirmation")
def withdraw_proof(
    subject: One, identifier: Identifier, preview: Preview = False, store: Store = None, as_json: Json = False
) -> None:
    """Take back that an identifier was proved, with all that followed from it."""
    space, _, value = identifier.partition(":")
    with existing(store) as graph:
        found = withdraw_confirmation(
            graph, LOCAL, _record(graph, subject), space, value, preview=preview, confidence=confidence_of(None)
        )
    _show_proof(found, as_json)


def _show_proof(found: Confirmed, as_json: bool) -> None:
    if as_json:
        output.as_json(asdict(found))
        return
    if found.proven:
        output.say("By it one: " + ", ".join(encode_id("record", one) for one in found.proven))
    for one, why in sorted(found.apart.items()):
        output.say(f"Not proved of {encode_id('record', one)}: {why}.")
    for one in found.refused:
        output.say(f"It does not stand of {encode_id('record', one)}: something stronger says the opposite.")
    _show_outcome(found.outcome, found.preview, found.pending)


def _judge(
    store: str | None, a: str, b: str, verdict: Verdict, authority: str, why: str, preview: bool, as_json: bool
) -> None:
    with existing(store) as graph:
        one, other = _record(graph, a), _record(graph, b)
        confidence = confidence_of(None)
        found = judge_records(graph, LOCAL, one, other, verdict, authority, why, preview=preview, confidence=confidence)
    _show(found, as_json)


def _record(graph: GraphStore, text: str, context: Context = LOCAL) -> int:
    """The record that a key or an id names; an entity's id names its earliest."""
    if "/" not in text:
        table, number = decode_id(text)
        if table not in ("record", "person", "organisation"):
            raise BadId(f"{text} is the id of a {table}.", remedy=f"Give one that begins {PREFIXES['record']}_.")
        return number
    with graph.reading(context) as reader:
        for row in reader.get("record", "key", [text]):
            return int(row["id"])
    raise NotFound(f"There is no record {text}.", remedy="Give source/record_id as it was loaded, or an id.")


def _show(found: Judged, as_json: bool) -> None:
    if as_json:
        output.as_json(asdict(found))
        return
    if found.refused:
        pair = " and ".join(encode_id("record", number) for number in found.refused)
        output.say(f"Kept, but it does not stand: something stronger says the opposite of {pair}.")
    _show_outcome(found.outcome, found.preview, found.pending)


def _show_outcome(found: Outcome, preview: bool, pending: bool) -> None:
    if pending:
        output.say("Kept; it belongs to very many records, so `spine resolve` works out what it changes.")
    output.table(("before", "#records"), [_line(one) for one in found.before])
    output.say()
    output.table(("after", "#records"), [_line(one) for one in found.after])
    if preview:
        output.note("A preview: nothing was written.")


def _line(one: EntityState) -> tuple[str, int]:
    return encode_id(one.kind, one.id), len(one.records)
