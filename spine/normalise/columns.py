"""Columns: a function of one text applied to a whole Arrow column, once per distinct value."""

from collections.abc import Callable, Sequence
from typing import Any, TypeAlias

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

Column: TypeAlias = "pa.Array[Any]"
"""A column in one piece."""
compute: Any = pc
"""Arrow's functions, untyped: their stubs know neither scalars beside arrays nor functions of mixed types."""

NO_TEXT = pa.scalar(None, pa.string())


def text_column(table: pa.Table, name: str) -> Column:
    """The column as one array of strings; all null where the table has no such column."""
    if name not in table.column_names:
        return pa.nulls(table.num_rows, pa.string())
    return one_array(table.column(name)).cast(pa.string())


def one_array(column: "pa.ChunkedArray[Any]") -> Column:
    """The column in one piece."""
    whole: Any = column.chunk(0) if column.num_chunks == 1 else column.combine_chunks()
    combined: Column = pa.concat_arrays(whole.chunks) if hasattr(whole, "chunks") else whole
    return combined


def at_positions(column: Any, positions: "np.ndarray[Any, np.dtype[Any]]") -> Any:
    """The rows of a column or table at these positions, in their order; itself where that is all of them."""
    if len(positions) == len(column) and (positions == np.arange(len(positions))).all():
        return column
    return column.take(pa.array(positions))


def distinct(column: Column) -> tuple[list[str], Column]:
    """The distinct values in order of appearance, without null, and for each row the position of its value or null."""
    encoded: Any = compute.dictionary_encode(column)
    return encoded.dictionary.to_pylist(), encoded.indices


def distinct_column(column: Column) -> tuple[Column, Column]:
    """`distinct`, with the values as a column."""
    encoded: Any = compute.dictionary_encode(column)
    return encoded.dictionary, encoded.indices


def map_distinct(column: Column, function: Callable[[str], str | None]) -> Column:
    """`function` of each value, called once per distinct value; null stays null."""
    if column.null_count == len(column):
        return column
    values, positions = distinct(column)
    return pa.array([function(value) for value in values], pa.string()).take(positions)


def split_distinct(column: Column, function: Callable[[str], Sequence[str | None]], width: int) -> list[Column]:
    """The `width` parts that `function` makes of each value, as so many arrays; called once per distinct value."""
    if column.null_count == len(column):
        return [column] * width
    values, positions = distinct(column)
    parts = [function(value) for value in values]
    return [pa.array([part[at] for part in parts], pa.string()).take(positions) for at in range(width)]


def first_known(*columns: Column) -> Column:
    """For each row the first value that is not null."""
    if not columns[0].null_count or len(columns) == 1:
        return columns[0]
    some = [column for column in columns if column.null_count < len(column)]
    if len(some) < 2:
        return some[0] if some else columns[0]
    known: Column = compute.coalesce(*some)
    return known


def join_known(mark: str, *columns: Column) -> Column:
    """For each row its values that are not null, joined by `mark`; null where none is known."""
    known = first_known(*columns)
    # Arrow drops a row whose values are all null from a join that skips nulls; an empty text keeps it.
    first = compute.if_else(compute.is_null(known), "", columns[0])
    joined = compute.binary_join_element_wise(first, *columns[1:], mark, null_handling="skip")
    text: Column = compute.if_else(compute.is_valid(known), joined, NO_TEXT)
    return text


def prefixed(word: str, column: Column) -> Column:
    """Each value with `word` in front of it; null stays null."""
    text: Column = compute.binary_join_element_wise(word, column, "")
    return text


class NumberSet:
    """A growing set of whole numbers that is asked for many at once."""

    def __init__(self) -> None:
        self._parts: list[np.ndarray[Any, np.dtype[np.int64]]] = []

    def add(self, numbers: "np.ndarray[Any, np.dtype[np.int64]]") -> None:
        """Add numbers."""
        self._parts.append(np.sort(numbers))
        # Parts that at least double in length keep both asking and adding cheap; sorting joins two runs of one merge.
        while len(self._parts) > 1 and len(self._parts[-2]) <= 2 * len(self._parts[-1]):
            self._parts[-2:] = [np.sort(np.concatenate(self._parts[-2:]), kind="stable")]

    def missing(self, numbers: "np.ndarray[Any, np.dtype[np.int64]]") -> "np.ndarray[Any, np.dtype[np.int64]]":
        """Those of these numbers that are not in the set, in their order."""
        for part in self._parts:
            if len(part):
                place = np.minimum(np.searchsorted(part, numbers), len(part) - 1)
                numbers = numbers[part[place] != numbers]
        return numbers
