"""The figures of a run as one table of Markdown."""

from typing import Any

from bench.kept import Results, measured_on

Row = dict[str, Any]
HEADS = ("data", "way", "F1", "P", "R", "B-cubed F1", "F1 at best", "best cut", "P at .99", "calibration error", "s")


def page(results: Results) -> str:
    """When, with what and where it was measured, and a row per set, kind and way."""
    lines = [
        measured_on(results),
        "",
        "| " + " | ".join(HEADS) + " |",
        "|" + "---|" * len(HEADS),
    ]
    return "\n".join([*lines, *(_line(row) for row in results["rows"])])


def _line(row: Row) -> str:
    name = row["set"] + (f", {row['kind']}s" if row.get("kind") else "")
    if "at" not in row:
        return f"| {name} | {row['way']} | - {row['reason']} |" + " |" * (len(HEADS) - 3)
    at = row["at"]
    default = row.get("default", "0.95")
    own = at.get(default) or at.get("own", {})
    best = max(at, key=lambda cut: at[cut]["pairwise_f1"])
    cells = [short(own.get(name)) for name in FIGURES]
    swept = [short(at[best]["pairwise_f1"]), best] if len(at) > 1 else ["", ""]
    sure = short(at.get("0.99", {}).get("pairwise_precision")) if len(at) > 1 else ""
    return "| " + " | ".join([name, row["way"], *cells, *swept, sure, short(row.get("error")), seconds(row)]) + " |"


FIGURES = ("pairwise_f1", "pairwise_precision", "pairwise_recall", "bcubed_f1")


def seconds(row: Row) -> str:
    """How long it took, if measured."""
    return f"{row['seconds']:.0f}" if "seconds" in row else ""


def short(figure: float | None) -> str:
    """Four digits, without the leading zero; empty where there is none."""
    return "" if figure is None else f"{figure:.4f}".removeprefix("0")
