"""The tables of a graph as Spark reads and writes them: Parquet by name, and what a few documents say."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from pyspark.errors import AnalysisException
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

from spine.domain.judgements import Judgement, Verdict
from spine.domain.vocabulary import Kind
from spine.engines.spark_groups import columns_of
from spine.errors import FileError
from spine.matching.model import Model
from spine.ports import SystemClock
from spine.resolution import golden_rules, surnames


@dataclass
class Kept:
    """What is written to a folder: tables of the graph, counted, and the steps between them."""

    spark: SparkSession
    out: str
    counts: dict[str, int] = field(default_factory=dict)

    def table(self, name: str, frame: DataFrame) -> DataFrame:
        """The rows as a table of the graph, as written."""
        written = self._written(f"{self.out}/{name}.parquet", frame)
        self.counts[name] = written.count()
        return written

    def step(self, name: str, frame: DataFrame) -> DataFrame:
        """The rows as a step that others begin from, as written."""
        return self._written(f"{self.out}/work/{name}", frame)

    def _written(self, path: str, frame: DataFrame) -> DataFrame:
        frame.write.mode("overwrite").parquet(path)
        return self.spark.read.parquet(path)


def table_of(spark: SparkSession, folder: str, name: str) -> DataFrame:
    """A table of a graph; FileError where it is missing."""
    try:
        return spark.read.parquet(f"{folder}/{name}.parquet")
    except AnalysisException as error:
        raise FileError(
            f"{folder}/{name}.parquet can't be read.", remedy="Write it by spine export graph --format parquet."
        ) from error


def models_of(spark: SparkSession, folder: str) -> dict[Kind, Model]:
    """The models that the graph keeps, by kind."""
    rows = table_of(spark, folder, "document").where("kind = 'model'").select("body").collect()
    models = [Model.from_document(row["body"]) for row in rows]
    return {Kind(model.kind): model for model in models}


def rules_of(spark: SparkSession, folder: str) -> golden_rules.Rules:
    """The survivorship rules that the graph keeps, else those shipped."""
    return golden_rules.kept(_bodies(spark, folder, golden_rules.DOCUMENT))


def frequencies_of(spark: SparkSession, folder: str) -> surnames.Surnames | None:
    """The surname frequencies that the graph keeps; None where none were counted yet."""
    bodies = _bodies(spark, folder, surnames.FREQUENCIES)
    return surnames.Surnames.from_document(bodies[0]) if bodies else None


def _bodies(spark: SparkSession, folder: str, identity: str) -> list[str]:
    rows = table_of(spark, folder, "document").where(F.col("id") == identity).select("body").collect()
    return [row["body"] for row in rows]


def learned(spark: SparkSession, models: Mapping[Kind, Model], counted: surnames.Surnames) -> DataFrame:
    """The documents that a store keeps of a resolve: its models, and how common surnames were."""
    at = SystemClock().now()
    rows = [(f"model:{model.kind}", "model", at, model.to_document()) for model in models.values()]
    rows.append((surnames.FREQUENCIES, "frequencies", at, counted.to_document()))
    return spark.createDataFrame(rows, columns_of("document"))


def judgements_of(spark: SparkSession, folder: str, chosen: DataFrame) -> list[Judgement]:
    """What was judged of two records that are both among the chosen; people judge, so there are few."""
    judged = table_of(spark, folder, "judged")
    for end in ("start", "end"):
        judged = judged.join(chosen.select(F.col("id").alias(end)), end)
    return [
        Judgement(row["start"], row["end"], Verdict(row["verdict"]), row["authority"], row["at"], row["by"], row["why"])
        for row in judged.orderBy("start", "end", "authority", "at").collect()
    ]
