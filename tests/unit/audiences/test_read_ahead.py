"""What is read in another thread: counts go on as of before, files wait, and whoever waits is told how far it is."""

import threading
from collections.abc import Iterator
from functools import partial
from typing import Any

import pytest
from batches import Ticking, batch, person

from spine.access.context import LOCAL
from spine.audiences import projection
from spine.audiences.projection import Projections
from spine.bootstrap import open_store
from spine.errors import NotReady
from spine.pipeline.ingest import ingest
from spine.ports import GraphStore
from spine.settings import Settings
from spine.stores import touching

DAY = "2026-06-30"


@pytest.fixture
def store(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Iterator[GraphStore]:
    """A store whose changes are all too large to be told one by one, and which takes long to read."""
    monkeypatch.setattr(touching, "MOST", 0)
    monkeypatch.setattr(projection, "QUICK", -1.0)
    with open_store("memory:", settings) as opened:
        take(opened, "r1")
        yield opened


@pytest.fixture
def gate(monkeypatch: pytest.MonkeyPatch) -> threading.Event:
    """Reading everything waits until this is set."""
    opened = threading.Event()
    plain = projection.read_world

    def reading(reader: Any, told: Any = lambda what, share: None) -> Any:
        told("reading record", 0.25)
        assert opened.wait(20)
        return plain(reader, told)

    monkeypatch.setattr(projection, "read_world", reading)
    return opened


def take(store: GraphStore, name: str) -> None:
    ingest(store, LOCAL, batch([person(name, "2025-01-01", f"email:{name}@example.com")]), Ticking(), key="batches")


def persons(kept: Projections, store: GraphStore, **how: Any) -> int:
    with store.reading(LOCAL) as reader, kept.frame(reader, 0.95, DAY, **how) as frame:
        return int(frame.rows(f"SELECT count(*) FROM {frame.table('persons')}")[0][0])


def test_counts_are_as_of_before_and_files_wait(
    store: GraphStore, gate: threading.Event, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept = Projections(partial(store.reading, LOCAL))
    monkeypatch.setattr(projection, "PATIENCE", 0.1)
    with pytest.raises(NotReady, match="reading record, 25%"):
        persons(kept, store)
    assert (kept.readiness().position, kept.readiness().doing) == (None, "reading record")
    gate.set()
    monkeypatch.setattr(projection, "PATIENCE", 20.0)
    assert persons(kept, store) == 1
    gate.clear()
    take(store, "r2")
    assert persons(kept, store) == 1
    monkeypatch.setattr(projection, "PATIENCE", 0.1)
    with pytest.raises(NotReady):
        persons(kept, store, latest=True)
    gate.set()
    monkeypatch.setattr(projection, "PATIENCE", 20.0)
    assert persons(kept, store, latest=True) == 2
    assert kept.readiness().doing is None
    kept.close()


def test_what_is_read_ahead_is_there_when_it_is_asked_for(store: GraphStore, gate: threading.Event) -> None:
    kept = Projections(partial(store.reading, LOCAL))
    kept.prepare(0.95, DAY)
    gate.set()
    assert persons(kept, store, latest=True) == 1
    kept.close()


def test_who_closes_waits_for_no_reading(store: GraphStore, gate: threading.Event) -> None:
    kept = Projections(partial(store.reading, LOCAL))
    kept.prepare(0.95, DAY)
    threading.Timer(0.05, gate.set).start()
    kept.close()
    assert kept.readiness().position is None


def test_an_error_of_the_other_thread_is_told_to_who_waits(store: GraphStore, monkeypatch: pytest.MonkeyPatch) -> None:
    def failing(reader: Any, told: Any = None) -> Any:
        raise NotReady("Nothing here.")

    monkeypatch.setattr(projection, "read_world", failing)
    kept = Projections(partial(store.reading, LOCAL))
    with pytest.raises(NotReady, match="Nothing here"):
        persons(kept, store)
    kept.close()
