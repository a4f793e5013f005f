"""The reference follower on a real PostgreSQL: its table is the truth, whatever happens and whenever it is stopped."""

import os
import random
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from batches import Given, Ticking, batch, person
from needed import needed
from postgres_server import postgres_server
from served import served

from loaders.cross_reference import CURSOR, TABLE, CrossReference, Feed, connect, follow
from spine.access.context import LOCAL
from spine.api.app import create_app
from spine.bootstrap import open_engine, open_store
from spine.domain.ids import encode_id
from spine.domain.judgements import Verdict
from spine.domain.vocabulary import Kind
from spine.pipeline import catching_up, resolved_changes
from spine.pipeline.ingest import delete_record, ingest
from spine.pipeline.load import load
from spine.pipeline.resolve import resolve
from spine.ports import GraphStore
from spine.settings import Settings
from spine.stewardship.judging import judge

Table = dict[tuple[str, str], str]
Started = Callable[[str], CrossReference]
RUNS = int(os.environ.get("SPINE_STATE_RUNS", "4"))


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    """A running PostgreSQL; skips where there is none, fails where it is required."""
    with needed("Postgres"), postgres_server() as url:
        yield url


@pytest.fixture
def database(server: str) -> str:
    """The URL of a database without the follower's tables."""
    connection = connect(server)
    cursor = connection.cursor()
    cursor.execute(f"DROP TABLE IF EXISTS {TABLE}, {CURSOR}")
    connection.commit()
    connection.close()
    return server


@pytest.fixture
def store() -> Iterator[GraphStore]:
    """An empty store in memory."""
    with open_store("memory:", Settings()) as opened:
        yield opened


@pytest.fixture
def address(store: GraphStore) -> Iterator[str]:
    """The address of a server over it."""
    with served(create_app(store, Settings())) as url:
        yield url


@pytest.fixture
def follower(database: str) -> Iterator[Started]:
    """Starts a follower of a server, as often as it is called."""
    connections = []

    def started(address: str) -> CrossReference:
        connections.append(connect(database))
        return CrossReference(connections[-1], Feed(address))

    yield started
    for connection in connections:
        connection.close()


def table(database: str) -> Table:
    """What the follower's table says."""
    connection = connect(database)
    cursor = connection.cursor()
    cursor.execute(f"SELECT source, record_id, entity FROM {TABLE}")
    found = {(source, name): entity for source, name, entity in cursor.fetchall()}
    connection.close()
    return found


def truth(store: GraphStore) -> Table:
    """What the store says."""
    with store.reading(LOCAL) as reader:
        names = {row["id"]: (row["source"], row["record_id"]) for row in reader.scan("record").to_pylist()}
        return {
            names[row["start"]]: encode_id(kind.value, row["end"])
            for kind in Kind
            for row in reader.scan(f"resolves_to_{kind.value}").to_pylist()
        }


class World:
    """Things that happen to a store, drawn at random."""

    def __init__(self, store: GraphStore, draw: random.Random) -> None:
        self.store, self.draw, self.clock = store, draw, Ticking()

    def rows(self) -> list[dict[str, Any]]:
        draw = self.draw
        mails = draw.sample(
            ["email:ann@example.com", "email:ben@example.com", "phone:+46701234567"], draw.randint(0, 2)
        )
        said = {"given_name": draw.choice(["Ann", "Ben", None]), "surname": "Quist"}
        names = draw.sample([f"r{at}" for at in range(9)], draw.randint(1, 3))
        return [person(name, f"2024-0{draw.randint(1, 9)}-01", *mails, **said) for name in names]

    def happen(self) -> None:
        """Something happens."""
        what = self.draw.choice(["ingest"] * 4 + ["load", "delete", "delete", "judge", "resolve"])
        if what == "ingest":
            ingest(self.store, LOCAL, batch(self.rows()), self.clock, key="batches")
        elif what == "load":
            load(self.store, LOCAL, Given(batch(self.rows())), "rows", key="batches", clock=self.clock)
        elif what == "delete":
            delete_record(self.store, LOCAL, "crm", f"r{self.draw.randint(0, 8)}", self.clock)
        elif what == "resolve":
            full = self.draw.random() < 0.5
            resolve(self.store, LOCAL, open_engine("local"), "never", clock=self.clock, full=full)
        else:
            with self.store.reading(LOCAL) as reader:
                live = [row["id"] for row in reader.scan("record").to_pylist() if row["live"]]
                ready = reader.get("document", "id", ["model:person"])
            if len(live) > 1 and ready:
                a, b = self.draw.sample(live, 2)
                judge(self.store, LOCAL, a, b, self.draw.choice(list(Verdict)), clock=self.clock)


@pytest.mark.parametrize("seed", range(RUNS))
def test_the_table_is_the_truth_whatever_happens_and_whenever_the_follower_stops(
    store: GraphStore, address: str, database: str, follower: Started, seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(catching_up, "FEW", 2)
    monkeypatch.setattr("loaders.cross_reference.PAGE", 2)
    draw = random.Random(seed)
    monkeypatch.setattr(resolved_changes, "BULK", draw.choice([2, 50_000]))
    world = World(store, draw)
    one = follower(address)
    for _ in range(25):
        world.happen()
        for _ in range(draw.randint(0, 2)):
            one.step()
        if draw.random() < 0.3:
            one = follower(address)
    one.catch_up()
    assert table(database) == truth(store)
    assert one.catch_up() == 0


def test_a_follower_that_fails_half_way_has_done_nothing(
    store: GraphStore, address: str, database: str, follower: Started, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = follower(address)
    ingest(store, LOCAL, batch([person("1", "2025-01-01", "email:ann@example.com")]), Ticking())
    one.catch_up()
    ingest(store, LOCAL, batch([person("2", "2025-01-01", "email:ann@example.com")]), Ticking())
    ingest(store, LOCAL, batch([person("3", "2025-01-01", "email:ann@example.com")]), Ticking())
    before, moves = table(database), []

    def failing(self: CrossReference, to: str | None, records: Any) -> None:
        moves.append(to)
        if len(moves) == 2:
            raise OSError("pulled the plug")
        original(self, to, records)

    original = CrossReference._move
    with monkeypatch.context() as patched:
        patched.setattr(CrossReference, "_move", failing)
        with pytest.raises(OSError, match="plug"):
            one.catch_up()
    assert table(database) == before
    one.catch_up()
    assert table(database) == truth(store)


def test_another_store_behind_the_address_is_noticed(
    store: GraphStore, address: str, database: str, follower: Started
) -> None:
    ingest(store, LOCAL, batch([person("1", "2025-01-01", "email:ann@example.com")]), Ticking())
    follower(address).catch_up()
    with open_store("memory:", Settings()) as other:
        for name in ("8", "9"):
            ingest(other, LOCAL, batch([person(name, "2025-01-01", f"email:{name}@example.com")]), Ticking())
        with served(create_app(other, Settings())) as elsewhere:
            follower(elsewhere).catch_up()
        assert table(database) == truth(other)


def test_followers_that_are_killed_and_two_at_once_end_in_the_truth(
    store: GraphStore, address: str, database: str
) -> None:
    draw = random.Random(1)
    world = World(store, draw)
    command = [sys.executable, "-m", "loaders.cross_reference", "--feed", address, "--database", database]
    running = [subprocess.Popen([*command, "--every", "0.05"], stderr=subprocess.PIPE) for _ in range(2)]
    try:
        for turn in range(3):
            until = time.monotonic() + 2.0 + draw.random()
            while time.monotonic() < until:
                world.happen()
            victim = running[turn % 2]
            victim.kill()
            victim.communicate()
            running[turn % 2] = subprocess.Popen([*command, "--every", "0.05"], stderr=subprocess.PIPE)
    finally:
        for one in running:
            one.terminate()
            _, said = one.communicate(timeout=60)
            assert b"Traceback" not in said, said.decode()
    subprocess.run([*command, "--once"], check=True)
    assert table(database) == truth(store)


def test_a_server_that_is_away_is_tried_again(
    store: GraphStore, database: str, capfd: pytest.CaptureFixture[str]
) -> None:
    ingest(store, LOCAL, batch([person("1", "2025-01-01", "email:ann@example.com")]), Ticking())
    stop = threading.Event()
    with socket.create_server(("127.0.0.1", 0)) as nobody:
        address = f"http://127.0.0.1:{nobody.getsockname()[1]}"
    running = threading.Thread(target=follow, args=(Feed(address), database, stop, 0.05))
    running.start()
    until = time.monotonic() + 20
    while "Tried again" not in capfd.readouterr().err and time.monotonic() < until:
        time.sleep(0.05)
    stop.set()
    running.join(20)
    assert time.monotonic() < until
