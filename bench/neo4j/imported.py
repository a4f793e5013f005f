"""A Neo4j that holds what a SQLite store holds, by the import tool: for benchmarks."""

import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2] / "tests" / "support"))

from neo4j_server import neo4j_admin, neo4j_server

from spine.access.context import LOCAL
from spine.bootstrap import open_store
from spine.settings import Settings
from spine.stores.neo4j_bulk.files import write_files
from spine.stores.neo4j_bulk.importer import import_files

HEAP = "1g"


@contextmanager
def imported(path: Path) -> Iterator[str]:
    """The URL of a Neo4j that holds what a SQLite store holds, until the end."""
    with tempfile.TemporaryDirectory(prefix="spine-bench-") as folder:
        home, files = Path(folder) / "home", Path(folder) / "files"
        with open_store(f"sqlite:{path}", Settings()) as store:
            write_files(store, LOCAL, files)
        command, environment = neo4j_admin(home, HEAP)
        import_files(files, command, env=environment)
        with neo4j_server(home=home, heap=HEAP) as url:
            yield url
