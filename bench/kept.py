"""Figures of a benchmark: with when, with what and where they were measured, kept beside it and shown in a document."""

import json
import os
import platform
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import spine
from bench.markers import put

Results = dict[str, Any]
DOCS = Path(__file__).parents[1] / "docs"
_NAME = "results.json"


def last_rows(folder: Path) -> list[dict[str, Any]]:
    """What the last run of the benchmark in this folder kept; nothing where there was none."""
    path = folder / _NAME
    rows: list[dict[str, Any]] = json.loads(path.read_text("utf-8"))["rows"] if path.exists() else []
    return rows


def of_today(rows: Sequence[dict[str, Any]]) -> Results:
    """Rows with when, with what and where they were measured."""
    system = f"{platform.system()} {platform.machine()}, Python {platform.python_version()}"
    return {
        "date": datetime.now(UTC).date().isoformat(),
        "version": spine.__version__,
        "machine": f"{cores()} cores, {system}",
        "rows": list(rows),
    }


def cores() -> int:
    """How many processors this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def keep(folder: Path, results: Results, document: str, name: str, page: str) -> None:
    """Write the results into the benchmark's folder, and its part of a document."""
    (folder / _NAME).write_text(json.dumps(results, indent=1) + "\n", "utf-8")
    put(DOCS / document, name, page)


def measured_on(results: Results) -> str:
    """The sentence above every table."""
    return f"Version {results['version']}, {results['date']}, {results['machine']}."


def table(lines: Sequence[Sequence[str]], left: int = 1) -> str:
    """A table of Markdown, the heads first; so many columns stand on the left side, the others on the right."""
    heads, *rows = lines
    sides = [*["---"] * left, *["---:"] * (len(heads) - left)]
    return "\n".join(f"| {' | '.join(line)} |" for line in (heads, sides, *rows))
