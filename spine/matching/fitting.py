"""Expectation and maximisation over sampled pairs: m and u of all levels, blended with what they started from."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from spine.matching.at_once import each
from spine.matching.encoded import Floats, Ints
from spine.matching.model import Comparison
from spine.matching.outcomes import SHARED
from spine.matching.sampling import Sample

PRIOR_MATCHES = 300.0
"""The declared m is worth so many matches."""
PRIOR_SIGHTINGS = 0.3
"""The declared u is worth so many sightings of its level: as many pairs as it takes to see it so often."""
ROUNDS = 40
SETTLED = 0.01
"""A run ends when no weight moves by so many bits any more."""
FEW = 20.0
"""Where random pairs show a level about this often or less, candidates tell how common it is: all are among them."""
MOST_BARE = 0.1
"""More than this share of the bare pairs that are compared is never taken for matches beforehand."""
BARE_PAIRS = 50_000.0
"""The share of matches among bare pairs is worth so many pairs at the share among all: see `Model.bare_prior`."""
TELLING = frozenset({"email", "phone", "national_id", "tax_id", "register", "lei", "domain"})
RESEMBLING = frozenset({"close", "same name at another provider"})
"""What looks like an identifier of another, and is none that the two share."""
POOLED = frozenset({"email"})
"""Comparisons whose unnamed group is of pairs of which nobody knows what sets the other groups apart: there, levels are
as common as in all groups together. Else pairs that have nothing but the one value to compare would teach whatever was
believed of them before."""
ALIKE = frozenset({"email"})
"""Comparisons whose groups have one m: how often two values of one person agree does not depend on what else the two
records have in common, only how often they do by chance. Else a group in which few pairs can be told to be matches
believes whatever was believed of it before."""
KNOWN_BY_CHANCE = frozenset({"order", "series"})
"""Comparisons whose u is declared: how common the names are that stand in each other's place says the rest; and that
the numbers in two names agree says nothing beyond what the names say."""
CONTRADICTED = -2.0 * float(np.log(2))
"""Agreement on an identifier counts as chance only where all other evidence together speaks against the pair by two
bits or more. Else pairs with nothing but a shared login or cookie, which nothing can tell from matches, would teach
that logins are shared by chance as often as not."""

Count = Callable[[Sample, Floats], Floats]


class Fit:
    """The parameters of one run: m and u of all levels of all comparisons in one row, and the groups they sum in.

    `pairs` is how many pairs the records make; `share` is which part of the candidates was drawn.
    """

    def __init__(self, declared: tuple[Comparison, ...], pairs: float, share: float = 1.0) -> None:
        self.declared = declared
        self.pairs = pairs
        self.share = share
        levels = [(number, level) for number, comparison in enumerate(declared) for level in comparison.levels]
        names = [f"{number}:{level.group}" for number, level in levels]
        _, self.least, self.group = np.unique(names, return_index=True, return_inverse=True)
        self.members = [np.flatnonzero(self.group == number) for number in range(len(self.least))]
        self.pooled = self._pooled()
        self.alike = self._alike()
        self.resembling = np.array([level.label in RESEMBLING for _, level in levels])
        self.prior_m = self._normal(np.array([level.m for _, level in levels]))
        self.prior_u = self._normal(np.array([level.u for _, level in levels]))
        self.known = np.array([one.function in KNOWN_BY_CHANCE for one in declared for _ in one.levels])
        self.m, self.u = self.prior_m.copy(), self.prior_u.copy()
        self.matches = 0.0
        self.bare_share = 0.0
        self.rounds = 0

    def _pooled(self) -> list[tuple[int, Ints]]:
        """The levels of the unnamed groups of `POOLED`, and which levels of the other groups bear the same label."""
        levels = [(one.function, level.label, level.group) for one in self.declared for level in one.levels]
        return [
            (at, np.flatnonzero([(function, label) == other[:2] and other[2] != "" for other in levels]))
            for at, (function, label, group) in enumerate(levels)
            if function in POOLED and not group
        ]

    def _alike(self) -> list[Ints]:
        """The levels of one label in the groups of a comparison in `ALIKE`, where there are several."""
        levels = [(one.function, level.label) for one in self.declared for level in one.levels]
        known = dict.fromkeys(name for name in levels if name[0] in ALIKE or name[0].startswith(SHARED))
        places = (np.array([at for at, other in enumerate(levels) if other == name]) for name in known)
        return [found for found in places if len(found) > 1]

    def run(self, candidates: Sample, random: Sample, size: int) -> None:
        """Alternate expectation and maximisation until no weight moves by `SETTLED`."""
        self.matches = self._possible(max(1.0, 0.2 * size))
        self.bare_share = self.matches / self.pairs
        scale = self.pairs / max(1.0, float(random.times.sum()))
        # What was judged is there in full, however few of the candidates were drawn.
        worth = candidates.times * np.where(np.isnan(candidates.certain), 1 / self.share, 1.0)
        for self.rounds in range(1, ROUNDS + 1):
            before = np.log2(self.m / self.u)
            matched, likely = each(self._posterior, (candidates, random))
            by_chance = (1 - likely) * random.times
            found = matched * worth
            self.matches = self._possible(max(0.01 * size, float(found.sum())))
            bare = float(random.times[random.bare].sum()) * scale + BARE_PAIRS
            expected = BARE_PAIRS * self.matches / self.pairs
            self.bare_share = (float(found[candidates.bare].sum()) + expected) / bare
            counting: tuple[tuple[Count, Sample, Floats], ...] = (
                (self._chance, candidates, (1 - matched) * worth),
                (self._counts, candidates, found),
                (self._counts, random, by_chance),
            )
            unmatched, *counted = each(lambda one: one[0](*one[1:]), counting)
            self._maximise(counted[0], unmatched, counted[1], scale)
            if np.abs(np.log2(self.m / self.u) - before).max() < SETTLED:
                break

    def _possible(self, matches: float) -> float:
        """No more than half of all pairs: two equal records alone don't prove that all records are equal."""
        return min(matches, self.pairs / 2)

    def comparisons(self) -> tuple[Comparison, ...]:
        """The declared comparisons with the fitted m and u."""
        fitted = iter(zip(self.m.tolist(), self.u.tolist(), strict=True))
        out = []
        for comparison in self.declared:
            pairs = [next(fitted) for _ in comparison.levels]
            levels = zip(comparison.levels, pairs, strict=True)
            out.append(
                replace(
                    comparison, levels=tuple(replace(one, m=round(m, 12), u=round(u, 12)) for one, (m, u) in levels)
                )
            )
        return tuple(out)

    def _weights(self) -> Floats:
        """What each level weighs, in nats."""
        weights: Floats = np.log(self.m / self.u)
        return weights

    def _posterior(self, sample: Sample) -> Floats:
        """How sure each pair is a match; pairs that were judged are certain."""
        weights = self._weights()
        share = np.where(sample.bare, min(self.bare_share, MOST_BARE), self.matches / self.pairs)
        total = sample.offset + np.log(share / (1 - share))
        for rows, index, left in sample.columns:
            total[rows] += weights[index] * left
        posterior = np.where(sample.kept_apart, 0.0, 1 / (1 + np.exp(-np.clip(total, -500, 500))))
        return np.where(np.isnan(sample.certain), posterior, sample.certain)

    def _counts(self, sample: Sample, weight: Floats) -> Floats:
        out = np.zeros(len(self.m))
        for rows, index, left in sample.columns:
            out += self._tally(index, weight[rows] * left)
        return out

    def _tally(self, index: Ints, weight: Floats) -> Floats:
        return np.bincount(index, weights=weight, minlength=len(self.m)).astype(np.float64)

    def _chance(self, sample: Sample, unmatched: Floats) -> Floats:
        """How often each level comes by chance; of identifiers, only where the rest contradicts (`CONTRADICTED`)."""
        weights = self._weights()
        evidence = sample.offset.copy()
        for rows, index, left in sample.columns:
            evidence[rows] += weights[index] * left
        known = sample.kept_apart | ~np.isnan(sample.certain)
        out = np.zeros(len(self.m))
        for (rows, index, left), comparison in zip(sample.columns, self.declared, strict=True):
            weight = unmatched[rows] * left
            if comparison.function in TELLING or comparison.function.startswith(SHARED):
                own = weights[index] * left
                shared = (own > 0) & ~self.resembling[index]
                weight = np.where(shared & (evidence[rows] - own > CONTRADICTED) & ~known[rows], 0.0, weight)
            out += self._tally(index, weight)
        return out

    def _maximise(self, matched: Floats, unmatched: Floats, random: Floats, scale: float) -> None:
        """Random pairs tell how common a level is by chance; where they show it too seldom, candidates tell."""
        for counted in (matched, unmatched, random):
            for at, alike in self.pooled:
                counted[at] += counted[alike].sum()
        for levels in self.alike:
            matched[levels] = matched[levels].sum()
        trust = random / (random + FEW)
        mass = trust * random * scale + (1 - trust) * np.maximum(unmatched, 0)
        # A rate seen `mass` times among so many pairs, under a gamma prior of the declared mean: what is too rare to
        # be seen among few pairs keeps its declared rate, whatever is common is believed at once.
        pairs = np.bincount(self.group, weights=mass)[self.group]
        self.u = self._normal((mass + PRIOR_SIGHTINGS) / (pairs + PRIOR_SIGHTINGS / self.prior_u))
        self.u = np.where(self.known, self.prior_u, self.u)
        self.m = self._dominant(self._normal(matched + PRIOR_MATCHES * self._expected()))

    def _expected(self) -> Floats:
        """The declared m, given how common the levels are by chance.

        Where values agree by chance more often than declared, as in a file of one town, so do those of one entity that
        were replaced by another: differing keeps its declared weight, what it loses goes to the other levels.
        """
        common = np.minimum(1.0, self.u[self.least] / self.prior_u[self.least])
        before = self.prior_m[self.least]
        after = before * common
        out = self.prior_m * ((1 - after) / (1 - before))[self.group]
        out[self.least] = after
        return out

    def _dominant(self, m: Floats) -> Floats:
        """m raised until pairs of one entity reach each level of a group, or a higher one, as often as chance does.

        So what everybody has is worth nothing, neither for a pair nor against it, and what differs never speaks for it.
        """
        for places in self.members:
            reached = np.cumsum(m[places][::-1])
            by_chance = np.cumsum(self.u[places][::-1])
            m[places] = np.clip(np.diff(np.maximum(reached, by_chance), prepend=0.0)[::-1], 1e-9, 1.0)
        return m

    def _normal(self, values: Floats) -> Floats:
        values = np.maximum(values, 1e-12)
        total = np.bincount(self.group, weights=values)
        normal: Floats = np.clip(values / total[self.group], 1e-9, 1.0)
        return normal
