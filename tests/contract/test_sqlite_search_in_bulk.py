"""Many records written at once are searched like records written one by one."""

import sqlite3
from contextlib import closing
from pathlib import Path

from rows import record, rows

from spine.access.context import LOCAL
from spine.ports import Cause
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
