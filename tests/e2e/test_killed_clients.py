"""Killed at any moment under load: nothing acknowledged is lost or doubled, nothing half-written, no gap in the feed.

`SPINE_KILLS=100` kills as often as a night allows.
"""

import json
import os
import random
import signal
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from batches import Ticking
from clients import notes, working
from needed import needed
from neo4j_server import PROCESS, neo4j_server

from spine.access.context import LOCAL
from spine.bootstrap import open_engine, open_store
from spine.pipeline.changes import PLACES
from spine.pipeline.resolve import resolve
from spine.pipeline.working_off import work_off
from spine.ports import GraphStore, Reader
from spine.settings import Settings

SHARED = pytest.mark.parametrize("fresh_url", ["sqlite", pytest.param("neo4j", marks=pytest.mark.neo4j)], indirect=True)
"""The stores that outlive a process and that several processes share."""
KILLS = int(os.environ.get("SPINE_KILLS", "4"))
CLIENTS = 2
Feed = list[tuple[int, str]]


@pytest.mark.long
@SHARED
def test_clients_killed_under_load_lose_nothing(
    fresh_url: Callable[[], str], settings: Settings, tmp_path: Path
) -> None:
    url = fresh_url()
    chance, seen = random.Random(), Follower()
    with open_store(url, settings) as store:
        for kill in range(KILLS):
            _disturb(url, [kill * CLIENTS + at for at in range(CLIENTS)], tmp_path, chance, lambda: seen.follow(store))
        _hold(store, _noted(tmp_path), seen)


@pytest.mark.long
def test_a_server_killed_under_load_loses_nothing(settings: Settings, tmp_path: Path) -> None:
    home, folder, chance, seen = tmp_path / "home", tmp_path / "notes", random.Random(), Follower()
    folder.mkdir()
    with needed("Neo4j"):
        for kill in range(max(1, KILLS // 4)):
            with neo4j_server(home=home) as url, working(url, [kill], folder):
                _await_notes(folder / str(kill), 2 + chance.randrange(20))
                os.kill(int((home / PROCESS).read_text()), signal.SIGKILL)
        with neo4j_server(home=home) as url, open_store(url, settings) as store:
            _hold(store, _noted(folder), seen)


class Follower:
    """Reads the feed as a subscriber does: page by page, from its cursor."""

    def __init__(self) -> None:
        self.cursor = -1
        self.seen: Feed = []

    def follow(self, store: GraphStore) -> None:
        """Everything that is new."""
        with store.reading(LOCAL) as reader:
            rows = sorted((row["id"], row["entry"]) for row in reader.scan("change").to_pylist())
        self.seen += [row for row in rows if row[0] > self.cursor]
        self.cursor = max((number for number, _ in self.seen), default=-1)


def _disturb(url: str, clients: list[int], folder: Path, chance: random.Random, meanwhile: Callable[[], None]) -> None:
    """Clients at work until one of them, then the others, are killed at a random moment."""
    with working(url, clients, folder) as processes:
        for client in clients:
            _await_notes(folder / str(client), 2 + chance.randrange(6))
        time.sleep(chance.uniform(0, 0.2))
        processes[chance.choice(clients)].kill()
        meanwhile()
        time.sleep(chance.uniform(0, 0.3))


def _await_notes(path: Path, number: int) -> None:
    # A server that has just started plans every statement anew.
    give_up = time.monotonic() + 300
    while len(notes(path)) < number:
        assert time.monotonic() < give_up, f"{path}: a client did nothing"
        time.sleep(0.005)


def _noted(folder: Path) -> list[dict[str, Any]]:
    found = [one for path in sorted(folder.iterdir()) if path.name.isdecimal() for one in notes(path)]
    assert any("put" in one for one in found)
    return found


def _hold(store: GraphStore, noted: list[dict[str, Any]], seen: Follower) -> None:
    """What must hold of a store after any number of kills."""
    with store.reading(LOCAL) as reader:
        _nothing_lost(reader, noted)
        _no_gaps(reader, noted)
    # Of many records at once some wait: a worker killed in the midst of them is followed by another.
    assert work_off(store, LOCAL, Ticking()).left == 0
    seen.follow(store)
    with store.reading(LOCAL) as reader:
        assert seen.seen == sorted((row["id"], row["entry"]) for row in reader.scan("change").to_pylist())
    # What was built record by record is what a resolve of everything builds: no component is half-written.
    report = resolve(store, LOCAL, open_engine("local"), "never", full=True)
    assert report.written == {}


def _nothing_lost(reader: Reader, noted: list[dict[str, Any]]) -> None:
    held = {row["record_id"]: row for row in reader.scan("record").to_pylist()}
    assert len(held) == reader.count("record")
    last: dict[str, dict[str, Any]] = {}
    for one in noted:
        if name := one.get("put") or one.get("deleted"):
            last[name] = one
    for name, one in last.items():
        # What was not acknowledged may have been done all the same, once: a later version, or the deletion.
        if "put" in one and held[name]["live"]:
            day = json.loads(one["raw"])["observed_at"]
            assert held[name]["observed_at"] >= day
        assert name in held or "deleted" in one


def _no_gaps(reader: Reader, noted: list[dict[str, Any]]) -> None:
    log = sorted(row["id"] for row in reader.scan("log").to_pylist())
    assert log == list(range(1, len(log) + 1))
    given = [one["position"] for one in noted if one.get("position") is not None]
    assert len(given) == len(set(given)), "two writes were told the same position"
    assert set(given) <= set(log)
    assert {row["id"] // PLACES for row in reader.scan("change").to_pylist()} <= set(log)
