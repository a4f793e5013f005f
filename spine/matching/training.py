"""Training: expectation maximisation that starts from the declared weights and blends them with what the data says.

The mixture of Fellegi and Sunter, estimated as by Winkler (1988) and Splink, with three differences. Every candidate
pair takes part at once, against the chance rates of random pairs of the whole population (a pair that no key brought
together counts as no match), so no blocking rule biases the comparison it blocks on. The declared m and u are a
Dirichlet prior, worth `PRIOR_MATCHES` matches and `PRIOR_PAIRS` random pairs: 150 records keep them, a million outvote
them. The rarity of an agreed value takes part in the expectation, so common names do not pass for matches.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from hashlib import blake2b
from typing import Any

import numpy as np

from spine.domain.vocabulary import Kind
from spine.matching.calibration import SHIPPED
from spine.matching.declared import DECLARED
from spine.matching.encoded import Bools, Encoded, Ints
from spine.matching.frequencies import frequencies_of
from spine.matching.model import SCALE, Comparison, Model
from spine.matching.scorer import SHARED, frequency_adjustment, levels_of

PRIOR_MATCHES = 300.0
PRIOR_PAIRS = 2_000.0
RANDOM_PAIRS = 400_000
CANDIDATES = 1_500_000
ROUNDS = 40
AGREEMENT: dict[str, frozenset[int]] = {
    "given": frozenset({2, 3, 4, 5, 6}),
    "birth_date": frozenset({2, 3, 4, 7, 8, 9, 11}),
    "national_id": frozenset({2, 3, 4, 7, 8, 9, 12, 13, 14}),
    "email": frozenset({2, 3, 4, 7, 8, 9}),
    "organisation": frozenset({1, 2, 3, 4, 5}),
    "tax_id": frozenset({1, 2}),
    "register": frozenset({1, 2}),
    "lei": frozenset({1, 2}),
    "domain": frozenset({2}),
}
"""Levels of what is a record's own, not its household's. A pair without any, that has something of its own to compare,
is no match while training: else relatives at one address, often ten for each duplicate, would pass for the matches."""
TELLING = frozenset({"email", "phone", "national_id", "tax_id", "register", "lei", "domain"})
CONTRADICTED = -2.0 * float(np.log(2))
"""Agreement on an identifier counts as chance only where all other evidence together speaks against the pair by two
bits or more. Else pairs with nothing but a shared login or cookie, which nothing can tell from matches, would teach
that logins are shared by chance as often as not."""
BARE_PAIRS = 50_000.0
"""The share of matches among bare pairs is worth so many pairs at the share among all: see `Model.bare_prior`."""
SEED = 20_240_229
Array = np.ndarray[Any, np.dtype[np.float64]]


@dataclass(frozen=True, slots=True)
class _Sample:
    """Levels of pairs as columns of one indicator space: `index` [pairs, comparisons] into all levels, -1 where null."""

    index: Ints
    offset: Array
    related: Bools
    bare: Bools


def untrained(kind: Kind) -> Model:
    """The model of the declared weights alone, for a prior of one match in a thousand pairs."""
    return _named(Model(kind.value, "", _prior_bits(0.001), _prior_bits(0.001), DECLARED[kind], {}, SHIPPED[kind], {"pairs": 0}))


def train(kind: Kind, records: Encoded, left: Ints, right: Ints) -> Model:
    """Fit the declared comparisons of a kind to the records' candidate pairs (row numbers, each pair once)."""
    if records.size < 2 or not len(left):
        return untrained(kind)
    declared = DECLARED[kind]
    pairs = records.size * (records.size - 1) / 2
    draw = np.random.default_rng(SEED)
    share = min(1.0, CANDIDATES / len(left))
    if share < 1.0:
        chosen = np.sort(draw.choice(len(left), CANDIDATES, replace=False))
        left, right = left[chosen], right[chosen]
    random_left, random_right = _random_pairs(records.size, draw)
    model = replace(untrained(kind), frequencies=frequencies_of(kind, records))
    fit = _Fit(declared, pairs, share)
    candidates = _sample(model, records, left, right)
    fit.run(candidates, _sample(model, records, random_left, random_right), records.size)
    fitted = fit.comparisons()
    notes: Mapping[str, float | int | str] = {
        "records": records.size, "pairs": len(left), "rounds": fit.rounds, "matches": round(fit.matches),
    }  # fmt: skip
    return _named(replace(model, comparisons=fitted, prior=_prior_bits(fit.matches / pairs), bare_prior=_prior_bits(min(fit.bare_share, 0.1)), training=notes))


def _prior_bits(share: float) -> int:
    return round(SCALE * float(np.log2(share / (1 - share))))


def _named(model: Model) -> Model:
    digest = blake2b(replace(model, version="").to_document().encode(), digest_size=6).hexdigest()
    return replace(model, version=f"{model.kind}-{digest}")


def _random_pairs(size: int, draw: np.random.Generator) -> tuple[Ints, Ints]:
    if size * (size - 1) // 2 <= RANDOM_PAIRS:
        left, right = np.triu_indices(size, 1)
        return left.astype(np.int64), right.astype(np.int64)
    left = draw.integers(0, size, RANDOM_PAIRS)
    right = draw.integers(0, size - 1, RANDOM_PAIRS)
    right = np.where(right >= left, right + 1, right)
    return left, right


def _sample(model: Model, records: Encoded, left: Ints, right: Ints) -> _Sample:
    index = np.empty((len(left), len(model.comparisons)), dtype=np.int64)
    offset = np.zeros(len(left))
    related = np.ones(len(left), dtype=bool)
    own = np.zeros(len(left), dtype=bool)
    bare = np.ones(len(left), dtype=bool)
    borrowing = np.zeros(len(left), dtype=bool)
    step = 400_000
    for start in range(0, len(left), step):
        piece = slice(start, start + step)
        levels, view = levels_of(model, records, left[piece], right[piece])
        found_by: dict[str, Ints] = {}
        first = 0
        for column, comparison in enumerate(model.comparisons):
            found = levels[:, column].astype(np.int64)
            found_by[comparison.name] = found
            if not comparison.name.startswith(SHARED):
                bare[piece] &= found < 0
            if comparison.name in AGREEMENT:
                own[piece] |= found >= 0
                related[piece] &= ~np.isin(found, list(AGREEMENT[comparison.name]))
            elif comparison.name.startswith(SHARED):
                related[piece] &= found < 1
            index[piece, column] = np.where(found >= 0, found + first, -1)
            first += len(comparison.levels)
            for name in {level.frequency for level in comparison.levels if level.frequency}:
                hit = np.isin(found, [n for n, level in enumerate(comparison.levels) if level.frequency == name])
                offset[piece] += np.where(hit, frequency_adjustment(view, name, model), 0) / SCALE * np.log(2)
        borrowing[piece] = _borrowing(found_by)
    return _Sample(index, offset, (related & own) | borrowing, bare & (index >= 0).any(axis=1))


def _borrowing(found: Mapping[str, Ints]) -> Bools:
    """Relatives whose given names differ and whose birth dates don't agree: what else they share, they share as kin."""
    if "surname" not in found:
        return np.zeros(len(found["address"]), dtype=bool)
    kin = np.isin(found["surname"], (3, 4, 8, 9)) | (np.isin(found["address"], (4, 5, 6, 7, 8, 15)))
    return kin & (found["given"] == 0) & ~np.isin(found["birth_date"], list(AGREEMENT["birth_date"]))


class _Fit:
    """The parameters of one run: m and u of all levels of all comparisons in one row, and the groups they sum in."""

    def __init__(self, declared: tuple[Comparison, ...], pairs: float, share: float) -> None:
        self.declared = declared
        self.pairs = pairs
        self.share = share
        levels = [(number, level) for number, comparison in enumerate(declared) for level in comparison.levels]
        names = [f"{number}:{level.group}" for number, level in levels]
        self.group = np.unique(names, return_inverse=True)[1]
        self.prior_m = self._normal(np.array([level.m for _, level in levels]))
        self.prior_u = self._normal(np.array([level.u for _, level in levels]))
        self.m, self.u = self.prior_m.copy(), self.prior_u.copy()
        self.matches = 0.0
        self.bare_share = 0.0
        self.rounds = 0

    def run(self, candidates: _Sample, random: _Sample, size: int) -> None:
        """Alternate expectation and maximisation until no weight moves by a hundredth of a bit."""
        self.matches = max(1.0, 0.2 * size)
        self.bare_share = self.matches / self.pairs
        scale = self.pairs / max(1, len(random.offset))
        for self.rounds in range(1, ROUNDS + 1):
            before = np.log2(self.m / self.u)
            matched = self._posterior(candidates)
            by_chance = 1 - self._posterior(random)
            self.matches = max(0.01 * size, float(matched.sum()) / self.share)
            share = self.matches / self.pairs
            bare = random.bare.sum() * scale + BARE_PAIRS
            self.bare_share = (float(matched[candidates.bare].sum()) / self.share + BARE_PAIRS * share) / bare
            self._maximise(
                self._counts(candidates, matched) / self.share,
                self._chance(candidates, 1 - matched) / self.share,
                self._counts(random, by_chance),
                scale,
            )
            if np.abs(np.log2(self.m / self.u) - before).max() < 0.01:
                break

    def comparisons(self) -> tuple[Comparison, ...]:
        """The declared comparisons with the fitted m and u."""
        out, at = [], 0
        for comparison in self.declared:
            levels = []
            for level in comparison.levels:
                levels.append(replace(level, m=round(float(self.m[at]), 12), u=round(float(self.u[at]), 12)))
                at += 1
            out.append(replace(comparison, levels=tuple(levels)))
        return tuple(out)

    def _posterior(self, sample: _Sample) -> Array:
        weights = np.append(np.log(self.m / self.u), 0.0)
        share = np.where(sample.bare, min(self.bare_share, 0.1), self.matches / self.pairs)
        total = sample.offset + np.log(share / (1 - share))
        for column in range(sample.index.shape[1]):
            total = total + weights[sample.index[:, column]]
        posterior: Array = np.where(sample.related, 0.0, 1 / (1 + np.exp(-np.clip(total, -500, 500))))
        return posterior

    def _counts(self, sample: _Sample, weight: Array) -> Array:
        out = np.zeros(len(self.m) + 1)
        for column in range(sample.index.shape[1]):
            out += np.bincount(sample.index[:, column] % len(out), weights=weight, minlength=len(out))
        return out[:-1]

    def _chance(self, sample: _Sample, unmatched: Array) -> Array:
        """How often each level comes by chance; of identifiers, only where the rest contradicts (`CONTRADICTED`)."""
        weights = np.append(np.log(self.m / self.u), 0.0)
        evidence = sample.offset.copy()
        for column in range(sample.index.shape[1]):
            evidence += weights[sample.index[:, column]]
        out = np.zeros(len(self.m) + 1)
        for column, comparison in enumerate(self.declared):
            index = sample.index[:, column]
            weight = unmatched
            if comparison.name in TELLING or comparison.name.startswith(SHARED):
                own = weights[index]
                weight = np.where((own > 0) & (evidence - own > CONTRADICTED) & ~sample.related, 0.0, unmatched)
            out += np.bincount(index % len(out), weights=weight, minlength=len(out))
        return out[:-1]

    def _maximise(self, matched: Array, unmatched: Array, random: Array, scale: float) -> None:
        """Random pairs tell how common a level is by chance; where they are too few, candidates tell (all are there)."""
        self.m = self._normal(matched + PRIOR_MATCHES * self.prior_m)
        trust = random / (random + 20)
        mass = trust * random * scale + (1 - trust) * np.maximum(unmatched, 0)
        pairs = PRIOR_PAIRS * min(1.0, self.pairs / 1e6) + 1
        self.u = self._normal(mass + pairs * self.prior_u)

    def _normal(self, values: Array) -> Array:
        values = np.maximum(values, 1e-12)
        total = np.bincount(self.group, weights=values)
        return np.clip(values / total[self.group], 1e-9, 1.0)
