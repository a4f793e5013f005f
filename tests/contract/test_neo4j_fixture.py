"""A missing Neo4j skips its tests where it may, and fails them where it is required."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
TEST = "tests/contract/test_stores_writing.py::test_writes_that_change_nothing_leave_no_log_entry"


@pytest.mark.parametrize(("required", "outcome"), [("", "2 passed, 1 skipped"), ("1", "2 passed, 1 error")])
def test_without_a_neo4j(tmp_path: Path, required: str, outcome: str) -> None:
    # No Java, no Maven and no container engine can be found on such a path.
    environment = {**os.environ, "PATH": str(tmp_path), "DOCKER_HOST": "unix:///nowhere", "SPINE_TEST_NEO4J": ""}
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", TEST]
    environment["SPINE_REQUIRE_NEO4J"] = required
    run = subprocess.run(command, capture_output=True, text=True, check=False, cwd=ROOT, env=environment)
    assert outcome in run.stdout, run.stdout
    assert "no Neo4j" in run.stdout
    assert (run.returncode == 0) == (required == "")
