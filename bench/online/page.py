"""The table and the plot of docs/performance.md about records that come one by one."""

from collections.abc import Sequence
from typing import Any

from bench.drawing import OURS, THEIRS, Line, drawn
from bench.kept import Results, measured_on, table


def page(results: Results) -> str:
    """Every size in one table, and what was measured on."""
    rows: Sequence[dict[str, Any]] = results["rows"]
    lines = [
        ["milliseconds (of the processor)", *(f"{row['records']:,} records" for row in rows)],
        *([f"one record, p{at}", *(_both(row["single"], at) for row in rows)] for at in (50, 99)),
        *([f"its bare statements, p{at}", *(_both(row["floor"], at) for row in rows)] for at in (50, 99)),
        ["**record / statements, p50**", *(f"**{_ratio(row):.0f}**" for row in rows)],
        ["statements a record", *(f"{row['statements']:.0f}" for row in rows)],
        ["micro-batches, records a second", *(_rate(row["batch"]) for row in rows)],
        ["records of a micro-batch", *(f"{row['batch']['records']}" for row in rows)],
        ["processes that wanted the machine meanwhile", *(f"{row['load']:.0f}" for row in rows)],
    ]
    return f"{measured_on(results)}\n\n{table(lines)}\n\n![](performance-online.svg)"


def _both(found: dict[str, float], at: int) -> str:
    return f"{found[f'wall p{at}']:.1f} ({found[f'processor p{at}']:.1f})"


def _rate(found: dict[str, float]) -> str:
    return f"{found['wall']:.0f} ({found['processor']:.0f})"


def _ratio(row: dict[str, Any]) -> float:
    return float(row["single"]["processor p50"] / max(row["floor"]["processor p50"], 0.001))


def plot(rows: Sequence[dict[str, Any]]) -> str:
    """Milliseconds of the processor for one record over the size of the store."""
    lines = [
        Line(name, colour, [(row["records"], row[of]["processor p50"]) for row in rows])
        for name, colour, of in (("one record", OURS, "single"), ("its bare statements", THEIRS, "floor"))
    ]
    return drawn(lines, "records in the store; milliseconds of the processor, p50", "ms")
