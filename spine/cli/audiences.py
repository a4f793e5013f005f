"""`spine audience`: whom a campaign may reach, counted, listed, explained, saved, refreshed and exported."""

import json
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import typer

from spine.access.context import LOCAL
from spine.audiences import saved
from spine.audiences.definition import Definition, read_definition
from spine.audiences.export import encoded, manifest, table_of
from spine.audiences.projection import Projections
from spine.audiences.selection import Counts, Member, Selection, selected
from spine.cli import output
from spine.cli.naming import NAMED, number_named
from spine.cli.options import Json, Store
from spine.cli.progress import watched
from spine.cli.session import confidence_of, existing, reading
from spine.domain.ids import decode_id, encode_id
from spine.errors import BadId, FileError, QueryError
from spine.explore.fact_values import checked_day
from spine.explore.staleness import staleness
from spine.ports import Reader, SystemClock

audience_app = typer.Typer(no_args_is_help=True, help="Whom a campaign may reach: persons or households, with consent.")
SUFFIXES = (".yaml", ".yml", ".json")

Named = Annotated[str, typer.Argument(metavar="AUDIENCE", help="A saved audience, or a file: FILE.yaml or FILE.json.")]
AsOf = Annotated[
    str | None, typer.Option("--as-of", help="The day that facts are as of, else that of the audience, else today.",
                             show_default=False)
]  # fmt: skip
Sure = Annotated[
    float | None,
    typer.Option("--confidence", help="Between 0 and 1; else that of the audience, else SPINE_CONFIDENCE, else 0.95.",
                 show_default=False),
]  # fmt: skip


@audience_app.command("count")
def count(
    audience: Named, as_of: AsOf = None, confidence: Sure = None, store: Store = None, as_json: Json = False
) -> None:
    """Count who fulfils the filter, who of them is left out for want of consent or of a way to reach them."""
    with _selected(audience, as_of, confidence, store) as found:
        counts = found.counts()
        document = {**_head(found), "counts": asdict(counts)}
    if as_json:
        output.as_json(document)
        return
    _show_counts(found.definition, counts)


@audience_app.command("list")
def members(
    audience: Named,
    first: Annotated[int, typer.Option("--first", min=1, max=10_000, help="How many.")] = 20,
    after: Annotated[str | None, typer.Option("--after", help="Begin after this id.", show_default=False)] = None,
    sample: Annotated[bool, typer.Option("--sample", help="Some from everywhere, the same ones each time.")] = False,
    as_of: AsOf = None,
    confidence: Sure = None,
    store: Store = None,
    as_json: Json = False,
) -> None:
    """List the members in the order of their ids, with the person to contact."""
    with _selected(audience, as_of, confidence, store) as found:
        of = found.definition.of
        if sample:
            listed, more = found.sample(first), False
        else:
            listed, more = found.page(first, _number(after, of) if after is not None else None)
        rows = [_row(one, found) for one in listed]
    if as_json:
        output.as_json({**_head(found), "members": rows, "more": more})
        return
    columns = list(rows[0]) if rows else ["id"]
    output.table(columns, [list(row.values()) for row in rows])
    if more:
        output.say(f"More follow: --after {rows[-1]['id']}")


@audience_app.command("explain")
def explain(
    audience: Named,
    id: Annotated[str, typer.Argument(help=f"A person or household, as the audience is of. {NAMED}")],
    as_of: AsOf = None,
    confidence: Sure = None,
    store: Store = None,
    as_json: Json = False,
) -> None:
    """Say why a person or household is in the audience, or is not: every condition with its value."""
    with _selected(audience, as_of, confidence, store) as found:
        with reading(store) as reader:
            number = number_named(reader, id, found.definition.of, found.frame.confidence)
        told = found.explain(number)
    if as_json:
        contact = encode_id("person", told.contact) if told.contact is not None else None
        output.as_json({**_head(found), "id": id, **asdict(told), "contact": contact})
        return
    output.say(f"{'In' if told.inside else 'Not in'} the audience: {told.reason}")
    rows = [(one.says, one.holds, one.value, one.path) for one in told.conditions]
    output.table(("condition", "holds", "value", "place in the filter"), rows)


@audience_app.command("save")
def save(
    name: Annotated[str, typer.Argument(help="What to call it.")],
    file: Annotated[Path, typer.Argument(help="The definition: FILE.yaml or FILE.json.")],
    store: Store = None,
) -> None:
    """Keep an audience in the store under a name."""
    definition = _read(file)
    with existing(store) as graph:
        saved.save_in(graph, LOCAL, name=name, definition=definition, clock=SystemClock())
    output.say(f"Saved {name}: {definition.of}s for {definition.purpose}.")


@audience_app.command("saved")
def listed(store: Store = None, as_json: Json = False) -> None:
    """List the saved audiences, with their last refresh."""
    with reading(store) as reader:
        found = saved.saved_audiences(reader, LOCAL)
    if as_json:
        output.as_json([_saved(one) for one in found])
        return
    rows: list[tuple[object, ...]] = []
    for one in found:
        last = (one.refreshed.at, one.refreshed.counts.size) if one.refreshed else (None, None)
        rows.append((one.name, one.definition.of, one.definition.purpose, *last))
    output.table(("name", "of", "purpose", "refreshed", "#members"), rows)


@audience_app.command("refresh")
def refresh(
    name: Annotated[str, typer.Argument(help="A saved audience.")], store: Store = None, as_json: Json = False
) -> None:
    """Evaluate a saved audience now, and say who joined and left since the last time."""
    with existing(store) as graph, watched() as watch, watch.stage("read the graph and its facts"):
        found = saved.refresh_in(
            graph, LOCAL, projections=Projections(), name=name, confidence=confidence_of(None), clock=SystemClock()
        )
    if as_json:
        output.as_json(_saved(found))
        return
    last = found.refreshed
    assert last is not None  # a refresh has just been made
    _show_counts(found.definition, last.counts)
    output.say(f"{last.joined:,} joined and {last.left:,} left since the last refresh.")


@audience_app.command("remove")
def remove(name: Annotated[str, typer.Argument(help="A saved audience.")], store: Store = None) -> None:
    """Forget a saved audience."""
    with existing(store) as graph:
        saved.remove_in(graph, LOCAL, name=name)
    output.say(f"Removed {name}.")


@audience_app.command("export")
def export(
    audience: Named,
    out: Annotated[Path, typer.Option("--out", help="FILE.csv or FILE.parquet; the manifest is written beside it.")],
    as_of: AsOf = None,
    confidence: Sure = None,
    store: Store = None,
    as_json: Json = False,
) -> None:
    """Write the members with name, contact and facts, and a manifest that says how the file came about.

    The file holds personal data: keep it no longer than the campaign needs it.
    """
    form = out.suffix.removeprefix(".")
    if form not in ("csv", "parquet"):
        raise QueryError(f"{out} is neither .csv nor .parquet.", remedy="Name the file accordingly.")
    with _selected(audience, as_of, confidence, store) as found:
        data = encoded(table_of(found), "csv" if form == "csv" else "parquet")
        told = manifest(found, audience, {out.name: data}, SystemClock())
    try:
        _write(out, data)
        _write(out.with_name(f"{out.name}.manifest.json"), json.dumps(told, indent=2, ensure_ascii=False).encode())
    except OSError as error:
        raise FileError(f"{out}: can't be written: {error.strerror}.", remedy="Name another file.") from error
    if as_json:
        output.as_json(told)
        return
    output.say(f"{told['counts']['size']:,} {told['of']} in {out}; the manifest lies beside it.")


def _write(path: Path, data: bytes) -> None:
    """A file that only its owner may read."""
    path.touch(mode=0o600)
    path.write_bytes(data)


@contextmanager
def _selected(audience: str, as_of: str | None, confidence: float | None, store: str | None) -> Iterator[Selection]:
    with ExitStack() as stack:
        reader = stack.enter_context(reading(store))
        definition = _definition(reader, audience, as_of, confidence)
        with watched() as watch, watch.stage("read the graph and its facts"):
            asked = selected(Projections(), reader, LOCAL, definition, confidence_of(None))
            found = stack.enter_context(asked)
        yield found


def _definition(reader: Reader, audience: str, as_of: str | None, confidence: float | None) -> Definition:
    if audience.endswith(SUFFIXES):
        found = _read(Path(audience))
    else:
        found = saved.saved_audience(reader, LOCAL, audience).definition
    given = {"as_of": checked_day(as_of) if as_of is not None else None, "confidence": confidence}
    document = json.loads(found.document()) | {name: value for name, value in given.items() if value is not None}
    return read_definition(json.dumps(document))


def _read(path: Path) -> Definition:
    try:
        return read_definition(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise FileError(
            f"{path}: can't be read.", remedy="Name a file of an audience: see docs/audiences.md."
        ) from error


def _number(text: str, of: str) -> int:
    table, number = decode_id(text)
    if table != of:
        raise BadId(f"{text[:80]!r} is the id of a {table}.", remedy=f"The audience is of {of}s: give one of theirs.")
    return number


def _head(found: Selection) -> dict[str, Any]:
    frame, definition = found.frame, found.definition
    return {
        "of": definition.of, "purpose": definition.purpose, "confidence": frame.confidence, "as_of": frame.day,
        "position": frame.columns.position,
    }  # fmt: skip


def _row(one: Member, found: Selection) -> dict[str, Any]:
    definition = found.definition
    row = {"id": encode_id(definition.of, one.id)}
    if definition.of == "household":
        row["person"] = encode_id("person", one.person)
    if one.reached_by is None or definition.channel is None:
        return row
    stale = staleness(definition.channel, one.last_seen, found.frame.day)
    return {**row, "contact": one.reached_by, "staleness": stale.says if stale is not None else ""}


def _saved(one: saved.Saved) -> dict[str, Any]:
    definition = json.loads(one.definition.document())
    return {
        "name": one.name, "definition": definition, "saved_at": one.saved_at,
        "refreshed": asdict(one.refreshed) if one.refreshed else None,
    }  # fmt: skip


def _show_counts(definition: Definition, counts: Counts) -> None:
    rows = [
        (f"{definition.of}s that fulfil the filter", counts.matching),
        (f"without consent to {definition.purpose}", -counts.without_consent),
        *([(f"without {definition.channel}", -counts.unreachable)] if definition.channel else []),
        ("in the audience", counts.size),
    ]
    output.table(("", "#count"), rows)
