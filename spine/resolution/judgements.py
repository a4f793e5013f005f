"""Settling judgements: which of the asserted edges stand where they contradict each other."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from spine.domain.judgements import AUTHORITIES, Judgement, Verdict
from spine.resolution.components import NO_PAIRS, Ints, Pairs

CONFLICT_BEATS = "code"
"""Two verified values of a unique namespace outweigh judgements up to this authority: a shared device logged in to two
accounts does not make them one person. Only a steward may say that one person holds both."""


@dataclass(frozen=True, slots=True)
class Refused:
    """A judgement that does not stand, and the two records between which a stronger one says the opposite."""

    judgement: Judgement
    a: int
    b: int


@dataclass(frozen=True, slots=True)
class Settled:
    """What stands: pairs of sequence numbers, smaller first, sorted; and what was refused, in order of strength."""

    same: tuple[Ints, Ints]
    forbidden: tuple[Ints, Ints]
    refused: tuple[Refused, ...]


def settle(judgements: Iterable[Judgement], conflicts: Pairs = NO_PAIRS) -> Settled:
    """What judgements say together, in whichever order they are given.

    They apply one after another: by authority, then newest, then key; one that would force together records kept
    apart so far, or apart records held together, is refused, chains included. `conflicts` are pairs of sequence
    numbers that verified values of a unique namespace keep apart: they rank below a steward and above all others, and
    one that a steward contradicts is dropped without a report.
    """
    ordered = sorted(set(judgements), key=lambda one: (one.a, one.b, one.by, one.why))
    ordered.sort(key=lambda one: one.strength, reverse=True)
    stands = _Clusters()
    refused: list[Refused] = []
    barrier = AUTHORITIES.index(CONFLICT_BEATS)
    before = [one for one in ordered if AUTHORITIES.index(one.authority) > barrier]
    after = [one for one in ordered if AUTHORITIES.index(one.authority) <= barrier]
    for part in (before, after):
        for judgement in part:
            against = stands.say(judgement.a, judgement.b, judgement.verdict is Verdict.SAME)
            if against is not None:
                refused.append(Refused(judgement, *against))
        if part is before:
            for a, b in sorted({(min(pair), max(pair)) for pair in zip(*map(list, conflicts), strict=True)}):
                stands.say(int(a), int(b), False)
    return Settled(_columns(stands.same), _columns(stands.forbidden), tuple(refused))


def _columns(pairs: set[tuple[int, int]]) -> tuple[Ints, Ints]:
    ordered = np.array(sorted(pairs), np.int64).reshape(-1, 2)
    return ordered[:, 0], ordered[:, 1]


class _Clusters:
    """Records held together and kept apart by what was said so far."""

    def __init__(self) -> None:
        self.same: set[tuple[int, int]] = set()
        self.forbidden: set[tuple[int, int]] = set()
        self._root: dict[int, int] = {}
        # For each cluster the clusters it is kept apart from, with one forbidden pair as the reason.
        self._apart: dict[int, dict[int, tuple[int, int]]] = {}

    def say(self, a: int, b: int, same: bool) -> tuple[int, int] | None:
        """Apply one assertion; or return the pair that what stands says the opposite of."""
        one, other = self._find(a), self._find(b)
        pair = (min(a, b), max(a, b))
        if same:
            against = self._apart.get(one, {}).get(other)
            if against is None:
                self.same.add(pair)
                self._join(one, other)
            return against
        if one == other:
            return pair
        self.forbidden.add(pair)
        self._apart.setdefault(one, {}).setdefault(other, pair)
        self._apart.setdefault(other, {}).setdefault(one, pair)
        return None

    def _find(self, record: int) -> int:
        self._root.setdefault(record, record)
        while self._root[record] != record:
            self._root[record] = self._root[self._root[record]]
            record = self._root[record]
        return record

    def _join(self, one: int, other: int) -> None:
        if one == other:
            return
        if len(self._apart.get(one, {})) < len(self._apart.get(other, {})):
            one, other = other, one
        self._root[other] = one
        for third, pair in self._apart.pop(other, {}).items():
            del self._apart[third][other]
            self._apart[third].setdefault(one, pair)
            self._apart.setdefault(one, {}).setdefault(third, pair)
