"""The flow is tested on the two stores that need no server."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from spine.bootstrap import open_store
from spine.matching.blocking import RULES
from spine.pipeline import (
    catching_up,
    employers,
    home_neighbours,
    homes_standing,
    keying,
    surroundings,
    target_numbers,
)
from spine.ports import GraphStore
from spine.resolution import employment, household_weights, relationships
from spine.settings import Settings


@pytest.fixture(params=["memory", "sqlite"])
def store(request: pytest.FixtureRequest, tmp_path: Path, settings: Settings) -> Iterator[GraphStore]:
    """An empty store, in memory and in a file."""
    url = "memory:" if request.param == "memory" else f"sqlite:{tmp_path / 'graph.db'}"
    with open_store(url, settings) as opened:
        yield opened


@pytest.fixture
def soon_crowded(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Keys that three records crowd, identifiers that three or four persons do, names that three organisations do."""
    for key, rules in list(RULES.items()):
        monkeypatch.setitem(RULES, key, tuple(replace(one, crowded=2 + at % 2) for at, one in enumerate(rules)))
    for module in (relationships, surroundings):
        monkeypatch.setattr(module, "CROWD", 3)
    monkeypatch.setattr(household_weights, "SHARED_CROWD", 2)
    monkeypatch.setattr(household_weights, "SHARED_RECORDS", 4)
    for module in (home_neighbours, homes_standing):
        monkeypatch.setattr(module, "NEAR", 8)
    monkeypatch.setattr(employment, "MOST_EMPLOYERS", 2)
    monkeypatch.setattr(employers, "MOST_EMPLOYERS", 2)
    monkeypatch.setattr(employment, "MOST_CARRYING", 4)
    monkeypatch.setattr(employers, "MOST_CARRYING", 4)
    monkeypatch.setattr(target_numbers, "MOST_NAMING", 4)
    monkeypatch.setattr(catching_up, "FEW", 2)
    for known in (keying.scheme, keying.followed):
        known.cache_clear()
    yield
    monkeypatch.undo()
    for known in (keying.scheme, keying.followed):
        known.cache_clear()
