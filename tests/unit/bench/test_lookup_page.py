"""The page of look-ups says what was measured."""

from typing import Any
from xml.etree import ElementTree

from bench.lookup.page import page, plot

WAY = {"p50": 2.5, "p99": 9.75, "processor": 2.0, "per_second": 500}


def row(store: str, records: int) -> dict[str, Any]:
    found = {"http": WAY, "process": {**WAY, "p50": 2.0}, "floor": {**WAY, "p50": 0.5}, "trips": 2}
    return {"store": store, "records": records, "operations": {"person, identities, household": found}}


def test_each_store_and_operation_has_a_line() -> None:
    results = {"version": "1", "date": "2026-01-01", "machine": "m", "rows": [row("SQLite", 1000), row("Neo4j", 1000)]}
    told = page(results)
    assert "| SQLite, 1,000 | person, identities, household | 2.5 | 9.8 | 2.0 | 500 | 2.0 | 0.5 | 5.0 | 2 |" in told
    assert "| Neo4j, 1,000 |" in told


def test_the_plot_has_a_line_for_each_store_and_way() -> None:
    drawn = ElementTree.fromstring(plot([row("SQLite", 1000), row("SQLite", 100_000), row("Neo4j", 1000)]))
    assert len(drawn.findall(".//{http://www.w3.org/2000/svg}polyline")) == 6
