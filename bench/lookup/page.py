"""The table and the plot of look-ups in docs/performance.md."""

from collections.abc import Sequence
from math import log10
from typing import Any

WIDTH, HEIGHT, EDGE = 640, 360, 56
WAYS = (("http", "HTTP", "#1565c0"), ("process", "in the process", "#2e7d32"), ("floor", "bare store calls", "#c62828"))


def page(results: dict[str, Any]) -> str:
    """Every store and operation in one table, and what was measured on."""
    head = [
        "store, records", "operation", "HTTP p50, ms", "p99", "processor, ms", "look-ups a second of it",
        "in the process p50", "bare store calls p50", "HTTP / bare", "round trips",
    ]  # fmt: skip
    lines = [head, ["---", "---", *["---:"] * (len(head) - 2)]]
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
    table = "\n".join(f"| {' | '.join(line)} |" for line in lines)
    return f"Version {results['version']}, {results['date']}, {results['machine']}.\n\n{table}\n\n![](lookup.svg)"


def plot(rows: Sequence[dict[str, Any]]) -> str:
    """Milliseconds at p50 over records, both axes logarithmic, as SVG: the look-up with identities and household."""
    lines = [
        (f"{store}, {says}", colour, dashes, points)
        for store, dashes in (("SQLite", ""), ("Neo4j", "4 3"))
        for way, says, colour in WAYS
        if (points := _points(rows, store, way))
    ]
    every = [point for *_, points in lines for point in points]
    left, right = (log10(edge(x for x, _ in every)) for edge in (min, max))
    low, high = (log10(edge(y for _, y in every)) for edge in (min, max))

    def place(x: float, y: float) -> tuple[float, float]:
        across = (log10(x) - left) / ((right - left) or 1)
        up = (log10(y) - low) / ((high - low) or 1)
        return EDGE + across * (WIDTH - 2 * EDGE), HEIGHT - EDGE - up * (HEIGHT - 2 * EDGE)

    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" '
        'font-family="sans-serif" font-size="12">',
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="white"/>',
        f'<text x="{WIDTH / 2}" y="{HEIGHT - 12}" text-anchor="middle">records; milliseconds at p50</text>',
    ]
    for name, colour, dashes, points in lines:
        places = [place(*point) for point in points]
        line = " ".join(f"{x:.0f},{y:.0f}" for x, y in places)
        parts.append(
            f'<polyline points="{line}" fill="none" stroke="{colour}" stroke-width="2" stroke-dasharray="{dashes}"/>'
        )
        for x, y in places:
            parts.append(f'<circle cx="{x:.0f}" cy="{y:.0f}" r="3" fill="{colour}"/>')
        (x, y), (_, value) = places[-1], points[-1]
        label = f"{name}: {value:.1f} ms"
        parts.append(f'<text x="{min(x, WIDTH - 230):.0f}" y="{y - 8:.0f}" fill="{colour}">{label}</text>')
    return "\n".join([*parts, "</svg>"]) + "\n"


def _points(rows: Sequence[dict[str, Any]], store: str, way: str) -> list[tuple[float, float]]:
    return [
        (row["records"], row["operations"]["person, identities, household"][way]["p50"])
        for row in rows
        if row["store"] == store
    ]
