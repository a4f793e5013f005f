"""The experiment behind the linkage: mix, clipping, pairs with nothing to compare, caps, plain components.

    SPINE_BENCH_DATA=DIRECTORY python -m bench.linkage [--write FILE] [SET ...]

Every set is matched once, as the product does; then merge trees are built under each policy from the same pairs. Per
policy and set: pairwise F1 at the cut that the default confidence gives, and at the best cut of a sweep (which knows
the truth). Since a policy may only move heights, it is also given a cut of its own: for each set the height that is
best on the mean of the other sets. `--write` puts the table between the markers of a decision record.
"""

import argparse
import os
import sys
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from bench.markers import put
from bench.resolved import Experiment, experiments
from bench.sets import data_sets
from spine.domain.weights import SILENT
from spine.evaluate import accuracy
from spine.resolution.components import Ints
from spine.resolution.trees import Policy, Trees
from spine.settings import DEFAULT_CONFIDENCE

BASE = Policy()
SWEEP = (*range(-6000, 0, 1000), *range(0, 12_001, 250), 14_000, 16_000, 18_000, 20_000)
"""Heights, in thousandths of a bit, among which the best cut is looked for."""


@dataclass(frozen=True)
class Way:
    """A policy, and what a pair weighs that has nothing to compare: silent, its weight, or zero."""

    name: str
    policy: Policy
    nothing: str = "silent"


def ways() -> Iterator[Way]:
    """The chosen one, then one change at a time."""
    yield Way("as shipped", BASE)
    for mean in (1000, 850, 500, 300, 0):
        share = f"strongest {1 - mean / 1000:g}, mean {mean / 1000:g}"
        yield Way(share, replace(BASE, strongest=1000 - mean, mean=mean))
    for low in (-5000, -20_000, SILENT + 1):
        yield Way(f"low {low // 1000 if low > SILENT + 1 else 'not clipped'}", replace(BASE, low=low))
    for high in (10_000, 1_000_000 - 1):
        yield Way(f"high {high // 1000 if high < 900_000 else 'not clipped'}", replace(BASE, high=high))
    yield Way("nothing to compare: its weight", BASE, "weight")
    yield Way("nothing to compare: zero", BASE, "zero")
    yield Way("cap 20", replace(BASE, cap=20))
    yield Way("cap 100", replace(BASE, cap=100))
    yield Way("plain components", replace(BASE, method="components"))


def weights(one: Experiment, way: Way) -> Ints:
    """What the pairs inside components weigh in this way."""
    _, _, in_tree, weight = one.inside
    if way.nothing == "weight":
        return weight
    return np.where(in_tree == SILENT, 0, in_tree) if way.nothing == "zero" else in_tree


def f1(one: Experiment, trees: Trees, height: int) -> float:
    """Pairwise F1 of the records with a known truth."""
    known = one.entities >= 0
    return accuracy(trees.cut(height)[known], one.entities[known]).pairwise_f1


@dataclass(frozen=True)
class Figures:
    """F1 at the default confidence, and at each height of the sweep."""

    default: float
    swept: tuple[float, ...]

    @property
    def best(self) -> float:
        """The best of the sweep, which nobody knows without the truth."""
        return max(self.swept)


def measured(one: Experiment) -> dict[str, Figures]:
    """Every way on one set."""
    out = {}
    default = one.matched.model.height(DEFAULT_CONFIDENCE)
    for way in ways():
        trees = one.trees(way.policy, weights(one, way))
        out[way.name] = Figures(f1(one, trees, default), tuple(f1(one, trees, height) for height in SWEEP))
    return out


def elsewhere(figures: list[Figures]) -> list[float]:
    """F1 of each set at the height that is best on the mean of all others."""
    swept = np.array([one.swept for one in figures])
    if len(figures) < 2:
        return [one.best for one in figures]
    others = (swept.sum(axis=0) - swept) / (len(figures) - 1)
    return [float(row[at]) for row, at in zip(swept, others.argmax(axis=1), strict=True)]


def table(found: dict[str, dict[str, Figures]]) -> str:
    """Per way the mean over sets at three cuts and the worst loss against the first way; then each set."""
    names = list(found)
    heads = ["way", "default cut", "worst", "cut from the others", "worst", "best cut", *names]
    lines = ["| " + " | ".join(heads) + " |", "|---" * len(heads) + "|"]
    base: list[list[float]] = []
    for way in found[names[0]]:
        figures = [found[name][way] for name in names]
        three = [[one.default for one in figures], elsewhere(figures), [one.best for one in figures]]
        base = base or three
        cells = [way]
        for at, values in enumerate(three):
            cells.append(short(float(np.mean(values))))
            if at < 2:
                cells.append(f"{min(np.array(values) - np.array(base[at])):+.4f}")
        cells += [f"{short(one.default)} ({short(one.best)})" for one in figures]
        lines.append("| " + " | ".join(cells) + " |")
    return "\n".join(lines)


def short(figure: float) -> str:
    """Four digits, without the leading zero."""
    return f"{figure:.4f}".removeprefix("0")


def main() -> None:
    """Measure, print, and write where asked."""
    parser = argparse.ArgumentParser(prog="bench.linkage")
    parser.add_argument("sets", nargs="*")
    parser.add_argument("--write", type=Path)
    asked = parser.parse_args()
    if "SPINE_BENCH_DATA" not in os.environ:
        sys.stderr.write("SPINE_BENCH_DATA is not set: only sets from packages and the demo world are read.\n")
    found = {}
    for one in data_sets(asked.sets):
        for experiment in experiments(one):
            found[experiment.name] = measured(experiment)
            sys.stderr.write(f"{experiment.name}: done\n")
    sys.stdout.write(table(found) + "\n")
    if asked.write:
        put(asked.write, "linkage", table(found))


if __name__ == "__main__":
    main()
