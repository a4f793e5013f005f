"""Many records written at once are searched like records written one by one."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from rows import record, rows

from spine.access.context import LOCAL
from spine.ports import Cause, Writer
from spine.stores.sqlite import search
from spine.stores.sqlite.store import SqliteStore

CAUSE = Cause("record")
MANY = 300


def _put(store: SqliteStore, numbers: range, given: str, **more: object) -> None:
    with store.writing(LOCAL, CAUSE) as writer:
        writer.put("record", rows("record", *({**record(number, given=given), **more} for number in numbers)))


def _found(store: SqliteStore, word: str) -> set[int]:
    with store.reading(LOCAL) as reader:
        return {number for number, _ in reader.search(word, limit=10_000)}


def test_many_new_changed_and_deleted_records_are_found_as_they_are(tmp_path: Path) -> None:
    with SqliteStore(tmp_path / "graph.db") as store:
        _put(store, range(1, 11), "first")
        _put(store, range(1, MANY + 1), "second")
        assert _found(store, "first") == set()
        assert _found(store, "second") == set(range(1, MANY + 1))
        _put(store, range(50, MANY + 50), "third", live=False)
        assert _found(store, "second") == set(range(1, 50))
        assert _found(store, "third") == set()
        _put(store, range(60, MANY + 50), "fourth")
        _put(store, range(1, 3), "fifth")
        assert _found(store, "fourth") == set(range(60, MANY + 50))
        assert (_found(store, "second"), _found(store, "fifth")) == (set(range(3, 50)), {1, 2})
        assert {row[0] for row in store._writer.run("SELECT name FROM sqlite_master WHERE type = 'trigger'")} == set(
            search.TRIGGERS
        )


def test_a_file_whose_index_keeps_the_words_is_brought_up(tmp_path: Path) -> None:
    path = tmp_path / "graph.db"
    with SqliteStore(path) as store:
        _put(store, range(1, 4), "first")
    with closing(sqlite3.connect(path)) as probe:
        probe.executescript(
            "DROP TABLE record_search; CREATE VIRTUAL TABLE record_search USING fts5(words, detail='none');"
            "DROP TRIGGER record_search_update; PRAGMA user_version = 2;"
        )
    with SqliteStore(path) as store:
        assert _found(store, "first") == {1, 2, 3}
        _put(store, range(1, 2), "second")
        assert (_found(store, "first"), _found(store, "second")) == ({2, 3}, {1})


def _put_numbered(writer: Writer, numbers: range, given: str) -> None:
    """As a load does it: under numbers that the transaction gives."""
    ids = writer.sequence([f"crm/{number}" for number in numbers]).tolist()
    writer.put("record", rows("record", *(record(number, given=given) for number in ids)))


def test_a_first_load_finds_what_it_has_put_before_and_after_its_end(tmp_path: Path) -> None:
    aside = tmp_path / "graph.db-words"
    with SqliteStore(tmp_path / "graph.db") as store:
        with store.writing(LOCAL, CAUSE) as writer:
            _put_numbered(writer, range(1, 2_001), "first")
            assert aside.exists()
            _put_numbered(writer, range(2_001, 3_501), "second")
            _put_numbered(writer, range(1_001, 2_001), "third")
            assert {number for number, _ in writer.search("first", limit=10_000)} == set(range(1, 1_001))
            _put_numbered(writer, range(3_501, 4_001), "fourth")
        assert not aside.exists()
        _put(store, range(1, 3), "fifth")
        with store.writing(LOCAL, CAUSE) as writer:
            _put_numbered(writer, range(4_001, 4_002), "sixth")
        expected = {
            "first": range(3, 1_001), "second": range(2_001, 3_501), "third": range(1_001, 2_001),
            "fourth": range(3_501, 4_001), "fifth": range(1, 3), "sixth": range(4_001, 4_002),
        }  # fmt: skip
        assert {word: _found(store, word) for word in expected} == {word: set(ids) for word, ids in expected.items()}
        store._writer.run("INSERT INTO record_search(record_search) VALUES ('integrity-check')")


def test_words_that_are_indexed_aside_are_found_as_those_indexed_at_once(tmp_path: Path) -> None:
    found = []
    for name in ("aside", "at once"):
        with SqliteStore(tmp_path / f"{name}.db") as store, store.writing(LOCAL, CAUSE) as writer:
            for first in (1, 1_501, 3_001):
                _put_numbered(writer, range(first, first + 1_500), f"given{first}")
                if name == "at once":
                    writer.search("given1", limit=1)
        with closing(sqlite3.connect(tmp_path / f"{name}.db")) as probe:
            found.append(
                [
                    probe.execute(f"SELECT count(*), sum(rowid) FROM record_search WHERE record_search MATCH '{word}'")
                    .fetchall()
                    for word in ("given1", "given1501", "given3001", "nobody")
                ]
            )  # fmt: skip
            assert probe.execute("SELECT count(*) FROM record_search_docsize").fetchall() == [(4_500,)]
    assert found[0] == found[1]


def _put_and_fail(store: SqliteStore) -> None:
    with store.writing(LOCAL, CAUSE) as writer:
        _put_numbered(writer, range(1, 2_001), "first")
        raise KeyError("on the way")


def test_a_first_load_that_fails_leaves_nothing_aside(tmp_path: Path) -> None:
    aside = tmp_path / "graph.db-words"
    with SqliteStore(tmp_path / "graph.db") as store:
        with pytest.raises(KeyError, match="on the way"):
            _put_and_fail(store)
        assert not aside.exists()
        assert _found(store, "first") == set()
        with store.writing(LOCAL, CAUSE) as writer:
            _put_numbered(writer, range(1, 2_001), "second")
        assert len(_found(store, "second")) == 2_000
        assert not aside.exists()


def test_what_a_killed_load_has_left_is_gone_with_the_next_write(tmp_path: Path) -> None:
    aside = tmp_path / "graph.db-words"
    with SqliteStore(tmp_path / "graph.db") as store:
        aside.write_bytes(b"words of somebody")
        _put(store, range(1, 2), "first")
        assert not aside.exists()
