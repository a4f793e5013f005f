"""A resolved store of about so many records of the demo world, and records of the same world that it has not seen.

Of every world the same share of rows is held back, chosen by a digest of their keys: mostly further records of persons
that the store knows, some of persons it doesn't. The store lies beside the world, made once; each run works on a copy.
"""

import json
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass, field
from hashlib import blake2b
from pathlib import Path
from typing import Any

import pyarrow as pa

from bench.batch.worlds import EVENTS, world
from loaders.open import open_source
from seed.world import World
from spine.access.context import LOCAL
from spine.bootstrap import open_engine, open_store
from spine.domain.vocabulary import ATTRIBUTES
from spine.pipeline.incoming import read_batch
from spine.pipeline.ingest import ingest
from spine.pipeline.load import Load, load_all
from spine.pipeline.resolve import resolve
from spine.ports import RecordSource, SourceBatch
from spine.settings import Settings

HELD_BACK = 3_000
"""About so many records are held back."""


@dataclass
class HeldBack:
    """A source without the rows that are held back, which it leaves in `rows` as an application would send them."""

    source: RecordSource
    one_in: int
    rows: list[dict[str, Any]] = field(default_factory=list)

    def batches(self) -> Iterator[SourceBatch]:
        """As in the port."""
        for batch in self.source.batches():
            records = batch.records
            keys = zip(records["source"].to_pylist(), records["record_id"].to_pylist(), strict=True)
            held = [_digest(f"{source}/{name}") % self.one_in == 0 for source, name in keys]
            self.rows += [_as_sent(row) for row in records.filter(pa.array(held, pa.bool_())).to_pylist()]
            kept = records.filter(pa.array([not one for one in held], pa.bool_()))
            yield SourceBatch(kept, batch.events, batch.consents, batch.rejects, batch.rows)

    def size(self) -> int | None:
        """As in the port."""
        return self.source.size()


def store_of(size: int) -> tuple[Path, list[dict[str, Any]]]:
    """The file of a resolved store that keeps its key index, and the rows that it has not seen."""
    made = world(size)
    path, rest = made.folder / "online.db", made.folder / "online.json"
    if not rest.exists():
        path.unlink(missing_ok=True)
        rows = _made(made, path, max(2, size // HELD_BACK))
        rest.write_text(json.dumps(rows), "utf-8")
    return path, json.loads(rest.read_text("utf-8"))


def _made(made: World, path: Path, one_in: int) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = []
    with open_store(f"sqlite:{path}", Settings()) as store:
        for events in (False, True):
            loads = []
            for source in made.sources:
                if (source.path.stem in EVENTS) == events:
                    loads.append(
                        Load(HeldBack(open_source(source.path, source.mapping, source.name), one_in), source.path.name)
                    )
            load_all(store, LOCAL, loads)
            rows += [row for load in loads for row in load.source.rows]  # type: ignore[attr-defined]  # HeldBack
        resolve(store, LOCAL, open_engine("local"), "auto")
        # The key index is made by the first record that comes alone.
        ingest(store, LOCAL, read_batch(rows[:1]))
    with sqlite3.connect(path) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return sorted(rows[1:], key=lambda row: _digest(f"again {row['source']}/{row['record_id']}"))


def _as_sent(row: dict[str, Any]) -> dict[str, Any]:
    names = ("source", "record_id", "kind", "observed_at")
    return {
        **{name: row[name] for name in names if row[name] is not None},
        "attributes": {name: row[name] for name in sorted(ATTRIBUTES & row.keys()) if row[name] is not None},
        "identifiers": [{k: v for k, v in one.items() if v is not None} for one in row["identifiers"] or []],
        "relations": [{k: v for k, v in one.items() if v is not None} for one in row["relations"] or []],
    }


def _digest(text: str) -> int:
    return int.from_bytes(blake2b(text.encode(), digest_size=8).digest(), "little")
