"""A model as data: comparisons with levels, what each level weighs, frequencies of common values, calibration.

Fellegi and Sunter's model (1969): `m` is the probability of a level among records of one entity, `u` among records of
different ones; a level weighs log2(m / u) bits. Weights are whole thousandths of a bit, so that every engine adds up
to the same sum. Levels are normalised within their `group`: which group a pair falls into (an address to compare or
not, the same address or not) says nothing by itself, the level within the group does.
"""

import bisect
import json
import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from functools import cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from spine.domain.weights import SCALE
from spine.errors import ModelError


@dataclass(frozen=True, slots=True)
class Level:
    """One outcome of a comparison.

    `frequency` names the field whose value's rarity adjusts the weight, or is empty. `common` is the level that takes
    this one's place where the value is one of many records (a call centre's telephone), or -1. Where it has a
    `half_life` in days, the weight halves with so many days between the sightings of the namespace that it `fades` by.
    """

    label: str
    group: str
    m: float
    u: float
    frequency: str = ""
    common: int = -1
    fades: str = ""
    half_life: int = 0

    @property
    def weight(self) -> int:
        """The weight in thousandths of a bit, before the adjustment for a value's frequency."""
        return round(SCALE * math.log2(self.m / self.u))


@dataclass(frozen=True, slots=True)
class Comparison:
    """What is compared, by which function of `spine.matching.levels`, with which outcomes (index = level)."""

    name: str
    function: str
    levels: tuple[Level, ...]


@dataclass(frozen=True, slots=True)
class Frequencies:
    """How common the values of a field are: `adjust` in thousandths of a bit for common ones, `rare` for the rest."""

    adjust: Mapping[str, int]
    rare: int


class Breadth(StrEnum):
    """How broadly the records of a kind are compared: by all rules, or but for those that find chance agreements."""

    WIDE = "wide"
    NARROW = "narrow"


class Evidence(NamedTuple):
    """What one comparison said of a pair: its level, in words, and its weight in bits (None where a side is null).

    Where it has faded, `days` lie between the two sightings, without which it would weigh `fresh` bits.
    """

    comparison: str
    level: int
    label: str
    bits: float | None
    days: int | None = None
    fresh: float | None = None


@dataclass(frozen=True, slots=True)
class Model:
    """How records of one kind are matched; immutable, named by its version.

    `prior` is the log2 odds that two records taken at random match, in thousandths of a bit; `bare_prior` the same of
    two records that have only identifiers to compare, as visits of a web site have: no name, address or date.
    `breadth` says which records are compared at all.
    """

    kind: str
    version: str
    prior: int
    bare_prior: int
    comparisons: tuple[Comparison, ...]
    frequencies: Mapping[str, Frequencies]
    calibration: tuple[tuple[int, float], ...]
    training: Mapping[str, float | int | str] = field(default_factory=dict)
    breadth: Breadth = Breadth.WIDE

    def probability(self, height: int) -> float:
        """The calibrated probability that a join of this height (thousandths of a bit) is right; never falls."""
        points = self.calibration
        at = bisect.bisect_right(points, (height, math.inf))
        if at == 0:
            return points[0][1]
        if at == len(points):
            return points[-1][1]
        (low, least), (high, most) = points[at - 1], points[at]
        share = (height - low) / (high - low)
        logit = (1 - share) * _logit(least) + share * _logit(most)
        return 1 / (1 + math.exp(-logit))

    def probabilities(self, heights: NDArray[np.int64]) -> NDArray[np.float64]:
        """`probability` of many heights at once."""
        points = np.array([height for height, _ in self.calibration], dtype=np.float64)
        logits = np.array([_logit(probability) for _, probability in self.calibration])
        found: NDArray[np.float64] = 1 / (1 + np.exp(-np.interp(heights, points, logits)))
        return found

    def height(self, confidence: float) -> int:
        """The smallest height whose probability is at least `confidence`; above the last point where none is."""
        low, high = self.calibration[0][0], self.calibration[-1][0]
        if self.probability(low) >= confidence:
            return low
        if self.probability(high) < confidence:
            return high + 1
        while high - low > 1:
            middle = (low + high) // 2
            if self.probability(middle) >= confidence:
                high = middle
            else:
                low = middle
        return high

    def evidence(self, levels: str) -> list[Evidence]:
        """What `match.levels` says, one entry per comparison of the model."""
        words = levels.split(",") if levels else []
        try:
            return [
                _not_compared(comparison.name) if word == "-1:0" else _evidence(comparison, *map(int, word.split(":")))
                for comparison, word in zip(self.comparisons, words, strict=True)
            ]
        except (ValueError, TypeError, IndexError) as error:
            raise ModelError(
                f"The evidence {levels[:60]!r} was not written by model {self.version}.",
                remedy="Run `spine resolve` so that matches and model agree.",
            ) from error

    def to_document(self) -> str:
        """The model as JSON."""
        plain = {
            "kind": self.kind,
            "version": self.version,
            "prior": self.prior,
            "bare_prior": self.bare_prior,
            "comparisons": [asdict(comparison) for comparison in self.comparisons],
            "frequencies": {name: {"adjust": dict(f.adjust), "rare": f.rare} for name, f in self.frequencies.items()},
            "calibration": self.calibration,
            "training": dict(self.training),
            "breadth": self.breadth,
        }
        return json.dumps(plain, sort_keys=True)

    @classmethod
    def from_document(cls, body: str) -> "Model":
        """Read what `to_document` wrote; ModelError where it is something else."""
        try:
            data = json.loads(body)
            comparisons = tuple(
                Comparison(c["name"], c["function"], tuple(Level(**level) for level in c["levels"]))
                for c in data["comparisons"]
            )
            frequencies = {name: Frequencies(f["adjust"], f["rare"]) for name, f in data["frequencies"].items()}
            calibration = tuple((int(height), float(probability)) for height, probability in data["calibration"])
            return cls(
                data["kind"], data["version"], data["prior"], data["bare_prior"],
                comparisons, frequencies, calibration, data["training"], Breadth(data["breadth"]),
            )  # fmt: skip
        except (ValueError, KeyError, TypeError) as error:
            raise ModelError(
                "The stored model can't be read.", remedy="Train again: `spine resolve --train always`."
            ) from error


@cache
def _not_compared(comparison: str) -> Evidence:
    return Evidence(comparison, -1, "not compared", None)


def _evidence(comparison: Comparison, level: int, weight: int, fresh: int | None = None, days: int = 0) -> Evidence:
    if level < 0:
        return _not_compared(comparison.name)
    label = comparison.levels[level].label
    if fresh is None:
        return Evidence(comparison.name, level, label, weight / SCALE)
    return Evidence(comparison.name, level, label, weight / SCALE, days, fresh / SCALE)


def _logit(probability: float) -> float:
    return math.log(probability / (1 - probability))
