"""One size of the product: a world made, loaded into a fresh SQLite store, resolved, and resolved again.

    python -m bench.batch.ours SIZE FOLDER

Prints seconds per stage (wall clock), processor seconds and peak memory (those of the process that reads for a load
included), and counts; leaves the persons' records, as they
are compared, in FOLDER/records.parquet. How right the persons are is told beside: accuracy must
not fall with size.
"""

import json
import resource
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from bench.batch.worlds import EVENTS, world
from bench.processor import processor
from loaders.open import open_source
from seed.world import World
from spine.access.context import LOCAL
from spine.bootstrap import open_engine, open_store
from spine.cli.evaluation import measured
from spine.cli.files import read_texts
from spine.domain.vocabulary import Kind
from spine.pipeline.gather import gather
from spine.pipeline.load import Load, load_all
from spine.pipeline.progress import Stopwatch, Total
from spine.pipeline.resolve import resolve
from spine.pipeline.resolve_report import ResolveReport
from spine.ports import GraphStore
from spine.settings import DEFAULT_CONFIDENCE, Settings

COMPARED = ("given", "surname", "birth_date", "email", "phone", "postcode")


def main() -> None:
    """Measure one size."""
    size, folder = int(sys.argv[1]), Path(sys.argv[2])
    made = world(size)
    path = folder / "graph.db"
    found: dict[str, Any] = {"stages": {}, "processor": {}}
    with open_store(f"sqlite:{path}", Settings()) as store:
        _load(store, made, found)
        loaded = sum(resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
        watch = Both()
        report = _timed(found, "resolve", lambda: _resolved(store, watch))
        found["peak_mb"] = max(loaded, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss) // 1024
        found["stages"] |= watch.wall
        found["stages_processor"] = {name: found["processor"][name] for name in LOADS} | watch.processor
        again = _timed(found, "again", lambda: _resolved(store, Both()))
        found["written_again"] = sum(sum(change.values()) for change in again.written.values())
        found["counts"] = {
            name: getattr(report, name)
            for name in ("records", "identifiers", "candidates", "matches", "components", "persons", "households")
        }
        _leave(store, folder / "records.parquet")
        found["accuracy"] = _accuracy(store, made)
    found["store_mb"] = path.stat().st_size >> 20
    sys.stdout.write(json.dumps(found) + "\n")


class Both(Stopwatch):
    """A stopwatch that counts processor seconds beside; stages of both kinds of records add up."""

    def __init__(self) -> None:
        super().__init__()
        self.wall: dict[str, float] = {}
        self.processor: dict[str, float] = {}

    @contextmanager
    def stage(self, name: str, total: Total = None) -> Iterator[None]:
        """Time a stage twice."""
        short = name.rpartition(": ")[2]
        wall, spent = time.perf_counter(), processor()
        with super().stage(name, total):
            yield
        self.wall[short] = round(self.wall.get(short, 0.0) + time.perf_counter() - wall, 2)
        self.processor[short] = round(self.processor.get(short, 0.0) + processor() - spent, 2)


def _resolved(store: GraphStore, watch: Both) -> ResolveReport:
    return resolve(store, LOCAL, open_engine("local"), "auto", watch=watch)


def _timed(found: dict[str, Any], name: str, what: Any) -> Any:
    wall, spent = time.perf_counter(), processor()
    out = what()
    found[name] = round(time.perf_counter() - wall, 2)
    found["processor"][name] = round(processor() - spent, 2)
    return out


def _load(store: GraphStore, made: World, found: dict[str, Any]) -> None:
    """Load files with records, then those with events and consents only."""
    for name in LOADS:
        loads = [
            Load(open_source(source.path, source.mapping, source.name), source.path.name)
            for source in made.sources
            if (source.path.stem in EVENTS) == (name == "load events")
        ]
        reports = _timed(found, name, lambda loads=loads: load_all(store, LOCAL, loads))  # type: ignore[misc]  # called at once
        found["stages"][name] = found.pop(name)
        found["rows" if name == "load records" else "events"] = sum(report.rows for report in reports)


LOADS = ("load records", "load events")


def _accuracy(store: GraphStore, made: World) -> dict[str, float]:
    """How right the persons are at the default confidence, and how far off what was promised."""
    with store.reading(LOCAL) as reader:
        figures = measured(reader, Kind.PERSON.value, read_texts(made.truth_person), DEFAULT_CONFIDENCE)
    named = {name: figures[f"pairwise_{name}"] for name in ("precision", "recall", "f1")}
    return named | {"calibration error": figures["calibration"]["expected_calibration_error"]}


def _leave(store: GraphStore, path: Path) -> None:
    with store.reading(LOCAL) as reader:
        gathered = gather(reader)
    rows = pa.array(gathered.rows_of(Kind.PERSON))
    records = gathered.fields.select(list(COMPARED)).take(rows)
    pq.write_table(records.append_column("unique_id", gathered.records["id"].take(rows)), path)


if __name__ == "__main__":
    main()
