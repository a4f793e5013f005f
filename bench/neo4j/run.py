"""How long a first load of Neo4j takes, in bulk and over Bolt: `python -m bench.neo4j.run bulk 1000000`.

`bulk` writes a SQLite store's graph as files, imports them, starts a server on the database and opens it, and reads
every table's count; `bolt` puts the same graph through the store's one writing transaction, and replaces it by itself
once more. `demo` is `bulk` with a store of the demo world, loaded and resolved, in place of a graph made at random.
Prints one JSON document, with how many processes wanted the machine in the last five minutes. The server's heap is
2 GB.
"""

import argparse
import json
import os
import resource
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[2] / "tests" / "support"))

import pyarrow as pa
from neo4j_server import neo4j_admin, neo4j_server

from bench.lookup.stores import store_of
from bench.neo4j.graph import graph, rows_of
from spine.access.context import LOCAL
from spine.bootstrap import open_store
from spine.domain.graph import GRAPH
from spine.ports import Cause
from spine.settings import Settings
from spine.stores.neo4j_bulk.files import write_files
from spine.stores.neo4j_bulk.importer import import_files

HEAP = "2g"
Figures = dict[str, Any]


@contextmanager
def timed(figures: Figures, name: str) -> Iterator[None]:
    """Seconds of a stage, and of CPU where no server runs meanwhile; told of at once on standard error."""
    begun, used = time.perf_counter(), cpu()
    yield
    figures[name] = round(time.perf_counter() - begun, 1)
    figures[f"{name}, CPU"] = round(cpu() - used, 1)
    sys.stderr.write(f"{name}: {figures[name]} s, {figures[f'{name}, CPU']} s of CPU\n")


def cpu() -> float:
    """Seconds of CPU of this process and of those that it has seen end."""
    both = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(one.ru_utime + one.ru_stime for one in both)


def bulk(path: Path, folder: Path) -> Figures:
    """From a SQLite store to a Neo4j that answers, by the import tool."""
    figures: Figures = {}
    home, files = folder / "home", folder / "files"
    with open_store(f"sqlite:{path}", Settings()) as store, timed(figures, "write files"):
        written = write_files(store, LOCAL, files)
    figures["rows"] = written.total
    figures["files_mb"] = sum(file.stat().st_size for file in files.iterdir()) // 1_000_000
    command, environment = neo4j_admin(home, HEAP)
    with timed(figures, "import"):
        import_files(files, command, env=environment)
    begun, used = time.perf_counter(), cpu()
    with neo4j_server(home=home, heap=HEAP) as url:
        figures["start server"] = round(time.perf_counter() - begun, 1)
        with timed(figures, "constraints and indexes"):
            store = open_store(url, Settings())
        with store, store.reading(LOCAL) as reader:
            for name in GRAPH:
                assert reader.count(name) == written.rows[name], name
    # A server's CPU is known when it has ended.
    figures["start, constraints and indexes, CPU"] = round(cpu() - used, 1)
    return figures


def stored(tables: dict[str, pa.Table], path: Path) -> Path:
    """A SQLite store of these tables."""
    with (
        open_store(f"sqlite:{path}", Settings()) as store,
        store.writing(LOCAL, Cause("resolve", "bench")) as writer,
    ):
        for name, table in tables.items():
            writer.put(name, table)
    return path


def bolt(tables: dict[str, pa.Table]) -> Figures:
    """The same graph through the writing transaction, and again with nothing changed."""
    figures: Figures = {}
    with neo4j_server(heap=HEAP) as url, open_store(url, Settings()) as store:
        for stage in ("first replace", "the same again"):
            with timed(figures, stage), store.writing(LOCAL, Cause("resolve", "bench")) as writer:
                for name, table in tables.items():
                    writer.replace(name, table)
    return figures


def main() -> None:
    """Run one way at one size."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("way", choices=("bulk", "bolt", "demo"))
    parser.add_argument("records", type=int)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="spine-bench-") as folder:
        here = Path(folder)
        if given.way == "bolt":
            tables = graph(given.records)
            figures = bolt(tables) | {"rows": rows_of(tables)}
        elif given.way == "demo":
            figures = bulk(store_of(given.records), here)
        else:
            figures = bulk(stored(graph(given.records), here / "graph.db"), here)
    rows = figures["rows"]
    first = sum(figures[name] for name in ("write files", "import", "constraints and indexes", "first replace")
                if name in figures)  # fmt: skip
    document = {"way": given.way, "records": given.records, "load": round(os.getloadavg()[1], 1), **figures,
                "seconds": round(first, 1), "rows_per_second": round(rows / first)}  # fmt: skip
    sys.stdout.write(json.dumps(document) + "\n")


if __name__ == "__main__":
    main()
