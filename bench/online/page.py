"""The table and the plot of docs/performance.md about records that come one by one."""

from collections.abc import Sequence
from math import log10
from typing import Any

WIDTH, HEIGHT, EDGE = 640, 320, 56


def page(results: dict[str, Any]) -> str:
    """Every size in one table, and what was measured on."""
    rows: Sequence[dict[str, Any]] = results["rows"]
    lines = [
        ["milliseconds (of the processor)", *(f"{row['records']:,} records" for row in rows)],
        ["---", *("---:" for _ in rows)],
        *([f"one record, p{at}", *(_both(row["single"], at) for row in rows)] for at in (50, 99)),
        *([f"its bare statements, p{at}", *(_both(row["floor"], at) for row in rows)] for at in (50, 99)),
        ["**record / statements, p50**", *(f"**{_ratio(row):.0f}**" for row in rows)],
        ["statements a record", *(f"{row['statements']:.0f}" for row in rows)],
        ["micro-batches, records a second", *(_rate(row["batch"]) for row in rows)],
        ["records of a micro-batch", *(f"{row['batch']['records']}" for row in rows)],
        ["processes that wanted the machine meanwhile", *(f"{row['load']:.0f}" for row in rows)],
    ]
    table = "\n".join(f"| {' | '.join(line)} |" for line in lines)
    head = f"Version {results['version']}, {results['date']}, {results['machine']}."
    return f"{head}\n\n{table}\n\n![](performance-online.svg)"


def _both(found: dict[str, float], at: int) -> str:
    return f"{found[f'wall p{at}']:.1f} ({found[f'processor p{at}']:.1f})"


def _rate(found: dict[str, float]) -> str:
    return f"{found['wall']:.0f} ({found['processor']:.0f})"


def _ratio(row: dict[str, Any]) -> float:
    return float(row["single"]["processor p50"] / max(row["floor"]["processor p50"], 0.001))


def plot(rows: Sequence[dict[str, Any]]) -> str:
    """Milliseconds of the processor for one record over the size of the store, both axes logarithmic, as SVG."""
    lines = [
        (name, colour, [(row["records"], row[of]["processor p50"]) for row in rows])
        for name, colour, of in (("one record", "#1565c0", "single"), ("its bare statements", "#c62828", "floor"))
    ]
    across = [log10(x) for _, _, points in lines for x, _ in points]
    up = [log10(max(y, 0.01)) for _, _, points in lines for _, y in points]

    def place(x: float, y: float) -> tuple[float, float]:
        right = (log10(x) - min(across)) / ((max(across) - min(across)) or 1)
        top = (log10(max(y, 0.01)) - min(up)) / ((max(up) - min(up)) or 1)
        return EDGE + right * (WIDTH - 2 * EDGE), HEIGHT - EDGE - top * (HEIGHT - 2 * EDGE)

    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" '
        'font-family="sans-serif" font-size="12">',
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="white"/>',
        f'<text x="{WIDTH / 2}" y="{HEIGHT - 12}" text-anchor="middle">'
        "records in the store; milliseconds of the processor, p50</text>",
    ]
    for name, colour, points in lines:
        places = [place(*point) for point in points]
        line = " ".join(f"{x:.0f},{y:.0f}" for x, y in places)
        parts.append(f'<polyline points="{line}" fill="none" stroke="{colour}" stroke-width="2"/>')
        for (x, y), (records, took) in zip(places, points, strict=True):
            parts.append(f'<circle cx="{x:.0f}" cy="{y:.0f}" r="3" fill="{colour}"/>')
            label = f"{name}, {records:,}: {took:.1f} ms"
            parts.append(f'<text x="{min(x, WIDTH - 235):.0f}" y="{y - 8:.0f}" fill="{colour}">{label}</text>')
    return "\n".join([*parts, "</svg>"]) + "\n"
