"""What can be asked of many pairs of records at once: presence, equality, similarity, in numpy and rapidfuzz."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from rapidfuzz import fuzz
from rapidfuzz.distance import OSA, JaroWinkler
from rapidfuzz.process import cpdist

from spine.matching.encoded import Bools, Codes, Encoded, Floats, Ints

Scores = np.ndarray[Any, np.dtype[np.float32]]


def _by_distinct_pair(
    left: Codes, right: Codes, size: int, compute: Callable[[Codes, Codes], Scores | Floats]
) -> Scores | Floats:
    """Apply `compute` once to each distinct unordered pair of codes and spread the answers over the rows."""
    low, high = np.minimum(left, right).astype(np.int64), np.maximum(left, right).astype(np.int64)
    key, inverse = np.unique(low * max(size, 1) + high, return_inverse=True)
    answers = compute((key // max(size, 1)).astype(np.int32), (key % max(size, 1)).astype(np.int32))
    return answers[inverse]


class PairView:
    """Pairs of rows of `Encoded` records; every answer is an array with one value per pair."""

    def __init__(self, records: Encoded, left: Ints, right: Ints) -> None:
        self.records = records
        self.left = left
        self.right = right
        self.swapped = np.zeros(len(left), dtype=bool)
        self._cache: dict[tuple[str, str], Any] = {}

    def __len__(self) -> int:
        return len(self.left)

    def codes(self, field: str) -> tuple[Codes, Codes]:
        """The codes of both sides; where names stand swapped, the right side's given name and surname change places."""
        here = self.records.codes[field][self.left]
        there = self.records.codes[field][self.right]
        if field in ("given", "surname") and self.swapped.any():
            other = self.records.codes["surname" if field == "given" else "given"][self.right]
            there = np.where(self.swapped, other, there)
        return here, there

    def remember(self, what: str, compute: Callable[[], Any]) -> Any:
        """The answer of `compute`, once per view."""
        return self._remember(what, "", compute)

    def _remember(self, what: str, field: str, compute: Callable[[], Any]) -> Any:
        key = (what, field)
        if key not in self._cache:
            self._cache[key] = compute()
        return self._cache[key]

    def turn(self, swapped: Bools) -> None:
        """From now on read the right side's given name and surname in each other's place for these pairs."""
        self.swapped = swapped
        if swapped.any():
            self._cache = {key: answer for key, answer in self._cache.items() if key[1] not in ("given", "surname")}

    def both(self, field: str) -> Bools:
        """Both sides have a value."""

        def compute() -> Bools:
            here, there = self.codes(field)
            return (here >= 0) & (there >= 0)

        found: Bools = self._remember("both", field, compute)
        return found

    def same(self, field: str) -> Bools:
        """Both sides have the same value."""

        def compute() -> Bools:
            here, there = self.codes(field)
            return (here == there) & (here >= 0)

        found: Bools = self._remember("same", field, compute)
        return found

    def _measured(self, field: str, scorer: Any, dtype: Any, where: Bools, empty: float) -> Any:
        """`scorer` on the texts of the pairs in `where`; `empty` elsewhere."""
        out = np.full(len(self), empty, dtype=dtype)
        texts = self.records.texts_of(field)
        here, there = self.codes(field)
        rows = np.flatnonzero(where)
        if not len(rows):
            return out

        def compute(low: Codes, high: Codes) -> Any:
            return cpdist(_take(texts, low), _take(texts, high), scorer=scorer, dtype=dtype)

        out[rows] = _by_distinct_pair(here[rows], there[rows], len(texts), compute)
        return out

    def jaro_winkler(self, field: str) -> Scores:
        """Jaro–Winkler similarity in 0..1; 1 where equal, 0 where a side is null."""

        def compute() -> Scores:
            same = self.same(field)
            found: Scores = self._measured(field, JaroWinkler.similarity, np.float32, self.both(field) & ~same, 0.0)
            found[same] = 1.0
            return found

        scores: Scores = self._remember("jw", field, compute)
        return scores

    def edits(self, field: str) -> Scores:
        """Edit distance with transpositions (optimal string alignment); 0 where equal, 99 where a side is null."""

        def compute() -> Scores:
            same = self.same(field)
            found: Scores = self._measured(field, OSA.distance, np.float32, self.both(field) & ~same, 99.0)
            found[same] = 0.0
            return found

        distances: Scores = self._remember("edits", field, compute)
        return distances

    def ratio(self, field: str) -> Scores:
        """Normalised indel similarity in 0..1 (2 × longest common subsequence / lengths); 0 where a side is null."""
        return self._ratio(field, fuzz.ratio)

    def word_ratio(self, field: str) -> Scores:
        """The same after the words have been sorted."""
        return self._ratio(field, fuzz.token_sort_ratio)

    def _ratio(self, field: str, scorer: Any) -> Scores:
        def compute() -> Scores:
            same = self.same(field)
            found: Scores = self._measured(field, scorer, np.float32, self.both(field) & ~same, 0.0) / 100
            found[same] = 1.0
            return found

        scores: Scores = self._remember(scorer.__name__, field, compute)
        return scores

    def part_of(self, field: str) -> Bools:
        """One side is a word of the other, as Garcia of Garcia Lopez."""
        texts = self.records.texts_of(field)
        here, there = self.codes(field)
        compound = np.array([" " in text for text in texts] + [False])
        rows = np.flatnonzero(self.both(field) & ~self.same(field) & (compound[here] | compound[there]))
        out = np.zeros(len(self), dtype=bool)
        for row, one, other in zip(rows.tolist(), here[rows].tolist(), there[rows].tolist(), strict=True):
            out[row] = any(len(word) > 2 for word in set(texts[one].split()) & set(texts[other].split()))
        return out

    def text_lengths(self, field: str) -> Ints:
        """The length of each text of the field by code; 0 for null."""

        def compute() -> Ints:
            return np.array([len(text) for text in self.records.texts_of(field)] + [0], dtype=np.int64)

        found: Ints = self._remember("lengths", field, compute)
        return found

    def initials(self, field: str) -> Ints:
        """The first character of each text of the field by code, as a number; 0 for null."""

        def compute() -> Ints:
            return np.array([ord(text[0]) if text else 0 for text in self.records.texts_of(field)] + [0])

        found: Ints = self._remember("initials", field, compute)
        return found

    def nickname(self, field: str = "given") -> Bools:
        """The two given names are forms of one name, as Bill and William."""
        table = self.records.nicknames
        if not len(table):
            return np.zeros(len(self), dtype=bool)
        here, there = self.codes(field)
        size = len(self.records.texts_of(field))
        key = np.minimum(here, there).astype(np.int64) * size + np.maximum(here, there)
        at = np.minimum(np.searchsorted(table, key), len(table) - 1)
        found: Bools = (table[at] == key) & self.both(field)
        return found

    def shares(self, namespace: str) -> tuple[Bools, Bools, Ints]:
        """(both have one of the namespace, they share one, the smallest shared identifier id or 0)."""
        matrix = self.records.shared[namespace]
        here, there = matrix[self.left], matrix[self.right]
        both = (here[:, 0] != 0) & (there[:, 0] != 0)
        value = np.zeros(len(self), dtype=np.int64)
        for column in range(here.shape[1] - 1, -1, -1):
            mine = here[:, column]
            hit = ((there == mine[:, None]) & (mine[:, None] != 0)).any(axis=1)
            value[hit] = mine[hit]
        return both, value != 0, value


def _take(texts: Sequence[str], codes: Codes) -> list[str]:
    return [texts[code] for code in codes.tolist()]
