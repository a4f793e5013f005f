"""Records that a source itself keeps apart, found where the data lies, as `spine.pipeline.listed` does."""

from collections.abc import Iterable, Iterator

import numpy as np
import pyarrow as pa
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

from spine.engines.spark_records import encoded_of
from spine.engines.spark_rows import with_target
from spine.matching.side_by_side import under_other_names, under_other_numbers

_DECLARED = "array<struct<kind:string,namespace:string,value:string>>"
LISTED = "left bigint, right bigint, component bigint, source string, says string"
PERSONS, OWNS, SIBLINGS = "persons", "owns", "siblings"
"""What a source says of a pair: that they are two persons, that one owns the other, that one owner has both."""
OWNED, OWNER = "owned ", "owner "
"""With what the name of a list begins that who names an owner stands in, and who goes by that name."""


def lists_of(live: DataFrame, carries: DataFrame, identifiers: DataFrame) -> DataFrame:
    """Row, source and list of every live record that stands in a list: of a family, of an account, or of an owner.

    A family is named by the record or identifier that its members name as family; who is named by its record is in it.
    Who names an owner and who goes by that name stand in lists of their own (`OWNED`, `OWNER`).
    """
    declared = live.select(
        F.col("id").alias("row"), "source", F.explode(F.from_json("relations", _DECLARED)).alias("declared")
    )
    families = _named(declared.where("declared.kind = 'family'"))
    named = families.select("list").distinct()
    own = live.select(
        F.col("id").alias("row"), "source", F.concat(F.lit("record/"), "source", F.lit("/"), "record_id").alias("list")
    )
    heads = own.join(named, "list").select("row", "source", "list")
    accounts = (
        carries.where("namespace = 'account'")
        .select(F.col("start").alias("row"), F.concat(F.lit("account "), F.col("end").cast("string")).alias("list"))
        .join(own.select("row", "source"), "row")
        .select("row", "source", "list")
    )
    owned = _named(declared.where("declared.kind = 'subsidiary_of'"))
    names = owned.select("list").distinct()
    carried = (
        identifiers.select(F.col("id").alias("end"), F.concat("namespace", F.lit("/"), "value").alias("list"))
        .join(names, "list")
        .join(carries.select("end", F.col("start").alias("row")), "end")
        .join(own.select("row", "source"), "row")
        .select("row", "source", "list")
    )
    owners = own.join(names, "list").select("row", "source", "list").unionByName(carried).distinct()
    owned = owned.join(owners.select("row", "list"), ["row", "list"], "left_anti").select("row", "source", "list")
    return (
        families.unionByName(heads)
        .unionByName(accounts)
        .unionByName(owned.withColumn("list", F.concat(F.lit(OWNED), "list")))
        .unionByName(owners.withColumn("list", F.concat(F.lit(OWNER), "list")))
        .distinct()
    )


def _named(declared: DataFrame) -> DataFrame:
    """Row, source, and the name of whom each declares: the list that it stands in."""
    named = with_target(declared.select("row", "source", "declared.namespace", "declared.value"))
    return named.where("target is not null").select("row", "source", F.col("target").alias("list"))


def listed_apart(spark: SparkSession, fields_path: str, lists: DataFrame, components: DataFrame) -> DataFrame:
    """Pairs of one component that one source lists side by side, under other names or numbers, or as owner: `LISTED`.

    `lists` (row, source, list) are those of `lists_of`, `components` (row, component). Each pair comes once of a kind.
    """
    whole = lists.join(components, "row")
    inside = whole.where(~F.col("list").startswith(OWNER))
    one = inside.withColumnRenamed("row", "left")
    pairs = (
        one.join(inside.withColumnRenamed("row", "right"), ["list", "source", "component"])
        .where("left < right")
        .select("left", "right", "component", "source", F.col("list").startswith(OWNED).alias("owned"))
        .distinct()
    )
    records = spark.read.parquet(fields_path).drop("order")
    for side, name in (("left", "one"), ("right", "other")):
        pairs = pairs.join(records.select(F.col("row").alias(side), F.struct("*").alias(name)), side)
    columns = ("left", "right", "component", "source", "owned", "one", "other")
    return pairs.select(*columns).mapInArrow(_apart, LISTED).unionByName(_owned(whole))


def _owned(inside: DataFrame) -> DataFrame:
    """Pairs of one component of which the one names the other as its owner: `LISTED`."""
    named = F.substring("list", len(OWNED) + 1, 1 << 30).alias("name")
    owned = inside.where(F.col("list").startswith(OWNED)).select(
        F.col("row").alias("one"), "source", "component", named
    )
    owner = inside.where(F.col("list").startswith(OWNER)).select(F.col("row").alias("other"), "component", named)
    return (
        owned.join(owner, ["name", "component"])
        .select(
            F.least("one", "other").alias("left"),
            F.greatest("one", "other").alias("right"),
            "component",
            "source",
            F.lit(OWNS).alias("says"),
        )
        .dropDuplicates(["left", "right"])
    )


def _apart(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    for batch in batches:
        table = pa.Table.from_batches([batch])
        both = pa.concat_tables([pa.Table.from_struct_array(table[name]) for name in ("one", "other")])
        places = np.arange(both.num_rows)
        encoded, left, right = encoded_of(both), places[: table.num_rows], places[table.num_rows :]
        owned = table["owned"].to_numpy()
        for says, kept in ((PERSONS, ~owned & under_other_names(encoded, left, right)),
                           (SIBLINGS, owned & under_other_numbers(encoded, left, right))):  # fmt: skip
            told = table.select(["left", "right", "component", "source"]).filter(pa.array(kept))
            yield from told.append_column("says", pa.repeat(says, told.num_rows)).to_batches()
