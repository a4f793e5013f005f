"""The Spark session that the engine works in: the one that is there, or one on this machine."""

import os
import sys

from pyspark.errors import PySparkException
from pyspark.sql import SparkSession

from spine.errors import SettingsError

ELSEWHERE = ("PYSPARK_GATEWAY_PORT", "PYSPARK_SUBMIT_ARGS", "SPARK_CONF_DIR", "SPARK_HOME")
"""Whoever sets one of these (spark-submit does) has said where Spark runs: nothing is added to it."""

LOCAL = {
    "spark.master": "local[*]",
    "spark.driver.host": "127.0.0.1",
    "spark.driver.bindAddress": "127.0.0.1",
    "spark.driver.memory": "4g",
    "spark.driver.maxResultSize": "0",
    "spark.ui.enabled": "false",
    "spark.ui.showConsoleProgress": "false",
    "spark.sql.shuffle.partitions": "8",
}
"""One machine: nothing listens but on the loopback, and no more partitions than a few cores can use."""


def session() -> SparkSession:
    """The active Spark session, else the one that spark-submit describes, else a new one on this machine.

    SettingsError where Spark can't start.
    """
    active = SparkSession.getActiveSession()
    if active is not None:
        return active
    try:
        if any(name in os.environ for name in ELSEWHERE):
            return SparkSession.builder.appName("identity-spine").getOrCreate()
        return local_session()
    except (PySparkException, OSError) as error:
        raise SettingsError(
            f"Spark does not start: {error}", remedy="It needs Java 17 or newer: see docs/spark.md."
        ) from error


def local_session(**options: str) -> SparkSession:
    """A session on this machine, with `options` (dots written as two underscores) above those of `LOCAL`."""
    builder = SparkSession.builder.appName("identity-spine")
    for name, value in (LOCAL | {name.replace("__", "."): value for name, value in options.items()}).items():
        builder = builder.config(name, value)
    started = builder.getOrCreate()
    # Spark would start whatever `python3` means outside the virtual environment.
    if "PYSPARK_PYTHON" not in os.environ:
        started.sparkContext.pythonExec = sys.executable
    started.sparkContext.setLogLevel("ERROR")
    return started
