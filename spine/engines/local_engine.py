"""The match engine of one machine: keys grouped by sorting, in memory."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from spine.engines.key_sets import KeySet, key_sets
from spine.engines.packed import PairSet
from spine.matching.at_once import each
from spine.normalise.whole_numbers import WORD, Ints, bits_for, distinct_numbers, firsts, numbered
from spine.ports import BlockingRule, Candidates

Bools = np.ndarray[Any, np.dtype[np.bool_]]
Numbers = np.ndarray[Any, np.dtype[np.int32]]
"""Rows and the numbers of keys: more of either would not fit into the memory."""
CELLS = 1 << 20
"""So many pairs of rows are made at a time."""


class LocalEngine:
    """`MatchEngine` on one machine: pairs from sorted whole numbers."""

    name = "local"

    def candidates(self, keys: pa.Table, rules: Sequence[BlockingRule], refine: Sequence[str]) -> Candidates:
        """Pairs of rows that agree on a rule; a crowded key is joined with each of the `refine` columns."""
        sets = key_sets(rules, refine, keys.column_names)
        names = sorted({name for one in sets for name in one.columns})
        rows, columns = keys.num_rows, {}
        for name in names:
            columns[name] = _column(keys[name])
            # A key column takes as much room as what is made of it.
            keys = keys.drop_columns([name])
        blocks = _Blocks(rows, columns)
        # Sets look only at what smaller ones found, so those of one size are grouped side by side.
        for _, of_size in groupby(sets, lambda one: len(one.columns)):
            for grouped in each(blocks.grouped, list(of_size)):
                blocks.take(grouped)
        left, right = blocks.pairs.columns()
        skipped = {rule.name: blocks.skipped[rule.name] for rule in rules if blocks.skipped.get(rule.name)}
        return Candidates(left, right, skipped)


@dataclass(frozen=True)
class _Column:
    """The keys of one column, numbered from 0, `width` of them.

    Of a column of single keys `code` has an entry for each row, -1 where it has none, and `row` is None. Where rows may
    hold several there is one entry per key that a row holds, rows ascending.
    """

    code: Numbers
    width: int
    row: Numbers | None = None


def _column(column: "pa.ChunkedArray[Any]") -> _Column:
    """The entries of a column of whole numbers, of texts, or of lists of either; nulls and repeats left out."""
    array: Any = pa.concat_arrays(column.chunks or [pa.array([], column.type)])
    if not pa.types.is_list(array.type):
        valid, code, width = _numbered(array)
        codes = np.full(len(array), -1, np.int32)
        codes[valid] = code
        return _Column(codes, width)
    row = np.asarray(pc.list_parent_indices(array)).astype(np.int64)
    valid, code, width = _numbered(pc.list_flatten(array))
    bits = bits_for(width)
    packed = distinct_numbers((row[valid] << bits) | code)
    return _Column((packed & ((1 << bits) - 1)).astype(np.int32), width, (packed >> bits).astype(np.int32))


def _numbered(array: Any) -> tuple[Ints, Numbers, int]:
    """Where the values of an array are that are not null, a number for each, and how many numbers there are."""
    if not pa.types.is_integer(array.type):
        array = array.dictionary_encode().indices
    valid = np.flatnonzero(array.is_valid().to_numpy(zero_copy_only=False))
    code, width = numbered(array.fill_null(0).to_numpy(zero_copy_only=False)[valid].astype(np.int64))
    return valid, code.astype(np.int32), width


class _Grouped(NamedTuple):
    """What grouping by a set of columns shows: how many pairs each of its rules keeps apart, and what is crowded.

    `crowded` are places among the entries, whose rows are `row`.
    """

    by: KeySet
    skipped: dict[str, int]
    row: Ints
    crowded: Ints


class _Blocks:
    """The pairs found so far, and what crowded keys kept apart."""

    def __init__(self, rows: int, columns: Mapping[str, _Column]) -> None:
        self.rows = rows
        self.columns = columns
        self.pairs = PairSet(rows)
        self.skipped: dict[str, int] = {}
        # A bit per set of columns that is crowded at a row; of a list, a mark per entry of it.
        self._crowded = np.zeros(rows, np.uint64)
        self._bits: dict[tuple[str, ...], np.uint64] = {}
        self._marks: dict[str, Bools] = {}

    def grouped(self, one: KeySet) -> _Grouped:
        """Pair the rows of the set's keys that are not crowded. Sets of one size may be grouped side by side."""
        row, entry = self._entries(one)
        bits = bits_for(len(row))
        # Key and place are packed, sorted and unpacked where they lie: at every processor a set is grouped.
        entry <<= bits
        entry |= np.arange(len(row))
        entry.sort()
        start = np.flatnonzero(firsts(entry >> bits))
        entry &= (1 << bits) - 1
        held = np.diff(start, append=len(entry))
        self._pair(row[entry], start, held, one.crowded)
        skipped = {}
        for rule in one.rules:
            crowd = held[held > rule.crowded]
            skipped[rule.name] = int((crowd * (crowd - 1) // 2).sum())
        crowded = entry[np.repeat(held > one.crowded, held)] if one.rules else entry[:0]
        return _Grouped(one, skipped, row, crowded)

    def take(self, grouped: _Grouped) -> None:
        """Remember what was crowded."""
        self.skipped |= grouped.skipped
        if grouped.by.rules:
            self._remember(grouped.by, grouped.row, grouped.crowded)

    def _entries(self, one: KeySet) -> tuple[Ints, Ints]:
        """Row and key of each entry that is worth grouping; keys narrow enough to be packed with an entry's number."""
        several = [name for name in one.columns if self.columns[name].row is not None]
        if several:
            first = self.columns[several[0]]
            marked = self._marks.get(several[0]) if (several[0],) in one.within else None
            row, code, width = np.asarray(first.row, np.int64), first.code.astype(np.int64), first.width
            if marked is not None:
                row, code = row[marked], code[marked]
            kept = self._open(one, row)
            row, code = row[kept], code[kept]
        else:
            row = np.flatnonzero(self._open(one, None))
            code, width = np.zeros(len(row), np.int64), 1
        for name in one.columns:
            if name not in several[:1]:
                row, code, width = _joined(self.columns[name], row, code, width)
        return row, code if bits_for(width) + bits_for(len(row)) <= WORD else numbered(code)[0]

    def _open(self, one: KeySet, row: Ints | None) -> Bools:
        """Which of the rows (all by default) are crowded in every set that the key set lies within, as far as known."""
        asked = np.uint64(0)
        for columns in one.within:
            asked |= self._bits.get(columns, np.uint64(0))
        if asked:
            crowded = self._crowded if row is None else self._crowded[row]
            found: Bools = (crowded & asked) == asked
        else:
            found = np.ones(self.rows if row is None else len(row), np.bool_)
        for name in one.columns:
            column = self.columns[name]
            if row is None and column.row is None:
                found &= column.code >= 0
        return found

    def _pair(self, rows: Ints, start: Ints, held: Ints, crowded: int) -> None:
        """All pairs inside each group of two to `crowded` rows; groups of one size as one array."""
        usable = (held > 1) & (held <= crowded)
        start, held = start[usable], held[usable]
        for size in np.flatnonzero(np.bincount(held)).tolist():
            of_size = start[held == size]
            one, other = np.triu_indices(size, 1)
            most = max(1, CELLS // len(one))
            for begin in range(0, len(of_size), most):
                members = rows[of_size[begin : begin + most, None] + np.arange(size)]
                self.pairs.add(members[:, one].ravel(), members[:, other].ravel())

    def _remember(self, one: KeySet, row: Ints, crowded: Ints) -> None:
        """Note which rows, or which entries of a list, are crowded in this set, while there is room for it."""
        several = [name for name in one.columns if self.columns[name].row is not None]
        if several and len(one.columns) == 1:
            self._marks[several[0]] = np.zeros(len(row), np.bool_)
            self._marks[several[0]][crowded] = True
        elif not several and len(self._bits) < np.iinfo(np.uint64).bits:
            bit = np.uint64(1) << np.uint64(len(self._bits))
            self._bits[one.columns] = bit
            self._crowded[row[crowded]] |= bit


def _joined(column: _Column, row: Ints, code: Ints, width: int) -> tuple[Ints, Ints, int]:
    """Entries with one more column in their key; those whose row has none are left out."""
    if column.row is None:
        more = column.code[row]
        kept = np.flatnonzero(more >= 0)
        row, code, more = row[kept], code[kept], more[kept]
    else:
        asked = row.astype(np.int32)
        first = np.searchsorted(column.row, asked, "left")
        many = np.searchsorted(column.row, asked, "right") - first
        step = np.arange(int(many.sum())) - np.repeat(np.cumsum(many) - many, many)
        row, code, more = np.repeat(row, many), np.repeat(code, many), column.code[np.repeat(first, many) + step]
    if bits_for(width) + bits_for(column.width) > WORD:
        code, width = numbered(code)
    return row, code * column.width + more, width * column.width
