"""How long a batch takes, at several sizes, beside Splink's own training, prediction and clustering in the same run.

    python -m bench.batch [--size 10000 100000 1000000] [--no-splink] [--no-write]

Each size is a demo world of about so many records, with about as many events; each part is a process of its own, so
that its peak memory is its own. Writes `results.json` beside this file, and table and plot of docs/performance.md;
rows of sizes that were not asked for stay.
"""

import argparse
import json
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from bench.batch.page import page, plot
from bench.kept import DOCS, keep, last_rows, of_today

HERE = Path(__file__).parent


def main() -> None:
    """Measure, and write where not told otherwise."""
    parser = argparse.ArgumentParser(prog="bench.batch")
    parser.add_argument("--size", type=int, nargs="+", default=[10_000, 100_000, 1_000_000])
    parser.add_argument("--no-splink", action="store_true", help="keep what Splink took in the last run")
    parser.add_argument("--no-write", action="store_true", help="print only")
    asked = parser.parse_args()
    rows = {row["size"]: row for row in last_rows(HERE)}
    for size in sorted(asked.size):
        before = rows.get(size, {})
        rows[size] = measured(size, splink=not asked.no_splink)
        if asked.no_splink and "splink" in before:
            rows[size]["splink"] = before["splink"]
        sys.stderr.write(json.dumps(rows[size]) + "\n")
    results = of_today([rows[size] for size in sorted(rows)])
    if not asked.no_write:
        keep(HERE, results, "performance.md", "batch", page(results))
        (DOCS / "performance.svg").write_text(plot(results["rows"]), "utf-8")


def measured(size: int, *, splink: bool) -> dict[str, Any]:
    """One size: our stages, and Splink's on the records that our store holds."""
    with tempfile.TemporaryDirectory() as folder:
        ours = part("bench.batch.ours", str(size), folder)
        theirs = part("bench.batch.beside", f"{folder}/records.parquet") if splink else None
    return {"size": size, **ours, **({"splink": theirs} if theirs else {})}


def part(module: str, *arguments: str) -> dict[str, Any]:
    """What a module prints as its last line, run as a process of its own."""
    ran = subprocess.run([sys.executable, "-m", module, *arguments], stdout=subprocess.PIPE, check=True, text=True)
    found: dict[str, Any] = json.loads(ran.stdout.splitlines()[-1])
    return found


if __name__ == "__main__":
    main()
