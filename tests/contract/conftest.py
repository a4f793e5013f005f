"""One Spark for all tests of the engines and of what is resolved on it; skipped, or failed, where there is none."""

import os
import shutil
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from needed import Missing, needed


@pytest.fixture(scope="session")
def spark(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """One Spark on two cores of this machine for the whole run."""
    with needed("Spark"):
        start = _local_session()
    started = start(
        spark__master="local[2]",
        spark__sql__shuffle__partitions="4",
        spark__checkpoint__dir=str(tmp_path_factory.mktemp("checkpoints")),
        spark__sql__warehouse__dir=str(tmp_path_factory.mktemp("warehouse")),
    )
    yield started
    started.stop()


def _local_session() -> Callable[..., Any]:
    if shutil.which("java") is None and "JAVA_HOME" not in os.environ:
        raise Missing("no Java")
    try:
        from spine.engines.spark_session import local_session
    except ImportError as error:
        raise Missing("pyspark is not installed: pip install 'identity-spine[spark]'") from error
    return local_session
