"""Lines over the number of records, both axes logarithmic, as SVG: growth in proportion is a line of slope one."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import log10

WIDTH, HEIGHT, EDGE = 640, 360, 56
OURS, OURS_BESIDE, THEIRS = "#1565c0", "#2e7d32", "#c62828"
_LEAST = 0.01


@dataclass(frozen=True)
class Line:
    """A named line through points: records, and what they take."""

    name: str
    colour: str
    points: Sequence[tuple[int, float]]
    dashes: str = ""


def drawn(lines: Sequence[Line], axes: str, unit: str, *, last_only: bool = False) -> str:
    """The picture; each point says its figure, or of each line only the last."""
    every = [(records, max(took, _LEAST)) for line in lines for records, took in line.points]
    across, up = _scale([x for x, _ in every], WIDTH), _scale([y for _, y in every], HEIGHT)
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" '
        'font-family="sans-serif" font-size="12">',
        "<style>text { paint-order: stroke; stroke: white; stroke-width: 4px }</style>",
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="white"/>',
        f'<text x="{WIDTH / 2}" y="{HEIGHT - 12}" text-anchor="middle">{axes}</text>',
    ]
    for line in lines:
        places = [(across(records), HEIGHT - up(max(took, _LEAST))) for records, took in line.points]
        path = " ".join(f"{x:.0f},{y:.0f}" for x, y in places)
        dashes = f' stroke-dasharray="{line.dashes}"' if line.dashes else ""
        parts.append(f'<polyline points="{path}" fill="none" stroke="{line.colour}" stroke-width="2"{dashes}/>')
        parts += [f'<circle cx="{x:.0f}" cy="{y:.0f}" r="3" fill="{line.colour}"/>' for x, y in places]
        told = list(zip(places, line.points, strict=True))
        for (x, y), (records, took) in told[-1:] if last_only else told:
            side = "end" if x > WIDTH / 2 + EDGE else "start"
            label = f"{line.name}, {records:,}: {took:.1f} {unit}"
            parts.append(f'<text x="{x:.0f}" y="{y - 8:.0f}" text-anchor="{side}" fill="{line.colour}">{label}</text>')
    return "\n".join([*parts, "</svg>"]) + "\n"


def _scale(values: Sequence[float], length: int) -> Callable[[float], float]:
    """Where a value stands between the edges of so many pixels."""
    least, most = log10(min(values)), log10(max(values))
    return lambda value: EDGE + (log10(value) - least) / ((most - least) or 1) * (length - 2 * EDGE)
