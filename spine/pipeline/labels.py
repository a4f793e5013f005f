"""Labels for the calibration: joins of which stewards, logins and codes told whether they are right.

A join is looked at as it was before anybody said anything: in trees without judgements and without the records of
proofs. Each join counts once, however many pairs were judged across it.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import combinations

import numpy as np

from spine.domain.judgements import PROOFS, Judgement, Verdict
from spine.domain.vocabulary import NAMESPACES, Policy
from spine.matching.calibration import Labels
from spine.normalise.columns import compute
from spine.pipeline.gather import Gathered
from spine.resolution.components import Ints, Pairs
from spine.resolution.cutting import joined_at
from spine.resolution.judgements import settle
from spine.resolution.trees import NEVER, Trees

REVIEWER = "steward"
PROVERS = ("login", "code")
MOST = 50
"""Of more values proved in one component only so many are held against each other."""
_UNIQUE = [name for name, namespace in NAMESPACES.items() if namespace.policy is Policy.UNIQUE]


@dataclass(frozen=True)
class Told:
    """What was told of the records of one kind (`ids`), and which of them are `proofs` themselves."""

    ids: Ints
    proofs: Ints
    judged: Sequence[Judgement]
    held: Sequence[tuple[str, int, int]]
    """Namespace, number of the value and record of each proof of a unique identifier."""

    @property
    def most(self) -> int:
        """No more labels than this can come of it."""
        return len(self.judged) + len(self.held) * (len(self.held) - 1) // 2

    def without_proofs(self, pairs: Pairs) -> Pairs:
        """The pairs of rows of which neither is a proof."""
        kept = ~(np.isin(pairs[0], self.proofs) | np.isin(pairs[1], self.proofs))
        return pairs[0][kept], pairs[1][kept]

    def labels(self, trees: Trees) -> Labels:
        """The joins of these trees that something was told of."""
        reviewed = settle(one for one in self.judged if one.authority == REVIEWER)
        refuted = self._refuted(trees)
        settled = settle(self.judged, _columns(refuted))
        said = [
            (reviewed.same, True, False),
            (reviewed.forbidden, False, False),
            (settled.same, True, True),
            (_columns(refuted & _set(settled.forbidden)), False, True),
        ]
        seen: set[tuple[int, int]] = set()
        rows: list[tuple[int, int, bool, bool]] = []
        for pairs, right, proved in said:
            rows += [(*pair, right, proved) for pair in sorted(_set(pairs) - seen)]
            seen |= _set(pairs)
        return self._joins(trees, np.array(rows, np.int64).reshape(-1, 4))

    def _joins(self, trees: Trees, rows: Ints) -> Labels:
        left, right = (np.searchsorted(self.ids, rows[:, side]) for side in (0, 1))
        heights = joined_at(trees, left, right)
        component = np.full(trees.size, -1, np.int64)
        component[trees.rows] = trees.component
        told = np.column_stack((component[left], heights, rows[:, 2:]))[heights > NEVER]
        told = np.unique(told, axis=0)
        return Labels(told[:, 1], told[:, 2].astype(bool), told[:, 3].astype(bool))

    def _refuted(self, trees: Trees) -> set[tuple[int, int]]:
        """Records in one component whose provers proved different values of one unique namespace."""
        component = np.full(trees.size, -1, np.int64)
        component[trees.rows] = trees.component
        beside: dict[tuple[int, str], dict[int, int]] = {}
        for space, value, record in self.held:
            where = int(component[np.searchsorted(self.ids, record)])
            if where >= 0:
                beside.setdefault((where, space), {}).setdefault(value, record)
        return {
            (min(pair), max(pair))
            for values in beside.values()
            for pair in combinations([values[value] for value in sorted(values)[:MOST]], 2)
            if pair[0] != pair[1]
        }


def told_of(gathered: Gathered, rows: Ints, judged: Sequence[Judgement]) -> Told:
    """What judgements of these rows, and the proofs among them, tell."""
    ids = gathered.ids[rows]
    sources = gathered.records["source"]
    proofs = np.flatnonzero(np.asarray(compute.equal(sources, PROOFS))[rows])
    numbers = set(ids[proofs].tolist())
    said = []
    provers: dict[int, list[Judgement]] = {}
    for one in judged:
        if one.authority in PROVERS and (one.a in numbers) != (one.b in numbers):
            provers.setdefault(one.a if one.a in numbers else one.b, []).append(one)
        elif one.a not in numbers and one.b not in numbers and _counts(one):
            said.append(one)
    subjects: dict[int, int] = {}
    for proof, links in provers.items():
        # Two that proved one login are one, though nobody judged the two of them: they are one with its record.
        first, *others = sorted({one.a + one.b - proof for one in links})
        subjects[proof] = first
        said += [replace(links[0], a=first, b=other, verdict=Verdict.SAME) for other in others]
    return Told(ids, proofs, said, sorted(_held(gathered, subjects)) if subjects else ())


def _counts(one: Judgement) -> bool:
    """A steward looks at a join whichever way it turns out; a login or a code proves that records are one."""
    return one.authority == REVIEWER or (one.authority in PROVERS and one.verdict is Verdict.SAME)


def _held(gathered: Gathered, subjects: dict[int, int]) -> Iterable[tuple[str, int, int]]:
    """Namespace, number of the value, and subject of each proof (by its number) of a unique identifier."""
    row = np.searchsorted(gathered.ids, np.array(sorted(subjects), np.int64))
    claims = gathered.claims
    here = np.flatnonzero(np.isin(claims["row"].to_numpy(), row))
    for one in claims.select(["row", "namespace", "identifier"]).take(here).to_pylist():
        if one["namespace"] in _UNIQUE:
            yield one["namespace"], one["identifier"], subjects[int(gathered.ids[one["row"]])]


def _set(pairs: Pairs) -> set[tuple[int, int]]:
    return set(zip(pairs[0].tolist(), pairs[1].tolist(), strict=True))


def _columns(pairs: set[tuple[int, int]]) -> Pairs:
    ordered = np.array(sorted(pairs), np.int64).reshape(-1, 2)
    return ordered[:, 0], ordered[:, 1]
