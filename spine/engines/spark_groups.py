"""Whole groups of rows put before one Python function: many groups at once, none parted."""

from collections.abc import Callable, Iterable, Iterator
from functools import partial

import numpy as np
import pyarrow as pa
from pyspark.sql import DataFrame

from spine.domain.graph import GRAPH, ColumnType

AT_ONCE = 100_000
"""Rows that are worked on together: enough for arrays to pay, few enough for many workers on one machine."""

WIDE = 20_000
"""The same for rows that carry texts and lists."""

_TYPES: dict[ColumnType, str] = {
    "int": "bigint",
    "float": "double",
    "text": "string",
    "bool": "boolean",
    "json": "string",
    "bytes": "binary",
    "ints": "array<bigint>",
    "texts": "array<string>",
}

Work = Callable[[pa.Table], Iterable[pa.Table]]
"""What is asked about whole groups: rows in, tables out."""


def columns_of(table: str) -> str:
    """The columns of a table of the graph, as Spark declares them."""
    return ", ".join(f"`{column.name}` {_TYPES[column.type]}" for column in GRAPH[table].columns)


def by_group(frame: DataFrame, column: str, work: Work, schema: str, at_once: int = WIDE) -> DataFrame:
    """What `work` makes of the rows of `frame`, all rows of one value of `column` always before it together."""
    sorted_ = frame.repartition(column).sortWithinPartitions(column)
    return sorted_.mapInArrow(partial(_worked, column=column, work=work, at_once=at_once), schema)


def _worked(batches: Iterable[pa.RecordBatch], column: str, work: Work, at_once: int) -> Iterator[pa.RecordBatch]:
    for table in whole(batches, column, at_once):
        for made in work(table):
            yield from made.to_batches()


def gathered(batches: Iterable[pa.RecordBatch], at_once: int = AT_ONCE) -> Iterator[pa.Table]:
    """Batches put together until there are enough rows for arrays to pay."""
    held: list[pa.RecordBatch] = []
    for batch in batches:
        held.append(batch)
        if sum(one.num_rows for one in held) >= at_once:
            yield pa.Table.from_batches(held)
            held = []
    if held and any(one.num_rows for one in held):
        yield pa.Table.from_batches(held)


def whole(batches: Iterable[pa.RecordBatch], column: str, at_once: int = AT_ONCE) -> Iterator[pa.Table]:
    """The same, of batches sorted by a column of whole numbers, never parting rows of one value."""
    rest: pa.Table | None = None
    for table in gathered(batches, at_once):
        table = table if rest is None else pa.concat_tables([rest, table])
        values = table[column].to_numpy()
        last = int(np.searchsorted(values, values[-1]))
        if last:
            yield table.slice(0, last)
        rest = table.slice(last)
    if rest is not None:
        yield rest
