"""Connected components by Splink's clustering on Spark, on a plain table of pairs."""

from typing import Any

from pyspark.sql import DataFrame, SparkSession
from splink import SparkAPI
from splink.clustering import cluster_pairwise_predictions_at_threshold

from spine.errors import SettingsError


def components(spark: SparkSession, pairs: DataFrame) -> DataFrame:
    """`row` and `component`, the smallest row of its component, for each row of `pairs` (left, right).

    The session needs a checkpoint directory that all its executors can reach: SettingsError without one.
    """
    if spark.sparkContext.getCheckpointDir() is None:
        raise SettingsError(
            "Components on Spark need a checkpoint directory.",
            remedy="Set spark.checkpoint.dir to a folder that all executors can reach.",
        )
    before = _views(spark)
    nodes = pairs.selectExpr("explode(array(left, right)) as row").distinct()
    # Clustering compares no texts, so Splink's jar of string functions is not asked for. Without breaking the lineage
    # at each step the plan doubles until the driver runs out of memory.
    api: Any = SparkAPI
    database = api(spark_session=spark, break_lineage_method="checkpoint", register_udfs_automatically=False)
    found = cluster_pairwise_predictions_at_threshold(
        nodes, pairs, database, "row", edge_id_column_name_left="left", edge_id_column_name_right="right"
    )
    out: DataFrame = found.as_spark_dataframe().selectExpr("row", "cluster_id as component")
    for name in _views(spark) - before:
        spark.catalog.dropTempView(name)
    return out


def _views(spark: SparkSession) -> set[str]:
    return {table.name for table in spark.catalog.listTables() if table.name.startswith("__splink__")}
