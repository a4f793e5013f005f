"""Households: persons who live, or share accounts, together.

Residencies (a person at a dwelling over a period) are the leaves of the same merge trees that persons are made of; the
weights of their pairs come from `household_weights`. The confidence of a household is its own argument, a height in
thousandths of a bit. Two steps stand outside the trees: residents whom a source counts to an institution are one
household of that dwelling, and a household that moves stays the same (`same_over_moves`).
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from spine.resolution import household_weights as w
from spine.resolution import merge_tree
from spine.resolution.address_forms import Flags
from spine.resolution.components import Ints, connected, inside_pairs
from spine.resolution.grouping import distinct, pairs_within, smallest
from spine.resolution.links import pair_keys
from spine.resolution.past_homes import home_ids
from spine.resolution.residencies import Residencies, residencies
from spine.resolution.residency_pairs import (
    SMALL_DWELLING,
    UNKNOWN_DAY,
    Evidence,
    candidates,
    gather,
    is_among,
    weigh,
)
from spine.resolution.resolved import Resolved
from spine.resolution.surnames import Surnames, count_surnames
from spine.resolution.trees import Trees

DEFAULT_HEIGHT = 4248
"""log2 odds of 0.95, in thousandths of a bit."""
LARGEST = 1000
"""More residencies than this that hang together are taken apart at their weakest pairs first."""
STEP = 2000
Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Households:
    """Households at one height, and what they were made from.

    `label` [residencies] is the smallest sequence number among the records at home there now (where nobody is any more,
    a number of `past_homes.home_ids`), -1 for a residency that is in none (a person without address who shares
    nothing). `trees` are the merge trees over the residencies,
    `evidence` what their pairs are judged by, `day` the day as of which ages are told where a record has no date.
    """

    residencies: Residencies
    evidence: Evidence
    trees: Trees
    label: Ints
    height: int
    day: str = ""

    @property
    def institutional(self) -> Flags:
        """Which residencies are in a household because a source counts them to an institution."""
        return _institutional(self.residencies, self.height)

    @property
    def of_row(self) -> Ints:
        """The household of each record, -1 for none."""
        return np.append(self.label, -1)[self.residencies.of_row]


def _institutional(homes: Residencies, height: int) -> Flags:
    return homes.collective & (height <= w.COLLECTIVE.value)


def probability(height: Ints) -> Floats:
    """The probability behind a height in thousandths of a bit, read as log2 odds (the shipped calibration)."""
    odds: Floats = np.exp2(np.clip(height, -60_000, 60_000) / 1000.0)
    return odds / (1 + odds)


def households(resolved: Resolved, height: int = DEFAULT_HEIGHT, common: Surnames | None = None) -> Households:
    """The households of all persons at a height: pure, and the same whatever the order of the records.

    `common` says how common surnames are; they are counted among these persons where it is not given.
    """
    homes = residencies(resolved)
    known = count_surnames(resolved) if common is None else common
    evidence = gather(resolved, homes, known)
    trees = grown(evidence, height)
    cluster = trees.cut(height)
    lives = _institutional(homes, height)
    if lives.any():
        cluster = cluster.copy()
        cluster[lives] = smallest(homes.dwelling, np.where(lives, np.arange(len(homes)), -1),
                                  homes.dwellings.forms.size)[homes.dwelling[lives]]  # fmt: skip
    cluster = same_over_moves(evidence, cluster)
    counted = np.bincount(cluster, minlength=len(homes))[cluster]
    first = smallest(homes.of_row, home_ids(resolved), len(homes))
    label = smallest(cluster, first, len(homes))[cluster] if len(homes) else cluster
    label = np.where((homes.dwelling < 0) & (counted < 2), -1, label)
    return Households(homes, evidence, trees, label, height, known.day)


def grown(evidence: Evidence, height: int) -> Trees:
    """The merge trees over all residencies: candidates as sure as `height` connect, every pair inside is weighed.

    No join can be surer than its strongest pair, so nothing weaker could change what a cut at `height` gives. A tree
    needs to know its own residencies only, and these are few.
    """
    homes = evidence.residencies
    left, right = candidates(evidence)
    weight = _total(evidence, left, right)
    floor = height
    kept = weight >= floor
    labels = connected(len(homes), left[kept], right[kept])
    while True:
        sizes = np.bincount(labels, minlength=len(homes))[labels] if len(homes) else labels
        large = sizes > LARGEST
        floor += STEP
        if not large.any() or floor > w.SURNAME_MOST.value + w.SAME_DWELLING.value:
            break
        kept &= ~large[left] | (weight >= floor)
        labels = connected(len(homes), left[kept], right[kept])
    one, other, _ = inside_pairs(labels)
    return merge_tree.build(homes.rank, labels, one, other, _total(evidence, one, other))


def _total(evidence: Evidence, left: Ints, right: Ints) -> Ints:
    if not len(left):
        return left
    total: Ints = np.sum(list(weigh(evidence, left, right).values()), axis=0, dtype=np.int64)
    return total


def same_over_moves(evidence: Evidence, cluster: Ints, who: Ints | None = None) -> Ints:
    """Join households that are the same persons at another dwelling, so that who moves together keeps the id.

    Two clusters are one household where

    - both are one and the same person alone: whoever else belongs to a home would be seen there;
    - at least two persons, and most of the smaller, are in both, and their periods follow each other. Where the
      periods are not known, the smaller must lie within the larger wholly: children with two homes do not make one
      household of their parents;
    - one person, who is nobody's child, is seen alone at a new dwelling after everybody at the old one was last seen,
      and a source declares some of those to be family: the others were not seen again yet.

    `who` tells apart persons who are looked at several times, as if they were others; by default they are the persons.
    """
    homes, days = evidence.residencies, evidence.days
    who = homes.person if who is None else who
    member, whose = distinct(cluster, who)
    everybody, place = np.unique(who, return_index=True)
    person = homes.person[place[np.searchsorted(everybody, whose)]]
    size = np.bincount(member, minlength=len(homes))
    one, other, _ = pairs_within(np.unique(whose, return_inverse=True)[1].astype(np.int64), 12)
    if not len(one):
        return cluster
    leads = _has_family_inside(evidence, member, person) & ~np.isin(person, homes.person[homes.child])
    low, high = np.minimum(member[one], member[other]), np.maximum(member[one], member[other])
    pair, inverse, both = np.unique(low * len(homes) + high, return_inverse=True, return_counts=True)
    low, high = pair // len(homes), pair % len(homes)
    family = np.zeros(len(pair), dtype=bool)
    family[inverse[leads[one] | leads[other]]] = True
    smaller, larger = np.minimum(size[low], size[high]), np.maximum(size[low], size[high])
    first = np.full(len(homes), np.iinfo(np.int64).max)
    last = np.full(len(homes), UNKNOWN_DAY, np.int64)
    np.minimum.at(first, cluster, days[homes.first])
    np.maximum.at(last, cluster, days[homes.last])
    known = (first[low] > UNKNOWN_DAY) & (first[high] > UNKNOWN_DAY)
    later = known & (first[low] > last[high]), known & (first[high] > last[low])
    moved = (both >= 2) & (2 * both > smaller) & np.where(known, later[0] | later[1], both == smaller)
    ahead = np.where(size[low] == 1, later[0], later[1]) & (smaller == 1) & (larger > 1) & family
    settled = np.ones(len(homes), dtype=bool)
    settled[cluster[homes.collective | (homes.dwelling < 0)]] = False
    joined = ((larger == 1) | moved | ahead) & settled[low] & settled[high]
    return connected(len(homes), low[joined], high[joined])[cluster]


def _has_family_inside(evidence: Evidence, member: Ints, person: Ints) -> Flags:
    """Which memberships are of a person with declared family in the same cluster."""
    left, right, _ = pairs_within(member, SMALL_DWELLING)
    kin = is_among(evidence.family, pair_keys(evidence.labels, person[left], person[right]))
    out = np.zeros(len(member), dtype=bool)
    out[left[kin]] = out[right[kin]] = True
    return out
