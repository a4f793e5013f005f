"""Training: expectation maximisation that starts from the declared weights and blends them with what the data says.

The mixture of Fellegi and Sunter, estimated as by Winkler (1988) and Splink, with three differences. Every candidate
pair takes part at once, against the chance rates of random pairs of the whole population (a pair that no key brought
together counts as no match), so no blocking rule biases the comparison it blocks on. The declared m and u are a
Dirichlet prior: 150 records keep them, a million outvote them. The rarity of an agreed value takes part in the
expectation, so common names do not pass for matches. Pairs that agree on nothing of their own are no matches while
training: else relatives at one address, often ten for each duplicate, would pass for them.
"""

from collections.abc import Mapping
from dataclasses import replace
from hashlib import blake2b

import numpy as np

from spine.domain.vocabulary import Kind
from spine.domain.weights import SCALE
from spine.matching.at_once import each
from spine.matching.calibration import SHIPPED
from spine.matching.declared import DECLARED, ORIGIN
from spine.matching.encoded import Encoded, Ints, stirred
from spine.matching.fitting import MOST_BARE, Fit
from spine.matching.frequencies import frequencies_of
from spine.matching.model import Breadth, Model
from spine.matching.sampling import Pairs, Sample, certain_of, in_order, random_pairs, sample

CANDIDATES = 500_000
"""So many candidate pairs take part; of more, a random choice."""
SEED = 20_240_229
CHANCE_OF_MATCH = 0.001
CHANCE_OF_BARE_MATCH = 0.01
"""What is taken to be so before anything was learned: of two visits of one browser or device mostly the same person's,
so that what was seen before a login joins the person of the login, and not of two logins."""
NO_PAIRS: Pairs = (np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int64))


def untrained(kind: Kind) -> Model:
    """The model of the declared weights alone: one pair in a thousand matches, of bare pairs one in a hundred."""
    prior, bare = _prior_bits(CHANCE_OF_MATCH), _prior_bits(CHANCE_OF_BARE_MATCH)
    return named(Model(kind.value, "", prior, bare, DECLARED[kind], {}, SHIPPED[kind], {"pairs": 0, "priors": ORIGIN}))


def train(
    kind: Kind,
    records: Encoded,
    left: Ints,
    right: Ints,
    *,
    rank: Ints | None = None,
    same: Pairs = NO_PAIRS,
    different: Pairs = NO_PAIRS,
) -> Model:
    """Fit the declared comparisons of a kind to the records' candidate pairs (row numbers, each pair once).

    `same` and `different` are pairs of rows that were judged: they take part as certain, candidates or not. Samples are
    drawn by `rank`, the place of each row among the keys of its records (None: the rows stand in that order); else the
    order of the rows and of the pairs makes no difference, nor do the numbers of identifiers.
    """
    judged = in_order(np.arange(records.size), (np.append(same[0], different[0]), np.append(same[1], different[1])))
    if records.size < 2 or not len(left) + len(judged[0]):
        return untrained(kind)
    draw = np.random.default_rng(SEED)
    order = np.arange(records.size) if rank is None else np.argsort(rank)
    chosen, share = _drawn(order, (left, right))
    candidates = in_order(order, (np.append(chosen[0], judged[0]), np.append(chosen[1], judged[1])))
    by_chance = random_pairs(order, draw)
    start = replace(untrained(kind), frequencies=frequencies_of(kind, records))

    def levels(pairs: Pairs) -> Sample:
        return sample(start, records, pairs, certain_of(records.size, pairs, same, different))

    pairs = records.size * (records.size - 1) / 2
    fit = Fit(DECLARED[kind], pairs, share)
    fit.run(levels(candidates), levels(by_chance), records.size)
    notes: Mapping[str, float | int | str] = {
        "records": records.size, "pairs": len(left), "judged": len(judged[0]),
        "rounds": fit.rounds, "matches": round(fit.matches), "priors": ORIGIN,
    }  # fmt: skip
    prior, bare_prior = _prior_bits(fit.matches / pairs), _prior_bits(min(fit.bare_share, MOST_BARE))
    return named(replace(start, comparisons=fit.comparisons(), prior=prior, bare_prior=bare_prior, training=notes))


def _drawn(order: Ints, pairs: Pairs) -> tuple[Pairs, float]:
    """About `CANDIDATES` of the pairs, or all where they are fewer, and which share of all that is.

    Whether a pair is drawn follows from the places of its rows in `order`.
    """
    count = len(pairs[0])
    if count <= CANDIDATES:
        return pairs, 1.0
    share = CANDIDATES / count
    place = np.empty(len(order), dtype=np.int64)
    place[order] = np.arange(len(order))

    def drawn(start: int) -> Ints:
        one, other = (place[side[start : start + CANDIDATES]] for side in pairs)
        number = np.full(len(one), SEED, dtype=np.uint64)
        for column in (np.minimum(one, other), np.maximum(one, other), np.zeros_like(one)):
            number = stirred(number, column)
        return start + np.flatnonzero(number < np.uint64(share * 2.0**64))

    chosen = np.concatenate(list(each(drawn, range(0, count, CANDIDATES))))
    return (pairs[0][chosen], pairs[1][chosen]), share


def _prior_bits(share: float) -> int:
    return round(SCALE * float(np.log2(share / (1 - share))))


def compared(model: Model, breadth: Breadth) -> Model:
    """The model, whose records are compared so broadly."""
    return named(replace(model, breadth=breadth))


def named(model: Model) -> Model:
    """The model under the version that follows from all it says."""
    digest = blake2b(replace(model, version="").to_document().encode(), digest_size=6).hexdigest()
    return replace(model, version=f"{model.kind}-{digest}")
