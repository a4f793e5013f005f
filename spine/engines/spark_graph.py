"""A graph's tables in Parquet, resolved on Spark: what a resolve derives from records comes out as tables again.

Nothing is gathered: the driver sees counts, judgements and models. Rows of `spark_flow` are the records' own sequence
numbers here, so components, members and entities need no further numbering.
"""

from collections.abc import Iterable, Iterator, Mapping
from functools import partial
from typing import Any

import numpy as np
import pyarrow as pa
from pyspark.errors import AnalysisException
from pyspark.sql import Column, DataFrame, SparkSession
from pyspark.sql import functions as F

from spine.domain.judgements import Judgement, Verdict
from spine.domain.vocabulary import FIELDS, Kind
from spine.engines.spark_flow import merge_trees
from spine.engines.spark_lists import lists_of
from spine.engines.spark_records import FIRST, LAST
from spine.errors import FileError
from spine.matching.carried import COMPARED, CUSTOM, DATED, FADING
from spine.matching.encoded import SLOTS
from spine.matching.model import Model
from spine.matching.outcomes import OTHER, SHARED
from spine.matching.training import untrained
from spine.normalise.days import first_days, last_days
from spine.resolution.packing import unpack
from spine.resolution.trees import roots

MATCH = "start bigint, end bigint, weight bigint, probability double, levels string, model string"
ENTITY = "start bigint, end bigint"
_HELD = "row bigint, compared string, identifier bigint, first int, last int"


def resolve_graph(
    spark: SparkSession, records: str, out: str, confidence: float, models: Mapping[Kind, Model] | None = None
) -> dict[str, int]:
    """Resolve the tables of `records`, and write what is derived to `out`: how many rows of each table.

    Both are any path Spark knows. `records` holds what `spine export graph --format parquet` writes: record, carries,
    judged, document. Written are component, in_component, match, resolves_to_person, resolves_to_organisation, with
    the columns of the data model; and the steps between, under `out`/work. Models are those given, else the graph's
    own, else the shipped one. FileError where a table is missing.
    """
    records, out = records.rstrip("/"), out.rstrip("/")
    if spark.sparkContext.getCheckpointDir() is None:
        spark.sparkContext.setCheckpointDir(f"{out}/work/checkpoints")
    known = dict(models or {}) or _models(spark, records)
    live = _table(spark, records, "record").where("live")
    carries = _table(spark, records, "carries").where("valid_to is null")
    lists_of(live, carries, _table(spark, records, "identifier")).write.mode("overwrite").parquet(f"{out}/work/lists")
    made: dict[str, list[DataFrame]] = {}
    for kind in Kind:
        chosen = live.where(F.col("kind") == kind.value)
        if chosen.isEmpty():
            continue
        model = known.get(kind) or untrained(kind)
        folder = f"{out}/work/{kind.value}"
        _prepare(carries, chosen, folder)
        lists = spark.read.parquet(f"{out}/work/lists")
        lists.join(chosen.select(F.col("id").alias("row")), "row").write.mode("overwrite").parquet(f"{folder}/lists")
        judgements = _judgements(spark, records, chosen)
        trees = merge_trees(spark, folder, kind, model, judgements=judgements)
        for name, frame in _derived(spark, folder, kind, model, trees, chosen, confidence).items():
            made.setdefault(name, []).append(frame)
    counts = {}
    for name, (first, *more) in made.items():
        whole = first
        for frame in more:
            whole = whole.unionByName(frame)
        whole.write.mode("overwrite").parquet(f"{out}/{name}.parquet")
        counts[name] = spark.read.parquet(f"{out}/{name}.parquet").count()
    return counts


def _table(spark: SparkSession, folder: str, name: str) -> DataFrame:
    try:
        return spark.read.parquet(f"{folder}/{name}.parquet")
    except AnalysisException as error:
        raise FileError(
            f"{folder}/{name}.parquet can't be read.", remedy="Write it by spine export graph --format parquet."
        ) from error


def _models(spark: SparkSession, folder: str) -> dict[Kind, Model]:
    rows = _table(spark, folder, "document").where("kind = 'model'").select("body").collect()
    models = [Model.from_document(row["body"]) for row in rows]
    return {Kind(model.kind): model for model in models}


def _judgements(spark: SparkSession, folder: str, chosen: DataFrame) -> list[Judgement]:
    """What was judged of two records that are both among the chosen; people judge, so there are few."""
    judged = _table(spark, folder, "judged")
    for end in ("start", "end"):
        judged = judged.join(chosen.select(F.col("id").alias(end)), end)
    return [
        Judgement(row["start"], row["end"], Verdict(row["verdict"]), row["authority"], row["at"], row["by"], row["why"])
        for row in judged.orderBy("start", "end", "authority", "at").collect()
    ]


def _prepare(carries: DataFrame, chosen: DataFrame, folder: str) -> None:
    """Write `records` and `claims` of one kind, as `spark_flow.merge_trees` reads them."""
    shape = ", ".join(f"`{name}` string" for name in FIELDS)
    unfolded = chosen.select(
        F.col("id").alias("row"), F.col("key").alias("order"), F.from_json("fields", shape).alias("unfolded")
    ).select("row", "order", *(F.col(f"unfolded.`{name}`").alias(name) for name in FIELDS))
    claims = carries.join(chosen.select(F.col("id").alias("start")), "start").select(
        F.col("start").alias("row"),
        "namespace",
        F.col("end").alias("identifier"),
        F.coalesce("verified", F.lit(False)).alias("verified"),
        "first_seen",
        "last_seen",
    )
    compared = F.when(F.col("namespace").isin([*COMPARED, *DATED]), F.col("namespace")).when(
        F.col("namespace").startswith(CUSTOM), F.lit(OTHER)
    )
    dated = claims.withColumn("compared", compared).where("compared is not null").mapInArrow(_dated, _HELD)
    names = sorted(row["compared"] for row in dated.select("compared").distinct().collect())
    if names:
        lists = dated.groupBy("row").pivot("compared", names).agg(
            F.array_sort(F.collect_set(F.struct("identifier", "first", "last")))
        )  # fmt: skip
        held: list[Column] = []
        for name in names:
            whole = F.col(f"`{name}`") if name in DATED else F.slice(F.col(f"`{name}`"), 1, SLOTS)
            parts = {SHARED: "identifier"} if name not in DATED else {}
            parts |= {FIRST: "first", LAST: "last"} if name in FADING else {}
            held.extend(whole.getField(part).alias(mark + name) for mark, part in parts.items())
        unfolded = unfolded.join(lists.select("row", *held), "row", "left")
    unfolded.write.mode("overwrite").parquet(f"{folder}/records")
    texts = claims.select("row", "namespace", F.col("identifier").cast("string").alias("value"), "verified")
    texts.write.mode("overwrite").parquet(f"{folder}/claims")


def _dated(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    """Claims with the days on which they were seen."""
    for batch in batches:
        columns = {name: batch[name] for name in ("row", "compared", "identifier")}
        days = (pa.array(first_days(batch["first_seen"])), pa.array(last_days(batch["last_seen"])))
        yield pa.RecordBatch.from_pydict({**columns, "first": days[0], "last": days[1]})


def _derived(
    spark: SparkSession, folder: str, kind: Kind, model: Model, trees: DataFrame, chosen: DataFrame, confidence: float
) -> dict[str, DataFrame]:
    """The tables that a resolve derives from one kind of records alone."""
    matches = spark.read.parquet(f"{folder}/matches").select("left", "right", "weight", "levels")
    inside = trees.select(F.explode("members").alias("start"), F.col("component").alias("end"))
    joined = trees.select("members", "value").mapInArrow(partial(_cut, height=model.height(confidence)), ENTITY)
    alone = chosen.select(F.col("id").alias("start")).join(inside, "start", "left_anti")
    return {
        "component": trees.select(
            F.col("component").alias("id"),
            F.lit(kind.value).alias("kind"),
            F.size("members").cast("bigint").alias("size"),
            "members",
            "value",
            "flags",
        ),
        "in_component": inside,
        "match": matches.mapInArrow(partial(_match_rows, document=model.to_document()), MATCH),
        f"resolves_to_{kind.value}": joined.unionByName(alone.select("start", F.col("start").alias("end"))),
    }


def _match_rows(batches: Iterable[pa.RecordBatch], document: str) -> Iterator[pa.RecordBatch]:
    model = Model.from_document(document)
    for batch in batches:
        weight = np.asarray(batch["weight"], np.int64)
        columns: dict[str, Any] = {
            "start": batch["left"],
            "end": batch["right"],
            "weight": pa.array(weight),
            "probability": pa.array(model.probabilities(weight), pa.float64()),
            "levels": batch["levels"],
            "model": pa.array([model.version] * batch.num_rows, pa.string()),
        }
        yield pa.RecordBatch.from_pydict(columns)


def _cut(batches: Iterable[pa.RecordBatch], height: int) -> Iterator[pa.RecordBatch]:
    """The entity of every member of every tree when joins below `height` are undone: its earliest record."""
    for batch in batches:
        starts, ends = [np.empty(0, np.int64)], [np.empty(0, np.int64)]
        for members, value in zip(batch["members"].to_pylist(), batch["value"].to_pylist(), strict=True):
            tree, records = unpack(value or b""), np.asarray(members, np.int64)
            root = roots(tree.into, tree.height, height)
            earliest = np.full(len(records), np.iinfo(np.int64).max)
            np.minimum.at(earliest, root, records)
            starts.append(records)
            ends.append(earliest[root])
        yield pa.RecordBatch.from_pydict(
            {"start": pa.array(np.concatenate(starts)), "end": pa.array(np.concatenate(ends))}
        )
