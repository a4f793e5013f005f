"""What two different texts have in common: similarity, edits, words, initials; asked once per pair of texts."""

from collections.abc import Callable, Sequence
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from rapidfuzz import fuzz
from rapidfuzz.distance import OSA, JaroWinkler
from rapidfuzz.process import cpdist

from spine.matching.encoded import Bools, Codes, Encoded, Ints
from spine.matching.signs import Floats32, Glance, Ints32, Signs, signs_of
from spine.normalise.folding import without_umlauts

Scores = Floats32
Objects = NDArray[np.object_]
FAR_APART = 99
"""At least so many edits lie between texts that nobody needs to count further."""
SLACK = 1e-4
"""What rounding may take away from a similarity of four bytes."""

SPELLED = 4
"""Names of fewer letters are told apart by an e: Jo and Joe, Paz and Paez."""


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
        return self._at_least(_JARO_WINKLER, self._texts, self._glance, least)

    def near(self, least: float) -> Ints:
        """Which pairs may have a Jaro-Winkler similarity of `least` or more."""
        return np.flatnonzero(self._glance.most_jaro_winkler() >= least - SLACK)

    def ratio(self, least: float = 0.0) -> Scores:
        """Normalised indel similarity in 0..1 (longest common subsequence, Dice); below `least` it may be 0."""
        return self._at_least(_RATIO, self._texts, self._glance, least)

    def word_ratio(self, least: float = 0.0) -> Scores:
        """The same after the words have been sorted."""
        texts, signs = self.records.remember(("words in order", self.field), self._in_word_order)
        return self._at_least(_RATIO, texts, Glance.at(signs, self.here, self.there), least)

    def edits(self, most: int = FAR_APART) -> Scores:
        """Edit distance with transpositions (optimal string alignment); above `most` it may be any greater number."""
        out = np.full(len(self), FAR_APART, dtype=np.float32)
        possible = np.flatnonzero(self._glance.least_edits() <= most)
        out[possible] = self._measured(self._texts, possible, OSA.distance, most)
        return out

    def part(self, rows: Ints) -> "TextPairs":
        """These pairs alone."""
        return TextPairs(self.records, self.field, self.here.take(rows), self.there.take(rows))

    def shorter(self) -> Ints32:
        """The length of the shorter of the two texts."""
        shorter: Ints32 = np.minimum(*self._glance.lengths)
        return shorter

    def same_initial(self) -> Bools:
        """The two texts begin with the same character."""
        initials = initials_of(self.records, self.field)
        mine = initials.take(self.here)
        equal: Bools = (mine == initials.take(self.there)) & (mine != 0)
        return equal

    def umlauts(self) -> Bools:
        """The two differ by umlauts alone, written with an e or without: Müller and Mueller."""
        spelled = self.records.remember(("umlauts", self.field), lambda: _spelled(self.texts))
        mine = spelled.take(self.here)
        equal: Bools = (mine == spelled.take(self.there)) & (mine >= 0)
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
        rows = np.flatnonzero(compound.take(self.here) | compound.take(self.there))
        out = np.zeros(len(self), dtype=bool)
        out[rows] = [
            texts[one] in words[other] if one not in words
            else texts[other] in words[one] if other not in words
            else not words[one].isdisjoint(words[other])
            for one, other in zip(self.here[rows].tolist(), self.there[rows].tolist(), strict=True)
        ]  # fmt: skip
        return out

    @cached_property
    def _glance(self) -> Glance:
        return Glance.at(self.records.signs(self.field), self.here, self.there)

    @property
    def _texts(self) -> Objects:
        """The texts, to take many of them at once."""
        return self.records.remember(("texts", self.field), lambda: _objects(self.texts))

    def _in_word_order(self) -> tuple[Objects, Signs]:
        texts = [" ".join(sorted(text.split())) for text in self.texts]
        return _objects(texts), signs_of(texts)

    def _at_least(self, measure: "_Measure", texts: Objects, glance: Glance, least: float) -> Scores:
        """A similarity of these texts, exact from `least` up."""
        floor = max(least - SLACK, 0.0)
        possible = np.flatnonzero(measure.most(glance) >= floor)
        out = np.zeros(len(self), dtype=np.float32)
        found = self._measured(texts, possible, measure.scorer, floor * measure.equal)
        out[possible] = found / np.float32(measure.equal)
        return out

    def _measured(self, texts: Objects, rows: Ints, scorer: Any, cutoff: float) -> Scores:
        if not len(rows):
            return np.zeros(0, dtype=np.float32)
        one, other = (texts.take(side.take(rows)).tolist() for side in (self.here, self.there))
        return cpdist(one, other, scorer=scorer, score_cutoff=cutoff, dtype=np.float32)


class _Measure(NamedTuple):
    """A similarity: rapidfuzz's scorer, what it says of equal texts, and what two texts can reach at most."""

    scorer: Any
    equal: float
    most: Callable[[Glance], Scores]


_JARO_WINKLER = _Measure(JaroWinkler.similarity, 1.0, Glance.most_jaro_winkler)
_RATIO = _Measure(fuzz.ratio, 100.0, Glance.most_ratio)


def initials_of(records: Encoded, field: str) -> Ints32:
    """The first character of each text of the field by code (last: null), as a number; 0 for none."""

    def compute() -> Ints32:
        return np.array([ord(text[0]) if text else 0 for text in records.texts_of(field)] + [0], dtype=np.int32)

    return records.remember(("initials", field), compute)


def _spelled(texts: Sequence[str]) -> Codes:
    """By code (last: null) a number that texts share which differ by umlauts alone; -1 for short ones and null."""
    spelled = [without_umlauts(text) for text in texts]
    known = {text: number for number, text in enumerate(dict.fromkeys(spelled)) if len(text) >= SPELLED}
    return np.array([*(known.get(text, -1) for text in spelled), -1], dtype=np.int32)


def _several_words(texts: Sequence[str]) -> dict[int, set[str]]:
    """By code the words of more than two letters of the texts that are not one word."""
    parted = ((code, text.split()) for code, text in enumerate(texts))
    return {code: {word for word in words if len(word) > 2} for code, words in parted if words != [texts[code]]}


def _objects(texts: Sequence[str]) -> Objects:
    """Texts as an array."""
    objects = np.empty(len(texts), dtype=object)
    objects[:] = texts
    return objects
