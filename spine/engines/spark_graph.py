"""A graph's tables in Parquet, resolved on Spark: what a resolve derives from records comes out as tables again.

Nothing is gathered: the driver sees counts, judgements and models. Rows of `spark_flow` are the records' own sequence
numbers here, so components, members and entities need no further numbering.
"""

from collections.abc import Iterable, Iterator, Mapping
from functools import partial, reduce
from typing import Any

import numpy as np
import pyarrow as pa
from pyspark.sql import Column, DataFrame, SparkSession
from pyspark.sql import functions as F

from spine.domain.vocabulary import FIELDS, Kind
from spine.engines.spark_facts import facts
from spine.engines.spark_flow import merge_trees
from spine.engines.spark_lists import lists_of
from spine.engines.spark_records import FIRST, LAST
from spine.engines.spark_rows import LABELS, Graph
from spine.engines.spark_tables import Kept, frequencies_of, judgements_of, learned, models_of, rules_of, table_of
from spine.matching.blocking import breadth_for
from spine.matching.carried import COMPARED, CUSTOM, DATED, FADING
from spine.matching.encoded import SLOTS
from spine.matching.model import Model
from spine.matching.outcomes import OTHER, SHARED
from spine.matching.training import compared, untrained
from spine.normalise.days import first_days, last_days
from spine.resolution.entities import entities_of
from spine.resolution.packing import unpack
from spine.resolution.trees import NEVER

MATCH = "start bigint, end bigint, weight bigint, probability double, levels string, model string"
_HELD = "row bigint, compared string, identifier bigint, first int, last int"


def resolve_graph(
    spark: SparkSession, records: str, out: str, confidence: float, models: Mapping[Kind, Model] | None = None
) -> dict[str, int]:
    """Resolve the tables of `records`, and write what is derived to `out`: how many rows of each table.

    Both are any path Spark knows. `records` holds what `spine export graph --format parquet` writes: record, carries,
    identifier, consent, consent_of, judged, document. Written are all tables that a resolve derives, with the columns
    of the data model; `document` with what they were derived by; and the steps between, under `out`/work. Models are
    those given, else the graph's own, else the shipped one. FileError where a table is missing.
    """
    records, out = records.rstrip("/"), out.rstrip("/")
    if spark.sparkContext.getCheckpointDir() is None:
        spark.sparkContext.setCheckpointDir(f"{out}/work/checkpoints")
    known = models_of(spark, records) | dict(models or {})
    kept = Kept(spark, out)
    live, carries = table_of(spark, records, "record").where("live"), table_of(spark, records, "carries")
    identifiers = table_of(spark, records, "identifier")
    lists = kept.step("lists", lists_of(live, carries.where("valid_to is null"), identifiers))
    made: dict[str, list[DataFrame]] = {}
    entities = {kind: spark.createDataFrame([], LABELS) for kind in Kind}
    for kind in Kind:
        chosen = live.where(F.col("kind") == kind.value)
        count = chosen.count()
        known.setdefault(kind, compared(untrained(kind), breadth_for(count)))
        if not count:
            continue
        folder = f"{out}/work/{kind.value}"
        _prepare(carries.where("valid_to is null"), chosen, folder)
        kept.step(f"{kind.value}/lists", lists.join(chosen.select(F.col("id").alias("row")), "row"))
        judgements = judgements_of(spark, records, chosen)
        trees = merge_trees(spark, folder, kind, known[kind], judgements=judgements)
        entities[kind] = kept.step(f"{kind.value}/entities", _entities(trees, chosen, known[kind].height(confidence)))
        for name, frame in _derived(spark, folder, kind, known[kind], trees).items():
            made.setdefault(name, []).append(frame)
    tables = {name: kept.table(name, reduce(DataFrame.unionByName, frames)) for name, frames in made.items()}
    for kind in Kind:
        kept.table(f"resolves_to_{kind.value}", entities[kind].select("start", "end"))
    if made:
        flags = tables["component"].select(F.explode("members").alias("start"), "flags")
        consent, consent_of = (table_of(spark, records, name) for name in ("consent", "consent_of"))
        people, companies = entities[Kind.PERSON], entities[Kind.ORGANISATION]
        graph = Graph(live, carries, identifiers, consent, consent_of, people, companies, flags)
        counted = facts(kept, graph, known, rules_of(spark, records), frequencies_of(spark, records))
        kept.table("document", learned(spark, known, counted))
    return kept.counts


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


def _entities(trees: DataFrame, chosen: DataFrame, height: int) -> DataFrame:
    """The entity of each chosen record when joins below `height` are undone: `spark_rows.LABELS`."""
    joined = trees.select("members", "value").mapInArrow(partial(_cut, height=height), LABELS)
    alone = chosen.select(F.col("id").alias("start")).join(joined.select("start"), "start", "left_anti")
    nothing = (F.lit(NEVER).cast("bigint").alias(name) for name in ("cohesion", "next_join"))
    return joined.unionByName(alone.select("start", F.col("start").alias("end"), *nothing))


def _derived(spark: SparkSession, folder: str, kind: Kind, model: Model, trees: DataFrame) -> dict[str, DataFrame]:
    """The tables that a resolve derives from the trees of one kind of records."""
    matches = spark.read.parquet(f"{folder}/matches").select("left", "right", "weight", "levels")
    return {
        "component": trees.select(
            F.col("component").alias("id"),
            F.lit(kind.value).alias("kind"),
            F.size("members").cast("bigint").alias("size"),
            "members",
            "value",
            "flags",
        ),
        "in_component": trees.select(F.explode("members").alias("start"), F.col("component").alias("end")),
        "match": matches.mapInArrow(partial(_match_rows, document=model.to_document()), MATCH),
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
    """The entity of every member of every tree when joins below `height` are undone, as `spark_rows.LABELS`."""
    for batch in batches:
        columns: dict[str, list[np.ndarray[Any, Any]]] = {"start": [], "end": [], "cohesion": [], "next_join": []}
        for members, value in zip(batch["members"].to_pylist(), batch["value"].to_pylist(), strict=True):
            records = np.asarray(members, np.int64)
            found = entities_of(unpack(value or b""), height, records)
            columns["start"].append(records)
            for name, column in (("end", found.id), ("cohesion", found.cohesion), ("next_join", found.next_join)):
                columns[name].append(column[found.entity])
        nothing = np.empty(0, np.int64)
        yield pa.RecordBatch.from_pydict(
            {name: pa.array(np.concatenate([nothing, *parts])) for name, parts in columns.items()}
        )
