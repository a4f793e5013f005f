"""Whether records that come one by one and in micro-batches end where a resolve of everything ends, on a demo world.

    python -m bench.online.law [--size 10000] [--skip 0] [--single 60] [--batch 400]

The state machine of tests/unit/pipeline/test_incremental.py draws small cases of every kind; here are the hubs, towers
and families of a store of the size that is asked for. Prints every table whose rows differ, and ends with 1 where one
does.
"""

import argparse
import shutil
import sys
import tempfile
from pathlib import Path

import pyarrow as pa

from bench.online.world import store_of
from spine.access.context import LOCAL
from spine.bootstrap import open_engine, open_store
from spine.pipeline.incoming import read_batch
from spine.pipeline.ingest import ingest
from spine.pipeline.resolve import resolve
from spine.pipeline.working_off import work_off
from spine.ports import GraphStore
from spine.settings import Settings

TABLES = (
    "component", "in_component", "match", "resolves_to_person", "resolves_to_organisation", "person", "organisation",
    "related_to", "employed_by", "subsidiary_of", "household", "resides_in", "member_of",
)  # fmt: skip
SHOWN = 3


def main() -> None:
    """Take records in, resolve everything, compare."""
    parser = argparse.ArgumentParser(prog="bench.online.law")
    parser.add_argument("--size", type=int, default=10_000)
    parser.add_argument("--skip", type=int, default=0, help="so many of the records that were held back stay out")
    parser.add_argument("--single", type=int, default=60, help="so many records come one by one")
    parser.add_argument("--batch", type=int, default=400, help="so many come in each of two micro-batches")
    asked = parser.parse_args()
    path, rows = store_of(asked.size)
    rows = rows[asked.skip :]
    with tempfile.TemporaryDirectory() as folder:
        shutil.copy(path, copy := Path(folder) / "graph.db")
        with open_store(f"sqlite:{copy}", Settings()) as store:
            for row in rows[: asked.single]:
                ingest(store, LOCAL, read_batch([row]))
            for start in (asked.single, asked.single + asked.batch):
                ingest(store, LOCAL, read_batch(rows[start : start + asked.batch]))
            waited = work_off(store, LOCAL).worked
            online = _tables(store)
            resolve(store, LOCAL, open_engine("local"), "never", full=True)
            batch = _tables(store)
    differing = [name for name in TABLES if not online[name].equals(batch[name])]
    sys.stdout.write(f"{asked.single + 2 * asked.batch} records taken in, {waited} of them worked off later\n")
    for name in differing:
        _show(name, online[name], batch[name])
    sys.stdout.write(f"tables that differ: {', '.join(differing) or 'none'}\n")
    sys.exit(1 if differing else 0)


def _tables(store: GraphStore) -> dict[str, pa.Table]:
    with store.reading(LOCAL) as reader:
        return {name: reader.scan(name) for name in TABLES}


def _show(name: str, online: pa.Table, batch: pa.Table) -> None:
    """The first rows that only one of the two has."""
    here, there = ({repr(row) for row in table.to_pylist()} for table in (online, batch))
    for title, only in (("online", here - there), ("batch", there - here)):
        sys.stdout.write(f"{name}, {title} only: {len(only)} rows\n")
        for row in sorted(only)[:SHOWN]:
            sys.stdout.write(f"  {row[:300]}\n")


if __name__ == "__main__":
    main()
