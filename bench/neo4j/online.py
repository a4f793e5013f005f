"""How long records take that come one by one into a Neo4j, and how much of that is the server's.

    python -m bench.neo4j.online [--size 10000 100000] [--single 200] [--no-write]

Each size is the store of `bench.online`, imported into a Neo4j of its own, and the records that it has not seen, each
durable before the next. The floor are the calls of the driver, begin and commit among them, in the same run: what the
server and the way to it take. Writes `results.json` beside this file and a table of docs/performance.md.
"""

import argparse
import json
import os
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import neo4j

from bench.kept import Results, keep, last_rows, measured_on, of_today, table
from bench.neo4j.imported import imported
from bench.online.__main__ import quantiles, timed
from bench.online.world import store_of
from spine.access.context import LOCAL
from spine.bootstrap import open_store
from spine.settings import Settings

HERE = Path(__file__).parent
WARM = 60
"""So many records come before the clock starts: the server plans each statement when it first sees it."""


def main() -> None:
    """Measure, and write where not told otherwise."""
    parser = argparse.ArgumentParser(prog="bench.neo4j.online")
    parser.add_argument("--size", type=int, nargs="+", default=[10_000, 100_000])
    parser.add_argument("--single", type=int, default=200, help="so many records come one by one")
    parser.add_argument("--no-write", action="store_true", help="print only")
    asked = parser.parse_args()
    rows = {row["size"]: row for row in last_rows(HERE)}
    for size in sorted(asked.size):
        rows[size] = measured(size, asked.single)
        sys.stderr.write(json.dumps(rows[size]) + "\n")
    results = of_today([rows[size] for size in sorted(rows)])
    if not asked.no_write:
        keep(HERE, results, "performance.md", "online-neo4j", page(results))


def measured(size: int, single: int) -> dict[str, Any]:
    """One size: records one by one, and what of their time was spent in calls of the driver."""
    path, rows = store_of(size)
    with imported(path) as url, open_store(url, Settings()) as store:
        for row in rows[:WARM]:
            timed(store, [row], None)
        taken, calls = [], []
        with heard() as spent:
            for row in rows[WARM : WARM + single]:
                spent.clear()
                taken.append(timed(store, [row], None))
                calls.append((sum(spent), 0.0))
        with heard() as spent:
            timed(store, rows[WARM + single : WARM + single + 1], None)
            trips = len(spent)
        with store.reading(LOCAL) as reader:
            records = reader.count("record")
    return {
        "size": size,
        "load": round(os.getloadavg()[1], 1),
        "records": records,
        "single": quantiles(taken),
        "calls": quantiles(calls),
        "trips": trips,
    }


@contextmanager
def heard() -> Iterator[list[float]]:
    """The seconds of each call of the driver that waits for the server meanwhile."""
    spent: list[float] = []

    def waiting(call: Callable[..., Any]) -> Callable[..., Any]:
        def heard_call(*values: Any, **named: Any) -> Any:
            begun = time.perf_counter()
            try:
                return call(*values, **named)
            finally:
                spent.append(time.perf_counter() - begun)

        return heard_call

    places: Sequence[tuple[Any, str]] = (
        (neo4j.Session, "begin_transaction"), (neo4j.Result, "values"), (neo4j.Transaction, "commit"),
        (neo4j.Transaction, "close"),
    )  # fmt: skip
    before = [getattr(owner, name) for owner, name in places]
    for (owner, name), call in zip(places, before, strict=True):
        setattr(owner, name, waiting(call))
    try:
        yield spent
    finally:
        for (owner, name), call in zip(places, before, strict=True):
            setattr(owner, name, call)


def page(results: Results) -> str:
    """Every size in one table, and what was measured on."""
    rows: Sequence[dict[str, Any]] = results["rows"]
    lines = [
        ["milliseconds on Neo4j", *(f"{row['records']:,} records" for row in rows)],
        *([f"one record, p{at}", *(f"{row['single'][f'wall p{at}']:.0f}" for row in rows)] for at in (50, 99)),
        *([f"calls of the driver in it, p{at}", *(f"{row['calls'][f'wall p{at}']:.0f}" for row in rows)]
          for at in (50, 99)),
        ["this program's processor, p50", *(f"{row['single']['processor p50']:.0f}" for row in rows)],
        ["calls that wait for the server", *(f"{row['trips']}" for row in rows)],
        ["processes that wanted the machine meanwhile", *(f"{row['load']:.0f}" for row in rows)],
    ]  # fmt: skip
    return f"{measured_on(results)}\n\n{table(lines)}"


if __name__ == "__main__":
    main()
