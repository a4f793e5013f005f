"""What can be asked of many pairs of records at once: presence, equality, what their texts and identifiers share."""

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from spine.matching.encoded import Answer, Bools, Codes, Encoded, Ints
from spine.matching.signs import Ints32
from spine.matching.text_pairs import TextPairs, initials_of
from spine.matching.told import Answers, Told

Ask = Callable[[TextPairs], Answers | Bools]
"""A question about two different texts, whichever stands first; the answer is a small whole number, or yes or no."""
_NOT_IN_COMMON = np.iinfo(np.int64).max


class PairView:
    """Pairs of rows of `Encoded` records; every answer is an array with one value per pair."""

    def __init__(self, records: Encoded, left: Ints, right: Ints) -> None:
        self.records = records
        self.left = left
        self.right = right
        self.swapped: Bools = np.zeros(len(left), dtype=bool)
        self._left_turned = self.swapped
        self.crowded: Bools = np.zeros(len(records.texts["dwelling"]) + 1, dtype=bool)
        """By the code of a dwelling (last: null): strangers live together there."""
        self._cache: dict[tuple[str, str], Any] = {}

    def __len__(self) -> int:
        return len(self.left)

    def codes(self, field: str) -> tuple[Codes, Codes]:
        """The codes of both sides; where names stand swapped, one side's given name and surname change places."""

        def compute() -> tuple[Codes, Codes]:
            # `take` finds numbers twice as fast as an index in brackets does.
            here = self.records.codes[field].take(self.left)
            there = self.records.codes[field].take(self.right)
            if field in ("given", "surname") and self.swapped.any():
                other = self.records.codes["surname" if field == "given" else "given"]
                here = np.where(self.swapped & self._left_turned, other[self.left], here)
                there = np.where(self.swapped & ~self._left_turned, other[self.right], there)
            return here, there

        return self._remember("codes", field, compute)

    def part(self, rows: Ints) -> "PairView":
        """These pairs alone."""
        part = PairView(self.records, self.left.take(rows), self.right.take(rows))
        part.turn(self.swapped[rows], self._left_turned[rows])
        part.crowded = self.crowded
        return part

    def remember(self, what: str, compute: Callable[[], Answer]) -> Answer:
        """The answer of `compute`, once per view."""
        return self._remember(what, "", compute)

    def _remember(self, what: str, field: str, compute: Callable[[], Answer]) -> Answer:
        key = (what, field)
        if key not in self._cache:
            self._cache[key] = compute()
        answer: Answer = self._cache[key]
        return answer

    def turn(self, swapped: Bools, left_turned: Bools) -> None:
        """From now on read one side's given name and surname in each other's place for the `swapped` pairs.

        It is the left side's where `left_turned`, else the right side's.
        """
        self.swapped, self._left_turned = swapped, left_turned
        if swapped.any():
            self._cache = {key: answer for key, answer in self._cache.items() if key[1] not in ("given", "surname")}

    def both(self, field: str) -> Bools:
        """Both sides have a value."""

        def compute() -> Bools:
            here, there = self.codes(field)
            return (here >= 0) & (there >= 0)

        return self._remember("both", field, compute)

    def same(self, field: str) -> Bools:
        """Both sides have the same value."""

        def compute() -> Bools:
            here, there = self.codes(field)
            equal: Bools = (here == there) & (here >= 0)
            return equal

        return self._remember("same", field, compute)

    def told(self, what: str, field: str, ask: Ask, equal: int = 0) -> Answers:
        """What `ask` says of each pair's two texts, `equal` where they are one, -1 where a side is null.

        It is asked once per pair of texts, under the name `what`.
        """
        here, there = self.codes(field)
        both = self.both(field)
        out = both.view(np.int8) * np.int8(equal + 1) - np.int8(1)
        rows = np.flatnonzero(both & (here != there))
        if not len(rows):
            return out
        known = self.records.remember(("told", what, field), lambda: Told(len(self.records.texts_of(field))))
        out[rows] = known.answers(
            here.take(rows), there.take(rows), lambda low, high: ask(TextPairs(self.records, field, low, high))
        )
        return out

    def seen(self, field: str, ask: Callable[[TextPairs], Bools]) -> Bools:
        """What `ask` says of each pair's two texts where there are two different ones, else no.

        It is asked for every pair: where texts seldom meet again there is nothing to remember.
        """
        here, there = self.codes(field)
        rows = np.flatnonzero(self.both(field) & (here != there))
        out = np.zeros(len(self), dtype=bool)
        if not len(rows):
            return out
        out[rows] = ask(TextPairs(self.records, field, here.take(rows), there.take(rows)))
        return out

    def shorter(self, field: str) -> Ints32:
        """The length of the shorter of the two texts; 0 where a side is null."""
        lengths = self.records.signs(field)["length"]
        here, there = self.codes(field)
        shorter: Ints32 = np.minimum(lengths.take(here), lengths.take(there))
        return shorter

    def same_initial(self, field: str) -> Bools:
        """The two texts begin with the same character."""
        initials = initials_of(self.records, field)
        here, there = self.codes(field)
        mine = initials.take(here)
        equal: Bools = (mine == initials.take(there)) & (mine != 0)
        return equal

    def shares(self, namespace: str) -> tuple[Bools, Bools]:
        """(both have an identifier of the namespace, they share one)."""
        return self._remember("shares", namespace, lambda: self._shares(namespace))

    def _shares(self, namespace: str) -> tuple[Bools, Bools]:
        held = self.records.remember(("held", namespace), lambda: _held(self.records.shared[namespace]))
        shared = np.zeros(len(self), dtype=bool)
        both = self._hold(namespace)
        rows = np.flatnonzero(both)
        left, right = self.left.take(rows), self.right.take(rows)
        shared[rows] = held.first.take(left) == held.first.take(right)
        if held.signs is not None:
            rows = rows[~shared[rows] & ((held.signs.take(left) & held.signs.take(right)) != 0)]
            shared[rows] = (self.common(namespace, rows) != 0).any(axis=1)
        return both, shared

    def _hold(self, namespace: str) -> Bools:
        """Both sides have an identifier of the namespace: a bit of what is looked up once for all namespaces."""
        names = sorted(self.records.shared)
        held = self.records.remember(("namespaces",), lambda: _namespaces([self.records.shared[one] for one in names]))
        both = self.remember("namespaces", lambda: held.take(self.left) & held.take(self.right))
        hold: Bools = (both & np.uint32(1 << names.index(namespace))) != 0
        return hold

    def common(self, namespace: str, rows: Ints) -> Ints:
        """[rows, slots] the identifiers of the left that these pairs share, 0 where one is not shared."""
        matrix = self.records.shared[namespace]
        here, there = matrix[self.left[rows]], matrix[self.right[rows]]
        held = (here[:, :, None] == there[:, None, :]).any(axis=2)
        common: Ints = np.where(held, here, 0)
        return common

    def days_apart(self, namespace: str, rows: Ints) -> Ints:
        """The days between when the two sides of these pairs were seen with what they have in common of a namespace.

        0 where the sightings overlap or are unknown; of several in common those that lie nearest together count.
        """
        seen = self.records.seen.get(namespace)
        if seen is None:
            return np.zeros(len(rows), dtype=np.int64)
        left, right = self.left[rows], self.right[rows]
        matrix = self.records.shared.get(namespace)
        width = seen.first.shape[1]
        nearest = np.full(len(rows), _NOT_IN_COMMON, dtype=np.int64)
        for here in range(width):
            for there in range(width):
                begin = np.maximum(seen.first[left, here], seen.first[right, there]).astype(np.int64)
                apart = np.maximum(begin - np.minimum(seen.last[left, here], seen.last[right, there]), 0)
                if matrix is not None:
                    common = (matrix[left, here] == matrix[right, there]) & (matrix[left, here] != 0)
                    apart = np.where(common, apart, _NOT_IN_COMMON)
                nearest = np.minimum(nearest, apart)
        nearest[nearest == _NOT_IN_COMMON] = 0
        return nearest


def _namespaces(matrices: Sequence[Ints]) -> NDArray[np.uint32]:
    """Per row a bit for each of the namespaces of which it has an identifier."""
    out = np.zeros(len(matrices[0]), dtype=np.uint32)
    for number, matrix in enumerate(matrices):
        out |= (matrix[:, 0] != 0).astype(np.uint32) << np.uint32(number)
    return out


class _Held(NamedTuple):
    """Per row the first of its identifiers of a namespace; and, where any row has several, a bit for each of them.

    Two rows without a bit in common share none.
    """

    first: Ints
    signs: NDArray[np.uint64] | None


def _held(matrix: Ints) -> _Held:
    first = np.ascontiguousarray(matrix[:, 0])
    if not (matrix[:, 1:] != 0).any():
        return _Held(first, None)
    signs = np.zeros(len(matrix), dtype=np.uint64)
    for column in matrix.T:
        bit = np.uint64(1) << (column.astype(np.uint64) & np.uint64(63))
        signs |= np.where(column != 0, bit, np.uint64(0))
    return _Held(first, signs)
