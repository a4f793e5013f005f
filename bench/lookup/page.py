"""The table and the plot of look-ups in docs/performance.md."""

from collections.abc import Sequence
from typing import Any

from bench.drawing import OURS, OURS_BESIDE, THEIRS, Line, drawn
from bench.kept import Results, measured_on, table

WAYS = (("http", "HTTP", OURS), ("process", "in the process", OURS_BESIDE), ("floor", "bare store calls", THEIRS))


def page(results: Results) -> str:
    """Every store and operation in one table, and what was measured on."""
    head = [
        "store, records", "operation", "HTTP p50, ms", "p99", "processor, ms", "look-ups a second of it",
        "in the process p50", "bare store calls p50", "HTTP / bare", "round trips",
    ]  # fmt: skip
    lines = [head]
    for row in results["rows"]:
        for name, found in row["operations"].items():
            http, process, floor = (found[way] for way, _, _ in WAYS)
            lines.append(
                [
                    f"{row['store']}, {row['records']:,}", name, f"{http['p50']:.1f}", f"{http['p99']:.1f}",
                    f"{http['processor']:.1f}", f"{http['per_second']:,.0f}", f"{process['p50']:.1f}",
                    f"{floor['p50']:.1f}", f"{http['p50'] / floor['p50']:.1f}", f"{found['trips']}",
                ]
            )  # fmt: skip
    return f"{measured_on(results)}\n\n{table(lines, left=2)}\n\n![](lookup.svg)"


def plot(rows: Sequence[dict[str, Any]]) -> str:
    """Milliseconds at p50 over records: the look-up with identities and household."""
    lines = [
        Line(f"{store}, {says}", colour, points, dashes)
        for store, dashes in (("SQLite", ""), ("Neo4j", "4 3"))
        for way, says, colour in WAYS
        if (points := _points(rows, store, way))
    ]
    return drawn(lines, "records; milliseconds at p50", "ms", last_only=True)


def _points(rows: Sequence[dict[str, Any]], store: str, way: str) -> list[tuple[int, float]]:
    return [
        (row["records"], row["operations"]["person, identities, household"][way]["p50"])
        for row in rows
        if row["store"] == store
    ]
