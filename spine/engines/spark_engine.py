"""The match engine for data that outgrows one machine: blocking in Spark SQL."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pyarrow as pa
from pyspark.sql import SparkSession

from spine.engines.spark_blocking import blocked
from spine.engines.spark_session import session
from spine.ports import BlockingRule, Candidates

Ints = np.ndarray[Any, np.dtype[np.int64]]
NOTHING: Ints = np.empty(0, np.int64)


class SparkEngine:
    """`MatchEngine` on Spark; keys and answers cross the driver as Arrow tables.

    For data beyond the driver see `spine.engines.spark_flow`, which never gathers anything.
    """

    name = "spark"

    def __init__(self, spark: SparkSession | None = None) -> None:
        self.spark = spark or session()

    def candidates(self, keys: pa.Table, rules: Sequence[BlockingRule], refine: Sequence[str]) -> Candidates:
        """Pairs of rows that agree on a rule; a crowded key is joined with each of the `refine` columns."""
        usable = [rule for rule in rules if all(column in keys.column_names for column in rule.columns)]
        if not usable or not keys.num_rows:
            return Candidates(NOTHING, NOTHING)
        numbered = keys.append_column("row", pa.array(np.arange(keys.num_rows)))
        frame = self.spark.createDataFrame(numbered).persist()
        try:
            found = blocked(frame, usable, refine)
            if found is None:
                return Candidates(NOTHING, NOTHING)
            pairs = found.pairs.toArrow()
            crowds = {usable[row["rule"]].name: int(row["pairs"]) for row in found.crowds.collect()}
        finally:
            frame.unpersist()
        left, right = _column(pairs, "left"), _column(pairs, "right")
        order = np.lexsort((right, left))
        skipped = {rule.name: crowds[rule.name] for rule in usable if rule.name in crowds}
        return Candidates(left[order], right[order], skipped)


def _column(table: pa.Table, name: str) -> Ints:
    column: Ints = table[name].to_numpy().astype(np.int64)
    return column
