"""One Spark for all tests of the engines and of what is resolved on it; skipped, or failed, where there is none."""

import os
import shutil
from collections.abc import Iterator
from typing import Any

import pytest


def without_spark(reason: str) -> None:
    if os.environ.get("SPINE_REQUIRE_SPARK") == "1":
        pytest.fail(f"SPINE_REQUIRE_SPARK=1, but {reason}", pytrace=False)
    pytest.skip(reason)


@pytest.fixture(scope="session")
def spark(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """One Spark on two cores of this machine for the whole run."""
    if shutil.which("java") is None and "JAVA_HOME" not in os.environ:
        without_spark("there is no Java")
    try:
        from spine.engines.spark_session import local_session
    except ImportError:
        without_spark("pyspark is not installed: pip install 'identity-spine[spark]'")
    started = local_session(
        spark__master="local[2]",
        spark__sql__shuffle__partitions="4",
        spark__checkpoint__dir=str(tmp_path_factory.mktemp("checkpoints")),
        spark__sql__warehouse__dir=str(tmp_path_factory.mktemp("warehouse")),
    )
    yield started
    started.stop()
