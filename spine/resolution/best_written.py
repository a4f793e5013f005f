"""Of the ways in which records write a value the best, of many entities at once: `written.best_written` as columns."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pyarrow as pa

from spine.normalise.columns import compute
from spine.normalise.whole_numbers import distinct_numbers, order_by
from spine.resolution.components import Ints
from spine.resolution.grouping import Coded, groups_of
from spine.resolution.written import (
    CODED,
    LETTERS,
    NAMES,
    WHOLE,
    lettered,
    spelled_alike,
    streets_alike,
    well_written,
    written,
)

_PLAIN = r"^[!-~]+( [!-~]+)*$"
"""Words of ASCII, parted by single blanks: they are shown as they are."""
_LETTERS_ALONE = r"^[0-9A-Za-z]+( [0-9A-Za-z]+)*$"
"""Such words without any mark: folding them changes nothing but capitals."""
_MANY = 100
WELL, BEST = 2, 3
"""Of a text that is neither all in capitals nor all in small letters; and has the letters of its language."""
_FEW = 40
"""Of so few records one after the other is looked at."""


def best_written(ways: "Ways", number: Ints, size: int, winner: Ints) -> "pa.Array[Any]":
    """A field of the rows that are believed, best written: its own way, or another row's that says the same.

    `number` is the entity of each row, -1 for none, `winner` the believed row of each of `size` entities, -1 for none.
    Of ways as good the believed row's own stands first, then that of the earliest row.
    """
    rows, key = ways.rows, ways.key
    says = (winner >= 0) & (key.codes[np.maximum(winner, 0)] >= 0)
    chosen = np.where(says, ways.of[np.maximum(winner, 0)], -1)
    rank = np.where(says, ways.rank(chosen), BEST)
    others = rows[rank[number[rows]] < BEST]
    same = key.codes[others] == key.codes[winner[number[others]]]
    told = ways.lettered(others) | (same & (rank[number[others]] < WELL))
    others, same = others[told], same[told]
    better = ways.rank(ways.of[others]) > rank[number[others]]
    others, same = others[better], same[better]
    for at in np.flatnonzero(~same).tolist():
        own, other = ways.texts[chosen[number[others[at]]]], ways.texts[ways.of[others[at]]]
        same[at] = spelled_alike(own, other) or (ways.name == "street" and streets_alike(own, other))
    others = others[same]
    order = order_by(number[others], -ways.rank(ways.of[others]), others)
    swap, first = np.unique(number[others][order], return_index=True)
    chosen[swap] = ways.of[others[order][first]]
    return Coded(chosen, ways.texts).arrow(chosen)


class Ways:
    """The ways in which records write a field; a way is put into words when somebody asks for it.

    `rows` are those that count, `key` the field's value of each row, `came` the attributes of `CAME_FROM`. `of` is the
    number of each row's way, -1 for rows that do not count, `texts` what each way looks like.
    """

    def __init__(self, name: str, key: Coded, came: "Sequence[pa.ChunkedArray[Any]]", rows: Ints) -> None:
        self.name = name
        self.rows = rows
        self.key = key
        self.came = [_dictionary(column) for column in came]
        group, first = groups_of([key.codes[rows], *(codes[rows] for codes, _ in self.came)])
        self.row = rows[first]
        self.of = np.full(len(key.codes), -1, np.int64)
        self.of[rows] = group
        self.texts = np.full(len(first), None, dtype=object)
        self._rank = np.zeros(len(first), np.int64)
        self._open = np.ones(len(first), bool)

    def rank(self, ways: Ints) -> Ints:
        """How well each of these ways is written: `WELL`, and one more with letters that ASCII has not."""
        asked = distinct_numbers(ways)
        asked = asked[asked >= 0]
        for way in self._plain(asked[self._open[asked]]).tolist():
            self.texts[way] = text = self._written(int(self.row[way]))
            self._rank[way] = WELL * well_written(text) + lettered(text)
        self._open[asked] = False
        found: Ints = self._rank[ways]
        return found

    def lettered(self, rows: Ints) -> "np.ndarray[Any, np.dtype[np.bool_]]":
        """Which of these rows have letters that ASCII has not, in what the field is taken from."""
        out = np.zeros(len(rows), bool)
        for codes, came in self.came:
            letters: Any = compute.match_substring_regex(came, LETTERS).fill_null(False)
            out |= np.append(letters.to_numpy(zero_copy_only=False), False)[codes[rows]]
        return out

    def _plain(self, ways: Ints) -> Ints:
        """Put those of many ways into words that an attribute says plainly; the others are left.

        A field of `WHOLE` is what its first attribute says; any other is the first that says the value and no more.
        """
        if self.name in CODED or len(ways) < _MANY:
            return ways
        key = pa.array(self.key.texts[self.key.codes[self.row[ways]]], pa.string())
        told: Any = pa.nulls(len(ways), pa.string())
        sought = np.ones(len(ways), bool)
        for codes, came in self.came[: 1 if self.name in WHOLE else None]:
            there = codes[self.row[ways]]
            places: Any = pa.array(there, mask=there < 0)
            texts: Any = came.take(places)
            pattern = _PLAIN if self.name in WHOLE else _LETTERS_ALONE
            plain = compute.match_substring_regex(texts, pattern).fill_null(False)
            same = True if self.name in WHOLE else compute.equal(compute.ascii_lower(texts), key).fill_null(False)
            hit = compute.and_(compute.and_(plain, same), pa.array(sought))
            told = compute.if_else(hit, texts, told)
            # What is written in other letters has to be looked at before any later attribute.
            sought &= ~hit.to_numpy(zero_copy_only=False)
            sought &= compute.or_(compute.is_null(texts), plain).to_numpy(zero_copy_only=False)
        # What no attribute has is made of the value itself.
        nowhere = np.ones(len(ways), bool)
        for codes, _ in self.came:
            nowhere &= codes[self.row[ways]] < 0
        bare = compute.and_(compute.match_substring_regex(key, _LETTERS_ALONE), pa.array(nowhere))
        small = compute.equal(compute.ascii_lower(key), key)
        named = compute.if_else(small, compute.ascii_title(key), key) if self.name in NAMES else key
        told = compute.if_else(bare, named, told)
        said = told.is_valid().to_numpy(zero_copy_only=False)
        mixed = compute.and_(
            compute.not_equal(told, compute.ascii_upper(told)), compute.not_equal(told, compute.ascii_lower(told))
        ).fill_null(False)
        self.texts[ways[said]] = told.to_numpy(zero_copy_only=False)[said]
        self._rank[ways[said]] = WELL * mixed.to_numpy(zero_copy_only=False)[said]
        rest: Ints = ways[~said]
        return rest

    def _written(self, row: int) -> str:
        came = [texts[int(codes[row])].as_py() if codes[row] >= 0 else None for codes, texts in self.came]
        return written(self.name, self.key.texts[self.key.codes[row]], came)


def _dictionary(column: "pa.ChunkedArray[Any]") -> "tuple[Ints, pa.Array[Any]]":
    """Codes of a text column in any order, -1 where null, and the texts."""
    if len(column) <= _FEW:
        place: dict[str, int] = {}
        values: list[Any] = column.to_pylist()
        few = [-1 if value is None else place.setdefault(value, len(place)) for value in values]
        return np.array(few, np.int64), pa.array(list(place), pa.string())
    array: Any = column.combine_chunks().dictionary_encode()
    codes: Ints = array.indices.fill_null(-1).to_numpy(zero_copy_only=False).astype(np.int64)
    return codes, array.dictionary
