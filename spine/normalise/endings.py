"""Texts of folded words as columns of words, of which those that stand at the end are looked up and taken off."""

from collections.abc import Collection, Mapping
from typing import Any, Self

import numpy as np
import pyarrow as pa

from spine.normalise.columns import NO_TEXT, Column, at_positions, compute

Ints = np.ndarray[Any, np.dtype[np.int64]]
Flags = np.ndarray[Any, np.dtype[np.bool_]]
_NONE = -1


class Words:
    """The words of texts, numbered: `codes` of all of them, of which those of a text are `starts` to `ends`."""

    def __init__(self, words: Column, starts: Ints, ends: Ints) -> None:
        encoded: Any = compute.dictionary_encode(words)
        self.words = words
        self.starts, self.ends = starts, ends
        self.codes: Ints = encoded.indices.to_numpy(zero_copy_only=False).astype(np.int64)
        self._texts: Column = encoded.dictionary

    @classmethod
    def of(cls, texts: Column) -> Self:
        """The words of texts that are folded: parted by single spaces; an empty text is one empty word."""
        parted: Any = compute.split_pattern(texts, " ")
        ends = parted.offsets.to_numpy().astype(np.int64)
        return cls(parted.values, ends[:-1], ends[1:])

    def odd(self, sought: tuple[str, Collection[str]]) -> Flags:
        """The texts that end with a word, or begin with one of some, or have two words of one letter side by side."""
        last, first = sought
        numbers = self._numbers(list(first))
        found: Flags = np.isin(self.codes[self.starts], numbers) | (
            self.codes[self.ends - 1] == self._numbers([last])[0]
        )
        single = compute.match_substring_regex(self._texts, "^[a-z]$").to_numpy(zero_copy_only=False)[self.codes]
        beside = np.append(single[1:] & single[:-1], False)
        beside[self.ends - 1] = False
        before = np.append(0, np.cumsum(beside))
        return found | (before[self.ends] > before[self.starts])

    def without(self, forms: Mapping[str, str], linking: str) -> tuple[Column, Column]:
        """The texts without the forms at their ends, and what each form stands for, the first in the text first.

        The longest form is taken off, as often as one stands there; so are linking words before it. A first word stays.
        """
        steps, short = self._backwards(forms)
        link = self._numbers([linking])[0]
        ends, lists = self.ends.copy(), np.zeros(len(self.ends), np.int64)
        said: list[str | None] = [None]
        rows = np.flatnonzero(ends - self.starts > 1)
        while len(rows):
            width, form = self._longest(rows, ends, steps)
            rows, width, form = rows[width > 0], width[width > 0], form[width > 0]
            ends[rows] -= width
            # What was taken off so far, and this: numbered anew, since few of all combinations occur.
            pairs, lists[rows] = np.unique(lists[rows] * len(short) + form, return_inverse=True)
            known = [said[pair // len(short)] for pair in pairs.tolist()]
            added = [short[pair % len(short)] for pair in pairs.tolist()]
            lists[rows] += len(said)
            said += [one if rest is None else f"{one} {rest}" for one, rest in zip(added, known, strict=True)]
            rows = rows[ends[rows] - self.starts[rows] > 1]
            linked = rows
            while len(linked := linked[self.codes[ends[linked] - 1] == link]):
                ends[linked] -= 1
                linked = linked[ends[linked] - self.starts[linked] > 1]
            rows = rows[ends[rows] - self.starts[rows] > 1]
        return self._joined(ends), at_positions(pa.array(said, pa.string()), lists)

    def _longest(self, rows: Ints, ends: Ints, steps: "tuple[Ints, Ints, Ints]") -> tuple[Ints, Ints]:
        """How many words the longest form has that ends each row, 0 where none does, and which one it is."""
        keys, places, final = steps
        width, form = np.zeros(len(rows), np.int64), np.full(len(rows), _NONE)
        place, at, depth = np.zeros(len(rows), np.int64), np.arange(len(rows)), 0
        while len(at):
            depth += 1
            # The first word of a text is never part of a form.
            at = at[ends[rows[at]] - depth > self.starts[rows[at]]]
            key = place[at] * len(self._texts) + self.codes[ends[rows[at]] - depth]
            found = np.minimum(np.searchsorted(keys, key), len(keys) - 1)
            there = keys[found] == key
            at, found = at[there], found[there]
            place[at] = places[found]
            whole = at[final[place[at]] != _NONE]
            width[whole], form[whole] = depth, final[place[whole]]
        return width, form

    def _backwards(self, forms: Mapping[str, str]) -> "tuple[tuple[Ints, Ints, Ints], list[str]]":
        """Forms as steps from their last word on: from a place by a word to another, and the form that ends there."""
        names = sorted({word for form in forms for word in form.split()})
        numbers = dict(zip(names, self._numbers(names).tolist(), strict=True))
        taken: dict[int, int] = {}
        final, short = [_NONE], sorted(set(forms.values()))
        which = {form: number for number, form in enumerate(short)}
        for form, stands_for in forms.items():
            words = [numbers[word] for word in form.split()]
            if not words or _NONE in words:
                continue
            place = 0
            for word in reversed(words):
                place = taken.setdefault(place * len(self._texts) + word, len(final))
                final += [_NONE] * (place == len(final))
            final[place] = which[stands_for]
        keys = np.array(sorted(taken) or [_NONE], np.int64)
        places = np.array([taken.get(key, 0) for key in keys.tolist()], np.int64)
        return (keys, places, np.array(final, np.int64)), short

    def _numbers(self, words: list[str]) -> Ints:
        """The number of each word, -1 where no text has it."""
        found: Ints = compute.fill_null(compute.index_in(pa.array(words, pa.string()), self._texts), _NONE).to_numpy()
        return found.astype(np.int64)

    def _joined(self, ends: Ints) -> Column:
        """The texts up to these ends."""
        if bool((ends == self.ends).all()):
            kept, sizes = self.words, self.ends - self.starts
        else:
            sizes = ends - self.starts
            cut = np.zeros(len(self.words) + 1, np.int64)
            np.add.at(cut, self.starts, 1)
            np.add.at(cut, ends, -1)
            kept = self.words.filter(pa.array(np.cumsum(cut)[:-1] > 0))
        offsets: Any = pa.array(np.append(0, np.cumsum(sizes)).astype(np.int32))
        words: Any = kept
        lists: Any = pa.ListArray.from_arrays(offsets, words)
        joined: Column = compute.if_else(compute.is_valid(lists), compute.binary_join(lists, " "), NO_TEXT)
        return joined
