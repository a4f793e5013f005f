"""The matching of one kind of records without a driver that holds them: Parquet in, merge trees as Parquet out."""

from collections.abc import Sequence
from functools import reduce
from operator import and_

import numpy as np
import pyarrow as pa
from pyspark.sql import Column, DataFrame, SparkSession
from pyspark.sql import functions as F

from spine.domain.judgements import PROOFS, Judgement
from spine.domain.vocabulary import NAMESPACES, Kind
from spine.domain.vocabulary import Policy as NamespacePolicy
from spine.engines.spark_blocking import blocked
from spine.engines.spark_components import components
from spine.engines.spark_lists import OWNS, PERSONS, SIBLINGS, listed_apart
from spine.engines.spark_records import encoded_of, key_frame
from spine.engines.spark_steps import (
    cut,
    hushed,
    may_be_one,
    pairs_inside,
    proved_by_themselves,
    score_pairs,
    trees,
    verified_conflicts,
)
from spine.errors import InputError
from spine.matching.blocking import REFINE, rules_of
from spine.matching.model import Model
from spine.matching.side_by_side import owner_and_owned, siblings, two_persons
from spine.resolution.components import Pairs
from spine.resolution.judgements import Settled, settle
from spine.resolution.proofs import hushed as witnessed
from spine.resolution.trees import CERTAIN, Policy

FLOOR = 0
"""Pairs of at least so many thousandths of a bit connect."""

UNIQUE = [name for name, namespace in NAMESPACES.items() if namespace.policy is NamespacePolicy.UNIQUE]


def merge_trees(
    spark: SparkSession,
    folder: str,
    kind: Kind,
    model: Model,
    *,
    judgements: Sequence[Judgement] = (),
    policy: Policy | None = None,
) -> DataFrame:
    """The merge trees of all records of `folder`/records, written to `folder`/trees: `spark_steps.TREES`.

    `folder` is any path Spark knows. Its table `records` is that of `spark_records.records_table` with a column
    `order` that sorts as (source, record_id) does, its table `claims` (row, namespace, value, verified) the
    identifiers, its table `lists` (row, source, list) what sources list side by side. Each step is written before the
    next one starts, to `candidates`, `matches`, `components` and `trees`. `judgements` name rows. InputError where no
    blocking rule applies to the records.
    """
    policy = policy or Policy()
    path = f"{folder.rstrip('/')}/records"
    records = spark.read.parquet(path)
    plain = records.drop("order")
    rules = rules_of(kind, model.breadth, encoded_of(plain.limit(0).toArrow()))
    found = blocked(key_frame(plain, kind), rules, REFINE[kind, model.breadth])
    if found is None:
        raise InputError(f"No blocking rule of {kind.value} applies to {path}.", remedy="Write it by records_table.")
    carried = spark.read.parquet(f"{folder.rstrip('/')}/claims")
    claims = proved_by_themselves(carried).where(F.col("namespace").isin(UNIQUE))
    pairs = _written(spark, may_be_one(found.pairs, claims), folder, "candidates")
    scored = score_pairs(spark, path, pairs, model).where(f"weight >= {FLOOR}")
    matches = _written(spark, scored, folder, "matches")
    edges = matches.select("left", "right").unionByName(_frame(spark, settle(judgements).same))
    whole = _written(spark, components(spark, edges), folder, "connected")
    listed = listed_apart(spark, path, spark.read.parquet(f"{folder.rstrip('/')}/lists"), whole)
    settled, conflicts = _settled(spark, judgements, verified_conflicts(claims, whole), listed, whole)
    same = _frame(spark, settled.same)
    labels = _written(spark, cut(whole, matches, same, policy), folder, "components")
    proofs = records.where(F.col("order").cast("string").startswith(f"{PROOFS}/")).select("row")
    quiet = proofs.join(claims.select("row"), "row", "left_anti")
    scored_inside = score_pairs(spark, path, pairs_inside(labels), model, told=CERTAIN)
    inside = hushed(scored_inside, quiet, _mute(spark, folder, quiet, settled.same))
    members = labels.join(records.select("row", "order", _name_of(kind).alias("name")), "row")
    forbidden = _frame(spark, settled.forbidden).unionByName(conflicts)
    marks = same.withColumn("same", F.lit(True)).unionByName(forbidden.withColumn("same", F.lit(False)))
    return _written(spark, trees(inside, members, marks, policy), folder, "trees")


def _mute(spark: SparkSession, folder: str, quiet: DataFrame, same: Pairs) -> DataFrame:
    """The proofs (row) whose identifier one that is judged the same carries: they say nothing."""
    rows = np.unique(np.concatenate(same))
    kept = spark.read.parquet(f"{folder.rstrip('/')}/claims").join(
        spark.createDataFrame(pa.table({"row": rows})), "row"
    )
    held = kept.join(quiet.withColumn("quiet", F.lit(True)), "row", "left")
    table = held.select("row", "namespace", "value", F.coalesce("quiet", F.lit(False)).alias("quiet")).toArrow()
    place = np.searchsorted(rows, table["row"].to_numpy())
    marked = np.zeros(len(rows), np.bool_)
    marked[place] = table["quiet"].to_numpy()
    named = [f"{one['namespace']}/{one['value']}" for one in table.select(["namespace", "value"]).to_pylist()]
    ends = np.searchsorted(rows, same[0]), np.searchsorted(rows, same[1])
    mute = rows[witnessed(marked, ends, place, np.array(named, object)).mute]
    return spark.createDataFrame(pa.table({"row": mute}))


def _name_of(kind: Kind) -> Column:
    """A number for a record's whole name, equal where names are; negative where a part is missing."""
    parts = ["organisation"] if kind is Kind.ORGANISATION else ["given", "surname"]
    whole = F.xxhash64(*parts).bitwiseAND(F.lit((1 << 63) - 1))
    return F.when(reduce(and_, (F.col(part).isNotNull() for part in parts)), whole).otherwise(F.lit(-1))


def _settled(
    spark: SparkSession, judgements: Sequence[Judgement], conflicts: DataFrame, listed: DataFrame, labels: DataFrame
) -> tuple[Settled, DataFrame]:
    """What judgements say beside the lists and against the conflicts of their own components; the pairs of all others.

    `conflicts` and `listed` are pairs that are kept apart (left, right, component); these by a `source`.
    """
    ends = np.array([end for one in judgements for end in (one.a, one.b)], np.int64)
    judged = (
        spark.createDataFrame(pa.table({"row": np.unique(ends)})).join(labels, "row").select("component").distinct()
    )
    near = conflicts.join(judged, "component").select("left", "right").toArrow() if judgements else None
    pairs = (near["left"].to_numpy(), near["right"].to_numpy()) if near is not None else (ends, ends)
    beside = listed.join(judged, "component").collect() if judgements else []
    judged_so = {PERSONS: two_persons, OWNS: owner_and_owned, SIBLINGS: siblings}
    said = [judged_so[row["says"]](row["left"], row["right"], row["source"]) for row in beside]
    apart = conflicts.unionByName(listed.drop("source", "says")).distinct()
    return settle([*judgements, *said], pairs), apart.join(judged, "component", "left_anti").select("left", "right")


def _written(spark: SparkSession, frame: DataFrame, folder: str, name: str) -> DataFrame:
    path = f"{folder.rstrip('/')}/{name}"
    frame.write.mode("overwrite").parquet(path)
    return spark.read.parquet(path)


def _frame(spark: SparkSession, pairs: Pairs) -> DataFrame:
    left, right = (np.asarray(side, np.int64) for side in pairs)
    return spark.createDataFrame(pa.table({"left": left, "right": right}))
