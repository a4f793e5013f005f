"""The demo through the command line, on SQLite and on a real Neo4j: the same counts, accuracy and memberships."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest


def spine(*words: object) -> str:
    command = [sys.executable, "-m", "spine.cli.app", *map(str, words)]
    run = subprocess.run(command, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stdout + run.stderr
    return run.stdout


def outcome(folder: Path, store: str) -> tuple[dict[str, Any], list[str]]:
    """The demo's summary, and who belongs to whom at a confidence that is not the default."""
    summary = json.loads(spine("demo", "--no-serve", "--size", 40, "--dir", folder, "--store", store, "--json"))
    spine("export", "memberships", "--confidence", 0.8, "--out", folder / "members.csv", "--store", store)
    return summary, sorted((folder / "members.csv").read_text("utf-8").splitlines())


@pytest.mark.slow
@pytest.mark.long
@pytest.mark.neo4j
def test_the_demo_comes_out_the_same_on_both_stores(tmp_path: Path, clean_neo4j_url: str) -> None:
    there, members_there = outcome(tmp_path / "there", clean_neo4j_url)
    here, members_here = outcome(tmp_path / "here", f"sqlite:{tmp_path / 'here.db'}")
    for part in ("counts", "rows", "rejects", "accuracy"):
        assert there[part] == here[part], part
    assert members_there == members_here
    assert len(members_here) > 200
