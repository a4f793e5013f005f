"""Batches made by hand, and what a store holds, told in short."""

import json
import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Final

import pyarrow as pa

from spine.access.context import LOCAL
from spine.domain.judgements import Verdict
from spine.domain.vocabulary import ATTRIBUTES
from spine.errors import ModelError, NotFound, QueryError
from spine.pipeline.load import LoadReport, load
from spine.pipeline.progress import Stopwatch
from spine.ports import CONSENT_COLUMNS, EVENT_COLUMNS, RECORD_COLUMNS, Clock, GraphStore, Reader, Row, SourceBatch
from spine.stewardship.judging import judge, withdraw

KEY = "batches"


class Ticking:
    """A clock that is a second later whenever it is asked."""

    def __init__(self) -> None:
        self.asked = 0

    def now(self) -> str:
        """The next second of 2026."""
        self.asked += 1
        hours, seconds = divmod(self.asked, 3600)
        return f"2026-01-{1 + hours // 24:02d}T{hours % 24:02d}:{seconds // 60:02d}:{seconds % 60:02d}+00:00"


class Given:
    """A source that yields the batches it was given."""

    def __init__(self, *batches: SourceBatch) -> None:
        self._batches = batches

    def batches(self) -> Iterator[SourceBatch]:
        """The batches."""
        yield from self._batches

    def size(self) -> int | None:
        """Unknown."""
        return None


class Portable(Given):
    """A source of which a copy may be read elsewhere; notes in which processes it was."""

    portable: Final = True

    def __init__(self, folder: Path, *batches: SourceBatch) -> None:
        super().__init__(*batches)
        self._folder = folder

    def batches(self) -> Iterator[SourceBatch]:
        """The batches."""
        (self._folder / str(os.getpid())).touch()
        yield from super().batches()


def person(record_id: str, observed_at: str | None = None, *identifiers: str, **more: Any) -> Row:
    """A record of a person; an identifier is `namespace:value`, with `!` in front where it is verified."""
    parts = [(text.lstrip("!").partition(":"), text.startswith("!")) for text in identifiers]
    row = {
        "source": "crm", "record_id": record_id, "kind": "person", "observed_at": observed_at,
        "identifiers": [
            {"namespace": part[0], "value": part[2], "verified": verified, "first_seen": None, "last_seen": None}
            for part, verified in parts
        ],
        "relations": [], **more,
    }  # fmt: skip
    return {"raw": json.dumps(row, sort_keys=True), **row}


def organisation(record_id: str, name: str, **more: Any) -> Row:
    """A record of an organisation."""
    return person(record_id, kind="organisation", organisation_name=name, **more)


def relation(kind: str, namespace: str, value: str) -> Row:
    """What a record declares of another."""
    return {"kind": kind, "namespace": namespace, "value": value}


def batch(records: Sequence[Row] = (), events: Sequence[Row] = (), consents: Sequence[Row] = ()) -> SourceBatch:
    """A batch of rows."""
    texts = [(name, pa.string()) for name in sorted({name for row in records for name in row} & set(ATTRIBUTES))]
    schema = pa.schema([*RECORD_COLUMNS, *(pa.field(name, kind) for name, kind in texts)])
    return SourceBatch(
        pa.Table.from_pylist(list(records), schema=schema),
        pa.Table.from_pylist(list(events), schema=EVENT_COLUMNS),
        pa.Table.from_pylist(list(consents), schema=CONSENT_COLUMNS),
        rows=len(records) + len(events) + len(consents),
    )


def put(store: GraphStore, *records: Row, watch: Stopwatch | None = None) -> LoadReport:
    """Load records in one batch."""
    return load(store, LOCAL, Given(batch(records)), "by hand", key=KEY, clock=Ticking(), watch=watch)


def judged(store: GraphStore, a: str, b: str, verdict: Verdict | None, clock: Clock) -> None:
    """A judgement on two records of the source crm, or one taken back (None), where both are there."""
    with store.reading(LOCAL) as reader:
        found = {row["record_id"]: row["id"] for row in reader.get("record", "key", [f"crm/{a}", f"crm/{b}"])}
    if len(found) < 2:
        return
    try:
        if verdict is None:
            withdraw(store, LOCAL, found[a], found[b])
        else:
            judge(store, LOCAL, found[a], found[b], verdict, clock=clock)
    except (NotFound, QueryError, ModelError):
        # Deleted, of two kinds, never judged: refused, and nothing changed.
        pass


def positions(store: GraphStore) -> int:
    """How many entries the log has."""
    with store.reading(LOCAL) as reader:
        return reader.count("log")


def carried(reader: Reader) -> set[tuple[str, str, str | None, str | None]]:
    """Record key, identifier value, valid_from and valid_to of every CARRIES edge."""
    values = {row["id"]: row["value"] for row in reader.scan("identifier").to_pylist()}
    keys = {row["id"]: row["key"] for row in reader.scan("record").to_pylist()}
    return {
        (keys[row["start"]], values[row["end"]], row["valid_from"], row["valid_to"])
        for row in reader.scan("carries").to_pylist()
    }


def groups(reader: Reader, kind: str = "person") -> set[frozenset[str]]:
    """The record keys of every person or organisation."""
    keys = {row["id"]: row["key"] for row in reader.scan("record").to_pylist()}
    found: dict[int, set[str]] = {}
    for row in reader.scan(f"resolves_to_{kind}").to_pylist():
        found.setdefault(row["end"], set()).add(keys[row["start"]])
    return {frozenset(members) for members in found.values()}
