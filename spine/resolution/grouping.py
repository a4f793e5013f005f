"""Columns in groups: codes for texts, groups of equal rows, pairs inside groups, the extremes and lists of a group."""

from collections.abc import Sequence
from itertools import combinations
from typing import Any, NamedTuple, TypeVar

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray
from pyarrow.compute import call_function

from spine.normalise.pressed import Columns
from spine.normalise.whole_numbers import distinct_numbers, in_order, numbered, order_by
from spine.resolution.components import Ints, runs

_FEW = 300
"""Up to so many texts Python numbers them sooner than Arrow."""
_SMALL = 40
"""Up to so many rows Python groups and pairs sooner than numpy."""
_WIDEST = 1 << 60
"""Combinations below this are numbered directly; above it, what there is so far is numbered anew."""


Rows = TypeVar("Rows", bound=Columns)


class Coded(NamedTuple):
    """A text column as codes, -1 where null; codes stand in the order of their texts."""

    codes: Ints
    texts: NDArray[Any]

    def take(self, codes: Ints) -> list[str | None]:
        """The texts behind codes, None for -1."""
        return [None if code < 0 else self.texts[code] for code in codes.tolist()]

    def arrow(self, codes: Ints) -> "pa.Array[Any]":
        """The texts behind codes as an Arrow column, null for -1."""
        if len(codes) <= _FEW:
            return pa.array(self.take(codes), pa.string())
        places: Any = pa.array(codes, pa.int64(), mask=codes < 0)
        return pa.array(self.texts.tolist(), pa.string()).take(places)


def with_columns(table: pa.Table, schema: pa.Schema) -> pa.Table:
    """The table with exactly the columns of a schema; those it lacks are null."""
    if table.schema.equals(schema):
        return table
    columns: list[Any] = []
    for name in schema.names:
        kind: Any = schema.field(name).type
        if name in table.column_names:
            columns.append(table[name].cast(kind))
        else:
            columns.append(pa.chunked_array([pa.nulls(table.num_rows, kind)]))
    return pa.table(columns, schema=schema)


def coded(column: "pa.ChunkedArray[Any] | pa.Array[Any]") -> Coded:
    """Codes of a text column in the order of its texts; empty texts count as null."""
    if len(column) <= _FEW:
        return _coded_few(column.to_pylist())
    chunks = column.chunks if isinstance(column, pa.ChunkedArray) else [column]
    array: Any = pa.concat_arrays([chunk.cast(pa.string()) for chunk in chunks] or [pa.array([], pa.string())])
    array = array.dictionary_encode()
    codes = array.indices.fill_null(-1).to_numpy(zero_copy_only=False).astype(np.int64)
    order = call_function("array_sort_indices", [array.dictionary])
    texts = np.array(array.dictionary.take(order).to_pylist(), dtype=object)
    # The empty text, which counts as null, can only stand first, and a null only last.
    empty = int(len(texts) > 0 and texts[0] == "")
    kept = len(texts) - int(len(texts) > 0 and texts[-1] is None)
    place = np.full(len(texts) + 1, -1, np.int64)
    place[order.to_numpy()[empty:kept]] = np.arange(kept - empty)
    return Coded(place[codes], texts[empty:kept])


def _coded_few(values: list[Any]) -> Coded:
    """The same for a few texts, which Python sorts before Arrow has begun."""
    texts = sorted({value for value in values if value})
    place = {text: at for at, text in enumerate(texts)}
    return Coded(np.array([place.get(value, -1) for value in values], np.int64), np.array(texts, dtype=object))


def groups_of(columns: Sequence[NDArray[Any]]) -> tuple[Ints, Ints]:
    """Number rows by their distinct combinations: the group of each row, and the first row of each group."""
    if len(columns[0]) <= _SMALL:
        return _groups_of_few(columns)
    key, size = np.zeros(len(columns[0]), np.int64), 1
    for column in columns:
        low = int(column.min(initial=0))
        codes, width = column.astype(np.int64) - low, int(column.max(initial=0)) - low + 1
        if width > _WIDEST >> 30:
            codes, width = numbered(codes)
        if size > _WIDEST // width:
            key, size = numbered(key)
        key, size = key * width + codes, size * width
    order, fresh = in_order(key)
    group = np.empty(len(key), np.int64)
    group[order] = np.cumsum(fresh) - 1
    return group, order[fresh]


def _groups_of_few(columns: Sequence[NDArray[Any]]) -> tuple[Ints, Ints]:
    """The same of a few rows, which Python numbers before numpy has begun."""
    rows = list(zip(*(column.tolist() for column in columns), strict=True))
    first: dict[tuple[Any, ...], int] = {}
    for place, row in enumerate(rows):
        first.setdefault(row, place)
    number = {row: at for at, row in enumerate(sorted(first))}
    return np.array([number[row] for row in rows], np.int64), np.array([first[row] for row in number], np.int64)


def pairs_within(group: Ints, cap: int, members: Ints | None = None) -> tuple[Ints, Ints, int]:
    """All pairs (`left` < `right`) of members that share a group of at most `cap`, and how many larger ones skipped.

    `group` [n] is -1 where a member belongs to none; `members` [n] names them, row numbers by default. A pair that
    shares several groups comes once for each.
    """
    if len(group) <= _SMALL:
        return _pairs_within_few(group, cap, members)
    kept = np.flatnonzero(group >= 0)
    order = kept[np.argsort(group[kept], kind="stable")]
    start, sizes = runs(group[order])
    if sizes.max(initial=0) < 2:
        nobody: Ints = np.empty(0, np.int64)
        return nobody, nobody, 0
    lefts, rights = [np.empty(0, np.int64)], [np.empty(0, np.int64)]
    for size in np.unique(sizes[(sizes > 1) & (sizes <= cap)]).tolist():
        rows = order[start[:-1][sizes == size][:, None] + np.arange(size)]
        one, other = np.triu_indices(size, 1)
        lefts.append(rows[:, one].ravel())
        rights.append(rows[:, other].ravel())
    left, right = np.concatenate(lefts), np.concatenate(rights)
    if members is not None:
        left, right = members[left], members[right]
    return np.minimum(left, right), np.maximum(left, right), int((sizes > cap).sum())


def _pairs_within_few(group: Ints, cap: int, members: Ints | None) -> tuple[Ints, Ints, int]:
    """The same of a few members, in the same order: groups by size, then by number."""
    held: dict[int, list[int]] = {}
    for place, number in enumerate(group.tolist()):
        if number >= 0:
            held.setdefault(number, []).append(place)
    if max(map(len, held.values()), default=0) < 2:
        nobody: Ints = np.empty(0, np.int64)
        return nobody, nobody, 0
    some = sorted((len(rows), number) for number, rows in held.items() if 1 < len(rows) <= cap)
    found = [pair for _, number in some for pair in combinations(held[number], 2)]
    pairs = np.array(found, np.int64).reshape(-1, 2)
    if members is not None:
        pairs = members[pairs]
    return pairs.min(axis=1), pairs.max(axis=1), sum(len(rows) > cap for rows in held.values())


def distinct_pairs(left: Ints, right: Ints, size: int) -> tuple[Ints, Ints]:
    """Each pair once, sorted; a member paired with itself is left out."""
    key = distinct_numbers((left * size + right)[left != right])
    return key // max(size, 1), key % max(size, 1)


def smallest(group: Ints, values: Ints, size: int, empty: int = -1) -> Ints:
    """Per group the smallest of the values that are not negative; `empty` where there is none."""
    out = np.full(size, np.iinfo(np.int64).max)
    kept = (values >= 0) & (group >= 0)
    np.minimum.at(out, group[kept], values[kept])
    out[out == np.iinfo(np.int64).max] = empty
    return out


def largest(group: Ints, values: Ints, size: int) -> Ints:
    """Per group the largest value, -1 where there is none."""
    out = np.full(size, -1, np.int64)
    kept = group >= 0
    np.maximum.at(out, group[kept], values[kept])
    return out


def commonest(group: Ints, codes: Ints, size: int, length: NDArray[Any] | None = None) -> Ints:
    """Per group its most frequent code, then the one of greatest `length`, then the smallest; -1 where none."""
    kept = (group >= 0) & (codes >= 0)
    out = np.full(size, -1, np.int64)
    if not kept.any():
        return out
    width = int(codes.max()) + 1
    key, count = np.unique(group[kept] * width + codes[kept], return_counts=True)
    owner, code = key // width, key % width
    longer = length[code] if length is not None else np.zeros(len(code), np.int64)
    order = order_by(owner, count, longer, -code)
    out[owner[order]] = code[order]
    return out


def distinct_count(group: Ints, values: Ints, size: int) -> Ints:
    """Per group how many distinct values it has, negative ones left out."""
    kept = (values >= 0) & (group >= 0)
    owner, _ = distinct(group[kept], values[kept])
    return np.bincount(owner, minlength=size).astype(np.int64)


def distinct(group: Ints, values: Ints) -> tuple[Ints, Ints]:
    """The distinct combinations of two columns, sorted by group, then value."""
    if not len(group):
        return group, values
    least, width = int(values.min()), int(values.max()) - int(values.min()) + 1
    if int(group.min()) >= 0 and int(group.max()) < (1 << 62) // width:
        key = np.sort(group * width + (values - least))
        key = key[np.concatenate(([True], key[1:] != key[:-1]))]
        return key // width, key % width + least
    order = np.lexsort((values, group))
    group, values = group[order], values[order]
    first = np.concatenate(([True], (group[1:] != group[:-1]) | (values[1:] != values[:-1])))
    return group[first], values[first]


def text_lists(group: Ints, column: Coded, size: int) -> "pa.Array[Any]":
    """Per group the sorted list of its distinct texts; empty where it has none."""
    return text_lists_of(group, column.codes, column, size)


def text_lists_of(group: Ints, codes: Ints, column: Coded, size: int) -> "pa.Array[Any]":
    """As `text_lists`, for codes that stand apart from their column's rows."""
    kept = (group >= 0) & (codes >= 0)
    owner, code = distinct(group[kept], codes[kept])
    offsets = np.searchsorted(owner, np.arange(size + 1)).astype(np.int32)
    places: Any = pa.array(offsets, pa.int32())
    lists: pa.Array[Any] = pa.ListArray.from_arrays(places, column.arrow(code))
    return lists


def spread(asked: Ints, owner: Ints, value: Ints) -> tuple[Ints, Ints]:
    """For each place in `asked`, every value whose owner is asked there: (place, value), places ascending."""
    order = np.argsort(owner, kind="stable")
    owner, value = owner[order], value[order]
    start = np.searchsorted(owner, asked, "left")
    many = np.searchsorted(owner, asked, "right") - start
    place = np.repeat(np.arange(len(asked)), many)
    step = np.arange(len(place)) - np.repeat(np.cumsum(many) - many, many)
    return place, value[np.repeat(start, many) + step]


def equal(column: "pa.ChunkedArray[Any]", value: str) -> NDArray[np.bool_]:
    """Which rows of a text column have a value; never where it is null."""
    if len(column) <= _FEW:
        return np.array([text == value for text in column.to_pylist()], dtype=bool)
    found: Any = call_function("equal", [column, pa.scalar(value, pa.string())])
    known: NDArray[np.bool_] = found.fill_null(False).to_numpy()
    return known


def whole_numbers(table: Columns, name: str) -> Ints:
    """A column of whole numbers without nulls, as an array."""
    numbers: Ints = table[name].to_numpy().astype(np.int64)
    return numbers


def rows_where(table: Rows, found: NDArray[np.bool_]) -> Rows:
    """The rows of a table that are marked."""
    if found.all():
        return table
    every: Any = table
    marked: Rows = every.take(pa.array(np.flatnonzero(found), pa.int64()))
    return marked
