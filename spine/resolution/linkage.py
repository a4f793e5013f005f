"""Agglomeration: which two clusters join next, and how sure that is, in whole numbers throughout.

The linkage of two clusters is a share of their strongest pair plus a share of the mean over the pairs between them that
say anything (a pair of SILENT weight has nothing to compare: it counts for nothing, neither for nor against), rounded
down to thousandths of a bit; the pair of clusters with the highest linkage joins, ties go to the pair that
stands first. A join can raise a linkage (this one is not reducible), so nearest-neighbour chains would be wrong here:
each step takes the true maximum. Leaves stand in the order that breaks ties and a cluster lives in the place of its
first leaf, so "first in the upper triangle" is the tie-break.
"""

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from spine.domain.weights import SILENT
from spine.resolution.components import Ints
from spine.resolution.trees import CERTAIN, NEVER, Policy

Flags = NDArray[np.bool_]
Whole = NDArray[np.int32]
"""Weights are clipped, so their sums over the pairs of a component stay below two thousand million."""


class Joins(NamedTuple):
    """Joins in the order they happened, each [components, leaves - 1]; `taken` is -1 where no join was left."""

    into: Ints
    taken: Ints
    height: Ints


def linkage(strongest: Ints, total: Ints, pairs: Any, policy: Policy) -> Ints:
    """The linkage of clusters, given the strongest and the sum of the weights of their telling `pairs` (1 up)."""
    share, rest = policy.shares
    linked: Ints = (share * strongest * pairs + rest * total) // ((share + rest) * pairs)
    return linked


def _squares(weights: Ints, size: int, policy: Policy) -> tuple[Whole, Whole, Whole]:
    """Strongest weight, sum of weights and number of telling pairs between single leaves, [components, size, size]."""
    one, other = np.triu_indices(size, 1)
    telling = weights > SILENT
    clipped = np.clip(weights, policy.low, policy.high)
    out = []
    for values in (clipped, np.where(telling, clipped, 0), telling):
        square = np.zeros((len(weights), size, size), np.int32)
        square[:, one, other] = square[:, other, one] = values
        out.append(square)
    return out[0], out[1], out[2]


class _Open:
    """Components of one size that may still join: `number` says which each is; the arrays are [components, size, …].

    `link` is the linkage of each pair of clusters, in the row of the one that stands first, NEVER where there is none.
    """

    def __init__(self, weights: Ints, size: int, same: Flags | None, forbidden: Flags | None, policy: Policy) -> None:
        self.policy = policy
        self.number = np.arange(len(weights))
        self.strongest, self.total, self.pairs = _squares(weights, size, policy)
        self.marks = [(marks, value) for marks, value in ((same, CERTAIN), (forbidden, NEVER)) if marks is not None]
        one, other = np.triu_indices(size, 1)
        self.link = np.full((len(weights), size, size), NEVER, np.int32)
        self.link[:, one, other] = np.where(self.pairs[:, one, other] > 0, self.strongest[:, one, other], NEVER)
        for marks, value in self.marks:
            self.link[:, one, other] = np.where(marks[:, one, other], value, self.link[:, one, other])
        self.gone = np.zeros((len(weights), size), np.bool_)
        self.least = np.full(len(weights), CERTAIN, np.int64)

    def keep(self, rows: Ints) -> None:
        """Go on with these components alone."""
        self.number, self.least, self.gone = self.number[rows], self.least[rows], self.gone[rows]
        self.strongest, self.total, self.pairs = self.strongest[rows], self.total[rows], self.pairs[rows]
        self.link = self.link[rows]
        self.marks = [(marks[rows], value) for marks, value in self.marks]

    def join(self, at: Ints, into: Ints, taken: Ints) -> None:
        """In the components `at` cluster `into` takes cluster `taken`, which stands behind it."""
        place = np.arange(self.gone.shape[1])
        top = np.maximum(self.strongest[at, into], self.strongest[at, taken])
        self.strongest[at, into] = self.strongest[at, :, into] = top
        both = self.total[at, into] + self.total[at, taken]
        self.total[at, into] = self.total[at, :, into] = both
        counted = self.pairs[at, into] + self.pairs[at, taken]
        self.pairs[at, into] = self.pairs[at, :, into] = counted
        self.pairs[at, taken] = self.pairs[at, :, taken] = 0
        self.gone[at, taken] = True
        fresh = linkage(top.astype(np.int64), both.astype(np.int64), np.maximum(counted, 1), self.policy)
        fresh[counted == 0] = NEVER
        for marks, value in self.marks:
            either = marks[at, into] | marks[at, taken]
            marks[at, into] = marks[at, :, into] = either
            fresh[either] = value
        fresh[self.gone[at]] = NEVER
        self.link[at, taken] = self.link[at, :, taken] = NEVER
        self.link[at, into] = np.where(place > into[:, None], fresh, NEVER)
        self.link[at, :, into] = np.where(place < into[:, None], fresh, NEVER)


def agglomerate(weights: Ints, size: int, same: Flags | None, forbidden: Flags | None, policy: Policy) -> Joins:
    """The joins of many components of one size at once.

    `weights` [components, pairs] are weights in the order of the upper triangle; `same` and `forbidden`
    [components, size, size] are symmetric marks, or None for none at all.
    """
    count = len(weights)
    joins = Joins(*(np.full((count, max(size - 1, 0)), fill, np.int64) for fill in (-1, -1, NEVER)))
    state = _Open(weights, size, same, forbidden, policy)
    for step in range(size - 1):
        flat = state.link.reshape(len(state.number), -1).argmax(axis=1)
        best = state.link.reshape(len(state.number), -1)[np.arange(len(flat)), flat]
        at = np.flatnonzero(best > NEVER)
        if 4 * len(at) < 3 * len(flat):
            state.keep(at)
            flat, best, at = flat[at], best[at], np.arange(len(at))
        if len(at) == 0:
            break
        into, taken = np.divmod(flat[at], size)
        state.least[at] = np.minimum(state.least[at], best[at])
        here = state.number[at]
        joins.into[here, step], joins.taken[here, step], joins.height[here, step] = into, taken, state.least[at]
        state.join(at, into, taken)
    return joins


def agglomerate_one(weights: Ints, size: int, same: Flags | None, forbidden: Flags | None, policy: Policy) -> Joins:
    """The joins of one large component, the same as `agglomerate` gives; shapes as there, with one component.

    Each cluster remembers its best partner among those behind it, so a step looks at `size` bests, not at all pairs;
    only clusters whose best partner changed look again. About size² in practice, size³ at worst.
    """
    one, other = np.triu_indices(size, 1)
    strongest, total, pairs = (square[0].astype(np.int64) for square in _squares(weights[:1], size, policy))
    link = np.full((size, size), NEVER, np.int64)
    link[one, other] = np.where(pairs[one, other] > 0, strongest[one, other], NEVER)
    marks = [(mark[0].copy(), value) for mark, value in ((same, CERTAIN), (forbidden, NEVER)) if mark is not None]
    for mark, value in marks:
        link[one, other] = np.where(mark[one, other], value, link[one, other])
    gone = np.zeros(size, np.bool_)
    place = np.arange(size)
    partner = link.argmax(axis=1)
    best = link[place, partner]
    joins = Joins(*(np.full((1, size - 1), fill, np.int64) for fill in (-1, -1, NEVER)))
    least = CERTAIN
    for step in range(size - 1):
        into = int(best.argmax())
        taken = int(partner[into])
        if best[into] == NEVER:
            break
        least = min(least, int(best[into]))
        joins.into[0, step], joins.taken[0, step], joins.height[0, step] = into, taken, least

        strongest[into] = strongest[:, into] = np.maximum(strongest[into], strongest[taken])
        total[into] = total[:, into] = total[into] + total[taken]
        pairs[into] = pairs[:, into] = pairs[into] + pairs[taken]
        pairs[taken] = pairs[:, taken] = 0
        gone[taken] = True
        fresh = linkage(strongest[into], total[into], np.maximum(pairs[into], 1), policy)
        fresh[pairs[into] == 0] = NEVER
        for mark, value in marks:
            mark[into] = mark[:, into] = mark[into] | mark[taken]
            fresh[mark[into]] = value
        fresh[gone] = NEVER
        link[taken] = link[:, taken] = NEVER
        link[into] = np.where(place > into, fresh, NEVER)
        link[:into, into] = fresh[:into]

        best[taken] = NEVER
        closer = (place < into) & ((fresh > best) | ((fresh == best) & (into < partner)))
        best[closer], partner[closer] = fresh[closer], into
        stale = np.flatnonzero(((partner == into) & ~closer & (place < into)) | (partner == taken) | (place == into))
        stale = stale[~gone[stale]]
        partner[stale] = link[stale].argmax(axis=1)
        best[stale] = link[stale, partner[stale]]
    return joins
