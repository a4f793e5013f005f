"""What can be asked of many pairs of records at once: presence, equality, similarity, in numpy and rapidfuzz."""

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

import numpy as np
from rapidfuzz import fuzz
from rapidfuzz.distance import OSA, JaroWinkler
from rapidfuzz.process import cpdist

from spine.matching.encoded import Bools, Codes, Encoded, Ints

Scores = np.ndarray[Any, np.dtype[np.float32]]
Answer = TypeVar("Answer")
Value = TypeVar("Value", np.float32, np.bool_)


def _by_distinct_pair(
    left: Codes, right: Codes, size: int, compute: Callable[[Codes, Codes], np.ndarray[Any, np.dtype[Value]]]
) -> np.ndarray[Any, np.dtype[Value]]:
    """Apply `compute` once to each distinct unordered pair of codes and spread the answers over the rows."""
    low, high = np.minimum(left, right).astype(np.int64), np.maximum(left, right).astype(np.int64)
    key, inverse = np.unique(low * max(size, 1) + high, return_inverse=True)
    answers = compute((key // max(size, 1)).astype(np.int32), (key % max(size, 1)).astype(np.int32))
    spread: np.ndarray[Any, np.dtype[Value]] = answers[inverse]
    return spread


class PairView:
    """Pairs of rows of `Encoded` records; every answer is an array with one value per pair."""

    def __init__(self, records: Encoded, left: Ints, right: Ints) -> None:
        self.records = records
        self.left = left
        self.right = right
        self.swapped: Bools = np.zeros(len(left), dtype=bool)
        self._left_turned = self.swapped
        self._cache: dict[tuple[str, str], Any] = {}

    def __len__(self) -> int:
        return len(self.left)

    def codes(self, field: str) -> tuple[Codes, Codes]:
        """The codes of both sides; where names stand swapped, one side's given name and surname change places."""
        here = self.records.codes[field][self.left]
        there = self.records.codes[field][self.right]
        if field in ("given", "surname") and self.swapped.any():
            other = self.records.codes["surname" if field == "given" else "given"]
            here = np.where(self.swapped & self._left_turned, other[self.left], here)
            there = np.where(self.swapped & ~self._left_turned, other[self.right], there)
        return here, there

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

    def jaro_winkler(self, field: str) -> Scores:
        """Jaro-Winkler similarity in 0..1; 1 where equal, 0 where a side is null."""
        return self._measured(field, "jaro_winkler", JaroWinkler.similarity, same=1.0, missing=0.0)

    def edits(self, field: str) -> Scores:
        """Edit distance with transpositions (optimal string alignment); 0 where equal, 99 where a side is null."""
        return self._measured(field, "edits", OSA.distance, same=0.0, missing=99.0)

    def ratio(self, field: str) -> Scores:
        """Normalised indel similarity in 0..1 (longest common subsequence, Dice); 0 where a side is null."""
        return self._measured(field, "ratio", fuzz.ratio, same=100.0, missing=0.0) / np.float32(100)

    def word_ratio(self, field: str) -> Scores:
        """The same after the words have been sorted."""
        return self._measured(field, "word_ratio", fuzz.token_sort_ratio, same=100.0, missing=0.0) / np.float32(100)

    def _measured(self, field: str, what: str, scorer: Any, *, same: float, missing: float) -> Scores:
        """`scorer` on the texts of the pairs that have two different values, once per distinct pair of texts."""
        texts = self.records.texts_of(field)

        def measure(low: Codes, high: Codes) -> Scores:
            return cpdist(_take(texts, low), _take(texts, high), scorer=scorer, dtype=np.float32)

        def compute() -> Scores:
            out = np.full(len(self), missing, dtype=np.float32)
            equal = self.same(field)
            out[equal] = same
            rows = np.flatnonzero(self.both(field) & ~equal)
            if len(rows):
                here, there = self.codes(field)
                out[rows] = _by_distinct_pair(here[rows], there[rows], len(texts), measure)
            return out

        return self._remember(what, field, compute)

    def part_of(self, field: str) -> Bools:
        """The two sides have a word in common, and one has more than that word: Garcia and Garcia Lopez."""
        texts = self.records.texts_of(field)

        def shares_word(low: Codes, high: Codes) -> Bools:
            words = [{word for word in text.split() if len(word) > 2} for text in _take(texts, low)]
            others = [text.split() for text in _take(texts, high)]
            return np.array([not one.isdisjoint(other) for one, other in zip(words, others, strict=True)], dtype=bool)

        here, there = self.codes(field)
        compound = np.array([" " in text for text in texts] + [False])
        rows = np.flatnonzero(self.both(field) & ~self.same(field) & (compound[here] | compound[there]))
        out = np.zeros(len(self), dtype=bool)
        if len(rows):
            out[rows] = _by_distinct_pair(here[rows], there[rows], len(texts), shares_word)
        return out

    def shorter(self, field: str) -> Ints:
        """The length of the shorter of the two texts; 0 where a side is null."""
        lengths = np.array([len(text) for text in self.records.texts_of(field)] + [0], dtype=np.int64)
        here, there = self.codes(field)
        return np.minimum(lengths[here], lengths[there])

    def initials(self, field: str) -> Ints:
        """The first character of each text of the field by code, as a number; 0 for null."""

        def compute() -> Ints:
            texts = self.records.texts_of(field)
            return np.array([ord(text[0]) if text else 0 for text in texts] + [0], dtype=np.int64)

        return self._remember("initials", field, compute)

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
        here, there = matrix[self.left], matrix[self.right]
        both = (here[:, 0] != 0) & (there[:, 0] != 0)
        common = np.zeros_like(here)
        for column in range(here.shape[1]):
            mine = here[:, column]
            hit = ((there == mine[:, None]) & (mine[:, None] != 0)).any(axis=1)
            common[hit, column] = mine[hit]
        shared: Bools = (common != 0).any(axis=1)
        return both, shared, common


def _take(texts: Sequence[str], codes: Codes) -> list[str]:
    return [texts[code] for code in codes.tolist()]
