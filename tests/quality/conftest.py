"""The demo world, loaded and resolved once for all tests of quality, and the truth beside it."""

import csv
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from loaders.open import open_source
from seed.world import World, build
from spine.access.context import LOCAL
from spine.bootstrap import open_engine, open_store
from spine.memberships import memberships
from spine.pipeline.load import load
from spine.pipeline.resolve import resolve
from spine.pipeline.resolve_report import ResolveReport
from spine.ports import GraphStore
from spine.settings import DEFAULT_CONFIDENCE, Settings

INHABITANTS = 2000
Row = dict[str, Any]


@dataclass(repr=False)
class Demo:
    """The world, the store it was resolved in, and what was answered at the default confidence."""

    world: World
    store: GraphStore
    report: ResolveReport
    cases: dict[str, dict[str, Any]]
    entity: dict[str, str] = field(default_factory=dict)
    """Per record key the public id of its person or organisation."""
    households: dict[str, str] = field(default_factory=dict)
    """Per record key the public id of its household."""
    number: dict[str, int] = field(default_factory=dict)
    """Per record key the number of its person or organisation, the `id` of the entity tables."""

    def rows(self, table: str, *columns: str) -> list[Row]:
        """All rows of a table of the graph, these columns."""
        with self.store.reading(LOCAL) as reader:
            return reader.scan(table, list(columns)).to_pylist()

    def truth(self, kind: str) -> dict[str, str]:
        """Per record key its true person, organisation or household; records of no household are left out."""
        path: Path = getattr(self.world, f"truth_{kind}")
        with path.open(encoding="utf-8", newline="") as file:
            rows = list(csv.DictReader(file))
        return {f"{row['source']}/{row['record_id']}": row["entity_id"] for row in rows if row["entity_id"]}


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    """The demo world of two thousand, in memory."""
    world = build(tmp_path_factory.mktemp("quality"), INHABITANTS, 0)
    with open_store("memory:", Settings()) as store:
        for source in world.sources:
            load(store, LOCAL, open_source(source.path, source.mapping, source.name), source.path.name, key="demo")
        report = resolve(store, LOCAL, open_engine("local"), "auto")
        found = Demo(world, store, report, json.loads(world.hard_cases.read_text(encoding="utf-8")))
        with store.reading(LOCAL) as reader:
            for kind in ("person", "organisation", "household"):
                answered = found.households if kind == "household" else found.entity
                for row in memberships(reader, kind, DEFAULT_CONFIDENCE).to_pylist():
                    answered[f"{row['source']}/{row['record_id']}"] = row["entity_id"]
        keys = {row["id"]: row["key"] for row in found.rows("record", "id", "key")}
        for table in ("resolves_to_person", "resolves_to_organisation"):
            found.number |= {keys[row["start"]]: row["end"] for row in found.rows(table, "start", "end")}
        yield found
