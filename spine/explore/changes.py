"""The outbox read in order: what happened to entities after a given change, and how everything stands for a beginning.

Who begins reads the snapshot, page by page, and then the changes after its cursor. Pages of a snapshot may be of
different moments: applying every change since its beginning, in order, ends in how things are, because each change says
where its records belong from then on.
"""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from spine.access.context import Context
from spine.domain.ids import decode_id, encode_id
from spine.domain.vocabulary import Kind
from spine.errors import BadCursor
from spine.ports import Reader, Row, Where

MOST_CHANGES = 1000
MOST_RECORDS = 5000


@dataclass(frozen=True, slots=True)
class Change:
    """What happened: its number, the log position, when, the kind, the entity's id (None: all), and what to know.

    `data` has the `reason` (cause, by, batch), and by kind `moves` (records that belong `to` an entity from now on, or
    to nobody), `from` and `to`, `consents`, `records`. A record is its id, source and record_id.
    """

    number: int
    position: int
    at: str
    kind: str
    entity: str | None
    data: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A page of how records stand: the cursor of the changes to go on from, rows, and the token of the next page."""

    cursor: int
    rows: list[dict[str, Any]] = field(default_factory=list)
    next: str | None = None


def newest(reader: Reader, context: Context) -> int:
    """The number of the last change; 0 where there is none."""
    last = reader.select("change", (), "id", descending=True, limit=1)
    return int(last[0]["id"]) if last else 0


def changes_after(
    reader: Reader, context: Context, after: int, limit: int = 100, kinds: Sequence[str] = ()
) -> list[Change]:
    """Up to `limit` changes numbered above `after`, oldest first, of some kinds or all; 0 begins with the first."""
    size = max(1, min(limit, MOST_CHANGES))
    where = [Where("id", "gt", after), *([Where("kind", "in", list(kinds))] if kinds else [])]
    rows = reader.select("change", where, "id", limit=size)
    return told(reader, rows)


def told(reader: Reader, rows: Sequence[Row]) -> list[Change]:
    """Rows of `change` with their reasons, and their records by source and record_id."""
    entries = [json.loads(row["entry"] or "{}") for row in rows]
    named = {one for entry in entries for one in _records(entry)}
    keys = _keys(reader, named)
    reasons = _reasons(reader, {row["position"] for row in rows})
    return [
        Change(
            row["id"], row["position"], row["at"], row["kind"], row["entity"],
            {**_with_keys(entry, keys), "reason": reasons.get(row["position"], {})},
        )
        for row, entry in zip(rows, entries, strict=True)
    ]  # fmt: skip


def snapshot(reader: Reader, context: Context, token: str = "", limit: int = 1000) -> Snapshot:
    """A page of the live records that belong to somebody, with their entity and what a follower keeps of it.

    `token` is `next` of the page before; the first page has none. BadCursor where it is no such token.
    """
    cursor, last = _token(token) if token else (newest(reader, context), None)
    size = max(1, min(limit, MOST_RECORDS))
    after = None if last is None else (last, last)
    rows = reader.select("record", [Where("live", "eq", True)], "id", after=after, limit=size + 1)
    shown = rows[:size]
    more = f"{cursor}.{shown[-1]['id']}" if len(rows) > size else None
    return Snapshot(cursor, _standing(reader, shown), more)


def _token(text: str) -> tuple[int, int]:
    cursor, _, record = text.partition(".")
    if not (cursor.isdecimal() and record.isdecimal() and len(text) < 40):
        raise BadCursor(f"{text[:60]!r} is no token of a snapshot.", remedy="Use `next` of the page before, or none.")
    return int(cursor), int(record)


def _standing(reader: Reader, records: Sequence[Row]) -> list[dict[str, Any]]:
    label: dict[int, tuple[str, int]] = {}
    ids = [row["id"] for row in records]
    for kind in Kind:
        edges = reader.get(f"resolves_to_{kind.value}", "start", ids) if ids else []
        label |= {row["start"]: (kind.value, row["end"]) for row in edges}
    facts = _facts(reader, set(label.values()))
    return [
        {
            "record": _named(row), "kind": label[row["id"]][0], "entity": encode_id(*label[row["id"]]),
            **facts[label[row["id"]]],
        }
        for row in records
        if row["id"] in label
    ]  # fmt: skip


def _facts(reader: Reader, entities: set[tuple[str, int]]) -> dict[tuple[str, int], dict[str, Any]]:
    """Of persons the households and consents, of organisations the ultimate parent."""
    out: dict[tuple[str, int], dict[str, Any]] = {}
    persons = sorted(number for kind, number in entities if kind == Kind.PERSON.value)
    homes: dict[int, list[str]] = {}
    for row in reader.get("member_of", "start", persons) if persons else []:
        if row["weight"] is not None:
            homes.setdefault(row["start"], []).append(encode_id("household", row["end"]))
    for row in reader.get("person", "id", persons) if persons else []:
        number = row["id"]
        out["person", number] = {"households": homes.get(number, []), "consents": row["consents"] or []}
    companies = sorted(number for kind, number in entities if kind == Kind.ORGANISATION.value)
    for row in reader.get("organisation", "id", companies) if companies else []:
        top = row["id"] if row["ultimate"] is None else row["ultimate"]
        out["organisation", row["id"]] = {"parent": encode_id("organisation", top)}
    return out


def _records(entry: dict[str, Any]) -> Iterable[str]:
    for move in entry.get("moves", ()):
        yield from move["records"]
    if isinstance(entry.get("records"), list):
        yield from entry["records"]


def _keys(reader: Reader, ids: set[str]) -> dict[str, dict[str, str]]:
    """The records behind public ids."""
    numbers = sorted(decode_id(one)[1] for one in ids)
    found = (_named(row) for row in (reader.get("record", "id", numbers) if numbers else []))
    return {one["id"]: one for one in found}


def _named(row: Row) -> dict[str, str]:
    return {"id": encode_id("record", row["id"]), "source": row["source"], "record_id": row["record_id"]}


def _with_keys(entry: dict[str, Any], keys: dict[str, dict[str, str]]) -> dict[str, Any]:
    """The entry with records named by source and record_id; one that was erased has only its id."""

    def named(ids: Sequence[str]) -> list[dict[str, str]]:
        return [keys.get(one, {"id": one}) for one in ids]

    out = dict(entry)
    if "moves" in entry:
        out["moves"] = [{"to": move["to"], "records": named(move["records"])} for move in entry["moves"]]
    if isinstance(entry.get("records"), list):
        out["records"] = named(entry["records"])
    return out


def _reasons(reader: Reader, positions: set[int]) -> dict[int, dict[str, str]]:
    """What the log says of the transactions behind some positions."""
    rows = reader.get("log", "id", sorted(positions)) if positions else []
    return {
        row["id"]: {
            "cause": row["cause"], "by": row["principal"], "batch": json.loads(row["entry"]).get("batch", ""),
        }
        for row in rows
    }  # fmt: skip
