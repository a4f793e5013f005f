"""Audiences kept under a name in the store, refreshed on demand: who joined and who left since the last time."""

import base64
import json
import re
import zlib
from dataclasses import asdict, dataclass

import numpy as np
import pyarrow as pa

from spine.access.context import Context
from spine.audiences.definition import Definition, defined
from spine.audiences.projection import Projections
from spine.audiences.selection import Counts, selected
from spine.errors import NotFound, QueryError
from spine.ports import Cause, Clock, GraphStore, Reader, Row, Writer, arrow_schema

CAUSE = Cause("audience")
KIND = "audience"
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9 ._-]{0,79}")


@dataclass(frozen=True, slots=True)
class Refreshed:
    """What a refresh found: when, at which log position, as of which day, how many, who joined and who left."""

    at: str
    position: int
    as_of: str
    counts: Counts
    joined: int
    left: int


@dataclass(frozen=True, slots=True)
class Saved:
    """An audience under a name; `refreshed` is None before its first refresh."""

    name: str
    definition: Definition
    saved_at: str
    refreshed: Refreshed | None = None


def checked_name(name: str) -> str:
    """The name itself; QueryError where it can't be one."""
    if not _NAME.fullmatch(name):
        raise QueryError(
            f"{name[:40]!r} is no name for an audience.",
            remedy="Use up to 80 letters, digits, blanks, dots, underscores and hyphens, a letter or digit first.",
        )
    return name


def save_in(store: GraphStore, context: Context, *, name: str, definition: Definition, clock: Clock) -> Saved:
    """Keep a definition under a name, in the place of what had it before; nobody is listed yet."""
    saved = Saved(checked_name(name), definition, clock.now())
    with store.writing(context, CAUSE) as writer:
        _write(writer, saved, None)
    return saved


def refresh_in(
    store: GraphStore, context: Context, *, projections: Projections, name: str, confidence: float, clock: Clock
) -> Saved:
    """Keep who is in an audience now, and how that differs from the last time; `confidence` is the default one.

    NotFound where there is no audience of that name.
    """
    with store.reading(context) as reader:
        # What takes long is done before other writers have to wait.
        definition = saved_audience(reader, context, name).definition
        with selected(projections, reader, context, definition, confidence, clock.now()[:10]):
            pass
    with store.writing(context, CAUSE) as writer:
        saved = saved_audience(writer, context, name)
        with selected(projections, writer, context, saved.definition, confidence, clock.now()[:10]) as selection:
            before = _members(_row(writer, name))
            now = np.array([one.id for one in selection.members()], np.int64)
            joined = len(np.setdiff1d(now, before)) if before is not None else len(now)
            left = len(np.setdiff1d(before, now)) if before is not None else 0
            frame = selection.frame
            found = Refreshed(clock.now(), frame.columns.position, frame.day, selection.counts(), joined, left)
        after = Saved(saved.name, saved.definition, saved.saved_at, found)
        _write(writer, after, now)
    return after


def remove_in(store: GraphStore, context: Context, *, name: str) -> None:
    """Forget an audience; NotFound where there is none of that name."""
    with store.writing(context, CAUSE) as writer:
        _row(writer, name)
        writer.delete("document", pa.table({"id": [_id(name)]}))


def saved_audiences(reader: Reader, context: Context) -> list[Saved]:
    """All saved audiences, by name."""
    return sorted((_saved(row) for row in reader.get("document", "kind", [KIND])), key=lambda one: one.name)


def saved_audience(reader: Reader, context: Context, name: str) -> Saved:
    """The audience of that name; NotFound names those that there are."""
    return _saved(_row(reader, name))


def _id(name: str) -> str:
    return f"{KIND}:{name}"


def _row(reader: Reader, name: str) -> Row:
    rows = reader.get("document", "id", [_id(name)])
    if not rows:
        known = ", ".join(one.name for one in saved_audiences(reader, Context())) or "none"
        raise NotFound(f"There is no audience {name[:80]!r}.", remedy=f"There are: {known}.")
    return rows[0]


def _saved(row: Row) -> Saved:
    body = json.loads(row["body"])
    last = body.get("refreshed")
    refreshed = Refreshed(**{**last, "counts": Counts(**last["counts"])}) if last else None
    return Saved(row["id"].removeprefix(f"{KIND}:"), defined(body["definition"]), body["saved_at"], refreshed)


def _members(row: Row) -> "np.ndarray[tuple[int], np.dtype[np.int64]] | None":
    packed = json.loads(row["body"]).get("members")
    if packed is None:
        return None
    return np.cumsum(np.frombuffer(zlib.decompress(base64.b64decode(packed)), "<i8"))


def _write(writer: Writer, saved: Saved, members: "np.ndarray[tuple[int], np.dtype[np.int64]] | None") -> None:
    body = {
        "definition": json.loads(saved.definition.document()),
        "saved_at": saved.saved_at,
        "refreshed": asdict(saved.refreshed) if saved.refreshed else None,
    }
    if members is not None:
        steps = np.diff(members, prepend=0).astype("<i8")
        body["members"] = base64.b64encode(zlib.compress(steps.tobytes())).decode()
    row = {"id": _id(saved.name), "kind": KIND, "at": saved.saved_at, "body": json.dumps(body)}
    writer.put("document", pa.Table.from_pylist([row], schema=arrow_schema("document")))
