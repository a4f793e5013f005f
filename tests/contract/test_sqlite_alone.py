"""A first load writes straight into a file that nobody else has open; a kill leaves nothing of it."""

import os
import signal
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path

import pytest
from rows import record, rows

from spine.access.context import LOCAL
from spine.errors import StoreBusy
from spine.ports import Cause, Writer
from spine.stores.sqlite import filling
from spine.stores.sqlite.store import SqliteStore

LOAD = Cause("record", batch="crm")
MANY = 3_000


def _put(writer: Writer, first: int = 1, many: int = MANY) -> None:
    made = [{**record(number), "raw": "x" * 900} for number in range(first, first + many)]
    writer.sequence([row["key"] for row in made])
    writer.put("record", rows("record", *made))


def _mode(path: Path) -> str:
    with closing(sqlite3.connect(path)) as probe:
        return str(probe.execute("PRAGMA journal_mode").fetchone()[0])


def test_a_first_load_leaves_no_log_to_copy_and_what_follows_has_one(tmp_path: Path) -> None:
    path = tmp_path / "graph.db"
    with SqliteStore(path, patience=0.1) as store:
        with store.reading(LOCAL) as reader:
            assert reader.count("record") == 0
        with store.writing(LOCAL, LOAD) as writer:
            _put(writer)
            assert not path.with_name("graph.db-wal").exists()
            with pytest.raises(StoreBusy), store.reading(LOCAL):
                pass
        with store.reading(LOCAL) as reader:
            assert reader.count("record") == MANY
            with store.writing(LOCAL, LOAD) as writer:
                _put(writer, MANY + 1, 10)
            assert reader.count("record") == MANY
        assert store._writer.run("PRAGMA journal_mode") == [("wal",)]
        assert store._writer.run("PRAGMA integrity_check") == [("ok",)]


@pytest.mark.parametrize("cause", [Cause("record"), Cause("record", "x", {"online": True}), Cause("resolve", "x")])
def test_other_writes_into_an_empty_store_keep_the_log(tmp_path: Path, cause: Cause) -> None:
    with SqliteStore(tmp_path / "graph.db") as store, store.writing(LOCAL, cause) as writer:
        _put(writer, 1, 3)
        with store.reading(LOCAL) as reader:
            assert reader.count("record") == 0


def test_whoever_has_the_file_open_reads_on_while_it_is_filled(tmp_path: Path) -> None:
    path = tmp_path / "graph.db"
    with SqliteStore(path) as other, SqliteStore(path) as store:
        with store.writing(LOCAL, LOAD) as writer:
            _put(writer)
            with other.reading(LOCAL) as reader:
                assert reader.count("record") == 0
        with other.reading(LOCAL) as reader:
            assert reader.count("record") == MANY


def test_a_reader_of_the_same_store_reads_on_too(tmp_path: Path) -> None:
    with SqliteStore(tmp_path / "graph.db") as store, store.reading(LOCAL) as reader:
        with store.writing(LOCAL, LOAD) as writer:
            _put(writer)
            assert reader.count("record") == 0
        assert reader.count("record") == 0


def _fails(store: SqliteStore, path: Path) -> None:
    """A load that has begun to write when it ends."""
    size = path.stat().st_size
    with store.writing(LOCAL, LOAD) as writer:
        _put(writer)
        assert path.stat().st_size > size
        raise ZeroDivisionError


def test_a_load_that_fails_leaves_the_store_as_it_was(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(filling, "_CACHE", -100)
    path = tmp_path / "graph.db"
    with SqliteStore(path) as store:
        with pytest.raises(ZeroDivisionError):
            _fails(store, path)
        with store.reading(LOCAL) as reader:
            assert reader.count("record") == 0
        assert store._writer.run("PRAGMA integrity_check") == [("ok",)]
    assert _mode(path) == "wal"


_KILLED = """
import sys
sys.path[:] = {search!r}
from pathlib import Path
from test_sqlite_alone import LOAD, MANY, _put, filling, SqliteStore, LOCAL
filling._CACHE = -100
with SqliteStore(Path({path!r})) as store, store.writing(LOCAL, LOAD) as writer:
    for n in range(1_000):
        _put(writer, n * MANY + 1)
        print(n, flush=True)
"""


def test_what_a_killed_load_has_written_is_gone_and_the_next_one_goes_as_the_first(tmp_path: Path) -> None:
    path = tmp_path / "graph.db"
    with SqliteStore(path):
        size = path.stat().st_size
    search = [str(Path(__file__).parent), *filter(None, sys.path)]
    command = [sys.executable, "-c", _KILLED.format(search=search, path=str(path))]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env={**os.environ}) as process:
        assert process.stdout is not None
        assert [int(process.stdout.readline()) for _ in range(2)] == [0, 1]
        time.sleep(0.05)
        process.send_signal(signal.SIGKILL)
    assert path.stat().st_size > size
    assert path.with_name("graph.db-journal").exists()
    with SqliteStore(path) as store:
        with store.reading(LOCAL) as reader:
            assert reader.count("record") == 0
        with store.writing(LOCAL, LOAD) as writer:
            _put(writer)
        with store.reading(LOCAL) as reader:
            assert reader.count("record") == MANY
        assert store._writer.run("PRAGMA integrity_check") == [("ok",)]
    assert sorted(one.name for one in tmp_path.iterdir()) == ["graph.db", "graph.db-turn"]
    assert _mode(path) == "wal"
