"""The one scorer and the one merge tree, run where the data lies: inside `mapInArrow`, over partitions of any size.

Nothing here decides anything: pairs come in, `spine.matching.scorer.score` and `spine.resolution.merge_tree.build`
answer, the same as on one machine.
"""

from collections.abc import Iterable, Iterator
from functools import partial
from typing import Any

import numpy as np
import pyarrow as pa
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

from spine.domain.weights import SILENT
from spine.engines.spark_groups import gathered, whole
from spine.engines.spark_records import encoded_of
from spine.matching.encoded import Encoded
from spine.matching.model import Model
from spine.matching.scorer import score
from spine.resolution import capping, merge_tree
from spine.resolution.components import connected
from spine.resolution.constraints import LOGIN, SESSION
from spine.resolution.flags import over_merge
from spine.resolution.packing import pack_all
from spine.resolution.trees import Policy

Ints = np.ndarray[Any, np.dtype[np.int64]]
TOLD = 0
"""Pairs of at least so many thousandths of a bit are told in words, unless asked otherwise."""

SCORED = "left bigint, right bigint, weight int, in_tree int, alike boolean, levels string"
TREES = "component bigint, members array<bigint>, value binary, capped boolean, flags array<string>"
LABELS = "row bigint, component bigint"


def score_pairs(
    spark: SparkSession, fields_path: str, pairs: DataFrame, model: Model, *, told: int = TOLD
) -> DataFrame:
    """The pairs (left, right) scored: left, right, weight, in_tree, alike, levels, as the scorer gives them.

    `fields_path` is Parquet of `spark_records.records_table`, on any path Spark knows. `alike` marks two records whose
    contents are equal in all that is compared. Writing levels as text costs more than scoring, so only pairs that weigh
    at least `told` get them; others have null.
    """
    records = spark.read.parquet(fields_path).drop("order")
    both = pairs.select("left", "right")
    for side, name in (("left", "one"), ("right", "other")):
        both = both.join(records.select(F.col("row").alias(side), F.struct("*").alias(name)), side)
    work = partial(_score_batches, document=model.to_document(), told=told)
    return both.select("left", "right", "one", "other").mapInArrow(work, SCORED)


def _score_batches(batches: Iterable[pa.RecordBatch], document: str, told: int) -> Iterator[pa.RecordBatch]:
    model = Model.from_document(document)
    for table in gathered(batches):
        ends = [pa.Table.from_struct_array(table[name]) for name in ("one", "other")]
        both = pa.concat_tables(ends)
        _, first, place = np.unique(both["row"].to_numpy(), return_index=True, return_inverse=True)
        records = encoded_of(both.take(pa.array(first, pa.int64())))
        left, right = place[: table.num_rows], place[table.num_rows :]
        scored = score(model, records, left, right)
        chosen = np.flatnonzero(scored.weight >= told)
        place = np.full(table.num_rows, -1, np.int64)
        place[chosen] = np.arange(len(chosen))
        levels = scored.texts(chosen).take(pa.array(place, pa.int64(), mask=place < 0))
        columns = {
            "left": table["left"],
            "right": table["right"],
            "weight": pa.array(scored.weight, pa.int32()),
            "in_tree": pa.array(scored.in_tree, pa.int32()),
            "alike": _alike(records, left, right),
            "levels": levels,
        }
        yield from pa.table(columns).to_batches()


def _alike(records: Encoded, left: Ints, right: Ints) -> np.ndarray[Any, np.dtype[np.bool_]]:
    equal = np.ones(len(left), bool)
    for codes in records.codes.values():
        equal &= codes[left] == codes[right]
    for matrix in records.shared.values():
        equal &= (matrix[left] == matrix[right]).all(axis=1)
    return equal


def cut(components: DataFrame, scored: DataFrame, same: DataFrame, policy: Policy) -> DataFrame:
    """`components` (row, component) with those above the policy's cap cut apart as `capping.split` does.

    `scored` holds the pairs at or above the floor, `same` (left, right) the pairs that are never cut.
    """
    large = components.groupBy("component").agg(F.count("*").alias("size")).where(F.col("size") > policy.cap)
    pairs = scored.select("left", "right", F.col("weight").cast("bigint").alias("weight"))
    pairs = pairs.unionByName(same.select("left", "right", F.lit(merge_tree.CERTAIN).cast("bigint").alias("weight")))
    inside = pairs.join(components.withColumnRenamed("row", "left").join(large, "component"), "left")
    pieces = (
        inside.select("component", "left", "right", "weight")
        .repartition("component")
        .sortWithinPartitions("component")
        .mapInArrow(partial(_cut_batches, policy=policy), LABELS)
    )
    return components.join(large, "component", "left_anti").select("row", "component").unionByName(pieces)


def _cut_batches(batches: Iterable[pa.RecordBatch], policy: Policy) -> Iterator[pa.RecordBatch]:
    for table in whole(batches, "component"):
        rows, left, right = _local(table)
        labels = connected(len(rows), left, right)
        weight: Ints = table["weight"].to_numpy()
        certain = weight >= merge_tree.CERTAIN
        same = left[certain], right[certain]
        labels = capping.split(labels, left[~certain], right[~certain], weight[~certain], same=same, cap=policy.cap)
        yield from pa.table({"row": rows, "component": rows[labels]}).to_batches()


def proved_by_themselves(claims: DataFrame) -> DataFrame:
    """The `claims` (row, namespace, verified) that `resolution.constraints.proved_by_themselves` tells."""
    sessions = claims.where(F.col("namespace").isin(*SESSION)).select("row").distinct()
    logins = claims.where((F.col("namespace") == LOGIN) & ~F.coalesce("verified", F.lit(False)))
    return claims.where("verified").unionByName(logins.join(sessions, "row", "left_semi").select(claims.columns))


def may_be_one(pairs: DataFrame, claims: DataFrame) -> DataFrame:
    """The pairs (left, right) that no two different `claims` keep apart; `resolution.constraints.may_be_one`.

    `claims` (row, namespace, value) are verified values of unique namespaces; only rows with one of a namespace count.
    """
    values = F.collect_set("value")
    sole = claims.groupBy("row", "namespace").agg(values.alias("values")).where(F.size("values") == 1)
    one = sole.select(F.col("row").alias("left"), "namespace", F.col("values")[0].alias("here"))
    other = sole.select(F.col("row").alias("right"), "namespace", F.col("values")[0].alias("there"))
    both = pairs.select("left", "right").join(one, "left").join(other, ["right", "namespace"])
    apart = both.where("here <> there").select("left", "right").distinct()
    return pairs.join(apart, ["left", "right"], "left_anti")


def verified_conflicts(claims: DataFrame, components: DataFrame) -> DataFrame:
    """Pairs of rows of one component whose `claims` (row, namespace, value) of a namespace have none in common.

    `claims` are verified values of unique namespaces. Each pair comes once: left, right, component.
    """
    held = claims.select("row", "namespace", "value").distinct().join(components, "row")
    one = held.select("component", "namespace", F.col("row").alias("left"), F.col("value").alias("here"))
    other = held.select("component", "namespace", F.col("row").alias("right"), F.col("value").alias("there"))
    compared = one.join(other, ["component", "namespace"]).where("left < right")
    apart = compared.groupBy("component", "namespace", "left", "right").agg(
        F.expr("bool_or(here = there)").alias("one")
    )
    return apart.where("not one").select("left", "right", "component").distinct()


def pairs_inside(components: DataFrame) -> DataFrame:
    """Every pair of rows of one component: left, right, component."""
    other = components.select(F.col("row").alias("right"), "component")
    return components.select(F.col("row").alias("left"), "component").join(other, "component").where("left < right")


def hushed(scored: DataFrame, quiet: DataFrame, mute: DataFrame) -> DataFrame:
    """The scored pairs, silent where proofs (row) have no say, as `resolution.proofs.Hushed` has them."""
    marks = quiet.select("row", F.lit(False).alias("mute")).unionByName(mute.select("row", F.lit(True).alias("mute")))
    said = marks.groupBy("row").agg(F.max("mute").alias("mute"))
    ends = [said.select(F.col("row").alias(end), F.col("mute").alias(f"{end}_mute")) for end in ("left", "right")]
    both = scored.join(ends[0], "left", "left").join(ends[1], "right", "left")
    here, there = F.col("left_mute").isNotNull(), F.col("right_mute").isNotNull()
    nothing = F.coalesce("left_mute", F.lit(False)) | F.coalesce("right_mute", F.lit(False))
    silent = nothing | (here & there) | ((F.col("in_tree") < 0) & (here | there))
    in_tree = F.when(silent, F.lit(SILENT)).otherwise(F.col("in_tree")).cast("int")
    return both.withColumn("in_tree", in_tree).drop("left_mute", "right_mute")


def trees(scored: DataFrame, members: DataFrame, marks: DataFrame, policy: Policy | None = None) -> DataFrame:
    """The merge tree of each component of two or more: component, members, value, capped, flags.

    `scored` has all pairs inside components (left, right, in_tree, alike); `members` (row, component, order, name) says
    where a row belongs, with any value that sorts as (source, record_id) does, and a number for its name, negative
    where it has none; `marks` (left, right, same) are the
    settled judgements, true for the same, false for different. `members` of a tree stand in its order and `value` is
    what `spine.resolution.packing` packs.
    """
    one, other = (
        members.select(
            F.col("row").alias(end), *(F.col(name).alias(f"{end}_{name}") for name in ("order", "name")), *more
        )
        for end, more in (("left", ("component",)), ("right", ()))
    )
    judged = marks.selectExpr("least(left, right) as left", "greatest(left, right) as right", "same")
    both = scored.select("left", "right", "in_tree", "alike").join(one, "left").join(other, "right")
    return (
        both.join(judged, ["left", "right"], "left")
        .repartition("component")
        .sortWithinPartitions("component")
        .mapInArrow(partial(_tree_batches, policy=policy or Policy()), TREES)
    )


def _tree_batches(batches: Iterable[pa.RecordBatch], policy: Policy) -> Iterator[pa.RecordBatch]:
    for table in whole(batches, "component"):
        rows, left, right = _local(table)
        alike = table["alike"].to_numpy(zero_copy_only=False)
        judged = table["same"].to_pylist()
        same, forbidden = (np.array([mark is said for mark in judged], bool) for said in (True, False))
        labels = np.empty(len(rows), np.int64)
        component = np.searchsorted(rows, table["component"].to_numpy())
        labels[left] = labels[right] = component
        built = merge_tree.build(
            _ranks(table, left, right), labels, left, right, table["in_tree"].to_numpy(),
            same=(left[same], right[same]), forbidden=(left[forbidden], right[forbidden]),
            group=connected(len(rows), left[alike], right[alike]), policy=policy,
        )  # fmt: skip
        if not len(built):
            continue
        start, data = pack_all(built)
        members = rows[built.rows]
        flags = over_merge(built, _names(table, left, right))
        columns = {
            "component": np.minimum.reduceat(members, built.start[:-1]),
            "members": pa.ListArray.from_arrays(pa.array(built.start, pa.int32()), pa.array(members)),
            "value": pa.Array.from_buffers(
                pa.binary(),
                len(built),
                [None, pa.py_buffer(start.astype(np.int32).tobytes()), pa.py_buffer(data.tobytes())],
            ),
            "capped": pa.array(built.capped),
            "flags": pa.array(flags, pa.list_(pa.string())),
        }
        yield from pa.table(columns).to_batches()


def _ranks(table: pa.Table, left: Ints, right: Ints) -> Ints:
    """The place of each row in the order that breaks ties, within this table."""
    texts = np.concatenate([np.array(table[name].to_pylist()) for name in ("left_order", "right_order")])
    place = np.unique(texts, return_inverse=True)[1]
    ranks = np.empty(int(max(left.max(), right.max())) + 1, np.int64)
    ranks[np.concatenate((left, right))] = place
    return ranks


def _names(table: pa.Table, left: Ints, right: Ints) -> Ints:
    """The number of each row's name, within this table."""
    names = np.empty(int(max(left.max(), right.max())) + 1, np.int64)
    names[left], names[right] = table["left_name"].to_numpy(), table["right_name"].to_numpy()
    return names


def _local(table: pa.Table) -> tuple[Ints, Ints, Ints]:
    """The distinct rows of a table of pairs, sorted, and both ends as places among them."""
    ends = np.concatenate((table["left"].to_numpy(), table["right"].to_numpy()))
    rows, place = np.unique(ends, return_inverse=True)
    return rows.astype(np.int64), place[: table.num_rows], place[table.num_rows :]
