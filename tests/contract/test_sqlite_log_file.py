"""A large transaction is answered from the log while that is still copied into the file."""

import secrets
import shutil
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
from rows import rows

from spine.access.context import LOCAL
from spine.ports import Cause
from spine.stores.sqlite import log_file
from spine.stores.sqlite.log_file import LogFile
from spine.stores.sqlite.store import SqliteStore

CAUSE = Cause("resolve")
MANY = 3_000


def _put(store: SqliteStore, first: int, many: int = MANY) -> None:
    with store.writing(LOCAL, CAUSE) as writer:
        numbered = range(first, first + many)
        nodes = ({"id": number, "namespace": "email", "value": f"{number}@example.org"} for number in numbered)
        writer.put("identifier", rows("identifier", *nodes))


def _in_file_alone(path: Path, folder: Path) -> int:
    """The identifiers that a file holds without its log."""
    copy = folder / f"alone-{secrets.token_hex(4)}.db"
    shutil.copyfile(path, copy)
    with closing(sqlite3.connect(copy)) as probe:
        there = probe.execute("SELECT 1 FROM sqlite_master WHERE name = 'identifier'").fetchall()
        return probe.execute("SELECT count(*) FROM identifier").fetchone()[0] if there else 0


@contextmanager
def _held_back(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """Threads that copy wait until the end of this; their names as they begin."""
    go, begun, copy = threading.Event(), list[str](), LogFile._copy

    def waiting(self: LogFile) -> None:
        begun.append(threading.current_thread().name)
        go.wait()
        copy(self)

    monkeypatch.setattr(log_file, "LARGE", 1)
    monkeypatch.setattr(LogFile, "_copy", waiting)
    try:
        yield begun
    finally:
        go.set()


def test_what_a_large_transaction_wrote_is_read_and_written_upon_before_the_file_has_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "graph.db"
    with SqliteStore(path) as store:
        with _held_back(monkeypatch) as begun:
            _put(store, 1)
            _put(store, MANY + 1, 1)
            with store.reading(LOCAL) as reader:
                assert reader.count("identifier") == MANY + 1
            assert len(begun) == 1
            assert _in_file_alone(path, tmp_path) == 0
        store._log.wait()
        assert _in_file_alone(path, tmp_path) >= MANY
    assert not path.with_name("graph.db-wal").exists()
    assert _in_file_alone(path, tmp_path) == MANY + 1


def test_a_large_transaction_upon_another_is_in_the_file_when_it_returns(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "graph.db"
    with SqliteStore(path) as store:
        with _held_back(monkeypatch) as begun:
            _put(store, MANY + 1)
            assert len(begun) == 1
            second = threading.Thread(target=_put, args=(store, 1))
            second.start()
            second.join(0.3)
            assert second.is_alive()
        second.join()
        assert len(begun) == 1
        assert _in_file_alone(path, tmp_path) == 2 * MANY


def test_closing_waits_for_the_copy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store = SqliteStore(tmp_path / "graph.db")
    with _held_back(monkeypatch):
        _put(store, 1)
        closing_ = threading.Thread(target=store.close)
        closing_.start()
        closing_.join(0.3)
        assert closing_.is_alive()
    closing_.join()
    assert _in_file_alone(tmp_path / "graph.db", tmp_path) == MANY


def test_a_small_log_is_copied_with_the_commit(tmp_path: Path) -> None:
    path = tmp_path / "graph.db"
    with SqliteStore(path) as store:
        _put(store, 1)
        assert _in_file_alone(path, tmp_path) == MANY
