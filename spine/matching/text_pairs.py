"""What two different texts have in common: similarity, edits, words, initials; asked once per pair of texts."""

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import numpy as np
from rapidfuzz import fuzz
from rapidfuzz.distance import OSA, JaroWinkler
from rapidfuzz.process import cpdist

from spine.matching.encoded import Bools, Codes, Encoded, Ints
from spine.matching.signs import Floats32, Ints32, Signs, least_edits, most_jaro_winkler, most_ratio, signs_of

Scores = Floats32
FAR_APART = 99
"""At least so many edits lie between texts that nobody needs to count further."""
SLACK = 1e-4
"""What rounding may take away from a similarity of four bytes."""


class TextPairs:
    """Pairs of texts of one field, by their codes; every answer is an array with one value per pair."""

    def __init__(self, records: Encoded, field: str, here: Codes, there: Codes) -> None:
        self.records = records
        self.field = field
        self.here = here
        self.there = there

    def __len__(self) -> int:
        return len(self.here)

    @property
    def texts(self) -> list[str]:
        """The texts behind the codes."""
        return self.records.texts_of(self.field)

    def jaro_winkler(self, least: float = 0.0) -> Scores:
        """Jaro-Winkler similarity in 0..1; below `least` it may be 0 instead, which spares most comparisons."""
        return self._at_least(_JARO_WINKLER, self._as_written(), least)

    def near(self, least: float) -> Ints:
        """Which pairs may have a Jaro-Winkler similarity of `least` or more."""
        return np.flatnonzero(most_jaro_winkler(self.records.signs(self.field), self.here, self.there) >= least - SLACK)

    def ratio(self, least: float = 0.0) -> Scores:
        """Normalised indel similarity in 0..1 (longest common subsequence, Dice); below `least` it may be 0."""
        return self._at_least(_RATIO, self._as_written(), least)

    def word_ratio(self, least: float = 0.0) -> Scores:
        """The same after the words have been sorted."""
        return self._at_least(_RATIO, self._in_word_order(), least)

    def edits(self, most: int = FAR_APART) -> Scores:
        """Edit distance with transpositions (optimal string alignment); above `most` it may be any greater number."""
        texts, signs = self._as_written()
        out = np.full(len(self), FAR_APART, dtype=np.float32)
        possible = np.flatnonzero(least_edits(signs, self.here, self.there) <= most)
        out[possible] = self._measured(texts, possible, OSA.distance, most)
        return out

    def part(self, rows: Ints) -> "TextPairs":
        """These pairs alone."""
        return TextPairs(self.records, self.field, self.here[rows], self.there[rows])

    def shorter(self) -> Ints32:
        """The length of the shorter of the two texts."""
        lengths = self.records.signs(self.field).length
        shorter: Ints32 = np.minimum(lengths[self.here], lengths[self.there])
        return shorter

    def same_initial(self) -> Bools:
        """The two texts begin with the same character."""
        initials = initials_of(self.records, self.field)
        equal: Bools = (initials[self.here] == initials[self.there]) & (initials[self.here] != 0)
        return equal

    def nickname(self) -> Bools:
        """The two names are forms of one name, as Bill and William."""
        table = self.records.nicknames
        if not len(table):
            return np.zeros(len(self), dtype=bool)
        low, high = np.minimum(self.here, self.there), np.maximum(self.here, self.there)
        key = low.astype(np.int64) * len(self.texts) + high
        at = np.minimum(np.searchsorted(table, key), len(table) - 1)
        return np.asarray(table[at] == key, dtype=bool)

    def part_of(self) -> Bools:
        """The two have a word in common, and one has more than that word: Garcia and Garcia Lopez."""
        texts, words = self.texts, self.records.remember(("words", self.field), lambda: _several_words(self.texts))
        compound = self.records.remember(
            ("compound", self.field), lambda: np.array([" " in text for text in texts] + [False], dtype=bool)
        )
        rows = np.flatnonzero(compound[self.here] | compound[self.there])
        out = np.zeros(len(self), dtype=bool)
        out[rows] = [
            texts[one] in words[other] if one not in words
            else texts[other] in words[one] if other not in words
            else not words[one].isdisjoint(words[other])
            for one, other in zip(self.here[rows].tolist(), self.there[rows].tolist(), strict=True)
        ]  # fmt: skip
        return out

    def _as_written(self) -> tuple[list[str], Signs]:
        return self.texts, self.records.signs(self.field)

    def _in_word_order(self) -> tuple[list[str], Signs]:
        def compute() -> tuple[list[str], Signs]:
            texts = [" ".join(sorted(text.split())) for text in self.texts]
            return texts, signs_of(texts)

        return self.records.remember(("words in order", self.field), compute)

    def _at_least(self, measure: "_Measure", shown: tuple[list[str], Signs], least: float) -> Scores:
        """A similarity of the texts as they are `shown`, exact from `least` up."""
        texts, signs = shown
        floor = max(least - SLACK, 0.0)
        possible = np.flatnonzero(measure.most(signs, self.here, self.there) >= floor)
        out = np.zeros(len(self), dtype=np.float32)
        found = self._measured(texts, possible, measure.scorer, floor * measure.equal)
        out[possible] = found / np.float32(measure.equal)
        return out

    def _measured(self, texts: Sequence[str], rows: Ints, scorer: Any, cutoff: float) -> Scores:
        if not len(rows):
            return np.zeros(0, dtype=np.float32)
        one, other = _take(texts, self.here[rows]), _take(texts, self.there[rows])
        return cpdist(one, other, scorer=scorer, score_cutoff=cutoff, dtype=np.float32)


class _Measure(NamedTuple):
    """A similarity: rapidfuzz's scorer, what it says of equal texts, and what two texts can reach at most."""

    scorer: Any
    equal: float
    most: Callable[[Signs, Codes, Codes], Scores]


_JARO_WINKLER = _Measure(JaroWinkler.similarity, 1.0, most_jaro_winkler)
_RATIO = _Measure(fuzz.ratio, 100.0, most_ratio)


def initials_of(records: Encoded, field: str) -> Ints32:
    """The first character of each text of the field by code (last: null), as a number; 0 for none."""

    def compute() -> Ints32:
        return np.array([ord(text[0]) if text else 0 for text in records.texts_of(field)] + [0], dtype=np.int32)

    return records.remember(("initials", field), compute)


def _several_words(texts: Sequence[str]) -> dict[int, set[str]]:
    """By code the words of more than two letters of the texts that are not one word."""
    parted = ((code, text.split()) for code, text in enumerate(texts))
    return {code: {word for word in words if len(word) > 2} for code, words in parted if words != [texts[code]]}


def _take(texts: Sequence[str], codes: Codes) -> list[str]:
    return list(map(texts.__getitem__, codes.tolist()))
