"""Tests that share what their module made run in one process, whatever the versions of pytest and xdist say of it."""

import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
SHARING = "tests/unit/explore/test_cuts_and_questions.py"
SHARED = "steps or others or telephone or nothing"
"""A module, and its tests that use one fixture of its own."""


def test_tests_of_a_shared_fixture_stay_in_one_process() -> None:
    several = ["-n", "2", "--dist", "loadgroup", "-k", SHARED]
    command = [sys.executable, "-m", "pytest", "-v", "-p", "no:cacheprovider", *several, SHARING]
    run = subprocess.run(command, capture_output=True, text=True, check=False, cwd=ROOT)
    assert run.returncode == 0, run.stdout + run.stderr
    workers = re.findall(r"^\[(gw\d)\].* PASSED ", run.stdout, re.MULTILINE)
    assert len(workers) > 5
    assert len(set(workers)) == 1
