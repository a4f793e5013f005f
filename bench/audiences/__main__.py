"""Measure audiences: `python -m bench.audiences [--records N] [--store sqlite:PATH] [--write RESULTS.json]`.

Times are wall clock and CPU (user and system); the floor is DuckDB asked plainly, over the same rows, in one table, and
`times the floor` is by the wall clock of the same run.
"""

import argparse
import json
import platform
import resource
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa

from bench.audiences.world import fill
from spine.access.context import LOCAL
from spine.audiences.definition import read_definition
from spine.audiences.export import encoded, table_of
from spine.audiences.frames import Frame
from spine.audiences.projection import Projections
from spine.audiences.selection import Selection
from spine.bootstrap import open_store
from spine.explore.consents import consents
from spine.explore.events import timelines
from spine.explore.fact_values import fact_values
from spine.explore.facts import declared
from spine.explore.households import homes, members
from spine.explore.membership import resolve
from spine.explore.persons import portraits
from spine.ports import Cause, GraphStore, Reader, arrow_schema
from spine.settings import Settings

DAY = "2026-06-30"
THREE = """
purpose: marketing
persons:
  regions: [ca, tx, ny]
  namespaces: [loyalty]
  facts: [{name: recency, at_most: 700}]
"""
EXPORT = """
purpose: newsletter
channel: email
facts: [recency, lifetime_value]
persons: {stages: [registered, verified]}
"""
FLOOR = """SELECT count(*), count(*) FILTER (NOT list_contains(consents, 'marketing')) FROM plain
WHERE region IN ('ca', 'tx', 'ny') AND list_contains(namespaces, 'loyalty') AND "fact:recency" <= 700"""

ONE_EACH = """SELECT count(*) FROM (SELECT l.household FROM {lives} l JOIN {persons} p ON p.id = l.person
WHERE list_contains(p.consents, 'marketing')
QUALIFY row_number() OVER (PARTITION BY l.household ORDER BY p.verified_email DESC, p.id) = 1)"""
"""One member who consented of each household: the floor of one contact each, without looking how to reach it."""


def main() -> None:
    """Fill a store, measure, print and perhaps keep the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--records", type=int, default=1_000_000)
    parser.add_argument("--store", default="", help="kept, and not filled again where it has records")
    parser.add_argument("--write", type=Path)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        found = measured(asked.store or f"sqlite:{folder}/graph.db", asked.records)
    text = json.dumps(found, indent=2)
    sys.stdout.write(text + "\n")
    if asked.write:
        asked.write.write_text(text + "\n", encoding="utf-8")


def measured(url: str, records: int) -> dict[str, Any]:
    """The figures, seconds unless they say otherwise."""
    out: dict[str, Any] = {"records": records, "machine": f"{platform.system()} {platform.machine()}"}
    with tempfile.TemporaryDirectory() as folder, open_store(url, Settings()) as store:
        with store.reading(LOCAL) as reader:
            empty = not reader.count("record")
        if empty:
            out["fill"], _ = timed(lambda: fill(store, records))
        with store.reading(LOCAL) as reader:
            projections = Projections()
            out["build"], _ = timed(lambda: framed(projections, reader, 0.95))
            for confidence in (0.9, 0.99):
                seconds, _ = timed(lambda confidence=confidence: framed(projections, reader, confidence))  # type: ignore[misc]
                out[f"another confidence, {confidence:g}"] = seconds
            sys.stderr.write(json.dumps(out) + "\n")
            with projections.frame(reader, 0.95, DAY) as frame:
                out |= asked_of(frame, Path(folder))
            out["one event later"] = moved(store, projections)
        with store.reading(LOCAL) as reader:
            out["one"] = single(reader, records)
    out["memory, MB"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    return out


def framed(projections: Projections, reader: Reader, confidence: float) -> Frame:
    """The frame, made ready."""
    with projections.frame(reader, confidence, DAY) as frame:
        return frame


def moved(store: GraphStore, projections: Projections) -> dict[str, float]:
    """What a question costs after something happened to one person; the event stays in the store."""
    number = time.time_ns()
    event = {"id": number, "source": "bench", "kind": "order", "at": DAY, "value": 5.0, "currency": "USD"}
    with store.reading(LOCAL) as reader:
        (someone,) = reader.select("identifier", limit=1)
    with store.writing(LOCAL, Cause("record")) as writer:
        writer.put("event", pa.Table.from_pylist([event], schema=arrow_schema("event")))
        writer.put("event_of", pa.table({"start": [number], "end": [someone["id"]]}))
    with store.reading(LOCAL) as reader:
        return timed(lambda: framed(projections, reader, 0.95))[0]


def asked_of(frame: Frame, folder: Path) -> dict[str, Any]:
    """Counts beside the floor, and an export of a hundred thousand rows."""
    out: dict[str, Any] = {}
    frame.connection.execute(f"CREATE OR REPLACE TEMP TABLE plain AS SELECT * FROM {frame.table('persons')}")
    three = Selection(frame, read_definition(THREE))
    ours, floor = best(three.counts), best(lambda: frame.rows(FLOOR))
    out["count, three conditions"] = {**ours, **beside(ours, floor)}
    counts = three.counts()
    assert (counts.matching, counts.without_consent) == frame.rows(FLOOR)[0]
    out["persons"] = frame.rows("SELECT count(*) FROM plain")[0][0]
    out["matching"] = counts.matching
    wide = Selection(frame, read_definition(EXPORT))
    frame.connection.register("exported", table_of(wide))
    for form in ("csv", "parquet"):
        seconds, rows = timed(lambda form=form: exported(wide, form))  # type: ignore[misc]  # a default binds the name
        copied, _ = timed(lambda form=form: copy(frame, folder / form, form))  # type: ignore[misc]
        out[f"export {form}"] = {**seconds, "rows": rows, **beside(seconds, copied)}
    homes = Selection(frame, read_definition("{purpose: marketing, channel: email, households: {min_adults: 2}}"))
    counted = best(homes.counts)
    lives, persons = frame.table("lives"), frame.table("persons")
    plain = best(lambda: frame.rows(ONE_EACH.format(lives=lives, persons=persons)))
    out["count, households with a contact"] = {**counted, **beside(counted, plain)}
    return out


def beside(ours: dict[str, float], floor: dict[str, float]) -> dict[str, float]:
    """The floor, and how many times as long we took."""
    return {"floor": floor["wall"], "times the floor": round(ours["wall"] / max(floor["wall"], 0.001), 1)}


def copy(frame: Frame, target: Path, form: str) -> None:
    """The floor of an export: DuckDB copies rows that are ready to a file."""
    frame.connection.execute(f"COPY exported TO '{target}' (FORMAT {form})")


def exported(selection: Selection, form: str) -> int:
    """Export, and say how many rows."""
    table = table_of(selection)
    encoded(table, "csv" if form == "csv" else "parquet")
    return table.num_rows


def single(reader: Reader, records: int) -> dict[str, float]:
    """Milliseconds of one look-up, in the middle of two hundred."""
    facts = declared(reader)
    steps = range(1, records, max(1, records // 200))

    def at(number: int) -> Any:
        return resolve(reader, LOCAL, [number], 0.95)[number]

    questions: dict[str, Callable[[int], Any]] = {
        "golden record": lambda n: portraits(reader, LOCAL, [at(n)]),
        "household with members": lambda n: members(
            reader, LOCAL, [one.household for found in homes(reader, LOCAL, [at(n)]).values() for one in found], 0.95
        ),
        "facts": lambda n: fact_values(
            facts, [one.row for t in timelines(reader, LOCAL, [at(n)]).values() for one in t.happenings], {}, DAY
        ),
        "consents": lambda n: consents(reader, LOCAL, [at(n)], 0.95),
    }
    out = {}
    for name, question in questions.items():
        taken = []
        for number in steps:
            begun = time.process_time()
            question(number)
            taken.append(time.process_time() - begun)
        out[f"{name}, ms"] = round(statistics.median(taken) * 1000, 2)
    return out


def timed(work: Callable[[], Any]) -> tuple[dict[str, float], Any]:
    """How long it took, wall clock and CPU, and what it gave."""
    begun, spent = time.perf_counter(), time.process_time()
    found = work()
    return {"wall": round(time.perf_counter() - begun, 3), "cpu": round(time.process_time() - spent, 3)}, found


def best(work: Callable[[], Any], times: int = 7) -> dict[str, float]:
    """The quickest of several, so that what else the machine does counts least."""
    return min((timed(work)[0] for _ in range(times)), key=lambda one: one["wall"])


if __name__ == "__main__":
    main()
