"""What can be asked of many pairs of records at once: presence, equality, similarity, in numpy and rapidfuzz."""

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple, TypeVar

import numpy as np
from rapidfuzz import fuzz
from rapidfuzz.distance import OSA, JaroWinkler
from rapidfuzz.process import cpdist

from spine.matching.encoded import Answer, Bools, Codes, Encoded, Ints
from spine.matching.signs import Floats32, Ints32, Signs, least_edits, most_jaro_winkler, most_ratio, signs_of
from spine.normalise.whole_numbers import in_order

Scores = Floats32
Value = TypeVar("Value", np.float32, np.bool_)
FAR_APART = 99
"""The edit distance to a text that is not there."""
SLACK = 1e-4
"""What rounding may take away from a similarity of four bytes."""


def _by_distinct_pair(
    left: Codes, right: Codes, size: int, compute: Callable[[Codes, Codes], np.ndarray[Any, np.dtype[Value]]]
) -> np.ndarray[Any, np.dtype[Value]]:
    """Apply `compute` once to each distinct unordered pair of codes and spread the answers over the rows."""
    low, high = np.minimum(left, right).astype(np.int64), np.maximum(left, right).astype(np.int64)
    order, fresh = in_order(low * max(size, 1) + high)
    first = order[fresh]
    answers = compute(low[first].astype(np.int32), high[first].astype(np.int32))
    spread = np.empty(len(order), dtype=answers.dtype)
    spread[order] = answers[np.cumsum(fresh) - 1]
    return spread


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
            here = self.records.codes[field][self.left]
            there = self.records.codes[field][self.right]
            if field in ("given", "surname") and self.swapped.any():
                other = self.records.codes["surname" if field == "given" else "given"]
                here = np.where(self.swapped & self._left_turned, other[self.left], here)
                there = np.where(self.swapped & ~self._left_turned, other[self.right], there)
            return here, there

        return self._remember("codes", field, compute)

    def only(self, where: Bools, ask: Callable[["PairView"], Bools]) -> Bools:
        """The answer of `ask` for the pairs in `where`, and no for all others, of which it does not hear."""
        rows = np.flatnonzero(where)
        part = PairView(self.records, self.left[rows], self.right[rows])
        part.turn(self.swapped[rows], self._left_turned[rows])
        out = np.zeros(len(self), dtype=bool)
        out[rows] = ask(part)
        return out

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

    def jaro_winkler(self, field: str, least: float = 0.0) -> Scores:
        """Jaro-Winkler similarity in 0..1; 1 where equal, 0 where a side is null.

        Below `least` it may be 0 instead, which spares most comparisons.
        """
        measure = _Measure("jaro_winkler", JaroWinkler.similarity, 1.0, most_jaro_winkler)
        return self._at_least(measure, field, least)

    def ratio(self, field: str, least: float = 0.0) -> Scores:
        """Normalised indel similarity in 0..1 (longest common subsequence, Dice); 0 where a side is null.

        Below `least` it may be 0 instead.
        """
        return self._at_least(_Measure("ratio", fuzz.ratio, 100.0, most_ratio), field, least)

    def word_ratio(self, field: str, least: float = 0.0) -> Scores:
        """The same after the words have been sorted."""
        return self._at_least(_Measure("word_ratio", fuzz.ratio, 100.0, most_ratio), field, least, self._in_word_order)

    def _in_word_order(self, field: str) -> tuple[list[str], Signs]:
        def compute() -> tuple[list[str], Signs]:
            texts = [" ".join(sorted(text.split())) for text in self.records.texts_of(field)]
            return texts, signs_of(texts)

        return self.records.remember(("words in order", field), compute)

    def _as_written(self, field: str) -> tuple[list[str], Signs]:
        return self.records.texts_of(field), self.records.signs(field)

    def edits(self, field: str, most: int = FAR_APART) -> Scores:
        """Edit distance with transpositions (optimal string alignment); 0 where equal, 99 where a side is null.

        Above `most` it may be any greater number instead.
        """

        def compute() -> Scores:
            out = np.full(len(self), FAR_APART, dtype=np.float32)
            out[self.same(field)] = 0
            rows, here, there = self._different(field)
            texts, signs = self._as_written(field)
            possible = np.flatnonzero(least_edits(signs, here, there) <= most)
            out[rows[possible]] = _measured(texts, here[possible], there[possible], OSA.distance, most)
            return out

        return self._bounded("edits", field, float(-most), compute)

    def _at_least(
        self,
        measure: "_Measure",
        field: str,
        least: float,
        shown: "Callable[[str], tuple[list[str], Signs]] | None" = None,
    ) -> Scores:
        """A similarity of the texts of a field as they are `shown`, exact from `least` up."""

        def compute() -> Scores:
            out = np.zeros(len(self), dtype=np.float32)
            out[self.same(field)] = 1
            rows, here, there = self._different(field)
            texts, signs = (shown or self._as_written)(field)
            floor = max(least - SLACK, 0.0)
            possible = np.flatnonzero(measure.most(signs, here, there) >= floor)
            found = _measured(texts, here[possible], there[possible], measure.scorer, floor * measure.equal)
            out[rows[possible]] = found / np.float32(measure.equal)
            return out

        return self._bounded(measure.name, field, least, compute)

    def _bounded(self, what: str, field: str, least: float, compute: Callable[[], Scores]) -> Scores:
        """What was measured down to `least` or further before, else the answer of `compute`."""
        known = self._cache.get((what, field))
        if known is None or known[0] > least:
            known = self._cache[what, field] = least, compute()
        scores: Scores = known[1]
        return scores

    def _different(self, field: str) -> tuple[Ints, Codes, Codes]:
        """The pairs that have two different values, and their codes."""
        rows = np.flatnonzero(self.both(field) & ~self.same(field))
        here, there = self.codes(field)
        return rows, here[rows], there[rows]

    def part_of(self, field: str) -> Bools:
        """The two sides have a word in common, and one has more than that word: Garcia and Garcia Lopez."""
        texts = self.records.texts_of(field)

        def shares_word(low: Codes, high: Codes) -> Bools:
            words = [{word for word in text.split() if len(word) > 2} for text in _take(texts, low)]
            others = [text.split() for text in _take(texts, high)]
            return np.array([not one.isdisjoint(other) for one, other in zip(words, others, strict=True)], dtype=bool)

        compound = self.records.remember(
            ("compound", field), lambda: np.array([" " in text for text in texts] + [False], dtype=bool)
        )
        rows, here, there = self._different(field)
        several = compound[here] | compound[there]
        rows, here, there = rows[several], here[several], there[several]
        out = np.zeros(len(self), dtype=bool)
        if len(rows):
            out[rows] = _by_distinct_pair(here, there, len(texts), shares_word)
        return out

    def shorter(self, field: str) -> Ints32:
        """The length of the shorter of the two texts; 0 where a side is null."""
        lengths = self.records.signs(field).length
        here, there = self.codes(field)
        shorter: Ints32 = np.minimum(lengths[here], lengths[there])
        return shorter

    def initials(self, field: str) -> Ints:
        """The first character of each text of the field by code, as a number; 0 for null."""

        def compute() -> Ints:
            texts = self.records.texts_of(field)
            return np.array([ord(text[0]) if text else 0 for text in texts] + [0], dtype=np.int64)

        return self.records.remember(("initials", field), compute)

    def same_initial(self, field: str) -> Bools:
        """The two texts begin with the same character."""
        initials = self.initials(field)
        here, there = self.codes(field)
        equal: Bools = (initials[here] == initials[there]) & (initials[here] != 0)
        return equal

    def nickname(self, field: str = "given") -> Bools:
        """The two given names are forms of one name, as Bill and William."""
        table = self.records.nicknames
        if not len(table):
            return np.zeros(len(self), dtype=bool)
        here, there = self.codes(field)
        size = len(self.records.texts_of(field))
        key = np.minimum(here, there).astype(np.int64) * size + np.maximum(here, there)
        at = np.minimum(np.searchsorted(table, key), len(table) - 1)
        return np.asarray((table[at] == key) & self.both(field), dtype=bool)

    def shares(self, namespace: str) -> tuple[Bools, Bools, Ints]:
        """(both have one of the namespace, they share one, [pairs, slots] the identifiers of the left that they share).

        The last is 0 where an identifier is not shared.
        """
        return self._remember("shares", namespace, lambda: self._shares(namespace))

    def _shares(self, namespace: str) -> tuple[Bools, Bools, Ints]:
        matrix = self.records.shared[namespace]
        both = (matrix[self.left, 0] != 0) & (matrix[self.right, 0] != 0)
        rows = np.flatnonzero(both)
        here, there = matrix[self.left[rows]], matrix[self.right[rows]]
        common = np.zeros((len(self), matrix.shape[1]), dtype=np.int64)
        for column in range(here.shape[1]):
            mine = here[:, column]
            hit = ((there == mine[:, None]) & (mine[:, None] != 0)).any(axis=1)
            common[rows[hit], column] = mine[hit]
        shared: Bools = (common != 0).any(axis=1)
        return both, shared, common


class _Measure(NamedTuple):
    """A similarity: rapidfuzz's scorer, what it says of equal texts, and what two texts can reach at most."""

    name: str
    scorer: Any
    equal: float
    most: Callable[[Signs, Codes, Codes], Scores]


def _measured(texts: Sequence[str], here: Codes, there: Codes, scorer: Any, cutoff: float) -> Scores:
    """`scorer` on two columns of codes, once per distinct pair of texts."""

    def measure(low: Codes, high: Codes) -> Scores:
        one, other = _take(texts, low), _take(texts, high)
        return cpdist(one, other, scorer=scorer, score_cutoff=cutoff, dtype=np.float32)

    return _by_distinct_pair(here, there, len(texts), measure) if len(here) else np.zeros(0, dtype=np.float32)


def _take(texts: Sequence[str], codes: Codes) -> list[str]:
    return [texts[code] for code in codes.tolist()]
