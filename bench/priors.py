"""The declared weights beside what labelled records show: for every level m and u, as declared and as counted.

    SPINE_BENCH_DATA=DIRECTORY python -m bench.priors [--write FILE] [SET ...]

m is counted over all pairs of one entity, u over random pairs and, where those show a level too seldom, over the
candidates of different entities. A set tells of a group of levels that it shows `ENOUGH` times; every set counts once.
"""

import argparse
import sys
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from bench.markers import put
from bench.resolved import Experiment, experiments
from bench.sets import data_sets
from spine.bootstrap import open_engine
from spine.domain.vocabulary import Kind
from spine.evaluate import Floats
from spine.matching.blocking import REFINE, keys, rules_of
from spine.matching.declared import DECLARED
from spine.matching.model import Breadth
from spine.matching.scorer import CHUNK, levels_of
from spine.resolution.components import Ints, inside_pairs

ENOUGH = 20
RANDOM = 400_000
Counts = list[Floats]


@dataclass
class Learned:
    """What the sets show of one level: a share of m and of u per set that tells."""

    m: list[float] = field(default_factory=list)
    u: list[float] = field(default_factory=list)


def counted(one: Experiment, left: Ints, right: Ints) -> Counts:
    """How many of the pairs are in each level of each comparison."""
    model = one.matched.model
    out = [np.zeros(len(comparison.levels)) for comparison in model.comparisons]
    for start in range(0, len(left), CHUNK):
        found, _ = levels_of(model, one.matched.encoded, left[start : start + CHUNK], right[start : start + CHUNK])
        for column, levels in enumerate(out):
            here = found[:, column]
            levels += np.bincount(here[here >= 0], minlength=len(levels))
    return out


def of_matches(one: Experiment) -> Counts:
    """Levels of all pairs of one entity."""
    known = np.flatnonzero(one.entities >= 0)
    left, right, _ = inside_pairs(one.entities[known])
    return counted(one, known[left], known[right])


def of_others(one: Experiment) -> Counts:
    """Levels of pairs of different entities, as so many of all pairs."""
    encoded, kind, truth = one.matched.encoded, one.matched.kind, one.entities
    found = open_engine("local").candidates(
        keys(kind, encoded), rules_of(kind, Breadth.WIDE, encoded), REFINE[kind, Breadth.WIDE]
    )
    apart = truth[found.left] != truth[found.right]
    near = counted(one, found.left[apart], found.right[apart])
    draw = np.random.default_rng(0)
    left, right = draw.integers(0, encoded.size, RANDOM), draw.integers(0, encoded.size, RANDOM)
    apart = (truth[left] != truth[right]) & (left != right)
    far = counted(one, left[apart], right[apart])
    scale = encoded.size * (encoded.size - 1) / 2 / max(1, int(apart.sum()))
    return [np.where(seen >= ENOUGH, seen * scale, beside) for seen, beside in zip(far, near, strict=True)]


def learned(sets: list[Experiment], kind: Kind) -> dict[tuple[str, str, str], Learned]:
    """By comparison, group and label what the sets of a kind show."""
    out: dict[tuple[str, str, str], Learned] = {}
    for one in sets:
        if one.matched.kind is not kind:
            continue
        sides = {"m": of_matches(one), "u": of_others(one)}
        for column, comparison in enumerate(DECLARED[kind]):
            groups = np.array([level.group for level in comparison.levels])
            for number, level in enumerate(comparison.levels):
                entry = out.setdefault((comparison.name, level.group, level.label), Learned())
                for name, counts in sides.items():
                    total = counts[column][groups == level.group].sum()
                    if total >= ENOUGH:
                        getattr(entry, name).append(float(counts[column][number] / total))
    return out


def table(sets: list[Experiment], kind: Kind) -> str:
    """A row per level: declared m, mean and range of the counted ones and of how many sets, and the same of u."""
    found = learned(sets, kind)
    lines = [
        "| comparison | among | level | m | m counted | least to most | sets | u | u counted | least to most |",
        "|---" * 10 + "|",
    ]
    for comparison in DECLARED[kind]:
        for level in comparison.levels:
            one = found.get((comparison.name, level.group, level.label), Learned())
            cells = [f"{level.m:.3g}", *_spread(one.m), str(len(one.m)), f"{level.u:.2g}", *_spread(one.u)]
            lines.append(f"| {comparison.name} | {level.group} | {level.label} | " + " | ".join(cells) + " |")
    return "\n".join(lines)


def _spread(shares: list[float]) -> tuple[str, str]:
    """The mean, and the least and the greatest share."""
    return (f"{np.mean(shares):.2g}", f"{min(shares):.2g} to {max(shares):.2g}") if shares else ("", "")


def main() -> None:
    """Count, print, and write where asked."""
    parser = argparse.ArgumentParser(prog="bench.priors")
    parser.add_argument("sets", nargs="*")
    parser.add_argument("--write", type=Path)
    asked = parser.parse_args()
    sets = [experiment for one in data_sets(asked.sets) for experiment in experiments(one)]
    names = ", ".join(one.name for one in sets)
    body = "\n\n".join([f"Counted on {names}.", *(f"## {kind.value.title()}s\n\n{table(sets, kind)}" for kind in Kind)])
    sys.stdout.write(body + "\n")
    if asked.write:
        put(asked.write, "priors", body)


if __name__ == "__main__":
    main()
