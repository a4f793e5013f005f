"""The matching of one kind of records without a driver that holds them: Parquet in, merge trees as Parquet out."""

import numpy as np
import pyarrow as pa
from pyspark.sql import DataFrame, SparkSession

from spine.domain.vocabulary import Kind
from spine.engines.spark_blocking import blocked
from spine.engines.spark_components import components
from spine.engines.spark_records import encoded_of, key_frame
from spine.engines.spark_steps import cut, pairs_inside, score_pairs, trees
from spine.errors import InputError
from spine.matching.blocking import REFINE, rules_of
from spine.matching.model import Model
from spine.resolution.components import NO_PAIRS, Pairs
from spine.resolution.trees import Policy

FLOOR = 0
"""Pairs of at least so many thousandths of a bit connect."""


def merge_trees(
    spark: SparkSession,
    folder: str,
    kind: Kind,
    model: Model,
    *,
    same: Pairs = NO_PAIRS,
    forbidden: Pairs = NO_PAIRS,
    policy: Policy | None = None,
) -> DataFrame:
    """The merge trees of all records of `folder`/records, written to `folder`/trees: `spark_steps.TREES`.

    `folder` is any path Spark knows. Its table `records` is that of `spark_records.records_table` with a column
    `order` that sorts as (source, record_id) does. Each step is written before the next one starts, to `candidates`,
    `matches`, `components` and `trees`. `same` and `forbidden` are settled judgements. InputError where no blocking
    rule applies to the records.
    """
    policy = policy or Policy()
    path = f"{folder.rstrip('/')}/records"
    records = spark.read.parquet(path)
    plain = records.drop("order")
    found = blocked(key_frame(plain, kind), rules_of(kind, encoded_of(plain.limit(0).toArrow())), REFINE[kind])
    if found is None:
        raise InputError(f"No blocking rule of {kind.value} applies to {path}.", remedy="Write it by records_table.")
    pairs = _written(spark, found.pairs, folder, "candidates")
    scored = score_pairs(spark, path, pairs, model).where(f"weight >= {FLOOR}")
    matches = _written(spark, scored, folder, "matches")
    asserted = _frame(spark, same)
    edges = matches.select("left", "right").unionByName(asserted)
    labels = _written(spark, cut(components(spark, edges), matches, asserted, policy), folder, "components")
    inside = score_pairs(spark, path, pairs_inside(labels), model)
    members = labels.join(records.select("row", "order"), "row")
    marks = asserted.selectExpr("left", "right", "true as same").unionByName(
        _frame(spark, forbidden).selectExpr("left", "right", "false as same")
    )
    return _written(spark, trees(inside, members, marks, policy), folder, "trees")


def _written(spark: SparkSession, frame: DataFrame, folder: str, name: str) -> DataFrame:
    path = f"{folder.rstrip('/')}/{name}"
    frame.write.mode("overwrite").parquet(path)
    return spark.read.parquet(path)


def _frame(spark: SparkSession, pairs: Pairs) -> DataFrame:
    left, right = (np.asarray(side, np.int64) for side in pairs)
    return spark.createDataFrame(pa.table({"left": left, "right": right}))
