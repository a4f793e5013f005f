"""How well confidence is calibrated, and whether another shipped calibration would do better on sets it never saw.

    SPINE_BENCH_DATA=DIRECTORY python -m bench.calibration [--write FILE] [--labels COUNT] [SET ...]

Every join of every merge tree has a height and is right or wrong. The table shows what the shipped points make of
them; then points of a family of three parameters (the heights in bits of 0.95 and of 0.99, and the slope below), chosen
on all other sets and measured on the one left out; then those chosen on all. The choice maximises F1 at 0.95, less the
expected calibration error, less ten times what precision lacks of the wanted one.

`--labels` shows instead what so many labels make of the shipped points, as a steward gives them who looks at doubtful
joins, and as logins do that tell of every right join and of three in ten wrong ones (the mean of `DRAWS` choices).
"""

import argparse
import sys
from dataclasses import dataclass
from itertools import pairwise, product
from math import log2
from pathlib import Path

import numpy as np

from bench.markers import put
from bench.resolved import Experiment, experiments
from bench.sets import data_sets
from spine.domain.weights import SCALE
from spine.evaluate import Floats, accuracy, calibration
from spine.matching.calibration import Labels, learned, through
from spine.resolution.components import Ints
from spine.resolution.trees import Trees

Points = tuple[tuple[int, float], ...]
WANTED = ((0.95, 0.94), (0.99, 0.98))
"""At a confidence, the least precision of the links from there on."""
DRAWS, SELDOM = 10, 0.3
GRID = (np.arange(1.0, 5.01, 0.25), np.arange(2.25, 4.01, 0.25), (1.0, 1.5, 2.0))


@dataclass(frozen=True)
class Joined:
    """The joins of one kind of one set, and what its clusters are scored against."""

    name: str
    trees: Trees
    entities: Ints
    heights: Ints
    pairs: Floats
    right: Floats
    shipped: Points

    @classmethod
    def of(cls, one: Experiment) -> "Joined":
        """The joins that the product makes."""
        trees = one.matched.trees
        return cls(one.name, trees, one.entities, *one.joins(trees), one.matched.model.calibration)


@dataclass(frozen=True)
class Figures:
    """What points make of a set: expected error, precision of links from 0.95 and 0.99 on, F1 at 0.95."""

    error: float
    precision: tuple[float, ...]
    f1: float

    @property
    def worth(self) -> float:
        """Greater is better."""
        lacking = sum(max(0.0, least - got) for (_, least), got in zip(WANTED, self.precision, strict=True))
        return self.f1 - self.error - 10 * lacking


def family(likely: float, further: float, slope: float) -> Points:
    """Points through 0.95 at `likely` bits and 0.99 `further` above, with this slope below."""
    return through(likely, likely + further, slope)


def measured(one: Joined, points: Points) -> Figures:
    """Score a set under some points."""
    places = [height for height, _ in points]
    logits = [log2(probability / (1 - probability)) for _, probability in points]
    promised = 1 / (1 + np.exp2(-np.interp(one.heights, places, logits)))
    error = calibration(promised, one.pairs, one.right).expected_calibration_error
    precision = []
    for confidence, _ in WANTED:
        kept = promised >= confidence - 1e-12
        made = one.pairs[kept].sum()
        precision.append(float(one.right[kept].sum() / made) if made else 1.0)
    height = int(np.ceil(np.interp(log2(19), logits, places) - 1e-6))
    known = one.entities >= 0
    return Figures(error, tuple(precision), accuracy(one.trees.cut(height)[known], one.entities[known]).pairwise_f1)


def best(sets: list[Joined]) -> tuple[float, float, float]:
    """The parameters of the family that are worth most on the mean of some sets."""
    cuts, further, slopes = (tuple(map(float, values)) for values in GRID)
    worth = {
        grid: float(np.mean([measured(one, family(*grid)).worth for one in sets]))
        for grid in product(cuts, further, slopes)
    }
    return max(worth, key=lambda grid: worth[grid])


def table(sets: list[Joined]) -> str:
    """A row per set: the shipped points, the family chosen on the others, and the family chosen on all."""
    whole = best(sets)
    heads = ("set", "shipped", "chosen on the others", "", f"chosen on all: {words(whole)}")
    lines = ["| " + " | ".join(heads) + " |", "|---" * len(heads) + "|"]
    for one in sets:
        rest = [other for other in sets if other is not one]
        chosen = best(rest) if rest else whole
        found = [shown(measured(one, points)) for points in (one.shipped, family(*chosen), family(*whole))]
        lines.append(f"| {one.name} | {found[0]} | {found[1]} | {words(chosen)} | {found[2]} |")
    return "\n".join(lines)


def labelled(one: Joined, count: int) -> str:
    """Figures before, and after labels by a steward and by logins: a row of the table."""
    doubtful = np.flatnonzero((one.heights > -2 * SCALE) & (one.heights < 6 * SCALE))
    right = one.right * 2 > one.pairs
    cells = [one.name, shown(measured(one, one.shipped))]
    for proved in (False, True):
        found = []
        for seed in range(DRAWS):
            draw = np.random.default_rng(seed)
            told = np.flatnonzero(right | (draw.random(len(right)) < SELDOM)) if proved else doubtful
            chosen = draw.choice(told, min(count, len(told)), replace=False)
            change = learned(Labels(one.heights[chosen], right[chosen], np.full(len(chosen), proved)), one.shipped)
            found.append(measured(one, change.of(one.shipped) if change else one.shipped))
        mean = Figures(
            float(np.mean([got.error for got in found])),
            tuple(np.mean([got.precision for got in found], axis=0).tolist()),
            float(np.mean([got.f1 for got in found])),
        )
        cells.append(shown(mean))
    return "| " + " | ".join(cells) + " |"


def shown(got: Figures) -> str:
    """Expected error; precision from 0.95 and 0.99 on; F1 at 0.95."""
    return f"{got.error:.3f}; {got.precision[0]:.3f}, {got.precision[1]:.3f}; {got.f1:.4f}"


def words(grid: tuple[float, float, float]) -> str:
    """The parameters of the family: bits of 0.95, bits of 0.99, slope."""
    return f"{grid[0]:g}, {grid[0] + grid[1]:g}, {grid[2]:g}"


def buckets(one: Joined) -> str:
    """The joins by height: of how many pairs how many are right."""
    bounds = (-100, -4, -2, -1, 0, 1, 2, 3, 4, 5, 6, 8, 10, 15, 100)
    out = []
    for low, high in pairwise(bounds):
        here = (one.heights >= low * SCALE) & (one.heights < high * SCALE)
        if one.pairs[here].any():
            out.append(f"{low}..{high}: {one.right[here].sum():.0f}/{one.pairs[here].sum():.0f}")
    return f"{one.name}: " + "  ".join(out)


def main() -> None:
    """Measure, print, and write where asked."""
    parser = argparse.ArgumentParser(prog="bench.calibration")
    parser.add_argument("sets", nargs="*")
    parser.add_argument("--write", type=Path)
    parser.add_argument("--labels", type=int, help="what so many labels make of the shipped points")
    asked = parser.parse_args()
    sets = [Joined.of(experiment) for one in data_sets(asked.sets) for experiment in experiments(one)]
    if asked.labels:
        lines = ["| set | shipped | looked at | proved |", "|---|---|---|---|"]
        sys.stdout.write("\n".join([*lines, *(labelled(one, asked.labels) for one in sets)]) + "\n")
        return
    for one in sets:
        sys.stdout.write(buckets(one) + "\n")
    sys.stdout.write("\n" + table(sets) + "\n")
    if asked.write:
        put(asked.write, "calibration", table(sets))


if __name__ == "__main__":
    main()
