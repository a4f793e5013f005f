"""How long an identity look-up takes through GraphQL, beside the bare store calls that it makes, in the same run.

    python -m bench.lookup [--size 10000 100000 1000000] [--neo4j 100000] [--lookups 1000] [--no-write]

Each size is a store of the demo world (`bench.lookup.stores`; `--store SIZE=PATH` names one that is there). Every
look-up is of an identifier drawn at random, asked three times in turn: over HTTP, of a server that is a process of its
own (`bench.lookup.server`), by one client that keeps its connection; in this process; and as the bare store calls,
which are the floor. `--neo4j` imports stores of these sizes into a Neo4j of their own. Writes `results.json` beside
this file, and table and plot of docs/performance.md; rows of stores that were not asked for stay.
"""

import argparse
import json
import sys
from pathlib import Path

from bench.kept import DOCS, keep, last_rows, of_today
from bench.lookup.measuring import measured
from bench.lookup.page import page, plot
from bench.lookup.stores import store_of
from bench.neo4j.imported import imported

HERE = Path(__file__).parent


def main() -> None:
    """Measure, and write where not told otherwise."""
    parser = argparse.ArgumentParser(prog="bench.lookup")
    parser.add_argument("--size", type=int, nargs="*", default=[10_000, 100_000, 1_000_000])
    parser.add_argument("--neo4j", type=int, nargs="*", default=[])
    parser.add_argument("--store", nargs="*", default=[], metavar="SIZE=PATH")
    parser.add_argument("--lookups", type=int, default=1000)
    parser.add_argument("--no-write", action="store_true", help="print only")
    asked = parser.parse_args()
    given = {int(size): Path(path) for size, _, path in (one.partition("=") for one in asked.store)}
    rows = {(row["store"], row["size"]): row for row in last_rows(HERE)}
    for size in asked.size:
        url = f"sqlite:{store_of(size, given.get(size))}"
        rows["SQLite", size] = {"store": "SQLite", "size": size, **measured(url, asked.lookups)}
        sys.stderr.write(json.dumps(rows["SQLite", size]) + "\n")
    for size in asked.neo4j:
        with imported(store_of(size, given.get(size))) as url:
            rows["Neo4j", size] = {"store": "Neo4j", "size": size, **measured(url, asked.lookups)}
        sys.stderr.write(json.dumps(rows["Neo4j", size]) + "\n")
    ordered = sorted(rows, key=lambda key: (key[0] == "Neo4j", key[1]))
    results = of_today([rows[key] for key in ordered])
    if not asked.no_write:
        keep(HERE, results, "performance.md", "lookup", page(results))
        (DOCS / "lookup.svg").write_text(plot(results["rows"]), "utf-8")


if __name__ == "__main__":
    main()
