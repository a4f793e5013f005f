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


def _squares(weights: Ints, size: int, policy: Policy) -> tuple[Ints, Ints, Ints]:
    """Strongest weight, sum of weights and number of telling pairs between single leaves, [components, size, size]."""
    one, other = np.triu_indices(size, 1)
    telling = weights > SILENT
    clipped = np.clip(weights, policy.low, policy.high)
    out = []
    for values in (clipped, np.where(telling, clipped, 0), telling):
        square = np.zeros((len(weights), size, size), np.int64)
        square[:, one, other] = square[:, other, one] = values
        out.append(square)
    return out[0], out[1], out[2]


def agglomerate(weights: Ints, size: int, same: Flags | None, forbidden: Flags | None, policy: Policy) -> Joins:
    """The joins of many components of one size at once.

    `weights` [components, pairs] are weights in the order of the upper triangle; `same` and `forbidden`
    [components, size, size] are symmetric marks, or None for none at all.
    """
    count = len(weights)
    one, other = np.triu_indices(size, 1)
    strongest, total, pairs = _squares(weights, size, policy)
    link = np.full((count, size, size), NEVER, np.int64)
    link[:, one, other] = np.where(pairs[:, one, other] > 0, strongest[:, one, other], NEVER)
    if same is not None:
        link[:, one, other] = np.where(same[:, one, other], CERTAIN, link[:, one, other])
    if forbidden is not None:
        link[:, one, other] = np.where(forbidden[:, one, other], NEVER, link[:, one, other])
    place = np.arange(size)
    joins = Joins(*(np.full((count, max(size - 1, 0)), fill, np.int64) for fill in (-1, -1, NEVER)))
    least = np.full(count, CERTAIN, np.int64)
    open_ = np.arange(count)
    gone = np.zeros((count, size), np.bool_)
    for step in range(size - 1):
        flat = (link if len(open_) == count else link[open_]).reshape(len(open_), -1).argmax(axis=1)
        into, taken = np.divmod(flat, size)
        best = link[open_, into, taken]
        left = best > NEVER
        open_, into, taken, best = open_[left], into[left], taken[left], best[left]
        if len(open_) == 0:
            break
        least[open_] = np.minimum(least[open_], best)
        joins.into[open_, step], joins.taken[open_, step], joins.height[open_, step] = into, taken, least[open_]

        top = np.maximum(strongest[open_, into], strongest[open_, taken])
        strongest[open_, into] = strongest[open_, :, into] = top
        both = total[open_, into] + total[open_, taken]
        total[open_, into] = total[open_, :, into] = both
        counted = pairs[open_, into] + pairs[open_, taken]
        pairs[open_, into] = pairs[open_, :, into] = counted
        pairs[open_, taken] = pairs[open_, :, taken] = 0
        gone[open_, taken] = True
        fresh = linkage(top, both, np.maximum(counted, 1), policy)
        fresh[counted == 0] = NEVER
        for marks, value in ((same, CERTAIN), (forbidden, NEVER)):
            if marks is not None:
                either = marks[open_, into] | marks[open_, taken]
                marks[open_, into] = marks[open_, :, into] = either
                fresh[either] = value
        fresh[gone[open_]] = NEVER
        link[open_, taken] = link[open_, :, taken] = NEVER
        link[open_, into] = np.where(place > into[:, None], fresh, NEVER)
        link[open_, :, into] = np.where(place < into[:, None], fresh, NEVER)
    return joins


def agglomerate_one(weights: Ints, size: int, same: Flags | None, forbidden: Flags | None, policy: Policy) -> Joins:
    """The joins of one large component, the same as `agglomerate` gives; shapes as there, with one component.

    Each cluster remembers its best partner among those behind it, so a step looks at `size` bests, not at all pairs;
    only clusters whose best partner changed look again. About size² in practice, size³ at worst.
    """
    one, other = np.triu_indices(size, 1)
    strongest, total, pairs = (square[0] for square in _squares(weights[:1], size, policy))
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
