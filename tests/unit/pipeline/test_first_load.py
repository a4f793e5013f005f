"""Many batches of several sources in one transaction end like the same batches one by one, in memory."""

import os
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from batches import KEY, Given, Portable, batch, person

from spine.access.context import LOCAL
from spine.ahead import ahead
from spine.domain.graph import GRAPH
from spine.errors import StoreError
from spine.pipeline import load as loading
from spine.pipeline import making
from spine.pipeline.load import Load, load_all
from spine.ports import Cause, GraphStore
from spine.stores.memory import MemoryStore
from spine.stores.sqlite import filling
from spine.stores.sqlite.schema import indexes
from spine.stores.sqlite.search import TRIGGERS
from spine.stores.sqlite.store import SqliteStore

TABLES = ("record", "record_version", "identifier", "carries", "event", "event_of", "consent", "consent_of")


class Still:
    """A clock that stands."""

    def now(self) -> str:
        """Always the same."""
        return "2026-01-01T00:00:00+00:00"


def _sources() -> list[Load]:
    """A small source, a large one, one that says again and anew what the first two said, and events."""
    few = [person(str(n), "2025-01-01", f"email:u{n}@example.com", given_name="Ann") for n in range(30)]
    many = [
        person(
            f"m{n}", f"2025-01-{1 + n % 28:02}", f"email:u{n % 700}@example.com", f"loyalty:l{n}", surname=f"Lee {n}"
        )
        for n in range(2600)
    ]
    again = [person(str(n), f"202{4 + n % 3}-06-01", f"email:v{n}@example.com", given_name="Bea") for n in range(30)]
    again += many[:1200] + [person(f"m{n}", "2026-01-01", "loyalty:new", surname="Moe") for n in range(500)]
    events = [
        {"source": "shop", "reference": f"o{n}", "kind": "order", "at": "2025-01-01", "namespace": "email",
         "value": f"u{n % 900}@example.com", "amount": "5"}
        for n in range(1500)
    ]  # fmt: skip
    return [
        Load(Given(batch(few)), "few", '{"few": 1}'),
        Load(Given(batch(many[:1300]), batch(many[1300:])), "many"),
        Load(Given(batch(again, events), batch([], events[:700])), "again"),
    ]


def _content(store: GraphStore) -> dict[str, Any]:
    with store.reading(LOCAL) as reader:
        found: dict[str, Any] = {name: reader.scan(name).to_pylist() for name in TABLES}
        for word in ("ann", "bea", "lee", "moe", "u7 example"):
            found[word] = {number for number, _ in reader.search(word, limit=10_000)}
        keys = [row["key"] for row in found["record"]]
        found["by key"] = [row["id"] for row in reader.get("record", "key", keys)]
        ends = [row["id"] for row in found["identifier"]]
        found["by end"] = sorted(row["start"] for row in reader.get("carries", "end", ends))
    return found


def _loaded(store: GraphStore, times: int = 1) -> tuple[dict[str, Any], list[Any]]:
    reports: list[Any] = []
    for _ in range(times):
        reports += load_all(store, LOCAL, _sources(), key=KEY, clock=Still())
    return _content(store), [
        (r.name, r.rows, r.records_added, r.records_changed, r.events, r.identifiers) for r in reports
    ]


@pytest.fixture(scope="module")
def expected() -> tuple[dict[str, Any], list[Any]]:
    """What plain batches in memory end in, each a transaction of its own."""
    with pytest.MonkeyPatch.context() as patch, MemoryStore() as store:
        patch.setattr(loading, "TOGETHER", 1)
        return _loaded(store)


@pytest.mark.parametrize("together", [1, 1400, loading.TOGETHER])
def test_however_batches_are_put_together_the_graph_is_the_same(
    tmp_path: Path, expected: Any, together: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(loading, "TOGETHER", together)
    # What is kept back is poured in several parts.
    monkeypatch.setattr(filling, "_FEWEST_KEPT", 1)
    with SqliteStore(tmp_path / "graph.db") as store:
        found = _loaded(store)
        assert found == expected
        made = {
            row[0] for row in store._writer.run("SELECT name FROM sqlite_master WHERE type IN ('index', 'trigger')")
        }
        assert made >= {*TRIGGERS, *(name for table in GRAPH.values() for name in indexes(table))}
        before = store._writer.run("SELECT max(id) FROM log")
        again = _loaded(store)
        assert again[0] == expected[0]
        assert all(counts[2:] == (0, 0, 0, 0) for counts in again[1])
        assert store._writer.run("SELECT max(id) FROM log") == before
        assert store._writer.run("PRAGMA integrity_check") == [("ok",)]


def test_made_ready_in_another_process_the_graph_is_the_same_to_the_last_byte(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stores = []
    for large in (making.LARGE, 0):
        notes = tmp_path / f"read {large}"
        notes.mkdir()
        loads = [replace(one, source=Portable(notes, *one.source._batches)) for one in _sources()]  # type: ignore[attr-defined]
        monkeypatch.setattr(making, "LARGE", large)
        with SqliteStore(tmp_path / f"{large}.db", clock=Still()) as store:
            load_all(store, LOCAL, loads, key=KEY, clock=Still())
            stores.append(list(store._writer._driver.iterdump()))
        assert (notes / str(os.getpid())).exists() is bool(large)
        assert len(list(notes.iterdir())) == 1
    assert stores[0] == stores[1]


def test_a_first_load_is_whole_or_not_there(tmp_path: Path) -> None:
    class Broken(Given):
        def batches(self) -> Iterator[Any]:
            yield from super().batches()
            raise StoreError("The line is cut.")

    whole = _sources()
    with SqliteStore(tmp_path / "graph.db") as store:
        with pytest.raises(StoreError, match="The line is cut"):
            load_all(store, LOCAL, [*whole[:2], Load(Broken(batch([person("x")])), "broken")], clock=Still(), key=KEY)
        with store.reading(LOCAL) as reader:
            assert [reader.count(name) for name in TABLES] == [0] * len(TABLES)
        made = {
            row[0] for row in store._writer.run("SELECT name FROM sqlite_master WHERE type IN ('index', 'trigger')")
        }
        assert made >= {*TRIGGERS, *(name for table in GRAPH.values() for name in indexes(table))}
        assert _loaded(store)[0]["by key"]


def test_records_with_numbers_of_their_own_are_found_by_key_in_the_same_transaction(tmp_path: Path) -> None:
    import pyarrow as pa

    keys = [f"s/{n}" for n in range(3000)]
    with SqliteStore(tmp_path / "graph.db") as store, store.writing(LOCAL, Cause("record")) as writer:
        writer.put("record", pa.table({"id": list(range(10, 3010)), "key": keys, "live": [True] * 3000}))
        assert writer.sequence(["s/5", "s/2999", "s/new"]).tolist() == [15, 3009, 3010]
        assert [row["id"] for row in writer.get("record", "key", ["s/7"])] == [17]


def test_a_few_records_between_many_do_not_end_the_waiting_for_indexes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import pyarrow as pa

    monkeypatch.setattr(filling, "_MANY", 1000)
    fields = '{"given":"ann"}'
    with SqliteStore(tmp_path / "graph.db") as store:
        with store.writing(LOCAL, Cause("record")) as writer:
            for first, size in ((0, 3000), (3000, 50), (3050, 1000), (3049, 2)):
                keys = [f"s/{n}" for n in range(first, first + size)]
                ids = writer.sequence(keys)
                rows = {
                    "id": ids,
                    "key": keys,
                    "source": ["s"] * size,
                    "live": [True] * size,
                    "fields": [fields] * size,
                }
                added = writer.put("record", pa.table(rows)).added
                assert added == (size if size > 2 else 0)
                assert writer._filling.is_bare(GRAPH["record"])  # type: ignore[attr-defined]
        assert store._writer.run("PRAGMA threads") == [(0,)]
        assert store._writer.run("PRAGMA integrity_check") == [("ok",)]
        with store.reading(LOCAL) as reader:
            assert len(reader.search("ann", limit=9999)) == reader.count("record") == 4050
            assert [row["id"] for row in reader.get("record", "key", ["s/3049", "s/4049"])] == [3050, 4050]


def test_reading_ahead_keeps_order_and_errors_and_ends_its_thread() -> None:
    def items() -> Iterator[int]:
        yield from range(3)
        raise ValueError("the third")

    reading = ahead(items())
    assert [next(reading) for _ in range(3)] == [0, 1, 2]
    with pytest.raises(ValueError, match="the third"):
        next(reading)
    assert list(ahead(iter([]))) == []
    endless = ahead(iter(int, 1))
    assert next(endless) == 0
    endless.close()
    assert not [thread for thread in threading.enumerate() if thread.name == "ahead"]


def test_a_first_load_of_events_is_one_transaction_and_later_ones_are_batches(tmp_path: Path) -> None:
    def events(first: int) -> list[Any]:
        return [
            {"source": "shop", "reference": f"o{n}", "kind": "order", "at": "2025-01-01", "namespace": "email",
             "value": f"u{n % 900}@example.com"}
            for n in range(first, first + 1200)
        ]  # fmt: skip

    def entries(store: GraphStore) -> int:
        with store.reading(LOCAL) as reader:
            return reader.count("log")

    with SqliteStore(tmp_path / "graph.db") as store:
        load_all(store, LOCAL, _sources()[:2], key=KEY, clock=Still())
        load_all(store, LOCAL, [Load(Given(batch([], events(100_000)[:60])), "few events")], key=KEY, clock=Still())
        for first, transactions in ((0, 1), (5000, 3)):
            before = entries(store)
            batches = Given(*(batch([], events(first + part * 1000)) for part in range(3)))
            load_all(store, LOCAL, [Load(batches, "events")], key=KEY, clock=Still())
            assert entries(store) - before == transactions
        with store.reading(LOCAL) as reader:
            assert reader.count("event") == reader.count("event_of") == 6460
            assert len(reader.get("event", "reference", ["o2100"])) == 1
