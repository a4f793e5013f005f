"""How long records take that come one by one and in micro-batches, beside the bare statements of the store.

    python -m bench.online [--size 10000 100000 1000000] [--single 200] [--batch 500] [--no-write]

Each size is a demo world, loaded and resolved into SQLite, without some of its records, which are then taken in, each
durable before the next. The floor are the very statements that the store was given, run again by Python's sqlite3 on
an untouched copy of the file, one transaction for each record. Seconds are wall clock and, in brackets, of the
processor: where the machine has other work only these mean something. Writes `results.json` beside this file and table
and plot of docs/performance.md.
"""

import argparse
import json
import os
import shutil
import sqlite3
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from bench.kept import DOCS, keep, last_rows, of_today
from bench.online.page import page, plot
from bench.online.world import store_of
from spine.access.context import LOCAL
from spine.bootstrap import open_store
from spine.pipeline.incoming import read_batch
from spine.pipeline.ingest import ingest
from spine.ports import GraphStore
from spine.settings import Settings
from spine.stores.sqlite.connection import Connection

HERE = Path(__file__).parent
WARM = 5
"""So many records come before the clock starts: modules are imported, plans are made."""
Statement = tuple[str, str, Any]


def main() -> None:
    """Measure, and write where not told otherwise."""
    parser = argparse.ArgumentParser(prog="bench.online")
    parser.add_argument("--size", type=int, nargs="+", default=[10_000, 100_000, 1_000_000])
    parser.add_argument("--single", type=int, default=200, help="so many records come one by one")
    parser.add_argument("--batch", type=int, default=500, help="so many come in each of two micro-batches")
    parser.add_argument("--no-write", action="store_true", help="print only")
    asked = parser.parse_args()
    rows = {row["size"]: row for row in last_rows(HERE)}
    for size in sorted(asked.size):
        rows[size] = measured(size, asked.single, asked.batch)
        sys.stderr.write(json.dumps(rows[size]) + "\n")
    results = of_today([rows[size] for size in sorted(rows)])
    if not asked.no_write:
        keep(HERE, results, "performance.md", "online", page(results))
        (DOCS / "performance-online.svg").write_text(plot(results["rows"]), "utf-8")


def measured(size: int, single: int, batch: int) -> dict[str, Any]:
    """One size: records one by one with their floor, then two micro-batches."""
    path, rows = store_of(size)
    warm, alone, together = rows[:WARM], rows[WARM : WARM + single], rows[WARM + single :]
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / "graph.db"
        shutil.copy(path, copy)
        with open_store(f"sqlite:{copy}", Settings()) as store:
            for row in warm:
                ingest(store, LOCAL, read_batch([row]))
            shutil.copy(copy, floor := Path(folder) / "floor.db")
            with heard() as statements:
                taken = [timed(store, [row], statements) for row in alone]
            batches = [timed(store, together[at : at + batch], None) for at in (0, batch)]
            with store.reading(LOCAL) as reader:
                records = reader.count("record")
        found = {"records": records, "single": quantiles(taken), "floor": quantiles(replayed(floor, statements))}
    spent = [cpu for _, cpu in batches]
    return {
        "size": size,
        "load": round(os.getloadavg()[1], 1),
        **found,
        "statements": round(sum(len(some) for some in statements) / max(len(statements), 1), 1),
        "batch": {
            "records": batch,
            "wall": round(2 * batch / sum(wall for wall, _ in batches), 1),
            "processor": round(2 * batch / sum(spent), 1),
        },
    }


def timed(
    store: GraphStore, rows: Sequence[dict[str, Any]], statements: "list[list[Statement]] | None"
) -> tuple[float, float]:
    """Seconds on the wall and of the processor that these records take, in one transaction."""
    if statements is not None:
        statements.append([])
    wall, cpu = time.perf_counter(), time.process_time()
    ingest(store, LOCAL, read_batch(rows))
    return time.perf_counter() - wall, time.process_time() - cpu


@contextmanager
def heard() -> Iterator[list[list[Statement]]]:
    """The statements that SQLite is given meanwhile, in one list for each record."""
    statements: list[list[Statement]] = []
    run, change, change_many = Connection.run, Connection.change, Connection.change_many

    def hear(name: str, sql: str, values: Any) -> None:
        if statements:
            statements[-1].append((name, sql, values))

    def heard_run(self: Connection, sql: str, values: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        hear("run", sql, values)
        return run(self, sql, values)

    def heard_change(self: Connection, sql: str, values: Sequence[Any] = ()) -> int:
        hear("run", sql, values)
        return change(self, sql, values)

    def heard_many(self: Connection, sql: str, rows: Iterable[Sequence[Any]]) -> int:
        every = list(rows)
        hear("many", sql, every)
        return change_many(self, sql, every)

    Connection.run, Connection.change, Connection.change_many = heard_run, heard_change, heard_many  # type: ignore[method-assign]  # listened to, not changed
    try:
        yield statements
    finally:
        Connection.run, Connection.change, Connection.change_many = run, change, change_many  # type: ignore[method-assign]  # as it was


def replayed(path: Path, statements: list[list[Statement]]) -> list[tuple[float, float]]:
    """Seconds that the bare statements take, for each record."""
    connection = sqlite3.connect(path, isolation_level=None, cached_statements=512)
    for pragma in ("journal_mode = WAL", "synchronous = FULL", "cache_size = -65536"):
        connection.execute(f"PRAGMA {pragma}")
    out = []
    for some in statements:
        wall, cpu = time.perf_counter(), time.process_time()
        for name, sql, values in some:
            if name == "many":
                connection.executemany(sql, values)
            elif not (sql in ("BEGIN", "BEGIN IMMEDIATE") and connection.in_transaction):
                connection.execute(sql, values).fetchall()
        out.append((time.perf_counter() - wall, time.process_time() - cpu))
    connection.close()
    return out


def quantiles(taken: list[tuple[float, float]]) -> dict[str, float]:
    """Milliseconds in the middle and at the 99th of a hundred, on the wall and of the processor."""
    out = {}
    for at, name in enumerate(("wall", "processor")):
        ordered = sorted(one[at] for one in taken)
        out[f"{name} p50"] = round(ordered[len(ordered) // 2] * 1000, 2)
        out[f"{name} p99"] = round(ordered[min(len(ordered) - 1, int(len(ordered) * 0.99))] * 1000, 2)
    return out


if __name__ == "__main__":
    main()
