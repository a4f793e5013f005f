"""The command line inside the process of the test, and a Neo4j made by it."""

import contextlib
import shlex
from pathlib import Path

import pytest
from needed import needed
from neo4j_server import BRIEF, neo4j_admin

from spine.cli.app import main


def spine(*words: object) -> None:
    """Run a command; a failure shows in what it should have done."""
    with pytest.MonkeyPatch.context() as patch, contextlib.suppress(SystemExit):
        patch.setattr("sys.argv", ["spine", *map(str, words)])
        main()


def become_neo4j(place: Path, *folders: Path) -> None:
    """Import folders of Parquet into the database of a server with its home in `place`/home, not started yet."""
    with needed("Neo4j"):
        command, environment = neo4j_admin(place / "home", java=BRIEF)
    with pytest.MonkeyPatch.context() as patch:
        for name in ("NEO4J_HOME", "NEO4J_CONF"):
            patch.setenv(name, environment[name])
        named = [word for folder in folders for word in ("--from", folder)]
        spine("import", "graph", *named, "--neo4j-files", place / "files", "--import-with", shlex.join(command))
