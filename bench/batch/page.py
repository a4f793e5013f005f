"""The table and the plot of docs/performance.md."""

from collections.abc import Callable, Sequence
from typing import Any

from bench.drawing import OURS, THEIRS, Line, drawn
from bench.kept import Results, measured_on, table

STAGES = (
    "load records", "load events", "read", "encode", "candidates", "train", "score", "merge trees", "components",
    "entities", "households", "write", "commit",
)  # fmt: skip


def total(row: dict[str, Any]) -> float:
    """Seconds from files to a store that answers, events left out.

    Stages of the two kinds of records run side by side, so that together they are more than the whole.
    """
    return float(row["stages"]["load records"] + row["resolve"])


def spent(row: dict[str, Any]) -> float:
    """The same in seconds of the processor."""
    return float(row["processor"]["load records"] + row["processor"]["resolve"])


def theirs(row: dict[str, Any]) -> float:
    """Seconds of Splink's training, prediction and clustering; not a number where it did not run."""
    return sum(row["splink"][name] for name in ("train", "predict", "cluster")) if "splink" in row else float("nan")


def page(results: Results) -> str:
    """Every size in one table, and what was measured on."""
    rows: Sequence[dict[str, Any]] = results["rows"]
    lines = [
        ["seconds (of the processor)", *(f"{row['counts']['records']:,} records" for row in rows)],
    ]
    lines += [
        [name, *(_both(row, lambda stages, name=name: stages.get(name, 0)) for row in rows)]
        for name in STAGES
        if any(name in row["stages"] for row in rows)
    ]
    lines += [
        ["**files to answers, without events**", *(f"{total(row):.1f} ({spent(row):.1f})" for row in rows)],
        ["the same with a model at hand", *(_untrained(row) for row in rows)],
        ["resolve again, nothing changed", *(f"{row['again']:.1f} ({row['processor']['again']:.1f})" for row in rows)],
        ["records a second", *(f"{row['counts']['records'] / total(row):,.0f}" for row in rows)],
        ["peak memory, MB", *(f"{row['peak_mb']:,}" for row in rows)],
        ["store, MB", *(f"{row['store_mb']:,}" for row in rows)],
    ]
    for name in ("train", "predict", "cluster"):
        lines.append([f"Splink: {name}", *(f"{row['splink'][name]:.1f}" if "splink" in row else "" for row in rows)])
    lines += [
        [
            "Splink: processor seconds",
            *(f"{row['splink']['processor']:.1f}" if "splink" in row else "" for row in rows),
        ],
        ["Splink: peak memory, MB", *(f"{row['splink']['peak_mb']:,}" if "splink" in row else "" for row in rows)],
        ["**ours / Splink**", *(_ratio(row) for row in rows)],
        ["candidate pairs", *(f"{row['counts']['candidates']:,}" for row in rows)],
        ["identifiers", *(f"{row['counts']['identifiers']:,}" for row in rows)],
        *(
            [f"persons at .95: {name}", *(f"{row['accuracy'][name]:.4f}" if "accuracy" in row else "" for row in rows)]
            for name in ("precision", "recall", "f1", "calibration error")
        ),
        ["events and consents", *(f"{row['events']:,}" for row in rows)],
    ]
    return f"{measured_on(results)}\n\n{table(lines)}\n\n![](performance.svg)"


def _both(row: dict[str, Any], of: Callable[[dict[str, float]], float]) -> str:
    """Seconds on the wall, and of the processor."""
    return f"{of(row['stages']):.1f} ({of(row['stages_processor']):.1f})"


def _untrained(row: dict[str, Any]) -> str:
    wall, processor = (row[name].get("train", 0) for name in ("stages", "stages_processor"))
    return f"{total(row) - wall:.1f} ({spent(row) - processor:.1f})"


def _ratio(row: dict[str, Any]) -> str:
    if "splink" not in row:
        return ""
    return f"**{total(row) / theirs(row):.1f} ({spent(row) / row['splink']['processor']:.1f})**"


def plot(rows: Sequence[dict[str, Any]]) -> str:
    """Seconds of the processor over records; a line of slope one is linear growth."""
    ours = [(row["counts"]["records"], spent(row)) for row in rows]
    splink = [(row["splink"]["records"], row["splink"]["processor"]) for row in rows if "splink" in row]
    lines = [Line("identity spine", OURS, ours), Line("Splink", THEIRS, splink)]
    return drawn(lines, "records; seconds of the processor", "s")
